//! `[integration]`: what an application declares of its use of the vendor's API, since no file shows what is set in a dashboard.
//!
//! Here its keys and the kinds of their values are checked. What it says is read where every other source is read, by `scan::declared`.

use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, de};

use crate::text::value::cron::Cron;
use crate::text::value::date::Date;
use crate::text::value::duration;

/// What one application declares.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Integration {
    /// Who answers for it.
    pub owner: Option<Text>,
    /// What it is used in, where a client does not say its own.
    pub environment: Option<Environment>,
    /// How tokens are obtained, where a client does not say its own.
    pub grant: Option<Grant>,
    /// The scopes of clients that list none.
    pub scopes: Option<Vec<String>>,
    /// When somebody last compared the scopes with what is called.
    pub scopes_reviewed: Option<Day>,
    /// After how many days secrets are replaced.
    pub rotation_days: Option<NonZeroU32>,
    /// The addresses that the vendor's dashboard lets in.
    pub allowlist: Option<Vec<String>>,
    /// Where the secret is kept, never the secret.
    pub secret_location: Option<Text>,
    /// Where access tokens are kept until they expire.
    pub token_cache: Option<Text>,
    /// Whether it receives webhooks.
    pub webhooks: Option<bool>,
    /// What becomes of the audit log.
    pub audit: Option<Audit>,
    /// The clients that are registered with the vendor.
    pub clients: Vec<Client>,
}

/// What becomes of the vendor's audit log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Audit {
    /// What it is exported to.
    pub export: Option<Text>,
    /// How often.
    pub schedule: Option<Schedule>,
    /// How much time one export asks for.
    pub window: Option<Span>,
    /// For how many days the exported events are kept.
    pub retention_days: Option<NonZeroU32>,
    /// Where the secret of the export is kept, never the secret.
    pub secret_location: Option<Text>,
}

/// A client of the vendor's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// What it is called; not its id.
    pub name: Text,
    /// What it is used in.
    pub environment: Option<Environment>,
    /// How it obtains tokens.
    pub grant: Option<Grant>,
    /// What it requests.
    pub scopes: Option<Vec<String>>,
    /// When somebody last compared the scopes with what is called.
    pub scopes_reviewed: Option<Day>,
    /// After how many days its secret is replaced.
    pub rotation_days: Option<NonZeroU32>,
    /// The addresses that it may come from.
    pub allowlist: Option<Vec<String>>,
    /// Where its secret is kept, never the secret.
    pub secret_location: Option<Text>,
}

/// What a client is used in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Real accounts and money.
    Production,
    /// The vendor's sandbox.
    Sandbox,
    /// Before production.
    Staging,
    /// Where it is tested.
    Test,
    /// Where it is written.
    Development,
}

/// How a client obtains tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grant {
    /// A service for itself.
    ClientCredentials,
    /// For a user who agrees.
    AuthorizationCode,
}

macro_rules! read_by {
    ($name:ident, $about:literal, $is_one:expr, $otherwise:literal) => {
        #[doc = $about]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let is_one: fn(&str) -> bool = $is_one;
                if is_one(&text) { Ok(Self(text)) } else { Err(de::Error::custom($otherwise)) }
            }
        }
    };
}

read_by!(Text, "A text that says something.", |text| !text.trim().is_empty(), "this is empty; say what it is, or leave the key out");
read_by!(Day, "A day.", |text| text.parse::<Date>().is_ok(), "this is not a day such as \"2026-03-31\"");
read_by!(Span, "A length of time.", |text| duration::length(text).is_some(), "this is not a length of time such as \"1h\" or \"1d\"");
read_by!(
    Schedule,
    "How often something is done.",
    |text| duration::length(text).or_else(|| Cron::parse(text).or_else(|| Cron::unix(text)).map(|cron| cron.longest_gap())).is_some(),
    "this is not a schedule such as \"1h\", \"rate(1 hour)\" or \"0 * * * *\""
);
