//! What other scanners accept: gitleaks reports, `.gitleaksignore`, detect-secrets baselines. Only places are taken from them, never values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::config::UsageError;
use crate::source::{lexical, reason};

/// A place that another scanner accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    path: String,
    /// First and last line.
    lines: (u32, u32),
}

impl Accepted {
    /// The file, in the first of these folders that has it; in the last one where none does, as an entry of an archive.
    pub fn file(&self, folders: [&Path; 3]) -> PathBuf {
        let paths = folders.map(|folder| lexical(&folder.join(&self.path)));
        paths.iter().find(|path| path.is_file()).unwrap_or(&paths[2]).clone()
    }

    /// Whether it is about this line of its file.
    pub fn is_on(&self, line: u32) -> bool {
        (self.lines.0..=self.lines.1).contains(&line)
    }
}

/// What a file of another scanner accepts.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The scanner.
    pub tool: &'static str,
    /// The places, none twice.
    pub places: Vec<Accepted>,
}

/// A finding of a gitleaks report.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Leak {
    file: String,
    start_line: u32,
    #[serde(default)]
    end_line: u32,
}

/// A baseline of detect-secrets.
#[derive(Deserialize)]
struct DetectSecrets {
    results: BTreeMap<String, Vec<Potential>>,
}

#[derive(Deserialize)]
struct Potential {
    line_number: u32,
}

/// Reads such a file, whichever it is.
pub fn read(path: &Path, shown: &str) -> Result<Foreign, UsageError> {
    let cannot = |why: &str| UsageError::new(format!("cannot import {shown}: {why}"));
    let text = fs::read_to_string(path).map_err(|error| cannot(&reason(&error)))?;
    let help = "gitleaks reports in JSON, .gitleaksignore files and baselines of detect-secrets can be imported";
    parse(&text).ok_or_else(|| cannot("it is of no scanner that is known").with_help(help))
}

fn parse(text: &str) -> Option<Foreign> {
    let mut foreign = if let Ok(leaks) = serde_json::from_str::<Vec<Leak>>(text) {
        let place = |leak: Leak| Accepted { path: slashed(&leak.file), lines: (leak.start_line, leak.end_line.max(leak.start_line)) };
        Foreign { tool: "gitleaks", places: leaks.into_iter().map(place).collect() }
    } else if let Ok(baseline) = serde_json::from_str::<DetectSecrets>(text) {
        let of_file = |(path, found): (String, Vec<Potential>)| {
            let path = slashed(&path);
            found.into_iter().map(move |secret| Accepted { path: path.clone(), lines: (secret.line_number, secret.line_number) })
        };
        Foreign { tool: "detect-secrets", places: baseline.results.into_iter().flat_map(of_file).collect() }
    } else {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Foreign { tool: ".gitleaksignore", places: lines.map(fingerprint).collect::<Option<Vec<_>>>()? }
    };
    foreign.places.sort_by(|a, b| (&a.path, a.lines).cmp(&(&b.path, b.lines)));
    foreign.places.dedup();
    Some(foreign)
}

/// `[COMMIT:]FILE:RULE:LINE`.
fn fingerprint(line: &str) -> Option<Accepted> {
    let (rest, number) = line.rsplit_once(':')?;
    let (rest, _) = rest.rsplit_once(':')?;
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = rest.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or(rest, |(_, path)| path);
    let number = number.parse().ok()?;
    Some(Accepted { path: slashed(path), lines: (number, number) })
}

fn slashed(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches("./").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Option<(&'static str, Vec<(String, u32)>)> {
        parse(text).map(|foreign| (foreign.tool, foreign.places.into_iter().map(|place| (place.path, place.lines.0)).collect()))
    }

    #[test]
    fn each_kind_of_file_is_told_by_what_is_in_it() {
        let commit = "a".repeat(40);
        for (text, tool, expected) in [
            ("[{\"File\":\"a/b.env\",\"StartLine\":3,\"EndLine\":3,\"Secret\":\"REDACTED\"}]".to_owned(), "gitleaks", ("a/b.env", 3)),
            ("[{\"File\":\".\\\\a\",\"StartLine\":3}]".to_owned(), "gitleaks", ("a", 3)),
            (format!("# known\n{commit}:a:b.env:generic-api-key:7\n\n"), ".gitleaksignore", ("a:b.env", 7)),
            ("a.env:rule:7\na.env:other:7\n".to_owned(), ".gitleaksignore", ("a.env", 7)),
            ("{\"version\":\"1.5.0\",\"results\":{\"a.py\":[{\"type\":\"x\",\"line_number\":9}]}}".to_owned(), "detect-secrets", ("a.py", 9)),
        ] {
            assert_eq!(places(&text), Some((tool, vec![(expected.0.to_owned(), expected.1)])), "{text}");
        }
        assert_eq!(places("<xml/>"), None);
        assert_eq!(places("[]"), Some(("gitleaks", vec![])));
    }
}
