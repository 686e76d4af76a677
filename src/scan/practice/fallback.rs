//! Literals that stand in for a secret whenever the environment does not hold it.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::lang::Language;
use crate::model::facts::{Argument, Call, Step, StepKind};
use crate::model::{Blob, Hit};
use crate::text::Span;

use super::super::sink::described;
use super::super::syntax::is_callee;
use super::{Found, Page, Practice, is_fallback, judged, last_name, literal, strong, text_of};

/// Bytes before a name in which a lookup is called.
const REACH: usize = 64;
/// Callees that set what is used where nothing else is set.
const SETTERS: [&str; 4] = ["SetDefault", "set_default", "setDefault", ".setdefault"];
/// Names of the argument of a lookup that is used where nothing is found.
const DEFAULTS: [&str; 6] = ["default", "default_value", "defaultValue", "fallback", "def", "cast_default"];

/// What announces a default in a tag of a struct in Go.
pub const TAGS: [&str; 2] = ["envDefault:\"", " default:\""];
/// A tag that names a variable and its default, in whatever order.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (name, default) = (r#"(?:env|envconfig|mapstructure|koanf):"(?P<name>[A-Za-z0-9_.-]+)[^"]*""#, r#"(?:envDefault|default):"(?P<value>[^"`\n]+)""#);
    Regex::new(&format!("(?-u)`[^`\n]*{name}[^`\n]*\\b{default}[^`\n]*`")).ok()
});

/// Fallbacks that are bound to the name of a secret, or looked up under one.
pub fn found(page: &Page) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for binding in &page.facts.bindings {
        let own = Some(last_name(&binding.name)).filter(|name| strong(name).is_some());
        if is_fallback(&binding.value) {
            let name = own.map(str::to_owned).or_else(|| looked_up_in(&binding.value, page));
            all.extend(name.and_then(|name| of_literal(&name, &binding.value, binding.span)));
        } else if let Some(name) = own {
            let default = default_of_field(binding.value.span, page);
            all.extend(default.and_then(|argument| of_literal(name, argument, binding.span)));
        }
    }
    for call in &page.facts.calls {
        let looked_up = looked_up(call, page.language);
        all.extend(looked_up.into_iter().filter_map(|(name, argument)| of_literal(&name, argument, call.span)));
        let given = call.arguments.iter().filter(|argument| is_fallback(argument));
        all.extend(given.filter_map(|argument| of_literal(&looked_up_in(argument, page)?, argument, call.span)));
    }
    all.sort_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
    all
}

/// The name of a secret that is looked up before a literal takes its place: `configuration["ClientSecret"] ?? "…"`.
fn looked_up_in(argument: &Argument, page: &Page) -> Option<String> {
    let (_, literal, _) = literal(argument)?;
    let step = argument.path.iter().find(|step| step.kind == StepKind::Fallback && step.span.contains(literal))?;
    let before = page.text(Span::new(step.span.start, literal.start));
    let mut names = before.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    names.find(|name| name.len() > 5 && strong(name).is_some()).map(str::to_owned)
}

/// The default of a field of settings: `Field(default="…")`, `Field("…")`.
fn default_of_field<'a>(value: Span, page: &'a Page) -> Option<&'a Argument> {
    let at = page.facts.calls.partition_point(|call| call.span.start < value.start);
    let call = page.facts.calls[at..].iter().take_while(|call| call.span.start == value.start).find(|call| call.span == value)?;
    let is_field = page.language.name == "python" && matches!(last_name(&call.callee), "Field" | "field");
    let named = || call.named.iter().find(|(name, _)| name == "default").map(|(_, argument)| argument);
    is_field.then(|| named().or(call.arguments.first())).flatten()
}

/// Defaults in tags of structs.
pub fn written(blob: &Blob) -> Vec<Found> {
    let mut all = Vec::new();
    for found in TAG.iter().flat_map(|regex| regex.captures_iter(blob.bytes)) {
        let (Some(name), Some(value)) = (found.name("name"), found.name("value")) else { continue };
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        if let Some((confidence, note)) = judged(value.as_bytes()).filter(|_| strong(&name).is_some()) {
            let span = Span::new(value.start(), value.end());
            let mut found = Found::secret(Practice::DefaultFallback, span, value.as_bytes(), format!("literal used for `{name}` whenever it is not set"));
            found.confidence = confidence;
            found.notes.extend(note.map(str::to_owned));
            found.name = Some(name);
            all.push(found);
        }
    }
    all
}

/// The name that a call looks up and the literal that it has in its place.
fn looked_up<'a>(call: &'a Call, language: &Language) -> Option<(String, &'a Argument)> {
    let is_one_of = |wanted: &[&str]| is_callee(&call.callee, wanted) || call.method.as_deref().is_some_and(|method| is_callee(method, wanted));
    if !is_one_of(language.callees.lookups) && !is_one_of(&SETTERS) {
        return None;
    }
    let name = call.arguments.first().and_then(text_of).filter(|name| strong(last_name(name)).is_some())?;
    let named = call.named.iter().find(|(key, _)| DEFAULTS.contains(&key.as_str())).map(|(_, argument)| argument);
    Some((name.to_owned(), named.or_else(|| call.arguments.get(1))?))
}

fn of_literal(name: &str, argument: &Argument, user: Span) -> Option<Found> {
    let (text, span, pieces) = literal(argument)?;
    let (confidence, note) = judged(text)?;
    let shown = last_name(name);
    let mut found = Found::secret(Practice::DefaultFallback, span, text, format!("literal used for `{shown}` whenever it is not set, line {}", argument.line));
    found.pieces = pieces.to_vec();
    found.confidence = confidence;
    found.notes.extend(note.map(str::to_owned));
    found.name = Some(name.to_owned());
    let is_elsewhere = |step: &&Step| step.kind != StepKind::Fallback;
    found.related = argument.path.iter().filter(is_elsewhere).map(|step| (step.span, described(step))).collect();
    found.flow = argument.path.iter().rev().map(|step| (step.span, described(step))).collect();
    if !user.contains(span) {
        found.related.push((user, format!("the value of `{shown}` is decided here")));
    }
    Some(found)
}

/// Of a hit on the literal in `${NAME:-literal}` or `${NAME:literal}`: that it is a fallback.
pub fn of_reference(hit: &Hit, bytes: &[u8]) -> Option<Found> {
    let from = hit.span.start.saturating_sub(REACH);
    let before = std::str::from_utf8(&bytes[from..hit.span.start]).ok()?;
    if is_default_of_template(before) {
        let name = hit.name.as_deref().unwrap_or("the value");
        return Some(of_hit(hit, bytes, name));
    }
    let open = before.rfind("${")?;
    let (name, operator) = before[open + 2..].split_at(before[open + 2..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))?);
    if name.is_empty() || !matches!(operator, ":-" | ":" | ":=") && !operator.is_empty() || operator.is_empty() && !name.ends_with('-') {
        return None;
    }
    Some(of_hit(hit, bytes, name))
}

/// Whether a literal behind this is the default of a template: `{{ .Values.x | default "`.
fn is_default_of_template(before: &str) -> bool {
    let Some(open) = before.rfind("{{") else { return false };
    let call = before.trim_end_matches(['"', '\'', '`', '\\', ' ', '(']);
    !before[open..].contains("}}") && call.len() > open && call.ends_with("default")
}

fn of_hit(hit: &Hit, bytes: &[u8], name: &str) -> Found {
    let text = &bytes[hit.span.range()];
    let mut found = Found::secret(Practice::DefaultFallback, hit.span, text, format!("literal used for `{name}` whenever it is not set"));
    found.confidence = hit.confidence;
    found.name.clone_from(&hit.name);
    found
}

/// Whether a name that stands here is looked up with a literal in its place: `getenv("CLIENT_SECRET", "…")`, `config["ClientSecret"] ?? "…"`. Judged before
/// anything is parsed.
pub fn is_fallback_of_lookup(bytes: &[u8], name: Span, language: &Language) -> bool {
    let behind = &bytes[name.end..bytes.len().min(name.end + 2 * REACH)];
    let behind = &behind[..memchr::memchr(b'\n', behind).unwrap_or(behind.len())];
    let closed = behind.iter().take_while(|b| matches!(b, b'"' | b'\'' | b']' | b')')).count();
    let rest = behind[closed..].trim_ascii_start();
    let is_replaced = ["??", "||", "or ", "?:"].iter().any(|operator| rest.strip_prefix(operator.as_bytes()).is_some_and(begins_with_literal));
    let is_field = || {
        rest.starts_with(b":")
            && [b"Field(\"".as_slice(), b"Field(default=", b"= field(default="].iter().any(|field| memchr::memmem::find(rest, field).is_some())
    };
    is_replaced || is_field() || is_looked_up(bytes, name, behind, language)
}

fn begins_with_literal(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'"' | b'\'' | b'`'))
}

/// Whether a name is the first of two arguments of a lookup, of which the second is a literal.
fn is_looked_up(bytes: &[u8], name: Span, behind: &[u8], language: &Language) -> bool {
    let before = bytes[name.start.saturating_sub(REACH)..name.start].trim_ascii_end();
    let Some(before) = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")) else { return false };
    let Some(callee) = before.trim_ascii_end().strip_suffix(b"(") else { return false };
    let Some(rest) = behind.strip_prefix(b"\"").or_else(|| behind.strip_prefix(b"'")) else { return false };
    let has_literal = rest.trim_ascii_start().strip_prefix(b",").is_some_and(|rest| rest.iter().take(24).any(|b| matches!(b, b'"' | b'\'')));
    let callee = callee.strip_suffix(b">").and_then(|generic| Some(&generic[..memchr::memrchr(b'<', generic)?])).unwrap_or(callee);
    let lookups = language.callees.lookups.iter().chain(&SETTERS);
    has_literal && lookups.into_iter().any(|lookup| callee.ends_with(last_name(lookup).as_bytes()))
}
