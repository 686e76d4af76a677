//! Facts → sinks → hits: which literals reach a known slot of an API, and how they got there.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Call, Step, StepKind, Value, places};
use crate::model::{Confidence, Severity};
use crate::ruleset::anchors;
use crate::ruleset::sinks::Sink;
pub use crate::ruleset::sinks::Sinks;
use crate::text::placeholder::{placeholder, reference};
use crate::text::{Secret, Span, decode, randomness};

use super::generic;
use super::syntax::{Facts, is_callee};

/// Shortest literal worth looking for before parsing, in bytes.
const MIN_KEYWORD: usize = 4;
/// Other uses of one literal that a finding names.
const MAX_RELATED: usize = 32;
/// A word of a callee of this length, in bytes, is seldom met elsewhere.
const TELLING_KEYWORD: usize = 8;

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
    /// The way of the value, from where it is written to the slot; empty where it is written in the slot.
    pub flow: Vec<(Span, String)>,
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

/// Literals of at least 4 bytes, each with the index of its slot; a file of the language that contains none of them, in any case, reaches no slot and
/// need not be parsed.
pub fn keywords<'a>(sinks: &'a Sinks, language: &'a Language) -> Vec<(&'a str, usize)> {
    let words = |(index, sink)| sink_keywords(sink).into_iter().filter(|word| word.len() >= MIN_KEYWORD).map(move |word| (word, index));
    sinks.indexed(language.name).flat_map(words).collect()
}

/// Words one of which a file must contain: of each callee, the names of the slot where its position does not tell, or its packages, whichever are rarest.
fn sink_keywords(sink: &Sink) -> Vec<&str> {
    let callees: Vec<&str> = sink.callees.iter().map(|callee| telling_part(callee)).collect();
    let names: Vec<&str> = sink.names.iter().filter(|_| sink.argument.is_none()).map(|name| name.rsplit('.').next().unwrap_or(name)).collect();
    let packages: Vec<&str> = sink.from.iter().map(String::as_str).collect();
    let share = |words: &[&str]| words.iter().map(|word| anchors::share(word.as_bytes())).sum::<f64>();
    let choices = [&callees, &names, &packages].into_iter().filter(|words| !words.is_empty() && words.iter().all(|word| word.len() >= MIN_KEYWORD));
    choices.min_by(|a, b| share(a).total_cmp(&share(b))).unwrap_or(&callees).clone()
}

/// The longest word of a callee or, if that is a short one, all of the callee.
pub(super) fn telling_part(callee: &str) -> &str {
    let word = longest_word(callee);
    if word.len() >= TELLING_KEYWORD { word } else { callee.trim_start_matches('.') }
}

fn longest_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').max_by_key(|part| part.len()).unwrap_or("")
}

/// The literals of a file that reach a slot, in the order of the bytes. What its folder says (tests, examples) is for the caller to add.
pub fn hits((facts, bytes): (&Facts, &[u8]), sinks: &Sinks, language: &Language) -> Vec<SinkHit> {
    let mut found: BTreeMap<(Span, String), SinkHit> = BTreeMap::new();
    let mut add = |hit: SinkHit, at: Span| match found.entry((hit.span, hit.kind.clone())) {
        Entry::Vacant(free) => {
            free.insert(lowered(hit, facts));
        }
        Entry::Occupied(mut known) => known.get_mut().related.extend(hit.related.into_iter().filter(|r| r.0 == at).take(MAX_RELATED)),
    };
    each_slot((facts, bytes), sinks, language, |target, argument, sink| {
        if let Some(hit) = hit(target, argument, sink) {
            add(hit, target.span);
        }
    });
    found.into_values().collect()
}

/// Every value that reaches a slot.
pub(super) fn each_slot((facts, bytes): (&Facts, &[u8]), sinks: &Sinks, language: &Language, mut reached: impl FnMut(&Target, &Argument, &Sink)) {
    let names = Names::new(&facts.imports, language.separator);
    let slots = Slots::new((sinks, bytes), language, &names);
    for call in &facts.calls {
        for sink in slots.of(call, &names) {
            for (argument, name) in carried(call, sink) {
                reached(&Target { text: target_of(call, name), span: call.span, line: call.line }, argument, sink);
            }
        }
    }
    for binding in &facts.bindings {
        for sink in slots.fields.get(binding.name.as_str()).into_iter().flatten() {
            let target = Target { text: format!("`{}`", binding.name), span: binding.span, line: binding.value.line };
            reached(&target, &binding.value, sink);
        }
    }
}

/// The names of a file that come from elsewhere.
pub(super) struct Names<'a> {
    by_name: HashMap<&'a str, &'a Import>,
    all: &'a [Import],
    /// Between the names of a path.
    pub separator: &'a str,
}

impl<'a> Names<'a> {
    pub(super) fn new(all: &'a [Import], separator: &'a str) -> Self {
        let mut by_name = HashMap::new();
        for import in all {
            if let Some(name) = &import.name {
                by_name.entry(name.as_str()).or_insert(import);
            }
        }
        Self { by_name, all, separator }
    }

    /// The callee in full, and whether an import says so.
    pub(super) fn full(&self, callee: &str) -> (String, bool) {
        let callee = callee.trim_start_matches(self.separator);
        let (head, rest) = callee.split_once(self.separator).unwrap_or((callee, ""));
        match self.by_name.get(head) {
            Some(import) if rest.is_empty() => (import.path.clone(), true),
            Some(import) => (format!("{}{}{rest}", import.path, self.separator), true),
            None => (callee.to_owned(), false),
        }
    }
}

/// The slots of a language whose packages a file uses, by the last word of their callees.
struct Slots<'a> {
    by_word: HashMap<&'a str, Vec<(&'a Sink, &'a str)>>,
    fields: HashMap<&'a str, Vec<&'a Sink>>,
    /// Slots whose packages are brought in by name or with all their names.
    used: HashSet<*const Sink>,
    whole: HashSet<*const Sink>,
}

impl<'a> Slots<'a> {
    fn new((sinks, bytes): (&'a Sinks, &[u8]), language: &Language, names: &Names) -> Self {
        let mut slots = Self { by_word: HashMap::new(), fields: HashMap::new(), used: HashSet::new(), whole: HashSet::new() };
        for sink in sinks.of(language.name).filter(|sink| sinks.is_beside(sink, bytes)) {
            let is_from = |import: &Import| sink.from.iter().any(|package| is_within(&import.path, package));
            let uses = sink.from.is_empty() || names.all.iter().any(is_from);
            if uses {
                slots.used.insert(sink);
            }
            if names.all.iter().any(|import| import.name.is_none() && is_from(import)) {
                slots.whole.insert(sink);
            }
            for callee in &sink.callees {
                slots.by_word.entry(last_word(callee)).or_default().push((sink, callee));
            }
            if sink.callees.is_empty() && uses {
                sink.names.iter().for_each(|name| slots.fields.entry(name).or_default().push(sink));
            }
        }
        slots
    }

    /// The slots that a call is a call of: by name, and by where the name comes from.
    fn of(&self, call: &Call, names: &Names) -> Vec<&'a Sink> {
        let full = names.full(&call.callee);
        let words = [last_word(&full.0), call.method.as_deref().map_or("", last_word)];
        let second = if words[0] == words[1] { "" } else { words[1] };
        let candidates = [words[0], second].into_iter().filter_map(|word| self.by_word.get(word)).flatten();
        let mut found: Vec<&Sink> = candidates.filter(|(sink, callee)| self.reaches(call, (sink, callee), &full)).map(|(sink, _)| *sink).collect();
        found.dedup_by_key(|sink| std::ptr::from_ref(*sink));
        found
    }

    fn reaches(&self, call: &Call, (sink, wanted): (&Sink, &str), (full, is_imported): &(String, bool)) -> bool {
        if wanted.starts_with('.') {
            return call.method.as_deref() == Some(wanted) && self.used.contains(&std::ptr::from_ref(sink));
        }
        if !is_callee(full, &[wanted]) {
            return false;
        }
        // What a class inherits from is imported, `super` is not.
        if wanted == "super" {
            return self.used.contains(&std::ptr::from_ref(sink));
        }
        let from_package = sink.from.is_empty() || sink.from.iter().any(|package| is_within(full, package));
        from_package || !is_imported && full == wanted && self.whole.contains(&std::ptr::from_ref(sink))
    }
}

fn last_word(callee: &str) -> &str {
    callee.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '!')).next().unwrap_or(callee)
}

/// Where a value arrives.
pub(super) struct Target {
    /// As the message says it, in backticks.
    pub text: String,
    pub span: Span,
    pub line: u32,
}

/// `clientcredentials.Config.ClientSecret`, `OAuth2Session(client_secret)`, `ClientSecret::new`.
fn target_of(call: &Call, name: Option<&str>) -> String {
    match name {
        Some(name) if call.is_literal => format!("`{}.{name}`", call.callee),
        Some(name) => format!("`{}({name})`", call.callee),
        None => format!("`{}`", call.callee),
    }
}

/// The arguments of a call that the slot names.
fn carried<'a>(call: &'a Call, sink: &Sink) -> Vec<(&'a Argument, Option<&'a str>)> {
    let by_position = sink.argument.and_then(|position| call.arguments.get(position)).map(|argument| (argument, None));
    let is_named = |name: &str| sink.names.iter().any(|wanted| is_name(name, wanted));
    let by_name = call.named.iter().filter(|(name, _)| is_named(name)).map(|(name, argument)| (argument, Some(name.as_str())));
    by_position.into_iter().chain(by_name).collect()
}

/// Whether a dotted path is `wanted` or ends in it. Headers know no case.
fn is_name(name: &str, wanted: &str) -> bool {
    let Some(from) = name.len().checked_sub(wanted.len()) else { return false };
    name.is_char_boundary(from) && name[from..].eq_ignore_ascii_case(wanted) && (from == 0 || name[..from].ends_with('.'))
}

/// Whether a path begins with a package: `golang.org/x/oauth2/clientcredentials` with `golang.org/x/oauth2`.
fn is_within(path: &str, package: &str) -> bool {
    path.trim_start_matches('\\').strip_prefix(package).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
}

/// The hit for one argument, unless its value is unknown, a placeholder or a reference.
pub(super) fn hit(target: &Target, argument: &Argument, sink: &Sink) -> Option<SinkHit> {
    let Value::Literal { text, pieces, starts } = &argument.value else { return None };
    let length = text.len();
    let text = match &sink.after {
        Some(before) => text.get(..before.len()).filter(|start| start.eq_ignore_ascii_case(before.as_bytes())).map(|_| &text[before.len()..])?,
        None => text,
    };
    if text.trim_ascii().is_empty() || is_public(text) || placeholder(text).is_some() || reference(text).is_some() {
        return None;
    }
    let judged = if sink.credentials { password(text).filter(|password| placeholder(password).is_none())? } else { text.to_vec() };
    // Of plain credentials the password is the secret.
    let is_plain = sink.credentials && text.ends_with(&judged);
    let text = if is_plain { judged.as_slice() } else { text };
    let skipped = length - text.len();
    let span = *places(pieces, starts, length, Span::new(skipped, length)).first()?;
    let mut related: Vec<(Span, String)> = argument.path.iter().map(|step| (step.span, described(step))).collect();
    if !argument.span.contains(span) || argument.path.iter().any(|s| s.kind != StepKind::Fallback) {
        related.push((target.span, format!("reaches {} here", target.text)));
    }
    let (confidence, note) = confidence(&judged);
    let mut notes: Vec<String> = note.into_iter().map(str::to_owned).collect();
    if argument.path.iter().any(|s| s.kind == StepKind::Fallback) {
        notes.push("the literal is used whenever the value before it is missing".to_owned());
    }
    Some(SinkHit {
        kind: sink.kind.clone(),
        span,
        pieces: hidden(pieces, starts, length, skipped),
        value: Secret::new(text, 0),
        related,
        flow: flow(&argument.path, pieces, (target.span, format!("reaches {}", target.text))),
        message: message(target, argument),
        notes,
        at_most: None,
        confidence,
        name: argument.path.iter().rev().find(|s| s.kind != StepKind::Fallback).map(|s| s.name.clone()),
    })
}

/// The pieces without those that hold nothing but the first `skipped` bytes of the text: what stands before a secret is none.
fn hidden(pieces: &[Span], starts: &[usize], length: usize, skipped: usize) -> Vec<Span> {
    let end_of = |start: usize| starts.iter().copied().find(|next| *next > start).unwrap_or(length);
    let holds_secret = |at: &usize| starts.get(*at).is_none_or(|start| end_of(*start) > skipped);
    (0..pieces.len()).filter(holds_secret).map(|at| pieces[at]).collect()
}

/// The way of a value, from its pieces by the names it passed to its use; none for a literal that is written where it is used.
pub(super) fn flow(path: &[Step], pieces: &[Span], end: (Span, String)) -> Vec<(Span, String)> {
    let written: Vec<Span> = pieces.iter().copied().filter(|piece| !piece.is_empty()).take(MAX_RELATED).collect();
    if path.is_empty() && written.len() < 2 {
        return Vec::new();
    }
    let what = if written.len() == 1 { "the literal" } else { "a piece of the value" };
    let steps = path.iter().rev().map(|step| (step.span, described(step)));
    written.into_iter().map(|piece| (piece, what.to_owned())).chain(steps).chain([end]).collect()
}

/// The password of `user:password`, as it is or in base64 (RFC 7617, section 2).
fn password(credentials: &[u8]) -> Option<Vec<u8>> {
    let plain = if credentials.contains(&b':') { credentials.to_vec() } else { decode::base64(credentials)? };
    let colon = memchr::memchr(b':', &plain)?;
    let is_user = plain[..colon].iter().all(|b| !b.is_ascii_whitespace() && !matches!(b, b'{' | b'"' | b'/'));
    let password = plain.get(colon + 1..).filter(|password| is_user && !password.is_empty() && std::str::from_utf8(&plain).is_ok())?;
    Some(password.to_vec())
}

/// A key or certificate that anyone may read: it stands where a secret may stand, in a call that verifies.
fn is_public(text: &[u8]) -> bool {
    let label = text.trim_ascii_start().strip_prefix(b"-----BEGIN ");
    label.is_some_and(|label| ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"].iter().any(|public| label.starts_with(public.as_bytes())))
}

pub(super) fn described(step: &Step) -> String {
    match step.kind {
        StepKind::Constant => format!("constant `{}` is declared here", step.name),
        StepKind::Variable => format!("variable `{}` is bound here", step.name),
        StepKind::Parameter => format!("parameter `{}` receives it in this file", step.name),
        StepKind::Fallback => "the literal is the fallback here".to_owned(),
    }
}

/// How the value got there: "constant `SECRET`, line 4, reaches `ClientSecret::new`, line 31".
fn message(target: &Target, argument: &Argument) -> String {
    let target = format!("{}, line {}", target.text, target.line);
    let origin = argument.path.iter().rev().find(|s| s.kind != StepKind::Fallback);
    match origin {
        Some(Step { kind: StepKind::Constant, name, line, .. }) => format!("constant `{name}`, line {line}, reaches {target}"),
        Some(Step { kind: StepKind::Parameter, name, line, .. }) => format!("literal for parameter `{name}`, line {line}, reaches {target}"),
        Some(Step { name, line, .. }) => format!("variable `{name}`, line {line}, reaches {target}"),
        None if argument.path.is_empty() => format!("literal in {target}"),
        None => format!("fallback literal, line {}, reaches {target}", argument.line),
    }
}

/// Values of at least this many bytes are too long for words to explain what looks random.
const LONG: usize = 16;
/// Most digits of a number behind a word.
const MAX_NUMBER: usize = 4;

/// How sure it is that the value is a real secret.
pub(super) fn confidence(text: &[u8]) -> (Confidence, Option<&'static str>) {
    let is_drawn = generic::is_drawn(text);
    if randomness::is_random(text) && (is_drawn || text.len() >= LONG) {
        return (Confidence::High, None);
    }
    // `token2`, `password1`: a number behind a word is no secret either.
    let numbered = text.len() - text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let body = if text.len() - numbered <= MAX_NUMBER { &text[..numbered] } else { text };
    let is_worded = body.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b' ' | b'.'));
    if is_worded && !is_drawn {
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
        hits((&facts, code.as_bytes()), &Sinks::built_in().unwrap(), language)
    }

    #[test]
    fn what_stands_before_a_secret_is_not_hidden() {
        let (a, b, c) = (Span::new(10, 17), Span::new(20, 30), Span::new(40, 41));
        assert_eq!(hidden(&[a, b], &[0, 7], 17, 7), [b]);
        assert_eq!(hidden(&[a, b, c], &[0, 0, 7], 8, 7), [c]);
        assert_eq!(hidden(&[a, b], &[0, 6], 16, 7), [b]);
        assert_eq!(hidden(&[a, b], &[0, 8], 18, 7), [a, b]);
        assert_eq!(hidden(&[a, b], &[0, 0], 17, 7), [a, b]);
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
        let (sinks, rust) = (Sinks::built_in().unwrap(), lang::of("a.rs").unwrap());
        let all: Vec<&str> = keywords(&sinks, rust).into_iter().map(|(word, _)| word).collect();
        assert!(["oauth2", "client_secret", "basic_auth"].iter().all(|word| all.contains(word)) && !all.contains(&"header"), "{all:?}");
        assert!(keywords(&Sinks::built_in().unwrap(), lang::of("a.tf").unwrap()).is_empty());
    }
    #[cfg(feature = "lang-javascript")]
    #[test]
    fn keywords_are_no_words_of_every_day() {
        let sinks = Sinks::built_in().unwrap();
        let all: Vec<&str> = keywords(&sinks, lang::of("a.js").unwrap()).into_iter().map(|(word, _)| word).collect();
        for expected in ["clientSecret", "Authorization", "jose", "svix", "@nestjs/jwt", "createHmac"] {
            assert!(all.contains(&expected), "{expected} in {all:?}");
        }
        for common in ["set", "sign", "secret", "register", "client", "google", "express", "request", "Client"] {
            assert!(!all.contains(&common), "{common}");
        }
    }

    #[test]
    fn the_password_of_basic_credentials_is_judged() {
        for (credentials, expected) in
            [("svc:pass", Some("pass")), ("c3ZjOnBhc3M=", Some("pass")), ("svc:", None), ("c3ZjOg==", None), ("credentials", None), ("not base64", None)]
        {
            assert_eq!(password(credentials.as_bytes()).as_deref(), expected.map(str::as_bytes), "{credentials}");
        }
    }

    #[test]
    fn what_anyone_may_read_is_no_secret() {
        assert!(is_public(b"\n-----BEGIN PUBLIC KEY-----\nMII"));
        assert!(is_public(b"-----BEGIN CERTIFICATE-----"));
        assert!(!is_public(concat!("-----BEGIN ", "PRIVATE KEY-----").as_bytes()));
    }
}
