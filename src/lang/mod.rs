//! Floor 1: the tables of languages and formats, and what a file is. A language is a grammar, a query whose captures become facts, and a few words of its own.

#[cfg(feature = "lang-bash")]
mod bash;
#[cfg(feature = "lang-csharp")]
mod csharp;
pub mod detect;
mod escapes;
mod format;
#[cfg(feature = "lang-go")]
mod go;
#[cfg(feature = "lang-hcl")]
mod hcl;
#[cfg(feature = "lang-java")]
mod java;
#[cfg(any(feature = "lang-javascript", feature = "lang-typescript"))]
mod javascript;
#[cfg(feature = "lang-kotlin")]
mod kotlin;
#[cfg(feature = "lang-php")]
mod php;
#[cfg(feature = "lang-python")]
mod python;
pub mod query;
#[cfg(feature = "lang-ruby")]
mod ruby;
#[cfg(feature = "lang-rust")]
mod rust;
#[cfg(feature = "lang-typescript")]
mod typescript;

use std::sync::OnceLock;

pub use format::{Format, Notation, format_of, formats, holds_settings};

use crate::text::decode::Decoding;

use query::{Query, QueryError};

/// Capture names that a query may use; `scan/syntax.rs` knows these and nothing else of a language.
///
/// * `string` a literal; inside it `string.text` as it stands, `string.escape` to be unescaped, `string.hole` with the expression `hole.inner`, if that
///   is known; `string.raw` a literal without such children: its text is what stands between its quotes; `literal` a bare number or word;
/// * `keep` an expression with the same text as `keep.inner`; `concat` its `concat.part`s in order; `sequence` a list of `sequence.part`s;
///   `fallback` an expression whose value is `fallback.value` where another is missing; `reverse` the text of `reverse.inner` backwards;
/// * `reference` an expression that is read at run time; `entry` the entry `entry.key` of the object or list `entry.object`, both written in this file;
/// * `call` with `call.callee` (a name, or a path of names), or `call.method` and `call.receiver`, or both; and `call.arguments`, the node whose named
///   children are the arguments. A child that is a `binding.field` is a named argument. Constructors and struct literals are calls too. A callee that ends
///   before the method is the first part of a path to it; one that stands among the arguments of a call that is its own list (a shell's) is none of them;
/// * `binding` (also `binding.constant`, visible before it is declared, and `binding.field`, which binds no variable) with `binding.name` and `binding.value`,
///   or of several names at once `binding.list`, the list whose part at the place of the name is its value;
/// * `object` a literal whose named children are `binding.field`s;
/// * `assign` with `assign.name` and `assign.value`: the variable has no single value any more;
/// * `function` with `function.name` and `function.parameters`, whose named children hold the names of its parameters as `binding`s; or with
///   `function.body`, in which the number of a parameter is its name (a shell's `$1`);
/// * `scope` where names end, `import` a use of another module, `test` code that only tests run, `comment`;
/// * `error` what the grammar does not understand: added to every query;
/// * `block` with `block.type` and `block.label`: declared infrastructure, whose attributes are its `binding.field`s.
pub const CAPTURES: [&str; 48] = [
    "string",
    "string.text",
    "string.escape",
    "string.hole",
    "hole.inner",
    "string.raw",
    "literal",
    "keep",
    "keep.inner",
    "concat",
    "concat.part",
    "sequence",
    "sequence.part",
    "fallback",
    "fallback.value",
    "reverse",
    "reverse.inner",
    "reference",
    "entry",
    "entry.object",
    "entry.key",
    "call",
    "call.callee",
    "call.method",
    "call.receiver",
    "call.arguments",
    "binding",
    "binding.constant",
    "binding.field",
    "binding.name",
    "binding.value",
    "binding.list",
    "object",
    "assign",
    "assign.name",
    "assign.value",
    "function",
    "function.name",
    "function.parameters",
    "function.body",
    "scope",
    "import",
    "test",
    "comment",
    "error",
    "block",
    "block.type",
    "block.label",
];

/// One language: everything the program knows about it.
pub struct Language {
    /// Name in rule files and messages: `rust`.
    pub name: &'static str,
    /// File extensions, without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names.
    pub file_names: &'static [&'static str],
    /// Programs a first line `#!` may name: `python3` also as `/usr/bin/env python3`.
    pub interpreters: &'static [&'static str],
    /// The query whose captures (see [`CAPTURES`]) become facts.
    pub query: &'static str,
    /// The grammar.
    pub grammar: fn() -> tree_sitter::Language,
    /// What stands between the segments of a path: `::`.
    pub separator: &'static str,
    /// What certain callees do to text.
    pub callees: Callees,
    /// Turns the inside of a literal with escapes into its text; `None` for an escape it does not know.
    pub unescape: fn(&[u8]) -> Option<Vec<u8>>,
    /// Reads the text of an `import` capture.
    pub imports: fn(&str) -> Vec<Import>,
    /// The query, compiled on first use; made with [`OnceLock::new`].
    pub compiled: OnceLock<Result<Query, QueryError>>,
}

/// Callees that folding understands. A path matches by its last segments (`String::from` also as `std::string::String::from`), a method is written `.name`, a macro `name!`.
pub struct Callees {
    /// The result has the text of the receiver or, without one, of the first argument.
    pub wrappers: &'static [&'static str],
    /// The result is the arguments, or the receiver's parts, one after the other.
    pub concats: &'static [&'static str],
    /// The result is the receiver's parts with the first argument between them, or, where the receiver is text, the parts of the first argument with it between.
    pub joins: &'static [&'static str],
    /// The result is the first argument with the others in its holes: `{}`, `%s`, `%v`, `{0}`.
    pub formats: &'static [&'static str],
    /// The result is the receiver or else the first argument.
    pub fallbacks: &'static [&'static str],
    /// The result is read at run time: environment, secret managers, files.
    pub references: &'static [&'static str],
    /// The result is read at run time, or else the second argument: `os.getenv("NAME", "literal")`.
    pub lookups: &'static [&'static str],
    /// The result is the decoded receiver or, without one that is text, the decoded first argument.
    pub decoders: &'static [(&'static str, Decoding)],
    /// The result is the receiver or else the first argument, encoded: what counts is the text in it (`Basic` and base64 of `id:secret`).
    pub encoders: &'static [&'static str],
    /// The result is a list of the arguments: `List.of("a", "b")`, `listOf("a", "b")`.
    pub lists: &'static [&'static str],
    /// The result is text whose characters are the arguments, or the parts of the first argument: `String.fromCharCode(97, 98)`.
    pub characters: &'static [&'static str],
    /// What makes an annotation or a decorator of the call behind it, rather than a part of a name: `@`.
    pub decorators: &'static [&'static str],
}

impl Callees {
    /// None at all.
    pub const NONE: Self = Self {
        wrappers: &[],
        concats: &[],
        joins: &[],
        formats: &[],
        fallbacks: &[],
        references: &[],
        lookups: &[],
        decoders: &[],
        encoders: &[],
        lists: &[],
        characters: &[],
        decorators: &[],
    };
}

/// A name that a file takes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What is imported, in full: `oauth2::ClientSecret`; for a glob the module.
    pub path: String,
    /// The name it has here; `None` for a glob, which brings every name of `path`.
    pub name: Option<String>,
}

impl Language {
    /// The compiled query.
    pub fn query(&self) -> Result<&Query, &QueryError> {
        let text = || format!("{}\n(ERROR) @error\n", self.query);
        self.compiled.get_or_init(|| Query::new(&(self.grammar)(), &text())).as_ref()
    }
}

static LANGUAGES: &[&Language] = &[
    #[cfg(feature = "lang-bash")]
    &bash::LANGUAGE,
    #[cfg(feature = "lang-csharp")]
    &csharp::LANGUAGE,
    #[cfg(feature = "lang-go")]
    &go::LANGUAGE,
    #[cfg(feature = "lang-hcl")]
    &hcl::LANGUAGE,
    #[cfg(feature = "lang-java")]
    &java::LANGUAGE,
    #[cfg(feature = "lang-javascript")]
    &javascript::LANGUAGE,
    #[cfg(feature = "lang-kotlin")]
    &kotlin::LANGUAGE,
    #[cfg(feature = "lang-php")]
    &php::LANGUAGE,
    #[cfg(feature = "lang-python")]
    &python::LANGUAGE,
    #[cfg(feature = "lang-ruby")]
    &ruby::LANGUAGE,
    #[cfg(feature = "lang-rust")]
    &rust::LANGUAGE,
    #[cfg(feature = "lang-typescript")]
    &typescript::TSX,
    #[cfg(feature = "lang-typescript")]
    &typescript::LANGUAGE,
];

/// All languages, in the order of their names.
pub fn table() -> &'static [&'static Language] {
    LANGUAGES
}

/// The language that the name of the file says, if it is one of ours.
pub fn of(path: &str) -> Option<&'static Language> {
    detect::by_name(path).and_then(detect::Content::language)
}

/// The language of a file: by its name or, where that has no extension, by its first line (`#!/usr/bin/env python3`).
pub fn of_file(path: &str, bytes: &[u8]) -> Option<&'static Language> {
    detect::of_bytes(path, bytes).and_then(detect::Content::language)
}

/// The language that people call so: by its name, an extension or an interpreter (`python`, `py`, `python3`).
pub fn named(word: &str) -> Option<&'static Language> {
    let word = word.to_ascii_lowercase();
    let known = match word.as_str() {
        "shell" | "console" | "shell-session" | "sh-session" | "terminal" | "shellscript" => "bash",
        "golang" => "go",
        "c#" => "csharp",
        "node" | "nodejs" | "ecmascript" | "babel" => "javascript",
        "terraform" => "hcl",
        other => other,
    };
    let stem = known.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_called = |l: &&&'static Language| [known, stem].iter().any(|word| l.name == *word || l.extensions.contains(word) || l.interpreters.contains(word));
    table().iter().find(is_called).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_the_language() {
        for (path, expected) in
            [("src/main.rs", Some("rust")), ("Main.RS", Some("rust")), ("infra/main.tf", Some("hcl")), ("rs", None), ("a/b.rs.txt", None), ("x", None)]
        {
            assert_eq!(of(path).map(|l| l.name), expected, "{path}");
        }
    }

    #[test]
    fn languages_go_by_many_names() {
        for (word, expected) in [
            ("rust", Some("rust")),
            ("RS", Some("rust")),
            ("rust2021", Some("rust")),
            ("terraform", Some("hcl")),
            ("tf", Some("hcl")),
            ("", None),
            ("text", None),
        ] {
            assert_eq!(named(word).map(|l| l.name), expected, "{word}");
        }
    }

    #[test]
    fn every_query_compiles_and_uses_known_captures_only() {
        for language in table() {
            let query = language.query().unwrap_or_else(|e| panic!("{}: {e}", language.name));
            for name in query.captures() {
                assert!(CAPTURES.contains(&name.as_str()) || name.starts_with('_'), "{}: unknown capture @{name}", language.name);
            }
        }
    }

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(table().is_sorted_by_key(|l| l.name));
    }
}
