//! The identity of a finding: rule and value, never place.

use std::fmt;
use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use serde::{Serialize, Serializer};
use sha2::Sha256;

use crate::text::{Secret, randomness};

use super::rule::RuleId;

/// The public salt of fingerprints in reports. Baselines bring their own.
const PUBLIC_SALT: &[u8] = b"aelix-lint fingerprint v1";
/// Values that an attacker could enumerate (under this many bits) enter with [`SHORT_BITS`] bits only.
const GUESSABLE_BITS: f64 = 60.0;
/// Size of the digest of a guessable value: a changed password is new in 1,023 of 1,024 cases, and the digest says little of it.
const SHORT_BITS: u16 = 10;

/// Rule and keyed digest of the matched value: no path, no line, no offset.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `value`, held by the name `name`, under the rule `rule`, with the public salt: runs and machines agree.
    pub fn new(rule: &RuleId, name: Option<&str>, value: &Secret) -> Self {
        Self::salted(PUBLIC_SALT, rule, name, value)
    }

    fn salted(salt: &[u8], rule: &RuleId, name: Option<&str>, value: &Secret) -> Self {
        let normal: Vec<u8> = value.reveal().iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        let digest = digest(salt, &[rule.as_str().as_bytes(), &normal]);
        if randomness::estimated_bits(&normal) >= GUESSABLE_BITS {
            return Self(hex(&digest[..16]));
        }
        let short = u16::from_be_bytes([digest[0], digest[1]]) >> (16 - SHORT_BITS);
        let named = self::digest(salt, &[rule.as_str().as_bytes(), name.unwrap_or("").as_bytes()]);
        Self(format!("{}-{short:03x}", hex(&named[..12])))
    }

    /// Its digest under another salt, for a file that says which findings are accepted.
    pub fn under(&self, salt: &[u8]) -> String {
        hex(&digest(salt, &[self.0.as_bytes()])[..16])
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn digest(salt: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(salt).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: Option<&str>, value: &str) -> Fingerprint {
        Fingerprint::new(&RuleId::new("secrets/x"), name, &Secret::new(value, 0))
    }

    #[test]
    fn a_random_value_is_known_by_itself_alone() {
        let value = "q8Zr2LmX0vKp4TnYw6BdJs7HfUc1GaEe";
        assert_eq!(of(Some("a"), value), of(Some("b"), value));
        assert_ne!(of(None, value), of(None, &value.to_lowercase()));
    }

    #[test]
    fn a_guessable_value_leaves_ten_bits() {
        let print = of(Some("db_password"), "summer2026");
        let (name, short) = print.as_str().split_once('-').unwrap();
        assert_eq!((name.len(), short.len()), (24, 3));
        assert_ne!(print, of(Some("api_password"), "summer2026"), "the name takes part");
    }

    #[test]
    fn white_space_does_not_count() {
        assert_eq!(of(None, "q8Zr2LmX0vKp4TnY\nw6BdJs7HfUc1GaEe"), of(None, "q8Zr2LmX0vKp4TnYw6BdJs7HfUc1GaEe"));
    }
}
