//! Documents that vendors publish say what calls need: the `OpenAPI` documents of UK Open Banking and the permissions document of Microsoft Graph, each
//! of whose operations is called by a program and judged.
//!
//! The repository holds short documents of the same form. `AELIX_VENDOR_DOCUMENTS` names a folder with the real ones, which are tested in their place:
//! `account-info-openapi.json` and `payment-initiation-openapi.json` (OpenBankingUK/read-write-api-specs, dist/openapi) and `permissions.json`
//! (microsoftgraph/microsoft-graph-devx-content, permissions/new).
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use aelix_lint::model::usage::Review;
use project::{Found, scan_files};
use serde_json::Value;

/// Calls of one file.
const CALLS_OF_FILE: usize = 300;
/// Scopes of one request.
const SCOPES_OF_REQUEST: usize = 60;
/// Operations of Microsoft Graph that are called, of the thousands that there are.
const CALLS_OF_GRAPH: usize = 900;

/// The text of a document: the real one, or the one in the repository.
fn document(name: &str) -> String {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vendor-documents").join(name);
    let real = std::env::var_os("AELIX_VENDOR_DOCUMENTS").map(|folder| Path::new(&folder).join(name));
    std::fs::read_to_string(real.unwrap_or_else(own)).unwrap()
}

/// The operations of a document in `OpenAPI`: method and path.
fn operations(text: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(text).unwrap();
    let base = document["servers"][0]["url"].as_str().unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys().filter(|key| matches!(key.as_str(), "get" | "post" | "put" | "patch" | "delete"));
        methods.map(|method| (method.to_uppercase(), format!("{base}{path}"))).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

/// A Python program that requests these scopes and makes these calls.
fn program(scopes: &str, calls: &[(String, String)]) -> String {
    let mut text = format!(
        "import requests\n\nBANK = \"https://api.bank.example\"\nform = {{\"grant_type\": \"client_credentials\", \"scope\": \"{scopes}\"}}\ntoken = requests.post(\"https://auth.bank.example/token\", data=form)\n"
    );
    for (number, (method, path)) in calls.iter().enumerate() {
        let path = path.replace('{', "{self.");
        write!(text, "\ndef call_{number}(self):\n    return requests.{}(f\"{{BANK}}{path}\")\n", method.to_lowercase()).unwrap();
    }
    text
}

fn scopes_of(found: &Found) -> Vec<String> {
    let mut all: Vec<String> = found.shown().iter().filter_map(|line| Some(line.split_once(" scopes/")?.1.split(',').next()?.to_owned())).collect();
    all.sort();
    all
}

fn review(found: &Found) -> &Review {
    let [review] = found.report.reviews.as_slice() else { panic!("{:?}", found.report.reviews) };
    review
}

#[test]
fn open_banking_says_what_its_operations_need() {
    for (name, scope, other) in [("account-info-openapi.json", "accounts", "payments"), ("payment-initiation-openapi.json", "payments", "fundsconfirmations")] {
        let text = document(name);
        let operations = operations(&text);
        let config = format!("providers = [\"{name}\"]\n");
        for (way, files) in
            [("by itself", vec![]), ("found", vec![(name, text.as_str())]), ("given", vec![(name, text.as_str()), ("aelix-lint.toml", &config)])]
        {
            let judge = |scopes: &str, operations: &[(String, String)]| {
                let program = program(scopes, operations);
                let mut files = files.clone();
                files.push(("bank.py", &program));
                scan_files(&files)
            };
            let context = format!("{name} {way}");
            let found = judge(scope, &operations);
            assert_eq!(scopes_of(&found), Vec::<String>::new(), "{context}: what is requested is needed, and nothing else");
            let known = review(&found);
            let distinct: BTreeSet<&(String, String)> = operations.iter().collect();
            assert_eq!((known.calls.len(), known.sufficient.as_deref()), (distinct.len(), Some(&[scope.to_owned()][..])), "{context}: {:?}", known.reasons);
            assert!(known.calls.iter().all(|(_, needs)| needs == &[scope]), "{context}: {:?}", known.calls);
            let found = judge(&format!("{scope} {other}"), &operations);
            assert_eq!(review(&found).unused, [other], "{context}");
            assert_eq!(found.shown().iter().filter(|line| line.contains(" scopes/unused-scope")).count(), 1, "{context}: {:?}", found.shown());
            for operation in &operations {
                let found = judge(other, std::slice::from_ref(operation));
                assert_eq!(review(&found).missing, [scope], "{context}: {operation:?}");
                if way == "by itself" {
                    break;
                }
            }
            let elsewhere: Vec<_> = operations.iter().map(|(method, path)| (method.clone(), path.replace("/open-banking/", "/psd2/"))).collect();
            assert_eq!(scopes_of(&judge(&format!("{scope} {other}"), &elsewhere)), Vec::<String>::new(), "{context}: another API with the same paths");
        }
    }
}

#[test]
fn open_banking_documents_fit_together() {
    for name in ["account-info-openapi.json", "payment-initiation-openapi.json"] {
        assert_eq!(scopes_of(&scan_files(&[(name, &document(name))])), Vec::<String>::new(), "{name}");
    }
}

/// Delegated permissions by method and path: those of which one is enough, each with what else it requires, and the least of them.
type Needs = BTreeMap<(String, String), Vec<(bool, BTreeSet<String>)>>;

fn permissions() -> Needs {
    let document: Value = serde_json::from_str(&document("permissions.json")).unwrap();
    let is_delegated = |key: &str| key.starts_with("Delegated");
    let mut needs = Needs::new();
    for (name, permission) in document["permissions"].as_object().unwrap() {
        for set in permission["pathSets"].as_array().unwrap() {
            if !set["schemeKeys"].as_array().unwrap().iter().any(|key| is_delegated(key.as_str().unwrap())) {
                continue;
            }
            for (path, note) in set["paths"].as_object().unwrap() {
                let notes: BTreeMap<&str, &str> = note.as_str().unwrap().split(';').filter_map(|part| part.split_once('=')).collect();
                let is_least = notes.get("least").is_some_and(|least| least.split(',').any(is_delegated));
                let also = notes.get("AlsoRequires").into_iter().flat_map(|also| also.split(',')).map(str::to_owned);
                let all: BTreeSet<String> = also.chain([name.clone()]).collect();
                for method in set["methods"].as_array().unwrap() {
                    needs.entry((method.as_str().unwrap().to_owned(), path.to_lowercase())).or_default().push((is_least, all.clone()));
                }
            }
        }
    }
    // Functions of OData, and parts of which the path does not say what they are.
    needs.retain(|(_, path), _| !path.contains(['(', '\'', '$', '=', ':', '.', '|']) && path.split('/').nth(1).is_some_and(|first| !first.starts_with('{')));
    needs
}

/// A TypeScript package that requests these permissions and makes these calls.
fn graph(scopes: &BTreeSet<String>, calls: &[&(String, String)]) -> Found {
    let all: Vec<&String> = scopes.iter().collect();
    let mut login = "// graph.microsoft.com\n".to_owned();
    for (number, scopes) in all.chunks(SCOPES_OF_REQUEST).enumerate() {
        let listed = scopes.iter().map(|scope| format!("'{scope}'")).collect::<Vec<_>>().join(", ");
        writeln!(login, "export const request{number} = {{ scopes: [{listed}] }};").unwrap();
    }
    let mut files = vec![("package.json".to_owned(), "{}".to_owned()), ("src/login.ts".to_owned(), login)];
    for (number, calls) in calls.chunks(CALLS_OF_FILE).enumerate() {
        let mut text = "const graph = 'https://graph.microsoft.com/v1.0';\n".to_owned();
        for (method, path) in calls {
            let path = path.replace('{', "${");
            writeln!(text, "fetch(`${{graph}}{path}`, {{ method: '{method}' }});").unwrap();
        }
        files.push((format!("src/calls{number}.ts"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    scan_files(&files)
}

#[test]
fn microsoft_graph_says_what_its_operations_need() {
    let needs = permissions();
    let step = needs.len().div_ceil(CALLS_OF_GRAPH);
    let calls: Vec<&(String, String)> = needs.keys().step_by(step).collect();
    let least = |call: &(String, String)| needs[call].iter().filter(|(is_least, _)| *is_least).flat_map(|(_, all)| all.iter().cloned()).collect::<Vec<_>>();
    let scopes: BTreeSet<String> = calls.iter().flat_map(|call| least(call)).collect();
    let calls: Vec<&(String, String)> = calls.into_iter().filter(|call| !least(call).is_empty()).collect();
    let found = graph(&scopes, &calls);
    let known = review(&found);
    assert_eq!((known.missing.as_slice(), known.unused.as_slice()), (&[][..], &[][..]), "{:?}", known.reasons);
    let is_met = |call: &(String, String), held: &BTreeSet<String>| needs[call].iter().any(|(_, all)| all.is_subset(held));
    let (mut missed, is_real) = (0, std::env::var_os("AELIX_VENDOR_DOCUMENTS").is_some());
    for scope in scopes.iter().step_by(scopes.len().div_ceil(6)) {
        let held: BTreeSet<String> = scopes.iter().filter(|other| *other != scope).cloned().collect();
        let expected = calls.iter().any(|call| !is_met(call, &held));
        let found = graph(&held, &calls);
        let is_missing = !review(&found).missing.is_empty();
        // The short document leaves out permissions that would do, too.
        assert!(is_missing == expected || !is_real && !is_missing, "without {scope}: {:?}", review(&found).missing);
        missed += usize::from(is_missing);
    }
    assert!(missed > 0, "no permission is needed");
}
