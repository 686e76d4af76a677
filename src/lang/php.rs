//! PHP: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::{Decoding, number};

/// PHP.
pub(super) static LANGUAGE: Language = Language {
    name: "php",
    extensions: &["php", "phtml", "php3", "php4", "php5", "php7", "php8", "phps", "phpt"],
    file_names: &["artisan"],
    interpreters: &["php"],
    query: include_str!("php.scm"),
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
    separator: "::",
    callees: Callees {
        wrappers: &[
            "trim",
            "rtrim",
            "ltrim",
            "chop",
            "strval",
            "utf8_encode",
            "utf8_decode",
            "mb_convert_encoding",
            "iconv",
            "stripslashes",
            "SensitiveParameterValue",
            "HiddenString",
            "Secret",
            ".getValue",
            ".toString",
            ".trim",
            ".value",
        ],
        joins: &["implode", "join"],
        formats: &["sprintf", "vsprintf"],
        references: &[
            "getenv",
            "file_get_contents",
            "fgets",
            "readline",
            "random_bytes",
            "openssl_random_pseudo_bytes",
            "uniqid",
            ".getSecretValue",
            ".getParameter",
            ".getParameters",
            ".accessSecretVersion",
            ".getSecret",
            ".getEnv",
        ],
        lookups: &["env", "config", "Env::get", "Config::get", "Arr::get", "data_get"],
        decoders: &[
            ("base64_decode", Decoding::Base64),
            ("sodium_base642bin", Decoding::Base64),
            ("hex2bin", Decoding::Hex),
            ("sodium_hex2bin", Decoding::Hex),
            ("urldecode", Decoding::Percent),
            ("rawurldecode", Decoding::Percent),
            ("strrev", Decoding::Reverse),
        ],
        encoders: &["base64_encode"],
        characters: &["chr", "pack(C*)", "pack(c*)", "array_map(chr)"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a PHP string literal in double quotes (manual, "Strings"), which are a superset of those in single quotes.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'\\' | b'\'' | b'"' | b'$' => escapes::byte(kind, out),
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'v' => escapes::byte(0x0b, out),
        b'e' => escapes::byte(0x1b, out),
        b'f' => escapes::byte(0x0c, out),
        b'x' | b'X' if rest.first().is_some_and(u8::is_ascii_hexdigit) => {
            let (value, length) = escapes::hex_at_most(rest, 2)?;
            out.push(u8::try_from(value).ok()?);
            Some(length)
        }
        b'u' if rest.first() == Some(&b'{') => {
            let end = memchr::memchr(b'}', rest)?;
            escapes::point(number(&rest[1..end], 16)?, end + 1, out)
        }
        b'0'..=b'7' => {
            let (value, more) = escapes::octal(kind, rest, 2)?;
            out.push(u8::try_from(value & 0xff).ok()?);
            Some(more)
        }
        // An unknown escape stays as it is written.
        other => {
            out.push(b'\\');
            escapes::byte(other, out)
        }
    })
}

/// `use A\B;`, `use A\B as C, D\E;`, `use A\{B, C\D as E};`, `use function A\f;`.
fn imports(declaration: &str) -> Vec<Import> {
    let words = declaration.trim().strip_prefix("use ").unwrap_or_default().trim_end_matches(';').trim();
    let (prefix, items) = match words.split_once('{') {
        Some((prefix, items)) => (plain(prefix), items.trim_end().trim_end_matches('}')),
        None => (String::new(), words),
    };
    items.split(',').filter_map(|item| import(&prefix, item)).collect()
}

/// A name without the words `function` and `const` before it.
fn plain(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_prefix("function ").or_else(|| name.strip_prefix("const ")).unwrap_or(name);
    name.trim().trim_start_matches('\\').to_owned()
}

fn import(prefix: &str, item: &str) -> Option<Import> {
    let item = plain(item);
    let (path, alias) = item.split_once(" as ").map_or((item.as_str(), None), |(path, alias)| (path.trim(), Some(alias.trim().to_owned())));
    let name = alias.or_else(|| path.rsplit('\\').next().map(str::to_owned))?;
    (!path.is_empty()).then(|| Import { path: format!("{prefix}{path}"), name: Some(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb", Some("a\nb")),
            (r"\x41\u{42}\103", Some("ABC")),
            (r#"\"\'\$\\"#, Some("\"'$\\")),
            (r"\q", Some(r"\q")),
            (r"\xg", Some(r"\xg")),
            (r"\u{110000}", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn use_declarations_are_imports() {
        let show = |text: &str| imports(text).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_default(), i.path)).collect::<Vec<_>>();
        assert_eq!(show(r"use League\OAuth2\Client\Provider\GenericProvider;"), [r"GenericProvider=League\OAuth2\Client\Provider\GenericProvider"]);
        assert_eq!(show(r"use \A\B as C, D\E;"), [r"C=A\B", r"E=D\E"]);
        assert_eq!(show("use A\\{B,\n C\\D as E};"), [r"B=A\B", r"E=A\C\D"]);
        assert_eq!(show(r"use function GuzzleHttp\json_encode;"), [r"json_encode=GuzzleHttp\json_encode"]);
        assert!(show("").is_empty());
    }
}
