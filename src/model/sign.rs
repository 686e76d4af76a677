//! What files show of an integration beside what is wrong with them: requests and what they carry, schedules, safe practice.

use super::finding::Place;

/// One such thing.
#[derive(Clone, Debug)]
pub struct Sign {
    /// What it is.
    pub kind: SignKind,
    /// The name that says more: of a variable, a host, a kind of resource. Never a value.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// What a [`Sign`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignKind {
    /// A request for the audit log; the name is that of the credential it carries, as far as it is known.
    AuditRequest,
    /// A request for anything else, with the same name.
    ApiRequest,
    /// A request for the audit log that does not say from when, or to when.
    AuditUnbounded,
    /// How much time one export of the audit log asks for, in seconds.
    AuditWindow(u64),
    /// The longest pause of a schedule beside such a request, in seconds.
    Schedule(u64),
    /// A host of the provider that is reached over HTTPS.
    Https,
    /// A credential that is read from a manager of secrets.
    StoredSecret,
    /// A request for an access token.
    TokenRequest,
    /// An access token that is kept until it expires.
    TokenCache,
    /// Clients of two environments declare different places for their secrets.
    SeparateSecrets,
    /// A client of production declares whom the vendor lets in.
    Allowlist,
    /// A client declares that its scopes were reviewed within the last year.
    ScopesReviewed,
    /// An export of the audit log is declared.
    AuditExport,
    /// The exported audit log is declared to be kept for a year.
    AuditRetention,
    /// It is declared that there are no webhooks.
    NoWebhooks,
    /// A webhook whose signature is compared in constant time.
    WebhookVerified,
}
