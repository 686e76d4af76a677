//! The generic secret: one decision, in one place, made of the evidence that a name, a value, a notation and a file give.

use crate::model::{About, Confidence, Evidence, FileKind};
use crate::text::name::{self, NameKind};
use crate::text::{placeholder, randomness, wording};

use super::binding::Holder;
use super::context::Context;

/// Shortest password that is reported at medium confidence.
const MIN_PASSWORD: usize = 8;
/// Shortest key, token or secret that is reported at medium confidence for its letters and digits alone.
const MIN_SECRET: usize = 12;
/// Shortest drawn password. What is shorter is a word of three letters or a mask.
const MIN_DRAWN_PASSWORD: usize = 4;
/// Shortest drawn value under the name of a secret, and of a key or token, which are generated and so longer.
const MIN_DRAWN_SECRET: usize = 6;
const MIN_DRAWN_KEY: usize = 8;
/// Least share that words leave of a drawn secret: names of things (`xoxo`, `YZZ222`) have less to go by than passwords.
const DRAWN_SECRET: f64 = 0.8;
/// Most that words leave unexplained of a value that they make up alone.
const WORDS_ALONE: f64 = 0.5;
/// Shortest drawn value under a weak name.
const MIN_WEAKLY_NAMED: usize = 16;

/// What is known of a candidate.
pub struct Candidate<'a> {
    /// The name in snake case.
    pub name: &'a str,
    /// The value, without quotes.
    pub value: &'a [u8],
    /// How it is held.
    pub holder: Holder,
    /// What stands before the name on its line.
    pub before: &'a [u8],
    /// The file.
    pub context: Context,
}

/// How sure a candidate is a secret, and why; `None` if something refutes it.
pub fn judge(candidate: &Candidate) -> Option<(Confidence, Vec<Evidence>)> {
    let kind = name::classify(candidate.name)?;
    let candidate = &Candidate { value: without_scheme(candidate.value)?, ..*candidate };
    let value = candidate.value;
    if is_refuted(candidate) || is_within_arn(candidate) {
        return None;
    }
    let base = match kind {
        NameKind::Password if is_digest(value) => {
            if is_of_machine(candidate) {
                Confidence::Medium
            } else {
                Confidence::Low
            }
        }
        NameKind::Password => password(value),
        _ if value.contains(&b' ') => return None,
        _ if name::strength(candidate.name) == Some(name::Strength::Weak) => weakly_named(value),
        _ => secret(kind, value),
    };
    Some((adjusted(base, candidate), evidence(kind, candidate)))
}

/// What the confidence is made of, in words that give nothing of the value away.
fn evidence(kind: NameKind, candidate: &Candidate) -> Vec<Evidence> {
    let (value, context) = (candidate.value, candidate.context);
    let mut all = vec![match name::strength(candidate.name) {
        Some(name::Strength::Strong) => Evidence::pro(About::Name, format!("it is that of a {}", kind.as_str())),
        _ => Evidence::contra(About::Name, format!("harmless things have it as often as a {}", kind.as_str())),
    }];
    let about_value = match () {
        () if placeholder::weak_word(value) => Evidence::contra(About::Value, "many people use it for a password, and many manuals show it"),
        () if is_digest(value) => Evidence::contra(About::Value, "it has the length and the alphabet of a digest"),
        () if value.contains(&b' ') => Evidence::contra(About::Value, "it is a text of several words"),
        () if value.len() >= 16 && randomness::is_random(value) => Evidence::pro(About::Value, "it is as random as a machine draws it"),
        () if is_drawn(value) => Evidence::pro(About::Value, "there are no words in it"),
        () if is_worded(value) || wording::unexplained(value) < WORDS_ALONE => Evidence::contra(About::Value, "words and sequences make up all of it"),
        () => Evidence::contra(About::Value, "words or sequences make up most of it"),
    };
    all.push(about_value);
    if is_sealed(candidate.name) {
        all.push(Evidence::contra(About::Name, "it says that the value is encrypted or hashed"));
    }
    if is_decoded_text(value) {
        all.push(Evidence::contra(About::Value, "it is words in base64"));
    }
    all.push(Evidence::pro(About::Holder, candidate.holder.as_str()));
    if is_comment(candidate.before) {
        all.push(Evidence::contra(About::Holder, "the line is a comment"));
    }
    all.push(match context {
        Context { vendored: true, .. } => Evidence::contra(About::File, "it is a copy of others' code"),
        Context { test: true, .. } => Evidence::contra(About::File, "it is of tests"),
        Context { example: true, .. } => Evidence::contra(About::File, "it is an example or documentation"),
        Context { kind: FileKind::Generated, .. } => Evidence::contra(About::File, "a machine has written it"),
        Context { kind: FileKind::Document, .. } => Evidence::contra(About::File, "it is a document"),
        Context { kind: FileKind::Config | FileKind::EnvFile, .. } => Evidence::pro(About::File, "it configures a program"),
        _ => Evidence::contra(About::File, "it is text, in which names stand for many things"),
    });
    all
}

/// Words before `password` by which it is that of a person, or no password any more.
const PEOPLE: [&str; 20] = [
    "user",
    "users",
    "admin",
    "account",
    "member",
    "customer",
    "person",
    "employee",
    "author",
    "login",
    "old",
    "new",
    "current",
    "hash",
    "hashed",
    "md5",
    "sha1",
    "sha256",
    "salted",
    "encrypted",
];

/// Beginnings of the schemes that say how a password was hashed: Spring Security, LDAP (RFC 2307), Dovecot.
const HASHES: [&str; 15] =
    ["argon", "bcrypt", "blf-crypt", "crypt", "ldap", "md4", "md5", "pbkdf2", "scrypt", "sha", "smd5", "ssha", "scram", "cipher", "ns-mta"];

fn is_one_of(id: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| id.eq_ignore_ascii_case(known.as_bytes()))
}

/// The password behind the scheme of its storage (`{noop}secret`, Spring Security's `DelegatingPasswordEncoder`); `None` for a hash.
fn without_scheme(value: &[u8]) -> Option<&[u8]> {
    let Some(rest) = value.strip_prefix(b"{") else { return Some(value) };
    let Some(end) = rest.iter().position(|b| *b == b'}').filter(|end| *end + 1 < rest.len()) else { return Some(value) };
    match &rest[..end] {
        id if is_one_of(id, &["noop", "plain", "clear", "cleartext"]) => Some(&rest[end + 1..]),
        id if id.len() >= 3 && HASHES.iter().any(|hash| id.len() >= hash.len() && id[..hash.len()].eq_ignore_ascii_case(hash.as_bytes())) => None,
        _ => Some(value),
    }
}

/// What is no secret whatever its name: placeholders, references, shapes of other things, the key itself.
fn is_refuted(candidate: &Candidate) -> bool {
    let value = candidate.value;
    value.len() < 4
        || !value.iter().all(|b| b.is_ascii_graphic() || *b == b' ' || *b >= 0x80)
        || placeholder::placeholder(value).is_some()
        || placeholder::reference(value).is_some()
        || placeholder::not_a_secret_shape(value).is_some()
        || same_as_name(candidate)
        || is_filled_in(candidate)
        || holds_hash(value)
        || is_regex(value)
        || is_public_key(value)
        || is_permission(candidate)
        || is_address(value)
        || holds_verb(value)
        || value.starts_with(b"<") && memchr::memmem::find(value, b"</").is_some()
        || is_escaped_text(value)
}

/// A double-quoted string of a shell with a variable or a command in it.
fn is_filled_in(candidate: &Candidate) -> bool {
    let shell = matches!(candidate.context.kind, FileKind::Shell | FileKind::Other | FileKind::Source);
    let value = candidate.value;
    value.starts_with(b"$(") || value.starts_with(b"`") || shell && candidate.holder == Holder::Quoted && memchr::memmem::find(value, b"${").is_some()
}

/// `user:$2y$…`: a password hash behind something else.
fn holds_hash(value: &[u8]) -> bool {
    value.windows(4).any(|w| w[0] == b'$' && w[3] == b'$' && w[1] == b'2' && w[2].is_ascii_lowercase())
}

/// `client_secret: client_secret`, `password: DB_PASSWORD`.
fn same_as_name(candidate: &Candidate) -> bool {
    let value = name::normalise(candidate.value);
    value == candidate.name || candidate.name.ends_with(&value) || (value.ends_with(candidate.name) && randomness::score(candidate.value) < 0.5)
}

fn password(value: &[u8]) -> Confidence {
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let others = value.iter().any(|b| b.is_ascii_digit() || b.is_ascii_punctuation());
    if placeholder::weak_word(value) || value.contains(&b' ') {
        return Confidence::Low;
    }
    if value.len() >= MIN_SECRET && randomness::is_random(value) {
        return Confidence::High;
    }
    let mixed = value.len() >= MIN_PASSWORD && letters && others && !is_worded(value) && !is_slug(value);
    if mixed || is_drawn(value) { Confidence::Medium } else { Confidence::Low }
}

/// `password_hash_b64`, `pm-27086-update-authentication`: words and numbers behind one another, the name of something.
fn is_slug(value: &[u8]) -> bool {
    let parts = value.split(|b| matches!(b, b'-' | b'_')).count();
    let plain = value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
    plain && parts >= 3 && wording::unexplained(value) < WORDS_ALONE
}

/// Whether no words are in the value of a password.
pub(super) fn is_drawn(value: &[u8]) -> bool {
    let is_text = value.iter().any(u8::is_ascii_alphabetic) && !value.iter().any(|b| matches!(b, b'{' | b'}' | b'\\' | b'<' | b'>'));
    value.len() >= MIN_DRAWN_PASSWORD && is_text && !is_title(value) && wording::unexplained(value) >= wording::DRAWN
}

/// A capital and small letters: a label in some language (`Heslo`, `Wachtwoord`) rather than a password.
fn is_title(value: &[u8]) -> bool {
    let is_small = |b: &u8| b.is_ascii_lowercase() || !b.is_ascii();
    matches!(value, [first, rest @ ..] if first.is_ascii_uppercase() && rest.iter().all(is_small))
}

/// Hexadecimal of the length of MD5, SHA-1, SHA-256 or SHA-512: under the name of a password most likely its digest.
fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 64 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a password that looks like a digest is most likely one that a machine has drawn (`openssl rand -hex 16`): a file of variables sets it, or its
/// name says which service it opens; the passwords of people are stored as digests.
fn is_of_machine(candidate: &Candidate) -> bool {
    let owner =
        ["password", "passwd", "passphrase", "pass", "pwd"].iter().find_map(|word| candidate.name.strip_suffix(word)).map(|owner| owner.trim_end_matches('_'));
    let is_person = |owner: &str| owner.rsplit('_').next().is_some_and(|word| PEOPLE.contains(&word));
    candidate.context.kind == FileKind::EnvFile || owner.is_some_and(|owner| !owner.is_empty() && !is_person(owner))
}

/// Base64 of a public key (`SubjectPublicKeyInfo` of RFC 5280): RSA and elliptic curves.
fn is_public_key(value: &[u8]) -> bool {
    let beginnings = [
        b"MFkwEwYHKoZIzj0CAQ".as_slice(),
        b"MFYwEAYHKoZIzj0CAQ",
        b"MHYwEAYHKoZIzj0CAQ",
        b"MCowBQYDK2Vw",
        b"MIIBIjANBgkqhkiG9w0BAQEFAAOC",
        b"MIICIjANBgkqhkiG9w0BAQEFAAOC",
    ];
    beginnings.iter().any(|begin| value.starts_with(begin))
        || value.starts_with(b"MI") && value.len() > 24 && memchr::memmem::find(&value[..24], b"0GCSqGSIb3DQEB").is_some()
}

/// Nothing but holes that `printf` fills: `%s`, `%s%n`, `%-10v`.
fn holds_verb(value: &[u8]) -> bool {
    let is_verb = |part: &[u8]| {
        let flags = part.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'#' | b'.')).count();
        part.get(flags).is_some_and(u8::is_ascii_alphabetic) && part[flags + 1..].iter().all(|b| matches!(b, b' ' | b':' | b'/' | b'-' | b'_'))
    };
    value.first() == Some(&b'%') && value.split(|b| *b == b'%').skip(1).all(is_verb)
}

/// `\u30e6\u30fc…`: a text in another script, most of which is escapes.
fn is_escaped_text(value: &[u8]) -> bool {
    memchr::memmem::find_iter(value, b"\\u").count() * 2 * b"\\uXXXX".len() > value.len()
}

/// `0x` and 40 hexadecimal digits: an address on a blockchain.
fn is_address(value: &[u8]) -> bool {
    value.strip_prefix(b"0x").is_some_and(|digits| digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// `(&(user=x)(password=ab*))`: a filter of LDAP (RFC 4515).
fn is_filter(candidate: &Candidate) -> bool {
    candidate.before.ends_with(b"(") && matches!(candidate.holder, Holder::Bare | Holder::InString)
}

/// `arn:aws:secretsmanager:eu-west-1:111122223333:secret:bank-x7Qd2k`: the name of a resource, `secret` its type.
fn is_within_arn(candidate: &Candidate) -> bool {
    let word = candidate.before.rsplit(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'=' | b'`' | b'(')).next().unwrap_or_default();
    word.starts_with(b"arn:")
}

/// A name of what is encrypted or hashed, nothing of which is left to keep secret: `encrypted_private_key`, but not `encrypted_private_key_password`.
fn is_sealed(name: &str) -> bool {
    let is_sealing = |word: &str| matches!(word, "encrypted" | "hashed" | "salted" | "wrapped");
    let opens = ["password", "passwd", "passphrase"].iter().find_map(|opener| name.strip_suffix(opener));
    match opens {
        Some(before) => before.trim_end_matches('_').rsplit('_').next().is_some_and(is_sealing),
        None => name.split('_').any(is_sealing),
    }
}

/// `id-token: write`: what a job may do with the token.
fn is_permission(candidate: &Candidate) -> bool {
    candidate.name.ends_with("token") && matches!(candidate.value, b"read" | b"write" | b"none")
}

/// A regular expression.
fn is_regex(value: &[u8]) -> bool {
    let ranges = [b"a-z".as_slice(), b"A-Z", b"0-9"].iter().any(|range| memchr::memmem::find(value, range).is_some());
    if value.contains(&b'[') && ranges {
        return true;
    }
    let anchored = value.starts_with(b"/^") || value.starts_with(b"^") && value.ends_with(b"$") || value.starts_with(b"(?");
    anchored || memchr::memmem::find(value, b"\\x").is_some() && value.contains(&b'[')
}

/// Lower-case words joined by one kind of separator: an identifier rather than a password.
fn is_worded(value: &[u8]) -> bool {
    let foreign = value.iter().any(|b| *b >= 0x80);
    let letters = value.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b' '));
    !value.iter().any(u8::is_ascii_digit) && letters && (foreign || randomness::score(value) < 0.5)
}

fn secret(kind: NameKind, value: &[u8]) -> Confidence {
    if value.len() >= 16 && randomness::is_random(value) {
        return Confidence::High;
    }
    let mixed = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let least = if matches!(kind, NameKind::ClientSecret | NameKind::WebhookSecret | NameKind::Secret) { MIN_DRAWN_SECRET } else { MIN_DRAWN_KEY };
    let drawn = is_drawn(value) && wording::unexplained(value) >= DRAWN_SECRET && value.len() >= if mixed { least } else { MIN_SECRET };
    if drawn || value.len() >= MIN_SECRET && mixed && randomness::score(value) >= 0.3 { Confidence::Medium } else { Confidence::Low }
}

/// A bare `token`, `key`, `auth`: only a long random value counts.
fn weakly_named(value: &[u8]) -> Confidence {
    let least = if value.iter().all(u8::is_ascii_alphanumeric) { MIN_WEAKLY_NAMED } else { MIN_WEAKLY_NAMED + 4 };
    if value.len() >= least && randomness::is_random(value) && is_drawn(value) { Confidence::Medium } else { Confidence::Low }
}

/// Notation and file: what is made up, prose or machine-written is trusted less.
fn adjusted(base: Confidence, candidate: &Candidate) -> Confidence {
    let context = candidate.context;
    let lower = |confidence| match confidence {
        Confidence::High => Confidence::Medium,
        _ => Confidence::Low,
    };
    let random = randomness::is_random(candidate.value) && candidate.value.len() >= 16;
    let drawn = base >= Confidence::Medium && is_drawn(candidate.value) && !is_filter(candidate);
    let mut confidence = base;
    if context.made_up() {
        confidence = match () {
            () if random => lower(confidence),
            () if drawn => Confidence::Medium,
            () => Confidence::Low,
        };
    }
    if context.vendored || context.kind == FileKind::Generated || is_decoded_text(candidate.value) {
        confidence = Confidence::Low;
    }
    if is_sealed(candidate.name) {
        confidence = Confidence::Low;
    }
    let aside = context.kind == FileKind::Document || is_comment(candidate.before);
    if aside && !random && !drawn {
        confidence = Confidence::Low;
    }
    if is_comment(candidate.before) {
        confidence = confidence.min(Confidence::Medium);
    }
    if matches!(context.kind, FileKind::Source | FileKind::Other) && !random && !drawn {
        confidence = lower(confidence).max(if candidate.holder == Holder::Quoted { confidence.min(Confidence::Medium) } else { Confidence::Low });
    }
    confidence
}

/// A commented-out line; a definition of C is none.
pub(super) fn is_comment(before: &[u8]) -> bool {
    let text = before.trim_ascii_start();
    [b"#".as_slice(), b"//", b"*", b"/*", b"<!--", b"-- ", b";"].iter().any(|begin| text.starts_with(begin)) && !text.starts_with(b"#define")
}

/// Base64 of readable words: a sample rather than a key.
fn is_decoded_text(value: &[u8]) -> bool {
    let Ok(text) = data_encoding::BASE64.decode(value) else { return false };
    let text = text.trim_ascii();
    text.len() >= 4
        && text.iter().all(|b| b.is_ascii_graphic() || *b == b' ')
        && (placeholder::placeholder(text).is_some() || wording::unexplained(text) < wording::DRAWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Speaks;

    fn judged(path: &str, name: &str, value: &str, holder: Holder) -> Option<(Confidence, Vec<Evidence>)> {
        judge(&Candidate { name, value: value.as_bytes(), holder, before: b"", context: Context::of_path(path) })
    }

    fn confidence(path: &str, name: &str, value: &str) -> Option<Confidence> {
        judged(path, name, value, Holder::Quoted).map(|(confidence, _)| confidence)
    }

    #[test]
    fn passwords_without_words_are_reported_wherever_they_stand() {
        for path in ["app/main.py", "config/app.yaml", "tests/test_login.py", "docs/setup.md"] {
            for value in ["vxkqtr", "hznvmq_wpxkrd", "tjq001465", "q9fn4x!"] {
                assert!(confidence(path, "db_password", value) >= Some(Confidence::Medium), "{path} {value}");
            }
        }
    }

    #[test]
    fn passwords_of_words_are_low() {
        for value in ["secret", "goodpassword", "penguin", "s3cr3t", "Wachtwoord", "open sesame", "zxcvbn"] {
            let found = confidence("app/main.py", "password", value);
            assert!(matches!(found, None | Some(Confidence::Low)), "{value}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_value_is_nothing() {
        assert!(confidence("app.py", "db_password", "x7%d!Qz").is_some(), "a percent sign alone is no hole");
        let escaped = "q8Zr\\u002BLmX0\\u0026vKp4TnYw6BdJ5hN8cYb";
        assert!(confidence("settings.json", "db_password", escaped).is_some(), "a value with escapes in it is no text of escapes");
        for value in ["%s%n", "%-10v", "\\u30e6\\u30fc\\u30b6\\u540d", "${DB_PASSWORD}", "db_password", "changeme"] {
            assert_eq!(confidence("app/main.py", "db_password", value), None, "{value}");
        }
        let filter = Candidate { name: "password", value: b"MYKE", holder: Holder::InString, before: b"(&(sn=admin)(", context: Context::of_path("notes.md") };
        assert_eq!(judge(&filter).map(|(confidence, _)| confidence), Some(Confidence::Low), "a filter of LDAP");
        let arn = b"secret_arn: arn:aws:secretsmanager:eu-west-1:111122223333:";
        let resource = Candidate { name: "secret", value: b"bank-x7Qd2k", holder: Holder::Bare, before: arn, context: Context::of_path("ids.yml") };
        assert!(judge(&resource).is_none(), "the name of a resource");
    }

    #[test]
    fn copied_and_generated_code_is_low() {
        for path in ["vendor/lib/a.go", "node_modules/x/index.js", "package-lock.json"] {
            assert_eq!(confidence(path, "db_password", "vxkqtr"), Some(Confidence::Low), "{path}");
        }
    }

    #[test]
    fn the_shorter_the_name_says_the_more_the_value_must() {
        assert_eq!(confidence("app.py", "client_secret", "k7qx2m"), Some(Confidence::Medium));
        assert_eq!(confidence("app.py", "api_key", "k7qx2m"), Some(Confidence::Low), "keys are longer");
        assert_eq!(confidence("app.py", "token", "k7qx2mv9w4zt"), Some(Confidence::Low), "a weak name");
        assert_eq!(confidence("app.py", "token", "k7qx2mv9w4ztJ5hN8cYb"), Some(Confidence::Medium));
    }

    #[test]
    fn each_kind_of_evidence_is_said() {
        let said = |path: &str, name: &str, value: &str| {
            let (_, evidence) = judged(path, name, value, Holder::Quoted).unwrap();
            evidence.into_iter().map(|e| (e.about, e.speaks)).collect::<Vec<_>>()
        };
        let (pro, contra) = (Speaks::For, Speaks::Against);
        let all = |name, value, file| vec![(About::Name, name), (About::Value, value), (About::Holder, pro), (About::File, file)];
        assert_eq!(said("config/app.yaml", "db_password", "q8Zr2LmX0vKp4TnYw6Bd"), all(pro, pro, pro));
        assert_eq!(said("tests/a.py", "db_password", "penguin"), all(pro, contra, contra));
        assert_eq!(said("app.py", "token", "penguin"), all(contra, contra, contra));
    }

    #[test]
    fn schemes_of_storage_are_told_from_plain_passwords() {
        assert_eq!(confidence("users.conf", "password", "{PLAIN}q8Zr2LmX0vKp4TnYw6Bd"), Some(Confidence::High));
        assert_eq!(confidence("users.conf", "password", "{noop}q8Zr2LmX0vKp4TnYw6Bd"), Some(Confidence::High));
        assert_eq!(confidence("users.conf", "password", "{SHA}q8Zr2LmX0vKp4TnYw6Bd"), None);
    }

    #[test]
    fn what_is_sealed_is_told_from_what_opens_it() {
        assert!(is_sealed("mock_encrypted_private_key") && is_sealed("saltedpassword") && is_sealed("encrypted_password"));
        assert!(!is_sealed("encrypted_private_key_password") && !is_sealed("db_password"));
    }
}
