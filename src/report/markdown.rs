//! A summary in Markdown, for the page of a job: it needs no permission, so it is what a fork sees.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::model::{Finding, Report, Severity, Status};

use super::{RenderOptions, Reporter, said, style::sanitise};

/// GitHub refuses a summary of more than 1,024 KiB as a whole.
const LONGEST: usize = 900 << 10;

/// Writes the summary.
pub(super) struct Markdown {
    pub(super) options: RenderOptions,
}

impl Reporter for Markdown {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut findings: Vec<&Finding> = report.shown().collect();
        findings.sort_by_key(|finding| (!finding.is_active(), Reverse(finding.severity), Reverse(finding.confidence)));
        let mut text = Self::head(report);
        let rows: Vec<String> = findings.iter().map(|finding| self.row(finding, report)).collect();
        if !rows.is_empty() {
            text.push_str("\n| Severity | Rule | Where | What | How to fix |\n| --- | --- | --- | --- | --- |\n");
        }
        let tail = tail(report);
        let mut room = LONGEST.saturating_sub(text.len() + tail.len());
        let mut written = 0;
        for row in &rows {
            let Some(rest) = room.checked_sub(row.len()) else { break };
            (room, written) = (rest, written + 1);
            text.push_str(row);
        }
        if written < rows.len() {
            let _ = writeln!(text, "\n{} more findings are not listed here; they are in the reports.", rows.len() - written);
        }
        write!(out, "{text}{tail}")
    }
}

impl Markdown {
    fn head(report: &Report) -> String {
        let counts: Vec<String> = Severity::ALL.into_iter().map(|s| (s, report.count(s))).filter(|(_, n)| *n > 0).map(|(s, n)| format!("{n} {s}")).collect();
        let found = match (counts.is_empty(), report.errors.is_empty()) {
            (false, _) => format!("Found {}", counts.join(", ")),
            (true, true) if report.stats.files == 0 => "Nothing was scanned".to_owned(),
            (true, true) => "No findings".to_owned(),
            (true, false) => "No findings in what could be scanned".to_owned(),
        };
        let scope = report.scope.as_ref().map(|scope| format!(" Looked at: {}.", cell(&scope.what))).unwrap_or_default();
        let mut text = format!("## aelix-lint\n\n{found} ({} files, {} rules).{scope}\n", report.stats.files, report.stats.rules);
        if !report.errors.is_empty() {
            text.push_str("\n**The scan is incomplete:**\n\n");
            report.errors.iter().take(50).for_each(|error| {
                let _ = writeln!(text, "- {}", cell(&error.relative_message()));
            });
        }
        text
    }

    fn row(&self, finding: &Finding, report: &Report) -> String {
        let place = format!("<code>{}:{}</code>", cell(&finding.place.relative), finding.place.start.line);
        let place = self.link(finding).map_or_else(|| place.clone(), |url| format!("<a href=\"{url}\">{place}</a>"));
        let id = format!("<code>{}</code>", cell(finding.rule.as_str()));
        let id = said::reference(finding, report).map_or_else(|| id.clone(), |url| format!("<a href=\"{}\">{id}</a>", cell(url)));
        let mut what = cell(&said::headline(finding));
        if let Status::Suppressed { reason, .. } | Status::Baselined { reason } = &finding.status {
            let word = if matches!(finding.status, Status::Baselined { .. }) { "baselined" } else { "suppressed" };
            let _ = write!(what, " ({word}{})", reason.as_ref().map(|reason| format!(": {}", cell(reason))).unwrap_or_default());
        }
        format!("| {} | {id} | {place} | {what} | {} |\n", finding.severity, cell(&said::fix(finding, report)))
    }

    /// The line as the forge shows it, at the commit that it was read at.
    fn link(&self, finding: &Finding) -> Option<String> {
        let forge = self.options.forge.as_ref()?;
        let commit = finding.place.commit.as_ref().map_or(forge.commit.as_str(), |commit| &commit.id);
        let mut path = String::new();
        for byte in finding.place.relative.bytes() {
            match byte {
                b'/' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => path.push(char::from(byte)),
                _ => {
                    let _ = write!(path, "%{byte:02X}");
                }
            }
        }
        Some(format!("{}/blob/{commit}/{path}#L{}", cell(&forge.repository), finding.place.start.line))
    }
}

fn tail(report: &Report) -> String {
    let mut lines: Vec<String> = report.notices.iter().take(50).map(|notice| format!("{}: {}", cell(&notice.relative), cell(&notice.message))).collect();
    if report.suppressed() > 0 {
        lines.push(format!("Suppressed by comments or the configuration: {}", report.suppressed()));
    }
    if report.baselined() > 0 {
        lines.push(format!("Accepted in the baseline: {}", report.baselined()));
    }
    let lines: String = lines.iter().flat_map(|line| ["- ", line, "\n"]).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// Text that is neither markup nor the end of a cell.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in sanitise(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '!' | '@' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn nothing_in_a_cell_is_markup() {
        assert_eq!(cell("a|b <img> [x](y) @team"), "a&#124;b &lt;img&gt; &#91;x&#93;(y) &#64;team");
    }
}
