//! C#: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
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
        concats: &["string.Concat", "String.Concat", ".Concat", ".Append", "StringBuilder"],
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
    let single = escapes::without_doubled(raw, |rest| rest.starts_with(b"{{") || rest.starts_with(b"}}"));
    escapes::unescape(&single, |kind, rest, out| match kind {
        b'\\' | b'\'' | b'"' => escapes::byte(kind, out),
        b'0' => escapes::byte(0, out),
        b'a' => escapes::byte(7, out),
        b'b' => escapes::byte(8, out),
        b'e' => escapes::byte(27, out),
        b'f' => escapes::byte(12, out),
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'v' => escapes::byte(11, out),
        b'u' => escapes::point(escapes::hex(rest, 4)?, 4, out),
        b'U' => escapes::point(escapes::hex(rest, 8)?, 8, out),
        b'x' => {
            let (code, length) = escapes::hex_at_most(rest, 4)?;
            escapes::point(code, length, out)
        }
        _ => None,
    })
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
