//! Which calls of programs declare infrastructure, and as what: `rules/programs/*.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{RuleError, load};

/// How the names of arguments become those of attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// `RotationRules`, as `CloudFormation` writes them.
    Pascal,
    /// `rotation_rules`, as Terraform writes them.
    Snake,
    /// `rotationRules`, as ARM and Kubernetes write them.
    Camel,
}

/// A class whose objects are resources.
#[derive(Clone, Debug)]
pub struct Class {
    /// A word of the library, as in its packages: `cdk`, `pulumi`.
    pub library: String,
    /// Package, module and name: `aws.secretsmanager.SecretRotation`; the last part is the class, the others are parts of what it is imported from.
    pub name: String,
    /// The type of the resource.
    pub kind: String,
    /// How its attributes are named.
    pub style: Style,
    /// Attributes with another name than their argument.
    pub rename: BTreeMap<String, String>,
}

/// A method that declares a resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Its name, in any style.
    pub name: String,
    /// The type of the resource.
    pub kind: String,
    /// The attribute that names what it is called on.
    pub receiver: Option<String>,
    /// Attributes with another name than their argument.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Programs {
    /// Classes.
    pub classes: Vec<Class>,
    /// Methods, whose attributes are named as `CloudFormation` names them.
    pub methods: Vec<Method>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    library: String,
    style: Style,
    /// Classes by name, and what each is.
    types: BTreeMap<String, String>,
    /// Attributes with another name than their argument, by type.
    #[serde(default)]
    rename: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    method: Vec<Method>,
}

/// What the program knows.
pub fn built_in() -> Result<Programs, RuleError> {
    let mut out = Programs::default();
    for file in load::data_below::<RawFile>("rules/programs/") {
        let RawFile { library, style, types, rename, method } = file?.1;
        let class = |(name, kind): (String, String)| {
            let rename = rename.get(&name).cloned().unwrap_or_default();
            Class { library: library.clone(), name, kind, style, rename }
        };
        out.classes.extend(types.into_iter().map(class));
        out.methods.extend(method);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_classes_can_be_read() {
        let programs = super::built_in().unwrap();
        assert!(programs.classes.iter().all(|class| class.name.contains('.') && !class.kind.is_empty()));
        assert!(!programs.methods.is_empty());
    }
}
