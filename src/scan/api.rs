//! Providers that documents in `OpenAPI` describe: their hosts, scopes, and what each call needs; and who requests their scopes.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Blob;
use crate::model::provider::{Endpoint, Host, Provider, Scope};
use crate::ruleset::anchors::Anchor;

use super::document::{self, Node};
use super::openapi::{self, entries};
use super::prefilter::Prefilter;
use super::sites::RawSites;

/// Endpoints of one document that are read.
const MAX_ENDPOINTS: usize = 20_000;
/// Words of hosts, and of what is said of them, that are no production.
const SANDBOXES: [&str; 6] = ["sandbox", "staging", "stage", "test", "dev", "mock"];
/// Hosts that no API has.
const NO_HOSTS: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "example.com"];

/// The provider that a file describes, for those who name it in the configuration.
pub fn provider_of(bytes: &[u8]) -> Option<Provider> {
    provider(&openapi::read(bytes)?)
}

/// What a file lacks that is no provider, with the line that it is about, where there is one.
pub fn fault(bytes: &[u8]) -> (Option<usize>, String) {
    let line = |at: usize| memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
    let is_json = bytes.trim_ascii_start().starts_with(b"{");
    if let Some(at) = document::wrong_in_yaml(bytes).filter(|_| !is_json && openapi::is_named(bytes)) {
        return (Some(line(at)), "it is no YAML from here on".into());
    }
    let Some(document) = openapi::read(bytes) else {
        let why = if openapi::is_named(bytes) { "none of its security schemes has scopes (`type: oauth2`)" } else { "it is no OpenAPI document" };
        return (None, format!("{why}; name an OpenAPI document whose operations need scopes, or a .toml file of a provider"));
    };
    if servers(&document).is_empty() && shared_path(&document).is_none() {
        let at = document.entry("servers").and_then(|entry| openapi::place(&entry.key)).map(|place| line(place.start));
        return (at, "no server of it has a host, or a path of its own such as `/open-banking/v4.0/aisp`".into());
    }
    (None, "none of its operations needs a scope (`security`)".into())
}

/// The provider that a document describes; none without a host or a path that tells it from others, or where no operation needs a scope.
pub fn provider(document: &Node) -> Option<Provider> {
    let servers = servers(document);
    // Each bank has a host of its own: the document of their common API has a path alone.
    let shared = if servers.is_empty() { Some(shared_path(document)?) } else { None };
    let id = shared.clone().or_else(|| servers.first().map(|(host, _)| host.name.clone()))?;
    let title = document.at(&["info", "title"]).and_then(Node::str).map_or(id.clone(), str::to_owned);
    let global = document.get("security");
    let scopes = scopes(document);
    let (mut endpoints, mut named) = (Vec::new(), scopes);
    let bases: BTreeSet<&String> = servers.iter().map(|(_, path)| path).chain(&shared).collect();
    for operation in openapi::operations(document).into_iter().take(MAX_ENDPOINTS) {
        let needed = operation.security.map(|(_, own)| own).or(global).map(Node::items).unwrap_or_default();
        let set = |requirement: &Node| -> Vec<String> {
            let each = entries(requirement).flat_map(|(.., scopes)| scopes.items().iter().filter_map(Node::str));
            each.map(str::to_owned).collect()
        };
        let sets: Vec<Vec<String>> = needed.iter().map(set).collect();
        let all: BTreeSet<String> = sets.iter().flatten().cloned().collect();
        for scope in &all {
            named.entry(scope.clone()).or_default();
        }
        // Where one of the ways needs no scope, none is needed.
        let is_free = sets.iter().any(Vec::is_empty);
        let is_plain = sets.iter().all(|set| set.len() == 1);
        let (scopes, possible) = if is_free { (BTreeSet::new(), all) } else { (all, BTreeSet::new()) };
        let endpoint = Endpoint {
            methods: vec![operation.method.to_uppercase()],
            is_whole: true,
            operation: operation.node.get("operationId").and_then(Node::str).unwrap_or_default().to_owned(),
            scopes: scopes.into_iter().collect(),
            sets: if is_plain || is_free { Vec::new() } else { sets },
            possible: possible.into_iter().collect(),
            ..Endpoint::default()
        };
        endpoints.extend(bases.iter().map(|base| Endpoint { path: format!("{base}{}", operation.path.trim_end_matches('/')), ..endpoint.clone() }));
    }
    if endpoints.iter().all(|endpoint| endpoint.scopes.is_empty()) {
        return None;
    }
    let (token_url, authorize_url) = (flow_url(document, "tokenUrl"), flow_url(document, "authorizationUrl"));
    let token_words = token_url.split_once("://").map(|(_, rest)| rest.to_lowercase());
    let is_told_by_words = shared.is_some();
    let token_words = token_words.filter(|_| !is_told_by_words);
    let words: BTreeSet<String> = servers.iter().map(|(host, _)| host.name.clone()).chain(token_words).chain(shared.map(|path| path.to_lowercase())).collect();
    Some(Provider {
        id,
        name: title,
        is_told_by_words,
        words: words.into_iter().collect(),
        is_complete: true,
        is_found: true,
        token_url,
        authorize_url,
        hosts: servers.into_iter().map(|(host, _)| host).collect(),
        scopes: named.into_iter().map(|(name, grants)| scope(name, grants)).collect(),
        own_endpoints: endpoints,
        ..Provider::default()
    })
}

fn scope(name: String, grants: String) -> Scope {
    let grants = if grants.is_empty() { format!("what `{name}` says") } else { grants };
    Scope { name, grants, ..Scope::default() }
}

/// Adds a provider: one of the same id takes the place of another, and a document of a host that is known says what its calls need.
pub fn add(providers: &mut Vec<Provider>, given: Provider) {
    if let Some(own) = providers.iter_mut().find(|own| own.id == given.id) {
        *own = given;
        return;
    }
    if let Some(own) = common(providers, &given) {
        own.join(given);
        return;
    }
    match providers.iter_mut().find(|own| given.hosts.iter().any(|host| host.role == "api" && own.has_host(&host.name))) {
        Some(own) => own.take(given),
        None => providers.push(given),
    }
}

/// The common API of many hosts that a document without a host is of: its path says so.
fn common<'p>(providers: &'p mut [Provider], document: &Provider) -> Option<&'p mut Provider> {
    let path = document.words.first().filter(|_| document.hosts.is_empty() && document.is_told_by_words)?;
    providers.iter_mut().find(|own| own.is_told_by_words && own.words.iter().any(|word| path.contains(word.as_str()) || word.contains(path.as_str())))
}

/// Adds a document that was found: it says what the calls of its hosts need, where nothing else than a guess does.
pub fn add_found(providers: &mut Vec<Provider>, found: Provider) {
    if found.hosts.is_empty() {
        if let Some(own) = common(providers, &found) {
            own.join(found);
        }
        return;
    }
    match providers.iter_mut().find(|own| found.hosts.iter().any(|host| own.has_host(&host.name))) {
        Some(own) if own.is_found => own.join(found),
        Some(own) if own.endpoints().iter().any(|endpoint| endpoint.inferred) => own.take(found),
        Some(_) => {}
        None => providers.push(found),
    }
}

/// The path of a document whose servers have no host, long enough to tell it from others: `/open-banking/v4.0/aisp`.
fn shared_path(document: &Node) -> Option<String> {
    let servers = document.get("servers").map(Node::items).unwrap_or_default();
    let mut paths = servers.iter().filter_map(|server| server.get("url").and_then(Node::str)).chain(document.get("basePath").and_then(Node::str));
    // `/api/v1` is where many have theirs.
    let is_version = |part: &str| part.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let tells = |part: &&str| part.len() > 1 && !is_version(part) && !["api", "rest"].contains(&part.to_ascii_lowercase().as_str());
    let is_telling = |path: &&str| path.starts_with('/') && path.split('/').filter(tells).count() > 1 && !path.contains('{');
    paths.find(is_telling).map(|path| path.trim_end_matches('/').to_owned())
}

/// The hosts of a document with the paths behind them; those without a host of their own are nobody's.
fn servers(document: &Node) -> Vec<(Host, String)> {
    let mut urls: Vec<(String, String)> = Vec::new();
    for server in document.get("servers").map(Node::items).unwrap_or_default() {
        let Some(mut url) = server.get("url").and_then(Node::str).map(str::to_owned) else { continue };
        for (name, _, variable) in server.get("variables").into_iter().flat_map(entries) {
            url = url.replace(&format!("{{{name}}}"), variable.get("default").and_then(Node::str).unwrap_or_default());
        }
        urls.push((url, server.get("description").and_then(Node::str).unwrap_or_default().to_lowercase()));
    }
    if let Some(host) = document.get("host").and_then(Node::str) {
        urls.push((format!("https://{host}{}", document.get("basePath").and_then(Node::str).unwrap_or_default()), String::new()));
    }
    let mut found: Vec<(Host, String)> = Vec::new();
    for (url, about) in urls {
        let Some((_, rest)) = url.split_once("://") else { continue };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let name = host.split(':').next().unwrap_or(host).to_lowercase();
        let is_host = name.contains('.') && !name.contains('{') && !NO_HOSTS.contains(&name.as_str());
        if !is_host || found.iter().any(|(known, _)| known.name == name) {
            continue;
        }
        let is_sandbox = SANDBOXES.iter().any(|word| {
            name.rsplit_once('.').is_some_and(|(labels, _)| labels.split(['.', '-']).any(|part| part == *word)) || about.split(' ').any(|part| part == *word)
        });
        let environment = if is_sandbox { "sandbox" } else { "production" };
        found.push((Host { name, role: "api".into(), environment: environment.into() }, path.trim_end_matches('/').to_owned()));
    }
    found
}

/// The scopes that the schemes define, with what each grants.
fn scopes(document: &Node) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (.., scheme) in openapi::schemes(document) {
        let flows = scheme.get("flows").into_iter().flat_map(entries).filter_map(|(.., flow)| flow.get("scopes"));
        for (name, _, about) in flows.chain(scheme.get("scopes")).flat_map(entries) {
            all.insert(name.to_owned(), about.str().unwrap_or_default().lines().next().unwrap_or_default().to_owned());
        }
    }
    all
}

/// The first URL of this name in the schemes.
fn flow_url(document: &Node, key: &str) -> String {
    let find = |scheme: &Node| {
        let own = scheme.get(key).and_then(Node::str);
        own.or_else(|| scheme.get("flows")?.entries().iter().find_map(|flow| flow.value.get(key)?.str())).map(str::to_owned)
    };
    openapi::schemes(document).find_map(|(.., scheme)| find(scheme)).unwrap_or_default()
}

/// Looks for requests of the scopes of some providers.
pub struct Requests<'a> {
    providers: &'a [Provider],
    /// Index of the first of them.
    from: usize,
    prefilter: Prefilter,
}

impl<'a> Requests<'a> {
    /// Of these providers, the first of which has the index `from`.
    pub fn new(providers: &'a [Provider], from: usize) -> Self {
        let words: BTreeSet<&str> = providers.iter().flat_map(|p| p.words.iter().chain(p.scopes.iter().map(|scope| &scope.name))).map(String::as_str).collect();
        let anchors: Vec<Anchor> = words.into_iter().map(|word| Anchor::folded(word.as_bytes())).collect();
        Self { providers, from, prefilter: Prefilter::new(anchors.iter()) }
    }

    /// What a blob requests.
    pub(super) fn of(&self, blob: &Blob) -> RawSites {
        let mut is_worth = false;
        self.prefilter.scan(blob.bytes, |_, _| is_worth = true);
        if is_worth { RawSites::of(blob, self.providers) } else { RawSites::default() }
    }

    /// Index of the first of the providers.
    pub(super) fn from(&self) -> usize {
        self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let Some(provider) = provider_of(text.as_bytes()) else { return Vec::new() };
        let hosts = provider.hosts.iter().map(|host| format!("{} {}", host.name, host.environment));
        let endpoints =
            provider.own_endpoints.iter().map(|e| format!("{} {} {:?} {:?} {:?} {}", e.methods[0], e.path, e.scopes, e.sets, e.possible, e.operation));
        hosts.chain(endpoints).collect()
    }

    #[test]
    fn a_document_of_each_version_is_a_provider() {
        let three = "openapi: 3.1.0\ninfo: { title: Bank }\nservers:\n  - url: https://{env}.bank.test/v2\n    variables: { env: { default: api } }\n  - url: https://sandbox.bank.test/v2/\n  - url: /local\n\
                     components:\n  securitySchemes:\n    o: { type: oauth2, flows: { clientCredentials: { tokenUrl: https://id.bank.test/token, scopes: { a: read a, b: '' } } } }\n\
                     security: [{ o: [a] }]\npaths:\n  /x/{id}:\n    get: { operationId: getX }\n    post: { security: [{ o: [a, b] }, { o: [c] }] }\n    delete: { security: [{ o: [b] }, {}] }\n";
        assert_eq!(
            shown(three),
            [
                "api.bank.test production",
                "sandbox.bank.test sandbox",
                r#"GET /v2/x/{id} ["a"] [] [] getX"#,
                r#"POST /v2/x/{id} ["a", "b", "c"] [["a", "b"], ["c"]] [] "#,
                r#"DELETE /v2/x/{id} [] [] ["b"] "#,
            ]
        );
        let two = r#"{ "swagger": "2.0", "host": "api.shop.test", "basePath": "/api", "securityDefinitions": { "o": { "type": "oauth2", "scopes": { "r": "read" } } },
          "paths": { "/orders": { "get": { "security": [ { "o": [ "r" ] } ] } } } }"#;
        assert_eq!(shown(two), ["api.shop.test production", r#"GET /api/orders ["r"] [] [] "#]);
    }

    #[test]
    fn what_has_no_host_or_no_scopes_is_none() {
        let scheme = "components:\n  securitySchemes:\n    o: { type: oauth2 }\n";
        for text in [
            format!("openapi: 3.0.0\nservers: [{{ url: /v1 }}]\n{scheme}paths:\n  /x:\n    get: {{ security: [{{ o: [a] }}] }}\n"),
            format!("openapi: 3.0.0\nservers: [{{ url: /api/v1 }}]\n{scheme}paths:\n  /x:\n    get: {{ security: [{{ o: [a] }}] }}\n"),
            format!("openapi: 3.0.0\nservers: [{{ url: /rest/bank/v2.1/ }}]\n{scheme}paths:\n  /x:\n    get: {{ security: [{{ o: [a] }}] }}\n"),
            format!("openapi: 3.0.0\nservers: [{{ url: 'http://localhost:80/v1' }}]\n{scheme}paths:\n  /x:\n    get: {{ security: [{{ o: [a] }}] }}\n"),
            format!("openapi: 3.0.0\nservers: [{{ url: 'https://api.x.test' }}]\n{scheme}paths:\n  /x:\n    get: {{}}\n"),
            "kind: x\n".to_owned(),
        ] {
            assert!(shown(&text).is_empty(), "{text}");
        }
        let own = format!("openapi: 3.0.0\nservers: [{{ url: /open-banking/v4.0/aisp }}]\n{scheme}paths:\n  /x:\n    get: {{ security: [{{ o: [a] }}] }}\n");
        assert_eq!(shown(&own), [r#"GET /open-banking/v4.0/aisp/x ["a"] [] [] "#], "a path of its own");
    }

    #[test]
    fn a_document_of_a_known_host_says_what_its_calls_need() {
        let known = Provider {
            id: "bank".into(),
            name: "Bank".into(),
            hosts: vec![Host { name: "api.x.test".into(), role: "api".into(), environment: String::new() }],
            ..Provider::default()
        };
        let mut providers = vec![known];
        let text = "openapi: 3.0.0\nservers: [{ url: 'https://api.x.test' }]\ncomponents: { securitySchemes: { o: { type: oauth2 } } }\npaths:\n  /x:\n    get: { security: [{ o: [a] }] }\n";
        add(&mut providers, provider_of(text.as_bytes()).unwrap());
        assert_eq!((providers.len(), providers[0].name.as_str(), providers[0].endpoints().len(), providers[0].scopes.len()), (1, "Bank", 1, 1));
    }
}
