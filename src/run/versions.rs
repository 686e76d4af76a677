//! The versions of one file, one after the other: of each only the lines are scanned that no earlier one had, and those around them.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::ops::Range;

use crate::model::Scanned;
use crate::text::Span;

/// Lines before and after a new line that are scanned with it: the call it stands in, the name of the block.
const CONTEXT: usize = 40;
/// What a comment of ours holds; its line is never left out.
const MARKER: &[u8] = b"aelix-lint";

/// What is known of the earlier versions.
pub struct Versions {
    /// Keyed by chance, so that nobody can make a line that looks like another.
    key: RandomState,
    seen: HashSet<u64, BuildHasherDefault<Known>>,
    last: Vec<u8>,
    text: Vec<u8>,
    /// From which byte of the text on how many bytes of the version were left out.
    gaps: Vec<(usize, usize)>,
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
        Self { key: RandomState::new(), seen: HashSet::default(), last: Vec::new(), text: Vec::new(), gaps: Vec::new() }
    }

    /// Takes the next version. Where a carriage return alone ends a line, lines cannot be left out by their line feeds.
    pub fn take(&mut self, bytes: &[u8]) -> Part {
        let is_first = self.last.is_empty();
        let (head, tail) = if is_first { (0, bytes.len()) } else { middle(&self.last, bytes) };
        let new = self.new_lines(bytes, head..tail);
        self.last.clear();
        self.last.extend_from_slice(bytes);
        let has_lone_return = || memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
        match new.is_empty() {
            _ if is_first || has_lone_return() => Part::Whole,
            true => Part::Nothing,
            false => {
                self.keep(bytes, &new);
                Part::Lines(numbers(bytes, &new))
            }
        }
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

    /// The lines of a range that were never seen, as ranges of bytes, which are remembered.
    fn new_lines(&mut self, bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
        let mut new: Vec<Range<usize>> = Vec::new();
        let mut start = range.start;
        while start < range.end {
            let end = memchr::memchr(b'\n', &bytes[start..range.end]).map_or(range.end, |at| start + at + 1);
            if self.seen.insert(self.key.hash_one(&bytes[start..end])) {
                match new.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => new.push(start..end),
                }
            }
            start = end;
        }
        new
    }

    /// Writes the text: new lines, those around them, those with a comment of ours and the first; of the others the line ends.
    fn keep(&mut self, bytes: &[u8], new: &[Range<usize>]) {
        let mut kept: Vec<Range<usize>> = std::iter::once(line_of(bytes, 0)).chain(new.iter().map(|range| widened(bytes, range))).collect();
        kept.extend(memchr::memmem::find_iter(bytes, MARKER).map(|at| line_of(bytes, at)));
        kept.sort_by_key(|range| range.start);
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

fn widened(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let start = memchr::memrchr_iter(b'\n', &bytes[..range.start]).nth(CONTEXT).map_or(0, |at| at + 1);
    let end = memchr::memchr_iter(b'\n', &bytes[range.end..]).nth(CONTEXT - 1).map_or(bytes.len(), |at| range.end + at + 1);
    start..end
}

/// Ranges of whole lines as numbers of lines.
fn numbers(bytes: &[u8], ranges: &[Range<usize>]) -> Vec<(u32, u32)> {
    let (mut line, mut at) = (1, 0);
    let ends = |from: usize, to: usize| u32::try_from(memchr::memchr_iter(b'\n', &bytes[from..to]).count()).unwrap_or(u32::MAX);
    let mut number = |range: &Range<usize>| {
        let first = line + ends(at, range.start);
        let inside = ends(range.start, range.end);
        let last = if bytes[range.end - 1] == b'\n' { first + inside - 1 } else { first + inside };
        (line, at) = (first + inside, range.end);
        (first, last)
    };
    ranges.iter().map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(part: &Part) -> Option<&[(u32, u32)]> {
        if let Part::Lines(lines) = part { Some(lines) } else { None }
    }

    #[test]
    fn only_lines_that_no_earlier_version_had_are_new() {
        let mut versions = Versions::new();
        assert!(matches!(versions.take(b"a\nb\nc\n"), Part::Whole));
        assert!(matches!(versions.take(b"a\nb\nc\n"), Part::Nothing));
        assert_eq!(lines(&versions.take(b"a\nx\ny\nb\nc\nz")), Some(&[(2, 3), (6, 6)][..]));
        assert_eq!(lines(&versions.take(b"a\nb\nq\nc\n")), Some(&[(3, 3)][..]));
        assert!(matches!(versions.take(b"c\nb\na\n"), Part::Nothing), "moved");
        assert!(matches!(versions.take(b"new\rline\n"), Part::Whole));
    }

    #[test]
    fn what_is_left_out_keeps_its_line_ends_and_positions_lead_back() {
        let before = (0..500).fold(String::new(), |text, line| text + &format!("line {line}\n"));
        let after = before.replace("line 250\n", "line 250\nkey = value\n").replace("line 400\n", "line 400 # aelix-lint: allow x\n");
        let mut versions = Versions::new();
        versions.take(before.as_bytes());
        assert_eq!(lines(&versions.take(after.as_bytes())), Some(&[(252, 252), (402, 402)][..]));
        let text = String::from_utf8(versions.text().to_vec()).unwrap();
        assert_eq!(text.lines().nth(251), Some("key = value"));
        assert_eq!((text.lines().next(), text.lines().nth(100), text.lines().nth(401)), (Some("line 0"), Some(""), Some("line 400 # aelix-lint: allow x")));
        let at = text.find("key = ").unwrap();
        let gap = versions.gaps[..versions.gaps.partition_point(|(from, _)| *from <= at)].last().unwrap().1;
        assert_eq!(at + gap, after.find("key = ").unwrap());
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
