//! Rust: what expressions fold to.
#![cfg(feature = "lang-rust")]

mod lang_support;

use lang_support::{folds, is_robust, sunk};

#[test]
fn expressions_of_rust_fold() {
    let rows = [
        ("\"a\"", "=a"),
        ("r#\"a\"b\"#", "=a\"b"),
        ("b\"ab\"", "=ab"),
        ("\"a\\x62\\u{63}\"", "=abc"),
        ("\"a\\\n   b\"", "=ab"),
        ("concat!(\"a\", \"b\")", "=ab"),
        ("\"a\".to_string() + \"b\" + TOP", "=abtop"),
        ("[\"a\", \"b\"].concat()", "=ab"),
        ("[\"a\", \"b\"].join(\"-\")", "=a-b"),
        ("vec![\"a\", \"b\"].join(\"\")", "=ab"),
        ("PARTS.join(\"\")", "=xy"),
        ("format!(\"{}{}\", \"a\", TOP)", "=atop"),
        ("format!(\"{TOP}-{other}\")", "interpolated"),
        ("String::from(\"a\").into()", "=a"),
        ("Some(\"a\".to_owned())", "=a"),
        ("\"ba\".chars().rev().collect()", "=ab"),
        ("\"ba\".chars().rev().collect::<String>()", "=ab"),
        ("hex::decode(\"6162\").unwrap()", "=ab"),
        ("String::from_utf8(BASE64_STANDARD.decode(\"YWI=\").unwrap()).unwrap()", "=ab"),
        ("STANDARD.decode(\"YWI=\")?", "=ab"),
        ("BASE64_STANDARD.encode(\"a:b\")", "=a:b"),
        ("base64::encode(format!(\"{}:{}\", \"a\", \"b\"))", "=a:b"),
        ("String::from_utf8(vec![97, 98]).unwrap()", "=ab"),
        ("std::str::from_utf8(&[97, 98]).unwrap()", "=ab"),
        ("std::env::var(\"A\").unwrap_or_else(|_| \"a\".to_string())", "=a"),
        ("std::env::var(\"A\").unwrap_or(\"a\".into())", "=a"),
        ("option_env!(\"A\").unwrap_or(\"a\")", "=a"),
        ("std::env::var(\"A\")?", "reference"),
        ("local", "=local"),
        ("self.field", "unknown"),
        ("other", "unknown"),
        ("given", "=given"),
    ];
    folds("a.rs", &rows, |expression| {
        format!(
            "const TOP: &str = \"top\";\nstatic PARTS: [&str; 2] = [\"x\", \"y\"];\nfn run(given: &str, other: String) {{\n    let local = \"local\";\n    sink({expression})\n}}\nfn main() {{ run(\"given\", f()); }}\n"
        )
    });
}

#[test]
fn type_arguments_are_no_part_of_a_callee() {
    assert_eq!(sunk("a.rs", "fn f() { Key::<A, B<C>>::sink(\"a\") }"), "=a");
}

#[test]
fn broken_and_deep_rust_ends() {
    is_robust("a.rs", &[("[", "]"), ("(", ")"), ("{", "}"), ("f!(", ")"), ("Vec<", ">"), ("\"", ""), ("r#\"", "")]);
}
