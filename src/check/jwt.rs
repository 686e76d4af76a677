//! JSON Web Tokens (RFC 7519): header, payload and the date they run out.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::Verdict;
use super::encoded::base64url;
use crate::model::Severity;

/// Rejects what has no JSON header with `alg` or `typ` and no JSON payload; a token past its `exp` is of low severity.
pub fn jwt(value: &[u8]) -> Verdict {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    jwt_at(value, now)
}

/// [`jwt`] at `now`, in seconds since 1970.
fn jwt_at(value: &[u8], now: u64) -> Verdict {
    let mut parts = value.splitn(4, |&b| b == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return Verdict::Rejected("not three parts with dots between");
    };
    let Some(header) = object(header).filter(|header| header.contains_key("alg") || header.contains_key("typ")) else {
        return Verdict::Rejected("no JSON header with alg or typ");
    };
    if header.contains_key("enc") {
        return Verdict::Rejected("an encrypted token, readable only with a key");
    }
    let Some(claims) = object(payload) else {
        return Verdict::Rejected("no JSON payload");
    };
    match claims.get("exp").and_then(seconds) {
        Some(exp) if exp < now => Verdict::Lower(Severity::Low, format!("expired on {}", date(exp))),
        _ => Verdict::Plausible,
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    let part = part.iter().rposition(|&b| b != b'=').map_or(part, |last| &part[..=last]);
    serde_json::from_slice(&base64url(part)?).ok()
}

/// A `NumericDate`: seconds since 1970, perhaps with a fraction.
fn seconds(value: &Value) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, and a fraction of a second does not matter")]
    let whole = |number: f64| number.max(0.0) as u64;
    value.as_u64().or_else(|| value.as_f64().map(whole))
}

/// The day as in ISO 8601, by Howard Hinnant's `civil_from_days`.
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    fn token(header: &str, payload: &str) -> Vec<u8> {
        format!("{}.{}.c2ln", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes())).into_bytes()
    }

    const HEADER: &str = r#"{"alg":"HS256"}"#;

    #[test]
    fn a_header_and_a_payload_in_json_make_a_token() {
        for (header, payload) in [(HEADER, "{}"), (r#"{"typ":"JWT"}"#, r#"{"sub":"x"}"#), (r#"{"alg":"none"}"#, r#"{"exp":"soon"}"#)] {
            assert_eq!(jwt_at(&token(header, payload), 1_800_000_000), Verdict::Plausible, "{header}");
        }
    }

    #[test]
    fn an_expired_token_is_of_low_severity() {
        let expired = |payload| jwt_at(&token(HEADER, payload), 1_800_000_000);
        assert_eq!(expired(r#"{"exp":1700000000}"#), Verdict::Lower(Severity::Low, "expired on 2023-11-14".into()));
        assert_eq!(expired(r#"{"exp":1709164800.5}"#), Verdict::Lower(Severity::Low, "expired on 2024-02-29".into()));
        assert_eq!(expired(r#"{"exp":0}"#), Verdict::Lower(Severity::Low, "expired on 1970-01-01".into()));
        assert_eq!(expired(r#"{"exp":1900000000}"#), Verdict::Plausible);
        assert_eq!(expired(r#"{"exp":18446744073709551615}"#), Verdict::Plausible);
        assert_eq!(expired(r#"{"exp":1e300}"#), Verdict::Plausible);
    }

    #[test]
    fn what_only_looks_like_a_token_is_rejected() {
        let encrypted = token(r#"{"alg":"dir","enc":"A256GCM"}"#, "{}");
        let no_payload = token(HEADER, "[1]");
        for value in [b"".as_slice(), b"a", b"a.b.c", b"..", &encrypted, &no_payload, &token("{}", "{}"), &token("[]", "{}"), &token("1", "{}")] {
            assert!(matches!(jwt_at(value, 0), Verdict::Rejected(_)));
        }
    }
}
