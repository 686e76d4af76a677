//! `explain RULE`: the page of one rule.

use crate::cli::ExplainArgs;
use crate::config::UsageError;
use crate::docs;
use crate::plan::{self, Environment};
use crate::ruleset::{RuleSet, nearest};
use crate::run::ExitStatus;

use super::output::{self, Failure};

/// Prints what a rule finds, what goes wrong and how to fix it.
pub fn explain(args: &ExplainArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let selection = crate::cli::RuleArgs { rules: args.rules.clone(), ..Default::default() };
    let rules = RuleSet::load(&plan::rule_options(&selection, &args.config, environment)?)?;
    let Some((_, rule)) = rules.find(&args.rule) else {
        let ids = rules.rules.iter().map(|rule| rule.id.as_str());
        let help = nearest(&args.rule, ids).map_or_else(|| "see `aelix-lint rules list`".to_owned(), |id| format!("did you mean `{id}`?"));
        return Err(UsageError::new(format!("no rule is named `{}`", args.rule)).with_help(help).into());
    };
    let text = docs::rule_text(rule);
    output::stdout(|out| writeln!(out, "{}", text.trim_end()))?;
    Ok(ExitStatus::Clean)
}
