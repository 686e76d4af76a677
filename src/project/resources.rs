//! Modules of infrastructure code: the blocks of one directory, and what an expression in it amounts to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::facts::{Attribute, Resource, Value};

/// Names followed from one expression to the next.
const MAX_HOPS: usize = 4;

/// All blocks of one directory.
pub struct Module<'a> {
    blocks: Vec<&'a Resource>,
    is_whole: bool,
}

/// What is known of an attribute.
#[derive(Clone, Debug)]
pub enum Known<'a> {
    /// Text, and the variable whose default it is, if it is one.
    Text(&'a [u8], Option<&'a Resource>),
    /// Not known before it is applied.
    Unknown,
}

impl<'a> Module<'a> {
    /// Groups blocks by directory, in the order of the directories; `gaps` are the directories of which a file was not parsed.
    pub fn group(all: &'a [Resource], gaps: &BTreeSet<String>) -> Vec<Self> {
        let mut by_folder: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for block in all {
            by_folder.entry(&block.module).or_default().push(block);
        }
        by_folder.into_iter().map(|(folder, blocks)| Self { blocks, is_whole: !gaps.contains(folder) }).collect()
    }

    /// Whether every file of it was parsed: only then is it known what it lacks.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Every block.
    pub fn blocks(&self) -> impl Iterator<Item = &'a Resource> {
        self.blocks.iter().copied()
    }

    /// The blocks of one kind: `aws_secretsmanager_secret`, `variable`.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Resource> {
        self.blocks().filter(move |b| b.kind == kind)
    }

    /// Whether others call it with arguments: it declares variables, and neither a provider nor where its state is kept.
    pub fn is_reusable(&self) -> bool {
        let declares = |b: &Resource| b.kind == "variable" || b.place.relative.ends_with("variables.tf");
        let is_root = |b: &Resource| b.kind == "provider" || b.kind == "terraform" && (b.attribute("backend").is_some() || b.attribute("cloud").is_some());
        self.blocks().any(declares) && !self.blocks().any(is_root)
    }

    /// What the attribute amounts to: its literal, a local value, the default of a variable.
    pub fn known(&self, attribute: &'a Attribute) -> Known<'a> {
        let (mut attribute, mut variable) = (attribute, None);
        for _ in 0..MAX_HOPS {
            if let Value::Literal { text, .. } = &attribute.value {
                return Known::Text(text, variable);
            }
            let next = if let Some(name) = single_name(&attribute.expression, "var.") {
                let declared = self.of_kind("variable").find(|v| v.name == name);
                variable = variable.or(declared);
                declared.and_then(|v| v.attribute("default"))
            } else if let Some(name) = single_name(&attribute.expression, "local.") {
                self.local(name)
            } else {
                None
            };
            match next {
                Some(next) => attribute = next,
                None => return Known::Unknown,
            }
        }
        Known::Unknown
    }

    /// The local value of this name.
    pub fn local(&self, name: &str) -> Option<&'a Attribute> {
        self.of_kind("locals").find_map(|l| l.attribute(name))
    }

    /// The expression and those of the local values that it names, one after the other.
    pub fn expanded(&self, expression: &str) -> String {
        let mut out = expression.to_owned();
        for local in self.of_kind("locals").flat_map(|l| &l.attributes) {
            if mentions(expression, &format!("local.{}", local.path)) {
                out.push('\n');
                out.push_str(&local.expression);
            }
        }
        out
    }
}

/// `days` of `var.days`; `None` where the expression is more than that.
fn single_name<'e>(expression: &'e str, prefix: &str) -> Option<&'e str> {
    let expression = expression.trim();
    let expression = expression.strip_prefix("\"${").and_then(|e| e.strip_suffix("}\"")).unwrap_or(expression).trim();
    expression.strip_prefix(prefix).filter(|name| !name.is_empty() && name.bytes().all(is_name_byte))
}

/// Whether the expression refers to `address` as a whole: `aws_x.y` in `aws_x.y[0].id`, not in `aws_x.yy` or `data.aws_x.y`.
pub fn mentions(expression: &str, address: &str) -> bool {
    expression.match_indices(address).any(|(at, _)| {
        let before = expression[..at].bytes().next_back();
        let after = expression[at + address.len()..].bytes().next();
        !before.is_some_and(|b| is_name_byte(b) || b == b'.') && !after.is_some_and(is_name_byte)
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_mentioned_as_a_whole() {
        for (expression, expected) in [
            ("aws_x.y.id", true),
            ("aws_x.y[each.key].id", true),
            ("\"${aws_x.y.arn}\"", true),
            ("[aws_x.y, aws_x.z]", true),
            ("aws_x.yy.id", false),
            ("data.aws_x.y.id", false),
            ("my_aws_x.y", false),
        ] {
            assert_eq!(mentions(expression, "aws_x.y"), expected, "{expression}");
        }
    }

    #[test]
    fn only_a_bare_name_is_followed() {
        for (expression, expected) in [("var.days", Some("days")), ("\"${var.days}\"", Some("days")), ("var.a.b", None), ("var.days * 2", None), ("days", None)]
        {
            assert_eq!(single_name(expression, "var."), expected, "{expression}");
        }
    }
}
