//! `check`: one scan, many renderings.

use std::sync::Arc;

use crate::cli::CheckArgs;
use crate::config::UsageError;
use crate::model::Report;
use crate::plan::{Destination, Environment, Plan, Rendering};
use crate::report::{Format, reporter};
use crate::ruleset::RuleSet;
use crate::run::{self, ExitStatus};

use super::output::{self, Failure};
use super::progress::Bar;

/// Scans what the arguments name and writes the reports.
pub fn check(args: &CheckArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let plan = Plan::new(args, environment)?;
    let rules = Arc::new(RuleSet::load(&plan.rules)?);
    let bar = Bar::new(plan.show.progress);
    let report = run::run(&plan, &rules, &|done, total| bar.advance(done, total));
    bar.finish();
    let report = report?;
    say_errors(&plan, &report);
    let status = run::exit_status(&plan, &report);
    Ok(write_all(&plan, &report)?.unwrap_or(status))
}

/// People who read no human report on standard output still learn what is missing from it.
fn say_errors(plan: &Plan, report: &Report) {
    let is_human = |r: &Rendering| r.destination == Destination::Stdout && matches!(r.format, Format::Human(_));
    if !plan.renderings.iter().any(is_human) {
        for error in &report.errors {
            output::error(&error.message, None);
        }
    }
}

/// Writes every report, files first. A file that cannot be written does not keep the others from being written; it makes the status an error.
fn write_all(plan: &Plan, report: &Report) -> Result<Option<ExitStatus>, Failure> {
    let mut status = None;
    for rendering in &plan.renderings {
        if let Destination::File { path, shown } = &rendering.destination
            && let Err(error) = write_file(rendering, report, (path, shown))
        {
            output::error(&error.message, None);
            status = Some(ExitStatus::Error);
        }
    }
    for rendering in plan.renderings.iter().filter(|r| r.destination == Destination::Stdout) {
        let reporter = reporter(rendering.format, rendering.options.clone());
        output::stdout(|out| reporter.write(report, out))?;
    }
    Ok(status)
}

fn write_file(rendering: &Rendering, report: &Report, (path, shown): (&std::path::Path, &str)) -> Result<(), UsageError> {
    let reporter = reporter(rendering.format, rendering.options.clone());
    output::file(path, shown, |out| reporter.write(report, out))
}
