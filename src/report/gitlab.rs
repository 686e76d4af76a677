//! Reports for GitLab: secret detection (schema 15.0.0 of its security reports) and code quality.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::{Finding, Report, Severity};
use crate::text::value::date::Moment;

use super::{RenderOptions, Reporter, said};

/// The version of the schema that the report keeps to.
const SCHEMA: &str = "15.0.0";
/// What stands for a commit where files were scanned: the schema asks for one.
const NO_COMMIT: &str = "0000000";
/// GitLab refuses a longer name.
const LONGEST_NAME: usize = 255;
/// GitLab refuses a longer solution.
const LONGEST_SOLUTION: usize = 7000;

/// Writes a secret-detection report.
pub(super) struct SecretDetection {
    pub(super) options: RenderOptions,
}

impl Reporter for SecretDetection {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let tool = json!({ "id": "aelix-lint", "name": "aelix-lint", "version": version, "vendor": { "name": "aelix-lint" } });
        let end = self.options.now;
        let start = Moment { seconds: end.seconds - i64::try_from(report.stats.total.as_secs()).unwrap_or(0) };
        let messages: Vec<Value> = report.errors.iter().map(|error| json!({ "level": "fatal", "value": error.relative_message() })).collect();
        let mut ids = HashSet::new();
        let vulnerabilities: Vec<Value> = report.active().map(|finding| vulnerability(finding, report, &mut ids)).collect();
        let document = json!({
            "version": SCHEMA,
            "scan": {
                "analyzer": tool,
                "scanner": tool,
                "type": "secret_detection",
                "start_time": time(start),
                "end_time": time(end),
                "status": if report.errors.is_empty() { "success" } else { "failure" },
                "messages": messages,
            },
            "vulnerabilities": vulnerabilities,
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

/// As the schema wants it: in UTC, without saying so.
fn time(moment: Moment) -> String {
    moment.to_string().trim_end_matches('Z').to_owned()
}

fn vulnerability(finding: &Finding, report: &Report, ids: &mut HashSet<String>) -> Value {
    let title = said::rule_of(finding, report).map_or(finding.message.as_str(), |rule| &rule.title);
    let mut identifier = json!({ "type": "aelix_lint_rule", "name": format!("aelix-lint rule {}", finding.rule), "value": finding.rule.as_str() });
    if let Some(url) = said::reference(finding, report) {
        identifier["url"] = json!(url);
    }
    let commit = finding.place.commit.as_ref().map_or(NO_COMMIT, |commit| &commit.id);
    json!({
        "id": uuid(&unique(finding, ids)),
        "name": clipped(title, LONGEST_NAME),
        "description": said::sentence(finding),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        "solution": clipped(&said::fix(finding, report), LONGEST_SOLUTION),
        "identifiers": [identifier],
        "location": {
            "file": &*finding.place.relative,
            "start_line": finding.place.start.line,
            "end_line": said::last_line(finding),
            "commit": { "sha": commit },
        },
    })
}

/// Writes a code-quality report.
pub(super) struct CodeQuality;

impl Reporter for CodeQuality {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut prints = HashSet::new();
        let issue = |finding: &Finding| {
            json!({
                "type": "issue",
                "check_name": finding.rule.as_str(),
                "description": format!("{}: {}", finding.rule, said::headline(finding)),
                "categories": ["Security"],
                "severity": match finding.severity {
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                    Severity::Info => "info",
                },
                "fingerprint": hex(&unique(finding, &mut prints)),
                "location": { "path": &*finding.place.relative, "lines": { "begin": finding.place.start.line, "end": said::last_line(finding) } },
            })
        };
        let issues: Vec<Value> = report.active().map(issue).collect();
        serde_json::to_writer_pretty(&mut *out, &issues)?;
        writeln!(out)
    }
}

/// A digest of what a finding is and where, the same in every run and no other's in this one.
fn unique(finding: &Finding, seen: &mut HashSet<String>) -> [u8; 32] {
    let mut again = 0_u32;
    loop {
        let commit = finding.place.commit.as_ref().map_or("", |commit| &commit.id);
        let parts = [finding.rule.as_str(), finding.fingerprint.as_str(), &finding.place.relative, commit, &again.to_string()];
        let digest: [u8; 32] = Sha256::digest(parts.join("\0")).into();
        if seen.insert(hex(&digest)) {
            return digest;
        }
        again += 1;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A digest in the form of a UUID made by the maker's own rule (RFC 9562, version 8).
fn uuid(digest: &[u8; 32]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    (bytes[6], bytes[8]) = (bytes[6] & 0x0F | 0x80, bytes[8] & 0x3F | 0x80);
    let all = hex(&bytes);
    [&all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..]].join("-")
}

fn clipped(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
