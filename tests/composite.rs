//! Rules that require another match, and priorities: what counts, what is related, what a rule file may say.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::sync::Arc;

use aelix_lint::model::{Blob, Finding, RuleId, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet, parse};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

fn rule(id: &str, body: &str) -> String {
    format!("[[rule]]\nid = 'custom/{id}'\ntitle = 'The {id}'\nseverity = 'high'\nconfidence = 'high'\nwhy = 'w'\nfix = 'f'\nexamples = ['«a»']\n{body}\n")
}

fn set(text: &str, options: &RuleOptions) -> Result<RuleSet, String> {
    parse("my.toml", text, false).and_then(|rules| RuleSet::of(rules, options)).map_err(|error| error.message)
}

fn scan_with(rules: RuleSet, path: &str, text: &str) -> Vec<Finding> {
    Scanner::new(Arc::new(rules), ScanOptions::default()).scan(&Blob::new(&Target::in_memory(path), text.as_bytes()), &mut Worker::default()).findings
}

/// What is found, as `rule: value < related values`.
fn found_with(rules: RuleSet, path: &str, text: &str) -> Vec<String> {
    let line = |finding: Finding| {
        let mut line = format!("{}: {}", finding.rule.as_str().trim_start_matches("custom/"), &text[finding.place.span.range()]);
        for related in &finding.related {
            let _ = write!(line, " < {}", &text[related.place.span.range()]);
        }
        line
    };
    scan_with(rules, path, text).into_iter().map(line).collect()
}

fn found(rules: &str, path: &str, text: &str) -> Vec<String> {
    found_with(set(rules, &RuleOptions::default()).unwrap(), path, text)
}

fn off(id: &str) -> RuleOptions {
    RuleOptions { ignore: vec![format!("custom/{id}")], ..RuleOptions::default() }
}

/// A secret with a literal, and an id beside which alone it counts.
fn pair(reach: &str) -> String {
    rule("id", "pattern = '\\bacme-id-[0-9]+'") + &rule("secret", &format!("pattern = 'acme-key-[a-z]+'\n[[rule.requires]]\nrule = 'custom/id'\n{reach}"))
}

#[test]
fn a_match_counts_only_where_the_required_one_is_near() {
    for (reach, path, text, expected) in [
        ("within_lines = 1", "a.txt", "acme-id-7301\nacme-key-tvbk\n\nacme-key-rzpw", &["secret: acme-key-tvbk < acme-id-7301"][..]),
        ("within_lines = 0", "a.txt", "acme-id-7301\nacme-key-tvbk", &[]),
        ("within_lines = 0", "a.txt", "x\rk acme-key-tvbk acme-id-7301\r\n", &["secret: acme-key-tvbk < acme-id-7301"]),
        ("within_bytes = 3", "a.txt", "acme-id-7301 | acme-key-tvbk", &["secret: acme-key-tvbk < acme-id-7301"]),
        ("within_bytes = 2", "a.txt", "acme-id-7301 | acme-key-tvbk", &[]),
        ("within_bytes = 9", "a.txt", "acme-id-7301 | acme-key-tvbk acme-id-7302", &["secret: acme-key-tvbk < acme-id-7302"]),
        ("same = 'structure'", "a.json", r#"[{"i": "acme-id-7301", "k": "acme-key-tvbk"}, {"k": "acme-key-rzpw"}]"#, &["secret: acme-key-tvbk < acme-id-7301"]),
        ("same = 'structure'", "a.yaml", "- i: acme-id-7301\n- k: acme-key-tvbk\n  i: acme-id-7302\n", &["secret: acme-key-tvbk < acme-id-7302"]),
        ("same = 'structure'", "a.env", "I=acme-id-7301\n\nK=acme-key-tvbk\n", &[]),
        ("within_lines = 3", "a.txt", "acme-key-tvbk", &[]),
    ] {
        let found = found(&pair(reach), path, text);
        let secrets: Vec<&String> = found.iter().filter(|line| line.starts_with("secret")).collect();
        assert_eq!(secrets, expected, "{reach} in {text:?}");
        assert_eq!(found.len() - secrets.len(), text.matches("acme-id").count(), "the required rule reports as ever: {text:?}");
    }
}

#[test]
fn the_required_rule_may_be_off_or_limited() {
    let text = "acme-id-7301 acme-key-tvbk";
    let rules = set(&pair("within_lines = 1"), &off("id")).unwrap();
    assert_eq!(found_with(rules, "a.txt", text), ["secret: acme-key-tvbk < acme-id-7301"]);
    let limited = pair("within_lines = 1").replace("[0-9]+'\n", "[0-9]+'\nfiles = ['*.env']\n");
    assert_eq!(found(&limited, "a.txt", text), ["secret: acme-key-tvbk < acme-id-7301"]);
    assert_eq!(found(&limited, "a.env", text), ["id: acme-id-7301", "secret: acme-key-tvbk < acme-id-7301"]);
    let rules = set(&pair("within_lines = 1"), &off("secret")).unwrap();
    assert_eq!(found_with(rules, "a.txt", text), ["id: acme-id-7301"]);
}

#[test]
fn a_required_secret_is_masked_though_its_rule_is_off() {
    let findings = scan_with(set(&pair("within_lines = 1"), &off("id")).unwrap(), "a.txt", "acme-id-123456789 acme-key-qwertyuiop");
    let shown = format!("{:?} {:?}", findings[0].place.snippet, findings[0].related[0].place.snippet);
    assert!(!shown.contains("123456") && !shown.contains("qwerty"), "{shown}");
    assert_eq!(findings[0].related[0].message, "near it: The id");
}

#[test]
fn a_pattern_of_its_own_is_required_and_shown() {
    let rules = rule("secret", "pattern = 'acme-key-[a-z]+'\n[[rule.requires]]\npattern = '\\bID[0-9]{3}\\b'\nwithin_lines = 1\nmessage = 'its id is here'");
    let findings = scan_with(set(&rules, &RuleOptions::default()).unwrap(), "a.txt", "acme-key-qwerty\nID123\n\n\nID456 acme-key\n\nacme-key-none");
    assert_eq!(findings.len(), 1);
    let related = &findings[0].related[0];
    assert_eq!((related.message.as_str(), related.place.start.line, related.place.snippet.as_deref().unwrap().text.as_str()), ("its id is here", 2, "ID123"));
}

#[test]
fn a_pattern_without_a_literal_is_looked_for_around_what_it_requires() {
    let led = rule(
        "secret",
        "pattern = '\\b[a-z]{12}\\b'\n[[rule.requires]]\npattern = 'acme-id-[0-9]+'\nwithin_lines = 1\n[[rule.requires]]\npattern = '\\bZ[0-9]\\b'\nwithin_bytes = 5",
    );
    let text = "qwertyuiopas\n\nasdfghjklzxc Z1\nacme-id-7307\nyxcvbnmasdfg\n";
    assert_eq!(found(&led, "a.txt", text), ["secret: asdfghjklzxc < acme-id-7307 < Z1"]);
    let far = format!("acme-id-7307{}qwertyuiopas Z1", " ".repeat(5000));
    assert!(found(&led, "a.txt", &far).is_empty(), "at most 4 KiB on one line");
}

#[test]
fn a_name_and_a_chain_of_rules_may_be_required() {
    let rules = pair("within_lines = 1")
        + &rule("token", "key = { name = 'acme_token', value = '[0-9a-f]{16}' }\n[[rule.requires]]\nrule = 'custom/secret'\nwithin_lines = 2\n");
    let text = |id: &str| format!("{id}\nk: acme-key-tvbk\nacme_token: {}\n", ["0f1e2d3c", "4b5a6978"].concat());
    assert_eq!(
        found(&rules, "a.yaml", &text("acme-id-7301")),
        ["id: acme-id-7301", "secret: acme-key-tvbk < acme-id-7301", "token: 0f1e2d3c4b5a6978 < acme-key-tvbk"]
    );
    assert!(found(&rules, "a.yaml", &text("none")).is_empty());
}

#[test]
fn an_optional_match_is_related_where_it_is_there() {
    let rules = pair("within_lines = 1\noptional = true");
    assert_eq!(found(&rules, "a.txt", "acme-id-7301 acme-key-tvbk"), ["id: acme-id-7301", "secret: acme-key-tvbk < acme-id-7301"]);
    assert_eq!(found(&rules, "a.txt", "acme-id-7301\n\n\nacme-key-tvbk"), ["id: acme-id-7301", "secret: acme-key-tvbk"]);
}

#[test]
fn what_cannot_be_required_is_refused_with_file_line_and_rule() {
    let one = |requires: &str| rule("a", &format!("pattern = 'abcd'\n[[rule.requires]]\n{requires}"));
    let two = |first: &str, second: &str| {
        let of = |id: &str, other: &str| rule(id, &format!("pattern = 'abcd'\n[[rule.requires]]\nrule = 'custom/{other}'\nwithin_lines = 1"));
        of("a", first) + &of("b", second)
    };
    for (text, expected) in [
        (
            one("rule = 'custom/aa'\nwithin_lines = 1"),
            "my.toml:10: rule `custom/a`: in `[[rule.requires]]`: no rule is named `custom/aa`; did you mean `custom/a`?",
        ),
        (one("within_lines = 1"), "my.toml:10: rule `custom/a`: in `[[rule.requires]]`: give exactly one of `rule`, `pattern`"),
        (one("rule = 'x'\npattern = 'y'\nwithin_lines = 1"), "give exactly one of `rule`, `pattern`"),
        (one("pattern = 'efgh'"), "give exactly one of `within_lines`, `within_bytes`, `same = \"structure\"`"),
        (one("pattern = 'efgh'\nwithin_lines = 1\nsame = 'structure'"), "give exactly one of `within_lines`, `within_bytes`, `same = \"structure\"`"),
        (one("pattern = 'efgh'\nwithin_line = 1"), "my.toml:12: unknown key `within_line`; did you mean `within_lines`?"),
        (one("pattern = '(efgh'\nwithin_lines = 1"), "in `[[rule.requires]]`: bad pattern: unclosed group"),
        (one("pattern = 'efgh(?:[a-z]{900}x){900}'\nwithin_lines = 1"), "in `[[rule.requires]]`: the pattern cannot be built"),
        (one("rule = 'custom/a'\nwithin_lines = 1"), "my.toml:10: rule `custom/a`: it requires itself; take one `[[rule.requires]]` of these out"),
        (two("b", "a"), "my.toml:10: rule `custom/a`: it requires itself through `custom/b`; take one `[[rule.requires]]` of these out"),
        (
            one("pattern = '[a-z]'\nwithin_lines = 1").replace("'abcd'", "'[0-9]'"),
            "no literal of at least 4 bytes is in every match; lengthen the fixed part of the pattern of the rule, or of what it requires,",
        ),
        (
            one("rule = 'custom/b'\noptional = true\nwithin_lines = 1").replace("'abcd'", "'[0-9]'") + &rule("b", "pattern = 'efgh'"),
            "no literal of at least 4 bytes",
        ),
        (
            rule("a", "check = 'rotation-missing'\nkeywords = ['aws_abcdef']\n[[rule.requires]]\npattern = 'efgh'\nwithin_lines = 1"),
            "`requires` has no effect with `check = \"rotation-missing\"`",
        ),
        (
            rule("b", "sink = { kind = 'client-secret' }") + &one("rule = 'custom/b'\nwithin_lines = 1"),
            "`custom/b` is no rule over text; name one with `pattern` or `[rule.key]`",
        ),
    ] {
        let message = set(&text, &RuleOptions::default()).err().unwrap_or_default();
        assert!(message.contains(expected), "{message}\nexpected: {expected}\n{text}");
    }
}

#[test]
fn the_higher_priority_wins_among_hits_of_equal_evidence() {
    let of = |id: &str, pattern: &str, priority: i32| rule(id, &format!("pattern = '{pattern}'\npriority = {priority}"));
    let winner = |rules: &str| {
        let findings = scan_with(set(rules, &RuleOptions::default()).unwrap(), "a.txt", "acme_token = acme-key-qwerty");
        let also: Vec<&str> = findings[0].also.iter().map(RuleId::as_str).collect();
        format!("{} {}", findings[0].rule, also.join(" "))
    };
    assert_eq!(winner(&(of("a", "acme-key-[a-z]{3}", 0) + &of("b", "acme-key-[a-z]+", 0))), "custom/b custom/a", "the longer one");
    assert_eq!(winner(&(of("a", "acme-key-[a-z]{3}", 1) + &of("b", "acme-key-[a-z]+", 0))), "custom/a custom/b");
    assert_eq!(winner(&(of("a", "acme-key-[a-z]+", -1) + &of("b", "acme-key-[a-z]+", 0))), "custom/b custom/a");
    let key = rule("name", "key = { name = 'acme_token', value = '[a-z-]+' }\npriority = 9");
    assert_eq!(winner(&(of("a", "acme-key-[a-z]+", 0) + &key)), "custom/a custom/name", "the evidence comes first");
}
