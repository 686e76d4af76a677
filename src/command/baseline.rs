//! `baseline create`, `update`, `prune`, `show`, `import`: which findings are accepted.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;

use crate::cli::{AcceptArgs, BaselineArgs, CheckArgs, ImportArgs, ShowBaselineArgs};
use crate::config::UsageError;
use crate::model::{Finding, Report, Status};
use crate::plan::{BASELINE_NAME, BaselineFile, Environment, Plan, Show};
use crate::report::style::sanitise;
use crate::run::{self, ExitStatus};
use crate::source::{Input, root_of};
use crate::triage::{Baseline, Entry};

use super::foreign_baseline;
use super::output::{self, Failure};

/// What came of a scan that a baseline is made of.
struct Scan {
    plan: Plan,
    report: Report,
}

/// Accepts all that is found.
pub fn create(args: &AcceptArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let scan = scan(&args.scan, environment, Use::Nothing)?;
    let file = scan.new_file(&args.scan.check, environment);
    if file.path.exists() {
        let error = UsageError::new(format!("cannot write {}: it exists already", file.shown));
        return Err(error.with_help("`aelix-lint baseline update` adds what is new to it").into());
    }
    let baseline = Baseline::new(salt());
    let entries = baseline.accept(scan.counted(), |path| format!("{}{path}", file.prefix), &args.fresh(&scan.plan));
    save(&file, Baseline { entries, ..baseline })?;
    said(&scan, &format!("wrote {}", file.shown))
}

/// Accepts what is new, and forgets what is no longer found.
pub fn update(args: &AcceptArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let mut scan = scan(&args.scan, environment, Use::Required)?;
    let file = scan.file()?;
    let today = scan.plan.now.date();
    let valid = Baseline { entries: file.baseline.entries.iter().filter(|entry| !entry.is_expired(today)).cloned().collect(), ..file.baseline.clone() };
    let path_of = |path: &str| format!("{}{path}", file.prefix);
    let mut entries = valid.accept(scan.counted(), path_of, &args.fresh(&scan.plan));
    let judged = scan.judged(&file);
    entries.extend(file.baseline.entries.iter().filter(|entry| !judged(entry)).cloned());
    let before = file.baseline.entries.len();
    let after = save(&file, Baseline { entries, salt: file.baseline.salt.clone() })?;
    said(&scan, &format!("wrote {}: {}, {} before", file.shown, count(after), before))
}

/// Forgets what is no longer found.
pub fn prune(args: &BaselineArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let mut scan = scan(args, environment, Use::Required)?;
    let file = scan.file()?;
    let accepted = scan.report.findings.iter().filter(|finding| matches!(finding.status, Status::Baselined { .. }));
    let fresh = Entry { path: String::new(), rule: String::new(), digest: String::new(), count: 0, date: String::new(), reason: None, expires: None };
    let mut entries = file.baseline.accept(accepted, |path| format!("{}{path}", file.prefix), &fresh);
    let judged = scan.judged(&file);
    entries.extend(file.baseline.entries.iter().filter(|entry| !judged(entry)).cloned());
    let before = file.baseline.entries.len();
    let after = save(&file, Baseline { entries, salt: file.baseline.salt.clone() })?;
    said(&scan, &format!("removed {} of {} from {}", before - after.min(before), count(before), file.shown))
}

/// Lists the entries.
pub fn show(args: &ShowBaselineArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let mut check = CheckArgs { config: crate::cli::ConfigArgs { isolated: true, ..Default::default() }, ..CheckArgs::default() };
    check.threshold.baseline.clone_from(&args.baseline);
    let plan = Plan::new(&check, environment)?;
    let file = plan.baseline.as_ref().ok_or_else(missing)?;
    if args.format == "json" {
        return output::json(&serde_json::json!({ "baseline": file.shown, "entries": file.baseline.entries }));
    }
    let today = plan.now.date();
    output::stdout(|out| {
        for entry in &file.baseline.entries {
            let times = if entry.count == 1 { String::new() } else { format!(" ({} times)", entry.count) };
            let until = entry.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
            let over = if entry.is_expired(today) { ", EXPIRED" } else { "" };
            let reason = entry.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            writeln!(out, "{}", sanitise(&format!("{}  {}{times}  since {}{until}{over}{reason}", entry.path, entry.rule, entry.date)))?;
        }
        writeln!(out, "{} in {}", count(file.baseline.entries.len()), file.shown)
    })?;
    Ok(ExitStatus::Clean)
}

/// Accepts what another scanner's file accepts, where this scan finds it too.
pub fn import(args: &ImportArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let accepted = foreign_baseline::read(&environment.folder.join(&args.file), &args.file.display().to_string())?;
    let mut scan = scan(&args.accept.scan, environment, Use::IfThere)?;
    let file = match scan.plan.baseline.take() {
        Some(file) => file,
        None => BaselineFile { baseline: Baseline::new(salt()), ..scan.new_file(&args.accept.scan.check, environment) },
    };
    let path_of = |path: &str| format!("{}{path}", file.prefix);
    // Other scanners name files from where they ran: mostly the root of the repository, where their files lie too.
    let root = scan.plan.listing.root.clone();
    let (own, repository) = (environment.folder.join(&args.file), root_of(&environment.folder));
    let folders = [own.parent().unwrap_or(&repository), &repository, &root];
    let mut by_file: HashMap<PathBuf, Vec<usize>> = HashMap::new();
    for (index, place) in accepted.places.iter().enumerate() {
        by_file.entry(place.file(folders)).or_default().push(index);
    }
    let mut used = HashSet::new();
    let named: Vec<&Finding> = scan
        .counted()
        .filter(|finding| {
            let of_file = by_file.get(&root.join(&*finding.place.relative)).into_iter().flatten().copied();
            let matches: Vec<usize> = of_file.filter(|&index| accepted.places[index].is_on(finding.place.start.line)).collect();
            used.extend(matches.iter().copied());
            !matches.is_empty() || matches!(finding.status, Status::Baselined { .. })
        })
        .collect();
    let found = named.iter().filter(|finding| finding.is_active()).count();
    let mut fresh = args.accept.fresh(&scan.plan);
    fresh.reason = fresh.reason.or_else(|| Some(format!("imported from {}", accepted.tool)));
    let mut entries = file.baseline.accept(named.into_iter(), path_of, &fresh);
    let new: HashSet<(&str, &str)> = entries.iter().map(|entry| (entry.path.as_str(), entry.digest.as_str())).collect();
    let rest: Vec<Entry> = file.baseline.entries.iter().filter(|entry| !new.contains(&(entry.path.as_str(), entry.digest.as_str()))).cloned().collect();
    entries.extend(rest);
    save(&file, Baseline { entries, salt: file.baseline.salt.clone() })?;
    let missed = accepted.places.len() - used.len();
    let missed = if missed == 0 { String::new() } else { format!("; in {missed} of those places nothing is found") };
    said(&scan, &format!("wrote {}: {} accepted by {} of {}{missed}", file.shown, numbered(found, "finding"), count(accepted.places.len()), accepted.tool))
}

/// What becomes of the baseline that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Nothing,
    IfThere,
    Required,
}

fn scan(args: &BaselineArgs, environment: &Environment, usage: Use) -> Result<Scan, Failure> {
    let mut check = args.check.clone();
    if usage == Use::Nothing {
        check.threshold.no_baseline = true;
        check.threshold.baseline = None;
    }
    let plan = Plan::new(&check, environment)?;
    if matches!(plan.inputs[..], [Input::Changes(_)]) {
        let error = UsageError::new("cannot make a baseline of changes: it is about whole files");
        return Err(error.with_help("leave out --staged, --diff, --new-only, --commits and --history").into());
    }
    if usage == Use::Required && plan.baseline.is_none() {
        return Err(missing().into());
    }
    let plan = Plan { show: Show { files: true, ..plan.show }, ..plan };
    let rules = super::load_rules(&plan)?;
    let report = run::run(&plan, &rules, &mut run::Watch { progress: &|_, _| {}, finding: &mut |_, _| {} })?;
    if let Some(first) = report.errors.first() {
        let error = UsageError::new(format!("no baseline is written from an incomplete scan: {}", first.message));
        return Err(error.into());
    }
    Ok(Scan { plan, report })
}

impl Scan {
    /// Where a new baseline goes.
    fn new_file(&self, args: &CheckArgs, environment: &Environment) -> BaselineFile {
        let base = &self.plan.listing.root;
        let path = args.threshold.baseline.as_ref().map_or_else(|| base.join(BASELINE_NAME), |path| crate::source::lexical(&environment.folder.join(path)));
        BaselineFile::at(path, base, environment)
    }

    fn file(&mut self) -> Result<BaselineFile, UsageError> {
        self.plan.baseline.take().ok_or_else(missing)
    }

    /// Findings that fail a run, or would without the baseline.
    fn counted(&self) -> impl Iterator<Item = &Finding> {
        let is_counted = |finding: &&Finding| matches!(finding.status, Status::Active | Status::Baselined { .. }) && finding.rule.family() != "suppression";
        self.report.findings.iter().filter(is_counted)
    }

    /// Whether this scan says all there is to say of an entry: its file was scanned, or is gone.
    fn judged(&self, file: &BaselineFile) -> impl Fn(&Entry) -> bool {
        let scanned: HashSet<String> = self.report.scanned_files.iter().flatten().map(|path| format!("{}{path}", file.prefix)).collect();
        let folder = file.folder.clone();
        move |entry| scanned.contains(&entry.path) || !folder.join(&entry.path).exists()
    }
}

impl AcceptArgs {
    /// What is said of a finding that is accepted now.
    fn fresh(&self, plan: &Plan) -> Entry {
        let (date, expires) = (plan.now.date().to_string(), self.expires.map(|day| day.to_string()));
        Entry { path: String::new(), rule: String::new(), digest: String::new(), count: 0, date, reason: self.reason.clone(), expires }
    }
}

/// Writes the file; returns the number of its entries.
fn save(file: &BaselineFile, mut baseline: Baseline) -> Result<usize, UsageError> {
    baseline.sort();
    output::file(&file.path, &file.shown, |out| out.write_all(baseline.text().as_bytes()))?;
    Ok(baseline.entries.len())
}

fn said(scan: &Scan, text: &str) -> Result<ExitStatus, Failure> {
    let (findings, files) = (numbered(scan.counted().count(), "finding"), numbered(usize::try_from(scan.report.stats.files).unwrap_or(usize::MAX), "file"));
    output::stdout(|out| writeln!(out, "{} ({findings} in {files} scanned)", sanitise(text)))?;
    Ok(ExitStatus::Clean)
}

fn count(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

fn numbered(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn missing() -> UsageError {
    UsageError::new("there is no baseline here").with_help("`aelix-lint baseline create` writes one; --baseline FILE names another")
}

/// Random digits. They need not be secret, only different for each file.
fn salt() -> String {
    let part = |number: u32| RandomState::new().hash_one(number);
    format!("{:016x}{:016x}", part(0), part(1))
}
