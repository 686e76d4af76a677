//! GitHub's `primaryLocationLineHash`: the hash by which code scanning recognises an alert whose line has moved.
//!
//! The algorithm is that of `fingerprints.ts` in `github/codeql-action`. GitHub computes it itself for uploads through its action and only warns
//! where a report disagrees, so ours has to be exact: uploads through the API and through the action then name the same alerts.

use std::collections::HashMap;

/// UTF-16 code units in the window of the rolling hash.
const BLOCK: usize = 100;
/// Base of the rolling hash.
const BASE: u64 = 37;
/// `BASE` to the power of `BLOCK`, wrapping: the weight of the unit that leaves the window.
const LEAVING: u64 = power(BASE, BLOCK);
/// The unit that stands for the end of the file.
const END_OF_FILE: u16 = u16::MAX;
const TAB: u16 = 0x09;
const LF: u16 = 0x0a;
const CR: u16 = 0x0d;
const SPACE: u16 = 0x20;

/// `hash:occurrence` of each of `lines` (1-based, ascending) of the file `bytes`, in the same order; empty text for a line the file does not have.
pub fn line_hashes(bytes: &[u8], lines: &[u32]) -> Vec<String> {
    let mut hasher = Hasher::new(lines);
    for chunk in bytes.utf8_chunks() {
        let replacement = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        for c in chunk.valid().chars().chain(replacement) {
            for &mut unit in c.encode_utf16(&mut [0; 2]) {
                hasher.read(unit);
            }
            if hasher.is_done() {
                return hasher.finish();
            }
        }
    }
    hasher.finish()
}

const fn power(base: u64, exponent: usize) -> u64 {
    let (mut result, mut done) = (1u64, 0);
    while done < exponent {
        result = result.wrapping_mul(base);
        done += 1;
    }
    result
}

struct Hasher<'a> {
    /// Lines still to be answered.
    wanted: &'a [u32],
    answers: Vec<String>,
    /// How often each hash has been seen in the lines so far.
    seen: HashMap<u64, u32>,
    hash: u64,
    window: [u16; BLOCK],
    /// The line that the unit at the same place of the window begins.
    begins: [Option<u32>; BLOCK],
    at: usize,
    line: u32,
    at_line_start: bool,
    after_cr: bool,
}

impl<'a> Hasher<'a> {
    fn new(wanted: &'a [u32]) -> Self {
        Self {
            wanted,
            answers: Vec::with_capacity(wanted.len()),
            seen: HashMap::new(),
            hash: 0,
            window: [0; BLOCK],
            begins: [None; BLOCK],
            at: 0,
            line: 0,
            at_line_start: true,
            after_cr: false,
        }
    }

    fn is_done(&self) -> bool {
        self.wanted.is_empty()
    }

    /// One unit of the text: white space within lines does not count, every line end counts as LF.
    fn read(&mut self, unit: u16) {
        if unit == SPACE || unit == TAB || (self.after_cr && unit == LF) {
            self.after_cr = false;
            return;
        }
        self.after_cr = unit == CR;
        let unit = if unit == CR { LF } else { unit };
        self.answer();
        if self.at_line_start {
            self.at_line_start = false;
            self.line = self.line.saturating_add(1);
            self.begins[self.at] = Some(self.line);
        }
        self.at_line_start = unit == LF;
        self.push(unit);
    }

    fn push(&mut self, unit: u16) {
        let leaving = u64::from(self.window[self.at]);
        self.window[self.at] = unit;
        self.hash = BASE.wrapping_mul(self.hash).wrapping_add(u64::from(unit)).wrapping_sub(LEAVING.wrapping_mul(leaving));
        self.at = (self.at + 1) % BLOCK;
    }

    /// The window has come round to the unit that begins a line: the hash is that line's.
    fn answer(&mut self) {
        let Some(line) = self.begins[self.at].take() else { return };
        let occurrence = self.seen.entry(self.hash).or_insert(0);
        *occurrence += 1;
        while let Some((&first, rest)) = self.wanted.split_first()
            && first <= line
        {
            self.answers.push(if first == line { format!("{:x}:{occurrence}", self.hash) } else { String::new() });
            self.wanted = rest;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if !self.is_done() {
            self.read(END_OF_FILE);
            for _ in 0..BLOCK {
                self.answer();
                self.push(0);
            }
        }
        self.answers.extend(self.wanted.iter().map(|_| String::new()));
        self.answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, lines: u32) -> Vec<String> {
        line_hashes(text.as_bytes(), &(1..=lines).collect::<Vec<_>>())
    }

    /// The vectors of `fingerprints.test.ts` in `github/codeql-action`.
    #[test]
    fn githubs_own_vectors_come_out() {
        assert_eq!(all("", 1), ["c129715d7a2bc9a3:1"]);
        assert_eq!(all(" a\nb\n  \t\tc\n d", 4), ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]);
    }

    #[test]
    fn line_ends_of_every_kind_hash_alike() {
        let expected = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\rworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(all(text, 7), expected, "{text:?}");
        }
    }

    #[test]
    fn repeated_lines_are_numbered() {
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(all(&"Lorem ipsum dolor sit amet.\n".repeat(10), 11), expected);
    }

    #[test]
    fn only_the_lines_asked_for_are_answered() {
        let text = "Lorem ipsum dolor sit amet.\n".repeat(10);
        assert_eq!(line_hashes(text.as_bytes(), &[2, 2, 7, 40]), ["a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:2", "a7f2ff1481e87703:1", ""]);
        assert!(line_hashes(text.as_bytes(), &[]).is_empty());
    }

    #[test]
    fn invalid_bytes_count_as_the_replacement_character() {
        assert_eq!(line_hashes(b"a\xffb", &[1]), line_hashes("a\u{fffd}b".as_bytes(), &[1]));
    }
}
