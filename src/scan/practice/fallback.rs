//! Literals that stand in for a secret whenever the environment does not hold it.

use crate::lang::Language;
use crate::model::Hit;
use crate::model::facts::{Argument, Call, Step, StepKind};
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

/// Fallbacks that are bound to the name of a secret, or looked up under one.
pub fn found(page: &Page) -> Vec<Found> {
    let bound = page.facts.bindings.iter().filter(|binding| is_fallback(&binding.value) && strong(last_name(&binding.name)).is_some());
    let mut all: Vec<Found> = bound.filter_map(|binding| of_literal(&binding.name, &binding.value, binding.span)).collect();
    for call in &page.facts.calls {
        let looked_up = looked_up(call, page.language);
        all.extend(looked_up.into_iter().filter_map(|(name, argument)| of_literal(&name, argument, call.span)));
    }
    all.sort_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
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
    let open = before.rfind("${")?;
    let (name, operator) = before[open + 2..].split_at(before[open + 2..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))?);
    if name.is_empty() || !matches!(operator, ":-" | ":" | ":=") && !operator.is_empty() || operator.is_empty() && !name.ends_with('-') {
        return None;
    }
    let text = &bytes[hit.span.range()];
    let mut found = Found::secret(Practice::DefaultFallback, hit.span, text, format!("literal used for `{name}` whenever it is not set"));
    found.confidence = hit.confidence;
    found.name.clone_from(&hit.name);
    Some(found)
}

/// Whether a name that stands here is looked up with a literal behind it: `getenv("CLIENT_SECRET", "…")`. Judged before anything is parsed.
pub fn is_fallback_of_lookup(bytes: &[u8], name: Span, language: &Language) -> bool {
    let before = bytes[name.start.saturating_sub(REACH)..name.start].trim_ascii_end();
    let Some(before) = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")) else { return false };
    let Some(callee) = before.trim_ascii_end().strip_suffix(b"(") else { return false };
    let behind = &bytes[name.end..bytes.len().min(name.end + REACH)];
    let Some(rest) = behind.strip_prefix(b"\"").or_else(|| behind.strip_prefix(b"'")) else { return false };
    let has_literal = rest.trim_ascii_start().strip_prefix(b",").is_some_and(|rest| rest.iter().take(24).any(|b| matches!(b, b'"' | b'\'')));
    let lookups = language.callees.lookups.iter().chain(&SETTERS);
    has_literal && lookups.into_iter().any(|lookup| callee.ends_with(last_name(lookup).as_bytes()))
}
