//! A value that a machine has drawn is found under a telling name, in every notation that people write and whatever alphabet it is of.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use aelix_lint::model::{Blob, Confidence, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

/// Values of each alphabet in each notation.
const RUNS: u32 = 3;

/// File, and what stands in it; `@@` is the value.
const NOTATIONS: [(&str, &str); 100] = [
    ("c.yml", "app:\n  client_secret: @@\n"),
    ("c.yml", "app:\n  client_secret: \"@@\"\n"),
    ("c.yml", "app:\n  client_secret: '@@'\n"),
    ("c.yml", "app: {client_secret: @@, id: 3}\n"),
    ("c.yml", "client_secret: @@ # the key\n"),
    ("c.yml", "client_secret: &x @@\n"),
    ("c.yml", "client_secret: !!str @@\n"),
    ("c.yml", "client_secret: |\n  @@\n"),
    ("c.yml", "client_secret: >-\n  @@\nother: 1\n"),
    ("docker-compose.yml", "services:\n  a:\n    environment:\n      - CLIENT_SECRET=@@\n"),
    ("d.yaml", "env:\n- name: CLIENT_SECRET\n  value: @@\n"),
    ("d.yaml", "env:\n- name: CLIENT_SECRET\n  value: \"@@\"\n"),
    (".env", "CLIENT_SECRET=@@\n"),
    (".env", "CLIENT_SECRET=\"@@\"\n"),
    (".env", "export CLIENT_SECRET=@@\n"),
    (".env", "CLIENT_SECRET='@@'\n"),
    ("a.sh", "CLIENT_SECRET=@@\n"),
    ("a.sh", "export CLIENT_SECRET=\"@@\"\n"),
    ("a.sh", "tool --client-secret @@ --x\n"),
    ("a.sh", "tool --client-secret=@@\n"),
    ("a.sh", "curl -d 'grant_type=client_credentials&client_secret=@@' https://api.aelix.com\n"),
    ("a.properties", "app.client.secret=@@\n"),
    ("a.properties", "app.client-secret: @@\n"),
    ("a.properties", "app.client.secret = @@\n"),
    ("a.ini", "[a]\nclient_secret = @@\n"),
    ("a.cfg", "[a]\nclient_secret=@@\n"),
    ("a.conf", "client_secret @@;\n"),
    ("a.toml", "client_secret = \"@@\"\n"),
    ("a.toml", "client_secret = '@@'\n"),
    ("a.json", "{\"client_secret\": \"@@\"}\n"),
    ("a.json", "{\"app\": {\"clientSecret\":\"@@\"}}\n"),
    ("a.json", "[{\"key\": \"client_secret\", \"value\": \"@@\"}]\n"),
    ("a.xml", "<a><clientSecret>@@</clientSecret></a>\n"),
    ("a.xml", "<a client-secret=\"@@\"/>\n"),
    ("web.config", "<add key=\"ClientSecret\" value=\"@@\" />\n"),
    ("a.xml", "<property name=\"clientSecret\" value=\"@@\"/>\n"),
    ("a.py", "CLIENT_SECRET = \"@@\"\n"),
    ("a.py", "c = {\"client_secret\": \"@@\"}\n"),
    ("a.py", "f(client_secret=\"@@\")\n"),
    ("a.py", "client_secret: str = \"@@\"\n"),
    ("a.py", "os.environ[\"CLIENT_SECRET\"] = \"@@\"\n"),
    ("a.py", "client_secret='@@'\n"),
    ("a.js", "const clientSecret = \"@@\";\n"),
    ("a.js", "module.exports = { clientSecret: '@@' };\n"),
    ("a.ts", "private readonly clientSecret: string = \"@@\";\n"),
    ("a.js", "const clientSecret = process.env.X || \"@@\";\n"),
    ("a.js", "const clientSecret = `@@`;\n"),
    ("a.go", "package a\n\nconst clientSecret = \"@@\"\n"),
    ("a.go", "package a\n\nfunc f() {\n\tclientSecret := \"@@\"\n}\n"),
    ("a.go", "package a\n\nvar c = C{ClientSecret: \"@@\"}\n"),
    ("a.go", "package a\n\nvar clientSecret = `@@`\n"),
    ("A.java", "class A { private static final String CLIENT_SECRET = \"@@\"; }\n"),
    ("A.java", "class A { void f() { c.setClientSecret(\"@@\"); } }\n"),
    ("A.java", "class A { @Value(\"${client.secret:@@}\") String s; }\n"),
    ("a.kt", "val clientSecret = \"@@\"\n"),
    ("a.kt", "val c = C(clientSecret = \"@@\")\n"),
    ("a.cs", "class A { const string ClientSecret = \"@@\"; }\n"),
    ("a.cs", "class A { public string ClientSecret { get; set; } = \"@@\"; }\n"),
    ("a.cs", "var c = new C { ClientSecret = \"@@\" };\n"),
    ("a.cs", "var clientSecret = @\"@@\";\n"),
    ("a.rb", "CLIENT_SECRET = '@@'\n"),
    ("a.rb", "{ client_secret: '@@' }\n"),
    ("a.rb", "{ 'client_secret' => '@@' }\n"),
    ("a.rb", "ENV['CLIENT_SECRET'] = '@@'\n"),
    ("a.php", "<?php\n$clientSecret = '@@';\n"),
    ("a.php", "<?php\ndefine('CLIENT_SECRET', '@@');\n"),
    ("a.php", "<?php\nreturn ['client_secret' => '@@'];\n"),
    ("a.php", "<?php\nputenv('CLIENT_SECRET=@@');\n"),
    ("a.rs", "const CLIENT_SECRET: &str = \"@@\";\n"),
    ("a.rs", "fn f() { let client_secret = \"@@\".to_string(); }\n"),
    ("a.rs", "fn f() { C { client_secret: \"@@\".into() }; }\n"),
    ("a.tf", "variable \"client_secret\" {\n  default = \"@@\"\n}\n"),
    ("a.tf", "resource \"x\" \"y\" {\n  client_secret = \"@@\"\n}\n"),
    ("a.tfvars", "client_secret = \"@@\"\n"),
    ("Dockerfile", "FROM a\nENV CLIENT_SECRET=@@\n"),
    ("Dockerfile", "FROM a\nENV CLIENT_SECRET @@\n"),
    ("Dockerfile", "FROM a\nARG CLIENT_SECRET=@@\n"),
    ("a.ps1", "$env:CLIENT_SECRET = \"@@\"\n"),
    ("a.ps1", "$ClientSecret = \"@@\"\n"),
    ("a.bat", "set CLIENT_SECRET=@@\n"),
    ("Makefile", "CLIENT_SECRET := @@\n"),
    ("a.swift", "let clientSecret = \"@@\"\n"),
    ("a.dart", "const clientSecret = '@@';\n"),
    ("a.m", "NSString *clientSecret = @\"@@\";\n"),
    ("a.cpp", "const std::string client_secret = \"@@\";\n"),
    ("a.h", "#define CLIENT_SECRET \"@@\"\n"),
    ("A.scala", "val clientSecret = \"@@\"\n"),
    ("a.lua", "local client_secret = \"@@\"\n"),
    ("a.exs", "config :a, client_secret: \"@@\"\n"),
    ("a.clj", "{:client-secret \"@@\"}\n"),
    ("a.hs", "clientSecret = \"@@\"\n"),
    ("a.pl", "my $client_secret = \"@@\";\n"),
    ("a.R", "client_secret <- \"@@\"\n"),
    ("a.gradle", "def clientSecret = \"@@\"\n"),
    ("a.vb", "Dim ClientSecret As String = \"@@\"\n"),
    ("a.nix", "{ clientSecret = \"@@\"; }\n"),
    ("a.sql", "INSERT INTO settings (name, value) VALUES ('client_secret', '@@');\n"),
    ("notes.txt", "client_secret: @@\n"),
    ("a.log", "2026-01-01 INFO client_secret=@@ ok\n"),
    ("a.html", "<input name=\"client_secret\" value=\"@@\">\n"),
];

/// The names in the notations, and those that stand for them in a second round.
const NAMES: [(&str, &str); 6] = [
    ("CLIENT_SECRET", "DB_PASSWORD"),
    ("client_secret", "db_password"),
    ("clientSecret", "dbPassword"),
    ("client-secret", "db-password"),
    ("ClientSecret", "DbPassword"),
    ("client.secret", "db.password"),
];

const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8; 10] = b"0123456789";

/// Drawn bytes (`xorshift`).
struct Drawn(u32);

impl Drawn {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 24) as u8
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[usize::from(self.byte()) % alphabet.len()])).collect()
    }

    /// One value of each alphabet: what `openssl rand`, identity providers and password managers give.
    fn values(&mut self) -> Vec<(&'static str, String)> {
        let mixed: Vec<u8> = [LETTERS.as_slice(), DIGITS].concat();
        let url: Vec<u8> = [&mixed, b"-_".as_slice()].concat();
        vec![
            ("base64, padded once", data_encoding::BASE64.encode(&self.bytes(32))),
            ("base64, padded twice", data_encoding::BASE64.encode(&self.bytes(16))),
            ("base64, not padded", data_encoding::BASE64.encode(&self.bytes(24))),
            ("base64url", format!("x{}", self.text(&url, 42))),
            ("16 bytes in hex", data_encoding::HEXLOWER.encode(&self.bytes(16))),
            ("20 bytes in hex", data_encoding::HEXLOWER.encode(&self.bytes(20))),
            ("32 bytes in hex", data_encoding::HEXLOWER.encode(&self.bytes(32))),
            ("hex in capitals", data_encoding::HEXUPPER.encode(&self.bytes(16))),
            ("16 letters and digits", self.text(&mixed, 16)),
            ("40 letters and digits", self.text(&mixed, 40)),
            ("small letters and digits", self.text(&mixed[26..].to_ascii_lowercase(), 20)),
            ("with dots", [self.text(&mixed, 12), self.text(&mixed, 12), self.text(&mixed, 12)].join(".")),
            ("with dashes", [self.text(&mixed, 8), self.text(&mixed, 8), self.text(&mixed, 8)].join("-")),
            ("with a prefix", format!("acme_live_{}", self.text(&mixed, 24))),
        ]
    }
}

/// What stands around a token that tells by itself what it is.
const SURROUNDINGS: [&str; 24] = [
    "@@",
    "'@@'",
    "\"@@\"",
    "`@@`",
    "(@@)",
    "<@@>",
    "[@@]",
    "{@@}",
    "a @@ b",
    "a: @@",
    "a=@@",
    "a,@@,b",
    "The token is @@.",
    "@@, and",
    "user:@@@host",
    "?a=@@&b=1",
    "s = \"a\\n@@\\nb\"",
    "s = \"a\\t@@\"",
    "{\"a\": \"{\\\"b\\\": \\\"@@\\\"}\"}",
    "\u{1b}[31m@@\u{1b}[0m",
    "a\r\n@@\r\nb",
    "<p>@@</p>",
    "# @@",
    "// @@",
];

#[test]
fn a_token_is_found_whatever_stands_around_it() {
    let scanner = Scanner::new(Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()), ScanOptions::default());
    let (mut worker, mut drawn, mut missed) = (Worker::default(), Drawn(0x2545_F491), Vec::new());
    for surroundings in SURROUNDINGS {
        let mixed: Vec<u8> = [LETTERS.as_slice(), DIGITS].concat();
        for token in [
            format!("ak_{}_{}", "live", drawn.text(&mixed, 32)),
            format!("npm_{}", drawn.text(&mixed, 36)),
            format!("glpat-{}", drawn.text(&mixed, 20)),
            format!("xoxb-{}-{}-{}", drawn.text(DIGITS, 12), drawn.text(DIGITS, 12), drawn.text(&mixed, 24)),
            format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImEiOiIifQ.{}", drawn.text(&mixed, 43)),
            format!("{}8Q~{}", drawn.text(&mixed, 3), drawn.text(&mixed, 34)),
        ] {
            let text = surroundings.replace("@@@host", &format!("{token}@host")).replace("@@", &token);
            let scanned = scanner.scan(&Blob::new(&Target::in_memory("notes.log"), text.as_bytes()), &mut worker);
            let start = text.find(&token).unwrap();
            if !scanned.findings.iter().any(|finding| finding.confidence >= Confidence::Medium && finding.place.span.start == start) {
                missed.push(format!("{surroundings} {}", &token[..5]));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn every_notation_holds_every_value() {
    let scanner = Scanner::new(Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()), ScanOptions::default());
    let (mut worker, mut drawn, mut missed) = (Worker::default(), Drawn(0x9E37_79B9), Vec::new());
    for (path, notation) in NOTATIONS {
        let renamed = NAMES.iter().fold(notation.to_owned(), |text, (name, other)| text.replace(name, other));
        for (template, (alphabet, value)) in [notation, &renamed]
            .into_iter()
            .flat_map(|template| (0..RUNS).map(move |_| template))
            .flat_map(|template| drawn.values().into_iter().map(move |value| (template, value)))
        {
            let text = template.replace("@@", &value);
            let scanned = scanner.scan(&Blob::new(&Target::in_memory(path), text.as_bytes()), &mut worker);
            let start = text.find(&value).unwrap();
            let is_found = scanned
                .findings
                .iter()
                .any(|finding| finding.confidence >= Confidence::Medium && (finding.place.span.start..finding.place.span.end).contains(&start));
            if !is_found {
                missed.push(format!("{path}: {} ({alphabet})", template.trim_end()));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed.join("\n"));
}
