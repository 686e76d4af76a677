//! What the documents say is what the program does.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex::Regex;

/// The command of the transcript in `README.md`.
const DEMO: &str = "$ cargo run --release -- --exit-zero fixtures/demo\n";
/// What the demo prints, without the wording: rule, file, line.
const DEMO_FINDINGS: &[(&str, &str, u64)] = &[
    ("secrets/aelix-client-secret", ".env", 4),
    ("secrets/aelix-api-key", ".env", 5),
    ("scopes/unknown-scope", "config/production.yaml", 13),
    ("secrets/secret-in-config", "config/production.yaml", 15),
    ("scopes/wildcard", "config/production.yaml", 20),
    ("secrets/secret-in-config", "config/production.yaml", 25),
    ("secrets/aelix-sandbox-api-key", "config/sandbox.yaml", 3),
    ("secrets/password-in-url", "docker-compose.yml", 6),
    ("secrets/aelix-audit-log-token", "scripts/export_audit_log.sh", 5),
    ("secrets/hardcoded-client-secret", "src/aelix.rs", 7),
    ("rotation/interval-too-long", "terraform/main.tf", 10),
    ("rotation/no-rotation-config", "terraform/main.tf", 14),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn aelix_lint(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1");
    for name in ["AELIX_LINT_FORMAT", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The text of every fenced block of a language, its indentation in a list taken away.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = Regex::new(&format!(r"(?ms)^( *)```{language}\n(.*?)^ *```$")).unwrap();
    let unindented = |found: regex::Captures| found[2].split_inclusive('\n').map(|line| line.strip_prefix(&found[1]).unwrap_or(line)).collect();
    fence.captures_iter(document).map(unindented).collect()
}

/// What changes with every run, or with every rule: the end of the footer.
fn end_of_footer() -> Regex {
    Regex::new(r"\d+ rules, [\d.]+ m?s\)\.\n").unwrap()
}

#[test]
fn the_transcript_in_the_readme_is_what_the_program_prints() {
    let output = aelix_lint(&root(), &["--exit-zero", "fixtures/demo"]);
    let (status, printed, errors) = (output.status, text(output.stdout), text(output.stderr));
    assert!(status.success(), "{printed}{errors}");
    let readme = read("README.md");
    let start = readme.find(DEMO).unwrap() + DEMO.len();
    let end = start + readme[start..].find("```\n").unwrap();
    let written = &readme[start..end];
    if std::env::var_os("UPDATE_DOCS").is_some() {
        // The time of the release build that was measured stays: tests run another one.
        let time = Regex::new(r"[\d.]+ m?s\)\.\n").unwrap();
        let fresh = time.find(written).map_or(printed.clone(), |kept| time.replace(&printed, kept.as_str()).into_owned());
        fs::write(root().join("README.md"), format!("{}{fresh}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    let settled = |report: &str| end_of_footer().replace(report, "N rules, TIME).\n").into_owned();
    assert_eq!(settled(written), settled(&printed), "README.md is out of date; run `UPDATE_DOCS=1 cargo test --test documents`");
}

#[test]
fn the_demo_has_exactly_these_findings() {
    let output = aelix_lint(&root(), &["--exit-zero", "--format", "json", "fixtures/demo"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<(&str, &str, u64)> = report["findings"].as_array().unwrap().iter().map(finding).collect();
    assert_eq!(found, DEMO_FINDINGS);
}

fn finding(finding: &serde_json::Value) -> (&str, &str, u64) {
    let path = finding["path"].as_str().unwrap();
    (finding["rule"].as_str().unwrap(), path.strip_prefix("fixtures/demo/").unwrap_or(path), finding["line"].as_u64().unwrap())
}

#[test]
fn the_demo_shows_no_secret_in_any_format() {
    let settings = read("fixtures/demo/.env");
    let is_planted = |name: &&str| name.ends_with("CLIENT_SECRET") || name.ends_with("API_KEY");
    let values: Vec<&str> = settings.lines().filter_map(|line| line.split_once('=').filter(|(name, _)| is_planted(name))).map(|(_, value)| value).collect();
    assert_eq!(values.len(), 2);
    for format in ["full", "concise", "grouped", "json", "jsonl", "sarif"] {
        let report = text(aelix_lint(&root(), &["--exit-zero", "--format", format, "fixtures/demo"]).stdout);
        assert!(values.iter().all(|value| !report.contains(&value[value.len() / 2..])), "{format}");
    }
}

#[test]
fn the_sample_configuration_is_one() {
    for block in blocks(&read("README.md"), "toml") {
        aelix_lint::config::parse("README.md", &block).unwrap();
    }
}

#[test]
fn the_steps_to_add_a_rule_work() {
    let page = read("CONTRIBUTING.md");
    let scratch = tempfile::tempdir().unwrap();
    let file = "rules/secrets/acmepay.toml";
    fs::create_dir_all(scratch.path().join("rules/secrets")).unwrap();
    fs::create_dir(scratch.path().join(".git")).unwrap();
    fs::write(scratch.path().join(file), &blocks(&page, "toml")[0]).unwrap();
    let mut ran = 0;
    for block in blocks(&page, "console") {
        let (command, expected) = block.split_once('\n').unwrap();
        let Some(arguments) = command.strip_prefix("$ cargo run -q -- ") else { continue };
        let output = aelix_lint(scratch.path(), &arguments.split(' ').collect::<Vec<_>>());
        let (status, printed, errors) = (output.status, text(output.stdout), text(output.stderr));
        assert!(status.success(), "{command}: {printed}{errors}");
        assert!(expected.is_empty() || printed == expected, "{command}: {printed}");
        ran += 1;
    }
    assert_eq!(ran, 3, "the commands of the page");
    for name in ["cargo test --test rules", "UPDATE_DOCS=1 cargo test --test house", ".ci/run"] {
        assert!(page.contains(name), "{name}");
    }
}

#[test]
fn the_other_form_of_a_rule_works_too() {
    let [rule, key, ..] = &blocks(&read("CONTRIBUTING.md"), "toml")[..] else { panic!("two samples") };
    let is_kept = |line: &&str| !line.starts_with("pattern") && !line.starts_with("min_entropy");
    let facts: String = rule.split_inclusive('\n').take_while(|line| !line.starts_with("examples")).filter(is_kept).collect();
    let digits = ["1d9e40b7c2a8", "5f36e0b19c74", "d2f8a5036be7914c"].concat();
    let examples = format!("examples = [\"acmepayAuthToken: «{digits}»\", \"ACMEPAY_API_SECRET=«{digits}»\"]");
    let none = "{ text = \"acmepay_token=12\", because = \"short\" }";
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("acmepay.toml"), format!("{facts}{examples}\ncounterexamples = [{none}, {none}]\n{key}")).unwrap();
    let output = aelix_lint(scratch.path(), &["rules", "test", "acmepay.toml"]);
    assert!(output.status.success(), "{}{}", text(output.stdout), text(output.stderr));
}

/// The page of custom rules: its rule files are written below one folder, its commands are run there, in the order of the page.
#[test]
fn the_page_of_custom_rules_works() {
    let page = read("docs/custom-rules.md");
    let scratch = tempfile::tempdir().unwrap();
    fs::create_dir(scratch.path().join(".git")).unwrap();
    fs::create_dir(scratch.path().join("lint-rules")).unwrap();
    let (mut files, mut ran) = (0, 0);
    for block in Regex::new(r"(?ms)^```(toml|console)\n(.*?)^```$").unwrap().captures_iter(&page) {
        let text = &block[2];
        match (
            &block[1],
            text.strip_prefix("# ").and_then(|rest| rest.split_once('\n')).filter(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "toml")),
        ) {
            ("console", _) => ran += transcript(scratch.path(), text),
            (_, None) => drop(aelix_lint::config::parse("custom-rules.md", text).unwrap()),
            (_, Some((name, _))) => {
                files += 1;
                fs::write(scratch.path().join(name), text).unwrap();
                let output = aelix_lint(scratch.path(), &["rules", "test", name]);
                let expected = match name {
                    "failing.toml" => 1,
                    "bad-query.toml" => 2,
                    _ => 0,
                };
                assert_eq!(output.status.code(), Some(expected), "{name}: {}{}", text_of(&output.stdout), text_of(&output.stderr));
            }
        }
    }
    assert!(files >= 10 && ran >= 7, "{files} rule files, {ran} commands");
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the commands of a console block and compares what they print; `? N` is the exit status, `...` anything. Returns how many ran.
fn transcript(folder: &Path, block: &str) -> usize {
    let commands: Vec<&str> = block.split("$ aelix-lint ").filter(|command| !command.is_empty()).collect();
    for command in &commands {
        let (line, mut expected) = command.split_once('\n').unwrap();
        let (arguments, file) = line.split_once(" > ").map_or((line, None), |(arguments, file)| (arguments, Some(file)));
        let output = aelix_lint(folder, &arguments.split(' ').collect::<Vec<_>>());
        let mut status = 0;
        if let Some((code, rest)) = expected.strip_prefix("? ").and_then(|rest| rest.split_once('\n')) {
            (status, expected) = (code.parse().unwrap(), rest);
        }
        let printed = text_of(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{line}: {printed}{}", text_of(&output.stderr));
        match file {
            Some(file) => fs::write(folder.join(file), printed).unwrap(),
            // An error stands on standard error.
            None if status == 2 => assert_eq!(text_of(&output.stderr), expected, "{line}"),
            None => assert!(expected == "...\n" || printed == expected, "{line}: {printed}"),
        }
    }
    commands.len()
}

/// The page names every check, class and kind that there is.
#[test]
fn the_page_of_custom_rules_is_complete() {
    let page = read("docs/custom-rules.md");
    let schema = aelix_lint::ruleset::schema::rule_file();
    let rule = &schema["properties"]["rule"]["items"]["properties"];
    for key in rule.as_object().unwrap().keys().filter(|key| *key != "since") {
        assert!(page.contains(key.as_str()), "{key}");
    }
    let kinds = &rule["key"]["properties"]["kinds"]["items"]["enum"];
    let checks = rule["check"]["enum"].as_array().unwrap().iter().filter(|name| !name.as_str().unwrap().starts_with("suppression-"));
    let lists = [&rule["validate"]["enum"], &rule["require"]["items"]["enum"], kinds].into_iter().flat_map(|list| list.as_array().unwrap());
    for name in lists.chain(checks) {
        assert!(page.contains(&format!("`{}`", name.as_str().unwrap())), "{name}");
    }
}

#[test]
fn a_rule_that_requires_another_match_works() {
    let [_, _, requires] = &blocks(&read("CONTRIBUTING.md"), "toml")[..] else { panic!("three samples") };
    let head = |id: &str| format!("[[rule]]\nid = \"secrets/{id}\"\ntitle = \"x\"\nseverity = \"low\"\nconfidence = \"high\"\nwhy = \"w\"\nfix = \"f\"\n");
    let id = format!("{}pattern = 'acmeid_[0-9]{{6}}'\nexamples = ['«acmeid_739201»']\n", head("acmepay-key-id"));
    let key = format!(
        "{}pattern = '\\b[0-9a-z]{{12}}\\b'\nexamples = [\"a: acmeid_739201\\nb: «q8zr2lmx0vkp»\"]\ncounterexamples = [{{ text = 'b: q8zr2lmx0vkp', because = 'no key id' }}]\n{requires}",
        head("acmepay-key")
    );
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("acmepay.toml"), id + &key).unwrap();
    let output = aelix_lint(scratch.path(), &["rules", "test", "acmepay.toml"]);
    assert_eq!(text(output.stdout), "2 rules, 3 examples, 0 failed\n");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)").unwrap();
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        for found in link.captures_iter(&read(name)) {
            assert!(root().join(&found[1]).exists(), "{name}: {}", &found[1]);
        }
    }
}
