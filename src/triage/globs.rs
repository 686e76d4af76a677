//! Globs over paths, `[per-path-ignores]` and `[allow] paths`: rules that the configuration mutes in some of them.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::Finding;
use crate::ruleset::RuleSet;

use super::suppression;

/// The paths that some globs of the configuration name.
#[derive(Clone, Debug)]
pub struct Paths {
    set: GlobSet,
    written: Vec<String>,
}

impl Paths {
    /// The paths that one of `globs` matches, relative to the scan's root; `written` are the globs of the configuration.
    pub fn new(written: &[String], globs: &[String]) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for glob in globs.iter().flat_map(|glob| spread(glob)) {
            set.add(compile(&glob)?);
        }
        Ok(Self { set: set.build().map_err(|e| e.kind().to_string())?, written: written.to_vec() })
    }

    /// All paths.
    pub fn everywhere() -> Self {
        Self { set: GlobSet::empty(), written: Vec::new() }
    }

    /// Whether a path relative to the scan's root is one of them.
    pub fn contain(&self, relative: &str) -> bool {
        self.written.is_empty() || self.set.is_match(relative)
    }

    /// The same as a set; none for all paths.
    pub fn set(&self) -> Option<&GlobSet> {
        (!self.written.is_empty()).then_some(&self.set)
    }

    /// The globs as they stand in the configuration.
    pub fn written(&self) -> &[String] {
        &self.written
    }
}

/// Rules that are muted in the paths of one glob.
#[derive(Clone, Debug)]
pub struct PathIgnore {
    paths: Paths,
    reason: String,
    rules: Vec<String>,
}

impl PathIgnore {
    /// Mutes `rules` in the paths that one of `globs` matches, relative to the scan's root; `written` is the glob of the configuration.
    pub fn new(written: &str, globs: &[String], rules: &[String]) -> Result<Self, String> {
        let reason = format!("per-path-ignores \"{written}\" in the configuration");
        Ok(Self { paths: Paths::new(&[written.to_owned()], globs)?, reason, rules: rules.to_vec() })
    }

    /// Mutes all rules there, for this reason.
    pub fn of_all_rules(written: &str, globs: &[String], reason: String) -> Result<Self, String> {
        Ok(Self { paths: Paths::new(&[written.to_owned()], globs)?, reason, rules: vec!["all".to_owned()] })
    }
}

/// All path ignores of a run.
#[derive(Clone, Debug, Default)]
pub struct PathIgnores(pub Vec<PathIgnore>);

impl PathIgnores {
    /// A selector in it that names no rule.
    pub fn unknown_selector(&self, rules: &RuleSet) -> Option<&str> {
        suppression::unknown_selector(self.0.iter().flat_map(|ignore| &ignore.rules), rules)
    }

    /// Mutes a finding that one of them names.
    pub fn mark(&self, finding: &mut Finding, rules: &RuleSet) {
        if self.0.is_empty() || !finding.is_active() {
            return;
        }
        let names = |ignore: &&PathIgnore| {
            ignore.rules.iter().any(|selector| suppression::names(selector, finding, rules)) && ignore.paths.contain(&finding.place.relative)
        };
        if let Some(ignore) = self.0.iter().find(names) {
            super::mute(finding, Some(ignore.reason.clone()), None);
        }
    }
}

/// Compiles a glob in which `*` does not cross folders; why not, where it is none.
pub fn compile(glob: &str) -> Result<Glob, String> {
    GlobBuilder::new(glob).literal_separator(true).build().map_err(|e| e.kind().to_string())
}

/// A name without a slash means any depth, a folder means all that is in it.
fn spread(glob: &str) -> Vec<String> {
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let bare = glob.strip_suffix('/').unwrap_or(glob);
    let anchored = match bare.strip_prefix('/') {
        Some(rest) => rest.to_owned(),
        None if bare.contains('/') => bare.to_owned(),
        None => format!("**/{bare}"),
    };
    let inside = format!("{anchored}/**");
    if glob.ends_with('/') { vec![inside] } else { vec![anchored, inside] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_mean_what_gitignore_taught() {
        for (glob, path, matches) in [
            ("tests/", "tests/a/b.rs", true),
            ("tests/", "x/tests/a", true),
            ("/tests", "x/tests/a", false),
            ("*.snap", "a/b.snap", true),
            ("a/*.snap", "a/c/b.snap", false),
            ("docs/**/x", "docs/a/b/x", true),
            ("docs", "docs/a", true),
            ("docs", "docs2", false),
        ] {
            let ignore = PathIgnore::new(glob, &[glob.to_owned()], &[]).unwrap();
            assert_eq!(ignore.paths.contain(path), matches, "{glob} {path}");
        }
    }
}
