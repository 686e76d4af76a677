//! Code in files of other kinds: what a project of its users shows, and what it does not.
#![cfg(feature = "languages")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod lang_support;

use std::sync::Arc;

use aelix_lint::model::{Blob, Confidence, Finding, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};
use lang_support::findings_below;

fn scanned(name: &str, text: &str) -> Vec<Finding> {
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    let target = Target::in_memory(name);
    Scanner::new(rules, ScanOptions::default()).scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default()).findings
}

/// Random-looking, in two parts so that no secret stands here.
fn secret() -> String {
    ["q8Zr2LmX0v", "Kp4TnYw7Bd3G"].concat()
}

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        ".circleci/config.yml:7 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:7 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:27 secrets/hardcoded-client-secret",
        ".github/workflows/release.yml:34 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:42 secrets/hardcoded-bearer-token",
        ".gitlab-ci.yml:4 secrets/hardcoded-bearer-token",
        ".gitlab-ci.yml:8 secrets/hardcoded-client-secret",
        "Dockerfile:5 secrets/hardcoded-bearer-token",
        "Dockerfile:11 secrets/hardcoded-bearer-token",
        "Dockerfile:21 secrets/hardcoded-bearer-token",
        "Dockerfile:28 secrets/hardcoded-client-secret",
        "k8s/configmap.yaml:12 secrets/hardcoded-bearer-token",
        "k8s/configmap.yaml:23 secrets/hardcoded-bearer-token",
        "k8s/configmap.yaml:41 secrets/hardcoded-bearer-token",
        "notebooks/balances.ipynb:27 secrets/hardcoded-bearer-token",
        "notebooks/balances.ipynb:45 secrets/hardcoded-client-secret",
        "notebooks/balances.ipynb:67 secrets/hardcoded-bearer-token",
        "notebooks/balances.ipynb:78 secrets/hardcoded-client-secret",
        "web/Accounts.svelte:2 secrets/hardcoded-bearer-token",
        "web/Accounts.vue:5 secrets/hardcoded-bearer-token",
        "web/index.html:11 secrets/hardcoded-bearer-token",
    ];
    assert_eq!(findings_below("embedded", Confidence::Medium), expected);
}

#[test]
fn what_documents_show_is_of_low_confidence() {
    let shown = findings_below("embedded", Confidence::Medium);
    let mut low = findings_below("embedded", Confidence::Low);
    low.retain(|finding| !shown.contains(finding));
    assert_eq!(
        low,
        [
            ".github/workflows/release.yml:9 scopes/ci-token-permissions",
            "docs/usage.md:14 secrets/hardcoded-bearer-token",
            "docs/usage.md:20 secrets/hardcoded-client-secret",
            "notebooks/balances.ipynb:12 secrets/hardcoded-bearer-token",
        ]
    );
}

#[test]
fn lines_and_places_are_those_of_the_file() {
    let whole = secret();
    let (first, second) = whole.split_at(10);
    let cell = |source: &str| format!("  {{\"cell_type\": \"code\",\n   \"source\": {}}}", serde_json::to_string(source).unwrap());
    let cells =
        [cell(&format!("import requests\nused = \"{first}\" \\\n  \"{second}\"")), cell("requests.get(url, headers={\"Authorization\": f\"Bearer {used}\"})")];
    let text = format!("{{\"cells\": [\n{}]}}\n", cells.join(",\n")).replacen(first, &format!("\\u0071{}", &first[1..]), 1);
    let found = scanned("a.ipynb", &text);
    let [finding] = &found[..] else { panic!("{found:?} in {text}") };
    assert_eq!(finding.rule.as_str(), "secrets/hardcoded-bearer-token");
    assert_eq!(finding.message, "constant `used`, line 3, reaches `requests.get(headers.Authorization)`, line 5");
    let start = text.find("\\u0071").unwrap();
    assert_eq!((finding.place.span.start, finding.place.start.line), (start, 3));
    assert!(finding.related.iter().any(|related| related.place.start.line == 5), "{:?}", finding.related);
    let shown = format!("{found:?}");
    assert!(!shown.contains(&first[1..]) && !shown.contains(second), "{shown}");
}

#[test]
fn code_that_reads_a_secret_is_no_secret_in_a_manifest_either() {
    let script = "    def connect(config):\n        client_secret = config.oauth2_client_9f3b7\n        return client_secret\n";
    let manifest = |kind: &str| format!("kind: {kind}\ndata:\n  app.py: |\n{script}");
    assert!(scanned("a.yaml", &manifest("ConfigMap")).is_empty());
}

#[test]
fn rules_about_what_code_does_hold_in_code_within_files() {
    let code = "import os\nimport requests\n\nrequests.get(url, headers={\"Authorization\": \"Bearer \" + os.environ[\"TOKEN\"]}, verify=False)\n";
    let notebook = format!("{{\"cells\": [{{\"cell_type\": \"code\",\n\"source\": {}}}]}}\n", serde_json::to_string(code).unwrap());
    let manifest = format!("kind: ConfigMap\ndata:\n  sync.py: |\n{}", code.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat());
    for (name, text, line) in [("a.ipynb", &notebook, 2), ("a.yaml", &manifest, 7)] {
        let found = scanned(name, text);
        let shown: Vec<_> = found.iter().map(|finding| (finding.rule.as_str(), finding.place.start.line)).collect();
        assert_eq!(shown, [("network/insecure-transport", line)], "{name}");
    }
}
