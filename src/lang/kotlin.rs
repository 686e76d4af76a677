//! Kotlin: grammar, query, and what its common callees do to text. The libraries are those of Java.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::Decoding;

/// Kotlin.
pub(super) static LANGUAGE: Language = Language {
    name: "kotlin",
    extensions: &["kt", "kts"],
    file_names: &[],
    interpreters: &["kotlin", "kotlinc"],
    query: include_str!("kotlin.scm"),
    grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    separator: ".",
    callees: Callees {
        wrappers: &[
            "String",
            "String.valueOf",
            "String.copyValueOf",
            ".toString",
            ".toCharArray",
            ".getBytes",
            ".trim",
            ".strip",
            ".stripIndent",
            ".intern",
            "Optional.of",
            "Optional.ofNullable",
            "Objects.requireNonNull",
            "Objects.toString",
            "CharBuffer.wrap",
            "GuardedString",
            "lazy",
            "lazyOf",
            "requireNotNull",
            "checkNotNull",
            ".toByteArray",
            ".decodeToString",
            ".encodeToByteArray",
            ".concatToString",
            ".orEmpty",
            ".also",
        ],
        concats: &[".concat", ".plus", ".append", "StringBuilder", "StringBuffer"],
        joins: &["String.join", ".joinToString"],
        decorators: &["@"],
        formats: &["String.format", ".formatted", ".format"],
        fallbacks: &[".orElse", ".orElseGet", ".or", ".ifEmpty", ".ifBlank", ".getOrElse"],
        references: &[
            "System.getenv",
            "readln",
            "readLine",
            ".readText",
            "stringResource",
            "Files.readString",
            "Files.readAllBytes",
            "Files.readAllLines",
            ".readPassword",
            ".getSecretValue",
            ".secretString",
            ".getSecretString",
            ".getParameter",
            ".getSecret",
            ".accessSecretVersion",
            "UUID.randomUUID",
        ],
        lookups: &[
            "System.getProperty",
            ".getProperty",
            ".getOrDefault",
            "Objects.requireNonNullElse",
            "Objects.requireNonNullElseGet",
            "MoreObjects.firstNonNull",
            "ObjectUtils.defaultIfNull",
            "StringUtils.defaultString",
            "StringUtils.defaultIfEmpty",
            "StringUtils.defaultIfBlank",
            "getEnv",
            "getEnvOrDefault",
            "getenv",
            "envOrDefault",
        ],
        decoders: &[
            ("URLDecoder.decode", Decoding::Percent),
            ("Hex.decode", Decoding::Hex),
            ("Hex.decodeHex", Decoding::Hex),
            (".parseHex", Decoding::Hex),
            (".parseHexBinary", Decoding::Hex),
            (".parseBase64Binary", Decoding::Base64),
            (".decodeBase64", Decoding::Base64),
            (".decodeFromString", Decoding::Base64),
            (".decode", Decoding::Base64),
            (".reversed", Decoding::Reverse),
            (".hexToByteArray", Decoding::Hex),
            (".reverse", Decoding::Reverse),
            ("StringUtils.reverse", Decoding::Reverse),
        ],
        encoders: &[".encodeToString", ".encodeBase64String"],
        lists: &[
            "listOf",
            "arrayOf",
            "Pair",
            "Triple",
            "setOf",
            "mutableListOf",
            "sequenceOf",
            "List.of",
            "Arrays.asList",
            "Stream.of",
            "Set.of",
            "ImmutableList.of",
        ],
        characters: &["byteArrayOf", "charArrayOf", "ubyteArrayOf"],
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a string literal (Kotlin specification, "String literals"). Raw strings have none.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b't' => escapes::byte(b'\t', out),
        b'b' => escapes::byte(8, out),
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b'"' | b'\'' | b'\\' | b'$' => escapes::byte(kind, out),
        b'u' => escapes::utf16(rest).and_then(|(code, length)| escapes::point(code, length, out)),
        _ => None,
    })
}

/// `import com.example.Type`, `import com.example.name as other`, `import com.example.*`.
fn imports(statement: &str) -> Vec<Import> {
    let statement = statement.trim().trim_start_matches("import").trim_end_matches(';').trim().replace('`', "");
    let (path, alias) = statement.split_once(" as ").map_or((statement.as_str(), None), |(path, alias)| (path.trim(), Some(alias.trim())));
    match path.strip_suffix(".*") {
        Some(package) => vec![Import { path: package.to_owned(), name: None }],
        None if path.is_empty() => Vec::new(),
        None => vec![Import { path: path.to_owned(), name: alias.or_else(|| path.rsplit('.').next()).map(str::to_owned) }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb\$", Some("a\nb$")),
            (r"\u0041\t", Some("A\t")),
            (r"\uD83D\uDD11", Some("\u{1F511}")),
            (r#"\"\'\\"#, Some("\"'\\")),
            (r"\q", None),
            (r"\u00", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn imports_say_what_a_name_means() {
        for (statement, expected) in [
            ("import io.ktor.server.auth.OAuthServerSettings", "OAuthServerSettings=io.ktor.server.auth.OAuthServerSettings"),
            ("import a.b.C as D", "D=a.b.C"),
            ("import a.b.*", "*=a.b"),
        ] {
            let shown: Vec<String> = imports(statement).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect();
            assert_eq!(shown, [expected], "{statement}");
        }
        assert!(imports("import ").is_empty());
    }
}
