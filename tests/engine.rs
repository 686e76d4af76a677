//! What must hold of every scan, whatever the bytes: windows find what a search of the whole text finds, nothing panics, nothing leaks,
//! fingerprints do not depend on the place, the work grows with the length.
//! No secret-shaped bytes: values are put together at run time.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use aelix_lint::model::rule::RuleText;
use aelix_lint::model::{Blob, Notice, Place, Report, Rule, RunError, Scanned, Skip, SkipReason, Stats, Status, Target};
use aelix_lint::project;
use aelix_lint::report::{Format, RenderOptions, reporter};
use aelix_lint::ruleset::{Engine, RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};
use aelix_lint::text::Span;
use aelix_lint::triage::{FileResult, TriageOptions, triage};
use proptest::prelude::*;

static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()));
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(RULES.clone(), ScanOptions { line_hashes: true, ..ScanOptions::default() }));

/// Longest text of an example that is joined to others: two of them and a filler stay under the reach of a line window.
const SHORT: usize = 1200;

/// The texts of all examples and counterexamples.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let examples = RULES.rules.iter().flat_map(|rule| rule.text.examples.iter().map(|example| example.text.replace(['«', '»'], "")));
    let counters = RULES.rules.iter().flat_map(|rule| rule.text.counterexamples.iter().map(|counter| counter.text.clone()));
    let texts = examples.chain(counters).filter(|text| text.lines().all(|line| line.len() < SHORT));
    texts.collect()
});

fn scan(name: &str, bytes: &[u8]) -> Scanned {
    SCANNER.scan(&Blob::new(&Target::in_memory(name), bytes), &mut Worker::default())
}

/// A generator of numbers that is the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

mod windows {
    use super::*;

    const FILLER: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \"'=:;,.-_/+<>(){}[]$&#@!?\\\t";

    /// Rule ids and spans.
    type Matches = BTreeSet<(String, Span)>;

    /// What the engine finds and what a search of the whole text finds, for each line rule.
    fn compare(text: &[u8]) -> (Matches, Matches) {
        let is_line_rule = |index: &usize| matches!(&RULES.compiled[*index].engine, Engine::Pattern(engine) if engine.multiline.is_none());
        let id = |index: usize| RULES.rules[index].id.to_string();
        let found = SCANNER.matches(text);
        let unique: Matches = found.iter().filter(|(index, _)| is_line_rule(index)).map(|&(index, span)| (id(index), span)).collect();
        assert_eq!(unique.len(), found.iter().filter(|(index, _)| is_line_rule(index)).count(), "a match is found once");
        let mut whole = BTreeSet::new();
        for index in RULES.active().filter(|&index| is_line_rule(&index) && !RULES.compiled[index].is_led()) {
            let Engine::Pattern(engine) = &RULES.compiled[index].engine else { unreachable!() };
            whole.extend(engine.regex().unwrap().find_iter(text).map(|found| (id(index), Span::new(found.start(), found.end()))));
        }
        (unique, whole)
    }

    #[test]
    fn every_example_is_found_as_by_a_search_of_the_whole_text() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut texts: Vec<&String> = TEXTS.iter().collect();
        for at in (1..texts.len()).rev() {
            texts.swap(at, dice.below(at + 1));
        }
        let mut matches = 0;
        for file in texts.chunks(60) {
            let mut text = String::new();
            for part in file {
                let most = if dice.below(8) == 0 { SHORT } else { 60 };
                let filler = 1 + dice.below(most);
                text.push_str(&dice.text(FILLER, filler));
                text.push_str(["\n", "\r\n", "\r", " ", "\""][dice.below(5)]);
                text.push_str(part);
                text.push_str(["\n", "\r\n", "\n\n", ";\n"][dice.below(4)]);
            }
            let (windowed, whole) = compare(text.as_bytes());
            assert_eq!(windowed, whole);
            matches += whole.len();
        }
        assert!(matches > RULES.rules.len(), "the corpus holds matches of nearly all rules: {matches}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn windows_find_what_a_search_of_the_whole_text_finds(
            picks in prop::collection::vec((any::<prop::sample::Index>(), "[ -~é\u{1F511}]{0,80}", 0usize..5, 0usize..4), 1..12),
            junk in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let mut text = junk;
            for (pick, filler, before, after) in picks {
                text.extend_from_slice(filler.as_bytes());
                text.extend_from_slice([b"".as_slice(), b"\n", b"\r\n", b" ", b"\xff"][before]);
                text.extend_from_slice(TEXTS[pick.index(TEXTS.len())].as_bytes());
                text.extend_from_slice([b"\n".as_slice(), b"\r\n", b"\r", b"\n\n"][after]);
            }
            let (windowed, whole) = compare(&text);
            prop_assert_eq!(windowed, whole);
        }
    }
}

mod bytes {
    use super::*;

    const NAMES: [&str; 9] = ["a.rs", "main.tf", ".env", "x.yaml", "x.json", "a.py", "run.sh", "README.md", "x"];
    /// Words that lead into every engine.
    const WORDS: [&str; 19] = [
        "password",
        "=",
        "\"",
        ": ",
        "ClientSecret::new(",
        "aelix-lint: allow ",
        "until=",
        "gitleaks:allow",
        "pragma: allowlist nextline secret\n",
        "-----BEGIN PRIVATE KEY-----",
        "${",
        "scope",
        "aelix",
        "\\",
        "token>",
        "</",
        "resource \"aws_secretsmanager_secret\" \"a\" {",
        "# ",
        "\n",
    ];

    fn holds(place: &Place, length: usize) {
        assert!(place.span.start <= place.span.end && place.span.end <= length);
        assert!((place.start.line, place.start.column) <= (place.end.line, place.end.column));
        let snippet = place.snippet.as_deref().unwrap();
        let (text, (first, last)) = (&snippet.text, snippet.mark);
        assert!(first <= last && text.is_char_boundary(first) && text.is_char_boundary(last));
    }

    fn every_place_holds(scanned: &Scanned, length: usize) {
        for finding in &scanned.findings {
            holds(&finding.place, length);
            finding.related.iter().for_each(|related| holds(&related.place, length));
        }
        scanned.suppressions.iter().for_each(|comment| holds(&comment.place, length));
        for resource in &scanned.resources {
            holds(&resource.place, length);
            resource.attributes.iter().for_each(|attribute| holds(&attribute.place, length));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned_and_every_place_lies_in_them(
            parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..20), 0usize..WORDS.len(), "[ -~é]{0,30}"), 0..20),
            name in 0usize..NAMES.len(),
        ) {
            let bytes: Vec<u8> = parts.iter().flat_map(|(junk, word, text)| [junk.as_slice(), WORDS[*word].as_bytes(), text.as_bytes()].concat()).collect();
            every_place_holds(&scan(NAMES[name], &bytes), bytes.len());
        }

        #[test]
        fn a_cut_or_bent_example_is_scanned(
            pick in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
            bent in any::<prop::sample::Index>(), byte in any::<u8>(), name in 0usize..NAMES.len(),
        ) {
            let mut bytes = TEXTS[pick.index(TEXTS.len())].clone().into_bytes();
            let at = bent.index(bytes.len());
            bytes[at] = byte;
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = &bytes[from.min(to)..=from.max(to)];
            every_place_holds(&scan(NAMES[name], part), part.len());
        }
    }
}

mod masks {
    use super::*;

    /// Bytes in a row that must not be seen.
    const WINDOW: usize = 6;
    const FORMATS: [&str; 12] =
        ["full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab-codequality", "junit", "checkstyle", "rdjson", "markdown"];
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// A secret and the length of its documented prefix.
    struct Planted(String, usize);

    /// One file of every notation. `{a}` and `{b}` stand for secrets.
    const TEMPLATES: [(&str, &str); 27] = [
        (".env", "DB_PASSWORD={a}\nexport API_TOKEN='{b}' # was {a}\n"),
        ("x.yaml", "db:\n  password: {a}\n  client_secret: \"{b}\" # {a}\n"),
        ("x.yaml", "env:\n  - name: DB_PASSWORD\n    value: {a}\n"),
        ("x.yaml", "{ client_secret: {a}, password: {b} }\n"),
        ("x.json", "{\"client_secret\": \"{a}\", \"password\": \"{b}\", \"note\": \"{a}\"}\n"),
        ("x.json", "{\"name\": \"API_TOKEN\", \"value\": \"{a}\"}"),
        ("x.xml", "<config><password>{a}</password><add key=\"clientSecret\" value=\"{b}\"/></config>"),
        ("a.py", "client_secret = \"{a}\"; password = '{b}'; print('{a}{b}')\n"),
        ("a.js", "const x={password:\"{a}\",apiKey:`{b}`};f(\"{a}\",'{b}')"),
        ("a.rs", "use oauth2::ClientSecret;\nfn f() { let s = \"{a}\"; ClientSecret::new(s.to_string()); let password = \"{b}\"; }\n"),
        ("a.rs", "use oauth2::ClientSecret;\nconst S: &str = concat!(\"{a}\", \"x\");\nfn f() { ClientSecret::new(S.into()); }\n"),
        ("a.java", "request.setPassword(\"{a}\"); request.setHeader(\"Authorization\", \"Bearer {b}\");\n"),
        ("run.sh", "curl -H 'Authorization: Bearer {a}' -u admin:{b} https://api.example.com\nmysql --password {a}\n"),
        ("a.txt", "postgres://app:{a}@db.internal:5432/x and https://u:{b}@git.example.com/r\n"),
        ("a.txt", "Endpoint=sb://x/;SharedAccessKey={a}=;password={b};\n"),
        ("a.md", "Use `password: {a}` and token={b}.\n"),
        ("main.tf", "resource \"aws_db_instance\" \"a\" {\n  password = \"{a}\"\n  secret_key = \"{b}\"\n}\n"),
        ("a.py", "password = \"{a}\"  # aelix-lint: allow secrets/* -- the value {a} is of the sandbox\ntoken = \"{b}\" # aelix-lint: allow x\n"),
        ("a.py", "# aelix-lint: allow secrets/*\npassword = \"{a}\"\n# aelix-lint: allow secrets/nothing -- {a}\nx = '{a}'\n"),
        ("a.py", "password = \"{a}\"  # aelix-lint: allow secrets/* until={a} -- until {b}\ntoken = \"{b}\" # aelix-lint: allow {a} until=2026-02-30\n"),
        ("a.py", "password = \"{a}\"  # aelix-lint: allow {a},secrets/* until=2020-01-31 -- {b} until={b}\ntoken = \"{b}\"\n"),
        ("a.py", "password = \"{a}\"  # {a} gitleaks:allow {b}\ntoken = \"{b}\" # pragma: allowlist secret {a}\n"),
        ("a.py", "# pragma: allowlist nextline secret {a}\npassword = \"{a} # ggignore\"\ntoken = '{b}'  # aelix-lint: allow {b} -- trufflehog:ignore\n"),
        ("x.yaml", "db: # kingfisher:ignore {a}\n  password: {a} # {b} betterleaks:allow\n  client_secret: {b}\n"),
        ("a.yaml", "password: ${DB_PASSWORD:-{a}}\nurl: \"https://x/?client_secret={b}&password={a}\"\n"),
        ("a.json", "{\"x_client_secret\": \"{b}\", \"{a}\": 1, \"password\": \"{a}\"}"),
        ("key.txt", "-----BEGIN PRIVATE KEY-----\n{a}{b}{a}\n{b}{a}{b}\n-----END PRIVATE KEY-----\npassword={a}\n"),
    ];

    /// Everything that is ever said about a file, in every format.
    fn said(name: &str, text: &str) -> String {
        let mut scanned = [scan(name, text.as_bytes())];
        let (gaps, signs) = (std::collections::BTreeSet::new(), std::mem::take(&mut scanned[0].signs));
        let around = project::Around { gaps: &gaps, now: "2026-01-01".parse().unwrap(), signs: &signs, package_of: &|_| String::new() };
        let project = project::findings(&RULES, &mut scanned, &around).findings;
        let [scanned] = scanned;
        let file = FileResult { findings: scanned.findings.into_iter().chain(project).collect(), suppressions: scanned.suppressions, added: None };
        let options = TriageOptions { today: "2026-01-01".parse().unwrap(), ..TriageOptions::default() };
        let mut findings = triage(file, &RULES, &options);
        for finding in findings.iter_mut().filter(|finding| finding.status == Status::BelowThreshold) {
            finding.status = Status::Active;
        }
        // Only the rules that found something, without their pages, which SARIF repeats in every report.
        let used: Vec<usize> = findings.iter().map(|finding| finding.rule_index).collect::<BTreeSet<_>>().into_iter().collect();
        let bare = |&index: &usize| {
            let rule = RULES.rules[index].clone();
            let text = RuleText { why: String::new(), examples: Vec::new(), counterexamples: Vec::new(), ..RuleText::clone(&rule.text) };
            Rule { text: text.into(), ..rule }
        };
        for finding in &mut findings {
            finding.rule_index = used.binary_search(&finding.rule_index).unwrap();
        }
        let path: Arc<str> = name.into();
        let report = Report {
            rules: Arc::new(used.iter().map(bare).collect()),
            findings,
            skipped: vec![Skip { display: path.clone(), relative: path.clone(), reason: SkipReason::Link }],
            errors: vec![RunError { display: Some(path.clone()), relative: Some(path.clone()), message: "cannot read it".into() }],
            notices: scanned.notices.into_iter().map(|message| Notice { display: path.clone(), relative: path.clone(), message }).collect(),
            scanned_files: None,
            reviews: vec![],
            safe: None,
            signs: vec![],
            stats: Stats::default(),
            show_suppressed: true,
            scope: None,
        };
        let mut out = Vec::new();
        for format in FORMATS {
            let options = RenderOptions { verbosity: 2, stats: true, ..RenderOptions::default() };
            reporter(format.parse::<Format>().unwrap(), options).write(&report, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    /// The ids of all rules.
    static NAMES: LazyLock<String> = LazyLock::new(|| RULES.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join(" "));

    /// The first part of a secret that can be read in what was said.
    fn leak(said: &str, Planted(secret, prefix): &Planted) -> Option<String> {
        let hidden = &secret.as_bytes()[*prefix..secret.len() - 2];
        // What stands in the prefix, too, may be read there; and `server` is a word of the format that its rule is named after.
        let parts = hidden.windows(WINDOW).map(|window| String::from_utf8(window.to_vec()).unwrap());
        parts.filter(|part| !secret[..*prefix].contains(part.as_str()) && !NAMES.contains(part.as_str())).find(|part| said.contains(part.as_str()))
    }

    fn assert_silent(name: &str, text: &str, planted: &[Planted]) {
        let said = said(name, text);
        for secret in planted {
            assert_eq!(leak(&said, secret), None, "{name}: {text}\n{}", said.lines().filter(|line| line.len() < 500).take(60).collect::<Vec<_>>().join("\n"));
        }
    }

    #[test]
    fn no_notation_reveals_a_secret() {
        let mut dice = Dice(0x0123_4567_89AB_CDEF);
        for round in 0..6 {
            for (name, template) in TEMPLATES {
                let (a, b) = (dice.text(LETTERS, 20 + 4 * round), dice.text(LETTERS, 24 + 3 * round));
                assert_silent(name, &template.replace("{a}", &a).replace("{b}", &b), &[Planted(a, 0), Planted(b, 0)]);
            }
        }
    }

    /// The values of every example of a rule about secrets, alone, with its like on the same line, and cut by the edge of a snippet.
    #[test]
    fn no_rule_reveals_its_example() {
        // What is declared of secrets is where they are kept.
        let is_of_values = |rule: &&aelix_lint::model::Rule| rule.id.family() == "secrets" && rule.id.as_str() != "secrets/shared-between-environments";
        for rule in RULES.rules.iter().filter(is_of_values) {
            for example in &rule.text.examples {
                let name = example.path.as_deref().unwrap_or("a.txt");
                let Some((_, marked)) = example.text.split_once('«') else { continue };
                let Some((value, _)) = marked.split_once('»') else { continue };
                let is_block = value.contains('\n');
                // Of a block the longest line without its name (`Private-MAC: …`).
                let line = value.lines().max_by_key(|line| line.len()).unwrap_or_default().trim();
                let value = if is_block { line.rsplit(": ").next().unwrap_or(line) } else { line };
                let text = example.text.replace(['«', '»'], "");
                // Of some rules the name of a secret is reported, not the secret.
                if scan(name, text.as_bytes()).findings.iter().any(|finding| finding.rule == rule.id && finding.masked.is_none()) {
                    continue;
                }
                // Of a web address the last part is the secret: its host also stands in the name of the rule.
                let address = if value.starts_with("http") { value.rfind('/').map_or(0, |at| at + 1) } else { 0 };
                let prefix = prefix_of(rule.id.as_str(), value).max(address);
                if value.len() < prefix + WINDOW + 2 || !value.is_ascii() {
                    continue;
                }
                let repeated = [format!("{text} {value} {text}"), format!("{text}{}{value}", " ".repeat(94)), format!("{value}{}{text}", "\t".repeat(90))];
                // A line of a block that stands alone is no block.
                for text in repeated.into_iter().filter(|_| !is_block).chain([text]) {
                    assert_silent(name, &text, &[Planted(value.to_owned(), prefix)]);
                }
            }
        }
    }

    /// The documented prefix of a value under a rule.
    fn prefix_of(id: &str, value: &str) -> usize {
        let (index, _) = RULES.find(id).unwrap();
        let Engine::Pattern(engine) = &RULES.compiled[index].engine else { return 0 };
        engine.prefixes.iter().find(|prefix| value.as_bytes().starts_with(prefix)).map_or(0, Vec::len)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn random_secrets_in_random_notations_stay_hidden(
            a in "[A-Za-z0-9_-]{6}[A-Z][0-9][a-z][A-Za-z0-9]{12,50}", b in "[A-Za-z]{4}[0-9]{2}[A-Za-z0-9]{14,60}",
            templates in prop::collection::vec(0usize..TEMPLATES.len(), 1..4), between in 0usize..3,
        ) {
            let name = TEMPLATES[templates[0]].0;
            let parts = templates.iter().map(|&index| TEMPLATES[index]).filter(|(other, _)| *other == name);
            let text: Vec<String> = parts.map(|(_, template)| template.replace("{a}", &a).replace("{b}", &b)).collect();
            let text = text.join(["", "\n", "\r\n"][between]);
            let found: Vec<Span> = scan(name, text.as_bytes()).findings.iter().map(|finding| finding.place.span).collect();
            let said = said(name, &text);
            // What is not found cannot be hidden.
            let is_found = |secret: &Planted| found.iter().any(|span| text[span.range()].contains(&secret.0));
            for secret in [Planted(a, 0), Planted(b, 0)].into_iter().filter(is_found) {
                prop_assert_eq!(leak(&said, &secret), None, "{}\n{}", text, said);
            }
        }
    }

    #[test]
    fn an_error_about_a_rule_file_does_not_repeat_the_values_in_it() {
        let secret = Dice(77).text(LETTERS, 40);
        let head = "[[rule]]\nid = \"secrets/x\"\ntitle = \"x\"\nseverity = \"low\"\nconfidence = \"low\"\nwhy = \"w\"\nfix = \"f\"\n";
        for rest in [
            "examples = [\"{}\"\n",
            "pattern = '({}'\nexamples = ['{}']\n",
            "pattern = 'abcd'\nexamples = '{}'\n",
            "allow = ['[{}']\npattern = 'abcd'\nexamples = ['{}']\n",
        ] {
            let text = format!("{head}{}", rest.replace("{}", &secret));
            let outcome = aelix_lint::ruleset::parse("x.toml", &text, false).and_then(|rules| RuleSet::of(rules, &RuleOptions::default()));
            let message = outcome.map(|_| ()).unwrap_err().to_string();
            assert_eq!(leak(&message, &Planted(secret.clone(), 0)).map(|part| part.len()), None, "{message}");
        }
    }
}

mod fingerprints {
    use super::*;

    fn of(name: &str, text: &str) -> Vec<(String, String)> {
        let findings = scan(name, text.as_bytes()).findings;
        findings.iter().map(|finding| (finding.rule.to_string(), finding.fingerprint.to_string())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_fingerprint_does_not_depend_on_the_place(
            value in "[A-Za-z]{4}[0-9]{2}[A-Za-z0-9]{4,30}", lines in 0usize..40, indent in 0usize..60, folder in "[a-z]{1,8}", notation in 0usize..3,
        ) {
            let line = ["password = \"{}\"", "client_secret = '{}' ", "api_token=\"{}\";"][notation].replace("{}", &value);
            let near = of("a.py", &line);
            let far = of(&format!("src/{folder}/b.py"), &format!("{}{}{line}\n# end\n", "x = 1\n".repeat(lines), " ".repeat(indent)));
            prop_assert_eq!(near, far);
        }
    }

    #[test]
    fn every_example_keeps_its_fingerprint_when_it_moves() {
        for rule in RULES.rules.iter().filter(|rule| rule.id.family() == "secrets") {
            for example in &rule.text.examples {
                let (name, text) = (example.path.as_deref().unwrap_or("a.txt"), example.text.replace(['«', '»'], ""));
                assert_eq!(of(name, &text), of(name, &format!("\n\n\n{text}")), "{}", rule.id);
            }
        }
    }
}

mod long_lines {
    use super::*;

    const SIZE: usize = 24 << 10;
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// One line of about `length` bytes: `#` stands for a new random value at each repetition.
    fn line(unit: &str, length: usize) -> String {
        let (mut dice, mut text) = (Dice(4711), String::with_capacity(length + 100));
        while text.len() < length {
            text.push_str(&unit.replace('#', &dice.text(LETTERS, 24)));
        }
        text
    }

    #[test]
    fn every_value_of_a_long_line_is_found() {
        for (name, unit) in [("a.txt", "password=#;"), ("a.json", "\"password\":\"#\","), ("a.js", "f({password:\"#\"});")] {
            let text = line(unit, SIZE);
            let expected = text.matches("password").count();
            let found = scan(name, text.as_bytes()).findings.len();
            assert!(found * 100 >= expected * 98, "{name} {unit}: {found} of {expected}");
        }
    }
}
