//! What a name of this file means to another file that imports it.

use crate::model::facts::Argument;

use super::fold::Folder;
use super::outline::{BindingKind, BindingNode};

/// Bindings of one name that are looked at.
const MAX_NAMESAKES: usize = 64;

impl<'t> Folder<'_, 't> {
    /// The value of a constant, a variable or a field by the last of its names; `None` where several are named so, or one is assigned again.
    pub(super) fn exported(&mut self, path: &[String]) -> Option<Argument> {
        let last = path.last()?;
        let outline = self.outline;
        let is_named = |binding: &&BindingNode<'t>| {
            let text = outline.text(binding.name);
            text.trim_matches(['"', '\'', '`', '$', ':']) == last
        };
        let named: Vec<&BindingNode<'t>> = outline.bindings.iter().filter(is_named).take(MAX_NAMESAKES).collect();
        if named.iter().any(|binding| binding.ambiguous) {
            return None;
        }
        let of_kind = |kind: BindingKind| named.iter().filter(move |binding| binding.kind == kind);
        let kind = [BindingKind::Constant, BindingKind::Variable, BindingKind::Field].into_iter().find(|kind| of_kind(*kind).next().is_some())?;
        let mut all = of_kind(kind);
        let only = all.next().filter(|_| all.next().is_none())?;
        let value = only.value?;
        let mut argument = self.argument(value);
        argument.path.insert(0, self.step(only));
        Some(argument)
    }
}
