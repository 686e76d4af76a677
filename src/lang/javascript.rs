//! JavaScript: grammar, query, and what its common callees do to text. TypeScript shares all but the grammar.

use super::{Callees, Import, escapes};
use crate::text::decode::{Decoding, number};

/// JavaScript, with JSX; also as Node.js, Deno and Bun run it.
#[cfg(feature = "lang-javascript")]
pub(super) static LANGUAGE: super::Language = super::Language {
    name: "javascript",
    extensions: &["js", "mjs", "cjs", "jsx"],
    file_names: &["Jakefile"],
    interpreters: &["node", "nodejs", "deno", "bun"],
    query: concat!(
        include_str!("javascript.scm"),
        include_str!("jsx.scm"),
        "(field_definition property: (_) @binding.name value: (_) @binding.value) @binding.constant
         (formal_parameters (identifier) @binding.name @binding)
         (formal_parameters (object_pattern (shorthand_property_identifier_pattern) @binding.name) @binding)
         (formal_parameters (assignment_pattern left: (identifier) @binding.name right: (_) @binding.value) @binding)"
    ),
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    separator: ".",
    callees: CALLEES,
    unescape,
    imports,
    compiled: std::sync::OnceLock::new(),
};

/// What callees do to text in every dialect. `Buffer.from`, `.encode` and the like make bytes of text as well as of character codes.
/// `btoa` and `.toString("base64")` count as wrappers: the text that matters is the one before.
pub(super) const CALLEES: Callees = Callees {
    wrappers: &[
        "String",
        ".toString",
        ".valueOf",
        ".trim",
        ".trimStart",
        ".trimEnd",
        ".split()",
        "Array.from",
        "Object.freeze",
        "Object.assign",
        "Promise.resolve",
        "encodeURIComponent",
        "dedent",
        ".asString",
        ".required",
    ],
    concats: &[".concat"],
    joins: &[".join"],
    decorators: &["@"],
    formats: &["util.format", "sprintf"],
    fallbacks: &[".default"],
    references: &[
        "readFileSync",
        "readFile",
        "prompt",
        "randomBytes",
        "randomUUID",
        ".getSecret",
        ".getSecretValue",
        ".accessSecretVersion",
        ".getParameter",
        ".getParameters",
        "getSecret",
        "getParameter",
        "getParametersByName",
        "Netlify.env.get",
        ".getItem",
    ],
    lookups: &["env.get", "config.get", "configService.get", "configService.getOrThrow", "nconf.get", "env", "getenv"],
    decoders: &[
        ("atob", Decoding::Base64),
        ("Buffer.from(base64)", Decoding::Base64),
        ("Buffer.from(base64url)", Decoding::Base64),
        ("Buffer.from(hex)", Decoding::Hex),
        ("Buffer(base64)", Decoding::Base64),
        ("Buffer(hex)", Decoding::Hex),
        ("Base64.decode", Decoding::Base64),
        ("Base64.parse", Decoding::Base64),
        ("base64url.decode", Decoding::Base64),
        ("fromBase64", Decoding::Base64),
        ("Hex.parse", Decoding::Hex),
        ("fromHex", Decoding::Hex),
        ("decodeURIComponent", Decoding::Percent),
        ("decodeURI", Decoding::Percent),
        ("unescape", Decoding::Percent),
        (".reverse", Decoding::Reverse),
    ],
    characters: &["String.fromCharCode", "String.fromCodePoint", "Buffer.from", "Buffer", "Uint8Array", "Uint8Array.from", ".encode", ".decode"],
    encoders: &["btoa", "base64.encode", "Base64.encode"],
    lists: &[],
};

/// The escapes of a string or template literal (ECMA-262, "String Literals" and "Additional Syntax").
pub(super) fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    escapes::unescape(raw, |kind, rest, out| match kind {
        b'n' => escapes::byte(b'\n', out),
        b'r' => escapes::byte(b'\r', out),
        b't' => escapes::byte(b'\t', out),
        b'b' => escapes::byte(0x08, out),
        b'f' => escapes::byte(0x0c, out),
        b'v' => escapes::byte(0x0b, out),
        b'x' => escapes::point(escapes::hex(rest, 2)?, 2, out),
        b'u' => unicode(rest).and_then(|(code, length)| escapes::point(code, length, out)),
        b'0'..=b'7' => {
            let (code, more) = escapes::octal(kind, rest, if kind <= b'3' { 2 } else { 1 })?;
            escapes::point(code, more, out)
        }
        b'\n' => Some(0),
        b'\r' => Some(usize::from(rest.first() == Some(&b'\n'))),
        other => escapes::byte(other, out),
    })
}

/// What follows `\u`, and its length: `{1F511}`, `0041`, or two halves of a pair `D83D\uDD11`.
fn unicode(rest: &[u8]) -> Option<(u32, usize)> {
    if rest.first() == Some(&b'{') {
        let end = memchr::memchr(b'}', rest)?;
        return Some((number(&rest[1..end], 16)?, end + 1));
    }
    escapes::utf16(rest)
}

/// `import a, {b as c} from "m"`, `import * as a from "m"`, `import a = require("m")`, `{a, b: c} = require("m")`, `a = require("m").b`, and the bare
/// name of a module, `"m"`. What a module exports by default or as a whole has the path of the module.
pub(super) fn imports(statement: &str) -> Vec<Import> {
    let text = statement.trim().trim_end_matches(';').trim_end();
    let Some((before, module, after)) = module(text) else { return Vec::new() };
    let clause = match before.trim_start().strip_prefix("import") {
        Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') => rest.trim_end().strip_suffix("from").unwrap_or(rest),
        _ => before,
    };
    let clause = clause.split_once('=').map_or(clause, |(names, _)| names).trim();
    let clause = clause.strip_prefix("type ").unwrap_or(clause);
    let path = match after.trim_start_matches(')').trim().strip_prefix('.') {
        Some(member) => format!("{module}.{}", member.trim()),
        None => module.to_owned(),
    };
    if clause.is_empty() || clause.contains(['(', '"', '\'']) {
        return vec![Import { path, name: None }];
    }
    let (whole, listed) = match clause.split_once('{') {
        Some((whole, listed)) => (whole, listed.split('}').next().unwrap_or_default()),
        None => (clause, ""),
    };
    let of_module = whole.split(',').map(|name| name.trim().trim_start_matches("* as").trim());
    let of_module = of_module.filter(|name| !name.is_empty()).map(|name| Import { path: path.clone(), name: Some(annotated(name)) });
    of_module.chain(listed.split(',').filter_map(|item| listed_import(&path, item))).collect()
}

/// The module that a statement names in quotes, with what stands before and behind.
fn module(text: &str) -> Option<(&str, &str, &str)> {
    let keyword = text.find("require(").or_else(|| text.find("import(")).unwrap_or(0);
    let start = keyword + text[keyword..].find(['"', '\'', '`'])?;
    let quote = &text[start..=start];
    let end = start + 1 + text[start + 1..].find(quote)?;
    Some((&text[..start], &text[start + 1..end], &text[end + 1..]))
}

/// `name`, `name as alias`, `name: alias`, `type name`, `name = default`.
fn listed_import(path: &str, item: &str) -> Option<Import> {
    let item = item.split_once('=').map_or(item, |(name, _)| name).trim();
    let item = item.strip_prefix("type ").unwrap_or(item).trim();
    let (name, alias) = item.split_once(" as ").or_else(|| item.split_once(':')).map_or((item, item), |(name, alias)| (name.trim(), alias.trim()));
    let full = if name == "default" { path.to_owned() } else { format!("{path}.{name}") };
    (!name.is_empty()).then(|| Import { path: full, name: Some(alias.to_owned()) })
}

/// A name without its type.
fn annotated(name: &str) -> String {
    name.split(':').next().unwrap_or(name).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_text() {
        for (raw, text) in [
            (r"a\nb", Some("a\nb")),
            (r"\x41\u0042\u{43}\104\0", Some("ABCD\0")),
            (r"\ud83d\udd11\u{1F511}", Some("\u{1F511}\u{1F511}")),
            ("ab\\\ncd\\\r\nef", Some("abcdef")),
            (r#"\"\'\`\$\q\\"#, Some("\"'`$q\\")),
            (r"\ud83d", None),
            (r"\ud83dabcdef", None),
            (r"\x4", None),
            (r"\u{110000}", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(raw.as_bytes()).as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn imports_say_what_a_name_means() {
        let show = |text: &str| imports(text).into_iter().map(|i| format!("{}={}", i.name.unwrap_or_else(|| "*".into()), i.path)).collect::<Vec<_>>();
        for (text, expected) in [
            ("import jwt from 'jsonwebtoken';", vec!["jwt=jsonwebtoken"]),
            ("import * as client from \"openid-client\"", vec!["client=openid-client"]),
            ("import a, {\n  b as c,\n  type D,\n  default as e,\n} from '@x/y'", vec!["a=@x/y", "c=@x/y.b", "D=@x/y.D", "e=@x/y"]),
            ("import type { Config } from './config.js'", vec!["Config=./config.js.Config"]),
            ("import 'dotenv/config'", vec!["*=dotenv/config"]),
            ("import fs = require(\"fs\");", vec!["fs=fs"]),
            ("import from_, {importer} from 'from'", vec!["from_=from", "importer=from.importer"]),
            ("oauth = require('simple-oauth2')", vec!["oauth=simple-oauth2"]),
            (
                "{ ClientCredentials, AuthorizationCode: Code } = require('simple-oauth2')",
                vec!["ClientCredentials=simple-oauth2.ClientCredentials", "Code=simple-oauth2.AuthorizationCode"],
            ),
            ("Strategy: any = require('passport-x').Strategy", vec!["Strategy=passport-x.Strategy"]),
            ("{ discovery } = await import('openid-client')", vec!["discovery=openid-client.discovery"]),
            ("'axios'", vec!["*=axios"]),
            ("x = 1", vec![]),
        ] {
            assert_eq!(show(text), expected, "{text}");
        }
    }
}
