//! The transcripts of the pages about git: every command is run in a scratch repository, and prints what the page shows.
//! `UPDATE_DOCS=1 cargo test --test git_documents` writes what it prints.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod repository;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;
use repository::{Repository, clean, key};

const PAGES: [&str; 3] = ["docs/ci.md", "docs/pre-commit.md", "docs/baseline.md"];

/// What a command prints, both streams as they come.
fn shell(repository: &Repository, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_aelix-lint")).parent().unwrap();
    let mut command = Command::new("sh");
    clean(&mut command);
    command.args(["-c", &format!("exec 2>&1\n{script}")]).current_dir(repository.path()).stdin(Stdio::null());
    command.env("PATH", format!("{}:{}", program.display(), std::env::var("PATH").unwrap()));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").env("SOURCE_DATE_EPOCH", "1770000000");
    for number in 1..=3 {
        command.env(format!("KEY_{number}"), key(number));
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// Times and the number of rules change with every run.
fn settled(text: &str) -> String {
    Regex::new(r"\d+ rules, [\d.]+ m?s\)").unwrap().replace_all(text, "N rules, TIME)").into_owned()
}

/// The page with what its commands print now.
fn replayed(page: &str) -> String {
    let repository = Repository::new();
    let mut out = String::new();
    let mut rest = page;
    let mark = Regex::new(r"(?m)^(<!-- before\n|```console\n)").unwrap();
    while let Some(found) = mark.find(rest) {
        out.push_str(&rest[..found.end()]);
        rest = &rest[found.end()..];
        let is_setup = found.as_str().starts_with("<!--");
        let end = rest.find(if is_setup { "-->" } else { "```\n" }).unwrap();
        if is_setup {
            shell(&repository, &format!("set -e\n{}", &rest[..end]));
            out.push_str(&rest[..end]);
        } else {
            for command in rest[..end].lines().filter_map(|line| line.strip_prefix("$ ")) {
                let _ = write!(out, "$ {command}\n{}", shell(&repository, command));
            }
        }
        rest = &rest[end..];
    }
    out + rest
}

#[test]
fn the_pages_show_what_the_program_prints() {
    for name in PAGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let written = fs::read_to_string(&path).unwrap();
        let fresh = replayed(&written);
        assert!((1..=3).all(|number| !fresh.contains(&key(number)[8..])), "{name} shows a key");
        if std::env::var_os("UPDATE_DOCS").is_some() && settled(&written) != settled(&fresh) {
            fs::write(&path, settled(&fresh).replace("N rules, TIME)", "491 rules, 12 ms)")).unwrap();
        } else {
            assert_eq!(settled(&written), settled(&fresh), "{name} is out of date; run `UPDATE_DOCS=1 cargo test --test git_documents`");
        }
    }
}
