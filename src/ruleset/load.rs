//! Rule files as people write them, read into [`Rule`]s. Errors name file, line, rule and what to do.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::sinks::{self, Sinks};
use super::{RuleError, nearest, places, resource};
use crate::check;
use crate::model::rule::{
    CharClass, Conditions, Counterexample, Example, FAMILIES, LazyText, Matcher, Reach, Required, Requirement, ResourceCondition, RuleSource, RuleText,
};
use crate::model::{Confidence, FileKind, Rule, RuleId, RuleStatus, Severity};
use crate::text::failure::reason;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

    /// Every rule as JSON: its file, its line, what is written there but for its text.
    pub const RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
    /// The texts of the rules, one JSON object behind the other.
    pub const TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/rule_texts.json"));
}

/// Path and content of the data files of the package below a folder (`rules/sinks/`), sorted by path.
pub fn data_below<T: DeserializeOwned>(folder: &str) -> impl Iterator<Item = Result<(&'static str, T), RuleError>> {
    embedded::DATA.iter().filter(move |(name, _)| name.starts_with(folder)).map(|(name, json)| {
        let content = serde_json::from_str(json).map_err(|error| RuleError::new(format!("cannot read the built-in data of {name}: {error}")))?;
        Ok((*name, content))
    })
}

/// Path and text of the same files as they are written.
#[cfg(test)]
pub fn embedded_below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    embedded::FILES.iter().copied().filter(move |(name, _)| name.starts_with(folder))
}

const ONE_MATCHER: &str = "give exactly one of `pattern`, `[rule.key]`, `[rule.sink]`, `[rule.query]`, `[[rule.resource]]`, `check`";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    #[serde(default)]
    rule: Vec<Spanned<RawRule>>,
    /// Languages of the slots that name none.
    #[serde(default)]
    languages: Vec<String>,
    /// Slots of APIs.
    #[serde(default)]
    sink: Vec<Spanned<sinks::Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    severity: Severity,
    confidence: Confidence,
    #[serde(default)]
    status: RuleStatus,
    #[serde(default)]
    since: String,
    #[serde(default)]
    tags: Vec<String>,
    pattern: Option<String>,
    multiline: Option<usize>,
    key: Option<RawKey>,
    sink: Option<RawSink>,
    #[serde(default)]
    resource: Vec<resource::RawCondition>,
    query: Option<BTreeMap<String, String>>,
    check: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    min_entropy: Option<f64>,
    #[serde(default)]
    require: Vec<CharClass>,
    validate: Option<String>,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    requires: Vec<RawRequirement>,
    #[serde(default)]
    priority: i32,
    why: String,
    fix: String,
    #[serde(default)]
    references: Vec<String>,
    examples: Vec<RawExample>,
    #[serde(default)]
    counterexamples: Vec<RawCounterexample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKey {
    name: Option<String>,
    value: Option<String>,
    alone: Option<String>,
    #[serde(default)]
    opaque: bool,
    #[serde(default)]
    kinds: Vec<FileKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSink {
    kind: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequirement {
    rule: Option<String>,
    pattern: Option<String>,
    within_lines: Option<usize>,
    within_bytes: Option<usize>,
    same: Option<Same>,
    #[serde(default)]
    optional: bool,
    message: Option<String>,
}

/// What a match and the one that it requires may have in common.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Same {
    Structure,
}

/// Text, or a table of path and text.
struct RawExample {
    path: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlaced {
    path: String,
    text: String,
}

impl<'de> Deserialize<'de> for RawExample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExampleVisitor)
    }
}

struct ExampleVisitor;

impl<'de> Visitor<'de> for ExampleVisitor {
    type Value = RawExample;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text, or a table of `path` and `text`")
    }

    fn visit_str<E>(self, text: &str) -> Result<RawExample, E> {
        Ok(RawExample { path: None, text: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawExample, A::Error> {
        let RawPlaced { path, text } = RawPlaced::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawExample { path: Some(path), text })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCounterexample {
    path: Option<String>,
    text: String,
    because: String,
}

/// What people read about a rule, by itself.
#[derive(Default, Deserialize)]
struct RawText {
    why: String,
    fix: String,
    #[serde(default)]
    references: Vec<String>,
    examples: Vec<RawExample>,
    #[serde(default)]
    counterexamples: Vec<RawCounterexample>,
}

impl RawText {
    fn take(rule: &mut RawRule) -> Self {
        let RawRule { why, fix, references, examples, counterexamples, .. } = rule;
        let (why, fix) = (std::mem::take(why), std::mem::take(fix));
        Self { why, fix, references: std::mem::take(references), examples: std::mem::take(examples), counterexamples: std::mem::take(counterexamples) }
    }

    fn read(self) -> RuleText {
        let examples = self.examples.into_iter().map(|example| Example { path: example.path, text: example.text });
        let counterexamples = self.counterexamples.into_iter().map(|c| Counterexample { path: c.path, text: c.text, because: c.because });
        let (examples, counterexamples) = (examples.collect(), counterexamples.collect());
        RuleText { why: self.why, fix: self.fix, references: self.references, examples, counterexamples }
    }
}

/// A rule of the package as the build script wrote it down.
#[derive(Deserialize)]
struct RawBuiltIn<'a> {
    file: &'a str,
    line: u32,
    /// Where its text stands in [`embedded::TEXTS`], as JSON.
    text: (usize, usize),
    /// The rule with an empty text.
    rule: RawRule,
}

/// The rules shipped with the program: read from JSON that the build script makes of the rule files, because a hook pays for the start at every commit.
pub fn built_in() -> Result<Vec<Rule>, RuleError> {
    let raw: Vec<RawBuiltIn> = serde_json::from_str(embedded::RULES).map_err(|error| RuleError::new(format!("cannot read the built-in rules: {error}")))?;
    let source = |file: &str, line| RuleSource { file: file.into(), line, built_in: true, keys: Vec::new() };
    // A test holds every text against the rule files: one that cannot be read counts as empty.
    let text = |(start, end)| serde_json::from_str::<RawText>(embedded::TEXTS.get(start..end).unwrap_or_default()).unwrap_or_default().read();
    let rule = |raw: RawBuiltIn| convert(raw.rule, source(raw.file, raw.line), LazyText::new(move || text(raw.text)));
    let mut rules = raw.into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rules)
}

/// The rules of a file, or of all `*.toml` files below a folder, in the order of their names.
pub fn read(path: &Path) -> Result<Vec<Rule>, RuleError> {
    Ok(gathered(files_of(path)?.iter().map(|file| parse(&shown(file), &text_of(file)?, false)))?.into_iter().flatten().collect())
}

/// The slots of APIs in the same files.
pub fn read_sinks(path: &Path) -> Result<Sinks, RuleError> {
    let read = files_of(path)?.into_iter().map(|file| parse_sinks(&shown(&file), &text_of(&file)?));
    Ok(gathered(read)?.into_iter().fold(Sinks::default(), |mut all, sinks| {
        all.add(sinks);
        all
    }))
}

/// The slots of one file's text.
pub fn parse_sinks(name: &str, text: &str) -> Result<Sinks, RuleError> {
    let file: RawFile = toml::from_str(text).map_err(|error| syntax_error(name, text, &error))?;
    let place = |at: usize| format!("{name}:{}", line_of(text, at));
    let read = file.sink.into_iter().map(|entry| Sinks::own(&place(entry.span().start), entry.into_inner(), &file.languages));
    Ok(gathered(read)?.into_iter().fold(Sinks::default(), |mut all, sinks| {
        all.add(sinks);
        all
    }))
}

/// A path as messages name it: from the working directory, where it lies below that.
fn shown(path: &Path) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(folder).ok().filter(|within| !within.as_os_str().is_empty()).unwrap_or(path).display().to_string()
}

fn text_of(file: &Path) -> Result<String, RuleError> {
    fs::read_to_string(file).map_err(|error| cannot_read(file, &error))
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, RuleError> {
    let mut files = Vec::new();
    list(path, &mut files)?;
    if files.is_empty() {
        return Err(RuleError::new(format!("no rule file (*.toml) in {}; put one there or remove the path", shown(path))));
    }
    files.sort();
    Ok(files)
}

fn cannot_read(file: &Path, error: &std::io::Error) -> RuleError {
    let why = if error.kind() == std::io::ErrorKind::InvalidData { "it is no text in UTF-8; save it as such".to_owned() } else { reason(error) };
    RuleError::new(format!("cannot read rule file {}: {why}", shown(file)))
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), RuleError> {
    let fail = |error| RuleError::new(format!("cannot read rules from {}: {}; check the path", shown(path), reason(&error)));
    if !fs::metadata(path).map_err(fail)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?.path();
        if entry.is_dir() || entry.extension().is_some_and(|e| e == "toml") {
            list(&entry, files)?;
        }
    }
    Ok(())
}

/// The rules of one file's text.
pub fn parse(name: &str, text: &str, built_in: bool) -> Result<Vec<Rule>, RuleError> {
    let file: RawFile = toml::from_str(text).map_err(|error| syntax_error(name, text, &error))?;
    let name: Arc<str> = name.into();
    let mut keys = if built_in { Vec::new() } else { places::keys(text) }.into_iter();
    let read = file.rule.into_iter().map(|raw| {
        let source = RuleSource { file: name.clone(), line: line_of(text, raw.span().start), built_in, keys: keys.next().unwrap_or_default() };
        let mut raw = raw.into_inner();
        let text = RawText::take(&mut raw).read();
        if text.examples.is_empty() {
            let what = "no example; add `examples = [\"…«the reported bytes»…\"]`";
            return Err(RuleError::new(format!("{}:{}: rule `{}`: {what}", source.file, source.line_of("examples"), raw.id)));
        }
        convert(raw, source, text.into())
    });
    gathered(read)
}

/// All of them, or all that is wrong with some of them.
fn gathered<T>(read: impl Iterator<Item = Result<T, RuleError>>) -> Result<Vec<T>, RuleError> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(one) => good.push(one),
            Err(error) => bad.push(error),
        }
    }
    RuleError::all(bad).map_or(Ok(good), Err)
}

/// 1-based line of a byte of the text.
pub(super) fn line_of(text: &str, offset: usize) -> u32 {
    let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

fn syntax_error(name: &str, text: &str, error: &toml::de::Error) -> RuleError {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    RuleError::new(format!("{name}:{line}: {}", explained(error.message())))
}

/// A message of the TOML reader in words of the program, with what was probably meant.
fn explained(message: &str) -> String {
    let is_key = message.starts_with("unknown field ");
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(name) = quoted.next().filter(|_| is_key || message.starts_with("unknown variant ")) else {
        return match message.strip_prefix("missing field ") {
            Some(key) => format!("the key {key} is missing"),
            None => without_values(message).replace('\n', " "),
        };
    };
    let known: Vec<&str> = quoted.collect();
    let hint = nearest(name, known.iter().copied()).map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    format!("unknown {} `{name}`; {hint}", if is_key { "key" } else { "value" })
}

/// How serde calls what it expects, and how people do.
const EXPECTED: [(&str, &str); 20] = [
    // A table, or a date without quotes, which the reader of TOML hands on as one.
    ("invalid type: map, expected a string", "this is no text; write it in quotes"),
    ("invalid type: map, expected a sequence", "this is one table, expected a list: `[[…]]`"),
    ("expected a nonzero u32", "expected a whole number, 1 or more"),
    ("expected struct RawCondition", "expected a table, such as `[[rule.resource]]`"),
    ("expected struct RawTest", "expected a table of `attribute` and what is true of it"),
    ("expected struct RawCounterexample", "expected a table of `text` and `because`"),
    ("expected struct RawKey", "expected a table, such as `[rule.key]`"),
    ("expected struct RawSink", "expected a table, such as `[rule.sink]`"),
    ("expected struct Entry", "expected a table, such as `[[sink]]`"),
    ("expected struct RawRequirement", "expected a table, such as `[[rule.requires]]`"),
    ("expected struct RawRule", "expected a table, such as `[[rule]]`"),
    ("expected struct Override", "expected a table, such as `[[override]]`"),
    ("expected struct Allow", "expected a table, such as `[allow]`"),
    ("expected usize", "expected a number, 0 or more"),
    ("expected u64", "expected a number, 0 or more"),
    ("expected i32", "expected a whole number"),
    ("expected f64", "expected a number"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("expected a boolean", "expected true or false"),
];

/// A message of the TOML reader in words of the program, without the strings of the file that it repeats: they may be secrets.
pub fn without_values(message: &str) -> String {
    let message = EXPECTED.iter().fold(message.to_owned(), |message, (serde, ours)| message.replace(serde, ours));
    let Some((before, rest)) = message.split_once("string \"") else { return message };
    let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
    format!("{before}a string{after}")
}

fn convert(raw: RawRule, source: RuleSource, text: LazyText) -> Result<Rule, RuleError> {
    let fail_at = |key: &str, what: &str| RuleError::new(format!("{}:{}: rule `{}`: {what}", source.file, source.line_of(key), raw.id));
    let fail = |what: &str| fail_at("", what);
    check_id(&raw.id).map_err(|what| fail_at("id", &what))?;
    if asks_for_resources(&raw) && raw.keywords.is_empty() {
        return Err(fail_at("check", "this check looks at files that hold one of the rule's `keywords`; give one, such as the type of the resource"));
    }
    if raw.query.is_some() && raw.keywords.is_empty() {
        return Err(fail_at("query", "a query looks at files that hold one of the rule's `keywords`; give one, such as the name of the function"));
    }
    if let Some((key, matcher)) = without_effect(&raw) {
        return Err(fail_at(key, &format!("`{key}` has no effect with {matcher}; remove it")));
    }
    let conditions: Vec<ResourceCondition> =
        raw.resource.into_iter().map(resource::RawCondition::read).collect::<Result<_, _>>().map_err(|what| fail_at("resource", &what))?;
    let matcher = match (raw.pattern, raw.key, raw.sink, raw.query, raw.check) {
        (None, None, None, None, None) if !conditions.is_empty() => Matcher::Resource { conditions },
        _ if !conditions.is_empty() => return Err(fail(ONE_MATCHER)),
        (Some(regex), None, None, None, None) => Matcher::Pattern { regex, multiline: raw.multiline },
        (None, Some(key), None, None, None) => Matcher::Key { name: key.name, value: key.value, alone: key.alone, opaque: key.opaque, kinds: key.kinds },
        (None, None, Some(sink), None, None) => Matcher::Sink { kind: sink.kind },
        (None, None, None, Some(query), None) => Matcher::Query { queries: query.into_iter().collect() },
        (None, None, None, None, Some(name)) => Matcher::Check { name },
        _ => return Err(fail(ONE_MATCHER)),
    };
    let requires = raw.requires.into_iter().map(requirement).collect::<Result<_, _>>().map_err(|what| fail_at("requires", &what))?;
    Ok(Rule {
        id: RuleId::new(&raw.id),
        aliases: raw.aliases.iter().map(|alias| RuleId::new(alias)).collect(),
        title: raw.title,
        severity: raw.severity,
        confidence: raw.confidence,
        status: raw.status,
        since: raw.since,
        tags: raw.tags,
        matcher,
        keywords: raw.keywords,
        files: raw.files,
        conditions: Conditions { min_entropy: raw.min_entropy, require: raw.require },
        validate: raw.validate,
        allow: raw.allow,
        requires,
        priority: raw.priority,
        text,
        source,
    })
}

fn requirement(raw: RawRequirement) -> Result<Requirement, String> {
    let what = match (raw.rule, raw.pattern) {
        (Some(id), None) => Required::Rule(RuleId::new(&id)),
        (None, Some(regex)) => Required::Pattern(regex),
        _ => return Err("in `[[rule.requires]]`: give exactly one of `rule`, `pattern`".to_owned()),
    };
    let reach = match (raw.within_lines, raw.within_bytes, raw.same) {
        (Some(lines), None, None) => Reach::Lines(lines),
        (None, Some(bytes), None) => Reach::Bytes(bytes),
        (None, None, Some(Same::Structure)) => Reach::Structure,
        _ => return Err("in `[[rule.requires]]`: give exactly one of `within_lines`, `within_bytes`, `same = \"structure\"`".to_owned()),
    };
    Ok(Requirement { what, reach, optional: raw.optional, message: raw.message })
}

/// A key that is given and that the rule's matcher never asks for, and the matcher.
fn without_effect(raw: &RawRule) -> Option<(&'static str, String)> {
    let matcher = match &raw.check {
        _ if raw.pattern.is_some() => return None,
        _ if raw.key.is_some() => "`[rule.key]`".to_owned(),
        _ if raw.sink.is_some() => "`[rule.sink]`".to_owned(),
        _ if raw.query.is_some() => "`[rule.query]`".to_owned(),
        _ if !raw.resource.is_empty() => "`[[rule.resource]]`".to_owned(),
        Some(name) => format!("`check = \"{name}\"`"),
        None => return None,
    };
    let has_value = raw.key.is_some() || raw.query.is_some();
    let given = [
        ("multiline", raw.multiline.is_some()),
        ("keywords", (raw.sink.is_some() || raw.check.is_some() && !asks_for_resources(raw)) && !raw.keywords.is_empty()),
        ("min_entropy", !has_value && raw.min_entropy.is_some()),
        ("require", !has_value && !raw.require.is_empty()),
        ("validate", !has_value && raw.validate.is_some()),
        ("allow", !has_value && !raw.allow.is_empty()),
        ("requires", (raw.check.is_some() || raw.query.is_some() || !raw.resource.is_empty()) && !raw.requires.is_empty()),
    ];
    given.into_iter().find(|(_, is_given)| *is_given).map(|(key, _)| (key, matcher))
}

/// Whether the rule's check is about declared infrastructure: it looks at the files that hold one of the rule's keywords.
fn asks_for_resources(raw: &RawRule) -> bool {
    raw.check.as_deref().is_some_and(check::asks_for_resources)
}

/// What is wrong with an id, and what to write instead.
pub fn check_id(id: &str) -> Result<(), String> {
    let (family, name) = id.split_once('/').ok_or_else(|| format!("an id is `family/what-is-wrong`{}", kebab("custom", id)))?;
    if !FAMILIES.contains(&family) && family != "custom" {
        let hint = nearest(family, FAMILIES.into_iter()).map_or(String::new(), |near| format!("; did you mean `{near}/{name}`?"));
        return Err(format!("unknown family `{family}`; one of {}, custom{hint}", FAMILIES.join(", ")));
    }
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(format!("the part after the slash is lower-case letters, digits and hyphens{}", kebab(family, name)));
    }
    Ok(())
}

/// Advice: the same name as it may be written.
fn kebab(family: &str, name: &str) -> String {
    let words: Vec<String> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    if words.is_empty() { String::new() } else { format!(", such as `{family}/{}`", words.join("-")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        parse("my.toml", text, false).unwrap_err().message
    }

    const HEAD: &str = "[[rule]]\nid = \"secrets/x\"\ntitle = \"x\"\nseverity = \"low\"\nconfidence = \"low\"\nwhy = \"w\"\nfix = \"f\"\n";

    #[test]
    fn the_built_in_rules_are_those_of_the_rule_files() {
        let is_rule =
            |name: &str| ["allowlists", "checklists", "programs", "providers", "sinks"].iter().all(|folder| !name.starts_with(&format!("rules/{folder}/")));
        let files = embedded::FILES.iter().filter(|(name, _)| is_rule(name));
        let mut rules: Vec<Rule> = files.flat_map(|(name, text)| parse(name, text, true).unwrap()).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let shown = |rules: &[Rule]| rules.iter().map(|rule| format!("{rule:?}")).collect::<Vec<_>>();
        assert_eq!(shown(&built_in().unwrap()), shown(&rules));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_a_suggestion() {
        let message = error_of(&format!("{HEAD}patern = 'abcd'\nexamples = ['a']\n"));
        assert!(message == "my.toml:8: unknown key `patern`; did you mean `pattern`?", "{message}");
    }

    #[test]
    fn a_value_in_the_wrong_place_is_not_repeated() {
        let message = error_of(&format!("{HEAD}pattern = 'abcd'\nexamples = 'my \"value'\n"));
        assert!(message.contains("invalid type: a string, expected a list"), "{message}");
    }

    #[test]
    fn the_reader_speaks_in_words_of_the_program() {
        for (body, message) in [
            ("pattern = 'abcd'\nexamples = ['a']\ncounterexamples = ['x']", "my.toml:10: invalid type: a string, expected a table of `text` and `because`"),
            ("pattern = 'abcd'\nexamples = ['a']\nmultiline = '9'", "my.toml:10: invalid type: a string, expected a number, 0 or more"),
            ("pattern = 'abcd'\nexamples = ['a']\nstatus = 'stabel'", "my.toml:10: unknown value `stabel`; did you mean `stable`?"),
            ("pattern = 'abcd'\nexamples = ['a']\nstatus = 'x'", "my.toml:10: unknown value `x`; one of preview, stable, deprecated"),
            ("pattern = 'abcd'", "my.toml:1: the key `examples` is missing"),
        ] {
            assert_eq!(error_of(&format!("{HEAD}{body}\n")), message, "{body}");
        }
        assert!(error_of("[[rules]]\n").ends_with("unknown key `rules`; did you mean `rule`?"));
    }

    #[test]
    fn a_rule_without_example_is_refused() {
        let message = error_of(&format!("{HEAD}pattern = 'abcd'\nexamples = []\n"));
        assert!(message.contains("rule `secrets/x`: no example"), "{message}");
    }

    #[test]
    fn an_unknown_key_of_an_example_is_named() {
        let message = error_of(&format!("{HEAD}pattern = 'abcd'\nexamples = [{{ path = 'a', txt = 'b' }}]\n"));
        assert!(message == "my.toml:9: unknown key `txt`; did you mean `text`?", "{message}");
        let message = error_of(&format!("{HEAD}pattern = 'abcd'\nexamples = [7]\n"));
        assert!(message.contains("a text, or a table of `path` and `text`"), "{message}");
        let rules = parse("my.toml", &format!("{HEAD}pattern = 'abcd'\nexamples = ['x', {{ path = 'a', text = 'b' }}]\n"), false).unwrap();
        assert_eq!(rules[0].text.examples.iter().map(|e| (e.path.as_deref(), &*e.text)).collect::<Vec<_>>(), [(None, "x"), (Some("a"), "b")]);
    }

    #[test]
    fn a_key_without_effect_is_refused() {
        for (body, what) in [
            ("check = 'scope-wildcard'\nmultiline = 9", "`multiline` has no effect with `check = \"scope-wildcard\"`"),
            ("check = 'scope-wildcard'\nallow = ['x']", "`allow` has no effect with `check = \"scope-wildcard\"`"),
            ("check = 'scope-wildcard'\nkeywords = ['scope']", "`keywords` has no effect with `check = \"scope-wildcard\"`"),
            ("check = 'rotation-missing'", "give one, such as the type of the resource"),
            ("sink = { kind = 'client-secret' }\nmin_entropy = 3.0", "`min_entropy` has no effect with `[rule.sink]`"),
            ("sink = { kind = 'client-secret' }\nkeywords = ['abcd']", "`keywords` has no effect with `[rule.sink]`"),
            ("key = { name = 'abcd' }\nmultiline = 9", "`multiline` has no effect with `[rule.key]`"),
        ] {
            let message = error_of(&format!("{HEAD}examples = ['a']\n{body}\n"));
            assert!(message.contains(what), "{body}: {message}");
        }
        for body in ["check = 'rotation-missing'\nfiles = ['*.tf']\nkeywords = ['abcd']", "key = { name = 'abcd' }\nallow = ['x']\nmin_entropy = 3.0"] {
            assert!(parse("my.toml", &format!("{HEAD}examples = ['a']\n{body}\n"), false).is_ok(), "{body}");
        }
    }

    #[test]
    fn two_matchers_are_refused() {
        let message = error_of(&format!("{HEAD}pattern = 'abcd'\ncheck = 'y'\nexamples = ['a']\n"));
        assert!(message.contains("exactly one of"), "{message}");
    }

    #[test]
    fn an_id_has_a_known_family() {
        let message = error_of(&HEAD.replace("secrets/x", "secret/x"))
            + &error_of(&format!("{}examples = ['a']\npattern = 'abcd'\n", HEAD.replace("secrets/x", "secret/x")));
        assert!(message.contains("did you mean `secrets/x`?"), "{message}");
    }
}
