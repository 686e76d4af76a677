//! Lengths of time as configuration writes them: `90d`, `2160h30m`, `7776000s`, ISO 8601 `P90D`, `rate(90 days)` of AWS schedules.

use super::{DAY, Length, Measure};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const WEEK: u64 = 7 * DAY;
/// A mean month of the Gregorian calendar: 30.436875 days.
pub const MONTH: u64 = 2_629_746;
/// A mean year of the Gregorian calendar.
pub const YEAR: u64 = 12 * MONTH;

/// Any of the notations of this module; a bare number has no unit and is none of them.
pub fn length(text: &str) -> Option<Length> {
    let text = text.trim();
    rate(text).or_else(|| iso(text)).or_else(|| units(text))
}

/// Numbers with units, one behind the other, as Go, Vault and Kubernetes write them: `2160h`, `1h30m`, `90d`, `500ms`.
pub fn units(text: &str) -> Option<Length> {
    let mut rest = text.trim();
    let mut seconds = 0f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match rest[..end].trim() {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => f64_of(MINUTE),
            "h" | "hr" | "hour" | "hours" => f64_of(HOUR),
            "d" | "day" | "days" => f64_of(DAY),
            "w" | "week" | "weeks" => f64_of(WEEK),
            _ => return None,
        };
        seconds += number * unit;
        rest = &rest[end..];
    }
    Some(Length::clock(rounded(seconds)?))
}

/// A duration of ISO 8601: `P90D`, `P3M`, `PT2160H`, `P1Y2M10DT2H30M`, `P12W`.
pub fn iso(text: &str) -> Option<Length> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (&text[1..], None),
    };
    if (date.is_empty() && time.is_none()) || time.is_some_and(str::is_empty) {
        return None;
    }
    let (mut seconds, mut measure) = (0u64, Measure::Clock);
    for (part, is_time) in [(date, false), (time.unwrap_or(""), true)] {
        let mut rest = part;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let number: u64 = rest[..digits].parse().ok()?;
            let unit = match (rest.as_bytes().get(digits)?, is_time) {
                (b'Y', false) => YEAR,
                (b'M', false) => MONTH,
                (b'W', false) => WEEK,
                (b'D', false) => DAY,
                (b'H', true) => HOUR,
                (b'M', true) => MINUTE,
                (b'S', true) => 1,
                _ => return None,
            };
            if unit >= MONTH {
                measure = Measure::Calendar;
            }
            seconds = seconds.checked_add(number.checked_mul(unit)?)?;
            rest = &rest[digits + 1..];
        }
    }
    Some(Length { seconds, measure })
}

#[expect(clippy::cast_precision_loss, reason = "units are small")]
fn f64_of(seconds: u64) -> f64 {
    seconds as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds that are checked")]
fn rounded(seconds: f64) -> Option<u64> {
    (0.0..1e15).contains(&seconds).then(|| seconds.round() as u64)
}

/// `rate(n unit)` of AWS schedules: minutes, hours, days.
pub fn rate(text: &str) -> Option<Length> {
    let inside = text.trim().strip_prefix("rate(")?.strip_suffix(')')?;
    let mut words = inside.split_whitespace();
    let (number, unit) = (words.next()?.parse::<u64>().ok()?, words.next()?);
    let unit = match unit {
        "minute" | "minutes" => MINUTE,
        "hour" | "hours" => HOUR,
        "day" | "days" => DAY,
        _ => return None,
    };
    if words.next().is_some() || number == 0 {
        return None;
    }
    Some(Length::clock(number.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        for (text, seconds) in [("rate(90 days)", 90 * DAY), (" rate(1 hour) ", HOUR), ("rate(5 minutes)", 5 * MINUTE)] {
            assert_eq!(rate(text), Some(Length::clock(seconds)), "{text}");
        }
    }

    #[test]
    fn lengths_are_read_in_all_notations() {
        for (text, seconds) in [
            ("90d", 90 * DAY),
            ("2160h", 90 * DAY),
            ("7776000s", 90 * DAY),
            ("1h30m", 5_400),
            ("1h0m0s", HOUR),
            ("1.5h", 5_400),
            ("500ms", 1),
            ("2 weeks", 14 * DAY),
            ("0", u64::MAX),
            ("0s", 0),
            ("P90D", 90 * DAY),
            ("PT2160H", 90 * DAY),
            ("P12W", 84 * DAY),
            ("P3M", 3 * MONTH),
            ("P1Y", YEAR),
            ("P1DT12H", 36 * HOUR),
            ("rate(2 hours)", 2 * HOUR),
        ] {
            assert_eq!(length(text).map_or(u64::MAX, |l| l.seconds), seconds, "{text}");
        }
        assert_eq!(length("P3M").map(|l| l.measure), Some(Measure::Calendar));
        assert_eq!(length("P3M").map(Length::days), Some(92));
    }

    #[test]
    fn other_text_is_no_length() {
        for text in ["", "P", "PT", "P1", "90", "d", "1x", "h1", "P1H", "PT1D", "-1h", "1h-", "99999999999999999999d", "P99999999999999999999D", "${x}h"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_no_rate() {
        for text in
            ["", "90d", "rate()", "rate(0 days)", "rate(1 month)", "rate(1)", "rate(1 day 2)", "rate(18446744073709551615 days)", "rate(-1 days)", "var.x"]
        {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
