//! Reads `aelix-lint: allow RULE[,RULE] [until=DATE] -- reason` comments.

use crate::model::rule::FAMILIES;
use crate::model::{Fault, Until};
use crate::text::value::date::{Date, NoDate};
use crate::text::{Lines, Span};

/// What begins every suppression comment; also, in any case, its anchor in the pre-filter.
pub const MARKER: &str = "aelix-lint:";
/// What may stand right before the marker: the begin of a comment in the languages at hand.
const COMMENT_BEGINS: [&str; 14] = ["#", "//", "/*", "*", "<!--", "--", ";", "%", "{#", "(*", "REM", "{{/*", "!", ".."];
/// Quotes that begin a comment in Visual Basic and in Vim script: only where no quote closes them.
const COMMENT_QUOTES: [u8; 2] = *b"'\"";
/// What may close a comment on the same line.
const COMMENT_ENDS: [&str; 6] = ["*/}}", "*/", "-->", "--%>", "#}", "*)"];

/// First words by which other tools are told to pass over something: whoever writes one here means `allow`.
const OTHER_VERBS: [&str; 15] =
    ["ignore", "disable", "suppress", "skip", "mute", "accept", "permit", "exclude", "exempt", "whitelist", "allowlist", "allowed", "noqa", "nosec", "nolint"];
/// Words that are meant to be `until`.
const OTHER_DAYS: [&str; 9] = ["unitl", "untill", "util", "till", "til", "expires", "expire", "expiry", "expiration"];

/// Bytes before a comment that are looked at.
const MAX_BEFORE: usize = 1000;
/// Lines between a comment and the code that it is about.
const MAX_GAP: usize = 20;
/// Lines of a statement in parentheses.
const MAX_STATEMENT: usize = 20;
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
    /// How long it mutes.
    pub until: Until,
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
    let code = code_before(&bytes[from..at]).or_else(|| code_before_quote(&bytes[from..at], &bytes[at..line.end]))?;
    let own_line = from == line.start && has_no_word(code);
    let text = String::from_utf8_lossy(&bytes[at + MARKER.len()..line.end.min(at + MAX_COMMENT)]).into_owned();
    let (reach, said) = said(&text)?;
    let said = match said {
        said if bytes[at..].starts_with(MARKER.as_bytes()) => said,
        // In another case only what would count otherwise is meant to.
        said => Err(said.map(|_| Fault::Case).ok()?),
    };
    let covered = match reach {
        Reach::File => (1, u32::MAX),
        Reach::Code if own_line => {
            let next = next_code_line(bytes, lines, index);
            let begin = literal_begin(bytes, lines, index, code).min(statement_begin(bytes, lines, index, code));
            (number(begin), number(literal_end(bytes, lines, next, &bytes[lines.span_of(next).range()])))
        }
        Reach::Code => (number(statement_begin(bytes, lines, index, code)), number(literal_end(bytes, lines, index, code))),
    };
    let Said { rules, reason, until } = said.unwrap_or_else(|fault| Said { rules: Vec::new(), reason: None, until: Until::Unread(fault) });
    Some(Comment { rules, reason, until, lines: covered, span: Span::new(at, line.end.min(at + MAX_COMMENT)) })
}

/// What a comment is about.
#[derive(Clone, Copy)]
enum Reach {
    Code,
    File,
}

/// What the text behind the marker says, or why it says nothing. None for prose that happens to begin with the marker.
fn said(text: &str) -> Option<(Reach, Result<Said, Fault>)> {
    let mut text = text.trim();
    for end in COMMENT_ENDS {
        text = text.strip_suffix(end).map_or(text, str::trim_end);
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '*');
    let (verb, rest) = text.split_at(text.find(|c| !is_word(c)).unwrap_or(text.len()));
    let lower = verb.to_ascii_lowercase();
    let reach = if lower.ends_with("file") { Reach::File } else { Reach::Code };
    let said = match (verb, lower.as_str()) {
        ("allow" | "allow-file", _) if rest.is_empty() || rest.starts_with(char::is_whitespace) => parse(rest),
        ("allow" | "allow-file", _) => Err(Fault::Words),
        (_, "allow" | "allow-file") => Err(Fault::Case),
        (_, verb) if is_other_verb(verb) => Err(Fault::Verb),
        _ => return None,
    };
    Some((reach, said))
}

/// Whether `allow` is meant: another word for it, the word misspelt or with more behind a hyphen, or a rule without it.
fn is_other_verb(verb: &str) -> bool {
    let word = verb.split(['-', '_']).next().unwrap_or_default();
    let family = verb.split_once('/').map(|(family, _)| family);
    OTHER_VERBS.contains(&word)
        || ["allow", "alow", "allwo", "alloww"].contains(&word)
        || family.is_some_and(|name| name == "custom" || FAMILIES.contains(&name))
}

/// What stands before the comment that begins right at the end of `before`, if one does and not in a string.
pub(super) fn code_before(before: &[u8]) -> Option<&[u8]> {
    let before = before.trim_ascii_end();
    let begin = COMMENT_BEGINS.iter().filter(|begin| before.ends_with(begin.as_bytes())).max_by_key(|begin| begin.len())?;
    let code = trim_marks(&before[..before.len() - begin.len()]);
    (!is_in_string(code)).then_some(code)
}

/// The same for a comment that begins with a quote.
fn code_before_quote<'a>(before: &'a [u8], comment: &[u8]) -> Option<&'a [u8]> {
    let (&quote, code) = before.trim_ascii_end().split_last()?;
    let begins_word = code.last().is_none_or(u8::is_ascii_whitespace);
    (COMMENT_QUOTES.contains(&quote) && begins_word && !comment.contains(&quote) && !is_in_string(code)).then_some(code)
}

/// Whether nothing but marks stands before a comment.
pub(super) fn has_no_word(code: &[u8]) -> bool {
    !code.iter().any(u8::is_ascii_alphanumeric)
}

/// 1-based.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// `;;`, `##`, `///`, `//!`: marks that are doubled.
fn trim_marks(before: &[u8]) -> &[u8] {
    let marks = before.iter().rev().take_while(|b| matches!(b, b';' | b'#' | b'/' | b'%')).count();
    &before[..before.len() - marks]
}

/// What quotes a literal of many lines.
pub(super) const LONG_QUOTES: [&[u8]; 3] = [b"\"\"\"", b"'''", b"`"];

/// The line on which the literal begins that ends on line `index`, right before a comment (`"""  # …`); the line itself without one.
pub(super) fn literal_begin(bytes: &[u8], lines: &Lines, index: usize, before: &[u8]) -> usize {
    let closing = before.trim_ascii_start();
    let Some(quote) = LONG_QUOTES.iter().find(|quote| closing.starts_with(quote)) else { return index };
    let opens = |i: &usize| memchr::memmem::find(&bytes[lines.span_of(*i).range()], quote).is_some();
    (index.saturating_sub(MAX_LITERAL)..index).rev().find(opens).unwrap_or(index)
}

/// The last line of the literal that begins on line `index`, of which `code` is what is no comment, and does not end there: in long quotes, or a
/// block scalar of YAML.
pub(super) fn literal_end(bytes: &[u8], lines: &Lines, index: usize, code: &[u8]) -> usize {
    let text = |i: usize| &bytes[lines.span_of(i).range()];
    let last = lines.count().min(index + MAX_LITERAL);
    let code = code.trim_ascii_end();
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

/// The line on which the parenthesis opens that `code`, what stands before a comment on line `index`, closes; the line itself without one.
fn statement_begin(bytes: &[u8], lines: &Lines, index: usize, code: &[u8]) -> usize {
    let mut open = open_parentheses(code);
    let mut balances = |i: &usize| {
        open += open_parentheses(&bytes[lines.span_of(*i).range()]);
        open >= 0
    };
    if open_parentheses(code) >= 0 { index } else { (index.saturating_sub(MAX_STATEMENT)..index).rev().find(|i| balances(i)).unwrap_or(index) }
}

/// Parentheses that a line opens, less those that it closes, outside of its strings.
fn open_parentheses(code: &[u8]) -> i32 {
    let (mut open, mut quote, mut escaped) = (0, None, false);
    for &byte in &code[..code.len().min(MAX_BEFORE)] {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(sign), _) if sign == byte => quote = None,
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(') => open += 1,
            (None, b')') => open -= 1,
            _ => {}
        }
    }
    open
}

/// Whether a string that looks like a comment begins after `before`: it ends with a quote, or holds an odd number of double quotes or backticks.
fn is_in_string(before: &[u8]) -> bool {
    let quotes = |quote: u8| memchr::memchr_iter(quote, before).filter(|&at| at == 0 || before[at - 1] != b'\\').count();
    if LONG_QUOTES.iter().any(|quote| before.trim_ascii_start().starts_with(quote)) {
        return false;
    }
    matches!(before.last(), Some(b'"' | b'\'' | b'`')) || quotes(b'"') % 2 == 1 || quotes(b'`') % 2 == 1
}

/// What stands behind the verb of a comment.
struct Said {
    rules: Vec<String>,
    reason: Option<String>,
    until: Until,
}

fn parse(rest: &str) -> Result<Said, Fault> {
    let dash = ["--", "\u{2014}", "\u{2013}"].iter().filter_map(|dash| rest.split_once(dash)).min_by_key(|(rules, _)| rules.len());
    let (rules, reason) = dash.unwrap_or((rest, ""));
    let mut days = Vec::new();
    let rules = take_until(rules, equals_in_rules, &mut days);
    let reason = Some(take_until(reason, equals_in_reason, &mut days).trim().to_owned()).filter(|reason| !reason.is_empty());
    if has_other_day(&rules) || reason.as_deref().is_some_and(has_other_day) {
        return Err(Fault::Day);
    }
    let rules: Vec<String> = rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    let well_formed = |rule: &String| rule.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'*' | b'_'));
    match () {
        () if rules.is_empty() => Err(Fault::NoRule),
        () if !rules.iter().all(well_formed) => Err(Fault::Words),
        () => Ok(Said { rules, reason, until: until(&days) }),
    }
}

/// Whether a last day is given by a word that is not known: `expires=2027-01-31`.
fn has_other_day(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | '[')).any(|word| {
        let named = word.split_once(['=', ':']).filter(|(_, day)| day.starts_with(|c: char| c.is_ascii_digit()));
        named.is_some_and(|(name, _)| OTHER_DAYS.contains(&name.to_ascii_lowercase().as_str()))
    })
}

/// What introduces a day. Its letters may stand in either case.
const UNTIL: &str = "until";

/// The text without its `until=…`, whose days are put to `days`. `equals` takes the sign off what follows the word, where there is one.
fn take_until<'a>(text: &'a str, equals: fn(&str) -> Option<&str>, days: &mut Vec<&'a str>) -> String {
    let (folded, mut kept, mut done, mut from) = (text.to_ascii_lowercase(), String::new(), 0, 0);
    while let Some(at) = folded[from..].find(UNTIL).map(|found| from + found) {
        from = at + UNTIL.len();
        let begins_word = text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ';' | '(' | '['));
        let Some(rest) = equals(&text[from..]).filter(|_| begins_word) else { continue };
        let day = rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | ']')).next().unwrap_or_default();
        days.push(day.trim_end_matches('.'));
        kept.push_str(text[done..at].trim_end_matches(['(', '[']));
        from = text.len() - rest.len() + day.len();
        from += text[from..].chars().next().filter(|c| matches!(c, ')' | ']' | ';')).map_or(0, char::len_utf8);
        done = from;
    }
    kept.push_str(&text[done..]);
    kept
}

/// Beside rules, which are no prose, the sign may have spaces around it, be a colon, or be left out.
fn equals_in_rules(rest: &str) -> Option<&str> {
    let spaced = rest.trim_start();
    let named = spaced.strip_prefix(['=', ':']).map(str::trim_start);
    named.or_else(|| Some(spaced).filter(|day| day.len() < rest.len() && day.starts_with(|c: char| c.is_ascii_digit())))
}

/// In prose too, but there only before a whole date: `until the migration` names no day.
fn equals_in_reason(rest: &str) -> Option<&str> {
    rest.strip_prefix('=')
        .filter(|day| !day.starts_with(char::is_whitespace))
        .or_else(|| equals_in_rules(rest).filter(|day| day.get(..10).is_some_and(|day| !matches!(day.parse::<Date>(), Err(NoDate::Form)))))
}

fn until(days: &[&str]) -> Until {
    match days {
        [] => Until::Forever,
        [day] => day.parse().map_or_else(Until::Wrong, Until::Day),
        _ => Until::Twice,
    }
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
        read(text.as_bytes(), &Lines::new(text.as_bytes()), text.to_ascii_lowercase().find(MARKER)?)
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
    fn comments_of_less_common_languages_are_read() {
        for (text, lines) in [
            ("k = \"x\" ' aelix-lint: allow secrets/x -- why", (1, 1)),
            ("' aelix-lint: allow secrets/x -- why\nk = \"x\"", (1, 2)),
            ("\" aelix-lint: allow secrets/x -- why\nlet k = 'x'", (1, 2)),
            ("k = 'x' ! aelix-lint: allow secrets/x -- why", (1, 1)),
            (".. aelix-lint: allow secrets/x -- why\n\n   k = x", (1, 3)),
        ] {
            assert_eq!(read_in(text).map(|c| (c.lines, c.reason)), Some((lines, Some("why".to_owned()))), "{text}");
        }
        for text in ["x = 'y' 'aelix-lint: allow secrets/x -- y'", "x = \"' aelix-lint: allow secrets/x -- why", "the'aelix-lint: allow secrets/x -- y"] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }

    #[test]
    fn a_literal_of_many_lines_is_covered_whole() {
        for (text, lines) in [
            ("# aelix-lint: allow secrets/x -- why\nKEY = \"\"\"\na\nb\n\"\"\"\nz", (1, 5)),
            ("KEY = \"\"\"\na\nb\n\"\"\"  # aelix-lint: allow secrets/x -- why\nz", (1, 5)),
            ("KEY = `\na\n`  // aelix-lint: allow secrets/x -- why\nz", (1, 4)),
            ("# aelix-lint: allow secrets/x -- why\nkey: |\n  a\n\n  b\nnext: 1", (1, 5)),
            ("k: |  # aelix-lint: allow secrets/x -- why\n  a\nnext: 1", (1, 2)),
            ("k = 1  # aelix-lint: allow secrets/x -- why `not\na\nb`", (1, 1)),
            ("# aelix-lint: allow secrets/x -- why\n# another comment\nkey = 1\nz", (1, 3)),
            ("# aelix-lint: allow secrets/x -- why\n#define KEY 1\nz", (1, 2)),
        ] {
            assert_eq!(read_in(text).map(|c| c.lines), Some(lines), "{text}");
        }
    }

    #[test]
    fn a_comment_behind_a_statement_in_parentheses_covers_all_of_it() {
        for (text, lines) in [
            ("a\nkey = (\"one\"\n  'two(')  # aelix-lint: allow secrets/x -- why\nz", (2, 3)),
            ("f(g(1),\n  h(2),\n  3);  // aelix-lint: allow secrets/x -- why\nz", (1, 3)),
            ("key = (\n  'one'\n)  # aelix-lint: allow secrets/x -- why\nz", (1, 4)),
            ("f(1,\n  g(2),  # aelix-lint: allow secrets/x -- why\n  3)", (2, 2)),
            ("x\n:-)  # aelix-lint: allow secrets/x -- why\nz", (2, 3)),
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
    fn a_day_may_stand_among_the_rules_or_in_the_reason() {
        let day = |text: &str| Until::Day(text.parse().unwrap());
        for text in [
            "# aelix-lint: allow secrets/x until=2026-12-31 -- why",
            "# aelix-lint: allow until=2026-12-31 secrets/x -- why",
            "# aelix-lint: allow secrets/x, until=2026-12-31 -- why",
            "# aelix-lint: allow secrets/x (until=2026-12-31) -- why",
            "# aelix-lint: allow secrets/x Until = 2026-12-31 -- why",
            "# aelix-lint: allow secrets/x until: 2026-12-31 -- why",
            "# aelix-lint: allow secrets/x until 2026-12-31 -- why",
            "# aelix-lint: allow secrets/x until=2026-12-31-- why",
            "# aelix-lint: allow secrets/x -- why until=2026-12-31",
            "# aelix-lint: allow secrets/x -- until=2026-12-31 why",
            "# aelix-lint: allow secrets/x -- why (until=2026-12-31)",
            "# aelix-lint: allow secrets/x -- why until=2026-12-31.",
            "# aelix-lint: allow secrets/x -- why until 2026-12-31",
            "# aelix-lint: allow secrets/x -- why (until: 2026-12-31)",
            "# aelix-lint: allow secrets/x -- Until = 2026-12-31 why",
            "# aelix-lint: allow-file secrets/x until=2026-12-31 -- why",
            "<!-- aelix-lint: allow secrets/x until=2026-12-31 -- why -->",
        ] {
            let found = read_in(text).unwrap();
            assert_eq!((found.rules, found.until), (vec!["secrets/x".to_owned()], day("2026-12-31")), "{text}");
            assert_eq!(found.reason.as_deref().map(|reason| reason.trim_end_matches('.')), Some("why"), "{text}");
        }
        let closed = read_in("<!-- aelix-lint: allow secrets/x until=2026-12-31-->").unwrap();
        assert_eq!((closed.reason, closed.until), (None, day("2026-12-31")));
    }

    #[test]
    fn a_day_that_is_none_is_not_forgotten() {
        use crate::text::value::date::NoDate;
        for (text, until) in [
            ("# aelix-lint: allow secrets/x until=2026-02-30 -- why", Until::Wrong(NoDate::Calendar)),
            ("# aelix-lint: allow secrets/x until=tomorrow -- why", Until::Wrong(NoDate::Form)),
            ("# aelix-lint: allow secrets/x until= -- why", Until::Wrong(NoDate::Form)),
            ("# aelix-lint: allow secrets/x until=31.12.2026 -- why", Until::Wrong(NoDate::Form)),
            ("# aelix-lint: allow secrets/x until 2026 -- why", Until::Wrong(NoDate::Form)),
            ("# aelix-lint: allow secrets/x -- why until=soon", Until::Wrong(NoDate::Form)),
            ("# aelix-lint: allow secrets/x until=2026-01-01 -- why until=2027-01-01", Until::Twice),
            ("# aelix-lint: allow secrets/x -- valid until the migration, see https://tracker/?until=x", Until::Forever),
            ("# aelix-lint: allow secrets/until-x -- why", Until::Forever),
        ] {
            assert_eq!(read_in(text).map(|found| found.until), Some(until), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_behind_the_marker_panics(text in "\\PC{0,60}", day in "[0-9 =:()\\-until,]{0,40}") {
            for text in [format!("# {MARKER} {text}"), format!("# {MARKER} allow x {day} -- {text}"), format!("# {MARKER} allow x -- {text} UNTIL{day}\n{text}")] {
                let _ = read_in(&text);
            }
        }
    }

    #[test]
    fn prose_and_other_verbs_are_no_suppressions() {
        for text in [
            "write aelix-lint: allow secrets/x",
            "let x = \"# aelix-lint: allow secrets/x\";",
            "x = '# aelix-lint: allow-file all -- y'",
            "x = 'aelix-lint: allow-file all -- y'",
            "# aelix-lint: deny secrets/x",
            "# aelix-lint: what it is, and why",
            "# aelix-lint:",
        ] {
            assert_eq!(read_in(text), None, "{text}");
        }
    }

    #[test]
    fn a_comment_that_cannot_be_read_says_why() {
        for (text, fault, lines) in [
            ("x # aelix-lint: allow", Fault::NoRule, (1, 1)),
            ("<!-- aelix-lint: allow -->\nx", Fault::NoRule, (1, 2)),
            ("x # aelix-lint: allow -- why", Fault::NoRule, (1, 1)),
            ("x # aelix-lint: allow until=2026-12-31 -- why", Fault::NoRule, (1, 1)),
            ("x # aelix-lint: ignore secrets/x", Fault::Verb, (1, 1)),
            ("# aelix-lint: ignore-file\nx", Fault::Verb, (1, u32::MAX)),
            ("x # aelix-lint: disable=secrets/x", Fault::Verb, (1, 1)),
            ("x # aelix-lint: allow-next-line secrets/x", Fault::Verb, (1, 1)),
            ("x # aelix-lint: alow secrets/x", Fault::Verb, (1, 1)),
            ("x # aelix-lint: secrets/x -- why", Fault::Verb, (1, 1)),
            ("x # aelix-lint: ALLOW secrets/x -- why", Fault::Case, (1, 1)),
            ("x # Aelix-Lint: allow secrets/x -- why", Fault::Case, (1, 1)),
            ("# AELIX-LINT: allow-file secrets/* -- why", Fault::Case, (1, u32::MAX)),
            ("x # aelix-lint: allow: secrets/x -- why", Fault::Words, (1, 1)),
            ("x # aelix-lint: allow secrets/x because of y", Fault::Words, (1, 1)),
            ("x # aelix-lint: allow secrets/x secrets/y -- why", Fault::Words, (1, 1)),
            ("x # aelix-lint: allow some words (here)", Fault::Words, (1, 1)),
            ("x # aelix-lint: allow secrets/x expires=2026-12-31 -- why", Fault::Day, (1, 1)),
            ("x # aelix-lint: allow secrets/x unitl=2026-12-31 -- why", Fault::Day, (1, 1)),
            ("x # aelix-lint: allow secrets/x -- why, expires=2026-12-31", Fault::Day, (1, 1)),
        ] {
            let found = read_in(text).unwrap();
            assert_eq!((found.until, found.lines, found.rules.len()), (Until::Unread(fault), lines, 0), "{text}");
        }
    }
}
