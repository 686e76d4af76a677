//! Inline comments that mute findings, with a reason.

use crate::text::value::date::{Date, NoDate};

use super::finding::Place;

/// What one comment mutes: `aelix-lint: allow …`, or a comment that another scanner understands.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Rule ids and selectors (`secrets/*`) as written.
    pub rules: Vec<String>,
    /// Why, after ` -- `.
    pub reason: Option<String>,
    /// How long it mutes.
    pub until: Until,
    /// 1-based lines it covers, first and last; the whole file for `allow-file`.
    pub lines: (u32, u32),
    /// It stands in documentation, where it may show how to write one: nothing is said of the comment itself.
    pub sample: bool,
    /// The scanner that it is written for, where that is not this program: it mutes secrets only, and nothing is said of the comment itself.
    pub tool: Option<Tool>,
    /// The comment.
    pub place: Place,
}

/// How long a suppression mutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// As long as it stands there.
    #[default]
    Forever,
    /// Up to this day, in UTC, which still counts.
    Day(Date),
    /// Not at all: what stands behind `until=` is no date.
    Wrong(NoDate),
    /// Not at all: there is more than one `until=`.
    Twice,
    /// Not at all: the comment cannot be read.
    Unread(Fault),
}

/// Why a comment that begins like a suppression is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// `ignore RULE`, `disable`, or a rule at once.
    #[error("it says neither `allow` nor `allow-file`; write `aelix-lint: allow RULE -- reason`")]
    Verb,
    /// `ALLOW`, `Aelix-Lint:`.
    #[error("`aelix-lint:`, `allow` and `allow-file` are written in lower case")]
    Case,
    /// `allow` and nothing else.
    #[error("it names no rule; write `aelix-lint: allow RULE -- reason`")]
    NoRule,
    /// `allow RULE because …`.
    #[error("rules are separated by commas, and the reason begins behind ` -- `")]
    Words,
    /// `expires=…`.
    #[error("a last day is written `until=YYYY-MM-DD`")]
    Day,
}

/// Another scanner whose comments are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// `gitleaks:allow`.
    Gitleaks,
    /// `betterleaks:allow`.
    Betterleaks,
    /// `trufflehog:ignore`.
    Trufflehog,
    /// `kingfisher:ignore`.
    Kingfisher,
    /// `ggignore`.
    Ggshield,
    /// `pragma: allowlist secret`.
    DetectSecrets,
}

impl Tool {
    /// Its name as its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gitleaks => "gitleaks",
            Self::Betterleaks => "betterleaks",
            Self::Trufflehog => "trufflehog",
            Self::Kingfisher => "kingfisher",
            Self::Ggshield => "ggshield",
            Self::DetectSecrets => "detect-secrets",
        }
    }
}

impl Suppression {
    /// Whether a finding that covers the lines `first..=last` is muted, if the rule is one of its rules.
    pub fn covers(&self, first: u32, last: u32) -> bool {
        first <= self.lines.1 && self.lines.0 <= last
    }
}
