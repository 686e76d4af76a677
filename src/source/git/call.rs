//! Calls of the program `git`: nothing that a repository brings along is run, nothing is downloaded, nothing is written.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What every call says. A hook, a monitor, a pager, a helper of a transport are programs that a repository may name; replacement objects would hide
/// what is published.
const HARDENING: [&str; 10] = [
    "--no-pager",
    "--literal-pathspecs",
    "--no-replace-objects",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=true",
];
/// Variables that would change what is printed, or run a program. Those that name the repository and its index stay: a hook means them.
const REMOVED: [&str; 5] = ["GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"];

/// Why git did not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("git is not installed or not on the PATH")]
    Missing,
    /// It could not be started or read.
    #[error("git does not run: {0}")]
    Broken(io::Error),
    /// It ended with an error.
    #[error("{0}")]
    Refused(String),
    /// It said something else than it should.
    #[error("git answered with something unexpected")]
    Unexpected,
}

impl From<io::Error> for GitError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Broken(error) }
    }
}

/// A folder in which git is called.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    /// The configuration that says of which size on a file is not compared line by line.
    largest: Option<String>,
}

impl Git {
    /// Calls in the absolute `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), largest: None }
    }

    /// The same, for which the lines of files beyond this size are no matter: git compares them as binary ones, without reading them.
    pub fn up_to(self, bytes: u64) -> Self {
        Self { largest: Some(format!("core.bigFileThreshold={bytes}")), ..self }
    }

    /// A call of a command of git.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        git.args(HARDENING).args(self.largest.iter().flat_map(|largest| ["-c", largest])).args(arguments).current_dir(&self.folder);
        for name in REMOVED {
            git.env_remove(name);
        }
        // Grafts hide commits as replacement objects do.
        git.env("GIT_GRAFT_FILE", "/dev/null");
        // No protocol at all, whatever the configuration of a repository allows: there is none of this name. An empty variable is none at all on Windows.
        git.env("GIT_ALLOW_PROTOCOL", "none");
        git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        git.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
        git
    }

    /// What a call prints.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        finished(self.command(arguments).output()?)
    }

    /// The same with the user's own folder of hooks, for questions about it.
    pub fn run_as_configured(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        finished(Command::new("git").args(arguments).current_dir(&self.folder).stdin(Stdio::null()).output()?)
    }

    /// The same with paths behind `--`.
    pub fn run_on(&self, arguments: &[&str], paths: &[PathBuf]) -> Result<Vec<u8>, GitError> {
        finished(self.command(arguments).arg("--").args(paths).output()?)
    }

    /// The same with `input` on standard input, and no paths.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        feed(self.command(arguments), input)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A call that goes on, asked on standard input.
    pub fn spawn(&self, arguments: &[&str]) -> io::Result<Child> {
        self.command(arguments).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()
    }
}

/// What a call prints that gets `input` on standard input.
pub fn feed(command: Command, input: &[u8]) -> Result<Vec<u8>, GitError> {
    let all = |output: &mut dyn BufRead| {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).map(|_| bytes).map_err(GitError::Broken)
    };
    feed_to(command, input, all)
}

/// The same, handed to `read` while it is printed: nobody knows how long it is.
pub fn feed_to<T>(mut command: Command, input: &[u8], read: impl FnOnce(&mut dyn BufRead) -> Result<T, GitError>) -> Result<T, GitError> {
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let (asked, printed, said) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(move || asked.map(|mut pipe| pipe.write_all(input)));
        let said = scope.spawn(move || {
            let mut bytes = Vec::new();
            said.map(|mut pipe| pipe.read_to_end(&mut bytes));
            bytes
        });
        let result = printed.map_or(Err(GitError::Unexpected), |pipe| read(&mut BufReader::with_capacity(64 << 10, pipe)));
        let status = child.wait()?;
        if status.success() { result } else { Err(refused(&said.join().unwrap_or_default())) }
    })
}

fn finished(output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() { Ok(output.stdout) } else { Err(refused(&output.stderr)) }
}

/// The first line of what git says, without its own words.
fn refused(stderr: &[u8]) -> GitError {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().find(|line| !line.starts_with("warning:") && !line.trim().is_empty()).unwrap_or("git failed without a word");
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ").trim_end_matches('.');
    // What git advises stands further down, behind an example.
    let advice = if line.contains("dubious ownership") { "; trust it with `git config --global --add safe.directory FOLDER`" } else { "" };
    GitError::Refused(format!("{line}{advice}"))
}

/// A path as git prints it.
#[cfg(unix)]
pub fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

/// A path as git prints it.
#[cfg(not(unix))]
pub fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Text of a line that git prints.
pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default().trim_end_matches(['\r', '\n'])
}

/// The same as a path.
pub fn path_of_line(line: &[u8]) -> PathBuf {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    PathBuf::from(OsStr::new(&os_string(line.strip_suffix(b"\r").unwrap_or(line))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_refuses_is_told_in_its_first_line() {
        let error = refused(b"warning: x\nfatal: bad revision 'gone'\nmore\n");
        assert_eq!(error.to_string(), "bad revision 'gone'");
        assert_eq!(refused(b"").to_string(), "git failed without a word");
        let foreign = refused(b"fatal: detected dubious ownership in repository at '/x'\nTo add an exception for this directory, call:\n");
        assert!(foreign.to_string().ends_with("at '/x'; trust it with `git config --global --add safe.directory FOLDER`"), "{foreign}");
    }

    #[test]
    fn nothing_is_fetched_whatever_a_repository_allows() {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let mut git = Git::new(folder.path()).command(arguments);
            git.env_remove("GIT_DIR").output().unwrap().status.success()
        };
        assert!(git(&["init", "-q"]));
        for (key, value) in [("protocol.ext.allow", "always"), ("protocol.allow", "always"), ("remote.origin.url", "ext::sh -c touch% planted")] {
            assert!(git(&["config", key, value]));
        }
        assert!(!git(&["fetch", "origin"]));
        assert!(!folder.path().join("planted").exists());
    }

    #[test]
    fn a_folder_that_is_no_repository_refuses() {
        let folder = tempfile::tempdir().unwrap();
        let mut git = Git::new(folder.path()).command(&["rev-parse", "--git-dir"]);
        git.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
        assert!(!git.env_remove("GIT_DIR").output().unwrap().status.success());
    }
}
