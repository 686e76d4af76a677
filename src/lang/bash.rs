//! Bash and the other shells of its family: grammar, query, and what common commands do to text.

use std::sync::OnceLock;

use super::{Callees, Language, escapes};
use crate::text::decode::Decoding;

/// Bash, sh, dash, ksh and zsh.
pub(super) static LANGUAGE: Language = Language {
    name: "bash",
    extensions: &["sh", "bash", "zsh", "ksh", "bats", "ebuild", "command"],
    file_names: &[
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".bash_logout",
        ".bash_aliases",
        ".profile",
        ".zshrc",
        ".zshenv",
        ".zprofile",
        ".zlogin",
        ".kshrc",
        ".envrc",
        "bashrc",
        "zshrc",
        "PKGBUILD",
    ],
    interpreters: &["sh", "bash", "dash", "zsh", "ksh", "ash"],
    query: include_str!("bash.scm"),
    grammar: || tree_sitter_bash::LANGUAGE.into(),
    separator: "::",
    callees: Callees { decoders: &[("base64", Decoding::Base64), ("xxd", Decoding::Hex), ("rev", Decoding::Reverse)], ..Callees::NONE },
    unescape,
    imports: |_| Vec::new(),
    compiled: OnceLock::new(),
};

/// What a backslash does in double quotes (manual, section 3.1.2.3) or, where the text begins with `$'`, in ANSI-C quotes (section 3.1.2.4).
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let Some(inside) = raw.strip_prefix(b"$'").and_then(|rest| rest.strip_suffix(b"'")) else { return Some(double_quoted(raw)) };
    escapes::unescape(inside, |kind, rest, out| match kind {
        b'x' => {
            let (code, length) = escapes::hex_at_most(rest, 2)?;
            out.push(u8::try_from(code).ok()?);
            Some(length)
        }
        b'u' | b'U' => {
            let (code, length) = escapes::hex_at_most(rest, if kind == b'u' { 4 } else { 8 })?;
            escapes::point(code, length, out)
        }
        b'0'..=b'7' => {
            let (code, more) = escapes::octal(kind, rest, 2)?;
            out.push(u8::try_from(code & 0xff).ok()?);
            Some(more)
        }
        _ => escapes::byte(control(kind)?, out),
    })
}

fn control(kind: u8) -> Option<u8> {
    Some(match kind {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 0x07,
        b'b' => 0x08,
        b'e' | b'E' => 0x1b,
        b'f' => 0x0c,
        b'v' => 0x0b,
        b'\\' | b'\'' | b'"' | b'?' => kind,
        _ => return None,
    })
}

fn double_quoted(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match bytes.peek() {
            Some(b'\n') if byte == b'\\' => {
                bytes.next();
            }
            Some(&next @ (b'$' | b'`' | b'"' | b'\\')) if byte == b'\\' => {
                out.push(next);
                bytes.next();
            }
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r#"a\"b\$c\\"#, Some(r#"a"b$c\"#)),
            (r"a\nb", Some(r"a\nb")),
            ("a\\\nb", Some("ab")),
            (r"$'a\nb\x41\102\u0043'", Some("a\nbABC")),
            (r"$'\'\q'", None),
            (r"$'\x'", None),
            (r"$'\'", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }
}
