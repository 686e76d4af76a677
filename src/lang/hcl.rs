//! HCL, the language of Terraform and of `OpenTofu`.

use std::sync::OnceLock;

use super::{Callees, Language, escapes};
use crate::text::decode::Decoding;

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
    // `$${` and `%%{` open no hole.
    let single = escapes::without_doubled(raw, |rest| rest.starts_with(b"$${") || rest.starts_with(b"%%{"));
    escapes::unescape(&single, |kind, rest, out| match kind {
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'\\' | b'"' => escapes::byte(kind, out),
        b'u' => escapes::point(escapes::hex(rest, 4)?, 4, out),
        b'U' => escapes::point(escapes::hex(rest, 8)?, 8, out),
        _ => None,
    })
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
