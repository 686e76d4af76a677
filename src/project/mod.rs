//! Floor 4: what only the files of a project together can say.

mod calls;
pub mod imports;
pub mod packages;
mod resources;
mod rotation;
pub mod scopes;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::facts::Resource;
use crate::model::rule::Matcher;
use crate::model::{Finding, Rule, Scanned};
use crate::ruleset::RuleSet;

use resources::Module;

/// A check of one module (directory) of infrastructure code, for the rule of this index.
type ModuleCheck = fn(&Module, usize, &Rule) -> Vec<Finding>;

/// Name (`check = "…"` in a rule) and function of every check, sorted by name.
const CHECKS: [(&str, ModuleCheck); 2] = [("rotation-interval", rotation::interval), ("rotation-missing", rotation::missing)];

/// The module (directory) that a file of infrastructure code belongs to.
pub fn module_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    [".tf", ".tofu"].iter().any(|end| name.ends_with(end)).then_some(folder)
}

/// The modules (directories) in which a file declares something that a check asks about.
pub fn modules(scanned: &[Scanned]) -> BTreeSet<String> {
    scanned.iter().flat_map(|s| &s.resources).map(|resource| resource.module.clone()).collect()
}

/// The findings that need more than one blob, in the order of the places. The resources are taken out of `scanned`; `gaps` are the modules of which
/// a file was not parsed.
pub fn findings(rules: &Arc<RuleSet>, scanned: &mut [Scanned], gaps: &BTreeSet<String>) -> Vec<Finding> {
    let active: Vec<(usize, &Rule, ModuleCheck)> = rules.rules.iter().enumerate().filter_map(|(index, rule)| active(rules, index, rule)).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let all: Vec<Resource> = scanned.iter_mut().flat_map(|s| std::mem::take(&mut s.resources)).collect();
    let mut found = Vec::new();
    for module in Module::group(&all, gaps) {
        for (index, rule, check) in &active {
            let looks_at = |finding: &Finding| rules.compiled.get(*index).is_none_or(|compiled| compiled.looks_at(&finding.place.relative));
            found.extend(check(&module, *index, rule).into_iter().filter(looks_at));
        }
    }
    found.sort_by(|a, b| (&a.place.relative, a.place.span, &a.rule).cmp(&(&b.place.relative, b.place.span, &b.rule)));
    found
}

fn active<'a>(rules: &RuleSet, index: usize, rule: &'a Rule) -> Option<(usize, &'a Rule, ModuleCheck)> {
    let Matcher::Check { name } = &rule.matcher else { return None };
    let (_, check) = CHECKS.iter().find(|(known, _)| known == name)?;
    rules.enabled.get(index).copied().unwrap_or(false).then_some((index, rule, *check))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lang;
    use crate::model::facts::Attribute;
    use crate::model::rule::{Conditions, RuleSource, RuleText};
    use crate::model::{Confidence, Place, RuleId, RuleStatus, Severity, Snippet, Target};
    use crate::scan::syntax::{self, Bounds, Parser};
    use crate::text::{Lines, Span};

    fn rule(id: &str, check: &str) -> Rule {
        Rule {
            id: RuleId::new(id),
            aliases: Vec::new(),
            title: String::new(),
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            status: RuleStatus::Stable,
            since: String::new(),
            tags: Vec::new(),
            matcher: Matcher::Check { name: check.to_owned() },
            keywords: Vec::new(),
            files: Vec::new(),
            conditions: Conditions::default(),
            validate: None,
            allow: Vec::new(),
            requires: Vec::new(),
            priority: 0,
            text: RuleText::default().into(),
            source: RuleSource::default(),
        }
    }

    /// The blob as the scan would hand it over.
    fn scanned(path: &str, text: &str) -> Scanned {
        let target = Target::in_memory(path);
        let lines = Lines::new(text.as_bytes());
        let place = |span: Span| Place::new(&target, span, lines.position(span.start), lines.position(span.end), Snippet::default());
        let module = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let raw = syntax::resources(text.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let resources = raw
            .into_iter()
            .map(|r| Resource {
                kind: r.kind,
                name: r.name,
                place: place(r.span),
                module: module.to_owned(),
                attributes: r
                    .attributes
                    .into_iter()
                    .map(|a| Attribute { path: a.path, value: a.value, expression: a.expression, place: place(a.span) })
                    .collect(),
            })
            .collect();
        Scanned { resources, ..Scanned::default() }
    }

    /// Severity and message of what both rotation rules find, with the path and the reported bytes in front.
    pub(crate) fn found(files: &[(&str, &str)]) -> Vec<String> {
        found_but(files, &[])
    }

    /// The same where a file of each of these modules was not parsed.
    pub(crate) fn found_but(files: &[(&str, &str)], gaps: &[&str]) -> Vec<String> {
        let rules = vec![rule("rotation/interval-too-long", "rotation-interval"), rule("rotation/no-rotation-config", "rotation-missing")];
        let set = RuleSet { enabled: vec![true; rules.len()], rules: Arc::new(rules), ..RuleSet::default() };
        let mut all: Vec<Scanned> = files.iter().map(|(path, text)| scanned(path, text)).collect();
        let shown = |f: &Finding| {
            let text = files.iter().find(|(path, _)| *path == &*f.place.relative).unwrap().1;
            format!("{} {} «{}» {}: {}", f.severity, f.place.relative, &text[f.place.span.range()], f.rule, f.message)
        };
        findings(&Arc::new(set), &mut all, &gaps.iter().map(|gap| (*gap).to_owned()).collect()).iter().map(shown).collect()
    }

    #[test]
    fn what_a_module_lacks_is_not_known_when_a_file_of_it_was_not_parsed() {
        let secret = ("a/main.tf", "resource \"aws_secretsmanager_secret\" \"aelix\" {}");
        assert_eq!(found_but(&[secret], &[]).len(), 1);
        assert_eq!(found_but(&[secret], &["b"]).len(), 1);
        assert_eq!(found_but(&[secret], &["a"]).len(), 0);
    }

    #[test]
    fn the_table_is_sorted_and_a_rule_that_is_off_finds_nothing() {
        assert!(CHECKS.is_sorted_by_key(|c| c.0));
        assert!(CHECKS.iter().all(|(name, _)| crate::check::CHECKS.contains(name)));
        let set = RuleSet { rules: Arc::new(vec![rule("rotation/no-rotation-config", "rotation-missing")]), enabled: vec![false], ..RuleSet::default() };
        let mut all = [scanned("main.tf", "resource \"aws_secretsmanager_secret\" \"aelix\" {}")];
        assert!(findings(&Arc::new(set), &mut all, &BTreeSet::new()).is_empty());
    }
}
