//! The vendor's going-live checklist: `rules/checklists/*.toml`.

use serde::Deserialize;

use super::{RuleError, load};

/// A checklist.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// What it is called.
    pub title: String,
    /// Where the vendor publishes it.
    pub guide: String,
    /// Its items, in the order of the vendor.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// One item.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// A stable name.
    pub id: String,
    /// What must be so.
    pub title: String,
    /// Rules, by id or family, whose findings violate it.
    pub rules: Vec<String>,
    /// Rules of those families that have nothing to do with it.
    #[serde(default)]
    pub except: Vec<String>,
    /// What meets it; each is enough.
    pub facts: Vec<Fact>,
    /// What to declare, or to scan, where neither decides.
    pub declare: String,
}

/// What meets an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// A secret is read from a manager of secrets, or every client declares where its secret is kept.
    StoredSecret,
    /// Clients of production and of another environment keep their secrets in different places.
    SeparateSecrets,
    /// Every client of production declares whom the vendor lets in.
    Allowlist,
    /// Each client requests exactly what its calls need.
    LeastPrivilege,
    /// Somebody has compared the scopes with what is called within the last year.
    ScopesReviewed,
    /// Hosts of the provider are named with `https`.
    Https,
    /// The audit log is requested, or its export declared.
    AuditExport,
    /// It is declared to be kept for a year.
    AuditRetention,
    /// A signature is compared in constant time.
    WebhookVerified,
    /// It is declared that there are no webhooks.
    NoWebhooks,
    /// Tokens are kept until they expire.
    TokenCache,
    /// Tokens are obtained, in code that was read whole.
    TokenHandling,
}

/// The checklists that the program knows.
pub fn built_in() -> Result<Vec<Checklist>, RuleError> {
    load::data_below::<Checklist>("rules/checklists/").map(|file| file.map(|(_, checklist)| checklist)).collect()
}

#[cfg(test)]
mod tests {
    use crate::ruleset;

    #[test]
    fn every_item_names_rules_that_there_are() {
        let rules = ruleset::built_in().unwrap();
        for item in super::built_in().unwrap().iter().flat_map(|checklist| &checklist.items) {
            assert!(!item.facts.is_empty() && !item.declare.is_empty(), "{}", item.id);
            for selector in item.rules.iter().chain(&item.except) {
                assert!(rules.iter().any(|rule| rule.id.matches(selector)), "{}: {selector}", item.id);
            }
        }
    }
}
