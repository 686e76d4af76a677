//! Stripe's two worlds: test keys move no money.

use super::Verdict;
use crate::model::Severity;

/// A key with `_test_` in its prefix is of low severity.
pub fn mode(value: &[u8]) -> Verdict {
    let prefix = value.get(..value.len().min(10)).unwrap_or_default();
    if memchr::memmem::find(prefix, b"_test_").is_some() {
        return Verdict::Lower(Severity::Low, "a test mode key, which moves no money".into());
    }
    Verdict::Plausible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_prefix_tells_the_mode() {
        assert!(matches!(mode(concat!("sk_", "test_a0").as_bytes()), Verdict::Lower(Severity::Low, _)));
        for value in [concat!("sk_", "live_a0_test_b"), "", "x"] {
            assert_eq!(mode(value.as_bytes()), Verdict::Plausible, "{value}");
        }
    }
}
