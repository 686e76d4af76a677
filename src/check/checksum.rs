//! Checksums inside values: CRC32 in base 62 (GitHub, npm) and Luhn (card numbers).

use super::Verdict;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 30;
const DIGITS: usize = 6;

/// Checks `prefix_` + 30 random characters + CRC32 of those 30 in six base 62 digits.
///
/// The scheme is GitHub's ("Behind GitHub's new authentication token formats", 2021), npm took it over. Values of another length,
/// such as the longer refresh and installation tokens, carry no checksum that is documented and stay plausible.
pub fn crc32_base62(value: &[u8]) -> Verdict {
    let start = value.iter().position(|&b| b == b'_').map_or(0, |at| at + 1);
    let Some((body, check)) = value.get(start..).filter(|rest| rest.len() == BODY + DIGITS).and_then(|rest| rest.split_at_checked(BODY)) else {
        return Verdict::Plausible;
    };
    if !body.iter().chain(check).all(u8::is_ascii_alphanumeric) {
        return Verdict::Plausible;
    }
    if check == base62(crc32fast::hash(body)) {
        return Verdict::Proven;
    }
    Verdict::WrongChecksum("the checksum in its last six characters is wrong".into())
}

fn base62(mut number: u32) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// Checks a Grafana service-account token: the last eight hexadecimal digits are the CRC32 of all before the last `_`, little-endian.
pub fn grafana(value: &[u8]) -> Verdict {
    let Some(split) = value.iter().rposition(|&b| b == b'_') else { return Verdict::Rejected("no checksum part") };
    let expected = data_encoding::HEXLOWER.encode(&crc32fast::hash(&value[..split]).to_le_bytes());
    if value[split + 1..].eq_ignore_ascii_case(expected.as_bytes()) {
        return Verdict::Proven;
    }
    Verdict::WrongChecksum("the checksum in its last eight characters is wrong".into())
}

/// Checks the Luhn digit (ISO/IEC 7812-1) of 12 to 19 digits; spaces and hyphens between them do not count.
pub fn luhn(value: &[u8]) -> Verdict {
    let digits: Vec<u8> = value.iter().filter(|b| !matches!(b, b' ' | b'-')).copied().collect();
    if !(12..=19).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Verdict::Rejected("not 12 to 19 digits");
    }
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, &b)| luhn_share(at, u32::from(b - b'0'))).sum();
    if sum.is_multiple_of(10) {
        return Verdict::Plausible;
    }
    Verdict::WrongChecksum("its check digit is wrong".into())
}

fn luhn_share(place: usize, digit: u32) -> u32 {
    let doubled = digit * 2;
    match place % 2 {
        0 => digit,
        _ if doubled > 9 => doubled - 9,
        _ => doubled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_checksum_proves_the_token() {
        let body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        assert_eq!(crc32_base62(format!("gh{}_{body}{}", "p", "0mLq17").as_bytes()), Verdict::Proven);
        assert_eq!(crc32_base62(format!("npm_{body}{}", "0mLq17").as_bytes()), Verdict::Proven);
        assert!(matches!(crc32_base62(format!("gh{}_{body}{}", "p", "0mLq18").as_bytes()), Verdict::WrongChecksum(_)));
    }

    #[test]
    fn another_length_has_no_checksum() {
        for value in ["", "_", "ghr_1", "ghs_1234567890123456789012345678901234567890"] {
            assert_eq!(crc32_base62(value.as_bytes()), Verdict::Plausible, "{value}");
        }
    }

    #[test]
    fn card_numbers_have_a_check_digit() {
        assert_eq!(luhn(b"4111 1111 1111 1111"), Verdict::Plausible);
        assert_eq!(luhn(b"79927398713000"), Verdict::WrongChecksum("its check digit is wrong".into()));
        assert!(matches!(luhn(b"4111"), Verdict::Rejected(_)));
        assert!(matches!(luhn(b"4111x1111x1111x1111"), Verdict::Rejected(_)));
    }
}
