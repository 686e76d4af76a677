//! Every rule about scopes and every condition of silence in a project of each language, and in one package of a monorepo of all of them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use project::scan_files;

const API: &str = "https://api.aelix.digitalapi.ai";
const TOKEN: &str = "https://auth.aelix.digitalapi.ai/oauth2/token";
const OTHER: &str = "https://api.bank.example";

/// How programs of a language are written.
struct Dialect {
    name: &'static str,
    manifest: (&'static str, &'static str),
    file: &'static str,
    test: &'static str,
    /// What stands around the rest.
    around: fn(&str) -> String,
    /// A token request; the scopes are an expression.
    client: fn(&str) -> String,
    /// Scopes as an expression: text.
    text: fn(&str) -> String,
    /// Scopes as an expression that nobody follows.
    dynamic: &'static str,
    /// A token request without scopes.
    omitted: &'static str,
    /// A call with method and URL, both expressions.
    call: fn(usize, &str, &str) -> String,
    /// The URL of a path at a base, as an expression.
    url: fn(&str) -> String,
    /// The URL at an address that nobody knows.
    unknown_base: fn(&str) -> String,
    /// A URL of the provider whose path nobody knows.
    unknown_path: &'static str,
    /// Scopes that a loop puts together: what comes before the token request, and the expression.
    looped: (&'static str, &'static str),
    /// A server's demand for `identity:read`.
    enforced: &'static str,
    /// The use of a library that is named after the provider, before all else.
    library: &'static str,
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn dialects() -> Vec<Dialect> {
    vec![
        Dialect {
            name: "python",
            manifest: ("pyproject.toml", "[project]\nname = \"a\"\n"),
            file: "bank/client.py",
            test: "tests/test_client.py",
            around: |body| format!("import os, sys\nimport requests\n\nAPI = \"{API}\"\n{body}"),
            client: |scopes| {
                format!(
                    "form = {{\"grant_type\": \"client_credentials\", \"client_id\": os.environ[\"AELIX_ID\"], \"scope\": {scopes}}}\nrequests.post(\"{TOKEN}\", data=form)\n"
                )
            },
            text: quoted,
            dynamic: "scopes_of(tenant)",
            omitted: "requests.post(\"https://auth.aelix.digitalapi.ai/oauth2/token\", data={\"grant_type\": \"client_credentials\"})\n",
            call: |number, method, url| match method {
                "" => format!("def call_{number}():\n    return requests.request(verb(), {url})\n"),
                method => format!("def call_{number}():\n    return requests.{}({url})\n", method.to_lowercase()),
            },
            url: |path| format!("API + \"{path}\""),
            unknown_base: |path| format!("os.environ[\"BANK\"] + \"{path}\""),
            unknown_path: "API + sys.argv[1]",
            looped: ("scopes = [\"banking:read\"]\nfor each in names:\n    scopes.append(each + \":initiate\")\n", "\" \".join(scopes)"),
            enforced: "@app.get(\"/x\")\ndef x(user=Security(current, scopes=[\"identity:read\"])):\n    pass\n",
            library: "from aelix_sdk import Payments\n",
        },
        Dialect {
            name: "typescript",
            manifest: ("package.json", "{}"),
            file: "src/client.ts",
            test: "src/client.test.ts",
            around: |body| format!("const API = '{API}';\n{body}"),
            client: |scopes| {
                format!(
                    "const form = new URLSearchParams({{ grant_type: 'client_credentials', client_id: process.env.AELIX_ID, scope: {scopes} }});\nfetch('{TOKEN}', {{ method: 'POST', body: form }});\n"
                )
            },
            text: |text| format!("'{text}'"),
            dynamic: "scopesOf(tenant)",
            omitted: "fetch('https://auth.aelix.digitalapi.ai/oauth2/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) });\n",
            call: |number, method, url| match method {
                "" => format!("export const call{number} = () => fetch({url}, {{ method: verb() }});\n"),
                method => format!("export const call{number} = () => fetch({url}, {{ method: '{method}' }});\n"),
            },
            url: |path| format!("`${{API}}{path}`"),
            unknown_base: |path| format!("`${{process.env.BANK}}{path}`"),
            unknown_path: "`${API}${location.hash}`",
            looped: ("const scopes = ['banking:read'];\nfor (const each of names) scopes.push(`${each}:initiate`);\n", "scopes.join(' ')"),
            enforced: "@Scopes('identity:read')\nexport class Guarded {}\nrouter.use(auth({ scopes: ['identity:read'] }));\n",
            library: "import { Payments } from '@aelix/sdk';\n",
        },
        Dialect {
            name: "go",
            manifest: ("go.mod", "module github.com/acme/a\n"),
            file: "client.go",
            test: "client_test.go",
            around: |body| format!("package a\n\nconst api = \"{API}\"\n\n{body}"),
            client: |scopes| {
                format!(
                    "var config = clientcredentials.Config{{ClientID: os.Getenv(\"AELIX_ID\"), TokenURL: \"{TOKEN}\", Scopes: {scopes}}} // client_credentials\n\n"
                )
            },
            text: |text| format!("[]string{{\"{}\"}}", text.replace(' ', "\", \"")),
            dynamic: "scopesOf(tenant)",
            omitted: "var form = url.Values{\"grant_type\": {\"client_credentials\"}, \"u\": {\"https://auth.aelix.digitalapi.ai/oauth2/token\"}}\n",
            call: |number, method, url| match method {
                "" => format!("func call{number}() {{\n\thttp.NewRequest(verb(), {url}, nil)\n}}\n"),
                method => format!("func call{number}() {{\n\thttp.NewRequest(\"{method}\", {url}, nil)\n}}\n"),
            },
            url: |path| format!("api + \"{path}\""),
            unknown_base: |path| format!("os.Getenv(\"BANK\") + \"{path}\""),
            unknown_path: "api + os.Args[1]",
            looped: (
                "var scopes = []string{\"banking:read\"}\n\nfunc init() {\n\tfor _, each := range names {\n\t\tscopes = append(scopes, each+\":initiate\")\n\t}\n}\n\n",
                "scopes",
            ),
            enforced: "func x() {\n\tr.With(RequireScope(\"identity:read\")).Get(\"/x\", handler)\n}\n",
            library: "import \"github.com/aelix/aelix-go\"\n\n",
        },
        Dialect {
            name: "java",
            manifest: ("pom.xml", "<project/>"),
            file: "src/main/java/com/acme/Client.java",
            test: "src/test/java/com/acme/ClientTest.java",
            around: |body| format!("package com.acme;\n\nclass Client {{\n    static final String API = \"{API}\";\n{body}}}\n"),
            client: |scopes| {
                format!(
                    "    Object form = Map.of(\"grant_type\", \"client_credentials\", \"client_id\", System.getenv(\"AELIX_ID\"), \"scope\", {scopes});\n    String token = \"{TOKEN}\";\n"
                )
            },
            text: quoted,
            dynamic: "scopesOf(tenant)",
            omitted: "    Object form = Map.of(\"grant_type\", \"client_credentials\", \"u\", \"https://auth.aelix.digitalapi.ai/oauth2/token\");\n",
            call: |number, method, url| match method {
                "" => format!("    void call{number}() {{ HttpRequest.newBuilder(URI.create({url})).method(verb(), none()).build(); }}\n"),
                "GET" => format!("    void call{number}() {{ HttpRequest.newBuilder(URI.create({url})).GET().build(); }}\n"),
                method => format!("    void call{number}() {{ HttpRequest.newBuilder(URI.create({url})).{method}(none()).build(); }}\n"),
            },
            url: |path| format!("API + \"{path}\""),
            unknown_base: |path| format!("System.getenv(\"BANK\") + \"{path}\""),
            unknown_path: "API + System.getProperty(\"x\")",
            looped: (
                "    static List<String> scopes = new ArrayList<>(List.of(\"banking:read\"));\n    static { for (String each : names) scopes.add(each + \":initiate\"); }\n",
                "String.join(\" \", scopes)",
            ),
            enforced: "    @PreAuthorize(\"hasAuthority('SCOPE_identity:read')\") void x() {}\n    String issued = JWT.create().withClaim(\"scope\", \"identity:read\").sign(key);\n",
            library: "import ai.aelix.sdk.Payments;\n\n",
        },
        Dialect {
            name: "csharp",
            manifest: ("Client.csproj", "<Project/>"),
            file: "Client.cs",
            test: "tests/ClientTests.cs",
            around: |body| format!("class Client\n{{\n    const string Api = \"{API}\";\n{body}}}\n"),
            client: |scopes| {
                format!(
                    "    // client_credentials\n    object form = new ClientCredentialsTokenRequest {{ Address = \"{TOKEN}\", ClientId = Environment.GetEnvironmentVariable(\"AELIX_ID\"), Scope = {scopes} }};\n"
                )
            },
            text: quoted,
            dynamic: "ScopesOf(tenant)",
            omitted: "    object form = new Dictionary<string, string> { [\"grant_type\"] = \"client_credentials\", [\"u\"] = \"https://auth.aelix.digitalapi.ai/oauth2/token\" };\n",
            call: |number, method, url| match method {
                "" => format!("    object Call{number}() => http.SendAsync(new HttpRequestMessage(Verb(), {url}));\n"),
                "GET" => format!("    object Call{number}() => http.GetAsync({url});\n"),
                "POST" => format!("    object Call{number}() => http.PostAsync({url}, none);\n"),
                method => format!(
                    "    object Call{number}() => http.SendAsync(new HttpRequestMessage(HttpMethod.{}, {url}));\n",
                    &format!("{}{}", &method[..1], method[1..].to_lowercase())
                ),
            },
            url: |path| format!("Api + \"{path}\""),
            unknown_base: |path| format!("Environment.GetEnvironmentVariable(\"BANK\") + \"{path}\""),
            unknown_path: "Api + args[0]",
            looped: (
                "    static List<string> scopes = new() { \"banking:read\" };\n    static Client() { foreach (var each in names) scopes.Add($\"{each}:initiate\"); }\n",
                "string.Join(\" \", scopes)",
            ),
            enforced: "    void X(Options o) => o.AddPolicy(\"x\", p => p.RequireClaim(\"scope\", \"identity:read\"));\n    [RequiredScopeOrAppPermission(AcceptedScope = new[] { \"identity:read\" })] void Y() {}\n",
            library: "using Aelix.Sdk;\n",
        },
        Dialect {
            name: "rust",
            manifest: ("Cargo.toml", "[package]\nname = \"a\"\n"),
            file: "src/client.rs",
            test: "tests/client.rs",
            around: |body| format!("const API: &str = \"{API}\";\n\n{body}"),
            client: |scopes| {
                format!(
                    "async fn token(http: &Client) {{\n    http.post(\"{TOKEN}\").form(&[(\"grant_type\", \"client_credentials\"), (\"client_id\", env(\"AELIX_ID\")), (\"scope\", {scopes})]).send().await;\n}}\n"
                )
            },
            text: quoted,
            dynamic: "&scopes_of(tenant)",
            omitted: "async fn token(http: &Client) {\n    http.post(\"https://auth.aelix.digitalapi.ai/oauth2/token\").form(&[(\"grant_type\", \"client_credentials\")]).send().await;\n}\n",
            call: |number, method, url| match method {
                "" => format!("async fn call_{number}(http: &Client) {{\n    http.request(verb(), {url}).send().await;\n}}\n"),
                method => format!("async fn call_{number}(http: &Client) {{\n    http.{}({url}).send().await;\n}}\n", method.to_lowercase()),
            },
            url: |path| format!("format!(\"{{API}}{path}\")"),
            unknown_base: |path| format!("format!(\"{{}}{path}\", std::env::var(\"BANK\").unwrap())"),
            unknown_path: "format!(\"{API}{}\", std::env::args().last().unwrap())",
            looped: (
                "fn scopes() -> Vec<String> {\n    let mut scopes = vec![\"banking:read\".to_string()];\n    for each in names() {\n        scopes.push(format!(\"{each}:initiate\"));\n    }\n    scopes\n}\n\n",
                "&scopes().join(\" \")",
            ),
            enforced: "fn x() -> Router {\n    Router::new().route(\"/x\", get(x)).layer(require_scope(\"identity:read\"))\n}\n",
            library: "use aelix_sdk::Payments;\n\n",
        },
    ]
}

impl Dialect {
    /// A program that requests these scopes, an expression, and makes these calls: method and URL.
    fn program(&self, scopes: &str, calls: &[(&str, String)]) -> String {
        let calls: String = calls.iter().enumerate().map(|(number, (method, url))| (self.call)(number, method, url)).collect();
        (self.around)(&((self.client)(scopes) + &calls))
    }

    fn at(&self, method: &'static str, path: &str) -> (&'static str, String) {
        (method, (self.url)(path))
    }

    /// A project of one file below a folder.
    fn project(&self, folder: &str, (path, text): (&str, String)) -> Vec<(String, String)> {
        let (name, content) = self.manifest;
        vec![(format!("{folder}{name}"), content.to_owned()), (format!("{folder}{path}"), text)]
    }

    /// What is wrong in these programs, by name: with the rules that report it.
    fn positives(&self) -> Vec<(&'static str, String)> {
        let text = |scopes: &str| (self.text)(scopes);
        let get = || self.at("GET", "/v1/accounts");
        let pay = || self.at("POST", "/v1/payments");
        let google = |calls: &str| calls.replace(API, "https://www.googleapis.com/calendar/v3");
        let all = "banking:read banking:write payments:read payments:initiate identity:read webhooks:manage admin:users";
        vec![
            ("wildcard", self.program(&text("banking:*"), &[get()])),
            ("unknown-scope", self.program(&text("banking:read payments:write"), &[get(), pay()])),
            ("unused-scope", self.program(&text("banking:read identity:read"), &[get()])),
            ("missing-scope", self.program(&text("banking:read"), &[get(), pay()])),
            ("write-scope-read-only-usage", self.program(&text("banking:read banking:write"), &[get()])),
            ("all-scopes-requested", self.program(&text(all), &[("GET", self.unknown_path.to_owned())])),
            ("sensitive-combination", self.program(&text("payments:initiate admin:users"), &[pay(), self.at("GET", "/v1/users")])),
            (
                "admin-scope-interactive-client",
                self.program(&text("admin:users"), &[self.at("GET", "/v1/users")])
                    .replace("client_credentials", "authorization_code")
                    .replace("ClientCredentials", "AuthorizationCode"),
            ),
            ("omitted-scope", (self.around)(self.omitted)),
            ("overbroad-provider-scope", self.program(&text("https://www.googleapis.com/auth/drive"), &[])),
            ("broader-than-needed", google(&self.program(&text("https://www.googleapis.com/auth/calendar"), &[self.at("GET", "/users/me/calendarList")]))),
        ]
    }

    /// What nobody knows, or what is right.
    fn silences(&self) -> Vec<(&'static str, &'static str, String)> {
        let text = |scopes: &str| (self.text)(scopes);
        let get = || self.at("GET", "/v1/accounts");
        let both = text("banking:read identity:read");
        let here = |name: &'static str, program: String| (name, self.file, program);
        vec![
            here("scopes that are computed", self.program(self.dynamic, &[get(), self.at("POST", "/v1/payments")])),
            here("a path that is not known", self.program(&both, &[get(), ("GET", self.unknown_path.to_owned())])),
            here("a path the catalogue does not have", self.program(&both, &[get(), self.at("GET", "/v1/customers")])),
            here("another API", self.program(&both, &[("GET", (self.url)("/v1/accounts"))]).replace(API, OTHER)),
            here("a base that is not known", self.program(&both, &[("GET", (self.unknown_base)("/v1/accounts"))])),
            here("a base that is not known misses nothing", self.program(&text("banking:read"), &[get(), ("POST", (self.unknown_base)("/v1/payments"))])),
            here("no call", self.program(&both, &[])),
            here("a method that is not known", self.program(&text("banking:read banking:write"), &[get(), self.at("", "/v1/accounts")])),
            here("the audit log", self.program(&text("banking:read admin:users"), &[get(), self.at("GET", "/v1/audit-logs")])),
            here("each scope is needed", self.program(&text("banking:read payments:initiate"), &[get(), self.at("POST", "/v1/payments")])),
            here("scopes of OpenID Connect", self.program(&text("openid banking:read offline_access"), &[get()])),
            here("scopes that a loop puts together", {
                let program = self.program(self.looped.1, &[get(), self.at("POST", "/v1/payments")]);
                let client = (self.client)(self.looped.1);
                program.replace(&client, &format!("{}{client}", self.looped.0))
            }),
            here("a server that enforces", {
                let client = (self.client)(&text("banking:read"));
                self.program(&text("banking:read"), &[get()]).replace(&client, &format!("{client}{}", self.enforced))
            }),
            here("a library of the vendor", self.library.to_owned() + &self.program(&both, &[get()])),
            ("a test", self.test, self.program(&both, &[get()])),
        ]
    }
}

/// The rules about scopes that report something, with their files.
fn reported(files: &[(String, String)]) -> Vec<String> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = scan_files(&files).shown();
    let mut rules: Vec<String> = found
        .iter()
        .filter_map(|line| {
            let (place, rest) = line.split_once(" scopes/")?;
            Some(format!("{} {}", place.split(':').next()?, rest.split(':').next()?))
        })
        .collect();
    rules.dedup();
    rules
}

#[test]
fn every_rule_reports_in_every_language() {
    let mut wrong = Vec::new();
    for dialect in dialects() {
        for (rule, program) in dialect.positives() {
            let found = reported(&dialect.project("", (dialect.file, program.clone())));
            if found != [format!("{} {rule}", dialect.file)] {
                wrong.push(format!("{} {rule}: {found:?}\n{program}", dialect.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_not_known_is_silent_in_every_language() {
    let mut wrong = Vec::new();
    for dialect in dialects() {
        for (name, file, program) in dialect.silences() {
            let found = reported(&dialect.project("", (file, program.clone())));
            if !found.is_empty() {
                wrong.push(format!("{} {name}: {found:?}\n{program}", dialect.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn packages_of_a_monorepo_are_judged_each_by_itself() {
    let (mut files, mut expected) = (Vec::new(), Vec::new());
    for dialect in dialects() {
        for (rule, program) in dialect.positives() {
            let folder = format!("services/{}/{rule}/", dialect.name);
            expected.push(format!("{folder}{} {rule}", dialect.file));
            files.extend(dialect.project(&folder, (dialect.file, program)));
        }
        for (name, file, program) in dialect.silences() {
            files.extend(dialect.project(&format!("libraries/{}/{}/", dialect.name, name.replace(' ', "-")), (file, program)));
        }
    }
    expected.sort();
    let mut found = reported(&files);
    found.sort();
    assert_eq!(found, expected);
}
