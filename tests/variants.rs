//! Every rule about rotation, audit logs and networks in every ecosystem it speaks of: violated, complied with, and not known before it is applied.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use aelix_lint::cli::CheckArgs;
use aelix_lint::model::{Finding, RuleStatus};
use aelix_lint::plan::{Environment, Plan};
use aelix_lint::ruleset::{self, RuleSet};
use aelix_lint::run::{self, Watch};
use serde::Deserialize;

/// The families whose rules have variants.
const FAMILIES: [&str; 3] = ["audit", "network", "rotation"];

/// The file of one family.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variants {
    case: Vec<Case>,
}

/// One rule in one ecosystem.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    ecosystem: String,
    /// The file that the variants stand in.
    path: String,
    /// Other files of the project.
    #[serde(default)]
    beside: BTreeMap<String, String>,
    /// What is the same in all variants; they stand where it says `◆`.
    text: Option<String>,
    violates: String,
    complies: String,
    /// Not known before it is applied.
    unknown: Option<String>,
    /// Why nothing is unknown where it is so: what is there, is written out.
    never: Option<String>,
    /// Severity of what is violated, where it is not that of the rule.
    severity: Option<String>,
}

fn cases() -> Vec<Case> {
    let read = |family: &&str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/variants").join(family).with_extension("toml");
        let text = fs::read_to_string(path).unwrap();
        toml::from_str::<Variants>(&text).map_err(|error| panic!("{family}: {error}")).unwrap().case
    };
    FAMILIES.iter().flat_map(read).collect()
}

/// What is found at a root, and what nobody can tell.
struct Judged {
    found: Vec<Finding>,
    unknown: Vec<String>,
}

/// Scans small projects with every rule, those that are off by default too, as on the first day of 2026.
struct Judge {
    args: CheckArgs,
    rules: Arc<RuleSet>,
}

impl Judge {
    fn new() -> Self {
        let mut args = CheckArgs::default();
        args.threshold.now = Some("2026-01-01".parse().unwrap());
        args.output.show_unknown = true;
        args.rules.extend_select =
            ruleset::built_in().unwrap().iter().filter(|rule| rule.status == RuleStatus::Preview).map(|rule| rule.id.to_string()).collect();
        let rules = Arc::new(RuleSet::load(&plan(&args, Path::new(".")).rules).unwrap());
        Self { args, rules }
    }

    fn judge(&self, rule: &str, files: &[(&str, &str)]) -> Judged {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let report = run::run(&plan(&self.args, root.path()), &self.rules, &mut Watch { progress: &|_, _| {}, finding: &mut |_, _| {} }).unwrap();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        let found = report.findings.into_iter().filter(|finding| finding.rule.as_str() == rule && finding.is_active()).collect();
        let is_of_rule = |message: &String| message.contains(&format!("{rule} cannot be decided"));
        Judged { found, unknown: report.notices.into_iter().map(|notice| notice.message).filter(is_of_rule).collect() }
    }
}

fn plan(args: &CheckArgs, folder: &Path) -> Plan {
    let environment = Environment { folder: folder.to_path_buf(), variable: |_| None, stdout_is_terminal: false, stderr_is_terminal: false };
    Plan::new(args, &environment).unwrap()
}

/// Severity of every rule of the families, and whether it is on by default.
const RULES: [(&str, &str, bool); 31] = [
    ("audit/export-gap", "medium", true),
    ("audit/export-missing", "medium", false),
    ("audit/export-shares-app-credential", "medium", true),
    ("audit/export-window-unbounded", "low", true),
    ("audit/insecure-sink", "medium", true),
    ("audit/retention-too-short", "low", true),
    ("audit/secret-store-unaudited", "low", true),
    ("audit/stream-inactive", "high", true),
    ("network/allowlist-env-mixing", "low", true),
    ("network/allowlist-invalid-entry", "low", true),
    ("network/allowlist-missing", "medium", true),
    ("network/allowlist-overbroad", "medium", true),
    ("network/allowlist-private-range", "medium", true),
    ("network/allowlist-world-open", "high", true),
    ("network/default-action-allow", "medium", true),
    ("network/insecure-transport", "high", true),
    ("network/secret-store-public", "medium", true),
    ("network/spoofable-allowlist", "medium", false),
    ("network/spoofable-remote-ip", "medium", false),
    ("network/unstable-egress", "medium", false),
    ("rotation/expired", "high", true),
    ("rotation/expiry-too-far", "medium", true),
    ("rotation/interval-too-long", "medium", true),
    ("rotation/no-expiry", "medium", true),
    ("rotation/no-rotation-config", "medium", true),
    ("rotation/notify-without-consumer", "medium", true),
    ("rotation/pinned-secret-version", "medium", true),
    ("rotation/refresh-disabled", "medium", true),
    ("rotation/rotation-disabled", "high", true),
    ("rotation/static-cloud-key", "medium", true),
    ("rotation/vault-unbounded-credential", "medium", true),
];

#[test]
fn every_rule_has_the_severity_and_the_default_that_were_agreed() {
    let family = |id: &str| FAMILIES.contains(&id.split('/').next().unwrap());
    let rules = ruleset::built_in().unwrap();
    let mut shown: Vec<(&str, String, bool)> = rules
        .iter()
        .filter(|rule| family(rule.id.as_str()))
        .map(|rule| (rule.id.as_str(), rule.severity.to_string(), rule.status != RuleStatus::Preview))
        .collect();
    shown.sort();
    let expected: Vec<(&str, String, bool)> = RULES.iter().map(|(id, severity, is_on)| (*id, (*severity).to_owned(), *is_on)).collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_variant_is_judged_as_it_is() {
    let judge = Judge::new();
    let mut wrong = String::new();
    for case in cases() {
        let severity = judge.rules.rules.iter().find(|rule| rule.id.as_str() == case.rule).map(|rule| rule.severity.to_string());
        let severity = case.severity.clone().or(severity).unwrap_or_default();
        let mut look = |variant: &str, text: &str, is_right: &dyn Fn(&Judged) -> bool| {
            let text = &case.text.as_ref().map_or_else(|| text.to_owned(), |all| all.replace('◆', text));
            let files: Vec<(&str, &str)> =
                case.beside.iter().map(|(path, text)| (path.as_str(), text.as_str())).chain([(case.path.as_str(), text.as_str())]).collect();
            let judged = judge.judge(&case.rule, &files);
            if !is_right(&judged) {
                let found: Vec<String> =
                    judged.found.iter().map(|f| format!("{}:{} {} {}", f.place.relative, f.place.start.line, f.severity, f.message)).collect();
                writeln!(wrong, "{} {}: {variant}: {found:?} {:?}", case.rule, case.ecosystem, judged.unknown).unwrap();
            }
        };
        look("violates", &case.violates, &|j| j.found.len() == 1 && j.found[0].severity.to_string() == severity);
        look("complies", &case.complies, &|j| j.found.is_empty() && j.unknown.is_empty());
        if let Some(text) = &case.unknown {
            look("unknown", text, &|j| j.found.is_empty() && !j.unknown.is_empty());
        }
        if case.unknown.is_some() == case.never.is_some() {
            writeln!(wrong, "{} {}: give `unknown`, or say in `never` why there is none", case.rule, case.ecosystem).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_rule_of_the_families_has_variants() {
    let cases = cases();
    let rules = ruleset::built_in().unwrap();
    let of_families = rules.iter().filter(|rule| FAMILIES.contains(&rule.id.as_str().split('/').next().unwrap()));
    let missing: Vec<&str> = of_families.map(|rule| rule.id.as_str()).filter(|id| !cases.iter().any(|case| case.rule == *id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
