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
    /// Words one of which the file must hold, in any case, for the callee to be evidence; empty: none.
    pub beside: Vec<String>,
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
}

/// The words of all slots, each once, with what is prepared to find it.
#[derive(Clone, Debug, Default)]
struct Words {
    finders: Vec<memmem::Finder<'static>>,
    /// By the index of the slot.
    of: Vec<WordsOf>,
}

/// The words of one slot, by their indices.
#[derive(Clone, Debug)]
struct WordsOf {
    from: Vec<usize>,
    callees: Vec<usize>,
    /// Where the position does not tell: the names of the argument. They and what stands before the value are written in any case, as headers are.
    names: Vec<[usize; 2]>,
    after: Option<[usize; 2]>,
    beside: Vec<usize>,
}

impl Words {
    fn of(sinks: &[Sink]) -> Self {
        let (mut words, mut known) = (Self::default(), HashMap::new());
        let mut index = |word: &str| {
            *known.entry(word.to_owned()).or_insert_with(|| {
                words.finders.push(memmem::Finder::new(word).into_owned());
                words.finders.len() - 1
            })
        };
        for sink in sinks {
            let of = WordsOf {
                from: sink.from.iter().map(|word| index(word)).collect(),
                callees: sink.written_callees().map(&mut index).collect(),
                names: sink
                    .names
                    .iter()
                    .filter(|_| sink.argument.is_none())
                    .map(|name| [index(written_part(name)), index(&written_part(name).to_lowercase())])
                    .collect(),
                after: sink.after.as_ref().map(|after| [index(after), index(&after.to_lowercase())]),
                beside: sink.beside.iter().flat_map(|word| [word.clone(), word.to_lowercase(), word.to_uppercase()]).map(|word| index(&word)).collect(),
            };
            words.of.push(of);
        }
        words
    }
}

/// Which words of slots a file holds: each is looked for once.
struct Holds<'a> {
    words: &'a Words,
    bytes: &'a [u8],
    known: Vec<Option<bool>>,
    imported: HashMap<usize, bool>,
}

impl<'a> Holds<'a> {
    fn new(words: &'a Words, bytes: &'a [u8]) -> Self {
        Self { words, bytes, known: vec![None; words.finders.len()], imported: HashMap::new() }
    }

    fn word(&mut self, index: usize) -> bool {
        *self.known[index].get_or_insert_with(|| self.words.finders[index].find(self.bytes).is_some())
    }

    fn any_case(&mut self, word: [usize; 2]) -> bool {
        self.word(word[0]) || self.word(word[1])
    }

    fn import(&mut self, package: usize) -> bool {
        let (words, bytes) = (self.words, self.bytes);
        self.word(package) && *self.imported.entry(package).or_insert_with(|| is_imported(bytes, words.finders[package].needle()))
    }

    fn beside(&mut self, slot: usize) -> bool {
        let beside = &self.words.of[slot].beside;
        beside.is_empty() || beside.iter().any(|word| self.word(*word))
    }

    /// The words that a call of a slot needs: a callee, a name where the position does not tell, an import.
    fn slot(&mut self, slot: usize) -> bool {
        let of = &self.words.of[slot];
        let is_from = of.from.is_empty() || of.from.iter().any(|package| self.import(*package));
        is_from
            && (of.callees.is_empty() || of.callees.iter().any(|callee| self.word(*callee)))
            && (of.names.is_empty() || of.names.iter().any(|name| self.any_case(*name)))
            && of.after.is_none_or(|after| self.any_case(after))
            && self.beside(slot)
    }
}

/// The last segment of a name that stands in a file: the entry `auth.1` of a list is not numbered there.
fn written_part(name: &str) -> &str {
    name.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(name)
}

/// Whether a package stands on a line that looks like an import, in any language.
fn is_imported(bytes: &[u8], package: &[u8]) -> bool {
    let begins = ["import", "from", "use", "using", "require", "const", "let", "var", "pub", "extern", "load", "source", "\"", "'", "}", "_", "("];
    memmem::find_iter(bytes, package).take(64).any(|at| {
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
    /// The words of all of them; made when a file is looked at.
    words: OnceLock<Words>,
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
    #[serde(default)]
    beside: Vec<String>,
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
            beside: self.beside,
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
        self.words = OnceLock::new();
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
        let mut holds = self.holds(bytes);
        slots.iter().any(|slot| holds.slot(*slot))
    }

    fn holds<'a>(&'a self, bytes: &'a [u8]) -> Holds<'a> {
        Holds::new(self.words.get_or_init(|| Words::of(&self.all)), bytes)
    }

    /// Behind which bytes stands what a file gives to these slots: names of arguments and fields, callees that are called and not only imported. Sorted.
    pub fn given_behind(&self, slots: &[usize], bytes: &[u8]) -> Vec<usize> {
        let mut holds = self.holds(bytes);
        let held = slots.iter().filter(|slot| holds.slot(**slot)).map(|slot| &self.all[*slot]);
        let mut found: Vec<usize> = held.flat_map(|sink| given_to(sink, bytes)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a file holds the words beside which a slot is evidence.
    pub fn is_beside(&self, sink: &Sink, bytes: &[u8]) -> bool {
        let holds = |word: &String| [word.clone(), word.to_lowercase(), word.to_uppercase()].iter().any(|word| memmem::find(bytes, word.as_bytes()).is_some());
        sink.beside.is_empty() || sink.beside.iter().any(holds)
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

/// Where the names of a slot end, or, of one whose position tells, its callees.
fn given_to(sink: &Sink, bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    if sink.argument.is_none() {
        for name in &sink.names {
            let name = written_part(name);
            for written in [name, &name.to_lowercase()] {
                found.extend(memmem::find_iter(bytes, written).map(|at| at + written.len()));
            }
        }
        return found;
    }
    for callee in &sink.callees {
        let word = last_word(callee).trim_end_matches('!');
        found.extend(memmem::find_iter(bytes, word).map(|at| at + word.len()).filter(|end| is_call(&bytes[*end..])));
    }
    found
}

/// Whether what stands behind a callee looks like a call: `(`, `{`, `!`, type arguments, a constructor.
fn is_call(behind: &[u8]) -> bool {
    [b"(".as_slice(), b"{", b" {", b"<", b"!", b"::", b".new", b" ("].iter().any(|sign| behind.starts_with(sign))
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
