//! Documents of configuration as trees with spans: YAML with anchors, tags and several documents to a file, JSON with comments, TOML, XML, lines of keys
//! and values.
//!
//! The readers are tolerant: any bytes give some tree, in time linear in their length. Templates (`{{ … }}`, `{% … %}`, `<% … %>`) stand where values,
//! keys or whole lines would: what they may change is marked, so that nobody concludes anything from what is missing there.

mod flow;
mod lines;
mod xml;
mod yaml;

use std::collections::HashMap;

use crate::lang::Notation;
use crate::text::{Mapped, Span};

use lines::Dialect;

/// Collections in collections that are read.
const MAX_DEPTH: usize = 100;
/// Values of one document that are read; what follows is passed over.
const MAX_NODES: usize = 500_000;
/// Aliases and merges that are followed one after the other.
const MAX_HOPS: usize = 16;
/// What opens and closes a template.
const TEMPLATES: [(&[u8], &[u8]); 4] = [(b"{{", b"}}"), (b"{%", b"%}"), (b"{#", b"#}"), (b"<%", b"%>")];
/// Longest template, in bytes.
const MAX_TEMPLATE: usize = 4096;

/// One value and what stands in it.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, with its quotes and brackets; a value that is missing is an empty span behind its key.
    pub span: Span,
    /// Its tag as written: `!Ref`, `!!binary`.
    pub tag: Option<Box<str>>,
    /// The name under which aliases refer to it.
    pub anchor: Option<Box<str>>,
    /// A template is part of it: a text that is not known in full, a collection that may have more, fewer or other members.
    pub templated: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Keys and values, in the order of the bytes; a key may come twice.
    Map(Vec<Entry>),
    /// Values, in the order of the bytes.
    List(Vec<Node>),
    /// Text, decoded, with the way back to its bytes; numbers, booleans and what is missing are text too.
    Scalar(Mapped, Style),
    /// The value with this anchor.
    Alias(Box<str>),
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is: may be a number, a boolean, nothing.
    Plain,
    /// In quotes.
    Quoted,
    /// Below its key, line by line or folded (`|`, `>`).
    Block,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Nearly always a text.
    pub key: Node,
    /// The value; an empty plain text where it is missing.
    pub value: Node,
}

impl Entry {
    /// Key and value.
    pub fn span(&self) -> Span {
        Span::new(self.key.span.start, self.value.span.end)
    }
}

/// The documents of a file in this notation, nearly always one.
pub fn read(notation: Notation, bytes: &[u8]) -> Vec<Node> {
    match notation {
        Notation::Dockerfile => Vec::new(),
        Notation::Yaml => yaml(bytes),
        Notation::Json => json(bytes),
        Notation::Xml => vec![xml::read(bytes)],
        Notation::Dotenv => vec![lines::read(bytes, Dialect::Dotenv)],
        Notation::Ini => vec![lines::read(bytes, Dialect::Ini)],
        Notation::Properties => vec![lines::read(bytes, Dialect::Properties)],
        Notation::Toml => vec![lines::read(bytes, Dialect::Toml)],
    }
}

/// Where a YAML stream cannot be read as what it is, for those who are told of it: all that can be read is.
pub fn wrong_in_yaml(bytes: &[u8]) -> Option<usize> {
    yaml::Reader::new(bytes).wrong()
}

/// The documents of a YAML stream.
pub fn yaml(bytes: &[u8]) -> Vec<Node> {
    yaml::Reader::new(bytes).documents()
}

/// The values of a JSON text: one as a rule, several in JSON lines. Comments, trailing commas and names without quotes are read too.
pub fn json(bytes: &[u8]) -> Vec<Node> {
    flow::Reader::new(bytes, flow::Syntax::Json).values()
}

impl Node {
    fn new(kind: Kind, span: Span) -> Self {
        Self { kind, span, tag: None, anchor: None, templated: false }
    }

    /// A value that is missing at `at`.
    fn missing(at: usize) -> Self {
        Self::new(Kind::Scalar(Mapped::new(), Style::Plain), Span::new(at, at))
    }

    fn scalar(text: Mapped, style: Style, span: Span) -> Self {
        let templated = has_template(text.bytes());
        Self { templated, ..Self::new(Kind::Scalar(text, style), span) }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&Mapped> {
        if let Kind::Scalar(text, _) = &self.kind { Some(text) } else { None }
    }

    /// The text of a scalar in UTF-8.
    pub fn str(&self) -> Option<&str> {
        std::str::from_utf8(self.text()?.bytes()).ok()
    }

    /// Whether nothing is given: an empty plain text, `null` or `~`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(text, Style::Plain) if matches!(text.bytes(), b"" | b"~" | b"null" | b"Null" | b"NULL"))
    }

    /// Keys and values of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// The members of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        if let Kind::List(items) = &self.kind { items } else { &[] }
    }

    /// The entry of a map under this key, as it stands: aliases and merges are for [`Anchors::get`]. Of several the last, as readers do.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.str() == Some(key))
    }

    /// The value of a map under this key; see [`Node::entry`].
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under these keys, one in the other; a number counts the members of a list from 0.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| match &node.kind {
            Kind::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => node.get(key),
        })
    }

    /// All texts and aliases in it with their dotted paths (`spec.containers.0.image`), in the order of the bytes.
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut found = Vec::new();
        self.gather(&mut String::new(), None, &mut found);
        found
    }

    fn gather<'n>(&'n self, path: &mut String, key: Option<&'n Node>, found: &mut Vec<Leaf<'n>>) {
        let length = path.len();
        let enter = |path: &mut String, name: &str| {
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
        };
        match &self.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    enter(path, &entry.key.text().map_or(String::new(), |text| String::from_utf8_lossy(text.bytes()).into_owned()));
                    entry.value.gather(path, Some(&entry.key), found);
                    path.truncate(length);
                }
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    enter(path, &index.to_string());
                    item.gather(path, key, found);
                    path.truncate(length);
                }
            }
            Kind::Scalar(..) | Kind::Alias(_) => found.push(Leaf { path: path.clone(), key, value: self }),
        }
    }

    /// Calls `visit` for this node and all in it, in the order of the bytes.
    pub fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Node)) {
        visit(self);
        self.entries().iter().for_each(|entry| entry.value.walk(visit));
        self.items().iter().for_each(|item| item.walk(visit));
    }
}

/// A text of a document, or an alias in place of one.
#[derive(Clone, Debug)]
pub struct Leaf<'n> {
    /// Its dotted path; members of lists by their number from 0.
    pub path: String,
    /// The nearest key above it.
    pub key: Option<&'n Node>,
    /// The text or alias.
    pub value: &'n Node,
}

/// The anchors of a document, to follow its aliases and merges (`<<: *base`).
pub struct Anchors<'n>(HashMap<&'n str, &'n Node>);

impl<'n> Anchors<'n> {
    /// Of one document. Of several anchors of one name the last counts.
    pub fn of(document: &'n Node) -> Self {
        let mut anchors = HashMap::new();
        document.walk(&mut |node| {
            if let Some(name) = &node.anchor {
                anchors.insert(&**name, node);
            }
        });
        Self(anchors)
    }

    /// What an alias stands for; any other node is itself. `None` where there is no such anchor, or aliases go round in circles.
    pub fn resolve(&self, node: &'n Node) -> Option<&'n Node> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            let Kind::Alias(name) = &node.kind else { return Some(node) };
            node = self.0.get(&**name)?;
        }
        None
    }

    /// The value of a map under this key: its own, or one that is merged into it; aliases are followed.
    pub fn get(&self, node: &'n Node, key: &str) -> Option<&'n Node> {
        self.get_within(node, key, MAX_HOPS)
    }

    fn get_within(&self, node: &'n Node, key: &str, hops: usize) -> Option<&'n Node> {
        let node = self.resolve(node)?;
        if let Some(own) = node.get(key) {
            return self.resolve(own);
        }
        let merged = self.resolve(node.get("<<")?)?;
        let hops = hops.checked_sub(1)?;
        match &merged.kind {
            Kind::List(bases) => bases.iter().take(MAX_HOPS).find_map(|base| self.get_within(base, key, hops / 4)),
            _ => self.get_within(merged, key, hops),
        }
    }
}

/// Whether a text holds a template.
fn has_template(text: &[u8]) -> bool {
    memchr::memchr2(b'{', b'<', text).is_some() && TEMPLATES.iter().any(|(open, _)| memchr::memmem::find(text, open).is_some())
}

/// Where the template ends that begins at `at`.
fn template_end(bytes: &[u8], at: usize) -> Option<usize> {
    if !matches!(bytes.get(at), Some(b'{' | b'<')) {
        return None;
    }
    let rest = bytes.get(at..bytes.len().min(at + MAX_TEMPLATE))?;
    let (open, close) = TEMPLATES.iter().find(|(open, _)| rest.starts_with(open))?;
    memchr::memmem::find(&rest[open.len()..], close).map(|end| at + open.len() + end + close.len())
}

/// The same, if it ends on the line it begins on.
fn template_end_on_line(bytes: &[u8], at: usize) -> Option<usize> {
    template_end(bytes, at).filter(|end| !bytes[at..*end].contains(&b'\n'))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Notation; 7] = [Notation::Dotenv, Notation::Ini, Notation::Json, Notation::Properties, Notation::Toml, Notation::Xml, Notation::Yaml];

    /// A tree in one line: `{a: [1, "x"]}`; blocks as `|x|`, aliases as `*x`, templated nodes with a `?` behind them.
    fn shown(node: &Node) -> String {
        let inner = match &node.kind {
            Kind::Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|e| format!("{}: {}", shown(&e.key), shown(&e.value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
            Kind::Scalar(text, style) => {
                let text = String::from_utf8_lossy(text.bytes()).replace('\n', "/");
                match style {
                    Style::Plain => text,
                    Style::Quoted => format!("\"{text}\""),
                    Style::Block => format!("|{text}|"),
                }
            }
            Kind::Alias(name) => format!("*{name}"),
        };
        let anchor = node.anchor.as_ref().map_or(String::new(), |name| format!("&{name} "));
        let tag = node.tag.as_ref().map_or(String::new(), |tag| format!("{tag} "));
        format!("{tag}{anchor}{inner}{}", if node.templated { "?" } else { "" })
    }

    fn all(nodes: &[Node]) -> String {
        nodes.iter().map(shown).collect::<Vec<_>>().join(" --- ")
    }

    #[test]
    fn yaml_is_read() {
        for (text, expected) in [
            ("", ""),
            ("a: 1\nb:\n  c: x # why\n  'd e': \"f\\n\\u0041\"\n", "{a: 1, b: {c: x, \"d e\": \"f/A\"}}"),
            ("a:\n- 1\n- b: 2\n  c: 3\n-\n  - x\n  - - y\nd: e\n", "{a: [1, {b: 2, c: 3}, [x, [y]]], d: e}"),
            ("- a:\n    b\n  c:\n-\n- d\n", "[{a: b, c: }, , d]"),
            ("%YAML 1.2\n--- # one\na: 1\n---\n- b\n...\n---\nc\n", "{a: 1} --- [b] --- c"),
            ("a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n  z\nc: |2\n    x\n", "{a: |x/ y//z/|, b: |x y/z|, c: |  x/|}"),
            ("a: >\n  x\n  y\n    z\n  w\n", "{a: |x y/  z/w/|}"),
            ("- |\n a\n- |-\n\n", "[|a/|, ||]"),
            ("a: x\n  y\n\n  z\nb: 'it''s\n  folded'\nc: \"x\n  y \\\n  z\"\n", "{a: x y/z, b: \"it's folded\", c: \"x y z\"}"),
            ("a: {b: 1, 'c':2, d, e: [x, y: z, \"q\"],}\nf: [\n  g,\n  # why\n  h\n]\n", "{a: {b: 1, \"c\": 2, d: , e: [x, {y: z}, \"q\"]}, f: [g, h]}"),
            ("a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: &y 2\n", "{a: &x {b: 1}, c: *x, d: {<<: *x, e: &y 2}}"),
            (
                "a: !Ref B\nb: !Sub |\n  x\nc: !If [d, !Ref e, \"f\"]\nd: !GetAtt\n  - g\n",
                "{a: !Ref B, b: !Sub |x/|, c: !If [d, !Ref e, \"f\"], d: !GetAtt [g]}",
            ),
            ("? a\n: b\n? c\n", "{a: b, c: }"),
            ("a:b: c\nurl: http://x:1/#y\ntime: 12:30\n", "{a:b: c, url: http://x:1/#y, time: 12:30}"),
            ("\"a: b\": c\n'#': d\n", "{\"a: b\": c, \"#\": d}"),
            ("{\"a\": [1, {\"b\": null}]}\n", "{\"a\": [1, {\"b\": null}]}"),
            ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{a: 1, b: |x/y/|}"),
            ("\u{feff}a: 1", "{a: 1}"),
            ("x: 1\n---\n!Foo\na: 1\n", "{x: 1} --- !Foo {a: 1}"),
            ("*a : b\n", "{*a: b}"),
        ] {
            assert_eq!(all(&yaml(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn templates_in_yaml_are_marked() {
        for (text, expected) in [
            ("a: {{ .Values.a }}\nb: \"{{ .b | default \"x\" }}\"\nc: 1\n", "{a: {{ .Values.a }}?, b: \"{{ .b | default \"x\" }}\"?, c: 1}"),
            ("a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\n  c: 2\nd: 3\n", "{a: {b: 1, c: 2}?, d: 3}?"),
            ("a:\n  {{- toYaml .x | nindent 2 }}\nb: 1\n", "{a: ?, b: 1}?"),
            ("{% for x in y %}\n- {{ x }}\n{% endfor %}\n", "[{{ x }}?]?"),
            ("a: [{{ x }}, b]\n{{ .key }}: v\n", "{a: [{{ x }}?, b]?, {{ .key }}?: v}?"),
            ("a: |\n  x: 1\n{{- if .y }}\n  z: 2\n{{- end }}\nb: c\n", "{a: |x: 1/z: 2/|, b: c}?"),
            ("{{/*\nmany: lines\n*/}}\na: 1\n", "{a: 1}"),
            ("{{- define \"x\" -}}\na: 1\n{{- end }}\n", "{a: 1}?"),
        ] {
            assert_eq!(all(&yaml(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn broken_yaml_gives_what_can_be_read() {
        for (text, expected) in [
            ("a: 1\nno entry\nb: 2\n", "{a: 1, b: 2}?"),
            ("a: 1\n    b: 2\nc: 3\n", "{a: 1, b: 2, c: 3}?"),
            ("a: [1, 2\nb: 3\n", "{a: [1, 2], b: 3}"),
            ("a: \"open\nb: 2\n", "{a: \"open, b: 2}"),
            ("  a: 1\nb: 2\n", "{a: 1, b: 2}?"),
            ("a: ]\nb: }\n", "{a: ], b: }}"),
        ] {
            assert_eq!(all(&yaml(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_in_yaml_has_a_place() {
        for (text, expected) in [
            ("a: 1\nb: [1, 2]\nc:\n  - x: \"y\"\n    z: 'it''s'\n", None),
            ("a: 1\nno entry\nb: 2\n", Some("no entry")),
            ("a: 1\n    b: 2\n", Some("b: 2")),
            ("a: { b: [1,\n  c: ] }\n", None),
            ("a: 1\nb: { c: [1\nd: 2\n", Some("{ c")),
            ("a: 1\nb: \"open\nc: 2\n", Some("\"open")),
        ] {
            let found = wrong_in_yaml(text.as_bytes());
            assert_eq!(
                found.map(|at| text[at..].lines().next().unwrap()),
                expected.map(|word| text[text.find(word).unwrap()..].lines().next().unwrap()),
                "{text}"
            );
        }
    }

    #[test]
    fn json_is_read() {
        for (text, expected) in [
            ("{\"a\": [1, true, null, \"x\\\"\\u00e9\\ud83d\\ude00\"], \"b\": {}}", "{\"a\": [1, true, null, \"x\"é😀\"], \"b\": {}}"),
            ("{ // why\n  a: 'x', /* b: 1 */\n  \"c\": 1e3,\n}", "{a: \"x\", \"c\": 1e3}"),
            ("{\"a\":1}\n{\"a\":2}\n", "{\"a\": 1} --- {\"a\": 2}"),
            ("{\"a\": {{ x }}, \"b\": 1}", "{\"a\": {{ x }}?, \"b\": 1}"),
            ("{\"a\": [1, 2", "{\"a\": [1, 2]}"),
            ("[1 2]]", "[1, 2]"),
            ("{\"a\" \"b\": 1}", "{\"a\": , \"b\": 1}"),
        ] {
            assert_eq!(all(&json(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn lines_of_keys_and_values_are_read() {
        for (notation, text, expected) in [
            (
                Notation::Toml,
                "a = 1 # why\n[b.c]\nd = \"x\\ty\"\ne = 'C:\\d'\n[[f]]\ng = [1, 'h', # why\n  {i = 2, j.k = \"l\"}]\n",
                "{a: 1, b.c: {d: \"x\ty\", e: \"C:\\d\"}, f: {g: [1, \"h\", {i: 2, j.k: \"l\"}]}}",
            ),
            (Notation::Toml, "a = \"\"\"\nb\n\"c\" \"\"\"\n\"d.e\" = '''f'''\nno entry\ng =\n", "{a: \"b/\"c\" \", d.e: \"f\", g: }"),
            (Notation::Ini, "; why\n[a \"b\"]\nc = d ; why\ne: f g\nh = \"i;j\"\nk\n", "{a \"b\": {c: d, e: f g, h: \"i;j\"}}"),
            (Notation::Properties, "! why\na.b=c\\\n   d\ne\\=f : g\nh i\nj=\\u0041\\:\nk\n", "{a.b: cd, e\\=f: g, h: i, j: A:}"),
            (Notation::Dotenv, "# why\nA=b # why\nexport C=\"d\\ne\"\nF='g\\n'\nH=\nI=j=k\n", "{A: b, C: \"d/e\", F: \"g\\n\", H: , I: j=k}"),
            (Notation::Dotenv, "A={{ b }}\n", "{A: {{ b }}?}"),
        ] {
            assert_eq!(all(&read(notation, text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn elements_are_read() {
        for (text, expected) in [
            ("<?xml version='1.0'?>\n<!-- why --><a><b>c &amp; d</b><e f=\"g\"/><h></h></a>", "{a: {b: \"c & d\", e: {f: \"g\"}, h: {}}}"),
            ("<s><add key=\"a:b\" value='c&#65;'/><x name=\"d\">e</x></s>", "{s: {\"a:b\": \"cA\", \"d\": \"e\"}}"),
            ("<a><![CDATA[<b>]]></a>", "{a: \"<b>\"}"),
            ("<a><b>c", "{a: {b: \"c\"}}"),
            ("</a><b/>x<", "{b: {}}"),
            ("<a b=\"c<d>e</d>", "{a: {d: \"e\"}}"),
        ] {
            assert_eq!(all(&read(Notation::Xml, text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_source() {
        let text = "a: \"x\\ty\"\nb:\n  - |\n    one\n    two\n";
        let documents = yaml(text.as_bytes());
        let at = |span: Span| &text[span.range()];
        let a = documents[0].get("a").unwrap();
        assert_eq!(at(a.span), "\"x\\ty\"");
        assert_eq!(at(a.text().unwrap().span(Span::new(1, 3))), "\\ty");
        let b = documents[0].at(&["b", "0"]).unwrap().text().unwrap();
        assert_eq!(b.bytes(), b"one\ntwo\n");
        assert_eq!(at(b.span(Span::new(4, 7))), "two");
        assert_eq!(at(documents[0].entry("b").unwrap().span()), "b:\n  - |\n    one\n    two");
    }

    #[test]
    fn leaves_have_dotted_paths() {
        let documents = yaml(b"a:\n  - b: 1\n  - c\nd: {e: *x}\n");
        let leaves = documents[0].leaves();
        let shown: Vec<String> = leaves.iter().map(|leaf| format!("{}={} {}", leaf.path, shown(leaf.value), leaf.key.and_then(Node::str).unwrap())).collect();
        assert_eq!(shown, ["a.0.b=1 b", "a.1=c a", "d.e=*x e"]);
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        let documents = yaml(b"base: &base\n  a: 1\n  b: 2\nmore: &more {c: 3}\nx:\n  <<: [*base, *more]\n  b: 4\ny: *base\nz: &z {<<: *z}\nlost: *nothing\n");
        let root = &documents[0];
        let anchors = Anchors::of(root);
        let value = |of: &str, key: &str| anchors.get(root.get(of).unwrap(), key).and_then(Node::str);
        for (of, key, expected) in
            [("x", "a", Some("1")), ("x", "b", Some("4")), ("x", "c", Some("3")), ("y", "b", Some("2")), ("z", "a", None), ("x", "d", None)]
        {
            assert_eq!(value(of, key), expected, "{of}.{key}");
        }
        assert!(anchors.resolve(root.get("lost").unwrap()).is_none());
    }

    #[test]
    fn deep_and_odd_bytes_end_without_overflow() {
        let deep = |open: &str| open.repeat(50_000);
        let more = ["<a>", "<a b=\"", "a=\"\n", "a = [{b=\n"];
        let texts: Vec<String> = more
            .map(deep)
            .into_iter()
            .chain([
                deep("["),
                deep("{a:"),
                deep("- "),
                deep("? "),
                deep("{"),
                deep("\"a\":{"),
                deep("\"\\"),
                deep("'\n"),
                deep("\"\n"),
                deep("{{"),
                deep("!a "),
                deep("a: &b\n "),
            ])
            .collect();
        let stairs = (0..2000).fold(String::new(), |stairs, n| stairs + &" ".repeat(n) + "a:\n");
        let run = std::thread::Builder::new().stack_size(1024 * 1024);
        let all = move || {
            for text in texts.iter().chain([&stairs]) {
                for notation in ALL {
                    read(notation, text.as_bytes());
                }
            }
            for line in ["[a, ".repeat(50_000), "[a, b ".to_owned() + &", c: {d: 'e'}".repeat(20_000), "a: b # ".repeat(20_000)] {
                yaml(line.as_bytes());
            }
        };
        assert!(run.spawn(all).unwrap().join().is_ok());
        for bytes in [b"\xff\xfe: \x00\n\x80- \xff".as_slice(), b"a:\r b:\r\r- c", b"\"\\u12", b"'", b"|", b"> x", b"- !", b"&", b"* "] {
            for notation in ALL {
                read(notation, bytes);
            }
        }
    }
}
