//! Credentials that travel unprotected: over HTTP, or to a server whose certificate nobody verifies.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::facts::{Argument, Call};
use crate::model::{Blob, Confidence};
use crate::text::Span;

use super::{Found, LINE_REACH, MOST_PLACES, Page, Practice, is_in_code, is_in_comment, last_name, logical_line, text_of};

/// Words of switches that turn verification off; each is looked at in the tree.
pub const SWITCHES: [&str; 31] = [
    "verify=False",
    "verify = False",
    "verify: false",
    "verify_ssl=False",
    "verify_certs=False",
    "verify_ssl: false",
    "ssl=False",
    "CERT_NONE",
    "VERIFY_NONE",
    "check_hostname = False",
    "_create_unverified_context",
    "InsecureSkipVerify",
    "rejectUnauthorized",
    "strictSSL",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "danger_accept_invalid_",
    "CURLOPT_SSL_VERIFY",
    "verify_peer",
    "'verify' => false",
    "\"verify\" => false",
    "ServerCertificateCustomValidationCallback",
    "ServerCertificateValidationCallback",
    "RemoteCertificateValidationCallback",
    "DangerousAcceptAnyServerCertificateValidator",
    "NoopHostnameVerifier",
    "ALLOW_ALL_HOSTNAME_VERIFIER",
    "TrustAllStrategy",
    "InsecureTrustManagerFactory",
    "hostnameVerifier",
    "SslVerifyMode::NONE",
    "withoutVerifying",
];
/// Words of requests for tokens and of command lines; the text around them is looked at.
pub const WRITTEN: [&str; 12] = [
    "curl ",
    "--no-check-certificate",
    "/oauth2/token",
    "/oauth/token",
    "/connect/token",
    "/openid-connect/token",
    "http://api.aelix.",
    "http://auth.aelix.",
    "http://sandbox-api.aelix.",
    "token_url",
    "token-uri",
    "tokenUrl",
];

/// How a switch is written and which value turns verification off.
struct Switch {
    languages: &'static [&'static str],
    names: &'static [&'static str],
    off: &'static [&'static str],
    /// Callees, one of which must take the argument; empty: any, or an assignment.
    callees: &'static [&'static str],
}

const JS: &[&str] = &["javascript", "typescript", "tsx"];
const HTTP: &[&str] = &[
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "send",
    "stream",
    "Session",
    "Client",
    "AsyncClient",
    "HTTPTransport",
    "AsyncHTTPTransport",
];

const NAMED: &[Switch] = &[
    Switch { languages: &["python"], names: &["verify"], off: &["False"], callees: HTTP },
    Switch {
        languages: &["python"],
        names: &["ssl", "verify_ssl"],
        off: &["False"],
        callees: &["get", "post", "put", "patch", "delete", "request", "TCPConnector", "ClientSession", "ws_connect"],
    },
    Switch {
        languages: &["python"],
        names: &["verify_certs", "tlsAllowInvalidCertificates"],
        off: &["False"],
        callees: &["Elasticsearch", "OpenSearch", "AsyncElasticsearch"],
    },
    Switch { languages: &["python"], names: &["verify_mode", "cert_reqs"], off: &["CERT_NONE", "ssl.CERT_NONE", "'CERT_NONE'", "\"CERT_NONE\""], callees: &[] },
    Switch { languages: &["python"], names: &["check_hostname"], off: &["False"], callees: &[] },
    Switch { languages: &["go"], names: &["InsecureSkipVerify"], off: &["true"], callees: &[] },
    Switch { languages: JS, names: &["rejectUnauthorized", "strictSSL"], off: &["false"], callees: &[] },
    Switch { languages: JS, names: &["NODE_TLS_REJECT_UNAUTHORIZED"], off: &["0", "'0'", "\"0\""], callees: &[] },
    Switch {
        languages: &["php"],
        names: &["verify", "verify_peer", "verify_peer_name", "CURLOPT_SSL_VERIFYPEER", "CURLOPT_SSL_VERIFYHOST"],
        off: &["false", "FALSE", "0"],
        callees: &[],
    },
    Switch { languages: &["ruby"], names: &["verify_mode", "ssl_verify_mode"], off: &["OpenSSL::SSL::VERIFY_NONE", "VERIFY_NONE", ":none"], callees: &[] },
    Switch { languages: &["ruby"], names: &["verify_ssl", "ssl_verifypeer"], off: &["false", "OpenSSL::SSL::VERIFY_NONE"], callees: &[] },
    Switch { languages: &["ruby"], names: &["ssl_verify_peer"], off: &["false"], callees: &[] },
    Switch {
        languages: &["ruby"],
        names: &["verify"],
        off: &["false"],
        callees: &["new", "get", "post", "put", "patch", "delete", "request", "Faraday", "Faraday::Connection", "HTTPX", "with"],
    },
];

/// Methods and functions whose argument turns verification off: language, callee, position, value.
const CALLED: &[(&[&str], &str, usize, &[&str])] = &[
    (&["rust"], "danger_accept_invalid_certs", 0, &["true"]),
    (&["rust"], "danger_accept_invalid_hostnames", 0, &["true"]),
    (&["rust"], "set_verify", 0, &["SslVerifyMode::NONE"]),
    (&["php"], "curl_setopt", 2, &["false", "FALSE", "0"]),
    (&["java", "kotlin"], "hostnameVerifier", 0, &[]),
    (&["java", "kotlin"], "setHostnameVerifier", 0, &[]),
    (&["java", "kotlin"], "setSSLHostnameVerifier", 0, &[]),
    (&["java", "kotlin"], "setDefaultHostnameVerifier", 0, &[]),
];

/// Values that say by themselves that nothing is verified.
const ACCEPT_ALL: [&str; 4] =
    ["DangerousAcceptAnyServerCertificateValidator", "NoopHostnameVerifier", "ALLOW_ALL_HOSTNAME_VERIFIER", "AllowAllHostnameVerifier"];
/// Names of callbacks that decide about a certificate.
const CALLBACKS: [&str; 3] = ["ServerCertificateCustomValidationCallback", "ServerCertificateValidationCallback", "RemoteCertificateValidationCallback"];
/// Types that trust everything.
const TRUST_ALL: [&str; 2] = ["TrustAllStrategy", "InsecureTrustManagerFactory"];

/// Names of arguments and headers that carry a credential.
const CREDENTIALS: [&str; 14] = [
    "authorization",
    "auth",
    "client_secret",
    "clientsecret",
    "x-api-key",
    "api-key",
    "api_key",
    "apikey",
    "password",
    "access_token",
    "x-auth-token",
    "refresh_token",
    "basic_auth",
    "bearer",
];
/// Methods that add a credential to a request.
const SENDING: [&str; 8] = ["bearer_auth", "basic_auth", "SetBasicAuth", "set_basic_auth", "basicAuth", "bearerAuth", "SetBearerToken", "withBasicAuth"];
/// Names of arguments that say where a request goes.
const ADDRESSES: [&str; 14] = [
    "url",
    "uri",
    "baseurl",
    "base_url",
    "baseuri",
    "base_uri",
    "token_url",
    "tokenurl",
    "token_uri",
    "token_endpoint",
    "tokenendpoint",
    "tokenhost",
    "accesstokenuri",
    "urlaccesstoken",
];

/// What the tree says.
pub fn found(page: &Page) -> Vec<Found> {
    let mut all: BTreeMap<Span, Found> = BTreeMap::new();
    for found in switches(page).into_iter().chain(sent_openly(page)) {
        if !page.is_test(found.span) && !page.context.vendored {
            all.entry(found.span).or_insert(found);
        }
    }
    all.into_values().collect()
}

fn switches(page: &Page) -> Vec<Found> {
    let language = page.language.name;
    let mut all = Vec::new();
    for call in &page.facts.calls {
        let last = last_name(call.callee.trim_end_matches('!'));
        for (name, argument) in &call.named {
            let is_off = |switch: &&Switch| {
                switch.is(language, last_name(name), page.text(argument.span)) && (switch.callees.is_empty() || switch.callees.contains(&last))
            };
            if NAMED.iter().any(|switch| is_off(&switch)) && !is_sent_to_this_machine(call) {
                all.push(off(page, last_name(name), (argument.span, argument.line)));
            }
        }
        for (languages, callee, position, values) in CALLED.iter().filter(|(languages, callee, ..)| languages.contains(&language) && last == *callee) {
            debug_assert!(!languages.is_empty());
            let Some(argument) = call.arguments.get(*position) else { continue };
            let text = page.text(argument.span);
            let is_switch = *callee != "curl_setopt" || call.arguments.get(1).is_some_and(|option| page.text(option.span).starts_with("CURLOPT_SSL_VERIFY"));
            if is_switch && (values.contains(&text) || accepts_all(text)) {
                let name = if *callee == "curl_setopt" { call.arguments.get(1).map_or(*callee, |option| page.text(option.span)) } else { callee };
                all.push(off(page, name, (argument.span, argument.line)));
            }
        }
        let verifier = page.text(call.span).rfind(last).filter(|_| last.to_ascii_lowercase().ends_with("hostnameverifier") && call.arguments.len() != 1);
        if let Some(at) = verifier.filter(|at| accepts_all(&page.text(call.span)[at + last.len()..])) {
            all.push(off(page, last, (Span::new(call.span.start + at + last.len(), call.span.end), call.line)));
        }
        let is_trusting = |name: &&&str| call.callee.split(['.', ':']).any(|word| word == **name);
        if let Some(name) = TRUST_ALL.iter().find(is_trusting).filter(|_| matches!(language, "java" | "kotlin")) {
            all.push(Found::plain(Practice::InsecureTransport, call.span, format!("`{name}` accepts every certificate, line {}", call.line)));
        }
        if language == "php" && last == "withoutVerifying" {
            all.push(Found::plain(
                Practice::InsecureTransport,
                call.span,
                format!("`withoutVerifying` turns off the verification of TLS certificates, line {}", call.line),
            ));
        }
        if language == "python" && last == "_create_unverified_context" {
            let message = format!("`_create_unverified_context` makes connections that verify no certificate, line {}", call.line);
            all.push(Found::plain(Practice::InsecureTransport, call.span, message));
        }
    }
    for binding in &page.facts.bindings {
        let (name, value) = (last_name(&binding.name), page.text(binding.value.span));
        let is_assigned = || matches!(name, "verify" | "verify_ssl") && language == "python" && page.text(binding.span).contains(".verify");
        let is_off = |switch: &Switch| switch.is(language, name, value) && (switch.callees.is_empty() || is_assigned());
        let is_replaced = name == "_create_default_https_context" && value.ends_with("_create_unverified_context");
        if is_replaced || NAMED.iter().any(is_off) || CALLBACKS.contains(&name) && accepts_all(value) {
            all.push(off(page, name, (binding.value.span, binding.value.line)));
        }
    }
    all
}

impl Switch {
    fn is(&self, language: &str, name: &str, value: &str) -> bool {
        self.languages.contains(&language) && self.names.contains(&name) && self.off.contains(&value.trim())
    }
}

/// Whether something decides at run time if verification is off: a condition on this line or a few before it. Then it is a setting, and its default is
/// not known.
fn is_conditional(page: &Page, at: usize) -> bool {
    let (from, to) = (at.saturating_sub(LINE_REACH), page.bytes.len().min(at + LINE_REACH));
    let end = memchr::memchr(b'\n', &page.bytes[at..to]).map_or(to, |end| at + end);
    let start = memchr::memrchr_iter(b'\n', &page.bytes[from..at]).nth(CONDITION).map_or(from, |start| from + start + 1);
    let text = String::from_utf8_lossy(&page.bytes[start..end]);
    let has_word = |word: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|own| own == word);
    ["if", "else", "elif", "elsif", "unless", "case", "when", "match"].iter().any(|word| has_word(word)) || text.contains(" ? ")
}

/// Lines before a switch in which a condition may stand.
const CONDITION: usize = 4;

/// A lambda that always says yes, or a verifier that is known to.
fn accepts_all(value: &str) -> bool {
    let compact: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let is_yes = ["=>true", "->true", "=>{returntrue;}", "->{returntrue;}", "{returntrue;}", "->true}"].iter().any(|end| compact.ends_with(end));
    is_yes || ACCEPT_ALL.iter().any(|name| value.contains(name))
}

/// A switch with its name: `verify=False`.
fn off(page: &Page, name: &str, (value, line): (Span, u32)) -> Found {
    let from = value.start.saturating_sub(name.len() + 24);
    let before = &page.bytes[from..value.start];
    let start = memchr::memmem::rfind(before, name.as_bytes()).map_or(value.start, |at| from + at);
    let mut found =
        Found::plain(Practice::InsecureTransport, Span::new(start, value.end), format!("`{name}` turns off the verification of TLS certificates, line {line}"));
    if is_conditional(page, start) {
        found.confidence = Confidence::Low;
        found.notes.push("a condition decides at run time".to_owned());
    }
    found
}

fn is_sent_to_this_machine(call: &Call) -> bool {
    let addresses = call.arguments.iter().take(2).filter_map(text_of);
    addresses.filter_map(|url| url.split_once("://")).any(|(_, rest)| is_local(host_of(rest)))
}

/// Requests with a credential to an address that begins with `http://`.
fn sent_openly(page: &Page) -> Vec<Found> {
    let mut all = Vec::new();
    for call in page.facts.calls.iter().filter(|call| carries_credential(call)) {
        let receivers = call.receiver.into_iter().flat_map(|receiver| within(page, receiver));
        for argument in std::iter::once(call).chain(receivers).flat_map(addresses) {
            let Some((span, host, confidence)) = open_address(page, argument) else { continue };
            let message = format!("credentials are sent to `{host}` over HTTP, line {}", argument.line);
            let mut found = Found::plain(Practice::InsecureTransport, span, message);
            found.confidence = confidence;
            if !call.span.contains(span) {
                found.related.push((call.span, "the credentials are sent here".to_owned()));
            }
            all.push(found);
        }
    }
    all
}

/// The calls within these bytes, not too many of them.
fn within<'a>(page: &'a Page, span: Span) -> impl Iterator<Item = &'a Call> {
    let from = page.facts.calls.partition_point(|call| call.span.start < span.start);
    page.facts.calls[from..].iter().take_while(move |call| call.span.start < span.end).take(MOST_WITHIN).filter(move |call| span.contains(call.span))
}

/// Calls within one that are looked at.
const MOST_WITHIN: usize = 64;

fn carries_credential(call: &Call) -> bool {
    let is_credential = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
        CREDENTIALS.contains(&last.as_str())
    };
    SENDING.contains(&last_name(&call.callee)) || call.named.iter().any(|(name, _)| is_credential(name))
}

/// What says where a request goes.
fn addresses(call: &Call) -> impl Iterator<Item = &Argument> {
    let named = call.named.iter().filter(|(name, _)| ADDRESSES.contains(&last_name(name).to_ascii_lowercase().as_str()));
    call.arguments.iter().take(2).chain(named.map(|(_, argument)| argument))
}

/// The bytes of an address over HTTP and its host, unless that is near.
fn open_address(page: &Page, argument: &Argument) -> Option<(Span, String, Confidence)> {
    if let Some((text, span, _)) = super::literal(argument) {
        let rest = std::str::from_utf8(text).ok()?.strip_prefix("http://")?;
        return Some((span, host_of(rest).to_owned(), confidence_in(host_of(rest))?));
    }
    // Known up to its first hole.
    let source = page.text(argument.span);
    let at = source.find("http://").filter(|at| *at <= 4 && source[..*at].ends_with(['"', '\'', '`']))?;
    let host = host_of(&source[at + 7..]);
    let is_whole = source[at + 7 + host.len()..].starts_with(['/', ':', '"', '\'', '`', '?']);
    let span = Span::new(argument.span.start + at, argument.span.start + at + 7 + host.len());
    is_whole.then_some(())?;
    Some((span, host.to_owned(), confidence_in(host)?))
}

fn host_of(rest: &str) -> &str {
    let rest = rest.split_once('@').filter(|(user, _)| !user.contains('/')).map_or(rest, |(_, host)| host);
    &rest[..rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(rest.len())]
}

/// How sure it is that a host is far away; none for one that is near, or not known.
fn confidence_in(host: &str) -> Option<Confidence> {
    let lower = host.to_ascii_lowercase();
    let is_documentation = ["example.com", "example.org", "example.net"].iter().any(|known| lower == *known || lower.ends_with(&format!(".{known}")));
    match () {
        () if is_local(&lower) => None,
        () if is_documentation => Some(Confidence::Low),
        () => Some(Confidence::High),
    }
}

/// Hosts of this machine, of a private network, of a cluster, and those that are no names of hosts at all.
fn is_local(host: &str) -> bool {
    let ends = [
        ".local",
        ".localhost",
        ".internal",
        ".lan",
        ".home",
        ".corp",
        ".intranet",
        ".svc",
        ".cluster.local",
        ".test",
        ".example",
        ".invalid",
        ".localdomain",
        ".docker",
        ".consul",
        ".private",
    ];
    let numbers: Vec<u8> = host.split('.').filter_map(|part| part.parse().ok()).collect();
    let is_private = match numbers.as_slice() {
        [10 | 127 | 0, _, _, _] | [192, 168, _, _] | [169, 254, _, _] => true,
        [172, second, _, _] => (16..32).contains(second),
        _ => false,
    };
    !host.contains('.') || is_private || ends.iter().any(|end| host.ends_with(end)) || host.contains(".svc.")
}

/// Whether a switch that is named here is off, as far as what follows tells. Judged before anything is parsed.
pub fn may_be_off(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    let is_part =
        rest.starts_with(b"StringParameter") && (at > 0 && bytes[at - 1].is_ascii_alphanumeric() || rest.get(15).is_some_and(u8::is_ascii_alphanumeric));
    if is_part || !is_in_code(bytes, at) {
        return false;
    }
    let Some((_, values, reach)) = VALUES.iter().find(|(name, ..)| rest.starts_with(name.as_bytes())) else { return true };
    let behind = &rest[..rest.len().min(*reach)];
    values.iter().any(|value| memchr::memmem::find(behind, value.as_bytes()).is_some())
}

/// Switches whose name alone says little: what must follow within so many bytes of where the name begins.
const VALUES: &[(&str, &[&str], usize)] = &[
    ("InsecureSkipVerify", &["true"], 32),
    ("rejectUnauthorized", &["false"], 32),
    ("strictSSL", &["false"], 24),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"], 40),
    ("danger_accept_invalid_", &["true"], 48),
    ("CURLOPT_SSL_VERIFY", &["false", "FALSE", "0"], 48),
    ("verify_peer", &["false", "0"], 32),
    ("ServerCertificateCustomValidationCallback", &["true", "Dangerous"], 200),
    ("ServerCertificateValidationCallback", &["true", "Dangerous"], 200),
    ("RemoteCertificateValidationCallback", &["true"], 200),
    ("hostnameVerifier", &["true", "Noop", "ALLOW_ALL", "AllowAll"], 100),
];

/// Whether a file may send a credential over HTTP: an address that is not near, in quotes.
pub fn may_send_openly(bytes: &[u8], language: &str) -> bool {
    // The standard client of Go takes address and credential in two statements.
    if language == "go" {
        return false;
    }
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    let sends = || ["uthorization", "earer", "asic", "auth=", "auth:", "client_secret", "clientSecret", "pi-Key", "PI-Key"].iter().any(|word| has(word));
    let is_far = memchr::memmem::find_iter(bytes, b"http://").take(64).any(|at| {
        let is_quoted = at.checked_sub(1).is_some_and(|before| matches!(bytes[before], b'"' | b'\'' | b'`'));
        let rest = &bytes[at + 7..bytes.len().min(at + 7 + 253)];
        is_quoted && std::str::from_utf8(rest).is_ok_and(|rest| confidence_in(host_of(rest)) == Some(Confidence::High) && !is_namespace(host_of(rest)))
    });
    is_far && sends()
}

/// Hosts whose addresses name things rather than places.
fn is_namespace(host: &str) -> bool {
    ["www.w3.org", "schemas.", "xmlns.", "purl.org", "json-schema.org", "www.apache.org", "ns.adobe.com", "xml.apache.org"]
        .iter()
        .any(|known| host.starts_with(known))
}

static TOKEN_ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?-u)(?:^|["'`\s=:(])(?P<url>http://(?P<host>[A-Za-z0-9._-]+)(?::[0-9]+)?(?:/[A-Za-z0-9._~%/-]*)?/(?:oauth2?|connect|openid-connect)/token)\b"#,
    )
    .ok()
});
static TOKEN_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?-u)(?i:(?:access[_.-]?)?token[_.-]?(?:url|uri|endpoint))["'\]]?\s*(?:[:=]|=>|:=)\s*["'`]?(?P<url>http://(?P<host>[A-Za-z0-9._-]+)[^\s"'`<>]*)"#,
    )
    .ok()
});
static PROVIDER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?-u)(?P<url>http://(?P<host>(?:api|auth|sandbox-api)\.aelix\.[a-z0-9.-]+)[^\s"'`<>\\]*)"#).ok());

/// What the text says: where tokens are requested, and command lines of curl.
pub fn written(blob: &Blob) -> Vec<Found> {
    let mut all: BTreeMap<usize, Found> = BTreeMap::new();
    for (regex, what) in [(&TOKEN_ADDRESS, "tokens are requested from"), (&TOKEN_NAME, "tokens are requested from"), (&PROVIDER, "the Aelix API is called on")]
    {
        for found in regex.iter().flat_map(|regex| regex.captures_iter(blob.bytes)) {
            let (Some(url), Some(host)) = (found.name("url"), found.name("host")) else { continue };
            let host = String::from_utf8_lossy(host.as_bytes()).into_owned();
            let Some(confidence) = confidence_in(&host).filter(|_| !is_in_comment(blob.bytes, url.start())) else { continue };
            let message = format!("{what} `{host}` over HTTP: the credentials travel unprotected");
            let mut found = Found::plain(Practice::InsecureTransport, Span::new(url.start(), url.end()), message);
            found.confidence = confidence;
            all.entry(url.start()).or_insert(found);
        }
    }
    for program in [b"curl ".as_slice(), b"wget "] {
        for found in memchr::memmem::find_iter(blob.bytes, program).take(MOST_PLACES).filter_map(|at| command(blob.bytes, at)) {
            all.entry(found.span.start).or_insert(found);
        }
    }
    all.into_values().collect()
}

/// A command line of curl or wget that sends a credential and verifies nothing, or speaks HTTP.
fn command(bytes: &[u8], at: usize) -> Option<Found> {
    let is_word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if is_word(at.checked_sub(1).and_then(|before| bytes.get(before))) || is_in_comment(bytes, at) {
        return None;
    }
    let line = logical_line(bytes, at);
    let end = bytes[at..line.end].iter().position(|b| matches!(b, b'|' | b';')).map_or(line.end, |end| at + end);
    let text = std::str::from_utf8(&bytes[at..end]).ok()?;
    let words: Vec<(usize, &str)> = words(text);
    let has = |wanted: &[&str]| words.iter().any(|(_, word)| wanted.contains(word));
    let lower = text.to_ascii_lowercase();
    let is_credential = has(&["-u", "--user", "--oauth2-bearer", "--http-user"])
        || words.iter().any(|(_, word)| word.starts_with("-u") && word.len() > 3 && word.contains(':'));
    let is_header =
        ["authorization:", "x-api-key:", "client_secret=", "password=", "api_key=", "access_token=", "private-token:"].iter().any(|name| lower.contains(name));
    if !is_credential && !is_header {
        return None;
    }
    let addresses: Vec<(usize, &str)> = words.iter().filter_map(|(start, word)| Some((*start + word.find("http")?, word.trim_matches(['"', '\''])))).collect();
    let is_near = addresses.iter().any(|(_, word)| word.split_once("://").is_some_and(|(_, rest)| is_local(host_of(rest)) && !host_of(rest).is_empty()));
    let program = text.split(' ').next().unwrap_or_default();
    let is_short = |word: &str| program == "curl" && word.starts_with('-') && !word.starts_with("--") && is_flags(word) && word.contains('k');
    let is_off = |word: &str| word == if program == "wget" { "--no-check-certificate" } else { "--insecure" } || is_short(word);
    let unverified = words.iter().find(|(_, word)| is_off(word));
    if let Some((start, word)) = unverified.filter(|_| !is_near) {
        let span = Span::new(at + start, at + start + word.len());
        return Some(Found::plain(Practice::InsecureTransport, span, format!("`{program} {word}` sends credentials without verifying the certificate")));
    }
    let (start, address) = addresses.iter().find(|(_, word)| word.starts_with("http://"))?;
    let host = host_of(address.strip_prefix("http://")?);
    let confidence = confidence_in(host)?;
    let mut found =
        Found::plain(Practice::InsecureTransport, Span::new(at + start, at + start + address.len()), format!("credentials are sent to `{host}` over HTTP"));
    found.confidence = confidence;
    Some(found)
}

/// `-sSk`: flags of one letter without a value among them.
fn is_flags(word: &str) -> bool {
    let flags = &word[1..];
    // The last one may take the next word.
    let (last, before) = (flags.chars().last(), flags.len().saturating_sub(1));
    flags.len() <= 6 && flags[..before].chars().all(|c| "sSkLfivgNOJ#46aIG".contains(c)) && last.is_some_and(|c| "sSkLfivgNOJ#46aIGHXdFuo".contains(c))
}

/// The words of a command with where they begin; quotes hold a word together.
fn words(text: &str) -> Vec<(usize, &str)> {
    let (mut all, mut start, mut quote) = (Vec::new(), None, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => {
                quote = Some(c);
                start = start.or(Some(at));
            }
            (c, None) if c.is_whitespace() || c == '\\' => {
                if let Some(from) = start.take() {
                    all.push((from, &text[from..at]));
                }
            }
            _ => start = start.or(Some(at)),
        }
    }
    all.extend(start.map(|from| (from, &text[from..])));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_this_machine_and_of_private_networks_are_near() {
        for host in ["localhost", "127.0.0.1", "10.0.0.5", "172.20.1.1", "192.168.1.4", "auth", "auth.svc.cluster.local", "db.internal", "x.test", ""] {
            assert_eq!(confidence_in(host), None, "{host}");
        }
        for host in ["auth.aelix.digitalapi.ai", "172.32.0.1", "8.8.8.8", "api.bank.eu"] {
            assert_eq!(confidence_in(host), Some(Confidence::High), "{host}");
        }
        assert_eq!(confidence_in("api.example.com"), Some(Confidence::Low));
    }

    #[test]
    fn commands_with_credentials_are_told_from_others() {
        for (line, expected) in [
            ("curl -k -u \"$USER:$PASS\" https://api.bank.eu/v1", Some("-k")),
            ("curl -sSk -H \"Authorization: Bearer $TOKEN\" https://api.bank.eu", Some("-sSk")),
            ("curl --insecure https://api.bank.eu -H 'X-API-Key: abc'", Some("--insecure")),
            ("curl -k https://api.bank.eu/health", None),
            ("curl -k -u a:b https://localhost:8443/", None),
            ("curl -H \"Authorization: Bearer $T\" http://api.bank.eu/v1", Some("http://api.bank.eu/v1")),
            ("curl -d client_secret=$S http://auth:8080/token", None),
            ("curl -H \"Accept: x\" http://api.bank.eu/v1", None),
            ("# curl -k -u a:b https://api.bank.eu", None),
            ("curl https://api.bank.eu -u a:b | grep -k", None),
            ("my-curl -k -u a:b https://api.bank.eu", None),
        ] {
            let at = line.find("curl ").unwrap();
            let found = command(line.as_bytes(), at);
            assert_eq!(found.map(|found| &line[found.span.range()]), expected, "{line}");
        }
    }

    #[test]
    fn callbacks_that_accept_everything_are_known() {
        for value in ["(a, b, c, d) => true", "(_, _) -> true", "delegate { return true; }", "HttpClientHandler.DangerousAcceptAnyServerCertificateValidator"] {
            assert!(accepts_all(value), "{value}");
        }
        for value in ["(a, b, c, d) => errors == SslPolicyErrors.None", "Validate", "(h, s) -> h.equals(name)"] {
            assert!(!accepts_all(value), "{value}");
        }
    }
}
