//! What an API provider is: hosts, grants, scopes. Data, read from `rules/providers/*.toml`.

/// One provider.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// `aelix`.
    pub id: String,
    /// The name in messages.
    pub name: String,
    /// Words, in lower case, one of which a file contains that has to do with the provider.
    pub words: Vec<String>,
    /// Where tokens are issued.
    pub token_url: String,
    /// Where users give their consent.
    pub authorize_url: String,
    /// Grants it supports.
    pub grants: Vec<String>,
    /// Its hosts.
    pub hosts: Vec<Host>,
    /// Its catalogue of scopes.
    pub scopes: Vec<Scope>,
    /// Scopes of other providers that look like one of a family of this one.
    pub foreign_scopes: Vec<String>,
}

/// A host of a provider.
#[derive(Clone, Debug)]
pub struct Host {
    /// The name: `api.aelix.digitalapi.ai`.
    pub name: String,
    /// `api` or `authorization`.
    pub role: String,
    /// `production` or `sandbox`.
    pub environment: String,
}

/// A scope of a provider's catalogue.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The name: `banking:read`.
    pub name: String,
    /// What it grants, as a phrase.
    pub grants: String,
    /// Only for service accounts: never in a flow with a user.
    pub service_accounts_only: bool,
    /// Names that people write when they mean this one.
    pub mistaken_for: Vec<String>,
}

impl Provider {
    /// The scope of this name.
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        self.scopes.iter().find(|s| s.name == name)
    }

    /// Whether some scope of the catalogue begins with `family:`.
    pub fn has_family(&self, family: &str) -> bool {
        self.scopes.iter().any(|s| s.name.split(':').next() == Some(family))
    }
}
