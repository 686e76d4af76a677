//! `rules list` and `rules test`, and the check of a rule against its own examples.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::cli::{ListArgs, TestArgs};
use crate::config::UsageError;
use crate::model::{Confidence, Rule, RuleStatus, Severity};
use crate::plan::{self, Environment};
use crate::ruleset::{self, RuleOptions, RuleSet};
use crate::run::{ExitStatus, scan_text};
use crate::scan::{ScanOptions, Scanner};
use crate::source::reason;
use crate::text::Span;

use super::output::{self, Failure};

/// The file name of an example that names none.
const EXAMPLE_NAME: &str = "example";
const OPEN: &str = "«";
const CLOSE: &str = "»";

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
    let failures: Vec<String> = rules.rules.iter().flat_map(|rule| check_examples(rule, &scanner)).collect();
    let examples: usize = rules.rules.iter().map(|rule| rule.examples.len() + rule.counterexamples.len()).sum();
    output::stdout(|out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
        writeln!(out, "{} rules, {examples} examples, {} failed", rules.rules.len(), failures.len())
    })?;
    Ok(if failures.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// The rules of these files and of no others, all on.
fn load(paths: &[PathBuf]) -> Result<Arc<RuleSet>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        find(path, true, &mut files)?;
    }
    let mut rules = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| cannot_read(file, &error))?;
        rules.extend(ruleset::parse(&file.display().to_string(), &text, false)?);
    }
    if rules.is_empty() {
        return Err(UsageError::new("no rules to test").with_help("name rule files (*.toml), or folders of them").into());
    }
    let extend_select = rules.iter().map(|rule| rule.id.as_str().to_owned()).collect();
    Ok(Arc::new(RuleSet::of(rules, &RuleOptions { extend_select, ..RuleOptions::default() })?))
}

/// Rule files below `path`, sorted; a path that was named is one whatever its name.
fn find(path: &Path, is_named: bool, files: &mut Vec<PathBuf>) -> Result<(), UsageError> {
    if fs::metadata(path).map_err(|error| cannot_read(path, &error))?.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(|error| cannot_read(path, &error))?;
        let mut below: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        below.sort();
        return below.iter().try_for_each(|path| find(path, false, files));
    }
    if is_named || path.extension().is_some_and(|extension| extension == "toml") {
        files.push(path.to_path_buf());
    }
    Ok(())
}

fn cannot_read(path: &Path, error: &std::io::Error) -> UsageError {
    UsageError::new(format!("cannot read {}: {}", path.display(), reason(error)))
}

/// What is wrong with a rule's examples, each with file, line and rule; nothing where they hold. An example is found exactly at its marks
/// under the rule's id, a counterexample is not found under it.
pub fn check_examples(rule: &Rule, scanner: &Scanner) -> Vec<String> {
    let place = format!("{}:{}: {}", rule.source.file, rule.source.line, rule.id);
    let examples = rule.examples.iter().enumerate().filter_map(|(i, example)| {
        let why = check_example(rule, (example.path.as_deref(), &example.text), scanner).err()?;
        Some(format!("{place}: example {}: {why}", i + 1))
    });
    let counterexamples = rule.counterexamples.iter().enumerate().filter_map(|(i, counter)| {
        let why = check_counterexample(rule, (counter.path.as_deref(), &counter.text), scanner).err()?;
        Some(format!("{place}: counterexample {} ({}): {why}", i + 1, counter.because))
    });
    examples.chain(counterexamples).collect()
}

/// Whether the rule finds exactly the marked bytes of `(path, text)`; why not otherwise, without showing them.
pub fn check_example(rule: &Rule, (path, text): (Option<&str>, &str), scanner: &Scanner) -> Result<(), String> {
    let (plain, marks) = unmark(text)?;
    let found = spans(rule, (path, &plain), scanner);
    match () {
        () if found == marks => Ok(()),
        () if found.is_empty() => Err("nothing is found".to_owned()),
        () => Err(format!("found at {}, marked at {}", shown(&found), shown(&marks))),
    }
}

/// Whether the rule finds nothing in `(path, text)`; where it does otherwise.
pub fn check_counterexample(rule: &Rule, (path, text): (Option<&str>, &str), scanner: &Scanner) -> Result<(), String> {
    let found = spans(rule, (path, text), scanner);
    if found.is_empty() { Ok(()) } else { Err(format!("found at {}", shown(&found))) }
}

fn spans(rule: &Rule, (path, text): (Option<&str>, &str), scanner: &Scanner) -> Vec<Span> {
    let found = scan_text(scanner, path.unwrap_or(EXAMPLE_NAME), text.as_bytes());
    let mut spans: Vec<Span> = found.findings.iter().filter(|finding| finding.rule == rule.id).map(|finding| finding.place.span).collect();
    spans.sort();
    spans
}

fn shown(spans: &[Span]) -> String {
    spans.iter().map(|span| format!("bytes {}..{}", span.start, span.end)).collect::<Vec<_>>().join(", ")
}

/// The text without its marks, and where they were.
fn unmark(text: &str) -> Result<(String, Vec<Span>), String> {
    let (mut plain, mut marks, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, marked)) = rest.split_once(OPEN) {
        let (inside, after) = marked.split_once(CLOSE).ok_or("a mark `«` has no `»`")?;
        plain.push_str(before);
        marks.push(Span::new(plain.len(), plain.len() + inside.len()));
        plain.push_str(inside);
        rest = after;
    }
    plain.push_str(rest);
    if marks.is_empty() { Err("no bytes are marked with `«…»`".to_owned()) } else { Ok((plain, marks)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_and_remembered() {
        assert_eq!(unmark("a=«bc», d=«é»"), Ok(("a=bc, d=é".to_owned(), vec![Span::new(2, 4), Span::new(8, 10)])));
        assert!(unmark("a=«b").is_err());
        assert!(unmark("a=b").is_err());
    }
}
