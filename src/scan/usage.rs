//! The calls of a file that may be HTTP calls of an API, the names that hold its URLs, and the paths that stand in strings: what the project stage
//! decides about scopes by.

use std::cell::{LazyCell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::check::scopes;
use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Binding, Call, Part, Value};
use crate::model::paths::segments;
use crate::model::provider::{Endpoint, Provider};
use crate::model::usage::{DECLARED, Mention, Module, UrlArgument, UrlPart};
use crate::model::{Blob, FileKind};
use crate::ruleset::anchors::Anchor;
use crate::text::Span;

use super::command_line;
use super::openapi;
use super::prefilter::Prefilter;
use super::rest_client;
use super::syntax::{Facts, Function, is_callee};

/// Calls of one file that are kept.
pub const MAX_CALLS: usize = 2_000;
/// Arguments of one call that may be a URL.
const MAX_URLS: usize = 4;
/// Longest text of a URL that is kept, in bytes.
const MAX_URL: usize = 1_024;
/// Providers that a file can be said to name: bits.
const MAX_PROVIDERS: usize = 64;
/// HTTP methods by the word that stands for them in the names of functions.
const METHODS: [(&str, &str); 8] =
    [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"), ("head", "HEAD"), ("options", "OPTIONS"), ("del", "DELETE")];
/// Words of callees that send something to a URL or make one, without saying by which method.
const SENDERS: [&str; 22] = [
    "request", "fetch", "send", "exchange", "url", "uri", "call", "api", "axios", "got", "ky", "curl", "urlopen", "create", "retrieve", "execute", "open",
    "http", "href", "invoke", "do", "resource",
];
/// What a server's own routes are declared on.
const SERVERS: [&str; 16] =
    ["app", "router", "server", "mux", "routes", "blueprint", "bp", "fastify", "engine", "group", "route", "r", "e", "application", "webapp", "express"];
/// Callees that declare a route or a path of a server.
const ROUTES: [&str; 14] =
    ["handle", "handlefunc", "route", "mapget", "mappost", "mapput", "mapdelete", "mappatch", "use", "mount", "path", "re_path", "add_url_rule", "register"];
/// Callees that make a URL of a text.
const MAKERS: [&str; 13] =
    ["uri", "url", "create", "parse", "parseuri", "mustparse", "tohttpurl", "touri", "fromstring", "parse_url", "httpurl", "fromhttpurl", "fromuristring"];
/// Callees behind a URL that leave it as it is, in lower case.
const PASSED: [&str; 18] = [
    "unwrap",
    "expect",
    "tostring",
    "as_str",
    "to_string",
    "clone",
    "build",
    "touri",
    "string",
    "tostr",
    "geturi",
    "href",
    "touristring",
    "buildandexpand",
    "expand",
    "encode",
    "queryparam",
    "addqueryparameter",
];
/// Words before the name of what a file declares.
const DECLARES: [&str; 9] = ["class", "struct", "type", "interface", "impl", "trait", "object", "module", "package"];
/// Words beside the name of a provider in the name of a folder that is there to call it.
const CLIENTS: [&str; 4] = ["client", "clients", "api", "sdk"];
/// Words, in lower case, all of which are in a file that hands on to another host what it is asked for.
const PROXIES: [&[&str]; 9] = [
    &["proxy_pass"],
    &["proxypass"],
    &["reverseproxy"],
    &["reverse_proxy"],
    &["proxymiddleware"],
    &["http-proxy"],
    &["spring", "gateway", "routes"],
    &["kind: httproute"],
    &["zuul.routes"],
];
/// The header that holds a token, in lower case.
const HEADER: &[u8] = b"authorization";
/// What names of modules begin with in languages that name them by a domain backwards.
const DOMAINS: [&str; 12] = ["com", "org", "net", "io", "ai", "dev", "co", "app", "de", "uk", "eu", "fr"];
/// Modules named after a provider that are kept of one file.
const MAX_MODULES: usize = 256;
/// Places at which a file names a provider that are looked at.
const MAX_NAMED: usize = 64;
/// Calls in a chain that are followed to what they are made on.
const MAX_CHAIN: usize = 16;
/// Calls in calls that make a URL.
const MAX_DEPTH: usize = 4;
/// Longest declaration behind an annotation that is read, in bytes.
const MAX_DECLARATION: usize = 160;
/// Longest word of a path.
const MAX_WORD: usize = 64;
/// Named arguments that are a URL or the base of one.
const URL_NAMES: [&str; 6] = ["url", "uri", "path", "endpoint", "requesturi", "target"];
/// Named arguments that are the base of a client's URLs.
const BASE_NAMES: [&str; 11] = ["base_url", "baseurl", "base_uri", "baseuri", "baseaddress", "prefixurl", "rooturl", "root_url", "host", "url", "endpoint"];

/// What one file calls, with spans instead of places.
#[derive(Debug, Default)]
pub struct RawUsage {
    /// Providers, a bit each by index, that the file names.
    pub names: u64,
    /// Providers, a bit each, whose library the file uses.
    pub libraries: u64,
    /// Providers, a bit each, whose library the file uses, and none of whose operations is seen in it.
    pub opaque: u64,
    /// Providers, a bit each, of which the file uses what its surroundings are allowed to do.
    pub ambient: u64,
    /// Providers, a bit each, after which the file, or something declared in it, is named: it is there to call them.
    pub own: u64,
    /// Calls that may be HTTP calls.
    pub calls: Vec<RawCall>,
    /// Names that are bound to a URL, a part of one, or a client of one.
    pub bases: Vec<(String, Vec<UrlPart>)>,
    /// Paths of endpoints in strings.
    pub mentions: Vec<Mention>,
    /// Modules from elsewhere that are named after a provider.
    pub modules: Vec<Module>,
    /// It hands on the token of whoever asks it.
    pub is_forwarding: bool,
}

/// A call that may be an HTTP call.
#[derive(Debug)]
pub struct RawCall {
    /// The last word of the callee.
    pub callee: String,
    /// The last name of what it is called on.
    pub receiver: Option<String>,
    /// The method in capitals, where it is known.
    pub method: Option<String>,
    /// The arguments that may be a URL.
    pub urls: Vec<UrlArgument>,
    /// Operations of generated libraries that it may be: provider and endpoint.
    pub operations: Vec<(usize, usize)>,
    /// Several names, or the library of the vendor, say that it is the operation, and the file names its API.
    pub is_told: bool,
    /// The function it stands in, with the names of its parameters.
    pub within: Option<(String, Vec<String>)>,
    /// The call.
    pub span: Span,
}

/// What a file calls, by its tree.
pub fn usage(facts: &Facts, blob: &Blob, language: &Language, (providers, signs): (&[Provider], &Signs)) -> RawUsage {
    let bytes = blob.bytes;
    let names = signs.named(bytes, providers);
    let libraries = signs.libraries_in(bytes, providers);
    let reader = Reader::new(facts, blob, language, (providers, signs), libraries);
    let tests = Nest::of(facts.tests.iter().map(|test| (*test, ())));
    let is_tested = |span: Span| tests.around(span).next().is_some();
    let mut calls: Vec<RawCall> = facts.calls.iter().filter(|call| !is_tested(call.span)).filter_map(|call| reader.call(call)).collect();
    calls.append(&mut reader.of_bare_annotations());
    calls.truncate(MAX_CALLS);
    let given = reader.given.take();
    calls.retain(|call| call.method.is_some() || !given.contains(&call.span));
    let routes = Nest::of(reader.routes().into_iter().map(|route| (route, ())));
    let is_route = |text: Span| routes.around(text).next().is_some();
    let strings = facts.texts.iter().filter(|text| !is_tested(**text) && !is_route(**text)).map(|text| &bytes[text.range()]).filter(|text| !is_comment(text));
    let mentions = mentions(strings, (providers, signs));
    let told = calls.iter().flat_map(|call| &call.operations).fold(0, |all, (provider, _)| all | 1_u64 << provider);
    let ambient = signs.ambient_in(bytes, providers);
    let own = signs.owners(&blob.target.within, bytes, providers);
    let opaque = libraries & !told | signs.handed_on(bytes, providers);
    let modules = signs.modules(&facts.imports, providers);
    RawUsage { names, libraries, opaque, ambient, own, calls, bases: reader.bases(), mentions, modules, is_forwarding: forwards(bytes) }
}

/// What can be said of a file that has no tree: any line may be a call.
pub fn of_text(bytes: &[u8], (providers, signs): (&[Provider], &Signs)) -> RawUsage {
    let mentions = mentions(bytes.split(|b| *b == b'\n'), (providers, signs));
    let libraries = signs.libraries_in(bytes, providers);
    RawUsage {
        names: signs.named(bytes, providers),
        libraries,
        opaque: libraries | signs.handed_on(bytes, providers),
        ambient: signs.ambient_in(bytes, providers),
        mentions,
        ..RawUsage::default()
    }
}

/// What a file says that is no program: the paths that it holds may be called by whoever reads it, if it names their provider and describes no API.
pub fn of_data(bytes: &[u8], (providers, signs): (&[Provider], &Signs)) -> RawUsage {
    let names = signs.named(bytes, providers);
    if names == 0 || openapi::is_named(bytes) || memchr::memmem::find(bytes, b"[[endpoint]]").is_some() {
        return RawUsage::default();
    }
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !is_comment(line.trim_ascii_start()));
    let mut mentions = mentions(lines, (providers, signs));
    mentions.retain(|mention| !mention.is_word && names >> mention.provider & 1 == 1);
    RawUsage { names, opaque: signs.handed_on(bytes, providers), mentions, ..RawUsage::default() }
}

/// Whether a file is none of a program, and its programs may read from it what they call: configuration, pages, infrastructure, notebooks.
pub fn is_data(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match FileKind::of(path) {
        FileKind::Config | FileKind::EnvFile => true,
        FileKind::Document => [".html", ".htm", ".xhtml"].iter().any(|end| name.ends_with(end)),
        FileKind::Other => !name.contains('.'),
        FileKind::Source | FileKind::Shell | FileKind::Generated => false,
    }
}

/// What a file of nothing but requests says.
pub fn of_requests(found: RawUsage, bytes: &[u8], (providers, signs): (&[Provider], &Signs)) -> RawUsage {
    RawUsage { names: signs.named(bytes, providers), ..found }
}

/// Looks for what a file must hold to have something to say of some providers: one of their words, or the last word of one of their paths as a segment.
/// Made once for all files.
pub struct Signs {
    prefilter: Prefilter,
    /// Of each anchor, its length where it is the last word of a path.
    segments: Vec<Option<usize>>,
    /// The last words of paths of large providers.
    words: HashSet<Box<[u8]>>,
    /// Indices of the providers.
    wanted: Vec<usize>,
    /// Operations of generated libraries by name, without what is no letter or digit: provider and endpoint.
    operations: HashMap<String, Vec<(usize, usize)>>,
}

impl Signs {
    /// The signs of the providers whose bits are set in `wanted`.
    pub fn of(providers: &[Provider], wanted: u64) -> Self {
        let wanted: Vec<usize> = (0..providers.len().min(MAX_PROVIDERS)).filter(|index| wanted >> index & 1 == 1).collect();
        let all = || wanted.iter().map(|index| &providers[*index]);
        let words: BTreeSet<&str> = all().flat_map(|provider| provider.words.iter().chain(&provider.libraries).map(String::as_str)).collect();
        let small = all().filter(|provider| !provider.is_large());
        let segments: BTreeSet<&str> = small.flat_map(|provider| provider.endpoints().iter().filter_map(last_word)).collect();
        let anchors = words.iter().map(|word| (Anchor::folded(word.as_bytes()), None));
        let anchors = anchors.chain(segments.iter().map(|word| (Anchor::exact(word.as_bytes()), Some(word.len()))));
        let (anchors, segments): (Vec<Anchor>, Vec<Option<usize>>) = anchors.unzip();
        let large = || wanted.iter().filter(|index| providers[**index].is_large());
        let words = large().flat_map(|index| providers[*index].endpoints().iter().filter_map(last_word)).map(|word| word.as_bytes().into()).collect();
        let mut operations: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for index in large() {
            for (endpoint, known) in providers[*index].endpoints().iter().enumerate().filter(|(_, known)| !known.operation.is_empty()) {
                operations.entry(bare(&known.operation)).or_default().push((*index, endpoint));
            }
        }
        Self { prefilter: Prefilter::new(anchors.iter()), segments, words, wanted, operations }
    }

    /// Whether a file holds one of them.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        let mut found = false;
        let is_quote = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|b| matches!(b, b'"' | b'\'' | b'`'));
        self.prefilter.scan(bytes, |anchor, at| {
            found |= match self.segments.get(anchor).copied().flatten() {
                Some(length) => is_segment(bytes, at, length) || is_quote(at.checked_sub(1)) && is_quote(Some(at + length)),
                None => true,
            };
        });
        found || !self.words.is_empty() && memchr::memchr_iter(b'/', bytes).any(|at| self.words.contains(word_at(&bytes[at + 1..])))
    }

    /// Providers, a bit each, that the file names.
    fn named(&self, bytes: &[u8], providers: &[Provider]) -> u64 {
        let named = self.wanted.iter().filter(|index| scopes::names(bytes, &providers[**index]));
        named.fold(0, |all, index| all | 1 << index)
    }

    /// Providers, a bit each, after which the file, its folder, or what it declares is named: `aelix/accounts.go`, `class AelixClient`.
    fn owners(&self, path: &str, bytes: &[u8], providers: &[Provider]) -> u64 {
        let is_name = |word: &&String| word.bytes().all(|b| b.is_ascii_alphanumeric());
        let declares = |word: &str| {
            let mut found = scopes::places_of(bytes, word.as_bytes()).take(MAX_NAMED);
            found.any(|at| {
                let start = at - bytes[..at].iter().rev().take(MAX_WORD).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let before = bytes[start.saturating_sub(MAX_WORD)..start].trim_ascii_end();
                DECLARES.iter().any(|keyword| before.ends_with(keyword.as_bytes()))
            })
        };
        let is_named = |word: &str| is_named_after(path, word);
        let is_own = |index: &&usize| providers[**index].words.iter().filter(is_name).any(|word| is_named(word) || declares(word));
        self.wanted.iter().filter(is_own).fold(0, |all, index| all | 1 << index)
    }

    /// Providers, a bit each, to whose hosts the file hands on what others ask for: a proxy, a gateway.
    fn handed_on(&self, bytes: &[u8], providers: &[Provider]) -> u64 {
        let hands_on = LazyCell::new(|| PROXIES.iter().any(|mark| mark.iter().all(|word| scopes::holds(bytes, word))));
        let has_host = |provider: &Provider| provider.hosts.iter().any(|host| host.role == "api" && scopes::holds(bytes, host.name.trim_start_matches('*')));
        self.wanted.iter().filter(|index| has_host(&providers[**index]) && *hands_on).fold(0, |all, index| all | 1 << index)
    }

    /// Modules from elsewhere that are named after a provider of which no library is known: `aelix_sdk`, `@aelix/client`, `github.com/aelix/aelix-go`.
    fn modules(&self, imports: &[Import], providers: &[Provider]) -> Vec<Module> {
        let unknown = || self.wanted.iter().filter(|index| providers[**index].libraries.is_empty());
        let mut found = Vec::new();
        for import in imports {
            let Some((heads, own)) = heads(&import.path) else { continue };
            let names =
                |word: &&String| word.bytes().all(|b| b.is_ascii_alphanumeric()) && heads.iter().any(|head| place_in(&name_words(head), word).is_some());
            for &provider in unknown().filter(|index| providers[**index].words.iter().any(|word| names(&word))) {
                let module = Module { provider, path: import.path.clone(), own: own.to_ascii_lowercase() };
                if found.len() < MAX_MODULES && !found.contains(&module) {
                    found.push(module);
                }
            }
        }
        found
    }

    /// Providers, a bit each, of which the file uses the credentials of its surroundings, with whatever scopes those have.
    fn ambient_in(&self, bytes: &[u8], providers: &[Provider]) -> u64 {
        let uses = |index: &&usize| providers[**index].ambient.iter().any(|word| scopes::holds(bytes, word));
        self.wanted.iter().filter(uses).fold(0, |all, index| all | 1 << index)
    }

    /// Providers, a bit each, whose library the file uses.
    fn libraries_in(&self, bytes: &[u8], providers: &[Provider]) -> u64 {
        let uses = |index: &&usize| providers[**index].libraries.iter().any(|word| scopes::holds(bytes, word));
        self.wanted.iter().filter(uses).fold(0, |all, index| all | 1 << index)
    }

    /// The operations that a chain of names ends in, and whether several names say so: `service.users.messages.list`.
    fn operations(&self, chain: &str) -> (Vec<(usize, usize)>, bool) {
        let names: Vec<&str> = chain.split('.').filter(|name| !name.is_empty()).collect();
        for from in 0..names.len() {
            let own = bare(&names[from..].concat());
            // One word is what many things are called.
            let is_alone = names.len() - from < 2;
            if is_alone && words(names[from]).len() < 2 {
                break;
            }
            if let Some(found) = self.operations.get(&own) {
                return (found.clone(), !is_alone);
            }
        }
        (Vec::new(), false)
    }
}

/// Whether a file or its folder is named after a provider: `aelix_accounts.go`, `aelix/accounts.go`, `aelix-client/accounts.go`. What else is in a folder
/// of more words (`aelix-gateway`) may call anybody.
fn is_named_after(path: &str, provider: &str) -> bool {
    let mut names = path.rsplit('/').map(name_words);
    let is_folder = |name: &[String]| {
        let is_client = |word: &String| CLIENTS.contains(&word.as_str());
        place_in(name, provider).is_some_and(|words| name[..words.start].iter().chain(&name[words.end..]).all(is_client))
    };
    names.next().is_some_and(|name| place_in(&name, provider).is_some()) || names.next().is_some_and(|name| is_folder(&name))
}

/// The words of a name that may have others than letters and digits between them.
fn name_words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(words).collect()
}

/// Which of the words of a name are those of a provider: `TrueLayer` has two.
fn place_in(name: &[String], provider: &str) -> Option<Range<usize>> {
    (0..name.len()).find_map(|from| {
        let ends = name[from..].iter().scan(provider, |rest, word| {
            *rest = rest.strip_prefix(word.as_str())?;
            Some(rest.is_empty())
        });
        ends.enumerate().find_map(|(length, is_end)| is_end.then_some(from..from + length + 1))
    })
}

/// The names in the path of a module that tell whose it is, and the path in a package that makes it the package's own; nothing of what is told to be its own:
/// `aelix` of `aelix.client`, `aelix` and `sdk` of `@aelix/sdk`, `aelix` of `com.aelix.Client`.
fn heads(path: &str) -> Option<(Vec<&str>, String)> {
    let is_own = [".", "@/", "~", "/", "#", "crate::", "self::", "super::", "package:"].iter().any(|start| path.starts_with(start));
    if is_own || path.is_empty() {
        return None;
    }
    if let Some(scoped) = path.strip_prefix('@') {
        return Some((scoped.split(['/', '.']).take(2).collect(), String::new()));
    }
    let first = path.split('/').next().unwrap_or(path);
    if path.contains('/') {
        let is_host = first.contains('.');
        return Some(if is_host { (path.split('/').skip(1).take(2).collect(), String::new()) } else { (vec![first], first.to_owned()) });
    }
    let names: Vec<&str> = path.split(['.', ':', '\\']).filter(|name| !name.is_empty()).take(2).collect();
    match names.as_slice() {
        [domain, owner] if DOMAINS.contains(domain) => Some((vec![owner], format!("{domain}/{owner}"))),
        [first, ..] => Some((vec![first], (*first).to_owned())),
        [] => None,
    }
}

/// Whether a file hands on the token of whoever asks it: it reads the header, rather than setting it.
fn forwards(bytes: &[u8]) -> bool {
    scopes::places_of(bytes, HEADER).take(MAX_NAMED).any(|at| {
        let start = bytes[..at].iter().rev().take(MAX_WORD).take_while(|b| !matches!(b, b'\n' | b';' | b'{' | b',')).count();
        let before = bytes[at - start..at].to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| memchr::memmem::find(&before, word.as_bytes()).is_some());
        let behind = bytes[at + HEADER.len()..].trim_ascii_start();
        let behind = &behind[behind.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')' | b' ')).count()..];
        let is_set = behind.starts_with(b"=") && !behind.starts_with(b"==") || behind.starts_with(b":") || behind.starts_with(b",");
        has(&["req", "ctx", "context", "r.header", "c.get"])
            && has(&["header", "req.get", "c.get"])
            && !has(&["set", "add", "with", "append", "insert"])
            && !is_set
    })
}

/// Letters and digits of a name, in lower case.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The word of a path that begins here.
fn word_at(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().take(MAX_WORD).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count()]
}

/// The last segment of an endpoint's path that is no hole.
fn last_word(endpoint: &Endpoint) -> Option<&str> {
    endpoint.path.rsplit('/').find(|segment| !segment.is_empty() && !segment.starts_with('{'))
}

/// What the API of an endpoint is called, of a vendor that has many: `gmail` of `gmail.googleapis.com`, `drive` of `www.googleapis.com/drive`.
fn api_word(endpoint: &Endpoint) -> Option<&str> {
    let label = endpoint.host.strip_suffix(".googleapis.com")?;
    if label == "www" { endpoint.path.split('/').nth(1) } else { label.split('.').next() }
}

fn is_comment(text: &[u8]) -> bool {
    [b"//".as_slice(), b"#", b"/*", b"--", b"*"].iter().any(|mark| text.starts_with(mark))
}

fn mentions<'a>(texts: impl Iterator<Item = &'a [u8]>, (providers, signs): (&[Provider], &Signs)) -> Vec<Mention> {
    let mut found = Vec::new();
    let (large, small): (Vec<usize>, Vec<usize>) = signs.wanted.iter().partition(|index| providers[**index].is_large());
    for text in texts {
        let bare = text.trim_ascii().trim_ascii_start();
        let bare = bare.strip_prefix(b"\"").or_else(|| bare.strip_prefix(b"'")).unwrap_or(bare);
        let bare = bare.strip_suffix(b"\"").or_else(|| bare.strip_suffix(b"'")).unwrap_or(bare);
        if is_relative(bare) {
            continue;
        }
        for &provider in small.iter().filter(|provider| !is_module(bare, &providers[**provider])) {
            for (endpoint, known) in providers[provider].endpoints().iter().enumerate() {
                let Some(word) = last_word(known) else { continue };
                let is_word = bare == word.as_bytes();
                let is_path = || memchr::memmem::find_iter(text, word.as_bytes()).any(|at| is_segment(text, at, word.len()));
                if is_word || is_path() {
                    found.push(Mention { provider, endpoint, is_word });
                }
            }
        }
        let path = || std::str::from_utf8(bare).ok().filter(|text| text.contains('/') && text.len() <= MAX_URL);
        for (provider, path) in large.iter().filter_map(|provider| Some((*provider, path()?))) {
            let path = path.split_once("://").map_or(path, |(_, rest)| rest);
            let path = path.split(['?', '#', '"', '\'', ' ']).find(|part| part.contains('/')).unwrap_or(path);
            let all = providers[provider].paths().find(&segments(path), false).into_iter().filter(|matched| matched.literals > 0);
            found.extend(all.map(|matched| Mention { provider, endpoint: matched.endpoint, is_word: false }));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a text is the path of another file: `./payments`.
fn is_relative(text: &[u8]) -> bool {
    [b"./".as_slice(), b"../", b"@/", b"~/"].iter().any(|start| text.starts_with(start))
}

/// Whether a text is the name of a module below somebody else's host: `github.com/acme/bank/payments`.
fn is_module(text: &[u8], provider: &Provider) -> bool {
    let host = &text[..memchr::memchr(b'/', text).unwrap_or(text.len())];
    let is_host = host.contains(&b'.') && host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    is_host && !provider.words.iter().any(|word| scopes::holds(host, word))
}

/// Whether what stands at `at` is a whole segment of a path.
fn is_segment(text: &[u8], at: usize, length: usize) -> bool {
    let (before, behind) = (at.checked_sub(1).map(|before| text[before]), text.get(at + length));
    let ends = behind.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-' | b'.'));
    ends && (before == Some(b'/') || behind == Some(&b'/') && before.is_none_or(|b| !b.is_ascii_alphanumeric()))
}

/// Spans of a tree, which lie apart or in each other, with something each, found by what lies in them.
struct Nest<T> {
    /// By where they begin, the outer first.
    all: Vec<(Span, T)>,
    /// Of each, the index of the next around it.
    outer: Vec<Option<usize>>,
}

impl<T: Copy> Nest<T> {
    /// Of several at one place the first counts.
    fn of(all: impl Iterator<Item = (Span, T)>) -> Self {
        let mut all: Vec<(Span, T)> = all.collect();
        all.sort_by_key(|(span, _)| (span.start, Reverse(span.end)));
        all.dedup_by_key(|(span, _)| *span);
        let mut outer: Vec<Option<usize>> = Vec::with_capacity(all.len());
        for (index, (span, _)) in all.iter().enumerate() {
            let before = std::iter::successors(index.checked_sub(1), |before| outer[*before]).find(|before| all[*before].0.contains(*span));
            outer.push(before);
        }
        Self { all, outer }
    }

    /// What is around a span, the innermost first.
    fn around(&self, span: Span) -> impl Iterator<Item = T> + '_ {
        let last = self.all.partition_point(|(own, _)| own.start <= span.start).checked_sub(1);
        let up = std::iter::successors(last, |index| self.outer[*index]).map(|index| self.all[index]);
        up.filter(move |(own, _)| own.contains(span)).map(|(_, own)| own)
    }
}

struct Reader<'a> {
    facts: &'a Facts,
    bytes: &'a [u8],
    language: &'a Language,
    /// Calls by where they stand.
    calls: HashMap<Span, &'a Call>,
    /// Calls by what stands in them.
    nest: Nest<&'a Call>,
    /// Functions by what stands in them.
    functions: Nest<&'a Function>,
    /// Bindings by their names, in the order of the bytes.
    bindings: HashMap<&'a str, Vec<&'a Binding>>,
    /// What the call is made on that is given another call, by that one.
    senders: HashMap<Span, Span>,
    /// The file declares what a server answers.
    is_controller: bool,
    /// The file declares clients of Feign, whose annotations are those of a server.
    is_feign: bool,
    /// The file declares clients by the annotations that servers have, too.
    is_rest_client: bool,
    /// The name of the base of what the annotations of this file declare.
    own_base: OnceCell<String>,
    signs: &'a Signs,
    providers: &'a [Provider],
    /// Providers, a bit each, whose library the file uses.
    libraries: u64,
    /// Tells this file from others.
    names: &'a str,
    /// Calls that make a URL which another call is given.
    given: RefCell<HashSet<Span>>,
}

impl<'a> Reader<'a> {
    fn new(facts: &'a Facts, blob: &Blob<'a>, language: &'a Language, (providers, signs): (&'a [Provider], &'a Signs), libraries: u64) -> Self {
        let bytes = blob.bytes;
        let holds = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
        let mut bindings: HashMap<&str, Vec<&Binding>> = HashMap::new();
        for binding in &facts.bindings {
            bindings.entry(&binding.name).or_default().push(binding);
        }
        let given = |call: &'a Call| call.receiver.map(|receiver| call.arguments.iter().map(move |argument| (argument.span, receiver)));
        Self {
            facts,
            bytes,
            language,
            calls: facts.calls.iter().map(|call| (call.span, call)).collect(),
            nest: Nest::of(facts.calls.iter().map(|call| (call.span, call))),
            functions: Nest::of(facts.functions.iter().map(|function| (function.span, function))),
            bindings,
            senders: facts.calls.iter().filter_map(given).flatten().collect(),
            is_controller: holds("@Controller"),
            is_feign: holds("FeignClient"),
            is_rest_client: matches!(language.name, "java" | "kotlin") && holds(rest_client::MARK),
            own_base: OnceCell::new(),
            signs,
            providers,
            libraries,
            names: &blob.target.relative,
            given: RefCell::default(),
        }
    }

    fn text(&self, span: Span) -> &str {
        std::str::from_utf8(self.bytes.get(span.range()).unwrap_or_default()).unwrap_or_default()
    }

    /// The call, if it may be an HTTP call: it sends something to a path, or is named so.
    fn call(&self, call: &Call) -> Option<RawCall> {
        let callee = last_name(call.method.as_deref().unwrap_or(&call.callee));
        let words = words(callee);
        let sends = words.iter().any(|word| SENDERS.contains(&word.as_str()) || METHODS.iter().any(|(name, _)| name == word));
        let positional = call.arguments.iter().take(MAX_URLS).enumerate().map(|(position, argument)| (Some(position), None, argument));
        let named = call.named.iter().filter(|(name, _)| URL_NAMES.contains(&name.to_ascii_lowercase().as_str()));
        let named = named.map(|(name, argument)| (None, Some(name.clone()), argument));
        let mut all: Vec<UrlArgument> =
            positional.chain(named).filter_map(|(position, name, argument)| Some(UrlArgument { position, name, parts: self.parts(argument)? })).collect();
        all.extend(self.of_host(call));
        let is_path = |argument: &UrlArgument| argument.parts.iter().any(|part| matches!(part, UrlPart::Text(text) if text.contains('/')));
        let callees = &self.language.callees;
        let makes_text = [callees.formats, callees.joins, callees.concats, callees.wrappers];
        let is_text = makes_text.iter().any(|group| is_callee(&call.callee, group) || call.method.as_deref().is_some_and(|method| group.contains(&method)));
        if let Some(declared) = self.declared(call, callee) {
            return Some(declared);
        }
        // What gives a client its base calls nothing.
        if is_client(callee) || is_setter(callee) {
            return None;
        }
        let (operations, is_told) = self.operations(call, callee);
        let is_http = !is_text && !self.is_route(call, callee) && !is_bare_base(callee, &all) && (sends || all.iter().any(is_path)) && !all.is_empty();
        if !is_http && operations.is_empty() {
            return None;
        }
        let receiver = call.receiver.or_else(|| self.sender(call));
        let receiver = receiver.map(|receiver| last_name(self.text(self.client(receiver))).trim_end_matches(['?', '!']).to_owned());
        let within = self.function(call.span).map(|function| (function.name.clone(), function.parameters.clone()));
        let method = self.method(call, &words);
        let urls = if is_http { all } else { Vec::new() };
        Some(RawCall { callee: callee.to_owned(), receiver: receiver.filter(|r| !r.is_empty()), method, urls, operations, is_told, within, span: call.span })
    }

    /// The URL of a call that is given host and path, each by its name: `https.request({ hostname: "api.bank.example", path })`.
    fn of_host(&self, call: &Call) -> Option<UrlArgument> {
        let named = |names: &[&str]| call.named.iter().find(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str())).map(|(_, argument)| argument);
        let host = named(&["hostname", "host"]).and_then(|host| self.parts(host))?;
        let [UrlPart::Text(host)] = host.as_slice() else { return None };
        if !host.contains('.') || host.contains('/') {
            return None;
        }
        let path = named(&["path", "pathname"]).and_then(|path| self.parts(path)).unwrap_or_else(|| vec![UrlPart::Hole("path".to_owned())]);
        Some(UrlArgument { position: None, name: Some("url".to_owned()), parts: joined(vec![UrlPart::Text(format!("https://{host}"))], path) })
    }

    /// The call that an annotation of a client declares: `@GET("v1/accounts/{id}")` (Retrofit), `@RequestLine("GET /v1/accounts")` (Feign), `[Get("/x")]`
    /// (Refit), `@GetExchange("/x")` (Spring).
    fn declared(&self, call: &Call, callee: &str) -> Option<RawCall> {
        let before = self.bytes.get(call.span.start.checked_sub(1)?).copied().unwrap_or(0);
        let is_annotation = call.receiver.is_none() && (self.is_marked(call) || self.language.name == "csharp" && matches!(before, b'[' | b' ' | b','));
        if !is_annotation || !matches!(self.language.name, "java" | "kotlin" | "csharp") || self.is_controller {
            return None;
        }
        let lower = callee.to_ascii_lowercase();
        let first = call
            .arguments
            .first()
            .or_else(|| call.named.iter().find(|(name, _)| matches!(name.as_str(), "value" | "path" | "url")).map(|(_, argument)| argument));
        let mut parts = first.and_then(|argument| self.parts_of_line(argument)).unwrap_or_default();
        let method = match lower.as_str() {
            "requestline" => {
                let UrlPart::Text(line) = parts.first_mut()? else { return None };
                let (method, path) = line.split_once(' ').map(|(method, path)| (method.to_ascii_uppercase(), path.to_owned()))?;
                *line = path;
                method
            }
            word if word.strip_suffix("mapping").is_some() && !self.is_feign => return None,
            "requestmapping" | "httpexchange" | "http" => self.method(call, &[])?,
            word => {
                let word = word.trim_end_matches("exchange").trim_end_matches("mapping");
                METHODS.iter().find(|(name, _)| *name == word).map(|(_, method)| (*method).to_owned())?
            }
        };
        if let Some(UrlPart::Text(text)) =
            parts.first_mut().filter(|part| matches!(part, UrlPart::Text(text) if !text.starts_with('/') && !text.contains("://")))
        {
            text.insert(0, '/');
        }
        let urls = vec![UrlArgument { position: Some(0), name: None, parts }];
        Some(RawCall {
            callee: callee.to_owned(),
            receiver: Some(self.own_base()),
            method: Some(method),
            urls,
            operations: Vec::new(),
            is_told: false,
            within: None,
            span: call.span,
        })
    }

    /// The calls that bare annotations declare: of a client whose path stands in another annotation, or above all methods, or in a parameter (`@Url`).
    fn of_bare_annotations(&self) -> Vec<RawCall> {
        let text = |text: &str| UrlPart::Text(text.to_owned());
        let call = |method: &'static str, span: Span, parts: Vec<UrlPart>| RawCall {
            callee: method.to_owned(),
            receiver: Some(self.own_base()),
            method: Some(method.to_owned()),
            urls: vec![UrlArgument { position: Some(0), name: None, parts }],
            operations: Vec::new(),
            is_told: false,
            within: None,
            span,
        };
        if self.is_rest_client {
            let path = |at: Option<usize>| at.map_or(Some(vec![text("/")]), |path| self.path_of_annotation(path));
            let each = |declared: rest_client::Declared| declared.method.and_then(|(method, span)| Some(call(method, span, path(declared.path)?)));
            return rest_client::declared(self.bytes).into_iter().filter_map(each).collect();
        }
        if !matches!(self.language.name, "java" | "kotlin") || self.is_controller {
            return Vec::new();
        }
        let holds = |word: &str| memchr::memmem::find(self.bytes, word.as_bytes()).is_some();
        let kinds = [("Mapping", self.is_feign), ("Exchange", holds("Exchange")), ("", holds("@Client(") || holds("@Url"))];
        let ends: Vec<&str> = kinds.into_iter().filter(|(_, is_here)| *is_here).map(|(end, _)| end).collect();
        let path = if holds("@Url") { vec![text("/"), UrlPart::Hole("url".to_owned())] } else { vec![text("/")] };
        rest_client::bare(self.bytes, &ends).into_iter().map(|(method, span)| call(method, span, path.clone())).collect()
    }

    /// The base that bare annotations give the client of this file: what its address or its name says, and the path above all methods.
    fn base_of_rest_client(&self) -> Vec<UrlPart> {
        let registered = self.facts.calls.iter().find(|call| last_name(&call.callee) == rest_client::MARK);
        let given = |name: &str| registered?.named.iter().find(|(own, _)| own == name).and_then(|(_, argument)| self.parts(argument)).map(named_base);
        let base = given("baseUri").or_else(|| given("configKey")).unwrap_or_else(|| vec![UrlPart::Hole(rest_client::MARK.to_owned())]);
        let above = rest_client::declared(self.bytes).into_iter().find(|declared| declared.method.is_none());
        match above.and_then(|above| self.path_of_annotation(above.path?)) {
            Some(path) => joined(base, path),
            None => base,
        }
    }

    /// The path in the annotation whose name begins at `at`, as one behind a base.
    fn path_of_annotation(&self, at: usize) -> Option<Vec<UrlPart>> {
        let from = self.facts.calls.partition_point(|call| call.span.start + 1 < at);
        let call = self.facts.calls.get(from).filter(|call| call.span.start <= at)?;
        let path = self.parts(call.arguments.first().or_else(|| Some(&call.named.first()?.1))?)?;
        Some(joined(Vec::new(), path))
    }

    /// What is known of an argument, though it may hold a blank.
    fn parts_of_line(&self, argument: &Argument) -> Option<Vec<UrlPart>> {
        match &argument.value {
            Value::Literal { text, .. } => Some(vec![UrlPart::Text(String::from_utf8(text.clone()).ok()?)]),
            _ => self.parts(argument),
        }
    }

    /// The name of the base of what the annotations of this file declare.
    fn own_base(&self) -> String {
        let make = || {
            let name = self.facts.calls.iter().find(|call| is_client(last_name(&call.callee))).map_or(0, |call| call.span.start);
            format!("{DECLARED}{}:{name}", self.names)
        };
        self.own_base.get_or_init(make).clone()
    }

    /// The bases that a file gives to clients that annotations declare: its own, and those of the whole package.
    fn declared_bases(&self) -> Vec<(String, Vec<UrlPart>)> {
        if self.is_rest_client {
            return vec![(self.own_base(), self.base_of_rest_client())];
        }
        let mut found = Vec::new();
        for call in &self.facts.calls {
            let callee = last_name(call.method.as_deref().unwrap_or(&call.callee));
            let of = |names: &[&str]| call.named.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, argument)| argument);
            if is_client(callee) && of(&["method"]).is_none() {
                let path = of(&["path"]).and_then(|path| self.parts(path));
                let base = of(&["url", "value", "name"]).or(call.arguments.first()).and_then(|argument| self.parts_of_line(argument)).map(named_base);
                let base = match (base, path) {
                    (Some(base), Some(path)) => Some(joined(base, path)),
                    (base, path) => base.or(path),
                };
                found.extend(base.map(|base| (self.own_base(), base)));
            }
            let receiver = call.receiver.map(|receiver| last_name(self.text(receiver)).to_ascii_lowercase()).unwrap_or_default();
            let gives = is_setter(callee) || callee == "For" && receiver == "restservice";
            let argument = call.arguments.iter().filter(|_| gives).find_map(|argument| self.parts(argument));
            found.extend(argument.map(|parts| (DECLARED.to_string(), parts)));
        }
        found
    }

    /// The operations of generated libraries that a call may be, by the names that lead to it.
    fn operations(&self, call: &Call, callee: &str) -> (Vec<(usize, usize)>, bool) {
        if self.signs.operations.is_empty() {
            return (Vec::new(), false);
        }
        let receiver = call.receiver.map_or("", |receiver| self.text(receiver));
        let written = if receiver.is_empty() { call.callee.as_str() } else { receiver };
        let mut chain = without_arguments(written);
        if !chain.ends_with(callee) {
            chain = format!("{chain}.{callee}");
        }
        let (mut found, is_chain) = self.signs.operations(chain.strip_suffix("Async").unwrap_or(&chain));
        // `users.list` is an operation of many APIs of one vendor: the file names the one it calls.
        let is_named = |(provider, endpoint): &(usize, usize)| {
            let endpoint = self.providers.get(*provider).and_then(|known| known.endpoints().get(*endpoint));
            endpoint.and_then(api_word).is_none_or(|word| scopes::holds(self.bytes, word))
        };
        let has_named = found.iter().any(is_named);
        if has_named {
            found.retain(is_named);
        }
        let is_of_library = found.iter().all(|(provider, _)| self.libraries >> provider & 1 == 1);
        (found, has_named && (is_chain || is_of_library))
    }

    /// Whether a call declares what a server answers, rather than calling one: `app.get("/x", handler)`, `@router.get("/x")`, `[HttpGet("/x")]`.
    fn is_route(&self, call: &Call, callee: &str) -> bool {
        let is_whole = |argument: &Argument| matches!(&argument.value, Value::Literal { text, .. } if memchr::memmem::find(text.get(..8).unwrap_or(text), b"://").is_some());
        if call.arguments.iter().any(is_whole) {
            return false;
        }
        let receiver = call.receiver.map(|receiver| self.text(receiver)).filter(|receiver| !receiver.contains('('));
        let receiver = receiver.map(|receiver| last_name(receiver).to_ascii_lowercase()).unwrap_or_default();
        let lower = callee.to_ascii_lowercase();
        let before = call.span.start.checked_sub(1).and_then(|before| self.bytes.get(before));
        let is_attribute = before == Some(&b'[') && lower.strip_prefix("http").is_some_and(|word| METHODS.iter().any(|(name, _)| *name == word));
        // `builder.path("/x")` makes a URL, `path("x", view)` declares one.
        let declares = ROUTES.contains(&lower.as_str()) && !(lower == "path" && call.receiver.is_some());
        let is_server = SERVERS.contains(&receiver.as_str()) || receiver.ends_with("router");
        is_server || declares || is_attribute || self.is_marked(call)
    }

    /// Whether a call is an annotation or a decorator.
    fn is_marked(&self, call: &Call) -> bool {
        let (before, from) = self.bytes.split_at(call.span.start.min(self.bytes.len()));
        self.language.callees.decorators.iter().any(|mark| before.ends_with(mark.as_bytes()) || from.starts_with(mark.as_bytes()))
    }

    /// The paths that declare what a server answers.
    fn routes(&self) -> Vec<Span> {
        let is_route = |call: &&Call| {
            let callee = last_name(call.method.as_deref().unwrap_or(&call.callee));
            !is_client(callee) && self.is_route(call, callee) && self.declared(call, callee).is_none()
        };
        let given = |call: &Call| {
            let named = call.named.iter().filter(|(name, _)| matches!(name.as_str(), "path" | "value" | "rule")).map(|(_, argument)| argument);
            call.arguments.first().into_iter().chain(named).map(|argument| argument.span).collect::<Vec<_>>()
        };
        self.facts.calls.iter().filter(is_route).flat_map(given).collect()
    }

    /// What a name is bound to by the last binding before it in its function.
    fn bound(&self, name: Span) -> Option<Span> {
        let text = self.text(name);
        if text.is_empty() || !text.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let function = self.function(name)?.span;
        let all = self.bindings.get(text)?;
        let before = all[..all.partition_point(|binding| binding.span.start <= name.start)].iter().rev();
        let mut before = before.take_while(|binding| binding.span.start >= function.start);
        before.find(|binding| function.contains(binding.span) && binding.value.span.end <= name.start).map(|binding| binding.value.span)
    }

    /// The innermost function around a call.
    fn function(&self, span: Span) -> Option<&Function> {
        self.functions.around(span).next()
    }

    /// What is known of an argument that may be a URL: text without line ends, or names and holes.
    fn parts(&self, argument: &Argument) -> Option<Vec<UrlPart>> {
        let parts = match &argument.value {
            Value::Literal { text, .. } => vec![UrlPart::Text(String::from_utf8(text.clone()).ok()?)],
            _ => self.made(argument.span, 0).unwrap_or_else(|| self.open_parts(argument, 0)),
        };
        let length: usize = parts.iter().map(|part| if let UrlPart::Text(text) = part { text.len() } else { 0 }).sum();
        let is_text = |part: &UrlPart| matches!(part, UrlPart::Text(text) if text.contains(['\n', ' ']));
        let is_function = |part: &UrlPart| matches!(part, UrlPart::Hole(text) if text.contains(['\n', '{']) );
        (length <= MAX_URL && !parts.iter().any(is_text) && !(parts.len() == 1 && is_function(&parts[0]))).then_some(parts)
    }

    fn open_parts(&self, argument: &Argument, depth: usize) -> Vec<UrlPart> {
        if argument.parts.is_empty() {
            return vec![UrlPart::Hole(self.text(argument.span).to_owned())];
        }
        let mut each = |part: &Part| match part {
            // A format whose values the grammar does not take apart: `format!("{}/x", self.base)`.
            Part::Hole(span) if self.text(*span).starts_with('{') && self.text(*span).ends_with('}') => {
                vec![self.format_hole(*span).unwrap_or_else(|| self.part(part))]
            }
            // `url := base.JoinPath("x")` behind a name.
            Part::Hole(span) => self.named_by_sigil(*span).or_else(|| self.made(*span, depth + 1)).unwrap_or_else(|| vec![self.part(part)]),
            Part::Name(span) => self.named_by_sigil(*span).unwrap_or_else(|| vec![self.part(part)]),
            part @ Part::Text(_) => vec![self.part(part)],
        };
        argument.parts.iter().flat_map(&mut each).collect()
    }

    /// What fills a hole of a format: the value that is given by its name, the name itself, or the value of its number behind the format.
    fn format_hole(&self, hole: Span) -> Option<UrlPart> {
        let line = |bytes: &'a [u8]| &bytes[..bytes.len().min(MAX_URL)];
        let before = &self.bytes[hole.start.saturating_sub(MAX_URL)..hole.start];
        let before = &before[memchr::memrchr2(b'"', b'\'', before)? + 1..];
        let behind = line(self.bytes.get(hole.end..)?);
        let values = values(line(&behind[memchr::memchr2(b'"', b'\'', behind)? + 1..]));
        let name = hole_name(self.text(hole));
        let value = match name {
            "" => {
                let is_numbered = |hole: &&str| hole_name(hole).is_empty();
                let number = std::str::from_utf8(before).ok()?.split_inclusive('}').filter_map(|part| part.get(part.find('{')?..)).filter(is_numbered).count();
                *values.get(number)?
            }
            name => match name.parse::<usize>() {
                Ok(number) => values.get(number)?,
                Err(_) => values.iter().find_map(|value| value.strip_prefix(name)?.trim_start().strip_prefix('=')).unwrap_or(name),
            },
        };
        let value = value.trim();
        let text = value.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
        (!value.is_empty()).then(|| text.map_or_else(|| UrlPart::Hole(value.to_owned()), |text| UrlPart::Text(text.to_owned())))
    }

    /// The parts of a URL that a call makes of text or of two URLs: `new Uri(x)`, `URI.create(x)`, `urljoin(base, path)`, `new URL(path, base)`.
    fn made(&self, span: Span, depth: usize) -> Option<Vec<UrlPart>> {
        let text = self.text(span);
        let span = if text.ends_with('?') { Span::new(span.start, span.end - 1) } else { span };
        let span = if text.starts_with('&') { Span::new(span.start + 1, span.end) } else { span };
        if depth >= MAX_DEPTH {
            return None;
        }
        let Some(call) = self.calls.get(&span) else { return self.made(self.bound(span)?, depth + 1) };
        let parts = self.made_by(call, depth)?;
        self.given.borrow_mut().insert(call.span);
        Some(parts)
    }

    fn made_by(&self, call: &Call, depth: usize) -> Option<Vec<UrlPart>> {
        let word = last_name(call.method.as_deref().unwrap_or(&call.callee)).to_ascii_lowercase();
        if let Some(receiver) = call.receiver.filter(|_| PASSED.contains(&word.as_str())) {
            return self.made(receiver, depth + 1);
        }
        let of = |argument: &Argument| match &argument.value {
            Value::Literal { text, .. } => Some(vec![UrlPart::Text(String::from_utf8(text.clone()).ok()?)]),
            _ => Some(self.made(argument.span, depth + 1).unwrap_or_else(|| self.open_parts(argument, depth + 1))),
        };
        // `base.Parse(path)` joins, `url.Parse(text)` does not.
        let is_of_base = call.receiver.is_some_and(|receiver| {
            let name = last_name(self.text(receiver));
            is_base_name(name) && name != "url" && !name.starts_with(char::is_uppercase)
        });
        match (word.as_str(), call.arguments.as_slice()) {
            (word, [one]) if MAKERS.contains(&word) && !(word == "parse" && is_of_base) => of(one),
            ("url" | "uri", [one, other]) if self.language.name.contains("script") || self.language.name == "tsx" => Some(joined(of(other)?, of(one)?)),
            ("url" | "uri" | "urljoin" | "url_join", [one, other]) => Some(joined(of(one)?, of(other)?)),
            ("joinpath" | "join" | "resolve" | "path" | "appendpath" | "parse", [first, rest @ ..]) => {
                let base = call
                    .receiver
                    .map(|receiver| self.made(receiver, depth + 1).unwrap_or_else(|| vec![UrlPart::Name(last_name(self.text(receiver)).to_owned())]));
                let is_url = call.receiver.is_some_and(|receiver| is_base_name(self.text(receiver))) || base.as_ref().is_some_and(|parts| parts.len() > 1);
                // `url.JoinPath(base, "v1")` of a package; a list and a text may be joined, too.
                let is_package = call.receiver.is_some_and(|receiver| self.text(receiver) == "url");
                if !(is_url || is_package || word == "joinpath") {
                    return None;
                }
                let (base, from) = if is_package { (of(first)?, rest) } else { (base?, call.arguments.as_slice()) };
                from.iter().try_fold(base, |base, argument| Some(joined(base, of(argument)?)))
            }
            _ => None,
        }
    }

    /// What a sigil alone stands for (`$` of `"$API/v1"`): the name behind it, and the text behind that.
    fn named_by_sigil(&self, sigil: Span) -> Option<Vec<UrlPart>> {
        let rest = self.bytes.get(sigil.end..).filter(|_| self.text(sigil) == "$")?;
        let length = |bytes: &[u8], keep: fn(u8) -> bool| bytes.iter().take(MAX_URL).take_while(|b| keep(**b)).count();
        let name = length(rest, |b| b.is_ascii_alphanumeric() || b == b'_');
        let text = length(&rest[name..], |b| !matches!(b, b'"' | b'$' | b'\\' | b'\n'));
        let of = |from: usize, length: usize| self.text(Span::new(sigil.end + from, sigil.end + from + length)).to_owned();
        let behind = (text > 0).then(|| UrlPart::Text(of(name, text)));
        Some(std::iter::once(UrlPart::Name(of(0, name))).chain(behind).collect())
    }

    fn part(&self, part: &Part) -> UrlPart {
        match part {
            Part::Text(text) => UrlPart::Text(String::from_utf8_lossy(text).into_owned()),
            Part::Name(span) => UrlPart::Name(last_name(self.text(*span)).to_owned()),
            Part::Hole(span) => UrlPart::Hole(self.text(*span).chars().take(MAX_URL).collect()),
        }
    }

    /// The method: by the name of the callee, by an argument, by an option, by a call behind it; `fetch` without options gets.
    fn method(&self, call: &Call, words: &[String]) -> Option<String> {
        if self.language.name == "bash" {
            return command_line::method(self.text(call.span));
        }
        if let Some((_, method)) = words.iter().find_map(|word| METHODS.iter().find(|(name, _)| name == word)) {
            return Some((*method).to_owned());
        }
        let of_text = |text: &str| {
            let word = last_name(text.trim_matches(['"', '\'', '`'])).to_ascii_lowercase();
            let word = word.strip_prefix("method").unwrap_or(&word).trim_start_matches('_').to_owned();
            METHODS.iter().find(|(name, _)| *name == word && *name != "del").map(|(_, method)| (*method).to_owned())
        };
        // `client.get().uri("/x")`, `client.get().uri(uri -> uri.path("/x").build())`.
        if words.iter().any(|word| word == "path") {
            return self.around(call, "uri").and_then(|uri| self.method_before(uri));
        }
        if let Some(method) = words.iter().any(|word| word == "uri").then(|| self.method_before(call)).flatten() {
            return Some(method);
        }
        let named = call.named.iter().find(|(name, _)| matches!(name.to_ascii_lowercase().as_str(), "method" | "type" | "--request"));
        if let Some((_, argument)) = named {
            return match &argument.value {
                Value::Literal { text, .. } => of_text(&String::from_utf8_lossy(text)),
                _ => of_text(self.text(argument.span)),
            };
        }
        let positional = call.arguments.iter().take(MAX_URLS).find_map(|argument| match &argument.value {
            Value::Literal { text, .. } if text.len() <= 7 => of_text(&String::from_utf8_lossy(text)),
            Value::Literal { .. } => None,
            _ => of_text(self.text(argument.span)),
        });
        let chained = || {
            let mut behind = self.nest.around(call.span).filter(|other| other.receiver.is_some_and(|receiver| receiver.contains(call.span)));
            behind.find_map(|other| of_text(other.method.as_deref()?.trim_start_matches('.')))
        };
        // OkHttp gets, unless its builder is told otherwise.
        let is_built = call.receiver.is_some_and(|receiver| self.text(receiver).ends_with("Request.Builder()"));
        let is_alone = is_built || call.arguments.len() == 1 || call.named.iter().any(|(name, _)| matches!(name.as_str(), "headers" | "credentials"));
        let gets = words.iter().any(|word| matches!(word.as_str(), "fetch" | "got" | "ky" | "axios" | "urlopen")) || is_built;
        // `axios(config)`, `fetch(request)`: what is given says by which method.
        let is_told = call.arguments.first().is_some_and(|argument| {
            let name = last_name(self.text(argument.span)).to_ascii_lowercase();
            let is_name = !matches!(argument.value, Value::Literal { .. }) && argument.parts.len() < 2;
            is_name && (["req", "config", "option", "opts", "init", "param"].iter().any(|word| name.contains(word)) || name.len() < 2)
        });
        positional.or_else(chained).or_else(|| (gets && is_alone && !is_told).then(|| "GET".to_owned()))
    }

    /// The method that a call on the way to this one names: `client.get()`, `client.method(HttpMethod.GET)`.
    fn method_before(&self, call: &Call) -> Option<String> {
        let before = self.calls.get(&call.receiver?)?;
        let name = last_name(before.method.as_deref()?).to_ascii_lowercase();
        match before.arguments.as_slice() {
            [] => METHODS.iter().find(|(word, _)| *word == name).map(|(_, method)| (*method).to_owned()),
            [_] if name == "method" => self.method(before, &[]),
            _ => None,
        }
    }

    /// The client that a request is made on: `client` of `client.get()`, of `client.R().SetResult(x)`.
    fn client(&self, receiver: Span) -> Span {
        let next = |span: &Span| self.calls.get(span).and_then(|call| call.receiver);
        std::iter::successors(Some(receiver), next).take(MAX_CHAIN).last().unwrap_or(receiver)
    }

    /// The receiver of a request that another call sends: `client` of `client.SendAsync(new Request(Get, "/x"))`.
    fn sender(&self, call: &Call) -> Option<Span> {
        self.senders.get(&call.span).copied()
    }

    /// The innermost call of this name around another one.
    fn around(&self, call: &Call, name: &str) -> Option<&Call> {
        self.nest.around(call.span).find(|other| other.span != call.span && last_name(other.method.as_deref().unwrap_or("")) == name)
    }

    /// Names bound to a URL or a part of one, or to a client that is given one.
    fn bases(&self) -> Vec<(String, Vec<UrlPart>)> {
        let mut found = Vec::new();
        for binding in &self.facts.bindings {
            let name = last_name(&binding.name).to_owned();
            let parts = self.parts(&binding.value).filter(|parts| is_url(parts));
            let parts = parts.or_else(|| self.client_base(binding.value.span)).or_else(|| is_base_name(&name).then(|| self.parts(&binding.value)).flatten());
            found.extend(parts.filter(|_| !name.is_empty()).map(|parts| (name, parts)));
        }
        found.append(&mut self.declared_bases());
        found.append(&mut self.injected_bases());
        found
    }

    /// Names that an annotation sets to a value of the configuration: `@Value("${bank.base-url}") String baseUrl`.
    fn injected_bases(&self) -> Vec<(String, Vec<UrlPart>)> {
        let is_injected = |call: &&Call| matches!(last_name(&call.callee), "Value" | "ConfigProperty" | "Property") && call.receiver.is_none();
        let base = |call: &Call| {
            let key = call.named.iter().find(|(name, _)| name == "name").map(|(_, argument)| argument).or(call.arguments.first())?;
            let end = call.span.end;
            let behind = self.text(Span::new(end, (end + MAX_DECLARATION).min(self.bytes.len())));
            let name = declared_name(behind).filter(|name| is_base_name(name))?;
            Some((name.to_owned(), named_base(self.parts_of_line(key)?)))
        };
        self.facts.calls.iter().filter(|call| self.is_marked(call)).filter(is_injected).filter_map(base).collect()
    }

    /// The base URL that a call in an expression is given: `axios.create({ baseURL: BASE })`.
    fn client_base(&self, span: Span) -> Option<Vec<UrlPart>> {
        let calls =
            self.facts.calls.iter().skip(self.facts.calls.partition_point(|call| call.span.start < span.start)).take_while(|call| call.span.start < span.end);
        let is_base = |name: &str| BASE_NAMES.contains(&last_name(name).to_ascii_lowercase().as_str());
        let named = |call: &Call| call.named.iter().find(|(name, _)| is_base(name)).and_then(|(_, argument)| self.parts(argument));
        // `builder().baseUrl("https://…").build()`.
        let given = |call: &Call| {
            let gives = call.arguments.len() == 1 && call.method.as_deref().is_some_and(|method| is_setter(last_name(method)));
            self.parts(call.arguments.first().filter(|_| gives)?)
        };
        // `new RestClient("https://…")`, `factory.CreateClient("bank")`.
        let made = |call: &Call| {
            let first = call.arguments.first().filter(|_| is_maker_of_clients(call.method.as_deref().unwrap_or(&call.callee)))?;
            match self.parts(first)? {
                parts if matches!(parts.first(), Some(UrlPart::Text(text)) if text.contains("://")) => Some(parts),
                _ if matches!(first.value, Value::Literal { .. }) => Some(vec![UrlPart::Hole(self.text(call.span).chars().take(MAX_WORD).collect())]),
                _ => None,
            }
        };
        let based = |call: &Call| named(call).or_else(|| given(call)).or_else(|| made(call));
        calls.filter(|call| span.contains(call.span)).find_map(based)
    }
}

/// The name in a hole of a format: `path` of `{path:>3}`, none of `{}`.
fn hole_name(hole: &str) -> &str {
    let inner = hole.trim_start_matches('{').trim_end_matches('}');
    inner.split(':').next().unwrap_or(inner).trim()
}

/// The values that stand behind a format, up to the end of its call: `self.base` and `id` of `, self.base, id)`, of `.format(self.base, id)`.
fn values(behind: &[u8]) -> Vec<&str> {
    // The end of a raw text.
    let behind = &behind[behind.iter().take_while(|b| **b == b'#').count()..];
    let from = if behind.trim_ascii_start().starts_with(b",") { memchr::memchr(b',', behind) } else { memchr::memchr2(b'(', b'\n', behind) };
    let Some(behind) = from.map(|from| &behind[from + 1..]) else { return Vec::new() };
    let (mut depth, mut from, mut found) = (0_usize, 0, Vec::new());
    for (at, b) in behind.iter().enumerate() {
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth > 0 => depth -= 1,
            b',' | b')' | b']' | b'}' => {
                found.push(&behind[from..at]);
                from = at + 1;
                if *b != b',' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.into_iter().filter_map(|value| std::str::from_utf8(value).ok()).map(str::trim).collect()
}

/// The name that is declared behind an annotation: `baseUrl` of `private final String baseUrl;`, of `private val baseUrl: String,`.
fn declared_name(behind: &str) -> Option<&str> {
    let declaration = behind.trim_start().split([',', ';', ')', '=', '{']).next()?;
    let names = declaration.split(':').next()?.trim_end();
    let name = names.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!name.is_empty()).then_some(name)
}

/// Whether a callee gives a client the base of its URLs.
fn is_setter(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "baseurl" | "base_url" | "setbaseurl" | "set_base_url" | "withbaseurl" | "rooturi" | "baseuri")
}

/// Whether a call only makes a URL of a base that is not known.
fn is_bare_base(callee: &str, urls: &[UrlArgument]) -> bool {
    MAKERS.contains(&callee.to_ascii_lowercase().as_str()) && urls.iter().all(|url| matches!(url.parts.as_slice(), [UrlPart::Name(_) | UrlPart::Hole(_)]))
}

/// Whether a callee makes a client.
fn is_maker_of_clients(callee: &str) -> bool {
    words(last_name(callee)).last().is_some_and(|word| matches!(word.as_str(), "client" | "session" | "connection"))
}

/// Whether an annotation declares a client.
fn is_client(name: &str) -> bool {
    matches!(name, "FeignClient" | "HttpExchange" | "RegisterRestClient" | "Client")
}

/// A base, of which a placeholder (`${bank.url}`) or a mere name (`name = "bank"`) is no text.
fn named_base(parts: Vec<UrlPart>) -> Vec<UrlPart> {
    let is_name = |text: &str| text.starts_with("${") || text.starts_with("#{") || !text.contains('/');
    parts
        .into_iter()
        .map(|part| match part {
            UrlPart::Text(text) if is_name(&text) => UrlPart::Hole(text),
            part => part,
        })
        .collect()
}

/// Whether a name may hold the base of URLs.
fn is_base_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["url", "uri", "host", "endpoint", "base", "address"].iter().any(|word| lower.contains(word))
}

/// A base and a path behind it, with one slash between them.
fn joined(base: Vec<UrlPart>, path: Vec<UrlPart>) -> Vec<UrlPart> {
    let mut parts = base;
    if let Some(UrlPart::Text(text)) = parts.last_mut() {
        text.truncate(text.trim_end_matches('/').len());
    }
    parts.push(UrlPart::Text("/".to_owned()));
    let mut path = path;
    if let Some(UrlPart::Text(text)) = path.first_mut() {
        *text = text.trim_start_matches('/').to_owned();
    }
    parts.append(&mut path);
    parts
}

/// Whether something begins as a URL or a path does.
fn is_url(parts: &[UrlPart]) -> bool {
    match parts.first() {
        Some(UrlPart::Text(text)) => text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/') && text.len() > 1,
        Some(_) => parts.iter().any(|part| matches!(part, UrlPart::Text(text) if text.starts_with('/'))),
        None => false,
    }
}

/// The names of a chain of calls, with points between them: `service.users().messages()` as `service.users.messages`.
fn without_arguments(chain: &str) -> String {
    let (mut depth, mut out) = (0_usize, String::new());
    for c in chain.chars().take(MAX_URL) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() => {}
            c if c.is_alphanumeric() || c == '_' => out.push(c),
            _ if !out.ends_with('.') => out.push('.'),
            _ => {}
        }
    }
    out.trim_matches('.').to_owned()
}

/// The last name of a path: `get` of `self.session.get`, without arguments behind it.
fn last_name(path: &str) -> &str {
    let path = path.split(['(', '[', '{', '<']).next().unwrap_or(path).trim_end();
    path.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|name| !name.is_empty()).unwrap_or("")
}

/// The words of a name, in lower case: `getJson`, `get_json`, `GetJSONAsync`.
fn words(name: &str) -> Vec<String> {
    let mut all: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if c == '_' || c.is_uppercase() && before.is_lowercase() {
            all.push(String::new());
        }
        if let Some(last) = all.last_mut().filter(|_| c.is_alphanumeric()) {
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    all.retain(|word| !word.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_a_provider_by_whole_words() {
        for path in ["aelix/accounts.go", "src/Aelix/Accounts.php", "lib/aelix.rb", "bank/aelix_client.py", "src/AelixApi.java", "aelix-client/index.js"] {
            assert!(is_named_after(path, "aelix"), "{path}");
        }
        assert!(is_named_after("src/TrueLayerClient.java", "truelayer"));
        for path in ["services/aelix-gateway/ledger.py", "aelix/ledger/main.py", "lib/aelixed.py", "main.py"] {
            assert!(!is_named_after(path, "aelix"), "{path}");
        }
        assert!(!is_named_after("lib/squared.py", "square"));
    }

    #[test]
    fn modules_tell_whose_they_are() {
        for (path, expected) in [
            ("aelix_sdk.Client", "aelix_sdk: aelix_sdk"),
            ("@aelix/sdk.Payments", "aelix sdk: "),
            ("aelix-node", "aelix-node: aelix-node"),
            ("github.com/aelix/aelix-go", "aelix aelix-go: "),
            ("ai.aelix.sdk.Payments", "aelix: ai/aelix"),
            ("Aelix.Sdk", "Aelix: Aelix"),
            ("aelix_sdk::Payments", "aelix_sdk: aelix_sdk"),
            ("./aelix", ""),
            (".aelix.client", ""),
            ("crate::aelix", ""),
            ("@/lib/aelix", ""),
            ("", ""),
        ] {
            assert_eq!(heads(path).map(|(heads, own)| format!("{}: {own}", heads.join(" "))).unwrap_or_default(), expected, "{path}");
        }
    }

    #[test]
    fn who_hands_on_a_token_reads_the_header() {
        for text in [
            "h(req.headers.authorization)",
            "request.headers[\"Authorization\"]",
            "out.Header.Set(\"Authorization\", r.Header.Get(\"Authorization\"))",
            "ctx.request.header('authorization')",
            "String t = request.getHeader(\"Authorization\");",
        ] {
            assert!(forwards(text.as_bytes()), "{text}");
        }
        for text in [
            "request.headers[\"Authorization\"] = token",
            "req.Header.Set(\"Authorization\", token)",
            "headers: { authorization: token }",
            "session.headers[\"Authorization\"]",
            "// needs authorization",
        ] {
            assert!(!forwards(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_around_a_span_is_found_from_the_inside() {
        let spans = [(0, 40), (2, 10), (4, 6), (12, 30), (12, 20), (12, 20), (50, 60)].map(|(start, end)| Span::new(start, end));
        let nest = Nest::of(spans.into_iter().enumerate().map(|(index, span)| (span, index)));
        let around = |start, end| nest.around(Span::new(start, end)).collect::<Vec<_>>();
        assert_eq!(around(5, 6), [2, 1, 0]);
        assert_eq!(around(7, 9), [1, 0]);
        assert_eq!(around(13, 14), [4, 3, 0], "of two at one place the first");
        assert_eq!(around(25, 26), [3, 0]);
        assert_eq!(around(35, 36), [0]);
        assert!(around(41, 45).is_empty() && around(55, 61).is_empty() && Nest::<()>::of(std::iter::empty()).around(spans[0]).next().is_none());
    }
}
