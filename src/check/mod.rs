//! Floor 2: named Rust functions that a rule may call when data cannot say it.

mod aws;
mod bech32;
mod checksum;
mod encoded;
mod jwt;
mod nkey;
mod pem;
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

/// An offline check of a value.
pub type Validator = fn(&[u8]) -> Verdict;

/// Name and function of every check, sorted by name.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("aws-key-id", aws::key_id),
    ("base64-decodes", encoded::base64_decodes),
    ("base64-json", encoded::base64_json),
    ("basic-auth", encoded::basic_auth),
    ("bech32", bech32::bech32),
    ("github-crc32", checksum::crc32_base62),
    ("grafana-crc32", checksum::grafana),
    ("jwt", jwt::jwt),
    ("luhn", checksum::luhn),
    ("nkey-crc16", nkey::nkey_crc16),
    ("npm-crc32", checksum::crc32_base62),
    ("pem-private-key", pem::private_key),
    ("stripe-mode", stripe::mode),
    ("url-credentials", url::credentials),
    ("uuid-not-nil", uuid::not_nil),
];

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
                let _ = check(&bytes);
            }
        }

        #[test]
        fn no_text_of_the_right_letters_makes_a_check_panic(text in "[A-Za-z0-9+/=_.:@\\-\\\\ \n]{0,120}") {
            for (_, check) in VALIDATORS {
                let _ = check(text.as_bytes());
                let _ = check(format!("-----BEGIN PRIVATE KEY-----{text}").as_bytes());
                let _ = check(format!("https://{text}").as_bytes());
            }
        }
    }
}
