//! Rules that require another match: a hit counts only where everything that its rule requires is near.
//!
//! The matches of all rules and patterns are collected once; the nearest on each side of a hit is found by binary search. A pattern without a literal of
//! its own is searched only around the matches that lead to it, in joined windows. So the work stays linear in the blob.

use std::collections::BTreeMap;

use crate::model::rule::Reach;
use crate::model::{Blob, Hit};
use crate::ruleset::{LINE_REACH, Need, RuleSet};
use crate::text::{Lines, Span};

use super::block;
use super::pattern::Pending;

/// Which rules take part, for one rule set.
pub struct Composer {
    /// Rules that are looked for and require something, each behind those that it requires.
    order: Vec<usize>,
    /// Whether a rule that is looked for requires the rule or pattern of the same index.
    needed: Vec<bool>,
    /// Whether the rule or pattern of the same index requires something or is required.
    concerned: Vec<bool>,
    /// Whether the pattern of the same index is looked for around the hits of the rule that requires it alone.
    follows: Vec<bool>,
}

/// Hits by the index of their rule or pattern.
type ByRule = BTreeMap<usize, Vec<Hit>>;

impl Composer {
    /// What the rules that are on require, and what that requires in turn.
    pub fn new(rules: &RuleSet) -> Self {
        let (mut needed, mut order) = (vec![false; rules.compiled.len()], Vec::new());
        for &rule in rules.requires.order.iter().rev() {
            if rules.enabled[rule] || needed[rule] {
                order.push(rule);
                rules.requires.needs[rule].iter().for_each(|need| needed[need.of] = true);
            }
        }
        order.reverse();
        let mut follows = vec![false; rules.compiled.len()];
        for &rule in &order {
            // A pattern that leads to its rule is looked for first.
            let follow = |need: &&Need| {
                let part = &rules.compiled[need.of];
                need.of >= rules.rules.len() && (part.anchors.is_empty() || part.is_silent() && !rules.compiled[rule].is_led())
            };
            rules.requires.needs[rule].iter().filter(follow).for_each(|need| follows[need.of] = true);
        }
        let mut concerned = needed.clone();
        for &rule in &order {
            concerned[rule] = true;
        }
        Self { order, needed, concerned, follows }
    }

    /// Whether it is looked for on behalf of a rule, be it on or off, whatever files it is limited to.
    pub fn needs(&self, index: usize) -> bool {
        self.needed.get(index).is_some_and(|needed| *needed)
    }

    /// Whether this pattern is looked for around hits in [`Composer::settle`] alone: without a hit of the rule that requires it nobody asks for its matches.
    pub fn follows(&self, index: usize) -> bool {
        self.follows[index]
    }

    /// Drops the hits whose requirements are not met and relates the others to what meets them. `search` gives the hits of a rule or pattern in a window.
    pub fn settle(&self, rules: &RuleSet, blob: &Blob, hits: Vec<Hit>, mut search: impl FnMut(usize, Span) -> Vec<Hit>) -> Vec<Hit> {
        if !hits.iter().any(|hit| self.concerned[hit.rule]) {
            return hits;
        }
        let near = Nearness { blob, lines: Lines::new(blob.bytes) };
        let mut found = ByRule::new();
        for hit in hits {
            found.entry(hit.rule).or_default().push(hit);
        }
        for &rule in &self.order {
            let needs = &rules.requires.needs[rule];
            if let Some(leader) = needs.iter().find(|need| rules.compiled[rule].is_led() && need.leads(&rules.compiled, rules.rules.len())) {
                let own = windows(&spans(&found, leader.of), leader.reach, blob.bytes.len()).into_iter().flat_map(|window| search(rule, window)).collect();
                found.insert(rule, own);
            }
            for need in needs.iter().filter(|need| self.follows[need.of]) {
                let parts = windows(&spans(&found, rule), need.reach, blob.bytes.len()).into_iter().flat_map(|window| search(need.of, window)).collect();
                found.insert(need.of, parts);
            }
            let Some(own) = found.remove(&rule).filter(|own| !own.is_empty()) else { continue };
            let required: Vec<(&Need, Vec<Span>)> = needs.iter().map(|need| (need, spans(&found, need.of))).collect();
            found.insert(rule, own.into_iter().filter_map(|hit| near.related(hit, &required)).collect());
        }
        found.into_values().flatten().collect()
    }
}

/// The places of a rule's hits, in order and disjoint.
fn spans(found: &ByRule, index: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = found.get(&index).into_iter().flatten().map(|hit| hit.span).collect();
    spans.sort_unstable();
    let mut end = 0;
    spans.retain(|span| {
        let is_free = span.start >= end;
        end = end.max(span.end);
        is_free
    });
    spans
}

/// Where a match within `reach` of one of `spans` can lie, in joined windows.
fn windows(spans: &[Span], reach: Reach, length: usize) -> Vec<Span> {
    let side = match reach {
        Reach::Bytes(bytes) => bytes.saturating_add(LINE_REACH),
        Reach::Lines(_) | Reach::Structure => 2 * LINE_REACH,
    };
    let mut pending = Pending::default();
    let mut windows: Vec<Span> =
        spans.iter().filter_map(|span| pending.add(Span::new(span.start.saturating_sub(side), span.end.saturating_add(side).min(length)))).collect();
    windows.extend(pending.finish());
    windows
}

/// What is near what in one blob.
struct Nearness<'a> {
    blob: &'a Blob<'a>,
    lines: Lines<'a>,
}

impl Nearness<'_> {
    /// The hit with the places that it requires, or nothing where one is missing.
    fn related(&self, mut hit: Hit, required: &[(&Need, Vec<Span>)]) -> Option<Hit> {
        for (need, spans) in required {
            match self.nearest(hit.span, need.reach, spans) {
                Some(span) => hit.related.push((span, need.message.clone())),
                None if need.optional => {}
                None => return None,
            }
        }
        Some(hit)
    }

    /// The nearest of `spans` (in order, disjoint) that is near enough and shares no byte with `value`.
    fn nearest(&self, value: Span, reach: Reach, spans: &[Span]) -> Option<Span> {
        let before = spans[..spans.partition_point(|span| span.end <= value.start)].last();
        let after = spans[spans.partition_point(|span| span.start < value.end.max(value.start + 1))..].first();
        let both = [before, after].into_iter().flatten().copied();
        both.filter(|span| self.is_near(value, *span, reach)).min_by_key(|span| gap(value, *span))
    }

    fn is_near(&self, value: Span, other: Span, reach: Reach) -> bool {
        match reach {
            Reach::Bytes(bytes) => gap(value, other) <= bytes,
            _ if gap(value, other) > LINE_REACH => false,
            Reach::Lines(lines) => self.lines_between(value, other) <= lines,
            Reach::Structure => block::around(self.blob.bytes, &self.lines, &self.blob.target.relative, value).contains(other),
        }
    }

    /// From the last line of the first to the first line of the second.
    fn lines_between(&self, value: Span, other: Span) -> usize {
        let (first, second) = if value.start < other.start { (value, other) } else { (other, value) };
        self.lines.index_of(second.start) - self.lines.index_of(first.end.saturating_sub(1).max(first.start))
    }
}

/// Bytes between two spans that share none.
fn gap(a: Span, b: Span) -> usize {
    a.start.saturating_sub(b.end).max(b.start.saturating_sub(a.end))
}
