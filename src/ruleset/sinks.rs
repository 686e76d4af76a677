//! The slots of known APIs that carry a credential, a scope, a URL: `rules/sinks/<ecosystem>.toml`.

use serde::Deserialize;

use super::{RuleError, embedded_below};

/// Where the files are.
const FOLDER: &str = "rules/sinks/";

/// One slot of one API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sink {
    /// What it carries: `client-secret`, `scope`, …
    pub kind: String,
    /// Name of the language the API is for.
    pub language: String,
    /// The callee by its last segments (`ClientSecret::new`), a method as `.name`.
    pub callee: String,
    /// Packages one of which the callee must come from; empty: its name alone is evidence enough.
    pub from: Vec<String>,
    /// 0-based position of the argument.
    pub argument: usize,
}

/// All known slots.
#[derive(Clone, Debug, Default)]
pub struct Sinks {
    all: Vec<Sink>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    sink: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    callee: String,
    #[serde(default)]
    from: Vec<String>,
    argument: usize,
}

impl Sinks {
    /// The slots that ship with the program.
    pub fn built_in() -> Result<Self, RuleError> {
        let mut all = Vec::new();
        for (name, text) in embedded_below(FOLDER) {
            all.extend(Self::parse(name, text)?.all);
        }
        Ok(Self { all })
    }

    /// The slots of one file; `name` is for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, RuleError> {
        let file: File = toml::from_str(text).map_err(|e| RuleError { message: format!("cannot read the sinks of {name}: {}", e.to_string().trim_end()) })?;
        let language = file.language;
        let sink = |e: Entry| Sink { kind: e.kind, language: language.clone(), callee: e.callee, from: e.from, argument: e.argument };
        Ok(Self { all: file.sink.into_iter().map(sink).collect() })
    }

    /// The slots of one language.
    pub fn of<'a>(&'a self, language: &'a str) -> impl Iterator<Item = &'a Sink> {
        self.all.iter().filter(move |s| s.language == language)
    }

    /// Every kind that some slot has, for checking rules.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|s| s.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_sinks_are_valid_and_name_known_languages() {
        let sinks = Sinks::built_in().unwrap();
        assert!(sinks.of("rust").any(|s| s.kind == "client-secret" && s.argument == 0));
        for sink in &sinks.all {
            assert!(crate::lang::table().iter().any(|l| l.name == sink.language), "{sink:?}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_file_and_line() {
        let error = Sinks::parse("rules/sinks/x.toml", "language = \"rust\"\n[[sink]]\nkind = \"a\"\ncallee = \"f\"\nargumnt = 0\n").unwrap_err();
        assert!(error.message.contains("rules/sinks/x.toml") && error.message.contains("argumnt"), "{error}");
    }
}
