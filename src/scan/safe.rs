//! Safe wiring: slots of APIs whose value is read at run time, for users who want to see what was recognised.

use crate::lang::Language;
use crate::model::SafeSource;
use crate::model::facts::{Argument, Value};
use crate::text::Span;

use super::sink::{self, Sinks};
use super::syntax::Facts;

/// Words of lookups of the environment.
const ENVIRONMENT: [&str; 24] = [
    "environ",
    "getenv",
    "Getenv",
    "LookupEnv",
    "env::var",
    "env!(",
    "dotenv",
    "process.env",
    "import.meta.env",
    "Deno.env",
    "Bun.env",
    "ENV[",
    "ENV.fetch",
    "$_ENV",
    "env(",
    "GetEnvironmentVariable",
    "getProperty",
    "decouple",
    "envconfig",
    "Configuration[",
    "configuration[",
    "_config[",
    "config.get",
    "${",
];
/// Words of reads from managers of secrets (and of what they mount).
const MANAGER: [&str; 22] = [
    "secretsmanager",
    "SecretsManager",
    "secrets_manager",
    "secret_manager",
    "SecretManager",
    "get_secret",
    "getSecret",
    "GetSecret",
    "get_parameter",
    "getParameter",
    "GetParameter",
    "access_secret_version",
    "accessSecretVersion",
    "AccessSecretVersion",
    "keyvault",
    "KeyVault",
    "vault",
    "Vault",
    "hvac",
    "op read",
    "/run/secrets",
    "gcloud secrets",
];

/// A slot that is filled safely.
#[derive(Clone, Debug)]
pub struct SafeSlot {
    /// What the slot carries.
    pub kind: String,
    /// The slot, as messages name it.
    pub target: String,
    /// The value.
    pub span: Span,
    /// Where it comes from.
    pub source: SafeSource,
}

/// The slots of a file whose values are read at run time, in the order of the bytes.
pub fn slots(facts: &Facts, sinks: &Sinks, language: &Language, bytes: &[u8]) -> Vec<SafeSlot> {
    let mut all: Vec<SafeSlot> = Vec::new();
    sink::each_slot((facts, bytes), sinks, language, |target, argument, sink| {
        if let Some(source) = source_of(argument, bytes) {
            all.push(SafeSlot { kind: sink.kind.clone(), target: target.text.clone(), span: argument.span, source });
        }
    });
    all.sort_by(|a, b| (a.span, &a.kind).cmp(&(b.span, &b.kind)));
    all.dedup_by(|a, b| a.span == b.span && a.kind == b.kind);
    all
}

/// Where a value comes from, if it is read at run time: by its own text, or by that of the last name it passed.
fn source_of(argument: &Argument, bytes: &[u8]) -> Option<SafeSource> {
    if matches!(argument.value, Value::Literal { .. }) {
        return None;
    }
    let own = text(bytes, argument.span);
    let declared = argument.path.last().map(|step| statement(bytes, step.span));
    let has = |words: &[&str]| words.iter().any(|word| own.contains(word) || declared.is_some_and(|declared| declared.contains(word)));
    match argument.value {
        _ if has(&MANAGER) => Some(SafeSource::SecretManager),
        _ if has(&ENVIRONMENT) => Some(SafeSource::Environment),
        Value::Reference => Some(SafeSource::RunTime),
        _ => None,
    }
}

fn text(bytes: &[u8], span: Span) -> &str {
    bytes.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// The line on which a name is declared, from the name on, and the next two of a declaration that goes on.
fn statement(bytes: &[u8], name: Span) -> &str {
    let rest = bytes.get(name.start..).unwrap_or_default();
    let end =
        memchr::memchr_iter(b'\n', rest).take(3).find(|end| !matches!(rest[..*end].trim_ascii_end().last(), Some(b'=' | b'(' | b'{' | b',' | b'.' | b'\\')));
    std::str::from_utf8(&rest[..end.unwrap_or(rest.len().min(200))]).unwrap_or_default()
}
