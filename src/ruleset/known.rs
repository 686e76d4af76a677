//! What the build script has derived from the patterns of the built-in rules: parsing all of them at every start would cost more than all the rest of it.

use super::anchors::Anchor;
use super::derive::{self, Derived, Form};
use super::lead::{Lead, Step};

include!(concat!(env!("OUT_DIR"), "/derived.rs"));

/// What is derived from a regex: looked up, or derived now.
pub fn derived(regex: &str, form: Form) -> Result<Derived, String> {
    let Ok(at) = DERIVED.binary_search_by_key(&(form, regex), |known| (known.form, known.regex)) else { return derive::derive(regex, form) };
    let known = &DERIVED[at];
    let prefixes = known.prefixes.iter().map(|prefix| prefix.to_vec()).collect();
    let lead = known.lead.map(|(offset, steps)| Lead { offset, steps: steps.into() });
    Ok(Derived { anchors: known.anchors.map(Into::into), prefixes, group: known.group, lead, needs: known.needs.to_vec() })
}

/// A regex of the built-in rules, and what is derived from it.
struct Known {
    form: Form,
    regex: &'static str,
    anchors: Option<&'static [Anchor]>,
    prefixes: &'static [&'static [u8]],
    group: usize,
    lead: Option<(usize, &'static [Step])>,
    needs: &'static [u8],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rule::{Matcher, Required};

    #[test]
    fn what_the_build_derived_is_what_the_program_derives() {
        assert!(DERIVED.is_sorted_by_key(|known| (known.form, known.regex)));
        for known in DERIVED {
            assert_eq!(derived(known.regex, known.form), derive::derive(known.regex, known.form), "{}", known.regex);
        }
    }

    #[test]
    fn every_regex_of_the_built_in_rules_is_known() {
        for rule in super::super::built_in().unwrap() {
            let own = match &rule.matcher {
                Matcher::Pattern { regex, multiline: None } => Some((Form::Line, regex)),
                Matcher::Pattern { regex, multiline: Some(_) } => Some((Form::Lines, regex)),
                Matcher::Key { name, .. } => name.as_ref().map(|name| (Form::Name, name)),
                Matcher::Sink { .. } | Matcher::Query { .. } | Matcher::Check { .. } | Matcher::Resource { .. } => None,
            };
            let required = rule.requires.iter().filter_map(|requirement| match &requirement.what {
                Required::Pattern(regex) => Some((Form::Line, regex)),
                Required::Rule(_) => None,
            });
            for (form, regex) in own.into_iter().chain(required) {
                assert!(DERIVED.iter().any(|known| known.form == form && known.regex == regex), "{}: {regex}", rule.id);
            }
        }
    }
}
