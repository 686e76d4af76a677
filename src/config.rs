//! The configuration file exactly as written, and where it is found.

pub mod integration;
mod schema;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::model::{Confidence, Severity};
use crate::report::{Format, UnknownFormat};
use crate::ruleset::sinks::Entry;
use crate::ruleset::{nearest, without_values};
use crate::scan::allow;
use crate::source::{FileSize, lexical, reason, slashed};
use crate::triage::{FailOn, globs};

use integration::Integration;
pub use schema::schema;

/// Names of the configuration file, the first one wins.
pub const NAMES: [&str; 2] = ["aelix-lint.toml", ".aelix-lint.toml"];

/// Something the user asked for that cannot be done: stop before scanning, exit status 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    /// What was tried, on what, why not.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl UsageError {
    /// An error that explains itself.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The same with advice.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// A configuration file as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Files that this one builds on, relative to it; later ones win over earlier ones, this one over all.
    pub extend: Vec<PathBuf>,
    /// What is not scanned, in gitignore syntax.
    pub exclude: Option<Vec<Written>>,
    /// The same, added to what other files exclude.
    pub extend_exclude: Vec<Written>,
    /// Scan what ignore files hide.
    pub no_ignore: Option<bool>,
    /// Larger files are passed over in a walk.
    pub max_file_size: Option<FileSize>,
    /// Only these rules.
    pub select: Option<Vec<Written>>,
    /// Not these rules.
    pub ignore: Vec<Written>,
    /// Also these rules.
    pub extend_select: Vec<Written>,
    /// Least severity that is reported.
    pub min_severity: Option<Severity>,
    /// Least confidence that is reported.
    pub min_confidence: Option<Confidence>,
    /// Least severity that fails the run.
    pub fail_on: Option<FailOn>,
    /// Comments for other tools mute secrets on their line.
    pub honor_foreign_suppressions: Option<bool>,
    /// How the report is written.
    pub format: Option<FormatName>,
    /// Rule files, or folders of them, relative to the file.
    pub rules: Vec<PathBuf>,
    /// Slots of APIs beside the built-in ones: files relative to this one, or tables.
    pub sinks: Vec<Spanned<SinkSource>>,
    /// Providers beside the built-in ones: files like those of `rules/providers`, or documents in `OpenAPI`, relative to the file.
    pub providers: Vec<PathBuf>,
    /// Changes of rules.
    #[serde(rename = "override")]
    pub overrides: Vec<Override>,
    /// Rules that are muted in the paths of a glob.
    pub per_path_ignores: BTreeMap<Written, Vec<Written>>,
    /// What is not reported, whatever rule finds it.
    pub allow: Option<Allow>,
    /// The same, added to what other files allow.
    pub extend_allow: Allow,
    /// What the application declares of its use of the vendor's API.
    pub integration: Option<Integration>,
}

/// Slots of APIs: a file of them, or one that is spelled out.
#[derive(Clone, Debug)]
pub enum SinkSource {
    /// A file, or a folder of files, relative to the configuration.
    File(PathBuf),
    /// One slot.
    Slot(Box<Entry>),
}

impl<'de> Deserialize<'de> for SinkSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SinkVisitor)
    }
}

struct SinkVisitor;

impl<'de> Visitor<'de> for SinkVisitor {
    type Value = SinkSource;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the path of a file, or a table such as `[[sinks]]`")
    }

    fn visit_str<E>(self, path: &str) -> Result<SinkSource, E> {
        Ok(SinkSource::File(path.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SinkSource, A::Error> {
        Entry::deserialize(MapAccessDeserializer::new(map)).map(|entry| SinkSource::Slot(Box::new(entry)))
    }
}

/// Text of the file, with its place.
pub type Written = Spanned<String>;

/// What is not reported.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allow {
    /// Regexes of values.
    pub values: Vec<Written>,
    /// Globs of paths, relative to the configuration file.
    pub paths: Vec<Written>,
}

/// A change of some rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// Rule ids and selectors.
    pub rules: Spanned<Vec<Written>>,
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off.
    pub enabled: Option<bool>,
    /// Least severity that is reported.
    pub min_severity: Option<Severity>,
    /// Least confidence that is reported.
    pub min_confidence: Option<Confidence>,
    /// Only in files that match one of these globs, relative to the configuration file; elsewhere the rules stay as they are.
    #[serde(default)]
    pub files: Vec<Written>,
    /// Regexes of values that are not reported.
    #[serde(default)]
    pub allow: Vec<Written>,
}

/// A format by its name.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct FormatName(pub Format);

impl TryFrom<String> for FormatName {
    type Error = UnknownFormat;

    fn try_from(name: String) -> Result<Self, UnknownFormat> {
        name.parse().map(Self)
    }
}

/// A configuration file and where it lies.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file, absolute.
    pub path: PathBuf,
    /// The same as a person would type it.
    pub shown: String,
    /// What it says.
    pub file: File,
    /// Where its lines end.
    ends: Vec<usize>,
}

impl Config {
    /// The folder that its paths are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Where something is written: the file as a person would type it, and the line.
    pub fn place<T>(&self, written: &Spanned<T>) -> String {
        format!("{}:{}", self.shown, self.line(written))
    }

    /// The same without the folders, for reports that leave the machine.
    pub fn short_place<T>(&self, written: &Spanned<T>) -> String {
        format!("{}:{}", self.path.file_name().unwrap_or_default().to_string_lossy(), self.line(written))
    }

    fn line<T>(&self, written: &Spanned<T>) -> usize {
        self.ends.partition_point(|end| *end < written.span().start) + 1
    }
}

/// The nearest configuration file from the absolute folder `start` upward to the root of its repository; without a repository, up to the working
/// directory `folder` or in `start` alone, so that a file that a stranger left in a shared folder has no say.
pub fn discover(start: &Path, folder: &Path) -> Option<PathBuf> {
    let root = start.ancestors().position(|folder| folder.join(".git").exists());
    let depth = root.or_else(|| start.ancestors().position(|above| above == folder)).unwrap_or(0);
    start.ancestors().take(depth + 1).flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|path| path.is_file())
}

/// Reads the file at the absolute `path` and all it extends; the strongest comes first. Messages name files from the folder `from`.
pub fn load(path: &Path, from: &Path) -> Result<Vec<Config>, UsageError> {
    let mut loaded = Vec::new();
    read_chain(path, from, &mut Vec::new(), &mut loaded)?;
    let mut seen = HashSet::new();
    loaded.retain(|config: &Config| fs::canonicalize(&config.path).is_ok_and(|identity| seen.insert(identity)));
    Ok(loaded)
}

/// `chain` are the files that led here, `loaded` is filled with a file before those it extends.
fn read_chain(path: &Path, from: &Path, chain: &mut Vec<PathBuf>, loaded: &mut Vec<Config>) -> Result<(), UsageError> {
    let path = lexical(path);
    let shown = Some(slashed(path.strip_prefix(from).unwrap_or(&path))).filter(|shown| !shown.is_empty()).unwrap_or_else(|| ".".to_owned());
    let cannot_read = |error: &std::io::Error| UsageError::new(format!("cannot read the configuration {shown}: {}", reason(error)));
    let identity = fs::canonicalize(&path).map_err(|e| cannot_read(&e))?;
    if chain.contains(&identity) {
        let message = format!("cannot read the configuration {shown}: it extends itself");
        return Err(UsageError::new(message).with_help("remove one `extend` of the circle"));
    }
    let text = fs::read_to_string(&path).map_err(|e| cannot_read(&e))?;
    let config = Config { file: parse(&shown, &text)?, path, shown, ends: memchr::memchr_iter(b'\n', text.as_bytes()).collect() };
    let bases: Vec<PathBuf> = config.file.extend.iter().rev().map(|base| config.folder().join(base)).collect();
    loaded.push(config);
    chain.push(identity);
    for base in bases {
        read_chain(&base, from, chain, loaded)?;
    }
    chain.pop();
    Ok(())
}

/// Reads the text of the file that is shown as `name`.
pub fn parse(name: &str, text: &str) -> Result<File, UsageError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let mistake = Mistake::new(error.message());
        let usage = UsageError::new(format!("{name}:{line}: {mistake}"));
        match mistake.help() {
            Some(help) => usage.with_help(help),
            None => usage,
        }
    })?;
    match bad_glob(&file).or_else(|| bad_value(&file)).or_else(|| idle_override(&file)) {
        None => Ok(file),
        Some((at, error)) => Err(UsageError { message: format!("{name}:{}: {}", line_of(text, at), error.message), ..error }),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count() + 1
}

/// The first glob that is none: where it stands, and why.
fn bad_glob(file: &File) -> Option<(usize, UsageError)> {
    let excludes = file.exclude.iter().flatten().chain(&file.extend_exclude);
    let allowed = file.allow.iter().chain([&file.extend_allow]).flat_map(|allow| &allow.paths);
    let mut globs = excludes.chain(allowed).chain(file.overrides.iter().flat_map(|change| &change.files)).chain(file.per_path_ignores.keys());
    globs.find_map(|glob| {
        let why = globs::compile(glob.get_ref().trim_start_matches('!')).err()?;
        Some((glob.span().start, UsageError::new(format!("cannot use the glob `{}`: {why}", glob.get_ref()))))
    })
}

/// The first regex of values that is none. It is not repeated: it may hold a secret.
fn bad_value(file: &File) -> Option<(usize, UsageError)> {
    let allowed = file.allow.iter().chain([&file.extend_allow]).flat_map(|allow| &allow.values);
    let mut values = allowed.chain(file.overrides.iter().flat_map(|change| &change.allow));
    values.find_map(|value| {
        let why = allow::compile(value.get_ref()).err()?;
        let error = UsageError::new(format!("cannot use this regex of allowed values: {why}"));
        Some((value.span().start, error.with_help("a plain value is a regex once its special characters have a backslash; see https://docs.rs/regex")))
    })
}

/// The first override that names no rule, or changes nothing.
fn idle_override(file: &File) -> Option<(usize, UsageError)> {
    file.overrides.iter().find_map(|change| {
        let at = change.rules.span().start;
        if change.rules.get_ref().is_empty() {
            return Some((at, UsageError::new("this [[override]] names no rule").with_help("write ids (secrets/x), families (secrets/*) or all")));
        }
        let is_idle = change.severity.or(change.min_severity).is_none() && change.enabled.is_none() && change.min_confidence.is_none();
        let error = UsageError::new("this [[override]] changes nothing");
        let help = "give it `severity`, `enabled`, `min-severity`, `min-confidence` or `allow`; `files` says where it holds";
        (is_idle && change.allow.is_empty()).then(|| (at, error.with_help(help)))
    })
}

/// What the parser says, with the names it expected told apart.
struct Mistake<'a> {
    message: &'a str,
    name: Option<&'a str>,
    expected: Vec<&'a str>,
}

impl<'a> Mistake<'a> {
    fn new(message: &'a str) -> Self {
        let is_name = message.starts_with("unknown field") || message.starts_with("unknown variant");
        let mut quoted = message.split('`').skip(1).step_by(2);
        let name = if is_name { quoted.next() } else { None };
        Self { message, name, expected: if name.is_some() { quoted.collect() } else { Vec::new() } }
    }

    fn help(&self) -> Option<String> {
        let name = self.name?;
        Some(match nearest(name, self.expected.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of {}", self.expected.join(", ")),
        })
    }
}

impl fmt::Display for Mistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) if self.message.starts_with("unknown field") => write!(f, "unknown key `{name}`"),
            Some(name) => write!(f, "unknown value `{name}`"),
            None => f.write_str(&without_values(self.message.lines().next().unwrap_or("not a configuration"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> (String, Option<String>) {
        let error = parse("aelix-lint.toml", text).unwrap_err();
        (error.message, error.help)
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_advice() {
        for (text, message, help) in [
            ("\nexclud = []", "aelix-lint.toml:2: unknown key `exclud`", "did you mean `exclude`?"),
            ("min-severity = \"hihg\"", "aelix-lint.toml:1: unknown value `hihg`", "did you mean `high`?"),
            ("[[override]]\nrules = []\nseverty = \"low\"", "aelix-lint.toml:3: unknown key `severty`", "did you mean `severity`?"),
            ("[integration]\nrotation_days = 90", "aelix-lint.toml:2: unknown key `rotation_days`", "did you mean `rotation-days`?"),
            ("[integration]\nenvironment = \"produktion\"", "aelix-lint.toml:2: unknown value `produktion`", "did you mean `production`?"),
        ] {
            assert_eq!(error_of(text), (message.to_owned(), Some(help.to_owned())));
        }
        for (text, part) in [
            ("a = [", "aelix-lint.toml:1: "),
            ("\nexclude = [\n\"a{b\"]", "aelix-lint.toml:3: cannot use the glob `a{b`"),
            ("\n[extend-allow]\nvalues = ['ok',\n'hunter2(']", "aelix-lint.toml:4: cannot use this regex of allowed values: unclosed group"),
            ("[[override]]\nrules = ['secrets']\nallow = ['[']", "aelix-lint.toml:3: cannot use this regex of allowed values"),
            ("[[override]]\nrules = ['secrets']\nfiles = ['a{b']\nenabled = false", "aelix-lint.toml:3: cannot use the glob `a{b`"),
            ("[[override]]\nrules = ['secrets']\nfiles = ['a']", "aelix-lint.toml:2: this [[override]] changes nothing"),
            ("[allow]\nvalues = 'hunter2'", "aelix-lint.toml:2: invalid type: a string, expected a list"),
            ("[[override]]\nenabled = false\nrules = []", "aelix-lint.toml:3: this [[override]] names no rule"),
            ("[allow]\npath = []", "aelix-lint.toml:2: unknown key `path`"),
            ("max-file-size = \"12 parsecs\"", "is no size"),
            ("fail-on = \"often\"", "unknown severity `often`"),
            ("format = \"xml\"", "aelix-lint.toml:1: "),
            ("[per-path-ignores]\n\"a{b\" = []", "aelix-lint.toml:2: cannot use the glob"),
            ("[integration]\nrotaton-days = 90", "aelix-lint.toml:2: unknown key `rotaton-days`"),
            ("[[integration.clients]]\nid = 'x'", "aelix-lint.toml:2: unknown key `id`"),
            ("[[integration.clients]]\n", "aelix-lint.toml:1: missing field `name`"),
            ("[integration.audit]\nretention = 30", "unknown key `retention`"),
            ("[integration]\nrotation-days = 0", "aelix-lint.toml:2: invalid value: integer `0`, expected a whole number, 1 or more"),
            ("[integration]\nscopes-reviewed = 2026-03-31", "aelix-lint.toml:2: this is no text; write it in quotes"),
            ("[integration.audit]\nexport = ' '", "aelix-lint.toml:2: this is empty"),
            ("[integration]\nsecret-location = ''", "aelix-lint.toml:2: this is empty"),
            ("[integration]\ntoken-cache = ''", "aelix-lint.toml:2: this is empty"),
            ("[[integration.clients]]\nname = ''", "aelix-lint.toml:2: this is empty"),
            ("[integration.clients]\nname = 'a'", "aelix-lint.toml:1: this is one table, expected a list: `[[…]]`"),
            ("[integration]\nscopes-reviewed = 'soon'", "aelix-lint.toml:2: this is not a day"),
            ("[integration.audit]\nschedule = 'often'", "aelix-lint.toml:2: this is not a schedule"),
            ("[integration.audit]\nwindow = '90'", "aelix-lint.toml:2: this is not a length of time"),
            ("[integration]\nenvironment = 'prod'", "unknown value `prod`"),
        ] {
            assert!(error_of(text).0.contains(part), "{text}: {}", error_of(text).0);
        }
    }

    #[test]
    fn the_nearest_file_up_to_the_repository_root_is_found() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        fs::create_dir_all(root.join("repo/a/b")).unwrap();
        fs::write(root.join("aelix-lint.toml"), "").unwrap();
        let discover = |start: &Path| super::discover(start, start);
        assert_eq!(discover(&root.join("repo/a")), None, "without a repository only the folder itself");
        fs::create_dir(root.join("repo/.git")).unwrap();
        assert_eq!(discover(&root.join("repo/a/b")), None, "not above the repository");
        fs::write(root.join("repo/.aelix-lint.toml"), "").unwrap();
        assert_eq!(discover(&root.join("repo/a/b")), Some(root.join("repo/.aelix-lint.toml")));
        fs::write(root.join("repo/a/aelix-lint.toml"), "").unwrap();
        assert_eq!(discover(&root.join("repo/a/b")), Some(root.join("repo/a/aelix-lint.toml")));
    }

    #[test]
    fn a_file_extends_others_but_not_itself() {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        fs::write(at("a.toml"), "extend = [\"b.toml\", \"c.toml\"]").unwrap();
        fs::write(at("b.toml"), "extend = [\"d.toml\"]").unwrap();
        fs::write(at("c.toml"), "extend = [\"d.toml\"]").unwrap();
        fs::write(at("d.toml"), "").unwrap();
        let order: Vec<_> = load(&at("a.toml"), tree.path()).unwrap().iter().map(|c| c.path.file_name().unwrap().to_owned()).collect();
        assert_eq!(order, ["a.toml", "c.toml", "d.toml", "b.toml"]);
        fs::write(at("d.toml"), "extend = [\"a.toml\"]").unwrap();
        assert!(load(&at("a.toml"), tree.path()).unwrap_err().message.contains("extends itself"));
        fs::write(at("d.toml"), "extend = [\"gone.toml\"]").unwrap();
        assert!(load(&at("a.toml"), tree.path()).unwrap_err().message.contains("no such file"));
    }
}
