//! Rust: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::{Decoding, number};

/// Rust.
pub(super) static LANGUAGE: Language = Language {
    name: "rust",
    extensions: &["rs"],
    file_names: &[],
    interpreters: &[],
    query: include_str!("rust.scm"),
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    separator: "::",
    callees: Callees {
        wrappers: &[
            ".to_string",
            ".to_owned",
            ".into",
            ".as_str",
            ".as_ref",
            ".as_bytes",
            ".as_deref",
            ".borrow",
            ".chars",
            ".iter",
            ".into_iter",
            ".into_owned",
            ".collect",
            ".clone",
            ".cloned",
            ".copied",
            ".into_bytes",
            ".into_boxed_str",
            ".into_string",
            ".to_vec",
            ".trim",
            ".unwrap",
            ".expect",
            ".unwrap_or_default",
            ".ok",
            ".expose_secret",
            "String::from",
            "String::from_str",
            "str::to_string",
            "str::to_owned",
            "ToString::to_string",
            "ToOwned::to_owned",
            "Some",
            "Ok",
            "Into::into",
            "Box::from",
            "Box::new",
            "Arc::from",
            "Arc::new",
            "Rc::from",
            "Cow::from",
            "Cow::Borrowed",
            "Cow::Owned",
            "SecretString::from",
            "SecretString::new",
            "SecretBox::new",
            "SecretBox::from",
            "Secret::new",
            "Secret::from",
            "Zeroizing::new",
            "Zeroizing::from",
            "HeaderValue::from_static",
            "HeaderValue::from_str",
        ],
        concats: &["concat!", ".concat"],
        joins: &[".join"],
        formats: &["format!", "format_args!"],
        fallbacks: &[".unwrap_or", ".unwrap_or_else", ".or", ".or_else"],
        references: &[
            "env::var",
            "env::var_os",
            "dotenvy::var",
            "dotenv::var",
            "env!",
            "option_env!",
            "include_str!",
            "include_bytes!",
            "fs::read_to_string",
            "fs::read",
            ".get_secret_value",
            ".get_parameter",
            ".get_secret",
            ".access_secret_version",
            "kv1::get",
            "kv2::read",
        ],
        decoders: &[
            ("STANDARD.decode", Decoding::Base64),
            ("STANDARD_NO_PAD.decode", Decoding::Base64),
            ("URL_SAFE.decode", Decoding::Base64),
            ("URL_SAFE_NO_PAD.decode", Decoding::Base64),
            ("base64::decode", Decoding::Base64),
            ("BASE64.decode", Decoding::Base64),
            ("BASE64_STANDARD.decode", Decoding::Base64),
            ("BASE64_URL_SAFE.decode", Decoding::Base64),
            ("BASE64_URL_SAFE_NO_PAD.decode", Decoding::Base64),
            ("hex::decode", Decoding::Hex),
            ("urlencoding::decode", Decoding::Percent),
            (".rev", Decoding::Reverse),
        ],
        encoders: &["STANDARD.encode", "STANDARD_NO_PAD.encode", "URL_SAFE.encode", "BASE64.encode", "BASE64_STANDARD.encode", "base64::encode"],
        lists: &["vec!"],
        characters: &["String::from_utf8", "String::from_utf8_lossy", "str::from_utf8", "from_utf8"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a Rust string literal (Reference, "Quote and escape characters"), line continuation included.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'0' => escapes::byte(0, out),
        b'\\' | b'"' | b'\'' => escapes::byte(kind, out),
        b'x' => {
            out.push(u8::try_from(escapes::hex(rest, 2)?).ok()?);
            Some(2)
        }
        b'u' => {
            let end = memchr::memchr(b'}', rest)?;
            let digits: String = rest.get(1..end)?.iter().filter(|&&b| b != b'_').map(|&b| b as char).collect();
            escapes::point(number(digits.as_bytes(), 16)?, end + 1, out)
        }
        b'\n' | b'\r' => Some(rest.len() - rest.trim_ascii_start().len()),
        _ => None,
    })
}

/// The names of a use tree: `oauth2::{self, basic::BasicClient, ClientSecret as Secret, *}`.
fn imports(tree: &str) -> Vec<Import> {
    let mut out = Vec::new();
    let mut prefixes: Vec<String> = vec![String::new()];
    let mut item = String::new();
    for c in tree.chars() {
        match c {
            '{' => {
                let prefix = join(prefixes.last().map_or("", String::as_str), item.trim());
                prefixes.push(prefix);
                item.clear();
            }
            ',' | '}' => {
                finish(&mut out, prefixes.last().map_or("", String::as_str), &item);
                item.clear();
                if c == '}' && prefixes.len() > 1 {
                    prefixes.pop();
                }
            }
            c => item.push(c),
        }
    }
    finish(&mut out, "", &item);
    out
}

fn join(prefix: &str, item: &str) -> String {
    format!("{prefix}{item}").trim_start_matches("::").replace(char::is_whitespace, "")
}

fn finish(out: &mut Vec<Import>, prefix: &str, item: &str) {
    let (path, alias) = match item.trim().split_once(" as ") {
        Some((path, alias)) => (path.trim(), Some(alias.trim())),
        None => (item.trim(), None),
    };
    if path.is_empty() {
        return;
    }
    let whole = join(prefix, path);
    if let Some(module) = whole.strip_suffix("*") {
        out.push(Import { path: module.trim_end_matches("::").to_owned(), name: None });
        return;
    }
    let whole = whole.strip_suffix("::self").unwrap_or(&whole).to_owned();
    let name = alias.unwrap_or_else(|| whole.rsplit("::").next().unwrap_or(&whole)).to_owned();
    out.push(Import { path: whole, name: Some(name) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb", Some("a\nb")),
            (r"\x41\u{42}\u{1_F511}", Some("AB\u{1F511}")),
            ("ab\\\n     cd", Some("abcd")),
            (r#"\"q\""#, Some("\"q\"")),
            (r"\q", None),
            (r"\x4", None),
            (r"\x+4", None),
            (r"\u{110000}", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn use_trees_are_flattened() {
        let found = imports("oauth2::{self, basic::{BasicClient}, ClientSecret as Secret, helpers::*}");
        let pairs: Vec<_> = found.iter().map(|i| (i.path.as_str(), i.name.as_deref())).collect();
        assert_eq!(
            pairs,
            [
                ("oauth2", Some("oauth2")),
                ("oauth2::basic::BasicClient", Some("BasicClient")),
                ("oauth2::ClientSecret", Some("Secret")),
                ("oauth2::helpers", None),
            ]
        );
        assert_eq!(imports("::oauth2::prelude::*"), [Import { path: "oauth2::prelude".into(), name: None }]);
        assert_eq!(imports("oauth2 as o"), [Import { path: "oauth2".into(), name: Some("o".into()) }]);
    }
}
