//! Pattern rules: a regex runs in a window around a candidate, never over a file.
//!
//! A line rule searches the lines that hold a candidate, clipped to [`LINE_REACH`] bytes on each side of it; overlapping windows are joined, so the
//! work is linear in the length of a line however many candidates it holds. The search sees the bytes outside its window (`\b`, `^`, `$` hold), and
//! because a line rule cannot match a line end, the result is that of a search over the whole blob.

use regex_automata::{Input, meta};

use crate::ruleset::{LINE_REACH, PatternEngine};
use crate::text::Span;

/// What begins a control sequence (ECMA-48).
const ESCAPE: u8 = 0x1B;
/// Most parameters of one, in bytes.
const MAX_SEQUENCE: usize = 16;

/// What has still to be searched for one rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pending {
    /// The joined window, empty when nothing waits.
    window: Option<Span>,
}

impl Pending {
    /// Adds a candidate's window. Returns a window that is complete and must be searched now.
    pub fn add(&mut self, window: Span) -> Option<Span> {
        match &mut self.window {
            Some(known) if window.start <= known.end => {
                known.start = known.start.min(window.start);
                known.end = known.end.max(window.end);
                None
            }
            waiting => waiting.replace(window),
        }
    }

    /// The window that is left at the end of the blob.
    pub fn finish(&mut self) -> Option<Span> {
        self.window.take()
    }

    /// Whether nothing waits.
    pub fn is_empty(self) -> bool {
        self.window.is_none()
    }
}

/// What is known of the line around the last candidate: a stretch without a line end, which grows with the candidates of a long line,
/// so that each byte of it is looked at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineWindow {
    known: Option<Span>,
}

impl LineWindow {
    /// The window of a line rule for the candidate at `at`: its line, at most [`LINE_REACH`] bytes to each side.
    pub fn around(&mut self, bytes: &[u8], at: usize) -> Span {
        let (from, to) = (at.saturating_sub(LINE_REACH), (at + LINE_REACH).min(bytes.len()));
        let Span { mut start, mut end } = self.known.filter(|known| known.start <= at && at <= known.end).unwrap_or(Span::new(at, at));
        if from < start {
            start = memchr::memrchr2(b'\n', b'\r', &bytes[from..start]).map_or(from, |p| from + p + 1);
        }
        if end < to {
            end += memchr::memchr2(b'\n', b'\r', &bytes[end..to]).unwrap_or(to - end);
        }
        self.known = Some(Span::new(start, end));
        Span::new(start.max(from), end.min(to))
    }
}

/// The window of a multi-line rule: `reach` bytes to each side.
pub fn wide_window(bytes: &[u8], at: usize, reach: usize) -> Span {
    Span::new(at.saturating_sub(reach), (at + reach).min(bytes.len()))
}

/// Calls `found(whole match, value)` for every match of the rule in the window.
pub fn search(engine: &PatternEngine, cache: &mut Option<meta::Cache>, bytes: &[u8], window: Span, mut found: impl FnMut(Span, Span)) {
    if !engine.needs.is_empty() && memchr::memmem::find(&bytes[window.range()], &engine.needs).is_none() {
        return;
    }
    let Some(regex) = engine.regex() else { return };
    let cache = cache.get_or_insert_with(|| regex.create_cache());
    let mut input = Input::new(bytes).span(window.range());
    while let Some(matched) = regex.search_with(cache, &input) {
        let whole = Span::new(matched.start(), matched.end());
        let value = if engine.group == 0 { whole } else { value_of(regex, cache, bytes, engine.group, whole) };
        found(whole, value);
        input.set_start(whole.end.max(whole.start + 1));
    }
}

/// The same for what stands right behind an escape in a string (`\n`, `\t`, `\r`) or a control sequence of a terminal (`ESC[31m`), whose last letter is
/// none of the word behind it: there a match begins as at the beginning of a text.
pub fn search_behind_escapes(engine: &PatternEngine, cache: &mut Option<meta::Cache>, bytes: &[u8], window: Span, mut found: impl FnMut(Span, Span)) {
    let text = &bytes[window.range()];
    if memchr::memchr2(b'\\', ESCAPE, text).is_none() {
        return;
    }
    let Some(regex) = engine.regex() else { return };
    let cache = cache.get_or_insert_with(|| regex.create_cache());
    for at in memchr::memchr2_iter(b'\\', ESCAPE, text) {
        let Some(length) = escape(&text[at..]) else { continue };
        let start = window.start + at + length;
        let behind = &bytes[start..window.end];
        let input = Input::new(behind).anchored(regex_automata::Anchored::Yes);
        if let Some(matched) = regex.search_with(cache, &input) {
            let whole = Span::new(matched.start(), matched.end());
            let value = if engine.group == 0 { whole } else { value_of(regex, cache, behind, engine.group, whole) };
            found(Span::new(start + whole.start, start + whole.end), Span::new(start + value.start, start + value.end));
        }
    }
}

/// The length of the escape or control sequence at the beginning of `text`, if it is one that ends in a letter.
fn escape(text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'n' | b't' | b'r', ..] => Some(2),
        [ESCAPE, b'[', rest @ ..] => {
            let parameters = rest.iter().take(MAX_SEQUENCE).take_while(|b| b.is_ascii_digit() || **b == b';').count();
            (rest.get(parameters) == Some(&b'm')).then_some(parameters + 3)
        }
        _ => None,
    }
}

/// The span of the group named `secret` in a known match.
fn value_of(regex: &meta::Regex, cache: &mut meta::Cache, bytes: &[u8], group: usize, whole: Span) -> Span {
    let mut captures = regex.create_captures();
    let input = Input::new(bytes).span(whole.range()).anchored(regex_automata::Anchored::Yes);
    regex.search_captures_with(cache, &input, &mut captures);
    captures.get_group(group).map_or(whole, |group| Span::new(group.start, group.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_touch_are_joined() {
        let mut pending = Pending::default();
        assert_eq!(pending.add(Span::new(0, 10)), None);
        assert_eq!(pending.add(Span::new(5, 20)), None);
        assert_eq!(pending.add(Span::new(30, 40)), Some(Span::new(0, 20)));
        assert_eq!(pending.finish(), Some(Span::new(30, 40)));
        assert!(pending.is_empty());
    }

    #[test]
    fn a_line_window_ends_at_every_kind_of_line_end() {
        let bytes = b"one\r\ntwo\rthree\nfour";
        let mut window = LineWindow::default();
        assert_eq!(window.around(bytes, 6), Span::new(5, 8));
        assert_eq!(window.around(bytes, 10), Span::new(9, 14));
        assert_eq!(window.around(bytes, 18), Span::new(15, 19));
    }

    #[test]
    fn a_long_line_is_clipped_around_the_candidate() {
        let bytes = vec![b'a'; 100_000];
        let mut window = LineWindow::default();
        for at in [50_000, 50_001, 49_990, 53_000, 60_000, 99_999, 0] {
            assert_eq!(window.around(&bytes, at), Span::new(at.saturating_sub(LINE_REACH), (at + LINE_REACH).min(bytes.len())), "{at}");
        }
    }
}
