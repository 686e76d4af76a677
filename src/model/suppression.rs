//! Inline comments that mute findings, with a reason.

use super::finding::Place;

/// What one `aelix-lint: allow …` comment mutes.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Rule ids and selectors (`secrets/*`) as written.
    pub rules: Vec<String>,
    /// Why, after ` -- `.
    pub reason: Option<String>,
    /// 1-based lines it covers, first and last; the whole file for `allow-file`.
    pub lines: (u32, u32),
    /// It stands in documentation, where it may show how to write one: nothing is said of the comment itself.
    pub sample: bool,
    /// The comment.
    pub place: Place,
}

impl Suppression {
    /// Whether a finding that covers the lines `first..=last` is muted, if the rule is one of its rules.
    pub fn covers(&self, first: u32, last: u32) -> bool {
        first <= self.lines.1 && self.lines.0 <= last
    }
}
