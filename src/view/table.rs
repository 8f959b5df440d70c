//! Columns of text whose width is counted as a terminal shows it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the text, cut with `…` to at most so many columns.
pub(super) fn fit(text: &str, columns: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_columns_not_characters() {
        assert_eq!(fit("\u{8bfb}\u{53d6}\u{6570}\u{636e}", 5), "\u{8bfb}\u{53d6}\u{2026}");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(pad("\u{8bfb}", 4), "\u{8bfb}  ");
        let rows = vec![vec!["a".into(), "b".into()], vec!["ccc".into(), "d".into()]];
        assert_eq!(align(&rows), "a    b\nccc  d\n");
    }
}
