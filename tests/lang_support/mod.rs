//! What the tests of the languages share: folding one expression, and scanning a fixture whose placeholders are filled in.
#![allow(clippy::unwrap_used, dead_code, reason = "a panic is how a test fails; not every language uses everything")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aelix_lint::lang;
use aelix_lint::model::facts::Value;
use aelix_lint::model::{Blob, Confidence, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::syntax::{Bounds, Facts, Parser, facts};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

/// The facts of a file.
pub fn read(path: &str, code: &str) -> Facts {
    facts(code.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), Bounds::default()).unwrap()
}

/// A value as the tables of the tests write it.
pub fn show(value: &Value) -> String {
    match value {
        Value::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
        Value::Reference => "reference".into(),
        Value::Interpolated => "interpolated".into(),
        Value::Unknown => "unknown".into(),
    }
}

/// The last argument of the first call of `sink` in a program.
pub fn sunk(path: &str, code: &str) -> String {
    let facts = read(path, code);
    let call = facts
        .calls
        .iter()
        .find(|c| c.callee == "sink" || c.callee.ends_with("::sink") || c.method.as_deref() == Some(".sink"))
        .unwrap_or_else(|| panic!("no call of sink in {code}"));
    call.arguments.last().map_or_else(|| "nothing".into(), |argument| show(&argument.value))
}

/// Each expression, put into the program that `program` makes of it, folds to what stands beside it.
pub fn folds(path: &str, rows: &[(&str, &str)], program: impl Fn(&str) -> String) {
    assert!(rows.len() >= 25, "only {} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .map(|(expression, expected)| (expression, expected, sunk(path, &program(expression))))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(expression, expected, found)| format!("{expression}: {found}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Random-looking, and no secret: each name has a text of its own, put together here so that none stands in a file.
fn filling(name: &str) -> String {
    let mut state = name.bytes().fold(0x9e37_79b9_u32, |state, b| (state ^ u32::from(b)).wrapping_mul(0x0100_0193)) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
    };
    (0..if name.ends_with(['a', 'b']) { 16 } else { 32 }).map(|_| next()).collect()
}

/// The text with its placeholders filled in: `{{3}}`, and `{{base64 3}}`, `{{hex 3}}`, `{{reversed 3}}`. Other templates are the file's own.
fn filled(text: &str) -> String {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        if !name.rsplit(' ').next().is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit())) {
            out.push_str("{{");
            out.push_str(part);
            continue;
        }
        out.push_str(&match name.split_once(' ') {
            Some(("base64", name)) => data_encoding::BASE64.encode(filling(name).as_bytes()),
            Some(("hex", name)) => data_encoding::HEXLOWER.encode(filling(name).as_bytes()),
            Some(("reversed", name)) => filling(name).chars().rev().collect(),
            _ => filling(name),
        });
        out.push_str(rest);
    }
    out
}

/// The findings of a fixture project that are shown by default, as `file:line rule`, in the order of the files and lines.
pub fn findings(folder: &str) -> Vec<String> {
    findings_below(&format!("languages/{folder}"), Confidence::Medium)
}

/// The findings of at least this confidence in all files of a folder of fixtures and the folders in it.
pub fn findings_below(folder: &str, least: Confidence) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    let scanner = Scanner::new(rules, ScanOptions::default());
    let mut found = Vec::new();
    for name in names(&root, "") {
        let text = filled(&fs::read_to_string(root.join(&name)).unwrap());
        let scanned = scanner.scan(&Blob::new(&Target::in_memory(&name), text.as_bytes()), &mut Worker::default());
        let shown = scanned.findings.iter().filter(|finding| finding.confidence >= least);
        found.extend(shown.map(|finding| format!("{name}:{} {}", finding.place.start.line, finding.rule)));
    }
    found
}

/// The files below a folder, by their names within it.
fn names(folder: &Path, within: &str) -> Vec<String> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let below = |entry: &fs::DirEntry| {
        let name = format!("{within}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() { names(&entry.path(), &format!("{name}/")) } else { vec![name] }
    };
    entries.iter().flat_map(below).collect()
}

/// What is broken, deep or long ends in time and without a panic.
pub fn is_robust(path: &str, openings: &[(&str, &str)]) {
    for (index, (open, close)) in openings.iter().enumerate() {
        let deep = (format!("{}{}", open.repeat(50_000), close.repeat(50_000)), 300);
        let long = (index == 0).then(|| (open.repeat((1 << 20) / open.len()), 2_000));
        for (code, bound) in std::iter::once(deep).chain(long) {
            let path = path.to_owned();
            let bounds = Bounds { max_time: std::time::Duration::from_millis(bound), ..Bounds::default() };
            let start = std::time::Instant::now();
            let run = std::thread::Builder::new().stack_size(256 * 1024);
            let ended = run.spawn(move || facts(code.as_bytes(), lang::of(&path).unwrap(), &mut Parser::default(), bounds).is_ok()).unwrap().join();
            assert!(ended.is_ok(), "{open}");
            assert!(start.elapsed().as_secs() < 20, "{open}: {:?}", start.elapsed());
        }
    }
    let noise = (0..5_000_u32)
        .map(|n| ["\"", "'", "{", "$(", "<<<", "\u{e9}", "}", ")", "#{", "/*", "\n", "=>", "%w["][(n.wrapping_mul(2_654_435_761) >> 13) as usize % 13])
        .collect::<String>();
    assert!(facts(noise.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), Bounds::default()).is_ok());
}
