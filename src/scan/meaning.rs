//! What only the meaning of a file tells: literals that reach a slot of an API, scopes that a client requests, declared infrastructure.
//! Runs after the pre-filter, and only where candidates earned it.

use crate::check::scope_request::requests;
use crate::check::scopes::{self, Problem};
use crate::lang::{self, Language};
use crate::model::facts::{Argument, Wanted};
use crate::model::provider::Provider;
use crate::model::rule::Matcher;
use crate::model::{Blob, FileKind, Hit, Rank, Rule, Severity};
use crate::ruleset::anchors::Anchor;
use crate::ruleset::programs::{self, Programs};
use crate::ruleset::{Engine, QueryEngine, RuleSet, provider};
use crate::text::{Secret, Span};

use super::api;
use super::bicep;
use super::command;
use super::context::Context;
use super::declared;
use super::document::Node;
use super::embedded;
use super::encoded;
use super::folded;
use super::imported::{self, RawWanted};
use super::kept::{self, Kept};
use super::manifest;
use super::nginx;
use super::openapi;
use super::passed;
use super::pinned;
use super::practice::{self, Practice, Practices};
use super::program;
use super::safe::{self, SafeSlot};
use super::settle;
use super::signs::{self, Depth, RawSign};
use super::sink::{self, Sinks};
use super::sites::RawSites;
use super::syntax::{self, Bounds, Facts, Parser, RawResource};
use super::workflow;

/// Callees shorter than this, in bytes, decode nothing in most files that have them.
const LEAST_DECODER: usize = 6;
/// Largest file that a machine has written of which a tree is built, in bytes.
const MAX_GENERATED: usize = 64 << 10;
/// The language of infrastructure code.
const INFRASTRUCTURE: &str = "hcl";
/// The language of commands.
const SHELL: &str = "bash";

/// The rules about meaning that are on, and the data they judge by.
#[derive(Default)]
pub struct Meaning {
    sinks: Sinks,
    sink_rules: Vec<(String, usize)>,
    providers: Vec<Provider>,
    scope_rules: Vec<(Problem, usize)>,
    infrastructure_rules: Vec<usize>,
    usage_rules: Vec<usize>,
    openapi_rules: Vec<usize>,
    workflow_rules: Vec<usize>,
    query_rules: Vec<usize>,
    /// Some rule goes by requests for the audit log.
    asks_for_signs: bool,
    programs: Programs,
    /// Slots that are filled safely are asked for, too.
    pub lists_safe: bool,
    /// Rules about what code does with its secrets.
    pub practices: Practices,
    /// What announces encoded text.
    pub encoded: encoded::Signs,
}

/// The kinds of candidates that the pre-filter saw, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen(u32);

/// A kind of candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The word `scope`.
    Scope,
    /// A word of a provider, or the family of one of its scopes.
    Provider,
    /// A resource type that some rule asks about.
    Resource,
    /// A sign of a value that must be folded, or that the tree may refute.
    Folding,
    /// A Kubernetes Secret.
    Manifest,
    /// Text behind an encoding.
    Encoded,
    /// A Kubernetes `ConfigMap`.
    ConfigMap,
    /// A sign of any of these in a file that may hold code of another language.
    Embedded,
    /// A sign of what a rule about practices reads off the tree.
    Practice,
    /// The same for what it reads off the text.
    Written,
    /// The same for what it reads off infrastructure code.
    Declared,
    /// A keyword of a rule with a query.
    Query,
    /// The name of a provider whose webhooks a rule asks about.
    Hooks,
    /// The path of the audit log.
    Audit,
    /// A job of a workflow.
    Workflow,
    /// The name of a library by which programs declare infrastructure.
    Program,
    /// A command that changes infrastructure.
    Command,
    /// A version of a secret.
    Version,
}

impl Seen {
    /// Only this one.
    pub fn only(sight: Sight) -> Self {
        Self(1 << sight as u8)
    }

    /// What the name of a file says of it: an application that declares itself is looked at whatever words it uses.
    pub fn of_file(path: &str) -> Self {
        let mut all = Self::default();
        if declared::is_declaration(path) {
            for sight in [Sight::Resource, Sight::Scope, Sight::Provider] {
                all.note(sight);
            }
        }
        all
    }

    /// Those that a tree alone can answer.
    pub fn of_trees() -> Self {
        let mut all = Self::default();
        for sight in [Sight::Folding, Sight::Practice, Sight::Query, Sight::Hooks, Sight::Command] {
            all.note(sight);
        }
        all
    }

    /// Notes a candidate.
    pub fn note(&mut self, sight: Sight) {
        self.0 |= 1 << sight as u8;
    }

    /// Notes all of another.
    pub fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// All but this one.
    pub fn without(self, sight: Sight) -> Self {
        Self(self.0 & !(1 << sight as u8))
    }

    /// What was seen in both.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of another were seen.
    pub fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether anything was seen.
    pub fn is_something(self) -> bool {
        self.0 != 0
    }

    /// Whether one of this kind was seen.
    pub fn has(self, sight: Sight) -> bool {
        self.0 >> sight as u8 & 1 == 1
    }
}

/// What a tree may say that the text does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// Nothing.
    Nothing,
    /// Names of other files: no text in it looks like a secret.
    Names,
    /// Values.
    Values,
}

/// What is looked at.
pub struct Subject<'a> {
    /// A file, or a piece of code in one.
    pub blob: &'a Blob<'a>,
    /// Its language, if it is one of ours.
    pub language: Option<&'static Language>,
    /// Of a piece of code, the line of the file for each of its lines.
    pub lines: Option<&'a [u32]>,
}

/// What a file means.
#[derive(Default)]
pub struct Meant {
    /// Hits of the rules about meaning.
    pub hits: Vec<Hit>,
    /// Declared infrastructure.
    pub resources: Vec<RawResource>,
    /// Bytes that were parsed.
    pub parsed_bytes: u64,
    /// What was not done.
    pub notices: Vec<String>,
    /// What it requests of providers.
    pub sites: RawSites,
    /// Name of the language it is in, where it was parsed for its facts.
    pub language: &'static str,
    /// The API that it describes.
    pub api: Option<Box<Provider>>,
    /// Names of other files that reach a slot.
    pub wanted: Vec<RawWanted>,
    /// Slots that are filled safely, where they are asked for.
    pub safe: Vec<SafeSlot>,
    /// What it shows beside what is wrong.
    pub signs: Vec<RawSign>,
    /// What its tree says, if it was parsed for its facts.
    pub facts: Option<Facts>,
    /// What its infrastructure keeps as secrets.
    pub kept: Vec<Kept>,
}

impl Meaning {
    /// The active rules about meaning. The data files of the package are checked by tests: one that cannot be read counts as empty.
    pub fn new(rules: &RuleSet, given: &[Provider]) -> Self {
        let mut meaning = Self { encoded: encoded::Signs::new(rules), ..Self::default() };
        for index in rules.active() {
            match &rules.rules[index].matcher {
                Matcher::Sink { kind } => meaning.sink_rules.push((kind.clone(), index)),
                Matcher::Check { name } => match (Problem::of(name), Practice::of(name)) {
                    (Some(problem), _) => meaning.scope_rules.push((problem, index)),
                    (None, Some(practice)) => meaning.practices.add(practice, index),
                    (None, None) if name == openapi::CHECK => meaning.openapi_rules.push(index),
                    (None, None) if name == workflow::CHECK => meaning.workflow_rules.push(index),
                    (None, None) if name.starts_with(scopes::CHECKS) => meaning.usage_rules.push(index),
                    (None, None) => meaning.infrastructure_rules.push(index),
                },
                Matcher::Resource { .. } => meaning.infrastructure_rules.push(index),
                Matcher::Query { .. } => meaning.query_rules.push(index),
                Matcher::Pattern { .. } | Matcher::Key { .. } => {}
            }
        }
        if !meaning.sink_rules.is_empty() {
            meaning.sinks = Sinks::built_in().unwrap_or_default();
            meaning.sinks.add(rules.sinks.clone());
        }
        meaning.asks_for_signs =
            meaning.infrastructure_rules.iter().any(|&index| matches!(&rules.rules[index].matcher, Matcher::Check { name } if name.starts_with("audit-")));
        if !meaning.infrastructure_rules.is_empty() {
            meaning.programs = programs::built_in().unwrap_or_default();
        }
        if !meaning.scope_rules.is_empty() || !meaning.usage_rules.is_empty() || meaning.asks_for_signs {
            meaning.providers = provider::built_in().unwrap_or_default();
            for given in given {
                api::add(&mut meaning.providers, given.clone());
            }
        }
        meaning
    }

    /// The providers whose scopes the rules are about.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// What the pre-filter has to look for.
    pub fn anchors(&self, rules: &RuleSet) -> Vec<(Anchor, Sight)> {
        let mut all: Vec<(Anchor, Sight)> = self.practices.anchors();
        all.extend(manifest::ANCHORS.map(|anchor| (Anchor::exact(anchor.as_bytes()), Sight::Manifest)));
        all.extend(self.encoded.anchors().map(|anchor| (anchor, Sight::Encoded)));
        all.extend(embedded::ANCHORS.map(|anchor| (Anchor::exact(anchor.as_bytes()), Sight::ConfigMap)));
        let decoders = lang::table().iter().flat_map(|language| language.callees.decoders).map(|(callee, _)| sink::telling_part(callee));
        all.extend(decoders.filter(|callee| callee.len() >= LEAST_DECODER).map(|callee| (Anchor::exact(callee.as_bytes()), Sight::Folding)));
        if !self.providers.is_empty() || !self.openapi_rules.is_empty() {
            all.push((Anchor::folded(scopes::KEYWORD.as_bytes()), Sight::Scope));
        }
        if !self.workflow_rules.is_empty() {
            all.push((Anchor::exact(workflow::ANCHOR.as_bytes()), Sight::Workflow));
        }
        for provider in &self.providers {
            let words = provider.words.iter().map(|word| Anchor::folded(word.as_bytes()));
            let own = provider.scopes.iter().filter(|_| provider.has_own_families);
            let scopes = own.filter_map(|scope| scope.name.split(':').next()).map(|family| Anchor::exact(format!("{family}:").as_bytes()));
            all.extend(words.chain(scopes).map(|anchor| (anchor, Sight::Provider)));
        }
        if self.asks_for_signs {
            all.push((Anchor::exact(signs::AUDIT.as_bytes()), Sight::Audit));
        }
        for &index in &self.query_rules {
            all.extend(rules.compiled[index].anchors.iter().map(|anchor| (*anchor, Sight::Query)));
        }
        for &index in &self.infrastructure_rules {
            all.extend(rules.compiled[index].anchors.iter().map(|anchor| (*anchor, Sight::Resource)));
        }
        if !self.infrastructure_rules.is_empty() {
            all.extend(program::SIGNS.map(|sign| (Anchor::folded(sign.as_bytes()), Sight::Program)));
            all.extend(command::SIGNS.map(|sign| (Anchor::exact(sign.as_bytes()), Sight::Command)));
            all.extend(pinned::SIGNS.map(|sign| (Anchor::exact(sign.as_bytes()), Sight::Version)));
        }
        all
    }

    /// What the pre-filter has to look for in files of one language alone: words of slots, each with the index of the language in the table and of the slot.
    pub fn words(&self) -> Vec<(Anchor, (usize, usize))> {
        let of_language = |(index, language): (usize, &&'static Language)| {
            let words = sink::keywords(&self.sinks, language).into_iter();
            words.map(|(word, slot)| (Anchor::folded(word.as_bytes()), (index, slot))).collect::<Vec<_>>()
        };
        lang::table().iter().enumerate().flat_map(of_language).collect()
    }

    /// Looks closer at a blob in which `seen` was seen, and words of these slots.
    pub fn look(&self, subject: &Subject, context: Context, (seen, slots): (Seen, &[usize]), rules: &RuleSet, parser: &mut Parser) -> Meant {
        let (blob, mut meant) = (subject.blob, Meant::default());
        let worth = subject.language.map_or(Worth::Nothing, |language| self.worth((blob, context), language, (seen, slots)));
        if let Some(language) = subject.language.filter(|_| worth != Worth::Nothing) {
            match syntax::facts(blob.bytes, language, parser, Bounds::default()) {
                Ok(mut facts) => {
                    subject.lines.into_iter().for_each(|lines| embedded::relined(&mut facts, lines));
                    meant.parsed_bytes += blob.bytes.len() as u64;
                    meant.language = language.name;
                    meant.wanted = imported::wanted(&facts, blob.bytes, &self.sinks, language);
                    if self.lists_safe {
                        meant.safe = safe::slots(&facts, &self.sinks, language, blob.bytes);
                    }
                    if worth == Worth::Values {
                        meant.hits = self.sinks(&facts, language, blob, context, rules);
                        meant.hits.append(&mut self.practices.of_facts(&facts, language, (blob, context), rules));
                        meant.facts = Some(facts);
                    }
                }
                Err(bound) => meant.notices.push(bound.to_string()),
            }
        }
        if seen.has(Sight::Scope) && seen.has(Sight::Provider) && !context.test {
            self.scopes(blob, rules, &mut meant);
        }
        let may_be_api = !self.openapi_rules.is_empty() || !self.usage_rules.is_empty();
        if let Some(document) = (may_be_api && seen.has(Sight::Scope) && blob.kind == FileKind::Config).then(|| openapi::read(blob.bytes)).flatten() {
            self.openapi((blob, &document), rules, &mut meant);
            meant.api = (!context.test && !context.vendored && !self.usage_rules.is_empty()).then(|| api::provider(&document)).flatten().map(Box::new);
        }
        if seen.has(Sight::Workflow) && blob.kind == FileKind::Config {
            self.workflow(blob, rules, &mut meant);
        }
        // What an application declares of all its packages is no request of one of them.
        let requests = !context.test && !context.vendored && !declared::is_declaration(&blob.target.relative);
        if !self.usage_rules.is_empty() && seen.has(Sight::Provider) && requests {
            meant.sites = RawSites::of(blob, &self.providers);
        }
        if let Some(language) = subject.language.filter(|_| seen.has(Sight::Query)) {
            self.queries((blob, language), context, rules, (parser, &mut meant));
        }
        if seen.has(Sight::Written) {
            meant.hits.append(&mut self.practices.of_text((blob, context), rules));
        }
        if seen.has(Sight::Resource) || seen.has(Sight::Declared) {
            infrastructure(blob, parser, &mut meant);
            meant.kept = kept::kept(&meant.resources);
            meant.hits.append(&mut self.practices.of_resources(&meant.resources, (blob, context), rules));
        }
        if !seen.has(Sight::Resource) {
            meant.resources.clear();
        }
        if seen.has(Sight::Version) && blob.kind != FileKind::Document && !context.test {
            meant.resources.extend(pinned::resources(blob.bytes));
        }
        if let Some(language) = subject.language.filter(|language| seen.has(Sight::Command) && language.name == SHELL) {
            match syntax::facts(blob.bytes, language, parser, Bounds::default()) {
                Ok(facts) => meant.resources.extend(command::resources(&facts.calls)),
                Err(bound) => meant.notices.push(bound.to_string()),
            }
        }
        if let Some(language) = subject.language.filter(|language| seen.has(Sight::Program) && program::is_one(language)) {
            self.program((blob, language), parser, &mut meant);
        }
        meant
    }

    /// What a file shows beside what is wrong, as far as somebody asks.
    pub fn signs(&self, blob: &Blob, seen: Seen, context: impl FnOnce() -> Context) -> Vec<RawSign> {
        let depth = match (self.lists_safe, self.asks_for_signs) {
            (true, _) => Depth::All,
            (false, true) if seen.has(Sight::Audit) || seen.has(Sight::Provider) => Depth::Requests,
            _ => return Vec::new(),
        };
        let context = context();
        if context.test || context.vendored { Vec::new() } else { signs::signs(blob, &self.providers, depth) }
    }

    /// What the tree of a blob may say that its text does not.
    fn worth(&self, (blob, context): (&Blob, Context), language: &Language, (seen, slots): (Seen, &[usize])) -> Worth {
        let has_word = || blob.kind == FileKind::Shell && folded::has_plausible_word(blob.bytes);
        let may_reach = || self.sinks.may_reach(slots, blob.bytes);
        let may_pass = || passed::passes_a_secret(blob.bytes, language, &self.sinks.given_behind(slots, blob.bytes));
        let sends_openly = || !slots.is_empty() && self.practices.has(Practice::InsecureTransport) && practice::may_send_openly(blob.bytes, language.name);
        let handles_hooks = || seen.has(Sight::Hooks) && practice::may_handle_hooks(blob.bytes);
        match language.name {
            INFRASTRUCTURE => Worth::Nothing,
            // The tree of a bundle takes a second and a hundred times its size.
            _ if blob.kind == FileKind::Generated && blob.bytes.len() > MAX_GENERATED => Worth::Nothing,
            _ if seen.has(Sight::Folding) || seen.has(Sight::Practice) || sends_openly() || handles_hooks() => Worth::Values,
            // What others wrote, and a project holds a copy of, has no secret of the project; one that is published there the text rules know.
            _ if context.vendored && !self.lists_safe || !may_reach() => Worth::Nothing,
            _ if self.lists_safe || folded::has_plausible_literal(blob.bytes) || folded::has_plausible_line(blob.bytes) || has_word() => Worth::Values,
            _ if may_pass() => Worth::Names,
            _ => Worth::Nothing,
        }
    }

    /// What the queries of rules capture.
    fn queries(&self, (blob, language): (&Blob, &'static Language), context: Context, rules: &RuleSet, (parser, meant): (&mut Parser, &mut Meant)) {
        let is_looked_at = |index: &&usize| rules.compiled[**index].looks_at_target(blob.target);
        let engines: Vec<(usize, &QueryEngine)> =
            self.query_rules.iter().filter(is_looked_at).filter_map(|&index| of_language(rules, index, language)).collect();
        let queries: Vec<&QueryEngine> = engines.iter().map(|(_, engine)| *engine).collect();
        if queries.is_empty() {
            return;
        }
        match syntax::captured(blob.bytes, language, parser, &queries) {
            Ok(found) => {
                meant.parsed_bytes += blob.bytes.len() as u64;
                for ((index, _), spans) in engines.iter().zip(found) {
                    meant.hits.extend(spans.into_iter().filter_map(|span| settle::query_hit(rules, *index, blob.bytes, span, context)));
                }
            }
            Err(bound) => meant.notices.push(bound.to_string()),
        }
    }

    /// The infrastructure that a program declares.
    fn program(&self, (blob, language): (&Blob, &'static Language), parser: &mut Parser, meant: &mut Meant) {
        if !program::may_declare(blob.bytes, &self.programs) {
            return;
        }
        match program::resources(blob.bytes, language, parser, &self.programs) {
            Ok(resources) => {
                meant.resources.extend(resources);
                meant.parsed_bytes += blob.bytes.len() as u64;
            }
            Err(bound) => meant.notices.push(bound.to_string()),
        }
    }

    fn sinks(&self, facts: &Facts, language: &Language, blob: &Blob, context: Context, rules: &RuleSet) -> Vec<Hit> {
        let mut hits = Vec::new();
        for mut found in sink::hits((facts, blob.bytes), &self.sinks, language) {
            // Of a literal that ends in the secret as it is, only that is hidden: not what a header says before it, nor the line ends of a text block.
            if let [piece] = &mut found.pieces[..] {
                let (value, written) = (found.value.reveal().trim_ascii(), blob.bytes[piece.range()].trim_ascii_end());
                if written.ends_with(value) {
                    let end = piece.start + written.len();
                    (found.span, *piece) = (Span::new(end - value.len(), end), Span::new(end - value.len(), end));
                    found.value = Secret::new(value, 0);
                }
            }
            for (_, index) in self.sink_rules.iter().filter(|(kind, index)| *kind == found.kind && rules.compiled[*index].looks_at_target(blob.target)) {
                hits.push(settle::sink_hit(&rules.rules[*index], *index, found.clone(), context));
            }
        }
        hits
    }

    fn openapi(&self, (blob, document): (&Blob, &Node), rules: &RuleSet, meant: &mut Meant) {
        for found in openapi::hits(document) {
            for &index in self.openapi_rules.iter().filter(|index| rules.compiled[**index].looks_at_target(blob.target)) {
                let mut hit = Hit::secret(index, &rules.rules[index], found.span, Rank::Provider);
                hit.secret = false;
                hit.severity = if found.is_minor { hit.severity.min(Severity::Low) } else { hit.severity };
                hit.message = Some(found.message.clone());
                hit.related.extend(found.related.clone());
                meant.hits.push(hit);
            }
        }
    }

    fn workflow(&self, blob: &Blob, rules: &RuleSet, meant: &mut Meant) {
        let wanted: Vec<usize> = self.workflow_rules.iter().copied().filter(|index| rules.compiled[*index].looks_at_target(blob.target)).collect();
        let found = if wanted.is_empty() { Vec::new() } else { workflow::hits(blob.bytes) };
        for (index, found) in wanted.iter().flat_map(|index| found.iter().map(move |found| (*index, found))) {
            let mut hit = Hit::secret(index, &rules.rules[index], found.span, Rank::Provider);
            hit.secret = false;
            hit.severity = hit.severity.max(found.severity);
            hit.confidence = hit.confidence.min(found.confidence);
            hit.message = Some(found.message.clone());
            meant.hits.push(hit);
        }
    }

    /// The hits of literals that other files use, each with who uses it.
    pub fn exported(&self, found: &[(&Wanted, Argument)], blob: &Blob, context: Context, rules: &RuleSet) -> Vec<(usize, Hit)> {
        let mut hits = Vec::new();
        for (use_of, (wanted, argument)) in found.iter().enumerate() {
            let Some(hit) = imported::hit(wanted, argument) else { continue };
            for (_, index) in self.sink_rules.iter().filter(|(kind, index)| *kind == wanted.kind && rules.compiled[*index].looks_at_target(blob.target)) {
                hits.push((use_of, settle::sink_hit(&rules.rules[*index], *index, hit.clone(), context)));
            }
        }
        hits
    }

    fn scopes(&self, blob: &Blob, rules: &RuleSet, meant: &mut Meant) {
        let requests = requests(blob.bytes, blob.kind);
        let is_declaration = declared::is_declaration(&blob.target.relative);
        let of = |provider: &Provider| match (is_declaration, provider.has_own_families) {
            (false, _) => scopes::hits(blob.bytes, &requests, provider),
            (true, true) => scopes::declared(blob.bytes, &requests, provider),
            (true, false) => Vec::new(),
        };
        let providers = self.providers.iter().filter(|_| !requests.is_empty());
        for found in providers.flat_map(of) {
            for (_, index) in
                self.scope_rules.iter().filter(|(problem, index)| *problem == found.problem && rules.compiled[*index].looks_at_target(blob.target))
            {
                meant.hits.push(scope_hit(&rules.rules[*index], *index, found.clone()));
            }
        }
    }
}

/// The declared infrastructure of a blob, if its language is one that declares it.
pub fn infrastructure(blob: &Blob, parser: &mut Parser, meant: &mut Meant) {
    let path = &*blob.target.within;
    if let Some(format) = lang::format_of(path) {
        meant.resources = declared::resources(blob.bytes, format.notation, path);
        return;
    }
    if bicep::is_one(path) {
        meant.resources = bicep::resources(blob.bytes);
        return;
    }
    if nginx::is_one(path) {
        meant.resources = nginx::resources(blob.bytes);
        return;
    }
    let values = path.ends_with(".tfvars").then_some("values.tf");
    let Some(language) = lang::of(values.unwrap_or(path)).filter(|language| language.name == INFRASTRUCTURE) else { return };
    match syntax::resources(blob.bytes, language, parser, Bounds::default()) {
        Ok(resources) => {
            meant.resources = resources;
            meant.parsed_bytes += blob.bytes.len() as u64;
        }
        Err(bound) => meant.notices.push(bound.to_string()),
    }
}

/// The query of a rule for one language.
fn of_language<'a>(rules: &'a RuleSet, index: usize, language: &Language) -> Option<(usize, &'a QueryEngine)> {
    let Engine::Query(engines) = &rules.compiled[index].engine else { return None };
    engines.iter().find(|engine| engine.language == language.name).map(|engine| (index, engine))
}

fn scope_hit(rule: &Rule, index: usize, found: scopes::ScopeHit) -> Hit {
    let mut hit = Hit::secret(index, rule, found.span, Rank::Provider);
    hit.secret = false;
    hit.confidence = hit.confidence.min(found.confidence);
    hit.message = Some(found.message);
    hit.notes = found.notes;
    hit.related = found.related;
    hit
}
