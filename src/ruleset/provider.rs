//! Reads `rules/providers/<provider>.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::provider::{Endpoint, Host, Provider, Scope, Sensitive};

use super::{RuleError, catalogue, data_below, nearest};

/// Methods that a call may have.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
/// Where the files are.
const FOLDER: &str = "rules/providers/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each said by its own key")]
struct File {
    id: String,
    name: String,
    words: Vec<String>,
    #[serde(default)]
    own_families: bool,
    #[serde(default)]
    complete: bool,
    token_url: String,
    #[serde(default)]
    authorize_url: String,
    #[serde(default)]
    grants: Vec<String>,
    #[serde(default)]
    foreign_scopes: Vec<String>,
    #[serde(default)]
    host: Vec<HostEntry>,
    scope: Vec<ScopeEntry>,
    #[serde(default)]
    endpoint: Vec<EndpointEntry>,
    #[serde(default)]
    sensitive: Vec<SensitiveEntry>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    libraries: Vec<String>,
    #[serde(default)]
    ambient: Vec<String>,
    #[serde(default)]
    sign_in: Vec<String>,
    #[serde(default)]
    token_rules: Vec<String>,
    #[serde(default)]
    told_by_words: bool,
    #[serde(default)]
    names_least: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointEntry {
    #[serde(default)]
    methods: Vec<String>,
    path: String,
    #[serde(default)]
    needs: Vec<Needed>,
    #[serde(default)]
    possible: Vec<String>,
    #[serde(default)]
    inferred: bool,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    operation: String,
}

/// A scope that is enough, or several that are enough together.
#[derive(Deserialize)]
#[serde(untagged)]
enum Needed {
    One(String),
    All(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SensitiveEntry {
    together: Vec<String>,
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostEntry {
    name: String,
    role: String,
    environment: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeEntry {
    name: String,
    grants: String,
    #[serde(default)]
    service_accounts_only: bool,
    #[serde(default)]
    mistaken_for: Vec<String>,
    #[serde(default)]
    privileged: bool,
    overbroad: Option<String>,
    #[serde(default)]
    narrower: Vec<String>,
}

/// The providers that ship with the program.
pub fn built_in() -> Result<Vec<Provider>, RuleError> {
    data_below(FOLDER).map(|file| file.map(|(_, file)| of_file(file))).collect()
}

/// The provider of one file; `name` is for messages.
pub fn parse(name: &str, text: &str) -> Result<Provider, RuleError> {
    let file: File = toml::from_str(text).map_err(|e| RuleError { message: format!("cannot read the provider in {name}: {}", e.to_string().trim_end()) })?;
    let provider = of_file(file);
    match fault(&provider) {
        Some((what, why)) => {
            let line = text.lines().position(|line| line.contains(&format!("\"{what}\""))).map_or_else(String::new, |line| format!(":{}", line + 1));
            Err(RuleError { message: format!("cannot use the provider in {name}{line}: {why}") })
        }
        None => Ok(provider),
    }
}

/// What of a provider cannot be meant so, and why.
fn fault(provider: &Provider) -> Option<(String, String)> {
    let of_endpoints = provider.own_endpoints.iter().flat_map(|endpoint| endpoint.scopes.iter().chain(&endpoint.possible));
    let of_scopes = provider
        .sensitive
        .iter()
        .flat_map(|sensitive| &sensitive.scopes)
        .chain(provider.scopes.iter().flat_map(|scope| &scope.narrower))
        .chain(&provider.sign_in);
    let unknown = of_endpoints.chain(of_scopes).find(|name| provider.scope(name).is_none());
    if let Some(name) = unknown {
        let hint = nearest(name, provider.scopes.iter().map(|scope| scope.name.as_str())).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Some((name.clone(), format!("no [[scope]] is named `{name}`{hint}")));
    }
    let relative = provider.own_endpoints.iter().find(|endpoint| !endpoint.path.starts_with('/'));
    if let Some(endpoint) = relative {
        return Some((endpoint.path.clone(), format!("the path `{}` does not begin with `/`", endpoint.path)));
    }
    let method = provider.own_endpoints.iter().flat_map(|endpoint| &endpoint.methods).find(|method| !METHODS.contains(&method.as_str()));
    method.map(|method| (method.clone(), format!("`{method}` is no method; one of {}", METHODS.join(", "))))
}

fn of_file(file: File) -> Provider {
    let host = |h: HostEntry| Host { name: h.name, role: h.role, environment: h.environment };
    let scope = |s: ScopeEntry| Scope {
        name: s.name,
        grants: s.grants,
        service_accounts_only: s.service_accounts_only,
        mistaken_for: s.mistaken_for,
        is_privileged: s.privileged,
        overbroad: s.overbroad,
        narrower: s.narrower,
        level: 0,
    };
    Provider {
        catalogue: catalogue::of(&file.id).filter(|_| file.endpoint.is_empty()),
        id: file.id,
        name: file.name,
        words: file.words.iter().map(|w| w.to_lowercase()).collect(),
        has_own_families: file.own_families,
        is_complete: file.complete,
        token_url: file.token_url,
        authorize_url: file.authorize_url,
        grants: file.grants,
        hosts: file.host.into_iter().map(host).collect(),
        scopes: file.scope.into_iter().map(scope).collect(),
        foreign_scopes: file.foreign_scopes,
        own_endpoints: file.endpoint.into_iter().map(endpoint).collect(),
        prefixes: file.prefixes,
        libraries: file.libraries.iter().map(|word| word.to_lowercase()).collect(),
        sign_in: file.sign_in,
        ambient: file.ambient.iter().map(|word| word.to_lowercase()).collect(),
        is_told_by_words: file.told_by_words,
        names_least: file.names_least,
        is_found: false,
        paths: OnceLock::new(),
        token_rules: file.token_rules,
        sensitive: file.sensitive.into_iter().map(|s| Sensitive { scopes: s.together, because: s.because }).collect(),
    }
}

fn endpoint(e: EndpointEntry) -> Endpoint {
    let set = |needed: Needed| match needed {
        Needed::One(scope) => vec![scope],
        Needed::All(scopes) => scopes,
    };
    let sets: Vec<Vec<String>> = e.needs.into_iter().map(set).collect();
    let is_plain = sets.iter().all(|set| set.len() == 1);
    let mut scopes: Vec<String> = Vec::new();
    for scope in sets.iter().flatten() {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    Endpoint {
        methods: e.methods,
        path: e.path,
        is_whole: e.whole,
        operation: e.operation,
        scopes,
        sets: if is_plain { Vec::new() } else { sets },
        possible: e.possible,
        inferred: e.inferred,
        ..Endpoint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_providers_are_valid() {
        let providers = built_in().unwrap();
        let aelix = providers.iter().find(|p| p.id == "aelix").unwrap();
        assert_eq!(aelix.scopes.len(), 7);
        assert!(aelix.scope("admin:users").unwrap().service_accounts_only);
        assert!(aelix.has_family("banking") && !aelix.has_family("repo"));
    }

    #[test]
    fn endpoints_and_combinations_name_scopes_of_the_catalogue() {
        for provider in built_in().unwrap() {
            let named = provider.own_endpoints.iter().flat_map(|e| e.scopes.iter().chain(&e.possible)).chain(provider.sensitive.iter().flat_map(|s| &s.scopes));
            let named = named.chain(provider.scopes.iter().flat_map(|s| &s.narrower));
            for name in named {
                assert!(provider.scope(name).is_some(), "{}: {name}", provider.id);
            }
            for endpoint in &provider.own_endpoints {
                assert!(endpoint.path.starts_with('/') && endpoint.methods.iter().all(|m| m.chars().all(char::is_uppercase)), "{endpoint:?}");
            }
        }
    }

    #[test]
    fn token_rules_are_rules() {
        let rules = crate::ruleset::built_in().unwrap();
        for (provider, id) in built_in().unwrap().iter().flat_map(|provider| provider.token_rules.iter().map(move |id| (&provider.id, id))) {
            assert!(rules.iter().any(|rule| rule.id.as_str() == id), "{provider}: {id}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_an_error_with_its_line() {
        let with = |end: &str| {
            let head = "id = \"x\"\nname = \"X\"\nwords = [\"x.test\"]\ntoken_url = \"\"\nauthorize_url = \"\"\ngrants = []\n";
            let text = format!("{head}[[scope]]\nname = \"a:read\"\ngrants = \"see\"\n[[endpoint]]\n{end}");
            parse("x.toml", &text).map_or_else(|error| error.message, |_| String::new())
        };
        assert_eq!(with("path = \"/v1\"\nneeds = [\"a:read\"]\n"), "");
        assert_eq!(
            with("path = \"/v1\"\nneeds = [\"a:raed\"]\n"),
            "cannot use the provider in x.toml:12: no [[scope]] is named `a:raed`; did you mean `a:read`?"
        );
        assert_eq!(with("path = \"v1\"\n"), "cannot use the provider in x.toml:11: the path `v1` does not begin with `/`");
        assert!(with("path = \"/v1\"\nmethods = [\"get\"]\n").contains("x.toml:12: `get` is no method"));
    }

    #[test]
    fn the_built_in_providers_are_those_of_their_files() {
        let files: Vec<Provider> = crate::ruleset::load::embedded_below(FOLDER).map(|(name, text)| parse(name, text).unwrap()).collect();
        assert_eq!(format!("{:?}", built_in().unwrap()), format!("{files:?}"));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_file() {
        let error = parse("rules/providers/x.toml", "id = \"x\"\nnmae = \"X\"\n").unwrap_err();
        assert!(error.message.contains("rules/providers/x.toml") && error.message.contains("nmae"), "{error}");
    }
}
