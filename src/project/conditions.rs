//! Conditions of rules on declared infrastructure, in three values: they hold, they do not, or nobody can tell before it is applied.

use crate::model::facts::{Attribute, Resource, Value};
use crate::model::rule::{Comparison, ResourceCondition, Test};
use crate::model::{Place, Related, Severity};
use crate::scan::OPEN;
use crate::text::value::cron::Cron;
use crate::text::value::date::Moment;
use crate::text::value::{DAY, Length, Measure, duration};

use super::expression::Datum;
use super::resources::{Known, Module};
use super::{Found, Outcome, kind_matches, to_add};

/// Calendar schedules may overshoot by this: a quarter has up to 92 days.
const GRACE: u64 = 3 * DAY;
/// Later moments, in seconds since 1970, are none: the year 10000 begins then.
const MAX_SECONDS: i64 = 253_402_300_800;
/// Longest text of a value that a message repeats.
const LONGEST_SHOWN: usize = 60;

/// What a test amounts to.
#[derive(Clone, Debug)]
pub enum Truth<'a> {
    /// It holds, by this evidence.
    Holds(Evidence<'a>),
    /// It does not.
    Fails,
    /// Not known before it is applied: where the value stands.
    Unknown(&'a Place),
}

/// Why a test holds.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// The attribute; none for one that is missing.
    pub attribute: Option<&'a Attribute>,
    /// The text of its value.
    pub value: Option<String>,
    /// The length of time it is.
    pub length: Option<Length>,
    /// Variables whose default it is, and where values come from.
    pub known: Option<Known<'a>>,
}

/// The attributes of a resource, or of one of its nested blocks.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// Its attributes that are looked at.
    pub attributes: &'a [Attribute],
}

impl<'a> Scope<'a> {
    /// The whole resource, or each of its nested blocks at a path.
    pub fn of(resource: &'a Resource, block: Option<&str>) -> Vec<Self> {
        let Some(block) = block else { return vec![Self { resource, attributes: &resource.attributes }] };
        blocks(&resource.attributes, block).into_iter().map(|attributes| Self { resource, attributes }).collect()
    }

    /// Where the resource or the block begins.
    pub fn place(&self) -> &'a Place {
        let is_block = self.attributes.len() < self.resource.attributes.len();
        self.attributes.first().filter(|_| is_block).map_or(&self.resource.place, |first| &first.place)
    }

    /// What says that there may be more attributes than are seen, this among them.
    fn open_at(&self, path: &str) -> Option<&'a Attribute> {
        let is_above = |open: &str| open == OPEN || open.strip_suffix(OPEN).is_some_and(|parent| path.starts_with(parent));
        self.attributes.iter().find(|a| a.path.ends_with(OPEN) && is_above(&a.path))
    }

    /// Whether an attribute is but what holds others: they are looked at.
    fn is_container(&self, attribute: &Attribute) -> bool {
        let base = attribute.path.trim_end_matches("[]");
        let is_within =
            |other: &Attribute| other.path.strip_prefix(base).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]") && attribute.path == base);
        attribute.expression.is_empty() && matches!(attribute.value, Value::Unknown) && self.attributes.iter().any(is_within)
    }

    fn at(&self, path: &str) -> impl Iterator<Item = &'a Attribute> {
        let element = format!("{path}[]");
        let path = path.to_owned();
        self.attributes.iter().filter(move |a| a.path == path || a.path == element)
    }
}

/// The nested blocks at a path, each with what is in it.
pub fn blocks<'a>(attributes: &'a [Attribute], path: &str) -> Vec<&'a [Attribute]> {
    let element = format!("{path}[]");
    let within = |a: &Attribute| a.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]."));
    let starts: Vec<usize> = attributes.iter().enumerate().filter(|(_, a)| a.path == path || a.path == element).map(|(at, _)| at).collect();
    let end_of = |start: usize| start + 1 + attributes[start + 1..].iter().take_while(|a| within(a)).count();
    starts.iter().map(|&start| &attributes[start..end_of(start)]).filter(|block| block.len() > 1).collect()
}

/// What the conditions of a rule find in a module.
pub fn find<'a>(module: &Module<'a>, conditions: &'a [ResourceCondition]) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for condition in conditions {
        for resource in module.blocks().filter(|r| kind_matches(&r.kind, &condition.types)) {
            if module.is_absent(resource) {
                continue;
            }
            for scope in Scope::of(resource, condition.block.as_deref()) {
                out.extend(outcome(module, condition, scope));
            }
        }
    }
    out
}

fn outcome<'a>(module: &Module<'a>, condition: &'a ResourceCondition, scope: Scope<'a>) -> Option<Outcome<'a>> {
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut unknown = None;
    for test in &condition.tests {
        match judge(module, scope, test) {
            Truth::Fails => return None,
            Truth::Holds(found) => evidence.push(found),
            Truth::Unknown(place) => unknown = unknown.or(Some(place)),
        }
    }
    match unknown {
        Some(place) => Some(Outcome::Unknown { place }),
        None => Some(Outcome::Violates(found(module, condition, scope, &evidence))),
    }
}

fn found<'a>(module: &Module<'a>, condition: &ResourceCondition, scope: Scope<'a>, evidence: &[Evidence<'a>]) -> Found<'a> {
    let first = evidence.iter().find(|e| e.attribute.is_some());
    let place = first.and_then(|e| e.attribute).map_or(scope.place(), |a| &a.place);
    let length = first.and_then(|e| e.length).map_or(String::new(), often);
    let value = first.and_then(|e| e.value.as_deref()).map_or(String::new(), shown);
    let mut message = condition.message.clone().unwrap_or_default();
    for (hole, text) in [("{name}", scope.resource.name.as_str()), ("{length}", &length), ("{value}", &value)] {
        message = message.replace(hole, text);
    }
    let mut related = Vec::new();
    if let Some(known) = first.and_then(|e| e.known.as_ref()) {
        if let Some(variable) = known.variables.first() {
            message = format!("{message}, the default of `{}`", variable.name);
        }
        related.extend(known.sources.iter().take(2).map(|place| Related { place: (*place).clone(), message: "the value is set here".to_owned() }));
    }
    let is_absence = condition.tests.iter().any(|t| matches!(t.comparison, Comparison::Unlinked(_)));
    let mut notes: Vec<String> = condition.snippet.iter().map(|snippet| to_add(&snippet.replace("{name}", &scope.resource.name))).collect();
    let mut severity = condition.severity;
    if is_absence && module.is_reusable() {
        severity = Some(Severity::Info);
        notes.push("a reusable module: whoever calls it may add it".to_owned());
    }
    let what = format!("{}.{}:{}{length}", scope.resource.kind, scope.resource.name, first.and_then(|e| e.attribute).map_or("", |a| a.path.as_str()));
    Found { what, place, message: (!message.is_empty()).then_some(message), related, notes, severity }
}

fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > LONGEST_SHOWN { line.chars().take(LONGEST_SHOWN).collect::<String>() + "…" } else { line.to_owned() }
}

/// `every 365 days`.
fn often(length: Length) -> String {
    let days = length.days();
    match (length.measure, length.seconds) {
        (Measure::Calendar, _) => format!("with up to {days} days between two rotations"),
        (Measure::Clock, seconds) if seconds < DAY => format!("every {} hours", seconds.div_ceil(3_600)),
        (Measure::Clock, _) => format!("every {days} days"),
    }
}

/// Whether a test holds.
pub fn judge<'a>(module: &Module<'a>, scope: Scope<'a>, test: &Test) -> Truth<'a> {
    match &test.comparison {
        Comparison::Unlinked(types) => return unlinked(module, scope.resource, types, &test.attribute),
        Comparison::Linked(types) => {
            let refers = module.blocks().filter(|r| kind_matches(&r.kind, types)).any(|r| module.refers(r, &test.attribute, scope.resource));
            return if refers { Truth::Holds(Evidence::default()) } else { Truth::Fails };
        }
        Comparison::Refers(types) => {
            let refers = module.blocks().filter(|r| kind_matches(&r.kind, types)).any(|r| module.refers(scope.resource, &test.attribute, r));
            return if refers { Truth::Holds(Evidence::default()) } else { Truth::Fails };
        }
        _ => {}
    }
    if let Some(text) = spoken(scope.resource, &test.attribute) {
        let known = Known { value: Datum::Null, variables: Vec::new(), sources: Vec::new() };
        let is_so = holds(&text, &test.comparison, module.now(), &known).is_some_and(|(is_so, _)| is_so);
        return if is_so { Truth::Holds(Evidence::default()) } else { Truth::Fails };
    }
    let mut found = Vec::new();
    for attribute in scope.at(&test.attribute) {
        found.push((attribute, module.known(scope.resource, attribute)));
    }
    let plain = |(attribute, value)| (attribute, Known { value, variables: Vec::new(), sources: Vec::new() });
    let inside = module.inside(scope.resource, scope.attributes, &test.attribute);
    // What is given whole, and nobody can tell, may have it or not.
    let asks_for_absence = matches!(test.comparison, Comparison::Absent | Comparison::Unset | Comparison::Lacks(_) | Comparison::InNone(_));
    if let Some((attribute, _)) = inside.iter().find(|(_, value)| *value == Datum::Unknown).filter(|_| asks_for_absence && found.is_empty()) {
        return Truth::Unknown(&attribute.place);
    }
    found.extend(inside.into_iter().map(plain));
    let below = format!("{}.", test.attribute);
    let has_inside = scope.attributes.iter().any(|a| a.path.starts_with(&below));
    let is_null = |known: &Known| known.value == Datum::Null;
    if let Some((attribute, _)) = found.iter().find(|(_, known)| is_null(known) && !known.variables.is_empty() && module.is_reusable()) {
        return Truth::Unknown(&attribute.place);
    }
    // `dynamic`: as many blocks as there are elements of what it goes over.
    let copies = scope.attributes.iter().find(|a| a.path == format!("{below}for_each")).filter(|_| found.len() == 1);
    let count = copies.map(|copies| (copies, module.known(scope.resource, copies).value.copies().map(|all| all.len())));
    let asks_whether = matches!(test.comparison, Comparison::Absent | Comparison::Present);
    if let Some((copies, None)) = count.filter(|_| asks_whether) {
        return Truth::Unknown(&copies.place);
    }
    let is_there = !matches!(count, Some((_, Some(0)))) && (has_inside || found.iter().any(|(_, known)| !is_null(known)));
    if let Some(open) = (!is_there && asks_for_absence).then(|| scope.open_at(&test.attribute)).flatten() {
        return Truth::Unknown(&open.place);
    }
    found.retain(|(attribute, _)| !scope.is_container(attribute));
    let now = match since(module, scope, &test.comparison) {
        Ok(now) => now,
        Err(place) => return Truth::Unknown(place),
    };
    match &test.comparison {
        Comparison::Absent if is_there => Truth::Fails,
        Comparison::Absent => Truth::Holds(Evidence::default()),
        Comparison::Lacks(_) | Comparison::InNone(_) | Comparison::Unset if !is_there => Truth::Holds(Evidence::default()),
        Comparison::Present if is_there => Truth::Holds(Evidence { attribute: scope.at(&test.attribute).next(), ..Evidence::default() }),
        Comparison::Present => Truth::Fails,
        Comparison::InNone(regex) => match compared(now, found, &Comparison::Matches(regex.clone())) {
            Truth::Holds(_) => Truth::Fails,
            Truth::Fails => Truth::Holds(Evidence::default()),
            unknown @ Truth::Unknown(_) => unknown,
        },
        comparison => compared(now, found, comparison),
    }
}

/// From when on a moment is looked at: from now, or from the later one at which a credential begins. That one stands at the place, where it is not known.
fn since<'a>(module: &Module<'a>, scope: Scope<'a>, comparison: &Comparison) -> Result<Moment, &'a Place> {
    let Comparison::LaterThan { from: Some(path), .. } = comparison else { return Ok(module.now()) };
    let Some(attribute) = scope.at(path).next() else { return Ok(module.now()) };
    match module.known(scope.resource, attribute).value {
        Datum::Text(text) => moment_of(&text).map(|(start, _)| start.max(module.now())).ok_or(&attribute.place),
        Datum::Null => Ok(module.now()),
        _ => Err(&attribute.place),
    }
}

/// What stands for no attribute: `$speaking`, what a resource is called; `$context`, the same with the path of its file.
fn spoken(resource: &Resource, attribute: &str) -> Option<String> {
    let path = match attribute {
        "$speaking" => "",
        "$context" => &resource.place.relative,
        _ => return None,
    };
    let speaking = |a: &&Attribute| {
        let first = a.path.split(['.', '[']).next().unwrap_or(&a.path).to_ascii_lowercase();
        matches!(first.as_str(), "name" | "name_prefix" | "secret_id" | "tags" | "labels" | "metadata" | "description" | "label" | "display_name")
    };
    let attributes: Vec<&str> = resource.attributes.iter().filter(speaking).map(|a| a.expression.as_str()).collect();
    Some(format!("{path} {} {}", resource.name, attributes.join(" ")))
}

/// Of several attributes at one path, and of several copies, one that violates is enough; of the branches of a condition all must.
fn compared<'a>(now: Moment, found: Vec<(&'a Attribute, Known<'a>)>, comparison: &Comparison) -> Truth<'a> {
    let mut unknown = None;
    let is_moment = matches!(comparison, Comparison::LaterThan { .. } | Comparison::Past);
    for (attribute, known) in found {
        for value in known.value.alternatives() {
            let verdict = |branch: &Datum| match branch {
                Datum::Text(text) => holds(text.trim(), comparison, now, &known),
                Datum::Null | Datum::List(_) | Datum::Map(_) => Some((false, None)),
                Datum::Unknown | Datum::Any(_) | Datum::Either(_) => None,
            };
            let branches = value.branches();
            let verdicts: Option<Vec<(bool, Option<Length>)>> = branches.iter().map(verdict).collect();
            let held = verdicts.as_ref().map(|all| all.iter().filter(|(is_so, _)| *is_so).count());
            match (held, verdicts.as_ref().and_then(|all| all.first())) {
                (Some(0), _) => {}
                (Some(held), Some((_, length))) if held == branches.len() => {
                    let text = branches.first().and_then(Datum::text).unwrap_or_default().trim();
                    let moment = is_moment.then(|| moment_of(text)).flatten();
                    let value = Some(moment.map_or_else(|| text.to_owned(), |moment| moment.1));
                    return Truth::Holds(Evidence { attribute: Some(attribute), value, length: *length, known: Some(known.clone()) });
                }
                _ => unknown = unknown.or(Some(&attribute.place)),
            }
        }
    }
    unknown.map_or(Truth::Fails, Truth::Unknown)
}

/// Whether a text compares so, and the length of time it is; `None` where that is not known.
fn holds(text: &str, comparison: &Comparison, now: Moment, known: &Known) -> Option<(bool, Option<Length>)> {
    let is_one = |texts: &[String]| texts.iter().any(|t| t.eq_ignore_ascii_case(text));
    Some(match comparison {
        Comparison::Equals(texts) => (is_one(texts), None),
        Comparison::Not(texts) => (!is_one(texts), None),
        Comparison::Unset => (matches!(text, "" | "0" | "false" | "0s" | "0h" | "0m"), None),
        Comparison::Lacks(regex) | Comparison::InNone(regex) => (!regex.is_in(text)?, None),
        Comparison::Matches(regex) => (regex.is_in(text)?, None),
        Comparison::LongerThan { seconds, unit } => {
            let length = length_of(text, *unit)?;
            let grace = if length.measure == Measure::Calendar && *seconds >= DAY { GRACE } else { 0 };
            let is_long = length.seconds > seconds.saturating_add(grace);
            let limit = known.variables.iter().filter_map(|v| validated(v)).min();
            (is_long && limit.is_none_or(|limit| limit.saturating_mul(*unit) > *seconds), Some(length))
        }
        Comparison::ShorterThan { seconds, unit } => {
            let length = length_of(text, *unit)?;
            (length.seconds < *seconds, Some(length))
        }
        Comparison::LaterThan { seconds, .. } => {
            let moment = moment_of(text)?.0;
            let away = Length::clock(moment.days_since(now).saturating_mul(DAY));
            (moment > now.after(*seconds), Some(away))
        }
        Comparison::Past => (moment_of(text)?.0 <= now, None),
        Comparison::Absent | Comparison::Present | Comparison::Linked(_) | Comparison::Unlinked(_) | Comparison::Refers(_) => (false, None),
    })
}

/// A moment and how it is said: a date, or the seconds since 1970 that ARM templates count.
fn moment_of(text: &str) -> Option<(Moment, String)> {
    let is_count = text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if is_count {
        let moment = Moment { seconds: text.parse().ok().filter(|seconds| *seconds < MAX_SECONDS)? };
        return Some((moment, moment.to_string()));
    }
    Some((text.parse().ok()?, text.to_owned()))
}

/// A length of time in any notation; a schedule counts as its longest pause.
pub fn length_of(text: &str, unit: u64) -> Option<Length> {
    if let Ok(number) = text.parse::<u64>() {
        let measure = if unit >= duration::MONTH { Measure::Calendar } else { Measure::Clock };
        return Some(Length { seconds: number.checked_mul(unit)?, measure });
    }
    duration::length(text).or_else(|| Cron::parse(text).or_else(|| Cron::unix(text)).map(|cron| cron.longest_gap()))
}

/// The most that the variable's own validation lets through.
fn validated(variable: &Resource) -> Option<u64> {
    let conditions = variable.attributes.iter().filter(|a| a.path == "validation.condition");
    conditions.filter_map(|c| upper_limit(&c.expression, &format!("var.{}", variable.name))).min()
}

/// 90 in `var.days > 0 && var.days <= 90`; `None` in a condition with an alternative.
fn upper_limit(condition: &str, name: &str) -> Option<u64> {
    if condition.contains("||") {
        return None;
    }
    let limit = |clause: &str| {
        let compact: String = clause.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect();
        let number = |text: &str| text.parse::<u64>().ok();
        if let Some(rest) = compact.strip_prefix(name) {
            return rest.strip_prefix("<=").and_then(number).or_else(|| rest.strip_prefix('<').and_then(number)?.checked_sub(1));
        }
        let rest = compact.strip_suffix(name)?;
        rest.strip_suffix(">=").and_then(number).or_else(|| rest.strip_suffix('>').and_then(number)?.checked_sub(1))
    };
    condition.split("&&").filter_map(limit).min()
}

/// Whether nothing of these types refers to the resource. What refers to something that nobody can tell may refer to it.
fn unlinked<'a>(module: &Module<'a>, resource: &'a Resource, types: &[String], path: &str) -> Truth<'a> {
    // What a command changes is declared elsewhere.
    if !module.is_whole() || resource.attribute(OPEN).is_some() {
        return Truth::Fails;
    }
    let mut open = None;
    for other in module.blocks().filter(|r| kind_matches(&r.kind, types)) {
        if module.refers(other, path, resource) {
            return Truth::Fails;
        }
        if !path.is_empty() && module.is_open(other, path) {
            open = open.or(Some(&other.place));
        }
    }
    // Another module that is given the resource may make the link.
    let given = |call: &&Resource| module.refers(call, "", resource);
    if let Some(call) = module.of_kind("module").find(given) {
        open = open.or(Some(&call.place));
    }
    open.map_or(Truth::Holds(Evidence::default()), Truth::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_conditions_are_read() {
        for (condition, limit) in [
            ("var.d <= 90", Some(90)),
            ("var.d < 91", Some(90)),
            ("90 >= var.d", Some(90)),
            ("(var.d > 0) && (var.d <= 60)", Some(60)),
            ("var.d <= 90 || var.d == 365", None),
            ("length(var.d) > 0", None),
        ] {
            assert_eq!(upper_limit(condition, "var.d"), limit, "{condition}");
        }
    }

    #[test]
    fn lengths_are_read_in_all_notations() {
        for (text, unit, days) in [
            ("365", DAY, Some(365)),
            ("7776000", 1, Some(90)),
            ("7776000s", 1, Some(90)),
            ("2160h", DAY, Some(90)),
            ("rate(91 days)", DAY, Some(91)),
            ("cron(0 8 1 1 ? *)", DAY, Some(365)),
            ("0 8 1 1 *", DAY, Some(365)),
            ("P1Y", DAY, Some(366)),
            ("3", duration::MONTH, Some(92)),
            ("nonsense", DAY, None),
        ] {
            assert_eq!(length_of(text, unit).map(Length::days), days, "{text}");
        }
    }
}
