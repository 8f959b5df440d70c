//! `README.md` of the consolidated branch: the board, as a host renders it for people who open the
//! repository there. A function of the todos alone: no clock, no ages.

use std::cmp::Reverse;

use super::list::order;
use super::markdown::escape;
use super::{Everything, Group, Quiet, count};
use crate::todo::{State, Status, Time, Todo};

/// No board is longer than this, in bytes. What does not fit is counted.
const LONGEST: usize = 64 * 1024;
/// At most so many open todos of one project are listed.
const MOST_OPEN: usize = 200;
/// At most so many completed todos of one project are listed, the latest.
const MOST_COMPLETED: usize = 10;

/// What only sessions want that have said nothing for so many milliseconds is counted: 7 days. Not a setting, which each
/// device could have its own of.
const QUIET_AFTER: i64 = 7 * 24 * 60 * 60 * 1000;

/// Returns the board as of a time, which is that of what it is made of, never that of who looks: by project, the one that was last spoken of first; open todos as boxes to tick, what is
/// being worked on before the rest.
pub fn board(everything: &Everything, now: Time) -> String {
    let quiet = Quiet::of(everything, now, Some(QUIET_AFTER));
    let counts = everything.counts();
    let mut text = format!(
        "# Todos\n\n{} open, {} completed. Made by git chittysync of what every session said; changes here are overwritten.\n",
        counts.open(),
        counts.completed
    );
    let mut projects = everything.groups();
    projects.sort_by_key(|group| (Reverse(group.todos().map(Todo::updated).max()), group.project));
    let mut left_out = 0;
    for group in &projects {
        let section = section(group, &quiet);
        if text.len() + section.len() > LONGEST {
            left_out += 1;
        } else {
            text.push_str(&section);
        }
    }
    if left_out > 0 {
        let are = if left_out == 1 { "project is" } else { "projects are" };
        text.push_str(&format!("\n{left_out} more {are} in [projects](projects).\n"));
    }
    text
}

fn section(group: &Group<'_>, quiet: &Quiet) -> String {
    let counts = count(group.todos());
    let directory = format!("projects/{}", group.project.component());
    let file = format!("{directory}/todos.json");
    let mut text = format!(
        "\n## [{}]({})\n\n{} open, {} completed\n\n",
        escape(group.name),
        link(&file),
        counts.open(),
        counts.completed
    );
    let mut open: Vec<&Todo> = group.todos().filter(|todo| todo.state().is_open() && !quiet.has(todo)).collect();
    open.sort_by_cached_key(|todo| order(todo));
    for todo in open.iter().take(MOST_OPEN) {
        let note = if todo.state() == State::Wanted(Status::InProgress) { " *(in progress)*" } else { "" };
        text.push_str(&format!("- [ ] {}{note}\n", escape(&todo.content)));
    }
    if open.len() > MOST_OPEN {
        text.push_str(&format!("- {} more in [its lists]({})\n", open.len() - MOST_OPEN, link(&directory)));
    }
    if let Some(told) = quiet.told(&quiet.count(group.todos()), !open.is_empty(), "") {
        text.push_str(&format!("- {told}, in [its lists]({})\n", link(&directory)));
    }
    let completed = |todo: &&Todo| todo.state() == State::Wanted(Status::Completed);
    let mut done: Vec<&Todo> = group.todos().filter(completed).collect();
    done.sort_by_key(|todo| (Reverse(todo.updated()), todo.id));
    for todo in done.iter().take(MOST_COMPLETED) {
        text.push_str(&format!("- [x] {}\n", escape(&todo.content)));
    }
    text
}

/// Returns a path as the target of a link: names may hold `%`, which a link would decode.
fn link(path: &str) -> String {
    path.replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::todo::{Claim, Claims, Fields, Project, Session, TodoId, TodoList};

    fn everything(projects: usize, todos: usize) -> Everything {
        let mut all = BTreeMap::new();
        for at in 0..projects {
            let project = Project::new(&format!("Project {at}")).expect("valid");
            let list: TodoList = (0..todos)
                .map(|number| {
                    let content = format!("Todo {number} <b>[x](y)</b>");
                    let status = Status::ALL[number % 3];
                    let time = Time::from_millis(number as i64 + 1);
                    let claims: Claims =
                        [(Session::new("a").expect("valid"), Claim::new(status, time))].into_iter().collect();
                    let id = TodoId::of(&project, &content);
                    (id, Todo { id, content, nth: 1, created: time, claims, fields: Fields::new() })
                })
                .collect();
            all.insert(project, list);
        }
        Everything::of(all)
    }

    #[test]
    fn open_ones_come_first_and_nothing_becomes_markup() {
        let text = board(&everything(1, 4), Time::default());
        let boxes: Vec<&str> = text.lines().filter(|line| line.starts_with("- [")).collect();
        assert_eq!(boxes.len(), 4);
        assert!(boxes[0].ends_with("*(in progress)*") && boxes[3].starts_with("- [x]"), "{text}");
        assert!(!text.contains("<b>") && !text.contains("[x](y)"), "{text}");
        assert!(text.contains("](projects/project%25200/todos.json)"), "{text}");
    }

    #[test]
    fn it_is_never_too_long() {
        for (projects, todos) in [(1, 5000), (400, 50)] {
            let text = board(&everything(projects, todos), Time::default());
            assert!(text.len() <= LONGEST + 100, "{}", text.len());
            assert!(text.contains(" more "), "what is left out is counted");
        }
    }
}
