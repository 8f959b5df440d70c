//! Todos by state, beside each other: blocked, ready, in progress, finished today. On a narrow screen one of them at a time.

use maud::{Markup, html};

use super::Sight;
use super::form::pairs;
use super::frame::{Page, frame, rest};
use super::need::waits_for;
use super::row::{With, is_blocked, row};
use super::today::Today;
use crate::todo::{Project, State, Status, Todo, TodoId};
use crate::view::ready;

/// So many of each are shown.
const MOST: usize = 25;

/// A state, and what is in it.
struct Column<'a> {
    name: &'static str,
    title: &'static str,
    link: &'static str,
    todos: Vec<(&'a Project, &'a Todo)>,
}

/// Returns the page, given what stands behind the `?` of its address.
pub fn board(sight: &Sight<'_>, query: &str) -> String {
    let columns = columns(sight);
    let asked = pairs(query).find(|(key, _)| key == "column").map(|(_, value)| value);
    let chosen = columns.iter().position(|column| Some(column.name) == asked.as_deref()).unwrap_or(1);
    let body = html! {
        header {
            h1 { "Board" }
            a.link id="as-list" href="/ui/todos" { "as a list" }
            nav.chips.narrow aria-label="Columns" {
                @for (at, column) in columns.iter().enumerate() {
                    a href={ "/ui/board?column=" (column.name) } aria-current=[(at == chosen).then_some("page")] {
                        (column.title) " " b.num { (column.todos.len()) }
                    }
                }
            }
        }
        div.columns { @for (at, column) in columns.iter().enumerate() { (one(sight, column, at == chosen)) } }
    };
    frame(sight, Page::Board, "Board", &body).into_string()
}

fn one(sight: &Sight<'_>, column: &Column<'_>, is_chosen: bool) -> Markup {
    html! {
        section.chosen[is_chosen] id=(column.name) aria-labelledby={ "h-" (column.name) } {
            header {
                h2 id={ "h-" (column.name) } { (column.title) }
                span.faint.num { (column.todos.len()) }
            }
            @if column.todos.is_empty() { p.faint { "Nothing." } }
            ul.rows {
                @for (project, todo) in column.todos.iter().take(MOST) {
                    // Who cannot go on wants to know for what it waits, and who has that.
                    @let why = is_blocked(sight, todo).then(|| waits_for(sight, todo.winner().0, &sight.links.blockers(todo)));
                    (row(sight, project, todo, With { list: &column.name[..1], why: why.as_ref(), ..With::default() }))
                }
            }
            (rest(column.todos.len(), MOST, "todo", column.link))
        }
    }
}

/// Returns what lives, by its state: each todo once.
fn columns<'a>(sight: &Sight<'a>) -> [Column<'a>; 4] {
    let open = || sight.everything.todos().filter(|(_, todo)| todo.state().is_open() && !sight.quiet.has(todo));
    let begun = State::Wanted(Status::InProgress);
    let mut at_work: Vec<_> = open().filter(|(_, todo)| todo.state() == begun && !is_blocked(sight, todo)).collect();
    at_work.sort_by_key(|(_, todo)| (std::cmp::Reverse(todo.updated()), todo.id));
    let mut free = ready(sight.everything, None, sight.now);
    free.retain(|(_, todo)| !sight.quiet.has(todo));
    let done: std::collections::BTreeSet<TodoId> = Today::of(sight).finished().map(|todo| todo.id).collect();
    let mut done: Vec<_> = sight.everything.todos().filter(|(_, todo)| done.contains(&todo.id)).collect();
    done.sort_by_key(|(_, todo)| (std::cmp::Reverse(todo.winner().1.at), todo.id));
    let blocked = open().filter(|(_, todo)| is_blocked(sight, todo)).collect();
    let column = |name, title, link, todos| Column { name, title, link, todos };
    [
        column("blocked", "Blocked", "/ui/todos?status=blocked", blocked),
        column("ready", "Ready", "/ui/todos?status=ready", free),
        column("work", "In progress", "/ui/todos?status=in_progress", at_work),
        column("done", "Finished today", "/ui/todos?status=completed", done),
    ]
}
