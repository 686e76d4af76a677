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
    /// Words before the colon of its scopes (`banking:`) are rare enough to tell that a file has to do with it.
    pub has_own_families: bool,
    /// Its catalogue has every scope: another name is a mistake.
    pub is_complete: bool,
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
    /// What its calls need.
    pub endpoints: Vec<Endpoint>,
    /// Scopes that one client should not have together, and why.
    pub sensitive: Vec<Sensitive>,
}

/// Calls of an API, and the scopes of which each needs one.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Methods in capitals; empty: all.
    pub methods: Vec<String>,
    /// The path and all below it: `/v1/accounts`. A segment in braces stands for any.
    pub path: String,
    /// Any of these is enough; empty: nobody knows.
    pub scopes: Vec<String>,
    /// Scopes that the call may need, though no page says so: they count as used, and never as missing.
    pub possible: Vec<String>,
    /// The vendor does not say it in so many words.
    pub inferred: bool,
}

impl Endpoint {
    /// Whether a call with this method may be one of it; a method that nobody knows may be any.
    pub fn takes(&self, method: Option<&str>) -> bool {
        self.methods.is_empty() || method.is_none_or(|method| self.methods.iter().any(|own| own == method))
    }

    /// Whether nothing is changed by it.
    pub fn reads(&self) -> bool {
        !self.methods.is_empty() && self.methods.iter().all(|method| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS"))
    }
}

/// Scopes that one client should not have together.
#[derive(Clone, Debug)]
pub struct Sensitive {
    /// All of them.
    pub scopes: Vec<String>,
    /// Why not, as a phrase.
    pub because: String,
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
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The name: `banking:read`.
    pub name: String,
    /// What it grants, as a phrase.
    pub grants: String,
    /// Only for service accounts: never in a flow with a user.
    pub service_accounts_only: bool,
    /// Names that people write when they mean this one.
    pub mistaken_for: Vec<String>,
    /// It moves money, administers, or opens everything.
    pub is_privileged: bool,
    /// Why it opens more than most programs need, in a sentence.
    pub overbroad: Option<String>,
    /// Another scope of the catalogue that is narrower and may be enough.
    pub narrower: Vec<String>,
}

impl Provider {
    /// The scope of this name, which may begin with a host of the provider (`https://graph.microsoft.com/User.Read`).
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        let exact = |name: &str| self.scopes.iter().find(|s| s.name == name);
        exact(name).or_else(|| {
            let (host, rest) = name.strip_prefix("https://")?.split_once('/')?;
            exact(rest).filter(|_| self.hosts.iter().any(|own| own.name == host))
        })
    }

    /// The scope of this name, or the one that people mean by it.
    pub fn meant(&self, name: &str) -> Option<&Scope> {
        self.scope(name).or_else(|| self.scopes.iter().find(|s| s.mistaken_for.iter().any(|other| other == name)))
    }

    /// Whether all that needs this scope is writing, as far as the catalogue says.
    pub fn is_for_writing(&self, scope: &str) -> bool {
        let mut needing = self.endpoints.iter().filter(|e| e.scopes.iter().any(|s| s == scope)).peekable();
        needing.peek().is_some() && needing.all(|endpoint| !endpoint.methods.is_empty() && !endpoint.takes(Some("GET")))
    }

    /// Whether some scope of the catalogue begins with `family:`, and no other provider's does.
    pub fn has_family(&self, family: &str) -> bool {
        self.has_own_families && self.scopes.iter().any(|s| s.name.split(':').next() == Some(family))
    }
}
