//! Which todos are quiet, who comes first, and how it is told.

use super::*;
use crate::todo::{Claim, Fields, Project, Status, TodoList};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A todo that these sessions want, each since so many days ago.
fn todo(words: &str, claims: &[(&str, i64)]) -> Todo {
    let now = 100 * DAY;
    let claims = claims.iter().map(|(session, ago)| {
        let claim = Claim::new(Status::Pending, Time::from_millis(now - ago * DAY));
        (Session::new(session).expect("valid"), claim)
    });
    let id = TodoId::of(&Project::general(), words);
    Todo {
        id,
        content: words.into(),
        nth: 1,
        created: Time::default(),
        claims: claims.collect(),
        fields: Fields::new(),
    }
}

fn everything(todos: Vec<Todo>) -> Everything {
    let list: TodoList = todos.into_iter().map(|todo| (todo.id, todo)).collect();
    Everything::of([(Project::general(), list)].into_iter().collect())
}

#[test]
fn all_who_want_it_must_be_quiet() {
    let everything = everything(vec![
        todo("both gone", &[("a", 20), ("b", 9)]),
        todo("one is there", &[("a", 20), ("c", 1)]),
        todo("just not yet", &[("d", 6)]),
        todo("just now", &[("d", 7)]),
    ]);
    let quiet = Quiet::of(&everything, Time::from_millis(100 * DAY), Some(7 * DAY));
    let found: Vec<&str> =
        everything.todos().filter(|(_, todo)| quiet.has(todo)).map(|(_, todo)| todo.content.as_str()).collect();
    let mut found = found;
    found.sort_unstable();
    assert_eq!(found, ["both gone", "just now"]);
    let folded = quiet.count(everything.todos().map(|(_, todo)| todo));
    assert_eq!(folded, Folded { todos: 2, sessions: 3 });
    assert_eq!(
        quiet.told(&folded, true, "x").as_deref(),
        Some("2 more from 3 sessions that have been quiet for a week: x")
    );
}

#[test]
fn the_one_that_has_been_quiet_longest_comes_first() {
    let everything = everything(vec![
        todo("x", &[("young", 9)]),
        todo("y", &[("old", 50)]),
        todo("z", &[("old", 60), ("young", 10)]),
    ]);
    let quiet = Quiet::of(&everything, Time::from_millis(100 * DAY), Some(7 * DAY));
    let left = left_behind(&everything, &quiet);
    let told: Vec<(&str, Vec<&str>)> = left
        .iter()
        .map(|(session, todos)| (session.as_str(), todos.iter().map(|todo| todo.content.as_str()).collect()))
        .collect();
    assert_eq!(told, [("old", vec!["y"]), ("young", vec!["x", "z"])]);
}

#[test]
fn lengths_are_told_in_words() {
    let length = |after| Quiet { after, ..Quiet::default() }.length();
    let hour = DAY / 24;
    assert_eq!([7 * DAY, DAY, 3 * DAY, 14 * DAY].map(length), ["a week", "a day", "3 days", "14 days"]);
    assert_eq!([hour, 36 * hour, 30 * 60_000].map(length), ["an hour", "36 hours", "30 minutes"]);
}
