//! Floor 2: from rule files to a [`RuleSet`]. (Contract stub: the signatures are final.)

pub mod provider;
pub mod sinks;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Rule, Severity};

/// A rule file or a selection that cannot be used: stop before scanning.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// File, line, rule, what is wrong, what to do.
    pub message: String,
}

/// What the user changes about the rules.
#[derive(Clone, Debug, Default)]
pub struct RuleOptions {
    /// Rule files, or folders of them, beside the built-in rules.
    pub paths: Vec<PathBuf>,
    /// Changes by selector (`secrets/x`, `secrets/*`), in order.
    pub overrides: Vec<RuleOverride>,
    /// Only these selectors; empty: all stable rules.
    pub select: Vec<String>,
    /// Also these (for preview rules).
    pub extend_select: Vec<String>,
    /// Not these; wins over both.
    pub ignore: Vec<String>,
}

/// A change of the rules that a selector names.
#[derive(Clone, Debug, Default)]
pub struct RuleOverride {
    /// Rule id, `family/*` or family.
    pub selector: String,
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off.
    pub enabled: Option<bool>,
    /// Only files that match one of these globs.
    pub files: Vec<String>,
    /// Further values (regexes) that are not reported.
    pub allow: Vec<String>,
}

/// The rules of a run.
#[derive(Default)]
pub struct RuleSet {
    /// All rules, sorted by id; a finding's `rule_index` points here.
    pub rules: Arc<Vec<Rule>>,
    /// Whether the rule of the same index is on.
    pub enabled: Vec<bool>,
}

impl RuleSet {
    /// Loads the built-in rules and the user's, applies overrides and selection. An unknown selector is an error with a suggestion.
    pub fn load(_options: &RuleOptions) -> Result<Self, RuleError> {
        Ok(Self::default())
    }

    /// The rule with this id or alias, and its index.
    pub fn find(&self, id: &str) -> Option<(usize, &Rule)> {
        self.rules.iter().enumerate().find(|(_, r)| r.id.as_str() == id || r.aliases.iter().any(|a| a.as_str() == id))
    }
}
