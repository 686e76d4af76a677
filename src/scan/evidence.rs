//! What stands near a secret about what it opens: production raises the severity, a sandbox lowers it.

use crate::model::provider::Provider;
use crate::model::{Hit, Rank, Severity};
use crate::text::{Lines, Span};

use super::context::Context;

/// Bytes to each side of a secret in which a marker counts.
const REACH: usize = 2048;
/// Lines to each side.
const LINES: usize = 15;
/// Prefixes of keys that say which environment they are for.
const LIVE_KEYS: [&str; 2] = ["ak_live_", "sk_live_"];
const SANDBOX_KEYS: [&str; 3] = ["ak_test_", "ak_sandbox_", "sk_test_"];

/// What a marker says. Ordered by how much: a server that issues tokens for both environments says least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Sandbox,
    Live,
    /// Production, unless a sandbox is named as well.
    MaybeLive,
}

struct Marker {
    text: String,
    says: Says,
}

/// The markers of environments.
#[derive(Default)]
pub struct Evidence {
    markers: Vec<Marker>,
}

impl Evidence {
    /// The hosts of these providers, of those that have a sandbox, and the prefixes of keys.
    pub fn new(providers: &[Provider]) -> Self {
        let keys = |keys: &'static [&str], says: Says| keys.iter().map(move |key| Marker { text: (*key).to_owned(), says });
        let mut markers: Vec<Marker> = keys(&LIVE_KEYS, Says::Live).chain(keys(&SANDBOX_KEYS, Says::Sandbox)).collect();
        for provider in providers.iter().filter(|provider| provider.hosts.iter().any(|host| host.environment == "sandbox")) {
            markers.extend(provider.hosts.iter().map(|host| {
                let says = match (host.environment.as_str(), host.role.as_str()) {
                    ("sandbox", _) => Says::Sandbox,
                    (_, "api") => Says::Live,
                    _ => Says::MaybeLive,
                };
                Marker { text: host.name.clone(), says }
            }));
        }
        Self { markers }
    }

    /// Raises or lowers the severity of hits whose rules know only a name or a slot. A token whose checksum is right stays as it is.
    pub fn weigh(&self, hits: &mut [Hit], bytes: &[u8], lines: &Lines, context: Context) {
        for hit in hits.iter_mut().filter(|hit| hit.secret && hit.rank <= Rank::Sink) {
            let Some((marker, start)) = self.nearest(hit.span, bytes) else { continue };
            let (severity, what) = match marker.says {
                Says::Sandbox => (lowered(hit.severity), "lowered"),
                // What only tests run, and what is only shown, is no client of production.
                _ if context.made_up() || hit.notes.iter().any(|note| note.contains("only tests run")) => continue,
                Says::Live | Says::MaybeLive => (raised(hit.severity), "raised"),
            };
            if severity != hit.severity {
                hit.severity = severity;
                let of = if marker.says == Says::Sandbox { "the sandbox" } else { "production" };
                hit.notes.push(format!("severity {what}: `{}`, line {}, is of {of}", marker.text, lines.index_of(start) + 1));
            }
        }
    }

    /// The marker nearest to a secret, and where it begins. A sandbox outweighs what may serve both.
    fn nearest(&self, at: Span, bytes: &[u8]) -> Option<(&Marker, usize)> {
        let window = around(at, bytes);
        let text = &bytes[window.range()];
        let mut found: Vec<(usize, &Marker, usize)> = Vec::new();
        for marker in &self.markers {
            for start in memchr::memmem::find_iter(text, marker.text.as_bytes()).map(|start| window.start + start) {
                let end = start + marker.text.len();
                // `api.` in `sandbox-api.`; and a key that is itself the secret says it in its own rule.
                let is_part = start.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric() || matches!(bytes[before], b'-' | b'_' | b'.'));
                let is_own = at.start <= start && end <= at.end;
                if !is_part && !is_own {
                    found.push((at.start.abs_diff(start).min(at.end.abs_diff(start)), marker, start));
                }
            }
        }
        found.sort_by_key(|(distance, _, start)| (*distance, *start));
        let sure = found.iter().find(|(_, marker, _)| marker.says != Says::MaybeLive).or(found.first())?;
        Some((sure.1, sure.2))
    }
}

/// The lines around a secret.
fn around(at: Span, bytes: &[u8]) -> Span {
    let (from, to) = (at.start.saturating_sub(REACH), bytes.len().min(at.end.saturating_add(REACH)));
    let start = memchr::memrchr_iter(b'\n', &bytes[from..at.start]).nth(LINES).map_or(from, |end| from + end + 1);
    let end = memchr::memchr_iter(b'\n', &bytes[at.end..to]).nth(LINES).map_or(to, |end| at.end + end);
    Span::new(start, end)
}

fn raised(severity: Severity) -> Severity {
    match severity {
        Severity::Info => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Info => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::provider;

    fn said(text: &str) -> Option<(Says, usize)> {
        let at = text.find("VALUE").unwrap();
        let evidence = Evidence::new(&provider::built_in().unwrap());
        evidence.nearest(Span::new(at, at + 5), text.as_bytes()).map(|(marker, start)| (marker.says, text[..start].matches('\n').count() + 1))
    }

    #[test]
    fn the_nearest_marker_decides() {
        for (text, expected) in [
            ("secret: VALUE\nurl: https://api.aelix.digitalapi.ai/v1", Some((Says::Live, 2))),
            ("secret: VALUE\nurl: https://sandbox-api.aelix.digitalapi.ai/v1", Some((Says::Sandbox, 2))),
            ("secret: VALUE\ntoken: https://auth.aelix.digitalapi.ai/oauth2/token", Some((Says::MaybeLive, 2))),
            ("token: https://auth.aelix.digitalapi.ai\nsecret: VALUE\nurl: https://sandbox-api.aelix.digitalapi.ai", Some((Says::Sandbox, 3))),
            ("url: https://sandbox-api.aelix.digitalapi.ai\n\n\nsecret: VALUE\nurl: https://api.aelix.digitalapi.ai", Some((Says::Live, 5))),
            ("secret: VALUE\nurl: https://api.example.com", None),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_far_away_says_nothing() {
        let far = "\n".repeat(LINES + 2);
        assert_eq!(said(&format!("VALUE{far}https://api.aelix.digitalapi.ai")), None);
        assert_eq!(said(&format!("https://api.aelix.digitalapi.ai{far}VALUE")), None);
        assert_eq!(said(&format!("VALUE{}https://api.aelix.digitalapi.ai", " ".repeat(REACH + 1))), None);
    }

    #[test]
    fn severities_go_by_one() {
        assert_eq!(Severity::ALL.map(raised), [Severity::Critical, Severity::Critical, Severity::High, Severity::Medium, Severity::Low]);
        assert_eq!(Severity::ALL.map(lowered), [Severity::High, Severity::Medium, Severity::Low, Severity::Low, Severity::Info]);
    }
}
