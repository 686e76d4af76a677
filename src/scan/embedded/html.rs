//! `<script>` elements of HTML, Vue and Svelte. Those of one language are one program: they share their names.

use crate::lang;
use crate::text::Mapped;

use super::{Code, Found, end_line};

const OPEN: &[u8] = b"<script";
const CLOSE: &[u8] = b"</script";
/// Longest start tag, in bytes.
const MAX_TAG: usize = 4096;

pub(super) fn regions(bytes: &[u8], found: &mut impl FnMut(Found)) {
    let mut programs: Vec<(&'static str, Mapped)> = Vec::new();
    let mut at = 0;
    while let Some(open) = find(bytes, OPEN, at) {
        at = open + OPEN.len();
        let Some(tag_end) = end_of_tag(bytes, at) else { continue };
        let close = find(bytes, CLOSE, tag_end).unwrap_or(bytes.len());
        let tag = &bytes[at..tag_end - 1];
        at = close;
        let Some(name) = language_of(tag).filter(|_| !tag.ends_with(b"/")) else { continue };
        let known = programs.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            programs.push((name, Mapped::new()));
            programs.len() - 1
        });
        let text = &mut programs[known].1;
        end_line(text);
        text.copy(&bytes[tag_end..close], tag_end);
    }
    for (name, text) in programs {
        if let Some(language) = lang::named(name) {
            found(Found::new(Code::Language(language), text));
        }
    }
}

/// The next place of a tag's beginning, in any case.
fn find(bytes: &[u8], tag: &[u8], from: usize) -> Option<usize> {
    let is_tag = |at: &usize| bytes.get(*at..*at + tag.len()).is_some_and(|text| text.eq_ignore_ascii_case(tag)) && !is_name(bytes.get(*at + tag.len()));
    memchr::memchr_iter(b'<', bytes.get(from..)?).map(|at| from + at).find(is_tag)
}

fn is_name(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

/// Behind the `>` of a start tag whose name ends at `at`; one in quotes is text.
fn end_of_tag(bytes: &[u8], at: usize) -> Option<usize> {
    let mut quote = None;
    let rest = &bytes[at..bytes.len().min(at + MAX_TAG)];
    let end = rest.iter().position(|&b| {
        match quote {
            Some(open) if open == b => quote = None,
            None if matches!(b, b'"' | b'\'') => quote = Some(b),
            _ => {}
        }
        b == b'>' && quote.is_none()
    })?;
    Some(at + end + 1)
}

/// The language of a script by the attributes of its tag; `None` for data and templates.
fn language_of(tag: &[u8]) -> Option<&'static str> {
    let tag = String::from_utf8_lossy(tag).to_ascii_lowercase();
    let value = |name: &str| {
        let at = tag.find(&format!(" {name}="))? + name.len() + 2;
        let value = tag[at..].trim_start_matches(['"', '\'']);
        Some(value[..value.find(['"', '\'', ' ', '>']).unwrap_or(value.len())].to_owned())
    };
    match (value("lang"), value("type")) {
        (Some(lang), _) => match lang.as_str() {
            "ts" | "typescript" => Some("typescript"),
            "tsx" => Some("tsx"),
            "js" | "javascript" | "jsx" => Some("javascript"),
            _ => None,
        },
        (None, Some(kind)) => match kind.as_str() {
            "" | "module" => Some("javascript"),
            _ if kind.contains("typescript") => Some("typescript"),
            _ if kind.contains("javascript") || kind.contains("ecmascript") || kind.contains("babel") || kind.contains("jsx") => Some("javascript"),
            _ => None,
        },
        (None, None) => Some("javascript"),
    }
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container::Html;
    use super::super::tests::shown;

    #[test]
    fn scripts_are_found() {
        for (text, expected) in [
            ("<p>a</p><script>b()</script>", "javascript: b()"),
            ("<SCRIPT type=\"module\">\na\n</SCRIPT ><script src='x.js'></script><script>b</script>", "javascript: /a/b"),
            ("<script setup lang=\"ts\">a</script>\n<template><script-like/></template>", "typescript: a"),
            ("<script type='application/json'>{}</script><script type=\"text/x-template\">a</script>", ""),
            ("<script data-x='>'>a</script", "javascript: a"),
            ("<script>open", "javascript: open"),
            ("<script", ""),
            ("<scripts>a</scripts>", ""),
        ] {
            assert_eq!(shown(Html, text), expected, "{text}");
        }
    }
}
