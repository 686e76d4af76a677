//! Floor 2: named Rust functions that a rule may call when data cannot say it.

pub mod scope_request;
pub mod scopes;

use crate::model::Severity;

/// What an offline check says of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// A checksum or signature inside it is right: it is what it seems.
    Proven,
    /// Nothing speaks against it.
    Plausible,
    /// The format has a checksum and it is wrong: kept at medium confidence with this note.
    WrongChecksum(String),
    /// It is what it seems, but less severe, with this note (expired, test mode).
    Lower(Severity, String),
    /// It is not what the pattern takes it for.
    Rejected(&'static str),
}

/// An offline check of a value.
pub type Validator = fn(&[u8]) -> Verdict;

/// Name and function of every check, sorted by name.
pub const VALIDATORS: &[(&str, Validator)] = &[];

/// The check of this name.
pub fn validator(name: &str) -> Option<Validator> {
    VALIDATORS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
}
