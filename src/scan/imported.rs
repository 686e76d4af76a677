//! Names of other files that reach a slot of an API: what the scan asks the project stage to look up, and the hits of what that finds.

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Part, Step, StepKind, Value, Wanted};
use crate::ruleset::sinks::{Sink, Sinks};
use crate::text::Span;

use super::sink::{self, Names, SinkHit, Target};
use super::syntax::Facts;

/// Names of one file that are asked about.
const MAX_WANTED: usize = 64;
/// Modules whose names are all brought in, and that are asked for one.
const MAX_GLOBS: usize = 16;
/// Shortest name in capitals that is taken for a constant.
const LEAST_CONSTANT: usize = 4;
/// What the end of a name says of a secret, in lower case.
const TELLING: [&str; 5] = ["secret", "token", "password", "key", "passwd"];
/// Words that stand behind a name and are no values from other files.
const TYPES: [&str; 22] = [
    "string",
    "str",
    "String",
    "any",
    "bool",
    "boolean",
    "number",
    "int",
    "object",
    "unknown",
    "never",
    "null",
    "none",
    "None",
    "nil",
    "undefined",
    "true",
    "false",
    "True",
    "False",
    "this",
    "self",
];

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
    sink::each(facts, sinks, language, |target, argument, sink| {
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
        argument: None,
        names: Vec::new(),
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

/// Whether a file gives on a value that may come from another file, by a name that says that it is a secret or under one.
pub fn passes_a_secret(bytes: &[u8]) -> bool {
    TELLING.iter().any(|word| {
        let first = word.as_bytes()[0];
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).any(|at| {
            let end = at + word.len();
            let is_word = bytes.get(at..end).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
            is_word && (bytes.get(end).is_some_and(ends_value) && is_given(bytes, at) || names_a_path(&bytes[end..]))
        })
    }) || passes_a_constant(bytes)
}

/// Whether some call is given a name in capitals, which is a constant in most languages: `(OAUTH)`, `, Values::BANK,`.
fn passes_a_constant(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(b',', b')', b'.', bytes).any(|end| {
        let before = &bytes[end.saturating_sub(sink::MAX_PATH)..end];
        let start = before.iter().rposition(|b| !is_path(b)).map_or(0, |p| p + 1);
        let path = &before[start..];
        let last = path.rsplit(|b| matches!(b, b'.' | b':')).next().unwrap_or_default();
        let is_constant =
            last.len() >= LEAST_CONSTANT && last[0].is_ascii_uppercase() && last.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
        is_constant && before[..start].trim_ascii_end().last().is_some_and(|b| matches!(b, b'(' | b','))
    })
}

fn ends_value(byte: &u8) -> bool {
    matches!(byte, b',' | b')' | b';' | b'}' | b']' | b'\n' | b'\r')
}

fn is_path(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'$' | b'>' | b'-' | b'\\')
}

/// Whether the path of names that has a part at `at` stands where a value stands.
fn is_given(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(sink::MAX_PATH)..at];
    let start = before.iter().rposition(|b| !is_path(b)).map_or(0, |p| p + 1);
    let front = before[..start].trim_ascii_end();
    before[start..].first().is_none_or(|b| !b.is_ascii_digit()) && front.last().is_some_and(|b| matches!(b, b'=' | b':' | b'(' | b',' | b'{' | b'+'))
}

/// Whether what stands behind a name binds it to a path of names: `: config.oauth,`, `=VALUE)`, `" => Config::VALUE`.
fn names_a_path(behind: &[u8]) -> bool {
    let behind = &behind[..behind.len().min(2 * sink::MAX_PATH)];
    let name = behind.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = behind[name..].strip_prefix(b"\"").or_else(|| behind[name..].strip_prefix(b"'")).unwrap_or(&behind[name..]).trim_ascii_start();
    let value = [b"=>".as_slice(), b":=", b"=", b":", b","].iter().find_map(|sign| rest.strip_prefix(*sign));
    let Some(value) = value.map(<[u8]>::trim_ascii_start) else { return false };
    let path = &value[..value.iter().take_while(|b| is_path(b)).count()];
    let is_name = path.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'\\')) && !TYPES.iter().any(|word| path == word.as_bytes());
    is_name && value[path.len()..].trim_ascii_start().first().is_some_and(|end| ends_value(end) || value[path.len()..].starts_with(b"\n"))
}
