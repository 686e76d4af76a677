//! Floor 1: the words of the program. Plain types, no engine.

pub mod blob;
pub mod facts;
pub mod finding;
pub mod fingerprint;
pub mod line_hash;
pub mod paths;
pub mod provider;
pub mod report;
pub mod rule;
pub mod sign;
pub mod suppression;
pub mod usage;

pub use blob::{Added, Blob, Commit, FileKind, GitBlob, Opened, Origin, Target};
pub use finding::{About, Evidence, Finding, Hit, Opens, Place, Rank, Related, Snippet, Speaks, Status};
pub use fingerprint::Fingerprint;
pub use report::{Notice, Report, RunError, SafeSource, SafeUse, Scanned, Scope, Skip, SkipReason, Stats};
pub use rule::{Confidence, Family, Rule, RuleId, RuleStatus, Severity};
pub use suppression::{Fault, Suppression, Tool, Until};
