//! Demo.

use std::sync::OnceLock;

use super::{Callees, Language};

/// Demo.
pub(super) static LANGUAGE: Language = Language {
    name: "demo",
    extensions: &["demo"],
    file_names: &["Demofile"],
    interpreters: &["demo"],
    query: include_str!("demo.scm"),
    grammar: || tree_sitter_go::LANGUAGE.into(),
    separator: ".",
    callees: Callees { wrappers: &["strings.TrimSpace"], references: &["os.Getenv"], lookups: &["getenv"], ..Callees::NONE },
    unescape: |raw| (!raw.contains(&b'\\')).then(|| raw.to_vec()),
    imports: |_| Vec::new(),
    compiled: OnceLock::new(),
};
