//! Floor 3: the engines. Bytes in, findings out.
//!
//! One pass of the pre-filter over a blob yields candidates; each engine looks only around its own. Hits are settled (conditions, checks, overlaps),
//! then masked and placed while the bytes are there.

pub mod binding;
mod context;
pub mod examples;
mod generic;
mod overlap;
pub mod pattern;
pub mod prefilter;
mod settle;
mod snippet;
mod suppression;

use std::sync::Arc;

use regex_automata::meta;

use crate::model::{Blob, Finding, Hit, Related, Scanned, Suppression, line_hash};
use crate::ruleset::anchors::Anchor;
use crate::ruleset::{Engine, RuleSet};
use crate::text::{Lines, Secret, Span};

use binding::TextBinding;
use context::Context;
use pattern::{LineWindow, Pending};
use prefilter::Prefilter;
use snippet::Masks;

/// What the plan decides about scanning.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// Compute GitHub's line hashes (only SARIF needs them).
    pub line_hashes: bool,
}

/// The compiled rules; shared by all threads.
pub struct Scanner {
    rules: Arc<RuleSet>,
    options: ScanOptions,
    prefilter: Prefilter,
    /// Who asked for the anchor of the same index.
    consumers: Vec<Vec<Consumer>>,
}

/// Who a candidate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consumer {
    Pattern(usize),
    Key(usize),
    Suppression,
}

/// Scratch space of one thread: buffers and caches.
#[derive(Default)]
pub struct Worker {
    pending: Vec<Pending>,
    /// Rules with something pending.
    touched: Vec<usize>,
    caches: Vec<Option<meta::Cache>>,
    /// Whether a rule with `files` applies to this blob, once asked.
    applies: Vec<Option<bool>>,
}

/// What the engines have gathered of one blob.
struct Gathered<'a> {
    blob: &'a Blob<'a>,
    context: Context,
    line: LineWindow,
    /// The binding read last, by the span of its name.
    last: Option<(Span, Option<TextBinding>)>,
    hits: Vec<Hit>,
    markers: Vec<usize>,
}

impl Scanner {
    /// Builds the index over the anchors of all active rules.
    pub fn new(rules: Arc<RuleSet>, options: ScanOptions) -> Self {
        let mut anchors = vec![(Anchor::exact(suppression::MARKER.as_bytes()), vec![Consumer::Suppression])];
        let mut known = std::collections::HashMap::new();
        for index in rules.active() {
            let compiled = &rules.compiled[index];
            let consumer = match &compiled.engine {
                Engine::Pattern(_) => Consumer::Pattern(index),
                Engine::Key(_) => Consumer::Key(index),
                Engine::Sink | Engine::Check => continue,
            };
            for anchor in &compiled.anchors {
                let at = *known.entry(anchor.clone()).or_insert_with(|| {
                    anchors.push((anchor.clone(), Vec::new()));
                    anchors.len() - 1
                });
                anchors[at].1.push(consumer);
            }
        }
        let prefilter = Prefilter::new(anchors.iter().map(|(anchor, _)| anchor));
        Self { rules, options, prefilter, consumers: anchors.into_iter().map(|(_, consumers)| consumers).collect() }
    }

    /// Scans one blob. Never panics on content; linear in its length.
    pub fn scan(&self, blob: &Blob, worker: &mut Worker) -> Scanned {
        worker.reset(self.rules.rules.len());
        let mut gathered = Gathered { blob, context: Context::of(blob), line: LineWindow::default(), last: None, hits: Vec::new(), markers: Vec::new() };
        self.prefilter.scan(blob.bytes, |anchor, at| {
            for &consumer in &self.consumers[anchor] {
                self.candidate(consumer, at, &mut gathered, worker);
            }
        });
        for index in std::mem::take(&mut worker.touched) {
            if let Some(window) = worker.pending[index].finish() {
                self.search(index, window, &mut gathered, worker);
            }
        }
        if gathered.hits.is_empty() && gathered.markers.is_empty() {
            return Scanned::default();
        }
        self.place(gathered)
    }

    fn candidate(&self, consumer: Consumer, at: usize, gathered: &mut Gathered, worker: &mut Worker) {
        match consumer {
            Consumer::Suppression => gathered.markers.push(at),
            Consumer::Pattern(index) => {
                let Engine::Pattern(engine) = &self.rules.compiled[index].engine else { return };
                let bytes = gathered.blob.bytes;
                let window = engine.multiline.map_or_else(|| gathered.line.around(bytes, at), |reach| pattern::wide_window(bytes, at, reach));
                if worker.pending[index].is_empty() {
                    if !self.applies(index, gathered.blob, worker) {
                        return;
                    }
                    worker.touched.push(index);
                }
                if let Some(ready) = worker.pending[index].add(window) {
                    self.search(index, ready, gathered, worker);
                }
            }
            Consumer::Key(index) => self.key(index, at, gathered, worker),
        }
    }

    /// Whether a rule that is limited to some files looks at this one.
    fn applies(&self, index: usize, blob: &Blob, worker: &mut Worker) -> bool {
        let Some(files) = &self.rules.compiled[index].files else { return true };
        *worker.applies[index].get_or_insert_with(|| files.is_match(&*blob.target.relative) || files.is_match(&*blob.target.within))
    }

    fn search(&self, index: usize, window: Span, gathered: &mut Gathered, worker: &mut Worker) {
        let Engine::Pattern(engine) = &self.rules.compiled[index].engine else { return };
        let (blob, context) = (gathered.blob, gathered.context);
        let hits = &mut gathered.hits;
        pattern::search(engine, &mut worker.caches[index], blob.bytes, window, |whole, value| {
            hits.extend(settle::pattern_hit(&self.rules, index, blob.bytes, (whole, value), context));
        });
    }

    fn key(&self, index: usize, at: usize, gathered: &mut Gathered, worker: &mut Worker) {
        if !self.applies(index, gathered.blob, worker) {
            return;
        }
        let bytes = gathered.blob.bytes;
        let line = gathered.line.around(bytes, at);
        let Some(name) = binding::name_around(bytes, at, line) else { return };
        if gathered.last.is_none_or(|(last, _)| last != name) {
            gathered.last = Some((name, binding::read(bytes, at, line, gathered.context.bare)));
        }
        let Some((_, Some(found))) = gathered.last else { return };
        let hit = settle::key_hit(&self.rules, index, bytes, found, gathered.context);
        gathered.hits.extend(hit);
    }

    /// Overlaps, masks, places.
    fn place(&self, gathered: Gathered) -> Scanned {
        let Gathered { blob, mut hits, mut markers, .. } = gathered;
        let lines = Lines::new(blob.bytes);
        let masks = Masks::new(blob.bytes, &hits);
        hits = overlap::resolve(hits, &self.rules.rules);
        let mut scanned = Scanned::default();
        for hit in hits {
            scanned.findings.push(self.finding(hit, blob, &lines, &masks));
        }
        markers.sort_unstable();
        scanned.suppressions = markers.into_iter().filter_map(|at| suppression_at(blob, &lines, &masks, at)).collect();
        if self.options.line_hashes {
            add_line_hashes(blob.bytes, &mut scanned);
        }
        scanned
    }

    fn finding(&self, mut hit: Hit, blob: &Blob, lines: &Lines, masks: &Masks) -> Finding {
        let rule = &self.rules.rules[hit.rule];
        let place = |span| snippet::place(blob.target, blob.bytes, lines, masks, span);
        let related = std::mem::take(&mut hit.related).into_iter().map(|(span, message)| Related { place: place(span), message }).collect();
        let matched = Secret::new(&blob.bytes[hit.span.range()], hit.prefix);
        let at = place(hit.span);
        Finding::new(rule, hit, &matched, at, related)
    }
}

impl Worker {
    /// Makes room for `rules` rules and forgets the last blob. Left-overs of a blob whose scan panicked are dropped.
    fn reset(&mut self, rules: usize) {
        self.pending.clear();
        self.pending.resize(rules, Pending::default());
        self.applies.clear();
        self.applies.resize(rules, None);
        self.touched.clear();
        if self.caches.len() != rules {
            self.caches = (0..rules).map(|_| None).collect();
        }
    }
}

fn suppression_at(blob: &Blob, lines: &Lines, masks: &Masks, at: usize) -> Option<Suppression> {
    let comment = suppression::read(blob.bytes, lines, at)?;
    let place = snippet::place(blob.target, blob.bytes, lines, masks, comment.span);
    Some(Suppression { rules: comment.rules, reason: comment.reason, lines: comment.lines, place })
}

/// Gives every finding and suppression GitHub's hash of its first line.
fn add_line_hashes(bytes: &[u8], scanned: &mut Scanned) {
    let places = scanned.findings.iter_mut().map(|f| &mut f.place).chain(scanned.suppressions.iter_mut().map(|s| &mut s.place));
    let mut places: Vec<_> = places.collect();
    let mut lines: Vec<u32> = places.iter().map(|place| place.start.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let hashes = line_hash::line_hashes(bytes, &lines);
    for place in &mut places {
        if let Ok(at) = lines.binary_search(&place.start.line) {
            place.line_hash = hashes.get(at).map(|hash| hash.as_str().into());
        }
    }
}
