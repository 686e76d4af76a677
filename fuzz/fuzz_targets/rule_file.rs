//! Any text as a rule file: it is refused with a message, or its rules run.
#![no_main]

mod shared;

use std::sync::Arc;

use aelix_lint::model::{Blob, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet, parse};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rules = match parse("fuzz.toml", text, false).and_then(|rules| RuleSet::of(rules, &RuleOptions::default())) {
        Ok(rules) => Arc::new(rules),
        Err(error) => return assert!(!error.message.is_empty()),
    };
    let scanner = Scanner::new(rules.clone(), ScanOptions::default());
    let target = Target::in_memory("fuzz.toml");
    let scanned = scanner.scan(&Blob::new(&target, data), &mut Worker::default());
    shared::follow(&rules, scanned, data.len());
});
