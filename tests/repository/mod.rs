//! Real git repositories, made for one test each.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run of the program gave.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The report in JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// `path:line` of every finding, with a space and the first digits of the commit where there is one.
    pub fn places(&self) -> Vec<String> {
        let json = self.json();
        let place = |finding: &Value| {
            let commit = finding["commit"]["id"].as_str().map(|id| format!(" {}", &id[..7])).unwrap_or_default();
            format!("{}:{}{commit}", finding["path"].as_str().unwrap(), finding["line"])
        };
        json["findings"].as_array().unwrap().iter().map(place).collect()
    }

    /// What was looked at, in words.
    pub fn scope(&self) -> String {
        self.json()["summary"]["scope"]["what"].as_str().unwrap_or_default().to_owned()
    }
}

/// A repository in a scratch folder.
pub struct Repository {
    folder: TempDir,
}

/// A live key as Aelix shows them, another one for each number. Only put together at run time.
pub fn key(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
    let mut digit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[(state >> 33) as usize % 62])
    };
    format!("ak_{}_{}", "live", (0..32).map(|_| digit()).collect::<String>())
}

/// A line that holds such a key.
pub fn line(number: u64) -> String {
    format!("AELIX_API_KEY={}\n", key(number))
}

impl Repository {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A repository that `git init` makes with these arguments.
    pub fn with(arguments: &[&str]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(&[&["init", "-q", "-b", "main"], arguments].concat());
        repository
    }

    /// A clone of another one.
    pub fn clone_of(other: &Self, arguments: &[&str]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        let url = format!("file://{}", other.path().display());
        repository.git(&[&["clone", "-q"], arguments, &[&url, "."]].concat());
        repository
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Self {
        let path = self.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.join(name)).unwrap();
        self
    }

    pub fn try_git(&self, arguments: &[&str]) -> Option<String> {
        let mut git = Command::new("git");
        clean(&mut git);
        git.args(["-c", "protocol.file.allow=always"]).args(arguments).current_dir(self.path()).stdin(Stdio::null());
        let output = git.output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).unwrap_or_else(|| panic!("git {arguments:?}"))
    }

    pub fn add(&self) -> &Self {
        self.git(&["add", "-A"]);
        self
    }

    /// Commits all there is; returns the first digits of the commit.
    pub fn commit(&self, message: &str) -> String {
        self.add();
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])[..7].to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
        clean(&mut command);
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).env("NO_COLOR", "1");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// The same with the report in JSON.
    pub fn json(&self, arguments: &[&str]) -> Run {
        self.run(&[arguments, &["--format", "json"]].concat())
    }
}

/// Runs a command; no run may ever print the random part of a key.
pub fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Run { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
    let leak = format!("{}_{}", "ak", "live_");
    // SARIF holds the pages of all rules, whose samples look like keys.
    for text in [&run.stdout, &run.stderr].into_iter().filter(|text| !text.contains("sarif-2.1.0")) {
        let shown = text.match_indices(&leak).map(|(at, _)| text[at + leak.len()..].chars().take_while(char::is_ascii_alphanumeric).count());
        assert!(shown.max().unwrap_or(0) < 24, "a key is shown");
    }
    run
}

/// Neither what the machine configures nor a hook that runs the tests has a say.
pub fn clean(command: &mut Command) {
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "AELIX_LINT_FORMAT", "PRE_COMMIT", "FORCE_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "tester").env(format!("GIT_{who}_EMAIL"), "tester@example.com");
    }
    command.env("GIT_AUTHOR_DATE", "2026-02-03T04:05:06Z").env("GIT_COMMITTER_DATE", "2026-02-03T04:05:06Z");
}
