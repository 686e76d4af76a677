//! What a document in `OpenAPI` says of scopes that cannot be right: scopes that no scheme defines, that no operation requires, operations that change
//! something and require nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::Span;

use super::document::{self, Kind, Node};

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
pub(super) struct Operation<'a> {
    name: String,
    /// Its path without that of the server.
    pub(super) path: &'a str,
    /// Its method in lower case.
    pub(super) method: &'a str,
    place: Span,
    /// Its own requirement, and where the word stands.
    pub(super) security: Option<(Span, &'a Node)>,
    /// What stands below its method.
    pub(super) node: &'a Node,
}

/// The document of an API in a file, if it is one whose security schemes have scopes.
pub fn read(bytes: &[u8]) -> Option<Node> {
    let named = is_named(bytes) && SCOPED.iter().any(|word| memchr::memmem::find(bytes, word).is_some());
    named.then(|| first_document(bytes)).flatten().filter(|root| root.get("openapi").or(root.get("swagger")).is_some())
}

/// Whether a text begins as such a document does.
pub(super) fn is_named(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4_096)];
    MARKS.iter().any(|mark| memchr::memmem::find(head, mark).is_some())
}

/// What is wrong in a document, in the order of the bytes.
pub fn hits(document: &Node) -> Vec<ApiHit> {
    let defined = defined(document);
    let operations = operations(document);
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
    let requires = |node: &Node| !is_empty(node);
    let is_secured =
        schemes(document).next().is_some() && (global.is_some_and(requires) || operations.iter().any(|o| o.security.is_some_and(|s| requires(s.1))));
    if is_secured {
        found.extend(operations.iter().filter(|operation| is_open(operation, global)).map(unsecured));
        found.extend(unguarded(&operations, global));
    }
    found.sort_by_key(|hit| hit.span);
    found
}

/// The first document of a file, in YAML or JSON.
fn first_document(bytes: &[u8]) -> Option<Node> {
    let is_json = bytes.trim_ascii_start().first().is_some_and(|b| matches!(b, b'{' | b'['));
    let documents = if is_json { document::json(bytes) } else { document::yaml(bytes) };
    documents.into_iter().next()
}

/// Keys and values of a map, each key with its place, without quotes.
pub(super) fn entries(node: &Node) -> impl Iterator<Item = (&str, Span, &Node)> {
    node.entries().iter().filter_map(|entry| Some((entry.key.str()?, place(&entry.key)?, &entry.value)))
}

/// Where a text stands, without its quotes.
pub(super) fn place(node: &Node) -> Option<Span> {
    let text = node.text()?;
    Some(text.span(Span::new(0, text.bytes().len())))
}

/// Whether nothing is in it.
fn is_empty(node: &Node) -> bool {
    match &node.kind {
        Kind::Map(entries) => entries.is_empty(),
        Kind::List(items) => items.is_empty(),
        _ => node.is_null(),
    }
}

/// The security schemes, of either version.
pub(super) fn schemes(document: &Node) -> impl Iterator<Item = (&str, Span, &Node)> {
    let three = document.at(&["components", "securitySchemes"]);
    three.or(document.get("securityDefinitions")).into_iter().flat_map(entries)
}

/// The scopes of each OAuth scheme, with their places.
fn defined(document: &Node) -> BTreeMap<&str, Vec<(&str, Span)>> {
    let mut all = BTreeMap::new();
    for (name, _, scheme) in schemes(document).filter(|(.., scheme)| scheme.get("type").and_then(Node::str) == Some("oauth2")) {
        let flows = scheme.get("flows").into_iter().flat_map(entries).filter_map(|(.., flow)| flow.get("scopes"));
        let lists = flows.chain(scheme.get("scopes"));
        let scopes: Vec<(&str, Span)> = lists.flat_map(entries).map(|(scope, span, _)| (scope, span)).collect();
        if !scopes.is_empty() {
            all.insert(name, scopes);
        }
    }
    all
}

/// The operations of a document.
pub(super) fn operations(document: &Node) -> Vec<Operation<'_>> {
    let mut all = Vec::new();
    for (path, _, item) in document.get("paths").into_iter().flat_map(entries) {
        for (method, place, operation) in entries(item).filter(|(method, ..)| METHODS.contains(method)) {
            let security = entries(operation).find(|(key, ..)| *key == "security").map(|(_, span, node)| (span, node));
            let name = format!("{} {path}", method.to_uppercase());
            all.push(Operation { name, path, method, place, security, node: operation });
        }
    }
    all
}

/// The scopes that a requirement names, with their schemes and places.
fn required(node: &Node) -> impl Iterator<Item = (&str, &str, Span)> {
    let each = node.items().iter().flat_map(entries);
    each.flat_map(|(scheme, _, scopes)| scopes.items().iter().filter_map(move |scope| Some((scheme, scope.str()?, place(scope)?))))
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
    let is_free = operation.security.map_or(global.is_none_or(is_empty), |(_, own)| matches!(own.kind, Kind::List(_)) && is_empty(own));
    let path = operation.path.to_ascii_lowercase();
    is_free && WRITING.contains(&operation.method) && !OPEN_PATHS.iter().any(|word| path.contains(word))
}

/// Operations for administrators that ask for nothing more than those of everybody, where others of the document are for everybody.
fn unguarded(operations: &[Operation], global: Option<&Node>) -> Vec<ApiHit> {
    let is_for_admins = |operation: &Operation| operation.path.split('/').any(|segment| segment.eq_ignore_ascii_case("admin"));
    let needs = |operation: &Operation| -> BTreeSet<(String, String)> {
        let node = operation.security.map(|(_, own)| own).or(global);
        let schemes = node.into_iter().flat_map(|node| node.items().iter().flat_map(entries));
        let each = schemes.flat_map(|(scheme, _, scopes)| {
            let named = scopes.items().iter().filter_map(Node::str).map(|scope| (scheme.to_owned(), scope.to_owned()));
            named.chain([(scheme.to_owned(), String::new())]).collect::<Vec<_>>()
        });
        each.collect()
    };
    let (admin, public): (Vec<&Operation>, Vec<&Operation>) = operations.iter().partition(|operation| is_for_admins(operation));
    let held: BTreeSet<(String, String)> = public.iter().flat_map(|operation| needs(operation)).collect();
    let is_shared = |operation: &&Operation| {
        let own = needs(operation);
        !own.is_empty() && own.iter().all(|need| held.contains(need))
    };
    let hit = |operation: &Operation| ApiHit {
        span: operation.place,
        message: format!("`{}` is for administrators, and asks for no scheme or scope that others do not need, too", operation.name),
        is_minor: false,
        related: None,
    };
    admin.into_iter().filter(is_shared).map(hit).collect()
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
        read(text.as_bytes()).iter().flat_map(hits).map(|hit| format!("{} «{}»", hit.message, &text[hit.span.range()])).collect()
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
    fn administrators_need_something_of_their_own() {
        let of = |scope: &str, admin: &str| {
            let text = DOCUMENT.replace("/login", admin).replace("security: []\n  /", "security: [{ oauth: [a:write] }]\n  /");
            let text = text.replace("/admin:\n    post:\n      security: []", &format!("/admin:\n    post:\n      security: [{{ oauth: [{scope}] }}]"));
            found(&text).into_iter().filter(|line| line.contains("administrators")).collect::<Vec<_>>()
        };
        assert_eq!(of("a:write", "/admin"), ["`POST /admin` is for administrators, and asks for no scheme or scope that others do not need, too «post»"]);
        assert!(of("a:admin", "/admin").is_empty());
        assert!(of("a:write", "/administer").is_empty());
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
