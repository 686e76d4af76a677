//! Floor 0: bytes and words. Nothing here knows a rule, a file or a finding.

pub mod decode;
pub mod failure;
pub mod harmless;
pub mod lines;
pub mod mapped;
pub mod name;
pub mod opaque;
pub mod placeholder;
pub mod randomness;
mod reference;
pub mod secret;
mod shape;
pub mod span;
pub mod value;
pub mod wording;

pub use lines::Lines;
pub use mapped::Mapped;
pub use secret::{MASK, Secret};
pub use span::{Position, Span};
