//! Reports made by hand, for the tests of the reporters. No secret-shaped bytes: values are put together at run time.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::sync::Arc;
use std::time::Duration;

use aelix_lint::model::rule::{Conditions, Counterexample, Example, Matcher, RuleSource, RuleText};
use aelix_lint::model::{
    Confidence, Finding, Hit, Notice, Place, Rank, Related, Report, Rule, RuleId, RuleStatus, RunError, SafeSource, SafeUse, Severity, Skip, SkipReason,
    Snippet, Stats, Status, Target,
};
use aelix_lint::report::{Format, RenderOptions, reporter};
use aelix_lint::text::{Lines, Secret, Span};

/// The random part of the secrets in the fixture; no output may hold it.
pub const RANDOM: &str = "q8Zr2LmX0vKp4TnYw6BdJs7HfUc1GaEe";

/// A key of the fixture's first rule.
pub fn key() -> String {
    format!("ak_{}_{RANDOM}", "live")
}

pub fn rule(id: &str, severity: Severity) -> Rule {
    Rule {
        id: RuleId::new(id),
        aliases: vec![RuleId::new("secrets/former-name")],
        title: "Aelix live API key".into(),
        severity,
        confidence: Confidence::High,
        status: RuleStatus::Stable,
        since: "0.1.0".into(),
        tags: vec!["aelix".into(), "banking".into()],
        matcher: Matcher::Pattern { regex: "ak_live_[0-9A-Za-z]{32}".into(), multiline: None },
        keywords: Vec::new(),
        files: Vec::new(),
        conditions: Conditions::default(),
        validate: None,
        allow: Vec::new(),
        requires: Vec::new(),
        priority: 0,
        text: RuleText {
            why: "Whoever reads the key moves money in the name of its owner.".into(),
            fix: "Revoke the key in the Aelix console, issue a new one, and read it from the environment or a secret manager at start. Rewriting the history alone does not help: the key has been seen.".into(),
            references: vec!["https://docs.example.com/keys".into(), "https://docs.example.com/rotation".into()],
            examples: vec![Example { path: Some("src/main.py".into()), text: format!("key = \"«{}»\"", key()) }],
            counterexamples: vec![
                Counterexample { path: None, text: "key = os.environ[\"AELIX_KEY\"]".into(), because: "the value comes from the environment".into() },
                Counterexample { path: None, text: format!("digest = {RANDOM}"), because: "no prefix".into() },
            ],
        }
        .into(),
        source: RuleSource { file: "rules/providers/aelix.toml".into(), line: 1, built_in: true, keys: Vec::new() },
    }
}

/// A place on `needle` in `text`, shown masked by `mask`.
pub fn place(path: &str, text: &str, needle: &str, mask: &str) -> Place {
    let start = text.find(needle).unwrap();
    let span = Span::new(start, start + needle.len());
    let lines = Lines::new(text.as_bytes());
    let (first, last) = (lines.position(span.start), lines.position(span.end));
    let line_span = |line: u32| lines.span_of(line as usize - 1);
    let (from, to) = (line_span(first.line).start, line_span(last.line).end);
    let shown = format!("{}{mask}{}", &text[from..span.start], &text[span.end..to]);
    let snippet = Snippet { first_line: first.line, text: shown, mark: (span.start - from, span.start - from + mask.len()) };
    let mut place = Place { snippet: Some(Box::new(snippet)), ..Place::new(&Target::in_memory(path), span, first, last) };
    place.line_hash = Some("271789c17abda88f:1".into());
    place
}

pub fn finding(rules: &[Rule], index: usize, place: Place, related: Vec<Related>) -> Finding {
    let rule = &rules[index];
    let mut hit = Hit::secret(index, rule, place.span, Rank::Provider);
    hit.prefix = 8;
    Finding::new(rule, hit, &Secret::new(key(), 8), place, related)
}

pub fn at(path: &str) -> Place {
    place(path, &format!("import os\n\nkey = \"{}\"\n", key()), &key(), "ak_live_********Ee")
}

pub fn report(rules: Vec<Rule>, findings: Vec<Finding>) -> Report {
    let stats = Stats {
        files: 812,
        bytes: 12_345_678,
        parsed_bytes: 1_234_567,
        rules: 81,
        threads: 2,
        listing: Duration::from_millis(12),
        scanning: Duration::from_millis(100),
        total: Duration::from_millis(120),
    };
    Report {
        rules: Arc::new(rules),
        findings,
        skipped: Vec::new(),
        errors: Vec::new(),
        notices: Vec::new(),
        scanned_files: None,
        reviews: vec![],
        safe: None,
        signs: vec![],
        stats,
        show_suppressed: false,
        scope: None,
    }
}

pub fn skip(path: &str, reason: SkipReason) -> Skip {
    Skip { display: path.into(), relative: path.into(), reason }
}

pub fn safe(path: &str) -> SafeUse {
    SafeUse { kind: "client-secret".into(), slot: "`ClientSecret::new`".into(), source: SafeSource::Environment, place: at(path) }
}

pub fn error(path: &str) -> RunError {
    RunError { display: Some(path.into()), relative: Some(path.into()), message: "could not be read: permission denied".into() }
}

pub fn notice(path: &str, message: &str) -> Notice {
    Notice { display: format!("/home/me/{path}").into(), relative: path.into(), message: message.into() }
}

/// A report with one of everything.
pub fn rich() -> Report {
    let mut sandbox = rule("secrets/aelix-sandbox-key", Severity::Low);
    sandbox.title = "Aelix sandbox key".into();
    sandbox.status = RuleStatus::Preview;
    let mut unused = rule("suppression/unused", Severity::Info);
    unused.text = RuleText { references: Vec::new(), ..RuleText::clone(&unused.text) }.into();
    let rules = vec![rule("secrets/aelix-api-key", Severity::Critical), sandbox, unused];

    let elsewhere = Related { place: at("src/lib.py"), message: "the same value is used here".into() };
    let mut first = finding(&rules, 0, at("src/app.py"), vec![elsewhere]);
    first.flow = vec![
        Related { place: at("src/app.py"), message: "constant `key` is declared here".into() },
        Related { place: at("src/lib.py"), message: "reaches `connect`".into() },
    ];
    first.notes.push("the key has no expiry date".into());
    first.also.push(RuleId::new("secrets/hardcoded-credential"));
    let second = finding(&rules, 0, at("src/new folder/a#b%c.py"), Vec::new());
    let third = finding(&rules, 1, at("src/app.py"), Vec::new());
    let mut muted = finding(&rules, 1, at("tests/app.py"), Vec::new());
    muted.status = Status::Suppressed { reason: Some("sandbox only".into()), tool: None };
    let mut below = finding(&rules, 2, at("src/app.py"), Vec::new());
    below.status = Status::BelowThreshold;

    let mut report = report(rules, vec![first, second, third, muted, below]);
    report.skipped = vec![
        skip("logo.png", SkipReason::Binary),
        skip("icon.png", SkipReason::Binary),
        skip("dump.sql", SkipReason::TooLarge),
        skip("latest", SkipReason::Link),
        skip(".env", SkipReason::IgnoredSecretFile),
    ];
    report.errors = vec![error("deploy/key.pem")];
    report.notices = vec![notice("src/huge.rs", "parsed in part: time limit reached")];
    report
}

pub fn render(format: &str, options: RenderOptions, report: &Report) -> String {
    let mut out = Vec::new();
    reporter(format.parse::<Format>().unwrap(), options).write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
