//! Infrastructure code that stores a secret as plain text, or does not mark it as one.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::facts::Value;
use crate::model::{Blob, Confidence};
use crate::text::Span;

use super::super::syntax::{RawAttribute, RawResource};
use super::{Found, MOST_PLACES, Page, Practice, last_name, logical_line, strong, text_of};

/// Types of parameters in infrastructure code.
pub const PARAMETERS: [&str; 6] = [
    "aws_ssm_parameter",
    "azurerm_api_management_named_value",
    "azurerm_app_configuration_key",
    "Microsoft.ApiManagement/service/namedValues",
    "Microsoft.AppConfiguration/configurationStores",
    "azurerm_key_vault_secret",
];
/// Blocks that may declare a secret, a resource that keeps one in the state unless told otherwise, and what every template of a kind holds.
pub const BLOCKS: [&str; 9] =
    ["variable \"", "output \"", "okta_app_oauth", "AWSTemplateFormatVersion", "NoEcho", "deploymentTemplate.json", "@secure()", "@202", "@201"];
/// Stores of which one keeps plain values: its type, the attributes with the name and with what says that it is a secret, and the values of that.
const STORES: &[(&str, &str, &str, &[&str])] = &[
    ("azurerm_api_management_named_value", "display_name", "secret", &["true"]),
    ("azurerm_app_configuration_key", "key", "type", &["vault"]),
    ("Microsoft.ApiManagement/service/namedValues", "properties.displayName", "properties.secret", &["true"]),
    (
        "Microsoft.AppConfiguration/configurationStores/keyValues",
        "name",
        "properties.contentType",
        &["application/vnd.microsoft.appconfig.keyvaultref+json;charset=utf-8"],
    ),
];
/// Parameters in templates and on command lines.
pub const WRITTEN: [&str; 2] = ["AWS::SSM::Parameter", "put-parameter"];
/// Constructs of parameters in code.
pub const CALLED: [&str; 2] = ["StringParameter", "ssm.Parameter"];

/// Bytes behind the type of a parameter in a template that may still belong to it.
const REACH: usize = 1500;

/// Whether what begins here declares a secret by its name, where it is a block that has a name.
pub fn may_declare_secret(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..bytes.len().min(at + 160)];
    let Some(name) = rest.strip_prefix(b"variable \"").or_else(|| rest.strip_prefix(b"output \"")) else { return true };
    let end = memchr::memchr(b'"', name).unwrap_or(0);
    std::str::from_utf8(&name[..end]).is_ok_and(is_secret)
}

/// Whether a name means a secret, and not a key by its number in a key service.
fn is_secret(name: &str) -> bool {
    let is_number = ["encryption_key", "kms_key", "signing_key", "master_key", "disk_key"].iter().any(|end| name.ends_with(end));
    strong(name).is_some() && !is_number
}

/// Variables and outputs named as a secret that are not marked as sensitive.
pub fn without_flag(resources: &[RawResource]) -> Vec<Found> {
    let mut all = Vec::new();
    for block in resources {
        if block.kind == "okta_app_oauth" {
            let kept = block.attributes.iter().find(|a| a.path == "omit_secret" && is_text(a, "false"));
            all.extend(
                kept.map(|a| Found::plain(Practice::SensitiveFlag, a.span, format!("`okta_app_oauth.{}` keeps its client secret in the state", block.name))),
            );
            continue;
        }
        let has = |path: &str| block.attributes.iter().find(|a| a.path == path);
        let is_marked = ["sensitive", "ephemeral", "NoEcho"].iter().any(|flag| has(flag).is_some_and(|a| !is_text(a, "false")));
        let is_open = match block.kind.as_str() {
            "variable" if has("Type").is_some() => has("Type").is_some_and(|a| is_text(a, "String")),
            "variable" => has("type").is_none_or(|a| matches!(a.expression.trim_matches('"'), "string" | "any")),
            "output" => has("value").is_some_and(|a| is_secret_output(&a.expression)),
            _ => false,
        };
        if is_open && !is_marked && is_secret(&block.name) {
            let message = format!("{} `{}` is named as a secret and not marked as sensitive", block.kind, block.name);
            all.push(Found::plain(Practice::SensitiveFlag, block.span, message));
        }
    }
    all
}

/// Whether the expression of an output may be the secret itself, and not its name, address or number.
fn is_secret_output(expression: &str) -> bool {
    let last = last_name(expression.trim().trim_end_matches(['"', '}', ')', ']']));
    !expression.contains("nonsensitive(") && !matches!(last, "arn" | "id" | "name" | "path" | "version" | "version_id" | "key_id" | "length" | "secret_id")
}

fn is_text(attribute: &RawAttribute, wanted: &str) -> bool {
    matches!(&attribute.value, Value::Literal { text, .. } if text.as_slice() == wanted.as_bytes())
}

/// Parameters of Terraform that hold a secret and are no `SecureString`.
pub fn parameters(resources: &[RawResource], bytes: &[u8]) -> Vec<Found> {
    let mut all = Vec::new();
    for block in resources.iter().filter(|block| block.kind == "aws_ssm_parameter") {
        let find = |path: &str| block.attributes.iter().find(|a| a.path == path);
        let Some(kind) = find("type").filter(|a| is_text(a, "String") || is_text(a, "StringList")) else { continue };
        let name = find("name").map_or(block.name.as_str(), |a| a.expression.trim_matches('"'));
        let name = if strong(last_segment(name)).is_some() { last_segment(name) } else { block.name.as_str() };
        if strong(name).is_none() || find("value").is_some_and(|a| is_reference_to_name(&a.expression)) {
            continue;
        }
        debug_assert!(kind.span.end <= bytes.len());
        let message = format!("parameter `{name}` is named as a secret and stored as plain text");
        let mut found = Found::plain(Practice::PlaintextParameter, kind.span, message);
        found.related.push((block.span, "the parameter is declared here".to_owned()));
        all.push(found);
    }
    all
}

/// Stores of Azure that keep a value named as a secret where everyone who may list them reads it.
pub fn open_stores(resources: &[RawResource]) -> Vec<Found> {
    let mut all = Vec::new();
    for (block, (_, key, flag, marks)) in resources.iter().filter_map(|block| Some((block, STORES.iter().find(|(kind, ..)| *kind == block.kind)?))) {
        let find = |path: &str| block.attributes.iter().find(|a| a.path == path);
        let flag = find(flag);
        if flag.is_some_and(|flag| marks.iter().any(|mark| is_text(flag, mark)) || matches!(flag.value, Value::Unknown) && flag.expression != "null") {
            continue;
        }
        let named = find(key);
        let name = named.map_or(block.name.as_str(), |a| a.expression.trim_matches(['"', '\'']));
        let name =
            [last_segment(name), last_segment(&block.name)].into_iter().map(|name| name.rsplit(':').next().unwrap_or(name)).find(|name| strong(name).is_some());
        let is_in_vault = block.attributes.iter().any(|a| a.path.ends_with("keyVault.secretIdentifier") || a.path.ends_with("value_from_key_vault"));
        let Some(name) = name.filter(|_| !is_in_vault) else { continue };
        let span = flag.or(named).map_or(block.span, |a| a.span);
        let mut found = Found::plain(Practice::PlaintextParameter, span, format!("`{name}` is named as a secret and stored as plain text"));
        if span != block.span {
            found.related.push((block.span, "the store is declared here".to_owned()));
        }
        all.push(found);
    }
    all
}

fn is_reference_to_name(expression: &str) -> bool {
    matches!(last_name(expression.trim()), "arn" | "name")
}

/// `client_secret` of `/prod/aelix/client_secret`.
fn last_segment(name: &str) -> &str {
    name.trim_end_matches(['/', '"']).rsplit('/').next().unwrap_or(name)
}

/// Constructs of AWS CDK and Pulumi.
pub fn called(page: &Page) -> Vec<Found> {
    let mut all = Vec::new();
    for call in &page.facts.calls {
        let find = |names: &[&str]| call.named.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, argument)| argument);
        let last = last_name(&call.callee);
        let is_pulumi = call.callee.ends_with("ssm.Parameter");
        if last != "StringParameter" && !is_pulumi || page.is_test(call.span) {
            continue;
        }
        if is_pulumi && find(&["type"]).is_none_or(|kind| text_of(kind).is_none_or(|kind| kind != "String") && !page.text(kind.span).ends_with(".String")) {
            continue;
        }
        let Some(name) = find(&["parameterName", "parameter_name", "name"]) else { continue };
        if let Some(text) = text_of(name).filter(|text| strong(last_segment(text)).is_some()) {
            let message = format!("parameter `{}` is named as a secret and stored as plain text", last_segment(text));
            all.push(Found::plain(Practice::PlaintextParameter, name.span, message));
        }
    }
    all
}

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)["']?\bName["']?\s*:\s*["']?(?P<name>/?[A-Za-z0-9_./-]{3,200})["']?"#).ok());
static TYPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)["']?\bType["']?\s*:\s*["']?String(?:List)?\b"#).ok());
static RESOURCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)["']?\bType["']?\s*:\s*["']?AWS::"#).ok());
static FLAG_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)--name[ =]["']?(?P<name>/?[A-Za-z0-9_./${}-]{3,200})"#).ok());
static FLAG_TYPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?-u)--type[ =]["']?String(?:List)?(?:["'\s]|$)"#).ok());

/// Parameters of `CloudFormation`, which are never encrypted, and those that a command line stores as plain text.
pub fn written(blob: &Blob) -> Vec<Found> {
    let bytes = blob.bytes;
    let mut all = Vec::new();
    for at in memchr::memmem::find_iter(bytes, b"AWS::SSM::Parameter").take(MOST_PLACES) {
        let from = at + "AWS::SSM::Parameter".len();
        if bytes.get(from).is_some_and(|b| *b == b':' || b.is_ascii_alphanumeric()) {
            continue;
        }
        let rest = &bytes[from..bytes.len().min(from + REACH)];
        let end = RESOURCE.as_ref().and_then(|regex| regex.find(rest)).map_or(rest.len(), |next| next.start());
        let body = &rest[..end];
        let (Some(name), Some(true)) = (NAME.as_ref().and_then(|regex| regex.captures(body)?.name("name")), TYPE.as_ref().map(|regex| regex.is_match(body)))
        else {
            continue;
        };
        let span = Span::new(from + name.start(), from + name.end());
        all.extend(plain(name.as_bytes(), span, Confidence::High));
    }
    for at in memchr::memmem::find_iter(bytes, b"put-parameter").take(MOST_PLACES) {
        let line = logical_line(bytes, at);
        let text = &bytes[line.range()];
        if !is_plain_type(text) || memchr::memmem::find(text, b"ssm").is_none() {
            continue;
        }
        if let Some(name) = FLAG_NAME.as_ref().and_then(|regex| regex.captures(text)?.name("name")) {
            all.extend(plain(name.as_bytes(), Span::new(line.start + name.start(), line.start + name.end()), Confidence::High));
        }
    }
    all
}

fn is_plain_type(text: &[u8]) -> bool {
    FLAG_TYPE.as_ref().is_some_and(|regex| regex.is_match(text))
}

fn plain(name: &[u8], span: Span, confidence: Confidence) -> Option<Found> {
    let name = std::str::from_utf8(name).ok().map(last_segment).filter(|name| strong(name).is_some())?;
    let mut found = Found::plain(Practice::PlaintextParameter, span, format!("parameter `{name}` is named as a secret and stored as plain text"));
    found.confidence = confidence;
    Some(found)
}
