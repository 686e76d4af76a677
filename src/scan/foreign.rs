//! Reads the comments by which other scanners are told to pass over a secret: `gitleaks:allow`, `ggignore`, `pragma: allowlist secret`, …

use crate::model::Tool;
use crate::text::{Lines, Span};

use super::suppression::{LONG_QUOTES, code_before, has_no_word, literal_begin, literal_end, number};

/// What every such comment holds, for the pre-filter.
pub const ANCHORS: [&str; 7] =
    ["gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "kingfisher:ignore", "ggignore", "pragma: allowlist", "pragma:allowlist"];
/// Comments that are one word.
const WORDS: [(&str, Tool); 5] = [
    ("gitleaks:allow", Tool::Gitleaks),
    ("betterleaks:allow", Tool::Betterleaks),
    ("trufflehog:ignore", Tool::Trufflehog),
    ("kingfisher:ignore", Tool::Kingfisher),
    ("ggignore", Tool::Ggshield),
];
/// What begins a comment with words before the marker. Signs that are also operators do so only right before it.
const COMMENT_BEGINS: [&[u8]; 4] = [b"#", b"//", b"/*", b"<!--"];
/// Bytes before a marker that are looked at.
const MAX_BEFORE: usize = 1000;

/// One comment as read, before it has a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Comment {
    /// The scanner it is written for.
    pub tool: Tool,
    /// 1-based first and last line that it covers.
    pub lines: (u32, u32),
    /// The marker alone.
    pub span: Span,
}

/// Which line a marker is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Line,
    NextLine,
}

/// The comment whose marker is at `at`, if it is one.
pub fn read(bytes: &[u8], lines: &Lines, at: usize) -> Option<Comment> {
    let (tool, reach, length) = marker(&bytes[at..])?;
    let is_part = |byte: Option<&u8>, more: &[u8]| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || more.contains(byte));
    if is_part(bytes.get(at + length), b"_-") || is_part(at.checked_sub(1).and_then(|before| bytes.get(before)), b"_-.") {
        return None;
    }
    let index = lines.index_of(at);
    let line = lines.span_of(index);
    let from = line.start.max(at.saturating_sub(MAX_BEFORE));
    let (before, after) = (&bytes[from..at], &bytes[at..line.end.min(at + MAX_BEFORE)]);
    let code = code_before(before).filter(|code| is_fresh(code) && !is_in_apostrophes(code, after));
    let code = code.or_else(|| if from == line.start { code_before_words(before, after) } else { None })?;
    let own_line = from == line.start && has_no_word(code);
    let covered = match reach {
        Reach::Line if own_line => (literal_begin(bytes, lines, index, code), index),
        Reach::Line => (index, literal_end(bytes, lines, index, code)),
        Reach::NextLine if own_line && index + 1 < lines.count() => (index + 1, literal_end(bytes, lines, index + 1, &bytes[lines.span_of(index + 1).range()])),
        Reach::NextLine => return None,
    };
    Some(Comment { tool, lines: (number(covered.0), number(covered.1)), span: Span::new(at, at + length) })
}

/// The marker with which `text` begins, and its length in bytes.
fn marker(text: &[u8]) -> Option<(Tool, Reach, usize)> {
    if let Some((word, tool)) = WORDS.iter().find(|(word, _)| text.starts_with(word.as_bytes())) {
        return Some((*tool, Reach::Line, word.len()));
    }
    let gap = |rest: &'_ [u8]| matches!(rest.first(), Some(b' ' | b'-'));
    let rest = text.strip_prefix(b"pragma:")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"allowlist").filter(|rest| gap(rest))?;
    let (rest, reach) = match rest[1..].strip_prefix(b"nextline") {
        Some(rest) if gap(rest) => (&rest[1..], Reach::NextLine),
        _ => (&rest[1..], Reach::Line),
    };
    Some((Tool::DetectSecrets, reach, text.len() - rest.strip_prefix(b"secret")?.len()))
}

/// What stands before a comment that has other words before the marker: the first sign of a comment on the line that is neither in a string nor inside
/// a word (`https://`, `a#b`). `after` is the rest of the line.
fn code_before_words<'a>(before: &'a [u8], after: &[u8]) -> Option<&'a [u8]> {
    let indent = before.len() - before.trim_ascii_start().len();
    let mut at = indent + LONG_QUOTES.iter().find(|quote| before[indent..].starts_with(quote)).map_or(0, |quote| quote.len());
    let mut open: Option<u8> = None;
    while at < before.len() {
        let byte = before[at];
        match open {
            Some(_) if byte == b'\\' => at += 1,
            Some(quote) if byte == quote => open = None,
            None if matches!(byte, b'"' | b'`') => open = Some(byte),
            // An apostrophe or a lifetime has no second one.
            None if byte == b'\'' && (before[at + 1..].contains(&byte) || after.contains(&byte)) => open = Some(byte),
            None if is_fresh(&before[..at]) && COMMENT_BEGINS.iter().any(|begin| before[at..].starts_with(begin)) => return Some(&before[..at]),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a string in apostrophes goes on behind `code`. A single one is an apostrophe or a lifetime.
fn is_in_apostrophes(code: &[u8], after: &[u8]) -> bool {
    memchr::memchr_iter(b'\'', code).count() % 2 == 1 && after.contains(&b'\'')
}

/// Whether a sign of a comment behind `code` does not continue a word, such as `https://` or `a#b`.
fn is_fresh(code: &[u8]) -> bool {
    code.last().is_none_or(|last| last.is_ascii_whitespace() || b";,)}]<>*\"'`".contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(text: &str) -> Option<Comment> {
        let at = ANCHORS.iter().filter_map(|anchor| text.find(anchor)).min()?;
        read(text.as_bytes(), &Lines::new(text.as_bytes()), at)
    }

    #[test]
    fn every_tool_is_known_by_its_comment() {
        for (comment, tool) in [
            ("gitleaks:allow", Tool::Gitleaks),
            ("betterleaks:allow", Tool::Betterleaks),
            ("trufflehog:ignore", Tool::Trufflehog),
            ("kingfisher:ignore", Tool::Kingfisher),
            ("ggignore", Tool::Ggshield),
            ("pragma: allowlist secret", Tool::DetectSecrets),
            ("pragma:allowlist-secret", Tool::DetectSecrets),
        ] {
            let found = read_in(&format!("a\nkey = 'x' # {comment}\nb")).unwrap();
            assert_eq!((found.tool, found.lines, found.span.len()), (tool, (2, 2), comment.len()), "{comment}");
        }
    }

    #[test]
    fn a_comment_counts_for_its_line_alone() {
        for (text, lines) in [
            ("# gitleaks:allow\nkey = 'x'", (1, 1)),
            ("a\n  # pragma: allowlist nextline secret\nkey = 'x'\nb", (3, 3)),
            ("# pragma: allowlist-nextline-secret\nkey = `\nb\n`", (2, 4)),
            ("KEY = \"\"\"\na\nb\n\"\"\"  # gitleaks:allow\nz", (1, 4)),
            ("KEY = \"\"\"\na\nb\n\"\"\"  # fake, gitleaks:allow\nz", (1, 4)),
            ("k: |  # gitleaks:allow\n  a\nnext: 1", (1, 2)),
            ("k = 'x'  # not `real gitleaks:allow\na\nb`", (1, 1)),
        ] {
            assert_eq!(read_in(text).map(|comment| comment.lines), Some(lines), "{text}");
        }
    }

    #[test]
    fn a_comment_may_say_more() {
        for text in [
            "key = 'x' // nolint:gosec // gitleaks:allow",
            "key = \"x\"; // made up. gitleaks:allow: in tests",
            "key = 'x' # don't mind, gitleaks:allow",
            "{Password: \"p\"}, // ggignore: a test's fake password",
            "key = \"x\"#gitleaks:allow",
            "<a>x</a><!-- not a secret, gitleaks:allow -->",
            "select 'x' -- gitleaks:allow",
            "key = x ; gitleaks:allow",
            " * x gitleaks:allow".replacen('x', "", 1).as_str(),
            "fn f<'a>(x: &'a str) {} // why: gitleaks:allow",
            "/* gitleaks:allow */ key = 'x'",
            "/** gitleaks:allow */",
            "<%# gitleaks:allow %>",
            "{{/* gitleaks:allow */}}",
            ";; gitleaks:allow",
            "REM gitleaks:allow",
        ] {
            assert!(read_in(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_marker_outside_of_a_comment_is_none() {
        for text in [
            "key = 'x # gitleaks:allow'",
            "key = \"x # gitleaks:allow\"",
            "key = \"# see gitleaks:allow\"",
            "key = '# see gitleaks:allow'",
            "key = `# see gitleaks:allow`",
            "gitleaks:allow",
            "key = x gitleaks:allow",
            "url = https://u:p@host/see gitleaks:allow",
            "see a#b gitleaks:allow",
            "URL=postgres://u:p@host/db#gitleaks:allow",
            "URL=postgres://u:p@host/db?a=b&#gitleaks:allow",
            "URL=postgres://u:p@host//gitleaks:allow",
            "PASSWORD=a--gitleaks:allow",
            "PASSWORD=a;gitleaks:allow",
            "PASSWORD=ab*gitleaks:allow",
            "URL=https://gitleaks:allow@host",
            "# xgitleaks:allow",
            "# gitleaks:allowed",
            "# ggignore-start",
            "# the .ggignore file",
            "# aggignore",
            "# pragma: allowlist",
            "# pragma: allowlist secrets",
            "#pragma: allowlist_secret",
            "key = 'x' # pragma: allowlist nextline secret\nkey",
            "# pragma: allowlist nextline secret",
            "key = \"x\"; other = \"gitleaks:allow\"",
        ] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }

    #[test]
    fn linters_of_other_kinds_are_not_asked() {
        for text in ["key = 'x' # nosec", "key = 'x' # noqa: S105", "key = 'x' // nolint", "key = 'x' # pragma: no cover", "key = 'x' # NOSONAR"] {
            assert!(!ANCHORS.iter().any(|anchor| text.contains(anchor)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_around_a_marker_panics(before in "[#/*<>!'\"`a \\\\;-]{0,40}", which in 0..ANCHORS.len(), after in "[ a'\"`\n|:secretnextline-]{0,40}") {
            let text = format!("{before}{}{after}", ANCHORS[which]);
            if let Some(found) = read_in(&text) {
                proptest::prop_assert!(found.span.end <= text.len() && found.lines.0 <= found.lines.1);
            }
        }
    }
}
