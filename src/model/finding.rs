//! Hit → finding. Engines return hits; a finding is built only by [`Finding::new`].

use std::sync::Arc;

use serde::Serialize;

use crate::text::{Position, Secret, Span};

use super::blob::{Commit, Target};
use super::fingerprint::Fingerprint;
use super::rule::{Confidence, Rule, RuleId, Severity};
use super::suppression::Tool;

/// Who wins where two hits share bytes. Ordered: the first is the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The built-in classifier of names.
    Generic,
    /// A rule that names the key.
    KeyName,
    /// A value that reaches a slot of an API.
    Sink,
    /// A provider's token format.
    Provider,
    /// A token whose checksum is right.
    Checksum,
}

/// An engine's raw result, while the blob's bytes are at hand.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Index of the rule in the rule set.
    pub rule: usize,
    /// The reported bytes.
    pub span: Span,
    /// Who wins on shared bytes.
    pub rank: Rank,
    /// Length of the documented prefix of the value, which may be shown.
    pub prefix: usize,
    /// Severity after the evidence of this place.
    pub severity: Severity,
    /// Confidence after the evidence of this place.
    pub confidence: Confidence,
    /// The reported bytes are a secret: they are masked wherever they would be shown.
    pub secret: bool,
    /// What to say; the rule's title where none.
    pub message: Option<String>,
    /// Further lines: why the severity is lower, what was decoded.
    pub notes: Vec<String>,
    /// What the confidence is made of.
    pub evidence: Vec<Evidence>,
    /// The normalised name that holds the value.
    pub name: Option<String>,
    /// Other places of the same blob that belong to it.
    pub related: Vec<(Span, String)>,
    /// The way that the value took, from where it is written to where it is used, in order.
    pub flow: Vec<(Span, String)>,
    /// Rules that lost these bytes to this hit.
    pub also: Vec<RuleId>,
    /// All places of a value in pieces; none of them may be shown.
    pub pieces: Vec<Span>,
    /// The value, where it is not what stands at `span`: folded, decoded.
    pub value: Option<Secret>,
}

/// One thing that speaks for a finding or against it, in words that hold nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is about.
    pub about: About,
    /// Which way it speaks.
    pub speaks: Speaks,
    /// What was seen.
    pub what: String,
}

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The value itself: its format, its randomness, the words in it.
    Value,
    /// What the value is called.
    Name,
    /// What holds it: a literal, an argument, a header, a URL.
    Holder,
    /// The file it stands in.
    File,
}

impl About {
    /// As reports say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Name => "name",
            Self::Holder => "holder",
            Self::File => "file",
        }
    }
}

/// Which way a piece of evidence speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaks {
    /// For the finding.
    For,
    /// Against it.
    Against,
}

impl Evidence {
    /// What speaks for a finding.
    pub fn pro(about: About, what: impl Into<String>) -> Self {
        Self { about, speaks: Speaks::For, what: what.into() }
    }

    /// What speaks against a finding.
    pub fn contra(about: About, what: impl Into<String>) -> Self {
        Self { about, speaks: Speaks::Against, what: what.into() }
    }
}

impl Hit {
    /// A hit of `rule` (index `index`) on a secret value, with the rule's own severity and confidence.
    pub fn secret(index: usize, rule: &Rule, span: Span, rank: Rank) -> Self {
        Self {
            rule: index,
            span,
            rank,
            prefix: 0,
            severity: rule.severity,
            confidence: rule.confidence,
            secret: true,
            message: None,
            notes: Vec::new(),
            evidence: Vec::new(),
            name: None,
            related: Vec::new(),
            flow: Vec::new(),
            also: Vec::new(),
            pieces: Vec::new(),
            value: None,
        }
    }
}

/// Where something is, taken while the bytes are there: target, positions, masked lines.
#[derive(Clone, Debug)]
pub struct Place {
    /// Path as a person would type it.
    pub display: Arc<str>,
    /// Path relative to the scan's root.
    pub relative: Arc<str>,
    /// Bytes in the blob.
    pub span: Span,
    /// First byte as a position.
    pub start: Position,
    /// One past the last byte as a position.
    pub end: Position,
    /// The lines shown, masked; none where they are left out, as for the many places that are seldom shown.
    pub snippet: Option<Box<Snippet>>,
    /// GitHub's `primaryLocationLineHash` of the first line, where it was asked for.
    pub line_hash: Option<Arc<str>>,
    /// The commit whose version of the file this is.
    pub commit: Option<Arc<Commit>>,
}

impl Place {
    /// A place in `target`, without its lines.
    pub fn new(target: &Target, span: Span, start: Position, end: Position) -> Self {
        let (display, relative, commit) = (target.display.clone(), target.relative.clone(), target.commit().cloned());
        Self { display, relative, span, start, end, snippet: None, line_hash: None, commit }
    }
}

/// The shown lines around a place. Secrets in it have been replaced by masks; what is left is safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// 1-based number of the first shown line.
    pub first_line: u32,
    /// The shown text: whole lines joined by `\n`, invalid bytes replaced, long lines clipped, secrets masked.
    pub text: String,
    /// The marked bytes of `text`.
    pub mark: (usize, usize),
}

/// Whether a finding counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Reported, and counts for the exit status.
    Active,
    /// Muted by an inline comment.
    Suppressed {
        /// The reason given.
        reason: Option<String>,
        /// The other scanner for which the comment is written.
        tool: Option<Tool>,
    },
    /// Accepted in the baseline.
    Baselined {
        /// The reason given.
        reason: Option<String>,
    },
    /// Below the severity or confidence asked for.
    BelowThreshold,
}

/// Another place that explains a finding.
#[derive(Clone, Debug)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What it has to do with it.
    pub message: String,
}

/// What a leaked secret of a client opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opens {
    /// Name of the provider.
    pub provider: String,
    /// The client, by its id as an expression.
    pub client: Option<String>,
    /// `production` or `sandbox`, where it is known.
    pub environment: Option<String>,
    /// The scopes that the client requests.
    pub scopes: Vec<String>,
}

/// What is reported. Holds no secret bytes.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// Index of the rule in the rule set.
    pub rule_index: usize,
    /// Harm if true.
    pub severity: Severity,
    /// Likelihood of being true.
    pub confidence: Confidence,
    /// One sentence without a full stop.
    pub message: String,
    /// The masked value, for secrets.
    pub masked: Option<String>,
    /// Where.
    pub place: Place,
    /// Further lines of explanation.
    pub notes: Vec<String>,
    /// What the confidence is made of.
    pub evidence: Vec<Evidence>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The way that the value took, from where it is written to where it is used; empty where it is written where it is used.
    pub flow: Vec<Related>,
    /// Rules that lost the same bytes to this one.
    pub also: Vec<RuleId>,
    /// The normalised name that holds the value.
    pub name: Option<String>,
    /// What whoever has the value can do, as far as the same project tells.
    pub opens: Option<Opens>,
    /// Identity across runs, moves and renames.
    pub fingerprint: Fingerprint,
    /// Whether it counts.
    pub status: Status,
}

impl Finding {
    /// The only way to make a finding. `matched` is the value, for the fingerprint and its masked form.
    pub fn new(rule: &Rule, hit: Hit, matched: &Secret, place: Place, related: Vec<Related>) -> Self {
        // The first id that the rule ever had: another name for it changes no identity.
        let fingerprint = Fingerprint::new(rule.aliases.first().unwrap_or(&rule.id), hit.name.as_deref(), matched);
        Self {
            rule: rule.id.clone(),
            rule_index: hit.rule,
            severity: hit.severity,
            confidence: hit.confidence,
            message: hit.message.unwrap_or_else(|| rule.title.clone()),
            masked: hit.secret.then(|| matched.masked()),
            place,
            notes: hit.notes,
            evidence: hit.evidence,
            related,
            flow: Vec::new(),
            also: hit.also,
            name: hit.name,
            opens: None,
            fingerprint,
            status: Status::Active,
        }
    }

    /// Whether a report lists it: an active one always, a suppressed or baselined one where that is asked for, one below the thresholds never.
    pub fn is_shown(&self, suppressed_too: bool) -> bool {
        match self.status {
            Status::Active => true,
            Status::Suppressed { .. } | Status::Baselined { .. } => suppressed_too,
            Status::BelowThreshold => false,
        }
    }

    /// Which commit added it, in words.
    pub fn commit_note(&self) -> Option<String> {
        self.place.commit.as_ref().map(|commit| format!("added by commit {} of {}", commit.short(), commit.date))
    }

    /// Whether it is reported and counts.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}
