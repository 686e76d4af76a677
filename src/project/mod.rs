//! Floor 4: what only the files of a project together can say.

mod allowlist;
pub mod audit;
pub mod blast;
mod calls;
mod conditions;
mod expression;
pub mod imports;
mod mesh;
pub mod packages;
mod resources;
mod rotation;
pub mod scopes;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::model::facts::Resource;
use crate::model::rule::{Matcher, ResourceCondition};
use crate::model::sign::Sign;
use crate::model::{Finding, Hit, Notice, Place, Rank, Related, Rule, Scanned, Severity};
use crate::ruleset::RuleSet;
pub use crate::scan::helm::chart_of_values;
use crate::scan::{PINNED, helm, is_made_up};
use crate::text::Secret;
use crate::text::value::date::Moment;

use audit::World;
use resources::Module;

/// A check of one module (directory, stack, document) of infrastructure code.
type ModuleCheck = for<'a> fn(&Module<'a>) -> Vec<Outcome<'a>>;

/// Name (`check = "…"` in a rule) and function of every check, sorted by name.
const CHECKS: [(&str, ModuleCheck); 7] = [
    ("network-env-mixing", allowlist::env_mixing),
    ("network-invalid-entry", allowlist::invalid_entry),
    ("network-overbroad", allowlist::overbroad),
    ("network-private-range", allowlist::private_range),
    ("network-world-open", allowlist::world_open),
    ("rotation-missing", rotation::missing),
    ("rotation-unheard", rotation::unheard),
];

/// A check of everything that a project declares and shows.
type ProjectCheck = for<'a> fn(&World<'a>) -> Vec<Outcome<'a>>;

/// The same of whole projects.
const PROJECT_CHECKS: [(&str, ProjectCheck); 7] = [
    ("audit-credential", audit::shares_credential),
    ("audit-gap", audit::gap),
    ("audit-missing", audit::missing),
    ("audit-window", audit::window),
    ("declared-secret", audit::shared_secret),
    ("network-env-mixing", allowlist::env_superset),
    ("network-spoofable", mesh::spoofable),
];

/// What a check says of one place.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It is known to be wrong.
    Violates(Found<'a>),
    /// Nobody can tell before it is applied.
    Unknown {
        /// What cannot be told.
        place: &'a Place,
    },
}

/// What is known to be wrong.
#[derive(Debug)]
pub struct Found<'a> {
    /// Its identity for the fingerprint.
    pub what: String,
    /// Where.
    pub place: &'a Place,
    /// What to say; the rule's title where none.
    pub message: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Further lines.
    pub notes: Vec<String>,
    /// Another severity than that of the rule.
    pub severity: Option<Severity>,
}

impl Found<'_> {
    fn finding(self, index: usize, rule: &Rule) -> Finding {
        let mut hit = Hit::secret(index, rule, self.place.span, Rank::Generic);
        hit.secret = false;
        hit.message = self.message;
        hit.notes = self.notes;
        hit.severity = self.severity.unwrap_or(rule.severity);
        if is_example(&self.place.relative) {
            hit.severity = lower(hit.severity);
            hit.notes.push("the file looks like a test or an example, so the severity is lower".to_owned());
        }
        Finding::new(rule, hit, &Secret::new(self.what, 0), self.place.clone(), self.related)
    }
}

/// What would satisfy a rule, as a note: on lines of its own where it has several, as it would stand in the file.
fn to_add(snippet: &str) -> String {
    if snippet.contains('\n') { format!("add:\n{snippet}") } else { format!("add: {snippet}") }
}

/// Whether a file is a test or an example. `template.yaml` is what a stack is called.
fn is_example(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_stack = name.strip_prefix("template.").is_some_and(|end| matches!(end, "yaml" | "yml" | "json")) || name.contains(".template");
    if is_stack { is_made_up(&format!("{folder}/stack.yaml")) } else { is_made_up(path) }
}

/// The next lower severity.
fn lower(severity: Severity) -> Severity {
    let below = Severity::ALL.into_iter().find(|other| *other < severity);
    below.unwrap_or(severity)
}

/// What the project stage amounts to.
#[derive(Default)]
pub struct Judged {
    /// What is wrong, in the order of the places.
    pub findings: Vec<Finding>,
    /// What nobody can tell before it is applied.
    pub unknown: Vec<Notice>,
    /// What is declared to be right.
    pub signs: Vec<Sign>,
}

/// How a rule judges.
#[derive(Clone, Copy)]
enum Judge<'r> {
    Check(ModuleCheck),
    Project(ProjectCheck),
    Conditions(&'r [ResourceCondition]),
}

/// The module (directory) that a file of infrastructure code belongs to.
pub fn module_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    [".tf", ".tofu", ".tf.json", ".tfvars", ".tfvars.json"].iter().any(|end| name.ends_with(end)).then_some(folder)
}

/// The modules (directories) in which a file declares something that a check asks about, and those above them that may call them.
pub fn modules(scanned: &[Scanned]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for resource in scanned.iter().flat_map(|s| &s.resources).filter(|r| module_of(&r.place.relative).is_some()) {
        let mut folder = resource.module.as_str();
        while out.insert(folder.to_owned()) && !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
    out
}

/// The charts whose values a template asks for, and those above them that give them some.
pub fn charts(scanned: &[Scanned]) -> BTreeSet<String> {
    let asks = |resource: &&Resource| resource.attributes.iter().any(|attribute| attribute.expression.contains("values"));
    let asking = scanned.iter().flat_map(|s| &s.resources).filter_map(|r| helm::chart_of(&r.place.relative).filter(|_| asks(&r)));
    asking.flat_map(|chart| [Some(chart), chart.rsplit_once("/charts/").map(|(above, _)| above)]).flatten().map(str::to_owned).collect()
}

/// Whether a file was read for what it declares, and not for versions of secrets alone.
pub fn is_parsed(scanned: &Scanned) -> bool {
    scanned.resources.iter().any(|resource| resource.kind != PINNED)
}

/// What the project stage goes by beside the files with declarations.
pub struct Around<'a> {
    /// The modules of which a file was not parsed.
    pub gaps: &'a BTreeSet<String>,
    /// What counts as now.
    pub now: Moment,
    /// What files show.
    pub signs: &'a [Sign],
    /// The folder of the package of a file.
    pub package_of: &'a dyn Fn(&str) -> String,
}

/// The findings that need more than one blob. The resources are taken out of `scanned`.
pub fn findings(rules: &Arc<RuleSet>, scanned: &mut [Scanned], around: &Around) -> Judged {
    let active: Vec<(usize, &Rule, Judge)> = rules.rules.iter().enumerate().flat_map(|(index, rule)| active(rules, index, rule)).collect();
    if active.is_empty() {
        return Judged::default();
    }
    let all: Vec<Resource> = scanned.iter_mut().flat_map(|s| std::mem::take(&mut s.resources)).collect();
    let modules = Module::group(&all, around.gaps, around.now);
    let world = World { resources: &all, signs: around.signs, package_of: around.package_of };
    let mut judged = Judged::default();
    // One module is looked at for each set of values: what is wrong whatever they are is said once.
    let mut seen = HashSet::new();
    let mut unknown = BTreeMap::new();
    for module in &modules {
        for (index, rule, judge) in &active {
            let outcomes = match judge {
                Judge::Check(check) => check(module),
                Judge::Project(_) => continue,
                Judge::Conditions(conditions) => conditions::find(module, conditions),
            };
            for outcome in outcomes {
                add(outcome, (rules, *index, rule), &mut judged.findings, (&mut seen, &mut unknown));
            }
        }
    }
    for (index, rule, judge) in &active {
        if let Judge::Project(check) = judge {
            for outcome in check(&world) {
                add(outcome, (rules, *index, rule), &mut judged.findings, (&mut seen, &mut unknown));
            }
        }
    }
    judged.signs = audit::declared(&world, around.now);
    judged.unknown = unknown.into_iter().filter(|(key, _)| !seen.contains(key)).map(|(_, notice)| notice).collect();
    judged.findings.sort_by(|a, b| (&a.place.relative, a.place.span, &a.rule).cmp(&(&b.place.relative, b.place.span, &b.rule)));
    judged
}

/// Rule, file, first byte.
type Key = (usize, Arc<str>, usize);

fn add(
    outcome: Outcome,
    (rules, index, rule): (&RuleSet, usize, &Rule),
    findings: &mut Vec<Finding>,
    (seen, unknown): (&mut HashSet<Key>, &mut BTreeMap<Key, Notice>),
) {
    let (Outcome::Violates(Found { place, .. }) | Outcome::Unknown { place }) = &outcome;
    let looks_at = rules.compiled.get(index).is_none_or(|compiled| compiled.looks_at(&place.relative));
    let key = (index, place.relative.clone(), place.span.start);
    match outcome {
        _ if !looks_at => {}
        Outcome::Violates(found) => findings.extend(seen.insert(key).then(|| found.finding(index, rule))),
        Outcome::Unknown { place } => {
            let message = format!("line {}: {} cannot be decided: the value is not known before it is applied", place.start.line, rule.id);
            unknown.insert(key, Notice { display: place.display.clone(), relative: place.relative.clone(), message });
        }
    }
}

/// How a rule that is on judges: by a check of modules, by one of whole projects, by both.
fn active<'a>(rules: &RuleSet, index: usize, rule: &'a Rule) -> Vec<(usize, &'a Rule, Judge<'a>)> {
    let judges: Vec<Judge> = match &rule.matcher {
        Matcher::Check { name } => {
            let of_module = CHECKS.iter().filter(|(known, _)| known == name).map(|(_, check)| Judge::Check(*check));
            let of_project = PROJECT_CHECKS.iter().filter(|(known, _)| known == name).map(|(_, check)| Judge::Project(*check));
            of_module.chain(of_project).collect()
        }
        Matcher::Resource { conditions } => vec![Judge::Conditions(conditions)],
        _ => Vec::new(),
    };
    let is_on = rules.enabled.get(index).copied().unwrap_or(false);
    judges.into_iter().filter(|_| is_on).map(|judge| (index, rule, judge)).collect()
}

/// What the kind of a configuration file of an application begins with.
pub const CONFIG: &str = "config:";

/// The words of a name or expression, in lower case: `apiKey-prod` → api, key, prod.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut lower_before = false;
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && lower_before) {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            last.push(c.to_ascii_lowercase());
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    out.retain(|w| !w.is_empty());
    out
}

/// Whether a type is one of some, where `*` at an end stands for any text.
fn kind_matches(kind: &str, types: &[String]) -> bool {
    let may_be = |wanted: &&String| matches!(wanted.as_bytes().first(), first if first == Some(&b'*') || first == kind.as_bytes().first());
    types.iter().filter(may_be).any(|wanted| match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(end), None) => kind.ends_with(end),
        (None, Some(start)) => kind.starts_with(start),
        (Some(_), Some(_)) => kind.contains(wanted.trim_matches('*')),
        (None, None) => match wanted.split_once('*') {
            Some((start, end)) => kind.len() >= start.len() + end.len() && kind.starts_with(start) && kind.ends_with(end),
            None => kind == wanted,
        },
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::{Blob, RuleStatus, Target};
    use crate::ruleset::{self, RuleOptions};
    use crate::scan::{ScanOptions, Scanner, Worker};
    use crate::text::Span;

    /// Severity, path, reported bytes, rule and message of what the rules about infrastructure find.
    pub(crate) fn found(files: &[(&str, &str)]) -> Vec<String> {
        judged(files, &[]).0
    }

    /// The same of one rule.
    pub(crate) fn of_rule(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
        found(files).into_iter().filter(|found| found.contains(&format!(" {rule}: "))).collect()
    }

    /// What is found, and what nobody can tell, where a file of each of these modules was not parsed.
    pub(crate) fn judged(files: &[(&str, &str)], gaps: &[&str]) -> (Vec<String>, Vec<String>) {
        let shown = |f: &Finding| {
            let text = files.iter().find(|(path, _)| *path == &*f.place.relative).unwrap().1;
            format!("{} {} «{}» {}: {}", f.severity, f.place.relative, &text[f.place.span.range()], f.rule, f.message)
        };
        let rules = everything();
        let judged = judged_by((&rules, &Scanner::new(rules.clone(), ScanOptions::default())), files, gaps);
        (judged.findings.iter().map(shown).collect(), judged.unknown.into_iter().map(|notice| notice.message).collect())
    }

    /// All rules, those that are off by default too.
    fn everything() -> Arc<RuleSet> {
        let preview = ruleset::built_in().unwrap().iter().filter(|rule| rule.status == RuleStatus::Preview).map(|rule| rule.id.to_string()).collect();
        Arc::new(RuleSet::load(&RuleOptions { extend_select: preview, ..RuleOptions::default() }).unwrap())
    }

    fn judged_by((rules, scanner): (&Arc<RuleSet>, &Scanner), files: &[(&str, &str)], gaps: &[&str]) -> Judged {
        let scan = |(path, text): &(&str, &str)| {
            let (target, mut worker) = (Target::in_memory(path), Worker::default());
            let blob = Blob::new(&target, text.as_bytes());
            Scanned { signs: scanner.scan(&blob, &mut worker).signs, ..scanner.resources(&blob, &mut worker) }
        };
        let mut all: Vec<Scanned> = files.iter().map(scan).collect();
        let now = "2026-01-01".parse().unwrap();
        let signs: Vec<Sign> = all.iter_mut().flat_map(|s| std::mem::take(&mut s.signs)).collect();
        let gaps = gaps.iter().map(|gap| (*gap).to_owned()).collect();
        findings(rules, &mut all, &Around { gaps: &gaps, now, signs: &signs, package_of: &|_| String::new() })
    }

    /// A file with what a finding says to add, where somebody would put it: beside the resource if it is one, else in it, in place of what is there.
    fn with_added((path, text): (&str, &str), place: Span, snippet: &str) -> String {
        let at = place.start;
        let name = snippet.split([' ', ':']).next().unwrap_or(snippet);
        if text[place.range()].starts_with(name) {
            return format!("{}{snippet}{}", &text[..at], &text[place.end..]);
        }
        let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end + 1);
        let indented = |by: usize| snippet.lines().map(|line| format!("{:by$}{line}\n", "")).collect::<Vec<_>>().concat();
        let after = |word: &str| text[at..].find(word).map(|found| at + found);
        let (position, added) = match path.rsplit('.').next().unwrap_or(path) {
            _ if snippet.starts_with("resource ") || snippet.starts_with("[integration") => (text.len(), indented(0)),
            "yaml" if snippet.contains("Type: AWS::") => (text.len(), indented(2)),
            "yaml" if text.contains("Properties:") => (line_end(after("Properties:").unwrap()), indented(6)),
            "yaml" if text.contains("Resources:") => (text.len(), format!("    Properties:\n{}", indented(6))),
            "yaml" => (line_end(text.rfind("spec:").unwrap()), indented(2)),
            "bicep" => (line_end(text.rfind("properties:").unwrap()), indented(4)),
            // Within the resource whose attribute it is, or whose head.
            "tf" => (line_end(["resource \"", "module \""].iter().filter_map(|head| text[..text.len().min(at + 10)].rfind(head)).max().unwrap()), indented(2)),
            _ => (line_end(at), indented(0)),
        };
        format!("{}{added}{}", &text[..position], &text[position..])
    }

    /// Further files in which something is missing, of rules whose examples do not show it.
    const MORE: &[(&str, &str, &str)] = &[
        (
            "audit/stream-inactive",
            "main.bicep",
            "resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {\n  name: 'kv'\n}\nresource d 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {\n  name: 'd'\n  scope: kv\n  properties: {\n    logs: [{ category: 'AzurePolicyEvaluationDetails', enabled: true }]\n  }\n}\n",
        ),
        ("audit/secret-store-unaudited", "main.bicep", "resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {\n  name: 'kv'\n}\n"),
        (
            "audit/secret-store-unaudited",
            "main.tf",
            "resource \"google_project\" \"p\" {\n  project_id = \"p\"\n}\nresource \"google_secret_manager_secret\" \"s\" {\n  project = google_project.p.project_id\n}\n",
        ),
        ("network/allowlist-missing", "main.tf", "resource \"okta_api_token\" \"aelix\" {\n  name = \"aelix\"\n}\n"),
        ("network/allowlist-missing", "main.tf", "resource \"okta_app_oauth\" \"aelix\" {\n  type = \"service\"\n}\n"),
        ("network/secret-store-public", "main.tf", "resource \"azurerm_key_vault\" \"v\" {\n  public_network_access_enabled = true\n}\n"),
        (
            "network/secret-store-public",
            "main.bicep",
            "resource kv 'Microsoft.KeyVault/vaults@2023-07-01' = {\n  name: 'kv'\n  properties: {\n    enableRbacAuthorization: true\n  }\n}\n",
        ),
        (
            "network/secret-store-public",
            "svc.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: vault\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 8200\n",
        ),
        ("network/unstable-egress", "main.tf", "resource \"aws_lambda_function\" \"aelix\" {\n  runtime = \"python3.13\"\n}\n"),
        (
            "network/unstable-egress",
            "stack.yaml",
            "Resources:\n  AelixFunction:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13\n",
        ),
        (
            "rotation/no-expiry",
            "main.bicep",
            "resource s 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {\n  name: 'kv/aelix-api-key'\n  properties: {\n    value: key\n  }\n}\n",
        ),
        (
            "rotation/no-rotation-config",
            "main.tf",
            "module \"aelix\" {\n  source = \"terraform-aws-modules/secrets-manager/aws\"\n  name   = \"prod/aelix/client_secret\"\n}\n",
        ),
        ("rotation/static-cloud-key", "stack.yaml", "Resources:\n  Key:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: ci\n"),
    ];

    #[test]
    fn what_a_finding_says_to_add_makes_it_go_away() {
        let rules = everything();
        let scanner = Scanner::new(rules.clone(), ScanOptions::default());
        let mut pasted = 0;
        for rule in ruleset::built_in().unwrap().iter().filter(|rule| matches!(rule.id.family(), "audit" | "network" | "rotation")) {
            let more = MORE.iter().filter(|(id, ..)| rule.id.as_str() == *id).map(|(_, path, text)| (*path, (*text).to_owned()));
            let examples = rule.text.examples.iter().map(|example| (example.path.as_deref().unwrap_or("x"), example.text.replace(['«', '»'], "")));
            for (path, text) in examples.chain(more).collect::<Vec<_>>() {
                let of_rule = |text: &str| -> Vec<Finding> {
                    judged_by((&rules, &scanner), &[(path, text)], &[]).findings.into_iter().filter(|finding| finding.rule == rule.id).collect()
                };
                let found = of_rule(&text);
                assert!(!found.is_empty() || !MORE.iter().any(|(_, _, more)| *more == text), "{}: nothing is missing in\n{text}", rule.id);
                for finding in found {
                    let Some(snippet) = finding.notes.iter().find_map(|note| note.strip_prefix("add:")) else { continue };
                    let whole = with_added((path, &text), finding.place.span, snippet.trim_start());
                    let is_there = of_rule(&whole).iter().any(|again| again.message == finding.message);
                    assert!(!is_there, "{}: {}\n{whole}", rule.id, finding.message);
                    pasted += 1;
                }
            }
        }
        assert!(pasted > 25, "{pasted}");
    }

    #[test]
    fn what_a_module_lacks_is_not_known_when_a_file_of_it_was_not_parsed() {
        let secret = ("a/main.tf", "resource \"aws_secretsmanager_secret\" \"aelix\" {}");
        assert_eq!(judged(&[secret], &[]).0.len(), 1);
        assert_eq!(judged(&[secret], &["b"]).0.len(), 1);
        assert_eq!(judged(&[secret], &["a"]).0.len(), 0);
    }

    #[test]
    fn the_table_is_sorted_and_every_check_is_known_to_the_rules() {
        assert!(CHECKS.is_sorted_by_key(|c| c.0) && PROJECT_CHECKS.is_sorted_by_key(|c| c.0));
        let names = CHECKS.iter().map(|c| c.0).chain(PROJECT_CHECKS.iter().map(|c| c.0));
        assert!(names.into_iter().all(|name| crate::check::CHECKS.contains(&name)));
    }

    #[test]
    fn types_are_matched_with_any_text_at_a_star() {
        for (wanted, kind, expected) in [
            ("aws_x", "aws_x", true),
            ("aws_x", "aws_xy", false),
            ("azurerm_*_web_app", "azurerm_linux_web_app", true),
            ("azurerm_*", "azurerm_x", true),
            ("*_firewall_rule", "azurerm_mssql_firewall_rule", true),
            ("a_*_b", "a_b", false),
        ] {
            assert_eq!(kind_matches(kind, &[wanted.to_owned()]), expected, "{wanted} {kind}");
        }
    }
}
