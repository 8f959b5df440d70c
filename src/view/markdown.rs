//! The list as Markdown.

use super::list::order;
use super::{Everything, Links};
use crate::todo::{DEFER, DUE, State, Status, Todo, plain, short_date};

/// Returns all todos that are wanted, by project, as lists with boxes to tick.
pub fn markdown(everything: &Everything) -> String {
    let links = Links::new(everything);
    let mut text = String::from("# Todos\n");
    for group in everything.groups() {
        let mut wanted: Vec<_> = group.todos().filter(|todo| todo.state() != State::Dropped).collect();
        if wanted.is_empty() {
            continue;
        }
        wanted.sort_by_cached_key(|todo| order(todo));
        text.push_str(&format!("\n## {}\n\n", escape(group.name)));
        for todo in wanted {
            let tick = if todo.state() == State::Wanted(Status::Completed) { "x" } else { " " };
            let notes = notes(everything, &links, todo);
            let note = if notes.is_empty() { String::new() } else { format!(" *({})*", notes.join(", ")) };
            text.push_str(&format!("- [{tick}] {}{note}\n", escape(&todo.content)));
        }
    }
    text
}

/// Returns what there is to note beside a todo: of an open one who has it since when, how soon, until when and what it
/// waits for; of every one its labels.
pub(super) fn notes(everything: &Everything, links: &Links<'_>, todo: &Todo) -> Vec<String> {
    let mut notes = Vec::new();
    if todo.state().is_open() {
        if todo.state() == State::Wanted(Status::InProgress) {
            let (session, claim) = todo.winner();
            notes.push(format!("in progress: {} since {}", escape(&everything.who(session)), claim.at.date()));
        }
        let priority = todo.text("priority").filter(|text| !text.eq_ignore_ascii_case("medium"));
        notes.extend(priority.map(|text| format!("priority {}", escape(text))));
        notes.extend(todo.text(DUE).map(|date| format!("due {}", escape(&short_date(date)))));
        notes.extend(todo.text(DEFER).map(|date| format!("not before {}", escape(&short_date(date)))));
        let before: Vec<String> = links.blockers(todo).iter().map(|one| escape(&one.content)).collect();
        notes.extend((!before.is_empty()).then(|| format!("after {}", before.join("; "))));
    }
    notes.extend(todo.labels().iter().map(|label| escape(&format!("#{label}"))));
    notes
}

/// Returns text as Markdown that shows it. Todo text is data: nothing in it may become a link, an image, HTML, a formula or a heading. Hosts make links of
/// bare addresses, too, and formulas of dollars, whatever is escaped; but not across the edge of an element.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = plain(text);
    for (at, char) in text.char_indices() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' | '$' => out.push_str(&format!("<span>{char}</span>")),
            ':' if text[at..].starts_with("://") => out.push_str("<span>:</span>"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => out.push_str("<span>.</span>"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' => {
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
    fn no_address_and_no_formula_is_live() {
        let text = "http://a.b HTTPS://c www.d WWW.e f@g.h $x$";
        let made = escape(text);
        for live in ["http:/", "HTTPS:/", "www.", "WWW.", "f@", "$x"] {
            assert!(!made.contains(live), "{live}: {made}");
        }
        assert_eq!(made.replace("<span>", "").replace("</span>", ""), text, "it reads as it did");
    }

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(escape("![x](y) <b>\n# z"), "\\!\\[x\\](y) &lt;b&gt; \\# z");
    }
}
