//! Least privilege: which files the project stage needs for it, and its verdict on each package.

use std::collections::BTreeMap;

use rayon::ThreadPool;

use crate::model::usage::{OmittedScope, Review, ScopeSite, Usage};
use crate::model::{FileKind, Finding, Notice, Origin, Report, Scanned, Target};
use crate::project::packages::Files;
use crate::project::scopes::{self, Package};
use crate::ruleset::RuleSet;
use crate::scan::Scanner;

use super::scanning::{self, Outcome};

/// Extensions of files that are nothing but HTTP requests.
const REQUESTS: [&str; 2] = [".http", ".rest"];

/// Reasons that a notice names.
const MAX_REASONS: usize = 3;

/// What the first step found of scopes.
pub struct Asked {
    /// Places that request scopes.
    pub sites: Vec<ScopeSite>,
    /// Token requests without scopes.
    pub omitted: Vec<OmittedScope>,
}

/// What the second step found of one package.
#[derive(Default)]
struct Called {
    files: Vec<Usage>,
    has_gaps: bool,
}

/// The findings about scopes. Files are read again only in packages that request scopes by name.
pub fn judge(
    (scanner, rules): (&Scanner, &RuleSet),
    (targets, files): (&[Target], &Files),
    asked: &Asked,
    pool: &ThreadPool,
    report: &mut Report,
) -> Vec<Finding> {
    let mut packages: BTreeMap<&str, Package> = BTreeMap::new();
    for site in &asked.sites {
        let folder = files.package_of(&site.place.relative);
        packages.entry(folder).or_insert_with(|| Package { folder, ..Package::default() }).sites.push(site);
    }
    for omitted in &asked.omitted {
        let folder = files.package_of(&omitted.place.relative);
        packages.entry(folder).or_insert_with(|| Package { folder, ..Package::default() }).omitted.push(omitted);
    }
    let mut errands: Vec<(usize, &str)> = Vec::new();
    for (folder, _) in packages.iter().filter(|(_, package)| package.sites.iter().any(|site| !site.scopes.is_empty())) {
        errands.extend(files.of_package(folder).into_iter().filter(|index| may_call(&targets[*index])).map(|index| (index, *folder)));
    }
    let (again, once): (Vec<_>, Vec<_>) = errands.into_iter().partition(|(index, _)| targets[*index].origin == Origin::File);
    let named = asked.sites.iter().filter(|site| !site.scopes.is_empty() && site.provider < 64);
    let wanted = named.fold(0, |all, site| all | 1_u64 << site.provider);
    let outcomes = scanning::usage(scanner, &again.iter().map(|(index, _)| &targets[*index]).collect::<Vec<_>>(), wanted, pool);
    let mut called: BTreeMap<&str, Called> = BTreeMap::new();
    for (_, folder) in once {
        called.entry(folder).or_default().has_gaps = true;
    }
    for ((_, folder), outcome) in again.into_iter().zip(outcomes) {
        called.entry(folder).or_default().take(outcome, report);
    }
    let mut findings = Vec::new();
    for (folder, mut package) in packages {
        if let Some(called) = called.get(folder) {
            package.files = called.files.iter().collect();
            package.has_gaps = called.has_gaps;
        }
        let (found, reviews) = scopes::judge(&package, scanner.providers(), rules);
        findings.extend(found);
        report.reviews.extend(reviews);
    }
    findings
}

/// The same of one file in memory.
pub fn judge_text((scanner, rules): (&Scanner, &RuleSet), scanned: &mut Scanned, (name, bytes): (&str, &[u8])) -> (Vec<Finding>, Vec<Review>) {
    let (sites, omitted) = (std::mem::take(&mut scanned.sites), std::mem::take(&mut scanned.omitted));
    if sites.is_empty() && omitted.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let usage = scanning::usage_of_text(scanner, name, bytes).usage;
    let package = Package { sites: sites.iter().collect(), omitted: omitted.iter().collect(), files: usage.iter().collect(), ..Package::default() };
    scopes::judge(&package, scanner.providers(), rules)
}

/// What is not known of requested scopes, and why.
pub fn unknown(reviews: &[Review]) -> Vec<Notice> {
    let notice = |review: &Review| {
        let (display, relative) = review.file.clone();
        let scopes = review.unknown.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
        let reasons = review.reasons.iter().take(MAX_REASONS).cloned().collect::<Vec<_>>().join("; ");
        Notice { display, relative, message: format!("not known whether a call needs {scopes} of {}: {reasons}", review.provider) }
    };
    reviews.iter().filter(|review| !review.unknown.is_empty()).map(notice).collect()
}

/// Whether a file is a program, or a list of requests.
fn may_call(target: &Target) -> bool {
    matches!(FileKind::of(&target.within), FileKind::Source | FileKind::Shell) || REQUESTS.iter().any(|end| target.within.ends_with(end))
}

impl Called {
    fn take(&mut self, outcome: Outcome, report: &mut Report) {
        match outcome {
            Outcome::Scanned { found: Some(scanned), .. } => {
                report.stats.parsed_bytes += scanned.parsed_bytes;
                self.has_gaps |= !scanned.notices.is_empty();
                self.files.extend(scanned.usage);
            }
            Outcome::Scanned { found: None, .. } => {}
            Outcome::Skipped(_) | Outcome::Failed(_) => self.has_gaps = true,
        }
    }
}
