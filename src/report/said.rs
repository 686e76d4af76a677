//! What the formats for other programs say of a finding, in one place.

use crate::model::{Finding, Report, Rule};

use super::style::{safe_url, sanitise};

/// What was found and its masked value, in one line.
pub fn headline(finding: &Finding) -> String {
    let value = finding.masked.as_ref().map(|masked| format!(" ({masked})")).unwrap_or_default();
    let commit = finding.commit_note().map(|note| format!(", {note}")).unwrap_or_default();
    sanitise(&format!("{}{value}{commit}", finding.message))
}

/// The same with its notes.
pub fn sentence(finding: &Finding) -> String {
    finding.notes.iter().fold(headline(finding), |text, note| format!("{text}. {}", one_line(note)))
}

/// A text with its lines in one.
fn one_line(text: &str) -> String {
    sanitise(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The rule of a finding.
pub fn rule_of<'a>(finding: &Finding, report: &'a Report) -> Option<&'a Rule> {
    report.rules.get(finding.rule_index)
}

/// What to do about it, in one line.
pub fn fix(finding: &Finding, report: &Report) -> String {
    rule_of(finding, report).map(|rule| one_line(&rule.text.fix)).unwrap_or_default()
}

/// The first page about the rule.
pub fn reference<'a>(finding: &Finding, report: &'a Report) -> Option<&'a str> {
    rule_of(finding, report)?.text.references.first().and_then(|url| safe_url(url))
}

/// The last line that a finding covers: an end at the start of a line covers nothing of it.
pub fn last_line(finding: &Finding) -> u32 {
    let (start, end) = (finding.place.start, finding.place.end);
    if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line }
}
