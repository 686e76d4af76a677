//! Are the secrets that hold API credentials rotated? AWS Secrets Manager, in Terraform and `CloudFormation`.

use crate::model::facts::{Attribute, Resource};
use crate::model::rule::{Comparison, Test};
use crate::model::{Place, Severity};

use super::conditions::{Scope, Truth, judge};
use super::resources::{Module, mentions};
use super::{Found, Outcome, to_add, words};

/// What a secret and its rotation are called, and how one names the other.
struct Form {
    secret: &'static str,
    rotation: &'static str,
    id: &'static str,
    /// Attributes that name what is in it.
    speaking: &'static [&'static str],
    snippet: &'static str,
}

const FORMS: [Form; 2] = [
    Form {
        secret: "aws_secretsmanager_secret",
        rotation: "aws_secretsmanager_secret_rotation",
        id: "secret_id",
        speaking: &["name", "name_prefix", "tags"],
        snippet: r#"resource "aws_secretsmanager_secret_rotation" "{name}" {
  secret_id           = aws_secretsmanager_secret.{name}.id
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  rotation_rules {
    automatically_after_days = 90
  }
}"#,
    },
    Form {
        secret: "AWS::SecretsManager::Secret",
        rotation: "AWS::SecretsManager::RotationSchedule",
        id: "SecretId",
        speaking: &["Name", "Tags"],
        snippet: "{name}Rotation:
  Type: AWS::SecretsManager::RotationSchedule
  Properties:
    SecretId: !Ref {name}
    RotationLambdaARN: !GetAtt RotationFunction.Arn
    RotationRules:
      AutomaticallyAfterDays: 90",
    },
];

/// Where the module of the registry comes from that makes secrets.
const SECRETS_MODULE: &str = "terraform-aws-modules/secrets-manager/aws";

/// What that module is given to rotate a secret.
const MODULE_SNIPPET: &str = "enable_rotation     = true
rotation_lambda_arn = aws_lambda_function.rotation.arn
rotation_rules = {
  automatically_after_days = 90
}";

/// API credentials in a secret that nothing in the same module rotates.
pub fn missing<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    if !module.is_whole() {
        return Vec::new();
    }
    FORMS.iter().flat_map(|form| missing_in(module, form)).chain(missing_in_calls(module)).collect()
}

fn missing_in<'a>(module: &Module<'a>, form: &Form) -> Vec<Outcome<'a>> {
    let is_asked = |s: &&'a Resource| !module.is_absent(s) && holds_api_credential(s, form) && !is_rotated_elsewhere(module, s);
    let is_reusable = module.is_reusable();
    let found = |secret: &'a Resource| {
        let mut notes = vec![to_add(&form.snippet.replace("{name}", &secret.name))];
        if is_reusable {
            notes.push("a reusable module: whoever calls it may configure the rotation".to_owned());
        }
        Outcome::Violates(Found {
            what: format!("{}.{}", form.secret, secret.name),
            place: &secret.place,
            message: Some(format!("API credential in secret `{}` has no rotation", secret.name)),
            related: Vec::new(),
            notes,
            severity: is_reusable.then_some(Severity::Info),
        })
    };
    let outcome = |secret: &'a Resource| match is_rotated(module, secret, form) {
        Some(true) => None,
        Some(false) => Some(found(secret)),
        None => Some(Outcome::Unknown { place: &secret.place }),
    };
    module.of_kind(form.secret).filter(is_asked).filter_map(outcome).collect()
}

/// Calls of the module of the registry that makes secrets, which rotates them where it is told to.
fn missing_in_calls<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let form = &FORMS[0];
    let calls = module.of_kind("module").filter(|call| {
        let source = call.attribute("source").map_or("", |source| source.expression.as_str());
        source.contains(SECRETS_MODULE) && !module.is_absent(call) && holds_api_credential(call, form) && !is_rotated_elsewhere(module, call)
    });
    let enabled = Test { attribute: "enable_rotation".to_owned(), comparison: Comparison::Unset };
    let outcome = |call: &'a Resource| match judge(module, Scope { resource: call, attributes: &call.attributes }, &enabled) {
        Truth::Fails => None,
        Truth::Unknown(place) => Some(Outcome::Unknown { place }),
        Truth::Holds(_) => {
            let mut found = silent(call, &call.place, format!("API credential in secret `{}` has no rotation", call.name));
            found.notes.push(to_add(MODULE_SNIPPET));
            Some(Outcome::Violates(found))
        }
    };
    calls.filter_map(outcome).collect()
}

/// What may hear of a message to a topic.
const LISTENERS: [&str; 8] = [
    "google_pubsub_subscription",
    "google_cloudfunctions_function",
    "google_cloudfunctions2_function",
    "google_eventarc_trigger",
    "google_cloud_run_v2_service",
    "google_cloud_run_service",
    "module",
    "output",
];

/// Rotations that only send a message, which nobody hears.
pub fn unheard<'a>(module: &Module<'a>) -> Vec<Outcome<'a>> {
    let secrets = ["google_secret_manager_secret", "google_secret_manager_regional_secret"].into_iter().flat_map(|kind| module.of_kind(kind));
    let mut out: Vec<Outcome> = secrets.filter(|secret| !module.is_absent(secret)).filter_map(|secret| unheard_secret(module, secret)).collect();
    let is_heard = module.of_kind("AWS::Events::Rule").any(|rule| rule.attributes.iter().any(|a| a.expression.contains("aws.ssm")));
    let may_be_heard = module.of_kind("AWS::Events::Rule").any(|rule| module.is_open(rule, "EventPattern") || module.is_open(rule, "EventPattern.source"));
    let policies =
        |parameter: &'a Resource| parameter.attributes.iter().find(|a| a.path.starts_with("Policies") && a.expression.contains("NoChangeNotification"));
    for parameter in module.of_kind("AWS::SSM::Parameter").filter(|_| !is_heard) {
        let message = format!("parameter `{}` says when it has not changed, and no rule hears it", parameter.name);
        let judged = |a: &'a Attribute| {
            if may_be_heard { Outcome::Unknown { place: &a.place } } else { Outcome::Violates(silent(parameter, &a.place, message)) }
        };
        out.extend(policies(parameter).map(judged));
    }
    out
}

fn unheard_secret<'a>(module: &Module<'a>, secret: &'a Resource) -> Option<Outcome<'a>> {
    let period = secret.attribute("rotation.rotation_period")?;
    let scope = *Scope::of(secret, None).first()?;
    let topics = Test { attribute: "topics".to_owned(), comparison: Comparison::Absent };
    match judge(module, scope, &topics) {
        Truth::Holds(_) => {
            let mut found = silent(secret, &period.place, format!("rotation of `{}` notifies nobody", secret.name));
            found.notes.push(to_add("topics {\n  name = google_pubsub_topic.rotation.id\n}"));
            return Some(Outcome::Violates(found));
        }
        Truth::Unknown(place) => return Some(Outcome::Unknown { place }),
        Truth::Fails => {}
    }
    let topics: Vec<&Resource> = module.of_kind("google_pubsub_topic").filter(|topic| module.refers(secret, "topics", topic)).collect();
    let is_heard = |topic: &&Resource| module.blocks().any(|other| LISTENERS.contains(&other.kind.as_str()) && module.refers(other, "", topic));
    let topic = *topics.first().filter(|_| module.is_whole() && !topics.iter().any(is_heard))?;
    let place = secret.attribute("topics.name").map_or(&period.place, |name| &name.place);
    let may_hear = |other: &&Resource| {
        ["topic", "event_trigger.pubsub_topic", "event_trigger.resource", "transport.pubsub.topic"].iter().any(|path| module.is_open(other, path))
    };
    if module.blocks().filter(|other| LISTENERS.contains(&other.kind.as_str())).any(|other| may_hear(&other)) {
        return Some(Outcome::Unknown { place });
    }
    let mut found = silent(secret, place, format!("rotation of `{}` notifies the topic `{}`, to which nothing listens", secret.name, topic.name));
    found.severity = module.is_reusable().then_some(Severity::Info);
    Some(Outcome::Violates(found))
}

fn silent<'a>(resource: &Resource, place: &'a Place, message: String) -> Found<'a> {
    Found { what: format!("{}.{}", resource.kind, resource.name), place, message: Some(message), related: Vec::new(), notes: Vec::new(), severity: None }
}

/// Whether name or tags say that it holds a credential of an API, rather than of a database or a certificate.
fn holds_api_credential(secret: &Resource, form: &Form) -> bool {
    let speaking = |path: &str| form.speaking.iter().any(|s| path.strip_prefix(s).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])));
    let mut texts: Vec<Vec<String>> = vec![words(&secret.name)];
    texts.extend(secret.attributes.iter().filter(|a| speaking(&a.path)).map(|a| words(&a.expression)));
    let all = || texts.iter().flatten().map(String::as_str);
    let vendor = all().any(|w| w == "aelix");
    let other = all().any(|w| matches!(w, "rds" | "database" | "db" | "tls" | "cert" | "certificate" | "certs" | "ssh" | "replica"));
    let public = all().any(|w| matches!(w, "cert" | "certificate" | "certs" | "replica" | "public"));
    !public && (vendor || (!other && texts.iter().any(|text| names_api_credential(text))))
}

fn names_api_credential(words: &[String]) -> bool {
    let word =
        |w: &String| matches!(w.as_str(), "oauth" | "oauth2" | "oidc" | "token" | "tokens" | "apikey" | "apikeys" | "apitoken" | "clientsecret" | "bearer");
    let pair = |pair: &[String]| {
        matches!(
            (pair[0].as_str(), pair[1].as_str()),
            ("client" | "consumer" | "app" | "webhook" | "signing" | "api", "secret" | "secrets")
                | ("api", "key" | "keys" | "credential" | "credentials" | "creds")
        )
    };
    words.iter().any(word) || words.windows(2).any(pair)
}

/// Declared as rotated by someone else: a managed external secret, a tag, a database that manages its own password or that the secret is attached to.
fn is_rotated_elsewhere(module: &Module, secret: &Resource) -> bool {
    let tagged = |a: &Attribute| {
        let says = |text: &str| a.expression.trim_matches('"').eq_ignore_ascii_case(text);
        a.path.strip_prefix("tags.").is_some_and(|t| t.eq_ignore_ascii_case("rotation")) && (says("external") || says("managed"))
    };
    // `Tags: [{ Key: rotation, Value: external }]`
    let says = |a: &Attribute, texts: &[&str]| texts.iter().any(|text| a.expression.trim_matches(['"', '\'']).eq_ignore_ascii_case(text));
    let listed = |pair: &[Attribute]| {
        pair[0].path == "Tags.Key" && says(&pair[0], &["rotation"]) && pair[1].path == "Tags.Value" && says(&pair[1], &["external", "managed"])
    };
    let address = super::resources::address(secret);
    let manages = |r: &Resource| {
        r.attribute("manage_master_user_password").or_else(|| r.attribute("ManageMasterUserPassword")).is_some_and(|a| a.expression.trim() == "true")
            && (r.attributes.iter().any(|a| mentions(&a.expression, &address))
                || secret.attributes.iter().any(|a| mentions(&a.expression, &super::resources::address(r))))
    };
    let attached = || module.of_kind("AWS::SecretsManager::SecretTargetAttachment").any(|r| r.attributes.iter().any(|a| mentions(&a.expression, &address)));
    ["type", "Type"].iter().any(|path| secret.attribute(path).is_some())
        || secret.attributes.iter().any(tagged)
        || secret.attributes.windows(2).any(listed)
        || module.blocks().any(manages)
        || attached()
}

/// Whether some rotation of the module is the secret's; `None` where one may be.
fn is_rotated(module: &Module, secret: &Resource, form: &Form) -> Option<bool> {
    let by_module = |call: &Resource| {
        let rotates = |text: &str| text.to_ascii_lowercase().contains("rotat");
        let named = rotates(&call.name) || call.attribute("source").is_some_and(|s| rotates(&s.expression));
        call.attributes.iter().any(|a| (named || rotates(&a.path)) && mentions(&module.expanded(&a.expression), &super::resources::address(secret)))
    };
    if module.of_kind(form.rotation).any(|rotation| module.refers(rotation, form.id, secret)) || module.of_kind("module").any(by_module) {
        return Some(true);
    }
    if module.of_kind(form.rotation).any(|rotation| module.is_open(rotation, form.id)) { None } else { Some(false) }
}

#[cfg(test)]
mod tests {

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        crate::project::tests::of_rule("rotation/no-rotation-config", files)
    }

    fn intervals(files: &[(&str, &str)]) -> Vec<String> {
        crate::project::tests::of_rule("rotation/interval-too-long", files)
    }

    fn rotation(rules: &str) -> String {
        format!("resource \"aws_secretsmanager_secret_rotation\" \"r\" {{\n  secret_id = var.id\n  rotation_rules {{\n    {rules}\n  }}\n}}\n")
    }

    #[test]
    fn schedules_over_the_limit_are_found() {
        for (rules, message) in [
            ("automatically_after_days = 365", "every 365 days"),
            ("automatically_after_days = \"91\"", "every 91 days"),
            ("automatically_after_days = 30 * 12", "every 360 days"),
            ("automatically_after_days = true ? 365 : 30", "every 365 days"),
            ("schedule_expression = \"rate(91 days)\"", "every 91 days"),
            ("schedule_expression = \"rate(2400 hours)\"", "every 100 days"),
            ("schedule_expression = \"cron(0 8 1 1 ? *)\"", "with up to 365 days between two rotations"),
        ] {
            let text = rotation(rules);
            let expected = format!("medium main.tf «{rules}» rotation/interval-too-long: secret rotated {message}; the limit is 90 days");
            assert_eq!(intervals(&[("main.tf", &text)]), [expected], "{rules}");
        }
    }

    #[test]
    fn schedules_within_the_limit_or_unknown_are_not() {
        for rules in [
            "automatically_after_days = 90",
            "automatically_after_days = 30",
            "automatically_after_days = var.nowhere",
            "automatically_after_days = local.days",
            "automatically_after_days = var.a ? 365 : 30",
            "schedule_expression = \"rate(90 days)\"",
            "schedule_expression = \"cron(0 8 1 1/3 ? *)\"",
            "schedule_expression = \"cron(${var.x})\"",
            "schedule_expression = \"nonsense\"",
        ] {
            assert!(intervals(&[("main.tf", &rotation(rules))]).is_empty(), "{rules}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_said_where_it_is_asked_for() {
        let (found, unknown) = crate::project::tests::judged(&[("main.tf", &rotation("automatically_after_days = var.nowhere"))], &[]);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(unknown, ["line 4: rotation/interval-too-long cannot be decided: the value is not known before it is applied"]);
    }

    #[test]
    fn variables_locals_values_and_calls_are_followed_across_files() {
        let uses = rotation("automatically_after_days = var.days");
        let variable = |more: &str| format!("variable \"days\" {{\n  default = 400\n  {more}\n}}\nprovider \"aws\" {{}}\n");
        let silent = variable("validation {\n condition = var.days >= 1 && var.days <= 90\n }");
        let loose = variable("validation {\n condition = var.days <= 900\n }");
        assert_eq!(
            intervals(&[("a/main.tf", &uses), ("a/variables.tf", &variable(""))]),
            [
                "medium a/main.tf «automatically_after_days = var.days» rotation/interval-too-long: secret rotated every 400 days; the limit is 90 days, the default of `days`"
            ]
        );
        assert_eq!(intervals(&[("a/main.tf", &uses), ("a/variables.tf", &loose)]).len(), 1);
        assert!(intervals(&[("a/main.tf", &uses), ("a/variables.tf", &silent)]).is_empty());
        assert!(intervals(&[("a/main.tf", &uses), ("b/variables.tf", &variable(""))]).is_empty(), "another module");
        let local = rotation("automatically_after_days = local.days") + "locals {\n  days = 180\n}\n";
        assert_eq!(intervals(&[("main.tf", &local)]).len(), 1);
        let short = "variable \"days\" {\n  default = 30\n}\n";
        for (values, count) in [("days = 365\n", 1), ("days = 60\n", 0)] {
            for name in ["a/terraform.tfvars", "a/prod.tfvars", "a/x.auto.tfvars"] {
                assert_eq!(intervals(&[("a/main.tf", &uses), ("a/variables.tf", short), (name, values)]).len(), count, "{name} {values}");
            }
        }
        let call = |days: &str| format!("module \"s\" {{\n source = \"./modules/s\"\n days = {days}\n}}\n");
        for (days, count) in [("365", 1), ("30", 0), ("var.x", 0)] {
            let files = [("main.tf", &*call(days)), ("modules/s/main.tf", &uses), ("modules/s/variables.tf", short)];
            assert_eq!(intervals(&files).len(), count, "{days}");
        }
        let each = "resource \"aws_secretsmanager_secret_rotation\" \"r\" {\n for_each = { a = 30, b = 365 }\n rotation_rules {\n automatically_after_days = each.value\n }\n}\n";
        assert_eq!(intervals(&[("main.tf", each)]).len(), 1, "one of the copies");
        let json = r#"{"resource": {"aws_secretsmanager_secret_rotation": {"r": {"rotation_rules": {"automatically_after_days": "${var.days}"}}}}}"#;
        assert_eq!(intervals(&[("a/main.tf.json", json), ("a/variables.tf", &variable(""))]).len(), 1, "JSON");
    }

    #[test]
    fn locals_that_name_each_other_many_times_are_cut() {
        let names = |n: usize| format!("${{local.l{n}}}").repeat(40);
        let locals = (0..30).map(|n| format!("  l{n} = \"{}\"\n", names(n + 1))).collect::<Vec<_>>().concat();
        let text = rotation("automatically_after_days = local.l0") + &format!("locals {{\n{locals}  l30 = \"abcdefgh\"\n}}\n");
        assert!(intervals(&[("main.tf", &text)]).is_empty());
    }

    fn secret(name: &str, body: &str) -> String {
        format!("resource \"aws_secretsmanager_secret\" \"{name}\" {{\n{body}\n}}\n")
    }

    #[test]
    fn api_credentials_without_rotation_are_found() {
        for (name, body) in [
            ("aelix", ""),
            ("this", "name = \"prod/aelix/client_secret\""),
            ("this", "name = \"${var.env}-oauth-client\""),
            ("this", "name = var.aelix_secret_name"),
            ("stripe_api_key", ""),
            ("githubToken", ""),
            ("this", "tags = {\n  purpose = \"api key\"\n}"),
            ("aelix_db_mirror", ""),
        ] {
            let all = found(&[("main.tf", &secret(name, body))]);
            assert_eq!(
                all,
                [format!(
                    "medium main.tf «resource \"aws_secretsmanager_secret\" \"{name}\"» rotation/no-rotation-config: API credential in secret `{name}` has no rotation"
                )],
                "{name} {body}"
            );
        }
    }

    #[test]
    fn other_secrets_are_not() {
        for (name, body) in [
            ("db_password", "name = \"prod/rds/master\""),
            ("this", "name = var.name"),
            ("aelix_tls_cert", ""),
            ("aelix", "count = 0"),
            ("aelix", "type = \"SalesforceClientSecret\""),
            ("aelix", "tags = {\n  rotation = \"external\"\n}"),
            ("aelix", "tags = {\n  Rotation = \"External\"\n}"),
            ("aelix_replica", ""),
            ("license", ""),
        ] {
            assert!(found(&[("main.tf", &secret(name, body))]).is_empty(), "{name} {body}");
        }
    }

    #[test]
    fn every_way_to_link_a_rotation_counts() {
        for link in [
            "secret_id = aws_secretsmanager_secret.aelix.id",
            "secret_id = aws_secretsmanager_secret.aelix.arn",
            "secret_id = aws_secretsmanager_secret.aelix[0].id",
            "for_each = var.names\n secret_id = aws_secretsmanager_secret.aelix[each.key].id",
            "for_each = aws_secretsmanager_secret.aelix\n secret_id = each.value.id",
            "for_each = toset([aws_secretsmanager_secret.aelix.id])\n secret_id = each.value",
            "secret_id = local.id",
            "for_each = local.ids\n secret_id = each.value",
            "for_each = var.ids\n secret_id = each.value",
        ] {
            let text = secret("aelix", "")
                + "locals {\n id = aws_secretsmanager_secret.aelix.id\n ids = { a = aws_secretsmanager_secret.aelix.id }\n}\n"
                + &format!("resource \"aws_secretsmanager_secret_rotation\" \"r\" {{\n {link}\n}}\n");
            assert!(found(&[("main.tf", &text)]).is_empty(), "{link}");
        }
        let rotation = "resource \"aws_secretsmanager_secret_rotation\" \"r\" {\n secret_id = aws_secretsmanager_secret.aelix.id\n}\n";
        assert!(found(&[("a/main.tf", &secret("aelix", "")), ("a/rotation.tf", rotation)]).is_empty());
        assert_eq!(found(&[("a/main.tf", &secret("aelix", "")), ("b/rotation.tf", rotation)]).len(), 1, "another module");
        assert_eq!(found(&[("a/main.tf", &secret("aelix_two", "")), ("a/rotation.tf", rotation)]).len(), 1, "another secret");
        let call = "module \"rotation\" {\n source = \"./rotate\"\n secret_arn = aws_secretsmanager_secret.aelix.arn\n}\n";
        assert!(found(&[("main.tf", &(secret("aelix", "") + call))]).is_empty());
    }

    #[test]
    fn a_database_that_manages_its_password_needs_no_rotation() {
        let text =
            secret("aelix", "") + "resource \"aws_db_instance\" \"d\" {\n manage_master_user_password = true\n x = aws_secretsmanager_secret.aelix.id\n}\n";
        assert!(found(&[("main.tf", &text)]).is_empty());
    }

    #[test]
    fn a_reusable_module_is_only_worth_a_note() {
        let text = secret("aelix", "") + "variable \"name\" {}\n";
        assert!(found(&[("main.tf", &text)])[0].starts_with("info "));
        assert!(found(&[("main.tf", &(text.clone() + "provider \"aws\" {}\n"))])[0].starts_with("medium "));
        assert!(found(&[("main.tf", &(text + "terraform {\n backend \"s3\" {}\n}\n"))])[0].starts_with("medium "));
    }
}
