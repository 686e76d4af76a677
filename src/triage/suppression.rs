//! Inline comments that mute: which findings, and what is to be said of the comments themselves.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::model::finding::Rank;
use crate::model::rule::FAMILIES;
use crate::model::{Fault, Finding, Hit, Rule, RuleId, RuleStatus, Suppression, Until};
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
/// Selectors of one comment that are told by name that they mute nothing; the others are counted.
const MOST_UNUSED: usize = 8;
/// Unknown selectors of one file for which is looked what was meant: each is compared with every rule.
const MOST_ADVISED: usize = 100;
/// The family that comments for other tools mute.
const SECRETS: &str = "secrets";

/// The lines of a comment on the whole file.
const WHOLE_FILE: (u32, u32) = (1, u32::MAX);

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
    /// The last line of all findings up to the one of the same index.
    reaches: Vec<u32>,
}

impl<'a> ByLine<'a> {
    fn new(findings: &'a mut [Finding]) -> Self {
        findings.sort_by_key(|finding| finding.place.start.line);
        let further = |last: &mut u32, finding: &Finding| {
            *last = last_line(finding).max(*last);
            Some(*last)
        };
        let reaches = findings.iter().scan(0, further).collect();
        Self { findings, reaches }
    }

    /// Where the findings on the lines of a suppression are. Only those are asked that are near enough: a file may have as many comments as findings.
    fn near(&self, suppression: &Suppression) -> Range<usize> {
        let first = self.reaches.partition_point(|last| *last < suppression.lines.0);
        let past = self.findings.partition_point(|finding| finding.place.start.line <= suppression.lines.1);
        first..past.max(first)
    }

    /// The findings on the lines of a suppression.
    fn covered(&mut self, suppression: &Suppression) -> impl Iterator<Item = &mut Finding> {
        let near = self.near(suppression);
        self.findings[near].iter_mut().filter(|finding| is_covered(finding, suppression))
    }
}

fn is_covered(finding: &Finding, suppression: &Suppression) -> bool {
    suppression.covers(finding.place.start.line, last_line(finding))
}

/// Mutes findings on the day `today` and returns our own findings about the comments.
pub fn apply(suppressions: &[Suppression], findings: &mut [Finding], rules: &RuleSet, today: Date) -> Vec<Finding> {
    let mut own = Vec::new();
    let mut desk = Desk::new(findings, rules);
    let mut unused = Unused::new(rules);
    for suppression in suppressions.iter().filter(|suppression| suppression.tool.is_none()) {
        let lapse = Lapse::of(suppression.until, today);
        let treated = desk.treat(suppression, lapse);
        if let Some(lapse) = lapse {
            own.extend(lapsed(suppression, lapse, treated.mutes_something, rules));
            continue;
        }
        if suppression.sample {
            continue;
        }
        own.extend(unused.findings(suppression, &treated.unused));
        if suppression.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            own.extend(without_reason(suppression, rules));
        }
    }
    own
}

/// The comments of one file at work on its findings. What a selector names is asked once, and of findings that no selector tells apart.
struct Desk<'a> {
    rules: &'a RuleSet,
    findings: ByLine<'a>,
    /// The kind of the finding of the same index.
    kind_of: Vec<usize>,
    kinds: Vec<Kind>,
    /// The kinds that a selector names.
    named: HashMap<&'a str, Rc<[usize]>>,
}

/// The findings of one rule that the same rules lost to.
#[derive(Default)]
struct Kind {
    members: Vec<usize>,
    /// Whether a comment on the whole file has muted them all.
    muted: bool,
    /// Whether a comment on the whole file that has lapsed is noted on them all.
    noted: bool,
}

/// What became of a comment.
struct Treated<'a> {
    mutes_something: bool,
    /// Its selectors that name nothing on its lines, each once.
    unused: Vec<&'a str>,
}

/// What a comment has to do with a kind of findings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    None,
    Named,
    /// Named, and on its lines.
    Met,
}

impl<'a> Desk<'a> {
    fn new(findings: &'a mut [Finding], rules: &'a RuleSet) -> Self {
        let findings = ByLine::new(findings);
        let (mut known, mut kinds): (HashMap<_, usize>, Vec<Kind>) = (HashMap::new(), Vec::new());
        let kind = |(index, finding): (usize, &Finding)| {
            let kind = *known.entry((finding.rule_index, finding.rule.clone(), finding.also.clone())).or_insert_with(|| {
                kinds.push(Kind::default());
                kinds.len() - 1
            });
            kinds[kind].members.push(index);
            kind
        };
        let kind_of = findings.findings.iter().enumerate().map(kind).collect();
        Self { rules, findings, kind_of, kinds, named: HashMap::new() }
    }

    /// Mutes what the comment names on its lines, even if it is hidden for another reason, or says on it why it is not muted any more.
    fn treat(&mut self, suppression: &'a Suppression, lapse: Option<Lapse>) -> Treated<'a> {
        let mut seen = HashSet::new();
        let selectors = suppression.rules.iter().map(String::as_str).filter(|selector| seen.insert(*selector));
        let selectors: Vec<_> = selectors.map(|selector| (selector, self.named_by(selector))).collect();
        // A comment that cannot be read names no rule: it may mean any.
        let unread = suppression.rules.is_empty() && lapse.is_some();
        let mut relations = vec![if unread { Relation::Named } else { Relation::None }; self.kinds.len()];
        selectors.iter().flat_map(|(_, kinds)| kinds.iter()).for_each(|&kind| relations[kind] = Relation::Named);
        if suppression.lines == WHOLE_FILE {
            self.treat_all(suppression, lapse, &mut relations);
        } else {
            self.treat_covered(suppression, lapse, &mut relations);
        }
        let is_met = |kinds: &[usize]| kinds.iter().any(|&kind| relations[kind] == Relation::Met);
        let unused = selectors.iter().filter(|(_, kinds)| !is_met(kinds)).map(|(selector, _)| *selector).collect();
        Treated { mutes_something: relations.contains(&Relation::Met), unused }
    }

    fn treat_covered(&mut self, suppression: &Suppression, lapse: Option<Lapse>, relations: &mut [Relation]) {
        for index in self.findings.near(suppression) {
            let (kind, finding) = (self.kind_of[index], &mut self.findings.findings[index]);
            if relations[kind] != Relation::None && is_covered(finding, suppression) {
                relations[kind] = Relation::Met;
                treat_one(finding, suppression, lapse);
            }
        }
    }

    /// The same for a comment on the whole file: a second one finds nothing left to do.
    fn treat_all(&mut self, suppression: &Suppression, lapse: Option<Lapse>, relations: &mut [Relation]) {
        for (kind, relation) in self.kinds.iter_mut().zip(relations).filter(|(_, relation)| **relation == Relation::Named) {
            *relation = Relation::Met;
            let done = if lapse.is_some() { &mut kind.noted } else { &mut kind.muted };
            if !std::mem::replace(done, true) {
                kind.members.iter().for_each(|&index| treat_one(&mut self.findings.findings[index], suppression, lapse));
            }
        }
    }

    fn named_by(&mut self, selector: &'a str) -> Rc<[usize]> {
        let Self { rules, findings, kinds, named, .. } = self;
        let is_named = |kind: &usize| kinds[*kind].members.first().is_some_and(|&member| names(selector, &findings.findings[member], rules));
        named.entry(selector).or_insert_with(|| (0..kinds.len()).filter(is_named).collect()).clone()
    }
}

/// Mutes a finding, or says why it is not muted any more; a finding is told so once.
fn treat_one(finding: &mut Finding, suppression: &Suppression, lapse: Option<Lapse>) {
    match lapse {
        None if finding.is_active() => super::mute(finding, suppression.reason.clone(), None),
        Some(lapse) if !finding.notes.iter().any(|note| note.starts_with(NOTE_BEGIN)) => finding.notes.push(lapse.note(suppression.place.start.line)),
        _ => {}
    }
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

/// Says of a comment that it does not mute. A sample is told only where it is in use.
fn lapsed(suppression: &Suppression, lapse: Lapse, mutes_something: bool, rules: &RuleSet) -> Option<Finding> {
    let is_said = mutes_something || !suppression.sample;
    is_said.then(|| own_finding(lapse.rule(), suppression, &lapse.message(mutes_something), None, rules)).flatten()
}

/// The last line that has a byte of the finding: an end in the first column lies behind the line end.
pub(super) fn last_line(finding: &Finding) -> u32 {
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

/// What is said of selectors that mute nothing, each judged once for all comments of a file.
struct Unused<'a> {
    rules: &'a RuleSet,
    said: HashMap<&'a str, Option<Rc<str>>>,
    /// All ids, former ids and families, once one is asked for.
    names: OnceCell<HashSet<&'a str>>,
    /// Unknown ones so far.
    unknown: usize,
}

impl<'a> Unused<'a> {
    fn new(rules: &'a RuleSet) -> Self {
        Self { rules, said: HashMap::new(), names: OnceCell::new(), unknown: 0 }
    }

    /// Whether a selector looks as if it named a rule; one that does not names none.
    fn may_name(&self, selector: &str) -> bool {
        let of_rule = |rule: &'a Rule| [rule.id.as_str(), rule.id.family()].into_iter().chain(rule.aliases.iter().map(RuleId::as_str));
        let names = self.names.get_or_init(|| self.rules.rules.iter().flat_map(of_rule).collect());
        selector == "all" || names.contains(selector) || names.contains(selector.strip_suffix("/*").unwrap_or(selector))
    }

    /// Our own findings about these selectors of a comment. Beyond the first few they are one finding.
    fn findings(&mut self, suppression: &Suppression, selectors: &[&'a str]) -> Vec<Finding> {
        let said: Vec<Rc<str>> = selectors.iter().filter_map(|selector| self.said(selector)).collect();
        let (first, more) = said.split_at(said.len().min(MOST_UNUSED));
        let more = (!more.is_empty()).then(|| Rc::from(format!("{} more selectors of this comment mute nothing; remove them from it", more.len())));
        first.iter().chain(&more).filter_map(|message| own_finding(UNUSED, suppression, message, None, self.rules)).collect()
    }

    fn said(&mut self, selector: &'a str) -> Option<Rc<str>> {
        if let Some(known) = self.said.get(selector) {
            return known.clone();
        }
        let said = self.message(selector).map(Rc::from);
        self.said.insert(selector, said.clone());
        said
    }

    fn message(&mut self, selector: &str) -> Option<String> {
        let rules = self.rules;
        let candidates = if self.may_name(selector) { 0..rules.rules.len() } else { 0..0 };
        let mut named = candidates.filter(|&i| is_named_by(selector, &rules.rules[i])).peekable();
        let is_judged = |i: usize| rules.enabled.get(i).copied().unwrap_or(false) || rules.rules[i].status == RuleStatus::Preview;
        if named.peek().is_some() {
            return named.all(is_judged).then(|| format!("`{selector}` is allowed here but not found; remove it from the comment"));
        }
        self.unknown += 1;
        let meant = if self.unknown <= MOST_ADVISED { nearest_selector(selector, rules) } else { None };
        let advice = meant.map_or_else(|| "`aelix-lint rules list` lists all".to_owned(), |id| format!("did you mean `{id}`?"));
        Some(format!("`{selector}` is allowed here but no rule has this id; {advice}"))
    }
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
    use crate::model::{Confidence, Place, Severity, Status, Target, Tool};
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
        Place::new(&Target::in_memory("src/x"), Span::new(start, start + 5), at(lines.0), at(lines.1))
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
            Status::Baselined { .. } => '=',
            Status::BelowThreshold => '.',
        };
        let all = triage(FileResult { findings, suppressions, added: None }, &rules(), options);
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
    fn many_selectors_that_mute_nothing_are_told_together() {
        let rules = rules();
        let selectors: Vec<String> = (0..50).map(|i| format!("x{}", i % 40)).collect();
        let selectors: Vec<&str> = selectors.iter().map(String::as_str).chain(["secrets/a"]).collect();
        let mut findings = vec![found(0, (3, 3), &rules)];
        let own = apply(&[allow(&selectors, (3, 4))], &mut findings, &rules, Date::default());
        let messages: Vec<&str> = own.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages.len(), MOST_UNUSED + 1);
        assert!(messages[0].starts_with("`x0` is allowed here but no rule has this id"), "{}", messages[0]);
        assert_eq!(messages[MOST_UNUSED], "32 more selectors of this comment mute nothing; remove them from it");
        assert!(!findings[0].is_active(), "a selector behind them mutes");
    }

    #[test]
    fn of_many_comments_on_a_file_the_first_one_mutes() {
        let rules = rules();
        let because = |reason: &str, selector| Suppression { reason: Some(reason.into()), ..allow(&[selector], WHOLE_FILE) };
        let comments = [because("one", "secrets/a"), because("two", "secrets/a"), because("three", "secrets/*"), because("four", "scopes/c")];
        let mut findings = vec![found(0, (3, 3), &rules), found(0, (7, 7), &rules), found(1, (5, 5), &rules)];
        let own = apply(&comments, &mut findings, &rules, Date::default());
        let reasons: Vec<Status> = findings.into_iter().map(|finding| finding.status).collect();
        let muted = |reason: &str| Status::Suppressed { reason: Some(reason.into()), tool: None };
        assert_eq!(reasons, [muted("one"), muted("three"), muted("one")], "in the order of their lines");
        assert_eq!(
            own.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>(),
            ["`scopes/c` is allowed here but not found; remove it from the comment"]
        );
    }

    #[test]
    fn a_tall_finding_is_muted_from_below() {
        let rules = rules();
        let findings = vec![found(0, (2, 40), &rules), found(1, (3, 3), &rules), found(1, (41, 41), &rules)];
        let comments = vec![allow(&["secrets/a"], (40, 40)), allow(&["secrets/b"], (41, 41))];
        assert_eq!(outcome(findings, comments, &TriageOptions::default()), ["-secrets/a", "+secrets/b", "-secrets/b"]);
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
        let suppressions = vec![foreign((3, 3)), allow(&["secrets/a"], (3, 3))];
        let all = triage(FileResult { findings, suppressions, added: None }, &rules, &TriageOptions::default());
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
