//! The going-live checklist, run on small trees: every item in its three states, its formats and its exit status.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The secret that is planted where one is needed.
fn planted() -> String {
    ["q8Zr41", "f07c2LmX", "0vKp4TnYw9"].concat()
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    fs::create_dir_all(folder.join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("{{secret}}", &planted())).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    command.arg("checklist").args(arguments).current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1").env_remove("SOURCE_DATE_EPOCH");
    command.output().unwrap()
}

fn document(files: &[(&str, &str)]) -> (Value, Option<i32>) {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), files);
    let output = run(tree.path(), &["--format", "json", "--now", "2026-06-01"]);
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

fn item<'v>(document: &'v Value, id: &str) -> &'v Value {
    document["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap()
}

/// Files by their names.
type Tree = &'static [(&'static str, &'static str)];

/// Each item with trees that meet and violate it; every item is open in a tree that says nothing.
const ITEMS: [(&str, Tree, Tree); 10] = [
    ("secret-manager", &[("aelix-lint.toml", "[integration]\nsecret-location = \"vault:prod/aelix\"\n")], &[("aelix.env", "AELIX_CLIENT_SECRET={{secret}}\n")]),
    (
        "separate-secrets",
        &[(
            "aelix-lint.toml",
            "[[integration.clients]]\nname = \"live\"\nenvironment = \"production\"\nsecret-location = \"vault:prod\"\n[[integration.clients]]\nname = \"try\"\nenvironment = \"sandbox\"\nsecret-location = \"vault:sandbox\"\n",
        )],
        &[("config/production.yaml", "aelix:\n  client_secret: {{secret}}\n"), ("config/sandbox.yaml", "aelix:\n  client_secret: {{secret}}\n")],
    ),
    (
        "ip-allowlist",
        &[("aelix-lint.toml", "[integration]\nenvironment = \"production\"\nallowlist = [\"52.48.102.14/32\"]\n")],
        &[("aelix-lint.toml", "[integration]\nenvironment = \"production\"\n")],
    ),
    (
        "scopes-reviewed",
        &[("aelix-lint.toml", "[integration]\nscopes = [\"banking:read\"]\nscopes-reviewed = \"2026-03-31\"\n")],
        &[("aelix-lint.toml", "[integration]\nscopes = [\"payments:write\"]\nscopes-reviewed = \"2026-03-31\"\n")],
    ),
    (
        "https",
        &[("client.py", "BASE = \"https://api.aelix.digitalapi.ai\"\n")],
        &[("client.py", "import requests\nrequests.get(\"https://api.aelix.digitalapi.ai/v1/accounts\", verify=False)\n")],
    ),
    (
        "audit-export",
        &[("export.sh", "curl \"$BASE/v1/audit-logs?from=$FROM&to=$TO\" -H \"Authorization: Bearer $ADMIN_TOKEN\"\n")],
        &[("aelix-lint.toml", "[integration]\nenvironment = \"production\"\nallowlist = [\"52.48.102.14/32\"]\n")],
    ),
    (
        "audit-retention",
        &[("aelix-lint.toml", "[integration.audit]\nexport = \"splunk\"\nretention-days = 400\n")],
        &[("aelix-lint.toml", "[integration.audit]\nexport = \"splunk\"\nretention-days = 30\n")],
    ),
    (
        "webhook-signature",
        &[(
            "hooks.py",
            "import hmac\n\ndef verify(request, secret):\n    signature = request.headers[\"X-Aelix-Signature\"]\n    digest = hmac.new(secret, request.data, \"sha256\").hexdigest()\n    return hmac.compare_digest(signature, digest)\n",
        )],
        &[(
            "hooks.py",
            "import hmac\n\ndef verify(request, expected):\n    signature = request.headers[\"X-Aelix-Signature\"]\n    return signature == expected\n",
        )],
    ),
    (
        "token-cache",
        &[(
            "bank.py",
            "import time, requests\n\ndef token(state):\n    if time.time() > state.expires_at - 60:\n        state.renew(requests.post(AUTH + '/oauth2/token', data=FORM).json())\n    return state.token\n",
        )],
        &[(
            "bank.py",
            "import requests\n\ndef token():\n    r = requests.post(AUTH + '/oauth2/token', data=FORM)\n    return r.json()['access_token']\n\ndef accounts():\n    return requests.get(API + '/v1/accounts', headers={'Authorization': 'Bearer ' + token()})\n",
        )],
    ),
    (
        "token-logs",
        &[("bank.py", "import requests\n\ndef token():\n    return requests.post(AUTH + '/oauth2/token', data=FORM).json()['access_token']\n")],
        &[(
            "bank.py",
            "import requests\n\ndef token():\n    access_token = requests.post(AUTH + '/oauth2/token', data=FORM).json()['access_token']\n    print(f\"got {access_token}\")\n    return access_token\n",
        )],
    ),
];

#[test]
fn every_item_is_met_violated_and_open_in_turn() {
    let (open, status) = document(&[("main.py", "print('hello')\n")]);
    assert_eq!(status, Some(0), "what is not decidable fails nothing");
    assert_eq!(open["items"].as_array().unwrap().len(), ITEMS.len());
    let mut wrong = Vec::new();
    for (id, met, violated) in ITEMS {
        let is_open = item(&open, id);
        if is_open["state"] != "undecided" || is_open["declare"].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{is_open:#}"));
        }
        let (document_of_met, _) = document(met);
        let one = item(&document_of_met, id);
        if one["state"] != "met" || one["evidence"][0]["line"].as_u64().is_none() {
            wrong.push(format!("{one:#}"));
        }
        let (document_of_violated, status) = document(violated);
        let one = item(&document_of_violated, id);
        if one["state"] != "violated" || one["findings"][0]["rule"].as_str().is_none() || status != Some(1) {
            wrong.push(format!("{status:?} {one:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The word of a state in the two formats for people.
const WORDS: [(&str, &str, &str); 3] =
    [("met", "met      ", "| met |"), ("violated", "violated ", "| **violated** |"), ("undecided", "undecided", "| not decidable |")];

#[test]
fn people_read_the_state_of_every_item_in_both_formats() {
    let open: Tree = &[("main.py", "print('hello')\n")];
    let mut wrong = Vec::new();
    for (id, met, violated) in ITEMS {
        for (files, state) in [(met, "met"), (violated, "violated"), (open, "undecided")] {
            let tree = tempfile::tempdir().unwrap();
            write(tree.path(), files);
            let shown = |format: &str| String::from_utf8(run(tree.path(), &["--format", format, "--now", "2026-06-01"]).stdout).unwrap();
            let json: Value = serde_json::from_str(&shown("json")).unwrap();
            let title = item(&json, id)["title"].as_str().unwrap();
            let (_, human, markdown) = WORDS.iter().find(|(name, ..)| *name == state).unwrap();
            let has = |text: &str, parts: [&str; 2]| text.lines().any(|line| line.contains(parts[0]) && line.contains(parts[1]));
            if !has(&shown("human"), [human, title]) || !has(&shown("markdown"), [title, markdown]) {
                wrong.push(format!("{id} {state}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_document_follows_its_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/checklist.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (_, met, violated) in ITEMS {
        for files in [met, violated] {
            let (document, _) = document(files);
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
        }
    }
    let (mut document, _) = document(&[("a.py", "")]);
    document["items"][0]["value"] = "x".into();
    assert!(!validator.is_valid(&document));
}

#[test]
fn no_format_shows_a_secret() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), ITEMS.iter().find(|(id, ..)| *id == "separate-secrets").unwrap().2);
    let secret = planted();
    for format in ["human", "json", "markdown"] {
        let output = run(tree.path(), &["--format", format]);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains("production.yaml") && !text.contains(&secret[4..secret.len() - 4]), "{format}: {text}");
    }
}

#[test]
fn the_exit_status_is_that_of_a_scan() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("aelix-lint.toml", "[integration]\nenvironment = \"production\"\n"), ("a.py", "x = 1\n")]);
    let status = |arguments: &[&str]| run(tree.path(), arguments).status.code();
    assert_eq!(status(&[]), Some(1));
    assert_eq!(status(&["--exit-zero"]), Some(0));
    assert_eq!(status(&["gone"]), Some(2), "what is named and missing");
    assert_eq!(status(&["a.py"]), Some(1), "the declaration counts wherever the paths lead");
    assert_eq!(status(&["--isolated", "a.py"]), Some(0));
}

#[test]
fn a_declaration_above_the_paths_closes_items_and_is_not_judged_by_a_scan() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("aelix-lint.toml", "[integration]\nwebhooks = false\nrotation-days = 400\n"), ("src/a.py", "x = 1\n")]);
    let output = run(tree.path(), &["--format", "json", "src"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let one = item(&document, "webhook-signature");
    assert_eq!((one["state"].as_str(), one["evidence"][0]["line"].as_u64()), (Some("met"), Some(2)), "{one:#}");
    assert_eq!(item(&document, "scopes-reviewed")["state"], "undecided");
    let scan = Command::new(env!("CARGO_BIN_EXE_aelix-lint")).args(["--format", "concise", "src"]).current_dir(tree.path()).output().unwrap();
    assert_eq!(scan.status.code(), Some(0), "{}", String::from_utf8_lossy(&scan.stdout));
}

#[test]
fn a_declaration_above_the_paths_is_judged_like_one_of_them() {
    let state = |(name, text): (&str, &str), arguments: &[&str], id: &str| {
        let tree = tempfile::tempdir().unwrap();
        write(tree.path(), &[(name, text), ("src/a.py", "x = 1\n")]);
        let output = run(tree.path(), &[&["--format", "json"], arguments].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let one = item(&document, id);
        (one["state"].as_str().unwrap().to_owned(), one["findings"].as_array().unwrap().len(), one["accepted"].as_u64().unwrap())
    };
    let scopes = "[integration]\nscopes = [\"banking:*\"]\nscopes-reviewed = \"2026-03-31\"\n";
    let open = "[integration]\nenvironment = \"production\"\nallowlist = [\"0.0.0.0/0\"]";
    let accepted = format!("{open} # aelix-lint: allow network/allowlist-world-open -- while it is built\n");
    for paths in [["."].as_slice(), &["src"], &["src", "aelix-lint.toml"]] {
        assert_eq!(state(("aelix-lint.toml", scopes), paths, "scopes-reviewed"), ("violated".to_owned(), 1, 0), "{paths:?}");
        assert_eq!(state(("aelix-lint.toml", &accepted), paths, "ip-allowlist"), ("met".to_owned(), 0, 1), "{paths:?}");
    }
    for paths in [".", "src"] {
        assert_eq!(state(("ci.toml", open), &["--config", "ci.toml", paths], "ip-allowlist").0, "violated", "a configuration of another name");
    }
}
