//! Text behind an encoding, in any file: base64 (of UTF-8 or UTF-16), hexadecimal, percent-encoding, escapes of JSON and HTML; one in another to three levels.
//!
//! Nothing is decoded on suspicion. What a secret is called, and how the tokens of the rules begin, looks the same in every base64 text, but for its offset
//! in a group of three bytes; these strings are looked for, and what is around one is decoded.

use std::sync::OnceLock;

use crate::ruleset::anchors::Anchor;
use crate::ruleset::{Engine, RuleSet};
use crate::text::{Mapped, Span, decode};

use super::prefilter::Prefilter;

/// Encodings within each other that are undone.
const MAX_DEPTH: usize = 3;
/// Longest encoded text, in bytes.
const MAX_RUN: usize = 64 << 10;
/// Bytes to each side of a sign of escapes that are read, within its line.
const REACH: usize = 2048;
/// Most texts of one file.
const MAX_TEXTS: usize = 200;
/// Shortest part of an encoded word that is looked for.
const LEAST_SIGN: usize = 6;
/// Shortest and longest part of the beginning of a token that is looked for, before it is encoded.
const LEAST_BEGINNING: usize = 4;
const LONGEST_BEGINNING: usize = 8;
/// How a JSON Web Token begins (`{"alg":` in base64url).
const JWT: &[u8] = b"eyJhbGci";
/// Shortest text that is worth anything, in bytes.
const LEAST_TEXT: usize = 8;

/// What secrets are called, as it is written in text that is encoded.
const WORDS: [&str; 17] = [
    "password",
    "PASSWORD",
    "Password",
    "secret\"",
    "Secret",
    "SECRET",
    "passwd",
    "_token",
    "_TOKEN",
    "Token\"",
    "api_key",
    "API_KEY",
    "apikey",
    "apiKey",
    "ApiKey",
    "PRIVATE KEY",
    "AccountKey=",
];
/// Those of them that are looked for behind two and three encodings.
const DEEP_WORDS: [&str; 3] = ["password", "PASSWORD", "PRIVATE KEY"];
/// Those of them that are looked for in UTF-16, as PowerShell encodes its commands.
const WIDE_WORDS: [&str; 3] = ["password", "Password", "Bearer"];
/// Endings of names of secrets, with an escaped separator behind them.
const NAMES: [&str; 4] = ["password", "secret", "token", "key"];
const SEPARATORS: [&str; 6] = ["%3d", "%22", "\\u0022", "\\u003d", "&quot;", "&#34;"];
/// Separators behind a name that may be the end of another word.
const SURE: [&str; 3] = ["_key%3d", "api_key%22", "%3a%2f%2f"];

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Base64,
    Hex,
    Escapes,
}

/// Text that was encoded, and where it stands.
pub struct Decoded {
    /// The text and the way back.
    pub text: Mapped,
    /// How it was encoded, from the outside to the inside.
    pub encodings: String,
    /// Where the outermost of it stands.
    pub span: Span,
}

/// What announces encoded text.
#[derive(Default)]
pub struct Signs {
    signs: Vec<(Anchor, Encoding)>,
    /// The index over them, made when first asked.
    filter: OnceLock<Prefilter>,
}

impl Signs {
    /// What the names of secrets look like behind each encoding, and the beginnings of the tokens that these rules know behind base64.
    pub fn new(rules: &RuleSet) -> Self {
        let base64 = WORDS.iter().flat_map(|word| in_base64(word.as_bytes())).chain(WIDE_WORDS.iter().flat_map(|word| in_base64(&wide(word))));
        let deep = DEEP_WORDS.iter().flat_map(|word| in_base64(word.as_bytes()).into_iter().flat_map(|once| in_base64(&once)));
        let deeper: Vec<Vec<u8>> = deep.clone().flat_map(|twice| in_base64(&twice)).collect();
        let tokens = beginnings(rules).flat_map(token_in_base64);
        let hex = WORDS.iter().map(|word| data_encoding::HEXLOWER.encode(word.as_bytes()));
        let named = NAMES.iter().filter(|name| **name != "key").flat_map(|name| SEPARATORS.iter().map(move |separator| format!("{name}{separator}")));
        let escapes = named.chain(SURE.iter().map(|sign| (*sign).to_owned())).chain(SEPARATORS.iter().map(|separator| format!("api_key{separator}")));
        let mut signs: Vec<(Anchor, Encoding)> = base64.chain(deep).chain(deeper).chain(tokens).map(|sign| (Anchor::exact(&sign), Encoding::Base64)).collect();
        signs.extend(hex.map(|sign| (Anchor::folded(sign.as_bytes()), Encoding::Hex)));
        signs.extend(escapes.map(|sign| (Anchor::folded(sign.as_bytes()), Encoding::Escapes)));
        signs.sort_unstable_by_key(|(anchor, _)| *anchor);
        signs.dedup_by_key(|(anchor, _)| *anchor);
        Self { signs, filter: OnceLock::new() }
    }

    /// The strings to look for.
    pub fn anchors(&self) -> impl Iterator<Item = Anchor> {
        self.signs.iter().map(|(anchor, _)| *anchor)
    }

    /// The texts of a file that are encoded and hold the name of a secret, or the beginning of a token.
    pub fn texts(&self, bytes: &[u8]) -> Vec<Decoded> {
        let mut found = Vec::new();
        self.collect(bytes, None, &mut found);
        found
    }

    /// Collects the texts within `bytes`, which are those of `outer`, if they were encoded themselves.
    fn collect(&self, bytes: &[u8], outer: Option<(&Mapped, &str, Span)>, found: &mut Vec<Decoded>) {
        let mut places = Vec::new();
        self.filter.get_or_init(|| Prefilter::new(self.signs.iter().map(|(anchor, _)| anchor))).scan(bytes, |sign, at| places.push((at, self.signs[sign].1)));
        let mut read = [0; 3];
        for (at, encoding) in places {
            if at < read[encoding as usize] || found.len() >= MAX_TEXTS {
                continue;
            }
            let run = run_around(bytes, at, encoding);
            read[encoding as usize] = run.end;
            let Some(text) = decoded(bytes, run, at, encoding) else { continue };
            let (text, span) = outer.map_or_else(|| (text.clone(), run), |(outer, _, span)| (text.clone().through(outer), span));
            let encodings = outer.map_or_else(|| encoding.name().to_owned(), |(_, before, _)| format!("{before}, {}", encoding.name()));
            if encodings.matches(',').count() + 1 < MAX_DEPTH {
                let inner = text.bytes().to_vec();
                self.collect(&inner, Some((&text, &encodings, span)), found);
            }
            found.push(Decoded { text, encodings, span });
        }
    }
}

/// How the tokens begin that the rules know, where that is no word.
fn beginnings(rules: &RuleSet) -> impl Iterator<Item = &[u8]> {
    let is_telling = |prefix: &&[u8]| prefix.len() >= LEAST_BEGINNING && !prefix.iter().all(u8::is_ascii_lowercase);
    let prefixes = |index: usize| match &rules.compiled[index].engine {
        Engine::Pattern(engine) if rules.rules[index].id.family() == "secrets" => engine.prefixes.as_slice(),
        _ => &[],
    };
    rules.active().flat_map(prefixes).map(|prefix| &prefix[..prefix.len().min(LONGEST_BEGINNING)]).filter(is_telling).chain([JWT])
}

/// A token behind base64 that begins so: at any offset; of a short beginning, where it begins the text.
fn token_in_base64(beginning: &[u8]) -> Vec<Vec<u8>> {
    let mut all = in_base64(beginning);
    if beginning.len() == LEAST_BEGINNING {
        let text = data_encoding::BASE64_NOPAD.encode(beginning).into_bytes();
        all.push(text[..beginning.len() * 8 / 6].to_vec());
    }
    all
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hexadecimal",
            Self::Escapes => "escapes",
        }
    }

    /// Whether a byte may be one of an encoded text.
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Escapes => !matches!(byte, b'\n' | b'\r'),
        }
    }
}

/// The encoded text around the byte at `at`.
fn run_around(bytes: &[u8], at: usize, encoding: Encoding) -> Span {
    let reach = if encoding == Encoding::Escapes { REACH } else { MAX_RUN };
    let (from, to) = (at.saturating_sub(reach), bytes.len().min(at + reach));
    let before = bytes[from..at].iter().rev().take_while(|byte| encoding.takes(**byte)).count();
    let after = bytes[at..to].iter().take_while(|byte| encoding.takes(**byte)).count();
    let padding = bytes[at + after..].iter().take(2).take_while(|byte| encoding == Encoding::Base64 && **byte == b'=').count();
    Span::new(at - before, at + after + padding)
}

/// The text behind `run`, of which the sign at `at` is a part; `None` if there is no text.
fn decoded(bytes: &[u8], run: Span, at: usize, encoding: Encoding) -> Option<Mapped> {
    match encoding {
        Encoding::Base64 => {
            // A path or a name may stand before it, of letters that base64 has, too.
            let cuts =
                bytes[run.start..at].iter().enumerate().rev().filter(|(_, byte)| matches!(byte, b'/' | b'-' | b'_' | b'+')).map(|(cut, _)| run.start + cut + 1);
            [run.start].into_iter().chain(cuts.take(4)).find_map(|start| from_base64(bytes, Span::new(start, run.end)))
        }
        Encoding::Hex => {
            let start = run.start + (at - run.start) % 2;
            let pairs = bytes[start..run.end].chunks_exact(2);
            let mut text = Mapped::new();
            for (index, pair) in pairs.enumerate() {
                text.put(&[u8::try_from(decode::number(pair, 16)?).ok()?], Span::new(start + 2 * index, start + 2 * index + 2));
            }
            is_text(text.bytes()).then_some(text)
        }
        Encoding::Escapes => unescaped(bytes, run),
    }
}

/// The text of base64, in UTF-8 or in UTF-16.
fn from_base64(bytes: &[u8], run: Span) -> Option<Mapped> {
    let raw = decode::base64(&bytes[run.range()])?;
    let place = |at: usize, length: usize| Span::new(run.start + at / 3 * 4, (run.start + (at + length).div_ceil(3) * 4).min(run.end));
    let mut text = Mapped::new();
    if is_wide(&raw) {
        for (index, unit) in raw.chunks_exact(2).enumerate() {
            text.put(&unit[..1], place(2 * index, 2));
        }
    } else {
        for (index, group) in raw.chunks(3).enumerate() {
            text.put(group, place(3 * index, group.len()));
        }
    }
    is_text(text.bytes()).then_some(text)
}

/// The line without its escapes; `None` if it has none.
fn unescaped(bytes: &[u8], run: Span) -> Option<Mapped> {
    let (mut text, mut at, mut copied) = (Mapped::new(), run.start, run.start);
    while at < run.end {
        let Some((character, length)) = escape(&bytes[at..run.end]) else {
            at += 1;
            continue;
        };
        text.copy(&bytes[copied..at], copied);
        text.put(character.encode_utf8(&mut [0; 4]).as_bytes(), Span::new(at, at + length));
        at += length;
        copied = at;
    }
    text.copy(&bytes[copied..run.end], copied);
    (text.bytes().len() < run.len()).then_some(text)
}

/// The character that an escape at the beginning of `text` writes, and how many bytes it takes.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let digits = |from: usize, length: usize, radix: u32| char::from_u32(decode::number(text.get(from..from + length)?, radix)?);
    match text {
        [b'%', ..] => digits(1, 2, 16).filter(char::is_ascii).map(|c| (c, 3)),
        [b'\\', b'u', ..] => digits(2, 4, 16).map(|c| (c, 6)),
        [b'\\', b'x', ..] => digits(2, 2, 16).map(|c| (c, 4)),
        [b'&', rest @ ..] => {
            let length = rest.iter().take(8).position(|b| *b == b';')?;
            let character = match &rest[..length] {
                b"quot" => '"',
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"apos" => '\'',
                [b'#', b'x' | b'X', ..] => digits(3, length - 2, 16)?,
                [b'#', ..] => digits(2, length - 1, 10)?,
                _ => return None,
            };
            Some((character, length + 2))
        }
        _ => None,
    }
}

/// Whether bytes are text for people.
fn is_text(bytes: &[u8]) -> bool {
    bytes.len() >= LEAST_TEXT && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')))
}

/// Whether bytes are ASCII in UTF-16, the lower byte first.
fn is_wide(bytes: &[u8]) -> bool {
    bytes.len() >= 2 * LEAST_TEXT && bytes.chunks_exact(2).all(|unit| unit[0].is_ascii() && unit[0] != 0 && unit[1] == 0)
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What is the same in the base64 of every text that holds these bytes: by their offset in a group of three, the characters that no other byte has a part in.
fn in_base64(word: &[u8]) -> Vec<Vec<u8>> {
    let variant = |offset: usize| {
        let padded = [&[0; 2][..offset], word].concat();
        let text = data_encoding::BASE64_NOPAD.encode(&padded).into_bytes();
        let (from, to) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        text[from..to].to_vec()
    };
    (0..3).map(variant).filter(|sign| sign.len() >= LEAST_SIGN).collect()
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};

    use super::*;
    use crate::ruleset::RuleOptions;

    fn signs() -> &'static Signs {
        static SIGNS: OnceLock<Signs> = OnceLock::new();
        SIGNS.get_or_init(|| Signs::new(&RuleSet::load(&RuleOptions::default()).unwrap()))
    }

    fn texts_of(text: &str) -> Vec<(String, String)> {
        signs().texts(text.as_bytes()).into_iter().map(|found| (String::from_utf8_lossy(found.text.bytes()).into_owned(), found.encodings)).collect()
    }

    #[test]
    fn a_word_is_found_at_any_offset_of_base64() {
        for pad in 0..7 {
            let inner = format!("{}password=kestrel", "x".repeat(pad));
            assert_eq!(texts_of(&format!("blob: {}", BASE64.encode(inner.as_bytes()))), [(inner, "base64".to_owned())], "{pad}");
        }
    }

    #[test]
    fn a_bare_token_is_found_at_any_offset_of_base64() {
        // Made letter by letter, so that no token stands here.
        let body = |alphabet: &[u8], length: usize| -> String { (0..length).map(|at| char::from(alphabet[at * 7 % alphabet.len()])).collect() };
        let token = format!("glpat-{}", body(b"q8ZrLmXvKpTnYwBd02469", 20));
        for pad in 0..7 {
            let inner = format!("{}{token}", "x".repeat(pad));
            assert_eq!(texts_of(&format!("value: {}", BASE64.encode(inner.as_bytes()))), [(inner, "base64".to_owned())], "{pad}");
        }
        let short = format!("AKIA{}", body(b"Q4K7XN2ZLW5TRBMDY", 16));
        assert_eq!(texts_of(&BASE64.encode(short.as_bytes())), [(short, "base64".to_owned())]);
    }

    #[test]
    fn encodings_within_each_other_are_undone_to_three_levels() {
        let once = BASE64.encode(b"{\"password\": \"kestrel\"}");
        let twice = BASE64.encode(once.as_bytes());
        let thrice = BASE64.encode(twice.as_bytes());
        for (text, level) in [(&once, 1), (&twice, 2), (&thrice, 3)] {
            let found = texts_of(text);
            assert_eq!(found.len(), level, "{text}");
            assert_eq!(found[0].0, "{\"password\": \"kestrel\"}", "{text}");
        }
        assert!(texts_of(&BASE64.encode(thrice.as_bytes())).iter().all(|(text, _)| !text.contains("kestrel")));
    }

    #[test]
    fn every_encoding_gives_its_text() {
        for (text, inner) in [
            (HEXLOWER.encode(b"the password=kestrel"), "the password=kestrel"),
            (BASE64.encode(&wide("$Password = 'kestrel'")), "$Password = 'kestrel'"),
            ("x=1&password%3Dkestrel".to_owned(), "x=1&password=kestrel"),
            (r#"{\u0022password\u0022:\u0022kestrel\u0022}"#.to_owned(), r#"{"password":"kestrel"}"#),
            ("data-x=\"{&quot;password&quot;:&#34;kestrel&#34;}\"".to_owned(), "data-x=\"{\"password\":\"kestrel\"}\""),
            (format!("/api/{}", BASE64.encode(b"password=kestrel")), "password=kestrel"),
        ] {
            assert_eq!(texts_of(&text).first().map(|(text, _)| text.as_str()), Some(inner), "{text}");
        }
    }

    #[test]
    fn the_way_back_leads_to_the_encoded_bytes() {
        let encoded = BASE64.encode(b"{\"user\": \"ops\", \"password\": \"kestrel\"}");
        let file = format!("auth: {encoded}\n");
        let found = signs().texts(file.as_bytes());
        let at = found[0].text.bytes().windows(7).position(|part| part == b"kestrel").unwrap();
        let place = found[0].text.span(Span::new(at, at + 7));
        assert!(BASE64.decode(file[place.range()].trim_end_matches('\n').as_bytes()).unwrap().windows(7).any(|part| part == b"kestrel"));
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        let binary = [&[0, 1, 0xFF, 0xFE], WORDS[0].as_bytes(), &[0, 1, 0xFF, 0xFE]].concat();
        assert!(signs().texts(BASE64.encode(&binary).as_bytes()).is_empty());
        assert!(signs().texts(b"password and nothing else").is_empty());
    }
}
