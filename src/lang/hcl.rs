//! HCL, the language of Terraform and of `OpenTofu`.

use std::sync::OnceLock;

use super::{Callees, Language};
use crate::text::decode::{Decoding, number};

/// HCL.
pub(super) static LANGUAGE: Language = Language {
    name: "hcl",
    extensions: &["tf", "tofu"],
    file_names: &[],
    interpreters: &[],
    query: include_str!("hcl.scm"),
    grammar: || tree_sitter_hcl::LANGUAGE.into(),
    separator: ".",
    callees: Callees {
        wrappers: &["sensitive", "nonsensitive", "tostring", "trimspace"],
        references: &["file", "templatefile"],
        decoders: &[("base64decode", Decoding::Base64), ("urldecode", Decoding::Percent)],
        ..Callees::NONE
    },
    unescape,
    imports: |_| Vec::new(),
    compiled: OnceLock::new(),
};

/// The escapes of a quoted template (HCL native syntax specification, "Quoted Templates").
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        if (byte == b'$' || byte == b'%') && after.starts_with(&[byte, b'{']) {
            out.extend_from_slice(&[byte, b'{']);
            rest = &after[2..];
            continue;
        }
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'\\' | b'"' => out.push(kind),
            b'u' | b'U' => {
                let length = if kind == b'u' { 4 } else { 8 };
                let point = char::from_u32(number(rest.get(..length)?, 16)?)?;
                out.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[length..];
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [(r#"a\"b"#, Some("a\"b")), ("$${x}", Some("${x}")), (r"\u0041", Some("A")), (r"\q", None), ("$x", Some("$x"))] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }
}
