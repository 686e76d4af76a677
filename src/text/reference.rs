//! Values that point to a secret kept elsewhere, or hold it only encrypted or hashed.

use super::placeholder::{holds, placeholder, trimmed};
use super::randomness;

/// Longer values are no templates, but documents that may contain some.
const LONGEST: usize = 2048;

/// Why the whole value is a reference resolved elsewhere (`${X}`, `{{ x }}`, `$(cmd)`), if it is one.
///
/// Encrypted values and password hashes count as references too. A template with a literal default (`${X:-literal}`) does not:
/// [`default_of`] gives the literal.
pub fn reference(value: &[u8]) -> Option<&'static str> {
    let value = trimmed(value);
    let told = sealed(value).or_else(|| hashed(value)).or_else(|| stored(value));
    if told.is_some() || value.is_empty() || value.len() > LONGEST {
        return told;
    }
    tagged(value).or_else(|| templated(value)).or_else(|| expression(value))
}

fn starts(value: &[u8], start: &str) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Encrypted in place.
fn sealed(value: &[u8]) -> Option<&'static str> {
    let prefixes = [
        "ENC[",
        "ENC(",
        "{cipher}",
        "$ANSIBLE_VAULT;",
        "EJ[1:",
        "U2FsdGVkX1",
        "-----BEGIN AGE ENCRYPTED FILE",
        "-----BEGIN PGP MESSAGE",
        "vault:v1:",
        "vault:v2:",
        "AQICAH",
        "\0GITCRYPT",
    ];
    if prefixes.iter().any(|start| value.starts_with(start.as_bytes())) {
        return Some("encrypted");
    }
    if value.strip_prefix(b"encrypted:").is_some_and(|rest| rest.len() >= 16) || value.starts_with(b"![") && value.ends_with(b"]") {
        return Some("encrypted");
    }
    if value
        .strip_prefix(b"{")
        .and_then(|v| v.strip_suffix(b"}"))
        .is_some_and(|inner| inner.len() >= 20 && inner.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)))
    {
        return Some("encrypted by Maven");
    }
    let base64 = |text: &[u8]| text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    if value.starts_with(b"Ag") && value.len() >= 150 && base64(value) {
        return Some("a sealed secret of Kubernetes");
    }
    None
}

/// A password hash, which does not give the password back.
fn hashed(value: &[u8]) -> Option<&'static str> {
    let modular = [
        "$2a$", "$2b$", "$2x$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$argon2", "$scrypt$", "$pbkdf2", "$sha1$", "$bcrypt", "$shiro1$", "$P$",
        "$H$",
    ];
    let named = [
        "pbkdf2_sha",
        "pbkdf2:sha",
        "scrypt:",
        "argon2$",
        "bcrypt_sha256$",
        "bcrypt$",
        "sha1$",
        "sha256$",
        "md5$",
        "SCRAM-SHA-",
        "sha256:",
        "sha512:",
        "sha1:",
        "md5:",
        "sha256-",
        "sha384-",
        "sha512-",
    ];
    let braced = ["{bcrypt}", "{argon2", "{scrypt", "{pbkdf2", "{SHA", "{SSHA", "{SMD5}", "{MD5}", "{CRYPT}", "{X-", "{PBKDF2"];
    let long = value.len() >= 20;
    if long && modular.iter().chain(&braced).any(|start| value.starts_with(start.as_bytes()))
        || value.len() >= 32 && named.iter().any(|start| starts(value, start))
    {
        return Some("a password hash or digest");
    }
    let hex = |digits: &[u8], length: usize| digits.len() == length && digits.iter().all(u8::is_ascii_hexdigit);
    if value.strip_prefix(b"md5").is_some_and(|rest| hex(rest, 32)) || value.strip_prefix(b"*").is_some_and(|rest| hex(rest, 40)) {
        return Some("a password hash or digest");
    }
    None
}

/// Schemes that name a secret in a store.
const STORES: &[&str] = &[
    "op://",
    "vault://",
    "secret://",
    "secrets://",
    "ref+",
    "sm://",
    "sm@",
    "berglas://",
    "aws-sm://",
    "awssm://",
    "aws-secretsmanager:",
    "aws-parameterstore:",
    "azurekeyvault://",
    "azurekms://",
    "keyvaultref:",
    "keyring:",
    "doppler://",
    "bws://",
    "infisical://",
    "keeper://",
    "conjur:",
    "gcp:secretmanager:",
    "gcpsm://",
    "gcp-secretmanager://",
    "projects/-/",
    "arn:aws",
    "arn:",
    "@Microsoft.KeyVault(",
    "@Microsoft.AppConfiguration(",
    "secretref:",
    "secretKeyRef:",
    "secretsmanager:",
    "ssm:",
    "awskms://",
    "gcpkms://",
    "hashivault://",
    "file:///run/secrets/",
    "/run/secrets/",
    "/var/run/secrets/",
    "/mnt/secrets",
    "/vault/secrets/",
    "env://",
    "env:",
    "file://",
    "k8s://",
    "kms://",
    "teller://",
    "pass://",
    "vault:",
];

/// A path, name or address of an entry in a secret store.
fn stored(value: &[u8]) -> Option<&'static str> {
    if value.len() > LONGEST {
        return None;
    }
    if STORES.iter().any(|start| starts(value, start) && value.len() > start.len()) && !value.contains(&b' ') {
        return Some("an entry of a secret store");
    }
    let project = value.starts_with(b"projects/") && holds(value, b"/secrets/");
    let vault = starts(value, "https://") && (holds(value, b".vault.azure.") || holds(value, b".vault.usgovcloudapi.")) && holds(value, b"/secrets/");
    (project || vault).then_some("an entry of a secret store")
}

/// YAML tags that compute the value, of `CloudFormation`, Ansible, Home Assistant and summon.
fn tagged(value: &[u8]) -> Option<&'static str> {
    let tags = [
        "!Ref",
        "!GetAtt",
        "!ImportValue",
        "!FindInMap",
        "!Select",
        "!Join",
        "!If",
        "!reference",
        "!vault",
        "!secret",
        "!env",
        "!env_var",
        "!var",
        "!include",
        "!file",
        "!Base64",
        "!Cidr",
        "!Split",
        "!Transform",
        "!decrypt",
        "!ENV",
    ];
    let tag = value.split(|b| b.is_ascii_whitespace() || *b == b'[').next().unwrap_or_default();
    if tags.iter().any(|known| tag == known.as_bytes()) {
        return Some("computed by a tag");
    }
    if tag == b"!Sub" && holds(value, b"${") || value.starts_with(b"Fn::") && value.len() > 4 {
        return Some("computed by a tag");
    }
    None
}

/// What a hole of a template leaves open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hole<'a> {
    /// The marks are peculiar: `${x}`, `{{x}}`, `$(x)`.
    Clear,
    /// The marks occur in passwords too: `$x`, `@x@`, `%x%`, `{x}`.
    Doubtful,
    /// A literal stands in when nothing is found.
    Default(&'a [u8]),
}

/// Literal text between holes that is still no secret: `Bearer `, `prod-`.
const GLUE: usize = 12;

fn templated(value: &[u8]) -> Option<&'static str> {
    let (mut at, mut found, mut glue, mut digits) = (0, None, 0usize, 0usize);
    while at < value.len() {
        let Some((hole, length)) = hole(&value[at..]) else {
            glue += usize::from(value[at].is_ascii_alphanumeric() || !value[at].is_ascii());
            digits += usize::from(value[at].is_ascii_digit());
            at += 1;
            continue;
        };
        if matches!(hole, Hole::Default(_)) {
            return None;
        }
        found = if found.is_none() || hole == Hole::Doubtful { Some(hole) } else { found };
        at += length;
    }
    let fits = match found? {
        Hole::Clear => glue <= GLUE && digits == 0,
        _ => glue == 0,
    };
    fits.then_some("filled in from elsewhere")
}

/// The literal that stands in for a missing reference: `${X:-literal}`, `${X:literal}`, `process.env.X || "literal"`, `getenv("X", "literal")`.
pub fn default_of(value: &[u8]) -> Option<&[u8]> {
    let value = trimmed(value);
    if value.is_empty() || value.len() > LONGEST {
        return None;
    }
    match hole(value) {
        Some((Hole::Default(literal), length)) if length == value.len() => Some(literal),
        None if ROOTS.iter().any(|root| value.starts_with(root.as_bytes())) => literal_default(value),
        _ => None,
    }
}

/// The hole that the text begins with, and its length.
fn hole(text: &[u8]) -> Option<(Hole<'_>, usize)> {
    match text {
        [b'$', b'{', b'{', ..] => between(text, b"${{", b"}}"),
        [b'{', b'{', ..] => between(text, b"{{", b"}}").map(|(hole, end)| (hole, end + usize::from(text.get(end) == Some(&b'}')))),
        [b'{', b'%', ..] => between(text, b"{%", b"%}"),
        [b'<', b'%', ..] => between(text, b"<%", b"%>"),
        [b'<', b'<', ..] => between(text, b"<<", b">>"),
        [b'#', b'{', ..] => between(text, b"#{", b"}").map(|(hole, end)| (hole, end + usize::from(text.get(end) == Some(&b'#')))),
        [b'$', b'(', ..] => command(text),
        [b'`', ..] => between(text, b"`", b"`"),
        [b'$', b'[', ..] => between(text, b"$[", b"]"),
        [b'%', b'{', ..] => between(text, b"%{", b"}"),
        [b'[', b'[', ..] => between(text, b"[[", b"]]"),
        [b'(', b'(', ..] => between(text, b"((", b"))"),
        [b'$', b'{', ..] => braced(text),
        [b'$', ..] => variable(text),
        [b'%', ..] => percent(text),
        [b'@', ..] => marked(text, b"@", b"@"),
        [b'_', b'_', ..] => marked(text, b"__", b"__"),
        [b'{', ..] => marked(text, b"{", b"}"),
        _ => None,
    }
}

/// A hole between marks; one that holds nothing but a quoted literal is none.
fn between<'a>(text: &'a [u8], open: &[u8], close: &[u8]) -> Option<(Hole<'a>, usize)> {
    let inner = text.get(open.len()..)?;
    let length = memchr::memmem::find(inner, close)?;
    let content = inner[..length].trim_ascii();
    if content.is_empty() || matches!(content.first(), Some(b'"' | b'\'')) {
        return None;
    }
    let end = open.len() + length + close.len();
    match word_default(content) {
        Some(literal) => Some((Hole::Default(literal), end)),
        None => Some((Hole::Clear, end)),
    }
}

/// `$(cmd)`; what `echo` prints is a literal.
fn command(text: &[u8]) -> Option<(Hole<'_>, usize)> {
    let end = closing(text, b'(', b')')?;
    let content = text.get(2..end)?.trim_ascii();
    let prints = (content.starts_with(b"echo ") || content.starts_with(b"printf ")) && !content.contains(&b'$');
    (!content.is_empty() && !prints).then_some((Hole::Clear, end + 1))
}

/// Index of the bracket that closes the first one.
fn closing(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (at, &byte) in text.iter().enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Prefixes in `${prefix:name}` that name a source; any other word before the colon is a property, and a default follows.
const SOURCES: &[&str] = &[
    "aws",
    "azure",
    "bundle",
    "cf",
    "ctx",
    "custom",
    "docker",
    "dotenv",
    "env",
    "file",
    "git",
    "keyvault",
    "main",
    "main_env",
    "opt",
    "param",
    "parameter",
    "resolve",
    "s3",
    "secret",
    "secretmanager",
    "secrets",
    "self",
    "sls",
    "sm",
    "spring",
    "ssm",
    "stage",
    "strToBool",
    "sys",
    "system",
    "terraform",
    "vault",
    "vars",
];

/// `${…}` of shells, Spring, Serverless, JavaScript, Terraform.
fn braced(text: &[u8]) -> Option<(Hole<'_>, usize)> {
    let end = closing(text, b'{', b'}')?;
    let content = text.get(2..end)?.trim_ascii();
    let content = content.strip_prefix(b"!").or_else(|| content.strip_prefix(b"#")).unwrap_or(content);
    if content.is_empty() || matches!(content.first(), Some(b'"' | b'\'' | b'`')) {
        return None;
    }
    let literal = brace_default(content).map(trimmed).filter(|literal| !literal.is_empty() && placeholder(literal).is_none() && reference(literal).is_none());
    Some((literal.map_or(Hole::Clear, Hole::Default), end + 1))
}

fn brace_default(content: &[u8]) -> Option<&[u8]> {
    let shell = content.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let is_shell_name = content[..shell].iter().all(|b| !b.is_ascii_lowercase());
    let property = content.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')).count();
    let length = if is_shell_name { shell } else { property };
    let (name, rest) = content.split_at(length);
    match rest {
        [b':', b'?', ..] | [b'?', ..] if is_shell_name => None,
        [b':', b'-' | b'=' | b'+', literal @ ..] => Some(literal),
        [b'-' | b'=' | b'+', literal @ ..] if is_shell_name => Some(literal),
        [b':', literal @ ..] if !SOURCES.iter().any(|source| name.split(|b| *b == b'.').next() == Some(source.as_bytes())) && !literal.starts_with(b"//") => {
            Some(literal)
        }
        _ => literal_default(content),
    }
}

/// `$x`, `$1`, `$x.y`, `$x['y']`, `$this->x`. A name with digits between its letters is a password: `$ecr3t`.
fn variable(text: &[u8]) -> Option<(Hole<'_>, usize)> {
    let rest = text.get(1..)?;
    let name = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')).count();
    let word = &rest[..name];
    if word.is_empty() || word.windows(3).any(|w| w[0].is_ascii_alphabetic() && w[1].is_ascii_digit() && w[2].is_ascii_lowercase()) {
        return None;
    }
    // `$BW_MSSQL_PASSWORD`: what looks random in it are abbreviations.
    let is_conventional = word.contains(&b'_') && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    if word[0].is_ascii_digit() && word.len() > 2 || !is_conventional && randomness::is_random(word) && word.len() > 5 {
        return None;
    }
    let path = rest[name..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.->[]'\"".contains(b)).count();
    let is_path = matches!(rest.get(name), Some(b'.' | b'[' | b'-')) && !holds_random_word(&rest[name..name + path]);
    Some((Hole::Doubtful, 1 + name + if is_path { path } else { 0 }))
}

/// `%X%`, `%env(X)%`, `%(x)s`, `%s`.
fn percent(text: &[u8]) -> Option<(Hole<'_>, usize)> {
    let rest = text.get(1..)?;
    if rest.first() == Some(&b'(') {
        let end = rest.iter().position(|&b| b == b')')?;
        return matches!(rest.get(end + 1), Some(b's' | b'd' | b'r')).then_some((Hole::Clear, end + 3));
    }
    if let Some(end) = rest.iter().position(|&b| b == b'%') {
        let name = &rest[..end];
        let is_name = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"_.():-".contains(b)) && !name[0].is_ascii_digit();
        return is_name.then_some((Hole::Doubtful, end + 2));
    }
    matches!(rest, [b's' | b'd' | b'v' | b'q' | b'@', ..]).then_some((Hole::Doubtful, 2))
}

/// A name between marks that occur elsewhere too: `@X@`, `__X__`, `{x}`, `{0}`.
fn marked<'a>(text: &'a [u8], open: &[u8], close: &[u8]) -> Option<(Hole<'a>, usize)> {
    let inner = text.get(open.len()..)?;
    let length = memchr::memmem::find(inner, close)?;
    let name = &inner[..length];
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name.iter().all(|b| b.is_ascii_alphanumeric() || b"_.-:[]()!".contains(b))
        && !(name.len() >= 12 && randomness::is_random(name));
    is_name.then_some((Hole::Doubtful, open.len() + length + close.len()))
}

/// What expressions in source and infrastructure code begin with.
const ROOTS: &[&str] = &[
    "process.env",
    "import.meta.env",
    "Deno.env",
    "Bun.env",
    "os.environ",
    "os.getenv",
    "os.Getenv",
    "os.LookupEnv",
    "environ[",
    "environ.get",
    "getenv(",
    "System.getenv",
    "System.getProperty",
    "System.Environment",
    "Environment.Get",
    "Environment.get",
    "env::var",
    "std::env",
    "env!(",
    "option_env!(",
    "dotenvy::var",
    "ENV[",
    "ENV.fetch",
    "ENV.",
    "env(",
    "env.",
    "$_ENV[",
    "$_SERVER[",
    "$ENV{",
    "$env:",
    "viper.Get",
    "var.",
    "local.",
    "data.",
    "module.",
    "each.",
    "random_password.",
    "random_string.",
    "self.",
    "this.",
    "config.",
    "config[",
    "config(",
    "settings.",
    "Settings.",
    "cfg.",
    "conf.",
    "ctx.",
    "context.",
    "secrets.",
    "vars.",
    "params.",
    "parameters.",
    "parameters(",
    "[parameters(",
    "[basics(",
    "[steps(",
    "[reference(",
    "[variables(",
    "[concat(",
    "[listKeys(",
    "props.",
    "options.",
    "opts.",
    "args.",
    "argv.",
    "request.",
    "req.",
    "inputs.",
    "steps.",
    "needs.",
    "values.",
    ".Values.",
    "Rails.application.",
    "Figaro.env",
    "Configuration[",
    "_configuration[",
    "configuration[",
    "builder.Configuration",
    "app.config",
    "current_app.config",
    "credentials(",
    "SecretValue.",
    "kv.getSecret",
    "aws_secretsmanager",
    "google_secret",
    "azurerm_key_vault",
    "vault_",
    "ephemeral.",
    "file(",
    "sensitive(",
    "lookup(",
    "jsondecode(",
    "base64decode(",
    "getpass.getpass",
    "input(",
    "prompt(",
    "keyring.get",
];

/// An expression that reads the value: `process.env.X`, `os.environ["X"]`, `var.x`, `config.get("x")`.
fn expression(value: &[u8]) -> Option<&'static str> {
    let root = ROOTS.iter().find(|root| value.starts_with(root.as_bytes()))?;
    let rest = &value[root.len()..];
    let is_code = rest.iter().all(|b| b.is_ascii_alphanumeric() || b"_.[]()'\"`:!?,/-&>*{}|$ ".contains(b));
    if !is_code || literal_default(value).is_some() || holds_random_word(rest) {
        return None;
    }
    Some("read by an expression")
}

/// Whether a word of the code looks random, as no name does.
fn holds_random_word(code: &[u8]) -> bool {
    code.split(|b| !b.is_ascii_alphanumeric() && *b != b'_').any(|word| word.len() >= 12 && randomness::is_random(word))
}

/// The literal after `||`, `??`, `or`, `default`, or as the second argument of a call.
fn literal_default(code: &[u8]) -> Option<&[u8]> {
    word_default(code).or_else(|| {
        let comma = code.iter().position(|&b| b == b',')?;
        quoted(code[comma + 1..].trim_ascii_start())
    })
}

fn word_default(code: &[u8]) -> Option<&[u8]> {
    let marks: [&[u8]; 6] = [b"||", b"??", b" or ", b"default(", b"default ", b"?:"];
    marks.iter().find_map(|mark| {
        let at = memchr::memmem::find(code, mark)?;
        quoted(code[at + mark.len()..].trim_ascii_start())
    })
}

/// The content of the string that the code begins with, if it is neither empty nor a placeholder.
fn quoted(code: &[u8]) -> Option<&[u8]> {
    let (&quote, rest) = code.split_first().filter(|(first, _)| matches!(first, b'"' | b'\'' | b'`'))?;
    let end = rest.iter().position(|&b| b == quote)?;
    let literal = &rest[..end];
    (!literal.is_empty() && placeholder(literal).is_none()).then_some(literal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_of_every_syntax_are_told() {
        for value in [
            "$X",
            "$BW_MSSQL_PASSWORD",
            "${X}",
            "${X:?message}",
            "${X:-}",
            "${X-}",
            "$1",
            "%X%",
            "$(cat /run/secrets/x)",
            "$(X)",
            "`pass show x`",
            "{{ .Values.x }}",
            "{{x}}",
            "{{{x}}}",
            "{% x %}",
            "<%= x %>",
            "#{x}",
            "#{x}#",
            "{x}",
            "{0}",
            "__X__",
            "@X@",
            "[[x]]",
            "${{ secrets.X }}",
            "$[variables.x]",
            "<< parameters.x >>",
            "((x))",
            "%(x)s",
            "%s",
            "%env(X)%",
            "${a.b}",
            "${my-prop}",
            "${myProp:}",
            "${ssm:/a/b}",
            "${env:X}",
            "${file(x.yml):a}",
            "${self:custom.x}",
            "${X:-${Y}}",
            "${A}:${B}",
            "Bearer ${TOKEN}",
            "Basic $(x)",
            "\"${X}\"",
            " '$X' ",
            "$db_password",
            "$config['password']",
            "$this->password",
            "!Ref X",
            "!Sub '${X}'",
            "!GetAtt A.B",
            "Fn::Sub",
            "!vault |",
            "!secret x",
            "{{resolve:secretsmanager:a:SecretString:b}}",
            "@Microsoft.KeyVault(SecretUri=https://x)",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf",
            "projects/p/secrets/s/versions/latest",
            "op://vault/item/field",
            "vault:secret/data/x#y",
            "ref+vault://a/b",
            "https://x.vault.azure.net/secrets/y",
            "/run/secrets/db",
            "sm://p/s",
            "env:X",
            "ENC[AES256_GCM,data:abc]",
            "ENC(abcd)",
            "{cipher}0123abcd",
            "$ANSIBLE_VAULT;1.1;AES256",
            "EJ[1:abc=:def]",
            "encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg",
            "![abc=]",
            "U2FsdGVkX19abc",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=65536",
            "{bcrypt}$2a$10$abcdefghijklm",
            "pbkdf2_sha256$260000$abcdefgh$ijklmnopqrst",
            "*0123456789ABCDEF0123456789ABCDEF01234567",
            "process.env.X",
            "process.env['X']",
            "os.environ[\"X\"]",
            "os.environ.get('X')",
            "os.getenv(\"X\", \"\")",
            "System.getenv(\"X\")",
            "ENV['X']",
            "ENV.fetch(\"X\")",
            "var.x",
            "local.x.y",
            "data.aws_secretsmanager_secret_version.x.secret_string",
            "module.db.password",
            "self.client.secret",
            "config.get(\"client.secret\")",
            "[parameters('adminPassword')]",
            "[basics('authType').password]",
            "[steps('vm').credentials.password]",
            "process.env.X || ''",
            "random_password.db.result",
            "this.options.apiKey",
        ] {
            assert!(reference(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn literals_and_literal_defaults_are_no_references() {
        for value in [
            "",
            "kq9!hW2pLz",
            "$ecr3tPassw0rd",
            "$uper5ecret",
            "pa$$word",
            "P@ssw0rd@1",
            "100%sure%1",
            "${X:-kq9hW2pLzz}",
            "${X:kq9hW2pLzz}",
            "${X-kq9hW2pLzz}",
            "process.env.X || 'kq9hW2pLzz'",
            "os.getenv('X', 'kq9hW2pLzz')",
            "{{ .Values.x | default \"kq9hW2pLzz\" }}",
            "kq9hW2pLzz${X}",
            "kq9hW2pLzzkq9hW2pLzz-{x}",
            "$",
            "${",
            "{{",
            "$(",
            "%",
            "@",
            "${}",
            "{}",
            "{\"a\":1}",
            "a{b}c1",
            "my@pass@word",
            "$(echo hunter)",
            "{noop}kq9hW2",
            "var.Xk92LqPzW0vTn4RbYc81",
            "vault:",
            "__",
            "____",
        ] {
            assert_eq!(reference(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn the_default_of_a_reference_is_found() {
        for value in [
            "${X:-kq9hW2pLzz}",
            "${X:kq9hW2pLzz}",
            "${X:='kq9hW2pLzz'}",
            "\"${a.b:kq9hW2pLzz}\"",
            "process.env.X ?? \"kq9hW2pLzz\"",
            "ENV.fetch('X', 'kq9hW2pLzz')",
            "{{ x | default('kq9hW2pLzz') }}",
        ] {
            assert_eq!(default_of(value.as_bytes()), Some(b"kq9hW2pLzz".as_slice()), "{value}");
        }
        for value in ["${X}", "${X:-}", "${X:-changeme}", "${env:X}", "process.env.X", "kq9hW2pLzz", ""] {
            assert_eq!(default_of(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let nested = "${a:-".repeat(400) + "x" + &"}".repeat(400);
        let _ = reference(nested.as_bytes());
        let _ = reference("${a:-".repeat(100_000).as_bytes());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[$%@{}()<>\\[\\]`_#!|:?'\"a-z1, .-]{0,40}") {
            for value in [bytes.as_slice(), text.as_bytes()] {
                let _ = (reference(value), default_of(value));
            }
        }

        #[test]
        fn a_random_value_is_no_reference(value in "[A-Za-z0-9+/_-]{20,64}") {
            prop_assume!(!value.contains("__"));
            prop_assert_eq!(reference(value.as_bytes()), None);
        }
    }
}
