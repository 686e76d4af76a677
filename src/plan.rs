//! Flags, environment and configuration → [`Plan`]. Here and below `plan/` alone are they known; the rest gets plain values.

mod baseline;
mod clock;
mod inputs;
mod output;
mod settings;

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use crate::cli::{CheckArgs, ConfigArgs, RuleArgs};
use crate::config::UsageError;
use crate::model::Target;
use crate::report::Format;
use crate::ruleset::RuleOptions;
use crate::scan::ScanOptions;
use crate::source::{Archives, Deciding, IgnoreFiles, Input, ListOptions, NamedPaths, reason};
use crate::text::value::date::Moment;
use crate::triage::{FailOn, ForeignSuppressions, InlineSuppressions, Ledger, Thresholds, TriageOptions};

pub use baseline::{BaselineFile, NAME as BASELINE_NAME};
pub use output::{Destination, Rendering, terminal};
pub use settings::Setting;
use settings::Settings;

/// Everything decided.
#[derive(Debug)]
pub struct Plan {
    /// What is scanned.
    pub inputs: Vec<Input>,
    /// How it is listed.
    pub listing: ListOptions,
    /// What happens when there is nothing to scan.
    pub empty: EmptyInput,
    /// Which rules, and how they are changed.
    pub rules: RuleOptions,
    /// How blobs are scanned.
    pub scan: ScanOptions,
    /// What counts as now. Nothing else asks the clock what day it is.
    pub now: Moment,
    /// What is shown.
    pub triage: TriageOptions,
    /// Where the application declares itself: the strongest configuration that has `[integration]`.
    pub declaration: Option<Declaration>,
    /// Findings that are accepted.
    pub baseline: Option<BaselineFile>,
    /// What fails the run.
    pub fail_on: FailOn,
    /// Where the report goes, and how.
    pub renderings: Vec<Rendering>,
    /// What else reports show.
    pub show: Show,
    /// What is said beside the reports.
    pub stderr: Stderr,
    /// Threads that walk and scan; 0: as many as there are cores.
    pub threads: usize,
    /// Settings and where they come from, for `config show`.
    pub settings: Vec<Setting>,
}

/// A configuration in which an application declares itself.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The file.
    pub target: Target,
    /// Whether what is wrong with it is said.
    pub judged: Judged,
}

/// When something is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Where it is one of the targets.
    WithTargets,
    /// Wherever it is.
    Always,
}

/// What no input files at all amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyInput {
    /// An error.
    Error,
    /// A clean run (`--allow-empty`).
    Allowed,
}

/// What is shown beside the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each decided by its own flag")]
pub struct Show {
    /// Reports list the files that were scanned.
    pub files: bool,
    /// Reports list slots that are filled safely.
    pub safe: bool,
    /// Reports list suppressed findings.
    pub suppressed: bool,
    /// Reports say what cannot be decided.
    pub unknown: bool,
}

/// What standard error is used for during a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stderr {
    /// A progress bar may be drawn.
    pub progress: bool,
}

/// What the process knows besides its arguments; tests bring their own.
pub struct Environment {
    /// The working directory.
    pub folder: PathBuf,
    /// An environment variable that is not empty.
    pub variable: fn(&str) -> Option<String>,
    /// Standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_is_terminal: bool,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Result<Self, UsageError> {
        let folder = env::current_dir().map_err(|e| UsageError::new(format!("cannot find the working directory: {}", reason(&e))))?;
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Ok(Self { folder, variable, stdout_is_terminal: io::stdout().is_terminal(), stderr_is_terminal: io::stderr().is_terminal() })
    }
}

impl Plan {
    /// Decides everything for `check`.
    pub fn new(args: &CheckArgs, environment: &Environment) -> Result<Self, UsageError> {
        let inputs = inputs::inputs(args, environment)?;
        let now = clock::now(args, environment)?;
        let root = inputs::scan_root(&inputs, &environment.folder);
        let start = inputs::scan_start(&inputs, &environment.folder).unwrap_or_else(|| root.clone());
        let mut settings = Settings::new(&args.config, (&root, &start), environment)?;
        let mut renderings = output::renderings(args, &mut settings, environment)?;
        for rendering in &mut renderings {
            rendering.options.now = now;
        }
        let threads = threads(args, environment);
        let baseline = BaselineFile::find(&args.threshold, (&root, &start), environment)?;
        // The baseline holds digests: it is no text to search for secrets.
        let outputs = output::files(&renderings).into_iter().chain(baseline.as_ref().map(|file| file.path.clone())).collect();
        let base = if matches!(inputs[..], [Input::Changes(_)]) { root } else { environment.folder.clone() };
        let rules = settings.rule_options(&args.rules)?;
        let deciding = deciding(&settings, &rules, baseline.as_ref());
        Ok(Self {
            listing: ListOptions { threads, root: base, deciding, ..listing(args, &mut settings, outputs)? },
            baseline,
            empty: if args.files.allow_empty { EmptyInput::Allowed } else { EmptyInput::Error },
            rules,
            scan: ScanOptions {
                line_hashes: renderings.iter().any(|r| matches!(r.format, Format::Sarif)),
                allow: settings.allowed_values()?,
                safe: args.output.show_safe,
                providers: settings.providers()?,
            },
            now,
            triage: triage(args, &mut settings, now)?,
            fail_on: fail_on(args, &mut settings),
            declaration: settings.declaration(),
            show: Show {
                files: args.output.show_files,
                safe: args.output.show_safe,
                suppressed: args.threshold.show_suppressed,
                unknown: args.output.show_unknown,
            },
            stderr: stderr(args, &renderings, environment),
            threads,
            settings: settings.into_shown(),
            inputs,
            renderings,
        })
    }
}

impl Plan {
    /// The baseline, ready for one run.
    pub fn ledger(&self) -> Option<Ledger<'_>> {
        let file = self.baseline.as_ref()?;
        // Of an entry, the archive is a file.
        let is_gone = |path: &str| !file.folder.join(path).exists() && !path.split_once('!').is_some_and(|(outer, _)| file.folder.join(outer).exists());
        Some(Ledger::new(&file.baseline, self.now.date(), &file.prefix, is_gone))
    }
}

/// Which rules are on: all that `rules list` and `explain` need.
pub fn rule_options(rules: &RuleArgs, config: &ConfigArgs, environment: &Environment) -> Result<RuleOptions, UsageError> {
    Settings::new(config, (&environment.folder, &environment.folder), environment)?.rule_options(rules)
}

fn listing(args: &CheckArgs, settings: &mut Settings, outputs: Vec<PathBuf>) -> Result<ListOptions, UsageError> {
    let no_ignore = settings.pick("no-ignore", args.files.no_ignore.then_some(true), |file| file.no_ignore, false);
    Ok(ListOptions {
        excludes: settings.excludes(&args.files)?,
        named_paths: if args.files.force_exclude { NamedPaths::YieldToExcludes } else { NamedPaths::WinOverExcludes },
        ignore_files: if no_ignore { IgnoreFiles::Disregard } else { IgnoreFiles::Honour },
        max_file_size: settings.pick_or_default("max-file-size", args.files.max_file_size, |file| file.max_file_size),
        archives: if args.files.archives { Archives::Opened } else { Archives::Closed },
        root: settings.folder().to_path_buf(),
        outputs,
        deciding: Vec::new(),
        threads: 0,
    })
}

/// Files that have a say in what is reported: whoever reviews a change should see that it edits one.
fn deciding(settings: &Settings, rules: &RuleOptions, baseline: Option<&BaselineFile>) -> Vec<(PathBuf, Deciding)> {
    let own = rules.paths.iter().chain(&rules.sinks).map(PathBuf::as_path);
    let configuration = settings.configurations().chain(own).map(|path| (path.to_path_buf(), Deciding::Configuration));
    configuration.chain(baseline.map(|file| (file.path.clone(), Deciding::Baseline))).collect()
}

fn triage(args: &CheckArgs, settings: &mut Settings, now: Moment) -> Result<TriageOptions, UsageError> {
    let least = Thresholds::default();
    Ok(TriageOptions {
        thresholds: Thresholds {
            severity: settings.pick("min-severity", args.threshold.min_severity, |file| file.min_severity, least.severity),
            confidence: settings.pick("min-confidence", args.threshold.min_confidence, |file| file.min_confidence, least.confidence),
        },
        inline: if args.threshold.no_suppressions { InlineSuppressions::Disregard } else { InlineSuppressions::Honour },
        foreign: foreign(args, settings),
        today: now.date(),
        path_ignores: settings.path_ignores()?,
        path_overrides: settings.path_overrides(&args.threshold)?,
    })
}

fn foreign(args: &CheckArgs, settings: &mut Settings) -> ForeignSuppressions {
    let typed = (args.threshold.honor_foreign_suppressions, args.threshold.no_honor_foreign_suppressions);
    let is_honoured = settings.switch("honor-foreign-suppressions", typed, |file| file.honor_foreign_suppressions, true);
    if is_honoured { ForeignSuppressions::Honour } else { ForeignSuppressions::Disregard }
}

/// Threads that walk and scan; 0: as many as there are cores.
fn threads(args: &CheckArgs, environment: &Environment) -> usize {
    let of_variable = || (environment.variable)("RAYON_NUM_THREADS").and_then(|number| number.parse().ok());
    args.threads.map(usize::from).filter(|number| *number > 0).or_else(of_variable).unwrap_or(0)
}

/// `--exit-zero` is one way to say that findings never fail the run.
fn fail_on(args: &CheckArgs, settings: &mut Settings) -> FailOn {
    let fail_on = settings.pick_or_default("fail-on", args.threshold.fail_on, |file| file.fail_on);
    if args.threshold.exit_zero { FailOn::Never } else { fail_on }
}

fn stderr(args: &CheckArgs, renderings: &[Rendering], environment: &Environment) -> Stderr {
    let for_people = renderings.iter().any(|r| matches!(r.format, Format::Human(_)));
    Stderr { progress: environment.stderr_is_terminal && !args.output.quiet && (for_people || !environment.stdout_is_terminal) }
}

/// The path as typed, absolute.
fn absolute(folder: &Path, typed: &Path) -> PathBuf {
    crate::source::lexical(&folder.join(typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{self, Command, Parsed};
    use crate::model::{Confidence, Severity};
    use crate::source::FileSize;
    use std::fs;

    struct Place(tempfile::TempDir);

    impl Place {
        fn new(files: &[(&str, &str)]) -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            fs::create_dir(place.0.path().join(".git")).unwrap();
            for (name, text) in files {
                let path = place.0.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            place
        }

        fn plan(&self, below: &str, arguments: &[&str]) -> Result<Plan, UsageError> {
            let words = ["aelix-lint", "check"].iter().chain(arguments).map(|w| (*w).into());
            let Parsed::Run(cli) = cli::parse(words) else { panic!("not read: {arguments:?}") };
            let Some(Command::Check(args)) = cli.command else { panic!("not check") };
            let folder = self.0.path().join(below);
            Plan::new(&args, &Environment { folder, variable: |_| None, stdout_is_terminal: false, stderr_is_terminal: false })
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let place = Place::new(&[("aelix-lint.toml", "min-severity = \"low\"\nmin-confidence = \"high\"\nmax-file-size = \"1MiB\"\n")]);
        let plan = place.plan("", &["--min-severity", "high"]).unwrap();
        assert_eq!(plan.triage.thresholds, Thresholds { severity: Severity::High, confidence: Confidence::High });
        assert_eq!(plan.listing.max_file_size, FileSize::new(1 << 20));
        assert_eq!(plan.fail_on, FailOn::AtLeast(Severity::Low));
        let from = |key: &str| plan.settings.iter().find(|s| s.key == key).map(|s| s.from.clone()).unwrap();
        assert_eq!([from("min-severity"), from("min-confidence"), from("fail-on")], ["--min-severity", "aelix-lint.toml", "default"]);
    }

    #[test]
    fn comments_for_other_tools_count_unless_told_otherwise() {
        use ForeignSuppressions::{Disregard, Honour};
        let (plain, off) = (Place::new(&[]), Place::new(&[("aelix-lint.toml", "honor-foreign-suppressions = false")]));
        let (on, no) = ("--honor-foreign-suppressions", "--no-honor-foreign-suppressions");
        for (place, arguments, expected, from) in [
            (&plain, &[][..], Honour, "default"),
            (&off, &[], Disregard, "aelix-lint.toml"),
            (&off, &[on], Honour, on),
            (&plain, &[no], Disregard, no),
            (&plain, &[no, on], Honour, on),
            (&plain, &[on, no], Disregard, no),
        ] {
            let plan = place.plan("", arguments).unwrap();
            let shown = plan.settings.iter().find(|setting| setting.key == "honor-foreign-suppressions").unwrap();
            assert_eq!((plan.triage.foreign, shown.from.as_str()), (expected, from), "{arguments:?}");
        }
    }

    #[test]
    fn the_day_of_the_plan_is_that_of_the_flag() {
        let plan = Place::new(&[]).plan("", &["--now", "2026-12-31"]).unwrap();
        assert_eq!((plan.now.date().to_string().as_str(), plan.triage.today), ("2026-12-31", plan.now.date()));
    }

    #[test]
    fn isolated_knows_no_file() {
        let place = Place::new(&[("aelix-lint.toml", "nonsense")]);
        assert!(place.plan("", &[]).is_err());
        assert!(place.plan("", &["--isolated"]).is_ok());
    }

    #[test]
    fn the_configuration_nearest_to_the_one_path_named_counts() {
        let files = [("aelix-lint.toml", "min-severity = \"low\""), ("sub/aelix-lint.toml", "min-severity = \"high\""), ("sub/deep/f", ""), ("other/f", "")];
        let place = Place::new(&files);
        let severity = |below: &str, arguments: &[&str]| place.plan(below, arguments).unwrap().triage.thresholds.severity;
        let check = |has_repository: bool| {
            for (below, arguments, expected) in [
                ("", &["sub"][..], Severity::High),
                ("", &["sub/deep"], Severity::High),
                ("", &["sub/deep/f"], Severity::High),
                ("", &["sub/deep", "other"], Severity::Low),
                ("", &["other"], Severity::Low),
                ("", &["gone"], Severity::Low),
                ("other", &["../sub/deep/f"], if has_repository { Severity::High } else { Severity::Info }),
            ] {
                assert_eq!(severity(below, arguments), expected, "{below} {arguments:?}");
            }
        };
        check(true);
        fs::remove_dir(place.0.path().join(".git")).unwrap();
        check(false);
    }

    #[test]
    fn lists_add_up_over_extended_files() {
        let place = Place::new(&[
            ("aelix-lint.toml", "extend = [\"base/b.toml\"]\nignore = [\"secrets/a\"]\nextend-exclude = [\"x\"]\nrules = [\"mine\"]"),
            ("base/b.toml", "ignore = [\"secrets/b\"]\nexclude = [\"y\"]\nrules = [\"theirs\"]\nfail-on = \"never\""),
        ]);
        let plan = place.plan("", &["--ignore", "secrets/c", "--rules", "cli"]).unwrap();
        assert_eq!(plan.rules.ignore, ["secrets/b", "secrets/a", "secrets/c"]);
        let root = place.0.path();
        assert_eq!(plan.rules.paths, [root.join("base/theirs"), root.join("mine"), root.join("cli")]);
        let excludes: Vec<_> = plan.listing.excludes.iter().map(|e| (e.base.clone(), e.glob.as_str())).collect();
        assert_eq!(excludes, [(root.join("base"), "y"), (root.to_path_buf(), "x")]);
        assert_eq!(plan.fail_on, FailOn::Never);
    }

    #[test]
    fn selecting_on_the_command_line_forgets_what_the_file_selects_and_ignores() {
        let place = Place::new(&[("aelix-lint.toml", "select = [\"secrets/a\"]\nignore = [\"secrets/b\"]\nextend-select = [\"secrets/c\"]")]);
        let rules = place.plan("", &["--select", "secrets/b,scopes"]).unwrap().rules;
        assert_eq!((rules.select, rules.ignore, rules.extend_select), (vec!["secrets/b".to_owned(), "scopes".to_owned()], vec![], vec![]));
    }

    #[test]
    fn globs_of_a_file_above_are_seen_from_the_working_directory() {
        let place =
            Place::new(&[("aelix-lint.toml", "[[override]]\nrules = [\"secrets/a\", \"scopes\"]\nenabled = false\nfiles = [\"sub/x/*.rs\"]"), ("sub/f", "")]);
        let overrides = place.plan("sub", &[]).unwrap().triage.path_overrides.0;
        assert_eq!(overrides[0].rules, ["secrets/a", "scopes"]);
        assert_eq!(["x/a.rs", "sub/x/a.rs"].map(|path| overrides[0].paths.contain(path)), [true, false]);
    }

    #[test]
    fn an_override_with_files_leaves_the_rules_elsewhere_alone() {
        let place =
            Place::new(&[("aelix-lint.toml", "[[override]]\nrules = [\"secrets/a\"]\nenabled = false\nfiles = [\"other/\", \"/a.txt\"]"), ("sub/f", "")]);
        let plan = place.plan("", &[]).unwrap();
        assert!(plan.rules.overrides[0].paths.is_some());
        let paths = &plan.triage.path_overrides.0[0].paths;
        assert_eq!(["other/x", "a.txt", "b/a.txt", "src/x"].map(|path| paths.contain(path)), [true, true, false, false]);
        let paths = &place.plan("sub", &[]).unwrap().triage.path_overrides.0[0].paths;
        assert!(!paths.contain("a.txt"), "anchored to the folder of the configuration");
        let both = Place::new(&[("aelix-lint.toml", "[[override]]\nrules = [\"secrets/a\"]\nallow = [\"x\"]\nfiles = [\"src/\"]")]);
        let allowed = both.plan("", &[]).unwrap().scan.allow;
        assert!(allowed.0[0].paths.as_ref().unwrap().is_match("src/a") && !allowed.0[0].paths.as_ref().unwrap().is_match("lib/a"));
    }

    #[test]
    fn two_reports_cannot_share_standard_output() {
        let place = Place::new(&[]);
        assert!(place.plan("", &["--output", "json=-", "--output", "sarif=-"]).is_err());
        assert!(place.plan("", &["--output", "json=-", "--format", "sarif"]).is_err());
        let plan = place.plan("", &["--output", "json=-", "--output", "sarif=out.sarif"]).unwrap();
        assert_eq!(plan.renderings.len(), 2, "a report on standard output takes the place of the default one");
        let plan = place.plan("", &["--output", "sarif=out.sarif"]).unwrap();
        assert_eq!(plan.renderings.iter().map(|r| r.destination == Destination::Stdout).collect::<Vec<_>>(), [true, false]);
        assert!(plan.scan.line_hashes);
    }

    #[test]
    fn an_output_in_a_missing_folder_stops_before_the_scan() {
        let place = Place::new(&[("dir/f", "")]);
        assert!(place.plan("", &["--output-file", "gone/x"]).unwrap_err().message.contains("cannot write gone/x"));
        assert!(place.plan("", &["--output", "json=dir"]).unwrap_err().message.contains("it is a folder"));
        assert!(place.plan("", &["--output", "json=dir/f"]).is_ok());
        assert!(place.plan("", &["--output", "json=o", "--output", "sarif=./o"]).is_err());
    }
}
