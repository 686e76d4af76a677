//! How much of a value people's words explain: words of a dictionary, alone or one behind the other, sequences, years, digits in place of letters.
//!
//! Most passwords that people choose are words; what is left when the words are taken out tells a drawn value of even six characters from them, which a
//! model of letters alone (`randomness`) cannot.

use super::randomness::{self, BIT, letter_meant, which_letter};

/// The set of words; `tools/train_words.py` tells what it is made of and how.
static WORDS: &[u8; SIZE / 8] = include_bytes!("words.bin");
/// Bits of the set.
const SIZE: usize = 1 << 20;
/// Bits that are set for each word.
const HASHES: u64 = 7;

/// Shortest and longest word of the set.
const SHORTEST: usize = 3;
const LONGEST: usize = 14;
/// Longest value that is judged by its words; words explain little of longer ones, or all of it.
const JUDGED: usize = 64;

/// What a word costs, in sixteenths of a bit: one of a thousand common ones.
const WORD: u32 = 10 * BIT;
/// What a sequence, a row of the keyboard or a repetition costs, and each of its characters.
const SEQUENCE: (u32, u32) = (4 * BIT, BIT / 4);
/// What a year costs: `1987`, `2024`.
const YEAR: u32 = 5 * BIT;
/// What a letter adds that is written as a digit.
const LEET: u32 = 5 * BIT / 2;
/// Least and most that one letter costs which belongs to no word.
const LETTER: (u32, u32) = (5 * BIT / 2, 11 * BIT / 2);
/// What a letter, a digit and any other character of a drawn value costs.
const DRAWN_LETTER: u32 = 75;
const DRAWN_DIGIT: u32 = 53;
const DRAWN_OTHER: u32 = 4 * BIT;

/// Least share of a value that words leave unexplained for it to be drawn: hardly anything that reads like words, with digits among them or not, has more.
pub const DRAWN: f64 = 0.78;

/// Share of the bits of a drawn value that words do not explain: 0.2 to 0.7 for words, names and identifiers, 0.8 and more for values that are drawn.
///
/// Of values longer than 64 bytes only the beginning is judged. Letters beyond ASCII count as words of some language.
pub fn unexplained(value: &[u8]) -> f64 {
    let value = &value[..value.len().min(JUDGED)];
    let drawn: u32 = value.iter().map(|byte| drawn_cost(*byte)).sum();
    if drawn == 0 { 0.0 } else { f64::from(cost(value)) / f64::from(drawn) }
}

fn drawn_cost(byte: u8) -> u32 {
    match byte {
        b if b.is_ascii_alphabetic() => DRAWN_LETTER,
        b if b.is_ascii_digit() => DRAWN_DIGIT,
        _ => DRAWN_OTHER,
    }
}

/// The cheapest way through the value by words, sequences and single characters.
fn cost(value: &[u8]) -> u32 {
    let mut best = [u32::MAX; JUDGED + 1];
    best[0] = 0;
    for start in 0..value.len() {
        let so_far = best[start];
        let mut reach = |length: usize, cost: u32| best[start + length] = best[start + length].min(so_far + cost);
        reach(1, single_cost(value, start));
        let rest = &value[start..];
        words(rest, &mut reach);
        let run = run_of_sequence(rest);
        for length in SHORTEST..=run {
            reach(length, SEQUENCE.0 + SEQUENCE.1 * u32::try_from(length).unwrap_or(u32::MAX));
        }
        if is_year(rest) {
            reach(4, YEAR);
        }
    }
    best[value.len()]
}

/// The words that `rest` begins with, as they are spelt and with digits in place of letters.
fn words(rest: &[u8], reach: &mut impl FnMut(usize, u32)) {
    let (mut plain, mut meant, mut leet) = (Some(Hash::new()), Hash::new(), 0);
    for (at, &byte) in rest.iter().enumerate().take(LONGEST) {
        let Some(letter) = byte.is_ascii_alphabetic().then(|| byte.to_ascii_lowercase()).or_else(|| letter_meant(byte)) else { return };
        if byte.is_ascii_alphabetic() {
            plain = plain.map(|hash| hash.with(letter));
        } else {
            plain = None;
            leet += LEET;
        }
        meant = meant.with(letter);
        match plain {
            _ if at + 1 < SHORTEST => {}
            Some(hash) if hash.is_word() => reach(at + 1, WORD),
            None if at + 1 > SHORTEST && meant.is_word() => reach(at + 1, WORD + leet),
            _ => {}
        }
    }
}

/// FNV-1a, which grows with each letter.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn with(self, letter: u8) -> Self {
        Self((self.0 ^ u64::from(letter)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// Whether the letters so far are a word of the set.
    fn is_word(self) -> bool {
        let mut state = self.0;
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
        let (first, second) = (state & 0xffff_ffff, state >> 32 | 1);
        (0..HASHES).all(|i| {
            #[allow(clippy::cast_possible_truncation, reason = "less than SIZE")]
            let place = ((first + i * second) % SIZE as u64) as usize;
            WORDS[place / 8] >> (place % 8) & 1 == 1
        })
    }
}

/// What one character costs that belongs to no word.
fn single_cost(value: &[u8], at: usize) -> u32 {
    match value[at] {
        byte if byte.is_ascii_alphabetic() => which_letter(&value[..at], byte).clamp(LETTER.0, LETTER.1),
        byte if byte.is_ascii_digit() => DRAWN_DIGIT,
        b'_' | b'-' | b'.' | b' ' | b'/' | b':' => 3 * BIT / 2,
        byte if !byte.is_ascii() => BIT,
        _ => DRAWN_OTHER,
    }
}

/// Length of the sequence, keyboard row or repetition that `rest` begins with.
fn run_of_sequence(rest: &[u8]) -> usize {
    let mut typed = randomness::Typed::default();
    rest.iter().enumerate().take_while(|(at, byte)| typed.predicts(**byte) || *at < 2).count()
}

fn is_year(rest: &[u8]) -> bool {
    matches!(rest, [b'1', b'9', a, b, ..] | [b'2', b'0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_explain_what_people_choose() {
        for value in [
            "password",
            "Password1234",
            "s3cr3t",
            "supersupersecret",
            "goodpassword",
            "good-password",
            "websockettoken",
            "penguin",
            "Summer2024!",
            "zxcvbn",
            "twitter_consumer_key",
            "1234token",
            "abc123",
            "pässwörd",
        ] {
            assert!(unexplained(value.as_bytes()) < 0.7, "{value}: {}", unexplained(value.as_bytes()));
        }
    }

    #[test]
    fn words_do_not_explain_what_is_drawn() {
        for value in ["vxkqtr", "tjq001465", "hznvmq-wpxkrd", "q9fn4x!", "fdk428", "Wk4Tq9Zr2LmX0vKp"] {
            assert!(unexplained(value.as_bytes()) > 0.8, "{value}: {}", unexplained(value.as_bytes()));
        }
    }

    #[test]
    fn any_bytes_have_a_share() {
        assert!(unexplained(b"").abs() < f64::EPSILON);
        for value in [&b"\xff\xfe"[..], b" ", &[b'a'; 300], &[0xff; 300]] {
            assert!((0.0..2.0).contains(&unexplained(value)));
        }
    }
}
