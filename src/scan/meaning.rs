//! What only the meaning of a file tells: literals that reach a slot of an API, scopes that a client requests, declared infrastructure.
//! Runs after the pre-filter, and only where candidates earned it.

use crate::check::scopes::{self, Problem};
use crate::lang::{self, Language};
use crate::model::provider::Provider;
use crate::model::rule::Matcher;
use crate::model::{Blob, Hit, Rank, Rule};
use crate::ruleset::anchors::Anchor;
use crate::ruleset::{RuleSet, provider};

use super::context::Context;
use super::folded;
use super::manifest;
use super::settle;
use super::sink::{self, Sinks};
use super::syntax::{self, Bounds, Facts, Parser, RawResource};

/// Callees shorter than this, in bytes, decode nothing in most files that have them.
const LEAST_DECODER: usize = 6;
/// The language of infrastructure code.
const INFRASTRUCTURE: &str = "hcl";

/// The rules about meaning that are on, and the data they judge by.
#[derive(Default)]
pub struct Meaning {
    sinks: Sinks,
    sink_rules: Vec<(String, usize)>,
    providers: Vec<Provider>,
    scope_rules: Vec<(Problem, usize)>,
    infrastructure_rules: Vec<usize>,
}

/// The kinds of candidates that the pre-filter saw, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen(u8);

/// A kind of candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A callee of a slot.
    Callee,
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
}

impl Seen {
    /// Only this one.
    pub fn only(sight: Sight) -> Self {
        Self(1 << sight as u8)
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
    /// What its tree says, if it was parsed for its facts.
    pub facts: Option<Facts>,
}

impl Meaning {
    /// The active rules about meaning. The data files of the package are checked by tests: one that cannot be read counts as empty.
    pub fn new(rules: &RuleSet) -> Self {
        let mut meaning = Self::default();
        for index in rules.active() {
            match &rules.rules[index].matcher {
                Matcher::Sink { kind } => meaning.sink_rules.push((kind.clone(), index)),
                Matcher::Check { name } => match Problem::of(name) {
                    Some(problem) => meaning.scope_rules.push((problem, index)),
                    None => meaning.infrastructure_rules.push(index),
                },
                Matcher::Resource { .. } => meaning.infrastructure_rules.push(index),
                Matcher::Pattern { .. } | Matcher::Key { .. } => {}
            }
        }
        if !meaning.sink_rules.is_empty() {
            meaning.sinks = Sinks::built_in().unwrap_or_default();
        }
        if !meaning.scope_rules.is_empty() {
            meaning.providers = provider::built_in().unwrap_or_default();
        }
        meaning
    }

    /// What the pre-filter has to look for.
    pub fn anchors(&self, rules: &RuleSet) -> Vec<(Anchor, Sight)> {
        let mut all: Vec<(Anchor, Sight)> = Vec::new();
        all.extend(manifest::ANCHORS.map(|anchor| (Anchor::exact(anchor.as_bytes()), Sight::Manifest)));
        let decoders = lang::table().iter().flat_map(|language| language.callees.decoders).map(|(callee, _)| sink::telling_part(callee));
        all.extend(decoders.filter(|callee| callee.len() >= LEAST_DECODER).map(|callee| (Anchor::exact(callee.as_bytes()), Sight::Folding)));
        if !self.scope_rules.is_empty() {
            all.push((Anchor::folded(scopes::KEYWORD.as_bytes()), Sight::Scope));
        }
        for provider in &self.providers {
            let words = provider.words.iter().map(|word| Anchor::folded(word.as_bytes()));
            let scopes = provider.scopes.iter().filter_map(|scope| scope.name.split(':').next()).map(|family| Anchor::exact(format!("{family}:").as_bytes()));
            all.extend(words.chain(scopes).map(|anchor| (anchor, Sight::Provider)));
        }
        for &index in &self.infrastructure_rules {
            all.extend(rules.compiled[index].anchors.iter().map(|anchor| (*anchor, Sight::Resource)));
        }
        all
    }

    /// What the pre-filter has to look for in files of one language alone: words of callees, each with the index of the language in the table.
    pub fn callees(&self) -> Vec<(Anchor, usize)> {
        let of_language = |(index, language): (usize, &&'static Language)| {
            sink::keywords(&self.sinks, language).into_iter().map(|word| (Anchor::folded(word.as_bytes()), index)).collect::<Vec<_>>()
        };
        lang::table().iter().enumerate().flat_map(of_language).collect()
    }

    /// Looks closer at a blob, in the language that its name or first line says, in which `seen` was seen.
    pub fn look(&self, (blob, language): (&Blob, Option<&'static Language>), context: Context, seen: Seen, rules: &RuleSet, parser: &mut Parser) -> Meant {
        let mut meant = Meant::default();
        if let Some(language) = language.filter(|language| self.is_worth_parsing(blob, language, seen)) {
            match syntax::facts(blob.bytes, language, parser, Bounds::default()) {
                Ok(facts) => {
                    meant.parsed_bytes += blob.bytes.len() as u64;
                    meant.hits = self.sinks(&facts, language, blob, context, rules);
                    meant.facts = Some(facts);
                }
                Err(bound) => meant.notices.push(bound.to_string()),
            }
        }
        if seen.has(Sight::Scope) && seen.has(Sight::Provider) && !context.test {
            self.scopes(blob, rules, &mut meant);
        }
        if seen.has(Sight::Resource) {
            infrastructure(blob, parser, &mut meant);
        }
        meant
    }

    /// Whether the tree of a blob may say more than its text.
    fn is_worth_parsing(&self, blob: &Blob, language: &Language, seen: Seen) -> bool {
        let may_hold = || seen.has(Sight::Callee) && folded::has_plausible_literal(blob.bytes) && self.sinks.may_reach(language.name, blob.bytes);
        language.name != INFRASTRUCTURE && (seen.has(Sight::Folding) || may_hold())
    }

    fn sinks(&self, facts: &Facts, language: &Language, blob: &Blob, context: Context, rules: &RuleSet) -> Vec<Hit> {
        let mut hits = Vec::new();
        for found in sink::hits(facts, &self.sinks, language) {
            for (_, index) in self.sink_rules.iter().filter(|(kind, index)| *kind == found.kind && looks_at(rules, *index, blob)) {
                hits.push(settle::sink_hit(&rules.rules[*index], *index, found.clone(), context));
            }
        }
        hits
    }

    fn scopes(&self, blob: &Blob, rules: &RuleSet, meant: &mut Meant) {
        for found in self.providers.iter().flat_map(|provider| scopes::hits(blob.bytes, blob.kind, provider)) {
            for (_, index) in self.scope_rules.iter().filter(|(problem, index)| *problem == found.problem && looks_at(rules, *index, blob)) {
                meant.hits.push(scope_hit(&rules.rules[*index], *index, found.clone()));
            }
        }
    }
}

/// The declared infrastructure of a blob, if its language is one that declares it.
pub fn infrastructure(blob: &Blob, parser: &mut Parser, meant: &mut Meant) {
    let Some(language) = lang::of(&blob.target.within).filter(|language| language.name == INFRASTRUCTURE) else { return };
    match syntax::resources(blob.bytes, language, parser, Bounds::default()) {
        Ok(resources) => {
            meant.resources = resources;
            meant.parsed_bytes += blob.bytes.len() as u64;
        }
        Err(bound) => meant.notices.push(bound.to_string()),
    }
}

/// Whether a rule that is limited to some files looks at this one.
fn looks_at(rules: &RuleSet, index: usize, blob: &Blob) -> bool {
    let compiled = &rules.compiled[index];
    compiled.looks_at(&blob.target.relative) || compiled.looks_at(&blob.target.within)
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
