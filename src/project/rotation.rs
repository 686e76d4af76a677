//! Are secrets rotated, and often enough? Terraform's AWS Secrets Manager.

use crate::model::facts::{Attribute, Resource};
use crate::model::{Finding, Hit, Place, Rank, Related, Rule, Severity};
use crate::text::Secret;
use crate::text::value::cron::Cron;
use crate::text::value::{DAY, Length, Measure, duration};

use super::resources::{Known, Module, mentions};

/// Longest time between two rotations that the vendor's guide allows, in days.
const MAX_DAYS: u64 = 90;
/// Calendar schedules may overshoot by this: a quarter has up to 92 days.
const GRACE_DAYS: u64 = 3;
const SECRET: &str = "aws_secretsmanager_secret";
const ROTATION: &str = "aws_secretsmanager_secret_rotation";

/// Rotation schedules whose longest gap is more than 90 days. Unknown values say nothing.
pub fn interval(module: &Module, index: usize, rule: &Rule) -> Vec<Finding> {
    module.of_kind(ROTATION).filter_map(|rotation| too_long(module, rotation).map(|found| found.finding(index, rule, module))).collect()
}

/// A schedule that is too slow.
struct TooLong<'a> {
    rotation: &'a Resource,
    attribute: &'a Attribute,
    variable: Option<&'a Resource>,
    length: Length,
}

fn too_long<'a>(module: &Module<'a>, rotation: &'a Resource) -> Option<TooLong<'a>> {
    rotation.attributes.iter().find_map(|attribute| {
        let read: fn(&str) -> Option<Length> = match attribute.path.as_str() {
            "rotation_rules.automatically_after_days" => |text| Some(Length::clock(text.parse::<u64>().ok()?.checked_mul(DAY)?)),
            "rotation_rules.schedule_expression" => |text| duration::rate(text).or_else(|| Cron::parse(text).map(|c| c.longest_gap())),
            _ => return None,
        };
        let Known::Text(text, variable) = module.known(attribute) else { return None };
        let length = read(std::str::from_utf8(text).ok()?.trim())?;
        let grace = if length.measure == Measure::Calendar { GRACE_DAYS } else { 0 };
        if length.seconds <= (MAX_DAYS + grace) * DAY || variable.is_some_and(is_validated) {
            return None;
        }
        Some(TooLong { rotation, attribute, variable, length })
    })
}

impl TooLong<'_> {
    fn finding(&self, index: usize, rule: &Rule, module: &Module) -> Finding {
        let often = match self.length.measure {
            Measure::Clock => format!("every {} days", self.length.days()),
            Measure::Calendar => format!("with up to {} days between two rotations", self.length.days()),
        };
        let by = self.variable.map_or(String::new(), |v| format!(", the default of `var.{}`", v.name));
        let message = format!("secret rotated {often}{by}; the limit is {MAX_DAYS} days");
        let mut related = Vec::new();
        if let Some(default) = self.variable.and_then(|v| v.attribute("default")) {
            related.push(Related { place: default.place.clone(), message: "the default is set here".to_owned() });
        }
        if let Some(secret) = module.of_kind(SECRET).find(|s| covers(module, self.rotation, s)) {
            related.push(Related { place: secret.place.clone(), message: "the secret it rotates".to_owned() });
        }
        let what = format!("{ROTATION}.{}={}d", self.rotation.name, self.length.days());
        finding((index, rule), what, &self.attribute.place, (message, related))
    }
}

/// Whether the variable's own validation keeps it at 90 or less.
fn is_validated(variable: &Resource) -> bool {
    let conditions = variable.attributes.iter().filter(|a| a.path == "validation.condition");
    let limits = conditions.filter_map(|c| upper_limit(&c.expression, &format!("var.{}", variable.name)));
    limits.min().is_some_and(|limit| limit <= MAX_DAYS)
}

/// 90 in `var.days > 0 && var.days <= 90`; `None` in a condition with an alternative.
fn upper_limit(condition: &str, name: &str) -> Option<u64> {
    if condition.contains("||") {
        return None;
    }
    let limit = |clause: &str| {
        let compact: String = clause.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect();
        let number = |text: &str| text.parse::<u64>().ok();
        if let Some(rest) = compact.strip_prefix(name) {
            return rest.strip_prefix("<=").and_then(number).or_else(|| rest.strip_prefix('<').and_then(number)?.checked_sub(1));
        }
        let rest = compact.strip_suffix(name)?;
        rest.strip_suffix(">=").and_then(number).or_else(|| rest.strip_suffix('>').and_then(number)?.checked_sub(1))
    };
    condition.split("&&").filter_map(limit).min()
}

/// API credentials in a secret that nothing in the same module rotates.
pub fn missing(module: &Module, index: usize, rule: &Rule) -> Vec<Finding> {
    if !module.is_whole() {
        return Vec::new();
    }
    let unrotated = module.of_kind(SECRET).filter(|s| is_created(s) && holds_api_credential(s) && !is_rotated_elsewhere(module, s) && !is_rotated(module, s));
    let reusable = module.is_reusable();
    unrotated
        .map(|secret| {
            let message = format!("API credential in secret `{}` has no rotation", secret.name);
            let mut found = finding((index, rule), format!("{SECRET}.{}", secret.name), &secret.place, (message, Vec::new()));
            found.notes.push(format!(
                "add: resource \"{ROTATION}\" \"{0}\" {{ secret_id = {SECRET}.{0}.id … rotation_rules {{ automatically_after_days = {MAX_DAYS} }} }}",
                secret.name
            ));
            if reusable {
                found.severity = found.severity.min(Severity::Info);
                found.notes.push("a reusable module: whoever calls it may configure the rotation".to_owned());
            }
            found
        })
        .collect()
}

/// Not switched off by `count = 0`.
fn is_created(secret: &Resource) -> bool {
    secret.attribute("count").is_none_or(|c| c.expression.trim() != "0")
}

/// Whether name or tags say that it holds a credential of an API, rather than of a database or a certificate.
fn holds_api_credential(secret: &Resource) -> bool {
    let speaking = |path: &str| matches!(path, "name" | "name_prefix") || path.starts_with("tags.");
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

/// The words of a name or expression, in lower case: `apiKey-prod` → api, key, prod.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut lower_before = false;
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && lower_before) {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            last.push(c.to_ascii_lowercase());
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    out.retain(|w| !w.is_empty());
    out
}

/// Declared as rotated by someone else: a managed external secret, a tag, a database that manages its own password.
fn is_rotated_elsewhere(module: &Module, secret: &Resource) -> bool {
    let tagged = |a: &Attribute| {
        let says = |text: &str| a.expression.trim_matches('"').eq_ignore_ascii_case(text);
        a.path.strip_prefix("tags.").is_some_and(|t| t.eq_ignore_ascii_case("rotation")) && (says("external") || says("managed"))
    };
    let address = address(secret);
    let manages = |r: &Resource| {
        r.attribute("manage_master_user_password").is_some_and(|a| a.expression.trim() == "true")
            && (r.attributes.iter().any(|a| mentions(&a.expression, &address))
                || secret.attributes.iter().any(|a| mentions(&a.expression, &format!("{}.{}", r.kind, r.name))))
    };
    secret.attribute("type").is_some() || secret.attributes.iter().any(tagged) || module.blocks().any(manages)
}

/// Whether some rotation of the module may be the secret's. What cannot be told counts as rotated.
fn is_rotated(module: &Module, secret: &Resource) -> bool {
    let by_module = |call: &Resource| {
        let rotates = |text: &str| text.to_ascii_lowercase().contains("rotat");
        let named = rotates(&call.name) || call.attribute("source").is_some_and(|s| rotates(&s.expression));
        call.attributes.iter().any(|a| (named || rotates(&a.path)) && mentions(&module.expanded(&a.expression), &address(secret)))
    };
    module.of_kind(ROTATION).any(|rotation| covers(module, rotation, secret) || is_open(module, rotation)) || module.of_kind("module").any(by_module)
}

/// Whether the rotation's secret id refers to the secret: directly, through a local value, or through its `for_each`.
fn covers(module: &Module, rotation: &Resource, secret: &Resource) -> bool {
    secret_ids(module, rotation).is_some_and(|text| mentions(&text, &address(secret)))
}

/// Whether the rotation goes over something that cannot be told: `each.value` of an expression that names no secret.
fn is_open(module: &Module, rotation: &Resource) -> bool {
    secret_ids(module, rotation).is_some_and(|text| !text.contains(SECRET) && (text.contains("each.") || text.contains("local.")))
}

fn secret_ids(module: &Module, rotation: &Resource) -> Option<String> {
    let id = &rotation.attribute("secret_id")?.expression;
    let mut text = module.expanded(id);
    if text.contains("each.value") {
        text.push('\n');
        text.push_str(&module.expanded(rotation.attribute("for_each").map_or("", |f| &f.expression)));
    }
    Some(text)
}

fn address(secret: &Resource) -> String {
    format!("{SECRET}.{}", secret.name)
}

/// A finding at `place`; `what` is its identity for the fingerprint.
fn finding((index, rule): (usize, &Rule), what: String, place: &Place, (message, related): (String, Vec<Related>)) -> Finding {
    let mut hit = Hit::secret(index, rule, place.span, Rank::Generic);
    hit.secret = false;
    hit.message = Some(message);
    Finding::new(rule, hit, &Secret::new(what, 0), place.clone(), related)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::tests::found;

    fn rotation(rules: &str) -> String {
        format!("resource \"aws_secretsmanager_secret_rotation\" \"r\" {{\n  secret_id = var.id\n  rotation_rules {{\n    {rules}\n  }}\n}}\n")
    }

    #[test]
    fn schedules_over_the_limit_are_found() {
        for (rules, message) in [
            ("automatically_after_days = 365", "secret rotated every 365 days; the limit is 90 days"),
            ("automatically_after_days = \"91\"", "secret rotated every 91 days; the limit is 90 days"),
            ("schedule_expression = \"rate(91 days)\"", "secret rotated every 91 days; the limit is 90 days"),
            ("schedule_expression = \"rate(2400 hours)\"", "secret rotated every 100 days; the limit is 90 days"),
            ("schedule_expression = \"cron(0 8 1 1 ? *)\"", "secret rotated with up to 365 days between two rotations; the limit is 90 days"),
        ] {
            let text = rotation(rules);
            assert_eq!(found(&[("main.tf", &text)]), [format!("medium main.tf «{rules}» rotation/interval-too-long: {message}")], "{rules}");
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
            "schedule_expression = \"rate(10 hours)\"",
            "schedule_expression = \"cron(0 8 1 1/3 ? *)\"",
            "schedule_expression = \"cron(0 8 1 * ? *)\"",
            "schedule_expression = \"cron(${var.x})\"",
            "schedule_expression = \"nonsense\"",
        ] {
            assert!(found(&[("main.tf", &rotation(rules))]).is_empty(), "{rules}");
        }
    }

    #[test]
    fn variables_and_locals_are_followed_across_files() {
        let uses = rotation("automatically_after_days = var.days");
        let variable = |more: &str| format!("variable \"days\" {{\n  default = 400\n  {more}\n}}\nprovider \"aws\" {{}}\n");
        let silent = variable("validation {\n condition = var.days >= 1 && var.days <= 90\n }");
        let loose = variable("validation {\n condition = var.days <= 900\n }");
        assert_eq!(
            found(&[("a/main.tf", &uses), ("a/variables.tf", &variable(""))]),
            [
                "medium a/main.tf «automatically_after_days = var.days» rotation/interval-too-long: secret rotated every 400 days, the default of `var.days`; the limit is 90 days"
            ]
        );
        assert_eq!(found(&[("a/main.tf", &uses), ("a/variables.tf", &loose)]).len(), 1);
        assert!(found(&[("a/main.tf", &uses), ("a/variables.tf", &silent)]).is_empty());
        assert!(found(&[("a/main.tf", &uses), ("b/variables.tf", &variable(""))]).is_empty(), "another module");
        let local = rotation("automatically_after_days = local.days") + "locals {\n  days = 180\n}\n";
        assert_eq!(found(&[("main.tf", &local)]).len(), 1);
    }

    #[test]
    fn limits_in_conditions_are_read() {
        for (condition, limit) in [
            ("var.d <= 90", Some(90)),
            ("var.d < 91", Some(90)),
            ("90 >= var.d", Some(90)),
            ("(var.d > 0) && (var.d <= 60)", Some(60)),
            ("var.d <= 90 || var.d == 365", None),
            ("length(var.d) > 0", None),
        ] {
            assert_eq!(upper_limit(condition, "var.d"), limit, "{condition}");
        }
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
