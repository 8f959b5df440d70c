//! Todos as a table for spreadsheets (RFC 4180).

use crate::mirror::record::Record;
use crate::todo::plain;

const COLUMNS: &str = "id,project,content,status,priority,description,session,device,created,updated";

/// Returns the table.
pub(super) fn csv(records: &[Record]) -> String {
    let mut text = format!("{COLUMNS}\r\n");
    for record in records {
        let of = |name: &str| record.text(name).unwrap_or_default().to_owned();
        let cells = [
            record.id.to_string(),
            record.project.as_str().to_owned(),
            record.content.clone(),
            record.state.as_str().to_owned(),
            of("priority"),
            of("description"),
            record.session.clone(),
            record.device.clone().unwrap_or_default(),
            record.created.to_string(),
            record.updated.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Returns a cell. What a spreadsheet would take for a formula gets an apostrophe before it: words of todos come from
/// anywhere.
fn quoted(cell: &str) -> String {
    let lines: Vec<String> = cell.lines().map(plain).collect();
    let mut cell = lines.join("\n");
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        cell.insert(0, '\'');
    }
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_hold_anything_and_run_nothing() {
        for (cell, written) in [
            ("Ship", "Ship"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
        assert!(!quoted("a\u{1b}[31m").contains('\u{1b}'));
    }
}
