//! Least privilege in programs as people write them: a client of one HTTP library each, in a language each, and what is found in it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use project::scan;

/// The rules about scopes that report something in a project, each with file and line.
fn reported(folder: &str) -> Vec<String> {
    let found = scan(&format!("scopes/clients/{folder}")).shown();
    let mut found: Vec<String> = found.iter().filter(|line| line.contains(" scopes/")).map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    found.sort();
    found
}

#[test]
fn each_library_is_understood() {
    let mut wrong = Vec::new();
    for (folder, expected) in [
        ("csharp-flurl", &["Token.cs:1 scopes/unused-scope"][..]),
        ("csharp-named-client", &["Token.cs:1 scopes/unused-scope"][..]),
        ("csharp-refit", &["Token.cs:1 scopes/unused-scope"][..]),
        ("csharp-request-message", &["Token.cs:13 scopes/write-scope-read-only-usage"][..]),
        ("csharp-restsharp", &["Token.cs:1 scopes/unused-scope"][..]),
        ("csharp-typed-client", &["Bank/AelixClient.cs:7 scopes/missing-scope", "Bank/appsettings.json:5 scopes/unused-scope"][..]),
        ("go-chi-server", &["bank/token.go:3 scopes/unused-scope"][..]),
        ("go-do", &["bank/token.go:3 scopes/unused-scope"][..]),
        ("go-new-request", &["internal/aelix/client.go:30 scopes/unused-scope", "internal/aelix/client.go:30 scopes/write-scope-read-only-usage"][..]),
        ("go-resty", &["bank/token.go:3 scopes/unused-scope"][..]),
        ("go-sprintf", &["bank/token.go:3 scopes/unused-scope"][..]),
        ("java-feign", &["src/main/resources/application.properties:3 scopes/unused-scope"][..]),
        ("java-http-client", &["src/main/resources/application.yml:11 scopes/unused-scope"][..]),
        ("java-injected-url", &["src/main/java/a/BankService.java:21 scopes/missing-scope", "src/main/resources/application.yml:14 scopes/unused-scope"][..]),
        ("java-micronaut", &["src/main/resources/application.yml:11 scopes/unused-scope"][..]),
        (
            "java-microprofile",
            &["src/main/java/com/x/AelixPayments.java:9 scopes/missing-scope", "src/main/resources/application.properties:5 scopes/unused-scope"][..],
        ),
        ("java-okhttp", &["src/main/resources/application.yml:11 scopes/unused-scope"][..]),
        ("java-restclient", &["src/main/resources/application.yml:11 scopes/unused-scope"][..]),
        ("java-resttemplate", &["src/main/java/com/acme/Bank.java:12 scopes/unused-scope"][..]),
        ("java-uri-components", &["src/main/resources/application.yml:11 scopes/unused-scope"][..]),
        (
            "java-webclient",
            &["src/main/java/com/acme/AelixClient.java:18 scopes/missing-scope", "src/main/resources/application.yml:12 scopes/unused-scope"][..],
        ),
        ("javascript-computed-scopes", &[][..]),
        ("kotlin-ktor", &["src/main/kotlin/Aelix.kt:13 scopes/write-scope-read-only-usage"][..]),
        (
            "monorepo",
            &[
                "docker-compose.yml:6 scopes/write-scope-read-only-usage",
                "services/pay/pay.py:9 scopes/missing-scope",
                "web/login.ts:2 scopes/admin-scope-interactive-client",
            ][..],
        ),
        ("php-guzzle", &["src/Aelix.php:24 scopes/unused-scope"][..]),
        ("python-aiohttp", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-authlib", &["app/settings.py:8 scopes/unused-scope", "app/settings.py:8 scopes/write-scope-read-only-usage"][..]),
        ("python-format", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-other-client", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-requests-session", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-table-of-urls", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-two-apis", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("python-urljoin", &["bank/token.py:3 scopes/unused-scope"][..]),
        ("ruby-faraday", &["lib/aelix.rb:10 scopes/unused-scope"][..]),
        ("typescript-default-scopes", &["src/index.ts:1 scopes/unused-scope"][..]),
        ("rust-axum-server", &["src/token.rs:1 scopes/unused-scope"][..]),
        ("rust-oauth2-crate", &["src/config.rs:3 scopes/unused-scope", "src/payments.rs:9 scopes/missing-scope"][..]),
        ("rust-reqwest", &["src/token.rs:1 scopes/unused-scope"][..]),
        ("rust-ureq", &["src/token.rs:1 scopes/unused-scope"][..]),
        ("shell-curl", &["bank.sh:3 scopes/unused-scope"][..]),
        ("typescript-any-path", &[]),
        ("typescript-axios", &["src/aelix.service.ts:18 scopes/missing-scope", "src/config.ts:5 scopes/unused-scope"][..]),
        ("typescript-class", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-express-server", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-fetch-wrapper", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-got", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-ky", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-nest", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-new-url", &["src/token.ts:1 scopes/unused-scope"][..]),
        ("typescript-openid-client", &["src/a.ts:3 scopes/unused-scope", "src/a.ts:4 scopes/missing-scope"][..]),
    ] {
        let found = reported(folder);
        if found != expected {
            wrong.push(format!("{folder}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
