//! Secrets that are built into what every user downloads: front ends, apps, binaries.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::{Blob, FileKind};
use crate::text::name::NameKind;
use crate::text::placeholder::{placeholder, reference};
use crate::text::{Span, randomness};

use super::{Found, Practice, is_in_comment, strong};

/// What announces such a build.
pub const ANCHORS: [&str; 12] = [
    "NEXT_PUBLIC_",
    "VITE_",
    "REACT_APP_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NUXT_PUBLIC_",
    "VUE_APP_",
    "option_env!",
    "env!(\"",
    "buildConfigField",
    "ldflags",
    "<!DOCTYPE plist",
];
/// Configurations of bundlers by the beginning of their names, and what opens the list of names that they put into the front end.
const BUNDLERS: &[(&str, &[&str])] = &[
    ("vite.config.", &["define"]),
    ("vitest.config.", &["define"]),
    ("webpack", &["DefinePlugin", "EnvironmentPlugin"]),
    ("vue.config.", &["DefinePlugin", "EnvironmentPlugin"]),
    ("rspack.config.", &["DefinePlugin", "EnvironmentPlugin", "define"]),
    ("next.config.", &["env", "publicRuntimeConfig", "DefinePlugin"]),
    ("nuxt.config.", &["public", "publicRuntimeConfig", "env", "define"]),
    ("esbuild", &["define"]),
    ("tsup.config.", &["define", "env"]),
    ("rollup.config.", &["replace"]),
    ("build.", &["define"]),
];
/// Bytes of such a list that are read.
const MAX_LIST: usize = 8192;

/// A name that a bundler puts into the front end, perhaps with what it is set to.
static PUBLIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?-u)\b(?P<name>(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|GATSBY|NUXT_PUBLIC|VUE_APP)_(?P<rest>[A-Z0-9_]{3,80}))\b(?:["']?[ \t]*[:=][ \t]*(?:"(?P<dq>[^"\n]*)"|'(?P<sq>[^'\n]*)'|(?P<bare>[^\s"'#,;{}()]+)))?"#).ok()
});
/// A key, or a name in quotes, in the configuration of a bundler: `NAME: …`, `'process.env.NAME': …`, `['NAME']`.
static ENTRY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?-u)(?:["'](?:(?:process|import\.meta)\.env\.)?(?P<name>[A-Za-z_$][A-Za-z0-9_$]{3,80})["']\s*[:,\])]|(?:^|[{,\s])(?P<key>[A-Za-z_$][A-Za-z0-9_$]{3,80})\s*:)"#).ok()
});
/// `env!("NAME")`, `option_env!("NAME")`: read by the compiler.
static COMPILED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)\b(?:option_)?env!\(\s*"(?P<name>[A-Z0-9_]{4,80})""#).ok());
/// `buildConfigField "String", "NAME", …` of Gradle.
static GRADLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?-u)\bbuildConfigField\s*\(?\s*["']String["']\s*,\s*["'](?P<name>[A-Za-z0-9_]{4,80})["']\s*,\s*(?P<value>[^\n]{0,300})"#).ok()
});
/// `-ldflags "-X main.clientSecret=…"` of Go.
static LINKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?-u)-X[ =]['"]?(?:[A-Za-z0-9_./-]+)\.(?P<name>[A-Za-z0-9_]{4,80})=(?P<value>[^\s"']*)"#).ok());
/// A key and its string in a property list of Apple.
static LISTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)<key>(?P<name>[A-Za-z0-9_. -]{4,80})</key>\s*<string>(?P<value>[^<\n]{1,300})</string>").ok());

/// Names of secrets that a build takes in, once each.
pub fn found(blob: &Blob) -> Vec<Found> {
    let path = &*blob.target.within;
    let file = path.rsplit('/').next().unwrap_or(path);
    let mut all = Vec::new();
    if blob.kind != FileKind::Document {
        public(blob, &mut all);
    }
    if has_extension(file, &["rs"]) {
        named(blob, &COMPILED, "is compiled into the binary", &mut all);
    }
    if has_extension(file, &["gradle", "kts"]) {
        named(blob, &GRADLE, "is compiled into the app, from which anyone can read it", &mut all);
    }
    if blob.kind != FileKind::Document && !has_extension(file, &["go"]) {
        named(blob, &LINKED, "is linked into the binary", &mut all);
    }
    if has_extension(file, &["plist"]) {
        listed(blob, &mut all);
    }
    if is_bundler(path) {
        bundled(blob, file, &mut all);
    }
    all
}

/// Whether a file configures a bundler, by its name.
pub fn is_bundler(path: &str) -> bool {
    lists_of(path.rsplit('/').next().unwrap_or(path)).is_some()
}

fn lists_of(file: &str) -> Option<&'static [&'static str]> {
    let is_code = has_extension(file, &["js", "mjs", "cjs", "ts", "mts", "cts"]);
    BUNDLERS.iter().find(|(begin, _)| is_code && file.starts_with(begin)).map(|(_, lists)| *lists)
}

/// Names of secrets among those that a bundler replaces by their values.
fn bundled(blob: &Blob, file: &str, all: &mut Vec<Found>) {
    let mut known: HashSet<Span> = HashSet::new();
    for list in lists_of(file).into_iter().flatten() {
        for at in memchr::memmem::find_iter(blob.bytes, list.as_bytes()).take(super::MOST_PLACES) {
            let is_part = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'));
            let open = at + list.len();
            if is_part(at.checked_sub(1).and_then(|before| blob.bytes.get(before))) && !list.ends_with("Plugin") || is_part(blob.bytes.get(open)) {
                continue;
            }
            let Some(inside) = inside_of(blob.bytes, open) else { continue };
            for found in ENTRY.iter().flat_map(|regex| regex.captures_iter(&blob.bytes[inside.range()])) {
                let Some(name) = found.name("name").or(found.name("key")) else { continue };
                let span = Span::new(inside.start + name.start(), inside.start + name.end());
                let shown = String::from_utf8_lossy(name.as_bytes()).into_owned();
                if is_secret(shown.trim_matches('_')) && !is_in_comment(blob.bytes, span.start) && known.insert(span) {
                    let message = format!("`{shown}` is built into the front end, where every visitor can read it");
                    all.push(Found::plain(Practice::FrontendSecret, span, message));
                }
            }
        }
    }
}

/// What stands between the brackets that open behind `at`, past a separator.
fn inside_of(bytes: &[u8], at: usize) -> Option<Span> {
    let near = &bytes[at..bytes.len().min(at + MAX_LIST)];
    let open = near.iter().position(|b| !matches!(b, b' ' | b':' | b'\n' | b'\r' | b'\t' | b'=')).filter(|open| matches!(near[*open], b'{' | b'(' | b'['))?;
    let mut depth = 0_usize;
    let end = near.iter().enumerate().skip(open).find(|(_, b)| {
        match b {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    Some(Span::new(at + open + 1, at + end.map_or(near.len(), |(end, _)| end)))
}

fn has_extension(file: &str, wanted: &[&str]) -> bool {
    file.rsplit_once('.').is_some_and(|(_, extension)| wanted.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Names that a bundler makes public. Keys of front ends are public by design: only what is a secret by its name counts.
fn public(blob: &Blob, all: &mut Vec<Found>) {
    let mut known: HashSet<&[u8]> = HashSet::new();
    for found in PUBLIC.iter().flat_map(|regex| regex.captures_iter(blob.bytes)) {
        let (Some(name), Some(rest)) = (found.name("name"), found.name("rest")) else { continue };
        let shown = String::from_utf8_lossy(name.as_bytes()).into_owned();
        if !is_secret(&String::from_utf8_lossy(rest.as_bytes())) || is_in_comment(blob.bytes, name.start()) {
            continue;
        }
        let value = found.name("dq").or(found.name("sq")).or(found.name("bare")).filter(|value| is_value(value.as_bytes()));
        if value.is_none() && !known.insert(name.as_bytes()) {
            continue;
        }
        known.insert(name.as_bytes());
        let message = format!("`{shown}` is built into the front end, where every visitor can read it");
        all.push(match value {
            Some(value) => held(Span::new(value.start(), value.end()), value.as_bytes(), message, shown),
            None => Found::plain(Practice::FrontendSecret, Span::new(name.start(), name.end()), message),
        });
    }
}

fn held(span: Span, value: &[u8], message: String, name: String) -> Found {
    let mut found = Found::secret(Practice::FrontendSecret, span, value, message);
    found.name = Some(name);
    found
}

/// The first of each name that this regex finds.
fn named(blob: &Blob, regex: &LazyLock<Option<Regex>>, what: &str, all: &mut Vec<Found>) {
    let mut known: HashSet<&[u8]> = HashSet::new();
    for found in regex.iter().flat_map(|regex| regex.captures_iter(blob.bytes)) {
        let Some(name) = found.name("name") else { continue };
        let shown = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let is_empty = found.name("value").is_some_and(|value| matches!(value.as_bytes().trim_ascii(), b"" | b"\"\"" | b"''" | b"\"\\\"\\\"\")"));
        if !is_empty && is_secret(&shown) && !is_in_comment(blob.bytes, name.start()) && known.insert(name.as_bytes()) {
            all.push(Found::plain(Practice::FrontendSecret, Span::new(name.start(), name.end()), format!("`{shown}` {what}")));
        }
    }
}

/// Entries of a property list with the name of a secret and a value of their own.
fn listed(blob: &Blob, all: &mut Vec<Found>) {
    for found in LISTED.iter().flat_map(|regex| regex.captures_iter(blob.bytes)) {
        let (Some(name), Some(value)) = (found.name("name"), found.name("value")) else { continue };
        let shown = String::from_utf8_lossy(name.as_bytes()).into_owned();
        if is_secret(&shown) && is_value(value.as_bytes()) {
            let message = format!("`{shown}` is shipped with the app, from which anyone can read it");
            all.push(held(Span::new(value.start(), value.end()), value.as_bytes(), message, shown));
        }
    }
}

fn is_secret(name: &str) -> bool {
    matches!(strong(name), Some(NameKind::ClientSecret | NameKind::WebhookSecret | NameKind::PrivateKey | NameKind::Password | NameKind::Secret))
}

/// Text that is a value of its own, and not a stand-in.
fn is_value(text: &[u8]) -> bool {
    text.len() >= 8 && placeholder(text).is_none() && reference(text).is_none() && randomness::score(text) >= 0.2
}
