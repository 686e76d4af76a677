//! Inline comments that mute: which findings, and what is to be said of the comments themselves.

use crate::model::finding::Rank;
use crate::model::{Finding, Hit, Rule, RuleStatus, Suppression};
use crate::ruleset::{RuleSet, nearest};
use crate::text::Secret;

/// The rule about a comment that says no reason.
const WITHOUT_REASON: &str = "suppression/without-reason";
/// The rule about a comment that mutes nothing.
const UNUSED: &str = "suppression/unused";

/// Whether inline comments mute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlineSuppressions {
    /// They do.
    #[default]
    Honour,
    /// They are ordinary comments (`--no-suppressions`).
    Disregard,
}

/// Mutes findings and returns our own findings about the comments.
pub fn apply(suppressions: &[Suppression], findings: &mut [Finding], rules: &RuleSet) -> Vec<Finding> {
    let mut own = Vec::new();
    findings.sort_by_key(|finding| finding.place.start.line);
    let tallest = findings.iter().map(|finding| last_line(finding) - finding.place.start.line).max().unwrap_or(0);
    for suppression in suppressions {
        // Only those that begin near enough: a file may have as many comments as findings.
        let first = findings.partition_point(|finding| finding.place.start.line.saturating_add(tallest) < suppression.lines.0);
        let past = findings.partition_point(|finding| finding.place.start.line <= suppression.lines.1).max(first);
        let near = &mut findings[first..past];
        let unused: Vec<&String> = suppression.rules.iter().filter(|selector| !mute_all(suppression, selector, near, rules)).collect();
        if suppression.sample {
            continue;
        }
        own.extend(unused.into_iter().filter_map(|selector| unused_finding(suppression, selector, rules)));
        if suppression.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            own.extend(without_reason(suppression, rules));
        }
    }
    own
}

/// Mutes what `selector` names on the lines of `suppression`; whether there was anything, even if hidden for another reason.
fn mute_all(suppression: &Suppression, selector: &str, findings: &mut [Finding], rules: &RuleSet) -> bool {
    let mut used = false;
    for finding in findings.iter_mut() {
        if suppression.covers(finding.place.start.line, last_line(finding)) && names(selector, finding, rules) {
            used = true;
            super::mute(finding, suppression.reason.clone());
        }
    }
    used
}

/// The last line that has a byte of the finding: an end in the first column lies behind the line end.
fn last_line(finding: &Finding) -> u32 {
    let (start, end) = (finding.place.start, finding.place.end);
    if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line }
}

/// Whether a selector names the finding's rule, one of its former ids, or a rule that lost the same bytes to it.
pub(super) fn names(selector: &str, finding: &Finding, rules: &RuleSet) -> bool {
    let is_named = |rule: &Rule| is_named_by(selector, rule);
    finding.rule.matches(selector)
        || rules.rules.get(finding.rule_index).is_some_and(is_named)
        || finding.also.iter().any(|id| id.matches(selector) || rules.find(id.as_str()).is_some_and(|(_, rule)| is_named(rule)))
}

fn unused_finding(suppression: &Suppression, selector: &str, rules: &RuleSet) -> Option<Finding> {
    let named: Vec<usize> = (0..rules.rules.len()).filter(|&i| is_named_by(selector, &rules.rules[i])).collect();
    let is_judged = |&i: &usize| rules.enabled.get(i).copied().unwrap_or(false) || rules.rules[i].status == RuleStatus::Preview;
    let note = if named.is_empty() {
        let ids = rules.rules.iter().map(|rule| rule.id.as_str());
        Some(nearest(selector, ids).map_or_else(|| "no rule has this id".to_owned(), |id| format!("no rule has this id; did you mean `{id}`?")))
    } else if named.iter().all(is_judged) {
        None
    } else {
        return None;
    };
    own_finding(UNUSED, suppression, &format!("`{selector}` is allowed here but not found; remove it from the comment"), note, rules)
}

/// The first selector that names no rule.
pub(super) fn unknown_selector<'a>(mut selectors: impl Iterator<Item = &'a String>, rules: &RuleSet) -> Option<&'a str> {
    selectors.find(|selector| !rules.rules.iter().any(|rule| is_named_by(selector, rule))).map(String::as_str)
}

/// Whether a selector names the rule or one of its former ids.
pub(super) fn is_named_by(selector: &str, rule: &Rule) -> bool {
    rule.id.matches(selector) || rule.aliases.iter().any(|alias| alias.as_str() == selector)
}

fn without_reason(suppression: &Suppression, rules: &RuleSet) -> Option<Finding> {
    own_finding(WITHOUT_REASON, suppression, "suppression without a reason; add ` -- reason` to the comment", None, rules)
}

fn own_finding(id: &str, suppression: &Suppression, message: &str, note: Option<String>, rules: &RuleSet) -> Option<Finding> {
    let (index, rule) = rules.find(id)?;
    if !rules.enabled.get(index).copied().unwrap_or(false) {
        return None;
    }
    let mut hit = Hit::secret(index, rule, suppression.place.span, Rank::Generic);
    hit.secret = false;
    hit.message = Some(message.to_owned());
    hit.notes.extend(note);
    let identity = Secret::new(format!("{message}\n{}", suppression.rules.join(",")), 0);
    Some(Finding::new(rule, hit, &identity, suppression.place.clone(), Vec::new()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::rule::{Conditions, Matcher, RuleSource};
    use crate::model::{Confidence, Place, RuleId, Severity, Snippet, Status, Target};
    use crate::text::{Position, Span};
    use crate::triage::{FileResult, PathIgnore, PathIgnores, Thresholds, TriageOptions, triage};

    fn rule(id: &str) -> Rule {
        Rule {
            id: RuleId::new(id),
            aliases: vec![RuleId::new(&format!("{id}-old"))],
            title: "title".into(),
            severity: if id.starts_with("suppression") { Severity::Info } else { Severity::High },
            confidence: Confidence::High,
            status: RuleStatus::Stable,
            since: "0.1.0".into(),
            tags: vec![],
            matcher: Matcher::Check { name: "none".into() },
            keywords: vec![],
            files: vec![],
            conditions: Conditions::default(),
            validate: None,
            allow: vec![],
            requires: Vec::new(),
            priority: 0,
            why: String::new(),
            fix: String::new(),
            references: vec![],
            examples: vec![],
            counterexamples: vec![],
            source: RuleSource::default(),
        }
    }

    pub fn rules() -> RuleSet {
        let ids = ["secrets/a", "secrets/b", "suppression/unused", "suppression/without-reason"];
        RuleSet { rules: Arc::new(ids.map(rule).to_vec()), enabled: vec![true; 4], ..RuleSet::default() }
    }

    fn place(lines: (u32, u32)) -> Place {
        let at = |line| Position { line, column: 5, utf16_column: 5 };
        let start = lines.0 as usize * 10;
        Place::new(&Target::in_memory("src/x"), Span::new(start, start + 5), at(lines.0), at(lines.1), Snippet::default())
    }

    pub fn found(index: usize, lines: (u32, u32), rules: &RuleSet) -> Finding {
        let rule = &rules.rules[index];
        let place = place(lines);
        Finding::new(rule, Hit::secret(index, rule, place.span, Rank::Provider), &Secret::new("x", 0), place, vec![])
    }

    fn allow(selectors: &[&str], lines: (u32, u32)) -> Suppression {
        let rules = selectors.iter().map(|s| (*s).to_owned()).collect();
        Suppression { rules, reason: Some("known".into()), sample: false, lines, place: place((lines.0, lines.0)) }
    }

    /// Rule and status (`+` active, `-` suppressed, `.` below) of each finding.
    fn outcome(findings: Vec<Finding>, suppressions: Vec<Suppression>, options: &TriageOptions) -> Vec<String> {
        let mark = |status: &Status| match status {
            Status::Active => '+',
            Status::Suppressed { .. } => '-',
            Status::BelowThreshold => '.',
        };
        let all = triage(FileResult { findings, suppressions }, &rules(), options);
        all.iter().map(|f| format!("{}{}", mark(&f.status), f.rule)).collect()
    }

    #[test]
    fn a_comment_mutes_by_id_alias_family_and_loser() {
        let rules = rules();
        let with_loser = Finding { also: vec![RuleId::new("secrets/b")], ..found(0, (3, 3), &rules) };
        for (selector, finding) in [
            ("secrets/a", found(0, (3, 3), &rules)),
            ("secrets/a-old", found(0, (3, 3), &rules)),
            ("secrets/*", found(0, (3, 3), &rules)),
            ("secrets/b", with_loser),
            ("secrets/a", found(0, (2, 9), &rules)),
        ] {
            assert_eq!(outcome(vec![finding], vec![allow(&[selector], (3, 4))], &TriageOptions::default()), ["-secrets/a"], "{selector}");
        }
    }

    #[test]
    fn what_a_comment_does_not_mute_is_said() {
        let rules = rules();
        let other_line = outcome(vec![found(0, (7, 7), &rules)], vec![allow(&["secrets/a"], (3, 4))], &TriageOptions::default());
        assert_eq!(other_line, ["+suppression/unused", "+secrets/a"]);
        let half = outcome(vec![found(0, (3, 3), &rules)], vec![allow(&["secrets/a", "secrets/b"], (3, 4))], &TriageOptions::default());
        assert_eq!(half, ["-secrets/a", "+suppression/unused"]);
    }

    #[test]
    fn a_comment_without_reason_mutes_and_is_said() {
        let rules = rules();
        let comment = Suppression { reason: None, ..allow(&["secrets/a"], (3, 4)) };
        assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![comment], &TriageOptions::default()), ["-secrets/a", "+suppression/without-reason"]);
    }

    #[test]
    fn a_comment_that_mutes_only_what_is_hidden_anyway_is_used() {
        let rules = rules();
        let options = TriageOptions { thresholds: Thresholds { severity: Severity::Critical, ..Thresholds::default() }, ..TriageOptions::default() };
        assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![allow(&["secrets/a"], (3, 4))], &options), [".secrets/a"]);
    }

    #[test]
    fn a_rule_that_is_off_is_not_judged_unused() {
        let off = RuleSet { enabled: vec![false, true, true, true], ..rules() };
        assert!(apply(&[allow(&["secrets/a"], (1, 1))], &mut [], &off).is_empty());
        assert!(apply(&[allow(&["secrets/*"], (1, 1))], &mut [], &off).is_empty());
        assert_eq!(apply(&[allow(&["secrets/bb"], (1, 1))], &mut [], &off)[0].notes, ["no rule has this id; did you mean `secrets/b`?"]);
    }

    #[test]
    fn the_configuration_mutes_by_path() {
        let rules = rules();
        let ignore = |glob: &str| PathIgnore::new(glob, &[glob.to_owned()], &["secrets/*".to_owned()]).unwrap();
        for (glob, expected) in [("src/", "-secrets/a"), ("lib/", "+secrets/a")] {
            let options = TriageOptions { path_ignores: PathIgnores(vec![ignore(glob)]), ..TriageOptions::default() };
            assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![], &options), [expected]);
        }
    }

    #[test]
    fn comments_can_be_disregarded() {
        let rules = rules();
        let options = TriageOptions { inline: InlineSuppressions::Disregard, ..TriageOptions::default() };
        assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![allow(&["secrets/a"], (3, 4))], &options), ["+secrets/a"]);
    }
}
