//! C#: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language};
use crate::text::decode::Decoding;

/// C#.
pub(super) static LANGUAGE: Language = Language {
    name: "csharp",
    extensions: &["cs", "csx"],
    file_names: &[],
    interpreters: &["dotnet-script"],
    query: include_str!("csharp.scm"),
    grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
    separator: ".",
    callees: Callees {
        wrappers: &[
            ".GetBytes",
            ".ToString",
            ".Trim",
            ".TrimEnd",
            ".TrimStart",
            ".ToCharArray",
            ".ToArray",
            ".ToList",
            ".AsSpan",
            ".AsMemory",
            ".Normalize",
            ".Result",
            ".ConfigureAwait",
            "string.Intern",
            "string.Copy",
            "Some",
        ],
        concats: &["string.Concat", "String.Concat", ".Concat"],
        joins: &["string.Join", "String.Join"],
        formats: &["string.Format", "String.Format"],
        references: &[
            ".GetEnvironmentVariable",
            ".GetConnectionString",
            ".GetRequiredSection",
            ".GetSection",
            ".GetSecretValueAsync",
            ".GetSecretValue",
            ".GetSecretAsync",
            ".GetSecret",
            ".GetParameterAsync",
            ".AccessSecretVersion",
            ".AccessSecretVersionAsync",
            ".ReadSecretAsync",
            ".ReadAllText",
            ".ReadAllTextAsync",
            ".ReadLine",
            "Guid.NewGuid",
        ],
        lookups: &[".GetValue", ".GetValueOrDefault"],
        decoders: &[
            ("Convert.FromBase64String", Decoding::Base64),
            ("Base64UrlDecode", Decoding::Base64),
            ("WebEncoders.Base64UrlDecode", Decoding::Base64),
            ("Convert.FromHexString", Decoding::Hex),
            ("Uri.UnescapeDataString", Decoding::Percent),
            (".UrlDecode", Decoding::Percent),
            (".Reverse", Decoding::Reverse),
        ],
        encoders: &["Convert.ToBase64String", "WebEncoders.Base64UrlEncode"],
        characters: &["string", "String", ".GetString"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a C# string literal (C# specification, section 6.4.5.6), and the doubled braces of an interpolated one.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            if matches!(byte, b'{' | b'}') && rest.first() == Some(&byte) {
                rest = &rest[1..];
            }
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        let code = |digits: &[u8]| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok().and_then(char::from_u32);
        let (point, length) = match kind {
            b'\\' | b'\'' | b'"' => (char::from(kind), 0),
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b'e' => ('\x1b', 0),
            b'f' => ('\x0c', 0),
            b'n' => ('\n', 0),
            b'r' => ('\r', 0),
            b't' => ('\t', 0),
            b'v' => ('\x0b', 0),
            b'u' => (code(rest.get(..4)?)?, 4),
            b'U' => (code(rest.get(..8)?)?, 8),
            b'x' => {
                let digits = rest.iter().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
                (code(&rest[..digits])?, digits)
            }
            _ => return None,
        };
        out.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[length..];
    }
    Some(out)
}

/// `using A.B;`, `using static A.B;`, `using C = A.B;`, `global using A.B;`.
fn imports(directive: &str) -> Vec<Import> {
    let words = directive.trim().trim_start_matches("global ").trim_start().strip_prefix("using ").unwrap_or_default();
    let words = words.trim().trim_end_matches(';').trim_end();
    let words = words.strip_prefix("static ").unwrap_or(words);
    let (alias, path) = words.split_once('=').map_or((None, words), |(alias, path)| (Some(alias.trim().to_owned()), path));
    let path: String = path.split_whitespace().collect();
    let path = path.strip_prefix("global::").unwrap_or(&path).to_owned();
    if path.is_empty() { Vec::new() } else { vec![Import { path, name: alias }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb", Some("a\nb")),
            (r"\x41\u0042\U00000043", Some("ABC")),
            (r"\x4", Some("\x04")),
            (r#"\"\'\\"#, Some("\"'\\")),
            (r"\0\a\e", Some("\0\x07\x1b")),
            ("{{a}}", Some("{a}")),
            (r"\q", None),
            (r"\u12", None),
            (r"\x", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn using_directives_are_imports() {
        let show = |text: &str| imports(text).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect::<Vec<_>>();
        assert_eq!(show("using Duende.IdentityModel.Client;"), ["*=Duende.IdentityModel.Client"]);
        assert_eq!(show("global using global::Azure.Identity;"), ["*=Azure.Identity"]);
        assert_eq!(show("using static System.Text.Encoding ;"), ["*=System.Text.Encoding"]);
        assert_eq!(show("using Cred = Azure.Identity.ClientSecretCredential;"), ["Cred=Azure.Identity.ClientSecretCredential"]);
        assert!(show("using (var x = y)").len() <= 1 && show("").is_empty());
    }
}
