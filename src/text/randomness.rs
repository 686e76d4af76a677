//! How random a value looks: entropy, an n-gram model of words and identifiers, and the patterns that people type.

/// A class of ASCII characters, as password rules count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `0` to `9`.
    Digit,
    /// `a` to `z`.
    Lower,
    /// `A` to `Z`.
    Upper,
    /// Either case.
    Letter,
    /// ASCII punctuation, no space.
    Symbol,
}

impl Class {
    /// Whether the byte is of this class.
    pub fn contains(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Lower => byte.is_ascii_lowercase(),
            Self::Upper => byte.is_ascii_uppercase(),
            Self::Letter => byte.is_ascii_alphabetic(),
            Self::Symbol => byte.is_ascii_punctuation(),
        }
    }
}

/// Whether a byte of the class occurs.
pub fn has(bytes: &[u8], class: Class) -> bool {
    bytes.iter().any(|&b| class.contains(b))
}

/// Shannon entropy in bits per byte.
pub fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &b in bytes {
        counts[usize::from(b)] += 1;
    }
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
    let total = bytes.len() as f64;
    counts.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}

/// -log2 probabilities in sixteenths of a bit; layout and training are told in `tools/train_ngrams.py`.
static NGRAMS: &[u8; LETTERS + CLASSES] = include_bytes!("ngrams.bin");
const LETTERS: usize = 27 * 27 * 26;
const CLASSES: usize = 6 * 6 * 5;
/// Sixteenths of a bit, the unit of all costs.
pub(super) const BIT: u32 = 16;
/// What a character costs that goes on with a repetition, a sequence or a keyboard row.
const PREDICTED: u32 = BIT / 2;

const LOWER: usize = 0;
const UPPER: usize = 1;
const DIGIT: usize = 2;
const SEPARATOR: usize = 3;
const OTHER: usize = 4;
const START: usize = 5;

fn class_of(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        b'0'..=b'9' => DIGIT,
        b'_' | b'-' | b'.' | b'/' | b':' | b' ' => SEPARATOR,
        _ => OTHER,
    }
}

/// Whether digits and symbols may stand for letters (`P4ssw0rd`); only people do that, and only in short values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leet {
    Read,
    Ignored,
}

/// The n-gram model, fed with one byte after the other.
struct Words {
    classes: (usize, usize),
    letters: (usize, usize),
    leet: Leet,
}

impl Words {
    fn new(leet: Leet) -> Self {
        Self { classes: (START, START), letters: (0, 0), leet }
    }

    /// Cost of the byte if the value is made of words and identifiers.
    fn cost(&mut self, byte: u8) -> u32 {
        let class = class_of(byte);
        let cost = self.switch(class) + self.which(class, byte);
        if self.leet == Leet::Read
            && matches!(self.classes.1, LOWER | UPPER)
            && let Some(letter) = letter_meant(byte)
        {
            let meant = LEET_COST + self.switch(LOWER) + self.which(LOWER, letter);
            if meant < cost {
                self.go_on(LOWER, letter);
                return meant;
            }
        }
        self.go_on(class, byte);
        cost
    }

    /// Cost of a class after the two before.
    fn switch(&self, class: usize) -> u32 {
        u32::from(NGRAMS[LETTERS + (self.classes.0 * 6 + self.classes.1) * 5 + class])
    }

    /// Cost of the byte among those of its class.
    fn which(&self, class: usize, byte: u8) -> u32 {
        match class {
            LOWER | UPPER => {
                let (a, b) = self.context(class);
                u32::from(NGRAMS[(a * 27 + b) * 26 + letter_index(byte)])
            }
            DIGIT => 53,
            SEPARATOR if matches!(byte, b'_' | b'-' | b'/') => 2 * BIT,
            // No alphabet of random strings has dots, colons or spaces.
            SEPARATOR => 0,
            _ => 4 * BIT,
        }
    }

    /// The two symbols before; a capital after a small letter begins a word.
    fn context(&self, class: usize) -> (usize, usize) {
        if class == UPPER && self.classes.1 == LOWER { (0, 0) } else { self.letters }
    }

    fn go_on(&mut self, class: usize, byte: u8) {
        self.letters = match class {
            LOWER | UPPER => (self.context(class).1, letter_index(byte) + 1),
            _ => (0, 0),
        };
        self.classes = (self.classes.1, class);
    }
}

fn letter_index(letter: u8) -> usize {
    usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a')).min(25)
}

/// What the letter costs behind the letters that end `before`, if it belongs to a word; a capital behind a small letter begins one.
pub(super) fn which_letter(before: &[u8], letter: u8) -> u32 {
    let symbol = |back: usize| before.len().checked_sub(back).map_or(0, |at| if before[at].is_ascii_alphabetic() { letter_index(before[at]) + 1 } else { 0 });
    let begins = letter.is_ascii_uppercase() && before.last().is_some_and(u8::is_ascii_lowercase);
    let last = if begins { 0 } else { symbol(1) };
    let first = if last == 0 { 0 } else { symbol(2) };
    u32::from(NGRAMS[(first * 27 + last) * 26 + letter_index(letter)])
}

/// What writing a letter as a digit adds to its cost.
const LEET_COST: u32 = 5 * BIT / 2;

/// The letter that a digit or a symbol stands for (`P4ssw0rd`).
pub(super) fn letter_meant(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        _ => return None,
    })
}

/// The patterns that people type: `aaaa`, `abcd`, `4321`, `qwer`.
#[derive(Default)]
pub(super) struct Typed {
    before: Option<u8>,
    step: Option<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Up,
    Down,
    Right,
    Left,
}

impl Typed {
    /// Whether the byte goes on with the pattern of the two before it.
    pub(super) fn predicts(&mut self, byte: u8) -> bool {
        let byte = byte.to_ascii_lowercase();
        let step = self.before.and_then(|before| step(before, byte));
        let goes_on = step.is_some() && step == self.step;
        self.before = Some(byte);
        self.step = step;
        goes_on
    }
}

fn step(before: u8, byte: u8) -> Option<Step> {
    if before == byte {
        return Some(Step::Same);
    }
    if before.is_ascii_alphanumeric() && byte.is_ascii_alphanumeric() {
        if before.wrapping_add(1) == byte || (before, byte) == (b'9', b'0') || (before, byte) == (b'9', b'a') {
            return Some(Step::Up);
        }
        if byte.wrapping_add(1) == before {
            return Some(Step::Down);
        }
    }
    let (from, to) = (key(before)?, key(byte)?);
    if from + 1 == to {
        return Some(Step::Right);
    }
    (to + 1 == from).then_some(Step::Left)
}

/// Place of a letter on the keyboard, with a gap between the rows.
fn key(byte: u8) -> Option<usize> {
    b"qwertyuiop..asdfghjkl..zxcvbnm".iter().position(|&k| k == byte && k != b'.')
}

/// Number of symbols of the smallest usual alphabet (decimal, hex, base32, base36, base62, base64, printable) that has all the bytes.
fn alphabet(bytes: &[u8]) -> u32 {
    let mut seen = [false; 256];
    for &b in bytes {
        seen[usize::from(b)] = true;
    }
    let any = |range: std::ops::RangeInclusive<u8>| range.into_iter().any(|b| seen[usize::from(b)]);
    let (lower, upper, digit) = (any(b'a'..=b'z'), any(b'A'..=b'Z'), any(b'0'..=b'9'));
    let hex = !(any(b'g'..=b'z') || any(b'G'..=b'Z') || lower && upper);
    let base32 = !lower && !any(b'0'..=b'1') && !any(b'8'..=b'9');
    let base = match (lower, upper, digit) {
        (false, false, false) => 0,
        (false, false, true) => 10,
        _ if hex => 16,
        (false, true, true) if base32 => 32,
        (true, true, true) => 62,
        (true, true, false) => 52,
        (true, false, false) | (false, true, false) => 26,
        _ => 36,
    };
    let symbols = (0..=255u8).filter(|b| seen[usize::from(*b)] && !b.is_ascii_alphanumeric());
    let count = u32::try_from(symbols.count()).unwrap_or(32);
    base + if count <= 3 { count } else { 32.max(count) }
}

/// Costs of a value under the two explanations, in sixteenths of a bit.
struct Costs {
    /// Words, identifiers and typed patterns.
    words: u32,
    /// Uniformly random out of its alphabet.
    random: u32,
    /// The cheapest way through the value that may change between the two.
    guess: u32,
}

/// Values are judged by their first bytes: longer ones are no passwords.
const JUDGED: usize = 1024;
/// Values of at least this many bytes are long enough for certainty, and too long for a leet-spelt password.
const LONG: usize = 16;
/// Cost of changing between words and random bytes.
const CHANGE: u32 = 5 * BIT;

fn costs(bytes: &[u8]) -> Costs {
    let bytes = &bytes[..bytes.len().min(JUDGED)];
    let each = bits_of_each(bytes);
    let leet = if bytes.len() < LONG { Leet::Read } else { Leet::Ignored };
    let (mut model, mut typed) = (Words::new(leet), Typed::default());
    let (mut words, mut random) = (0, 0);
    let (mut as_word, mut as_random) = (0, 0);
    for &byte in bytes {
        let mut cost = if byte.is_ascii() { model.cost(byte) } else { 3 * BIT };
        if typed.predicts(byte) {
            cost = cost.min(PREDICTED);
        }
        words += cost;
        random += each;
        (as_word, as_random) = (as_word.min(as_random + CHANGE) + cost, as_random.min(as_word + CHANGE) + each);
    }
    Costs { words, random, guess: as_word.min(as_random) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8 bits")]
fn bits_of_each(bytes: &[u8]) -> u32 {
    (f64::from(alphabet(bytes).max(1)).log2() * f64::from(BIT)) as u32
}

/// Length of the part that the whole value repeats at least twice (`abcabc` → 3), if there is one.
pub fn period(bytes: &[u8]) -> Option<usize> {
    (1..=(bytes.len() / 2).min(64)).find(|&p| bytes.iter().zip(bytes.iter().skip(p)).all(|(a, b)| a == b))
}

/// Estimate of the bits an attacker would have to guess for the whole value.
///
/// Digits count 3.3 bits, hex 4, base64 6; words count what the n-gram model says (about 3 a letter), repetitions and
/// sequences next to nothing. Bytes after the first 1024 are not counted.
pub fn estimated_bits(bytes: &[u8]) -> f64 {
    let once = &bytes[..period(bytes).unwrap_or(bytes.len())];
    f64::from(costs(once).guess) / f64::from(BIT)
}

/// Likelihood, 0 to 1, that the value is random rather than words, identifiers or a pattern.
///
/// Above 0.8 for random hexadecimal, base32, base36, base62 and base64 of 16 characters and more; under 0.2 for names, words, paths
/// and slugs; passwords that people think of, and random values too short to tell, in between.
pub fn score(bytes: &[u8]) -> f64 {
    match period(bytes) {
        Some(length) => 0.5 * score_once(&bytes[..length]),
        None => score_once(bytes),
    }
}

fn score_once(bytes: &[u8]) -> f64 {
    let costs = costs(bytes);
    let evidence = (f64::from(costs.words) - f64::from(costs.random)) / f64::from(BIT);
    let likelihood = 1.0 / (1.0 + (0.7 * (1.5 - evidence)).exp());
    likelihood.max(password_floor(bytes)).min(ceiling(bytes))
}

/// The most that can be said of so few bytes; numbers, dates and addresses look random to any model of letters.
fn ceiling(bytes: &[u8]) -> f64 {
    if bytes.iter().all(|b| matches!(class_of(*b), DIGIT | SEPARATOR)) {
        return 0.3;
    }
    let length = u32::try_from(bytes.len().min(LONG)).unwrap_or(16);
    (0.2 + 0.05 * f64::from(length)).min(1.0)
}

/// What a word with digits and a symbol counts at least: `Summer2024!` is no identifier.
fn password_floor(bytes: &[u8]) -> f64 {
    let symbol = bytes.iter().any(|b| b"!@#$%^&*?~+".contains(b));
    let separated = bytes.iter().any(|b| b"/:. ".contains(b));
    if symbol && !separated && (8..24).contains(&bytes.len()) && has(bytes, Class::Letter) && has(bytes, Class::Digit) { 0.3 } else { 0.0 }
}

/// Whether the value looks random enough to be a generated secret.
pub fn is_random(bytes: &[u8]) -> bool {
    score(bytes) >= 0.5
}

/// Whether all bytes are the same one; false for nothing.
pub fn is_one_character(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| bytes.iter().all(|b| b == first))
}

/// Share, 0 to 1, of the letters and digits that stand in typed patterns of four and more: `1234`, `dcba`, `qwer`, `aaaa`.
pub fn typed_share(bytes: &[u8]) -> f64 {
    let (mut typed, mut run, mut inside, mut total) = (Typed::default(), 1u32, 0u32, 0u32);
    for &byte in bytes.iter().filter(|b| b.is_ascii_alphanumeric()) {
        total += 1;
        run = if typed.predicts(byte) { run + 1 } else { 2 };
        match run {
            0..4 => {}
            4 => inside += 4,
            _ => inside += 1,
        }
    }
    if total == 0 { 0.0 } else { f64::from(inside.min(total)) / f64::from(total) }
}

/// Share, 0 to 1, of the bytes that stand in words: runs of four and more letters that read like words.
pub fn word_share(bytes: &[u8]) -> f64 {
    let mut inside = 0;
    for run in bytes.split(|b| !b.is_ascii_alphabetic()).filter(|run| run.len() >= 4) {
        let mut model = Words::new(Leet::Ignored);
        let cost: usize = run.iter().map(|&b| model.cost(b) as usize).sum();
        if cost <= run.len() * READS_LIKE_A_WORD {
            inside += run.len();
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
    let share = inside as f64 / bytes.len().max(1) as f64;
    share
}

/// Most bits of a letter on average, in sixteenths, for a run of letters to be a word.
const READS_LIKE_A_WORD: usize = 4 * BIT as usize;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A generator of its own, so that the drawn values are the same on every run.
    fn draw(alphabet: &str, length: usize, seed: u64) -> String {
        let (letters, mut state) = (alphabet.as_bytes(), seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap()
        };
        for _ in 0..40 {
            let _ = next();
        }
        (0..length).map(|_| letters[next() % letters.len()] as char).collect()
    }

    const HEX: &str = "0123456789abcdef";
    const LOWER_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const BASE64URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    #[test]
    fn random_values_of_16_characters_score_above_80_percent() {
        let mut low = Vec::new();
        for alphabet in [HEX, LOWER_DIGITS, BASE32, BASE62, BASE64, BASE64URL] {
            for length in [16, 20, 24, 32, 40, 64] {
                low.extend((1..=200).map(|seed| draw(alphabet, length, seed)).filter(|value| score(value.as_bytes()) <= 0.8));
            }
        }
        assert!(low.len() <= 7, "{} of 7200: {low:?}", low.len());
    }

    #[test]
    fn names_words_paths_and_slugs_score_under_20_percent() {
        for value in [
            "getUserAccountName",
            "SECRET_KEY_BASE",
            "com.example.FooBar",
            "my-application-name",
            "english",
            "responsibility",
            "config/secrets/prod.json",
            "/usr/local/lib/python3.11/site-packages",
            "a-very-long-slug-about-things",
            "MAX_RETRY_COUNT",
            "application/json",
            "us-east-1",
            "kubernetes-dashboard-token",
            "HttpServletRequestWrapper",
            "x86_64-unknown-linux-gnu",
            "docker.io/library/nginx:1.25.3",
            "v1.2.3-beta.4",
            "2024-01-02T10:00:00Z",
            "org.springframework.boot.autoconfigure",
            "node_modules/@babel/core",
            "This is a sentence.",
            "XMLHttpRequest",
            "EC2InstanceProfile",
            "AbstractSingletonProxyFactoryBean",
            "localhost:8080",
            "oauth2ResourceServer",
            "my_db_user_prod_01",
            "AELIX_CLIENT_SECRET",
            "correcthorse",
        ] {
            assert!(score(value.as_bytes()) < 0.2, "{value}: {}", score(value.as_bytes()));
        }
    }

    #[test]
    fn passwords_that_people_think_of_are_in_between() {
        for value in ["Summer2024!", "P4ssw0rd#1", "tr0ub4dor&3", "admin123!", "Pa$$w0rd", "Adm1nP@ss2020", "Welcome1!"] {
            assert!((0.2..0.8).contains(&score(value.as_bytes())), "{value}: {}", score(value.as_bytes()));
        }
    }

    #[test]
    fn typed_patterns_and_repetitions_are_not_random() {
        for value in [
            "aaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef",
            "abcdefghijklmnop",
            "qwertyuiopasdfgh",
            "deadbeefdeadbeefdeadbeef",
            "1234567890123456",
            "xyz9xyz9xyz9xyz9",
            "9876543210fedcba",
        ] {
            assert!(score(value.as_bytes()) < 0.5, "{value}: {}", score(value.as_bytes()));
            assert!(estimated_bits(value.as_bytes()) < 48.0, "{value}: {}", estimated_bits(value.as_bytes()));
        }
    }

    #[test]
    fn estimated_bits_follow_the_alphabet() {
        for (alphabet, each) in [("0123456789", 3.32), (HEX, 4.0), (BASE32, 5.0), (BASE62, 5.95), (BASE64, 6.0)] {
            for seed in 1..=50 {
                let value = draw(alphabet, 32, seed);
                let bits = estimated_bits(value.as_bytes());
                assert!((each * 32.0 * 0.8..=each * 32.0 + 0.5).contains(&bits), "{value}: {bits}");
            }
        }
        assert!(estimated_bits(b"password") < 25.0);
        assert!(estimated_bits(b"connection") < 25.0);
    }

    #[test]
    fn shares_tell_patterns_and_words() {
        assert!(typed_share(b"1234-abcd-4321") > 0.99);
        assert!(typed_share(b"q9Zx7Lk2") < 0.01);
        assert!(word_share(b"application-name") > 0.9);
        assert!(word_share(b"q9Zx7Lk2vbQw") < 0.01);
        assert_eq!(period(b"abcabcab"), Some(3));
        assert_eq!(period(b"abcd"), None);
        assert!(is_one_character(b"xxx") && !is_one_character(b"") && !is_one_character(b"xy"));
    }

    proptest! {
        #[test]
        fn every_measure_is_finite_and_in_range(bytes: Vec<u8>) {
            prop_assert!((0.0..=1.0).contains(&score(&bytes)));
            prop_assert!((0.0..=8.0).contains(&entropy(&bytes)));
            prop_assert!((0.0..=1.0).contains(&typed_share(&bytes)));
            prop_assert!((0.0..=1.0).contains(&word_share(&bytes)));
            prop_assert!(estimated_bits(&bytes) >= 0.0 && estimated_bits(&bytes).is_finite());
        }

        #[test]
        fn an_estimate_never_exceeds_eight_bits_a_byte(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(estimated_bits(&bytes) <= 8.0 * f64::from(u32::try_from(bytes.len()).unwrap()));
        }
    }
}
