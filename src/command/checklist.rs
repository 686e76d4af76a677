//! `checklist`: the vendor's going-live items, each met, violated or not decidable.

use crate::cli::{CheckArgs, ChecklistArgs, OutputArgs, RuleArgs};
use crate::config::UsageError;
use crate::plan::{Environment, Judged, Plan};
use crate::report::checklist::{self, Decided};
use crate::report::style::{Paint, color};
use crate::ruleset::checklist::built_in;
use crate::run::{self, ExitStatus};

use super::output::{self, Failure};

/// Decides the items by a scan with every rule that they name, those that are off by default too.
pub fn checklist(args: &ChecklistArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let lists = built_in()?;
    let Some(list) = lists.first() else { return Err(UsageError::new("no checklist is known").into()) };
    let named = list.items.iter().flat_map(|item| &item.rules).filter(|selector| !selector.ends_with("/*"));
    let check = CheckArgs {
        paths: args.paths.clone(),
        files: args.files.clone(),
        rules: RuleArgs { extend_select: named.cloned().collect(), ..args.rules.clone() },
        threshold: args.threshold.clone(),
        output: OutputArgs { show_safe: true, ..OutputArgs::default() },
        config: args.config.clone(),
        ..CheckArgs::default()
    };
    let mut plan = Plan::new(&check, environment)?;
    if let Some(declaration) = &mut plan.declaration {
        declaration.judged = Judged::Always;
    }
    let rules = super::load_rules(&plan)?;
    let report = run::run(&plan, &rules, &mut run::Watch { progress: &|_, _| {}, finding: &mut |_, _| {} })?;
    report.errors.iter().for_each(|error| output::error(&error.message, None));
    let decided = checklist::decide(list, &report);
    let paint = Paint::new(color(args.color, environment.stdout_is_terminal, environment.variable));
    output::stdout(|out| match args.format.as_str() {
        "json" => checklist::json((list, &decided), &report, out),
        "markdown" => checklist::markdown((list, &decided), &report, out),
        _ => checklist::human((list, &decided), &report, paint, out),
    })?;
    Ok(status(&plan, &decided, report.errors.is_empty()))
}

/// As that of a scan. What is not decidable fails nothing.
fn status(plan: &Plan, decided: &[Decided], is_complete: bool) -> ExitStatus {
    let fails = || decided.iter().flat_map(|one| &one.findings).any(|finding| plan.fail_on.fails(finding));
    match is_complete {
        false => ExitStatus::Error,
        true if fails() => ExitStatus::Findings,
        true => ExitStatus::Clean,
    }
}
