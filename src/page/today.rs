//! What changed since the day began, as far as the todos themselves tell: what each session said last.

use maud::{Markup, html};

use super::Sight;
use super::frame::{rest, section};
use super::text::{count, when, words};
use crate::todo::{State, Status, Todo};

/// So many of those that were completed are shown.
const FEW: usize = 4;

/// What changed today.
pub(super) struct Today<'a> {
    /// What is completed since, the latest first.
    pub completed: Vec<&'a Todo>,
    started: usize,
    added: usize,
    dropped: usize,
}

impl<'a> Today<'a> {
    pub(super) fn of(sight: &Sight<'a>) -> Self {
        let mut today = Today { completed: Vec::new(), started: 0, added: 0, dropped: 0 };
        for (_, todo) in sight.everything.todos().filter(|(_, todo)| todo.updated() >= sight.today) {
            let is_decided = todo.winner().1.at >= sight.today;
            match todo.state() {
                State::Wanted(Status::Completed) if is_decided => today.completed.push(todo),
                State::Wanted(Status::InProgress) if is_decided => today.started += 1,
                State::Dropped if is_decided => today.dropped += 1,
                _ => {}
            }
            today.added += usize::from(todo.created >= sight.today);
        }
        today.completed.sort_by_key(|todo| (std::cmp::Reverse(todo.winner().1.at), todo.id));
        today
    }

    pub(super) fn aside(&self, sight: &Sight<'_>) -> Markup {
        let Today { completed, started, added, dropped } = self;
        section(
            "today",
            "Changed today",
            None,
            Some(("/ui/history", "history")),
            &html! {
                p.soft {
                    (count(completed.len(), "todo")) " finished, " (started) " begun, " (added) " added, " (dropped) " dropped"
                }
                ul {
                    @for todo in completed.iter().take(FEW) {
                        li {
                            span.mark.done aria-hidden="true" { "\u{2713}" } " "
                            a href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                            div.faint { (words(&sight.everything.called(todo.winner().0))) ", " (when(sight, todo.winner().1.at)) }
                        }
                    }
                }
                (rest(completed.len(), FEW, "finished todo", "/ui/todos?status=completed"))
            },
        )
    }
}
