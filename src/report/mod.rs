//! Floor 6: from a [`Report`] to bytes in one of the output formats.

pub mod checklist;
mod github;
mod gitlab;
mod human;
mod json;
mod markdown;
mod rdjson;
mod said;
mod sarif;
pub mod style;
mod xml;

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::model::{Finding, Report, Rule};
use crate::text::value::date::Moment;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human(HumanStyle),
    /// One JSON document.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's secret detection.
    Gitlab,
    /// GitLab's code quality.
    GitlabCodequality,
    /// Test results.
    Junit,
    /// Code review in XML.
    Checkstyle,
    /// Code review by reviewdog.
    Rdjson,
    /// A summary for the page of a job.
    Markdown,
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HumanStyle {
    /// With masked snippets and help, as rustc writes.
    #[default]
    Full,
    /// One line per finding.
    Concise,
    /// One line per finding, under its file.
    Grouped,
}

impl Format {
    /// The names that `--format` takes.
    pub const NAMES: [&str; 14] = [
        "human",
        "full",
        "concise",
        "grouped",
        "json",
        "jsonl",
        "sarif",
        "github",
        "gitlab",
        "gitlab-codequality",
        "junit",
        "checkstyle",
        "rdjson",
        "markdown",
    ];
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "human" | "full" => Ok(Self::Human(HumanStyle::Full)),
            "concise" => Ok(Self::Human(HumanStyle::Concise)),
            "grouped" => Ok(Self::Human(HumanStyle::Grouped)),
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::Jsonl),
            "sarif" => Ok(Self::Sarif),
            "github" => Ok(Self::Github),
            "gitlab" => Ok(Self::Gitlab),
            "gitlab-codequality" => Ok(Self::GitlabCodequality),
            "junit" => Ok(Self::Junit),
            "checkstyle" => Ok(Self::Checkstyle),
            "rdjson" => Ok(Self::Rdjson),
            "markdown" => Ok(Self::Markdown),
            _ => Err(UnknownFormat { name: name.to_owned() }),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Human(HumanStyle::Full) => "human",
            Self::Human(HumanStyle::Concise) => "concise",
            Self::Human(HumanStyle::Grouped) => "grouped",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::GitlabCodequality => "gitlab-codequality",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Rdjson => "rdjson",
            Self::Markdown => "markdown",
        })
    }
}

/// A format nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl UnknownFormat {
    /// The known name that is nearest to what was asked for, if one is near.
    pub fn suggestion(&self) -> Option<&'static str> {
        let asked = self.name.to_ascii_lowercase();
        Format::NAMES
            .into_iter()
            .map(|name| (strsim::damerau_levenshtein(&asked, name), name))
            .filter(|&(distance, _)| distance <= 2)
            .min()
            .map(|(_, name)| name)
    }
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown format `{}`", style::sanitise(&self.name))?;
        if let Some(name) = self.suggestion() {
            write!(f, ", did you mean `{name}`?")?;
        }
        write!(f, " (known formats: {})", Format::NAMES.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

/// What the plan decides about rendering.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each decided by its own flag")]
pub struct RenderOptions {
    /// Colour (human).
    pub color: bool,
    /// Rule ids link to the provider's page with OSC 8 (human).
    pub links: bool,
    /// Columns to render within (human).
    pub width: usize,
    /// Findings and errors only, no footer (human).
    pub quiet: bool,
    /// Number of `-v` (human): 1 lists the files that were passed over.
    pub verbosity: u8,
    /// A block of figures at the end (human).
    pub stats: bool,
    /// What the confidence of each finding is made of (human).
    pub evidence: bool,
    /// Whether errors are listed or only counted (human).
    pub errors: Errors,
    /// Only the most severe results, as many as this (SARIF).
    pub sarif_max_results: Option<usize>,
    /// Tells several analyses of one commit apart (SARIF).
    pub category: Option<String>,
    /// Where lines can be looked at (Markdown).
    pub forge: Option<Forge>,
    /// When the run was made (GitLab).
    pub now: Moment,
}

/// A repository on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    /// Its address.
    pub repository: String,
    /// The commit that was scanned.
    pub commit: String,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            color: false,
            links: false,
            width: 100,
            quiet: false,
            verbosity: 0,
            stats: false,
            evidence: false,
            errors: Errors::Listed,
            sarif_max_results: None,
            category: None,
            forge: None,
            now: Moment::default(),
        }
    }
}

/// How a report for people tells what could not be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Errors {
    /// Each in its own line.
    #[default]
    Listed,
    /// Only how many: they are said on standard error.
    Counted,
}

/// Writes a report.
pub trait Reporter {
    /// Writes the whole report to `out`.
    fn write(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The reporter of a format.
pub fn reporter(format: Format, options: RenderOptions) -> Box<dyn Reporter> {
    match format {
        Format::Human(style) => Box::new(human::Human { style, options }),
        Format::Json => Box::new(json::Json),
        Format::Jsonl => Box::new(json::Jsonl),
        Format::Sarif => Box::new(sarif::Sarif { options }),
        Format::Github => Box::new(github::Github),
        Format::Gitlab => Box::new(gitlab::SecretDetection { options }),
        Format::GitlabCodequality => Box::new(gitlab::CodeQuality),
        Format::Junit => Box::new(xml::Junit),
        Format::Checkstyle => Box::new(xml::Checkstyle),
        Format::Rdjson => Box::new(rdjson::Rdjson),
        Format::Markdown => Box::new(markdown::Markdown { options }),
    }
}

/// The reporter of what is left when the findings have been written one by one, as [`json_line`] does.
pub fn rest_of_jsonl() -> Box<dyn Reporter> {
    Box::new(json::JsonlRest)
}

/// Writes one finding as a line of JSONL.
pub fn json_line(finding: &Finding, rules: &[Rule], out: &mut dyn io::Write) -> io::Result<()> {
    json::finding_line(finding, rules, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_format() {
        for name in Format::NAMES {
            assert!(name.parse::<Format>().is_ok(), "{name}");
        }
        assert_eq!("full".parse(), Ok(Format::Human(HumanStyle::Full)));
    }

    #[test]
    fn an_unknown_format_is_told_what_exists() {
        let message = "srif".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown format `srif`, did you mean `sarif`? (known formats: human, full, concise, grouped, json, jsonl, sarif, github, gitlab, gitlab-codequality, junit, checkstyle, rdjson, markdown)"
        );
        assert!(!"telegram".parse::<Format>().unwrap_err().to_string().contains("did you mean"));
    }
}
