//! Durations as configuration writes them: `90d`, `2160h`, `2400h30m`, `7776000s`, ISO 8601 `P90D`, AWS `rate(90 days)`.

use super::{DAY, Length, Measure};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
/// A month of 30.44 days.
const MONTH: u64 = 2_630_016;
/// A year of 365.25 days.
const YEAR: u64 = 31_557_600;

/// The duration that `text` writes; `None` where it is none, or has no unit.
pub fn parse(text: &str) -> Option<Length> {
    let text = text.trim();
    rate(text).or_else(|| iso(text)).or_else(|| units(text))
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

/// ISO 8601 durations in whole numbers: `P90D`, `P3M`, `P1Y2M10DT2H30M`, `P4W`.
fn iso(text: &str) -> Option<Length> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text.strip_prefix('P')?, None),
    };
    let mut total = sum(date, |unit| match unit {
        "Y" => Some((YEAR, Measure::Calendar)),
        "M" => Some((MONTH, Measure::Calendar)),
        "W" => Some((7 * DAY, Measure::Clock)),
        "D" => Some((DAY, Measure::Clock)),
        _ => None,
    });
    if let Some(time) = time {
        let time = sum(time, |unit| match unit {
            "H" => Some((HOUR, Measure::Clock)),
            "M" => Some((MINUTE, Measure::Clock)),
            "S" => Some((1, Measure::Clock)),
            _ => None,
        })?;
        let date = if date.is_empty() { Some(Length::clock(0)) } else { total };
        total = date.and_then(|d| Some(Length { seconds: d.seconds.checked_add(time.seconds)?, measure: d.measure }));
    }
    total
}

/// Numbers with units one after the other, as in Go and Vault: `2400h30m`, `90d`.
fn units(text: &str) -> Option<Length> {
    sum(text, |unit| match unit {
        "s" => Some((1, Measure::Clock)),
        "m" => Some((MINUTE, Measure::Clock)),
        "h" => Some((HOUR, Measure::Clock)),
        "d" => Some((DAY, Measure::Clock)),
        "w" => Some((7 * DAY, Measure::Clock)),
        "y" => Some((YEAR, Measure::Calendar)),
        _ => None,
    })
}

/// The sum of `number unit` pairs without anything between them; `None` for an empty text.
fn sum(text: &str, unit: impl Fn(&str) -> Option<(u64, Measure)>) -> Option<Length> {
    let mut total: Option<Length> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (size, measure) = unit(&rest[..end])?;
        rest = &rest[end..];
        let before = total.unwrap_or(Length::clock(0));
        let measure = if before.measure == Measure::Calendar { Measure::Calendar } else { measure };
        total = Some(Length { seconds: before.seconds.checked_add(number.checked_mul(size)?)?, measure });
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds, measure) in [
            ("90d", 90 * DAY, Measure::Clock),
            ("2160h", 90 * DAY, Measure::Clock),
            ("7776000s", 90 * DAY, Measure::Clock),
            ("2400h30m", 100 * DAY + 1800, Measure::Clock),
            ("1h0m0s", 3600, Measure::Clock),
            ("P90D", 90 * DAY, Measure::Clock),
            ("P3M", 3 * MONTH, Measure::Calendar),
            ("P1Y2M10DT2H30M", YEAR + 2 * MONTH + 10 * DAY + 9000, Measure::Calendar),
            ("PT36H", 36 * HOUR, Measure::Clock),
            ("P4W", 28 * DAY, Measure::Clock),
            ("rate(90 days)", 90 * DAY, Measure::Clock),
            ("rate(1 hour)", HOUR, Measure::Clock),
        ] {
            assert_eq!(parse(text), Some(Length { seconds, measure }), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_duration() {
        for text in [
            "",
            "90",
            "d",
            "P",
            "PT",
            "P1",
            "P1DT",
            "rate(0 days)",
            "rate(1 month)",
            "rate(1)",
            "90 d",
            "-1d",
            "99999999999999999999d",
            "18446744073709551615d",
            "var.x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
