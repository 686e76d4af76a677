//! The schemas that editors read: generated, fresh, and of one mind with the readers. `UPDATE_DOCS=1 cargo test --test schema` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::fs;
use std::path::{Path, PathBuf};

use aelix_lint::{config, ruleset};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schemas() -> [(&'static str, Value); 2] {
    [("schemas/config.schema.json", config::schema()), ("schemas/rules.schema.json", ruleset::schema::rule_file())]
}

/// What a schema says against the text of a TOML file.
fn objections(schema: &Value, toml: &str) -> Vec<String> {
    let instance: Value = toml::from_str(toml).unwrap();
    let validator = jsonschema::draft7::new(schema).unwrap();
    validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The rule files of the package; those of other data are no rule files.
fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_data = ["rules/allowlists", "rules/checklists", "rules/programs", "rules/providers", "rules/sinks"].iter().any(|data| path.ends_with(data));
        if path.is_dir() && !is_data {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
}

#[test]
fn the_committed_schemas_are_fresh() {
    for (name, schema) in schemas() {
        let path = root().join(name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, format!("{schema:#}\n")).unwrap();
        }
        let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
        assert!(written == schema, "{name} is out of date; run `UPDATE_DOCS=1 cargo test --test schema`");
    }
}

#[test]
fn every_key_is_described() {
    fn walk(at: &str, schema: &Value, problems: &mut Vec<String>) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["description"].is_null() {
                problems.push(format!("{at}.{key}"));
            }
            walk(&format!("{at}.{key}"), property, problems);
            walk(&format!("{at}.{key}[]"), &property["items"], problems);
        }
    }
    let mut problems = Vec::new();
    for (name, schema) in &schemas() {
        walk(name, schema, &mut problems);
    }
    assert!(problems.is_empty(), "say what these keys are, in schema.rs: {problems:?}");
}

#[test]
fn every_rule_file_of_the_package_is_valid() {
    let mut files = Vec::new();
    rule_files(&root().join("rules"), &mut files);
    assert!(files.len() > 50);
    let schema = ruleset::schema::rule_file();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for path in files {
        let instance: Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn configurations_are_valid() {
    let schema = config::schema();
    let template = fs::read_to_string(root().join("src/command/config.toml")).unwrap();
    let is_setting = |line: &str| line.starts_with("#[") || line.split_once(" = ").is_some_and(|(key, _)| key.starts_with('#') && !key.contains("# "));
    let whole: String = template.lines().map(|line| if is_setting(line) { &line[1..] } else { line }).flat_map(|line| [line, "\n"]).collect();
    for text in [fs::read_to_string(root().join("aelix-lint.toml")).unwrap(), whole, String::new(), "max-file-size = 4096".to_owned()] {
        assert_eq!(objections(&schema, &text), Vec::<String>::new(), "{text}");
    }
}

/// The reader and the schema refuse the same things.
#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    for text in [
        "exclud = []",
        "min-severity = \"hihg\"",
        "fail-on = \"often\"",
        "format = \"xml\"",
        "select = \"secrets\"",
        "[allow]\nvalue = []",
        "[[override]]\nseverity = \"low\"",
        "[[override]]\nrules = [\"secrets\"]\nseverty = \"low\"",
        "[per-path-ignores]\nx = \"secrets\"",
    ] {
        assert!(config::parse("aelix-lint.toml", text).is_err(), "{text}");
        assert!(!objections(&config::schema(), text).is_empty(), "{text}");
    }
    let facts = ["id = \"custom/x\"", "title = \"x\"", "severity = \"low\"", "confidence = \"low\"", "why = \"w\"", "fix = \"f\"", "examples = [\"a\"]"];
    let whole = format!("[[rule]]\n{}\npattern = \"abcd\"\n", facts.join("\n"));
    let mut wrong = vec![
        whole.replace("pattern", "patern"),
        whole.replace("custom/x", "custom/X"),
        whole.replace("custom/x", "x"),
        whole.replace("[\"a\"]", "[]"),
        whole.replace("[\"a\"]", "[7]"),
        whole.replace("[\"a\"]", "[{ path = \"p\", txt = \"a\" }]"),
        whole.replace("[[rule]]", "[[rules]]"),
        whole.replace("pattern = \"abcd\"", ""),
        format!("{whole}check = \"scope-wildcard\"\n"),
        format!("{whole}counterexamples = [{{ text = \"a\" }}]\n"),
        format!("{whole}require = [\"vowel\"]\n"),
        whole.replace("pattern = \"abcd\"", "key = { nam = \"abcd\" }"),
        whole.replace("pattern = \"abcd\"", "sink = {}"),
    ];
    wrong.extend(facts.iter().map(|fact| whole.replace(&format!("{fact}\n"), "")));
    let schema = ruleset::schema::rule_file();
    assert_eq!((ruleset::parse("r.toml", &whole, false).is_ok(), objections(&schema, &whole)), (true, vec![]));
    for text in wrong {
        assert!(ruleset::parse("r.toml", &text, false).is_err(), "{text}");
        assert!(!objections(&schema, &text).is_empty(), "{text}");
    }
}
