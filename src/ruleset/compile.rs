//! From a rule as written to one that runs: regexes without line ends, anchors, conditions.

use std::borrow::Cow;
use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::Hir;

use super::anchors::{self, Anchor};
use super::derive::{self, Derived, Form, parse};
use super::known;
use super::lead::Lead;
use super::sinks::{LANGUAGES, Sinks};
use super::{RuleError, nearest};
use crate::check::{self, Validator};
use crate::lang;
use crate::model::rule::{Matcher, ResourceCondition};
use crate::model::{Rule, Target};
use crate::text::randomness;

/// Bytes a line pattern may reach to each side of its anchor.
pub const LINE_REACH: usize = 4096;
/// Size limit of one compiled regex, in bytes.
const SIZE_LIMIT: usize = 4 << 20;
/// What one thread keeps of the automaton of one regex, in bytes: it is made as the search goes, and made anew where it is full.
const CACHE: usize = 128 << 10;
/// The group of a name that says of no credential.
const ALONE: &str = "alone";

/// A rule ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// Literals, one of which every match contains.
    pub anchors: Cow<'static, [Anchor]>,
    /// What runs around a candidate.
    pub engine: Engine,
    /// Files it is limited to, if any.
    pub files: Option<Files>,
    /// Paths in which the configuration turns it on while it is off elsewhere; empty: it is on everywhere.
    pub only: Vec<GlobSet>,
    /// The offline check of its values.
    pub validator: Option<Validator>,
    allow: Lazy,
}

/// Globs of the files of a rule, put together when first asked.
#[derive(Debug)]
pub struct Files {
    patterns: Vec<String>,
    set: OnceLock<Option<GlobSet>>,
}

impl Files {
    fn new(patterns: &[String]) -> Option<Self> {
        (!patterns.is_empty()).then(|| Self { patterns: patterns.to_vec(), set: OnceLock::new() })
    }

    /// Whether the file of this path is one of them.
    pub fn is_match(&self, path: &str) -> bool {
        self.set.get_or_init(|| globs(&self.patterns).ok()).as_ref().is_some_and(|set| set.is_match(path))
    }
}

/// What runs around a candidate.
#[derive(Debug)]
pub enum Engine {
    /// A regex in a window.
    Pattern(PatternEngine),
    /// Names and values.
    Key(KeyEngine),
    /// A slot of an API.
    Sink,
    /// Queries of trees, by language.
    Query(Vec<QueryEngine>),
    /// A named function, or conditions on declared infrastructure.
    Check,
}

/// A regex, compiled on its first candidate.
#[derive(Debug)]
pub struct PatternEngine {
    pattern: String,
    regex: OnceLock<Option<meta::Regex>>,
    /// Index of the group named `secret`; 0, the whole match, without one.
    pub group: usize,
    /// Documented prefixes of the value, longest first.
    pub prefixes: Vec<Vec<u8>>,
    /// What every match begins with, if an anchor stands at a fixed place of it.
    pub lead: Option<Lead>,
    /// A literal in every match, apart from the anchors; empty: there is none that is rare.
    pub needs: Vec<u8>,
    /// Bytes to each side of a candidate that a match may reach when it may cross line ends.
    pub multiline: Option<usize>,
}

impl PatternEngine {
    /// The compiled regex; `None` cannot happen after [`Compiled::build`] has succeeded.
    pub fn regex(&self) -> Option<&meta::Regex> {
        self.regex.get_or_init(|| self.build().ok()).as_ref()
    }

    /// Whether a match may hold the anchor at `at` where each match holds one.
    pub fn may_match(&self, bytes: &[u8], at: usize) -> bool {
        self.lead.as_ref().is_none_or(|lead| lead.is_around(bytes, at))
    }

    fn build(&self) -> Result<meta::Regex, String> {
        regex_of(&derive::hir_of(&self.pattern, form(self.multiline))?, meta::Config::new())
    }
}

/// A regex without the automata that take long to make.
fn regex_of(hir: &Hir, config: meta::Config) -> Result<meta::Regex, String> {
    let config = config.nfa_size_limit(Some(SIZE_LIMIT)).hybrid_cache_capacity(CACHE).utf8_empty(false).dfa(false);
    meta::Builder::new().configure(config).build_from_hir(hir).map_err(|error| error.to_string())
}

fn form(multiline: Option<usize>) -> Form {
    if multiline.is_some() { Form::Lines } else { Form::Line }
}

/// The query of one language.
#[derive(Debug)]
pub struct QueryEngine {
    /// Name of the language.
    pub language: &'static str,
    /// What is looked for.
    pub query: tree_sitter::Query,
    /// Index of the capture `@secret`.
    pub secret: u32,
}

/// Conditions on a normalised name and on the whole value.
#[derive(Debug)]
pub struct KeyEngine {
    /// None: the built-in classifier of secret names.
    name: Option<Lazy>,
    value: Option<Lazy>,
    alone: Option<Lazy>,
}

impl KeyEngine {
    /// Whether the built-in classifier decides about the name.
    pub fn is_generic(&self) -> bool {
        self.name.is_none()
    }

    /// Whether the normalised name is one of this rule's.
    pub fn name_matches(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|regex| regex.is_match(name.as_bytes()))
    }

    /// Whether the rule knows what a value looks like.
    pub fn knows_value(&self) -> bool {
        self.name.is_some() && self.value.is_some()
    }

    /// Whether the group `alone` of the rule takes part in the name, which says of no credential then.
    pub fn is_alone(&self, name: &str) -> bool {
        self.alone.is_some() && self.name.as_ref().is_some_and(|regex| regex.has_group(name.as_bytes(), ALONE))
    }

    /// Whether the whole value has this rule's format.
    pub fn value_matches(&self, value: &[u8]) -> bool {
        self.value.as_ref().is_none_or(|regex| regex.is_match(value))
    }

    /// Whether the whole value needs no word of a credential in its name: it has the stricter format and is random.
    pub fn stands_alone(&self, value: &[u8]) -> bool {
        self.alone.as_ref().is_some_and(|regex| regex.is_match(value)) && randomness::is_random(value)
    }
}

/// A condition on a name or a value, compiled when it is first asked.
#[derive(Debug)]
struct Lazy {
    pattern: String,
    asked_of: Asked,
    regex: OnceLock<Option<meta::Regex>>,
}

/// What a condition is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Names: so short that nothing pays but what is ready at once.
    Names,
    /// Values of any length.
    Values,
}

impl Lazy {
    fn new(pattern: String, asked_of: Asked) -> Self {
        Self { pattern, asked_of, regex: OnceLock::new() }
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        self.regex.get_or_init(|| self.built().ok()).as_ref().is_some_and(|regex| regex.is_match(bytes))
    }

    /// Whether the named group takes part in the match.
    fn has_group(&self, bytes: &[u8], group: &str) -> bool {
        let Some(regex) = self.regex.get_or_init(|| self.built().ok()).as_ref() else { return false };
        let mut found = regex.create_captures();
        regex.captures(bytes, &mut found);
        found.get_group_by_name(group).is_some()
    }

    fn built(&self) -> Result<meta::Regex, String> {
        let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(&self.pattern).map_err(|error| error.to_string())?;
        let is_long = self.asked_of == Asked::Values;
        let captures = if self.pattern.contains("(?<") { WhichCaptures::All } else { WhichCaptures::Implicit };
        regex_of(&hir, meta::Config::new().which_captures(captures).hybrid(is_long).auto_prefilter(is_long))
    }

    /// Builds it now; why not, where it cannot be.
    fn build(&self) -> Result<(), String> {
        if self.regex.get().is_none() {
            let _ = self.regex.set(Some(self.built()?));
        }
        Ok(())
    }
}

impl Compiled {
    /// Builds every regex that would be built when first asked; says which key holds one that cannot be, and why: one above the size limit would never
    /// match.
    pub fn build(&self) -> Result<(), (&'static str, String)> {
        let smaller =
            |key: &'static str, what: &'static str| move |why: String| (key, format!("{what} cannot be built: {why}; use fewer or shorter repetitions"));
        match &self.engine {
            Engine::Pattern(engine) if engine.regex().is_none() => engine.build().map(drop).map_err(smaller("pattern", "the pattern"))?,
            Engine::Key(engine) => {
                engine.name.as_ref().map_or(Ok(()), Lazy::build).map_err(smaller("key.name", "the pattern of `name`"))?;
                engine.value.as_ref().map_or(Ok(()), Lazy::build).map_err(smaller("key.value", "the pattern of `value`"))?;
                engine.alone.as_ref().map_or(Ok(()), Lazy::build).map_err(smaller("key.alone", "the pattern of `alone`"))?;
            }
            Engine::Pattern(_) | Engine::Sink | Engine::Query(_) | Engine::Check => {}
        }
        self.allow.build().map_err(smaller("allow", "`allow`"))
    }

    /// Whether the rule is limited to some files.
    pub fn is_limited(&self) -> bool {
        self.files.is_some() || !self.only.is_empty()
    }

    /// Whether the rule looks at the file of this path.
    pub fn looks_at(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.is_match(path)) && (self.only.is_empty() || self.only.iter().any(|paths| paths.is_match(path)))
    }

    /// Whether the rule looks at a target, by its path from the root or from the argument.
    pub fn looks_at_target(&self, target: &Target) -> bool {
        self.looks_at(&target.relative) || self.looks_at(&target.within)
    }

    /// Whether its matches hide nothing: it is a pattern without a group named `secret`.
    pub fn is_silent(&self) -> bool {
        matches!(&self.engine, Engine::Pattern(engine) if engine.group == 0)
    }

    /// Whether a value is one of those that are not reported.
    pub fn allows(&self, value: &[u8]) -> bool {
        !self.allow.pattern.is_empty() && self.allow.is_match(value)
    }
}

/// What generic key rules anchor on: a stem of every word of the classifier in `text/name.rs`. Three-letter words carry the byte that may follow them.
pub const GENERIC_STEMS: [&str; 44] = [
    "secret",
    "pass",
    "token",
    "apikey",
    "api key",
    "credential",
    "_key",
    "-key",
    ".key",
    "accesskey",
    "accountkey",
    "masterkey",
    "signingkey",
    "encryptionkey",
    "privatekey",
    "sharedkey",
    "authkey",
    "appkey",
    "licensekey",
    "functionkey",
    "hostkey",
    "storagekey",
    "clientkey",
    "pwd=",
    "pwd:",
    "pwd\"",
    "pwd'",
    "pwd ",
    "_pwd",
    "_pw=",
    "_pw ",
    "_pw:",
    "_pw\"",
    "_pw'",
    "pw =",
    "requirepass",
    "bearer",
    "connectionstring",
    "connection_string",
    "connection-string",
    "senha",
    "wachtwoord",
    "contrasena",
    "sharedaccesskey",
];

/// Compiles one rule; an error names file, line, rule, what is wrong and what to do.
pub fn compile(rule: &Rule, sinks: &Sinks) -> Result<Compiled, RuleError> {
    let fail = |key: &'static str| move |what: String| RuleError::at_key(rule, key, &what);
    if !rule.source.built_in {
        check_parts(rule, sinks).map_err(|(key, what)| fail(key)(what))?;
    }
    let (engine, derived) = match &rule.matcher {
        Matcher::Pattern { regex, multiline } => pattern(regex, *multiline).map_err(fail("pattern"))?,
        Matcher::Key { name, value, alone, .. } => key(name.as_deref(), value.as_deref(), alone.as_deref()).map_err(fail("key.name"))?,
        Matcher::Sink { .. } => (Engine::Sink, Some(Cow::default())),
        Matcher::Query { queries } => (Engine::Query(queries_of(rule, queries)?), Some(Cow::default())),
        Matcher::Check { name } if !check::CHECKS.contains(&name.as_str()) => return Err(fail("check")(unknown_check(name, check::CHECKS.into_iter()))),
        Matcher::Check { .. } => (Engine::Check, Some(Cow::default())),
        Matcher::Resource { conditions } => (Engine::Check, Some(types(conditions).into())),
    };
    let written: Vec<Anchor> = rule.keywords.iter().map(|k| Anchor::folded(k.as_bytes())).collect();
    if let Some(short) = rule.keywords.iter().find(|k| k.len() < anchors::MIN_LEN) {
        return Err(fail("keywords")(format!("keyword `{short}` is shorter than {} bytes; name a longer one", anchors::MIN_LEN)));
    }
    let anchors = if written.is_empty() { derived } else { Some(written.into()) };
    let is_led = anchors.is_none() && !rule.requires.is_empty() && matches!(engine, Engine::Pattern(_));
    let anchors = if is_led { Some(Cow::default()) } else { anchors };
    let anchors = anchors.ok_or_else(|| {
        fail("pattern")(format!(
            "no literal of at least {} bytes is in every match; lengthen the fixed part of the pattern or give `keywords`",
            anchors::MIN_LEN
        ))
    })?;
    Ok(Compiled {
        anchors,
        engine,
        files: Files::new(&rule.files),
        only: Vec::new(),
        validator: rule.validate.as_deref().map(validator).transpose().map_err(fail("validate"))?,
        allow: allow(&rule.allow),
    })
}

/// What to look for where a rule asks about types of resources: as much of each type as is written out.
fn types(conditions: &[ResourceCondition]) -> Vec<Anchor> {
    let mut out: Vec<Anchor> = conditions.iter().flat_map(|c| &c.types).map(|kind| type_anchor(kind)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// What to look for where resources of a type are declared.
pub fn type_anchor(kind: &str) -> Anchor {
    let written = kind.split('*').max_by_key(|part| part.len()).unwrap_or(kind);
    // `shell:aws secretsmanager rotate-secret` and its kind: the part that is written as it is.
    let written = written.rsplit_once(':').filter(|(before, _)| !before.ends_with(':') && !before.is_empty()).map_or(written, |(_, last)| last);
    let written = written.rsplit(' ').next().unwrap_or(written);
    Anchor::folded(written.as_bytes())
}

/// The queries of a rule, ready to run; those of languages that this build leaves out are not. An error names the line within the query.
fn queries_of(rule: &Rule, queries: &[(String, String)]) -> Result<Vec<QueryEngine>, RuleError> {
    let mut all = Vec::new();
    for (name, text) in queries {
        let key = format!("query.{name}");
        let fail = |row: usize, what: &str| {
            // The text of several lines begins behind the line of its key.
            let line = rule.source.line_of(&key) + u32::try_from(row + usize::from(text.contains('\n'))).unwrap_or(0);
            RuleError::new(format!("{}:{line}: rule `{}`: {what}", rule.source.file, rule.id))
        };
        if !LANGUAGES.contains(&name.as_str()) {
            let hint =
                nearest(name, LANGUAGES.into_iter()).map_or_else(|| format!("one of {}", LANGUAGES.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(RuleError::at_key(rule, &key, &format!("no language is named `{name}`; {hint}")));
        }
        let Some(language) = lang::table().iter().find(|language| language.name == name) else { continue };
        let query = tree_sitter::Query::new(&(language.grammar)(), text).map_err(|error| fail(error.row, &bad_query(&error)))?;
        let Some(secret) = query.capture_index_for_name("secret") else {
            return Err(fail(0, "the query captures no `@secret`; put it behind the node that is reported"));
        };
        all.push(QueryEngine { language: language.name, query, secret });
    }
    Ok(all)
}

/// What is wrong with a query, in words of the program. Its text is the user's own and holds no secret.
fn bad_query(error: &tree_sitter::QueryError) -> String {
    let what = match error.kind {
        tree_sitter::QueryErrorKind::NodeType => format!("the grammar has no node `{}`", error.message.trim_matches('"')),
        tree_sitter::QueryErrorKind::Field => format!("the grammar has no field `{}`", error.message.trim_matches('"')),
        tree_sitter::QueryErrorKind::Capture => format!("no capture is named `@{}`", error.message.trim_matches('"')),
        tree_sitter::QueryErrorKind::Predicate => format!("a predicate is wrong: {}", error.message),
        tree_sitter::QueryErrorKind::Structure => "no node can have these parts".to_owned(),
        tree_sitter::QueryErrorKind::Syntax => "the query is not closed, or has a character that does not belong there".to_owned(),
        tree_sitter::QueryErrorKind::Language => "the grammar cannot be used".to_owned(),
    };
    format!("cannot use the query, column {}: {what}; see https://tree-sitter.github.io/tree-sitter/using-parsers/queries", error.column + 1)
}

/// A pattern that a rule requires. Without a literal of its own it has no anchors, and is looked for around the rule's hits.
pub fn part(regex: &str) -> Result<Compiled, String> {
    let (engine, anchors) = pattern(regex, None)?;
    let part = Compiled { anchors: anchors.unwrap_or_default(), engine, files: None, only: Vec::new(), validator: None, allow: allow(&[]) };
    Ok(part)
}

/// What can be wrong with the smaller parts of a rule. Those of the built-in rules are not looked at at every start; a test does.
fn check_parts(rule: &Rule, sinks: &Sinks) -> Result<(), (&'static str, String)> {
    match &rule.matcher {
        Matcher::Key { value, alone, .. } => {
            for (key, regex) in [("key.value", value), ("key.alone", alone)] {
                regex.as_ref().map(|regex| parse(regex)).transpose().map_err(|what| (key, what))?;
            }
        }
        Matcher::Sink { kind } => known_kind(kind, sinks).map_err(|what| ("sink", what))?,
        _ => {}
    }
    globs(&rule.files).map_err(|what| ("files", what))?;
    rule.allow.iter().try_for_each(|pattern| parse(pattern).map(drop).map_err(|error| ("allow", format!("in `allow`: {error}"))))
}

type Built = (Engine, Option<Cow<'static, [Anchor]>>);

fn pattern(regex: &str, multiline: Option<usize>) -> Result<Built, String> {
    let Derived { anchors, prefixes, group, lead, needs } = known::derived(regex, form(multiline))?;
    let engine = PatternEngine { pattern: regex.to_owned(), regex: OnceLock::new(), group, prefixes, lead, needs, multiline };
    Ok((Engine::Pattern(engine), anchors))
}

fn key(name: Option<&str>, value: Option<&str>, alone: Option<&str>) -> Result<Built, String> {
    let anchors = match name {
        Some(name) => known::derived(name, Form::Name)?.anchors,
        None => Some(GENERIC_STEMS.iter().map(|stem| Anchor::folded(stem.as_bytes())).collect()),
    };
    let [value, alone] = [value, alone].map(|value| value.map(|value| Lazy::new(format!("^(?:{value})$"), Asked::Values)));
    let name = name.map(|name| Lazy::new(name.to_owned(), Asked::Names));
    Ok((Engine::Key(KeyEngine { name, value, alone }), anchors))
}

fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = if pattern.contains('/') { pattern.clone() } else { format!("**/{pattern}") };
        set.add(GlobBuilder::new(&pattern).literal_separator(true).case_insensitive(true).build().map_err(|error| format!("bad glob in `files`: {error}"))?);
    }
    set.build().map_err(|error| format!("bad glob in `files`: {error}"))
}

fn validator(name: &str) -> Result<Validator, String> {
    check::validator(name).ok_or_else(|| unknown_check(name, check::VALIDATORS.iter().map(|(n, _)| *n)))
}

fn known_kind(kind: &str, own: &Sinks) -> Result<(), String> {
    let mut sinks = Sinks::built_in().map_err(|error| error.message)?;
    sinks.add(own.clone());
    if sinks.kinds().any(|known| known == kind) {
        return Ok(());
    }
    let hint = nearest(kind, sinks.kinds()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!("no sink has the kind `{kind}`{hint}"))
}

fn unknown_check<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let hint = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    format!("no check is named `{name}`{hint}")
}

fn allow(patterns: &[String]) -> Lazy {
    Lazy::new(patterns.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|"), Asked::Values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(regex: &str) -> PatternEngine {
        match pattern(regex, None).unwrap().0 {
            Engine::Pattern(engine) => engine,
            _ => unreachable!(),
        }
    }

    #[test]
    fn a_line_pattern_never_crosses_a_line_end() {
        let engine = engine(r"key\s*=\s*(?<secret>[^x]{4,})");
        let found = engine.regex().unwrap().find(b"key =\nabcdef").map(|m| m.range());
        assert_eq!(found, None);
        assert_eq!(engine.regex().unwrap().find(b"key = abcd\nefgh").unwrap().range(), 0..10);
    }

    #[test]
    fn dollar_and_caret_are_line_ends() {
        assert!(engine(r"^abcd$").regex().unwrap().is_match(b"x\r\nabcd\r\ny"));
    }

    #[test]
    fn the_documented_prefix_is_the_fixed_begin_of_the_value() {
        assert_eq!(engine(r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b").prefixes, [b"ghp_".to_vec()]);
        assert_eq!(engine(r"(?<secret>(?:AKIA|ASIA)[A-Z2-7]{16})").prefixes, [b"AKIA".to_vec(), b"ASIA".to_vec()]);
        assert!(engine(r"twilio=(?<secret>[0-9a-f]{32})").prefixes.is_empty());
    }

    #[test]
    fn every_part_of_the_built_in_rules_is_sound() {
        for rule in crate::ruleset::built_in().unwrap() {
            assert_eq!(check_parts(&rule, &Sinks::default()), Ok(()), "{}", rule.id);
            assert_eq!(compile(&rule, &Sinks::default()).unwrap().build(), Ok(()), "{}", rule.id);
        }
    }

    #[test]
    fn an_empty_match_is_refused() {
        assert!(pattern("(?:abcd)*", None).is_err());
    }
}
