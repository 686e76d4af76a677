//! Private JSON Web Keys (RFC 7517, RFC 7518): what kind of key the object around a value is.

use super::Verdict;

/// Rejects `d` of an object that is no key pair (`"kty"` of RSA, EC or OKP; RFC 8037).
pub fn private(object: &[u8]) -> Verdict {
    of_type(object, &["RSA", "EC", "OKP"])
}

/// Rejects `k` of an object that is no symmetric key (`"kty": "oct"`).
pub fn symmetric(object: &[u8]) -> Verdict {
    of_type(object, &["oct"])
}

fn of_type(object: &[u8], types: &[&str]) -> Verdict {
    match key_type(object) {
        Some(found) if types.iter().any(|known| known.as_bytes() == found) => Verdict::Plausible,
        _ => Verdict::Rejected("not a JSON Web Key of this type"),
    }
}

/// The string behind `"kty":`.
fn key_type(object: &[u8]) -> Option<&[u8]> {
    let name = b"\"kty\"";
    let at = memchr::memmem::find(object, name)?;
    let rest = object.get(at + name.len()..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    rest.get(..memchr::memchr(b'"', rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_key_decides() {
        for (object, is_private, is_symmetric) in [
            (r#"{"kty":"RSA","d":"x"}"#, true, false),
            ("{\"d\": \"x\",\n \"kty\" : \"OKP\"}", true, false),
            (r#"{"kty":"oct","k":"x"}"#, false, true),
            (r#"{"kind":"path","d":"x"}"#, false, false),
            (r#"{"kty":1}"#, false, false),
            (r#"{"kty":"EC"#, false, false),
        ] {
            assert_eq!(private(object.as_bytes()) == Verdict::Plausible, is_private, "{object}");
            assert_eq!(symmetric(object.as_bytes()) == Verdict::Plausible, is_symmetric, "{object}");
        }
    }
}
