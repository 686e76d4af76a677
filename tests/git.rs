//! What is staged, what a branch adds, what each commit adds: on real repositories.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod repository;

use std::fs;
use std::process::Command;

use repository::{Repository, Run, clean, key, line, run};

fn staged(repository: &Repository) -> Vec<String> {
    repository.json(&["--staged"]).places()
}

#[test]
fn the_stage_is_read_and_not_the_work_tree() {
    let repository = Repository::new();
    repository.write("a", "one\n").commit("first");
    repository.write("a", format!("one\n{}", line(1))).add().write("a", "one\n");
    let run = repository.json(&["--staged"]);
    assert_eq!((run.status, run.places()), (1, vec!["a:2".to_owned()]), "removed in the editor, still staged");
    repository.write("b", line(2)).git(&["reset", "-q", "--hard"]);
    repository.write("a", line(3)).write("b", line(4));
    let run = repository.json(&["--staged"]);
    assert_eq!((run.status, run.places().len()), (0, 0), "not staged");
    assert_eq!(run.scope(), "nothing that adds a line is staged");
}

#[test]
fn only_added_lines_count_and_the_whole_file_is_read() {
    let repository = Repository::new();
    repository.write(".env", format!("A=1\n{}B=2\n", line(1))).commit("an old key");
    repository.write(".env", format!("A=1\nC=3\n{}B=2\n{}", line(1), line(2))).add();
    assert_eq!(staged(&repository), [".env:5"]);
    let muted = "# aelix-lint: allow-file secrets/aelix-api-key -- samples of the course\n";
    repository.write(".env", format!("{muted}{}", line(1))).commit("muted");
    repository.write(".env", format!("{muted}{}{}", line(1), line(2))).add();
    assert!(staged(&repository).is_empty(), "a comment on a line that is not new mutes");
}

#[test]
fn a_part_of_a_file_that_is_not_staged_is_not_scanned() {
    let repository = Repository::new();
    repository.write("a", "one\ntwo\n").commit("first");
    repository.write("a", format!("{}one\ntwo\n", line(1))).add();
    repository.write("a", format!("{}one\ntwo\n{}", line(1), line(2)));
    assert_eq!(staged(&repository), ["a:1"]);
}

#[test]
fn the_first_commit_and_files_of_every_kind() {
    let repository = Repository::new();
    repository.write("a", line(1)).write("sub/ü \"x\".env", line(2)).write("crlf.env", line(3).replace('\n', "\r\n"));
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(line(4).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    repository.write("wide.txt", utf16).write("image.png", b"\x89PNG\0\0").add();
    repository.write("later.env", line(5)).git(&["add", "-N", "later.env"]);
    let run = repository.json(&["--staged"]);
    assert_eq!(run.places(), ["a:1", "crlf.env:1", "sub/ü \"x\".env:1", "wide.txt:1"], "intent to add is not part of the commit");
    assert_eq!(run.json()["summary"]["skipped"]["binary"], 1);
}

#[test]
fn lines_are_counted_as_we_count_them() {
    let repository = Repository::new();
    repository.write("a", format!("one\rtwo\n{}", line(1))).commit("first");
    repository.write("a", format!("one\rtwo\n{}{}", line(1), line(2))).add();
    assert_eq!(staged(&repository), ["a:4"]);
    repository.write("cr", format!("x\n{}", line(3).repeat(2).replace('\n', "\r"))).commit("old macs");
    repository.write("cr", format!("x\ny\n{}", line(3).repeat(2).replace('\n', "\r"))).add();
    assert!(staged(&repository).is_empty());
}

#[test]
fn renames_add_what_they_change_and_copies_add_all() {
    let repository = Repository::new();
    let text = format!("{}{}", "a line that stays as it is\n".repeat(20), line(1));
    repository.write("old.txt", &text).commit("first");
    repository.git(&["mv", "old.txt", "new.txt"]);
    assert!(staged(&repository).is_empty(), "a renamed file adds no line");
    repository.write("new.txt", format!("{text}{}", line(2))).add();
    assert_eq!(staged(&repository), ["new.txt:22"]);
    repository.git(&["reset", "-q", "--hard"]);
    repository.write("copy.txt", &text).add();
    assert_eq!(staged(&repository), ["copy.txt:21"]);
}

#[test]
fn links_and_submodules_are_passed_over() {
    let (outer, inner) = (Repository::new(), Repository::new());
    inner.write(".env", line(1)).commit("first");
    outer.write("a", "x\n").commit("first");
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", inner.path().display()), "lib"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("a", outer.join("link")).unwrap();
    outer.add();
    let run = outer.json(&["--staged"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.json()["summary"]["skipped"]["submodule"], 1);
    #[cfg(unix)]
    assert_eq!(run.json()["summary"]["skipped"]["link"], 1);
    outer.git(&["reset", "-q", "--hard"]);
    let _ = fs::remove_file(outer.join("link"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a", outer.join("b")).unwrap();
        outer.commit("a link");
        fs::remove_file(outer.join("b")).unwrap();
        outer.write("b", line(2)).add();
        assert_eq!(staged(&outer), ["b:1"], "a link that becomes a file");
    }
}

#[test]
fn the_index_of_a_hook_is_honoured() {
    let repository = Repository::new();
    repository.write("a", "x\n").write("b", "x\n").commit("first");
    repository.write("a", line(1)).write("b", line(2)).add();
    let other = repository.join("other-index");
    let mut git = Command::new("git");
    clean(&mut git);
    git.args(["read-tree", "HEAD"]).current_dir(repository.path()).env("GIT_INDEX_FILE", &other);
    assert!(git.status().unwrap().success());
    let mut command = repository.command(&["--staged", "--format", "json"]);
    assert!(run(command.env("GIT_INDEX_FILE", &other)).places().is_empty());
    // `git commit -- a` runs its hook with an index of its own.
    let hook = repository.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\nexec '{}' --staged --format json > report.json\n", env!("CARGO_BIN_EXE_aelix-lint"))).unwrap();
    make_executable(&hook);
    assert!(repository.try_git(&["commit", "-q", "-m", "a", "--", "a"]).is_none());
    let report = Run { status: 1, stdout: fs::read_to_string(repository.join("report.json")).unwrap(), stderr: String::new() };
    assert_eq!(report.places(), ["a:1"]);
}

#[cfg(unix)]
fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &std::path::Path) {}

#[test]
fn a_merge_in_progress_counts_what_neither_side_has() {
    let repository = Repository::new();
    repository.write("a", "one\n").commit("first");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("side.env", line(1)).write("a", "side\n").commit("side");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("a", "main\n").commit("main");
    assert!(repository.try_git(&["merge", "-q", "side"]).is_none(), "a conflict");
    let run = repository.json(&["--staged"]);
    assert!(run.status == 2 && run.stderr.contains("cannot read a: it is in conflict; resolve it, then `git add` it"), "{}", run.stderr);
    assert_eq!((run.scope().as_str(), run.json()["summary"]["complete"].as_bool()), ("what is staged and not in conflict", Some(false)));
    assert_eq!(repository.json(&["--staged", "--exclude", "a"]).status, 0, "what is excluded is not missed");
    repository.write("a", format!("both\n{}", line(2))).add();
    assert_eq!(staged(&repository), ["a:2"], "the key of the side is in its own commit");
    repository.git(&["commit", "-q", "-m", "merged"]);
    let merge = &repository.git(&["rev-parse", "HEAD"])[..7];
    let run = repository.json(&["--commits", "HEAD^1..HEAD"]);
    let side = &repository.git(&["rev-parse", "side"])[..7];
    assert_eq!(run.places(), [format!("side.env:1 {side}"), format!("a:2 {merge}")]);
}

#[test]
fn excludes_ignore_files_and_paths_limit_the_stage() {
    let repository = Repository::new();
    repository.write("aelix-lint.toml", "exclude = [\"vendor/\"]\n").write(".aelixlintignore", "samples/\n").commit("first");
    for file in ["a/x", "b/x", "vendor/x", "samples/x"] {
        repository.write(file, line(1));
    }
    repository.add();
    assert_eq!(staged(&repository), ["a/x:1", "b/x:1"]);
    assert_eq!(repository.json(&["--staged", "b"]).places(), ["b/x:1"]);
    assert_eq!(repository.json(&["--staged", "*"]).places().len(), 0, "a path is no pattern");
    let mut below = repository.command(&["--staged", "--format", "concise"]);
    let run = run(below.current_dir(repository.join("a")));
    assert!(run.stdout.starts_with("x:1:15") && run.stdout.contains("../b/x:1:15"), "the whole stage, from where one stands: {}", run.stdout);
}

#[test]
fn names_that_are_no_text_and_names_with_line_ends() {
    let repository = Repository::new();
    repository.write("a\ndiff --git b", line(1));
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        repository.write(std::ffi::OsStr::from_bytes(b"caf\xe9.env"), line(2));
    }
    repository.add();
    let run = repository.json(&["--staged"]);
    assert_eq!(run.places().len(), if cfg!(target_os = "linux") { 2 } else { 1 }, "{}", run.stdout);
}

#[test]
fn what_a_branch_adds_in_the_end() {
    let repository = Repository::new();
    repository.write("a", line(1)).commit("first");
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.write("b", line(2)).commit("a key");
    repository.remove("b").write("c", line(3)).commit("another place");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("d", line(4)).commit("meanwhile");
    for range in ["main..topic", "main...topic"] {
        let run = repository.json(&["--diff", range]);
        assert_eq!((run.status, run.places()), (1, vec!["c:1".to_owned()]), "{range}");
        assert!(run.scope().starts_with("what 2 commits of topic add since "), "{}", run.scope());
    }
    repository.git(&["checkout", "-q", "topic"]);
    assert_eq!(repository.json(&["--diff", "main"]).places(), ["c:1"]);
    repository.write("c", "x\n");
    assert_eq!(repository.json(&["--diff", "main"]).places(), ["c:1"], "the work tree has no part");
}

#[test]
fn what_a_change_mutes_is_said() {
    let repository = Repository::new();
    let muted = |number: u64, reason: &str| format!("{} # aelix-lint: allow secrets/aelix-api-key -- {reason}\n", line(number).trim_end());
    repository.write("a.env", muted(1, "old")).commit("1");
    repository.write("a.env", format!("{}{}", muted(1, "old"), muted(2, "new"))).write("aelix-lint.toml", "min-severity = \"high\"\n");
    repository.write(".aelixlintignore", "x\n").add();
    let run = repository.json(&["--staged"]);
    let notices: Vec<String> = run.json()["notices"].as_array().unwrap().iter().map(|notice| notice["message"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        notices,
        [
            "this change edits what is not scanned",
            "this change mutes secrets/aelix-api-key on line 2: new",
            "this change edits the configuration, which decides what is reported",
        ]
    );
    assert_eq!((run.status, run.places().len()), (0, 0));
    assert!(repository.run(&["."]).stdout.lines().all(|line| !line.starts_with("warning:")), "files are no change");
}

#[test]
fn edits_that_decide_what_is_reported_are_said_however_they_are_made() {
    let repository = Repository::new();
    let notices = |arguments: &[&str]| -> Vec<String> {
        let run = repository.json(arguments);
        let notices = run.json()["notices"].as_array().unwrap().clone();
        notices.iter().map(|notice| format!("{}: {}", notice["path"].as_str().unwrap(), notice["message"].as_str().unwrap())).collect()
    };
    let edit = |path: &str| format!("{path}: this change edits the configuration, which decides what is reported");
    let both = "min-severity = \"low\"\nextend-exclude = [\"x\"]\n";
    repository.write("aelix-lint.toml", both).write("ci/lint.toml", "extend = [\"base.toml\"]\n").write("ci/base.toml", both).commit("1");
    repository.write("aelix-lint.toml", "extend-exclude = [\"x\"]\n").write("ci/base.toml", "extend-exclude = [\"x\"]\n").add();
    assert_eq!(notices(&["--staged"]), [edit("aelix-lint.toml")], "a line less");
    assert_eq!(notices(&["--staged", "--config", "ci/lint.toml"]), [edit("aelix-lint.toml"), edit("ci/base.toml")], "by whatever name");
    repository.remove("aelix-lint.toml").add();
    assert_eq!(notices(&["--staged"]), [edit("aelix-lint.toml")], "a file less");
    repository.git(&["reset", "-q", "--hard"]);
    repository.git(&["mv", "aelix-lint.toml", "other.toml"]);
    assert_eq!(notices(&["--staged"]), [edit("aelix-lint.toml")], "moved away");
    repository.git(&["reset", "-q", "--hard"]);
    repository.write("a.env", line(1)).write("b.env", line(2)).commit("2");
    for (arguments, name) in [(&["baseline", "create", "a.env", "--reason", "old"][..], "a"), (&["baseline", "update", "--expires", "2126-01-01"], "b")] {
        assert_eq!(repository.run(arguments).status, 0, "{name}");
        repository.add();
        let until = if name == "a" { ": old" } else { " until 2126-01-01, without a reason" };
        let accepted = format!(".aelix-lint-baseline.json: this change accepts secrets/aelix-api-key in {name}.env{until}");
        assert_eq!(notices(&["--staged"]), [accepted], "only what is new");
        repository.commit(name);
    }
    repository.remove("b.env").commit("gone");
    assert_eq!(repository.run(&["baseline", "prune"]).status, 0);
    assert!(notices(&["--staged"]).is_empty(), "an entry less mutes nothing");
    repository.write("c.env", format!("{} # gitleaks:allow\n", line(3).trim_end())).write("d.env", "A=1 # gitleaks:allow\n").add();
    assert_eq!(notices(&["--staged"]), ["c.env: this change mutes secrets/aelix-api-key on line 1 by a comment for gitleaks"]);
}

#[test]
fn only_what_is_new_on_this_branch_counts() {
    let origin = Repository::new();
    origin.write("a", line(1)).commit("1");
    let clone = Repository::clone_of(&origin, &[]);
    assert_eq!(clone.json(&["--new-only"]).status, 2, "a range without commits");
    assert_eq!(clone.json(&["--new-only", "--allow-empty"]).status, 0, "as a hook before a push of a tag asks");
    let gone = clone.write("b", line(2)).write("c", line(3)).commit("2");
    clone.remove("c").commit("3");
    assert_eq!(clone.json(&["--new-only"]).places(), ["b:1"]);
    assert_eq!(clone.json(&["--new-only", "--with-removed"]).places(), ["b:1".to_owned(), format!("c:1 {gone}")]);
    assert_eq!(clone.run(&["baseline", "create"]).status, 0);
    assert_eq!(clone.json(&["--new-only"]).status, 0);
    let alone = origin.json(&["--new-only"]);
    assert!(alone.status == 2 && alone.stderr.contains("no commit `origin/HEAD` in this clone"), "{}", alone.stderr);
}

#[test]
fn what_is_gone_in_the_end_is_told_of_its_commit() {
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    let second = repository.write("b", line(1)).write("c", line(2)).commit("2");
    repository.remove("b").write("c", format!("\n\n{}", line(2))).commit("3");
    assert_eq!(repository.json(&["--diff", "HEAD~2"]).places(), ["c:3"]);
    let run = repository.json(&["--diff", "HEAD~2", "--with-removed"]);
    assert_eq!((run.status, run.places()), (1, vec!["c:3".to_owned(), format!("b:1 {second}")]));
    assert_eq!(repository.run(&["--with-removed"]).status, 2);
}

#[test]
fn each_commit_counts_by_itself() {
    let repository = Repository::new();
    let first = repository.write("a", line(1)).commit("first");
    let second = repository.write("b", line(2)).commit("a key");
    repository.remove("b").commit("gone again");
    let fourth = repository.write("c", format!("{}x\n", line(3))).commit("another");
    repository.write("c", format!("{} x\n", line(3).trim_end())).commit("touched");
    let run = repository.json(&["--commits", "HEAD~4..HEAD"]);
    assert_eq!((run.status, run.places()), (1, vec![format!("b:1 {second}"), format!("c:1 {fourth}")]));
    assert_eq!(run.json()["findings"][0]["commit"]["date"], "2026-02-03");
    assert_eq!(repository.json(&["--commits", "HEAD"]).places()[0], format!("a:1 {first}"), "a single name: it and all before it");
    let human = repository.run(&["--commits", "HEAD~4.."]);
    assert!(human.stdout.contains(&format!("added by commit {second}")) && human.stdout.contains("of 2026-02-03"), "{}", human.stdout);
    assert!(human.stdout.contains("Looked at: what each of 4 commits of HEAD~4.. adds."), "{}", human.stdout);
    let sarif = repository.run(&["--commits", "HEAD~4..", "--format", "sarif"]);
    assert!(!sarif.stdout.contains(&key(2)));
    let sarif = sarif.json();
    assert!(sarif["runs"][0]["results"][0]["properties"]["commit"].as_str().unwrap().starts_with(&second));
}

#[test]
fn a_line_that_makes_a_secret_of_an_old_text_counts() {
    let repository = Repository::new();
    let file = |call: &str| {
        let value = key(7)[8..28].to_owned();
        format!("use oauth2::ClientSecret;\n\nconst FALLBACK: &str = \"{value}\";\n\npub fn secret() -> ClientSecret {{\n{call}\n}}\n")
    };
    let (without, with) = ("    todo!()", "    ClientSecret::new(FALLBACK.to_string())");
    repository.write("a.rs", file(without)).commit("1");
    repository.write("a.rs", file(with)).add();
    assert_eq!(staged(&repository), ["a.rs:3"]);
    let second = repository.commit("2");
    for arguments in [&["--commits", "HEAD~1.."][..], &["--history"]] {
        assert_eq!(repository.json(arguments).places(), [format!("a.rs:3 {second}")], "{arguments:?}");
    }
    repository.write("a.rs", file(&format!("    // new\n{with} // changed"))).add();
    assert!(staged(&repository).is_empty(), "it was one before");
    repository.commit("3");
    assert_eq!(repository.json(&["--history"]).places().len(), 1);
    assert!(repository.json(&["--diff", "HEAD~1", "--with-removed"]).places().is_empty());
}

#[test]
fn files_above_the_size_limit_are_not_compared() {
    let repository = Repository::new();
    repository.write("a", format!("{}{}", line(1), "x\n".repeat(100))).commit("1");
    repository.write("a", format!("{}{}{}", line(1), "x\n".repeat(100), line(2))).commit("2");
    for arguments in [&["--diff", "HEAD~1"][..], &["--commits", "HEAD~1.."]] {
        assert_eq!(repository.json(arguments).places().len(), 1, "line by line");
        let run = repository.json(&[arguments, &["--max-file-size", "200B"]].concat());
        assert_eq!((run.places().len(), run.json()["summary"]["skipped"]["too-large"].as_u64()), (0, Some(1)), "{}", run.stdout);
    }
}

#[test]
fn what_is_muted_hides_nothing_that_is_not() {
    let repository = Repository::new();
    let muted = |number: u64| format!("{} # aelix-lint: allow secrets/aelix-api-key -- known\n", line(number).trim_end());
    repository.write("x", "x\n").commit("0");
    let first = repository.write("a.env", format!("{}{}", muted(1), line(1))).commit("the same key twice, one of them muted");
    repository.write("b.env", muted(2)).commit("muted");
    let third = repository.write("b.env", line(2)).commit("no more");
    let expected = [format!("a.env:2 {first}"), format!("b.env:1 {third}")];
    for arguments in [&["--commits", "HEAD~3.."][..], &["--history"]] {
        assert_eq!(repository.json(arguments).places(), expected, "{arguments:?}");
    }
    repository.write("b.env", muted(2)).commit("muted again");
    assert_eq!(repository.json(&["--diff", "HEAD~3", "--with-removed"]).status, 0, "in the end it is muted");
}

#[test]
fn a_baseline_counts_for_each_commit_by_itself() {
    let repository = Repository::new();
    repository.write("a.env", format!("A=1\n{}", line(1))).commit("0");
    assert_eq!(repository.run(&["baseline", "create"]).status, 0);
    repository.commit("accepted");
    repository.write("a.env", format!("A=2\n{}", line(1))).commit("a line beside it");
    repository.write("a.env", format!("A=2\n export {}", line(1))).commit("its own line");
    let run = repository.json(&["--commits", "HEAD~2.."]);
    assert_eq!((run.status, run.places().len()), (0, 0));
    let last = repository.write("a.env", format!("A=2\n export {}{}", line(1), line(1))).commit("a copy");
    assert_eq!(repository.json(&["--commits", "HEAD~3.."]).places(), [format!("a.env:3 {last}")]);
}

#[test]
fn a_range_of_commits_is_what_git_takes_it_for() {
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    repository.git(&["checkout", "-q", "-b", "side"]);
    let side = repository.write("b", line(1)).commit("2");
    repository.git(&["checkout", "-q", "main"]);
    let main = repository.write("c", line(2)).commit("3");
    let place = |name: &str, commit: &str| format!("{name}:1 {commit}");
    assert_eq!(repository.json(&["--commits", "main..side"]).places(), [place("b", &side)]);
    let mut both = repository.json(&["--commits", "main...side"]).places();
    both.sort();
    assert_eq!(both, [place("b", &side), place("c", &main)]);
}

#[test]
fn a_range_that_cannot_be_read_is_an_error_that_says_what_to_fetch() {
    let origin = Repository::new();
    origin.write("a", "x\n").commit("1");
    origin.write("a", line(1)).commit("2");
    origin.git(&["branch", "base", "HEAD~1"]);
    origin.write("b", "y\n").commit("3");
    let shallow = Repository::clone_of(&origin, &["--depth", "2"]);
    let both = Repository::clone_of(&origin, &["--depth", "1", "--no-single-branch"]);
    let lone = Repository::new();
    lone.write("a", "x\n").commit("1");
    lone.git(&["checkout", "-q", "--orphan", "other"]);
    lone.write("b", "x\n").commit("2");
    for (repository, arguments, expected) in [
        (&shallow, &["--diff", "origin/base"][..], "no commit `origin/base` in this clone; run `git fetch --unshallow origin base`"),
        (&shallow, &["--commits", "HEAD"], "this clone is shallow and ends at "),
        (&shallow, &["--diff", "HEAD~5"], "the clone is shallow: run `git fetch --unshallow`"),
        (&both, &["--diff", "origin/base"], "have no common commit in this clone; it is shallow: run `git fetch --unshallow`"),
        (&lone, &["--diff", "main"], "--commits reads the commits of a range one by one"),
        (&lone, &["--diff", "gone"], "run `git fetch origin gone`"),
        (&lone, &["--commits", "a$(b)..HEAD"], "check its spelling"),
        (&lone, &["--commits=--output=x"], "`--output=x` is no revision"),
        (&lone, &["--commits", "HEAD..HEAD"], "no commit in `HEAD..HEAD`"),
        (&lone, &["--diff", "HEAD..HEAD"], "no commit in `HEAD..HEAD`"),
        (&lone, &["--diff", "", "--allow-empty"], "`` is no revision"),
        (&lone, &["--diff", "..", "--allow-empty"], "`..` is no revision"),
        (&lone, &["--commits", "...", "--allow-empty"], "`...` is no revision"),
        (&lone, &["--history", "man"], "man is neither a commit nor a file, here or in any commit; check its spelling"),
    ] {
        let run = repository.json(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.starts_with("error: cannot read the ") && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
        assert_eq!(run.json()["summary"]["complete"], false);
        assert_eq!(repository.run(&[arguments, &["--exit-zero"]].concat()).status, 2);
    }
    let run = shallow.json(&["--commits", "HEAD~1..HEAD"]);
    assert_eq!((run.status, run.places().len()), (0, 0), "the range is all there");
    assert!(lone.join("x").metadata().is_err());
}

#[test]
fn a_common_commit_that_may_not_be_the_nearest_is_an_error() {
    let origin = Repository::new();
    origin.write("a", "x\n").commit("old");
    origin.write("b", line(1)).commit("of main");
    origin.git(&["checkout", "-q", "-b", "topic"]);
    origin.write("c", line(2)).commit("of the topic");
    origin.git(&["checkout", "-q", "main"]);
    for number in 3..9 {
        origin.write("a", format!("{number}\n")).commit("later");
    }
    origin.git(&["merge", "-q", "--no-ff", "-m", "merged", "main~5"]);
    // By a second way, the old commit is nearer to main than the one that the topic comes from.
    let old = origin.git(&["rev-list", "--max-parents=0", "HEAD"]);
    let tree = origin.git(&["rev-parse", "HEAD^{tree}"]);
    let tip = origin.git(&["commit-tree", &tree, "-p", "HEAD", "-p", &old, "-m", "tip"]);
    origin.git(&["update-ref", "refs/heads/main", &tip]);
    let shallow = Repository::clone_of(&origin, &["--depth", "4", "--no-single-branch"]);
    let merged = shallow.git(&["merge-base", "origin/main", "origin/topic"]);
    assert_eq!(merged, old, "as far as this clone knows");
    let run = shallow.json(&["--diff", "origin/main..origin/topic"]);
    assert!(run.status == 2 && run.stderr.contains("shallow"), "{}", run.stderr);
    // The base that is an ancestor is the common commit, whatever is cut away: a clone of depth 2 holds a merge and its parents.
    let two = Repository::clone_of(&origin, &["--depth", "2"]);
    assert_eq!(two.json(&["--diff", "HEAD^1"]).status, 0);
}

#[test]
fn ranges_that_amount_to_nothing() {
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    repository.write("b", line(1)).commit("2");
    repository.remove("b").commit("3");
    for (arguments, scope) in [
        (&["--diff", "HEAD~2"][..], ", which is nothing"),
        (&["--commits", "HEAD~1..HEAD"], "what each of 1 commit of HEAD~1..HEAD adds, which is nothing"),
        (&["--commits", "HEAD..HEAD", "--allow-empty"], "what each of 0 commits of HEAD..HEAD adds, which is nothing"),
        (&["--staged"], "nothing that adds a line is staged"),
    ] {
        let run = repository.json(arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        assert!(run.scope().ends_with(scope), "{arguments:?}: {}", run.scope());
        assert!(repository.run(arguments).stdout.contains("Looked at: "));
    }
    let mut under = repository.command(&["--staged"]);
    let hint = run(under.env("PRE_COMMIT", "1")).stdout;
    assert!(hint.contains("`pre-commit run --all-files` needs the hook `aelix-lint`"), "{hint}");
}

#[test]
fn outside_of_a_repository_nothing_passes() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    clean(&mut command);
    let run = run(command.arg("--staged").current_dir(folder.path()).env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap()));
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot read what is staged: not a git repository"), "{}", run.stderr);
    let repository = Repository::new();
    let without_git = repository::run(repository.command(&["--staged"]).env("PATH", folder.path()));
    assert_eq!(without_git.status, 2);
    assert!(without_git.stderr.contains("git is not installed or not on the PATH"), "{}", without_git.stderr);
}

#[test]
fn nothing_of_a_hostile_repository_is_run() {
    let repository = Repository::new();
    repository.write("a.x", "x\n").commit("1");
    let planted = repository.join("planted");
    let trap = format!("touch {}", planted.display());
    for (key, value) in [
        ("core.fsmonitor", trap.as_str()),
        ("core.pager", &trap),
        ("diff.external", &trap),
        ("diff.trap.command", &trap),
        ("diff.trap.textconv", &trap),
        ("filter.trap.smudge", &trap),
        ("core.sshCommand", &trap),
        ("remote.origin.url", "ext::sh -c touch% planted"),
        ("diff.interHunkContext", "50"),
        ("diff.noprefix", "true"),
        ("diff.orderFile", "a.x"),
        ("color.ui", "always"),
        ("diff.renames", "copies"),
        ("diff.ignoreSubmodules", "all"),
    ] {
        repository.git(&["config", key, value]);
    }
    let hooks = repository.join(".git/hooks/post-index-change");
    fs::create_dir_all(hooks.parent().unwrap()).unwrap();
    fs::write(&hooks, format!("#!/bin/sh\n{trap}\n")).unwrap();
    make_executable(&hooks);
    repository.write("a.x", format!("x\n{}", line(1))).write(".gitattributes", "*.x diff=trap filter=trap\n*.bin -diff\n").write("b.bin", line(2));
    repository.try_git(&["-c", "filter.trap.clean=cat", "-c", "core.fsmonitor=false", "add", "-A"]);
    let _ = fs::remove_file(&planted);
    assert_eq!(staged(&repository), ["a.x:2", "b.bin:1"], "a file that git is told to take for binary counts whole");
    repository.git(&["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "2"]);
    let _ = fs::remove_file(&planted);
    assert_eq!(repository.json(&["--diff", "HEAD~1"]).places(), ["a.x:2", "b.bin:1"]);
    assert_eq!(repository.json(&["--commits", "HEAD~1..HEAD"]).places().len(), 2);
    assert!(!planted.exists());
    // What a replacement hides is published all the same.
    let (new, old) = (repository.git(&["rev-parse", "HEAD"]), repository.git(&["rev-parse", "HEAD~1"]));
    repository.git(&["replace", &new, &old]);
    assert_eq!(repository.json(&["--diff", &format!("{old}..{new}")]).places(), ["a.x:2", "b.bin:1"]);
    // And so is what a graft hides.
    fs::create_dir_all(repository.join(".git/info")).unwrap();
    fs::write(repository.join(".git/info/grafts"), format!("{new}\n")).unwrap();
    assert_eq!(repository.json(&["--commits", &new]).json()["summary"]["scope"]["commits"], 2);
}

#[test]
fn repositories_with_long_object_ids_and_other_work_trees() {
    let repository = Repository::with(&["--object-format=sha256"]);
    repository.write("a", "x\n").add();
    repository.write("b", line(1)).add();
    assert_eq!(staged(&repository), ["b:1"], "before the first commit");
    let second = repository.commit("1");
    repository.write("b", format!("{}{}", line(1), line(2))).commit("2");
    assert_eq!(repository.json(&["--diff", &second]).places(), ["b:2"]);
    assert_eq!(repository.json(&["--commits", "HEAD"]).places().len(), 2);
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("tree");
    repository.git(&["worktree", "add", "-q", path.to_str().unwrap()]);
    fs::write(path.join("c"), line(3)).unwrap();
    let mut git = Command::new("git");
    clean(&mut git);
    assert!(git.args(["add", "c"]).current_dir(&path).status().unwrap().success());
    let mut command = repository.command(&["--staged", "--format", "json"]);
    assert_eq!(run(command.current_dir(&path)).places(), ["c:1"]);
    assert!(staged(&repository).is_empty());
    let bare = tempfile::tempdir().unwrap();
    repository.git(&["clone", "-q", "--bare", ".", bare.path().join("x.git").to_str().unwrap()]);
    let mut command = repository.command(&["--diff", "HEAD~1", "--format", "json"]);
    assert_eq!(run(command.current_dir(bare.path().join("x.git"))).places(), ["b:2"]);
}

#[test]
fn a_blob_that_a_partial_clone_lacks_is_an_error() {
    let origin = Repository::new();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.write("a", "x\n").commit("1");
    origin.write("b", line(1)).commit("2");
    origin.remove("b").commit("3");
    let partial = Repository::clone_of(&origin, &["--filter=blob:none"]);
    let run = partial.json(&["--commits", "HEAD~2..HEAD"]);
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(!run.stderr.is_empty());
}

#[test]
fn a_thousand_commits_are_read_in_one_go() {
    let repository = Repository::new();
    let mut stream = String::new();
    for number in 1..=1000 {
        let text = if number % 100 == 0 { line(number) } else { format!("{number}\n") };
        let (file, length) = (number % 7, text.len());
        let commit = format!("commit refs/heads/main\ncommitter t <t@example.com> {number} +0000\ndata 1\nx\nM 644 inline f{file}\ndata {length}\n{text}\n");
        stream.push_str(&commit);
    }
    let mut import = Command::new("git");
    clean(&mut import);
    let mut child = import.args(["fast-import", "--quiet"]).current_dir(repository.path()).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let run = repository.json(&["--commits", "main"]);
    assert_eq!((run.status, run.places().len()), (1, 10), "{}", run.stderr);
    assert_eq!(run.json()["summary"]["scope"]["commits"], 1000);
    assert!(!run.stdout.contains(&key(100)));
}

#[test]
fn every_version_of_every_file_is_scanned_once() {
    let repository = Repository::new();
    let first = repository.write("a", line(1)).commit("1");
    repository.git(&["mv", "a", "b"]);
    repository.commit("a rename adds no blob");
    let third = repository.write("b", format!("{}{}", line(1), line(2))).commit("3");
    repository.remove("b").commit("4");
    repository.git(&["checkout", "-q", "-b", "side"]);
    let side = repository.write("c", line(3)).commit("5");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("d", "x\n").commit("6");
    repository.write("d", line(6)).git(&["stash", "-q"]);
    repository.write("d", line(4)).git(&["stash", "-q"]);
    repository.write("e", line(5)).add();
    repository.git(&["reset", "-q", "--hard"]);
    let run = repository.json(&["--history"]);
    let expected = [format!("a:1 {first}"), format!("b:1 {third}"), format!("b:2 {third}")];
    assert_eq!((run.status, run.places()), (1, expected.to_vec()));
    assert_eq!(run.scope(), "every version of every file in 5 commits");
    assert_eq!(repository.json(&["--history=side"]).places().last().unwrap(), &format!("c:1 {side}"));
    let all = repository.json(&["--history", "--all"]).places();
    let stashes = all.iter().filter(|place| place.starts_with("d:1 ")).count();
    assert!(stashes == 2 && all.contains(&format!("c:1 {side}")), "every stash too: {all:?}");
    repository.git(&["repack", "-a", "-d", "-q", "--keep-unreachable"]);
    assert_eq!(repository.json(&["--history", "--all"]).places(), all, "out of a pack");
    let lost = repository.json(&["--history", "--all", "--unreachable"]).places();
    assert_eq!(lost.len(), all.len() + 1, "{lost:?}");
    assert!(lost.last().unwrap().starts_with("unreachable/"));
    let shallow = Repository::clone_of(&repository, &["--depth", "1"]);
    assert!(shallow.json(&["--history"]).scope().ends_with("the clone is shallow, older commits are not in it"));
    let refused = shallow.json(&["--history", "--require-full-history"]);
    assert!(refused.status == 2 && refused.stderr.contains("run `git fetch --unshallow`"), "{}", refused.stderr);
    assert_eq!(repository.run(&["--all"]).status, 2);
}

#[test]
fn what_only_a_tag_leads_to_is_history_too() {
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    for (number, tag) in [(1, &["tag", "light"][..]), (2, &["tag", "-a", "-m", "t", "annotated"])] {
        repository.git(&["checkout", "-q", "--detach", "main"]);
        repository.write(format!("commit{number}"), line(number)).commit("gone from every branch");
        repository.git(tag);
    }
    repository.git(&["checkout", "-q", "main"]);
    repository.write("b", line(3)).write("c/d", line(4)).add();
    let tree = repository.git(&["write-tree"]);
    repository.git(&["tag", "tree", tree.trim()]);
    repository.git(&["tag", "-a", "-m", "t", "outer", "tree"]);
    repository.git(&["reset", "-q", "--hard"]);
    for (number, tag) in [(5, &["tag", "blob"][..]), (6, &["tag", "-a", "-m", "t", "note"])] {
        repository.write("loose", line(number));
        let id = repository.git(&["hash-object", "-w", "loose"]);
        repository.git(&[tag, &[id.trim()]].concat());
        repository.remove("loose");
    }
    repository.git(&["tag", "-a", "-m", "t", "nested", "note"]);
    let places = repository.json(&["--history", "--all"]).places();
    let names: Vec<&str> = places.iter().map(|place| place.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["commit1:1", "commit2:1", "refs/tags/blob:1", "refs/tags/nested:1", "b:1", "c/d:1"]);
    assert!(repository.json(&["--history", "--all", "a"]).places().is_empty(), "what a path limits");
    assert!(repository.json(&["--history"]).places().is_empty());
    assert_eq!(repository.json(&["--history", "--all", "--unreachable"]).places().len(), 6, "each is reachable");
    let run = repository.run(&["--history=blob"]);
    assert!(run.status == 2 && run.stderr.contains("there is no commit `blob`"), "{}", run.stderr);
}

#[test]
fn names_of_commits_are_told_from_paths() {
    let repository = Repository::new();
    let first = repository.write("a", line(1)).commit("1");
    repository.git(&["branch", "old"]);
    repository.git(&["tag", "a"]);
    let second = repository.write("b", line(2)).commit("2");
    repository.remove("b").commit("3");
    for (arguments, expected) in [
        (&["--history", "old"][..], &[format!("a:1 {first}")][..]),
        (&["--history", "HEAD", "old"], &[format!("a:1 {first}"), format!("b:1 {second}")]),
        (&["--history", "b"], &[format!("b:1 {second}")]),
        (&["--history", "old", "b"], &[]),
        (&["--history=a"], &[format!("a:1 {first}")]),
        (&["--history", "./a"], &[format!("a:1 {first}")]),
    ] {
        assert_eq!(repository.json(arguments).places(), expected, "{arguments:?}");
    }
    for (arguments, why) in [
        (&["--history", "a"][..], "`a` is a commit and a file; write --history=a or ./a"),
        (&["--history", "odl"], "odl is neither a commit nor a file, here or in any commit; check its spelling"),
        (&["--staged", "odl"], "odl is neither here nor in any commit"),
        (&["--diff", "old", "odl"], "odl is neither here nor in any commit"),
    ] {
        let run = repository.run(arguments);
        assert!(run.status == 2 && run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(repository.run(&["--staged", "b"]).status, 0, "it was there once");
    let bare = Repository::clone_of(&repository, &["--bare"]);
    assert_eq!(bare.json(&["--history", "HEAD"]).places().len(), 2, "HEAD is a file too where there is no work tree");
}

#[test]
fn a_blob_is_known_by_a_path_that_is_scanned() {
    let repository = Repository::new();
    repository.write("aelix-lint.toml", "exclude = [\"vendor/\"]\n").write("vendor/a.env", line(1)).commit("1");
    repository.git(&["mv", "vendor/a.env", "a.env"]);
    let second = repository.commit("2");
    assert_eq!(repository.json(&["--history"]).places(), [format!("a.env:1 {second}")]);
}

#[test]
fn a_stash_that_cannot_be_read_is_an_error() {
    let repository = Repository::new();
    repository.write("a", "x\n").commit("1");
    assert_eq!(repository.json(&["--history", "--all"]).status, 0, "no stash");
    for number in [1, 2] {
        repository.write("a", line(number)).git(&["stash", "-q"]);
    }
    assert_eq!(repository.json(&["--history", "--all"]).places().len(), 2);
    let first = repository.git(&["rev-parse", "stash@{1}"]);
    let (folder, name) = first.trim().split_at(2);
    let object = repository.path().join(".git/objects").join(folder).join(name);
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, "damaged").unwrap();
    let run = repository.json(&["--history", "--all"]);
    assert_eq!(run.status, 2, "{}", run.stdout);
}

#[test]
fn a_long_file_is_scanned_where_it_changes() {
    let repository = Repository::new();
    let rows = |inserted: &[(usize, String)]| -> String {
        let row = |number: usize| inserted.iter().find(|(at, _)| *at == number).map_or_else(|| format!("row {number}\n"), |(_, text)| text.clone());
        (1..=400).map(row).collect()
    };
    let first = repository.write("big.env", rows(&[(10, line(1))])).commit("1");
    let second = repository.write("big.env", rows(&[(10, line(1)), (300, line(2))])).commit("2");
    let muted = "# aelix-lint: allow-file secrets/aelix-api-key -- samples\n".to_owned();
    repository.write("big.env", rows(&[(10, line(1)), (200, muted), (390, line(3))])).commit("3");
    let fourth = repository.write("big.env", rows(&[(10, line(1)), (300, line(2)), (399, line(4))])).commit("4");
    let run = repository.json(&["--history"]);
    assert_eq!(run.places(), [format!("big.env:10 {first}"), format!("big.env:300 {second}"), format!("big.env:399 {fourth}")]);
    let offset = rows(&[(10, line(1)), (300, line(2))]).find(&key(2)).unwrap();
    assert_eq!(run.json()["findings"][1]["span"]["start"], offset, "bytes of the version");
}

#[test]
fn flags_that_exclude_each_other() {
    let repository = Repository::new();
    for arguments in [&["--staged", "--diff", "main"][..], &["--diff", "a", "--commits", "b"], &["--staged", "--files-from", "x"]] {
        assert_eq!(repository.run(arguments).status, 2, "{arguments:?}");
    }
}
