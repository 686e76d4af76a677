//! Shapes of values that are not secrets: addresses, paths, versions, dates, names, sentences.

use super::placeholder::{holds, trimmed};
use super::randomness;

/// Longer values than this are no shape that is told here, except sentences and addresses.
const LONGEST: usize = 2048;

/// Whether the value has the shape of a UUID, 8-4-4-4-12 hexadecimal digits, perhaps in braces.
pub fn is_uuid(value: &[u8]) -> bool {
    let value = match trimmed(value) {
        [b'{', inner @ .., b'}'] => inner,
        other => other,
    };
    value.len() == 36 && value.iter().enumerate().all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// What harmless thing the whole value is (a URL without credentials, a path, a version, a sentence), if its shape says so.
pub fn not_a_secret_shape(value: &[u8]) -> Option<&'static str> {
    let value = trimmed(value);
    if value.is_empty() || value.len() > LONGEST {
        return None;
    }
    SHAPES.iter().find(|(_, has_shape)| has_shape(value)).map(|(what, _)| *what)
}

/// A test of the whole value.
type Shape = fn(&[u8]) -> bool;

/// Each shape and its test; the first that fits gives the name.
const SHAPES: &[(&str, Shape)] = &[
    ("a constant", is_constant),
    ("a number", is_number),
    ("a date or time", is_date),
    ("a network address", is_address),
    ("a version", is_version),
    ("a duration or size", is_quantity),
    ("a colour", is_colour),
    ("a locale", is_locale),
    ("a URL without credentials", is_plain_url),
    ("an e-mail address", is_email),
    ("a public key or certificate", is_public_key),
    ("a media type", is_media_type),
    ("a sentence", is_sentence),
    ("a file path", is_path),
    ("a function call", is_call),
    ("a dotted name", is_dotted_name),
];

fn all(value: &[u8], extra: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphanumeric() || extra.contains(b))
}

fn is_constant(value: &[u8]) -> bool {
    let words: [&[u8]; 11] = [b"true", b"false", b"null", b"nil", b"none", b"undefined", b"yes", b"no", b"on", b"off", b"nan"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn is_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").or_else(|| value.strip_prefix(b"+")).unwrap_or(value);
    if let Some(hex) = digits.strip_prefix(b"0x") {
        return !hex.is_empty() && hex.len() <= 16 && hex.iter().all(u8::is_ascii_hexdigit);
    }
    let dots = memchr::memchr_iter(b'.', digits).count();
    digits.first().is_some_and(u8::is_ascii_digit) && dots <= 1 && digits.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b','))
}

/// `2024-01-02`, `2024/01/02 10:00`, `2024-01-02T10:00:00.000Z`, `10:00:00`.
fn is_date(value: &[u8]) -> bool {
    let digit = |at: usize| value.get(at).is_some_and(u8::is_ascii_digit);
    let day = value.len() >= 8 && (0..4).all(digit) && matches!(value.get(4), Some(b'-' | b'/' | b'.')) && digit(5);
    let time = (5..=8).contains(&value.len()) && value.get(2) == Some(&b':') && value.iter().all(|b| b.is_ascii_digit() || *b == b':');
    time || day && value.len() <= 40 && value.iter().all(|b| b.is_ascii_digit() || b"-/.:+ TZtz".contains(b))
}

/// `1.2.3`, `v2.0.0-rc.1+build`, `>=1.2`, `^3.0`.
fn is_version(value: &[u8]) -> bool {
    let start = value.iter().position(|b| !b"^~<>= ".contains(b)).unwrap_or(0);
    let rest = &value[start..];
    let rest = rest.strip_prefix(b"v").or_else(|| rest.strip_prefix(b"V")).unwrap_or(rest);
    let numbers = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let (core, tail) = rest.split_at(numbers);
    let dotted = core.first().is_some_and(u8::is_ascii_digit) && core.contains(&b'.') && !holds(core, b"..");
    dotted && (tail.is_empty() || matches!(tail.first(), Some(b'-' | b'+')) && tail.len() <= 24 && all(tail, b"-+.") && !randomness::is_random(tail))
}

/// `90d`, `15m`, `1h30m`, `500ms`, `P90D`, `PT15M`, `10MB`, `5 minutes`, `50%`.
fn is_quantity(value: &[u8]) -> bool {
    if let Some(iso) = value.strip_prefix(b"P") {
        return iso.iter().any(u8::is_ascii_digit) && iso.iter().all(|b| b.is_ascii_digit() || b"YMWDTHS.".contains(b));
    }
    let units: &[&str] = &[
        "", "%", "b", "d", "day", "days", "g", "gb", "gi", "gib", "h", "hour", "hours", "hr", "hrs", "k", "kb", "ki", "kib", "m", "mb", "mi", "mib", "min",
        "mins", "minute", "minutes", "month", "months", "ms", "ns", "px", "s", "sec", "secs", "second", "seconds", "t", "tb", "us", "w", "week", "weeks", "y",
        "year", "years",
    ];
    let mut rest = value;
    let mut parts = 0;
    while !rest.is_empty() && parts < 5 {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let letters = rest[digits..].iter().take_while(|b| !b.is_ascii_digit()).count();
        let unit = rest[digits..digits + letters].trim_ascii();
        if digits == 0 || !units.iter().any(|known| unit.eq_ignore_ascii_case(known.as_bytes())) {
            return false;
        }
        rest = &rest[digits + letters..];
        parts += 1;
    }
    rest.is_empty()
}

fn is_colour(value: &[u8]) -> bool {
    value.strip_prefix(b"#").is_some_and(|hex| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.iter().all(u8::is_ascii_hexdigit))
}

/// `en`-`US`, `de_DE.UTF-8`, `zh-Hans-CN`.
fn is_locale(value: &[u8]) -> bool {
    let [a, b, b'-' | b'_', rest @ ..] = value else { return false };
    let region = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let tail = &rest[region..];
    a.is_ascii_lowercase()
        && b.is_ascii_lowercase()
        && (region == 2 && rest[..2].iter().all(u8::is_ascii_uppercase) || rest.starts_with(b"Han"))
        && (tail.is_empty() || matches!(tail[0], b'.' | b'-' | b'_') && tail.len() <= 8)
}

/// `10.0.0.1`, `10.0.0.0/8`, `fe80::1`, `host:8080`, `db.internal:5432`.
fn is_address(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let host = text.split_once('/').filter(|(_, bits)| bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit())).map_or(text, |(host, _)| host);
    if host.parse::<std::net::IpAddr>().is_ok() || host.parse::<std::net::SocketAddr>().is_ok() {
        return true;
    }
    text.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok()
            && host.len() >= 2
            && all(host.as_bytes(), b".-_")
            && host.bytes().all(|b| !b.is_ascii_uppercase())
            && !randomness::is_random(host.as_bytes())
    })
}

/// A URL with neither a password nor a random-looking part of path or query.
fn is_plain_url(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(value, b"://") else { return false };
    let (scheme, rest) = (&value[..at], &value[at + 3..]);
    if scheme.is_empty() || !all(scheme, b"+-.") || value.iter().any(u8::is_ascii_whitespace) || rest.is_empty() {
        return false;
    }
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = &rest[..end];
    let has_password = authority.iter().rposition(|&b| b == b'@').is_some_and(|at| authority[..at].contains(&b':') || at >= 16);
    !has_password && !rest[end..].split(|b| b"/?#&=;,.".contains(b)).any(|part| part.len() >= 16 && randomness::is_random(part) && !is_uuid(part))
}

fn is_email(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|&b| b == b'@') else { return false };
    let (user, domain) = (&value[..at], &value[at + 1..]);
    let Some(dot) = domain.iter().rposition(|&b| b == b'.') else { return false };
    let tld = &domain[dot + 1..];
    !user.is_empty() && dot > 0 && all(user, b"._%+-") && all(domain, b".-") && (2..=12).contains(&tld.len()) && tld.iter().all(u8::is_ascii_alphabetic)
}

fn is_public_key(value: &[u8]) -> bool {
    let starts = [
        "ssh-rsa AAAA",
        "ssh-ed25519 AAAA",
        "ecdsa-sha2-",
        "sk-ssh-",
        "sk-ecdsa-",
        "ssh-dss AAAA",
        "-----BEGIN CERTIFICATE",
        "-----BEGIN PUBLIC KEY",
        "-----BEGIN RSA PUBLIC KEY",
        "-----BEGIN PGP PUBLIC KEY",
        "-----BEGIN SSH2 PUBLIC KEY",
        "age1",
    ];
    starts.iter().any(|start| value.starts_with(start.as_bytes()))
}

fn is_media_type(value: &[u8]) -> bool {
    let kinds: [&[u8]; 9] = [b"application", b"audio", b"font", b"image", b"message", b"model", b"multipart", b"text", b"video"];
    let Some(slash) = value.iter().position(|&b| b == b'/') else { return false };
    kinds.contains(&&value[..slash]) && value.len() > slash + 1 && !value[slash + 1..].contains(&b'/')
}

/// At least four words with spaces between, most of them words of letters.
fn is_sentence(value: &[u8]) -> bool {
    let words: Vec<&[u8]> = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let plain = |word: &[u8]| {
        let letters = word.iter().filter(|b| b.is_ascii_alphabetic() || !b.is_ascii()).count();
        letters * 4 >= word.len() * 3 && word.len() <= 24 && !(word.len() >= 12 && randomness::is_random(word))
    };
    let count = words.iter().filter(|word| plain(word)).count();
    let secretive = words.iter().any(|word| word.len() >= 16 && randomness::score(word) > 0.8);
    words.len() >= 4 && count * 4 >= words.len() * 3 && !secretive
}

/// `/etc/x`, `./x`, `~/x`, `C:\x`, `a/b/c.json`, `server.pem`; base64 with slashes is none.
fn is_path(value: &[u8]) -> bool {
    if value.iter().any(u8::is_ascii_control) || randomness::is_random(value) && value.len() >= 12 || holds(value, b"//") {
        return false;
    }
    let drive = value.len() > 3 && value[0].is_ascii_alphabetic() && value[1] == b':' && matches!(value[2], b'\\' | b'/');
    let starts: [&[u8]; 5] = [b"./", b"../", b"~/", b"\\\\", b".\\"];
    if drive || starts.iter().any(|start| value.starts_with(start) && value.len() > start.len()) {
        return true;
    }
    let parts: Vec<&[u8]> = value.split(|&b| b == b'/').collect();
    if parts.len() >= 2 && all(value, b"/._-@{}$*~+ ") {
        let wordy = |part: &&[u8]| {
            part.is_empty()
                || part.iter().any(u8::is_ascii_alphabetic) && randomness::score(part) < 0.45
                || part.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        };
        return value.len() >= 3 && parts.iter().all(wordy) && (parts.len() >= 3 || value[0] == b'/' || has_extension(value) || randomness::score(value) < 0.2);
    }
    has_extension(value) && all(value, b"._-")
}

fn has_extension(value: &[u8]) -> bool {
    let extensions = [
        "asc",
        "bak",
        "bin",
        "cer",
        "cfg",
        "conf",
        "crt",
        "csr",
        "csv",
        "db",
        "der",
        "env",
        "gpg",
        "gz",
        "hcl",
        "html",
        "ini",
        "java",
        "jks",
        "js",
        "json",
        "kdbx",
        "key",
        "keystore",
        "log",
        "md",
        "p12",
        "p8",
        "pem",
        "pfx",
        "php",
        "png",
        "properties",
        "ps1",
        "pub",
        "py",
        "rb",
        "rs",
        "sh",
        "so",
        "sql",
        "svg",
        "tar",
        "tf",
        "tfvars",
        "tmpl",
        "toml",
        "tpl",
        "ts",
        "txt",
        "xml",
        "yaml",
        "yml",
        "zip",
    ];
    let Some(dot) = value.iter().rposition(|&b| b == b'.').filter(|dot| *dot > 0) else { return false };
    extensions.iter().any(|known| value[dot + 1..].eq_ignore_ascii_case(known.as_bytes()))
}

/// `getSecret("x")`, `foo.bar(baz)`: a name and balanced parentheses to the end.
fn is_call(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|&b| b == b'(') else { return false };
    let name = &value[..open];
    let callee = name.len() >= 2 && name[0].is_ascii_alphabetic() && all(name, b"_.:>-!") && !randomness::is_random(name);
    let end = value.strip_suffix(b";").unwrap_or(value);
    let depth = end.iter().fold(0i32, |depth, b| depth + i32::from(*b == b'(') - i32::from(*b == b')'));
    callee && depth == 0 && end.ends_with(b")") && !end[open..].split(|b| b"'\"".contains(b)).any(|part| part.len() >= 16 && randomness::is_random(part))
}

/// `com.example.Foo`, `std::env::Var`, `user.password`: identifiers with dots or colons between.
fn is_dotted_name(value: &[u8]) -> bool {
    let dots = memchr::memchr_iter(b'.', value).count();
    let colons = holds(value, b"::");
    let parts = value.split(|b| matches!(b, b'.' | b':')).filter(|part| !part.is_empty());
    let identifier = |part: &[u8]| (part[0].is_ascii_alphabetic() || part[0] == b'_') && all(part, b"_-$") && randomness::score(part) < 0.6;
    (dots >= 2 || colons || dots == 1 && randomness::word_share(value) > 0.6)
        && all(value, b"._-:$")
        && !value.ends_with(b".")
        && parts.clone().all(identifier)
        && parts.count() >= 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_shapes_are_told() {
        let table: &[(&str, &[&str])] = &[
            ("a constant", &["true", "NULL", "off"]),
            ("a number", &["1", "-3.5", "0x1f", "1_000"]),
            ("a date or time", &["2024-01-02", "2024-01-02T10:00:00.000Z", "10:00:00", "2024/01/02 10:00"]),
            ("a version", &["1.2.3", "v2.0.0-rc.1", "^3.0", ">=1.2.0"]),
            ("a duration or size", &["90d", "1h30m", "PT15M", "10MB", "5 minutes", "50%"]),
            ("a colour", &["#fff", "#a1b2c3"]),
            ("a locale", &["en-US", "de_DE.UTF-8", "zh-Hans-CN"]),
            ("a network address", &["10.0.0.1", "10.0.0.0/8", "::1", "localhost:8080", "db.internal:5432"]),
            ("a URL without credentials", &["https://example.com/oauth/token", "postgres://db/app", "https://user@host/x"]),
            ("an e-mail address", &["ops+x@bank.example", "a.b@c.co.uk"]),
            ("a public key or certificate", &["ssh-ed25519 AAAAC3Nz", "-----BEGIN CERTIFICATE-----"]),
            ("a media type", &["application/json", "text/html; charset=utf-8"]),
            ("a sentence", &["Enter the password for your account", "The token has expired, please try again."]),
            ("a file path", &["/etc/ssl/private/server.key", "./secrets", "~/.ssh/id_rsa", "C:\\keys\\x", "config/secrets/prod.json", "server.pem", "../x/y"]),
            ("a function call", &["getSecret(\"x\")", "vault.read(path)", "foo()"]),
            ("a dotted name", &["com.example.FooBar", "std::env::Args", "user.password"]),
        ];
        for (what, values) in table {
            for value in *values {
                assert_eq!(not_a_secret_shape(value.as_bytes()), Some(*what), "{value}");
            }
        }
    }

    #[test]
    fn secrets_have_no_harmless_shape() {
        for value in [
            "",
            "kq9!hW2pLz",
            "Summer2024!",
            "hunter2",
            "password",
            "/9jk3Qx8Lz0WvB2n7RtY5uPa",
            "Xk92LqPz/W0vTn4R+bYc81aQ9zLm3vB7",
            "https://u\x3akq9hW2pLz@host",
            "https://hooks.internal/services/T0/Xk92LqPzW0vTn4RbYc81",
            "https://h/x?t\x6fken=Xk92LqPzW0vTn4RbYc81",
            "6f1c0f5e-8a3b-4d27-9e41-b7c2d95a13f8",
            "f3a91c07be5d4826",
            "Xk92LqPz.W0vTn4Rb.Yc81aQ9z",
            "P@ssw0rd",
            "https://Xk92LqPzW0vTn4RbYc81@host",
        ] {
            assert_eq!(not_a_secret_shape(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn uuids_are_told_by_shape() {
        assert!(is_uuid(b"6f1c0f5e-8a3b-4d27-9e41-b7c2d95a13f8") && is_uuid(b"{6F1C0F5E-8A3B-4D27-9E41-B7C2D95A13F8}"));
        assert!(!is_uuid(b"6f1c0f5e8a3b4d279e41b7c2d95a13f8") && !is_uuid(b""));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[a-z0-9:/.@#() '\"%\\\\v_-]{0,40}") {
            for value in [bytes.as_slice(), text.as_bytes()] {
                let _ = (not_a_secret_shape(value), is_uuid(value));
            }
        }

        #[test]
        fn a_random_value_has_no_harmless_shape(value in "[A-Za-z0-9+_-]{24,64}") {
            prop_assume!(randomness::has(value.as_bytes(), randomness::Class::Digit));
            prop_assert_eq!(not_a_secret_shape(value.as_bytes()), None);
        }
    }
}
