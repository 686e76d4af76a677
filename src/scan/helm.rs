//! Charts of Helm: what a template takes from the values of its chart, as expressions that can be evaluated.
//!
//! A template is read as the document that it writes; `{{ .Values.a.b | default "x" }}` becomes an expression, which the project stage evaluates with the
//! values of the chart. What an `if` around a place asks goes with it. Functions that only Helm can compute are nothing that is known.

use std::collections::HashMap;

use memchr::memmem::find;

use crate::model::facts::Value;
use crate::text::Span;

use super::declared::ANYTHING;
use super::syntax::RawAttribute;

/// The kind of the values of a chart.
pub const VALUES: &str = "helm:values";
/// Longest template that is read, in bytes.
const MAX_TEMPLATE: usize = 4_096;
/// Blocks in blocks, and brackets in brackets, that are followed.
const MAX_DEPTH: usize = 32;
/// Longest expression that is kept: a variable that names others many times over would double it at every step.
const MAX_EXPRESSION: usize = 8_192;

/// The folder of the chart that a template belongs to.
pub fn chart_of(path: &str) -> Option<&str> {
    let is_document = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let at = path.rfind("/templates/").or_else(|| path.starts_with("templates/").then_some(0))?;
    is_document.then(|| &path[..at])
}

/// The folder of the chart whose values a file holds: `values.yaml`, or those of one environment (`values-prod.yaml`).
pub fn chart_of_values(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let rest = stem.strip_prefix("values")?;
    (rest.is_empty() || rest.starts_with(['-', '.', '_'])).then_some(folder)
}

/// Whether a file of values counts by itself, and not for one environment alone.
pub fn is_default(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("values.yaml" | "values.yml"))
}

/// The blocks of a template, and what its variables stand for.
#[derive(Default)]
pub struct Blocks {
    all: Vec<Block>,
    /// Where each block begins or ends, and which is open from there on.
    from: Vec<(usize, Option<usize>)>,
    /// Where templates stand alone that write whole lines, and not the value of a key.
    writes: Vec<usize>,
    /// Variables; nothing where one is set more than once.
    variables: HashMap<String, Option<String>>,
}

struct Block {
    /// The one around it.
    above: Option<usize>,
    depth: usize,
    /// What must be so for what is in it to be written; nothing where it does not depend.
    condition: Option<String>,
    /// What `.` is in it, where it is not what it is outside.
    dot: Option<String>,
}

impl Blocks {
    /// Reads the blocks of a template, in one pass.
    pub fn of(bytes: &[u8]) -> Self {
        let mut blocks = Self::default();
        let (mut at, mut open, mut is_value) = (0, None, false);
        while let Some(start) = find(&bytes[at..], b"{{").map(|found| at + found) {
            let Some(end) = template_end(bytes, start) else {
                at = start + 2;
                continue;
            };
            let inside = inside(bytes, start, end);
            let text = bytes[at..start].trim_ascii_end();
            is_value = text.last().map_or(is_value, |byte| *byte == b':');
            let is_alone = bytes[at..start].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')).is_none_or(|byte| *byte == b'\n');
            let word = inside.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let rest = inside[word.len()..].trim();
            let next = match word {
                "if" | "range" | "with" | "define" | "block" => Some(blocks.opened(word, rest, open)),
                "else" => blocks.other_branch(rest, open),
                "end" => open.and_then(|block: usize| blocks.all[block].above),
                _ => {
                    blocks.set(inside, open);
                    let is_silent = inside.starts_with("/*") || inside.starts_with('$') && (inside.contains(":=") || inside.contains(" = "));
                    blocks.writes.extend((is_alone && !is_value && !is_silent).then_some(start));
                    open
                }
            };
            if next != open {
                blocks.from.push((end, next));
                open = next;
            }
            at = end;
        }
        blocks
    }

    fn opened(&mut self, word: &str, rest: &str, above: Option<usize>) -> usize {
        let depth = above.map_or(0, |block| self.all[block].depth + 1);
        let (names, source) = declared_names(rest);
        let value = self.pipeline(source, above);
        let (condition, dot) = match word {
            "if" => (Some(format!("truthy({value})")), None),
            "with" => (Some(format!("truthy({value})")), Some(value.clone())),
            "range" => (Some(format!("truthy({value})")), Some(format!("each({value})"))),
            _ => (None, Some(ANYTHING.to_owned())),
        };
        // Of `$key, $value` the last is the element.
        for (at, name) in names.iter().enumerate() {
            let is_element = at + 1 == names.len();
            let value = dot.clone().unwrap_or_else(|| value.clone());
            self.declare(name, if is_element { value } else { ANYTHING.to_owned() });
        }
        self.all.push(Block { above, depth, condition, dot });
        self.all.len() - 1
    }

    /// `{{ else }}`, `{{ else if … }}`: another block in place of the one that is open.
    fn other_branch(&mut self, rest: &str, open: Option<usize>) -> Option<usize> {
        let block = &self.all[open?];
        let (above, depth) = (block.above, block.depth);
        let not = block.condition.as_ref().map(|condition| format!("!{condition}"));
        let more = rest.strip_prefix("if").map(|rest| format!("truthy({})", self.pipeline(rest.trim(), above)));
        let condition = match (not, more) {
            (Some(not), Some(more)) => Some(format!("({not} && {more})")),
            (not, _) => not,
        };
        let dot = rest.starts_with("with").then(|| ANYTHING.to_owned());
        self.all.push(Block { above, depth, condition: condition.filter(|text| text.len() <= MAX_EXPRESSION), dot });
        Some(self.all.len() - 1)
    }

    /// `$name := value`
    fn set(&mut self, inside: &str, open: Option<usize>) {
        let (names, source) = declared_names(inside);
        if let [name] = names.as_slice() {
            let value = self.pipeline(source, open);
            self.declare(name, value);
        } else if inside.starts_with('$') && inside.contains(" = ") {
            let name: String = inside.chars().take_while(|c| is_name(*c) || *c == '$').collect();
            self.variables.insert(name, None);
        }
    }

    fn declare(&mut self, name: &str, value: String) {
        self.variables.entry(name.to_owned()).and_modify(|known| *known = None).or_insert(Some(value));
    }

    fn open_at(&self, at: usize) -> Option<usize> {
        let behind = self.from.partition_point(|(from, _)| *from <= at);
        behind.checked_sub(1).and_then(|index| self.from[index].1)
    }

    /// The conditions around a place, innermost first, up to those that are around another place too.
    fn conditions(&self, at: usize, around: Option<usize>) -> Vec<&str> {
        let mut outer = around.and_then(|around| self.open_at(around));
        let mut out = Vec::new();
        let mut block = self.open_at(at);
        let depth = |block: Option<usize>| block.map_or(0, |block| self.all[block].depth + 1);
        if depth(block) > MAX_DEPTH || depth(outer) > MAX_DEPTH {
            return Vec::new();
        }
        while block != outer {
            if depth(outer) > depth(block) {
                outer = outer.and_then(|block| self.all[block].above);
                continue;
            }
            let Some(open) = block else { break };
            out.extend(self.all[open].condition.as_deref());
            block = self.all[open].above;
        }
        out
    }

    /// How often what begins at a place is written, where that depends on values.
    pub fn count(&self, at: usize) -> Option<String> {
        let conditions = self.conditions(at, None);
        let is_short = conditions.iter().map(|condition| condition.len()).sum::<usize>() <= MAX_EXPRESSION;
        (is_short && !conditions.is_empty()).then(|| format!("({}) ? 1 : 0", conditions.join(" && ")))
    }

    /// Adds to an attribute of a resource that begins at `around` what must be so for it to be written.
    pub fn guard(&self, attribute: &mut RawAttribute, around: usize) {
        let conditions = self.conditions(attribute.span.start, Some(around));
        if conditions.is_empty() || conditions.iter().map(|condition| condition.len()).sum::<usize>() > MAX_EXPRESSION {
            return;
        }
        let value = match &attribute.value {
            Value::Literal { text, .. } => quoted(&String::from_utf8_lossy(text)),
            _ if attribute.expression.is_empty() => return,
            _ => attribute.expression.clone(),
        };
        attribute.expression = format!("when({}, {value})", conditions.join(" && "));
        attribute.value = Value::Unknown;
    }

    /// Whether a template writes lines into what stands at a place, or behind it.
    pub fn writes_into(&self, bytes: &[u8], span: Span) -> bool {
        let next = |at: usize| self.writes.get(self.writes.partition_point(|write| *write < at)).copied();
        if next(span.start).is_some_and(|write| write < span.end) {
            return true;
        }
        let mut at = span.end;
        for _ in 0..MAX_DEPTH {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(end) = bytes[at..].starts_with(b"{{").then(|| template_end(bytes, at)).flatten() else { return false };
            if next(at) == Some(at) {
                return true;
            }
            at = end;
        }
        true
    }

    /// A text with templates that begins at `at`, as an expression; nothing where nothing in it is known.
    pub fn text(&self, text: &str, at: usize) -> String {
        let mut out = String::from("\"");
        let (mut rest, mut only) = (text, None);
        while let Some(start) = rest.find("{{") {
            let Some(end) = template_end(rest.as_bytes(), start) else { return String::new() };
            out.push_str(&escaped(&rest[..start]));
            let expression = self.pipeline(inside(rest.as_bytes(), start, end), self.open_at(at));
            if start == 0 && end == rest.len() && out.len() == 1 {
                only = Some(expression.clone());
            }
            out.extend(["${", &expression, "}"]);
            if out.len() > MAX_EXPRESSION {
                return String::new();
            }
            rest = &rest[end..];
        }
        out.push_str(&escaped(rest));
        out.push('"');
        format!("given({})", only.unwrap_or(out))
    }

    /// What a template alone writes below a key whose colon is at `at`, as an expression: `{{- toYaml .Values.x | nindent 4 }}`, also within a block.
    pub fn below(&self, bytes: &[u8], at: usize) -> String {
        let (mut at, mut found, mut opened, mut is_within) = (at, None, 0usize, false);
        loop {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(end) = bytes[at..].starts_with(b"{{").then(|| template_end(bytes, at)).flatten() else { break };
            let inside = inside(bytes, at, end);
            match (inside.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default(), &found) {
                ("if" | "with", None) => {
                    opened += 1;
                    is_within = true;
                }
                ("end", Some(_)) if opened > 0 => opened -= 1,
                (_, None) if inside.starts_with("/*") => {}
                ("range" | "define" | "block" | "template" | "end" | "else", _) => break,
                ("if" | "with", Some(_)) if opened == 0 => break,
                (_, None) => found = Some((at, self.pipeline(inside, self.open_at(at)))),
                // Two templates write something together.
                (_, Some(_)) => return String::new(),
            }
            at = end;
        }
        // What another branch writes is not known.
        let is_closed = opened == 0;
        let condition = |at: usize| self.conditions(at, None).first().filter(|_| is_within).map(|condition| (*condition).to_owned());
        found.filter(|_| is_closed).map_or(String::new(), |(at, value)| match condition(at) {
            Some(condition) => format!("given(when({condition}, {value}))"),
            None => format!("given({value})"),
        })
    }

    fn pipeline(&self, source: &str, block: Option<usize>) -> String {
        let mut reader = Reader { rest: source, blocks: self, block, depth: 0 };
        let term = reader.pipeline();
        let is_whole = reader.rest.trim().is_empty() && term.text.len() <= MAX_EXPRESSION;
        if is_whole { term.text } else { ANYTHING.to_owned() }
    }

    fn dot(&self, mut block: Option<usize>) -> Option<&str> {
        while let Some(open) = block {
            if let Some(dot) = &self.all[open].dot {
                return Some(dot);
            }
            block = self.all[open].above;
        }
        None
    }
}

/// `$a, $b := rest`: the names, and what is behind them.
fn declared_names(source: &str) -> (Vec<&str>, &str) {
    match source.split_once(":=") {
        Some((names, rest)) if names.trim_start().starts_with('$') => (names.split(',').map(str::trim).collect(), rest.trim()),
        _ => (Vec::new(), source),
    }
}

fn template_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..bytes.len().min(at + MAX_TEMPLATE)];
    find(rest, b"}}").map(|end| at + end + 2)
}

/// What stands between the braces, without the dashes that take blanks away.
fn inside(bytes: &[u8], start: usize, end: usize) -> &str {
    let text = std::str::from_utf8(&bytes[start + 2..end.max(start + 4) - 2]).unwrap_or_default();
    let text = text.strip_prefix('-').unwrap_or(text);
    text.strip_suffix('-').unwrap_or(text).trim()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A value within a template.
struct Term {
    text: String,
    /// What it has as `value`, if it is a `dict`.
    value: Option<String>,
}

impl Term {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None }
    }

    fn anything() -> Self {
        Self::of(ANYTHING)
    }
}

struct Reader<'a> {
    rest: &'a str,
    blocks: &'a Blocks,
    block: Option<usize>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// `value | function argument | …`
    fn pipeline(&mut self) -> Term {
        self.depth += 1;
        let mut term = if self.depth > MAX_DEPTH { Term::anything() } else { self.command(None) };
        loop {
            self.space();
            let Some(rest) = self.rest.strip_prefix('|') else { break };
            self.rest = rest;
            term = self.command(Some(term));
        }
        self.depth -= 1;
        term
    }

    /// A function with its arguments, or a value alone; what comes down the pipe is the last argument.
    fn command(&mut self, piped: Option<Term>) -> Term {
        self.space();
        let function = self.rest.chars().take_while(|c| is_name(*c)).map(char::len_utf8).sum::<usize>();
        let name = &self.rest[..function];
        let is_function = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !matches!(name, "true" | "false" | "nil");
        if !is_function {
            let term = self.operand().unwrap_or_else(Term::anything);
            return if piped.is_some() { Term::anything() } else { term };
        }
        self.rest = &self.rest[function..];
        let mut arguments = Vec::new();
        while let Some(argument) = self.operand() {
            arguments.push(argument);
        }
        arguments.extend(piped);
        called(name, arguments)
    }

    /// One value; nothing at the end of a command.
    fn operand(&mut self) -> Option<Term> {
        self.space();
        let first = self.rest.chars().next()?;
        match first {
            '|' | ')' => None,
            '(' => {
                self.rest = &self.rest[1..];
                let term = self.pipeline();
                self.space();
                let Some(rest) = self.rest.strip_prefix(')') else {
                    self.rest = "";
                    return Some(Term::anything());
                };
                self.rest = rest;
                Some(self.fields(term))
            }
            '"' | '`' => Some(Term::of(quoted(&self.string(first)))),
            '$' => {
                let length = 1 + self.rest[1..].chars().take_while(|c| is_name(*c)).map(char::len_utf8).sum::<usize>();
                let name = &self.rest[..length];
                self.rest = &self.rest[length..];
                if length == 1 {
                    return Some(self.of_root());
                }
                let value = self.blocks.variables.get(name).cloned().flatten();
                Some(self.fields(value.map_or_else(Term::anything, Term::of)))
            }
            '.' => match self.blocks.dot(self.block) {
                None => Some(self.of_root()),
                Some(dot) => {
                    let dot = Term::of(dot);
                    if !self.rest[1..].starts_with(is_name) {
                        self.rest = &self.rest[1..];
                    }
                    Some(self.fields(dot))
                }
            },
            '-' | '0'..='9' => Some(Term::of(self.word(|c| is_name(c) || c == '-' || c == '.'))),
            _ => match self.word(is_name) {
                "" => {
                    self.rest = "";
                    Some(Term::anything())
                }
                "nil" => Some(Term::of("null")),
                word @ ("true" | "false") => Some(Term::of(word)),
                _ => Some(Term::anything()),
            },
        }
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.chars().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>();
        let word = &self.rest[..length];
        self.rest = &self.rest[length..];
        word
    }

    fn string(&mut self, quote: char) -> String {
        let mut out = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                _ if c == quote => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return out;
                }
                '\\' if quote == '"' => out.extend(characters.next().map(|(_, escaped)| escaped)),
                _ => out.push(c),
            }
        }
        self.rest = "";
        out
    }

    /// `.Values.a.b` and what else the root has.
    fn of_root(&mut self) -> Term {
        match self.rest.strip_prefix(".Values") {
            Some(rest) if !rest.starts_with(is_name) => {
                self.rest = rest;
                self.fields(Term::of("values"))
            }
            _ => {
                if !self.rest.starts_with('.') || !self.rest[1..].starts_with(is_name) {
                    self.rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
                }
                self.fields(Term::anything());
                Term::anything()
            }
        }
    }

    /// `.a.b` behind a value.
    fn fields(&mut self, of: Term) -> Term {
        let length = self.rest.chars().take_while(|c| is_name(*c) || *c == '.').map(char::len_utf8).sum::<usize>();
        let path = self.rest[..length].trim_end_matches('.');
        if !path.starts_with('.') {
            return of;
        }
        self.rest = &self.rest[length..];
        match of.text.as_str() {
            ANYTHING => Term::anything(),
            text if text.starts_with("values") => Term::of(format!("{text}{path}")),
            text => Term::of(format!("({text}){path}")),
        }
    }
}

fn called(name: &str, arguments: Vec<Term>) -> Term {
    let texts: Vec<&str> = arguments.iter().map(|argument| argument.text.as_str()).collect();
    Term::of(match (name, texts.as_slice()) {
        ("quote" | "squote" | "toString" | "toYaml" | "toJson" | "toRawJson" | "trim" | "int" | "int64" | "float64" | "print", [value])
        | ("nindent" | "indent" | "required", [_, value])
        | ("tpl", [value, _]) => (*value).to_owned(),
        ("default", [fallback, value]) => format!("default({value}, {fallback})"),
        ("coalesce" | "or", [first, rest @ ..]) => rest.iter().fold((*first).to_owned(), |all, next| format!("default({all}, {next})")),
        ("and", [first, rest @ ..]) => rest.iter().fold((*first).to_owned(), |all, next| format!("(truthy({all}) ? {next} : {all})")),
        ("not" | "empty", [value]) => format!("!truthy({value})"),
        ("eq", [value, others @ ..]) => {
            let all: Vec<String> = others.iter().map(|other| format!("({value} == {other})")).collect();
            format!("({})", all.join(" || "))
        }
        ("ne", [one, other]) => format!("({one} != {other})"),
        ("ternary", [yes, no, condition]) => format!("(truthy({condition}) ? {yes} : {no})"),
        ("lower" | "upper", [value]) => format!("{name}({value})"),
        ("printf", [_, ..]) => format!("format({})", texts.join(", ")),
        ("join", [separator, list]) => format!("join({separator}, {list})"),
        ("list", all) => format!("[{}]", all.join(", ")),
        ("index" | "get", [of, keys @ ..]) => keys.iter().fold((*of).to_owned(), |all, key| format!("{all}[{key}]")),
        ("dict", all) => {
            let value = all.chunks(2).find(|pair| pair[0] == "\"value\"").and_then(|pair| pair.get(1)).map(|value| (*value).to_owned());
            return Term { value, ..Term::anything() };
        }
        // The idiom of many charts for values that are templates themselves.
        ("include", [name, _]) if name.ends_with("tplvalues.render\"") => {
            return arguments.into_iter().nth(1).and_then(|dict| dict.value).map_or_else(Term::anything, Term::of);
        }
        _ => ANYTHING.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_charts_are_told_by_their_paths() {
        for (path, chart) in [
            ("a/templates/b.yaml", Some("a")),
            ("a/charts/b/templates/c/d.yml", Some("a/charts/b")),
            ("templates/a.yaml", Some("")),
            ("a/templates/_helpers.tpl", None),
            ("a/b.yaml", None),
        ] {
            assert_eq!(chart_of(path), chart, "{path}");
        }
        for (path, chart) in
            [("a/values.yaml", Some("a")), ("values-prod.yml", Some("")), ("a/values.dev.yaml", Some("a")), ("a/valuesets.yaml", None), ("a/values.json", None)]
        {
            assert_eq!(chart_of_values(path), chart, "{path}");
        }
    }

    #[test]
    fn templates_become_expressions() {
        for (text, expected) in [
            ("{{ .Values.a.b }}", "values.a.b"),
            ("{{- $.Values.a | quote -}}", "values.a"),
            ("{{ .Values.a | default \"x\" | quote }}", "default(values.a, \"x\")"),
            ("{{ default .Values.b .Values.a }}", "default(values.a, values.b)"),
            ("{{ required \"needed\" .Values.a }}", "values.a"),
            ("{{ toYaml .Values.a | nindent 4 }}", "values.a"),
            ("{{ printf \"%s/%d\" .Values.a 32 }}", "format(\"%s/%d\", values.a, 32)"),
            ("{{ ternary \"a\" `b` (eq .Values.x \"y\") }}", "(truthy(((values.x == \"y\"))) ? \"a\" : \"b\")"),
            ("{{ include \"common.tplvalues.render\" (dict \"value\" .Values.a \"context\" $) }}", "values.a"),
            ("{{ index .Values \"a\" \"b-c\" }}", "values[\"a\"][\"b-c\"]"),
            ("{{ join \",\" .Values.a }}", "join(\",\", values.a)"),
            ("a-{{ .Values.a }}-${b}", "\"a-${values.a}-$${b}\""),
            ("{{ .Release.Name }}", ANYTHING),
            ("{{ .Values.a | b64enc }}", ANYTHING),
            ("{{ include \"x\" . }}", ANYTHING),
            ("{{ . }}", ANYTHING),
            ("{{ ) }}", ANYTHING),
            ("{{ $unknown }}", ANYTHING),
        ] {
            assert_eq!(Blocks::default().text(text, 0), format!("given({expected})"), "{text}");
        }
        for text in ["{{ .Values.a", "{{ \"a }} "] {
            assert!(!Blocks::default().text(text, 0).contains("values"), "{text}");
        }
    }

    #[test]
    fn blocks_say_when_something_is_written() {
        let text =
            "{{- if .Values.on }}\nkind: X\n{{- range $k, $v := .Values.list }}\n- {{ . }} {{ $v.b }}\n{{- else }}\nnone\n{{- end }}\n{{- end }}\nlast\n";
        let blocks = Blocks::of(text.as_bytes());
        let at = |needle: &str| text.find(needle).unwrap();
        assert_eq!(blocks.count(at("kind")).as_deref(), Some("(truthy(values.on)) ? 1 : 0"));
        assert_eq!(blocks.count(at("last")), None);
        assert_eq!(blocks.conditions(at("- {{ . }}"), Some(at("kind"))), ["truthy(values.list)"]);
        assert_eq!(blocks.conditions(at("none"), Some(at("kind"))), ["!truthy(values.list)"]);
        assert_eq!(blocks.text("{{ . }}", at("{{ . }}")), "given(each(values.list))");
        assert_eq!(blocks.text("{{ $v.b }}", at("{{ . }}")), "given((each(values.list)).b)");
        assert_eq!(blocks.text("{{ .Values.a }}", at("{{ . }}")), "given((each(values.list)).Values.a)");
    }

    #[test]
    fn what_is_written_below_a_key_is_found() {
        for (text, expected) in [
            ("a:\n  {{- toYaml .Values.x | nindent 2 }}\nb: 1\n", "given(values.x)"),
            ("a:\n  {{- with .Values.x }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\nb: 1\n", "given(when(truthy(values.x), values.x))"),
            ("a:\n  {{- toYaml .Values.x }}\n  {{- toYaml .Values.y }}\n", ""),
            ("a:\n  {{- if .Values.x }}\n  {{- toYaml .Values.x }}\n  {{- else }}\n  {{ toYaml .Values.y }}\n  {{- end }}\n", ""),
            ("a:\n  {{ toYaml .Values.x }}\n{{- if .Values.y }}\nb: 1\n{{- end }}\n", "given(values.x)"),
            ("a:\nb: 1\n", ""),
        ] {
            assert_eq!(Blocks::of(text.as_bytes()).below(text.as_bytes(), 2), expected, "{text}");
        }
    }

    #[test]
    fn hostile_templates_are_bounded() {
        for text in ["{{ if ".repeat(50_000), "{{ if (((( }}".repeat(5_000), "{{ $a := $b }}{{ range $a }}".repeat(5_000), "{{ end }}".repeat(50_000)] {
            let blocks = Blocks::of(text.as_bytes());
            assert!(blocks.text(&text, text.len()).len() < 100_000);
        }
        let text = (0..200).map(|i| format!("{{{{ $a{} := list $a{i} $a{i} $a{i} }}}}", i + 1)).collect::<Vec<_>>().concat();
        assert!(Blocks::of(text.as_bytes()).variables.values().flatten().all(|value| value.len() <= MAX_EXPRESSION));
    }
}
