//! JavaScript, TypeScript and TSX: what expressions amount to, and what is found in a project as its developers would write it.
//! No secret-shaped bytes: values are put together at run time.
#![cfg(all(feature = "lang-javascript", feature = "lang-typescript"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aelix_lint::lang;
use aelix_lint::model::facts::Value;
use aelix_lint::model::{Blob, Confidence, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::syntax::{Bounds, Facts, Parser, facts};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

fn facts_of(path: &str, code: &str) -> Facts {
    facts(code.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), Bounds::default()).unwrap()
}

fn show(value: &Value) -> String {
    match value {
        Value::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
        Value::Reference => "reference".into(),
        Value::Interpolated => "interpolated".into(),
        Value::Unknown => "unknown".into(),
    }
}

/// The first argument of the call of `sink`.
fn sunk(path: &str, code: &str) -> String {
    let facts = facts_of(path, code);
    let call = facts.calls.iter().find(|call| call.callee == "sink").unwrap();
    show(&call.arguments[0].value)
}

/// The names that expressions may use, around one of them.
fn around(expression: &str) -> String {
    format!(
        "import * as imported from './settings.js';\nexport const TOP = 'top';\nconst PARTS = ['x', 'y'];\nlet changed = 'one';\nchanged = other();\n\
         const CONFIG = Object.freeze({{ auth: {{ secret: 'nested' }}, plain: 'entry', TOP }});\nconst {{ plain, absent = 'absent' }} = CONFIG;\n\
         const {{ CLIENT_SECRET, X: renamed = 'renamed' }} = process.env;\n\
         class A {{\n  static INNER = 'inner';\n  #hidden = 'hidden';\n  declared = 'declared';\n  constructor(built) {{ this.field = 'field'; this.built = built; }}\n\
         run(other, passed, defaulted = 'default', {{ picked }}) {{\n    const local = 'local';\n    const twice = local;\n    {{ const local = 'no'; }}\n    \
         sink({expression});\n    const later = 'later';\n  }}\n}}\nnew A('built').run(x, 'given', undefined, {{ picked: 'picked' }});\nconst BELOW = 'below';\n"
    )
}

#[test]
fn values_are_folded() {
    for (expression, expected) in [
        ("'abc'", "=abc"),
        (r"'a\x62\u0063'", "=abc"),
        (r#""a\"b""#, "=a\"b"),
        ("''", "="),
        ("`abc`", "=abc"),
        ("`a\nb`", "=a\nb"),
        ("`a${TOP}-${'b'}`", "=atop-b"),
        ("`a${other}b`", "interpolated"),
        (r"String.raw`a\nb`", r"=a\nb"),
        ("'ab' + \"cd\" + `e`", "=abcde"),
        ("'a' + other", "interpolated"),
        ("('a' + ('b'))", "=ab"),
        ("'a'.concat('b', TOP)", "=abtop"),
        ("['a', 'b', 'c'].join('-')", "=a-b-c"),
        ("PARTS.join('')", "=xy"),
        ("util.format('%s-%s', 'a', TOP)", "=a-top"),
        ("atob('YWJj')", "=abc"),
        ("Buffer.from('YWJj', 'base64').toString()", "=abc"),
        ("Buffer.from('YW' + 'Jj', \"base64\").toString('utf8')", "=abc"),
        ("Buffer.from('616263', 'hex').toString()", "=abc"),
        ("Buffer.from('abc')", "=abc"),
        ("Buffer.from('abc', 'utf8')", "=abc"),
        ("Buffer.from([97, 0x62, 99]).toString()", "=abc"),
        ("new TextEncoder().encode('abc')", "=abc"),
        ("new TextEncoder().encode(TOP)", "=top"),
        ("String.fromCharCode(97, 98, 99)", "=abc"),
        ("String.fromCharCode(...[97, 98])", "=ab"),
        ("String.fromCharCode(97, other)", "unknown"),
        ("decodeURIComponent('a%62c')", "=abc"),
        ("'cba'.split('').reverse().join('')", "=abc"),
        ("Array.from('cba').reverse().join('')", "=abc"),
        ("process.env.X", "reference"),
        ("process.env['X']", "reference"),
        ("import.meta.env.X", "reference"),
        ("Deno.env.get('X')", "reference"),
        ("String(process.env.X).trim()", "reference"),
        ("process.env.X || 'abc'", "=abc"),
        ("process.env.X ?? TOP", "=top"),
        ("process.env.X || ''", "reference"),
        ("process.env.X ? process.env.X : 'abc'", "=abc"),
        ("other ? 'abc' : process.env.X", "=abc"),
        ("other ? 'abc' : ''", "=abc"),
        ("configService.get('X', 'abc')", "=abc"),
        ("await client.getSecret('name')", "reference"),
        ("TOP", "=top"),
        ("BELOW", "=below"),
        ("local", "=local"),
        ("twice", "=local"),
        ("later", "unknown"),
        ("changed", "unknown"),
        ("this.field", "=field"),
        ("this.declared", "=declared"),
        ("this.#hidden", "=hidden"),
        ("this.built", "=built"),
        ("A.INNER", "=inner"),
        ("CONFIG.plain", "=entry"),
        ("CONFIG.TOP", "=top"),
        ("CONFIG.auth.secret", "=nested"),
        ("CONFIG?.auth?.secret", "=nested"),
        ("CONFIG.auth.none", "unknown"),
        ("plain", "=entry"),
        ("absent", "=absent"),
        ("renamed", "=renamed"),
        ("CLIENT_SECRET", "reference"),
        ("passed", "=given"),
        ("defaulted", "=default"),
        ("picked", "=picked"),
        ("other", "unknown"),
        ("other.TOP", "unknown"),
        ("imported.TOP", "unknown"),
        ("this.state.field", "unknown"),
        ("call().TOP", "unknown"),
        ("call('x')", "unknown"),
        ("null", "unknown"),
    ] {
        for path in ["a.js", "a.mjs", "a.cjs", "a.jsx", "a.ts", "a.mts", "a.tsx"] {
            assert_eq!(sunk(path, &around(expression)), expected, "{path}: {expression}");
        }
    }
}

#[test]
fn values_with_types_are_folded() {
    for (expression, expected) in [
        ("'abc' as const", "=abc"),
        ("'abc' satisfies string", "=abc"),
        ("process.env.X!", "reference"),
        ("(process.env.X as string) ?? 'abc'", "=abc"),
        ("this.secret", "=field"),
        ("this.#own", "=own"),
        ("Box.SHARED", "=shared"),
        ("Keys.First", "=first"),
        ("Config!.secret", "=entry"),
        ("given", "=given"),
        ("defaulted", "=default"),
        ("picked", "=picked"),
        ("generic<string>('x')", "unknown"),
        ("optional", "unknown"),
    ] {
        for path in ["a.ts", "a.cts", "a.tsx"] {
            let code = format!(
                "enum Keys {{ First = 'first' }}\nconst Config: Settings = {{ secret: 'entry' }} as const;\nabstract class Box {{\n  private readonly secret: string = 'field';\n  \
                 #own = 'own';\n  public static SHARED = 'shared';\n  run(given: string, defaulted: string = 'default', {{ picked }}: Options, optional?: string): void {{ sink({expression}); }}\n}}\n\
                 box.run('given', undefined, {{ picked: 'picked' }});\n"
            );
            assert_eq!(sunk(path, &code), expected, "{path}: {expression}");
        }
    }
    assert_eq!(sunk("a.ts", "sink(<string>'abc')"), "=abc");
}

#[test]
fn arguments_and_entries_of_objects_have_names() {
    let code = "const options = { client: { id: 'i', secret: 'a' }, 'X-Key': 'b' };\nconst token = 'c';\nnew Client(options);\nf({ token, headers: { ['n']: 'd' } });\n\
                form.append('client_secret', 'e');\nx.clientSecret = 'f';\ndefaults['Authorization'] = 'g';\nnew Map([['k', 'h']]);\n";
    for path in ["a.js", "a.ts", "a.tsx"] {
        let facts = facts_of(path, code);
        let calls: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{} {name}{}", c.callee, show(&a.value)))).collect();
        assert_eq!(
            calls,
            [
                "Client clientunknown",
                "Client client.id=i",
                "Client client.secret=a",
                "Client X-Key=b",
                "f token=c",
                "f headersunknown",
                "f headers.n=d",
                "form.append client_secret=e",
                "Map k=h"
            ],
            "{path}"
        );
        for (name, value) in [("clientSecret", "=f"), ("x.clientSecret", "=f"), ("Authorization", "=g"), ("secret", "=a"), ("token", "=c")] {
            assert!(facts.bindings.iter().any(|b| b.name == name && show(&b.value.value) == value), "{path}: {name}");
        }
    }
}

#[test]
fn callees_imports_and_tests_are_facts() {
    let code = "import { b as c } from 'm';\nconst { d } = require('n');\nconst e = require('o').p;\nconst q = await import('r');\n\
                a(1); a.b(2); a?.b(3); new a.B(4); x()[0].y(5);\ndescribe('t', () => { it('u', function () { a(6); }); });\ntest.only('v', async () => {});\ntest(name);\n";
    for path in ["a.js", "a.ts", "a.tsx"] {
        let facts = facts_of(path, code);
        let callees: Vec<&str> = facts.calls.iter().map(|c| c.callee.as_str()).filter(|c| !matches!(*c, "require" | "x")).collect();
        assert_eq!(callees, ["a", "a.b", "a?.b", "a.B", ".y", "describe", "it", "a", "test.only", "test"], "{path}");
        let imports: Vec<String> = facts.imports.iter().map(|i| format!("{}={}", i.name.as_deref().unwrap_or("*"), i.path)).collect();
        for expected in ["c=m.b", "d=n.d", "e=o.p", "q=r"] {
            assert!(imports.iter().any(|import| import == expected), "{path}: {expected} in {imports:?}");
        }
        assert_eq!(facts.tests.len(), 3, "{path}");
    }
}

#[test]
fn attributes_of_elements_are_fields() {
    for path in ["a.jsx", "a.tsx"] {
        let facts = facts_of(path, "const T = 'x';\nconst e = <Login token=\"a\" secret={T + 'y'}>words here</Login>;\n");
        for (name, value) in [("token", "=a"), ("secret", "=xy")] {
            assert!(facts.bindings.iter().any(|b| b.name == name && show(&b.value.value) == value), "{path}: {name}");
        }
    }
}

#[test]
fn whatever_stands_in_a_file_ends_in_time() {
    let deep = 200_000;
    for path in ["a.js", "a.ts", "a.tsx"] {
        for (open, close) in
            [("[", "]"), ("(", ")"), ("{a:", "}"), ("f(", ")"), ("a=>", ""), ("`${", "}`"), ("!", ""), ("<a>", ""), ("x?", ""), ("a.", ""), ("'a'+", "")]
        {
            let code = format!("sink({}'x'{});", open.repeat(deep / open.len()), close.repeat(deep / open.len()));
            let run = std::thread::Builder::new().stack_size(512 * 1024);
            let bounds = Bounds { max_time: Duration::from_millis(300), ..Bounds::default() };
            let began = std::time::Instant::now();
            let ended = run.spawn(move || facts(code.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), bounds).is_ok()).unwrap().join();
            assert!(ended.is_ok(), "{path} {open}");
            assert!(began.elapsed() < Duration::from_secs(20), "{path} {open}: {:?}", began.elapsed());
        }
    }
    for code in ["const a = a.x; sink(a.x)", "const a = b.x, b = a.x; sink(a.x.y)", "const {a} = a; sink(a)", "class", "sink(`${", "import {", "require('"] {
        let _ = facts(code.as_bytes(), lang::of("a.js").unwrap(), &mut Parser::default(), Bounds::default());
    }
    let mut chain = String::from("const a0 = { x: 'v' };\n");
    for n in 1..5_000 {
        chain.push_str(&format!("const a{n} = a{}.trim(a{}.x); const {{ x: y{n} }} = a{n};\n", n - 1, n - 1));
    }
    chain.push_str("sink(a4999.x)");
    let run = std::thread::Builder::new().stack_size(512 * 1024);
    assert!(run.spawn(move || facts_of("a.js", &chain).calls.len()).unwrap().join().is_ok());
}

/// A text that looks random and differs with each `seed`.
fn random(seed: u32) -> String {
    let mut state = 0x2545_f491_u32 ^ (seed.wrapping_mul(0x9e37_79b9) | 1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
    };
    (0..32).map(|_| next()).collect()
}

/// The file with a value in each of its placeholders, and the rules of these by line.
fn filled(text: &str) -> (String, Vec<(String, u32)>) {
    let (mut out, mut rest, mut planted) = (String::new(), text, Vec::new());
    while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?))) {
        let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b"-:0123456789".contains(&b));
        out.push_str(before);
        if !is_name {
            out.push_str("{{");
            rest = &rest[before.len() + 2..];
            continue;
        }
        let value = random(u32::try_from(planted.len() + text.len()).unwrap());
        let rule = name.strip_suffix(":base64");
        out.push_str(&rule.map_or_else(|| value.clone(), |_| data_encoding::BASE64.encode(value.as_bytes())));
        planted.push((rule.unwrap_or(name).to_owned(), u32::try_from(out.lines().count()).unwrap()));
        rest = after;
    }
    out.push_str(rest);
    (out, planted)
}

#[test]
fn exactly_what_is_planted_in_a_project_is_found() {
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    let scanner = Scanner::new(rules, ScanOptions::default());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
    let mut planted_in_all = 0;
    for path in [
        "javascript/src/auth.js",
        "javascript/src/api.cjs",
        "javascript/src/auth.test.js",
        "typescript/src/oauth.ts",
        "typescript/src/http.ts",
        "tsx/src/app.tsx",
    ] {
        let (text, planted) = filled(&fs::read_to_string(root.join(path)).unwrap());
        let name = path.split_once('/').unwrap().1;
        let scanned = scanner.scan(&Blob::new(&Target::in_memory(name), text.as_bytes()), &mut Worker::default());
        let mut found: Vec<(String, u32)> = scanned
            .findings
            .iter()
            .filter(|f| f.confidence >= Confidence::Medium)
            .map(|f| (f.rule.to_string().trim_start_matches("secrets/").to_owned(), f.place.start.line))
            .collect();
        found.sort_by_key(|(_, line)| *line);
        assert_eq!(found, planted, "{path}");
        planted_in_all += planted.len();
    }
    assert!(planted_in_all >= 20);
}
