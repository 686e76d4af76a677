//! How often bytes occur in source text: what makes one literal a better anchor, and one window of it a better thing to look for, than another.
//!
//! Measured over eight public repositories in as many languages, bytes case-folded by setting bit 5.

use std::sync::LazyLock;

/// Share of a (case-folded) byte.
pub fn of_byte(byte: u8) -> f64 {
    let per_ten_thousand: u32 = match byte {
        b' ' => 1900,
        b'e' => 800,
        b't' => 600,
        b'r' | b's' | b'n' | b'i' | b'o' | b'a' => 480,
        b'c' | b'l' | b'd' | b'p' => 280,
        b'u' | b'm' | b'f' | b'g' | b'h' => 190,
        b'.' | b'_' | b'"' | b'/' | b'(' | b')' | b'b' | b'y' | b'v' => 120,
        b'0' | b'1' | b',' | b'-' | b':' | b'=' | b'w' | b'k' | b'x' | b';' => 90,
        b'2'..=b'9' | b'\'' | b'>' | b'<' | b'*' | b'{' | b'}' | b'$' => 50,
        b'j' | b'q' | b'z' => 20,
        _ => 15,
    };
    f64::from(per_ten_thousand) / 10_000.0
}

/// Share of three (case-folded) bytes in a row.
pub fn of_three([a, b, c]: [u8; 3]) -> f64 {
    let cell = (class_of(a) * CLASSES + class_of(b)) * CLASSES + class_of(c);
    CHANCES[usize::from(TRIGRAMS[cell])]
}

/// Classes of bytes; layout and counting are told in `tools/train_trigrams.py`.
const CLASSES: usize = 40;
static TRIGRAMS: &[u8; CLASSES * CLASSES * CLASSES] = include_bytes!("trigrams.bin");
/// The share that each value of a cell stands for: eighths of a bit.
static CHANCES: LazyLock<[f64; 256]> = LazyLock::new(|| {
    let mut eighths = 0.0;
    std::array::from_fn(|_| {
        let chance = f64::exp2(-eighths / 8.0);
        eighths += 1.0;
        chance
    })
});
/// Bytes that are a class each, from 28 on.
const SINGLES: &[u8] = b" \x7f-./=:(),*";

fn class_of(byte: u8) -> usize {
    match byte | 0x20 {
        letter @ b'a'..=b'z' => usize::from(letter - b'a'),
        b'0'..=b'9' => 26,
        b'"' | b'\'' | b'`' => 27,
        other => SINGLES.iter().position(|&single| single == other).map_or(CLASSES - 1, |at| 28 + at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_rare_letters() {
        assert!(of_three(*b"con") > 20.0 * of_three(*b"ghp"));
        assert!(of_three(*b"ION") > 1000.0 * of_three(*b"qzx"));
    }
}
