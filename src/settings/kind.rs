//! What kinds of values settings have: how each is written, and what is said of one that is not.

use std::time::Duration;

/// A second.
pub const SECOND: Duration = Duration::from_secs(1);
/// A day.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false, as git takes it.
    Bool,
    /// A whole number.
    Number {
        /// The smallest that is taken.
        least: usize,
        /// What is counted, as in "a number of …".
        of: &'static str,
        /// Whether `unlimited` is taken, too.
        unlimited: bool,
    },
    /// A number of bytes, which may end in `k`, `m` or `g`; 0 for any number.
    Size,
    /// A length of time.
    Time(Span),
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A text, and what it is expected to be.
    Text(&'static str),
}

/// Which lengths of time a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What a bare number counts, if it is taken: it was the only way to write some of them.
    pub bare: Option<Bare>,
    /// The shortest that is taken.
    pub least: Duration,
    /// A longer one is as good as this.
    pub most: Duration,
    /// The word that stands for no time at all, if that can be. All that git takes for false is taken as well.
    pub never: Option<&'static str>,
}

/// What a bare number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Seconds.
    Seconds,
    /// Days.
    Days,
}

impl Kind {
    /// Returns what a value can be, as it is said after "must be".
    pub fn expected(self) -> String {
        match self {
            Kind::Bool => "true or false".into(),
            Kind::Number { least, of, unlimited } => {
                let at_least = if least > 0 { format!(", at least {least}") } else { String::new() };
                format!("a number of {of}{at_least}{}", if unlimited { ", or unlimited" } else { "" })
            }
            Kind::Size => "a number of bytes, such as 512m or 1g, or 0 for any number".into(),
            Kind::Time(span) => span.expected(),
            Kind::Choice(words) => match words {
                [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
                words => words.concat(),
            },
            Kind::Text(what) => what.into(),
        }
    }
}

impl Span {
    fn expected(self) -> String {
        let mut text = String::from(match self.bare {
            None => "a time with its unit, such as 300ms, 5m or 2h",
            Some(Bare::Seconds) => "a time such as 30s or 5m, or a number of seconds",
            Some(Bare::Days) => "a time such as 12h, 7d or 2w, or a number of days",
        });
        if self.least > Duration::from_millis(1) {
            text.push_str(&format!(", at least {}", humantime::format_duration(self.least)));
        }
        if let Some(word) = self.never {
            text.push_str(&format!(", or {word}"));
        }
        text
    }

    /// Reads a length of time; nothing inside for none at all.
    pub fn parse(self, text: &str) -> Option<Option<Duration>> {
        let text = text.trim();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if self.never.is_some()
            && (text == "never" || (boolean(text) == Some(false) && !(is_number && self.bare.is_some())))
        {
            return Some(None);
        }
        let time = match (is_number, self.bare) {
            (true, Some(bare)) => {
                let unit = if bare == Bare::Days { DAY } else { SECOND };
                // More than any number that fits is more than the most, too.
                unit.saturating_mul(text.parse().unwrap_or(u32::MAX))
            }
            _ => humantime::parse_duration(text).ok()?,
        };
        (time >= self.least).then(|| Some(time.min(self.most)))
    }
}

/// Reads what is true or false, as git does.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" | "" => Some(false),
        number => number.parse::<i64>().ok().map(|number| number != 0),
    }
}

/// Reads a number of bytes, which may end in `k`, `m` or `g`; nothing inside for 0.
pub fn size(text: &str) -> Option<Option<u64>> {
    let text = text.trim().to_ascii_lowercase();
    let (number, shift) = match text.char_indices().next_back()? {
        (at, 'k') => (&text[..at], 10),
        (at, 'm') => (&text[..at], 20),
        (at, 'g') => (&text[..at], 30),
        _ => (text.as_str(), 0),
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    Some((bytes > 0).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: Span = Span { bare: None, least: Duration::from_millis(1), most: DAY, never: None };
    const SECONDS: Span = Span { bare: Some(Bare::Seconds), least: SECOND, most: DAY, never: None };
    const DAYS: Span =
        Span { bare: Some(Bare::Days), least: Duration::ZERO, most: Duration::MAX, never: Some("never") };
    const OFF: Span = Span { never: Some("off"), ..UNITS };

    #[test]
    fn times_are_written_in_one_way_wherever_they_stand() {
        for span in [UNITS, SECONDS, DAYS, OFF] {
            for (text, seconds) in [("30s", 30), ("5m", 300), (" 1h 30m ", 5400), ("1h30m", 5400), ("12h", 43_200)] {
                assert_eq!(span.parse(text), Some(Some(Duration::from_secs(seconds))), "{text} {span:?}");
            }
            for bad in ["-5m", "soon", "300 parsecs", "1.5", "5 5", "m", "१d"] {
                assert_eq!(span.parse(bad), None, "{bad} {span:?}");
            }
        }
        assert_eq!(DAYS.parse("2w"), Some(Some(14 * DAY)));
        assert_eq!(UNITS.parse("250ms"), Some(Some(Duration::from_millis(250))));
    }

    #[test]
    fn a_bare_number_counts_what_it_always_did() {
        assert_eq!(DAYS.parse("7"), Some(Some(7 * DAY)));
        assert_eq!(DAYS.parse("0"), Some(Some(Duration::ZERO)), "no days, and not never");
        assert_eq!(SECONDS.parse("90"), Some(Some(90 * SECOND)));
        assert_eq!((SECONDS.parse("0"), SECONDS.parse("999ms")), (None, None));
        assert_eq!((UNITS.parse("5"), UNITS.parse("0"), UNITS.parse("0s"), UNITS.parse("")), (None, None, None, None));
        assert_eq!(OFF.parse("5"), None);
    }

    #[test]
    fn never_is_said_in_many_ways_where_it_can_be() {
        for text in ["never", "off", "Off", "no", "false", ""] {
            assert_eq!((DAYS.parse(text), OFF.parse(text)), (Some(None), Some(None)), "{text}");
            assert_eq!((UNITS.parse(text), SECONDS.parse(text)), (None, None), "{text}");
        }
        assert_eq!(OFF.parse("0"), Some(None));
    }

    #[test]
    fn what_is_too_long_is_the_longest() {
        assert_eq!(UNITS.parse("500000000000years"), Some(Some(DAY)));
        assert_eq!(SECONDS.parse("99999999999999999999"), Some(Some(DAY)));
        let ages = Span { most: 100_000 * DAY, ..DAYS };
        assert_eq!(ages.parse("4294967295"), Some(Some(100_000 * DAY)));
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("2k"), Some(Some(2048)));
        assert_eq!(size("1G"), Some(Some(1 << 30)));
        assert_eq!(size("0"), Some(None));
        for bad in ["", "g", "-1", "1t", "99999999999999999999", "18446744073709551615k", "1é"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_expected_is_said() {
        assert_eq!(Kind::Choice(&["author", "manual", "any"]).expected(), "author, manual or any");
        assert_eq!(Kind::Time(UNITS).expected(), "a time with its unit, such as 300ms, 5m or 2h");
        assert_eq!(Kind::Time(SECONDS).expected(), "a time such as 30s or 5m, or a number of seconds, at least 1s");
        assert_eq!(Kind::Time(DAYS).expected(), "a time such as 12h, 7d or 2w, or a number of days, or never");
        let pushes = Kind::Number { least: 1, of: "pushes", unlimited: true };
        assert_eq!(pushes.expected(), "a number of pushes, at least 1, or unlimited");
    }
}
