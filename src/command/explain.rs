//! `explain RULE`: the page of one rule.

use crate::cli::ExplainArgs;
use crate::docs::{self, Terminal};
use crate::plan::{self, Environment};
use crate::report::style::Paint;
use crate::ruleset::RuleSet;
use crate::run::ExitStatus;

use super::output::{self, Failure};

/// Longer lines of prose are hard to read.
const MAX_WIDTH: usize = 100;

/// Prints what a rule finds, what goes wrong and how to fix it.
pub fn explain(args: &ExplainArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let selection = crate::cli::RuleArgs { rules: args.rules.clone(), ..Default::default() };
    let rules = RuleSet::load(&plan::rule_options(&selection, &args.config, environment)?)?;
    let Some((_, rule)) = rules.find(&args.rule) else {
        return Err(super::unknown_rule(&args.rule, &rules).into());
    };
    let (color, width) = plan::terminal(environment);
    let paint = Paint::new(color);
    let text = docs::rule_text(rule, &Terminal { width: width.min(MAX_WIDTH), heading: &|text| paint.strong(text) });
    output::stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(ExitStatus::Clean)
}
