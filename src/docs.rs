//! Floor 2: a rule as text. (Stand-in.)

use crate::model::Rule;

/// The rule's page in Markdown.
pub fn rule_page(rule: &Rule) -> String {
    rule_text(rule)
}

/// The rule's page for a terminal.
pub fn rule_text(rule: &Rule) -> String {
    format!("{} ({}, {} confidence)\n{}\n\n{}\n\n{}\n", rule.id, rule.severity, rule.confidence, rule.title, rule.why, rule.fix)
}

/// The catalogue of all rules in Markdown.
pub fn catalogue(rules: &[Rule]) -> String {
    rules.iter().map(rule_page).collect::<Vec<_>>().join("\n")
}
