//! The slots of known APIs that carry a credential, a scope, a URL: `rules/sinks/<ecosystem>.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use memchr::memmem;
use serde::Deserialize;

use super::{RuleError, data_below, nearest};

/// Where the files are.
const FOLDER: &str = "rules/sinks/";
/// The languages of slots, also those that a small build leaves out.
pub const LANGUAGES: [&str; 13] = ["bash", "csharp", "go", "hcl", "java", "javascript", "kotlin", "php", "python", "ruby", "rust", "tsx", "typescript"];
/// What stands before the credentials of basic authentication in a header.
pub const BASIC: &str = "Basic ";
/// Shortest word by which the file of a slot can be found, in bytes.
const LEAST_WORD: usize = 4;

/// One slot of one API: a positional or named argument of a call, an entry of an object among its arguments, or a field that is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sink {
    /// What it carries: `client-secret`, `scope`, …
    pub kind: String,
    /// Names of the languages the API is for.
    pub languages: Vec<String>,
    /// The callee by its last segments (`ClientSecret::new`), a method as `.name`, a constructor or a struct literal by its type; empty for a field.
    pub callees: Vec<String>,
    /// Packages one of which the callee must come from; empty: its name alone is evidence enough.
    pub from: Vec<String>,
    /// 0-based position of the argument.
    pub argument: Option<usize>,
    /// Names of the argument, of the entry (`auth.clientSecret`) or of the field.
    pub names: Vec<String>,
    /// What stands before the secret in the value, whatever its case: `Bearer `.
    pub after: Option<String>,
    /// Whether the value is `user:password`, plain or in base64, of which only the password counts.
    pub credentials: bool,
}

impl Sink {
    /// What it lacks to name a slot.
    fn check(&self) -> Result<(), String> {
        if self.names.is_empty() && (self.argument.is_none() || self.callees.is_empty()) {
            return Err(format!("a sink of kind `{}` needs a callee with an argument or a name, or a name alone for a field", self.kind));
        }
        Ok(())
    }

    /// The callees as they stand in a file: of one that is found by its import the last word, for the import may give it another owner.
    fn written_callees(&self) -> impl Iterator<Item = &str> {
        let last = |callee| if self.from.is_empty() { callee } else { last_word(callee) };
        self.callees.iter().map(move |callee| last(callee.as_str()))
    }

    /// Whether a file holds the words that a call of this slot needs: a callee, a name where the position does not tell, an import.
    fn may_be_in<'a>(&'a self, bytes: &[u8], finders: &Finders, known: &mut HashMap<&'a str, bool>) -> bool {
        let contains = |word: &str| finders.get(word).map_or_else(|| memmem::find(bytes, word.as_bytes()), |finder| finder.find(bytes)).is_some();
        let mut stands = |word: &'a str| *known.entry(word).or_insert_with(|| contains(word));
        let is_from = self.from.is_empty() || self.from.iter().any(|package| stands(package) && is_imported(bytes, package));
        if !is_from || !(self.callees.is_empty() || self.written_callees().any(&mut stands)) {
            return false;
        }
        // Headers are written in any case.
        let mut has = |word: &'a str| stands(word) || word.contains(char::is_uppercase) && contains(&word.to_lowercase());
        let named = self.argument.is_some() || self.names.is_empty() || self.names.iter().any(|name| has(written_part(name)));
        named && self.after.iter().all(|after| has(after))
    }
}

/// Words with what is prepared to find them.
type Finders = HashMap<String, memmem::Finder<'static>>;

/// The last segment of a name that stands in a file: the entry `auth.1` of a list is not numbered there.
fn written_part(name: &str) -> &str {
    name.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(name)
}

/// Whether a package stands on a line that looks like an import, in any language.
fn is_imported(bytes: &[u8], package: &str) -> bool {
    let begins = ["import", "from", "use", "using", "require", "const", "let", "var", "pub", "extern", "load", "source", "\"", "'", "}", "_", "("];
    memchr::memmem::find_iter(bytes, package.as_bytes()).take(64).any(|at| {
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |p| p + 1);
        let line = bytes[start..at].trim_ascii_start();
        let is_path = bytes[at + package.len()..].starts_with(b"::") || bytes[at + package.len()..].starts_with(b"\\");
        is_path || begins.iter().any(|begin| line.starts_with(begin.as_bytes())) || memchr::memmem::find(line, b"require").is_some() || is_alias(line)
    })
}

/// `oauth2 "golang.org/x/oauth2"`: a Go import under another name.
fn is_alias(line: &[u8]) -> bool {
    let word = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    word > 0 && line[word..].trim_ascii_start() == b"\""
}

/// All known slots.
#[derive(Clone, Debug, Default)]
pub struct Sinks {
    all: Vec<Sink>,
    /// For the words of all of them; made when a file is looked at.
    finders: OnceLock<Finders>,
    /// Where those of users are written, in the same order; empty for those of the program.
    places: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    languages: Vec<String>,
    sink: Vec<Entry>,
}

/// One slot as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    kind: String,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    callee: OneOrMore,
    #[serde(default)]
    from: Vec<String>,
    argument: Option<usize>,
    #[serde(default)]
    name: OneOrMore,
    after: Option<String>,
    #[serde(default)]
    credentials: bool,
}

impl Entry {
    fn into_sink(self, languages: &[String]) -> Sink {
        Sink {
            kind: self.kind,
            languages: if self.languages.is_empty() { languages.to_vec() } else { self.languages },
            callees: self.callee.into_vec(),
            from: self.from,
            argument: self.argument,
            names: self.name.into_vec(),
            credentials: self.credentials || self.after.as_deref() == Some(BASIC),
            after: self.after,
        }
    }
}

/// `"a"` or `["a", "b"]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    #[default]
    None,
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![one],
            Self::More(more) => more,
        }
    }
}

impl Sinks {
    /// The slots that ship with the program.
    pub fn built_in() -> Result<Self, RuleError> {
        let mut all = Vec::new();
        for file in data_below(FOLDER) {
            let (name, file) = file?;
            all.extend(Self::of_file(name, file)?.all);
        }
        Ok(Self { all, ..Self::default() })
    }

    /// The slots of one file; `name` is for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, RuleError> {
        Self::of_file(name, toml::from_str(text).map_err(|error| cannot_read(name, error.to_string().trim_end()))?)
    }

    fn of_file(name: &str, file: File) -> Result<Self, RuleError> {
        let mut all = Vec::new();
        for entry in file.sink {
            let sink = entry.into_sink(&file.languages);
            sink.check().map_err(|what| cannot_read(name, &what))?;
            all.push(sink);
        }
        Ok(Self { all, ..Self::default() })
    }

    /// A slot of a user, written at `place` (`my.toml:3`); `languages` are those of its file.
    pub fn own(place: &str, entry: Entry, languages: &[String]) -> Result<Self, RuleError> {
        let sink = entry.into_sink(languages);
        let bad = |what: String| RuleError::new(format!("{place}: {what}"));
        sink.check().map_err(bad)?;
        if sink.languages.is_empty() {
            return Err(bad(format!("the sink of kind `{}` names no language; add `languages = [\"python\"]`", sink.kind)));
        }
        if let Some(unknown) = sink.languages.iter().find(|language| !LANGUAGES.contains(&language.as_str())) {
            let hint =
                nearest(unknown, LANGUAGES.into_iter()).map_or_else(|| format!("one of {}", LANGUAGES.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(bad(format!("no language is named `{unknown}`; {hint}")));
        }
        if sink.callees.iter().chain(&sink.names).chain(&sink.from).all(|word| word.trim_start_matches('.').len() < LEAST_WORD) {
            return Err(bad(format!("a callee, a name or a package of at least {LEAST_WORD} bytes is needed, by which files are found")));
        }
        Ok(Self { all: vec![sink], places: vec![place.to_owned()], ..Self::default() })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds those of another.
    pub fn add(&mut self, other: Self) {
        self.all.extend(other.all);
        self.places.extend(other.places);
        self.finders = OnceLock::new();
    }

    /// Kind and place of each slot of a user.
    pub fn owned(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().zip(&self.places).map(|(sink, place)| (sink.kind.as_str(), place.as_str()))
    }

    /// The slots of one language.
    pub fn of<'a>(&'a self, language: &'a str) -> impl Iterator<Item = &'a Sink> {
        self.all.iter().filter(move |s| s.languages.iter().any(|l| l == language))
    }

    /// The slots of one language, each with its index.
    pub fn indexed<'a>(&'a self, language: &'a str) -> impl Iterator<Item = (usize, &'a Sink)> {
        self.all.iter().enumerate().filter(move |(_, sink)| sink.languages.iter().any(|l| l == language))
    }

    /// Whether a file holds the words that a call of one of these slots needs: a look at its bytes that saves parsing most files.
    pub fn may_reach(&self, slots: &[usize], bytes: &[u8]) -> bool {
        if slots.is_empty() {
            return false;
        }
        let (finders, mut known) = (self.finders.get_or_init(|| self.new_finders()), HashMap::new());
        slots.iter().filter_map(|index| self.all.get(*index)).any(|sink| sink.may_be_in(bytes, finders, &mut known))
    }

    fn new_finders(&self) -> Finders {
        let words = |sink: &Sink| {
            let names = sink.names.iter().map(|name| written_part(name)).chain(sink.after.as_deref());
            let words = sink.written_callees().chain(sink.from.iter().map(String::as_str)).chain(names);
            words.flat_map(|word| [word.to_owned(), word.to_lowercase()]).collect::<Vec<_>>()
        };
        let prepared = |word: String| {
            let finder = memmem::Finder::new(&word).into_owned();
            (word, finder)
        };
        self.all.iter().flat_map(words).map(prepared).collect()
    }

    /// The same of a file that holds no secret itself: where a slot has no name, its callee must be called, not only imported.
    pub fn may_be_given(&self, slots: &[usize], bytes: &[u8]) -> bool {
        let (finders, mut known) = (self.finders.get_or_init(|| self.new_finders()), HashMap::new());
        let is_called = |sink: &Sink| sink.argument.is_none() || sink.callees.iter().any(|callee| is_called(bytes, callee));
        slots.iter().filter_map(|index| self.all.get(*index)).any(|sink| sink.may_be_in(bytes, finders, &mut known) && is_called(sink))
    }

    /// Every kind that some slot has, for checking rules.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|s| s.kind.as_str())
    }
}

/// `sign` of `jsonwebtoken.sign`.
fn last_word(callee: &str) -> &str {
    callee.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '!')).next().filter(|word| !word.is_empty()).unwrap_or(callee)
}

/// Whether what stands behind a callee somewhere looks like a call: `(`, `{`, `!`, type arguments, a constructor.
fn is_called(bytes: &[u8], callee: &str) -> bool {
    let word = last_word(callee).trim_end_matches('!');
    memchr::memmem::find_iter(bytes, word.as_bytes()).any(|at| {
        let behind = &bytes[at + word.len()..];
        [b"(".as_slice(), b"{", b" {", b"<", b"!", b"::", b".new", b" ("].iter().any(|sign| behind.starts_with(sign))
    })
}

fn cannot_read(name: &str, what: &str) -> RuleError {
    RuleError::new(format!("cannot read the sinks of {name}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_sinks_are_valid_and_name_known_languages() {
        let sinks = Sinks::built_in().unwrap();
        assert!(sinks.of("rust").any(|s| s.kind == "client-secret" && s.argument == Some(0)));
        for sink in &sinks.all {
            for language in &sink.languages {
                assert!(LANGUAGES.contains(&language.as_str()), "{sink:?}");
            }
        }
    }

    #[test]
    fn the_built_in_sinks_are_those_of_their_files() {
        let files = crate::ruleset::load::embedded_below(FOLDER).flat_map(|(name, text)| Sinks::parse(name, text).unwrap().all);
        assert_eq!(Sinks::built_in().unwrap().all, files.collect::<Vec<_>>());
    }

    #[test]
    fn a_callee_that_an_import_renames_is_looked_for_by_its_last_word() {
        let sinks = Sinks::parse(
            "a.toml",
            "languages = [\"javascript\"]\n[[sink]]\nkind = \"signing-key\"\ncallee = \"tokens.sign\"\nfrom = [\"tokens\"]\nargument = 1\n",
        )
        .unwrap();
        for (text, expected) in [
            ("import jwt from \"tokens\";\njwt.sign(x, \"k\");\n", true),
            ("import jwt from \"tokens\";\njwt.read(x, \"k\");\n", false),
            ("import jwt from \"others\";\njwt.sign(x, \"k\");\n", false),
        ] {
            assert_eq!(sinks.may_reach(&[0], text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_file_and_line() {
        let error = Sinks::parse("rules/sinks/x.toml", "languages = [\"rust\"]\n[[sink]]\nkind = \"a\"\ncallee = \"f\"\nargumnt = 0\n").unwrap_err();
        assert!(error.message.contains("rules/sinks/x.toml") && error.message.contains("argumnt"), "{error}");
    }
}
