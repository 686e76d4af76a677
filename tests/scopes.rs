//! Least privilege: what clients request against what the calls of their package need.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use project::{scan, scan_files};

/// The findings about scopes.
fn about_scopes(found: &[String]) -> Vec<&str> {
    found.iter().filter(|line| line.contains(" scopes/")).map(String::as_str).collect()
}

#[test]
fn each_language_has_its_verdict() {
    let mut wrong = Vec::new();
    for (folder, expected) in [
        (
            "python",
            &[
                "bank/settings.py:6 scopes/unused-scope: scope `identity:read` is requested, and none of the 3 calls found needs it",
                "bank/settings.py:6 scopes/write-scope-read-only-usage: scope `payments:initiate` is for writing (initiate domestic and international payments), and the 3 calls found only read",
            ][..],
        ),
        (
            "typescript",
            &[
                "src/payouts.ts:4 scopes/missing-scope: `POST /v1/payments` needs scope `payments:initiate`, and the package requests payments:read, webhooks:manage",
                "src/token.ts:8 scopes/unused-scope: scope `webhooks:manage` is requested, and none of the 3 calls found needs it",
            ],
        ),
        (
            "go",
            &[
                "main.go:18 scopes/write-scope-read-only-usage: scope `banking:write` is for writing (create accounts, update account details), and the 2 calls found only read",
            ],
        ),
        ("java", &["src/main/resources/application.yml:10 scopes/unused-scope: scope `admin:users` is requested, and the only call found does not need it"]),
        (
            "csharp",
            &[
                "Funding.cs:11 scopes/missing-scope: `GET /v1/payments` needs scope `payments:read`, and the package requests banking:read, payments:initiate",
                "Token.cs:9 scopes/unused-scope: scope `banking:read` is requested, and none of the 2 calls found needs it",
            ],
        ),
        ("rust", &["src/auth.rs:7 scopes/unused-scope: scope `admin:users` is requested, and none of the 2 calls found needs it"]),
        (
            "monorepo",
            &[
                "services/ledger/index.js:4 scopes/write-scope-read-only-usage: scope `banking:write` is for writing (create accounts, update account details), and the only call found only reads",
            ],
        ),
    ] {
        let found = scan(&format!("scopes/{folder}")).shown();
        let found = about_scopes(&found);
        if found != expected {
            wrong.push(format!("{folder}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const API: &str = "https://api.aelix.digitalapi.ai";
const TOKEN: &str = "https://auth.aelix.digitalapi.ai/oauth2/token";

/// A Python client that requests these scopes.
fn client(scopes: &str) -> String {
    format!(
        "import os\nimport requests\n\nAPI = \"{API}\"\nform = {{\"grant_type\": \"client_credentials\", \"client_id\": os.environ[\"AELIX_ID\"], \"scope\": {scopes}}}\n\
         token = requests.post(\"{TOKEN}\", data=form).json()\n"
    )
}

const ACCOUNTS: &str = "requests.get(API + \"/v1/accounts\")\n";
const PAY: &str = "requests.post(API + \"/v1/payments\", json={})\n";

/// The ids of the findings about scopes, with their files.
fn ids(files: &[(&str, &str)]) -> Vec<String> {
    let found = scan_files(files).shown();
    about_scopes(&found).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_not_known_is_not_reported() {
    let both = "\"banking:read identity:read\"";
    let large = format!("# Aelix\nx = [\n{}]\n", "    \"0123456789\",\n".repeat(80_000));
    let mut wrong = Vec::new();
    for (name, files) in [
        ("scopes from the environment", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("os.environ[\"SCOPES\"]")))]),
        ("scopes under another name", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("os.environ[\"PERMISSIONS\"]")))]),
        (
            "more scopes behind the first",
            vec![(
                "a.py",
                format!(
                    "S = [\"banking:read\"]\nS += extra\nSCOPES = [\"banking:read\"]\nSCOPES += os.environ.get(\"EXTRA\", \"\").split()\n{}{ACCOUNTS}{PAY}",
                    client("\" \".join(SCOPES)")
                ),
            )],
        ),
        ("scopes and others", vec![("a.py", format!("SCOPES = [\"banking:read\"] + extra\n{}{ACCOUNTS}{PAY}", client("\" \".join(SCOPES)")))]),
        ("others and scopes", vec![("a.py", format!("SCOPES = [*base, \"banking:read\"]\n{}{ACCOUNTS}{PAY}", client("\" \".join(SCOPES)")))]),
        ("scopes in a template", vec![("a.py", format!("scope = f\"banking:read {{extra}}\"\n{}{ACCOUNTS}{PAY}", client("scope")))]),
        (
            "scopes in a form",
            vec![(
                "a.js",
                format!(
                    "const body = `grant_type=client_credentials&scope=banking:read+${{extra}}`;\nfetch(\"{TOKEN}\", {{ method: \"POST\", body }});\nfetch(\"{API}/v1/accounts\");\nfetch(\"{API}/v1/payments\", {{ method: \"POST\" }});\n"
                ),
            )],
        ),
        (
            "a table of scopes",
            vec![(
                "a.js",
                format!(
                    "const SCOPES = {{ READ: \"banking:read\", KYC: \"identity:read\" }};\nfetch(\"{TOKEN}\", {{ method: \"POST\", body: form({{ scope: SCOPES.READ }}) }});\nfetch(\"{API}/v1/accounts\");\n"
                ),
            )],
        ),
        ("a server's middleware", vec![("a.js", format!("router.use(auth({{ scopes: [\"identity:read\"] }}));\nfetch(\"{API}/v1/accounts\");\n"))]),
        (
            "what was granted",
            vec![(
                "a.js",
                format!(
                    "const answer = {{ access_token: t, scope: \"banking:read identity:read\", token_type: \"Bearer\" }};\nfetch(\"{API}/v1/accounts\");\n"
                ),
            )],
        ),
        ("scopes from a function", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("scopes_of(tenant)")))]),
        ("a path that is not known", vec![("a.py", format!("import sys\n{}{ACCOUNTS}requests.get(API + sys.argv[1])\n", client(both)))]),
        ("a resource that is not known", vec![("a.py", format!("import sys\n{}{ACCOUNTS}requests.get(f\"{{API}}/v1/{{sys.argv[1]}}\")\n", client(both)))]),
        ("a path the catalogue does not have", vec![("a.py", format!("{}{ACCOUNTS}requests.get(API + \"/v1/customers\")\n", client(both)))]),
        ("another API", vec![("a.py", format!("{}requests.get(\"https://api.bank.example/v1/accounts\")\n", client(both)))]),
        ("an unknown base", vec![("a.py", format!("{}import os\nrequests.get(os.environ[\"BANK\"] + \"/v1/accounts\")\n", client(both)))]),
        ("no calls at all", vec![("a.py", client(both))]),
        ("a test requests", vec![("tests/test_a.py", format!("{}{ACCOUNTS}", client(both)))]),
        (
            "the server enforces",
            vec![(
                "a.py",
                format!(
                    "# Aelix\n@app.get(\"/x\")\ndef x(user=Security(current, scopes=[\"identity:read\"])):\n    return requests.get(\"{API}/v1/accounts\")\n"
                ),
            )],
        ),
        (
            "a definition",
            vec![
                ("openapi.yaml", "# Aelix\nflows:\n  clientCredentials:\n    scopes:\n      identity:read: see customers\n".to_owned()),
                ("a.py", format!("import requests\nrequests.get(\"{API}/v1/accounts\")\n")),
            ],
        ),
        ("the audit log", vec![("a.py", format!("{}{ACCOUNTS}requests.get(API + \"/v1/audit-logs\")\n", client("\"banking:read admin:users\"")))]),
        ("paths in a table", vec![("a.py", format!("{}{ACCOUNTS}PATHS = {{\"kyc\": \"/v1/identity\"}}\nrequests.get(API + PATHS[kind()])\n", client(both)))]),
        (
            "a path in another language",
            vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("app.dart", format!("final r = http.get(Uri.parse('{API}/v1/identity/me'));\n"))],
        ),
        ("a file that is too large", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("b.py", large)]),
        (
            "a method that is not known",
            vec![("a.py", format!("{}{ACCOUNTS}requests.request(verb(), API + \"/v1/accounts\")\n", client("\"banking:read banking:write\"")))],
        ),
        ("requests in a file of their own", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("kyc.http", format!("GET {API}/v1/identity/1\n"))]),
        ("scopes in a format", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("\"banking:read %s\" % extra")))]),
        ("scopes and a condition", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("\"banking:read\" if plain else full")))]),
        (
            "the default of a parameter",
            vec![(
                "a.py",
                format!(
                    "{}{ACCOUNTS}{PAY}def other(scope=\"banking:read\"):\n    return ask(scope)\nother(\"payments:initiate\")\n",
                    client("\"banking:read\"")
                ),
            )],
        ),
        (
            "the default of a parameter in braces",
            vec![(
                "a.js",
                format!(
                    "async function token({{ scope = 'banking:read' }} = {{}}) {{ return fetch(\"{TOKEN}\", {{ method: \"POST\", body: form({{ scope }}) }}); }}\nfetch(\"{API}/v1/accounts\");\nfetch(\"{API}/v1/payments\", {{ method: \"POST\" }});\n"
                ),
            )],
        ),
        (
            "the token of whoever asks",
            vec![(
                "a.py",
                format!(
                    "{}{ACCOUNTS}def pay(request):\n    requests.post(API + \"/v1/payments\", headers={{\"Authorization\": request.headers[\"Authorization\"]}})\n",
                    client("\"banking:read\"")
                ),
            )],
        ),
        ("a URL in the configuration", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("config.yaml", format!("who: {API}/v1/identity/me\n"))]),
        ("a URL in the environment", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), (".env.example", format!("WHO={API}/v1/identity/me\n"))]),
        (
            "a URL in a workflow",
            vec![("a.py", format!("{}{ACCOUNTS}", client(both))), (".github/workflows/a.yml", format!("run: curl {API}/v1/identity/me\n"))],
        ),
        ("a URL in a page", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("a.html", format!("<script>fetch('{API}/v1/identity/me')</script>\n"))]),
        ("a proxy", vec![("a.py", format!("{}{ACCOUNTS}", client(both))), ("nginx.conf", format!("location /api/ {{ proxy_pass {API}; }}\n"))]),
        (
            "a request to what nobody knows",
            vec![("a.py", format!("{}{ACCOUNTS}s = requests.Session()\nrequests.post(address())\n", client("\"banking:read banking:write\"")))],
        ),
        (
            "a path that is set",
            vec![(
                "a.js",
                format!(
                    "const scope = 'banking:read identity:read';\nfetch('{API}/v1/accounts');\nconst url = new URL('{API}');\nurl.pathname = ['v1', kind].join('/');\nfetch(url);\n"
                ),
            )],
        ),
        (
            "host and path by name",
            vec![(
                "a.js",
                format!(
                    "const scope = 'banking:read identity:read';\nfetch('{API}/v1/accounts');\nhttps.request({{ hostname: 'api.aelix.digitalapi.ai', path }});\n"
                ),
            )],
        ),
        (
            "a request that is an object",
            vec![(
                "a.js",
                format!("const scope = 'banking:read payments:initiate';\nfetch('{API}/v1/accounts');\nexport const send = (config) => axios(config);\n"),
            )],
        ),
        ("each scope is used", vec![("a.py", format!("{}{PAY}", client("\"payments:initiate\"")))]),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found = ids(&files);
        if !found.is_empty() {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_known_is_reported() {
    let both = "\"banking:read identity:read\"";
    let combined = "\"banking:read payments:initiate admin:users\"";
    let mut wrong = Vec::new();
    for (name, files, expected) in [
        ("unused", vec![("a.py", format!("{}{ACCOUNTS}", client(both)))], &["a.py:5 scopes/unused-scope"][..]),
        ("a misspelt scope is not missing, too", vec![("a.py", format!("{}{PAY}", client("\"payments:write\"")))], &["a.py:5 scopes/unknown-scope"]),
        ("a wildcard is enough to say", vec![("a.py", format!("{}{ACCOUNTS}{PAY}", client("\"banking:*\"")))], &["a.py:5 scopes/wildcard"]),
        (
            "the method is a parameter",
            vec![(
                "a.py",
                format!(
                    "{}def call(method, path):\n    return requests.request(method, API + path)\n\ncall(\"GET\", \"/v1/accounts\")\ncall(\"POST\", \"/v1/payments\")\n",
                    client("\"banking:read\"")
                ),
            )],
            &["a.py:11 scopes/missing-scope"],
        ),
        (
            "a base of a sandbox",
            vec![(
                "a.js",
                format!(
                    "const api = axios.create({{ baseURL: prod ? '{API}' : 'https://sandbox-api.aelix.digitalapi.ai' }});\nconst scope = 'banking:read identity:read';\napi.get('/v1/accounts');\n"
                ),
            )],
            &["a.js:2 scopes/unused-scope"],
        ),
        (
            "curl",
            vec![("a.sh", format!("curl -d 'grant_type=client_credentials&scope=banking:read' {TOKEN}\ncurl -X POST {API}/v1/payments -d @x.json\n"))],
            &["a.sh:1 scopes/unused-scope", "a.sh:2 scopes/missing-scope"],
        ),
        (
            "both duties on one client",
            vec![("a.py", format!("{}{ACCOUNTS}{PAY}requests.get(API + \"/v1/users\")\n", client(combined)))],
            &["a.py:5 scopes/sensitive-combination"],
        ),
        (
            "one package does not speak for another",
            vec![
                ("a/package.json", "{}".to_owned()),
                ("b/package.json", "{}".to_owned()),
                ("a/a.py", format!("{}{ACCOUNTS}", client(both))),
                ("b/b.py", format!("import requests\nrequests.get(\"{API}/v1/identity\")\n")),
            ],
            &["a/a.py:5 scopes/unused-scope"],
        ),
        (
            "what is said of the API is no use of it",
            vec![
                ("a.py", format!("{}{ACCOUNTS}", client(both))),
                ("README.md", format!("See {API}/v1/identity/me\n")),
                ("config.yaml", format!("aelix: {API}\n# {API}/v1/identity/me\n")),
                ("openapi.yaml", format!("openapi: 3.1.0\nservers: [{{ url: '{API}' }}]\npaths: {{ /v1/identity/me: {{ get: {{}} }} }}\n")),
                ("aelix/notes.py", "from aelix.settings import BASE\n".to_owned()),
            ],
            &["a.py:5 scopes/unused-scope"],
        ),
        (
            "no scopes at all",
            vec![("a.py", format!("requests.post(\"{TOKEN}\", data={{\"grant_type\": \"client_credentials\"}})\n"))],
            &["a.py:1 scopes/omitted-scope"],
        ),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found = ids(&files);
        if found != expected {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_uses_a_package_calls_with_its_scopes() {
    let auth = || file("auth/a.py", format!("{}{ACCOUNTS}", client("\"banking:read payments:initiate\"")));
    let pay = || file("pay/p.py", format!("import requests\nfrom acme_auth import API\n{PAY}"));
    let project = |name: &str, uses: &str| file(&format!("{name}/pyproject.toml"), format!("[project]\nname = \"acme-{name}\"\ndependencies = [{uses}]\n"));
    assert!(ids_of(&[project("auth", ""), auth(), project("pay", "\"acme-auth\""), pay()]).is_empty());
    assert_eq!(
        ids_of(&[project("auth", ""), auth(), project("pay", "\"acme-auth-ui\""), pay()]),
        ["auth/a.py:5 scopes/write-scope-read-only-usage"],
        "it uses another one"
    );
    let read = file("auth/a.py", format!("{}{ACCOUNTS}", client("\"banking:read\"")));
    assert!(ids_of(&[project("auth", ""), read, project("pay", "\"acme-auth\""), pay()]).is_empty(), "it may have a token of its own");
}

#[test]
fn commands_say_by_which_method_they_request() {
    let script = |calls: &str| {
        let token =
            format!("API={API}\nTOKEN=$(curl -s -d \"grant_type=client_credentials&client_id=$AELIX_ID&scope=banking:read payments:initiate\" {TOKEN})\n");
        ids_of(&[file("bank.sh", format!("#!/bin/bash\n{token}curl -s \"$API/v1/accounts\"\n{calls}"))])
    };
    for call in [
        "curl -sX POST \"$API/v1/payments\"",
        "curl -fsS -H \"A: $TOKEN\" --request POST \"$API/v1/payments\"",
        "curl \"${AUTH[@]}\" -X \"$M\" \"$API/v1/payments\"",
        "wget --post-data=x \"$API/v1/payments\"",
        "http POST \"$API/v1/payments\" a=b",
    ] {
        assert!(script(call).is_empty(), "{call}: {:?}", script(call));
    }
    assert_eq!(script("curl -fsSL --retry 3 \"$API/v1/transactions\""), ["bank.sh:3 scopes/write-scope-read-only-usage"]);
}

#[test]
fn a_finding_carries_its_evidence() {
    let text = format!("{}{ACCOUNTS}", client("\"banking:read identity:read\""));
    let found = scan_files(&[("a.py", &text)]);
    let finding = found.findings.iter().find(|finding| finding.rule.as_str() == "scopes/unused-scope").unwrap();
    assert_eq!(finding.notes[0], "calls found: GET /v1/accounts");
    assert_eq!(finding.related[0].message, "GET /v1/accounts needs `banking:read`");
    assert_eq!(finding.related[0].place.start.line, 7);
    let review = &found.report.reviews[0];
    assert_eq!((review.clients[0].name.as_str(), review.sufficient.as_deref()), ("AELIX_ID", Some(&["banking:read".to_owned()][..])));
}

#[test]
fn the_command_prints_what_is_enough() {
    let run = |arguments: &[&str]| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scopes/go");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_aelix-lint")).args(arguments).current_dir(folder).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let table = run(&["scopes", "--isolated"]);
    assert!(
        table.contains("unused                                banking:write") && table.contains("enough                                banking:read\n"),
        "{table}"
    );
    let json: serde_json::Value = serde_json::from_str(&run(&["scopes", "--isolated", "--format", "json"])).unwrap();
    let package = &json["packages"][0];
    assert_eq!((package["package"].as_str(), package["sufficient"][0].as_str()), (Some("."), Some("banking:read")));
    assert_eq!(package["clients"][0]["client"], "AELIX_CLIENT_ID");
    assert_eq!(package["calls"][0]["needs_one_of"][0], "banking:read");
}

#[test]
fn what_is_shown_beside_a_call_holds_no_secret() {
    let hidden = ["8tmkaF", "MBEsua", "ajNZq7"].join("Wx2");
    let call = format!("requests.post(API + \"/v1/payments\", auth=(\"svc\", \"{hidden}\"))\n");
    let found = scan_files(&[("a.py", &format!("{}{call}", client("\"banking:read\"")))]);
    let missing = found.findings.iter().find(|finding| finding.rule.as_str() == "scopes/missing-scope").unwrap();
    let shown = &missing.place.snippet.as_deref().unwrap().text;
    assert!(shown.contains("/v1/payments") && !shown.contains(&hidden), "shown in full");
    assert!(!format!("{:?}", found.findings).contains(&hidden), "shown somewhere");
}

#[test]
fn a_document_that_is_no_provider_says_what_it_lacks() {
    let scheme = "components: { securitySchemes: { o: { type: oauth2 } } }\n";
    for (name, text, expected) in [
        ("a.yaml", format!("openapi: 3.0.0\n{scheme}paths: {{\n  /x: [\nservers: 1\n"), "cannot use a.yaml:3 as a provider: it is no YAML from here on"),
        ("a.yaml", format!("openapi: 3.0.0\nservers: [{{ url: /v1 }}]\n{scheme}"), "cannot use a.yaml:2 as a provider: no server of it has a host"),
        (
            "a.yaml",
            format!("openapi: 3.0.0\nservers: [{{ url: 'https://a.bank.test' }}]\n{scheme}"),
            "cannot use a.yaml as a provider: none of its operations needs a scope",
        ),
        ("a.yaml", "openapi: 3.0.0\n".to_owned(), "cannot use a.yaml as a provider: none of its security schemes has scopes"),
        ("a.json", "{ \"openapi\": 1,\n x }".to_owned(), "cannot use a.json:2 as a provider: it is no JSON"),
        ("a.md", "hello\n".to_owned(), "cannot use a.md as a provider: it is no OpenAPI document"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::write(folder.path().join("aelix-lint.toml"), format!("providers = [\"{name}\"]\n")).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_aelix-lint")).arg("scopes").current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(expected), "{told}");
    }
}

/// A file of text.
fn file(path: &str, text: impl Into<String>) -> (String, String) {
    (path.to_owned(), text.into())
}

fn ids_of(files: &[(String, String)]) -> Vec<String> {
    ids(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

#[test]
fn clients_that_annotations_declare_are_calls() {
    let yml = "aelix:\n  token-url: https://auth.aelix.digitalapi.ai/oauth2/token\n  scope: banking:read payments:initiate identity:read\n";
    let token = "object t = new ClientCredentialsTokenRequest { Address = \"https://auth.aelix.digitalapi.ai/oauth2/token\", Scope = \"banking:read payments:initiate identity:read\" };";
    let mut wrong = Vec::new();
    for (name, files) in [
        (
            "Retrofit",
            vec![
                file(
                    "src/Api.java",
                    "interface Api {\n  @GET(\"v1/accounts/{id}\") Call<A> account(@Path(\"id\") String id);\n  @POST(\"v1/payments\") Call<P> pay(@Body P p);\n}\n",
                ),
                file("src/Config.java", format!("class Config {{ Object r = new Retrofit.Builder().baseUrl(\"{API}/\").build(); }}\n")),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Retrofit in Kotlin",
            vec![
                file(
                    "src/Api.kt",
                    "interface Api {\n  @GET(\"v1/accounts/{id}\") suspend fun account(@Path(\"id\") id: String): A\n  @POST(\"v1/payments\") suspend fun pay(@Body p: P): P\n}\n",
                ),
                file("src/Config.kt", format!("val retrofit = Retrofit.Builder().baseUrl(\"{API}/\").build()\n")),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Feign",
            vec![
                file(
                    "src/Api.java",
                    "@FeignClient(name = \"aelix\", url = \"${aelix.url}\")\ninterface Api {\n  @GetMapping(\"/v1/accounts/{id}\") A account(@PathVariable String id);\n  @PostMapping(\"/v1/payments\") P pay(P p);\n}\n",
                ),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Spring",
            vec![
                file(
                    "src/Api.java",
                    format!(
                        "@HttpExchange(\"{API}/v1\")\ninterface Api {{\n  @GetExchange(\"/accounts/{{id}}\") A account(String id);\n  @PostExchange(\"/payments\") P pay(P p);\n}}\n"
                    ),
                ),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Spring without paths",
            vec![
                file("src/Api.java", format!("@HttpExchange(\"{API}/v1/payments\")\ninterface Api {{\n  @PostExchange P pay(P p);\n}}\n")),
                file(
                    "src/Accounts.java",
                    format!("@HttpExchange(url = \"{API}\")\ninterface Accounts {{\n  @HttpExchange(method = \"GET\", url = \"/v1/accounts\") A all();\n}}\n"),
                ),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Retrofit with a method of its own",
            vec![
                file(
                    "src/Api.kt",
                    "interface Api {\n  @GET(\"v1/accounts/{id}\") suspend fun account(@Path(\"id\") id: String): A\n  @HTTP(method = \"DELETE\", path = \"v1/payments/{id}\") suspend fun stop(@Path(\"id\") id: String): P\n}\n",
                ),
                file("src/Config.kt", format!("val retrofit = Retrofit.Builder().baseUrl(\"{API}/\").build()\n")),
                file("src/main/resources/application.yml", yml),
            ],
        ),
        (
            "Refit",
            vec![
                file(
                    "Api.cs",
                    "interface IApi\n{\n    [Get(\"/v1/accounts/{id}\")]\n    Task<A> Account(string id);\n    [Post(\"/v1/payments\")]\n    Task<P> Pay([Body] P p);\n}\n",
                ),
                file("Setup.cs", format!("class Setup {{ object api = RestService.For<IApi>(\"{API}\"); {token} }}\n")),
            ],
        ),
    ] {
        let found = ids_of(&files);
        if found.len() != 1 || !found[0].ends_with("scopes/unused-scope") {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn urls_that_are_joined_are_followed() {
    let rust = |url: &str| {
        format!(
            "const BASE: &str = \"{API}/\";\nasync fn f(http: &Client) {{\n    let base = Url::parse(BASE).unwrap();\n    http.post(\"{TOKEN}\").form(&[(\"grant_type\", \"client_credentials\"), (\"scope\", \"banking:read identity:read\")]).send().await;\n    http.get({url}).send().await;\n}}\n"
        )
    };
    let python = format!("from urllib.parse import urljoin\n{}requests.get(urljoin(API, \"/v1/accounts\"))\n", client("\"banking:read identity:read\""));
    let go = format!(
        "package a\n\nvar c = clientcredentials.Config{{Scopes: []string{{\"banking:read\", \"identity:read\"}}}}\n\nfunc f() {{\n\tbase, _ := url.Parse(\"{API}\")\n\thttp.Get(base.JoinPath(\"v1\", \"accounts\").String())\n}}\n"
    );
    let formatted = format!("{}requests.get(\"{{base}}/v1/{{0}}\".format(\"accounts\", base=API), headers=None)\n", client("\"banking:read identity:read\""));
    // A function that hands a path on, by a format of two names; its own call is none of it.
    let handed = rust("format!(\"{BASE}{path}\")").replace("async fn f(http: &Client)", "async fn get(http: &Client, path: &str)")
        + "async fn g(http: &Client, id: &str) {\n    get(http, &format!(\"v1/accounts/{id}\")).await;\n}\n";
    for (path, text) in [
        ("a.rs", rust("base.join(\"v1/accounts\")?")),
        ("a.rs", rust("base.join(\"v1/accounts\").unwrap()")),
        ("a.rs", rust("format!(\"{base}v1/accounts/{}\", id, base = config::aelix_url)")),
        ("a.rs", handed),
        ("a.py", python),
        ("a.py", formatted),
        ("a.go", go),
    ] {
        let found = ids_of(&[file(path, text.clone())]);
        assert!(found.len() == 1 && found[0].ends_with("scopes/unused-scope"), "{found:?}\n{text}");
    }
}

#[test]
fn requests_that_people_send_by_hand_count_as_use() {
    let program = format!("{}{ACCOUNTS}", client("\"banking:read identity:read\""));
    let postman = format!(
        "{{\"variable\": [{{\"key\": \"base\", \"value\": \"{API}\"}}], \"item\": [{{\"request\": {{\"method\": \"GET\", \"url\": {{\"raw\": \"{{{{base}}}}/v1/identity/1\"}}}}}}, {{\"request\": {{\"method\": \"POST\", \"url\": \"{{{{base}}}}/v1/payments\"}}}}]}}"
    );
    let bruno = format!("get {{\n  url: {API}/v1/identity/1\n}}\n");
    for (path, text) in
        [("kyc.http", format!("@host = {API}\nGET {{{{host}}}}/v1/identity/1\n")), ("Bank.postman_collection.json", postman), ("kyc.bru", bruno)]
    {
        let found = ids_of(&[file("a.py", program.clone()), file(path, text)]);
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

#[test]
fn what_signing_in_needs_is_not_unused() {
    let program = |scopes: &str| {
        format!(
            "import msal, requests\napp = msal.ConfidentialClientApplication(CLIENT, client_credential=SECRET)\nresult = app.acquire_token_by_authorization_code(code, scopes={scopes})\nrequests.get(\"https://graph.microsoft.com/v1.0/me/events\")\n"
        )
    };
    assert!(ids_of(&[file("a.py", program("[\"User.Read\", \"Calendars.ReadBasic\"]"))]).is_empty());
    let found = ids_of(&[file("a.py", program("[\"Contacts.Read\", \"Calendars.ReadBasic\"]"))]);
    assert!(found.len() == 1 && found[0].ends_with("scopes/unused-scope"), "{found:?}");
}

/// A document of a bank that nobody knows.
const BANK: &str = "openapi: 3.1.0\ninfo: { title: Northwind Bank }\nservers: [{ url: 'https://api.northwind.example.net/v2' }]\ncomponents:\n  securitySchemes:\n    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'https://id.northwind.example.net/token', scopes: { 'loans:read': see loans, 'loans:write': grant loans, 'cards:read': see cards } } } }\npaths:\n  /loans:\n    get: { operationId: listLoans, security: [{ oauth: ['loans:read'] }] }\n    post: { operationId: grantLoan, security: [{ oauth: ['loans:read', 'loans:write'] }] }\n  /cards/{id}:\n    get: { operationId: getCard, security: [{ oauth: ['cards:read'] }] }\n";

fn bank_client(scopes: &str, calls: &str) -> String {
    format!(
        "import requests\nAPI = \"https://api.northwind.example.net/v2\"\nform = {{\"grant_type\": \"client_credentials\", \"scope\": \"{scopes}\"}}\nrequests.post(\"https://id.northwind.example.net/token\", data=form)\n{calls}"
    )
}

#[test]
fn a_document_that_is_found_says_what_its_api_needs() {
    let document = || file("api/openapi.yaml", BANK);
    for (program, expected) in [
        (bank_client("loans:read cards:read", "requests.get(API + \"/loans\")\n"), &["job.py:3 scopes/unused-scope"][..]),
        (bank_client("loans:read", "requests.get(API + \"/loans\")\nrequests.get(API + \"/cards/1\")\n"), &["job.py:6 scopes/missing-scope"]),
        (bank_client("loans:read", "requests.post(API + \"/loans\")\n"), &["job.py:5 scopes/missing-scope"]),
        (bank_client("loans:read loans:write", "requests.post(API + \"/loans\")\n"), &[]),
        (bank_client("loans:read cards:read", "requests.get(API + \"/loans\")\nbank.get_card(1)\n"), &[]),
    ] {
        assert_eq!(ids_of(&[document(), file("job.py", program.clone())]), expected, "{program}");
        let alone = ids_of(&[file("job.py", program)]);
        assert!(alone.is_empty(), "nobody says what its calls need: {alone:?}");
    }
    let elsewhere = bank_client("loans:read cards:read", "requests.get(API + \"/loans\")\n").replace("northwind", "southwind");
    assert!(ids_of(&[document(), file("job.py", elsewhere)]).is_empty(), "another API with the same paths");
    let in_tests =
        ids_of(&[file("tests/fixtures/openapi.yaml", BANK), file("job.py", bank_client("loans:read cards:read", "requests.get(API + \"/loans\")\n"))]);
    assert!(in_tests.is_empty(), "{in_tests:?}");
}

#[test]
fn a_provider_may_be_given() {
    let provider = "id = \"northwind\"\nname = \"Northwind\"\nwords = [\"northwind\"]\ntoken_url = \"https://id.northwind.example.net/token\"\n[[host]]\nname = \"api.northwind.example.net\"\nrole = \"api\"\nenvironment = \"production\"\n[[scope]]\nname = \"loans:read\"\ngrants = \"see loans\"\n[[scope]]\nname = \"cards:read\"\ngrants = \"see cards\"\n[[endpoint]]\nmethods = [\"GET\"]\npath = \"/v2/loans\"\nneeds = [\"loans:read\"]\n[[endpoint]]\npath = \"/v2/cards\"\nneeds = [\"cards:read\"]\n";
    let job = file("job.py", bank_client("loans:read cards:read", "requests.get(API + \"/loans\")\n"));
    for (path, text) in [("bank.toml", provider), ("vendor/bank.yaml", BANK)] {
        let config = file("aelix-lint.toml", format!("providers = [\"{path}\"]\n"));
        assert_eq!(ids_of(&[config, file(path, text), job.clone()]), ["job.py:3 scopes/unused-scope"], "{path}");
    }
}

#[test]
fn large_catalogues_say_what_their_calls_need() {
    let graph = |scopes: &str, calls: &str| {
        file("a.ts", format!("const graph = 'https://graph.microsoft.com/v1.0';\nconst request = {{ scopes: [{scopes}] }};\n{calls}"))
    };
    let google = |scopes: &str, calls: &str| {
        file("a.py", format!("from googleapiclient.discovery import build\nSCOPES = [{scopes}]\nservice = build(\"gmail\", \"v1\")\n{calls}"))
    };
    let (read, send) = ("\"https://www.googleapis.com/auth/gmail.readonly\"", "\"https://www.googleapis.com/auth/gmail.send\"");
    let open_banking = |scopes: &str, calls: &str| {
        file(
            "a.py",
            format!(
                "import requests\nBANK = \"https://api.bank.example/open-banking/v4.0\"\nform = {{\"grant_type\": \"client_credentials\", \"scope\": \"{scopes}\"}}\n{calls}"
            ),
        )
    };
    for (program, expected) in [
        (graph("'User.Read', 'Mail.Send'", "fetch(`${graph}/me`);\n"), &["a.ts:2 scopes/write-scope-read-only-usage"][..]),
        (graph("'User.Read', 'Mail.Send'", "fetch(`${graph}/me`);\nfetch(`${graph}/me/sendMail`, { method: 'POST' });\n"), &[]),
        (graph("'User.Read'", "fetch(`${graph}/me`);\nfetch(`${graph}/me/messages`);\n"), &["a.ts:4 scopes/missing-scope"]),
        (graph("'User.Read', 'Mail.ReadWrite'", "fetch(`${graph}/me`);\nfetch(`${graph}/me/messages`);\n"), &["a.ts:2 scopes/broader-than-needed"]),
        (graph("'User.Read', 'Mail.Read'", "fetch(`${graph}/me`);\nfetch(`${graph}/${path}`);\n"), &[]),
        (graph("'https://graph.microsoft.com/.default'", "fetch(`${graph}/me/messages`);\n"), &[]),
        (google(&format!("{read}, {send}"), "service.users().messages().list(userId=\"me\").execute()\n"), &["a.py:2 scopes/write-scope-read-only-usage"]),
        (google(&format!("{read}, {send}"), "service.users().messages().list().execute()\nservice.users().messages().send(body=b).execute()\n"), &[]),
        (google(&format!("{read}, {send}"), "run(service)\n"), &[]),
        (google(read, "service.users().messages().send(body=b).execute()\n"), &["a.py:2 scopes/unused-scope", "a.py:4 scopes/missing-scope"]),
        (open_banking("accounts payments", "requests.get(BANK + \"/aisp/accounts\")\n"), &["a.py:3 scopes/unused-scope"]),
        (
            open_banking("accounts", "requests.get(BANK + \"/aisp/accounts\")\nrequests.post(BANK + \"/pisp/domestic-payments\")\n"),
            &["a.py:5 scopes/missing-scope"],
        ),
    ] {
        assert_eq!(ids_of(std::slice::from_ref(&program)), expected, "{}", program.1);
    }
}

#[test]
fn clients_that_packages_share_are_found_where_asked_for() {
    let service = |scopes: &str| client(scopes).replace("AELIX_ID", "AELIX_CLIENT_ID");
    let files = vec![
        file("aelix-lint.toml", "extend-select = [\"scopes/shared-client-across-packages\"]\n"),
        file("a/package.json", "{}"),
        file("b/package.json", "{}"),
        file("a/a.py", format!("{}{ACCOUNTS}", service("\"banking:read\""))),
        file("b/b.py", format!("{}{PAY}", service("\"payments:initiate\""))),
    ];
    assert_eq!(ids_of(&files), ["a/a.py:5 scopes/shared-client-across-packages"]);
    assert!(ids_of(&files[1..]).is_empty(), "it is off by default");
    let same: Vec<_> = files
        .iter()
        .map(|(path, text)| file(path, text.replace("payments:initiate", "banking:read").replace("payments", "accounts").replace("post(API", "get(API")))
        .collect();
    assert!(ids_of(&same).is_empty(), "the same scopes: {:?}", ids_of(&same));
}

#[test]
fn a_leaked_secret_says_what_it_opens() {
    let value = ["q8Zr2LmX0v", "Kp4TnYw6Bd"].concat();
    let program = |scopes: &str, host: &str| {
        format!(
            "import requests\nAPI = \"https://{host}\"\nform = {{\"grant_type\": \"client_credentials\", \"client_id\": \"acme\", \"client_secret\": \"{value}\", \"scope\": \"{scopes}\"}}\nrequests.post(\"{TOKEN}\", data=form)\nrequests.post(API + \"/v1/payments\")\nrequests.get(API + \"/v1/accounts\")\n"
        )
    };
    let of = |files: &[(String, String)]| {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let found = scan_files(&files).findings.into_iter().find(|finding| finding.rule.family() == "secrets").unwrap();
        (found.message.split("; ").nth(1).unwrap_or_default().to_owned(), found.severity.to_string(), found.opens)
    };
    let (live, sandbox) = ("api.aelix.digitalapi.ai", "sandbox-api.aelix.digitalapi.ai");
    let (message, severity, opens) = of(&[file("a.py", program("banking:read payments:initiate", live))]);
    assert_eq!(message, "its client may initiate domestic and international payments and view accounts, balances and transactions in production");
    assert_eq!(severity, "critical");
    let opens = opens.unwrap();
    assert_eq!((opens.provider.as_str(), opens.client.as_deref(), opens.environment.as_deref()), ("Aelix", Some("acme"), Some("production")));
    assert_eq!(opens.scopes, ["banking:read", "payments:initiate"]);
    let (message, severity, _) = of(&[file("a.py", program("banking:read payments:initiate", sandbox))]);
    assert!(message.ends_with(" in the sandbox") && severity != "critical", "{message} {severity}");
    let elsewhere =
        [file("a.py", format!("{}{ACCOUNTS}{PAY}", client("\"banking:read payments:initiate\""))), file(".env", format!("AELIX_CLIENT_SECRET={value}\n"))];
    let (message, severity, _) = of(&elsewhere);
    assert_eq!((message.starts_with("its client may initiate"), severity.as_str()), (true, "critical"), "{message}");
    let (message, _, opens) = of(&[file("a.py", format!("form = {{\"grant_type\": \"client_credentials\", \"client_secret\": \"{value}\"}}\n"))]);
    assert_eq!((message.as_str(), opens), ("", None), "no client is known");
}

#[test]
fn calls_in_calls_come_to_an_end() {
    let nested = (0..40).fold("base".to_owned(), |inner, level| format!("path.join({inner}, `x${{{level}}}`)"));
    let text = format!("const api = '{API}';\nconst scope = 'banking:read identity:read';\nfetch(`${{api}}/v1/accounts`);\nfetch({nested});\n");
    assert!(ids_of(&[file("a.ts", text)]).len() < 2);
}

#[test]
fn credentials_of_the_surroundings_have_scopes_of_their_own() {
    let read = "\"https://www.googleapis.com/auth/gmail.readonly\"";
    let program = |credentials: &str| {
        file(
            "a.py",
            format!(
                "from googleapiclient.discovery import build\nSCOPES = [{read}]\nservice = build(\"gmail\", \"v1\", credentials={credentials})\nservice.users().messages().send(body=b).execute()\n"
            ),
        )
    };
    assert_eq!(ids_of(&[program("load(SCOPES)")]), ["a.py:2 scopes/unused-scope", "a.py:4 scopes/missing-scope"]);
    assert_eq!(ids_of(&[program("google.auth.default()[0]")]), ["a.py:2 scopes/unused-scope"]);
}

#[test]
fn a_mark_before_a_call_is_an_annotation_only_where_the_language_says_so() {
    let token = "client = OAuth2::Client.new(ENV.fetch(\"AELIX_ID\"), ENV.fetch(\"AELIX_SECRET\"), site: \"https://auth.aelix.digitalapi.ai\", token_url: \"/oauth2/token\")";
    let ruby = |call: &str| {
        let text = format!(
            "require \"faraday\"\nclass Aelix\n  BASE = \"{API}\"\n  def token\n    {token}\n    client.client_credentials.get_token(scope: \"banking:read identity:read\").token\n  end\n\
             \x20 def connection\n    @connection ||= Faraday.new(url: BASE)\n  end\n  def accounts\n    {call}\n  end\n  def who\n    connection.get(\"/v1/identity\").body\n  end\nend\n"
        );
        ids_of(&[file("lib/aelix.rb", text)])
    };
    assert!(ruby("@connection.get(\"/v1/accounts\").body").is_empty(), "an instance variable");
    assert_eq!(ruby("nil"), ["lib/aelix.rb:6 scopes/unused-scope"], "without the call");
    let python = |call: &str| ids_of(&[file("a.py", format!("{}requests.get(API + \"/v1/identity\")\n{call}", client("\"banking:read identity:read\"")))]);
    assert_eq!(python("@aelix.get(\"/v1/accounts\")\ndef f():\n    pass\n"), ["a.py:5 scopes/unused-scope"], "a decorator");
    assert!(python("aelix.get(\"/v1/accounts\")\n").is_empty(), "a call");
}

#[test]
fn a_secret_opens_what_the_client_of_its_own_provider_requests() {
    let value = |step: usize| (0..40).map(|n| char::from(b"k7Qx2mPz9LwT4vRbJ5hYc8N"[n * step % 23])).collect::<String>();
    let app = "API = \"https://api.aelix.digitalapi.ai\"\ndata = {\"grant_type\": \"client_credentials\", \"client_id\": \"bank\", \"scope\": \"payments:initiate\"}\nrequests.post(API + \"/v1/payments\")\n";
    let secrets = format!(
        "AELIX_CLIENT_SECRET = \"{}\"\nGITHUB_CLIENT_SECRET = \"{}\"\nOAUTH_CLIENT_SECRET = \"{}\"\nLEDGER_CLIENT_SECRET = \"{}\"\n",
        value(7),
        value(5),
        value(3),
        value(9)
    );
    let found = project::scan_files(&[("app.py", app), ("settings.py", &secrets)]);
    let opens = |line: u32| {
        let own = found.findings.iter().find(|finding| &*finding.place.relative == "settings.py" && finding.place.start.line == line).unwrap();
        own.opens.as_ref().map(|opens| opens.provider.clone())
    };
    assert_eq!(opens(1).as_deref(), Some("Aelix"), "a rule of the provider's own");
    assert_eq!(opens(2), None, "named after another provider");
    assert_eq!(opens(3).as_deref(), Some("Aelix"), "named after nobody");
    assert_eq!(opens(4), None, "named after somebody of whom nothing is known");
}
