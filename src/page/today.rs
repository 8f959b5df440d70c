//! What changed since the day began, as far as the todos themselves tell: what each session said last.

use maud::{Markup, html};

use super::Sight;
use super::frame::{rest, section};
use super::text::{mark, when, words};
use crate::todo::{State, Status, Time, Todo};

/// So many changes are shown.
const FEW: usize = 6;

/// What became of a todo today. What somebody finished counts more than what was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Finished,
    Begun,
    Added,
    Dropped,
}

impl Change {
    const ALL: [Change; 4] = [Change::Finished, Change::Begun, Change::Added, Change::Dropped];

    fn word(self) -> &'static str {
        match self {
            Change::Finished => "finished",
            Change::Begun => "begun",
            Change::Added => "added",
            Change::Dropped => "dropped",
        }
    }
}

/// What changed today, each todo once.
pub(super) struct Today<'a> {
    changes: Vec<(Change, Time, &'a Todo)>,
}

impl<'a> Today<'a> {
    pub(super) fn of(sight: &Sight<'a>) -> Self {
        let changes = sight.everything.todos().filter_map(|(_, todo)| {
            let decided = todo.winner().1.at;
            let change = match todo.state() {
                State::Wanted(Status::Completed) if decided >= sight.today => Change::Finished,
                State::Wanted(Status::InProgress) if decided >= sight.today => Change::Begun,
                State::Dropped if decided >= sight.today => Change::Dropped,
                _ if todo.created >= sight.today => return Some((Change::Added, todo.created, todo)),
                _ => return None,
            };
            Some((change, decided, todo))
        });
        let mut changes: Vec<_> = changes.collect();
        changes.sort_by_key(|(change, at, todo)| (*change, std::cmp::Reverse(*at), todo.id));
        Today { changes }
    }

    /// Returns what was finished, the latest first.
    pub(super) fn finished(&self) -> impl Iterator<Item = &'a Todo> {
        self.of_kind(Change::Finished)
    }

    /// Counts all of it.
    pub(super) fn count(&self) -> usize {
        self.changes.len()
    }

    fn of_kind(&self, change: Change) -> impl Iterator<Item = &'a Todo> {
        self.changes.iter().filter(move |(other, ..)| *other == change).map(|(.., todo)| *todo)
    }

    pub(super) fn aside(&self, sight: &Sight<'_>) -> Markup {
        let counts = Change::ALL.map(|change| (change, self.of_kind(change).count()));
        let counts = counts.iter().filter(|(_, number)| *number > 0);
        let told: Vec<String> = counts.map(|(change, number)| format!("{number} {}", change.word())).collect();
        section(
            "today",
            "Changed today",
            None,
            Some(("/ui/history", "history")),
            &html! {
                p.soft { @if told.is_empty() { "Nothing yet." } @else { (told.join(", ")) } }
                ul {
                    @for (change, at, todo) in self.changes.iter().take(FEW) {
                        li {
                            (mark(todo.state(), false)) " "
                            a href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                            div.faint { (change.word()) " by " (words(&sight.everything.called(todo.winner().0))) ", " (when(sight, *at)) }
                        }
                    }
                }
                (rest(self.changes.len(), FEW, "change", "/ui/history"))
            },
        )
    }
}
