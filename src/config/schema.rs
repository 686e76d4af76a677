//! The JSON Schema of the configuration file, for editors. Its keys are those that its reader knows; what is said of each stands here.

use serde_json::{Value, json};

use crate::model::{Confidence, Severity};
use crate::report::Format;
use crate::ruleset::schema::{array, described, document, object, one_of, sink, text, texts, variants_of};
use crate::triage::FailOn;

use super::integration::{Audit, Client, Environment, Grant, Integration};
use super::{Allow, File, Override};

/// The schema of `aelix-lint.toml`.
pub fn schema() -> Value {
    let boolean = |about: &str| json!({ "type": "boolean", "description": about });
    let size =
        json!({ "type": ["integer", "string"], "minimum": 0, "description": "Larger files met in a folder are passed over: 4096, \"200MiB\", \"1GB\"." });
    let ignores = json!({
        "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string" } },
        "description": "Rules that do not count in the paths of a glob.",
    });
    let keys = vec![
        ("extend", texts("Other configuration files to build on; this file wins over them.")),
        ("exclude", texts("What is not scanned, in the syntax of .gitignore; replaces that of extended files.")),
        ("extend-exclude", texts("The same, added to what extended files exclude.")),
        ("no-ignore", boolean("Also scan what .gitignore and .aelixlintignore hide.")),
        ("max-file-size", size),
        ("select", texts("Only these rules: an id, a family (secrets/*) or all; empty: all stable rules.")),
        ("ignore", texts("Not these rules.")),
        ("extend-select", texts("Also these rules, such as preview rules.")),
        ("min-severity", severity("Least severity that is reported.")),
        ("min-confidence", confidence("Least confidence that is reported.")),
        ("fail-on", one_of(FailOn::NAMES, "Least severity that makes the exit status 1.")),
        ("format", one_of(Format::NAMES, "How the report is written.")),
        ("rules", texts("Your own rules: files, or folders of them.")),
        ("sinks", array(&json!({ "anyOf": [{ "type": "string" }, sink()] }), "Slots of APIs beside the built-in ones: files of them, or tables [[sinks]].")),
        ("providers", texts("Providers of APIs beside the built-in ones: files of them (.toml), or OpenAPI documents.")),
        ("override", array(&change(), "Changes of rules, everywhere or in some files.")),
        ("per-path-ignores", ignores),
        ("allow", described(allow(), "Values and paths that are not reported; replaces that of extended files.")),
        ("extend-allow", described(allow(), "The same, added to what extended files allow.")),
        ("integration", described(integration(), "What the application declares of its use of the vendor's API.")),
        ("honor-foreign-suppressions", boolean("Comments of other scanners mute findings of secrets on their line.")),
    ];
    document::<File>("Configuration of aelix-lint", keys)
}

fn allow() -> Value {
    let keys = vec![("values", texts("Regexes of values.")), ("paths", texts("Globs of paths, relative to this file."))];
    object::<Allow>(keys, &[])
}

fn change() -> Value {
    let keys = vec![
        ("rules", texts("Rule ids, families (secrets/*) or all.")),
        ("severity", severity("Another severity.")),
        ("enabled", json!({ "type": "boolean", "description": "On or off." })),
        ("min-severity", severity("Least severity that is reported.")),
        ("min-confidence", confidence("Least confidence that is reported.")),
        ("files", array(&text("A glob, relative to this file."), "Only in these files; elsewhere the rules stay as they are.")),
        ("allow", texts("Regexes of values that are not reported.")),
    ];
    object::<Override>(keys, &["rules"])
}

fn severity(about: &str) -> Value {
    one_of(variants_of::<Severity>().iter().copied(), about)
}

fn confidence(about: &str) -> Value {
    one_of(variants_of::<Confidence>().iter().copied(), about)
}

/// A text that is not empty.
fn said(about: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": about })
}

fn integration() -> Value {
    let clients = array(&client(), "The clients that are registered with the vendor: tables [[integration.clients]].");
    let mut keys = vec![("owner", said("Who answers for the integration."))];
    keys.extend(of_client("of clients that do not say their own"));
    keys.extend([
        ("token-cache", said("Where access tokens are kept until they expire.")),
        ("webhooks", json!({ "type": "boolean", "description": "Whether it receives webhooks of the vendor." })),
        ("audit", described(audit(), "What becomes of the vendor's audit log.")),
        ("clients", clients),
    ]);
    object::<Integration>(keys, &[])
}

fn client() -> Value {
    let mut keys = vec![("name", said("What the client is called; not its id."))];
    keys.extend(of_client("of this client"));
    object::<Client>(keys, &["name"])
}

/// The keys that a client may have, and the whole integration for all of its clients.
fn of_client(whose: &str) -> Vec<(&'static str, Value)> {
    let days = |about: String| json!({ "type": "integer", "minimum": 1, "description": about });
    let day = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": format!("The day on which the scopes {whose} were last compared with what is called.") });
    vec![
        ("environment", one_of(variants_of::<Environment>().iter().copied(), &format!("The environment {whose}."))),
        ("grant", one_of(variants_of::<Grant>().iter().copied(), &format!("How tokens {whose} are obtained."))),
        ("scopes", texts(&format!("The scopes {whose}."))),
        ("scopes-reviewed", day),
        ("rotation-days", days(format!("After how many days secrets {whose} are replaced."))),
        ("allowlist", texts(&format!("The addresses that the vendor's dashboard lets in, {whose}."))),
        ("secret-location", said(&format!("Where the secret {whose} is kept, such as vault:prod/aelix; never the secret."))),
    ]
}

fn audit() -> Value {
    let keys = vec![
        ("export", said("What the audit log is exported to.")),
        ("schedule", text("How often: 1h, rate(1 hour) or a cron line.")),
        ("window", text("How much time one export asks for: 1h.")),
        ("retention-days", json!({ "type": "integer", "minimum": 1, "description": "For how many days the exported events are kept." })),
        ("secret-location", said("Where the secret of the export is kept; never the secret.")),
    ];
    object::<Audit>(keys, &[])
}
