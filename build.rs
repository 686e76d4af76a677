//! Lists `rules/**/*.toml`, sorted, into a table of `include_str!` entries, and writes the rules among them as JSON, which is read ten times faster.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders of `rules/` that hold data of another kind.
const NOT_RULES: [&str; 2] = ["rules/providers/", "rules/sinks/"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    list(&root.join("rules"), &mut files)?;
    files.sort();
    let mut table = String::from("/// Every rule file of the package: path from its root, text.\npub const FILES: &[(&str, &str)] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_str!({:?})),", file.display().to_string());
    }
    table.push_str("];\n\n/// Every rule as JSON: its file, its line, what is written there.\npub const RULES: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/rules.json\"));\n");
    let mut rules = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        if !NOT_RULES.iter().any(|folder| name.starts_with(folder)) {
            rules.extend(rules_of(&name, &fs::read_to_string(file)?)?);
        }
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("rules.json"), serde_json::Value::from(rules).to_string())?;
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("rule_files.rs"), table)?;
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}

/// The rules of one file. Their keys are judged where they are read.
fn rules_of(name: &str, text: &str) -> io::Result<Vec<serde_json::Value>> {
    let bad = |error: &dyn std::fmt::Display| io::Error::other(format!("{name}: {error}"));
    let file: serde_json::Value = toml::from_str(text).map_err(|error| bad(&error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim() == "[[rule]]").map(|(index, _)| index + 1);
    let rules = file["rule"].as_array().map(Vec::as_slice).unwrap_or_default();
    if rules.len() != lines.clone().count() {
        return Err(bad(&"every rule begins with a line `[[rule]]`"));
    }
    Ok(lines.zip(rules).map(|(line, rule)| serde_json::json!({ "file": name, "line": line, "rule": rule })).collect())
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
