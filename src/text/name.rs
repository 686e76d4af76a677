//! Names that hold secrets: how a name is normalised, and what it says about its value.

use NameKind::{ApiKey, ClientSecret, ConnectionString, Password, PrivateKey, Secret, Token, WebhookSecret};
use Strength::{Strong, Weak};

/// What a name says its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// `client_secret`, `consumer_secret`, `app_secret`.
    ClientSecret,
    /// `webhook_secret`, `signing_secret`.
    WebhookSecret,
    /// `api_key`, `apikey`, `access_key`, `subscription_key`.
    ApiKey,
    /// `access_token`, `auth_token`, `bearer`.
    Token,
    /// `private_key`, `ssh_key`.
    PrivateKey,
    /// `password`, `passwd`, `pwd`, `passphrase`.
    Password,
    /// `secret`, `secret_key`, `encryption_key`, `credential`.
    Secret,
    /// `connection_string`: a secret among other settings.
    ConnectionString,
}

impl NameKind {
    /// As reports say it.
    pub fn as_str(self) -> &'static str {
        match self {
            ClientSecret => "client secret",
            WebhookSecret => "webhook secret",
            ApiKey => "key of an API",
            Token => "token",
            PrivateKey => "private key",
            Password => "password",
            Secret => "secret",
            ConnectionString => "connection string",
        }
    }
}

/// How much a name alone says. A weak name is used for harmless things as often as for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// `token`, `key`, `auth`, `pass`, `license_key`: the value must give more evidence.
    Weak,
    /// `client_secret`, `db_password`, `api_key`.
    Strong,
}

/// Spellings that camel case would tear apart, but that their owners write as one word.
const ONE_WORD: &[(&[u8], &[u8])] = &[
    (b"bit", b"bucket"),
    (b"circle", b"ci"),
    (b"cloud", b"flare"),
    (b"data", b"dog"),
    (b"digital", b"ocean"),
    (b"dynamo", b"db"),
    (b"git", b"hub"),
    (b"git", b"lab"),
    (b"hub", b"spot"),
    (b"j", b"frog"),
    (b"linked", b"in"),
    (b"mongo", b"db"),
    (b"my", b"sql"),
    (b"nu", b"get"),
    (b"o", b"auth"),
    (b"open", b"ai"),
    (b"pager", b"duty"),
    (b"pay", b"pal"),
    (b"postgre", b"sql"),
    (b"py", b"pi"),
    (b"send", b"grid"),
    (b"sonar", b"qube"),
    (b"you", b"tube"),
];

/// The name in snake case and lower case: `twilioAuthToken`, `TWILIO-AUTH-TOKEN` → `twilio_auth_token`.
///
/// Digits stay with the word before them (`oauth2Token` → `oauth2_token`), acronyms stay whole (`AWSSecretKey` → `aws_secret_key`),
/// and a few names keep the spelling of their owners (`GitHubToken` → `github_token`). What is neither letter nor digit separates.
pub fn normalise(name: &[u8]) -> String {
    let mut out = Vec::with_capacity(name.len() + 8);
    for (at, &byte) in name.iter().enumerate() {
        if !is_word(byte) {
            if out.last().is_some_and(|&b| b != b'_') {
                out.push(b'_');
            }
            continue;
        }
        if starts_a_word(name, at) && out.last().is_some_and(|&b| b != b'_') && !continues_a_brand(&out, &name[at..]) {
            out.push(b'_');
        }
        out.push(byte.to_ascii_lowercase());
    }
    while out.last() == Some(&b'_') {
        out.pop();
    }
    match String::from_utf8(out) {
        Ok(text) if text.is_ascii() => text,
        Ok(text) => text.to_lowercase(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).to_lowercase(),
    }
}

/// Bytes beyond ASCII are taken for letters: `contraseña`.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Whether camel case starts a word at `at`: `aB`, `1B`, and the `B` of `AABb`, but not the plural of an acronym (`APIs`).
fn starts_a_word(name: &[u8], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|i| name.get(i)) else { return false };
    if !name[at].is_ascii_uppercase() {
        return false;
    }
    if !before.is_ascii_uppercase() {
        return true;
    }
    let follows = |i: usize| name.get(at + i).copied().unwrap_or(b'_');
    let plural = follows(1) == b's' && !follows(2).is_ascii_lowercase();
    follows(1).is_ascii_lowercase() && !plural
}

/// Whether the word that ends `out` and the one that starts `rest` are one name in [`ONE_WORD`].
fn continues_a_brand(out: &[u8], rest: &[u8]) -> bool {
    let word = out.rsplit(|&b| b == b'_').next().unwrap_or_default();
    ONE_WORD.iter().any(|(first, second)| {
        word == *first
            && rest.get(..second.len()).is_some_and(|start| start.eq_ignore_ascii_case(second))
            && !rest.get(second.len()).is_some_and(u8::is_ascii_lowercase)
    })
}

/// What the normalised name says, `None` for a name that holds no secret (`secret_name`, `token_url`, `max_tokens`).
pub fn classify(normalised: &str) -> Option<NameKind> {
    judge(normalised).map(|(kind, _)| kind)
}

/// How much the normalised name says, `None` where [`classify`] is `None`.
pub fn strength(normalised: &str) -> Option<Strength> {
    judge(normalised).map(|(_, strength)| strength)
}

/// Words that may follow the telling part: the environment, the encoding, which of several.
const TRAILERS: &[&str] = &[
    "a",
    "b",
    "b64",
    "backup",
    "base64",
    "current",
    "default",
    "dev",
    "development",
    "encoded",
    "live",
    "local",
    "new",
    "old",
    "plain",
    "plaintext",
    "previous",
    "primary",
    "prod",
    "production",
    "qa",
    "raw",
    "sandbox",
    "secondary",
    "stage",
    "staging",
    "stg",
    "str",
    "string",
    "test",
    "text",
    "uat",
    "v1",
    "v2",
    "value",
];

/// First words of switches, limits and form parts.
const NEGATIVE_FIRST: &[&str] = &[
    "allow", "check", "confirm", "disable", "enable", "enabled", "existing", "expire", "expired", "forgot", "has", "have", "hide", "ignore", "invalid", "is",
    "max", "min", "missing", "need", "needs", "no", "num", "repeat", "require", "required", "requires", "reset", "retype", "show", "skip", "toggle", "update",
    "use", "uses", "validate", "verify", "with", "without",
];

/// Words that make the whole name harmless wherever they stand.
const NEGATIVE_ANYWHERE: &[&str] = &[
    "cancel",
    "cancellation",
    "confirmation",
    "csrf",
    "csrfmiddleware",
    "expiry",
    "placeholder",
    "policy",
    "public",
    "publishable",
    "pubkey",
    "regex",
    "requestverification",
    "tokenizer",
    "validator",
    "xsrf",
];

/// Words before `token` that parsers, pagers and language models use.
const PARSER_TOKENS: &[&str] = &[
    "action",
    "authenticity",
    "begin",
    "bos",
    "change",
    "close",
    "closing",
    "cls",
    "comma",
    "continuation",
    "cursor",
    "curr",
    "current",
    "delta",
    "design",
    "end",
    "eof",
    "eos",
    "expected",
    "first",
    "get",
    "idempotency",
    "identifier",
    "input",
    "keyword",
    "last",
    "left",
    "lexer",
    "lookahead",
    "mask",
    "match",
    "mutex",
    "newline",
    "next",
    "nodes",
    "open",
    "opening",
    "operator",
    "output",
    "pad",
    "page",
    "paging",
    "parse",
    "parser",
    "peek",
    "prev",
    "previous",
    "punctuation",
    "resume",
    "right",
    "sep",
    "skip",
    "special",
    "start",
    "stop",
    "string",
    "stylesheet",
    "sync",
    "total",
    "unexpected",
    "unk",
    "watch",
];

/// Words before `secret` that make it the name of an object in a cluster or a store.
const SECRET_OBJECTS: &[&str] = &["create", "external", "get", "image", "imagepull", "k8s", "kubernetes", "pull", "sealed", "shamir"];

/// Endings of the compact name (no underscores) that tell by themselves; the longest that fits decides.
const ENDINGS: &[(&str, NameKind, Strength)] = &[
    ("accesskey", ApiKey, Strong),
    ("accesskeysecret", Secret, Strong),
    ("accesstoken", Token, Strong),
    ("accountkey", Secret, Strong),
    ("adminkey", ApiKey, Strong),
    ("admintoken", Token, Strong),
    ("aeskey", Secret, Strong),
    ("apikey", ApiKey, Strong),
    ("apikeys", ApiKey, Weak),
    ("apipass", Password, Strong),
    ("apisecret", ClientSecret, Strong),
    ("apitoken", Token, Strong),
    ("appkey", ApiKey, Strong),
    ("applicationkey", ApiKey, Strong),
    ("applicationsecret", ClientSecret, Strong),
    ("appsecret", ClientSecret, Strong),
    ("authkey", ApiKey, Strong),
    ("authpass", Password, Strong),
    ("authtoken", Token, Strong),
    ("bearer", Token, Weak),
    ("bearertoken", Token, Strong),
    ("clientcredential", ClientSecret, Strong),
    ("clientcredentials", ClientSecret, Weak),
    ("clientkey", ApiKey, Weak),
    ("clientsecret", ClientSecret, Strong),
    ("connectionstring", ConnectionString, Strong),
    ("connstr", ConnectionString, Strong),
    ("connstring", ConnectionString, Strong),
    ("consumerkey", ApiKey, Weak),
    ("consumersecret", ClientSecret, Strong),
    ("contraseña", Password, Strong),
    ("contrasena", Password, Strong),
    ("contrasenia", Password, Strong),
    ("cookiesecret", Secret, Strong),
    ("credential", Secret, Weak),
    ("credentials", Secret, Weak),
    ("cryptokey", Secret, Strong),
    ("dbpass", Password, Strong),
    ("dbpw", Password, Strong),
    ("dbpwd", Password, Strong),
    ("decryptionkey", Secret, Strong),
    ("deploytoken", Token, Strong),
    ("encryptionkey", Secret, Strong),
    ("functionkey", ApiKey, Strong),
    ("haslo", Password, Strong),
    ("heslo", Password, Strong),
    ("hmackey", Secret, Strong),
    ("hostkey", PrivateKey, Weak),
    ("ingestionkey", ApiKey, Strong),
    ("integrationkey", ApiKey, Strong),
    ("integrationsecret", ClientSecret, Strong),
    ("jwtkey", Secret, Strong),
    ("jwtsecret", Secret, Strong),
    ("kennwort", Password, Strong),
    ("licensekey", ApiKey, Weak),
    ("losenord", Password, Strong),
    ("lösenord", Password, Strong),
    ("masterkey", Secret, Strong),
    ("motdepasse", Password, Strong),
    ("mysqlpass", Password, Strong),
    ("oauthsecret", ClientSecret, Strong),
    ("oauth2secret", ClientSecret, Strong),
    ("oauthtoken", Token, Strong),
    ("passcode", Password, Weak),
    ("passphrase", Password, Strong),
    ("passwd", Password, Strong),
    ("password", Password, Strong),
    ("passwords", Password, Weak),
    ("passwort", Password, Strong),
    ("personalaccesstoken", Token, Strong),
    ("privatekey", PrivateKey, Strong),
    ("privatekeypem", PrivateKey, Strong),
    ("privkey", PrivateKey, Strong),
    ("pushkey", ApiKey, Weak),
    ("refreshtoken", Token, Strong),
    ("requirepass", Password, Strong),
    ("rsakey", PrivateKey, Weak),
    ("secret", Secret, Strong),
    ("secretaccesskey", Secret, Strong),
    ("secretkey", Secret, Strong),
    ("secretkeybase", Secret, Strong),
    ("secretsigningkey", Secret, Strong),
    ("secrettoken", Secret, Strong),
    ("seed", Secret, Weak),
    ("senha", Password, Strong),
    ("serverkey", ApiKey, Weak),
    ("servicekey", ApiKey, Strong),
    ("sessionkey", Secret, Weak),
    ("sessionsecret", Secret, Strong),
    ("sharedaccesskey", Secret, Strong),
    ("sharedkey", Secret, Strong),
    ("signingkey", Secret, Strong),
    ("signingsecret", WebhookSecret, Strong),
    ("smtppass", Password, Strong),
    ("sshkey", PrivateKey, Weak),
    ("storagekey", Secret, Weak),
    ("subscriptionkey", ApiKey, Strong),
    ("tlskey", PrivateKey, Weak),
    ("sslkey", PrivateKey, Weak),
    ("token", Token, Strong),
    ("unlockkey", Secret, Weak),
    ("userpass", Password, Strong),
    ("wachtwoord", Password, Strong),
    ("webhookkey", WebhookSecret, Strong),
    ("webhooksecret", WebhookSecret, Strong),
    ("webhooksigningsecret", WebhookSecret, Strong),
    ("writekey", ApiKey, Weak),
];

/// Short last words, told only as whole words: `db_pass` but not `bypass`.
const SHORT_WORDS: &[(&str, NameKind)] = &[
    ("auth", Token),
    ("clave", Password),
    ("cred", Secret),
    ("creds", Secret),
    ("key", ApiKey),
    ("mdp", Password),
    ("parola", Password),
    ("pass", Password),
    ("pat", Token),
    ("psk", Secret),
    ("psw", Password),
    ("pw", Password),
    ("pwd", Password),
];

/// Words before a short word that make it strong: `smtp_pass`, `mysql_pwd`.
const ACCOUNTS: &[&str] = &[
    "admin",
    "database",
    "db",
    "email",
    "ftp",
    "imap",
    "ldap",
    "login",
    "mail",
    "mongo",
    "mongodb",
    "mysql",
    "pg",
    "postgres",
    "postgresql",
    "proxy",
    "rabbitmq",
    "redis",
    "root",
    "sa",
    "sftp",
    "smtp",
    "sql",
    "ssh",
    "user",
    "vpn",
    "wifi",
];

/// More words than any sensible name has; the ones before are not read.
const MAX_WORDS: usize = 12;

fn judge(normalised: &str) -> Option<(NameKind, Strength)> {
    let mut words: Vec<&str> = normalised.rsplit('_').filter(|word| !word.is_empty()).take(MAX_WORDS).collect();
    words.reverse();
    // What is typed twice is the password both times.
    if matches!(words.as_slice(), [.., "password" | "passwd", "confirmation"]) {
        words.pop();
    }
    if words.len() > 1 && NEGATIVE_FIRST.contains(words.first()?) {
        return None;
    }
    if words.iter().any(|word| NEGATIVE_ANYWHERE.contains(&singular_token(word))) {
        return None;
    }
    if let Some(found) = told_by(&words) {
        return Some(found);
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_trailer(word)) {
        words.pop();
        if let Some(found) = told_by(&words) {
            return Some(found);
        }
    }
    let last = words.pop()?;
    let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
    if bare.is_empty() || bare.len() == last.len() {
        return None;
    }
    words.push(bare);
    told_by(&words)
}

/// `csrftoken` and `csrf` are the same word here.
fn singular_token(word: &str) -> &str {
    word.strip_suffix("token").filter(|rest| !rest.is_empty()).unwrap_or(word)
}

fn is_trailer(word: &str) -> bool {
    TRAILERS.contains(&word) || word.bytes().all(|b| b.is_ascii_digit())
}

fn told_by(words: &[&str]) -> Option<(NameKind, Strength)> {
    let (&last, before) = words.split_last()?;
    let qualifier = before.last().copied();
    if let Some((_, kind)) = SHORT_WORDS.iter().find(|(word, _)| *word == last) {
        return short_word(*kind, last, before);
    }
    let compact: String = words.concat();
    let ends = |(ending, ..): &&(&str, NameKind, Strength)| ending.as_bytes().last() == compact.as_bytes().last() && compact.ends_with(ending);
    let (ending, kind, strength) = ENDINGS.iter().filter(ends).max_by_key(|(ending, ..)| ending.len()).copied()?;
    match ending {
        "token" => token(last, before).map(|strength| (Token, strength)),
        "secret" => secret(last, before, qualifier),
        "bearer" | "credential" | "credentials" => (last == ending).then_some((kind, strength)),
        "passwd" | "password" if before.contains(&"reset") || before.contains(&"forgot") => None,
        _ => starts_at_a_word(ending, words).then_some((kind, strength)),
    }
}

/// Short endings must begin where a word begins: `app_key` and `myappkey` count as they are, `mapkey` does not.
fn starts_at_a_word(ending: &str, words: &[&str]) -> bool {
    let mut left = ending.len();
    for word in words.iter().rev() {
        if word.len() >= left {
            return word.len() == left || ending.len() >= 7 || word.len() > left + 2;
        }
        left -= word.len();
    }
    false
}

/// Words before `pass` that make it a run or a filter.
const PASSES: &[&str] =
    &["band", "color", "depth", "filter", "final", "first", "high", "last", "low", "multi", "one", "render", "second", "shadow", "single", "two"];

fn short_word(kind: NameKind, last: &str, before: &[&str]) -> Option<(NameKind, Strength)> {
    if last == "key" {
        let compact: String = before.concat();
        if before.is_empty() {
            return Some((ApiKey, Weak));
        }
        let whole = format!("{compact}key");
        let (ending, kind, strength) =
            ENDINGS.iter().filter(|(ending, ..)| ending.ends_with("key") && whole.ends_with(ending)).max_by_key(|(ending, ..)| ending.len())?;
        let words: Vec<&str> = before.iter().copied().chain(["key"]).collect();
        return starts_at_a_word(ending, &words).then_some((*kind, *strength));
    }
    // The locale of Palau.
    if last == "pw" && matches!(before, ["en" | "pau"]) {
        return None;
    }
    // One of several goes through something, a filter of frequencies.
    if last == "pass" && before.last().is_some_and(|word| PASSES.contains(word)) {
        return None;
    }
    let strong = before.last().is_some_and(|word| ACCOUNTS.contains(word)) && kind == Password;
    match last {
        "pass" | "pw" | "pwd" | "psw" | "mdp" | "parola" if strong => Some((kind, Strong)),
        _ => Some((kind, Weak)),
    }
}

fn token(last: &str, before: &[&str]) -> Option<Strength> {
    let joined = last.strip_suffix("token").filter(|rest| !rest.is_empty());
    let Some(qualifier) = joined.or(before.last().copied()) else { return Some(Weak) };
    // AWS: what makes a call that is sent again the same call.
    let is_of_request = matches!(before, [.., "client", "request"]);
    if is_of_request || PARSER_TOKENS.contains(&qualifier) || before.contains(&"reset") || before.contains(&"forgot") || before.contains(&"password") {
        return None;
    }
    if matches!(qualifier, "my" | "the" | "a" | "new" | "old" | "raw" | "this") {
        return Some(Weak);
    }
    Some(Strong)
}

fn secret(last: &str, before: &[&str], qualifier: Option<&str>) -> Option<(NameKind, Strength)> {
    if qualifier.is_some_and(|word| SECRET_OBJECTS.contains(&word)) || last == "pullsecret" {
        return None;
    }
    let any = |wanted: &[&str]| before.iter().any(|word| wanted.contains(word));
    if any(&["webhook", "webhooks", "hook", "signing"]) {
        return Some((WebhookSecret, Strong));
    }
    if qualifier.is_some_and(|word| matches!(word, "client" | "consumer" | "app" | "application" | "api" | "oauth" | "oauth2" | "integration" | "aelix")) {
        return Some((ClientSecret, Strong));
    }
    Some((Secret, if matches!(qualifier, Some("tls" | "ssl" | "store" | "cert")) { Weak } else { Strong }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_name_normalises_to_the_same_words() {
        let table: &[(&str, &str)] = &[
            ("twilioAuthToken", "twilio_auth_token"),
            ("TWILIO-AUTH-TOKEN", "twilio_auth_token"),
            ("twilio.auth.token", "twilio_auth_token"),
            ("Twilio Auth Token", "twilio_auth_token"),
            ("--twilio-auth-token", "twilio_auth_token"),
            ("$TWILIO_AUTH_TOKEN", "twilio_auth_token"),
            ("AWSSecretKey", "aws_secret_key"),
            ("AWS_SECRET_KEY", "aws_secret_key"),
            ("oauth2Token", "oauth2_token"),
            ("OAuthToken", "oauth_token"),
            ("GitHubToken", "github_token"),
            ("mySQLPassword", "mysql_password"),
            ("postgreSQLPassword", "postgresql_password"),
            ("gitHubbub", "git_hubbub"),
            ("openAIKey", "openai_key"),
            ("userIDs", "user_ids"),
            ("S3Key", "s3_key"),
            ("apiKeyV2", "api_key_v2"),
            ("password2", "password2"),
            ("spring.datasource.password", "spring_datasource_password"),
            ("a[b].c", "a_b_c"),
            ("__x__", "x"),
            ("", ""),
            ("---", ""),
            ("Contraseña", "contraseña"),
        ];
        for (name, expected) in table {
            assert_eq!(normalise(name.as_bytes()), *expected, "{name}");
        }
    }

    #[test]
    fn normalising_is_total_and_settles() {
        for seed in 0..2000u32 {
            let bytes: Vec<u8> = (0..seed % 40).map(|i| seed.wrapping_mul(2_654_435_761).wrapping_add(i * 40_503).to_be_bytes()[2]).collect();
            let once = normalise(&bytes);
            assert_eq!(normalise(once.as_bytes()), once);
            let _ = (classify(&once), strength(&once));
        }
    }

    fn of(name: &str) -> Option<(NameKind, Strength)> {
        judge(&normalise(name.as_bytes()))
    }

    #[test]
    fn names_of_secrets_are_told_by_kind() {
        let table: &[(&str, NameKind)] = &[
            ("client_secret", ClientSecret),
            ("AELIX_CLIENT_SECRET", ClientSecret),
            ("clientSecretValue", ClientSecret),
            ("aelix.secret", ClientSecret),
            ("consumerSecret", ClientSecret),
            ("oauth2_secret", ClientSecret),
            ("appSecret", ClientSecret),
            ("clientsecret", ClientSecret),
            ("client_credential", ClientSecret),
            ("webhookSecret", WebhookSecret),
            ("AELIX_WEBHOOK_SECRET", WebhookSecret),
            ("slack_signing_secret", WebhookSecret),
            ("api_key", ApiKey),
            ("X-Api-Key", ApiKey),
            ("apikey", ApiKey),
            ("openaiApiKey", ApiKey),
            ("api_key_1", ApiKey),
            ("aws_access_key", ApiKey),
            ("Ocp-Apim-Subscription-Key", ApiKey),
            ("app_key", ApiKey),
            ("access_token", Token),
            ("refreshToken", Token),
            ("bearer_token", Token),
            ("githubToken", Token),
            ("VAULT_TOKEN", Token),
            ("admin_token", Token),
            ("private_key", PrivateKey),
            ("privateKeyPem", PrivateKey),
            ("password", Password),
            ("PGPASSWORD", Password),
            ("db_pass", Password),
            ("dbpass", Password),
            ("mysql_pwd", Password),
            ("dbPasswd", Password),
            ("root-passphrase", Password),
            ("keystorePassword", Password),
            ("password2", Password),
            ("db_password_prod", Password),
            ("passwort", Password),
            ("mot_de_passe", Password),
            ("contraseña", Password),
            ("senha", Password),
            ("secret", Secret),
            ("SECRET_KEY", Secret),
            ("secret_key_base", Secret),
            ("aws_secret_access_key", Secret),
            ("encryptionKey", Secret),
            ("signing_key", Secret),
            ("masterKey", Secret),
            ("AccountKey", Secret),
            ("SharedAccessKey", Secret),
            ("jwtSecret", Secret),
            ("session_secret", Secret),
            ("cookieSecret", Secret),
            ("ConnectionString", ConnectionString),
            ("AZURE_STORAGE_CONNECTION_STRING", ConnectionString),
        ];
        for (name, kind) in table {
            assert_eq!(of(name), Some((*kind, Strong)), "{name}");
        }
    }

    #[test]
    fn short_and_ambiguous_names_are_weak() {
        for name in
            ["token", "key", "auth", "credential", "credentials", "pass", "pw", "pwd", "license_key", "ssh_key", "session_key", "pat", "PWD", "consumer_key"]
        {
            assert_eq!(of(name).map(|(_, strength)| strength), Some(Weak), "{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_not_names_of_secrets() {
        let names = [
            "secret_name",
            "secretName",
            "client_secret_id",
            "secret_arn",
            "private_key_path",
            "keyFile",
            "token_url",
            "password_length",
            "token_ttl",
            "token_type",
            "password_hash",
            "token_enabled",
            "password_field",
            "auth_header",
            "token_prefix",
            "use_password",
            "has_secret",
            "enable_token",
            "is_secret",
            "min_password",
            "max_tokens",
            "maxTokens",
            "show_password",
            "reset_password",
            "forgot_password",
            "confirm_password",
            "secret_manager",
            "secretStore",
            "secret_provider",
            "tokenizer",
            "public_key",
            "publicKey",
            "key_id",
            "access_key_id",
            "accessKeyId",
            "kid",
            "csrf_token",
            "csrfToken",
            "CSRFToken",
            "xsrf-token",
            "csrfmiddlewaretoken",
            "password_policy",
            "password_reset_token",
            "password_reset_url",
            "password_reset_token_expiry",
            "token_count",
            "next_token",
            "nextPageToken",
            "page_token",
            "sync_token",
            "continuation_token",
            "cancellation_token",
            "cancellationToken",
            "left_token",
            "eos_token",
            "primary_key",
            "foreign_key",
            "partition_key",
            "cache_key",
            "sort_key",
            "monkey",
            "turkey",
            "bypass",
            "compass",
            "salt",
            "password_salt",
            "image_pull_secret",
            "imagePullSecrets",
            "existingSecret",
            "existing_secret",
            "client_secret_setting_name",
            "secret_env_var",
            "publishable_key",
            "author",
            "authority",
            "keyboard",
            "hotkey",
            "client_id",
            "username",
            "bearer_format",
            "secrets",
            "tokens",
            "tokenize",
            "forbearer",
            "password_placeholder",
            "stripe_publishable_key",
            "mapkey",
            "",
        ];
        for name in names {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
