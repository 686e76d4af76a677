//! Durations of AWS schedules: `rate(90 days)`.

use super::{DAY, Length};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

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
    fn other_text_is_no_rate() {
        for text in
            ["", "90d", "rate()", "rate(0 days)", "rate(1 month)", "rate(1)", "rate(1 day 2)", "rate(18446744073709551615 days)", "rate(-1 days)", "var.x"]
        {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
