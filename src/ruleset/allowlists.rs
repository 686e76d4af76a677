//! Which attributes of declared infrastructure are allowlists of addresses: `rules/allowlists/*.toml`.

use serde::Deserialize;

use crate::model::rule::Test;

use super::resource::RawTest;
use super::{RuleError, load};

/// Who judges by an allowlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guards {
    /// A service on the internet that issues or accepts credentials: it sees public addresses alone.
    Vendor,
    /// A store of secrets or state.
    Store,
    /// A service of one's own.
    Service,
    /// The ports of machines.
    Ports,
}

/// An attribute that is an allowlist.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Types of resources; `*` at an end stands for any text.
    pub types: Vec<String>,
    /// A nested block, each of which is a list of its own.
    pub block: Option<String>,
    /// Dotted paths within the resource.
    pub attributes: Vec<String>,
    /// The paths of the first and of the last address of a range.
    pub between: Option<[String; 2]>,
    /// Who judges by it.
    pub guards: Guards,
    /// It is an allowlist only where all of these hold.
    pub when: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    slot: Vec<RawSlot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSlot {
    types: Vec<String>,
    block: Option<String>,
    #[serde(default)]
    attributes: Vec<String>,
    between: Option<[String; 2]>,
    guards: Guards,
    #[serde(default)]
    when: Vec<RawTest>,
}

/// The attributes that the program knows.
pub fn built_in() -> Result<Vec<Slot>, RuleError> {
    let mut out = Vec::new();
    for file in load::data_below::<RawFile>("rules/allowlists/") {
        let (name, file) = file?;
        for raw in file.slot {
            let when = raw.when.into_iter().map(RawTest::read).collect::<Result<_, _>>().map_err(|what| RuleError::new(format!("{name}: {what}")))?;
            out.push(Slot { types: raw.types, block: raw.block, attributes: raw.attributes, between: raw.between, guards: raw.guards, when });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_slots_can_be_read() {
        let slots = super::built_in().unwrap();
        assert!(slots.iter().all(|slot| !slot.types.is_empty() && (!slot.attributes.is_empty() || slot.between.is_some())));
    }
}
