//! Least privilege: which files the project stage needs for it, and its verdict on each package.

use std::collections::BTreeMap;

use crate::model::provider::Provider;
use crate::model::usage::{OmittedScope, Review, ScopeSite, Usage};
use crate::model::{FileKind, Finding, Notice, Origin, Report, Scanned, Target};
use crate::project::blast::{self, Owners};
use crate::project::packages::{Files, Modules, dependents, module_name};
use crate::project::scopes::{self, Holder, Package};
use crate::ruleset::RuleSet;
use crate::scan::{self, Scanner, api, requests, usage};

use super::scanning::{self, Outcome, Threads};
use super::shown;

/// Providers that are told apart, a bit each.
const MAX_PROVIDERS: usize = 64;
/// Reasons that a notice names.
const MAX_REASONS: usize = 3;

/// What the first step found of scopes.
pub struct Asked {
    /// Places that request scopes.
    pub sites: Vec<ScopeSite>,
    /// Token requests without scopes.
    pub omitted: Vec<OmittedScope>,
    /// APIs that files describe.
    pub apis: Vec<Provider>,
    /// Targets that may request scopes, by their indices.
    pub asking: Vec<usize>,
}

impl Asked {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.omitted.is_empty() && self.apis.is_empty()
    }
}

/// What the second step found of one package.
#[derive(Default)]
struct Called {
    files: Vec<Usage>,
    has_gaps: bool,
}

/// What the project stage knows of scopes.
#[derive(Default)]
pub struct Verdicts {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The clients, by the folder of their package.
    holders: BTreeMap<String, Vec<Holder>>,
    /// Which secrets are whose.
    owners: Owners,
}

impl Verdicts {
    /// Says in the findings of leaked secrets what each opens.
    pub fn tell(&self, findings: &mut [Finding], files: &Files) {
        for finding in findings.iter_mut().filter(|finding| self.owners.may_open(finding)) {
            if let Some(holders) = self.holders.get(files.package_of(&finding.place.relative)) {
                blast::tell(finding, holders, &self.owners);
            }
        }
    }
}

/// Judges all packages. Files are read again only in packages that request scopes by name, and where files describe an API of their own.
pub fn judge(
    (scanner, rules): (&Scanner, &RuleSet),
    (targets, files): (&[Target], &Files),
    mut asked: Asked,
    threads: &Threads,
    report: &mut Report,
) -> Verdicts {
    let providers = described((scanner, threads), targets, &mut asked, report);
    let mut packages: BTreeMap<&str, Package> = BTreeMap::new();
    for site in &asked.sites {
        // What a composition gives a service is read by the program that it is built from.
        let of_service = site.built_from.as_ref().map(|folder| files.package_of(&format!("{folder}/")));
        let folder = of_service.unwrap_or_else(|| files.package_of(&site.place.relative));
        packages.entry(folder).or_insert_with(|| Package { folder, ..Package::default() }).sites.push(site);
    }
    for omitted in &asked.omitted {
        let folder = files.package_of(&omitted.place.relative);
        packages.entry(folder).or_insert_with(|| Package { folder, ..Package::default() }).omitted.push(omitted);
    }
    let asking: Vec<&str> = packages.iter().filter(|(_, package)| package.sites.iter().any(|site| site.tells_client())).map(|(folder, _)| *folder).collect();
    // What a package requests, those that use it may call.
    let dependents = dependents(&asking, files, |index| scanning::text(&targets[index]));
    let mut errands: BTreeMap<usize, Vec<(&str, bool)>> = BTreeMap::new();
    for folder in asking {
        let others = dependents.get(folder).into_iter().flatten().map(|other| (*other, true));
        for (other, is_of_other) in std::iter::once((folder, false)).chain(others) {
            for index in files.of_package(other).into_iter().filter(|index| may_call(&targets[*index])) {
                errands.entry(index).or_default().push((folder, is_of_other));
            }
        }
    }
    let (again, once): (Vec<_>, Vec<_>) = errands.into_iter().partition(|(index, _)| targets[*index].origin == Origin::File);
    let outcomes = scanning::usage(scanner, &again.iter().map(|(index, _)| &targets[*index]).collect::<Vec<_>>(), (&providers, wanted(&asked.sites)), threads);
    let mut called: BTreeMap<&str, Called> = BTreeMap::new();
    for (index, askers) in once {
        let is_gap = !usage::is_data(&targets[index].within);
        for (folder, _) in askers {
            called.entry(folder).or_default().has_gaps |= is_gap;
        }
    }
    for ((index, askers), outcome) in again.into_iter().zip(outcomes) {
        let seen = Seen::of(outcome, !usage::is_data(&targets[index].within), report);
        let all = std::iter::repeat_n(seen, askers.len());
        for ((folder, is_of_other), seen) in askers.into_iter().zip(all) {
            called.entry(folder).or_default().take(seen, is_of_other);
        }
    }
    for (folder, called) in &mut called {
        called.see_modules(folder, (targets, files));
    }
    let mut verdicts = Verdicts { owners: Owners::of(&providers), ..Verdicts::default() };
    let mut packages: Vec<Package> = packages.into_values().collect();
    for package in &mut packages {
        if let Some(called) = called.get(package.folder) {
            package.files = called.files.iter().collect();
            package.has_gaps = called.has_gaps;
        }
        let judged = scopes::judge(package, &providers, rules);
        verdicts.findings.extend(judged.findings);
        report.reviews.extend(judged.reviews);
        verdicts.holders.insert(package.folder.to_owned(), judged.holders);
    }
    verdicts.findings.extend(scopes::shared(&packages, &providers, rules));
    shown::show(verdicts.findings.iter_mut(), (scanner, threads), targets);
    verdicts
}

/// The providers, with those that files describe, of which it is looked for who requests their scopes.
fn described((scanner, threads): (&Scanner, &Threads), targets: &[Target], asked: &mut Asked, report: &mut Report) -> Vec<Provider> {
    let mut providers = scanner.providers().to_vec();
    let from = providers.len();
    asked.apis.drain(..).for_each(|api| api::add_found(&mut providers, api));
    providers.truncate(MAX_PROVIDERS.max(from));
    let found = &providers[from..];
    if found.is_empty() {
        return providers;
    }
    let asking: Vec<&Target> = asked.asking.iter().map(|index| &targets[*index]).filter(|target| target.origin == Origin::File).collect();
    for outcome in scanning::requests(scanner, &asking, (found, from), threads) {
        if let Outcome::Scanned { found: Some(mut scanned), .. } = outcome {
            report.stats.parsed_bytes += scanned.parsed_bytes;
            asked.sites.append(&mut scanned.sites);
            asked.omitted.append(&mut scanned.omitted);
        }
    }
    providers
}

/// The providers, a bit each by index, of which there are clients.
fn wanted(sites: &[ScopeSite]) -> u64 {
    let named = sites.iter().filter(|site| site.tells_client() && site.provider < MAX_PROVIDERS);
    named.fold(0, |all, site| all | 1_u64 << site.provider)
}

/// The same of one file in memory.
pub fn judge_text((scanner, rules): (&Scanner, &RuleSet), scanned: &mut Scanned, (name, bytes): (&str, &[u8])) -> (Vec<Finding>, Vec<Review>) {
    let (sites, omitted) = (std::mem::take(&mut scanned.sites), std::mem::take(&mut scanned.omitted));
    if sites.is_empty() && omitted.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let usage = scanning::usage_of_text(scanner, (name, bytes), wanted(&sites)).usage;
    let package = Package { sites: sites.iter().collect(), omitted: omitted.iter().collect(), files: usage.iter().collect(), ..Package::default() };
    let mut judged = scopes::judge(&package, scanner.providers(), rules);
    judged.findings.extend(scopes::shared(&[package], scanner.providers(), rules));
    (judged.findings, judged.reviews)
}

/// What is not known of requested scopes, and why.
pub fn unknown(reviews: &[Review]) -> Vec<Notice> {
    let notice = |review: &Review| {
        let (display, relative) = review.file.clone();
        if review.unknown.is_empty() {
            return Notice {
                display,
                relative,
                message: format!("not known which scopes of {} are requested: they are computed when the program runs", review.provider),
            };
        }
        let scopes = review.unknown.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
        let reasons = review.reasons.iter().take(MAX_REASONS).cloned().collect::<Vec<_>>().join("; ");
        Notice { display, relative, message: format!("not known whether a call needs {scopes} of {}: {reasons}", review.provider) }
    };
    reviews.iter().filter(|review| !review.unknown.is_empty() || review.is_all_computed()).map(notice).collect()
}

/// Whether a file is a program of the project itself, a list of requests, or something that its programs may read what they call from.
fn may_call(target: &Target) -> bool {
    let is_program = matches!(FileKind::of(&target.within), FileKind::Source | FileKind::Shell) || requests::is_of_requests(&target.within);
    (is_program || usage::is_data(&target.within)) && scan::is_own(&target.within)
}

impl Called {
    /// Marks calls of modules from elsewhere that are named after a provider: nobody sees what they call.
    fn see_modules(&mut self, package: &str, (targets, files): (&[Target], &Files)) {
        if self.files.iter().all(|file| file.modules.is_empty()) {
            return;
        }
        let name = module_name(package, files, |index| scanning::text(&targets[index]));
        let own = Modules::of(package, name, files);
        for file in &mut self.files {
            let foreign = file.modules.iter().filter(|module| !own.has(module));
            file.opaque |= foreign.fold(0, |all, module| all | 1 << module.provider);
        }
    }

    /// Adds what a file calls; `is_of_other`: it is one of a package that uses this one, and may have a token of its own.
    fn take(&mut self, seen: Seen, is_of_other: bool) {
        self.has_gaps |= seen.is_gap;
        if let Some(mut usage) = seen.usage {
            usage.calls.iter_mut().for_each(|call| call.has_other_token |= is_of_other);
            self.files.push(usage);
        }
    }
}

/// What the second step found of one file.
#[derive(Clone)]
struct Seen {
    usage: Option<Usage>,
    /// Not all of it could be read or parsed.
    is_gap: bool,
}

impl Seen {
    fn of(outcome: Outcome, is_program: bool, report: &mut Report) -> Self {
        match outcome {
            Outcome::Scanned { found: Some(scanned), .. } => {
                report.stats.parsed_bytes += scanned.parsed_bytes;
                Self { is_gap: !scanned.notices.is_empty(), usage: scanned.usage }
            }
            Outcome::Scanned { found: None, .. } | Outcome::Opened { .. } => Self { usage: None, is_gap: false },
            Outcome::Skipped(_) | Outcome::Failed(_) => Self { usage: None, is_gap: is_program },
        }
    }
}
