//! What an API provider is: hosts, grants, scopes. Data, read from `rules/providers/*.toml`, from files of users, and from documents in `OpenAPI`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::paths::Paths;

/// One provider.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each said by its own key")]
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
    /// What its calls need, where no catalogue says it.
    pub own_endpoints: Vec<Endpoint>,
    /// More scopes and endpoints, read when a file asks for them.
    pub catalogue: Option<Catalogue>,
    /// What paths of its endpoints may begin with: `/v1.0`.
    pub prefixes: Vec<String>,
    /// Words of files that call it through a library of the vendor.
    pub libraries: Vec<String>,
    /// Words of files that use the credentials of their surroundings, with whatever scopes those have.
    pub ambient: Vec<String>,
    /// Scopes that signing in needs, whatever else is called: nobody sees whether they are used.
    pub sign_in: Vec<String>,
    /// The first scope of a call is the least that the vendor names for it.
    pub names_least: bool,
    /// Its hosts are of its customers: a URL that contains one of its words is its own.
    pub is_told_by_words: bool,
    /// What its calls need is said by documents in `OpenAPI`.
    pub is_found: bool,
    /// Its endpoints by their paths, once asked for.
    pub paths: OnceLock<Arc<Paths>>,
    /// Scopes that one client should not have together, and why.
    pub sensitive: Vec<Sensitive>,
    /// Rules that find the secrets and tokens of its clients: what they find opens what the client requests.
    pub token_rules: Vec<String>,
}

/// Scopes and endpoints of a large API, as text of which each is read when first asked for: many files ask for a scope, few for what calls need.
#[derive(Clone)]
pub struct Catalogue(Arc<Parts>);

struct Parts {
    text: &'static str,
    read: (ReadScopes, ReadEndpoints),
    scopes: OnceLock<BTreeMap<String, Scope>>,
    endpoints: OnceLock<Vec<Endpoint>>,
}

type ReadScopes = fn(&str) -> BTreeMap<String, Scope>;
type ReadEndpoints = fn(&str) -> Vec<Endpoint>;

impl Catalogue {
    /// What these read from `text`.
    pub fn new(text: &'static str, scopes: ReadScopes, endpoints: ReadEndpoints) -> Self {
        Self(Arc::new(Parts { text, read: (scopes, endpoints), scopes: OnceLock::new(), endpoints: OnceLock::new() }))
    }

    /// Scopes by name.
    pub fn scopes(&self) -> &BTreeMap<String, Scope> {
        self.0.scopes.get_or_init(|| self.0.read.0(self.0.text))
    }

    /// What its calls need.
    pub fn endpoints(&self) -> &[Endpoint] {
        self.0.endpoints.get_or_init(|| self.0.read.1(self.0.text))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalogue")
    }
}

/// Calls of an API, and the scopes of which each needs one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Methods in capitals; empty: all.
    pub methods: Vec<String>,
    /// The path and all below it: `/v1/accounts`. A segment in braces stands for any.
    pub path: String,
    /// Nothing below the path belongs to it.
    pub is_whole: bool,
    /// The one host that answers; empty: any of the provider.
    pub host: Arc<str>,
    /// The name by which generated libraries call it: `accounts.list`.
    pub operation: String,
    /// Any of these is enough, the least powerful first; empty: nobody knows.
    pub scopes: Vec<String>,
    /// Where one scope is not enough by itself: sets of which one is.
    pub sets: Vec<Vec<String>>,
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

    /// Sets of scopes of which one is enough, the least powerful first.
    pub fn alternatives(&self) -> Vec<Vec<&str>> {
        if self.sets.is_empty() {
            return self.scopes.iter().map(|scope| vec![scope.as_str()]).collect();
        }
        self.sets.iter().map(|set| set.iter().map(String::as_str).collect()).collect()
    }

    /// Whether these scopes are enough; whoever needs nothing known has enough.
    pub fn is_met(&self, holds: impl Fn(&str) -> bool) -> bool {
        if self.sets.is_empty() {
            return self.scopes.is_empty() || self.scopes.iter().any(|scope| holds(scope));
        }
        self.sets.iter().any(|set| set.iter().all(|scope| holds(scope)))
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
    /// How much it opens, by comparison with other scopes of the catalogue; 0: not known.
    pub level: u32,
}

impl Provider {
    /// The scope of this name, which may begin with a host of the provider (`https://graph.microsoft.com/User.Read`).
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        let own = |name: &str| self.scopes.iter().find(|s| s.name == name);
        let exact = |name: &str| own(name).or_else(|| self.catalogue.as_ref()?.scopes().get(name));
        exact(name).or_else(|| {
            let (host, rest) = name.strip_prefix("https://")?.split_once('/')?;
            exact(rest).filter(|_| self.hosts.iter().any(|own| own.name == host))
        })
    }

    /// What its calls need.
    pub fn endpoints(&self) -> &[Endpoint] {
        self.catalogue.as_ref().map_or(&self.own_endpoints, |catalogue| catalogue.endpoints())
    }

    /// Its endpoints by their paths.
    pub fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| Arc::new(Paths::of(self.endpoints())))
    }

    /// Whether its endpoints are too many to look for each by itself.
    pub fn is_large(&self) -> bool {
        self.catalogue.is_some() || self.own_endpoints.iter().any(|endpoint| endpoint.is_whole)
    }

    /// How much a scope opens, by comparison; 0: not known.
    pub fn level(&self, scope: &str) -> u32 {
        self.catalogue.as_ref().and_then(|catalogue| catalogue.scopes().get(scope)).or_else(|| self.scope(scope)).map_or(0, |scope| scope.level)
    }

    /// Whether a host is one of its own.
    pub fn has_host(&self, name: &str) -> bool {
        let is = |host: &Host| host.name == name || host.name.strip_prefix('*').is_some_and(|end| name.ends_with(end));
        self.hosts.iter().any(is)
    }

    /// Takes scopes and endpoints of a document of the same API in place of its own.
    pub fn take(&mut self, document: Provider) {
        let known: BTreeSet<String> = self.scopes.iter().map(|scope| scope.name.clone()).collect();
        self.scopes.extend(document.scopes.into_iter().filter(|scope| !known.contains(&scope.name)));
        let hosts: Vec<Host> = document.hosts.into_iter().filter(|host| !self.has_host(&host.name)).collect();
        self.hosts.extend(hosts);
        (self.own_endpoints, self.catalogue, self.paths, self.is_found) = (document.own_endpoints, None, OnceLock::new(), true);
    }

    /// Adds another document of the same API.
    pub fn join(&mut self, document: Provider) {
        let own = std::mem::take(&mut self.own_endpoints);
        self.take(document);
        self.own_endpoints.extend(own);
    }

    /// The scope of this name, or the one that people mean by it.
    pub fn meant(&self, name: &str) -> Option<&Scope> {
        self.scope(name).or_else(|| self.scopes.iter().find(|s| s.mistaken_for.iter().any(|other| other == name)))
    }

    /// Whether all that needs this scope is writing, as far as the catalogue says.
    pub fn is_for_writing(&self, scope: &str) -> bool {
        let mut needing = self.endpoints().iter().filter(|e| e.scopes.iter().any(|s| s == scope)).peekable();
        needing.peek().is_some() && needing.all(|endpoint| !endpoint.methods.is_empty() && !endpoint.takes(Some("GET")))
    }

    /// Whether some scope of the catalogue begins with `family:`, and no other provider's does.
    pub fn has_family(&self, family: &str) -> bool {
        self.has_own_families && self.scopes.iter().any(|s| s.name.split(':').next() == Some(family))
    }
}
