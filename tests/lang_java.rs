//! Java: values folded as the language would compute them, and the findings of a small project.
#![cfg(feature = "lang-java")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod folded;

use folded::{findings, findings_with_messages, is_robust, read, show, sunk};

#[test]
fn values_are_folded() {
    for (expression, expected) in [
        (r#""abc""#, "=abc"),
        (r#""a\u0062\143""#, "=abc"),
        ("\"\"\"\n      ab\\\n      c\"\"\"", "=abc"),
        (r#""""#, "="),
        (r#""ab" + "cd" + ("e") + 'f'"#, "=abcdef"),
        (r#""ab" + other"#, "interpolated"),
        (r#""ab".concat("cd")"#, "=abcd"),
        (r#"String.format("%s-%s", "a", TOP)"#, "=a-top"),
        (r#""%s-%s".formatted("a", TOP)"#, "=a-top"),
        (r#"String.format("%s-%d", "a", 1)"#, "interpolated"),
        (r#"String.join("-", "a", "b", "c")"#, "=a-b-c"),
        (r#"String.join("-", List.of("a", "b"))"#, "=a-b"),
        (r#"String.join("", parts)"#, "=xy"),
        (r#"new StringBuilder("a").append("b").append(TOP).toString()"#, "=abtop"),
        (r#"new StringBuilder().append("a").toString()"#, "=a"),
        (r#"new StringBuilder("cba").reverse().toString()"#, "=abc"),
        (r#"new String(Base64.getDecoder().decode("YWJj"), StandardCharsets.UTF_8)"#, "=abc"),
        (r#"new String(HexFormat.of().parseHex("616263"))"#, "=abc"),
        (r#"URLDecoder.decode("a%62c", "UTF-8")"#, "=abc"),
        (r#"new String(new byte[]{97, (byte) 0x62, 'c'})"#, "=abc"),
        ("new String(CHARS)", "=ab"),
        (r#""abc".toCharArray()"#, "=abc"),
        (r#"(String) "abc""#, "=abc"),
        (r#"System.getenv("X")"#, "reference"),
        (r#"System.getenv().getOrDefault("X", "abc")"#, "=abc"),
        (r#"System.getProperty("x", "abc")"#, "=abc"),
        (r#"Optional.ofNullable(System.getenv("X")).orElse("abc")"#, "=abc"),
        (r#"Optional.ofNullable(System.getenv("X")).orElseGet(() -> "abc")"#, "=abc"),
        (r#"System.getenv("X") != null ? System.getenv("X") : "abc""#, "=abc"),
        (r#"other == null ? "abc" : other"#, "=abc"),
        ("defaulted", "=abc"),
        ("TOP", "=top"),
        ("A.TOP", "=top"),
        ("INNER", "=inner"),
        ("field", "=field"),
        ("this.field", "=field"),
        ("this.set", "=set"),
        ("set", "=set"),
        ("twice", "unknown"),
        ("local", "=local"),
        ("given", "=passed"),
        ("changed", "unknown"),
        ("other", "unknown"),
        (r#"call("x")"#, "unknown"),
    ] {
        let code = format!(
            "class A {{\n  static final String TOP = \"top\", INNER = \"inner\";\n  private String field = \"field\";\n  private final String set;\n  private String twice;\n\
             \n  static final char[] CHARS = {{'a', 'b'}};\n  static final String[] parts = {{\"x\", \"y\"}};\n  A() {{ this.set = \"set\"; this.twice = \"a\"; this.twice = \"b\"; }}\n\
             \n  void run(String other, final String given) {{\n    String local = \"local\";\n    var changed = \"a\"; changed = f();\n\
             \n    String defaulted = System.getenv(\"X\");\n    if (defaulted == null || defaulted.isEmpty()) {{ defaulted = \"abc\"; }}\n    sink({expression});\n  }}\n\
             \n  void main() {{ new A().run(x, \"passed\"); }}\n}}\n"
        );
        assert_eq!(sunk("A.java", &code), expected, "{expression}");
    }
}

#[test]
fn calls_have_paths_and_pairs_have_names() {
    let code = "import a.B;\nclass A { void f() { new a.b.C<>(\"x\"); B.g(\"a\", \"b\"); x().h(1); Map.of(\"k\", \"v\", \"l\", \"w\"); c.field = \"d\"; }\n  \
                @Value(name = \"n\") void g() {} @Test void t() {} }\nclass FooTest {}\n";
    let facts = read("A.java", code);
    let callees: Vec<&str> = facts.calls.iter().map(|c| c.callee.as_str()).collect();
    assert_eq!(callees, ["a.b.C", "B.g", ".h", "x", "Map.of", "Value"]);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{name}{}", show(&a.value)))).collect();
    for expected in ["a=b", "k=v", "l=w", "name=n"] {
        assert!(named.iter().any(|n| n == expected), "{expected} in {named:?}");
    }
    assert!(facts.bindings.iter().any(|b| b.name == "field" && show(&b.value.value) == "=d"));
    assert_eq!(facts.tests.len(), 2);
    assert_eq!(facts.imports.len(), 1);
}

#[test]
fn the_project_has_exactly_these_findings() {
    let code = "src/main/java/org/example/payouts";
    assert_eq!(
        findings("java"),
        [
            format!("{code}/Api.java:19 secrets/hardcoded-bearer-token"),
            format!("{code}/Api.java:27 secrets/hardcoded-api-key"),
            format!("{code}/Api.java:32 secrets/hardcoded-basic-auth"),
            format!("{code}/Api.java:40 secrets/hardcoded-password"),
            format!("{code}/Api.java:49 secrets/hardcoded-webhook-secret"),
            format!("{code}/Api.java:60 secrets/hardcoded-signing-key"),
            format!("{code}/BankClients.java:20 secrets/hardcoded-client-secret"),
            format!("{code}/BankClients.java:21 secrets/hardcoded-client-secret"),
            format!("{code}/BankClients.java:29 secrets/hardcoded-client-secret"),
            format!("{code}/BankClients.java:66 secrets/hardcoded-client-secret"),
            format!("{code}/BankClients.java:77 secrets/hardcoded-client-secret"),
            format!("{code}/TextBlocks.java:16 secrets/hardcoded-client-secret"),
            format!("{code}/TextBlocks.java:7 secrets/hardcoded-client-secret"),
            "src/test/java/org/example/payouts/ApiTest.java:12 secrets/hardcoded-signing-key".to_owned(),
        ]
    );
    let messages: Vec<String> = findings_with_messages("java").into_iter().map(|(_, message)| message).collect();
    for message in
        ["constant `SANDBOX_SECRET`, line 20, reaches `.clientSecret`, line 36", "literal for parameter `word`, line 35, reaches `Credentials.basic`, line 36"]
    {
        assert!(messages.iter().any(|m| m == message), "{message} in {messages:?}");
    }
}

#[test]
fn deep_nesting_and_broken_text_end() {
    is_robust("A.java", &[("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x -> ", ""), ("a + ", ""), ("class A {", "}")]);
}
