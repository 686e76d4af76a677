//! Values with a meaning of their own, as configuration writes them: addresses, dates, durations and schedules.

pub mod cidr;
pub mod cron;
pub mod date;
pub mod duration;

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// In seconds.
    pub seconds: u64,
    /// What it was measured by.
    pub measure: Measure,
}

/// What a length of time was measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Seconds to weeks: always the same length.
    Clock,
    /// Months, years, schedules: the length differs by a few days.
    Calendar,
}

/// One day in seconds.
pub const DAY: u64 = 86_400;

impl Length {
    /// A length that is always the same.
    pub fn clock(seconds: u64) -> Self {
        Self { seconds, measure: Measure::Clock }
    }

    /// In whole days, rounded up.
    pub fn days(self) -> u64 {
        self.seconds.div_ceil(DAY)
    }
}
