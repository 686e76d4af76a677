//! Least severity and confidence: what is reported, what fails the run.

use std::str::FromStr;

use serde::Deserialize;

use crate::model::{Confidence, Finding, Severity, Status};

/// The least that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Least severity.
    pub severity: Severity,
    /// Least confidence.
    pub confidence: Confidence,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { severity: Severity::Info, confidence: Confidence::Medium }
    }
}

impl Thresholds {
    /// Marks a finding that is below them, muted or not: what would not have been reported is not counted as suppressed.
    pub fn mark(self, finding: &mut Finding) {
        if finding.severity < self.severity || finding.confidence < self.confidence {
            finding.status = Status::BelowThreshold;
        }
    }
}

/// The least severity that fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum FailOn {
    /// This severity and those above it.
    AtLeast(Severity),
    /// Findings never fail the run.
    Never,
}

impl FailOn {
    /// All names, most severe first.
    pub const NAMES: [&'static str; 6] = ["critical", "high", "medium", "low", "info", "never"];

    /// Whether this finding fails the run. Our own findings about suppressions never do.
    pub fn fails(self, finding: &Finding) -> bool {
        let is_own = finding.rule.family() == "suppression";
        finding.is_active() && !is_own && matches!(self, Self::AtLeast(least) if finding.severity >= least)
    }

    /// The name as written in flags and the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self::AtLeast(Severity::Low)
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let severity = Severity::ALL.into_iter().find(|severity| severity.as_str() == text);
        match severity {
            Some(severity) => Ok(Self::AtLeast(severity)),
            None if text == "never" => Ok(Self::Never),
            None => Err(format!("unknown severity `{text}`, expected one of {}", Self::NAMES.join(", "))),
        }
    }
}

impl TryFrom<String> for FailOn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
