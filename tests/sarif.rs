//! What code scanning reads: SARIF 2.1.0, against the OASIS schema, and what GitHub asks for beyond it.
//!
//! The schema in `tests/data` is the copy that the `serde-sarif` crate carries: the OASIS committee's file of March 2020 (draft 7) with eight words of
//! its descriptions spelt right. The errata of 2023 correct one pattern, which is no valid regex, and add that a region has a start line:
//! the first is put right after reading, the second is checked by hand.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod report_fixture;

use std::fs;

use aelix_lint::model::rule::RuleText;
use aelix_lint::model::{Confidence, Report, Severity, Status, Tool};
use aelix_lint::report::RenderOptions;
use report_fixture::{RANDOM, at, error, finding, place, render, report, rich, rule};
use serde_json::{Value, json};

fn log_with(report: &Report, options: RenderOptions) -> Value {
    let log: Value = serde_json::from_str(&render("sarif", options, report)).unwrap();
    assert_valid(&log);
    log
}

/// The run of a report, checked against the schema on the way.
fn run(report: &Report) -> Value {
    log_with(report, RenderOptions::default())["runs"][0].take()
}

fn validator() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sarif-schema-2.1.0.json");
    let text = fs::read_to_string(path).unwrap();
    let text = text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_valid(log: &Value) {
    let validator = validator();
    let errors: Vec<String> = validator.iter_errors(log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
}

#[test]
fn a_report_with_one_of_everything_is_valid() {
    let mut report = rich();
    report.show_suppressed = true;
    let log = log_with(&report, RenderOptions::default());
    assert_eq!((&log["$schema"], &log["version"]), (&json!("https://json.schemastore.org/sarif-2.1.0.json"), &json!("2.1.0")));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn the_schema_refuses_nonsense() {
    let validator = validator();
    let mut log = log_with(&rich(), RenderOptions::default());
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] = json!(0);
    assert!(!validator.is_valid(&log));
}

#[test]
fn an_empty_report_is_valid_and_has_an_empty_list_of_results() {
    let run = run(&report(Vec::new(), Vec::new()));
    assert_eq!((&run["results"], &run["invocations"][0]["executionSuccessful"]), (&json!([]), &json!(true)));
}

#[test]
fn every_rule_is_described_in_full() {
    let run = run(&rich());
    let driver = &run["tool"]["driver"];
    assert_eq!((&driver["name"], &driver["semanticVersion"]), (&json!("aelix-lint"), &json!(env!("CARGO_PKG_VERSION"))));
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 3, "all rules, found or not");
    for rule in rules {
        for text in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
            assert!(!rule.pointer(text).unwrap().as_str().unwrap().is_empty(), "{text}");
        }
    }
    assert_eq!(rules[0]["helpUri"], "https://docs.example.com/keys");
    assert_eq!(rules[0]["defaultConfiguration"], json!({"enabled": true, "level": "error"}));
    assert_eq!(rules[1]["defaultConfiguration"], json!({"enabled": false, "level": "note"}), "a preview rule is off");
    assert_eq!(rules[0]["properties"], json!({"precision": "high", "security-severity": "9.5", "tags": ["security", "secrets", "aelix", "banking"]}));
    assert_eq!(rules[2]["properties"], json!({"precision": "high", "problem.severity": "recommendation", "tags": ["suppression", "aelix", "banking"]}));
    assert_eq!(rules[0]["deprecatedIds"], json!(["secrets/former-name"]));
}

#[test]
fn a_rule_keeps_to_githubs_limits() {
    let mut long = rule("secrets/x", Severity::High);
    long.text = RuleText { why: "é".repeat(3000), references: vec!["javascript:alert(1)".into()], ..RuleText::default() }.into();
    long.tags = (0..30).map(|i| format!("t{i}")).collect();
    long.validate = Some("crc32".into());
    let run = run(&report(vec![long], Vec::new()));
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["fullDescription"]["text"].as_str().unwrap().chars().count(), 1024);
    assert_eq!(rule["properties"]["tags"].as_array().unwrap().len(), 10);
    assert_eq!((&rule["properties"]["security-severity"], &rule["properties"]["precision"]), (&json!("8.0"), &json!("very-high")));
    assert!(rule.get("helpUri").is_none());
}

#[test]
fn a_result_points_at_its_rule_and_at_the_exact_region() {
    let run = run(&rich());
    let first = &run["results"][0];
    assert_eq!((&first["ruleId"], &first["ruleIndex"], &first["level"]), (&json!("secrets/aelix-api-key"), &json!(0), &json!("error")));
    assert_eq!(first["message"]["text"], "Aelix live API key (ak_live_********Ee). the key has no expiry date.");
    let expected = json!([{"physicalLocation": {
        "artifactLocation": {"uri": "src/app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 48}
    }}]);
    assert_eq!(first["locations"], expected);
    assert_eq!(first["partialFingerprints"]["primaryLocationLineHash"], "271789c17abda88f:1");
    assert_eq!(first["partialFingerprints"]["aelixFingerprint/v1"].as_str().unwrap().len(), 32);
    assert_eq!(first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/lib.py");
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "the same value is used here");
    let steps = first["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let texts: Vec<&str> = steps.iter().map(|step| step["location"]["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["constant `key` is declared here", "reaches `connect`"]);
    assert_eq!(steps[1]["location"]["physicalLocation"]["artifactLocation"]["uri"], "src/lib.py");
    assert!(run["results"][1].get("codeFlows").is_none());
    assert_eq!(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/new%20folder/a%23b%25c.py");
    assert_eq!(run["results"][2]["level"], "note");
}

#[test]
fn columns_count_utf16_code_units() {
    let rules = vec![rule("secrets/x", Severity::Medium)];
    let at = place("a.txt", "\u{1F511} é x", "x", "********");
    let run = run(&report(rules.clone(), vec![finding(&rules, 0, at, Vec::new())]));
    let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(6), &json!(7)));
}

#[test]
fn a_line_hash_that_nobody_computed_is_left_out() {
    let rules = vec![rule("secrets/x", Severity::Medium)];
    let mut at = at("a.txt");
    at.line_hash = None;
    let run = run(&report(rules.clone(), vec![finding(&rules, 0, at, Vec::new())]));
    assert!(run["results"][0]["partialFingerprints"].get("primaryLocationLineHash").is_none());
}

#[test]
fn what_was_not_scanned_is_notified() {
    let run = run(&rich());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told: Vec<(&str, &str, usize)> = invocation["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["level"].as_str().unwrap(), n["message"]["text"].as_str().unwrap(), n["locations"].as_array().map_or(0, Vec::len)))
        .collect();
    let expected = [
        ("error", "could not be read: permission denied", 1),
        ("warning", "parsed in part: time limit reached", 1),
        ("note", "not scanned: binary: 2", 2),
        ("warning", "not scanned: above the size limit: 1", 1),
        ("note", "not scanned: symbolic link: 1", 1),
        ("note", "not scanned: git-ignored secret file: 1", 1),
    ];
    assert_eq!(told, expected);
    let known: Vec<&Value> = run["tool"]["driver"]["notifications"].as_array().unwrap().iter().map(|n| &n["id"]).collect();
    for notification in invocation["toolExecutionNotifications"].as_array().unwrap() {
        assert!(known.contains(&&notification["descriptor"]["id"]));
    }
}

#[test]
fn suppressed_findings_appear_as_such_when_asked_for() {
    let mut report = rich();
    assert_eq!(run(&report)["results"].as_array().unwrap().len(), 3);
    report.show_suppressed = true;
    let run = run(&report);
    assert_eq!(run["results"].as_array().unwrap().len(), 4);
    assert_eq!(run["results"][3]["suppressions"], json!([{"kind": "inSource", "status": "accepted", "justification": "sandbox only"}]));
    assert!(run["results"][0].get("suppressions").is_none());
}

#[test]
fn what_a_comment_for_another_tool_mutes_is_in_source_and_names_the_tool() {
    let mut report = rich();
    report.findings[1].status = Status::Suppressed { reason: Some("`gitleaks:allow`, a comment for gitleaks".into()), tool: Some(Tool::Gitleaks) };
    report.show_suppressed = true;
    let expected = json!([{"kind": "inSource", "status": "accepted", "justification": "`gitleaks:allow`, a comment for gitleaks"}]);
    assert_eq!(run(&report)["results"][1]["suppressions"], expected);
}

#[test]
fn too_many_results_leave_the_most_severe_in_their_order() {
    let rules = vec![rule("secrets/a", Severity::Low), rule("secrets/b", Severity::Critical), rule("secrets/c", Severity::Medium)];
    let mut findings: Vec<_> = [0, 1, 2, 1, 2].iter().map(|&i| finding(&rules, i, at("a.py"), Vec::new())).collect();
    findings[2].confidence = Confidence::Low;
    findings[3].status = Status::Suppressed { reason: None, tool: None };
    let mut report = report(rules, findings);
    report.show_suppressed = true;
    let limited = |n| log_with(&report, RenderOptions { sarif_max_results: Some(n), ..RenderOptions::default() })["runs"][0].take();
    let kept = |run: &Value| run["results"].as_array().unwrap().iter().map(|r| r["ruleId"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let two = limited(2);
    assert_eq!(kept(&two), ["secrets/b", "secrets/c"]);
    assert_eq!(two["results"][1]["properties"]["confidence"], "high");
    let told = &two["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(
        (&told["level"], &told["message"]["text"]),
        (&json!("warning"), &json!("only the 2 most severe of 5 results are in this report (--sarif-max-results)"))
    );
    assert_eq!(kept(&limited(4)), ["secrets/a", "secrets/b", "secrets/c", "secrets/c"]);
    assert_eq!(limited(5)["invocations"][0]["toolExecutionNotifications"], json!([]));
    assert_eq!(kept(&limited(0)).len(), 0);
}

#[test]
fn the_category_names_the_analysis() {
    for (category, id) in [(None, "aelix-lint/"), (Some("nightly"), "aelix-lint/nightly/"), (Some("/a/b/"), "aelix-lint/a/b/"), (Some(""), "aelix-lint/")] {
        let options = RenderOptions { category: category.map(str::to_owned), ..RenderOptions::default() };
        assert_eq!(log_with(&report(Vec::new(), Vec::new()), options)["runs"][0]["automationDetails"]["id"], id);
    }
}

#[test]
fn no_machine_path_and_no_secret_is_in_it() {
    let mut report = rich();
    report.show_suppressed = true;
    let mut unread = error("k.pem");
    (unread.display, unread.message) = (Some("/home/someone/k.pem".into()), "could not read `/home/someone/k.pem`: permission denied".into());
    report.errors.push(unread);
    let out = render("sarif", RenderOptions::default(), &report);
    assert!(!out.contains(RANDOM) && !out.contains("/home/"), "{out}");
    assert!(!out.contains("file://"), "{out}");
    let log: Value = serde_json::from_str(&out).unwrap();
    let root = &log["runs"][0]["originalUriBaseIds"]["%SRCROOT%"];
    assert!(root.get("uri").is_none() && root.get("description").is_some());
}

#[test]
fn messages_hold_no_links_and_no_control_characters() {
    let rules = vec![rule("secrets/x", Severity::High)];
    let mut evil = finding(&rules, 0, at("a.py"), Vec::new());
    evil.message = "see [this](https://example.com)\u{1b}[31m\u{202e}".into();
    evil.place.snippet = None;
    let run = run(&report(rules, vec![evil]));
    let text = run["results"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(text, "see [this] (https://example.com)␛[31m\u{fffd} (ak_live_********Ee).");
}

#[test]
fn every_region_has_a_start_line_and_one_based_columns() {
    let run = run(&rich());
    let mut regions = 0;
    for result in run["results"].as_array().unwrap() {
        for location in result["locations"].as_array().into_iter().chain(result["relatedLocations"].as_array()).flatten() {
            let region = &location["physicalLocation"]["region"];
            assert!(["startLine", "startColumn", "endLine", "endColumn"].iter().all(|k| region[k].as_u64().is_some_and(|n| n > 0)), "{region}");
            regions += 1;
        }
    }
    assert_eq!(regions, 4);
}
