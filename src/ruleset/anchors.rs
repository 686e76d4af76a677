//! Anchors: a small set of literals, one of which every match of a pattern contains, derived from the parsed pattern.
//!
//! An anchor is case-folded (`A`–`Z` as `a`–`z`): a pair of cases counts as one byte, so `(?i)twilio` has the one anchor `twilio`.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Fewest bytes of an anchor: the pre-filter samples every second byte and needs two overlapping trigrams.
pub const MIN_LEN: usize = 4;
/// Most literals in the anchor set of one pattern.
const MAX_SET: usize = 96;
/// Most bytes kept of an anchor.
const MAX_LEN: usize = 16;
/// A class with more (folded) members than this is no literal.
const MAX_CLASS: usize = 40;
/// A class with more members than this only lengthens literals that are too short to be anchors.
const SMALL_CLASS: usize = 12;

/// The anchors of a pattern, or none if no set of literals of at least [`MIN_LEN`] bytes is in every match.
pub fn derive(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = walk(hir, Names::Exact);
    finish(found)
}

/// The anchors of a regex on normalised names: `_` stands for any separator or none in the raw text.
pub fn derive_for_names(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    finish(walk(hir, Names::Normalised))
}

fn finish(found: Found) -> Option<Vec<Vec<u8>>> {
    let mut best = found.required()?;
    best.sort();
    best.dedup();
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
    exact: Option<Vec<Vec<u8>>>,
    /// A set of which every match contains one.
    best: Option<Vec<Vec<u8>>>,
    /// Where `exact` is unknown: a set of which every match begins with one.
    starts: Option<Vec<Vec<u8>>>,
}

impl Found {
    fn nothing() -> Self {
        Self { exact: None, best: None, starts: None }
    }

    fn exactly(set: Vec<Vec<u8>>) -> Self {
        Self { exact: Some(set), best: None, starts: None }
    }

    /// The better of both sets.
    fn required(self) -> Option<Vec<Vec<u8>>> {
        better(self.exact.filter(|set| usable(set)), self.best)
    }
}

fn walk(hir: &Hir, names: Names) -> Found {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Found::exactly(vec![Vec::new()]),
        HirKind::Literal(literal) => walk_literal(&literal.0, names),
        HirKind::Class(class) => members(class, names).map_or_else(Found::nothing, Found::exactly),
        HirKind::Capture(capture) => walk(&capture.sub, names),
        HirKind::Repetition(repetition) => walk_repetition(repetition, names),
        HirKind::Concat(parts) => walk_concat(parts, names),
        HirKind::Alternation(parts) => walk_alternation(parts, names),
    }
}

fn walk_literal(bytes: &[u8], names: Names) -> Found {
    let mut runs = Runs::new();
    for &byte in bytes {
        runs.push(Found::exactly(separators(byte, names)));
    }
    runs.finish()
}

/// What stands in the raw text for one byte of the pattern.
fn separators(byte: u8, names: Names) -> Vec<Vec<u8>> {
    if byte == b'_' && names == Names::Normalised {
        return vec![vec![], b"_".to_vec(), b"-".to_vec(), b".".to_vec(), b" ".to_vec()];
    }
    vec![vec![byte.to_ascii_lowercase()]]
}

fn members(class: &Class, names: Names) -> Option<Vec<Vec<u8>>> {
    let Class::Bytes(class) = class else { return None };
    let mut folded: Vec<u8> = class.ranges().iter().flat_map(|r| r.start()..=r.end()).map(|b| b.to_ascii_lowercase()).collect();
    folded.sort_unstable();
    folded.dedup();
    (folded.len() <= MAX_CLASS).then(|| folded.into_iter().flat_map(|b| separators(b, names)).collect())
}

fn walk_repetition(repetition: &regex_syntax::hir::Repetition, names: Names) -> Found {
    let sub = walk(&repetition.sub, names);
    match (repetition.min, repetition.max) {
        (0, Some(1)) => match sub.exact {
            Some(mut set) => {
                set.push(Vec::new());
                Found::exactly(set)
            }
            None => Found::nothing(),
        },
        (0, _) => Found::nothing(),
        (min, max) => {
            let repeated =
                sub.exact.as_ref().filter(|_| max == Some(min) && min <= 8).and_then(|set| (1..min).try_fold(set.clone(), |all, _| product(&all, set)));
            match repeated {
                Some(set) => Found::exactly(set),
                None => Found { exact: None, starts: sub.exact.clone().or(sub.starts.clone()), best: sub.required() },
            }
        }
    }
}

fn walk_concat(parts: &[Hir], names: Names) -> Found {
    let mut runs = Runs::new();
    for part in parts {
        runs.push(walk(part, names));
    }
    runs.finish()
}

/// A sequence of parts, read from left to right.
struct Runs {
    /// All texts of the parts since the last one that was not exact.
    run: Vec<Vec<u8>>,
    best: Option<Vec<Vec<u8>>>,
    whole: bool,
}

impl Runs {
    fn new() -> Self {
        Self { run: vec![Vec::new()], best: None, whole: true }
    }

    fn push(&mut self, next: Found) {
        let short = self.run.iter().any(|literal| literal.len() < MIN_LEN);
        let joins = |set: &&Vec<Vec<u8>>| short || set.len() <= SMALL_CLASS;
        if let Some(joined) = next.exact.as_ref().filter(joins).and_then(|set| product(&self.run, set)) {
            self.run = joined;
            return;
        }
        self.whole = false;
        let lengthened = next.starts.as_ref().or(next.exact.as_ref()).filter(|_| short).and_then(|set| product(&self.run, set));
        for set in [lengthened, Some(std::mem::take(&mut self.run))] {
            self.best = better(self.best.take(), set.filter(|set| usable(set)));
        }
        self.run = next.exact.clone().unwrap_or_else(|| vec![Vec::new()]);
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
        let all: Vec<Vec<u8>> = found.iter().flat_map(|f| f.exact.clone().unwrap_or_default()).collect();
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
fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if left.len() * right.len() > MAX_SET || left.iter().any(|l| l.len() >= MAX_LEN) {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(move |r| [l.as_slice(), r].concat())).collect())
}

fn usable(set: &[Vec<u8>]) -> bool {
    !set.is_empty() && set.iter().all(|literal| literal.len() >= MIN_LEN)
}

/// The set that occurs less often in ordinary text.
fn better(a: Option<Vec<Vec<u8>>>, b: Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if frequency(&b) < frequency(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Estimate of how often one of the literals occurs per byte of source text.
fn frequency(set: &[Vec<u8>]) -> f64 {
    set.iter().map(|literal| literal.iter().map(|&b| byte_frequency(b)).product::<f64>()).sum()
}

/// The rarest window of [`MIN_LEN`] bytes in an anchor, as an offset: what the pre-filter samples.
pub fn rarest_window(anchor: &[u8]) -> usize {
    let cost = |at: usize| anchor[at..at + MIN_LEN].iter().map(|&b| byte_frequency(b)).product::<f64>();
    (0..=anchor.len().saturating_sub(MIN_LEN)).min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(0)
}

/// Share of a (case-folded) byte in source text, in ten-thousandths, measured over eight public repositories in as many languages.
fn byte_frequency(byte: u8) -> f64 {
    let per_ten_thousand: u32 = match byte {
        b' ' => 1900,
        b'e' => 800,
        b't' => 600,
        b'r' | b's' | b'n' | b'i' | b'o' | b'a' => 480,
        b'c' | b'l' | b'd' | b'p' => 280,
        b'u' | b'm' | b'f' | b'g' | b'h' => 190,
        b'.' | b'_' | b'"' | b'/' | b'(' | b')' | b'b' | b'y' | b'v' => 120,
        b'0' | b'1' | b',' | b'-' | b':' | b'=' | b'w' | b'k' | b'x' | b';' => 90,
        b'2'..=b'9' | b'\'' | b'>' | b'<' | b'*' | b'{' | b'}' | b'$' => 50,
        b'j' | b'q' | b'z' => 20,
        _ => 15,
    };
    f64::from(per_ten_thousand) / 10_000.0
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

    fn texts(set: Vec<Vec<u8>>) -> Vec<String> {
        set.into_iter().map(|a| String::from_utf8(a).unwrap()).collect()
    }

    #[test]
    fn a_fixed_prefix_is_the_anchor() {
        assert_eq!(anchors(r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b").unwrap(), ["ghp_"]);
    }

    #[test]
    fn cases_fold_into_one() {
        assert_eq!(anchors("(?i)twilio[a-z]{0,20}=").unwrap(), ["twilio"]);
    }

    #[test]
    fn alternatives_give_a_set() {
        assert_eq!(anchors("(?:AKIA|ASIA)[A-Z2-7]{16}").unwrap(), ["akia", "asia"]);
    }

    #[test]
    fn small_classes_lengthen_a_short_prefix() {
        assert_eq!(anchors("gh[pousr]_[0-9A-Za-z]{36}").unwrap(), ["gho_", "ghp_", "ghr_", "ghs_", "ghu_"]);
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
    fn the_rarest_window_is_sampled() {
        assert_eq!(rarest_window(b"aaaaqzqz"), 4);
    }
}
