//! Sizes of files as people write them.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

const DEFAULT: u64 = 16 << 20;
const UNITS: [(&str, u64); 10] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("b", 1),
];

/// A number of bytes: `200MiB`, `1GB`, `4096`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Raw")]
pub struct FileSize(u64);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a size such as 4096, \"200MiB\" or \"1GB\"")]
enum Raw {
    Bytes(u64),
    Text(String),
}

impl FileSize {
    /// This many bytes.
    pub fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for FileSize {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl TryFrom<Raw> for FileSize {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        match raw {
            Raw::Bytes(bytes) => Ok(Self(bytes)),
            Raw::Text(text) => text.parse(),
        }
    }
}

impl FromStr for FileSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no size; write a number of bytes, or a number with KiB, MiB, GiB, kB, MB or GB");
        let lower = text.trim().to_ascii_lowercase();
        let (number, unit) = UNITS.iter().find_map(|(unit, factor)| Some((lower.strip_suffix(unit)?, *factor))).unwrap_or((&lower, 1));
        let number: u64 = number.trim_end().parse().map_err(|_| bad())?;
        number.checked_mul(unit).map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for FileSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= factor {
                let tenths = u128::from(self.0) * 10 / u128::from(factor);
                return if tenths % 10 == 0 { write!(f, "{} {unit}", tenths / 10) } else { write!(f, "{}.{} {unit}", tenths / 10, tenths % 10) };
            }
        }
        write!(f, "{} bytes", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::FileSize;

    #[test]
    fn sizes_are_read_as_written() {
        for (text, bytes) in [("4096", 4096), ("200MiB", 200 << 20), ("1GB", 1_000_000_000), ("16 m", 16 << 20), ("3kB", 3000), ("7b", 7), ("0", 0)] {
            assert_eq!(text.parse::<FileSize>().map(FileSize::bytes), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MiB", "-1", "1.5GB", "12 parsecs", "99999999999GiB"] {
            assert!(text.parse::<FileSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_in_the_unit_that_fits() {
        for (bytes, text) in [(12, "12 bytes"), (16 << 20, "16 MiB"), (1536, "1.5 KiB")] {
            assert_eq!(FileSize::new(bytes).to_string(), text);
        }
    }
}
