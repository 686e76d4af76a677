//! Reads `aelix-lint: allow RULE[,RULE] -- reason` comments.

use crate::text::{Lines, Span};

/// What begins every suppression comment; also its anchor in the pre-filter.
pub const MARKER: &str = "aelix-lint:";
/// Bytes before a marker that are looked at: on a longer line it is not known whether the comment stands in a string.
const MAX_BEFORE: usize = 2000;
/// What may stand right before the marker: the begin of a comment in the languages at hand.
const COMMENT_BEGINS: [&str; 14] = ["#", "//", "/*", "*", "<!--", "--", ";", "%", "{#", "(*", "\"\"\"", "'", "REM", "{{/*"];
/// What may close a comment on the same line.
const COMMENT_ENDS: [&str; 7] = ["*/}}", "*/", "-->", "--%>", "#}", "*)", "\"\"\""];

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
    let start = line.start.max(at.saturating_sub(MAX_BEFORE));
    let before = String::from_utf8_lossy(&bytes[start..at]);
    let before = before.trim_end();
    let begin = COMMENT_BEGINS.iter().filter(|begin| before.ends_with(**begin)).max_by_key(|begin| begin.len())?;
    if is_in_string(before) {
        return None;
    }
    let own_line = start == line.start && before[..before.len() - begin.len()].trim().is_empty();
    let text = String::from_utf8_lossy(&bytes[at + MARKER.len()..line.end.min(at + 1000)]).into_owned();
    let (verb, rest) = text.trim_start().split_once(char::is_whitespace)?;
    let (rules, reason) = parse(rest)?;
    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
    let covered = match verb {
        "allow-file" => (1, u32::MAX),
        "allow" if own_line => (number, next_code_line(bytes, lines, index)),
        "allow" => (number, number),
        _ => return None,
    };
    Some(Comment { rules, reason, lines: covered, span: Span::new(at, line.end) })
}

/// Whether an odd number of double quotes or backticks stands before the comment: a string that looks like one.
fn is_in_string(before: &str) -> bool {
    let odd = |quote: char| before.matches(quote).count() - before.matches(&format!("\\{quote}")).count();
    odd('"') % 2 == 1 || odd('`') % 2 == 1
}

fn parse(rest: &str) -> Option<(Vec<String>, Option<String>)> {
    let mut rest = rest.trim();
    for end in COMMENT_ENDS {
        rest = rest.strip_suffix(end).map_or(rest, str::trim_end);
    }
    let (rules, reason) = match rest.split_once("--") {
        Some((rules, reason)) => (rules, Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty())),
        None => (rest, None),
    };
    let rules: Vec<String> = rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    let well_formed = |rule: &String| rule.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'*'));
    (!rules.is_empty() && rules.iter().all(well_formed)).then_some((rules, reason))
}

/// 1-based number of the next line that is neither blank nor another suppression.
fn next_code_line(bytes: &[u8], lines: &Lines, index: usize) -> u32 {
    let is_code = |i: &usize| {
        let text = bytes[lines.span_of(*i).range()].trim_ascii();
        !text.is_empty() && memchr::memmem::find(text, MARKER.as_bytes()).is_none()
    };
    let next = (index + 1..lines.count().min(index + 20)).find(is_code).unwrap_or(index);
    u32::try_from(next + 1).unwrap_or(u32::MAX)
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
    fn allow_file_covers_everything() {
        assert_eq!(read_in("# aelix-lint: allow-file secrets/x -- generated").unwrap().lines, (1, u32::MAX));
    }

    #[test]
    fn prose_and_other_verbs_are_no_suppressions() {
        for text in [
            "write aelix-lint: allow secrets/x",
            "let x = \"# aelix-lint: allow secrets/x\";",
            "# aelix-lint: deny secrets/x",
            "# aelix-lint: allow",
            "# aelix-lint: allow some words (here)",
        ] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }
}
