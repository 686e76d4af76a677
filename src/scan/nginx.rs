//! Who may come in by the configuration of nginx: `allow` and `deny` of its blocks.

use crate::model::facts::Value;
use crate::text::Span;

use super::program::OPEN;
use super::syntax::{RawAttribute, RawResource};

/// Larger files are not read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Blocks in blocks that are read.
const MAX_DEPTH: usize = 64;

/// Whether the name of a file says that it may be one of nginx.
pub fn is_one(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".conf", ".nginx", ".vhost"].iter().any(|end| name.ends_with(end)) || path.contains("nginx/sites-")
}

/// Each block with a list of its own.
pub fn resources(bytes: &[u8]) -> Vec<RawResource> {
    if bytes.len() > MAX_BYTES {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut open: Vec<RawResource> = Vec::new();
    let mut directive: Vec<Span> = Vec::new();
    let mut reader = Reader { bytes, at: 0 };
    while let Some(token) = reader.next() {
        match token {
            Token::Word(span) => directive.push(span),
            Token::Open => {
                let words: Vec<String> = directive.iter().map(|span| reader.text(*span)).collect();
                let span = directive.first().zip(directive.last()).map_or(Span::new(reader.at, reader.at), |(first, last)| Span::new(first.start, last.end));
                directive.clear();
                if open.len() >= MAX_DEPTH {
                    return out;
                }
                open.push(RawResource { kind: "nginx:access".to_owned(), name: words.join(" "), attributes: Vec::new(), span });
            }
            Token::Close => {
                directive.clear();
                out.extend(open.pop().filter(|block| block.attributes.iter().any(|a| a.path == "allow")));
            }
            Token::End => {
                if let Some(block) = open.last_mut() {
                    reader.directive(&directive, block);
                }
                directive.clear();
            }
        }
    }
    out.sort_by_key(|block| block.span);
    out
}

enum Token {
    Word(Span),
    Open,
    Close,
    End,
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn text(&self, span: Span) -> String {
        String::from_utf8_lossy(&self.bytes[span.range()]).trim_matches(['"', '\'']).to_owned()
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            match *self.bytes.get(self.at)? {
                b'#' => self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at),
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => break,
            }
        }
        let start = self.at;
        let first = self.bytes[start];
        self.at += 1;
        Some(match first {
            b'{' => Token::Open,
            b'}' => Token::Close,
            b';' => Token::End,
            quote @ (b'"' | b'\'') => {
                self.at += memchr::memchr2(quote, b'\n', &self.bytes[self.at..]).map_or(self.bytes.len() - self.at, |end| end + 1);
                Token::Word(Span::new(start, self.at))
            }
            _ => {
                let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b';' | b'{' | b'}');
                // `${name}` is part of a word.
                let rest = &self.bytes[self.at..];
                let mut length = rest.iter().position(is_end).unwrap_or(rest.len());
                if rest.get(length) == Some(&b'{') && (length > 0 && rest[length - 1] == b'$' || length == 0 && first == b'$') {
                    length = memchr::memchr(b'}', rest).map_or(rest.len(), |end| end + 1);
                }
                self.at += length;
                Token::Word(Span::new(start, self.at))
            }
        })
    }

    fn directive(&self, words: &[Span], block: &mut RawResource) {
        let [name, value, ..] = words else { return };
        let path = match self.text(*name).as_str() {
            "allow" => "allow",
            "deny" => "deny",
            // What stands in another file may be the rest of the list.
            "include" => OPEN,
            _ => return,
        };
        let text = self.text(*value);
        let known = path != OPEN && !text.contains(['$', '{']);
        let literal = if known { Value::literal(text.as_bytes(), *value) } else { Value::Unknown };
        let expression = if known { format!("\"{text}\"") } else { String::new() };
        block.attributes.push(RawAttribute { path: path.to_owned(), value: literal, expression, span: Span::new(name.start, value.end) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_blocks_are_read() {
        let text = "http {\n  server {\n    server_name a;\n    location /token { # only us\n      allow 52.48.102.14/32;\n      allow ${OFFICE};\n      deny all;\n      proxy_pass http://b;\n    }\n    location ~ \"^/x{2}\" {\n      include allow.conf;\n      allow 1.2.3.4;\n    }\n  }\n}\n";
        let shown: Vec<String> = resources(text.as_bytes())
            .iter()
            .map(|r| format!("{}: {}", r.name, r.attributes.iter().map(|a| format!("{} {}", a.path, a.expression)).collect::<Vec<_>>().join(", ")))
            .collect();
        assert_eq!(shown, ["location /token: allow \"52.48.102.14/32\", allow , deny \"all\"", "location ~ ^/x{2}: * , allow \"1.2.3.4\""]);
    }

    #[test]
    fn any_text_ends() {
        for text in ["{", "}", "allow", "allow;", "\"", "${", "a ${", "#", "\u{0}", "allow é;"] {
            for count in [1, 3, 2_000] {
                resources(text.repeat(count).as_bytes());
                resources(format!("server {{ {}", text.repeat(count)).as_bytes());
            }
        }
    }
}
