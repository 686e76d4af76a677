//! PHP: what expressions fold to, and what a project of its users shows.
#![cfg(feature = "lang-php")]

mod lang_support;

use lang_support::{findings, folds, is_robust, read, show};

#[test]
fn values_are_folded() {
    let rows = [
        ("'abc'", "=abc"),
        (r"'a\'b'", "=a'b"),
        (r"'a\x62'", r"=a\x62"),
        (r#""a\x62\u{63}""#, "=abc"),
        (r#""a$local b""#, "=alocal b"),
        (r#""a{$this->field}b""#, "=afieldb"),
        (r#""a{$other}b""#, "interpolated"),
        (r#""a{$this->call()}b""#, "interpolated"),
        (r#""a$row[key]b""#, "interpolated"),
        (r#""a${name}b""#, "interpolated"),
        ("'ab' . \"cd\" . TOP", "=abcdtop"),
        ("'a' . $other", "interpolated"),
        ("<<<EOT\nab$local\nEOT", "=ablocal"),
        ("<<<'EOT'\nab$local\nEOT", "=ab$local"),
        ("implode('-', ['a', 'b'])", "=a-b"),
        ("join('', self::PARTS)", "=xy"),
        ("implode(array('a', 'b'))", "unknown"),
        ("sprintf('%s-%s', 'a', TOP)", "=a-top"),
        ("base64_decode('YWJj')", "=abc"),
        (r"\base64_decode('YW' . 'Jj')", "=abc"),
        ("hex2bin('616263')", "=abc"),
        ("rawurldecode('a%62c')", "=abc"),
        ("strrev('cba')", "=abc"),
        ("chr(97) . chr(0x62)", "=ab"),
        ("trim((string) 'abc')", "=abc"),
        ("getenv('X')", "reference"),
        ("@getenv('X') ?: 'abc'", "=abc"),
        ("$_ENV['X']", "reference"),
        ("$_ENV['X'] ?? 'abc'", "=abc"),
        ("env('X')", "reference"),
        ("env('X', 'abc')", "=abc"),
        ("isset($other) ? $other : 'abc'", "=abc"),
        ("TOP", "=top"),
        ("DEFINED", "=defined"),
        ("self::INNER", "=inner"),
        ("A::INNER", "=inner"),
        ("self::$shared", "=shared"),
        ("$this->field", "=field"),
        ("$this->set", "=set"),
        ("$this->promoted", "=promoted"),
        ("$local", "=local"),
        ("$longer", "=one two"),
        ("$second", "=2"),
        ("$passed", "=given"),
        ("$fallback", "=default"),
        ("$other", "unknown"),
        ("$loop", "unknown"),
        ("call('x')", "unknown"),
    ];
    folds("a.php", &rows, |expression| {
        format!(
            r"<?php
namespace App;
const TOP = 'top';
define('DEFINED', 'defined');
class A {{
    const INNER = 'inner';
    const PARTS = ['x', 'y'];
    private static $shared = 'shared';
    private string $field = 'field';
    public function __construct(private string $promoted) {{ $this->set = 'set'; }}
    public function run($other, $passed, $fallback = 'default') {{
        $local = 'local';
        $longer = 'one ';
        $longer .= 'two';
        [$first, $second] = ['1', '2'];
        foreach ($other as $key => $loop) {{ }}
        sink({expression});
    }}
}}
(new A('promoted'))->run($x, 'given');
"
        )
    });
}

#[test]
fn named_arguments_and_entries_have_names() {
    let code = "<?php f(clientSecret: 'a'); $c->post('/x', ['headers' => ['X-Key' => 'b']]); $o = ['secret' => 'c']; g($o); $r->withHeader('Name', 'd');";
    let facts = read("a.php", code);
    let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{name}{}", show(&a.value)))).collect();
    assert_eq!(named, ["clientSecret=a", "headersunknown", "headers.X-Key=b", "secret=c", "Name=d"]);
}

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        "AelixClient.php:12 secrets/hardcoded-client-secret",
        "AelixClient.php:13 secrets/hardcoded-client-secret",
        "AelixClient.php:19 secrets/hardcoded-bearer-token",
        "AelixClient.php:42 secrets/hardcoded-client-secret",
        "AelixClient.php:66 secrets/hardcoded-client-secret",
        "services.php:14 secrets/hardcoded-credential",
        "webhook.php:8 secrets/hardcoded-webhook-secret",
        "webhook.php:22 secrets/hardcoded-signing-key",
        "webhook.php:28 secrets/hardcoded-password",
        "webhook.php:35 secrets/hardcoded-basic-auth",
    ];
    assert_eq!(findings("php"), expected);
}

#[test]
fn broken_and_deep_code_ends() {
    is_robust("a.php", &[("<?php (", ")"), ("<?php {", "}"), ("[", "]"), ("f(", ")"), ("\"{$", "}\""), ("$a . ", ""), ("<?php if (x) {", "}"), ("<<<A\n", "")]);
}
