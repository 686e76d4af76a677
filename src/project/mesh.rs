//! Allowlists of a service mesh that believe a header: `remoteIpBlocks` of Istio without a number of trusted proxies.

use crate::model::Related;
use crate::model::facts::{Attribute, Resource};

use super::{Found, Outcome, World, audit};

/// The kind of Istio's policies.
const POLICY: &str = "kubernetes:AuthorizationPolicy";
/// The addresses that the last proxy in front is believed to have seen (Istio, Authorization Policy, Source).
const REMOTE: &str = "remoteIpBlocks";
/// How many proxies in front of the mesh are believed (Istio, Gateway Network Topology), there and in a filter of Envoy.
const TRUSTED: [&str; 3] = ["numTrustedProxies", "xff_num_trusted_hops", "xffNumTrustedHops"];
/// Where the configuration of a mesh stands.
const MESH: [&str; 3] = ["meshConfig", "gatewayTopology", "proxy.istio.io/config"];

/// Policies that let addresses of a header in, though no proxy is trusted to have written it. Nobody can tell where the mesh is configured elsewhere.
pub fn spoofable<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let policies = world.resources.iter().filter(|resource| resource.kind == POLICY && lets_in(resource));
    let lists: Vec<&'a Attribute> = policies.filter_map(|policy| policy.attributes.iter().find(|a| a.path.trim_end_matches("[]").ends_with(REMOTE))).collect();
    if lists.is_empty() {
        return Vec::new();
    }
    let all = || world.resources.iter().flat_map(|resource| resource.attributes.iter().map(move |attribute| (resource, attribute)));
    if all().any(|(_, attribute)| trusts(attribute)) {
        return Vec::new();
    }
    let mesh = all().find(|(resource, attribute)| configures_mesh(resource, attribute));
    let outcome = |list: &'a Attribute| match mesh {
        Some((_, mesh)) => Outcome::Violates(Found {
            what: list.path.clone(),
            place: &list.place,
            message: Some("allowlist goes by the header `X-Forwarded-For`, and the mesh trusts no proxy to write it".to_owned()),
            related: vec![Related { place: mesh.place.clone(), message: "the configuration of the mesh, without `numTrustedProxies`".to_owned() }],
            notes: vec!["to be set: `meshConfig.defaultConfig.gatewayTopology.numTrustedProxies`, the number of proxies in front of the gateway".to_owned()],
            severity: None,
        }),
        None => Outcome::Unknown { place: &list.place },
    };
    lists.into_iter().map(outcome).collect()
}

fn lets_in(policy: &Resource) -> bool {
    !policy.attribute("spec.action").and_then(audit::literal).is_some_and(|action| action.eq_ignore_ascii_case("DENY"))
}

/// Whether an attribute trusts proxies, or may: a number that is not known, a text that holds the word.
fn trusts(attribute: &Attribute) -> bool {
    let is_named = |name: &str| attribute.path.rsplit('.').next() == Some(name);
    let is_within = |text: &str| TRUSTED.iter().any(|name| text.contains(name));
    match audit::literal(attribute) {
        Some(text) if TRUSTED.into_iter().any(is_named) => text.trim() != "0",
        Some(text) => is_within(text),
        None => TRUSTED.into_iter().any(is_named) || is_within(&attribute.expression),
    }
}

fn configures_mesh(resource: &Resource, attribute: &Attribute) -> bool {
    let is_map_of_mesh = resource.kind == "kubernetes:ConfigMap" && attribute.path == "data.mesh";
    is_map_of_mesh || MESH.iter().any(|name| attribute.path.contains(name))
}

#[cfg(all(test, feature = "lang-yaml"))]
mod tests {
    use crate::project::tests::judged;

    const POLICY: (&str, &str) = (
        "policy.yaml",
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\n  name: broker\nspec:\n  rules:\n    - from:\n        - source:\n            \
         remoteIpBlocks: [52.48.102.14/32]\n",
    );

    fn with(path: &str, text: &str) -> (usize, usize) {
        let (found, unknown) = judged(&[POLICY, (path, text)], &[]);
        let count = |all: &[String]| all.iter().filter(|said| said.contains("network/spoofable-remote-ip")).count();
        (count(&found), count(&unknown))
    }

    #[test]
    fn a_mesh_without_trusted_proxies_is_told_from_one_that_is_not_there() {
        let operator =
            |inner: &str| format!("apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata:\n  name: mesh\nspec:\n  meshConfig:\n{inner}");
        let topology = |value: &str| operator(&format!("    defaultConfig:\n      gatewayTopology:\n        numTrustedProxies: {value}\n"));
        let map = |mesh: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: istio\ndata:\n  mesh: |-\n    {mesh}\n");
        let gateway = |proxies: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: gateway\nspec:\n  template:\n    metadata:\n      annotations:\n        \
                 proxy.istio.io/config: '{{\"gatewayTopology\": {{{proxies}}}}}'\n"
            )
        };
        for (text, expected) in [
            (operator("    accessLogFile: /dev/stdout\n"), (1, 0)),
            (topology("0"), (1, 0)),
            (topology("2"), (0, 0)),
            (topology("{{ .Values.proxies }}"), (0, 0)),
            (map("meshConfig: {}"), (1, 0)),
            (map("defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}"), (0, 0)),
            (gateway("\"numTrustedProxies\": 1"), (0, 0)),
            (gateway(""), (1, 0)),
            ("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n".to_owned(), (0, 1)),
        ] {
            assert_eq!(with("mesh.yaml", &text), expected, "{text}");
        }
        assert_eq!(with("istio/values.yaml", "meshConfig:\n  defaultConfig:\n    gatewayTopology:\n      numTrustedProxies: 1\n"), (0, 0));
        assert_eq!(with("istio/values.yaml", "meshConfig:\n  accessLogFile: /dev/stdout\n"), (1, 0));
    }
}
