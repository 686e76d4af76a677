//! Java: grammar, query, and what its common callees do to text. Kotlin calls the same libraries.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::Decoding;

/// Java.
pub(super) static LANGUAGE: Language = Language {
    name: "java",
    extensions: &["java"],
    file_names: &[],
    interpreters: &[],
    query: include_str!("java.scm"),
    grammar: || tree_sitter_java::LANGUAGE.into(),
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
            "CharSequence",
        ],
        concats: &[".concat", ".append", "StringBuilder", "StringBuffer"],
        joins: &["String.join"],
        decorators: &["@"],
        formats: &["String.format", ".formatted"],
        fallbacks: &[".orElse", ".orElseGet", ".or"],
        references: &[
            "System.getenv",
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
            (".reverse", Decoding::Reverse),
            ("StringUtils.reverse", Decoding::Reverse),
        ],
        encoders: &[".encodeToString", ".encodeBase64String"],
        lists: &["List.of", "Arrays.asList", "Stream.of", "Set.of", "ImmutableList.of"],
        characters: &["byte", "char"],
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The text of a string literal or text block (Java Language Specification, 3.10.6 and 3.10.7). Only text blocks hold line ends.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let first_line = raw.iter().take_while(|b| b.is_ascii_whitespace()).any(|&b| b == b'\n');
    if first_line { decoded(&without_indent(raw)?) } else { decoded(raw) }
}

/// A text block without the white space that all its lines begin with, or that they end in.
fn without_indent(block: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(block).ok()?.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').skip(1).collect();
    let is_significant = |(at, line): &(usize, &&str)| !line.trim().is_empty() || at + 1 == lines.len();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = lines.iter().enumerate().filter(is_significant).map(|(_, line)| indent(line)).min().unwrap_or(0);
    let stripped: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or("").trim_end()).collect();
    Some(stripped.join("\n").into_bytes())
}

fn decoded(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'b' => escapes::byte(8, out),
        b's' => escapes::byte(b' ', out),
        b't' => escapes::byte(b'\t', out),
        b'n' => escapes::byte(b'\n', out),
        b'f' => escapes::byte(12, out),
        b'r' => escapes::byte(b'\r', out),
        b'"' | b'\'' | b'\\' => escapes::byte(kind, out),
        b'\n' => Some(0),
        b'0'..=b'7' => {
            let (code, more) = escapes::octal(kind, rest, if kind <= b'3' { 2 } else { 1 })?;
            escapes::point(code, more, out)
        }
        b'u' => {
            let more = rest.iter().take_while(|&&b| b == b'u').count();
            let (code, length) = escapes::utf16(&rest[more..])?;
            escapes::point(code, more + length, out)
        }
        _ => None,
    })
}

/// `import com.example.Type;`, `import static com.example.Type.NAME;`, `import com.example.*;`.
fn imports(statement: &str) -> Vec<Import> {
    let path = statement.trim().trim_start_matches("import").trim_end_matches(';').trim();
    let path: String = path.strip_prefix("static ").unwrap_or(path).chars().filter(|c| !c.is_whitespace()).collect();
    match path.strip_suffix(".*") {
        Some(package) => vec![Import { path: package.to_owned(), name: None }],
        None if path.is_empty() => Vec::new(),
        None => vec![Import { name: path.rsplit('.').next().map(str::to_owned), path }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb\s", Some("a\nb ")),
            (r"\u0041\uu0042\103\0", Some("ABC\0")),
            (r"\uD83D\uDD11", Some("\u{1F511}")),
            (r#"\"\'\\"#, Some("\"'\\")),
            ("\n    ab\\\n    cd\n      e  \n    ", Some("abcd\n  e\n")),
            ("\n    ab", Some("ab")),
            (r"\q", None),
            (r"\u00", None),
            (r"\uD83D", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn imports_say_what_a_name_means() {
        for (statement, expected) in [
            ("import com.nimbusds.oauth2.sdk.auth.Secret;", "Secret=com.nimbusds.oauth2.sdk.auth.Secret"),
            ("import static a.B.C;", "C=a.B.C"),
            ("import a.b.*;", "*=a.b"),
            ("import static a.B.*;", "*=a.B"),
        ] {
            let shown: Vec<String> = imports(statement).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect();
            assert_eq!(shown, [expected], "{statement}");
        }
        assert!(imports("import ;").is_empty());
    }
}
