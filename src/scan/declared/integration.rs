//! `[integration]` of `aelix-lint.toml`: what an application declares, as resources that rules look at like any other.
//!
//! Every client takes over what the whole integration says and it does not, with the place where that stands.

use crate::model::facts::{CLIENT, INTEGRATION};
use crate::text::Span;

use super::super::document::Node;
use super::super::syntax::{RawAttribute, RawResource};
use super::Reader;

/// The table.
const TABLE: &str = "integration";
/// The list of clients in it.
const CLIENTS: &str = "clients";
/// What clients take over.
const INHERITED: [&str; 7] = ["environment", "grant", "scopes", "scopes-reviewed", "rotation-days", "allowlist", "secret-location"];

/// Names of the configuration file, in which an application declares itself.
const NAMES: [&str; 2] = ["aelix-lint.toml", ".aelix-lint.toml"];

/// Whether a file of this path is the configuration of this program.
pub fn is_declaration(path: &str) -> bool {
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

impl Reader<'_> {
    /// What the table declares, however it is written: sections, dotted keys, tables in braces.
    pub(super) fn integration(&self, root: &Node, out: &mut Vec<RawResource>) {
        let (mut own, mut clients, mut first) = (Vec::new(), Vec::new(), None);
        for entry in root.entries() {
            let Some(key) = entry.key.str() else { continue };
            let rest = if key == TABLE { Some("") } else { key.strip_prefix(TABLE).and_then(|rest| rest.strip_prefix('.')) };
            let Some(rest) = rest else { continue };
            first = first.or(Some(entry.key.span));
            if rest.is_empty() {
                for inner in entry.value.entries() {
                    match inner.key.str().and_then(|key| key.strip_prefix(CLIENTS)) {
                        Some("") => self.clients(&inner.value, inner.key.span, &mut clients),
                        _ => self.entry("", (&inner.key, &inner.value), 0, &mut own),
                    }
                }
            } else if rest == CLIENTS {
                self.clients(&entry.value, entry.key.span, &mut clients);
            } else {
                self.value(rest.to_owned(), &entry.value, entry.span(), 0, &mut own);
            }
        }
        let Some(span) = first else { return };
        if clients.is_empty() {
            clients.push(RawResource { kind: CLIENT.to_owned(), name: TABLE.to_owned(), attributes: Vec::new(), span });
        }
        for client in &mut clients {
            inherit(client, &own);
        }
        out.push(RawResource { kind: INTEGRATION.to_owned(), name: TABLE.to_owned(), attributes: own, span });
        out.append(&mut clients);
    }

    /// One client, or a list of them.
    fn clients(&self, value: &Node, span: Span, out: &mut Vec<RawResource>) {
        let is_list = !value.items().is_empty();
        for (client, span) in value.items().iter().map(|item| (item, item.span)).chain((!is_list).then_some((value, span))) {
            let name = client.get("name").and_then(Node::str).unwrap_or_default();
            out.push(self.resource(CLIENT, name, span, client));
        }
    }
}

fn inherit(client: &mut RawResource, own: &[RawAttribute]) {
    let root = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let has: Vec<String> = client.attributes.iter().map(|a| root(&a.path)).collect();
    let missing = own.iter().filter(|a| INHERITED.contains(&root(&a.path).as_str()) && !has.contains(&root(&a.path)));
    client.attributes.extend(missing.cloned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Notation;
    use crate::model::facts::Value;

    fn shown(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for resource in super::super::resources(text.as_bytes(), Notation::Toml, "aelix-lint.toml") {
            let value = |a: &RawAttribute| match &a.value {
                Value::Literal { text, .. } => Some(format!("{}={}", a.path, String::from_utf8_lossy(text))),
                _ => None,
            };
            let attributes: Vec<String> = resource.attributes.iter().filter_map(value).collect();
            out.push(format!("{} {}: {}", resource.kind, resource.name, attributes.join(" ")));
        }
        out
    }

    #[test]
    fn every_way_to_write_a_declaration_is_read() {
        let sections = "exclude = ['x']\n[integration]\nenvironment = 'production'\nrotation-days = 90\n[integration.audit]\nexport = 'splunk'\n[[integration.clients]]\nname = 'a'\nscopes = ['banking:read']\n[[integration.clients]]\nname = 'b'\nenvironment = 'sandbox'\n";
        let expected = [
            "[integration] integration: environment=production rotation-days=90 audit.export=splunk",
            "[[integration.clients]] a: name=a scopes[]=banking:read environment=production rotation-days=90",
            "[[integration.clients]] b: name=b environment=sandbox rotation-days=90",
        ];
        assert_eq!(shown(sections), expected);
        let braces = "integration = { environment = 'production', rotation-days = 90, audit = { export = 'splunk' }, clients = [{ name = 'a', scopes = ['banking:read'] }, { name = 'b', environment = 'sandbox' }] }\n";
        assert_eq!(shown(braces), expected);
        let dotted = "integration.environment = 'production'\nintegration.rotation-days = 90\nintegration.audit.export = 'splunk'\n";
        assert_eq!(shown(dotted), [expected[0], "[[integration.clients]] integration: environment=production rotation-days=90"]);
    }

    #[test]
    fn a_configuration_without_a_declaration_declares_nothing() {
        for text in ["", "exclude = ['a']\n[allow]\nvalues = ['x']\n", "[integrations]\nallowlist = ['0.0.0.0/0']\n"] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}
