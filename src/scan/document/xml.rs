//! Elements and attributes of XML as keys and values: an element with nothing but text is a text, any other a map.
//!
//! `<add key="Name" value="…"/>` and `<string name="Name">…</string>` are entries under that name.

use crate::text::{Mapped, Span};

use super::{Entry, Kind, MAX_DEPTH, Node, Style};

/// Attributes of one element that are read.
const MAX_ATTRIBUTES: usize = 64;

/// The document as a map of its root element.
pub(super) fn read(bytes: &[u8]) -> Node {
    let mut open: Vec<Element> = vec![Element::default()];
    let mut at = 0;
    while at < bytes.len() {
        let next = memchr::memchr(b'<', &bytes[at..]).map_or(bytes.len(), |next| at + next);
        if let Some(element) = open.last_mut() {
            element.take_text(bytes, Span::new(at, next));
        }
        at = next;
        let rest = &bytes[at..];
        at += match rest.get(1) {
            None => rest.len(),
            Some(b'!') if rest.starts_with(b"<!--") => until(rest, b"-->"),
            Some(b'!') if rest.starts_with(b"<![CDATA[") => {
                let end = until(rest, b"]]>");
                if let Some(element) = open.last_mut() {
                    element.take_text(bytes, Span::new(at + 9, (at + end).saturating_sub(3).max(at + 9)));
                }
                end
            }
            Some(b'?') => until(rest, b"?>"),
            Some(b'!' | b'%') => until(rest, b">"),
            Some(b'/') => {
                close(&mut open, at);
                until(rest, b">")
            }
            Some(_) => start_tag(bytes, at, &mut open),
        };
    }
    while open.len() > 1 {
        close(&mut open, bytes.len());
    }
    let entries = open.pop().map(|root| root.entries).unwrap_or_default();
    Node::new(Kind::Map(entries), Span::new(0, bytes.len()))
}

/// What is read of an element.
#[derive(Default)]
struct Element {
    start: usize,
    name: Option<Node>,
    entries: Vec<Entry>,
    text: Mapped,
    text_span: Option<Span>,
}

impl Element {
    /// Text that is not blank; the first counts.
    fn take_text(&mut self, bytes: &[u8], span: Span) {
        let raw = &bytes[span.range()];
        let text = raw.trim_ascii();
        if self.text_span.is_none() && !text.is_empty() {
            let start = span.start + raw.len() - raw.trim_ascii_start().len();
            let span = Span::new(start, start + text.len());
            self.text = unescaped(bytes, span);
            self.text_span = Some(span);
        }
    }
}

/// How long the text is up to the end of `what`.
fn until(rest: &[u8], what: &[u8]) -> usize {
    memchr::memmem::find(rest, what).map_or(rest.len(), |end| end + what.len())
}

/// Closes the innermost element: it becomes an entry of the one around it.
fn close(open: &mut Vec<Element>, end: usize) {
    if open.len() < 2 {
        return;
    }
    let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) else { return };
    let Some(name) = element.name else { return };
    let attribute = |wanted: &[&str]| {
        let is_wanted = |entry: &&Entry| entry.key.str().is_some_and(|key| wanted.iter().any(|w| key.eq_ignore_ascii_case(w)));
        element.entries.iter().find(is_wanted).map(|entry| entry.value.clone())
    };
    let text = element.text_span.map(|span| Node::scalar(element.text.clone(), Style::Quoted, span));
    let key = attribute(&["key", "name", "id"]).filter(|_| element.entries.len() <= 4);
    let entry = match (key, attribute(&["value"]), text) {
        (Some(key), Some(value), _) | (Some(key), None, Some(value)) => Entry { key, value },
        (_, _, Some(text)) if element.entries.is_empty() => Entry { key: name, value: text },
        _ => Entry { key: name, value: Node::new(Kind::Map(element.entries), Span::new(element.start, end)) },
    };
    parent.entries.push(entry);
}

/// Reads the start tag at `at`; its length.
fn start_tag(bytes: &[u8], at: usize, open: &mut Vec<Element>) -> usize {
    let is_name = |b: &u8| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/' | b'=' | b'"' | b'\'' | b'<');
    let word = |from: usize| Span::new(from, from + bytes[from..].iter().take_while(|b| is_name(b)).count());
    let name = word(at + 1);
    let mut element = Element { start: at, name: Some(text_of(bytes, name)), ..Element::default() };
    let mut here = name.end;
    loop {
        here += bytes[here..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let attribute = word(here);
        match bytes.get(here) {
            None | Some(b'<') => break,
            Some(b'>') => {
                here += 1;
                break;
            }
            Some(b'/') if bytes.get(here + 1) == Some(&b'>') => {
                open.push(element);
                close(open, here + 2);
                return here + 2 - at;
            }
            Some(_) if attribute.is_empty() => here += 1,
            Some(_) => {
                here = attribute.end;
                if let Some(value) = quoted(bytes, here) {
                    here = value.end + 1;
                    if element.entries.len() < MAX_ATTRIBUTES {
                        let text = Node::scalar(unescaped(bytes, value), Style::Quoted, Span::new(value.start - 1, value.end + 1));
                        element.entries.push(Entry { key: text_of(bytes, attribute), value: text });
                    }
                }
            }
        }
    }
    if open.len() < MAX_DEPTH {
        open.push(element);
    }
    here - at
}

/// The inside of the quotes behind `=`.
fn quoted(bytes: &[u8], at: usize) -> Option<Span> {
    let blanks = |at: usize| at + bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let equals = blanks(at);
    let open = blanks((bytes.get(equals) == Some(&b'=')).then_some(equals + 1)?);
    let quote = *bytes.get(open).filter(|b| matches!(b, b'"' | b'\''))?;
    let length = bytes[open + 1..].iter().position(|b| *b == quote || *b == b'<')?;
    (bytes[open + 1 + length] == quote).then(|| Span::new(open + 1, open + 1 + length))
}

fn text_of(bytes: &[u8], span: Span) -> Node {
    let mut text = Mapped::new();
    text.copy(&bytes[span.range()], span.start);
    Node::scalar(text, Style::Plain, span)
}

/// The text with its references (`&amp;`, `&#65;`) replaced (XML 1.0, section 4.6).
fn unescaped(bytes: &[u8], span: Span) -> Mapped {
    let mut text = Mapped::new();
    let mut at = span.start;
    while at < span.end {
        let rest = &bytes[at..span.end];
        let plain = memchr::memchr(b'&', rest).unwrap_or(rest.len());
        text.copy(&rest[..plain], at);
        at += plain;
        let rest = &bytes[at..span.end];
        let Some(end) = rest.iter().take(12).position(|b| *b == b';') else {
            text.copy(rest.get(..1).unwrap_or_default(), at);
            at += 1;
            continue;
        };
        let reference = std::str::from_utf8(&rest[1..end]).unwrap_or_default();
        let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        let c = match reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.strip_prefix("#x").map_or_else(|| reference.strip_prefix('#').and_then(|d| code(d, 10)), |d| code(d, 16)),
        };
        match c {
            Some(c) => text.put(c.encode_utf8(&mut [0; 4]).as_bytes(), Span::new(at, at + end + 1)),
            None => text.copy(&rest[..=end], at),
        }
        at += end + 1;
    }
    text
}
