//! What a file shows of an integration beside what is wrong with it: requests for the audit log and others, what they carry, schedules, safe practice.
//!
//! Read off the text, in whatever language it is: a request counts with the lines that belong to it, a name with the one line that sets it.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::provider::Provider;
use crate::model::sign::SignKind;
use crate::model::{Blob, FileKind};
use crate::text::Span;
use crate::text::value::cron::Cron;
use crate::text::value::date::Moment;
use crate::text::value::{DAY, duration};

/// The endpoint of the audit log.
pub const AUDIT: &str = "/v1/audit-logs";
/// Places of one kind in one file that are kept.
const MOST: usize = 64;
/// Lines of a request before and behind the one with its path.
const REACH: usize = 12;
/// Assignments that are followed one after the other.
const MOST_HOPS: usize = 3;
/// Words of names that hold a credential, and of those that only look so.
const CREDENTIAL: [&str; 5] = ["token", "secret", "apikey", "api_key", "credential"];
const NO_CREDENTIAL: [&str; 8] = ["url", "host", "path", "scope", "expir", "ttl", "endpoint", "type"];
/// Names that hold one within.
const HOLDERS: [&str; 4] = ["header", "auth", "session", "bearer"];

/// A sign with its place in the blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawSign {
    /// What it is.
    pub kind: SignKind,
    /// The name that says more.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// How much is asked of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What rules need.
    Requests,
    /// What the checklist needs too.
    All,
}

/// The signs of a file.
pub fn signs(blob: &Blob, providers: &[Provider], depth: Depth) -> Vec<RawSign> {
    if matches!(blob.kind, FileKind::Document | FileKind::Generated) {
        return Vec::new();
    }
    let page = Page { bytes: blob.bytes, path: &blob.target.relative };
    let mut found = page.requests(providers);
    if found.iter().any(|sign| sign.kind == SignKind::AuditRequest) {
        found.extend(page.window());
        found.extend(page.schedule());
    }
    if depth == Depth::All {
        found.extend(page.practice(providers));
    }
    found.sort_by_key(|sign| (sign.span, sign.kind));
    found
}

struct Page<'b> {
    bytes: &'b [u8],
    path: &'b str,
}

impl Page<'_> {
    fn text(&self, span: Span) -> &str {
        std::str::from_utf8(&self.bytes[span.range()]).unwrap_or_default()
    }

    /// Requests of the endpoints of providers with names of their own.
    fn requests(&self, providers: &[Provider]) -> Vec<RawSign> {
        let mut paths: Vec<(&str, SignKind)> = vec![(AUDIT, SignKind::AuditRequest)];
        let endpoints = providers.iter().filter(|provider| provider.has_own_families).flat_map(Provider::endpoints);
        paths.extend(endpoints.map(|endpoint| (endpoint.path.as_str(), SignKind::ApiRequest)).filter(|(path, _)| *path != AUDIT));
        paths.sort_unstable();
        paths.dedup();
        let secrets = self.only_client_secret();
        let mut found = Vec::new();
        for (path, kind) in paths {
            for at in memchr::memmem::find_iter(self.bytes, path.as_bytes()).take(MOST) {
                let span = Span::new(at, at + path.len());
                let is_whole = self.bytes.get(span.end).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'));
                if !is_whole || self.is_comment(at) {
                    continue;
                }
                let name = self.credential(self.statement(at), 0).or_else(|| secrets.clone()).unwrap_or_default();
                if kind == SignKind::AuditRequest {
                    found.extend(self.unbounded(span).map(|span| RawSign { kind: SignKind::AuditUnbounded, name: String::new(), span }));
                }
                found.push(RawSign { kind, name, span });
            }
        }
        found
    }

    /// The path and query of a request that bounds its time at one end at most. What may stand elsewhere is not known.
    fn unbounded(&self, path: Span) -> Option<Span> {
        let line = self.line(path.start);
        let behind = self.text(Span::new(path.end, line.end));
        let query = &behind[..query_length(behind)];
        let whole = Span::new(path.start, path.end + query.len());
        let rest = behind[query.len()..].trim_start_matches(['"', '\'', '`']).trim_start();
        let statement = self.text(self.statement(path.start));
        let has = |bound: &str| BOUNDS.iter().any(|(form, after)| statement.contains(&format!("{form}{bound}{after}")));
        if has("from") && has("to") {
            return None;
        }
        let is_curl = statement.contains("curl ") && !["-G", "--get", "--data", " -d ", "$@", "--url-query"].iter().any(|flag| statement.contains(flag));
        let is_request = [".http", ".rest"].iter().any(|end| self.path.ends_with(end)) && rest.is_empty();
        let is_all = rest.starts_with(')') || rest.strip_prefix(',').is_some_and(|rest| rest.trim_start().starts_with("headers"));
        let is_asked = is_read(self.text(Span::new(line.start, path.start))) && is_all && !statement.contains("params");
        let is_cut = rest.starts_with(['+', '%', '.', '&', '?', '/', '$', '{']);
        let is_query = query.starts_with('?') && (query.contains("from=") || query.contains("to="));
        (!is_cut && (is_query || query.is_empty() && (is_curl || is_request || is_asked))).then_some(whole)
    }

    /// The name of the only client secret that the file reads: it is what its tokens are obtained with.
    fn only_client_secret(&self) -> Option<String> {
        static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z][A-Z0-9_]*CLIENT_SECRET\b").ok());
        let mut names: Vec<&str> = SECRET.as_ref()?.find_iter(self.bytes).filter_map(|found| std::str::from_utf8(found.as_bytes()).ok()).collect();
        names.sort_unstable();
        names.dedup();
        if let [only] = names[..] { Some(only.to_owned()) } else { None }
    }

    fn line(&self, at: usize) -> Span {
        let start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |end| end + 1);
        Span::new(start, memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |end| at + end))
    }

    fn is_comment(&self, at: usize) -> bool {
        let line = self.bytes[self.line(at).start..at].trim_ascii_start();
        [b"//".as_slice(), b"#", b"*", b"--", b"<!--", b"/*"].iter().any(|open| line.starts_with(open))
    }

    /// The lines that belong to the request with a path at `at`.
    fn statement(&self, at: usize) -> Span {
        let mut all = self.line(at);
        let goes_on = |line: &[u8]| matches!(line.trim_ascii_end().last(), Some(b'\\' | b'(' | b'[' | b'{' | b','));
        let continues = |line: &[u8]| {
            let line = line.trim_ascii_start();
            matches!(line.first(), Some(b'.' | b')' | b'}' | b']')) || line.starts_with(b"-H") || line.starts_with(b"--")
        };
        for _ in 0..REACH {
            let Some(before) = all.start.checked_sub(1).map(|end| self.line(end)) else { break };
            if !goes_on(&self.bytes[before.range()]) && !continues(&self.bytes[all.range()]) {
                break;
            }
            all = Span::new(before.start, all.end);
        }
        for _ in 0..REACH {
            if all.end >= self.bytes.len() {
                break;
            }
            let (last, next) = (self.line(all.end), self.line(all.end + 1));
            if !goes_on(&self.bytes[last.range()]) && !continues(&self.bytes[next.range()]) {
                break;
            }
            all = Span::new(all.start, next.end);
        }
        all
    }

    /// The variable of the environment, or constant, that holds the credential within some lines, through the assignments of this file.
    fn credential(&self, within: Span, hops: usize) -> Option<String> {
        let names: Vec<&str> = identifiers(self.text(within)).collect();
        let has = |name: &str, words: &[&str]| {
            let lower = name.to_ascii_lowercase();
            words.iter().any(|word| lower.contains(word))
        };
        let is_credential = |name: &&&str| has(name, &CREDENTIAL) && !has(name, &NO_CREDENTIAL);
        if let Some(name) = names.iter().filter(is_credential).find(|name| is_constant(name)) {
            return Some((*name).to_owned());
        }
        let holders = || names.iter().filter(|name| !is_constant(name) && (has(name, &CREDENTIAL) || has(name, &HOLDERS)));
        if hops == MOST_HOPS { None } else { holders().find_map(|name| self.assignment(name, within).and_then(|value| self.credential(value, hops + 1))) }
    }

    /// What the name is set to, if one line alone sets it.
    fn assignment(&self, name: &str, elsewhere: Span) -> Option<Span> {
        let mut found = None;
        for at in memchr::memmem::find_iter(self.bytes, name.as_bytes()).take(MOST * 4) {
            let is_part = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
            if is_part(at.checked_sub(1).and_then(|before| self.bytes.get(before)))
                || is_part(self.bytes.get(at + name.len()))
                || elsewhere.range().contains(&at)
            {
                continue;
            }
            let behind = &self.bytes[at + name.len()..self.line(at).end];
            let Some(sign) = memchr::memchr(b'=', behind) else { continue };
            // `name: &str =`, `name :=`, `name=`.
            let between = behind[..sign].trim_ascii();
            let is_typed = between.first() == Some(&b':') && !between.contains(&b'(') || between.is_empty();
            if !is_typed || matches!(behind.get(sign + 1), Some(b'=' | b'>')) {
                continue;
            }
            if found.is_some() {
                return None;
            }
            let from = at + name.len() + sign + 1;
            found = Some(Span::new(from, self.statement(from.min(self.bytes.len().saturating_sub(1))).end.max(from)));
        }
        found
    }

    /// How much time the only window of the file covers.
    fn window(&self) -> Option<RawSign> {
        let mut all: Vec<(u64, Span)> = Vec::new();
        for form in WINDOWS.iter() {
            for found in form.regex.captures_iter(self.bytes).take(MOST) {
                let Some(whole) = found.get(0) else { continue };
                all.extend((form.seconds)(&found).map(|seconds| (seconds, Span::new(whole.start(), whole.end()))));
            }
        }
        let (first, span) = *all.first()?;
        all.iter().all(|(seconds, _)| *seconds == first).then(|| RawSign { kind: SignKind::AuditWindow(first), name: String::new(), span })
    }

    /// The longest pause of the only schedule of the file.
    fn schedule(&self) -> Option<RawSign> {
        static KEYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?mi)^\s*(?:-\s+)?["']?(?:schedule|cron|schedule_?expression)["']?\s*[:=]\s*["']?((?:cron|rate)\([^)\n]{1,80}\)|@[a-z]+|[0-9*/,\-a-z? ]{9,60}?)["']?\s*,?\s*(?:#.*)?\r?$"#).ok()
        });
        static TABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?m)^((?:[0-9*/,\-]+[ \t]+){5})\S*[^\n]*/v1/audit-logs").ok());
        let keyed = KEYED.iter().flat_map(|regex| regex.captures_iter(self.bytes));
        let lines = TABLE.iter().flat_map(|regex| regex.captures_iter(self.bytes));
        let all: Vec<(u64, Span)> = keyed
            .chain(lines)
            .take(MOST)
            .filter_map(|found| {
                let text = found.get(1)?;
                let written = std::str::from_utf8(text.as_bytes()).ok()?.trim();
                let pause = duration::rate(written).or_else(|| Cron::parse(written).or_else(|| Cron::unix(written)).map(|cron| cron.longest_gap()))?;
                Some((pause.seconds, Span::new(text.start(), text.start() + text.as_bytes().trim_ascii_end().len())))
            })
            .collect();
        let [(pause, span)] = all[..] else { return None };
        Some(RawSign { kind: SignKind::Schedule(pause), name: String::new(), span })
    }

    /// What speaks for the items of the checklist.
    fn practice(&self, providers: &[Provider]) -> Vec<RawSign> {
        let mut found = Vec::new();
        let mut first = |kind: SignKind, name: &str, word: &[u8]| {
            let at = memchr::memmem::find_iter(self.bytes, word).find(|at| !self.is_comment(*at));
            found.extend(at.map(|at| RawSign { kind, name: name.to_owned(), span: Span::new(at, at + word.len()) }));
        };
        for host in providers.iter().filter(|provider| provider.has_own_families).flat_map(|provider| &provider.hosts) {
            first(SignKind::Https, &host.name, format!("https://{}", host.name).as_bytes());
        }
        first(SignKind::TokenRequest, "", b"/oauth2/token");
        for (pattern, kind) in PRACTICES.iter() {
            let is_code = |found: &regex::bytes::Match| !self.is_comment(found.start());
            let place = pattern.find_iter(self.bytes).find(is_code).map(|found| Span::new(found.start(), found.end()));
            found.extend(place.map(|span| RawSign { kind: *kind, name: String::new(), span }));
        }
        let is_of_tokens = found.iter().any(|sign| sign.kind == SignKind::TokenRequest);
        found.retain(|sign| sign.kind != SignKind::TokenCache || is_of_tokens);
        let verifies = SIGNATURE.as_ref().is_some_and(|header| header.is_match(self.bytes));
        found.retain(|sign| sign.kind != SignKind::WebhookVerified || verifies);
        found
    }
}

/// Whether a line, up to a path, opens a call that reads: `requests.get(BASE + '`, `fetch(`.
fn is_read(before: &str) -> bool {
    let Some((callee, _)) = before.rsplit_once('(') else { return false };
    let name = callee.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default().to_ascii_lowercase();
    ["get", "fetch", "request", "getasync", "getjson", "newrequest", "retrieve"].contains(&name.as_str())
}

/// How the name of a bound stands in a request: what is before and behind it.
const BOUNDS: [(&str, &str); 8] = [("?", "="), ("&", "="), ("\"", "="), ("'", "="), (" ", "="), ("\"", "\""), ("'", "'"), (" ", ":")];

/// The bytes of the query that a text begins with: up to white space or a quote that is not in a substitution (`$(date '+%F')`, `${X}`).
fn query_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(at, c)| {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' if depth > 0 => depth -= 1,
            ')' | '}' => return true,
            '?' if *at == 0 => {}
            _ if *at == 0 => return true,
            '"' | '\'' | '`' | '\\' if depth == 0 => return true,
            c if c.is_whitespace() && depth == 0 => return true,
            _ => {}
        }
        false
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// The identifiers of a text.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// `AELIX_TOKEN`: of the environment, or a constant; no other file calls something else so.
fn is_constant(name: &str) -> bool {
    name.contains('_') && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// How programs write a time before now.
struct Window {
    regex: Regex,
    seconds: fn(&regex::bytes::Captures) -> Option<u64>,
}

static SIGNATURE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)aelix[-_]?signature").ok());

static PRACTICES: LazyLock<Vec<(Regex, SignKind)>> = LazyLock::new(|| {
    let all = [
        // The end of a token, with something taken off it; libraries that keep tokens by themselves.
        (
            r"(?i)\bexpires?_?(?:in|at|on)\b[^\n]{0,40}-\s*\w+|\b(?:time\.Now|now)\b[^\n]{0,60}(?i:expir)|clientcredentials\.Config|oauth2\.ReuseTokenSource|OAuth2AuthorizedClientManager|\bTokenCache\b|\btoken_cache\b",
            SignKind::TokenCache,
        ),
        (
            r"hmac\.compare_digest|timingSafeEqual|hmac\.Equal|subtle\.ConstantTimeCompare|MessageDigest\.isEqual|FixedTimeEquals|hash_equals|secure_compare|constant_time_eq|verify_slice|ct_eq",
            SignKind::WebhookVerified,
        ),
    ];
    all.into_iter().filter_map(|(pattern, kind)| Some((Regex::new(pattern).ok()?, kind))).collect()
});

static WINDOWS: LazyLock<Vec<Window>> = LazyLock::new(|| {
    type Read = fn(&regex::bytes::Captures) -> Option<u64>;
    let all: [(&str, Read); 6] = [
        (r#"\bdate\b[^\n)]{0,60}?(?:-d|--date)[= ]*["']?-?(?P<n>\d+) *(?P<unit>second|minute|hour|day|week|month)s?"#, counted),
        (r#"\bdate\b[^\n)]{0,60}?(?:-d|--date)[= ]*["']?(?P<unit>yesterday)"#, |_| Some(DAY)),
        (r"\bdate\b[^\n)]{0,30}?-v ?-(?P<n>\d+)(?P<unit>[SMHdw])", counted),
        (r"\btimedelta\((?P<unit>second|minute|hour|day|week)s=(?P<n>\d+)\)", counted),
        (
            r"(?i)(?:minus|plus|add|duration::|sub)(?P<unit>second|minute|hour|day|week)s\(-?(?P<n>\d+)\)|-(?P<n2>\d+) ?\* ?time\.(?P<unit2>second|minute|hour)\b",
            counted,
        ),
        (r"[?&]from=(?P<from>\d{4}-\d\d-\d\dT[\d:.]+Z)&to=(?P<to>\d{4}-\d\d-\d\dT[\d:.]+Z)", between),
    ];
    all.into_iter().filter_map(|(pattern, seconds)| Some(Window { regex: Regex::new(pattern).ok()?, seconds })).collect()
});

fn group<'t>(found: &regex::bytes::Captures<'t>, names: [&str; 2]) -> Option<&'t str> {
    let found = names.iter().find_map(|name| found.name(name))?;
    std::str::from_utf8(found.as_bytes()).ok()
}

/// A number and its unit.
fn counted(found: &regex::bytes::Captures) -> Option<u64> {
    let (number, unit) = (group(found, ["n", "n2"])?.parse::<u64>().ok()?, group(found, ["unit", "unit2"])?);
    let seconds = match unit {
        "S" => 1,
        "M" => 60,
        "H" => 3_600,
        "d" => DAY,
        "w" => 7 * DAY,
        // As long as a month can be.
        word => match word.to_ascii_lowercase().as_str() {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => DAY,
            "week" => 7 * DAY,
            "month" => 31 * DAY,
            _ => return None,
        },
    };
    number.checked_mul(seconds)
}

/// From one moment to another.
fn between(found: &regex::bytes::Captures) -> Option<u64> {
    let moment = |name: &str| std::str::from_utf8(found.name(name)?.as_bytes()).ok()?.parse::<Moment>().ok();
    let seconds = moment("to")?.seconds - moment("from")?.seconds;
    // The second that the last one begins is part of it.
    u64::try_from(seconds).ok().map(|seconds| seconds + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;
    use crate::ruleset::provider;

    fn found(name: &str, text: &str) -> Vec<String> {
        let target = Target::in_memory(name);
        let all = signs(&Blob::new(&target, text.as_bytes()), &provider::built_in().unwrap(), Depth::All);
        all.iter().map(|sign| format!("{:?} {}", sign.kind, sign.name)).collect()
    }

    #[test]
    fn requests_are_found_with_the_name_of_what_they_carry() {
        for (name, text, expected) in [
            ("a.sh", "curl \"$BASE/v1/audit-logs?from=$F&to=$T\" -H \"Authorization: Bearer $AELIX_TOKEN\"\n", "AuditRequest AELIX_TOKEN"),
            ("a.sh", "curl -sS \\\n  -H \"Authorization: Bearer ${AELIX_ADMIN_TOKEN}\" \\\n  \"$BASE/v1/audit-logs\"\n", "AuditRequest AELIX_ADMIN_TOKEN"),
            (
                "a.sh",
                "TOKEN=$(cat \"$AELIX_TOKEN_URL\" \"$AELIX_API_KEY\")\ncurl \"$BASE/v1/accounts\" -H \"Authorization: Bearer $TOKEN\"\n",
                "ApiRequest AELIX_API_KEY",
            ),
            (
                "a.py",
                "token = os.environ[\"AELIX_TOKEN\"]\nheaders = {\"Authorization\": f\"Bearer {token}\"}\nrequests.get(f\"{BASE}/v1/audit-logs\", headers=headers)\n",
                "AuditRequest AELIX_TOKEN",
            ),
            ("a.py", "token = login()\nrequests.get(f\"{BASE}/v1/payments\", headers={\"Authorization\": token})\n", "ApiRequest "),
            ("a.py", "SECRET = os.environ['AELIX_CLIENT_SECRET']\nrequests.get(f\"{BASE}/v1/payments\", headers=h)\n", "ApiRequest AELIX_CLIENT_SECRET"),
        ] {
            assert!(found(name, text).contains(&expected.to_owned()), "{text}: {:?}", found(name, text));
        }
        for (name, text) in [("a.sh", "# GET /v1/audit-logs\n"), ("a.md", "GET /v1/audit-logs\n"), ("a.py", "get('/v1/audit-logs-x')\n")] {
            assert!(found(name, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn requests_that_bound_their_time_at_one_end_are_told() {
        for (name, text, expected) in [
            ("a.sh", "curl \"$BASE/v1/audit-logs?from=$F\"", Some("/v1/audit-logs?from=$F")),
            ("a.sh", "curl \"$BASE/v1/audit-logs?from=$(date -u -d '1 hour ago' +%FT%TZ)&to=$NOW\"", None),
            ("a.sh", "curl \"$BASE/v1/audit-logs?from=$(date -u +%F)\" -H \"$AUTH\"", Some("/v1/audit-logs?from=$(date -u +%F)")),
            ("a.sh", "curl -H \"$AUTH\" $BASE/v1/audit-logs", Some("/v1/audit-logs")),
            ("a.sh", "curl -G $BASE/v1/audit-logs \\\n  --data-urlencode \"from=$F\" --data-urlencode \"to=$T\"", None),
            ("a.py", "requests.get(BASE + '/v1/audit-logs', headers=H)", Some("/v1/audit-logs")),
            ("a.py", "requests.get(BASE + '/v1/audit-logs', params=window)", None),
            ("a.py", "requests.get(BASE + '/v1/audit-logs', headers=H,\n    params={'from': a, 'to': b})", None),
            ("a.py", "PATH = '/v1/audit-logs'", None),
            ("a.py", "check('a', '/v1/audit-logs')", None),
            ("a.js", "fetch(`${BASE}/v1/audit-logs?${query}`)", None),
            ("a.js", "fetch(`${BASE}/v1/audit-logs?to=${end}`)", Some("/v1/audit-logs?to=${end}")),
            ("a.http", "GET {{base}}/v1/audit-logs", Some("/v1/audit-logs")),
        ] {
            let page = Page { bytes: text.as_bytes(), path: name };
            let at = text.find(AUDIT).unwrap();
            let found = page.unbounded(Span::new(at, at + AUDIT.len()));
            assert_eq!(found.map(|span| &text[span.range()]), expected, "{text}");
        }
    }

    #[test]
    fn windows_and_schedules_are_read_where_there_is_one() {
        for (text, expected) in [
            ("date -u -d '1 hour ago'", Some(3_600)),
            ("date -u --date=\"-30 minutes\"", Some(1_800)),
            ("date -u -d yesterday", Some(DAY)),
            ("date -u -v-2d", Some(2 * DAY)),
            ("now - timedelta(hours=6)", Some(6 * 3_600)),
            ("time.Now().Add(-24 * time.Hour)", Some(DAY)),
            ("Instant.now().minusHours(2)", Some(7_200)),
            ("x/v1/audit-logs?from=2026-01-01T00:00:00Z&to=2026-01-01T23:59:59Z", Some(DAY)),
            ("date -d '1 hour ago'; date -d '2 hours ago'", None),
            ("date +%s", None),
        ] {
            let page = Page { bytes: text.as_bytes(), path: "a.sh" };
            let seconds = page.window().map(|sign| sign.kind);
            assert_eq!(seconds, expected.map(SignKind::AuditWindow), "{text}");
        }
        for (text, expected) in [
            ("on:\n  schedule:\n    - cron: '0 * * * *'\n", Some(3_600)),
            ("spec:\n  schedule: \"30 2 * * *\"\n", Some(DAY)),
            ("schedule_expression = \"rate(2 hours)\"\n", Some(7_200)),
            ("      ScheduleExpression: cron(0 8 * * ? *)\n", Some(DAY)),
            ("15 * * * * curl https://api.aelix.digitalapi.ai/v1/audit-logs\n", Some(3_600)),
            ("schedule: daily\n", None),
            ("- cron: '0 * * * *'\n- cron: '30 * * * *'\n", None),
        ] {
            let page = Page { bytes: text.as_bytes(), path: "a.sh" };
            assert_eq!(page.schedule().map(|sign| sign.kind), expected.map(SignKind::Schedule), "{text}");
        }
    }

    #[test]
    fn safe_practice_is_told() {
        for (text, expected) in [
            ("url = \"https://api.aelix.digitalapi.ai\"\n", "Https api.aelix.digitalapi.ai"),
            ("post(AUTH + \"/oauth2/token\")\n", "TokenRequest "),
            ("post(AUTH + '/oauth2/token')\nself.until = now + body['expires_in'] - 60\nexpires_in - 60\n", "TokenCache "),
            ("sig = headers['X-Aelix-Signature']\nhmac.compare_digest(sig, digest)\n", "WebhookVerified "),
        ] {
            assert!(found("a.py", text).contains(&expected.to_owned()), "{text}: {:?}", found("a.py", text));
        }
        assert!(found("a.py", "hmac.compare_digest(a, b)\nexpires_in - 60\n").is_empty());
    }
}
