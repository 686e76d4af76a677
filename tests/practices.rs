//! What code does with its secrets: the findings of a small project in every language, and its silences.
#![cfg(all(
    feature = "lang-bash",
    feature = "lang-csharp",
    feature = "lang-go",
    feature = "lang-hcl",
    feature = "lang-java",
    feature = "lang-javascript",
    feature = "lang-kotlin",
    feature = "lang-php",
    feature = "lang-python",
    feature = "lang-ruby",
    feature = "lang-rust",
    feature = "lang-typescript"
))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod folded;

use std::sync::Arc;

use aelix_lint::model::{Blob, Finding, SafeSource, Scanned, Severity, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

const FALLBACK: &str = "secrets/secret-default-fallback";
const LOGGED: &str = "secrets/secret-exposed-in-logs";
const FRONTEND: &str = "secrets/frontend-or-compiled-secret";
const PARAMETER: &str = "secrets/plaintext-parameter-store";
const FLAG: &str = "secrets/sensitive-flag-missing";
const TRANSPORT: &str = "network/insecure-transport";
const WEBHOOK: &str = "secrets/unverified-webhook";

/// Every finding of a project: file and line, rule. What is not listed is not found.
const PROJECTS: &[(&str, &[(&str, &str)])] = &[
    ("bash", &[("deploy.sh:4", FALLBACK), ("deploy.sh:8", LOGGED), ("deploy.sh:12", TRANSPORT), ("deploy.sh:14", TRANSPORT), ("deploy.sh:18", PARAMETER)]),
    (
        "csharp",
        &[
            ("Client.cs:7", FALLBACK),
            ("Client.cs:12", FALLBACK),
            ("Client.cs:18", TRANSPORT),
            ("Client.cs:28", LOGGED),
            ("Client.cs:30", LOGGED),
            ("Client.cs:36", WEBHOOK),
        ],
    ),
    (
        "go",
        &[
            ("client.go:13", FALLBACK),
            ("client.go:17", "secrets/hardcoded-client-secret"),
            ("client.go:22", TRANSPORT),
            ("client.go:30", LOGGED),
            ("hooks.go:16", WEBHOOK),
            ("settings.go:4", FALLBACK),
        ],
    ),
    ("infra", &[("compose.yaml:5", FALLBACK), ("main.tf:3", FLAG), ("main.tf:18", PARAMETER), ("main.tf:28", FLAG), ("template.yaml:5", PARAMETER)]),
    (
        "java",
        &[
            ("Clients.java:11", FALLBACK),
            ("Clients.java:14", FALLBACK),
            ("Clients.java:21", LOGGED),
            ("Clients.java:23", LOGGED),
            ("Clients.java:24", TRANSPORT),
            ("Clients.java:30", WEBHOOK),
            ("application.yml:2", FALLBACK),
            ("application.yml:4", TRANSPORT),
        ],
    ),
    (
        "javascript",
        &[
            ("client.js:4", FALLBACK),
            ("client.js:6", TRANSPORT),
            ("client.js:7", TRANSPORT),
            ("client.js:10", LOGGED),
            ("client.js:12", TRANSPORT),
            ("client.js:13", LOGGED),
            ("hooks.js:7", WEBHOOK),
        ],
    ),
    ("kotlin", &[("Client.kt:5", FALLBACK), ("Client.kt:8", TRANSPORT), ("Client.kt:11", LOGGED), ("Client.kt:13", LOGGED), ("Client.kt:18", WEBHOOK)]),
    ("mobile", &[("Info.plist:6", FRONTEND), ("Makefile:2", FRONTEND), ("build.gradle:3", FRONTEND)]),
    ("php", &[("client.php:6", FALLBACK), ("client.php:12", LOGGED), ("client.php:14", TRANSPORT), ("client.php:16", TRANSPORT), ("client.php:22", WEBHOOK)]),
    (
        "python",
        &[
            ("client.py:13", LOGGED),
            ("client.py:14", TRANSPORT),
            ("client.py:16", LOGGED),
            ("client.py:27", TRANSPORT),
            ("client.py:40", TRANSPORT),
            ("client.py:41", TRANSPORT),
            ("client.py:51", LOGGED),
            ("hooks.py:16", WEBHOOK),
            ("open_hooks.py:7", WEBHOOK),
            ("settings.py:9", FALLBACK),
            ("settings.py:10", FALLBACK),
            ("settings.py:11", FALLBACK),
            ("settings.py:12", FALLBACK),
            ("settings.py:24", FALLBACK),
        ],
    ),
    ("ruby", &[("client.rb:3", FALLBACK), ("client.rb:9", TRANSPORT), ("client.rb:10", LOGGED), ("client.rb:12", LOGGED), ("client.rb:17", WEBHOOK)]),
    (
        "rust",
        &[
            ("client.rs:6", FRONTEND),
            ("client.rs:10", FALLBACK),
            ("client.rs:16", LOGGED),
            ("client.rs:18", TRANSPORT),
            ("client.rs:22", TRANSPORT),
            ("client.rs:27", WEBHOOK),
        ],
    ),
    (
        "typescript",
        &[
            ("config.ts:2", FALLBACK),
            ("config.ts:3", FRONTEND),
            ("config.ts:4", FRONTEND),
            ("hooks.controller.ts:8", WEBHOOK),
            ("hooks.controller.ts:9", LOGGED),
        ],
    ),
    ("webhooks", &[("Hooks.java:4", WEBHOOK), ("SignedHooks.java:9", WEBHOOK), ("hooks.go:6", WEBHOOK), ("routes.php:3", WEBHOOK)]),
];

#[test]
fn the_projects_have_exactly_these_findings() {
    for (project, expected) in PROJECTS {
        let mut expected: Vec<String> = expected.iter().map(|(place, rule)| format!("{place} {rule}")).collect();
        expected.sort();
        assert_eq!(folded::findings(&format!("../practices/{project}")), expected, "{project}");
    }
}

fn scan(name: &str, text: &str, options: ScanOptions) -> Scanned {
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    Scanner::new(rules, options).scan(&Blob::new(&Target::in_memory(name), text.as_bytes()), &mut Worker::default())
}

fn only(name: &str, text: &str) -> Finding {
    let mut found = scan(name, text, ScanOptions::default()).findings;
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

/// Random-looking, and no secret.
fn value() -> String {
    ["q8Zr2LmX0v", "Kp4TnYw6Bd", "7f3K9mPqWx"].concat()
}

#[test]
fn what_stands_near_a_secret_decides_about_its_severity() {
    let (live, sandbox) = ("https://api.aelix.digitalapi.ai/v1", "https://sandbox-api.aelix.digitalapi.ai/v1");
    for (path, url, expected) in [
        ("config.yaml", "https://api.bank-core.eu/v1", Severity::High),
        ("config.yaml", live, Severity::Critical),
        ("config.yaml", sandbox, Severity::Medium),
        ("tests/config.yaml", live, Severity::Medium),
        ("tests/config.yaml", sandbox, Severity::Low),
        ("config.example.yaml", live, Severity::Medium),
    ] {
        let text = format!("ledger:\n  url: {url}\n  {}: {}\n", ["client", "secret"].join("-"), value());
        let finding = only(path, &text);
        assert_eq!(finding.severity, expected, "{path} {url} {}", finding.rule);
        assert_eq!(
            finding.notes.iter().any(|note| note.contains("is of")),
            url.contains("aelix") && (path == "config.yaml" || url == sandbox),
            "{:?}",
            finding.notes
        );
    }
}

#[test]
fn a_slot_is_graded_by_its_surroundings_too() {
    let code = |url: &str| format!("import psycopg2\n\nURL = \"{url}\"\nWORD = \"{}\"\nconnection = psycopg2.connect(password=WORD)\n", value());
    assert_eq!(only("db.py", &code("https://api.aelix.digitalapi.ai/v1")).severity, Severity::Critical);
    assert_eq!(only("db.py", &code("https://sandbox-api.aelix.digitalapi.ai/v1")).severity, Severity::Medium);
    assert_eq!(only("db.py", &code("https://api.bank-core.eu/v1")).severity, Severity::High);
}

#[test]
fn the_way_of_a_value_is_told_step_by_step() {
    let value = value();
    let code = format!("import psycopg2\n\nWORD = \"{}\" + \"{}\"\ncopy = WORD\nconnection = psycopg2.connect(password=copy)\n", &value[..15], &value[15..]);
    let finding = only("db.py", &code);
    let flow: Vec<(u32, &str)> = finding.flow.iter().map(|step| (step.place.start.line, step.message.as_str())).collect();
    assert_eq!(
        flow,
        [
            (3, "a piece of the value"),
            (3, "a piece of the value"),
            (3, "constant `WORD` is declared here"),
            (4, "constant `copy` is declared here"),
            (5, "reaches `psycopg2.connect(password)`"),
        ]
    );
    let direct = format!("import psycopg2\nconnection = psycopg2.connect(password=\"{value}\")\n");
    assert!(only("db.py", &direct).flow.is_empty());
}

#[test]
fn a_fallback_that_reaches_a_slot_is_one_finding() {
    let code = format!("import os\nimport psycopg2\n\npsycopg2.connect(password=os.getenv(\"DB_PASSWORD\", \"{}\"))\n", value());
    let finding = only("db.py", &code);
    assert_eq!((finding.rule.as_str(), finding.also.iter().any(|rule| rule.as_str() == FALLBACK)), ("secrets/hardcoded-password", true));
}

#[test]
fn safe_wiring_is_listed_where_it_is_asked_for() {
    let code = "import os\nimport boto3\nimport psycopg2\n\n\
                stored = boto3.client(\"secretsmanager\").get_secret_value(SecretId=\"db\")[\"SecretString\"]\n\
                psycopg2.connect(password=os.environ[\"DB_PASSWORD\"])\npsycopg2.connect(password=stored)\npsycopg2.connect(password=given)\n";
    let listed = |safe: bool| scan("db.py", code, ScanOptions { safe, ..ScanOptions::default() }).safe;
    assert!(listed(false).is_empty());
    let shown: Vec<(u32, SafeSource, String)> = listed(true).into_iter().map(|safe| (safe.place.start.line, safe.source, safe.kind)).collect();
    assert_eq!(shown, [(6, SafeSource::Environment, "password".to_owned()), (7, SafeSource::SecretManager, "password".to_owned())]);
}
