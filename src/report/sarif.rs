//! SARIF 2.1.0 for code scanning: everything GitHub reads, nothing that names a machine or a person, no secret.
//!
//! The types are those of `serde_sarif`; only the log and its run are ours, so that results are written one by one: a result of the crate takes
//! 2 KB of memory before its strings, and a first scan of an old monorepo may have very many.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Invocation, Location, Message, MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region,
    ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference, Result as SarifResult, ResultLevel, RunAutomationDetails, Suppression,
    ThreadFlow, ThreadFlowLocation, Tool, ToolComponent,
};

use crate::docs::{self, Terminal};
use crate::model::{Confidence, Finding, Place, Related, Report, Rule, RuleStatus, RunError, Severity, SkipReason, Status};

use super::json::OpensOut;
use super::style::{safe_url, sanitise, sanitise_lines};
use super::{RenderOptions, Reporter};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const NAME: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What relative addresses are relative to: the root of the checkout, wherever that is.
const ROOT: &str = "%SRCROOT%";
/// GitHub refuses longer descriptions.
const LONGEST_DESCRIPTION: usize = 1024;
/// GitHub shows ten tags of a rule.
const MOST_TAGS: usize = 10;
/// GitHub refuses a result with more locations.
const MOST_LOCATIONS: usize = 1000;

/// Writes one SARIF log with one run.
pub(super) struct Sarif {
    pub(super) options: RenderOptions,
}

impl Reporter for Sarif {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Log { schema: SCHEMA, version: "2.1.0", runs: [self.run(report)] })?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: RunAutomationDetails,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Results<'a>,
}

/// Results that come into being while they are written.
struct Results<'a>(Vec<&'a Finding>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|finding| result(finding)))
    }
}

impl Sarif {
    fn run<'a>(&self, report: &'a Report) -> Run<'a> {
        let all: Vec<&Finding> = report.shown().collect();
        let (total, kept) = (all.len(), most_severe(all, self.options.sarif_max_results));
        let mut notifications = notifications(report);
        if kept.len() < total {
            let text = format!("only the {} most severe of {total} results are in this report (--sarif-max-results)", kept.len());
            notifications.push(notification("results-truncated", "warning", &text, Vec::new()));
        }
        let invocation = Invocation::builder().execution_successful(report.errors.is_empty()).tool_execution_notifications(notifications).build();
        let root = ArtifactLocation::builder().description("The root of the scan: the directory that paths are relative to.").build();
        Run {
            tool: Tool::builder().driver(driver(report)).build(),
            automation_details: RunAutomationDetails::builder().id(self.automation_id()).build(),
            invocations: [invocation],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            column_kind: "utf16CodeUnits",
            newline_sequences: ["\r\n", "\n", "\r"],
            results: Results(kept),
        }
    }

    /// `aelix-lint/<category>/`: GitHub keeps the alerts of different categories apart.
    fn automation_id(&self) -> String {
        match self.options.category.as_deref().map(|c| c.trim_matches('/')).filter(|c| !c.is_empty()) {
            Some(category) => format!("{NAME}/{category}/"),
            None => format!("{NAME}/"),
        }
    }
}

/// The most severe findings, as many as `limit`, in their order; suppressed ones go first, then the least severe, the least certain, the last.
fn most_severe(findings: Vec<&Finding>, limit: Option<usize>) -> Vec<&Finding> {
    let Some(limit) = limit.filter(|&limit| limit < findings.len()) else { return findings };
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&i| (!findings[i].is_active(), Reverse(findings[i].severity), Reverse(findings[i].confidence)));
    let kept: BTreeSet<usize> = order.into_iter().take(limit).collect();
    kept.into_iter().map(|i| findings[i]).collect()
}

fn driver(report: &Report) -> ToolComponent {
    ToolComponent::builder()
        .name(NAME)
        .version(VERSION)
        .semantic_version(VERSION)
        .rules(report.rules.iter().map(descriptor).collect::<Vec<_>>())
        .notifications(NOTIFICATIONS.map(|(id, text)| ReportingDescriptor::builder().id(id).short_description(&text.to_owned()).build()).to_vec())
        .build()
}

/// A rule with everything GitHub shows of it. All rules are listed, found or not: rules should not differ from one repository to the next.
fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let description = if rule.text.why.trim().is_empty() { &rule.title } else { &rule.text.why };
    let help = MultiformatMessageString::builder()
        .text(docs::rule_text(rule, &Terminal { width: usize::MAX, heading: &str::to_owned }))
        .markdown(docs::rule_page(rule))
        .build();
    let configuration = ReportingConfiguration::builder().level(json!(level_name(rule.severity))).enabled(rule.status != RuleStatus::Preview).build();
    let mut descriptor = ReportingDescriptor::builder()
        .id(rule.id.as_str())
        .name(camel_case(rule.id.as_str()))
        .short_description(&clipped(&rule.title))
        .full_description(&clipped(description))
        .help(help)
        .default_configuration(configuration)
        .properties(rule_properties(rule))
        .build();
    descriptor.help_uri = rule.text.references.first().and_then(|url| safe_url(url)).map(str::to_owned);
    descriptor.deprecated_ids = (!rule.aliases.is_empty()).then(|| rule.aliases.iter().map(|id| id.as_str().to_owned()).collect());
    descriptor
}

fn rule_properties(rule: &Rule) -> PropertyBag {
    let family = rule.id.family();
    let security = family != "suppression";
    let mut tags: Vec<String> = Vec::new();
    for tag in security.then_some("security").into_iter().chain([family]).chain(rule.tags.iter().map(String::as_str)) {
        if tags.len() < MOST_TAGS && !tags.iter().any(|t| t == tag) {
            tags.push(tag.to_owned());
        }
    }
    let kind = if security { ("security-severity", json!(security_severity(rule.severity))) } else { ("problem.severity", json!("recommendation")) };
    bag(Some(tags), [("precision", json!(precision(rule))), kind])
}

/// On GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, below low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

fn precision(rule: &Rule) -> &'static str {
    match rule.confidence {
        Confidence::High if rule.validate.is_some() => "very-high",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn level_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low | Severity::Info => ResultLevel::Note,
    }
}

fn result(finding: &Finding) -> SarifResult {
    let mut prints = BTreeMap::from([("aelixFingerprint/v1".to_owned(), finding.fingerprint.to_string())]);
    if let Some(hash) = &finding.place.line_hash {
        prints.insert("primaryLocationLineHash".to_owned(), hash.to_string());
    }
    let properties = [("severity", json!(finding.severity)), ("confidence", json!(finding.confidence)), ("also", json!(finding.also))];
    let commit = finding.place.commit.iter().map(|commit| ("commit", json!(commit.id)));
    let opens = finding.opens.as_ref().map(|opens| ("opens", json!(OpensOut::new(opens))));
    let properties = properties.into_iter().chain(opens).chain(commit).filter(|(_, value)| value.as_array().is_none_or(|a| !a.is_empty()));
    let mut result = SarifResult::builder()
        .rule_id(finding.rule.as_str())
        .rule_index(i64::try_from(finding.rule_index).unwrap_or(-1))
        .level(level(finding.severity))
        .message(message(finding))
        .locations(vec![location(&finding.place)])
        .partial_fingerprints(prints)
        .properties(bag(None, properties))
        .build();
    let related: Vec<Location> = finding.related.iter().take(MOST_LOCATIONS - 1).zip(1..).map(|(r, id)| labelled(&r.place, &r.message, id)).collect();
    result.related_locations = (!related.is_empty()).then_some(related);
    result.baseline_state = matches!(finding.status, Status::Baselined { .. }).then(|| json!("unchanged"));
    result.code_flows = (!finding.flow.is_empty()).then(|| vec![code_flow(finding)]);
    result.suppressions = match &finding.status {
        Status::Suppressed { reason, .. } => Some(vec![suppression("inSource", reason.as_deref())]),
        Status::Baselined { reason } => Some(vec![suppression("external", reason.as_deref())]),
        Status::Active | Status::BelowThreshold => None,
    };
    result
}

/// The way of the value, step by step.
fn code_flow(finding: &Finding) -> CodeFlow {
    let step = |step: &Related| {
        let mut location = location(&step.place);
        location.message = Some(Message::builder().text(plain(&step.message)).build());
        ThreadFlowLocation::builder().location(location).build()
    };
    let steps: Vec<ThreadFlowLocation> = finding.flow.iter().take(MOST_LOCATIONS).map(step).collect();
    CodeFlow::builder().thread_flows(vec![ThreadFlow::builder().locations(steps).build()]).build()
}

fn suppression(kind: &str, reason: Option<&str>) -> Suppression {
    let mut suppression = Suppression::builder().kind(json!(kind)).status(json!("accepted")).build();
    suppression.justification = reason.map(sanitise);
    suppression
}

/// The first sentence is all that GitHub's list shows: what was found and its masked value. The notes follow.
fn message(finding: &Finding) -> Message {
    let value = finding.masked.as_ref().map(|masked| format!(" ({masked})")).unwrap_or_default();
    let mut text = format!("{}{value}.", finding.message);
    for note in finding.commit_note().iter().chain(&finding.notes) {
        text.extend([" ", note.trim_end_matches('.'), "."]);
    }
    Message::builder().text(plain(&text)).build()
}

/// Text without what would drive a terminal, and without SARIF's embedded links (`[text](target)`).
fn plain(text: &str) -> String {
    sanitise_lines(text).replace("](", "] (")
}

fn location(place: &Place) -> Location {
    Location::builder().physical_location(physical(&place.relative, Some(region(place)))).build()
}

fn labelled(place: &Place, text: &str, id: i64) -> Location {
    let mut location = location(place);
    location.id = Some(id);
    location.message = Some(Message::builder().text(plain(text)).build());
    location
}

fn physical(path: &str, region: Option<Region>) -> PhysicalLocation {
    let artifact = ArtifactLocation::builder().uri(uri(path)).uri_base_id(ROOT).build();
    let mut physical = PhysicalLocation::builder().artifact_location(artifact).build();
    physical.region = region;
    physical
}

/// The exact bytes of the place; the end column is exclusive. No snippet: GitHub shows the file, and a masked copy would not be its content.
fn region(place: &Place) -> Region {
    Region::builder()
        .start_line(i64::from(place.start.line))
        .start_column(i64::from(place.start.utf16_column))
        .end_line(i64::from(place.end.line))
        .end_column(i64::from(place.end.utf16_column))
        .build()
}

/// A relative path as a relative reference (RFC 3986, section 4.2): percent-encoded, no colon, never absolute.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path.trim_start_matches('/').as_bytes() {
        let keep = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
        if keep {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Ids and meanings of the notifications.
const NOTIFICATIONS: [(&str, &str); 4] = [
    ("not-scanned", "Something asked for could not be scanned: the results are incomplete."),
    ("skipped", "Inputs that were passed over."),
    ("limited", "Something that was not done in full."),
    ("results-truncated", "Results that were left out because there are too many."),
];

fn notifications(report: &Report) -> Vec<Notification> {
    let errors = report.errors.iter().map(unread);
    let notices = report.notices.iter().map(|notice| notification("limited", "warning", &notice.message, vec![&*notice.relative]));
    errors.chain(notices).chain(skipped(report)).collect()
}

fn unread(error: &RunError) -> Notification {
    notification("not-scanned", "error", &error.relative_message(), error.relative.as_deref().into_iter().collect())
}

/// One notification per reason, with all its files: a tree may hold thousands of pictures.
fn skipped(report: &Report) -> impl Iterator<Item = Notification> {
    let mut by_reason: BTreeMap<SkipReason, BTreeSet<Arc<str>>> = BTreeMap::new();
    for skip in &report.skipped {
        by_reason.entry(skip.reason).or_default().insert(skip.relative.clone());
    }
    by_reason.into_iter().map(|(reason, paths)| {
        let level = if reason == SkipReason::TooLarge { "warning" } else { "note" };
        let text = format!("not scanned: {}: {}", reason.as_str(), paths.len());
        notification("skipped", level, &text, paths.iter().map(|p| &**p).collect())
    })
}

fn notification(id: &str, level: &str, text: &str, paths: Vec<&str>) -> Notification {
    let locations: Vec<Location> = paths.into_iter().map(|path| Location::builder().physical_location(physical(path, None)).build()).collect();
    let descriptor = ReportingDescriptorReference::builder().id(id).build();
    let mut notification = Notification::builder().descriptor(descriptor).level(json!(level)).message(Message::builder().text(plain(text)).build()).build();
    notification.locations = (!locations.is_empty()).then_some(locations);
    notification
}

fn bag(tags: Option<Vec<String>>, properties: impl IntoIterator<Item = (&'static str, Value)>) -> PropertyBag {
    let mut bag = PropertyBag::builder().additional_properties(properties.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>()).build();
    bag.tags = tags;
    bag
}

/// At most [`LONGEST_DESCRIPTION`] characters.
fn clipped(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return text.to_owned();
    }
    text.chars().take(LONGEST_DESCRIPTION - 1).chain(['…']).collect()
}

/// `secrets/aelix-api-key` as `SecretsAelixApiKey`: SARIF's readable name of a rule.
fn camel_case(id: &str) -> String {
    id.split(['/', '-', '_'])
        .filter_map(|word| {
            let first = word.chars().next()?;
            Some(first.to_uppercase().chain(word.chars().skip(1)).collect::<String>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        for (path, expected) in [
            ("src/app.py", "src/app.py"),
            ("src/new folder/a#b%c?.py", "src/new%20folder/a%23b%25c%3F.py"),
            ("c:/x", "c%3A/x"),
            ("/etc/passwd", "etc/passwd"),
            ("käse\n", "k%C3%A4se%0A"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }

    #[test]
    fn names_are_camel_case() {
        assert_eq!(camel_case("secrets/aelix-api-key"), "SecretsAelixApiKey");
    }

    #[test]
    fn long_descriptions_are_clipped_by_characters() {
        assert_eq!(clipped(&"é".repeat(1024)).chars().count(), 1024);
        assert!(clipped(&"é".repeat(1025)).ends_with("é…"));
    }
}
