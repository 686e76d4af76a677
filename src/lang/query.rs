//! Queries over syntax trees, in the notation of tree-sitter, compiled in microseconds.
//!
//! The library's own `Query::new` analyses a grammar's whole parse table: 10 to 200 ms for a query as long as ours, in every run in which one file of
//! the language is parsed. What our queries use of the notation is small, and means here what it means there (a test compares the two over all
//! fixtures): nodes by kind, `_` and `(_)`, strings, fields and fields that are missing (`!field`), alternatives, anchors, `?`, `*` and `+`, captures,
//! sequences of siblings, and the predicates `#eq?`, `#any-of?`, `#match?` and their opposites.

use std::collections::HashSet;
use std::ops::ControlFlow;

use regex::bytes::{Regex, RegexBuilder};
use tree_sitter::{Language, Node, Tree};

/// Steps of the search between two looks at the clock.
const CHECK_EVERY: u32 = 4096;
/// Matches of one pattern at one node that are compared one by one.
const FEW: usize = 16;
/// No node.
const NONE: u32 = u32::MAX;
/// The kind of nodes that the grammar does not understand.
const ERROR: u16 = u16::MAX;

/// A compiled query.
#[derive(Debug)]
pub struct Query {
    patterns: Vec<Pattern>,
    /// Patterns by the kind of their first node; the last entry is for errors.
    by_kind: Vec<Vec<u16>>,
    captures: Vec<String>,
}

/// Why a query is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct QueryError {
    /// 1-based line of the query.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// One match: each capture with its node, in the order of the pattern.
pub struct Match<'t> {
    /// Index of the capture's name in [`Query::captures`], node.
    pub captures: Vec<(u32, Node<'t>)>,
}

#[derive(Debug)]
struct Pattern {
    /// The node, or several siblings.
    steps: Vec<Step>,
    predicates: Vec<Predicate>,
}

/// What one node must be.
#[derive(Debug)]
struct Step {
    test: Test,
    field: Option<u16>,
    captures: Vec<u32>,
    children: Vec<Step>,
    absent: Vec<u16>,
    times: Times,
    /// Nothing with a name stands between this node and the one before.
    is_anchored: bool,
    /// Nothing with a name stands behind it.
    is_last: bool,
}

#[derive(Debug)]
enum Test {
    /// Any node but an error.
    Any,
    /// Any node with a name, but an error.
    AnyNamed,
    Kinds(Vec<u16>),
    OneOf(Vec<Step>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    Optional,
    Any,
    Some,
}

#[derive(Debug)]
struct Predicate {
    capture: u32,
    is_negated: bool,
    test: TextTest,
}

#[derive(Debug)]
enum TextTest {
    /// One of these texts.
    Is(Vec<String>),
    /// The text of another capture.
    Same(u32),
    Matches(Regex),
}

impl Query {
    /// Compiles a query for a grammar.
    pub fn new(grammar: &Language, text: &str) -> Result<Self, QueryError> {
        let mut reader = Reader { grammar, text, at: 0, captures: Vec::new() };
        let mut patterns = Vec::new();
        while reader.peek().is_some() {
            patterns.push(reader.pattern()?);
        }
        let slots = grammar.node_kind_count() + 1;
        let mut by_kind = vec![Vec::new(); slots];
        for (index, pattern) in patterns.iter().enumerate() {
            let index = u16::try_from(index).map_err(|_| reader.error("too many patterns"))?;
            let first = pattern.steps.first().ok_or_else(|| reader.error("an empty pattern"))?;
            match first.kinds() {
                Some(kinds) => kinds.iter().for_each(|kind| by_kind[slot(*kind, slots)].push(index)),
                None => by_kind.iter_mut().for_each(|patterns| patterns.push(index)),
            }
        }
        for patterns in &mut by_kind {
            patterns.dedup();
        }
        Ok(Self { patterns, by_kind, captures: reader.captures })
    }

    /// The names of the captures, without `@`.
    pub fn captures(&self) -> &[String] {
        &self.captures
    }

    /// Calls `found` for every match, in the order in which they end. Looks at `clock` now and then; `Break` when that said so.
    pub fn matches<'t>(&self, tree: &'t Tree, bytes: &[u8], clock: &mut dyn FnMut() -> ControlFlow<()>, mut found: impl FnMut(&Match<'t>)) -> ControlFlow<()> {
        let flat = Flat::new(tree, clock)?;
        let mut search =
            Search { flat: &flat, bytes, captures: Vec::new(), last: 0, steps: 0, clock, stopped: false, found: Vec::new(), known: HashSet::new() };
        for at in 0..flat.nodes.len() {
            let entry = &flat.nodes[at];
            for &index in &self.by_kind[slot(entry.kind, self.by_kind.len())] {
                search.pattern(&self.patterns[usize::from(index)], index, small(at));
            }
            if search.stopped {
                return ControlFlow::Break(());
            }
        }
        let mut all = search.found;
        all.sort_by_key(|one| (one.end, one.start, one.pattern));
        for one in all {
            found(&Match { captures: one.captures.into_iter().map(|(capture, at)| (capture, flat.nodes[at as usize].node)).collect() });
        }
        ControlFlow::Continue(())
    }
}

/// Where the patterns of a kind are listed.
fn slot(kind: u16, slots: usize) -> usize {
    usize::from(kind).min(slots - 1)
}

fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

impl Step {
    /// The kinds its node may be of; `None` for any.
    fn kinds(&self) -> Option<Vec<u16>> {
        match &self.test {
            Test::Any | Test::AnyNamed => None,
            Test::Kinds(kinds) => Some(kinds.clone()),
            Test::OneOf(steps) => {
                let mut all = Vec::new();
                for step in steps {
                    all.extend(step.kinds()?);
                }
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
        }
    }
}

/// The nodes of a tree in the order of their beginnings, parents first.
struct Flat<'t> {
    nodes: Vec<Entry<'t>>,
}

struct Entry<'t> {
    node: Node<'t>,
    kind: u16,
    /// 0: none.
    field: u16,
    is_named: bool,
    has_children: bool,
    /// The next sibling.
    next: u32,
}

impl<'t> Flat<'t> {
    fn new(tree: &'t Tree, clock: &mut dyn FnMut() -> ControlFlow<()>) -> ControlFlow<(), Self> {
        let mut nodes = Vec::with_capacity(tree.root_node().descendant_count());
        let mut cursor = tree.walk();
        // The siblings whose next one is not known yet, from the root down.
        let mut open: Vec<u32> = Vec::new();
        loop {
            let node = cursor.node();
            let field = cursor.field_id().map_or(0, std::num::NonZero::get);
            let index = small(nodes.len());
            if index % CHECK_EVERY == CHECK_EVERY - 1 {
                clock()?;
            }
            nodes.push(Entry { node, kind: node.kind_id(), field, is_named: node.is_named(), has_children: false, next: NONE });
            open.push(index);
            if cursor.goto_first_child() {
                nodes[index as usize].has_children = true;
                continue;
            }
            loop {
                let Some(before) = open.pop() else { return ControlFlow::Continue(Self { nodes }) };
                if cursor.goto_next_sibling() {
                    nodes[before as usize].next = small(nodes.len());
                    break;
                }
                cursor.goto_parent();
            }
        }
    }

    fn first_child(&self, at: u32) -> u32 {
        if self.nodes[at as usize].has_children { at + 1 } else { NONE }
    }

    fn next(&self, at: u32) -> u32 {
        self.nodes[at as usize].next
    }

    fn is_named(&self, at: u32) -> bool {
        self.nodes[at as usize].is_named
    }

    fn has_later_named(&self, at: u32) -> bool {
        let mut at = self.next(at);
        while at != NONE {
            if self.is_named(at) {
                return true;
            }
            at = self.next(at);
        }
        false
    }
}

struct Found {
    pattern: u16,
    start: u32,
    /// The last node that was looked at.
    end: u32,
    captures: Vec<(u32, u32)>,
}

/// One search through one tree.
struct Search<'s, 't> {
    flat: &'s Flat<'t>,
    bytes: &'s [u8],
    /// Of the match at hand.
    captures: Vec<(u32, u32)>,
    /// The last node of the match at hand.
    last: u32,
    steps: u32,
    clock: &'s mut dyn FnMut() -> ControlFlow<()>,
    stopped: bool,
    found: Vec<Found>,
    /// The captures of the matches of one pattern at one node, where they are many.
    known: HashSet<Vec<(u32, u32)>>,
}

/// What is to be done when a part of a pattern has matched.
type Then<'c, 's, 't> = &'c mut dyn FnMut(&mut Search<'s, 't>);

impl<'s, 't> Search<'s, 't> {
    fn pattern(&mut self, pattern: &Pattern, index: u16, at: u32) {
        let Some((first, others)) = pattern.steps.split_first() else { return };
        let from = self.found.len();
        self.captures.clear();
        self.last = at;
        self.node(first, at, &mut |search| {
            let next = search.flat.next(at);
            search.siblings(others, next, &mut |search| {
                if search.holds(&pattern.predicates) && search.is_new(from) {
                    let (end, captures) = (search.last, search.captures.clone());
                    search.found.push(Found { pattern: index, start: at, end, captures });
                }
            });
        });
    }

    /// Whether the captures at hand differ from those of the matches from `from` on.
    fn is_new(&mut self, from: usize) -> bool {
        let known = &self.found[from..];
        if known.len() < FEW {
            return known.iter().all(|other| other.captures != self.captures);
        }
        if known.len() == FEW {
            self.known = known.iter().map(|other| other.captures.clone()).collect();
        }
        self.known.insert(self.captures.clone())
    }

    /// Whether the search may go on.
    fn goes_on(&mut self) -> bool {
        self.steps += 1;
        if self.steps.is_multiple_of(CHECK_EVERY) && (self.clock)().is_break() {
            self.stopped = true;
        }
        !self.stopped
    }

    /// The ways in which one node is what a step asks for.
    fn node(&mut self, step: &Step, at: u32, then: Then<'_, 's, 't>) {
        let entry = &self.flat.nodes[at as usize];
        let is_kind = match &step.test {
            Test::Any => entry.kind != ERROR,
            Test::AnyNamed => entry.is_named && entry.kind != ERROR,
            Test::Kinds(kinds) => kinds.contains(&entry.kind),
            Test::OneOf(_) => true,
        };
        let is_absent = |field: &u16| entry.node.child_by_field_id(*field).is_none();
        let is_field = step.field.is_none_or(|field| field == entry.field);
        if !is_kind || !is_field || step.is_last && self.flat.has_later_named(at) || !step.absent.iter().all(is_absent) || !self.goes_on() {
            return;
        }
        let (captured, last) = (self.captures.len(), self.last);
        self.captures.extend(step.captures.iter().map(|capture| (*capture, at)));
        self.last = self.last.max(at);
        if let Test::OneOf(alternatives) = &step.test {
            for alternative in alternatives {
                self.node(alternative, at, then);
            }
        } else {
            let first = self.flat.first_child(at);
            self.siblings(&step.children, first, then);
        }
        self.captures.truncate(captured);
        self.last = last;
    }

    /// The ways in which siblings from `from` on are what the steps ask for, in order.
    fn siblings(&mut self, steps: &[Step], from: u32, then: Then<'_, 's, 't>) {
        let Some((step, others)) = steps.split_first() else { return then(self) };
        match step.times {
            Times::Once => self.one_of(step, from, &mut |search, at| {
                let next = search.flat.next(at);
                search.siblings(others, next, then);
            }),
            // The longest run counts.
            Times::Optional | Times::Any | Times::Some => {
                let most = if step.times == Times::Optional { 1 } else { u32::MAX };
                let before = self.found.len();
                self.run(step, (from, most), &mut |search, next| search.siblings(others, next, then));
                if self.found.len() == before && step.times != Times::Some {
                    self.siblings(others, from, then);
                }
            }
        }
    }

    /// One or more of a step, as many as there are; fewer where what follows needs them.
    fn run(&mut self, step: &Step, (from, most): (u32, u32), then: &mut dyn FnMut(&mut Self, u32)) {
        let (before, captured, last) = (self.found.len(), self.captures.len(), self.last);
        let (mut at, mut ends) = (from, Vec::new());
        while at != NONE && small(ends.len()) < most && !self.stopped {
            let (own, mut taken) = (self.captures.len(), None);
            self.node(step, at, &mut |search| {
                taken.get_or_insert_with(|| search.captures[own..].to_vec());
            });
            if let Some(taken) = taken {
                self.captures.extend(taken);
                ends.push((self.captures.len(), at));
            } else if step.is_anchored && self.flat.is_named(at) {
                break;
            }
            at = self.flat.next(at);
        }
        while let Some((captures, at)) = ends.pop() {
            self.captures.truncate(captures);
            self.last = last.max(at);
            then(self, self.flat.next(at));
            if self.found.len() > before {
                break;
            }
        }
        self.captures.truncate(captured);
        self.last = last;
    }

    /// Each sibling from `from` on that is what the step asks for.
    fn one_of(&mut self, step: &Step, from: u32, then: &mut dyn FnMut(&mut Self, u32)) {
        let mut at = from;
        while at != NONE && !self.stopped {
            self.node(step, at, &mut |search| then(search, at));
            if step.is_anchored && self.flat.is_named(at) {
                return;
            }
            at = self.flat.next(at);
        }
    }

    fn holds(&self, predicates: &[Predicate]) -> bool {
        predicates.iter().all(|predicate| {
            let mut nodes = self.captures.iter().filter(|(capture, _)| *capture == predicate.capture);
            nodes.all(|(_, at)| predicate.holds(self, *at))
        })
    }

    fn text(&self, at: u32) -> &[u8] {
        self.bytes.get(self.flat.nodes[at as usize].node.byte_range()).unwrap_or_default()
    }
}

impl Predicate {
    fn holds(&self, search: &Search, at: u32) -> bool {
        let text = search.text(at);
        let result = match &self.test {
            TextTest::Is(texts) => texts.iter().any(|other| other.as_bytes() == text),
            TextTest::Same(other) => search.captures.iter().filter(|(capture, _)| capture == other).all(|(_, at)| search.text(*at) == text),
            TextTest::Matches(regex) => regex.is_match(text),
        };
        result != self.is_negated
    }
}

/// Reads the notation.
struct Reader<'g> {
    grammar: &'g Language,
    text: &'g str,
    at: usize,
    captures: Vec<String>,
}

impl<'g> Reader<'g> {
    fn error(&self, what: impl Into<String>) -> QueryError {
        QueryError { line: 1 + self.text[..self.at.min(self.text.len())].matches('\n').count(), what: what.into() }
    }

    /// The next byte that is neither space nor comment.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            match self.text.as_bytes().get(self.at)? {
                b';' => self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at),
                other => return Some(*other),
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn word(&mut self) -> Result<&'g str, QueryError> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '?' | '!')).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.error(rest.chars().next().map_or("it ends too early".to_owned(), |c| format!("`{c}` is not expected here"))));
        }
        self.at += length;
        Ok(&rest[..length])
    }

    /// A name: a word without `?` and `!`.
    fn name(&mut self) -> Result<&'g str, QueryError> {
        let start = self.at;
        let word = self.word()?;
        let length = word.find(['?', '!']).unwrap_or(word.len());
        self.at = start + length;
        if length == 0 { Err(self.error("a name is missing")) } else { Ok(&word[..length]) }
    }

    fn string(&mut self) -> Result<String, QueryError> {
        self.at += 1;
        let mut text = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += offset + 1;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err(self.error("a string is not closed"))
    }

    fn capture(&mut self) -> Result<u32, QueryError> {
        self.at += 1;
        let name = self.name()?;
        let index = self.captures.iter().position(|known| known == name).unwrap_or_else(|| {
            self.captures.push(name.to_owned());
            self.captures.len() - 1
        });
        Ok(small(index))
    }

    /// A pattern of the top level: a node, or siblings and predicates in parentheses.
    fn pattern(&mut self) -> Result<Pattern, QueryError> {
        let mut predicates = Vec::new();
        let start = self.at;
        if self.take(b'(') {
            if matches!(self.peek(), Some(b'(' | b'[' | b'"')) {
                let (steps, absent) = self.steps(&mut predicates)?;
                if !absent.is_empty() {
                    return Err(self.error("a missing field belongs to a node"));
                }
                return Ok(Pattern { steps, predicates });
            }
            self.at = start;
        }
        let step = self.step(&mut predicates)?;
        Ok(Pattern { steps: vec![step], predicates })
    }

    /// Steps up to the closing parenthesis, and fields that must be missing.
    fn steps(&mut self, predicates: &mut Vec<Predicate>) -> Result<(Vec<Step>, Vec<u16>), QueryError> {
        let (mut steps, mut absent, mut is_anchored): (Vec<Step>, _, _) = (Vec::new(), Vec::new(), false);
        loop {
            match self.peek().ok_or_else(|| self.error("a parenthesis is not closed"))? {
                b')' => {
                    self.at += 1;
                    if let Some(last) = steps.last_mut() {
                        last.is_last = is_anchored;
                    }
                    return Ok((steps, absent));
                }
                b'.' => {
                    self.at += 1;
                    is_anchored = true;
                }
                b'!' => {
                    self.at += 1;
                    let name = self.name()?;
                    absent.push(self.field(name)?);
                }
                b'(' if self.text[self.at + 1..].trim_start().starts_with('#') => predicates.push(self.predicate()?),
                _ => {
                    let mut step = self.step(predicates)?;
                    step.is_anchored = std::mem::take(&mut is_anchored);
                    steps.push(step);
                }
            }
        }
    }

    fn field(&self, name: &str) -> Result<u16, QueryError> {
        let id = self.grammar.field_id_for_name(name);
        id.map(std::num::NonZero::get).ok_or_else(|| self.error(format!("the grammar knows no field `{name}`")))
    }

    fn kinds(&self, name: &str, is_named: bool) -> Result<Vec<u16>, QueryError> {
        if is_named && name == "ERROR" {
            return Ok(vec![ERROR]);
        }
        let id = self.grammar.id_for_node_kind(name, is_named);
        if id == 0 {
            return Err(self.error(format!("the grammar knows no node `{name}`")));
        }
        Ok(if self.grammar.node_kind_is_supertype(id) { self.grammar.subtypes_for_supertype(id).to_vec() } else { vec![id] })
    }

    /// One step: `field:`, the node, how often, its captures.
    fn step(&mut self, predicates: &mut Vec<Predicate>) -> Result<Step, QueryError> {
        let mut step = Step {
            test: Test::Any,
            field: None,
            captures: Vec::new(),
            children: Vec::new(),
            absent: Vec::new(),
            times: Times::Once,
            is_anchored: false,
            is_last: false,
        };
        match self.peek().ok_or_else(|| self.error("it ends too early"))? {
            b'(' => {
                self.at += 1;
                self.peek();
                let name = self.name()?;
                step.test = if name == "_" { Test::AnyNamed } else { Test::Kinds(self.kinds(name, true)?) };
                (step.children, step.absent) = self.steps(predicates)?;
            }
            b'[' => {
                self.at += 1;
                let mut alternatives = Vec::new();
                while !self.take(b']') {
                    alternatives.push(self.step(predicates)?);
                }
                step.test = Test::OneOf(alternatives);
            }
            b'"' => {
                let text = self.string()?;
                step.test = Test::Kinds(self.kinds(&text, false)?);
            }
            _ => {
                let name = self.name()?;
                if name != "_" {
                    let field = self.field(name)?;
                    if !self.take(b':') {
                        return Err(self.error(format!("`:` is missing after the field `{name}`")));
                    }
                    step = self.step(predicates)?;
                    step.field = Some(field);
                    return Ok(step);
                }
            }
        }
        loop {
            match self.peek() {
                Some(b'+') => step.times = Times::Some,
                Some(b'*') => step.times = Times::Any,
                Some(b'?') => step.times = Times::Optional,
                Some(b'@') => {
                    step.captures.push(self.capture()?);
                    continue;
                }
                _ => return Ok(step),
            }
            self.at += 1;
        }
    }

    fn predicate(&mut self) -> Result<Predicate, QueryError> {
        self.take(b'(');
        self.take(b'#');
        let name = self.word()?;
        if self.peek() != Some(b'@') {
            return Err(self.error(format!("`#{name}` asks about a capture")));
        }
        let capture = self.capture()?;
        let (mut texts, mut same) = (Vec::new(), None);
        while !self.take(b')') {
            match self.peek() {
                Some(b'"') => texts.push(self.string()?),
                Some(b'@') => same = Some(self.capture()?),
                _ => return Err(self.error(format!("`#{name}` takes strings and captures"))),
            }
        }
        let (kind, is_negated) = name.strip_prefix("not-").map_or((name, false), |kind| (kind, true));
        let test = match (kind, same) {
            ("eq?", Some(other)) => TextTest::Same(other),
            ("eq?" | "any-of?", None) => TextTest::Is(texts),
            ("match?", None) => {
                let regex = RegexBuilder::new(texts.first().map_or("", |text| text)).unicode(false).build();
                TextTest::Matches(regex.map_err(|error| self.error(format!("`#match?`: {error}")))?)
            }
            _ => return Err(self.error(format!("`#{name}` is no predicate that is known here"))),
        };
        Ok(Predicate { capture, is_negated, test })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use tree_sitter::StreamingIterator;

    use super::*;
    use crate::lang;

    /// Captures of one match: name and bytes.
    type Shown = Vec<(String, usize, usize)>;

    fn ours(query: &Query, tree: &Tree, bytes: &[u8]) -> BTreeSet<Shown> {
        let mut all = BTreeSet::new();
        let found = |one: &Match| {
            let shown = one.captures.iter().map(|(capture, node)| (query.captures()[*capture as usize].clone(), node.start_byte(), node.end_byte()));
            all.insert(sorted(shown.collect()));
        };
        assert!(query.matches(tree, bytes, &mut || ControlFlow::Continue(()), found).is_continue());
        all
    }

    fn theirs(query: &tree_sitter::Query, tree: &Tree, bytes: &[u8]) -> BTreeSet<Shown> {
        let (mut all, mut cursor) = (BTreeSet::new(), tree_sitter::QueryCursor::new());
        let mut matches = cursor.matches(query, tree.root_node(), bytes);
        while let Some(one) = matches.next() {
            let shown = one.captures().iter().map(|c| (query.capture_names()[c.index as usize].to_owned(), c.node.start_byte(), c.node.end_byte()));
            all.insert(sorted(shown.collect()));
        }
        all
    }

    fn sorted(mut shown: Shown) -> Shown {
        shown.sort();
        shown
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }

    /// Every file of a language that the repository has: fixtures, and its own sources.
    #[test]
    fn the_library_finds_the_same_matches() {
        let mut paths = Vec::new();
        let folders = std::env::var("QUERY_CORPUS").unwrap_or_else(|_| "fixtures:src/lang:src/text:tests:tools:examples".to_owned());
        for folder in folders.split(':') {
            files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
        }
        let mut compared = 0;
        for language in lang::table() {
            let grammar = (language.grammar)();
            let (query, library) = (Query::new(&grammar, language.query).unwrap(), tree_sitter::Query::new(&grammar, language.query).unwrap());
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&grammar).unwrap();
            for path in paths.iter().filter(|path| lang::of(&path.to_string_lossy()).is_some_and(|l| l.name == language.name)) {
                let Ok(bytes) = std::fs::read(path) else { continue };
                let tree = parser.parse(&bytes, None).unwrap();
                let (ours, theirs) = (ours(&query, &tree, &bytes), theirs(&library, &tree, &bytes));
                let differing: Vec<_> = ours.symmetric_difference(&theirs).take(3).collect();
                assert!(differing.is_empty(), "{}: {differing:?}; ours: {:?}", path.display(), differing.iter().map(|d| ours.contains(*d)).collect::<Vec<_>>());
                compared += 1;
            }
        }
        assert!(compared > 50, "{compared}");
    }

    #[test]
    fn a_mistake_is_an_error_with_its_line() {
        let Some(language) = lang::of("a.rs") else { return };
        for (query, expected) in [
            ("(identifier) @a\n(no_such_node) @b", "line 2: the grammar knows no node `no_such_node`"),
            ("(call_expression nothing: (_))", "line 1: the grammar knows no field `nothing`"),
            ("(identifier (identifier)", "line 1: a parenthesis is not closed"),
            ("(identifier) @a)", "line 1: `)` is not expected here"),
            ("((identifier) @a (#set! x))", "line 1: `#set!` asks about a capture"),
            ("((identifier) @a (#is? @a \"x\"))", "line 1: `#is?` is no predicate that is known here"),
            ("\"fn", "line 1: a string is not closed"),
        ] {
            assert_eq!(Query::new(&(language.grammar)(), query).unwrap_err().to_string(), expected, "{query}");
        }
    }
}
