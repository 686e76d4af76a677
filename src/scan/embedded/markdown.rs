//! Fenced code of Markdown whose info string names a known language (`CommonMark` 0.31, section 4.5).

use crate::text::{Mapped, Span};

use super::{Code, Found, lines};

/// Languages whose fences may hold prompts and what the commands print.
const SESSIONS: [&str; 5] = ["console", "shell-session", "sh-session", "terminal", "shell"];

/// An open fence.
struct Fence {
    mark: u8,
    length: usize,
    /// What is taken off each line.
    indent: usize,
    code: Option<Code>,
    is_session: bool,
    text: Mapped,
}

pub(super) fn regions(bytes: &[u8], found: &mut impl FnMut(Found)) {
    let mut open: Option<Fence> = None;
    for line in lines(bytes) {
        let text = &bytes[line.range()];
        let Some(fence) = &mut open else {
            open = opened(text);
            continue;
        };
        if fence.is_closed_by(text) {
            close(open.take(), found);
            continue;
        }
        if fence.code.is_some() {
            let indent = text.iter().take(fence.indent).take_while(|b| matches!(b, b' ' | b'\t')).count();
            fence.text.copy(&text[indent..], line.start + indent);
        }
    }
    close(open, found);
}

fn close(fence: Option<Fence>, found: &mut impl FnMut(Found)) {
    let Some(Fence { code: Some(code), is_session, text, .. }) = fence else { return };
    found(Found::new(code, if is_session { commands(&text) } else { text }));
}

/// The fence that a line opens.
fn opened(line: &[u8]) -> Option<Fence> {
    let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    // A list may begin with a fence.
    let marker = line[indent..].iter().take_while(|b| matches!(b, b'-' | b'*' | b'+' | b'>' | b' ')).count();
    let rest = &line[indent + marker..];
    let mark = *rest.first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = rest.iter().take_while(|b| **b == mark).count();
    let info = rest[length..].trim_ascii();
    if length < 3 || mark == b'`' && info.contains(&b'`') {
        return None;
    }
    let info = String::from_utf8_lossy(info);
    let word = info.trim_start_matches(['{', '.', ' ']).split([' ', ',', '{', '}', ':', '\t', '"']).next().unwrap_or_default();
    let code = if word.is_empty() { None } else { Code::named(word) };
    Some(Fence { mark, length, indent: indent + marker, code, is_session: SESSIONS.contains(&word.to_ascii_lowercase().as_str()), text: Mapped::new() })
}

impl Fence {
    fn is_closed_by(&self, line: &[u8]) -> bool {
        let rest = line.trim_ascii();
        let rest = rest.strip_prefix(b">").map_or(rest, <[u8]>::trim_ascii_start);
        rest.len() >= self.length && rest.iter().all(|b| *b == self.mark)
    }
}

/// What was typed behind the prompts of a session; all of it where there are none.
fn commands(session: &Mapped) -> Mapped {
    let bytes = session.bytes();
    let typed = |line: Span| bytes[line.range()].strip_prefix(b"$ ").map(|typed| Span::new(line.end - typed.len(), line.end));
    if !lines(bytes).any(|line| typed(line).is_some()) {
        return session.clone();
    }
    let (mut text, mut goes_on) = (Mapped::new(), false);
    for line in lines(bytes) {
        let own = typed(line);
        if let Some(part) = own.or(goes_on.then_some(line)) {
            text.append(session, part);
            goes_on = bytes[part.range()].trim_ascii_end().ends_with(b"\\");
        }
    }
    text
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container::Markdown;
    use super::super::tests::shown;

    #[test]
    fn fences_of_known_languages_are_found() {
        for (text, expected) in [
            ("a\n```python\nb\n\nc\n```\n```\nd\n```\n", "python: b//c/"),
            ("~~~~ py title=\"x\"\n```\n~~~\na\n~~~~\nb\n", "python: ```/~~~/a/"),
            ("1. x\n   ```sh\n   a\n     b\n   ```\n", "bash: a/  b/"),
            ("```{python}\na\n", "python: a/"),
            ("``` {.bash .numberLines}\na\n```", "bash: a/"),
            ("```text\na\n```\n```unknown\nb\n```\n`python`\n", ""),
            ("```console\n$ a \\\n  b\nprinted\n$ c\n```\n", "bash: a \\/  b/c/"),
            ("```shell\na\n```\n", "bash: a/"),
            ("```dockerfile\nFROM a\nRUN b\n```\n", "bash: b/"),
            ("```html\n<b>\n```\n", ""),
        ] {
            assert_eq!(shown(Markdown, text), expected, "{text}");
        }
    }
}
