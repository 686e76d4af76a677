//! Keys and values line by line: TOML, INI, Java properties, dotenv.

use crate::text::{Mapped, Span};

use super::flow::{self, Escapes, State, Syntax, line_break_end};
use super::{Entry, Kind, Node, Style, is_blank, is_line_end};

/// A way to write lines of keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Dotenv,
    Ini,
    Properties,
    Toml,
}

/// The document as a map; a section is a map in it under its name as written.
pub(super) fn read(bytes: &[u8], dialect: Dialect) -> Node {
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut reader = Reader { bytes, dialect, at: start, state: State::new() };
    let (mut root, mut open): (Vec<Entry>, Option<Entry>) = (Vec::new(), None);
    let mut templated = false;
    while reader.skip() {
        let before = reader.at;
        if let Some(section) = reader.section() {
            root.extend(open.replace(section));
        } else if let Some(entry) = reader.entry() {
            templated |= entry.key.templated;
            add(entry, &mut root, &mut open);
        }
        // One entry a line: what is left of it is a comment, or nothing that belongs there.
        reader.at = reader.end_of_line().max(before + 1);
    }
    root.extend(open);
    Node { templated, ..Node::new(Kind::Map(root), Span::new(start, bytes.len())) }
}

fn add(entry: Entry, root: &mut Vec<Entry>, open: &mut Option<Entry>) {
    match open {
        Some(Entry { value: Node { kind: Kind::Map(entries), span, .. }, .. }) => {
            *span = Span::new(span.start, entry.value.span.end);
            entries.push(entry);
        }
        _ => root.push(entry),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    at: usize,
    state: State,
}

impl Reader<'_> {
    fn end_of_line(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// Passes over blanks, line ends and comments; `false` at the end.
    fn skip(&mut self) -> bool {
        loop {
            let is_comment = |byte: u8| match self.dialect {
                Dialect::Ini => matches!(byte, b'#' | b';'),
                Dialect::Properties => matches!(byte, b'#' | b'!'),
                Dialect::Dotenv | Dialect::Toml => byte == b'#',
            };
            match self.bytes.get(self.at) {
                None => return false,
                Some(b) if b.is_ascii_whitespace() => self.at += 1,
                Some(b) if is_comment(*b) => self.at = self.end_of_line(),
                Some(_) => return true,
            }
        }
    }

    /// `[section]`, `[[array]]`, `[section "name"]`.
    fn section(&mut self) -> Option<Entry> {
        if !matches!(self.dialect, Dialect::Ini | Dialect::Toml) || self.bytes[self.at] != b'[' {
            return None;
        }
        let line = &self.bytes[self.at..self.end_of_line()];
        let open = line.iter().take_while(|b| **b == b'[').count();
        let close = open + memchr::memchr(b']', &line[open..])?;
        let name = self.trimmed(Span::new(self.at + open, self.at + close));
        self.at += line.len();
        let key = self.text_of(name);
        Some(Entry { key, value: Node::new(Kind::Map(Vec::new()), Span::new(name.end, name.end)) })
    }

    fn trimmed(&self, span: Span) -> Span {
        let text = &self.bytes[span.range()];
        let start = span.start + text.len() - text.trim_ascii_start().len();
        Span::new(start, start + text.trim_ascii().len())
    }

    fn text_of(&self, span: Span) -> Node {
        let mut text = Mapped::new();
        text.copy(&self.bytes[span.range()], span.start);
        Node::scalar(text, Style::Plain, span)
    }

    fn entry(&mut self) -> Option<Entry> {
        let end = self.end_of_line();
        let mut start = self.at;
        if self.dialect == Dialect::Dotenv && self.bytes[start..end].starts_with(b"export ") {
            start += b"export ".len();
        }
        let line = &self.bytes[start..end];
        let is_separator = |byte: u8| match self.dialect {
            Dialect::Dotenv | Dialect::Toml => byte == b'=',
            Dialect::Ini => matches!(byte, b'=' | b':'),
            Dialect::Properties => matches!(byte, b'=' | b':' | b' ' | b'\t'),
        };
        let is_escaped = |at: usize| self.dialect == Dialect::Properties && at > 0 && line[at - 1] == b'\\';
        let separator = (0..line.len()).find(|at| is_separator(line[*at]) && !is_escaped(*at))?;
        let name = self.trimmed(Span::new(start, start + separator));
        if name.is_empty() {
            return None;
        }
        let key = self.key(name);
        self.at = start + separator + 1;
        let blanks = |at: usize| self.bytes[at..end].iter().take_while(|b| is_blank(**b)).count();
        self.at += blanks(self.at);
        if self.dialect == Dialect::Properties && is_blank(line[separator]) && self.at < end && matches!(self.bytes[self.at], b'=' | b':') {
            self.at += 1;
            self.at += blanks(self.at);
        }
        let value = self.value();
        Some(Entry { key, value })
    }

    /// A name, without its quotes.
    fn key(&self, name: Span) -> Node {
        let text = &self.bytes[name.range()];
        let quoted = text.len() > 1 && matches!(text[0], b'"' | b'\'') && text.last() == text.first() && !text[1..text.len() - 1].contains(&text[0]);
        let node = self.text_of(if quoted { Span::new(name.start + 1, name.end - 1) } else { name });
        Node { span: name, ..node }
    }

    fn value(&mut self) -> Node {
        let rest = &self.bytes[self.at..self.end_of_line()];
        match self.dialect {
            Dialect::Properties => self.continued(),
            _ if rest.is_empty() => Node::missing(self.at),
            Dialect::Toml if rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''") => self.long_text(),
            Dialect::Toml => {
                let mut reader = flow::Reader::within(self.bytes, self.at, Syntax::Toml, self.state);
                let node = reader.node();
                self.state = reader.state();
                self.at = reader.at;
                node
            }
            Dialect::Dotenv | Dialect::Ini if matches!(rest[0], b'"' | b'\'') => self.quoted(),
            Dialect::Dotenv | Dialect::Ini => self.rest(),
        }
    }

    /// The rest of the line without its comment.
    fn rest(&mut self) -> Node {
        let (start, end) = (self.at, self.end_of_line());
        let line = &self.bytes[start..end];
        let is_comment = |at: &usize| (line[*at] == b'#' || self.dialect == Dialect::Ini && line[*at] == b';') && *at > 0 && is_blank(line[at - 1]);
        let length = (0..line.len()).find(is_comment).unwrap_or(line.len());
        self.at = end;
        self.text_of(self.trimmed(Span::new(start, start + length)))
    }

    /// A text in quotes; of a dotenv file also over several lines.
    fn quoted(&mut self) -> Node {
        let start = self.at;
        let escapes = if self.bytes[start] == b'"' { Escapes::Backslash } else { Escapes::None };
        let Some((text, end)) = self.state.unclosed.quoted(self.bytes, start, escapes) else { return self.rest() };
        self.at = end;
        Node::scalar(text, Style::Quoted, Span::new(start, end))
    }

    /// `"""…"""`, `'''…'''`: the line end behind the first quotes is no part of the text.
    fn long_text(&mut self) -> Node {
        let start = self.at;
        let quotes = &self.bytes[start..start + 3];
        let inside = start + 3;
        let found = memchr::memmem::find(&self.bytes[inside..], quotes).map(|end| inside + end);
        let end = found.unwrap_or_else(|| self.end_of_line());
        let from = if self.bytes.get(inside).copied().is_some_and(is_line_end) { line_break_end(self.bytes, inside).min(end) } else { inside };
        let mut text = Mapped::new();
        text.copy(&self.bytes[from..end], from);
        self.at = if found.is_some() { end + 3 } else { end };
        Node::scalar(text, Style::Quoted, Span::new(start, self.at))
    }

    /// The rest of the line and of those it goes on in, with the escapes of `java.util.Properties`.
    fn continued(&mut self) -> Node {
        let start = self.at;
        let mut text = Mapped::new();
        let mut end = start;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' if self.bytes.get(self.at + 1).copied().is_some_and(is_line_end) => {
                    self.at = line_break_end(self.bytes, self.at + 1);
                    self.at += self.bytes[self.at..].iter().take_while(|b| is_blank(**b)).count();
                    continue;
                }
                b'\\' => self.at = flow::escape(self.bytes, self.at, &mut text),
                _ => {
                    text.copy(&[byte], self.at);
                    self.at += 1;
                }
            }
            end = self.at;
        }
        Node::scalar(text, Style::Plain, Span::new(start, end.max(start)))
    }
}
