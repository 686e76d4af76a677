//! Days of the Gregorian calendar, and moments of which only the day counts.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u32,
    day: u32,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDate {
    /// It is not four digits, two, and two, joined by hyphens (RFC 3339, `full-date`).
    #[error("not a date of the form YYYY-MM-DD")]
    Form,
    /// It has the form, but the calendar has no such day.
    #[error("a day that the calendar does not have")]
    Calendar,
}

impl Date {
    /// The day that is `days` after 1970-01-01.
    pub fn from_days(days: i64) -> Self {
        let (year, month, day) = civil_from_days(days);
        Self { year, month, day }
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        days_from_civil(self.year, self.month, self.day)
    }
}

/// The day with which the clock of Unix begins: nothing has expired by then.
impl Default for Date {
    fn default() -> Self {
        Self { year: 1970, month: 1, day: 1 }
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let digits = |at: usize| if matches!(at, 4 | 7) { b"-".as_slice() } else { b"0123456789" };
        if text.len() != 10 || !text.bytes().enumerate().all(|(at, byte)| digits(at).contains(&byte)) {
            return Err(NoDate::Form);
        }
        let number = |part: &str| part.parse::<u32>().map_err(|_| NoDate::Form);
        let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
        let year = i32::try_from(year).map_err(|_| NoDate::Form)?;
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        if exists { Ok(Self { year, month, day }) } else { Err(NoDate::Calendar) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A point in time, in seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Negative before 1970.
    pub seconds: i64,
}

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

impl Moment {
    /// What the clock of this machine says.
    pub fn of_clock() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
        Self { seconds }
    }

    /// The moment that is so many seconds later.
    pub fn after(self, seconds: u64) -> Self {
        Self { seconds: self.seconds.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX)) }
    }

    /// Days from an earlier moment to this one, rounded up; 0 where this one is not later.
    pub fn days_since(self, earlier: Self) -> u64 {
        u64::try_from(self.seconds.saturating_sub(earlier.seconds)).unwrap_or(0).div_ceil(DAY_SECONDS.unsigned_abs())
    }

    /// The day it is in UTC.
    pub fn date(self) -> Date {
        Date::from_days(self.seconds.div_euclid(DAY_SECONDS))
    }
}

/// The first moment of a day in UTC.
impl From<Date> for Moment {
    fn from(date: Date) -> Self {
        Self { seconds: date.days() * DAY_SECONDS }
    }
}

/// A timestamp of RFC 3339 (`2026-01-01T00:00:00Z`, an offset and a fraction of a second allowed, as is a space for the `T`), or a date alone.
impl FromStr for Moment {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let text = text.trim();
        let day: Date = text.get(..10).ok_or(NoDate::Form)?.parse()?;
        let rest = &text[10..];
        if rest.is_empty() {
            return Ok(day.into());
        }
        let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(NoDate::Form)?;
        let (clock, offset) = zone(rest).ok_or(NoDate::Form)?;
        let mut parts = clock.split(':');
        let mut part = |most: i64| parts.next().filter(|p| p.len() == 2).and_then(|p| p.parse::<i64>().ok()).filter(|n| (0..=most).contains(n));
        let (Some(hour), Some(minute)) = (part(23), part(59)) else { return Err(NoDate::Form) };
        let second = match clock.len() {
            5 => 0,
            _ => part(60).ok_or(NoDate::Form)?,
        };
        Ok(Self { seconds: Self::from(day).seconds + hour * 3_600 + minute * 60 + second - offset })
    }
}

/// Clock time without its fraction, and the offset from UTC in seconds.
fn zone(text: &str) -> Option<(&str, i64)> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else if let Some(at) = text.rfind(['+', '-']) {
        let (hours, minutes) = text[at + 1..].split_once(':')?;
        let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
        (&text[..at], if text.as_bytes()[at] == b'-' { -seconds } else { seconds })
    } else {
        (text, 0)
    };
    let clock = match clock.split_once('.') {
        Some((clock, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => clock,
        Some(_) => return None,
        None => clock,
    };
    Some((clock, offset))
}

/// As RFC 3339 writes it, in UTC.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.seconds.rem_euclid(DAY_SECONDS);
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date(), second / 3_600, second / 60 % 60, second % 60)
    }
}

/// Days of a month, of which January is the first.
pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    u32::try_from(days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1)).unwrap_or(31)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn days_from_civil(year: i32, month: u32, date: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(date) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01; the inverse of [`days_from_civil`].
pub(super) fn civil_from_days(day: i64) -> (i32, u32, u32) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), u32::try_from(month).unwrap_or(1), u32::try_from(date).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for day in (-200_000..200_000).step_by(37) {
            let (year, month, date) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, date), day);
        }
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
    }

    #[test]
    fn a_date_is_read_as_it_is_written() {
        for text in ["1970-01-01", "2000-02-29", "2024-02-29", "2026-12-31", "9999-12-31", "0001-01-01"] {
            assert_eq!(text.parse::<Date>().map(|date| date.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_date_says_why() {
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"] {
            assert_eq!(text.parse::<Date>(), Err(NoDate::Calendar), "{text}");
        }
        for text in ["", "2026", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01T00:00", "+026-01-01", "2026-01-0é", "31-12-2026"] {
            assert_eq!(text.parse::<Date>(), Err(NoDate::Form), "{text}");
        }
    }

    #[test]
    fn a_moment_knows_its_day() {
        for (seconds, day) in [(0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"), (-1, "1969-12-31"), (1_767_225_600, "2026-01-01")] {
            assert_eq!(Moment { seconds }.date().to_string(), day);
        }
        assert!(Moment::of_clock().date() > Date::default());
        assert_eq!(Moment::from("2026-01-01".parse::<Date>().unwrap()).seconds, 1_767_225_600);
    }

    #[test]
    fn timestamps_are_read_and_written() {
        for (text, expected) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ("2026-01-01T01:30:00+01:30", "2026-01-01T00:00:00Z"),
            ("2025-12-31T22:00:00.123-02:00", "2026-01-01T00:00:00Z"),
            ("2026-01-01 12:34:56", "2026-01-01T12:34:56Z"),
            ("2026-01-01T12:34Z", "2026-01-01T12:34:00Z"),
            ("2026-01-01", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(text.parse::<Moment>().map(|m| m.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "2026", "2026-01-01T", "2026-01-01T25:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00.xZ", "2026-01-01Tzz", "tomorrow at noon"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
        let start: Moment = "2026-01-01".parse().unwrap();
        assert_eq!(start.after(90 * 86_400).days_since(start), 90);
        assert_eq!(start.days_since(start.after(1)), 0);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for seconds in [i64::MIN, i64::MAX] {
            let _ = Moment { seconds }.date().to_string();
        }
    }
}
