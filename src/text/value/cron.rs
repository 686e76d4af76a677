//! Schedules and the longest time between two firings: AWS `cron()` with six fields (minute, hour, day of month, month, day of week, year), and
//! crontab lines with five, where Sunday is 0 or 7 and a day may be named by date or by weekday.

use super::date::{civil_from_days, days_from_civil, days_in_month};
use super::{Length, Measure};

/// First year of the three that are enumerated, where the schedule names no years.
const EPOCH_YEAR: i32 = 2025;
const YEARS: i32 = 3;
const DAY_MINUTES: u64 = 1_440;
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// Names of crontab weekdays from 1; Sunday is 0.
const WORKDAYS: [&str; 6] = ["MON", "TUE", "WED", "THU", "FRI", "SAT"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A schedule.
#[derive(Debug, PartialEq, Eq)]
pub struct Cron {
    first_minute: u64,
    last_minute: u64,
    /// Minutes of the longest pause between two firings of one day.
    within_day: u64,
    months: Vec<u32>,
    days: Days,
    years: Option<Vec<u32>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Days {
    Every,
    OfMonth(Vec<u32>),
    LastOfMonth,
    LastWorkdayOfMonth,
    NearestWorkday(u32),
    OfWeek(Vec<u32>),
    /// Of crontabs: either of the two.
    OfMonthOrWeek(Vec<u32>, Vec<u32>),
    LastOfWeek(u32),
    NthOfWeek {
        weekday: u32,
        nth: u32,
    },
}

impl Cron {
    /// Reads `cron(0 8 1 * ? *)`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let inside = text.trim().strip_prefix("cron(")?.strip_suffix(')')?;
        let fields: Vec<&str> = inside.split_whitespace().collect();
        let [minute, hour, day_of_month, month, day_of_week, year] = fields.as_slice() else { return None };
        let minutes = set(minute, (0, 59), &[])?;
        let hours = set(hour, (0, 23), &[])?;
        let at = |h: Option<&u32>, m: Option<&u32>| Some(u64::from(*h?) * 60 + u64::from(*m?));
        Some(Self {
            first_minute: at(hours.first(), minutes.first())?,
            last_minute: at(hours.last(), minutes.last())?,
            within_day: within_day(&minutes, &hours),
            months: set(month, (1, 12), &MONTHS)?,
            days: days(day_of_month, day_of_week)?,
            years: if *year == "*" { None } else { Some(set(year, (1970, 2199), &[])?) },
        })
    }

    /// Reads the five fields of a crontab (POSIX, with the names and steps of Vixie cron), or one of its short names such as `@daily`; `None` for
    /// anything else.
    pub fn unix(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day_of_month, month, day_of_week] = fields.as_slice() else { return None };
        let minutes = set(minute, (0, 59), &[])?;
        let hours = set(hour, (0, 23), &[])?;
        let at = |h: Option<&u32>, m: Option<&u32>| Some(u64::from(*h?) * 60 + u64::from(*m?));
        let gap = within_day(&minutes, &hours);
        Some(Self {
            first_minute: at(hours.first(), minutes.first())?,
            last_minute: at(hours.last(), minutes.last())?,
            within_day: gap,
            months: set(month, (1, 12), &MONTHS)?,
            days: unix_days(day_of_month, day_of_week)?,
            years: None,
        })
    }

    /// The longest time between two firings within three years; the three years where it fires at most once.
    pub fn longest_gap(&self) -> Length {
        let start = self.years.as_ref().and_then(|y| y.first()).and_then(|&y| i32::try_from(y).ok()).unwrap_or(EPOCH_YEAR);
        let window = u64::try_from(days_from_civil(start + YEARS, 1, 1) - days_from_civil(start, 1, 1)).unwrap_or(0) * DAY_MINUTES;
        let mut longest = self.within_day;
        let mut before: Option<i64> = None;
        let mut firings = 0u32;
        for day in days_from_civil(start, 1, 1)..days_from_civil(start + YEARS, 1, 1) {
            if !self.fires_on(day) {
                continue;
            }
            if let Some(before) = before {
                longest = longest.max((u64::try_from(day - before).unwrap_or(0) * DAY_MINUTES + self.first_minute).saturating_sub(self.last_minute));
            }
            before = Some(day);
            firings += 1;
        }
        if let (Some(last), Some(_)) = (before, &self.years) {
            let rest = u64::try_from(days_from_civil(start + YEARS, 1, 1) - last).unwrap_or(0) * DAY_MINUTES;
            longest = if self.fires_in_year(start + YEARS) { longest } else { longest.max(rest) };
        }
        let minutes = if firings < 2 { window } else { longest };
        Length { seconds: minutes * 60, measure: Measure::Calendar }
    }

    fn fires_in_year(&self, year: i32) -> bool {
        self.years.as_ref().is_none_or(|years| years.iter().any(|&y| i32::try_from(y) == Ok(year)))
    }

    fn fires_on(&self, day: i64) -> bool {
        let (year, month, date) = civil_from_days(day);
        self.fires_in_year(year) && self.months.contains(&month) && self.days.hold(day, (year, month, date))
    }
}

impl Days {
    fn hold(&self, day: i64, (year, month, date): (i32, u32, u32)) -> bool {
        let last = days_in_month(year, month);
        let weekday = weekday(day);
        match self {
            Self::Every => true,
            Self::OfMonth(dates) => dates.contains(&date),
            Self::LastOfMonth => date == last,
            Self::LastWorkdayOfMonth => date == nearest_workday(last, day - i64::from(date) + i64::from(last), last),
            Self::NearestWorkday(wanted) => {
                let wanted = (*wanted).min(last);
                date == nearest_workday(wanted, day - i64::from(date) + i64::from(wanted), last)
            }
            Self::OfWeek(weekdays) => weekdays.contains(&weekday),
            Self::OfMonthOrWeek(dates, weekdays) => dates.contains(&date) || weekdays.contains(&weekday),
            Self::LastOfWeek(wanted) => weekday == *wanted && date + 7 > last,
            Self::NthOfWeek { weekday: wanted, nth } => weekday == *wanted && date.div_ceil(7) == *nth,
        }
    }
}

/// Minutes of the longest pause between two firings of one day.
fn within_day(minutes: &[u32], hours: &[u32]) -> u64 {
    let firings: Vec<u32> = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute)).collect();
    firings.windows(2).map(|pair| u64::from(pair[1] - pair[0])).max().unwrap_or(0)
}

/// Both day fields of a crontab: where both are given, either counts.
fn unix_days(of_month: &str, of_week: &str) -> Option<Days> {
    let weekdays = || {
        let numbers = set(&of_week.to_ascii_uppercase().replace("SUN", "0"), (0, 7), &WORKDAYS)?;
        let mut days: Vec<u32> = numbers.into_iter().map(|day| day % 7 + 1).collect();
        days.sort_unstable();
        days.dedup();
        Some(days)
    };
    match (of_month.starts_with('*') && !of_month.contains('/'), of_week.starts_with('*') && !of_week.contains('/')) {
        (true, true) => Some(Days::Every),
        (false, true) => set(of_month, (1, 31), &[]).map(Days::OfMonth),
        (true, false) => weekdays().map(Days::OfWeek),
        (false, false) => Some(Days::OfMonthOrWeek(set(of_month, (1, 31), &[])?, weekdays()?)),
    }
}

/// The date of the workday nearest to `date`, which is the day `day`, in the same month.
fn nearest_workday(date: u32, day: i64, last: u32) -> u32 {
    match weekday(day) {
        7 if date > 1 => date - 1,
        7 => date + 2,
        1 if date < last => date + 1,
        1 => date - 2,
        _ => date,
    }
}

fn days(of_month: &str, of_week: &str) -> Option<Days> {
    let any = |field: &str| field == "?" || field == "*";
    match (any(of_month), any(of_week)) {
        (true, true) => Some(Days::Every),
        (false, true) => match of_month {
            "L" => Some(Days::LastOfMonth),
            "LW" => Some(Days::LastWorkdayOfMonth),
            _ => match of_month.strip_suffix('W') {
                Some(date) => date.parse().ok().filter(|d| (1..=31).contains(d)).map(Days::NearestWorkday),
                None => set(of_month, (1, 31), &[]).map(Days::OfMonth),
            },
        },
        (true, false) => {
            if let Some((weekday, nth)) = of_week.split_once('#') {
                let nth = nth.parse().ok().filter(|n| (1..=5).contains(n))?;
                return Some(Days::NthOfWeek { weekday: number(weekday, (1, 7), &WEEKDAYS)?, nth });
            }
            if of_week == "L" {
                return Some(Days::OfWeek(vec![7]));
            }
            if let Some(weekday) = of_week.strip_suffix('L') {
                return number(weekday, (1, 7), &WEEKDAYS).map(Days::LastOfWeek);
            }
            set(of_week, (1, 7), &WEEKDAYS).map(Days::OfWeek)
        }
        (false, false) => None,
    }
}

/// The numbers that a field of lists, ranges and steps names, sorted.
fn set(field: &str, bounds: (u32, u32), names: &[&str]) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|&s| s > 0)?)),
            None => (part, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => bounds,
            (_, Some((from, to))) => (number(from, bounds, names)?, number(to, bounds, names)?),
            (one, None) => (number(one, bounds, names)?, if step.is_some() { bounds.1 } else { number(one, bounds, names)? }),
        };
        let step = step.unwrap_or(1);
        if from <= to {
            out.extend((from..=to).step_by(step as usize));
        } else {
            out.extend((from..=bounds.1).chain(bounds.0..=to).step_by(step as usize));
        }
    }
    out.sort_unstable();
    out.dedup();
    Some(out)
}

fn number(text: &str, (least, most): (u32, u32), names: &[&str]) -> Option<u32> {
    let by_name = names.iter().position(|n| n.eq_ignore_ascii_case(text)).and_then(|at| u32::try_from(at).ok()).map(|at| at + 1);
    by_name.or_else(|| text.parse().ok()).filter(|n| (least..=most).contains(n))
}

/// 1 for Sunday to 7 for Saturday, of the day counted from 1970-01-01, a Thursday.
fn weekday(day: i64) -> u32 {
    u32::try_from((day + 4).rem_euclid(7)).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(text: &str) -> Option<u64> {
        Cron::parse(text).map(|c| c.longest_gap().days())
    }

    #[test]
    fn the_longest_gap_is_counted_in_days() {
        for (text, days) in [
            ("cron(0 8 * * ? *)", 1),
            ("cron(0 8 1 * ? *)", 31),
            ("cron(0 8 1 1 ? *)", 365),
            ("cron(0 8 1 1/3 ? *)", 92),
            ("cron(0 8 1 JAN,APR,JUL,OCT ? *)", 92),
            ("cron(0 8 1 */6 ? *)", 184),
            ("cron(0 8 L * ? *)", 31),
            ("cron(0 8 ? * MON *)", 7),
            ("cron(0 8 ? * MON-FRI *)", 3),
            ("cron(0 8 ? * 1#1 *)", 35),
            ("cron(0 8 ? * 6L *)", 35),
            ("cron(0 0/4 * * ? *)", 1),
            ("cron(0 8 1,15 * ? *)", 17),
            ("cron(0 8 29 2 ? *)", 1095),
            ("cron(0 8 1 1 ? 2025/2)", 730),
            ("cron(0 8 1 1 ? 2026)", 1096),
            ("cron(0 8 15W * ? *)", 32),
        ] {
            assert_eq!(gap(text), Some(days), "{text}");
        }
    }

    #[test]
    fn crontab_lines_are_read() {
        for (text, hours) in [
            ("0 8 * * *", Some(24)),
            ("@hourly", Some(1)),
            ("@monthly", Some(31 * 24)),
            ("*/15 * * * *", Some(1)),
            ("0 */6 * * *", Some(6)),
            ("0 8,20 * * *", Some(12)),
            ("0 8 * * 1-5", Some(72)),
            ("0 8 * * 0", Some(168)),
            ("0 8 * * 7", Some(168)),
            ("0 8 * * sun", Some(168)),
            ("0 8 1 * 1", Some(168)),
            ("0 8 1 */3 *", Some(92 * 24)),
            ("0 8 1 1 *", Some(365 * 24)),
            ("* * * * *", Some(1)),
            ("0 8 1 * ? *", None),
            ("@reboot", None),
            ("0 8 * *", None),
            ("words that are not numbers", None),
        ] {
            assert_eq!(Cron::unix(text).map(|c| c.longest_gap().seconds.div_ceil(3_600)), hours, "{text}");
        }
    }

    #[test]
    fn other_text_is_no_schedule() {
        for text in [
            "",
            "cron()",
            "cron(0 8 * *)",
            "0 8 1 * ? *",
            "cron(0 8 32 * ? *)",
            "cron(0 8 1 13 ? *)",
            "cron(0 8 1 * 2 *)",
            "cron(0 8 1 */0 ? *)",
            "cron(a b c d e f)",
            "cron(0 8 1 * ? *",
        ] {
            assert_eq!(gap(text), None, "{text}");
        }
    }
}
