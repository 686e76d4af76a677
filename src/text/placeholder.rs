//! Values that are no secrets: placeholders, references that are resolved elsewhere, and harmless shapes.
//!
//! Everything here judges the *whole* value, quotes and space around it apart: a secret that happens to contain `example` or
//! `123456789` stays a secret.

use sha2::{Digest, Sha256};

use super::name::{self, NameKind, Strength};
use super::randomness;

pub use super::reference::{default_of, reference};
pub use super::shape::{is_uuid, not_a_secret_shape};

/// Longer values are texts, key blocks or documents, which no list of stand-ins knows.
const LONGEST: usize = 512;

/// The value without white space and quotes around it.
pub(super) fn trimmed(value: &[u8]) -> &[u8] {
    let mut value = value.trim_ascii();
    while let [first @ (b'"' | b'\''), inner @ .., last] = value {
        if first != last {
            break;
        }
        value = inner.trim_ascii();
    }
    value
}

/// Why the whole value is a placeholder (`changeme`, `xxxx`, `<your-key>`), if it is one.
pub fn placeholder(value: &[u8]) -> Option<&'static str> {
    let value = trimmed(value);
    if value.is_empty() {
        return Some("empty");
    }
    if value.len() > LONGEST {
        return None;
    }
    drawn(value).or_else(|| worded(value)).or_else(|| documented(value))
}

/// Whether nothing but its drawing speaks against the value: it is a sequence, a pattern or one letter over and over. Somebody typed it, in place of a
/// real one or as the real one.
pub fn is_typed(value: &[u8]) -> bool {
    let value = trimmed(value);
    value.len() <= LONGEST && typed(value).is_some() && masked(value).is_none() && worded(value).is_none() && documented(value).is_none()
}

/// Placeholders by their drawing.
fn drawn(value: &[u8]) -> Option<&'static str> {
    masked(value).or_else(|| typed(value))
}

/// Masks, gaps, brackets.
fn masked(value: &[u8]) -> Option<&'static str> {
    if holds(value, b"***") || holds(value, "\u{2022}\u{2022}".as_bytes()) {
        return Some("masked");
    }
    if holds(value, b"...") || holds(value, "\u{2026}".as_bytes()) {
        return Some("cut short");
    }
    if in_brackets(value) {
        return Some("a description in brackets");
    }
    if is_mostly_mask(value) {
        return Some("filled with one character");
    }
    if is_uuid(value) && value.split(|&b| b == b'-').all(randomness::is_one_character) {
        return Some("a sample UUID");
    }
    None
}

/// What hands type: one character, a pattern over and over, sequences.
fn typed(value: &[u8]) -> Option<&'static str> {
    let payload = after_prefix(value);
    if randomness::is_one_character(value) || payload.len() >= 6 && is_mostly_one(payload) {
        return Some("one character repeated");
    }
    if payload.len() >= 8 && randomness::period(payload).is_some_and(|p| p <= 16 && p * 3 <= payload.len() || p * 2 <= payload.len() && p >= 4) {
        return Some("a pattern repeated");
    }
    if payload.len() > 10 && randomness::typed_share(payload) >= 0.8 {
        return Some("an obvious sequence");
    }
    None
}

/// Whether four of five characters are the same one.
fn is_mostly_one(value: &[u8]) -> bool {
    let mut counts = [0usize; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    counts.iter().any(|most| most * 5 >= value.len() * 4)
}

/// What follows the prefix of a token (`ghp_…`, `sk_live_…`), where there is one.
fn after_prefix(value: &[u8]) -> &[u8] {
    let at = value.iter().take(12).rposition(|b| matches!(b, b'_' | b'-'));
    match at.and_then(|at| value.get(at + 1..)) {
        Some(rest) if rest.len() * 2 >= value.len() => rest,
        _ => value,
    }
}

fn in_brackets(value: &[u8]) -> bool {
    match value {
        [b'<', inner @ .., b'>'] => !inner.contains(&b'<'),
        [b'[', inner @ .., b']'] | [b'(', inner @ .., b')'] => {
            inner.len() >= 3 && inner.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b'_' | b'-')) && !randomness::is_random(inner)
        }
        _ => false,
    }
}

/// `AKIAXXXXXXXXXXXXXXXX`, `ghp_xxxxxxxx`, `1234-XXXX-XXXX`: mostly `x`, or another character that stands for any.
fn is_mostly_mask(value: &[u8]) -> bool {
    let count = |wanted: &[u8]| value.iter().filter(|b| wanted.contains(b)).count();
    let longest = |byte: u8| value.split(|&b| b.to_ascii_lowercase() != byte).map(<[u8]>::len).max().unwrap_or(0);
    if longest(b'x') >= 4 && count(b"xX") * 2 >= value.len() || longest(b'x') >= 8 {
        return true;
    }
    [b'#', b'?', b'.', b'-', b'_', b'0'].into_iter().any(|b| longest(b) >= 4 && count(&[b]) * 3 >= value.len() * 2)
}

/// Compact words that stand for "nothing here yet".
const WORDS: &[&str] = &[
    "bar",
    "baz",
    "blah",
    "blank",
    "changeit",
    "changeme",
    "changethis",
    "disabled",
    "dummy",
    "empty",
    "enterhere",
    "example",
    "fake",
    "false",
    "fillme",
    "fillmein",
    "fixme",
    "foo",
    "foobar",
    "foobarbaz",
    "goeshere",
    "hidden",
    "hunter2",
    "insecure",
    "inserthere",
    "invalid",
    "masked",
    "missing",
    "mock",
    "mocked",
    "na",
    "nil",
    "no",
    "none",
    "nosecret",
    "notarealkey",
    "notarealsecret",
    "notasecret",
    "notset",
    "notused",
    "null",
    "omitted",
    "placeholder",
    "redacted",
    "removed",
    "replaceme",
    "replacethis",
    "sample",
    "sanitized",
    "scrubbed",
    "secrethere",
    "setme",
    "somevalue",
    "string",
    "stub",
    "stubbed",
    "tbd",
    "todo",
    "true",
    "undefined",
    "unknown",
    "unset",
    "unused",
    "value",
    "void",
    "withheld",
    "xxx",
    "yes",
    "youkey",
    "yourpassword",
    "yoursecret",
    "yourtoken",
];

/// First words of an instruction or a stand-in.
const FIRST_WORDS: &[&str] = &[
    "changeme",
    "changethis",
    "dummy",
    "enter",
    "example",
    "fake",
    "fill",
    "fixme",
    "insert",
    "mock",
    "mocked",
    "paste",
    "placeholder",
    "redacted",
    "replace",
    "replaceme",
    "sample",
    "stub",
    "tbd",
    "todo",
    "your",
    "yours",
];

/// Last words that take the whole value back.
const LAST_WORDS: &[&str] = &["changeme", "dummy", "example", "fake", "here", "placeholder", "redacted", "replaceme", "sample"];

/// Placeholders by their words.
fn worded(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    if value.len() >= 16 && (value.ends_with(b"EXAMPLE") || value.ends_with(b"EXAMPLEKEY")) {
        return Some("a documented example");
    }
    let words = name::normalise(value);
    let compact: String = words.split('_').collect();
    let letters = compact.trim_end_matches(|c: char| c.is_ascii_digit());
    if WORDS.binary_search(&letters).is_ok() || WORDS.binary_search(&compact.as_str()).is_ok() {
        return Some("a word for no value");
    }
    let (first, rest) = words.split_once('_').unwrap_or((&words, ""));
    let last = rest.rsplit('_').next().unwrap_or_default();
    // Without separators only camel case told the words apart, which random letters have too.
    let certain = value.iter().any(|b| !b.is_ascii_alphanumeric()) || !randomness::is_random(value);
    if certain && !rest.is_empty() && (FIRST_WORDS.contains(&first) || LAST_WORDS.contains(&last) || is_change_me(&words)) {
        return Some("says that it is to be replaced");
    }
    let owner = ["your", "my", "the", "some", "any", "a", "an", "that", "this"].into_iter().find_map(|owner| letters.strip_prefix(owner));
    if owner.is_some_and(|rest| names_a_credential(rest, Strength::Weak)) {
        return Some("describes the value that belongs here");
    }
    let named = compact.len() <= 40 && (!rest.is_empty() || text.bytes().any(|b| b.is_ascii_uppercase()) && text.bytes().any(|b| b.is_ascii_lowercase()));
    if named && is_all_words(value) && names_a_credential(&words, Strength::Strong) && !is_weak_password_name(text, &words) {
        return Some("the name of a credential");
    }
    None
}

fn is_change_me(words: &str) -> bool {
    [
        "change_me",
        "change_this",
        "change_it",
        "put_",
        "add_your",
        "use_your",
        "set_your",
        "set_me",
        "get_your",
        "type_your",
        "goes_here",
        "not_a_",
        "not_set",
        "not_real",
        "not_used",
    ]
    .iter()
    .any(|start| words.starts_with(start))
        || words.ends_with("_goes_here")
        || words.ends_with("_change_me")
        || words.ends_with("_replace_me")
}

/// Whether the words name a credential: `client_secret`, `apikey`, `oauth_access_token`, `client_id`.
fn names_a_credential(words: &str, at_least: Strength) -> bool {
    name::strength(words).is_some_and(|strength| strength >= at_least)
        || matches!(words, "clientid" | "client_id" | "keyid" | "username" | "user" | "accesskeyid" | "access_key_id")
}

/// `root_password` in small letters is a weak password rather than a name; `ROOT_PASSWORD` is a name.
fn is_weak_password_name(text: &str, words: &str) -> bool {
    name::classify(words) == Some(NameKind::Password) && text.bytes().any(|b| b.is_ascii_lowercase())
}

/// Letters and separators only, and nothing random among them.
fn is_all_words(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.')) && randomness::score(value) < 0.5
}

/// Values printed in documentation: the first eight bytes of SHA-256 and the length, so that the values do not stand here.
///
/// Azurite and Cosmos emulator account keys, GitHub's documentation tokens, Stripe's documentation keys, the tokens of RFC 6749,
/// Microsoft's documentation secrets, and MD5, SHA-1 and SHA-256 of nothing.
const DOCUMENTED: &[(u64, usize)] = &[
    (0x0011_cc25_eb43_2071, 88),
    (0x00cf_4c78_1dc3_7003, 22),
    (0x07e2_3ede_2756_aa3f, 40),
    (0x2caf_c097_0149_a84f, 32),
    (0x2d1f_7723_aabc_5c7a, 32),
    (0x3543_c50b_0cb9_cea8, 40),
    (0x53f5_da0a_aa93_d64c, 10),
    (0x6c96_130f_130a_b0d6, 22),
    (0x6d7f_a4e6_4d4b_1f3e, 80),
    (0x797c_0ce4_1458_6cc8, 40),
    (0x82e7_4299_544e_0073, 40),
    (0x8600_7eb3_6769_6d32, 40),
    (0xa35b_81a7_d792_7b70, 22),
    (0xaa65_4743_9583_c3a2, 88),
    (0xbc3a_e723_f57c_6b9e, 40),
    (0xc4f1_9a4f_31a9_650a, 23),
    (0xc686_2e06_2b95_9c45, 23),
    (0xcd37_2fb8_5148_700f, 64),
    (0xe997_4c50_7d2a_8021, 22),
    (0xf215_faf9_d88b_7f0a, 32),
    (0xf2d6_ca16_5150_33e5, 32),
];

/// The payload of the sample token on jwt.io begins so, in all its variants.
const JWT_IO: &[u8] = br#"{"sub":"1234567890","name":"John Doe""#;

fn documented(value: &[u8]) -> Option<&'static str> {
    let tails: [&[u8]; 3] = [b"FAKE", b"TEST", b"SAMPLE"];
    if value.len() == 20 && (value.starts_with(b"AKIA") || value.starts_with(b"ASIA")) && tails.iter().any(|tail| value.ends_with(tail)) {
        return Some("a documented example");
    }
    if value.starts_with(b"ey") && is_jwt_io_sample(value) {
        return Some("the sample token of jwt.io");
    }
    if !DOCUMENTED.iter().any(|(_, length)| *length == value.len()) {
        return None;
    }
    let digest = Sha256::digest(value);
    let head = digest.iter().take(8).fold(0u64, |n, &byte| n << 8 | u64::from(byte));
    DOCUMENTED.contains(&(head, value.len())).then_some("a documented example")
}

fn is_jwt_io_sample(value: &[u8]) -> bool {
    let Some(payload) = value.split(|&b| b == b'.').nth(1) else { return false };
    let whole = payload.len() / 4 * 4;
    let decoded = data_encoding::BASE64URL_NOPAD.decode(payload.get(..whole).unwrap_or_default());
    decoded.is_ok_and(|bytes| bytes.starts_with(JWT_IO))
}

/// Compact words that people use as real passwords: weak, but not to be passed over in production settings.
const WEAK: &[&str] = &[
    "123",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "123qwe",
    "1q2w3e",
    "1q2w3e4r",
    "654321",
    "abc",
    "abc123",
    "admin",
    "adminadmin",
    "administrator",
    "asdf",
    "asdfgh",
    "backdoor",
    "ci",
    "cisco",
    "debug",
    "default",
    "demo",
    "dev",
    "development",
    "devstoreaccount",
    "dragon",
    "god",
    "guest",
    "iloveyou",
    "internal",
    "keystore",
    "letmein",
    "local",
    "localhost",
    "login",
    "manager",
    "master",
    "minioadmin",
    "monkey",
    "mysecret",
    "mypass",
    "mypassword",
    "mysql",
    "oracle",
    "p4ssw0rd",
    "pass",
    "passphrase",
    "passw0rd",
    "passwd",
    "password",
    "postgres",
    "private",
    "prod",
    "production",
    "public",
    "pw",
    "pwd",
    "qwerty",
    "qwertyuiop",
    "rabbitmq",
    "root",
    "rootpass",
    "sa",
    "secret",
    "server",
    "shadow",
    "staging",
    "sunshine",
    "superman",
    "supersecret",
    "supersecretpassword",
    "supersecure",
    "support",
    "system",
    "temp",
    "temporary",
    "test",
    "tester",
    "testing",
    "testpass",
    "tomcat",
    "toor",
    "topsecret",
    "user",
    "vagrant",
    "verysecret",
    "weak",
    "welcome",
    "zabbix",
];

/// Whether the whole value is a word that serves as a weak real password: `password`, `admin`, `letmein`, `123456`.
///
/// Spelling does not count: `P@ssw0rd!`, `Secret123` and `admin_1` are the words behind them; so are a user and `password` (`rootpassword`).
pub fn weak_word(value: &[u8]) -> bool {
    let value = trimmed(value);
    if value.is_empty() || value.len() > 32 || value.iter().any(|b| !b.is_ascii_graphic()) {
        return false;
    }
    let plain: String = value.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let spoken: String = value.iter().filter_map(|&b| spoken(b)).collect();
    [plain.as_str(), spoken.as_str()].into_iter().any(is_weak)
}

fn is_weak(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let listed = |word: &str| WEAK.contains(&word);
    let with_user = ["password", "passwd", "pass", "pw", "pwd", "secret"]
        .into_iter()
        .any(|end| letters.strip_suffix(end).is_some_and(|user| listed(user) || user == "db" || user == "my"));
    listed(word) || letters.len() >= 3 && (listed(letters) || with_user || is_compound(letters))
}

/// Words that people join to a password that is no better than each of them: `mysecretpassword`, `supersecretadminpass`.
const JOINED: [&str; 18] =
    ["password", "passwort", "passwd", "secret", "sekret", "super", "admin", "user", "root", "pass", "test", "very", "demo", "word", "top", "key", "the", "my"];

fn is_compound(word: &str) -> bool {
    let mut rest = word;
    while let Some(joined) = JOINED.iter().find(|joined| rest.starts_with(**joined)) {
        rest = &rest[joined.len()..];
    }
    rest.is_empty() && !word.is_empty()
}

/// The letter that a character stands for in leet spelling.
fn spoken(byte: u8) -> Option<char> {
    Some(match byte {
        b'@' | b'4' => 'a',
        b'0' => 'o',
        b'3' => 'e',
        b'$' | b'5' => 's',
        b'1' => 'i',
        _ if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_lowercase()),
        _ => return None,
    })
}

pub(super) fn holds(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_word_lists_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn placeholders_are_told() {
        for value in [
            "",
            "x",
            "''",
            "xxxx",
            "XXXXXXXXXXXXXXXX",
            "0000000000",
            "********",
            "ab****yz",
            "sk-...",
            "eyJhbGciOi...",
            "changeme",
            "change_me",
            "CHANGE-ME",
            "ChangeMe123",
            "replace_me",
            "REPLACE_WITH_YOUR_KEY",
            "todo",
            "TBD",
            "fixme",
            "placeholder",
            "dummy",
            "fake",
            "sample",
            "example",
            "n/a",
            "N/A",
            "none",
            "null",
            "undefined",
            "[REDACTED]",
            "redacted",
            "masked",
            "foo",
            "foobar",
            "hunter2",
            "not-set",
            "unset",
            "empty",
            "your-api-key",
            "YOUR_CLIENT_SECRET",
            "yourSecretHere",
            "your_token_goes_here",
            "<your-key>",
            "<client secret>",
            "<YOUR KEY>",
            "my-secret-key",
            "my_api_key",
            "mysecretkey",
            "myToken",
            "insert-token-here",
            "put_your_key_here",
            "INSERT_KEY_HERE",
            "client_secret",
            "CLIENT_SECRET",
            "client-secret",
            "clientSecret",
            "AELIX_CLIENT_SECRET",
            "api_key",
            "DB_PASSWORD",
            "dummy-value-123",
            "some-key-example",
            "abc-redacted",
            "secret_placeholder",
            "fake-token",
            "1234-xxxx-xxxx-xxxx",
            "00000000-0000-0000-0000-000000000000",
            "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
            "12345678-1234-1234-1234-123456789012",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "deadbeefdeadbeefdeadbeef",
            "abcabcabcabc",
            "-----",
            "________",
            "????????",
            "enter your password",
            "[your token]",
            "\"changeme\"",
        ] {
            assert!(placeholder(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn documented_samples_are_told() {
        let azurite = concat!("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUz", "FT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");
        let jwt_io =
            format!("e{}.{}.c2ln", "yJhbGciOiJIUzI1NiJ9", data_encoding::BASE64URL_NOPAD.encode(br#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#));
        for value in [
            concat!("AK", "IAIOSFODNN7EXAMPLE"),
            concat!("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"),
            concat!("AK", "IA2345QRSTUVWXFAKE"),
            concat!("AK", "IAXXXXXXXXXXXXXXXX"),
            azurite,
            &jwt_io,
            concat!("gh", "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            concat!("gh", "p_1234567890abcdefghijklmnopqrstuvwxyz"),
        ] {
            assert!(placeholder(value.as_bytes()).is_some(), "{}", &value[2..]);
        }
    }

    #[test]
    fn secrets_and_weak_words_are_no_placeholders() {
        for value in [
            "kq9!hW2pLz",
            "Xk92123456789LqPz",
            "Xk92exampleLqPzW0v",
            "exampleXk92LqPzW0vTn4RbYc81",
            "Summer2024!",
            "password",
            "secret",
            "admin",
            "test",
            "letmein",
            "123456",
            "12345678",
            "qwerty",
            "postgres",
            "minioadmin",
            "rootpassword",
            "6f1c0f5e-8a3b-4d27-9e41-b7c2d95a13f8",
            "f3a91c07be5d4826",
            "correct horse battery staple",
            "yourXk92LqPzW0vTn4RbYc81",
            "notXk92LqPzW0vTn4RbYc81",
            "root_password",
        ] {
            assert_eq!(placeholder(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn weak_words_are_told_in_any_spelling() {
        for value in [
            "password",
            "Password1",
            "P@ssw0rd",
            "secret",
            "Secret123",
            "admin",
            "admin123!",
            "test",
            "root",
            "toor",
            "letmein",
            "123456",
            "1234567890",
            "qwerty",
            "\"guest\"",
            "rootpassword",
            "admin_password",
            "db_password",
            "supersecret",
            "passw0rd!",
            "MySekretPa$$word",
            "supersecretadminpass",
        ] {
            assert!(weak_word(value.as_bytes()), "{value}");
        }
        for value in ["", "kq9!hW2pLz", "Summer2024!", "passkq9hW2pLz", "tr0ub4dor&3", "testimonial-9x", "correct horse"] {
            assert!(!weak_word(value.as_bytes()), "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[a-zA-Z0-9<>_.*-]{0,40}") {
            for value in [bytes.as_slice(), text.as_bytes()] {
                let _ = (placeholder(value), weak_word(value));
            }
        }

        #[test]
        fn a_random_value_is_no_placeholder(value in "[A-Za-z0-9]{24,64}", hex in "[0-9a-f]{24,64}") {
            prop_assert_eq!(placeholder(value.as_bytes()), None);
            prop_assert_eq!(placeholder(hex.as_bytes()), None);
            prop_assert!(!weak_word(value.as_bytes()));
        }
    }
}
