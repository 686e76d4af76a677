//! Annotations of GitHub Actions: workflow commands on standard output
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::model::{Finding, Report, Severity};

use super::{Reporter, said};

/// GitHub shows this many annotations of each level for a step and drops the others without a word.
const MOST: usize = 10;

/// Writes annotations.
pub(super) struct Github;

impl Reporter for Github {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut findings: Vec<&Finding> = report.active().collect();
        findings.sort_by_key(|finding| (Reverse(finding.severity), Reverse(finding.confidence)));
        let room = if report.errors.is_empty() { 0 } else { report.errors.len().min(MOST / 2) };
        for error in report.errors.iter().take(MOST / 2) {
            let file = error.relative.as_deref().map(|path| format!("file={},", property(path))).unwrap_or_default();
            writeln!(out, "::error {file}title=aelix-lint could not scan everything::{}", data(&error.relative_message()))?;
        }
        let mut left = 0;
        for level in ["error", "warning", "notice"] {
            let of_level: Vec<&&Finding> = findings.iter().filter(|finding| self::level(finding.severity) == level).collect();
            let most = MOST - usize::from(level == "notice") - if level == "error" { room } else { 0 };
            of_level.iter().take(most).try_for_each(|finding| annotation(level, finding, out))?;
            left += of_level.len().saturating_sub(most);
        }
        if left > 0 {
            writeln!(out, "::notice title=aelix-lint::{left} more findings are in the summary and in the reports, GitHub shows {MOST} annotations of a kind")?;
        }
        Ok(())
    }
}

fn annotation(level: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let place = &finding.place;
    let (line, last) = (place.start.line, said::last_line(finding));
    let columns = if line == place.end.line { format!(",col={},endColumn={}", place.start.column, place.end.column) } else { String::new() };
    let title = property(&format!("{}: {}", finding.severity, finding.rule));
    let text = format!("{}:{line}:{}: {} {}", place.relative, place.start.column, finding.rule, said::sentence(finding));
    writeln!(out, "::{level} file={},line={line},endLine={last}{columns},title={title}::{}", property(&place.relative), data(&text))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// Text behind `::`. No other control character than those two has a business there.
fn data(text: &str) -> String {
    let harmless = |c: char| if c.is_control() && !matches!(c, '\r' | '\n') { '\u{fffd}' } else { c };
    text.chars().map(harmless).collect::<String>().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_is_escaped() {
        assert_eq!(property("a,b:c%\n::error::x"), "a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax");
        assert_eq!(data("50%\r\n"), "50%25%0D%0A");
    }
}
