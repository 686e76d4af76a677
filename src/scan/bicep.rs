//! What Bicep declares: parameters and outputs as variables and outputs, resources by their type, as templates of Azure in JSON.
//!
//! A tolerant reader: what it does not understand it passes over, and any bytes end in linear time.

use crate::model::facts::Value;
use crate::text::Span;

use super::syntax::{RawAttribute, RawResource};

/// Objects in objects that are read.
const MAX_DEPTH: usize = 40;
/// Attributes of one resource that are kept.
const MAX_ATTRIBUTES: usize = 5_000;

/// What a file declares.
pub fn resources(bytes: &[u8]) -> Vec<RawResource> {
    let mut reader = Reader { bytes, at: 0, out: Vec::new() };
    reader.file();
    reader.out
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    out: Vec<RawResource>,
}

/// What stands behind a key.
enum Written {
    Text(Vec<u8>, Span),
    Object(Span),
    List(Span),
    /// An expression.
    Other(Span),
}

impl Written {
    fn span(&self) -> Span {
        match self {
            Self::Text(_, span) | Self::Object(span) | Self::List(span) | Self::Other(span) => *span,
        }
    }
}

impl Reader<'_> {
    fn file(&mut self) {
        let mut is_secure = false;
        while self.at < self.bytes.len() {
            self.blank(Lines::All);
            let start = self.at;
            if self.peek() == Some(b'@') {
                is_secure |= self.bytes[start..].starts_with(b"@secure(");
                self.expression(0);
                continue;
            }
            match self.word() {
                b"param" => self.parameter(is_secure),
                b"output" => self.output(),
                b"resource" => self.resource(0),
                b"" => self.at = (start + 1).max(self.at),
                _ => self.rest_of_statement(),
            }
            is_secure = false;
        }
    }

    /// `param name type = default`
    fn parameter(&mut self, is_secure: bool) {
        let (name, span) = self.name();
        let kind = self.type_name();
        let mut attributes = vec![if is_secure { written("type", "securestring", span) } else { written("type", &kind, span) }];
        self.blank(Lines::One);
        if self.take(b'=') {
            self.value("default".to_owned(), None, 0, &mut attributes);
        }
        self.out.push(RawResource { kind: "variable".to_owned(), name, attributes, span });
    }

    /// `output name type = expression`
    fn output(&mut self) {
        let (name, span) = self.name();
        let kind = self.type_name();
        self.blank(Lines::One);
        if self.take(b'=') {
            self.blank(Lines::One);
            let start = self.at;
            self.expression(0);
            let expression = String::from_utf8_lossy(&self.bytes[start..self.at]).trim().to_owned();
            let value = RawAttribute { path: "value".to_owned(), value: Value::Unknown, expression, span: Span::new(start, self.at) };
            self.out.push(RawResource { kind: "output".to_owned(), name, attributes: vec![written("type", &kind, span), value], span });
        }
    }

    /// `resource name 'type@version' existing = if (…) { … }`
    fn resource(&mut self, depth: usize) {
        let (symbol, span) = self.name();
        self.blank(Lines::One);
        let Some(Written::Text(kind, kind_span)) = self.written(depth) else { return self.rest_of_statement() };
        let kind = String::from_utf8_lossy(kind.split(|b| *b == b'@').next().unwrap_or_default()).into_owned();
        let line_end = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end);
        let head = &self.bytes[self.at..line_end];
        let is_existing = head.trim_ascii_start().starts_with(b"existing");
        let Some(open) = memchr::memchr(b'{', head).map(|open| self.at + open) else { return self.rest_of_statement() };
        self.at = open;
        let mut attributes = Vec::new();
        self.object("", depth, &mut attributes);
        if !is_existing {
            let named = attributes.iter().find(|a| a.path == "name").and_then(|a| if let Value::Literal { text, .. } = &a.value { Some(text) } else { None });
            let name = named.map_or(symbol, |name| String::from_utf8_lossy(name).into_owned());
            self.out.push(RawResource { kind, name, attributes, span: Span::new(span.start, kind_span.end) });
        }
    }

    /// `{ key: value … }`
    fn object(&mut self, parent: &str, depth: usize, out: &mut Vec<RawAttribute>) {
        if !self.take(b'{') {
            return;
        }
        loop {
            self.blank(Lines::All);
            while self.take(b',') {
                self.blank(Lines::All);
            }
            let start = self.at;
            if self.take(b'}') || self.at >= self.bytes.len() {
                return;
            }
            if self.bytes[start..].starts_with(b"resource ") && depth == 0 {
                self.word();
                self.resource(depth + 1);
                continue;
            }
            let key = match self.peek() {
                Some(b'\'') => match self.written(depth) {
                    Some(Written::Text(text, _)) => String::from_utf8_lossy(&text).into_owned(),
                    _ => String::new(),
                },
                _ => String::from_utf8_lossy(self.word()).into_owned(),
            };
            self.blank(Lines::One);
            if key.is_empty() || !self.take(b':') {
                self.at = self.at.max(start + 1);
                continue;
            }
            let path = if parent.is_empty() { key } else { format!("{parent}.{key}") };
            self.value(path, Some(start), depth + 1, out);
        }
    }

    /// A value under a path; what is reported of it begins at `from`.
    fn value(&mut self, path: String, from: Option<usize>, depth: usize, out: &mut Vec<RawAttribute>) {
        self.blank(Lines::One);
        let at = self.at;
        if depth >= MAX_DEPTH || out.len() >= MAX_ATTRIBUTES {
            return self.expression(0);
        }
        let Some(value) = self.written(depth) else { return };
        let span = Span::new(from.unwrap_or(value.span().start), value.span().end);
        let end = self.at;
        match value {
            Written::Text(text, place) => out.push(RawAttribute {
                path,
                value: Value::literal(text, place),
                expression: String::from_utf8_lossy(&self.bytes[place.range()]).into_owned(),
                span,
            }),
            Written::Other(place) => {
                let text = self.bytes[place.range()].trim_ascii();
                let is_bare = matches!(text, b"true" | b"false") || !text.is_empty() && text.iter().all(u8::is_ascii_digit);
                let value = if is_bare { Value::literal(text, Span::new(place.start, place.start + text.len())) } else { Value::Unknown };
                let expression = if is_bare { String::from_utf8_lossy(text).into_owned() } else { String::new() };
                out.push(RawAttribute { path, value, expression, span });
            }
            Written::Object(_) => {
                out.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression: String::new(), span });
                self.at = at;
                self.object(&path, depth, out);
            }
            Written::List(_) => {
                out.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression: String::new(), span });
                self.at = at;
                self.list(&path, depth, out);
            }
        }
        self.at = self.at.max(end);
    }

    /// `[ value … ]`: of objects the entries, of others `path[]`.
    fn list(&mut self, path: &str, depth: usize, out: &mut Vec<RawAttribute>) {
        if !self.take(b'[') {
            return;
        }
        loop {
            self.blank(Lines::All);
            while self.take(b',') {
                self.blank(Lines::All);
            }
            let start = self.at;
            if self.take(b']') || self.at >= self.bytes.len() || out.len() >= MAX_ATTRIBUTES {
                return;
            }
            if self.peek() == Some(b'{') && depth < MAX_DEPTH {
                out.push(RawAttribute { path: format!("{path}[]"), value: Value::Unknown, expression: String::new(), span: Span::new(start, start + 1) });
                self.object(path, depth + 1, out);
            } else {
                self.value(format!("{path}[]"), None, depth + 1, out);
            }
            self.at = self.at.max(start + 1);
        }
    }

    /// What stands here up to its end.
    fn written(&mut self, depth: usize) -> Option<Written> {
        let start = self.at;
        match self.peek()? {
            b'\'' => {
                let (inside, is_plain) = self.string();
                let span = Span::new(start, self.at);
                self.blank(Lines::None);
                let ends = matches!(self.peek(), None | Some(b'\n' | b'\r' | b',' | b'}' | b']' | b':' | b'=' | b'/')) || depth == 0;
                if !is_plain || !ends {
                    self.at = span.end;
                    self.expression(0);
                    return Some(Written::Other(Span::new(start, self.at)));
                }
                self.at = span.end;
                Some(Written::Text(unescaped(&self.bytes[inside.range()]), inside))
            }
            b'{' => {
                self.closed();
                Some(Written::Object(Span::new(start, self.at)))
            }
            b'[' => {
                self.closed();
                Some(Written::List(Span::new(start, self.at)))
            }
            _ => {
                self.expression(0);
                Some(Written::Other(Span::new(start, self.at)))
            }
        }
    }

    /// Past a string, of one line or of several: what is inside, and whether it is text without holes.
    fn string(&mut self) -> (Span, bool) {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"'''") {
            let length = memchr::memmem::find(&rest[3..], b"'''").unwrap_or(rest.len() - 3);
            let inside = Span::new(self.at + 3, self.at + 3 + length);
            self.at = (inside.end + 3).min(self.bytes.len());
            return (inside, true);
        }
        let (mut at, mut is_plain) = (1, true);
        while let Some(byte) = rest.get(at).filter(|b| **b != b'\'' && **b != b'\n') {
            is_plain &= !(*byte == b'$' && rest.get(at + 1) == Some(&b'{'));
            at += if *byte == b'\\' { 2 } else { 1 };
        }
        let end = at.min(rest.len());
        let inside = Span::new(self.at + 1, self.at + end.max(1));
        self.at = (self.at + end + 1).min(self.bytes.len());
        (inside, is_plain)
    }

    /// Past an expression: to the end of the line, a comma or a bracket that closes what is around it.
    fn expression(&mut self, depth: usize) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b',' | b'}' | b']' | b')' => return,
                b'{' | b'[' | b'(' if depth < MAX_DEPTH => self.closed(),
                b'\'' => {
                    self.string();
                }
                b'/' if self.bytes[self.at..].starts_with(b"//") => return,
                _ => self.at += 1,
            }
        }
    }

    /// Past brackets and what is in them.
    fn closed(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => {
                    self.string();
                    continue;
                }
                b'/' if self.bytes[self.at..].starts_with(b"//") => {
                    self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
                    continue;
                }
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Past the rest of a statement that declares nothing of interest.
    fn rest_of_statement(&mut self) {
        let start = self.at;
        self.expression(0);
        self.at = (self.at + 1).max(start + 1);
    }

    fn name(&mut self) -> (String, Span) {
        self.blank(Lines::One);
        let start = self.at;
        let name = String::from_utf8_lossy(self.word()).into_owned();
        (name, Span::new(start, self.at))
    }

    /// A type: `string`, `string[]`, `'a' | 'b'`, an object.
    fn type_name(&mut self) -> String {
        self.blank(Lines::One);
        let start = self.at;
        while self.peek().is_some_and(|b| !matches!(b, b'=' | b'\n' | b'/')) {
            match self.peek() {
                Some(b'{' | b'[' | b'(') => self.closed(),
                Some(b'\'') => {
                    self.string();
                }
                _ => self.at += 1,
            }
        }
        String::from_utf8_lossy(self.bytes[start..self.at].trim_ascii()).into_owned()
    }

    fn word(&mut self) -> &[u8] {
        let start = self.at;
        let length = self.bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        self.at += length;
        &self.bytes[start..start + length]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Past white space and comments.
    fn blank(&mut self, lines: Lines) {
        loop {
            let rest = &self.bytes[self.at.min(self.bytes.len())..];
            match rest.first() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\r' | b'\n') if lines == Lines::All => self.at += 1,
                Some(b'/') if lines != Lines::None && rest.starts_with(b"//") => self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                Some(b'/') if lines != Lines::None && rest.starts_with(b"/*") => self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2),
                _ => return,
            }
        }
    }
}

/// What white space may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Ends of lines and comments.
    All,
    /// Comments.
    One,
    /// Neither.
    None,
}

fn written(path: &str, text: &str, span: Span) -> RawAttribute {
    RawAttribute { path: path.to_owned(), value: Value::Unknown, expression: text.to_owned(), span }
}

/// The escapes of a string of one line.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for resource in resources(text.as_bytes()) {
            out.push(format!("{} {} at {}", resource.kind, resource.name, &text[resource.span.range()]));
            for a in resource.attributes {
                let value = match &a.value {
                    Value::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
                    _ => format!("?{}", a.expression),
                };
                out.push(format!("  {} {value}", a.path));
            }
        }
        out
    }

    #[test]
    fn parameters_and_outputs_are_read() {
        let text = "targetScope = 'subscription'\n@description('a { b')\n@secure()\nparam a string = 'x'\nparam b 'p' | 'q' // why\nparam c object = { d: 'e' }\nvar f = [1]\noutput g string = h.properties.i\n";
        let expected = [
            "variable a at a",
            "  type ?securestring",
            "  default =x",
            "variable b at b",
            "  type ?'p' | 'q'",
            "variable c at c",
            "  type ?object",
            "  default ?",
            "  default.d =e",
            "output g at g",
            "  type ?string",
            "  value ?h.properties.i",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn resources_are_read_with_what_is_nested_in_them() {
        let text = "resource kv 'M.K/vaults@2023-07-01' existing = { name: 'v' }\nresource a 'M.A/b@2023-01-01' = if (x == 'y') {\n  name: 'n' // c\n  properties: {\n    secret: false, n: 3\n    list: [ 'one', two\n      'three' ]\n    rules: [ { value: 'r' } ]\n    joined: '${x}-y'\n    'quoted-key': concat('a', 'b')\n    escaped: 'it\\'s'\n  }\n  resource inner 'c' = { name: 'i' }\n}\n";
        let expected = [
            "c i at inner 'c",
            "  name =i",
            "M.A/b n at a 'M.A/b@2023-01-01",
            "  name =n",
            "  properties ?",
            "  properties.secret =false",
            "  properties.n =3",
            "  properties.list ?",
            "  properties.list[] =one",
            "  properties.list[] ?",
            "  properties.list[] =three",
            "  properties.rules ?",
            "  properties.rules[] ?",
            "  properties.rules.value =r",
            "  properties.joined ?",
            "  properties.quoted-key ?",
            "  properties.escaped =it's",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn any_bytes_end() {
        for text in
            ["", "'", "param", "param a string = '", "resource a '", "resource a 'b' = {", "resource a 'b' = { c: [ { ", "@secure(", "/*", "\u{0}{}[]'''"]
        {
            shown(text);
        }
        shown(&format!("resource a 'b' = {}", "{ a: [".repeat(100_000)));
        shown(&"@x(".repeat(100_000));
    }
}
