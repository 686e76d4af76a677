//! How random a value looks. (Contract stub; the real model is on its way.)

/// Shannon entropy in bits per byte.
pub fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &b in bytes {
        counts[b as usize] += 1;
    }
    let total = bytes.len() as f64;
    counts.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}

/// Estimate of the bits an attacker would have to guess for the whole value.
pub fn estimated_bits(bytes: &[u8]) -> f64 {
    entropy(bytes) * bytes.len() as f64
}

/// Likelihood, 0 to 1, that the value is random rather than words, identifiers or a pattern.
pub fn score(bytes: &[u8]) -> f64 {
    f64::from(u8::from(entropy(bytes) > 3.5))
}

/// Whether the value looks random enough to be a generated secret.
pub fn is_random(bytes: &[u8]) -> bool {
    score(bytes) >= 0.5
}
