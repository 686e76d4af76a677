//! Places and masked snippets, taken while the bytes are there.
//!
//! A snippet masks every secret that was found in the shown bytes, not only its own: two secrets on one line hide each other.

use crate::model::{Blob, Hit, Place, Snippet};
use crate::text::randomness::{Class, has};
use crate::text::secret::MASK;
use crate::text::{Lines, Secret, Span, opaque};

use super::repeats::Repeats;

/// Bytes shown to each side of the marked ones.
const SIDE: usize = 96;
/// Most lines of a marked text that is no secret.
const MAX_LINES: usize = 4;
/// Where text was cut off.
const CUT: &str = "…";

/// Longest value whose repetitions are looked for around each place; those of longer ones are looked for once, in the whole blob.
const SHORT: usize = 256;
/// Shortest value that is looked for in messages, which hold words of their own.
const LEAST_IN_MESSAGES: usize = 8;

/// Everything that must not be shown of one blob.
pub struct Masks {
    /// Disjoint, in order; each with what stands for it.
    spans: Vec<(Span, String)>,
    /// Values of at most [`SHORT`] bytes, to hide their repetitions.
    short: Repeats,
    /// Longer values.
    long: Repeats,
}

impl Masks {
    /// The masks of all hits of a blob, winners and losers.
    pub fn new(bytes: &[u8], hits: &[Hit]) -> Self {
        let secrets = || hits.iter().filter(|hit| hit.secret);
        let mut places: Vec<(Span, usize)> = secrets().map(|hit| (hit.span, hit.prefix)).collect();
        places.extend(secrets().flat_map(|hit| hit.pieces.iter().filter(|piece| **piece != hit.span)).map(|piece| (*piece, 0)));
        places.retain(|(span, _)| !span.is_empty());
        places.sort_by_key(|(span, prefix)| (span.start, std::cmp::Reverse(span.end), std::cmp::Reverse(*prefix)));
        places.dedup_by_key(|(span, _)| *span);
        let values = places.iter().map(|(span, prefix)| Secret::new(&bytes[span.range()], *prefix)).chain(secrets().filter_map(|hit| hit.value.clone()));
        let (short, long): (Vec<Secret>, Vec<Secret>) = values.partition(|value| value.reveal().len() <= SHORT);
        let (short, long) = (Repeats::new(short), Repeats::new(long));
        let spans = places.into_iter().map(|(span, prefix)| (span, Secret::new(&bytes[span.range()], prefix).masked()));
        let repeated = long.places(bytes).into_iter().map(|(span, value)| (span, value.masked()));
        let spans = joined(spans.chain(repeated).collect());
        Self { spans, short, long }
    }

    fn overlapping(&self, window: Span) -> &[(Span, String)] {
        let first = self.spans.partition_point(|(span, _)| span.end <= window.start);
        let past = self.spans.partition_point(|(span, _)| span.start < window.end);
        &self.spans[first..past.max(first)]
    }

    /// What must not be shown of `window`: what was found there, what is repeated there of what was found elsewhere, and what no rule found but looks
    /// generated.
    fn hidden(&self, bytes: &[u8], window: Span) -> Vec<(Span, String)> {
        let mut found = self.found(bytes, window);
        let tails: Vec<Span> = found.iter().filter_map(|(span, _)| tail(bytes, *span, window)).collect();
        if !tails.is_empty() {
            found.extend(tails.into_iter().map(|tail| (tail, MASK.to_owned())));
            found = joined(found);
        }
        let pieces = opaque::pieces(bytes, window, |piece| found.iter().any(|(span, _)| span.contains(piece)));
        if pieces.is_empty() {
            return found;
        }
        let mut rest = Vec::new();
        for piece in pieces {
            rest.extend(beside(bytes, piece, &found).into_iter().map(|span| (span, MASK.to_owned())));
        }
        found.append(&mut rest);
        joined(found)
    }

    /// What was found in `window` or elsewhere, wherever it stands in `window`.
    fn found(&self, bytes: &[u8], window: Span) -> Vec<(Span, String)> {
        let mut all = self.overlapping(window).to_vec();
        let reach = self.short.longest();
        if reach == 0 {
            return all;
        }
        for at in (window.start + 1).saturating_sub(reach)..window.end {
            // A text longer than every value would only be compared in vain.
            let text = &bytes[at..bytes.len().min(at + reach)];
            if let Some(value) = self.short.at_start_of(text).filter(|value| at + value.reveal().len() > window.start) {
                all.push((Span::new(at, at + value.reveal().len()), value.masked()));
            }
        }
        joined(all)
    }

    /// A message without the secrets that it may repeat.
    pub fn without_secrets(&self, message: String) -> String {
        let mut found = self.short.places(message.as_bytes());
        found.extend(self.long.places(message.as_bytes()));
        found.retain(|(_, value)| value.reveal().len() >= LEAST_IN_MESSAGES);
        let places = joined(found.into_iter().map(|(span, value)| (span, value.masked())).collect());
        if places.is_empty() {
            return message;
        }
        let (mut safe, mut at) = (String::new(), 0);
        for (span, stand_in) in places {
            safe.push_str(&String::from_utf8_lossy(&message.as_bytes()[at..span.start]));
            safe.push_str(&stand_in);
            at = span.end;
        }
        safe.push_str(&String::from_utf8_lossy(&message.as_bytes()[at..]));
        safe
    }
}

/// What a shell would take for the next command, and may be the rest of the secret: `&` and the word behind it, unless that is the next pair of a query.
fn tail(bytes: &[u8], secret: Span, window: Span) -> Option<Span> {
    let rest = bytes.get(secret.end..window.end).filter(|rest| rest.first() == Some(&b'&'))?;
    let length = rest.iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`')).count();
    let is_pair = rest[1..length].contains(&b'=');
    (!is_pair && length > 1).then(|| Span::new(secret.end, secret.end + length))
}

/// The parts of a piece that looks generated beside what was found in it; all of it where nothing was. A short word is what introduces a value: `key-`.
fn beside(bytes: &[u8], piece: Span, found: &[(Span, String)]) -> Vec<Span> {
    let (mut parts, mut at) = (Vec::new(), piece.start);
    for (span, _) in found.iter().filter(|(span, _)| span.start < piece.end && piece.start < span.end) {
        parts.push(Span::new(at, span.start.max(at)));
        at = at.max(span.end);
    }
    parts.push(Span::new(at, piece.end.max(at)));
    parts.retain(|part| part.len() >= opaque::LEAST || part.len() >= 4 && has(&bytes[part.range()], Class::Digit));
    parts
}

/// Spans that share bytes as one, in order. What covers another one keeps its stand-in; what is longer than each of its parts has none of its own.
fn joined(mut spans: Vec<(Span, String)>) -> Vec<(Span, String)> {
    spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut joined: Vec<(Span, String)> = Vec::with_capacity(spans.len());
    for (span, stand_in) in spans {
        match joined.last_mut() {
            Some((last, shown)) if span.start < last.end => {
                if span.end > last.end {
                    last.end = span.end;
                    MASK.clone_into(shown);
                }
            }
            _ => joined.push((span, stand_in)),
        }
    }
    joined
}

/// The place of `span` in a blob, as it stands in the target that was read.
pub fn place(blob: &Blob, lines: &Lines, masks: &Masks, span: Span) -> Place {
    let bare = Place::new(blob.target, blob.in_source(span), lines.position(span.start), lines.position(span.end));
    Place { snippet: Some(Box::new(snippet(blob.bytes, lines, masks, span))), ..bare }
}

fn snippet(bytes: &[u8], lines: &Lines, masks: &Masks, span: Span) -> Snippet {
    let first = lines.index_of(span.start);
    let last = lines.index_of(span.end.saturating_sub(1).max(span.start));
    let masked = masks.overlapping(span).iter().any(|(hidden, _)| hidden.contains(span));
    let last = if masked { last } else { last.min(first + MAX_LINES - 1) };
    let shown = Span::new(lines.span_of(first).start, lines.span_of(last).end.max(span.start));
    let marked = Span::new(span.start, span.end.min(shown.end));
    let start = boundary(bytes, shown.start.max(marked.start.saturating_sub(SIDE)), marked.start);
    let end = marked.end.max(boundary_back(bytes, shown.end.min(marked.end + SIDE), marked.end));
    let mut builder = Builder { text: String::new(), marked, mark: (None, None) };
    if start > shown.start {
        builder.text.push_str(CUT);
    }
    let mut at = start;
    for (hidden, stand_in) in masks.hidden(bytes, Span::new(start, end)) {
        builder.plain(bytes, Span::new(at, hidden.start.max(at)));
        builder.masked(hidden, &stand_in);
        at = hidden.end;
    }
    builder.plain(bytes, Span::new(at, end.max(at)));
    if at.max(end) < shown.end {
        builder.text.push_str(CUT);
    }
    let length = builder.text.len();
    let mark_start = builder.mark.0.unwrap_or(length);
    let mark = (mark_start, builder.mark.1.unwrap_or(length).max(mark_start));
    Snippet { first_line: u32::try_from(first + 1).unwrap_or(u32::MAX), text: builder.text, mark }
}

/// Text with one kind of line end.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() }
}

struct Builder {
    text: String,
    marked: Span,
    mark: (Option<usize>, Option<usize>),
}

impl Builder {
    fn plain(&mut self, bytes: &[u8], span: Span) {
        let mut at = span.start;
        for cut in [self.marked.start, self.marked.end] {
            if at <= cut && cut <= span.end {
                self.text.push_str(&shown(&bytes[at..cut]));
                self.note(cut);
                at = cut;
            }
        }
        self.text.push_str(&shown(&bytes[at..span.end]));
    }

    fn masked(&mut self, hidden: Span, stand_in: &str) {
        if hidden.start <= self.marked.start && self.marked.start < hidden.end {
            self.mark.0.get_or_insert(self.text.len());
        }
        self.text.push_str(stand_in);
        if hidden.start < self.marked.end && self.marked.end <= hidden.end {
            self.mark.1 = Some(self.text.len());
        }
    }

    fn note(&mut self, cut: usize) {
        if cut == self.marked.start {
            self.mark.0.get_or_insert(self.text.len());
        }
        if cut == self.marked.end && self.mark.0.is_some() {
            self.mark.1 = Some(self.text.len());
        }
    }
}

/// The first character boundary at or after `at`, not past `limit`.
fn boundary(bytes: &[u8], mut at: usize, limit: usize) -> usize {
    while at < limit && bytes[at] & 0xC0 == 0x80 {
        at += 1;
    }
    at
}

/// The last character boundary at or before `at`, not before `limit`.
fn boundary_back(bytes: &[u8], mut at: usize, limit: usize) -> usize {
    while at > limit && at < bytes.len() && bytes[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Rank, Severity};

    fn hit(span: Span, prefix: usize) -> Hit {
        Hit {
            rule: 0,
            span,
            rank: Rank::Generic,
            prefix,
            severity: Severity::Low,
            confidence: Confidence::Low,
            secret: true,
            message: None,
            notes: Vec::new(),
            evidence: Vec::new(),
            name: None,
            related: Vec::new(),
            flow: Vec::new(),
            also: Vec::new(),
            pieces: Vec::new(),
            value: None,
        }
    }

    fn snippets(text: &str, hits: &[(usize, usize)]) -> Vec<Snippet> {
        let hits: Vec<Hit> = hits.iter().map(|&(start, end)| hit(Span::new(start, end), 0)).collect();
        let lines = Lines::new(text.as_bytes());
        let masks = Masks::new(text.as_bytes(), &hits);
        hits.iter().map(|hit| snippet(text.as_bytes(), &lines, &masks, hit.span)).collect()
    }

    #[test]
    fn two_secrets_on_a_line_hide_each_other() {
        let text = "x\na = 'first-secret', b = 'second-secret'\n";
        for snippet in snippets(text, &[(7, 19), (27, 40)]) {
            assert_eq!(snippet.first_line, 2);
            assert!(!snippet.text.contains("first") && !snippet.text.contains("second"), "{}", snippet.text);
            assert!(snippet.text[snippet.mark.0..snippet.mark.1].starts_with("********"), "{snippet:?}");
        }
    }

    #[test]
    fn a_repetition_outside_the_hit_is_hidden() {
        let snippets = snippets("k = hunter22 # was hunter22", &[(4, 12)]);
        assert!(!snippets[0].text.contains("hunter"), "{}", snippets[0].text);
    }

    #[test]
    fn what_looks_generated_is_hidden_although_no_rule_finds_it() {
        let text = "k = hunter22 # Zk3QCI33jOqw5LoVFqxtpuPzN is the old one, of 6f1c2a9e-4b7d-4e2a-9c3f-0d8b7a6e5f41";
        assert_eq!(snippets(text, &[(4, 12)])[0].text, "k = ******** # ******** is the old one, of 6f1c2a9e-4b7d-4e2a-9c3f-0d8b7a6e5f41");
        let text = "Zk3QCI33jOqw5LoVFqxtpuPzN";
        for (found, expected) in [((5, 12), "************************"), ((13, 25), "****************zN"), ((3, 25), "Zk3********zN")] {
            assert_eq!(snippets(text, &[found])[0].text, expected, "beside what a rule found in it");
        }
    }

    #[test]
    fn what_may_be_the_rest_of_a_secret_is_hidden() {
        assert_eq!(snippets("set KEY=q8Zr2&dlbKb+sO there", &[(8, 13)])[0].text, "set KEY=**************** there");
        assert_eq!(snippets("curl -d key=q8Zr2&scope=a", &[(12, 17)])[0].text, "curl -d key=********&scope=a");
        assert_eq!(snippets("run KEY=q8Zr2 && stop", &[(8, 13)])[0].text, "run KEY=******** && stop");
    }

    #[test]
    fn a_secret_of_many_lines_is_one_masked_line() {
        let text = "k: |\n  AAAA\n  BBBB\nnext";
        let snippets = snippets(text, &[(7, 18)]);
        assert_eq!(snippets[0].text, "  ********");
    }

    #[test]
    fn every_line_end_is_shown_as_one() {
        for text in ["a {\nb\n}", "a {\r\nb\r\n}", "a {\rb\r}", "a {\rb\r\n}"] {
            let lines = Lines::new(text.as_bytes());
            let snippet = snippet(text.as_bytes(), &lines, &Masks::new(text.as_bytes(), &[]), Span::new(0, text.len()));
            assert_eq!((snippet.text.as_str(), snippet.mark), ("a {\nb\n}", (0, 7)), "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_not_shown() {
        assert_eq!(snippets("\u{FEFF}k = hunter22", &[(7, 15)])[0].text, "k = ********");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}SECRETSECRET{}", "é".repeat(500), "z".repeat(500));
        let snippets = snippets(&text, &[(1000, 1012)]);
        assert!(snippets[0].text.starts_with(CUT) && snippets[0].text.ends_with(CUT) && snippets[0].text.len() < 400);
        assert!(!snippets[0].text.contains('\u{FFFD}'));
    }

    proptest::proptest! {
        #[test]
        fn no_snippet_shows_a_secret(before in "[a-z =\\n]{0,30}", first in "[A-Z0-9]{8,40}", between in "[a-z ,\\n]{1,20}", second in "[A-Z0-9]{8,40}", after in "[a-z\\n]{0,10}") {
            let text = format!("{before}{first}{between}{second}{after}{first}");
            let a = (before.len(), before.len() + first.len());
            let b = (a.1 + between.len(), a.1 + between.len() + second.len());
            for snippet in snippets(&text, &[a, b]) {
                for secret in [&first, &second] {
                    let most = secret.len() / 4 + 1;
                    let leaked = secret.as_bytes().windows(most).any(|w| snippet.text.contains(std::str::from_utf8(w).unwrap()));
                    proptest::prop_assert!(!leaked || first.contains(second.as_str()) || second.contains(first.as_str()) || most < 4, "{}", snippet.text);
                }
                proptest::prop_assert!(snippet.mark.0 <= snippet.mark.1 && snippet.mark.1 <= snippet.text.len());
                proptest::prop_assert!(snippet.text.is_char_boundary(snippet.mark.0) && snippet.text.is_char_boundary(snippet.mark.1));
            }
        }
    }
}
