//! A value beside the name that it belongs to, without a notation between them: `vendor TOKEN value`, `vendor secret key: value`, `vendor-key-value`.
//!
//! Notes, logs and chats write credentials so. A name alone says too little then: only rules that know the form of the value may ask.

use crate::text::Span;

use super::binding::{Holder, TextBinding, is_name_byte};

/// Words that announce a credential, alone or written together (`SECRETKEY`).
const TELLING: [&[u8]; 14] =
    [b"access", b"apikey", b"api", b"app", b"auth", b"client", b"credential", b"key", b"password", b"pat", b"personal", b"private", b"secret", b"token"];
/// What a sentence puts between a credential and its value.
const COPULAS: [&[u8]; 3] = [b" is ", b" is: ", b" was "];
/// Most words between the vendor and its value.
const MAX_WORDS: usize = 3;
/// Most bytes between the last word and the value.
const MAX_BETWEEN: usize = 4;
/// Shortest value.
const MIN_VALUE: usize = 10;

/// The value beside the name at `name`.
pub fn read(bytes: &[u8], name: Span, line: Span) -> Option<TextBinding> {
    if let Some(cut) = joined(&bytes[name.range()]) {
        return bound(bytes, Span::new(name.start, name.start + cut), name.start + cut + 1, line);
    }
    let mut end = name.end;
    for _ in 0..MAX_WORDS {
        let gap = bytes[end..line.end].iter().take_while(|b| **b == b' ').count();
        let start = end + gap;
        let word = &bytes[start..start + bytes[start..line.end].iter().take_while(|b| is_name_byte(**b)).count()];
        if gap == 0 || gap > 2 || word.is_empty() {
            break;
        }
        if let Some(cut) = joined(word) {
            return bound(bytes, Span::new(name.start, start + cut), start + cut + 1, line);
        }
        if !is_telling(word) {
            break;
        }
        end = start + word.len();
    }
    let last = bytes[name.start..end].rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
    if !ends_telling(last) {
        return None;
    }
    let copula = COPULAS.iter().find(|copula| bytes[end..line.end].starts_with(copula)).map_or(0, |copula| copula.len());
    let end = end + copula;
    let between = bytes[end..line.end].iter().take_while(|b| matches!(b, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'`')).count();
    if between + copula == 0 || between > MAX_BETWEEN {
        return None;
    }
    bound(bytes, Span::new(name.start, end - copula), end + between, line)
}

fn bound(bytes: &[u8], name: Span, start: usize, line: Span) -> Option<TextBinding> {
    let is_value = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b':' | b'|' | b'~');
    let length = bytes[start.min(line.end)..line.end].iter().take_while(is_value).count();
    let value = Span::new(start, start + length);
    (length >= MIN_VALUE).then_some(TextBinding { name, value, holder: Holder::Beside })
}

/// Where a word that is name and value in one is cut: behind its last telling word that a `-`, `.` or `_` and enough of a value follow.
fn joined(word: &[u8]) -> Option<usize> {
    let cuts = word.iter().enumerate().rev().filter(|(at, b)| matches!(b, b'-' | b'.' | b'_') && word.len() - at > MIN_VALUE);
    cuts.map(|(at, _)| at).find(|&at| {
        let last = word[..at].rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
        ends_telling(last) && word[at + 1..].iter().any(u8::is_ascii_digit)
    })
}

/// Whether a word consists of telling words, whatever separates them.
fn is_telling(word: &[u8]) -> bool {
    let mut parts = word.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && parts.all(|part| rest_of(part).is_empty())
}

/// What is left of a word in front of the telling words at its end.
fn rest_of(word: &[u8]) -> &[u8] {
    let end = |word: &[u8]| {
        let is_end = |telling: &&&[u8]| word.len() >= telling.len() && word[word.len() - telling.len()..].eq_ignore_ascii_case(telling);
        TELLING.iter().find(is_end).map_or(0, |telling| telling.len())
    };
    let mut word = word;
    while let length @ 1.. = end(word) {
        word = &word[..word.len() - length];
    }
    word
}

/// Whether a word ends with a telling one: `vendorKEY`, `vendorSecretKey`.
fn ends_telling(word: &[u8]) -> bool {
    rest_of(word).len() < word.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::binding::name_around;

    fn read_in(text: &str) -> Option<(String, String)> {
        let line = Span::new(0, text.len());
        let at = text.find("vendor").unwrap();
        let found = read(text.as_bytes(), name_around(text.as_bytes(), at, line)?, line)?;
        Some((text[found.name.range()].to_owned(), text[found.value.range()].to_owned()))
    }

    #[test]
    fn names_and_values_side_by_side_are_read() {
        for (text, name, value) in [
            ("vendor TOKEN q8Zr2LmX0vKp", "vendor TOKEN", "q8Zr2LmX0vKp"),
            ("the vendor secret key: q8Zr2LmX0vKp, see", "vendor secret key", "q8Zr2LmX0vKp"),
            ("vendor SECRET_TOKEN=q8Zr2LmX0vKp", "vendor SECRET_TOKEN", "q8Zr2LmX0vKp"),
            ("vendorPRIVATEKEY q8Zr2LmX0vKp", "vendorPRIVATEKEY", "q8Zr2LmX0vKp"),
            ("vendor-key-q8Zr2LmX0vKp", "vendor-key", "q8Zr2LmX0vKp"),
            ("vendor_key.access.q8Zr2LmX0vKp", "vendor_key.access", "q8Zr2LmX0vKp"),
            ("vendor token-q8Zr2-LmX0vKp", "vendor token", "q8Zr2-LmX0vKp"),
            ("my vendor api key is \"q8Zr2LmX0vKp\"", "vendor api key", "q8Zr2LmX0vKp"),
        ] {
            assert_eq!(read_in(text), Some((name.to_owned(), value.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_no_word_announces_is_left_alone() {
        for text in ["vendor q8Zr2LmX0vKp", "vendor commit q8Zr2LmX0vKp", "vendor token", "vendor token short", "vendor.io/q8Zr2LmX0vKp"] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }
}
