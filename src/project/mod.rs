//! Floor 4: what only the whole project can tell. (Contract stub.)

use std::sync::Arc;

use crate::model::{Finding, Scanned};
use crate::ruleset::RuleSet;

/// Findings that follow from the facts of all blobs together.
pub fn findings(_rules: &Arc<RuleSet>, _scanned: &mut [Scanned]) -> Vec<Finding> {
    Vec::new()
}
