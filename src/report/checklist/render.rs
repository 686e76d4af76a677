//! The checklist for people, for programs and for pages of Markdown.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Finding, Report, RunError};
use crate::ruleset::checklist::Checklist;

use super::super::human::count;
use super::super::markdown::cell;
use super::super::style::{Paint, sanitise, sanitise_path};
use super::{Decided, Evidence, State};

/// Raised when a key changes its meaning or goes; new keys may come without.
const SCHEMA_VERSION: u32 = 1;
/// Findings and evidence of one item that people are shown.
const SHOWN: usize = 5;

/// For people.
pub fn human((checklist, decided): (&Checklist, &[Decided]), report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint.strong(&checklist.title))?;
    for one in decided {
        let mark = match one.state {
            State::Met => paint.good("met      "),
            State::Violated => paint.error("violated "),
            State::Undecided => paint.warning("undecided"),
        };
        writeln!(out, "\n{mark}  {}", one.item.title)?;
        for line in lines(one) {
            writeln!(out, "           {}", sanitise(&line))?;
        }
    }
    writeln!(out, "\n{}.", summary(decided, report))
}

/// What is said below an item: findings, or evidence, or what to declare.
fn lines(one: &Decided) -> Vec<String> {
    let mut lines: Vec<String> = match one.state {
        State::Violated => {
            one.findings.iter().take(SHOWN).map(|f| format!("{}:{}: {} [{}]", sanitise_path(&f.place.display), f.place.start.line, f.message, f.rule)).collect()
        }
        State::Met => one.evidence.iter().take(SHOWN).map(said).collect(),
        State::Undecided => vec![format!("nothing decides it: {}", one.item.declare)],
    };
    let all = if one.state == State::Violated { one.findings.len() } else { one.evidence.len() };
    if all > SHOWN && one.state != State::Undecided {
        lines.push(format!("and {} more", all - SHOWN));
    }
    if one.accepted > 0 {
        lines.push(format!("accepted by a comment, the configuration or the baseline: {}", one.accepted));
    }
    lines
}

fn said(evidence: &Evidence) -> String {
    evidence.place.as_ref().map_or_else(|| evidence.what.clone(), |(display, _, line)| format!("{}:{line}: {}", sanitise_path(display), evidence.what))
}

fn number(decided: &[Decided], state: State) -> usize {
    decided.iter().filter(|one| one.state == state).count()
}

fn summary(decided: &[Decided], report: &Report) -> String {
    let [met, violated, undecided] = [State::Met, State::Violated, State::Undecided].map(|state| number(decided, state));
    let rest = if report.errors.is_empty() { "" } else { "; not everything could be read" };
    let files = count(report.stats.files, "file", "files");
    format!("{met} met, {violated} violated, {undecided} not decidable ({files}{rest})")
}

/// For pages of Markdown.
pub fn markdown((checklist, decided): (&Checklist, &[Decided]), report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "## {}\n\n{}. [The vendor's checklist]({}).\n\n| Item | State | Why |\n| --- | --- | --- |",
        checklist.title,
        summary(decided, report),
        checklist.guide
    )?;
    for one in decided {
        let state = match one.state {
            State::Met => "met",
            State::Violated => "**violated**",
            State::Undecided => "not decidable",
        };
        let why: Vec<String> = lines(one).iter().map(|line| cell(line)).collect();
        writeln!(out, "| {} | {state} | {} |", cell(&one.item.title), why.join("<br>"))?;
    }
    for error in &report.errors {
        writeln!(out, "\n- not read: {}", cell(&error.relative_message()))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    title: &'a str,
    guide: &'a str,
    complete: bool,
    summary: Summary,
    items: Vec<ItemOut<'a>>,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    met: usize,
    violated: usize,
    undecided: usize,
    files: u64,
}

#[derive(Serialize)]
struct ItemOut<'a> {
    id: &'a str,
    title: &'a str,
    state: &'static str,
    rules: &'a [String],
    evidence: Vec<EvidenceOut<'a>>,
    findings: Vec<FindingOut<'a>>,
    accepted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    declare: Option<&'a str>,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    path: &'a str,
    line: u32,
}

impl<'a> From<&'a Finding> for FindingOut<'a> {
    fn from(finding: &'a Finding) -> Self {
        let place = &finding.place;
        Self { rule: finding.rule.as_str(), severity: finding.severity.as_str(), message: &finding.message, path: &place.relative, line: place.start.line }
    }
}

impl<'a> From<&'a Decided<'a>> for ItemOut<'a> {
    fn from(one: &'a Decided<'a>) -> Self {
        let evidence = |evidence: &'a Evidence| {
            let place = evidence.place.as_ref();
            EvidenceOut { what: &evidence.what, path: place.map(|(_, relative, _)| relative.as_str()), line: place.map(|(_, _, line)| *line) }
        };
        Self {
            id: &one.item.id,
            title: &one.item.title,
            state: one.state.key(),
            rules: &one.item.rules,
            evidence: one.evidence.iter().map(evidence).collect(),
            findings: one.findings.iter().map(|finding| (*finding).into()).collect(),
            accepted: one.accepted,
            declare: (one.state == State::Undecided).then_some(&one.item.declare),
        }
    }
}

/// For programs; `schemas/checklist.schema.json` describes it.
pub fn json((checklist, decided): (&Checklist, &[Decided]), report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let [met, violated, undecided] = [State::Met, State::Violated, State::Undecided].map(|state| number(decided, state));
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "aelix-lint", version: env!("CARGO_PKG_VERSION") },
        title: &checklist.title,
        guide: &checklist.guide,
        complete: report.errors.is_empty(),
        summary: Summary { met, violated, undecided, files: report.stats.files },
        items: decided.iter().map(ItemOut::from).collect(),
        errors: report.errors.iter().map(RunError::relative_message).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
