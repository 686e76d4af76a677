//! Java: grammar, query, and what its common callees do to text. Kotlin calls the same libraries.

use std::sync::OnceLock;

use super::{Callees, Import, Language};
use crate::text::decode::{Decoding, number};

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
    if first_line { escapes(&without_indent(raw)?) } else { escapes(raw) }
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

fn escapes(raw: &[u8]) -> Option<Vec<u8>> {
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
            b'b' => out.push(8),
            b's' => out.push(b' '),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'f' => out.push(12),
            b'r' => out.push(b'\r'),
            b'"' | b'\'' | b'\\' => out.push(kind),
            b'\n' => {}
            b'0'..=b'7' => {
                let most = if kind <= b'3' { 2 } else { 1 };
                let more = rest.iter().take(most).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let digits = [&[kind], &rest[..more]].concat();
                let point = number(&digits, 8).and_then(char::from_u32)?;
                out.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[more..];
            }
            b'u' => {
                let digits = &rest[rest.iter().take_while(|&&b| b == b'u').count()..];
                let (unit, behind) = unit(digits)?;
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
