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
        /// Where the text of each piece begins in `text`; pieces that were decoded together begin at the same byte.
        starts: Vec<usize>,
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
        Self::Literal { text: text.into(), pieces: vec![span], starts: vec![0] }
    }
}

/// Where the bytes `range` of a folded text of `length` bytes stand, piece by piece. Within what was decoded the place is in proportion.
pub fn places(pieces: &[Span], starts: &[usize], length: usize, range: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len().min(starts.len()) {
        let start = starts[at];
        let together = starts[at..].iter().take_while(|other| **other == start).count();
        let group = &pieces[at..(at + together).min(pieces.len())];
        at += together;
        let end = starts.get(at).copied().unwrap_or(length).max(start);
        if range.start < end && range.end > start {
            let written: usize = group.iter().map(|piece| piece.len()).sum();
            // Text that stands nowhere may follow the last piece: it takes no part.
            let made = (end - start).min(written.max(1)).max(1);
            let (from, to) = (range.start.max(start) - start, range.end.min(end) - start);
            let (from, to) = if written < end - start { (from.min(written), to.min(written)) } else { (from * written / made, (to * written).div_ceil(made)) };
            within(group, from, to, &mut found);
        }
    }
    found
}

/// The parts of `pieces`, laid end to end, between two offsets.
fn within(pieces: &[Span], from: usize, to: usize, found: &mut Vec<Span>) {
    let mut passed = 0;
    for piece in pieces {
        let (start, end) = (from.max(passed), to.min(passed + piece.len()));
        if start < end {
            found.push(Span::new(piece.start + start - passed, piece.start + end - passed));
        }
        passed += piece.len();
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
    /// Of a value that is not known in full, what is: its text and its holes in order. Empty for one that is.
    pub parts: Vec<Part>,
}

/// A part of a value that is not known in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Text(Vec<u8>),
    /// A name that nothing in its file declares, as it stands there: another file may.
    Name(Span),
    /// An expression that nobody follows.
    Hole(Span),
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

/// A name of another file that reaches a slot of an API: what it means is for the project stage to look up.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The kind of the slot: `client-secret`.
    pub kind: String,
    /// What still has to stand before the secret in the value: `Bearer `.
    pub after: Option<String>,
    /// Name of the language.
    pub language: &'static str,
    /// The name as written: `Config.SECRET`.
    pub name: String,
    /// What it may be in full, by the imports of its file: `acme.config.SECRET`.
    pub imported: Vec<String>,
    /// The slot in words: `OAuth2Session(client_secret)`, in backticks.
    pub target: String,
    /// Only tests run the call.
    pub is_test: bool,
    /// The use.
    pub place: Place,
}

/// The kind of what an application declares of itself in the configuration, and of each of its clients there: what stands in the file.
pub const INTEGRATION: &str = "[integration]";
/// See [`INTEGRATION`].
pub const CLIENT: &str = "[[integration.clients]]";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_folded_text_have_places() {
        let (a, b, c) = (Span::new(10, 14), Span::new(20, 28), Span::new(40, 42));
        let shown = |pieces: &[Span], starts: &[usize], length, range: (usize, usize)| -> Vec<(usize, usize)> {
            places(pieces, starts, length, Span::new(range.0, range.1)).into_iter().map(|s| (s.start, s.end)).collect()
        };
        // Written as it is.
        assert_eq!(shown(&[a, c], &[0, 4], 6, (1, 5)), [(11, 14), (40, 41)]);
        // Eight bytes that stand for four.
        assert_eq!(shown(&[a, b], &[0, 4], 8, (5, 7)), [(22, 26)]);
        // Decoded together: ten bytes for five.
        assert_eq!(shown(&[b, c], &[0, 0], 5, (3, 5)), [(26, 28), (40, 42)]);
        // Text that stands nowhere between the pieces.
        assert_eq!(shown(&[a, c], &[0, 6], 8, (2, 7)), [(12, 14), (40, 41)]);
        assert!(shown(&[a, c], &[0, 6], 8, (4, 6)).is_empty());
    }
}
