//! What can be told beside a candidate before a regex is compiled or runs: the bytes that a match begins with, and a literal that it holds elsewhere.
//!
//! The build script includes this module, as it does `derive.rs`.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::anchors::{self, Anchor, MIN_LEN};
use super::frequency;

/// Most bytes of a lead.
const MAX_LEN: usize = 48;
/// Most texts that are tried to see whether an anchor stands in each beginning of a match.
const MAX_TEXTS: usize = 4096;
/// A needed literal that occurs more often than in this share of the positions tells too little.
const RARE: f64 = 0.01;

/// The bytes that every match begins with, where an anchor stands at one place in all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Where the anchor stands, from the beginning of the match.
    pub offset: usize,
    /// Which bytes may follow each other.
    pub steps: Cow<'static, [Step]>,
}

/// Bytes in a row, each one of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// A bit for each byte of the set.
    pub set: [u64; 4],
    /// How many bytes.
    pub times: usize,
}

impl Lead {
    /// The lead of a pattern with these anchors, if it tells more than they do.
    pub fn of(hir: &Hir, anchors: &[Anchor]) -> Option<Self> {
        let (sets, _) = beginning(hir);
        let longest = anchors.iter().map(Anchor::len).max().filter(|longest| sets.len() > *longest)?;
        let mut tried = 0;
        let offset = (0..=sets.len() - MIN_LEN.min(sets.len())).find(|&offset| stands(&sets[offset..], &mut Vec::new(), (anchors, longest), &mut tried))?;
        let mut steps: Vec<Step> = Vec::new();
        for set in sets {
            match steps.last_mut() {
                Some(last) if last.set == set => last.times += 1,
                _ => steps.push(Step { set, times: 1 }),
            }
        }
        Some(Self { offset, steps: steps.into() })
    }

    /// Whether these bytes stand around the anchor at `at`.
    pub fn is_around(&self, bytes: &[u8], at: usize) -> bool {
        let Some(mut rest) = at.checked_sub(self.offset).and_then(|start| bytes.get(start..)) else { return false };
        self.steps.iter().all(|step| {
            let Some((these, after)) = rest.split_at_checked(step.times) else { return false };
            rest = after;
            these.iter().all(|byte| holds(&step.set, *byte))
        })
    }
}

fn holds(set: &[u64; 4], byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

/// Sets of the bytes that every match begins with, and whether that is all of it.
fn beginning(hir: &Hir) -> (Vec<[u64; 4]>, bool) {
    let (mut sets, mut is_all) = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Vec::new(), true),
        HirKind::Literal(literal) => (literal.0.iter().map(|byte| set_of([(*byte, *byte)])).collect(), true),
        HirKind::Class(Class::Bytes(class)) => (vec![set_of(class.ranges().iter().map(|range| (range.start(), range.end())))], true),
        HirKind::Class(Class::Unicode(_)) => (Vec::new(), false),
        HirKind::Capture(capture) => beginning(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (sub, is_all) = beginning(&repetition.sub);
            let times = if is_all { repetition.min } else { repetition.min.min(1) };
            let times = usize::try_from(times).unwrap_or(MAX_LEN).min(MAX_LEN);
            (sub.repeat(times), is_all && repetition.max == Some(repetition.min))
        }
        HirKind::Concat(parts) => {
            let mut sets = Vec::new();
            let is_all = parts.iter().all(|part| {
                let (mut own, is_all) = beginning(part);
                sets.append(&mut own);
                is_all && sets.len() <= MAX_LEN
            });
            (sets, is_all)
        }
        HirKind::Alternation(parts) => {
            let all: Vec<_> = parts.iter().map(beginning).collect();
            let shortest = all.iter().map(|(sets, _)| sets.len()).min().unwrap_or(0);
            let is_all = all.iter().all(|(sets, is_all)| *is_all && sets.len() == shortest);
            let joined = |at: usize| all.iter().fold([0; 4], |joined, (sets, _)| std::array::from_fn(|word| joined[word] | sets[at][word]));
            ((0..shortest).map(joined).collect(), is_all)
        }
    };
    is_all &= sets.len() <= MAX_LEN;
    sets.truncate(MAX_LEN);
    (sets, is_all)
}

fn set_of(ranges: impl IntoIterator<Item = (u8, u8)>) -> [u64; 4] {
    let mut set = [0; 4];
    for byte in ranges.into_iter().flat_map(|(from, to)| from..=to) {
        set[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    set
}

/// Whether one of the anchors stands at the beginning of every text of these sets that goes on as `text`.
fn stands(sets: &[[u64; 4]], text: &mut Vec<u8>, (anchors, longest): (&[Anchor], usize), tried: &mut usize) -> bool {
    *tried += 1;
    if anchors.iter().any(|anchor| anchor.is_at(text, 0)) {
        return true;
    }
    let Some((first, rest)) = sets.split_first().filter(|_| text.len() < longest && *tried < MAX_TEXTS) else { return false };
    (0..=u8::MAX).filter(|byte| holds(first, *byte)).all(|byte| {
        text.push(byte);
        let stands = stands(rest, text, (anchors, longest), tried);
        text.pop();
        stands
    })
}

/// The rarest literal that is in every match and no part of an anchor; empty, where there is none that is rare.
pub fn needed(hir: &Hir, anchors: &[Anchor]) -> Vec<u8> {
    let mut all = Vec::new();
    literals(hir, &mut all);
    let is_in_anchor = |literal: &[u8]| anchors.iter().any(|anchor| anchor.bytes().windows(literal.len()).any(|part| part.eq_ignore_ascii_case(literal)));
    let share = |literal: &[u8]| if literal.len() < 3 { literal.iter().map(|byte| frequency::of_byte(*byte)).product() } else { anchors::share(literal) };
    let rare = all.into_iter().filter(|literal| !is_in_anchor(literal)).map(|literal| (share(literal), literal)).filter(|(share, _)| *share < RARE);
    rare.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, literal)| literal.to_vec()).unwrap_or_default()
}

/// The literals that are in every match.
fn literals<'a>(hir: &'a Hir, found: &mut Vec<&'a [u8]>) {
    match hir.kind() {
        HirKind::Literal(literal) => found.push(&literal.0),
        HirKind::Capture(capture) => literals(&capture.sub, found),
        HirKind::Repetition(repetition) if repetition.min > 0 => literals(&repetition.sub, found),
        HirKind::Concat(parts) => parts.iter().for_each(|part| literals(part, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::derive::{Form, hir_of};

    fn lead(pattern: &str) -> Option<Lead> {
        let hir = hir_of(pattern, Form::Line).unwrap();
        Lead::of(&hir, &anchors::derive(&hir).unwrap())
    }

    #[test]
    fn what_follows_an_anchor_tells_whether_a_match_may_be_there() {
        let lead = lead(r"\bpat[0-9A-Za-z]{14}\.[0-9a-f]{64}").unwrap();
        assert_eq!(lead.offset, 0);
        assert!(lead.is_around(format!("pathAAAAAAAAAAAAA.{}", "0a".repeat(32)).as_bytes(), 0));
        assert!(!lead.is_around(b"path/filepath is what a program imports that reads files", 0));
        assert!(!lead.is_around(b"path", 0));
    }

    #[test]
    fn an_anchor_may_stand_behind_the_beginning() {
        let lead = lead(r"[0-9a-f]{4}(?i:-key-)[0-9]{2,}").unwrap();
        assert_eq!(lead.offset, 4);
        assert!(lead.is_around(b"beef-KEY-42", 4) && !lead.is_around(b"beer-KEY-42", 4) && !lead.is_around(b"-KEY-42", 0));
    }

    #[test]
    fn alternatives_share_what_they_begin_with() {
        let lead = lead(r"(?:AKIA|ASIA)[A-Z2-7]{16}").unwrap();
        assert!(lead.is_around(b"ASIA".repeat(5).as_slice(), 0) && !lead.is_around(b"ASIAN countries are ...", 0));
    }

    #[test]
    fn an_anchor_without_a_fixed_place_has_no_lead() {
        assert_eq!(lead(r"[a-z]+-token-[0-9]{8}"), None);
        assert_eq!(lead(r"(?:x|yy)-token-[0-9]{8}"), None);
    }

    #[test]
    fn the_rarest_literal_beside_the_anchors_is_needed() {
        let needed = |pattern: &str| {
            let hir = hir_of(pattern, Form::Line).unwrap();
            String::from_utf8(needed(&hir, &anchors::derive(&hir).unwrap())).unwrap()
        };
        assert_eq!(needed(r"https?://[^/\s:@]+:[^/\s@]+@[a-z]+"), "@");
        assert_eq!(needed(r"ghp_[0-9A-Za-z]{36}"), "");
        assert_eq!(needed(r"abcd_(?:x@y)?[a-z]+"), "");
    }
}
