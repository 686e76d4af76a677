//! The page that shows how to add a language shows files that compile and work, and the tree holds for every language what the page asks for.
#![cfg(feature = "lang-go")]
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::fs;
use std::path::{Path, PathBuf};

use aelix_lint::lang::{self, CAPTURES, Callees, Language};
use aelix_lint::model::facts::Value;
use aelix_lint::scan::syntax::{Bounds, Parser, facts};
use regex::Regex;

#[path = "new_language/demo.rs"]
mod demo;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The fenced blocks of a language within the section, without their indentation.
fn blocks(language: &str) -> Vec<String> {
    let page = read("CONTRIBUTING.md");
    let start = page.find("## Add a language").unwrap();
    let section = &page[start..start + 3 + page[start + 3..].find("\n## ").unwrap()];
    let fence = Regex::new(&format!(r"(?ms)^( *)```{language}\n(.*?)^ *```$")).unwrap();
    let unindented = |found: regex::Captures| found[2].split_inclusive('\n').map(|line| line.strip_prefix(&found[1]).unwrap_or(line)).collect();
    fence.captures_iter(section).map(unindented).collect()
}

#[test]
fn the_page_shows_two_files_that_compile() {
    assert_eq!(blocks("rust")[0], read("tests/new_language/demo.rs"));
    assert_eq!(blocks("scm"), [read("tests/new_language/demo.scm")]);
}

#[test]
fn the_query_of_the_page_says_what_a_program_means() {
    let query = demo::LANGUAGE.query().unwrap();
    assert!(query.captures().iter().all(|name| CAPTURES.contains(&name.as_str())));
    for (expression, expected) in [
        ("\"a\" + \"b\"", Some("ab")),
        ("top", Some("top")),
        ("strings.TrimSpace(local)", Some("local")),
        ("getenv(\"A\", \"b\")", Some("b")),
        ("given", Some("it")),
        ("other", None),
    ] {
        let code = format!(
            "package a\nconst top = \"top\"\nfunc run(given string) {{\n\tlocal := \"local\"\n\tsink({expression})\n}}\nfunc main() {{ run(\"it\") }}\n"
        );
        let facts = facts(code.as_bytes(), &demo::LANGUAGE, &mut Parser::default(), Bounds::default()).unwrap();
        let call = facts.calls.iter().find(|call| call.callee == "sink").unwrap();
        let found = match &call.arguments[0].value {
            Value::Literal { text, .. } => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        assert_eq!(found.as_deref(), expected, "{expression}");
    }
}

/// The two lines and the grammar that the page shows, with the name of a language of the tree.
#[test]
fn every_language_has_the_files_and_the_lines_of_the_page() {
    let (table, manifest, default) = (read("src/lang/mod.rs"), read("Cargo.toml"), read("docs/languages.md"));
    let lines: Vec<String> = blocks("rust")[1].lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, ["#[cfg(feature = \"lang-demo\")]", "mod demo;", "#[cfg(feature = \"lang-demo\")]", "&demo::LANGUAGE,"]);
    for language in lang::table().iter().filter(|language| language.name != "tsx") {
        let name = language.name;
        assert!(Path::new(&root().join(format!("src/lang/{name}.rs"))).exists(), "{name}");
        let has_query = ["scm", "rs"].iter().all(|extension| root().join(format!("src/lang/{name}.{extension}")).exists());
        assert!(has_query, "{name} has a query");
        assert!(table.contains(&format!("mod {name};")) && table.contains(&format!("&{name}::LANGUAGE")), "{name} in the table");
        assert!(manifest.contains(&format!("lang-{name} = [\"dep:tree-sitter-")), "a feature for {name}");
        assert!(default.contains(&format!("`{}`", language.extensions[0])), "{name} in docs/languages.md");
    }
}
