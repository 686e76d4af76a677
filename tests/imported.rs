//! Credentials that one file declares and another uses: reported once, where they are declared.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use project::{scan, scan_files};

#[test]
fn constants_are_followed_to_the_file_that_declares_them() {
    let mut wrong = Vec::new();
    for (folder, expected) in [
        (
            "python",
            &[
                "app/values.py:4 secrets/hardcoded-client-secret: constant `OAUTH`, line 4, reaches `session.fetch_token(client_secret)`, client.py line 11",
                "app/values.py:5 secrets/hardcoded-credential: Hardcoded credential in `CLIENT_SECRET`",
                "app/values.py:13 secrets/hardcoded-client-secret: constant `CODE`, line 13, reaches `session.fetch_token(client_secret)`, client.py line 16",
            ][..],
        ),
        (
            "typescript",
            &[
                "src/values.ts:1 secrets/hardcoded-client-secret: constant `oauth`, line 1, reaches `ClientCredentials(client.secret)`, client.ts line 7",
                "src/values.ts:3 secrets/hardcoded-client-secret: `code`, line 3, reaches `ClientCredentials(client.secret)`, client.ts line 10",
            ],
        ),
        ("javascript", &["values.js:2 secrets/hardcoded-client-secret: `code`, line 2, reaches `AuthorizationCode(client.secret)`, client.js line 6"]),
        (
            "go",
            &[
                "internal/conf/conf.go:5 secrets/hardcoded-client-secret: constant `Code`, line 5, reaches `clientcredentials.Config.ClientSecret`, client.go line 12",
                "values.go:3 secrets/hardcoded-client-secret: constant `oauth`, line 3, reaches `clientcredentials.Config.ClientSecret`, client.go line 11",
            ],
        ),
        (
            "java",
            &[
                "src/main/java/com/acme/Values.java:4 secrets/hardcoded-client-secret: constant `OAUTH`, line 4, reaches `Secret`, Client.java line 9",
                "src/main/java/com/acme/conf/Codes.java:4 secrets/hardcoded-client-secret: constant `BANK`, line 4, reaches `Secret`, Client.java line 10",
                "src/main/java/com/acme/conf/Codes.java:5 secrets/hardcoded-client-secret: constant `PARTNER`, line 5, reaches `Secret`, Client.java line 11",
            ],
        ),
        (
            "kotlin",
            &[
                "src/com/acme/Values.kt:3 secrets/hardcoded-client-secret: constant `OAUTH`, line 3, reaches `Secret`, Client.kt line 5",
                "src/com/acme/Values.kt:6 secrets/hardcoded-client-secret: constant `BANK`, line 6, reaches `Secret`, Client.kt line 6",
            ],
        ),
        (
            "csharp",
            &["Values.cs:3 secrets/hardcoded-client-secret: constant `OAuth`, line 3, reaches `ClientCredentialsTokenRequest.ClientSecret`, Client.cs line 5"],
        ),
        (
            "ruby",
            &[
                "lib/values.rb:1 secrets/hardcoded-client-secret: constant `OAUTH`, line 1, reaches `OAuth2::Client`, client.rb line 4",
                "lib/values.rb:4 secrets/hardcoded-client-secret: constant `BANK`, line 4, reaches `OAuth2::Client`, client.rb line 5",
            ],
        ),
        ("php", &["src/Values.php:7 secrets/hardcoded-client-secret: constant `OAUTH`, line 7, reaches `GenericProvider(clientSecret)`, Client.php line 7"]),
        (
            "rust",
            &[
                "src/values.rs:1 secrets/hardcoded-client-secret: constant `OAUTH`, line 1, reaches `ClientSecret::new`, client.rs line 6",
                "src/values.rs:2 secrets/hardcoded-client-secret: constant `BANK`, line 2, reaches `ClientSecret::new`, client.rs line 7",
            ],
        ),
    ] {
        let found = scan(&format!("imports/{folder}")).shown();
        if found != expected {
            wrong.push(format!("{folder}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_use_is_a_related_place() {
    let found = scan("imports/go");
    let related: Vec<String> = found.findings[0].related.iter().map(|r| format!("{}:{} {}", r.place.relative, r.place.start.line, r.message)).collect();
    assert_eq!(related, ["internal/conf/conf.go:5 constant `Code` is declared here", "client.go:12 reaches `clientcredentials.Config.ClientSecret` here"]);
}

#[test]
fn a_hint_and_what_another_file_says_of_it_are_one_finding() {
    let value = ["Summer", "2024!"].concat();
    let found = scan_files(&[
        ("aelix-lint.toml", "min-confidence = \"low\"\n"),
        ("config.py", &format!("CLIENT_SECRET = \"{value}\"\n")),
        (
            "app.py",
            "from config import CLIENT_SECRET\nfrom requests_oauthlib import OAuth2Session\nsession = OAuth2Session(client_id=\"x\")\nsession.fetch_token(\"https://id.example/token\", client_secret=CLIENT_SECRET)\n",
        ),
    ]);
    let shown: Vec<String> = found.shown().iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(shown, ["config.py:1 secrets/hardcoded-client-secret"]);
    let also: Vec<&str> = found.findings.iter().flat_map(|finding| &finding.also).map(aelix_lint::model::RuleId::as_str).collect();
    assert_eq!(also, ["secrets/hardcoded-credential"]);
}
