//! Floor 5: why a finding is shown or hidden. Findings are marked, never dropped.

pub mod baseline;
pub mod globs;
pub mod overrides;
pub mod suppression;
pub mod threshold;

use crate::model::{Finding, Status, Suppression, Tool};
use crate::ruleset::RuleSet;
use crate::text::value::date::Date;

pub use baseline::{BadBaseline, Baseline, Entry, Ledger};
pub use globs::{PathIgnore, PathIgnores, Paths};
pub use overrides::{PathOverride, PathOverrides};
pub use suppression::{ForeignSuppressions, InlineSuppressions};
pub use threshold::{FailOn, Thresholds};

/// What the plan decides about triage.
#[derive(Clone, Debug, Default)]
pub struct TriageOptions {
    /// Least severity and confidence that are reported.
    pub thresholds: Thresholds,
    /// Whether inline comments mute.
    pub inline: InlineSuppressions,
    /// Whether comments for other tools mute, where inline comments do.
    pub foreign: ForeignSuppressions,
    /// The day that it is, in UTC: after the last day of a suppression it does not mute.
    pub today: Date,
    /// Rules that the configuration mutes in some paths.
    pub path_ignores: PathIgnores,
    /// Rules that the configuration changes in some paths.
    pub path_overrides: PathOverrides,
}

impl TriageOptions {
    /// A selector of the configuration that names no rule.
    pub fn unknown_selector(&self, rules: &RuleSet) -> Option<&str> {
        self.path_ignores.unknown_selector(rules).or_else(|| self.path_overrides.unknown_selector(rules))
    }

    fn mark(&self, finding: &mut Finding, rules: &RuleSet) {
        self.path_overrides.apply(finding, rules, self.thresholds).mark(finding);
        self.path_ignores.mark(finding, rules);
    }
}

/// What one file amounts to: its findings and the comments that mute some of them.
#[derive(Debug, Default)]
pub struct FileResult {
    /// Findings of the scan and of the project stage.
    pub findings: Vec<Finding>,
    /// Inline comments.
    pub suppressions: Vec<Suppression>,
    /// The lines that count, first and last, where not all do.
    pub added: Option<Vec<(u32, u32)>>,
}

/// Marks the findings of one file and adds what is to be said of its suppressions; in the order of the bytes.
pub fn triage(file: FileResult, rules: &RuleSet, options: &TriageOptions) -> Vec<Finding> {
    let FileResult { mut findings, suppressions, added: _ } = file;
    for finding in &mut findings {
        options.mark(finding, rules);
    }
    if options.inline == InlineSuppressions::Honour && !suppressions.is_empty() {
        let mut own = suppression::apply(&suppressions, &mut findings, rules, options.today);
        for finding in &mut own {
            options.mark(finding, rules);
        }
        if options.foreign == ForeignSuppressions::Honour {
            suppression::apply_foreign(&suppressions, &mut findings);
        }
        findings.append(&mut own);
    }
    findings.sort_by(|a, b| (a.place.span, &a.rule).cmp(&(b.place.span, &b.rule)));
    findings
}

/// Keeps what touches one of the lines that count: nothing else was asked for.
pub fn within(findings: &mut Vec<Finding>, added: &[(u32, u32)]) {
    findings.retain(|finding| is_in(lines_of(finding), added));
}

/// The lines of a finding, first and last.
pub fn lines_of(finding: &Finding) -> (u32, u32) {
    (finding.place.start.line, suppression::last_line(finding))
}

/// Whether some lines, first and last, touch one of these ranges, which are in order and apart.
pub fn is_in((first, last): (u32, u32), ranges: &[(u32, u32)]) -> bool {
    ranges.get(ranges.partition_point(|range| range.1 < first)).is_some_and(|range| range.0 <= last)
}

/// Mutes a finding, unless it is hidden already.
fn mute(finding: &mut Finding, reason: Option<String>, tool: Option<Tool>) {
    if finding.is_active() {
        finding.status = Status::Suppressed { reason, tool };
    }
}
