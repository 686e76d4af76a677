//! The entries of Kubernetes Secrets, decoded: `data` is base64, `stringData` is as it is (Kubernetes API, Secret v1).
//!
//! A tolerant reader of lines, since charts mix templates into their YAML: the `data` and `stringData` mappings of a document whose `kind` is `Secret`.

use crate::text::decode::Decoding;
use crate::text::{Lines, Span};

/// What announces a Secret.
pub const ANCHORS: [&str; 3] = ["kind: Secret", "kind: \"Secret\"", "kind: 'Secret'"];
/// The mappings of a Secret, and whether they are encoded.
const MAPPINGS: [(&[u8], bool); 2] = [(b"data", true), (b"stringData", false)];
/// Entries of one file that are read.
const MAX_ENTRIES: usize = 1000;

/// One entry of a Secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// The value as it stands.
    pub span: Span,
    /// It is base64 there.
    pub encoded: bool,
    /// The value decoded: text.
    pub text: String,
    /// 1-based line of the value.
    pub line: u32,
}

/// The entries of all Secrets of a file whose values are text.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let mut found = Vec::new();
    let lines = Lines::new(bytes);
    let mut document = Vec::new();
    for line in line_spans(bytes) {
        if bytes[line.range()].starts_with(b"---") {
            read(bytes, &lines, &std::mem::take(&mut document), &mut found);
        } else {
            document.push(line);
        }
    }
    read(bytes, &lines, &document, &mut found);
    found
}

fn line_spans(bytes: &[u8]) -> impl Iterator<Item = Span> {
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    ends.scan(0, |start, end| Some(Span::new(std::mem::replace(start, end + 1), end)))
}

/// The entries of one document.
fn read(bytes: &[u8], lines: &Lines, document: &[Span], found: &mut Vec<Entry>) {
    let text = |span: Span| &bytes[span.range()];
    let kinds =
        document.iter().enumerate().filter(|(_, line)| key_value(text(**line)).is_some_and(|(_, key, value)| key == b"kind" && unquoted(value) == b"Secret"));
    for (at, line) in kinds {
        let Some((column, ..)) = key_value(text(*line)) else { continue };
        // The keys beside `kind`: up and down to a line that is less indented.
        let is_inside = |line: &&Span| indent(text(**line)).is_none_or(|own| own >= column);
        let above = document[..at].iter().rev().take_while(is_inside).count();
        let below = document[at..].iter().take_while(is_inside).count();
        let siblings = &document[at - above..at + below];
        for (mapping, encoded) in MAPPINGS {
            let begins = |line: &Span| key_value(text(*line)).is_some_and(|(own, key, value)| own == column && key == mapping && value.is_empty());
            let Some(data) = siblings.iter().position(begins) else { continue };
            let inside = siblings[data + 1..].iter().take_while(|line| indent(text(**line)).is_none_or(|own| own > column));
            for (line, (_, key, value)) in inside.filter_map(|line| Some((*line, key_value(text(*line))?))) {
                let value = unquoted(value);
                let plain = if encoded { Decoding::Base64.apply(value) } else { Some(value.to_vec()) };
                let Some(plain) = plain.filter(|_| value.len() >= 8).and_then(|plain| String::from_utf8(plain).ok()) else { continue };
                let start = line.start + (value.as_ptr() as usize - text(line).as_ptr() as usize);
                let is_text = plain.chars().all(|c| !c.is_control() || c.is_ascii_whitespace());
                if is_text && found.len() < MAX_ENTRIES {
                    let span = Span::new(start, start + value.len());
                    found.push(Entry { key: String::from_utf8_lossy(key).into_owned(), span, encoded, text: plain, line: lines.position(start).line });
                }
            }
        }
    }
}

/// Columns before the first character that is not a space; a dash of a list counts as one. `None` for an empty line or a comment.
fn indent(line: &[u8]) -> Option<usize> {
    let at = line.iter().position(|b| *b != b' ' && *b != b'-')?;
    (!matches!(line[at], b'#' | b'\r')).then_some(at)
}

/// Indentation, key and value of `key: value`.
fn key_value(line: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let indent = indent(line)?;
    let colon = indent + memchr::memchr(b':', &line[indent..])?;
    let value = line.get(colon + 1..)?;
    if value.first().is_some_and(|b| !b.is_ascii_whitespace()) {
        return None;
    }
    let value = memchr::memmem::find(value, b" #").map_or(value, |comment| &value[..comment]);
    Some((indent, unquoted(line[indent..colon].trim_ascii()), value.trim_ascii()))
}

fn unquoted(text: &[u8]) -> &[u8] {
    let quote = text.first().copied().filter(|b| matches!(b, b'"' | b'\''));
    quote.and_then(|quote| text.get(1..)?.strip_suffix(&[quote])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        entries(text.as_bytes()).into_iter().map(|e| format!("{} {}={} {}", e.line, e.key, e.text, &text[e.span.range()])).collect()
    }

    #[test]
    fn the_data_of_secrets_is_decoded() {
        let text = "apiVersion: v1\ndata:\n  a: aGVsbG8gd29ybGQ=\n  'b.txt': \"bGluZSAxCmxpbmUgMg==\"\nkind: Secret\nmetadata:\n  name: YWJjZGVmZ2g=\n---\nkind: ConfigMap\ndata:\n  a: aGVsbG8gd29ybGQ=\n";
        assert_eq!(shown(text), ["3 a=hello world aGVsbG8gd29ybGQ=", "4 b.txt=line 1\nline 2 bGluZSAxCmxpbmUgMg=="]);
    }

    #[test]
    fn what_is_not_encoded_is_read_as_it_is() {
        assert_eq!(shown("kind: Secret\nstringData:\n  a: hello world\n  b: |\n    text\n  c: short\n"), ["3 a=hello world hello world"]);
    }

    #[test]
    fn secrets_in_lists_are_read() {
        let text =
            "kind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  data:\n    a: aGVsbG8gd29ybGQ=\n- kind: ConfigMap\n  data:\n    b: aGVsbG8gd29ybGQ=\n";
        assert_eq!(shown(text), ["6 a=hello world aGVsbG8gd29ybGQ="]);
    }

    #[test]
    fn templates_and_binary_values_are_passed_over() {
        let text = "kind: Secret\ndata:\n  a: {{ .Values.a | b64enc }}\n  b: AAECAwQFBgcICQ==\n  {{- if .x }}\n  c: aGVsbG8gd29ybGQ= # why\n  {{- end }}\n";
        assert_eq!(shown(text), ["6 c=hello world aGVsbG8gd29ybGQ="]);
    }

    #[test]
    fn any_bytes_are_read() {
        for text in ["", "kind: Secret", "kind: Secret\ndata:", "data:\n  a: x\nkind: Secret\n\u{0}", "-\n---\n--", "kind: Secret\n:\n :\n  : :\n"] {
            assert!(shown(text).is_empty(), "{text:?}");
        }
    }
}
