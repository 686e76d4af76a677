//! Integrations of Aelix as developers of each language write them, with what surrounds them: exact findings, and silence everywhere else.
//! Values of other files of a project are for `tests/imported.rs`: here each file stands alone.
#![cfg(feature = "languages")]

mod lang_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aelix_lint::model::Confidence;

/// What is found, one `file:line rule` a line. `UPDATE_EXPECTED=1` writes it anew: read the difference.
const EXPECTED: &str = "fixtures/integrations.txt";

#[test]
fn integrations_have_exactly_these_findings() {
    let found = lang_support::findings_below("integrations", Confidence::Medium);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, found.join("\n") + "\n").unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap();
    let (expected, found): (BTreeSet<&str>, BTreeSet<&str>) = (expected.lines().collect(), found.iter().map(String::as_str).collect());
    let missed: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && surplus.is_empty(), "missed: {missed:#?}\nsurplus: {surplus:#?}");
}

#[test]
fn files_of_safe_wiring_are_silent() {
    let expected = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED)).unwrap();
    // What they log, and what they trust, is not about where their secrets come from.
    let is_wiring = |rule: &str| rule.starts_with("secrets/") && rule != "secrets/secret-exposed-in-logs";
    let loud: Vec<&str> =
        expected.lines().filter(|line| line.to_lowercase().contains("safe") && line.split_once(' ').is_some_and(|(_, rule)| is_wiring(rule))).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}
