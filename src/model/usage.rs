//! What a program asks of an API and what it calls there: facts for the least-privilege rules of the project stage.

use std::sync::Arc;

use super::finding::Place;

/// What the receiver of a call that annotations declare begins with, and the name of the base of all such calls of a package.
pub const DECLARED: char = '@';

/// One place that requests scopes of a provider.
#[derive(Clone, Debug)]
pub struct ScopeSite {
    /// Index of the provider.
    pub provider: usize,
    /// The scopes that are known, in order, each where it stands.
    pub scopes: Vec<(String, Place)>,
    /// The name that holds them, in snake case: `scope`, `aelix_scopes`.
    pub name: String,
    /// Some of its scopes are computed: from what these names hold, or from nobody knows what.
    pub open: Option<Vec<String>>,
    /// The client id, as an expression: `AELIX_CLIENT_ID`.
    pub client: Option<String>,
    /// The service of a composition that it belongs to, where several stand in one file.
    pub service: Option<String>,
    /// The folder that the service is built from, relative to the root.
    pub built_from: Option<String>,
    /// The environment of the hosts that the file names.
    pub environment: Option<String>,
    /// Who takes part in the grant.
    pub grant: Grant,
    /// The file names the provider.
    pub is_sure: bool,
    /// The whole request.
    pub place: Place,
}

impl ScopeSite {
    /// Whether it is certainly a client of the provider: it names scopes, or the whole request stands there and its scopes are computed.
    pub fn tells_client(&self) -> bool {
        let is_expression = |client: &String| client.contains(['_', '.']);
        !self.scopes.is_empty() || self.is_sure && self.open.is_some() && self.client.as_ref().is_some_and(is_expression) && self.grant != Grant::Unknown
    }
}

/// Who takes part in a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A service alone: client credentials.
    Service,
    /// A user: authorization code, device, password.
    User,
    /// Not known.
    Unknown,
}

/// A token request of a service that names no scope.
#[derive(Clone, Debug)]
pub struct OmittedScope {
    /// Index of the provider.
    pub provider: usize,
    /// The grant.
    pub place: Place,
}

/// What one file of a package with clients calls.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// The path, relative to the root.
    pub path: String,
    /// Providers, a bit each by index, that the file names.
    pub names: u64,
    /// Providers, a bit each, whose library the file uses.
    pub libraries: u64,
    /// Providers, a bit each, whose library the file uses, and none of whose operations is seen in it.
    pub opaque: u64,
    /// Providers, a bit each, of which the file uses the credentials of its surroundings, with whatever scopes those have.
    pub ambient: u64,
    /// Providers, a bit each, after which the file, or something declared in it, is named: it is there to call them.
    pub own: u64,
    /// Calls that may be HTTP calls.
    pub calls: Vec<ApiCall>,
    /// Names that are bound to a URL, a part of one, or a client of one.
    pub bases: Vec<(String, Vec<UrlPart>)>,
    /// Paths of endpoints that stand in some string, each with the indices of provider and endpoint; and whether only its last word does.
    pub mentions: Vec<Mention>,
    /// Modules from elsewhere that are named after a provider: what calls they make nobody sees.
    pub modules: Vec<Module>,
}

/// A module that a file imports, named after a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Index of the provider.
    pub provider: usize,
    /// Its path as the language writes it: `aelix_sdk.Client`.
    pub path: String,
    /// The path, in lower case, that makes it one of the package's own where the package has it; empty: none does.
    pub own: String,
}

/// A path of an endpoint in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Index of the provider.
    pub provider: usize,
    /// Index of the endpoint.
    pub endpoint: usize,
    /// The string is only the last word of the path.
    pub is_word: bool,
}

/// A part of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlPart {
    /// Text.
    Text(String),
    /// The last of the names by which something is called that other files may declare: `BASE_URL`.
    Name(String),
    /// An expression that nobody follows, as written.
    Hole(String),
}

/// A call that may be an HTTP call.
#[derive(Clone, Debug)]
pub struct ApiCall {
    /// The last word of the callee: `get`.
    pub callee: String,
    /// The last name of what it is called on: `session`.
    pub receiver: Option<String>,
    /// The HTTP method in capitals, where it is known.
    pub method: Option<String>,
    /// The arguments that may be a URL or a path.
    pub urls: Vec<UrlArgument>,
    /// Operations of generated libraries that it may be: indices of provider and endpoint.
    pub operations: Vec<(usize, usize)>,
    /// Several names, or the library of the vendor, say that it is the operation, and the file names its API.
    pub is_told: bool,
    /// The function it stands in, with the names of its parameters.
    pub within: Option<(String, Vec<String>)>,
    /// Somebody else may have asked for its token: it stands in a file of requests that people send by hand, or in one that hands on the token of whoever
    /// asks it. It uses what it needs, and lacks nothing.
    pub has_other_token: bool,
    /// The call.
    pub place: Place,
}

/// An argument that may be a URL.
#[derive(Clone, Debug)]
pub struct UrlArgument {
    /// 0-based, of an argument without a name.
    pub position: Option<usize>,
    /// Of a named argument.
    pub name: Option<String>,
    /// What is known of it.
    pub parts: Vec<UrlPart>,
}

/// What the clients of a package request of one provider, and what it uses.
#[derive(Clone, Debug)]
pub struct Review {
    /// The folder of the package.
    pub package: String,
    /// A file of the package that requests scopes, as a person would type it and relative to the root.
    pub file: (Arc<str>, Arc<str>),
    /// Name of the provider.
    pub provider: String,
    /// Clients by their id, as an expression, or the file that they are in.
    pub clients: Vec<Client>,
    /// Calls found, as `GET /v1/accounts`, each with the scopes of which it needs one.
    pub calls: Vec<(String, Vec<String>)>,
    /// Requested, and used by some call.
    pub used: Vec<String>,
    /// Requested, and needed by no call.
    pub unused: Vec<String>,
    /// Needed by a call, and not requested.
    pub missing: Vec<String>,
    /// Requested, of which it is not known whether a call needs it.
    pub unknown: Vec<String>,
    /// Why something is not known.
    pub reasons: Vec<String>,
    /// The smallest set that is enough for the calls, where all of them are known.
    pub sufficient: Option<Vec<String>>,
}

impl Review {
    /// Whether no scope is requested by name.
    pub fn is_all_computed(&self) -> bool {
        self.clients.iter().all(|client| client.requested.is_empty()) && self.clients.iter().any(|client| client.is_dynamic)
    }
}

/// One client of a package.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id as an expression, or the file it is in.
    pub name: String,
    /// The scopes it requests.
    pub requested: Vec<String>,
    /// Some of them are computed.
    pub is_dynamic: bool,
}
