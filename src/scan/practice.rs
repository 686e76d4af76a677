//! How code treats its secrets: rules about what it does with them, for all languages at once.
//!
//! A few rare words earn a closer look; what a rule says is then read off the facts of the tree, the written text, or declared infrastructure.

mod declared;
mod fallback;
mod frontend;
mod logs;
mod tokens;
mod trace;
mod transport;
mod unverified;
mod webhook;

use std::cell::OnceCell;

use crate::lang::Language;
use crate::model::facts::{Argument, StepKind, Value, places};
use crate::model::{Blob, Confidence, FileKind, Hit, Rank, Rule};
use crate::ruleset::RuleSet;
use crate::ruleset::anchors::Anchor;
use crate::text::name::{self, NameKind, Strength};
use crate::text::placeholder::{placeholder, reference};
use crate::text::{Secret, Span};

use super::context::Context;
use super::meaning::Sight;
use super::settle;
use super::sink;
use super::syntax::{Facts, RawResource, last_name};

pub use declared::may_declare_secret;
pub use frontend::is_bundler;
pub use transport::{may_be_off, may_send_openly};
pub use webhook::may_handle_hooks;

/// Longest name that is judged, in bytes.
const MAX_NAME: usize = 128;

/// What a rule with `check = "…"` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Practice {
    /// A literal stands in for a secret that the environment lacks.
    DefaultFallback,
    /// Secrets that are built into what every user downloads.
    FrontendSecret,
    /// Credentials over HTTP, certificates that nobody verifies.
    InsecureTransport,
    /// A secret in a parameter store, not encrypted.
    PlaintextParameter,
    /// Infrastructure code that does not mark a secret as one.
    SensitiveFlag,
    /// A secret that is printed or logged.
    SecretLogged,
    /// An access token for every call.
    TokenPerCall,
    /// A handler of webhooks that does not verify them, or not safely.
    UnverifiedWebhook,
}

impl Practice {
    /// Every practice and its name in rules.
    const ALL: [(Self, &str); 8] = [
        (Self::DefaultFallback, "default-fallback"),
        (Self::FrontendSecret, "frontend-secret"),
        (Self::InsecureTransport, "insecure-transport"),
        (Self::PlaintextParameter, "plaintext-parameter"),
        (Self::SecretLogged, "secret-logged"),
        (Self::SensitiveFlag, "sensitive-flag"),
        (Self::TokenPerCall, "token-per-call"),
        (Self::UnverifiedWebhook, "unverified-webhook"),
    ];

    /// The practice that a rule names.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(practice, _)| *practice)
    }

    /// Rare words, and what a file in which they stand is looked at for.
    fn anchors(self) -> Vec<(Anchor, Sight)> {
        let exact = |words: &[&str], sight| words.iter().map(|word| (Anchor::exact(word.as_bytes()), sight)).collect::<Vec<_>>();
        let folded = |words: &[&str], sight| words.iter().map(|word| (Anchor::folded(word.as_bytes()), sight)).collect::<Vec<_>>();
        match self {
            Self::DefaultFallback => exact(&fallback::TAGS, Sight::Written),
            Self::SecretLogged => exact(&trace::FETCHES, Sight::Written),
            Self::FrontendSecret => exact(&frontend::ANCHORS, Sight::Written),
            Self::InsecureTransport => {
                [exact(&transport::SWITCHES, Sight::Practice), exact(&transport::WRITTEN, Sight::Written), exact(&unverified::WRITTEN, Sight::Written)].concat()
            }
            Self::PlaintextParameter => {
                [exact(&declared::PARAMETERS, Sight::Declared), exact(&declared::WRITTEN, Sight::Written), exact(&declared::CALLED, Sight::Practice)].concat()
            }
            Self::SensitiveFlag => exact(&declared::BLOCKS, Sight::Declared),
            Self::TokenPerCall => exact(&tokens::ANCHORS, Sight::Practice),
            Self::UnverifiedWebhook => [folded(&webhook::ANCHORS, Sight::Practice), folded(&[webhook::PROVIDER], Sight::Hooks)].concat(),
        }
    }
}

/// What a rule about practices reports.
#[derive(Clone, Debug)]
pub struct Found {
    practice: Practice,
    /// The reported bytes.
    span: Span,
    /// How it is said; the title of the rule where there is none.
    message: String,
    notes: Vec<String>,
    related: Vec<(Span, String)>,
    confidence: Confidence,
    /// The value, where the reported bytes are a secret.
    secret: Option<Secret>,
    /// All pieces of that value.
    pieces: Vec<Span>,
    /// The name that holds it.
    name: Option<String>,
    /// The way of the value.
    flow: Vec<(Span, String)>,
}

impl Found {
    /// Something at `span` that is no secret itself.
    fn plain(practice: Practice, span: Span, message: impl Into<String>) -> Self {
        Self {
            practice,
            span,
            message: message.into(),
            notes: Vec::new(),
            related: Vec::new(),
            confidence: Confidence::High,
            secret: None,
            pieces: Vec::new(),
            name: None,
            flow: Vec::new(),
        }
    }

    /// A secret value at `span`.
    fn secret(practice: Practice, span: Span, value: &[u8], message: impl Into<String>) -> Self {
        Self { secret: Some(Secret::new(value, 0)), pieces: vec![span], ..Self::plain(practice, span, message) }
    }
}

/// What is looked at: one file and what is known of it.
#[derive(Clone, Copy)]
struct Page<'a> {
    bytes: &'a [u8],
    facts: &'a Facts,
    language: &'a Language,
    context: Context,
}

impl Page<'_> {
    fn text(&self, span: Span) -> &str {
        self.bytes.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn is_test(&self, span: Span) -> bool {
        self.context.test || self.facts.tests.iter().any(|test| test.contains(span))
    }
}

/// The rules about practices that are on.
#[derive(Default)]
pub struct Practices {
    rules: Vec<(Practice, usize)>,
}

impl Practices {
    /// Adds the rule of this index.
    pub fn add(&mut self, practice: Practice, index: usize) {
        self.rules.push((practice, index));
    }

    /// What the pre-filter has to look for.
    pub fn anchors(&self) -> Vec<(Anchor, Sight)> {
        self.rules.iter().flat_map(|(practice, _)| practice.anchors()).collect()
    }

    /// Whether a rule may find something about the name that stands here. Judged before anything is parsed; `takes` is
    /// for what is asked about the whole file once.
    pub fn may_be_at(&self, bytes: &[u8], name: Span, language: &Language, takes: &OnceCell<bool>) -> bool {
        let is_telling = || std::str::from_utf8(&bytes[name.range()]).is_ok_and(|name| strong(name).is_some());
        let is_default = || self.has(Practice::DefaultFallback) && fallback::is_fallback_of_lookup(bytes, name, language) && is_telling();
        (is_default() || self.has(Practice::SecretLogged) && logs::may_be_logged(bytes, name, language, takes)) && is_in_code(bytes, name.start)
    }

    /// Whether a rule of this kind is on.
    pub fn has(&self, practice: Practice) -> bool {
        self.rules.iter().any(|(own, _)| *own == practice)
    }

    /// What the tree of a file says.
    pub fn of_facts(&self, facts: &Facts, language: &Language, (blob, context): (&Blob, Context), rules: &RuleSet) -> Vec<Hit> {
        let page = Page { bytes: blob.bytes, facts, language, context };
        let mut found = Vec::new();
        for (practice, _) in &self.rules {
            match practice {
                Practice::DefaultFallback => found.extend(fallback::found(&page)),
                Practice::SecretLogged => found.extend(logs::found(&page)),
                Practice::InsecureTransport => found.extend(transport::found(&page)),
                Practice::TokenPerCall => found.extend(tokens::found(&page)),
                Practice::UnverifiedWebhook => found.extend(webhook::found(&page)),
                Practice::PlaintextParameter => found.extend(declared::called(&page)),
                Practice::FrontendSecret | Practice::SensitiveFlag => {}
            }
        }
        self.hits(found, (blob, context), rules)
    }

    /// What the text of a file says, in whatever language it is.
    pub fn of_text(&self, (blob, context): (&Blob, Context), rules: &RuleSet) -> Vec<Hit> {
        let mut found = Vec::new();
        for (practice, _) in &self.rules {
            match practice {
                Practice::DefaultFallback => found.extend(fallback::written(blob)),
                Practice::FrontendSecret => found.extend(frontend::found(blob)),
                Practice::SecretLogged if !context.test => found.extend(trace::written(blob)),
                Practice::InsecureTransport if !context.test => {
                    found.extend(transport::written(blob));
                    found.extend(unverified::written(blob));
                }
                Practice::PlaintextParameter => found.extend(declared::written(blob)),
                _ => {}
            }
        }
        self.hits(found, (blob, context), rules)
    }

    /// What declared infrastructure says.
    pub fn of_resources(&self, resources: &[RawResource], (blob, context): (&Blob, Context), rules: &RuleSet) -> Vec<Hit> {
        let mut found = Vec::new();
        for (practice, _) in &self.rules {
            match practice {
                Practice::SensitiveFlag => found.extend(declared::without_flag(resources)),
                Practice::PlaintextParameter => {
                    found.extend(declared::parameters(resources, blob.bytes));
                    found.extend(declared::open_stores(resources));
                }
                _ => {}
            }
        }
        self.hits(found, (blob, context), rules)
    }

    /// Literals behind a reference that may be missing (`${CLIENT_SECRET:-literal}`), among the hits of rules about names.
    pub fn defaults(&self, hits: &[Hit], (blob, context): (&Blob, Context), rules: &RuleSet) -> Vec<Hit> {
        if !self.has(Practice::DefaultFallback) {
            return Vec::new();
        }
        let found = hits.iter().filter(|hit| hit.rank <= Rank::KeyName).filter_map(|hit| fallback::of_reference(hit, blob.bytes)).collect();
        self.hits(found, (blob, context), rules)
    }

    fn hits(&self, found: Vec<Found>, (blob, context): (&Blob, Context), rules: &RuleSet) -> Vec<Hit> {
        let mut hits = Vec::new();
        for found in found {
            for (_, index) in self.rules.iter().filter(|(practice, index)| *practice == found.practice && rules.compiled[*index].looks_at_target(blob.target)) {
                hits.push(hit(&rules.rules[*index], *index, found.clone(), context));
            }
        }
        hits
    }
}

fn hit(rule: &Rule, index: usize, found: Found, context: Context) -> Hit {
    let mut hit = Hit::secret(index, rule, found.span, Rank::Sink);
    hit.secret = found.secret.is_some();
    hit.confidence = hit.confidence.min(found.confidence);
    if context.kind == FileKind::Document && found.secret.is_none() {
        // What documentation shows, nobody runs.
        hit.confidence = Confidence::Low;
    }
    hit.message = Some(found.message);
    hit.notes = found.notes;
    hit.related = found.related;
    hit.flow = found.flow;
    hit.name = found.name.map(|name| name::normalise(name.as_bytes()));
    hit.pieces = found.pieces;
    let value = found.secret.as_ref().map_or(&[][..], Secret::reveal);
    let hit = settle::placed(hit, rule, context, value);
    Hit { value: found.secret, ..hit }
}

/// What a name says, if it says by itself that its value is a secret.
fn strong(name: &str) -> Option<NameKind> {
    let normal = name::normalise(name.as_bytes());
    (name.len() <= MAX_NAME && name::strength(&normal) == Some(Strength::Strong)).then(|| name::classify(&normal)).flatten()
}

/// Whether a folded literal may be a secret, how sure that is, and what to say about it.
fn judged(text: &[u8]) -> Option<(Confidence, Option<&'static str>)> {
    if text.trim_ascii().is_empty() || text.len() < 6 || placeholder(text).is_some() || reference(text).is_some() {
        return None;
    }
    Some(sink::confidence(text))
}

/// A literal and where it begins.
fn literal(argument: &Argument) -> Option<(&[u8], Span, &[Span])> {
    let Value::Literal { text, pieces, starts } = &argument.value else { return None };
    let span = *places(pieces, starts, text.len(), Span::new(0, text.len())).first()?;
    Some((text, span, pieces))
}

fn is_fallback(argument: &Argument) -> bool {
    argument.path.iter().any(|step| step.kind == StepKind::Fallback)
}

/// The text of a literal without the white space around it.
fn text_of(argument: &Argument) -> Option<&str> {
    literal(argument).and_then(|(text, ..)| std::str::from_utf8(text).ok()).map(str::trim)
}

/// The line around a byte, with those before and after it that a `\` at the end joins to it; of long ones what is near.
fn logical_line(bytes: &[u8], at: usize) -> Span {
    let (from, to) = (at.saturating_sub(LINE_REACH), bytes.len().min(at.saturating_add(LINE_REACH)));
    let start_of = |at: usize| memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |end| from + end + 1);
    let end_of = |at: usize| memchr::memchr(b'\n', &bytes[at..to]).map_or(to, |end| at + end);
    let is_joined = |end: usize| bytes[from..end].strip_suffix(b"\r").unwrap_or(&bytes[from..end]).ends_with(b"\\");
    let (mut start, mut end) = (start_of(at), end_of(at));
    for _ in 0..MOST_JOINED {
        if start > from && is_joined(start - 1) {
            start = start_of(start - 1);
        }
        if end < to && is_joined(end) {
            end = end_of(end + 1);
        }
    }
    Span::new(start, end)
}

/// Bytes of a line that are looked at to each side.
const LINE_REACH: usize = 4096;
/// Lines that are joined to one at most.
const MOST_JOINED: usize = 40;
/// Places of one word in one file that are looked at.
const MOST_PLACES: usize = 2000;

/// Whether a line, up to this byte, begins as a comment.
fn is_in_comment(bytes: &[u8], at: usize) -> bool {
    let line = line_before(bytes, at);
    [b"//".as_slice(), b"#", b"*", b"--", b";", b"<!--", b"/*"].iter().any(|open| line.starts_with(open))
}

/// Whether it begins neither as a comment nor as an import.
fn is_in_code(bytes: &[u8], at: usize) -> bool {
    let line = line_before(bytes, at);
    !is_in_comment(bytes, at) && ![b"import ".as_slice(), b"use ", b"using "].iter().any(|open| line.starts_with(open))
}

/// The line up to a byte, without the white space before it; of long ones what is near.
fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let from = at.saturating_sub(LINE_REACH);
    let start = memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |end| from + end + 1);
    bytes[start..at].trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_known_to_the_rules() {
        for (_, name) in Practice::ALL {
            assert!(crate::check::CHECKS.contains(&name), "{name}");
        }
        assert!(Practice::ALL.is_sorted_by_key(|(_, name)| *name));
    }

    #[test]
    fn lines_that_a_backslash_joins_are_one() {
        let text = b"a\ncurl \\\n  -k \\\r\n  x\nb\\";
        let shown = |at: usize| String::from_utf8_lossy(&text[logical_line(text, at).range()]).into_owned();
        assert_eq!(shown(3), "curl \\\n  -k \\\r\n  x");
        assert_eq!(shown(12), "curl \\\n  -k \\\r\n  x");
        assert_eq!(shown(0), "a");
        assert_eq!(shown(22), "b\\");
    }
}
