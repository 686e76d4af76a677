//! Scopes that text requests of a provider: wildcards, names that its catalogue does not have, scopes for service accounts in flows with a user.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::provider::{Host, Provider};
use crate::model::usage::Grant;
use crate::model::{Confidence, FileKind};
use crate::text::{Span, randomness};

use super::scope_request::{Request, Token};

/// Literal that a blob contains, in any case, if it requests scopes.
pub const KEYWORD: &str = "scope";
/// How the names of all checks of scopes begin.
pub const CHECKS: &str = "scope-";
/// Largest edit distance of a suggestion.
const MAX_DISTANCE: usize = 2;
/// How far a grant may stand from a scope to belong to it, in bytes.
const NEAR: usize = 3_000;
/// How far from a bare `*` words about tokens may stand, in bytes, and what they are, in lower case.
const NEAR_STAR: usize = 600;
const ABOUT_TOKENS: [&str; 5] = ["oauth", "token", "client_id", "clientid", "grant"];
/// Requests of this many scopes of the catalogue say that a file has to do with the provider, without its name.
const SCOPES_AS_EVIDENCE: usize = 2;
/// What a grant with a user looks like, in lower case.
const INTERACTIVE: [&[u8]; 10] = [
    b"authorization_code",
    b"authorizationcode",
    b"authorization-code",
    b"response_type=code",
    b"code_challenge",
    b"pkce",
    b"/oauth2/authorize",
    b"grant_type=password",
    b"exchange_password",
    b"authorize_url",
];
/// What a grant without a user looks like, in lower case.
const SERVICE: [&[u8]; 4] = [b"client_credentials", b"clientcredentials", b"client-credentials", b"backendapplicationclient"];

/// How a client id is named, in lower case, and how far it may stand from the scopes of its client, in bytes.
const CLIENT_IDS: [&[u8]; 3] = [b"client_id", b"clientid", b"client-id"];
const NEAR_CLIENT: usize = 700;
/// Words that stand where a client id stands, and are none, in lower case.
const NO_CLIENT: [&[u8]; 6] = [b"true", b"false", b"none", b"null", b"string", b"str"];

/// What is wrong with a requested scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// It stands for many.
    Wildcard,
    /// The provider has no such scope.
    Unknown,
    /// It is for service accounts, and is requested in a flow with a user.
    AdminInteractive,
}

impl Problem {
    /// The name of the check, as rules write it.
    pub fn check(self) -> &'static str {
        match self {
            Self::Wildcard => "scope-wildcard",
            Self::Unknown => "scope-unknown",
            Self::AdminInteractive => "scope-admin-interactive",
        }
    }

    /// The problem that a rule with this check reports.
    pub fn of(check: &str) -> Option<Self> {
        [Self::Wildcard, Self::Unknown, Self::AdminInteractive].into_iter().find(|p| p.check() == check)
    }
}

/// One requested scope that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeHit {
    /// What is wrong.
    pub problem: Problem,
    /// The scope as written.
    pub span: Span,
    /// A sentence without a full stop.
    pub message: String,
    /// Further lines.
    pub notes: Vec<String>,
    /// Other places of the same blob that belong to it.
    pub related: Vec<(Span, String)>,
    /// High where the file names the provider, medium where only its scopes do.
    pub confidence: Confidence,
}

/// What is wrong with the scopes that a blob requests, in the order of the bytes. What tests request does not count: do not ask for their files.
pub fn hits(bytes: &[u8], requests: &[Request], provider: &Provider) -> Vec<ScopeHit> {
    evidence(bytes, requests, provider).map_or_else(Vec::new, |confidence| judged(bytes, requests, (provider, confidence)))
}

/// The same of what an application declares to request of the provider: nothing else has to tell that it does.
pub fn declared(bytes: &[u8], requests: &[Request], provider: &Provider) -> Vec<ScopeHit> {
    judged(bytes, requests, (provider, Confidence::High))
}

fn judged(bytes: &[u8], requests: &[Request], (provider, confidence): (&Provider, Confidence)) -> Vec<ScopeHit> {
    let grants = Grants::of(bytes, requests, provider);
    let mut found: BTreeMap<Span, ScopeHit> = BTreeMap::new();
    for request in requests {
        for token in &request.tokens {
            if found.contains_key(&token.span) || (token.name == "*" && !is_about_tokens(bytes, token.span, provider)) {
                continue;
            }
            let Some(hit) = judge(token, (request, &grants), provider) else { continue };
            found.insert(token.span, ScopeHit { confidence, ..hit });
        }
    }
    found.into_values().collect()
}

/// One place that requests scopes of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The scopes that may be the provider's, wildcards and misspelt ones too.
    pub tokens: Vec<Token>,
    /// The name that holds them, as written.
    pub name: Span,
    /// Some of its scopes are computed, as in [`Request`].
    pub open: Option<Vec<String>>,
    /// Who takes part in the grant nearest to it.
    pub grant: Grant,
    /// The client id nearest to it, as an expression.
    pub client: Option<String>,
    /// The one environment of which the blob names hosts; production where it names several.
    pub environment: Option<String>,
    /// The blob names the provider.
    pub is_sure: bool,
}

/// The places of a blob that request scopes of the provider, of `all` that request any.
pub fn sites(bytes: &[u8], all: &[Request], provider: &Provider) -> Vec<Site> {
    let named: Vec<Request> = all.iter().filter(|request| !request.tokens.is_empty()).cloned().collect();
    let is_sure = names(bytes, provider);
    if all.is_empty() || !is_sure && evidence(bytes, &named, provider).is_none() {
        return Vec::new();
    }
    let (interactive, service, clients) = (places(bytes, &INTERACTIVE), places(bytes, &SERVICE), places(bytes, &CLIENT_IDS));
    let mut found = Vec::new();
    let environment = environment(bytes, provider);
    for request in all {
        let tokens: Vec<Token> = request.tokens.iter().filter(|t| is_ours(&t.name, provider) && !is_oidc(&t.name)).cloned().collect();
        // What an administrator has granted, whatever that is (Microsoft).
        let is_default = is_sure && request.tokens.iter().any(|token| token.name == ".default" || token.name.ends_with("/.default"));
        let is_ours = !tokens.is_empty() || request.tokens.is_empty() && is_sure || is_default;
        if !is_ours {
            continue;
        }
        let at = request.name.start;
        let near = |places: &[Span]| nearest(places, at).filter(|(distance, _)| *distance <= NEAR).map(|(distance, _)| distance);
        let grant = match (near(&interactive), near(&service)) {
            (Some(user), Some(service)) if service <= user => Grant::Service,
            (Some(_), _) => Grant::User,
            (None, Some(_)) => Grant::Service,
            (None, None) => Grant::Unknown,
        };
        let client = nearest(&clients, at).filter(|(distance, _)| *distance <= NEAR_CLIENT).and_then(|(_, place)| client_id(bytes, place));
        let open = if is_default { Some(Vec::new()) } else { request.open.clone() };
        found.push(Site { tokens, name: request.name, open, grant, client, environment: environment.clone(), is_sure });
    }
    found
}

/// The environment of the hosts of the provider that a text names: production where there are several.
pub fn environment(bytes: &[u8], provider: &Provider) -> Option<String> {
    let is_named = |host: &&Host| {
        let mut found = find(bytes, host.name.trim_start_matches('*').as_bytes());
        // `api.` in `sandbox-api.`.
        found.any(|at| at.checked_sub(1).is_none_or(|before| host.name.starts_with('*') || !matches!(bytes[before], b'-' | b'.' | b'a'..=b'z' | b'0'..=b'9')))
    };
    let mut named: Vec<&Host> = provider.hosts.iter().filter(is_named).collect();
    // One server may issue the tokens of all environments.
    if named.iter().any(|host| host.role == "api") {
        named.retain(|host| host.role == "api");
    }
    let is_production = |host: &&&Host| host.environment == "production";
    named.iter().find(is_production).or(named.first()).map(|host| host.environment.clone())
}

/// Where a blob asks the provider for a token of a service's own and names no scope anywhere.
pub fn omitted(bytes: &[u8], kind: FileKind, provider: &Provider) -> Option<Span> {
    let is_program = matches!(kind, FileKind::Source | FileKind::Shell | FileKind::Config | FileKind::EnvFile);
    let token_path = provider.token_url.split_once("://").map_or("", |(_, rest)| rest);
    let asks = || !token_path.is_empty() && memchr::memmem::find(bytes, token_path.as_bytes()).is_some();
    if !is_program || !asks() || !names(bytes, provider) || find(bytes, KEYWORD.as_bytes()).next().is_some() {
        return None;
    }
    let is_grant = |at: &usize| {
        let start = memchr::memrchr(b'\n', &bytes[..*at]).map_or(0, |p| p + 1);
        let before = bytes[start..*at].trim_ascii_start().to_ascii_lowercase();
        let is_comment = [b"#".as_slice(), b"//", b"*", b"--", b"/*"].iter().any(|mark| before.starts_with(mark));
        !is_comment && memchr::memmem::find(&before, b"grant").is_some() && memchr::memmem::find(&before, b"grants").is_none()
    };
    find(bytes, SERVICE[0]).find(is_grant).map(|at| Span::new(at, at + SERVICE[0].len()))
}

/// Whether a blob contains a word of the provider.
pub fn names(bytes: &[u8], provider: &Provider) -> bool {
    provider.words.iter().any(|word| holds(bytes, word))
}

/// Where a blob contains a word, which is in lower case, in any case.
pub fn places_of<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    find(bytes, word)
}

/// Whether a blob contains a word, which is in lower case, in any case.
pub fn holds(bytes: &[u8], word: &str) -> bool {
    find(bytes, word.as_bytes()).next().is_some()
}

/// The client id that is given at `place`: the name of a variable of the environment, a path of names, or a word.
fn client_id(bytes: &[u8], place: Span) -> Option<String> {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let start = place.start - bytes[..place.start].iter().rev().take(64).take_while(|b| is_name(b)).count();
    let end = place.end + bytes[place.end..].iter().take(16).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let capitals = |text: &[u8]| text.len() > 4 && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    let own = &bytes[start..end];
    // `CLIENT_ID_FILE` is something else.
    if end > place.end {
        return None;
    }
    // `process.env.BANK_CLIENT_ID` as well as `BANK_CLIENT_ID`.
    let last = own.rsplit(|b| *b == b'.').next().unwrap_or(own);
    let is_variable = capitals(last) && last.len() > place.len();
    let line = memchr::memchr3(b'\n', b',', b'&', &bytes[end..]).map_or(bytes.len().min(end + 120), |p| end + p.min(120));
    let value = &bytes[end..line];
    let is_word = |word: &&[u8]| word.len() > 2 && word[0].is_ascii_alphabetic() && !NO_CLIENT.iter().any(|other| word.eq_ignore_ascii_case(other));
    let is_secret = |word: &[u8]| find(word, b"secret").next().is_some();
    let words = || value.split(|b| !is_name(b)).filter(is_word).take_while(|word| !is_secret(word));
    let chosen = words().find(|word| capitals(word)).or(is_variable.then_some(own)).or_else(|| words().max_by_key(|word| word.len()))?;
    // `process.env.BANK_CLIENT_ID` is the client of `os.environ["BANK_CLIENT_ID"]`.
    let variable = chosen.rsplit(|b| *b == b'.').next().filter(|name| capitals(name) && chosen.len() > name.len());
    let of_environment = variable.filter(|name| chosen[..chosen.len() - name.len() - 1].to_ascii_lowercase().ends_with(b"env"));
    let chosen = of_environment.unwrap_or(chosen);
    let text = std::str::from_utf8(chosen).ok().filter(|text| text.len() <= 64)?;
    let is_expression = capitals(chosen) && chosen.contains(&b'_') || chosen.contains(&b'.');
    (is_expression || !randomness::is_random(chosen)).then(|| text.to_owned())
}

/// Whether the blob has to do with the provider, and how sure that is.
fn evidence(bytes: &[u8], requests: &[Request], provider: &Provider) -> Option<Confidence> {
    if requests.is_empty() {
        return None;
    }
    if names(bytes, provider) {
        return Some(Confidence::High);
    }
    // Words of every day (`user`, `admin`) are scopes of some.
    let is_telling = |name: &&str| name.contains([':', '.']) && provider.scopes.iter().any(|scope| scope.name == **name);
    let known: BTreeSet<&str> = requests.iter().flat_map(|r| &r.tokens).map(|t| t.name.as_str()).filter(is_telling).collect();
    (known.len() >= SCOPES_AS_EVIDENCE).then_some(Confidence::Medium)
}

fn judge(token: &Token, (request, grants): (&Request, &Grants), provider: &Provider) -> Option<ScopeHit> {
    if is_wildcard(&token.name) {
        return Some(wildcard(token, provider));
    }
    if let Some(scope) = provider.scope(&token.name) {
        return if scope.service_accounts_only { interactive(token, grants, provider) } else { None };
    }
    unknown(token, request, provider)
}

/// `*`, `full_access`, `banking:*`, `banking.*`; not a package or a path (`com.example.*`).
pub fn is_wildcard(name: &str) -> bool {
    let family = |family: &str| !family.is_empty() && family.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'));
    name == "*" || name == "full_access" || name.strip_suffix(":*").or_else(|| name.strip_suffix(".*")).is_some_and(family)
}

/// Whether a bare `*` at `span` is about tokens: Kubernetes, too, has a `scope: "*"`.
fn is_about_tokens(bytes: &[u8], span: Span, provider: &Provider) -> bool {
    let near = &bytes[span.start.saturating_sub(NEAR_STAR)..(span.end + NEAR_STAR).min(bytes.len())];
    let has = |word: &str| find(near, word.as_bytes()).next().is_some();
    (provider.words.iter().any(|w| has(w)) || ABOUT_TOKENS.iter().any(|w| has(w))) && !has("apigroups") && !has("apiversions")
}

fn wildcard(token: &Token, provider: &Provider) -> ScopeHit {
    let family = token.name.trim_end_matches(['*', ':', '.']);
    let named: Vec<&str> = provider.scopes.iter().map(|s| s.name.as_str()).filter(|n| family == "full_access" || n.starts_with(family)).collect();
    let notes = if named.is_empty() { Vec::new() } else { vec![format!("request only what is needed of: {}", named.join(", "))] };
    hit(Problem::Wildcard, token, format!("wildcard scope `{}` requested", token.name), notes)
}

fn unknown(token: &Token, request: &Request, provider: &Provider) -> Option<ScopeHit> {
    if !provider.is_complete || provider.foreign_scopes.contains(&token.name) {
        return None;
    }
    let meant = suggestion(&token.name, provider);
    let in_family = !token.name.contains("::") && token.name.split_once(':').is_some_and(|(family, _)| provider.has_family(family));
    let of_others = |t: &Token| t.name != token.name && !is_ours(&t.name, provider);
    if meant.is_none() && (!in_family || request.tokens.iter().any(of_others)) {
        return None;
    }
    let message = format!("{} has no scope `{}`", provider.name, token.name);
    if let Some(meant) = meant {
        return Some(hit(Problem::Unknown, token, format!("{message}, did you mean `{meant}`?"), Vec::new()));
    }
    let all: Vec<&str> = provider.scopes.iter().map(|s| s.name.as_str()).collect();
    Some(hit(Problem::Unknown, token, message, vec![format!("its scopes are: {}", all.join(", "))]))
}

/// A scope that may stand in a request to the provider: of one of its families, or of OpenID Connect.
fn is_ours(name: &str, provider: &Provider) -> bool {
    let known = provider.is_complete && suggestion(name, provider).is_some() || name.split_once(':').is_some_and(|(family, _)| provider.has_family(family));
    is_oidc(name) || provider.scope(name).is_some() || is_wildcard(name) || (known && !provider.foreign_scopes.iter().any(|f| f == name))
}

/// A scope of OpenID Connect (OpenID Connect Core, section 5.4), which no call needs.
fn is_oidc(name: &str) -> bool {
    matches!(name, "openid" | "profile" | "email" | "offline_access" | "address" | "phone")
}

/// The scope of the catalogue that `name` was probably meant to be.
fn suggestion<'p>(name: &str, provider: &'p Provider) -> Option<&'p str> {
    if let Some(scope) = provider.scopes.iter().find(|s| s.mistaken_for.iter().any(|m| m == name)) {
        return Some(&scope.name);
    }
    let normal = name.to_ascii_lowercase().replace(['.', '_', '/', '-'], ":");
    if !normal.contains(':') || name.contains("::") {
        return None;
    }
    let (family, action) = normal.split_once(':').unwrap_or((&normal, ""));
    let near = |scope: &&'p str| {
        let (own_family, own_action) = scope.split_once(':').unwrap_or((scope, ""));
        let distance = strsim::osa_distance(family, own_family) + strsim::osa_distance(action, own_action);
        (distance <= MAX_DISTANCE && (family == own_family || action == own_action)).then_some(distance)
    };
    provider.scopes.iter().map(|s| s.name.as_str()).filter_map(|s| near(&s).map(|d| (d, s))).min().map(|(_, s)| s)
}

/// Where a blob says which grants it uses, looked for only if that matters.
#[derive(Default)]
struct Grants {
    interactive: Vec<Span>,
    service: Vec<Span>,
}

impl Grants {
    fn of(bytes: &[u8], requests: &[Request], provider: &Provider) -> Self {
        let for_services = |t: &Token| provider.scope(&t.name).is_some_and(|s| s.service_accounts_only);
        if !requests.iter().flat_map(|r| &r.tokens).any(for_services) {
            return Self::default();
        }
        Self { interactive: places(bytes, &INTERACTIVE), service: places(bytes, &SERVICE) }
    }
}

/// Where one of some marks, in lower case, stands, in any case.
fn places(bytes: &[u8], marks: &[&[u8]]) -> Vec<Span> {
    let mut all: Vec<Span> = marks.iter().flat_map(|mark| find(bytes, mark).map(|at| Span::new(at, at + mark.len()))).collect();
    all.sort();
    all
}

/// The place nearest to the byte `at`, with its distance.
fn nearest(places: &[Span], at: usize) -> Option<(usize, Span)> {
    let after = places.partition_point(|place| place.start < at);
    let around = places.get(after.saturating_sub(1)..(after + 1).min(places.len()))?;
    around.iter().map(|&place| (place.start.abs_diff(at), place)).min()
}

/// A scope for service accounts near a grant with a user, unless a grant without one is nearer.
fn interactive(token: &Token, grants: &Grants, provider: &Provider) -> Option<ScopeHit> {
    let (distance, grant) = nearest(&grants.interactive, token.span.start).filter(|(distance, _)| *distance <= NEAR)?;
    if nearest(&grants.service, token.span.start).is_some_and(|(service, _)| service < distance) {
        return None;
    }
    let message = format!("scope `{}` requested in a flow with a user; {} grants it to service accounts only", token.name, provider.name);
    let mut hit = hit(Problem::AdminInteractive, token, message, Vec::new());
    hit.related.push((grant, "the flow with a user".to_owned()));
    Some(hit)
}

/// Where `wanted`, in lower case, stands in the bytes, in any case.
fn find<'a>(bytes: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = wanted.first().copied().unwrap_or(0);
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes)
        .filter(move |&at| bytes.get(at..at + wanted.len()).is_some_and(|word| word.eq_ignore_ascii_case(wanted)))
}

fn hit(problem: Problem, token: &Token, message: String, notes: Vec<String>) -> ScopeHit {
    ScopeHit { problem, span: token.span, message, notes, related: Vec::new(), confidence: Confidence::High }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::scope_request::{self, requests};
    use crate::model::FileKind;
    use crate::model::provider::Scope;

    fn aelix() -> Provider {
        let scope = |name: &str| Scope {
            name: name.to_owned(),
            grants: String::new(),
            service_accounts_only: name == "admin:users",
            mistaken_for: if name == "payments:initiate" { vec!["payments:write".to_owned()] } else { Vec::new() },
            ..Scope::default()
        };
        let names = ["banking:read", "banking:write", "payments:read", "payments:initiate", "identity:read", "webhooks:manage", "admin:users"];
        Provider {
            id: "aelix".into(),
            name: "Aelix".into(),
            words: vec!["aelix".into()],
            has_own_families: true,
            is_complete: true,
            scopes: names.into_iter().map(scope).collect(),
            foreign_scopes: vec!["admin:org".into()],
            ..Provider::default()
        }
    }

    fn found(text: &str, path: &str) -> Vec<String> {
        hits(text.as_bytes(), &requests(text.as_bytes(), FileKind::of(path)), &aelix())
            .iter()
            .map(|h| format!("{:?} «{}» {}", h.problem, &text[h.span.range()], h.message))
            .collect()
    }

    #[test]
    fn sites_know_their_client_and_grant() {
        let provider = aelix();
        let of = |text: &str, path: &str| {
            let site = sites(text.as_bytes(), &scope_request::sites(text.as_bytes(), FileKind::of(path)), &provider).into_iter().next().unwrap();
            (site.client, site.grant)
        };
        for (path, text, client, grant) in [
            (
                "a.py",
                "# aelix\nx = {\"grant_type\": \"client_credentials\", \"client_id\": os.environ[\"AELIX_ID\"], \"scope\": \"banking:read\"}",
                Some("AELIX_ID"),
                Grant::Service,
            ),
            ("a.go", "// aelix\nc := Config{ClientID: cfg.Bank.ID, Scopes: []string{\"banking:read\"}}", Some("cfg.Bank.ID"), Grant::Unknown),
            ("a.ts", "// aelix\nauthorize_url({ client_id: \"web-portal\", scope: \"banking:read\" })", Some("web-portal"), Grant::User),
            ("a.ts", "// aelix\nf({ client_id: process.env.BANK_CLIENT_ID!, scope: \"banking:read\" })", Some("BANK_CLIENT_ID"), Grant::Unknown),
            ("a.ts", "// aelix\nf({ client_id: settings.BANK_CLIENT_ID, scope: \"banking:read\" })", Some("settings.BANK_CLIENT_ID"), Grant::Unknown),
            ("a.py", "# aelix\nf(include_client_id=True, scope=\"banking:read\")", None, Grant::Unknown),
        ] {
            assert_eq!(of(text, path), (client.map(str::to_owned), grant), "{text}");
        }
    }

    #[test]
    fn wildcards_are_found() {
        for (text, path, scope) in [
            ("# Aelix\nscope: \"banking:*\"", "a.yaml", "banking:*"),
            ("aelix = { scope: '*' }", "a.js", "*"),
            ("AELIX_SCOPES=full_access", ".env", "full_access"),
            ("aelix?scope=payments.*", "a.yaml", "payments.*"),
            ("u = \"https://auth.aelix.digitalapi.ai/oauth2/authorize?scope=banking%3A*%20openid\"", "a.py", "banking:*"),
        ] {
            let all = found(text, path);
            assert!(all.len() == 1 && all[0].starts_with("Wildcard") && all[0].contains(&format!("scope `{scope}`")), "{text}: {all:?}");
        }
        for (text, path) in [
            ("image: aelix\nrules:\n- apiGroups: [apps]\n  scope: \"*\"", "a.yaml"),
            ("aelix: 1\nscope: com.example.*", "a.yaml"),
            ("aelix\nscopes = aws_x.y.*", "a.tf"),
        ] {
            assert!(found(text, path).is_empty(), "{text}");
        }
    }

    #[test]
    fn unknown_scopes_come_with_a_suggestion() {
        for (scope, expected) in [
            ("payments:write", Some("Aelix has no scope `payments:write`, did you mean `payments:initiate`?")),
            ("banking:reed", Some("Aelix has no scope `banking:reed`, did you mean `banking:read`?")),
            ("bankng:read", Some("Aelix has no scope `bankng:read`, did you mean `banking:read`?")),
            ("banking.read", Some("Aelix has no scope `banking.read`, did you mean `banking:read`?")),
            ("webhook:manage", Some("Aelix has no scope `webhook:manage`, did you mean `webhooks:manage`?")),
            ("payments:refund", Some("Aelix has no scope `payments:refund`")),
            ("banking:read", None),
            ("openid", None),
            ("admin:org", None),
            ("invoices:read", None),
            ("repo", None),
        ] {
            let all = found(&format!("aelix.token(scope=\"{scope}\")"), "a.py");
            let expected: Vec<String> = expected.iter().map(|m| format!("Unknown «{scope}» {m}")).collect();
            assert_eq!(all, expected, "{scope}");
        }
    }

    #[test]
    fn a_request_to_another_provider_is_left_alone() {
        assert!(found("import aelix\ngithub(scope=\"repo admin:packages\")", "a.py").is_empty());
        assert!(found("scope=\"payments:refund\"", "a.py").is_empty(), "nothing says Aelix");
        assert_eq!(found("scope=\"banking:read payments:read payments:refund\"", "a.py").len(), 1, "its scopes do");
    }

    #[test]
    fn admin_scopes_belong_to_service_accounts() {
        let user = "https://auth.aelix.digitalapi.ai/oauth2/authorize?response_type=code&scope=banking:read%20admin:users";
        let all = found(&format!("url = \"{user}\""), "a.py");
        assert!(all.len() == 1 && all[0].starts_with("AdminInteractive «admin:users»"), "{all:?}");
        for text in [
            "aelix.post(data={\"grant_type\": \"client_credentials\", \"scope\": \"admin:users\"})",
            "aelix.post(data={\"grant_type\": \"client_credentials\", \"scope\": \"admin:users\"})\nother.post(data={\"grant_type\": \"authorization_code\"})",
            "aelix(scope=\"admin:users\")",
        ] {
            assert!(found(text, "a.py").is_empty(), "{text}");
        }
    }

    #[test]
    fn a_scope_is_reported_once() {
        let all = found("aelix; client.add_scopes([Scope::new(\"banking:*\")])", "a.rs");
        assert_eq!(all.len(), 1, "{all:?}");
    }

    #[test]
    fn many_requests_stay_linear() {
        let time = |count: usize| {
            let text = "aelix scope=[\"admin:users\" authorization_code ".repeat(count);
            let started = std::time::Instant::now();
            assert!(!found(&text, "a.py").is_empty());
            started.elapsed()
        };
        // Four times as many would take sixteen times as long if each looked at all the others.
        let (few, many) = (time(1_000), time(4_000));
        assert!(many < few * 10, "{few:?}, then {many:?}");
    }

    #[test]
    fn checks_have_names() {
        for problem in [Problem::Wildcard, Problem::Unknown, Problem::AdminInteractive] {
            assert_eq!(Problem::of(problem.check()), Some(problem));
        }
    }
}
