//! The checksum of Bech32 strings (BIP-173), which age identities use.

use super::Verdict;

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether the Bech32 checksum of the whole value is right.
pub fn bech32(value: &[u8]) -> Verdict {
    let value = value.to_ascii_lowercase();
    let Some(split) = value.iter().rposition(|&b| b == b'1') else { return Verdict::Rejected("no separator") };
    let (prefix, data) = (&value[..split], &value[split + 1..]);
    let Some(digits) = data.iter().map(|b| CHARSET.iter().position(|c| c == b)).collect::<Option<Vec<usize>>>() else {
        return Verdict::Rejected("not the Bech32 alphabet");
    };
    let expanded = prefix.iter().map(|b| usize::from(b >> 5)).chain([0]).chain(prefix.iter().map(|b| usize::from(b & 31))).chain(digits);
    if polymod(expanded) == 1 { Verdict::Proven } else { Verdict::WrongChecksum("the checksum of the key is wrong: it may be mistyped or made up".into()) }
}

fn polymod(values: impl Iterator<Item = usize>) -> usize {
    const GENERATOR: [usize; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, g)| sum ^ g)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_of_the_specification() {
        assert_eq!(bech32(b"A12UEL5L"), Verdict::Proven);
        assert_eq!(bech32(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"), Verdict::Proven);
        assert!(matches!(bech32(b"A12UEL5Q"), Verdict::WrongChecksum(_)));
        assert!(matches!(bech32(b"nothing"), Verdict::Rejected(_)));
    }
}
