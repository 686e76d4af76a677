//! Modules of infrastructure code: the blocks of one directory, stack or document, and what an expression in it amounts to.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::Place;
use crate::model::facts::{Attribute, Resource, Value};
use crate::scan::helm;
use crate::text::value::date::Moment;

use super::expression::{self, Datum, Names};

/// Calls of one module that are told apart; further ones are not looked at.
const MAX_CALLS: usize = 32;
/// Names that are looked up for one value: locals that name each other many times over would double it at every step.
const MAX_NAMES: u32 = 5_000;
/// The kind of what stands at the top of a file of values for variables.
pub const VALUES: &str = "tfvars";

/// All blocks of one directory, as one set of values for its variables makes them.
#[derive(Clone)]
pub struct Module<'a> {
    blocks: Vec<&'a Resource>,
    by_kind: HashMap<&'a str, Vec<&'a Resource>>,
    folder: &'a str,
    is_whole: bool,
    /// What its variables are given.
    inputs: BTreeMap<&'a str, Input<'a>>,
    /// The values of its chart, those that count most last.
    values: Vec<Layer<'a>>,
    now: Moment,
}

/// A file of values for a chart.
#[derive(Clone, Copy)]
struct Layer<'a> {
    file: &'a Resource,
    /// Under which name it holds those of the chart, where it is the file of a chart above.
    below: &'a str,
}

/// What a variable is given from outside.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    value: Datum,
    /// Where.
    pub place: &'a Place,
}

/// What is known of an attribute, and by which way.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// What it amounts to.
    pub value: Datum,
    /// Variables on the way.
    pub variables: Vec<&'a Resource>,
    /// Where their values stand.
    pub sources: Vec<&'a Place>,
}

/// One entry of a list.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What it is; unknown entries too.
    pub value: Datum,
    /// Where it, or the list that it is made in, stands.
    pub place: &'a Place,
    /// Where its value stands, if elsewhere: the default of a variable, a value of a chart.
    pub source: Option<&'a Place>,
}

impl<'a> Module<'a> {
    /// Groups blocks by directory, in the order of the directories; `gaps` are the directories of which a file was not parsed. A directory that is
    /// called, or for which there are several files of values, is one module for each.
    pub fn group(all: &'a [Resource], gaps: &BTreeSet<String>, now: Moment) -> Vec<Self> {
        let mut by_folder: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for block in all {
            by_folder.entry(&block.module).or_default().push(block);
        }
        let plain: Vec<Self> = by_folder.into_iter().map(|(folder, blocks)| Self::new(folder, blocks, !gaps.contains(folder), now)).collect();
        let plain = of_charts(plain, all);
        let mut calls: BTreeMap<String, Vec<BTreeMap<&'a str, Input<'a>>>> = BTreeMap::new();
        let mut out = Vec::new();
        for module in &plain {
            for variant in module.given_values() {
                for call in variant.of_kind("module") {
                    if let Some((folder, inputs)) = variant.call(call) {
                        calls.entry(folder).or_default().push(inputs);
                    }
                }
                out.push(variant);
            }
        }
        let mut called = Vec::new();
        out.retain(|module| {
            let Some(inputs) = calls.get(module.folder).filter(|_| module.is_reusable()) else { return true };
            called.extend(inputs.iter().take(MAX_CALLS).map(|inputs| module.with(inputs.clone())));
            false
        });
        out.extend(called);
        out
    }

    fn new(folder: &'a str, blocks: Vec<&'a Resource>, is_whole: bool, now: Moment) -> Self {
        let mut by_kind: HashMap<&str, Vec<&Resource>> = HashMap::new();
        for block in &blocks {
            by_kind.entry(&block.kind).or_default().push(block);
        }
        Self { blocks, by_kind, folder, is_whole, inputs: BTreeMap::new(), values: Vec::new(), now }
    }

    fn with(&self, inputs: BTreeMap<&'a str, Input<'a>>) -> Self {
        let mut all = self.inputs.clone();
        all.extend(inputs);
        Self { inputs: all, ..self.clone() }
    }

    /// One module for each file of values that does not count by itself; where there is none, the module with the values of those that do.
    fn given_values(&self) -> Vec<Self> {
        let mut own = BTreeMap::new();
        let mut others: BTreeMap<&str, BTreeMap<&'a str, Input<'a>>> = BTreeMap::new();
        for file in self.of_kind(VALUES) {
            let path: &str = &file.place.relative;
            let name = path.rsplit('/').next().unwrap_or(path);
            let counts = name.starts_with("terraform.tfvars") || name.contains(".auto.tfvars");
            let target = if counts { &mut own } else { others.entry(path).or_default() };
            for attribute in file.attributes.iter().filter(|a| !a.path.contains(['.', '['])) {
                target.insert(attribute.path.as_str(), Input { value: self.known(file, attribute).value, place: &attribute.place });
            }
        }
        let base = self.with(own);
        if others.is_empty() { vec![base] } else { others.into_values().map(|inputs| base.with(inputs)).collect() }
    }

    /// The directory of a call with a local source, and what it is given.
    fn call(&self, call: &'a Resource) -> Option<(String, BTreeMap<&'a str, Input<'a>>)> {
        let source = self.known(call, call.attribute("source")?).value;
        let source = source.text()?.strip_prefix("./").map(str::to_owned).or_else(|| source.text().filter(|s| s.starts_with("../")).map(str::to_owned))?;
        let mut parts: Vec<&str> = self.folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in source.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        let arguments =
            call.attributes.iter().filter(|a| !a.path.contains(['.', '[']) && !matches!(a.path.as_str(), "source" | "for_each" | "count" | "version"));
        let inputs = arguments.map(|a| (a.path.as_str(), Input { value: self.known(call, a).value, place: &a.place })).collect();
        Some((parts.join("/"), inputs))
    }

    /// The value of its chart that stands at a place.
    pub fn chart_value_at(&self, place: &Place) -> Option<&'a Attribute> {
        self.values.iter().flat_map(|layer| &layer.file.attributes).find(|attribute| std::ptr::eq(&raw const attribute.place, place))
    }

    /// Whether every file of it was parsed: only then is it known what it lacks.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What counts as now.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Every block.
    pub fn blocks(&self) -> impl Iterator<Item = &'a Resource> {
        self.blocks.iter().copied()
    }

    /// The blocks of one kind: `aws_secretsmanager_secret`, `variable`.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Resource> {
        self.by_kind.get(kind).into_iter().flatten().copied()
    }

    /// Whether others call it with arguments: it declares variables, and neither a provider nor where its state is kept.
    pub fn is_reusable(&self) -> bool {
        // Parameters of a stack are set by whoever deploys it: nobody adds resources to it.
        let is_stack = |b: &Resource| b.kind.contains("::") || b.kind.starts_with("Microsoft.") && !b.place.relative.ends_with(".bicep");
        let declares = |b: &Resource| b.kind == "variable" || b.place.relative.ends_with("variables.tf");
        let is_root = |b: &Resource| {
            is_stack(b)
                || b.kind == "provider"
                || b.kind == VALUES
                || b.kind == "terraform" && (b.attribute("backend").is_some() || b.attribute("cloud").is_some())
        };
        self.blocks().any(declares) && !self.blocks().any(is_root)
    }

    /// What an attribute of a resource amounts to.
    pub fn known(&self, resource: &'a Resource, attribute: &'a Attribute) -> Known<'a> {
        let way = Way { module: self, resource, variables: RefCell::default(), sources: RefCell::default(), left: Cell::new(MAX_NAMES) };
        let value = way.attribute(attribute, 0);
        Known { value, variables: way.variables.into_inner(), sources: way.sources.into_inner() }
    }

    /// The entries of every list at a path among some attributes of a resource: elements with their own places, others with that of the list. Texts
    /// that list entries are not split.
    pub fn entries(&self, resource: &'a Resource, attributes: &'a [Attribute], path: &str) -> Vec<Entry<'a>> {
        let element = format!("{path}[]");
        let mut out = Vec::new();
        for (attribute, value) in self.inside(resource, attributes, path) {
            flatten(value, (&attribute.place, self.known(resource, attribute).sources.last().copied()), &mut out);
        }
        let has_elements = |at: usize| attributes.get(at + 1).is_some_and(|next| next.path == element);
        for (at, attribute) in attributes.iter().enumerate() {
            if attribute.path == element || attribute.path == path && !has_elements(at) {
                let known = self.known(resource, attribute);
                flatten(known.value, (&attribute.place, known.sources.last().copied()), &mut out);
            }
        }
        out
    }

    /// What is from the address at one path to that at another, written as one entry.
    pub fn range(&self, resource: &'a Resource, attributes: &'a [Attribute], (from, to): (&str, &str)) -> Vec<Entry<'a>> {
        let at = |path: &str| attributes.iter().find(|a| a.path == path).map(|a| (a, self.known(resource, a).value));
        let (Some((_, start)), Some((attribute, end))) = (at(from), at(to)) else { return Vec::new() };
        let value = match (start.text(), end.text()) {
            (Some(start), Some(end)) => Datum::Text(format!("{start}-{end}")),
            _ => Datum::Unknown,
        };
        vec![Entry { value, place: &attribute.place, source: None }]
    }

    /// What stands at a path within what the resource is given whole: `policy = jsonencode({ … })`, `tags = local.tags`; the attribute that holds it, and
    /// the value.
    pub fn inside(&self, resource: &'a Resource, attributes: &'a [Attribute], path: &str) -> Vec<(&'a Attribute, Datum)> {
        let is_text = |a: &Attribute| a.expression.trim_start().starts_with("jsonencode(");
        let has_inside =
            |a: &Attribute| attributes.iter().any(|inner| inner.path.strip_prefix(a.path.as_str()).is_some_and(|rest| rest.starts_with(['.', '['])));
        let mut out = Vec::new();
        for attribute in attributes {
            let Some(steps) = path.strip_prefix(attribute.path.as_str()).and_then(|rest| rest.strip_prefix('.')) else { continue };
            if !is_text(attribute) && (attribute.expression.is_empty() || has_inside(attribute)) {
                continue;
            }
            let mut found = Vec::new();
            walk(&self.known(resource, attribute).value, steps, &mut found);
            out.extend(found.into_iter().map(|value| (attribute, value)));
        }
        out
    }

    /// Whether there are none of the resource: `count = 0`.
    pub fn is_absent(&self, resource: &'a Resource) -> bool {
        let none = |value: &Datum| match value {
            Datum::Text(text) => text == "0",
            Datum::List(items) => items.is_empty(),
            Datum::Map(items) => items.is_empty(),
            _ => false,
        };
        ["count", "for_each"].iter().filter_map(|path| resource.attribute(path)).any(|a| none(&self.known(resource, a).value))
    }

    /// The local value of this name.
    pub fn local(&self, name: &str) -> Option<&'a Attribute> {
        self.of_kind("locals").find_map(|l| l.attribute(name))
    }

    /// The expression and those of the local values that it names, one after the other.
    pub fn expanded(&self, expression: &str) -> String {
        let mut out = expression.to_owned();
        for local in self.of_kind("locals").flat_map(|l| &l.attributes) {
            if mentions(expression, &format!("local.{}", local.path)) {
                out.push('\n');
                out.push_str(&local.expression);
            }
        }
        out
    }

    /// Whether an attribute of `from` refers to `to`, by itself, through a local value or through what it goes over; an empty path is any attribute.
    pub fn refers(&self, from: &Resource, path: &str, to: &Resource) -> bool {
        let address = address(to);
        let attributes =
            from.attributes.iter().filter(|a| path.is_empty() || a.path == path || a.path.strip_prefix(path).is_some_and(|r| r.starts_with(['.', '['])));
        attributes.into_iter().any(|a| {
            let mut text = self.expanded(&a.expression);
            if text.contains("each.value") || text.contains("each.key") {
                text.push('\n');
                text.push_str(&self.expanded(from.attribute("for_each").map_or("", |f| &f.expression)));
            }
            mentions(&text, &address)
        })
    }

    /// Whether the attribute refers to something of which nobody can tell what it is: an argument of the module, another module's output.
    pub fn is_open(&self, from: &Resource, path: &str) -> bool {
        let attribute = from.attributes.iter().find(|a| a.path == path);
        attribute.is_some_and(|a| {
            let text = self.expanded(&a.expression);
            // A function of CloudFormation that takes it from elsewhere has no expression.
            if matches!(a.value, Value::Unknown) && text.trim().is_empty() && !from.attributes.iter().any(|inner| inner.path.starts_with(&format!("{path}."))) {
                return true;
            }
            let names = |kind: &str| self.of_kind(kind).any(|variable| mentions(&text, &format!("cfn.{}", variable.name)));
            (["each.", "local.", "var.", "module."].iter().any(|root| text.contains(root)) || names("variable"))
                && !text.split(|c: char| !is_name_char(c)).any(|w| self.by_kind.contains_key(w))
        })
    }
}

/// The same modules, where those of the templates of a chart know its values: one for each set of them.
fn of_charts<'a>(modules: Vec<Module<'a>>, all: &'a [Resource]) -> Vec<Module<'a>> {
    let mut charts: BTreeMap<&str, Vec<&'a Resource>> = BTreeMap::new();
    for file in all.iter().filter(|file| file.kind == helm::VALUES) {
        if let Some(chart) = helm::chart_of_values(&file.place.relative) {
            charts.entry(chart).or_default().push(file);
        }
    }
    if charts.is_empty() {
        return modules;
    }
    let mut out = Vec::new();
    for module in modules {
        match module.blocks.first().and_then(|block| helm::chart_of(&block.place.relative)).map(|chart| sets_of(chart, &charts)) {
            Some(sets) if !sets.is_empty() => out.extend(sets.into_iter().map(|values| Module { values, ..module.clone() })),
            _ => out.push(module),
        }
    }
    out
}

/// The sets of values of a chart: its defaults, and these with each file for an environment. What a chart above gives it comes before its own.
fn sets_of<'a>(chart: &'a str, charts: &BTreeMap<&str, Vec<&'a Resource>>) -> Vec<Vec<Layer<'a>>> {
    let Some(files) = charts.get(chart) else { return Vec::new() };
    let is_default = |file: &&&Resource| helm::is_default(&file.place.relative);
    let layer = |file: &&'a Resource| Layer { file, below: "" };
    let mut own: Vec<Layer> = files.iter().filter(is_default).map(layer).collect();
    let (above, name) = chart.rsplit_once("/charts/").or_else(|| chart.strip_prefix("charts/").map(|name| ("", name))).unwrap_or_default();
    let given = charts.get(above).filter(|_| !name.is_empty()).into_iter().flatten().filter(is_default);
    own.extend(given.map(|file| Layer { file, below: name }));
    let others = files.iter().filter(|file| !is_default(file)).take(MAX_CALLS).map(layer);
    let others: Vec<Vec<Layer>> = others.map(|other| own.iter().copied().chain([other]).collect()).collect();
    let is_complete = !own.is_empty();
    // Without defaults nobody knows what the files of environments leave out.
    if is_complete { std::iter::once(own).chain(others).collect() } else { Vec::new() }
}

/// What a resource is called where others refer to it: `aws_x.name`, `cfn.Name`.
pub fn address(resource: &Resource) -> String {
    if resource.kind.contains("::") || resource.kind.contains("Microsoft.") {
        format!("cfn.{}", resource.name)
    } else {
        format!("{}.{}", resource.kind, resource.name)
    }
}

/// What stands at a dotted path, through every element of the lists on the way. A key may have dots itself.
fn walk(value: &Datum, path: &str, out: &mut Vec<Datum>) {
    match value {
        Datum::List(items) | Datum::Any(items) => items.iter().for_each(|item| walk(item, path, out)),
        _ if path.is_empty() => out.push(value.clone()),
        Datum::Map(items) => {
            for (key, item) in items {
                let rest = path.strip_prefix(key.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('.'));
                if let Some(rest) = rest {
                    walk(item, rest.trim_start_matches('.'), out);
                }
            }
        }
        Datum::Text(_) | Datum::Null => {}
        Datum::Either(_) | Datum::Unknown => out.push(Datum::Unknown),
    }
}

fn flatten<'a>(value: Datum, (place, source): (&'a Place, Option<&'a Place>), out: &mut Vec<Entry<'a>>) {
    match value {
        Datum::List(items) | Datum::Any(items) => items.into_iter().for_each(|item| flatten(item, (place, source), out)),
        Datum::Null => {}
        value => out.push(Entry { value, place, source }),
    }
}

/// The way of one evaluation through a module.
struct Way<'m, 'a> {
    module: &'m Module<'a>,
    /// Whose attribute it is.
    resource: &'a Resource,
    variables: RefCell<Vec<&'a Resource>>,
    sources: RefCell<Vec<&'a Place>>,
    /// Names that may still be looked up.
    left: Cell<u32>,
}

impl<'a> Way<'_, 'a> {
    fn attribute(&self, attribute: &'a Attribute, depth: u32) -> Datum {
        if let Value::Literal { text, .. } = &attribute.value {
            return String::from_utf8(text.clone()).map_or(Datum::Unknown, Datum::Text);
        }
        expression::evaluate(&attribute.expression, self, depth + 1)
    }

    fn variable(&self, name: &str, depth: u32) -> Datum {
        if let Some((_, input)) = self.module.inputs.get_key_value(name) {
            self.sources.borrow_mut().push(input.place);
            return input.value.clone();
        }
        let Some(declared) = self.module.of_kind("variable").find(|v| v.name == name) else { return Datum::Unknown };
        let Some(default) = declared.attribute("default") else { return Datum::Unknown };
        self.variables.borrow_mut().push(declared);
        self.sources.borrow_mut().push(&default.place);
        self.attribute(default, depth)
    }

    /// What one copy of a resource, or of a nested block, has: `each.value`, `setting.value`.
    fn copies(&self, iterator: &str, part: &str, depth: u32) -> Option<Datum> {
        let path = if iterator == "each" { "for_each".to_owned() } else { format!("{iterator}.for_each") };
        let is_it = |a: &&Attribute| a.path == path || iterator != "each" && a.path.strip_suffix(&path).is_some_and(|before| before.ends_with('.'));
        let only = self.resource.attributes.iter().find(is_it)?;
        let copies = self.attribute(only, depth).copies()?;
        Some(Datum::Any(copies.into_iter().map(|(key, value)| if part == "key" { Datum::Text(key) } else { value }).collect()))
    }

    /// An attribute of another resource, or what is known to follow from its attributes.
    fn of_resource(&self, kind: &str, name: &str, attribute: &str, depth: u32) -> Datum {
        let Some(resource) = self.module.of_kind(kind).find(|r| r.name == name) else { return Datum::Unknown };
        if matches!((kind, attribute), ("time_rotating", "rotation_rfc3339" | "id") | ("time_offset", "rfc3339" | "id")) {
            let prefix = if kind == "time_rotating" { "rotation" } else { "offset" };
            return self.after(resource, prefix, depth).map_or(Datum::Unknown, |moment| Datum::Text(moment.to_string()));
        }
        resource.attribute(attribute).map_or(Datum::Unknown, |a| self.attribute(a, depth))
    }

    /// Now and what a resource of the `time` provider adds to it.
    fn after(&self, resource: &'a Resource, prefix: &str, depth: u32) -> Option<Moment> {
        let seconds = span_of(prefix, |path| resource.attribute(path).and_then(|a| self.attribute(a, depth).text().and_then(|t| t.parse().ok())))?;
        Some(self.module.now.after(seconds))
    }
}

/// The seconds that `rotation_days` and its kin add up to; `None` where there is none of them.
pub fn span_of(prefix: &str, number: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    use crate::text::value::DAY;
    use crate::text::value::duration::{MONTH, YEAR};
    let units = [("minutes", 60), ("hours", 3_600), ("days", DAY), ("months", MONTH), ("years", YEAR)];
    units.iter().filter_map(|(unit, seconds)| number(&format!("{prefix}_{unit}"))?.checked_mul(*seconds)).reduce(u64::saturating_add)
}

impl<'a> Way<'_, 'a> {
    /// A value of the chart; one that it does not have is nothing.
    fn chart_value(&self, path: &[&str], depth: u32) -> Datum {
        let mut found = Datum::Null;
        for layer in self.module.values.iter().rev() {
            let of_chart = if path.first() == Some(&"global") { "" } else { layer.below };
            let steps: Vec<&str> = (!of_chart.is_empty()).then_some(of_chart).into_iter().chain(path.iter().copied()).collect();
            match (self.in_values(layer.file, &steps, depth), &mut found) {
                (None, _) => {}
                // A map takes from the one below it what it does not have.
                (Some(Datum::Map(below)), Datum::Map(known)) => {
                    let missing = below.into_iter().filter(|(key, _)| !known.iter().any(|(own, _)| own == key)).collect::<Vec<_>>();
                    known.extend(missing);
                }
                (Some(datum @ Datum::Map(_)), Datum::Null) => found = datum,
                (Some(datum), Datum::Null) => return datum,
                (Some(_), _) => return found,
            }
        }
        found
    }

    fn in_values(&self, file: &'a Resource, steps: &[&str], depth: u32) -> Option<Datum> {
        let wanted = steps.join(".");
        let mut inner = Vec::new();
        for attribute in &file.attributes {
            if attribute.path == wanted || wanted.strip_prefix(&attribute.path).is_some_and(|rest| rest.starts_with('.')) {
                let value = self.attribute(attribute, depth);
                let behind = steps.get(attribute.path.split('.').count()..).unwrap_or_default();
                let at = behind.iter().try_fold(value, |value, key| match value {
                    Datum::Map(items) => items.into_iter().find(|(name, _)| name == key).map(|(_, item)| item),
                    Datum::Null => None,
                    other => Some(other.step(key)),
                });
                self.sources.borrow_mut().push(&attribute.place);
                return at;
            }
            if let Some(rest) = attribute.path.strip_prefix(&wanted).and_then(|rest| if wanted.is_empty() { Some(rest) } else { rest.strip_prefix('.') }) {
                inner.push((rest, attribute));
            }
        }
        (!inner.is_empty()).then(|| self.map_of(&inner, depth))
    }

    /// The map whose single values have these paths.
    fn map_of(&self, inner: &[(&str, &'a Attribute)], depth: u32) -> Datum {
        let mut out: Vec<(String, Datum)> = Vec::new();
        let mut at = 0;
        while let Some((path, attribute)) = inner.get(at) {
            let Some((key, _)) = path.split_once('.') else {
                out.push(((*path).to_owned(), self.attribute(attribute, depth)));
                at += 1;
                continue;
            };
            let below = |(path, _): &&(&str, &'a Attribute)| path.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
            let members: Vec<_> = inner[at..].iter().take_while(below).map(|(path, attribute)| (&path[key.len() + 1..], *attribute)).collect();
            at += members.len();
            out.push((key.to_owned(), self.map_of(&members, depth)));
        }
        Datum::Map(out)
    }
}

impl Names for Way<'_, '_> {
    fn value(&self, path: &[String], depth: u32) -> Datum {
        let Some(left) = self.left.get().checked_sub(1) else { return Datum::Unknown };
        self.left.set(left);
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let (datum, rest) = match parts.as_slice() {
            ["var" | "cfn", name, rest @ ..] => (self.variable(name, depth), rest),
            ["values", path @ ..] if !self.module.values.is_empty() => (self.chart_value(path, depth), [].as_slice()),
            ["local", name, rest @ ..] => (self.module.local(name).map_or(Datum::Unknown, |a| self.attribute(a, depth)), rest),
            [iterator, part @ ("value" | "key"), rest @ ..] => (self.copies(iterator, part, depth).unwrap_or(Datum::Unknown), rest),
            [kind, name, attribute, rest @ ..] => (self.of_resource(kind, name, attribute, depth), rest),
            _ => (Datum::Unknown, [].as_slice()),
        };
        rest.iter().fold(datum, |datum, key| datum.step(key))
    }

    fn now(&self) -> Moment {
        self.module.now
    }
}

/// Whether the expression refers to `address` as a whole: `aws_x.y` in `aws_x.y[0].id`, not in `aws_x.yy` or `data.aws_x.y`.
pub fn mentions(expression: &str, address: &str) -> bool {
    expression.match_indices(address).any(|(at, _)| {
        let before = expression[..at].chars().next_back();
        let after = expression[at + address.len()..].chars().next();
        !before.is_some_and(|c| is_name_char(c) || c == '.') && !after.is_some_and(is_name_char)
    })
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_mentioned_as_a_whole() {
        for (expression, expected) in [
            ("aws_x.y.id", true),
            ("aws_x.y[each.key].id", true),
            ("\"${aws_x.y.arn}\"", true),
            ("[aws_x.y, aws_x.z]", true),
            ("aws_x.yy.id", false),
            ("data.aws_x.y.id", false),
            ("my_aws_x.y", false),
        ] {
            assert_eq!(mentions(expression, "aws_x.y"), expected, "{expression}");
        }
    }
}
