//! Known secrets wherever they are repeated: a secret that one rule found is hidden at every other place that is shown.

use crate::text::{Secret, Span};

/// Bits of the filter for each value, and at least and at most in all, as powers of two.
const BITS_EACH: usize = 16;
const LEAST_BITS: u32 = 12;
const MOST_BITS: u32 = 23;
/// Bytes that the filter looks at; shorter values are not looked for.
const LEAST: usize = 4;

/// A set of values that can be found at any position of a text in time that hardly grows with their number.
#[derive(Default)]
pub struct Repeats {
    /// In the order of their bytes.
    values: Vec<Secret>,
    /// The longest other value that the value of the same index begins with.
    parents: Vec<Option<usize>>,
    /// A bit for the hash of the first bytes of each value.
    filter: Vec<u64>,
    bits: u32,
    /// Length of the longest value.
    longest: usize,
}

impl Repeats {
    /// The set of these values, but for those under four bytes.
    pub fn new(mut values: Vec<Secret>) -> Self {
        values.retain(|value| value.reveal().len() >= LEAST);
        values.sort_by(|a, b| a.reveal().cmp(b.reveal()));
        values.dedup_by(|a, b| a.reveal() == b.reveal());
        let bits = (values.len() * BITS_EACH).next_power_of_two().trailing_zeros().clamp(LEAST_BITS, MOST_BITS);
        let mut filter = vec![0; if values.is_empty() { 0 } else { 1 << (bits - 6) }];
        let (mut parents, mut open): (Vec<Option<usize>>, Vec<usize>) = (Vec::with_capacity(values.len()), Vec::new());
        for (index, value) in values.iter().enumerate() {
            if let Some(bit) = hash(value.reveal(), bits) {
                filter[bit >> 6] |= 1 << (bit & 63);
            }
            while open.last().is_some_and(|&last| !value.reveal().starts_with(values[last].reveal())) {
                open.pop();
            }
            parents.push(open.last().copied());
            open.push(index);
        }
        let longest = values.iter().map(|value| value.reveal().len()).max().unwrap_or(0);
        Self { values, parents, filter, bits, longest }
    }

    /// Length of the longest value; 0 without one.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The longest value that `text` begins with.
    pub fn at_start_of(&self, text: &[u8]) -> Option<&Secret> {
        if self.values.is_empty() {
            return None;
        }
        let bit = hash(text, self.bits)?;
        if (self.filter[bit >> 6] >> (bit & 63)) & 1 == 0 {
            return None;
        }
        // Every value that the text begins with is the begin of the last value that is not behind the text.
        let mut near = self.values.partition_point(|value| value.reveal() <= text).checked_sub(1);
        while let Some(index) = near {
            if text.starts_with(self.values[index].reveal()) {
                return Some(&self.values[index]);
            }
            near = self.parents[index];
        }
        None
    }

    /// Places in `text`, from the left, the longest first, none sharing a byte with another.
    pub fn places(&self, text: &[u8]) -> Vec<(Span, &Secret)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while !self.values.is_empty() && at + LEAST <= text.len() {
            match self.at_start_of(&text[at..]) {
                Some(value) => {
                    found.push((Span::new(at, at + value.reveal().len()), value));
                    at += value.reveal().len();
                }
                None => at += 1,
            }
        }
        found
    }
}

/// The bit of the filter for a text that begins so; none for a shorter one.
fn hash(text: &[u8], bits: u32) -> Option<usize> {
    let first: [u8; LEAST] = text.get(..LEAST)?.try_into().ok()?;
    Some((u32::from_le_bytes(first).wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Repeats {
        Repeats::new(values.iter().map(|value| Secret::new(*value, 0)).collect())
    }

    #[test]
    fn the_longest_value_at_a_place_is_found() {
        let repeats = of(&["abcd", "abcdef", "abcdeg", "zzzz", "abc"]);
        for (text, expected) in [("abcdefg", Some("abcdef")), ("abcdex", Some("abcd")), ("abcx", None), ("zzzzz", Some("zzzz")), ("ab", None), ("", None)] {
            assert_eq!(repeats.at_start_of(text.as_bytes()).map(Secret::reveal), expected.map(str::as_bytes), "{text}");
        }
        assert!(of(&[]).at_start_of(b"abcd").is_none());
    }

    #[test]
    fn places_do_not_overlap() {
        let repeats = of(&["abab", "babc"]);
        let spans: Vec<Span> = repeats.places(b"xababcabab").into_iter().map(|(span, _)| span).collect();
        assert_eq!(spans, [Span::new(1, 5), Span::new(6, 10)]);
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_a_naive_search(values in proptest::collection::vec("[ab]{4,8}", 0..12), text in "[ab]{0,20}") {
            let repeats = of(&values.iter().map(String::as_str).collect::<Vec<_>>());
            let naive = values.iter().filter(|value| text.starts_with(value.as_str())).max_by_key(|value| value.len());
            proptest::prop_assert_eq!(repeats.at_start_of(text.as_bytes()).map(Secret::reveal), naive.map(String::as_bytes));
        }
    }
}
