//! What a file is: decided here for languages and formats alike, by its whole name, how that begins, its extension, or its first line.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Format, Language, formats, table};

/// What is in a file.
#[derive(Clone, Copy)]
pub enum Content {
    /// A program.
    Language(&'static Language),
    /// Keys and values, or the instructions of an image.
    Format(&'static Format),
}

/// How the files of one kind are recognised.
struct Signs {
    file_names: &'static [&'static str],
    beginnings: &'static [&'static str],
    extensions: &'static [&'static str],
    interpreters: &'static [&'static str],
}

impl Content {
    fn all() -> impl Iterator<Item = Self> {
        table().iter().map(|language| Self::Language(language)).chain(formats().iter().map(Self::Format))
    }

    fn signs(self) -> Signs {
        match self {
            Self::Language(l) => Signs { file_names: l.file_names, beginnings: &[], extensions: l.extensions, interpreters: l.interpreters },
            Self::Format(f) => Signs { file_names: f.file_names, beginnings: f.beginnings, extensions: f.extensions, interpreters: &[] },
        }
    }

    /// The language, if it is one.
    pub fn language(self) -> Option<&'static Language> {
        if let Self::Language(language) = self { Some(language) } else { None }
    }

    /// The format, if it is one.
    pub fn format(self) -> Option<&'static Format> {
        if let Self::Format(format) = self { Some(format) } else { None }
    }
}

/// Names, beginnings of names and extensions, for it is asked of every file. Of two that claim one, the first has it.
#[derive(Default)]
struct Known {
    file_names: HashMap<&'static str, (usize, Content)>,
    beginnings: Vec<(&'static str, (usize, Content))>,
    extensions: HashMap<&'static str, Content>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::default();
    for (rank, content) in Content::all().enumerate() {
        let signs = content.signs();
        for name in signs.file_names {
            known.file_names.entry(name).or_insert((rank, content));
        }
        known.beginnings.extend(signs.beginnings.iter().map(|beginning| (*beginning, (rank, content))));
        for extension in signs.extensions {
            known.extensions.entry(extension).or_insert(content);
        }
    }
    known
});

/// What the name of a file says.
pub fn by_name(path: &str) -> Option<Content> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let begun = KNOWN.beginnings.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, content)| content);
    let named = KNOWN.file_names.get(name).into_iter().chain(begun).min_by_key(|(rank, _)| *rank).map(|(_, content)| *content);
    let by_extension = |extension: &str| match KNOWN.extensions.get(extension) {
        None if extension.bytes().any(|b| b.is_ascii_uppercase()) => KNOWN.extensions.get(extension.to_ascii_lowercase().as_str()),
        found => found,
    };
    named.or_else(|| name.rsplit_once('.').and_then(|(_, extension)| by_extension(extension)).copied())
}

/// What a file is: by its name or, where that has no extension, by its first line (`#!/usr/bin/env python3`).
pub fn of_bytes(path: &str, bytes: &[u8]) -> Option<Content> {
    let has_extension = || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    by_name(path).or_else(|| if has_extension() { None } else { by_first_line(bytes) })
}

fn by_first_line(bytes: &[u8]) -> Option<Content> {
    let line = bytes.strip_prefix(b"#!")?;
    let end = memchr::memchr2(b'\n', b'\r', &line[..line.len().min(200)]).unwrap_or_else(|| line.len().min(200));
    let mut words = std::str::from_utf8(&line[..end]).ok()?.split_whitespace();
    let program = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let mut name = program(words.next()?);
    if name == "env" {
        name = program(words.find(|word| !word.starts_with('-') && !word.contains('='))?);
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Content::all().find(|content| content.signs().interpreters.contains(&stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: Option<Content>) -> &'static str {
        match content {
            Some(Content::Language(language)) => language.name,
            Some(Content::Format(format)) => format.name,
            None => "",
        }
    }

    #[cfg(all(feature = "lang-rust", feature = "lang-python", feature = "lang-bash", feature = "lang-yaml", feature = "lang-dotenv"))]
    #[test]
    fn one_place_says_what_a_file_is() {
        for (path, bytes, expected) in [
            ("src/main.rs", "", "rust"),
            ("Main.RS", "", "rust"),
            ("values.YML", "", "yaml"),
            ("deploy/Dockerfile", "", "dockerfile"),
            ("Dockerfile.prod", "", "dockerfile"),
            ("api.dockerfile", "", "dockerfile"),
            (".env.local", "", "dotenv"),
            ("run", "#!/usr/bin/env -S python3.12 -u\n", "python"),
            ("run", "#!/bin/bash\n", "bash"),
            ("run.txt", "#!/bin/bash\n", ""),
            ("rs", "", ""),
            ("a/b.rs.txt", "", ""),
        ] {
            assert_eq!(shown(of_bytes(path, bytes.as_bytes())), expected, "{path}");
        }
    }

    #[test]
    fn no_two_kinds_of_file_share_a_sign() {
        let mut known = std::collections::HashSet::new();
        for content in Content::all() {
            let signs = content.signs();
            let names = signs.file_names.iter().chain(signs.beginnings).map(|name| format!("{name} "));
            for sign in names.chain(signs.extensions.iter().map(|extension| format!(".{extension}"))) {
                assert!(known.insert(sign.clone()), "{sign}");
            }
        }
    }
}
