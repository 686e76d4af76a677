//! Inline comments that mute: which findings, and what is to be said of the comments themselves.

use crate::model::finding::Rank;
use crate::model::rule::FAMILIES;
use crate::model::{Fault, Finding, Hit, Rule, RuleStatus, Suppression, Until};
use crate::ruleset::{RuleSet, nearest};
use crate::text::value::date::{Date, NoDate};
use crate::text::{Secret, Span};

/// The rule about a comment that says no reason.
const WITHOUT_REASON: &str = "suppression/without-reason";
/// The rule about a comment that mutes nothing.
const UNUSED: &str = "suppression/unused";
/// The rule about a comment whose last day is over.
const EXPIRED: &str = "suppression/expired";
/// The rule about a comment whose last day is no date.
const INVALID_DATE: &str = "suppression/invalid-date";
/// The rule about a comment that cannot be read.
const INVALID: &str = "suppression/invalid";
/// The family that comments for other tools mute.
const SECRETS: &str = "secrets";

/// Whether inline comments mute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlineSuppressions {
    /// They do.
    #[default]
    Honour,
    /// They are ordinary comments (`--no-suppressions`).
    Disregard,
}

/// Whether comments that other scanners understand mute secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForeignSuppressions {
    /// They do.
    #[default]
    Honour,
    /// They are ordinary comments.
    Disregard,
}

/// Findings in the order of their lines.
struct ByLine<'a> {
    findings: &'a mut [Finding],
    /// Most lines of one finding, but for the first.
    tallest: u32,
}

impl<'a> ByLine<'a> {
    fn new(findings: &'a mut [Finding]) -> Self {
        findings.sort_by_key(|finding| finding.place.start.line);
        let tallest = findings.iter().map(|finding| last_line(finding) - finding.place.start.line).max().unwrap_or(0);
        Self { findings, tallest }
    }

    /// The findings on the lines of a suppression. Only those are asked that begin near enough: a file may have as many comments as findings.
    fn covered(&mut self, suppression: &Suppression) -> impl Iterator<Item = &mut Finding> {
        let first = self.findings.partition_point(|finding| finding.place.start.line.saturating_add(self.tallest) < suppression.lines.0);
        let past = self.findings.partition_point(|finding| finding.place.start.line <= suppression.lines.1).max(first);
        self.findings[first..past].iter_mut().filter(|finding| suppression.covers(finding.place.start.line, last_line(finding)))
    }
}

/// Mutes findings on the day `today` and returns our own findings about the comments.
pub fn apply(suppressions: &[Suppression], findings: &mut [Finding], rules: &RuleSet, today: Date) -> Vec<Finding> {
    let mut own = Vec::new();
    let mut findings = ByLine::new(findings);
    for suppression in suppressions.iter().filter(|suppression| suppression.tool.is_none()) {
        if let Some(lapse) = Lapse::of(suppression.until, today) {
            own.extend(lapsed(suppression, lapse, &mut findings, rules));
            continue;
        }
        let unused: Vec<&String> = suppression.rules.iter().filter(|selector| !mute_all(suppression, selector, &mut findings, rules)).collect();
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

/// Mutes secrets by comments that other tools understand. A comment inside of a secret is part of it.
pub fn apply_foreign(suppressions: &[Suppression], findings: &mut [Finding]) {
    let mut findings = ByLine::new(findings);
    for suppression in suppressions.iter().filter(|suppression| suppression.tool.is_some()) {
        let marker = suppression.place.span;
        let is_apart = |span: Span| span.end <= marker.start || marker.end <= span.start;
        let is_meant = |finding: &&mut Finding| finding.rule.family() == SECRETS && is_apart(finding.place.span);
        findings.covered(suppression).filter(is_meant).for_each(|finding| super::mute(finding, suppression.reason.clone(), suppression.tool));
    }
}

/// Why a comment does not mute any more.
#[derive(Clone, Copy)]
enum Lapse {
    Expired(Date),
    NoDate(NoDate),
    Twice,
    Unread(Fault),
}

impl Lapse {
    fn of(until: Until, today: Date) -> Option<Self> {
        match until {
            Until::Forever => None,
            Until::Day(last) => (last < today).then_some(Self::Expired(last)),
            Until::Wrong(why) => Some(Self::NoDate(why)),
            Until::Twice => Some(Self::Twice),
            Until::Unread(why) => Some(Self::Unread(why)),
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Expired(_) => EXPIRED,
            Self::NoDate(_) | Self::Twice => INVALID_DATE,
            Self::Unread(_) => INVALID,
        }
    }

    /// What is said of the comment.
    fn message(self, mutes_something: bool) -> String {
        match (self, mutes_something) {
            (Self::Expired(last), true) => format!("suppression expired after {last}; what it muted is reported again"),
            (Self::Expired(last), false) => format!("suppression expired after {last} and has nothing left to mute; remove the comment"),
            (Self::NoDate(why), _) => format!("suppression mutes nothing: what stands behind `until=` is {why}"),
            (Self::Twice, _) => "suppression mutes nothing: it has more than one `until=`".to_owned(),
            (Self::Unread(why), _) => format!("suppression mutes nothing: {why}"),
        }
    }

    /// What is said of a finding that it would mute.
    fn note(self, line: u32) -> String {
        match self {
            Self::Expired(last) => format!("{NOTE_BEGIN} on line {line} expired after {last}"),
            Self::NoDate(why) => format!("{NOTE_BEGIN} on line {line} mutes nothing: what stands behind `until=` is {why}"),
            Self::Twice => format!("{NOTE_BEGIN} on line {line} mutes nothing: it has more than one `until=`"),
            Self::Unread(why) => format!("{NOTE_BEGIN} on line {line} mutes nothing: {why}"),
        }
    }
}

/// How the note on a finding begins that a comment does not mute any more; a finding has one.
const NOTE_BEGIN: &str = "the suppression";

/// Says of a comment that it does not mute, and of the findings why they are shown. A sample is told only where it is in use.
fn lapsed(suppression: &Suppression, lapse: Lapse, findings: &mut ByLine, rules: &RuleSet) -> Option<Finding> {
    let mut mutes_something = false;
    for finding in findings.covered(suppression) {
        // A comment that cannot be read names no rule.
        if suppression.rules.is_empty() || suppression.rules.iter().any(|selector| names(selector, finding, rules)) {
            mutes_something = true;
            if !finding.notes.iter().any(|note| note.starts_with(NOTE_BEGIN)) {
                finding.notes.push(lapse.note(suppression.place.start.line));
            }
        }
    }
    let is_said = mutes_something || !suppression.sample;
    is_said.then(|| own_finding(lapse.rule(), suppression, &lapse.message(mutes_something), None, rules)).flatten()
}

/// Mutes what `selector` names on the lines of `suppression`; whether there was anything, even if hidden for another reason.
fn mute_all(suppression: &Suppression, selector: &str, findings: &mut ByLine, rules: &RuleSet) -> bool {
    let mut used = false;
    for finding in findings.covered(suppression) {
        if names(selector, finding, rules) {
            used = true;
            super::mute(finding, suppression.reason.clone(), None);
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
    let message = if named.is_empty() {
        let advice = nearest_selector(selector, rules).map_or_else(|| "`aelix-lint rules list` lists all".to_owned(), |id| format!("did you mean `{id}`?"));
        format!("`{selector}` is allowed here but no rule has this id; {advice}")
    } else if named.iter().all(is_judged) {
        format!("`{selector}` is allowed here but not found; remove it from the comment")
    } else {
        return None;
    };
    own_finding(UNUSED, suppression, &message, None, rules)
}

/// The rule or family that was probably meant.
fn nearest_selector(selector: &str, rules: &RuleSet) -> Option<String> {
    if let Some(family) = selector.strip_suffix("/*") {
        return nearest(family, FAMILIES.into_iter()).map(|family| format!("{family}/*"));
    }
    // Without its family a name is near to nothing.
    let has_name = |rule: &&Rule| rule.id.as_str().split_once('/').is_some_and(|(_, name)| name == selector);
    let named = rules.rules.iter().find(has_name).map(|rule| rule.id.as_str());
    named.or_else(|| nearest(selector, rules.rules.iter().map(|rule| rule.id.as_str()))).map(str::to_owned)
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
    use crate::model::rule::{Conditions, Matcher, RuleSource, RuleText};
    use crate::model::{Confidence, Place, RuleId, Severity, Snippet, Status, Target, Tool};
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
            text: RuleText::default().into(),
            source: RuleSource::default(),
        }
    }

    pub fn rules() -> RuleSet {
        let ids = ["secrets/a", "secrets/b", "scopes/c", "suppression/expired", "suppression/invalid-date", "suppression/unused", "suppression/without-reason"];
        RuleSet { rules: Arc::new(ids.map(rule).to_vec()), enabled: vec![true; 7], ..RuleSet::default() }
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
        let place = place((lines.0, lines.0));
        Suppression { rules, reason: Some("known".into()), until: Until::Forever, lines, sample: false, tool: None, place }
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
        let off = RuleSet { enabled: vec![false, true, true, true, true, true, true], ..rules() };
        assert!(apply(&[allow(&["secrets/a"], (1, 1))], &mut [], &off, Date::default()).is_empty());
        assert!(apply(&[allow(&["secrets/*"], (1, 1))], &mut [], &off, Date::default()).is_empty());
    }

    #[test]
    fn a_mistyped_id_is_told_what_was_meant() {
        for (selector, advice) in [
            ("secrets/bb", "did you mean `secrets/b`?"),
            ("scopes/cc", "did you mean `scopes/c`?"),
            ("secret/*", "did you mean `secrets/*`?"),
            ("b", "did you mean `secrets/b`?"),
            ("xyz", "`aelix-lint rules list` lists all"),
        ] {
            let own = apply(&[allow(&[selector], (1, 1))], &mut [], &rules(), Date::default());
            assert_eq!(own[0].message, format!("`{selector}` is allowed here but no rule has this id; {advice}"));
        }
    }

    fn on(day: &str) -> TriageOptions {
        TriageOptions { today: day.parse().unwrap(), ..TriageOptions::default() }
    }

    #[test]
    fn a_comment_mutes_up_to_its_last_day() {
        let rules = rules();
        let comment = || Suppression { until: Until::Day("2026-03-31".parse().unwrap()), ..allow(&["secrets/a"], (3, 4)) };
        for (today, expected) in [
            ("2026-03-30", &["-secrets/a"][..]),
            ("2026-03-31", &["-secrets/a"]),
            ("2026-04-01", &["+secrets/a", "+suppression/expired"]),
            ("2027-01-01", &["+secrets/a", "+suppression/expired"]),
        ] {
            assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![comment()], &on(today)), expected, "{today}");
        }
    }

    #[test]
    fn an_expired_comment_says_what_becomes_of_its_findings() {
        let rules = rules();
        let expired = || Suppression { until: Until::Day("2026-03-31".parse().unwrap()), reason: None, ..allow(&["secrets/a"], (3, 4)) };
        let mut findings = vec![found(0, (3, 3), &rules), found(1, (3, 3), &rules)];
        let own = apply(&[expired(), expired()], &mut findings, &rules, "2026-04-01".parse().unwrap());
        assert_eq!(own.len(), 2, "a reason is not asked for any more");
        assert_eq!(own[0].message, "suppression expired after 2026-03-31; what it muted is reported again");
        assert_eq!(findings[0].notes, ["the suppression on line 3 expired after 2026-03-31"]);
        assert!(findings[1].notes.is_empty(), "it is not about this one");
        let alone = apply(&[expired()], &mut [], &rules, "2026-04-01".parse().unwrap());
        assert_eq!(alone[0].message, "suppression expired after 2026-03-31 and has nothing left to mute; remove the comment");
        let sample = Suppression { sample: true, ..expired() };
        assert!(apply(&[sample], &mut [], &rules, "2026-04-01".parse().unwrap()).is_empty());
    }

    #[test]
    fn a_comment_whose_day_is_no_date_mutes_nothing() {
        let rules = rules();
        for (until, why) in [
            (Until::Wrong(NoDate::Calendar), "what stands behind `until=` is a day that the calendar does not have"),
            (Until::Wrong(NoDate::Form), "what stands behind `until=` is not a date of the form YYYY-MM-DD"),
            (Until::Twice, "it has more than one `until=`"),
        ] {
            let comment = Suppression { until, ..allow(&["secrets/a"], (3, 4)) };
            let mut findings = vec![found(0, (3, 3), &rules)];
            let own = apply(&[comment], &mut findings, &rules, Date::default());
            assert!(findings[0].is_active());
            assert_eq!(findings[0].notes, [format!("the suppression on line 3 mutes nothing: {why}")]);
            assert_eq!((own[0].rule.as_str(), own[0].message.clone()), (INVALID_DATE, format!("suppression mutes nothing: {why}")));
        }
    }

    fn foreign(lines: (u32, u32)) -> Suppression {
        Suppression { tool: Some(Tool::Gitleaks), sample: true, place: place((90, 90)), ..allow(&["secrets/*"], lines) }
    }

    #[test]
    fn a_comment_for_another_tool_mutes_secrets_and_is_never_judged() {
        let rules = rules();
        let findings = vec![found(0, (3, 3), &rules), found(2, (3, 3), &rules), found(1, (5, 5), &rules)];
        let expected = ["+scopes/c", "-secrets/a", "+secrets/b"];
        assert_eq!(outcome(findings.clone(), vec![foreign((3, 3)), foreign((7, 7))], &TriageOptions::default()), expected);
        let options = TriageOptions { foreign: ForeignSuppressions::Disregard, ..TriageOptions::default() };
        assert!(outcome(findings.clone(), vec![foreign((3, 3))], &options).iter().all(|outcome| outcome.starts_with('+')));
        let options = TriageOptions { inline: InlineSuppressions::Disregard, ..TriageOptions::default() };
        assert!(outcome(findings, vec![foreign((3, 3))], &options).iter().all(|outcome| outcome.starts_with('+')));
    }

    #[test]
    fn a_marker_inside_of_a_secret_does_not_mute_it() {
        let rules = rules();
        let inside = Suppression { place: place((3, 3)), ..foreign((3, 3)) };
        assert_eq!(outcome(vec![found(0, (3, 3), &rules)], vec![inside], &TriageOptions::default()), ["+secrets/a"]);
    }

    #[test]
    fn our_own_comment_comes_first() {
        let rules = rules();
        let findings = vec![found(0, (3, 3), &rules)];
        let all = triage(FileResult { findings, suppressions: vec![foreign((3, 3)), allow(&["secrets/a"], (3, 3))] }, &rules, &TriageOptions::default());
        assert_eq!(all.len(), 1, "ours is in use");
        assert_eq!(all[0].status, Status::Suppressed { reason: Some("known".into()), tool: None });
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
