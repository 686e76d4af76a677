//! Infrastructure that documents declare: Terraform in JSON, `CloudFormation`, ARM templates, Kubernetes objects, allowlists in configuration files.

mod integration;

use crate::lang::Notation;
use crate::model::Blob;
use crate::model::facts::Value;
use crate::text::Span;

use super::bicep;
use super::document::{self, Kind, Node, Style};
use super::helm::{self, Blocks};
use super::program::OPEN;
use super::syntax::{RawAttribute, RawResource};

pub use integration::is_declaration;

/// Attributes of one resource that are kept.
const MAX_ATTRIBUTES: usize = 5_000;
/// Larger documents are not read, in bytes: they are data.
const MAX_BYTES: usize = 2 << 20;
/// Collections in collections that are kept.
const MAX_DEPTH: usize = 40;
/// The kind of Kubernetes objects that define types.
const TYPE_DEFINITION: &[u8] = b"CustomResourceDefinition";
/// Values within one function of `CloudFormation` that are looked at.
const MAX_NESTED: usize = 400;
/// The block of Terraform that calls a module.
const MODULE: &str = "module";
/// A name without a value.
pub(super) const ANYTHING: &str = "cfn.Anything";

/// What the documents of a file declare.
pub fn resources(bytes: &[u8], notation: Notation, path: &str) -> Vec<RawResource> {
    if bytes.len() > MAX_BYTES || notation == Notation::Yaml && defines_types_alone(bytes) {
        return Vec::new();
    }
    let documents = document::read(notation, bytes);
    let is_terraform = path.ends_with(".tf.json");
    let blocks = helm::chart_of(path).map(|_| Blocks::of(bytes));
    let mut out = Vec::new();
    if let (Some(values), Some(_)) = (documents.first(), helm::chart_of_values(path)) {
        out.extend(values_of_chart(values));
    }
    for node in &documents {
        let reader = Reader { bytes, texts: if is_terraform { Texts::Terraform } else { Texts::Plain }, blocks: blocks.as_ref() };
        if is_declaration(path) {
            reader.integration(node, &mut out);
        } else if is_terraform {
            reader.terraform(node, &mut out);
        } else if node.get("Resources").is_some_and(is_stack) || node.get("AWSTemplateFormatVersion").is_some() {
            reader.stack(node, &mut out);
        } else if node.get("apiVersion").is_some() && node.get("kind").is_some() {
            reader.object(node, &mut out);
        } else if node.get("resources").is_some_and(|resources| members(resources).any(is_arm)) {
            Reader { texts: Texts::Arm, ..reader }.arm(node, "", &mut out);
        } else {
            reader.settings(node, path, &mut out);
        }
    }
    out
}

/// What the configuration of this program declares.
pub fn declaration(bytes: &[u8]) -> Vec<RawResource> {
    let mut out = Vec::new();
    let reader = Reader { bytes, texts: Texts::Plain, blocks: None };
    for root in &document::read(Notation::Toml, bytes) {
        reader.integration(root, &mut out);
    }
    out
}

/// Whether all that Kubernetes documents declare are types of resources: thousands of lines of schema that configure nothing.
fn defines_types_alone(bytes: &[u8]) -> bool {
    let kinds = memchr::memmem::find_iter(bytes, b"kind:").filter(|at| *at == 0 || bytes[at - 1] == b'\n');
    let mut kinds = kinds.map(|at| bytes[at..].split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default()).peekable();
    kinds.peek().is_some() && kinds.all(|line| line["kind:".len()..].trim_ascii() == TYPE_DEFINITION)
}

fn is_stack(resources: &Node) -> bool {
    resources.entries().iter().any(|e| e.value.get("Type").and_then(Node::str).is_some_and(|kind| kind.contains("::")))
}

fn is_arm(item: &Node) -> bool {
    item.get("type").and_then(Node::str).is_some_and(|kind| kind.starts_with("Microsoft."))
}

/// Whether a name says of who may come in, or of the mesh that they come through.
fn is_of_sources(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["allow", "white", "permit", "source", "meshconfig"].iter().any(|word| lower.contains(word))
}

/// Whether some name below a node does.
fn has_sources(node: &Node) -> bool {
    let is_one = |entry: &document::Entry| entry.key.str().is_some_and(is_of_sources) || has_sources(&entry.value);
    node.entries().iter().any(is_one) || node.items().iter().any(has_sources)
}

/// Whether the word `module` at `at` calls no module of Terraform: `"sourceType": "module"` of a package, a word of a comment.
pub fn is_another_module(blob: &Blob, at: usize) -> bool {
    let (before, from) = blob.bytes.split_at(at.min(blob.bytes.len()));
    if !from.get(..MODULE.len()).is_some_and(|word| word.eq_ignore_ascii_case(MODULE.as_bytes())) {
        return false;
    }
    let name = &*blob.target.within;
    if name.ends_with(".tf.json") {
        return false;
    }
    let begins_line = || before[memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..].trim_ascii().is_empty();
    let is_block = || matches!(from.get(MODULE.len()), Some(b' ' | b'\t' | b'"'));
    ![".tf", ".tofu"].iter().any(|end| name.ends_with(end)) || !begins_line() || !is_block()
}

/// The members of a list, or the values of an object.
fn members(node: &Node) -> impl Iterator<Item = &Node> {
    node.items().iter().chain(node.entries().iter().map(|entry| &entry.value))
}

/// The values of a chart: single values and lists by their dotted paths, and whole the maps whose keys have dots themselves. Nothing where the file is a
/// template: what it lacks is not known.
fn values_of_chart(root: &Node) -> Option<RawResource> {
    if root.templated {
        return None;
    }
    let mut attributes = Vec::new();
    values_in(root, "", &mut attributes);
    Some(RawResource { kind: helm::VALUES.to_owned(), name: String::new(), attributes, span: root.span })
}

fn values_in(map: &Node, above: &str, out: &mut Vec<RawAttribute>) {
    for entry in map.entries() {
        let name = entry.key.str().unwrap_or_default();
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        let is_plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let has_plain_keys = entry.value.entries().iter().all(|inner| inner.key.str().is_some_and(is_plain));
        let depth = path.bytes().filter(|byte| *byte == b'.').count();
        if out.len() >= MAX_ATTRIBUTES || depth > MAX_DEPTH || !is_plain(name) {
            continue;
        }
        if has_plain_keys && !entry.value.templated && !entry.value.entries().is_empty() {
            values_in(&entry.value, &path, out);
            continue;
        }
        let is_merged = entry.value.entries().iter().any(|inner| inner.key.str() == Some("<<"));
        let expression = if is_merged || entry.value.templated { ANYTHING.to_owned() } else { expression(&entry.value, &mut { MAX_NESTED }) };
        out.push(RawAttribute { path, value: Value::Unknown, expression, span: entry.span() });
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    texts: Texts,
    /// Of a template of Helm.
    blocks: Option<&'b Blocks>,
}

/// What texts may be besides themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// Nothing; what stands in brackets is not known.
    Plain,
    /// Templates of Terraform.
    Terraform,
    /// Expressions of ARM templates, in brackets.
    Arm,
    /// The same in a template within a template, whose names mean something else.
    Nested,
}

impl Reader<'_> {
    /// `{"resource": {"type": {"name": {…}}}}`
    fn terraform(&self, root: &Node, out: &mut Vec<RawResource>) {
        for block in root.entries() {
            let Some(kind) = block.key.str() else { continue };
            match kind {
                "resource" | "data" => {
                    for (typed, named) in block.value.entries().iter().flat_map(|typed| typed.value.entries().iter().map(move |named| (typed, named))) {
                        let first = typed.key.str().unwrap_or_default();
                        let kind = if kind == "data" { format!("data.{first}") } else { first.to_owned() };
                        self.push(&kind, (&named.key, &named.value), out);
                    }
                }
                "variable" | "module" | "provider" => block.value.entries().iter().for_each(|named| self.push(kind, (&named.key, &named.value), out)),
                _ => self.push(kind, (&block.key, &block.value), out),
            }
        }
    }

    fn push(&self, kind: &str, (name, value): (&Node, &Node), out: &mut Vec<RawResource>) {
        // A block that may come several times may be a list of one.
        let value = value.items().first().unwrap_or(value);
        out.push(self.resource(kind, name.str().unwrap_or_default(), name.span, value));
    }

    fn resource(&self, kind: &str, name: &str, span: Span, value: &Node) -> RawResource {
        let mut attributes = Vec::new();
        for entry in value.entries() {
            self.entry("", (&entry.key, &entry.value), 0, &mut attributes);
        }
        RawResource { kind: kind.to_owned(), name: name.to_owned(), attributes, span }
    }

    /// A stack of `CloudFormation`: its parameters count as variables.
    fn stack(&self, root: &Node, out: &mut Vec<RawResource>) {
        for parameter in root.get("Parameters").map(Node::entries).into_iter().flatten() {
            let mut variable = self.resource("variable", parameter.key.str().unwrap_or_default(), parameter.key.span, &parameter.value);
            for attribute in variable.attributes.iter_mut().filter(|a| a.path == "Default") {
                "default".clone_into(&mut attribute.path);
            }
            out.push(variable);
        }
        if let Some(mappings) = root.get("Mappings") {
            let mapping = |entry: &document::Entry| {
                let expression = expression(&entry.value, &mut { MAX_NESTED });
                RawAttribute { path: entry.key.str().unwrap_or_default().to_owned(), value: Value::Unknown, expression, span: entry.span() }
            };
            let attributes = mappings.entries().iter().take(MAX_ATTRIBUTES).map(mapping).collect();
            out.push(RawResource { kind: "locals".to_owned(), name: String::new(), attributes, span: mappings.span });
        }
        for resource in root.get("Resources").map(Node::entries).into_iter().flatten() {
            let Some(kind) = resource.value.get("Type").and_then(Node::str) else { continue };
            let empty = Node::clone(&resource.key);
            let properties = resource.value.get("Properties").unwrap_or(&empty);
            out.push(self.resource(kind, resource.key.str().unwrap_or_default(), resource.key.span, properties));
        }
    }

    /// An object of Kubernetes, or a list of them.
    fn object(&self, root: &Node, out: &mut Vec<RawResource>) {
        let kind = root.get("kind").and_then(Node::str).unwrap_or_default();
        if let Some(items) = root.get("items").filter(|_| kind.ends_with("List")) {
            items.items().iter().for_each(|item| self.object(item, out));
            return;
        }
        let name = root.at(&["metadata", "name"]).and_then(Node::str).unwrap_or_default();
        let span = root.entry("kind").map_or(root.span, document::Entry::span);
        let mut object = self.resource(&format!("kubernetes:{kind}"), name, span, root);
        if self.may_have_more(root) {
            object.attributes.push(RawAttribute { path: OPEN.to_owned(), value: Value::Unknown, expression: String::new(), span });
        }
        if let Some(blocks) = self.blocks {
            object.attributes.iter_mut().for_each(|attribute| blocks.guard(attribute, span.start));
            let count = blocks.count(span.start).map(|expression| RawAttribute { path: "count".to_owned(), value: Value::Unknown, expression, span });
            object.attributes.extend(count);
        }
        out.push(object);
    }

    /// An ARM template: its parameters count as variables. `above` is the type of the resource around them.
    fn arm(&self, root: &Node, above: &str, out: &mut Vec<RawResource>) {
        let named = |key: &str| root.get(key).map(Node::entries).into_iter().flatten().filter(|_| self.texts == Texts::Arm && above.is_empty());
        for parameter in named("parameters") {
            let mut variable = self.resource("variable", parameter.key.str().unwrap_or_default(), parameter.key.span, &parameter.value);
            for attribute in &mut variable.attributes {
                attribute.path = attribute.path.replacen("defaultValue", "default", 1);
            }
            out.push(variable);
        }
        for output in named("outputs") {
            out.push(self.resource("output", output.key.str().unwrap_or_default(), output.key.span, &output.value));
        }
        if let Some(variables) = root.get("variables").filter(|_| self.texts == Texts::Arm && above.is_empty()) {
            out.push(self.resource("locals", "", variables.span, variables));
        }
        for item in root.get("resources").map(members).into_iter().flatten() {
            let own = item.get("type").and_then(Node::str).unwrap_or_default();
            let kind = if above.is_empty() || own.starts_with("Microsoft.") { own.to_owned() } else { format!("{above}/{own}") };
            if own.is_empty() || !kind.starts_with("Microsoft.") {
                continue;
            }
            let name = item.get("name").and_then(Node::str).unwrap_or_default();
            let span = item.entry("type").map_or(item.span, document::Entry::span);
            if let Some(template) = item.at(&["properties", "template"]).filter(|template| template.get("resources").is_some()) {
                Reader { texts: Texts::Nested, ..*self }.arm(template, "", out);
                continue;
            }
            let is_off = item.get("existing").and_then(Node::str) == Some("true") || item.get("condition").and_then(Node::str) == Some("false");
            if !is_off {
                let own_name = if name.starts_with('[') { name } else { name.rsplit('/').next().unwrap_or(name) };
                out.push(self.resource(&kind, own_name, span, item));
            }
            self.arm(item, &kind, out);
        }
    }

    /// The settings of a program, of which only lists of who may come in are kept.
    fn settings(&self, root: &Node, path: &str, out: &mut Vec<RawResource>) {
        if !has_sources(root) {
            return;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut resource = self.resource(&format!("config:{name}"), name, root.span, root);
        resource.attributes.retain(|attribute| is_of_sources(&attribute.path));
        if !resource.attributes.is_empty() {
            resource.span = resource.attributes[0].span;
            out.push(resource);
        }
    }

    fn entry(&self, parent: &str, (key, value): (&Node, &Node), depth: usize, out: &mut Vec<RawAttribute>) {
        let name = key.str().unwrap_or_default();
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        let end = value.span.end.max(key.span.end);
        self.value(path, value, Span::new(key.span.start, end), depth, out);
    }

    /// `span` is what is reported of it.
    fn value(&self, path: String, node: &Node, span: Span, depth: usize, out: &mut Vec<RawAttribute>) {
        if out.len() >= MAX_ATTRIBUTES || depth > MAX_DEPTH {
            return;
        }
        if let Some(expression) = reference(node) {
            out.push(RawAttribute { path, value: Value::Unknown, expression, span });
            return;
        }
        match &node.kind {
            Kind::Scalar(..) => out.push(self.scalar(path, node, span)),
            Kind::Alias(_) => out.push(RawAttribute { path, value: Value::Unknown, expression: String::new(), span }),
            Kind::Map(entries) => {
                out.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression: String::new(), span });
                if self.may_have_more(node) {
                    out.push(RawAttribute { path: format!("{path}.{OPEN}"), value: Value::Unknown, expression: String::new(), span });
                }
                for entry in entries {
                    self.entry(&path, (&entry.key, &entry.value), depth + 1, out);
                }
            }
            Kind::List(items) => {
                out.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression: String::new(), span });
                for item in items {
                    let element = format!("{path}[]");
                    if let Kind::Map(entries) = &item.kind {
                        let expression = reference(item).unwrap_or_default();
                        let is_plain = expression.is_empty();
                        out.push(RawAttribute { path: element, value: Value::Unknown, expression, span: item.span });
                        for entry in entries.iter().filter(|_| is_plain) {
                            self.entry(&path, (&entry.key, &entry.value), depth + 1, out);
                        }
                    } else {
                        self.value(element, item, item.span, depth + 1, out);
                    }
                }
            }
        }
    }

    fn scalar(&self, path: String, node: &Node, span: Span) -> RawAttribute {
        let text = node.str().unwrap_or_default();
        let source = String::from_utf8_lossy(self.bytes.get(node.span.range()).unwrap_or_default()).into_owned();
        if node.is_null() && !node.templated {
            return RawAttribute { path, value: Value::Unknown, expression: "null".to_owned(), span };
        }
        let is_in_brackets = text.starts_with('[') && text.ends_with(']') && !["[[", "[{"].iter().any(|list| text.starts_with(list));
        let is_template = self.texts == Texts::Terraform && (text.contains("${") || text.contains("%{"));
        if !node.templated && !is_in_brackets && !is_template {
            return RawAttribute { path, value: Value::literal(text.as_bytes(), node.span), expression: source, span };
        }
        let expression = match self.texts {
            Texts::Terraform => source,
            Texts::Arm if is_in_brackets => bicep::of_template(&text[1..text.len() - 1]),
            // It may name anything.
            Texts::Arm | Texts::Nested => "var.?".to_owned(),
            // What is a template elsewhere is none for those who evaluate expressions.
            Texts::Plain => self.of_values(node, text),
        };
        RawAttribute { path, value: Value::Unknown, expression, span }
    }

    /// What a template of Helm takes from the values of its chart.
    fn of_values(&self, node: &Node, text: &str) -> String {
        match (self.blocks, &node.kind) {
            (Some(blocks), Kind::Scalar(_, Style::Plain)) if node.span.is_empty() => blocks.below(self.bytes, node.span.start),
            (Some(blocks), Kind::Scalar(_, Style::Plain | Style::Quoted)) => blocks.text(text, node.span.start),
            _ => String::new(),
        }
    }

    /// Whether a template writes further entries of a map.
    fn may_have_more(&self, node: &Node) -> bool {
        self.blocks.is_some_and(|blocks| node.templated && blocks.writes_into(self.bytes, node.span))
    }
}

/// What a function of `CloudFormation` refers to, as an expression: `!Ref X` and its kin as `cfn.X`, those that text alone can compute as what computes
/// it, other functions as nothing. `None` for what is no function.
fn reference(node: &Node) -> Option<String> {
    let mut left = MAX_NESTED;
    function(node, &mut left)
}

/// `left` nodes may still be looked at.
fn function(node: &Node, left: &mut usize) -> Option<String> {
    let tag = node.tag.as_deref().filter(|tag| !tag.starts_with("!!"));
    let (function, value) = match (tag, node.entries()) {
        (Some(tag), _) => (tag.trim_start_matches('!').to_owned(), node),
        (None, [only]) => {
            let key = only.key.str()?;
            (key.strip_prefix("Fn::").or((key == "Ref").then_some(key))?.to_owned(), &only.value)
        }
        _ => return None,
    };
    let text = value.str().or_else(|| value.items().first().and_then(Node::str)).unwrap_or_default();
    let mut arguments = || -> Vec<String> { value.items().iter().map(|item| expression(item, left)).collect() };
    Some(match function.as_str() {
        "Ref" if text == "AWS::NoValue" => "null".to_owned(),
        "Ref" => format!("cfn.{text}"),
        "GetAtt" => format!("cfn.{}.attribute", text.split('.').next().unwrap_or(text)),
        "Sub" => format!("\"{}\"", text.replace('"', "").replace("${", "${cfn.")),
        // Which branch is taken is not known: parameters that conditions compare have other values in production.
        "If" => match arguments().as_slice() {
            [_, yes, no] => format!("(cfn.If ? {yes} : {no})"),
            _ => String::new(),
        },
        "Join" => format!("join({})", arguments().join(", ")),
        "Split" => format!("split({})", arguments().join(", ")),
        "Select" => match arguments().as_slice() {
            [at, list] => format!("{list}[{at}]"),
            _ => String::new(),
        },
        "FindInMap" => match arguments().as_slice() {
            [map, first, second] => format!("local.{}[{first}][{second}]", map.trim_matches('"')),
            _ => String::new(),
        },
        _ => String::new(),
    })
}

/// A value, functions within it included, as an expression; what nobody knows as a name without a value.
fn expression(node: &Node, left: &mut usize) -> String {
    let Some(rest) = left.checked_sub(1) else { return ANYTHING.to_owned() };
    *left = rest;
    if let Some(found) = function(node, left) {
        return if found.is_empty() { ANYTHING.to_owned() } else { found };
    }
    match &node.kind {
        Kind::Scalar(..) if node.is_null() => "null".to_owned(),
        Kind::Scalar(..) if node.templated => ANYTHING.to_owned(),
        Kind::Scalar(..) => {
            format!("\"{}\"", node.str().unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{"))
        }
        Kind::Alias(_) => ANYTHING.to_owned(),
        Kind::List(items) => format!("[{}]", items.iter().map(|item| expression(item, left)).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entry = |entry: &document::Entry| format!("{} = {}", expression(&entry.key, left), expression(&entry.value, left));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    fn shown(path: &str, notation: Notation, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for resource in resources(text.as_bytes(), notation, path) {
            out.push(format!("{} {}", resource.kind, resource.name));
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
    fn modules_are_those_of_terraform() {
        let is_another = |path: &str, text: &str| {
            let target = Target::in_memory(path);
            is_another_module(&Blob::new(&target, text.as_bytes()), text.to_ascii_lowercase().find("modul").unwrap())
        };
        for (path, text) in [
            ("a/main.tf", "module \"db\" {\n}\n"),
            ("main.tofu", "x = 1\n  module\t\"db\" {}\n"),
            ("main.tf.json", "{\"module\": {}}"),
            ("package.json", "modulus"),
        ] {
            assert!(!is_another(path, text), "{path}: {text}");
        }
        for (path, text) in [
            ("package.json", "{\"type\": \"module\"}"),
            ("ast.json", "{\"sourceType\": \"module\"}"),
            ("values.yaml", "module: a\n"),
            ("main.tf", "# the module for databases\n"),
            ("main.tf", "locals { a = module.db.name }\n"),
            ("main.tf", "modules = []\n"),
            ("main.rs", "module \"db\""),
        ] {
            assert!(is_another(path, text), "{path}: {text}");
        }
    }

    #[cfg(feature = "lang-yaml")]
    #[test]
    fn objects_of_kubernetes_are_read() {
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ranges:\n    - 1.2.3.4/32\n  data:\n    - key: b\n      n: {{ .Values.x }}\n---\nkind: List\napiVersion: v1\nitems:\n  - apiVersion: v1\n    kind: Pod\n";
        let found = shown("a.yaml", Notation::Yaml, text);
        for expected in ["kubernetes:Service a", "  spec.ranges[] =1.2.3.4/32", "  spec.data[] ?", "  spec.data.key =b", "  spec.data.n ?", "kubernetes:Pod "] {
            assert!(found.iter().any(|f| f == expected), "{expected:?} in {found:#?}");
        }
    }

    #[cfg(feature = "lang-yaml")]
    #[test]
    fn what_defines_types_alone_declares_nothing() {
        let types = "kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nspec:\n  names:\n    kind: Certificate\n";
        assert!(shown("crds.yaml", Notation::Yaml, &format!("{types}---\n{types}")).is_empty());
        let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n";
        assert!(shown("all.yaml", Notation::Yaml, &format!("{types}---\n{service}")).contains(&"kubernetes:Service a".to_owned()));
    }

    #[cfg(feature = "lang-yaml")]
    #[test]
    fn stacks_are_read_with_their_functions() {
        let text = "Parameters:\n  Days: { Type: Number, Default: 365 }\nResources:\n  S:\n    Type: AWS::SecretsManager::Secret\n  R:\n    Type: AWS::SecretsManager::RotationSchedule\n    Properties:\n      SecretId: !Ref S\n      Other: { Fn::GetAtt: [S, Id] }\n      Sub: !Sub 'a-${Days}'\n      Rules: { Days: !Ref Days }\n";
        let found = shown("a.yaml", Notation::Yaml, text);
        for expected in [
            "variable Days",
            "  default =365",
            "AWS::SecretsManager::Secret S",
            "  SecretId ?cfn.S",
            "  Other ?cfn.S.attribute",
            "  Sub ?\"a-${cfn.Days}\"",
            "  Rules.Days ?cfn.Days",
        ] {
            assert!(found.iter().any(|f| f == expected), "{expected:?} in {found:#?}");
        }
    }

    #[cfg(feature = "lang-json")]
    #[test]
    fn terraform_in_json_and_settings_are_read() {
        let text = r#"{"variable": {"d": {"default": 5}}, "resource": {"aws_x": {"y": {"a": "${var.d}", "b": [{"c": true}]}}}}"#;
        assert_eq!(shown("a.tf.json", Notation::Json, text), ["variable d", "  default =5", "aws_x y", "  a ?\"${var.d}\"", "  b ?", "  b[] ?", "  b.c =true"]);
        let text = r#"{"x": 1, "net": {"allowed_ips": ["1.2.3.4"]}}"#;
        assert_eq!(shown("conf/app.json", Notation::Json, text), ["config:app.json app.json", "  net.allowed_ips ?", "  net.allowed_ips[] =1.2.3.4"]);
    }
}
