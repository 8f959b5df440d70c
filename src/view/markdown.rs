//! The list as Markdown.

use super::Everything;
use crate::todo::{State, Status, plain};

/// Returns all todos that are wanted, by project, as lists with boxes to tick.
pub fn markdown(everything: &Everything) -> String {
    let mut text = String::from("# Todos\n");
    for (project, todos) in &everything.projects {
        let mut wanted: Vec<_> = todos.values().filter(|todo| todo.state() != State::Dropped).collect();
        if wanted.is_empty() {
            continue;
        }
        wanted.sort_by_key(|todo| (!todo.state().is_open(), std::cmp::Reverse(todo.updated()), todo.id));
        text.push_str(&format!("\n## {}\n\n", escape(project.as_str())));
        for todo in wanted {
            let (tick, note) = match todo.state() {
                State::Wanted(Status::Completed) => ("x", ""),
                State::Wanted(Status::InProgress) => (" ", " *(in progress)*"),
                _ => (" ", ""),
            };
            text.push_str(&format!("- [{tick}] {}{note}\n", escape(&todo.content)));
        }
    }
    text
}

/// Todo text is data: nothing in it may become a link, an image, HTML or a heading.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in plain(text).chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' | '@' => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(escape("![x](y) <b>\n# z"), "\\!\\[x\\](y) &lt;b&gt; \\# z");
    }
}
