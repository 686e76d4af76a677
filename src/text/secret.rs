//! Secrets that mask themselves. The raw bytes come out only through [`Secret::reveal`].

use std::fmt;

use serde::{Serialize, Serializer};

/// What stands where hidden bytes were. Its length says nothing about theirs.
pub const MASK: &str = "********";

/// Bytes that must never be shown: `Display`, `Debug` and `Serialize` give the masked form.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    bytes: Vec<u8>,
    prefix: usize,
}

impl Secret {
    /// A secret whose first `prefix` bytes are the documented, public prefix of its format (`ghp_`).
    pub fn new(bytes: impl Into<Vec<u8>>, prefix: usize) -> Self {
        Self { bytes: bytes.into(), prefix }
    }

    /// The raw bytes. Every call of this function is a place that could leak.
    pub fn reveal(&self) -> &[u8] {
        &self.bytes
    }

    /// The documented prefix and the last two characters around [`MASK`]; never more than a quarter
    /// of the value, nothing of a value under 12 bytes, and only printable ASCII.
    pub fn masked(&self) -> String {
        let quarter = if self.bytes.len() < 12 { 0 } else { self.bytes.len() / 4 };
        let head = self.prefix.min(quarter);
        let tail = if head + 2 <= quarter { 2 } else { 0 };
        let (head, tail) = (&self.bytes[..head], &self.bytes[self.bytes.len() - tail..]);
        let shown = |bytes: &[u8]| bytes.iter().map(|&b| b as char).take_while(char::is_ascii_graphic).collect::<String>();
        let tail = if tail.iter().all(u8::is_ascii_graphic) { shown(tail) } else { String::new() };
        format!("{}{MASK}{tail}", shown(head))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_prefix_and_two_characters_stay() {
        assert_eq!(Secret::new("abc_0123456789012345678901234567zz", 4).to_string(), "abc_********zz");
    }

    #[test]
    fn a_short_value_shows_nothing() {
        assert_eq!(Secret::new("hunter2!", 4).to_string(), "********");
    }

    #[test]
    fn no_more_than_a_quarter_is_shown() {
        let shown = Secret::new("abcdefghijkl", 8).masked();
        assert_eq!(shown.replace(MASK, "").len(), 3);
    }

    #[test]
    fn debug_and_json_are_masked() {
        let secret = Secret::new("correct horse battery staple", 0);
        assert!(!format!("{secret:?}").contains("horse"));
        assert!(!serde_json::to_string(&secret).unwrap().contains("horse"));
    }
}
