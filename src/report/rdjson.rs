//! The Reviewdog Diagnostic Format, for comments in code review (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>).

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::model::{Finding, Report, Severity};

use super::{Reporter, said};

/// Writes one document.
pub(super) struct Rdjson;

impl Reporter for Rdjson {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let unread = report.errors.iter().map(|error| {
            let path = error.relative.as_deref().unwrap_or("");
            json!({ "message": error.relative_message(), "severity": "ERROR", "location": { "path": path }, "code": { "value": "not-scanned" } })
        });
        let diagnostics: Vec<Value> = report.active().map(|finding| diagnostic(finding, report)).chain(unread).collect();
        serde_json::to_writer_pretty(&mut *out, &json!({ "source": { "name": "aelix-lint" }, "diagnostics": diagnostics }))?;
        writeln!(out)
    }
}

/// Whole lines: its columns are bytes, ours are characters, and a wrong column would be worse than none.
fn diagnostic(finding: &Finding, report: &Report) -> Value {
    let range = json!({ "start": { "line": finding.place.start.line }, "end": { "line": said::last_line(finding) } });
    let mut code = json!({ "value": finding.rule.as_str() });
    if let Some(url) = said::reference(finding, report) {
        code["url"] = json!(url);
    }
    json!({
        "message": said::sentence(finding),
        "severity": match finding.severity {
            Severity::Critical | Severity::High => "ERROR",
            Severity::Medium => "WARNING",
            Severity::Low | Severity::Info => "INFO",
        },
        "location": { "path": &*finding.place.relative, "range": range },
        "code": code,
    })
}
