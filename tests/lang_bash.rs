//! Bash: what words fold to, and what a project of its users shows.
#![cfg(feature = "lang-bash")]

mod lang_support;

use lang_support::{findings, folds, is_robust, read, show};

#[test]
fn values_are_folded() {
    let rows = [
        ("abc", "=abc"),
        ("1234", "=1234"),
        ("'a$TOP'", "=a$TOP"),
        (r#""abc""#, "=abc"),
        (r#""a\"b\$c""#, "=a\"b$c"),
        (r"$'a\x62\143'", "=abc"),
        (r#""a"b'c'"#, "=abc"),
        ("$TOP", "=top"),
        ("${TOP}", "=top"),
        (r#""a${TOP}b""#, "=atopb"),
        (r#""$TOP $local""#, "=top local"),
        (r#""a$other""#, "interpolated"),
        (r#""a$(cat file)""#, "interpolated"),
        (r#""a${TOP%x}""#, "interpolated"),
        (r#""a$(echo a b)""#, "interpolated"),
        (r#""x$1""#, "=xfirst"),
        (r#""x$2""#, "interpolated"),
        ("${1}", "=first"),
        ("a$TOP/x", "=atop/x"),
        ("${other:-abc}", "=abc"),
        (r#""${other:-"abc"}""#, "=abc"),
        (r#""${other:=a$TOP}""#, "=atop"),
        ("${other-abc}", "=abc"),
        ("${other:?unset}", "reference"),
        ("${other:-}", "unknown"),
        ("${TOP^^}", "unknown"),
        ("${#TOP}", "unknown"),
        ("$(aws secretsmanager get-secret-value --secret-id x)", "reference"),
        ("$(</run/secrets/x)", "reference"),
        ("$(echo abc)", "=abc"),
        ("$(echo -n abc)", "=abc"),
        ("$(printf '%s' abc)", "=abc"),
        ("$(printf 'a%sc' b)", "unknown"),
        ("$(printf '%s%s' ab c)", "=abc"),
        (r#""$(printf "%s%s" "ab" 'c')""#, "=abc"),
        ("$(echo YWJj | base64 -d)", "=abc"),
        (r#""$(echo -n "YWJj" | base64 --decode)""#, "=abc"),
        ("$(base64 -d <<< YWJj)", "=abc"),
        ("$(echo abc | base64)", "=abc"),
        ("$(echo 616263 | xxd -r -p)", "=abc"),
        ("$(echo cba | rev)", "=abc"),
        ("$(echo YWJj | base64 -d | tr a b)", "unknown"),
        ("$local", "=local"),
        ("$given", "=first"),
        ("$exported", "=exported"),
        ("$fixed", "=fixed"),
        ("$longer", "=one two"),
        ("$loop", "unknown"),
        ("$typed", "unknown"),
        ("$other", "unknown"),
    ];
    folds("a.sh", &rows, |expression| {
        format!(
            "TOP=top\nexport exported=exported\nreadonly fixed='fixed'\ntyped=before\nread -r typed\nfor loop in a b; do :; done\nf() {{\n  local local=local\n  longer='one '\n  longer+=two\n  given=$1\n  sink {expression}\n}}\nf first\n"
        )
    });
}

#[test]
fn flags_are_names() {
    let code = "KEY=a cmd -u b --name=c --other \"d\" -H 'X: e' --flag -v f\nFILE=x base64 -d <<< YWJj\n";
    let facts = read("a.sh", code);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{name}{}", show(&a.value)))).collect();
    assert_eq!(named[..7], ["KEY=a", "-u=b", "--name=c", "--other=d", "-H=X: e", "--flag=-v", "-v=f"]);
}

#[test]
fn shells_are_known_by_name_and_first_line() {
    for (path, first, known) in [
        ("a.sh", "", true),
        (".bashrc", "", true),
        ("run", "#!/usr/bin/env bash\n", true),
        ("run", "#!/bin/sh -e\n", true),
        ("run", "#!/usr/bin/zsh\n", true),
        ("run", "#!/usr/bin/fish\n", false),
    ] {
        assert_eq!(aelix_lint::lang::of_file(path, first.as_bytes()).is_some_and(|l| l.name == "bash"), known, "{path} {first}");
    }
}

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        "backup.sh:2 secrets/hardcoded-password",
        "backup.sh:7 secrets/hardcoded-password",
        "backup.sh:13 secrets/hardcoded-webhook-secret",
        "deploy.sh:5 secrets/hardcoded-bearer-token",
        "deploy.sh:8 secrets/hardcoded-client-secret",
        "deploy.sh:20 secrets/hardcoded-client-secret",
        "functions.sh:13 secrets/hardcoded-bearer-token",
        "functions.sh:14 secrets/hardcoded-api-key",
    ];
    assert_eq!(findings("bash"), expected);
}

#[test]
fn broken_and_deep_code_ends() {
    is_robust("a.sh", &[("$(", ")"), ("{ ", "; }\n"), ("\"${x:-", "}\""), ("( ", ")"), ("if x; then ", "fi\n"), ("a | ", ""), ("cat <<A\n", ""), ("'", "")]);
}
