//! Text that is made from other text: base64, hexadecimal, percent-encoding, reversal.

use data_encoding::BASE64_NOPAD;

/// How text was turned into other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoding {
    /// Base64 or base64url (RFC 4648).
    Base64,
    /// Two hexadecimal digits a byte (RFC 4648, section 8), with white space between them or not.
    Hex,
    /// Percent-encoding (RFC 3986, section 2.1).
    Percent,
    /// The same, with `+` for a blank (URL Standard, section 5.1).
    Form,
    /// The characters in reverse order.
    Reverse,
}

impl Decoding {
    /// The text behind `text`; `None` if it is no such encoding.
    pub fn apply(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Base64 if text.is_empty() => Some(Vec::new()),
            Self::Base64 => base64(text),
            Self::Hex => {
                let digits: Vec<u8> = text.iter().filter(|b| !b.is_ascii_whitespace()).copied().collect();
                data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()
            }
            Self::Percent => percent(text),
            Self::Form => percent(&text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect::<Vec<u8>>()),
            Self::Reverse => Some(std::str::from_utf8(text).ok()?.chars().rev().collect::<String>().into_bytes()),
        }
    }
}

/// The bytes behind base64 or base64url (RFC 4648), padded or not, with line breaks or not; bits after the last byte are ignored
/// as most decoders do.
pub fn base64(value: &[u8]) -> Option<Vec<u8>> {
    let mut text: Vec<u8> = value.iter().filter(|b| !b.is_ascii_whitespace()).copied().collect();
    while text.last() == Some(&b'=') {
        text.pop();
    }
    for byte in &mut text {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    if text.is_empty() || text.len() % 4 == 1 {
        return None;
    }
    lenient(&BASE64_NOPAD.specification()).decode(&text).ok()
}

/// The same alphabet, with bits after the last byte ignored.
pub fn lenient(specification: &data_encoding::Specification) -> data_encoding::Encoding {
    let mut specification = specification.clone();
    specification.check_trailing_bits = false;
    specification.encoding().unwrap_or(BASE64_NOPAD)
}

/// The number that these digits write; a sign is no digit.
pub fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.chars().all(|c| c.is_digit(radix)))?;
    u32::from_str_radix(digits, radix).ok()
}

fn percent(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            out.push(u8::try_from(number(rest.get(..2)?, 16)?).ok()?);
            rest = &rest[2..];
        } else {
            out.push(byte);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_give_their_text() {
        for (decoding, text, expected) in [
            (Decoding::Base64, "YWJj", Some("abc")),
            (Decoding::Base64, "YW\nI=", Some("ab")),
            (Decoding::Base64, "", Some("")),
            (Decoding::Base64, "Y", None),
            (Decoding::Hex, "616263", Some("abc")),
            (Decoding::Hex, "6A6b", Some("jk")),
            (Decoding::Hex, "616", None),
            (Decoding::Percent, "a%3Ab+c", Some("a:b+c")),
            (Decoding::Percent, "a%3", None),
            (Decoding::Percent, "a%+4", None),
            (Decoding::Form, "a%3Ab+c", Some("a:b c")),
            (Decoding::Hex, "61 62\n63", Some("abc")),
            (Decoding::Reverse, "cb\u{e9}", Some("\u{e9}bc")),
        ] {
            assert_eq!(decoding.apply(text.as_bytes()).as_deref(), expected.map(str::as_bytes), "{decoding:?} {text}");
        }
    }
}
