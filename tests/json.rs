//! What programs read: `json` and `jsonl`, against the committed schema.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod report_fixture;

use std::fs;

use aelix_lint::model::{Status, Tool};
use aelix_lint::report::RenderOptions;
use report_fixture::{RANDOM, at, finding, render, report, rich, rule, safe};
use serde_json::{Value, json};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn line_schema() -> Value {
    let mut schema = schema();
    let definitions = schema["$defs"].take();
    json!({"$schema": schema["$schema"], "$ref": "#/$defs/line", "$defs": definitions})
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(instance).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{instance:#}");
}

fn json(report: &aelix_lint::model::Report) -> Value {
    serde_json::from_str(&render("json", RenderOptions::default(), report)).unwrap()
}

#[test]
fn a_report_with_one_of_everything_is_valid() {
    let mut report = rich();
    report.show_suppressed = true;
    report.scanned_files = Some(vec!["src/app.py".into()]);
    report.safe = Some(vec![safe("src/app.py")]);
    assert_valid(&schema(), &json(&report));
}

#[test]
fn an_empty_report_is_valid() {
    assert_valid(&schema(), &json(&report(Vec::new(), Vec::new())));
}

#[test]
fn the_schema_refuses_what_it_does_not_describe() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut document = json(&rich());
    assert!(validator.is_valid(&document));
    document["findings"][0]["secret"] = "x".into();
    assert!(!validator.is_valid(&document));
    document["findings"] = json!([]);
    assert!(validator.is_valid(&document));
    document["summary"]["more"] = 1.into();
    assert!(!validator.is_valid(&document));
}

#[test]
fn every_line_of_jsonl_is_valid_and_the_summary_comes_last() {
    let mut report = rich();
    report.safe = Some(vec![safe("src/app.py")]);
    report.show_suppressed = true;
    report.scanned_files = Some(vec!["src/app.py".into()]);
    let out = render("jsonl", RenderOptions::default(), &report);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        assert_valid(&line_schema(), line);
    }
    let kinds: Vec<&str> = lines.iter().map(|l| l["type"].as_str().unwrap()).collect();
    for kind in ["finding", "file", "safe", "skip", "error", "notice"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    assert_eq!(kinds.last(), Some(&"summary"));
}

#[test]
fn a_finding_says_where_and_what_without_the_value() {
    let document = json(&rich());
    let first = &document["findings"][0];
    assert_eq!((&first["path"], &first["line"], &first["column"], &first["end_column"]), (&json!("src/app.py"), &json!(3), &json!(8), &json!(48)));
    assert_eq!(first["span"], json!({"start": 18, "end": 58}));
    assert_eq!(first["snippet"], json!({"first_line": 3, "text": "key = \"ak_live_********Ee\"", "mark": {"start": 7, "end": 25}}));
    assert_eq!(first["masked"], "ak_live_********Ee");
    assert_eq!(first["also"], json!(["secrets/hardcoded-credential"]));
    assert_eq!(first["related"][0]["path"], "src/lib.py");
    assert_eq!((&first["flow"][1]["path"], &first["flow"][1]["message"]), (&json!("src/lib.py"), &json!("reaches `connect`")));
    assert!(document["findings"][1].get("flow").is_none());
    for format in ["json", "jsonl"] {
        assert!(!render(format, RenderOptions::default(), &rich()).contains(RANDOM));
    }
}

#[test]
fn the_summary_counts_and_tells_an_incomplete_scan() {
    let summary = &json(&rich())["summary"];
    assert_eq!(summary["findings"], 3);
    assert_eq!(summary["by_severity"], json!({"critical": 2, "high": 0, "medium": 0, "low": 1, "info": 0}));
    assert_eq!((&summary["suppressed"], &summary["below_threshold"], &summary["complete"]), (&json!(1), &json!(1), &json!(false)));
    assert_eq!(summary["skipped"], json!({"binary": 2, "ignored-secret-file": 1, "link": 1, "too-large": 1}));
    assert_eq!(summary["duration_ms"], 120);
}

#[test]
fn suppressed_findings_appear_only_when_asked_for() {
    let mut report = rich();
    assert_eq!(json(&report)["findings"].as_array().unwrap().len(), 3);
    report.show_suppressed = true;
    let document = json(&report);
    let muted = &document["findings"][3];
    assert_eq!((&muted["status"], &muted["reason"]), (&json!("suppressed"), &json!("sandbox only")));
}

#[test]
fn what_a_comment_for_another_tool_mutes_names_the_tool() {
    for tool in [Tool::Gitleaks, Tool::Betterleaks, Tool::Trufflehog, Tool::Kingfisher, Tool::Ggshield, Tool::DetectSecrets] {
        let mut report = rich();
        report.findings[1].status = Status::Suppressed { reason: Some("`x`, a comment".into()), tool: Some(tool) };
        report.show_suppressed = true;
        let document = json(&report);
        assert_valid(&schema(), &document);
        assert_eq!((&document["findings"][1]["suppression_tool"], &document["findings"][3].get("suppression_tool")), (&json!(tool.name()), &None));
        assert_eq!((&document["summary"]["suppressed"], &document["summary"]["suppressed_by_foreign_comments"]), (&json!(2), &json!(1)));
    }
}

#[test]
fn a_suppression_without_a_reason_has_no_reason_key() {
    let rules = vec![rule("secrets/x", aelix_lint::model::Severity::High)];
    let mut muted = finding(&rules, 0, at("a.py"), Vec::new());
    muted.status = Status::Suppressed { reason: None, tool: None };
    let mut report = report(rules, vec![muted]);
    report.show_suppressed = true;
    assert!(json(&report)["findings"][0].get("reason").is_none());
}

#[test]
fn safe_wiring_is_listed_only_where_it_is_asked_for() {
    let mut report = rich();
    assert!(json(&report).get("safe").is_none());
    report.safe = Some(vec![safe("src/app.py")]);
    let document = json(&report);
    let first = &document["safe"][0];
    assert_eq!(
        (&first["kind"], &first["source"], &first["path"], &first["line"]),
        (&json!("client-secret"), &json!("environment"), &json!("src/app.py"), &json!(3))
    );
}
