//! Credentials in URLs (RFC 3986 userinfo).

use std::borrow::Cow;

use super::Verdict;
use super::encoded::is_documentation;
use crate::model::Severity;
use crate::text::placeholder::{placeholder, reference, weak_word};
use crate::text::{name, randomness, wording};

/// Rejects a URL, or a password out of one, whose password is missing, a placeholder or a reference; a default password is unlikely to be a secret.
///
/// A value with `://` is read as a URL, any other as the password itself.
pub fn credentials(value: &[u8]) -> Verdict {
    let Some((user, password)) = user_and_password(value) else {
        return Verdict::Rejected("no password in the URL");
    };
    judged(value, (user, password))
}

/// The same of a password that stands alone, whatever is around it.
pub fn password(value: &[u8]) -> Verdict {
    judged(b"", (b"/", value))
}

fn judged(value: &[u8], (user, password): (&[u8], &[u8])) -> Verdict {
    if password.is_empty() {
        return Verdict::Rejected("an empty password");
    }
    // A template hole may hold characters that percent-decoding would change, so it is looked for first.
    if reference(password).is_some() || is_format_verb(password) {
        return Verdict::Rejected("a reference instead of a password");
    }
    let (user, password) = (decoded(user), decoded(password));
    if placeholder(&password).is_some() || is_documentation(&user_text(&user), &user_text(&password)) {
        return Verdict::Rejected("a placeholder instead of a password");
    }
    if password.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') && !randomness::is_random(&password) {
        return Verdict::Rejected("a word in capitals that stands for a password");
    }
    if name::classify(&name::normalise(&password)).is_some() && !password.iter().any(u8::is_ascii_digit) {
        return Verdict::Unlikely("the name of a credential instead of a password".into());
    }
    // Nothing but words would be written there for a sample.
    let is_drawn = wording::unexplained(&password) >= wording::DRAWN;
    if is_sample_host(value) && !(is_drawn && password.len() >= 6) {
        return Verdict::Unlikely("a host of documentation".into());
    }
    if weak_word(&password) || password == user {
        return Verdict::Unlikely("a default password".into());
    }
    if is_local_host(value) {
        return Verdict::Lower(Severity::Low, "severity lowered: the URL names the local machine".into());
    }
    Verdict::Plausible
}

/// Rejects what stands where a text tells a password and is none: placeholders, references, words about passwords; one of words alone is as likely as not.
pub fn told(password: &[u8]) -> Verdict {
    let about = [
        "required",
        "wrong",
        "correct",
        "incorrect",
        "invalid",
        "valid",
        "expired",
        "empty",
        "missing",
        "null",
        "blank",
        "same",
        "weak",
        "strong",
        "hidden",
        "optional",
        "encrypted",
        "hashed",
        "plain",
        "plaintext",
        "text",
        "string",
        "none",
        "bearer",
        "basic",
        "object",
        "number",
        "boolean",
        "function",
        "write-only",
        "password",
        "username",
        "true",
        "false",
    ];
    if reference(password).is_some() || is_format_verb(password) || password.contains(&b'%') && password.len() < 8 {
        return Verdict::Rejected("a reference instead of a password");
    }
    let text = user_text(password).to_ascii_lowercase();
    let word = text.trim_end_matches(['.', ',', ';', ':', '!', ')']);
    if placeholder(password).is_some() || about.contains(&word) || name::classify(&name::normalise(password)).is_some() || text.contains('(') {
        return Verdict::Rejected("a placeholder or a word about passwords");
    }
    Verdict::Plausible
}

/// The host of a URL with credentials, in lower case.
fn host(url: &[u8]) -> String {
    let rest = url.iter().rposition(|&b| b == b'@').map_or(&b""[..], |at| &url[at + 1..]);
    // An IPv6 literal has colons of its own (RFC 3986, section 3.2.2).
    let bracket = rest.iter().position(|&b| b == b']').filter(|_| rest.first() == Some(&b'[')).map(|at| at + 1);
    let end = bracket.or_else(|| rest.iter().position(|b| b"/:?#\"', ".contains(b))).unwrap_or(rest.len());
    String::from_utf8_lossy(&rest[..end]).to_ascii_lowercase()
}

fn is_local_host(url: &[u8]) -> bool {
    let host = host(url);
    host == "localhost" || host == "0.0.0.0" || host == "[::1]" || host.starts_with("127.") || host == "host.docker.internal"
}

/// Hosts that are reserved for documentation and tests (RFC 2606, RFC 5737), and customary sample hosts.
fn is_sample_host(url: &[u8]) -> bool {
    let host = host(url);
    let names =
        ["host", "hostname", "example", "server", "proxy", "myhost", "myserver", "your-host", "foo.com", "bar.com", "test.com", "domain.com", "foo", "bar"];
    let ends = [".example", ".example.com", ".example.org", ".example.net", ".invalid", ".test", ".foo.com", ".domain.com", ".mydomain.com"];
    let networks = ["192.0.2.", "198.51.100.", "203.0.113."];
    names.contains(&host.as_str()) || ends.iter().any(|end| host.ends_with(end) || host == end[1..]) || networks.iter().any(|net| host.starts_with(net))
}

fn user_text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// `%s`, `%v`, `%d`: a hole of `printf`.
fn is_format_verb(password: &[u8]) -> bool {
    matches!(password, [b'%', verb] if verb.is_ascii_alphabetic())
}

/// User and password of the authority; for a bare password the user is the bytes `/`, which no user is.
fn user_and_password(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(scheme) = memchr::memmem::find(value, b"://") else { return Some((b"/", value)) };
    let rest = value.get(scheme + 3..)?;
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let at = rest[..end].iter().rposition(|&b| b == b'@').or_else(|| rest.iter().position(|&b| b == b'@'))?;
    let colon = rest[..at].iter().position(|&b| b == b':')?;
    Some((&rest[..colon], &rest[colon + 1..at]))
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%').and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        out.push(hex.unwrap_or(first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_plausible() {
        for url in ["postgres://app\x3akq9hW2pLz@db.internal/x", "https://svc\x3akq%40hW2pLz@git.internal", "amqp://u\x3aa/b9kQzW2x@mq", "kq9hW2pLz"] {
            assert_eq!(credentials(url.as_bytes()), Verdict::Plausible, "{url}");
        }
    }

    #[test]
    fn a_missing_password_or_a_stand_in_is_rejected() {
        for url in [
            "https://host/path",
            "https://user@host",
            "https://user:@host",
            "https://user:password@host",
            "https://u:${PASS}@host",
            "https://u:{{ pass }}@host",
            "https://u:%s@host",
            "https://u:<password>@host",
            "https://u:changeme@host",
            "https://u:xxxxxxxx@host",
            "https://u:****@host",
            "https://u:your-password@host",
            "",
        ] {
            assert!(matches!(credentials(url.as_bytes()), Verdict::Rejected(_)), "{url}");
        }
    }

    #[test]
    fn capitals_are_a_word_unless_they_are_random() {
        let url = |password: &str| format!("https://svc\x3a{password}@db.internal/x");
        assert!(matches!(credentials(url("DB_PASS_HERE").as_bytes()), Verdict::Rejected(_)));
        assert_eq!(credentials(url(&["QZXKJV", "WPBTRMGH"].concat()).as_bytes()), Verdict::Plausible);
    }

    #[test]
    fn only_the_loopback_address_is_local() {
        let at = |host: &str| credentials(format!("postgres://app\x3akq9hW2pLz@{host}/x").as_bytes());
        for host in ["[::1]", "[::1]:5432", "127.0.0.1:5432", "localhost"] {
            assert!(matches!(at(host), Verdict::Lower(Severity::Low, _)), "{host}");
        }
        for host in ["[2001:db9::1]", "[fd00::1]:5432", "db.internal"] {
            assert_eq!(at(host), Verdict::Plausible, "{host}");
        }
    }

    #[test]
    fn a_default_password_is_low() {
        for url in ["postgres://postgres:postgres@localhost/x", "amqp://guest:guest@mq", "redis://x:123456@cache"] {
            assert!(matches!(credentials(url.as_bytes()), Verdict::Unlikely(_)), "{url}");
        }
    }
}
