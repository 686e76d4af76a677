//! The lines of a blob: from byte offsets to positions and back.

use super::span::{Position, Span};

/// Bytes of a long line between two known columns.
const STEP: usize = 4096;

/// Index of the line starts of one blob, built only for blobs that have a hit.
pub struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    /// Columns at some places of long lines, so that a column costs the same wherever it is.
    columns: Vec<(usize, Columns)>,
}

/// Characters of a line before a place.
#[derive(Clone, Copy, Default)]
struct Columns {
    points: usize,
    units: usize,
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
        let mut columns = Vec::new();
        for (index, &start) in starts.iter().enumerate() {
            add_columns(bytes, Span::new(start, starts.get(index + 1).copied().unwrap_or(bytes.len())), &mut columns);
        }
        Self { bytes, starts, columns }
    }

    /// Number of lines; text after the last line end counts, an empty rest too.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// 0-based index of the line that holds the byte at `offset`.
    pub fn index_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Span of the 0-based line `index`, without its line end.
    pub fn span_of(&self, index: usize) -> Span {
        let Some(&start) = self.starts.get(index) else {
            return Span::new(self.bytes.len(), self.bytes.len());
        };
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
        let start = self.starts[index];
        let known = self.columns.partition_point(|(at, _)| *at <= offset).checked_sub(1).map(|i| self.columns[i]).filter(|(at, _)| *at > start);
        let (at, before) = known.unwrap_or((start, Columns::default()));
        let Columns { points, units } = before.after(&self.bytes[at..offset]);
        Position { line: to_u32(index + 1), column: to_u32(points + 1), utf16_column: to_u32(units + 1) }
    }
}

impl Columns {
    /// The columns after more bytes of the line: code points, UTF-16 code units, one each for an invalid byte.
    fn after(self, bytes: &[u8]) -> Self {
        let Self { mut points, mut units } = self;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                points += 1;
                units += c.len_utf16();
            }
            points += chunk.invalid().len();
            units += chunk.invalid().len();
        }
        Self { points, units }
    }
}

/// Adds known columns every few thousand bytes of `line`, at places where no character is cut.
fn add_columns(bytes: &[u8], line: Span, columns: &mut Vec<(usize, Columns)>) {
    let (mut at, mut known) = (line.start, Columns::default());
    while at + STEP < line.end {
        let cut = at + STEP;
        // No character has more than three bytes after its first.
        let next = cut + bytes[cut..line.end].iter().take(3).take_while(|b| **b & 0xC0 == 0x80).count();
        known = known.after(&bytes[at..next]);
        at = next;
        columns.push((at, known));
    }
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
    fn invalid_bytes_count_one_each() {
        let at = Lines::new(b"\n\xff\xfex").position(3);
        assert_eq!((at.line, at.column), (2, 3));
    }

    #[test]
    fn columns_of_a_long_line_are_exact() {
        for unit in ["a", "é", "\u{1F511}", "a\u{1F511}é"] {
            let text = format!("\n{}x\nend", unit.repeat(10_000));
            let at = text.find('x').unwrap();
            let position = Lines::new(text.as_bytes()).position(at);
            let line = &text[1..at];
            assert_eq!(
                (position.line, position.column as usize, position.utf16_column as usize),
                (2, line.chars().count() + 1, line.encode_utf16().count() + 1)
            );
            assert_eq!(Lines::new(text.as_bytes()).position(text.len()).column, 4);
        }
        assert_eq!(Lines::new(&vec![0x80; 20_000]).position(20_000).column, 20_001);
    }

    #[test]
    fn the_end_of_the_blob_has_a_position() {
        assert_eq!(Lines::new(b"ab\n").position(3).line, 2);
        assert_eq!(Lines::new(b"").position(0).column, 1);
    }
}
