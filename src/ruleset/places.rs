//! The lines on which the examples of a rule file stand, for messages about them.

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
    fn each_example_has_its_line() {
        let text = "[[rule]]\nid = 'a'\n\n[[rule]]\nexamples = [\n  'x', # one\n  { path = 'p', text = 'y' },\n]\ncounterexamples = [{ text = 'z' }]\n";
        assert_eq!(of_rule(text, 4), ExamplePlaces { examples: vec![6, 7], counterexamples: vec![9] });
        assert_eq!(of_rule(text, 3), ExamplePlaces::default());
    }
}
