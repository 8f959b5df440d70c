//! Todos as a table for spreadsheets.

use super::list::select_all;
use super::{Everything, Links};
use crate::todo::{DEFER, DUE, State, plain};

/// The columns.
const COLUMNS: &str = "id,project,status,content,priority,due,defer,labels,blocked_by,session,created,updated\r\n";

/// Returns all todos that are wanted, one a line, as RFC 4180 has it.
pub fn csv(everything: &Everything) -> String {
    let (links, names) = (Links::new(everything), everything.names());
    let mut text = COLUMNS.to_owned();
    for (project, todo) in select_all(everything) {
        if todo.state() == State::Dropped {
            continue;
        }
        let own = |name: &str| todo.text(name).unwrap_or_default().to_owned();
        let priority = todo.fields.get("priority").map(|field| match field.value.as_str() {
            Some(text) => text.to_owned(),
            None => field.value.to_string(),
        });
        let before: Vec<String> = links.blockers(todo).iter().map(|one| one.id.to_string()).collect();
        let labels: Vec<String> = todo.labels().into_iter().collect();
        let cells = [
            todo.id.to_string(),
            names.shown(project).to_owned(),
            todo.state().as_str().to_owned(),
            todo.content.clone(),
            priority.unwrap_or_default(),
            own(DUE),
            own(DEFER),
            labels.join(" "),
            before.join(" "),
            todo.winner().0.to_string(),
            todo.created.to_string(),
            todo.updated().to_string(),
        ];
        text.push_str(&cells.map(|text| cell(&text)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// Returns a cell: words are data, and a spreadsheet makes a formula of what begins like one.
fn cell(text: &str) -> String {
    let text = plain(text);
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_two_cells() {
        for (text, expected) in [
            ("Fix it", "Fix it"),
            ("a, b", "\"a, b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-1", "\"'-1\""),
        ] {
            assert_eq!(cell(text), expected);
        }
        assert!(!cell("a\r\nb").contains(['\r', '\n']), "a cell is one line");
    }
}
