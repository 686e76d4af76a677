//! What only the tree knows and no line shows: secrets in pieces, behind an encoding, or bound to a telling name in another place than they stand.
//!
//! Folded values are written as lines `name = "value"` and searched with the complete rule set; what is found is led back to the pieces it was made of.

use std::collections::HashSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::lang::Language;
use crate::model::facts::{Argument, Step, StepKind, Value, places};
use crate::model::{Confidence, FileKind, Hit, Rank, Severity};
use crate::text::{Lines, Mapped, Secret, Span, name, placeholder, randomness};

use super::document::Node;
use super::encoded;
use super::kept::Kept;
use super::manifest;
use super::sink::{described, flow};
use super::syntax::{Facts, last_name};

/// Folded text of one file that is searched, in bytes.
const MAX_TEXT: usize = 8 << 20;
/// Shorter values are not searched, in bytes.
const LEAST_TEXT: usize = 4;
/// Shortest text that is a secret by its looks and its place alone, in bytes.
const LEAST_DRAWN: usize = 20;
/// What such a value is called, and what stands above it.
const SECRET: &str = "Secret";
const MANIFEST: &[u8] = b"kind: Secret\n";
/// Words of the key of an entry of a Secret that is something else.
const HARMLESS_KEYS: [&str; 34] = [
    "account",
    "arn",
    "bucket",
    "ca",
    "cert",
    "certificate",
    "checksum",
    "client",
    "cluster",
    "crt",
    "database",
    "digest",
    "endpoint",
    "fingerprint",
    "hash",
    "host",
    "hostname",
    "id",
    "image",
    "issuer",
    "name",
    "namespace",
    "pem",
    "project",
    "pub",
    "public",
    "region",
    "sha",
    "tenant",
    "thumbprint",
    "uid",
    "url",
    "user",
    "username",
];
/// Other places of one value that a finding names.
const MAX_RELATED: usize = 32;
/// Most bytes between a key and its value on a line: quotes, a separator, blanks.
const MAX_GAP: usize = 4;
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
    /// The exact way back, where it is known.
    decoded: Option<Mapped>,
}

impl Line {
    /// Where a part of the text stands in the source.
    fn places(&self, span: Span) -> Vec<Span> {
        let within = Span::new(span.start - self.value.start, span.end - self.value.start);
        if let Some(decoded) = &self.decoded {
            return decoded.pieces(within);
        }
        places(&self.pieces, &self.starts, self.value.len(), within)
    }
}

/// Whether a text under a key that says nothing of a secret looks drawn by a machine.
fn is_drawn_under(key: &str, text: &str) -> bool {
    let name = name::normalise(key.as_bytes());
    let says_else = name.split('_').any(|word| HARMLESS_KEYS.contains(&word));
    let is_word = text.len() >= LEAST_DRAWN && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b));
    is_word && !says_else && !placeholder::is_uuid(text.as_bytes()) && name::strength(&name).is_none() && randomness::is_random(text.as_bytes())
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

    /// The decoded entries of Kubernetes Secrets: those of one line under their keys, others (files, JSON, PEM) as they are. A value that looks drawn is a
    /// secret there whatever its key says, unless that says what else it is, or a document shows it.
    pub fn of_manifest(bytes: &[u8], kind: FileKind) -> Self {
        let mut folded = Self::default();
        for entry in manifest::entries(bytes) {
            let text = entry.text.trim_end();
            let is_drawn = kind != FileKind::Document && is_drawn_under(&entry.key, text);
            if !entry.encoded && !is_drawn {
                continue;
            }
            let name = if is_drawn { SECRET } else { &entry.key };
            let name = (!text.contains('\n')).then_some(name);
            let how = if entry.encoded { "decoded from the base64 of " } else { "" };
            let note = format!("{how}`{}` of a Secret, line {}", entry.key, entry.line);
            let (related, flow) = (Vec::new(), Vec::new());
            let verbatim = !entry.encoded;
            let line = Line { value: Span::new(0, 0), pieces: vec![entry.span], starts: vec![0], verbatim, related, flow, note, decoded: None };
            if is_drawn {
                folded.text.extend_from_slice(MANIFEST);
            }
            folded.write(name, text.as_bytes(), line);
        }
        folded
    }

    /// What infrastructure code keeps as secrets, under the names that stand elsewhere.
    pub fn of_kept(kept: &[Kept]) -> Self {
        let mut folded = Self::default();
        for value in kept.iter().filter(|value| value.text.len() >= LEAST_TEXT) {
            let (related, flow) = (Vec::new(), Vec::new());
            let note = format!("kept by {}", value.owner);
            let line = Line { value: Span::new(0, 0), pieces: vec![value.span], starts: vec![0], verbatim: false, related, flow, note, decoded: None };
            folded.write(Some(&value.name), &value.text, line);
        }
        folded
    }

    /// Texts behind encodings that hold the name of a secret or the beginning of a token: what is on one line in quotes, others as they are.
    pub fn of_encoded(bytes: &[u8], signs: &encoded::Signs) -> Self {
        let (mut folded, lines) = (Self::default(), Lines::new(bytes));
        for found in signs.texts(bytes) {
            let note = format!("decoded from {}, line {}", found.encodings, lines.index_of(found.span.start) + 1);
            let text = found.text.bytes().to_vec();
            let (related, flow) = (Vec::new(), Vec::new());
            let line =
                Line { value: Span::new(0, 0), pieces: vec![found.span], starts: vec![0], verbatim: false, related, flow, note, decoded: Some(found.text) };
            folded.write(None, &text, line);
        }
        folded
    }

    /// Values of a document under names that tell only together with the key above them: `jwt: { key: … }`, and those that stand apart from their names.
    pub fn of_document(documents: &[Node], bytes: &[u8]) -> Self {
        let mut folded = Self::default();
        let lines = Lines::new(bytes);
        for leaf in documents.iter().flat_map(Node::leaves) {
            let (Some(key), Some(text)) = (leaf.key, leaf.value.text()) else { continue };
            if leaf.value.templated || text.bytes().len() < LEAST_TEXT || text.bytes().contains(&b'\n') {
                continue;
            }
            let is_strong = |name: &str| name::strength(name) == Some(name::Strength::Strong);
            let own = key.str().map(|key| name::normalise(key.as_bytes())).unwrap_or_default();
            let gap = leaf.value.span.start.checked_sub(key.span.end);
            let is_shown = gap.is_some_and(|gap| gap <= MAX_GAP) && is_strong(&own);
            let name = qualified(&leaf.path);
            if is_shown || name::strength(&own).is_none() || !is_strong(&name) {
                continue;
            }
            let pieces = text.pieces(Span::new(0, text.bytes().len()));
            let verbatim = pieces.len() == 1 && bytes[pieces[0].range()] == *text.bytes();
            let note = format!("`{}`, line {}", leaf.path, lines.index_of(leaf.value.span.start) + 1);
            let line =
                Line { value: Span::new(0, 0), starts: vec![0; pieces.len()], pieces, verbatim, related: Vec::new(), flow: Vec::new(), note, decoded: None };
            folded.write(Some(&name), text.bytes(), line);
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
        let line = Line { value: Span::new(0, 0), pieces: pieces.clone(), starts: starts.clone(), verbatim, related, flow, note, decoded: None };
        self.write(name, text, line);
    }

    /// Writes a value behind its name, in quotes that are not in it.
    fn write(&mut self, name: Option<&str>, text: &[u8], line: Line) {
        if self.text.len() + text.len() > MAX_TEXT {
            self.incomplete = true;
            return;
        }
        let is_one_line = line.decoded.is_none() || !text.contains(&b'\n');
        let quote: &[u8] = [b"\"".as_slice(), b"'", b"`"].into_iter().find(|quote| is_one_line && !text.contains(&quote[0])).unwrap_or_default();
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

/// The last two names of a dotted path, as one in snake case; numbers of lists are no names.
fn qualified(path: &str) -> String {
    let mut names = path.rsplit(['.', ':']).filter(|name| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit()));
    let (own, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    name::normalise(format!("{above}_{own}").as_bytes())
}

/// The span, wide enough to begin and end between characters.
pub fn on_characters(span: Span, bytes: &[u8]) -> Span {
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
    let closed = rest.iter().take(3).take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')')).count();
    let after = rest[closed..].trim_ascii_start();
    let is_assigned = after.starts_with(b"=") && !after.starts_with(b"==") || after.starts_with(b":");
    if !is_assigned && !after.starts_with(b",") && !after.starts_with(b"(") {
        return false;
    }
    if [b"(".as_slice(), b"=", b"+", b"\\", b"[", b":="].iter().any(|open| rest.ends_with(open)) {
        return behind.get(line.len()..).is_some_and(|next| matches!(next.trim_ascii_start().first(), Some(b'"' | b'\'' | b'`')));
    }
    let quoted = memchr::memchr3(b'"', b'\'', b'`', rest).is_some();
    let called = |callee: &str| memchr::memchr_iter(b'(', rest).find(|open| rest[..*open].ends_with(callee.as_bytes())).map(|open| open - callee.len());
    let has_default = |at: usize| [b", \"".as_slice(), b", '", b",\"", b",'"].iter().any(|sign| rest[at..].windows(sign.len()).any(|part| part == *sign));
    let looked_up = || {
        language.callees.lookups.iter().any(|callee| called(callee).is_some_and(has_default))
            || language.callees.fallbacks.iter().any(|callee| called(callee).is_some())
    };
    let decoded = || language.callees.decoders.iter().any(|(callee, _)| called(callee).is_some_and(|at| decodes_literal(rest, at, language)));
    let value = &after[..value_end(after)];
    let is_joined = || {
        is_assigned
            && (has_joint(value) || joins_constant(value) || JOINING.iter().any(|word| word.find(value).is_some_and(|at| !value[at..].starts_with(b":-}"))))
    };
    quoted && (is_joined() || rest.contains(&b',') && looked_up() || decoded()) || is_assigned && is_constant(after)
}

/// Words of values that are put together or have a fallback.
static JOINING: LazyLock<[Finder; 4]> = LazyLock::new(|| ["concat", ".join(", "implode", ":-"].map(Finder::new));

/// Where the value behind a name ends at the latest: at the end of its statement or block, outside of strings.
fn value_end(value: &[u8]) -> usize {
    let mut quote = None;
    for (at, byte) in value.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'' | b'`') => quote = Some(*byte),
            (None, b';') => return at,
            (None, b'}') if !value[..at].contains(&b'{') => return at,
            (Some(open), _) if open == *byte => quote = None,
            _ => {}
        }
    }
    value.len()
}

/// `=" + KEY`: a string that ends in the name is joined to a name in capitals.
fn joins_constant(value: &[u8]) -> bool {
    let Some([quote, rest @ ..]) = value.get(1..) else { return false };
    let Some([sign, rest @ ..]) = Some(rest.trim_ascii_start()).filter(|_| matches!(quote, b'"' | b'\'')) else { return false };
    matches!(sign, b'+' | b'.') && rest.trim_ascii_start().iter().take_while(|b| b.is_ascii_uppercase() || **b == b'_').count() >= 3
}

/// Whether a string of some length is joined to another text, or is the fallback of another value.
fn has_joint(value: &[u8]) -> bool {
    let mut at = 0;
    while let Some(open) = memchr::memchr2(b'"', b'\'', &value[at..]).map(|found| at + found) {
        let Some(length) = memchr::memchr(value[open], &value[open + 1..]) else { return false };
        let (before, text, behind) = (&value[..open], &value[open + 1..open + 1 + length], &value[open + length + 2..]);
        let is_next = behind.first() == Some(&b' ') && behind.get(1) == Some(&value[open]);
        let goes_on = is_next || [b" +".as_slice(), b"+", b" ."].iter().any(|sign| behind.starts_with(sign)) || before.ends_with(b"+ ");
        let is_fallback = [b"|| ".as_slice(), b"?? ", b" or ", b"?: "].iter().any(|sign| before.ends_with(sign));
        let is_telling = text.len() >= LEAST_TEXT && text.iter().any(u8::is_ascii_alphanumeric);
        if is_telling && (is_fallback || goes_on && !text.contains(&b' ')) {
            return true;
        }
        at = open + length + 2;
    }
    false
}

/// Whether what begins at `at` is a decoding callee of the language, called with a literal of some length or with a name in capitals.
pub fn decodes_literal(bytes: &[u8], at: usize, language: &Language) -> bool {
    let rest = &bytes[at..bytes.len().min(at + REACH)];
    let end = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':')).count();
    let is_decoder = language.callees.decoders.iter().any(|(callee, _)| rest[..end].ends_with(last_name(callee).as_bytes()));
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

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'%')
}

/// Whether a file holds a string that may be a secret: letters and digits, no spaces, not made of words. Without one no slot of an API can hold one.
pub fn has_plausible_literal(bytes: &[u8]) -> bool {
    let mut from = 0;
    while let Some(open) = memchr::memchr3(b'"', b'\'', b'`', bytes.get(from..).unwrap_or_default()).map(|at| from + at) {
        let rest = &bytes[open + 1..bytes.len().min(open + 1 + LONGEST_LITERAL)];
        let length = rest.iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`')).count();
        let is_closed = rest.get(length) == Some(&bytes[open]);
        if is_closed && length >= LEAST_LITERAL && is_plausible(&rest[..length]) {
            return true;
        }
        from = open + 1 + if is_closed { length + 1 } else { length };
    }
    false
}

/// The same of a text block or a heredoc: a line that is one word, or ends in the quotes of the block, in a file that holds such text.
pub fn has_plausible_line(bytes: &[u8]) -> bool {
    let has_block = [b"\"\"\"".as_slice(), b"'''", b"<<"].iter().any(|sign| memchr::memmem::find(bytes, sign).is_some());
    let is_text = |line: &[u8]| {
        let (word, rest) = line.split_at(line.iter().take_while(|b| is_token(**b)).count());
        let ends = rest.is_empty() || rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''");
        ends && (LEAST_LITERAL..LONGEST_LITERAL).contains(&word.len()) && is_plausible(word)
    };
    has_block && bytes.split(|b| *b == b'\n').any(|line| is_text(line.trim_ascii()))
}

/// The same where bare words are text: `name=value`, `echo value`.
pub fn has_plausible_word(bytes: &[u8]) -> bool {
    let words = bytes.split(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b';' | b')' | b'"' | b'\''));
    words.filter(|word| (LEAST_LITERAL..LONGEST_LITERAL).contains(&word.len())).any(|word| word.iter().all(|b| is_token(*b)) && is_plausible(word))
}

/// Whether a string may be a secret or a piece of one: no pattern, format, address or name.
fn is_plausible(text: &[u8]) -> bool {
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    if text.contains(&b'\\') {
        return text.windows(2).filter(|two| two[0] == b'\\' && matches!(two[1], b'x' | b'u')).count() >= LEAST_LITERAL;
    }
    let is_pattern = text.iter().any(|b| matches!(b, b'{' | b'[' | b'(' | b'<' | b'>' | b'|')) || has(b"://");
    let is_format = text.windows(2).any(|two| two[0] == b'%' && matches!(two[1], b's' | b'd' | b'v' | b'q' | b'w' | b'x' | b'+'));
    let is_variable = text[0] == b'$' && text[1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if is_pattern || is_format || is_variable || is_address(text) {
        return false;
    }
    if !text.iter().any(u8::is_ascii_digit) {
        let inside = &text[1..text.len() - 1];
        return text.len() < 20 && inside.iter().any(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'^' | b'&' | b'*' | b'?' | b'~' | b'+')) && is_no_word(text);
    }
    text.split(|b| !b.is_ascii_alphanumeric()).any(|part| {
        let is_mixed = part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic);
        part.len() >= LEAST_LITERAL && is_mixed && !is_numbered(part) && is_no_word(part)
    }) || text.len() < 20 && text.iter().any(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'^' | b'&' | b'*')) && is_no_word(text)
}

fn is_no_word(text: &[u8]) -> bool {
    randomness::score(text) >= PLAUSIBLE
}

/// `name@host.domain`.
fn is_address(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let host = &text[at + 1..];
    let domain = host.rsplit(|b| *b == b'.').next().unwrap_or_default();
    host.contains(&b'.') && domain.len() >= 2 && domain.iter().all(u8::is_ascii_lowercase)
}

/// Whether it is the name of an algorithm, a format or a thing with a number behind it: `sha256`, `oauth2`, `value10`.
fn is_numbered(part: &[u8]) -> bool {
    let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = part[..letters].to_ascii_lowercase();
    part[letters..].iter().all(u8::is_ascii_digit) && std::str::from_utf8(&word).is_ok_and(|word| NUMBERED.binary_search(&word).is_ok())
}

/// Words with a number behind them that are no secrets, sorted.
const NUMBERED: [&str; 66] = [
    "aes", "amd", "arg", "argument", "arm", "bar", "base", "baz", "bits", "blake", "block", "camellia", "code", "col", "column", "config", "crc", "curve",
    "data", "ecdsa", "ed", "element", "entry", "error", "example", "field", "file", "fips", "float", "foo", "format", "group", "hmac", "host", "int", "ipv",
    "iso", "item", "keccak", "key", "latin", "level", "line", "name", "node", "oauth", "object", "option", "page", "param", "part", "pbkdf", "pkcs", "python",
    "ripemd", "rsa", "secp", "section", "server", "sha", "step", "table", "test", "uint", "urllib", "value",
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_drawn_in_a_secret_is_one_but_for_what_a_document_shows() {
        let value = ["q8Zr2LmX0v", "Kp4TnYw6Bd", "9Hs5"].concat();
        let text = format!("kind: Secret\nstringData:\n  value: {value}\n  client-id: {value}\n  mode: production-eu-west-1-payouts\n");
        let written = |kind: FileKind| String::from_utf8(Folded::of_manifest(text.as_bytes(), kind).text).unwrap();
        assert_eq!(written(FileKind::Config), format!("kind: Secret\nSecret = \"{value}\"\n"));
        assert_eq!(written(FileKind::Document), "");
    }
}
