//! `check`: one scan, many renderings.

use crate::cli::{self, CheckArgs};
use crate::config::UsageError;
use crate::model::Report;
use crate::plan::{Destination, Environment, Plan, Rendering};
use crate::report::reporter;
use crate::run::{self, ExitStatus};

use super::output::{self, Failure};
use super::progress::Bar;

/// Scans what the arguments name and writes the reports.
pub fn check(args: &CheckArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let plan = Plan::new(args, environment)?;
    let rules = super::load_rules(&plan)?;
    let bar = Bar::new(plan.stderr.progress);
    let report = run::run(&plan, &rules, &|done, total| bar.advance(done, total));
    bar.finish();
    let report = report?;
    say_errors(args, &plan, &report);
    let status = run::exit_status(&plan, &report);
    Ok(write_all(&plan, &report)?.unwrap_or(status))
}

/// What could not be done is said on standard error, whatever becomes of the report.
fn say_errors(args: &CheckArgs, plan: &Plan, report: &Report) {
    report.errors.iter().for_each(|error| output::error(&error.message, None));
    if let Some(command) = mistaken_command(args, plan) {
        output::stderr(&format!("help: did you mean `aelix-lint {command}`? A command comes before all flags"));
    }
}

/// The command that a missing path was probably meant to be.
fn mistaken_command(args: &CheckArgs, plan: &Plan) -> Option<&'static str> {
    let word = args.paths.first()?.to_str()?;
    let is_missing = || !plan.listing.root.join(word).exists();
    cli::nearest_command(word).filter(|_| is_missing())
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
