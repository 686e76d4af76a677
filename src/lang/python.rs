//! Python: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::Decoding;

/// Python.
pub(super) static LANGUAGE: Language = Language {
    name: "python",
    extensions: &["py", "pyi", "pyw"],
    file_names: &["wscript", "SConstruct", "SConscript"],
    interpreters: &["python", "pypy"],
    query: include_str!("python.scm"),
    grammar: || tree_sitter_python::LANGUAGE.into(),
    separator: ".",
    callees: Callees {
        wrappers: &[
            "str",
            "bytes",
            ".encode",
            ".decode",
            ".strip",
            ".rstrip",
            ".lstrip",
            "SecretStr",
            "SecretBytes",
            ".get_secret_value",
            "bytearray",
            "dedent",
            "quote",
            "Secret",
        ],
        joins: &[".join"],
        decorators: &["@"],
        formats: &[".format", ".%"],
        references: &[
            "input",
            "getpass",
            "open",
            ".read",
            ".read_text",
            ".get_secret_string",
            ".get_parameter",
            ".get_parameters",
            ".access_secret_version",
            ".read_secret_version",
            ".read_secret",
            ".get_secret",
            "get_secret",
            "get_parameter",
            "token_urlsafe",
            "token_hex",
            "token_bytes",
            "uuid4",
        ],
        lookups: &["os.getenv", "getenv", "environ.get", "environ.setdefault", "environ.pop", "config", "env", "env.str"],
        decoders: &[
            ("b64decode", Decoding::Base64),
            ("urlsafe_b64decode", Decoding::Base64),
            ("standard_b64decode", Decoding::Base64),
            ("decodebytes", Decoding::Base64),
            ("unhexlify", Decoding::Hex),
            ("a2b_hex", Decoding::Hex),
            ("a2b_base64", Decoding::Base64),
            ("bytes.fromhex", Decoding::Hex),
            ("bytearray.fromhex", Decoding::Hex),
            ("unquote", Decoding::Percent),
            ("unquote_plus", Decoding::Form),
            ("reversed", Decoding::Reverse),
        ],
        encoders: &["b64encode", "standard_b64encode", "urlsafe_b64encode"],
        characters: &["bytes", "bytearray", "chr", "map(chr)"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a Python string literal (Language reference, "String and bytes literals"), and a doubled brace of an f-string.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    if matches!(raw, b"{{" | b"}}") {
        return Some(vec![raw[0]]);
    }
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'\n' => Some(0),
        b'\\' | b'\'' | b'"' => escapes::byte(kind, out),
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'a' => escapes::byte(0x07, out),
        b'b' => escapes::byte(0x08, out),
        b'f' => escapes::byte(0x0c, out),
        b'v' => escapes::byte(0x0b, out),
        b'x' => escapes::point(escapes::hex(rest, 2)?, 2, out),
        b'u' => escapes::point(escapes::hex(rest, 4)?, 4, out),
        b'U' => escapes::point(escapes::hex(rest, 8)?, 8, out),
        b'0'..=b'7' => {
            let (code, more) = escapes::octal(kind, rest, 2)?;
            escapes::point(code, more, out)
        }
        b'N' => None,
        // An unknown escape stays as it is written.
        other => {
            out.push(b'\\');
            escapes::point(u32::from(other), 0, out)
        }
    })
}

/// `import a.b as c, d` and `from a.b import (c as d, e)`.
fn imports(statement: &str) -> Vec<Import> {
    let clean = statement.replace(['(', ')', '\\', '\n', '\r'], " ");
    let (module, names) = match clean.trim().strip_prefix("from ") {
        Some(rest) => match rest.split_once(" import ") {
            Some((module, names)) => (Some(module.trim()), names),
            None => return Vec::new(),
        },
        None => (None, clean.trim().strip_prefix("import ").unwrap_or_default()),
    };
    names.split(',').filter_map(|item| import(module, item.trim())).collect()
}

fn import(module: Option<&str>, item: &str) -> Option<Import> {
    let (path, alias) = item.split_once(" as ").map_or((item, None), |(path, alias)| (path.trim(), Some(alias.trim().to_owned())));
    if path.is_empty() {
        return None;
    }
    Some(match module {
        Some(module) if path == "*" => Import { path: module.to_owned(), name: None },
        Some(module) => Import { path: format!("{module}.{path}"), name: alias.or_else(|| Some(path.to_owned())) },
        // `import a.b` binds `a`, and `a.b.c` means just that.
        None => match alias {
            Some(alias) => Import { path: path.to_owned(), name: Some(alias) },
            None => Import { path: path.to_owned(), name: path.split('.').next().filter(|first| *first == path).map(str::to_owned) },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb", Some("a\nb")),
            (r"\x41\u0042\103\0", Some("ABC\0")),
            ("ab\\\ncd", Some("abcd")),
            (r#"\"\'"#, Some("\"'")),
            (r"\q\d", Some(r"\q\d")),
            (r"\N{DIGIT ONE}", None),
            (r"\x4", None),
            (r"\x+4", None),
            ("{{", Some("{")),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn imports_say_what_a_name_means() {
        let show = |text: &str| imports(text).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect::<Vec<_>>();
        assert_eq!(
            show("from authlib.integrations import (\n  OAuth2Session as S,\n  b,\n)"),
            ["S=authlib.integrations.OAuth2Session", "b=authlib.integrations.b"]
        );
        assert_eq!(show("import msal, os.path as p, a.b"), ["msal=msal", "p=os.path", "*=a.b"]);
        assert_eq!(show("from x import *"), ["*=x"]);
    }
}
