//! Files that are nothing but HTTP requests: `.http`, `.rest` and `.hurl` files, collections of Postman and Insomnia, requests of Bruno.

use crate::model::usage::{UrlArgument, UrlPart};
use crate::text::Span;

use super::document::{self, Node};
use super::usage::{RawCall, RawUsage};

/// What a line of a request begins with.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Ends of the names of files with a request a line.
const LINES: [&str; 3] = [".http", ".rest", ".hurl"];
/// Ends of the names of collections in JSON.
const COLLECTIONS: [&str; 3] = [".postman_collection.json", ".postman_collection", "insomnia.json"];
/// The end of the name of a request of Bruno.
const BRUNO: &str = ".bru";
/// Requests of one file that are kept.
const MAX_REQUESTS: usize = 2_000;
/// The callee that stands for a request in such a file.
pub const CALLEE: &str = "request";

/// Whether a file is nothing but requests.
pub fn is_of_requests(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    LINES.iter().chain(&COLLECTIONS).any(|end| path.ends_with(end)) || path.ends_with(BRUNO)
}

/// The requests of a file, and what its variables are bound to.
pub fn usage(path: &str, bytes: &[u8]) -> RawUsage {
    let lower = path.to_ascii_lowercase();
    let mut usage = RawUsage::default();
    if COLLECTIONS.iter().any(|end| lower.ends_with(end)) {
        for root in &document::json(bytes) {
            collection(root, &mut usage);
        }
    } else {
        lines(bytes, lower.ends_with(BRUNO), &mut usage);
    }
    usage.calls.truncate(MAX_REQUESTS);
    usage
}

/// `GET https://…`, `@host = https://…`; of Bruno `get {` and `url: https://…`.
fn lines(bytes: &[u8], is_bruno: bool, usage: &mut RawUsage) {
    // The first line of a request may be its URL alone.
    let (mut at, mut method, mut is_first) = (0, None, true);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let start = at;
        at += line.len();
        let Ok(text) = std::str::from_utf8(line) else { continue };
        let (text, span) = (text.trim(), Span::new(start, start + line.trim_ascii_end().len()));
        if let Some((name, value)) = text.strip_prefix('@').and_then(|rest| rest.split_once('=')) {
            usage.bases.push((name.trim().to_owned(), parts(value.trim())));
        } else if is_bruno {
            if let Some(word) = text.strip_suffix('{').map(|word| word.trim().to_ascii_uppercase()).filter(|word| METHODS.contains(&word.as_str())) {
                method = Some(word);
            } else if let Some(url) = text.strip_prefix("url:") {
                usage.calls.extend(method.take().map(|method| call(method, url.trim(), span)));
            }
        } else if let Some((word, rest)) = text.split_once([' ', '\t']).filter(|(word, _)| METHODS.contains(word)) {
            let url = rest.trim_start().split(' ').next().unwrap_or_default();
            usage.calls.push(call(word.to_owned(), url, span));
            is_first = false;
        } else if is_first && ["http://", "https://", "{{"].iter().any(|start| text.starts_with(start)) {
            usage.calls.push(call("GET".to_owned(), text.split(' ').next().unwrap_or_default(), span));
            is_first = false;
        } else {
            is_first |= text.starts_with("###");
        }
    }
}

/// The requests of a collection, in folders within folders.
fn collection(node: &Node, usage: &mut RawUsage) {
    for variable in node.get("variable").map(Node::items).unwrap_or_default() {
        if let (Some(key), Some(value)) = (variable.get("key").and_then(Node::str), variable.get("value").and_then(Node::str)) {
            usage.bases.push((key.to_owned(), parts(value)));
        }
    }
    let inner = ["item", "resources"].into_iter().flat_map(|key| node.get(key).map(Node::items).unwrap_or_default());
    for item in inner.take(MAX_REQUESTS) {
        let request = item.get("request").unwrap_or(item);
        let url = request.get("url").and_then(|url| url.str().or_else(|| url.get("raw")?.str()));
        if let (Some(method), Some(url)) = (request.get("method").and_then(Node::str), url) {
            usage.calls.push(call(method.to_ascii_uppercase(), url, item.span));
        }
        collection(item, usage);
    }
}

fn call(method: String, url: &str, span: Span) -> RawCall {
    let urls = vec![UrlArgument { position: Some(0), name: None, parts: parts(url) }];
    RawCall { callee: CALLEE.to_owned(), receiver: None, method: Some(method), urls, operations: Vec::new(), is_told: false, within: None, span }
}

/// A text with the names in `{{name}}`.
fn parts(text: &str) -> Vec<UrlPart> {
    let (mut parts, mut rest) = (Vec::new(), text.trim_matches('"'));
    while let Some((before, (name, behind))) = rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?))) {
        if !before.is_empty() {
            parts.push(UrlPart::Text(before.to_owned()));
        }
        parts.push(UrlPart::Name(name.trim().to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(UrlPart::Text(rest.to_owned()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        let usage = usage(path, text.as_bytes());
        let part = |part: &UrlPart| match part {
            UrlPart::Text(text) => text.clone(),
            UrlPart::Name(name) | UrlPart::Hole(name) => format!("<{name}>"),
        };
        let bases = usage.bases.iter().map(|(name, parts)| format!("{name} = {}", parts.iter().map(part).collect::<String>()));
        let calls = usage.calls.iter().map(|call| format!("{} {}", call.method.as_deref().unwrap(), call.urls[0].parts.iter().map(part).collect::<String>()));
        bases.chain(calls).collect()
    }

    #[test]
    fn requests_are_read() {
        for (path, text, expected) in [
            (
                "a.http",
                "@host = https://api.x.example\n### one\nGET {{host}}/v1/a HTTP/1.1\nAuthorization: Bearer {{t}}\n\nPOST https://y.example/b\n",
                &["host = https://api.x.example", "GET <host>/v1/a", "POST https://y.example/b"][..],
            ),
            (
                "a.postman_collection.json",
                r#"{ "variable": [{ "key": "base", "value": "https://api.x.example" }],
                  "item": [{ "name": "f", "item": [{ "request": { "method": "PUT", "url": { "raw": "{{base}}/v1/a" } } }] }, { "request": { "method": "get", "url": "{{base}}/b" } }] }"#,
                &["base = https://api.x.example", "PUT <base>/v1/a", "GET <base>/b"],
            ),
            ("a.bru", "meta {\n  name: x\n}\n\nget {\n  url: {{base}}/v1/a\n  body: none\n}\n", &["GET <base>/v1/a"]),
            ("a.http", "GETTING started\n", &[]),
            (
                "a.rest",
                "# first\n{{host}}/v1/a HTTP/1.1\nReferer: x\nhttps://no.example\n###\nhttps://y.example/b\n",
                &["GET <host>/v1/a", "GET https://y.example/b"],
            ),
        ] {
            assert_eq!(shown(path, text), expected, "{path}");
        }
        assert!(is_of_requests("x/A.HTTP") && is_of_requests("Bank.postman_collection.json") && !is_of_requests("a.json"));
    }
}
