//! `rules list` and `rules test`.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{ListArgs, TestArgs};
use crate::model::{Confidence, Rule, RuleStatus, Severity};
use crate::plan::{self, Environment};
use crate::ruleset::{self, RuleOptions, RuleSet};
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
pub fn test(args: &TestArgs) -> Result<ExitStatus, Failure> {
    let rules = load(&args.paths)?;
    let scanner = Scanner::new(rules.clone(), ScanOptions::default());
    let own: Vec<&Rule> = rules.active().map(|index| &rules.rules[index]).collect();
    let failures: Vec<String> = own.iter().flat_map(|rule| examples::check((&rules, &scanner), rule)).collect();
    let examples: usize = own.iter().map(|rule| rule.examples.len() + rule.counterexamples.len()).sum();
    let noun = if own.len() == 1 { "rule" } else { "rules" };
    output::stdout(|out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
        writeln!(out, "{} {noun}, {examples} examples, {} failed", own.len(), failures.len())
    })?;
    Ok(if failures.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// The rules of these files, all on; the built-in ones are off, and there for rules that require them.
fn load(paths: &[PathBuf]) -> Result<Arc<RuleSet>, Failure> {
    let mut select = Vec::new();
    for path in paths {
        select.extend(ruleset::read(path)?.into_iter().map(|rule| rule.id.as_str().to_owned()));
    }
    if select.is_empty() {
        return Ok(Arc::default());
    }
    Ok(Arc::new(RuleSet::load(&RuleOptions { paths: paths.to_vec(), select, ..RuleOptions::default() })?))
}
