//! Runs a rule's own examples and counterexamples: they are its tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Confidence, Finding, Rule, Status};
use crate::text::value::date::{Date, Moment};
use crate::text::{Secret, Span, placeholder};
use crate::triage::{FileResult, TriageOptions, triage};

use crate::project;
use crate::ruleset::{Engine, RuleSet};
use crate::scan::Scanner;

use super::privilege;
use super::scanning::scan_text;

/// File name of an example that does not say its own.
const DEFAULT_PATH: &str = "input.txt";
const OPEN: &str = "«";
const CLOSE: &str = "»";

/// An example or counterexample that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which one.
    pub which: Which,
    /// What was expected and what was found; values are masked.
    pub why: String,
}

/// One example or counterexample of a rule, by its 0-based index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Of `examples`.
    Example(usize),
    /// Of `counterexamples`.
    Counterexample(usize),
}

/// The examples and counterexamples of a rule that do not hold.
pub fn check(set: (&Arc<RuleSet>, &Scanner), rule: &Rule) -> Vec<Failure> {
    let examples = rule.text.examples.iter().enumerate().filter_map(|(index, example)| {
        let why = check_example(set, rule, example.path.as_deref(), &example.text)?;
        Some(Failure { which: Which::Example(index), why })
    });
    let counterexamples = rule.text.counterexamples.iter().enumerate().filter_map(|(index, counter)| {
        let why = check_counterexample(set, rule, counter.path.as_deref(), &counter.text)?;
        Some(Failure { which: Which::Counterexample(index), why: format!("{why} (meant as none: {})", counter.because) })
    });
    examples.chain(counterexamples).collect()
}

/// Why an example failed; `None` if exactly the bytes between `«` and `»` are reported.
pub fn check_example((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, marked: &str) -> Option<String> {
    let (text, marks) = match unmark(marked) {
        Ok(unmarked) => unmarked,
        Err(why) => return Some(why.to_owned()),
    };
    let all = findings_of((rules, scanner), rule, path, &text);
    let found = reported(&all, rule);
    if found == marks {
        return None;
    }
    let show = |spans: &[Span]| shown(spans, &text, prefixes(rules, rule));
    let expected = show(&marks);
    if !found.is_empty() {
        return Some(format!("expected {expected}, found {}", show(&found)));
    }
    let hint = why_nothing(&all, rule, &text, &marks).map_or_else(String::new, |hint| format!(": {hint}"));
    Some(format!("expected {expected}, found nothing{hint}"))
}

/// Why a counterexample failed; `None` if the rule does not report anything in it.
pub fn check_counterexample((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, text: &str) -> Option<String> {
    let found = reported(&findings_of((rules, scanner), rule, path, text), rule);
    (!found.is_empty()).then(|| format!("expected nothing, found {}", shown(&found, text, prefixes(rules, rule))))
}

/// What the rule finds, as the winner or as one that lost the same bytes.
fn findings_of((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, text: &str) -> Vec<Finding> {
    let file = (path.unwrap_or(DEFAULT_PATH), text.as_bytes());
    let mut scanned = [scan_text(scanner, file.0, file.1)];
    let (about_scopes, _) = privilege::judge_text((scanner, rules), &mut scanned[0], file);
    let signs = std::mem::take(&mut scanned[0].signs);
    let around = project::Around { gaps: &BTreeSet::new(), now: today().into(), signs: &signs, package_of: &|_| String::new() };
    let project = project::findings(rules, &mut scanned, &around).findings.into_iter().chain(about_scopes);
    let [scanned] = scanned;
    let file = FileResult { findings: scanned.findings.into_iter().chain(project).collect(), suppressions: scanned.suppressions, added: None };
    let mut findings = triage(file, rules, &TriageOptions { today: today(), ..TriageOptions::default() });
    findings.retain(|finding| finding.rule == rule.id || finding.also.contains(&rule.id));
    findings
}

/// The bytes that are reported at the default confidence (of a rule of low confidence: at its own).
fn reported(findings: &[Finding], rule: &Rule) -> Vec<Span> {
    let least = least(rule);
    let is_reported = |finding: &&Finding| finding.confidence >= least && !matches!(finding.status, Status::Suppressed { .. });
    let mut spans: Vec<Span> = findings.iter().filter(is_reported).map(|finding| finding.place.span).collect();
    spans.sort();
    spans
}

/// The day on which examples are tried, whenever that is: what expired before 2026 has expired.
fn today() -> Date {
    Moment { seconds: 1_767_225_600 }.date()
}

fn least(rule: &Rule) -> Confidence {
    rule.confidence.min(Confidence::Medium)
}

/// What kept an example from being reported, where that is known.
fn why_nothing(findings: &[Finding], rule: &Rule, text: &str, marks: &[Span]) -> Option<String> {
    if findings.iter().any(|finding| matches!(finding.status, Status::Suppressed { .. })) {
        return Some("a comment in the text mutes it".to_owned());
    }
    if let Some(low) = findings.iter().find(|finding| finding.confidence < least(rule)) {
        let notes: Vec<&str> = low.notes.iter().map(String::as_str).collect();
        let because = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        return Some(format!("it is found at {} confidence only, which is not reported by default{because}", low.confidence.as_str()));
    }
    let value = |mark: &Span| text.as_bytes().get(mark.range()).unwrap_or_default();
    marks.iter().find_map(|mark| {
        let why = placeholder::placeholder(value(mark)).or_else(|| placeholder::reference(value(mark)));
        why.map(|why| format!("the marked bytes are dropped as a stand-in ({why}); make up random ones"))
    })
}

/// The documented prefixes of a rule's values, which may be shown.
fn prefixes<'a>(rules: &'a RuleSet, rule: &Rule) -> &'a [Vec<u8>] {
    let compiled = rules.find(rule.id.as_str()).and_then(|(index, _)| rules.compiled.get(index));
    match compiled.map(|compiled| &compiled.engine) {
        Some(Engine::Pattern(engine)) => &engine.prefixes,
        _ => &[],
    }
}

/// Masked values and where they are.
fn shown(spans: &[Span], text: &str, prefixes: &[Vec<u8>]) -> String {
    let one = |span: &Span| {
        let value = text.as_bytes().get(span.range()).unwrap_or_default();
        let prefix = prefixes.iter().find(|prefix| value.starts_with(prefix)).map_or(0, Vec::len);
        format!("{} (bytes {}..{})", Secret::new(value, prefix), span.start, span.end)
    };
    spans.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// The text without its marks, and where they were.
fn unmark(text: &str) -> Result<(String, Vec<Span>), &'static str> {
    let (mut plain, mut marks, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, marked)) = rest.split_once(OPEN) {
        let (inside, after) = marked.split_once(CLOSE).ok_or("a mark `«` has no `»`")?;
        plain.push_str(before);
        marks.push(Span::new(plain.len(), plain.len() + inside.len()));
        plain.push_str(inside);
        rest = after;
    }
    plain.push_str(rest);
    if marks.is_empty() { Err("no bytes are marked with `«…»`") } else { Ok((plain, marks)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_and_remembered() {
        assert_eq!(unmark("a=«bc», d=«é»"), Ok(("a=bc, d=é".to_owned(), vec![Span::new(2, 4), Span::new(8, 10)])));
        assert!(unmark("a=«b").is_err());
        assert!(unmark("a=b").is_err());
    }
}
