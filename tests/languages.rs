//! What is followed in which language: the table of `docs/languages.md` is made of what folds here.
#![cfg(all(
    feature = "lang-bash",
    feature = "lang-csharp",
    feature = "lang-go",
    feature = "lang-java",
    feature = "lang-javascript",
    feature = "lang-kotlin",
    feature = "lang-php",
    feature = "lang-python",
    feature = "lang-ruby",
    feature = "lang-rust",
    feature = "lang-typescript"
))]
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod lang_support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lang_support::sunk;

/// What may be followed, in the order of the table.
const CAPABILITIES: [&str; 23] = [
    "concatenation",
    "join of a list",
    "format",
    "template",
    "escapes",
    "raw text, here document",
    "base64",
    "hexadecimal",
    "percent encoding",
    "reversed text",
    "character codes",
    "encoded credentials",
    "constant",
    "local variable",
    "field",
    "several names at once",
    "entry of an object or a list",
    "text appended",
    "one of two branches",
    "parameter, by a call",
    "default of a parameter",
    "fallback operator",
    "lookup with a default",
];

/// A language: how its column is called, a file of it, a program around `§`, and expressions that amount to `ab`, by capability.
struct Language {
    name: &'static str,
    path: &'static str,
    program: &'static str,
    expressions: &'static [(&'static str, &'static str)],
}

const JAVASCRIPT: &[(&str, &str)] = &[
    ("concatenation", "'a' + 'b'"),
    ("join of a list", "['a', 'b'].join('')"),
    ("format", "util.format('%s%s', 'a', 'b')"),
    ("template", "`${'a'}b`"),
    ("escapes", r"'\x61\u0062'"),
    ("raw text, here document", "String.raw`ab`"),
    ("base64", "Buffer.from('YWI=', 'base64').toString()"),
    ("hexadecimal", "Buffer.from('6162', 'hex').toString()"),
    ("percent encoding", "decodeURIComponent('a%62')"),
    ("reversed text", "'ba'.split('').reverse().join('')"),
    ("character codes", "String.fromCharCode(97, 98)"),
    ("encoded credentials", "btoa('ab')"),
    ("constant", "TOP"),
    ("local variable", "local"),
    ("field", "this.field"),
    ("several names at once", "two"),
    ("entry of an object or a list", "map['k']"),
    ("text appended", "longer"),
    ("one of two branches", "other ? 'ab' : load()"),
    ("parameter, by a call", "given"),
    ("default of a parameter", "optional"),
    ("fallback operator", "process.env.A ?? 'ab'"),
    ("lookup with a default", "config.get('A', 'ab')"),
];

const LANGUAGES: &[Language] = &[
    Language {
        name: "Bash",
        path: "a.sh",
        program: "TOP=ab\nf() {\n  local local=ab\n  longer=a\n  longer+=b\n  sink §\n}\n",
        expressions: &[
            ("concatenation", "a'b'"),
            ("format", "\"$(printf '%s' ab)\""),
            ("template", "\"a${B:-b}\""),
            ("escapes", r"$'\x61b'"),
            ("raw text, here document", "'ab'"),
            ("base64", "$(echo YWI= | base64 -d)"),
            ("hexadecimal", "$(echo 6162 | xxd -r -p)"),
            ("reversed text", "$(echo ba | rev)"),
            ("encoded credentials", "$(echo -n ab | base64 -w0)"),
            ("constant", "\"$TOP\""),
            ("local variable", "$local"),
            ("text appended", "\"$longer\""),
            ("fallback operator", "${A:-ab}"),
        ],
    },
    Language {
        name: "C#",
        path: "a.cs",
        program: "using System;\nclass A {\n  const string Top = \"ab\";\n  private readonly string field = \"ab\";\n  void Run(string other, string given, string optional = \"ab\") {\n    var local = \"ab\";\n    var (one, two) = (\"x\", \"ab\");\n    var map = new Dictionary<string, string> { [\"k\"] = \"ab\" };\n    var longer = \"a\";\n    longer += \"b\";\n    sink(§);\n  }\n  static void Main() { new A().Run(x, \"ab\"); }\n}\n",
        expressions: &[
            ("concatenation", "\"a\" + \"b\""),
            ("join of a list", "string.Join(\"\", new[] { \"a\", \"b\" })"),
            ("format", "string.Format(\"{0}{1}\", \"a\", \"b\")"),
            ("template", "$\"{\"a\"}b\""),
            ("escapes", r#""\x61\u0062""#),
            ("raw text, here document", "\"\"\"ab\"\"\""),
            ("base64", "Encoding.UTF8.GetString(Convert.FromBase64String(\"YWI=\"))"),
            ("hexadecimal", "Encoding.UTF8.GetString(Convert.FromHexString(\"6162\"))"),
            ("percent encoding", "Uri.UnescapeDataString(\"a%62\")"),
            ("reversed text", "new string(\"ba\".Reverse().ToArray())"),
            ("character codes", "new string(new char[] { 'a', 'b' })"),
            ("encoded credentials", "Convert.ToBase64String(Encoding.UTF8.GetBytes(\"ab\"))"),
            ("constant", "Top"),
            ("local variable", "local"),
            ("several names at once", "two"),
            ("entry of an object or a list", "map[\"k\"]"),
            ("text appended", "longer"),
            ("one of two branches", "other == null ? \"ab\" : Load()"),
            ("field", "this.field"),
            ("parameter, by a call", "given"),
            ("default of a parameter", "optional"),
            ("fallback operator", "Environment.GetEnvironmentVariable(\"A\") ?? \"ab\""),
            ("lookup with a default", "configuration.GetValue(\"A\", \"ab\")"),
        ],
    },
    Language {
        name: "Go",
        path: "a.go",
        program: "package a\n\nconst top = \"ab\"\n\nfunc run(given string) {\n\tlocal := \"ab\"\n\tone, two := \"x\", \"ab\"\n\tm := map[string]string{\"k\": \"ab\"}\n\tc := conf{key: \"ab\"}\n\tlonger := \"a\"\n\tlonger += \"b\"\n\tsink(§)\n}\n\nfunc main() { run(\"ab\") }\n",
        expressions: &[
            ("concatenation", "\"a\" + \"b\""),
            ("join of a list", "strings.Join([]string{\"a\", \"b\"}, \"\")"),
            ("format", "fmt.Sprintf(\"%s%s\", \"a\", \"b\")"),
            ("escapes", r#""\x61\u0062""#),
            ("raw text, here document", "`ab`"),
            ("hexadecimal", "string(must(hex.DecodeString(\"6162\")))"),
            ("base64", "must(base64.StdEncoding.DecodeString(\"YWI=\"))"),
            ("percent encoding", "must(url.QueryUnescape(\"a%62\"))"),
            ("character codes", "string([]byte{97, 98})"),
            ("encoded credentials", "base64.StdEncoding.EncodeToString([]byte(\"ab\"))"),
            ("constant", "top"),
            ("local variable", "local"),
            ("field", "c.key"),
            ("several names at once", "two"),
            ("entry of an object or a list", "m[\"k\"]"),
            ("text appended", "longer"),
            ("parameter, by a call", "given"),
            ("fallback operator", "cmp.Or(os.Getenv(\"A\"), \"ab\")"),
            ("lookup with a default", "getenv(\"A\", \"ab\")"),
        ],
    },
    Language {
        name: "Java",
        path: "A.java",
        program: "class A {\n  static final String TOP = \"ab\";\n  private final String field = \"ab\";\n  void run(String other, String given) {\n    String local = \"ab\";\n    String longer = \"a\";\n    longer += \"b\";\n    sink(§);\n  }\n  void main() { run(x, \"ab\"); }\n}\n",
        expressions: &[
            ("concatenation", "\"a\" + \"b\""),
            ("join of a list", "String.join(\"\", List.of(\"a\", \"b\"))"),
            ("format", "String.format(\"%s%s\", \"a\", \"b\")"),
            ("escapes", r#""a\142""#),
            ("raw text, here document", "\"\"\"\nab\"\"\""),
            ("base64", "new String(Base64.getDecoder().decode(\"YWI=\"))"),
            ("hexadecimal", "new String(HexFormat.of().parseHex(\"6162\"))"),
            ("percent encoding", "URLDecoder.decode(\"a%62\", \"UTF-8\")"),
            ("reversed text", "new StringBuilder(\"ba\").reverse().toString()"),
            ("character codes", "new String(new char[] {'a', 'b'})"),
            ("encoded credentials", "Base64.getEncoder().encodeToString(\"ab\".getBytes())"),
            ("constant", "TOP"),
            ("local variable", "local"),
            ("text appended", "longer"),
            ("one of two branches", "other == null ? \"ab\" : load()"),
            ("field", "this.field"),
            ("parameter, by a call", "given"),
            ("fallback operator", "Optional.ofNullable(System.getenv(\"A\")).orElse(\"ab\")"),
            ("lookup with a default", "System.getProperty(\"a\", \"ab\")"),
        ],
    },
    Language {
        name: "JavaScript",
        path: "a.js",
        program: "const TOP = 'ab';\nclass A {\n  field = 'ab';\n  run(other, given, optional = 'ab') {\n    const local = 'ab';\n    const [one, two] = ['x', 'ab'];\n    const map = { k: 'ab' };\n    let longer = 'a';\n    longer += 'b';\n    sink(§);\n  }\n}\nnew A().run(x, 'ab');\n",
        expressions: JAVASCRIPT,
    },
    Language {
        name: "Kotlin",
        path: "A.kt",
        program: "const val TOP = \"ab\"\nclass A {\n  private val field = \"ab\"\n  fun run(other: String, given: String, optional: String = \"ab\") {\n    val local = \"ab\"\n    val (one, two) = Pair(\"x\", \"ab\")\n    val list = listOf(\"x\", \"ab\")\n    var longer = \"a\"\n    longer += \"b\"\n    sink(§)\n  }\n}\nfun main() { A().run(x, \"ab\") }\n",
        expressions: &[
            ("concatenation", "\"a\" + \"b\""),
            ("join of a list", "listOf(\"a\", \"b\").joinToString(\"\")"),
            ("format", "\"%s%s\".format(\"a\", \"b\")"),
            ("template", "\"${\"a\"}b\""),
            ("escapes", r#""\u0061b""#),
            ("raw text, here document", "\"\"\"ab\"\"\""),
            ("base64", "String(Base64.getDecoder().decode(\"YWI=\"))"),
            ("hexadecimal", "String(HexFormat.of().parseHex(\"6162\"))"),
            ("percent encoding", "URLDecoder.decode(\"a%62\", \"UTF-8\")"),
            ("reversed text", "\"ba\".reversed()"),
            ("character codes", "String(byteArrayOf(97, 98))"),
            ("encoded credentials", "Base64.getEncoder().encodeToString(\"ab\".toByteArray())"),
            ("constant", "TOP"),
            ("local variable", "local"),
            ("several names at once", "two"),
            ("entry of an object or a list", "list[1]"),
            ("text appended", "longer"),
            ("one of two branches", "if (other == \"x\") \"ab\" else load()"),
            ("field", "this.field"),
            ("parameter, by a call", "given"),
            ("default of a parameter", "optional"),
            ("fallback operator", "System.getenv(\"A\") ?: \"ab\""),
            ("lookup with a default", "System.getProperty(\"a\", \"ab\")"),
        ],
    },
    Language {
        name: "PHP",
        path: "a.php",
        program: "<?php\nconst TOP = 'ab';\nclass A {\n  private string $field = 'ab';\n  public function run($other, $given, $optional = 'ab') {\n    $local = 'ab';\n    [$one, $two] = ['x', 'ab'];\n    $map = ['k' => 'ab'];\n    $longer = 'a';\n    $longer .= 'b';\n    sink(§);\n  }\n}\n(new A())->run($x, 'ab');\n",
        expressions: &[
            ("concatenation", "'a' . 'b'"),
            ("join of a list", "implode('', ['a', 'b'])"),
            ("format", "sprintf('%s%s', 'a', 'b')"),
            ("template", "\"{$local}\""),
            ("escapes", r#""\x61b""#),
            ("raw text, here document", "<<<'E'\nab\nE"),
            ("base64", "base64_decode('YWI=')"),
            ("hexadecimal", "hex2bin('6162')"),
            ("percent encoding", "urldecode('a%62')"),
            ("reversed text", "strrev('ba')"),
            ("character codes", "chr(97) . chr(98)"),
            ("encoded credentials", "base64_encode('ab')"),
            ("constant", "TOP"),
            ("local variable", "$local"),
            ("several names at once", "$two"),
            ("entry of an object or a list", "$map['k']"),
            ("text appended", "$longer"),
            ("one of two branches", "$other ? 'ab' : load()"),
            ("field", "$this->field"),
            ("parameter, by a call", "$given"),
            ("default of a parameter", "$optional"),
            ("fallback operator", "getenv('A') ?: 'ab'"),
            ("lookup with a default", "env('A', 'ab')"),
        ],
    },
    Language {
        name: "Python",
        path: "a.py",
        program: "TOP = 'ab'\nclass A:\n    field = 'ab'\n    def run(self, other, given, optional='ab'):\n        local = 'ab'\n        one, two = 'x', 'ab'\n        map = {'k': 'ab'}\n        longer = 'a'\n        longer += 'b'\n        sink(§)\nA().run(x, 'ab')\n",
        expressions: &[
            ("concatenation", "'a' 'b'"),
            ("join of a list", "''.join(['a', 'b'])"),
            ("format", "'%s%s' % ('a', 'b')"),
            ("template", "f\"{'a'}b\""),
            ("escapes", r"'\x61\u0062'"),
            ("raw text, here document", "r'ab'"),
            ("base64", "base64.b64decode('YWI=').decode()"),
            ("hexadecimal", "bytes.fromhex('6162').decode()"),
            ("percent encoding", "unquote('a%62')"),
            ("reversed text", "'ba'[::-1]"),
            ("character codes", "bytes([97, 98]).decode()"),
            ("encoded credentials", "base64.b64encode(b'ab').decode()"),
            ("constant", "TOP"),
            ("local variable", "local"),
            ("several names at once", "two"),
            ("entry of an object or a list", "map['k']"),
            ("text appended", "longer"),
            ("one of two branches", "'ab' if other else load()"),
            ("field", "self.field"),
            ("parameter, by a call", "given"),
            ("default of a parameter", "optional"),
            ("fallback operator", "os.environ.get('A') or 'ab'"),
            ("lookup with a default", "os.getenv('A', 'ab')"),
        ],
    },
    Language {
        name: "Ruby",
        path: "a.rb",
        program: "TOP = 'ab'\nclass A\n  def initialize\n    @field = 'ab'\n  end\n  def run(other, given, optional = 'ab')\n    local = 'ab'\n    one, two = 'x', 'ab'\n    map = { k: 'ab' }\n    longer = 'a'\n    longer << 'b'\n    sink(§)\n  end\nend\nA.new.run(x, 'ab')\n",
        expressions: &[
            ("concatenation", "'a' + 'b'"),
            ("join of a list", "%w[a b].join"),
            ("format", "format('%s%s', 'a', 'b')"),
            ("template", "\"#{'a'}b\""),
            ("escapes", r#""\x61\u0062""#),
            ("raw text, here document", "%q(ab)"),
            ("base64", "Base64.decode64('YWI=')"),
            ("hexadecimal", "['6162'].pack('H*')"),
            ("character codes", "[97, 98].pack('C*')"),
            ("percent encoding", "CGI.unescape('a%62')"),
            ("reversed text", "'ba'.reverse"),
            ("encoded credentials", "Base64.strict_encode64('ab')"),
            ("constant", "TOP"),
            ("local variable", "local"),
            ("several names at once", "two"),
            ("entry of an object or a list", "map[:k]"),
            ("text appended", "longer"),
            ("one of two branches", "other ? 'ab' : load"),
            ("field", "@field"),
            ("parameter, by a call", "given"),
            ("default of a parameter", "optional"),
            ("fallback operator", "ENV['A'] || 'ab'"),
            ("lookup with a default", "ENV.fetch('A', 'ab')"),
        ],
    },
    Language {
        name: "Rust",
        path: "a.rs",
        program: "const TOP: &str = \"ab\";\nfn run(given: &str) {\n    let local = \"ab\";\n    let (one, two) = (\"x\", \"ab\");\n    let list = [\"x\", \"ab\"];\n    let conf = Conf { key: \"ab\" };\n    sink(§)\n}\nfn main() { run(\"ab\"); }\n",
        expressions: &[
            ("concatenation", "concat!(\"a\", \"b\")"),
            ("join of a list", "[\"a\", \"b\"].join(\"\")"),
            ("format", "format!(\"{}{}\", \"a\", \"b\")"),
            ("escapes", r#""\x61\u{62}""#),
            ("raw text, here document", "r#\"ab\"#"),
            ("base64", "BASE64_STANDARD.decode(\"YWI=\").unwrap()"),
            ("hexadecimal", "hex::decode(\"6162\").unwrap()"),
            ("percent encoding", "urlencoding::decode(\"a%62\").unwrap()"),
            ("reversed text", "\"ba\".chars().rev().collect::<String>()"),
            ("character codes", "String::from_utf8(vec![97, 98]).unwrap()"),
            ("encoded credentials", "BASE64_STANDARD.encode(\"ab\")"),
            ("constant", "TOP"),
            ("local variable", "local"),
            ("field", "conf.key"),
            ("several names at once", "two"),
            ("entry of an object or a list", "list[1]"),
            ("one of two branches", "if other { \"ab\" } else { load() }"),
            ("parameter, by a call", "given"),
            ("fallback operator", "std::env::var(\"A\").unwrap_or_else(|_| \"ab\".into())"),
        ],
    },
    Language {
        name: "TypeScript",
        path: "a.ts",
        program: "const TOP: string = 'ab';\nclass A {\n  private readonly field = 'ab';\n  run(other: string, given: string, optional = 'ab'): void {\n    const local: string = 'ab';\n    const [one, two] = ['x', 'ab'];\n    const map = { k: 'ab' };\n    let longer = 'a';\n    longer += 'b';\n    sink(§);\n  }\n}\nnew A().run(x, 'ab');\n",
        expressions: JAVASCRIPT,
    },
];

/// Where the table stands in the document.
const BEGIN: &str = "<!-- table of capabilities: UPDATE_DOCS=1 cargo test --test languages -->\n";
const END: &str = "<!-- end of the table -->\n";

#[test]
fn what_the_table_says_folds() {
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for (capability, expression) in language.expressions {
            assert!(CAPABILITIES.contains(capability), "{capability}");
            let found = sunk(language.path, &language.program.replace('§', expression));
            if found != "=ab" {
                wrong.push(format!("{}, {capability}: {expression} is {found}", language.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_name_means_itself_in_the_value_that_it_gets() {
    let rows = [
        ("a.py", "cfg = {\"prod\": \"one\"}\ncfg = cfg[\"prod\"]\nsink(cfg)\n", "=one"),
        ("a.py", "cfg = cfg[\"prod\"]\nsink(cfg)\n", "unknown"),
        ("a.js", "const db = db[\"prod\"];\nsink(db);\n", "unknown"),
        // A function runs later.
        ("a.js", "const cfg = { key: \"one\", call: () => { sink(cfg.key); } };\n", "=one"),
        ("a.js", "const cfg = { a: { b: { c: { d: \"one\" } } } };\nsink(cfg[\"a\"][\"b\"][\"c\"][\"d\"]);\n", "=one"),
    ];
    for (path, program, expected) in rows {
        assert_eq!(sunk(path, program), expected, "{program}");
    }
}

#[test]
fn the_table_in_the_document_is_made_of_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/languages.md");
    let document = fs::read_to_string(&path).unwrap();
    let start = document.find(BEGIN).unwrap() + BEGIN.len();
    let end = start + document[start..].find(END).unwrap();
    let fresh = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{}{fresh}{}", &document[..start], &document[end..])).unwrap();
        return;
    }
    assert_eq!(document[start..end], fresh, "docs/languages.md is out of date; run `UPDATE_DOCS=1 cargo test --test languages`");
}

fn table() -> String {
    let names: Vec<&str> = LANGUAGES.iter().map(|language| language.name).collect();
    let mut out = format!("| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for capability in CAPABILITIES {
        let cells = LANGUAGES.iter().map(|language| if language.expressions.iter().any(|(own, _)| *own == capability) { "✓" } else { "–" });
        writeln!(out, "| {capability} | {} |", cells.collect::<Vec<_>>().join(" | ")).unwrap();
    }
    out
}
