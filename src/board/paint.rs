//! Text into the cells of a screen.

use anstyle::AnsiColor;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::view::fit;

/// Sets words apart whose direction may be another than the line's, and ends that.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A part of a screen to write on. Whatever does not fit is cut.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    color: bool,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, color: bool) -> Self {
        let area = area.intersection(buffer.area);
        Canvas { buffer, area, color }
    }

    pub(super) fn width(&self) -> usize {
        self.area.width.into()
    }

    pub(super) fn height(&self) -> usize {
        self.area.height.into()
    }

    /// Returns the part of this canvas that begins at a row and has so many rows.
    pub(super) fn rows(&mut self, from: usize, count: usize) -> Canvas<'_> {
        let from = u16::try_from(from).unwrap_or(u16::MAX).min(self.area.height);
        let height = u16::try_from(count).unwrap_or(u16::MAX).min(self.area.height - from);
        let area = Rect { y: self.area.y + from, height, ..self.area };
        Canvas { buffer: self.buffer, area, color: self.color }
    }

    /// Writes a text, and returns the column behind it.
    pub(super) fn put(&mut self, column: usize, row: usize, text: &str, style: Style) -> usize {
        if row >= self.height() || column >= self.width() {
            return column;
        }
        let (left, y) = (self.area.x, self.area.y + u16::try_from(row).unwrap_or_default());
        let mut x = left + u16::try_from(column).unwrap_or_default();
        for (at, part) in text.split(ISOLATE[0]).enumerate() {
            let (isolated, rest) = if at == 0 { ("", part) } else { part.split_once(ISOLATE[1]).unwrap_or((part, "")) };
            let begin = x;
            x = self.write(x, y, isolated, style);
            self.isolate(begin, x, y);
            x = self.write(x, y, rest, style);
        }
        usize::from(x - left)
    }

    fn write(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let room = self.area.right().saturating_sub(x).into();
        self.buffer.set_stringn(x, y, steady(text), room, style).0
    }

    /// Sets the cells from one column to another apart. The marks take no room: terminals keep them with the
    /// character before them, and so do we, or they would outlive what they were put around.
    fn isolate(&mut self, begin: u16, end: u16, y: u16) {
        if begin == end {
            return;
        }
        if begin > self.area.x {
            self.append(begin - 1, y, ISOLATE[0]);
        } else {
            let first = format!("{}{}", ISOLATE[0], self.buffer[(begin, y)].symbol());
            self.buffer[(begin, y)].set_symbol(&first);
        }
        self.append(end - 1, y, ISOLATE[1]);
    }

    /// Puts a mark behind the character at a column, which may begin in the column before.
    fn append(&mut self, x: u16, y: u16, mark: char) {
        let is_wide = x > self.area.x && self.buffer[(x - 1, y)].symbol().width() == 2;
        let cell = &mut self.buffer[(if is_wide { x - 1 } else { x }, y)];
        let symbol = format!("{}{mark}", cell.symbol());
        cell.set_symbol(&symbol);
    }

    /// Writes a text that ends at the right edge, unless it would begin before a column.
    pub(super) fn put_right(&mut self, from: usize, row: usize, text: &str, style: Style) {
        let width = text.width();
        if from + width <= self.width() {
            self.put(self.width() - width, row, text, style);
        }
    }

    /// Has a whole row stand out in one colour, whatever colours are in it.
    pub(super) fn highlight(&mut self, row: usize) {
        if row < self.height() {
            let y = self.area.y + u16::try_from(row).unwrap_or_default();
            let plain = Style::new().fg(Color::Reset).bg(Color::Reset).remove_modifier(Modifier::DIM);
            self.buffer.set_style(Rect { y, height: 1, ..self.area }, plain.patch(selected()));
        }
    }

    /// Returns the part of this canvas that begins at a column and has so many columns.
    pub(super) fn columns(&mut self, from: usize, count: usize) -> Canvas<'_> {
        let from = u16::try_from(from).unwrap_or(u16::MAX).min(self.area.width);
        let width = u16::try_from(count).unwrap_or(u16::MAX).min(self.area.width - from);
        let area = Rect { x: self.area.x + from, width, ..self.area };
        Canvas { buffer: self.buffer, area, color: self.color }
    }

    /// Writes what a line is too short for as `…`.
    pub(super) fn put_fit(&mut self, column: usize, row: usize, text: &str, style: Style) -> usize {
        let text = fit(text, self.width().saturating_sub(column));
        self.put(column, row, &text, style)
    }

    pub(super) fn colored(&self, color: AnsiColor) -> Style {
        if !self.color {
            return Style::new();
        }
        Style::new().fg(match color {
            AnsiColor::Blue => Color::Blue,
            AnsiColor::Green => Color::Green,
            AnsiColor::Yellow => Color::Yellow,
            AnsiColor::Red => Color::Red,
            AnsiColor::BrightBlack => Color::DarkGray,
            _ => Color::Reset,
        })
    }

    /// Something that wants attention, without colour too.
    pub(super) fn alert(&self) -> Style {
        self.colored(AnsiColor::Yellow).add_modifier(Modifier::BOLD)
    }
}

/// A heading.
pub(super) fn title() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

/// Something beside the point.
pub(super) fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// Where the cursor is.
pub(super) fn selected() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

/// Returns a text without what terminals do not agree on the width of, and would leave behind on the screen: of
/// pictures that are joined to one the first, flags as their letters, no shades of pictures.
fn steady(text: &str) -> String {
    const JOINER: char = '\u{200d}';
    let is_picture = |char: char| matches!(u32::from(char), 0x2190..=0x2BFF | 0x1F000..=0x1FAFF);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            JOINER if chars.next_if(|next| is_picture(*next)).is_some() => {}
            '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            '\u{1f1e6}'..='\u{1f1ff}' => {
                let place = u8::try_from(u32::from(char) - 0x1F1E6).unwrap_or_default();
                out.push(char::from(b'A' + place));
            }
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: u16, text: &str) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 1));
        let area = buffer.area;
        Canvas::new(&mut buffer, area, false).put(1, 0, text, Style::new());
        buffer.content.iter().map(|cell| cell.symbol().to_owned()).collect()
    }

    #[test]
    fn what_terminals_measure_differently_is_put_simply() {
        let family = "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{fe0f}\u{200d}\u{1f466}";
        assert_eq!(row(7, &format!("{family}a\u{1f1e9}\u{1f1ea}")), [" ", "\u{1f469}", " ", "a", "D", "E", " "]);
        assert_eq!(row(4, "1\u{fe0f}\u{20e3}\u{1f44d}\u{1f3fd}"), [" ", "1", "\u{1f44d}", " "]);
        assert_eq!(
            steady("\u{915}\u{94d}\u{200d}\u{937}"),
            "\u{915}\u{94d}\u{200d}\u{937}",
            "letters are joined as they were"
        );
    }

    #[test]
    fn words_from_right_to_left_are_set_apart_without_taking_room() {
        assert_eq!(row(4, "\u{2068}\u{5d0}b\u{2069}c"), [" \u{2068}", "\u{5d0}", "b\u{2069}", "c"]);
        assert_eq!(row(4, "\u{2068}\u{8bfb}\u{2069}c"), [" \u{2068}", "\u{8bfb}\u{2069}", " ", "c"]);
        assert_eq!(row(2, "\u{2068}\u{5d0}b\u{2069}c"), [" \u{2068}", "\u{5d0}\u{2069}"], "cut");
        assert_eq!(row(1, "\u{2068}\u{5d0}\u{2069}"), [" "], "no room at all");
    }
}
