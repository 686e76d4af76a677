//! Reads `aelix-lint: allow RULE[,RULE] -- reason` comments.

use crate::text::{Lines, Span};

/// What begins every suppression comment; also its anchor in the pre-filter.
pub const MARKER: &str = "aelix-lint:";
/// What may stand right before the marker: the begin of a comment in the languages at hand.
const COMMENT_BEGINS: [&str; 12] = ["#", "//", "/*", "*", "<!--", "--", ";", "%", "{#", "(*", "REM", "{{/*"];
/// What may close a comment on the same line.
const COMMENT_ENDS: [&str; 6] = ["*/}}", "*/", "-->", "--%>", "#}", "*)"];

/// Bytes before a comment that are looked at.
const MAX_BEFORE: usize = 1000;
/// Lines between a comment and the code that it is about.
const MAX_GAP: usize = 20;
/// Lines of a literal.
const MAX_LITERAL: usize = 400;
/// Bytes of a comment that are read.
const MAX_COMMENT: usize = 1000;

/// One comment as read, before it has a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Comment {
    /// Rule ids and selectors.
    pub rules: Vec<String>,
    /// What stands after ` -- `.
    pub reason: Option<String>,
    /// 1-based first and last line that it covers.
    pub lines: (u32, u32),
    /// The comment from the marker on.
    pub span: Span,
}

/// The suppression whose marker is at `at`, if it is one.
pub fn read(bytes: &[u8], lines: &Lines, at: usize) -> Option<Comment> {
    let index = lines.index_of(at);
    let line = lines.span_of(index);
    let from = line.start.max(at.saturating_sub(MAX_BEFORE));
    let before = bytes[from..at].trim_ascii_end();
    let begin = COMMENT_BEGINS.iter().filter(|begin| before.ends_with(begin.as_bytes())).max_by_key(|begin| begin.len())?;
    let before = trim_marks(&before[..before.len() - begin.len()]);
    if is_in_string(before) {
        return None;
    }
    let own_line = from == line.start && !before.iter().any(u8::is_ascii_alphanumeric);
    let text = String::from_utf8_lossy(&bytes[at + MARKER.len()..line.end.min(at + MAX_COMMENT)]).into_owned();
    let (verb, rest) = text.trim_start().split_once(char::is_whitespace)?;
    let (rules, reason) = parse(rest)?;
    let covered = match verb {
        "allow-file" => (1, u32::MAX),
        "allow" if own_line => (number(literal_begin(bytes, lines, index, before)), number(literal_end(bytes, lines, next_code_line(bytes, lines, index)))),
        "allow" => (number(index), number(literal_end(bytes, lines, index))),
        _ => return None,
    };
    Some(Comment { rules, reason, lines: covered, span: Span::new(at, line.end.min(at + MAX_COMMENT)) })
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// `;;`, `##`, `///`, `//!`: marks that are doubled.
fn trim_marks(before: &[u8]) -> &[u8] {
    let marks = before.iter().rev().take_while(|b| matches!(b, b';' | b'#' | b'/' | b'%')).count();
    &before[..before.len() - marks]
}

/// What quotes a literal of many lines.
const LONG_QUOTES: [&[u8]; 3] = [b"\"\"\"", b"'''", b"`"];

/// The line on which the literal begins that ends on line `index`, right before a comment (`"""  # …`); the line itself without one.
fn literal_begin(bytes: &[u8], lines: &Lines, index: usize, before: &[u8]) -> usize {
    let closing = before.trim_ascii_start();
    let Some(quote) = LONG_QUOTES.iter().find(|quote| closing.starts_with(quote)) else { return index };
    let opens = |i: &usize| memchr::memmem::find(&bytes[lines.span_of(*i).range()], quote).is_some();
    (index.saturating_sub(MAX_LITERAL)..index).rev().find(opens).unwrap_or(index)
}

/// The last line of the literal that begins on line `index` and does not end there: in long quotes, or a block scalar of YAML.
fn literal_end(bytes: &[u8], lines: &Lines, index: usize) -> usize {
    let text = |i: usize| &bytes[lines.span_of(i).range()];
    let last = lines.count().min(index + MAX_LITERAL);
    let code = text(index).trim_ascii_end();
    if let Some(quote) = LONG_QUOTES.iter().find(|quote| memchr::memmem::find_iter(code, quote).count() % 2 == 1) {
        return (index + 1..last).find(|&i| memchr::memmem::find(text(i), quote).is_some()).unwrap_or(index);
    }
    let scalar = [b"|".as_slice(), b">", b"|-", b">-", b"|+", b">+"].iter().any(|sign| code.ends_with(sign));
    if scalar && code.contains(&b':') {
        let indent = |i: usize| text(i).len() - text(i).trim_ascii_start().len();
        let deeper = |&i: &usize| text(i).trim_ascii().is_empty() || indent(i) > indent(index);
        return (index + 1..last).take_while(deeper).last().unwrap_or(index);
    }
    index
}

/// Whether a string that looks like a comment begins after `before`: it ends with a quote, or holds an odd number of double quotes or backticks.
fn is_in_string(before: &[u8]) -> bool {
    let quotes = |quote: u8| memchr::memchr_iter(quote, before).filter(|&at| at == 0 || before[at - 1] != b'\\').count();
    if LONG_QUOTES.iter().any(|quote| before.trim_ascii_start().starts_with(quote)) {
        return false;
    }
    matches!(before.last(), Some(b'"' | b'\'' | b'`')) || quotes(b'"') % 2 == 1 || quotes(b'`') % 2 == 1
}

fn parse(rest: &str) -> Option<(Vec<String>, Option<String>)> {
    let mut rest = rest.trim();
    for end in COMMENT_ENDS {
        rest = rest.strip_suffix(end).map_or(rest, str::trim_end);
    }
    let dash = ["--", "\u{2014}", "\u{2013}"].iter().filter_map(|dash| rest.split_once(dash)).min_by_key(|(rules, _)| rules.len());
    let (rules, reason) = match dash {
        Some((rules, reason)) => (rules, Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty())),
        None => (rest, None),
    };
    let rules: Vec<String> = rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    let well_formed = |rule: &String| rule.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'*' | b'_'));
    (!rules.is_empty() && rules.iter().all(well_formed)).then_some((rules, reason))
}

/// The next line that is neither blank nor a comment.
fn next_code_line(bytes: &[u8], lines: &Lines, index: usize) -> usize {
    let is_code = |i: &usize| {
        let text = bytes[lines.span_of(*i).range()].trim_ascii();
        !text.is_empty() && !is_comment(text)
    };
    (index + 1..lines.count().min(index + MAX_GAP)).find(is_code).unwrap_or(index)
}

/// Whether a trimmed line is a comment; `#define` and its like are code.
fn is_comment(text: &[u8]) -> bool {
    let directive = text.strip_prefix(b"#").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_alphabetic));
    let begins = [b"#".as_slice(), b"//", b"/*", b"* ", b"*/", b"<!--", b"-- ", b";"];
    memchr::memmem::find(text, MARKER.as_bytes()).is_some() || !directive && begins.iter().any(|begin| text.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(text: &str) -> Option<Comment> {
        read(text.as_bytes(), &Lines::new(text.as_bytes()), text.find(MARKER)?)
    }

    #[test]
    fn a_comment_behind_the_code_covers_its_line() {
        let found = read_in("a\nkey = 'x' # aelix-lint: allow secrets/x, secrets/y -- only in the sandbox\nb").unwrap();
        assert_eq!((found.rules, found.reason.as_deref(), found.lines), (vec!["secrets/x".into(), "secrets/y".into()], Some("only in the sandbox"), (2, 2)));
    }

    #[test]
    fn a_comment_of_its_own_covers_the_next_code_line() {
        let found = read_in("// aelix-lint: allow secrets/*\n// aelix-lint: allow scopes/*\n\nkey = 'x'\n").unwrap();
        assert_eq!((found.reason, found.lines), (None, (1, 4)));
    }

    #[test]
    fn a_comment_may_be_closed_on_its_line() {
        for text in ["<!-- aelix-lint: allow secrets/x -- why -->", "/* aelix-lint: allow secrets/x -- why */", "{# aelix-lint: allow secrets/x -- why #}"] {
            let found = read_in(text).unwrap();
            assert_eq!((found.rules[0].as_str(), found.reason.as_deref()), ("secrets/x", Some("why")), "{text}");
        }
    }

    #[test]
    fn a_literal_of_many_lines_is_covered_whole() {
        for (text, lines) in [
            ("# aelix-lint: allow secrets/x -- why\nKEY = \"\"\"\na\nb\n\"\"\"\nz", (1, 5)),
            ("KEY = \"\"\"\na\nb\n\"\"\"  # aelix-lint: allow secrets/x -- why\nz", (1, 5)),
            ("KEY = `\na\n`  // aelix-lint: allow secrets/x -- why\nz", (1, 4)),
            ("# aelix-lint: allow secrets/x -- why\nkey: |\n  a\n\n  b\nnext: 1", (1, 5)),
            ("k: |  # aelix-lint: allow secrets/x -- why\n  a\nnext: 1", (1, 1)),
            ("# aelix-lint: allow secrets/x -- why\n# another comment\nkey = 1\nz", (1, 3)),
            ("# aelix-lint: allow secrets/x -- why\n#define KEY 1\nz", (1, 2)),
        ] {
            assert_eq!(read_in(text).map(|c| c.lines), Some(lines), "{text}");
        }
    }

    #[test]
    fn marks_may_be_doubled_and_dashes_long() {
        for text in [";; aelix-lint: allow secrets/x \u{2014} why\nk", "/// aelix-lint: allow secrets/x -- why\nk", "<%# aelix-lint: allow secrets/x -- why\nk"]
        {
            let found = read_in(text).unwrap();
            assert_eq!((found.reason.as_deref(), found.lines), (Some("why"), (1, 2)), "{text}");
        }
    }

    #[test]
    fn allow_file_covers_everything() {
        assert_eq!(read_in("# aelix-lint: allow-file secrets/x -- generated").unwrap().lines, (1, u32::MAX));
    }

    #[test]
    fn prose_and_other_verbs_are_no_suppressions() {
        for text in [
            "write aelix-lint: allow secrets/x",
            "let x = \"# aelix-lint: allow secrets/x\";",
            "x = '# aelix-lint: allow-file all -- y'",
            "x = 'aelix-lint: allow-file all -- y'",
            "# aelix-lint: deny secrets/x",
            "# aelix-lint: allow",
            "# aelix-lint: allow some words (here)",
        ] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }
}
