//! Runs a rule's own examples and counterexamples: they are its tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Confidence, Finding, Rule, Status};
use crate::text::Span;
use crate::text::value::date::{Date, Moment};
use crate::triage::{FileResult, TriageOptions, triage};

use crate::project;
use crate::ruleset::RuleSet;
use crate::scan::Scanner;

use super::scanning::scan_text;

/// File name of an example that does not say its own.
const DEFAULT_PATH: &str = "input.txt";
const OPEN: &str = "«";
const CLOSE: &str = "»";

/// What is wrong with a rule's examples, each with file, line and rule, without the text itself; nothing where they hold.
pub fn check((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule) -> Vec<String> {
    let place = format!("{}:{}: rule `{}`", rule.source.file, rule.source.line, rule.id);
    let examples = rule.examples.iter().enumerate().filter_map(|(i, example)| {
        let why = check_example((rules, scanner), rule, example.path.as_deref(), &example.text)?;
        Some(format!("{place}: example {}: {why}", i + 1))
    });
    let counterexamples = rule.counterexamples.iter().enumerate().filter_map(|(i, counter)| {
        let why = check_counterexample((rules, scanner), rule, counter.path.as_deref(), &counter.text)?;
        Some(format!("{place}: counterexample {} ({}): {why}", i + 1, counter.because))
    });
    examples.chain(counterexamples).collect()
}

/// Why an example failed; `None` if exactly the bytes between `«` and `»` are reported.
pub fn check_example((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, marked: &str) -> Option<String> {
    let (text, marks) = match unmark(marked) {
        Ok(unmarked) => unmarked,
        Err(why) => return Some(why.to_owned()),
    };
    let found = reported((rules, scanner), rule, path, &text);
    match () {
        () if found == marks => None,
        () if found.is_empty() => Some("nothing is reported".to_owned()),
        () => Some(format!("reported at {}, marked at {}", shown(&found), shown(&marks))),
    }
}

/// Why a counterexample failed; `None` if the rule does not report anything in it.
pub fn check_counterexample((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, text: &str) -> Option<String> {
    let found = reported((rules, scanner), rule, path, text);
    (!found.is_empty()).then(|| format!("reported at {}", shown(&found)))
}

/// The bytes that the rule reports at the default confidence (a rule of low confidence: at its own), as the winner or as one that lost the same bytes.
fn reported((rules, scanner): (&Arc<RuleSet>, &Scanner), rule: &Rule, path: Option<&str>, text: &str) -> Vec<Span> {
    let mut scanned = [scan_text(scanner, path.unwrap_or(DEFAULT_PATH), text.as_bytes())];
    let project = project::findings(rules, &mut scanned, &BTreeSet::new());
    let least = rule.confidence.min(Confidence::Medium);
    let is_mine = |finding: &&Finding| {
        (finding.rule == rule.id || finding.also.contains(&rule.id)) && finding.confidence >= least && !matches!(finding.status, Status::Suppressed { .. })
    };
    let [scanned] = scanned;
    let file = FileResult { findings: scanned.findings.into_iter().chain(project).collect(), suppressions: scanned.suppressions };
    let findings = triage(file, rules, &TriageOptions { today: today(), ..TriageOptions::default() });
    let mut spans: Vec<Span> = findings.iter().filter(is_mine).map(|finding| finding.place.span).collect();
    spans.sort();
    spans
}

/// The day on which examples are tried, whenever that is: what expired before 2026 has expired.
fn today() -> Date {
    Moment { seconds: 1_767_225_600 }.date()
}

fn shown(spans: &[Span]) -> String {
    spans.iter().map(|span| format!("bytes {}..{}", span.start, span.end)).collect::<Vec<_>>().join(", ")
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
