//! Flags over environment over configuration over defaults, and where each setting came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::cli::{ConfigArgs, FileArgs, RuleArgs, ThresholdArgs};
use crate::config::{self, Allow, Config, File, Override, SinkSource, UsageError, Written};
use crate::model::provider::Provider;
use crate::model::{Confidence, Opened, Origin, Severity, Target};
use crate::report::{Format, HumanStyle, UnknownFormat};
use crate::ruleset::sinks::Entry;
use crate::ruleset::{RuleOptions, RuleOverride, Selection, provider};
use crate::scan::allow::{self, AllowedValue, AllowedValues};
use crate::scan::api;
use crate::source::{FileSize, Pattern, slashed};
use crate::triage::{FailOn, PathIgnore, PathIgnores, PathOverride, PathOverrides, Paths, globs};

use super::{Declaration, Environment, Judged, absolute};

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
    pub fn excludes(&mut self, args: &FileArgs) -> Result<Vec<Pattern>, UsageError> {
        for glob in args.exclude.iter().chain(&args.extend_exclude) {
            let bad = |why| UsageError::new(format!("cannot use the exclude `{glob}`: {why}"));
            globs::compile(glob.trim_start_matches('!')).map_err(bad)?;
        }
        let own = |globs: &[String]| globs.iter().map(|glob| Pattern { base: self.root.clone(), glob: glob.clone() }).collect::<Vec<_>>();
        let of_file = |config: &Config, globs: &[Written]| {
            globs.iter().map(|glob| Pattern { base: config.folder().to_path_buf(), glob: glob.get_ref().clone() }).collect::<Vec<_>>()
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
        Ok(patterns)
    }

    /// The files of the configuration.
    pub fn configurations(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|config| config.path.as_path())
    }

    /// The strongest file in which the application declares itself.
    pub fn declaration(&self) -> Option<Declaration> {
        let config = self.files.iter().find(|config| config.file.integration.is_some())?;
        let relative = config.path.strip_prefix(&self.root).map_or_else(|_| config.shown.clone(), slashed);
        let target =
            Target { place: Opened::at(config.path.clone()), origin: Origin::File, relative: relative.as_str().into(), ..Target::in_memory(&config.shown) };
        Some(Declaration { target, judged: Judged::WithTargets })
    }

    /// Which rules are on and how they are changed. A `--select` starts afresh: what files select, add and ignore is forgotten.
    pub fn rule_options(&mut self, args: &RuleArgs) -> Result<RuleOptions, UsageError> {
        let is_fresh = !args.select.is_empty();
        let all = |of_file: fn(&File) -> &[Written], typed: &[String]| -> Vec<String> {
            let of_files = self.files.iter().rev().filter(|_| !is_fresh).flat_map(|config| of_file(&config.file));
            of_files.map(Written::get_ref).chain(typed).cloned().collect()
        };
        let ignore = all(|file| &file.ignore, &args.ignore);
        let extend_select = all(|file| &file.extend_select, &args.extend_select);
        let selecting = self.files.iter().find_map(|config| Some((texts(config.file.select.as_ref()?), config.shown.clone())));
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
        let typed = Selection { select: args.select.clone(), extend_select: args.extend_select.clone(), ignore: args.ignore.clone() };
        let (sinks, own_sinks) = self.sinks();
        Ok(RuleOptions { paths, sinks, own_sinks, overrides: self.overrides()?, select, extend_select, ignore, typed, places: self.places() })
    }

    /// Where each selector of a file is written, that of the strongest file.
    fn places(&self) -> BTreeMap<String, String> {
        let mut places = BTreeMap::new();
        for config in self.files.iter().rev() {
            let file = &config.file;
            let lists = file.select.iter().flatten().chain(&file.ignore).chain(&file.extend_select);
            let changed = file.overrides.iter().flat_map(|change| change.rules.get_ref()).chain(file.per_path_ignores.values().flatten());
            places.extend(lists.chain(changed).map(|selector| (selector.get_ref().clone(), config.place(selector))));
        }
        places
    }

    /// Files of slots, and slots that a configuration spells out, each with its place.
    fn sinks(&mut self) -> (Vec<PathBuf>, Vec<(String, Entry)>) {
        let (mut files, mut slots) = (Vec::new(), Vec::new());
        for config in self.files.iter().rev() {
            for source in &config.file.sinks {
                match source.get_ref() {
                    SinkSource::File(path) => files.push(absolute(config.folder(), path)),
                    SinkSource::Slot(entry) => slots.push((config.place(source), Entry::clone(entry))),
                }
            }
        }
        let shown: Vec<String> =
            files.iter().map(|path| slashed(path.strip_prefix(&self.folder).unwrap_or(path))).chain(slots.iter().map(|(place, _)| place.clone())).collect();
        self.show("sinks", shown.toml(), sources(&self.files, |file| !file.sinks.is_empty(), ("", false)));
        (files, slots)
    }

    fn rule_paths(&mut self, typed: &[PathBuf]) -> Vec<PathBuf> {
        let of_files = self.files.iter().rev().flat_map(|config| config.file.rules.iter().map(|path| absolute(config.folder(), path)));
        let paths: Vec<PathBuf> = of_files.chain(typed.iter().map(|path| absolute(&self.folder, path))).collect();
        let shown: Vec<String> = paths.iter().map(|path| slashed(path.strip_prefix(&self.folder).unwrap_or(path))).collect();
        self.show("rules", shown.toml(), sources(&self.files, |file| !file.rules.is_empty(), ("--rules", !typed.is_empty())));
        paths
    }

    /// The providers that the files of the configuration name, weakest first.
    pub fn providers(&mut self) -> Result<Vec<Provider>, UsageError> {
        let paths: Vec<PathBuf> = self.files.iter().rev().flat_map(|config| config.file.providers.iter().map(|path| absolute(config.folder(), path))).collect();
        let shown: Vec<String> = paths.iter().map(|path| slashed(path.strip_prefix(&self.folder).unwrap_or(path))).collect();
        let providers = paths.iter().zip(&shown).map(|(path, shown)| read_provider(path, shown)).collect();
        self.show("providers", shown.toml(), sources(&self.files, |file| !file.providers.is_empty(), ("", false)));
        providers
    }

    /// What `[[override]]` decides before the scan: without `files` everything, with `files` which rules run there that are off elsewhere.
    fn overrides(&self) -> Result<Vec<RuleOverride>, UsageError> {
        let mut out = Vec::new();
        for (config, change) in self.changes() {
            let paths = self.paths(config, &change.files)?.set().cloned();
            let of = |selector: &Written| RuleOverride {
                selector: selector.get_ref().clone(),
                severity: change.severity,
                enabled: change.enabled,
                paths: paths.clone(),
            };
            out.extend(change.rules.get_ref().iter().map(of));
        }
        Ok(out)
    }

    /// What `[[override]]` decides of findings, weakest first; a threshold that was typed wins over those of files.
    pub fn path_overrides(&self, typed: &ThresholdArgs) -> Result<PathOverrides, UsageError> {
        let mut out = Vec::new();
        for (config, change) in self.changes() {
            let is_local = !change.files.is_empty();
            let (min_severity, min_confidence) =
                (change.min_severity.filter(|_| typed.min_severity.is_none()), change.min_confidence.filter(|_| typed.min_confidence.is_none()));
            if is_local || min_severity.is_some() || min_confidence.is_some() {
                let (severity, enabled) = (change.severity.filter(|_| is_local), change.enabled.filter(|_| is_local));
                let (paths, rules) = (self.paths(config, &change.files)?, texts(change.rules.get_ref()));
                out.push(PathOverride { paths, rules, severity, enabled, min_severity, min_confidence });
            }
        }
        Ok(PathOverrides(out))
    }

    /// Every `[[override]]`, weakest first.
    fn changes(&self) -> impl Iterator<Item = (&Config, &Override)> {
        self.files.iter().rev().flat_map(|config| config.file.overrides.iter().map(move |change| (config, change)))
    }

    /// The paths that globs of a file name; all, where it names none.
    fn paths(&self, config: &Config, written: &[Written]) -> Result<Paths, UsageError> {
        let Some(first) = written.first() else { return Ok(Paths::everywhere()) };
        let globs: Vec<String> = written.iter().flat_map(|glob| self.rebase(config, glob.get_ref())).collect();
        let texts = texts(written);
        Paths::new(&texts, &globs).map_err(|why| UsageError::new(format!("{}: cannot use the globs {texts:?}: {why}", config.place(first))))
    }

    /// `[per-path-ignores]` of all files, and the paths they allow.
    pub fn path_ignores(&self) -> Result<PathIgnores, UsageError> {
        let mut out = Vec::new();
        for config in &self.files {
            for (glob, rules) in &config.file.per_path_ignores {
                let ignore = PathIgnore::new(glob.get_ref(), &self.rebase(config, glob.get_ref()), &texts(rules));
                out.push(ignore.map_err(|why| bad_glob(config, glob, &why))?);
            }
        }
        for (config, glob) in self.allowed(|allow| &allow.paths) {
            let reason = format!("`allow` of the path \"{}\" in the configuration", glob.get_ref());
            let ignore = PathIgnore::of_all_rules(glob.get_ref(), &self.rebase(config, glob.get_ref()), reason);
            out.push(ignore.map_err(|why| bad_glob(config, glob, &why))?);
        }
        Ok(PathIgnores(out))
    }

    /// Values that are not reported: those of `[allow]`, `[extend-allow]` and `[[override]]`.
    pub fn allowed_values(&self) -> Result<AllowedValues, UsageError> {
        let mut out = Vec::new();
        for (config, value) in self.allowed(|allow| &allow.values) {
            out.push(allowed(config, value, Vec::new(), None)?);
        }
        for (config, change) in self.changes() {
            let paths = self.paths(config, &change.files)?.set().cloned();
            for value in &change.allow {
                out.push(allowed(config, value, texts(change.rules.get_ref()), paths.clone())?);
            }
        }
        Ok(AllowedValues(out))
    }

    /// What the strongest `[allow]` and every `[extend-allow]` hold.
    fn allowed(&self, of: fn(&Allow) -> &Vec<Written>) -> impl Iterator<Item = (&Config, &Written)> {
        let strongest = self.files.iter().find_map(|config| Some((config, config.file.allow.as_ref()?)));
        let extended = self.files.iter().map(|config| (config, &config.file.extend_allow));
        strongest.into_iter().chain(extended).flat_map(move |(config, allow)| of(allow).iter().map(move |written| (config, written)))
    }

    /// A glob relative to a configuration file as globs relative to the scan's root.
    fn rebase(&self, config: &Config, glob: &str) -> Vec<String> {
        if let Ok(down) = self.root.strip_prefix(config.folder()) {
            let folders: Vec<String> = down.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            return step_down(glob, &folders);
        }
        match config.folder().strip_prefix(&self.root) {
            Ok(up) if glob.trim_end_matches('/').contains('/') => vec![format!("{}/{}", slashed(up), glob.trim_start_matches('/'))],
            Ok(up) => vec![format!("{}/**/{}", slashed(up), glob)],
            Err(_) => vec![glob.to_owned()],
        }
    }

    fn show(&mut self, key: &'static str, value: String, from: String) {
        self.shown.push(Setting { key, value, from });
    }
}

fn texts(written: &[Written]) -> Vec<String> {
    written.iter().map(|text| text.get_ref().clone()).collect()
}

fn bad_glob(config: &Config, glob: &Written, why: &str) -> UsageError {
    UsageError::new(format!("{}: cannot use the glob `{}`: {why}", config.place(glob), glob.get_ref()))
}

/// One allowed value. The reason names its place and not the regex, which may be the value itself.
fn allowed(config: &Config, value: &Written, rules: Vec<String>, paths: Option<GlobSet>) -> Result<AllowedValue, UsageError> {
    let regex = allow::compile(value.get_ref()).map_err(|why| UsageError::new(format!("{}: cannot use this regex: {why}", config.place(value))))?;
    let reason = format!("`allow` of the value at {}", config.short_place(value)).into();
    Ok(AllowedValue { regex, rules, paths, reason })
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

/// Reads a provider: a file of one, or a document in `OpenAPI`.
fn read_provider(path: &Path, shown: &str) -> Result<Provider, UsageError> {
    let bytes = std::fs::read(path).map_err(|error| UsageError::new(format!("cannot read the provider in {shown}: {}", crate::source::reason(&error))))?;
    if path.extension().is_some_and(|end| end == "toml") {
        return provider::parse(shown, &String::from_utf8_lossy(&bytes)).map_err(|error| UsageError::new(error.to_string()));
    }
    if path.extension().is_some_and(|end| end == "json") {
        let read: Result<serde::de::IgnoredAny, serde_json::Error> = serde_json::from_slice(&bytes);
        read.map_err(|error| UsageError::new(format!("cannot use {shown}:{} as a provider: it is no JSON: {error}", error.line())))?;
    }
    api::provider_of(&bytes).ok_or_else(|| {
        let (line, why) = api::fault(&bytes);
        let place = line.map_or_else(|| shown.to_owned(), |line| format!("{shown}:{line}"));
        UsageError::new(format!("cannot use {place} as a provider: {why}"))
    })
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
