//! Facts about scopes with places: who requests which, and what is called.

use crate::check::scope_request;
use crate::check::scopes::{self, Site};
use crate::model::provider::Provider;
use crate::model::usage::{ApiCall, OmittedScope, ScopeSite, Usage};
use crate::model::{Blob, Place};
use crate::text::{Span, name};

use super::requests;
use super::usage::RawUsage;

/// Requests of one file that are kept.
const MAX_SITES: usize = 256;

/// What a file requests, with spans instead of places.
#[derive(Default)]
pub struct RawSites {
    /// Requests, each with the index of the provider.
    sites: Vec<(usize, Site)>,
    /// Token requests without scopes.
    omitted: Vec<(usize, Span)>,
}

impl RawSites {
    /// What a blob requests of providers whose calls are known.
    pub fn of(blob: &Blob, providers: &[Provider]) -> Self {
        let mut found = Self::default();
        let all = scope_request::sites(blob.bytes, blob.kind);
        for (index, provider) in providers.iter().enumerate() {
            if !all.is_empty() {
                let mut sites = scopes::sites(blob.bytes, &all, provider);
                if sites.len() > MAX_SITES {
                    sites.truncate(MAX_SITES);
                    // What the others request is not known.
                    for site in &mut sites {
                        site.open = Some(Vec::new());
                    }
                }
                found.sites.extend(sites.into_iter().map(|site| (index, site)));
            }
            if provider.is_complete {
                found.omitted.extend(scopes::omitted(blob.bytes, blob.kind, provider).map(|span| (index, span)));
            }
        }
        found
    }

    /// Whether nothing was requested.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.omitted.is_empty()
    }

    /// The same with places.
    pub fn placed(self, blob: &Blob, place: impl Fn(Span) -> Place) -> (Vec<ScopeSite>, Vec<OmittedScope>) {
        let site = |(provider, site): (usize, Site)| {
            let (service, built_from) = service(blob, site.name).unzip();
            ScopeSite {
                provider,
                scopes: site.tokens.into_iter().map(|token| (token.name, place(token.span))).collect(),
                name: name::normalise(&blob.bytes[site.name.range()]),
                open: site.open.map(|names| names.iter().map(|open| name::normalise(open.as_bytes())).collect()),
                client: site.client,
                service,
                built_from: built_from.flatten(),
                environment: site.environment,
                grant: site.grant,
                is_sure: site.is_sure,
                place: place(site.name),
            }
        };
        let sites = self.sites.into_iter().map(site).collect();
        let omitted = self.omitted.into_iter().map(|(provider, span)| OmittedScope { provider, place: place(span) }).collect();
        (sites, omitted)
    }
}

/// The service of a Compose file around a place, the nearest key above it that is indented as one, and the folder that it is built from.
fn service(blob: &Blob, at: Span) -> Option<(String, Option<String>)> {
    let (folder, name) = blob.target.relative.rsplit_once('/').unwrap_or(("", &blob.target.relative));
    if !name.contains("compose") || !matches!(name.rsplit('.').next(), Some("yml" | "yaml")) {
        return None;
    }
    let key = |line: &[u8]| {
        let indented = line.strip_prefix(b"  ").filter(|rest| rest.first().is_some_and(u8::is_ascii_alphanumeric))?;
        std::str::from_utf8(indented.trim_ascii_end().strip_suffix(b":")?).ok().map(str::to_owned)
    };
    let (before, behind) = blob.bytes.split_at_checked(at.start)?;
    let above: Vec<&[u8]> = before.rsplit(|b| *b == b'\n').take_while(|line| key(line).is_none()).collect();
    let name = before.rsplit(|b| *b == b'\n').find_map(key)?;
    let below = behind.split(|b| *b == b'\n').take_while(|line| line.starts_with(b"   ") || line.trim_ascii().is_empty() || line.as_ptr() == behind.as_ptr());
    let context = above.into_iter().chain(below).find_map(|line| {
        let line = std::str::from_utf8(line).ok()?.trim();
        let path = line.strip_prefix("build:").or_else(|| line.strip_prefix("context:"))?.trim().trim_matches(['"', '\'']);
        (!path.is_empty()).then(|| beside(folder, path))
    });
    Some((name, context.flatten()))
}

/// A path as written in a file of a folder, relative to the root; nothing of what leads out of that.
fn beside(folder: &str, path: &str) -> Option<String> {
    let mut all: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => all.pop().map(drop)?,
            part => all.push(part),
        }
    }
    Some(all.join("/"))
}

/// What a file calls, with places.
pub fn placed_usage(raw: RawUsage, blob: &Blob, place: impl Fn(Span) -> Place) -> Usage {
    let has_other_token = raw.is_forwarding || requests::is_of_requests(&blob.target.within);
    let calls = raw.calls.into_iter().map(|call| ApiCall {
        has_other_token,
        callee: call.callee,
        receiver: call.receiver,
        method: call.method,
        urls: call.urls,
        operations: call.operations,
        is_told: call.is_told,
        within: call.within,
        place: place(call.span),
    });
    Usage {
        path: blob.target.relative.to_string(),
        names: raw.names,
        libraries: raw.libraries,
        opaque: raw.opaque,
        ambient: raw.ambient,
        own: raw.own,
        calls: calls.collect(),
        bases: raw.bases,
        mentions: raw.mentions,
        modules: raw.modules,
    }
}
