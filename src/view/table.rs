//! Columns of text whose width is counted as a terminal shows it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the text, cut with `…` to at most so many columns.
pub fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let (mut cut, mut width) = (String::new(), 0);
    for char in text.chars() {
        width += char.width().unwrap_or(0);
        if width >= columns {
            break;
        }
        cut.push(char);
    }
    cut.push('\u{2026}');
    cut
}

/// Returns the text with spaces behind it up to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Returns rows as aligned columns, two spaces between them, the last one ragged.
pub(super) fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// How a column of a table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// As wide as its widest cell.
    Fixed,
    /// A number: as wide as its widest cell, and set to the right.
    Number,
    /// Names from elsewhere: cut where there is no room for them.
    Flexible,
}

/// No flexible column is made narrower than this.
const NARROWEST: usize = 6;

/// Rows in columns that fit a width if they can: where there is too little room, the widest flexible column
/// gives way; then columns go, the flexible ones first, from the right, but never the first of them.
#[derive(Clone, Copy, Debug)]
pub struct Table<const N: usize> {
    columns: [(&'static str, Column); N],
    /// How wide each column is; nothing for one that is left out.
    widths: [Option<usize>; N],
}

impl<const N: usize> Table<N> {
    /// Lays out rows below the names of their columns.
    pub fn new(columns: [(&'static str, Column); N], rows: &[[String; N]], width: usize) -> Self {
        let mut widest = columns.map(|(name, _)| name.width());
        for row in rows {
            for (at, cell) in row.iter().enumerate() {
                widest[at] = widest[at].max(cell.width());
            }
        }
        let of = |kind| (0..N).rev().filter(move |at| columns[*at].1 == kind);
        let first = of(Column::Flexible).next_back();
        let mut can_go = of(Column::Flexible).filter(|at| Some(*at) != first).chain(of(Column::Number));
        let mut widths = widest.map(Some);
        loop {
            let mut table = Table { columns, widths };
            if table.narrow(width) {
                return table;
            }
            match can_go.next() {
                Some(at) => widths[at] = None,
                None => return table,
            }
        }
    }

    /// Takes from the widest names what is too much. Returns whether that is enough.
    fn narrow(&mut self, width: usize) -> bool {
        loop {
            let shown = self.widths.iter().flatten();
            if shown.clone().sum::<usize>() + 2 * shown.count().saturating_sub(1) <= width {
                return true;
            }
            let flexible = (0..N).filter(|at| self.columns[*at].1 == Column::Flexible);
            let widest = flexible.filter(|at| self.widths[*at] > Some(NARROWEST)).max_by_key(|at| self.widths[*at]);
            let Some(width) = widest.and_then(|at| self.widths[at].as_mut()) else { return false };
            *width -= 1;
        }
    }

    /// Returns the line of the columns' names.
    pub fn head(&self) -> String {
        self.line(&self.columns.map(|(name, _)| name.to_owned()), |_, cell| cell.to_owned())
    }

    /// Returns the line of a row, each cell cut to its column and then painted.
    pub fn line(&self, row: &[String; N], paint: impl Fn(usize, &str) -> String) -> String {
        let cells = (0..N).filter_map(|at| {
            let width = self.widths[at]?;
            let cell = fit(&row[at], width);
            let space = " ".repeat(width.saturating_sub(cell.width()));
            let cell = paint(at, &cell);
            let is_number = self.columns[at].1 == Column::Number;
            Some(if is_number { format!("{space}{cell}") } else { format!("{cell}{space}") })
        });
        cells.collect::<Vec<_>>().join("  ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_names_give_way_first() {
        let columns = [
            ("N", Column::Number),
            ("PROJECT", Column::Flexible),
            ("DEVICE", Column::Flexible),
            ("LAST", Column::Fixed),
        ];
        let rows = [
            ["12", "a-very-long-project", "mbp", "3h"].map(String::from),
            ["3", "api", "work", "now"].map(String::from),
        ];
        let lines = |width| {
            let table = Table::new(columns, &rows, width);
            rows.iter().map(|row| table.line(row, |_, cell| cell.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(lines(80), ["12  a-very-long-project  mbp     3h  ", " 3  api                  work    now "]);
        assert_eq!(lines(30), ["12  a-very-long\u{2026}  mbp     3h  ", " 3  api           work    now "]);
        assert_eq!(lines(20), ["12  a-very-lo\u{2026}  3h  ", " 3  api         now "], "a column less");
        assert_eq!(lines(1), ["a-ver\u{2026}  3h  ", "api     now "], "names stay names");
    }

    #[test]
    fn counts_columns_not_characters() {
        assert_eq!(fit("\u{8bfb}\u{53d6}\u{6570}\u{636e}", 5), "\u{8bfb}\u{53d6}\u{2026}");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(pad("\u{8bfb}", 4), "\u{8bfb}  ");
        let rows = vec![vec!["a".into(), "b".into()], vec!["ccc".into(), "d".into()]];
        assert_eq!(align(&rows), "a    b\nccc  d\n");
    }
}
