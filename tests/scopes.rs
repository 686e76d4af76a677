//! Least privilege: what clients request against what the calls of their package need.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use project::{scan, scan_files};

/// The findings about scopes.
fn about_scopes(found: &[String]) -> Vec<&str> {
    found.iter().filter(|line| line.contains(" scopes/")).map(String::as_str).collect()
}

#[test]
fn each_language_has_its_verdict() {
    let mut wrong = Vec::new();
    for (folder, expected) in [
        (
            "python",
            &[
                "bank/settings.py:6 scopes/unused-scope: scope `identity:read` is requested, and none of the 3 calls found needs it",
                "bank/settings.py:6 scopes/write-scope-read-only-usage: scope `payments:initiate` is for writing (initiate domestic and international payments), and the 3 calls found only read",
            ][..],
        ),
        (
            "typescript",
            &[
                "src/payouts.ts:4 scopes/missing-scope: `POST /v1/payments` needs scope `payments:initiate`, and the package requests payments:read, webhooks:manage",
                "src/token.ts:8 scopes/unused-scope: scope `webhooks:manage` is requested, and none of the 3 calls found needs it",
            ],
        ),
        (
            "go",
            &[
                "main.go:18 scopes/write-scope-read-only-usage: scope `banking:write` is for writing (create accounts, update account details), and the 2 calls found only read",
            ],
        ),
        ("java", &["src/main/resources/application.yml:10 scopes/unused-scope: scope `admin:users` is requested, and the only call found does not need it"]),
        (
            "csharp",
            &[
                "Funding.cs:11 scopes/missing-scope: `GET /v1/payments` needs scope `payments:read`, and the package requests banking:read, payments:initiate",
                "Token.cs:9 scopes/unused-scope: scope `banking:read` is requested, and none of the 2 calls found needs it",
            ],
        ),
        ("rust", &["src/auth.rs:7 scopes/unused-scope: scope `admin:users` is requested, and none of the 2 calls found needs it"]),
        (
            "monorepo",
            &[
                "services/ledger/index.js:4 scopes/write-scope-read-only-usage: scope `banking:write` is for writing (create accounts, update account details), and the only call found only reads",
            ],
        ),
    ] {
        let found = scan(&format!("scopes/{folder}")).shown();
        let found = about_scopes(&found);
        if found != expected {
            wrong.push(format!("{folder}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const API: &str = "https://api.aelix.digitalapi.ai";
const TOKEN: &str = "https://auth.aelix.digitalapi.ai/oauth2/token";

/// A Python client that requests these scopes.
fn client(scopes: &str) -> String {
    format!(
        "import os\nimport requests\n\nAPI = \"{API}\"\nform = {{\"grant_type\": \"client_credentials\", \"client_id\": os.environ[\"AELIX_ID\"], \"scope\": {scopes}}}\n\
         token = requests.post(\"{TOKEN}\", data=form).json()\n"
    )
}

const ACCOUNTS: &str = "requests.get(API + \"/v1/accounts\")\n";
const PAY: &str = "requests.post(API + \"/v1/payments\", json={})\n";

/// The ids of the findings about scopes, with their files.
fn ids(files: &[(&str, &str)]) -> Vec<String> {
    let found = scan_files(files).shown();
    about_scopes(&found).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
}

#[test]
fn what_is_not_known_is_not_reported() {
    let both = "\"banking:read identity:read\"";
    let large = format!("# Aelix\nx = [\n{}]\n", "    \"0123456789\",\n".repeat(80_000));
    let mut wrong = Vec::new();
    for (name, files) in [
        ("scopes from the environment", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("os.environ[\"SCOPES\"]")))]),
        ("scopes from a function", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("scopes_of(tenant)")))]),
        ("a path that is not known", vec![("a.py", format!("import sys\n{}{ACCOUNTS}requests.get(API + sys.argv[1])\n", client(both)))]),
        ("a resource that is not known", vec![("a.py", format!("import sys\n{}{ACCOUNTS}requests.get(f\"{{API}}/v1/{{sys.argv[1]}}\")\n", client(both)))]),
        ("a path the catalogue does not have", vec![("a.py", format!("{}{ACCOUNTS}requests.get(API + \"/v1/customers\")\n", client(both)))]),
        ("another API", vec![("a.py", format!("{}requests.get(\"https://api.bank.example/v1/accounts\")\n", client(both)))]),
        ("an unknown base", vec![("a.py", format!("{}import os\nrequests.get(os.environ[\"BANK\"] + \"/v1/accounts\")\n", client(both)))]),
        ("no calls at all", vec![("a.py", client(both))]),
        ("a test requests", vec![("tests/test_a.py", format!("{}{ACCOUNTS}", client(both)))]),
        (
            "the server enforces",
            vec![(
                "a.py",
                format!(
                    "# Aelix\n@app.get(\"/x\")\ndef x(user=Security(current, scopes=[\"identity:read\"])):\n    return requests.get(\"{API}/v1/accounts\")\n"
                ),
            )],
        ),
        (
            "a definition",
            vec![
                ("openapi.yaml", "# Aelix\nflows:\n  clientCredentials:\n    scopes:\n      identity:read: see customers\n".to_owned()),
                ("a.py", format!("import requests\nrequests.get(\"{API}/v1/accounts\")\n")),
            ],
        ),
        ("the audit log", vec![("a.py", format!("{}{ACCOUNTS}requests.get(API + \"/v1/audit-logs\")\n", client("\"banking:read admin:users\"")))]),
        ("paths in a table", vec![("a.py", format!("{}{ACCOUNTS}PATHS = {{\"kyc\": \"/v1/identity\"}}\nrequests.get(API + PATHS[kind()])\n", client(both)))]),
        (
            "a path in another language",
            vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("app.dart", format!("final r = http.get(Uri.parse('{API}/v1/identity/me'));\n"))],
        ),
        ("a file that is too large", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("b.py", large)]),
        (
            "a method that is not known",
            vec![("a.py", format!("{}{ACCOUNTS}requests.request(verb(), API + \"/v1/accounts\")\n", client("\"banking:read banking:write\"")))],
        ),
        ("requests in a file of their own", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("kyc.http", format!("GET {API}/v1/identity/1\n"))]),
        ("each scope is used", vec![("a.py", format!("{}{PAY}", client("\"payments:initiate\"")))]),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found = ids(&files);
        if !found.is_empty() {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_known_is_reported() {
    let both = "\"banking:read identity:read\"";
    let combined = "\"banking:read payments:initiate admin:users\"";
    let mut wrong = Vec::new();
    for (name, files, expected) in [
        ("unused", vec![("a.py", format!("{}{ACCOUNTS}", client(both)))], &["a.py:5 scopes/unused-scope"][..]),
        ("a misspelt scope is not missing, too", vec![("a.py", format!("{}{PAY}", client("\"payments:write\"")))], &["a.py:5 scopes/unknown-scope"]),
        ("a wildcard is enough to say", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("\"banking:*\"")))], &["a.py:5 scopes/wildcard"]),
        (
            "the method is a parameter",
            vec![(
                "a.py",
                format!(
                    "{}def call(method, path):\n    return requests.request(method, API + path)\n\ncall(\"GET\", \"/v1/accounts\")\ncall(\"POST\", \"/v1/payments\")\n",
                    client("\"banking:read\"")
                ),
            )],
            &["a.py:11 scopes/missing-scope"],
        ),
        (
            "a base of a sandbox",
            vec![(
                "a.js",
                format!(
                    "const api = axios.create({{ baseURL: prod ? '{API}' : 'https://sandbox-api.aelix.digitalapi.ai' }});\nconst scope = 'banking:read identity:read';\napi.get('/v1/accounts');\n"
                ),
            )],
            &["a.js:2 scopes/unused-scope"],
        ),
        (
            "curl",
            vec![("a.sh", format!("curl -d 'grant_type=client_credentials&scope=banking:read' {TOKEN}\ncurl -X POST {API}/v1/payments -d @x.json\n"))],
            &["a.sh:1 scopes/unused-scope", "a.sh:2 scopes/missing-scope"],
        ),
        (
            "both duties on one client",
            vec![("a.py", format!("{}{ACCOUNTS}{PAY}requests.get(API + \"/v1/users\")\n", client(combined)))],
            &["a.py:5 scopes/sensitive-combination"],
        ),
        (
            "one package does not speak for another",
            vec![
                ("a/package.json", "{}".to_owned()),
                ("b/package.json", "{}".to_owned()),
                ("a/a.py", format!("{}{ACCOUNTS}", client(both))),
                ("b/b.py", format!("import requests\nrequests.get(\"{API}/v1/identity\")\n")),
            ],
            &["a/a.py:5 scopes/unused-scope"],
        ),
        (
            "no scopes at all",
            vec![("a.py", format!("requests.post(\"{TOKEN}\", data={{\"grant_type\": \"client_credentials\"}})\n"))],
            &["a.py:1 scopes/omitted-scope"],
        ),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found = ids(&files);
        if found != expected {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_finding_carries_its_evidence() {
    let text = format!("{}{ACCOUNTS}", client("\"banking:read identity:read\""));
    let found = scan_files(&[("a.py", &text)]);
    let finding = found.findings.iter().find(|finding| finding.rule.as_str() == "scopes/unused-scope").unwrap();
    assert_eq!(finding.notes[0], "calls found: GET /v1/accounts");
    assert_eq!(finding.related[0].message, "GET /v1/accounts needs `banking:read`");
    assert_eq!(finding.related[0].place.start.line, 7);
    let review = &found.report.reviews[0];
    assert_eq!((review.clients[0].name.as_str(), review.sufficient.as_deref()), ("AELIX_ID", Some(&["banking:read".to_owned()][..])));
}

#[test]
fn the_command_prints_what_is_enough() {
    let run = |arguments: &[&str]| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scopes/go");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_aelix-lint")).args(arguments).current_dir(folder).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let table = run(&["scopes", "--isolated"]);
    assert!(
        table.contains("unused                                banking:write") && table.contains("enough                                banking:read\n"),
        "{table}"
    );
    let json: serde_json::Value = serde_json::from_str(&run(&["scopes", "--isolated", "--format", "json"])).unwrap();
    let package = &json["packages"][0];
    assert_eq!((package["package"].as_str(), package["sufficient"][0].as_str()), (Some("."), Some("banking:read")));
    assert_eq!(package["clients"][0]["client"], "AELIX_CLIENT_ID");
    assert_eq!(package["calls"][0]["needs_one_of"][0], "banking:read");
}

#[test]
fn what_is_shown_beside_a_call_holds_no_secret() {
    let password = ["8tmkaF", "MBEsua", "ajNZq7"].join("Wx2");
    let call = format!("requests.post(API + \"/v1/payments\", auth=(\"svc\", \"{password}\"))\n");
    let found = scan_files(&[("a.py", &format!("{}{call}", client("\"banking:read\"")))]);
    let missing = found.findings.iter().find(|finding| finding.rule.as_str() == "scopes/missing-scope").unwrap();
    assert!(missing.place.snippet.text.contains("/v1/payments") && !missing.place.snippet.text.contains(&password), "shown in full");
    assert!(!format!("{:?}", found.findings).contains(&password), "shown somewhere");
}
