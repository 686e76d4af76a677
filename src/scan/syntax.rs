//! Bytes and a language → tree → neutral facts. What a literal amounts to is folded here: pieces joined, wrappers seen through, constants and variables followed within the file.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{Node, ParseOptions, QueryCursorOptions, QueryMatch, StreamingIterator};

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Binding, Call, Step, StepKind, Value};
use crate::text::Span;

/// Scopes nested deeper than this count as part of the one around them.
const MAX_SCOPE_DEPTH: usize = 256;
/// Names followed on the way to one literal.
const MAX_HOPS: usize = 8;
/// Nodes looked at for one value, and text collected for it, in bytes.
const MAX_FOLD_STEPS: usize = 1024;
const MAX_FOLD_TEXT: usize = 64 * 1024;
/// Nodes looked at for all values of one file.
const MAX_FILE_STEPS: usize = 2_000_000;
/// Arguments of one call that are looked at.
const MAX_ARGUMENTS: usize = 32;
/// Longest name that is looked up, in bytes.
const MAX_NAME: usize = 128;

/// How much work one file may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Larger files are not parsed.
    pub max_bytes: usize,
    /// Parsing stops after this long.
    pub max_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { max_bytes: 1 << 20, max_time: Duration::from_secs(2) }
    }
}

/// Why there are no facts: only the text rules apply to the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    /// The file is larger than the bound.
    #[error("not parsed: {bytes} bytes are more than the {max} that are parsed, so only the text rules apply")]
    Size {
        /// Its length in bytes.
        bytes: usize,
        /// The bound in bytes.
        max: usize,
    },
    /// Parsing took longer than the bound.
    #[error("not parsed: it took longer than {} ms, so only the text rules apply", .max.as_millis())]
    Time {
        /// The bound.
        max: Duration,
    },
    /// Grammar or query cannot be used: a defect of this program.
    #[error("not parsed: the grammar of {language} cannot be used, so only the text rules apply; please report this")]
    Grammar {
        /// Name of the language.
        language: &'static str,
    },
}

/// What one file says.
#[derive(Debug, Default)]
pub struct Facts {
    /// Calls in the order of the bytes.
    pub calls: Vec<Call>,
    /// Assignments, fields, keys in the order of the bytes.
    pub bindings: Vec<Binding>,
    /// Names taken from elsewhere.
    pub imports: Vec<Import>,
    /// Code that only tests run.
    pub tests: Vec<Span>,
}

/// A block of infrastructure code, with spans instead of places.
#[derive(Clone, Debug)]
pub struct RawResource {
    /// `aws_secretsmanager_secret`; for other blocks their type: `variable`, `provider`, `locals`, `terraform`.
    pub kind: String,
    /// Its name within its kind; empty where the block has none.
    pub name: String,
    /// Attributes and nested blocks by dotted path, in source order.
    pub attributes: Vec<RawAttribute>,
    /// The header: `resource "type" "name"`.
    pub span: Span,
}

/// One attribute of a [`RawResource`]; a nested block is one too, with an unknown value and its labels as expression.
#[derive(Clone, Debug)]
pub struct RawAttribute {
    /// Dotted path within the resource: `rotation_rules.automatically_after_days`, `tags.team`.
    pub path: String,
    /// The value, `Unknown` for an expression.
    pub value: Value,
    /// The expression as written.
    pub expression: String,
    /// Name and value.
    pub span: Span,
}

/// A parser that is kept for all files of a thread.
#[derive(Default)]
pub struct Parser {
    tree_sitter: tree_sitter::Parser,
    cursor: tree_sitter::QueryCursor,
    language: Option<&'static str>,
}

/// What `bytes` say in `language`.
pub fn facts(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds) -> Result<Facts, Bound> {
    with_outline(bytes, language, parser, bounds, |outline| Folder::new(outline).facts())
}

/// The top-level blocks of a Terraform file.
pub fn resources(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds) -> Result<Vec<RawResource>, Bound> {
    with_outline(bytes, language, parser, bounds, |outline| Folder::new(outline).resources())
}

/// Parses, runs the query, and hands the captures to `then`.
fn with_outline<R>(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds, then: impl FnOnce(&Outline) -> R) -> Result<R, Bound> {
    if bytes.len() > bounds.max_bytes {
        return Err(Bound::Size { bytes: bytes.len(), max: bounds.max_bytes });
    }
    let unusable = || Bound::Grammar { language: language.name };
    let query = language.query().map_err(|_| unusable())?;
    if parser.language != Some(language.name) {
        parser.tree_sitter.set_language(&(language.grammar)()).map_err(|_| unusable())?;
        parser.language = Some(language.name);
    }
    let deadline = Instant::now() + bounds.max_time;
    let too_slow = || Bound::Time { max: bounds.max_time };
    let mut in_time = |_: &tree_sitter::ParseState| if Instant::now() > deadline { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    let Some(tree) = parser.tree_sitter.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options)) else {
        parser.tree_sitter.reset();
        return Err(too_slow());
    };
    let mut stopped = false;
    let mut query_in_time = |_: &tree_sitter::QueryCursorState| {
        stopped = Instant::now() > deadline;
        if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut outline = Outline::new(bytes, language);
    let names: Vec<Capture> = query.capture_names().iter().map(|name| Capture::of(name)).collect();
    let options = QueryCursorOptions::new().progress_callback(&mut query_in_time);
    let mut matches = parser.cursor.matches_with_options(query, tree.root_node(), bytes, options);
    while let Some(found) = matches.next() {
        outline.take(found, &names);
    }
    drop(matches);
    if stopped {
        return Err(too_slow());
    }
    outline.finish();
    Ok(then(&outline))
}

/// A capture name of `lang::CAPTURES`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Capture {
    String,
    StringText,
    StringEscape,
    StringHole,
    Literal,
    Keep,
    KeepInner,
    Concat,
    ConcatPart,
    Sequence,
    SequencePart,
    Call,
    Callee,
    Method,
    Receiver,
    Arguments,
    Binding,
    Constant,
    Field,
    BindingName,
    BindingValue,
    Assign,
    AssignName,
    AssignValue,
    Scope,
    Import,
    Test,
    Block,
    BlockType,
    BlockLabel,
    Other,
}

impl Capture {
    fn of(name: &str) -> Self {
        match name {
            "string" => Self::String,
            "string.text" => Self::StringText,
            "string.escape" => Self::StringEscape,
            "string.hole" => Self::StringHole,
            "literal" => Self::Literal,
            "keep" => Self::Keep,
            "keep.inner" => Self::KeepInner,
            "concat" => Self::Concat,
            "concat.part" => Self::ConcatPart,
            "sequence" => Self::Sequence,
            "sequence.part" => Self::SequencePart,
            "call" => Self::Call,
            "call.callee" => Self::Callee,
            "call.method" => Self::Method,
            "call.receiver" => Self::Receiver,
            "call.arguments" => Self::Arguments,
            "binding" => Self::Binding,
            "binding.constant" => Self::Constant,
            "binding.field" => Self::Field,
            "binding.name" => Self::BindingName,
            "binding.value" => Self::BindingValue,
            "assign" => Self::Assign,
            "assign.name" => Self::AssignName,
            "assign.value" => Self::AssignValue,
            "scope" => Self::Scope,
            "import" => Self::Import,
            "test" => Self::Test,
            "block" => Self::Block,
            "block.type" => Self::BlockType,
            "block.label" => Self::BlockLabel,
            _ => Self::Other,
        }
    }
}

/// What a node means for the value of an expression.
enum Role<'t> {
    String,
    Text,
    Escape,
    Hole,
    Literal,
    Keep(Node<'t>),
    Concat(Vec<Node<'t>>),
    Sequence(Vec<Node<'t>>),
    /// Index into `Outline::calls`.
    Call(usize),
}

struct CallNode<'t> {
    callee: String,
    receiver: Option<Node<'t>>,
    arguments: Node<'t>,
    node: Node<'t>,
    line: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BindingKind {
    Variable,
    Constant,
    Field,
    Assignment,
}

struct BindingNode<'t> {
    kind: BindingKind,
    name: Node<'t>,
    value: Option<Node<'t>>,
    node: Node<'t>,
    /// Assigned again: no single value.
    ambiguous: bool,
}

struct BlockNode<'t> {
    node: Node<'t>,
    kind: Option<Node<'t>>,
    labels: Vec<Node<'t>>,
}

/// The captures of one tree, in order, with names resolved to their scopes.
struct Outline<'t> {
    bytes: &'t [u8],
    language: &'static Language,
    roles: HashMap<usize, Role<'t>>,
    calls: Vec<CallNode<'t>>,
    bindings: Vec<BindingNode<'t>>,
    blocks: Vec<BlockNode<'t>>,
    imports: Vec<Import>,
    tests: Vec<Span>,
    scopes: Scopes,
    visible: HashMap<(usize, &'t str), Vec<usize>>,
    constants: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Outline<'t> {
    fn new(bytes: &'t [u8], language: &'static Language) -> Self {
        Self {
            bytes,
            language,
            roles: HashMap::new(),
            calls: Vec::new(),
            bindings: Vec::new(),
            blocks: Vec::new(),
            imports: Vec::new(),
            tests: Vec::new(),
            scopes: Scopes::default(),
            visible: HashMap::new(),
            constants: HashMap::new(),
        }
    }

    /// The text of a node; empty where it is not UTF-8.
    fn text(&self, node: Node) -> &'t str {
        std::str::from_utf8(self.bytes.get(node.byte_range()).unwrap_or_default()).unwrap_or_default()
    }

    /// Files the captures of one match under what they mean.
    fn take(&mut self, found: &QueryMatch<'_, 't>, captures: &[Capture]) {
        let capture_of = |index: u32| captures.get(index as usize).copied().unwrap_or(Capture::Other);
        let get = |wanted: Capture| found.captures().iter().find(|c| capture_of(c.index) == wanted).map(|c| c.node);
        let all = |wanted: Capture| found.captures().iter().filter(move |c| capture_of(c.index) == wanted).map(|c| c.node);
        for capture in found.captures() {
            let node = capture.node;
            match capture_of(capture.index) {
                Capture::String => self.role(node, Role::String),
                Capture::StringText => self.role(node, Role::Text),
                Capture::StringEscape => self.role(node, Role::Escape),
                Capture::StringHole => self.role(node, Role::Hole),
                Capture::Literal => self.role(node, Role::Literal),
                Capture::Keep => {
                    if let Some(inner) = get(Capture::KeepInner) {
                        self.role(node, Role::Keep(inner));
                    }
                }
                Capture::Concat => self.role(node, Role::Concat(all(Capture::ConcatPart).collect())),
                Capture::Sequence => {
                    if let Role::Sequence(parts) = self.roles.entry(node.id()).or_insert_with(|| Role::Sequence(Vec::new())) {
                        parts.extend(all(Capture::SequencePart));
                    }
                }
                Capture::Call => self.call(node, get(Capture::Callee), get(Capture::Method), (get(Capture::Receiver), get(Capture::Arguments))),
                Capture::Binding => self.binding(BindingKind::Variable, node, get(Capture::BindingName), get(Capture::BindingValue)),
                Capture::Constant => self.binding(BindingKind::Constant, node, get(Capture::BindingName), get(Capture::BindingValue)),
                Capture::Field => self.binding(BindingKind::Field, node, get(Capture::BindingName), get(Capture::BindingValue)),
                Capture::Assign => self.binding(BindingKind::Assignment, node, get(Capture::AssignName), get(Capture::AssignValue)),
                Capture::Scope => self.scopes.spans.push(span(node)),
                Capture::Import => self.imports.extend((self.language.imports)(self.text(node))),
                Capture::Test => self.tests.push(span(node)),
                Capture::Block => self.block(node, get(Capture::BlockType), all(Capture::BlockLabel)),
                _ => {}
            }
        }
    }

    fn role(&mut self, node: Node<'t>, role: Role<'t>) {
        self.roles.entry(node.id()).or_insert(role);
    }

    fn call(&mut self, node: Node<'t>, callee: Option<Node<'t>>, method: Option<Node<'t>>, (receiver, arguments): (Option<Node<'t>>, Option<Node<'t>>)) {
        let (Some(name), Some(arguments)) = (callee.or(method), arguments) else { return };
        let text = self.text(name);
        if text.is_empty() || text.len() > MAX_NAME {
            return;
        }
        let callee = if method.is_some() {
            format!(".{text}")
        } else if self.bytes.get(name.end_byte()) == Some(&b'!') {
            format!("{text}!")
        } else {
            text.split_whitespace().collect()
        };
        self.role(node, Role::Call(self.calls.len()));
        self.calls.push(CallNode { callee, receiver, arguments, node, line: line(name) });
    }

    fn binding(&mut self, kind: BindingKind, node: Node<'t>, name: Option<Node<'t>>, value: Option<Node<'t>>) {
        if let Some(name) = name {
            self.bindings.push(BindingNode { kind, name, value, node, ambiguous: false });
        }
    }

    fn block(&mut self, node: Node<'t>, kind: Option<Node<'t>>, labels: impl Iterator<Item = Node<'t>>) {
        if self.blocks.last().is_none_or(|b| b.node.id() != node.id()) {
            if let Some(known) = self.blocks.iter_mut().rev().take(MAX_ARGUMENTS).find(|b| b.node.id() == node.id()) {
                known.kind = known.kind.or(kind);
                known.labels.extend(labels);
                return;
            }
            self.blocks.push(BlockNode { node, kind, labels: labels.collect() });
            return;
        }
        if let Some(last) = self.blocks.last_mut() {
            last.kind = last.kind.or(kind);
            last.labels.extend(labels);
        }
    }

    /// Sorts what the query gave out of order and ties names to scopes.
    fn finish(&mut self) {
        self.calls_in_order();
        self.bindings.sort_by_key(|b| (b.node.start_byte(), b.name.start_byte()));
        self.blocks.sort_by_key(|b| b.node.start_byte());
        self.tests.sort();
        self.scopes.link();
        for index in 0..self.bindings.len() {
            let binding = &self.bindings[index];
            let name = self.text(binding.name);
            match binding.kind {
                BindingKind::Variable | BindingKind::Constant => {
                    let scope = self.scopes.innermost(binding.name.start_byte());
                    self.visible.entry((scope, name)).or_default().push(index);
                    if binding.kind == BindingKind::Constant {
                        self.constants.entry(name).or_default().push(index);
                    }
                }
                BindingKind::Field | BindingKind::Assignment => {}
            }
        }
        let assigned: Vec<usize> =
            self.bindings.iter().filter(|b| b.kind == BindingKind::Assignment).filter_map(|b| self.resolve(self.text(b.name), b.name.start_byte())).collect();
        for index in assigned {
            self.bindings[index].ambiguous = true;
        }
    }

    /// Calls stand in the order of the bytes; the roles follow their new indices.
    fn calls_in_order(&mut self) {
        self.calls.sort_by_key(|c| (c.node.start_byte(), std::cmp::Reverse(c.node.end_byte())));
        for (index, call) in self.calls.iter().enumerate() {
            self.roles.insert(call.node.id(), Role::Call(index));
        }
    }

    /// The binding that `name`, used at the byte `at`, means: the nearest one declared before in an enclosing scope, or a constant.
    fn resolve(&self, name: &str, at: usize) -> Option<usize> {
        if let Some((_, last)) = name.rsplit_once(self.language.separator) {
            return match self.constants.get(last)?.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
        }
        let mut scope = Some(self.scopes.innermost(at));
        while let Some(index) = scope {
            let seen = |&&b: &&usize| {
                let binding = &self.bindings[b];
                let from = if binding.value.is_some() { binding.node.end_byte() } else { binding.name.end_byte() };
                binding.kind == BindingKind::Constant || from <= at
            };
            if let Some(&found) = self.visible.get(&(index, name)).and_then(|all| all.iter().rev().find(seen)) {
                return Some(found);
            }
            scope = self.scopes.parent(index);
        }
        None
    }
}

/// The nested scopes of a file. Index 0 is the file.
#[derive(Default)]
struct Scopes {
    spans: Vec<Span>,
    parents: Vec<usize>,
}

impl Scopes {
    fn link(&mut self) {
        self.spans.push(Span::new(0, usize::MAX));
        self.spans.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
        let mut kept: Vec<Span> = Vec::with_capacity(self.spans.len());
        let mut open: Vec<usize> = Vec::new();
        for &scope in &self.spans {
            while open.last().is_some_and(|&top| kept[top].end <= scope.start) {
                open.pop();
            }
            if open.len() >= MAX_SCOPE_DEPTH {
                continue;
            }
            self.parents.push(open.last().copied().unwrap_or(0));
            open.push(kept.len());
            kept.push(scope);
        }
        self.spans = kept;
    }

    /// The smallest scope around the byte `at`.
    fn innermost(&self, at: usize) -> usize {
        let mut index = self.spans.partition_point(|s| s.start <= at).saturating_sub(1);
        while index > 0 && self.spans[index].end <= at {
            index = self.parents[index];
        }
        index
    }

    fn parent(&self, index: usize) -> Option<usize> {
        (index > 0).then(|| self.parents[index])
    }
}

fn span(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// 1-based line of the first byte of a node.
fn line(node: Node) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

/// Whether `callee` is one of `wanted`: equal, or ending in it at a segment border.
pub(crate) fn is_callee(callee: &str, wanted: &[&str], separator: &str) -> bool {
    wanted.iter().any(|w| callee.strip_suffix(w).is_some_and(|rest| rest.is_empty() || (!w.starts_with('.') && rest.ends_with(separator))))
}

/// What a call does to text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reference,
    Fallback,
    Wrapper,
    Concat,
    Join,
    Format,
}

impl Effect {
    fn of(callee: &str, language: &Language) -> Option<Self> {
        let callees = &language.callees;
        let groups = [
            (callees.references, Self::Reference),
            (callees.fallbacks, Self::Fallback),
            (callees.wrappers, Self::Wrapper),
            (callees.concats, Self::Concat),
            (callees.joins, Self::Join),
            (callees.formats, Self::Format),
        ];
        groups.into_iter().find(|(group, _)| is_callee(callee, group, language.separator)).map(|(_, effect)| effect)
    }
}

/// What is still to be added to a value: an expression with the number of names passed on the way to it, or text.
enum Item<'t> {
    Node(Node<'t>, usize),
    Text(Vec<u8>),
}

/// Why a value is not text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Reference,
    Hole,
    Unknown,
}

/// Turns expressions into values. Works on a list instead of the call stack: nesting costs memory, never the stack.
struct Folder<'a, 't> {
    outline: &'a Outline<'t>,
    steps_left: usize,
}

impl<'a, 't> Folder<'a, 't> {
    fn new(outline: &'a Outline<'t>) -> Self {
        Self { outline, steps_left: MAX_FILE_STEPS }
    }

    fn facts(mut self) -> Facts {
        let outline = self.outline;
        let calls = outline.calls.iter().map(|call| self.call(call)).collect();
        let bindings = outline.bindings.iter().filter_map(|b| self.binding(b)).collect();
        Facts { calls, bindings, imports: outline.imports.clone(), tests: outline.tests.clone() }
    }

    fn call(&mut self, call: &CallNode<'t>) -> Call {
        let arguments = arguments(call.arguments).into_iter().map(|node| self.argument(node)).collect();
        Call { callee: call.callee.clone(), receiver: call.receiver.map(span), arguments, span: span(call.node), line: call.line }
    }

    fn binding(&mut self, binding: &BindingNode<'t>) -> Option<Binding> {
        let value = self.argument(binding.value?);
        Some(Binding { name: self.outline.text(binding.name).to_owned(), value, span: span(binding.node) })
    }

    fn argument(&mut self, node: Node<'t>) -> Argument {
        let mut path = Vec::new();
        let value = self.fold(node, &mut path);
        Argument { value, span: span(node), line: line(node), path }
    }

    /// The value of the expression `node`; the names it passed go to `path`.
    fn fold(&mut self, node: Node<'t>, path: &mut Vec<Step>) -> Value {
        let mut todo = vec![Item::Node(node, 0)];
        let (mut text, mut pieces) = (Vec::new(), Vec::new());
        let mut compound = false;
        let mut steps = MAX_FOLD_STEPS;
        while let Some(item) = todo.pop() {
            if steps == 0 || self.steps_left == 0 || text.len() > MAX_FOLD_TEXT {
                return Value::Unknown;
            }
            steps -= 1;
            self.steps_left -= 1;
            let (node, hops) = match item {
                Item::Text(more) => {
                    text.extend(more);
                    continue;
                }
                Item::Node(node, hops) => (node, hops),
            };
            let stopped = match self.step(node, hops, (&mut todo, path)) {
                Ok(Some((more, piece))) => {
                    text.extend(more);
                    pieces.push(piece);
                    None
                }
                Ok(None) => None,
                Err(stop) => Some(stop),
            };
            compound |= todo.len() > 1 || !pieces.is_empty() && !todo.is_empty();
            match stopped {
                None => {}
                Some(Stop::Hole) => return Value::Interpolated,
                Some(_) if compound || !pieces.is_empty() => return Value::Interpolated,
                Some(Stop::Reference) => return Value::Reference,
                Some(Stop::Unknown) => return Value::Unknown,
            }
        }
        Value::Literal { text, pieces }
    }

    /// One node: its text, or what to look at instead, pushed to the list in reverse.
    fn step(&self, node: Node<'t>, hops: usize, (todo, path): (&mut Vec<Item<'t>>, &mut Vec<Step>)) -> Result<Option<(Vec<u8>, Span)>, Stop> {
        match self.outline.roles.get(&node.id()) {
            Some(Role::String) => self.string(node).map(Some),
            Some(Role::Text | Role::Literal) => Ok(Some((self.outline.bytes[node.byte_range()].to_vec(), span(node)))),
            Some(Role::Escape) => self.unescape(span(node)).map(Some),
            Some(Role::Hole) => Err(Stop::Hole),
            Some(Role::Keep(inner)) => {
                todo.push(Item::Node(*inner, hops));
                Ok(None)
            }
            Some(Role::Concat(parts)) => {
                todo.extend(parts.iter().rev().map(|&part| Item::Node(part, hops)));
                Ok(None)
            }
            Some(Role::Sequence(_)) => Err(Stop::Unknown),
            Some(Role::Call(index)) => self.folded_call(&self.outline.calls[*index], hops, (todo, path)).map(|()| None),
            None => {
                let bound = self.name(node, hops, path)?;
                todo.push(Item::Node(bound, hops + 1));
                Ok(None)
            }
        }
    }

    /// The text of a string literal and where it stands, without its quotes.
    fn string(&self, node: Node<'t>) -> Result<(Vec<u8>, Span), Stop> {
        let mut content: Option<Span> = None;
        let mut escaped = false;
        for part in node.named_children(&mut node.walk()) {
            match self.outline.roles.get(&part.id()) {
                Some(Role::Hole) => return Err(Stop::Hole),
                Some(Role::Escape) => escaped = true,
                Some(Role::Text) => {}
                _ => continue,
            }
            content = Some(content.map_or(span(part), |c| Span::new(c.start, part.end_byte())));
        }
        match content {
            None => Ok((Vec::new(), Span::new(node.start_byte(), node.start_byte()))),
            Some(content) if escaped => self.unescape(content),
            Some(content) => Ok((self.outline.bytes[content.range()].to_vec(), content)),
        }
    }

    fn unescape(&self, content: Span) -> Result<(Vec<u8>, Span), Stop> {
        let text = (self.outline.language.unescape)(&self.outline.bytes[content.range()]).ok_or(Stop::Unknown)?;
        Ok((text, content))
    }

    /// The value bound to the name that `node` is.
    fn name(&self, node: Node<'t>, hops: usize, path: &mut Vec<Step>) -> Result<Node<'t>, Stop> {
        if hops >= MAX_HOPS || node.end_byte() - node.start_byte() > MAX_NAME {
            return Err(Stop::Unknown);
        }
        let name = self.outline.text(node);
        let index = self.outline.resolve(name, node.start_byte()).ok_or(Stop::Unknown)?;
        let binding = &self.outline.bindings[index];
        let value = binding.value.filter(|_| !binding.ambiguous).ok_or(Stop::Unknown)?;
        let kind = if binding.kind == BindingKind::Constant { StepKind::Constant } else { StepKind::Variable };
        path.push(Step { kind, name: self.outline.text(binding.name).to_owned(), span: span(binding.name), line: line(binding.name) });
        Ok(value)
    }

    /// A call whose result is text that is known: what to look at instead goes to the list.
    fn folded_call(&self, call: &CallNode<'t>, hops: usize, (todo, path): (&mut Vec<Item<'t>>, &mut Vec<Step>)) -> Result<(), Stop> {
        let first = || arguments(call.arguments).into_iter().next();
        match Effect::of(&call.callee, self.outline.language).ok_or(Stop::Unknown)? {
            Effect::Reference => return Err(Stop::Reference),
            Effect::Wrapper => todo.push(Item::Node(call.receiver.or_else(first).ok_or(Stop::Unknown)?, hops)),
            Effect::Fallback => {
                let fallback = first().ok_or(Stop::Unknown)?;
                path.push(Step { kind: StepKind::Fallback, name: call.callee.clone(), span: span(call.node), line: call.line });
                todo.push(Item::Node(fallback, hops));
            }
            Effect::Concat => {
                let parts = call.receiver.map_or_else(|| Ok(arguments(call.arguments)), |receiver| self.parts(receiver))?;
                todo.extend(parts.into_iter().rev().map(|part| Item::Node(part, hops)));
            }
            Effect::Join => {
                let parts = self.parts(call.receiver.ok_or(Stop::Unknown)?)?;
                let between = self.written(first())?;
                for (index, part) in parts.into_iter().enumerate().rev() {
                    todo.push(Item::Node(part, hops));
                    if index > 0 {
                        todo.push(Item::Text(between.clone()));
                    }
                }
            }
            Effect::Format => {
                if self.written(first())?.contains(&b'{') {
                    return Err(Stop::Hole);
                }
                todo.extend(first().map(|format| Item::Node(format, hops)));
            }
        }
        Ok(())
    }

    /// The text of a string literal that is written here, not behind a name.
    fn written(&self, node: Option<Node<'t>>) -> Result<Vec<u8>, Stop> {
        let node = node.filter(|n| matches!(self.outline.roles.get(&n.id()), Some(Role::String))).ok_or(Stop::Unknown)?;
        self.string(node).map(|(text, _)| text)
    }

    /// The parts of a list: written here, or bound to a name.
    fn parts(&self, node: Node<'t>) -> Result<Vec<Node<'t>>, Stop> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            node = match self.outline.roles.get(&node.id()) {
                Some(Role::Sequence(parts)) => return Ok(parts.clone()),
                Some(Role::Keep(inner)) => *inner,
                Some(_) => return Err(Stop::Unknown),
                None => self.name(node, 0, &mut Vec::new())?,
            };
        }
        Err(Stop::Unknown)
    }

    /// Top-level blocks with what is nested in them.
    fn resources(mut self) -> Vec<RawResource> {
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
            open.push(Level { prefix: String::new(), end });
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
        open.push(Level { prefix: path, end });
    }

    fn field(&mut self, field: &BindingNode<'t>, open: &mut Vec<Level>, out: &mut [RawResource]) {
        let (Some(resource), Some(parent), Some(value)) = (out.last_mut(), open.last(), field.value) else { return };
        let path = joined(&parent.prefix, unquoted(self.outline.text(field.name)));
        let expression = self.outline.text(value).to_owned();
        let value = self.fold(value, &mut Vec::new());
        resource.attributes.push(RawAttribute { path: path.clone(), value, expression, span: span(field.node) });
        open.push(Level { prefix: path, end: field.node.end_byte() });
    }
}

/// A block or object that is open while its inside is read.
struct Level {
    prefix: String,
    end: usize,
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

/// The arguments in an argument list: its named children that are not comments.
fn arguments(list: Node<'_>) -> Vec<Node<'_>> {
    list.named_children(&mut list.walk()).filter(|n| !n.is_extra()).take(MAX_ARGUMENTS).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::lang;

    fn rust(code: &str) -> Facts {
        facts(code.as_bytes(), lang::of("a.rs").unwrap(), &mut Parser::default(), Bounds::default()).unwrap()
    }

    /// The first argument of the call of `sink`.
    fn sunk(code: &str) -> String {
        let facts = rust(code);
        let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
        show(&call.arguments[0].value)
    }

    fn show(value: &Value) -> String {
        match value {
            Value::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
            Value::Reference => "reference".into(),
            Value::Interpolated => "interpolated".into(),
            Value::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn values_are_folded() {
        for (expression, expected) in [
            (r#""abc""#, "=abc"),
            (r#""a\x62c""#, "=abc"),
            (r##"r#"a"b"#"##, "=a\"b"),
            (r#""""#, "="),
            (r#""a".to_string()"#, "=a"),
            (r#"String::from("a").into()"#, "=a"),
            (r#"&*std::string::String::from("a")"#, "=a"),
            (r#"Some(SecretString::from("a".to_owned()))"#, "=a"),
            (r#"concat!("a", "b", r"c")"#, "=abc"),
            (r#""a".to_string() + "b" + "c""#, "=abc"),
            (r#"format!("abc")"#, "=abc"),
            (r#"format!("a{}", x)"#, "interpolated"),
            (r#""a".to_string() + other"#, "interpolated"),
            (r#"["a", "b"].concat()"#, "=ab"),
            (r#"["a", "b", "c"].join("-")"#, "=a-b-c"),
            (r#"std::env::var("X")?"#, "reference"),
            (r#"env::var("X").expect("X is set")"#, "reference"),
            (r#"env!("X")"#, "reference"),
            (r#"env::var("X").unwrap_or_else(|_| "a".to_string())"#, "=a"),
            (r#"env::var("X").unwrap_or("a".into())"#, "=a"),
            (r#"vault.get_secret("a").await?"#, "unknown"),
            ("call(1)", "unknown"),
            ("other", "unknown"),
            (r#"a.join("b")"#, "unknown"),
            ("TOP", "=top"),
            ("Self::INNER", "=inner"),
            ("crate::TOP.to_string()", "=top"),
            ("local", "=local"),
            ("PARTS.concat()", "=xy"),
            ("config.local", "unknown"),
            ("changed", "unknown"),
            ("shadowed", "unknown"),
            ("later", "unknown"),
            ("outer", "=two"),
        ] {
            let code = format!(
                r#"const TOP: &str = "top"; const PARTS: [&str; 2] = ["x", "y"];
                impl A {{ const INNER: &'static str = "inner"; fn f(&self, shadowed: &str) {{
                    let local = "local"; let mut changed = "one"; changed = x(); let outer = "one"; let outer = "two";
                    {{ let outer = "three"; }}
                    sink({expression}); let later = "later";
                }} }} const shadowed: &str = "no"; "#
            );
            assert_eq!(sunk(&code), expected, "{expression}");
        }
    }

    #[test]
    fn pieces_stand_where_the_text_is() {
        let code = r#"fn f() { sink(concat!("ab", "cd")) }"#;
        let facts = rust(code);
        let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
        let Value::Literal { pieces, .. } = &call.arguments[0].value else { panic!() };
        assert_eq!(pieces.iter().map(|p| &code[p.range()]).collect::<Vec<_>>(), ["ab", "cd"]);
    }

    #[test]
    fn the_way_of_a_value_is_kept() {
        let facts = rust("const A: &str = \"x\";\nfn f() {\n  let b = A;\n  sink(b)\n}");
        let path = &facts.calls[0].arguments[0].path;
        let steps: Vec<_> = path.iter().map(|s| (s.kind, s.name.as_str(), s.line)).collect();
        assert_eq!(steps, [(StepKind::Variable, "b", 3), (StepKind::Constant, "A", 1)]);
    }

    #[test]
    fn calls_bindings_imports_and_tests_are_facts() {
        let facts = rust(
            "use oauth2::{ClientSecret, Scope};\nfn f() { a::b::<T>(1); x.y(2); z!(3); let n = S { field: \"v\" }; }\n#[cfg(test)]\n#[allow(unused)]\nmod tests { fn g() {} }\n#[cfg(not(test))] mod m {}\n#[tokio::test]\nasync fn t() {}",
        );
        assert_eq!(facts.calls.iter().map(|c| c.callee.as_str()).collect::<Vec<_>>(), ["a::b", ".y", "z!"]);
        assert_eq!(facts.bindings.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["n", "field"]);
        assert_eq!(facts.imports.len(), 2);
        assert_eq!(facts.tests.len(), 2);
    }

    #[test]
    fn cycles_and_doubling_end() {
        assert_eq!(sunk("const A: &str = B; const B: &str = A; fn f() { sink(A) }"), "unknown");
        let mut code = String::from("const A0: &str = \"xxxxxxxxxxxxxxxx\";");
        for n in 1..30 {
            let _ = write!(code, "const A{n}: String = A{0} + A{0};", n - 1);
        }
        assert_ne!(sunk(&format!("{code} fn f() {{ sink(A29) }}")), "=");
    }

    #[test]
    fn deep_nesting_ends_without_overflow() {
        for (open, close) in [("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("|x| ", ""), ("&", ""), ("if x {", "}")] {
            let depth = 50_000;
            let code = format!("fn f() {{ sink({}\"x\"{}) }}", open.repeat(depth), close.repeat(depth));
            let bounds = Bounds { max_time: Duration::from_millis(500), ..Bounds::default() };
            let run = std::thread::Builder::new().stack_size(256 * 1024);
            let ended = run.spawn(move || facts(code.as_bytes(), lang::of("a.rs").unwrap(), &mut Parser::default(), bounds).is_ok()).unwrap().join();
            assert!(ended.is_ok(), "{open}");
        }
    }

    #[test]
    fn bounds_are_kept_and_the_parser_still_works() {
        let language = lang::of("a.rs").unwrap();
        let mut parser = Parser::default();
        let small = Bounds { max_bytes: 10, ..Bounds::default() };
        assert!(matches!(facts(b"fn main() {}", language, &mut parser, small), Err(Bound::Size { bytes: 12, max: 10 })));
        let none = Bounds { max_time: Duration::ZERO, ..Bounds::default() };
        let long = "fn f() { g(1) }\n".repeat(20_000);
        assert!(matches!(facts(long.as_bytes(), language, &mut parser, none), Err(Bound::Time { .. })));
        assert_eq!(facts(b"fn f() { g(1) }", language, &mut parser, Bounds::default()).unwrap().calls.len(), 1);
        assert!(facts(b"\xff\xfe fn f(\"\xff\") }{ \x00", language, &mut parser, Bounds::default()).is_ok());
    }

    #[test]
    fn terraform_blocks_are_flattened() {
        let code = r#"
variable "days" {
  default = 400
  validation {
    condition = var.days <= 90
  }
}
terraform {
  backend "s3" {}
}
resource "aws_x" "y" {
  name = "a-${var.env}"
  days = -1
  rotation_rules { automatically_after_days = 365 }
  dynamic "rule" {
    for_each = [1]
    content { flag = true }
  }
  tags = {
    rotation = "external"
    "Team"   = "a\"b"
  }
  ref = aws_y.z.id
}
locals { n = 3 }
"#;
        let found = resources(code.as_bytes(), lang::of("main.tf").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let heads: Vec<_> = found.iter().map(|r| (r.kind.as_str(), r.name.as_str(), &code[r.span.range()])).collect();
        assert_eq!(
            heads,
            [("variable", "days", "variable \"days\""), ("terraform", "", "terraform"), ("aws_x", "y", "resource \"aws_x\" \"y\""), ("locals", "", "locals")]
        );
        let show = |r: &RawResource| r.attributes.iter().map(|a| format!("{} {} {}", a.path, show(&a.value), a.expression)).collect::<Vec<_>>();
        assert_eq!(show(&found[0]), ["default =400 400", "validation unknown ", "validation.condition unknown var.days <= 90"]);
        assert_eq!(show(&found[1]), ["backend unknown s3"]);
        let resource = show(&found[2]);
        for expected in [
            "name interpolated \"a-${var.env}\"",
            "rotation_rules unknown ",
            "rotation_rules.automatically_after_days =365 365",
            "rule unknown ",
            "rule.flag =true true",
            "tags.rotation =external \"external\"",
            "tags.Team =a\"b \"a\\\"b\"",
            "ref unknown aws_y.z.id",
        ] {
            assert!(resource.iter().any(|r| r == expected), "{expected} in {resource:?}");
        }
        let days = &found[2].attributes.iter().find(|a| a.path.ends_with("after_days")).unwrap();
        assert_eq!(&code[days.span.range()], "automatically_after_days = 365");
    }
}
