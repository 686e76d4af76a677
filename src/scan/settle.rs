//! From a match to a hit: what the value must be like, offline checks, what the place says about severity and confidence.

use crate::check::{Match, Verdict};
use crate::model::rule::{CharClass, Matcher};
use crate::model::{About, Confidence, Evidence, FileKind, Hit, Rank, Rule, Severity};
use crate::ruleset::{Compiled, Engine, RuleSet};
use crate::text::{Span, name, placeholder, randomness, wording};

use super::binding::{self, Holder, TextBinding};
use super::context::Context;
use super::generic;
use super::sink::SinkHit;

/// The tag of rules about headers.
const HEADER: &str = "http";
/// Less that words leave unexplained has a password that consists of them.
const WORDED: f64 = 0.6;

/// The hit of a pattern rule on `value`, unless something speaks against it.
pub fn pattern_hit(rules: &RuleSet, index: usize, bytes: &[u8], (whole, value): (Span, Span), context: Context) -> Option<Hit> {
    let compiled = &rules.compiled[index];
    let Engine::Pattern(engine) = &compiled.engine else { return None };
    let Some(rule) = rules.rules.get(index) else { return Some(part_hit(index, value, engine.group > 0)) };
    let text = &bytes[value.range()];
    let prefix = engine.prefixes.iter().find(|p| text.starts_with(p)).map_or(0, Vec::len);
    if !text.is_empty() && meets_conditions(rule, text) && PRACTICES.contains(&rule.id.family()) {
        return Some(Hit { secret: false, ..Hit::secret(index, rule, value, Rank::Provider) });
    }
    let look = look(text, prefix);
    let is_kept = || is_kept(look, rule, (context, line_before(bytes, value)));
    if text.is_empty() || !meets_conditions(rule, text) || !is_kept() || compiled.is_led() && has_another_name(bytes, value, rule) {
        return None;
    }
    // A header says what its value is for, as the name of a key does; no provider's format does.
    let is_named = compiled.is_led() || rule.tags.iter().any(|tag| tag == HEADER);
    let mut hit = Hit::secret(index, rule, value, if is_named { Rank::KeyName } else { Rank::Provider });
    hit.prefix = prefix;
    hit.evidence.push(Evidence::pro(About::Value, format!("it has the format of rule {}", rule.id)));
    validated(hit, compiled, Match { value: text, whole: &bytes[whole.range()] }).map(|hit| placed(looked_at(hit, look), rule, context, text))
}

/// Families whose patterns find what is done, not what is secret.
const PRACTICES: [&str; 4] = ["rotation", "audit", "network", "scopes"];

/// Words that say of no provider that it gave the secret.
const NEUTRAL: [&str; 16] =
    ["secret", "key", "access", "account", "user", "my", "id", "value", "password", "pass", "pwd", "credential", "credentials", "default", "prod", "dev"];

/// Whether a value that has nothing peculiar but its neighbour is bound to a name that tells whose secret it is, and that is somebody else's.
fn has_another_name(bytes: &[u8], value: Span, rule: &Rule) -> bool {
    let Some(name) = binding::name_before(bytes, value.start).map(|name| name::normalise(&bytes[name.range()])) else { return false };
    let says = |known: &str| known == name || name.split('_').any(|word| word == known);
    let is_own = rule.tags.first().is_some_and(|provider| says(provider));
    name::classify(&name).is_some() && !is_own && !name.split('_').all(|word| NEUTRAL.contains(&word))
}

/// The match of a pattern that a rule requires. It is never reported; it is shown, as what the rule requires, unless it has a group named `secret`.
fn part_hit(index: usize, value: Span, secret: bool) -> Hit {
    Hit {
        rule: index,
        span: value,
        rank: Rank::Generic,
        prefix: 0,
        severity: Severity::Info,
        confidence: Confidence::Low,
        secret,
        message: None,
        notes: Vec::new(),
        evidence: Vec::new(),
        name: None,
        related: Vec::new(),
        flow: Vec::new(),
        also: Vec::new(),
        pieces: Vec::new(),
        value: None,
    }
}

/// A binding and its name in snake case.
pub struct Bound {
    found: TextBinding,
    normal: String,
}

impl Bound {
    /// Normalises the name of `found`; of a reference with a literal behind it, the literal is the value.
    pub fn new(found: TextBinding, bytes: &[u8]) -> Self {
        let found = TextBinding { value: default_in(bytes, found.value), ..found };
        Self { found, normal: name::normalise(&bytes[found.name.range()]) }
    }
}

/// The hit of a key rule on a binding.
pub fn key_hit(rules: &RuleSet, index: usize, bytes: &[u8], bound: &Bound, context: Context) -> Option<Hit> {
    let (rule, compiled) = (&rules.rules[index], &rules.compiled[index]);
    let (Engine::Key(engine), Matcher::Key { kinds, opaque, .. }) = (&compiled.engine, &rule.matcher) else { return None };
    if !kinds.is_empty() && !kinds.contains(&context.kind) {
        return None;
    }
    let Bound { found, normal } = bound;
    if found.holder == Holder::Beside && !engine.knows_value() {
        return None;
    }
    let text = &bytes[found.value.range()];
    let raw_name = &bytes[found.name.range()];
    // In the middle of a string `service:value` is the id of something as likely as a key.
    let is_bound = || matches!(found.holder, Holder::Quoted | Holder::Bare | Holder::Element);
    let fits = || if engine.is_alone(normal) { is_bound() && engine.stands_alone(text) } else { engine.value_matches(text) };
    if !engine.name_matches(normal) || !fits() || !meets_conditions(rule, text) || compiled.allows(text) {
        return None;
    }
    let mut hit = Hit::secret(index, rule, found.value, if engine.is_generic() { Rank::Generic } else { Rank::KeyName });
    if engine.is_generic() || *opaque {
        let candidate = generic::Candidate { name: normal, value: text, holder: found.holder, before: line_before(bytes, found.name), context };
        let (confidence, evidence) = generic::judge(&candidate)?;
        hit.confidence = confidence.min(rule.confidence);
        hit.evidence = evidence;
        if engine.is_generic() {
            hit.message = Some(format!("{} in `{}`", rule.title, String::from_utf8_lossy(raw_name)));
        }
    } else {
        let look = look(text, 0);
        if !is_kept(look, rule, (context, line_before(bytes, found.name))) {
            return None;
        }
        hit.evidence.push(Evidence::pro(About::Name, format!("rule {} knows it", rule.id)));
        hit = looked_at(hit, look);
    }
    hit.name = Some(normal.clone());
    validated(hit, compiled, Match { value: text, whole: text }).map(|hit| placed(hit, rule, context, text))
}

/// What stands before a name or a value on its line.
fn line_before(bytes: &[u8], at: Span) -> &[u8] {
    let from = at.start.saturating_sub(200);
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[from..at.start]).map_or(from, |p| from + p + 1);
    &bytes[start..at.start]
}

/// The hit of a sink rule on a literal that reaches its slot.
pub fn sink_hit(rule: &Rule, index: usize, found: SinkHit, context: Context) -> Hit {
    let mut hit = Hit::secret(index, rule, found.span, Rank::Sink);
    hit.confidence = hit.confidence.min(found.confidence);
    hit.severity = found.at_most.map_or(hit.severity, |most| hit.severity.min(most));
    hit.message = Some(found.message);
    hit.notes = found.notes;
    hit.name = found.name.map(|name| name::normalise(name.as_bytes()));
    hit.related = found.related;
    hit.flow = found.flow;
    hit.pieces = found.pieces;
    hit.evidence.push(Evidence::pro(About::Holder, "an API takes it for a credential"));
    let hit = placed(hit, rule, context, found.value.reveal());
    Hit { value: Some(found.value), ..hit }
}

/// The hit of a rule with a query on what it captures, unless something speaks against it.
pub fn query_hit(rules: &RuleSet, index: usize, bytes: &[u8], value: Span, context: Context) -> Option<Hit> {
    let (rule, compiled) = (&rules.rules[index], &rules.compiled[index]);
    let text = &bytes[value.range()];
    if text.is_empty() || !meets_conditions(rule, text) || look(text, 0) != Look::Drawn || compiled.allows(text) {
        return None;
    }
    let hit = Hit::secret(index, rule, value, Rank::Sink);
    validated(hit, compiled, Match { value: text, whole: text }).map(|hit| placed(hit, rule, context, text))
}

/// The literal that stands in for a missing reference (`${X:-literal}`), or the value itself.
fn default_in(bytes: &[u8], value: Span) -> Span {
    let text = &bytes[value.range()];
    let Some(literal) = placeholder::default_of(text).filter(|literal| !literal.is_empty()) else { return value };
    let start = value.start + (literal.as_ptr() as usize - text.as_ptr() as usize);
    Span::new(start, start + literal.len())
}

fn meets_conditions(rule: &Rule, value: &[u8]) -> bool {
    let conditions = &rule.conditions;
    conditions.min_entropy.is_none_or(|least| randomness::entropy(value) >= least) && conditions.require.iter().all(|class| has(value, *class))
}

fn has(value: &[u8], class: CharClass) -> bool {
    value.iter().any(|b| match class {
        CharClass::Digit => b.is_ascii_digit(),
        CharClass::Letter => b.is_ascii_alphabetic(),
        CharClass::Lower => b.is_ascii_lowercase(),
        CharClass::Upper => b.is_ascii_uppercase(),
        CharClass::Symbol => b.is_ascii_punctuation(),
    })
}

/// What a value looks like, apart from the format that its rule knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing speaks against it.
    Drawn,
    /// A sequence or a repetition.
    Typed,
    /// A placeholder in words, a mask, a reference.
    Fake,
}

/// The look of a value, and of what follows its documented prefix.
fn look(value: &[u8], prefix: usize) -> Look {
    let looks = |text: &[u8]| match () {
        () if placeholder::reference(text).is_some() => Look::Fake,
        () if placeholder::placeholder(text).is_none() => Look::Drawn,
        () if placeholder::is_typed(text) => Look::Typed,
        () => Look::Fake,
    };
    let body = &value[prefix..];
    match (looks(value), if prefix > 0 && !body.is_empty() { looks(body) } else { Look::Drawn }) {
        (Look::Fake, _) | (_, Look::Fake) => Look::Fake,
        (Look::Typed, _) | (_, Look::Typed) => Look::Typed,
        _ => Look::Drawn,
    }
}

/// Tags of rules that know no format of a provider: of what somebody typed there, nothing says that it is a key.
const ANY_VALUE: [&str; 6] = ["password", "url", "jwt", "generic", HEADER, "webhook"];

/// Whether a value that looks so is reported by this rule in this place, behind `before` on its line. A sequence in the format of a provider may be a
/// careless key; where samples are shown, in comments, and where tests run, it is a sample.
fn is_kept(look: Look, rule: &Rule, (context, before): (Context, &[u8])) -> bool {
    match look {
        Look::Drawn => true,
        Look::Typed => !is_sample_place(context) && !generic::is_comment(before) && !rule.tags.iter().any(|tag| ANY_VALUE.contains(&tag.as_str())),
        Look::Fake => false,
    }
}

/// The hit after what its value looks like.
fn looked_at(mut hit: Hit, look: Look) -> Hit {
    if look == Look::Typed {
        hit.confidence = hit.confidence.min(Confidence::Medium);
        hit.severity = hit.severity.min(Severity::Low);
        hit.evidence.push(Evidence::contra(About::Value, "it is a sequence or a repetition"));
        hit.notes.push("severity lowered: the value is a sequence or a repetition, as people type it in place of a key".to_owned());
    }
    hit
}

/// The hit after its rule's offline check.
fn validated(mut hit: Hit, compiled: &Compiled, matched: Match) -> Option<Hit> {
    let Some(check) = compiled.validator else { return Some(hit) };
    match check(matched) {
        Verdict::Plausible => {}
        Verdict::Proven => {
            hit.rank = Rank::Checksum;
            hit.evidence.push(Evidence::pro(About::Value, "its checksum is right"));
        }
        Verdict::WrongChecksum(note) => {
            hit.confidence = hit.confidence.min(Confidence::Medium);
            hit.evidence.push(Evidence::contra(About::Value, "its checksum is wrong"));
            hit.notes.push(note);
        }
        Verdict::Lower(severity, note) => {
            hit.severity = hit.severity.min(severity);
            hit.notes.push(note);
        }
        Verdict::Unlikely(note) => {
            hit.confidence = Confidence::Low;
            hit.evidence.push(Evidence::contra(About::Value, note.clone()));
            hit.notes.push(note);
        }
        Verdict::Rejected(_) => return None,
    }
    Some(hit)
}

/// The hit after what its place says: in tests and examples a credential is less severe; a checksum that holds is never silenced.
pub fn placed(mut hit: Hit, rule: &Rule, context: Context, value: &[u8]) -> Hit {
    let is_password = rule.tags.iter().any(|tag| tag == "password");
    if is_password && context.vendored || is_shown(rule, context) {
        hit.confidence = Confidence::Low;
    }
    if !context.made_up() {
        return hit;
    }
    if !hit.evidence.iter().any(|evidence| evidence.about == About::File) {
        hit.evidence.push(Evidence::contra(About::File, if context.test { "it is of tests" } else { "it is an example or documentation" }));
    }
    let place = if context.test { "test code or test data" } else { "an example or documentation" };
    if hit.severity > Severity::Low {
        hit.severity = lowered(hit.severity);
        hit.notes.push(format!("severity lowered: the file is {place}"));
    }
    if matches!(hit.rank, Rank::Provider | Rank::KeyName) && matches!(rule.matcher, Matcher::Pattern { .. }) && !randomness::is_random(value) {
        let worded = is_password && wording::unexplained(value) < WORDED;
        hit.confidence = hit.confidence.min(if worded { Confidence::Low } else { Confidence::Medium });
    }
    hit
}

/// Tags of rules about what a text or test would show just so.
const SHOWN: [&str; 3] = ["hash", "prose", "compared"];

/// Whether what the rule finds is more likely a sample in this place.
fn is_shown(rule: &Rule, context: Context) -> bool {
    is_sample_place(context) && rule.tags.iter().any(|tag| SHOWN.contains(&tag.as_str()))
}

/// Whether a file is one in which samples stand: of tests, examples and documentation, of others' code, made by machines.
fn is_sample_place(context: Context) -> bool {
    context.made_up() || context.vendored || matches!(context.kind, FileKind::Document | FileKind::Generated)
}

fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        _ => Severity::Low,
    }
}
