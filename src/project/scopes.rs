//! Least privilege: what the clients of a package request, what its calls need, and where the two differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::check::scopes::{environment, is_wildcard};
use crate::model::provider::{Endpoint, Provider, Scope};
use crate::model::rule::Matcher;
use crate::model::usage::{Client, Grant, OmittedScope, Review, ScopeSite, UrlPart, Usage};
use crate::model::{Confidence, Finding, Hit, Place, Rank, Related, Rule, Severity};
use crate::ruleset::RuleSet;
use crate::text::{Secret, Span};

use super::calls::{Target, Tie, Use, uses};

/// Calls that a message names.
const SHOWN_CALLS: usize = 3;
/// Scopes that a message names.
const SHOWN_SCOPES: usize = 4;
/// Other places that a finding names.
const MAX_RELATED: usize = 8;
/// A catalogue of fewer scopes is requested as a whole by honest clients, too.
const LEAST_CATALOGUE: usize = 3;

/// What a check finds wrong; its name is `scope-` and this, as rules write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Every scope of the catalogue.
    All,
    /// A narrower one would do.
    Broader,
    /// A call needs one that nobody requests.
    Missing,
    /// None requested at all.
    Omitted,
    /// One that opens more than most programs need.
    Overbroad,
    /// Some that one client should not have together.
    Sensitive,
    /// Several packages use one client.
    Shared,
    /// No call needs it.
    Unused,
    /// For writing, and every call reads.
    WriteOnly,
}

impl Check {
    /// All of them with their names, sorted by name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("scope-all", Self::All),
        ("scope-broader", Self::Broader),
        ("scope-missing", Self::Missing),
        ("scope-omitted", Self::Omitted),
        ("scope-overbroad", Self::Overbroad),
        ("scope-sensitive", Self::Sensitive),
        ("scope-shared-client", Self::Shared),
        ("scope-unused", Self::Unused),
        ("scope-write-only", Self::WriteOnly),
    ];

    /// The check of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
    }
}

/// The facts of one package.
#[derive(Default)]
pub struct Package<'a> {
    /// Its folder.
    pub folder: &'a str,
    /// Who requests scopes.
    pub sites: Vec<&'a ScopeSite>,
    /// Token requests without scopes.
    pub omitted: Vec<&'a OmittedScope>,
    /// What its files call.
    pub files: Vec<&'a Usage>,
    /// Some of its files could not be read or parsed.
    pub has_gaps: bool,
}

/// A client of a package, for what its secret opens.
pub struct Holder {
    /// Name of the provider.
    pub provider: String,
    /// Its id, as an expression.
    pub client: Option<String>,
    /// The scopes that it requests.
    pub scopes: Vec<Scope>,
    /// The environment of the hosts that its files name, or its package.
    pub environment: Option<String>,
    /// Files and lines that request scopes.
    pub places: Vec<(Arc<str>, u32)>,
    /// Words by which secrets are named after the provider.
    pub words: Vec<String>,
    /// Rules that find the secrets of the provider's clients.
    pub token_rules: Vec<String>,
}

/// What is known of a package.
#[derive(Default)]
pub struct Judged {
    /// By the rules that are on.
    pub findings: Vec<Finding>,
    /// What there is to say of each provider.
    pub reviews: Vec<Review>,
    /// Its clients.
    pub holders: Vec<Holder>,
}

/// What the rules that are on say of a package.
pub fn judge(package: &Package, providers: &[Provider], rules: &RuleSet) -> Judged {
    let active = active(rules);
    let mut judged = Judged::default();
    for (index, provider) in providers.iter().enumerate() {
        if !package.sites.iter().any(|site| site.provider == index) && !package.omitted.iter().any(|omitted| omitted.provider == index) {
            continue;
        }
        let verdict = Verdict::of(package, (index, provider));
        judged.findings.extend(active.iter().flat_map(|rule| verdict.findings(*rule)));
        judged.reviews.extend(verdict.review());
        judged.holders.extend(verdict.holders());
    }
    judged.findings.retain(|finding| rules.compiled.get(finding.rule_index).is_none_or(|compiled| compiled.looks_at(&finding.place.relative)));
    judged
}

/// The rules about packages that are on.
fn active(rules: &RuleSet) -> Vec<(Check, usize, &Rule)> {
    let check_of = |index: &usize| match &rules.rules[*index].matcher {
        Matcher::Check { name } => Check::of(name),
        _ => None,
    };
    rules.active().filter_map(|index| Some((check_of(&index)?, index, &rules.rules[index]))).collect()
}

/// Clients that several packages use, each with other scopes.
pub fn shared(packages: &[Package], providers: &[Provider], rules: &RuleSet) -> Vec<Finding> {
    let Some((_, index, rule)) = active(rules).into_iter().find(|(check, ..)| *check == Check::Shared) else { return Vec::new() };
    let mut clients: BTreeMap<(usize, &str), Vec<(String, &ScopeSite)>> = BTreeMap::new();
    for package in packages {
        for site in package.sites.iter().filter(|site| !site.scopes.is_empty()) {
            if let Some(client) = site.client.as_deref().filter(|client| is_telling(client)) {
                clients.entry((site.provider, client)).or_default().push((program(package, site), site));
            }
        }
    }
    let maker = Maker { index, rule };
    let finding = |((provider, client), sites): ((usize, &str), Vec<(String, &ScopeSite)>)| {
        let mut scopes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (folder, site) in &sites {
            scopes.entry(folder).or_default().extend(site.scopes.iter().map(|(name, _)| name.as_str()));
        }
        let differ = scopes.values().any(|own| scopes.values().any(|other| own != other));
        let provider = providers.get(provider).filter(|_| differ)?;
        let places: Vec<&Place> = sites.iter().map(|(_, site)| &site.place).collect();
        let message = format!("client `{client}` of {} is used by {} programs, each with scopes of its own", provider.name, scopes.len());
        let mut finding = maker.finding((client, &provider.id), &places, message)?;
        let listed = |(program, own): (&&str, &BTreeSet<&str>)| format!("{program} requests {}", own.iter().copied().collect::<Vec<_>>().join(", "));
        finding.notes.extend(scopes.iter().take(MAX_RELATED).map(listed));
        Some(finding)
    };
    clients.into_iter().filter_map(finding).collect()
}

/// The program that requests scopes at a place: the folder of its package, or the service of a composition.
fn program(package: &Package, site: &ScopeSite) -> String {
    let folder = if package.folder.is_empty() { "." } else { package.folder };
    site.service.as_ref().map_or(folder.to_owned(), |service| format!("{folder} ({service})"))
}

/// Whether the expression of a client's id tells one client from others: `CLIENT_ID` is what everybody calls theirs.
fn is_telling(client: &str) -> bool {
    let bare: String = client.rsplit('.').next().unwrap_or(client).chars().filter(char::is_ascii_alphanumeric).collect();
    !matches!(bare.to_ascii_lowercase().as_str(), "clientid" | "oauthclientid" | "appid" | "id" | "applicationid" | "oauth2clientid" | "key")
}

/// Everything known of one provider in one package.
struct Verdict<'a> {
    package: &'a Package<'a>,
    provider: &'a Provider,
    sites: Vec<&'a ScopeSite>,
    omitted: Vec<&'a OmittedScope>,
    uses: Vec<Use<'a>>,
    /// Scopes in the catalogue, where they are requested.
    requested: BTreeMap<&'a str, Vec<&'a Place>>,
    has_wildcard: bool,
    /// Some scopes are computed, and nobody knows what from.
    is_dynamic: bool,
    /// Scopes that some call of the provider needs or may need, by endpoint.
    used: BTreeSet<&'a str>,
    /// Scopes that a call may need of which something is not known.
    possible: BTreeSet<&'a str>,
    /// Some file calls the provider through a library, and nobody sees what.
    is_opaque: bool,
}

impl<'a> Verdict<'a> {
    fn of(package: &'a Package<'a>, (index, provider): (usize, &'a Provider)) -> Self {
        let sites: Vec<&ScopeSite> = package.sites.iter().copied().filter(|site| site.provider == index).collect();
        let omitted = package.omitted.iter().copied().filter(|omitted| omitted.provider == index).collect();
        let mut requested: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
        for (name, place) in sites.iter().flat_map(|site| &site.scopes) {
            if let Some(scope) = provider.meant(name) {
                requested.entry(&scope.name).or_default().push(place);
            }
        }
        let has_wildcard = sites.iter().flat_map(|site| &site.scopes).any(|(name, _)| is_wildcard(name));
        let names: BTreeSet<&str> = sites.iter().filter(|site| !site.scopes.is_empty()).map(|site| site.name.as_str()).collect();
        let is_told = |open: &Vec<String>| !open.is_empty() && open.iter().all(|name| names.contains(name.as_str()));
        let is_dynamic = sites.iter().filter_map(|site| site.open.as_ref()).any(|open| !is_told(open));
        let uses = if sites.is_empty() || index >= 64 { Vec::new() } else { uses(provider, &package.files, 1 << index) };
        let is_ambient = index < 64 && package.files.iter().any(|file| file.ambient >> index & 1 == 1);
        let is_dynamic = is_dynamic || is_ambient;
        let is_opaque = index < 64 && package.files.iter().any(|file| file.opaque >> index & 1 == 1);
        let (used, possible) = (BTreeSet::new(), BTreeSet::new());
        let mut verdict = Self { package, provider, sites, omitted, uses, requested, has_wildcard, is_dynamic, used, possible, is_opaque };
        verdict.weigh(index);
        verdict
    }

    /// Sorts the calls into what they need for sure and what they may need.
    fn weigh(&mut self, index: usize) {
        let endpoints = self.provider.endpoints();
        let mut paths: BTreeSet<&str> = BTreeSet::new();
        let mut has_open = false;
        // Endpoints that some call may be, and methods of calls that nobody lists: each is asked once.
        let (mut open_endpoints, mut unlisted) = (vec![false; endpoints.len()], BTreeSet::new());
        for found in &self.uses {
            match (&found.target, found.tie) {
                (Target::Known(known), tie) => {
                    paths.extend(known.iter().map(|at| endpoints[*at].path.as_str()));
                    let scopes = known.iter().flat_map(|at| &endpoints[*at].scopes).map(String::as_str);
                    let maybe = known.iter().flat_map(|at| &endpoints[*at].possible).map(String::as_str);
                    match tie {
                        Tie::Ours => self.used.extend(scopes),
                        Tie::Unknown => self.possible.extend(scopes),
                        Tie::Foreign => {}
                    }
                    self.possible.extend(maybe.filter(|_| tie != Tie::Foreign));
                }
                (_, Tie::Foreign) => {}
                (Target::Open(open), _) => {
                    has_open = true;
                    open.iter().for_each(|at| open_endpoints[*at] = true);
                }
                (Target::Unlisted, _) => {
                    unlisted.insert(found.method.as_deref());
                }
            }
        }
        let is_unlisted = |endpoint: &&Endpoint| unlisted.iter().any(|method| endpoint.takes(*method));
        let open = endpoints.iter().zip(&open_endpoints).filter(|(_, is_open)| **is_open).map(|(endpoint, _)| endpoint);
        self.possible.extend(open.flat_map(|endpoint| endpoint.scopes.iter().chain(&endpoint.possible)).map(String::as_str));
        self.possible.extend(endpoints.iter().filter(is_unlisted).flat_map(|endpoint| &endpoint.scopes).map(String::as_str));
        let mentions = self.package.files.iter().flat_map(|file| &file.mentions).filter(|mention| mention.provider == index);
        for mention in mentions.filter(|mention| has_open || !mention.is_word) {
            let Some(endpoint) = endpoints.get(mention.endpoint).filter(|endpoint| !paths.contains(endpoint.path.as_str())) else { continue };
            self.possible.extend(endpoint.scopes.iter().chain(&endpoint.possible).map(String::as_str));
        }
    }

    /// Calls that certainly go to the provider, to an endpoint of which it is known what it needs.
    fn sure(&self) -> impl Iterator<Item = (&Use<'a>, &Vec<usize>)> {
        self.uses.iter().filter(|found| found.tie == Tie::Ours).filter_map(|found| match &found.target {
            Target::Known(known) if !known.is_empty() => Some((found, known)),
            _ => None,
        })
    }

    fn has_sure_site(&self) -> bool {
        self.sites.iter().any(|site| site.is_sure && !site.scopes.is_empty())
    }

    /// Requested scopes that no call needs, as far as that can be told.
    fn unused(&self) -> Vec<&'a str> {
        let has_own_call = self.sure().any(|(found, _)| !found.call.has_other_token);
        if self.has_wildcard || self.package.has_gaps || self.is_opaque || !has_own_call {
            return Vec::new();
        }
        self.requested.keys().copied().filter(|scope| self.is_judged(scope) && !self.used.contains(scope) && !self.possible.contains(scope)).collect()
    }

    /// Whether the catalogue says what the scope is for, and only calls use it.
    fn is_judged(&self, scope: &str) -> bool {
        let is_for_sign_in = self.provider.sign_in.iter().any(|own| own == scope);
        !is_for_sign_in && self.provider.endpoints().iter().any(|endpoint| endpoint.scopes.iter().any(|known| known == scope))
    }

    /// Calls that need a scope that nobody requests, by what each needs one of.
    fn missing(&self) -> BTreeMap<Vec<String>, Vec<&Use<'a>>> {
        let mut found: BTreeMap<Vec<String>, Vec<&Use>> = BTreeMap::new();
        if self.has_wildcard || self.is_dynamic || !self.has_sure_site() {
            return found;
        }
        for (call, known) in self.sure().filter(|(call, _)| call.method.is_some() && !call.call.has_other_token) {
            if !self.is_met(known) {
                found.entry(self.needed(known)).or_default().push(call);
            }
        }
        found
    }

    /// Whether what is requested is enough for calls of one of these endpoints.
    fn is_met(&self, known: &[usize]) -> bool {
        known.iter().any(|at| self.provider.endpoints()[*at].is_met(|scope| self.requested.contains_key(scope)))
    }

    /// Whether a call needs several scopes, and some of them are requested.
    fn is_met_in_part(&self, call: &Use) -> bool {
        let Target::Known(known) = &call.target else { return false };
        let sets = known.iter().flat_map(|at| &self.provider.endpoints()[*at].sets);
        sets.filter(|set| set.len() > 1).flatten().any(|scope| self.requested.contains_key(scope.as_str()))
    }

    fn findings(&self, (check, index, rule): (Check, usize, &Rule)) -> Vec<Finding> {
        let maker = Maker { index, rule };
        match check {
            Check::Unused => self.needless(&maker, |scope| !self.is_write_only(scope)),
            Check::WriteOnly => self.needless(&maker, |scope| self.is_write_only(scope)),
            Check::Missing => self.missing().into_iter().filter_map(|(scopes, calls)| self.missing_finding(&maker, &scopes, &calls)).collect(),
            Check::Broader => self.requested.keys().filter_map(|scope| self.broader_finding(&maker, scope)).collect(),
            Check::All => self.sites.iter().filter_map(|site| self.all_finding(&maker, site)).collect(),
            Check::Sensitive => self.clients().values().flat_map(|sites| self.sensitive_findings(&maker, sites)).collect(),
            Check::Overbroad => self.overbroad_findings(&maker),
            Check::Omitted => self.omitted_finding(&maker).into_iter().collect(),
            // What several packages say.
            Check::Shared => Vec::new(),
        }
    }

    /// Whether every call reads, and the scope is for writing.
    fn is_write_only(&self, scope: &str) -> bool {
        let reads = |found: &Use| found.method.as_deref().is_some_and(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"));
        self.provider.is_for_writing(scope) && self.sure().all(|(found, _)| reads(found))
    }

    fn needless(&self, maker: &Maker, is_wanted: impl Fn(&str) -> bool) -> Vec<Finding> {
        let unused = self.unused();
        let mut found = Vec::new();
        for scope in unused.into_iter().filter(|scope| is_wanted(scope)) {
            let (Some(places), Some(known)) = (self.requested.get(scope), self.provider.scope(scope)) else { continue };
            let calls: Vec<&Use> = self.sure().map(|(call, _)| call).collect();
            let count = calls.len();
            let message = if self.is_write_only(scope) {
                format!("scope `{scope}` is for writing ({}), and {} only {}", known.grants, counted(count), if count == 1 { "reads" } else { "read" })
            } else {
                format!(
                    "scope `{scope}` is requested, and {}",
                    if count == 1 { "the only call found does not need it".to_owned() } else { format!("none of {} needs it", counted(count)) }
                )
            };
            found.extend(maker.finding((scope, self.id()), places, message).map(|mut finding| {
                if known.is_privileged {
                    finding.severity = finding.severity.max(Severity::High);
                }
                finding.notes.push(format!("calls found: {}", shown_calls(&calls)));
                finding.notes.push(format!("`{scope}` grants: {}", known.grants));
                self.lower_confidence(&mut finding);
                finding.related.extend(calls.iter().take(SHOWN_CALLS).map(|call| Related { place: call.call.place.clone(), message: self.described(call) }));
                finding
            }));
        }
        found
    }

    /// An inferred catalogue and several clients in one package make a verdict less sure.
    fn lower_confidence(&self, finding: &mut Finding) {
        if self.provider.endpoints().iter().any(|endpoint| endpoint.inferred) {
            finding.confidence = finding.confidence.min(Confidence::Medium);
            finding.notes.push(format!("{} does not say which call needs which scope: that is inferred from what each scope grants", self.provider.name));
        }
    }

    fn missing_finding(&self, maker: &Maker, scopes: &[String], calls: &[&Use]) -> Option<Finding> {
        let first = calls.first()?;
        let held: Vec<&str> = self.requested.keys().copied().collect();
        let held = if held.is_empty() { "none of its scopes".to_owned() } else { held.join(", ") };
        let message = format!("`{}` needs scope {}, and the package requests {held}", shown(first), listed(scopes));
        let places: Vec<&Place> = calls.iter().map(|call| &call.call.place).collect();
        let mut finding = maker.finding((&scopes.join(" "), self.id()), &places, message)?;
        for related in &mut finding.related {
            "the same call is made here".clone_into(&mut related.message);
        }
        let requests = self.sites.iter().filter(|site| !site.scopes.is_empty()).take(SHOWN_CALLS);
        finding.related.extend(requests.map(|site| Related { place: site.place.clone(), message: "scopes are requested here".to_owned() }));
        self.lower_confidence(&mut finding);
        if self.is_met_in_part(first) {
            finding.confidence = finding.confidence.min(Confidence::Medium);
        }
        Some(finding)
    }

    fn broader_finding(&self, maker: &Maker, scope: &str) -> Option<Finding> {
        let known: &Scope = self.provider.scope(scope)?;
        let needing: Vec<(&Use, &Vec<usize>)> = self.sure().filter(|(_, known)| known.iter().any(|at| self.needs(*at, scope))).collect();
        if needing.iter().all(|(found, _)| found.call.has_other_token)
            || self.possible.contains(scope)
            || self.has_wildcard
            || self.package.has_gaps
            || self.is_opaque
        {
            return None;
        }
        let is_enough = |narrow: &&String| needing.iter().all(|(_, known)| known.iter().all(|at| !self.needs(*at, scope) || self.needs(*at, narrow)));
        let narrow = known.narrower.iter().find(is_enough).cloned().or_else(|| self.least(scope, &needing))?;
        let message = format!("scope `{scope}` is broader than needed: `{narrow}` is enough for {}", counted(needing.len()));
        let mut finding = maker.finding((scope, self.id()), self.requested.get(scope)?, message)?;
        let calls: Vec<&Use> = needing.iter().map(|(call, _)| *call).collect();
        finding.notes.push(format!("calls found: {}", shown_calls(&calls)));
        finding.related.extend(calls.iter().take(SHOWN_CALLS).map(|call| Related { place: call.call.place.clone(), message: self.described(call) }));
        self.lower_confidence(&mut finding);
        Some(finding)
    }

    /// A scope that opens less than this one and is enough for the same calls: one that only reads the same, or the least that the vendor names.
    fn least(&self, scope: &str, needing: &[(&Use, &Vec<usize>)]) -> Option<String> {
        let level = self.provider.level(scope);
        let first = needing.first().and_then(|(_, known)| self.provider.endpoints()[*known.first()?].scopes.first());
        let endpoints = || needing.iter().flat_map(|(_, known)| known.iter()).filter(|at| self.needs(**at, scope)).map(|at| &self.provider.endpoints()[*at]);
        let named = first.filter(|first| self.provider.names_least && endpoints().all(|endpoint| endpoint.scopes.first() == Some(first)));
        let twins = endpoints().next().into_iter().flat_map(|endpoint| &endpoint.scopes).filter(|other| is_reading_twin(scope, other));
        let is_enough = |other: &&String| endpoints().all(|endpoint| endpoint.is_met(|held| held == other.as_str()));
        // Levels are coarse: what only reads may have that of what it reads.
        let named = named.filter(|other| self.provider.level(other) < level);
        let twins = twins.filter(|other| self.provider.level(other) <= level);
        named.into_iter().chain(twins).filter(|other| !self.requested.contains_key(other.as_str())).find(is_enough).cloned()
    }

    fn needs(&self, endpoint: usize, scope: &str) -> bool {
        self.provider.endpoints()[endpoint].scopes.iter().any(|known| known == scope)
    }

    /// Whether one request names every scope of the catalogue.
    fn requests_all(&self, site: &ScopeSite) -> bool {
        let requested: BTreeSet<&str> = site.scopes.iter().filter_map(|(name, _)| self.provider.scope(name)).map(|scope| scope.name.as_str()).collect();
        let catalogue = self.provider.scopes.len();
        self.provider.is_complete && catalogue >= LEAST_CATALOGUE && requested.len() >= catalogue && site.is_sure
    }

    fn all_finding(&self, maker: &Maker, site: &ScopeSite) -> Option<Finding> {
        if !self.requests_all(site) {
            return None;
        }
        let catalogue = self.provider.scopes.len();
        let places: Vec<&Place> = site.scopes.first().map(|(_, place)| place).into_iter().collect();
        let message = format!("all {catalogue} scopes of {} are requested at once", self.provider.name);
        maker.finding(("all", self.id()), &places, message)
    }

    /// The requests by client: those of one client id in a package are one client's, others stand for themselves.
    fn clients(&self) -> BTreeMap<String, Vec<&'a ScopeSite>> {
        let mut clients: BTreeMap<String, Vec<&ScopeSite>> = BTreeMap::new();
        // A constant that only a request of a client reads is that client's.
        let reader = |held: &ScopeSite| {
            let reads = |site: &&&ScopeSite| site.open.as_ref().is_some_and(|names| names.contains(&held.name)) && site.client.is_some();
            let mut readers = self.sites.iter().filter(reads).filter_map(|site| site.client.clone());
            readers.next().filter(|first| readers.all(|other| other == *first))
        };
        for site in self.sites.iter().copied().filter(|site| !site.scopes.is_empty() || site.open.is_some()) {
            let name = site.client.clone().or_else(|| reader(site));
            clients.entry(name.unwrap_or_else(|| format!("{}:{}", site.place.relative, site.place.start.line))).or_default().push(site);
        }
        clients.retain(|_, sites| sites.iter().any(|site| site.tells_client()));
        clients
    }

    fn sensitive_findings(&self, maker: &Maker, sites: &[&ScopeSite]) -> Vec<Finding> {
        // Whoever requests everything is told so.
        if sites.iter().any(|site| self.requests_all(site)) {
            return Vec::new();
        }
        let place_of = |wanted: &String| sites.iter().flat_map(|site| &site.scopes).find(|(name, _)| name == wanted).map(|(_, place)| place);
        let mut found = Vec::new();
        for sensitive in &self.provider.sensitive {
            let places: Option<Vec<&Place>> = sensitive.scopes.iter().map(place_of).collect();
            let Some(mut places) = places else { continue };
            places.reverse();
            let names: Vec<String> = sensitive.scopes.iter().map(|scope| format!("`{scope}`")).collect();
            let message = format!("one client requests {}", names.join(" and "));
            found.extend(maker.finding((&sensitive.scopes.join(" "), self.id()), &places, message).map(|mut finding| {
                finding.notes.push(sensitive.because.clone());
                for related in &mut finding.related {
                    "the other scope is requested here".clone_into(&mut related.message);
                }
                finding
            }));
        }
        found
    }

    fn overbroad_findings(&self, maker: &Maker) -> Vec<Finding> {
        let broad = self.requested.iter().filter_map(|(name, places)| Some((*name, places, self.provider.scope(name)?.overbroad.as_ref()?)));
        let finding = |(name, places, why): (&str, &Vec<&Place>, &String)| {
            let mut finding =
                maker.finding((name, self.id()), places, format!("scope `{name}` of {} opens more than most programs need", self.provider.name))?;
            finding.notes.push(why.clone());
            Some(finding)
        };
        broad.filter_map(finding).collect()
    }

    fn omitted_finding(&self, maker: &Maker) -> Option<Finding> {
        if !self.sites.is_empty() || !self.provider.is_complete {
            return None;
        }
        let places: Vec<&Place> = self.omitted.iter().map(|omitted| &omitted.place).collect();
        let message = format!("a token of {} is requested without scopes: the server's default applies", self.provider.name);
        let mut finding = maker.finding(("omitted", self.id()), &places, message)?;
        let all: Vec<&str> = self.provider.scopes.iter().map(|scope| scope.name.as_str()).collect();
        finding.notes.push(format!("request only what is needed of: {}", all.join(", ")));
        Some(finding)
    }

    fn id(&self) -> &str {
        &self.provider.id
    }

    /// "GET /v1/accounts needs `banking:read`".
    fn described(&self, call: &Use) -> String {
        let Target::Known(known) = &call.target else { return shown(call) };
        let needed = self.needed(known);
        if needed.is_empty() {
            return shown(call);
        }
        format!("{} needs {}", shown(call), listed(&needed))
    }

    fn review(&self) -> Option<Review> {
        if !self.sites.iter().any(|site| site.tells_client()) && self.omitted.is_empty() {
            return None;
        }
        let place = self.sites.first().map(|site| &site.place).or_else(|| self.omitted.first().map(|omitted| &omitted.place))?;
        let unused: Vec<&str> = self.unused();
        let missing: BTreeSet<String> =
            self.missing().into_keys().map(|scopes| scopes.iter().take(SHOWN_CALLS).cloned().collect::<Vec<_>>().join(" or ")).collect();
        let used: Vec<&str> = self.requested.keys().copied().filter(|scope| self.used.contains(scope)).collect();
        let unknown = self.requested.keys().copied().filter(|scope| !used.contains(scope) && !unused.contains(scope));
        let mut calls: Vec<(String, Vec<String>)> = self.sure().map(|(call, known)| (shown(call), self.needed(known))).collect();
        calls.sort();
        calls.dedup();
        let sufficient = (self.open_calls().is_empty() && !calls.is_empty()).then(|| self.sufficient());
        let reasons = self.reasons();
        let clients = self.clients().into_iter().map(|(name, sites)| self.client(name, &sites)).collect();
        Some(Review {
            package: self.package.folder.to_owned(),
            file: (place.display.clone(), place.relative.clone()),
            provider: self.provider.name.clone(),
            clients,
            used: owned(&used),
            unused: owned(&unused),
            missing: missing.into_iter().collect(),
            unknown: unknown.map(str::to_owned).collect(),
            sufficient,
            calls,
            reasons,
        })
    }

    /// What calls of these endpoints need one of, the least powerful first: scopes, or several with "and" between them.
    fn needed(&self, known: &[usize]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for set in known.iter().flat_map(|at| self.provider.endpoints()[*at].alternatives()) {
            let joined = set.join(" and ");
            if !all.contains(&joined) {
                all.push(joined);
            }
        }
        all
    }

    /// The smallest set of scopes that is enough for the calls, as far as choosing for one call after the other finds it; among equals those that are
    /// requested already, or only read the same.
    fn sufficient(&self) -> Vec<String> {
        // What is sent with another token is no reason to request more.
        let counts = |(call, known): &(&Use, &Vec<usize>)| !call.call.has_other_token || self.is_met(known);
        let needs = |(_, known): (&Use, &Vec<usize>)| known.iter().flat_map(|at| self.provider.endpoints()[*at].alternatives()).collect();
        let mut open: Vec<Vec<Vec<&str>>> = self.sure().filter(counts).map(needs).collect();
        open.retain(|call: &Vec<Vec<&str>>| !call.is_empty());
        open.sort_by_key(Vec::len);
        let mut chosen: BTreeSet<&str> = BTreeSet::new();
        let is_met = |call: &[Vec<&str>], held: &BTreeSet<&str>| call.iter().any(|set| set.iter().all(|scope| held.contains(scope)));
        let is_near = |scope: &str| self.requested.keys().any(|requested| *requested == scope || is_reading_twin(requested, scope));
        for call in &open {
            if is_met(call, &chosen) {
                continue;
            }
            let cost = |(index, set): &(usize, &Vec<&str>)| {
                let is_far = !self.provider.names_least && !set.iter().all(|scope| is_near(scope));
                let more = set.iter().filter(|scope| !chosen.contains(*scope)).count();
                (is_far, more, set.iter().map(|scope| self.provider.level(scope)).max(), *index)
            };
            if let Some((_, set)) = call.iter().enumerate().min_by_key(cost) {
                chosen.extend(set.iter().copied());
            }
        }
        for scope in chosen.clone() {
            let without: BTreeSet<&str> = chosen.iter().copied().filter(|other| *other != scope).collect();
            if open.iter().all(|call| is_met(call, &without)) {
                chosen = without;
            }
        }
        // Nobody sees that signing in uses these.
        chosen.extend(self.provider.sign_in.iter().map(String::as_str).filter(|scope| self.requested.contains_key(scope)));
        chosen.into_iter().map(str::to_owned).collect()
    }

    fn client(&self, name: String, sites: &[&ScopeSite]) -> Client {
        let requested: BTreeSet<String> = sites.iter().flat_map(|site| &site.scopes).map(|(name, _)| name.clone()).collect();
        let is_dynamic = self.is_dynamic && sites.iter().any(|site| site.open.is_some());
        let by_user = sites.iter().any(|site| site.grant == Grant::User);
        let name = if by_user { format!("{name} (with a user)") } else { name };
        Client { name, requested: requested.into_iter().collect(), is_dynamic }
    }

    /// The clients with what their secrets open.
    fn holders(&self) -> Vec<Holder> {
        let words = names_of(self.provider);
        let holder = |(name, sites): (String, Vec<&ScopeSite>)| {
            let mut scopes: Vec<Scope> = Vec::new();
            for scope in sites.iter().flat_map(|site| &site.scopes).filter_map(|(name, _)| self.provider.meant(name)) {
                if !scopes.iter().any(|known| known.name == scope.name) {
                    scopes.push(scope.clone());
                }
            }
            let is_place = sites.iter().any(|site| name == format!("{}:{}", site.place.relative, site.place.start.line));
            Holder {
                provider: self.provider.name.clone(),
                client: (!is_place).then_some(name),
                scopes,
                environment: sites.iter().find_map(|site| site.environment.clone()).or_else(|| self.environment()),
                places: sites.iter().map(|site| (site.place.relative.clone(), site.place.start.line)).collect(),
                words: words.clone(),
                token_rules: self.provider.token_rules.clone(),
            }
        };
        self.clients().into_iter().map(holder).collect()
    }

    /// The environment of the hosts that the package calls: production where there are several.
    fn environment(&self) -> Option<String> {
        let texts = self.package.files.iter().flat_map(|file| {
            file.bases.iter().flat_map(|(_, parts)| parts).chain(file.calls.iter().flat_map(|call| call.urls.iter().flat_map(|url| &url.parts)))
        });
        let named = texts.filter_map(|part| if let UrlPart::Text(text) = part { environment(text.as_bytes(), self.provider) } else { None });
        named.min_by_key(|environment| environment != "production")
    }

    /// Why the verdict is not complete.
    fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.is_dynamic {
            reasons.push("some scopes are computed when the program runs".to_owned());
        }
        if self.has_wildcard {
            reasons.push("a wildcard is requested".to_owned());
        }
        reasons.append(&mut self.open_calls());
        reasons
    }

    /// Why not all calls are known.
    fn open_calls(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.is_opaque {
            reasons.push(format!("some calls go through a library or a proxy of {}, and nobody sees which", self.provider.name));
        }
        if self.package.has_gaps {
            reasons.push("not every file could be parsed".to_owned());
        }
        for found in self.uses.iter().filter(|found| found.tie != Tie::Foreign) {
            let place = format!("{}:{}", found.call.place.relative, found.call.place.start.line);
            match (&found.target, found.tie) {
                (Target::Open(_), _) => reasons.push(format!("`{}` in {place} may be any call", shown(found))),
                (Target::Known(known), Tie::Unknown) if !known.is_empty() => reasons.push(format!("`{}` in {place} may go to another API", shown(found))),
                (Target::Unlisted, _) => reasons.push(format!("nobody knows what `{}` in {place} needs", shown(found))),
                _ => {}
            }
        }
        if self.sure().next().is_none() {
            reasons.push("no call of the API was found".to_owned());
        }
        reasons.dedup();
        reasons
    }
}

/// Words by which secrets are named after a provider.
pub fn names_of(provider: &Provider) -> Vec<String> {
    let words = provider.words.iter().filter(|word| word.bytes().all(|b| b.is_ascii_alphanumeric()));
    words.chain([&provider.id]).cloned().collect()
}

/// "`a` or `b`", of many the first.
fn listed(scopes: &[String]) -> String {
    let named: Vec<String> = scopes.iter().take(SHOWN_SCOPES).map(|set| format!("`{}`", set.replace(" and ", "` and `"))).collect();
    let more = if scopes.len() > SHOWN_SCOPES { " or another one" } else { "" };
    format!("{}{more}", named.join(" or "))
}

/// Ends of the names of scopes that only read what the scope without them opens.
const READING: [&str; 6] = [".readonly", ".read", ":read", "_READ", ".Read", ".Read.All"];

/// Whether a scope only reads what another one opens: `calendar.readonly` of `calendar`, `Mail.Read` of `Mail.ReadWrite`.
fn is_reading_twin(scope: &str, other: &str) -> bool {
    READING.iter().filter_map(|end| other.strip_suffix(end)).any(|stem| {
        let rest = scope.strip_prefix(stem);
        scope != other && rest.is_some_and(|rest| matches!(rest, "" | ".manage" | ".write" | ":write" | "_WRITE" | ".ReadWrite" | ".ReadWrite.All"))
    })
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|scope| (*scope).to_owned()).collect()
}

/// `GET /v1/accounts`.
fn shown(found: &Use) -> String {
    format!("{} {}", found.method.as_deref().unwrap_or("ANY"), found.path)
}

/// The first calls, and how many more there are.
fn shown_calls(calls: &[&Use]) -> String {
    let mut all: Vec<String> = calls.iter().map(|call| shown(call)).collect();
    all.dedup();
    let more = all.len().saturating_sub(SHOWN_CALLS);
    all.truncate(SHOWN_CALLS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", all.join(", "))
}

fn counted(calls: usize) -> String {
    match calls {
        1 => "the only call found".to_owned(),
        count => format!("the {count} calls found"),
    }
}

/// Makes the findings of one rule.
struct Maker<'a> {
    index: usize,
    rule: &'a Rule,
}

impl Maker<'_> {
    /// A finding at the first place, with the others beside it. What is wrong at which provider is its identity.
    fn finding(&self, (what, provider): (&str, &str), places: &[&Place], message: String) -> Option<Finding> {
        let mut places = places.to_vec();
        places.dedup_by_key(|place| (place.relative.clone(), place.span));
        let (first, others) = places.split_first()?;
        let related = others.iter().take(MAX_RELATED).map(|place| Related { place: (*place).clone(), message: "it is requested here, too".to_owned() });
        let mut hit = Hit::secret(self.index, self.rule, Span::new(0, 0), Rank::Provider);
        hit.secret = false;
        hit.message = Some(message);
        let identity = Secret::new(format!("{provider} {what}"), 0);
        Some(Finding::new(self.rule, hit, &identity, (*first).clone(), related.collect()))
    }
}
