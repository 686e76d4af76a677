//! Where text requests scopes: keys, calls, parameters and lists named scope, in any notation, and the single scopes in them.

use std::cell::Cell;

use crate::model::FileKind;
use crate::text::Span;

/// Longest request that is read, in bytes.
const MAX_REQUEST: usize = 4_096;
/// Requests of one text that are read; a text with more is no program.
const MAX_REQUESTS: usize = 20_000;
/// Words before `scope` in a name that make it a definition or an enforcement, not a request.
const NOT_REQUESTED: [&str; 27] = [
    "foreign",
    "required",
    "require",
    "requires",
    "has",
    "have",
    "check",
    "checks",
    "allowed",
    "allow",
    "supported",
    "valid",
    "validate",
    "verify",
    "enforce",
    "expected",
    "missing",
    "known",
    "available",
    "granted",
    "authorization",
    "needed",
    "forbidden",
    "declared",
    "invalid",
    "accept",
    "accepted",
];
/// Text before a request in its statement that makes it an enforcement.
const ENFORCEMENT: [&str; 13] = [
    "Security(",
    "PreAuthorize",
    "hasAuthority",
    "hasScope",
    "requireScope",
    "assert",
    "expect(",
    "guard",
    "middleware(",
    // `RequireClaim("scope", "a")`, `.claim("scope", "a")`: what a token holds.
    "laim(",
    "laims(",
    "laimIncludes(",
    "laimEquals(",
];
/// Text before a request in its statement that makes it one, though a server is given it: what signs users in.
const SIGN_IN: [&str; 3] = ["passport", "Strategy", "authorizationParams"];
/// The key beside the scopes in the answer of an authorization server (RFC 6749, section 5.1).
const ANSWERED: &[u8] = b"token_type";
/// How far from the scopes it may stand, in bytes.
const NEAR_ANSWER: usize = 300;
/// Methods of a scope list that add to it.
const ADDERS: [&str; 12] = ["add", "push", "append", "extend", "insert", "addall", "addrange", "update", "unionwith", "pushstr", "unshift", "concat"];
/// Words before a parameter list.
const DEFINES: [&str; 6] = ["def", "function", "fun", "func", "fn", "constructor"];
/// How far before a parameter with a default its list may begin, in bytes.
const MAX_PARAMETERS: usize = 600;

/// Longest value that is read for names, in bytes.
const MAX_EXPRESSION: usize = 200;
/// Words that stand where a value stands, and are types or no value.
const TYPES: [&str; 44] = [
    "string",
    "str",
    "String",
    "Option",
    "Vec",
    "List",
    "Set",
    "Array",
    "ReadonlyArray",
    "Optional",
    "Sequence",
    "list",
    "set",
    "tuple",
    "any",
    "unknown",
    "null",
    "None",
    "undefined",
    "nil",
    "Iterable",
    "Collection",
    "IEnumerable",
    "Field",
    "default",
    "Some",
    "is",
    "not",
    "object",
    "Record",
    "void",
    "self",
    "this",
    "public",
    "private",
    "static",
    "readonly",
    "const",
    "let",
    "var",
    "bool",
    "boolean",
    "true",
    "false",
];
/// What an answer of an authorization server is called: the scopes in it were granted, not requested.
const RESPONSES: [&str; 14] =
    ["response", "resp", "res", "token", "data", "body", "json", "result", "claims", "payload", "tokens", "jwt", "decoded", "tokenset"];

/// Words, in lower case, of what reads a value by its name: the text that it is given is a name, or what is taken if there is no such value.
const READERS: [&str; 10] = ["env", "environ", "getenv", "lookupenv", "getenvironmentvariable", "getproperty", "config", "configuration", "settings", "get"];
/// Callees, in lower case, that put a list together.
const JOINERS: [&str; 5] = ["append", "concat", "union", "plus", "chain"];

/// What a value that is not all text is made of.
struct Expression {
    /// The names in it.
    words: Vec<String>,
    /// Only names and points.
    is_path: bool,
    /// Beside text, a name in capitals.
    has_constant: bool,
    /// Something that is no scope by its name is added to a list or a text: `["a"] + extra`, `[...base, "a"]`.
    has_more: bool,
}

impl Expression {
    /// Whether text in it is the name of a value: `os.environ["EXTRA"]`.
    fn reads_by_name(&self) -> bool {
        self.words.iter().any(|word| READERS.contains(&word.to_ascii_lowercase().as_str()))
    }

    /// Reads up to the end of the value: a comma or a closing bracket that is not its own, the end of the line outside of brackets. Text in quotes is
    /// passed over, unless the value itself stands in text (`scope=${SCOPES}`).
    fn of(region: &[u8], is_text: bool) -> Self {
        let (mut words, mut depth, mut p, mut is_path, mut has_constant) = (Vec::new(), 0usize, 0, true, false);
        let mut has_more = false;
        let mut in_hole = !is_text;
        while let Some(&b) = region.get(p) {
            match b {
                b'\'' | b'"' | b'`' | b'&' | b' ' if is_text => break,
                b'\'' | b'"' | b'`' => {
                    is_path = false;
                    let text = &region[p + 1..];
                    let end = text.iter().position(|&other| other == b || other == b'\n').unwrap_or(text.len());
                    // The name of a variable of the environment, a hole in a template.
                    let inside = String::from_utf8_lossy(&text[..end]).into_owned();
                    has_more |= is_piece(&inside);
                    if requests_scopes(inside.as_bytes()) {
                        words.push(inside);
                    } else {
                        for name in holes(&inside) {
                            has_more |= !requests_scopes(name.as_bytes());
                            words.push(name.to_owned());
                        }
                    }
                    p += end + 1;
                }
                b'$' | b'{' | b'%' if is_text => in_hole = matches!(region.get(p + 1), Some(b'{' | b's' | b'v' | b'}')) || b == b'{' || b == b'$',
                // `"a " + (x ? "b" : "")`, `"a" : x`: what stands behind is read by nobody.
                b'(' if !is_text && is_added(&region[..p]) => {
                    has_more = true;
                    depth += 1;
                }
                b'(' | b'[' | b'{' => {
                    is_path &= b != b'{';
                    depth += 1;
                }
                b')' | b']' | b'}' | b',' | b';' | b'\n' | b'#' if depth == 0 => break,
                b')' | b']' | b'}' => depth -= 1,
                b if b.is_ascii_alphabetic() || b == b'_' => {
                    let length = region[p..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                    let word = String::from_utf8_lossy(&region[p..p + length]).into_owned();
                    let is_called = matches!(region.get(p + length), Some(b'(' | b'!' | b':' | b'<'));
                    has_constant |= !is_called && length > 3 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
                    let is_joiner = is_called && JOINERS.contains(&word.to_ascii_lowercase().as_str());
                    let is_more = if is_text { in_hole } else { is_added(&region[..p]) || is_joined(&region[p + length..]) };
                    has_more |= !is_text && !is_path && matches!(word.as_str(), "if" | "else");
                    has_more |= !is_text && is_joiner || is_more && !requests_scopes(word.as_bytes());
                    // `Scope::new`: the word is a type.
                    if in_hole && !region[p + length..].starts_with(b"::") {
                        words.push(word);
                    }
                    p += length;
                    continue;
                }
                _ => {}
            }
            p += 1;
        }
        Self { words, is_path, has_constant, has_more }
    }
}

/// The last names in the holes of a text: `extra` of `banking:read ${this.extra}`.
fn holes(text: &str) -> impl Iterator<Item = &str> {
    let expressions = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let names = expressions.filter_map(|expression| expression.split([':', '(', '[']).next()?.rsplit('.').next());
    names.map(str::trim).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// Whether what follows is added to a text or a list: `+ extra`, `...base`, `*base`.
fn is_added(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"&").unwrap_or(before).trim_ascii_end();
    let spread = before.strip_suffix(b"...").or_else(|| before.strip_suffix(b"*"));
    before.ends_with(b"+") || spread.is_some_and(|rest| matches!(rest.trim_ascii_end().last(), Some(b'[' | b'(' | b'{' | b',')))
}

/// Whether something is added behind: `resource + ":read"`.
fn is_joined(behind: &[u8]) -> bool {
    let behind = behind.trim_ascii_start();
    behind.starts_with(b"+") && !behind.starts_with(b"++") && !behind.starts_with(b"+=")
}

/// Whether a text is completed by others: it has a hole without a name (`%s`, `{}`), or begins or ends within a scope (`payments:`).
fn is_piece(text: &str) -> bool {
    let has_hole = ["%s", "%v", "{}", "{0"].iter().any(|hole| text.contains(hole));
    let is_cut = |word: &str| word.len() > 1 && (word.starts_with(':') || word.ends_with(':'));
    has_hole || text.split([' ', ',']).any(is_cut)
}

/// Whether a text may be the name of a variable: `AELIX_PERMISSIONS`.
fn is_variable(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// One scope in a request: its bytes as written, and its name decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The bytes, percent-encoded as they may be.
    pub span: Span,
    /// The name: `banking:read`.
    pub name: String,
}

/// One place that requests scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The scopes in order.
    pub tokens: Vec<Token>,
    /// The name that holds them, as written: `AELIX_SCOPES`.
    pub name: Span,
    /// Some of its scopes are computed: from what these names hold, or from nobody knows what.
    pub open: Option<Vec<String>>,
}

/// The requests of a text that name scopes, in order. Prose and machine-written files have none.
pub fn requests(bytes: &[u8], kind: FileKind) -> Vec<Request> {
    let mut all = sites(bytes, kind);
    all.retain(|request| !request.tokens.is_empty());
    all
}

/// The requests of a text, in order, also those whose scopes are computed.
pub fn sites(bytes: &[u8], kind: FileKind) -> Vec<Request> {
    if matches!(kind, FileKind::Document | FileKind::Generated) {
        return Vec::new();
    }
    let mut out: Vec<Request> = Vec::new();
    let reader = Reader { bytes, kind, is_cut: Cell::default() };
    let (mut from, mut read, mut told_to) = (0, 0, 0);
    while let Some(at) = next_word(bytes, from) {
        from = at + WORD.len();
        let Some((form, name, value)) = reader.site_at(at) else { continue };
        let tokens = reader.scopes(form, value);
        let is_cut = reader.is_cut.take() && !tokens.is_empty();
        let open = reader.open(form, (name, value), tokens.is_empty()).or_else(|| is_cut.then(Vec::new));
        // `add_scopes(SCOPES.iter().map(|each| Scope::new(each)))` requests what the name holds.
        if at < told_to && tokens.is_empty() {
            continue;
        }
        if form == Form::Called && open.as_ref().is_some_and(|names| !names.is_empty()) {
            told_to = reader.partner(value);
        }
        if !tokens.is_empty() || open.is_some() {
            out.push(Request { tokens, name, open });
        }
        read += 1;
        if read == MAX_REQUESTS {
            break;
        }
    }
    out
}

const WORD: &[u8] = b"scope";

/// The next `scope` in any case.
fn next_word(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr2_iter(b's', b'S', bytes.get(from..)?)
        .map(|at| from + at)
        .find(|&at| bytes.get(at..at + WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD)))
}

struct Reader<'a> {
    bytes: &'a [u8],
    kind: FileKind,
    /// The value that was read last is longer than what is read of it.
    is_cut: Cell<bool>,
}

/// How the value follows the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `scope = value`, `"scope": value`.
    Assigned,
    /// `scope=value` within a text: a URL, a form.
    Parameter,
    /// `scope(value)`, `Scope::new(value)`, `.scopes.add(value)`.
    Called,
    /// `("scope", value)`.
    Paired,
    /// `--scope value`.
    Flag,
    /// `<scope>value</scope>`.
    Element,
}

impl Reader<'_> {
    fn at(&self, p: usize) -> u8 {
        self.bytes.get(p).copied().unwrap_or(0)
    }

    /// How and where the word at `at` is given a value, if it names requested scopes.
    fn site_at(&self, at: usize) -> Option<(Form, Span, usize)> {
        let start = self.back(at, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let end = self.skip(at, |b| b.is_ascii_alphanumeric() || b == b'_');
        let (form, value) = self.form(start, end).filter(|_| requests_scopes(&self.bytes[start..end]))?;
        let is_enforced = self.is_enforced(start) || form == Form::Called && self.is_attribute(start);
        (!self.in_comment(start) && !is_enforced && !self.is_answered(start)).then_some((form, Span::new(start, end), value))
    }

    /// Names that a value takes scopes from, where it is not all text; nothing where a type or nothing at all stands in its place.
    fn open(&self, form: Form, (name, value): (Span, usize), is_empty: bool) -> Option<Vec<String>> {
        if matches!(form, Form::Element) || !matches!(self.kind, FileKind::Source | FileKind::Shell) {
            return None;
        }
        let region = &self.bytes[value..(value + MAX_EXPRESSION).min(self.bytes.len())];
        let expression = Expression::of(region, form == Form::Parameter);
        let is_type = expression.words.iter().all(|word| TYPES.contains(&word.as_str()));
        let names: Vec<String> = expression.words.iter().filter(|word| requests_scopes(word.as_bytes())).cloned().collect();
        let is_response =
            expression.is_path && expression.words.len() > 1 && expression.words.iter().any(|word| RESPONSES.contains(&word.to_ascii_lowercase().as_str()));
        let is_open = self.default_text(value).is_some()
            || expression.has_more
            || form == Form::Assigned && self.is_parameter(name, value)
            || if is_empty { !expression.words.is_empty() && !is_type && !is_response } else { !names.is_empty() || expression.has_constant }
            || expression.reads_by_name() && !is_response;
        is_open.then(|| if expression.has_more { Vec::new() } else { names })
    }

    /// The scopes in the value that begins at `value`.
    fn scopes(&self, form: Form, value: usize) -> Vec<Token> {
        let mut tokens = self.tokens_of(form, value);
        if form == Form::Assigned && tokens.iter().any(|token| is_variable(&token.name)) && !matches!(self.at(self.blanks(value)), b'"' | b'\'' | b'`') {
            let region = &self.bytes[value..(value + MAX_EXPRESSION).min(self.bytes.len())];
            if Expression::of(region, false).reads_by_name() {
                tokens.retain(|token| !is_variable(&token.name));
            }
        }
        tokens
    }

    fn tokens_of(&self, form: Form, value: usize) -> Vec<Token> {
        match form {
            Form::Called => self.bracketed(value),
            Form::Element => self.tokens(value, self.skip(value, |b| b != b'<' && b != b'\n')),
            Form::Paired => self.quoted_run(value),
            Form::Flag | Form::Assigned | Form::Parameter => self.value(value, form),
        }
    }

    fn skip(&self, from: usize, mut keep: impl FnMut(u8) -> bool) -> usize {
        self.bytes.get(from..).map_or(from, |rest| from + rest.iter().take(MAX_REQUEST).position(|&b| !keep(b)).unwrap_or(rest.len().min(MAX_REQUEST)))
    }

    fn back(&self, from: usize, keep: impl Fn(u8) -> bool) -> usize {
        let start = from.saturating_sub(64);
        (start..from).rev().find(|&p| !keep(self.at(p))).map_or(start, |p| p + 1)
    }

    fn blanks(&self, from: usize) -> usize {
        self.skip(from, |b| b == b' ' || b == b'\t')
    }

    fn any_blanks(&self, from: usize) -> usize {
        self.skip(from, |b| b.is_ascii_whitespace())
    }

    /// The text of the line before the byte `at`, at most 512 bytes of it.
    fn line_before(&self, at: usize) -> &[u8] {
        let start = at.saturating_sub(512);
        let text = &self.bytes[start..at];
        text.iter().rposition(|&b| b == b'\n' || b == b'\r').map_or(text, |p| &text[p + 1..])
    }

    fn in_comment(&self, at: usize) -> bool {
        let line = self.line_before(at);
        let trimmed = line.trim_ascii_start();
        let opens = |mark: &[u8]| trimmed.starts_with(mark);
        let inside = |mark: &[u8]| line.windows(mark.len()).any(|w| w == mark);
        opens(b"//")
            || (opens(b"#") && !opens(b"#["))
            || opens(b"*")
            || opens(b"/*")
            || opens(b"<!--")
            || opens(b";")
            || opens(b"-- ")
            || inside(b" // ")
            || inside(b" # ")
    }

    fn is_enforced(&self, at: usize) -> bool {
        let line = self.line_before(at);
        let has = |mark: &&str| memchr::memmem::find(line, mark.as_bytes()).is_some();
        // `router.use(auth({ scopes: ["a"] }))`.
        ENFORCEMENT.iter().any(has) || has(&".use(") && !SIGN_IN.iter().any(has)
    }

    /// Whether a name is that of a decorator or an attribute, which guards what a server answers: `@Scopes("a")`, `[Scope("a")]`.
    fn is_attribute(&self, start: usize) -> bool {
        let line = self.line_before(start);
        line.ends_with(b"@") || line.trim_ascii() == b"["
    }

    /// Whether what is assigned is the default of a parameter, in place of which a caller may give another one: `def token(scope="a")`.
    fn is_parameter(&self, name: Span, value: usize) -> bool {
        let from = name.start.saturating_sub(MAX_PARAMETERS);
        let before = &self.bytes[from..name.start];
        let mut depth = 0_usize;
        let open = before.iter().rposition(|b| {
            match b {
                b')' | b']' | b'}' => depth += 1,
                b'(' if depth == 0 => return true,
                b'(' | b'[' | b'{' => depth = depth.saturating_sub(1),
                _ => {}
            }
            false
        });
        let Some(open) = open.filter(|open| !before[*open..].contains(&b';')) else { return false };
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.');
        let head = before[..open].trim_ascii_end();
        let callee = head.iter().rposition(|b| !is_name(b)).map_or(0, |before| before + 1);
        let word = |text: &[u8]| DEFINES.iter().any(|word| text.ends_with(word.as_bytes()));
        if word(head[..callee].trim_ascii_end()) || word(head) {
            return true;
        }
        // `token(scope = 'a') {`, `(scope = 'a') => x`, `Task Token(string scope = "a") =>`.
        let close = self.partner(from + open);
        let behind = self.bytes.get(close + 1..(close + 1 + MAX_EXPRESSION).min(self.bytes.len())).unwrap_or_default().trim_ascii_start();
        close > value && (behind.starts_with(b"{") || behind.starts_with(b"=>"))
    }

    /// Whether the scopes stand in an answer, which tells what was granted: beside `token_type: "Bearer"`.
    fn is_answered(&self, at: usize) -> bool {
        let is_bracket = |b: &u8| matches!(b, b'{' | b'}' | b'(' | b')');
        let before = &self.bytes[at.saturating_sub(NEAR_ANSWER)..at];
        let before = &before[before.iter().rposition(is_bracket).map_or(0, |bracket| bracket + 1)..];
        let behind = &self.bytes[at..(at + NEAR_ANSWER).min(self.bytes.len())];
        let behind = &behind[..behind.iter().position(is_bracket).unwrap_or(behind.len())];
        let is_key = |text: &[u8]| {
            memchr::memmem::find_iter(text, ANSWERED).any(|key| {
                let is_whole = key == 0 || !matches!(text[key - 1], b'_' | b'a'..=b'z');
                let rest = text[key + ANSWERED.len()..].trim_ascii_start();
                let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest).trim_ascii_start();
                is_whole && (rest.starts_with(b":") || rest.starts_with(b"=>"))
            })
        };
        is_key(before) || is_key(behind)
    }

    /// How the value follows the name `start..end`, and where it begins.
    fn form(&self, start: usize, end: usize) -> Option<(Form, usize)> {
        let quote_before = start > 0 && matches!(self.at(start - 1), b'"' | b'\'' | b'`');
        let after_slashes = self.skip(end, |b| b == b'\\');
        let quoted = matches!(self.at(after_slashes), b'"' | b'\'' | b'`');
        let mut p = if quoted { after_slashes + 1 } else { end };
        if quoted && quote_before && self.at(self.any_blanks(p)) == b',' {
            return Some((Form::Paired, self.any_blanks(self.any_blanks(p) + 1)));
        }
        if self.at(p) == b']' || self.at(p) == b'?' {
            p += 1;
        }
        let flag = start >= 2 && self.at(start) == b'-' || start >= 1 && self.at(start - 1) == b'-';
        if flag && !quoted && self.at(p) == b' ' {
            return Some((Form::Flag, self.blanks(p)));
        }
        if self.at(p) == b'>' && self.bytes.get(start.wrapping_sub(1)) == Some(&b'<') {
            return Some((Form::Element, p + 1));
        }
        p = self.blanks(p);
        if let Some(called) = self.call(start, p) {
            return Some((Form::Called, called));
        }
        let two = (self.at(p), self.at(p + 1));
        let value = match two {
            (b'=', b'=' | b'~') | (b':', b':') | (b'!', _) => return None,
            (b':' | b'+' | b'|', b'=') | (b'=', b'>') => p + 2,
            (b'=' | b':', _) => p + 1,
            _ => return None,
        };
        let in_text = !quoted && start > 0 && matches!(self.at(start - 1), b'"' | b'\'' | b'`' | b'&' | b'?');
        Some((if in_text { Form::Parameter } else { Form::Assigned }, value))
    }

    /// Where the parenthesis of a call behind the name at `start` opens: `(`, `::new(` of a type, `.add(`.
    fn call(&self, start: usize, p: usize) -> Option<usize> {
        match self.at(p) {
            b'(' => Some(p),
            b':' if self.at(p + 1) == b':' && self.at(start).is_ascii_uppercase() => {
                let end = self.skip(p + 2, |b| b.is_ascii_alphanumeric() || b == b'_');
                (self.at(end) == b'(').then_some(end)
            }
            b'.' => {
                let end = self.skip(p + 1, |b| b.is_ascii_alphanumeric() || b == b'_');
                let method = String::from_utf8_lossy(&self.bytes[p + 1..end]).to_ascii_lowercase().replace('_', "");
                (self.at(end) == b'(' && ADDERS.contains(&method.as_str())).then_some(end)
            }
            _ => None,
        }
    }

    /// The value of a key: a string, a list, a YAML list on the lines below, or bare text.
    fn value(&self, from: usize, form: Form) -> Vec<Token> {
        if form == Form::Parameter {
            return self.bare(from, form);
        }
        let p = self.blanks(from);
        if matches!(self.at(p), b'\n' | b'\r' | b'#') && form == Form::Assigned {
            let listed = self.listed_below(p);
            return if listed.is_empty() { self.quoted_run(self.any_blanks(p)) } else { listed };
        }
        let p = if form == Form::Assigned { self.behind_type(p) } else { p };
        let slashes = self.skip(p, |b| b == b'\\');
        match self.at(slashes) {
            b'"' | b'\'' | b'`' => self.quoted_run(p),
            b'[' if self.at(p + 1) == b']' => self.expression(p),
            b'[' | b'(' => self.bracketed(p),
            b'{' => self.in_braces(p),
            _ => {
                let bare = if self.allows_bare() { self.bare(p, form) } else { Vec::new() };
                if bare.is_empty() { self.expression(p) } else { bare }
            }
        }
    }

    /// Go's `{"a b"}` within a map of lists; a definition of scopes has keys and no list.
    fn in_braces(&self, p: usize) -> Vec<Token> {
        if self.kind == FileKind::Source { self.bracketed(p) } else { Vec::new() }
    }

    /// Bare words are values in configuration and shell; in program text they are names.
    fn allows_bare(&self) -> bool {
        self.kind != FileKind::Source
    }

    /// One string or several, joined by `+`, `.`, or nothing.
    fn quoted_run(&self, from: usize) -> Vec<Token> {
        let mut out = Vec::new();
        let mut p = from;
        while let Some((inside, after)) = self.string(p) {
            out.extend(self.tokens(inside.start, inside.end));
            let next = self.any_blanks(after);
            let joined = matches!(self.at(next), b'+' | b'.') && next + 1 < self.bytes.len();
            p = self.any_blanks(if joined { next + 1 } else { next });
            if !joined && self.kind != FileKind::Source {
                break;
            }
        }
        out
    }

    /// The inside of the string that opens at `from`, and the byte after it. `\"` opens and closes a string within a string.
    fn string(&self, from: usize) -> Option<(Span, usize)> {
        let open = self.skip(from, |b| b == b'\\');
        let open = if matches!(self.at(open), b'r' | b'b' | b'f' | b'u' | b'@' | b'$') && matches!(self.at(open + 1), b'"' | b'\'') { open + 1 } else { open };
        let quote = self.at(open);
        if !matches!(quote, b'"' | b'\'' | b'`') {
            return None;
        }
        let start = open + 1;
        let end = self.skip(start, |b| b != quote && b != b'\\' && (b != b'\n' || quote == b'`'));
        let close = self.skip(end, |b| b == b'\\');
        (self.at(close) == quote).then_some((Span::new(start, end), close + 1))
    }

    /// Every string between the bracket at `from` and its partner; none where strings are keys, as in a definition.
    fn bracketed(&self, from: usize) -> Vec<Token> {
        let mut out = Vec::new();
        let (mut p, mut depth) = (from, 0usize);
        let limit = (from + MAX_REQUEST).min(self.bytes.len());
        while p < limit {
            match self.at(p) {
                b'[' | b'(' | b'{' => depth += 1,
                b']' | b')' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return out;
                    }
                }
                b'"' | b'\'' | b'`' => {
                    let Some((inside, after)) = self.string(p) else {
                        p += 1;
                        continue;
                    };
                    // A table that gives scopes names requests none of them.
                    let before = self.bytes[from..p].trim_ascii_end();
                    let is_named = depth == 1 && self.at(from) == b'{' && (before.ends_with(b":") || before.ends_with(b"=") || before.ends_with(b"=>"));
                    if is_named || self.at(self.any_blanks(after)) == b':' {
                        return Vec::new();
                    }
                    out.extend(self.tokens(inside.start, inside.end));
                    p = after;
                    continue;
                }
                b'#' if self.kind == FileKind::Config => p = self.skip(p, |b| b != b'\n'),
                _ if self.kind == FileKind::Config && is_scope_byte(self.at(p)) => {
                    let end = self.skip(p, is_scope_byte);
                    out.extend(self.tokens(p, end));
                    p = end.max(p + 1);
                    continue;
                }
                _ => {}
            }
            p += 1;
        }
        self.is_cut.set(limit < self.bytes.len());
        out
    }

    /// Where the bracket that partners the one at `from` stands, or how far it was looked for.
    fn partner(&self, from: usize) -> usize {
        let mut depth = 0_usize;
        self.skip(from, |b| {
            match b {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > 0
        })
    }

    /// A list behind a type or a constructor on the same line: `[]string{"a"}`, `vec!["a"]`, `Set.of("a")`, `&[&str] = &["a"]`.
    fn expression(&self, from: usize) -> Vec<Token> {
        let end = self.skip(from, |b| !matches!(b, b'\n' | b'"' | b'\'' | b';' | b'`'));
        if !matches!(self.at(end), b'"' | b'\'' | b'`') {
            return Vec::new();
        }
        let code = &self.bytes[from..end];
        let plain = |&b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'.' | b'&' | b'!' | b'<' | b'>' | b':' | b'[' | b']' | b'{' | b'(' | b'=' | b'%' | b'*')
        };
        if let Some(text) = self.default_text(from) {
            return self.quoted_run(text);
        }
        if !code.iter().all(plain) || code.windows(2).any(|w| w == b"==") {
            return Vec::new();
        }
        match code.iter().rposition(|&b| matches!(b, b'[' | b'{' | b'(' | b'=')) {
            Some(open) if code[open] != b'=' => self.bracketed(from + open),
            Some(_) => self.quoted_run(end),
            None => Vec::new(),
        }
    }

    /// Where the text stands that is taken if something else is not given: `process.env.SCOPES ?? "a"`, `config.scopes || "a"`, `given or "a"`.
    fn default_text(&self, from: usize) -> Option<usize> {
        let end = self.skip(from, |b| !matches!(b, b'\n' | b'"' | b'\'' | b';' | b'`' | b','));
        let code = self.bytes[from..end].trim_ascii_end();
        let is_default = matches!(self.at(end), b'"' | b'\'' | b'`') && [b"??".as_slice(), b"||", b" or", b"?:"].iter().any(|mark| code.ends_with(mark));
        is_default.then_some(end)
    }

    /// Where the value begins, if a type stands before it that has text in it which no value has: `[&str; 3] =`, `&'static [&'static str] =`.
    fn behind_type(&self, from: usize) -> usize {
        let end = self.skip(from, |b| !matches!(b, b'\n' | b'=' | b'"'));
        let of_type = &self.bytes[from..end];
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'&' | b'[' | b']' | b';' | b'\'' | b':' | b'<' | b'>');
        let is_type = self.at(end) == b'=' && self.at(end + 1) == b' ' && matches!(self.at(from), b'[' | b'&') && of_type.iter().all(is_plain);
        if is_type && of_type.iter().any(|b| matches!(b, b';' | b'\'')) { self.blanks(end + 1) } else { from }
    }

    /// `- item` lines below a YAML key.
    fn listed_below(&self, from: usize) -> Vec<Token> {
        let mut out = Vec::new();
        let limit = (from + MAX_REQUEST).min(self.bytes.len());
        let mut p = self.skip(from, |b| b != b'\n');
        while p < limit {
            let item = self.any_blanks(p);
            if self.at(item) == b'#' {
                p = self.skip(item, |b| b != b'\n');
                continue;
            }
            if self.at(item) != b'-' || !matches!(self.at(item + 1), b' ' | b'\t') {
                break;
            }
            let start = self.blanks(item + 1);
            let end = self.skip(start, |b| b != b'\n' && b != b'\r');
            if let Some((inside, _)) = self.string(start) {
                out.extend(self.tokens(inside.start, inside.end));
            } else {
                let word = self.skip(start, |b| !b.is_ascii_whitespace());
                if self.at(word.saturating_sub(1)) == b':' {
                    break;
                }
                out.extend(self.tokens(start, word));
            }
            p = end;
        }
        self.is_cut.set(p >= limit && limit < self.bytes.len());
        out
    }

    /// Words up to the end of the value: of the parameter within a text, else of the line.
    fn bare(&self, from: usize, form: Form) -> Vec<Token> {
        let in_text = form == Form::Parameter;
        let ends = |b: u8| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'&' | b'<' | b'>' | b';' | b')' | b'}' | b'#' | b'|' | b'{' | b'\\' | b'=');
        let first_only = form == Form::Flag || (!in_text && self.kind == FileKind::Shell);
        let end = self.skip(from, |b| !(ends(b) || first_only && b == b' '));
        let tokens = self.tokens(from, end);
        let all = self.words(from, end).count();
        if tokens.len() == all || in_text { tokens } else { Vec::new() }
    }

    /// The words between separators: blanks, commas, `+`, `%20`, `%2C`.
    fn words(&self, start: usize, end: usize) -> impl Iterator<Item = Span> + '_ {
        let mut p = start;
        std::iter::from_fn(move || {
            while p < end {
                let width = self.separator(p);
                if width == 0 {
                    break;
                }
                p += width;
            }
            let from = p;
            while p < end && self.separator(p) == 0 {
                p += 1;
            }
            (from < p).then(|| Span::new(from, p))
        })
    }

    fn separator(&self, p: usize) -> usize {
        match self.at(p) {
            b' ' | b'\t' | b'\n' | b'\r' | b'+' | b',' => 1,
            b'%' if self.bytes[p..].starts_with(b"%20") || self.bytes[p..].len() >= 3 && self.bytes[p..p + 3].eq_ignore_ascii_case(b"%2c") => 3,
            _ => 0,
        }
    }

    fn tokens(&self, start: usize, end: usize) -> Vec<Token> {
        let token = |span: Span| {
            let name = decoded(&self.bytes[span.range()])?;
            is_scope(&name).then_some(Token { span, name })
        };
        self.words(start, end).filter_map(token).collect()
    }
}

/// Whether a name such as `AELIX_SCOPES`, `addScope`, `default-scope` holds requested scopes.
fn requests_scopes(name: &[u8]) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut lower_before = false;
    for &b in name {
        if matches!(b, b'_' | b'-') || (b.is_ascii_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| b.is_ascii_alphanumeric()) {
            word.push(char::from(b.to_ascii_lowercase()));
        }
        lower_before = b.is_ascii_lowercase();
    }
    words.retain(|w| !w.is_empty());
    let last = words.pop().unwrap_or_default();
    matches!(last.as_str(), "scope" | "scopes" | "oauthscope" | "oauthscopes") && !words.iter().any(|w| NOT_REQUESTED.contains(&w.as_str()))
}

/// Percent-decoding of one word; `None` for bytes that are not ASCII text.
fn decoded(raw: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut p = 0;
    while p < raw.len() {
        let hex = raw.get(p + 1..p + 3).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        let (byte, width) = match (raw[p], hex) {
            (b'%', Some(byte)) => (byte, 3),
            (byte, _) => (byte, 1),
        };
        if !byte.is_ascii_graphic() {
            return None;
        }
        out.push(char::from(byte));
        p += width;
    }
    Some(out)
}

fn is_scope_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b'_' | b'/' | b'-' | b'*')
}

fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && name.bytes().all(is_scope_byte) && !name.starts_with(':') && !name.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, path: &str) -> Vec<String> {
        let found = requests(text.as_bytes(), FileKind::of(path));
        for token in found.iter().flat_map(|r| &r.tokens) {
            assert!(token.span.end <= text.len());
        }
        found.into_iter().flat_map(|r| r.tokens).map(|t| t.name).collect()
    }

    #[test]
    fn requests_are_read_in_every_notation() {
        for (path, text) in [
            ("a.py", r#"scope="a:read b:write""#),
            ("a.py", r#"OAuth2Session(scope=["a:read", "b:write"])"#),
            ("a.py", "data = {'grant_type': 'x', 'scope': 'a:read b:write'}"),
            ("a.py", "scope=(\"a:read \"\n    \"b:write\")"),
            ("a.py", r#"scope = "a:read" + " b:write""#),
            ("a.js", r"new URLSearchParams({ scope: 'a:read b:write' })"),
            ("a.js", r#"params.append("scope", "a:read b:write")"#),
            ("a.js", r"const url = `https://x/authorize?client_id=1&scope=a%3Aread%20b%3Awrite&state=2`;"),
            ("a.js", r#"const url = "https://x/authorize?scope=a:read+b:write&state=2";"#),
            ("a.js", r#"body: "{\"scope\": \"a:read b:write\"}""#),
            ("a.js", r"scopes: ['a:read', 'b:write'].join(' ')"),
            ("a.ts", "const SCOPES: string[] = [\"a:read\", \"b:write\"];"),
            ("a.rs", r#".add_scope(Scope::new("a:read".to_string())).add_scope(Scope::new("b:write".into()))"#),
            ("a.rs", r#"const SCOPES: &[&str] = &["a:read", "b:write"];"#),
            ("a.rs", r#"const SCOPES: [&str; 2] = ["a:read", "b:write"];"#),
            ("a.rs", r#"static SCOPES: &'static [&'static str] = &["a:read", "b:write"];"#),
            ("a.rs", r#".form(&[("scope", "a:read b:write")])"#),
            ("a.rs", r#"let scopes = vec!["a:read", "b:write"];"#),
            ("a.go", r#"Scopes: []string{"a:read", "b:write"},"#),
            ("a.go", r#"v.Set("scope", "a:read b:write")"#),
            ("a.go", r#"url.Values{"scope": {"a:read b:write"}}"#),
            ("A.java", r#".scope("a:read", "b:write")"#),
            ("A.java", r#"scopes = Set.of("a:read", "b:write");"#),
            ("A.cs", r#"o.Scope.Add("a:read"); o.Scope.Add("b:write");"#),
            ("a.php", r"'scopes' => ['a:read', 'b:write'],"),
            ("a.rb", r"get_token(scope: 'a:read b:write')"),
            ("a.yaml", "scope: a:read b:write # note"),
            ("a.yaml", "scope: \"a:read b:write\""),
            ("a.yaml", "scopes: [a:read, b:write]"),
            ("a.yaml", "  scopes:\n    - a:read\n    # more\n    - \"b:write\"\n  other: c:d"),
            ("a.json", r#"{"scope": "a:read b:write"}"#),
            ("a.toml", "scopes = [\n  \"a:read\",\n  \"b:write\",\n]"),
            ("a.properties", "spring.security.oauth2.client.registration.x.scope=a:read,b:write"),
            (".env", "AELIX_SCOPES=a:read b:write"),
            (".env", "AELIX_SCOPES=\"a:read b:write\""),
            ("a.sh", "curl -d 'grant_type=x&scope=a:read b:write' https://x"),
            ("a.sh", "curl -d grant_type=x -d 'scope=a:read b:write'"),
            ("a.sh", "export SCOPE='a:read b:write'"),
            ("a.sh", "tool --scope a:read --scope b:write"),
            ("a.xml", "<scope>a:read b:write</scope>"),
        ] {
            let mut found = names(text, path);
            found.dedup();
            assert!(found.starts_with(&["a:read".to_owned(), "b:write".to_owned()]), "{path} {text}: {found:?}");
            assert!(!found.iter().any(|t| t.contains(':') && t != "a:read" && t != "b:write"), "{path} {text}: {found:?}");
        }
    }

    #[test]
    fn a_default_is_one_of_what_may_be_requested() {
        for (path, text) in [
            ("a.ts", "const scope = process.env.AELIX_SCOPES ?? 'a:read b:write';"),
            ("a.ts", "scope: options.permissions || 'a:read b:write',"),
            ("a.py", "scope = given or \"a:read b:write\""),
            ("A.kt", "val scope = given ?: \"a:read b:write\""),
        ] {
            let found = sites(text.as_bytes(), FileKind::of(path));
            assert_eq!(found[0].tokens.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(), ["a:read", "b:write"], "{text}");
            assert!(found[0].open.is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_made_of_more_than_text_is_not_known_in_full() {
        let open = |text: &str, path: &str| sites(text.as_bytes(), FileKind::of(path)).iter().any(|request| request.open.is_some());
        for (path, text) in [
            ("a.py", "scope = \"a:read %s\" % extra"),
            ("a.py", "scope = \"a:read {}\".format(extra)"),
            ("a.py", "scope = \"a:read\" if plain else full"),
            ("a.py", "scopes.append(each + \":read\")"),
            ("a.py", "scopes.update(extra())"),
            ("a.ts", "const scope = 'a:read ' + (pay ? 'b:write' : '');"),
            ("a.rs", "scope.push_str(verb());"),
            ("a.py", "def token(self, scope=\"a:read\"):"),
            ("a.py", "def token(\n    self,\n    url: str = (\"x\"),\n    scope: str = \"a:read\",\n) -> str:"),
            ("a.ts", "async token(scope = 'a:read') {"),
            ("a.ts", "const token = async ({ scope = 'a:read' }) => ask(scope);"),
            ("A.cs", "Task Token(string scope = \"a:read\") => Ask(scope);"),
            ("A.kt", "fun token(scope: String = \"a:read\") = ask(scope)"),
        ] {
            assert!(open(text, path), "{text}");
        }
        for (path, text) in [
            ("a.py", "client = Session(id, scope=\"a:read\")"),
            ("a.py", "def token():\n    return ask(x(1), scope=\"a:read\")"),
            ("a.ts", "app.use(() => { const scope = 'a:read'; });"),
            ("a.ts", "const scope = 'a:read';\nexport function f() {"),
            ("A.cs", "new Request { Scope = \"a:read\" }"),
        ] {
            assert!(!open(text, path), "{text}");
        }
    }

    #[test]
    fn of_a_list_that_is_too_long_the_rest_is_not_known() {
        let items = |count: usize| (0..count).map(|n| format!("'a:read{n}'")).collect::<Vec<_>>();
        let open = |path: &str, text: String| sites(text.as_bytes(), FileKind::of(path))[0].open.clone();
        for count in [5, 500] {
            let expected = (count > 5).then(Vec::new);
            assert_eq!(open("a.ts", format!("const scopes = [{}];\nx();\n", items(count).join(", "))), expected, "{count}");
            assert_eq!(open("a.yaml", format!("scopes:\n  - {}\nother: 1\n", items(count).join("\n  - "))), expected, "{count}");
        }
    }

    #[test]
    fn what_requests_nothing_is_passed_over() {
        for (path, text) in [
            ("a.py", r#"if token.scope == "a:read": pass"#),
            ("a.py", r#"# scope="a:read""#),
            ("a.py", r#"x = 1 # scope="a:read""#),
            ("a.py", r#"Security(current, scopes=["a:read"])"#),
            ("a.py", r#"required_scopes = ["a:read"]"#),
            ("A.java", r#"@PreAuthorize("hasAuthority('SCOPE_a:read')")"#),
            ("a.js", "requireScope('a:read')"),
            ("a.js", "jwt.scope.includes('a:read')"),
            ("a.js", "// scope: 'a:read'"),
            ("a.js", " * @param scope: 'a:read'"),
            ("a.yaml", "scopes:\n  a:read: see accounts\n  b:write: change them"),
            ("a.json", r#"{"scopes": {"a:read": "see accounts"}}"#),
            ("a.go", r#"Scopes: map[string]string{"a:read": "see"}"#),
            ("a.md", "request `scope=a:read`"),
            ("a.js", "telescope('a:read')"),
            ("a.rs", "let scope = Scope::global();"),
            ("a.rs", "scope.spawn(|| x(\"a:read\"))"),
            ("a.rs", "scopes::holds(text, \"a:read\")"),
            ("A.cs", r#"p.RequireClaim("scope", "a:read")"#),
            ("A.cs", r#"[RequiredScopeOrAppPermission(AcceptedScope = new[] { "a:read" })]"#),
            ("a.ts", "@Scopes('a:read')"),
            ("A.java", r#"token.withClaim("scope", "a:read")"#),
            ("pom.xml", "<scope>${x}</scope>"),
            ("a.yaml", "scopes_supported: [a:read]"),
        ] {
            let found: Vec<String> = names(text, path).into_iter().filter(|t| t.contains(':')).collect();
            assert!(found.is_empty(), "{path} {text}: {found:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic() {
        let alphabet = b"scope=:\"'[({})]\\%2 \n-<>&,+.aS";
        let mut state = 7u64;
        for _ in 0..20_000 {
            let mut text = b"scope".to_vec();
            for _ in 0..24 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(alphabet[(state >> 33) as usize % alphabet.len()]);
            }
            text.extend(b"scope");
            for path in ["a.py", "a.yaml", "a.sh"] {
                for token in requests(&text, FileKind::of(path)).iter().flat_map(|r| &r.tokens) {
                    assert!(token.span.end <= text.len() && !token.span.is_empty());
                }
            }
        }
    }
}
