//! The only thing that touches every byte: a sampled trigram filter over the anchors of all rules.
//!
//! Two bytes are passed per step. Three bytes, case-folded, are looked up in a bitmap of 64 Kbit; both trigrams of a four-byte window of every anchor
//! are in it, so each occurrence of an anchor is seen by exactly one step. What passes the bitmap is compared with the anchors themselves.
//! The cost does not depend on the number of anchors as long as the bitmap stays sparse.

use crate::ruleset::anchors::{MIN_LEN, rarest_window};

/// Slots of the trigram table: a power of two well above twice the number of anchors.
const SLOTS: usize = 1 << 13;
const NONE: u32 = u32::MAX;

/// An index over a set of anchors.
pub struct Prefilter {
    bitmap: Box<[u64; 1024]>,
    /// First entry per slot, chained.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    anchors: Vec<Box<[u8]>>,
}

struct Entry {
    trigram: u32,
    anchor: u32,
    /// Offset of the trigram in the anchor.
    offset: u32,
    next: u32,
}

impl Prefilter {
    /// An index over `anchors`, each case-folded and at least [`MIN_LEN`] bytes long; shorter ones are left out.
    pub fn new<'a>(anchors: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut filter = Self { bitmap: Box::new([0; 1024]), slots: vec![NONE; SLOTS], entries: Vec::new(), anchors: Vec::new() };
        for anchor in anchors {
            filter.insert(anchor);
        }
        filter
    }

    fn insert(&mut self, anchor: &[u8]) {
        let index = u32::try_from(self.anchors.len()).unwrap_or(NONE);
        self.anchors.push(anchor.into());
        if anchor.len() < MIN_LEN {
            return;
        }
        let window = rarest_window(anchor);
        for offset in [window, window + 1] {
            let trigram = trigram(&anchor[offset..]);
            let bit = hash(trigram);
            self.bitmap[bit >> 6] |= 1 << (bit & 63);
            let slot = &mut self.slots[bit & (SLOTS - 1)];
            let entry = Entry { trigram, anchor: index, offset: u32::try_from(offset).unwrap_or(0), next: *slot };
            *slot = u32::try_from(self.entries.len()).unwrap_or(NONE);
            self.entries.push(entry);
        }
    }

    /// Calls `found(anchor, position)` for every occurrence of every anchor, case-folded. Positions rise, but for a few bytes.
    pub fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut at = 0;
        while at + 4 <= bytes.len() {
            let word = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], 0]) | 0x0020_2020;
            let bit = hash(word);
            if self.bitmap[bit >> 6] >> (bit & 63) & 1 != 0 {
                self.confirm(bytes, at, word, &mut found);
            }
            at += 2;
        }
        if at + 3 <= bytes.len() {
            self.confirm(bytes, at, trigram(&bytes[at..]), &mut found);
        }
    }

    #[inline(never)]
    fn confirm(&self, bytes: &[u8], at: usize, trigram: u32, found: &mut impl FnMut(usize, usize)) {
        let mut next = self.slots[hash(trigram) & (SLOTS - 1)];
        while let Some(entry) = self.entries.get(next as usize) {
            next = entry.next;
            if entry.trigram != trigram {
                continue;
            }
            let anchor = &self.anchors[entry.anchor as usize];
            let Some(start) = at.checked_sub(entry.offset as usize) else { continue };
            if bytes.get(start..start + anchor.len()).is_some_and(|text| text.eq_ignore_ascii_case(anchor)) {
                found(entry.anchor as usize, start);
            }
        }
    }
}

/// Three bytes, case-folded by setting bit 5 of each.
fn trigram(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) | 0x0020_2020
}

/// 16 bits of a trigram.
#[inline(always)]
fn hash(trigram: u32) -> usize {
    (trigram.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(anchors: &[&str], text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        Prefilter::new(anchors.iter().map(|a| a.as_bytes())).scan(text.as_bytes(), |a, p| found.push((p, a)));
        found.sort_unstable();
        found
    }

    #[test]
    fn every_occurrence_is_found_once_at_any_offset() {
        for pad in 0..9 {
            let text = format!("{}ghp_{}", " ".repeat(pad), "x".repeat(pad));
            assert_eq!(all(&["ghp_"], &text), [(pad, 0)], "{text:?}");
        }
    }

    #[test]
    fn case_is_folded_and_overlaps_are_reported() {
        assert_eq!(all(&["token", "oken_", "abcd"], "xTOKEN_ToKeN"), [(1, 0), (2, 1), (7, 0)]);
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
