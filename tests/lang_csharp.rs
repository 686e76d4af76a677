//! C#: what expressions fold to, and what a project of its users shows.
#![cfg(feature = "lang-csharp")]

mod lang_support;

use lang_support::{findings, folds, is_robust, read, show};

#[test]
fn values_are_folded() {
    let rows = [
        (r#""abc""#, "=abc"),
        (r#""a\x62\u0063""#, "=abc"),
        (r#"@"a\b""#, r"=a\b"),
        (r#""""raw "x".""""#, "=raw \"x\"."),
        (r#""ab" + "cd" + 'e'"#, "=abcde"),
        (r#"$"a{Top}b""#, "=atopb"),
        (r#"$@"a{Top}b""#, "=atopb"),
        (r#"$"{{a}}{Top}""#, "={a}top"),
        (r#"$"a{other}b""#, "interpolated"),
        (r#"$"a{Top,8}b""#, "interpolated"),
        (r#""a" + other"#, "interpolated"),
        (r#"string.Concat("a", "b", Top)"#, "=abtop"),
        (r#"string.Join("-", new[] { "a", "b" })"#, "=a-b"),
        (r#"String.Join("", Parts)"#, "=xy"),
        (r#"string.Join("", Listed)"#, "=pq"),
        (r#"string.Format("{0}-{1}", "a", Top)"#, "=a-top"),
        (r#"Encoding.UTF8.GetString(Convert.FromBase64String("YWJj"))"#, "=abc"),
        (r#"Encoding.UTF8.GetString(Convert.FromHexString("616263"))"#, "=abc"),
        (r#"Uri.UnescapeDataString("a%62c")"#, "=abc"),
        (r#"Encoding.ASCII.GetString(new byte[] { 97, 0x62, (byte)'c' })"#, "=abc"),
        (r#"new string(new[] { 'a', 'b' })"#, "=ab"),
        (r#"new string("cba".Reverse().ToArray())"#, "=abc"),
        (r#"new string('x', 40)"#, "unknown"),
        (r#""abc"u8.ToArray()"#, "=abc"),
        (r#"("abc".Trim())!"#, "=abc"),
        (r#"Environment.GetEnvironmentVariable("X")"#, "reference"),
        (r#"Environment.GetEnvironmentVariable("X") ?? "abc""#, "=abc"),
        (r#"Environment.GetEnvironmentVariable("X") ?? throw new Exception("unset")"#, "unknown"),
        (r#"configuration["X"]"#, "reference"),
        (r#"configuration.GetValue<string>("X")"#, "reference"),
        (r#"configuration.GetValue("X", "abc")"#, "=abc"),
        (r#"flag ? other : "abc""#, "=abc"),
        (r#"(await vault.GetSecretAsync("X")).Value.Value"#, "unknown"),
        ("Top", "=top"),
        ("A.Top", "=top"),
        ("field", "=field"),
        ("this.field", "=field"),
        ("this.given", "=given by it"),
        ("Property", "=property"),
        ("Arrow", "=arrow"),
        ("local", "=local"),
        ("longer", "=one two"),
        ("second", "=2"),
        ("passed", "=given"),
        ("fallback", "=default"),
        ("changed", "unknown"),
        ("other", "unknown"),
        (r#"Call("x")"#, "unknown"),
    ];
    folds("a.cs", &rows, |expression| {
        format!(
            r#"using System;
class A {{
    private const string Top = "top";
    private static readonly string[] Parts = {{ "x", "y" }};
    private static readonly string[] Listed = ["p", "q"];
    private readonly string field = "field";
    public string Property {{ get; init; }} = "property";
    public string Arrow => "arrow";
    public A() {{ this.given = "given by it"; }}
    public void Run(string other, string passed, string fallback = "default") {{
        var local = "local";
        var changed = "one";
        changed = Other();
        var longer = "one ";
        longer += "two";
        var (first, second) = ("1", "2");
        sink({expression});
    }}
    static void Main() {{ new A().Run(x, "given"); }}
}}
"#
        )
    });
}

#[test]
fn arguments_properties_and_entries_have_names() {
    let code = r#"class A { void F() {
        Use(1, clientSecret: "a");
        var r = new Request { ClientSecret = "b", Headers = { ["X-Key"] = "c" } };
        Request s = new() { ClientSecret = "d" };
        Post(new Dictionary<string, string> { ["secret"] = "e" });
        Post(new Dictionary<string, string> { { "secret", "f" } });
        h.Add("name", "g");
        o.Secret = "h";
        o["key"] = "i";
    } }"#;
    let facts = read("a.cs", code);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{}({name}){}", c.callee, show(&a.value)))).collect();
    let expected = [
        "Use(clientSecret)=a",
        "Request(ClientSecret)=b",
        "Request(Headers)unknown",
        "Request(Headers.X-Key)=c",
        "Request(ClientSecret)=d",
        "Post(secret)=e",
        "Post(secret)=f",
        "h.Add(name)=g",
    ];
    assert_eq!(named, expected);
    let bound: Vec<String> = facts.bindings.iter().filter(|b| b.span.start > code.find("o.Secret").unwrap() - 1).map(|b| b.name.clone()).collect();
    assert_eq!(bound, ["Secret", "key"]);
}

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        "Program.cs:12 secrets/hardcoded-client-secret",
        "Program.cs:21 secrets/hardcoded-signing-key",
        "Program.cs:25 secrets/hardcoded-bearer-token",
        "Program.cs:26 secrets/hardcoded-api-key",
        "Program.cs:29 secrets/hardcoded-basic-auth",
        "Program.cs:39 secrets/hardcoded-webhook-secret",
        "TokenService.cs:10 secrets/hardcoded-client-secret",
        "TokenService.cs:11 secrets/hardcoded-client-secret",
        "TokenService.cs:50 secrets/hardcoded-client-secret",
        "TokenServiceTests.cs:11 secrets/hardcoded-client-secret",
    ];
    assert_eq!(findings("csharp"), expected);
}

#[test]
fn broken_and_deep_code_ends() {
    is_robust("a.cs", &[("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("$\"{", "}\""), ("new A { B = ", "}"), ("a + ", ""), ("x => ", ""), ("<", ">")]);
}
