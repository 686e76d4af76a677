//! Names of other files that reach a slot of an API: what the scan asks the project stage to look up, and the hits of what that finds.

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Part, Step, StepKind, Value, Wanted};
use crate::ruleset::sinks::{BASIC, Sink, Sinks};
use crate::text::Span;

use super::sink::{self, Names, SinkHit, Target};
use super::syntax::Facts;

/// Names of one file that are asked about.
const MAX_WANTED: usize = 64;
/// Modules whose names are all brought in, and that are asked for one.
const MAX_GLOBS: usize = 16;

/// A name of another file that reaches a slot, with spans instead of places.
#[derive(Clone, Debug)]
pub struct RawWanted {
    /// The kind of the slot.
    pub kind: String,
    /// What still has to stand before the secret.
    pub after: Option<String>,
    /// The name as written.
    pub name: String,
    /// What it may be in full.
    pub imported: Vec<String>,
    /// The slot, in words.
    pub target: String,
    /// Only tests run the call.
    pub is_test: bool,
    /// The use.
    pub span: Span,
}

/// The names of other files that reach a slot.
pub fn wanted(facts: &Facts, bytes: &[u8], sinks: &Sinks, language: &Language) -> Vec<RawWanted> {
    let names = Names::new(&facts.imports, language.separator);
    let mut found: Vec<RawWanted> = Vec::new();
    sink::each_slot((facts, bytes), sinks, language, |target, argument, sink| {
        let Some((name, after)) = open_name(argument, sink) else { return };
        let Ok(text) = std::str::from_utf8(&bytes[name.range()]) else { return };
        let is_known = |known: &RawWanted| known.kind == sink.kind && known.span == name;
        if found.len() < MAX_WANTED && !found.iter().any(is_known) {
            found.push(raw(text, (target, argument), after, (sink, facts, &names)));
        }
    });
    found
}

fn raw(name: &str, (target, argument): (&Target, &Argument), after: Option<String>, (sink, facts, names): (&Sink, &Facts, &Names)) -> RawWanted {
    RawWanted {
        kind: sink.kind.clone(),
        after,
        name: name.to_owned(),
        imported: full_names(name, &facts.imports, names),
        target: target.text.clone(),
        is_test: facts.tests.iter().any(|test| test.contains(argument.span)),
        span: target.span,
    }
}

/// The only name that a value consists of, behind what the slot wants before it; and what is still to come before the secret.
fn open_name(argument: &Argument, sink: &Sink) -> Option<(Span, Option<String>)> {
    match (argument.parts.as_slice(), &sink.after) {
        ([Part::Name(name)], after) => Some((*name, after.clone())),
        ([Part::Text(text), Part::Name(name)], Some(after)) if text.eq_ignore_ascii_case(after.as_bytes()) => Some((*name, None)),
        _ => None,
    }
}

/// What a name may be in full: by its own import, or by those that bring every name of a module.
fn full_names(name: &str, imports: &[Import], names: &Names) -> Vec<String> {
    let (full, is_imported) = names.full(name);
    if is_imported {
        return vec![full];
    }
    let of_whole = |import: &Import| match name.strip_prefix(import.path.as_str()) {
        Some(rest) if rest.starts_with(names.separator) => name.to_owned(),
        _ => format!("{}{}{name}", import.path, names.separator),
    };
    imports.iter().filter(|import| import.name.is_none()).take(MAX_GLOBS).map(of_whole).collect()
}

/// The hit for a literal of this file, `argument`, that another file uses as `wanted`.
pub fn hit(wanted: &Wanted, argument: &Argument) -> Option<SinkHit> {
    let sink = Sink {
        kind: wanted.kind.clone(),
        languages: Vec::new(),
        callees: Vec::new(),
        from: Vec::new(),
        beside: Vec::new(),
        argument: None,
        names: Vec::new(),
        credentials: wanted.after.as_deref() == Some(BASIC),
        after: wanted.after.clone(),
    };
    if !matches!(argument.value, Value::Literal { .. }) {
        return None;
    }
    let at = Target { text: wanted.target.clone(), span: argument.span, line: wanted.place.start.line };
    let mut hit = sink::hit(&at, argument, &sink)?;
    hit.related.retain(|(span, _)| *span != argument.span);
    hit.message = message(wanted, argument);
    if wanted.is_test {
        hit.at_most = Some(crate::model::Severity::Low);
        hit.notes.push("only tests use it: severity lowered".to_owned());
    }
    Some(hit)
}

/// "constant `SECRET`, line 4, reaches `OAuth2Session(client_secret)`, client.py line 31".
fn message(wanted: &Wanted, argument: &Argument) -> String {
    let target = format!("{}, {} line {}", wanted.target, file_name(&wanted.place.relative), wanted.place.start.line);
    match argument.path.iter().find(|step| step.kind != StepKind::Fallback) {
        Some(Step { kind: StepKind::Constant, name, line, .. }) => format!("constant `{name}`, line {line}, reaches {target}"),
        Some(Step { name, line, .. }) => format!("`{name}`, line {line}, reaches {target}"),
        None => format!("literal, line {}, reaches {target}", argument.line),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
