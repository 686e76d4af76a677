//! The lines of a blob: from byte offsets to positions and back.

use std::cell::OnceCell;

use super::span::{Position, Span};

/// Columns are counted from the start of a line, but on long lines from the start of a block of this many bytes.
const BLOCK: usize = 4096;
/// Most bytes of a character that follow its first.
const MAX_FOLLOWERS: usize = 3;

/// The byte order mark of UTF-8, which is no character of the first line.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Index of the line starts of one blob, built only for blobs that have a hit.
pub struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    /// Code points and UTF-16 code units before each block, counted when a long line first asks: many positions on it stay linear in its length.
    blocks: OnceCell<Vec<(usize, usize)>>,
}

impl<'a> Lines<'a> {
    /// Reads the line ends of `bytes`: `\n`, `\r\n` and a lone `\r`.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { bytes, starts, blocks: OnceCell::new() }
    }

    /// Number of lines; text after the last line end counts, an empty rest too.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// 0-based index of the line that holds the byte at `offset`.
    pub fn index_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Span of the 0-based line `index`, without its line end, and without a byte order mark.
    pub fn span_of(&self, index: usize) -> Span {
        let Some(&start) = self.starts.get(index) else {
            return Span::new(self.bytes.len(), self.bytes.len());
        };
        let start = if index == 0 && self.bytes.starts_with(MARK) { MARK.len() } else { start };
        let mut end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        while end > start && matches!(self.bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        Span::new(start, end)
    }

    /// The position of the byte at `offset` (one past the end is allowed).
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let index = self.index_of(offset);
        let start = if index == 0 && offset >= MARK.len() && self.bytes.starts_with(MARK) { MARK.len() } else { self.starts[index] };
        let (points, units) = self.counted(start, offset);
        Position { line: to_u32(index + 1), column: to_u32(points + 1), utf16_column: to_u32(units + 1) }
    }

    /// Code points and code units from the line start `start` to `offset`.
    fn counted(&self, start: usize, offset: usize) -> (usize, usize) {
        if offset - start <= BLOCK {
            return count(&self.bytes[start..offset]);
        }
        let (before, upto) = (self.counted_from_zero(start), self.counted_from_zero(offset));
        (upto.0 - before.0, upto.1 - before.1)
    }

    fn counted_from_zero(&self, offset: usize) -> (usize, usize) {
        let blocks = self.blocks.get_or_init(|| {
            let mut sum = (0, 0);
            let add = |block| {
                let before = sum;
                let (points, units) = count(&self.bytes[self.block_start(block)..self.block_start(block + 1)]);
                sum = (before.0 + points, before.1 + units);
                before
            };
            (0..=self.bytes.len() / BLOCK).map(add).collect()
        });
        let block = (offset / BLOCK).min(blocks.len() - 1);
        let block = if self.block_start(block) > offset { block - 1 } else { block };
        let (points, units) = count(&self.bytes[self.block_start(block)..offset]);
        (blocks[block].0 + points, blocks[block].1 + units)
    }

    /// Where the block of this number starts: not within a character.
    fn block_start(&self, block: usize) -> usize {
        let at = block * BLOCK;
        let follows = |&i: &usize| block > 0 && self.bytes.get(at + i).is_some_and(|byte| byte & 0xC0 == 0x80);
        (at + (0..MAX_FOLLOWERS).take_while(follows).count()).min(self.bytes.len())
    }
}

/// Code points and UTF-16 code units; an invalid byte counts as one of each.
fn count(bytes: &[u8]) -> (usize, usize) {
    let (mut points, mut units) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        if chunk.valid().is_ascii() {
            points += chunk.valid().len();
            units += chunk.valid().len();
        } else {
            for c in chunk.valid().chars() {
                points += 1;
                units += c.len_utf16();
            }
        }
        points += chunk.invalid().len();
        units += chunk.invalid().len();
    }
    (points, units)
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let lines = Lines::new(b"a\nb\r\nc\rd");
        assert_eq!(lines.count(), 4);
        let text: Vec<&[u8]> = (0..4).map(|i| &b"a\nb\r\nc\rd"[lines.span_of(i).range()]).collect();
        assert_eq!(text, [b"a", b"b", b"c", b"d"]);
    }

    #[test]
    fn columns_count_code_points_and_utf16_units() {
        let bytes = "x\u{1F511}=y".as_bytes();
        let at = Lines::new(bytes).position(bytes.len() - 1);
        assert_eq!((at.line, at.column, at.utf16_column), (1, 4, 5));
    }

    #[test]
    fn positions_on_a_long_line_are_those_counted_from_its_start() {
        let pieces: [&[u8]; 5] = ["é".as_bytes(), "\u{1F511}".as_bytes(), b"abc", b"\xf0\x9f\x94", b"\x80\x80\x80\x80\x80"];
        let bytes = [b"first\n".to_vec(), pieces.iter().cycle().take(6000).copied().flatten().copied().collect()].concat();
        let lines = Lines::new(&bytes);
        for offset in (6..bytes.len()).step_by(7).chain(BLOCK * 2 - 9..BLOCK * 2 + 9) {
            let (points, units) = count(&bytes[6..offset]);
            let at = lines.position(offset);
            assert_eq!((at.line, at.column, at.utf16_column), (2, to_u32(points + 1), to_u32(units + 1)), "{offset}");
        }
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let at = Lines::new(b"\xEF\xBB\xBFab").position(4);
        assert_eq!((at.column, at.utf16_column), (2, 2));
    }

    #[test]
    fn invalid_bytes_count_one_each() {
        let at = Lines::new(b"\n\xff\xfex").position(3);
        assert_eq!((at.line, at.column), (2, 3));
    }

    #[test]
    fn the_end_of_the_blob_has_a_position() {
        assert_eq!(Lines::new(b"ab\n").position(3).line, 2);
        assert_eq!(Lines::new(b"").position(0).column, 1);
    }
}
