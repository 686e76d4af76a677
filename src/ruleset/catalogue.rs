//! Reads `rules/catalogues/<provider>.txt`, the scopes and endpoints of large APIs as `tools/providers` writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::provider::{Catalogue, Endpoint, Scope};

/// The catalogues of the package, by the id of their provider.
const FILES: [(&str, &str); 8] = [
    ("github", include_str!("../../rules/catalogues/github.txt")),
    ("google", include_str!("../../rules/catalogues/google.txt")),
    ("microsoft-graph", include_str!("../../rules/catalogues/microsoft-graph.txt")),
    ("okta", include_str!("../../rules/catalogues/okta.txt")),
    ("paypal", include_str!("../../rules/catalogues/paypal.txt")),
    ("slack", include_str!("../../rules/catalogues/slack.txt")),
    ("square", include_str!("../../rules/catalogues/square.txt")),
    ("xero", include_str!("../../rules/catalogues/xero.txt")),
];
/// Letters of methods.
const METHODS: [(char, &str); 7] = [('G', "GET"), ('H', "HEAD"), ('P', "POST"), ('U', "PUT"), ('A', "PATCH"), ('D', "DELETE"), ('O', "OPTIONS")];

/// The catalogue of a provider that ships with the program, read when it is first asked for. Lines that cannot be read are passed over (a test of the
/// package reads them all).
pub fn of(provider: &str) -> Option<Catalogue> {
    let (_, text) = FILES.iter().find(|(id, _)| *id == provider)?;
    Some(Catalogue::new(text, scopes, endpoints))
}

/// The scopes of a catalogue, in the order of the file.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix('+'))
}

fn scopes(text: &str) -> BTreeMap<String, Scope> {
    listed(text).map(scope).map(|scope| (scope.name.clone(), scope)).collect()
}

fn endpoints(text: &str) -> Vec<Endpoint> {
    let names: Vec<&str> = listed(text).filter_map(|line| line.split('\t').next()).collect();
    let (mut all, mut host, mut path): (Vec<Endpoint>, Arc<str>, String) = (Vec::new(), Arc::from(""), String::new());
    for line in text.lines() {
        match line.as_bytes().first() {
            Some(b'#' | b'+') | None => {}
            Some(b'@') => {
                host = line[1..].into();
                path.clear();
            }
            Some(_) => all.extend(endpoint(line, &names, &mut path).map(|endpoint| Endpoint { host: host.clone(), ..endpoint })),
        }
    }
    all
}

fn scope(line: &str) -> Scope {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (name, level, grants) = (next(), next(), next());
    let grants = if grants.is_empty() { format!("what `{name}` says") } else { grants.to_owned() };
    Scope { name: name.to_owned(), level: level.parse().unwrap_or(0), grants, ..Scope::default() }
}

/// One endpoint; `path` is that of the one before, and becomes its own.
fn endpoint(line: &str, names: &[&str], path: &mut String) -> Option<Endpoint> {
    let mut columns = line.split('\t');
    path.truncate(columns.next()?.parse().ok()?);
    path.push_str(columns.next()?);
    let methods = columns.next()?.chars().filter_map(|c| METHODS.iter().find(|(letter, _)| *letter == c)).map(|(_, method)| (*method).to_owned()).collect();
    let named = |column: &str, mark: char| -> Vec<String> {
        column.split(mark).filter_map(|n| names.get(n.parse::<usize>().ok()?)).map(|name| (*name).to_owned()).collect()
    };
    let needs = columns.next().unwrap_or_default();
    let sets: Vec<Vec<String>> = needs.split(',').filter(|set| !set.is_empty()).map(|set| named(set, '+')).collect();
    let possible = named(columns.next().unwrap_or_default(), ',');
    let operation = columns.next().unwrap_or_default().to_owned();
    let mut scopes: Vec<String> = Vec::new();
    for name in sets.iter().flatten() {
        if !scopes.contains(name) {
            scopes.push(name.clone());
        }
    }
    let sets = if sets.iter().all(|set| set.len() == 1) { Vec::new() } else { sets };
    Some(Endpoint { methods, path: path.clone(), is_whole: true, operation, scopes, sets, possible, ..Endpoint::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_catalogue_is_read() {
        for (id, text) in FILES {
            let (scopes, endpoints) = (scopes(text), endpoints(text));
            let count = |first: fn(u8) -> bool| text.lines().filter(|line| line.bytes().next().is_some_and(first)).count();
            assert_eq!(scopes.len(), count(|b| b == b'+'), "{id}");
            assert_eq!(endpoints.len(), count(|b| b.is_ascii_digit()), "{id}");
            for endpoint in &endpoints {
                let is_known = |name: &String| scopes.contains_key(name);
                assert!(
                    endpoint.path.starts_with('/') && !endpoint.methods.is_empty() && endpoint.scopes.iter().chain(&endpoint.possible).all(is_known),
                    "{id}"
                );
            }
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogues");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len(), "every file is in the table");
    }

    #[test]
    fn a_line_says_what_a_call_needs() {
        let known = endpoints("# x\n+a\t1\tread it\n+b\n@h.example\n0\t/v1/users/{}\tG\t0,1\n12\t/mail\tPU\t0+1\t1\tmail.send\n");
        let shown: Vec<String> =
            known.iter().map(|e| format!("{:?} {}{} {:?} {:?} {:?} {}", e.methods, e.host, e.path, e.scopes, e.sets, e.possible, e.operation)).collect();
        assert_eq!(
            shown,
            [r#"["GET"] h.example/v1/users/{} ["a", "b"] [] [] "#, r#"["POST", "PUT"] h.example/v1/users/{}/mail ["a", "b"] [["a", "b"]] ["b"] mail.send"#,]
        );
    }
}
