//! Runs a rule's own examples and counterexamples: they are its tests.

use crate::model::{Blob, Confidence, Rule, Target};
use crate::text::Span;

use super::{Scanner, Worker};

/// File name of an example that does not say its own.
const DEFAULT_PATH: &str = "example.txt";
const OPEN: &str = "«";
const CLOSE: &str = "»";

/// What is wrong with a rule's examples, each with file, line and rule, without the text itself; nothing where they hold.
pub fn check(scanner: &Scanner, rule: &Rule) -> Vec<String> {
    let place = format!("{}:{}: rule `{}`", rule.source.file, rule.source.line, rule.id);
    let examples = rule.examples.iter().enumerate().filter_map(|(i, example)| {
        let why = check_example(scanner, rule, example.path.as_deref(), &example.text)?;
        Some(format!("{place}: example {}: {why}", i + 1))
    });
    let counterexamples = rule.counterexamples.iter().enumerate().filter_map(|(i, counter)| {
        let why = check_counterexample(scanner, rule, counter.path.as_deref(), &counter.text)?;
        Some(format!("{place}: counterexample {} ({}): {why}", i + 1, counter.because))
    });
    examples.chain(counterexamples).collect()
}

/// Why an example failed; `None` if exactly the bytes between `«` and `»` are reported.
pub fn check_example(scanner: &Scanner, rule: &Rule, path: Option<&str>, marked: &str) -> Option<String> {
    let (text, marks) = match unmark(marked) {
        Ok(unmarked) => unmarked,
        Err(why) => return Some(why.to_owned()),
    };
    let found = reported(scanner, rule, path, &text);
    match () {
        () if found == marks => None,
        () if found.is_empty() => Some("nothing is reported".to_owned()),
        () => Some(format!("reported at {}, marked at {}", shown(&found), shown(&marks))),
    }
}

/// Why a counterexample failed; `None` if the rule does not report anything in it.
pub fn check_counterexample(scanner: &Scanner, rule: &Rule, path: Option<&str>, text: &str) -> Option<String> {
    let found = reported(scanner, rule, path, text);
    (!found.is_empty()).then(|| format!("reported at {}", shown(&found)))
}

/// The bytes that the rule reports at the default confidence (a rule of low confidence: at its own), as the winner or as one that lost the same bytes.
fn reported(scanner: &Scanner, rule: &Rule, path: Option<&str>, text: &str) -> Vec<Span> {
    let target = Target::in_memory(path.unwrap_or(DEFAULT_PATH));
    let scanned = scanner.scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default());
    let least = rule.confidence.min(Confidence::Medium);
    let mine = scanned.findings.iter().filter(|finding| (finding.rule == rule.id || finding.also.contains(&rule.id)) && finding.confidence >= least);
    mine.map(|finding| finding.place.span).collect()
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
