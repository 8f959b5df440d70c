//! The todos by what they are: what waits, what can be begun, what somebody is at, what was done today.

use std::collections::BTreeSet;

use super::list::{order, row};
use super::ready::ready;
use super::{Everything, Filter, Links, Row, Style};
use crate::todo::{Project, State, Status, Time, Todo, TodoId, plain};

/// The todos of one state.
#[derive(Debug)]
pub struct Standing<'a> {
    /// What people call it.
    pub name: &'static str,
    /// Those that the filter takes, each with its project before whoever has it.
    pub rows: Vec<Row<'a>>,
}

/// Returns what the filter takes by state: blocked or not to be begun yet, ready, in progress, and done since `today`
/// began. Closed todos that were done before are none of it.
pub fn by_state<'a>(everything: &'a Everything, filter: &Filter, today: Time, style: Style) -> [Standing<'a>; 4] {
    let taking = Filter { all: true, ..filter.clone() };
    let taken = |(project, todo): &(&'a Project, &'a Todo)| taking.takes(project, todo);
    let free: Vec<(&Project, &Todo)> = ready(everything, None, style.now).into_iter().filter(taken).collect();
    let ids: BTreeSet<TodoId> = free.iter().map(|(_, todo)| todo.id).collect();
    let of = |is_meant: &dyn Fn(&Todo) -> bool| {
        let mut found: Vec<_> = everything.todos().filter(taken).filter(|(_, todo)| is_meant(todo)).collect();
        found.sort_by_cached_key(|(_, todo)| order(todo));
        found
    };
    let is = |todo: &Todo, status| todo.state() == State::Wanted(status);
    let blocked = of(&|todo| is(todo, Status::Pending) && !ids.contains(&todo.id));
    let at_work = of(&|todo| is(todo, Status::InProgress));
    let done = of(&|todo| is(todo, Status::Completed) && todo.winner().1.at >= today);
    let (links, names) = (Links::new(everything), everything.names());
    let is_mixed = everything.shelves.are_several();
    let standing = |(name, todos): (&'static str, Vec<(&Project, &'a Todo)>)| {
        let rows = todos.into_iter().map(|(project, todo)| {
            let mut row = row(everything, &links, todo, is_mixed, style);
            row.who = format!("{} \u{b7} {}", plain(names.shown(project)), row.who);
            row
        });
        Standing { name, rows: rows.collect() }
    };
    [("Blocked", blocked), ("Ready", free), ("In progress", at_work), ("Done today", done)].map(standing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::todo::{Claim, Claims, Field, Fields, Session};

    #[test]
    fn each_stands_where_it_is() {
        let project = Project::new("api").expect("valid");
        let todo = |words: &str, status, at, fields| {
            let session = Session::new("one").expect("valid");
            let claims: Claims = [(session, Claim::new(status, Time::from_millis(at)))].into_iter().collect();
            let id = TodoId::of(&project, words);
            let created = Time::default();
            (id, Todo { id, content: words.into(), nth: 1, created, claims, fields })
        };
        let first = TodoId::of(&project, "first");
        let waits = Field { value: serde_json::json!([first.to_string()]), at: Time::default() };
        let waits: Fields = [("blockedBy".to_owned(), waits)].into_iter().collect();
        let todos = [
            todo("first", Status::Pending, 1, Fields::new()),
            todo("second", Status::Pending, 1, waits),
            todo("at it", Status::InProgress, 1, Fields::new()),
            todo("long ago", Status::Completed, 1, Fields::new()),
            todo("just now", Status::Completed, 9, Fields::new()),
        ];
        let everything = Everything::of(BTreeMap::from([(project.clone(), todos.into_iter().collect())]));
        let style = Style { color: false, width: 80, isolate: false, now: Time::from_millis(10) };
        let found = by_state(&everything, &Filter::default(), Time::from_millis(5), style);
        let found = found.map(|one| (one.name, one.rows.iter().map(|row| row.words.clone()).collect::<Vec<_>>()));
        let expected = [
            ("Blocked", vec!["[blocked] second".to_owned()]),
            ("Ready", vec!["first".to_owned()]),
            ("In progress", vec!["at it".to_owned()]),
            ("Done today", vec!["just now".to_owned()]),
        ];
        assert_eq!(found, expected);
    }
}
