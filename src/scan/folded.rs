//! What only the tree knows and no line shows: secrets in pieces, behind an encoding, or bound to a telling name in another place than they stand.
//!
//! Folded values are written as lines `name = "value"` and searched with the complete rule set; what is found is led back to the pieces it was made of.

use std::collections::HashSet;

use crate::lang::Language;
use crate::model::facts::{Argument, Step, StepKind, Value, places};
use crate::model::{Confidence, Hit, Rank, Severity};
use crate::text::{Secret, Span, name, randomness};

use super::manifest;
use super::sink::{described, flow};
use super::syntax::Facts;

/// Folded text of one file that is searched, in bytes.
const MAX_TEXT: usize = 8 << 20;
/// Shorter values are not searched, in bytes.
const LEAST_TEXT: usize = 4;
/// Other places of one value that a finding names.
const MAX_RELATED: usize = 32;
/// Bytes behind a name, or behind the beginning of a token, in which a sign of a folded value is looked for.
const REACH: usize = 160;

/// Shortest encoded text that is worth decoding, in bytes.
const LEAST_ENCODED: usize = 8;
/// Shortest and longest string that may be a secret, in bytes.
const LEAST_LITERAL: usize = 6;
const LONGEST_LITERAL: usize = 512;
/// Least score of a string that is not made of words.
const PLAUSIBLE: f64 = 0.2;

/// Shortest beginning of a token, in bytes, that is told from a word.
pub const LEAST_PREFIX: usize = 4;

/// The folded values of a file, as text for the rules.
#[derive(Default)]
pub struct Folded {
    /// One value a line.
    pub text: Vec<u8>,
    lines: Vec<Line>,
    /// A bound was reached: not every value is in the text.
    pub incomplete: bool,
}

/// One value of the text.
struct Line {
    /// The value in the text.
    value: Span,
    /// Where it stands in the source.
    pieces: Vec<Span>,
    /// Where the text of each piece begins in the value.
    starts: Vec<usize>,
    /// The source is the value as it is.
    verbatim: bool,
    related: Vec<(Span, String)>,
    flow: Vec<(Span, String)>,
    /// How it was made.
    note: String,
}

impl Line {
    /// Where a part of the text stands in the source.
    fn places(&self, span: Span) -> Vec<Span> {
        let within = Span::new(span.start - self.value.start, span.end - self.value.start);
        places(&self.pieces, &self.starts, self.value.len(), within)
    }
}

impl Folded {
    /// The values of `facts` that no line of `bytes` shows under the name they have.
    pub fn of(facts: &Facts, bytes: &[u8]) -> Self {
        let mut folded = Self { incomplete: facts.incomplete, ..Self::default() };
        let mut known = HashSet::new();
        for binding in &facts.bindings {
            folded.add(Some(&binding.name), &binding.value, (binding.span, bytes), &mut known);
        }
        for call in &facts.calls {
            for (name, argument) in &call.named {
                folded.add(Some(name.rsplit('.').next().unwrap_or(name)), argument, (call.span, bytes), &mut known);
            }
            for argument in &call.arguments {
                folded.add(None, argument, (call.span, bytes), &mut known);
            }
        }
        folded
    }

    /// The decoded entries of Kubernetes Secrets: those of one line under their keys, others (files, JSON, PEM) as they are.
    pub fn of_manifest(bytes: &[u8]) -> Self {
        let mut folded = Self::default();
        for entry in manifest::entries(bytes) {
            let text = entry.text.trim_end();
            let name = (!text.contains('\n')).then_some(entry.key.as_str());
            let note = format!("decoded from the base64 of `{}`, line {}", entry.key, entry.line);
            let (related, flow) = (Vec::new(), Vec::new());
            let line = Line { value: Span::new(0, 0), pieces: vec![entry.span], starts: vec![0], verbatim: false, related, flow, note };
            folded.write(name, text.as_bytes(), line);
        }
        folded
    }

    fn add<'a>(&mut self, name: Option<&'a str>, argument: &'a Argument, (user, bytes): (Span, &[u8]), known: &mut HashSet<(Option<&'a str>, &'a [Span])>) {
        let Value::Literal { text, pieces, starts } = &argument.value else { return };
        let Some(first) = pieces.iter().find(|piece| !piece.is_empty()) else { return };
        let verbatim = pieces.len() == 1 && bytes[first.range()] == **text;
        let telling = |name: &&str| !argument.path.is_empty() && name::classify(&name::normalise(name.as_bytes())).is_some();
        if text.len() < LEAST_TEXT || verbatim && name.is_none_or(|name| !telling(&name)) || !known.insert((name.filter(telling), pieces)) {
            return;
        }
        let mut related: Vec<(Span, String)> = argument.path.iter().map(|step| (step.span, described(step))).collect();
        if !user.contains(*first) {
            related.push((user, "it is used here".to_owned()));
        }
        let count = pieces.iter().filter(|piece| !piece.is_empty()).count();
        let flow = flow(&argument.path, pieces, (user, name.map_or_else(|| "it is used here".to_owned(), |name| format!("the value of `{name}`"))));
        let note = note(name, argument, count);
        let line = Line { value: Span::new(0, 0), pieces: pieces.clone(), starts: starts.clone(), verbatim, related, flow, note };
        self.write(name, text, line);
    }

    /// Writes a value behind its name, in quotes that are not in it.
    fn write(&mut self, name: Option<&str>, text: &[u8], line: Line) {
        if self.text.len() + text.len() > MAX_TEXT {
            self.incomplete = true;
            return;
        }
        let quote: &[u8] = [b"\"".as_slice(), b"'", b"`"].into_iter().find(|quote| !text.contains(&quote[0])).unwrap_or_default();
        if let Some(name) = name {
            self.text.extend_from_slice(name.as_bytes());
            self.text.extend_from_slice(b" = ");
        }
        self.text.extend_from_slice(quote);
        let start = self.text.len();
        self.text.extend_from_slice(text);
        let value = Span::new(start, self.text.len());
        self.text.extend_from_slice(quote);
        self.text.push(b'\n');
        self.lines.push(Line { value, ..line });
    }

    /// A hit in the text, led back to the source; `None` for one that is not in a value.
    pub fn in_source(&self, hit: Hit, bytes: &[u8], tests: &[Span]) -> Option<Hit> {
        let line = self.line_of(hit.span)?;
        let own = line.places(hit.span);
        let first = on_characters(*own.first()?, bytes);
        let mut hit = hit;
        if !line.verbatim {
            hit.value = Some(Secret::new(&self.text[hit.span.range()], 0));
            hit.prefix = 0;
            // What was decoded together is hidden together.
            let hidden = line.pieces.iter().filter(|piece| own.iter().any(|own| piece.contains(*own)));
            hit.pieces = hidden.copied().collect();
        }
        let near = hit.related.iter().filter_map(|(span, message)| {
            let line = self.line_of(*span)?;
            Some((on_characters(*line.places(*span).first()?, bytes), message.clone()))
        });
        let others = own.iter().skip(1).map(|piece| (on_characters(*piece, bytes), "the next piece of it".to_owned()));
        hit.flow.clone_from(&line.flow);
        hit.related = near.chain(line.related.iter().cloned()).chain(others).take(MAX_RELATED).collect();
        hit.span = first;
        hit.notes.push(line.note.clone());
        if tests.iter().any(|test| test.contains(first)) && hit.severity > Severity::Low {
            hit.severity = Severity::Low;
            hit.notes.push("in code that only tests run: severity lowered".to_owned());
        }
        Some(hit)
    }

    fn line_of(&self, span: Span) -> Option<&Line> {
        let at = self.lines.partition_point(|line| line.value.start <= span.start).checked_sub(1)?;
        self.lines.get(at).filter(|line| line.value.contains(span))
    }
}

/// The span, wide enough to begin and end between characters.
fn on_characters(span: Span, bytes: &[u8]) -> Span {
    let inside = |at: usize| bytes.get(at).is_some_and(|b| (0x80..0xC0).contains(b));
    let back = (0..3).take_while(|back| span.start > *back && inside(span.start - back)).count();
    let ahead = (0..3).take_while(|ahead| inside(span.end + ahead)).count();
    Span::new(span.start - back, span.end + ahead)
}

/// How a value was made, in a sentence.
fn note(name: Option<&str>, argument: &Argument, pieces: usize) -> String {
    let way = argument.path.iter().rev().find(|step| step.kind != StepKind::Fallback);
    match (way, name) {
        (Some(Step { name: from, line, .. }), Some(name)) => format!("`{from}`, line {line}, is the value of `{name}`, line {}", argument.line),
        _ if pieces > 1 => format!("put together from {pieces} pieces, line {}", argument.line),
        _ if argument.path.is_empty() => format!("decoded from the literal, line {}", argument.line),
        _ => format!("the literal is used whenever the value before it is missing, line {}", argument.line),
    }
}

/// Whether the tree contradicts a hit that its name alone made a secret: code rather than text.
pub fn is_code(hit: &Hit, facts: &Facts) -> bool {
    hit.rank == Rank::Generic && !facts.is_text(hit.span) && !facts.errors.iter().any(|error| error.contains(hit.span))
}

/// Whether a hit is worth asking the tree about.
pub fn is_doubtful(hit: &Hit) -> bool {
    hit.rank == Rank::Generic && hit.confidence >= Confidence::Medium
}

/// Whether what stands behind a telling name looks like a value that must be folded. Judged before anything is parsed.
pub fn is_worth_folding(bytes: &[u8], name: Span, language: &Language) -> bool {
    let end = bytes.len().min(name.end + REACH);
    let behind = &bytes[name.end..end];
    let line = memchr::memchr(b'\n', behind).map_or(behind, |at| &behind[..at]);
    let rest = line.trim_ascii();
    let has = |part: &str| memchr::memmem::find(rest, part.as_bytes()).is_some();
    let closed = rest.iter().take(3).take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')')).count();
    let after = rest[closed..].trim_ascii_start();
    let is_assigned = after.starts_with(b"=") && !after.starts_with(b"==") || after.starts_with(b":");
    if !is_assigned && !after.starts_with(b",") && !after.starts_with(b"(") {
        return false;
    }
    if [b"(".as_slice(), b"=", b"+", b"\\", b"[", b":="].iter().any(|open| rest.ends_with(open)) {
        return behind.get(line.len()..).is_some_and(|next| matches!(next.trim_ascii_start().first(), Some(b'"' | b'\'' | b'`')));
    }
    let quoted = rest.iter().any(|b| matches!(b, b'"' | b'\'' | b'`'));
    let joined = ["\" +", "' +", "\"+", "'+", "+ \"", "+ '", "\" .", "' .", "\" \"", "' '", "concat", ".join(", "implode"];
    let fallback = ["|| \"", "|| '", "?? \"", "?? '", " or \"", " or '", "?: \"", "?: '", ":-"];
    let called = |callee: &str| memchr::memmem::find_iter(rest, callee.as_bytes()).any(|at| rest.get(at + callee.len()) == Some(&b'('));
    let looked_up = || [language.callees.lookups, language.callees.fallbacks].iter().any(|group| group.iter().any(|callee| called(callee)));
    let decoded = || language.callees.decoders.iter().any(|(callee, _)| called(callee));
    let is_joined = || is_assigned && joined.iter().chain(&fallback).any(|sign| has(sign));
    quoted && (is_joined() || has(",") && looked_up() || decoded()) || is_assigned && is_constant(after)
}

/// Whether what begins at `at` is a decoding callee of the language, called with a literal of some length or with a name in capitals.
pub fn decodes_literal(bytes: &[u8], at: usize, language: &Language) -> bool {
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let end = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':')).count();
    let is_decoder = language.callees.decoders.iter().any(|(callee, _)| rest[..end].ends_with(last_name(callee)));
    if !is_decoder || rest.get(end) != Some(&b'(') {
        return false;
    }
    let argument = rest[end + 1..].trim_ascii_start();
    let prefix = argument.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    match argument.get(prefix) {
        Some(b'"' | b'\'' | b'`') => prefix <= 2 && argument[prefix + 1..].iter().take_while(|b| is_token(**b)).count() >= LEAST_ENCODED,
        _ => argument.iter().take_while(|b| b.is_ascii_uppercase() || **b == b'_').count() >= 3,
    }
}

fn last_name(callee: &str) -> &[u8] {
    callee.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(callee).as_bytes()
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'%')
}

/// Whether a file holds a string that may be a secret: letters and digits, no spaces, not made of words. Without one no slot of an API can hold one.
pub fn has_plausible_literal(bytes: &[u8]) -> bool {
    let mut from = 0;
    while let Some(open) = memchr::memchr3(b'"', b'\'', b'`', bytes.get(from..).unwrap_or_default()).map(|at| from + at) {
        let rest = &bytes[open + 1..bytes.len().min(open + 1 + LONGEST_LITERAL)];
        let length = rest.iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`')).count();
        let text = &rest[..length];
        let is_closed = rest.get(length) == Some(&bytes[open]);
        let mixed =
            || text.iter().any(u8::is_ascii_alphabetic) && text.iter().any(|b| !b.is_ascii_alphabetic() && !matches!(b, b'-' | b'_' | b'.' | b'/' | b':'));
        if is_closed && length >= LEAST_LITERAL && mixed() && (text.iter().any(u8::is_ascii_digit) || length < 20) && randomness::score(text) >= PLAUSIBLE {
            return true;
        }
        from = open + 1 + if is_closed { length + 1 } else { length };
    }
    false
}

/// `= CLIENT_SECRET,`: a name in capitals, which is a constant in most languages.
fn is_constant(rest: &[u8]) -> bool {
    let value = rest.trim_ascii_start();
    let value = value.strip_prefix(b":").or_else(|| value.strip_prefix(b"=")).unwrap_or(value).trim_ascii_start();
    let word = value.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.')).count();
    word >= 3 && value[..word].contains(&b'_') && value.get(word).is_none_or(|b| matches!(b, b',' | b')' | b';' | b'}' | b' '))
}

/// Whether a token that begins at `at` is cut by the end of its string, and goes on in another.
pub fn is_cut(bytes: &[u8], at: usize) -> bool {
    let begins = at.checked_sub(1).is_some_and(|before| matches!(bytes[before], b'"' | b'\'' | b'`' | b' ' | b'=' | b':'));
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let end = rest.iter().take_while(|b| is_token(**b)).count();
    let Some(&quote) = rest.get(end).filter(|b| begins && matches!(b, b'"' | b'\'' | b'`')) else { return false };
    let behind = rest[end + 1..].trim_ascii_start();
    let goes_on = |text: &[u8]| matches!(text.trim_ascii_start().first(), Some(b'"' | b'\'' | b'`'));
    match behind.first() {
        Some(b'+' | b'.') => goes_on(&behind[1..]),
        Some(&next) => next == quote && rest[end + 1..].first().is_some_and(u8::is_ascii_whitespace),
        None => false,
    }
}
