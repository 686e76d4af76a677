//! The only thing that touches every byte: a filter over four-byte windows, one of every anchor of all rules.
//!
//! At each position four bytes, case-folded, are hashed and looked up in a bitmap that fits the first-level cache; eight positions share one branch.
//! What passes is compared with the anchors themselves. The cost does not depend on the number of anchors as long as the bitmap stays sparse.

use crate::ruleset::anchors::{Anchor, MIN_LEN, rarest_window};

/// Bits of the hash: 2^17 bits are 16 KiB, half of a first-level cache.
const BITS: u32 = 17;
/// Words of the bitmap.
const WORDS: usize = 1 << (BITS - 6);
/// Slots of the window table: a power of two well above twice the number of anchors.
const SLOTS: usize = 1 << 13;
const NONE: u32 = u32::MAX;
/// Positions that share a branch.
const LANES: usize = 8;

/// An index over a set of anchors.
pub struct Prefilter {
    bitmap: Box<[u64; WORDS]>,
    /// First entry per slot, chained.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    anchors: Vec<Anchor>,
}

struct Entry {
    window: u32,
    anchor: u32,
    /// Offset of the window in the anchor.
    offset: u32,
    next: u32,
}

impl Prefilter {
    /// An index over `anchors`, each at least [`MIN_LEN`] bytes long; shorter ones are left out.
    pub fn new<'a>(anchors: impl Iterator<Item = &'a Anchor>) -> Self {
        let mut filter = Self { bitmap: Box::new([0; WORDS]), slots: vec![NONE; SLOTS], entries: Vec::new(), anchors: Vec::new() };
        for anchor in anchors {
            filter.insert(anchor);
        }
        filter
    }

    fn insert(&mut self, anchor: &Anchor) {
        let index = u32::try_from(self.anchors.len()).unwrap_or(NONE);
        self.anchors.push(anchor.clone());
        if anchor.len() < MIN_LEN {
            return;
        }
        let offset = rarest_window(anchor.bytes());
        let window = folded(anchor.bytes(), offset);
        let bit = hash(window);
        self.bitmap[bit >> 6] |= 1 << (bit & 63);
        let slot = &mut self.slots[bit & (SLOTS - 1)];
        let entry = Entry { window, anchor: index, offset: u32::try_from(offset).unwrap_or(0), next: *slot };
        *slot = u32::try_from(self.entries.len()).unwrap_or(NONE);
        self.entries.push(entry);
    }

    /// Calls `found(anchor, position)` for every occurrence of every anchor. Positions rise, but for a few bytes.
    pub fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut at = 0;
        while let Some(chunk) = bytes.get(at..at + LANES + MIN_LEN - 1) {
            let mut any = 0;
            for lane in 0..LANES {
                let bit = hash(folded(chunk, lane));
                any |= self.bitmap[bit >> 6] >> (bit & 63);
            }
            if any & 1 != 0 {
                for lane in 0..LANES {
                    self.confirm(bytes, at + lane, &mut found);
                }
            }
            at += LANES;
        }
        while at + MIN_LEN <= bytes.len() {
            self.confirm(bytes, at, &mut found);
            at += 1;
        }
    }

    /// Compares the anchors whose window is at `at`.
    fn confirm(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(usize, usize)) {
        let window = folded(bytes, at);
        let bit = hash(window);
        if (self.bitmap[bit >> 6] >> (bit & 63)) & 1 == 0 {
            return;
        }
        let mut next = self.slots[bit & (SLOTS - 1)];
        while let Some(entry) = self.entries.get(next as usize) {
            next = entry.next;
            if entry.window != window {
                continue;
            }
            let Some(start) = at.checked_sub(entry.offset as usize) else { continue };
            if self.anchors[entry.anchor as usize].is_at(bytes, start) {
                found(entry.anchor as usize, start);
            }
        }
    }
}

/// Four bytes from `at`, case-folded by setting bit 5 of each.
fn folded(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) | 0x2020_2020
}

/// The bits of a window that address the bitmap.
fn hash(window: u32) -> usize {
    (window.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(anchors: &[&str], text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let anchors: Vec<Anchor> = anchors.iter().map(|a| Anchor::folded(a.as_bytes())).collect();
        Prefilter::new(anchors.iter()).scan(text.as_bytes(), |a, p| found.push((p, a)));
        found.sort_unstable();
        found
    }

    #[test]
    fn every_occurrence_is_found_once_at_any_offset() {
        for pad in 0..19 {
            let text = format!("{}ghp_{}", " ".repeat(pad), "x".repeat(pad));
            assert_eq!(all(&["ghp_"], &text), [(pad, 0)], "{text:?}");
        }
    }

    #[test]
    fn case_is_folded_and_overlaps_are_reported() {
        assert_eq!(all(&["token", "oken_", "abcd"], "xTOKEN_ToKeN"), [(1, 0), (2, 1), (7, 0)]);
    }

    #[test]
    fn an_anchor_in_one_case_is_found_in_that_case_alone() {
        let anchor = Anchor::exact(b"AKIA");
        let mut found = Vec::new();
        Prefilter::new([&anchor].into_iter()).scan(b"akia AKIA AkIA", |_, p| found.push(p));
        assert_eq!(found, [5]);
    }

    #[test]
    fn short_texts_are_no_trouble() {
        for text in ["", "a", "ab", "abc", "ghp", "ghp_"] {
            assert_eq!(all(&["ghp_"], text).len(), usize::from(text == "ghp_"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_a_naive_search(text in "[a-dA-D_]{0,80}", anchors in proptest::collection::vec("[a-d_]{4,7}", 1..8)) {
            let mut naive = Vec::new();
            let folded = text.to_ascii_lowercase();
            for (index, anchor) in anchors.iter().enumerate() {
                for position in 0..folded.len() {
                    if folded[position..].starts_with(anchor.as_str()) {
                        naive.push((position, index));
                    }
                }
            }
            naive.sort_unstable();
            let refs: Vec<&str> = anchors.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(all(&refs, &text), naive);
        }
    }
}
