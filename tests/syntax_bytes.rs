//! Whatever bytes a program is made of: reading it ends, without a panic, and what is found lies within it. `FUZZ_SECONDS=60` runs each language so long.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aelix_lint::lang::{self, Language};
use aelix_lint::model::facts::Value;
use aelix_lint::scan::syntax::{Bounds, Parser, exports, facts, facts_of_each_call};
use aelix_lint::text::Span;

/// Pieces that open, close and escape things in some language.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"'",
    b"`",
    b"${",
    b"#{",
    b"$(",
    b"{",
    b"}",
    b"(",
    b")",
    b"[",
    b"]",
    b"\\",
    b"\\u",
    b"/*",
    b"//",
    b"<<EOF\n",
    b"\n",
    b"\0",
    b"\xff\xfe",
    b"\xc3\xa9",
    b"=>",
    b"\"\"\"",
    b"r#\"",
];
/// Mutations of each language where no time is given.
const MUTATIONS: usize = 60;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound.max(1)
    }
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
}

/// The fixtures of a language, not too long.
fn seeds(language: &Language) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut all);
    all.sort();
    let own = all.iter().filter(|path| lang::of(&path.to_string_lossy()).is_some_and(|of| of.name == language.name));
    own.map(|path| fs::read(path).unwrap()).filter(|bytes| bytes.len() < 16_384).collect()
}

fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let (at, to) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let (from, to) = (at.min(to), at.max(to));
        match random.below(6) {
            0 => bytes.truncate(to),
            1 => drop(bytes.drain(from..to.min(from + 64))),
            2 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
            3 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].repeat(1 + random.below(200)))),
            4 => {
                let copied = bytes[from..to.min(from + 512)].to_vec();
                drop(bytes.splice(at..at, copied));
            }
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let start = random.below(other.len());
                drop(bytes.splice(at..at, other[start..other.len().min(start + 512)].to_vec()));
            }
        }
    }
    bytes
}

fn read(bytes: &[u8], language: &'static Language, parser: &mut Parser) {
    let bounds = Bounds { max_time: Duration::from_millis(500), ..Bounds::default() };
    let whole = Span::new(0, bytes.len());
    let start = Instant::now();
    if let Ok(found) = facts(bytes, language, parser, bounds) {
        let arguments = found.calls.iter().flat_map(|call| call.arguments.iter().chain(call.named.iter().map(|(_, argument)| argument)));
        for argument in arguments.chain(found.bindings.iter().map(|binding| &binding.value)) {
            assert!(whole.contains(argument.span), "an argument lies within the file");
            if let Value::Literal { pieces, starts, .. } = &argument.value {
                assert_eq!(pieces.len(), starts.len(), "each piece begins somewhere");
                assert!(pieces.iter().all(|piece| whole.contains(*piece)), "a piece lies within the file");
            }
        }
    }
    let _ = facts_of_each_call(bytes, language, parser, bounds);
    let _ = exports(bytes, language, parser, &[vec!["a".to_owned()], vec!["A".to_owned(), "b".to_owned()]]);
    assert!(start.elapsed() < Duration::from_secs(60), "{}: {:?}", language.name, start.elapsed());
}

#[test]
fn any_bytes_are_read_in_every_language() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    for language in lang::table() {
        let (seeds, mut random, mut parser) = (seeds(language), Random(0x9e37_79b9_7f4a_7c15), Parser::default());
        assert!(!seeds.is_empty(), "{}", language.name);
        let (start, mut run) = (Instant::now(), 0);
        while seconds.map_or(run < MUTATIONS, |seconds| start.elapsed() < seconds) {
            read(&mutated(&seeds, &mut random), language, &mut parser);
            run += 1;
        }
        println!("{}: {run} programs in {:?}", language.name, start.elapsed());
    }
}

#[test]
fn names_that_mean_themselves_and_long_chains_end() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let mut programs = vec![
        ("a.py", "from settings import cfg\ncfg = cfg[\"prod\"]\nsink(cfg)\n".to_owned()),
        ("a.py", "a, b = a[\"x\"], b[0]\nsink(a)\n".to_owned()),
        ("a.py", "a = b[\"x\"]\nb = a[\"x\"]\na = b[0]\nsink(a, b)\n".to_owned()),
        ("a.js", "const db = db[\"prod\"];\nsink(db);\n".to_owned()),
        ("a.js", "const db = () => db[\"prod\"];\nconst { x } = x;\nsink(db, x);\n".to_owned()),
    ];
    for deep in [3_000, 100_000] {
        programs.extend([
            ("a.rs", format!("fn f() {{ let x = a{}; sink(x); }}", ".b".repeat(deep))),
            ("a.py", format!("x = a{}\nsink(x)\n", "[\"x\"]".repeat(deep))),
            ("a.py", format!("x = a{}\nsink(x)\n", "[0]".repeat(deep))),
            ("a.js", format!("const x = a{};\nsink(x);\n", "[\"x\"]".repeat(deep))),
            ("a.php", format!("<?php\nconst b = 1;\n$a{} = 1;\n", "->b".repeat(deep))),
        ]);
    }
    for key in ["\"x\"", "0"] {
        programs.push(("a.py", lines(3_000, &|line| format!("a{} = a{line}[{key}]\n", line + 1))));
        programs.push(("a.js", lines(3_000, &|line| format!("const a{} = a{line}[{key}];\n", line + 1))));
    }
    for (path, program) in programs {
        read(program.as_bytes(), lang::of(path).unwrap(), &mut Parser::default());
    }
}

#[test]
fn names_of_a_long_list_cost_no_more_each() {
    let bounds = Bounds { max_time: Duration::from_secs(60), ..Bounds::default() };
    let time = |count: usize| {
        let program = format!("{} = {}\n", vec!["a"; count].join(","), vec!["1"; count].join(","));
        let start = Instant::now();
        let _ = facts(program.as_bytes(), lang::of("a.py").unwrap(), &mut Parser::default(), bounds);
        start.elapsed()
    };
    let (few, many) = ((0..3).map(|_| time(1_000)).min().unwrap(), time(8_000));
    assert!(many < few * 8 * 4 + Duration::from_millis(200), "1,000 names: {few:?}, 8,000 names: {many:?}");
}
