//! Infrastructure that commands declare: the command lines of AWS, Azure, Google Cloud and Vault, as the resources that they make or change.

use crate::model::facts::{Argument, Call, Value};
use crate::text::Span;

use super::document::{self, Node};
use super::program::OPEN;
use super::syntax::{RawAttribute, RawResource};

/// Signs of such commands.
pub const SIGNS: [&str; 13] = [
    "rotate-secret",
    "stop-logging",
    "authorize-security-group-ingress",
    "az keyvault",
    "credential reset",
    "create-for-rbac",
    "gcloud secrets",
    "firewall-rules create",
    "firewall-rules update",
    "auth/approle/role/",
    "--version-stage",
    "--version-id",
    "--default-action",
];

/// What the calls of a shell declare.
pub fn resources(calls: &[Call]) -> Vec<RawResource> {
    calls.iter().filter_map(resource).collect()
}

fn resource(call: &Call) -> Option<RawResource> {
    let program = call.callee.rsplit('/').next().unwrap_or(&call.callee);
    let command = Command { call };
    let (kind, attributes) = match program {
        "aws" => command.aws()?,
        "az" => command.az()?,
        "gcloud" => command.gcloud()?,
        "vault" | "bao" => command.vault()?,
        _ => return None,
    };
    Some(RawResource { kind: kind.to_owned(), name: command.name(), attributes, span: command.head() })
}

/// The type of a resource and its attributes.
type Declared = (&'static str, Vec<RawAttribute>);

struct Command<'c> {
    call: &'c Call,
}

impl<'c> Command<'c> {
    fn text(argument: &'c Argument) -> Option<&'c str> {
        match &argument.value {
            Value::Literal { text, .. } => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    fn texts(&self) -> impl Iterator<Item = Option<&'c str>> {
        self.call.arguments.iter().map(Self::text)
    }

    /// Whether these words stand one after the other.
    fn has(&self, words: &[&str]) -> bool {
        let texts: Vec<Option<&str>> = self.texts().collect();
        texts.windows(words.len()).any(|window| window.iter().zip(words).all(|(text, word)| *text == Some(*word)))
    }

    /// The text of a flag's value and where it stands; the text is `None` where it is not known.
    fn flag(&self, name: &str) -> Option<(Option<&'c str>, Span)> {
        let value = self.call.named.iter().find(|(flag, _)| flag == name).map(|(_, value)| value)?;
        Some((Self::text(value), value.span))
    }

    /// The first word behind these.
    fn behind(&self, words: &[&str]) -> Option<(Option<&'c str>, Span)> {
        let texts: Vec<Option<&str>> = self.texts().collect();
        let at = texts.windows(words.len()).position(|window| window.iter().zip(words).all(|(text, word)| *text == Some(*word)))? + words.len();
        self.call.arguments.get(at).map(|argument| (Self::text(argument), argument.span))
    }

    /// What the command is about, by the flags that name it.
    fn name(&self) -> String {
        let named =
            ["--secret-id", "--name", "--vault-name", "--group-id", "--group-name", "--id", "--secret", "-n"].iter().find_map(|flag| self.flag(flag)?.0);
        let positional = || {
            [&["secrets", "create"][..], &["secrets", "update"], &["firewall-rules", "create"], &["firewall-rules", "update"]]
                .iter()
                .find_map(|words| self.behind(words)?.0)
        };
        let path = || self.texts().flatten().find_map(|text| text.strip_prefix("auth/approle/role/"));
        positional().or(named).or_else(path).unwrap_or_default().to_owned()
    }

    /// The program and the words that stand right behind it.
    fn head(&self) -> Span {
        let program = Span::new(self.call.span.start, self.call.span.start + self.call.callee.len());
        self.call.arguments.iter().fold(program, |head, argument| {
            let is_next = argument.span.start == head.end + 1;
            Span::new(head.start, if is_next { argument.span.end } else { head.end })
        })
    }

    fn aws(&self) -> Option<Declared> {
        if self.has(&["secretsmanager", "cancel-rotate-secret"]) {
            return Some(("shell:cancel-rotate-secret", vec![known("SecretId", "cancelled", self.head())]));
        }
        if self.has(&["secretsmanager", "rotate-secret"]) {
            let mut out = vec![open(self.call.span)];
            if let Some((text, span)) = self.flag("--rotation-rules") {
                match text {
                    Some(text) => {
                        let rule = |key: &str| value_of(text, key).map(|value| known(&format!("RotationRules.{key}"), &value, span));
                        out.extend(["AutomaticallyAfterDays", "ScheduleExpression"].into_iter().filter_map(rule));
                    }
                    None => out.push(unknown("RotationRules.AutomaticallyAfterDays", span)),
                }
            }
            return Some(("AWS::SecretsManager::RotationSchedule", out));
        }
        if self.has(&["ec2", "authorize-security-group-ingress"]) {
            return Some(("AWS::EC2::SecurityGroupIngress", self.ingress()));
        }
        if self.has(&["cloudtrail", "stop-logging"]) {
            return Some(("shell:stop-logging", vec![known("logging", "stopped", self.head())]));
        }
        if self.has(&["secretsmanager", "get-secret-value"]) {
            let mut out = vec![open(self.call.span)];
            out.extend(self.attribute("--version-stage", "version_stage"));
            out.extend(self.attribute("--version-id", "version_id"));
            return Some(("data.aws_secretsmanager_secret_version", out));
        }
        None
    }

    /// `--cidr 0.0.0.0/0 --protocol tcp --port 22`, or the same in `--ip-permissions`.
    fn ingress(&self) -> Vec<RawAttribute> {
        let mut out = Vec::new();
        if let Some((Some(text), span)) = self.flag("--ip-permissions") {
            // Several permissions in one text cannot be told apart by place: only where there is one is it known which ports are open.
            let single = text.matches("IpProtocol").count() == 1;
            for (key, path) in [("CidrIp", "CidrIp"), ("CidrIpv6", "CidrIpv6"), ("IpProtocol", "IpProtocol"), ("FromPort", "FromPort"), ("ToPort", "ToPort")] {
                out.extend(value_of(text, key).filter(|_| single).map(|value| known(path, &value, span)));
            }
            return out;
        }
        out.extend(self.attribute("--cidr", "CidrIp"));
        let protocol = self.flag("--protocol");
        if let Some((Some(text), span)) = protocol {
            out.push(known("IpProtocol", if text == "all" { "-1" } else { text }, span));
        }
        if let Some((Some(text), span)) = self.flag("--port") {
            let (from, to) = text.strip_prefix('-').map_or_else(|| text.split_once('-').unwrap_or((text, text)), |_| ("0", "65535"));
            out.extend([known("FromPort", from, span), known("ToPort", to, span)]);
        }
        out
    }

    fn az(&self) -> Option<Declared> {
        let mut out = vec![open(self.call.span)];
        if self.has(&["keyvault", "secret", "set"]) {
            out.extend(self.attribute("--name", "name").or_else(|| self.attribute("-n", "name")));
            out.extend(self.attribute("--expires", "properties.attributes.exp"));
            return Some(("Microsoft.KeyVault/vaults/secrets", out));
        }
        if self.has(&["keyvault", "secret", "show"]) {
            out.extend(self.attribute("--version", "version"));
            return Some(("data.azurerm_key_vault_secret", out));
        }
        if self.has(&["keyvault", "network-rule", "add"]) {
            out.extend(self.attribute("--ip-address", "properties.networkAcls.ipRules.value"));
            return Some(("Microsoft.KeyVault/vaults", out));
        }
        if self.has(&["keyvault", "create"]) || self.has(&["keyvault", "update"]) {
            out.extend(self.attribute("--default-action", "properties.networkAcls.defaultAction"));
            // The default of the command line where it creates one, and of the service.
            let access = self.attribute("--public-network-access", "properties.publicNetworkAccess");
            out.push(access.unwrap_or_else(|| known("properties.publicNetworkAccess", "Enabled", self.head())));
            return Some(("Microsoft.KeyVault/vaults", out));
        }
        if self.has(&["storage", "account", "create"]) || self.has(&["storage", "account", "update"]) {
            out.extend(self.attribute("--default-action", "properties.networkAcls.defaultAction"));
            return Some(("Microsoft.Storage/storageAccounts", out));
        }
        let of_application = [&["ad", "app", "credential", "reset"][..], &["ad", "sp", "credential", "reset"], &["ad", "sp", "create-for-rbac"]];
        if of_application.iter().any(|words| self.has(words)) {
            out.extend(self.attribute("--years", "years"));
            out.extend(self.attribute("--end-date", "end_date"));
            return Some(("azuread_application_password", out));
        }
        None
    }

    fn gcloud(&self) -> Option<Declared> {
        let mut out = vec![open(self.call.span)];
        if self.has(&["secrets", "versions", "access"]) {
            out.extend(
                self.behind(&["versions", "access"]).map(|(text, span)| text.map_or_else(|| unknown("version", span), |text| known("version", text, span))),
            );
            return Some(("data.google_secret_manager_secret_version", out));
        }
        if self.has(&["secrets", "create"]) || self.has(&["secrets", "update"]) {
            if self.switch("--remove-rotation-schedule") || self.switch("--remove-rotation-period") {
                return Some(("shell:remove-rotation", vec![known("rotation", "removed", self.head())]));
            }
            out.extend(self.attribute("--rotation-period", "rotation.rotation_period"));
            out.extend(self.attribute("--next-rotation-time", "rotation.next_rotation_time"));
            out.extend(self.attribute("--expire-time", "expire_time"));
            out.extend(self.attribute("--ttl", "ttl"));
            return Some(("google_secret_manager_secret", out));
        }
        if self.has(&["firewall-rules", "create"]) || self.has(&["firewall-rules", "update"]) {
            // What is created is what the command says, and no more.
            out.retain(|_| self.has(&["firewall-rules", "update"]));
            out.extend(self.attribute("--source-tags", "source_tags"));
            out.extend(self.attribute("--source-service-accounts", "source_service_accounts"));
            out.extend(self.attribute("--source-ranges", "source_ranges"));
            out.extend(self.attribute("--direction", "direction"));
            out.extend(self.attribute("--action", "action"));
            if let Some((Some(text), span)) = self.flag("--allow").or_else(|| self.flag("--rules")) {
                for part in text.split(',') {
                    let (protocol, ports) = part.split_once(':').map_or((part, None), |(protocol, ports)| (protocol, Some(ports)));
                    out.push(RawAttribute { path: "allow".to_owned(), value: Value::Unknown, expression: String::new(), span });
                    out.push(known("allow.protocol", protocol, span));
                    out.extend(ports.map(|ports| known("allow.ports", ports, span)));
                }
            }
            return Some(("google_compute_firewall", out));
        }
        None
    }

    /// `vault write auth/approle/role/name key=value …`: what is set to nothing is set, what is not named may keep its value.
    fn vault(&self) -> Option<Declared> {
        if !self.has(&["write"]) || !self.texts().flatten().any(|text| text.starts_with("auth/approle/role/") && text.matches('/').count() == 3) {
            return None;
        }
        let mut out = Vec::new();
        for argument in &self.call.arguments {
            let Some((key, value)) = Self::text(argument).and_then(|text| text.split_once('=')) else { continue };
            if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                out.push(known(key, value, argument.span));
            }
        }
        let has = |path: &str| out.iter().any(|a| a.path == path);
        if has("secret_id_ttl") && !has("secret_id_num_uses") {
            out.push(known("secret_id_num_uses", "0", self.call.span));
        }
        out.push(open(self.call.span));
        Some(("vault_approle_auth_backend_role", out))
    }

    /// A flag as an attribute.
    fn attribute(&self, flag: &str, path: &str) -> Option<RawAttribute> {
        let (text, span) = self.flag(flag)?;
        Some(text.map_or_else(|| unknown(path, span), |text| known(path, text, span)))
    }

    /// Whether a flag without a value is given.
    fn switch(&self, name: &str) -> bool {
        self.texts().any(|text| text == Some(name)) || self.call.named.iter().any(|(flag, _)| flag == name)
    }
}

fn known(path: &str, text: &str, span: Span) -> RawAttribute {
    RawAttribute { path: path.to_owned(), value: Value::literal(text.as_bytes(), span), expression: format!("\"{text}\""), span }
}

/// What a variable of the shell says.
fn unknown(path: &str, span: Span) -> RawAttribute {
    RawAttribute { path: path.to_owned(), value: Value::Unknown, expression: "var.?".to_owned(), span }
}

/// A command changes what it names: the rest is as it was.
fn open(span: Span) -> RawAttribute {
    RawAttribute { path: OPEN.to_owned(), value: Value::Unknown, expression: String::new(), span }
}

/// The value of a key in the shorthand of the AWS command line (`Key=value,Other="a b"`) or in JSON.
fn value_of(text: &str, key: &str) -> Option<String> {
    if text.trim_start().starts_with(['{', '[']) && text.contains('"') {
        return document::json(text.as_bytes()).iter().find_map(|node| in_json(node, key));
    }
    let at = text.match_indices(key).map(|(at, _)| at).find(|at| text[at + key.len()..].starts_with('=') && !text[..*at].ends_with(char::is_alphanumeric))?;
    let value = &text[at + key.len() + 1..];
    let (value, end) = match value.chars().next()? {
        quote @ ('"' | '\'') => (&value[1..], value[1..].find(quote)),
        _ if value.starts_with("cron(") || value.starts_with("rate(") => (value, value.find(')').map(|end| end + 1)),
        _ => (value, value.find([',', '}', ']', ' '])),
    };
    Some(value[..end.unwrap_or(value.len())].to_owned())
}

fn in_json(node: &Node, key: &str) -> Option<String> {
    let own = node.get(key).and_then(Node::str).map(str::to_owned);
    own.or_else(|| node.entries().iter().map(|entry| &entry.value).chain(node.items()).find_map(|inner| in_json(inner, key)))
}

#[cfg(test)]
#[cfg(feature = "lang-bash")]
mod tests {
    use super::*;
    use crate::lang;
    use crate::scan::syntax::{Bounds, Parser, facts};

    fn shown(text: &str) -> Vec<String> {
        let facts = facts(text.as_bytes(), lang::of("a.sh").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let attribute = |a: &RawAttribute| format!("{}={}", a.path, a.expression.trim_matches('"'));
        let shown = |r: &RawResource| {
            let attributes: Vec<String> = r.attributes.iter().filter(|a| a.path != OPEN).map(attribute).collect();
            format!("{} {}: {}", r.kind, r.name, attributes.join(" "))
        };
        resources(&facts.calls).iter().map(shown).collect()
    }

    #[test]
    fn commands_declare_resources() {
        for (text, expected) in [
            (
                "aws secretsmanager rotate-secret --secret-id prod/aelix --rotation-rules AutomaticallyAfterDays=365,Duration=3h",
                "AWS::SecretsManager::RotationSchedule prod/aelix: RotationRules.AutomaticallyAfterDays=365",
            ),
            (
                "aws secretsmanager rotate-secret --secret-id a --rotation-rules '{\"ScheduleExpression\": \"cron(0 8 1,15 1 ? *)\"}'",
                "AWS::SecretsManager::RotationSchedule a: RotationRules.ScheduleExpression=cron(0 8 1,15 1 ? *)",
            ),
            (
                "aws secretsmanager rotate-secret --secret-id a --rotation-rules \"ScheduleExpression=\\\"rate(200 days)\\\"\"",
                "AWS::SecretsManager::RotationSchedule a: RotationRules.ScheduleExpression=rate(200 days)",
            ),
            ("aws secretsmanager cancel-rotate-secret --secret-id a", "shell:cancel-rotate-secret a: SecretId=cancelled"),
            (
                "aws --profile p ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr 0.0.0.0/0",
                "AWS::EC2::SecurityGroupIngress sg-1: CidrIp=0.0.0.0/0 IpProtocol=tcp FromPort=22 ToPort=22",
            ),
            (
                "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpProtocol=tcp,FromPort=22,ToPort=23,Ipv6Ranges=[{CidrIpv6=::/0}]'",
                "AWS::EC2::SecurityGroupIngress sg-1: CidrIpv6=::/0 IpProtocol=tcp FromPort=22 ToPort=23",
            ),
            ("az ad app credential reset --id a --years 99", "azuread_application_password a: years=99"),
            ("az ad sp create-for-rbac --name ci --years \"$YEARS\"", "azuread_application_password ci: years=var.?"),
            (
                "az keyvault update --name kv \\\n  --default-action Allow",
                "Microsoft.KeyVault/vaults kv: properties.networkAcls.defaultAction=Allow properties.publicNetworkAccess=Enabled",
            ),
            ("az keyvault network-rule add --name kv --ip-address 0.0.0.0/0", "Microsoft.KeyVault/vaults kv: properties.networkAcls.ipRules.value=0.0.0.0/0"),
            (
                "gcloud secrets create aelix --rotation-period=31536000s --next-rotation-time=2026-02-01T00:00:00Z --topics=t",
                "google_secret_manager_secret aelix: rotation.rotation_period=31536000s rotation.next_rotation_time=2026-02-01T00:00:00Z",
            ),
            ("gcloud secrets update aelix --remove-rotation-schedule", "shell:remove-rotation aelix: rotation=removed"),
            (
                "gcloud compute firewall-rules create ssh --allow=tcp:22,icmp --source-ranges=0.0.0.0/0",
                "google_compute_firewall ssh: source_ranges=0.0.0.0/0 allow= allow.protocol=tcp allow.ports=22 allow= allow.protocol=icmp",
            ),
            ("gcloud secrets versions access 3 --secret=aelix", "data.google_secret_manager_secret_version aelix: version=3"),
            (
                "vault write auth/approle/role/aelix secret_id_ttl=0 token_policies=aelix",
                "vault_approle_auth_backend_role aelix: secret_id_ttl=0 token_policies=aelix secret_id_num_uses=0",
            ),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
        for text in ["aws s3 ls", "vault write auth/approle/role/aelix/secret-id cidr_list=1.2.3.4/32", "echo aws secretsmanager rotate-secret", "az login"] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}
