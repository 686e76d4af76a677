//! Slots and queries of users: in rule files, in files of their own, in the configuration; and what is said of wrong ones.
#![cfg(feature = "lang-python")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const RULE: &str = "[[rule]]\nid = \"custom/acme\"\ntitle = \"AcmePay secret\"\nseverity = \"high\"\nconfidence = \"high\"\nwhy = \"W.\"\nfix = \"F.\"\n";
const SINK: &str = "kind = \"acme-secret\"\nlanguages = [\"python\"]\ncallee = \"AcmeClient\"\nfrom = [\"acmepay\"]\nname = \"word\"\n";

/// Random-looking, and no secret.
fn value() -> String {
    ["q8Zr2LmX0v", "Kp4TnYw6Bd", "7f3K9mPqWx"].concat()
}

fn example() -> String {
    let code = format!("from acmepay import AcmeClient\\nWORD = \\\"«{}»\\\"\\nAcmeClient(word=WORD)\\n", value());
    format!("examples = [{{ path = \"a.py\", text = \"{code}\" }}]\n")
}

/// Exit status, output and errors of the program in a folder with these files.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_aelix-lint"));
    command.args(arguments).current_dir(folder.path()).stdin(Stdio::null()).env("NO_COLOR", "1").env_remove("AELIX_LINT_FORMAT");
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn code() -> String {
    format!("from acmepay import AcmeClient\n\nWORD = \"{}\"\nAcmeClient(word=WORD)\n", value())
}

#[test]
fn slots_work_wherever_they_are_written() {
    let rule = format!("{RULE}{}[rule.sink]\nkind = \"acme-secret\"\n", example());
    let both = format!("{rule}[[sink]]\n{SINK}");
    let (sinks, table) = (format!("[[sink]]\n{SINK}"), format!("rules = [\"r.toml\"]\n[[sinks]]\n{SINK}"));
    for files in [
        vec![("r.toml", both.as_str()), ("aelix-lint.toml", "rules = [\"r.toml\"]\n")],
        vec![("r/rule.toml", &rule), ("r/sinks.toml", &sinks), ("aelix-lint.toml", "rules = [\"r\"]\n")],
        vec![("r.toml", &rule), ("s.toml", &sinks), ("aelix-lint.toml", "rules = [\"r.toml\"]\nsinks = [\"s.toml\"]\n")],
        vec![("r.toml", &rule), ("aelix-lint.toml", &table)],
    ] {
        let code = code();
        let files: Vec<(&str, &str)> = files.into_iter().chain([("a.py", code.as_str())]).collect();
        let (status, out, errors) = run(&files, &["--format", "concise", "a.py"]);
        assert_eq!((status, errors.as_str()), (1, ""), "{out}");
        assert!(out.starts_with("a.py:3:9: high[custom/acme] constant `WORD`, line 3, reaches `AcmeClient(word)`, line 4"), "{out}");
    }
    let (status, out, errors) = run(&[("r/rule.toml", &rule), ("r/sinks.toml", &sinks)], &["rules", "test", "r"]);
    assert_eq!((status, out.as_str(), errors.as_str()), (0, "1 rule, 1 example, 0 failed\n", ""));
}

#[test]
fn wrong_slots_are_named_with_their_place() {
    for (sink, expected) in [
        (SINK.replace("acme-secret", "client-secrt"), "s.toml:1: no rule reports what a sink of kind `client-secrt` carries; did you mean `client-secret`?"),
        (SINK.replace("python", "pyhton"), "s.toml:1: no language is named `pyhton`; did you mean `python`?"),
        (SINK.replace("languages = [\"python\"]\n", ""), "s.toml:1: the sink of kind `acme-secret` names no language; add `languages = [\"python\"]`"),
        (
            SINK.replace("name = \"word\"\n", ""),
            "s.toml:1: a sink of kind `acme-secret` needs a callee with an argument or a name, or a name alone for a field",
        ),
        (SINK.replace("name =", "nam ="), "s.toml:6: unknown key `nam`; did you mean `name`?"),
        (
            "kind = \"password\"\nlanguages = [\"go\"]\ncallee = \"f\"\nargument = 0\n".to_owned(),
            "s.toml:1: a callee, a name or a package of at least 4 bytes is needed, by which files are found",
        ),
    ] {
        let text = format!("[[sink]]\n{sink}");
        let (status, _, errors) = run(&[("s.toml", &text), ("aelix-lint.toml", "sinks = [\"s.toml\"]\n"), ("a.py", "")], &[]);
        assert_eq!(status, 2, "{errors}");
        assert!(errors.contains(expected), "{errors}");
    }
    let table = format!("[[sinks]]\n{}", SINK.replace("name =", "nam ="));
    let (status, _, errors) = run(&[("aelix-lint.toml", &table), ("a.py", "")], &[]);
    assert_eq!((status, errors.contains("aelix-lint.toml:6: unknown key `nam`") && errors.contains("`name`")), (2, true), "{errors}");
}

#[test]
fn queries_report_what_they_capture() {
    let query = "keywords = [\"acme_open\"]\n[rule.query]\npython = '(call function: (identifier) @_f arguments: (argument_list (string) @secret) (#eq? @_f \"acme_open\"))'\n";
    let example = format!("examples = [{{ path = \"a.py\", text = \"acme_open('«{}»')\" }}]\n", value());
    let rule = format!("{RULE}{example}{query}");
    assert_eq!(run(&[("r.toml", &rule)], &["rules", "test", "r.toml"]).1, "1 rule, 1 example, 0 failed\n");
    let code = format!("acme_open(\"{0}\")\nacme_open(\"changeme\")\nacme_shut(\"{0}\")\n# acme_open(\"{0}\")\n", value());
    let (status, out, _) = run(&[("r.toml", &rule), ("a.py", &code), ("a.txt", &code)], &["--rules", "r.toml", "--select", "custom", "--format", "concise"]);
    assert_eq!(status, 1);
    assert_eq!(out.lines().filter(|line| line.contains("custom/acme")).count(), 1, "{out}");
    assert!(out.starts_with("a.py:1:12: high[custom/acme] AcmePay secret"), "{out}");
}

#[test]
fn wrong_queries_are_named_with_file_and_line() {
    let head = format!("{RULE}examples = ['x']\nkeywords = [\"acme_open\"]\n[rule.query]\n");
    for (body, expected) in [
        ("python = '(cal (string) @secret)'\n", "r.toml:11: rule `custom/acme`: cannot use the query, column 2: the grammar has no node `cal`"),
        ("python = '''\n(call\n  (strng) @secret)\n'''\n", "r.toml:13: rule `custom/acme`: cannot use the query, column 4: the grammar has no node `strng`"),
        ("python = '(call fnction: (_) @secret)'\n", "the grammar has no field `fnction`"),
        ("python = '((string) @secret (#eq? @other \"x\"))'\n", "no capture is named `@other`"),
        ("python = '(string) @value'\n", "r.toml:11: rule `custom/acme`: the query captures no `@secret`"),
        ("python = '((string) @secret'\n", "the query is not closed"),
        ("pyhton = '(string) @secret'\n", "r.toml:11: rule `custom/acme`: no language is named `pyhton`; did you mean `python`?"),
    ] {
        let (status, _, errors) = run(&[("r.toml", &format!("{head}{body}")), ("a.py", "")], &["--rules", "r.toml"]);
        assert_eq!(status, 2, "{errors}");
        assert!(errors.contains(expected), "{body}: {errors}");
    }
    let without = format!("{RULE}examples = ['x']\n[rule.query]\npython = '(string) @secret'\n");
    let (_, _, errors) = run(&[("r.toml", &without), ("a.py", "")], &["--rules", "r.toml"]);
    assert!(errors.contains("a query looks at files that hold one of the rule's `keywords`"), "{errors}");
}

#[test]
fn safe_wiring_is_shown() {
    let code = "import os\nimport psycopg2\n\npsycopg2.connect(password=os.environ[\"DB_PASSWORD\"])\n";
    let (status, out, _) = run(&[("a.py", code)], &["--show-safe"]);
    assert_eq!(status, 0);
    assert!(out.starts_with("safe: a.py:4:27: password of `psycopg2.connect(password)` is read from the environment\n"), "{out}");
}
