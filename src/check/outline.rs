//! A tolerant reader of YAML in blocks and of JSON, with the place of every key and value: enough for documents that machines and people write of APIs.

use crate::text::Span;

/// Nodes in nodes that are read.
const MAX_DEPTH: usize = 64;
/// Nodes of one document that are read.
const MAX_NODES: usize = 500_000;

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Keys with their places, without quotes, and their values.
    Map(Vec<(String, Span, Node)>),
    /// A list.
    List(Vec<Node>),
    /// Text without quotes, and where it stands.
    Text(String, Span),
    /// Nothing, or what is not understood.
    Nothing,
}

impl Node {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, ..)| name == key).map(|(.., node)| node)
    }

    /// The entries of a map.
    pub fn entries(&self) -> &[(String, Span, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text, _) = self { Some(text) } else { None }
    }

    /// Where a scalar stands.
    pub fn span(&self) -> Option<Span> {
        if let Self::Text(_, span) = self { Some(*span) } else { None }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Map(entries) => entries.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Text(..) => false,
            Self::Nothing => true,
        }
    }
}

/// The first document of a file; `None` where it is too large to read.
pub fn read(bytes: &[u8]) -> Option<Node> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let mut reader = Reader { bytes, lines: lines(bytes), at: 0, nodes: 0 };
    let root = if matches!(bytes[start], b'{' | b'[') { reader.flow(start, 0).0 } else { reader.block(0, 0) };
    (reader.nodes < MAX_NODES).then_some(root)
}

/// A line with something on it.
#[derive(Clone, Copy)]
struct Line {
    indent: usize,
    /// What stands on it, without indentation.
    start: usize,
    end: usize,
}

/// The lines of the first document that are neither empty nor comments.
fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut all = Vec::new();
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        let line = &bytes[from..end];
        let indent = line.iter().take_while(|b| **b == b' ').count();
        let text = line[indent..].trim_ascii_end();
        if text == b"---" && !all.is_empty() || text == b"..." {
            break;
        }
        if !text.is_empty() && !text.starts_with(b"#") && !text.starts_with(b"---") && !text.starts_with(b"%") {
            all.push(Line { indent, start: from + indent, end: from + indent + text.len() });
        }
        from = end + 1;
    }
    all
}

struct Reader<'a> {
    bytes: &'a [u8],
    lines: Vec<Line>,
    /// Index of the next line.
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn text(&self, span: Span) -> String {
        String::from_utf8_lossy(&self.bytes[span.range()]).into_owned()
    }

    fn count(&mut self, depth: usize) -> bool {
        self.nodes += 1;
        depth < MAX_DEPTH && self.nodes < MAX_NODES
    }

    /// The block that begins on the next line, of lines that are indented by at least `least`.
    fn block(&mut self, least: usize, depth: usize) -> Node {
        let Some(first) = self.lines.get(self.at).copied().filter(|line| line.indent >= least) else { return Node::Nothing };
        if !self.count(depth) {
            self.at = self.lines.len();
            return Node::Nothing;
        }
        if self.is_item(first) { self.list(first.indent, depth) } else { self.map(first.indent, depth) }
    }

    fn is_item(&self, line: Line) -> bool {
        self.bytes[line.start] == b'-' && (line.start + 1 == line.end || self.bytes[line.start + 1] == b' ')
    }

    fn list(&mut self, indent: usize, depth: usize) -> Node {
        let mut items = Vec::new();
        while let Some(line) = self.lines.get(self.at).copied().filter(|line| line.indent == indent && self.is_item(*line)) {
            let start = line.start + 1 + self.bytes[line.start + 1..line.end].iter().take_while(|b| **b == b' ').count();
            if start >= line.end {
                self.at += 1;
                items.push(self.block(indent + 1, depth + 1));
                continue;
            }
            // What stands behind the dash is a line of its own, indented by as much.
            let inner = Line { indent: indent + (start - line.start), start, ..line };
            self.lines[self.at] = inner;
            let is_map = self.key(inner).is_some() && !matches!(self.bytes[start], b'{' | b'[');
            items.push(if is_map || self.is_item(inner) { self.block(inner.indent, depth + 1) } else { self.value(start, line.end, indent, depth + 1) });
        }
        Node::List(items)
    }

    fn map(&mut self, indent: usize, depth: usize) -> Node {
        let mut entries = Vec::new();
        while let Some(line) = self.lines.get(self.at).copied().filter(|line| line.indent >= indent) {
            let Some((key, behind)) = self.key(line).filter(|_| line.indent == indent && !self.is_item(line)) else {
                // Not understood: text over several lines.
                if line.indent == indent {
                    break;
                }
                self.at += 1;
                continue;
            };
            let name = self.text(key);
            let value = self.value(behind, line.end, indent, depth + 1);
            entries.push((name, key, value));
        }
        Node::Map(entries)
    }

    /// The key of a line without quotes, and where its value begins.
    fn key(&self, line: Line) -> Option<(Span, usize)> {
        let text = &self.bytes[line.start..line.end];
        let quote = text[0];
        if matches!(quote, b'"' | b'\'') {
            let end = 1 + memchr::memchr(quote, &text[1..])?;
            let colon = end + 1 + text[end + 1..].iter().take_while(|b| **b == b' ').count();
            let is_key = text.get(colon) == Some(&b':');
            return is_key.then(|| (Span::new(line.start + 1, line.start + end), line.start + colon + 1));
        }
        let colon = memchr::memchr_iter(b':', text).find(|at| text.get(at + 1).is_none_or(|b| *b == b' '))?;
        Some((Span::new(line.start, line.start + text[..colon].trim_ascii_end().len()), line.start + colon + 1))
    }

    /// The value that stands on the rest of a line, or below it. The line is left behind.
    fn value(&mut self, from: usize, end: usize, indent: usize, depth: usize) -> Node {
        let start = from + self.bytes[from..end].iter().take_while(|b| **b == b' ').count();
        let text = &self.bytes[start..end];
        self.at += 1;
        match text.first() {
            None | Some(b'#' | b'&') => {
                let is_list = self.lines.get(self.at).is_some_and(|next| next.indent == indent && self.is_item(*next));
                if is_list { self.list(indent, depth) } else { self.block(indent + 1, depth) }
            }
            Some(b'|' | b'>') => {
                while self.lines.get(self.at).is_some_and(|line| line.indent > indent) {
                    self.at += 1;
                }
                Node::Nothing
            }
            Some(b'{' | b'[') => {
                let (node, behind) = self.flow(start, depth);
                while self.lines.get(self.at).is_some_and(|line| line.start < behind) {
                    self.at += 1;
                }
                node
            }
            Some(_) => self.scalar(start, end),
        }
    }

    fn scalar(&mut self, start: usize, end: usize) -> Node {
        self.nodes += 1;
        let text = &self.bytes[start..end];
        let quote = text[0];
        if matches!(quote, b'"' | b'\'') {
            let length = memchr::memchr(quote, &text[1..]).unwrap_or(text.len() - 1);
            let span = Span::new(start + 1, start + 1 + length);
            return Node::Text(self.text(span), span);
        }
        let length = memchr::memmem::find(text, b" #").unwrap_or(text.len());
        let span = Span::new(start, start + text[..length].trim_ascii_end().len());
        Node::Text(self.text(span), span)
    }

    fn blanks(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(b) = self.bytes.get(at) {
            match b {
                b'#' if at > from => at += memchr::memchr(b'\n', &self.bytes[at..]).unwrap_or(self.bytes.len() - at),
                b if b.is_ascii_whitespace() => at += 1,
                _ => break,
            }
        }
        at
    }

    /// What stands between brackets or is a single word, and where it ends.
    fn flow(&mut self, start: usize, depth: usize) -> (Node, usize) {
        if !self.count(depth) {
            return (Node::Nothing, self.bytes.len());
        }
        let open = self.bytes.get(start).copied().unwrap_or(0);
        let close = match open {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.word(start),
        };
        let (mut entries, mut items, mut at) = (Vec::new(), Vec::new(), self.blanks(start + 1));
        while let Some(&b) = self.bytes.get(at) {
            if b == close {
                at += 1;
                break;
            }
            if b == b',' {
                at = self.blanks(at + 1);
                continue;
            }
            let (first, behind) = self.flow(at, depth + 1);
            // Nothing was read: not understood.
            if behind <= at {
                return (Node::Nothing, self.bytes.len());
            }
            at = self.blanks(behind);
            if open == b'[' {
                items.push(first);
                continue;
            }
            let Node::Text(name, span) = first else { return (Node::Nothing, self.bytes.len()) };
            let value = if self.bytes.get(at) == Some(&b':') {
                let (value, behind) = {
                    let from = self.blanks(at + 1);
                    self.flow(from, depth + 1)
                };
                at = self.blanks(behind);
                value
            } else {
                Node::Nothing
            };
            entries.push((name, span, value));
        }
        (if open == b'{' { Node::Map(entries) } else { Node::List(items) }, at)
    }

    /// A word or a text in quotes within brackets.
    fn word(&mut self, start: usize) -> (Node, usize) {
        let rest = &self.bytes[start.min(self.bytes.len())..];
        let Some(&quote) = rest.first() else { return (Node::Nothing, start) };
        if matches!(quote, b'"' | b'\'') {
            let mut length = 1;
            while rest.get(length).is_some_and(|b| *b != quote) {
                length += if rest[length] == b'\\' && quote == b'"' { 2 } else { 1 };
            }
            let span = Span::new(start + 1, (start + length).min(self.bytes.len()));
            return (Node::Text(self.text(span), span), (start + length + 1).min(self.bytes.len()));
        }
        let is_end = |at: usize| match rest[at] {
            b',' | b'}' | b']' | b'{' | b'[' | b'\n' => true,
            b':' => rest.get(at + 1).is_none_or(u8::is_ascii_whitespace),
            _ => false,
        };
        let length = (0..rest.len()).find(|at| is_end(*at)).unwrap_or(rest.len());
        let span = Span::new(start, start + rest[..length].trim_ascii_end().len());
        (Node::Text(self.text(span), span), start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        match node {
            Node::Map(entries) => format!("{{{}}}", entries.iter().map(|(key, _, node)| format!("{key}:{}", shown(node))).collect::<Vec<_>>().join(",")),
            Node::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
            Node::Text(text, _) => text.clone(),
            Node::Nothing => "-".to_owned(),
        }
    }

    #[test]
    fn blocks_and_brackets_are_read() {
        for (text, expected) in [
            ("a: 1\nb:\n  c: x # note\n  'd e': \"f: g\"\n", "{a:1,b:{c:x,d e:f: g}}"),
            ("a:\n- b: 1\n  c: 2\n- d\nz: 1\n", "{a:[{b:1,c:2},d],z:1}"),
            ("a:\n  - - x\n    - y\n  -\n    k: v\n", "{a:[[x,y],{k:v}]}"),
            ("a: { b: [c, 'd'], e: {} }\nf: 1\n", "{a:{b:[c,d],e:{}},f:1}"),
            ("a: [\n  b, # note\n  c\n]\nf: 1\n", "{a:[b,c],f:1}"),
            ("a: |\n  b: c\n\n  d\ne: >-\n  x\nf: 1\n", "{a:-,e:-,f:1}"),
            ("{\"a\": {\"b\": [1, \"x\\\"y\"]}, \"c\": null}", "{a:{b:[1,x\\\"y]},c:null}"),
            ("---\na: 1\n---\nb: 2\n", "{a:1}"),
            ("a: first\n  second\nb: 1\n", "{a:first,b:1}"),
        ] {
            assert_eq!(read(text.as_bytes()).map(|node| shown(&node)).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn any_bytes_end() {
        let alphabet = b"{}[]:,-#\"' \n a|&\\\xc3";
        let mut state = 7u64;
        for _ in 0..20_000 {
            let mut text = Vec::new();
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(alphabet[(state >> 33) as usize % alphabet.len()]);
            }
            let _ = read(&text);
        }
        assert!(read("[".repeat(100_000).as_bytes()).is_some());
        assert!(read("- ".repeat(100_000).as_bytes()).is_some());
    }
}
