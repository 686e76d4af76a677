//! Allowlists of addresses: what a list lets in as a whole, and entries that cannot mean what they say.

use std::sync::LazyLock;

use crate::model::facts::{Attribute, CLIENT, Resource};
use crate::model::{Place, Related, Severity};
use crate::ruleset::allowlists::{self, Guards, Slot};
use crate::text::value::cidr::{self, Family, Invalid, Range, Special};

use super::audit::World;
use super::conditions::{Scope, Truth, blocks, judge};
use super::expression::Datum;
use super::resources::{Entry, Module};
use super::{Found, Outcome, kind_matches};

/// Addresses that the narrow entries of one list may add up to.
const MAX_ADDRESSES: u128 = 1_024;
/// Shortest prefix of an entry that is no whole network: IPv4 and IPv6.
const NARROW: [u8; 2] = [24, 48];
/// Prefixes up to these are wide enough for the next severity.
const WIDE: [u8; 2] = [12, 32];

static SLOTS: LazyLock<Vec<Slot>> = LazyLock::new(|| allowlists::built_in().unwrap_or_default());

/// One allowlist.
struct List<'a> {
    guards: Guards,
    resource: &'a Resource,
    /// Dotted path of the attribute.
    path: String,
    ranges: Vec<(Range, &'a Place)>,
    everybody: Vec<&'a Place>,
    invalid: Vec<(String, Invalid, &'a Place)>,
    /// Where the values of entries stand that are given from elsewhere, by the places of the entries.
    sources: Vec<(&'a Place, &'a Place)>,
    /// Entries that nobody can tell.
    unknown: Vec<&'a Place>,
    /// What makes it unknown whether it is an allowlist at all.
    doubt: Option<&'a Place>,
}

impl<'a> List<'a> {
    fn new(slot: &Slot, resource: &'a Resource, path: &str) -> Self {
        Self {
            guards: slot.guards,
            resource,
            path: path.to_owned(),
            ranges: Vec::new(),
            everybody: Vec::new(),
            invalid: Vec::new(),
            sources: Vec::new(),
            unknown: Vec::new(),
            doubt: None,
        }
    }

    fn add(&mut self, entry: &Entry<'a>) {
        self.sources.extend(
            entry.source.filter(|_| self.sources.last().is_none_or(|(place, _)| !std::ptr::eq(*place, entry.place))).map(|source| (entry.place, source)),
        );
        let Datum::Text(text) = &entry.value else { return self.unknown.push(entry.place) };
        let parts: Vec<&str> = if text.contains('-') { text.split(',').map(str::trim).collect() } else { cidr::split(text).collect() };
        for part in parts {
            match cidr::entry(part) {
                Some(Ok(cidr::Entry::Addresses(range))) => self.ranges.push((range, entry.place)),
                Some(Ok(cidr::Entry::Everybody)) => self.everybody.push(entry.place),
                Some(Err(Invalid::HostBits(range))) => {
                    self.ranges.push((range, entry.place));
                    self.invalid.push((part.to_owned(), Invalid::HostBits(range), entry.place));
                }
                Some(Err(wrong)) => self.invalid.push((part.to_owned(), wrong, entry.place)),
                None if self.resource.kind == CLIENT && !part.is_empty() => self.invalid.push((part.to_owned(), Invalid::Address, entry.place)),
                None => {}
            }
        }
    }

    /// The entry by which it lets everybody in, and how that is said.
    fn world(&self) -> Option<(&'a Place, String)> {
        if let Some(place) = self.everybody.first() {
            return Some((place, "lets everybody in".to_owned()));
        }
        if let Some((range, place)) = self.ranges.iter().find(|(range, _)| range.is_all()) {
            return Some((place, format!("lets every {} address in: {range}", family(range.family))));
        }
        let whole = cidr::union(self.ranges.iter().map(|(range, _)| *range)).into_iter().find(|range| range.is_all())?;
        let widest = self.ranges.iter().rev().filter(|(range, _)| range.family == whole.family).max_by_key(|(range, _)| range.count());
        widest.map(|(_, place)| (*place, format!("lets every {} address in: its entries together are all of them", family(whole.family))))
    }

    /// What is said of it: that it violates, if it is sure to be an allowlist; that nobody can tell, where an entry, or that, is not known.
    fn outcomes(&self, found: Vec<Found<'a>>) -> Vec<Outcome<'a>> {
        let unknown = match (self.doubt, found.is_empty()) {
            (Some(doubt), false) => Some(doubt),
            (None, true) => self.unknown.first().copied(),
            _ => None,
        };
        let is_sure = self.doubt.is_none();
        found.into_iter().filter(|_| is_sure).map(Outcome::Violates).chain(unknown.map(|place| Outcome::Unknown { place })).collect()
    }

    fn found(&self, place: &'a Place, message: String, what: &str) -> Found<'a> {
        let what = format!("{}.{}.{}:{what}", self.resource.kind, self.resource.name, self.path);
        let sources = self.sources.iter().filter(|(of, _)| std::ptr::eq(*of, place));
        let related = sources.map(|(_, source)| Related { place: (*source).clone(), message: "the value is set here".to_owned() }).collect();
        Found { what, place, message: Some(message), related, notes: Vec::new(), severity: None }
    }
}

fn family(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

fn index(family: Family) -> usize {
    usize::from(family == Family::V6)
}

/// Every allowlist of a module.
fn lists<'a>(module: &Module<'a>) -> Vec<List<'a>> {
    let mut out = Vec::new();
    for resource in module.blocks() {
        for slot in SLOTS.iter().filter(|slot| kind_matches(&resource.kind, &slot.types)) {
            if module.is_absent(resource) {
                continue;
            }
            for scope in Scope::of(resource, slot.block.as_deref()) {
                let truths: Vec<Truth> = slot.when.iter().map(|test| judge(module, scope, test)).collect();
                if truths.iter().any(|truth| matches!(truth, Truth::Fails)) || slot.guards == Guards::Ports && !opens_more_than_web(module, scope) {
                    continue;
                }
                let doubt = truths.iter().find_map(|truth| if let Truth::Unknown(place) = truth { Some(*place) } else { None });
                let lists = slot.attributes.iter().map(|path| (path, module.entries(resource, scope.attributes, path)));
                for (path, entries) in lists.chain(slot.between.iter().map(|[from, to]| (to, module.range(resource, scope.attributes, (from, to))))) {
                    let mut list = List::new(slot, resource, path);
                    // A list of values whose own key says what it is is judged where it stands; a map that is given whole has that key.
                    let is_judged = |entry: &&Entry| {
                        let value = entry.source.and_then(|source| module.chart_value_at(source));
                        value.is_some_and(|value| is_allowlist_key(&value.path) || value.expression.starts_with('{') && is_allowlist_key(path))
                    };
                    entries.iter().filter(|entry| !is_judged(entry)).for_each(|entry| list.add(entry));
                    list.doubt = doubt;
                    out.push(list);
                }
            }
        }
        if resource.kind.starts_with(super::CONFIG) {
            out.extend(of_keys(module, resource));
        }
    }
    out
}

/// The allowlists among the keys of a configuration file, by their names.
fn of_keys<'a>(module: &Module<'a>, resource: &'a Resource) -> Vec<List<'a>> {
    let mut paths: Vec<&str> = resource.attributes.iter().map(|a| a.path.trim_end_matches("[]")).filter(|path| is_allowlist_key(path)).collect();
    paths.dedup();
    let slot = Slot { types: Vec::new(), block: None, attributes: Vec::new(), between: None, guards: Guards::Service, when: Vec::new() };
    let list = |path: &str| {
        let mut list = List::new(&slot, resource, path);
        module.entries(resource, &resource.attributes, path).iter().for_each(|entry| list.add(entry));
        list
    };
    paths.into_iter().map(list).collect()
}

/// Whether the last name of a dotted path is that of an allowlist of addresses: `ip_allowlist`, `allowedCidrs`, `source-ranges`.
fn is_allowlist_key(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    let mut words: Vec<String> = super::words(last);
    // `allow_list` is `allowlist`.
    if let Some(at) = words.windows(2).position(|w| matches!(w[0].as_str(), "allow" | "white") && w[1] == "list") {
        words.splice(at..at + 2, ["allowlist".to_owned()]);
    }
    let has = |all: &[&str]| words.iter().any(|w| all.contains(&w.as_str()));
    let addresses = ["ip", "ips", "cidr", "cidrs", "addresses", "ipv4", "ipv6"];
    let source = words.windows(2).any(|w| w[0] == "source" && matches!(w[1].as_str(), "range" | "ranges" | "ips" | "cidrs"));
    let denies = ["deny", "denied", "denylist", "block", "blocked", "blocklist", "blacklist", "except", "not", "excluded", "egress", "outbound", "proxies"];
    !has(&denies)
        && (has(&["allowlist", "whitelist", "whitelisted", "allowlisted"]) && has(&addresses)
            || has(&["allowed", "permitted"]) && (has(&addresses) || source)
            || has(&["allow"]) && has(&["ips", "cidrs"])
            || source && has(&["balancer"]))
}

/// Whether a rule of a firewall opens other ports than those that are public by nature. Ports that are not known say nothing.
fn opens_more_than_web<'a>(module: &Module<'a>, scope: Scope<'a>) -> bool {
    let texts = |path: &str| -> Vec<String> {
        module.entries(scope.resource, scope.attributes, path).iter().filter_map(|entry| entry.value.text()).map(|text| text.trim().to_owned()).collect()
    };
    if scope.resource.kind == "kubernetes:NetworkPolicy" {
        let ports = "spec.ingress.ports";
        let is_any = !scope.attributes.iter().any(|a| a.path.starts_with(ports));
        return is_any || texts(&format!("{ports}.port")).iter().any(|port| port.parse::<u16>().is_ok_and(|port| !matches!(port, 80 | 443 | 8080 | 8443)));
    }
    // Rules by their names, of the module of the registry.
    let named = texts("ingress_rules");
    if !named.is_empty() {
        return named.iter().any(|name| !["http-80-tcp", "http-8080-tcp", "https-443-tcp", "https-8443-tcp"].contains(&name.as_str()));
    }
    if scope.resource.kind == "google_compute_firewall" {
        return blocks(scope.attributes, "allow").into_iter().any(|allowed| opens_ports(module, scope.resource, allowed));
    }
    let number = |path: &str| -> Option<Option<i64>> {
        let attribute: &Attribute = scope.attributes.iter().find(|a| a.path.rsplit('.').next() == Some(path))?;
        Some(module.known(scope.resource, attribute).value.text().and_then(|t| t.parse().ok()))
    };
    let protocol = ["protocol", "ip_protocol", "IpProtocol"].iter().find_map(|path| {
        let attribute = scope.attributes.iter().find(|a| a.path.rsplit('.').next() == Some(*path))?;
        Some(module.known(scope.resource, attribute).value.text().map(str::to_ascii_lowercase))
    });
    match protocol {
        Some(Some(name)) if name == "-1" || name == "all" => return true,
        Some(Some(name)) if matches!(name.as_str(), "icmp" | "icmpv6" | "58" | "1") => return false,
        Some(None) => return false,
        _ => {}
    }
    // Azure names ports as texts: `22`, `8000-8100`, `*`.
    let is_azure = |name: &str| matches!(name.to_ascii_lowercase().replace('_', "").as_str(), "destinationportrange" | "destinationportranges");
    let mut ports: Vec<&str> =
        scope.attributes.iter().map(|a| a.path.trim_end_matches("[]")).filter(|path| path.rsplit('.').next().is_some_and(is_azure)).collect();
    ports.dedup();
    if !ports.is_empty() {
        return ports.into_iter().flat_map(texts).any(|port| !matches!(port.as_str(), "" | "80" | "443"));
    }
    let from = number("from_port").or_else(|| number("FromPort"));
    let to = number("to_port").or_else(|| number("ToPort"));
    match (from, to) {
        (Some(Some(from)), Some(Some(to))) => !(from == to && matches!(from, 80 | 443)),
        _ => false,
    }
}

/// Whether what a firewall of Google Cloud allows is more than the ports that are public by nature; without ports it is all of them.
fn opens_ports<'a>(module: &Module<'a>, resource: &'a Resource, allowed: &'a [Attribute]) -> bool {
    let protocol = allowed.iter().find(|a| a.path == "allow.protocol").map(|a| module.known(resource, a).value);
    let Some(protocol) = protocol.as_ref().and_then(Datum::text) else { return false };
    match protocol.to_ascii_lowercase().as_str() {
        "all" => return true,
        "tcp" | "udp" | "6" | "17" => {}
        _ => return false,
    }
    let ports = module.entries(resource, allowed, "allow.ports");
    let is_web = |port: &str| matches!(port.trim(), "80" | "443");
    let is_more = |entry: &Entry| entry.value.text().is_some_and(|text| !text.split(',').all(is_web));
    !allowed.iter().any(|a| a.path.starts_with("allow.ports")) || ports.iter().any(is_more)
}

/// Lists that let everybody in.
pub fn world_open<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let found = |list: &List<'a>| {
        let (place, how) = list.world()?;
        let mut found = list.found(place, format!("allowlist of `{}` {how}", list.resource.name), "world");
        if matches!(list.guards, Guards::Vendor | Guards::Store) {
            found.severity = Some(Severity::Critical);
        }
        Some(found)
    };
    lists(module).iter().flat_map(|list| list.outcomes(found(list).into_iter().collect())).collect()
}

/// Lists with entries that are wider than those who need access can be.
pub fn overbroad<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for list in lists(module).iter().filter(|list| list.guards != Guards::Ports && list.world().is_none()) {
        let public: Vec<_> = list.ranges.iter().filter(|(range, _)| cidr::special(*range).is_none()).collect();
        let wide: Vec<_> = public.iter().filter(|(range, _)| range.bits() < NARROW[index(range.family)]).collect();
        let mut found = Vec::new();
        for (range, place) in &wide {
            let message = format!("allowlist of `{}` lets {} in: {range}", list.resource.name, how_many(*range));
            let mut one = list.found(place, message, &range.to_string());
            one.severity = (range.bits() <= WIDE[index(range.family)]).then_some(Severity::High);
            found.push(one);
        }
        let sum = cidr::union(public.iter().map(|(range, _)| *range).filter(|range| range.family == Family::V4)).iter().fold(0u128, |sum, r| sum + r.count());
        if let (true, true, Some((_, place))) = (wide.is_empty(), sum > MAX_ADDRESSES, public.first()) {
            let message = format!("entries of the allowlist of `{}` add up to {sum} addresses", list.resource.name);
            found.push(list.found(place, message, "sum"));
        }
        out.extend(list.outcomes(found));
    }
    out
}

fn how_many(range: Range) -> String {
    match range.family {
        Family::V4 => format!("{} addresses", range.count()),
        Family::V6 => format!("2^{} addresses", 128 - range.bits()),
    }
}

/// Addresses that a service on the internet never sees.
pub fn private_range<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let found = |list: &List<'a>| {
        let private = |(range, place): &(Range, &'a Place)| {
            let special = cidr::special(*range).filter(|special| *special != Special::Documentation)?;
            let message =
                format!("{range} in the allowlist of `{}` is {}: the vendor sees the public address of your NAT gateway", list.resource.name, special.name());
            Some(list.found(place, message, &range.to_string()))
        };
        list.ranges.iter().filter_map(private).collect()
    };
    lists(module).iter().filter(|list| list.guards == Guards::Vendor).flat_map(|list| list.outcomes(found(list))).collect()
}

/// Entries that cannot mean what they say.
pub fn invalid_entry<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for list in lists(module).iter().filter(|list| list.guards != Guards::Ports) {
        let mut found = Vec::new();
        for (text, wrong, place) in &list.invalid {
            let why = match wrong {
                Invalid::Prefix => "has a prefix that is longer than an address".to_owned(),
                Invalid::Address => "is no address".to_owned(),
                Invalid::Order => "ends before it begins".to_owned(),
                Invalid::HostBits(range) => format!("has bits set behind its prefix: {range} is meant"),
            };
            found.push(list.found(place, format!("entry {text} of the allowlist of `{}` {why}", list.resource.name), text));
        }
        for (range, place) in &list.ranges {
            let is_sample = crate::scan::is_made_up(&place.relative);
            if cidr::special(*range) == Some(Special::Documentation) && !is_sample {
                let message = format!("{range} in the allowlist of `{}` is a range for documentation, left in", list.resource.name);
                found.push(list.found(place, message, &range.to_string()));
            }
        }
        if list.world().is_none() {
            found.extend(covered(list));
        }
        out.extend(list.outcomes(found));
    }
    out
}

/// Entries that another entry of the same list holds.
fn covered<'a>(list: &List<'a>) -> Vec<Found<'a>> {
    let mut out = Vec::new();
    for (at, (range, place)) in list.ranges.iter().enumerate() {
        let holds =
            |(other_at, (other, _)): (usize, &(Range, &Place))| other_at != at && other.holds(*range) && (other.count() > range.count() || other_at < at);
        if let Some((_, (other, _))) = list.ranges.iter().enumerate().find(|(i, r)| holds((*i, r))) {
            let how = if other == range { "is listed twice".to_owned() } else { format!("is in {other} of the same list") };
            let message = format!("{range} in the allowlist of `{}` {how}", list.resource.name);
            out.push(list.found(place, message, &format!("{range} in {other}")));
        }
    }
    out
}

/// Entries of a list for production that are named after another environment, or a place where people work.
pub fn env_mixing<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for resource in module.blocks() {
        for slot in SLOTS.iter().filter(|slot| slot.block.is_some() && kind_matches(&resource.kind, &slot.types)) {
            if !is_production(resource) {
                continue;
            }
            for scope in Scope::of(resource, slot.block.as_deref()) {
                let label = |a: &&Attribute| matches!(a.path.rsplit('.').next(), Some("display_name" | "name" | "description"));
                let Some(attribute) = scope.attributes.iter().find(label) else { continue };
                let known = module.known(resource, attribute).value;
                if known == Datum::Unknown {
                    out.push(Outcome::Unknown { place: &attribute.place });
                }
                let Some(word) = known.text().and_then(|text| super::words(text).into_iter().find(|w| OTHERS.contains(&w.as_str()))) else { continue };
                let list = List::new(slot, resource, slot.attributes.first().map_or("", String::as_str));
                let message = format!("allowlist of the production resource `{}` has an entry for `{word}`", resource.name);
                out.push(Outcome::Violates(list.found(&attribute.place, message, &word)));
            }
        }
    }
    out
}

/// Allowlists of production that hold all that the list of another environment does, by the same key: who may use the other may use production too.
pub fn env_superset<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let configs: Vec<&'a Resource> = world.resources.iter().filter(|resource| resource.kind.starts_with(super::CONFIG)).collect();
    let mut listed: Vec<(Environment, String, &'a Attribute, Vec<Range>)> = Vec::new();
    for resource in configs {
        for attribute in resource.attributes.iter().filter(|a| !a.path.ends_with("[]") && is_allowlist_key(&a.path)) {
            let ranges = ranges_at(resource, &attribute.path);
            // What is left of the path without the words of its environment is what both have in common.
            let path = format!("{} {}", resource.place.relative, attribute.path);
            if let (Some(environment), false) = (Environment::of(&path), ranges.is_empty()) {
                listed.push((environment, without_environment(&path), attribute, ranges));
            }
        }
    }
    let mut out = Vec::new();
    for (_, key, attribute, ranges) in listed.iter().filter(|(environment, ..)| *environment == Environment::Production) {
        let holds = |other: &&(Environment, String, &'a Attribute, Vec<Range>)| {
            other.0 == Environment::Other && other.1 == *key && other.3.iter().all(|one| ranges.iter().any(|own| own.holds(*one)))
        };
        let Some((_, _, other, _)) = listed.iter().find(holds) else { continue };
        out.push(Outcome::Violates(Found {
            what: key.clone(),
            place: &attribute.place,
            message: Some(format!("allowlist of production holds all that `{}` of another environment does", other.path)),
            related: vec![Related { place: other.place.clone(), message: "the list of the other environment".to_owned() }],
            notes: Vec::new(),
            severity: None,
        }));
    }
    out
}

/// The addresses of a list that is written out; nothing where an entry is no text.
fn ranges_at(resource: &Resource, path: &str) -> Vec<Range> {
    let element = format!("{path}[]");
    let has_elements = resource.attributes.iter().any(|a| a.path == element);
    let entries = resource.attributes.iter().filter(|a| if has_elements { a.path == element } else { a.path == path });
    let texts: Option<Vec<&str>> = entries.map(super::audit::literal).collect();
    let parts = texts.unwrap_or_default().into_iter().flat_map(cidr::split);
    parts.filter_map(|part| if let Some(Ok(cidr::Entry::Addresses(range))) = cidr::entry(part) { Some(range) } else { None }).collect()
}

/// Whose list it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Environment {
    Production,
    Other,
}

impl Environment {
    fn of(path: &str) -> Option<Self> {
        let words = super::words(path);
        let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
        match (has(&PRODUCTION), has(&OTHERS)) {
            (true, false) => Some(Self::Production),
            (false, true) => Some(Self::Other),
            _ => None,
        }
    }
}

fn without_environment(path: &str) -> String {
    let mut words = super::words(path);
    words.retain(|word| !PRODUCTION.contains(&word.as_str()) && !OTHERS.contains(&word.as_str()));
    words.join(" ")
}

/// Names of production.
const PRODUCTION: [&str; 3] = ["prod", "production", "live"];
/// Names of environments that are not production, and of places where people work.
const OTHERS: [&str; 12] = ["dev", "development", "staging", "stage", "test", "testing", "sandbox", "office", "vpn", "home", "laptop", "qa"];

fn is_production(resource: &Resource) -> bool {
    let words = super::words(&format!("{} {}", resource.place.relative, resource.name));
    words.iter().any(|word| PRODUCTION.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_allowlists_are_told() {
        for name in [
            "ip_allowlist",
            "production.ip_allowlist",
            "ingress.allowedSourceRanges",
            "allowed_ips",
            "allowedCidrs",
            "ipWhitelist",
            "IP_ALLOW_LIST",
            "whitelist-source-ips",
            "loadBalancerSourceRanges",
            "permitted_addresses",
        ] {
            assert!(is_allowlist_key(name), "{name}");
        }
        for name in [
            "ip_denylist",
            "listen",
            "podCidr",
            "allowed_hosts",
            "trusted_proxies",
            "allowlist",
            "blocked_ips",
            "egress.allowedCidrs",
            "allowed_scopes",
            "egress_allowed_ips",
            "source_ranges",
        ] {
            assert_eq!(is_allowlist_key(name), name == "egress.allowedCidrs", "{name}");
        }
    }
}
