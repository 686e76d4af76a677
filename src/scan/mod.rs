//! Floor 3: the engines. Bytes in, findings out. (Contract stub: the signatures are final.)

pub mod sink;
pub mod syntax;

use std::sync::Arc;

use crate::model::{Blob, Scanned};
use crate::ruleset::RuleSet;

/// What the plan decides about scanning.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// Compute GitHub's line hashes (only SARIF needs them).
    pub line_hashes: bool,
}

/// The compiled rules; shared by all threads.
pub struct Scanner {
    rules: Arc<RuleSet>,
}

/// Scratch space of one thread: buffers, caches, parsers.
#[derive(Default)]
pub struct Worker {}

impl Scanner {
    /// Compiles what must be compiled before the first byte.
    pub fn new(rules: Arc<RuleSet>, _options: ScanOptions) -> Self {
        Self { rules }
    }

    /// Scans one blob. Never panics on content; linear in its length.
    pub fn scan(&self, _blob: &Blob, _worker: &mut Worker) -> Scanned {
        let _ = &self.rules;
        Scanned::default()
    }
}
