//! UUIDs (RFC 9562) that identify something.

use super::Verdict;
use crate::text::placeholder::{is_uuid, placeholder};

/// Rejects what is no UUID (with or without hyphens), the nil UUID and patterns such as `aaaaaaaa-0000-…`.
pub fn not_nil(value: &[u8]) -> Verdict {
    let bare = value.len() == 32 && value.iter().all(u8::is_ascii_hexdigit);
    if !bare && !is_uuid(value) {
        return Verdict::Rejected("not a UUID");
    }
    if value.iter().all(|b| matches!(b, b'0' | b'-')) || placeholder(value).is_some() {
        return Verdict::Rejected("a placeholder UUID");
    }
    Verdict::Plausible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_uuid_is_plausible() {
        for uuid in ["6f1c0f5e-8a3b-4d27-9e41-b7c2d95a13f8", "6F1C0F5E-8A3B-4D27-9E41-B7C2D95A13F8", "6f1c0f5e8a3b4d279e41b7c2d95a13f8"] {
            assert_eq!(not_nil(uuid.as_bytes()), Verdict::Plausible, "{uuid}");
        }
    }

    #[test]
    fn nil_patterns_and_other_shapes_are_rejected() {
        for uuid in [
            "00000000-0000-0000-0000-000000000000",
            "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
            "6f1c0f5e-8a3b-4d27-9e41",
            "",
            "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        ] {
            assert!(matches!(not_nil(uuid.as_bytes()), Verdict::Rejected(_)), "{uuid}");
        }
    }
}
