//! Neutral facts: what a tree of any language, or a configuration file, says.

use crate::text::Span;

use super::finding::Place;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text known in full, with the pieces of source it was folded from.
    Literal {
        /// The folded text.
        text: Vec<u8>,
        /// Where its parts stand.
        pieces: Vec<Span>,
    },
    /// Read from elsewhere at run time.
    Reference,
    /// Text with unknown parts.
    Interpolated,
    /// Not understood.
    Unknown,
}

impl Value {
    /// A literal that stands in one piece.
    pub fn literal(text: impl Into<Vec<u8>>, span: Span) -> Self {
        Self::Literal { text: text.into(), pieces: vec![span] }
    }
}

/// An assignment, key and value, field or parameter default.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name as written.
    pub name: String,
    /// What it is bound to.
    pub value: Value,
    /// The whole binding.
    pub span: Span,
}

/// A call of a function, method or constructor.
#[derive(Clone, Debug)]
pub struct Call {
    /// The callee as written, without arguments: `oauth2::ClientSecret::new`.
    pub callee: String,
    /// Its arguments in order.
    pub arguments: Vec<Value>,
    /// The whole call.
    pub span: Span,
}

/// A declared piece of infrastructure.
#[derive(Clone, Debug)]
pub struct Resource {
    /// `aws_secretsmanager_secret`.
    pub kind: String,
    /// Its name within its kind.
    pub name: String,
    /// Attributes by dotted path (`rotation_rules.automatically_after_days`), in source order.
    pub attributes: Vec<Attribute>,
    /// Where it is declared.
    pub place: Place,
    /// The directory (module) it belongs to, relative to the root.
    pub module: String,
}

impl Resource {
    /// The first attribute with this dotted path.
    pub fn attribute(&self, path: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.path == path)
    }
}

/// One attribute of a resource.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Dotted path within the resource.
    pub path: String,
    /// The value, `Unknown` for an expression.
    pub value: Value,
    /// The expression as written, for references (`aws_secretsmanager_secret.api.id`).
    pub expression: String,
    /// Where the attribute stands.
    pub place: Place,
}
