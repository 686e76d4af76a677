//! Floor 2: from rule files to a compiled [`RuleSet`].

pub mod anchors;
mod catalogue;
pub mod checklist;
mod compile;
mod derive;
mod frequency;
mod known;
mod lead;
mod load;
mod requires;

pub mod allowlists;
pub mod places;
pub mod programs;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod sinks;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use globset::GlobSet;

use crate::model::rule::{FAMILIES, Matcher};
use crate::model::{Rule, RuleStatus, Severity};

pub use compile::{Compiled, Engine, KeyEngine, LINE_REACH, PatternEngine, QueryEngine};
pub use load::{built_in, check_id, data_below, parse, parse_sinks, read, read_sinks, without_values};
pub use requires::{Need, Requires};
use sinks::Sinks;

/// A rule file or a selection that cannot be used: stop before scanning.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// File, line, rule, what is wrong, what to do.
    pub message: String,
}

impl RuleError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// What is wrong with this rule.
    pub fn at(rule: &Rule, what: &str) -> Self {
        Self::at_key(rule, "", what)
    }

    /// What is wrong with this key of the rule.
    pub fn at_key(rule: &Rule, key: &str, what: &str) -> Self {
        Self::new(format!("{}:{}: rule `{}`: {what}", rule.source.file, rule.source.line_of(key), rule.id))
    }

    /// What all of these say, a line each; none for no error.
    pub fn all(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        (!messages.is_empty()).then(|| Self::new(messages.join("\n")))
    }
}

/// What the user changes about the rules.
#[derive(Clone, Debug, Default)]
pub struct RuleOptions {
    /// Rule files, or folders of them, beside the built-in rules.
    pub paths: Vec<PathBuf>,
    /// Changes by selector (`secrets/x`, `secrets/*`), in order.
    pub overrides: Vec<RuleOverride>,
    /// Only these selectors; empty: all stable rules.
    pub select: Vec<String>,
    /// Also these (for preview rules).
    pub extend_select: Vec<String>,
    /// Not these; wins over both.
    pub ignore: Vec<String>,
    /// What of these three was typed on the command line, which also wins over the overrides.
    pub typed: Selection,
    /// Files of slots beside the built-in ones.
    pub sinks: Vec<PathBuf>,
    /// Slots that a configuration file spells out, each with its place (`aelix-lint.toml:3`).
    pub own_sinks: Vec<(String, sinks::Entry)>,
    /// Where a selector is written (`aelix-lint.toml:3`), for those that a configuration file names.
    pub places: BTreeMap<String, String>,
}

/// What a command line says about which rules are on.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these selectors, whatever a configuration selects, ignores or changes.
    pub select: Vec<String>,
    /// Also these.
    pub extend_select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
}

/// A change of the rules that a selector names.
#[derive(Clone, Debug, Default)]
pub struct RuleOverride {
    /// Rule id, `family/*` or family.
    pub selector: String,
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off.
    pub enabled: Option<bool>,
    /// Only in these paths: there the rules run though they are off elsewhere. Everything else that holds in some paths is decided by triage.
    pub paths: Option<GlobSet>,
}

/// The rules of a run.
#[derive(Default)]
pub struct RuleSet {
    /// All rules, sorted by id; a finding's `rule_index` points here.
    pub rules: Arc<Vec<Rule>>,
    /// Whether the rule of the same index is on.
    pub enabled: Vec<bool>,
    /// The rule of the same index, ready to run; behind the rules, the patterns that they require.
    pub compiled: Vec<Compiled>,
    /// What rules require of their neighbourhood.
    pub requires: Requires,
    /// Slots of the user.
    pub sinks: Sinks,
}

impl RuleSet {
    /// Loads the built-in rules and the user's, applies overrides and selection. An unknown selector is an error with a suggestion.
    pub fn load(options: &RuleOptions) -> Result<Self, RuleError> {
        let mut rules = built_in()?;
        let mut own = Vec::new();
        for path in &options.paths {
            own.extend(read(path)?);
        }
        let own = once(own);
        rules.retain(|known| !own.iter().any(|rule| rule.id == known.id));
        rules.extend(own);
        let sinks = own_sinks(options)?;
        check_kinds(&sinks, &rules)?;
        Self::with(rules, sinks, options)
    }

    /// The rule set of exactly these rules. A file that is read twice counts once; two rules of one id are an error.
    pub fn of(rules: Vec<Rule>, options: &RuleOptions) -> Result<Self, RuleError> {
        Self::with(rules, Sinks::default(), options)
    }

    /// The rule set of exactly these rules, with these slots beside the built-in ones.
    fn with(mut rules: Vec<Rule>, sinks: Sinks, options: &RuleOptions) -> Result<Self, RuleError> {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules.dedup_by(|b, a| a.id == b.id && (&a.source.file, a.source.line) == (&b.source.file, b.source.line));
        if let Some([first, second]) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
            let what = format!("this id is taken by {}:{}; give one of them another", first.source.file, first.source.line);
            return Err(RuleError::at(second, &what));
        }
        let selectors = options.select.iter().chain(&options.extend_select).chain(&options.ignore);
        for selector in selectors.chain(options.overrides.iter().map(|o| &o.selector)) {
            known(selector, &rules, options)?;
        }
        let mut switches: Vec<Switch> = rules.iter().map(|rule| Switch { on: is_selected(rule, options), only: Vec::new() }).collect();
        for change in &options.overrides {
            apply(change, &mut rules, &mut switches);
        }
        for (rule, switch) in rules.iter().zip(&mut switches) {
            if let Some(on) = typed(rule, options) {
                *switch = Switch { on, only: Vec::new() };
            }
        }
        let (compiled, errors): (Vec<_>, Vec<_>) = rules.iter().map(|rule| ready(rule, &sinks)).partition(Result::is_ok);
        if let Some(error) = RuleError::all(errors.into_iter().filter_map(Result::err)) {
            return Err(error);
        }
        let enabled = switches.iter().map(|switch| switch.on).collect();
        let mut compiled: Vec<Compiled> = compiled.into_iter().filter_map(Result::ok).collect();
        for (compiled, switch) in compiled.iter_mut().zip(switches) {
            compiled.only = switch.only;
        }
        let requires = Requires::new(&rules, &mut compiled)?;
        Ok(Self { rules: Arc::new(rules), enabled, compiled, requires, sinks })
    }

    /// The rule with this id or alias, and its index.
    pub fn find(&self, id: &str) -> Option<(usize, &Rule)> {
        self.rules.iter().enumerate().find(|(_, rule)| named(rule, id))
    }

    /// Indices of the rules that are on.
    pub fn active(&self) -> impl Iterator<Item = usize> + '_ {
        self.enabled.iter().enumerate().filter(|(_, on)| **on).map(|(index, _)| index)
    }
}

/// The same rules, each once where a file is named in several ways (`my.toml`, `.`).
pub fn once(mut rules: Vec<Rule>) -> Vec<Rule> {
    let mut seen = HashSet::new();
    let place = |rule: &Rule| fs::canonicalize(&*rule.source.file).ok().map(|file| (file, rule.source.line));
    rules.retain(|rule| place(rule).is_none_or(|place| seen.insert(place)));
    rules
}

/// The slots of the user: of files, of rule files, of the configuration.
fn own_sinks(options: &RuleOptions) -> Result<Sinks, RuleError> {
    let mut all = Sinks::default();
    for path in options.paths.iter().chain(&options.sinks) {
        all.add(read_sinks(path)?);
    }
    for (place, entry) in &options.own_sinks {
        all.add(Sinks::own(place, entry.clone(), &[])?);
    }
    Ok(all)
}

/// Checks that some rule reports what a slot of the user carries.
fn check_kinds(sinks: &Sinks, rules: &[Rule]) -> Result<(), RuleError> {
    let kinds = || rules.iter().filter_map(|rule| if let Matcher::Sink { kind } = &rule.matcher { Some(kind.as_str()) } else { None });
    let unknown = sinks.owned().filter(|(kind, _)| !kinds().any(|known| known == *kind));
    let errors = unknown.map(|(kind, place)| {
        let hint = nearest(kind, kinds()).map_or_else(|| "write one with `[rule.sink]`".to_owned(), |near| format!("did you mean `{near}`?"));
        RuleError::new(format!("{place}: no rule reports what a sink of kind `{kind}` carries; {hint}"))
    });
    RuleError::all(errors).map_or(Ok(()), Err)
}

/// The rule ready to run. The regexes of built-in rules are built when first asked, those of users at once: they may be too large.
fn ready(rule: &Rule, sinks: &Sinks) -> Result<Compiled, RuleError> {
    let compiled = compile::compile(rule, sinks)?;
    if !rule.source.built_in {
        compiled.build().map_err(|(key, what)| RuleError::at_key(rule, key, &what))?;
    }
    Ok(compiled)
}

fn named(rule: &Rule, id: &str) -> bool {
    rule.id.as_str() == id || rule.aliases.iter().any(|alias| alias.as_str() == id)
}

fn selects(selector: &str, rule: &Rule) -> bool {
    rule.id.matches(selector) || rule.aliases.iter().any(|alias| alias.as_str() == selector)
}

fn is_selected(rule: &Rule, options: &RuleOptions) -> bool {
    let any = |selectors: &[String]| selectors.iter().any(|s| selects(s, rule));
    let by_id = |selectors: &[String]| selectors.iter().any(|s| named(rule, s));
    let is_ignored_by_id = by_id(&options.ignore);
    let is_picked = by_id(&options.select) && !is_ignored_by_id;
    if any(&options.ignore) && !is_picked {
        return false;
    }
    match rule.status {
        RuleStatus::Preview => by_id(&options.select) || by_id(&options.extend_select),
        _ => options.select.is_empty() || any(&options.select) || any(&options.extend_select),
    }
}

/// What the command line decides of a rule, after all that configurations say.
fn typed(rule: &Rule, options: &RuleOptions) -> Option<bool> {
    let Selection { select, extend_select, ignore } = &options.typed;
    let any = |selectors: &[String]| selectors.iter().any(|selector| selects(selector, rule));
    let is_added = if rule.status == RuleStatus::Preview { extend_select.iter().any(|id| named(rule, id)) } else { any(extend_select) };
    match () {
        () if !select.is_empty() => Some(is_selected(rule, options)),
        () if any(ignore) => Some(false),
        () => is_added.then_some(true),
    }
}

/// Whether a rule is on, and where.
struct Switch {
    on: bool,
    /// Paths in which it runs; empty: all.
    only: Vec<GlobSet>,
}

fn apply(change: &RuleOverride, rules: &mut [Rule], switches: &mut [Switch]) {
    for (rule, switch) in rules.iter_mut().zip(switches).filter(|(rule, _)| selects(&change.selector, rule)) {
        match (&change.paths, change.enabled) {
            (None, on) => {
                rule.severity = change.severity.unwrap_or(rule.severity);
                if let Some(on) = on {
                    *switch = Switch { on, only: Vec::new() };
                }
            }
            (Some(paths), Some(true)) if !switch.on || !switch.only.is_empty() => {
                switch.on = true;
                switch.only.push(paths.clone());
            }
            (Some(_), _) => {}
        }
    }
}

/// Checks that a selector names something; suggests the nearest id where not.
fn known(selector: &str, rules: &[Rule], options: &RuleOptions) -> Result<(), RuleError> {
    if rules.iter().any(|rule| selects(selector, rule)) {
        return Ok(());
    }
    let place = options.places.get(selector).map_or_else(String::new, |place| format!("{place}: "));
    let family = selector.strip_suffix("/*").unwrap_or(selector);
    if FAMILIES.contains(&family) {
        return Err(RuleError::new(format!("{place}no rule of the family `{family}` exists yet; see `aelix-lint rules list`")));
    }
    let names = rules.iter().map(|rule| rule.id.as_str()).chain(FAMILIES);
    let hint = nearest(selector, names).map_or_else(|| "see `aelix-lint rules list`".to_owned(), |name| format!("did you mean `{name}`?"));
    Err(RuleError::new(format!("{place}no rule is named `{selector}`; {hint}")))
}

/// The candidate nearest to `name`, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates.map(|c| (strsim::jaro_winkler(name, c), c)).filter(|(near, _)| *near > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[[rule]]\nid = \"custom/x\"\ntitle = \"x\"\nseverity = \"low\"\nconfidence = \"low\"\nwhy = \"w\"\nfix = \"f\"\nexamples = ['a']\n";

    fn error_of(body: &str, options: &RuleOptions) -> String {
        let rules = parse("my.toml", &format!("{HEAD}{body}"), false).unwrap();
        RuleSet::of(rules, options).err().map(|error| error.message).unwrap_or_default()
    }

    #[test]
    fn two_rules_of_one_id_are_refused_with_both_places() {
        let rule = format!("{HEAD}pattern = 'abcd'\n");
        let own = |name: &str, text: &str| parse(name, text, false).unwrap();
        let error = |rules: Vec<Rule>| RuleSet::of(rules, &RuleOptions::default()).err().map(|error| error.message).unwrap_or_default();
        let twice = format!("{rule}\n{rule}");
        assert_eq!(error(own("my.toml", &twice)), "my.toml:11: rule `custom/x`: this id is taken by my.toml:1; give one of them another");
        let two = [own("a.toml", &rule), own("b.toml", &rule)].concat();
        assert_eq!(error(two), "b.toml:1: rule `custom/x`: this id is taken by a.toml:1; give one of them another");
        assert_eq!(error([own("a.toml", &rule), own("a.toml", &rule)].concat()), "", "a file that is named twice");
    }

    #[test]
    fn mistakes_are_told_all_at_once_with_the_lines_of_their_keys() {
        let message =
            error_of(&format!("pattern = 'ab(cd'\n{}pattern = 'abcd'\nfiles = ['[']\n", HEAD.replace("custom/x", "custom/y")), &RuleOptions::default());
        let places: Vec<&str> = message.lines().map(|line| line.split_once("`:").map_or(line, |(place, _)| place)).collect();
        assert_eq!(places, ["my.toml:9: rule `custom/x", "my.toml:19: rule `custom/y"], "{message}");
        let ids = format!("{HEAD}pattern = 'abcd'\n{HEAD}pattern = 'abcd'\n").replace("custom/x", "custom/X");
        let message = parse("my.toml", &ids, false).map(drop).unwrap_err().message;
        let lines: Vec<bool> = message.lines().zip(["my.toml:2: ", "my.toml:11: "]).map(|(line, place)| line.starts_with(place)).collect();
        assert_eq!(lines, [true, true], "{message}");
    }

    #[test]
    fn an_unknown_kind_of_sink_is_refused() {
        let message = error_of("sink = { kind = 'client-secrt' }", &RuleOptions::default());
        assert!(message.ends_with("no sink has the kind `client-secrt`; did you mean `client-secret`?"), "{message}");
        assert_eq!(error_of("sink = { kind = 'client-secret' }", &RuleOptions::default()), "");
    }

    #[test]
    fn a_regex_that_is_too_large_to_match_is_refused() {
        let large = "abcd(?:[a-z]{900}x){900}";
        for (body, what) in [
            (format!("pattern = '{large}'"), "the pattern cannot be built"),
            (format!("key = {{ name = '{large}' }}"), "the pattern of `name` cannot be built"),
            (format!("key = {{ name = 'abcd', value = '{large}' }}"), "the pattern of `value` cannot be built"),
            (format!("pattern = 'abcd'\nallow = ['{large}']"), "`allow` cannot be built"),
        ] {
            let message = error_of(&body, &RuleOptions::default());
            let place = format!("my.toml:{}: rule `custom/x`: ", 8 + body.lines().count());
            assert!(message.starts_with(&place) && message.contains(what), "{body}: {message}");
        }
        assert_eq!(error_of("pattern = 'abcd'", &RuleOptions::default()), "");
    }

    #[test]
    fn a_rule_that_is_off_can_be_on_in_some_paths() {
        let set = |glob: &str| globset::GlobSetBuilder::new().add(globset::Glob::new(glob).unwrap()).build().unwrap();
        let change = |enabled, glob: Option<&str>| RuleOverride { selector: "custom".into(), enabled: Some(enabled), paths: glob.map(set), severity: None };
        for (changes, on, in_src) in [
            (vec![change(false, None), change(true, Some("src/*"))], true, [true, false]),
            (vec![change(false, None), change(true, Some("src/*")), change(true, Some("lib/*"))], true, [true, true]),
            (vec![change(true, Some("src/*"))], true, [true, true]),
            (vec![change(false, None), change(true, Some("src/*")), change(true, None)], true, [true, true]),
            (vec![change(true, Some("src/*")), change(false, None)], false, [true, true]),
        ] {
            let rules = parse("my.toml", &format!("{HEAD}pattern = 'abcd'"), false).unwrap();
            let rules = RuleSet::of(rules, &RuleOptions { overrides: changes.clone(), ..RuleOptions::default() }).unwrap();
            let looks = ["src/x", "lib/x"].map(|path| rules.compiled[0].looks_at(path));
            assert_eq!((rules.enabled[0], looks), (on, in_src), "{changes:?}");
        }
    }

    #[test]
    fn the_command_line_wins_over_the_overrides() {
        let set = globset::GlobSetBuilder::new().add(globset::Glob::new("src/*").unwrap()).build().unwrap();
        let switched = |enabled, paths| RuleOverride { selector: "custom/x".into(), enabled: Some(enabled), paths, severity: None };
        let (on, off, local) = (switched(true, None), switched(false, None), switched(true, Some(set)));
        for (change, select, extend_select, ignore, expected) in [
            (&on, "", "", "custom/x", false),
            (&on, "", "", "custom", false),
            (&local, "", "", "custom/x", false),
            (&on, "custom/y", "", "", false),
            (&local, "custom/y", "", "", false),
            (&off, "custom/x", "", "", true),
            (&off, "", "custom/x", "", true),
            (&on, "custom/x", "", "custom/*", true),
            (&off, "", "", "", false),
            (&on, "", "", "", true),
        ] {
            let head = HEAD.replace("custom/x", "custom/y");
            let rules = parse("my.toml", &format!("{HEAD}pattern = 'abcd'\n{head}pattern = 'abcd'"), false).unwrap();
            let list = |selector: &str| Some(selector.to_owned()).filter(|s| !s.is_empty()).into_iter().collect::<Vec<_>>();
            let typed = Selection { select: list(select), extend_select: list(extend_select), ignore: list(ignore) };
            let Selection { select, extend_select, ignore } = typed.clone();
            let options = RuleOptions { overrides: vec![change.clone()], select, extend_select, ignore, typed, ..RuleOptions::default() };
            let rules = RuleSet::of(rules, &options).unwrap();
            assert_eq!(rules.enabled[0], expected, "{options:?}");
        }
    }

    #[test]
    fn a_selector_of_a_file_is_named_with_its_place() {
        let places = [("custm/x".to_owned(), "aelix-lint.toml:3".to_owned())].into();
        let message = error_of("pattern = 'abcd'", &RuleOptions { ignore: vec!["custm/x".to_owned()], places, ..RuleOptions::default() });
        assert_eq!(message, "aelix-lint.toml:3: no rule is named `custm/x`; did you mean `custom/x`?");
    }
}
