//! `check`: one scan, many renderings.

use crate::cli::{self, CheckArgs};
use crate::config::UsageError;
use crate::model::{Finding, Report, Rule};
use crate::plan::{Destination, Environment, Plan, Rendering};
use crate::report::{self, Format, reporter};
use crate::run::{self, ExitStatus};
use crate::source::Input;

use super::output::{self, Failure};
use super::progress::Bar;

/// Scans what the arguments name and writes the reports.
pub fn check(args: &CheckArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let plan = Plan::new(args, environment)?;
    let rules = super::load_rules(&plan)?;
    let bar = Bar::new(plan.stderr.progress);
    let mut stream = Stream::of(&plan);
    let mut watch = run::Watch { progress: &|done, total| bar.advance(done, total), finding: &mut |finding, rules| stream.finding(finding, rules) };
    let report = run::run(&plan, &rules, &mut watch);
    bar.finish();
    let report = report?;
    stream.failure.map_or(Ok(()), Err)?;
    say_errors(args, &plan, &report);
    let status = run::exit_status(&plan, &report);
    let written = write_all(&plan, &report)?;
    // The process ends: its memory needs no tidying.
    std::mem::forget((rules, report));
    Ok(written.unwrap_or(status))
}

/// Findings in JSONL leave on standard output while the scan goes on.
struct Stream {
    is_wanted: bool,
    suppressed_too: bool,
    /// Why nothing more can be written.
    failure: Option<Failure>,
}

impl Stream {
    fn of(plan: &Plan) -> Self {
        Self { is_wanted: plan.renderings.iter().any(is_streamed), suppressed_too: plan.show.suppressed, failure: None }
    }

    fn finding(&mut self, finding: &Finding, rules: &[Rule]) {
        if self.is_wanted && self.failure.is_none() && finding.is_shown(self.suppressed_too) {
            self.failure = output::stdout(|out| report::json_line(finding, rules, out)).err();
        }
    }
}

fn is_streamed(rendering: &Rendering) -> bool {
    rendering.format == Format::Jsonl && rendering.destination == Destination::Stdout
}

/// What could not be done is said on standard error, whatever becomes of the report.
fn say_errors(args: &CheckArgs, plan: &Plan, report: &Report) {
    report.errors.iter().for_each(|error| output::error(&error.message, None));
    if let Some(command) = mistaken_command(args, plan) {
        output::stderr(&format!("help: did you mean `aelix-lint {command}`? A command comes before all flags"));
    }
}

/// The command that a missing path was probably meant to be. The paths of changes may be missing, or names of commits.
fn mistaken_command(args: &CheckArgs, plan: &Plan) -> Option<&'static str> {
    let word = args.paths.first()?.to_str()?;
    let is_missing = || !plan.listing.root.join(word).exists();
    let is_of_files = !matches!(plan.inputs[..], [Input::Changes(_)]);
    cli::nearest_command(word).filter(|_| is_of_files && is_missing())
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
        let reporter = if is_streamed(rendering) { report::rest_of_jsonl() } else { reporter(rendering.format, rendering.options.clone()) };
        output::stdout(|out| reporter.write(report, out))?;
    }
    Ok(status)
}

fn write_file(rendering: &Rendering, report: &Report, (path, shown): (&std::path::Path, &str)) -> Result<(), UsageError> {
    let reporter = reporter(rendering.format, rendering.options.clone());
    output::file(path, shown, |out| reporter.write(report, out))
}
