//! What the tests of whole projects share: a fixture whose placeholders are filled in, scanned as the program scans it.
#![allow(clippy::unwrap_used, dead_code, reason = "a panic is how a test fails; not every test uses all of it")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aelix_lint::cli::CheckArgs;
use aelix_lint::model::{Finding, Report};
use aelix_lint::plan::{Environment, Plan};
use aelix_lint::ruleset::RuleSet;
use aelix_lint::run::{self, Watch};

/// What was found in a project.
pub struct Found {
    pub findings: Vec<Finding>,
    pub report: Report,
}

impl Found {
    /// `file:line rule: message` of each finding that is reported.
    pub fn shown(&self) -> Vec<String> {
        let active = self.findings.iter().filter(|finding| finding.is_active());
        active.map(|f| format!("{}:{} {}: {}", f.place.relative, f.place.start.line, f.rule, f.message)).collect()
    }
}

/// The findings of a project below `fixtures/`.
pub fn scan(folder: &str) -> Found {
    scan_with(folder, &CheckArgs::default())
}

/// The same on another day.
pub fn scan_at(folder: &str, now: &str) -> Found {
    let mut args = CheckArgs::default();
    args.threshold.now = Some(now.parse().unwrap());
    scan_with(folder, &args)
}

fn scan_with(folder: &str, args: &CheckArgs) -> Found {
    let root = tempfile::tempdir().unwrap();
    let mut seed = 0;
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder), root.path(), &mut seed);
    scan_folder(root.path(), args)
}

/// The findings of a project made of these files.
pub fn scan_files(files: &[(&str, &str)]) -> Found {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    scan_folder(root.path(), &CheckArgs::default())
}

fn scan_folder(root: &Path, args: &CheckArgs) -> Found {
    let environment = Environment { folder: root.to_path_buf(), variable: |_| None, stdout_is_terminal: false, stderr_is_terminal: false };
    let plan = Plan::new(args, &environment).unwrap();
    let rules = Arc::new(RuleSet::load(&plan.rules).unwrap());
    let mut report = run::run(&plan, &rules, &mut Watch { progress: &|_, _| {}, finding: &mut |_, _| {} }).unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    Found { findings: std::mem::take(&mut report.findings), report }
}

fn copy(from: &Path, to: &Path, seed: &mut u32) {
    fs::create_dir_all(to).unwrap();
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, seed);
        } else {
            fs::write(target, filled(&fs::read_to_string(&path).unwrap(), seed)).unwrap();
        }
    }
}

/// The text with each `{{secret}}` replaced by a value of its own: random-looking, and no secret.
fn filled(text: &str, seed: &mut u32) -> String {
    let mut parts = text.split("{{secret}}");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        *seed += 1;
        let mut state = 0x2545_f491_u32.wrapping_mul(*seed * 2 + 1);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
        };
        out.extend((0..32).map(|_| next()));
        out.push_str(part);
    }
    out
}
