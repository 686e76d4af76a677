//! Runs a rule's own examples and counterexamples: they are its tests.

use crate::model::{Blob, Confidence, Rule, Target};

use super::{Scanner, Worker};

/// File name of an example that does not say its own.
const DEFAULT_PATH: &str = "example.txt";

/// Why an example failed, in a sentence without the text itself; `None` if exactly the bytes between `«` and `»` are reported.
pub fn example(scanner: &Scanner, rule: &Rule, path: Option<&str>, marked: &str) -> Option<String> {
    let (text, spans) = unmark(marked);
    let found = reported(scanner, rule, path, &text);
    let missing: Vec<_> = spans.iter().filter(|span| !found.contains(span)).collect();
    if spans.is_empty() {
        return Some("no «…» marks the bytes to report".to_owned());
    }
    if missing.is_empty() && found.len() == spans.len() {
        return None;
    }
    Some(format!("expected bytes {spans:?}, the rule reports {found:?}"))
}

/// Why a counterexample failed; `None` if the rule does not report anything in it.
pub fn counterexample(scanner: &Scanner, rule: &Rule, path: Option<&str>, text: &str) -> Option<String> {
    let found = reported(scanner, rule, path, text);
    (!found.is_empty()).then(|| format!("reported although it must not be: bytes {found:?}"))
}

/// The bytes that the rule reports at the default confidence (a rule of low confidence: at its own), as the winner or as one that lost the same bytes.
fn reported(scanner: &Scanner, rule: &Rule, path: Option<&str>, text: &str) -> Vec<(usize, usize)> {
    let target = Target::in_memory(path.unwrap_or(DEFAULT_PATH));
    let scanned = scanner.scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default());
    let least = rule.confidence.min(Confidence::Medium);
    let mine = scanned.findings.iter().filter(|finding| (finding.rule == rule.id || finding.also.contains(&rule.id)) && finding.confidence >= least);
    mine.map(|finding| (finding.place.span.start, finding.place.span.end)).collect()
}

/// The text without its marks, and the marked bytes.
pub fn unmark(marked: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::with_capacity(marked.len());
    let mut spans = Vec::new();
    let mut open = None;
    for c in marked.chars() {
        match c {
            '«' => open = Some(text.len()),
            '»' => spans.extend(open.take().map(|start| (start, text.len()))),
            _ => text.push(c),
        }
    }
    (text, spans)
}
