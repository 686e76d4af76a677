//! What people read.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod report_fixture;

use aelix_lint::model::{Severity, SkipReason, Snippet, Status, Tool};
use aelix_lint::report::RenderOptions;
use report_fixture::{RANDOM, at, error, finding, notice, render, report, rich, rule, safe, skip};

const FOOTER: &str = "\
error: deploy/key.pem: could not be read: permission denied
error: the scan is incomplete: 1 error
warning: /home/me/src/huge.rs: parsed in part: time limit reached
warning: not scanned, above the size limit: dump.sql; --max-file-size raises it
Found 2 critical, 1 low in 2 files (812 files, 12.3 MB scanned, 81 rules, 0.12 s).
Skipped: 2 binary, 1 above the size limit, 1 symbolic link (-v lists them).
Passed over: 1 git-ignored secret file such as .env (--no-ignore scans them).
Suppressed: 1 finding (--show-suppressed lists them).
Below the threshold: 1 finding (--min-severity info --min-confidence low shows it).
";

fn plain(style: &str, report: &aelix_lint::model::Report) -> String {
    render(style, RenderOptions::default(), report)
}

#[test]
fn full_looks_like_rustc_and_explains_a_rule_once() {
    let expected = r#"error[secrets/aelix-api-key]: Aelix live API key
 --> src/app.py:3:8
  |
3 | key = "ak_live_********Ee"
  |        ^^^^^^^^^^^^^^^^^^ critical severity, high confidence
  |
 ::: src/lib.py:3:8
  |
3 | key = "ak_live_********Ee"
  |        ------------------ the same value is used here
  |
  = note: the key has no expiry date
  = help: Revoke the key in the Aelix console, issue a new one, and read it from the environment
          or a secret manager at start. Rewriting the history alone does not help: the key has
          been seen.
  = help: to accept it, add the comment `aelix-lint: allow secrets/aelix-api-key -- reason`
  = help: `aelix-lint explain secrets/aelix-api-key` says more

error[secrets/aelix-api-key]: Aelix live API key
 --> src/new folder/a#b%c.py:3:8
  |
3 | key = "ak_live_********Ee"
  |        ^^^^^^^^^^^^^^^^^^ critical severity, high confidence

note[secrets/aelix-sandbox-key]: Aelix sandbox key
 --> src/app.py:3:8
  |
3 | key = "ak_live_********Ee"
  |        ^^^^^^^^^^^^^^^^^^ low severity, high confidence
  |
  = help: Revoke the key in the Aelix console, issue a new one, and read it from the environment
          or a secret manager at start. Rewriting the history alone does not help: the key has
          been seen.
  = help: to accept it, add the comment `aelix-lint: allow secrets/aelix-sandbox-key -- reason`
  = help: `aelix-lint explain secrets/aelix-sandbox-key` says more

"#;
    assert_eq!(plain("human", &rich()), format!("{expected}{FOOTER}"));
}

#[test]
fn concise_is_one_line_per_finding() {
    let expected = "\
src/app.py:3:8: critical[secrets/aelix-api-key] Aelix live API key (ak_live_********Ee)
src/new folder/a#b%c.py:3:8: critical[secrets/aelix-api-key] Aelix live API key (ak_live_********Ee)
src/app.py:3:8: low[secrets/aelix-sandbox-key] Aelix sandbox key (ak_live_********Ee)
";
    assert_eq!(plain("concise", &rich()), format!("{expected}{FOOTER}"));
}

#[test]
fn grouped_puts_the_findings_under_their_file() {
    let expected = "\
src/app.py
  3:8  critical  secrets/aelix-api-key      Aelix live API key (ak_live_********Ee)
  3:8  low       secrets/aelix-sandbox-key  Aelix sandbox key (ak_live_********Ee)

src/new folder/a#b%c.py
  3:8  critical  secrets/aelix-api-key  Aelix live API key (ak_live_********Ee)

";
    assert_eq!(plain("grouped", &rich()), format!("{expected}{FOOTER}"));
}

#[test]
fn a_clean_run_says_so() {
    let mut clean = report(Vec::new(), Vec::new());
    assert_eq!(plain("human", &clean), "No findings (812 files, 12.3 MB scanned, 81 rules, 0.12 s).\n");
    clean.errors.push(error("key.pem"));
    assert!(plain("human", &clean).ends_with("No findings in what could be scanned (812 files, 12.3 MB scanned, 81 rules, 0.12 s).\n"));
    clean.errors.clear();
    clean.stats = aelix_lint::model::Stats::default();
    assert_eq!(plain("human", &clean), "Nothing was scanned (0 files, 0 B scanned, 0 rules, 0 ms).\n");
}

#[test]
fn a_file_without_comments_is_accepted_in_the_configuration() {
    for (name, advice) in
        [("a/b.json", "in `[per-path-ignores]`"), ("x.TFSTATE", "in `[per-path-ignores]`"), ("a.jsonc", "add the comment"), ("json", "add the comment")]
    {
        let mut one = rich();
        one.findings.truncate(1);
        one.findings[0].place.relative = name.into();
        let out = plain("human", &one);
        assert!(out.contains(advice) && out.matches("to accept it").count() == 1, "{name}: {out}");
    }
}

#[test]
fn quiet_keeps_findings_and_errors() {
    let out = render("concise", RenderOptions { quiet: true, ..RenderOptions::default() }, &rich());
    assert_eq!(out.lines().count(), 5, "{out}");
    assert!(out.ends_with("error: the scan is incomplete: 1 error\n"), "{out}");
}

#[test]
fn verbose_lists_what_was_skipped() {
    let out = render("concise", RenderOptions { verbosity: 1, ..RenderOptions::default() }, &rich());
    assert!(out.contains("skipped: logo.png (binary)\n") && out.contains("skipped: .env (git-ignored secret file)\n"), "{out}");
    assert!(out.contains("Below the threshold: 1 finding ("), "{out}");
}

#[test]
fn many_large_files_are_not_all_named() {
    let mut many = report(Vec::new(), Vec::new());
    many.skipped = (0..5).map(|i| skip(&format!("{i}.sql"), SkipReason::TooLarge)).collect();
    assert!(plain("human", &many).contains("above the size limit: 0.sql, 1.sql, 2.sql and 2 more;"));
}

#[test]
fn statistics_come_when_asked_for() {
    let out = render("concise", RenderOptions { stats: true, quiet: true, ..RenderOptions::default() }, &report(Vec::new(), Vec::new()));
    let expected = "\
Statistics
  listing   12 ms
  scanning  0.10 s (123.5 MB/s)
  total     0.12 s
  files     812
  bytes     12.3 MB
  parsed    1.2 MB (10.0 %)
  threads   2
  rules     81
";
    assert_eq!(out, expected);
}

#[test]
fn a_suppressed_finding_says_that_it_is() {
    let mut report = rich();
    report.show_suppressed = true;
    assert!(plain("human", &report).contains("suppressed[secrets/aelix-sandbox-key]: Aelix sandbox key\n --> tests/app.py:3:8\n"));
    assert!(plain("human", &report).contains("= note: suppressed: sandbox only\n"));
    assert!(plain("concise", &report).contains("(ak_live_********Ee) [suppressed: sandbox only]\n"));
}

#[test]
fn what_comments_for_other_tools_mute_is_counted_apart() {
    let mut report = rich();
    report.findings[1].status = Status::Suppressed { reason: Some("`ggignore`, a comment for ggshield".into()), tool: Some(Tool::Ggshield) };
    assert!(plain("human", &report).contains("Suppressed: 2 findings, 1 by comments for other tools (--show-suppressed lists them).\n"));
    report.show_suppressed = true;
    assert!(plain("human", &report).contains("= note: suppressed: `ggignore`, a comment for ggshield\n"));
}

#[test]
fn the_position_is_the_files_not_the_clipped_lines() {
    let rules = vec![rule("secrets/x", Severity::Medium)];
    let mut place = at("dist/app.js");
    place.start.column = 90_210;
    place.snippet = Some(Box::new(Snippet { first_line: 3, text: "…a=\"********\"…".into(), mark: ("…a=\"".len(), "…a=\"********".len()) }));
    let out = plain("human", &report(rules.clone(), vec![finding(&rules, 0, place, Vec::new())]));
    assert!(out.starts_with("warning[secrets/x]: Aelix live API key\n --> dist/app.js:3:90210\n  |\n3 | …a=\"********\"…\n  |     ^^^^^^^^ medium"), "{out}");
}

#[test]
fn a_place_without_a_snippet_still_has_its_position_and_mask() {
    let rules = vec![rule("secrets/x", Severity::High)];
    let mut place = at("a.py");
    place.snippet = None;
    let out = plain("human", &report(rules.clone(), vec![finding(&rules, 0, place, Vec::new())]));
    assert!(out.contains("--> a.py:3:8\n") && out.contains("= note: ak_live_********Ee: high severity"), "{out}");
}

#[test]
fn a_mark_that_does_not_fit_its_text_does_no_harm() {
    let rules = vec![rule("secrets/x", Severity::High)];
    for mark in [(90, 95), (1, 2), (5, 1), (0, 90)] {
        let mut place = at("a.py");
        place.snippet = Some(Box::new(Snippet { first_line: 3, text: "é=1".into(), mark }));
        assert!(plain("human", &report(rules.clone(), vec![finding(&rules, 0, place, Vec::new())])).contains("é=1"));
    }
}

#[test]
fn paths_messages_and_lines_cannot_drive_the_terminal_or_the_log() {
    let rules = vec![rule("secrets/x", Severity::High)];
    let mut place = at("::error::\u{1b}[2Jevil\u{202e}.py");
    let snippet = place.snippet.as_mut().unwrap();
    snippet.text = format!("\u{9b}2J\u{1b}]8;;x\u{7} {}", snippet.text);
    let mut evil = finding(&rules, 0, place, Vec::new());
    evil.message = "a\u{1b}[31m\nb".into();
    evil.notes.push("note\u{1b}[31m".into());
    let mut report = report(rules, vec![evil]);
    report.errors.push(error("e\u{1b}[31m\r"));
    report.notices.push(notice("n\u{1b}\n::warning::x", "text\u{1b}"));
    report.skipped.push(skip("s\u{1b}\n", SkipReason::Binary));
    for style in ["full", "concise", "grouped"] {
        let out = render(style, RenderOptions { verbosity: 1, ..RenderOptions::default() }, &report);
        assert!(!out.chars().any(|c| matches!(c, '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}')), "{style}: {out:?}");
        assert!(!out.lines().any(|line| line.trim_start().starts_with("::") && !line.trim_start().starts_with("::: ")), "{style}: {out}");
    }
}

#[test]
fn the_value_is_nowhere() {
    let mut report = rich();
    report.show_suppressed = true;
    for style in ["full", "concise", "grouped"] {
        for color in [false, true] {
            let out = render(style, RenderOptions { color, links: color, verbosity: 2, ..RenderOptions::default() }, &report);
            assert!(!out.contains(RANDOM), "{style}");
            assert_eq!(out.contains('\u{1b}'), color, "{style}");
        }
    }
}

#[test]
fn links_go_to_the_providers_page() {
    let linked = render("full", RenderOptions { color: true, links: true, ..RenderOptions::default() }, &rich());
    assert!(linked.contains("\u{1b}]8;;https://docs.example.com/keys"), "{linked:?}");
    assert!(linked.contains("src/app.py:3:8"), "{linked:?}");
    let unlinked = render("full", RenderOptions { color: true, ..RenderOptions::default() }, &rich());
    assert!(!unlinked.contains("\u{1b}]8;;"));
}

#[test]
fn a_rule_that_is_not_in_the_report_costs_only_its_help() {
    let rules = vec![rule("secrets/x", Severity::High)];
    let mut orphan = finding(&rules, 0, at("a.py"), Vec::new());
    orphan.rule_index = 9;
    orphan.status = Status::Active;
    assert!(plain("human", &report(Vec::new(), vec![orphan])).starts_with("error[secrets/x]: "));
}

#[test]
fn safe_wiring_is_listed_behind_the_findings() {
    let mut report = report(Vec::new(), Vec::new());
    report.safe = Some(vec![safe("src/app.py")]);
    assert!(plain("human", &report).starts_with("safe: src/app.py:3:8: client-secret of `ClientSecret::new` is read from the environment\n"));
}
