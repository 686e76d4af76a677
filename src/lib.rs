//! `aelix-lint`: static analysis and secret scanning for teams that integrate with the Aelix banking API.
//!
//! The floor plan; imports point down only (`tests/house.rs`):
//!
//! ```text
//! 9 main   8 command → run → plan → cli, config   6 report   5 triage   4 project   3 scan · source
//! 2 ruleset · check · docs   1 model · lang   0 text
//! ```
//!
//! Newcomer's map: *a rule?* `rules/` · *a check's code?* `check/`, `project/` · *a language?* `lang/` · *where bytes come from?* `source/` ·
//! *why shown or hidden?* `triage/` · *how it looks?* `report/` · *what a flag means?* `plan.rs`.

pub mod check;
pub mod lang;
pub mod model;
pub mod project;
pub mod ruleset;
pub mod scan;
pub mod text;
