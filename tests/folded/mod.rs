//! What the tests of single languages share: values as text, and the findings of a fixture project whose placeholders have become values.
#![allow(dead_code, reason = "not every test uses all of it")]

#[path = "../lang_support/mod.rs"]
mod lang_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aelix_lint::lang;
use aelix_lint::model::{Blob, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::syntax::{Bounds, Parser, facts};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

pub use lang_support::{read, show};

/// The first argument of the call of `sink`.
pub fn sunk(name: &str, code: &str) -> String {
    let facts = read(name, code);
    let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
    show(&call.arguments[0].value)
}

/// Random-looking, and no secret: another one for each seed.
fn random(seed: usize) -> String {
    let mut state = 0x2545_f491_u32.wrapping_mul(u32::try_from(seed).unwrap() * 2 + 1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
    };
    (0..32).map(|_| next()).collect()
}

fn encoded(text: &str) -> String {
    data_encoding::BASE64.encode(text.as_bytes())
}

/// The text with each `{{secret}}` and `{{base64}}` replaced by a value of its own.
fn filled(text: &str, seed: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let (mark, encode) = if behind.starts_with("{{base64}}") { ("{{base64}}", true) } else { ("{{secret}}", false) };
        if let Some(after) = behind.strip_prefix(mark) {
            *seed += 1;
            out.push_str(&if encode { encoded(&random(*seed)) } else { random(*seed) });
            rest = after;
        } else {
            out.push_str("{{");
            rest = &behind[2..];
        }
    }
    out.push_str(rest);
    out
}

/// All findings of a fixture project as `file:line rule`, with the placeholders filled.
pub fn findings(folder: &str) -> Vec<String> {
    findings_with_messages(folder).into_iter().map(|(found, _)| found).collect()
}

/// The findings with their messages.
pub fn findings_with_messages(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages").join(folder);
    let mut files = Vec::new();
    list(&root, &mut files);
    files.sort();
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    let scanner = Scanner::new(rules, ScanOptions::default());
    let (mut found, mut seed) = (Vec::new(), 0);
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = filled(&fs::read_to_string(&file).unwrap(), &mut seed);
        let scanned = scanner.scan(&Blob::new(&Target::in_memory(&name), text.as_bytes()), &mut Worker::default());
        for finding in scanned.findings {
            found.push((format!("{name}:{} {}", finding.place.start.line, finding.rule), finding.message));
        }
    }
    found.sort();
    found
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

/// Deep nesting and broken text end in time, with facts or without.
pub fn is_robust(name: &'static str, shells: &[(&str, &str)]) {
    for (open, close) in shells {
        let code = format!("{}{}", open.repeat(500_000 / open.len()), close.repeat(500_000 / open.len()));
        let run = std::thread::Builder::new().stack_size(512 * 1024);
        let started = Instant::now();
        let ended = run.spawn(move || facts(code.as_bytes(), lang::of(name).unwrap(), &mut Parser::default(), Bounds::default()).is_ok()).unwrap().join();
        assert!(ended.is_ok(), "{open}");
        assert!(started.elapsed() < Duration::from_secs(20), "{open} took {:?}", started.elapsed());
    }
    let broken = b"\xff\xfe class f(\"\xff\") }{ \x00 func \"${ ` ''' \"\"\"";
    assert!(facts(broken, lang::of(name).unwrap(), &mut Parser::default(), Bounds::default()).is_ok());
}
