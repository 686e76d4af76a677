//! The checksum of NATS NKEY seeds: base32 with a CRC-16/XMODEM at the end, little-endian.

use data_encoding::BASE32_NOPAD;

use super::Verdict;
use crate::text::decode::lenient;

/// Whether the CRC of a 58-character seed is right.
pub fn nkey_crc16(value: &[u8]) -> Verdict {
    // Bits after the last byte are part of no seed: they count as a wrong checksum does.
    let Ok(raw) = lenient(&BASE32_NOPAD.specification()).decode(value) else { return Verdict::Rejected("not base32") };
    let Some((body, [low, high])) = raw.split_last_chunk::<2>() else { return Verdict::Rejected("too short") };
    if crc16(body) == u16::from_le_bytes([*low, *high]) && BASE32_NOPAD.decode(value).is_ok() {
        return Verdict::Proven;
    }
    Verdict::WrongChecksum("the checksum of the seed is wrong: it may be mistyped or made up".into())
}

/// CRC-16/XMODEM: polynomial 0x1021, initial value 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_algorithm() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
    }

    #[test]
    fn a_seed_with_its_crc_is_proven() {
        let mut raw = vec![0x92; 34];
        raw.extend(crc16(&raw).to_le_bytes());
        let seed = BASE32_NOPAD.encode(&raw);
        assert_eq!(nkey_crc16(seed.as_bytes()), Verdict::Proven);
        assert!(matches!(nkey_crc16(seed.replacen('S', "T", 1).as_bytes()), Verdict::WrongChecksum(_)));
        let last = if seed.ends_with('7') { '3' } else { '7' };
        assert!(matches!(nkey_crc16(format!("{}{last}", &seed[..57]).as_bytes()), Verdict::WrongChecksum(_)));
    }
}
