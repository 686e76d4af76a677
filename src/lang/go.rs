//! Go: grammar, query, and what its common callees do to text.

use std::sync::OnceLock;

use super::{Callees, Import, Language, escapes};
use crate::text::decode::Decoding;

/// Go.
pub(super) static LANGUAGE: Language = Language {
    name: "go",
    extensions: &["go"],
    file_names: &[],
    interpreters: &[],
    query: include_str!("go.scm"),
    grammar: || tree_sitter_go::LANGUAGE.into(),
    separator: ".",
    callees: Callees {
        wrappers: &[
            "string",
            "strings.TrimSpace",
            "strings.Clone",
            "bytes.TrimSpace",
            "aws.String",
            "aws.ToString",
            "to.Ptr",
            "to.StringPtr",
            "ptr.To",
            "ptr.String",
            "pointer.To",
            "pointer.String",
            "pointer.StringPtr",
            "proto.String",
            "stripe.String",
            "github.String",
            "lo.ToPtr",
            "template.HTML",
            "url.QueryEscape",
            "must",
            "Must",
            "lo.Must",
        ],
        concats: &["path.Join"],
        joins: &["strings.Join", "bytes.Join"],
        formats: &["fmt.Sprintf", "fmt.Appendf"],
        references: &[
            "os.Getenv",
            "os.LookupEnv",
            "os.ExpandEnv",
            "syscall.Getenv",
            "os.ReadFile",
            "ioutil.ReadFile",
            "io.ReadAll",
            "term.ReadPassword",
            "terminal.ReadPassword",
            "rand.Text",
            "uuid.NewString",
            "viper.GetString",
            ".GetSecretValue",
            ".GetSecretString",
            ".GetParameter",
            ".GetParameters",
            ".AccessSecretVersion",
            ".GetSecret",
            ".ReadWithContext",
            ".ReadSecret",
        ],
        lookups: &[
            "getEnv",
            "getenv",
            "GetEnv",
            "Getenv",
            "envOr",
            "EnvOr",
            "envOrDefault",
            "EnvOrDefault",
            "getEnvOr",
            "GetEnvOr",
            "getEnvOrDefault",
            "GetEnvOrDefault",
            "getenvDefault",
            "GetEnvDefault",
            "getEnvDefault",
            "getEnvWithDefault",
            "GetEnvWithDefault",
            "lookupEnvOr",
            "LookupEnvOr",
            "lookupEnvOrString",
            "cmp.Or",
            "flag.String",
            "pflag.String",
        ],
        decoders: &[
            ("StdEncoding.DecodeString", Decoding::Base64),
            ("URLEncoding.DecodeString", Decoding::Base64),
            ("RawStdEncoding.DecodeString", Decoding::Base64),
            ("RawURLEncoding.DecodeString", Decoding::Base64),
            ("hex.DecodeString", Decoding::Hex),
            ("url.QueryUnescape", Decoding::Percent),
            ("url.PathUnescape", Decoding::Percent),
        ],
        encoders: &["StdEncoding.EncodeToString", "URLEncoding.EncodeToString", "RawStdEncoding.EncodeToString", "RawURLEncoding.EncodeToString"],
        characters: &["[]byte", "[]rune"],
        ..Callees::NONE
    },
    unescape,
    imports,
    compiled: OnceLock::new(),
};

/// The escapes of an interpreted string literal (Go specification, "Rune literals" and "String literals").
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'a' => escapes::byte(7, out),
        b'b' => escapes::byte(8, out),
        b'f' => escapes::byte(12, out),
        b'v' => escapes::byte(11, out),
        b'\\' | b'\'' | b'"' => escapes::byte(kind, out),
        b'x' => {
            out.push(u8::try_from(escapes::hex(rest, 2)?).ok()?);
            Some(2)
        }
        b'0'..=b'7' => {
            let (value, more) = escapes::octal(kind, rest, 2).filter(|(_, more)| *more == 2)?;
            out.push(u8::try_from(value).ok()?);
            Some(more)
        }
        b'u' => escapes::point(escapes::hex(rest, 4)?, 4, out),
        b'U' => escapes::point(escapes::hex(rest, 8)?, 8, out),
        _ => None,
    })
}

/// One line of an import declaration: `cc "golang.org/x/oauth2/clientcredentials"`, `. "fmt"`, `"gopkg.in/yaml.v3"`.
fn imports(spec: &str) -> Vec<Import> {
    let (name, path) = match spec.trim().split_once(char::is_whitespace) {
        Some((name, path)) => (Some(name), path),
        None => (None, spec.trim()),
    };
    let path = path.trim().trim_matches(['"', '`']);
    if path.is_empty() {
        return Vec::new();
    }
    let name = match name {
        Some(".") => None,
        Some(name) => Some(name.to_owned()),
        None => Some(package_of(path).to_owned()),
    };
    vec![Import { path: path.to_owned(), name }]
}

/// The name that a package most likely has: the last part of its path, without its version and the habits of naming repositories.
fn package_of(path: &str) -> &str {
    let is_version = |part: &str| part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let last = path.rsplit('/').find(|part| !is_version(part)).unwrap_or(path);
    let last = last.rsplit_once('.').filter(|(_, suffix)| is_version(suffix) || *suffix == "go").map_or(last, |(name, _)| name);
    last.strip_prefix("go-").or_else(|| last.strip_suffix("-go")).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb\t", Some("a\nb\t")),
            (r"\x41\u0042\103\U0001F511", Some("ABC\u{1F511}")),
            (r#"\"\\"#, Some("\"\\")),
            (r"\q", None),
            (r"\400", None),
            (r"\x4", None),
            (r"\uD800", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn a_package_has_the_name_of_its_path_without_the_version() {
        for (spec, expected) in [
            ("\"os\"", "os=os"),
            ("cc \"golang.org/x/oauth2/clientcredentials\"", "cc=golang.org/x/oauth2/clientcredentials"),
            ("\"github.com/golang-jwt/jwt/v5\"", "jwt=github.com/golang-jwt/jwt/v5"),
            ("`gopkg.in/yaml.v3`", "yaml=gopkg.in/yaml.v3"),
            ("\"github.com/redis/go-redis/v9\"", "redis=github.com/redis/go-redis/v9"),
            ("\"github.com/nats-io/nats.go\"", "nats=github.com/nats-io/nats.go"),
            ("\"github.com/stripe/stripe-go/v76\"", "stripe=github.com/stripe/stripe-go/v76"),
            (". \"fmt\"", "*=fmt"),
            ("_ \"github.com/lib/pq\"", "_=github.com/lib/pq"),
        ] {
            let found = imports(spec);
            let shown: Vec<String> = found.into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect();
            assert_eq!(shown, [expected], "{spec}");
        }
        assert!(imports("").is_empty());
    }
}
