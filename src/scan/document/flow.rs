//! Collections in brackets: JSON with its relatives, and the flow style of YAML (YAML 1.2.2, chapter 7). Texts in quotes, for both.

use crate::text::decode::number;
use crate::text::{Mapped, Span};

use super::{Entry, Kind, MAX_DEPTH, MAX_NODES, Node, Style, is_blank, is_line_end, template_end, template_end_on_line};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// JSON (RFC 8259) with comments, and most of JSON5.
    Json,
    /// A value of TOML.
    Toml,
    /// A collection that stands in YAML; it ends before a line that is indented no more than this column.
    Yaml {
        /// Column of what it is the value of; -1 for a whole document.
        parent: isize,
    },
}

/// A reader of one value.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    syntax: Syntax,
    /// Where reading goes on.
    pub(super) at: usize,
    state: State,
}

/// What readers of one document hand on to each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// Collections around.
    pub(super) depth: usize,
    /// Values that may still be read.
    pub(super) left: usize,
    /// Where quotes close nothing any more.
    pub(super) unclosed: Unclosed,
    /// Where the first thing stands that cannot be read as what it is.
    pub(super) wrong: Option<usize>,
}

impl State {
    /// At the beginning of a document.
    pub(super) fn new() -> Self {
        Self { depth: 0, left: MAX_NODES, unclosed: Unclosed::default(), wrong: None }
    }
}

/// Where the first text begins that no quote closes, of either kind: later ones are looked for on their line only.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unclosed {
    double: Option<usize>,
    single: Option<usize>,
}

impl Unclosed {
    /// Where the first of either kind begins.
    pub(super) fn first(self) -> Option<usize> {
        self.double.into_iter().chain(self.single).min()
    }

    /// The text in quotes that begins at `at`, and where it ends. `None` where nothing closes it.
    pub(super) fn quoted(&mut self, bytes: &[u8], at: usize, escapes: Escapes) -> Option<(Mapped, usize)> {
        let quote = *bytes.get(at)?;
        let known = if quote == b'"' { &mut self.double } else { &mut self.single };
        let end = if known.is_some_and(|from| from <= at) { memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end) } else { bytes.len() };
        let found = quoted(&bytes[..end], at, escapes);
        if found.is_none() && known.is_none() {
            *known = Some(at);
        }
        found
    }
}

/// What stands for another character in a text in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// A backslash and what follows (JSON, and YAML in double quotes); line ends fold (YAML) or are text (what is not quite JSON).
    Backslash,
    /// The quote, twice (YAML in single quotes).
    Doubled,
    /// None (TOML in single quotes).
    None,
}

/// The text in quotes that begins at `at`, and where it ends.
fn quoted(bytes: &[u8], at: usize, escapes: Escapes) -> Option<(Mapped, usize)> {
    let quote = *bytes.get(at)?;
    let mut text = Mapped::new();
    let (mut from, mut template) = (at + 1, at);
    loop {
        let special = |b: &u8| *b == quote || *b == b'\\' || *b == b'{' || *b == b'<' || is_line_end(*b);
        let next = from + bytes.get(from..)?.iter().position(special)?;
        text.copy(&bytes[from..next], from);
        from = match bytes[next] {
            b if b == quote && escapes == Escapes::Doubled && bytes.get(next + 1) == Some(&quote) => {
                text.put(&[quote], Span::new(next, next + 2));
                next + 2
            }
            b if b == quote && next >= template => return Some((text, next + 1)),
            b'\\' if escapes == Escapes::Backslash => escape(bytes, next, &mut text),
            b if is_line_end(b) => fold(bytes, next, &mut text),
            b => {
                if matches!(b, b'{' | b'<') && next >= template {
                    // A template may hold quotes of its own.
                    template = template_end_on_line(bytes, next).unwrap_or(next);
                }
                text.copy(&bytes[next..=next], next);
                next + 1
            }
        };
    }
}

/// Reads the escape at `at`; where it ends.
pub(super) fn escape(bytes: &[u8], at: usize, text: &mut Mapped) -> usize {
    let Some(&kind) = bytes.get(at + 1) else { return at + 1 };
    let digits = match kind {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        return code_point(bytes, at, digits, text);
    }
    let end = at + 2;
    let single: &[u8] = match kind {
        b'n' => b"\n",
        b'r' => b"\r",
        b't' => b"\t",
        b'b' => b"\x08",
        b'f' => b"\x0c",
        b'v' => b"\x0b",
        b'a' => b"\x07",
        b'e' => b"\x1b",
        b'0' => b"\0",
        // The line goes on in the next one.
        b'\n' | b'\r' => return skip_indent(bytes, line_break_end(bytes, at + 1)),
        _ => &bytes[at + 1..end],
    };
    text.put(single, Span::new(at, end));
    end
}

/// `\u0041`, `\ud83d\ude00`: halves of a pair belong together.
fn code_point(bytes: &[u8], at: usize, digits: usize, text: &mut Mapped) -> usize {
    let code = |at: usize, digits: usize| bytes.get(at + 2..at + 2 + digits).and_then(|hex| number(hex, 16));
    let Some(first) = code(at, digits) else {
        text.put(b"\\", Span::new(at, at + 1));
        return at + 1;
    };
    let mut end = at + 2 + digits;
    let mut whole = first;
    let has_half = (0xD800..0xDC00).contains(&first) && bytes[end..].starts_with(b"\\u");
    if let Some(second) = code(end, 4).filter(|second| has_half && (0xDC00..0xE000).contains(second)) {
        whole = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        end += 6;
    }
    let c = char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.put(c.encode_utf8(&mut [0; 4]).as_bytes(), Span::new(at, end));
    end
}

/// Reads a line end in a text: one is a blank, more are one line end less (YAML 1.2.2, 6.5). Where the next line's text begins.
pub(super) fn fold(bytes: &[u8], at: usize, text: &mut Mapped) -> usize {
    let (mut next, mut breaks) = (at, 0);
    while bytes.get(next).copied().is_some_and(is_line_end) {
        next = skip_indent(bytes, line_break_end(bytes, next));
        breaks += 1;
    }
    match breaks {
        1 => text.put(b" ", Span::new(at, next)),
        _ => text.put(&b"\n".repeat(breaks - 1), Span::new(at, next)),
    }
    next
}

/// Behind the line end at `at`.
pub(super) fn line_break_end(bytes: &[u8], at: usize) -> usize {
    at + if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 }
}

fn skip_indent(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|b| is_blank(**b)).count()
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], syntax: Syntax) -> Self {
        Self { bytes, syntax, at: 0, state: State::new() }
    }

    /// The same in a text that is being read by another reader.
    pub(super) fn within(bytes: &'a [u8], at: usize, syntax: Syntax, state: State) -> Self {
        Self { bytes, syntax, at, state }
    }

    /// What another reader goes on with.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// All values, one after the other.
    pub(super) fn values(mut self) -> Vec<Node> {
        let mut found = Vec::new();
        if self.bytes.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
        }
        while self.skip() {
            let before = self.at;
            match self.peek() {
                Some(b'}' | b']' | b',' | b':') => self.at += 1,
                _ => found.push(self.node()),
            }
            self.at = self.at.max(before + 1);
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over blanks, line ends and comments; `false` where the collection ends because something else begins.
    fn skip(&mut self) -> bool {
        let mut is_new_line = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match rest.first() {
                None => return false,
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n' | b'\r') => {
                    self.at += 1;
                    is_new_line = true;
                }
                Some(b'#') if self.may_begin_comment() => self.at = self.end_of_line(),
                Some(b'/') if self.syntax == Syntax::Json && rest.starts_with(b"//") => self.at = self.end_of_line(),
                Some(b'/') if self.syntax == Syntax::Json && rest.starts_with(b"/*") => {
                    self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
                }
                Some(_) => return !is_new_line || self.is_inside(),
            }
        }
    }

    fn may_begin_comment(&self) -> bool {
        self.at.checked_sub(1).is_none_or(|before| is_blank(self.bytes[before]) || is_line_end(self.bytes[before]))
    }

    /// Whether a line that begins here still belongs to the collection.
    fn is_inside(&self) -> bool {
        let Syntax::Yaml { parent } = self.syntax else { return true };
        let line = self.bytes[..self.at].iter().rposition(|b| is_line_end(*b)).map_or(0, |end| end + 1);
        let column = isize::try_from(self.at - line).unwrap_or(isize::MAX);
        let is_marker = column == 0 && [b"---".as_slice(), b"..."].iter().any(|marker| self.bytes[self.at..].starts_with(marker));
        !is_marker && (column > parent || matches!(self.peek(), Some(b'}' | b']')))
    }

    fn end_of_line(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// A value of any kind. Reads at least one byte.
    pub(super) fn node(&mut self) -> Node {
        let start = self.at;
        let Some(left) = self.state.left.checked_sub(1) else {
            self.at = self.bytes.len();
            return Node::missing(start);
        };
        self.state.left = left;
        let is_yaml = matches!(self.syntax, Syntax::Yaml { .. });
        let (tag, anchor) = if is_yaml { properties(self.bytes, &mut self.at) } else { (None, None) };
        let is_template = template_end(self.bytes, self.at).is_some();
        let node = match self.peek() {
            Some(b'{' | b'[') if !is_template => self.collection(),
            Some(b'"' | b'\'') => self.quoted(),
            Some(b'*') if is_yaml => alias(self.bytes, &mut self.at),
            _ => self.plain(),
        };
        self.at = self.at.max(start + 1).min(self.bytes.len());
        Node { tag, anchor, span: Span::new(start, node.span.end), ..node }
    }

    fn quoted(&mut self) -> Node {
        let start = self.at;
        let escapes = match self.syntax {
            _ if self.peek() == Some(b'"') => Escapes::Backslash,
            Syntax::Json => Escapes::Backslash,
            Syntax::Toml => Escapes::None,
            Syntax::Yaml { .. } => Escapes::Doubled,
        };
        let Some((text, end)) = self.state.unclosed.quoted(self.bytes, start, escapes) else { return self.plain() };
        self.at = end;
        Node::scalar(text, Style::Quoted, Span::new(start, end))
    }

    /// A text without quotes, on one line.
    fn plain(&mut self) -> Node {
        let start = self.at;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            if let Some(past) = template_end(self.bytes, at).or_else(|| expression_end(self.bytes, at)) {
                at = past;
                continue;
            }
            let ends = match byte {
                b'\n' | b'\r' | b',' | b'{' | b'}' | b'[' | b']' => true,
                b'=' => self.syntax == Syntax::Toml,
                b':' if self.syntax == Syntax::Toml => false,
                b':' => self.syntax == Syntax::Json || self.bytes.get(at + 1).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'}' | b']')),
                b'#' => at > start && is_blank(self.bytes[at - 1]),
                b' ' | b'\t' => !matches!(self.syntax, Syntax::Yaml { .. }),
                b'/' => self.syntax == Syntax::Json,
                _ => false,
            };
            if ends {
                break;
            }
            at += 1;
        }
        let length = self.bytes[start..at].trim_ascii_end().len();
        self.at = at.max(start + 1).min(self.bytes.len());
        let mut text = Mapped::new();
        text.copy(&self.bytes[start..start + length], start);
        Node::scalar(text, Style::Plain, Span::new(start, start + length))
    }

    /// A list or map in brackets.
    fn collection(&mut self) -> Node {
        let start = self.at;
        let close = if self.peek() == Some(b'{') { b'}' } else { b']' };
        self.at += 1;
        let (mut entries, mut items, mut templated) = (Vec::new(), Vec::new(), false);
        self.state.depth += 1;
        if self.state.depth > MAX_DEPTH {
            self.at = self.bytes.len();
        }
        let (mut end, mut is_closed) = (self.at, false);
        while self.skip() {
            match self.peek() {
                Some(b) if b == close => {
                    self.at += 1;
                    (end, is_closed) = (self.at, true);
                    break;
                }
                // Another bracket closes what is open around it.
                Some(b'}' | b']') => break,
                Some(b',' | b':' | b'=') => self.at += 1,
                _ if close == b'}' => {
                    let entry = self.entry();
                    templated |= entry.key.templated;
                    entries.push(entry);
                }
                _ => {
                    let item = self.node();
                    let pair = matches!(self.syntax, Syntax::Yaml { .. }) && self.has_colon();
                    templated |= item.templated && matches!(item.kind, Kind::Scalar(_, Style::Plain));
                    items.push(if pair { self.pair(item) } else { item });
                }
            }
            end = self.at;
        }
        self.state.depth -= 1;
        if !is_closed {
            self.state.wrong = Some(self.state.wrong.map_or(start, |first| first.min(start)));
        }
        let kind = if close == b'}' { Kind::Map(entries) } else { Kind::List(items) };
        Node { templated, ..Node::new(kind, Span::new(start, end)) }
    }

    /// Whether a colon follows on this line.
    fn has_colon(&self) -> bool {
        self.bytes[self.at..].iter().find(|b| !is_blank(**b)) == Some(&b':')
    }

    /// `[key: value]`: a map of one entry in a list.
    fn pair(&mut self, key: Node) -> Node {
        let start = key.span.start;
        let value = self.value();
        let span = Span::new(start, value.span.end);
        Node::new(Kind::Map(vec![Entry { key, value }]), span)
    }

    fn entry(&mut self) -> Entry {
        let key = self.node();
        let value = self.value();
        Entry { key, value }
    }

    /// The value behind a colon; a missing one where there is no colon or no value.
    fn value(&mut self) -> Node {
        let after_key = self.at;
        let separator = if self.syntax == Syntax::Toml { b'=' } else { b':' };
        if !self.skip() || self.peek() != Some(separator) {
            return Node::missing(after_key);
        }
        self.at += 1;
        let after_colon = self.at;
        match self.skip().then(|| self.peek()).flatten() {
            None | Some(b',' | b'}' | b']') => Node::missing(after_colon),
            Some(_) => self.node(),
        }
    }
}

/// Where an expression of a workflow ends (`${{ … }}`): commas and brackets in it are its own.
fn expression_end(bytes: &[u8], at: usize) -> Option<usize> {
    bytes[at..].starts_with(b"${{").then(|| template_end_on_line(bytes, at + 1)).flatten()
}

/// Tag and anchor of a node, in any order; `at` moves behind them.
pub(super) fn properties(bytes: &[u8], at: &mut usize) -> (Option<Box<str>>, Option<Box<str>>) {
    let (mut tag, mut anchor) = (None, None);
    loop {
        let rest = &bytes[*at..];
        let end = rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'[' | b']' | b'{' | b'}')).unwrap_or(rest.len());
        let word = || String::from_utf8_lossy(&rest[..end]).into_owned();
        match rest.first() {
            Some(b'!') if tag.is_none() => tag = Some(word().into_boxed_str()),
            Some(b'&') if anchor.is_none() && end > 1 => anchor = Some(word()[1..].into()),
            _ => return (tag, anchor),
        }
        *at += end + rest[end..].iter().take_while(|b| is_blank(**b)).count();
    }
}

/// The alias at `at`, which moves behind it.
pub(super) fn alias(bytes: &[u8], at: &mut usize) -> Node {
    let start = *at;
    let name = bytes[start + 1..].iter().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b'[' | b']' | b'{' | b'}')).count();
    *at = start + 1 + name;
    Node::new(Kind::Alias(String::from_utf8_lossy(&bytes[start + 1..*at]).into()), Span::new(start, *at))
}
