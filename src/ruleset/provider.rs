//! Reads `rules/providers/<provider>.toml`.

use serde::Deserialize;

use crate::model::provider::{Host, Provider, Scope};

use super::{RuleError, data_below};

/// Where the files are.
const FOLDER: &str = "rules/providers/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    words: Vec<String>,
    token_url: String,
    authorize_url: String,
    grants: Vec<String>,
    #[serde(default)]
    foreign_scopes: Vec<String>,
    host: Vec<HostEntry>,
    scope: Vec<ScopeEntry>,
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
}

/// The providers that ship with the program.
pub fn built_in() -> Result<Vec<Provider>, RuleError> {
    data_below(FOLDER).map(|file| file.map(|(_, file)| of_file(file))).collect()
}

/// The provider of one file; `name` is for messages.
pub fn parse(name: &str, text: &str) -> Result<Provider, RuleError> {
    let file: File = toml::from_str(text).map_err(|e| RuleError { message: format!("cannot read the provider in {name}: {}", e.to_string().trim_end()) })?;
    Ok(of_file(file))
}

fn of_file(file: File) -> Provider {
    let host = |h: HostEntry| Host { name: h.name, role: h.role, environment: h.environment };
    let scope = |s: ScopeEntry| Scope { name: s.name, grants: s.grants, service_accounts_only: s.service_accounts_only, mistaken_for: s.mistaken_for };
    Provider {
        id: file.id,
        name: file.name,
        words: file.words.iter().map(|w| w.to_lowercase()).collect(),
        token_url: file.token_url,
        authorize_url: file.authorize_url,
        grants: file.grants,
        hosts: file.host.into_iter().map(host).collect(),
        scopes: file.scope.into_iter().map(scope).collect(),
        foreign_scopes: file.foreign_scopes,
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
