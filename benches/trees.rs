//! The part of `tools/bench` that needs the library: the floor, long lines, many rules.
//!
//! `cargo bench --bench trees -- floor PATH…` lists and reads what a scan of the paths would list and read, and does nothing with it; `lines [MB]` scans single lines of
//! 1 to 64 MB; `rules PATH…` scans the files in memory with the built-in rules and with a thousand.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints its measurements")]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, process};

use aelix_lint::model::{Blob, Target};
use aelix_lint::ruleset::{self, RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};
use aelix_lint::source::{self, Archives, Buffer, FileSize, IgnoreFiles, Input, ListOptions, NamedPaths, Read};
use rayon::prelude::*;

/// Times that a measurement in memory is repeated; the least counts.
const REPEATS: usize = 5;
/// Token rules of the large rule set.
const MANY_RULES: usize = 1000;

/// The kind of line that is a finding every 38 bytes: findings take room, so it stays at 4 MB.
const MANY_FINDINGS: &str = "pairs with secrets";

fn main() {
    // Cargo adds a flag of its own.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.split_first() {
        Some((command, paths)) if command == "floor" => floor(paths),
        Some((command, paths)) if command == "rules" => rules(paths),
        Some((command, sizes)) if command == "lines" => lines(sizes.first().and_then(|size| size.parse().ok()).unwrap_or(64)),
        _ => {
            eprintln!("usage: cargo bench --bench trees -- floor PATH… | rules PATH… | lines [MB]");
            process::exit(2);
        }
    }
}

fn listed(paths: &[String]) -> Vec<Target> {
    let inputs: Vec<Input> = paths.iter().map(|path| Input::Path(PathBuf::from(path))).collect();
    let options = ListOptions {
        root: env::current_dir().unwrap_or_default(),
        excludes: Vec::new(),
        named_paths: NamedPaths::WinOverExcludes,
        ignore_files: IgnoreFiles::Honour,
        max_file_size: FileSize::default(),
        archives: Archives::Closed,
        outputs: Vec::new(),
        deciding: Vec::new(),
        threads: 0,
    };
    source::list(&inputs, &options).map(|listing| listing.targets).unwrap_or_default()
}

/// Walk, open, read: every byte reaches memory and no more.
fn floor(paths: &[String]) {
    let bytes = AtomicU64::new(0);
    let targets = listed(paths);
    targets.par_iter().with_max_len(32).for_each_init(Buffer::default, |buffer, target| {
        if let Ok(Read::Text(text)) = source::read(target, buffer) {
            bytes.fetch_add(black_box(text).len() as u64, Ordering::Relaxed);
        }
    });
    println!("{} {}", targets.len(), bytes.into_inner());
}

/// The time of the same scan with the built-in rules and with many more.
fn rules(paths: &[String]) {
    let mut buffer = Buffer::default();
    let files: Vec<(Target, Vec<u8>)> = listed(paths)
        .into_iter()
        .filter_map(|target| match source::read(&target, &mut buffer) {
            Ok(Read::Text(text)) => Some((target, text.to_vec())),
            _ => None,
        })
        .collect();
    let built_in = ruleset::built_in().unwrap_or_default();
    let many: Vec<_> =
        built_in.iter().cloned().chain(ruleset::parse("synthetic.toml", &synthetic(MANY_RULES - built_in.len()), false).unwrap_or_default()).collect();
    let scanners = [scanner(built_in), scanner(many)];
    let mut least = [Duration::MAX; 2];
    for _ in 0..REPEATS {
        for ((_, scanner), least) in scanners.iter().zip(&mut least) {
            let mut worker = Worker::default();
            let started = Instant::now();
            for (target, bytes) in &files {
                black_box(scanner.scan(&Blob::new(target, bytes), &mut worker));
            }
            *least = started.elapsed().min(*least);
        }
    }
    for ((count, _), time) in scanners.iter().zip(least) {
        println!("{count} {:.4}", time.as_secs_f64());
    }
}

fn scanner(rules: Vec<aelix_lint::model::Rule>) -> (usize, Scanner) {
    let count = rules.len();
    let set = RuleSet::of(rules, &RuleOptions::default()).unwrap_or_default();
    (count, Scanner::new(Arc::new(set), ScanOptions::default()))
}

/// Rules of tokens with made-up prefixes of five letters and digits, as providers choose them.
fn synthetic(count: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    let rule = |n: usize| {
        let mixed = n.wrapping_mul(2_654_435_761) >> 5;
        let prefix: String = [mixed, mixed / 26, mixed / 676, n, n / 26].map(letter).iter().collect();
        format!(
            "[[rule]]\nid = \"custom/synthetic-{n}\"\ntitle = \"t\"\nseverity = \"high\"\nconfidence = \"high\"\nwhy = \"w\"\nfix = \"f\"\n\
             pattern = '\\b(?<secret>{prefix}_[0-9A-Za-z]{{32}})\\b'\nexamples = [\"x\"]\n"
        )
    };
    (0..count).map(rule).collect()
}

/// One line of 1, 2, 4 … 64 MB of each kind: milliseconds per megabyte must not rise.
fn lines(largest: usize) {
    let (_, scanner) = scanner(ruleset::built_in().unwrap_or_default());
    for (kind, name, piece) in kinds() {
        print!("{kind:24}");
        let largest = if kind == MANY_FINDINGS { largest.min(4) } else { largest };
        for megabytes in [1, 2, 4, 8, 16, 32, 64].into_iter().filter(|size| *size <= largest) {
            let bytes: Vec<u8> = piece.iter().copied().cycle().take(megabytes << 20).collect();
            let target = Target::in_memory(name);
            let started = Instant::now();
            black_box(scanner.scan(&Blob::new(&target, &bytes), &mut Worker::default()));
            print!(" {:8.2}", started.elapsed().as_secs_f64() * 1000.0 / f64::from(u32::try_from(megabytes).unwrap_or(1)));
        }
        println!();
    }
}

fn kinds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let minified =
        "!function(e,t){var n=t.token||e.getToken(\"a\"),r={key:\"x\",password:n.pass,secretKey:i(42)};return n&&r.apply(this,[e,'q',\"it\\'s\"])}(window,{});";
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::try_from(state >> 58).unwrap_or(0)]
    };
    let base64: Vec<u8> = (0..1_000_003).map(|_| random()).collect();
    let pairs: Vec<u8> = (0..20_000).flat_map(|_| [b"password=\"".to_vec(), (0..24).map(|_| random()).collect(), b"\",".to_vec()].concat()).collect();
    vec![
        ("minified script", "a.js", minified.into()),
        ("secretsecret", "a.js", b"secret".to_vec()),
        ("secretsecret, config", "a.yaml", b"secret".to_vec()),
        ("key=\"", "a.js", b"key=\"".to_vec()),
        ("api_key=\"", "a.js", b"api_key=\"".to_vec()),
        ("api_key=\", config", "a.yaml", b"api_key=\"".to_vec()),
        ("<password>", "a.xml", b"<password>".to_vec()),
        ("'password' =>", "a.php", b"'password' =>".to_vec()),
        ("password:", "a.txt", b"password: ".to_vec()),
        ("password=", "a.txt", b"password=".to_vec()),
        ("password=, config", "a.env", b"PASSWORD=".to_vec()),
        ("password: , config", "a.ini", b"password: ".to_vec()),
        ("token: , YAML", "a.yaml", b"token: ".to_vec()),
        ("X=${PASSWORD:-", "a.sh", b"X=${PASSWORD:-".to_vec()),
        ("os.getenv(", "a.py", b"os.getenv(\"API_KEY\", ".to_vec()),
        ("password= in a string", "a.js", b"password=b?c".to_vec()),
        ("password=${", "a.txt", b"password=${".to_vec()),
        ("-----BEGIN", "a.pem", b"-----BEGIN PRIVATE KEY-----".to_vec()),
        ("markers", "a.py", b"# aelix-lint: allow secrets/x ".to_vec()),
        (MANY_FINDINGS, "a.json", pairs),
        ("base64", "a.txt", base64),
        ("eyJ", "a.txt", b"eyJhbGciOi.".to_vec()),
        ("https://", "a.txt", b"https://a:b@".to_vec()),
    ]
}
