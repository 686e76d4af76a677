#!/usr/bin/env python3
"""Compares the names of attributes in rules with the schemas of the providers.

    pip install --no-deps --target DIR cfn-lint \\
        pulumi-auth0 pulumi-aws pulumi-azure pulumi-azuread pulumi-gcp pulumi-kubernetes pulumi-mongodbatlas pulumi-okta pulumi-snowflake pulumi-vault pulumiverse-time
    python3 tools/schemas/check.py DIR

The packages of Pulumi are generated from the schemas of the Terraform providers, cfn-lint carries those of CloudFormation. Prints each attribute that no
schema has, and how many were compared; what no package describes (Kubernetes, ARM, providers without one) is counted, not compared.
"""

import ast
import json
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Blocks that Pulumi names in the plural, or that are options of a resource rather than attributes.
RENAMED = {
    "rule": "rules", "ip_restriction": "ip_restrictions", "enabled_log": "enabled_logs", "password": "passwords", "allow": "allows",
    "action": "action", "log": "logs", "custom_rule": "custom_rules", "match_condition": "match_conditions",
}
OPTIONS = {"lifecycle", "count", "for_each"}
# What no schema has, by design: arguments of command lines, blocks of older versions of a provider.
KNOWN = {
    ("azuread_application_password", "years"),
    ("azurerm_monitor_diagnostic_setting", "log.category"),
    ("google_compute_firewall", "action"),
}
# Documents of policies and annotations, whose keys no schema of a resource has.
FREE = ("ResourcePolicy.", "policy.", "metadata.annotations.")
# Types of Terraform whose classes no program of `rules/programs` names; a star stands for each of several.
CLASSES = {
    "aws_lambda_function": ["aws.lambda_.Function"],
    "azurerm_*_firewall_rule": ["azure.mssql.FirewallRule", "azure.postgresql.FirewallRule", "azure.mysql.FlexibleServerFirewallRule"],
    "azurerm_*_web_app": ["azure.appservice.LinuxWebApp", "azure.appservice.WindowsWebApp"],
    "azurerm_*_function_app": ["azure.appservice.LinuxFunctionApp", "azure.appservice.WindowsFunctionApp"],
    "azurerm_redis_firewall_rule": ["azure.redis.FirewallRule"],
    "aws_default_security_group": ["aws.ec2.DefaultSecurityGroup"],
    "azurerm_network_security_rule": ["azure.network.NetworkSecurityRule"],
    "azurerm_network_security_group": ["azure.network.NetworkSecurityGroup"],
    "google_project": ["gcp.organizations.Project"],
    "mongodbatlas_project_ip_access_list": ["mongodbatlas..ProjectIpAccessList"],
    "snowflake_network_policy": ["snowflake..NetworkPolicy"],
    "time_rotating": ["time..Rotating"],
    "vault_aws_secret_backend": ["vault.aws.SecretBackend"],
    "vault_azure_secret_backend": ["vault.azure.Backend"],
    "kubernetes:Service": ["kubernetes.core/v1.Service"],
    "kubernetes:Ingress": ["kubernetes.networking/v1.Ingress"],
    "kubernetes:NetworkPolicy": ["kubernetes.networking/v1.NetworkPolicy"],
    "kubernetes:DaemonSet": ["kubernetes.apps/v1.DaemonSet"],
}


def wanted():
    """Type and attribute of every test and slot."""
    for path in sorted(ROOT.glob("rules/*/*.toml")):
        data = tomllib.loads(path.read_text())
        for rule in data.get("rule", []):
            for condition in rule.get("resource", []):
                for test in condition["when"]:
                    # The attribute by which others refer to it is theirs.
                    for kind in test.get("unlinked") or test.get("linked") or condition["types"]:
                        yield kind, test.get("attribute", ""), f"{path.relative_to(ROOT)} {rule['id']}"
                        yield kind, test.get("from", ""), f"{path.relative_to(ROOT)} {rule['id']}"
        for slot in data.get("slot", []):
            if isinstance(slot, dict) and "types" in slot:
                for kind in slot["types"]:
                    for attribute in slot.get("attributes", []) + slot.get("between", []) + [test.get("attribute", "") for test in slot.get("when", [])]:
                        yield kind, attribute, str(path.relative_to(ROOT))


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Package:
    """The classes of one package of Pulumi and the arguments of their constructors."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = {}

    def classes(self, path):
        if path not in self.cache:
            found = {}
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    for item in node.body:
                        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                            found[node.name] = {a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in item.args.kwonlyargs}
                elif isinstance(node, ast.FunctionDef):
                    found[node.name] = {a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in node.args.args}
            self.cache[path] = found
        return self.cache[path]

    def arguments(self, module, name):
        folder = self.folder / module if module else self.folder
        for path in [folder / f"{snake(name)}.py", *sorted(folder.glob("*.py"))]:
            if path.exists() and not path.name.startswith("_"):
                classes = self.classes(path)
                for known in (f"{name}Args", f"{name}InitArgs", name, snake(name)):
                    if known in classes:
                        return classes[known], folder
        return None, folder

    def has(self, arguments, folder, path):
        first, _, rest = path.partition(".")
        known = next((n for n in (first, RENAMED.get(first, first), first + "s", first + "_") if n in arguments), None)
        if known is None:
            return False
        if not rest:
            return True
        if "Mapping[str" in arguments[known] and "Args" not in arguments[known]:
            return True
        inner = re.search(r"([A-Za-z0-9]+)Args\b", arguments[known])
        # Those of Kubernetes take some of each other.
        files = [folder / "_inputs.py", *sorted(self.folder.glob("*/v1/_inputs.py"))]
        found = (self.classes(path).get(f"{inner.group(1)}Args") for path in files if path.exists()) if inner else ()
        return any(self.has(arguments, folder, rest) for arguments in found if arguments is not None)


def resolved(schema, root):
    while "$ref" in schema:
        node = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def in_schema(schema, root, path):
    """Whether a path is in a JSON schema of CloudFormation."""
    schema = resolved(schema, root)
    if schema.get("type") == "array" or "items" in schema:
        return in_schema(schema["items"], root, path)
    first, _, rest = path.partition(".")
    for part in [schema, *schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        part = resolved(part, root)
        if first in part.get("properties", {}):
            return not rest or in_schema(part["properties"][first], root, rest)
    return False


def main(folder):
    programs = tomllib.loads((ROOT / "rules/programs/pulumi.toml").read_text())["types"]
    classes = {kind: name for name, kind in programs.items()}
    stacks = stack_schemas(folder)
    packages, missing, compared, other = {}, [], 0, {}
    for kind, attribute, source in sorted(set(wanted())):
        if not attribute or attribute.startswith(("$", *FREE)) or (kind, attribute) in KNOWN or attribute.split(".")[0] in OPTIONS:
            continue
        if kind in stacks:
            compared += 1
            if not in_schema(stacks[kind], stacks[kind], attribute):
                missing.append((kind, attribute, source))
        elif kind in classes or kind in CLASSES:
            if kind.startswith("kubernetes:"):
                attribute = snake(attribute)
            found = []
            for provider, *module, name in (known.split(".") for known in CLASSES.get(kind) or [classes[kind]]):
                folder_of = next((f for f in (folder / f"pulumi_{provider}", folder / f"pulumiverse_{provider}") if f.exists()), None)
                package = packages.setdefault(provider, Package(folder_of)) if folder_of else None
                arguments, where = package.arguments("/".join(filter(None, module)), name) if package else (None, None)
                if arguments is not None:
                    found.append(package.has(arguments, where, attribute))
            if not found:
                other[kind] = other.get(kind, 0) + 1
                continue
            compared += 1
            # What several types share may be in some of them only.
            if not any(found):
                missing.append((kind, attribute, source))
        else:
            other[kind] = other.get(kind, 0) + 1
    for kind, attribute, source in missing:
        print(f"{kind}.{attribute}: not in the schema ({source})")
    print(f"{compared} attributes compared, {len(missing)} not found; {sum(other.values())} of {len(other)} types without a package: {', '.join(sorted(other))}")
    return 1 if missing else 0


def stack_schemas(folder):
    found = {}
    for path in folder.glob("cfnlint/data/schemas/providers/us-east-1.json"):
        for kind, schema in json.loads(path.read_text()).items():
            if isinstance(schema, dict):
                found[kind] = schema
    for path in folder.glob("cfnlint/data/schemas/resources/*.json"):
        schema = json.loads(path.read_text())
        if "typeName" in schema:
            found[schema["typeName"]] = schema
    return found


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
