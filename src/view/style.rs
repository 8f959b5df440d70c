//! Colour, width and the age of things.

use anstyle::{AnsiColor, Color};

use crate::todo::{State, Status, Time};

/// How text for people is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to write the escapes of colours and bold text.
    pub color: bool,
    /// How many columns a line may take; a wide letter takes two.
    pub width: usize,
    /// Whether a terminal lays the text out, which takes words that run from right to left for the
    /// direction of the whole line unless they are set apart.
    pub isolate: bool,
    /// The present, for ages.
    pub now: Time,
}

impl Style {
    fn paint(self, text: &str, style: anstyle::Style) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Words from elsewhere (already [`plain`](crate::todo::plain)) within a line of ours.
    pub fn words(self, text: &str) -> String {
        if self.isolate && text.chars().any(is_right_to_left) {
            format!("\u{2068}{text}\u{2069}")
        } else {
            text.to_owned()
        }
    }

    /// A heading, in bold.
    pub fn title(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().bold())
    }

    /// Something beside the point, dimmed.
    pub fn dim(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().dimmed())
    }

    /// What stands, in green.
    pub fn strong(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().fg_color(Some(Color::Ansi(AnsiColor::Green))))
    }

    /// Something that wants attention, in yellow.
    pub fn alert(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().fg_color(Some(Color::Ansi(AnsiColor::Yellow))))
    }

    /// A symbol for a state; the symbols differ without colour too.
    pub fn symbol(self, state: State) -> String {
        self.paint_symbol(symbol(state))
    }

    /// A symbol and its colour.
    pub(super) fn paint_symbol(self, (symbol, color): (&str, AnsiColor)) -> String {
        self.paint(symbol, anstyle::Style::new().fg_color(Some(Color::Ansi(color))))
    }

    /// How long ago: `now`, `5m`, `3h`, `12d`, `2y`.
    pub fn age(self, time: Time) -> String {
        let minutes = (self.now.millis() - time.millis()).max(0) / 60_000;
        match minutes {
            0 => "now".into(),
            1..60 => format!("{minutes}m"),
            60..1440 => format!("{}h", minutes / 60),
            1440..525_600 => format!("{}d", minutes / 1440),
            _ => format!("{}y", minutes / 525_600),
        }
    }
}

/// Returns the symbol for a state, and its colour.
pub fn symbol(state: State) -> (&'static str, AnsiColor) {
    match state {
        State::Wanted(Status::InProgress) => ("\u{25b6}", AnsiColor::Blue),
        State::Wanted(Status::Pending) => ("\u{25cb}", AnsiColor::White),
        State::Wanted(Status::Completed) => ("\u{2713}", AnsiColor::Green),
        State::Dropped => ("\u{2717}", AnsiColor::BrightBlack),
    }
}

/// Returns whether a character belongs to a script that runs from right to left: Hebrew, Arabic, Syriac,
/// Thaana, N'Ko, their presentation forms, and the blocks that Unicode keeps for such scripts.
fn is_right_to_left(char: char) -> bool {
    matches!(u32::from(char), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_right_to_left_are_set_apart_on_a_terminal() {
        let style = Style { color: false, width: 80, isolate: true, now: Time::default() };
        assert_eq!(style.words("\u{5e9}\u{5dc}"), "\u{2068}\u{5e9}\u{5dc}\u{2069}");
        assert_eq!(style.words("caf\u{e9}"), "caf\u{e9}");
        assert_eq!(Style { isolate: false, ..style }.words("\u{5e9}"), "\u{5e9}");
    }

    #[test]
    fn ages() {
        let style = Style { color: false, width: 80, isolate: false, now: Time::from_millis(100_000_000_000) };
        for (before, age) in
            [(-5, "now"), (59, "now"), (60, "1m"), (7200, "2h"), (86_400 * 3, "3d"), (86_400 * 800, "2y")]
        {
            assert_eq!(style.age(Time::from_millis(100_000_000_000 - before * 1000)), age);
        }
    }
}
