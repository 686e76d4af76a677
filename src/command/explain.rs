//! `explain RULE`: the page of one rule.

use crate::cli::ExplainArgs;
use crate::docs;
use crate::plan::{self, Environment};
use crate::ruleset::RuleSet;
use crate::run::ExitStatus;

use super::output::{self, Failure};

/// Prints what a rule finds, what goes wrong and how to fix it.
pub fn explain(args: &ExplainArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let selection = crate::cli::RuleArgs { rules: args.rules.clone(), ..Default::default() };
    let rules = RuleSet::load(&plan::rule_options(&selection, &args.config, environment)?)?;
    let Some((_, rule)) = rules.find(&args.rule) else {
        return Err(super::unknown_rule(&args.rule, &rules).into());
    };
    let text = docs::rule_text(rule);
    output::stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(ExitStatus::Clean)
}
