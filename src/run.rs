//! The straight line: plan → targets → scan → project → triage → report → exit status.

mod book;
pub mod examples;
pub mod panics;
mod privilege;
mod scanning;
mod shown;
mod versions;

use std::cell::{LazyCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use crate::config::UsageError;
use crate::model::{Finding, Fingerprint, Notice, Origin, Report, Rule, Scanned, Stats, Target};
use crate::plan::{Declaration, Judged, Plan};
use crate::project::packages::Files;
use crate::project::{self, Around, imports};
use crate::ruleset::RuleSet;
use crate::scan::{Scanner, is_declaration};
use crate::source::{self, Change, Input};
use crate::triage::{FileResult, Ledger, triage, within};

use book::Blobs;
use scanning::{NamedUse, Threads};
pub use scanning::{Progress, scan_text};

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Complete, and nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The scan is incomplete, or did not begin.
    Error = 2,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

/// Targets that are scanned before their findings are handed on.
const ROUND: usize = 4096;

/// Who is told of a run while it goes on.
pub struct Watch<'a> {
    /// Told after each target how many of how many are done.
    pub progress: Progress<'a>,
    /// Told of each finding once its file is settled: as soon as its round is scanned, or at the end where the project stage may add to the file.
    pub finding: &'a mut dyn FnMut(&Finding, &[Rule]),
}

/// Does what the plan says, up to the report.
pub fn run(plan: &Plan, rules: &Arc<RuleSet>, watch: &mut Watch) -> Result<Report, UsageError> {
    let started = Instant::now();
    let threads = Threads::new(plan.threads)?;
    let (listing, scanner) = threads.both(|| source::list(&plan.inputs, &plan.listing), || Scanner::new(rules.clone(), plan.scan.clone()));
    let listing = listing.map_err(|error| UsageError::new(error.to_string()))?;
    let listed = started.elapsed();

    let (mut report, mut targets) = book::open(plan, rules, listing);
    targets.extend(judged_anyway(plan, &targets));
    let mut settled =
        Settled { plan, rules, files: BTreeMap::new(), is_of_changes: report.scope.is_some(), told: HashMap::new(), ledger: plan.ledger(), muted: Vec::new() };
    let mut blobs = Blobs::default();
    // The versions of a file belong together, however far apart their commits are.
    let is_history = matches!(&plan.inputs[..], [Input::Changes(changes)] if matches!(changes.change, Change::History(_)));
    // What a difference shows in the end is told before what commits on the way add, though the project stage may add to its files.
    let of_commits = targets.iter().position(|target| target.commit().is_some()).filter(|first| *first > 0).unwrap_or(targets.len())..targets.len();
    let mut later = Vec::new();
    let at_once = if is_history { targets.len().max(1) } else { ROUND };
    for (round, some) in targets.chunks(at_once).enumerate() {
        let from = round * at_once;
        let progress = |done: usize, _: usize| (watch.progress)(from + done, targets.len());
        let scan = if is_history { scanning::scan_versions } else { scanning::scan_all };
        let outcomes = scan((&scanner, &plan.listing), some, &threads, &progress);
        for (index, file) in blobs.book(&mut report, (from, some), outcomes) {
            if of_commits.contains(&index) { later.push((index, file)) } else { settled.add(index, file, watch) }
        }
    }
    let done = started.elapsed();

    let wanted = blobs.wanted(&targets);
    let more = scanning::resources(&scanner, &wanted.iter().map(|&index| &targets[index]).collect::<Vec<_>>(), &threads);
    blobs.add(&mut report, &targets, wanted, more);
    let asked = blobs.asked();
    let mut found = Vec::new();
    let files = LazyCell::new(|| Files::new(targets.iter().map(|target| &*target.relative)));
    if !blobs.names.is_empty() || !asked.is_empty() {
        imported((&scanner, &files), &targets, &threads, (&mut blobs, &mut report));
        let verdicts = privilege::judge((&scanner, rules), (&targets, &files), asked, &threads, &mut report);
        blobs.scanned.iter_mut().for_each(|scanned| verdicts.tell(&mut scanned.findings, &files));
        found = verdicts.findings;
        if plan.show.unknown {
            report.notices.extend(privilege::unknown(&report.reviews));
        }
    }
    let gaps = blobs.gaps(&report, &targets);
    let signs = std::mem::take(&mut blobs.signs);
    let package_of = |path: &str| files.package_of(path).to_owned();
    let declaration = declaration(plan, &scanner, &targets, &threads);
    blobs.scanned.extend(declaration);
    let mut judged = project::findings(rules, &mut blobs.scanned, &Around { gaps: &gaps, now: plan.now, signs: &signs, package_of: &package_of });
    if plan.show.unknown {
        report.notices.append(&mut judged.unknown);
    }
    judged.findings.append(&mut found);
    judged.findings.retain(|finding| is_asked_for(plan, &targets, finding));
    let all = blobs.scanned.iter_mut().flat_map(|scanned| &mut scanned.findings).chain(&mut judged.findings);
    shown::show(all, (&scanner, &threads), &targets);
    report.signs = signs;
    report.signs.append(&mut judged.signs);
    for (index, file) in blobs.join(judged.findings, &targets).into_iter().chain(later) {
        settled.add(index, file, watch);
    }
    if let Some(ledger) = &settled.ledger {
        let stale = book::stale(plan, rules, (ledger, &report, &targets));
        report.notices.extend(stale);
    }
    report.notices.append(&mut settled.muted);
    report.findings = settled.files.into_values().flatten().collect();
    tidy(&mut report);
    let (listing, scanning) = (listed, done.saturating_sub(listed));
    report.stats = Stats { threads: threads.count(), listing, scanning, total: started.elapsed(), ..report.stats };
    Ok(report)
}

/// The configuration in force, where it is none of the targets and is judged like one.
fn judged_anyway(plan: &Plan, targets: &[Target]) -> Option<Target> {
    let declaration = plan.declaration.as_ref().filter(|declaration| declaration.judged == Judged::Always)?;
    (!is_among(targets, &declaration.target)).then(|| declaration.target.clone())
}

/// What the configuration in force declares, where no scan of the targets reads it: it is none of them, or has a name of its own.
fn declaration(plan: &Plan, scanner: &Scanner, targets: &[Target], threads: &Threads) -> Option<Scanned> {
    let file = plan.declaration.as_ref().map(|declaration| &declaration.target)?;
    let is_read = is_among(targets, file) && is_declaration(&file.relative);
    if is_read { None } else { scanning::declaration(scanner, file, threads) }
}

fn is_among(targets: &[Target], file: &Target) -> bool {
    targets.iter().any(|target| target.display == file.display || target.is_at_path_of(file))
}

/// Whether a finding is about something that was asked for: a declaration elsewhere is only read for what it closes.
fn is_asked_for(plan: &Plan, targets: &[Target], finding: &Finding) -> bool {
    let is_in = |declaration: &Declaration| declaration.judged == Judged::WithTargets && declaration.target.display == finding.place.display;
    !plan.declaration.as_ref().is_some_and(is_in) || targets.iter().any(|target| target.display == finding.place.display)
}

/// Looks up the names that reach a slot of an API in one file and are declared in another.
fn imported((scanner, files): (&Scanner, &Files), targets: &[Target], threads: &Threads, (blobs, report): (&mut Blobs, &mut Report)) {
    let names = std::mem::take(&mut blobs.names);
    let known: RefCell<HashMap<String, Option<String>>> = RefCell::default();
    let read = |package: &str| project::packages::module_name(package, files, |index| scanning::text(&targets[index]));
    let module = |package: &str| known.borrow_mut().entry(package.to_owned()).or_insert_with(|| read(package)).clone();
    let mut uses: BTreeMap<usize, Vec<NamedUse>> = BTreeMap::new();
    for name in &names {
        for candidate in imports::candidates(&imports::Use::of(name), files, &module) {
            if targets[candidate.file].origin == Origin::File {
                uses.entry(candidate.file).or_default().push((name, candidate.name));
            }
        }
    }
    let (indices, errands): (Vec<usize>, Vec<_>) = uses.into_iter().map(|(index, uses)| (index, (&targets[index], uses))).unzip();
    let outcomes = scanning::exported(scanner, &errands, threads);
    blobs.add(report, targets, indices, outcomes);
}

/// Sorts what was not done. A file that two steps could not read is named once.
fn tidy(report: &mut Report) {
    report.skipped.sort();
    report.skipped.dedup();
    report.errors.sort();
    report.errors.dedup();
    report.notices.sort();
    report.notices.dedup();
}

/// By what a finding is known again in another version of its file.
type Identity = (Fingerprint, Arc<str>, Option<String>);

/// Findings after triage, by the index of their target.
struct Settled<'a> {
    plan: &'a Plan,
    rules: &'a RuleSet,
    files: BTreeMap<usize, Vec<Finding>>,
    /// Changes are scanned, so that one file may come more than once.
    is_of_changes: bool,
    /// What was found in changes, and whether it is told for good: the next commit that touches its line does not add it again.
    told: HashMap<Identity, bool>,
    ledger: Option<Ledger<'a>>,
    /// Comments that mute and that the changes bring in.
    muted: Vec<Notice>,
}

impl Settled<'_> {
    fn add(&mut self, index: usize, file: FileResult, watch: &mut Watch) {
        let added = file.added.clone();
        if self.is_of_changes {
            self.muted.extend(book::introduced(&file));
        }
        let mut findings = triage(file, self.rules, &self.plan.triage);
        if let Some(ledger) = &mut self.ledger {
            ledger.mark(&mut findings, added.as_deref());
        }
        if let Some(added) = added {
            within(&mut findings, &added);
        }
        if self.is_of_changes {
            self.muted.extend(book::muted_for_others(&findings));
            self.tell_once(&mut findings);
        }
        for finding in &findings {
            (watch.finding)(finding, &self.rules.rules);
        }
        let known = self.files.entry(index).or_default();
        let is_first = known.is_empty();
        known.extend(findings);
        book::tell_once(known);
        if !is_first {
            known.sort_by(|a, b| (&a.place.relative, a.place.span, &a.rule).cmp(&(&b.place.relative, b.place.span, &b.rule)));
        }
    }
}

impl Settled<'_> {
    /// Drops what an earlier version of the file told. What a commit mutes is told again where a later one does not; what the difference shows in the end is
    /// told for good.
    fn tell_once(&mut self, findings: &mut Vec<Finding>) {
        let identity = |finding: &Finding| (finding.fingerprint.clone(), finding.place.relative.clone(), finding.masked.clone());
        let is_told = |finding: &Finding| self.told.get(&identity(finding)).is_some_and(|for_good| *for_good || !finding.is_active());
        findings.retain(|finding| finding.place.commit.is_none() || !is_told(finding));
        for finding in findings.iter() {
            *self.told.entry(identity(finding)).or_default() |= finding.place.commit.is_none() || finding.is_active();
        }
    }
}

/// What the report amounts to. An incomplete scan is never clean.
pub fn exit_status(plan: &Plan, report: &Report) -> ExitStatus {
    let fails = || report.findings.iter().any(|finding| plan.fail_on.fails(finding));
    match report.errors.is_empty() {
        false => ExitStatus::Error,
        true if fails() => ExitStatus::Findings,
        true => ExitStatus::Clean,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ExitStatus, exit_status};
    use crate::cli::CheckArgs;
    use crate::model::{Confidence, Finding, Fingerprint, Place, Report, RuleId, RunError, Severity, Stats, Status, Target};
    use crate::plan::{Environment, Plan};
    use crate::text::{Position, Secret, Span};
    use crate::triage::FailOn;

    fn plan(fail_on: FailOn) -> Plan {
        let environment = Environment { folder: "/nowhere".into(), variable: |_| None, stdout_is_terminal: false, stderr_is_terminal: false };
        Plan { fail_on, ..Plan::new(&CheckArgs::default(), &environment).unwrap() }
    }

    fn report(rule: &str, severity: Severity, status: Status) -> Report {
        let rule = RuleId::new(rule);
        let at = Position { line: 1, column: 1, utf16_column: 1 };
        let finding = Finding {
            fingerprint: Fingerprint::new(&rule, None, &Secret::new("x", 0)),
            rule,
            rule_index: 0,
            severity,
            confidence: Confidence::High,
            message: String::new(),
            masked: None,
            place: Place::new(&Target::in_memory("x"), Span::new(0, 1), at, at),
            notes: vec![],
            evidence: Vec::new(),
            related: vec![],
            flow: vec![],
            also: vec![],
            name: None,
            opens: None,
            status,
        };
        Report {
            rules: Arc::default(),
            findings: vec![finding],
            skipped: vec![],
            errors: vec![],
            notices: vec![],
            scanned_files: None,
            reviews: vec![],
            safe: None,
            signs: vec![],
            stats: Stats::default(),
            show_suppressed: false,
            scope: None,
        }
    }

    #[test]
    fn the_status_follows_findings_and_errors() {
        let low = FailOn::AtLeast(Severity::Low);
        for (fail_on, report, expected) in [
            (low, report("secrets/a", Severity::Low, Status::Active), ExitStatus::Findings),
            (low, report("secrets/a", Severity::Info, Status::Active), ExitStatus::Clean),
            (low, report("secrets/a", Severity::High, Status::BelowThreshold), ExitStatus::Clean),
            (low, report("secrets/a", Severity::High, Status::Suppressed { reason: None, tool: None }), ExitStatus::Clean),
            (FailOn::Never, report("secrets/a", Severity::High, Status::Active), ExitStatus::Clean),
            (FailOn::AtLeast(Severity::Info), report("suppression/unused", Severity::Info, Status::Active), ExitStatus::Clean),
        ] {
            assert_eq!(exit_status(&plan(fail_on), &report), expected);
            let error = RunError { display: None, relative: None, message: "cannot read x".into() };
            let incomplete = Report { errors: vec![error], ..report };
            assert_eq!(exit_status(&plan(fail_on), &incomplete), ExitStatus::Error, "an incomplete scan is never clean");
        }
    }
}
