//! Access tokens that are obtained anew for every call.

use crate::model::Confidence;
use crate::model::facts::Call;
use crate::text::Span;

use super::super::syntax::Function;
use super::{Found, Page, Practice, last_name};

/// Where tokens are issued.
pub const ANCHORS: [&str; 1] = ["/oauth2/token"];
/// What a call of the API names: a path with its version.
const ENDPOINTS: [&str; 8] =
    ["/v1/accounts", "/v1/transactions", "/v1/payments", "/v1/identity", "/v1/webhooks", "/v1/users", "/v1/audit-logs", "/v1/balances"];
/// Words of a file that keeps its tokens, in lower case.
const KEEPING: [&str; 12] =
    ["expires", "expiry", "expiration", "cache", "memo", "oncelock", "oncecell", "lazy", "refresh", "valid_until", "tokensource", "tokenstore"];
/// Functions that run once.
const ONCE: [&str; 5] = ["main", "Main", "run", "setup", "init"];

/// Calls of the API in functions that obtain a token for it, in a file that keeps none.
pub fn found(page: &Page) -> Vec<Found> {
    let lower = page.bytes.to_ascii_lowercase();
    if page.context.test || KEEPING.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some()) {
        return Vec::new();
    }
    let Some(token) = place_of(page, ANCHORS[0]) else { return Vec::new() };
    let obtains: Vec<&Function> = page.facts.functions.iter().filter(|function| text(page, function).contains(ANCHORS[0])).collect();
    let asks = |call: &Call| obtains.iter().any(|function| function.name == last_name(&call.callee));
    let mut out = Vec::new();
    for function in page.facts.functions.iter().filter(|function| !ONCE.contains(&function.name.as_str()) && !page.is_test(function.span)) {
        let Some(endpoint) = ENDPOINTS.iter().find_map(|endpoint| place_within(page, endpoint, function.span)) else { continue };
        let obtains_itself = function.span.contains(token);
        let is_given = page.facts.calls.iter().any(|call| function.span.contains(call.span) && asks(call));
        let is_outer = page.facts.functions.iter().any(|inner| inner.span != function.span && function.span.contains(inner.span));
        if (obtains_itself || is_given) && !is_outer {
            let message = format!("`{}` obtains a new access token for every call", function.name);
            let mut found = Found::plain(Practice::TokenPerCall, endpoint, message);
            found.confidence = Confidence::Medium;
            found.related.push((token, "the token is obtained here".to_owned()));
            out.push(found);
        }
    }
    out
}

fn text<'p>(page: &'p Page, function: &Function) -> &'p str {
    page.text(function.span)
}

fn place_of(page: &Page, word: &str) -> Option<Span> {
    place_within(page, word, Span::new(0, page.bytes.len()))
}

/// The first place of a word in code.
fn place_within(page: &Page, word: &str, within: Span) -> Option<Span> {
    let bytes = page.bytes.get(within.range())?;
    let places = memchr::memmem::find_iter(bytes, word.as_bytes()).map(|at| Span::new(within.start + at, within.start + at + word.len()));
    places.into_iter().find(|place| !super::is_in_comment(page.bytes, place.start))
}
