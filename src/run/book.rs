//! From outcomes to the report.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::model::facts::Wanted;
use crate::model::provider::Provider;
use crate::model::sign::Sign;
use crate::model::usage::{OmittedScope, ScopeSite};
use crate::model::{Confidence, Finding, Notice, Origin, Report, RuleId, RunError, Scanned, Skip, Stats, Status, Suppression, Target};
use crate::plan::{EmptyInput, Plan};
use crate::project::{self, blast};
use crate::ruleset::RuleSet;
use crate::source::{BaselineEdit, Listing};
use crate::triage::{Entry, FileResult, Ledger, is_in};

use super::privilege::Asked;
use super::scanning::Outcome;

/// The report of a run that has listed its targets.
pub fn open(plan: &Plan, rules: &RuleSet, listing: Listing) -> (Report, Vec<Target>) {
    let is_empty = listing.is_empty();
    let Listing { targets, skipped, mut errors, mut notices, scope, baselines } = listing;
    notices.extend(baselines.iter().flat_map(accepted));
    if is_empty && scope.is_none() && errors.is_empty() && plan.empty == EmptyInput::Error {
        let message = "no input files, nothing was scanned: name files or folders that are neither ignored nor excluded, or pass --allow-empty";
        errors.push(RunError { display: None, relative: None, message: message.to_owned() });
    }
    let report = Report {
        rules: rules.rules.clone(),
        findings: Vec::new(),
        skipped,
        errors,
        notices,
        scanned_files: plan.show.files.then(Vec::new),
        reviews: Vec::new(),
        safe: plan.show.safe.then(Vec::new),
        signs: Vec::new(),
        stats: Stats { rules: rules.enabled.iter().filter(|on| **on).count(), ..Stats::default() },
        show_suppressed: plan.show.suppressed,
        scope,
    };
    (report, targets)
}

/// Of two findings of one secret, a hint and what the project stage knows of it, keeps the one that is surer.
pub fn tell_once(findings: &mut Vec<Finding>) {
    let is_secret = |finding: &Finding| finding.masked.is_some() && finding.rule.family() == "secrets";
    let surer = |hint: &Finding| {
        let is_of_same = |other: &&Finding| {
            let (a, b) = (hint.place.span, other.place.span);
            is_secret(other)
                && other.place.relative == hint.place.relative
                && other.confidence > hint.confidence
                && a.start < b.end
                && b.start < a.end
                && other.place.commit.is_none()
        };
        findings.iter().position(|other| is_of_same(&other))
    };
    let hints = findings.iter().enumerate().filter(|(_, hint)| hint.confidence == Confidence::Low && is_secret(hint));
    let told: Vec<(usize, usize)> = hints.filter_map(|(index, hint)| Some((index, surer(hint)?))).collect();
    for &(hint, by) in &told {
        let rule = findings[hint].rule.clone();
        if !findings[by].also.contains(&rule) && findings[by].rule != rule {
            findings[by].also.push(rule);
        }
    }
    for (hint, _) in told.into_iter().rev() {
        findings.remove(hint);
    }
}

/// APIs that are kept; further ones are passed over.
const MAX_APIS: usize = 64;

fn count(report: &mut Report, display: &Arc<str>, bytes: u64) {
    report.stats.files += 1;
    report.stats.bytes += bytes;
    if let Some(files) = &mut report.scanned_files {
        files.push(display.clone());
    }
}

/// Books an entry of an archive, to which no other file adds anything. Returns what was found in it.
fn booked(report: &mut Report, entry: &Target, outcome: Outcome) -> Option<FileResult> {
    let (display, relative) = (entry.display.clone(), entry.relative.clone());
    match outcome {
        Outcome::Skipped(reason) => report.skipped.push(Skip { display, relative, reason }),
        Outcome::Failed(message) => report.errors.push(RunError { display: Some(display), relative: Some(relative), message }),
        Outcome::Opened { .. } => {}
        Outcome::Scanned { bytes, found, .. } => {
            count(report, &display, bytes);
            let mut scanned = *found?;
            report.stats.parsed_bytes += scanned.parsed_bytes;
            report.notices.extend(notices(entry, &mut scanned));
            let Scanned { findings, suppressions, added, .. } = scanned;
            return Some(FileResult { findings, suppressions, added });
        }
    }
    None
}

/// Whether it holds comments that may mute what the project stage finds in it.
fn mutes(scanned: &Scanned) -> bool {
    scanned.suppressions.iter().any(|suppression| suppression.tool.is_none())
}

/// What the baseline names and this run did not find in files that it scanned whole.
pub fn stale(plan: &Plan, rules: &RuleSet, (ledger, report, targets): (&Ledger, &Report, &[Target])) -> Option<Notice> {
    let file = plan.baseline.as_ref().filter(|_| report.scope.is_none())?;
    let missed: HashSet<&str> = report.skipped.iter().map(|skip| &*skip.relative).chain(report.errors.iter().filter_map(|e| e.relative.as_deref())).collect();
    let scanned: HashSet<String> =
        targets.iter().filter(|target| !missed.contains(&*target.relative)).map(|target| format!("{}{}", file.prefix, target.relative)).collect();
    let is_on = |rule: &RuleId| rules.find(rule.as_str()).is_some_and(|(index, _)| rules.enabled[index]);
    let stale = ledger.stale(|path| scanned.contains(path), is_on);
    let (first, _) = stale.first()?;
    let more = if stale.len() > 1 { format!(" and {} more", stale.len() - 1) } else { String::new() };
    let message = format!("an entry matches nothing any more: `{}` in {}{more}; `aelix-lint baseline prune` removes it", first.rule, first.path);
    Some(Notice { display: file.shown.as_str().into(), relative: file.shown.as_str().into(), message })
}

/// Comments that mute and that a change brings in: whoever reviews it should see them.
pub fn introduced(file: &FileResult) -> Vec<Notice> {
    let is_new = |line: u32| file.added.as_ref().is_none_or(|added| is_in((line, line), added));
    let new = file.suppressions.iter().filter(|suppression| !suppression.sample && suppression.tool.is_none() && is_new(suppression.place.start.line));
    let notice = |suppression: &Suppression| {
        let (place, rules) = (&suppression.place, suppression.rules.join(", "));
        let reason = suppression.reason.as_ref().map_or_else(|| ", without a reason".to_owned(), |reason| format!(": {reason}"));
        let message = format!("this change mutes {rules} on line {}{reason}", place.start.line);
        Notice { display: place.display.clone(), relative: place.relative.clone(), message }
    };
    new.map(notice).collect()
}

/// Entries of a baseline that are told one by one.
const MOST_ACCEPTED: usize = 20;

/// What a change accepts in a baseline.
fn accepted(edit: &BaselineEdit) -> Vec<Notice> {
    let notice = |message| Notice { display: edit.display.clone(), relative: edit.relative.clone(), message };
    let Some(lines) = &edit.lines else { return vec![notice("this change accepts findings in the baseline".to_owned())] };
    let entries: Vec<Entry> = lines.iter().filter_map(|line| Entry::on_line(line)).collect();
    let told = entries.iter().take(MOST_ACCEPTED).map(|entry| {
        let times = if entry.count == 1 { String::new() } else { format!(" {} times", entry.count) };
        let until = entry.expires.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
        let reason = entry.reason.as_ref().map_or_else(|| ", without a reason".to_owned(), |reason| format!(": {reason}"));
        notice(format!("this change accepts {}{times} in {}{until}{reason}", entry.rule, entry.path))
    });
    let more = entries.len().saturating_sub(MOST_ACCEPTED);
    let more = (more > 0).then(|| notice(format!("this change accepts {more} more findings; `git diff` shows them")));
    told.chain(more).collect()
}

/// Findings that a comment for another scanner mutes. Of such a comment nothing is said where it mutes nothing.
pub fn muted_for_others(findings: &[Finding]) -> Vec<Notice> {
    let notice = |finding: &Finding| {
        let Status::Suppressed { tool: Some(tool), .. } = &finding.status else { return None };
        let place = &finding.place;
        let message = format!("this change mutes {} on line {} by a comment for {}", finding.rule, place.start.line, tool.name());
        Some(Notice { display: place.display.clone(), relative: place.relative.clone(), message })
    };
    findings.iter().filter_map(notice).collect()
}

/// What the scan of a target did not do, taken out of what it gave.
fn notices(target: &Target, scanned: &mut Scanned) -> Vec<Notice> {
    let notice = |message| Notice { display: target.display.clone(), relative: target.relative.clone(), message };
    scanned.notices.drain(..).map(notice).collect()
}

/// Blobs that wait for the project stage, each with the index of its target.
#[derive(Default)]
pub struct Blobs {
    indices: Vec<usize>,
    /// What their scans gave.
    pub scanned: Vec<Scanned>,
    /// Names of other files that reach a slot of an API, in any of the files.
    pub names: Vec<Wanted>,
    /// Places that request scopes.
    pub sites: Vec<ScopeSite>,
    /// Token requests without scopes.
    pub omitted: Vec<OmittedScope>,
    /// What the files show beside what is wrong.
    pub signs: Vec<Sign>,
    /// APIs that files describe.
    pub apis: Vec<Provider>,
    /// Targets that may request scopes, by their indices.
    pub asking: Vec<usize>,
}

impl Blobs {
    /// Books every outcome of some targets, the first of which has the index `from`. Returns the files that nothing can be added to, and keeps those
    /// with facts for the project stage.
    pub fn book(&mut self, report: &mut Report, (from, targets): (usize, &[Target]), outcomes: Vec<Outcome>) -> Vec<(usize, FileResult)> {
        let mut settled = Vec::new();
        for (index, (target, outcome)) in targets.iter().zip(outcomes).enumerate() {
            self.book_one(report, (from + index, target), outcome, &mut settled);
        }
        settled
    }

    fn book_one(&mut self, report: &mut Report, (index, target): (usize, &Target), outcome: Outcome, settled: &mut Vec<(usize, FileResult)>) {
        let (display, relative) = (target.display.clone(), target.relative.clone());
        match outcome {
            Outcome::Skipped(reason) => report.skipped.push(Skip { display, relative, reason }),
            Outcome::Failed(message) => report.errors.push(RunError { display: Some(display), relative: Some(relative), message }),
            Outcome::Opened { entries, opened } => {
                report.notices.extend(opened.notices.into_iter().map(|message| Notice { display: display.clone(), relative: relative.clone(), message }));
                let error = |why: String| RunError {
                    message: format!("cannot read all of {display}: {why}"),
                    display: Some(display.clone()),
                    relative: Some(relative),
                };
                report.errors.extend(opened.error.map(error));
                settled.extend(entries.into_iter().filter_map(|(entry, outcome)| Some((index, booked(report, &entry, outcome)?))));
            }
            Outcome::Scanned { bytes, asks, found } => {
                count(report, &display, bytes);
                self.asking.extend(asks.then_some(index));
                if let Some(scanned) = found {
                    self.book_found(report, (index, target), *scanned, settled);
                }
            }
        }
    }

    /// Books what was found in a file that has something to say.
    fn book_found(&mut self, report: &mut Report, (index, target): (usize, &Target), mut scanned: Scanned, settled: &mut Vec<(usize, FileResult)>) {
        report.stats.parsed_bytes += scanned.parsed_bytes;
        report.notices.extend(notices(target, &mut scanned));
        if let Some(safe) = &mut report.safe {
            safe.append(&mut scanned.safe);
        }
        self.apis.extend(scanned.api.take().filter(|_| self.apis.len() < MAX_APIS).map(|api| *api));
        self.names.append(&mut scanned.wanted);
        self.signs.append(&mut scanned.signs);
        self.sites.append(&mut scanned.sites);
        self.omitted.append(&mut scanned.omitted);
        let may_open = scanned.findings.iter().any(blast::may_be_of_client);
        if scanned.resources.is_empty() && !mutes(&scanned) && !may_open || target.commit().is_some() {
            let Scanned { findings, suppressions, added, .. } = scanned;
            settled.push((index, FileResult { findings, suppressions, added }));
        } else {
            self.indices.push(index);
            self.scanned.push(scanned);
        }
    }

    /// Targets whose declarations the project stage still needs: files of the modules that matter, not parsed in the first step.
    pub fn wanted(&self, targets: &[Target]) -> Vec<usize> {
        let (modules, charts) = (project::modules(&self.scanned), project::charts(&self.scanned));
        if modules.is_empty() && charts.is_empty() {
            return Vec::new();
        }
        let parsed: HashSet<usize> = self.indices.iter().zip(&self.scanned).filter(|(_, s)| project::is_parsed(s)).map(|(index, _)| *index).collect();
        let is_part = |path: &str| {
            project::module_of(path).is_some_and(|module| modules.contains(module))
                || project::chart_of_values(path).is_some_and(|chart| charts.contains(chart))
        };
        let is_wanted = |(index, target): &(usize, &Target)| target.origin == Origin::File && !parsed.contains(index) && is_part(&target.relative);
        targets.iter().enumerate().filter(is_wanted).map(|(index, _)| index).collect()
    }

    /// Modules of which a file was not parsed: nobody knows what else they declare. Standard input and pipes can be read once only, and of changes
    /// the files that did not change are not read at all.
    pub fn gaps(&self, report: &Report, targets: &[Target]) -> BTreeSet<String> {
        let skipped = report.skipped.iter().map(|skip| &*skip.relative);
        let failed = report.errors.iter().filter_map(|error| error.relative.as_deref());
        let limited = report.notices.iter().map(|notice| &*notice.relative);
        let parsed: HashSet<&str> = self.scanned.iter().flat_map(|s| &s.resources).map(|resource| &*resource.place.relative).collect();
        let once = targets.iter().filter(|target| target.origin != Origin::File && !parsed.contains(&*target.relative)).map(|target| &*target.relative);
        let changed = targets.iter().filter(|target| matches!(target.origin, Origin::Git(_))).map(|target| &*target.relative);
        skipped.chain(failed).chain(limited).chain(once).chain(changed).filter_map(project::module_of).map(str::to_owned).collect()
    }

    /// What the first step found of scopes, taken out.
    pub fn asked(&mut self) -> Asked {
        let (sites, omitted) = (std::mem::take(&mut self.sites), std::mem::take(&mut self.omitted));
        Asked { sites, omitted, apis: std::mem::take(&mut self.apis), asking: std::mem::take(&mut self.asking) }
    }

    /// Books what the second step gave.
    pub fn add(&mut self, report: &mut Report, targets: &[Target], wanted: Vec<usize>, outcomes: Vec<Outcome>) {
        for (index, outcome) in wanted.into_iter().zip(outcomes) {
            let target = &targets[index];
            let (display, relative) = (target.display.clone(), target.relative.clone());
            match outcome {
                Outcome::Scanned { found: Some(mut scanned), .. } => {
                    report.stats.parsed_bytes += scanned.parsed_bytes;
                    report.notices.extend(notices(target, &mut scanned));
                    self.indices.push(index);
                    self.scanned.push(*scanned);
                }
                Outcome::Skipped(reason) => report.skipped.push(Skip { display, relative, reason }),
                Outcome::Failed(message) => report.errors.push(RunError { display: Some(display), relative: Some(relative), message }),
                Outcome::Scanned { found: None, .. } | Outcome::Opened { .. } => {}
            }
        }
    }

    /// Puts the findings of the project stage to those of their files, in the order of the targets.
    pub fn join(self, project: Vec<Finding>, targets: &[Target]) -> BTreeMap<usize, FileResult> {
        let mut files: BTreeMap<usize, FileResult> = BTreeMap::new();
        for (index, scanned) in self.indices.into_iter().zip(self.scanned) {
            let file = files.entry(index).or_default();
            file.findings.extend(scanned.findings);
            file.suppressions.extend(scanned.suppressions);
            file.added = file.added.take().or(scanned.added);
        }
        if !project.is_empty() {
            let indices: HashMap<&str, usize> = targets.iter().enumerate().map(|(index, target)| (&*target.display, index)).collect();
            for finding in project {
                let index = indices.get(&*finding.place.display).copied().unwrap_or(targets.len());
                files.entry(index).or_default().findings.push(finding);
            }
        }
        files
    }
}
