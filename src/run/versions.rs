//! The versions of one file, one after the other: of each only the lines are scanned that no earlier one had, and those around them.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::ops::Range;

use crate::model::Scanned;
use crate::text::Span;

/// Lines before and after a new line that are scanned with it: the call it stands in, the name of the block.
const CONTEXT: usize = 40;
/// Lines of a version that are looked for a little further down in the last one, how far, and how long they must be.
const MAX_TRIES: usize = 512;
const NEAR: usize = 4 << 10;
const TELLING: usize = 12;
/// What a comment of ours holds; its line is never left out.
const MARKER: &[u8] = b"aelix-lint";

/// What is known of the earlier versions.
pub struct Versions {
    key: Key,
    seen: HashSet<u64, BuildHasherDefault<Known>>,
    last: Vec<u8>,
    /// What holds of all of the last version.
    traits: Traits,
    text: Vec<u8>,
    /// From which byte of the text on how many bytes of the version were left out.
    gaps: Vec<(usize, usize)>,
}

/// What a version holds anywhere, known of the next one from the lines in which it differs.
#[derive(Clone, Copy, Default)]
struct Traits {
    /// A carriage return alone ends a line.
    lone_return: bool,
    /// A comment of ours.
    marker: bool,
}

impl Traits {
    fn of(bytes: &[u8]) -> Self {
        let lone_return = memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
        Self { lone_return, marker: memchr::memmem::find(bytes, MARKER).is_some() }
    }

    /// Those of a version that differs from the one before only in these lines.
    fn after(self, bytes: &[u8], middle: Range<usize>) -> Self {
        if self.lone_return || self.marker { Self::of(bytes) } else { Self::of(&bytes[middle]) }
    }
}

/// A hash of lines: a polynomial of seven bytes each and then the length, modulo a prime, at a point that is chosen by chance. Lines of two lengths differ in
/// the last coefficient, lines of one length in another, so that no two are one polynomial. Nobody who does not know the point can make a line that looks
/// like another: of two lines of up to n bytes, no more than n in 2^61 points take one for the other.
struct Key(u64);

impl Key {
    const PRIME: u64 = (1 << 61) - 1;

    fn by_chance() -> Self {
        Self(RandomState::new().hash_one(0) % (Self::PRIME - 1) + 1)
    }

    fn hash(&self, line: &[u8]) -> u64 {
        const SEVEN: u64 = (1 << 56) - 1;
        let mut hash = 0;
        let mut rest = line;
        while let Some((word, _)) = rest.split_first_chunk() {
            hash = self.step(hash, u64::from_le_bytes(*word) & SEVEN);
            rest = &rest[7..];
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = self.step(hash, u64::from_le_bytes(last));
        // Spread over all bits, of which a table uses the first and the last.
        self.step(hash, line.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[expect(clippy::cast_possible_truncation, reason = "both parts are taken")]
    fn step(&self, hash: u64, word: u64) -> u64 {
        let product = u128::from(hash + word) * u128::from(self.0);
        let sum = (product as u64 & Self::PRIME) + (product >> 61) as u64;
        (sum & Self::PRIME) + (sum >> 61)
    }
}

/// The hash of a number that is a hash.
#[derive(Default)]
struct Known(u64);

impl Hasher for Known {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// What is to be scanned of a version.
pub enum Part {
    /// All of it.
    Whole,
    /// Some lines, all others empty; and the lines that are new, 1-based, first and last.
    Lines(Vec<(u32, u32)>),
    /// No line is new.
    Nothing,
}

impl Versions {
    /// Before the first version.
    pub fn new() -> Self {
        Self { key: Key::by_chance(), seen: HashSet::default(), last: Vec::new(), traits: Traits::default(), text: Vec::new(), gaps: Vec::new() }
    }

    /// Takes the next version. Where a carriage return alone ends a line, lines cannot be left out by their line feeds.
    pub fn take(&mut self, bytes: &[u8]) -> Part {
        let is_first = self.last.is_empty();
        let (head, tail) = if is_first { (0, bytes.len()) } else { middle(&self.last, bytes) };
        let new = self.new_lines(bytes, head..tail);
        self.traits = if is_first { Traits::of(bytes) } else { self.traits.after(bytes, head..tail) };
        match new.is_empty() {
            _ if is_first || self.traits.lone_return => Part::Whole,
            true => Part::Nothing,
            false => Part::Lines(self.keep(bytes, &new)),
        }
    }

    /// Remembers the version that was taken, for the next one; `exchange` gives its bytes for a buffer that is no longer needed.
    pub fn settle(&mut self, exchange: impl FnOnce(&mut Vec<u8>)) {
        exchange(&mut self.last);
    }

    /// The text to scan, of the part that was taken last.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Puts the bytes of what was found in the text back to where they are in the version.
    pub fn restore(&self, scanned: &mut Scanned) {
        let shifted = |offset: usize| offset + self.gaps[..self.gaps.partition_point(|(from, _)| *from <= offset)].last().map_or(0, |gap| gap.1);
        let shift = |span: &mut Span| *span = Span::new(shifted(span.start), shifted(span.end));
        for finding in &mut scanned.findings {
            shift(&mut finding.place.span);
            finding.related.iter_mut().chain(&mut finding.flow).for_each(|related| shift(&mut related.place.span));
        }
        scanned.safe.iter_mut().for_each(|safe| shift(&mut safe.place.span));
        scanned.suppressions.iter_mut().for_each(|suppression| shift(&mut suppression.place.span));
    }

    /// The lines of a range that were never seen, as ranges of bytes, which are remembered. What stands in the last version was seen: that is asked first,
    /// side by side, for it is quicker than a hash.
    fn new_lines(&mut self, bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
        let mut new: Vec<Range<usize>> = Vec::new();
        let mut beside = Beside { last: &self.last, at: range.start.min(self.last.len()), tries: MAX_TRIES };
        let mut start = range.start;
        while start < range.end {
            let end = memchr::memchr(b'\n', &bytes[start..range.end]).map_or(range.end, |at| start + at + 1);
            let line = &bytes[start..end];
            if !beside.has(line) {
                if self.seen.insert(self.key.hash(line)) {
                    match new.last_mut() {
                        Some(last) if last.end == start => last.end = end,
                        _ => new.push(start..end),
                    }
                } else {
                    beside.catch_up(line);
                }
            }
            start = end;
        }
        new
    }

    /// Writes the text: new lines, those around them, those with a comment of ours and the first; of the others the line ends. Returns the numbers of
    /// the new lines.
    fn keep(&mut self, bytes: &[u8], new: &[Range<usize>]) -> Vec<(u32, u32)> {
        let mut kept: Vec<Range<usize>> = std::iter::once(line_of(bytes, 0)).chain(new.iter().map(|range| widened(bytes, range))).collect();
        if self.traits.marker {
            kept.extend(marked_lines(bytes));
            kept.sort_by_key(|range| range.start);
        }
        self.text.clear();
        self.gaps.clear();
        let mut at = 0;
        for range in kept {
            if range.end <= at {
                continue;
            }
            let start = range.start.max(at);
            let ends = memchr::memchr_iter(b'\n', &bytes[at..start]).count();
            self.text.resize(self.text.len() + ends, b'\n');
            self.gaps.push((self.text.len(), start - self.text.len()));
            self.text.extend_from_slice(&bytes[start..range.end]);
            at = range.end;
        }
        let mut gaps = self.gaps.iter().peekable();
        let mut left_out = 0;
        let in_text = new.iter().map(|range| {
            while let Some((_, gap)) = gaps.next_if(|(from, gap)| from + gap <= range.start) {
                left_out = *gap;
            }
            range.start - left_out..range.end - left_out
        });
        numbers(&self.text, in_text)
    }
}

/// A place in the last version that goes along with the lines of the next one.
struct Beside<'a> {
    last: &'a [u8],
    at: usize,
    /// How often a line may still be looked for further down.
    tries: usize,
}

impl Beside<'_> {
    /// Whether the line stands at the place.
    fn has(&mut self, line: &[u8]) -> bool {
        let has = self.last[self.at..].starts_with(line) && self.ends(line, self.at);
        self.at += if has { line.len() } else { 0 };
        has
    }

    /// Whether a line of the last version that begins like this one ends like it.
    fn ends(&self, line: &[u8], at: usize) -> bool {
        line.ends_with(b"\n") || at + line.len() == self.last.len()
    }

    /// Goes on behind the line where it stands soon after the place. A short line stands anywhere and says nothing about the place.
    fn catch_up(&mut self, line: &[u8]) {
        if line.len() < TELLING || self.tries == 0 {
            return;
        }
        self.tries -= 1;
        let near = &self.last[self.at..self.last.len().min(self.at + NEAR)];
        let begins = |at: usize| at == 0 || self.last[at - 1] == b'\n';
        let found = memchr::memmem::find_iter(near, line).map(|at| self.at + at).find(|at| begins(*at) && self.ends(line, *at));
        self.at = found.map_or(self.at, |found| found + line.len());
    }
}

/// Where two versions begin to differ and where they end to, in bytes of the second, at starts of lines.
fn middle(old: &[u8], new: &[u8]) -> (usize, usize) {
    const BLOCK: usize = 4096;
    let shared = old.len().min(new.len());
    let mut head = 0;
    while head + BLOCK <= shared && old[head..head + BLOCK] == new[head..head + BLOCK] {
        head += BLOCK;
    }
    head += old[head..shared].iter().zip(&new[head..shared]).take_while(|(a, b)| a == b).count();
    head = memchr::memrchr(b'\n', &new[..head]).map_or(0, |at| at + 1);
    let most = shared - head;
    let mut tail = 0;
    while tail + BLOCK <= most && old[old.len() - tail - BLOCK..old.len() - tail] == new[new.len() - tail - BLOCK..new.len() - tail] {
        tail += BLOCK;
    }
    let left = most - tail;
    tail += old[..old.len() - tail].iter().rev().zip(new[..new.len() - tail].iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let from = new.len() - tail;
    let end = memchr::memchr(b'\n', &new[from..]).map_or(new.len(), |at| from + at + 1);
    (head, end.max(head))
}

fn line_of(bytes: &[u8], at: usize) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |at| at + 1);
    start..memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)
}

/// The lines that hold a comment of ours, each once.
fn marked_lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let marker = memchr::memmem::Finder::new(MARKER);
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = at + marker.find(&bytes[at..])?;
        let line = line_of(bytes, found);
        at = line.end;
        Some(line)
    })
}

fn widened(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let start = memchr::memrchr_iter(b'\n', &bytes[..range.start]).nth(CONTEXT).map_or(0, |at| at + 1);
    let end = memchr::memchr_iter(b'\n', &bytes[range.end..]).nth(CONTEXT - 1).map_or(bytes.len(), |at| range.end + at + 1);
    start..end
}

/// Ranges of whole lines as numbers of lines.
fn numbers(bytes: &[u8], ranges: impl Iterator<Item = Range<usize>>) -> Vec<(u32, u32)> {
    let (mut line, mut at) = (1, 0);
    let ends = |from: usize, to: usize| u32::try_from(memchr::memchr_iter(b'\n', &bytes[from..to]).count()).unwrap_or(u32::MAX);
    let mut number = |range: Range<usize>| {
        let first = line + ends(at, range.start);
        let inside = ends(range.start, range.end);
        let last = if bytes[range.end - 1] == b'\n' { first + inside - 1 } else { first + inside };
        (line, at) = (first + inside, range.end);
        (first, last)
    };
    ranges.map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(versions: &mut Versions, bytes: &[u8]) -> Part {
        let part = versions.take(bytes);
        versions.settle(|last| *last = bytes.to_vec());
        part
    }

    fn lines(part: &Part) -> Option<&[(u32, u32)]> {
        if let Part::Lines(lines) = part { Some(lines) } else { None }
    }

    #[test]
    fn only_lines_that_no_earlier_version_had_are_new() {
        let mut versions = Versions::new();
        assert!(matches!(take(&mut versions, b"a\nb\nc\n"), Part::Whole));
        assert!(matches!(take(&mut versions, b"a\nb\nc\n"), Part::Nothing));
        assert_eq!(lines(&take(&mut versions, b"a\nx\ny\nb\nc\nz")), Some(&[(2, 3), (6, 6)][..]));
        assert_eq!(lines(&take(&mut versions, b"a\nb\nq\nc\n")), Some(&[(3, 3)][..]));
        assert!(matches!(take(&mut versions, b"c\nb\na\n"), Part::Nothing), "moved");
        assert!(matches!(take(&mut versions, b"new\rline\n"), Part::Whole));
        assert!(matches!(take(&mut versions, b"new\rline\nc\n"), Part::Whole), "the carriage return stands in a line that is not new");
        assert_eq!(lines(&take(&mut versions, b"c\nd\n")), Some(&[(2, 2)][..]));
    }

    #[test]
    fn versions_are_compared_as_sets_of_lines() {
        let mut state = 7_u64;
        let mut chance = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for round in 0..200 {
            let (mut versions, mut seen) = (Versions::new(), HashSet::new());
            let mut text: Vec<String> = (0..chance(60)).map(|_| format!("{}\n", "line ".repeat(chance(6)) + &chance(30).to_string())).collect();
            for _ in 0..12 {
                for _ in 0..chance(5) {
                    let at = chance(text.len() + 1);
                    if let Some(last) = text.last_mut().filter(|last| !last.ends_with('\n')) {
                        last.push('\n');
                    }
                    match chance(3) {
                        0 => text.insert(at, format!("inserted line {}\n", chance(40))),
                        1 => drop(text.drain(at..(at + chance(9)).min(text.len()))),
                        _ => text.iter_mut().skip(at).take(chance(4)).for_each(|line| *line = format!("changed line {}\n", chance(40))),
                    }
                }
                let mut bytes = text.concat().into_bytes();
                if chance(3) == 0 && bytes.pop().is_some() {
                    let last = text.len() - 1;
                    text[last].pop();
                    if chance(2) == 0 && text[last].pop().is_some() {
                        bytes.pop();
                    }
                    text.retain(|line| !line.is_empty());
                }
                let is_first = versions.last.is_empty();
                let part = take(&mut versions, &bytes);
                let new: Vec<u32> = (1..).zip(&text).filter(|(_, line)| seen.insert((*line).clone())).map(|(number, _)| number).collect();
                let told: Vec<u32> = lines(&part).unwrap_or_default().iter().flat_map(|(first, last)| *first..=*last).collect();
                let expected: &[u32] = if is_first { &[] } else { &new };
                // Of two equal lines, either may be the first.
                let texts = |numbers: &[u32]| numbers.iter().map(|number| text[*number as usize - 1].clone()).collect::<HashSet<_>>();
                assert_eq!(texts(&told), texts(expected), "round {round}: {text:?}");
            }
        }
    }

    #[test]
    fn what_is_left_out_keeps_its_line_ends_and_positions_lead_back() {
        let before = (0..500).fold(String::new(), |text, line| text + &format!("line {line}\n"));
        let after = before.replace("line 250\n", "line 250\nkey = value\n").replace("line 400\n", "line 400 # aelix-lint: allow x\n");
        let mut versions = Versions::new();
        take(&mut versions, before.as_bytes());
        assert_eq!(lines(&take(&mut versions, after.as_bytes())), Some(&[(252, 252), (402, 402)][..]));
        let text = String::from_utf8(versions.text().to_vec()).unwrap();
        assert_eq!(text.lines().nth(251), Some("key = value"));
        assert_eq!((text.lines().next(), text.lines().nth(100), text.lines().nth(401)), (Some("line 0"), Some(""), Some("line 400 # aelix-lint: allow x")));
        let at = text.find("key = ").unwrap();
        let gap = versions.gaps[..versions.gaps.partition_point(|(from, _)| *from <= at)].last().unwrap().1;
        assert_eq!(at + gap, after.find("key = ").unwrap());
    }

    #[test]
    fn a_line_is_kept_once_however_many_comments_it_holds() {
        let text = format!("a\n{}\nb\n# aelix-lint: allow x", "aelix-lint ".repeat(200_000));
        let lines: Vec<Range<usize>> = marked_lines(text.as_bytes()).collect();
        assert_eq!(lines, [2..2_200_003, 2_200_005..text.len()]);
    }

    #[test]
    fn lines_of_every_length_have_hashes_of_their_own() {
        let key = Key::by_chance();
        let mut seen = HashSet::new();
        for length in 0..100 {
            assert!(seen.insert(key.hash(&vec![0; length])), "{length}");
            for at in 0..length {
                let mut line = vec![0; length];
                line[at] = 0xFF;
                assert!(seen.insert(key.hash(&line)), "{at} of {length}");
            }
        }
        assert_eq!(key.hash(b"one line"), key.hash(b"one line"));
    }

    #[test]
    fn a_longer_line_is_not_one_with_another_first_byte() {
        let mut versions = Versions::new();
        take(&mut versions, b"first\nbpikey=AAAA1111");
        assert_eq!(lines(&take(&mut versions, b"first\napikey=AAAA1111\0")), Some(&[(2, 2)][..]));
        for key in [2, 3, Key::PRIME - 1] {
            assert_ne!(Key(key).hash(b"bpikey=AAAA1111"), Key(key).hash(b"apikey=AAAA1111\0"), "{key}");
        }
    }

    #[test]
    fn the_middle_is_found_at_line_starts() {
        let big = "x\n".repeat(10_000);
        for (old, new, expected) in [
            ("a\nb\nc\n".to_owned(), "a\nB\nc\n".to_owned(), (2, 4)),
            ("a\n".to_owned(), "a\na\n".to_owned(), (2, 4)),
            ("a\nb\n".to_owned(), "a\n".to_owned(), (2, 2)),
            (String::new(), "a".to_owned(), (0, 1)),
            (format!("{big}y\n{big}"), format!("{big}z\n{big}"), (20_000, 20_002)),
        ] {
            assert_eq!(middle(old.as_bytes(), new.as_bytes()), expected, "{} {}", old.len(), new.len());
        }
    }
}
