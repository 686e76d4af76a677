//! Calls of a package tied to a provider: which URL each means, by the names and functions of the whole package, and which endpoint that is.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::model::paths::{Matched, segments};
use crate::model::provider::Provider;
use crate::model::usage::{ApiCall, DECLARED, UrlPart, Usage};
use crate::text::{Span, name, randomness};

/// Stands for what nobody knows, or nobody should see, in a path that is shown.
const UNKNOWN: &str = "{…}";
/// Longest word of a segment that is shown, in bytes; a segment of several has twice that at most.
const MAX_SEGMENT: usize = 32;
/// Names by which the clients of a package are given their base.
const DECLARED_BASES: [&str; 5] = ["@", "BaseAddress", "baseUrl", "BASE_URL", "baseUri"];
/// Stands for what nobody knows in the text of a URL.
const HOLE: char = '\u{0}';
/// Names that are followed on the way to a URL, and functions on the way to a call.
const MAX_HOPS: usize = 3;
/// Meanings of a name that are compared.
const MAX_MEANINGS: usize = 16;
/// Longest URL that is put together, in bytes.
const MAX_URL: usize = 4_096;
/// Calls of one path in one file that are compared.
const MAX_SAME: usize = 256;
/// Calls of one package that are looked at.
const MAX_CALLS: usize = 50_000;
/// Words in names of URLs at which no API is.
const NO_API: [&str; 13] =
    ["token", "auth", "login", "issuer", "jwks", "redirect", "callback", "consent", "client_id", "clientid", "secret", "scope", "api_key"];
/// Words in names of parameters that are a URL or a part of one.
const PATH_NAMES: [&str; 10] = ["url", "uri", "path", "endpoint", "resource", "route", "href", "address", "suffix", "segment"];
/// Words of names that say only that something is a client or a base.
const PLAIN: [&str; 52] = [
    "http",
    "https",
    "client",
    "rest",
    "web",
    "template",
    "session",
    "self",
    "this",
    "s",
    "c",
    "api",
    "conn",
    "connection",
    "base",
    "url",
    "uri",
    "host",
    "root",
    "endpoint",
    "server",
    "address",
    "service",
    "axios",
    "request",
    "requests",
    "req",
    "builder",
    "r",
    "instance",
    "fetcher",
    "agent",
    "transport",
    "requester",
    "async",
    "ky",
    "got",
    "httpx",
    "aiohttp",
    "faraday",
    "guzzle",
    "ref",
    "it",
    "cli",
    "hc",
    "factory",
    "create",
    "caller",
    "httpservice",
    "webclient",
    "httpclient",
    "resttemplate",
];
/// Methods that keep what they are called on, but for its holes and its ends.
const KEEPERS: [&str; 6] = [".format", ".formatted", ".replace", ".strip", ".rstrip", ".trim"];
/// Callees that do nothing but send requests.
const SENDERS: [&str; 8] = ["fetch", "urlopen", "newrequest", "newrequestwithcontext", "axios", "request", "curl", "urlretrieve"];

/// Words of names of what sends requests.
const CLIENTS: [&str; 15] =
    ["http", "client", "rest", "axios", "requests", "webclient", "httpclient", "resttemplate", "ky", "got", "httpx", "faraday", "guzzle", "aiohttp", "okhttp"];

/// Whether a URL is the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Its host or the name that holds it says so.
    Ours,
    /// Another host.
    Foreign,
    /// Not known.
    Unknown,
}

/// What a call means to a provider.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    /// The call.
    pub call: &'a ApiCall,
    /// Whether it goes to the provider.
    pub tie: Tie,
    /// Only the file that it stands in says that it does.
    pub is_by_file: bool,
    /// The method, where it is known.
    pub method: Option<String>,
    /// The path as far as it is known, for people: `/v1/accounts/{…}`.
    pub path: String,
    /// Which endpoints it may be.
    pub target: Target,
}

/// Which endpoints a path may be, by their indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One path, with what the methods leave of its endpoints.
    Known(Vec<usize>),
    /// One of these, or none: some of the path is not known.
    Open(Rc<Vec<usize>>),
    /// A path of the provider that the catalogue does not have.
    Unlisted,
}

/// A URL as far as it is known.
struct Url {
    tie: Tie,
    text: String,
}

/// A function that hands one of its parameters on as a part of a URL.
struct Wrapper<'a> {
    function: &'a str,
    parameter: &'a str,
    position: usize,
    parts: Vec<UrlPart>,
    method: Option<String>,
    call: &'a ApiCall,
    /// Its file names the provider.
    is_named: bool,
}

/// The uses of one provider in one package.
pub fn uses<'a>(provider: &Provider, files: &[&'a Usage], bit: u64) -> Vec<Use<'a>> {
    let resolver = Resolver::new(provider, files, bit);
    let (mut direct, mut found): (Vec<Use>, Vec<Use>) = (Vec::new(), Vec::new());
    let mut wrappers: Vec<Wrapper> = Vec::new();
    let calls = || files.iter().flat_map(|file| file.calls.iter().map(move |call| (*file, call))).take(MAX_CALLS);
    for (file, call) in calls() {
        let is_ours = call.is_told && (file.libraries | file.names) & bit != 0;
        if let Some(known) = resolver.of_operation(call, (bit.trailing_zeros() as usize, is_ours)) {
            direct.push(known);
            continue;
        }
        let is_named = file.names & bit != 0;
        let own: Vec<Wrapper> = call.urls.iter().filter_map(|url| wrapper((call, is_named), &url.parts, call.method.clone())).collect();
        let known = resolver.of_call(call, is_named);
        match known {
            Some(known) if matches!(known.target, Target::Known(_)) => direct.push(known),
            known if own.is_empty() => direct.extend(known),
            _ => wrappers.extend(own),
        }
    }
    let mut by_callee: HashMap<&str, Vec<&ApiCall>> = HashMap::new();
    for (_, call) in calls() {
        by_callee.entry(&call.callee).or_default().push(call);
    }
    for _ in 0..MAX_HOPS {
        if wrappers.is_empty() {
            break;
        }
        let (mut next, mut called) = (Vec::new(), BTreeSet::new());
        for (index, wrapper_of) in wrappers.iter().enumerate() {
            let others = by_callee.get(wrapper_of.function).into_iter().flatten().filter(|call| !std::ptr::eq(**call, wrapper_of.call));
            for call in others {
                let given = call.urls.iter().find(|url| url.position == Some(wrapper_of.position) || url.name.as_deref() == Some(wrapper_of.parameter));
                let Some(given) = given else { continue };
                called.insert(index);
                let parts = filled(wrapper_of, &given.parts);
                let method = wrapper_of.method.clone().or_else(|| call.method.clone());
                match wrapper((call, wrapper_of.is_named), &parts, method.clone()).filter(|w| w.function != wrapper_of.function) {
                    Some(outer) => next.push(outer),
                    None => found.extend(resolver.of_parts(call, &parts, method)),
                }
            }
        }
        // Nobody is seen to call these: what they are given is not known.
        for (_, wrapper_of) in wrappers.iter().enumerate().filter(|(index, _)| !called.contains(index)) {
            let known = resolver.of_parts(wrapper_of.call, &wrapper_of.parts, wrapper_of.method.clone());
            found.extend(known.or_else(|| resolver.of_unknown(wrapper_of.call, &[&wrapper_of.parts], wrapper_of.is_named)));
        }
        wrappers = next;
    }
    // What a call means through a function of the package, it does not mean by itself.
    let through: HashSet<*const ApiCall> = found.iter().map(|found| std::ptr::from_ref(found.call)).collect();
    direct.retain(|own| own.tie == Tie::Ours && !own.is_by_file || !through.contains(&std::ptr::from_ref(own.call)));
    direct.append(&mut found);
    without_inner(direct)
}

/// The uses without those that are a part of another one: `newBuilder(URI.create(x))` is one call.
fn without_inner(mut found: Vec<Use>) -> Vec<Use> {
    let mut spans: HashMap<(&str, String), Vec<Span>> = HashMap::new();
    for known in &found {
        spans.entry((&known.call.place.relative, known.path.clone())).or_default().push(known.call.place.span);
    }
    let is_inner = |own: &Use| {
        let all = spans.get(&(&*own.call.place.relative, own.path.clone())).into_iter().flatten();
        all.take(MAX_SAME).any(|other| *other != own.call.place.span && other.contains(own.call.place.span))
    };
    let keep: Vec<bool> = found.iter().map(|own| !is_inner(own)).collect();
    let mut keep = keep.into_iter();
    found.retain(|_| keep.next().unwrap_or(true));
    found
}

/// The call as one of a function that hands on a parameter: the hole is the parameter's name.
fn wrapper<'a>((call, is_named): (&'a ApiCall, bool), parts: &[UrlPart], method: Option<String>) -> Option<Wrapper<'a>> {
    let (function, parameters) = call.within.as_ref()?;
    let named = parts.iter().find_map(|part| if let UrlPart::Hole(text) = part { parameters.iter().position(|own| own == parameter_in(text)) } else { None });
    let position = named?;
    let is_path = |part: &UrlPart| matches!(part, UrlPart::Hole(text) if parameters[position] == parameter_in(text));
    // An id in the middle of a path is no path.
    let at = parts.iter().position(is_path)?;
    let before = at.checked_sub(1).and_then(|before| if let UrlPart::Text(text) = &parts[before] { Some(text) } else { None });
    let is_id = before.is_some_and(|text| text.ends_with('/') && path_of(text).0.split('/').filter(|segment| !segment.is_empty()).count() > 1);
    let may_be_path = parts.len() > 1 || PATH_NAMES.iter().any(|word| parameters[position].to_ascii_lowercase().contains(word));
    (!is_id && may_be_path).then(|| Wrapper { function, parameter: &parameters[position], position, parts: parts.to_vec(), method, call, is_named })
}

/// The name in `path`, `&path`, `path.strip()`, `$path`.
fn parameter_in(text: &str) -> &str {
    let text = text.trim().trim_start_matches(['&', '*', '$']);
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(text)
}

/// The parts of the URL in a wrapper, with what it is given in place of its parameter.
fn filled(wrapper: &Wrapper, given: &[UrlPart]) -> Vec<UrlPart> {
    let mut parts = Vec::new();
    for part in &wrapper.parts {
        match part {
            UrlPart::Hole(text) if parameter_in(text) == wrapper.parameter => parts.extend(given.iter().cloned()),
            part => parts.push(part.clone()),
        }
    }
    parts
}

/// What a name is bound to, if that is known.
type Meaning = Option<Rc<Url>>;

/// What may be called by a path, whether all before it is known, and the method.
type OpenCall = (String, bool, Option<String>);

struct Resolver<'a> {
    provider: &'a Provider,
    /// What names are bound to, as far as they were followed, by how far.
    known: RefCell<HashMap<(&'a str, usize), Meaning>>,
    /// The endpoints that calls may be of which something is not known: many are alike.
    open: RefCell<HashMap<OpenCall, Rc<Vec<usize>>>>,
    /// What names are bound to, in any file of the package.
    bases: HashMap<&'a str, Vec<&'a [UrlPart]>>,
    /// Files that are named after the provider, or declare what is: what they call on a client of no particular name is the provider's.
    own: HashSet<&'a str>,
}

impl<'a> Resolver<'a> {
    fn new(provider: &'a Provider, files: &[&'a Usage], bit: u64) -> Self {
        let mut bases: HashMap<&str, Vec<&[UrlPart]>> = HashMap::new();
        for (name, parts) in files.iter().flat_map(|file| &file.bases) {
            let known = bases.entry(name).or_default();
            if !known.contains(&parts.as_slice()) {
                known.push(parts);
            }
        }
        let own = files.iter().filter(|file| file.own & bit != 0).map(|file| file.path.as_str()).collect();
        Self { provider, known: RefCell::default(), open: RefCell::default(), bases, own }
    }

    /// The use that a call of a generated library is.
    fn of_operation<'c>(&self, call: &'c ApiCall, (index, is_named): (usize, bool)) -> Option<Use<'c>> {
        let known: Vec<usize> = call.operations.iter().filter(|(provider, _)| *provider == index).map(|(_, endpoint)| *endpoint).collect();
        let endpoint = self.provider.endpoints().get(*known.first()?)?;
        let method = Some(endpoint.methods.first()?.clone());
        let tie = if is_named { Tie::Ours } else { Tie::Unknown };
        Some(Use { call, tie, is_by_file: false, method, path: shown(&endpoint.path), target: Target::Known(known) })
    }

    /// The use that a call is, by the first of its arguments that says so.
    fn of_call<'c>(&self, call: &'c ApiCall, is_named: bool) -> Option<Use<'c>> {
        let all: Vec<Use> = call.urls.iter().filter_map(|url| self.of_parts(call, &url.parts, call.method.clone())).collect();
        let found = all.into_iter().max_by_key(|found| (matches!(found.target, Target::Known(_)), found.tie == Tie::Ours));
        let urls: Vec<&[UrlPart]> = call.urls.iter().map(|url| url.parts.as_slice()).collect();
        found.or_else(|| self.of_unknown(call, &urls, is_named))
    }

    /// The use that a request to an address is of which nothing is known, in a file that names the provider.
    fn of_unknown<'c>(&self, call: &'c ApiCall, urls: &[&[UrlPart]], is_named: bool) -> Option<Use<'c>> {
        if !is_named || !is_request(call) || urls.iter().any(|parts| !is_unknown(parts) || is_of_no_api(parts)) {
            return None;
        }
        let all = self.open_endpoints("", false, call.method.as_deref());
        Some(Use { call, tie: Tie::Unknown, is_by_file: false, method: call.method.clone(), path: UNKNOWN.to_owned(), target: Target::Open(all) })
    }

    /// The endpoints that what is not known of a path may make it.
    fn open_endpoints(&self, path: &str, is_whole: bool, method: Option<&str>) -> Rc<Vec<usize>> {
        let find = || {
            let (segments, endpoints) = (segments(path), self.provider.endpoints());
            let may_be = |index: &usize| endpoints[*index].takes(method) && (path.is_empty() || may_match(&endpoints[*index].path, &segments, is_whole));
            Rc::new((0..endpoints.len()).filter(may_be).collect())
        };
        self.open.borrow_mut().entry((path.to_owned(), is_whole, method.map(str::to_owned))).or_insert_with(find).clone()
    }

    fn of_parts<'c>(&self, call: &'c ApiCall, parts: &[UrlPart], method: Option<String>) -> Option<Use<'c>> {
        let Url { tie, text } = self.based(call, parts)?;
        let is_by_file = tie == Tie::Unknown && self.is_own(call, parts, &text);
        let tie = if is_by_file { Tie::Ours } else { tie };
        let (path, is_whole) = path_of(&text);
        // A path may be set on a URL that has none: `url.pathname = path; fetch(url)`.
        let is_whole = is_whole && !(path.is_empty() && is_request(call));
        let target = self.target(&path, (is_whole, host_of(&text)), tie, method.as_deref())?;
        let shown = if path.is_empty() { UNKNOWN.to_owned() } else { shown(&path) };
        Some(Use { call, tie, is_by_file, method, path: shown, target })
    }

    /// Whether a call is the provider's by the file that it stands in: it is made on a client, or a base, of no particular name.
    fn is_own(&self, call: &ApiCall, parts: &[UrlPart], text: &str) -> bool {
        if !self.own.contains(&*call.place.relative) || !text.strip_prefix(HOLE).is_some_and(|path| path.starts_with('/')) {
            return false;
        }
        match parts.first() {
            Some(UrlPart::Name(name)) => is_plain(name),
            Some(UrlPart::Hole(written)) => is_plain(last_name(written)),
            Some(UrlPart::Text(_)) => call.receiver.as_deref().is_none_or(|receiver| is_plain(receiver) || receiver.starts_with(DECLARED)),
            None => false,
        }
    }

    /// The URL; a path is one of the client that the call is made on.
    fn based(&self, call: &ApiCall, parts: &[UrlPart]) -> Option<Url> {
        let url = self.url(parts, 0);
        // Another file of the program.
        if ["./", "../"].iter().any(|start| url.text.starts_with(start)) {
            return None;
        }
        let is_path = !url.text.contains("://") && !url.text.starts_with(HOLE);
        if !is_path {
            return Some(url);
        }
        let base = call.receiver.as_deref().and_then(|receiver| self.base(receiver, 0));
        // What is declared with annotations is called on whatever base its file or its package gives to such clients.
        let is_declared = call.receiver.as_deref().is_some_and(|receiver| receiver.starts_with(DECLARED));
        let base = base.or_else(|| DECLARED_BASES.iter().filter(|_| is_declared).find_map(|name| self.base(name, 0)));
        let path = url.text.trim_start_matches('/');
        // A mere word is a path of a client of a known base.
        if !(url.text.contains('/') || base.is_some() && sends(&call.callee)) {
            return None;
        }
        if let Some(base) = base {
            let base_text = base.text.trim_end_matches('/');
            let text = if path.is_empty() { base_text.to_owned() } else { format!("{base_text}/{path}") };
            return Some(Url { tie: base.tie, text });
        }
        let is_named = call.receiver.as_deref().is_some_and(|receiver| self.is_our_name(receiver));
        Some(Url { tie: if is_named { Tie::Ours } else { Tie::Unknown }, text: format!("{HOLE}/{path}") })
    }

    /// What a name is bound to, if that is the same everywhere.
    fn base(&self, name: &str, hops: usize) -> Option<Rc<Url>> {
        let (name, all) = self.bases.get_key_value(name).filter(|_| hops < MAX_HOPS)?;
        let known = self.known.borrow().get(&(*name, hops)).cloned();
        known.unwrap_or_else(|| {
            let found = self.agreed(all, hops).map(Rc::new);
            self.known.borrow_mut().insert((*name, hops), found.clone());
            found
        })
    }

    /// What all of these are, if that is the same; what has many meanings has none.
    fn agreed(&self, all: &[&[UrlPart]], hops: usize) -> Option<Url> {
        if all.len() > MAX_MEANINGS {
            return None;
        }
        let urls: Vec<Url> = all.iter().map(|parts| self.url(parts, hops + 1)).collect();
        let first = urls.first()?;
        // Production and sandbox: the same API at another host.
        let path = |url: &Url| path_of(&url.text).0;
        let agree = urls.iter().all(|url| url.tie == first.tie && path(url) == path(first));
        agree.then(|| Url { tie: first.tie, text: first.text.clone() })
    }

    fn is_our_name(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.provider.words.iter().any(|word| lower.contains(word.as_str())) && !NO_API.iter().any(|word| lower.contains(word))
    }

    fn url(&self, parts: &[UrlPart], hops: usize) -> Url {
        let (mut text, mut tie) = (String::new(), Tie::Unknown);
        for part in parts {
            let (name, written) = match part {
                UrlPart::Text(own) => {
                    push(&mut text, &open_segments(own));
                    continue;
                }
                UrlPart::Name(name) => (name.as_str(), name.as_str()),
                UrlPart::Hole(written) => (last_name(written), written.as_str()),
            };
            let is_first = text.is_empty() || text.ends_with("://");
            match self.base(name, hops) {
                Some(base) if is_first => {
                    tie = base.tie;
                    text.push_str(&base.text);
                }
                Some(base) if !base.text.contains("://") => push(&mut text, &base.text),
                _ => {
                    if is_first && self.is_our_name(if written.contains('(') { name } else { written }) {
                        tie = Tie::Ours;
                    }
                    text.push(HOLE);
                }
            }
            if text.len() > MAX_URL {
                break;
            }
        }
        Url { tie: self.tie_of(&text).unwrap_or(tie), text }
    }

    /// Whose host a URL has, as far as it is written.
    fn tie_of(&self, text: &str) -> Option<Tie> {
        let (_, rest) = text.split_once("://")?;
        if self.provider.is_told_by_words && self.provider.words.iter().any(|word| rest.to_ascii_lowercase().contains(word.as_str())) {
            return Some(Tie::Ours);
        }
        let host = rest.split(['/', '?', '#']).next().unwrap_or(rest).to_ascii_lowercase();
        let host = host.rsplit('@').next().unwrap_or(&host);
        let name = host.split(':').next().unwrap_or(host);
        let is_known = self.provider.has_host(name) || self.provider.words.iter().any(|word| host.contains(word.as_str()));
        let is_local = matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[")
            || name.starts_with("mock")
            || name.rsplit('.').next() == Some("local")
            || name.is_empty();
        match (is_known, host.contains(HOLE)) {
            (true, _) => Some(Tie::Ours),
            (false, true) => None,
            (false, false) if is_local => Some(Tie::Unknown),
            (false, false) => Some(Tie::Foreign),
        }
    }

    /// Which endpoints a path may be; `None` where it is nothing of the provider.
    fn target(&self, path: &str, (is_whole, host): (bool, Option<&str>), tie: Tie, method: Option<&str>) -> Option<Target> {
        let path = self.provider.prefixes.iter().find_map(|prefix| path.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with('/'))).unwrap_or(path);
        let segments = segments(path);
        let endpoints = self.provider.endpoints();
        let fits = |index: &usize| endpoints[*index].takes(method);
        let mut matched = self.provider.paths().find(&segments, is_whole);
        if matched.iter().any(|m| Some(&*endpoints[m.endpoint].host) == host) {
            matched.retain(|m| Some(&*endpoints[m.endpoint].host) == host);
        }
        // What is guessed of a large catalogue, or says nothing, may be any of it.
        let is_sure = |m: &&Matched| m.literals > 0 && !(m.is_guessed && self.provider.is_large());
        if let Some(most) = matched.iter().filter(is_sure).map(|m| (m.length, m.literals)).max() {
            let known = matched.iter().filter(is_sure).filter(|m| (m.length, m.literals) == most).map(|m| m.endpoint).filter(fits);
            let mut known: Vec<usize> = known.collect();
            known.sort_unstable();
            known.dedup();
            return Some(Target::Known(known));
        }
        if matched.iter().any(|m| m.literals > 0) {
            return Some(Target::Open(Rc::new(matched.iter().map(|m| m.endpoint).filter(fits).collect())));
        }
        let is_open = segments.iter().any(|segment| segment.contains(HOLE)) || segments.is_empty() && !is_whole;
        if is_open && tie == Tie::Ours {
            return Some(Target::Open(self.open_endpoints(path, is_whole, method)));
        }
        let is_authorization =
            || segments.iter().any(|segment| matches!(*segment, "oauth2" | "oauth" | "auth" | "token" | "authorize" | "login" | ".well-known"));
        (tie == Tie::Ours && !segments.is_empty() && !is_authorization()).then_some(Target::Unlisted)
    }
}

/// Whether a name says only that something is a client or a base, not of what: `http`, `baseUrl`, `self.session`.
fn is_plain(name: &str) -> bool {
    name::normalise(name.as_bytes()).split('_').all(|word| word.is_empty() || PLAIN.contains(&word))
}

/// Whether a callee sends a request by its name alone: `get`, `PostAsync`, `request`, not `getHeader`.
fn sends(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    let word = ["async", "_async"].into_iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower).trim_end_matches('_');
    matches!(word, "get" | "post" | "put" | "patch" | "delete" | "head" | "request" | "send" | "fetch" | "call")
}

/// Puts a path behind a URL, with one slash between them.
fn push(url: &mut String, path: &str) {
    let has_slash = url.ends_with('/') && !url.ends_with("://");
    url.push_str(if has_slash { path.trim_start_matches('/') } else { path });
}

/// The host of a URL, where all of it is known.
fn host_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    (!host.contains(HOLE)).then_some(host)
}

/// A text in which what stands for a segment is a hole: `{id}`, `%s`, `:id`.
fn open_segments(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['{', '%']) && !text.contains("/:") {
        return text.into();
    }
    let stands = |segment: &str| {
        segment.starts_with('{') && segment.ends_with('}')
            || segment == "%s"
            || segment == "%d"
            || segment == "%v"
            || segment.len() > 1 && segment.starts_with(':')
    };
    let hole = HOLE.to_string();
    let (path, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let segments: Vec<&str> = path.split('/').map(|segment| if stands(segment) { hole.as_str() } else { segment }).collect();
    (segments.join("/") + query).into()
}

/// A path for people: words as they are, and nothing of what may be an id or a secret.
fn shown(path: &str) -> String {
    let is_word = |segment: &str| {
        let is_version =
            segment.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.len() <= 8 && number.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
        let is_plain = segment.len() <= 2 * MAX_SEGMENT
            && segment.split(['-', '_', '.']).all(|word| word.len() <= MAX_SEGMENT && word.bytes().all(|b| b.is_ascii_alphabetic()));
        segment.is_empty() || is_version || is_plain && !randomness::is_random(segment.as_bytes())
    };
    path.split('/').map(|segment| if is_word(segment) { segment } else { UNKNOWN }).collect::<Vec<_>>().join("/")
}

/// Whether what is not known of the segments may make them a path of the endpoint.
fn may_match(path: &str, segments: &[&str], is_whole: bool) -> bool {
    let own: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let from = |own: &[&str]| {
        let known = segments.iter().take_while(|segment| !segment.contains(HOLE)).count();
        own.iter().zip(&segments[..known]).all(|(own, given)| own.starts_with('{') || own.eq_ignore_ascii_case(given))
            && (own.len() > known || known < segments.len())
    };
    from(&own) || !is_whole && from(&own[1..])
}

/// Whether a call does nothing but send a request to a URL: `fetch(x)`, `http.post(x)`; not `cache.get(x)`, nor `http.send(x)`, which is given a request.
fn is_request(call: &ApiCall) -> bool {
    let on_client = || {
        let words = call.receiver.as_deref().map(|receiver| name::normalise(receiver.as_bytes())).unwrap_or_default();
        words.split('_').any(|word| CLIENTS.contains(&word))
    };
    SENDERS.contains(&call.callee.to_ascii_lowercase().as_str())
        || call.method.is_some() && sends(&call.callee) && !call.callee.to_ascii_lowercase().starts_with("send") && on_client()
}

/// Whether nothing is known of a URL.
fn is_unknown(parts: &[UrlPart]) -> bool {
    parts.iter().all(|part| !matches!(part, UrlPart::Text(text) if text.bytes().any(|b| b.is_ascii_alphanumeric())))
}

/// Whether the name of a URL says that it is where tokens are, and no API: `config.tokenUrl`.
fn is_of_no_api(parts: &[UrlPart]) -> bool {
    let [UrlPart::Name(written) | UrlPart::Hole(written)] = parts else { return false };
    name::normalise(last_name(written).as_bytes()).split('_').any(|word| NO_API.contains(&word))
}

/// The path of a URL without query and fragment, and whether all before it is known.
fn path_of(text: &str) -> (String, bool) {
    let text = text.split(['?', '#']).next().unwrap_or(text);
    if let Some((_, rest)) = text.split_once("://") {
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // Behind a whole host the hole is the path, or begins it.
        let is_path = host.strip_suffix(HOLE).is_some_and(|host| host.ends_with(|c: char| c.is_alphanumeric()));
        return (if is_path { format!("/{HOLE}{path}") } else { path.to_owned() }, true);
    }
    match text.strip_prefix(HOLE) {
        Some(rest) => (rest.to_owned(), false),
        None => (text.to_owned(), false),
    }
}

/// The last name in an expression: `AELIX_URL` of `os.environ["AELIX_URL"]`, `base_url` of `self.base_url`.
fn last_name(expression: &str) -> &str {
    let quoted = expression.split(['"', '\'']).nth(1).filter(|inner| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    quoted.unwrap_or_else(|| {
        let path = expression.split(['(', '[', '{']).next().unwrap_or(expression);
        // `URL.format(id)`, `URL % id`.
        let path = path.split(" % ").next().unwrap_or(path).trim_end();
        let path = KEEPERS.iter().find_map(|keeper| path.strip_suffix(keeper)).unwrap_or(path);
        path.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|name| !name.is_empty()).unwrap_or("")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_what_may_be_a_secret() {
        for (path, expected) in [
            ("/v1/accounts", "/v1/accounts"),
            ("/open-banking/v4.0/aisp/accounts", "/open-banking/v4.0/aisp/accounts"),
            ("/v1/accounts/\u{0}/balance", "/v1/accounts/{…}/balance"),
            ("/v1/accounts/acc_81hdU2kz", "/v1/accounts/{…}"),
            ("/v1/webhooks/abcdefghijklmnopqrstuvwxyzabcdefgh", "/v1/webhooks/{…}"),
            ("/v1/audit-logs", "/v1/audit-logs"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }
}
