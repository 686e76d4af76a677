//! Go: values folded as the language would compute them, and the findings of a small project.
#![cfg(feature = "lang-go")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod folded;

use folded::{findings, findings_with_messages, is_robust, show, sunk};

fn read(code: &str) -> aelix_lint::scan::syntax::Facts {
    folded::read("a.go", code)
}

#[test]
fn values_are_folded() {
    for (expression, expected) in [
        (r#""abc""#, "=abc"),
        (r#""a\x62\u0063""#, "=abc"),
        (r"`a\x62`", r"=a\x62"),
        (r#""""#, "="),
        (r#""ab" + `cd` + ("e")"#, "=abcde"),
        (r#""ab" + other"#, "interpolated"),
        (r#"fmt.Sprintf("%s-%v", "a", Top)"#, "=a-top"),
        (r#"fmt.Sprintf("%s-%d", "a", 1)"#, "interpolated"),
        (r#"fmt.Sprintf("a%s", other)"#, "interpolated"),
        (r#"strings.Join([]string{"a", "b"}, "-")"#, "=a-b"),
        (r#"strings.Join(parts, "")"#, "=xy"),
        (r#"strings.TrimSpace("a")"#, "=a"),
        (r#"[]byte("abc")"#, "=abc"),
        (r#"string([]byte{97, 0x62, 'c'})"#, "=abc"),
        (r#"aws.String("abc")"#, "=abc"),
        ("decoded", "=abc"),
        (r#"must(hex.DecodeString("616263"))"#, "=abc"),
        (r#"os.Getenv("X")"#, "reference"),
        ("looked", "reference"),
        (r#"cmp.Or(os.Getenv("X"), "abc")"#, "=abc"),
        (r#"getEnv("X", "abc")"#, "=abc"),
        (r#"*flag.String("secret", "abc", "usage")"#, "=abc"),
        ("flagged", "=abc"),
        ("defaulted", "=abc"),
        ("Top", "=top"),
        ("Second", "=second"),
        ("grouped", "=grouped"),
        ("c.field", "=field"),
        ("local", "=local"),
        ("second", "=two"),
        ("given", "=passed"),
        ("changed", "unknown"),
        ("other", "unknown"),
        ("hidden", "=1"),
        ("os.Args[1]", "reference"),
        (r#"call("x")"#, "unknown"),
    ] {
        let code = format!(
            "package a\nconst Top = \"top\"\nconst First, Second = \"first\", \"second\"\nvar (\n\tgrouped = \"grouped\"\n\thidden = \"no\"\n)\n\
             var parts = []string{{\"x\", \"y\"}}\n\
             func (c *C) init() {{ c.field = \"field\" }}\n\
             func run(other, given string, hidden int) {{\n\tlocal := \"local\"\n\tone, second := \"one\", \"two\"\n\tchanged := \"a\"\n\tchanged = f()\n\
             \tdecoded, err := base64.StdEncoding.DecodeString(\"YWJj\")\n\tlooked, ok := os.LookupEnv(\"X\")\n\
             \tdefaulted := os.Getenv(\"X\")\n\tif defaulted == \"\" {{\n\t\tdefaulted = \"abc\"\n\t}}\n\
             \tvar flagged string\n\tflag.StringVar(&flagged, \"secret\", \"abc\", \"usage\")\n\tsink({expression})\n}}\n\
             func main() {{ run(x, \"passed\", 1) }}\n"
        );
        assert_eq!(sunk("a.go", &code), expected, "{expression}");
    }
}

#[test]
fn fields_of_structs_and_entries_of_maps_have_names() {
    let facts = read(
        "package a\nfunc f() {\n\ta := &cc.Config{ID: \"i\", Secret: \"a\", Params: url.Values{\"k\": {\"b\"}, \"l\": []string{\"c\"}}}\n\
         \tpost(map[string]string{\"m\": \"d\"})\n\ta.Other = \"e\"\n\th.Set(\"name\", \"f\")\n\tg := []Conf{{Key: \"h\"}}\n\tT{\"x\", \"y\", 1}\n}\n",
    );
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{} {name}{}", c.callee, show(&a.value)))).collect();
    assert_eq!(
        named,
        ["cc.Config ID=i", "cc.Config Secret=a", "cc.Config Paramsunknown", "url.Values k=b", "url.Values l=c", "post m=d", "h.Set name=f", "Conf Key=h"]
    );
    assert!(facts.calls.iter().filter(|c| c.callee == "cc.Config").all(|c| c.is_literal));
    assert_eq!(facts.calls.iter().find(|c| c.callee == "T").unwrap().arguments.len(), 3);
    assert!(facts.bindings.iter().any(|b| b.name == "Other" && show(&b.value.value) == "=e"));
}

#[test]
fn imports_and_tests_are_facts() {
    let facts = read("package a\nimport (\n\t\"os\"\n\tcc \"x/y\"\n)\nimport \"z\"\nfunc TestA(t *testing.T) {}\nfunc Testify(s string) {}\n");
    assert_eq!(facts.imports.iter().map(|i| i.path.as_str()).collect::<Vec<_>>(), ["os", "x/y", "z"]);
    assert_eq!(facts.tests.len(), 1);
}

#[test]
fn the_project_has_exactly_these_findings() {
    assert_eq!(
        findings("go"),
        [
            "internal/bank/client.go:106 secrets/hardcoded-basic-auth",
            "internal/bank/client.go:19 secrets/hardcoded-client-secret",
            "internal/bank/client.go:22 secrets/hardcoded-client-secret",
            "internal/bank/client.go:54 secrets/hardcoded-client-secret",
            "internal/bank/client.go:63 secrets/hardcoded-client-secret",
            "internal/bank/client.go:76 secrets/hardcoded-client-secret",
            "internal/bank/client.go:87 secrets/hardcoded-bearer-token",
            "internal/hooks/hooks.go:13 secrets/hardcoded-webhook-secret",
            "internal/hooks/hooks.go:36 secrets/hardcoded-signing-key",
            "internal/hooks/hooks_test.go:10 secrets/hardcoded-webhook-secret",
        ]
    );
    let messages: Vec<String> = findings_with_messages("go").into_iter().map(|(_, message)| message).collect();
    for message in [
        "constant `sandboxSecret`, line 19, reaches `cc.Config.ClientSecret`, line 26",
        "literal for parameter `word`, line 100, reaches `req.SetBasicAuth`, line 101",
    ] {
        assert!(messages.iter().any(|m| m == message), "{message} in {messages:?}");
    }
}

#[test]
fn deep_nesting_and_broken_text_end() {
    is_robust("a.go", &[("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x{a: ", "}"), ("a + ", "")]);
}
