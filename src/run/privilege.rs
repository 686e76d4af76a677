//! Least privilege: which files the project stage needs for it, and its verdict on each package.

use std::collections::BTreeMap;

use crate::model::provider::Provider;
use crate::model::usage::{OmittedScope, Review, ScopeSite, Usage};
use crate::model::{FileKind, Finding, Notice, Origin, Report, Scanned, Target};
use crate::project::blast::{self, Owners};
use crate::project::packages::{Files, Modules, module_name};
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
    let mut errands: Vec<(usize, &str)> = Vec::new();
    for (folder, _) in packages.iter().filter(|(_, package)| package.sites.iter().any(|site| site.tells_client())) {
        errands.extend(files.of_package(folder).into_iter().filter(|index| may_call(&targets[*index])).map(|index| (index, *folder)));
    }
    let (again, once): (Vec<_>, Vec<_>) = errands.into_iter().partition(|(index, _)| targets[*index].origin == Origin::File);
    let outcomes = scanning::usage(scanner, &again.iter().map(|(index, _)| &targets[*index]).collect::<Vec<_>>(), (&providers, wanted(&asked.sites)), threads);
    let mut called: BTreeMap<&str, Called> = BTreeMap::new();
    for (index, folder) in once {
        called.entry(folder).or_default().has_gaps |= !usage::is_data(&targets[index].within);
    }
    for ((index, folder), outcome) in again.into_iter().zip(outcomes) {
        called.entry(folder).or_default().take(outcome, !usage::is_data(&targets[index].within), report);
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

    fn take(&mut self, outcome: Outcome, is_program: bool, report: &mut Report) {
        match outcome {
            Outcome::Scanned { found: Some(scanned), .. } => {
                report.stats.parsed_bytes += scanned.parsed_bytes;
                self.has_gaps |= !scanned.notices.is_empty();
                self.files.extend(scanned.usage);
            }
            Outcome::Scanned { found: None, .. } | Outcome::Opened { .. } => {}
            Outcome::Skipped(_) | Outcome::Failed(_) => self.has_gaps |= is_program,
        }
    }
}
