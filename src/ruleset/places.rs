//! The lines on which the examples of a rule file stand, for messages about them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::load::line_of;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    examples: Vec<Spanned<IgnoredAny>>,
    #[serde(default)]
    counterexamples: Vec<Spanned<IgnoredAny>>,
}

/// A table whose keys have places.
type Keys = BTreeMap<Spanned<String>, toml::Value>;

#[derive(Deserialize)]
struct KeyFile {
    #[serde(default)]
    rule: Vec<Keys>,
}

#[derive(Deserialize)]
struct InnerKeyFile {
    #[serde(default)]
    rule: Vec<InnerKeys>,
}

#[derive(Deserialize)]
struct InnerKeys {
    #[serde(default)]
    key: Keys,
    #[serde(default)]
    query: Keys,
}

/// The keys of every rule of a file's text with their 1-based lines, those of `[rule.key]` as `key.name`, those of `[rule.query]` as `query.python`; nothing, where the text is no rule file.
pub fn keys(text: &str) -> Vec<Vec<(String, u32)>> {
    let (Ok(outer), Ok(inner)) = (toml::from_str::<KeyFile>(text), toml::from_str::<InnerKeyFile>(text)) else { return Vec::new() };
    let lines = |keys: &Keys, prefix: &str| -> Vec<(String, u32)> {
        keys.keys().map(|key| (format!("{prefix}{}", key.get_ref()), line_of(text, key.span().start))).collect()
    };
    outer.rule.iter().zip(&inner.rule).map(|(outer, inner)| [lines(outer, ""), lines(&inner.key, "key."), lines(&inner.query, "query.")].concat()).collect()
}

/// 1-based lines of one rule's examples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExamplePlaces {
    /// Of its examples, in their order.
    pub examples: Vec<u32>,
    /// Of its counterexamples.
    pub counterexamples: Vec<u32>,
}

/// Where the examples of the rule at `line` of a file's text stand; nothing, where no rule is there.
pub fn of_rule(text: &str, line: u32) -> ExamplePlaces {
    let Ok(file) = toml::from_str::<File>(text) else { return ExamplePlaces::default() };
    let lines = |all: &[Spanned<IgnoredAny>]| all.iter().map(|one| line_of(text, one.span().start)).collect();
    let rule = file.rule.iter().find(|rule| line_of(text, rule.span().start) == line).map(Spanned::get_ref);
    rule.map_or_else(ExamplePlaces::default, |rule| ExamplePlaces { examples: lines(&rule.examples), counterexamples: lines(&rule.counterexamples) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_line() {
        let text = "[[rule]]\nid = 'a'\n\n[[rule]]\nallow = [\n  'x',\n]\n[rule.key]\nvalue = 'y'\n[[rule.requires]]\npattern = 'z'\n";
        let of = |keys: &[(&str, u32)]| keys.iter().map(|(key, line)| ((*key).to_owned(), *line)).collect::<Vec<_>>();
        assert_eq!(keys(text), [of(&[("id", 2)]), of(&[("allow", 5), ("key", 8), ("requires", 10), ("key.value", 9)])]);
    }

    #[test]
    fn each_example_has_its_line() {
        let text = "[[rule]]\nid = 'a'\n\n[[rule]]\nexamples = [\n  'x', # one\n  { path = 'p', text = 'y' },\n]\ncounterexamples = [{ text = 'z' }]\n";
        assert_eq!(of_rule(text, 4), ExamplePlaces { examples: vec![6, 7], counterexamples: vec![9] });
        assert_eq!(of_rule(text, 3), ExamplePlaces::default());
    }
}
