//! TypeScript and TSX: their grammars; the rest is JavaScript's.

use std::sync::OnceLock;

use super::{Language, javascript};

/// TypeScript.
pub(super) static LANGUAGE: Language = Language {
    name: "typescript",
    extensions: &["ts", "mts", "cts"],
    file_names: &[],
    interpreters: &["ts-node", "tsx"],
    query: concat!(include_str!("javascript.scm"), include_str!("typescript.scm"), "(type_assertion (_) @keep.inner .) @keep"),
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    separator: ".",
    callees: javascript::CALLEES,
    unescape: javascript::unescape,
    imports: javascript::imports,
    compiled: OnceLock::new(),
};

/// TypeScript with elements.
pub(super) static TSX: Language = Language {
    name: "tsx",
    extensions: &["tsx"],
    file_names: &[],
    interpreters: &[],
    query: concat!(include_str!("javascript.scm"), include_str!("jsx.scm"), include_str!("typescript.scm")),
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    separator: ".",
    callees: javascript::CALLEES,
    unescape: javascript::unescape,
    imports: javascript::imports,
    compiled: OnceLock::new(),
};
