//! The formats for other programs: well formed, complete, and without secrets.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod report_fixture;

use std::collections::HashSet;

use aelix_lint::model::{Report, Severity, Status};
use aelix_lint::report::{Forge, RenderOptions};
use aelix_lint::text::value::date::{Date, Moment};
use report_fixture::{RANDOM, at, error, finding, render, report, rich, rule};
use serde_json::Value;

const FORMATS: [&str; 7] = ["github", "gitlab", "gitlab-codequality", "junit", "checkstyle", "rdjson", "markdown"];

fn with_baselined() -> Report {
    let mut report = rich();
    let mut accepted = report.findings[0].clone();
    accepted.status = Status::Baselined { reason: Some("since last year".into()) };
    report.findings.push(accepted);
    report
}

fn hostile() -> Report {
    let mut report = report(vec![rule("secrets/aelix-api-key", Severity::High)], Vec::new());
    let mut found = finding(&report.rules, 0, at("a,b:\"c\"<d>|`&%\n::error::x\u{1b}[31m"), Vec::new());
    found.message = "<b>|]]>\n::warning::x --> \u{1b}".into();
    report.findings.push(found);
    report
}

fn json(format: &str, report: &Report) -> Value {
    serde_json::from_str(&render(format, RenderOptions::default(), report)).unwrap()
}

#[test]
fn no_format_shows_a_secret_or_drives_a_terminal() {
    for format in FORMATS {
        for report in [rich(), hostile(), with_baselined(), Report { show_suppressed: true, ..with_baselined() }] {
            let text = render(format, RenderOptions::default(), &report);
            assert!(!text.contains(RANDOM) && !text.contains('\u{1b}'), "{format}: {text}");
        }
    }
}

#[test]
fn what_could_not_be_scanned_is_said_in_every_format() {
    let mut report = report(Vec::new(), Vec::new());
    report.errors = vec![error("deploy/key.pem")];
    for format in FORMATS.into_iter().filter(|format| *format != "gitlab-codequality") {
        let text = render(format, RenderOptions::default(), &report);
        assert!(text.contains("could not be read: permission denied"), "{format}: {text}");
    }
}

/// The tags of a document, each closed where it was opened; attributes are quoted, ampersands are escapes.
fn tags(xml: &str) -> Vec<String> {
    let (mut open, mut all, mut rest) = (Vec::new(), Vec::new(), xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap());
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at]);
        let tag = &rest[at + 1..at + rest[at..].find('>').unwrap()];
        rest = &rest[at + tag.len() + 2..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        let mut seen = HashSet::new();
        let mut left = attributes.trim();
        while !left.is_empty() {
            let (key, value) = left.split_once("=\"").unwrap();
            let (value, more) = value.split_once('"').unwrap();
            assert!(seen.insert(key.to_owned()) && key.bytes().all(|byte| byte.is_ascii_lowercase()), "{key}");
            check_text(value);
            left = more.trim_start();
        }
        all.push(tag.to_owned());
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    all
}

fn check_text(text: &str) {
    assert!(text.chars().all(|c| c == '\n' || c >= ' '), "{text:?}");
    for part in text.split('&').skip(1) {
        let name = part.split_once(';').unwrap().0;
        assert!(matches!(name, "lt" | "gt" | "amp" | "quot") || name.strip_prefix('#').is_some_and(|number| number.parse::<u32>().is_ok()), "{name}");
    }
}

#[test]
fn junit_counts_its_cases() {
    for (report, tests, failures, errors, skipped) in [
        (rich(), 4, 3, 1, 0),
        (Report { show_suppressed: true, ..with_baselined() }, 6, 3, 1, 2),
        (report(Vec::new(), Vec::new()), 1, 0, 0, 0),
        (hostile(), 1, 1, 0, 0),
    ] {
        let text = render("junit", RenderOptions::default(), &report);
        let tags = tags(&text);
        assert!(tags[0].starts_with(&format!("testsuites name=\"aelix-lint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")), "{}", tags[0]);
        let count = |name: &str| tags.iter().filter(|tag| tag.split(' ').next().unwrap().trim_end_matches('/') == name).count();
        assert_eq!([count("testcase"), count("failure"), count("error"), count("skipped")], [tests, failures, errors, skipped], "{text}");
    }
    assert!(render("junit", RenderOptions::default(), &Report { show_suppressed: true, ..with_baselined() }).contains("baselined: since last year"));
}

#[test]
fn checkstyle_groups_by_file() {
    for report in [rich(), hostile(), report(Vec::new(), Vec::new())] {
        let tags = tags(&render("checkstyle", RenderOptions::default(), &report));
        assert_eq!(tags[0], "checkstyle version=\"4.3\"");
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("error ")).count(), report.active().count() + report.errors.len());
    }
}

#[test]
fn gitlab_reports_have_all_that_their_schema_requires() {
    for report in [rich(), hostile()] {
        let now = Moment { seconds: "2026-02-03".parse::<Date>().map(Moment::from).unwrap().seconds + 3661 };
        let document: Value = serde_json::from_str(&render("gitlab", RenderOptions { now, ..RenderOptions::default() }, &report)).unwrap();
        let scan = &document["scan"];
        assert_eq!((scan["type"].as_str(), scan["end_time"].as_str()), (Some("secret_detection"), Some("2026-02-03T01:01:01")));
        assert_eq!(scan["status"], if report.errors.is_empty() { "success" } else { "failure" });
        for tool in ["analyzer", "scanner"] {
            assert!(["id", "name", "version"].iter().all(|key| !scan[tool][key].as_str().unwrap().is_empty()));
            assert!(scan[tool]["vendor"]["name"].is_string());
        }
        assert_eq!(document["version"].as_str().unwrap().split('.').count(), 3);
        let found = document["vulnerabilities"].as_array().unwrap();
        assert_eq!(found.len(), report.active().count());
        let mut ids = HashSet::new();
        for vulnerability in found {
            let id = vulnerability["id"].as_str().unwrap();
            assert!(ids.insert(id) && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]), "{id}");
            assert!(["Critical", "High", "Medium", "Low", "Info"].contains(&vulnerability["severity"].as_str().unwrap()));
            assert!(["type", "name", "value"].iter().all(|key| vulnerability["identifiers"][0][key].is_string()));
            assert!(vulnerability["location"]["file"].is_string() && vulnerability["location"]["start_line"].as_u64().unwrap() > 0);
            assert!(!vulnerability["location"]["commit"]["sha"].as_str().unwrap().is_empty());
            assert!(vulnerability["raw_source_code_extract"].is_null());
        }
        let issues = json("gitlab-codequality", &report);
        let prints: HashSet<&str> = issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), report.active().count());
        for issue in issues.as_array().unwrap() {
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0 && issue["description"].is_string() && issue["check_name"].is_string());
        }
    }
}

#[test]
fn two_equal_findings_have_two_identities() {
    let mut report = rich();
    report.findings.push(report.findings[0].clone());
    let ids: HashSet<String> = json("gitlab", &report)["vulnerabilities"].as_array().unwrap().iter().map(|v| v["id"].to_string()).collect();
    assert_eq!(ids.len(), report.active().count());
}

#[test]
fn rdjson_names_whole_lines() {
    let document = json("rdjson", &rich());
    let first = &document["diagnostics"][0];
    assert_eq!((first["severity"].as_str(), first["location"]["range"]["start"]["line"].as_u64()), (Some("ERROR"), Some(3)));
    assert!(first["location"]["range"]["start"]["column"].is_null());
    assert_eq!(first["code"]["url"], "https://docs.example.com/keys");
}

#[test]
fn annotations_are_one_line_each_the_most_severe_first_and_capped() {
    let text = render("github", RenderOptions::default(), &hostile());
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("::error file=a%2Cb%3A\"c\"<d>|`&%25%0A%3A%3Aerror%3A%3Ax"), "{text}");
    let mut many = rich();
    many.errors.clear();
    let (low, high) = (many.findings[2].clone(), many.findings[0].clone());
    many.findings = [vec![low; 30], vec![high; 30]].concat();
    let text = render("github", RenderOptions::default(), &many);
    let count = |level: &str| text.lines().filter(|line| line.starts_with(level)).count();
    assert_eq!((count("::error "), count("::notice ")), (10, 10), "{text}");
    assert!(text.lines().next().unwrap().starts_with("::error ") && text.contains("41 more findings"), "{text}");
    assert!(render("github", RenderOptions::default(), &rich()).starts_with("::error file=deploy/key.pem,title=aelix-lint could not scan everything::"));
}

#[test]
fn the_summary_links_and_stays_below_the_limit() {
    let forge = Some(Forge { repository: "https://github.com/o/r".into(), commit: "abc123".into() });
    let text = render("markdown", RenderOptions { forge, ..RenderOptions::default() }, &rich());
    assert!(text.contains("<a href=\"https://github.com/o/r/blob/abc123/src/new%20folder/a%23b%25c.py#L3\">"), "{text}");
    assert!(text.contains("**The scan is incomplete:**") && text.contains("Found 2 critical, 1 low"), "{text}");
    let mut many = rich();
    many.findings = vec![many.findings[0].clone(); 20_000];
    let text = render("markdown", RenderOptions::default(), &many);
    assert!(text.len() < 900 << 10 && text.contains("more findings are not listed here"), "{}", text.len());
    let text = render("markdown", RenderOptions::default(), &Report { show_suppressed: true, ..with_baselined() });
    assert!(text.contains("(baselined: since last year)") && text.contains("Accepted in the baseline: 1"), "{text}");
    let table = |text: &str| text.lines().filter(|line| line.starts_with('|')).all(|line| line.matches('|').count() == 6);
    assert!(table(&render("markdown", RenderOptions::default(), &hostile())));
}
