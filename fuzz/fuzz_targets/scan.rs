//! Any bytes under any kind of file name: the first byte chooses the name, the rest is the blob.
#![no_main]

mod shared;

use std::cell::RefCell;

use aelix_lint::model::{Blob, Target};
use aelix_lint::scan::Worker;
use libfuzzer_sys::fuzz_target;

/// A name of every kind, and of every language that is parsed.
const NAMES: [&str; 18] = [
    "a.rs", "main.tf", ".env", "x.yaml", "x.json", "x.py", "run.sh", "README.md", "x.xml", "tests/a.rs", "yarn.lock", "unknown", "Dockerfile", "x.ipynb",
    "x.vue", "config.toml", ".gitlab-ci.yml", "settings.ini",
];

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::default();
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let target = Target::in_memory(NAMES[usize::from(first) % NAMES.len()]);
    let scanned = WORKER.with_borrow_mut(|worker| shared::SCANNER.scan(&Blob::new(&target, bytes), worker));
    shared::follow(&shared::RULES, scanned, bytes.len());
});
