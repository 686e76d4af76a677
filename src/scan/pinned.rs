//! Versions of secrets that are named where they are read: addresses of Azure Key Vault and Google Secret Manager, dynamic references of `CloudFormation`.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::facts::Value;
use crate::text::Span;

use super::syntax::{RawAttribute, RawResource};

/// What such names have in them.
pub const SIGNS: [&str; 4] = [".vault.azure.net/secrets/", "{{resolve:secretsmanager:", "/versions/", "AWSPREVIOUS"];
/// The kind of a version that is named.
pub const KIND: &str = "secret-version";
/// Versions of one file that are taken.
const MAX_VERSIONS: usize = 200;

static VERSIONS: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
    let all = [
        r"https://[A-Za-z0-9-]{3,24}\.vault\.azure\.net/secrets/([A-Za-z0-9-]+)/([0-9a-f]{32})\b",
        r"projects/[A-Za-z0-9_.:-]+/(?:locations/[a-z0-9-]+/)?secrets/([A-Za-z0-9_-]+)/versions/([0-9]+)\b",
        r"\{\{resolve:secretsmanager:([^}\s]+?):SecretString:[^:}]*:(?:(AWSPREVIOUS)\b|[A-Za-z0-9-]*:([0-9a-fA-F-]{32,36}))[^}]*\}\}",
        // The argument of a call: `VersionStage="AWSPREVIOUS"`, `VersionStage: aws.String("AWSPREVIOUS")`, `.versionStage("AWSPREVIOUS")`.
        r#"(?i:version_?stage)(\b)[\s"':=(]{1,4}(?:[a-z]+\.String\()?["'](AWSPREVIOUS)["']"#,
    ];
    let [azure, google, amazon, stage] = all.map(|regex| Regex::new(regex).ok());
    Some([azure?, google?, amazon?, stage?])
});

/// Each version that is named.
pub fn resources(bytes: &[u8]) -> Vec<RawResource> {
    let Some(all) = &*VERSIONS else { return Vec::new() };
    let mut out = Vec::new();
    for found in all.iter().flat_map(|regex| regex.captures_iter(bytes).take(MAX_VERSIONS)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        let Some(version) = found.iter().skip(2).flatten().next() else { continue };
        let span = Span::new(whole.start(), whole.end());
        let text = String::from_utf8_lossy(version.as_bytes()).into_owned();
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        // A stage says nothing of whose it is: it is what Terraform calls so.
        let (kind, path) = if name.is_empty() { ("data.aws_secretsmanager_secret_version", "version_stage") } else { (KIND, "version") };
        let attribute = RawAttribute { path: path.to_owned(), value: Value::literal(text.as_bytes(), span), expression: format!("\"{text}\""), span };
        out.push(RawResource { kind: kind.to_owned(), name, attributes: vec![attribute], span });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_all_forms() {
        for (start, end, expected) in [
            ("https://kv-a.vault.azure.net/", "secrets/aelix/0123456789abcdef0123456789abcdef", Some("aelix")),
            ("https://kv-a.vault.azure.net/", "secrets/aelix", None),
            ("https://kv-a.vault.azure.net/", "secrets/aelix/", None),
            ("name = 'projects/p/", "secrets/aelix/versions/3'", Some("aelix")),
            ("name = 'projects/p/", "secrets/aelix/versions/latest'", None),
            ("f'projects/{p}/", "secrets/aelix/versions/3'", None),
            ("projects/*/", "secrets/*/versions/5", None),
            ("{{resolve:", "secretsmanager:prod/aelix:SecretString:secret:AWSPREVIOUS}}", Some("prod/aelix")),
            ("{{resolve:", "secretsmanager:prod/aelix:SecretString:secret::01234567-89ab-cdef-0123-456789abcdef}}", Some("prod/aelix")),
            ("get_secret_value(SecretId=x, ", "VersionStage='AWSPREVIOUS')", Some("")),
            ("{ SecretId: x, ", "VersionStage: \"AWSPREVIOUS\" }", Some("")),
            ("VersionStage: ", "aws.String(\"AWSPREVIOUS\")", Some("")),
            ("request.", "versionStage(\"AWSPREVIOUS\")", Some("")),
            ("request.", "versionStage(\"AWSCURRENT\")", None),
            ("{{resolve:", "secretsmanager:prod/aelix:SecretString:secret}}", None),
            ("{{resolve:", "secretsmanager:prod/aelix:SecretString:secret:AWSCURRENT}}", None),
        ] {
            let text = [start, end].concat();
            assert_eq!(resources(text.as_bytes()).first().map(|r| r.name.as_str()), expected, "{text}");
        }
    }
}
