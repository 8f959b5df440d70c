//! A text over the lists: a todo, its history, help.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text to read.
#[derive(Clone, Debug)]
pub struct Page {
    pub(super) title: String,
    text: Vec<String>,
    /// How many lines of the screen are above the first one shown.
    above: usize,
}

impl Page {
    /// Returns a page of a text that is fit for a terminal.
    pub fn new(title: impl Into<String>, text: &str) -> Self {
        Page { title: title.into(), text: text.lines().map(str::to_owned).collect(), above: 0 }
    }

    /// Returns the lines that a screen of so many columns shows in so many rows.
    pub(super) fn shown(&self, columns: usize, rows: usize) -> Vec<String> {
        let lines = self.folded(columns);
        let above = self.above.min(lines.len().saturating_sub(rows));
        lines.into_iter().skip(above).take(rows).collect()
    }

    /// Moves the text by so many lines on a screen of so many columns and rows, no further than it goes.
    pub(super) fn scroll(&mut self, by: isize, (columns, rows): (u16, u16)) {
        let most = self.folded(columns.into()).len().saturating_sub(usize::from(rows).saturating_sub(2));
        self.above = self.above.min(most).saturating_add_signed(by).min(most);
    }

    fn folded(&self, columns: usize) -> Vec<String> {
        self.text.iter().flat_map(|line| fold(line, columns.max(1))).collect()
    }
}

/// Returns a line as lines of at most so many columns, parted at spaces where there are any.
pub(super) fn fold(line: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), line);
    while rest.width() > columns {
        let mut width = 0;
        let fits = rest.char_indices().find(|(_, char)| {
            width += char.width().unwrap_or(0);
            width > columns
        });
        let fits = fits.map_or(rest.len(), |(at, _)| at);
        // A character that is wider than the screen goes alone.
        let fits = if fits == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { fits };
        let space = rest[..fits].rfind(' ').filter(|at| *at > fits / 2);
        let (line, more) = rest.split_at(space.unwrap_or(fits));
        lines.push(line.trim_end().to_owned());
        rest = more.trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_at_spaces() {
        assert_eq!(fold("one two three", 9), ["one two", "three"]);
        assert_eq!(fold("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(fold("\u{8bfb}\u{53d6}\u{6570}", 1), ["\u{8bfb}", "\u{53d6}", "\u{6570}"]);
        assert_eq!(fold("", 4), [""]);
    }

    #[test]
    fn nothing_scrolls_past_the_end() {
        let mut page = Page::new("x", "1\n2\n3\n4\n5");
        page.scroll(100, (10, 5));
        assert_eq!(page.shown(10, 3), ["3", "4", "5"]);
        page.scroll(-1, (10, 5));
        assert_eq!(page.shown(10, 3), ["2", "3", "4"]);
        page.scroll(isize::MIN, (10, 5));
        assert_eq!(page.shown(10, 3), ["1", "2", "3"]);
    }
}
