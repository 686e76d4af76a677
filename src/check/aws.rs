//! AWS access key ids: the base32 body and the account number inside it.

use data_encoding::BASE32_NOPAD;

use super::Verdict;

/// Account numbers have twelve decimal digits.
const LAST_ACCOUNT: u64 = 999_999_999_999;

/// Checks the sixteen base32 characters after the four of the prefix, and that the account number in them exists.
///
/// In ids made since 2019 (first bit set) the forty bits after the first hold the account number; older ids hold none.
pub fn key_id(value: &[u8]) -> Verdict {
    let Some(body) = value.get(4..).filter(|body| body.len() == 16) else {
        return Verdict::Rejected("an access key id has twenty characters");
    };
    let Ok(bytes) = BASE32_NOPAD.decode(body) else {
        return Verdict::Rejected("not in the base32 alphabet of access key ids");
    };
    let head = bytes.iter().take(6).fold(0u64, |n, &byte| n << 8 | u64::from(byte));
    let (recent, account) = (head >> 47 == 1, head >> 7 & ((1 << 40) - 1));
    if recent && account > LAST_ACCOUNT {
        return Verdict::Rejected("no AWS account has the number in this access key id");
    }
    Verdict::Plausible
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(account: u64) -> String {
        let head = 1u64 << 47 | account << 7;
        let bytes: Vec<u8> = head.to_be_bytes()[2..].iter().copied().chain([9, 8, 7, 6]).collect();
        format!("AK{}{}", "IA", BASE32_NOPAD.encode(&bytes))
    }

    #[test]
    fn an_account_of_twelve_digits_is_plausible() {
        assert_eq!(key_id(id_of(111_122_223_333).as_bytes()), Verdict::Plausible);
        assert_eq!(key_id(id_of(LAST_ACCOUNT).as_bytes()), Verdict::Plausible);
    }

    #[test]
    fn ids_that_aws_never_gave_out_are_rejected() {
        let thirteen_digits = id_of(LAST_ACCOUNT + 1);
        for id in [thirteen_digits.as_str(), "AKIA", "", "AKIA0189018901890189", "AKIAabcdefghijklmnop", "AKIAQQQQQQQQQQQQQQQQQ"] {
            assert!(matches!(key_id(id.as_bytes()), Verdict::Rejected(_)), "{id}");
        }
    }

    #[test]
    fn old_ids_hold_no_account() {
        assert_eq!(key_id(concat!("AK", "IAIZZZZZZZZZZZ2345").as_bytes()), Verdict::Plausible);
    }
}
