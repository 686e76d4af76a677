//! Infrastructure as its projects declare it: every finding, and nothing else.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Every project below `fixtures/infrastructure` against the file `expected.txt` beside it; with `UPDATE_EXPECTED=1` the file is written.
#[test]
fn projects_are_judged_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/infrastructure");
    let mut wrong = String::new();
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir()).collect();
    folders.sort_by_key(fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().into_string().unwrap();
        let mut found = String::new();
        for finding in project::scan_at(&format!("infrastructure/{name}"), "2026-01-01").findings.iter().filter(|finding| finding.is_active()) {
            let place = &finding.place;
            writeln!(found, "{}:{} {} {}: {}", place.relative, place.start.line, finding.severity, finding.rule, finding.message).unwrap();
        }
        let path = root.join(format!("{name}.expected.txt"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        for line in expected.lines().filter(|line| !found.lines().any(|other| other == *line)) {
            writeln!(wrong, "{name}: not found: {line}").unwrap();
        }
        for line in found.lines().filter(|line| !expected.lines().any(|other| other == *line)) {
            writeln!(wrong, "{name}: too much: {line}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
