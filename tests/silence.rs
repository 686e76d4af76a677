//! What machines write beside code, digests, ids and public keys above all, is reported by nothing at the default settings.
//!
//! `fixtures/silence` holds such files as tools write them, with placeholders where a value stands: `{{hex 40}}`, `{{upper 40}}`, `{{base64 32}}` (of 32
//! bytes), `{{word 6}}`, `{{uuid}}`. Each run fills them in anew.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::{fs, iter};

use aelix_lint::model::{Blob, Confidence, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

/// Fillings of every file.
const RUNS: u64 = 12;
const FIXTURES: &str = "fixtures/silence";

/// Drawn bytes (`SplitMix64`).
struct Drawn(u64);

impl Drawn {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 56) as u8
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        iter::repeat_with(|| self.byte()).take(count).collect()
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = self.bytes(digits.div_ceil(2)).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        text.truncate(digits);
        text
    }

    /// What stands in the place of a placeholder.
    fn filling(&mut self, placeholder: &str) -> String {
        let (kind, count) = placeholder.split_once(' ').unwrap_or((placeholder, "0"));
        let count: usize = count.parse().unwrap();
        match kind {
            "hex" => self.hex(count),
            "upper" => self.hex(count).to_uppercase(),
            "base64" => data_encoding::BASE64.encode(&self.bytes(count)),
            "word" => self
                .bytes(count)
                .iter()
                .map(|byte| char::from(b"abcdefghijkmnpqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ0123456789xyz45"[usize::from(byte % 64)]))
                .collect(),
            "uuid" => format!("{}-{}-4{}-a{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12)),
            other => panic!("no placeholder is named {other}"),
        }
    }

    /// A template with its placeholders filled in; other braces are the file's own.
    fn filled(&mut self, template: &str) -> String {
        let mut parts = template.split("{{");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let known = |name: &str| ["hex ", "upper ", "base64 ", "word ", "uuid"].iter().any(|kind| name.starts_with(kind));
            if let Some((name, rest)) = part.split_once("}}").filter(|(name, _)| known(name)) {
                text.push_str(&self.filling(name));
                text.push_str(rest);
            } else {
                text.push_str("{{");
                text.push_str(part);
            }
        }
        text
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn what_machines_write_is_silent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURES);
    let scanner = Scanner::new(Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()), ScanOptions::default());
    let (all, mut worker, mut wrong) = (files(&root), Worker::default(), Vec::new());
    assert!(all.len() >= 40, "only {} files", all.len());
    for file in &all {
        let (name, template) = (Path::new(file).strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"), fs::read_to_string(file).unwrap());
        for run in 0..RUNS {
            let text = Drawn(run << 32 | name.len() as u64).filled(&template);
            let scanned = scanner.scan(&Blob::new(&Target::in_memory(&name), text.as_bytes()), &mut worker);
            let shown = scanned.findings.iter().filter(|finding| finding.confidence >= Confidence::Medium);
            wrong.extend(shown.map(|finding| format!("{name}:{} {} (run {run})", finding.place.start.line, finding.rule)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_values_under_a_name_that_tells_are_found() {
    let scanner = Scanner::new(Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()), ScanOptions::default());
    for run in 0..RUNS {
        let text = Drawn(run).filled("client_secret: {{base64 32}}\napi_token: {{hex 40}}\npassword: {{word 14}}\n");
        let scanned = scanner.scan(&Blob::new(&Target::in_memory("config/ids.yml"), text.as_bytes()), &mut Worker::default());
        let lines: Vec<u32> =
            scanned.findings.iter().filter(|finding| finding.confidence >= Confidence::Medium).map(|finding| finding.place.start.line).collect();
        assert_eq!(lines, [1, 2, 3], "run {run}: {text}");
    }
}
