//! What a leaked secret opens: the scopes and the environment of the client that it belongs to, as the same project requests them.

use std::collections::BTreeSet;

use crate::model::provider::Provider;
use crate::model::{Finding, Opens, Severity};

use crate::text::name::normalise;

use super::scopes::{Holder, names_of};

/// Words of the names of secrets that belong to a client, without what is between words.
const OF_CLIENTS: [&str; 6] = ["clientsecret", "consumersecret", "appsecret", "oauthsecret", "applicationsecret", "clientcredential"];
/// Words of the names of secrets that do not say whose they are.
const OF_ANY: [&str; 45] = [
    "app",
    "api",
    "web",
    "client",
    "secret",
    "secrets",
    "consumer",
    "application",
    "oauth",
    "oauth2",
    "auth",
    "oidc",
    "sso",
    "idp",
    "credential",
    "credentials",
    "clientsecret",
    "value",
    "key",
    "text",
    "default",
    "config",
    "settings",
    "options",
    "registration",
    "provider",
    "security",
    "spring",
    "prod",
    "production",
    "live",
    "sandbox",
    "staging",
    "stage",
    "test",
    "dev",
    "development",
    "local",
    "main",
    "service",
    "server",
    "backend",
    "bank",
    "banking",
    "token",
];
/// Ends of the ids of rules about secrets of clients.
const RULES: [&str; 2] = ["client-secret", "refresh-token"];
/// What a message names.
const SHOWN: usize = 3;
/// How far a request may stand from a secret of the same file to be its client's, in lines.
const NEAR: u32 = 60;

/// Which secrets are whose.
#[derive(Default)]
pub struct Owners {
    /// Rules that find secrets of the clients of some provider.
    rules: BTreeSet<String>,
    /// Words by which secrets are named after some provider.
    words: BTreeSet<String>,
}

impl Owners {
    /// Of these providers.
    pub fn of(providers: &[Provider]) -> Self {
        let rules = providers.iter().flat_map(|provider| provider.token_rules.iter().cloned()).collect();
        Self { rules, words: providers.iter().flat_map(names_of).collect() }
    }

    /// Whether a secret may be one of a client: it is found by a rule of its provider, or is not named after another one.
    fn may_be_of(&self, finding: &Finding, holder: &Holder) -> bool {
        let rule = finding.rule.as_str();
        if self.rules.contains(rule) {
            return holder.token_rules.iter().any(|own| own == rule);
        }
        let name = finding.name.as_deref().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let is_in = |word: &String| lower.contains(word.as_str());
        let is_named = || holder.words.iter().any(is_in) || !self.words.iter().any(is_in) && is_for_any(name, holder);
        is_of_client(finding) && is_named()
    }

    /// Whether a finding may be of the secret of a client.
    pub fn may_open(&self, finding: &Finding) -> bool {
        is_of_client(finding) || may_be_of_client(finding) && self.rules.contains(finding.rule.as_str())
    }
}

/// Whether a finding may be of the secret of a client, before it is known which rules providers name.
pub fn may_be_of_client(finding: &Finding) -> bool {
    let rule = finding.rule.as_str();
    is_of_client(finding) || finding.rule.family() == "secrets" && (rule.ends_with("-token") || rule.ends_with("-secret"))
}

/// Whether a finding is of the secret of a client, by its name.
fn is_of_client(finding: &Finding) -> bool {
    let is_named = |name: &String| {
        let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        OF_CLIENTS.iter().any(|word| bare.to_ascii_lowercase().contains(word))
    };
    finding.rule.family() == "secrets" && (RULES.iter().any(|end| finding.rule.as_str().ends_with(end)) || finding.name.as_ref().is_some_and(is_named))
}

/// Whether the name of a secret says nothing of whose it is (`OAUTH_CLIENT_SECRET`), or what the client's id says, too (`BANK_CLIENT_SECRET` of
/// `BANK_CLIENT_ID`): `stripe_client_secret` is of a client of its own.
fn is_for_any(name: &str, holder: &Holder) -> bool {
    // Of a path of keys the last one names the secret.
    let own = name.rsplit(['.', ':', '/']).find(|part| !part.is_empty()).unwrap_or(name);
    let client = holder.client.as_deref().unwrap_or_default().to_ascii_lowercase();
    normalise(own.as_bytes()).split('_').all(|word| word.len() < 3 || OF_ANY.contains(&word) || client.contains(word))
}

/// Says in a finding what its secret opens; `holders` are the clients of its package.
pub fn tell(finding: &mut Finding, holders: &[Holder], owners: &Owners) {
    let holders: Vec<&Holder> = holders.iter().filter(|holder| owners.may_be_of(finding, holder)).collect();
    let Some(holder) = client_of(finding, &holders).filter(|holder| !holder.scopes.is_empty()) else { return };
    let environment = environment(finding).or_else(|| holder.environment.clone());
    let is_production = environment.as_deref() == Some("production");
    let place = environment.as_deref().map(|environment| if is_production { " in production".to_owned() } else { format!(" in the {environment}") });
    let mut scopes: Vec<_> = holder.scopes.iter().collect();
    scopes.sort_by_key(|scope| !scope.is_privileged);
    let mut grants: Vec<&str> = scopes.iter().take(SHOWN).map(|scope| scope.grants.as_str()).collect();
    if scopes.len() > SHOWN {
        grants.push("more");
    }
    let may = match grants.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => return,
    };
    finding.message = format!("{}; its client may {may}{}", finding.message, place.unwrap_or_default());
    if is_production && scopes.iter().any(|scope| scope.is_privileged) && finding.severity < Severity::Critical {
        finding.severity = Severity::Critical;
        finding.notes.push(format!("severity raised: `{}` gives much power, in production", scopes[0].name));
    }
    let is_weighed = finding.notes.iter().any(|note| note.starts_with("severity lowered") || note.starts_with("severity raised"));
    if environment.is_some() && !is_production && !is_weighed && finding.severity > Severity::Medium {
        finding.severity = if finding.severity == Severity::Critical { Severity::High } else { Severity::Medium };
        finding.notes.push(format!("severity lowered: the client is of the {}", environment.clone().unwrap_or_default()));
    }
    let names = holder.scopes.iter().map(|scope| scope.name.clone()).collect();
    finding.opens = Some(Opens { provider: holder.provider.clone(), client: holder.client.clone(), environment, scopes: names });
}

/// The client that a secret belongs to: the nearest one of its file, the one whose provider it is named after, the only one of the package.
fn client_of<'a>(finding: &Finding, holders: &[&'a Holder]) -> Option<&'a Holder> {
    let distance = |holder: &Holder| {
        let places = holder.places.iter().filter(|(file, _)| **file == *finding.place.relative);
        places.map(|(_, line)| line.abs_diff(finding.place.start.line)).min().filter(|lines| *lines <= NEAR)
    };
    let nearest = holders.iter().filter_map(|holder| Some((distance(holder)?, *holder))).min_by_key(|(lines, _)| *lines);
    if let Some((_, holder)) = nearest {
        return Some(holder);
    }
    let name = finding.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let named: Vec<&&Holder> = holders.iter().filter(|holder| holder.words.iter().any(|word| name.contains(word.as_str()))).collect();
    match (named.as_slice(), holders) {
        ([one], _) => Some(**one),
        ([], [one]) => Some(*one),
        _ => None,
    }
}

/// The environment that stands near the secret or in the path of its file.
fn environment(finding: &Finding) -> Option<String> {
    let note = finding.notes.iter().find_map(|note| note.strip_prefix("severity raised: `").or_else(|| note.strip_prefix("severity lowered: `")));
    if let Some(note) = note {
        let is_sandbox = note.ends_with("the sandbox");
        return (is_sandbox || note.ends_with("production")).then(|| if is_sandbox { "sandbox" } else { "production" }.to_owned());
    }
    let path = finding.place.relative.to_ascii_lowercase();
    let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| match word {
        "prod" | "production" | "live" => Some("production".to_owned()),
        "sandbox" => Some("sandbox".to_owned()),
        _ => None,
    })
}
