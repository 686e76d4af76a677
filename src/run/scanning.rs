//! Targets to outcomes, in parallel and in order.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::config::UsageError;
use crate::model::facts::Wanted;
use crate::model::finding::Related;
use crate::model::provider::Provider;
use crate::model::{Added, Blob, Finding, Fingerprint, GitBlob, Origin, Scanned, SkipReason, Target};
use crate::scan::usage::Signs;
use crate::scan::{Scanner, Worker, api};
use crate::source::archive::{self, Entry, Opened};
use crate::source::{self, Archives, Buffer, FileSize, ListOptions, Packs, Read};
use crate::text::Span;
use crate::triage::{is_in, lines_of};

use super::panics;
use super::versions::{Part, Versions};

/// Targets that a thread takes at once at most, so that one folder of large files is shared.
const BATCH: usize = 32;

/// Told after each target how many of how many are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What came of one target.
pub enum Outcome {
    /// Scanned.
    Scanned {
        /// Its length in bytes.
        bytes: u64,
        /// It may request scopes of a provider that other files describe.
        asks: bool,
        /// What was found; most files have nothing to say and take no room.
        found: Option<Box<Scanned>>,
    },
    /// Opened: what came of each of its entries.
    Opened {
        /// The entries, as if they were files.
        entries: Vec<(Target, Outcome)>,
        /// What was not done of it.
        opened: Opened,
    },
    /// Passed over.
    Skipped(SkipReason),
    /// Could not be read or scanned, and why.
    Failed(String),
}

/// A use in another file, with the path of names that it has in this one.
pub type NamedUse<'a> = (&'a Wanted, Vec<String>);

/// The scratch space of one thread.
#[derive(Default)]
struct Desk {
    buffer: Buffer,
    worker: Worker,
}

/// The threads that scan. The scratch space of each outlives the steps of a run: what a thread has made room for or worked out serves it to the end.
pub struct Threads {
    pool: ThreadPool,
    desks: Vec<Mutex<Desk>>,
}

impl Threads {
    /// As many threads as are asked for; 0: as many as there are cores.
    pub fn new(count: usize) -> Result<Self, UsageError> {
        let pool = ThreadPoolBuilder::new().num_threads(count).build();
        let pool = pool.map_err(|error| UsageError::new(format!("cannot start the threads that scan: {error}")).with_help("lower --threads"))?;
        let desks = (0..pool.current_num_threads()).map(|_| Mutex::default()).collect();
        Ok(Self { pool, desks })
    }

    /// Does two things, at once where there are threads for it.
    pub fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        self.pool.join(one, other)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.desks.len()
    }

    /// Does `work` on every item, at most `batch` of which a thread takes at once; the results are in their order.
    fn each<T: Sync, R: Send>(&self, items: &[T], batch: usize, work: impl Fn(&mut Desk, &T) -> R + Sync) -> Vec<R> {
        self.pool.install(|| items.par_iter().with_max_len(batch).map(|item| work(&mut self.own_desk(), item)).collect())
    }

    /// The desk of the thread that asks.
    fn own_desk(&self) -> MutexGuard<'_, Desk> {
        let desk = &self.desks[rayon::current_thread_index().unwrap_or(0) % self.desks.len()];
        desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Scans all targets; the outcomes are in their order.
pub fn scan_all((scanner, options): (&Scanner, &ListOptions), targets: &[Target], threads: &Threads, progress: Progress) -> Vec<Outcome> {
    let done = AtomicUsize::new(0);
    threads.each(targets, BATCH, |desk, target| {
        let outcome = with_reached(attempt(target, desk, |blob, worker| scanner.scan(blob, worker)), scanner, target, desk);
        let outcome = unpacked(outcome, (scanner, options), target, desk);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, targets.len());
        outcome
    })
}

/// The same for versions of files: those of one file come one after the other, on one thread.
pub fn scan_versions((scanner, options): (&Scanner, &ListOptions), targets: &[Target], threads: &Threads, progress: Progress) -> Vec<Outcome> {
    let mut files: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    targets.iter().enumerate().for_each(|(index, target)| files.entry(&target.relative).or_default().push(index));
    let packs = Arc::new(targets.first().map(|target| Packs::of(&target.path())).unwrap_or_default());
    for desk in &threads.desks {
        desk.lock().unwrap_or_else(PoisonError::into_inner).buffer = Buffer::of_history(packs.clone());
    }
    let done = AtomicUsize::new(0);
    let file = |desk: &mut Desk, indices: &Vec<usize>| -> Vec<(usize, Outcome)> {
        let mut versions = Versions::new();
        let version = |&index: &usize| {
            let mut is_taken = false;
            let outcome = attempt(&targets[index], desk, |blob, worker| {
                is_taken = blob.source.is_none();
                scan_version(scanner, blob, worker, &mut versions)
            });
            if is_taken {
                versions.settle(|last| desk.buffer.exchange(last));
            }
            let outcome = unpacked(outcome, (scanner, options), &targets[index], desk);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, targets.len());
            (index, outcome)
        };
        indices.iter().map(version).collect()
    };
    let files: Vec<Vec<usize>> = files.into_values().collect();
    let mut outcomes: Vec<(usize, Outcome)> = threads.each(&files, 1, file).into_iter().flatten().collect();
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn scan_version(scanner: &Scanner, blob: &Blob, worker: &mut Worker, versions: &mut Versions) -> Scanned {
    if blob.source.is_some() {
        return scanner.scan(blob, worker);
    }
    match versions.take(blob.bytes) {
        Part::Whole => scanner.scan(blob, worker),
        Part::Nothing => Scanned::default(),
        Part::Lines(lines) => {
            let mut scanned = scanner.scan(&Blob::new(blob.target, versions.text()), worker);
            versions.restore(&mut scanned);
            let made: Vec<(u32, u32)> = reached(&scanned, &lines).map(lines_of).collect();
            Scanned { added: Some(joined(lines, made)), ..scanned }
        }
    }
}

/// Findings that stand in no line that counts, whose value goes through one: a new call may make a secret of a text that was there before.
fn reached<'a>(scanned: &'a Scanned, added: &'a [(u32, u32)]) -> impl Iterator<Item = &'a Finding> {
    scanned.findings.iter().filter(|finding| {
        let is_step = |step: &Related| step.place.relative == finding.place.relative && is_in((step.place.start.line, step.place.end.line), added);
        !is_in(lines_of(finding), added) && finding.flow.iter().any(is_step)
    })
}

/// Lets the lines of reached findings count too, unless the file had them before.
fn with_reached(outcome: Outcome, scanner: &Scanner, target: &Target, desk: &mut Desk) -> Outcome {
    let Outcome::Scanned { bytes, asks, found: Some(mut found) } = outcome else { return outcome };
    let Some(added) = found.added.take() else { return Outcome::Scanned { bytes, asks, found: Some(found) } };
    let mut made: Vec<&Finding> = reached(&found, &added).collect();
    if !made.is_empty() {
        let before = before(scanner, target, desk);
        made.retain(|finding| !before.contains(&finding.fingerprint));
    }
    let made = made.into_iter().map(lines_of).collect();
    found.added = Some(joined(added, made));
    Outcome::Scanned { bytes, asks, found: Some(found) }
}

/// What was found in a file as it was before a change.
fn before(scanner: &Scanner, target: &Target, desk: &mut Desk) -> HashSet<Fingerprint> {
    let Origin::Git(blob) = &target.origin else { return HashSet::new() };
    let Some(id) = blob.before.clone() else { return HashSet::new() };
    let origin = Origin::Git(Arc::new(GitBlob { id, before: None, added: Added::All, commit: None }));
    match attempt(&Target { origin, ..target.clone() }, desk, |blob, worker| scanner.scan(blob, worker)) {
        Outcome::Scanned { found: Some(found), .. } => found.findings.into_iter().map(|finding| finding.fingerprint).collect(),
        _ => HashSet::new(),
    }
}

/// Ranges of lines and some more, in order and apart.
fn joined(mut ranges: Vec<(u32, u32)>, more: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    if more.is_empty() {
        return ranges;
    }
    ranges.extend(more);
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let is_part = next.0 <= kept.1;
        kept.1 = if is_part { kept.1.max(next.1) } else { kept.1 };
        is_part
    });
    ranges
}

/// The declared infrastructure of some targets, for the project stage. A file that cannot be read now could be read in the first step: it has
/// vanished since, and that is an error too.
pub fn resources(scanner: &Scanner, targets: &[&Target], threads: &Threads) -> Vec<Outcome> {
    threads.each(targets, 1, |desk, target| attempt(target, desk, |blob, worker| scanner.resources(blob, worker)))
}

/// The literals of some targets that other files use as credentials, each target with the uses it is asked about.
pub fn exported(scanner: &Scanner, errands: &[(&Target, Vec<NamedUse>)], threads: &Threads) -> Vec<Outcome> {
    threads.each(errands, 1, |desk, (target, uses)| attempt(target, desk, |blob, worker| scanner.exported(blob, uses, worker)))
}

/// What some targets request of these providers, the first of which has the index `from`.
pub fn requests(scanner: &Scanner, targets: &[&Target], (providers, from): (&[Provider], usize), threads: &Threads) -> Vec<Outcome> {
    let requests = api::Requests::new(providers, from);
    threads.each(targets, 1, |desk, target| attempt(target, desk, |blob, worker| scanner.requests(blob, &requests, worker)))
}

/// What a configuration declares, by whatever name it lies.
pub fn declaration(scanner: &Scanner, target: &Target, threads: &Threads) -> Option<Scanned> {
    match attempt(target, &mut threads.own_desk(), |blob, _| scanner.declaration(blob)) {
        Outcome::Scanned { found, .. } => found.map(|found| *found),
        Outcome::Skipped(_) | Outcome::Opened { .. } | Outcome::Failed(_) => None,
    }
}

/// What some targets call, of the providers whose bits are set in `wanted`.
pub fn usage(scanner: &Scanner, targets: &[&Target], (providers, wanted): (&[Provider], u64), threads: &Threads) -> Vec<Outcome> {
    let signs = Signs::of(providers, wanted);
    threads.each(targets, 1, |desk, target| attempt(target, desk, |blob, worker| scanner.usage(blob, (providers, &signs), worker)))
}

/// Places of some targets with their lines, each target with the bytes it is asked about.
pub fn shown(scanner: &Scanner, errands: &[(&Target, Vec<Span>)], threads: &Threads) -> Vec<Outcome> {
    threads.each(errands, 1, |desk, (target, spans)| attempt(target, desk, |blob, worker| scanner.shown(blob, spans, worker)))
}

/// The text of a target, for the few manifests that the project stage asks for; nothing where it cannot be read.
pub fn text(target: &Target) -> Option<String> {
    match source::read(target, &mut Buffer::default()) {
        Ok(Read::Text(bytes)) => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

/// Scans bytes in memory under a file name: for tests and the examples of rules.
pub fn scan_text(scanner: &Scanner, name: &str, bytes: &[u8]) -> Scanned {
    on_text((name, bytes), |blob, worker| scanner.scan(blob, worker))
}

/// What bytes in memory call.
pub fn usage_of_text(scanner: &Scanner, (name, bytes): (&str, &[u8]), wanted: u64) -> Scanned {
    let providers = scanner.providers();
    on_text((name, bytes), |blob, worker| scanner.usage(blob, (providers, &Signs::of(providers, wanted)), worker))
}

fn on_text((name, bytes): (&str, &[u8]), work: impl FnOnce(&Blob, &mut Worker) -> Scanned) -> Scanned {
    let target = Target::in_memory(name);
    let mut desk = Desk::default();
    match source::read::decode(bytes, &mut desk.buffer) {
        Read::Text(text) => work(&Blob::new(&target, text), &mut desk.worker),
        Read::Decoded(text) => work(&Blob::decoded(&target, text), &mut desk.worker),
        Read::Skipped(_) => Scanned::default(),
    }
}

/// Reads a target and does `work` on its bytes; whatever goes wrong, panics included, is the outcome of this target alone.
fn attempt(target: &Target, desk: &mut Desk, work: impl FnOnce(&Blob, &mut Worker) -> Scanned) -> Outcome {
    let read = match source::read(target, &mut desk.buffer) {
        Ok(read) => read,
        Err(error) => return Outcome::Failed(format!("cannot read {}: {}", target.display, source::reason(&error))),
    };
    on(&read, target, &mut desk.worker, work)
}

/// Does `work` on what was read of a target.
fn on(read: &Read, target: &Target, worker: &mut Worker, work: impl FnOnce(&Blob, &mut Worker) -> Scanned) -> Outcome {
    let blob = match read {
        Read::Text(bytes) => Blob::new(target, bytes),
        Read::Decoded(text) => Blob::decoded(target, text),
        Read::Skipped(reason) => return Outcome::Skipped(*reason),
    };
    match panics::guard(|| work(&blob, worker)) {
        Ok(mut found) => {
            found.added = found.added.or_else(|| added(&blob));
            Outcome::Scanned { bytes: blob.bytes.len() as u64, asks: found.asks, found: keep(found) }
        }
        Err(error) => {
            *worker = Worker::default();
            Outcome::Failed(format!("cannot scan {}: {error}; please report it", target.display))
        }
    }
}

/// The outcome of a target; where archives are opened and it is one, those of its entries.
fn unpacked(outcome: Outcome, (scanner, options): (&Scanner, &ListOptions), target: &Target, desk: &mut Desk) -> Outcome {
    if options.archives == Archives::Closed || !matches!(outcome, Outcome::Skipped(SkipReason::Binary)) {
        return outcome;
    }
    let (mut entries, mut text) = (Vec::new(), Buffer::default());
    let (worker, largest): (&mut Worker, FileSize) = (&mut desk.worker, options.max_file_size);
    let mut visit = |name: &str, entry: Entry| {
        let target = target.entry(name);
        let outcome = match entry {
            Entry::Skipped(reason) => Outcome::Skipped(reason),
            Entry::Bytes(bytes) => on(&source::read::decode(bytes, &mut text), &target, worker, |blob, worker| scanner.scan(blob, worker).without_facts()),
        };
        entries.push((target, outcome));
    };
    match archive::open(target, &mut desk.buffer, largest, &mut visit) {
        None => outcome,
        Some(Ok(opened)) => Outcome::Opened { entries, opened },
        Some(Err(error)) => Outcome::Failed(format!("cannot read {}: {}", target.display, source::reason(&error))),
    }
}

/// The lines that count, where not all do. Of a file that was decoded git does not tell the lines apart.
fn added(blob: &Blob) -> Option<Vec<(u32, u32)>> {
    match &blob.target.origin {
        Origin::Git(of) if blob.source.is_none() => of.added.in_lines_of(blob.bytes),
        _ => None,
    }
}

fn keep(scanned: Scanned) -> Option<Box<Scanned>> {
    let Scanned { findings, suppressions, resources, wanted, sites, omitted, usage, safe, signs, parsed_bytes, notices, api, places, added: _, asks: _ } =
        &scanned;
    let has_facts = api.is_some()
        || !places.is_empty()
        || !resources.is_empty()
        || !wanted.is_empty()
        || !sites.is_empty()
        || !omitted.is_empty()
        || usage.is_some()
        || !safe.is_empty()
        || !signs.is_empty();
    let is_silent = findings.is_empty() && suppressions.is_empty() && !has_facts && notices.is_empty() && *parsed_bytes == 0;
    (!is_silent).then(|| Box::new(scanned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_in_order() {
        assert_eq!(joined(vec![(3, 4), (9, 9)], vec![(7, 7), (4, 5), (9, 9)]), [(3, 5), (7, 7), (9, 9)]);
    }

    #[test]
    fn a_panic_in_any_step_is_the_outcome_of_its_target() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let target = Target { origin: crate::model::Origin::File, place: crate::model::Opened::at(file.path()), ..Target::in_memory("x") };
        let outcome = attempt(&target, &mut Desk::default(), |_, _| panic!("content"));
        assert!(matches!(outcome, Outcome::Failed(why) if why.starts_with("cannot scan x: internal error")));
    }
}
