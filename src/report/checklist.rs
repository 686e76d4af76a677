//! The going-live checklist: each item decided by the findings and facts of a run, and how that is written.

mod render;

use crate::model::sign::SignKind;
use crate::model::usage::Review;
use crate::model::{Finding, Place, Report, SafeSource, Severity, Status};
use crate::ruleset::checklist::{Checklist, Fact, Item};

pub use render::{human, json, markdown};

/// Evidence of one item that is listed.
const MOST: usize = 20;
/// Words in paths that tell an environment.
const PRODUCTION: [&str; 3] = ["prod", "production", "live"];
const OTHERS: [&str; 8] = ["sandbox", "dev", "development", "test", "testing", "staging", "stage", "qa"];

/// What is known of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something speaks for it, nothing against it.
    Met,
    /// Findings speak against it.
    Violated,
    /// Nothing decides.
    Undecided,
}

impl State {
    /// The state as a stable key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Violated => "violated",
            Self::Undecided => "undecided",
        }
    }
}

/// Something that speaks for an item.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What it is, as a phrase.
    pub what: String,
    /// Where: the path as a person would type it, relative to the root, and the line.
    pub place: Option<(String, String, u32)>,
}

impl Evidence {
    fn at(what: impl Into<String>, place: &Place) -> Self {
        Self { what: what.into(), place: Some((place.display.to_string(), place.relative.to_string(), place.start.line)) }
    }
}

/// An item with what is known of it.
pub struct Decided<'a> {
    /// The item.
    pub item: &'a Item,
    /// What it amounts to.
    pub state: State,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What speaks against it.
    pub findings: Vec<&'a Finding>,
    /// Findings that a comment or the baseline accepts.
    pub accepted: usize,
}

/// The items of a checklist, in its order.
pub fn decide<'a>(checklist: &'a Checklist, report: &'a Report) -> Vec<Decided<'a>> {
    checklist.items.iter().map(|item| decided(item, report)).collect()
}

fn decided<'a>(item: &'a Item, report: &'a Report) -> Decided<'a> {
    let concerns = |finding: &&Finding| {
        let is_named = |selectors: &[String]| selectors.iter().any(|selector| finding.rule.matches(selector));
        is_named(&item.rules) && !is_named(&item.except)
    };
    let all = || report.findings.iter().filter(|finding| finding.severity > Severity::Info);
    let mut findings: Vec<&Finding> = all().filter(|finding| finding.is_active()).filter(concerns).collect();
    if item.facts.contains(&Fact::SeparateSecrets) {
        findings.extend(shared(report));
    }
    let is_accepted = |finding: &&Finding| matches!(finding.status, Status::Suppressed { .. } | Status::Baselined { .. });
    let accepted = all().filter(is_accepted).filter(concerns).count();
    let mut evidence: Vec<Evidence> = item.facts.iter().flat_map(|fact| evidence(*fact, report)).collect();
    evidence.truncate(MOST);
    let state = match (findings.is_empty(), evidence.is_empty()) {
        (false, _) => State::Violated,
        (true, false) => State::Met,
        (true, true) => State::Undecided,
    };
    Decided { item, state, evidence, findings, accepted }
}

/// Secrets that stand in files of production and of another environment alike.
fn shared(report: &Report) -> Vec<&Finding> {
    let is_in = |finding: &Finding, words: &[&str]| finding.place.relative.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word));
    // A fingerprint that says little of the value is that of many.
    let secrets: Vec<&Finding> = report.active().filter(|finding| finding.masked.is_some() && !finding.fingerprint.as_str().contains('-')).collect();
    let is_shared = |finding: &&&Finding| {
        let other = |words: &[&str]| secrets.iter().any(|other| other.fingerprint == finding.fingerprint && is_in(other, words));
        is_in(finding, &OTHERS) && other(&PRODUCTION)
    };
    secrets.iter().filter(is_shared).copied().collect()
}

fn evidence(fact: Fact, report: &Report) -> Vec<Evidence> {
    let signs = |kind: SignKind, what: &str| -> Vec<Evidence> {
        let said = |name: &str| if name.is_empty() { what.to_owned() } else { format!("{what} {name}") };
        report.signs.iter().filter(|sign| sign.kind == kind).map(|sign| Evidence::at(said(&sign.name), &sign.place)).collect()
    };
    match fact {
        Fact::StoredSecret => {
            let is_stored = report.safe.iter().flatten().filter(|safe| safe.source == SafeSource::SecretManager);
            let used = is_stored.map(|safe| Evidence::at(format!("{} comes from a secret manager", safe.slot), &safe.place));
            used.chain(signs(SignKind::StoredSecret, "kept in a secret manager:")).collect()
        }
        Fact::SeparateSecrets => signs(SignKind::SeparateSecrets, "a secret of its own:"),
        Fact::Allowlist => signs(SignKind::Allowlist, "an allowlist is declared:"),
        Fact::LeastPrivilege => report.reviews.iter().filter_map(exact).collect(),
        Fact::ScopesReviewed => signs(SignKind::ScopesReviewed, "reviewed:"),
        Fact::Https => signs(SignKind::Https, "https to"),
        Fact::AuditExport => {
            let requests = report.signs.iter().filter(|sign| sign.kind == SignKind::AuditRequest);
            requests.map(|sign| Evidence::at("the audit log is requested", &sign.place)).chain(signs(SignKind::AuditExport, "an export is declared")).collect()
        }
        Fact::AuditRetention => signs(SignKind::AuditRetention, "kept for a year or longer, as declared"),
        Fact::WebhookVerified => signs(SignKind::WebhookVerified, "the signature is compared in constant time"),
        Fact::NoWebhooks => signs(SignKind::NoWebhooks, "no webhooks, as declared"),
        Fact::TokenCache => signs(SignKind::TokenCache, "tokens are kept until they expire"),
        // What is argued from what was not found needs that all was read.
        Fact::TokenHandling if !report.errors.is_empty() => Vec::new(),
        Fact::TokenHandling => signs(SignKind::TokenRequest, "tokens are obtained, and none is logged"),
    }
}

/// A package that requests exactly what its calls need.
fn exact(review: &Review) -> Option<Evidence> {
    let is_exact = review.sufficient.is_some() && review.unused.is_empty() && review.missing.is_empty() && review.unknown.is_empty();
    let package = if review.package.is_empty() { "." } else { &review.package };
    let place = Some((review.file.0.to_string(), review.file.1.to_string(), 1));
    is_exact.then(|| Evidence { what: format!("the calls of {package} need exactly the scopes of {} that it requests", review.provider), place })
}
