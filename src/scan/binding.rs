//! Names bound to values, read from text alone, in any notation: `name=value`, `name: value`, `"name": "value"`, `name = "value"`, `name => 'v'`,
//! `<name>value</name>`, `--name value`, `setName("v")`, `("name", "v")`, `${NAME:-value}`, Kubernetes' `name:`/`value:` pairs.
//!
//! The reader looks at the logical line of a candidate only. In program text a bare word is an expression, so only quoted values count there.

use std::cell::LazyCell;

use crate::model::FileKind;
use crate::model::blob::made_from;
use crate::text::{Span, name};

/// Longest name that is read.
const MAX_NAME: usize = 100;
/// Longest value that is read.
const MAX_VALUE: usize = 4096;
/// A longer value that holds a pair of its own is no secret: the candidates of a line of nothing but pairs would each be read to its end.
const MAX_PLAIN: usize = 256;
/// Most quotes and blanks between a name and its separator.
const MAX_BETWEEN: usize = 4;
/// Longest type annotation between a name and its value.
const MAX_TYPE: usize = 200;

/// Lines of a Terraform variable in which its default is looked for.
const MAX_BLOCK_LINES: usize = 24;

/// How a value is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// `name = "value"`, `"name": "value"`: quoted.
    Quoted,
    /// `name: value`, `NAME=value`: bare, in a file where bare words are values.
    Bare,
    /// Inside a longer string: connection strings, query strings, command lines.
    InString,
    /// `--name value`.
    Flag,
    /// The text of an XML element.
    Element,
    /// An argument: `setName("v")`, `("name", "v")`.
    Argument,
    /// `${NAME:-value}`.
    Fallback,
    /// Side by side without a notation: `vendor TOKEN value`, `vendor-key-value`.
    Beside,
}

impl Holder {
    /// As evidence says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quoted => "a literal in quotes",
            Self::Bare => "the value of a setting",
            Self::InString => "a pair in a longer text",
            Self::Flag => "an option of a command",
            Self::Element => "an element of XML",
            Self::Argument => "an argument of a call",
            Self::Fallback => "what counts where nothing else is set",
            Self::Beside => "it stands beside the name",
        }
    }
}

/// A name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextBinding {
    /// The name, without quotes.
    pub name: Span,
    /// The value, without quotes.
    pub value: Span,
    /// How the value is held.
    pub holder: Holder,
}

/// How bare values are read in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// A bare word is an expression.
    Never,
    /// The value runs to the end of the line or a comment.
    Line,
    /// The same, but a first character may say that something other than a plain scalar follows (YAML 1.2, 6.8 and 7).
    Yaml,
    /// The value is one word.
    Word,
}

impl Bare {
    /// What bare words are in the file of this name and kind.
    pub fn of(path: &str, kind: FileKind) -> Self {
        let extension = made_from(path).unwrap_or(path).rsplit('.').next().unwrap_or("");
        match kind {
            FileKind::Source => Self::Never,
            FileKind::Shell if matches!(extension, "ps1" | "psm1" | "psd1") => Self::Never,
            FileKind::Config if matches!(extension, "tf" | "tfvars" | "hcl" | "json" | "jsonc" | "json5" | "ipynb" | "bicep" | "tfstate") => Self::Never,
            FileKind::Config if matches!(extension, "yaml" | "yml") => Self::Yaml,
            FileKind::Config | FileKind::EnvFile => Self::Line,
            FileKind::Shell | FileKind::Document | FileKind::Generated | FileKind::Other => Self::Word,
        }
    }
}

/// The binding of `name` (see [`name_around`]), read within `line`.
pub fn read(bytes: &[u8], name: Span, line: Span, bare: Bare) -> Option<TextBinding> {
    let reader = Reader { bytes, line, name, bare };
    let (value, holder) = reader.value()?;
    // `${{ secrets.X || 'value' }}` of GitHub Actions: the store tells, whatever the name of the entry.
    let of_store = holder == Holder::Fallback && bytes[name.range()].starts_with(b"secrets.");
    let name = if of_store { Span::new(name.start, name.start + b"secret".len()) } else { name };
    let value = trim(bytes, value);
    let is_secret = |value: Span| value.len() <= MAX_PLAIN || !reader.holds_pair(&bytes[value.range()]);
    (!value.is_empty() && value.len() <= MAX_VALUE && is_secret(value)).then_some(TextBinding { name, value, holder })
}

/// The name that holds the byte at `at`.
pub fn name_around(bytes: &[u8], at: usize, line: Span) -> Option<Span> {
    let mut start = at;
    while start > line.start && is_name_byte(bytes[start - 1]) && at - start < MAX_NAME {
        start -= 1;
    }
    let mut end = at;
    while end < line.end && is_name_byte(bytes[end]) && end - at < MAX_NAME {
        end += 1;
    }
    // `\n` and `\t` before a name in a string are no letters of it.
    if start > line.start && start < at && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r') {
        start += 1;
    }
    start = first_word(bytes, start, end, line);
    end = second_word(bytes, start, end, line);
    while start < end && matches!(bytes[start], b'-' | b'.' | b'$') {
        start += 1;
    }
    while end > start && matches!(bytes[end - 1], b'-' | b'.' | b'$') {
        end -= 1;
    }
    (end > start && end - start <= MAX_NAME).then(|| Span::new(start, end))
}

/// The name that the value at `at` is bound to on its line, where one stands before it: `name: value`, `"name": "value"`, `name="value"`, `name => 'value'`.
pub fn name_before(bytes: &[u8], at: usize) -> Option<Span> {
    let from = at.saturating_sub(2 * MAX_NAME);
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[from..at]).map_or(from, |end| from + end + 1);
    let is_between = |b: &&u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'=' | b':' | b'>' | b'[' | b']' | b'(' | b')' | b'{' | b'@' | b'?');
    let between = bytes[start..at].iter().rev().take_while(is_between).count();
    let separated = bytes[at - between..at].iter().any(|b| matches!(b, b'=' | b':' | b'>' | b'('));
    let end = at - between;
    let length = bytes[start..end].iter().rev().take_while(|b| is_name_byte(**b)).count();
    (separated && length > 0).then(|| Span::new(end - length, end))
}

/// `API key: …`: a name of two words, as prose writes it.
fn second_word(bytes: &[u8], start: usize, end: usize, line: Span) -> usize {
    if bytes.get(end) != Some(&b' ') {
        return end;
    }
    let ends_with = |lead: &[u8]| (end - start).checked_sub(lead.len()).is_some_and(|at| bytes[start + at..end].eq_ignore_ascii_case(lead));
    let leads = [b"api".as_slice(), b"access", b"secret", b"client", b"auth", b"private", b"account"];
    if !leads.iter().any(|lead| ends_with(lead)) {
        return end;
    }
    let rest = &bytes[end + 1..line.end.max(end + 1)];
    let word = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let known = [b"key".as_slice(), b"token", b"secret", b"password"];
    if known.iter().any(|k| rest[..word].eq_ignore_ascii_case(k)) { end + 1 + word } else { end }
}

/// `"Client Secret": …`: the first of two words in quotes, of which this is the second.
fn first_word(bytes: &[u8], start: usize, end: usize, line: Span) -> usize {
    let before = &bytes[line.start.min(start)..start];
    let Some(before) = before.strip_suffix(b" ").filter(|_| bytes.get(end) == Some(&b'"')) else { return start };
    let word = before.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let is_known = ["client", "api", "access", "secret", "private"].iter().any(|lead| before[before.len() - word..].eq_ignore_ascii_case(lead.as_bytes()));
    if is_known && before[..before.len() - word].ends_with(b"\"") { start - 1 - word } else { start }
}

/// Bytes before a line in which the beginning of a string of several lines is looked for.
const MAX_TEXT_BLOCK: usize = 8 * 1024;

/// Whether the line that begins at `start` stands in a string of several lines: the nearest `` ` `` or `"""` before it opens one, behind what an
/// expression follows.
fn in_text_block(bytes: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(MAX_TEXT_BLOCK);
    let before = &bytes[from..start];
    let Some(quote) = memchr::memrchr(b'`', before).max(memchr::memmem::find_iter(before, b"\"\"\"").last()) else { return false };
    let line = memchr::memrchr(b'\n', &before[..quote]).map_or(0, |end| end + 1);
    let opener = before[line..quote].trim_ascii_end();
    let opener = opener.strip_suffix(b"f").or_else(|| opener.strip_suffix(b"r")).unwrap_or(opener).trim_ascii_end();
    matches!(opener.last(), Some(b'=' | b'(' | b',' | b':' | b'+' | b'{' | b'['))
}

/// Where the next `name=` on the line begins: lines of several pairs, as in inventories.
fn next_pair(text: &[u8]) -> Option<usize> {
    let is_pair = |&at: &usize| {
        let word = text[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        word > 1 && text.get(at + 1 + word) == Some(&b'=')
    };
    memchr::memchr_iter(b' ', text).find(is_pair)
}

/// Where a value ends that would run to the end of the line: at a comment, at another pair, or at the next item in a flow mapping.
fn end_of_rest(text: &[u8], is_flow: bool) -> Option<usize> {
    let comment = memchr::memmem::find(text, b" #").or_else(|| memchr::memmem::find(text, b"\t#"));
    let end = next_pair(&text[..comment.unwrap_or(text.len())]).or(comment);
    if !is_flow {
        return end;
    }
    text[..end.unwrap_or(text.len())].iter().position(|b| matches!(b, b',' | b'}')).or(end)
}

/// Where a hole that the text begins with ends (`${…}`, `$(…)`, `{{…}}`); 0 without one.
fn hole_end(text: &[u8]) -> usize {
    for (open, close) in [(b"${".as_slice(), b"}".as_slice()), (b"$(", b")"), (b"{{", b"}}")] {
        if text.starts_with(open) {
            return memchr::memmem::find(text, close).map_or(text.len(), |end| end + close.len());
        }
    }
    usize::from(text.first() == Some(&b'$'))
}

/// Where the text is stopped outside of its holes: `${ONE}-${OTHER}` is one word.
fn end_around_holes(text: &[u8], stop: impl Fn(&u8) -> bool) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].iter().position(|b| matches!(b, b'$' | b'{') || stop(b))?;
        match hole_end(&text[at..]) {
            0 if stop(&text[at]) => return Some(at),
            length => at += length.max(1),
        }
    }
}

/// The name right before the separator at `at`, without the quotes and blanks between them; empty without one.
fn inner_name(text: &[u8], at: usize) -> &[u8] {
    let is_between = |b: &&u8| matches!(**b, b' ' | b'"' | b'\'' | b'\\' | b']');
    let end = at - text[..at].iter().rev().take(MAX_BETWEEN).take_while(is_between).count();
    let length = text[..end].iter().rev().take(MAX_NAME).take_while(|b| is_name_byte(**b)).count();
    &text[end - length..end]
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

fn trim(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + text.len() - text.trim_ascii_start().len();
    Span::new(start, start + text.trim_ascii().len())
}

/// Whether a place stands in a string literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// In one that this quote has opened.
    By(u8),
    /// In none.
    No,
    /// Not known: the line is too long.
    Unknown,
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    bytes: &'a [u8],
    line: Span,
    name: Span,
    bare: Bare,
}

impl Reader<'_> {
    fn at(&self, position: usize) -> Option<u8> {
        (position < self.line.end).then(|| self.bytes[position])
    }

    fn before(&self, back: usize) -> Option<u8> {
        let position = self.name.start.checked_sub(back)?;
        (position >= self.line.start).then(|| self.bytes[position])
    }

    fn starts_with(&self, position: usize, text: &[u8]) -> bool {
        self.bytes[position.min(self.line.end)..self.line.end].starts_with(text)
    }

    fn skip_blank(&self, mut position: usize) -> usize {
        while matches!(self.at(position), Some(b' ' | b'\t')) {
            position += 1;
        }
        position
    }

    /// Whether a pair stands in `text` whose name is of the same kind as the one at hand, or the same where that is of none.
    fn holds_pair(&self, text: &[u8]) -> bool {
        let own = &self.bytes[self.name.range()];
        let kind_of = |text: &[u8]| name::classify(&name::normalise(text));
        let kind = LazyCell::new(|| kind_of(own));
        let is_alike = |other: &[u8]| other.eq_ignore_ascii_case(own) || other.len() > 2 && kind.is_some() && kind_of(other) == *kind;
        memchr::memchr3_iter(b'=', b':', b'>', text).any(|at| is_alike(inner_name(text, at)))
    }

    /// Whether `text`, of which no end is in sight, begins with pairs, so that reading on would be in vain.
    fn begins_pairs(&self, text: &[u8], end: impl Fn(&[u8]) -> Option<usize>) -> bool {
        text.get(..MAX_PLAIN).is_some_and(|near| end(near).is_none() && self.holds_pair(near))
    }

    /// The value and how it is held.
    fn value(&self) -> Option<(Span, Holder)> {
        let (after, quoted) = self.past_closing_quote();
        if self.is_user_of_url(after) {
            return None;
        }
        if let Some(found) = self.fallback(after).or_else(|| self.directive(after)) {
            return Some(found);
        }
        if let Some(found) = self.element(after, quoted) {
            return Some(found);
        }
        if after >= self.line.end || self.skip_blank(after) >= self.line.end {
            return self.paired_on_next_line();
        }
        if self.at(after) == Some(b'(') && !quoted {
            return self.setter(after);
        }
        let mut position = self.skip_blank(after);
        while matches!(self.at(position), Some(b']' | b')')) && quoted {
            position = self.skip_blank(position + 1);
        }
        let is_looked_up =
            position > self.skip_blank(after) || !quoted && (self.bytes[self.name.range()].contains(&b'.') || !self.starts_with(position, b"or "));
        if let Some(found) = self.stand_in(position).filter(|_| is_looked_up) {
            return Some(found);
        }
        if !quoted && self.at(position) == Some(b',') {
            return self.flow_pair(position + 1);
        }
        if quoted && self.at(position) == Some(b',') {
            return self.flag_with_default(position + 1).or_else(|| self.argument(position + 1));
        }
        if quoted && self.at(position) == Some(b'{') {
            return self.variable_with_default();
        }
        if self.at(after).is_some_and(|b| matches!(b, b'"' | b'\'')) && !quoted {
            return self.option_with_default(after);
        }
        if quoted && self.starts_with(position, b"value=") {
            return self.quoted_at(position + 6).map(|span| (span, Holder::Quoted));
        }
        if let Some(position) = self.past_separator(position) {
            return self.read_value(position, quoted).or_else(|| self.default_above());
        }
        self.flag(after)
    }

    /// `#[arg(long, default_value = "value")]` on the line above the field.
    fn default_above(&self) -> Option<(Span, Holder)> {
        let before = self.bytes[self.line.start..self.name.start].trim_ascii();
        let end = self.line.start.checked_sub(1).filter(|_| self.bare == Bare::Never && matches!(before, b"" | b"pub"))?;
        let start = memchr::memrchr(b'\n', &self.bytes[end.saturating_sub(MAX_TYPE)..end]).map(|at| end.saturating_sub(MAX_TYPE) + at + 1)?;
        let above = &self.bytes[start..end];
        let at = memchr::memmem::find(above, b"default_value").filter(|_| above.trim_ascii_start().starts_with(b"#["))?;
        let value = above[at + b"default_value".len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let reader = Reader { line: Span::new(start, end), ..*self };
        reader.quoted_at(end - value.len()).map(|value| (value, Holder::Quoted))
    }

    /// Past the quote that closes a quoted name, escaped or not.
    fn past_closing_quote(&self) -> (usize, bool) {
        let end = self.name.end;
        let opening = self.before(1);
        match (self.at(end), self.at(end + 1)) {
            (Some(quote @ (b'"' | b'\'' | b'`')), _) if opening == Some(quote) => (end + 1, true),
            (Some(b'\\'), Some(b'"')) if opening == Some(b'"') => (end + 2, true),
            _ => (end, false),
        }
    }

    /// Past `=`, `:`, `=>`, `:=`, `: Type =`, `Type =`, `As Type =`, `?=`, `||=`, `<-`; not `==`, `::`, `=~`.
    fn past_separator(&self, position: usize) -> Option<usize> {
        let rest = &self.bytes[position.min(self.line.end)..self.line.end];
        if rest.starts_with(b"==") || rest.starts_with(b"::") || rest.starts_with(b"=~") || rest.starts_with(b"!=") {
            return None;
        }
        for separator in [b":=".as_slice(), b"=>", b"?=", b"||=", b"??=", b"+=", b"<-"] {
            if rest.starts_with(separator) {
                return Some(position + separator.len());
            }
        }
        match rest.first() {
            Some(b'=') => Some(position + 1),
            Some(b':') => Some(self.past_type(position + 1)),
            Some(b'{') if self.bare == Bare::Never => self.past_accessors(position),
            Some(b) if self.bare == Bare::Never && b.is_ascii_alphabetic() => {
                // `Dim Name As String = "value"` of Visual Basic.
                let position = if rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"as ")) { self.skip_blank(position + 3) } else { position };
                let rest = &self.bytes[position.min(self.line.end)..self.line.end];
                let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'.' | b'[' | b']')).count();
                let equals = self.skip_blank(position + word);
                (self.at(equals) == Some(b'=') && self.at(equals + 1) != Some(b'=')).then_some(equals + 1)
            }
            _ => None,
        }
    }

    /// Past `{ get; set; } =` of a property in C#.
    fn past_accessors(&self, position: usize) -> Option<usize> {
        let rest = &self.bytes[position..self.line.end.min(position + MAX_TYPE)];
        let end = memchr::memchr(b'}', rest)?;
        let words = rest[1..end].split(|b| *b == b';').map(<[u8]>::trim_ascii).filter(|word| !word.is_empty());
        let is_accessor = |word: &[u8]| [b"get".as_slice(), b"set", b"init"].iter().any(|name| word.ends_with(name));
        let equals = self.skip_blank(position + end + 1);
        (words.clone().next().is_some() && words.clone().all(is_accessor) && self.at(equals) == Some(b'=')).then_some(equals + 1)
    }

    /// Past a type annotation after `:` (`: &'static str = "…"`), or just past the colon.
    fn past_type(&self, colon: usize) -> usize {
        let start = self.skip_blank(colon);
        let mut position = start;
        while let Some(byte) = self.at(position).filter(|_| position < start + MAX_TYPE) {
            match byte {
                // Behind the padding of base64 comes no value.
                b'=' if position > start
                    && !matches!(self.at(self.skip_blank(position + 1)), None | Some(b'=' | b',' | b';' | b'}' | b']' | b')' | b'#' | b'/')) =>
                {
                    return position + 1;
                }
                b if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'&' | b'<' | b'>' | b'[' | b']' | b'.' | b'?' | b'|' | b' ' | b':') => position += 1,
                b'\'' if self.starts_with(position, b"'static ") => position += 8,
                _ => return colon,
            }
        }
        colon
    }

    fn read_value(&self, position: usize, quoted_name: bool) -> Option<(Span, Holder)> {
        let position = self.past_properties(self.skip_blank(position));
        let open = self.open_quote(self.name.start - usize::from(quoted_name));
        if let Open::By(quote) = open
            && self.at(position) == Some(quote)
        {
            return None;
        }
        if let Some(span) = self.default_in_template(position) {
            return Some((span, Holder::Fallback));
        }
        if let Some(span) = self.quoted_at(position) {
            return Some((span, Holder::Quoted));
        }
        if let Some(span) = self.wrapped(position) {
            return Some((span, Holder::Quoted));
        }
        if let Some(span) = self.alternative(position).or_else(|| self.last_of_call(position)) {
            return Some((span, Holder::Fallback));
        }
        if self.bare == Bare::Yaml && matches!(self.at(position), Some(b'|' | b'>')) {
            return self.block_scalar(position).map(|span| (span, Holder::Bare));
        }
        match self.bare {
            // `curl -d client_secret=value https://…`, in quotes or not: in YAML `=` separates nothing.
            Bare::Yaml if self.is_tight(position) && self.is_within_scalar() => self.word(position, b"&\\").map(|span| (span, Holder::InString)),
            Bare::Line | Bare::Yaml if !quoted_name => self.rest_of_line(position).map(|span| (span, Holder::Bare)),
            Bare::Word if !matches!(open, Open::By(_)) => self.word(position, b"").map(|span| (span, Holder::Bare)),
            Bare::Never if open == Open::No && in_text_block(self.bytes, self.line.start) => self.word(position, b"&\\").map(|span| (span, Holder::InString)),
            _ if open == Open::No || open == Open::Unknown && !self.is_tight(position) => None,
            _ => self.word(position, b"&\\").map(|span| (span, Holder::InString)),
        }
    }

    /// Past an anchor and the tag of a text before a scalar (YAML 1.2, 6.9): `&name value`, `!!str value`. Other tags say what else the value is.
    fn past_properties(&self, mut position: usize) -> usize {
        while self.bare == Bare::Yaml && (self.at(position) == Some(b'&') || self.starts_with(position, b"!!str ")) {
            let property = self.bytes[position..self.line.end].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            let next = self.skip_blank(position + property);
            if next >= self.line.end {
                break;
            }
            position = next;
        }
        position
    }

    /// The literal of a template: `{{ .Values.x | default "value" | quote }}`, `{{ default "value" .Values.x }}`, `{{ x | default('value') }}`, and
    /// `{{ "value" | b64enc }}`.
    fn default_in_template(&self, position: usize) -> Option<Span> {
        let quotes = self.bytes[position.min(self.line.end)..self.line.end].iter().take(1).take_while(|b| matches!(b, b'"' | b'\'')).count();
        let hole = self.bytes[(position + quotes).min(self.line.end)..self.line.end].strip_prefix(b"{{")?;
        let inside = &hole[..memchr::memmem::find(hole, b"}}")?];
        let start = position + quotes + 2;
        let text = inside.strip_prefix(b"-").unwrap_or(inside);
        let first = self.skip_blank(start + inside.len() - text.len());
        let is_literal = matches!(self.at(first), Some(b'"' | b'`')) && memchr::memmem::find(inside, b"|").is_some();
        let defaults = memchr::memmem::find_iter(inside, b"default").map(|at| start + at + b"default".len());
        let mut places = defaults.map(|at| self.skip_blank(at + usize::from(self.at(at) == Some(b'(')))).chain(is_literal.then_some(first));
        places.find_map(|at| {
            let opened = if self.at(at) == Some(b'\\') { self.at(at + 1) } else { self.at(at) };
            self.quoted_at(at).filter(|literal| matches!(opened, Some(b'"' | b'\'' | b'`')) && literal.end <= start + inside.len())
        })
    }

    /// The text between quotes that begin at `position`, past string prefixes (`b"`, `r#"`, `@"`), parentheses and `&`.
    fn quoted_at(&self, mut position: usize) -> Option<Span> {
        let limit = position + 4;
        while position < limit && matches!(self.at(position), Some(b'(' | b'&' | b'@' | b'$' | b'[' | b'{' | b' ')) {
            position += 1;
        }
        let letters = self.bytes[position.min(self.line.end)..self.line.end]
            .iter()
            .take(2)
            .take_while(|b| matches!(b.to_ascii_lowercase(), b'b' | b'r' | b'u' | b'l'))
            .count();
        if letters > 0 && matches!(self.at(position + letters), Some(b'"' | b'\'' | b'#')) {
            position += letters;
            while self.at(position) == Some(b'#') {
                position += 1;
            }
        }
        let escaped = self.at(position) == Some(b'\\');
        let position = position + usize::from(escaped);
        let quote = self.at(position).filter(|q| matches!(q, b'"' | b'\'' | b'`'))?;
        let triple = self.starts_with(position, &[quote, quote, quote]);
        let start = position + if triple { 3 } else { 1 };
        self.closing(start, quote, escaped).map(|end| Span::new(start, end))
    }

    /// Where the string that began at `start` ends, if it ends in this window.
    fn closing(&self, start: usize, quote: u8, escaped: bool) -> Option<usize> {
        let mut position = start;
        while let Some(next) = memchr::memchr2(b'\\', quote, &self.bytes[position.min(self.line.end)..self.line.end]) {
            position += next;
            match self.bytes[position] {
                b'\\' if escaped && self.at(position + 1) == Some(quote) => return Some(position),
                b'\\' => position += 2,
                _ => return Some(position),
            }
        }
        None
    }

    /// A bare value to the end of the line, without a comment; the first item in a YAML flow mapping.
    fn rest_of_line(&self, position: usize) -> Option<Span> {
        let text = &self.bytes[position.min(self.line.end)..self.line.end];
        let is_flow = memchr::memchr(b'{', &self.bytes[self.line.start..self.name.start]).is_some();
        let end = |text: &[u8]| end_of_rest(text, is_flow);
        if self.begins_pairs(text, end) {
            return None;
        }
        let end = end(text).unwrap_or(text.len());
        let first = text.first()?;
        let tag = *first == b'!' && text[1..].iter().take_while(|b| !b.is_ascii_whitespace()).all(u8::is_ascii_alphanumeric);
        let structure = matches!(first, b'{' | b'[' | b'|' | b'>' | b'&' | b'*') || tag;
        if matches!(first, b'#' | b'"' | b'\'') || self.bare == Bare::Yaml && structure {
            return None;
        }
        let end = if text[..end].ends_with(b";") { end - 1 } else { end };
        Some(Span::new(position, position + end))
    }

    /// One word that ends at white space, a delimiter, or one of `stops`.
    fn word(&self, position: usize, stops: &[u8]) -> Option<Span> {
        let text = &self.bytes[position.min(self.line.end)..self.line.end];
        let stop = |b: &u8| {
            b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'&' | b')' | b']' | b'}') || stops.contains(b)
        };
        let end = |text: &[u8]| text.iter().position(stop);
        if self.begins_pairs(text, end) {
            return None;
        }
        let reference = hole_end(text) > 0;
        let end = end_around_holes(text, stop);
        let span = Span::new(position, position + end.unwrap_or(text.len()));
        let call = !reference && memchr::memchr(b'(', &self.bytes[span.range()]).is_some();
        (!span.is_empty() && !call).then_some(span)
    }

    /// The literal that stands in where an expression of program text gives nothing: `… or "value"`, `… || "value"`, `… ?? "value"`, `… ?: "value"`.
    fn alternative(&self, position: usize) -> Option<Span> {
        if self.bare != Bare::Never {
            return None;
        }
        let rest = &self.bytes[position.min(self.line.end)..self.line.end];
        memchr::memchr3(b'"', b'\'', b'`', rest)?;
        let operators = [b" or ".as_slice(), b" || ", b" ?? ", b" ?: "];
        let at = operators.iter().filter_map(|operator| memchr::memmem::find_iter(rest, operator).last().map(|at| at + operator.len())).max()?;
        let literal = self.quoted_at(position + at)?;
        matches!(self.at(self.skip_blank(literal.end + 1)), None | Some(b';' | b',' | b')' | b'}' | b'#' | b'/')).then_some(literal)
    }

    /// The literal that a type for secrets wraps: `SecretStr("value")`, `new GuardedString("value")`, `SecretString::from("value")`.
    fn wrapped(&self, position: usize) -> Option<Span> {
        let rest = &self.bytes[position.min(self.line.end)..self.line.end];
        let text = rest.strip_prefix(b"new ").unwrap_or(rest);
        let path = text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':')).count();
        let is_type = [b"Secret".as_slice(), b"GuardedString", b"SensitiveString", b"Redacted", b"Credential", b"Password"]
            .iter()
            .any(|word| memchr::memmem::find(&text[..path], word).is_some());
        if self.bare != Bare::Never || !is_type || text.get(path) != Some(&b'(') {
            return None;
        }
        let open = position + rest.len() - text.len() + path + 1;
        self.quoted_at(open).filter(|literal| matches!(self.at(literal.end + 1), Some(b')' | b'.')))
    }

    /// The literal at the end of a call that gives the first of its arguments that is there: `coalesce(var.x, "value")`, `env("X", 'value')`.
    fn last_of_call(&self, position: usize) -> Option<Span> {
        if self.bare != Bare::Never {
            return None;
        }
        let rest = &self.bytes[position.min(self.line.end)..self.line.end];
        let open = memchr::memchr(b'(', rest)?;
        let callee = rest[..open].rsplit(|b| !b.is_ascii_alphanumeric() && *b != b'_').next()?.to_ascii_lowercase();
        let gives_first =
            [b"coalesce".as_slice(), b"try", b"lookup", b"nvl", b"ifnull", b"isnull", b"getenv", b"get_env", b"env", b"getordefault", b"getproperty"];
        if !gives_first.contains(&callee.as_slice()) {
            return None;
        }
        let comma = memchr::memrchr(b',', rest).filter(|comma| *comma > open)?;
        let literal = self.quoted_at(self.skip_blank(position + comma + 1))?;
        (self.at(self.skip_blank(literal.end + 1)) == Some(b')')).then_some(literal)
    }

    /// The only line of a YAML block scalar (YAML 1.2, 8.1): `password: >-` with the value below.
    fn block_scalar(&self, position: usize) -> Option<Span> {
        let header = self.bytes[position..self.line.end].trim_ascii();
        if header.len() > 3 || !header[1..].iter().all(|b| matches!(b, b'-' | b'+') || b.is_ascii_digit()) {
            return None;
        }
        let indent = |line: Span| self.bytes[line.range()].iter().take_while(|b| **b == b' ').count();
        let first = self.line_below(self.line)?;
        let own = indent(Span::new(self.line.start, self.name.start));
        let goes_on = self.line_below(first).is_some_and(|next| !self.bytes[next.range()].trim_ascii().is_empty() && indent(next) >= indent(first));
        (indent(first) > own && !goes_on).then(|| trim(self.bytes, first))
    }

    fn line_below(&self, line: Span) -> Option<Span> {
        let mut start = line.end;
        start += self.bytes[start..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let end = memchr::memchr2(b'\n', b'\r', &self.bytes[start..]).map_or(self.bytes.len(), |end| start + end);
        (start > line.end && end - start <= MAX_VALUE).then(|| Span::new(start, end))
    }

    /// `https://name:password@host`: what follows is a password in a URL, which has a rule of its own.
    fn is_user_of_url(&self, after: usize) -> bool {
        let opens = self.name.start.checked_sub(3).is_some_and(|start| start >= self.line.start && self.bytes[start..].starts_with(b"://"));
        opens && self.at(after) == Some(b':')
    }

    /// `ENV NAME value`, `setenv NAME value`; `NAME value` and `NAME value;` alone on a line of a configuration; `name "value"` alone on its line, as Groovy
    /// and Ruby write calls; `#define NAME "value"`, `(setq name "value")`, `:name "value"` of C and Lisp.
    fn directive(&self, after: usize) -> Option<(Span, Holder)> {
        let before = self.bytes[self.line.start..self.name.start].trim_ascii();
        let position = self.skip_blank(after);
        if position == after {
            return None;
        }
        let literal = || self.quoted_at(position).filter(|_| matches!(self.at(position), Some(b'"' | b'\'')));
        if before == b"#define" || self.is_of_lisp(before) {
            return literal().map(|literal| (literal, Holder::Quoted));
        }
        if self.at(after) != Some(b' ') && before.is_empty() {
            return None;
        }
        if self.bare == Bare::Never {
            let literal = literal().filter(|_| before.is_empty())?;
            return self.bytes[literal.end + 1..self.line.end].trim_ascii().is_empty().then_some((literal, Holder::Argument));
        }
        let sets = [b"ENV".as_slice(), b"env", b"setenv", b"set -x", b"set -gx", b"set -Ux"].contains(&before);
        let is_alone = self.bare == Bare::Line && before.is_empty() && !matches!(self.at(position), Some(b'=' | b':'));
        let whole = trim(self.bytes, Span::new(position, self.line.end));
        let end = whole.end - usize::from(is_alone && self.bytes[whole.range()].ends_with(b";"));
        let unpadded = |word: &Span| !self.bytes[word.range()].iter().rev().skip_while(|b| **b == b'=').any(|b| *b == b'=');
        let word = || self.word(position, b"").filter(|word| word.end == end && unpadded(word));
        self.quoted_at(position).or_else(word).filter(|_| sets || is_alone).map(|value| (value, Holder::Bare))
    }

    /// Whether what stands before the name says that Lisp binds it: `(def `, `(setq `, the colon of a keyword.
    fn is_of_lisp(&self, before: &[u8]) -> bool {
        let is_keyword = self.before(1) == Some(b':') && self.before(2).is_none_or(|b| matches!(b, b' ' | b'{' | b'(' | b'[' | b','));
        let binder = before.rsplit(|b| *b == b'(').next().filter(|_| before.contains(&b'(')).unwrap_or_default();
        is_keyword || [b"def".as_slice(), b"define", b"defvar", b"defconst", b"defparameter", b"setq", b"setf", b"set!"].contains(&binder)
    }

    /// The literal that stands in for what the name is looked up for: `env["NAME"] || "value"`, `getenv("NAME") or "value"`,
    /// `fetch("NAME") { "value" }`, `env::var("NAME").unwrap_or("value")`.
    fn stand_in(&self, position: usize) -> Option<(Span, Holder)> {
        let operators =
            [b"|| ".as_slice(), b"?? ", b"?: ", b"or ", b"{ ", b".unwrap_or(", b".unwrap_or_else(|_| ", b".unwrap_or_else(|_e| ", b".orElse(", b".getOrElse("];
        let operator = operators.into_iter().find(|operator| self.starts_with(position, operator))?;
        let start = position + operator.len();
        let literal = self.quoted_at(start).filter(|_| matches!(self.at(start), Some(b'"' | b'\'' | b'`')))?;
        let ends = matches!(self.at(self.skip_blank(literal.end + 1)), None | Some(b';' | b',' | b')' | b'}' | b'#' | b'/' | b'.' | b']'));
        (ends && !self.bytes[literal.range()].contains(&b' ')).then_some((literal, Holder::Fallback))
    }

    /// `flag.String("name", "value", "what it is for")`, `flags.StringVarP(&x, "name", "n", "value", …)`, `DEFINE_string("name", "value", …)`.
    fn flag_with_default(&self, position: usize) -> Option<(Span, Holder)> {
        let before = &self.bytes[self.line.start..self.name.start];
        let declares =
            [b"lag.String".as_slice(), b"lags.String", b"lags().String", b"DEFINE_string"].iter().any(|callee| memchr::memmem::find(before, callee).is_some());
        let first = self.quoted_at(self.skip_blank(position)).filter(|_| declares)?;
        let short = memchr::memmem::find(before, b"P(").is_some() && first.len() <= 1;
        let value = if short { self.quoted_at(self.skip_blank(self.skip_blank(first.end + 1) + 1))? } else { first };
        Some((value, Holder::Argument))
    }

    /// `('--name', …, default='value')`, as the option parsers of Python and JavaScript declare what they read. The call may span lines.
    fn option_with_default(&self, after: usize) -> Option<(Span, Holder)> {
        let dashes = self.bytes[self.line.start..self.name.start].iter().rev().take_while(|b| **b == b'-').count();
        if dashes == 0 || self.before(dashes + 1) != self.at(after) {
            return None;
        }
        let end = self.bytes.len().min(after + MAX_TYPE);
        let call = &self.bytes[after..end];
        let call = &call[..memchr::memmem::find(call, b"add_argument").or_else(|| memchr::memmem::find(call, b"option(")).unwrap_or(call.len())];
        let keys = [b"default=".as_slice(), b"default: ", b"default = "];
        let at = keys.iter().find_map(|key| memchr::memmem::find(call, key).map(|at| at + key.len()))?;
        let reader = Reader { line: Span::new(self.line.start, end), ..*self };
        let literal = reader.quoted_at(after + at).filter(|_| matches!(call.get(at), Some(b'"' | b'\'')))?;
        Some((literal, Holder::Argument))
    }

    /// `variable "name" { default = "value" }` of Terraform.
    fn variable_with_default(&self) -> Option<(Span, Holder)> {
        if self.bytes[self.line.start..self.name.start].trim_ascii() != b"variable \"" {
            return None;
        }
        let mut line = self.line;
        for _ in 0..MAX_BLOCK_LINES {
            line = self.line_below(line)?;
            let text = self.bytes[line.range()].trim_ascii();
            if text.starts_with(b"}") {
                return None;
            }
            let value = text.strip_prefix(b"default").map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"="));
            if let Some(value) = value {
                let reader = Reader { line, ..*self };
                let value = value.trim_ascii_start();
                return reader.quoted_at(trim(self.bytes, line).end - value.len()).map(|value| (value, Holder::Quoted));
            }
        }
        None
    }

    /// Whether something stands before the name that is no notation of a list.
    fn is_within_scalar(&self) -> bool {
        let before = self.bytes[self.line.start..self.name.start].trim_ascii_start();
        before.strip_prefix(b"-").unwrap_or(before).iter().any(|b| !matches!(b, b' ' | b'"' | b'\''))
    }

    /// `name=value` without a blank, as inside connection strings and queries.
    fn is_tight(&self, position: usize) -> bool {
        position == self.name.end + 1 && self.bytes[self.name.end] == b'='
    }

    /// Whether `end` stands in a string literal. Not known where the window does not begin with the line.
    fn open_quote(&self, end: usize) -> Open {
        let whole = self.line.start == 0 || matches!(self.bytes[self.line.start - 1], b'\n' | b'\r');
        if !whole {
            return Open::Unknown;
        }
        let before = &self.bytes[self.line.start..end];
        let mut open = None;
        for at in memchr::memchr3_iter(b'"', b'\'', b'`', before) {
            let is_escaped = before[..at].iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1;
            match open {
                _ if is_escaped => {}
                None => open = Some(before[at]),
                Some(quote) if quote == before[at] => open = None,
                Some(_) => {}
            }
        }
        open.map_or(Open::No, Open::By)
    }

    /// `${NAME:-value}`, `${NAME:=value}`, `${name:value}`.
    fn fallback(&self, after: usize) -> Option<(Span, Holder)> {
        let opened = self.before(1) == Some(b'{') && matches!(self.before(2), Some(b'$' | b'#'));
        if !opened || self.at(after) != Some(b':') {
            return None;
        }
        let start = after + 1 + usize::from(matches!(self.at(after + 1), Some(b'-' | b'=')));
        if matches!(self.at(start), Some(b'?' | b'+' | b'$' | b'{')) {
            return None;
        }
        let end = memchr::memchr(b'}', &self.bytes[start.min(self.line.end)..self.line.end])?;
        (end > 0).then(|| (Span::new(start, start + end), Holder::Fallback))
    }

    /// `<name>value</name>`, `<string name="name">value</string>`.
    fn element(&self, after: usize, quoted: bool) -> Option<(Span, Holder)> {
        let opened = quoted || matches!(self.before(1), Some(b'<' | b':'));
        if !opened || self.at(after) != Some(b'>') {
            return None;
        }
        let start = after + 1;
        let rest = &self.bytes[start.min(self.line.end)..self.line.end];
        if rest.trim_ascii().is_empty() {
            return self.element_below().map(|text| (text, Holder::Element));
        }
        let end = memchr::memmem::find(rest, b"</")?;
        let tag = Span::new(start, start + end);
        Some((self.quoted_at(start).unwrap_or(tag), Holder::Element))
    }

    /// The text of an element that has a line to itself, between the lines of its tags.
    fn element_below(&self) -> Option<Span> {
        let text = self.line_below(self.line)?;
        let closing = self.line_below(text)?;
        let is_text = !self.bytes[text.range()].trim_ascii_start().starts_with(b"<");
        (is_text && self.bytes[closing.range()].trim_ascii_start().starts_with(b"</")).then(|| trim(self.bytes, text))
    }

    /// `setPassword("value")`, `.clientSecret("value")`; a getter holds a name, not a value.
    fn setter(&self, after: usize) -> Option<(Span, Holder)> {
        let name = &self.bytes[self.name.range()];
        let last = name.rsplit(|&b| b == b'.' || b == b':').next().unwrap_or(name);
        let is_method = last.len() < name.len() || self.before(1) == Some(b'.') || self.before(1) == Some(b':');
        let sets = [b"set".as_slice(), b"with", b"Set", b"With"].iter().any(|verb| last.starts_with(verb));
        let reads = [
            b"get".as_slice(),
            b"Get",
            b"read",
            b"Read",
            b"load",
            b"Load",
            b"fetch",
            b"find",
            b"has",
            b"is",
            b"check",
            b"valid",
            b"verify",
            b"reset",
            b"create",
            b"delete",
        ];
        if !(sets || is_method) || reads.iter().any(|verb| last.starts_with(verb)) {
            return None;
        }
        let value = self.quoted_at(self.skip_blank(after + 1))?;
        matches!(self.at(self.skip_blank(value.end + 1)), Some(b')')).then_some((value, Holder::Argument))
    }

    /// `("name", "value")`, and JSON's `"name": "NAME", "value": "…"`.
    fn argument(&self, position: usize) -> Option<(Span, Holder)> {
        let position = self.skip_blank(position);
        for key in [b"\"value\":".as_slice(), b"'value':", b"\"Value\":", b"value:"] {
            if self.starts_with(position, key) {
                return self.quoted_at(self.skip_blank(position + key.len())).map(|span| (span, Holder::Quoted));
            }
        }
        let value = self.quoted_at(position)?;
        let next = self.skip_blank(value.end + 1);
        matches!(self.at(next), Some(b')' | b']' | b'}') | None).then_some((value, Holder::Argument))
    }

    /// `{ name: NAME, value: … }` of YAML.
    fn flow_pair(&self, position: usize) -> Option<(Span, Holder)> {
        let is_name = self.bytes[self.line.start..self.name.start].trim_ascii_end().strip_suffix(b":").is_some_and(|before| before.ends_with(b"name"));
        let rest = self.skip_blank(position);
        let value = self.skip_blank(rest + b"value:".len());
        let is_pair = is_name && self.bare == Bare::Yaml && self.starts_with(rest, b"value:");
        let bare = || self.word(value, b"").map(|span| (span, Holder::Bare));
        is_pair.then(|| self.quoted_at(value).map(|span| (span, Holder::Quoted)).or_else(bare)).flatten()
    }

    /// `--name value`.
    fn flag(&self, after: usize) -> Option<(Span, Holder)> {
        if self.before(1) != Some(b'-') || !matches!(self.at(after), Some(b' ')) {
            return None;
        }
        let position = self.skip_blank(after);
        if self.at(position) == Some(b'-') {
            return None;
        }
        self.quoted_at(position).or_else(|| self.word(position, b"")).map(|span| (span, Holder::Flag))
    }

    /// `- name: NAME` with `value: …` on the next line.
    fn paired_on_next_line(&self) -> Option<(Span, Holder)> {
        let before = self.bytes[self.line.start..self.name.start].trim_ascii_start();
        let before = before.strip_prefix(b"- ").unwrap_or(before).trim_ascii();
        if !matches!(before, b"name:" | b"name: \"" | b"name: '" | b"\"name\": \"" | b"key:") {
            return None;
        }
        let mut start = self.line.end;
        start += self.bytes[start..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let end = memchr::memchr2(b'\n', b'\r', &self.bytes[start..]).map_or(self.bytes.len(), |p| start + p);
        let line = Span::new(start, end.min(start + MAX_VALUE));
        let text = &self.bytes[line.range()];
        let indent = text.len() - text.trim_ascii_start().len();
        let key = [b"value:".as_slice(), b"\"value\":"].into_iter().find(|key| text[indent..].starts_with(key))?;
        let below = Reader { bytes: self.bytes, line, name: Span::new(start + indent, start + indent + key.len()), bare: self.bare };
        let position = below.skip_blank(start + indent + key.len());
        if let Some(literal) = below.default_in_template(position) {
            return Some((literal, Holder::Fallback));
        }
        below.quoted_at(position).or_else(|| below.rest_of_line(position)).map(|span| (span, Holder::Bare))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(text: &str, word: &str, bare: Bare) -> Option<(String, String, Holder)> {
        let at = text.find(word).unwrap();
        let start = text[..at].rfind('\n').map_or(0, |p| p + 1);
        let end = text[at..].find('\n').map_or(text.len(), |p| at + p);
        let line = Span::new(start, end);
        let found = read(text.as_bytes(), name_around(text.as_bytes(), at, line)?, line, bare)?;
        Some((text[found.name.range()].to_owned(), text[found.value.range()].to_owned(), found.holder))
    }

    #[test]
    fn notations_of_program_text() {
        for (text, value, holder) in [
            (r#"password = "abc""#, "abc", Holder::Quoted),
            (r#"self.password = 'abc'"#, "abc", Holder::Quoted),
            (r#"{"password": "abc", "x": 1}"#, "abc", Holder::Quoted),
            (r#"config["password"] = "abc";"#, "abc", Holder::Quoted),
            (r#"'password' => 'abc',"#, "abc", Holder::Quoted),
            (r#"const password: &'static str = "abc";"#, "abc", Holder::Quoted),
            (r#"private password: string = "abc";"#, "abc", Holder::Quoted),
            (r#"var password string = "abc""#, "abc", Holder::Quoted),
            (r#"password := "abc""#, "abc", Holder::Quoted),
            (r#"password: "abc","#, "abc", Holder::Quoted),
            (r#"password = b"abc""#, "abc", Holder::Quoted),
            (r##"password = r#"abc"#"##, "abc", Holder::Quoted),
            (r#"x.setPassword("abc");"#.replace("Pass", "pass").leak(), "abc", Holder::Argument),
            (r#".password("abc")"#, "abc", Holder::Argument),
            (r#"os.getenv("password", "abc")"#, "abc", Holder::Argument),
            (r#"password = os.environ.get("X") or "abc""#, "abc", Holder::Fallback),
            (r#"password: env("x") ?? 'abc',"#, "abc", Holder::Fallback),
            (r#"dsn = "host=db;password=abc;x=1""#, "abc", Holder::InString),
            (r#"url = "https://x/?password=abc&y=2""#, "abc", Holder::InString),
            (r#"say "{\"password\":\"abc\"}""#, "abc", Holder::Quoted),
            (r#"env = "password=${X y}","#, "${X y}", Holder::InString),
        ] {
            let found = read_in(text, "password", Bare::Never);
            assert_eq!(found.map(|(_, v, h)| (v, h)), Some((value.to_owned(), holder)), "{text}");
        }
    }

    #[test]
    fn what_stands_in_for_a_missing_value_is_one() {
        for (text, value, holder) in [
            (r#"x = os.getenv("password") or "abc""#, "abc", Holder::Fallback),
            (r#"const k = process.env.password || "abc";"#, "abc", Holder::Fallback),
            (r#"const k = process.env["password"] ?? 'abc';"#, "abc", Holder::Fallback),
            (r#"let k = env::var("password").unwrap_or_else(|_| "abc".into());"#, "abc", Holder::Fallback),
            (r#"System.getenv("password").orElse("abc")"#, "abc", Holder::Fallback),
            (r#"x = ENV.fetch('password') { 'abc' }"#, "abc", Holder::Fallback),
            (r#"password = coalesce(var.t, "abc")"#, "abc", Holder::Fallback),
            (r#"$password = env('X', 'abc');"#, "abc", Holder::Fallback),
            ("variable \"password\" {\n  type    = string\n  default = \"abc\"\n}", "abc", Holder::Quoted),
            (r#"p.add_argument("--password", "-p", default="abc")"#, "abc", Holder::Argument),
            ("p.add_argument(\n  '--password',\n  help='x',\n  default='abc',\n)", "abc", Holder::Argument),
            (r#".option('--password', { default: 'abc' })"#, "abc", Holder::Argument),
            (r#"var p = flag.String("password", "abc", "what for")"#, "abc", Holder::Argument),
            (r#"cmd.Flags().StringVarP(&p, "password", "p", "abc", "what for")"#, "abc", Holder::Argument),
            (r#"  password "abc""#, "abc", Holder::Argument),
            ("struct A {\n  #[arg(long, default_value = \"abc\")]\n  password: String,\n}", "abc", Holder::Quoted),
        ] {
            let found = read_in(text, "password", Bare::Never);
            assert_eq!(found.map(|(_, v, h)| (v, h)), Some((value.to_owned(), holder)), "{text}");
        }
        let found = read_in("X: ${{ secrets.GH || 'abc' }}", "secrets", Bare::Yaml);
        assert_eq!(found, Some(("secret".to_owned(), "abc".to_owned(), Holder::Fallback)));
    }

    #[test]
    fn what_only_looks_like_it_is_none() {
        for text in [
            r#"error = form.password || "Password is required";"#,
            r#"if password || "abc" == x {"#,
            r#"p.add_argument("--password", help="abc")"#,
            "p.add_argument('--password', help='x')\np.add_argument('--user', default='abc')",
            "variable \"password\" {\n  type = string\n}\nvariable \"x\" {\n  default = \"abc\"\n}",
            "variable \"password\" {\n  description = \"abc\"\n}",
            r#"flag.Bool("password", false, "abc")"#,
            r#"say "the password "abc""#,
            r#"// "password" or "abc"."#,
            r#"// a password or "abc""#,
            "password = format(x, \"abc\")",
            "https://password:abc@host/",
            "#[arg(default_value = \"abc\")]\nuser: String,\npassword: String,",
        ] {
            assert_eq!(read_in(text, "password", Bare::Never), None, "{text}");
        }
        assert_eq!(read_in("https://password:abc@host/", "password", Bare::Word), None);
    }

    #[test]
    fn values_may_stand_below_or_behind_a_blank() {
        for (text, value, bare) in [
            ("password: >-\n  abc\nx: y", "abc", Bare::Yaml),
            ("a:\n  password: |\n    abc\n\n  x: y", "abc", Bare::Yaml),
            ("ENV password abc", "abc", Bare::Word),
            ("ENV password \"a b\"", "a b", Bare::Word),
            ("setenv password abc", "abc", Bare::Word),
        ] {
            let found = read_in(text, "password", bare);
            assert_eq!(found.map(|(_, v, _)| v), Some(value.to_owned()), "{text}");
        }
        for (text, bare) in [
            ("password: |\n  one line\n  and one more", Bare::Yaml),
            ("password: |\nabc: x", Bare::Yaml),
            ("ENV password", Bare::Word),
            ("the password abc", Bare::Word),
            ("ENV password one two", Bare::Word),
        ] {
            assert_eq!(read_in(text, "password", bare), None, "{text}");
        }
    }

    #[test]
    fn expressions_are_no_values() {
        for text in [
            "password = getPassword()",
            "password == \"abc\"",
            "if password { }",
            "password: String,",
            "getpassword(\"name\")",
            "x.password(name)",
            "the password is \"abc\"",
            "password::new(\"abc\")",
            "password = other",
            "x.strip_prefix(\"password=\").or(y.strip_prefix(\"z\"))",
        ] {
            assert_eq!(read_in(text, "password", Bare::Never), None, "{text}");
        }
    }

    #[test]
    fn notations_of_configuration() {
        for (text, value, holder, bare) in [
            ("password: abc def # note", "abc def", Holder::Bare, Bare::Yaml),
            ("host password=abc other=def", "abc", Holder::Bare, Bare::Line),
            ("password=!abc", "!abc", Holder::Bare, Bare::Line),
            ("password={abc", "{abc", Holder::Bare, Bare::Line),
            ("password: !a-bc", "!a-bc", Holder::Bare, Bare::Yaml),
            ("db.password=abc", "abc", Holder::Bare, Bare::Line),
            ("{ password: abc, user: x }", "abc", Holder::Bare, Bare::Line),
            ("export password=abc", "abc", Holder::Bare, Bare::Word),
            ("<password>abc</password>", "abc", Holder::Element, Bare::Line),
            (r#"<add key="password" value="abc" />"#, "abc", Holder::Quoted, Bare::Line),
            (r#"<string name="password">abc</string>"#, "abc", Holder::Element, Bare::Line),
            ("run --password abc -x", "abc", Holder::Flag, Bare::Word),
            ("${password:-abc}", "abc", Holder::Fallback, Bare::Word),
            ("- name: password\n  value: abc", "abc", Holder::Bare, Bare::Line),
            (r#"{"name": "password", "value": "abc"}"#, "abc", Holder::Quoted, Bare::Never),
        ] {
            let found = read_in(text, "password", bare);
            assert_eq!(found.map(|(_, v, h)| (v, h)), Some((value.to_owned(), holder)), "{text}");
        }
    }

    #[test]
    fn a_long_value_of_pairs_is_none() {
        let tail = |piece: &str, count: usize| piece.repeat(count);
        for (text, bare) in [
            (tail("password=", 100), Bare::Word),
            (tail("password: ", 100), Bare::Yaml),
            (tail("PASSWORD=", 100), Bare::Line),
            (tail("db-password=app_password=", 40), Bare::Word),
            (tail("${PASSWORD:-", 100), Bare::Word),
            (tail("<password>", 100) + "</password>", Bare::Line),
            (format!("url = \"{}\"", tail("password=b?c", 100)), Bare::Never),
            (format!("password = '{}'", tail("\\\"password\\\":1,", 40)), Bare::Never),
        ] {
            assert_eq!(read_in(&text.to_lowercase(), "password", bare), None, "{text}");
        }
        for (text, expected) in [
            (tail("password=", 4), tail("password=", 3)),
            (format!("password={}", tail("a=b&c:", 100)), tail("a=b&c:", 100)),
            (format!("connection_string=Password=x;{}", tail("a=b;", 100)), format!("Password=x;{}", tail("a=b;", 100).trim_end_matches(';'))),
            (format!("password=a {} # password=b", tail("c ", 300)), format!("a {}", tail("c ", 300).trim_end())),
        ] {
            let word = &text[..text.find('=').unwrap()];
            assert_eq!(read_in(&text, word, Bare::Line).map(|(_, value, _)| value), Some(expected), "{text}");
        }
    }

    #[test]
    fn structure_is_no_value() {
        for text in ["password:", "password: {", "password: |", "password: *anchor", "password: !vault |"] {
            assert_eq!(read_in(text, "password", Bare::Yaml), None, "{text}");
        }
    }

    #[test]
    fn names_may_have_two_words() {
        let text = "API key: abcdef";
        let line = Span::new(0, text.len());
        let found = read(text.as_bytes(), name_around(text.as_bytes(), 0, line).unwrap(), line, Bare::Word).unwrap();
        assert_eq!((&text[found.name.range()], &text[found.value.range()]), ("API key", "abcdef"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic_and_within_the_line(text in proptest::collection::vec(proptest::num::u8::ANY, 0..120), at in 0usize..120) {
            if at < text.len() {
                let line = Span::new(0, text.len());
                for bare in [Bare::Never, Bare::Line, Bare::Yaml, Bare::Word] {
                    if let Some(found) = name_around(&text, at, line).and_then(|name| read(&text, name, line, bare)) {
                        proptest::prop_assert!(found.value.end <= text.len() && found.name.end <= text.len());
                    }
                }
            }
        }
    }
}
