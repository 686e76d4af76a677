//! `[[override]]`: changes of rules that hold in some paths only, and thresholds of their own.

use crate::model::{Confidence, Finding, Rule, Severity};
use crate::ruleset::RuleSet;

use super::globs::Paths;
use super::suppression;
use super::threshold::Thresholds;

/// A change of the rules that a selector names, in the paths of some globs.
#[derive(Clone, Debug)]
pub struct PathOverride {
    /// Where it holds.
    pub paths: Paths,
    /// Rule ids and selectors.
    pub rules: Vec<String>,
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off; on undoes an earlier off. A rule that is off elsewhere runs there by `RuleOverride::paths`.
    pub enabled: Option<bool>,
    /// Least severity that is reported there.
    pub min_severity: Option<Severity>,
    /// Least confidence that is reported there.
    pub min_confidence: Option<Confidence>,
}

impl PathOverride {
    fn covers(&self, finding: &Finding, rule: &Rule) -> bool {
        self.rules.iter().any(|selector| suppression::is_named_by(selector, rule)) && self.paths.contain(&finding.place.relative)
    }
}

/// All of a run; a later one wins over an earlier one.
#[derive(Clone, Debug, Default)]
pub struct PathOverrides(pub Vec<PathOverride>);

impl PathOverrides {
    /// A selector in it that names no rule.
    pub fn unknown_selector(&self, rules: &RuleSet) -> Option<&str> {
        suppression::unknown_selector(self.0.iter().flat_map(|change| &change.rules), rules)
    }

    /// Changes a finding as those say that cover its rule and its path, and says which thresholds hold for it. A severity that evidence has lowered
    /// is never raised.
    pub fn apply(&self, finding: &mut Finding, rules: &RuleSet, mut thresholds: Thresholds) -> Thresholds {
        let Some(rule) = rules.rules.get(finding.rule_index) else { return thresholds };
        let is_lowered = finding.severity < rule.severity;
        let mut off = None;
        for change in &self.0 {
            if !change.covers(finding, rule) {
                continue;
            }
            if let Some(severity) = change.severity {
                finding.severity = if is_lowered { severity.min(finding.severity) } else { severity };
            }
            if let Some(on) = change.enabled {
                off = (!on).then_some(change);
            }
            thresholds.severity = change.min_severity.unwrap_or(thresholds.severity);
            thresholds.confidence = change.min_confidence.unwrap_or(thresholds.confidence);
        }
        if let Some(change) = off {
            super::mute(finding, Some(format!("[[override]] with files = {:?} in the configuration", change.paths.written())), None);
        }
        thresholds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Status;
    use crate::triage::suppression::tests::{found, rules};

    fn change(files: &[&str], severity: Option<Severity>, enabled: Option<bool>) -> PathOverride {
        let globs: Vec<String> = files.iter().map(|glob| (*glob).to_owned()).collect();
        PathOverride {
            paths: Paths::new(&globs, &globs).unwrap(),
            rules: vec!["secrets/a".to_owned()],
            severity,
            enabled,
            min_severity: None,
            min_confidence: None,
        }
    }

    fn outcome(index: usize, changes: Vec<PathOverride>) -> (Severity, bool) {
        let rules = rules();
        let mut finding = found(index, (3, 3), &rules);
        PathOverrides(changes).apply(&mut finding, &rules, Thresholds::default());
        (finding.severity, finding.status == Status::Active)
    }

    #[test]
    fn a_change_holds_for_its_rule_and_in_its_files_only() {
        let low = Some(Severity::Low);
        for (index, files, expected) in [
            (0, &["src/"][..], (Severity::Low, false)),
            (0, &["/src/x"], (Severity::Low, false)),
            (0, &["/x"], (Severity::High, true)),
            (0, &["lib/"], (Severity::High, true)),
            (0, &[], (Severity::Low, false)),
            (1, &["src/"], (Severity::High, true)),
        ] {
            assert_eq!(outcome(index, vec![change(files, low, Some(false))]), expected, "{index} {files:?}");
        }
    }

    #[test]
    fn the_last_one_wins() {
        let changes = vec![change(&["src/"], Some(Severity::Low), Some(false)), change(&["src/x"], Some(Severity::Critical), Some(true))];
        assert_eq!(outcome(0, changes), (Severity::Critical, true));
    }

    #[test]
    fn a_lowered_severity_is_not_raised() {
        let rules = rules();
        let mut finding = Finding { severity: Severity::Low, ..found(0, (3, 3), &rules) };
        PathOverrides(vec![change(&["src/"], Some(Severity::Critical), None)]).apply(&mut finding, &rules, Thresholds::default());
        assert_eq!(finding.severity, Severity::Low);
    }

    #[test]
    fn thresholds_of_a_path_hold_there_and_the_last_one_wins() {
        let rules = rules();
        let least = |files: &[&str], min_confidence| PathOverride { min_confidence: Some(min_confidence), ..change(files, None, None) };
        for (index, changes, expected) in [
            (0, vec![least(&["src/"], Confidence::Low)], Confidence::Low),
            (0, vec![least(&[], Confidence::High), least(&["src/"], Confidence::Low)], Confidence::Low),
            (0, vec![least(&["lib/"], Confidence::Low)], Confidence::Medium),
            (1, vec![least(&["src/"], Confidence::Low)], Confidence::Medium),
        ] {
            let thresholds = PathOverrides(changes).apply(&mut found(index, (3, 3), &rules), &rules, Thresholds::default());
            assert_eq!(thresholds.confidence, expected);
        }
    }
}
