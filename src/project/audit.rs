//! The export of the audit log, and secrets that serve two masters: what requests, schedules and declarations of a project say together.

use std::collections::BTreeSet;

use crate::model::facts::{Attribute, CLIENT, INTEGRATION, Resource, Value};
use crate::model::sign::{Sign, SignKind};
use crate::model::{Place, Related};
use crate::text::value::DAY;
use crate::text::value::date::Moment;

use super::conditions::length_of;
use super::{Found, Outcome, to_add};

/// Kinds of Kubernetes objects that run containers.
const WORKLOADS: [&str; 6] =
    ["kubernetes:Deployment", "kubernetes:StatefulSet", "kubernetes:DaemonSet", "kubernetes:CronJob", "kubernetes:Job", "kubernetes:Pod"];
/// The path of the audit log.
const AUDIT: &str = "/v1/audit-logs";

/// Everything that a project declares and shows.
pub struct World<'a> {
    /// Its declarations.
    pub resources: &'a [Resource],
    /// What its files show.
    pub signs: &'a [Sign],
    /// The folder of the package of a file.
    pub package_of: &'a dyn Fn(&str) -> String,
}

impl<'a> World<'a> {
    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    fn signs(&self, is_wanted: impl Fn(SignKind) -> bool) -> impl Iterator<Item = &'a Sign> {
        self.signs.iter().filter(move |sign| is_wanted(sign.kind))
    }

    /// The clients of a declaration.
    fn clients(&self, integration: &'a Resource) -> impl Iterator<Item = &'a Resource> {
        self.of_kind(CLIENT).filter(|client| client.module == integration.module)
    }
}

/// The text of a literal.
pub fn literal(attribute: &Attribute) -> Option<&str> {
    if let Value::Literal { text, .. } = &attribute.value { std::str::from_utf8(text).ok() } else { None }
}

/// The attribute of this path and its text.
pub fn text_at<'a>(resource: &'a Resource, path: &str) -> Option<(&'a str, &'a Place)> {
    let attribute = resource.attribute(path)?;
    literal(attribute).map(|text| (text, &attribute.place))
}

/// Whether a client is for real accounts.
pub fn is_production(client: &Resource) -> bool {
    text_at(client, "environment").is_some_and(|(environment, _)| environment == "production")
}

fn violates(what: String, place: &Place, message: String) -> Found<'_> {
    Found { what, place, message: Some(message), related: Vec::new(), notes: Vec::new(), severity: None }
}

/// Exports that ask for less time than passes between two of them.
pub fn gap<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for schedule in world.signs(|kind| matches!(kind, SignKind::Schedule(_))) {
        let is_here = |sign: &&Sign| sign.place.relative == schedule.place.relative;
        let windows = world.signs(|kind| matches!(kind, SignKind::AuditWindow(_))).filter(is_here);
        for window in windows {
            if let (SignKind::Schedule(pause), SignKind::AuditWindow(covered)) = (schedule.kind, window.kind) {
                out.extend(lost((pause, &schedule.place), (covered, &window.place)));
            }
        }
    }
    for integration in world.of_kind(INTEGRATION) {
        let length = |path: &str| {
            let (text, place) = text_at(integration, path)?;
            length_of(text, 1).map(|length| (length.seconds, place))
        };
        if let (Some(pause), Some(window)) = (length("audit.schedule"), length("audit.window")) {
            out.extend(lost(pause, window));
        }
    }
    out
}

fn lost<'a>((pause, at): (u64, &'a Place), (window, covered): (u64, &Place)) -> Option<Outcome<'a>> {
    let message = format!("two exports of the audit log are up to {} apart, and one asks for {}: the rest is lost", shown(pause), shown(window));
    let related = Related { place: covered.clone(), message: format!("one export asks for {}", shown(window)) };
    let found = Found { related: vec![related], ..violates(format!("{pause} {window}"), at, message) };
    (pause > window).then_some(Outcome::Violates(found))
}

fn shown(seconds: u64) -> String {
    let (number, unit) = match seconds {
        s if s % DAY == 0 => (s / DAY, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s => (s.div_ceil(60), "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Requests that do not say from when, or to when.
pub fn window<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let found = |sign: &'a Sign| Outcome::Violates(Found { message: None, ..violates("window".to_owned(), &sign.place, String::new()) });
    world.signs(|kind| kind == SignKind::AuditUnbounded).map(found).collect()
}

/// Production without an export of the audit log.
pub fn missing<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    if world.signs(|kind| kind == SignKind::AuditRequest).next().is_some() {
        return Vec::new();
    }
    let is_open = |integration: &&Resource| integration.attribute("audit.export").is_none() && world.clients(integration).any(is_production);
    let found = |integration: &'a Resource| {
        let message = "an integration in production whose audit log nobody exports".to_owned();
        let mut found = violates(INTEGRATION.to_owned(), &integration.place, message);
        found.notes.push(to_add("[integration.audit]\nexport = \"…\"\nretention-days = 365"));
        Outcome::Violates(found)
    };
    world.of_kind(INTEGRATION).filter(is_open).map(found).collect()
}

/// Exports with the credential of an application.
pub fn shares_credential<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    let mut told = BTreeSet::new();
    for audit in world.signs(|kind| kind == SignKind::AuditRequest).filter(|sign| !sign.name.is_empty()) {
        let package = (world.package_of)(&audit.place.relative);
        let is_same = |other: &&Sign| other.name == audit.name && (world.package_of)(&other.place.relative) == package;
        let Some(other) = world.signs(|kind| kind == SignKind::ApiRequest).find(is_same).filter(|_| told.insert((package.clone(), &audit.name))) else {
            continue;
        };
        let message = format!("the export of the audit log uses `{}`, the credential of the application", audit.name);
        let mut found = violates(audit.name.clone(), &audit.place, message);
        found.related.push(Related { place: other.place.clone(), message: "the application uses it here".to_owned() });
        out.push(Outcome::Violates(found));
    }
    for integration in world.of_kind(INTEGRATION) {
        let Some((location, place)) = text_at(integration, "audit.secret-location") else { continue };
        let Some(client) = world.clients(integration).find(|client| text_at(client, "secret-location").is_some_and(|(own, _)| own == location)) else {
            continue;
        };
        let message = format!("the export of the audit log uses the secret of the client `{}`", client.name);
        out.push(Outcome::Violates(violates("audit.secret-location".to_owned(), place, message)));
    }
    out.extend(workloads(world));
    out
}

/// Jobs that export the audit log with a key of a Secret that other workloads take too.
fn workloads<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let all: Vec<(&Resource, bool)> = world
        .resources
        .iter()
        .filter(|resource| WORKLOADS.contains(&resource.kind.as_str()))
        .map(|resource| (resource, resource.attributes.iter().any(|a| literal(a).is_some_and(|text| text.contains(AUDIT)))))
        .collect();
    let mut out = Vec::new();
    for (job, _) in all.iter().filter(|(_, exports)| *exports) {
        for (key, place) in secret_keys(job) {
            let takes = |(other, exports): &&(&'a Resource, bool)| !exports && secret_keys(other).iter().any(|(own, _)| *own == key);
            let Some((other, _)) = all.iter().find(takes) else { continue };
            let message =
                format!("the job `{}` exports the audit log with the key `{}` of the Secret `{}`, which `{}` uses too", job.name, key.1, key.0, other.name);
            let mut found = violates(format!("{}.{}", key.0, key.1), place, message);
            found.related.push(Related { place: other.place.clone(), message: "the application uses it here".to_owned() });
            out.push(Outcome::Violates(found));
        }
    }
    out
}

/// The keys of Secrets that a workload takes as credentials: name of the Secret, key.
fn secret_keys(workload: &Resource) -> Vec<((&str, &str), &Place)> {
    let mut out = Vec::new();
    let mut name = None;
    for attribute in &workload.attributes {
        let Some(text) = literal(attribute) else { continue };
        if attribute.path.ends_with("secretKeyRef.name") {
            name = Some(text);
        } else if attribute.path.ends_with("secretKeyRef.key") {
            let lower = text.to_ascii_lowercase();
            let is_credential = ["secret", "token", "key", "credential"].iter().any(|word| lower.contains(word));
            out.extend(name.take().filter(|_| is_credential).map(|name| ((name, text), &attribute.place)));
        }
    }
    out
}

/// Clients of production and of another environment whose secret is kept in one place.
pub fn shared_secret<'a>(world: &World<'a>) -> Vec<Outcome<'a>> {
    let mut out = Vec::new();
    for client in world.of_kind(CLIENT).filter(|client| text_at(client, "environment").is_some() && !is_production(client)) {
        let Some((location, place)) = text_at(client, "secret-location") else { continue };
        let is_same = |other: &&Resource| {
            other.module == client.module && is_production(other) && text_at(other, "secret-location").is_some_and(|(own, _)| own == location)
        };
        let Some(other) = world.of_kind(CLIENT).find(is_same) else { continue };
        let message = format!("the clients `{}` and `{}` of two environments share one secret", other.name, client.name);
        let mut found = violates(format!("{}.secret-location", client.name), place, message);
        found.related.push(Related { place: other.place.clone(), message: "the client of production".to_owned() });
        out.push(Outcome::Violates(found));
    }
    out
}

/// The days for which the exported audit log is kept, at least, and for which a review counts.
const YEAR: i64 = 365;

/// What declarations say that is right. What they name is never repeated.
pub fn declared(world: &World, now: Moment) -> Vec<Sign> {
    let mut out = Vec::new();
    for integration in world.of_kind(INTEGRATION) {
        let clients: Vec<&Resource> = world.clients(integration).collect();
        let mut says = |kind: SignKind, path: &str, is_so: &dyn Fn(&str) -> bool| {
            let text = text_at(integration, path).filter(|(text, _)| is_so(text));
            out.extend(text.map(|(_, place)| sign(kind, "", place)));
        };
        says(SignKind::AuditExport, "audit.export", &|_| true);
        says(SignKind::AuditRetention, "audit.retention-days", &|days| days.parse::<i64>().is_ok_and(|days| days >= YEAR));
        says(SignKind::TokenCache, "token-cache", &|_| true);
        says(SignKind::NoWebhooks, "webhooks", &|text| text == "false");
        let stored: Vec<Sign> =
            clients.iter().filter_map(|client| Some(sign(SignKind::StoredSecret, &client.name, text_at(client, "secret-location")?.1))).collect();
        let reviewed: Vec<Sign> = clients.iter().filter_map(|client| reviewed(client, now)).collect();
        let production: Vec<&Resource> = clients.iter().copied().filter(|client| is_production(client)).collect();
        let listed: Vec<Sign> =
            production.iter().filter_map(|client| Some(sign(SignKind::Allowlist, &client.name, &client.attribute("allowlist[]")?.place))).collect();
        // What holds of some clients only says nothing of the others.
        out.extend(stored.into_iter().filter(|_| clients.iter().all(|client| text_at(client, "secret-location").is_some())));
        out.extend((reviewed.len() == clients.len()).then_some(reviewed).into_iter().flatten());
        out.extend((!production.is_empty() && listed.len() == production.len()).then_some(listed).into_iter().flatten());
        out.extend(separate(&clients));
    }
    out
}

fn sign(kind: SignKind, name: &str, place: &Place) -> Sign {
    Sign { kind, name: name.to_owned(), place: place.clone() }
}

fn reviewed(client: &Resource, now: Moment) -> Option<Sign> {
    let (text, place) = text_at(client, "scopes-reviewed")?;
    let day: Moment = text.parse().ok()?;
    let is_recent = day <= now && day.after(u64::try_from(YEAR).unwrap_or_default() * DAY) > now;
    is_recent.then(|| sign(SignKind::ScopesReviewed, &client.name, place))
}

/// The clients of an integration that is in production and elsewhere, each with its secret in a place of its own.
fn separate(clients: &[&Resource]) -> Vec<Sign> {
    let told: Vec<(bool, &str, &Place, &str)> = clients
        .iter()
        .filter(|client| text_at(client, "environment").is_some())
        .filter_map(|client| text_at(client, "secret-location").map(|(text, place)| (is_production(client), text, place, client.name.as_str())))
        .collect();
    let of = |wanted: bool| told.iter().filter(move |(is_production, ..)| *is_production == wanted).map(|(_, location, ..)| *location);
    let is_apart = of(true).all(|location| of(false).all(|other| other != location));
    let is_told = told.len() == clients.len() && of(true).next().is_some() && of(false).next().is_some();
    if is_told && is_apart { told.iter().map(|(_, _, place, name)| sign(SignKind::SeparateSecrets, name, place)).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::project::tests::of_rule;

    #[test]
    fn exports_that_leave_gaps_are_found() {
        let cron = |schedule: &str, ago: &str| {
            format!(
                "on:\n  schedule:\n    - cron: '{schedule}'\njobs:\n  export:\n    steps:\n      - run: curl \"$BASE/v1/audit-logs?from=$(date -u -d '{ago} ago' +%FT%TZ)&to=$NOW\"\n"
            )
        };
        for (schedule, ago, count) in
            [("0 */2 * * *", "1 hour", 1), ("0 * * * *", "1 hour", 0), ("0 6 * * 1-5", "1 day", 1), ("0 6 * * *", "1 day", 0), ("0 6 1 * *", "1 month", 0)]
        {
            let found = of_rule("audit/export-gap", &[(".github/workflows/audit.yml", &cron(schedule, ago))]);
            assert_eq!(found.len(), count, "{schedule} {ago}: {found:?}");
        }
        let declared = |window: &str| format!("[integration.audit]\nexport = \"splunk\"\nschedule = \"rate(2 hours)\"\nwindow = \"{window}\"\n");
        assert_eq!(of_rule("audit/export-gap", &[("aelix-lint.toml", &declared("2h"))]), Vec::<String>::new());
        let expected = "medium aelix-lint.toml «schedule = \"rate(2 hours)\"» audit/export-gap: two exports of the audit log are up to 2 hours apart, and one asks for 90 minutes: the rest is lost";
        assert_eq!(of_rule("audit/export-gap", &[("aelix-lint.toml", &declared("90m"))]), [expected]);
    }

    #[test]
    fn production_without_an_export_is_found_unless_something_exports() {
        let declared = "[integration]\nenvironment = \"production\"\n";
        let count = |files: &[(&str, &str)]| of_rule("audit/export-missing", files).len();
        assert_eq!(count(&[("aelix-lint.toml", declared)]), 1);
        assert_eq!(count(&[("aelix-lint.toml", "[integration]\nenvironment = \"sandbox\"\n")]), 0);
        assert_eq!(count(&[("aelix-lint.toml", &format!("{declared}audit.export = \"splunk\"\n"))]), 0);
        assert_eq!(count(&[("aelix-lint.toml", declared), ("a.sh", "curl \"$BASE/v1/audit-logs?from=$F&to=$T\"\n")]), 0);
    }

    #[test]
    fn exports_with_the_credential_of_the_application_are_found() {
        let audit = "curl \"$BASE/v1/audit-logs?from=$F&to=$T\" -H \"Authorization: Bearer $AELIX_TOKEN\"\n";
        let app = |name: &str| {
            format!("import os, requests\ntoken = os.environ['{name}']\nrequests.get(AELIX + '/v1/payments', headers={{'Authorization': 'Bearer ' + token}})\n")
        };
        let found = of_rule("audit/export-shares-app-credential", &[("audit.sh", audit), ("app.py", &app("AELIX_TOKEN"))]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("the export of the audit log uses `AELIX_TOKEN`, the credential of the application"), "{found:?}");
        assert!(of_rule("audit/export-shares-app-credential", &[("audit.sh", audit), ("app.py", &app("AELIX_APP_TOKEN"))]).is_empty());
        let workload = |kind: &str, key: &str, arguments: &str| {
            format!(
                "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: x{kind}\nspec:\n  containers:\n    - args: [\"{arguments}\"]\n      env:\n        - name: T\n          valueFrom:\n            secretKeyRef:\n              name: aelix\n              key: {key}\n"
            )
        };
        for (key, count) in [("client_secret", 1), ("admin_token", 0)] {
            let text = workload("CronJob", key, "curl $BASE/v1/audit-logs") + "---\n" + &workload("Deployment", "client_secret", "serve");
            assert_eq!(of_rule("audit/export-shares-app-credential", &[("all.yaml", &text)]).len(), count, "{key}");
        }
        let declared = |own: &str| format!("[integration]\nsecret-location = \"vault:a\"\naudit.secret-location = \"vault:{own}\"\n");
        assert_eq!(["a", "b"].map(|own| of_rule("audit/export-shares-app-credential", &[("aelix-lint.toml", &declared(own))]).len()), [1, 0]);
    }

    #[test]
    fn environments_that_share_a_secret_are_found() {
        let clients = |own: &str| {
            format!(
                "[[integration.clients]]\nname = \"a\"\nenvironment = \"production\"\nsecret-location = \"vault:prod\"\n[[integration.clients]]\nname = \"b\"\nenvironment = \"sandbox\"\nsecret-location = \"vault:{own}\"\n"
            )
        };
        assert_eq!(["prod", "sandbox"].map(|own| of_rule("secrets/shared-between-environments", &[("aelix-lint.toml", &clients(own))]).len()), [1, 0]);
    }
}
