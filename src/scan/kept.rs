//! Values that infrastructure code keeps as secrets under a name that stands elsewhere: what is put into a store of secrets, the default of a parameter.

use crate::model::facts::{Value, places};
use crate::text::Span;
use crate::text::name::{self, Strength};

use super::syntax::{RawAttribute, RawResource, last_name};

/// What a value is called whose store holds nothing but secrets.
const SECRET: &str = "stored_secret";

/// One value.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Under which name it is judged.
    pub name: String,
    /// The value.
    pub text: Vec<u8>,
    /// Where it stands.
    pub span: Span,
    /// What it is put into.
    pub owner: String,
}

/// Resources that keep a value: their type, the attribute with its name, the attribute with the value, and whether they keep nothing but secrets.
const STORES: &[(&str, &str, &str, bool)] = &[
    ("azurerm_key_vault_secret", "name", "value", true),
    ("azurerm_api_management_named_value", "display_name", "value", false),
    ("azurerm_app_configuration_key", "key", "value", false),
    ("aws_ssm_parameter", "name", "value", false),
    ("aws_secretsmanager_secret_version", "secret_id", "secret_string", true),
    ("google_secret_manager_secret_version", "secret", "secret_data", true),
    ("github_actions_secret", "secret_name", "plaintext_value", true),
    ("github_actions_organization_secret", "secret_name", "plaintext_value", true),
    ("gitlab_project_variable", "key", "value", false),
    ("Microsoft.KeyVault/vaults/secrets", "name", "properties.value", true),
    ("Microsoft.ApiManagement/service/namedValues", "properties.displayName", "properties.value", false),
    ("Microsoft.AppConfiguration/configurationStores/keyValues", "name", "properties.value", false),
    ("AWS::SecretsManager::Secret", "Name", "SecretString", true),
    ("AWS::SSM::Parameter", "Name", "Value", false),
];

/// The values of declared resources that are kept as secrets.
pub fn kept(resources: &[RawResource]) -> Vec<Kept> {
    resources.iter().filter_map(|resource| default_of(resource).or_else(|| stored_in(resource))).collect()
}

/// The default of a parameter of `CloudFormation`, of an Azure template or of Bicep, whose name tells. Those of Terraform are read from its text.
fn default_of(resource: &RawResource) -> Option<Kept> {
    let find = |path: &str| resource.attributes.iter().find(|a| a.path == path);
    let is_reference = find("Type").is_some_and(|kind| text_of(kind).is_some_and(|kind| kind.starts_with(b"AWS::")));
    let default = find("default").filter(|_| resource.kind == "variable" && !is_reference)?;
    let name = name::normalise(resource.name.as_bytes());
    keeps(name, default, &format!("parameter `{}`", resource.name)).filter(|kept| is_strong(&kept.name))
}

fn stored_in(resource: &RawResource) -> Option<Kept> {
    let (kind, key, value, is_secret) = STORES.iter().find(|(kind, ..)| *kind == resource.kind)?;
    let find = |path: &str| resource.attributes.iter().find(|a| a.path == path);
    let written = find(key).and_then(text_of).map(|text| String::from_utf8_lossy(text).into_owned());
    let name = written.as_deref().unwrap_or(&resource.name);
    let last = name.rsplit(['/', ':']).next().unwrap_or(name);
    let name = [last, resource.name.as_str()].into_iter().map(|name| name::normalise(name.as_bytes())).find(|name| is_strong(name));
    let name = name.or_else(|| is_secret.then(|| SECRET.to_owned()))?;
    let text = find(value).and_then(text_of)?;
    // JSON has names of its own, which the text rules read.
    let is_structure = text.trim_ascii().first().is_some_and(|b| matches!(b, b'{' | b'['));
    keeps(name, find(value)?, &format!("`{}` `{}`", last_name(kind), resource.name)).filter(|_| !is_structure)
}

fn keeps(name: String, attribute: &RawAttribute, owner: &str) -> Option<Kept> {
    let Value::Literal { text, pieces, starts } = &attribute.value else { return None };
    let whole = *places(pieces, starts, text.len(), Span::new(0, text.len())).first()?;
    // Some readers tell the text with its quotes.
    let quotes = usize::from(whole.len() == text.len() + 2);
    let span = Span::new(whole.start + quotes, whole.end - quotes);
    (!text.contains(&b'\n')).then(|| Kept { name, text: text.clone(), span, owner: owner.to_owned() })
}

fn text_of(attribute: &RawAttribute) -> Option<&[u8]> {
    if let Value::Literal { text, .. } = &attribute.value { Some(text) } else { None }
}

fn is_strong(name: &str) -> bool {
    name::strength(name) == Some(Strength::Strong)
}
