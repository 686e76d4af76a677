//! Ruby: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::{Decoding, number};

/// Ruby.
pub(super) static LANGUAGE: Language = Language {
    name: "ruby",
    extensions: &["rb", "rake", "gemspec", "ru", "podspec", "jbuilder", "thor"],
    file_names: &[
        "Gemfile",
        "Rakefile",
        "Guardfile",
        "Capfile",
        "Vagrantfile",
        "Fastfile",
        "Podfile",
        "Brewfile",
        "Berksfile",
        "Thorfile",
        "Dangerfile",
        "Appfile",
    ],
    interpreters: &["ruby", "jruby", "rake"],
    query: include_str!("ruby.scm"),
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
    separator: "::",
    callees: Callees {
        wrappers: &[
            ".freeze",
            ".to_s",
            ".to_str",
            ".to_sym",
            ".strip",
            ".chomp",
            ".chop",
            ".rstrip",
            ".lstrip",
            ".squish",
            ".dup",
            ".clone",
            ".b",
            ".itself",
            ".presence",
            ".html_safe",
            ".force_encoding",
            ".encode",
            ".unicode_normalize",
            "String",
        ],
        concats: &[".concat"],
        joins: &[".join"],
        formats: &["format", "sprintf", ".%"],
        references: &[
            "gets",
            "ask",
            ".getpass",
            ".get_secret_value",
            ".get_parameter",
            ".get_secret",
            ".access_secret_version",
            ".credentials",
            ".hex",
            ".urlsafe_base64",
            ".uuid",
            "File.read",
            "IO.read",
        ],
        lookups: &[".fetch"],
        decoders: &[
            (".decode64", Decoding::Base64),
            (".strict_decode64", Decoding::Base64),
            (".urlsafe_decode64", Decoding::Base64),
            (".unpack1(m)", Decoding::Base64),
            (".unpack1(m0)", Decoding::Base64),
            (".pack(H*)", Decoding::Hex),
            (".unescape", Decoding::Percent),
            (".decode_www_form_component", Decoding::Percent),
            (".reverse", Decoding::Reverse),
        ],
        encoders: &[".strict_encode64", ".encode64", ".urlsafe_encode64"],
        characters: &[".pack(C*)", ".pack(c*)", ".pack(U*)", ".map(&:chr)"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of a Ruby string literal in double quotes ("Literals"), which are a superset of those in single quotes.
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'\n' => Some(0),
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'a' => escapes::byte(0x07, out),
        b'b' => escapes::byte(0x08, out),
        b'e' => escapes::byte(0x1b, out),
        b'f' => escapes::byte(0x0c, out),
        b's' => escapes::byte(b' ', out),
        b'v' => escapes::byte(0x0b, out),
        b'x' => {
            let (value, length) = escapes::hex_at_most(rest, 2)?;
            out.push(u8::try_from(value).ok()?);
            Some(length)
        }
        b'u' => {
            let (digits, length) = match rest.first()? {
                b'{' => memchr::memchr(b'}', rest).map(|end| (&rest[1..end], end + 1))?,
                _ => (rest.get(..4)?, 4),
            };
            for digits in std::str::from_utf8(digits).ok()?.split_whitespace() {
                escapes::point(number(digits.as_bytes(), 16)?, 0, out)?;
            }
            Some(length)
        }
        b'0'..=b'7' => {
            let (value, more) = escapes::octal(kind, rest, 2)?;
            out.push(u8::try_from(value & 0xff).ok()?);
            Some(more)
        }
        b'c' | b'C' | b'M' => None,
        other => escapes::byte(other, out),
    })
}

/// `require 'oauth2'`, `gem "faraday"`.
fn imports(call: &str) -> Vec<Import> {
    let path = call.split(['"', '\'']).nth(1).unwrap_or_default();
    if path.is_empty() { Vec::new() } else { vec![Import { path: path.to_owned(), name: None }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb\s", Some("a\nb ")),
            (r"\x41\u0042\103\u{44 45}", Some("ABCDE")),
            (r#"\"\'\#\\"#, Some("\"'#\\")),
            ("ab\\\ncd", Some("abcd")),
            (r"\C-a", None),
            (r"\u12", None),
            (r"\x", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn what_is_required_is_imported() {
        let show = |text: &str| imports(text).into_iter().map(|i| i.path).collect::<Vec<_>>();
        assert_eq!(show("require 'net/http'"), ["net/http"]);
        assert_eq!(show("gem(\"oauth2\", '~> 2.0')"), ["oauth2"]);
        assert!(show("require name").is_empty());
    }
}
