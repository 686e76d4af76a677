//! Bytes made from other bytes, with the way back: decoded, unescaped or joined text refers to its source through this alone.

use super::span::Span;

/// Bytes and where each of them comes from.
///
/// The way back is a sorted list of runs. In a run every unit of so many bytes stands for as many bytes of the source, one unit after the other:
/// 1 and 1 for a copy, 1 and 2 for ASCII in UTF-16, 1 and 6 for `\u0041`, 3 and 4 for base64. A unit of which the source has 0 bytes was put in.
/// A unit is never divided: a span that begins or ends within one covers its source in whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    bytes: Vec<u8>,
    runs: Vec<Run>,
}

/// Bytes of one unit: here, and in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    here: usize,
    source: usize,
}

/// Bytes as they stand in the source.
const COPIED: Unit = Unit { here: 1, source: 1 };

/// Units of one size whose sources follow each other; it ends where the next run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    here: usize,
    source: usize,
    unit: Unit,
}

impl Run {
    /// Span in the source of the unit that holds the byte at `offset`.
    fn unit_at(&self, offset: usize) -> Span {
        let start = self.source + (offset - self.here) / self.unit.here * self.unit.source;
        Span::new(start, start + self.unit.source)
    }
}

impl Mapped {
    /// No bytes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes themselves.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets everything but keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.runs.clear();
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity() + self.runs.capacity() * size_of::<Run>()
    }

    /// Appends bytes that stand in the source as they are, from `source` on.
    pub fn copy(&mut self, bytes: &[u8], source: usize) {
        if !bytes.is_empty() {
            self.note(self.bytes.len(), source, COPIED);
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Appends one unit: all of `bytes` stands for all of `source`. An empty source says that the bytes were put in there.
    pub fn put(&mut self, bytes: &[u8], source: Span) {
        if !bytes.is_empty() {
            self.note(self.bytes.len(), source.start, Unit { here: bytes.len(), source: source.len() });
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Appends a part of other bytes that were made of the same source.
    pub fn append(&mut self, other: &Mapped, part: Span) {
        let end = part.end.min(other.bytes.len());
        let mut at = part.start;
        let mut index = other.run_at(at).unwrap_or(0);
        while at < end {
            let run = other.runs[index];
            let past = other.end_of(index).min(end);
            if run.unit.here == 1 {
                self.note(self.bytes.len(), run.unit_at(at).start, run.unit);
                self.bytes.extend_from_slice(&other.bytes[at..past]);
                at = past;
            }
            while at < past {
                // What is left of a unit stands for all of its source.
                let stop = (run.here + ((at - run.here) / run.unit.here + 1) * run.unit.here).min(past);
                self.put(&other.bytes[at..stop], run.unit_at(at));
                at = stop;
            }
            index += 1;
        }
    }

    /// Begins a run at `here`, unless the one before goes on.
    fn note(&mut self, here: usize, source: usize, unit: Unit) {
        let goes_on = |run: &Run| run.unit == unit && (here - run.here).is_multiple_of(unit.here) && run.unit_at(here).start == source;
        if !self.runs.last().is_some_and(goes_on) {
            if self.runs.is_empty() {
                // Most texts are one copy.
                self.runs.reserve_exact(1);
            }
            self.runs.push(Run { here, source, unit });
        }
    }

    /// Text of `source` in UTF-16 behind a byte order mark, decoded as `text`; each half of a pair without its other half is one U+FFFD there.
    pub fn assign_utf16(&mut self, text: &str, source: &[u8]) {
        const MARK: usize = 2;
        self.clear();
        self.bytes.extend_from_slice(text.as_bytes());
        let mut at = MARK.min(source.len());
        for (here, c) in text.char_indices() {
            // An odd last byte is one U+FFFD too.
            let length = (c.len_utf16() * 2).min(source.len() - at);
            self.note(here, at, Unit { here: c.len_utf8(), source: length });
            at += length;
        }
    }

    /// The run that holds the byte at `offset`.
    fn run_at(&self, offset: usize) -> Option<usize> {
        self.runs.partition_point(|run| run.here <= offset).checked_sub(1)
    }

    /// Where the run of this index ends.
    fn end_of(&self, index: usize) -> usize {
        self.runs.get(index + 1).map_or(self.bytes.len(), |next| next.here)
    }

    /// Where the source of the byte at `offset` starts; one past the end is where the source of the last byte ends.
    pub fn offset(&self, offset: usize) -> usize {
        match self.run_at(offset) {
            Some(run) if offset < self.bytes.len() => self.runs[run].unit_at(offset).start,
            Some(run) => self.runs[run].unit_at(self.bytes.len() - 1).end,
            None => 0,
        }
    }

    /// The part of the source that `span` stands for, in whole; between pieces, what lies between them too.
    pub fn span(&self, span: Span) -> Span {
        let pieces = self.pieces(span);
        let start = pieces.iter().map(|piece| piece.start).min();
        let end = pieces.iter().map(|piece| piece.end).max();
        let at = self.offset(span.start);
        Span::new(start.unwrap_or(at), end.unwrap_or(at))
    }

    /// The parts of the source that `span` stands for, in the order of the bytes; parts that follow each other are one.
    pub fn pieces(&self, span: Span) -> Vec<Span> {
        let (mut pieces, mut at): (Vec<Span>, usize) = (Vec::new(), span.start);
        let end = span.end.min(self.bytes.len());
        let mut index = self.run_at(at).unwrap_or(0);
        while at < end {
            let run = &self.runs[index];
            let past = self.end_of(index).min(end);
            let part = Span::new(run.unit_at(at).start, run.unit_at(past - 1).end);
            match pieces.last_mut() {
                Some(last) if last.end == part.start => last.end = part.end,
                _ => pieces.push(part),
            }
            (at, index) = (past, index + 1);
        }
        pieces
    }

    /// The same bytes with the way back through `outer`, of whose bytes these were made: a string in a script in a notebook in UTF-16.
    #[must_use]
    pub fn through(self, outer: &Mapped) -> Mapped {
        let mut runs = Mapped::new();
        for (index, run) in self.runs.iter().enumerate() {
            let end = self.end_of(index);
            let mut here = run.here;
            while here < end {
                let unit = run.unit_at(here);
                let source = outer.span(unit);
                let below = outer.run_at(unit.start);
                if let Some(below) = below.filter(|&below| run.unit == COPIED && outer.runs[below].unit.here == 1) {
                    // A copy goes on to the end of the run that it was made of.
                    runs.note(here, source.start, outer.runs[below].unit);
                    here += (end - here).min(outer.end_of(below).saturating_sub(unit.start).max(1));
                } else {
                    runs.note(here, source.start, Unit { here: run.unit.here, source: source.len() });
                    here += run.unit.here;
                }
            }
        }
        Mapped { bytes: self.bytes, runs: runs.runs }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str) -> (Vec<u8>, Mapped) {
        let bytes: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let mut mapped = Mapped::new();
        mapped.assign_utf16(text, &bytes);
        (bytes, mapped)
    }

    #[test]
    fn every_character_of_utf16_leads_back_to_its_bytes() {
        for text in ["", "a", "key=1\r\nz", "né🔑x", "中文 a 中", "🔑🔑é"] {
            let (bytes, mapped) = utf16(text);
            assert_eq!(mapped.offset(text.len()), if text.is_empty() { 0 } else { bytes.len() }, "{text}");
            let mut at = 2;
            for (here, c) in text.char_indices() {
                let source = Span::new(at, at + 2 * c.len_utf16());
                assert_eq!(mapped.span(Span::new(here, here + c.len_utf8())), source, "{text} at {here}");
                assert_eq!(mapped.offset(here), at, "{text} at {here}");
                at = source.end;
            }
        }
    }

    #[test]
    fn a_stretch_of_one_kind_is_one_run() {
        assert_eq!(utf16(&"a".repeat(1000)).1.runs.len(), 1);
        assert_eq!(utf16("aaéé🔑b").1.runs.len(), 4);
    }

    #[test]
    fn a_broken_end_stays_in_the_source() {
        let mut mapped = Mapped::new();
        mapped.assign_utf16("a\u{FFFD}", &[0xFF, 0xFE, b'a', 0, b'x']);
        assert_eq!(mapped.span(Span::new(1, 4)), Span::new(4, 5));
    }

    #[test]
    fn escapes_and_copies_lead_back() {
        // `ab\u0041c`, of which `c` was put in.
        let mut mapped = Mapped::new();
        mapped.copy(b"ab", 10);
        mapped.put(b"A", Span::new(12, 18));
        mapped.put(b"c", Span::new(18, 18));
        assert_eq!(mapped.bytes(), b"abAc");
        for (span, expected) in [((0, 2), (10, 12)), ((1, 3), (11, 18)), ((2, 3), (12, 18)), ((0, 4), (10, 18)), ((3, 4), (18, 18)), ((2, 2), (12, 12))] {
            assert_eq!(mapped.span(Span::new(span.0, span.1)), Span::new(expected.0, expected.1), "{span:?}");
        }
    }

    #[test]
    fn pieces_are_kept_apart() {
        let mut mapped = Mapped::new();
        mapped.copy(b"abc", 20);
        mapped.copy(b"def", 5);
        assert_eq!(mapped.pieces(Span::new(1, 5)), [Span::new(21, 23), Span::new(5, 7)]);
        assert_eq!(mapped.span(Span::new(1, 5)), Span::new(5, 23));
        assert_eq!(mapped.pieces(Span::new(3, 3)), []);
    }

    #[test]
    fn a_unit_is_covered_in_whole() {
        let mut mapped = Mapped::new();
        for (i, group) in [b"abc", b"def"].into_iter().enumerate() {
            mapped.put(group, Span::new(4 * i, 4 * i + 4));
        }
        assert_eq!(mapped.runs.len(), 1);
        assert_eq!(mapped.span(Span::new(1, 2)), Span::new(0, 4));
        assert_eq!(mapped.span(Span::new(2, 4)), Span::new(0, 8));
    }

    #[test]
    fn two_ways_back_are_one() {
        let text = "x = \"aé\\u0041b🔑\"";
        let (_, outer) = utf16(text);
        let quoted = text.find('a').unwrap();
        let mut inner = Mapped::new();
        inner.copy("aé".as_bytes(), quoted);
        inner.put(b"A", Span::new(quoted + 3, quoted + 9));
        inner.copy("b🔑".as_bytes(), quoted + 9);
        let both = inner.clone().through(&outer);
        assert_eq!(both.bytes(), "aéAb🔑".as_bytes());
        for start in 0..inner.bytes().len() {
            for end in start + 1..=inner.bytes().len() {
                let span = Span::new(start, end);
                assert_eq!(both.span(span), outer.span(inner.span(span)), "{span:?}");
            }
        }
    }

    #[test]
    fn parts_are_appended_with_their_way_back() {
        let (_, whole) = utf16("a🔑bc");
        let mut mapped = Mapped::new();
        mapped.put(b"x=", Span::new(1, 1));
        mapped.append(&whole, Span::new(3, 7));
        mapped.append(&whole, Span::new(0, 1));
        assert_eq!(mapped.bytes(), [b"x=", &"🔑".as_bytes()[2..], b"bca"].concat());
        for (at, expected) in [(0, (1, 1)), (2, (4, 8)), (4, (8, 10)), (5, (10, 12)), (6, (2, 4))] {
            assert_eq!(mapped.span(Span::new(at, at + 1)), Span::new(expected.0, expected.1), "{at}");
        }
        mapped.append(&whole, Span::new(9, 20));
        assert_eq!(mapped.bytes().len(), 7);
    }

    /// Bytes made of pieces of a source of `length` bytes: copies, units of any size, bytes put in.
    fn arbitrary(length: usize) -> impl Strategy<Value = Mapped> {
        prop::collection::vec((0..length, 1..6usize, 0..6usize, any::<bool>()), 1..8).prop_map(move |pieces| {
            let mut mapped = Mapped::new();
            for (from, here, source, copied) in pieces {
                let bytes = vec![b'x'; here];
                if copied {
                    mapped.copy(&bytes[..here.min(length - from)], from);
                } else {
                    mapped.put(&bytes, Span::new(from, (from + source).min(length)));
                }
            }
            mapped
        })
    }

    proptest! {
        #[test]
        fn what_is_appended_leads_back_as_before(whole in arbitrary(40), start in 0..40usize, length in 0..40usize) {
            let part = Span::new(start.min(whole.bytes().len()), (start + length).min(whole.bytes().len()));
            let mut mapped = Mapped::new();
            mapped.copy(b"z", 7);
            mapped.append(&whole, part);
            prop_assert_eq!(mapped.bytes().len(), 1 + part.len());
            for at in part.range() {
                prop_assert_eq!(mapped.span(Span::new(1 + at - part.start, 2 + at - part.start)), whole.span(Span::new(at, at + 1)), "{}", at);
            }
        }

        #[test]
        fn every_byte_leads_back_through_both(outer in arbitrary(40), seed in arbitrary(40)) {
            let length = outer.bytes().len();
            let mut inner = Mapped::new();
            for piece in seed.pieces(Span::new(0, seed.bytes().len())) {
                let part = Span::new(piece.start.min(length), piece.end.min(length));
                inner.copy(&outer.bytes()[part.range()], part.start);
                inner.put(b"yy", part);
            }
            let both = inner.clone().through(&outer);
            for at in 0..inner.bytes().len() {
                let byte = Span::new(at, at + 1);
                prop_assert_eq!(both.span(byte), outer.span(inner.span(byte)), "{}", at);
            }
        }
    }
}
