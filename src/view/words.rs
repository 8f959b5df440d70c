//! A todo's words, with what matters of it before and behind them.

use crate::todo::{DEFER, DUE, Time, Todo, plain, short_date};

/// Returns the words of a todo as people are shown them: how soon and until when before them, its labels behind.
pub(super) fn words_of(todo: &Todo, now: Time) -> String {
    let mut text = String::new();
    if todo.state().is_open() {
        if let Some(due) = todo.text(DUE).filter(|_| todo.due().is_some()) {
            let word = if todo.is_overdue(now) { "overdue" } else { "due" };
            text.push_str(&format!("[{word} {}] ", short_date(due)));
        }
        if let Some(until) = todo.text(DEFER).filter(|_| todo.is_deferred(now)) {
            text.push_str(&format!("[not before {}] ", short_date(until)));
        }
        // In the middle is where it is anyway.
        if let Some(priority) = todo.text("priority").filter(|text| !text.eq_ignore_ascii_case("medium")) {
            text.push_str(&format!("[{}] ", plain(priority)));
        }
    }
    text.push_str(&plain(&todo.content));
    for label in todo.labels() {
        let label = format!(" #{}", plain(&label));
        // What stands in its words already is not said twice.
        if !todo.content.to_lowercase().split_whitespace().any(|word| word == &label[1..]) {
            text.push_str(&label);
        }
    }
    text
}
