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

/// A value where it is used, with the way it took to get there.
#[derive(Clone, Debug)]
pub struct Argument {
    /// What is known of it.
    pub value: Value,
    /// The expression.
    pub span: Span,
    /// 1-based line of the expression.
    pub line: u32,
    /// The names it passed on its way from the literal to here, nearest first.
    pub path: Vec<Step>,
}

/// One step of a value on its way from a literal to its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// The name; for a fallback the callee (`.unwrap_or`).
    pub name: String,
    /// Where the name is declared, or the fallback stands.
    pub span: Span,
    /// 1-based line of that.
    pub line: u32,
}

/// How a value got on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Through a constant or static.
    Constant,
    /// Through a variable.
    Variable,
    /// Through a parameter, from a call in the same file.
    Parameter,
    /// As the value taken where another is missing.
    Fallback,
}

/// An assignment, key and value, field or parameter default.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name as written.
    pub name: String,
    /// What it is bound to.
    pub value: Argument,
    /// The whole binding.
    pub span: Span,
}

/// A call of a function, method, constructor or macro.
#[derive(Clone, Debug)]
pub struct Call {
    /// The callee as written, without arguments and type arguments: `oauth2::ClientSecret::new`, a method as `.add_scope`, a macro as `concat!`.
    pub callee: String,
    /// The method as `.add_scope`, also where the callee is a path.
    pub method: Option<String>,
    /// A struct literal or an initializer in braces rather than a call.
    pub is_literal: bool,
    /// What a method is called on.
    pub receiver: Option<Span>,
    /// Its arguments in order, without the named ones.
    pub arguments: Vec<Argument>,
    /// Its named arguments, the entries of objects among its arguments by dotted path (`auth.clientSecret`), and, where it has two arguments of which
    /// the first is a name, the second by that name.
    pub named: Vec<(String, Argument)>,
    /// The whole call.
    pub span: Span,
    /// 1-based line of the callee's name.
    pub line: u32,
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
