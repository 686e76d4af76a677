//! Floor 2: named Rust functions that a rule may call when data cannot say it.

mod aws;
mod bech32;
mod checksum;
mod encoded;
mod jwk;
mod jwt;
mod nkey;
mod pem;
pub mod scope_request;
pub mod scopes;
mod stripe;
mod url;
mod uuid;

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
    /// It may be what it seems, but probably nobody's secret, for this reason: low confidence.
    Unlikely(String),
    /// It is not what the pattern takes it for.
    Rejected(&'static str),
}

/// What an offline check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The reported bytes.
    pub value: &'a [u8],
    /// The whole match of the pattern, with the context around the value.
    pub whole: &'a [u8],
}

/// An offline check of a match.
pub type Validator = fn(Match) -> Verdict;

/// Name and function of every check, sorted by name.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("aws-key-id", |m| aws::key_id(m.value)),
    ("base64-decodes", |m| encoded::base64_decodes(m.value)),
    ("base64-json", |m| encoded::base64_json(m.value)),
    ("basic-auth", |m| encoded::basic_auth(m.value)),
    ("bech32", |m| bech32::bech32(m.value)),
    ("drawn-value", |m| encoded::drawn(m.value)),
    ("github-crc32", |m| checksum::crc32_base62(m.value)),
    ("grafana-crc32", |m| checksum::grafana(m.value)),
    ("jwk-private", |m| jwk::private(m.whole)),
    ("jwk-symmetric", |m| jwk::symmetric(m.whole)),
    ("jwt", |m| jwt::jwt(m.value)),
    ("luhn", |m| checksum::luhn(m.value)),
    ("nkey-crc16", |m| nkey::nkey_crc16(m.value)),
    ("npm-crc32", |m| checksum::crc32_base62(m.value)),
    ("opaque-value", |m| encoded::opaque(m.value)),
    ("pem-private-key", |m| pem::private_key(m.value)),
    ("plain-password", |m| url::password(m.value)),
    ("stripe-mode", |m| stripe::mode(m.value)),
    ("told-password", |m| url::told(m.value)),
    ("url-credentials", |m| url::credentials(if memchr::memmem::find(m.whole, b"://").is_some() { m.whole } else { m.value })),
    ("uuid-not-nil", |m| uuid::not_nil(m.value)),
];

/// The checks that `check = "…"` in a rule may name: of requested scopes, of infrastructure, of suppressions.
pub const CHECKS: [&str; 40] = [
    "audit-credential",
    "audit-gap",
    "audit-missing",
    "audit-window",
    "ci-permissions",
    "declared-secret",
    "default-fallback",
    "frontend-secret",
    "insecure-transport",
    "network-env-mixing",
    "network-invalid-entry",
    "network-overbroad",
    "network-private-range",
    "network-spoofable",
    "network-world-open",
    "plaintext-parameter",
    "rotation-missing",
    "rotation-unheard",
    "scope-admin-interactive",
    "scope-all",
    "scope-broader",
    "scope-missing",
    "scope-omitted",
    "scope-openapi",
    "scope-overbroad",
    "scope-sensitive",
    "scope-shared-client",
    "scope-unknown",
    "scope-unused",
    "scope-wildcard",
    "scope-write-only",
    "secret-logged",
    "sensitive-flag",
    "suppression-expired",
    "suppression-invalid",
    "suppression-invalid-date",
    "suppression-unused",
    "suppression-without-reason",
    "token-per-call",
    "unverified-webhook",
];

/// Whether a check is about declared infrastructure: it looks at files that hold one of the keywords of its rule.
pub fn asks_for_resources(name: &str) -> bool {
    ["rotation-", "network-", "audit-", "declared-"].iter().any(|family| name.starts_with(family))
}

/// The check of this name.
pub fn validator(name: &str) -> Option<Validator> {
    let at = VALIDATORS.binary_search_by_key(&name, |(n, _)| n).ok()?;
    VALIDATORS.get(at).map(|(_, f)| *f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_name_is_found() {
        assert!(VALIDATORS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(VALIDATORS.iter().all(|(name, _)| validator(name).is_some()));
        assert!(validator("nothing").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_check_panic(bytes: Vec<u8>) {
            for (_, check) in VALIDATORS {
                let _ = check(Match { value: &bytes, whole: &bytes });
            }
        }

        #[test]
        fn no_text_of_the_right_letters_makes_a_check_panic(text in "[A-Za-z0-9+/=_.:@\\-\\\\ \n]{0,120}") {
            for (_, check) in VALIDATORS {
                let _ = check(Match { value: text.as_bytes(), whole: text.as_bytes() });
                let _ = check(Match { value: format!("-----BEGIN PRIVATE KEY-----{text}").as_bytes(), whole: format!("-----BEGIN PRIVATE KEY-----{text}").as_bytes() });
                let _ = check(Match { value: format!("https://{text}").as_bytes(), whole: format!("https://{text}").as_bytes() });
            }
        }
    }
}
