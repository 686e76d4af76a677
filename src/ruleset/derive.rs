//! What a pattern tells before it runs: its anchors, the documented prefixes of its value, the group of the value.
//!
//! The build script includes this module to derive it all for the built-in rules (`known.rs`), so it knows no other part of the program but the anchors.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::anchors::{self, Anchor};
use super::lead::{self, Lead};

/// What a regex is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A pattern within a line.
    Line,
    /// A pattern that may cross line ends.
    Lines,
    /// A condition on normalised names.
    Name,
}

/// What is derived from a regex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// Literals, one of which every match contains; none, where there are no such.
    pub anchors: Option<Cow<'static, [Anchor]>>,
    /// Documented prefixes of the value, longest first.
    pub prefixes: Vec<Vec<u8>>,
    /// Index of the group named `secret`; 0, the whole match, without one.
    pub group: usize,
    /// What every match begins with, if an anchor stands at a fixed place of it and more is known than the anchor.
    pub lead: Option<Lead>,
    /// A literal in every match, apart from the anchors; empty: there is none that is rare.
    pub needs: Vec<u8>,
}

/// Derives it; an error says what is wrong with the regex.
pub fn derive(regex: &str, form: Form) -> Result<Derived, String> {
    let hir = hir_of(regex, form)?;
    if form == Form::Name {
        let anchors = anchors::derive_for_names(&hir).map(Cow::Owned);
        return Ok(Derived { anchors, prefixes: Vec::new(), group: 0, lead: None, needs: Vec::new() });
    }
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
    let known = anchors.as_deref().unwrap_or_default();
    let (lead, needs) = (Lead::of(&hir, known), lead::needed(&hir, known));
    Ok(Derived { anchors: anchors.map(Cow::Owned), prefixes, group, lead, needs })
}

/// The regex as it runs: a pattern within a line has no line ends.
pub fn hir_of(regex: &str, form: Form) -> Result<Hir, String> {
    let hir = parse(regex)?;
    Ok(if form == Form::Line && has_line_ends(&hir) { without_line_ends(&hir) } else { hir })
}

/// The regex, parsed as everywhere in rules.
pub fn parse(regex: &str) -> Result<Hir, String> {
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
