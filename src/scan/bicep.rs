//! Bicep: what a file declares. A tolerant reader of its own: what it does not understand it passes over. The expressions of ARM templates, too.

use std::collections::BTreeSet;

use crate::model::facts::Value as Known;
use crate::text::Span;

use super::syntax::{RawAttribute, RawResource};

/// Larger files are not read, in bytes.
const MAX_BYTES: usize = 2 << 20;
/// Objects in objects that are read.
const MAX_DEPTH: usize = 40;
/// Values of one file that are read.
const MAX_VALUES: usize = 50_000;
/// Attributes of one resource that are kept.
const MAX_ATTRIBUTES: usize = 5_000;
/// Operators at the end of a line, or at the beginning of the next, that join the two.
const JOINING: [&str; 8] = ["?", ":", "&&", "||", "==", "!=", "+", "=>"];

/// Whether the name of a file says that it is one.
pub fn is_one(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("bicep"))
}

/// What a file declares: resources by their symbolic names, parameters as variables, outputs, variables as locals, modules as calls.
pub fn resources(bytes: &[u8]) -> Vec<RawResource> {
    if bytes.len() > MAX_BYTES {
        return Vec::new();
    }
    // Text that is no UTF-8 has no places: the file is none of Bicep.
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let mut reader = Reader { text, at: 0, left: MAX_VALUES, found: Vec::new() };
    reader.file();
    let names = Names::of(&reader.found);
    let mut out = Vec::new();
    let mut locals = RawResource { kind: "locals".to_owned(), name: String::new(), attributes: Vec::new(), span: Span::new(0, 0) };
    for declared in &reader.found {
        let writer = Writer { text, names: &names, iterator: declared.iterator.as_deref() };
        match declared.kind {
            Kind::Variable => writer.local(declared, &mut locals),
            _ => out.push(writer.resource(declared)),
        }
    }
    if !locals.attributes.is_empty() {
        out.push(locals);
    }
    out
}

/// An expression of an ARM template, without its brackets, as one that can be evaluated: `parameters('x')` as `var.x`.
pub fn of_template(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let (text, length) = template_string(rest);
            quote(&text, &mut out);
            rest = &rest[length..];
            continue;
        }
        let word = rest.len() - rest.trim_start_matches(is_word).len();
        let lower = rest[..word].to_ascii_lowercase();
        let named = rest[word..].strip_prefix("('").and_then(|inside| inside.split_once("')"));
        match (lower.as_str(), named) {
            ("parameters", Some((name, behind))) => {
                out.extend(["var.", name]);
                rest = behind;
            }
            ("variables", Some((name, behind))) => {
                out.extend(["local.", name]);
                rest = behind;
            }
            ("resourceid", _) => {
                out.push_str(&addressed(&rest[word..]));
                out.push_str(&rest[..word]);
                rest = &rest[word..];
            }
            _ => {
                let length = word.max(c.len_utf8());
                out.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    out
}

/// `cfn.name ` for `('type', 'name')` behind `resourceId`, whose last argument is a plain text: by its name others know a resource.
fn addressed(arguments: &str) -> String {
    let inside = arguments.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or("", |(inside, _)| inside);
    let last = inside.rsplit_once(',').map_or("", |(_, last)| last.trim());
    let name = last.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')).filter(|name| !name.is_empty() && name.chars().all(|c| is_word(c) || c == '-'));
    name.map_or_else(String::new, |name| format!("cfn.{name} "))
}

/// A text between `'`, where two stand for one, and its length with them.
fn template_string(rest: &str) -> (String, usize) {
    let (mut text, mut at) = (String::new(), 1);
    while let Some(end) = rest[at..].find('\'') {
        text.push_str(&rest[at..at + end]);
        at += end + 1;
        if !rest[at..].starts_with('\'') {
            return (text, at);
        }
        text.push('\'');
        at += 1;
    }
    text.push_str(&rest[at..]);
    (text, rest.len())
}

/// Appends a text between `"` that means the same where expressions are evaluated.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{"));
    out.push('"');
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What kind of declaration it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Parameter,
    Output,
    Variable,
    Resource,
    Module,
}

/// A declaration.
struct Declared {
    kind: Kind,
    name: String,
    /// The type of a resource or parameter, the file of a module.
    of: String,
    is_existing: bool,
    is_secure: bool,
    /// `if (…)`
    condition: Option<Span>,
    /// The name in `[for name in list: …]`.
    iterator: Option<String>,
    /// The list of that.
    list: Option<Value>,
    value: Option<Value>,
    span: Span,
}

/// A value.
struct Value {
    shape: Shape,
    span: Span,
}

enum Shape {
    /// An expression.
    Expression,
    List(Vec<Value>),
    Map {
        entries: Vec<(String, Span, Value)>,
        /// It may have more entries: `...other`.
        is_open: bool,
    },
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Values that may still be read.
    left: usize,
    found: Vec<Declared>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes blanks and comments; line ends too where they mean nothing.
    fn space(&mut self, lines: bool) {
        loop {
            match self.rest().as_bytes() {
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'\n', ..] if lines => self.at += 1,
                [b'/', b'/', ..] => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                [b'/', b'*', ..] => self.at += self.rest().find("*/").map_or(self.rest().len(), |end| end + 2),
                _ => return,
            }
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        self.at += if is_there { token.len() } else { 0 };
        is_there
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let word = &rest[..rest.len() - rest.trim_start_matches(is_word).len()];
        self.at += word.len();
        word
    }

    /// A word that stands alone: what follows is no part of it.
    fn keyword(&mut self, word: &str) -> bool {
        let is_there = self.rest().strip_prefix(word).is_some_and(|behind| !behind.starts_with(is_word));
        self.at += if is_there { word.len() } else { 0 };
        is_there
    }

    fn line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
    }

    fn file(&mut self) {
        let mut is_secure = false;
        loop {
            self.space(true);
            if self.rest().is_empty() || self.left == 0 {
                return;
            }
            if self.eat("@") {
                self.space(false);
                let from = self.at;
                self.expression();
                let name = self.text[from..self.at].trim();
                is_secure |= name.trim_start_matches("sys.").starts_with("secure(");
                continue;
            }
            let start = self.at;
            let kind = match self.word() {
                "param" => Some(Kind::Parameter),
                "output" => Some(Kind::Output),
                "var" => Some(Kind::Variable),
                "resource" => Some(Kind::Resource),
                "module" => Some(Kind::Module),
                _ => None,
            };
            if let Some(declared) = kind.and_then(|kind| self.declaration(kind, "", (start, 0))) {
                self.found.push(Declared { is_secure, ..declared });
            } else {
                // Something else: a type, a function. Its brackets may hold line ends.
                self.expression();
                if self.at == start || matches!(self.peek(), Some(b',' | b']' | b'}' | b')')) {
                    self.line();
                }
            }
            is_secure = false;
        }
    }

    /// What stands behind the keyword. `above` is the type of the resource around it.
    fn declaration(&mut self, kind: Kind, above: &str, (start, depth): (usize, usize)) -> Option<Declared> {
        self.space(false);
        let name = self.word().to_owned();
        if name.is_empty() {
            return None;
        }
        let mut span = Span::new(start, self.at);
        self.space(false);
        let of = match kind {
            Kind::Resource | Kind::Module => {
                let written = self.kind_or_file()?;
                span = Span::new(start, self.at);
                if kind == Kind::Resource { typed(written, above) } else { written.to_owned() }
            }
            Kind::Parameter | Kind::Output => {
                let end = self.rest().find(['=', '\n']).unwrap_or(self.rest().len());
                let written = self.rest()[..end].trim().to_owned();
                self.at += end;
                written
            }
            Kind::Variable => String::new(),
        };
        self.space(false);
        let is_existing = self.keyword("existing");
        self.space(false);
        let mut declared = Declared { kind, name, of, is_existing, is_secure: false, condition: None, iterator: None, list: None, value: None, span };
        if self.eat("=") {
            self.space(true);
            self.body(&mut declared, depth);
        }
        Some(declared)
    }

    /// The text between `'` behind the name of a resource or module.
    fn kind_or_file(&mut self) -> Option<&'t str> {
        if !self.eat("'") {
            return None;
        }
        let end = self.rest().find(['\'', '\n'])?;
        let text = &self.rest()[..end];
        self.at += end;
        self.eat("'").then_some(text)
    }

    /// A value behind its conditions and loops.
    fn body(&mut self, declared: &mut Declared, depth: usize) {
        if self.keyword("if") {
            self.space(false);
            let from = self.at;
            if self.peek() == Some(b'(') {
                self.at += 1;
                self.until_closed();
                declared.condition = Some(Span::new(from, self.at));
            }
            self.space(true);
        }
        let before = self.at;
        if self.eat("[") {
            self.space(true);
            if self.keyword("for") {
                self.space(false);
                self.iterated(declared, depth);
                return;
            }
            self.at = before;
        }
        let above = if declared.kind == Kind::Resource { declared.of.clone() } else { String::new() };
        declared.value = Some(self.value(&above, depth));
    }

    /// `name in list: value]` or `(name, index) in list: value]`.
    fn iterated(&mut self, declared: &mut Declared, depth: usize) {
        let is_pair = self.eat("(");
        self.space(false);
        declared.iterator = Some(self.word().to_owned()).filter(|name| !name.is_empty());
        if is_pair {
            self.at += self.rest().find([')', '\n']).map_or(self.rest().len(), |end| end + 1);
        }
        self.space(false);
        if !self.keyword("in") {
            return;
        }
        self.space(false);
        declared.list = Some(if matches!(self.peek(), Some(b'[' | b'{')) {
            self.value("", depth + 1)
        } else {
            let from = self.at;
            self.expression_until(Some(b':'));
            Value { shape: Shape::Expression, span: self.trimmed(from) }
        });
        self.space(true);
        if self.eat(":") {
            self.space(true);
            let again = depth + 1;
            if again < MAX_DEPTH {
                self.body(declared, again);
            }
        }
        self.space(true);
        self.eat("]");
    }

    fn value(&mut self, above: &str, depth: usize) -> Value {
        self.left = self.left.saturating_sub(1);
        let from = self.at;
        if depth < MAX_DEPTH && self.left > 0 {
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    let shape = self.map(above, depth);
                    return Value { shape, span: Span::new(from, self.at) };
                }
                Some(b'[') if !self.is_loop() => {
                    self.at += 1;
                    let shape = self.list(depth);
                    return Value { shape, span: Span::new(from, self.at) };
                }
                _ => {}
            }
        }
        self.expression();
        Value { shape: Shape::Expression, span: self.trimmed(from) }
    }

    fn is_loop(&self) -> bool {
        let inside = self.rest().get(1..).unwrap_or("").trim_start();
        inside.strip_prefix("for").is_some_and(|rest| rest.starts_with([' ', '\t', '(']))
    }

    fn trimmed(&self, from: usize) -> Span {
        let text = &self.text[from..self.at];
        Span::new(from, from + text.trim_end().len())
    }

    fn map(&mut self, above: &str, depth: usize) -> Shape {
        let (mut entries, mut is_open) = (Vec::new(), false);
        loop {
            self.space(true);
            let start = self.at;
            match self.peek() {
                None => break,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(b'@') => {
                    self.at += 1;
                    self.expression();
                    continue;
                }
                _ if self.eat("...") => {
                    is_open = true;
                    self.expression();
                    continue;
                }
                _ => {}
            }
            let key = if self.peek() == Some(b'\'') { self.string() } else { Some(self.word().to_owned()) };
            let key_end = self.at;
            self.space(false);
            if key.as_deref() == Some("resource") && !self.rest().starts_with(':') {
                match self.declaration(Kind::Resource, above, (start, depth + 1)) {
                    Some(declared) => self.found.push(declared),
                    None => self.line(),
                }
                continue;
            }
            if self.left == 0 || !self.eat(":") {
                // Not what an object holds: on to the next line.
                is_open = true;
                self.expression();
                if self.at == start {
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                }
                continue;
            }
            self.space(true);
            let value = self.value("", depth + 1);
            match key {
                Some(key) => entries.push((key, Span::new(start, value.span.end.max(key_end)), value)),
                None => is_open = true,
            }
        }
        Shape::Map { entries, is_open }
    }

    fn list(&mut self, depth: usize) -> Shape {
        let mut items = Vec::new();
        loop {
            self.space(true);
            let start = self.at;
            match self.peek() {
                None => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                _ => items.push(self.value("", depth + 1)),
            }
            if self.at == start {
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            }
        }
        Shape::List(items)
    }

    /// A text between `'`; `None` where there are holes in it.
    fn string(&mut self) -> Option<String> {
        let from = self.at;
        self.skip_string();
        literal(&self.text[from..self.at])
    }

    /// Passes a string, which stands here, with the expressions in it.
    fn skip_string(&mut self) {
        if self.eat("'''") {
            self.at += self.rest().find("'''").map_or(self.rest().len(), |end| end + 3);
            // `''''`: the quotes that are closest to the end close it.
            while self.peek() == Some(b'\'') {
                self.at += 1;
            }
            return;
        }
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                b'\n' => return,
                b'\\' => self.at += 1 + self.rest()[1..].chars().next().map_or(0, char::len_utf8),
                b'$' if self.rest().starts_with("${") => {
                    self.at += 2;
                    self.until_closed();
                }
                _ => self.at += 1,
            }
        }
    }

    /// Passes everything up to and with the bracket that closes the one before.
    fn until_closed(&mut self) {
        let mut depth = 1usize;
        while let Some(byte) = self.peek() {
            match byte {
                // A hole in a string is passed with its string: deeper ones count as brackets of this one.
                b'\'' => {
                    self.plain_string();
                    continue;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes a string without a look at its holes but for the strings in them, which end nothing.
    fn plain_string(&mut self) {
        let mut holes = 0usize;
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 1,
                b'$' if self.rest().starts_with("${") => {
                    holes += 1;
                    self.at += 1;
                }
                b'}' if holes > 0 => holes -= 1,
                b'\'' if holes == 0 => {
                    self.at += 1;
                    return;
                }
                b'\n' => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn expression(&mut self) {
        self.expression_until(None);
    }

    /// Passes an expression: to the end of its line outside of brackets, to a comma, to a bracket that closes what is around it, or to `stop`.
    fn expression_until(&mut self, stop: Option<u8>) {
        let from = self.at;
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => {
                    self.skip_string();
                    continue;
                }
                b'/' if self.rest().starts_with("//") => {
                    if depth == 0 && !self.goes_on(from) {
                        return;
                    }
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                    continue;
                }
                b'/' if self.rest().starts_with("/*") => {
                    self.at += self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
                    continue;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' | b',' if depth == 0 => return,
                b')' | b']' | b'}' => depth -= 1,
                b'\n' if depth == 0 && !self.goes_on(from) => return,
                _ if depth == 0 && Some(byte) == stop => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the expression goes on behind the end of this line.
    fn goes_on(&self, from: usize) -> bool {
        let before = self.text[from..self.at].trim_end();
        let behind = self.rest().find('\n').map_or("", |end| &self.rest()[end..]).trim_start();
        !before.is_empty() && JOINING.iter().any(|operator| before.ends_with(operator) || behind.starts_with(operator))
    }
}

/// The type of a resource without its version; within another one it may leave out what that one's says.
fn typed(written: &str, above: &str) -> String {
    let kind = written.split('@').next().unwrap_or_default();
    if above.is_empty() || kind.contains("Microsoft.") { kind.to_owned() } else { format!("{above}/{kind}") }
}

/// The text of a string literal; `None` where there are holes in it, or it is none.
fn literal(source: &str) -> Option<String> {
    if let Some(inside) = source.strip_prefix("'''") {
        let inside = inside.strip_suffix("'''")?;
        return Some(inside.strip_prefix('\n').unwrap_or(inside).to_owned());
    }
    let inside = source.strip_prefix('\'')?.strip_suffix('\'').filter(|_| source.len() > 1)?;
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other @ ('\\' | '\'' | '$'))) => out.push(*other),
            ('$', Some('{')) | ('\'' | '\\', _) => return None,
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    Some(out)
}

/// What names of a file stand for.
struct Names {
    parameters: BTreeSet<String>,
    variables: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Names {
    fn of(found: &[Declared]) -> Self {
        let all = |kind: Kind| found.iter().filter(|declared| declared.kind == kind).map(|declared| declared.name.clone()).collect();
        Self { parameters: all(Kind::Parameter), variables: all(Kind::Variable), resources: all(Kind::Resource) }
    }
}

/// Declarations as facts.
struct Writer<'a> {
    text: &'a str,
    names: &'a Names,
    /// The name that stands for one of several copies.
    iterator: Option<&'a str>,
}

impl Writer<'_> {
    fn resource(&self, declared: &Declared) -> RawResource {
        let mut attributes = Vec::new();
        let (kind, name) = (declared.kind, declared.name.clone());
        let kind = match kind {
            Kind::Resource if declared.is_existing => format!("existing:{}", declared.of),
            Kind::Resource => declared.of.clone(),
            Kind::Module => "module".to_owned(),
            Kind::Output => "output".to_owned(),
            Kind::Parameter | Kind::Variable => "variable".to_owned(),
        };
        let fact = |path: &str, expression: String, span: Span| RawAttribute { path: path.to_owned(), value: Known::Unknown, expression, span };
        if let Some(condition) = declared.condition {
            attributes.push(fact("count", format!("{} ? 1 : 0", self.translated(condition)), condition));
        }
        if let (Some(iterator), Some(list)) = (&declared.iterator, &declared.list) {
            attributes.push(fact(&format!("{iterator}.for_each"), self.written(list, 0), list.span));
        }
        match (&declared.kind, &declared.value) {
            (Kind::Parameter, value) => {
                let text = |path: &str, text: &str| RawAttribute {
                    path: path.to_owned(),
                    value: Known::literal(text.as_bytes(), declared.span),
                    expression: format!("\"{text}\""),
                    span: declared.span,
                };
                attributes.push(text("type", &declared.of));
                if declared.is_secure {
                    attributes.push(text("sensitive", "true"));
                }
                if let Some(value) = value {
                    self.attribute("default", value, value.span, &mut attributes);
                }
            }
            (Kind::Output, value) => {
                if let Some(value) = value {
                    self.attribute("value", value, value.span, &mut attributes);
                }
            }
            (Kind::Module, value) => {
                // A file is a module of its own: what it calls stands beside it.
                let source = format!("../{}", declared.of.trim_start_matches("./"));
                attributes.push(RawAttribute {
                    path: "source".to_owned(),
                    value: Known::literal(source.as_bytes(), declared.span),
                    expression: format!("\"{source}\""),
                    span: declared.span,
                });
                let given = value.as_ref().and_then(|value| entry_of(value, "params"));
                if let Some(Value { shape: Shape::Map { entries, .. }, .. }) = given {
                    for (key, span, value) in entries {
                        attributes.push(fact(key, self.written(value, 0), *span));
                    }
                }
            }
            (_, Some(Value { shape: Shape::Map { entries, is_open }, .. })) => {
                for (key, span, value) in entries {
                    self.attribute(key, value, *span, &mut attributes);
                }
                if *is_open {
                    attributes.push(fact(super::OPEN, String::new(), declared.span));
                }
            }
            (_, Some(value)) => attributes.push(fact(super::OPEN, self.written(value, 0), value.span)),
            (_, None) => {}
        }
        RawResource { kind, name, attributes, span: declared.span }
    }

    fn local(&self, declared: &Declared, out: &mut RawResource) {
        let Some(value) = declared.value.as_ref().filter(|_| declared.iterator.is_none()) else { return };
        out.span = declared.span;
        self.attribute(&declared.name, value, Span::new(declared.span.start, value.span.end), &mut out.attributes);
    }

    /// `span` is what is reported of it.
    fn attribute(&self, path: &str, value: &Value, span: Span, out: &mut Vec<RawAttribute>) {
        if out.len() >= MAX_ATTRIBUTES {
            return;
        }
        let source = &self.text[value.span.range()];
        let known = match &value.shape {
            Shape::Expression => plain(source),
            _ => None,
        };
        let expression = match &known {
            Some(text) if source.starts_with('\'') => {
                let mut quoted = String::new();
                quote(text, &mut quoted);
                quoted
            }
            // What is in it follows, and nobody refers to it but from the top.
            _ if !matches!(value.shape, Shape::Expression) && path.contains(['.', '[']) => String::new(),
            _ => self.written(value, 0),
        };
        let known = known.map_or(Known::Unknown, |text| Known::literal(text.as_bytes(), value.span));
        out.push(RawAttribute { path: path.to_owned(), value: known, expression, span });
        match &value.shape {
            Shape::Expression => {}
            Shape::Map { entries, is_open } => {
                for (key, span, value) in entries {
                    self.attribute(&format!("{path}.{key}"), value, *span, out);
                }
                if *is_open {
                    out.push(RawAttribute { path: format!("{path}.{}", super::OPEN), value: Known::Unknown, expression: String::new(), span });
                }
            }
            Shape::List(items) => {
                for item in items {
                    let element = format!("{path}[]");
                    let Shape::Map { entries, .. } = &item.shape else {
                        self.attribute(&element, item, item.span, out);
                        continue;
                    };
                    out.push(RawAttribute { path: element, value: Known::Unknown, expression: String::new(), span: item.span });
                    for (key, span, value) in entries {
                        self.attribute(&format!("{path}.{key}"), value, *span, out);
                    }
                }
            }
        }
    }

    /// A value as an expression that can be evaluated.
    fn written(&self, value: &Value, depth: usize) -> String {
        match &value.shape {
            Shape::Expression => self.translated(value.span),
            _ if depth > MAX_DEPTH => String::new(),
            Shape::List(items) => format!("[{}]", items.iter().map(|item| self.written(item, depth + 1)).collect::<Vec<_>>().join(", ")),
            Shape::Map { is_open: true, .. } => String::new(),
            Shape::Map { entries, .. } => {
                let entry = |(key, _, value): &(String, Span, Value)| {
                    let mut text = String::new();
                    quote(key, &mut text);
                    format!("{text} = {}", self.written(value, depth + 1))
                };
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// An expression with names as those who evaluate it know them, and texts between `"`.
    fn translated(&self, span: Span) -> String {
        let source = &self.text[span.range()];
        let mut out = String::with_capacity(source.len() + 16);
        self.translate(source, &mut out, 0);
        out
    }

    fn translate(&self, source: &str, out: &mut String, depth: usize) {
        let mut rest = source;
        let mut is_member = false;
        while let Some(c) = rest.chars().next() {
            let length = match c {
                '\'' => self.string(rest, out, depth),
                _ if c.is_ascii_alphabetic() || c == '_' => {
                    let word = &rest[..rest.len() - rest.trim_start_matches(is_word).len()];
                    if !is_member {
                        out.push_str(self.prefix(word));
                    }
                    out.push_str(word);
                    if !is_member && self.iterator == Some(word) {
                        out.push_str(".value");
                    }
                    word.len()
                }
                _ => {
                    out.push(c);
                    c.len_utf8()
                }
            };
            is_member = c == '.';
            rest = &rest[length..];
        }
    }

    fn prefix(&self, word: &str) -> &'static str {
        match word {
            _ if self.iterator == Some(word) => "",
            _ if self.names.parameters.contains(word) => "var.",
            _ if self.names.variables.contains(word) => "local.",
            _ if self.names.resources.contains(word) => "cfn.",
            _ => "",
        }
    }

    /// Translates the string that `rest` begins with, and says how long it is.
    fn string(&self, rest: &str, out: &mut String, depth: usize) -> usize {
        let mut reader = Reader { text: rest, at: 0, left: 1, found: Vec::new() };
        reader.skip_string();
        let length = reader.at.clamp(1, rest.len());
        let source = &rest[..length];
        if let Some(text) = literal(source) {
            quote(&text, out);
            return length;
        }
        let inside = source.trim_start_matches('\'').trim_end_matches('\'');
        out.push('"');
        let mut behind = inside;
        while let Some((text, hole)) = behind.split_once("${").filter(|_| depth < MAX_DEPTH) {
            out.push_str(&text.replace('"', "\\\""));
            let mut reader = Reader { text: hole, at: 0, left: 1, found: Vec::new() };
            reader.until_closed();
            let end = reader.at.saturating_sub(1);
            out.push_str("${");
            self.translate(hole.get(..end).unwrap_or_default(), out, depth + 1);
            out.push('}');
            behind = hole.get(reader.at..).unwrap_or_default();
        }
        out.push_str(&behind.replace('"', "\\\""));
        out.push('"');
        length
    }
}

fn entry_of<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Shape::Map { entries, .. } = &value.shape else { return None };
    entries.iter().find(|(key, ..)| key == name).map(|(_, _, value)| value)
}

/// The text of a literal: a string, a number, a truth value.
fn plain(source: &str) -> Option<String> {
    let is_number = !source.is_empty() && source.bytes().all(|b| b.is_ascii_digit());
    if is_number || source == "true" || source == "false" { Some(source.to_owned()) } else { literal(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for resource in resources(text.as_bytes()) {
            out.push(format!("{} {} «{}»", resource.kind, resource.name, &text[resource.span.range()]));
            for a in resource.attributes {
                let value = match &a.value {
                    Known::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
                    _ => format!("?{}", a.expression),
                };
                out.push(format!("  {} {value} «{}»", a.path, &text[a.span.range()].replace('\n', "/")));
            }
        }
        out
    }

    #[test]
    fn resources_parameters_and_variables_are_read() {
        let text = "targetScope = 'resourceGroup'\n@secure()\n@description('a, b')\nparam secret string\nparam action string = 'Allow' // default\nvar ips = [\n  '0.0.0.0/1'\n  '128.0.0.0/1'\n]\n\
                    resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {\n  name: 'kv-${action}'\n  properties: {\n    networkAcls: {\n      defaultAction: action\n      ipRules: [{ value: ips[0] }, { value: '1.2.3.4' }]\n    }\n    enabled: true\n  }\n\
                    \n  resource inner 'secrets' = {\n    name: 'x'\n  }\n}\nresource old 'Microsoft.KeyVault/vaults@2023-07-01' existing = {\n  name: 'o'\n}\n";
        assert_eq!(
            shown(text),
            [
                "variable secret «param secret»",
                "  type =string «param secret»",
                "  sensitive =true «param secret»",
                "variable action «param action»",
                "  type =string «param action»",
                "  default =Allow «'Allow'»",
                "Microsoft.KeyVault/vaults/secrets inner «resource inner 'secrets'»",
                "  name =x «name: 'x'»",
                "Microsoft.KeyVault/vaults kv «resource kv 'Microsoft.KeyVault/vaults@2023-07-01'»",
                "  name ?\"kv-${var.action}\" «name: 'kv-${action}'»",
                "  properties ?{ \"networkAcls\" = { \"defaultAction\" = var.action, \"ipRules\" = [{ \"value\" = local.ips[0] }, { \"value\" = \"1.2.3.4\" }] }, \"enabled\" = true } «properties: {/    networkAcls: {/      defaultAction: action/      ipRules: [{ value: ips[0] }, { value: '1.2.3.4' }]/    }/    enabled: true/  }»",
                "  properties.networkAcls ? «networkAcls: {/      defaultAction: action/      ipRules: [{ value: ips[0] }, { value: '1.2.3.4' }]/    }»",
                "  properties.networkAcls.defaultAction ?var.action «defaultAction: action»",
                "  properties.networkAcls.ipRules ? «ipRules: [{ value: ips[0] }, { value: '1.2.3.4' }]»",
                "  properties.networkAcls.ipRules[] ? «{ value: ips[0] }»",
                "  properties.networkAcls.ipRules.value ?local.ips[0] «value: ips[0]»",
                "  properties.networkAcls.ipRules[] ? «{ value: '1.2.3.4' }»",
                "  properties.networkAcls.ipRules.value =1.2.3.4 «value: '1.2.3.4'»",
                "  properties.enabled =true «enabled: true»",
                "existing:Microsoft.KeyVault/vaults old «resource old 'Microsoft.KeyVault/vaults@2023-07-01'»",
                "  name =o «name: 'o'»",
                "locals  «var ips»",
                "  ips ?[\"0.0.0.0/1\", \"128.0.0.0/1\"] «var ips = [/  '0.0.0.0/1'/  '128.0.0.0/1'/]»",
                "  ips[] =0.0.0.0/1 «'0.0.0.0/1'»",
                "  ips[] =128.0.0.0/1 «'128.0.0.0/1'»",
            ]
        );
    }

    #[test]
    fn conditions_loops_and_modules_are_read() {
        let text = "param on bool = false\nparam names array\nresource a 'Microsoft.X/y@1' = if (on && true) {\n  name: on\n    ? 'a'\n    : 'b'\n}\n\
                    resource b 'Microsoft.X/y@1' = [for (n, i) in names: {\n  name: 'x-${n.id}'\n  ...other\n}]\nmodule m './kv.bicep' = {\n  name: 'm'\n  params: {\n    days: 5\n    ips: ['a']\n  }\n}\noutput o string = a.id\n";
        let found = shown(text);
        for expected in [
            "  count ?(var.on && true) ? 1 : 0 «(on && true)»",
            "  name ?var.on\n    ? \"a\"\n    : \"b\" «name: on/    ? 'a'/    : 'b'»",
            "  n.for_each ?var.names «names»",
            "  name ?\"x-${n.value.id}\" «name: 'x-${n.id}'»",
            "module m «module m './kv.bicep'»",
            "  source =../kv.bicep «module m './kv.bicep'»",
            "  days ?5 «days: 5»",
            "  ips ?[\"a\"] «ips: ['a']»",
        ] {
            assert!(found.iter().any(|line| line == expected), "{expected:?} in {found:#?}");
        }
        assert!(found.iter().any(|line| line.starts_with("  * ?")), "{found:#?}");
    }

    #[test]
    fn any_text_ends() {
        for part in
            ["{", "[", "(", "'", "'''", "${", "'${", "resource a 'b' = {", "var a = [", "x:\n", "[for x in ", "@", "...", "\\", "é", "resource ", "param a"]
        {
            for count in [1, 2, 3, 50, 5_000] {
                resources(part.repeat(count).as_bytes());
                resources(format!("resource a 'Microsoft.X/y@1' = {}", part.repeat(count)).as_bytes());
            }
        }
        assert!(resources(b"\xff").is_empty());
    }

    #[test]
    fn expressions_of_templates_are_translated() {
        for (expression, expected) in [
            ("parameters('action')", "var.action"),
            ("concat('a', variables('b').c)", "concat(\"a\", local.b.c)"),
            ("if(equals(parameters('x'), 'it''s'), 1, 2)", "if(equals(var.x, \"it's\"), 1, 2)"),
            ("resourceId('a')", "resourceId(\"a\")"),
            ("resourceId('Microsoft.KeyVault/vaults', 'kv')", "cfn.kv resourceId(\"Microsoft.KeyVault/vaults\", \"kv\")"),
            ("resourceId('Microsoft.KeyVault/vaults', parameters('n'))", "resourceId(\"Microsoft.KeyVault/vaults\", var.n)"),
            ("'open", "\"open\""),
        ] {
            assert_eq!(of_template(expression), expected, "{expression}");
        }
    }
}
