//! Floor 6: how a report looks. (Stand-in.)

pub mod style;

use std::io;
use std::str::FromStr;

use crate::model::Report;

/// A rendering of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human(HumanStyle),
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
}

/// How much a person wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HumanStyle {
    /// Snippets and help.
    Full,
    /// A line per finding.
    Concise,
    /// By file.
    Grouped,
}

impl Format {
    /// All names.
    pub const NAMES: [&str; 7] = ["human", "full", "concise", "grouped", "json", "jsonl", "sarif"];
}

/// A name that is no format's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`, did you mean `sarif`?")]
pub struct UnknownFormat(String);

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Human(HumanStyle::Full) => "human",
            Self::Human(HumanStyle::Concise) => "concise",
            Self::Human(HumanStyle::Grouped) => "grouped",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
        })
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Ok(match text {
            "human" | "full" => Self::Human(HumanStyle::Full),
            "concise" => Self::Human(HumanStyle::Concise),
            "grouped" => Self::Human(HumanStyle::Grouped),
            "json" => Self::Json,
            "jsonl" => Self::Jsonl,
            "sarif" => Self::Sarif,
            _ => return Err(UnknownFormat(text.to_owned())),
        })
    }
}

/// How to render.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "stand-in")]
pub struct RenderOptions {
    /// With colour.
    pub color: bool,
    /// With links.
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Findings only.
    pub quiet: bool,
    /// Number of `-v`.
    pub verbosity: u8,
    /// With figures.
    pub stats: bool,
    /// Most results in SARIF.
    pub sarif_max_results: Option<usize>,
    /// The SARIF category.
    pub category: Option<String>,
}

/// Writes a report.
pub trait Reporter {
    /// Writes `report` to `out`.
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

struct Json;

impl Reporter for Json {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let files: Option<Vec<&str>> = report.scanned_files.as_ref().map(|files| files.iter().map(|f| &**f).collect());
        writeln!(out, "{}", serde_json::json!({ "files": files }))
    }
}

struct Plain;

impl Reporter for Plain {
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        for f in report.shown() {
            writeln!(out, "{}:{}:{} {} {} {:?}", f.place.display, f.place.start.line, f.place.start.column, f.rule, f.message, f.status)?;
        }
        for skip in &report.skipped {
            writeln!(out, "skipped: {}: {}", skip.display, skip.reason.as_str())?;
        }
        for (path, text) in &report.notices {
            writeln!(out, "notice: {}{text}", path.as_ref().map(|p| format!("{p}: ")).unwrap_or_default())?;
        }
        for error in &report.errors {
            writeln!(out, "error: {}", error.message)?;
        }
        for file in report.scanned_files.iter().flatten() {
            writeln!(out, "scanned: {file}")?;
        }
        writeln!(out, "{} files, {} bytes", report.stats.files, report.stats.bytes)
    }
}

/// The reporter of a format.
pub fn reporter(format: Format, _options: RenderOptions) -> Box<dyn Reporter> {
    if format == Format::Json { Box::new(Json) } else { Box::new(Plain) }
}
