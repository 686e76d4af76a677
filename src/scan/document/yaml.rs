//! The block style of YAML (YAML 1.2.2, chapter 8), read line by line; what is in brackets or quotes is for [`flow`](super::flow).

use crate::text::{Mapped, Span};

use super::flow::{self, Escapes, State, Syntax, Unclosed, alias, line_break_end, properties};
use super::{Entry, Kind, MAX_DEPTH, Node, Style, is_blank, is_line_end, template_end, template_end_on_line};

/// A reader of one stream.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the line of `at` begins.
    line: usize,
    state: State,
    /// Lines that were passed over: templates, and what is no YAML.
    passed: usize,
}

/// Column of the first byte of a line that has no parent.
const OUTSIDE: isize = -1;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Self { bytes, at: start, line: start, state: State::new(), passed: 0 }
    }

    /// All documents.
    pub(super) fn documents(mut self) -> Vec<Node> {
        self.read()
    }

    fn read(&mut self) -> Vec<Node> {
        let (mut found, mut document): (Vec<Node>, Vec<Node>) = (Vec::new(), Vec::new());
        loop {
            self.skip();
            if self.at >= self.bytes.len() {
                found.append(&mut document);
                return found;
            }
            if let Some(is_start) = self.marker() {
                found.append(&mut document);
                self.at += 3;
                if !is_start {
                    self.skip_line();
                }
                continue;
            }
            if self.at == self.line && self.peek() == Some(b'%') && document.is_empty() {
                self.skip_line();
                continue;
            }
            let before = self.at;
            if let Some(node) = self.node(OUTSIDE) {
                add_to_document(&mut document, node);
            }
            if self.at == before {
                self.skip_line();
            }
        }
    }

    /// Where the first thing stands that cannot be read as what it is, or a text that no quote closes.
    pub(super) fn wrong(self) -> Option<usize> {
        let mut reader = self;
        reader.read();
        let State { wrong, unclosed, .. } = reader.state;
        wrong.into_iter().chain(unclosed.first()).min()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn column(&self) -> isize {
        isize::try_from(self.at - self.line).unwrap_or(isize::MAX)
    }

    /// Whether a document begins (`---`) or ends (`...`) here.
    fn marker(&self) -> Option<bool> {
        let rest = &self.bytes[self.at..];
        let is_start = rest.starts_with(b"---");
        let is_marker = self.at == self.line && (is_start || rest.starts_with(b"...")) && rest.get(3).is_none_or(u8::is_ascii_whitespace);
        is_marker.then_some(is_start)
    }

    fn is_over(&self) -> bool {
        self.at >= self.bytes.len() || self.marker().is_some()
    }

    /// Whether nothing but a comment is left of the line.
    fn is_line_over(&self) -> bool {
        let blank_before = self.at.checked_sub(1).is_none_or(|before| self.bytes[before].is_ascii_whitespace());
        match self.peek() {
            None | Some(b'\n' | b'\r') => true,
            Some(b'#') => blank_before,
            _ => false,
        }
    }

    fn end_of_line(&self) -> usize {
        self.end_of_line_at(self.at)
    }

    fn end_of_line_at(&self, at: usize) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[at..]).map_or(self.bytes.len(), |end| at + end)
    }

    fn skip_line(&mut self) {
        self.at = self.end_of_line();
    }

    fn skip_blanks(&mut self) {
        self.at += self.bytes[self.at..].iter().take_while(|b| is_blank(**b)).count();
    }

    /// Passes over blanks, line ends, comments and lines of nothing but templates.
    fn skip(&mut self) {
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b'\n' | b'\r') => {
                    self.at += 1;
                    self.line = self.at;
                }
                Some(b'#') if self.is_line_over() => self.skip_line(),
                Some(b'{' | b'<') if self.bytes[self.line..self.at].iter().all(|b| is_blank(*b)) => {
                    let Some(end) = lone_template_end(self.bytes, self.at) else { return };
                    self.passed += 1;
                    self.line = self.bytes[..end].iter().rposition(|b| is_line_end(*b)).map_or(0, |at| at + 1).max(self.line);
                    self.at = end;
                }
                _ => return,
            }
        }
    }

    fn is_dash(&self) -> bool {
        self.peek() == Some(b'-') && self.bytes.get(self.at + 1).is_none_or(u8::is_ascii_whitespace)
    }

    /// The next value, if it stands further right than `parent`.
    fn node(&mut self, parent: isize) -> Option<Node> {
        self.skip();
        if self.is_over() || self.column() <= parent {
            return None;
        }
        if self.state.depth >= MAX_DEPTH || self.state.left == 0 {
            // Nobody writes this: the rest is passed over.
            self.passed += 1;
            self.at = self.bytes.len();
            return None;
        }
        self.state.left -= 1;
        self.state.depth += 1;
        let node = self.shallow_node(parent);
        self.state.depth -= 1;
        Some(node)
    }

    fn shallow_node(&mut self, parent: isize) -> Node {
        let (start, column) = (self.at, self.column());
        if self.is_dash() {
            return self.sequence(column);
        }
        let (tag, anchor) = properties(self.bytes, &mut self.at);
        let is_inside = tag.is_some() || anchor.is_some();
        if is_inside && self.is_line_over() {
            let missing = Node::missing(self.at);
            let node = self.node(parent).unwrap_or(missing);
            return Node { tag, anchor, span: Span::new(start, node.span.end), ..node };
        }
        if self.key_colon().is_some() || self.peek() == Some(b'?') && self.bytes.get(self.at + 1).is_none_or(u8::is_ascii_whitespace) {
            // What stands on the line of a key belongs to the key.
            self.at = start;
            return self.mapping(column);
        }
        let node = self.inline(parent);
        Node { tag, anchor, span: Span::new(start, node.span.end), ..node }
    }

    /// The members of a list whose dashes stand in this column.
    fn sequence(&mut self, column: isize) -> Node {
        let (start, passed) = (self.at, self.passed);
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.is_over() || self.column() < column {
                break;
            }
            if self.column() > column {
                // Indented more than its neighbours: no YAML, but of a template perhaps.
                let before = self.at;
                items.extend(self.node(column));
                self.passed += 1;
                self.state.wrong.get_or_insert(before);
                self.leave(before);
                continue;
            }
            if !self.is_dash() {
                break;
            }
            self.at += 1;
            let (missing, passed) = (Node::missing(self.at), self.passed);
            let item = self.node(column);
            items.push(item.unwrap_or(Node { templated: self.passed != passed, ..missing }));
        }
        let end = items.last().map_or(start, |item| item.span.end).max(start + 1);
        Node { templated: self.passed != passed, ..Node::new(Kind::List(items), Span::new(start, end)) }
    }

    /// Moves on where nothing was read.
    fn leave(&mut self, before: usize) {
        if self.at == before {
            self.skip_line();
        }
    }

    /// The entries of a map whose keys stand in this column.
    fn mapping(&mut self, column: isize) -> Node {
        let (start, passed) = (self.at, self.passed);
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            self.skip();
            if self.is_over() || self.column() < column {
                break;
            }
            let before = self.at;
            if self.column() > column {
                self.passed += 1;
                self.state.wrong.get_or_insert(before);
                if let Some(Node { kind: Kind::Map(more), .. }) = self.node(column) {
                    entries.extend(more);
                }
                self.leave(before);
                continue;
            }
            if self.is_dash() {
                break;
            }
            if let Some(entry) = self.entry(column) {
                entries.push(entry);
            } else {
                self.passed += 1;
                self.state.wrong.get_or_insert(before);
                self.skip_line();
            }
        }
        let end = entries.last().map_or(start, |entry| entry.span().end);
        let templated = self.passed != passed || entries.iter().any(|entry| entry.key.templated);
        Node { templated, ..Node::new(Kind::Map(entries), Span::new(start, end)) }
    }

    fn entry(&mut self, column: isize) -> Option<Entry> {
        if self.peek() == Some(b'?') && self.bytes.get(self.at + 1).is_none_or(u8::is_ascii_whitespace) {
            return Some(self.explicit_entry(column));
        }
        let key = self.key()?;
        let value = self.value(column);
        Some(Entry { key, value })
    }

    /// `? key` and, on another line, `: value`.
    fn explicit_entry(&mut self, column: isize) -> Entry {
        self.at += 1;
        let missing = Node::missing(self.at);
        let key = self.node(column).unwrap_or(missing);
        self.skip();
        let mut missing = Node::missing(key.span.end);
        let has_value = !self.is_over() && self.column() == column && self.peek() == Some(b':');
        if has_value {
            self.at += 1;
            missing = Node::missing(self.at);
        }
        let value = if has_value { self.below(column) } else { None };
        Entry { key, value: value.unwrap_or(missing) }
    }

    /// The key that begins here, and its colon.
    fn key(&mut self) -> Option<Node> {
        let start = self.at;
        let (tag, anchor) = properties(self.bytes, &mut self.at);
        let Some(colon) = self.key_colon() else {
            self.at = start;
            return None;
        };
        let at = self.at;
        let node = match self.peek() {
            Some(b'*') => alias(self.bytes, &mut self.at),
            Some(b'"' | b'\'') => self.quoted().unwrap_or_else(|| Node::missing(at)),
            _ => {
                let length = self.bytes[at..colon].trim_ascii_end().len();
                let mut text = Mapped::new();
                text.copy(&self.bytes[at..at + length], at);
                Node::scalar(text, Style::Plain, Span::new(at, at + length))
            }
        };
        self.at = colon + 1;
        Some(Node { tag, anchor, ..node })
    }

    /// The colon that ends the key here, if one begins: on the same line, with a blank or nothing behind it.
    fn key_colon(&self) -> Option<usize> {
        let end = self.end_of_line();
        let line = &self.bytes[..end];
        let is_colon = |at: usize| line[at] == b':' && line.get(at + 1).is_none_or(|b| is_blank(*b));
        let mut at = self.at;
        match self.peek()? {
            quote @ (b'"' | b'\'') => {
                let escapes = if quote == b'"' { Escapes::Backslash } else { Escapes::Doubled };
                let (_, past) = Unclosed::default().quoted(line, at, escapes)?;
                let colon = past + line[past..].iter().take_while(|b| is_blank(**b)).count();
                return (colon < end && is_colon(colon)).then_some(colon);
            }
            b'[' | b'#' | b'|' | b'>' | b'@' | b'`' => return None,
            b'{' if template_end_on_line(line, at).is_none() => return None,
            _ => {}
        }
        while at < end {
            if let Some(past) = template_end_on_line(line, at) {
                at = past;
                continue;
            }
            if is_colon(at) {
                return Some(at);
            }
            if line[at] == b'#' && at > self.at && is_blank(line[at - 1]) {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The value of a key in this column.
    fn value(&mut self, column: isize) -> Node {
        let after_colon = self.at;
        self.skip_blanks();
        let start = self.at;
        let (tag, anchor) = properties(self.bytes, &mut self.at);
        let has_properties = tag.is_some() || anchor.is_some();
        let node = if self.is_line_over() {
            let (missing, passed) = (Node::missing(if has_properties { self.at } else { after_colon }), self.passed);
            self.below(column).unwrap_or(Node { templated: self.passed != passed, ..missing })
        } else {
            self.inline(column)
        };
        let span = if has_properties { Span::new(start, node.span.end) } else { node.span };
        Node { tag: tag.or(node.tag), anchor: anchor.or(node.anchor), span, ..node }
    }

    /// What stands below a key: further right, or a list in the same column.
    fn below(&mut self, column: isize) -> Option<Node> {
        self.skip();
        let is_list = !self.is_over() && self.column() == column && self.is_dash();
        self.node(if is_list { column - 1 } else { column })
    }

    /// A value that begins on this line and is no map or list of lines.
    fn inline(&mut self, parent: isize) -> Node {
        let is_template = template_end(self.bytes, self.at).is_some();
        match self.peek() {
            Some(b'|' | b'>') => {
                if let Some(header) = self.block_header(parent) {
                    return self.block_text(parent, header);
                }
            }
            Some(b'"' | b'\'') => {
                if let Some(node) = self.quoted() {
                    return node;
                }
            }
            Some(b'[' | b'{') if !is_template => return self.flow(parent),
            Some(b'*') => return alias(self.bytes, &mut self.at),
            _ => {}
        }
        self.plain(parent)
    }

    fn quoted(&mut self) -> Option<Node> {
        let start = self.at;
        let escapes = if self.peek() == Some(b'"') { Escapes::Backslash } else { Escapes::Doubled };
        let (text, end) = self.state.unclosed.quoted(self.bytes, start, escapes)?;
        self.go_to(end);
        Some(Node::scalar(text, Style::Quoted, Span::new(start, end)))
    }

    fn flow(&mut self, parent: isize) -> Node {
        let mut reader = flow::Reader::within(self.bytes, self.at, Syntax::Yaml { parent }, self.state);
        let node = reader.node();
        self.state = reader.state();
        self.go_to(reader.at);
        node
    }

    /// Moves to a place behind, perhaps on another line.
    fn go_to(&mut self, at: usize) {
        if let Some(end) = self.bytes[self.at..at].iter().rposition(|b| is_line_end(*b)) {
            self.line = self.at + end + 1;
        }
        self.at = at;
    }

    /// A text without quotes; lines that are indented more than its parent go on with it.
    fn plain(&mut self, parent: isize) -> Node {
        let start = self.at;
        let mut text = Mapped::new();
        let mut span = self.plain_line();
        text.copy(&self.bytes[span.range()], span.start);
        let mut end = span.end;
        while let Some(next) = self.next_plain_line(parent) {
            flow::fold(self.bytes, self.end_of_line(), &mut text);
            self.go_to(next);
            span = self.plain_line();
            text.copy(&self.bytes[span.range()], span.start);
            end = span.end;
        }
        Node::scalar(text, Style::Plain, Span::new(start, end))
    }

    /// The rest of the line without its comment. Reading goes on behind it.
    fn plain_line(&mut self) -> Span {
        let (start, end) = (self.at, self.end_of_line());
        let mut at = start;
        while at < end {
            if let Some(past) = template_end(self.bytes, at) {
                at = past;
            } else if self.bytes[at] == b'#' && at > start && is_blank(self.bytes[at - 1]) {
                break;
            } else {
                at += 1;
            }
        }
        self.go_to(at);
        Span::new(start, start + self.bytes[start..at].trim_ascii_end().len())
    }

    /// Where the text goes on that has ended with this line.
    fn next_plain_line(&self, parent: isize) -> Option<usize> {
        if !matches!(self.peek(), Some(b'\n' | b'\r')) {
            return None;
        }
        let skipped = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let at = self.at + skipped;
        let line = at - self.bytes[self.at..at].iter().rev().take_while(|b| is_blank(**b)).count();
        let next = Reader { bytes: self.bytes, at, line, state: self.state, passed: 0 };
        let goes_on = !next.is_over() && next.column() > parent && !next.is_line_over();
        (goes_on && next.key_colon().is_none() && lone_template_end(self.bytes, at).is_none()).then_some(at)
    }

    /// What stands behind `|` or `>`: how lines are joined, and how far they are indented, if it says so.
    fn block_header(&self, parent: isize) -> Option<BlockHeader> {
        let rest = &self.bytes[self.at..self.end_of_line()];
        let signs = rest.iter().skip(1).take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-')).count();
        let (signs, rest) = rest.split_at(signs + 1);
        let comment = rest.trim_ascii_start();
        if !comment.is_empty() && (!comment.starts_with(b"#") || comment.len() == rest.len()) {
            return None;
        }
        let digit = signs.iter().find(|b| b.is_ascii_digit()).map(|digit| usize::from(digit - b'0'));
        let indent = digit.map(|digit| usize::try_from(parent.max(0)).unwrap_or(0) + digit);
        Some(BlockHeader { is_folded: signs[0] == b'>', is_stripped: signs.contains(&b'-'), indent })
    }

    /// A text of whole lines.
    fn block_text(&mut self, parent: isize, header: BlockHeader) -> Node {
        let start = self.at;
        let mut lines: Vec<Span> = Vec::new();
        let mut indent = header.indent;
        let mut at = self.end_of_line();
        while at < self.bytes.len() {
            let line = line_break_end(self.bytes, at);
            let end = self.end_of_line_at(line);
            let spaces = self.bytes[line..end].iter().take_while(|b| **b == b' ').count();
            let is_empty = self.bytes[line..end].trim_ascii().is_empty();
            let column = isize::try_from(spaces).unwrap_or(isize::MAX);
            if is_empty {
                lines.push(Span::new(end, end));
            } else if let Some(past) = lone_template_end(self.bytes, line + spaces).filter(|_| indent.map_or(column <= parent, |indent| spaces < indent)) {
                // A template decides about lines of the text.
                self.passed += 1;
                at = self.end_of_line_at(past);
                continue;
            } else if spaces < indent.unwrap_or(0) || column <= parent && indent.is_none() || self.is_marker_at(line) {
                break;
            } else {
                lines.push(Span::new(line + *indent.get_or_insert(spaces), end));
            }
            at = end;
        }
        self.go_to(at);
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        let end = lines.last().map_or(self.bytes[start..at].trim_ascii_end().len() + start, |line| line.end);
        Node::scalar(self.joined(&lines, header), Style::Block, Span::new(start, end))
    }

    fn is_marker_at(&self, line: usize) -> bool {
        Reader { at: line, line, ..*self }.marker().is_some()
    }

    /// The lines of a block as one text.
    fn joined(&self, lines: &[Span], header: BlockHeader) -> Mapped {
        let mut text = Mapped::new();
        let is_indented = |line: Span| self.bytes[line.range()].first().is_some_and(|b| is_blank(*b));
        for (index, line) in lines.iter().enumerate() {
            text.copy(&self.bytes[line.range()], line.start);
            let end = if line.end < self.bytes.len() { Span::new(line.end, line_break_end(self.bytes, line.end)) } else { Span::new(line.end, line.end) };
            match lines.get(index + 1) {
                None if header.is_stripped => {}
                Some(next) if header.is_folded && !line.is_empty() && !is_indented(*line) && !is_indented(*next) => {
                    // One line end is a blank; of more the first is nothing.
                    text.put(if next.is_empty() { b"" } else { b" " }, end);
                }
                _ if &self.bytes[end.range()] == b"\n" => text.copy(b"\n", end.start),
                _ => text.put(b"\n", end),
            }
        }
        text
    }
}

/// What stands behind `|` or `>`.
#[derive(Clone, Copy)]
struct BlockHeader {
    is_folded: bool,
    is_stripped: bool,
    indent: Option<usize>,
}

/// What follows the root of a document belongs to it where a template has torn it.
fn add_to_document(document: &mut Vec<Node>, node: Node) {
    match (document.last_mut(), node) {
        (Some(Node { kind: Kind::Map(entries), span, templated, .. }), Node { kind: Kind::Map(more), span: other, .. }) => {
            entries.extend(more);
            *templated = true;
            *span = Span::new(span.start, other.end);
        }
        (_, node) => document.push(node),
    }
}

/// Where the templates end that begin at `at`, if nothing but a comment follows them on their line.
fn lone_template_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = template_end(bytes, at)?;
    loop {
        end += bytes[end..].iter().take_while(|b| is_blank(**b)).count();
        match bytes.get(end) {
            None | Some(b'\n' | b'\r' | b'#') => return Some(end),
            _ => end = template_end(bytes, end)?,
        }
    }
}
