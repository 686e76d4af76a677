//! What a scan of one blob, and a whole run, amounts to. Reporters see [`Report`] and nothing else.

use std::sync::Arc;
use std::time::Duration;

use super::facts::{Resource, Wanted};
use super::finding::{Finding, Place, Status};
use super::provider::Provider;
use super::rule::{Rule, Severity};
use super::sign::Sign;
use super::suppression::Suppression;
use super::usage::{OmittedScope, Review, ScopeSite, Usage};

/// The result of scanning one blob.
#[derive(Default)]
pub struct Scanned {
    /// What was found, in the order of the bytes.
    pub findings: Vec<Finding>,
    /// Inline comments that mute.
    pub suppressions: Vec<Suppression>,
    /// Declared infrastructure that some rule asks about.
    pub resources: Vec<Resource>,
    /// Names of other files that reach a slot of an API.
    pub wanted: Vec<Wanted>,
    /// Places that request scopes of a provider.
    pub sites: Vec<ScopeSite>,
    /// Token requests of services that name no scope.
    pub omitted: Vec<OmittedScope>,
    /// The API that it describes.
    pub api: Option<Box<Provider>>,
    /// It may request scopes of a provider that other files describe.
    pub asks: bool,
    /// What it calls, for the second parallel step.
    pub usage: Option<Usage>,
    /// Places with their lines, where they are asked for.
    pub places: Vec<Place>,
    /// Slots that are filled safely, where they are asked for.
    pub safe: Vec<SafeUse>,
    /// What it shows beside what is wrong.
    pub signs: Vec<Sign>,
    /// Bytes that were parsed into a tree.
    pub parsed_bytes: u64,
    /// Something that was not done, in a sentence (a bound was reached).
    pub notices: Vec<String>,
    /// The lines that count, first and last, where not all of the blob do.
    pub added: Option<Vec<(u32, u32)>>,
}

impl Scanned {
    /// What is found in the blob alone, without what other files could make of it.
    pub fn without_facts(self) -> Self {
        let Self { findings, suppressions, parsed_bytes, notices, added, .. } = self;
        Self { findings, suppressions, parsed_bytes, notices, added, ..Self::default() }
    }
}

/// A slot of an API whose value is read at run time.
#[derive(Clone, Debug)]
pub struct SafeUse {
    /// What the slot carries: `client-secret`.
    pub kind: String,
    /// The slot, as messages name it.
    pub slot: String,
    /// Where the value comes from.
    pub source: SafeSource,
    /// Where the value stands.
    pub place: Place,
}

/// Where a value that is read at run time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SafeSource {
    /// The environment.
    Environment,
    /// A manager of secrets, or what it mounts.
    SecretManager,
    /// Somewhere else.
    RunTime,
}

impl SafeSource {
    /// The source as a phrase.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "the environment",
            Self::SecretManager => "a secret manager",
            Self::RunTime => "elsewhere at run time",
        }
    }

    /// The source as a stable key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::SecretManager => "secret-manager",
            Self::RunTime => "run-time",
        }
    }
}

/// Why a listed input was not scanned, without being an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// NUL bytes in the first 8 KiB, and not UTF-16.
    Binary,
    /// Above the size limit.
    TooLarge,
    /// A symbolic link.
    Link,
    /// A device, pipe or socket.
    Special,
    /// Git-ignored, but its name says that it holds secrets (`.env`).
    IgnoredSecretFile,
    /// Named, but excluded and `--force-exclude` is on.
    Excluded,
    /// Changed, but a repository of its own.
    Submodule,
}

impl SkipReason {
    /// The reason in words, after "skipped: ".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge => "above the size limit",
            Self::Link => "symbolic link",
            Self::Special => "special file",
            Self::IgnoredSecretFile => "git-ignored secret file",
            Self::Excluded => "excluded",
            Self::Submodule => "submodule",
        }
    }

    /// So many inputs that were passed over for it: "3 symbolic links".
    pub fn counted(self, n: &str) -> String {
        let many = if n != "1" && matches!(self, Self::Link | Self::Special | Self::Submodule) { "s" } else { "" };
        format!("{n} {}{many}", self.as_str())
    }

    /// The reason as a stable key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge => "too-large",
            Self::Link => "link",
            Self::Special => "special",
            Self::IgnoredSecretFile => "ignored-secret-file",
            Self::Excluded => "excluded",
            Self::Submodule => "submodule",
        }
    }
}

/// One input that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// Path as a person would type it.
    pub display: Arc<str>,
    /// Path relative to the root.
    pub relative: Arc<str>,
    /// Why.
    pub reason: SkipReason,
}

/// Something asked for that could not be done: the run is incomplete, exit status 2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunError {
    /// The path concerned, where there is one, as a person would type it.
    pub display: Option<Arc<str>>,
    /// The same relative to the root.
    pub relative: Option<Arc<str>>,
    /// What was tried, why not, what to do: lower case, no full stop.
    pub message: String,
}

impl RunError {
    /// The message with the path relative to the root, for reports that leave the machine.
    pub fn relative_message(&self) -> String {
        match (&self.display, &self.relative) {
            (Some(display), Some(relative)) if !display.is_empty() => self.message.replace(&**display, relative),
            _ => self.message.clone(),
        }
    }
}

/// Something that was not done in full, without making the run incomplete.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The path concerned, as a person would type it.
    pub display: Arc<str>,
    /// The same relative to the root.
    pub relative: Arc<str>,
    /// What was not done, and why.
    pub message: String,
}

/// The changes that a run is about, where it does not scan files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// What was looked at, as a part of a sentence: "what is staged", "3 commits of main..HEAD".
    pub what: String,
    /// The commit before the changes.
    pub base: Option<String>,
    /// The commit after them.
    pub head: Option<String>,
    /// The number of commits.
    pub commits: Option<usize>,
}

/// Figures of a run.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Files scanned.
    pub files: u64,
    /// Bytes scanned.
    pub bytes: u64,
    /// Bytes parsed into trees.
    pub parsed_bytes: u64,
    /// Rules that were on.
    pub rules: usize,
    /// Threads that scanned.
    pub threads: usize,
    /// Listing the targets.
    pub listing: Duration,
    /// Reading and scanning them.
    pub scanning: Duration,
    /// The whole run up to the report.
    pub total: Duration,
}

/// Everything a reporter may know.
pub struct Report {
    /// All rules of the run, on or off by selection, in id order.
    pub rules: Arc<Vec<Rule>>,
    /// Every finding, in the order of the targets and of the bytes, whatever its status.
    pub findings: Vec<Finding>,
    /// Inputs passed over.
    pub skipped: Vec<Skip>,
    /// What makes the run incomplete.
    pub errors: Vec<RunError>,
    /// What was not done in full, without making the run incomplete.
    pub notices: Vec<Notice>,
    /// Files that were scanned, where `--show-files` asks for them.
    pub scanned_files: Option<Vec<Arc<str>>>,
    /// What clients request and packages use, of every provider whose calls are known.
    pub reviews: Vec<Review>,
    /// Slots that are filled safely, where `--show-safe` asks for them.
    pub safe: Option<Vec<SafeUse>>,
    /// What the files show beside what is wrong with them.
    pub signs: Vec<Sign>,
    /// Figures.
    pub stats: Stats,
    /// Suppressed findings are shown too.
    pub show_suppressed: bool,
    /// The changes that were looked at; none where files were.
    pub scope: Option<Scope>,
}

impl Report {
    /// Findings that count.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.is_active())
    }

    /// Findings that a report lists: active ones, with `--show-suppressed` suppressed ones too, never those below the thresholds.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.is_shown(self.show_suppressed))
    }

    /// Number of active findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|f| f.severity == severity).count()
    }

    /// Number of findings muted by a comment that is written for another scanner; [`Self::suppressed`] counts them too.
    pub fn suppressed_for_others(&self) -> usize {
        self.findings.iter().filter(|f| matches!(f.status, Status::Suppressed { tool: Some(_), .. })).count()
    }

    /// Number of findings that the baseline accepts.
    pub fn baselined(&self) -> usize {
        self.findings.iter().filter(|f| matches!(f.status, Status::Baselined { .. })).count()
    }

    /// Number of findings muted by an inline comment.
    pub fn suppressed(&self) -> usize {
        self.findings.iter().filter(|f| matches!(f.status, Status::Suppressed { .. })).count()
    }
}
