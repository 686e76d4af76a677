//! The straight line: plan → targets → scan → project → triage → report → exit status.

mod book;
pub mod panics;
mod scanning;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use crate::config::UsageError;
use crate::model::{Report, Stats};
use crate::plan::Plan;
use crate::project;
use crate::ruleset::RuleSet;
use crate::scan::Scanner;
use crate::source;
use crate::triage::triage;

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

/// Does what the plan says, up to the report.
pub fn run(plan: &Plan, rules: &Arc<RuleSet>, progress: Progress) -> Result<Report, UsageError> {
    let started = Instant::now();
    let listing = source::list(&plan.inputs, &plan.listing).map_err(|error| UsageError::new(error.to_string()))?;
    let listed = started.elapsed();

    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads).build();
    let pool = pool.map_err(|error| UsageError::new(format!("cannot start the threads that scan: {error}")))?;
    let scanner = Scanner::new(rules.clone(), plan.scan.clone());
    let outcomes = scanning::scan_all(&scanner, &listing.targets, &pool, progress);
    let scanned = started.elapsed();

    let (mut report, targets) = book::open(plan, rules, listing);
    let mut blobs = book::book(&mut report, &targets, outcomes);
    let project = project::findings(rules, &mut blobs.scanned);
    report.findings = blobs.join(project, &targets).into_iter().flat_map(|file| triage(file, rules, &plan.triage)).collect();
    let (listing, scanning) = (listed, scanned.saturating_sub(listed));
    report.stats = Stats { threads: pool.current_num_threads(), listing, scanning, total: started.elapsed(), ..report.stats };
    Ok(report)
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
