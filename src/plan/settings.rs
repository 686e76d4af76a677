//! Flags over environment over configuration over defaults, and where each setting came from.

use std::path::{Path, PathBuf};

use crate::cli::{ConfigArgs, FileArgs, RuleArgs};
use crate::config::{self, Config, File, PathGlob, UsageError};
use crate::model::{Confidence, Severity};
use crate::report::{Format, HumanStyle, UnknownFormat};
use crate::ruleset::{RuleOptions, RuleOverride};
use crate::source::{FileSize, Pattern, slashed};
use crate::triage::{FailOn, PathIgnore, PathIgnores, PathOverride, PathOverrides, Paths, globs};

use super::{Environment, absolute};

/// The variable that names the default format.
const FORMAT_VARIABLE: &str = "AELIX_LINT_FORMAT";

/// One effective setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the configuration.
    pub key: &'static str,
    /// Its value as TOML.
    pub value: String,
    /// Where it comes from: a flag, a variable, a file, `default`.
    pub from: String,
}

/// A value as TOML.
pub trait Shown {
    /// The value as it stands in a configuration.
    fn toml(&self) -> String;
}

impl Shown for bool {
    fn toml(&self) -> String {
        self.to_string()
    }
}

impl Shown for FileSize {
    fn toml(&self) -> String {
        self.bytes().to_string()
    }
}

impl Shown for Severity {
    fn toml(&self) -> String {
        self.as_str().toml()
    }
}

impl Shown for Confidence {
    fn toml(&self) -> String {
        self.as_str().toml()
    }
}

impl Shown for FailOn {
    fn toml(&self) -> String {
        self.as_str().toml()
    }
}

impl Shown for str {
    fn toml(&self) -> String {
        format!("{self:?}")
    }
}

impl<T: AsRef<str>> Shown for [T] {
    fn toml(&self) -> String {
        format!("[{}]", self.iter().map(|item| item.as_ref().toml()).collect::<Vec<_>>().join(", "))
    }
}

/// The layers of a run.
pub struct Settings {
    /// The strongest first.
    files: Vec<Config>,
    folder: PathBuf,
    root: PathBuf,
    variable: fn(&str) -> Option<String>,
    shown: Vec<Setting>,
}

impl Settings {
    /// Finds and reads the configuration; `root` is the folder that globs are relative to in the end, `start` the one where the search begins.
    pub fn new(args: &ConfigArgs, (root, start): (&Path, &Path), environment: &Environment) -> Result<Self, UsageError> {
        let path = match &args.config {
            Some(path) => Some(absolute(&environment.folder, path)),
            None if args.isolated => None,
            None => config::discover(start, &environment.folder),
        };
        let files = path.map_or_else(|| Ok(Vec::new()), |path| config::load(&path, &environment.folder))?;
        Ok(Self { files, folder: environment.folder.clone(), root: root.to_path_buf(), variable: environment.variable, shown: Vec::new() })
    }

    /// The working directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The settings that were asked for, and where they come from.
    pub fn into_shown(self) -> Vec<Setting> {
        self.shown
    }

    /// The setting `key`: as typed (`--key`), else of the strongest file that has it, else `default`.
    pub fn pick<T: Shown>(&mut self, key: &'static str, typed: Option<T>, of_file: fn(&File) -> Option<T>, default: T) -> T {
        let of_files = || self.files.iter().find_map(|config| Some((of_file(&config.file)?, config.shown.clone())));
        let (value, from) = match typed {
            Some(value) => (value, format!("--{key}")),
            None => of_files().unwrap_or_else(|| (default, "default".to_owned())),
        };
        self.show(key, value.toml(), from);
        value
    }

    /// The same for a switch with a flag for each side, `--key` and `--no-key`.
    pub fn switch(&mut self, key: &'static str, (on, off): (bool, bool), of_file: fn(&File) -> Option<bool>, default: bool) -> bool {
        let typed = on.then_some(true).or(off.then_some(false));
        let value = self.pick(key, typed, of_file, default);
        if let Some(shown) = self.shown.last_mut().filter(|_| off) {
            shown.from = format!("--no-{key}");
        }
        value
    }

    /// The same with the default of the type.
    pub fn pick_or_default<T: Shown + Default>(&mut self, key: &'static str, typed: Option<T>, of_file: fn(&File) -> Option<T>) -> T {
        self.pick(key, typed, of_file, T::default())
    }

    /// The format of the report on standard output.
    pub fn format(&mut self, typed: Option<Format>) -> Result<Format, UsageError> {
        let of_files = || self.files.iter().find_map(|config| Some((config.file.format?.0, config.shown.clone())));
        let (format, from) = match (typed, (self.variable)(FORMAT_VARIABLE)) {
            (Some(format), _) => (format, "--format".to_owned()),
            (None, Some(name)) => {
                let wrong = |why| UsageError::new(format!("cannot use the variable {FORMAT_VARIABLE}: {why}"));
                (name.parse().map_err(|why: UnknownFormat| wrong(why))?, FORMAT_VARIABLE.to_owned())
            }
            (None, None) => of_files().unwrap_or_else(|| (Format::Human(HumanStyle::Full), "default".to_owned())),
        };
        self.show("format", format.to_string().toml(), from);
        Ok(format)
    }

    /// Excludes, weakest first: those of the strongest `exclude`, then all `extend-exclude`.
    pub fn excludes(&mut self, args: &FileArgs) -> Vec<Pattern> {
        let own = |globs: &[String]| globs.iter().map(|glob| Pattern { base: self.root.clone(), glob: glob.clone() }).collect::<Vec<_>>();
        let of_file = |config: &Config, globs: &[config::Pattern]| {
            globs.iter().map(|glob| Pattern { base: config.folder().to_path_buf(), glob: glob.0.clone() }).collect::<Vec<_>>()
        };
        let strongest = self.files.iter().find_map(|config| Some((config, config.file.exclude.as_ref()?)));
        let (mut patterns, from) = match strongest {
            _ if !args.exclude.is_empty() => (own(&args.exclude), "--exclude".to_owned()),
            Some((config, globs)) => (of_file(config, globs), config.shown.clone()),
            None => (Vec::new(), "default".to_owned()),
        };
        let extended: Vec<Pattern> = self.files.iter().rev().flat_map(|c| of_file(c, &c.file.extend_exclude)).chain(own(&args.extend_exclude)).collect();
        let more = sources(&self.files, |file| !file.extend_exclude.is_empty(), ("--extend-exclude", !args.extend_exclude.is_empty()));
        self.show("exclude", globs_of(&patterns).toml(), from);
        self.show("extend-exclude", globs_of(&extended).toml(), more);
        patterns.extend(extended);
        patterns
    }

    /// Which rules are on and how they are changed. A `--select` starts afresh: what files select, add and ignore is forgotten.
    pub fn rule_options(&mut self, args: &RuleArgs) -> RuleOptions {
        let is_fresh = !args.select.is_empty();
        let all = |of_file: fn(&File) -> &[String], typed: &[String]| -> Vec<String> {
            let of_files = self.files.iter().rev().filter(|_| !is_fresh).flat_map(|config| of_file(&config.file));
            of_files.chain(typed).cloned().collect()
        };
        let ignore = all(|file| &file.ignore, &args.ignore);
        let extend_select = all(|file| &file.extend_select, &args.extend_select);
        let selecting = self.files.iter().find_map(|config| Some((config.file.select.clone()?, config.shown.clone())));
        let (select, from) = match selecting {
            _ if is_fresh => (args.select.clone(), "--select".to_owned()),
            Some(found) => found,
            None => (Vec::new(), "default".to_owned()),
        };
        self.show("select", select.toml(), from);
        self.show("ignore", ignore.toml(), sources(&self.files, |file| !is_fresh && !file.ignore.is_empty(), ("--ignore", !args.ignore.is_empty())));
        let adding = sources(&self.files, |f| !is_fresh && !f.extend_select.is_empty(), ("--extend-select", !args.extend_select.is_empty()));
        self.show("extend-select", extend_select.toml(), adding);
        let paths = self.rule_paths(&args.rules);
        RuleOptions { paths, overrides: self.overrides(), select, extend_select, ignore }
    }

    fn rule_paths(&mut self, typed: &[PathBuf]) -> Vec<PathBuf> {
        let of_files = self.files.iter().rev().flat_map(|config| config.file.rules.iter().map(|path| absolute(config.folder(), path)));
        let paths: Vec<PathBuf> = of_files.chain(typed.iter().map(|path| absolute(&self.folder, path))).collect();
        let shown: Vec<String> = paths.iter().map(|path| slashed(path.strip_prefix(&self.folder).unwrap_or(path))).collect();
        self.show("rules", shown.toml(), sources(&self.files, |file| !file.rules.is_empty(), ("--rules", !typed.is_empty())));
        paths
    }

    /// `[[override]]` without `files`: they hold everywhere.
    fn overrides(&self) -> Vec<RuleOverride> {
        let mut out = Vec::new();
        for config in self.files.iter().rev() {
            for change in config.file.overrides.iter().filter(|change| change.files.is_empty()) {
                out.extend(change.rules.iter().map(|selector| RuleOverride {
                    selector: selector.clone(),
                    severity: change.severity,
                    enabled: change.enabled,
                    allow: change.allow.clone(),
                }));
            }
        }
        out
    }

    /// `[[override]]` with `files`, weakest first: they hold for findings in these files.
    pub fn path_overrides(&self) -> Result<PathOverrides, UsageError> {
        let mut out = Vec::new();
        for config in self.files.iter().rev() {
            for change in config.file.overrides.iter().filter(|change| !change.files.is_empty()) {
                let written: Vec<String> = change.files.iter().map(|glob| glob.0.clone()).collect();
                if !change.allow.is_empty() {
                    let message = format!("{}: `allow` and `files` stand in the same [[override]] (files = {written:?})", config.shown);
                    let help = "`allow` holds in all files: give it an [[override]] of its own; for some files alone use [per-path-ignores]";
                    return Err(UsageError::new(message).with_help(help));
                }
                let globs: Vec<String> = change.files.iter().flat_map(|glob| self.rebase(config, glob)).collect();
                let paths =
                    Paths::new(&written, &globs).map_err(|why| UsageError::new(format!("{}: cannot use the globs {written:?}: {why}", config.shown)))?;
                out.push(PathOverride { paths, rules: change.rules.clone(), severity: change.severity, enabled: change.enabled });
            }
        }
        Ok(PathOverrides(out))
    }

    /// `[per-path-ignores]` of all files.
    pub fn path_ignores(&self) -> Result<PathIgnores, UsageError> {
        let mut out = Vec::new();
        for config in &self.files {
            for (glob, rules) in &config.file.per_path_ignores {
                let ignore = PathIgnore::new(&glob.0, &self.rebase(config, glob), rules);
                out.push(ignore.map_err(|why| UsageError::new(format!("{}: cannot use the glob `{}`: {why}", config.shown, glob.0)))?);
            }
        }
        Ok(PathIgnores(out))
    }

    /// A glob relative to a configuration file as globs relative to the scan's root.
    fn rebase(&self, config: &Config, glob: &PathGlob) -> Vec<String> {
        if let Ok(down) = self.root.strip_prefix(config.folder()) {
            let folders: Vec<String> = down.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            return step_down(&glob.0, &folders);
        }
        match config.folder().strip_prefix(&self.root) {
            Ok(up) if glob.0.trim_end_matches('/').contains('/') => vec![format!("{}/{}", slashed(up), glob.0.trim_start_matches('/'))],
            Ok(up) => vec![format!("{}/**/{}", slashed(up), glob.0)],
            Err(_) => vec![glob.0.clone()],
        }
    }

    fn show(&mut self, key: &'static str, value: String, from: String) {
        self.shown.push(Setting { key, value, from });
    }
}

fn globs_of(patterns: &[Pattern]) -> Vec<&str> {
    patterns.iter().map(|pattern| pattern.glob.as_str()).collect()
}

/// The files that add to a list, and the flag where it does too.
fn sources(files: &[Config], adds: impl Fn(&File) -> bool, (flag, is_typed): (&str, bool)) -> String {
    let mut from: Vec<&str> = files.iter().rev().filter(|config| adds(&config.file)).map(|config| config.shown.as_str()).collect();
    from.extend(is_typed.then_some(flag));
    if from.is_empty() { "default".to_owned() } else { from.join(", ") }
}

/// What a glob means seen from a folder further down: `a/b/*.rs` from `a` is `b/*.rs`, `**` may end at any depth.
fn step_down(glob: &str, folders: &[String]) -> Vec<String> {
    let bare = glob.strip_prefix("./").unwrap_or(glob);
    let Some((folder, deeper)) = folders.split_first() else { return vec![bare.to_owned()] };
    let anchored = bare.strip_prefix('/').unwrap_or(bare);
    let Some((head, rest)) = anchored.split_once('/') else {
        return if bare.starts_with('/') { whole(anchored, folder) } else { vec![bare.to_owned()] };
    };
    if rest.is_empty() {
        let mut out = whole(head, folder);
        out.extend((!bare.starts_with('/')).then(|| bare.to_owned()));
        return out;
    }
    if head == "**" {
        let mut out = vec![anchored.to_owned()];
        out.extend(step_down(&format!("/{rest}"), folders));
        return out;
    }
    if matches(head, folder) { step_down(&format!("/{rest}"), deeper) } else { Vec::new() }
}

/// Everything, where the folder itself is what the glob names.
fn whole(head: &str, folder: &str) -> Vec<String> {
    if matches(head, folder) { vec!["**".to_owned()] } else { Vec::new() }
}

fn matches(glob: &str, name: &str) -> bool {
    globs::compile(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

#[cfg(test)]
mod tests {
    use super::step_down;

    #[test]
    fn globs_are_seen_from_further_down() {
        for (glob, expected) in [
            ("sub/x/*.rs", &["/x/*.rs"][..]),
            ("*.rs", &["*.rs"]),
            ("sub/", &["**", "sub/"]),
            ("/sub", &["**"]),
            ("other/x", &[]),
            ("**/x", &["**/x"]),
            ("s*/x", &["/x"]),
        ] {
            let folders = ["sub".to_owned()];
            assert_eq!(step_down(glob, &folders), expected, "{glob}");
        }
    }
}
