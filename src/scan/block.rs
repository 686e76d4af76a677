//! The block of text that a value belongs to, found without a parser: what `same = "structure"` means.
//!
//! It is what stands between the innermost braces around the value (JSON, HCL, program text; those of `${…}` are none). Where there are none: in YAML the
//! mapping, by indentation; in TOML and INI the section; elsewhere the paragraph, up to an empty line or a `[section]`. Never more than [`LINE_REACH`]
//! bytes to each side. Braces count wherever they stand, in strings and comments too.

use std::ops::ControlFlow;

use crate::ruleset::LINE_REACH;
use crate::text::{Lines, Span};

/// How the lines of a file without braces belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// By indentation.
    Yaml,
    /// By `[section]`.
    Sections,
    /// By empty lines.
    Paragraphs,
}

impl Layout {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        match name.rsplit('.').next().unwrap_or(&name) {
            "yml" | "yaml" => Self::Yaml,
            "toml" | "ini" | "cfg" | "conf" | "cnf" | "config" | "credentials" | "boto" | "s3cfg" | "gitconfig" | "pypirc" => Self::Sections,
            _ => Self::Paragraphs,
        }
    }
}

/// The block around `value` in the file of this path.
pub fn around(bytes: &[u8], lines: &Lines, path: &str, value: Span) -> Span {
    let reach = Span::new(value.start.saturating_sub(LINE_REACH), (value.end + LINE_REACH).min(bytes.len()));
    braces(bytes, reach, value).unwrap_or_else(|| {
        let text = Text { bytes, lines, reach };
        match Layout::of(path) {
            Layout::Yaml => text.mapping(value),
            Layout::Sections => text.section(value, false),
            Layout::Paragraphs => text.section(value, true),
        }
    })
}

/// From the innermost open brace to the one that closes it, or to the end of the reach.
fn braces(bytes: &[u8], reach: Span, value: Span) -> Option<Span> {
    let (mut closed, mut references) = (0, 0);
    let before = &bytes[reach.start..value.start];
    let open = memchr::memrchr2_iter(b'{', b'}', before).find(|&at| match (before[at], closed) {
        (b'}', _) => {
            closed += 1;
            false
        }
        (_, 0) if at > 0 && before[at - 1] == b'$' => {
            references += 1;
            false
        }
        (_, 0) => true,
        _ => {
            closed -= 1;
            false
        }
    })?;
    let mut opened = references;
    let after = &bytes[value.end..reach.end];
    let close = memchr::memchr2_iter(b'{', b'}', after).find(|&at| match (after[at], opened) {
        (b'{', _) => {
            opened += 1;
            false
        }
        (_, 0) => true,
        _ => {
            opened -= 1;
            false
        }
    });
    Some(Span::new(reach.start + open, close.map_or(reach.end, |at| value.end + at + 1)))
}

/// Lines within a reach.
struct Text<'a> {
    bytes: &'a [u8],
    lines: &'a Lines<'a>,
    reach: Span,
}

impl Text<'_> {
    /// The line of this index, as far as it is in reach; `None` outside.
    fn line(&self, index: usize) -> Option<&[u8]> {
        let span = self.lines.span_of(index);
        let is_near = index < self.lines.count() && span.end >= self.reach.start && span.start <= self.reach.end;
        is_near.then(|| &self.bytes[Span::new(span.start.max(self.reach.start), span.end.min(self.reach.end)).range()])
    }

    /// From the first to the last line, within reach.
    fn between(&self, first: usize, last: usize) -> Span {
        let (start, end) = (self.lines.span_of(first).start, self.lines.span_of(last).end);
        Span::new(start.max(self.reach.start), end.min(self.reach.end))
    }

    /// Goes on from a line up or down while `goes_on` says so; the last line that belongs. A line with `Break(true)` belongs and is the last.
    fn walk(&self, from: usize, up: bool, mut goes_on: impl FnMut(&[u8]) -> ControlFlow<bool>) -> usize {
        let mut at = from;
        while let Some(next) = if up { at.checked_sub(1) } else { Some(at + 1) } {
            match self.line(next).map(&mut goes_on) {
                Some(ControlFlow::Continue(())) => at = next,
                Some(ControlFlow::Break(true)) => return next,
                Some(ControlFlow::Break(false)) | None => break,
            }
        }
        at
    }

    fn section(&self, value: Span, ends_at_empty: bool) -> Span {
        let (first, last) = (self.lines.index_of(value.start), self.lines.index_of(value.end.saturating_sub(1).max(value.start)));
        let ends = |line: &[u8]| ends_at_empty && line.trim_ascii().is_empty();
        let first = self.walk(first, true, |line| match () {
            () if ends(line) => ControlFlow::Break(false),
            () if is_header(line) => ControlFlow::Break(true),
            () => ControlFlow::Continue(()),
        });
        let last = self.walk(last, false, |line| if ends(line) || is_header(line) { ControlFlow::Break(false) } else { ControlFlow::Continue(()) });
        self.between(first, last)
    }

    /// The YAML mapping that holds the line of the value, with what is nested in it.
    fn mapping(&self, value: Span) -> Span {
        let (first, last) = (self.lines.index_of(value.start), self.lines.index_of(value.end.saturating_sub(1).max(value.start)));
        let own = Indent::of(self.line(first).unwrap_or_default());
        let is_start = own.is_some_and(|own| own.dash < own.key);
        let Some(level) = own.map(|own| own.key) else { return self.between(first, last) };
        let up = |line: &[u8]| match Indent::of(line) {
            None if is_document_end(line) => ControlFlow::Break(false),
            Some(indent) if indent.key < level => ControlFlow::Break(false),
            Some(indent) if indent.key == level && indent.dash < level => ControlFlow::Break(true),
            _ => ControlFlow::Continue(()),
        };
        let down = |line: &[u8]| match Indent::of(line) {
            None if is_document_end(line) => ControlFlow::Break(false),
            Some(indent) if indent.dash < level => ControlFlow::Break(false),
            _ => ControlFlow::Continue(()),
        };
        let first = if is_start { first } else { self.walk(first, true, up) };
        self.between(first, self.walk(last, false, down))
    }
}

/// `[section]`, `[[section]]`.
fn is_header(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let name = line.split(|b| matches!(b, b'#' | b';')).next().unwrap_or_default().trim_ascii_end();
    line.starts_with(b"[") && name.ends_with(b"]") && !name.contains(&b',')
}

/// Columns of a line of YAML: of its first dash, or of the key without one; of the key.
#[derive(Clone, Copy)]
struct Indent {
    dash: usize,
    key: usize,
}

impl Indent {
    /// None of an empty line, a comment, the end of a document.
    fn of(line: &[u8]) -> Option<Self> {
        let dash = line.iter().take_while(|b| **b == b' ').count();
        let mut key = dash;
        while line[key..].starts_with(b"- ") {
            key += 1 + line[key + 1..].iter().take_while(|b| **b == b' ').count();
        }
        let is_text = line.get(key).is_some_and(|b| !matches!(b, b'#' | b'\t')) && !is_document_end(line);
        is_text.then_some(Self { dash, key })
    }
}

fn is_document_end(line: &[u8]) -> bool {
    line.starts_with(b"---") || line.starts_with(b"...")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The block around `@` in `text`.
    fn block(path: &str, text: &str) -> String {
        let at = text.find('@').unwrap();
        let span = around(text.as_bytes(), &Lines::new(text.as_bytes()), path, Span::new(at, at + 1));
        text[span.range()].to_owned()
    }

    #[test]
    fn braces_are_a_block() {
        assert_eq!(block("a.json", r#"[{"a": 1, "o": {"x": 2}, "b": "@"}, {"c": 3}]"#), r#"{"a": 1, "o": {"x": 2}, "b": "@"}"#);
        assert_eq!(block("a.tf", "provider \"aws\" {\n  key = \"@\"\n"), "{\n  key = \"@\"\n");
        assert_eq!(block("a.sh", "f() {\n a=${X:-@}\n b=${Y}\n}\n"), "{\n a=${X:-@}\n b=${Y}\n}");
        assert_eq!(block(".env", "A=${X:-@}\nB=1\n\nC=2\n"), "A=${X:-@}\nB=1");
    }

    #[test]
    fn a_paragraph_ends_at_an_empty_line() {
        assert_eq!(block(".env", "# one\nA=1\n\n# two\nB=@\nC=3\n\t\nD=4"), "# two\nB=@\nC=3");
        assert_eq!(block(".env", "\u{FEFF}A=1\r\nB=@\r\n\r\nC=2\r\n"), "A=1\r\nB=@");
    }

    #[test]
    fn a_section_ends_at_the_next_header() {
        let text = "top = 1\n[one]\na = 1\n\nb = @\nlist = [\n  [1, 2],\n]\n[two] # comment\nc = 2\n";
        assert_eq!(block("a.toml", text), "[one]\na = 1\n\nb = @\nlist = [\n  [1, 2],\n]");
        assert_eq!(block("home/.aws/credentials", "[a]\nk = 1\n[b]\nk = @\n"), "[b]\nk = @\n");
        assert_eq!(block("a.ini", "k = @\n\nl = 2\n[b]\n"), "k = @\n\nl = 2");
    }

    #[test]
    fn a_mapping_of_yaml_goes_by_indentation() {
        let text = "top: 1\naws:\n  id: 1\n\n  # comment\n  deep:\n    more: 2\n  key: @\n  last: 3\nend: 4\n";
        assert_eq!(block("a.yml", text).trim_end(), "  id: 1\n\n  # comment\n  deep:\n    more: 2\n  key: @\n  last: 3");
        let text = "users:\n- id: 1\n  key: 2\n- id: 3\n  key: @\n  more: 4\n- id: 5\n";
        assert_eq!(block("a.yaml", text), "- id: 3\n  key: @\n  more: 4");
        assert_eq!(block("a.yaml", "users:\n  - id: @\n    key: 2\n  - id: 3\n"), "  - id: @\n    key: 2");
        assert_eq!(block("a.yaml", "a: 1\n---\nb: @\n...\nc: 2\n"), "b: @");
    }

    #[test]
    fn a_block_is_bounded() {
        let text = format!("{{{}@{}}}", "x".repeat(2 * LINE_REACH), "y".repeat(2 * LINE_REACH));
        assert_eq!(block("a.json", &text).len(), 2 * LINE_REACH + 1);
        let text = format!("{}@{}", "x\n".repeat(LINE_REACH), "y\n".repeat(LINE_REACH));
        assert_eq!(block("a.txt", &text).len(), 2 * LINE_REACH);
    }
}
