//! Any text behind the marker of a suppression, on a line of its own, behind code, and above a finding.
#![no_main]

mod shared;

use std::cell::RefCell;

use aelix_lint::model::{Blob, Target};
use aelix_lint::scan::Worker;
use libfuzzer_sys::fuzz_target;

/// What may begin a comment; the first byte chooses one.
const BEGINS: [&str; 10] = ["# ", "// ", "/* ", "<!-- ", "-- ", "; ", "{# ", "{{/* ", "", "\" # "];

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::default();
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let begin = BEGINS[usize::from(first) % BEGINS.len()].as_bytes();
    let comment = [begin, b"aelix-lint: ", rest].concat();
    let code = ["password = \"", "q8Zr2Lm", "!X0vKp4T\""].concat().into_bytes();
    let text = [code.as_slice(), b" ", &comment, b"\n", &comment, b"\n", &code, b"\n"].concat();
    let target = Target::in_memory("a.py");
    let scanned = WORKER.with_borrow_mut(|worker| shared::SCANNER.scan(&Blob::new(&target, &text), worker));
    shared::follow(&shared::RULES, scanned, text.len());
});
