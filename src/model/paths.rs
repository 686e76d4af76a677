//! Endpoints by the segments of their paths, so that a large catalogue is asked in the time that the path is long.

use std::collections::HashMap;

use super::provider::Endpoint;

/// Where whole paths begin.
const WHOLE: usize = 0;
/// Where paths without their first segment begin.
const TAILS: usize = 1;
/// Endpoints that one path may be, at most.
const MAX_FOUND: usize = 512;

/// A trie of segments.
#[derive(Clone, Debug)]
pub struct Paths {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    children: HashMap<Box<str>, usize>,
    /// Behind a segment that may be any.
    any: Option<usize>,
    /// Endpoints that end here, and whether nothing below belongs to them.
    ends: Vec<(usize, bool)>,
}

/// An endpoint that a path may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Its index.
    pub endpoint: usize,
    /// Segments of its path.
    pub length: usize,
    /// Those that say something.
    pub literals: usize,
    /// Something before or within the path is guessed.
    pub is_guessed: bool,
}

impl Paths {
    /// Of some endpoints, by their indices.
    pub fn of(endpoints: &[Endpoint]) -> Self {
        let mut paths = Self { nodes: vec![Node::default(), Node::default()] };
        for (index, endpoint) in endpoints.iter().enumerate() {
            let segments: Vec<&str> = segments(&endpoint.path);
            paths.insert((WHOLE, &segments), (index, endpoint.is_whole));
            let tail = segments.get(1..).unwrap_or_default();
            if tail.iter().any(|segment| !segment.starts_with('{')) {
                paths.insert((TAILS, tail), (index, endpoint.is_whole));
            }
        }
        paths
    }

    fn insert(&mut self, (root, segments): (usize, &[&str]), end: (usize, bool)) {
        let mut at = root;
        for segment in segments {
            let next = self.nodes.len();
            let node = &mut self.nodes[at];
            at = if segment.starts_with('{') {
                *node.any.get_or_insert(next)
            } else {
                *node.children.entry(segment.to_ascii_lowercase().into()).or_insert(next)
            };
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        self.nodes[at].ends.push(end);
    }

    /// The endpoints that a path may be. Where what is before it is not known, its first segment may be missing, or up to two may stand before it.
    pub fn find(&self, segments: &[&str], is_whole: bool) -> Vec<Matched> {
        let mut found = Vec::new();
        self.walk(WHOLE, segments, Matched { endpoint: 0, length: 0, literals: 0, is_guessed: false }, &mut found);
        if !is_whole {
            let guessed = Matched { endpoint: 0, length: 0, literals: 0, is_guessed: true };
            self.walk(TAILS, segments, guessed, &mut found);
            for skip in (1..segments.len()).take(2) {
                self.walk(WHOLE, &segments[skip..], guessed, &mut found);
            }
        }
        found
    }

    fn walk(&self, at: usize, segments: &[&str], so_far: Matched, found: &mut Vec<Matched>) {
        let node = &self.nodes[at];
        let ends = node.ends.iter().filter(|(_, is_whole)| so_far.length > 0 && (!is_whole || segments.is_empty()));
        found.extend(ends.map(|(endpoint, _)| Matched { endpoint: *endpoint, ..so_far }).take(MAX_FOUND.saturating_sub(found.len())));
        let Some((first, rest)) = segments.split_first() else { return };
        if let Some(next) = node.children.get(first.to_ascii_lowercase().as_str()) {
            self.walk(*next, rest, Matched { length: so_far.length + 1, literals: so_far.literals + 1, ..so_far }, found);
        }
        if let Some(next) = node.any {
            self.walk(next, rest, Matched { length: so_far.length + 1, ..so_far }, found);
        }
    }
}

/// The segments of a path.
pub fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_by_segments() {
        let endpoint = |path: &str, is_whole: bool| Endpoint { path: path.to_owned(), is_whole, ..Endpoint::default() };
        let endpoints = [endpoint("/v1/accounts", false), endpoint("/c/{id}/events", false), endpoint("/users/{}", true), endpoint("/users/me", true)];
        let paths = Paths::of(&endpoints);
        for (path, is_whole, expected) in [
            ("/v1/accounts", true, "0:2/2"),
            ("/V1/Accounts/1/balance", true, "0:2/2"),
            ("/v1/accountsx", true, ""),
            ("/v2/accounts", true, ""),
            ("/accounts", true, ""),
            ("/accounts/1", false, "0:1/1?"),
            ("/proxy/v1/accounts", false, "0:2/2?"),
            ("/c/primary/events", true, "1:3/2"),
            ("/users/me", true, "3:2/2 2:2/1"),
            ("/users/me/mail", true, ""),
            ("/x", false, ""),
        ] {
            let shown = |m: &Matched| format!("{}:{}/{}{}", m.endpoint, m.length, m.literals, if m.is_guessed { "?" } else { "" });
            let found: Vec<String> = paths.find(&segments(path), is_whole).iter().map(shown).collect();
            assert_eq!(found.join(" "), expected, "{path}");
        }
    }
}
