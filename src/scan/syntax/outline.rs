//! The captures of one tree, filed under what they mean, with names tied to their scopes.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use crate::lang::query::Match;
use crate::lang::{Import, Language};
use crate::text::Span;

use super::{MAX_ARGUMENTS, MAX_NAME, is_callee, last_name, line, span};

/// Bindings of one name that are looked at.
const MAX_NEAR: usize = 32;
/// Scopes nested deeper than this count as part of the one around them.
const MAX_SCOPE_DEPTH: usize = 256;
/// Parentheses and their kin around a list.
const MAX_WRAPPED: usize = 8;

/// A capture name of `lang::CAPTURES`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    String,
    StringText,
    StringEscape,
    StringHole,
    HoleInner,
    StringRaw,
    Literal,
    Keep,
    KeepInner,
    Concat,
    ConcatPart,
    Sequence,
    SequencePart,
    Fallback,
    FallbackValue,
    Reverse,
    ReverseInner,
    Reference,
    Entry,
    EntryObject,
    EntryKey,
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
    BindingList,
    Object,
    Assign,
    AssignName,
    AssignValue,
    Function,
    FunctionName,
    FunctionParameters,
    FunctionBody,
    Scope,
    Import,
    Test,
    Comment,
    Error,
    Block,
    BlockType,
    BlockLabel,
    Other,
}

impl Capture {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "string" => Self::String,
            "string.text" => Self::StringText,
            "string.escape" => Self::StringEscape,
            "string.hole" => Self::StringHole,
            "hole.inner" => Self::HoleInner,
            "string.raw" => Self::StringRaw,
            "literal" => Self::Literal,
            "keep" => Self::Keep,
            "keep.inner" => Self::KeepInner,
            "concat" => Self::Concat,
            "concat.part" => Self::ConcatPart,
            "sequence" => Self::Sequence,
            "sequence.part" => Self::SequencePart,
            "fallback" => Self::Fallback,
            "fallback.value" => Self::FallbackValue,
            "reverse" => Self::Reverse,
            "reverse.inner" => Self::ReverseInner,
            "reference" => Self::Reference,
            "entry" => Self::Entry,
            "entry.object" => Self::EntryObject,
            "entry.key" => Self::EntryKey,
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
            "binding.list" => Self::BindingList,
            "object" => Self::Object,
            "assign" => Self::Assign,
            "assign.name" => Self::AssignName,
            "assign.value" => Self::AssignValue,
            "function" => Self::Function,
            "function.name" => Self::FunctionName,
            "function.parameters" => Self::FunctionParameters,
            "function.body" => Self::FunctionBody,
            "scope" => Self::Scope,
            "import" => Self::Import,
            "test" => Self::Test,
            "comment" => Self::Comment,
            "error" => Self::Error,
            "block" => Self::Block,
            "block.type" => Self::BlockType,
            "block.label" => Self::BlockLabel,
            _ => Self::Other,
        }
    }
}

/// What a node means for the value of an expression.
pub(super) enum Role<'t> {
    String,
    Raw,
    Text,
    Escape,
    /// With the expression in it.
    Hole(Node<'t>),
    Literal,
    Keep(Node<'t>),
    Concat(Vec<Node<'t>>),
    Sequence(Vec<Node<'t>>),
    /// One of several, of which the first that is text counts.
    Fallback(Vec<Node<'t>>),
    Reverse(Node<'t>),
    Reference,
    /// An object or a list, and which of its entries.
    Entry(Node<'t>, Node<'t>),
    Object,
    /// Index into `Outline::calls`.
    Call(usize),
}

pub(super) struct CallNode<'t> {
    /// The callee as it is shown: a path of names, else the method as `.name`; a macro as `name!`.
    pub callee: String,
    /// `.name`, where it is a method or the last part of a path.
    pub method: Option<String>,
    pub receiver: Option<Node<'t>>,
    pub arguments: Node<'t>,
    pub node: Node<'t>,
    pub line: u32,
}

impl CallNode<'_> {
    /// The ways the callee may be named in the tables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.callee.as_str()).chain(self.method.as_deref())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BindingKind {
    Variable,
    Constant,
    Field,
    Assignment,
}

pub(super) struct BindingNode<'t> {
    pub kind: BindingKind,
    pub name: Node<'t>,
    pub value: Option<Node<'t>>,
    pub node: Node<'t>,
    /// Assigned again: no single value.
    pub ambiguous: bool,
}

pub(super) struct BlockNode<'t> {
    pub node: Node<'t>,
    pub kind: Option<Node<'t>>,
    pub labels: Vec<Node<'t>>,
}

/// A function and the list of its parameters.
struct Function<'t> {
    name: &'t str,
    parameters: Node<'t>,
}

/// The captures of one tree, in order, with names resolved to their scopes.
pub(super) struct Outline<'t> {
    pub bytes: &'t [u8],
    pub language: &'static Language,
    pub roles: HashMap<usize, Role<'t>>,
    pub calls: Vec<CallNode<'t>>,
    pub bindings: Vec<BindingNode<'t>>,
    pub blocks: Vec<BlockNode<'t>>,
    pub imports: Vec<Import>,
    pub tests: Vec<Span>,
    /// Strings, bare words and comments: where text may stand.
    pub texts: Vec<Span>,
    pub errors: Vec<Span>,
    /// Holes in strings, also those that mean nothing else.
    pub holes: HashSet<usize>,
    /// Callees that stand among their arguments.
    callees: HashSet<usize>,
    /// Bindings of several names at once, and the list of what these are bound to.
    lists: Vec<(usize, Node<'t>)>,
    functions: Vec<Function<'t>>,
    /// Name and body of functions whose parameters have numbers only.
    numbered: Vec<(&'t str, Node<'t>)>,
    /// What was found for parameters.
    passed: RefCell<HashMap<usize, Option<Node<'t>>>>,
    fields: HashMap<usize, usize>,
    calls_by_name: HashMap<&'t str, Vec<usize>>,
    scopes: Scopes,
    visible: HashMap<(usize, &'t str), Vec<usize>>,
    constants: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Outline<'t> {
    pub(super) fn new(bytes: &'t [u8], language: &'static Language) -> Self {
        Self {
            bytes,
            language,
            roles: HashMap::new(),
            calls: Vec::new(),
            bindings: Vec::new(),
            blocks: Vec::new(),
            imports: Vec::new(),
            tests: Vec::new(),
            texts: Vec::new(),
            errors: Vec::new(),
            holes: HashSet::new(),
            callees: HashSet::new(),
            lists: Vec::new(),
            functions: Vec::new(),
            numbered: Vec::new(),
            passed: RefCell::default(),
            fields: HashMap::new(),
            calls_by_name: HashMap::new(),
            scopes: Scopes::default(),
            visible: HashMap::new(),
            constants: HashMap::new(),
        }
    }

    /// The text of a node; empty where it is not UTF-8.
    pub(super) fn text(&self, node: Node) -> &'t str {
        std::str::from_utf8(self.bytes.get(node.byte_range()).unwrap_or_default()).unwrap_or_default()
    }

    /// Files the captures of one match under what they mean.
    pub(super) fn take(&mut self, found: &Match<'t>, captures: &[Capture]) {
        let capture_of = |index: u32| captures.get(index as usize).copied().unwrap_or(Capture::Other);
        // A comment may stand anywhere, and is no part of anything.
        let all =
            |wanted: Capture| found.captures.iter().filter(move |(index, node)| capture_of(*index) == wanted && !is_comment(*node)).map(|(_, node)| *node);
        let get = |wanted: Capture| all(wanted).next();
        let several = || (get(Capture::BindingName), get(Capture::BindingValue), get(Capture::BindingList));
        for &(index, node) in &found.captures {
            match capture_of(index) {
                Capture::String => self.string(node, Role::String),
                Capture::StringRaw => self.string(node, Role::Raw),
                Capture::Literal => self.string(node, Role::Literal),
                Capture::Comment => self.texts.push(span(node)),
                Capture::Error => self.errors.push(span(node)),
                Capture::StringText => self.role(node, Role::Text),
                Capture::StringEscape => {
                    self.roles.insert(node.id(), Role::Escape);
                }
                Capture::StringHole => {
                    self.holes.insert(node.id());
                    if let Some(inner) = get(Capture::HoleInner) {
                        self.roles.insert(node.id(), Role::Hole(inner));
                    }
                }
                Capture::Keep => self.inner(node, get(Capture::KeepInner), Role::Keep),
                Capture::Fallback => {
                    if let Role::Fallback(values) = self.roles.entry(node.id()).or_insert_with(|| Role::Fallback(Vec::new())) {
                        values.extend(all(Capture::FallbackValue));
                    }
                }
                Capture::Reverse => self.inner(node, get(Capture::ReverseInner), Role::Reverse),
                Capture::Reference => {
                    self.roles.insert(node.id(), Role::Reference);
                }
                Capture::Entry => {
                    if let (Some(object), Some(key)) = (get(Capture::EntryObject), get(Capture::EntryKey)) {
                        self.role(node, Role::Entry(object, key));
                    }
                }
                Capture::Object => self.role(node, Role::Object),
                Capture::Concat => self.role(node, Role::Concat(all(Capture::ConcatPart).collect())),
                Capture::Sequence => {
                    if let Role::Sequence(parts) = self.roles.entry(node.id()).or_insert_with(|| Role::Sequence(Vec::new())) {
                        parts.extend(all(Capture::SequencePart));
                    }
                }
                Capture::Call => self.call(node, (get(Capture::Callee), get(Capture::Method)), (get(Capture::Receiver), get(Capture::Arguments))),
                Capture::Binding => self.named(BindingKind::Variable, node, several()),
                Capture::Constant => self.named(BindingKind::Constant, node, several()),
                Capture::Field => self.binding(BindingKind::Field, node, get(Capture::BindingName), get(Capture::BindingValue)),
                Capture::Assign => self.binding(BindingKind::Assignment, node, get(Capture::AssignName), get(Capture::AssignValue)),
                Capture::Function => self.function(get(Capture::FunctionName), (get(Capture::FunctionParameters), get(Capture::FunctionBody))),
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

    fn string(&mut self, node: Node<'t>, role: Role<'t>) {
        self.texts.push(span(node));
        self.role(node, role);
    }

    fn inner(&mut self, node: Node<'t>, inner: Option<Node<'t>>, role: impl Fn(Node<'t>) -> Role<'t>) {
        if let Some(inner) = inner {
            self.role(node, role(inner));
        }
    }

    fn call(&mut self, node: Node<'t>, (path, method): (Option<Node<'t>>, Option<Node<'t>>), (receiver, arguments): (Option<Node<'t>>, Option<Node<'t>>)) {
        let (Some(name), Some(arguments)) = (path.or(method), arguments) else { return };
        let is_known = |node: &Node| !self.text(*node).is_empty() && node.end_byte() - node.start_byte() <= MAX_NAME;
        let line = line(method.unwrap_or(name));
        let joined = self.joined(receiver, method);
        let method_end = method.map(|method| method.end_byte());
        let method = method.filter(is_known).map(|method| format!(".{}", self.text(method)));
        let path = path.filter(is_known).map(|path| {
            let end = method_end.filter(|end| *end - path.start_byte() <= MAX_NAME).map_or(path.end_byte(), |end| end.max(path.end_byte()));
            let bang = if self.bytes.get(end) == Some(&b'!') { "!" } else { "" };
            let text = std::str::from_utf8(&self.bytes[path.start_byte()..end]).unwrap_or_default();
            format!("{}{bang}", without_type_arguments(text.split_whitespace().collect::<String>()))
        });
        let path = path.or(joined);
        let is_path = |path: &String| path.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:!$\\@[]?".contains(&b) || b >= 0x80);
        let Some(callee) = path.filter(is_path).or_else(|| method.clone()) else { return };
        if arguments.id() == node.id() {
            self.callees.insert(name.id());
        }
        self.roles.insert(node.id(), Role::Call(self.calls.len()));
        self.calls.push(CallNode { callee, method, receiver, arguments, node, line });
    }

    /// The path of a receiver and a method that have no node in common: `Base64.getDecoder`.
    fn joined(&self, receiver: Option<Node<'t>>, method: Option<Node<'t>>) -> Option<String> {
        let (receiver, method) = (receiver?, method?);
        let between = self.bytes.get(receiver.end_byte()..method.start_byte())?;
        let separator = std::str::from_utf8(between.trim_ascii()).ok()?;
        // A method of a constant is known by it: `STANDARD.decode` in Rust.
        let is_constant = |path: &str| last_name(path).bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let is_path = separator == self.language.separator || separator == "." && is_constant(self.text(receiver));
        (is_path && method.end_byte() - receiver.start_byte() <= MAX_NAME).then(|| format!("{}{separator}{}", self.text(receiver), self.text(method)))
    }

    fn binding(&mut self, kind: BindingKind, node: Node<'t>, name: Option<Node<'t>>, value: Option<Node<'t>>) {
        if let Some(name) = name {
            self.bindings.push(BindingNode { kind, name, value, node, ambiguous: false });
        }
    }

    /// A binding of one name, or of one of several names at once.
    fn named(&mut self, kind: BindingKind, node: Node<'t>, (name, value, list): (Option<Node<'t>>, Option<Node<'t>>, Option<Node<'t>>)) {
        if let (Some(_), Some(list)) = (name, list) {
            self.lists.push((self.bindings.len(), list));
        }
        self.binding(kind, node, name, value);
    }

    fn function(&mut self, name: Option<Node<'t>>, (parameters, body): (Option<Node<'t>>, Option<Node<'t>>)) {
        let Some(name) = name.map(|name| self.text(name)) else { return };
        if let Some(parameters) = parameters {
            self.functions.push(Function { name, parameters });
        }
        self.numbered.extend(body.map(|body| (name, body)));
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
    pub(super) fn finish(&mut self) {
        self.calls_in_order();
        for (binding, list) in std::mem::take(&mut self.lists) {
            let BindingNode { name, node, .. } = self.bindings[binding];
            self.bindings[binding].value = self.listed(list).and_then(|parts| parts.get(place(name, node)?).copied());
        }
        self.bindings.sort_by_key(|b| (b.node.start_byte(), b.name.start_byte()));
        self.blocks.sort_by_key(|b| b.node.start_byte());
        self.functions.sort_by_key(|f| f.parameters.start_byte());
        self.numbered.sort_by_key(|(_, body)| body.start_byte());
        self.tests.sort();
        self.texts.sort();
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
                BindingKind::Field => {
                    self.fields.insert(binding.node.id(), index);
                }
                BindingKind::Assignment => {}
            }
        }
        let assigned: Vec<usize> =
            self.bindings.iter().filter(|b| b.kind == BindingKind::Assignment).filter_map(|b| self.resolve(self.text(b.name), b.name.start_byte())).collect();
        for index in assigned {
            self.bindings[index].ambiguous = true;
        }
    }

    /// The parts of a list that is written here, unless there are too many: `("one", "other")`, `Pair("one", "other")`.
    fn listed(&self, list: Node<'t>) -> Option<Cow<'_, [Node<'t>]>> {
        let mut list = list;
        for _ in 0..MAX_WRAPPED {
            match self.roles.get(&list.id())? {
                Role::Sequence(parts) => return (parts.len() <= MAX_ARGUMENTS).then_some(Cow::Borrowed(parts)),
                Role::Keep(inner) => list = *inner,
                Role::Call(index) => {
                    let call = &self.calls[*index];
                    let is_list = call.names().any(|name| is_callee(name, self.language.callees.lists));
                    return is_list.then(|| Cow::Owned(self.arguments(call.arguments)));
                }
                _ => return None,
            }
        }
        None
    }

    /// Calls stand in the order of the bytes; the roles follow their new indices.
    fn calls_in_order(&mut self) {
        self.calls.sort_by_key(|c| (c.node.start_byte(), std::cmp::Reverse(c.node.end_byte())));
        for (index, call) in self.calls.iter().enumerate() {
            self.roles.insert(call.node.id(), Role::Call(index));
        }
        let named: HashSet<&str> = self.functions.iter().map(|f| f.name).chain(self.numbered.iter().map(|(name, _)| *name)).collect();
        if named.is_empty() {
            return;
        }
        for (index, call) in self.calls.iter().enumerate() {
            if let Some(&name) = named.get(last_name(&call.callee)) {
                self.calls_by_name.entry(name).or_default().push(index);
            }
        }
    }

    /// The field that is this node: a named argument, an entry of an object.
    pub(super) fn field(&self, node: Node) -> Option<&BindingNode<'t>> {
        self.fields.get(&node.id()).map(|&index| &self.bindings[index])
    }

    /// The binding that `name`, used at the byte `at`, means: the nearest one declared before in an enclosing scope, or a constant.
    /// None means itself in the value that it gets.
    pub(super) fn resolve(&self, name: &str, at: usize) -> Option<usize> {
        if name.len() > MAX_NAME {
            return None;
        }
        let only = |all: &Vec<usize>| if let [only] = all.as_slice() { Some(*only) } else { None }.filter(|only| !self.is_around(*only, at));
        if let Some(last) = self.member(name) {
            if let Some(all) = self.constants.get(name) {
                return only(all);
            }
            let owner = name.strip_suffix(last).unwrap_or(name).trim_end_matches('$').trim_end_matches(self.language.separator).trim_end_matches("->");
            // Where the point is for members, what stands outside of all types is nobody's member.
            let is_member = |&&b: &&usize| self.language.separator != "." || self.scopes.innermost(self.bindings[b].name.start_byte()) != 0;
            let is_own = owner.trim_start_matches('$') == "this" && self.language.separator != ".";
            let mut members = self.constants.get(last).filter(|_| is_own || !self.is_value(owner, at)).into_iter().flatten().filter(is_member);
            return members.next().copied().filter(|only| members.next().is_none() && !self.is_around(*only, at));
        }
        let mut scope = Some(self.scopes.innermost(at));
        while let Some(index) = scope {
            if let Some(found) = self.visible.get(&(index, name)).and_then(|all| self.seen(all, at)) {
                return Some(found);
            }
            scope = self.scopes.parent(index);
        }
        None
    }

    /// Of bindings of one name in one scope the last one before the byte `at` or, where there is none, the last constant behind it.
    fn seen(&self, all: &[usize], at: usize) -> Option<usize> {
        let before = all.partition_point(|b| self.bindings[*b].node.start_byte() < at);
        let is_bound = |&&b: &&usize| {
            let binding = &self.bindings[b];
            (if binding.value.is_some() { binding.node.end_byte() } else { binding.name.end_byte() }) <= at && !self.is_around(b, at)
        };
        let is_constant = |&&b: &&usize| self.bindings[b].kind == BindingKind::Constant && !self.is_around(b, at);
        let near = all[..before].iter().rev().take(MAX_NEAR).find(is_bound);
        near.or_else(|| all.iter().rev().take(MAX_NEAR).find(is_constant)).copied()
    }

    /// Whether the byte `at` is read before this binding has its value, of which it is a part: functions in it run later.
    fn is_around(&self, binding: usize, at: usize) -> bool {
        let BindingNode { node, name, value, .. } = &self.bindings[binding];
        let is_inside = node.byte_range().contains(&at) || value.is_some_and(|value| value.byte_range().contains(&at));
        is_inside && self.scopes.innermost(at) == self.scopes.innermost(name.start_byte())
    }

    /// Whether `owner` is no type or module of this file, but a value or a name from elsewhere: its members have nothing to do with constants here.
    fn is_value(&self, owner: &str, at: usize) -> bool {
        let (first, rest) = owner.split_once(self.language.separator).unwrap_or((owner, ""));
        let is_name = |c: char| c.is_alphanumeric() || "_$@:\\?!->".contains(c) || self.language.separator.contains(c);
        let is_field = matches!(first, "this" | "self") && !rest.is_empty();
        let first = first.trim_end_matches(['?', '!']);
        !owner.chars().all(is_name) || is_field || self.resolve(first, at).is_some() || self.imports.iter().any(|i| i.name.as_deref() == Some(first))
    }

    /// What a field that is declared without a value gets by the only `this.name = …` of the file.
    pub(super) fn set_on_this(&self, name: &str) -> Option<Node<'t>> {
        let last = name.rsplit(self.language.separator).next().unwrap_or(name);
        match self.constants.get(format!("this{}{last}", self.language.separator).as_str())?.as_slice() {
            [only] => self.bindings[*only].value,
            _ => None,
        }
    }

    /// The last segment of a path, also of `$this->name` and `self::$name`, and all of `@name`: such names mean the same in every scope.
    fn member<'n>(&self, name: &'n str) -> Option<&'n str> {
        let path = name.rsplit_once(self.language.separator).or_else(|| name.rsplit_once("->"));
        path.map(|(_, last)| last.trim_start_matches('$')).or_else(|| name.starts_with('@').then_some(name))
    }

    /// The arguments of a call: the named children of `list` but for the callee, where that stands among them.
    pub(super) fn arguments(&self, list: Node<'t>) -> Vec<Node<'t>> {
        let mut all = children(list);
        all.retain(|node| !self.callees.contains(&node.id()));
        all
    }

    /// What a call in the same file gives for the parameter whose name is this node.
    pub(super) fn passed(&self, parameter: Node<'t>) -> Option<Node<'t>> {
        if let Some(known) = self.passed.borrow().get(&parameter.id()) {
            return *known;
        }
        let given = self.look_for_passed(parameter);
        self.passed.borrow_mut().insert(parameter.id(), given);
        given
    }

    fn look_for_passed(&self, parameter: Node<'t>) -> Option<Node<'t>> {
        if let Some(position) = self.text(parameter).parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
            let before = self.numbered.partition_point(|(_, body)| body.start_byte() <= parameter.start_byte());
            let (name, _) = self.numbered[..before].iter().rev().take(4).find(|(_, body)| body.end_byte() >= parameter.end_byte())?;
            return self.likely(name, |call| self.arguments(call.arguments).get(position).copied());
        }
        let before = self.functions.partition_point(|f| f.parameters.start_byte() <= parameter.start_byte());
        let function = self.functions[..before].iter().rev().take(4).find(|f| f.parameters.end_byte() >= parameter.end_byte())?;
        let slots = slots(function.parameters);
        let own = slots.first().is_some_and(|first| matches!(self.text(*first), "self" | "&self" | "&mut self" | "cls" | "this"));
        let position =
            slots.iter().position(|n| n.start_byte() <= parameter.start_byte() && parameter.end_byte() <= n.end_byte())?.checked_sub(usize::from(own))?;
        self.likely(function.name, |call| self.given(call, self.text(parameter), position))
    }

    /// What calls of a function give: a literal if some call gives one, else what the only call gives.
    fn likely(&self, name: &str, given: impl Fn(&CallNode<'t>) -> Option<Node<'t>>) -> Option<Node<'t>> {
        let calls = self.calls_by_name.get(name)?;
        let given: Vec<Node> = calls.iter().take(MAX_ARGUMENTS).filter_map(|&call| given(&self.calls[call])).collect();
        let is_text = |node: &&Node| match self.roles.get(&node.id()) {
            Some(Role::Keep(inner)) => matches!(self.roles.get(&inner.id()), Some(Role::String | Role::Raw)),
            role => matches!(role, Some(Role::String | Role::Raw)),
        };
        given.iter().find(is_text).or(if let [only] = given.as_slice() { Some(only) } else { None }).copied()
    }

    /// The functions with the names of their parameters.
    pub(super) fn declared_functions(&self) -> Vec<super::Function> {
        if self.functions.is_empty() {
            return Vec::new();
        }
        let mut names: Vec<Node> = self.bindings.iter().map(|binding| binding.name).collect();
        names.sort_by_key(|name| (name.start_byte(), name.end_byte()));
        let name_in = |slot: Node<'t>| {
            let first = names.get(names.partition_point(|name| name.start_byte() < slot.start_byte()));
            let own = first.filter(|name| name.end_byte() <= slot.end_byte()).copied().unwrap_or(slot);
            self.text(own).trim_start_matches('$').to_owned()
        };
        let is_own = |slot: &&Node| matches!(self.text(**slot), "self" | "&self" | "&mut self" | "cls" | "this");
        let of = |function: &Function<'t>| {
            let parameters = slots(function.parameters).iter().filter(|slot| !is_own(slot)).map(|slot| name_in(*slot)).collect();
            let node = function.parameters.parent().unwrap_or(function.parameters);
            super::Function { name: function.name.to_owned(), parameters, span: span(node) }
        };
        self.functions.iter().map(of).collect()
    }

    fn given(&self, call: &CallNode<'t>, name: &str, position: usize) -> Option<Node<'t>> {
        let arguments = self.arguments(call.arguments);
        let named = arguments.iter().filter_map(|n| self.field(*n)).find(|field| self.text(field.name) == name);
        if let Some(field) = named {
            return field.value;
        }
        arguments.into_iter().filter(|n| self.field(*n).is_none()).nth(position)
    }
}

/// One node for each parameter: names that share a type (`id, secret string`) count one by one; what stands before a parameter without a comma
/// (modifiers, attributes), or behind `=` beside it (a default), does not count.
fn slots(parameters: Node<'_>) -> Vec<Node<'_>> {
    let mut slots = Vec::new();
    for child in children(parameters) {
        let names: Vec<Node> = child.children_by_field_name("name", &mut child.walk()).filter(Node::is_named).collect();
        let is_default = child.prev_sibling().is_some_and(|before| before.kind() == "=");
        let is_modifier = child.next_sibling().is_some_and(|after| after.is_named() && !after.is_extra());
        match names.as_slice() {
            [_, _, ..] => slots.extend(names),
            _ if is_default || is_modifier => {}
            _ => slots.push(child),
        }
    }
    slots
}

/// Grammars call comments so; here documents are extra, too.
/// `Hmac::new_from_slice` of `Hmac::<Sha256>::new_from_slice`.
fn without_type_arguments(path: String) -> String {
    let end_of = |open: usize| path.rfind('>').filter(|end| *end > open);
    match path.find("::<").and_then(|open| Some((open, end_of(open)?))) {
        Some((open, end)) => format!("{}{}", &path[..open], &path[end + 1..]),
        None => path,
    }
}

fn is_comment(node: Node) -> bool {
    node.is_extra() && node.kind().contains("comment")
}

/// Which of the names in a pattern a name is, if the place is certain: none with a rest (`*rest`, `...rest`) before it, and not too many.
fn place(name: Node, pattern: Node) -> Option<usize> {
    if pattern.named_child_count() > MAX_ARGUMENTS {
        return None;
    }
    let mut child = name;
    while let Some(parent) = child.parent().filter(|parent| parent.id() != pattern.id()) {
        child = parent;
    }
    let (mut before, mut place) = (child.prev_sibling(), 0);
    while let Some(node) = before {
        if node.kind().contains("splat") || node.kind().contains("rest") || place > MAX_ARGUMENTS {
            return None;
        }
        place += usize::from(node.kind() == ",");
        before = node.prev_sibling();
    }
    Some(place)
}

/// The named children that are not comments.
pub(super) fn children(list: Node<'_>) -> Vec<Node<'_>> {
    list.named_children(&mut list.walk()).filter(|n| !n.is_extra()).take(MAX_ARGUMENTS).collect()
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
