//! What a document in `OpenAPI` says of scopes that cannot be right: scopes that no scheme defines, that no operation requires, operations that change
//! something and require nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::Span;

use super::outline::{Node, read};

/// The name of the check, as rules write it.
pub const CHECK: &str = "scope-openapi";
/// How such a document names itself.
const MARKS: [&[u8]; 2] = [b"openapi", b"swagger"];
/// The types of security schemes that have scopes.
const SCOPED: [&[u8]; 2] = [b"oauth2", b"openIdConnect"];
/// Methods of operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
/// Methods that change something.
const WRITING: [&str; 4] = ["put", "post", "delete", "patch"];
/// Words in paths at which nobody can have a token yet, or somebody else's signature counts.
const OPEN_PATHS: [&str; 16] = [
    "token", "login", "logout", "oauth", "auth", "health", "webhook", "callback", "register", "signup", "session", "password", "ping", "public", "csp", "hook",
];

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiHit {
    /// Where.
    pub span: Span,
    /// A sentence without a full stop.
    pub message: String,
    /// It harms nobody by itself.
    pub is_minor: bool,
    /// Another place that belongs to it.
    pub related: Option<(Span, String)>,
}

/// One operation.
struct Operation<'a> {
    name: String,
    path: &'a str,
    method: &'a str,
    place: Span,
    /// Its own requirement, and where the word stands.
    security: Option<(Span, &'a Node)>,
}

/// What is wrong in a document, in the order of the bytes; nothing where it is no document of an API.
pub fn hits(bytes: &[u8]) -> Vec<ApiHit> {
    let holds = |bytes: &[u8], words: &[&[u8]]| words.iter().any(|word| memchr::memmem::find(bytes, word).is_some());
    let named = holds(&bytes[..bytes.len().min(4_096)], &MARKS) && holds(bytes, &SCOPED);
    let Some(document) = named.then(|| read(bytes)).flatten().filter(|root| root.get("openapi").or(root.get("swagger")).is_some()) else { return Vec::new() };
    let defined = defined(&document);
    let operations = operations(&document);
    let global = document.get("security");
    let mut found = Vec::new();
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    let requirements = operations.iter().filter_map(|operation| Some((Some(operation), operation.security?.1))).chain(global.map(|node| (None, node)));
    for (operation, node) in requirements {
        for (scheme, scope, span) in required(node) {
            used.insert((scheme, scope));
            let Some(scopes) = defined.get(scheme) else { continue };
            if !scopes.iter().any(|(known, _)| *known == scope) {
                let what = operation.map_or("the document".to_owned(), |operation| format!("`{}`", operation.name));
                let message = format!("{what} requires scope `{scope}`, which scheme `{scheme}` does not define");
                let related = scopes.first().map(|(_, span)| (*span, "the scopes that are defined".to_owned()));
                found.push(ApiHit { span, message, is_minor: false, related });
            }
        }
    }
    found.extend(unrequired(&defined, &used));
    let is_secured = !document.schemes().is_empty()
        && (global.is_some_and(|node| !node.is_empty()) || operations.iter().any(|o| o.security.is_some_and(|s| !s.1.is_empty())));
    if is_secured {
        found.extend(operations.iter().filter(|operation| is_open(operation, global)).map(unsecured));
    }
    found.sort_by_key(|hit| hit.span);
    found
}

impl Node {
    /// The security schemes, of either version.
    fn schemes(&self) -> &[(String, Span, Node)] {
        let three = self.get("components").and_then(|components| components.get("securitySchemes"));
        three.or(self.get("securityDefinitions")).map_or(&[], Node::entries)
    }
}

/// The scopes of each OAuth scheme, with their places.
fn defined(document: &Node) -> BTreeMap<&str, Vec<(&str, Span)>> {
    let mut all = BTreeMap::new();
    for (name, _, scheme) in document.schemes() {
        if scheme.get("type").and_then(Node::text) != Some("oauth2") {
            continue;
        }
        let flows = scheme.get("flows").map_or(&[][..], Node::entries).iter().filter_map(|(_, _, flow)| flow.get("scopes"));
        let lists: Vec<&Node> = flows.chain(scheme.get("scopes")).collect();
        let scopes: Vec<(&str, Span)> = lists.iter().flat_map(|list| list.entries()).map(|(scope, span, _)| (scope.as_str(), *span)).collect();
        if !scopes.is_empty() {
            all.insert(name.as_str(), scopes);
        }
    }
    all
}

fn operations(document: &Node) -> Vec<Operation<'_>> {
    let mut all = Vec::new();
    for (path, _, item) in document.get("paths").map_or(&[][..], Node::entries) {
        for (method, place, operation) in item.entries().iter().filter(|(method, ..)| METHODS.contains(&method.as_str())) {
            let security = operation.entries().iter().find(|(key, ..)| key == "security").map(|(_, span, node)| (*span, node));
            let name = format!("{} {path}", method.to_uppercase());
            all.push(Operation { name, path, method, place: *place, security });
        }
    }
    all
}

/// The scopes that a requirement names, with their schemes and places.
fn required(node: &Node) -> impl Iterator<Item = (&str, &str, Span)> {
    let each = node.items().iter().flat_map(Node::entries);
    each.flat_map(|(scheme, _, scopes)| scopes.items().iter().filter_map(move |scope| Some((scheme.as_str(), scope.text()?, scope.span()?))))
}

/// Scopes that are defined and that nothing requires, in a document that requires others of the same scheme.
fn unrequired(defined: &BTreeMap<&str, Vec<(&str, Span)>>, used: &BTreeSet<(&str, &str)>) -> Vec<ApiHit> {
    let mut found = Vec::new();
    for (scheme, scopes) in defined.iter().filter(|(scheme, _)| used.iter().any(|(known, _)| known == *scheme)) {
        let mut known = BTreeSet::new();
        for (scope, span) in scopes.iter().filter(|(scope, _)| !used.contains(&(*scheme, *scope)) && known.insert(*scope)) {
            let message = format!("scope `{scope}` of scheme `{scheme}` is defined, and no operation requires it");
            found.push(ApiHit { span: *span, message, is_minor: true, related: None });
        }
    }
    found
}

/// Whether an operation changes something and requires nothing, though nobody would expect it to be open.
fn is_open(operation: &Operation, global: Option<&Node>) -> bool {
    let is_empty = operation.security.map_or(global.is_none_or(Node::is_empty), |(_, own)| own.is_list() && own.is_empty());
    let path = operation.path.to_ascii_lowercase();
    is_empty && WRITING.contains(&operation.method) && !OPEN_PATHS.iter().any(|word| path.contains(word))
}

fn unsecured(operation: &Operation) -> ApiHit {
    let (span, why) = match operation.security {
        Some((span, _)) => (span, "its requirement is empty"),
        None => (operation.place, "neither it nor the document requires anything"),
    };
    ApiHit { span, message: format!("`{}` changes something and needs no token: {why}", operation.name), is_minor: false, related: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "openapi: 3.0.3\ncomponents:\n  securitySchemes:\n    oauth:\n      type: oauth2\n      flows:\n        clientCredentials:\n          tokenUrl: https://x/token\n          scopes:\n            a:read: Read\n            a:write: \"Write: all\"\n            a:admin: {}\nsecurity:\n  - oauth: [a:read]\npaths:\n  /a:\n    get:\n      description: |\n        security: none\n      responses: { \"200\": { description: ok } }\n    post:\n      security:\n        - oauth:\n            - a:write\n            - a:delete # not there\n  /a/{id}/send:\n    post:\n      security: []\n  /login:\n    post:\n      security: []\n";

    fn found(text: &str) -> Vec<String> {
        hits(text.as_bytes()).into_iter().map(|hit| format!("{} «{}»", hit.message, &text[hit.span.range()])).collect()
    }

    #[test]
    fn what_cannot_be_right_is_found() {
        assert_eq!(
            found(DOCUMENT),
            [
                "scope `a:admin` of scheme `oauth` is defined, and no operation requires it «a:admin»",
                "`POST /a` requires scope `a:delete`, which scheme `oauth` does not define «a:delete»",
                "`POST /a/{id}/send` changes something and needs no token: its requirement is empty «security»",
            ]
        );
    }

    #[test]
    fn json_is_read_too() {
        let text = r#"{ "swagger": "2.0", "securityDefinitions": { "o": { "type": "oauth2", "scopes": { "r": "read" } } },
          "paths": { "/x": { "get": { "security": [ { "o": [ "w" ] } ] } } } }"#;
        assert_eq!(found(text)[0], "scope `r` of scheme `o` is defined, and no operation requires it «r»");
        assert_eq!(found(text)[1], "`GET /x` requires scope `w`, which scheme `o` does not define «w»");
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        for text in [
            "kind: x\nscopes: [a]\n",
            "openapi: 3.1.0\npaths:\n  /a:\n    post: {}\n",
            "openapi: 3.1.0\ncomponents:\n  securitySchemes:\n    k: { type: apiKey }\n    o: { type: openIdConnect }\nsecurity: [{ k: [] }]\npaths:\n  /a:\n    post:\n      security: [{ o: [x] }]\n",
            "openapi: 3.0.0\npaths: [",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
