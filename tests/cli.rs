//! The program as a user runs it: what it scans, what it refuses, what it exits with.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A small repository in a scratch folder.
struct Tree(TempDir);

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        fs::create_dir(tree.path().join(".git")).unwrap();
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for name in ["AELIX_LINT_FORMAT", "RAYON_NUM_THREADS", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments), b"")
    }

    fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Run {
        run(self.command(arguments).stdin(Stdio::piped()), stdin)
    }

    /// The files that a run scanned, in its order.
    fn scanned(&self, arguments: &[&str]) -> Vec<String> {
        self.scanned_with(arguments, b"")
    }

    fn scanned_with(&self, arguments: &[&str], stdin: &[u8]) -> Vec<String> {
        let all = [arguments, &["--show-files", "--format", "json"]].concat();
        let run = self.run_with(&all, stdin);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }
}

fn run(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(mut pipe) = child.stdin.take() {
        let _ = pipe.write_all(stdin);
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn check_is_the_default_command() {
    let tree = Tree::new(&[("a.txt", "nothing\n")]);
    for arguments in [&[][..], &["."], &["check"], &["check", "."], &["a.txt"]] {
        let run = tree.run(arguments);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn wrong_use_is_one_error_with_advice_and_status_2() {
    let tree = Tree::new(&[
        ("a.txt", ""),
        ("empty/.gitkeep", ""),
        ("bad.toml", "\nexclud = []\n"),
        ("loop.toml", "extend = [\"loop.toml\"]\n"),
        ("settings", "a.txt\nNAME=value\n"),
    ]);
    fs::remove_file(tree.path().join("empty/.gitkeep")).unwrap();
    for (arguments, expected) in [
        (&["gone"][..], "cannot read gone: no such file or folder"),
        (&["a.txt/b"], "cannot read a.txt/b: a part of its path is not a folder"),
        (&["empty"], "no input files"),
        (&["--colour"], "--color"),
        (&["--fail-on", "hihg"], "a similar value exists: 'high'"),
        (&["--min-severity", "severe"], "possible values: critical, high, medium, low, info"),
        (&["--min-confidence", "hgih"], "'high'"),
        (&["--format", "jsn"], "'json'"),
        (&["--output", "json"], "write FORMAT=PATH"),
        (&["--output", "srif=x"], "did you mean `sarif`"),
        (&["--output", "json=gone/x"], "cannot write gone/x: no such file or folder"),
        (&["--output-file", "empty"], "cannot write empty: it is a folder"),
        (&["--output", "json=-", "--output", "sarif=-"], "two reports to standard output"),
        (&["--max-file-size", "1parsec"], "`1parsec` is no size"),
        (&["--exclude", "a{b"], "cannot use the exclude `a{b`"),
        (&["--exclude", "["], "cannot use the exclude `[`: "),
        (&["--extend-exclude", "!["], "cannot use the exclude `![`: "),
        (&["--config", "."], "cannot read the configuration .: it is a folder"),
        (&["--rules", "gone"], "gone: no such file or folder; check the path"),
        (&["-j", "many"], "invalid value 'many'"),
        (&["--config", "gone.toml"], "cannot read the configuration gone.toml: no such file"),
        (&["--config", "empty"], "cannot read the configuration empty: it is a folder"),
        (&["--config", "bad.toml"], "bad.toml:2: unknown key `exclud`"),
        (&["--config", "loop.toml"], "loop.toml: it extends itself"),
        (&["--config", "bad.toml", "--isolated"], "cannot be used with"),
        (&["--files-from", "gone"], "cannot read the list of files gone"),
        (&["--files-from", "settings"], "entry 2 of settings names no file"),
        (&["-", "--files-from", "-"], "cannot read standard input twice"),
        (&["a.txt", "--stdin-filename", "b"], "add the path `-`"),
        (&["-q", "-v"], "cannot be used with"),
        (&["explain", "no/such-rule"], "no rule is named `no/such-rule`"),
        (&["rules", "test", "gone"], "cannot read rules from gone"),
        (&["rules", "test", "empty"], "no rule file (*.toml) in empty"),
        (&["--select", "secrets/*", "--ignore", "secrets/*"], "no rule is left to scan with"),
        (&["rules", "lis"], "similar subcommand exists: 'list'"),
        (&["chekc"], "did you mean `aelix-lint check`?"),
        (&["-q", "check"], "did you mean `aelix-lint check`?"),
    ] {
        let run = tree.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_missing_path_does_not_keep_the_others_from_being_scanned() {
    let tree = Tree::new(&[("a.txt", "")]);
    let run = tree.run(&["gone", "a.txt", "--show-files", "--exit-zero"]);
    assert_eq!(run.status, 2, "--exit-zero does not hide an incomplete scan");
    assert!(run.stdout.contains("a.txt"));
}

#[cfg(unix)]
#[test]
fn a_dangling_link_that_is_named_is_an_error() {
    let tree = Tree::new(&[("a.txt", "")]);
    std::os::unix::fs::symlink("gone", tree.path().join("link")).unwrap();
    assert_eq!(tree.run(&["link"]).status, 2);
    assert_eq!(tree.run(&["."]).status, 0, "met in a walk it is passed over");
}

#[test]
fn no_input_files_are_an_error_unless_allowed() {
    let tree = Tree::new(&[(".gitignore", "*\n")]);
    assert_eq!(tree.run(&[]).status, 2);
    assert_eq!(tree.run(&["--allow-empty"]).status, 0);
    assert_eq!(tree.run_with(&["--files-from", "-"], b"").status, 2);
    assert_eq!(tree.run_with(&["--files-from", "-", "--allow-empty"], b"").status, 0);
}

#[test]
fn a_hook_that_names_only_excluded_files_is_clean() {
    let tree = Tree::new(&[("fixtures/a", ""), ("aelix-lint.toml", "exclude = [\"fixtures/\"]\n")]);
    let run = tree.run(&["--force-exclude", "fixtures/a"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("Nothing was scanned") && run.stdout.contains("Skipped: 1 excluded"), "{}", run.stdout);
}

#[test]
fn standard_input_is_scanned_under_its_name() {
    let tree = Tree::new(&[]);
    for arguments in [&["-"][..], &["-", "--stdin-filename", "src/a.rs"], &["--stdin-filename", "src/a.rs"]] {
        let run = tree.run_with(arguments, b"nothing");
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}");
    }
    assert_eq!(tree.run_with(&["-"], b"").status, 0, "empty input is clean");
}

#[test]
fn findings_below_the_threshold_are_told() {
    let value = "jGf2CdY7sHn4BmR9wLx1Tv8Qp3kZ".chars().rev().collect::<String>();
    let tree = Tree::new(&[("a.yaml", &format!("db_password: {value}\n"))]);
    let run = tree.run(&["--min-severity", "critical"]);
    assert!(run.status == 0 && run.stdout.ends_with("Below the threshold: 1 finding (--min-severity info --min-confidence low shows it).\n"), "{}", run.stdout);
    assert!(!tree.run(&["--min-severity", "critical", "-q"]).stdout.contains("Below"));
    assert!(!tree.run(&[]).stdout.contains("Below"));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read_and_one_that_is_met_is_not() {
    let tree = Tree::new(&[("pipes/a.txt", "")]);
    assert!(Command::new("mkfifo").arg(tree.path().join("pipes/p")).status().unwrap().success());
    assert_eq!(tree.scanned(&["pipes"]), ["pipes/a.txt"]);
    let secret = format!("aelix_client_secret: {}\n", "jGf2CdY7sHn4BmR9wLx1Tv8Qp3kZ".chars().rev().collect::<String>());
    let (path, text) = (tree.path().join("pipes/p"), secret.clone());
    let writer = std::thread::spawn(move || fs::write(path, text));
    let run = tree.run(&["--format", "concise", "pipes/p"]);
    writer.join().unwrap().unwrap();
    assert!(run.status == 1 && run.stdout.starts_with("pipes/p:1:"), "{}{}", run.stdout, run.stderr);
    let run = tree.run_with(&["--format", "concise", "/dev/stdin"], secret.as_bytes());
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn files_come_from_a_list() {
    let tree = Tree::new(&[("a", ""), ("b c", ""), ("d", ""), ("list", "d\nb c\n")]);
    assert_eq!(tree.scanned(&["--files-from", "list"]), ["d", "b c"]);
    assert_eq!(tree.scanned_with(&["--files-from", "-"], b"a\0b c\0"), ["a", "b c"]);
}

#[test]
fn a_folder_named_like_a_command_is_a_folder_when_written_as_a_path() {
    let tree = Tree::new(&[("rules/a", "")]);
    assert_eq!(tree.scanned(&["./rules"]), ["rules/a"]);
    assert_eq!(tree.run(&["rules"]).status, 2, "the command wants a subcommand");
}

#[test]
fn the_configuration_excludes_and_a_named_folder_overrides_it() {
    let tree = Tree::new(&[("fixtures/demo/a", ""), ("src/b", ""), ("aelix-lint.toml", "exclude = [\"fixtures/\"]\n")]);
    assert_eq!(tree.scanned(&["."]), ["aelix-lint.toml", "src/b"]);
    assert_eq!(tree.scanned(&["fixtures/demo"]), ["fixtures/demo/a"]);
    assert_eq!(tree.scanned(&["--isolated"]), ["aelix-lint.toml", "fixtures/demo/a", "src/b"]);
    assert_eq!(tree.scanned(&["--exclude", "src"]), ["aelix-lint.toml", "fixtures/demo/a"]);
    assert_eq!(tree.scanned(&["--extend-exclude", "src", "--extend-exclude", "x", "."]), ["aelix-lint.toml"]);
}

#[test]
fn what_is_passed_over_does_not_change_the_status() {
    let tree = Tree::new(&[(".gitignore", ".env\n"), (".env", ""), ("big", "0123456789")]);
    tree.write("binary", b"\0\x01");
    let run = tree.run(&["--max-file-size", "5", "--show-files"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    for name in [".env", "big", "binary"] {
        assert!(run.stdout.contains(name), "{name}: {}", run.stdout);
    }
    assert_eq!(tree.scanned(&["--max-file-size", "5", "big"]), ["big"]);
}

#[test]
fn one_scan_has_many_renderings() {
    let tree = Tree::new(&[("a", "")]);
    let run = tree.run(&["--output", "sarif=out.sarif", "--output", "json=out.json"]);
    assert_eq!(run.status, 0);
    assert!(!run.stdout.is_empty(), "the report for people is still written");
    for name in ["out.sarif", "out.json"] {
        assert!(fs::metadata(tree.path().join(name)).unwrap().len() > 0, "{name}");
    }
    let names: Vec<_> = fs::read_dir(tree.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "nothing else is left: {names:?}");
    assert_eq!(tree.scanned(&["--output", "sarif=out.sarif"]), ["a", "out.json"], "its own output is not scanned");
}

#[test]
fn the_environment_names_a_format() {
    let tree = Tree::new(&[("a", "")]);
    let with = |format: &str| run(tree.command(&["config", "show"]).env("AELIX_LINT_FORMAT", format), b"");
    assert!(with("json").stdout.contains("format = \"json\"  # AELIX_LINT_FORMAT"));
    let wrong = with("jsn");
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("AELIX_LINT_FORMAT"), "{}", wrong.stderr);
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let tree = Tree::new(&[("aelix-lint.toml", "min-severity = \"low\"\n")]);
    let run = tree.run(&["config", "show", "--fail-on", "never"]);
    assert_eq!(run.status, 0);
    for line in ["min-severity = \"low\"  # aelix-lint.toml", "fail-on = \"never\"  # --fail-on", "min-confidence = \"medium\"  # default"] {
        assert!(run.stdout.lines().any(|l| l == line), "{line}: {}", run.stdout);
    }
}

#[test]
fn config_init_never_overwrites() {
    let tree = Tree::new(&[]);
    assert_eq!(tree.run(&["config", "init"]).status, 0);
    assert_eq!(tree.run(&["."]).status, 0, "what it writes is a configuration");
    let again = tree.run(&["config", "init"]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("exists already"));
}

#[test]
fn rules_are_listed_as_json() {
    let run = Tree::new(&[]).run(&["rules", "list", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(json["rules"].is_array());
}

#[test]
fn help_and_version_go_to_standard_output() {
    let tree = Tree::new(&[]);
    let help = tree.run(&["--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("Exit status:"));
    assert_eq!(tree.run(&["--version"]).stdout.trim(), concat!("aelix-lint ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tree = Tree::new(&[("a", "")]);
    for index in 0..5000 {
        tree.write(&format!("d/{index}"), "");
    }
    let mut child = tree.command(&["--show-files"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_order_of_files_does_not_depend_on_the_threads() {
    let names: Vec<String> = (0..200).map(|index| format!("d{}/f{index:03}", index % 7)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let tree = Tree::new(&files);
    let mut sorted = names.clone();
    sorted.sort();
    for threads in ["0", "1", "5"] {
        assert_eq!(tree.scanned(&["-j", threads]), sorted);
    }
}

#[test]
fn an_override_with_files_holds_in_these_files_only() {
    let value = format!("aelix_client_secret: {}\n", "jGf2CdY7sHn4BmR9wLx1Tv8Qp3kZ".chars().rev().collect::<String>());
    let tree = Tree::new(&[("demo/a.yaml", &value), ("src/a.yaml", &value)]);
    let severities = |change: &str| {
        tree.write("aelix-lint.toml", format!("[[override]]\nrules = [\"secrets/*\"]\nfiles = [\"demo/\"]\n{change}\n"));
        let report: serde_json::Value = serde_json::from_str(&tree.run(&["--format", "json"]).stdout).unwrap();
        let severity = |f: &serde_json::Value| format!("{} {}", f["path"].as_str().unwrap(), f["severity"].as_str().unwrap());
        report["findings"].as_array().unwrap().iter().map(severity).collect::<Vec<_>>()
    };
    assert_eq!(severities("severity = \"info\"")[0], "demo/a.yaml info");
    assert_eq!(severities("severity = \"info\"")[1], severities("enabled = false")[0], "elsewhere the rule stays as it is");
    assert_eq!(severities("enabled = false").len(), 1);
    assert_eq!(tree.run(&["config", "show"]).status, 0);
    tree.write("aelix-lint.toml", "[[override]]\nrules = [\"secrets/nosuch\"]\nfiles = [\"demo/\"]\nenabled = false\n");
    assert!(tree.run(&[]).stderr.contains("no rule is named `secrets/nosuch`"));
}

/// Two findings of one rule, in two folders.
fn two_folders() -> Tree {
    let value = format!("database:\n  password: {}{}\n", "Zk3pQ8vT1xLw", "9RmB4nHs7Yd");
    Tree::new(&[("demo/a.yaml", &value), ("src/a.yaml", &value)])
}

/// The folders of the findings that a report holds.
fn folders<'a>(findings: impl Iterator<Item = &'a serde_json::Value>) -> String {
    findings.map(|f| f["path"].as_str().unwrap().split('/').next().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_configuration_allows_is_counted_and_can_be_shown() {
    let tree = two_folders();
    for (configuration, expected, reason) in [
        ("[allow]\nvalues = ['^Zk3p']\n", "demo src", "`allow` of the value at aelix-lint.toml:2"),
        ("[extend-allow]\nvalues = ['^Other',\n '^Zk3p']\n", "demo src", "`allow` of the value at aelix-lint.toml:3"),
        ("[allow]\npaths = [\"demo/\"]\n", "demo", "`allow` of the path \\\"demo/\\\" in the configuration"),
        ("[[override]]\nrules = [\"secrets/secret-in-config\"]\nallow = ['^Zk3p']\n", "demo src", "`allow` of the value at aelix-lint.toml:3"),
        ("[[override]]\nrules = [\"secrets/*\"]\nallow = ['^Zk3p']\nfiles = [\"src/\"]\n", "src", "`allow` of the value at aelix-lint.toml:3"),
        ("[[override]]\nrules = [\"scopes\"]\nallow = ['^Zk3p']\n", "", ""),
        ("extend = [\"base.toml\"]\n[extend-allow]\npaths = [\"src/\"]\n", "demo src", "in the configuration"),
        ("extend = [\"base.toml\"]\n[allow]\npaths = [\"src/\"]\n", "src", "in the configuration"),
    ] {
        tree.write("aelix-lint.toml", configuration);
        tree.write("base.toml", "[allow]\npaths = [\"demo/\"]\n");
        let run = tree.run(&["--show-suppressed", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let suppressed: Vec<_> = report["findings"].as_array().unwrap().iter().filter(|f| f["status"] == "suppressed").collect();
        assert_eq!(folders(suppressed.iter().copied()), expected, "{configuration}: {}{}", run.stdout, run.stderr);
        assert_eq!(report["summary"]["suppressed"], suppressed.len());
        assert!(suppressed.iter().all(|f| f.to_string().contains(reason)), "{configuration}: {suppressed:?}");
        assert!(!run.stdout.contains("Zk3p"), "neither the value nor the regex is repeated");
        assert_eq!(run.status, i32::from(suppressed.len() < 2));
    }
}

#[test]
fn a_rule_can_be_on_in_some_files_only_and_have_thresholds_there() {
    let tree = two_folders();
    for (configuration, flags, expected) in [
        ("ignore = [\"secrets\"]\n[[override]]\nrules = [\"secrets/secret-in-config\"]\nenabled = true\nfiles = [\"src/\"]", &[][..], "src"),
        ("[[override]]\nrules = [\"secrets/*\"]\nmin-severity = \"critical\"\nfiles = [\"src/\"]", &[], "demo"),
        ("[[override]]\nrules = [\"secrets/*\"]\nmin-severity = \"critical\"\nfiles = [\"src/\"]", &["--min-severity", "info"], "demo src"),
        ("min-severity = \"critical\"\n[[override]]\nrules = [\"secrets/*\"]\nmin-severity = \"info\"\nfiles = [\"src/\"]", &[], "src"),
        ("[[override]]\nrules = [\"secrets/*\"]\nmin-severity = \"critical\"", &[], ""),
    ] {
        tree.write("aelix-lint.toml", configuration);
        let run = tree.run(&[flags, &["--format", "json"]].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(folders(report["findings"].as_array().unwrap().iter()), expected, "{configuration}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_mistake_in_the_configuration_is_one_error_with_its_line() {
    let tree = Tree::new(&[("a.txt", "")]);
    for (configuration, expected) in [
        ("[allow]\nvalues = ['(x']", "error: aelix-lint.toml:2: cannot use this regex of allowed values: unclosed group\nhelp: "),
        ("[allow]\nvalues = ['x*']", "error: aelix-lint.toml:2: cannot use this regex of allowed values: it matches the empty text"),
        ("[[override]]\nrules = ['all']\nallow = ['(x']", "error: aelix-lint.toml:3: cannot use this regex of allowed values: unclosed group\nhelp: "),
        ("[allow]\npaths = [\n'a{b']", "error: aelix-lint.toml:3: cannot use the glob `a{b`"),
        ("ignore = [\n'secrets/aelix-api-kye']", "error: aelix-lint.toml:2: no rule is named `secrets/aelix-api-kye`; did you mean `secrets/aelix-api-key`?"),
        ("\nselect = ['nosuch']", "error: aelix-lint.toml:2: no rule is named `nosuch`"),
        ("[[override]]\nrules = ['nosuch']\nenabled = true\nfiles = ['x']", "error: aelix-lint.toml:2: no rule is named `nosuch`"),
        ("[[override]]\nrules = []\nenabled = true", "error: aelix-lint.toml:2: this [[override]] names no rule\nhelp: "),
        ("[per-path-ignores]\nx = ['all']\ny = ['nosuch']", "error: aelix-lint.toml:3: no rule is named `nosuch`"),
    ] {
        tree.write("aelix-lint.toml", configuration);
        let run = tree.run(&[]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.starts_with(expected) && run.stderr.matches("error: ").count() == 1, "{configuration}: {}", run.stderr);
    }
}

#[test]
fn a_new_rule_passes_its_own_examples_and_leaves_what_exists_alone() {
    let tree = Tree::new(&[("mine.toml", "")]);
    assert_eq!(tree.run(&["rules", "new", "custom/acmepay-api-key"]).status, 0);
    let test = tree.run(&["rules", "test", "acmepay-api-key.toml"]);
    assert_eq!((test.status, test.stdout.as_str()), (0, "1 rule, 4 examples, 0 failed\n"));
    assert!(tree.run(&["rules", "new", "custom/x", "--output", "-"]).stdout.contains("id = \"custom/x\""));
    assert!(!tree.path().join("x.toml").exists());
    assert_eq!(tree.run(&["rules", "new", "custom/deep", "--output", "lint-rules/more/x.toml"]).status, 0, "the folder is made");
    for (arguments, expected) in [
        (&["custom/acmepay-api-key"][..], "cannot write acmepay-api-key.toml: it exists already"),
        (&["custom/x", "--output", "mine.toml"], "cannot write mine.toml: it exists already"),
        (&["custom/x", "--output", "mine.toml/x.toml"], "cannot make the folder of mine.toml/x.toml: "),
        (&["custom/x", "--output", "."], "it is a folder"),
        (&["custom/acmepay-api-key", "--rules", "acmepay-api-key.toml", "--output", "y.toml"], "it is taken by the rule `custom/acmepay-api-key`"),
        (&["secrets/aelix-api-key"], "it is taken by the rule `secrets/aelix-api-key` at rules/secrets/aelix.toml:"),
        (&["AcmePayKey"], "an id is `family/what-is-wrong`, such as `custom/acmepaykey`"),
        (&["custom/Acme_Key"], "such as `custom/acme-key`"),
        (&["secret/x"], "did you mean `secrets/x`?"),
        (&["custom/"], "lower-case letters, digits and hyphens"),
        (&["suppression/x"], "is the program's own"),
    ] {
        let run = tree.run(&[&["rules", "new"], arguments].concat());
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_failing_example_is_one_line_with_what_was_expected_and_found() {
    let value = format!("acme_live_{}{}", "Xmd8aMXruPBRQqTp", "i9az02IWuaXRgPoO");
    let rule = format!(
        "[[rule]]\nid = 'custom/acme'\ntitle = 'x'\nseverity = 'low'\nconfidence = 'high'\nwhy = 'w'\nfix = 'f'\n\
        pattern = '\\b(acme_live_[0-9A-Za-z]{{32}})\\b'\nexamples = [\n  'k = «{value}»',\n  'k = {value}',\n  'k = «acme_live_{}»',\n  '«k» = {value}',\n\
        'k = «acme_live_short»',\n]\ncounterexamples = [\n  {{ text = 'k = {value}', because = 'an identifier' }},\n]\n",
        "x".repeat(32)
    );
    let tree = Tree::new(&[("r.toml", &rule), ("empty.toml", "")]);
    let run = tree.run(&["rules", "test", "r.toml", "./r.toml"]);
    let stand_in = "the marked bytes are dropped as a stand-in (filled with one character); make up random ones";
    let expected = [
        "r.toml:11: rule `custom/acme`: example 2: no bytes are marked with `«…»`".to_owned(),
        format!("r.toml:12: rule `custom/acme`: example 3: expected acme_live_******** (bytes 4..46), found nothing: {stand_in}"),
        "r.toml:13: rule `custom/acme`: example 4: expected ******** (bytes 0..1), found acme_live_******** (bytes 4..46)".to_owned(),
        "r.toml:14: rule `custom/acme`: example 5: expected acm******** (bytes 4..19), found nothing".to_owned(),
        "r.toml:17: rule `custom/acme`: counterexample 1: expected nothing, found acme_live_******** (bytes 4..46) (meant as none: an identifier)".to_owned(),
        "1 rule, 6 examples, 5 failed".to_owned(),
    ];
    assert_eq!((run.status, run.stdout.lines().collect::<Vec<_>>()), (1, expected.iter().map(String::as_str).collect()), "{}", run.stderr);
    let empty = tree.run(&["rules", "test", "empty.toml"]);
    assert!(empty.status == 2 && empty.stderr.starts_with("error: no rule in empty.toml\nhelp: "), "{}", empty.stderr);
}

#[test]
fn schemas_are_json() {
    let tree = Tree::new(&[]);
    for arguments in [["rules", "schema"], ["config", "schema"]] {
        let schema: serde_json::Value = serde_json::from_str(&tree.run(&arguments).stdout).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}

#[test]
fn a_comma_in_an_exclude_belongs_to_its_glob() {
    let tree = Tree::new(&[("a.js", ""), ("a.ts", ""), ("a.rs", ""), ("b.rs", "")]);
    assert_eq!(tree.scanned(&["--exclude", "*.{js,ts}"]), ["a.rs", "b.rs"]);
    assert_eq!(tree.scanned(&["--exclude", "*.{js,ts}", "--exclude", "b.rs"]), ["a.rs"]);
    assert_eq!(tree.scanned(&["--extend-exclude", "*.{js,ts}"]), ["a.rs", "b.rs"]);
}

#[test]
fn a_module_of_which_a_file_is_not_parsed_lacks_nothing_for_certain() {
    let secret = "provider \"aws\" {}\nresource \"aws_secretsmanager_secret\" \"aelix\" {\n  name = \"aelix/oauth-client\"\n}\n";
    let tree = Tree::new(&[("infra/main.tf", secret)]);
    assert!(tree.run(&[]).stdout.contains("rotation/no-rotation-config"));
    tree.write("infra/more.tf", "# padding\n".repeat(120_000));
    let run = tree.run(&["--format", "json"]);
    assert!(!run.stdout.contains("rotation/no-rotation-config"), "{}", run.stdout);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let notices = report["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["path"], "infra/more.tf");
}

#[test]
fn standard_input_is_read_once() {
    let tree = Tree::new(&[("main.tf", "provider \"aws\" {}\nresource \"aws_secretsmanager_secret\" \"aelix\" {}\n")]);
    let run = tree.run_with(&["-", "main.tf", "--stdin-filename", "more.tf"], b"variable \"x\" {}\n");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
}

#[test]
fn every_kind_of_rule_honours_its_files_and_several_rules_may_ask_for_the_same() {
    let head = |id: &str| {
        format!("[[rule]]\nid = \"custom/{id}\"\ntitle = \"x\"\nseverity = \"low\"\nconfidence = \"high\"\nwhy = \"w\"\nfix = \"f\"\nexamples = ['a']\n")
    };
    let rules = [
        format!("{}check = \"scope-wildcard\"\nfiles = [\"in/**\"]\n", head("scope-in")),
        format!("{}check = \"scope-wildcard\"\n", head("scope")),
        format!("{}check = \"rotation-missing\"\nkeywords = [\"aws_secretsmanager_secret\"]\nfiles = [\"in/**\"]\n", head("rotation-in")),
    ];
    let scope = "aelix:\n  token_url: https://auth.aelix.digitalapi.ai/oauth2/token\n  scope: \"payments:*\"\n";
    let module = "provider \"aws\" {}\nresource \"aws_secretsmanager_secret\" \"aelix\" {}\n";
    let tree = Tree::new(&[("in/a.yaml", scope), ("out/a.yaml", scope), ("in/main.tf", module), ("out/main.tf", module), ("my.toml", &rules.concat())]);
    let run = tree.run(&["--rules", "my.toml", "--select", "custom", "--format", "json", "in", "out"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let line = |f: &serde_json::Value| format!("{} {} {}", f["path"].as_str().unwrap(), f["rule"].as_str().unwrap(), f["also"]);
    let found: Vec<String> = report["findings"].as_array().unwrap().iter().map(line).collect();
    let expected = ["in/a.yaml custom/scope [\"custom/scope-in\"]", "in/main.tf custom/rotation-in []", "out/a.yaml custom/scope []"];
    assert_eq!(found, expected, "{}{}", run.stdout, run.stderr);
}
