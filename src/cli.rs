//! The command line exactly as typed. `plan.rs` says what it means.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::model::{Confidence, Severity};
use crate::report::style::ColorChoice;
use crate::report::{Format, UnknownFormat};
use crate::source::FileSize;
use crate::text::value::date::Date;
use crate::triage::FailOn;

const EXIT_STATUS: &str = "\
Exit status:
  0  the scan is complete and nothing is at or above --fail-on
  1  findings at or above --fail-on (0 with --exit-zero)
  2  a wrong flag, configuration or rule, or something named or met that could not be read; outranks 1

A folder that has the name of a command is scanned as `./rules`.";

/// Finds hardcoded secrets, over-broad scopes and missing rotation in code and configuration.
#[derive(Debug, Parser)]
#[command(name = "aelix-lint", version, about, args_conflicts_with_subcommands = true, args_override_self = true, after_help = EXIT_STATUS, max_term_width = 110)]
pub struct Cli {
    /// What to do; none: check.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `check`, which may be left out.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files and folders (the default)
    #[command(after_help = EXIT_STATUS)]
    Check(Box<CheckArgs>),
    /// List, show and test rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Explain a rule: what goes wrong, how to fix it
    Explain(ExplainArgs),
    /// Print which scopes each client requests, which its calls use, and the smallest set that is enough
    Scopes(ScopesArgs),
    /// Decide the vendor's going-live checklist: each item met, violated or not decidable
    #[command(after_help = EXIT_STATUS)]
    Checklist(Box<ChecklistArgs>),
    /// Accept findings that are there, so that only new ones count
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Install a git hook that scans what is staged
    InstallHook(InstallHookArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the man page
    Man,
    /// Write or show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Commands about rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List(ListArgs),
    /// Show one rule, as `explain` does
    Show(ExplainArgs),
    /// Run the examples and counterexamples of rule files
    Test(TestArgs),
    /// Write a rule file to start from, which passes `rules test` as it stands
    New(NewArgs),
    /// Print the JSON Schema of rule files, for editors
    Schema,
}

/// Commands about the baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write a baseline that accepts all that is found; an existing file is left alone
    Create(Box<AcceptArgs>),
    /// Accept what is new too, and forget what is no longer found
    Update(Box<AcceptArgs>),
    /// Forget what is no longer found
    Prune(Box<BaselineArgs>),
    /// List what is accepted, since when and why
    Show(ShowBaselineArgs),
    /// Accept what another scanner's file accepts: a gitleaks report, a .gitleaksignore, a detect-secrets baseline
    Import(Box<ImportArgs>),
}

/// What `baseline` commands scan; --baseline names the file.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What is scanned
    #[command(flatten)]
    pub check: CheckArgs,
}

/// Arguments of commands that accept findings.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The last day on which they are
    #[arg(long, value_name = "DATE")]
    pub expires: Option<Date>,
    /// What is scanned
    #[command(flatten)]
    pub scan: BaselineArgs,
}

/// Arguments of `baseline import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file of the other scanner
    #[arg(long = "from", value_name = "FILE")]
    pub file: PathBuf,
    /// What is accepted, and where it is looked for
    #[command(flatten)]
    pub accept: AcceptArgs,
}

/// Arguments of `baseline show`.
#[derive(Debug, Args)]
pub struct ShowBaselineArgs {
    /// The baseline [default: the nearest .aelix-lint-baseline.json]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json"])]
    pub format: String,
}

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented aelix-lint.toml; an existing file is left alone
    Init(InitArgs),
    /// Print the effective settings and where each comes from
    Show(Box<CheckArgs>),
    /// Print the JSON Schema of the configuration, for editors
    Schema,
}

/// Flags of `rules list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json"])]
    pub format: String,
    /// What decides which rules are on
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `explain` and `rules show`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Rule id, such as secrets/aelix-api-key
    pub rule: String,
    /// Rule files, or folders of them, beside the built-in rules
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `scopes`.
#[derive(Debug, Args)]
pub struct ScopesArgs {
    /// Files and folders to read; none: the working directory
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// How the scopes are written
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json"])]
    pub format: String,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `checklist`.
#[derive(Debug, Args)]
pub struct ChecklistArgs {
    /// Files and folders to read; none: the working directory
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// How the checklist is written
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json", "markdown"])]
    pub format: String,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: ColorChoice,
    /// What is scanned
    #[command(flatten)]
    pub files: FileArgs,
    /// Which rules are on
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What counts and what fails
    #[command(flatten)]
    pub threshold: ThresholdArgs,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `rules test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Rule files, or folders of them
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
}

/// Arguments of `rules new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Id of the rule, such as custom/acmepay-api-key
    pub id: String,
    /// The file to write; `-` is standard output; an existing file is left alone [default: the name of the rule with .toml]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Rule files, or folders of them, beside the built-in rules, whose ids are taken too
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `config init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write
    #[arg(default_value = "aelix-lint.toml")]
    pub path: PathBuf,
}

/// Everything that `check` takes.
#[derive(Clone, Debug, Default, Args)]
pub struct CheckArgs {
    /// Files and folders to scan; `-` is standard input; none: the working directory
    #[arg(value_name = "PATHS", value_parser = path(), value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// What is scanned
    #[command(flatten)]
    pub files: FileArgs,
    /// Which changes of a git repository are scanned instead of files
    #[command(flatten)]
    pub changes: ChangeArgs,
    /// Which rules are on
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What is reported and what fails
    #[command(flatten)]
    pub threshold: ThresholdArgs,
    /// How it is reported
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where the configuration comes from
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Threads that walk and scan; 0: one per core, or `RAYON_NUM_THREADS`
    #[arg(short = 'j', long, value_name = "N", value_parser = threads, help_heading = "Files")]
    pub threads: Option<u16>,
}

/// What is scanned.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Files")]
pub struct FileArgs {
    /// Do not scan what this glob matches (gitignore syntax; may be repeated); replaces `exclude` of the configuration
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// The same, added to `exclude` of the configuration
    #[arg(long, value_name = "GLOB")]
    pub extend_exclude: Vec<String>,
    /// Excludes also hold for paths named on the command line
    #[arg(long)]
    pub force_exclude: bool,
    /// Also scan what .gitignore and .aelixlintignore hide
    #[arg(long)]
    pub no_ignore: bool,
    /// Pass over larger files met in a folder, such as 200MiB, 1GB or 4096 [default: 16 MiB]
    #[arg(long, value_name = "SIZE")]
    pub max_file_size: Option<FileSize>,
    /// Also scan what is packed in archives (zip, jar, docx, whl, tar, gz and the like), to three levels; nothing is written to disk
    #[arg(long)]
    pub archives: bool,
    /// Also scan the paths listed in FILE (`-`: standard input), separated by newlines or NUL bytes
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// The name that standard input is scanned and reported under
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// No input files at all, or a range without commits, are no error
    #[arg(long)]
    pub allow_empty: bool,
}

/// Which changes of a git repository are scanned: the lines they add are reported, whole files are read.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Changes (git)")]
pub struct ChangeArgs {
    /// Scan what is staged, as `git commit` would commit it; PATHS limit it
    #[arg(long, conflicts_with_all = ["files_from", "stdin_filename"])]
    pub staged: bool,
    /// Scan what a branch adds in the end: the difference of HEAD (without it, the commit checked out) to the commit it has in common with BASE
    #[arg(long, value_name = "BASE[..HEAD]", group = "net", conflicts_with_all = ["staged", "commits", "files_from", "stdin_filename"])]
    pub diff: Option<String>,
    /// Scan what this branch adds to the default branch of the remote: --diff origin/HEAD, and what the baseline accepts does not count
    #[arg(long, group = "net", conflicts_with_all = ["staged", "commits", "history", "no_baseline", "files_from", "stdin_filename"])]
    pub new_only: bool,
    /// With --diff or --new-only: also what a commit of the branch adds and a later one removes, for it is published all the same
    #[arg(long, requires = "net", conflicts_with_all = ["staged", "commits"])]
    pub with_removed: bool,
    /// Scan what each commit of a range adds, also what a later one removes
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["staged", "files_from", "stdin_filename"])]
    pub commits: Option<String>,
    /// Scan every version of every file that led to REF, each once; a path that names a commit is one more REF
    #[arg(long, value_name = "REF", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = ["staged", "diff", "commits"])]
    pub history: Vec<String>,
    /// With --history: all references and every stash
    #[arg(long, requires = "history")]
    pub all: bool,
    /// With --history: also stored blobs that no reference leads to, such as what a rebase has left
    #[arg(long, requires = "history")]
    pub unreachable: bool,
    /// With --history: a shallow clone is an error
    #[arg(long, requires = "history")]
    pub require_full_history: bool,
}

/// Which rules are on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// Only these rules (secrets/x, secrets/*, secrets, all), separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Also these rules, such as preview rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Rule files, or folders of them, beside the built-in rules
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
}

/// What is reported and what fails.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Thresholds")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ThresholdArgs {
    /// Least severity that is reported [default: info]
    #[arg(long, value_name = "SEVERITY")]
    pub min_severity: Option<Severity>,
    /// Least confidence that is reported [default: medium]
    #[arg(long, value_name = "CONFIDENCE")]
    pub min_confidence: Option<Confidence>,
    /// Least severity that makes the exit status 1 [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 instead of 1
    #[arg(long)]
    pub exit_zero: bool,
    /// Inline comments that mute findings do not count, whichever tool they are written for
    #[arg(long)]
    pub no_suppressions: bool,
    /// Comments for other tools mute secrets on their line: gitleaks:allow, ggignore, pragma: allowlist secret, ... (the default)
    #[arg(long, overrides_with = "no_honor_foreign_suppressions")]
    pub honor_foreign_suppressions: bool,
    /// Comments for other tools do not count
    #[arg(long, overrides_with = "honor_foreign_suppressions")]
    pub no_honor_foreign_suppressions: bool,
    /// The day that counts as today, in UTC, for suppressions that expire [default: that of `SOURCE_DATE_EPOCH`, or of the clock]
    #[arg(long, value_name = "DATE")]
    pub now: Option<Date>,
    /// Findings that this file accepts do not count [default: the nearest .aelix-lint-baseline.json]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// Use no baseline
    #[arg(long)]
    pub no_baseline: bool,
    /// Report suppressed and baselined findings too
    #[arg(long, conflicts_with = "no_suppressions")]
    pub show_suppressed: bool,
}

/// How it is reported.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct OutputArgs {
    /// How the report is written [default: human, or `AELIX_LINT_FORMAT`]
    #[arg(long, alias = "output-format", value_name = "FORMAT", value_parser = format())]
    pub format: Option<Format>,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "PATH")]
    pub output_file: Option<PathBuf>,
    /// Also write the report in FORMAT to PATH (`-`: standard output instead of the default); may be repeated
    #[arg(long, value_name = "FORMAT=PATH", value_parser = output)]
    pub output: Vec<Output>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: ColorChoice,
    /// Findings only, no footer
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More detail; may be repeated
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Print figures about the run
    #[arg(long)]
    pub stats: bool,
    /// Say of each finding what its confidence is made of
    #[arg(long)]
    pub explain_finding: bool,
    /// List the files that were scanned and passed over
    #[arg(long)]
    pub show_files: bool,
    /// Say what cannot be decided, and why: values of infrastructure that are not known before it is applied, scopes of which nobody knows the use
    #[arg(long)]
    pub show_unknown: bool,
    /// List the secrets that are read safely at run time
    #[arg(long)]
    pub show_safe: bool,
    /// Keep only the N most severe results in SARIF
    #[arg(long, value_name = "N")]
    pub sarif_max_results: Option<usize>,
    /// The category of the SARIF run (`automationDetails.id`)
    #[arg(long, value_name = "NAME")]
    pub sarif_category: Option<String>,
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// Use this configuration file instead of the nearest aelix-lint.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, visible_alias = "no-config", conflicts_with = "config")]
    pub isolated: bool,
}

/// One `--output FORMAT=PATH`.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; `-` is standard output.
    pub path: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let (format, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or("write FORMAT=PATH, such as sarif=results.sarif")?;
    Ok(Output { format: format.parse().map_err(|error: UnknownFormat| error.to_string())?, path: PathBuf::from(path) })
}

/// A path. An empty one is most likely a variable of a shell that is not set.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    let parser = clap::builder::OsStringValueParser::new();
    parser.try_map(|text| if text.is_empty() { Err("a path is empty; write `.` for the working directory") } else { Ok(PathBuf::from(text)) })
}

fn threads(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|threads| *threads <= 1024).ok_or_else(|| "write a number from 0 to 1024".to_owned())
}

fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>())
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::NAMES).try_map(|name| name.parse::<FailOn>())
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Confidence {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::High, Self::Medium, Self::Low]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for ColorChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

/// What reading the command line gave.
pub enum Parsed {
    /// A command to run.
    Run(Box<Cli>),
    /// `--help` or `--version`: text for standard output.
    Text(String),
    /// A mistake: text for standard error.
    Mistake(String),
}

/// The command that a word was probably meant to be.
pub fn nearest_command(word: &str) -> Option<&'static str> {
    crate::ruleset::nearest(
        word,
        ["check", "rules", "explain", "baseline", "completions", "man", "install-hook", "config", "scopes", "checklist", "help"].into_iter(),
    )
}

/// Arguments of `install-hook`.
#[derive(Debug, Args)]
pub struct InstallHookArgs {
    /// Scan what is pushed, before it is, instead of what is staged
    #[arg(long)]
    pub pre_push: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// The completions of a shell.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "aelix-lint", &mut out);
    out
}

/// The man page, with a section for each command.
pub fn man() -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let command = Cli::command();
    let man = clap_mangen::Man::new(command.clone());
    man.render(&mut out)?;
    for sub in command.get_subcommands() {
        let name = sub.get_name().to_ascii_uppercase();
        writeln!(out, ".SH \"COMMAND {name}\"")?;
        let page = clap_mangen::Man::new(sub.clone());
        page.render_description_section(&mut out)?;
        page.render_options_section(&mut out)?;
    }
    Ok(out)
}

/// Reads the command line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Parsed {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => Parsed::Run(Box::new(cli)),
        Err(error) if error.use_stderr() => Parsed::Mistake(error.render().to_string()),
        Err(error) => Parsed::Text(error.render().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_last_of_a_repeated_flag_counts_and_lists_grow() {
        let arguments = ["aelix-lint", "--format", "json", "-q", "--ignore", "a", "--format", "sarif", "-q", "-j", "1", "--ignore", "b,c", "-j", "2"];
        let Parsed::Run(cli) = parse(arguments.map(OsString::from)) else { panic!("not read") };
        let check = cli.check;
        assert_eq!((check.output.format, check.output.quiet, check.threads), (Some(Format::Sarif), true, Some(2)));
        assert_eq!(check.rules.ignore, ["a", "b", "c"]);
    }

    #[test]
    fn a_mistake_says_what_to_write() {
        for (arguments, said) in [
            (["-j", "many"].as_slice(), "write a number from 0 to 1024"),
            (&["-j", "5000"], "write a number from 0 to 1024"),
            (&[""], "a path is empty; write `.` for the working directory"),
        ] {
            let Parsed::Mistake(text) = parse(std::iter::once("aelix-lint").chain(arguments.iter().copied()).map(OsString::from)) else { panic!("read") };
            assert!(text.contains(said), "{text}");
        }
    }

    #[test]
    fn a_folder_named_like_a_command_is_scanned_when_written_as_a_path() {
        let paths = |args: &[&str]| match parse(std::iter::once("aelix-lint").chain(args.iter().copied()).map(OsString::from)) {
            Parsed::Run(cli) => match cli.command {
                None => Some(cli.check.paths),
                Some(Command::Check(check)) => Some(check.paths),
                Some(_) => None,
            },
            _ => panic!("not read: {args:?}"),
        };
        assert_eq!(paths(&["./rules"]), Some(vec!["./rules".into()]));
        assert_eq!(paths(&["src", "rules"]), Some(vec!["src".into(), "rules".into()]));
        assert_eq!(paths(&["check", "rules"]), Some(vec!["rules".into()]));
        assert_eq!(paths(&["rules", "list"]), None);
    }
}
