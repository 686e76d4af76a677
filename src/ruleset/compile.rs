//! From a rule as written to one that runs: regexes without line ends, anchors, conditions.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};
use regex_automata::meta;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::anchors::{self, Anchor};
use super::sinks::Sinks;
use super::{RuleError, nearest};
use crate::check::{self, Validator};
use crate::model::Rule;
use crate::model::rule::Matcher;

/// Bytes a line pattern may reach to each side of its anchor.
pub const LINE_REACH: usize = 4096;
/// Size limit of one compiled regex, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// A rule ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// Literals, one of which every match contains.
    pub anchors: Vec<Anchor>,
    /// What runs around a candidate.
    pub engine: Engine,
    /// Files it is limited to, if any.
    pub files: Option<GlobSet>,
    /// Paths in which the configuration turns it on while it is off elsewhere; empty: it is on everywhere.
    pub only: Vec<GlobSet>,
    /// The offline check of its values.
    pub validator: Option<Validator>,
    allow: Lazy,
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
    /// A named function.
    Check,
}

/// A regex, compiled on its first candidate.
#[derive(Debug)]
pub struct PatternEngine {
    hir: Hir,
    regex: OnceLock<Option<meta::Regex>>,
    /// Index of the group named `secret`; 0, the whole match, without one.
    pub group: usize,
    /// Documented prefixes of the value, longest first.
    pub prefixes: Vec<Vec<u8>>,
    /// Bytes to each side of a candidate that a match may reach when it may cross line ends.
    pub multiline: Option<usize>,
}

impl PatternEngine {
    /// The compiled regex; `None` cannot happen after [`Compiled::build`] has succeeded.
    pub fn regex(&self) -> Option<&meta::Regex> {
        self.regex.get_or_init(|| build(&self.hir).ok()).as_ref()
    }
}

fn build(hir: &Hir) -> Result<meta::Regex, String> {
    let config = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).utf8_empty(false);
    meta::Builder::new().configure(config).build_from_hir(hir).map_err(|error| error.to_string())
}

/// Conditions on a normalised name and on the whole value.
#[derive(Debug)]
pub struct KeyEngine {
    /// None: the built-in classifier of secret names.
    name: Option<Lazy>,
    value: Option<Lazy>,
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

    /// Whether the whole value has this rule's format.
    pub fn value_matches(&self, value: &[u8]) -> bool {
        self.value.as_ref().is_none_or(|regex| regex.is_match(value))
    }
}

/// A regex compiled when it is first asked.
#[derive(Debug)]
struct Lazy {
    pattern: String,
    regex: OnceLock<Option<Regex>>,
}

impl Lazy {
    fn new(pattern: String) -> Self {
        Self { pattern, regex: OnceLock::new() }
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        self.regex.get_or_init(|| self.built().ok()).as_ref().is_some_and(|regex| regex.is_match(bytes))
    }

    fn built(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.pattern).unicode(false).size_limit(SIZE_LIMIT).build()
    }

    /// Builds it now; why not, where it cannot be.
    fn build(&self) -> Result<(), String> {
        if self.regex.get().is_none() {
            let _ = self.regex.set(Some(self.built().map_err(|error| error.to_string())?));
        }
        Ok(())
    }
}

impl Compiled {
    /// Builds every regex that would be built when first asked; says which one cannot be, and why: one above the size limit would never match.
    pub fn build(&self) -> Result<(), String> {
        let smaller = |what: &'static str| move |why: String| format!("{what} cannot be built: {why}; use fewer or shorter repetitions");
        match &self.engine {
            Engine::Pattern(engine) if engine.regex().is_none() => build(&engine.hir).map(drop).map_err(smaller("the pattern"))?,
            Engine::Key(engine) => {
                engine.name.as_ref().map_or(Ok(()), Lazy::build).map_err(smaller("the pattern of `name`"))?;
                engine.value.as_ref().map_or(Ok(()), Lazy::build).map_err(smaller("the pattern of `value`"))?;
            }
            Engine::Pattern(_) | Engine::Sink | Engine::Check => {}
        }
        self.allow.build().map_err(smaller("`allow`"))
    }

    /// Whether the rule is limited to some files.
    pub fn is_limited(&self) -> bool {
        self.files.is_some() || !self.only.is_empty()
    }

    /// Whether the rule looks at the file of this path.
    pub fn looks_at(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.is_match(path)) && (self.only.is_empty() || self.only.iter().any(|paths| paths.is_match(path)))
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
pub fn compile(rule: &Rule) -> Result<Compiled, RuleError> {
    let fail = |what: String| RuleError::at(rule, &what);
    let (engine, derived) = match &rule.matcher {
        Matcher::Pattern { regex, multiline } => pattern(regex, *multiline).map_err(&fail)?,
        Matcher::Key { name, value, .. } => key(name.as_deref(), value.as_deref()).map_err(&fail)?,
        Matcher::Sink { kind } => {
            known_kind(kind).map_err(&fail)?;
            (Engine::Sink, Some(Vec::new()))
        }
        Matcher::Check { name } if !check::CHECKS.contains(&name.as_str()) => return Err(fail(unknown_check(name, check::CHECKS.into_iter()))),
        Matcher::Check { .. } => (Engine::Check, Some(Vec::new())),
    };
    let written: Vec<Anchor> = rule.keywords.iter().map(|k| Anchor::folded(k.as_bytes())).collect();
    if let Some(short) = rule.keywords.iter().find(|k| k.len() < anchors::MIN_LEN) {
        return Err(fail(format!("keyword `{short}` is shorter than {} bytes; name a longer one", anchors::MIN_LEN)));
    }
    let anchors = if written.is_empty() { derived } else { Some(written) };
    let is_led = anchors.is_none() && !rule.requires.is_empty() && matches!(engine, Engine::Pattern(_));
    let anchors = if is_led { Some(Vec::new()) } else { anchors };
    let anchors = anchors.ok_or_else(|| {
        fail(format!("no literal of at least {} bytes is in every match; lengthen the fixed part of the pattern or give `keywords`", anchors::MIN_LEN))
    })?;
    Ok(Compiled {
        anchors,
        engine,
        files: globs(&rule.files).map_err(&fail)?,
        only: Vec::new(),
        validator: rule.validate.as_deref().map(validator).transpose().map_err(&fail)?,
        allow: allow(&rule.allow).map_err(&fail)?,
    })
}

/// A pattern that a rule requires. Without a literal of its own it has no anchors, and is looked for around the rule's hits.
pub fn part(regex: &str) -> Result<Compiled, String> {
    let (engine, anchors) = pattern(regex, None)?;
    let part = Compiled { anchors: anchors.unwrap_or_default(), engine, files: None, only: Vec::new(), validator: None, allow: allow(&[])? };
    Ok(part)
}

type Built = (Engine, Option<Vec<Anchor>>);

fn pattern(regex: &str, multiline: Option<usize>) -> Result<Built, String> {
    let hir = parse(regex)?;
    let hir = if multiline.is_some() || !has_line_ends(&hir) { hir } else { without_line_ends(&hir) };
    if hir.properties().minimum_len().is_none_or(|n| n == 0) {
        return Err("the pattern matches the empty text (or nothing); require at least one byte".to_owned());
    }
    let mut group = 0;
    let mut value = &hir;
    find_secret(&hir, &mut |index, sub| {
        group = index;
        value = sub;
    });
    let mut prefixes = prefixes_of(value);
    prefixes.sort_by_key(|p| std::cmp::Reverse(p.len()));
    let anchors = anchors::derive(&hir);
    let engine = PatternEngine { hir, regex: OnceLock::new(), group, prefixes, multiline };
    Ok((Engine::Pattern(engine), anchors))
}

fn parse(regex: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).multi_line(true).crlf(true).build().parse(regex).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or("bad regex").trim_start_matches("error: ").to_owned();
        format!("bad pattern: {reason}")
    })
}

/// Whether a class or literal of the pattern holds a `\n` or `\r`.
fn has_line_ends(hir: &Hir) -> bool {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => class.ranges().iter().any(|range| range.start() <= b'\r' && range.end() >= b'\n'),
        HirKind::Class(Class::Unicode(_)) => true,
        HirKind::Literal(literal) => literal.0.iter().any(is_end),
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Repetition(repetition) => has_line_ends(&repetition.sub),
        HirKind::Capture(capture) => has_line_ends(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_line_ends),
    }
}

/// The same pattern with `\n` and `\r` taken out of every class and literal: a line pattern cannot cross a line end.
fn without_line_ends(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            let ends = [regex_syntax::hir::ClassBytesRange::new(b'\n', b'\n'), regex_syntax::hir::ClassBytesRange::new(b'\r', b'\r')];
            class.difference(&regex_syntax::hir::ClassBytes::new(ends));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            let ends = [regex_syntax::hir::ClassUnicodeRange::new('\n', '\n'), regex_syntax::hir::ClassUnicodeRange::new('\r', '\r')];
            class.difference(&regex_syntax::hir::ClassUnicode::new(ends));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Literal(literal) if literal.0.iter().any(|b| matches!(b, b'\n' | b'\r')) => Hir::fail(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(without_line_ends(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => {
            let mut capture = capture.clone();
            capture.sub = Box::new(without_line_ends(&capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_line_ends).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(without_line_ends).collect()),
    }
}

/// Calls `found` with the index and content of the group named `secret`.
fn find_secret<'a>(hir: &'a Hir, found: &mut impl FnMut(usize, &'a Hir)) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            if capture.name.as_deref() == Some("secret") {
                found(capture.index as usize, &capture.sub);
            }
            find_secret(&capture.sub, found);
        }
        HirKind::Repetition(repetition) => find_secret(&repetition.sub, found),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| find_secret(part, found)),
        _ => {}
    }
}

/// The literals that a pattern may begin with, as written: the documented prefixes.
fn prefixes_of(hir: &Hir) -> Vec<Vec<u8>> {
    match hir.kind() {
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Capture(capture) => prefixes_of(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().flat_map(prefixes_of).collect(),
        HirKind::Concat(parts) => {
            let mut parts = parts.iter().filter(|part| !matches!(part.kind(), HirKind::Look(_)));
            let Some(first) = parts.next() else { return Vec::new() };
            let all = prefixes_of(first);
            match parts.next().map(|next| (next.kind(), prefixes_of(next))) {
                Some((_, next)) if is_literal(first) && !next.is_empty() => {
                    all.iter().flat_map(|a| next.iter().map(move |n| [a.as_slice(), n].concat())).collect()
                }
                _ => all,
            }
        }
        _ => Vec::new(),
    }
}

/// Whether the whole of it is a literal or a choice of literals.
fn is_literal(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(_) => true,
        HirKind::Capture(capture) => is_literal(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().all(is_literal),
        _ => false,
    }
}

fn key(name: Option<&str>, value: Option<&str>) -> Result<Built, String> {
    let anchors = match name {
        Some(name) => anchors::derive_for_names(&parse(name)?),
        None => Some(GENERIC_STEMS.iter().map(|stem| Anchor::folded(stem.as_bytes())).collect()),
    };
    let value = value.map(|value| parse(value).map(|_| Lazy::new(format!("^(?:{value})$")))).transpose()?;
    let name = name.map(|name| Lazy::new(name.to_owned()));
    Ok((Engine::Key(KeyEngine { name, value }), anchors))
}

fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = if pattern.contains('/') { pattern.clone() } else { format!("**/{pattern}") };
        set.add(GlobBuilder::new(&pattern).literal_separator(true).case_insensitive(true).build().map_err(|error| format!("bad glob in `files`: {error}"))?);
    }
    set.build().map(Some).map_err(|error| format!("bad glob in `files`: {error}"))
}

fn validator(name: &str) -> Result<Validator, String> {
    check::validator(name).ok_or_else(|| unknown_check(name, check::VALIDATORS.iter().map(|(n, _)| *n)))
}

fn known_kind(kind: &str) -> Result<(), String> {
    let sinks = Sinks::built_in().map_err(|error| error.message)?;
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

fn allow(patterns: &[String]) -> Result<Lazy, String> {
    for pattern in patterns {
        parse(pattern).map_err(|error| format!("in `allow`: {error}"))?;
    }
    Ok(Lazy::new(patterns.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|")))
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
    fn an_empty_match_is_refused() {
        assert!(pattern("(?:abcd)*", None).is_err());
    }
}
