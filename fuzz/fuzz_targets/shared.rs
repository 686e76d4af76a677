//! What the targets have in common: the built-in rules, and what holds of every result.
#![allow(dead_code, reason = "each target uses its part")]

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, LazyLock};

use aelix_lint::model::{Place, Report, Scanned, Stats};
use aelix_lint::project::{self, Around};
use aelix_lint::report::{Format, RenderOptions, reporter};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::{ScanOptions, Scanner};
use aelix_lint::text::value::date::Moment;
use aelix_lint::triage::{FileResult, TriageOptions, triage};

pub static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(RuleSet::load(&RuleOptions::default()).unwrap()));
pub static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(RULES.clone(), ScanOptions { line_hashes: true, ..ScanOptions::default() }));

fn check(place: &Place, length: usize) {
    assert!(place.span.start <= place.span.end && place.span.end <= length, "a span lies within its blob");
    assert!((place.start.line, place.start.column) <= (place.end.line, place.end.column), "a place does not end before it begins");
    let Some(snippet) = &place.snippet else { return };
    let (text, (first, last)) = (&snippet.text, snippet.mark);
    assert!(first <= last && text.is_char_boundary(first) && text.is_char_boundary(last), "marks are character boundaries");
}

/// Checks every place, then takes the result through the later floors to every format.
pub fn follow(rules: &Arc<RuleSet>, scanned: Scanned, length: usize) {
    for finding in &scanned.findings {
        check(&finding.place, length);
        finding.related.iter().for_each(|related| check(&related.place, length));
    }
    scanned.suppressions.iter().for_each(|comment| check(&comment.place, length));
    if scanned.findings.is_empty() && scanned.suppressions.is_empty() && scanned.resources.is_empty() {
        return;
    }
    let mut scanned = [scanned];
    let around = Around { gaps: &BTreeSet::new(), now: Moment::default(), signs: &[], package_of: &|_| String::new() };
    let project = project::findings(rules, &mut scanned, &around).findings;
    let [scanned] = scanned;
    let file = FileResult { findings: scanned.findings.into_iter().chain(project).collect(), suppressions: scanned.suppressions, added: None };
    let report = Report {
        rules: rules.rules.clone(),
        findings: triage(file, rules, &TriageOptions { today: Moment { seconds: 1_767_225_600 }.date(), ..TriageOptions::default() }),
        skipped: Vec::new(),
        errors: Vec::new(),
        notices: Vec::new(),
        scanned_files: None,
        reviews: Vec::new(),
        scope: None,
        safe: None,
        signs: Vec::new(),
        stats: Stats::default(),
        show_suppressed: true,
    };
    for name in ["full", "concise", "grouped", "jsonl"] {
        let format: Format = name.parse().unwrap();
        reporter(format, RenderOptions::default()).write(&report, &mut io::sink()).unwrap();
    }
}
