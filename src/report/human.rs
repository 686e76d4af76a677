//! The report for people: rustc's look, one line per finding, or grouped by file; and the footer.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::ops::Range;
use std::time::Duration;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::docs::wrap;
use crate::model::{Confidence, Finding, Place, Related, Report, Rule, RuleId, Severity, Skip, SkipReason, Snippet as Shown, Speaks, Stats, Status};

use super::style::{Paint, safe_url, sanitise, sanitise_lines, sanitise_path};
use super::{Errors, HumanStyle, RenderOptions, Reporter};

/// Paths named in the footer for one reason, before "and N more".
const NAMED_PATHS: usize = 3;
/// Widest text of a note or help line; longer lines are hard to read.
const TEXT_WIDTH: usize = 100;
/// Narrowest text of a note or help line.
const LEAST_TEXT_WIDTH: usize = 40;

/// Writes the report for people.
pub(super) struct Human {
    pub(super) style: HumanStyle,
    pub(super) options: RenderOptions,
}

impl Reporter for Human {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self.style {
            HumanStyle::Full => self.full(report, out)?,
            HumanStyle::Concise => self.concise(report, out)?,
            HumanStyle::Grouped => self.grouped(report, out)?,
        }
        self.files(report, out)?;
        self.safe(report, out)?;
        self.errors(report, out)?;
        if !self.options.quiet {
            self.footer(report, out)?;
        }
        if self.options.stats {
            self.stats(&report.stats, out)?;
        }
        Ok(())
    }
}

impl Human {
    fn paint(&self) -> Paint {
        Paint::new(self.options.color)
    }

    fn full(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let renderer = if self.options.color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(self.options.width.max(LEAST_TEXT_WIDTH)).hyperlink(self.options.links);
        let mut explained: HashSet<&RuleId> = HashSet::new();
        for finding in report.shown() {
            let rule = report.rules.get(finding.rule_index);
            let group = self.diagnostic(finding, rule, explained.insert(&finding.rule));
            writeln!(out, "{}\n", with_positions(&renderer.render(&[group]), finding))?;
        }
        Ok(())
    }

    /// One finding. The help of a rule comes with its first finding only: a report of forty findings of one rule reads better so.
    fn diagnostic(&self, finding: &Finding, rule: Option<&Rule>, first_of_rule: bool) -> Group<'static> {
        let mut title = level(finding).primary_title(sanitise(&finding.message)).id(sanitise(finding.rule.as_str()));
        if let Some(url) = rule.and_then(|r| r.text.references.first()).and_then(|url| safe_url(url)) {
            title = title.id_url(url.to_owned());
        }
        let label = format!("{} severity, {} confidence", finding.severity, finding.confidence);
        let mut group = Group::with_title(title);
        match snippet(finding.place.snippet.as_deref(), AnnotationKind::Primary, (&label, 0)) {
            Some(snippet) => group = group.element(snippet),
            None => group = self.text(group.element(origin(&finding.place)), Level::NOTE, &without_snippet(finding, &label)),
        }
        group = group.elements(finding.related.iter().enumerate().map(|(i, r)| related(r, i + 1)));
        for note in finding.commit_note().iter().chain(&finding.notes) {
            group = self.text(group, Level::NOTE, note);
        }
        if self.options.evidence {
            for evidence in &finding.evidence {
                let side = if evidence.speaks == Speaks::For { "for" } else { "against" };
                group = self.text(group, Level::INFO.with_name("evidence"), &format!("{side} ({}): {}", evidence.about.as_str(), evidence.what));
            }
        }
        if let Some(why) = hidden(finding) {
            return self.text(group, Level::NOTE, &why);
        }
        if let Some(rule) = rule.filter(|_| first_of_rule) {
            if !rule.text.fix.trim().is_empty() {
                group = self.text(group, Level::HELP, &rule.text.fix);
            }
            let id = sanitise(rule.id.as_str());
            if rule.id.family() != "suppression" {
                group = self.text(group, Level::HELP, &how_to_accept(finding, &id));
            }
            group = group.element(Level::HELP.message(format!("`aelix-lint explain {id}` says more")));
        }
        group
    }

    /// A note or help, wrapped; one that has lines keeps them, for it is something to copy.
    fn text(&self, group: Group<'static>, level: Level<'static>, text: &str) -> Group<'static> {
        // "999 = help: " stands before the text.
        let width = self.options.width.saturating_sub(14).clamp(LEAST_TEXT_WIDTH, TEXT_WIDTH);
        let safe = sanitise_lines(text);
        group.element(level.message(if safe.contains('\n') { safe } else { wrap(&safe, width, "") }))
    }

    fn concise(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        for finding in report.shown() {
            let severity = self.paint().severity(finding.severity, finding.severity.as_str());
            writeln!(out, "{}: {severity}[{}] {}", position(&finding.place), sanitise(finding.rule.as_str()), one_line(finding))?;
        }
        Ok(())
    }

    fn grouped(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut by_path: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in report.shown() {
            let next = seen.len();
            by_path.entry(*seen.entry(&finding.place.display).or_insert(next)).or_default().push(finding);
        }
        for findings in by_path.values() {
            self.file(findings, out)?;
        }
        Ok(())
    }

    fn file(&self, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let at = |f: &Finding| format!("{}:{}", f.place.start.line, f.place.start.column);
        let wide = |text: &dyn Fn(&Finding) -> usize| findings.iter().map(|f| text(f)).max().unwrap_or(0);
        let (position, severity, rule) = (wide(&|f| at(f).len()), wide(&|f| f.severity.as_str().len()), wide(&|f| f.rule.as_str().len()));
        if let Some(first) = findings.first() {
            writeln!(out, "{}", self.paint().strong(&sanitise_path(&first.place.display)))?;
        }
        for finding in findings {
            let name = self.paint().severity(finding.severity, &format!("{:severity$}", finding.severity.as_str()));
            let id = self.paint().dim(&format!("{:rule$}", sanitise(finding.rule.as_str())));
            writeln!(out, "  {:>position$}  {name}  {id}  {}", at(finding), one_line(finding))?;
        }
        writeln!(out)
    }

    /// The files that were scanned, with `--show-files`; those that were not, with it or `-v`.
    fn files(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        for path in report.scanned_files.iter().flatten() {
            writeln!(out, "{} {}", self.paint().dim("scanned:"), sanitise(path))?;
        }
        if report.scanned_files.is_some() || self.options.verbosity > 0 {
            for skip in &report.skipped {
                writeln!(out, "{} {} ({})", self.paint().dim("skipped:"), sanitise(&skip.display), skip.reason.as_str())?;
            }
        }
        Ok(())
    }

    /// Slots whose values are read at run time.
    fn safe(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        for safe in report.safe.iter().flatten() {
            let what = format!("{} of {} is read from {}", safe.kind, safe.slot, safe.source.as_str());
            writeln!(out, "{} {}: {}", self.paint().dim("safe:"), position(&safe.place), sanitise(&what))?;
        }
        Ok(())
    }

    /// Every error, also when quiet: what is missing from the result is part of the result.
    fn errors(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let word = self.paint().error("error");
        let listed = if self.options.errors == Errors::Listed { report.errors.as_slice() } else { &[] };
        for error in listed {
            match error.display.as_deref().filter(|path| !error.message.contains(*path)) {
                Some(path) => writeln!(out, "{word}: {}: {}", sanitise(path), sanitise(&error.message))?,
                None => writeln!(out, "{word}: {}", sanitise(&error.message))?,
            }
        }
        if !report.errors.is_empty() {
            writeln!(out, "{word}: the scan is incomplete: {}", count(report.errors.len() as u64, "error", "errors"))?;
        }
        Ok(())
    }

    fn footer(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.notices(report, out)?;
        writeln!(out, "{}", self.summary(report))?;
        if let Some(scope) = &report.scope {
            writeln!(out, "Looked at: {}.", sanitise(&scope.what))?;
        }
        let skipped = by_reason(&report.skipped);
        if !skipped.is_empty() {
            let hint = if self.options.verbosity == 0 && report.scanned_files.is_none() { " (-v lists them)" } else { "" };
            writeln!(out, "Skipped: {}{hint}.", skipped.join(", "))?;
        }
        let ignored = report.skipped.iter().filter(|s| s.reason == SkipReason::IgnoredSecretFile).count() as u64;
        if ignored > 0 {
            let files = count(ignored, "git-ignored secret file", "git-ignored secret files");
            writeln!(out, "Passed over: {files} such as .env (--no-ignore scans them).")?;
        }
        let suppressed = report.suppressed() as u64;
        if suppressed > 0 {
            let hint = if report.show_suppressed { "" } else { " (--show-suppressed lists them)" };
            let others = match report.suppressed_for_others() as u64 {
                0 => String::new(),
                n => format!(", {} by comments for other tools", thousands(n)),
            };
            writeln!(out, "Suppressed: {}{others}{hint}.", count(suppressed, "finding", "findings"))?;
        }
        let baselined = report.baselined() as u64;
        if baselined > 0 {
            let hint = if report.show_suppressed { "" } else { " (--show-suppressed lists them)" };
            writeln!(out, "Baselined: {}{hint}.", count(baselined, "finding", "findings"))?;
        }
        let below: Vec<&Finding> = report.findings.iter().filter(|f| f.status == Status::BelowThreshold).collect();
        if !below.is_empty() {
            // Where no flag and no file says otherwise, only what is of low confidence is hidden.
            let flags = if below.iter().all(|f| f.confidence == Confidence::Low) { "--min-confidence low" } else { "--min-severity info --min-confidence low" };
            let shows = if below.len() == 1 { "shows it" } else { "shows them" };
            writeln!(out, "Below the threshold: {} ({flags} {shows}).", count(below.len() as u64, "finding", "findings"))?;
        }
        Ok(())
    }

    /// What was not done in full: notices, and files met in a walk that are too large.
    fn notices(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let word = self.paint().warning("warning");
        for notice in &report.notices {
            writeln!(out, "{word}: {}: {}", sanitise(&notice.display), sanitise(&notice.message))?;
        }
        let large: Vec<&Skip> = report.skipped.iter().filter(|s| s.reason == SkipReason::TooLarge).collect();
        if !large.is_empty() {
            let mut names = large.iter().take(NAMED_PATHS).map(|s| sanitise(&s.display)).collect::<Vec<_>>().join(", ");
            if large.len() > NAMED_PATHS {
                names = format!("{names} and {} more", thousands((large.len() - NAMED_PATHS) as u64));
            }
            writeln!(out, "{word}: not scanned, above the size limit: {names}; --max-file-size raises it")?;
        }
        Ok(())
    }

    fn summary(&self, report: &Report) -> String {
        let paint = self.paint();
        let counts: Vec<String> = Severity::ALL
            .into_iter()
            .map(|severity| (severity, report.count(severity)))
            .filter(|&(_, n)| n > 0)
            .map(|(severity, n)| paint.severity(severity, &format!("{} {severity}", thousands(n as u64))))
            .collect();
        let stats = &report.stats;
        let scope = format!(
            "{}, {} scanned, {}, {}",
            count(stats.files, "file", "files"),
            bytes(stats.bytes),
            count(stats.rules as u64, "rule", "rules"),
            seconds(stats.total)
        );
        let paths: BTreeSet<&str> = report.active().map(|f| &*f.place.display).collect();
        match (counts.is_empty(), report.errors.is_empty()) {
            (false, _) => format!("Found {} in {} ({scope}).", counts.join(", "), count(paths.len() as u64, "file", "files")),
            (true, false) => format!("{} ({scope}).", paint.error("No findings in what could be scanned")),
            (true, true) if stats.files == 0 => format!("{} ({scope}).", paint.warning("Nothing was scanned")),
            (true, true) => format!("{} ({scope}).", paint.good("No findings")),
        }
    }

    fn stats(&self, stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
        let lines = [
            ("listing", seconds(stats.listing)),
            ("scanning", format!("{} ({})", seconds(stats.scanning), speed(stats))),
            ("total", seconds(stats.total)),
            ("files", thousands(stats.files)),
            ("bytes", bytes(stats.bytes)),
            ("parsed", format!("{} ({})", bytes(stats.parsed_bytes), share(stats.parsed_bytes, stats.bytes))),
            ("threads", thousands(stats.threads as u64)),
            ("rules", thousands(stats.rules as u64)),
        ];
        writeln!(out, "{}", self.paint().strong("Statistics"))?;
        for (name, value) in lines {
            writeln!(out, "  {name:<9} {value}")?;
        }
        Ok(())
    }
}

/// Endings of files that cannot hold a comment.
const WITHOUT_COMMENTS: [&str; 11] =
    [".json", ".ipynb", ".jsonl", ".ndjson", ".geojson", ".har", ".tfstate", ".tfstate.backup", ".postman_collection", ".csv", ".tsv"];

/// What to do about a finding that is accepted: say so in a comment, or in the configuration where the file has none.
fn how_to_accept(finding: &Finding, id: &str) -> String {
    let path = finding.place.relative.to_ascii_lowercase();
    if !WITHOUT_COMMENTS.iter().any(|ending| path.ends_with(ending)) {
        return format!("to accept it, add the comment `aelix-lint: allow {id} -- reason`");
    }
    format!("to accept it, name `{id}` for this file in `[per-path-ignores]` of aelix-lint.toml, or the value in `[extend-allow]`: the file has no comments")
}

/// How rustc would call it. A suppressed finding is no error of anybody's.
fn level(finding: &Finding) -> Level<'static> {
    if !finding.is_active() {
        return Level::NOTE.with_name(if matches!(finding.status, Status::Baselined { .. }) { "baselined" } else { "suppressed" });
    }
    match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Info => Level::NOTE,
    }
}

fn origin(place: &Place) -> Origin<'static> {
    Origin::path(sanitise_path(&place.display)).line(place.start.line as usize).char_column(place.start.column as usize)
}

/// Noncharacters, which no sanitised text holds, around the index of a place: see [`with_positions`].
const PLACE: [char; 2] = ['\u{fdd0}', '\u{fdd1}'];

fn snippet(shown: Option<&Shown>, kind: AnnotationKind, (label, index): (&str, usize)) -> Option<Snippet<'static, Annotation<'static>>> {
    let shown = shown.filter(|shown| !shown.text.is_empty())?;
    let (text, mark) = harmless(shown);
    let annotation = kind.span(mark).label(sanitise(label));
    let path = format!("{}{index}{}", PLACE[0], PLACE[1]);
    Some(Snippet::source(text).path(path).line_start(shown.first_line as usize).fold(false).annotation(annotation))
}

/// Puts the positions in. The renderer would count the column in the snippet, whose lines are masked and clipped; the place knows the real one.
fn with_positions(rendered: &str, finding: &Finding) -> String {
    let mut parts = rendered.split(PLACE[0]);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (index, rest) = part.split_once(PLACE[1]).unwrap_or_default();
        let place = match index.parse() {
            Ok(n @ 1..) => finding.related.get(n - 1).map_or(&finding.place, |r: &Related| &r.place),
            _ => &finding.place,
        };
        out.push_str(&position(place));
        out.push_str(rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
    out
}

/// The shown text without characters that could drive a terminal, and the mark in it.
fn harmless(shown: &Shown) -> (String, Range<usize>) {
    let floor = |at: usize| (0..=at.min(shown.text.len())).rev().find(|&at| shown.text.is_char_boundary(at)).unwrap_or(0);
    let start = floor(shown.mark.0);
    let end = floor(shown.mark.1).max(start);
    let mut text = sanitise_lines(&shown.text[..start]);
    let first = text.len();
    text.push_str(&sanitise_lines(&shown.text[start..end]));
    let last = text.len();
    text.push_str(&sanitise_lines(&shown.text[end..]));
    (text, first..last)
}

fn related(related: &Related, index: usize) -> annotate_snippets::Element<'static> {
    match snippet(related.place.snippet.as_deref(), AnnotationKind::Context, (&related.message, index)) {
        Some(snippet) => snippet.into(),
        None => Level::NOTE.message(format!("{}: {}", position(&related.place), sanitise(&related.message))).into(),
    }
}

fn without_snippet(finding: &Finding, label: &str) -> String {
    finding.masked.as_ref().map_or_else(|| label.to_owned(), |masked| format!("{masked}: {label}"))
}

fn position(place: &Place) -> String {
    format!("{}:{}:{}", sanitise_path(&place.display), place.start.line, place.start.column)
}

fn one_line(finding: &Finding) -> String {
    let mut line = sanitise(&finding.message);
    if let Some(masked) = &finding.masked {
        line = format!("{line} ({})", sanitise(masked));
    }
    if let Some(note) = finding.commit_note() {
        line = format!("{line}, {note}");
    }
    if let Some(why) = hidden(finding) {
        line = format!("{line} [{}]", sanitise(&why));
    }
    line
}

/// Why a finding does not count.
fn hidden(finding: &Finding) -> Option<String> {
    let (word, reason) = match &finding.status {
        Status::Suppressed { reason, .. } => ("suppressed", reason),
        Status::Baselined { reason } => ("baselined", reason),
        Status::Active | Status::BelowThreshold => return None,
    };
    Some(reason.as_ref().map_or_else(|| format!("{word} without a reason"), |reason| format!("{word}: {reason}")))
}

fn by_reason(skipped: &[Skip]) -> Vec<String> {
    let mut counts: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for skip in skipped.iter().filter(|s| s.reason != SkipReason::IgnoredSecretFile) {
        *counts.entry(skip.reason).or_default() += 1;
    }
    counts.into_iter().map(|(reason, n)| reason.counted(&thousands(n))).collect()
}

/// `1 file`, `2 files`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Decimal units, as disks and networks count.
#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_millis(100) { format!("{} ms", time.as_millis()) } else { format!("{:.2} s", time.as_secs_f64()) }
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn speed(stats: &Stats) -> String {
    let seconds = stats.scanning.as_secs_f64();
    if seconds > 0.0 { format!("{:.1} MB/s", stats.bytes as f64 / 1e6 / seconds) } else { "too fast to tell".to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "0 %".to_owned() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}
