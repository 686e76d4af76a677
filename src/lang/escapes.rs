//! What the escapes of most languages have in common: a backslash, a letter, digits.
#![cfg_attr(not(feature = "languages"), allow(dead_code, reason = "a small build lacks the languages that need some of it"))]

use crate::text::decode::number;

/// The text of the inside of a literal. `escape` gets the byte behind a backslash and what follows it, adds the text to the output, and says how many
/// of the following bytes belong to it; `None` for an escape that the language does not know.
pub(super) fn unescape(raw: &[u8], escape: impl Fn(u8, &[u8], &mut Vec<u8>) -> Option<usize>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        let length = escape(kind, after, &mut out)?;
        rest = after.get(length..)?;
    }
    Some(out)
}

/// The text with one byte for each two at the beginning of what is `doubled`: `{{` in a string with holes stands for `{`.
pub(super) fn without_doubled(raw: &[u8], doubled: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        out.push(*byte);
        at += if doubled(&raw[at..]) { 2 } else { 1 };
    }
    out
}

/// Adds one byte, which no further bytes belong to.
#[expect(clippy::unnecessary_wraps, reason = "an arm of the match that `unescape` is given")]
pub(super) fn byte(byte: u8, out: &mut Vec<u8>) -> Option<usize> {
    out.push(byte);
    Some(0)
}

/// Adds the character of a code point that `length` bytes write.
pub(super) fn point(code: u32, length: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

/// The number of exactly `length` hexadecimal digits.
pub(super) fn hex(rest: &[u8], length: usize) -> Option<u32> {
    number(rest.get(..length)?, 16)
}

/// The number of at most `most` hexadecimal digits, and how many there are.
pub(super) fn hex_at_most(rest: &[u8], most: usize) -> Option<(u32, usize)> {
    let length = rest.iter().take(most).take_while(|b| b.is_ascii_hexdigit()).count();
    (length > 0).then_some((hex(rest, length)?, length))
}

/// The number of the octal digit `first` and at most `most` more, and how many more there are.
pub(super) fn octal(first: u8, rest: &[u8], most: usize) -> Option<(u32, usize)> {
    let more = rest.iter().take(most).take_while(|b| matches!(b, b'0'..=b'7')).count();
    Some((number(&[&[first], &rest[..more]].concat(), 8)?, more))
}

/// The code point of four hexadecimal digits, or of two such code units of UTF-16 with `\u` between them, and the bytes that write it.
pub(super) fn utf16(rest: &[u8]) -> Option<(u32, usize)> {
    let high = hex(rest, 4)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((high, 4));
    }
    let low = number(rest.get(4..10)?.strip_prefix(b"\\u")?, 16).filter(|low| (0xDC00..0xE000).contains(low))?;
    Some((0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00), 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_far_as_they_go() {
        assert_eq!(hex_at_most(b"4aZ", 2), Some((0x4a, 2)));
        assert_eq!(hex_at_most(b"4Z", 2), Some((4, 1)));
        assert_eq!(hex_at_most(b"Z", 2), None);
        assert_eq!(octal(b'1', b"018", 2), Some((0o101, 2)));
        assert_eq!(octal(b'7', b"9", 2), Some((7, 0)));
        assert_eq!(utf16(b"D83D\\uDD11x"), Some((0x1F511, 10)));
        assert_eq!(utf16(b"0041"), Some((0x41, 4)));
        assert_eq!((utf16(b"D83D"), utf16(b"D83D\\uE000"), utf16(b"+041")), (None, None, None));
    }

    #[test]
    fn an_escape_takes_no_more_than_there_is() {
        assert_eq!(unescape(b"a\\b", |_, _, _| Some(1)), None);
        assert_eq!(unescape(b"a\\", |_, _, _| Some(0)), None);
        assert_eq!(unescape(b"a\\bc", |kind, _, out| byte(kind.to_ascii_uppercase(), out)).as_deref(), Some(b"aBc".as_slice()));
    }
}
