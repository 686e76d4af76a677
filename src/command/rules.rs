//! `rules list` and `rules test`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{ListArgs, TestArgs};
use crate::config::UsageError;
use crate::model::{Confidence, Rule, RuleStatus, Severity};
use crate::plan::{self, Environment};
use crate::report::style::sanitise;
use crate::ruleset::{self, RuleOptions, RuleSet, places};
use crate::run::examples::Which;
use crate::run::{ExitStatus, examples};
use crate::scan::{ScanOptions, Scanner};

use super::output::{self, Failure};

/// A rule in the list.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    status: RuleStatus,
    enabled: bool,
    since: &'a str,
    tags: &'a [String],
    aliases: Vec<&'a str>,
    file: &'a str,
}

/// Prints all rules and whether they are on.
pub fn list(args: &ListArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let rules = RuleSet::load(&plan::rule_options(&args.rules, &args.config, environment)?)?;
    let entries: Vec<Entry> = rules.rules.iter().zip(&rules.enabled).map(|(rule, on)| entry(rule, *on)).collect();
    output::stdout(|out| {
        if args.format == "json" {
            serde_json::to_writer_pretty(&mut *out, &serde_json::json!({ "rules": entries }))?;
            return writeln!(out);
        }
        let width = entries.iter().map(|e| e.id.len()).max().unwrap_or(0);
        for e in &entries {
            let state = if e.enabled { "" } else { "  (off)" };
            writeln!(out, "{:width$}  {:8}  {:6}  {}{state}", e.id, e.severity.as_str(), e.confidence.as_str(), e.title)?;
        }
        writeln!(out, "{} rules, {} on", entries.len(), entries.iter().filter(|e| e.enabled).count())
    })?;
    Ok(ExitStatus::Clean)
}

fn entry(rule: &Rule, enabled: bool) -> Entry<'_> {
    Entry {
        id: rule.id.as_str(),
        title: &rule.title,
        severity: rule.severity,
        confidence: rule.confidence,
        status: rule.status,
        enabled,
        since: &rule.since,
        tags: &rule.tags,
        aliases: rule.aliases.iter().map(crate::model::RuleId::as_str).collect(),
        file: &rule.source.file,
    }
}

/// Runs the examples and counterexamples of rule files.
pub fn test(args: &TestArgs, environment: &Environment) -> Result<ExitStatus, Failure> {
    let rules = load(&args.paths)?;
    let scanner = Scanner::new(rules.clone(), ScanOptions::default());
    let own: Vec<&Rule> = rules.active().map(|index| &rules.rules[index]).collect();
    let failures: Vec<String> = own.iter().flat_map(|rule| failures((&rules, &scanner), rule, environment)).collect();
    let examples: usize = own.iter().map(|rule| rule.text.examples.len() + rule.text.counterexamples.len()).sum();
    let noun = |count: usize, noun: &str| if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") };
    output::stdout(|out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{}", sanitise(failure)))?;
        writeln!(out, "{}, {}, {} failed", noun(own.len(), "rule"), noun(examples, "example"), failures.len())
    })?;
    Ok(if failures.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// A line for each example that does not hold: file, line, rule, which one, what was expected, what was found.
fn failures(set: (&Arc<RuleSet>, &Scanner), rule: &Rule, environment: &Environment) -> Vec<String> {
    let failed = examples::check(set, rule);
    if failed.is_empty() {
        return Vec::new();
    }
    let text = fs::read_to_string(environment.folder.join(&*rule.source.file)).unwrap_or_default();
    let lines = places::of_rule(&text, rule.source.line);
    let said = |failure: examples::Failure| {
        let (line, name, index) = match failure.which {
            Which::Example(index) => (lines.examples.get(index), "example", index),
            Which::Counterexample(index) => (lines.counterexamples.get(index), "counterexample", index),
        };
        let line = line.unwrap_or(&rule.source.line);
        format!("{}:{line}: rule `{}`: {name} {}: {}", rule.source.file, rule.id, index + 1, failure.why)
    };
    failed.into_iter().map(said).collect()
}

/// The rules of these files, all on; the built-in ones are off, and there for rules that require them.
fn load(paths: &[PathBuf]) -> Result<Arc<RuleSet>, Failure> {
    let mut select = Vec::new();
    for path in paths {
        let found = ruleset::read(path)?;
        if found.is_empty() && ruleset::read_sinks(path)?.is_empty() {
            let message = format!("no rule in {}", path.display());
            return Err(UsageError::new(message).with_help("a rule begins with [[rule]]; `aelix-lint rules new ID` writes one to start from").into());
        }
        select.extend(found.into_iter().map(|rule| rule.id.as_str().to_owned()));
    }
    Ok(Arc::new(RuleSet::load(&RuleOptions { paths: paths.to_vec(), select, ..RuleOptions::default() })?))
}
