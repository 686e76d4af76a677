//! What expressions amount to: pieces joined, wrappers seen through, encodings undone, constants, variables and parameters followed within the file.

use std::cell::Cell;
use std::ops::Range;

use tree_sitter::Node;

use crate::model::facts::{Argument, Binding, Call, Part, Step, StepKind, Value};
use crate::text::Span;
use crate::text::decode::{Decoding, number};

use super::outline::{BindingKind, BindingNode, CallNode, Outline, Role, children};
use super::{Budget, Facts, MAX_ARGUMENTS, MAX_NAME, is_callee, line, span};

/// Names followed on the way to one literal.
const MAX_HOPS: usize = 8;
/// Nodes looked at for one value, and text collected for it, in bytes.
const MAX_FOLD_STEPS: usize = 1024;
const MAX_FOLD_TEXT: usize = 64 * 1024;
/// Text of all values of one file, in bytes.
const MAX_FILE_TEXT: usize = 32 << 20;
/// Steps between two looks at the clock.
const CLOCK: usize = 1024;
/// Nodes looked at for all values of one file.
const MAX_FILE_STEPS: usize = 2_000_000;
/// Parts of one string or list that are looked at.
const MAX_PARTS: usize = 256;
/// Characters from which on a list of nothing else is taken for text.
const LEAST_CHARACTERS: usize = 8;
/// Parts of a value that is not known in full.
const MAX_HOLES: usize = 32;
/// Objects in objects whose entries are named arguments; entries of entries that are followed to a list, and names on the way to each.
const MAX_DEPTH: usize = 4;

/// What a call does to text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reference,
    Lookup,
    Fallback,
    Wrapper,
    Concat,
    Join,
    Format,
    Characters,
    Encode,
    Decode(Decoding),
}

impl Effect {
    fn of(call: &CallNode, outline: &Outline) -> Option<Self> {
        let callees = &outline.language.callees;
        let groups = [
            (callees.characters, Self::Characters),
            (callees.lookups, Self::Lookup),
            (callees.references, Self::Reference),
            (callees.fallbacks, Self::Fallback),
            (callees.wrappers, Self::Wrapper),
            (callees.encoders, Self::Encode),
            (callees.concats, Self::Concat),
            (callees.joins, Self::Join),
            (callees.formats, Self::Format),
        ];
        let has = |word: &str| children(call.arguments).iter().any(|argument| outline.text(*argument).trim_matches(['"', '\'', '`']) == word);
        let is = |wanted: &str| match wanted.strip_suffix(')').and_then(|wanted| wanted.split_once('(')) {
            Some((wanted, word)) => call.names().any(|name| is_callee(name, &[wanted])) && has(word),
            None => call.names().any(|name| is_callee(name, &[wanted])),
        };
        let is_one_of = |group: &[&str]| group.iter().any(|wanted| is(wanted));
        let decoder = || callees.decoders.iter().find(|(name, _)| is(name)).map(|(_, decoding)| Self::Decode(*decoding));
        decoder().or_else(|| groups.into_iter().find(|(group, _)| is_one_of(group)).map(|(_, effect)| effect))
    }
}

/// Whether a name may mean an entry of an object: not on the way to that object, which keeps the search short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entries {
    Count,
    Pass,
}

/// What is still to be added to a value.
enum Item<'t> {
    /// An expression, with the number of names passed on the way to it.
    Node(Node<'t>, usize),
    /// Text that stands nowhere.
    Text(Vec<u8>),
    /// Text and where it stands.
    Piece(Vec<u8>, Span),
    /// What has been added since this length is encoded.
    Decode(Decoding, usize),
    /// A hole in a string that nobody follows.
    Hole(Node<'t>),
    /// A hole in a format, `{path}`, that nobody follows.
    FormatHole(Span),
}

/// Why a value is not text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Reference,
    Hole,
    Unknown,
}

/// A value in the making.
struct Folding<'t, 'p> {
    todo: Vec<Item<'t>>,
    path: &'p mut Vec<Step>,
    text: Vec<u8>,
    pieces: Vec<Span>,
    /// Where the text of each piece begins.
    starts: Vec<usize>,
    /// Of a value that is not known in full, what is.
    parts: Vec<Part>,
    /// The text in front of the last hole ends here.
    told: usize,
}

impl<'t> Folding<'t, '_> {
    /// Text, and behind it what is not known.
    fn open(&mut self, hole: Part) {
        self.tell();
        self.parts.push(hole);
    }

    /// The text behind the last hole.
    fn tell(&mut self) {
        if self.told < self.text.len() {
            self.parts.push(Part::Text(self.text[self.told..].to_vec()));
            self.told = self.text.len();
        }
    }

    /// What is left to do is decoded together with what was done: a hole in it leaves nothing.
    fn is_encoded(&self) -> bool {
        self.todo.iter().any(|item| matches!(item, Item::Decode(..)))
    }

    /// Looks at these next, in order.
    fn next(&mut self, nodes: impl DoubleEndedIterator<Item = Node<'t>>, hops: usize) {
        self.todo.extend(nodes.rev().map(|node| Item::Node(node, hops)));
    }
}

/// Turns expressions into values. Works on a list instead of the call stack: nesting costs memory, never the stack.
pub(super) struct Folder<'a, 't> {
    pub outline: &'a Outline<'t>,
    steps_left: Cell<usize>,
    /// Lists that are looked for on the way to another.
    depth: Cell<usize>,
    text_left: usize,
    budget: &'a Budget,
    /// A bound was reached: some values are not known that might be.
    incomplete: bool,
    parameters: Parameters,
}

/// What a parameter stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameters {
    /// What some call in the file gives.
    Given,
    /// Nothing that is known: each call may give something else.
    Open,
}

impl<'a, 't> Folder<'a, 't> {
    pub(super) fn new(outline: &'a Outline<'t>, budget: &'a Budget) -> Self {
        let steps_left = Cell::new(MAX_FILE_STEPS);
        Self { outline, steps_left, depth: Cell::new(0), text_left: MAX_FILE_TEXT, budget, incomplete: false, parameters: Parameters::Given }
    }

    /// One for which parameters are not known.
    pub(super) fn with_open_parameters(outline: &'a Outline<'t>, budget: &'a Budget) -> Self {
        Self { parameters: Parameters::Open, ..Self::new(outline, budget) }
    }

    /// One that looks at fewer nodes.
    pub(super) fn with_steps(self, steps: usize) -> Self {
        Self { steps_left: Cell::new(self.steps_left.get().min(steps)), ..self }
    }

    pub(super) fn facts(mut self) -> Facts {
        let outline = self.outline;
        let calls = outline.calls.iter().map(|call| self.call(call)).collect();
        let bindings = outline.bindings.iter().filter_map(|b| self.binding(b)).collect();
        let incomplete = self.incomplete || self.steps_left.get() == 0;
        Facts {
            incomplete,
            calls,
            bindings,
            imports: outline.imports.clone(),
            functions: outline.declared_functions(),
            tests: outline.tests.clone(),
            texts: outline.texts.clone(),
            errors: outline.errors.clone(),
        }
    }

    fn call(&mut self, call: &CallNode<'t>) -> Call {
        let (mut arguments, mut named) = (Vec::new(), Vec::new());
        for node in self.outline.arguments(call.arguments) {
            if let Some((name, value)) = self.outline.field(node).and_then(|field| Some((self.key(field.name)?, field.value?))) {
                named.push((name.clone(), self.argument(value)));
                self.entries(value, &name, 1, &mut named);
            } else {
                let argument = self.argument(node);
                named.extend(flag(&argument));
                arguments.push(argument);
                self.entries(node, "", 0, &mut named);
            }
        }
        match arguments.as_slice() {
            [key, value] => named.extend(pair_name(&key.value).map(|name| (name, value.clone()))),
            [_, key, value] => named.extend(self.option_name(key).map(|name| (name, value.clone()))),
            _ => {}
        }
        Call {
            callee: call.callee.clone(),
            method: call.method.clone(),
            is_literal: self.outline.bytes.get(call.arguments.start_byte()) == Some(&b'{'),
            receiver: call.receiver.map(span),
            arguments,
            named,
            span: span(call.node),
            line: call.line,
        }
    }

    /// The constant of a library that gives a name to the value behind it: `curl_setopt(handle, CURLOPT_USERPWD, …)`.
    fn option_name(&self, key: &Argument) -> Option<String> {
        let text = std::str::from_utf8(self.outline.bytes.get(key.span.range())?).ok()?;
        let is_constant = text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        (is_constant && text.len() <= MAX_NAME).then(|| text.to_owned())
    }

    /// The entries of an object, or of a list of pairs, with their names as dotted paths.
    fn entries(&mut self, node: Node<'t>, prefix: &str, depth: usize, named: &mut Vec<(String, Argument)>) {
        let Some(node) = self.written_list(node, Entries::Count) else { return };
        if depth >= MAX_DEPTH || named.len() >= 2 * MAX_ARGUMENTS {
            return;
        }
        let joined = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        match self.outline.roles.get(&node.id()) {
            Some(Role::Object) => {
                for field in children(node).into_iter().filter_map(|child| self.outline.field(child)) {
                    let (Some(name), Some(value)) = (self.key(field.name), field.value) else { continue };
                    named.push((joined(&name), self.argument(value)));
                    self.entries(value, &joined(&name), depth + 1, named);
                }
            }
            Some(Role::Sequence(parts)) => {
                let is_list = |part: &Node<'t>| matches!(self.outline.roles.get(&part.id()), Some(Role::Sequence(_)));
                if let ([one, other], false) = (parts.as_slice(), prefix.is_empty())
                    && !is_list(one)
                    && !is_list(other)
                {
                    named.push((joined("1"), self.argument(*other)));
                    return;
                }
                for pair in parts.iter().take(MAX_ARGUMENTS) {
                    let Some(Role::Sequence(pair)) = self.outline.roles.get(&pair.id()) else { continue };
                    let [key, value] = pair.as_slice() else { continue };
                    let key = self.argument(*key);
                    if let Some(name) = pair_name(&key.value) {
                        named.push((joined(&name), self.argument(*value)));
                    }
                }
            }
            _ => {}
        }
    }

    /// The object or the list that an expression is: written here, or behind names, entries and wrappers. `entries` says whether a name may mean an entry.
    /// What names and entries mean is looked for through here again, so that the depth counted here bounds the call stack.
    fn written_list(&self, node: Node<'t>, entries: Entries) -> Option<Node<'t>> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return None;
        }
        self.depth.set(depth + 1);
        let list = self.followed_list(node, entries);
        self.depth.set(depth);
        list
    }

    fn followed_list(&self, node: Node<'t>, entries: Entries) -> Option<Node<'t>> {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            if !self.has_room() {
                return None;
            }
            node = match self.outline.roles.get(&node.id()) {
                Some(Role::Object | Role::Sequence(_)) => return Some(node),
                Some(Role::Keep(inner)) => *inner,
                Some(Role::Call(index)) => {
                    let call = &self.outline.calls[*index];
                    // A literal of a type with names for its fields.
                    if self.outline.bytes.get(call.arguments.start_byte()) == Some(&b'{') {
                        return Some(call.arguments);
                    }
                    self.wrapped(call)?
                }
                Some(Role::Entry(object, key)) => self.entry(*object, *key)?.0,
                Some(_) => return None,
                None if entries == Entries::Count => self.bound(node).and_then(|binding| self.value_of(binding))?,
                None => self.resolved(node.byte_range())?.value?,
            };
        }
        None
    }

    /// What the call of a wrapper has as its first argument: `Object.freeze({ … })`.
    fn wrapped(&self, call: &CallNode<'t>) -> Option<Node<'t>> {
        let is_wrapper = Effect::of(call, self.outline) == Some(Effect::Wrapper);
        children(call.arguments).first().copied().filter(|_| is_wrapper)
    }

    /// The binding that a path of names, which stands at these bytes, means as a whole.
    fn resolved(&self, path: Range<usize>) -> Option<&BindingNode<'t>> {
        let name = std::str::from_utf8(self.outline.bytes.get(path.clone())?).ok()?;
        self.outline.resolve(name, path.start).map(|index| &self.outline.bindings[index])
    }

    /// What the name that `node` is means: a binding, or an entry of the object that is bound to the first of its names: `config.auth.secret`.
    pub(super) fn bound(&self, node: Node<'t>) -> Option<&BindingNode<'t>> {
        let (path, separator) = (self.outline.text(node), self.outline.language.separator);
        if path.len() > MAX_NAME {
            return None;
        }
        // A constant of the class: `self.SECRET`, `cls.SECRET`.
        let of_class = || {
            let own = ["self", "cls"].iter().find(|own| path.strip_prefix(**own).is_some_and(|rest| rest.starts_with(separator)))?;
            let name = path.get(own.len() + separator.len()..).filter(|name| !name.contains(separator))?;
            let index = self.outline.resolve(name, node.start_byte())?;
            let binding = &self.outline.bindings[index];
            // What a class declares is a constant, too, beside what a block binds.
            let near = self.outline.bindings.get(index.saturating_sub(1)..(index + 2).min(self.outline.bindings.len())).unwrap_or_default();
            near.iter().any(|other| other.kind == BindingKind::Constant && other.name.id() == binding.name.id()).then_some(binding)
        };
        self.resolved(node.byte_range()).or_else(of_class).or_else(|| {
            let own = ["this", "self"].iter().find_map(|own| path.strip_prefix(own)?.strip_prefix(separator)).map_or(0, |rest| path.len() - rest.len());
            let (owner, names) = path.split_at(own + path[own..].find(separator)?);
            let owner = owner.trim_end_matches(['?', '!']);
            let object = self.resolved(node.start_byte()..node.start_byte() + owner.len())?;
            let mut names = names.split(separator).skip(1).map(|name| name.trim_end_matches(['?', '!']));
            let entry = self.field_of(self.value_of(object)?, names.next()?)?;
            names.take(MAX_DEPTH).try_fold(entry, |entry, name| self.field_of(entry.value?, name))
        })
    }

    /// The value of a binding: of a name that is taken out of an object the entry of that name.
    pub(super) fn value_of(&self, binding: &BindingNode<'t>) -> Option<Node<'t>> {
        let value = binding.value.filter(|_| !binding.ambiguous)?;
        self.field_of(value, self.outline.text(binding.name)).map_or(Some(value), |field| field.value)
    }

    fn is_object(&self, list: Node<'t>) -> bool {
        matches!(self.outline.roles.get(&list.id()), Some(Role::Object)) || self.outline.bytes.get(list.start_byte()) == Some(&b'{')
    }

    /// The only entry of an object that has this name.
    fn field_of(&self, object: Node<'t>, name: &str) -> Option<&BindingNode<'t>> {
        let object = self.written_list(object, Entries::Pass).filter(|list| self.is_object(*list))?;
        let fields = children(object).into_iter().filter_map(|child| self.outline.field(child));
        let mut named = fields.filter(|field| self.key(field.name).as_deref() == Some(name));
        named.next().filter(|_| named.next().is_none())
    }

    /// The entry of an object that has this key, or of a list at this place, and the field that it is.
    fn entry(&self, object: Node<'t>, key: Node<'t>) -> Option<(Node<'t>, Option<Step>)> {
        if let Ok(place) = self.outline.text(key).parse::<usize>() {
            return Some((*self.parts(object).ok()?.get(place)?, None));
        }
        let name = self.key(key)?;
        let field = self.field_of(object, &name)?;
        Some((field.value?, Some(Step { name, ..self.step(field) })))
    }

    /// The text of a list of nothing but characters, as `collect` and constructors of strings take it.
    fn characters(&self, parts: &[Node<'t>]) -> Option<Vec<Item<'t>>> {
        let is_text = (LEAST_CHARACTERS..=MAX_PARTS).contains(&parts.len());
        let item = |part: &Node<'t>| Some(Item::Piece(self.written(Some(*part)).is_ok().then(|| self.character(*part).ok())??, span(*part)));
        parts.iter().filter(|_| is_text).map(item).collect::<Option<Vec<_>>>().filter(|items| !items.is_empty())
    }

    /// The name of a field as text: a word as it stands, a string by what it holds.
    pub(super) fn key(&self, node: Node<'t>) -> Option<String> {
        let text = match self.outline.roles.get(&node.id()) {
            Some(Role::String | Role::Raw | Role::Keep(_)) => self.written(Some(node)).ok().and_then(|text| String::from_utf8(text).ok())?,
            _ => self.outline.text(node).trim_matches(['"', '\'', '`', ':', '[', ']']).to_owned(),
        };
        (!text.is_empty() && text.len() <= MAX_NAME).then_some(text)
    }

    fn binding(&mut self, binding: &BindingNode<'t>) -> Option<Binding> {
        let value = self.argument(binding.value?);
        Some(Binding { name: self.key(binding.name).unwrap_or_default(), value, span: span(binding.node) })
    }

    pub(super) fn argument(&mut self, node: Node<'t>) -> Argument {
        let mut path = Vec::new();
        let (value, parts) = self.fold(node, &mut path);
        Argument { value, span: span(node), line: line(node), path, parts }
    }

    /// The declaration of a name, as a step on the way of its value.
    pub(super) fn step(&self, binding: &BindingNode<'t>) -> Step {
        let kind = if binding.kind == BindingKind::Constant { StepKind::Constant } else { StepKind::Variable };
        Step { kind, name: self.outline.text(binding.name).to_owned(), span: span(binding.name), line: line(binding.name) }
    }

    /// The value of the expression `node` and, where that is not known in full, its parts; the names it passed go to `path`.
    pub(super) fn fold(&mut self, node: Node<'t>, path: &mut Vec<Step>) -> (Value, Vec<Part>) {
        let todo = vec![Item::Node(node, 0)];
        let mut folding = Folding { todo, path, text: Vec::new(), pieces: Vec::new(), starts: Vec::new(), parts: Vec::new(), told: 0 };
        let (mut compound, mut stopped) = (false, None);
        let mut steps = MAX_FOLD_STEPS;
        while let Some(item) = folding.todo.pop() {
            if steps == 0 || folding.text.len() > MAX_FOLD_TEXT || folding.todo.len() > MAX_FOLD_STEPS || !self.has_room() {
                self.incomplete = true;
                return (stopped.unwrap_or(Value::Unknown), Vec::new());
            }
            steps -= 1;
            let (at, in_format) = match &item {
                Item::Node(node, _) | Item::Hole(node) => (*node, None),
                Item::FormatHole(span) => (node, Some(*span)),
                _ => (node, None),
            };
            let stop = self.item(item, &mut folding).err();
            compound |= folding.todo.len() > 1 || !folding.pieces.is_empty() && !folding.todo.is_empty();
            let Some(stop) = stop else { continue };
            let value = match stop {
                Stop::Hole => Value::Interpolated,
                _ if compound || !folding.pieces.is_empty() => Value::Interpolated,
                Stop::Reference => Value::Reference,
                Stop::Unknown => Value::Unknown,
            };
            let value = stopped.get_or_insert(value);
            if folding.is_encoded() || folding.parts.len() >= MAX_HOLES {
                return (value.clone(), Vec::new());
            }
            folding.open(in_format.map_or_else(|| self.hole(at), Part::Hole));
        }
        self.text_left = self.text_left.saturating_sub(folding.text.len());
        match stopped {
            Some(value) => {
                folding.tell();
                (value, folding.parts)
            }
            None => (Value::Literal { text: folding.text, pieces: folding.pieces, starts: folding.starts }, Vec::new()),
        }
    }

    /// An expression that is not known: a name that nothing in this file declares, or anything else.
    fn hole(&self, node: Node<'t>) -> Part {
        let name = self.outline.text(node).trim_start_matches(['\\', ':']);
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"_.:$\\?!@".contains(&b) || b >= 0x80;
        let head = name.split(['.', ':', '\\', '?', '!']).next().unwrap_or(name);
        let is_imported = || self.outline.imports.iter().any(|import| import.name.as_deref() == Some(head));
        let is_bare = match self.outline.roles.get(&node.id()) {
            None | Some(Role::Entry(..)) => true,
            Some(Role::Reference) => is_imported(),
            Some(_) => false,
        };
        let is_name = is_bare && name.len() <= MAX_NAME && name.bytes().all(is_part);
        let is_own = matches!(head, "" | "this" | "self" | "$this" | "Self" | "static") || head.starts_with(|c: char| c.is_ascii_digit());
        let declared = |head: &str| self.outline.resolve(head, node.start_byte()).is_some();
        if is_name && !is_own && (is_imported() || !declared(head)) { Part::Name(span(node)) } else { Part::Hole(span(node)) }
    }

    /// Whether there is time, work and memory left for one step more.
    pub(super) fn has_room(&self) -> bool {
        let mut steps = self.steps_left.get();
        if steps.is_multiple_of(CLOCK) && self.budget.spend().is_break() {
            steps = 0;
        }
        self.steps_left.set(steps.saturating_sub(1));
        steps > 0 && self.text_left > 0
    }

    fn item(&self, item: Item<'t>, folding: &mut Folding<'t, '_>) -> Result<(), Stop> {
        match item {
            Item::Node(node, hops) => return self.node(node, hops, folding),
            Item::Hole(_) | Item::FormatHole(_) => return Err(Stop::Hole),
            Item::Text(text) => folding.text.extend(text),
            Item::Piece(text, at) => {
                folding.starts.push(folding.text.len());
                folding.text.extend(text);
                folding.pieces.push(at);
            }
            Item::Decode(decoding, from) => {
                let decoded = decoding.apply(&folding.text[from..]).ok_or(Stop::Unknown)?;
                folding.text.truncate(from);
                folding.text.extend(decoded);
                folding.starts.iter_mut().rev().take_while(|start| **start >= from).for_each(|start| *start = from);
            }
        }
        Ok(())
    }

    /// One expression: its text, or what to look at instead.
    fn node(&self, node: Node<'t>, hops: usize, folding: &mut Folding<'t, '_>) -> Result<(), Stop> {
        match self.outline.roles.get(&node.id()) {
            Some(Role::String) => folding.todo.extend(self.string(node, hops)?.into_iter().rev()),
            Some(Role::Raw) => folding.todo.push(self.raw(node)),
            Some(Role::Text | Role::Literal) => folding.todo.push(Item::Piece(self.outline.bytes[node.byte_range()].to_vec(), span(node))),
            Some(Role::Escape) => folding.todo.push(self.unescaped(span(node))?),
            Some(Role::Hole(inner) | Role::Keep(inner)) if inner.id() != node.id() => folding.next([*inner].into_iter(), hops),
            Some(Role::Concat(parts)) => folding.next(parts.iter().copied(), hops),
            Some(Role::Fallback(values)) => {
                let is_text = |value: &&Node<'t>| self.ends_in_text(**value) && self.written(Some(**value)).as_deref() != Ok(b"");
                let has_holes = |value: &Node<'t>| matches!(self.outline.roles.get(&value.id()), Some(Role::String)) && self.written(Some(*value)).is_err();
                let whole = values.iter().find(|value| is_text(value) && !has_holes(value));
                let value = *whole.or_else(|| values.iter().find(is_text)).or(values.last()).ok_or(Stop::Unknown)?;
                folding.path.push(Step { kind: StepKind::Fallback, name: String::new(), span: span(node), line: line(node) });
                folding.next([value].into_iter(), hops);
            }
            Some(Role::Reverse(inner)) => {
                folding.todo.push(Item::Decode(Decoding::Reverse, folding.text.len()));
                folding.next([*inner].into_iter(), hops);
            }
            Some(Role::Reference) => return Err(Stop::Reference),
            Some(Role::Sequence(parts)) => folding.todo.extend(self.characters(parts).ok_or(Stop::Unknown)?.into_iter().rev()),
            Some(Role::Object) => return Err(Stop::Unknown),
            Some(Role::Entry(object, key)) => {
                let (value, step) = self.entry(*object, *key).filter(|_| hops < MAX_HOPS).ok_or(Stop::Unknown)?;
                folding.path.extend(step);
                folding.next([value].into_iter(), hops + 1);
            }
            Some(Role::Call(index)) => return self.folded_call(&self.outline.calls[*index], hops, folding),
            None | Some(Role::Hole(_) | Role::Keep(_)) => {
                let bound = self.name(node, hops, folding.path)?;
                folding.next([bound].into_iter(), hops + 1);
            }
        }
        Ok(())
    }

    /// Whether an expression is a literal, behind wrappers and constants or not.
    fn ends_in_text(&self, node: Node<'t>) -> bool {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            let next = match self.outline.roles.get(&node.id()) {
                Some(Role::String | Role::Raw | Role::Concat(_)) => return true,
                Some(Role::Keep(inner)) => Some(*inner),
                Some(Role::Call(index)) => {
                    let call = &self.outline.calls[*index];
                    let is_wrapper = Effect::of(call, self.outline) == Some(Effect::Wrapper);
                    self.subject(call, children(call.arguments).first().copied()).filter(|_| is_wrapper)
                }
                Some(_) => None,
                None => self.name(node, 0, &mut Vec::new()).ok(),
            };
            let Some(next) = next else { return false };
            node = next;
        }
        false
    }

    /// The parts of a string literal without its quotes: runs of text and escapes, and what fills its holes.
    fn string(&self, node: Node<'t>, hops: usize) -> Result<Vec<Item<'t>>, Stop> {
        let mut items = Vec::new();
        let mut run: Option<(Span, bool)> = None;
        for part in node.named_children(&mut node.walk()) {
            if items.len() > MAX_PARTS {
                return Err(Stop::Unknown);
            }
            let escaped = match self.outline.roles.get(&part.id()) {
                Some(Role::Escape) => true,
                Some(Role::Text) => false,
                None if !self.outline.holes.contains(&part.id()) => continue,
                hole => {
                    items.extend(run.take().map(|run| self.run(run)).transpose()?);
                    items.extend(self.space_before(part));
                    items.push(hole.map_or(Item::Hole(part), |_| Item::Node(part, hops)));
                    continue;
                }
            };
            let (mut start, before) = run.take().map_or((part.start_byte(), false), |(span, escaped)| (span.start, escaped));
            let escapes: Vec<Node> =
                part.named_children(&mut part.walk()).filter(|child| matches!(self.outline.roles.get(&child.id()), Some(Role::Escape))).collect();
            for escape in escapes {
                items.push(self.run((Span::new(start, escape.start_byte()), before || escaped))?);
                items.push(self.unescaped(span(escape))?);
                start = escape.end_byte();
            }
            run = Some((Span::new(start, part.end_byte()), before || escaped));
        }
        let end = run.map_or_else(|| node.named_children(&mut node.walk()).last().map_or(node.start_byte(), |last| last.end_byte()), |(run, _)| run.end);
        items.extend(run.map(|run| self.run(run)).transpose()?);
        items.extend(self.space_at_the_end(node, end));
        if items.is_empty() {
            items.push(Item::Piece(Vec::new(), Span::new(node.start_byte(), node.start_byte())));
        }
        Ok(items)
    }

    /// White space that a grammar takes for a part of the hole behind it.
    fn space_before(&self, hole: Node<'t>) -> Option<Item<'t>> {
        let bytes = &self.outline.bytes[hole.byte_range()];
        let space = bytes.len() - bytes.trim_ascii_start().len();
        (space > 0).then(|| Item::Piece(bytes[..space].to_vec(), Span::new(hole.start_byte(), hole.start_byte() + space)))
    }

    /// White space that a grammar leaves out between the last hole and the closing quote.
    fn space_at_the_end(&self, node: Node<'t>, from: usize) -> Option<Item<'t>> {
        let to = node.end_byte().checked_sub(1).filter(|to| from < *to && from > node.start_byte())?;
        let space = &self.outline.bytes[from..to];
        let is_quote = matches!(self.outline.bytes[to], b'"' | b'`');
        (is_quote && space.iter().all(u8::is_ascii_whitespace)).then(|| Item::Piece(space.to_vec(), Span::new(from, to)))
    }

    fn run(&self, (content, escaped): (Span, bool)) -> Result<Item<'t>, Stop> {
        if escaped { self.unescaped(content) } else { Ok(Item::Piece(self.outline.bytes[content.range()].to_vec(), content)) }
    }

    fn unescaped(&self, content: Span) -> Result<Item<'t>, Stop> {
        let text = (self.outline.language.unescape)(&self.outline.bytes[content.range()]).ok_or(Stop::Unknown)?;
        Ok(Item::Piece(text, content))
    }

    /// A literal whose grammar does not tell its text from its quotes.
    fn raw(&self, node: Node<'t>) -> Item<'t> {
        let whole = &self.outline.bytes[node.byte_range()];
        let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`');
        let Some(first) = whole.iter().position(is_quote) else { return Item::Piece(whole.to_vec(), span(node)) };
        let quote = whole[first];
        let quotes = if whole[first..].starts_with(&[quote; 3]) && whole.len() >= first + 6 { 3 } else { 1 };
        let (start, end) = (first + quotes, whole.len().saturating_sub(quotes));
        if start > end || whole[end..].first() != Some(&quote) {
            return Item::Piece(whole.to_vec(), span(node));
        }
        Item::Piece(whole[start..end].to_vec(), Span::new(node.start_byte() + start, node.start_byte() + end))
    }

    /// The value bound to the name that `node` is.
    fn name(&self, node: Node<'t>, hops: usize, path: &mut Vec<Step>) -> Result<Node<'t>, Stop> {
        if hops >= MAX_HOPS || node.end_byte() - node.start_byte() > MAX_NAME {
            return Err(Stop::Unknown);
        }
        let Some(binding) = self.bound(node) else {
            let is_number = self.outline.text(node).bytes().all(|b| b.is_ascii_digit());
            let given = is_number.then(|| self.outline.passed(node)).flatten().filter(|_| self.parameters == Parameters::Given).ok_or(Stop::Unknown)?;
            path.push(Step { kind: StepKind::Parameter, name: self.outline.text(node).to_owned(), span: span(node), line: line(node) });
            return Ok(given);
        };
        let (value, kind) = match self.value_of(binding) {
            _ if binding.ambiguous => return Err(Stop::Unknown),
            Some(value) if binding.kind == BindingKind::Constant => (value, StepKind::Constant),
            Some(value) => (value, StepKind::Variable),
            None => {
                let is_constant = binding.kind == BindingKind::Constant;
                if let Some(value) = self.outline.set_on_this(self.outline.text(node)).filter(|_| is_constant) {
                    (value, StepKind::Variable)
                } else {
                    let given = self.outline.passed(binding.name).filter(|_| self.parameters == Parameters::Given).ok_or(Stop::Unknown)?;
                    let entry = self.field_of(given, self.outline.text(binding.name)).and_then(|field| field.value);
                    (entry.unwrap_or(given), StepKind::Parameter)
                }
            }
        };
        path.push(Step { kind, name: self.outline.text(binding.name).to_owned(), span: span(binding.name), line: line(binding.name) });
        Ok(value)
    }

    /// A call whose result is text that is known: what to look at instead goes to the list.
    fn folded_call(&self, call: &CallNode<'t>, hops: usize, folding: &mut Folding<'t, '_>) -> Result<(), Stop> {
        let arguments = self.outline.arguments(call.arguments);
        let first = arguments.first().copied();
        match Effect::of(call, self.outline).ok_or(Stop::Unknown)? {
            Effect::Reference => return Err(Stop::Reference),
            Effect::Lookup => {
                let fallback = *arguments.get(1).ok_or(Stop::Reference)?;
                let fallback = self.outline.field(fallback).map_or(Some(fallback), |field| field.value).ok_or(Stop::Unknown)?;
                folding.path.push(Step { kind: StepKind::Fallback, name: call.callee.clone(), span: span(call.node), line: call.line });
                folding.next([fallback].into_iter(), hops);
            }
            Effect::Encode => folding.next([self.encoded(call, first).ok_or(Stop::Unknown)?].into_iter(), hops),
            Effect::Wrapper => folding.next([self.subject(call, first).ok_or(Stop::Unknown)?].into_iter(), hops),
            Effect::Decode(decoding) => {
                folding.todo.push(Item::Decode(decoding, folding.text.len()));
                folding.next([self.encoded(call, first).ok_or(Stop::Unknown)?].into_iter(), hops);
            }
            Effect::Fallback => {
                folding.path.push(Step { kind: StepKind::Fallback, name: call.callee.clone(), span: span(call.node), line: call.line });
                folding.next([first.ok_or(Stop::Unknown)?].into_iter(), hops);
            }
            Effect::Concat => {
                let own = call.receiver.filter(|receiver| call.method.is_some() && !arguments.is_empty() && self.is_text(*receiver));
                let parts = match (own, call.receiver) {
                    (Some(own), _) => [own].into_iter().chain(arguments).collect(),
                    (None, Some(receiver)) if arguments.is_empty() => self.parts(receiver)?,
                    _ => arguments,
                };
                folding.next(parts.into_iter(), hops);
            }
            Effect::Join => self.join(call, first, hops, folding)?,
            Effect::Format => self.format(call, &arguments, hops, folding)?,
            Effect::Characters => {
                let list = arguments.iter().copied().chain(call.receiver).find_map(|list| self.parts(list).ok());
                // `pack("C*", 97, 98)`.
                let is_format = arguments.len() > 1 && self.written(first).is_ok_and(|text| text.len() > 1);
                let codes = list.unwrap_or_else(|| arguments[usize::from(is_format)..].to_vec());
                if codes.is_empty() {
                    return Err(Stop::Unknown);
                }
                let characters: Result<Vec<_>, Stop> = codes.iter().map(|code| Ok(Item::Piece(self.character(*code)?, span(*code)))).collect();
                match (characters, first) {
                    (Ok(characters), _) => folding.todo.extend(characters.into_iter().rev()),
                    (Err(_), Some(text)) if !matches!(self.outline.roles.get(&text.id()), Some(Role::Literal | Role::Sequence(_))) => {
                        folding.next([text].into_iter(), hops);
                    }
                    (Err(stop), _) => return Err(stop),
                }
            }
        }
        Ok(())
    }

    /// What a wrapper wraps: the receiver of a method unless that is a module or a type, else the first argument.
    fn subject(&self, call: &CallNode<'t>, first: Option<Node<'t>>) -> Option<Node<'t>> {
        let Some(receiver) = call.receiver else { return first };
        let module = !self.outline.roles.contains_key(&receiver.id()) && first.is_some() && self.name(receiver, 0, &mut Vec::new()).is_err();
        if module { first } else { Some(receiver) }
    }

    /// What a decoder decodes and an encoder encodes: as for wrappers, and the first argument of a decoder that a call made (`Base64.getDecoder().decode("…")`).
    fn encoded(&self, call: &CallNode<'t>, first: Option<Node<'t>>) -> Option<Node<'t>> {
        match call.receiver.map(|receiver| self.outline.roles.get(&receiver.id())) {
            Some(Some(Role::Call(made))) if first.is_some() && Effect::of(&self.outline.calls[*made], self.outline).is_none() => first,
            // `["6162"].pack("H*")`.
            Some(Some(Role::Sequence(parts))) if parts.len() == 1 => parts.first().copied(),
            _ => self.subject(call, first),
        }
    }

    fn is_text(&self, node: Node<'t>) -> bool {
        matches!(self.outline.roles.get(&node.id()), Some(Role::String | Role::Raw | Role::Call(_) | Role::Keep(_) | Role::Concat(_)))
            || self.name(node, 0, &mut Vec::new()).is_ok()
    }

    fn join(&self, call: &CallNode<'t>, first: Option<Node<'t>>, hops: usize, folding: &mut Folding<'t, '_>) -> Result<(), Stop> {
        let is_text = |receiver: &Node<'t>| matches!(self.outline.roles.get(&receiver.id()), Some(Role::Call(_))) && self.parts(*receiver).is_err();
        let characters = call.receiver.filter(is_text);
        if let (Some(characters), Ok(b"")) = (characters, first.map_or(Ok(Vec::new()), |first| self.written(Some(first))).as_deref()) {
            folding.next([characters].into_iter(), hops);
            return Ok(());
        }
        // `implode("", array_map("chr", …))`.
        let arguments = self.outline.arguments(call.arguments);
        let is_made = |node: &&Node<'t>| match self.outline.roles.get(&self.unkept(**node).id()) {
            Some(Role::Call(made)) => Effect::of(&self.outline.calls[*made], self.outline) == Some(Effect::Characters),
            _ => false,
        };
        let is_glue = |node: &Node<'t>| self.written(Some(*node)).as_deref() == Ok(b"");
        let made = arguments.iter().find(is_made).filter(|_| call.receiver.is_none());
        if let Some(made) = made.filter(|made| arguments.iter().all(|other| other.id() == made.id() || is_glue(other))) {
            folding.next([*made].into_iter(), hops);
            return Ok(());
        }
        let made = first.filter(|first| matches!(self.outline.roles.get(&first.id()), Some(Role::Call(_))));
        let (parts, between) = match self.written(call.receiver) {
            // `"".join(reversed("…"))`: what a call gives, character by character.
            Ok(between) if between.is_empty() && made.is_some_and(|made| self.parts(made).is_err()) => {
                folding.next(made.into_iter(), hops);
                return Ok(());
            }
            Ok(between) => (self.parts(first.ok_or(Stop::Unknown)?)?, between),
            Err(_) => self.joined(call, first)?,
        };
        for (index, part) in parts.into_iter().enumerate().rev() {
            folding.todo.push(Item::Node(part, hops));
            if index > 0 {
                folding.todo.push(Item::Text(between.clone()));
            }
        }
        Ok(())
    }

    /// `parts.join("-")`, `strings.Join(parts, "-")`, `implode("-", parts)`, `String.join("-", one, two)`.
    fn joined(&self, call: &CallNode<'t>, first: Option<Node<'t>>) -> Result<(Vec<Node<'t>>, Vec<u8>), Stop> {
        if let Some(parts) = call.receiver.and_then(|receiver| self.parts(receiver).ok()) {
            return Ok((parts, first.map_or(Ok(Vec::new()), |first| self.written(Some(first)))?));
        }
        let arguments = self.outline.arguments(call.arguments);
        let [one, other] = arguments.as_slice() else {
            return match arguments.split_first() {
                Some((between, parts)) if parts.len() > 1 => Ok((parts.to_vec(), self.written(Some(*between))?)),
                _ => Err(Stop::Unknown),
            };
        };
        match self.parts(*one) {
            Ok(parts) => Ok((parts, self.written(Some(*other))?)),
            Err(_) => Ok((self.parts(*other)?, self.written(Some(*one))?)),
        }
    }

    /// `format!("{}-{}", a, b)`, `"%s".format(a)`: simple holes only, as many as there are arguments.
    fn format(&self, call: &CallNode<'t>, arguments: &[Node<'t>], hops: usize, folding: &mut Folding<'t, '_>) -> Result<(), Stop> {
        let receiver = call.receiver.filter(|receiver| self.written(Some(*receiver)).is_ok());
        // `"%s" % value`: what is no list is the only value.
        let is_list = matches!(self.outline.roles.get(&call.arguments.id()), Some(Role::Sequence(_)));
        let only = [call.arguments];
        let arguments = if call.method.as_deref() == Some(".%") && !is_list { &only[..] } else { arguments };
        let (format, values) = match (receiver, arguments.split_first()) {
            (Some(receiver), _) => (receiver, arguments),
            (None, Some((format, values))) => (*format, values),
            (None, None) => return Err(Stop::Unknown),
        };
        let text = self.written(Some(format))?;
        let holes = holes(&text);
        if holes.is_empty() && !text.contains(&b'{') && values.is_empty() {
            folding.next([format].into_iter(), hops);
            return Ok(());
        }
        if holes.is_empty() || holes.len() != values.len() {
            folding.todo.extend(self.open_format((call, format), &text, hops).into_iter().rev());
            return Ok(());
        }
        let mut end = text.len();
        for (hole, value) in holes.iter().zip(values).rev() {
            folding.todo.push(Item::Text(text[hole.end..end].to_vec()));
            folding.todo.push(Item::Node(*value, hops));
            end = hole.start;
        }
        folding.todo.push(Item::Text(text[..end].to_vec()));
        Ok(())
    }

    /// The text of a format with holes of any kind: what a macro names in one (`format!("{BASE}/x")`) is looked up, others are not known.
    fn open_format(&self, (call, format): (&CallNode<'t>, Node<'t>), text: &[u8], hops: usize) -> Vec<Item<'t>> {
        let (mut items, mut end) = (Vec::new(), 0);
        let holes = any_holes(text);
        // Where the holes stand, unless what is written there has others (`\u{41}`).
        let (from, written) = (format.start_byte(), any_holes(self.outline.text(format).as_bytes()));
        let is_as_written = written.len() == holes.len();
        let place = |index: usize| written.get(index).filter(|_| is_as_written).map(|hole| Span::new(from + hole.start, from + hole.end));
        for (index, hole) in holes.iter().enumerate() {
            items.push(Item::Text(text[end..hole.start].to_vec()));
            end = hole.end;
            let inner = std::str::from_utf8(&text[hole.start + 1..hole.end.max(hole.start + 2) - 1]).unwrap_or_default();
            let binding = self.outline.resolve(inner, call.node.start_byte()).filter(|_| call.callee.ends_with('!') && hops < MAX_HOPS);
            let value = binding.map(|index| &self.outline.bindings[index]).filter(|binding| !binding.ambiguous).and_then(|binding| binding.value);
            items.push(match value {
                Some(value) => Item::Node(value, hops + 1),
                None => place(index).map_or(Item::Hole(format), Item::FormatHole),
            });
        }
        items.push(Item::Text(text[end..].to_vec()));
        if holes.is_empty() {
            items.push(Item::Hole(format));
        }
        items
    }

    /// The text of a string literal that is written here, not behind a name.
    fn written(&self, node: Option<Node<'t>>) -> Result<Vec<u8>, Stop> {
        let mut node = node.ok_or(Stop::Unknown)?;
        for _ in 0..MAX_HOPS {
            let items = match self.outline.roles.get(&node.id()) {
                Some(Role::Keep(inner)) => {
                    node = *inner;
                    continue;
                }
                Some(Role::String) => self.string(node, 0)?,
                Some(Role::Raw) => vec![self.raw(node)],
                _ => return Err(Stop::Unknown),
            };
            let pieces = items.into_iter().map(|item| if let Item::Piece(text, _) = item { Ok(text) } else { Err(Stop::Unknown) });
            return pieces.collect::<Result<Vec<_>, _>>().map(|pieces| pieces.concat());
        }
        Err(Stop::Unknown)
    }

    /// The character of a code (`97`, `0x61`) or of a character literal.
    fn character(&self, node: Node<'t>) -> Result<Vec<u8>, Stop> {
        if let Ok(text) = self.written(Some(node)) {
            let is_literal = self.is_raw(node);
            let is_one = is_literal && std::str::from_utf8(&text).is_ok_and(|text| text.chars().count() == 1);
            return if is_one { Ok(text) } else { Err(Stop::Unknown) };
        }
        let text = self.outline.text(node).trim_end_matches("u8");
        let text = text.trim_start_matches("(byte)").trim();
        let code = text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| number(digits.as_bytes(), 16));
        code.and_then(char::from_u32).map(|c| c.to_string().into_bytes()).ok_or(Stop::Unknown)
    }

    /// Whether a node is a literal without children, or one between single quotes: of a language with literals for characters one of those.
    fn is_raw(&self, node: Node<'t>) -> bool {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            match self.outline.roles.get(&node.id()) {
                Some(Role::Keep(inner)) => node = *inner,
                role => return matches!(role, Some(Role::Raw)) || self.outline.bytes.get(node.start_byte()) == Some(&b'\''),
            }
        }
        false
    }

    /// The parts of a list: written here, or bound to a name.
    fn parts(&self, node: Node<'t>) -> Result<Vec<Node<'t>>, Stop> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            node = match self.outline.roles.get(&node.id()) {
                Some(Role::Sequence(parts)) if parts.len() > MAX_PARTS => return Err(Stop::Unknown),
                Some(Role::Sequence(parts)) => return Ok(parts.clone()),
                Some(Role::Keep(inner)) => *inner,
                Some(Role::Call(index)) => {
                    let call = &self.outline.calls[*index];
                    if call.names().any(|name| is_callee(name, self.outline.language.callees.lists)) {
                        return Ok(children(call.arguments));
                    }
                    let is_wrapper = Effect::of(call, self.outline) == Some(Effect::Wrapper);
                    self.subject(call, children(call.arguments).first().copied()).filter(|_| is_wrapper).ok_or(Stop::Unknown)?
                }
                Some(_) => return Err(Stop::Unknown),
                None => self.name(node, 0, &mut Vec::new())?,
            };
        }
        Err(Stop::Unknown)
    }
}

/// The name and the value of an argument like `--password=text`.
fn flag(argument: &Argument) -> Option<(String, Argument)> {
    let Value::Literal { text, pieces, starts } = &argument.value else { return None };
    let end = text.starts_with(b"--").then(|| memchr::memchr(b'=', text)).flatten().filter(|end| *end <= MAX_NAME)?;
    let skip = end + 1;
    let mut behind = (Vec::with_capacity(pieces.len()), Vec::with_capacity(pieces.len()));
    for (index, piece) in pieces.iter().enumerate() {
        let cut = skip.saturating_sub(starts[index]).min(piece.len());
        if cut < piece.len() {
            behind.0.push(Span::new(piece.start + cut, piece.end));
            behind.1.push(starts[index].saturating_sub(skip));
        }
    }
    let value = Value::Literal { text: text[skip..].to_vec(), pieces: behind.0, starts: behind.1 };
    Some((String::from_utf8(text[..end].to_vec()).ok()?, Argument { value, ..argument.clone() }))
}

/// The name that the first of two values gives to the second: `("client_secret", …)`.
fn pair_name(value: &Value) -> Option<String> {
    let Value::Literal { text, .. } = value else { return None };
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (!text.is_empty() && text.len() <= 64 && text.iter().all(is_name)).then(|| String::from_utf8_lossy(text).into_owned())
}

/// Holes of any kind: `{name}`, `{0:>3}`, `%d`, `%02x`.
fn any_holes(format: &[u8]) -> Vec<Span> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < format.len() && found.len() < MAX_HOLES {
        let rest = &format[at..];
        let length = match rest {
            [b'{', b'{', ..] | [b'%', b'%', ..] => {
                at += 2;
                continue;
            }
            [b'{', ..] => memchr::memchr(b'}', rest).map(|end| end + 1),
            [b'%', behind @ ..] => {
                let flags = behind.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+' | b'#')).count();
                behind.get(flags).filter(|b| b.is_ascii_alphabetic()).map(|_| flags + 2)
            }
            _ => None,
        };
        found.extend(length.map(|length| Span::new(at, at + length)));
        at += length.unwrap_or(1);
    }
    found
}

/// `{}`, `{0}`, `{1}` in order, `%s`, `%v`; none where another kind of hole stands among them.
fn holes(format: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < format.len() {
        let rest = &format[at..];
        let numbered = format!("{{{}}}", found.len()).into_bytes();
        let length = if rest.starts_with(b"{}") || rest.starts_with(b"%s") || rest.starts_with(b"%v") {
            2
        } else if rest.starts_with(&numbered) {
            numbered.len()
        } else if rest[0] == b'{' || rest[0] == b'%' && rest.len() > 1 && rest[1].is_ascii_alphanumeric() {
            return Vec::new();
        } else {
            at += 1;
            continue;
        };
        found.push(Span::new(at, at + length));
        at += length;
    }
    found
}
