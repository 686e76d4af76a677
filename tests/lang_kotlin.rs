//! Kotlin: values folded as the language would compute them, and the findings of a small project.
#![cfg(feature = "lang-kotlin")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod folded;

use aelix_lint::lang;
use aelix_lint::scan::syntax::{Bounds, Parser, facts};
use folded::{findings, findings_with_messages, is_robust, read, show, sunk};

#[test]
fn values_are_folded() {
    for (expression, expected) in [
        (r#""abc""#, "=abc"),
        (r#""a\u0062\$c""#, "=ab$c"),
        (r#""""#, "="),
        (r#""""a\n"b""""#, r#"=a\n"b"#),
        (r#""ab" + "cd" + ("e") + 'f'"#, "=abcdef"),
        (r#""ab" + other"#, "interpolated"),
        (r#""a${TOP}b""#, "=atopb"),
        (r#""a$TOP""#, "=atop"),
        (r#""$TOP-x""#, "interpolated"),
        (r#""a$ b$""#, "=a$ b$"),
        (r#""a$other""#, "interpolated"),
        (r#""a${f(x)}b""#, "interpolated"),
        (r#""""a${TOP}b$TOP""""#, "=atopbtop"),
        (r#"listOf("a", "b").joinToString("-")"#, "=a-b"),
        (r#"parts.joinToString("")"#, "=xy"),
        (r#"String.format("%s-%s", "a", TOP)"#, "=a-top"),
        (r#""%s-%s".format("a", TOP)"#, "=a-top"),
        (r#"StringBuilder("a").append("b").toString()"#, "=ab"),
        (r#""cba".reversed()"#, "=abc"),
        (r#"String(Base64.getDecoder().decode("YWJj"))"#, "=abc"),
        (r#"Base64.decode("YWJj").decodeToString()"#, "=abc"),
        (r#""616263".hexToByteArray().decodeToString()"#, "=abc"),
        (r#"String(charArrayOf('a', 'b'))"#, "=ab"),
        (r#"byteArrayOf(97, 0x62).decodeToString()"#, "=ab"),
        (r#""abc".toByteArray()"#, "=abc"),
        (r#""abc" as String"#, "=abc"),
        (r#"System.getenv("X")"#, "reference"),
        (r#"System.getenv("X")!!"#, "reference"),
        (r#"System.getenv("X") ?: "abc""#, "=abc"),
        (r#"System.getProperty("x", "abc")"#, "=abc"),
        (r#"System.getenv("X").ifBlank { "abc" }"#, "=abc"),
        (r#"System.getenv().getOrElse("X") { "abc" }"#, "=abc"),
        (r#"if (other != null) other else "abc""#, "=abc"),
        (r#"if (other == null) "abc" else other"#, "=abc"),
        ("TOP", "=top"),
        ("A.INNER", "=inner"),
        ("INNER", "=inner"),
        ("field", "=field"),
        ("this.field", "=field"),
        ("this.fixed", "=set"),
        ("late", "=late"),
        ("got", "=got"),
        ("primary", "=primary"),
        ("fixed", "=set"),
        ("twice", "unknown"),
        ("local", "=local"),
        ("given", "=passed"),
        ("named", "=told"),
        ("optional", "=optional"),
        ("changed", "unknown"),
        ("other", "unknown"),
        (r#"call("x")"#, "unknown"),
    ] {
        let code = format!(
            "const val TOP = \"top\"\nval parts = listOf(\"x\", \"y\")\nclass A(private val id: String, val primary: String = \"primary\") {{\n  companion object {{ const val INNER = \"inner\" }}\n\
             \n  private var field: String = \"field\"\n  private val fixed: String\n  private var twice: String\n  val late by lazy {{ \"late\" }}\n  val got: String get() = \"got\"\n  init {{ this.fixed = \"set\"; this.twice = \"a\"; this.twice = \"b\" }}\n\
             \n  fun run(other: String, optional: String = \"optional\", given: String, named: String) {{\n    val local = \"local\"\n    var changed = \"a\"\n    changed = f()\n\
             \n    sink({expression})\n  }}\n}}\nfun main() {{ A(\"i\").run(x, y, \"passed\", named = \"told\") }}\n"
        );
        assert_eq!(sunk("A.kt", &code), expected, "{expression}");
    }
}

#[test]
fn named_arguments_and_pairs_have_names() {
    let code = "import a.B\nclass A { fun f() { post(mapOf(\"k\" to \"v\", \"l\" to \"w\")); g(1, name = \"n\"); h(\"a\", \"b\"); x { secret = \"p\" }; c.field = \"d\"\n m[\"e\"] = \"f\" }\n  \
                @Test fun t() {} }\nclass FooTest\n";
    let facts = read("A.kts", code);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{} {name}{}", c.callee, show(&a.value)))).collect();
    for expected in ["mapOf k=v", "mapOf l=w", "g name=n", "h a=b", "x secret=p"] {
        assert!(named.iter().any(|n| n == expected), "{expected} in {named:?}");
    }
    for (name, value) in [("field", "=d"), ("e", "=f"), ("secret", "=p")] {
        assert!(facts.bindings.iter().any(|b| b.name == name && show(&b.value.value) == value), "{name}");
    }
    assert_eq!(facts.tests.len(), 2);
    assert_eq!(facts.imports.len(), 1);
}

#[test]
fn the_project_has_exactly_these_findings() {
    assert_eq!(
        findings("kotlin"),
        [
            "build.gradle.kts:24 secrets/hardcoded-password",
            "src/main/kotlin/Login.kt:13 secrets/hardcoded-client-secret",
            "src/main/kotlin/Login.kt:14 secrets/hardcoded-client-secret",
            "src/main/kotlin/Login.kt:41 secrets/hardcoded-client-secret",
            "src/main/kotlin/Login.kt:53 secrets/hardcoded-client-secret",
            "src/main/kotlin/Login.kt:56 secrets/hardcoded-basic-auth",
            "src/main/kotlin/Login.kt:63 secrets/hardcoded-api-key",
            "src/main/kotlin/Login.kt:71 secrets/hardcoded-bearer-token",
            "src/main/kotlin/Storage.kt:12 secrets/hardcoded-password",
            "src/main/kotlin/Storage.kt:27 secrets/hardcoded-webhook-secret",
            "src/test/kotlin/StorageTest.kt:10 secrets/hardcoded-signing-key",
        ]
    );
    let messages: Vec<String> = findings_with_messages("kotlin").into_iter().map(|(_, message)| message).collect();
    for message in [
        "constant `SANDBOX_SECRET`, line 13, reaches `OAuthServerSettings.OAuth2ServerSettings(clientSecret)`, line 17",
        "literal for parameter `key`, line 21, reaches `SecretKeySpec`, line 23",
    ] {
        assert!(messages.iter().any(|m| m == message), "{message} in {messages:?}");
    }
}

#[test]
fn deep_nesting_and_broken_text_end() {
    is_robust("A.kt", &[("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("a + ", ""), ("class A {", "}"), ("\"${", "}\"")]);
}

/// One wrong byte makes the grammar follow thousands of readings at once: with the work that a large file may be it took 15 s and 1 GB.
#[test]
fn a_short_file_that_the_grammar_does_not_understand_ends_soon() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages/kotlin/src/main/kotlin/Storage.kt");
    let mut code = std::fs::read(path).unwrap();
    let at = code.windows(9).position(|window| window == b" password").unwrap() - 1;
    code.insert(at, 0xBB);
    let started = std::time::Instant::now();
    let _ = facts(&code, lang::of("Storage.kt").unwrap(), &mut Parser::default(), Bounds::default());
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
