//! Prepares the rules of the package, because a hook pays for the start of the program at every commit. Writes to the build folder:
//!
//! - `rule_files.rs`: tables of all `rules/**/*.toml` as they are (for tests), and of those that hold no rules as JSON;
//! - `rules.json`: every rule without its text; JSON is read ten times faster than TOML;
//! - `rule_texts.json`: what people read about the rules, one JSON object behind the other, for which `rules.json` has the places;
//! - `derived.rs`: what the program would derive from every regex, by the modules of the program itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::{Map, Value, json};

#[allow(dead_code, reason = "the program uses more of it")]
#[path = "src/ruleset/anchors.rs"]
mod anchors;
#[allow(dead_code, reason = "the program uses more of it")]
#[path = "src/ruleset/derive.rs"]
mod derive;
#[allow(dead_code, reason = "the program uses more of it")]
#[path = "src/ruleset/frequency.rs"]
mod frequency;

#[allow(dead_code, reason = "the program uses more of it")]
#[path = "src/ruleset/lead.rs"]
mod lead;

use derive::{Derived, Form};

/// Folders of `rules/` that hold data of another kind.
const NOT_RULES: [&str; 5] = ["rules/allowlists/", "rules/checklists/", "rules/programs/", "rules/providers/", "rules/sinks/"];
/// The keys of a rule that only people read.
const TEXT: [&str; 5] = ["why", "fix", "references", "examples", "counterexamples"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut files = Vec::new();
    list(&root.join("rules"), &mut files)?;
    files.sort();
    let (mut table, mut data) = (String::new(), String::new());
    let mut package = Package::default();
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_str!({:?})),", file.display().to_string());
        let text = fs::read_to_string(file)?;
        if NOT_RULES.iter().any(|folder| name.starts_with(folder)) {
            let value: Value = toml::from_str(&text).map_err(|error| io::Error::other(format!("{name}: {error}")))?;
            let _ = writeln!(data, "    ({name:?}, {:?}),", value.to_string());
        } else {
            package.add_file(&name, &text)?;
        }
    }
    let files = format!("/// Every rule file of the package: path from its root, text.\n#[cfg(test)]\npub const FILES: &[(&str, &str)] = &[\n{table}];\n");
    let data = format!("/// Every other data file: path, content as JSON.\npub const DATA: &[(&str, &str)] = &[\n{data}];\n");
    fs::write(out.join("rule_files.rs"), files + &data)?;
    fs::write(out.join("derived.rs"), package.derived())?;
    fs::write(out.join("rules.json"), Value::from(package.rules).to_string())?;
    fs::write(out.join("rule_texts.json"), package.texts)?;
    for path in
        ["rules", "build.rs", "src/ruleset/anchors.rs", "src/ruleset/derive.rs", "src/ruleset/frequency.rs", "src/ruleset/lead.rs", "src/ruleset/trigrams.bin"]
    {
        println!("cargo:rerun-if-changed={path}");
    }
    Ok(())
}

/// What the rule files give.
#[derive(Default)]
struct Package {
    rules: Vec<Value>,
    texts: String,
    regexes: BTreeMap<(Form, String), Derived>,
}

impl Package {
    /// Adds the rules of one file. Their keys are judged where they are read.
    fn add_file(&mut self, name: &str, text: &str) -> io::Result<()> {
        let bad = |error: &dyn std::fmt::Display| io::Error::other(format!("{name}: {error}"));
        let mut file: BTreeMap<String, Vec<Map<String, Value>>> = toml::from_str(text).map_err(|error| bad(&error))?;
        let lines: Vec<usize> = text.lines().enumerate().filter(|(_, line)| line.trim() == "[[rule]]").map(|(index, _)| index + 1).collect();
        let rules = file.remove("rule").unwrap_or_default();
        if rules.len() != lines.len() {
            return Err(bad(&"every rule begins with a line `[[rule]]`"));
        }
        for (line, mut rule) in lines.into_iter().zip(rules) {
            self.derive(&rule).map_err(|error| bad(&format!("line {line}: {error}")))?;
            let text = self.split_text(&mut rule);
            self.rules.push(json!({ "file": name, "line": line, "text": text, "rule": rule }));
        }
        Ok(())
    }

    /// Derives what the regexes of a rule tell.
    fn derive(&mut self, rule: &Map<String, Value>) -> Result<(), String> {
        let form = if rule.contains_key("multiline") { Form::Lines } else { Form::Line };
        let required = rule.get("requires").and_then(Value::as_array).into_iter().flatten();
        let required = required.map(|required| (Form::Line, &required["pattern"]));
        let own = rule.get("pattern").map(|pattern| (form, pattern));
        let name = rule.get("key").map(|key| (Form::Name, &key["name"]));
        for (form, regex) in own.into_iter().chain(name).chain(required) {
            if let Some(regex) = regex.as_str() {
                self.regexes.insert((form, regex.to_owned()), derive::derive(regex, form)?);
            }
        }
        Ok(())
    }

    /// Moves the text of a rule behind the others; where it begins and ends there. What every rule must have is left empty.
    fn split_text(&mut self, rule: &mut Map<String, Value>) -> [usize; 2] {
        let text: Map<String, Value> = TEXT.iter().filter_map(|key| rule.remove_entry(*key)).collect();
        rule.extend([("why", json!("")), ("fix", json!("")), ("examples", json!([]))].map(|(key, empty)| (key.to_owned(), empty)));
        let start = self.texts.len();
        self.texts.push_str(&Value::from(text).to_string());
        [start, self.texts.len()]
    }

    /// What is derived, as a table in Rust, sorted for a binary search.
    fn derived(&self) -> String {
        let mut table = String::from(
            "/// Sorted by form and regex.\n#[allow(clippy::unreadable_literal, reason = \"nobody reads them\")]\nstatic DERIVED: &[Known] = &[\n",
        );
        for ((form, regex), Derived { anchors, prefixes, group, lead, needs }) in &self.regexes {
            let anchor = |anchor: &anchors::Anchor| format!("Anchor::known({}, {})", bytes(anchor.bytes()), anchor.either());
            let anchors = anchors.as_ref().map_or("None".to_owned(), |all| format!("Some(&[{}])", list_of(all.iter().map(anchor))));
            let prefixes = list_of(prefixes.iter().map(|prefix| bytes(prefix)));
            let step = |step: &lead::Step| format!("Step {{ set: {:?}, times: {} }}", step.set, step.times);
            let lead = lead.as_ref().map_or("None".to_owned(), |lead| format!("Some(({}, &[{}]))", lead.offset, list_of(lead.steps.iter().map(step))));
            let needs = bytes(needs);
            let _ = writeln!(
                table,
                "    Known {{ form: Form::{form:?}, regex: {regex:?}, anchors: {anchors}, prefixes: &[{prefixes}], group: {group}, lead: {lead}, needs: {needs} }},"
            );
        }
        table + "];\n"
    }
}

/// A literal of bytes.
fn bytes(bytes: &[u8]) -> String {
    format!("b\"{}\"", bytes.escape_ascii())
}

fn list_of(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
