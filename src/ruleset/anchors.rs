//! Anchors: a small set of literals, one of which every match of a pattern contains, derived from the parsed pattern.
//!
//! Where a pattern takes a letter in both cases, the pair counts as one byte, so `(?i)twilio` has one anchor.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use regex_syntax::hir::{Class, Hir, HirKind};

use super::frequency;

/// Fewest bytes of an anchor: what the pre-filter looks up at once.
pub const MIN_LEN: usize = 4;
/// What one more half of a window costs, as a share of the positions that are looked at.
const HALF_COST: f64 = 2e-5;
/// Most literals in the anchor set of one pattern.
const MAX_SET: usize = 96;
/// Most bytes kept of an anchor.
const MAX_LEN: usize = 16;
/// Most repetitions of a literal that are written out.
const MAX_REPEATS: u32 = 8;
/// A class with more (folded) members than this is no literal.
const MAX_CLASS: usize = 40;
/// A class with more members than this only lengthens literals that are too short to be anchors.
const SMALL_CLASS: usize = 12;
/// What one more literal costs, as occurrences per byte.
const PLACE_COST: f64 = 1e-7;

/// Room of an anchor; what is longer is cut, and stays an anchor.
const ROOM: usize = 32;

/// A literal, some of whose letters may stand in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    /// As written; letters in either case in lower case; zeros fill the room.
    bytes: [u8; ROOM],
    length: usize,
    /// Bit of the byte of the same index: either case.
    either: u32,
}

impl Hash for Anchor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.bytes());
    }
}

impl Anchor {
    /// Exactly these bytes.
    pub fn exact(bytes: &[u8]) -> Self {
        Self::default().followed_by_bytes(bytes, 0)
    }

    /// These bytes, at most as many as there is room for, those in either case in lower case; a bit of `either` for each byte.
    pub const fn known(text: &[u8], either: u32) -> Self {
        let (mut bytes, mut length) = ([0; ROOM], 0);
        while length < text.len() && length < ROOM {
            bytes[length] = text[length];
            length += 1;
        }
        Self { bytes, length, either }
    }

    /// These bytes with every letter in either case.
    pub fn folded(bytes: &[u8]) -> Self {
        let mut anchor = Self::default().followed_by_bytes(bytes, u32::MAX);
        anchor.bytes.make_ascii_lowercase();
        anchor
    }

    /// Its bytes; letters in either case in lower case.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// A bit for each byte that may stand in either case.
    pub fn either(&self) -> u32 {
        self.either
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether it stands at `start`.
    pub fn is_at(&self, text: &[u8], start: usize) -> bool {
        let Some(text) = text.get(start..start + self.length) else { return false };
        let same = |(at, (a, b)): (usize, (&u8, &u8))| a == b || (self.either >> at) & 1 == 1 && a.eq_ignore_ascii_case(b);
        self.bytes().iter().zip(text).enumerate().all(same)
    }

    /// Whether it stands wherever `longer` does.
    fn is_within(&self, longer: &Self) -> bool {
        let at = |offset: usize| {
            let same = |index: usize| {
                let is_either = |anchor: &Self, index: usize| anchor.either >> index & 1 == 1;
                let (own, other) = (self.bytes[index], longer.bytes[offset + index]);
                own == other && (is_either(self, index) || !is_either(longer, offset + index)) || is_either(self, index) && own.eq_ignore_ascii_case(&other)
            };
            (0..self.length).all(same)
        };
        (0..=longer.length.saturating_sub(self.length)).any(at)
    }

    fn followed_by(&self, next: &Self) -> Self {
        self.followed_by_bytes(next.bytes(), next.either)
    }

    fn followed_by_bytes(&self, next: &[u8], either: u32) -> Self {
        let length = (self.length + next.len()).min(ROOM);
        let mut joined = Self { length, ..*self };
        joined.bytes[self.length..length].copy_from_slice(&next[..length - self.length]);
        let added = ((1u64 << (length - self.length)) - 1) & u64::from(either);
        joined.either |= u32::try_from((added << self.length) & u64::from(u32::MAX)).unwrap_or(0);
        joined
    }
}

/// Hashes data of the program itself, which nobody shapes to collide: fast, because it is done for thousands of anchors at every start.
pub type Quick = BuildHasherDefault<QuickHasher>;

/// Eight bytes at a time: rotate, add, multiply.
#[derive(Default)]
pub struct QuickHasher(u64);

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        self.add(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// The anchors of a pattern, or none if no set of literals of at least [`MIN_LEN`] bytes is in every match.
pub fn derive(hir: &Hir) -> Option<Vec<Anchor>> {
    finish(walk(hir, Names::Exact))
}

/// The anchors of a regex on normalised names: `_` stands for any separator or none in the raw text, every letter for either case.
pub fn derive_for_names(hir: &Hir) -> Option<Vec<Anchor>> {
    finish(walk(hir, Names::Normalised))
}

fn finish(found: Found) -> Option<Vec<Anchor>> {
    let mut best = found.required()?;
    best.sort();
    best.dedup();
    // Where a longer one stands, the shorter one that it holds is found.
    let all = best.clone();
    best.retain(|long| !all.iter().any(|short| short.len() < long.len() && short.is_within(long)));
    Some(best)
}

#[derive(Clone, Copy, PartialEq)]
enum Names {
    Exact,
    Normalised,
}

/// What is known of the text that a part of a pattern matches.
struct Found {
    /// All texts it can match, if few.
    exact: Option<Vec<Anchor>>,
    /// A set of which every match contains one.
    best: Option<Vec<Anchor>>,
    /// Where `exact` is unknown: a set of which every match begins with one.
    starts: Option<Vec<Anchor>>,
}

impl Found {
    fn nothing() -> Self {
        Self { exact: None, best: None, starts: None }
    }

    fn exactly(set: Vec<Anchor>) -> Self {
        Self { exact: Some(set), best: None, starts: None }
    }

    /// The better of both sets.
    fn required(self) -> Option<Vec<Anchor>> {
        better(self.exact.filter(|set| usable(set)), self.best)
    }
}

fn walk(hir: &Hir, names: Names) -> Found {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Found::exactly(vec![Anchor::default()]),
        HirKind::Literal(literal) => {
            let mut runs = Runs::new();
            for &byte in &*literal.0 {
                runs.push(Found::exactly(separators(byte, names)));
            }
            runs.finish()
        }
        HirKind::Class(class) => members(class, names).map_or_else(Found::nothing, Found::exactly),
        HirKind::Capture(capture) => walk(&capture.sub, names),
        HirKind::Repetition(repetition) => walk_repetition(repetition, names),
        HirKind::Concat(parts) => {
            let mut runs = Runs::new();
            for part in parts {
                runs.push(walk(part, names));
            }
            runs.finish()
        }
        HirKind::Alternation(parts) => walk_alternation(parts, names),
    }
}

/// What stands in the raw text for one byte of the pattern.
fn separators(byte: u8, names: Names) -> Vec<Anchor> {
    match names {
        Names::Normalised if byte == b'_' => [b"".as_slice(), b"_", b"-", b".", b" "].into_iter().map(Anchor::exact).collect(),
        Names::Normalised => vec![Anchor::folded(&[byte])],
        Names::Exact => vec![Anchor::exact(&[byte])],
    }
}

fn members(class: &Class, names: Names) -> Option<Vec<Anchor>> {
    let Class::Bytes(class) = class else { return None };
    let all: Vec<u8> = class.ranges().iter().flat_map(|r| r.start()..=r.end()).collect();
    let mut folded: Vec<u8> = all.iter().map(u8::to_ascii_lowercase).collect();
    folded.sort_unstable();
    folded.dedup();
    let member = |byte: u8| {
        let (lower, upper) = (all.contains(&byte), all.contains(&byte.to_ascii_uppercase()));
        match (lower, upper) {
            _ if names == Names::Normalised => separators(byte, names),
            (true, true) => vec![Anchor::folded(&[byte])],
            (true, false) => vec![Anchor::exact(&[byte])],
            _ => vec![Anchor::exact(&[byte.to_ascii_uppercase()])],
        }
    };
    (folded.len() <= MAX_CLASS).then(|| folded.into_iter().flat_map(member).collect())
}

fn walk_repetition(repetition: &regex_syntax::hir::Repetition, names: Names) -> Found {
    let sub = walk(&repetition.sub, names);
    let few = repetition.max.filter(|&max| max <= MAX_REPEATS && (repetition.min == max || max <= 3));
    if let Some(set) = few.and_then(|max| repeated(sub.exact.as_ref()?, repetition.min, max)) {
        return Found::exactly(set);
    }
    if repetition.min == 0 {
        return Found::nothing();
    }
    Found { exact: None, starts: sub.exact.clone().or_else(|| sub.starts.clone()), best: sub.required() }
}

/// All texts of `min` to `max` members of `set` in a row, if they are few.
fn repeated(set: &[Anchor], min: u32, max: u32) -> Option<Vec<Anchor>> {
    let mut all = Vec::new();
    let mut now = vec![Anchor::default()];
    for count in 0..=max {
        if count >= min {
            all.extend(now.iter().copied());
        }
        if count < max {
            now = product(&now, set)?;
        }
    }
    (all.len() <= MAX_SET).then_some(all)
}

/// A sequence of parts, read from left to right.
struct Runs {
    /// All texts of the parts since the last one that was not exact.
    run: Vec<Anchor>,
    best: Option<Vec<Anchor>>,
    whole: bool,
}

impl Runs {
    fn new() -> Self {
        Self { run: vec![Anchor::default()], best: None, whole: true }
    }

    fn push(&mut self, next: Found) {
        let short = self.run.iter().any(|literal| literal.len() < MIN_LEN);
        if let Some([only]) = next.exact.as_deref()
            && self.run.iter().all(|literal| literal.len() < MAX_LEN)
        {
            self.run.iter_mut().for_each(|literal| *literal = literal.followed_by(only));
            return;
        }
        let joins = |set: &&Vec<Anchor>| short || set.len() <= SMALL_CLASS;
        if let Some(joined) = next.exact.as_ref().filter(joins).and_then(|set| product(&self.run, set)) {
            self.run = joined;
            return;
        }
        self.whole = false;
        let lengthened = next.starts.as_ref().or(next.exact.as_ref()).filter(|_| short).and_then(|set| product(&self.run, set));
        for set in [lengthened, Some(std::mem::take(&mut self.run))] {
            self.best = better(self.best.take(), set.filter(|set| usable(set)));
        }
        self.run = next.exact.clone().unwrap_or_else(|| vec![Anchor::default()]);
        self.best = better(self.best.take(), next.required());
    }

    fn finish(self) -> Found {
        if self.whole {
            return Found::exactly(self.run);
        }
        Found { exact: None, best: better(self.best, Some(self.run).filter(|set| usable(set))), starts: None }
    }
}

fn walk_alternation(parts: &[Hir], names: Names) -> Found {
    let found: Vec<Found> = parts.iter().map(|part| walk(part, names)).collect();
    if found.iter().all(|f| f.exact.is_some()) {
        let all: Vec<Anchor> = found.iter().flat_map(|f| f.exact.clone().unwrap_or_default()).collect();
        if all.len() <= MAX_SET {
            return Found::exactly(all);
        }
    }
    let mut all = Vec::new();
    for f in found {
        match f.required() {
            Some(set) => all.extend(set),
            None => return Found::nothing(),
        }
    }
    Found { exact: None, best: (all.len() <= MAX_SET).then_some(all), starts: None }
}

/// Every text of `left` followed by every text of `right`, if that stays small.
fn product(left: &[Anchor], right: &[Anchor]) -> Option<Vec<Anchor>> {
    if left.len() * right.len() > MAX_SET || left.iter().any(|l| l.len() >= MAX_LEN) {
        return None;
    }
    let mut all = Vec::with_capacity(left.len() * right.len());
    for l in left {
        all.extend(right.iter().map(|r| l.followed_by(r)));
    }
    Some(all)
}

fn usable(set: &[Anchor]) -> bool {
    !set.is_empty() && set.iter().all(|literal| literal.len() >= MIN_LEN)
}

/// The set that occurs less often in ordinary text.
fn better(a: Option<Vec<Anchor>>, b: Option<Vec<Anchor>>) -> Option<Vec<Anchor>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if cost(&b) < cost(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Estimate of how often one of the literals occurs per byte of source text; every literal also costs its place in the index.
fn cost(set: &[Anchor]) -> f64 {
    set.iter().map(|literal| PLACE_COST + share(literal.bytes())).sum()
}

/// The windows of [`MIN_LEN`] bytes, one in each anchor, by which the pre-filter finds them, as offsets: rare ones, and those whose halves of three bytes
/// others need anyway. Anchors that leave no choice come first.
pub fn windows(anchors: &[Anchor]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..anchors.len()).collect();
    order.sort_by_key(|&index| anchors[index].len());
    let (mut chosen, mut known) = (vec![0; anchors.len()], HashSet::<[u8; 3], Quick>::default());
    for index in order {
        let halves: Vec<[u8; 3]> =
            anchors[index].bytes().windows(3).filter_map(|half| half.first_chunk().map(|half: &[u8; 3]| half.map(|b| b | 0x20))).collect();
        let shares: Vec<f64> = halves.iter().map(|half| frequency::of_three(*half)).collect();
        let prices: Vec<f64> = halves.iter().zip(&shares).map(|(half, share)| if known.contains(half) { 0.05 * share } else { share + HALF_COST }).collect();
        // Everything that shares a window is compared wherever it occurs.
        let compared = |pair: &[f64]| pair[0].min(pair[1]) * 0.6;
        let costs = prices.windows(2).zip(shares.windows(2)).map(|(prices, shares)| prices[0] + prices[1] + compared(shares));
        let best = costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
        known.extend(halves.iter().skip(best).take(2));
        chosen[index] = best;
    }
    chosen
}

/// How often a word occurs in ordinary text at most: as often as the rarest three bytes of it.
pub fn share(word: &[u8]) -> f64 {
    word.windows(3).filter_map(|three| three.first_chunk().map(|three: &[u8; 3]| frequency::of_three(three.map(|b| b | 0x20)))).fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pattern: &str) -> Hir {
        regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
    }

    fn anchors(pattern: &str) -> Option<Vec<String>> {
        derive(&parse(pattern)).map(texts)
    }

    fn texts(set: Vec<Anchor>) -> Vec<String> {
        set.into_iter().map(|a| String::from_utf8(a.bytes().to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_fixed_prefix_is_the_anchor() {
        assert_eq!(anchors(r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b").unwrap(), ["ghp_"]);
    }

    #[test]
    fn a_letter_in_both_cases_is_one_byte() {
        let found = derive(&parse("(?i)twilio[a-z]{0,20}=")).unwrap();
        assert!(found.len() == 1 && found[0].is_at(b"xTwilIO", 1) && !found[0].is_at(b"twilia", 0));
        assert!(!derive(&parse("AKIA[A-Z2-7]{16}")).unwrap()[0].is_at(b"akia", 0));
    }

    #[test]
    fn alternatives_give_a_set() {
        assert_eq!(anchors("(?:AKIA|ASIA)[A-Z2-7]{16}").unwrap(), ["AKIA", "ASIA"]);
    }

    #[test]
    fn small_classes_lengthen_a_short_prefix() {
        assert_eq!(anchors("gh[pousr]_[0-9A-Za-z]{36}").unwrap(), ["gho_", "ghp_", "ghr_", "ghs_", "ghu_"]);
    }

    #[test]
    fn a_class_lengthens_a_prefix_of_three_bytes() {
        let found = anchors("oy2[a-z0-9]{43}").unwrap();
        assert_eq!((found.len(), found[0].as_str()), (36, "oy20"));
    }

    #[test]
    fn a_long_literal_is_cut() {
        let found = anchors("this-is-a-very-long-prefix_[a-z]{20}").unwrap();
        assert!(found.len() == 1 && found[0].len() <= MAX_LEN, "{found:?}");
    }

    #[test]
    fn a_literal_in_the_middle_counts() {
        assert_eq!(anchors(r"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z]{60}").unwrap(), [".atlasv1."]);
    }

    #[test]
    fn a_pattern_without_literals_has_none() {
        assert_eq!(anchors("[0-9a-f]{32}"), None);
        assert_eq!(anchors("(?:abcd)?[0-9]{4}"), None);
        assert_eq!(anchors("abcd|[0-9]+"), None);
    }

    #[test]
    fn an_underscore_in_a_name_is_any_separator_or_none() {
        let found = texts(derive_for_names(&parse("api_key")).unwrap());
        assert_eq!(found, ["api key", "api-key", "api.key", "api_key", "apikey"]);
    }

    #[test]
    fn rare_windows_are_looked_up_and_shared() {
        let offsets = |texts: &[&str]| windows(&texts.iter().map(|text| Anchor::exact(text.as_bytes())).collect::<Vec<_>>());
        assert_eq!(offsets(&["functionqzx"]), [7]);
        assert_eq!(offsets(&["oken", "accesstoken", "ab"]), [0, 7, 0]);
    }
}
