//! Values that the configuration allows: their findings are muted where they are made, while the bytes are there.

use std::sync::Arc;

use globset::GlobSet;
use regex::bytes::{Regex, RegexBuilder};

use crate::model::Rule;

/// Size limit of one compiled regex, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// Values that one regex matches, of some rules, in some paths.
#[derive(Clone, Debug)]
pub struct AllowedValue {
    /// What the value has somewhere.
    pub regex: Regex,
    /// Rule ids and selectors; empty: all rules.
    pub rules: Vec<String>,
    /// Paths relative to the scan's root; none: all.
    pub paths: Option<GlobSet>,
    /// Who allows it, for reports.
    pub reason: Arc<str>,
}

impl AllowedValue {
    fn covers(&self, value: &[u8], rule: &Rule, path: &str) -> bool {
        let names = |selector: &String| rule.id.matches(selector) || rule.aliases.iter().any(|alias| alias.as_str() == selector);
        (self.rules.is_empty() || self.rules.iter().any(names)) && self.paths.as_ref().is_none_or(|paths| paths.is_match(path)) && self.regex.is_match(value)
    }
}

/// All of a run.
#[derive(Clone, Debug, Default)]
pub struct AllowedValues(pub Vec<AllowedValue>);

impl AllowedValues {
    /// Who allows this value where this rule reports it in this path.
    pub fn reason(&self, value: &[u8], rule: &Rule, path: &str) -> Option<&str> {
        self.0.iter().find(|allowed| allowed.covers(value, rule, path)).map(|allowed| &*allowed.reason)
    }
}

/// The regex of an allowed value: on bytes, ASCII classes, unanchored. Why not, where it is none, without repeating it: it may hold a secret.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large; use fewer or shorter repetitions".to_owned(),
        error => error.to_string().lines().last().unwrap_or("bad regex").trim_start_matches("error: ").to_owned(),
    })?;
    if regex.is_match(b"") { Err("it matches the empty text, and so every value; require at least one byte".to_owned()) } else { Ok(regex) }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_bad_regex_is_explained_and_not_repeated() {
        for (pattern, why) in
            [("hunter2(", "unclosed group"), ("hunter2(?=x)", "look-around"), ("abcd(?:[a-z]{900}x){900}", "too large"), ("x*", "every value")]
        {
            let error = compile(pattern).unwrap_err();
            assert!(error.contains(why) && !error.contains("hunter2") && !error.contains('\n'), "{error}");
        }
    }
}
