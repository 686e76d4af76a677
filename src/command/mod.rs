//! Floor 8: one file per subcommand, and the way from arguments to the exit status.

pub mod baseline;
pub mod check;
pub mod checklist;
pub mod config;
pub mod explain;
mod foreign_baseline;
pub mod install_hook;
pub mod new_rule;
mod output;
mod progress;
pub mod rules;
pub mod scopes;

use std::ffi::OsString;
use std::sync::Arc;

use crate::cli::{self, BaselineCommand, Cli, Command, ConfigCommand, Parsed, RulesCommand};
use crate::config::UsageError;
use crate::plan::{Environment, Plan};
use crate::ruleset::{RuleError, RuleSet, nearest, schema};
use crate::run::{ExitStatus, panics};

pub use output::Failure;

/// The whole program: reads the arguments, runs the command, says what went wrong.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    panics::silence();
    match cli::parse(arguments) {
        Parsed::Run(cli) => finish(panics::guard(|| dispatch(*cli)).unwrap_or_else(|error| Err(internal(&error)))),
        Parsed::Text(text) => finish(output::stdout(|out| out.write_all(text.as_bytes())).map(|()| ExitStatus::Clean)),
        Parsed::Mistake(text) => {
            output::stderr(text.trim_end());
            ExitStatus::Error
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitStatus, Failure> {
    let environment = Environment::of_process()?;
    match cli.command.unwrap_or_else(|| Command::Check(Box::new(cli.check))) {
        Command::Check(args) => check::check(&args, &environment),
        Command::Rules(RulesCommand::List(args)) => rules::list(&args, &environment),
        Command::Rules(RulesCommand::Show(args)) | Command::Explain(args) => explain::explain(&args, &environment),
        Command::Rules(RulesCommand::Test(args)) => rules::test(&args, &environment),
        Command::Rules(RulesCommand::New(args)) => new_rule::new_rule(&args, &environment),
        Command::Rules(RulesCommand::Schema) => output::json(&schema::rule_file()),
        Command::Scopes(args) => scopes::scopes(&args, &environment),
        Command::Checklist(args) => checklist::checklist(&args, &environment),
        Command::Baseline(BaselineCommand::Create(args)) => baseline::create(&args, &environment),
        Command::Baseline(BaselineCommand::Update(args)) => baseline::update(&args, &environment),
        Command::Baseline(BaselineCommand::Prune(args)) => baseline::prune(&args, &environment),
        Command::Baseline(BaselineCommand::Show(args)) => baseline::show(&args, &environment),
        Command::Baseline(BaselineCommand::Import(args)) => baseline::import(&args, &environment),
        Command::Completions(args) => print(&cli::completions(args.shell)),
        Command::Man => print(&cli::man().map_err(|error| UsageError::new(format!("cannot make the man page: {error}")))?),
        Command::InstallHook(args) => install_hook::install(&args, &environment),
        Command::Config(ConfigCommand::Init(args)) => config::init(&args, &environment),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args, &environment),
        Command::Config(ConfigCommand::Schema) => output::json(&crate::config::schema()),
    }
}

fn print(bytes: &[u8]) -> Result<ExitStatus, Failure> {
    output::stdout(|out| out.write_all(bytes))?;
    Ok(ExitStatus::Clean)
}

/// The rules of a plan; every name in it must be a rule's.
fn load_rules(plan: &Plan) -> Result<Arc<RuleSet>, Failure> {
    let rules = RuleSet::load(&plan.rules)?;
    if rules.active().next().is_none() {
        return Err(UsageError::new("no rule is left to scan with").with_help("--select and --ignore, or the configuration, leave out every rule").into());
    }
    let named = plan.scan.providers.iter().flat_map(|provider| provider.token_rules.iter().map(move |id| (provider, id)));
    if let Some((provider, id)) = named.into_iter().find(|(_, id)| !rules.rules.iter().any(|rule| rule.id.as_str() == id.as_str())) {
        let error = unknown_rule(id, &rules);
        return Err(UsageError { message: format!("cannot use the `token_rules` of the provider {}: {}", provider.id, error.message), ..error }.into());
    }
    match plan.triage.unknown_selector(&rules) {
        Some(selector) => {
            let error = unknown_rule(selector, &rules);
            let place = plan.rules.places.get(selector).map_or_else(String::new, |place| format!("{place}: "));
            Err(UsageError { message: format!("{place}{}", error.message), ..error }.into())
        }
        None => Ok(Arc::new(rules)),
    }
}

fn unknown_rule(name: &str, rules: &RuleSet) -> UsageError {
    let ids = rules.rules.iter().map(|rule| rule.id.as_str());
    let help = nearest(name, ids).map_or_else(|| "see `aelix-lint rules list`".to_owned(), |id| format!("did you mean `{id}`?"));
    UsageError::new(format!("no rule is named `{name}`")).with_help(help)
}

fn internal(error: &str) -> Failure {
    UsageError::new(format!("cannot go on: {error}")).with_help("please report it").into()
}

/// A reader that has gone away is no failure of ours.
fn finish(result: Result<ExitStatus, Failure>) -> ExitStatus {
    match result {
        Ok(status) => status,
        Err(Failure::BrokenPipe) => ExitStatus::Clean,
        Err(Failure::Usage(error)) => {
            output::error(&error.message, error.help.as_deref());
            ExitStatus::Error
        }
    }
}

impl From<RuleError> for Failure {
    fn from(error: RuleError) -> Self {
        UsageError::new(error.to_string()).into()
    }
}
