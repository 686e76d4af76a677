//! Hooks that the program installs, at work under git.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod repository;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use repository::{Repository, clean, line};

/// git with the program on its PATH.
fn git(repository: &Repository, arguments: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_aelix-lint")).parent().unwrap();
    let mut command = Command::new("git");
    clean(&mut command);
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    command.args(arguments).current_dir(repository.path()).env("PATH", path).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_commit_with_a_secret_is_stopped_and_a_clean_one_passes() {
    let repository = Repository::new();
    let run = repository.run(&["install-hook"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "wrote .git/hooks/pre-commit\n"), "{}", run.stderr);
    assert_eq!(repository.run(&["install-hook"]).status, 0, "our own hook is there already");
    repository.write("a", "x\n").add();
    assert!(git(&repository, &["commit", "-m", "clean"]).status.success());
    repository.write(".env", line(1)).add();
    let stopped = git(&repository, &["commit", "-m", "a key"]);
    assert!(!stopped.status.success());
    for part in ["secrets/aelix-api-key", ".env:1:15", "to accept it, add the comment", "Revoke the key"] {
        assert!(said(&stopped).contains(part), "{}", said(&stopped));
    }
    assert!(!said(&stopped).contains("--no-verify"));
    repository.write(".env", "").add();
    assert!(git(&repository, &["commit", "-m", "without it"]).status.success());
}

#[test]
fn a_hook_that_is_there_is_left_alone_wherever_hooks_are() {
    let repository = Repository::new();
    repository.git(&["config", "core.hooksPath", "tools/hooks"]);
    repository.write("tools/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let run = repository.run(&["install-hook"]);
    assert!(run.status == 2 && run.stderr.contains("cannot write tools/hooks/pre-commit: there is a hook already"), "{}", run.stderr);
    assert!(run.stderr.contains("aelix-lint check --staged"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(repository.join("tools/hooks/pre-commit")).unwrap(), "#!/bin/sh\nexit 0\n");
    let run = repository.run(&["install-hook", "--pre-push"]);
    assert_eq!(run.stdout, "wrote tools/hooks/pre-push\n", "{}", run.stderr);
    assert_eq!(repository.run(&["install-hook", "--pre-push"]).stdout, "tools/hooks/pre-push is there already\n");
    let outside = tempfile::tempdir().unwrap();
    let mut command = repository.command(&["install-hook"]);
    let run = repository::run(command.current_dir(outside.path()).env("GIT_CEILING_DIRECTORIES", outside.path().parent().unwrap()));
    assert!(run.status == 2 && run.stderr.contains("cannot find the folder of hooks"), "{}", run.stderr);
}

#[test]
fn without_the_program_nothing_is_committed() {
    let repository = Repository::new();
    repository.run(&["install-hook"]);
    repository.write("a", "x\n").add();
    let mut command = Command::new("git");
    clean(&mut command);
    let output = command.args(["commit", "-m", "x"]).current_dir(repository.path()).output().unwrap();
    assert!(!output.status.success() && said(&output).contains("not on the PATH"), "{}", said(&output));
}

#[test]
fn a_push_is_scanned_commit_by_commit() {
    let remote = Repository::with(&["--bare"]);
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    repository.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
    repository.run(&["install-hook", "--pre-push"]);
    let push = |refs: &str| git(&repository, &["push", "origin", refs]);
    assert!(push("main").status.success(), "a first push");
    repository.write("b", line(1)).commit("2");
    repository.remove("b").commit("3");
    let stopped = push("main");
    assert!(!stopped.status.success() && said(&stopped).contains("added by commit "), "removed again, but it would be published: {}", said(&stopped));
    assert!(!push("main:refs/heads/new").status.success(), "a new branch");
    repository.git(&["reset", "-q", "--hard", "HEAD~2"]);
    repository.write("c", "x\n").commit("4");
    assert!(push("main").status.success());
    assert!(push("main:refs/heads/new").status.success());
    assert!(push(":refs/heads/new").status.success(), "a branch that is deleted");
}

#[test]
fn a_branch_that_begins_at_two_commits_of_the_remote_is_scanned_whole() {
    let remote = Repository::with(&["--bare"]);
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    repository.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
    repository.run(&["install-hook", "--pre-push"]);
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("side", "x\n").commit("2");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("main", "x\n").commit("3");
    for branch in ["main", "side"] {
        assert!(git(&repository, &["push", "origin", branch]).status.success(), "{branch}");
    }
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.git(&["merge", "-q", "-m", "4", "side"]);
    assert!(git(&repository, &["push", "origin", "topic:refs/heads/clean"]).status.success());
    repository.git(&["update-ref", "-d", "refs/remotes/origin/clean"]);
    repository.write("b", line(1)).commit("5");
    let key = repository.git(&["rev-parse", "--short=10", "HEAD"]);
    repository.remove("b").commit("6");
    let stopped = git(&repository, &["push", "origin", "topic"]);
    assert!(!stopped.status.success() && said(&stopped).contains(&format!("added by commit {key}")), "{}", said(&stopped));
}
