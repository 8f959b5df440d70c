//! Points in time as the files hold them.

use std::fmt;

use chrono::{DateTime, SecondsFormat};

/// The last millisecond of the year 9999: later times would not have a four-digit year.
const LATEST: i64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z, between that instant and the end of the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Returns the time that many milliseconds after the Unix epoch, moved into the range of the type.
    pub fn from_millis(millis: i64) -> Self {
        Time(millis.clamp(0, LATEST))
    }

    /// Returns the milliseconds since the Unix epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the Unix epoch, which is what a git commit stores.
    pub fn seconds(self) -> i64 {
        self.0 / 1000
    }

    /// Returns the next millisecond: the smallest step by which a later statement is later.
    #[must_use]
    pub fn next(self) -> Self {
        Time::from_millis(self.0 + 1)
    }

    /// Reads an RFC 3339 timestamp, whatever its offset; finer parts than a millisecond are cut.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Time::from_millis(time.timestamp_millis()))
    }
}

impl fmt::Display for Time {
    /// Writes `2025-10-10T23:20:00.000Z`, the only form in which we write times.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::from_timestamp_millis(self.0).expect("the range ends with the year 9999");
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let time = Time::parse("2025-10-11T10:02:11.123456+02:00").expect("valid");
        assert_eq!(time.to_string(), "2025-10-11T08:02:11.123Z");
        assert_eq!(Time::parse(&time.to_string()), Some(time));
    }

    #[test]
    fn stays_in_range() {
        assert_eq!(Time::from_millis(i64::MIN).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Time::from_millis(i64::MAX).next().to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Time::parse("yesterday"), None);
    }
}
