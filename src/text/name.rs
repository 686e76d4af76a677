//! Names that hold secrets. (Contract stub.)

/// What a name says its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// `client_secret`, `consumer_secret`, `app_secret`.
    ClientSecret,
    /// `webhook_secret`, `signing_secret`.
    WebhookSecret,
    /// `api_key`, `apikey`.
    ApiKey,
    /// `access_token`, `auth_token`, `bearer`.
    Token,
    /// `private_key`.
    PrivateKey,
    /// `password`, `passwd`, `pwd`, `passphrase`.
    Password,
    /// `secret`, `secret_key`, `credential`.
    Secret,
}

/// The name in snake case and lower case: `twilioAuthToken`, `TWILIO-AUTH-TOKEN` → `twilio_auth_token`.
pub fn normalise(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_lowercase()
}

/// What the normalised name says, `None` for a name that holds no secret (`secret_name`, `token_url`, `max_tokens`).
pub fn classify(_normalised: &str) -> Option<NameKind> {
    None
}
