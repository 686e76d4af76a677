//! Floor 3: the engines. Bytes in, findings out.
//!
//! One pass of the pre-filter over a blob yields candidates; each engine looks only around its own. Hits are settled (conditions, checks, overlaps),
//! then masked and placed while the bytes are there.

pub mod allow;
pub mod api;
mod beside;
pub mod bicep;
pub mod binding;
mod block;
mod command;
mod command_line;
mod composite;
mod context;
mod declared;
pub mod document;
pub mod embedded;
mod encoded;
mod evidence;
mod folded;
mod foreign;
mod generic;
pub mod helm;
pub mod imported;
mod kept;
mod manifest;
mod meaning;
pub mod nginx;
mod openapi;
mod overlap;
mod passed;
pub mod pattern;
mod pinned;
mod practice;
pub mod prefilter;
mod program;
mod repeats;
pub mod requests;
mod rest_client;
mod safe;
mod settle;
mod signs;
pub mod sink;
mod sites;
mod snippet;
mod suppression;
pub mod syntax;
pub mod usage;
mod workflow;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use regex_automata::meta;

use crate::lang::{self, Language};
use crate::model::facts::{Argument, Attribute, Resource, Value, Wanted};
use crate::model::provider::Provider;
use crate::model::rule::RuleStatus;
use crate::model::sign::Sign;
use crate::model::{Blob, Confidence, FileKind, Finding, Hit, Origin, Place, Rank, Related, Rule, SafeUse, Scanned, Status, Suppression, Until, line_hash};
use crate::ruleset::anchors::{Anchor, Quick};
use crate::ruleset::{Engine, RuleSet, provider};
use crate::text::{Lines, Secret, Span, name};

use allow::AllowedValues;
use composite::Composer;
use context::Context;
pub use declared::is_declaration;
use embedded::{Container, Region};
use evidence::Evidence;
use folded::Folded;
use imported::RawWanted;
use meaning::{Meaning, Meant, Seen, Sight, Subject};
use pattern::{LineWindow, Pending};
pub use pinned::KIND as PINNED;
use practice::Practices;
use prefilter::Prefilter;
pub use program::OPEN;
use settle::Bound;
use snippet::Masks;
use syntax::{Bounds, Facts, Parser};
use usage::Signs;

/// Longest file of settings that is read as a document, in bytes.
const MAX_SETTINGS: usize = 1 << 20;

/// How long the code within one file is looked at, of which there is only so much: ordinary code never comes near.
const MAX_EMBEDDED: Duration = Duration::from_secs(60);

/// Whether a file, judged by its path, is the project's own and no test: what it calls, its programs call.
pub fn is_own(path: &str) -> bool {
    let context = Context::of_path(path);
    !context.test && !context.vendored
}

/// What the plan decides about scanning.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// Compute GitHub's line hashes (only SARIF needs them).
    pub line_hashes: bool,
    /// Values whose findings are muted.
    pub allow: AllowedValues,
    /// List slots that are filled safely, and other signs of good practice.
    pub safe: bool,
    /// Providers beside the built-in ones; one of the same id or host takes the place of a built-in one.
    pub providers: Vec<Provider>,
}

/// The compiled rules; shared by all threads.
pub struct Scanner {
    rules: Arc<RuleSet>,
    options: ScanOptions,
    meaning: Meaning,
    evidence: Evidence,
    composer: Composer,
    prefilter: Prefilter,
    /// Who asked for the anchor of the same index.
    consumers: Vec<Consumers>,
}

/// Who candidates of one anchor are for: indices of rules.
#[derive(Default)]
struct Consumers {
    patterns: Vec<usize>,
    keys: Vec<usize>,
    sights: Seen,
    /// Languages, a bit each by their index in the table, of which this is a word of a slot.
    languages: u32,
    /// The slots, each behind the index of its language.
    slots: Vec<(usize, usize)>,
    suppressions: bool,
    foreign: bool,
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
    /// Rules that were asked.
    asked: Vec<usize>,
    /// The number of the name that a key rule has judged last.
    judged: Vec<u64>,
    /// Number of the name at hand; no two have the same.
    name: u64,
    parser: Parser,
}

/// What the engines have gathered of one blob.
struct Gathered<'a> {
    blob: &'a Blob<'a>,
    context: OnceCell<Context>,
    line: LineWindow,
    /// The language it is in, if that has a grammar for values.
    language: OnceCell<Option<&'static Language>>,
    /// The kind of file with code in it that it is, if it is in no language itself.
    container: OnceCell<Option<Container>>,
    /// The bit of that language in the masks of [`Consumers`].
    own_bit: OnceCell<u32>,
    /// The name read last, and what it is bound to.
    last: Option<LastName>,
    hits: Vec<Hit>,
    /// Values that a rule knows and allows: documented samples, which no other rule need guess about.
    known: Vec<Span>,
    markers: Vec<usize>,
    /// Markers of other tools.
    foreign: Vec<usize>,
    seen: Seen,
    /// Whether it takes secrets out of answers, once asked.
    takes: OnceCell<bool>,
    /// Whether its name is that of the settings of a bundler, once asked.
    bundles: OnceCell<bool>,
    /// Slots of which a word was seen.
    slots: Vec<usize>,
    /// The anchor of the word of a slot that was seen last.
    last_word: Option<usize>,
}

/// A name and what it is bound to.
struct LastName {
    span: Span,
    bound: Option<Bound>,
    /// Whether a value was looked for that stands beside it without a notation.
    is_whole: bool,
}

impl Scanner {
    /// Builds the index over the anchors of all active rules.
    pub fn new(rules: Arc<RuleSet>, options: ScanOptions) -> Self {
        let (mut meaning, composer) = (Meaning::new(&rules, &options.providers), Composer::new(&rules));
        meaning.lists_safe = options.safe;
        // The data of the package are checked by tests.
        let evidence = Evidence::new(&provider::built_in().unwrap_or_default());
        let mut index = Index::with_room_for(rules.compiled.iter().map(|compiled| compiled.anchors.len()).sum());
        index.of(Anchor::folded(suppression::MARKER.as_bytes())).suppressions = true;
        for anchor in foreign::ANCHORS {
            index.of(Anchor::exact(anchor.as_bytes())).foreign = true;
        }
        for (rule, compiled) in rules.compiled.iter().enumerate() {
            let is_on = rules.enabled.get(rule).is_some_and(|on| *on);
            // Rules about secrets that are off are looked for, too: what they find is hidden where another finding would show it.
            let hides = rules.rules.get(rule).is_some_and(|rule| rule.id.family() == "secrets" && rule.status == RuleStatus::Stable);
            if composer.follows(rule) || !composer.needs(rule) && !is_on && !hides {
                continue;
            }
            for anchor in compiled.anchors.iter() {
                match &compiled.engine {
                    Engine::Pattern(_) => index.of(*anchor).patterns.push(rule),
                    Engine::Key(_) => index.of(*anchor).keys.push(rule),
                    Engine::Sink | Engine::Query(_) | Engine::Check => {}
                }
            }
        }
        for (anchor, sight) in meaning.anchors(&rules) {
            index.of(anchor).sights.note(sight);
        }
        for (anchor, (language, slot)) in meaning.words() {
            let consumers = index.of(anchor);
            consumers.languages |= 1 << language;
            consumers.slots.push((language, slot));
        }
        let prefilter = Prefilter::new(index.anchors.iter());
        Self { rules, options, meaning, evidence, composer, prefilter, consumers: index.consumers }
    }

    /// The providers whose scopes the active rules are about.
    pub fn providers(&self) -> &[Provider] {
        self.meaning.providers()
    }

    /// Scans one blob. Never panics on content; linear in its length.
    pub fn scan(&self, blob: &Blob, worker: &mut Worker) -> Scanned {
        self.scan_knowing(blob, Seen::of_file(&blob.target.relative), worker)
    }

    /// The declared infrastructure of a blob, for the second parallel step. Its findings have been made in the first.
    pub fn resources(&self, blob: &Blob, worker: &mut Worker) -> Scanned {
        Scanned {
            findings: Vec::new(),
            suppressions: Vec::new(),
            safe: Vec::new(),
            signs: Vec::new(),
            ..self.scan_knowing(blob, Seen::only(Sight::Resource), worker)
        }
    }

    /// What a configuration declares of an application, by whatever name it lies.
    pub fn declaration(&self, blob: &Blob) -> Scanned {
        let (lines, masks) = (Lines::new(blob.bytes), Masks::new(blob.bytes, &[]));
        let place = |span: Span| snippet::place(blob, &lines, &masks, span);
        let resources = declared::declaration(blob.bytes).into_iter().map(|raw| resource(raw, blob, place)).collect();
        Scanned { resources, ..Scanned::default() }
    }

    /// The literals of a blob that other files use as credentials, for the second parallel step: each with the path of names it has here. What the
    /// first step has found of them already is not found again.
    pub fn exported(&self, blob: &Blob, uses: &[(&Wanted, Vec<String>)], worker: &mut Worker) -> Scanned {
        let (gathered, _) = self.found(blob, Seen::default(), worker);
        let Some(language) = gathered.language() else { return Scanned::default() };
        let names: Vec<Vec<String>> = uses.iter().map(|(_, name)| name.clone()).collect();
        let (parsed_bytes, values) = match syntax::exports(blob.bytes, language, &mut worker.parser, &names) {
            Ok(values) => (blob.bytes.len() as u64, values),
            Err(bound) => return Scanned { notices: vec![bound.to_string()], ..Scanned::default() },
        };
        let found: Vec<(&Wanted, Argument)> = uses.iter().zip(values).filter_map(|((wanted, _), value)| Some((*wanted, value?))).collect();
        let own = &gathered.hits;
        let is_told = |hit: &Hit| {
            own.iter().any(|told| {
                self.is_reported(told, blob) && told.span.start < hit.span.end && hit.span.start < told.span.end && told.confidence > Confidence::Low
            })
        };
        let mut reached = self.meaning.exported(&found, blob, gathered.context(), &self.rules);
        reached.retain(|(_, hit)| !is_told(hit));
        reached.sort_by_key(|(_, hit)| hit.span);
        reached.dedup_by(|later, first| later.1.span == first.1.span);
        let lines = Lines::new(blob.bytes);
        let all: Vec<Hit> = own.iter().chain(reached.iter().map(|(_, hit)| hit)).cloned().collect();
        let masks = Masks::new(blob.bytes, &all);
        let finding = |(use_of, hit): (usize, Hit)| {
            let mut finding = self.finding(hit, blob, &lines, &masks);
            let wanted = found[use_of].0;
            finding.related.push(Related { place: wanted.place.clone(), message: format!("reaches {} here", wanted.target) });
            finding
        };
        let mut scanned = Scanned { findings: reached.into_iter().map(finding).collect(), parsed_bytes, ..Scanned::default() };
        if self.options.line_hashes {
            add_line_hashes(blob.bytes, &mut scanned);
        }
        scanned
    }

    /// What a blob calls of some providers, for the second parallel step: in a package that requests scopes.
    pub fn usage(&self, blob: &Blob, (providers, signs): (&[Provider], &Signs), worker: &mut Worker) -> Scanned {
        if !signs.are_in(blob.bytes) || Context::of(blob).test {
            return Scanned::default();
        }
        let mut scanned = Scanned::default();
        if usage::is_data(&blob.target.within) && !requests::is_of_requests(&blob.target.within) {
            let raw = usage::of_data(blob.bytes, (providers, signs));
            let says_something = raw.opaque != 0 || !raw.mentions.is_empty();
            scanned.usage = says_something.then(|| sites::placed_usage(raw, blob, |span| bare_place(blob, &Lines::new(blob.bytes), span)));
            return scanned;
        }
        let raw = match lang::of(&blob.target.within)
            .map(|language| (language, syntax::facts_of_each_call(blob.bytes, language, &mut worker.parser, Bounds::default())))
        {
            Some((language, Ok(facts))) => {
                scanned.parsed_bytes = blob.bytes.len() as u64;
                usage::usage(&facts, blob, language, (providers, signs))
            }
            Some((_, Err(bound))) => {
                scanned.notices.push(bound.to_string());
                usage::of_text(blob.bytes, (providers, signs))
            }
            None if requests::is_of_requests(&blob.target.within) => {
                usage::of_requests(requests::usage(&blob.target.within, blob.bytes), blob.bytes, (providers, signs))
            }
            None => usage::of_text(blob.bytes, (providers, signs)),
        };
        if raw.calls.len() >= usage::MAX_CALLS {
            scanned.notices.push(format!("more than {} calls, of which the others are not looked at", usage::MAX_CALLS));
        }
        let lines = Lines::new(blob.bytes);
        // Of a file that was decoded nobody finds the bytes again.
        let masks = blob.source.is_some().then(|| self.masks(blob, worker));
        let place = |span: Span| match &masks {
            Some(masks) => snippet::place(blob, &lines, masks, span),
            None => bare_place(blob, &lines, span),
        };
        scanned.usage = Some(sites::placed_usage(raw, blob, place));
        scanned
    }

    /// What must not be shown of a blob: none of what is found anywhere in it.
    fn masks(&self, blob: &Blob, worker: &mut Worker) -> Masks {
        let (gathered, _) = self.found(blob, Seen::default(), worker);
        Masks::new(blob.bytes, &gathered.hits)
    }

    /// What a blob requests of providers that other files describe.
    pub fn requests(&self, blob: &Blob, requests: &api::Requests, worker: &mut Worker) -> Scanned {
        let raw = requests.of(blob);
        if raw.is_empty() {
            return Scanned::default();
        }
        let (lines, masks) = (Lines::new(blob.bytes), self.masks(blob, worker));
        let (mut sites, mut omitted) = raw.placed(blob, |span| snippet::place(blob, &lines, &masks, span));
        for provider in sites.iter_mut().map(|site| &mut site.provider).chain(omitted.iter_mut().map(|site| &mut site.provider)) {
            *provider += requests.from();
        }
        Scanned { sites, omitted, ..Scanned::default() }
    }

    /// Places of a blob with their lines, which the second step left out.
    pub fn shown(&self, blob: &Blob, spans: &[Span], worker: &mut Worker) -> Scanned {
        let (lines, masks) = (Lines::new(blob.bytes), self.masks(blob, worker));
        let spans = spans.iter().filter(|span| span.end <= blob.bytes.len());
        let mut scanned = Scanned { places: spans.map(|span| snippet::place(blob, &lines, &masks, *span)).collect(), ..Scanned::default() };
        if self.options.line_hashes {
            add_line_hashes(blob.bytes, &mut scanned);
        }
        scanned
    }

    fn scan_knowing(&self, blob: &Blob, seen: Seen, worker: &mut Worker) -> Scanned {
        let (gathered, meant) = self.found(blob, seen, worker);
        self.place(gathered, meant)
    }

    /// Everything that is found in a blob, before overlaps.
    fn found<'a>(&self, blob: &'a Blob<'a>, seen: Seen, worker: &mut Worker) -> (Gathered<'a>, Meant) {
        let mut gathered = self.gather(blob, (seen, None), worker);
        let mut meant = self.understand(&mut gathered, None, worker);
        self.embedded(&mut gathered, &mut meant, worker);
        self.settings(&mut gathered, &mut meant, worker);
        meant.signs = self.meaning.signs(blob, gathered.seen, || gathered.context());
        (gathered, meant)
    }

    /// Adds what only the meaning of a blob tells to what its text tells. Of a piece of code, `lines` are the lines of the file around it.
    fn understand(&self, gathered: &mut Gathered, lines: Option<&[u32]>, worker: &mut Worker) -> Meant {
        let blob = gathered.blob;
        if gathered.language().is_some() && gathered.hits.iter().any(folded::is_doubtful) {
            gathered.seen.note(Sight::Folding);
        }
        let mut meant = Meant::default();
        if gathered.seen.is_something() || !gathered.slots.is_empty() {
            let (subject, sights) = (Subject { blob, language: gathered.language(), lines }, (gathered.seen, gathered.slots.as_slice()));
            meant = self.meaning.look(&subject, gathered.context(), sights, &self.rules, &mut worker.parser);
            gathered.hits.append(&mut meant.hits);
        }
        let facts = meant.facts.take();
        if let Some(facts) = &facts {
            gathered.hits.retain(|hit| !folded::is_code(hit, facts));
        }
        if !gathered.hits.is_empty() {
            gathered.hits.append(&mut self.meaning.practices.defaults(&gathered.hits, (blob, gathered.context()), &self.rules));
            gathered.hits = self.settled(gathered, facts.as_ref(), worker);
        }
        if let Some(facts) = &facts {
            self.folded(&Folded::of(facts, blob.bytes), &facts.tests, (gathered, &mut meant), worker);
        }
        if !meant.kept.is_empty() {
            self.folded(&Folded::of_kept(&meant.kept), &[], (gathered, &mut meant), worker);
        }
        if gathered.seen.has(Sight::Manifest) {
            self.folded(&Folded::of_manifest(blob.bytes, blob.kind), &[], (gathered, &mut meant), worker);
        }
        if gathered.seen.has(Sight::Encoded) {
            self.folded(&Folded::of_encoded(blob.bytes, &self.meaning.encoded), &[], (gathered, &mut meant), worker);
        }
        meant
    }

    /// What the rules find in the settings of a program once the key above a name has its say.
    fn settings(&self, gathered: &mut Gathered, meant: &mut Meant, worker: &mut Worker) {
        let blob = gathered.blob;
        if blob.kind != FileKind::Config || blob.bytes.len() > MAX_SETTINGS || !lang::holds_settings(&blob.target.relative) {
            return;
        }
        let Some(format) = lang::format_of(&blob.target.relative) else { return };
        let documents = document::read(format.notation, blob.bytes);
        self.folded(&Folded::of_document(&documents, blob.bytes), &[], (gathered, meant), worker);
    }

    /// What the rules find in code within a blob of another kind, led back to it.
    fn embedded(&self, gathered: &mut Gathered, meant: &mut Meant, worker: &mut Worker) {
        let Some(container) = gathered.code_within() else { return };
        let split = embedded::split(container, gathered.blob.bytes);
        if split.incomplete {
            meant.notices.push("not all code that it holds was searched as code: there is too much of it".to_owned());
        }
        let (lines, deadline) = (Lines::new(gathered.blob.bytes), Instant::now() + MAX_EMBEDDED);
        for region in &split.regions {
            if Instant::now() > deadline {
                meant.notices.push(format!("not all code that it holds was searched as code: it took longer than {} s", MAX_EMBEDDED.as_secs()));
                break;
            }
            let within = Blob { kind: region.kind(), ..Blob::new(gathered.blob.target, region.text.bytes()) };
            let mut inner = self.gather(&within, (Seen::default(), Some(region.language)), worker);
            // What is about whole files was found in the whole file.
            inner.seen = inner.seen.and(Seen::of_trees());
            let said = self.understand(&mut inner, Some(&region.lines(&lines)), worker);
            meant.parsed_bytes += said.parsed_bytes;
            meant.notices.extend(said.notices);
            if region.purpose == embedded::Purpose::Run {
                meant.resources.extend(said.resources.into_iter().filter_map(|resource| resource.through(&region.text)));
            }
            meant.safe.extend(said.safe.into_iter().filter_map(|slot| Some(safe::SafeSlot { span: *region.text.pieces(slot.span).first()?, ..slot })));
            gathered.take_from(region, inner.hits);
        }
        meant.notices.dedup();
    }

    /// The hits whose requirements are met.
    fn settled(&self, gathered: &mut Gathered, facts: Option<&Facts>, worker: &mut Worker) -> Vec<Hit> {
        let (blob, hits) = (gathered.blob, gathered.take_hits());
        self.composer.settle(&self.rules, blob, hits, |index, window| {
            if self.applies(index, blob, worker) {
                self.search(index, window, gathered, worker);
            }
            let mut hits = gathered.take_hits();
            hits.retain(|hit| !facts.is_some_and(|facts| folded::is_code(hit, facts)));
            hits
        })
    }

    /// What the rules find in text that was made from the blob, led back to it.
    fn folded(&self, folded: &Folded, tests: &[Span], (gathered, meant): (&mut Gathered, &mut Meant), worker: &mut Worker) {
        if folded.incomplete {
            meant.notices.push("not all values that its code puts together were searched: there are too many of them, or they are too large".to_owned());
        }
        if folded.text.is_empty() {
            return;
        }
        let within = Blob::new(gathered.blob.target, &folded.text);
        let mut inner = self.gather(&within, (Seen::default(), None), worker);
        let found = self.settled(&mut inner, None, worker);
        gathered.hits.extend(found.into_iter().filter_map(|hit| folded.in_source(hit, gathered.blob.bytes, tests)));
    }

    /// What the pattern and key rules find, before overlaps. Without a language, the name of the blob says it.
    fn gather<'a>(&self, blob: &'a Blob<'a>, (seen, language): (Seen, Option<&'static Language>), worker: &mut Worker) -> Gathered<'a> {
        worker.reset(self.rules.compiled.len());
        let language = language.map_or_else(OnceCell::new, |language| OnceCell::from(Some(language)));
        let (context, line, container, own_bit) = (OnceCell::new(), LineWindow::default(), OnceCell::new(), OnceCell::new());
        let mut gathered = Gathered {
            blob,
            context,
            line,
            language,
            container,
            own_bit,
            last: None,
            hits: Vec::new(),
            known: Vec::new(),
            markers: Vec::new(),
            foreign: Vec::new(),
            seen,
            takes: OnceCell::new(),
            bundles: OnceCell::new(),
            slots: Vec::new(),
            last_word: None,
        };
        self.prefilter.scan(blob.bytes, |anchor, at| {
            let consumers = &self.consumers[anchor];
            if consumers.suppressions {
                gathered.markers.push(at);
            }
            if consumers.foreign {
                gathered.foreign.push(at);
            }
            if consumers.languages != 0 && gathered.last_word != Some(anchor) {
                gathered.last_word = Some(anchor);
                gathered.note_slots(consumers);
            }
            if !gathered.seen.has_all(consumers.sights) {
                gathered.see(consumers.sights, at);
            }
            for &index in &consumers.patterns {
                self.pattern(index, at, &mut gathered, worker);
            }
            if !consumers.keys.is_empty() {
                self.key(&consumers.keys, at, &mut gathered, worker);
            }
        });
        for index in std::mem::take(&mut worker.touched) {
            if let Some(window) = worker.pending[index].finish() {
                self.search(index, window, &mut gathered, worker);
            }
        }
        gathered
    }

    fn pattern(&self, index: usize, at: usize, gathered: &mut Gathered, worker: &mut Worker) {
        if worker.pending[index].is_empty() && !self.applies(index, gathered.blob, worker) {
            return;
        }
        gathered.look_for_cut(&self.rules, index, at);
        if let Some(ready) = self.window(index, at, (gathered.blob.bytes, &mut gathered.line), worker) {
            self.search(index, ready, gathered, worker);
        }
    }

    /// Adds the window of a candidate to what waits for its rule. Returns a window that is complete and must be searched now.
    fn window(&self, index: usize, at: usize, (bytes, line): (&[u8], &mut LineWindow), worker: &mut Worker) -> Option<Span> {
        let Engine::Pattern(engine) = &self.rules.compiled[index].engine else { return None };
        if !engine.may_match(bytes, at) {
            return None;
        }
        let window = engine.multiline.map_or_else(|| line.around(bytes, at), |reach| pattern::wide_window(bytes, at, reach));
        if worker.pending[index].is_empty() {
            worker.touched.push(index);
        }
        worker.pending[index].add(window)
    }

    /// Every match of every pattern rule, whatever files it is limited to, before any condition: rule index and span of the whole match.
    /// For the test that windows find what a search of the whole text finds.
    #[doc(hidden)]
    pub fn matches(&self, bytes: &[u8]) -> Vec<(usize, Span)> {
        let (mut worker, mut line, mut windows, mut found) = (Worker::default(), LineWindow::default(), Vec::new(), Vec::new());
        worker.reset(self.rules.compiled.len());
        self.prefilter.scan(bytes, |anchor, at| {
            for &index in self.consumers[anchor].patterns.iter().filter(|&&index| index < self.rules.rules.len()) {
                windows.extend(self.window(index, at, (bytes, &mut line), &mut worker).map(|window| (index, window)));
            }
        });
        let left: Vec<_> = worker.touched.iter().filter_map(|&index| Some((index, worker.pending[index].finish()?))).collect();
        for (index, window) in windows.into_iter().chain(left) {
            if let Engine::Pattern(engine) = &self.rules.compiled[index].engine {
                pattern::search(engine, &mut worker.caches[index], bytes, window, |whole, _| found.push((index, whole)));
            }
        }
        found
    }

    /// Whether a rule that is limited to some files looks at this one, or another rule needs to know.
    fn applies(&self, index: usize, blob: &Blob, worker: &mut Worker) -> bool {
        let compiled = &self.rules.compiled[index];
        if !compiled.is_limited() || self.composer.needs(index) {
            return true;
        }
        *worker.applies[index].get_or_insert_with(|| {
            worker.asked.push(index);
            compiled.looks_at_target(blob.target)
        })
    }

    /// Whether a hit is reported, or was looked for on behalf of another rule alone.
    fn is_reported(&self, hit: &Hit, blob: &Blob) -> bool {
        let is_on = self.rules.enabled.get(hit.rule).is_some_and(|on| *on);
        let compiled = &self.rules.compiled[hit.rule];
        is_on && (!self.composer.needs(hit.rule) || compiled.looks_at_target(blob.target))
    }

    fn search(&self, index: usize, window: Span, gathered: &mut Gathered, worker: &mut Worker) {
        let Engine::Pattern(engine) = &self.rules.compiled[index].engine else { return };
        let (blob, context) = (gathered.blob, gathered.context());
        let (hits, known) = (&mut gathered.hits, &mut gathered.known);
        let mut add = |whole: Span, value: Span| {
            if self.rules.compiled[index].allows(&blob.bytes[value.range()]) {
                return known.push(value);
            }
            hits.extend(settle::pattern_hit(&self.rules, index, blob.bytes, (whole, value), context));
        };
        pattern::search(engine, &mut worker.caches[index], blob.bytes, window, &mut add);
        pattern::search_behind_escapes(engine, &mut worker.caches[index], blob.bytes, window, add);
    }

    /// The key rules among which a candidate is: each judges a name once.
    fn key(&self, rules: &[usize], at: usize, gathered: &mut Gathered, worker: &mut Worker) {
        let bytes = gathered.blob.bytes;
        let line = gathered.line.around(bytes, at);
        let Some(name) = binding::name_around(bytes, at, line) else { return };
        if gathered.last.as_ref().is_none_or(|last| last.span != name) {
            worker.name += 1;
            let found = binding::read(bytes, name, line, gathered.context().bare);
            gathered.look_for_folding(name, &self.meaning.practices);
            gathered.last = Some(LastName { span: name, is_whole: found.is_some(), bound: found.map(|binding| Bound::new(binding, bytes)) });
        }
        let context = gathered.context();
        let Some(last) = &mut gathered.last else { return };
        // Only rules that know what a value looks like take one that stands beside its name.
        if !last.is_whole && rules.iter().any(|&index| self.knows_value(index)) {
            last.is_whole = true;
            last.bound = beside::read(bytes, name, line).map(|binding| Bound::new(binding, bytes));
        }
        let Some(bound) = &last.bound else { return };
        for &index in rules {
            if worker.judged[index] != worker.name && self.applies(index, gathered.blob, worker) {
                worker.judged[index] = worker.name;
                gathered.hits.extend(settle::key_hit(&self.rules, index, bytes, bound, context));
            }
        }
    }

    fn knows_value(&self, index: usize) -> bool {
        matches!(&self.rules.compiled[index].engine, Engine::Key(engine) if engine.knows_value())
    }

    /// Overlaps, masks, places.
    fn place(&self, gathered: Gathered, meant: Meant) -> Scanned {
        let blob = gathered.blob;
        let is_program = matches!(blob.kind, FileKind::Source | FileKind::Shell | FileKind::Config | FileKind::EnvFile);
        let is_own = |context: Context| !context.test && !context.vendored && !declared::is_declaration(&blob.target.relative);
        let asks = gathered.seen.has(Sight::Scope) && is_program && is_own(gathered.context());
        let Meant { parsed_bytes, notices, api, .. } = meant;
        let mut scanned = Scanned { api, asks, parsed_bytes, notices, ..Scanned::default() };
        let context = gathered.context.clone();
        let Gathered { mut hits, mut markers, mut foreign, .. } = gathered;
        let has_facts = !meant.resources.is_empty() || !meant.wanted.is_empty() || !meant.sites.is_empty() || !meant.safe.is_empty() || !meant.signs.is_empty();
        if !hits.iter().any(|hit| self.is_reported(hit, blob)) && markers.is_empty() && !has_facts {
            return scanned;
        }
        let lines = Lines::new(blob.bytes);
        let masks = Masks::new(blob.bytes, &hits);
        hits.retain(|hit| self.is_reported(hit, blob));
        hits = overlap::resolve(hits, &self.rules.rules);
        self.evidence.weigh(&mut hits, blob.bytes, &lines, *context.get_or_init(|| Context::of(blob)));
        let slot =
            |slot: safe::SafeSlot| SafeUse { kind: slot.kind, slot: slot.target, source: slot.source, place: snippet::place(blob, &lines, &masks, slot.span) };
        scanned.safe = meant.safe.into_iter().map(slot).collect();
        scanned.findings = hits.into_iter().map(|hit| self.finding(hit, blob, &lines, &masks)).collect();
        markers.sort_unstable();
        scanned.suppressions = self.suppressions(blob, &lines, &masks, &markers);
        // Nothing is ever said of them: without a finding they are nobody's business.
        if !scanned.findings.is_empty() {
            foreign.sort_unstable();
            scanned.suppressions.append(&mut foreign_suppressions(blob, &lines, &masks, &foreign));
        }
        // Most attributes are never shown, and the lines of those that are can be read again: see `shown`.
        let is_there_again = blob.source.is_none() && blob.target.origin == Origin::File;
        let place = |span: Span| if is_there_again { bare_place(blob, &lines, span) } else { snippet::place(blob, &lines, &masks, span) };
        scanned.resources = meant.resources.into_iter().map(|raw| resource(raw, blob, place)).collect();
        let sign = |sign: signs::RawSign| Sign { kind: sign.kind, name: sign.name, place: snippet::place(blob, &lines, &masks, sign.span) };
        scanned.signs = meant.signs.into_iter().map(sign).collect();
        (scanned.sites, scanned.omitted) = meant.sites.placed(blob, |span| snippet::place(blob, &lines, &masks, span));
        scanned.wanted = meant.wanted.into_iter().map(|raw| wanted(raw, meant.language, blob, (&lines, &masks))).collect();
        if self.options.line_hashes {
            add_line_hashes(blob.bytes, &mut scanned);
        }
        scanned
    }

    /// The suppressions at these places, in order. What stands behind the first one of a line is its text.
    fn suppressions(&self, blob: &Blob, lines: &Lines, masks: &Masks, markers: &[usize]) -> Vec<Suppression> {
        let (mut found, mut read): (Vec<Suppression>, usize) = (Vec::new(), 0);
        for &at in markers {
            let Some(comment) = (read <= at).then(|| suppression::read(blob.bytes, lines, at)).flatten() else { continue };
            read = comment.span.end;
            found.push(self.suppression_of(comment, blob, lines, masks));
        }
        found
    }

    fn suppression_of(&self, comment: suppression::Comment, blob: &Blob, lines: &Lines, masks: &Masks) -> Suppression {
        let place = snippet::place(blob, lines, masks, comment.span);
        let rules = comment.rules.into_iter().map(|selector| self.safe_selector(selector, masks)).collect();
        let reason = comment.reason.map(|reason| masks.without_secrets(reason));
        let sample = blob.kind == FileKind::Document;
        Suppression { rules, reason, until: comment.until, lines: comment.lines, sample, tool: None, place }
    }

    /// A selector as it may be shown: one that names no rule may be a secret.
    fn safe_selector(&self, selector: String, masks: &Masks) -> String {
        let masked = masks.without_secrets(selector.clone());
        let names = |rule: &Rule| rule.id.matches(&selector) || rule.aliases.iter().any(|alias| alias.as_str() == selector);
        if masked == selector || self.rules.rules.iter().any(names) { selector } else { masked }
    }

    fn finding(&self, mut hit: Hit, blob: &Blob, lines: &Lines, masks: &Masks) -> Finding {
        let rule = &self.rules.rules[hit.rule];
        let place = |span| snippet::place(blob, lines, masks, span);
        let related =
            std::mem::take(&mut hit.related).into_iter().map(|(span, message)| Related { place: place(span), message: masks.without_secrets(message) });
        let related = related.collect();
        let flow = std::mem::take(&mut hit.flow).into_iter().map(|(span, message)| Related { place: place(span), message: masks.without_secrets(message) });
        let flow: Vec<Related> = flow.collect();
        hit.message = hit.message.map(|message| masks.without_secrets(message));
        hit.notes = hit.notes.into_iter().map(|note| masks.without_secrets(note)).collect();
        hit.evidence.iter_mut().for_each(|evidence| evidence.what = masks.without_secrets(std::mem::take(&mut evidence.what)));
        let matched = hit.value.take().unwrap_or_else(|| Secret::new(&blob.bytes[hit.span.range()], hit.prefix));
        let at = place(hit.span);
        let allowed = self.options.allow.reason(matched.reveal(), rule, &blob.target.relative).map(str::to_owned);
        let mut finding = Finding::new(rule, hit, &matched, at, related);
        finding.flow = flow;
        if allowed.is_some() {
            finding.status = Status::Suppressed { reason: allowed, tool: None };
        }
        finding
    }
}

/// Whether what stands in a file of this path is more likely made up than used: tests, examples.
pub fn is_made_up(path: &str) -> bool {
    Context::of_path(path).made_up()
}

/// Anchors, each once, with those who asked for it.
#[derive(Default)]
struct Index {
    anchors: Vec<Anchor>,
    consumers: Vec<Consumers>,
    known: HashMap<Anchor, usize, Quick>,
}

impl Index {
    fn with_room_for(anchors: usize) -> Self {
        Self {
            anchors: Vec::with_capacity(anchors),
            consumers: Vec::with_capacity(anchors),
            known: HashMap::with_capacity_and_hasher(anchors, Quick::default()),
        }
    }

    /// Who candidates of this anchor are for.
    fn of(&mut self, anchor: Anchor) -> &mut Consumers {
        let at = *self.known.entry(anchor).or_insert_with_key(|anchor| {
            self.anchors.push(*anchor);
            self.consumers.push(Consumers::default());
            self.anchors.len() - 1
        });
        &mut self.consumers[at]
    }
}

impl Gathered<'_> {
    fn language(&self) -> Option<&'static Language> {
        *self.language.get_or_init(|| lang::of_file(&self.blob.target.within, self.blob.bytes))
    }

    fn container(&self) -> Option<Container> {
        let by_name = || Container::of(&self.blob.target.relative).filter(|_| self.language().is_none());
        *self.container.get_or_init(by_name)
    }

    /// The kind of file it is, if there is code in it that a candidate has earned a look.
    fn code_within(&self) -> Option<Container> {
        let is_seen = || self.seen.has(Sight::Embedded) || self.seen.and(Seen::of_trees()).is_something();
        let is_earned = || is_seen() || self.hits.iter().any(folded::is_doubtful);
        let is_manifest = || self.seen.has(Sight::ConfigMap) || self.seen.has(Sight::Manifest);
        self.container().filter(|container| is_earned() && (*container != Container::Manifest || is_manifest()))
    }

    /// Takes what was found in a piece of code. Of guesses about values there, those that the code bears out remain.
    fn take_from(&mut self, region: &Region, found: Vec<Hit>) {
        let bytes = self.blob.bytes;
        let found: Vec<Hit> = found.into_iter().filter_map(|hit| region.in_source(hit, bytes)).collect();
        // A shell takes bare words as its file does.
        let is_doubted = |hit: &Hit| hit.rank == Rank::Generic && region.kind() == FileKind::Source && region.covers(hit.span);
        let is_borne_out = |span: Span| found.iter().any(|hit| hit.span.start < span.end && span.start < hit.span.end);
        self.hits.retain(|hit| !is_doubted(hit) || is_borne_out(hit.span));
        // What stands in the file as it is, its text has shown already.
        let is_new = |hit: &Hit| hit.value.is_some() || hit.rank != Rank::Generic && region.covers(hit.span);
        self.hits.extend(found.into_iter().filter(is_new));
    }

    /// The hits without guesses about values that a rule knows and allows.
    fn take_hits(&mut self) -> Vec<Hit> {
        let mut hits = std::mem::take(&mut self.hits);
        self.known.sort();
        let before = |hit: &Hit| self.known[..self.known.partition_point(|known| known.start <= hit.span.start)].last();
        hits.retain(|hit| hit.rank != Rank::Generic || before(hit).is_none_or(|known| !known.contains(hit.span)));
        hits
    }

    /// Whether the blob is in a language of this mask.
    fn is_in_one_of(&self, languages: u32) -> bool {
        let bit = || self.language().and_then(|own| lang::table().iter().position(|language| language.name == own.name)).map_or(0, |index| 1 << index);
        languages & self.own_bit.get_or_init(bit) != 0
    }

    /// Notes the slots of the blob's language that a word is for.
    fn note_slots(&mut self, consumers: &Consumers) {
        if self.container().is_some() {
            return self.seen.note(Sight::Embedded);
        }
        let Some(own) = self.is_in_one_of(consumers.languages).then(|| self.own_bit.get()).flatten() else { return };
        for &(language, slot) in &consumers.slots {
            if own >> language & 1 == 1 && !self.slots.contains(&slot) {
                self.slots.push(slot);
            }
        }
    }

    /// Notes what an anchor at `at` stands for. A decoder counts only where it may decode a literal.
    fn see(&mut self, sights: Seen, at: usize) {
        let decodes = || self.language().is_some_and(|language| folded::decodes_literal(self.blob.bytes, at, language));
        if sights.has(Sight::Folding) && !decodes() {
            if self.container().is_some() {
                self.seen.note(Sight::Embedded);
            }
            return self.seen.join(sights.without(Sight::Folding));
        }
        // Of tests and of code that others wrote these rules say nothing.
        let is_own = || !self.context().test && !self.context().vendored;
        if sights.has(Sight::Practice) && !(practice::may_be_off(self.blob.bytes, at) && is_own()) {
            return self.seen.join(sights.without(Sight::Practice));
        }
        // A document shows commands, nobody runs them.
        if sights.has(Sight::Command) && (self.container().is_some_and(|container| !container.is_code()) || self.context().test) {
            return self.seen.join(sights.without(Sight::Command));
        }
        if sights.has(Sight::Practice) && self.container().is_some() {
            self.seen.note(Sight::Embedded);
        }
        if sights.has(Sight::Resource) && declared::is_another_module(self.blob, at) {
            return self.seen.join(sights.without(Sight::Resource));
        }
        if sights.has(Sight::Declared) && !practice::may_declare_secret(self.blob.bytes, at) {
            return self.seen.join(sights.without(Sight::Declared));
        }
        self.seen.join(sights);
    }

    /// Notes a telling name with a value that no line shows, and one that is logged or looked up with a literal in its place.
    fn look_for_folding(&mut self, at: Span, practices: &Practices) {
        if !self.seen.has(Sight::Written) && *self.bundles.get_or_init(|| practice::is_bundler(&self.blob.target.within)) {
            self.seen.note(Sight::Written);
        }
        if self.seen.has(Sight::Folding) || self.seen.has(Sight::Embedded) {
            return;
        }
        let bytes = self.blob.bytes;
        let is_telling = || name::strength(&name::normalise(&bytes[at.range()])) == Some(name::Strength::Strong);
        if self.container().is_some_and(Container::is_code) && is_telling() {
            return self.seen.note(Sight::Embedded);
        }
        let Some(language) = self.language() else { return };
        if !self.seen.has(Sight::Practice) && practices.may_be_at(bytes, at, language, &self.takes) {
            self.seen.note(Sight::Practice);
        }
        if folded::is_worth_folding(bytes, at, language) && is_telling() {
            self.seen.note(Sight::Folding);
        }
    }

    /// Notes a token that begins in one string and goes on in the next.
    fn look_for_cut(&mut self, rules: &RuleSet, index: usize, at: usize) {
        let Engine::Pattern(engine) = &rules.compiled[index].engine else { return };
        let bytes = self.blob.bytes;
        let begins = || engine.prefixes.iter().any(|prefix| prefix.len() >= folded::LEAST_PREFIX && bytes[at..].starts_with(prefix));
        if !self.seen.has(Sight::Folding) && begins() && folded::is_cut(bytes, at) {
            let sight = if self.language().is_some() { Sight::Folding } else { Sight::Embedded };
            self.seen.note(sight);
        }
    }

    fn context(&self) -> Context {
        *self.context.get_or_init(|| Context::of(self.blob))
    }
}

impl Worker {
    /// Makes room for `rules` rules and forgets the last blob. A worker whose scan panicked is not used again.
    fn reset(&mut self, rules: usize) {
        for index in self.asked.drain(..) {
            self.applies[index] = None;
        }
        if self.caches.len() != rules {
            *self = Self { pending: vec![Pending::default(); rules], applies: vec![None; rules], judged: vec![0; rules], ..Self::default() };
            self.caches.resize_with(rules, || None);
        }
    }
}

/// The comments for other tools at these places, in order; one of a line is enough.
fn foreign_suppressions(blob: &Blob, lines: &Lines, masks: &Masks, markers: &[usize]) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    for &at in markers {
        let Some(comment) = foreign::read(blob.bytes, lines, at) else { continue };
        if found.last().is_none_or(|last| last.lines != comment.lines) {
            found.push(foreign_suppression(blob, lines, masks, &comment));
        }
    }
    found
}

fn foreign_suppression(blob: &Blob, lines: &Lines, masks: &Masks, comment: &foreign::Comment) -> Suppression {
    let span = comment.span;
    let marker = String::from_utf8_lossy(&blob.bytes[span.range()]);
    Suppression {
        rules: vec!["secrets/*".to_owned()],
        reason: Some(format!("`{marker}`, a comment for {}", comment.tool.name())),
        until: Until::Forever,
        lines: comment.lines,
        sample: true,
        tool: Some(comment.tool),
        // Nobody sees its lines.
        place: Place { snippet: None, ..snippet::place(blob, lines, masks, span) },
    }
}

fn wanted(raw: RawWanted, language: &'static str, blob: &Blob, (lines, masks): (&Lines, &Masks)) -> Wanted {
    let RawWanted { kind, after, name, imported, target, is_test, span } = raw;
    Wanted { kind, after, language, name, imported, target, is_test, place: snippet::place(blob, lines, masks, span) }
}

/// A place without its lines.
fn bare_place(blob: &Blob, lines: &Lines, span: Span) -> Place {
    Place::new(blob.target, span, lines.position(span.start), lines.position(span.end))
}

fn resource(raw: syntax::RawResource, blob: &Blob, place: impl Fn(Span) -> Place) -> Resource {
    // Where the pieces of a value stand, nobody asks of an attribute; there may be hundreds of thousands.
    let bare = |value: Value| match value {
        Value::Literal { text, .. } => Value::Literal { text, pieces: Vec::new(), starts: Vec::new() },
        other => other,
    };
    let attribute = |a: syntax::RawAttribute| Attribute { path: a.path, value: bare(a.value), expression: a.expression, place: place(a.span) };
    let attributes = raw.attributes.into_iter().map(attribute);
    let relative = &*blob.target.relative;
    let is_terraform = [".tf", ".tofu", ".tf.json", ".tfvars", ".tfvars.json"].iter().any(|end| relative.ends_with(end));
    let folder = relative.rsplit_once('/').map_or("", |(folder, _)| folder);
    // Programs of one folder are one module; other files stand for themselves.
    let module = match is_terraform {
        true => folder.to_owned(),
        false if lang::of(relative).is_some_and(program::is_one) => format!("{folder}/*"),
        false => relative.to_owned(),
    };
    Resource { kind: raw.kind, name: raw.name, attributes: attributes.collect(), place: place(raw.span), module }
}

/// Gives every finding and suppression GitHub's hash of its first line.
fn add_line_hashes(bytes: &[u8], scanned: &mut Scanned) {
    let resources = scanned.resources.iter_mut().flat_map(|r| r.attributes.iter_mut().map(|a| &mut a.place).chain([&mut r.place]));
    let suppressions = scanned.suppressions.iter_mut().filter(|s| s.tool.is_none()).map(|s| &mut s.place);
    let places = scanned.findings.iter_mut().map(|f| &mut f.place).chain(suppressions).chain(resources).chain(&mut scanned.places);
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::model::Target;
    use crate::ruleset::RuleOptions;

    fn found(name: &str, text: &str) -> usize {
        let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
        let target = Target::in_memory(name);
        Scanner::new(rules, ScanOptions::default()).scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default()).findings.len()
    }

    #[test]
    fn nothing_that_is_said_of_a_finding_holds_another_secret() {
        let (value, other) = (["a1b2c3d4e5f6071", "8293a4b5c6d7e8f9"].join("x"), ["vK4Tq9Z", "r2LmX0v"].join("8"));
        let text = [("db_pass", &value), (&format!("{value}_pass"), &other)].map(|(name, value)| format!("{name}word: \"{value}\"\n")).concat();
        let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
        let scanner = Scanner::new(rules, ScanOptions::default());
        let target = Target::in_memory("app.yaml");
        let scanned = scanner.scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default());
        assert!(scanned.findings.len() >= 2 && scanned.findings.iter().all(|finding| !finding.evidence.is_empty()));
        let said = |finding: &Finding| format!("{} {:?} {:?}", finding.message, finding.notes, finding.evidence);
        assert!(scanned.findings.iter().all(|finding| !said(finding).contains(&value)));
    }

    #[test]
    fn one_long_line_holds_as_many_findings_as_many_lines() {
        let mut text = String::from("{");
        for i in 0..400u32 {
            let name = ["client", "secret"].join("_");
            let _ = write!(text, "\"n{i}\": \"it's {i}\", \"{name}\": \"q8Zr{:07x}2LmX0vKp4TnY\",", i.wrapping_mul(2_654_435_761) >> 4);
        }
        assert_eq!(found("a.json", &text), 400);
        assert_eq!(found("a.json", &text.replace(',', ",\n")), 400);
    }

    #[test]
    fn a_documented_sample_is_no_secret_for_other_rules_either() {
        let name = ["Join", "Token"].concat();
        let swarm = |end: &str| format!("{name}: SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-{end}\n");
        assert_eq!(found("swagger.yaml", &swarm("1awxwuwd3z9j1z3puu7rcgdbx")), 0);
        assert_eq!(found("swagger.yaml", &swarm("1awxwuwd3z9j1z3puu7rcgdbx").replace("3pu6hs", "4qv7jt")), 1);
    }
}
