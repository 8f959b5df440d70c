//! Points in time as the files hold them.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat};

/// The last millisecond of the year 9999: later times would not have a four-digit year.
const LATEST: i64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z, between that instant and the end of the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The last moment that anything is said of: the end of the year 2199. What is read may hold a later one, and is
    /// [left out](super::Flaw) then.
    pub const LAST: Time = Time(7_258_118_399_999);

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

    /// Returns the next millisecond: the smallest step by which a later statement is later. Nothing comes after the
    /// [last](Time::LAST) one.
    #[must_use]
    pub fn next(self) -> Self {
        Time(self.0.saturating_add(1)).min(Time::LAST)
    }

    /// Returns the day that it is then in UTC: `2025-10-10`.
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }

    /// Reads an RFC 3339 timestamp, whatever its offset; finer parts than a millisecond are cut.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) = parse_canonical(text) {
            return Some(time);
        }
        DateTime::parse_from_rfc3339(text).ok().map(|time| Time::from_millis(time.timestamp_millis()))
    }
}

/// Reads the form in which we write times ourselves, many times faster than the general one.
fn parse_canonical(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
    if bytes.len() != 24 || marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let date = NaiveDate::from_ymd_opt(number(0, 4)?.try_into().ok()?, number(5, 7)?, number(8, 10)?)?;
    let time = date.and_hms_milli_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 23)?)?;
    Some(Time::from_millis(time.and_utc().timestamp_millis()))
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
    fn the_short_way_agrees_with_the_general_one() {
        for text in ["2026-02-28T23:59:59.999Z", "2024-02-29T00:00:00.000Z", "1970-01-01T00:00:00.001Z"] {
            let general = DateTime::parse_from_rfc3339(text).expect("valid").timestamp_millis();
            assert_eq!(parse_canonical(text), Some(Time::from_millis(general)));
        }
        for bad in ["2026-02-30T00:00:00.000Z", "2026-02-28T24:00:00.000Z", "2026-02-28T00:00:00.00\u{e9}"] {
            assert_eq!(Time::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn stays_in_range() {
        assert_eq!(Time::from_millis(i64::MIN).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Time::from_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Time::LAST.to_string(), "2199-12-31T23:59:59.999Z");
        assert_eq!(Time::from_millis(Time::LAST.millis() - 1).next(), Time::LAST);
        assert_eq!((Time::LAST.next(), Time::from_millis(i64::MAX).next()), (Time::LAST, Time::LAST));
        assert_eq!(Time::parse("yesterday"), None);
    }
}
