//! Dates as people write them.

use chrono::{
    DateTime, Days, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone,
};

use crate::git::parse_date;
use crate::todo::Time;

/// Reads `2026-11-20`, `2026-11-20 14:00` (both in local time) or RFC 3339. A day alone means its first
/// moment, or with `last` its last.
pub(super) fn absolute(text: &str, last: bool) -> Option<Time> {
    let local = |naive: NaiveDateTime| on_the_wall(naive, last);
    let edge = if last { NaiveTime::from_hms_opt(23, 59, 59)? } else { NaiveTime::MIN };
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(edge));
    let minute = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
    let exact = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis());
    let millis = exact().or_else(|| day().or_else(minute).and_then(local).map(|time| time.timestamp_millis()));
    millis.map(Time::from_millis)
}

/// Returns the moment at which the clock on this device's wall says so. Where it says so twice it is the first time, or
/// with `last` the second. What it leaves out when it is put forward is as long after what it said before as if it went on.
fn on_the_wall(naive: NaiveDateTime, last: bool) -> Option<DateTime<Local>> {
    // No clock was ever put forward by more than a day.
    (0..=24 * 60).find_map(|minutes| {
        let left_out = TimeDelta::minutes(minutes);
        let found = match Local.from_local_datetime(&naive.checked_sub_signed(left_out)?) {
            LocalResult::None => return None,
            LocalResult::Single(one) => one,
            // Not in the order of time, whatever `earliest` says.
            LocalResult::Ambiguous(one, other) if last => one.max(other),
            LocalResult::Ambiguous(one, other) => one.min(other),
        };
        Some(found + left_out)
    })
}

/// Returns when the day began by the clock on this device's wall.
pub fn day(now: Time) -> Time {
    let local = Local.timestamp_millis_opt(now.millis()).single();
    let began = local.and_then(|local| on_the_wall(local.date_naive().and_time(NaiveTime::MIN), false));
    began.map_or(now, |began| Time::from_millis(began.timestamp_millis()))
}

/// Reads the time from which on something is wanted: an absolute date, or whatever git takes for one
/// (`yesterday`, `2 weeks ago`).
pub fn since(text: &str, now: Time) -> Option<Time> {
    absolute(text, false).or_else(|| parse_date(text, now))
}

/// Reads the time until which something is wanted, as [`since`] does. A day counts whole.
pub fn until(text: &str, now: Time) -> Option<Time> {
    absolute(text, true).or_else(|| parse_date(text, now))
}

/// Reads a moment to come, as RFC 3339 in this device's time: what [`absolute`] reads, `today`, `tomorrow`, or in so many
/// days (`3d`), weeks (`2w`). A day means its first moment, or with `last` its last. RFC 3339 stays as it is.
pub(super) fn moment(text: &str, last: bool, now: Time) -> Option<String> {
    let exact = DateTime::parse_from_rfc3339(text).ok();
    if let Some(exact) = exact {
        // What is kept can be compared with every other moment.
        Time::parse(text)?;
        return Some(exact.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
    let local = |time: Time| Local.timestamp_millis_opt(time.millis()).single();
    let days = match text {
        "today" => Some(0),
        "tomorrow" => Some(1),
        _ => {
            let number = |end: char| text.strip_suffix(end)?.parse::<u32>().ok().filter(|days| *days <= 100_000);
            number('d').or_else(|| number('w').map(|weeks| weeks * 7))
        }
    };
    let day = days.and_then(|days| local(now)?.date_naive().checked_add_days(Days::new(u64::from(days))));
    let text = day.map_or_else(|| text.to_owned(), |day| day.format("%Y-%m-%d").to_string());
    let time = absolute(&text, last).filter(|time| *time <= Time::LAST)?;
    Some(local(time)?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_two_ends() {
        let (first, last) = (absolute("2026-11-20", false), absolute("2026-11-20", true));
        let noon = absolute("2026-11-20 12:00", false);
        assert!(first < noon && noon < last);
        assert_eq!(absolute("2026-11-20T12:00:00Z", true), Time::parse("2026-11-20T12:00:00.000Z"));
        for other in ["consolidated~3", "@{1}", "2026", "abc1234", "yesterday"] {
            assert_eq!(absolute(other, true), None, "{other}");
        }
    }

    #[test]
    fn as_git_says_it() {
        let now = Time::parse("2026-11-20T12:00:00.000Z").expect("a time");
        assert_eq!(since("2 hours ago", now), Time::parse("2026-11-20T10:00:00.000Z"));
        assert_eq!(since("no date", now), None);
    }
}
