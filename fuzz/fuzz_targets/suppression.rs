//! Any text behind the marker of a suppression, ours or another tool's, on a line of its own, behind code, and above a finding.
#![no_main]

mod shared;

use std::cell::RefCell;

use aelix_lint::model::{Blob, Target};
use aelix_lint::scan::Worker;
use libfuzzer_sys::fuzz_target;

/// What may begin a comment; the first byte chooses one.
const BEGINS: [&str; 10] = ["# ", "// ", "/* ", "<!-- ", "-- ", "; ", "{# ", "{{/* ", "", "\" # "];

/// What suppresses; the first byte chooses one of these too.
const MARKERS: [&str; 4] = ["aelix-lint: ", "aelix-lint: allow secrets until=", "gitleaks:allow", "pragma: allowlist nextline secret"];

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::default();
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let begin = BEGINS[usize::from(first) % BEGINS.len()].as_bytes();
    let marker = MARKERS[usize::from(first) / BEGINS.len() % MARKERS.len()].as_bytes();
    let comment = [begin, marker, rest].concat();
    let code = b"pass\x77ord = \"q8Zr2Lm!X0vKp4T\"";
    let text = [code, b" ".as_slice(), &comment, b"\n", &comment, b"\n", code, b"\n"].concat();
    let target = Target::in_memory("a.py");
    let scanned = WORKER.with_borrow_mut(|worker| shared::SCANNER.scan(&Blob::new(&target, &text), worker));
    shared::follow(&shared::RULES, scanned, text.len());
});
