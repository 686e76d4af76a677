//! Facts → sinks → hits: which literals reach a known slot of an API, and how they got there.

use std::collections::BTreeMap;

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Call, Step, StepKind, Value};
use crate::model::{Confidence, Severity};
use crate::ruleset::sinks::Sink;
pub use crate::ruleset::sinks::Sinks;
use crate::text::placeholder::{placeholder, reference};
use crate::text::{Secret, Span, randomness};

use super::syntax::{Facts, is_callee};

/// Shortest literal worth looking for before parsing, in bytes.
const MIN_KEYWORD: usize = 4;

/// A literal that reaches a slot.
#[derive(Clone, Debug)]
pub struct SinkHit {
    /// The kind of the slot: `client-secret`.
    pub kind: String,
    /// The literal without its quotes; of a literal in pieces the first piece that is not empty.
    pub span: Span,
    /// All pieces of the literal: none of them may be shown.
    pub pieces: Vec<Span>,
    /// The folded value.
    pub value: Secret,
    /// Other places of the same file: the names it passed, the calls it reaches.
    pub related: Vec<(Span, String)>,
    /// How the value got there, in a sentence.
    pub message: String,
    /// Why severity or confidence differ from the rule's.
    pub notes: Vec<String>,
    /// A severity to lower the rule's to, in test code.
    pub at_most: Option<Severity>,
    /// By how random the value looks.
    pub confidence: Confidence,
    /// The name that holds the literal, as written.
    pub name: Option<String>,
}

/// Literals of at least 4 bytes; a file of the language that contains none of them reaches no slot and need not be parsed.
pub fn keywords<'a>(sinks: &'a Sinks, language: &'a Language) -> Vec<&'a str> {
    let longest = |sink: &'a Sink| sink.callee.split(|c: char| !c.is_alphanumeric() && c != '_').max_by_key(|part| part.len()).unwrap_or("");
    let mut all: Vec<&str> = sinks.of(language.name).map(longest).filter(|k| k.len() >= MIN_KEYWORD).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The literals of a file that reach a slot, in the order of the bytes. What its folder says (tests, examples) is for the caller to add.
pub fn hits(facts: &Facts, sinks: &Sinks, language: &Language) -> Vec<SinkHit> {
    let mut found: BTreeMap<(Span, String), SinkHit> = BTreeMap::new();
    for call in &facts.calls {
        for sink in sinks.of(language.name).filter(|s| reaches(call, s, &facts.imports, language.separator)) {
            let Some(hit) = call.arguments.get(sink.argument).and_then(|argument| hit(call, argument, sink)) else { continue };
            match found.entry((hit.span, hit.kind.clone())) {
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(lowered(hit, facts));
                }
                std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().related.extend(hit.related.into_iter().filter(|r| r.0 == call.span)),
            }
        }
    }
    found.into_values().collect()
}

/// Whether `call` is a call of the slot's API: by name, and by where the name comes from.
fn reaches(call: &Call, sink: &Sink, imports: &[Import], separator: &str) -> bool {
    if sink.callee.starts_with('.') {
        let imported = |package: &String| imports.iter().any(|i| root(&i.path, separator) == package);
        return call.callee == sink.callee && (sink.from.is_empty() || sink.from.iter().any(imported));
    }
    let callee = call.callee.trim_start_matches(separator);
    let (head, rest) = callee.split_once(separator).unwrap_or((callee, ""));
    let import = imports.iter().find(|i| i.name.as_deref() == Some(head));
    let full = match import {
        Some(import) if rest.is_empty() => import.path.clone(),
        Some(import) => format!("{}{separator}{rest}", import.path),
        None => callee.to_owned(),
    };
    if !is_callee(&full, &[&sink.callee], separator) {
        return false;
    }
    if sink.from.is_empty() || sink.from.iter().any(|package| root(&full, separator) == package) {
        return true;
    }
    let from_glob = |package: &String| imports.iter().any(|i| i.name.is_none() && root(&i.path, separator) == package);
    import.is_none() && full == sink.callee && sink.from.iter().any(from_glob)
}

fn root<'a>(path: &'a str, separator: &str) -> &'a str {
    path.split(separator).next().unwrap_or(path)
}

/// The hit for one argument, unless its value is unknown, a placeholder or a reference.
fn hit(call: &Call, argument: &Argument, sink: &Sink) -> Option<SinkHit> {
    let Value::Literal { text, pieces } = &argument.value else { return None };
    if text.trim_ascii().is_empty() || placeholder(text).is_some() || reference(text).is_some() {
        return None;
    }
    let span = *pieces.iter().find(|p| !p.is_empty())?;
    let mut related: Vec<(Span, String)> = argument.path.iter().map(|step| (step.span, described(step))).collect();
    if !argument.span.contains(span) || argument.path.iter().any(|s| s.kind != StepKind::Fallback) {
        related.push((call.span, format!("reaches `{}` here", call.callee)));
    }
    let (confidence, note) = confidence(text);
    let mut notes: Vec<String> = note.into_iter().map(str::to_owned).collect();
    if argument.path.iter().any(|s| s.kind == StepKind::Fallback) {
        notes.push("the literal is used whenever the value before it is missing".to_owned());
    }
    Some(SinkHit {
        kind: sink.kind.clone(),
        span,
        pieces: pieces.clone(),
        value: Secret::new(text.clone(), 0),
        related,
        message: message(call, argument),
        notes,
        at_most: None,
        confidence,
        name: argument.path.iter().rev().find(|s| s.kind != StepKind::Fallback).map(|s| s.name.clone()),
    })
}

fn described(step: &Step) -> String {
    match step.kind {
        StepKind::Constant => format!("constant `{}` is declared here", step.name),
        StepKind::Variable => format!("variable `{}` is bound here", step.name),
        StepKind::Fallback => "the literal is the fallback here".to_owned(),
    }
}

/// How the value got there: "constant `SECRET`, line 4, reaches `ClientSecret::new`, line 31".
fn message(call: &Call, argument: &Argument) -> String {
    let target = format!("`{}`, line {}", call.callee, call.line);
    let origin = argument.path.iter().rev().find(|s| s.kind != StepKind::Fallback);
    match origin {
        Some(Step { kind: StepKind::Constant, name, line, .. }) => format!("constant `{name}`, line {line}, reaches {target}"),
        Some(Step { name, line, .. }) => format!("variable `{name}`, line {line}, reaches {target}"),
        None if argument.path.is_empty() => format!("literal in {target}"),
        None => format!("fallback literal, line {}, reaches {target}", argument.line),
    }
}

/// How sure it is that the value is a real secret.
fn confidence(text: &[u8]) -> (Confidence, Option<&'static str>) {
    if randomness::is_random(text) {
        return (Confidence::High, None);
    }
    if text.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b' ' | b'.')) {
        return (Confidence::Low, Some("the value looks like words"));
    }
    (Confidence::Medium, Some("the value does not look random"))
}

/// Lowers the severity of what only tests run.
fn lowered(mut hit: SinkHit, facts: &Facts) -> SinkHit {
    if facts.tests.iter().any(|t| t.contains(hit.span)) {
        hit.at_most = Some(Severity::Low);
        hit.notes.push("in code that only tests run: severity lowered".to_owned());
    }
    hit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;
    use crate::scan::syntax::{self, Bounds, Parser};

    /// Random-looking, and no secret: built here so that no such text stands in the file.
    fn random() -> String {
        let mut state = 0x2545_f491_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
        };
        (0..40).map(|_| next()).collect()
    }

    fn run(code: &str) -> Vec<SinkHit> {
        let language = lang::of("a.rs").unwrap();
        let facts = syntax::facts(code.as_bytes(), language, &mut Parser::default(), Bounds::default()).unwrap();
        hits(&facts, &Sinks::built_in().unwrap(), language)
    }

    #[test]
    fn a_literal_in_the_call_is_found_whatever_the_import_looks_like() {
        for (import, callee, found) in [
            ("use oauth2::ClientSecret;", "ClientSecret::new", true),
            ("use oauth2::{basic::BasicClient, ClientSecret as Secret};", "Secret::new", true),
            ("use oauth2::*;", "ClientSecret::new", true),
            ("use openidconnect::{self as oidc};", "oidc::ClientSecret::new", true),
            ("", "oauth2::ClientSecret::new", true),
            ("", "::oauth2::ClientSecret::new", true),
            ("", "ClientSecret::new", false),
            ("use crate::secrets::ClientSecret;", "ClientSecret::new", false),
            ("use crate::oauth::ClientSecret; use oauth2::*;", "ClientSecret::new", false),
            ("use oauth2::ClientId;", "ClientId::new", false),
            ("use oauth2::ClientSecret;", "MyClientSecret::new", false),
        ] {
            let code = format!("{import}\nfn f() {{ let s = {callee}(\"{}\".to_string()); }}", random());
            assert_eq!(run(&code).len(), usize::from(found), "{import} {callee}");
        }
    }

    #[test]
    fn the_message_says_how_the_value_got_there() {
        let code = format!(
            "use oauth2::ClientSecret;\n\nconst SECRET: &str = \"{}\";\nfn f() {{\n    let secret = SECRET.to_string();\n    ClientSecret::new(secret)\n}}",
            random()
        );
        let hits = run(&code);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].message, "constant `SECRET`, line 3, reaches `ClientSecret::new`, line 6");
        assert_eq!(code[hits[0].span.range()], random());
        assert_eq!(hits[0].name.as_deref(), Some("SECRET"));
        assert_eq!(hits[0].confidence, Confidence::High);
        let related: Vec<_> = hits[0].related.iter().map(|r| r.1.as_str()).collect();
        assert_eq!(related, ["variable `secret` is bound here", "constant `SECRET` is declared here", "reaches `ClientSecret::new` here"]);
    }

    #[test]
    fn one_literal_that_reaches_two_calls_is_one_hit() {
        let code =
            format!("use oauth2::ClientSecret; const S: &str = \"{}\"; fn f() {{ ClientSecret::new(S.into()); ClientSecret::new(S.into()); }}", random());
        let hits = run(&code);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].related.len(), 3);
    }

    #[test]
    fn values_read_at_run_time_or_empty_are_no_hits() {
        for value in ["std::env::var(\"AELIX_CLIENT_SECRET\")?", "env!(\"SECRET\").into()", "String::new()", "\"\".into()", "config.secret.clone()", "secret"] {
            let code = format!("use oauth2::ClientSecret; fn f(secret: String) {{ ClientSecret::new({value}) }}");
            assert!(run(&code).is_empty(), "{value}");
        }
    }

    #[test]
    fn the_fallback_of_an_environment_variable_is_a_hit() {
        let code = format!("use oauth2::ClientSecret; fn f() {{ ClientSecret::new(std::env::var(\"X\").unwrap_or_else(|_| \"{}\".into())) }}", random());
        let hits = run(&code);
        assert_eq!(hits[0].message, "fallback literal, line 1, reaches `ClientSecret::new`, line 1");
        assert!(hits[0].notes.iter().any(|n| n.contains("missing")));
    }

    #[test]
    fn pieces_are_all_named() {
        let value = random();
        let code = format!("use oauth2::ClientSecret; fn f() {{ ClientSecret::new(concat!(\"\", \"{}\", \"{}\").into()) }}", &value[..20], &value[20..]);
        let hits = run(&code);
        let pieces: Vec<&str> = hits[0].pieces.iter().map(|p| &code[p.range()]).collect();
        assert_eq!(pieces, ["", &value[..20], &value[20..]]);
        assert_eq!(&code[hits[0].span.range()], &value[..20]);
    }

    #[test]
    fn test_code_is_less_severe() {
        let call = format!("ClientSecret::new(\"{}\".into())", random());
        let inside = format!("use oauth2::ClientSecret;\n#[cfg(test)]\nmod tests {{ fn f() {{ {call} }} }}");
        assert_eq!(run(&inside)[0].at_most, Some(Severity::Low));
        let outside = format!("use oauth2::ClientSecret; fn f() {{ {call} }}");
        assert_eq!(run(&outside)[0].at_most, None);
    }

    #[test]
    fn keywords_make_parsing_worthwhile() {
        assert_eq!(keywords(&Sinks::built_in().unwrap(), lang::of("a.rs").unwrap()), ["ClientSecret"]);
        assert!(keywords(&Sinks::built_in().unwrap(), lang::of("a.tf").unwrap()).is_empty());
    }
}
