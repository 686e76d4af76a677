//! The lines of a blob: from byte offsets to positions and back.

use super::span::{Position, Span};

/// Index of the line starts of one blob, built only for blobs that have a hit.
pub struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
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
        Self { bytes, starts }
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
        let (column, utf16_column) = columns(&self.bytes[self.starts[index]..offset]);
        Position { line: to_u32(index + 1), column, utf16_column }
    }
}

/// 1-based columns after `before`, in code points and in UTF-16 code units.
fn columns(before: &[u8]) -> (u32, u32) {
    let (mut points, mut units) = (1usize, 1usize);
    for chunk in before.utf8_chunks() {
        for c in chunk.valid().chars() {
            points += 1;
            units += c.len_utf16();
        }
        points += chunk.invalid().len();
        units += chunk.invalid().len();
    }
    (to_u32(points), to_u32(units))
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
    fn the_end_of_the_blob_has_a_position() {
        assert_eq!(Lines::new(b"ab\n").position(3).line, 2);
        assert_eq!(Lines::new(b"").position(0).column, 1);
    }
}
