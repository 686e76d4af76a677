//! Ruby: what expressions fold to, and what a project of its users shows.
#![cfg(feature = "lang-ruby")]

mod lang_support;

use lang_support::{findings, folds, is_robust, read, show};

#[test]
fn values_are_folded() {
    let rows = [
        ("'abc'", "=abc"),
        (r"'a\'b'", "=a'b"),
        (r"'a\x62'", r"=a\x62"),
        (r#""a\x62\u{63}""#, "=abc"),
        ("%q(abc)", "=abc"),
        ("%Q[a#{local}]", "=alocal"),
        (r##""a#{local}b""##, "=alocalb"),
        (r##""a#{@field}b""##, "=afieldb"),
        (r##""a#{other}b""##, "interpolated"),
        (r##""a#{other.name}b""##, "interpolated"),
        ("'ab' 'cd'", "=abcd"),
        ("'ab' + \"cd\" << 'e'", "=abcde"),
        ("'a' + other", "interpolated"),
        ("['a', 'b'].join('-')", "=a-b"),
        ("%w[a b].join", "=ab"),
        ("PARTS.join", "=xy"),
        ("format('%s-%s', 'a', TOP)", "=a-top"),
        ("'%s-%s' % ['a', TOP]", "=a-top"),
        ("Base64.decode64('YWJj')", "=abc"),
        ("Base64.strict_decode64('YW' + 'Jj').freeze", "=abc"),
        ("CGI.unescape('a%62c')", "=abc"),
        ("'cba'.reverse", "=abc"),
        ("'abc'.freeze", "=abc"),
        ("('abc'.strip.to_s)", "=abc"),
        ("String.new('abc')", "=abc"),
        ("ENV['X']", "reference"),
        ("ENV['X'] || 'abc'", "=abc"),
        ("ENV.fetch('X')", "reference"),
        ("ENV.fetch('X', 'abc')", "=abc"),
        ("ENV.fetch('X') { 'abc' }", "=abc"),
        ("client.get_secret_value(secret_id: 'x')", "reference"),
        ("flag ? other : 'abc'", "=abc"),
        ("TOP", "=top"),
        ("M::A::INNER", "=inner"),
        ("@field", "=field"),
        ("@promoted", "=promoted"),
        ("@memo", "=memo"),
        ("@@shared", "=shared"),
        ("local", "=local"),
        ("longer", "=one two three"),
        ("second", "=2"),
        ("passed", "=given"),
        ("fallback", "=default"),
        ("keyword", "=word"),
        ("other", "unknown"),
        ("required", "unknown"),
        ("config.secret", "unknown"),
        ("call('x')", "unknown"),
        ("text", "=\n      abc\n    "),
    ];
    folds("a.rb", &rows, |expression| {
        format!(
            r"TOP = 'top'
PARTS = %w[x y].freeze
module M
  class A
    INNER = 'inner'.freeze
    @@shared = 'shared'
    def initialize(promoted)
      @promoted = promoted
      @field = 'field'
      @memo ||= 'memo'
    end

    def run(other, passed, fallback = 'default', required:, keyword: 'word')
      local = 'local'
      longer = 'one '
      longer += 'two'
      longer << ' three'
      first, second = '1', '2'
      text = <<~TEXT
      abc
    TEXT
      sink({expression})
    end
  end
end
M::A.new('promoted').run(x, 'given', required: y)
"
        )
    });
}

#[test]
fn named_arguments_and_entries_have_names() {
    let code = "f(1, secret: 'a', 'key' => 'b', :other => { 'X-Key' => 'c' })\noptions = { inner: 'd' }\ng(options)\nh.set('name', 'e')\no.secret = 'f'\no[:key] = 'g'\n";
    let facts = read("a.rb", code);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{name}{}", show(&a.value)))).collect();
    assert_eq!(named, ["secret=a", "key=b", "otherunknown", "other.X-Key=c", "inner=d", "name=e"]);
    let bound: Vec<String> = facts.bindings.iter().rev().take(2).map(|b| format!("{}{}", b.name, show(&b.value.value))).collect();
    assert_eq!(bound, ["key=g", "secret=f"]);
}

#[test]
fn a_module_s_method_is_called_by_its_path() {
    let facts = read("a.rb", "JWT.encode(a, b)\nOpenSSL::HMAC.hexdigest(a, b)\nOAuth2::Client.new(a)\nclient.get(a)\n");
    let callees: Vec<_> = facts.calls.iter().map(|c| (c.callee.as_str(), c.method.as_deref().unwrap_or_default())).collect();
    assert_eq!(callees, [("JWT.encode", ".encode"), ("OpenSSL::HMAC.hexdigest", ".hexdigest"), ("OAuth2::Client", ""), (".get", ".get")]);
}

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        "aelix_client.rb:10 secrets/hardcoded-client-secret",
        "aelix_client.rb:11 secrets/hardcoded-client-secret",
        "aelix_client.rb:15 secrets/hardcoded-bearer-token",
        "aelix_client.rb:28 secrets/hardcoded-client-secret",
        "aelix_client.rb:45 secrets/hardcoded-client-secret",
        "aelix_client.rb:56 secrets/hardcoded-credential",
        "client_spec.rb:5 secrets/hardcoded-client-secret",
        "devise.rb:2 secrets/hardcoded-client-secret",
        "devise.rb:8 secrets/hardcoded-client-secret",
        "text_blocks.rb:5 secrets/hardcoded-client-secret",
        "text_blocks.rb:14 secrets/hardcoded-client-secret",
        "webhook.rb:5 secrets/hardcoded-webhook-secret",
        "webhook.rb:15 secrets/hardcoded-signing-key",
        "webhook.rb:20 secrets/hardcoded-password",
        "webhook.rb:26 secrets/hardcoded-basic-auth",
    ];
    assert_eq!(findings("ruby"), expected);
}

#[test]
fn broken_and_deep_code_ends() {
    is_robust("a.rb", &[("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("\"#{", "}\""), ("a + ", ""), ("if x\n", "end\n"), ("<<A\n", ""), ("->(x) { ", "}")]);
}
