//! Reports in XML: `JUnit`, for test results, and checkstyle, for code review.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::{Finding, Report, Severity, Status};

use super::{Reporter, said};

/// Writes a `JUnit` report: every finding is a failed test, what could not be scanned is a test with an error.
pub(super) struct Junit;

impl Reporter for Junit {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let shown: Vec<&Finding> = report.shown().collect();
        let failures = shown.iter().filter(|finding| finding.is_active()).count();
        let (errors, skipped) = (report.errors.len(), shown.len() - failures);
        let passed = usize::from(shown.is_empty() && errors == 0);
        let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", shown.len() + errors + passed);
        let time = format!("{:.3}", report.stats.total.as_secs_f64());
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"aelix-lint\" {counts} time=\"{time}\">")?;
        writeln!(out, "  <testsuite name=\"aelix-lint\" {counts} skipped=\"{skipped}\" time=\"{time}\">")?;
        if passed == 1 {
            writeln!(out, "    <testcase name=\"no findings\" classname=\"aelix-lint\" time=\"0\"/>")?;
        }
        shown.iter().try_for_each(|finding| case(finding, report, out))?;
        for error in &report.errors {
            let name = escaped(error.relative.as_deref().unwrap_or("aelix-lint"));
            let text = escaped(&error.relative_message());
            writeln!(out, "    <testcase name=\"{name}\" classname=\"aelix-lint\" time=\"0\"><error message=\"{text}\" type=\"not-scanned\"/></testcase>")?;
        }
        writeln!(out, "  </testsuite>\n</testsuites>")
    }
}

fn case(finding: &Finding, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let place = &finding.place;
    let (path, line, id) = (escaped(&place.relative), place.start.line, escaped(finding.rule.as_str()));
    let head = format!("    <testcase name=\"{id} {path}:{line}:{}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\" time=\"0\">", place.start.column);
    let body = match &finding.status {
        Status::Suppressed { reason, .. } | Status::Baselined { reason } => {
            let word = if matches!(finding.status, Status::Baselined { .. }) { "baselined" } else { "suppressed" };
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("<skipped message=\"{}\"/>", escaped(&format!("{word}{reason}")))
        }
        Status::Active | Status::BelowThreshold => {
            let text = escaped(&format!("{}\n{}", said::sentence(finding), said::fix(finding, report)));
            format!("<failure message=\"{}\" type=\"{}\">{text}</failure>", escaped(&said::headline(finding)), finding.severity)
        }
    };
    writeln!(out, "{head}{body}</testcase>")
}

/// Writes a checkstyle report.
pub(super) struct Checkstyle;

impl Reporter for Checkstyle {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        report.active().for_each(|finding| files.entry(&finding.place.relative).or_default().push(finding));
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">")?;
        for (path, findings) in files {
            writeln!(out, "  <file name=\"{}\">", escaped(path))?;
            for finding in findings {
                let severity = match finding.severity {
                    Severity::Critical | Severity::High => "error",
                    Severity::Medium => "warning",
                    Severity::Low | Severity::Info => "info",
                };
                let (at, text) = (finding.place.start, escaped(&said::sentence(finding)));
                let source = escaped(&format!("aelix-lint.{}", finding.rule));
                writeln!(out, "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{text}\" source=\"{source}\"/>", at.line, at.column)?;
            }
            writeln!(out, "  </file>")?;
        }
        for error in &report.errors {
            let (path, text) = (escaped(error.relative.as_deref().unwrap_or(".")), escaped(&error.relative_message()));
            let line = format!("<error line=\"1\" severity=\"error\" message=\"{text}\" source=\"aelix-lint.not-scanned\"/>");
            writeln!(out, "  <file name=\"{path}\">\n    {line}\n  </file>")?;
        }
        writeln!(out, "</checkstyle>")
    }
}

/// Text that may stand in an attribute or between tags (XML 1.0, section 2.2: most control characters may not stand anywhere).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_breaks_out_and_nothing_forbidden_is_left() {
        assert_eq!(escaped("a\"b<c>&\n\u{1b}\u{0}"), "a&quot;b&lt;c&gt;&amp;&#10;\u{fffd}\u{fffd}");
    }
}
