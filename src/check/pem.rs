//! Private key blocks (RFC 7468, RFC 1421, OpenSSH, PGP armour): whether there is a key between the lines.

use super::Verdict;
use super::encoded::base64;

/// The shortest key, Ed25519 in PKCS #8, has 64 base64 characters; a block cut a little short still counts.
const SHORTEST: usize = 40;
/// Real keys use nearly the whole alphabet; fewer distinct characters are a drawing of a key.
const FEWEST_DISTINCT: usize = 12;

/// Rejects a block without plausible base64 between its lines. A right DER or OpenSSH header would prove nothing: it has no checksum.
///
/// The block may stand in a string: `\n` escapes, quotes and `+` between the lines are skipped.
pub fn private_key(value: &[u8]) -> Verdict {
    let body = body(value);
    if holds(body, b"...") || holds(body, "\u{2026}".as_bytes()) || holds(body, b"***") {
        return Verdict::Rejected("the body of the key is left out");
    }
    let text = base64_text(body);
    let mut seen = [false; 128];
    for &b in &text {
        seen[usize::from(b & 0x7f)] = true;
    }
    if text.len() < SHORTEST || seen.iter().filter(|&&s| s).count() < FEWEST_DISTINCT {
        return Verdict::Rejected("no key between the lines");
    }
    match base64(text.get(..text.len() / 4 * 4).unwrap_or(&text)) {
        Some(_) => Verdict::Plausible,
        None => Verdict::Rejected("no base64 between the lines"),
    }
}

/// What stands after the `-----BEGIN …-----` line and before `-----END`.
fn body(value: &[u8]) -> &[u8] {
    let mut dashes = memchr::memmem::find_iter(value, b"-----");
    let (first, second) = (dashes.next(), dashes.next());
    let Some(start) = second.or(first).map(|at| at + 5) else { return value };
    let rest = value.get(start..).unwrap_or_default();
    let end = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    &rest[..end]
}

fn holds(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}

/// The base64 characters of all lines but headers (`Proc-Type: …`) and the checksum of a PGP armour (`=abcd`).
fn base64_text(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        rest = after;
        let line = line.trim_ascii();
        let is_checksum = line.first() == Some(&b'=');
        if !is_checksum && !holds(line, b": ") {
            text.extend(line.iter().filter(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'=' | b'+')));
        }
    }
    strip_joins(&mut text);
    text
}

/// The first line and the rest, where a line ends at a line end or at its escape (`\n`, `\r`, `\\n`).
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let Some(at) = text.iter().position(|b| matches!(b, b'\n' | b'\r' | b'\\')) else { return (text, &[]) };
    let mut end = at;
    while text.get(end) == Some(&b'\\') {
        end += 1;
    }
    let escape = end > at && text.get(end).is_some_and(|b| matches!(b, b'n' | b'r' | b't'));
    let end = if end == at || escape { end + 1 } else { end };
    (&text[..at], text.get(end..).unwrap_or_default())
}

/// Drops padding characters that are followed by more text: several padded strings were joined.
fn strip_joins(text: &mut Vec<u8>) {
    let end = text.iter().rposition(|&b| b != b'=').map_or(0, |at| at + 1);
    let padding = (text.len() - end).min(2);
    text.retain(|&b| b != b'=');
    text.extend(std::iter::repeat_n(b'=', padding));
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    /// A PKCS #8 frame around bytes that are no key.
    fn der() -> String {
        let filler: Vec<u8> = (0..45u8).map(|i| i.wrapping_mul(73).wrapping_add(11)).collect();
        BASE64.encode(&[&[0x30, 48, 0x02, 0x01, 0x00][..], &filler].concat())
    }

    fn block(label: &str, body: &str) -> Vec<u8> {
        format!("-----BEGIN {label}PRIVATE KEY-----{body}-----END {label}PRIVATE KEY-----").into_bytes()
    }

    #[test]
    fn a_body_of_base64_is_plausible_however_its_lines_are_joined() {
        let body = der();
        let (a, b) = body.split_at(30);
        for joined in [format!("\n{a}\n{b}\n"), format!("\\n{a}\\n{b}\\n"), format!("\r\n  {a}\r\n  {b}\r\n"), format!("\\n\" +\n  \"{a}\\n\",\n \"{b}\\n\"")] {
            assert_eq!(private_key(&block("", &joined)), Verdict::Plausible, "{joined}");
        }
        assert_eq!(private_key(&block("RSA ", &format!("\n{a}\n{b}\n"))), Verdict::Plausible);
    }

    #[test]
    fn headers_and_armour_are_no_part_of_the_body() {
        let body = der();
        assert_eq!(private_key(&block("RSA ", &format!("\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n{body}\n"))), Verdict::Plausible);
        assert_ne!(private_key(&block("", &format!("\nVersion: x\n\n{body}\n=aB3d\n"))), Verdict::Rejected("no base64 between the lines"));
    }

    #[test]
    fn an_openssh_key_is_plausible() {
        let bytes = [b"openssh-key-v1\0".as_slice(), &(0..60u8).collect::<Vec<u8>>()].concat();
        assert_eq!(private_key(&block("OPENSSH ", &format!("\n{}\n", BASE64.encode(&bytes)))), Verdict::Plausible);
    }

    #[test]
    fn drawings_of_keys_are_rejected() {
        let xs = "x".repeat(64);
        let elided = format!("\n{}...\n", der());
        for body in ["", "\n", "\n...\n", "\nMIIE\n", "\n<your key here>\n", &xs, &elided] {
            assert!(matches!(private_key(&block("", body)), Verdict::Rejected(_)), "{body}");
        }
        assert!(matches!(private_key(b"-----BEGIN PRIVATE KEY-----"), Verdict::Rejected(_)));
    }
}
