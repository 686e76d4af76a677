//! The report for programs: one JSON document, or one object per line. `schemas/report.schema.json` describes both.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::model::{
    self, Confidence, Evidence, Finding, Fingerprint, Notice, Opens, Place, Related, Report, Rule, RuleId, RunError, SafeUse, Severity, Skip, Snippet, Status,
};
use crate::text::Span;

use super::Reporter;

/// Raised when a key changes its meaning or goes; new keys may come without.
const SCHEMA_VERSION: u32 = 1;

/// Writes one document.
pub(super) struct Json;

impl Reporter for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document::new(report))?;
        writeln!(out)
    }
}

/// Writes one object per line, each with its `type`.
pub(super) struct Jsonl;

/// What follows the findings that [`finding_line`] has written.
pub(super) struct JsonlRest;

/// One finding as a line of JSONL, for reports that are written while the scan goes on.
pub fn finding_line(finding: &Finding, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line::Finding(FindingOut::new(finding, rules)))?;
    writeln!(out)
}

impl Reporter for JsonlRest {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write_rest(report, out)
    }
}

impl Reporter for Jsonl {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        report.shown().try_for_each(|finding| finding_line(finding, &report.rules, out))?;
        write_rest(report, out)
    }
}

fn write_rest(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let skipped = report.skipped.iter().map(|s| Line::Skip(SkipOut::new(s)));
    let errors = report.errors.iter().map(|e| Line::Error(ErrorOut::new(e)));
    let notices = report.notices.iter().map(|n| Line::Notice(NoticeOut::new(n)));
    let files = report.scanned_files.iter().flatten().map(|path| Line::File { path });
    let summary = Line::Summary { schema_version: SCHEMA_VERSION, tool: TOOL, summary: Summary::new(report) };
    let safe = report.safe.iter().flatten().map(|safe| Line::Safe(SafeOut::new(safe)));
    for line in files.chain(safe).chain(skipped).chain(errors).chain(notices).chain([summary]) {
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<FindingOut<'a>>,
    skipped: Vec<SkipOut<'a>>,
    errors: Vec<ErrorOut<'a>>,
    notices: Vec<NoticeOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<&'a [Arc<str>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safe: Option<Vec<SafeOut<'a>>>,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: TOOL,
            summary: Summary::new(report),
            findings: report.shown().map(|f| FindingOut::new(f, &report.rules)).collect(),
            skipped: report.skipped.iter().map(SkipOut::new).collect(),
            errors: report.errors.iter().map(ErrorOut::new).collect(),
            notices: report.notices.iter().map(NoticeOut::new).collect(),
            files: report.scanned_files.as_deref(),
            safe: report.safe.as_ref().map(|all| all.iter().map(SafeOut::new).collect()),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(FindingOut<'a>),
    File {
        path: &'a str,
    },
    Safe(SafeOut<'a>),
    Skip(SkipOut<'a>),
    Error(ErrorOut<'a>),
    Notice(NoticeOut<'a>),
    Summary {
        schema_version: u32,
        tool: Tool,
        #[serde(flatten)]
        summary: Summary,
    },
}

#[derive(Clone, Copy, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct Summary {
    /// Active findings, by severity and together.
    findings: usize,
    by_severity: BySeverity,
    suppressed: usize,
    /// Those among them that comments for other tools mute.
    suppressed_by_foreign_comments: usize,
    baselined: usize,
    below_threshold: usize,
    files: u64,
    bytes: u64,
    rules: usize,
    skipped: BTreeMap<&'static str, u64>,
    errors: usize,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<ScopeOut>,
    duration_ms: u64,
}

/// The changes that were looked at.
#[derive(Serialize)]
struct ScopeOut {
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<usize>,
}

impl ScopeOut {
    fn new(scope: &model::Scope) -> Self {
        let model::Scope { what, base, head, commits } = scope.clone();
        Self { what, base, head, commits }
    }
}

#[derive(Serialize)]
struct BySeverity {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

impl Summary {
    fn new(report: &Report) -> Self {
        let count = |severity| report.count(severity);
        let mut skipped = BTreeMap::new();
        for skip in &report.skipped {
            *skipped.entry(skip.reason.key()).or_default() += 1;
        }
        Self {
            findings: report.active().count(),
            by_severity: BySeverity {
                critical: count(Severity::Critical),
                high: count(Severity::High),
                medium: count(Severity::Medium),
                low: count(Severity::Low),
                info: count(Severity::Info),
            },
            suppressed: report.suppressed(),
            suppressed_by_foreign_comments: report.suppressed_for_others(),
            baselined: report.baselined(),
            below_threshold: report.findings.iter().filter(|f| f.status == Status::BelowThreshold).count(),
            files: report.stats.files,
            bytes: report.stats.bytes,
            rules: report.stats.rules,
            skipped,
            errors: report.errors.len(),
            complete: report.errors.is_empty(),
            scope: report.scope.as_ref().map(ScopeOut::new),
            duration_ms: u64::try_from(report.stats.total.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a RuleId,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    message: &'a str,
    #[serde(flatten)]
    place: PlaceOut<'a>,
    masked: Option<&'a str>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [Evidence],
    related: Vec<RelatedOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flow: Vec<RelatedOut<'a>>,
    also: &'a [RuleId],
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<OpensOut<'a>>,
    fingerprint: &'a Fingerprint,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression_tool: Option<&'static str>,
    tags: &'a [String],
}

impl<'a> FindingOut<'a> {
    fn new(finding: &'a Finding, rules: &'a [Rule]) -> Self {
        let rule: Option<&Rule> = rules.get(finding.rule_index);
        let (status, reason, tool) = match &finding.status {
            Status::Active => ("active", None, None),
            Status::Suppressed { reason, tool } => ("suppressed", reason.as_deref(), *tool),
            Status::Baselined { reason } => ("baselined", reason.as_deref(), None),
            Status::BelowThreshold => ("below-threshold", None, None),
        };
        Self {
            rule: &finding.rule,
            title: rule.map_or(&finding.message, |r| &r.title),
            severity: finding.severity,
            confidence: finding.confidence,
            message: &finding.message,
            place: PlaceOut::new(&finding.place),
            masked: finding.masked.as_deref(),
            notes: &finding.notes,
            evidence: &finding.evidence,
            related: finding.related.iter().map(RelatedOut::new).collect(),
            flow: finding.flow.iter().map(RelatedOut::new).collect(),
            also: &finding.also,
            opens: finding.opens.as_ref().map(OpensOut::new),
            fingerprint: &finding.fingerprint,
            status,
            reason,
            suppression_tool: tool.map(model::Tool::name),
            tags: rule.map_or(&[], |r| &r.tags),
        }
    }
}

/// What a leaked secret of a client opens.
#[derive(Serialize)]
pub(super) struct OpensOut<'a> {
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    scopes: &'a [String],
}

impl<'a> OpensOut<'a> {
    pub(super) fn new(opens: &'a Opens) -> Self {
        Self { provider: &opens.provider, client: opens.client.as_deref(), environment: opens.environment.as_deref(), scopes: &opens.scopes }
    }
}

#[derive(Serialize)]
struct PlaceOut<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    span: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitOut<'a>>,
}

#[derive(Serialize)]
struct CommitOut<'a> {
    id: &'a str,
    date: String,
}

impl<'a> PlaceOut<'a> {
    fn new(place: &'a Place) -> Self {
        Self {
            path: &place.relative,
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            span: place.span,
            snippet: place.snippet.as_deref().filter(|snippet| !snippet.text.is_empty()).map(SnippetOut::new),
            commit: place.commit.as_ref().map(|commit| CommitOut { id: &commit.id, date: commit.date.to_string() }),
        }
    }
}

#[derive(Serialize)]
struct SnippetOut<'a> {
    first_line: u32,
    text: &'a str,
    mark: Span,
}

impl<'a> SnippetOut<'a> {
    fn new(snippet: &'a Snippet) -> Self {
        Self { first_line: snippet.first_line, text: &snippet.text, mark: Span::new(snippet.mark.0, snippet.mark.1) }
    }
}

#[derive(Serialize)]
struct RelatedOut<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: PlaceOut<'a>,
}

impl<'a> RelatedOut<'a> {
    fn new(related: &'a Related) -> Self {
        Self { message: &related.message, place: PlaceOut::new(&related.place) }
    }
}

#[derive(Serialize)]
struct SafeOut<'a> {
    kind: &'a str,
    slot: &'a str,
    source: &'static str,
    #[serde(flatten)]
    place: PlaceOut<'a>,
}

impl<'a> SafeOut<'a> {
    fn new(safe: &'a SafeUse) -> Self {
        Self { kind: &safe.kind, slot: &safe.slot, source: safe.source.key(), place: PlaceOut::new(&safe.place) }
    }
}

#[derive(Serialize)]
struct SkipOut<'a> {
    path: &'a str,
    reason: &'static str,
}

impl<'a> SkipOut<'a> {
    fn new(skip: &'a Skip) -> Self {
        Self { path: &skip.relative, reason: skip.reason.key() }
    }
}

#[derive(Serialize)]
struct ErrorOut<'a> {
    path: Option<&'a str>,
    message: String,
}

impl<'a> ErrorOut<'a> {
    fn new(error: &'a RunError) -> Self {
        Self { path: error.relative.as_deref(), message: error.relative_message() }
    }
}

#[derive(Serialize)]
struct NoticeOut<'a> {
    path: &'a str,
    message: &'a str,
}

impl<'a> NoticeOut<'a> {
    fn new(notice: &'a Notice) -> Self {
        Self { path: &notice.relative, message: &notice.message }
    }
}
