//! The house looks at itself: floors, rooms of crates, rules, messages, generated pages, and its own scan.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use aelix_lint::docs;
use aelix_lint::model::rule::Matcher;
use aelix_lint::model::{Blob, Rule, RuleId, Target};
use aelix_lint::ruleset::anchors::MIN_LEN;
use aelix_lint::ruleset::{Engine, RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};
use regex::Regex;

/// Modules by floor; a module imports from its own floor or from a lower one. The entry floor is a staircase: each step has its own number.
const FLOORS: [(u32, &[&str]); 11] = [
    (0, &["text"]),
    (10, &["model", "lang"]),
    (20, &["ruleset", "check", "docs"]),
    (30, &["scan", "source"]),
    (40, &["project"]),
    (50, &["triage"]),
    (60, &["report"]),
    (80, &["cli", "config"]),
    (81, &["plan"]),
    (82, &["run"]),
    (83, &["command"]),
];
/// Modules of one floor that do not know each other at all.
const STRANGERS: [(&str, &str); 1] = [("scan", "source")];

/// A crate, and the only files that may name it.
const ROOMS: [(&str, &[&str]); 14] = [
    ("clap", &["cli.rs"]),
    ("toml", &["config.rs", "ruleset/"]),
    ("colored", &["report/style.rs"]),
    ("annotate_snippets", &["report/human.rs"]),
    ("serde_sarif", &["report/sarif.rs"]),
    ("ignore", &["source/walk.rs"]),
    ("rayon", &["run.rs", "run/"]),
    ("flate2", &["source/archive.rs", "source/git/packs.rs"]),
    ("gix_hash", &["source/git/packs.rs"]),
    ("gix_object", &["source/git/packs.rs"]),
    ("gix_pack", &["source/git/packs.rs"]),
    ("gix_zlib", &["source/git/packs.rs"]),
    ("tar", &["source/archive.rs"]),
    ("zip", &["source/archive.rs"]),
];

/// Rules about where a value stands (after a name, inside a URL), not about its shape: they see the names in examples, which nothing hides.
/// `aelix-lint.toml` mutes the same ones in `rules/`.
const RULES_OF_PLACES: [&str; 5] =
    ["secrets/secret-in-config", "secrets/hardcoded-credential", "secrets/password-in-url", "secrets/curl-user-password", "secrets/sql-password"];

/// The catalogue of rules is regenerated with this command.
const REGENERATE: &str = "UPDATE_DOCS=1 cargo test --test house";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source file under `src/`.
struct Source {
    /// Path relative to `src/`, with slashes.
    name: String,
    text: String,
}

/// A `crate::` or `super::` path that leaves a module.
struct Import {
    line: usize,
    module: String,
}

impl Source {
    /// The top-level module it belongs to; `lib` and `main` belong to none.
    fn module(&self) -> Option<&str> {
        let top = self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        (!matches!(top, "lib" | "main")).then_some(top)
    }

    /// How many modules deep it is: `plan.rs` and `plan/mod.rs` are 1, `plan/inputs.rs` is 2.
    fn depth(&self) -> usize {
        self.name.split('/').count() - usize::from(self.name.ends_with("/mod.rs"))
    }

    /// The text without comments, line by line as before.
    fn code(&self) -> String {
        let comment = Regex::new(r"(?m)^[ \t]*//.*$").unwrap();
        comment.replace_all(&self.text, "").into_owned()
    }

    /// The text without comments and without what stands in strings, line by line as before.
    fn bare_code(&self) -> String {
        static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
            let strings = r##"\br"[^"]*"|\bb?r#".*?"#|"(?:[^"\\]|\\.)*"|'(?:[^'\\\n]|\\[^\n]{1,10}?)'"##;
            Regex::new(&format!(r"(?s)//[^\n]*|/\*.*?\*/|{strings}")).unwrap()
        });
        let line_ends = |found: &regex::Captures| "\n".repeat(found[0].matches('\n').count());
        LITERAL.replace_all(&self.text, line_ends).into_owned()
    }

    fn imports(&self) -> Vec<Import> {
        let code = self.bare_code();
        let mut imports = Vec::new();
        for found in Regex::new(r"\bcrate::").unwrap().find_iter(&code) {
            let line = line_of(&code, found.start());
            imports.extend(names_after(&code[found.end()..]).into_iter().map(|module| Import { line, module }));
        }
        imports
    }

    /// Lines on which `super::` climbs out of the top-level module, where `crate::` would say so.
    fn climbs(&self) -> Vec<usize> {
        let code = self.bare_code();
        let tests = code.find("#[cfg(test)]").unwrap_or(code.len());
        let supers = Regex::new(r"\b(?:super::)+").unwrap();
        let climbs = supers.find_iter(&code).filter(|found| found.len() / "super::".len() >= self.depth() + usize::from(found.start() > tests));
        climbs.map(|found| line_of(&code, found.start())).collect()
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The first names of what follows `crate::`: one, or those of a group.
fn names_after(text: &str) -> Vec<String> {
    let Some(group) = text.strip_prefix('{') else {
        return vec![text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()];
    };
    let (mut depth, mut at_start, mut names) = (1, true, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                names.push(String::new());
                at_start = true;
            }
            ':' | ' ' if names.last().is_some_and(|name| !name.is_empty()) => at_start = false,
            c if depth == 1 && at_start && (c.is_alphanumeric() || c == '_') => names.last_mut().unwrap().push(c),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn sources() -> Vec<Source> {
    let base = root().join("src");
    let mut files = Vec::new();
    list(&base, &mut files);
    let relative = |path: &Path| path.strip_prefix(&base).unwrap().to_string_lossy().replace('\\', "/");
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| Source { name: relative(path), text: fs::read_to_string(path).unwrap() })
        .collect()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(_, modules)| modules.contains(&module)).map(|(floor, _)| *floor)
}

fn fail_with(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Every import between two modules: from, to, where it is written.
fn edges() -> Vec<(String, String, String)> {
    let mut edges = Vec::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        let others = source.imports().into_iter().filter(|import| import.module != module);
        edges.extend(others.map(|import| (module.to_owned(), import.module, format!("src/{}:{}", source.name, import.line))));
    }
    edges
}

#[test]
fn every_module_has_a_floor() {
    let missing = sources().iter().filter_map(Source::module).filter(|module| floor(module).is_none()).map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(missing.is_empty(), "no floor is named in tests/house.rs for {missing:?}");
}

#[test]
fn imports_point_down_only() {
    let mut problems = Vec::new();
    for (from, to, place) in edges() {
        match (floor(&from), floor(&to)) {
            (Some(own), Some(other)) if other > own => problems.push(format!("{place}: `{from}` imports `{to}`, which is above it")),
            (Some(_), None) => problems.push(format!("{place}: `{from}` imports `{to}`, which is no module of a floor")),
            _ => {}
        }
        if STRANGERS.iter().any(|pair| *pair == (&*from, &*to) || *pair == (&*to, &*from)) {
            problems.push(format!("{place}: `{from}` and `{to}` must not know each other"));
        }
    }
    for source in sources() {
        problems.extend(source.climbs().iter().map(|line| format!("src/{}:{line}: `super::` leaves the module; write `crate::`", source.name)));
    }
    fail_with(&problems);
}

#[test]
fn no_cycle_within_a_floor() {
    let mut within: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (from, to, place) in edges().into_iter().filter(|(from, to, _)| floor(from) == floor(to)) {
        within.entry(from).or_default().entry(to).or_insert(place);
    }
    let reaches = |from: &str, to: &str| {
        let (mut seen, mut open) = (HashSet::new(), vec![from.to_owned()]);
        while let Some(module) = open.pop() {
            if module == to {
                return true;
            }
            if seen.insert(module.clone()) {
                open.extend(within.get(&module).into_iter().flat_map(|next| next.keys().cloned()));
            }
        }
        false
    };
    let edges = within.iter().flat_map(|(from, next)| next.iter().map(move |(to, place)| (from, to, place)));
    let problems: Vec<String> =
        edges.filter(|(from, to, _)| reaches(to, from)).map(|(from, to, place)| format!("{place}: `{from}` imports `{to}`, which imports it back")).collect();
    fail_with(&problems);
}

#[test]
fn a_crate_stays_in_its_room() {
    let mut problems = Vec::new();
    let grammar = Regex::new(r"\btree_sitter_(\w+)").unwrap();
    for source in sources() {
        let code = source.bare_code();
        for (name, rooms) in ROOMS.iter().filter(|(_, rooms)| !rooms.iter().any(|room| source.name.starts_with(room))) {
            let used = Regex::new(&format!(r"\b{name}::|\buse {name}\b")).unwrap();
            problems.extend(used.find_iter(&code).map(|found| format!("src/{}:{}: `{name}` only in {rooms:?}", source.name, line_of(&code, found.start()))));
        }
        for found in grammar.captures_iter(&code).filter(|_| !(source.name.starts_with("lang/") && source.name != "lang/mod.rs")) {
            problems.push(format!("src/{}:{}: `{}` only in lang/<name>.rs", source.name, line_of(&code, found.get(0).unwrap().start()), &found[0]));
        }
    }
    fail_with(&problems);
}

#[test]
fn imports_are_read_from_every_notation() {
    let source = Source {
        name: "plan/inputs.rs".to_owned(),
        text: r##"use crate::{model::{Rule, Span as S}, text, scan as _};
// use crate::run;
fn f<'a>() { crate::docs::x('"', "crate::run \" crate::plan", r#""crate::run"#) } /* crate::run
*/ use super::super::run;
#[cfg(test)]
mod tests { use super::super::x; }
"##
        .to_owned(),
    };
    let imports: Vec<(usize, String)> = source.imports().into_iter().map(|import| (import.line, import.module)).collect();
    assert_eq!(imports, [(1, "model"), (1, "text"), (1, "scan"), (3, "docs")].map(|(line, name)| (line, name.to_owned())));
    assert_eq!(source.climbs(), [4]);
}

/// The built-in rules.
fn rules() -> Arc<RuleSet> {
    static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()));
    RULES.clone()
}

fn place(rule: &Rule) -> String {
    format!("{}:{}: {}", rule.source.file, rule.source.line, rule.id)
}

#[test]
fn every_rule_says_all_that_a_reader_needs() {
    let mut problems = Vec::new();
    for rule in rules().rules.iter() {
        let mut ask = |holds: bool, what: &str| {
            if !holds {
                problems.push(format!("{}: {what}", place(rule)));
            }
        };
        ask(rule.text.examples.len() >= 2, "two examples at least");
        ask(rule.text.counterexamples.len() >= 2, "two counterexamples at least");
        ask(rule.text.counterexamples.iter().all(|c| !c.because.trim().is_empty()), "every counterexample says why it is none");
        ask(
            !rule.text.references.is_empty() && rule.text.references.iter().all(|r| r.starts_with("https://")),
            "a reference that begins with https:// at least",
        );
        ask(!rule.title.ends_with('.') && !rule.title.trim().is_empty(), "the title is a phrase without a full stop");
        ask(!rule.tags.is_empty(), "a tag at least");
        for (name, text) in [("why", &rule.text.why), ("fix", &rule.text.fix)] {
            ask(text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()), &format!("`{name}` begins with a capital"));
            ask(text.ends_with('.') && !text.contains('!'), &format!("`{name}` ends with a full stop and has no exclamation mark"));
        }
    }
    fail_with(&problems);
}

#[test]
fn no_name_of_a_rule_is_used_twice() {
    let (rules, mut seen, mut problems) = (rules(), HashSet::new(), Vec::new());
    for rule in rules.rules.iter() {
        let names = std::iter::once(&rule.id).chain(&rule.aliases);
        problems.extend(names.filter(|name| !seen.insert((*name).clone())).map(|name| format!("{}: `{name}` is another rule's id or alias", place(rule))));
    }
    fail_with(&problems);
}

#[test]
fn every_pattern_compiles_and_has_anchors() {
    let rules = rules();
    let mut problems = Vec::new();
    for (rule, compiled) in rules.rules.iter().zip(&rules.compiled) {
        if let Err((_, why)) = compiled.build() {
            problems.push(format!("{}: {why}", place(rule)));
        }
        let searched = matches!(compiled.engine, Engine::Pattern(_) | Engine::Key(_)) && (rule.requires.is_empty() || !compiled.is_led());
        if searched && (compiled.anchors.is_empty() || compiled.anchors.iter().any(|anchor| anchor.len() < MIN_LEN)) {
            problems.push(format!("{}: an anchor is shorter than {MIN_LEN} bytes, or there is none", place(rule)));
        }
    }
    fail_with(&problems);
}

/// Examples hide their secrets with escapes, so that neither this scanner nor a push protection takes them for real ones.
#[test]
fn rule_files_hold_no_secret_shaped_bytes() {
    let mut files = Vec::new();
    list(&root().join("rules"), &mut files);
    let scanner = Scanner::new(rules(), ScanOptions::default());
    let mut problems = Vec::new();
    for path in files {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let (bytes, target) = (fs::read(&path).unwrap(), Target::in_memory(&name));
        let findings = scanner.scan(&Blob::new(&target, &bytes), &mut Worker::default()).findings;
        let shaped = findings.iter().filter(|finding| is_about_shape(&finding.rule));
        problems.extend(shaped.map(|finding| format!("{name}:{}: {}; hide a byte with \\u00XX", finding.place.start.line, finding.rule)));
    }
    fail_with(&problems);
}

fn is_about_shape(id: &RuleId) -> bool {
    let is_pattern = rules().find(id.as_str()).is_some_and(|(_, rule)| matches!(rule.matcher, Matcher::Pattern { .. }));
    is_pattern && id.family() == "secrets" && !RULES_OF_PLACES.contains(&id.as_str())
}

#[test]
fn messages_of_errors_are_lower_case_without_a_full_stop() {
    let message = Regex::new(r#"(?:#\[error\(|\b\w*Error::new\(|with_help\(|\bfail\(|\bcannot\()\s*(?:format!\(\s*)?"((?:[^"\\]|\\.)*)""#).unwrap();
    let mut problems = Vec::new();
    for source in sources() {
        let code = source.code();
        for found in message.captures_iter(&code) {
            let text = &found[1];
            if text.starts_with(|c: char| c.is_uppercase()) || (text.ends_with('.') && !text.ends_with("...")) {
                problems.push(format!("src/{}:{}: {text:?}", source.name, line_of(&code, found.get(0).unwrap().start())));
            }
        }
    }
    fail_with(&problems);
}

/// The tracked text files: path, text.
fn tracked() -> Vec<(String, String)> {
    let output = Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    names.split_terminator('\0').filter_map(|name| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?))).collect()
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let checkout = format!("{}/", root().display());
    let folders = Regex::new(r#"(?m)(?:^|[\s"'`=(:])/(?:work|root)/"#).unwrap();
    let registry = Regex::new(r"(?i)--(?:extra-)?index-url|\breplace-with\s*=|\bGOPROXY=|CARGO_REGISTRIES_\w+=").unwrap();
    let mut problems = Vec::new();
    for (name, text) in tracked() {
        let is_data = ["rules/", "tests/", "src/"].iter().any(|folder| name.starts_with(folder));
        let mut found: Vec<usize> = text.match_indices(&checkout).map(|(at, _)| at).chain(folders.find_iter(&text).map(|m| m.start() + 1)).collect();
        found.extend(registry.find_iter(&text).filter(|_| !is_data).map(|m| m.start()));
        problems.extend(found.into_iter().map(|at| format!("{name}:{}: names a folder or a registry of one machine", line_of(&text, at))));
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let strange = lock.lines().filter(|line| line.starts_with("source = ") && !line.contains("https://github.com/rust-lang/crates.io-index"));
    problems.extend(strange.map(|line| format!("Cargo.lock: {line}")));
    fail_with(&problems);
}

#[test]
fn its_own_repository_is_clean() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    let output = command.args(["--format", "concise", "."]).current_dir(root()).stdin(Stdio::null()).env_remove("AELIX_LINT_FORMAT").output().unwrap();
    let (report, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{report}{errors}");
    assert!(report.contains("No findings"), "{report}{errors}");
}

#[test]
fn the_catalogue_of_rules_is_fresh() {
    let path = root().join("rules/README.md");
    let page = docs::catalogue(&rules().rules);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let mut message = String::new();
    if let Some((at, (old, new))) = written.lines().chain(std::iter::repeat("")).zip(page.lines()).enumerate().find(|(_, (old, new))| old != new) {
        let _ = write!(message, "\nline {}: {old:?} should be {new:?}", at + 1);
    }
    assert!(written == page, "rules/README.md is out of date; run `{REGENERATE}`{message}");
}
