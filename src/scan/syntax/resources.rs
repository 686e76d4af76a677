//! Blocks of infrastructure code with what is nested in them.

use tree_sitter::Node;

use crate::model::facts::Value;
use crate::text::Span;

use super::fold::Folder;
use super::outline::{BindingKind, BindingNode, BlockNode};
/// The kind of what stands at the top of a file of values for variables.
const VALUES: &str = "tfvars";

use super::{RawAttribute, RawResource, span};

impl<'t> Folder<'_, 't> {
    /// Top-level blocks with what is nested in them.
    pub(super) fn resources(mut self) -> Vec<RawResource> {
        let outline = self.outline;
        let mut out: Vec<RawResource> = Vec::new();
        let mut open: Vec<Level> = Vec::new();
        let mut blocks = outline.blocks.iter().peekable();
        let mut fields = outline.bindings.iter().filter(|b| b.kind == BindingKind::Field).peekable();
        loop {
            let block_first = match (blocks.peek(), fields.peek()) {
                (None, None) => return out,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(block), Some(field)) => block.node.start_byte() <= field.node.start_byte(),
            };
            if let Some(block) = blocks.next_if(|_| block_first) {
                close(&mut open, block.node.start_byte());
                self.open_block(block, &mut open, &mut out);
            } else if let Some(field) = fields.next() {
                close(&mut open, field.node.start_byte());
                self.field(field, &mut open, &mut out);
            }
        }
    }

    fn open_block(&self, block: &BlockNode<'t>, open: &mut Vec<Level>, out: &mut Vec<RawResource>) {
        let labels: Vec<String> = block.labels.iter().map(|&l| unquoted(self.outline.text(l)).to_owned()).collect();
        let kind = block.kind.map_or("", |k| self.outline.text(k));
        let header_end = block.labels.iter().map(Node::end_byte).chain(block.kind.map(|k| k.end_byte())).max().unwrap_or(block.node.start_byte());
        let header = Span::new(block.node.start_byte(), header_end);
        let end = block.node.end_byte();
        let mut labels = labels.into_iter();
        if open.is_empty() {
            let typed = matches!(kind, "resource" | "data" | "ephemeral");
            let first = labels.next().unwrap_or_default();
            let (kind, name) = match (kind, typed) {
                ("resource", true) => (first, labels.next().unwrap_or_default()),
                (_, true) => (format!("{kind}.{first}"), labels.next().unwrap_or_default()),
                _ => (kind.to_owned(), first),
            };
            out.push(RawResource { kind, name, attributes: Vec::new(), span: header });
            open.push(Level::new(String::new(), end));
            return;
        }
        let parent = open.last().map_or("", |l| l.prefix.as_str());
        let path = match kind {
            "dynamic" => joined(parent, &labels.next().unwrap_or_default()),
            "content" => parent.to_owned(),
            _ => joined(parent, kind),
        };
        if let Some(resource) = out.last_mut().filter(|_| kind != "content") {
            let expression = labels.collect::<Vec<_>>().join(" ");
            resource.attributes.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression, span: header });
        }
        open.push(Level::new(path, end));
    }

    fn field(&mut self, field: &BindingNode<'t>, open: &mut Vec<Level>, out: &mut Vec<RawResource>) {
        if open.is_empty() && out.is_empty() && field.value.is_some() {
            // The top of a file of values for variables.
            out.push(RawResource { kind: VALUES.to_owned(), name: String::new(), attributes: Vec::new(), span: span(field.name) });
            open.push(Level::new(String::new(), usize::MAX));
        }
        let (Some(resource), Some(parent), Some(value)) = (out.last_mut(), open.last_mut(), field.value) else { return };
        // The first field of an object in a list: here the next one begins.
        if let Some(at) = parent.objects.iter().position(|object| object.contains(span(field.node))) {
            let object = parent.objects.remove(at);
            resource.attributes.push(RawAttribute { path: format!("{}[]", parent.prefix), value: Value::Unknown, expression: String::new(), span: object });
        }
        let path = joined(&parent.prefix, unquoted(self.outline.text(field.name)));
        let expression = self.outline.text(value).to_owned();
        let (elements, objects) = elements_of(value);
        let (value, _) = self.fold(value, &mut Vec::new());
        resource.attributes.push(RawAttribute { path: path.clone(), value, expression, span: span(field.node) });
        for element in elements {
            let (expression, (folded, _)) = (self.outline.text(element).to_owned(), self.fold(element, &mut Vec::new()));
            resource.attributes.push(RawAttribute { path: format!("{path}[]"), value: folded, expression, span: span(element) });
        }
        open.push(Level { prefix: path, end: field.node.end_byte(), objects });
    }
}

/// The elements of a tuple, and where they stand if they are objects.
fn elements_of(value: Node) -> (Vec<Node>, Vec<Span>) {
    let mut node = value;
    while node.kind() != "tuple" {
        match (node.named_child_count(), node.named_child(0)) {
            (1, Some(inner)) => node = inner,
            _ => return (Vec::new(), Vec::new()),
        }
    }
    let mut cursor = node.walk();
    let expressions: Vec<Node> = node.named_children(&mut cursor).filter(|child| child.kind() == "expression").collect();
    let is_object = |node: &Node| node.named_child(0).is_some_and(|inner| inner.kind() == "collection_value");
    if expressions.iter().any(is_object) { (Vec::new(), expressions.into_iter().filter(is_object).map(span).collect()) } else { (expressions, Vec::new()) }
}

/// A block or object that is open while its inside is read.
struct Level {
    prefix: String,
    end: usize,
    /// Objects in a list of which no field was read yet.
    objects: Vec<Span>,
}

impl Level {
    fn new(prefix: String, end: usize) -> Self {
        Self { prefix, end, objects: Vec::new() }
    }
}

fn close(open: &mut Vec<Level>, at: usize) {
    while open.last().is_some_and(|level| level.end <= at) {
        open.pop();
    }
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}
