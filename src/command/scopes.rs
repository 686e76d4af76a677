//! `scopes`: what each client requests, what the code uses, and the smallest set that is enough.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::{CheckArgs, FileArgs, RuleArgs, ScopesArgs};
use crate::model::usage::{Client, Review};
use crate::model::{Report, SkipReason};
use crate::plan::{Environment, Plan};
use crate::report::style::sanitise;
use crate::run::{self, ExitStatus};

use super::output::{self, Failure};

/// The family of rules that is needed.
const FAMILY: &str = "scopes";

/// One package and provider, as JSON has it.
#[derive(Serialize)]
struct Entry<'a> {
    package: &'a str,
    provider: &'a str,
    clients: Vec<ClientEntry<'a>>,
    calls: Vec<CallEntry<'a>>,
    used: &'a [String],
    unused: &'a [String],
    missing: &'a [String],
    unknown: &'a [String],
    reasons: &'a [String],
    sufficient: Option<&'a [String]>,
}

#[derive(Serialize)]
struct ClientEntry<'a> {
    client: &'a str,
    requested: &'a [String],
    dynamic: bool,
}

#[derive(Serialize)]
struct CallEntry<'a> {
    call: &'a str,
    needs_one_of: &'a [String],
}

impl<'a> Entry<'a> {
    fn of(review: &'a Review) -> Self {
        let client = |client: &'a Client| ClientEntry { client: &client.name, requested: &client.requested, dynamic: client.is_dynamic };
        Self {
            package: if review.package.is_empty() { "." } else { &review.package },
            provider: &review.provider,
            clients: review.clients.iter().map(client).collect(),
            calls: review.calls.iter().map(|(call, needed)| CallEntry { call, needs_one_of: needed }).collect(),
            used: &review.used,
            unused: &review.unused,
            missing: &review.missing,
            unknown: &review.unknown,
            reasons: &review.reasons,
            sufficient: review.sufficient.as_deref(),
        }
    }
}

/// Prints the scopes of every client.
pub fn scopes(args: &ScopesArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let rules = RuleArgs { select: vec![FAMILY.to_owned()], ..RuleArgs::default() };
    let check = CheckArgs { paths: args.paths.clone(), files: FileArgs::default(), rules, config: args.config.clone(), ..CheckArgs::default() };
    let plan = Plan::new(&check, environment)?;
    let rules = super::load_rules(&plan)?;
    let report = run::run(&plan, &rules, &mut run::Watch { progress: &|_, _| {}, finding: &mut |_, _| {} })?;
    report.errors.iter().for_each(|error| output::error(&error.message, None));
    for line in warnings(&report) {
        output::stderr(&line);
    }
    let says_nothing = report.reviews.is_empty() && !report.errors.is_empty();
    output::stdout(|out| match args.format.as_str() {
        "json" => json(&report, out),
        _ if says_nothing => Ok(()),
        _ => table(&report, out),
    })?;
    Ok(if report.errors.is_empty() { ExitStatus::Clean } else { ExitStatus::Error })
}

/// What was not read in full, of which a verdict may be wrong: a line each.
fn warnings(report: &Report) -> Vec<String> {
    let notices = report.notices.iter().map(|notice| format!("{}: {}", notice.display, notice.message));
    let large = report.skipped.iter().filter(|skip| skip.reason == SkipReason::TooLarge);
    let large = large.map(|skip| format!("{}: not read, above the size limit; `max-file-size` of the configuration raises it", skip.display));
    notices.chain(large).map(|line| format!("warning: {}", sanitise(&line))).collect()
}

fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let packages: Vec<Entry> = report.reviews.iter().map(Entry::of).collect();
    serde_json::to_writer_pretty(&mut *out, &serde_json::json!({ "packages": packages }))?;
    writeln!(out)
}

fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.reviews.is_empty() {
        return writeln!(out, "No client of a known provider requests scopes.");
    }
    for (index, review) in report.reviews.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        one(&Entry::of(review), out)?;
    }
    Ok(())
}

fn one(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} in {}", entry.provider, sanitise(entry.package))?;
    for client in &entry.clients {
        let requested = match (client.dynamic, client.requested) {
            (true, []) => "scopes that are computed".to_owned(),
            (true, named) => format!("{} and others that are computed", named.join(" ")),
            (false, named) => listed(named),
        };
        row(out, &format!("client {}", client.client), &format!("requests {requested}"))?;
    }
    for call in &entry.calls {
        row(out, call.call, &format!("needs {}", if call.needs_one_of.is_empty() { "nobody says what".to_owned() } else { call.needs_one_of.join(" or ") }))?;
    }
    for (name, scopes) in [("used", entry.used), ("unused", entry.unused), ("missing", entry.missing), ("not known", entry.unknown)] {
        if !scopes.is_empty() {
            row(out, name, &listed(scopes))?;
        }
    }
    if let Some(scopes) = entry.sufficient {
        row(out, "enough", &scopes.join(" "))?;
    }
    entry.reasons.iter().take(MAX_REASONS).try_for_each(|reason| row(out, "not complete", reason))
}

/// Reasons that the table names.
const MAX_REASONS: usize = 8;
/// Width of the first column.
const WIDTH: usize = 36;

fn row(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {:WIDTH$}  {}", sanitise(name), sanitise(text))
}

fn listed(scopes: &[String]) -> String {
    if scopes.is_empty() { "nothing by name".to_owned() } else { scopes.join(" ") }
}
