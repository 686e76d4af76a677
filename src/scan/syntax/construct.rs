//! Calls of programs that declare infrastructure, as trees of what they are given.

use tree_sitter::Node;

use crate::model::facts::{StepKind, Value};
use crate::text::Span;

use super::fold::Folder;
use super::outline::{CallNode, Outline, Role, children};
use super::{MAX_NAME, is_callee, span};

/// Objects in calls in objects that are looked into, names followed included.
const MAX_DEPTH: usize = 12;
/// Nodes of one file that are looked at: each may leave a part.
pub(super) const MAX_STEPS: usize = 200_000;
/// Calls of one file that are taken.
const MAX_CONSTRUCTS: usize = 2_000;
/// Calls of one chain of a builder.
const MAX_CHAIN: usize = 64;
/// Nodes of one expression in which names are looked for.
const MAX_NODES: usize = 256;

/// Callees whose first argument is what they amount to: numbers and texts of the two libraries in Go and Java.
const WRAPPERS: &[&str] = &[
    "jsii.Number",
    "jsii.String",
    "jsii.Bool",
    "pulumi.String",
    "pulumi.StringPtr",
    "pulumi.Int",
    "pulumi.IntPtr",
    "pulumi.Float64",
    "pulumi.Bool",
    "pulumi.BoolPtr",
    "pulumi.ToStringArray",
    "pulumi.output",
    "pulumi.secret",
    "pulumi.ToOutput",
    "Output.of",
    "Output.ofSecret",
    "Output.Create",
    "Output.CreateSecret",
    "Output.secret",
    "Output.from_input",
    "Either.ofLeft",
    "Either.ofRight",
];
/// Callees whose arguments are a list.
const LISTS: &[&str] = &["jsii.Strings", "List.of", "Arrays.asList", "Set.of", "ImmutableList.of"];
/// Endings of callees that begin a builder.
const BUILDERS: &[&str] = &[".Builder.create", ".builder", ".Builder"];

/// A call with what it is given.
#[derive(Debug)]
pub struct Construct {
    /// The callee as written; of a builder the class that it builds.
    pub callee: String,
    /// What it is called on.
    pub receiver: Option<Part>,
    /// Arguments in order, without the named ones.
    pub arguments: Vec<Part>,
    /// Named arguments, fields of a struct, what a builder is told.
    pub fields: Vec<Field>,
    /// It may be given more than that: `...rest`, `**kwargs`.
    pub is_open: bool,
    /// The whole call.
    pub span: Span,
    /// Its number in the file, by which [`Part::mentions`] name it.
    pub index: usize,
}

/// A named value.
#[derive(Debug)]
pub struct Field {
    /// Its name as written.
    pub name: String,
    /// Its value.
    pub value: Part,
    /// Name and value.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Part {
    /// What is known of it.
    pub shape: Shape,
    /// Where it stands.
    pub span: Span,
    /// The calls to which names in it are bound.
    pub mentions: Vec<usize>,
}

/// What is known of an expression.
#[derive(Debug)]
pub enum Shape {
    /// Text, a number or a truth value.
    Text(String),
    /// Nothing: `null`, `None`, `undefined`.
    Null,
    /// A list.
    List(Vec<Part>),
    /// An object.
    Map {
        /// Its entries.
        fields: Vec<Field>,
        /// It may have more of them.
        is_open: bool,
    },
    /// What a call makes.
    Call(Box<Construct>),
    /// Anything else.
    Unknown,
}

/// A call, or a builder with all that it is told.
struct Chain<'a, 't> {
    callee: String,
    base: &'a CallNode<'t>,
    steps: Vec<&'a CallNode<'t>>,
}

impl<'a, 't> Folder<'a, 't> {
    /// The calls whose callee is wanted, in the order of the bytes, without those that only tests run.
    pub(super) fn constructs(mut self, wanted: &dyn Fn(&str) -> bool) -> Vec<Construct> {
        let outline = self.outline;
        let mut out = Vec::new();
        for (index, call) in outline.calls.iter().enumerate() {
            let is_test = || outline.tests.iter().any(|test| test.contains(span(call.node)));
            let Some(chain) = self.chain(call).filter(|chain| wanted(&chain.callee) && !is_test()) else { continue };
            out.push(self.construct(&chain, (index, call), 0));
            if out.len() >= MAX_CONSTRUCTS {
                break;
            }
        }
        out
    }

    /// What a call makes: of the last call of a builder, what is built.
    fn chain(&self, call: &'a CallNode<'t>) -> Option<Chain<'a, 't>> {
        let outline: &'a Outline<'t> = self.outline;
        if call.method.as_deref() != Some(".build") || call.receiver.is_none() {
            return Some(Chain { callee: call.callee.clone(), base: call, steps: Vec::new() });
        }
        let mut steps = Vec::new();
        let mut at = call;
        for _ in 0..MAX_CHAIN {
            let receiver = self.unkept(at.receiver?);
            let Some(Role::Call(index)) = outline.roles.get(&receiver.id()) else { return None };
            at = &outline.calls[*index];
            if let Some(class) = BUILDERS.iter().find_map(|end| at.callee.strip_suffix(end)) {
                steps.reverse();
                return Some(Chain { callee: class.to_owned(), base: at, steps });
            }
            steps.push(at);
        }
        None
    }

    /// An expression without parentheses and their kin.
    pub(super) fn unkept(&self, node: Node<'t>) -> Node<'t> {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            match self.outline.roles.get(&node.id()) {
                Some(Role::Keep(inner)) if inner.id() != node.id() => node = *inner,
                _ => return node,
            }
        }
        node
    }

    fn construct(&mut self, chain: &Chain<'a, 't>, (index, call): (usize, &'a CallNode<'t>), depth: usize) -> Construct {
        let receiver = chain.base.receiver.map(|node| self.part(node, depth + 1));
        let mut made =
            Construct { callee: chain.callee.clone(), receiver, arguments: Vec::new(), fields: Vec::new(), is_open: false, span: span(call.node), index };
        for node in self.outline.arguments(chain.base.arguments) {
            if let Some(field) = self.named(node, depth) {
                made.fields.push(field);
            } else if is_rest(node) {
                made.is_open = true;
            } else {
                let part = self.part(node, depth + 1);
                made.arguments.push(part);
            }
        }
        for step in &chain.steps {
            let Some(name) = step.method.as_deref().map(|name| name.trim_start_matches('.').to_owned()) else { continue };
            let mut given: Vec<Part> = self.outline.arguments(step.arguments).into_iter().map(|node| self.part(node, depth + 1)).collect();
            let whole = Span::new(step.arguments.start_byte().saturating_sub(name.len()), step.node.end_byte());
            let value = match given.len() {
                1 => given.remove(0),
                _ => Part { mentions: Vec::new(), span: span(step.arguments), shape: Shape::List(given) },
            };
            made.fields.push(Field { name, value, span: whole });
        }
        made
    }

    fn named(&mut self, node: Node<'t>, depth: usize) -> Option<Field> {
        let field = self.outline.field(node)?;
        let (name, value, whole) = (self.key(field.name)?, field.value?, span(field.node));
        Some(Field { name, value: self.part(value, depth + 1), span: whole })
    }

    fn part(&mut self, node: Node<'t>, depth: usize) -> Part {
        let node = self.unkept(node);
        let shape = self.shape(node, depth);
        let mentions = if matches!(shape, Shape::Unknown | Shape::Call(_)) { self.mentioned(node) } else { Vec::new() };
        Part { shape, span: span(node), mentions }
    }

    fn shape(&mut self, node: Node<'t>, depth: usize) -> Shape {
        if depth > MAX_DEPTH || !self.has_room() {
            return Shape::Unknown;
        }
        let outline: &'a Outline<'t> = self.outline;
        match outline.roles.get(&node.id()) {
            Some(Role::Object) => return self.map(node, depth),
            Some(Role::Sequence(parts)) => return self.list(parts, depth),
            Some(Role::Literal) => return Shape::Text(plain(outline.text(node))),
            None if matches!(outline.text(node), "null" | "None" | "nil" | "undefined") => return Shape::Null,
            None if matches!(node.kind(), "initializer_expression" | "literal_value") => return self.list(&children(node), depth),
            _ => {}
        }
        let mut path = Vec::new();
        let folded = self.fold(node, &mut path).0;
        // Of several values that it may have none is known.
        if path.iter().any(|step| step.kind == StepKind::Fallback) {
            return Shape::Unknown;
        }
        if let Value::Literal { text, .. } = folded {
            return String::from_utf8(text).map_or(Shape::Unknown, |text| Shape::Text(plain(&text)));
        }
        match outline.roles.get(&node.id()) {
            Some(Role::Call(index)) => self.made((*index, &outline.calls[*index]), depth),
            None => match self.bound(node).and_then(|binding| self.value_of(binding)) {
                Some(value) => self.shape(self.unkept(value), depth + 2),
                None => Shape::Unknown,
            },
            Some(_) => Shape::Unknown,
        }
    }

    fn made(&mut self, (index, call): (usize, &'a CallNode<'t>), depth: usize) -> Shape {
        let given = self.outline.arguments(call.arguments);
        if let ([only], true) = (given.as_slice(), is_callee(&call.callee, WRAPPERS)) {
            return self.shape(self.unkept(*only), depth + 1);
        }
        let is_struct = self.outline.bytes.get(call.arguments.start_byte()) == Some(&b'{');
        let is_list = is_callee(&call.callee, LISTS) || is_struct && call.callee.ends_with("Array");
        if is_list {
            return self.list(&given, depth);
        }
        let Some(chain) = self.chain(call) else { return Shape::Unknown };
        Shape::Call(Box::new(self.construct(&chain, (index, call), depth + 1)))
    }

    fn list(&mut self, parts: &[Node<'t>], depth: usize) -> Shape {
        Shape::List(parts.iter().map(|node| self.part(*node, depth + 1)).collect())
    }

    fn map(&mut self, node: Node<'t>, depth: usize) -> Shape {
        let (mut fields, mut is_open) = (Vec::new(), false);
        for child in children(node) {
            match self.named(child, depth) {
                Some(field) => fields.push(field),
                None => is_open = true,
            }
        }
        Shape::Map { fields, is_open }
    }

    /// The calls to which the names in an expression are bound.
    fn mentioned(&self, node: Node<'t>) -> Vec<usize> {
        let (mut out, mut todo, mut left) = (Vec::new(), vec![node], MAX_NODES);
        while let Some(node) = todo.pop() {
            left -= 1;
            if left == 0 {
                break;
            }
            let text = self.outline.text(node);
            if is_path(text) {
                out.extend(self.call_bound_to(text, node.start_byte()));
            } else {
                todo.extend(children(node));
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The call to which a path of names, or what it begins with, is bound.
    fn call_bound_to(&self, path: &str, at: usize) -> Option<usize> {
        let mut name = path;
        loop {
            let bare = name.trim_end_matches(['?', '!']);
            if let Some(value) = self.outline.resolve(bare, at).and_then(|index| self.value_of(&self.outline.bindings[index])) {
                return match self.outline.roles.get(&self.unkept(value).id()) {
                    Some(Role::Call(index)) => Some(*index),
                    _ => None,
                };
            }
            name = name.rsplit_once(self.outline.language.separator)?.0;
        }
    }
}

/// The text of a literal: a number without the letters of its type, a truth value in small letters.
fn plain(text: &str) -> String {
    let number = text.trim_end_matches(['L', 'l', 'd', 'D', 'f', 'F', 'm', 'M']).replace('_', "");
    if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return number;
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") { text.to_ascii_lowercase() } else { text.to_owned() }
}

fn is_rest(node: Node) -> bool {
    matches!(node.kind(), "spread_element" | "dictionary_splat" | "list_splat")
}

fn is_path(text: &str) -> bool {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'?' | b'!' | b'$');
    !text.is_empty() && text.len() <= MAX_NAME && text.bytes().all(is_name) && !text.as_bytes()[0].is_ascii_digit()
}
