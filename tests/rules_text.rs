//! The rules over megabytes of text without secrets: every regex can be built, random text and prose give nothing, and counterexamples stay silent
//! wherever they stand.
//!
//! Ten megabytes of each kind in release builds. In debug builds, which are twenty times slower, the first 256 KiB of the same.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use aelix_lint::model::{Blob, Confidence, Finding, RuleStatus, Target};
use aelix_lint::ruleset::{self, Engine, RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

/// Bytes of each text.
const SIZE: usize = if cfg!(debug_assertions) { 256 << 10 } else { 10 << 20 };
/// Also the rules that are off by default.
static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| {
    let preview = ruleset::built_in().unwrap().into_iter().filter(|rule| rule.status == RuleStatus::Preview);
    Arc::new(RuleSet::load(&RuleOptions { extend_select: preview.map(|rule| rule.id.to_string()).collect(), ..RuleOptions::default() }).unwrap())
});
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(RULES.clone(), ScanOptions::default()));

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEX: &[u8] = b"0123456789abcdef";
/// Words of ordinary prose about ordinary programs, those among them that begin a secret elsewhere.
const WORDS: &str = "a about access account after again all allow and any api app application are as ask at bank be before between both but by \
    call change check client code config connection consent could credential customer database day default do each every example expires field file find \
    first for from get give has have header here how if in into is issue it its keep key keys last left library line list long make many may message \
    must name need never new next no not note number of off often on once one only open or other our out over page pass passwd password path payment \
    people place please private production provider public read reason refresh remove request response right rotate rule run safe same sandbox scope \
    secret secrets see send server service session set shared should sign signing some stand start state store such take team test text than that the \
    their them then there these they this time to token tokens two type under until up use user username value variable vault very wait want was way we \
    webhook what when where which who why will with without word work write year you your";

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Random characters in lines, and in pieces of all lengths within a line.
fn random(alphabet: &[u8], size: usize) -> String {
    let (mut dice, mut text) = (Dice(0x9E37_79B9_7F4A_7C15), String::with_capacity(size + 200));
    while text.len() < size {
        let piece = 1 + dice.below(120);
        text.extend((0..piece).map(|_| char::from(alphabet[dice.below(alphabet.len())])));
        text.push_str(["\n", "\n", " ", ", ", "\r\n"][dice.below(5)]);
    }
    text
}

/// Random words with the signs of prose between them.
fn prose(size: usize) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let (mut dice, mut text) = (Dice(0x0123_4567_89AB_CDEF), String::with_capacity(size + 200));
    while text.len() < size {
        text.push_str(words[dice.below(words.len())]);
        text.push_str([" ", " ", " ", " ", " ", " ", " ", ", ", "; ", ": ", ".\n", "\n", " - ", "' ", " (", ") ", "? "][dice.below(17)]);
    }
    text
}

fn scan(name: &str, text: &str) -> Vec<Finding> {
    let target = Target::in_memory(name);
    SCANNER.scan(&Blob::new(&target, text.as_bytes()), &mut Worker::default()).findings
}

/// What is found, as far as it is reported by default.
fn reported(name: &str, text: &str) -> Vec<Finding> {
    let mut findings = scan(name, text);
    findings.retain(|finding| finding.confidence >= Confidence::Medium);
    findings
}

/// Rules and lines, for messages; no values.
fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} on line {}", finding.rule, finding.place.start.line)).collect()
}

/// What a rule reports though its own `allow` takes the value out.
fn allowed<'a>(findings: &'a [Finding], text: &str) -> Vec<&'a Finding> {
    let value = |finding: &Finding| &text.as_bytes()[finding.place.span.range()];
    findings.iter().filter(|finding| RULES.compiled[finding.rule_index].allows(value(finding))).collect()
}

/// The repository's own sources, documents and tests, each with its name.
static OWN: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "docs", "tests"] {
        list(&root.join(folder), &mut files);
    }
    files.sort();
    let name = |file: &Path| file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    files.into_iter().filter_map(|file| Some((name(&file), fs::read_to_string(&file).ok()?))).collect()
});

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The text as often as it takes to fill the size.
fn repeated(text: &str) -> String {
    text.lines()
        .cycle()
        .scan(0, |length, line| {
            *length += line.len() + 1;
            (*length <= SIZE).then(|| format!("{line}\n"))
        })
        .collect()
}

#[test]
fn every_regex_of_every_rule_can_be_built() {
    for (index, compiled) in RULES.compiled.iter().enumerate() {
        let id = RULES.rules.get(index).map_or("a required pattern", |rule| rule.id.as_str());
        assert_eq!(compiled.build(), Ok(()), "{id}");
    }
}

/// Whether it is the name alone that makes a value a secret: `pwd:` and a value stand in random bytes about once in ten megabytes.
fn is_by_name(finding: &Finding) -> bool {
    matches!(&RULES.compiled[finding.rule_index].engine, Engine::Key(engine) if engine.is_generic())
}

#[test]
fn random_characters_are_no_secret() {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    for (what, alphabet, most_by_name) in [("base64", BASE64, 0), ("hex", HEX, 0), ("printable", &printable, SIZE >> 22)] {
        let text = random(alphabet, SIZE);
        let (by_name, found): (Vec<Finding>, Vec<Finding>) = reported("a.txt", &text).into_iter().partition(is_by_name);
        assert!(found.is_empty() && by_name.len() <= most_by_name, "{what}: {:?} {:?}", shown(&found), shown(&by_name));
    }
}

#[test]
fn prose_is_no_secret() {
    let text = prose(SIZE);
    for name in ["a.txt", "a.md", "a.yaml"] {
        let found = reported(name, &text);
        assert!(found.is_empty(), "{name}: {:?}", shown(&found));
    }
}

#[test]
fn no_rule_reports_what_it_allows() {
    let all: String = OWN.iter().map(|(_, text)| text.as_str()).collect();
    let text = repeated(&all);
    let found = scan("a.txt", &text);
    let allowed: Vec<Finding> = allowed(&found, &text).into_iter().cloned().collect();
    assert!(allowed.is_empty(), "{:?}", shown(&allowed));
}

#[test]
fn a_clean_file_stays_clean_when_it_is_repeated() {
    let mut left = SIZE;
    for (name, text) in OWN.iter().filter(|(_, text)| !text.is_empty()) {
        if reported(name, text).is_empty() {
            let found = reported(name, &format!("{text}\n").repeat(8));
            assert!(found.is_empty(), "{name}: {:?}", shown(&found));
            left = left.saturating_sub(text.len() * 9);
        }
        if left == 0 {
            break;
        }
    }
}

#[test]
fn counterexamples_are_silent_among_prose() {
    let text = prose(SIZE);
    let mut at = 0;
    for rule in RULES.rules.iter() {
        for counter in rule.text.counterexamples.iter().filter(|counter| counter.path.is_none()) {
            let (before, after) = text[at..at + 600].split_at(300);
            at = (at + 600) % (SIZE - 600);
            let around = format!("{before}\n\n{}\n\n{after}\n", counter.text);
            let found: Vec<Finding> = reported("input.txt", &around).into_iter().filter(|f| f.rule == rule.id || f.also.contains(&rule.id)).collect();
            assert!(found.is_empty(), "{}: {} is no counterexample among prose: {:?}", rule.id, counter.because, shown(&found));
        }
    }
}
