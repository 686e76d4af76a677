//! Baselines: what is accepted stays accepted when lines move and files are renamed, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod repository;

use std::fs;

use repository::{Repository, key, line, run};

const FILE: &str = ".aelix-lint-baseline.json";

fn text(repository: &Repository) -> String {
    fs::read_to_string(repository.join(FILE)).unwrap()
}

fn with_two() -> Repository {
    let repository = Repository::new();
    repository.write("b.env", line(1)).write("a.env", format!("{}PORT=1\nDB_PASSWORD=Rk7-pQz2-tally\n", line(2))).commit("old secrets");
    let run = repository.run(&["baseline", "create", "--reason", "before we looked", "--now", "2026-05-01"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    repository
}

#[test]
fn a_baseline_is_found_by_itself_and_holds_no_value() {
    let repository = with_two();
    let text = text(&repository);
    assert_eq!(text.lines().count(), 5, "{text}");
    let paths: Vec<&str> = text.lines().filter_map(|line| line.split('"').nth(3)).collect();
    assert!(paths[1..].is_sorted(), "{paths:?}");
    assert!(!text.contains(&key(1)[8..]) && !text.contains("tally") && text.contains("\"date\":\"2026-05-01\"") && text.contains("before we looked"));
    let run = repository.json(&["."]);
    assert_eq!((run.status, run.places().len()), (0, 0));
    assert_eq!(run.json()["summary"]["baselined"], 3);
    assert!(repository.run(&["."]).stdout.contains("Baselined: 3 findings (--show-suppressed lists them)."));
    assert_eq!(repository.json(&[".", "--no-baseline"]).status, 1);
    let shown = repository.json(&["--show-suppressed"]).json();
    assert_eq!((&shown["findings"][0]["status"], &shown["findings"][0]["reason"]), (&"baselined".into(), &"before we looked".into()));
    let sarif = repository.run(&["--show-suppressed", "--format", "sarif"]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["baselineState"], &result["suppressions"][0]["kind"]), (&"unchanged".into(), &"external".into()));
    for format in ["full", "concise", "grouped", "jsonl"] {
        let run = repository.run(&["--show-suppressed", "--format", format]);
        assert!(run.stdout.contains("baselined") && run.stdout.contains("before we looked"), "{format}: {}", run.stdout);
    }
}

#[test]
fn an_existing_file_is_left_alone_and_a_missing_one_is_told() {
    let repository = with_two();
    let run = repository.run(&["baseline", "create"]);
    assert!(run.status == 2 && run.stderr.contains("it exists already") && run.stderr.contains("baseline update"), "{}", run.stderr);
    let other = Repository::new();
    for command in ["update", "prune", "show"] {
        let run = other.run(&["baseline", command]);
        assert!(run.status == 2 && run.stderr.contains("baseline create"), "{command}: {}", run.stderr);
    }
    for arguments in [&["--baseline", "gone.json"][..], &["baseline", "create", "gone"], &["baseline", "create", "--staged"]] {
        assert_eq!(other.run(arguments).status, 2, "{arguments:?}");
    }
    assert!(!other.join(FILE).exists());
    other.write(FILE, "[{\"version\":1,\"salt\":\"x\"}\n,{\"path\":1}\n]\n");
    let run = other.run(&["."]);
    assert!(run.status == 2 && run.stderr.contains(".aelix-lint-baseline.json: line 2: invalid type"), "{}", run.stderr);
}

#[test]
fn lines_may_move_files_may_be_renamed_and_reformatted() {
    let repository = with_two();
    repository.write("a.env", format!("# moved\n\n\nDB_PASSWORD  =  Rk7-pQz2-tally\n{}", line(2)));
    assert_eq!(repository.json(&["."]).places().len(), 0);
    repository.git(&["mv", "b.env", "deploy.env"]);
    assert_eq!(repository.json(&["."]).places().len(), 0, "renamed");
    repository.write("copy.env", line(1));
    assert_eq!(repository.json(&["."]).places(), ["deploy.env:1"], "one is accepted, two are not");
    repository.write("a.env", format!("DB_PASSWORD=Rk7-pQz3-tally\n{}", line(2))).remove("copy.env");
    assert_eq!(repository.json(&["."]).places(), ["a.env:1"], "a changed password");
}

#[test]
fn it_is_found_from_a_folder_below_and_its_paths_still_hold() {
    let repository = Repository::new();
    repository.write("app/x.env", line(1)).commit("1");
    assert_eq!(repository.run(&["baseline", "create"]).status, 0);
    let mut below = repository.command(&["--format", "json"]);
    assert_eq!(repository::run(below.current_dir(repository.join("app"))).status, 0);
    assert_eq!(repository.json(&["app/x.env"]).status, 0);
    let mut elsewhere = repository.command(&["--format", "json", repository.path().to_str().unwrap()]);
    assert_eq!(repository::run(elsewhere.current_dir(std::env::temp_dir())).status, 0);
}

#[test]
fn update_keeps_what_was_said_and_prune_forgets_what_is_gone() {
    let repository = with_two();
    repository.write("a.env", line(2)).write("new.env", line(3));
    let stale = repository.run(&["."]);
    assert!(stale.stdout.contains("warning: .aelix-lint-baseline.json: an entry matches nothing any more: `"), "{}", stale.stdout);
    assert!(!repository.run(&["b.env"]).stdout.contains("warning:"), "what was not scanned is not judged");
    assert!(!repository.run(&["--select", "secrets/aelix-api-key"]).stdout.contains("warning:"), "nor is a rule that is off");
    let run = repository.run(&["baseline", "prune"]);
    assert!(run.status == 0 && run.stdout.starts_with("removed 1 of 3 entries"), "{}{}", run.stdout, run.stderr);
    assert_eq!(repository.json(&["."]).places(), ["new.env:1"]);
    let run = repository.run(&["baseline", "update", "new.env", "--reason", "rotated tomorrow", "--expires", "2026-06-01", "--now", "2026-05-20"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let shown = repository.run(&["baseline", "show"]).stdout;
    assert!(shown.contains("b.env  secrets/aelix-api-key  since 2026-05-01: before we looked"), "{shown}");
    assert!(shown.contains("new.env  secrets/aelix-api-key  since 2026-05-20, until 2026-06-01"), "{shown}");
    assert!(shown.ends_with("3 entries in .aelix-lint-baseline.json\n"), "{shown}");
    assert_eq!(repository.json(&["--now", "2026-06-01"]).status, 0);
    let run = repository.run(&["--now", "2026-06-02"]);
    assert!(run.status == 1 && run.stdout.contains("it was accepted in the baseline until 2026-06-01"), "{}", run.stdout);
    assert_eq!(repository.run(&["baseline", "show", "--format", "json"]).json()["entries"].as_array().unwrap().len(), 3);
    let before = text(&repository);
    assert_eq!(repository.run(&["baseline", "update", "--now", "2026-05-30"]).status, 0);
    assert_eq!(text(&repository), before, "nothing new: the same bytes");
}

#[test]
fn branches_that_add_entries_merge_without_a_conflict() {
    let repository = Repository::new();
    for name in ["a", "m", "z"] {
        repository.write(format!("{name}.env"), line(u64::from(name.as_bytes()[0])));
    }
    repository.run(&["baseline", "create"]);
    repository.commit("1");
    for (branch, name) in [("one", "c"), ("two", "zz")] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.write(format!("{name}.env"), line(u64::from(name.as_bytes()[0]) + 1000));
        assert_eq!(repository.run(&["baseline", "update"]).status, 0);
        repository.commit(branch);
    }
    repository.git(&["merge", "-q", "-m", "both", "one"]);
    assert_eq!(repository.json(&["."]).status, 0);
    assert_eq!(text(&repository).lines().count(), 7);
}

#[test]
fn entries_side_by_side_merge_by_union() {
    let repository = Repository::new();
    repository.write("a.env", line(1)).write(".gitattributes", format!("{FILE} merge=union\n"));
    repository.run(&["baseline", "create"]);
    repository.commit("1");
    for (branch, name) in [("one", "b"), ("two", "c")] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.write(format!("{name}.env"), line(u64::from(name.as_bytes()[0])));
        assert_eq!(repository.run(&["baseline", "update"]).status, 0);
        repository.commit(branch);
    }
    repository.git(&["merge", "-q", "-m", "both", "one"]);
    assert_eq!(repository.json(&["."]).status, 0);
    assert_eq!(text(&repository).lines().count(), 5);
}

#[test]
fn a_baseline_counts_for_changes_too() {
    let repository = with_two();
    repository.write("b.env", format!("# first\n{}", line(1))).add();
    assert_eq!(repository.json(&["--staged"]).status, 0);
    repository.write("b.env", format!("{}{}", line(1), line(1).replace("AELIX", "SECOND"))).add();
    assert_eq!(repository.json(&["--staged"]).places(), ["b.env:2"], "what is added beside an accepted one is new");
}

#[test]
fn what_other_scanners_accept_is_taken_over() {
    let gitleaks = "[{\"File\":\"a.env\",\"StartLine\":1,\"EndLine\":1,\"RuleID\":\"x\",\"Secret\":\"REDACTED\"}]";
    let detect_secrets = "{\"version\":\"1.5.0\",\"results\":{\"a.env\":[{\"type\":\"x\",\"filename\":\"a.env\",\"line_number\":1}]}}";
    for (name, text) in [("report.json", gitleaks), (".gitleaksignore", "a.env:generic:1\ngone.env:generic:4\n"), (".secrets.baseline", detect_secrets)] {
        let repository = Repository::new();
        repository.write("a.env", line(1)).write("b.env", line(2)).write(name, text);
        let run = repository.run(&["baseline", "import", "--from", name]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert_eq!(repository.json(&["."]).places(), ["b.env:1"], "{name}");
        assert!(self::text(&repository).contains("imported from "));
        assert_eq!(run.stdout.contains("in 1 of those places nothing is found"), name == ".gitleaksignore", "{}", run.stdout);
    }
}

#[test]
fn the_places_of_other_scanners_are_those_where_they_ran() {
    let from = |name: &str, text: &str, folder: &str| {
        let repository = Repository::new();
        repository
            .write("a.env", line(1))
            .write("sub/a.env", line(2))
            .write("sub/b.env", line(3))
            .write(name, text.replace("ROOT", repository.path().to_str().unwrap()));
        let import = run(repository.command(&["baseline", "import", "--from", repository.join(name).to_str().unwrap()]).current_dir(repository.join(folder)));
        assert_eq!(import.status, 0, "{}", import.stderr);
        run(repository.command(&["--format", "json", "."]).current_dir(repository.join(folder))).places()
    };
    for (name, text, folder, left) in [
        (".gitleaksignore", "sub/b.env:generic:1\na.env:generic:1\n", "sub", &["a.env:1"][..]),
        ("reports/found.json", "[{\"File\":\"sub/b.env\",\"StartLine\":1}]", "sub", &["a.env:1"]),
        ("sub/.secrets.baseline", "{\"results\":{\"b.env\":[{\"line_number\":1}]}}", "", &["a.env:1", "sub/a.env:1"]),
        ("found.json", "[{\"File\":\"ROOT/sub/a.env\",\"StartLine\":1}]", "", &["a.env:1", "sub/b.env:1"]),
    ] {
        assert_eq!(from(name, text, folder), left, "{name}");
    }
}
