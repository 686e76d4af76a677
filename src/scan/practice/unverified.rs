//! Verification that settings turn off for everything, and trust managers that trust everyone: read off the text.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::model::{Blob, Confidence, FileKind};
use crate::text::Span;

use super::super::context::Context;
use super::{Found, Practice, is_in_comment};

/// Words that announce them.
pub const WRITTEN: [&str; 9] = [
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "PYTHONHTTPSVERIFY",
    "GIT_SSL_NO_VERIFY",
    "http.sslVerify",
    "strict-ssl",
    "insecure_skip_verify",
    "insecureSkipVerify",
    "checkServerTrusted",
    "InsecureTrustManagerFactory.INSTANCE",
];

/// A setting and the value that turns verification off.
static SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let zero = r#"(?:NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)["']?\s{0,4}[=:\s]\s{0,4}["']?0\b"#;
    let one = r#"GIT_SSL_NO_VERIFY["']?\s{0,4}[=:\s]\s{0,4}["']?(?:1|true)\b"#;
    let no = r#"\b(?:http\.sslVerify|strict-ssl)["']?\s{0,4}[=:\s]\s{0,4}["']?false\b"#;
    let yes = r#"\b(?:insecure_skip_verify|insecureSkipVerify)["']?\s{0,4}[:=]\s{0,4}["']?true\b"#;
    Regex::new(&format!("(?-u)(?:{zero}|{one}|{no}|{yes})")).ok()
});
/// A method of a trust manager that looks at nothing.
static TRUST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\bcheckServerTrusted\s*\([^)]{0,300}\)\s*(?:throws\s+[\w.,\s]{1,100})?(?:=\s*Unit\b|\{(?:\s|//[^\n]{0,200}\n|return;?)*\})").ok()
});
/// A trust manager of Netty that trusts everyone, as an argument.
static INSTANCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u)\bInsecureTrustManagerFactory\.INSTANCE\b").ok());

/// What the text of a file says.
pub fn written(blob: &Blob) -> Vec<Found> {
    let is_code = blob.kind == FileKind::Source;
    let is_shown = !is_code && Context::of(blob).example;
    let is_jvm = [".java", ".kt", ".kts", ".groovy", ".scala"].iter().any(|extension| blob.target.within.ends_with(extension));
    let known: &[(&LazyLock<Option<Regex>>, &str)] = match blob.kind {
        FileKind::Document | FileKind::Generated => &[],
        _ if is_code && !is_jvm => &[],
        _ if is_code => &[(&TRUST, "accepts every certificate"), (&INSTANCE, "accepts every certificate")],
        _ => &[(&SETTING, "turns off the verification of TLS certificates for everything that reads it")],
    };
    let mut all = Vec::new();
    for (regex, what) in known {
        for found in regex.iter().flat_map(|regex| regex.find_iter(blob.bytes)).filter(|found| !is_in_comment(blob.bytes, found.start())) {
            let text = String::from_utf8_lossy(found.as_bytes()).into_owned();
            let name = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-')).next().unwrap_or_default();
            // Of a method its name and its parameters.
            let length = text.find('{').map_or(text.len(), |open| text[..open].trim_end().len());
            let span = Span::new(found.start(), found.start() + if is_code { length } else { text.len() });
            let mut found = Found::plain(Practice::InsecureTransport, span, format!("`{name}` {what}"));
            if is_shown {
                found.confidence = Confidence::Low;
                found.notes.push("a setting that documentation or an example shows is in force nowhere".to_owned());
            }
            all.push(found);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    fn found(path: &str, text: &str) -> Vec<String> {
        written(&Blob::new(&Target::in_memory(path), text.as_bytes())).iter().map(|found| text[found.span.range()].to_owned()).collect()
    }

    #[test]
    fn settings_that_turn_verification_off_are_found() {
        for (path, text, expected) in [
            ("Dockerfile", "ENV NODE_TLS_REJECT_UNAUTHORIZED=0\n", Some("NODE_TLS_REJECT_UNAUTHORIZED=0")),
            ("a.yaml", "  NODE_TLS_REJECT_UNAUTHORIZED: \"0\"\n", Some("NODE_TLS_REJECT_UNAUTHORIZED: \"0")),
            (".env", "NODE_TLS_REJECT_UNAUTHORIZED=1\n", None),
            ("a.sh", "git config --global http.sslVerify false\n", Some("http.sslVerify false")),
            (".npmrc", "strict-ssl=false\n", Some("strict-ssl=false")),
            ("prometheus.yml", "tls_config:\n  insecure_skip_verify: true\n", Some("insecure_skip_verify: true")),
            ("prometheus.yml", "tls_config:\n  # insecure_skip_verify: true\n", None),
            ("README.md", "never set `strict-ssl=false`\n", None),
        ] {
            assert_eq!(found(path, text), expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{path} {text}");
        }
    }

    #[test]
    fn settings_that_documentation_shows_are_unlikely() {
        let confidence = |path: &str| written(&Blob::new(&Target::in_memory(path), b"insecureSkipVerify: true\n"))[0].confidence;
        for (path, expected) in [
            ("docs/content/reference/file.yaml", Confidence::Low),
            ("examples/compose.yaml", Confidence::Low),
            ("deploy/prod.yaml", Confidence::High),
            ("tests/e2e.yaml", Confidence::High),
        ] {
            assert_eq!(confidence(path), expected, "{path}");
        }
    }

    #[test]
    fn trust_managers_that_trust_everyone_are_found() {
        let java = "public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {\n  // all\n}";
        assert_eq!(found("A.java", java), ["checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException"]);
        assert_eq!(found("A.kt", "override fun checkServerTrusted(c: Array<X509Certificate>, t: String) = Unit").len(), 1);
        assert!(found("A.java", "void checkServerTrusted(X509Certificate[] chain, String type) { base.checkServerTrusted(chain, type); }").is_empty());
    }
}
