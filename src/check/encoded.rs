//! Base64 in all its dialects, and what it may hold: JSON, `user:password`.

use data_encoding::BASE64URL_NOPAD;

use super::Verdict;
pub(super) use crate::text::decode::base64;
use crate::text::decode::lenient;
use crate::text::placeholder::{is_typed, is_uuid, placeholder, reference};
use crate::text::{randomness, wording};

/// Below this score a password consists of words.
const WORDED: f64 = 0.2;

/// The bytes behind base64url without padding, as in a JWT (RFC 7515).
pub(super) fn base64url(value: &[u8]) -> Option<Vec<u8>> {
    lenient(&BASE64URL_NOPAD.specification()).decode(value).ok()
}

/// Rejects what is no base64.
pub fn base64_decodes(value: &[u8]) -> Verdict {
    base64(value).map_or(Verdict::Rejected("not base64"), |_| Verdict::Plausible)
}

/// Rejects what does not decode to a JSON object or array.
pub fn base64_json(value: &[u8]) -> Verdict {
    let Some(bytes) = base64(value) else { return Verdict::Rejected("not base64") };
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(serde_json::Value::Object(_) | serde_json::Value::Array(_)) => Verdict::Plausible,
        _ => Verdict::Rejected("does not decode to JSON"),
    }
}

/// Rejects what does not decode to `user:password` (RFC 7617), or to a placeholder for it.
pub fn basic_auth(value: &[u8]) -> Verdict {
    let value = match value.split_at_checked(6) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"basic ") => rest,
        _ => value,
    };
    let Some(bytes) = base64(value) else { return Verdict::Rejected("not base64") };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Verdict::Rejected("does not decode to text") };
    let Some((user, password)) = text.split_once(':').filter(|_| !text.chars().any(char::is_control)) else {
        return Verdict::Rejected("does not decode to user and password");
    };
    let secret = if password.is_empty() { user } else { password };
    if secret.len() < 3 || placeholder(secret.as_bytes()).is_some() || reference(secret.as_bytes()).is_some() || is_documentation(user, password) {
        return Verdict::Rejected("decodes to a placeholder for user and password");
    }
    let is_worded = randomness::score(secret.as_bytes()) < WORDED && wording::unexplained(secret.as_bytes()) < wording::DRAWN;
    if secret.bytes().all(|b| b.is_ascii_alphabetic()) && is_worded {
        return Verdict::Unlikely("the password in it looks like words".to_owned());
    }
    Verdict::Plausible
}

/// Pairs that stand in manuals: `user:password`, and `Aladdin:open sesame` of RFC 7617.
pub(super) fn is_documentation(user: &str, password: &str) -> bool {
    let (user, password) = (user.to_ascii_lowercase(), password.to_ascii_lowercase());
    let users = ["", "user", "username", "usr", "login", "name", "myuser", "your_username", "foo", "u", "someuser"];
    let passwords = ["p", "pass", "passwd", "password", "pwd", "pw", "secret", "mypassword", "mypass", "bar", "token", "somepassword"];
    users.contains(&user.as_str()) && passwords.contains(&password.as_str()) || (user == "aladdin" && password.replace(' ', "") == "opensesame")
}

/// Rejects a value that is made of words rather than of random characters.
pub fn opaque(value: &[u8]) -> Verdict {
    let is_worded = value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.' | b'+' | b'%'));
    match randomness::is_random(value) {
        true => Verdict::Plausible,
        false if is_worded => Verdict::Rejected("made of words"),
        false => Verdict::Unlikely("the value does not look random".into()),
    }
}

/// Least entropy of a value of digits and letters, in bits per byte: less have sequences of few characters.
const LEAST_ENTROPY: f64 = 2.5;
/// Shortest value of letters alone, or of digits alone, that is no word and no number.
const LONG: usize = 20;
/// Shortest value of digits and letters that no name is taken for.
const SURE: usize = 16;

/// Rejects what no machine draws as a key, though it has the letters of one: words, names, numbers, paths. A sequence passes, for others to judge.
pub fn drawn(value: &[u8]) -> Verdict {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let (digits, letters) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let is_random = || randomness::is_random(value);
    let is_plausible = match (digits, letters) {
        _ if has(|b| matches!(b, b'/' | b':')) => is_random(),
        _ if is_typed(value) => true,
        (true, true) if value.len() < SURE => randomness::score(value) >= 0.5,
        (true, true) if longest_run(value) < SURE && !is_uuid(value) => is_random(),
        (true, true) => randomness::entropy(value) >= LEAST_ENTROPY,
        (true, false) => value.len() >= LONG,
        (false, _) => longest_run(value) == value.len() && value.len() >= LONG && is_random(),
    };
    if is_plausible { Verdict::Plausible } else { Verdict::Rejected("made of words, or too simple for a key") }
}

/// Length of the longest stretch of letters and digits.
fn longest_run(value: &[u8]) -> usize {
    value.split(|b| !b.is_ascii_alphanumeric()).map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    fn encoded(text: &str) -> Vec<u8> {
        BASE64.encode(text.as_bytes()).into_bytes()
    }

    #[test]
    fn every_dialect_decodes() {
        for text in ["aGk/", "aGk_", "aGk", "aGk=", "aG\nk=", "aGl="] {
            assert_eq!(base64_decodes(text.as_bytes()), Verdict::Plausible, "{text}");
        }
        for text in ["", "=", "a", "a b!", "aGk*"] {
            assert!(matches!(base64_decodes(text.as_bytes()), Verdict::Rejected(_)), "{text}");
        }
    }

    #[test]
    fn what_machines_draw_is_told_from_words_numbers_and_paths() {
        for value in
            ["kq9hW2pLzXv4", "3f9a1c7e5b2d48", "kdjRwqbzMzXvTnWyLpQs", "83920174658203948571", "0123456789abcdef0123456789abcdef", "q8Zr/2LmX0vKp4TnYw6BdJs7"]
        {
            assert_eq!(drawn(value.as_bytes()), Verdict::Plausible, "{value}");
        }
        for value in [
            "productionKey",
            "ledgersigningkey",
            "20240131",
            "1234567",
            "v2/keys/production1",
            "api.bank.net:8443",
            "projects/ledger/secrets/key1",
            "esmeta.SecretKeySelector",
        ] {
            assert!(matches!(drawn(value.as_bytes()), Verdict::Rejected(_)), "{value}");
        }
    }

    #[test]
    fn json_is_an_object_or_an_array() {
        assert_eq!(base64_json(&encoded(r#"{"auths":{}}"#)), Verdict::Plausible);
        for text in ["1", "null", "{", "text"] {
            assert!(matches!(base64_json(&encoded(text)), Verdict::Rejected(_)), "{text}");
        }
    }

    #[test]
    fn basic_needs_a_user_and_a_real_password() {
        for text in ["svc-billing:kq9!hW2pLz", "Pk39dkqpzMw02kxkQ2:", ":Pk39dkqpzMw02kxkQ2", "user:kq9!hW2pLz", "j\u{f6}rg:kq9!hW2pLz"] {
            assert_eq!(basic_auth(&encoded(text)), Verdict::Plausible, "{text}");
        }
        for text in ["user:password", "username:password", "Aladdin:open sesame", "admin:changeme", "no colon here", "a:\u{1}\u{2}bcd", "ci:${TOKEN}", ":"] {
            assert!(matches!(basic_auth(&encoded(text)), Verdict::Rejected(_)), "{text}");
        }
        assert_eq!(basic_auth(&[b"Basic ".as_slice(), &encoded("svc:kq9!hW2pLz")].concat()), Verdict::Plausible);
    }
}
