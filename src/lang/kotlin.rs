//! Kotlin: grammar, query, and what its common callees do to text. The libraries are those of Java.

use std::sync::OnceLock;

use super::{Callees, Import, Language};
use crate::text::decode::{Decoding, number};

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
        lists: &["listOf", "arrayOf", "setOf", "mutableListOf", "sequenceOf", "List.of", "Arrays.asList", "Stream.of", "Set.of", "ImmutableList.of"],
        characters: &["byteArrayOf", "charArrayOf", "ubyteArrayOf"],
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a string literal (Kotlin specification, "String literals"). Raw strings have none.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'"' | b'\'' | b'\\' | b'$' => out.push(kind),
            b'u' => {
                let (unit, behind) = unit(rest)?;
                let (point, behind) = match behind.strip_prefix(b"\\u").and_then(self::unit) {
                    Some((low, behind)) if (0xD800..0xDC00).contains(&unit) => (0x1_0000 + ((unit - 0xD800) << 10) + low.checked_sub(0xDC00)?, behind),
                    _ => (unit, behind),
                };
                out.extend_from_slice(char::from_u32(point)?.encode_utf8(&mut [0; 4]).as_bytes());
                rest = behind;
            }
            _ => return None,
        }
    }
    Some(out)
}

/// The four digits of `\u0041`, and what stands behind them.
fn unit(digits: &[u8]) -> Option<(u32, &[u8])> {
    let value = number(digits.get(..4)?, 16)?;
    Some((value, &digits[4..]))
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
