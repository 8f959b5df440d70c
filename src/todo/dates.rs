//! When a todo is due, and until when it is put off: two properties, each a moment, as it was written where it was said.

use super::{Time, Todo};

/// The property that says until when a todo should be done.
pub const DUE: &str = "due";
/// The property that says before when it is not to be begun.
pub const DEFER: &str = "defer";

impl Todo {
    /// Returns until when it should be done.
    pub fn due(&self) -> Option<Time> {
        moment(self.text(DUE)?, "T23:59:59Z")
    }

    /// Returns before when it is not to be begun.
    pub fn defer(&self) -> Option<Time> {
        moment(self.text(DEFER)?, "T00:00:00Z")
    }

    /// Returns whether it is put off beyond this moment.
    pub fn is_deferred(&self, now: Time) -> bool {
        self.defer().is_some_and(|until| until > now)
    }

    /// Returns whether its date has passed.
    pub fn is_overdue(&self, now: Time) -> bool {
        self.due().is_some_and(|due| due < now)
    }
}

/// Reads a moment. A day alone, which some agents write, is that of UTC.
fn moment(text: &str, rest: &str) -> Option<Time> {
    Time::parse(text).or_else(|| (text.len() == 10).then(|| Time::parse(&format!("{text}{rest}"))).flatten())
}

/// Returns a moment as people write it: the day, and the minute where it is not the edge of a day. It stands there as it
/// was said, in the time of the device that said it.
pub fn short_date(text: &str) -> String {
    let text = super::plain(text);
    let day: String = text.chars().take(10).collect();
    let minute: String = text.chars().skip(11).take(5).collect();
    let is_edge = matches!(text.get(11..19), None | Some("23:59:59" | "00:00:00"));
    if is_edge || minute.len() < 5 { day } else { format!("{day} {minute}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_shown_as_a_day() {
        for (kept, shown) in [
            ("2026-12-01T23:59:59+01:00", "2026-12-01"),
            ("2026-12-01T00:00:00Z", "2026-12-01"),
            ("2026-12-01T14:30:00+09:00", "2026-12-01 14:30"),
            ("2026-12-01", "2026-12-01"),
            ("soon", "soon"),
            ("\u{1f600}\u{1f600}\u{1f600}\u{1f600}", "\u{1f600}\u{1f600}\u{1f600}\u{1f600}"),
        ] {
            assert_eq!(short_date(kept), shown);
        }
        assert_eq!(moment("2026-12-01", "T23:59:59Z"), Time::parse("2026-12-01T23:59:59.000Z"));
        assert_eq!(moment("soon", "T23:59:59Z"), None);
    }
}
