//! The only thing that touches every byte: a filter over windows of four bytes, one of every anchor of all rules.
//!
//! Both halves of a window, its first and its last three bytes, are in a table addressed by a hash of three case-folded bytes, so that looking at every
//! second position meets one of them. What is looked at is gathered without branches, which ordinary text would make unpredictable: first the looks that
//! hit, then the windows beside them that are one of an anchor, and only these few are compared with the anchors themselves, eight bytes at once.

use crate::ruleset::anchors::{Anchor, MIN_LEN, windows};

/// Bits of the hash of three bytes. The table has a bit each, so that all of it stays in the nearest cache.
const TABLE_BITS: u32 = 17;
/// Bits of a word of the table, as a power of two.
const WORD_BITS: u32 = 5;
/// Bits of the hash of a window in the table that is asked before the slots.
const WINDOW_BITS: u32 = 17;
/// Slots of the table of entries, as a power of two well above twice the number of anchors.
const SLOT_BITS: u32 = 14;
/// Bytes of an anchor that are compared at once.
const WORD: usize = 8;
/// Positions that one load of eight bytes serves: 0, 2 and 4.
const LOOKS: usize = 3;
/// Loads of one step.
const LOADS: usize = 4;
/// Bytes that one step advances.
const STEP: usize = LOADS * LOOKS * 2;
/// Bytes of one round of steps.
const ROUND: usize = 16 * STEP;
/// Bytes that a round reads.
const REACH: usize = ROUND + 8;
/// Room for the looks of a round, a power of two so that no place in it need be checked.
const LOOKS_ROOM: usize = 256;
/// Room for the windows of a round.
const WINDOWS_ROOM: usize = 512;
/// What folds the case of eight letters.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Multiplier of the hashes: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// An index over a set of anchors.
pub struct Prefilter {
    /// A bit for each hash: set where some window has a half with it.
    halves: Box<[u32; 1 << (TABLE_BITS - WORD_BITS)]>,
    /// A bit for each hash of a window.
    windows: Box<[u32; 1 << (WINDOW_BITS - WORD_BITS)]>,
    /// Of each slot the first of its entries; they end where those of the next begin.
    slots: Vec<u16>,
    /// By slot.
    entries: Vec<Entry>,
    anchors: Vec<Anchor>,
}

/// An anchor as its window finds it.
#[derive(Clone, Copy)]
struct Entry {
    /// Up to eight of its bytes, those of its window among them.
    word: u64,
    /// Which bits of `word` count: of a letter in either case not that of the case.
    mask: u64,
    anchor: u16,
    /// Offset of the window in the anchor.
    offset: u16,
    /// Offset of `word` in the anchor.
    from: u16,
    /// Whether `word` is all of it.
    is_whole: bool,
}

impl Prefilter {
    /// An index over `anchors`, each at least [`MIN_LEN`] bytes long; shorter ones are left out, and so is what comes after the first 65,535.
    pub fn new<'a>(anchors: impl Iterator<Item = &'a Anchor>) -> Self {
        let anchors: Vec<Anchor> = anchors.copied().collect();
        let mut filter = Self {
            halves: Box::new([0; 1 << (TABLE_BITS - WORD_BITS)]),
            windows: Box::new([0; 1 << (WINDOW_BITS - WORD_BITS)]),
            slots: Vec::new(),
            entries: Vec::new(),
            anchors: Vec::new(),
        };
        let mut found_by: Vec<(usize, Entry)> = Vec::with_capacity(anchors.len());
        for (index, offset) in windows(&anchors).into_iter().enumerate() {
            let (anchor, index) = (&anchors[index], small(index));
            if anchor.len() < MIN_LEN || index == u16::MAX {
                continue;
            }
            let window = folded(anchor.bytes(), offset);
            for hash in [half(window), half(window >> 8)] {
                set(&mut filter.halves, hash);
            }
            set(&mut filter.windows, whole(window));
            found_by.push((slot(window), Entry::new(anchor, index, offset)));
        }
        found_by.sort_by_key(|(slot, _)| *slot);
        filter.slots = (0..=1 << SLOT_BITS).map(|slot| small(found_by.partition_point(|(of, _)| *of < slot))).collect();
        filter.entries = found_by.into_iter().map(|(_, entry)| entry).collect();
        filter.anchors = anchors;
        filter
    }

    /// Calls `found(anchor, position)` for every occurrence of every anchor. Positions rise, but for a few bytes.
    pub fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, usize)) {
        let (mut padded, mut looks, mut windows) = ([0; REACH], [0; LOOKS_ROOM], [0; WINDOWS_ROOM]);
        for (at, rest) in (0..bytes.len()).step_by(ROUND).map(|at| (at, &bytes[at..])) {
            let round = rest.first_chunk::<REACH>().unwrap_or_else(|| {
                padded.fill(0);
                padded[..rest.len()].copy_from_slice(rest);
                &padded
            });
            let count = self.looks_that_hit(round, rest.len().min(ROUND), &mut looks);
            let count = self.windows_that_hit(round, &looks[..count], &mut windows);
            for window in &windows[..count] {
                self.compare(bytes, at + window, &mut found);
            }
        }
    }

    /// The odd offsets before `end` at which three bytes are half of a window; how many. Of any two positions in a row one is odd.
    fn looks_that_hit(&self, round: &[u8; REACH], end: usize, out: &mut [usize; LOOKS_ROOM]) -> usize {
        let mut count = 0;
        for from in (1..=end).step_by(STEP) {
            for (group, load) in loads(round, from).into_iter().enumerate() {
                for look in 0..LOOKS {
                    out[count % LOOKS_ROOM] = from + (group * LOOKS + look) * 2;
                    count += self.is_half(low_half(load >> (look * 16)));
                }
            }
        }
        count
    }

    /// The offsets, that of a look and the one before, at which four bytes are a window; how many.
    fn windows_that_hit(&self, round: &[u8; REACH], looks: &[usize], out: &mut [usize; WINDOWS_ROOM]) -> usize {
        let mut count = 0;
        for look in looks {
            let before = look - 1;
            let five = round.get(before..).and_then(<[u8]>::first_chunk).map_or(0, |eight| u64::from_le_bytes(*eight)) | FOLD;
            out[count % WINDOWS_ROOM] = before;
            count += self.is_window(low_half(five));
            out[count % WINDOWS_ROOM] = *look;
            count += self.is_window(low_half(five >> 8));
        }
        count
    }

    /// 1 where the low three bytes are half of a window, else 0.
    #[inline]
    fn is_half(&self, bytes: u32) -> usize {
        is_set(&self.halves, half(bytes))
    }

    /// 1 where these four bytes may be a window, else 0.
    #[inline]
    fn is_window(&self, bytes: u32) -> usize {
        is_set(&self.windows, whole(bytes))
    }

    /// Compares the anchors whose window is at `at`.
    fn compare(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(usize, usize)) {
        let slot = slot(folded(bytes, at));
        for entry in &self.entries[usize::from(self.slots[slot])..usize::from(self.slots[slot + 1])] {
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            if (eight(bytes, start + usize::from(entry.from)) ^ entry.word) & entry.mask != 0 {
                continue;
            }
            if entry.is_whole || self.anchors[usize::from(entry.anchor)].is_at(bytes, start) {
                found(usize::from(entry.anchor), start);
            }
        }
    }
}

impl Entry {
    fn new(anchor: &Anchor, index: u16, offset: usize) -> Self {
        // The window and what follows it, or what precedes it at the end.
        let from = offset.min(anchor.len().saturating_sub(WORD));
        let bytes = anchor.bytes()[from..].iter().take(WORD);
        let counts = |(at, byte): (usize, &u8)| if byte.is_ascii_alphabetic() && anchor.either() >> (from + at) & 1 == 1 { 0xDF } else { 0xFF };
        let mask = bytes.enumerate().map(counts).rev().fold(0, |mask, byte: u64| mask << 8 | byte);
        let is_whole = anchor.len() <= WORD;
        Self { word: eight(anchor.bytes(), from), mask, anchor: index, offset: small(offset), from: small(from), is_whole }
    }
}

fn set<const WORDS: usize>(table: &mut [u32; WORDS], hash: usize) {
    table[(hash >> WORD_BITS) % WORDS] |= 1 << (hash % (1 << WORD_BITS));
}

/// 1 where the bit of the hash is set, else 0.
#[inline]
fn is_set<const WORDS: usize>(table: &[u32; WORDS], hash: usize) -> usize {
    (table[(hash >> WORD_BITS) % WORDS] >> (hash % (1 << WORD_BITS)) & 1) as usize
}

/// The bytes of a step, case-folded by setting bit 5 of each; every load begins with the last two bytes of the one before.
#[inline]
fn loads(round: &[u8; REACH], at: usize) -> [u64; LOADS] {
    let step: &[u8; STEP + 2] = round[at..].first_chunk().unwrap_or(&[0; STEP + 2]);
    [load::<0>(step), load::<1>(step), load::<2>(step), load::<3>(step)]
}

#[inline]
fn load<const LOAD: usize>(step: &[u8; STEP + 2]) -> u64 {
    step[LOAD * LOOKS * 2..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight)) | FOLD
}

/// Four bytes from `at`, case-folded by setting bit 5 of each.
fn folded(bytes: &[u8], at: usize) -> u32 {
    let window = bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |window| u32::from_le_bytes(*window));
    window | 0x2020_2020
}

/// Eight bytes from `at`, zeros after the end.
#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    let word = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut word = [0; WORD];
        word[..rest.len()].copy_from_slice(rest);
        word
    });
    u64::from_le_bytes(word)
}

/// The hash of the low three bytes: the multiplier drops the fourth.
fn half(window: u32) -> usize {
    (window.wrapping_mul(GOLDEN << 8) >> (32 - TABLE_BITS)) as usize
}

fn whole(window: u32) -> usize {
    (window.wrapping_mul(GOLDEN) >> (32 - WINDOW_BITS)) as usize
}

fn slot(window: u32) -> usize {
    (window.wrapping_mul(GOLDEN) >> (32 - SLOT_BITS)) as usize
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The lower four bytes of eight.
fn low_half(eight: u64) -> u32 {
    (eight & u64::from(u32::MAX)).try_into().unwrap_or(u32::MAX)
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
        for pad in (0..40).chain(ROUND - 40..2 * ROUND + 40) {
            let text = format!("{}ghp_{}", " ".repeat(pad), "x".repeat(pad % 40));
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
