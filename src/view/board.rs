//! `README.md` of the consolidated branch: the board, as a host renders it for people who open the
//! repository there. A function of the todos and sessions alone: no clock, no ages, nobody is "you".

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::conflicts::Found;
use super::list::order;
use super::markdown::{escape, notes};
use super::{Everything, Group, Links, Quiet, all_disagreements, count};
use crate::todo::{Names, State, Status, Time, Todo, TodoId};

/// No board is longer than this, in bytes. What does not fit is counted.
const LONGEST: usize = 64 * 1024;
/// At most so many open todos of one project are listed.
const MOST_OPEN: usize = 200;
/// At most so many completed todos of one project are listed, the latest.
const MOST_COMPLETED: usize = 10;
/// At most so many projects are in the table, and disagreements listed.
const MOST_ROWS: usize = 20;

/// Seven days in milliseconds. What only sessions want that have said nothing for so long is counted; what was completed
/// since is this week's. Not a setting, which each device could have its own of.
const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

/// Returns the board as of a time, which is that of what it is made of, never that of who looks: how far the projects
/// are, what sessions disagree on, and by project, the one that was last spoken of first, the open todos, with who has
/// them since when and what they wait for. What is completed is folded.
pub fn board(everything: &Everything, now: Time) -> String {
    let week = Time::from_millis(now.millis().saturating_sub(WEEK));
    let links = Links::new(everything);
    let is_blocked =
        |todo: &Todo| todo.state().is_open() && (todo.is_called_blocked() || !links.blockers(todo).is_empty());
    let blocked = everything.todos().filter(|(_, todo)| is_blocked(todo)).map(|(_, todo)| todo.id).collect();
    let board = Board { everything, quiet: Quiet::of(everything, now, Some(WEEK)), links, blocked, week };
    let mut groups = everything.groups();
    groups.sort_by_key(|group| (Reverse(group.todos().map(Todo::updated).max()), group.project));
    let mut text = format!(
        "# Todos\n\n{}. Made by git chittysync of what every session said; changes here are overwritten.\n",
        board.sum(&everything.todos().map(|(_, todo)| todo).collect::<Vec<_>>())
    );
    text.push_str(&board.table(&groups));
    text.push_str(&board.disagreements());
    let mut left_out = 0;
    for group in &groups {
        let section = board.section(group);
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

struct Board<'a> {
    everything: &'a Everything,
    quiet: Quiet,
    links: Links<'a>,
    /// What waits for something.
    blocked: BTreeSet<TodoId>,
    /// When this week began.
    week: Time,
}

impl Board<'_> {
    fn is_new(&self, todo: &Todo) -> bool {
        is_completed(todo) && todo.winner().1.at > self.week
    }

    /// Returns how many of some todos are open and completed: `3 open (1 in progress, 1 blocked), 6 completed, 2 of them
    /// since 2026-11-23`.
    fn sum(&self, todos: &[&Todo]) -> String {
        let counts = count(todos.iter().copied());
        let blocked = todos.iter().filter(|todo| self.blocked.contains(&todo.id)).count();
        let new = todos.iter().filter(|todo| self.is_new(todo)).count();
        let parts = [(counts.in_progress, "in progress"), (blocked, "blocked")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts = parts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ");
        let parts = if parts.is_empty() { parts } else { format!(" ({parts})") };
        let since = if new > 0 { format!(", {new} of them since {}", self.week.date()) } else { String::new() };
        format!("{} open{parts}, {} completed{since}", counts.open(), counts.completed)
    }

    /// Returns how far the projects are; nothing where there is only one.
    fn table(&self, groups: &[Group<'_>]) -> String {
        let rows = groups.iter().filter_map(|group| {
            let counts = count(group.todos());
            let all = counts.open() + counts.completed;
            let blocked = group.todos().filter(|todo| self.blocked.contains(&todo.id)).count();
            let (done, open, begun) = (counts.completed, counts.open(), counts.in_progress);
            let bar = bar(done, all);
            (all > 0)
                .then(|| format!("| {} | {bar} {done} of {all} | {open} | {begun} | {blocked} |\n", escape(group.name)))
        });
        let rows: Vec<String> = rows.collect();
        if rows.len() < 2 {
            return String::new();
        }
        let head = "\n| project | done | open | in progress | blocked |\n| --- | --- | ---: | ---: | ---: |\n";
        format!("{head}{}{}", rows[..rows.len().min(MOST_ROWS)].concat(), more(rows.len(), "projects"))
    }

    /// Returns what sessions disagree on.
    fn disagreements(&self) -> String {
        let found = all_disagreements(self.everything, false);
        if found.is_empty() {
            return String::new();
        }
        let names = self.everything.names();
        let lines: String = found.iter().take(MOST_ROWS).map(|one| self.disagreement(one, &names)).collect();
        format!("\n## Sessions disagree\n\n{lines}{}", more(found.len(), "disagreements"))
    }

    fn disagreement(&self, (project, todo, one): &Found<'_>, names: &Names) -> String {
        let side = |(session, claim): (&_, &crate::todo::Claim)| {
            let who = escape(&self.everything.who(session));
            let state = claim.state().as_str().replace('_', " ");
            format!("{state} by {who} ({})", claim.at.date())
        };
        let name = escape(names.shown(project));
        format!("- {} ({name}): {}, {}\n", escape(&todo.content), side(one.winner), side(one.overruled))
    }

    fn section(&self, group: &Group<'_>) -> String {
        let directory = format!("projects/{}", group.project.component());
        let file = format!("{directory}/todos.json");
        let todos: Vec<&Todo> = group.todos().collect();
        let sum = self.sum(&todos);
        let mut text = format!("\n## [{}]({})\n\n{sum}\n\n", escape(group.name), link(&file));
        let is_shown = |todo: &&&Todo| todo.state().is_open() && !self.quiet.has(todo);
        let mut open: Vec<&Todo> = todos.iter().filter(is_shown).copied().collect();
        open.sort_by_cached_key(|todo| order(todo));
        for todo in open.iter().take(MOST_OPEN) {
            text.push_str(&self.line(' ', todo));
        }
        if open.len() > MOST_OPEN {
            text.push_str(&format!("- {} more in [its lists]({})\n", open.len() - MOST_OPEN, link(&directory)));
        }
        if let Some(told) = self.quiet.told(&self.quiet.count(group.todos()), !open.is_empty(), "") {
            text.push_str(&format!("- {told}, in [its lists]({})\n", link(&directory)));
        }
        let mut done: Vec<&Todo> = todos.iter().filter(|todo| is_completed(todo)).copied().collect();
        if !done.is_empty() {
            done.sort_by_key(|todo| (Reverse(todo.updated()), todo.id));
            let lines: String = done.iter().take(MOST_COMPLETED).map(|todo| self.line('x', todo)).collect();
            let last = if done.len() > MOST_COMPLETED { ", the latest" } else { "" };
            let summary = format!("{} completed{last}", done.len());
            text.push_str(&format!("\n<details><summary>{summary}</summary>\n\n{lines}\n</details>\n"));
        }
        text
    }

    fn line(&self, tick: char, todo: &Todo) -> String {
        let notes = notes(self.everything, &self.links, todo);
        let note = if notes.is_empty() { String::new() } else { format!(" *({})*", notes.join(", ")) };
        format!("- [{tick}] {}{note}\n", escape(&todo.content))
    }
}

fn is_completed(todo: &Todo) -> bool {
    todo.state() == State::Wanted(Status::Completed)
}

/// Returns how much is done, in ten steps.
fn bar(done: usize, all: usize) -> String {
    let full = (done * 10).checked_div(all).unwrap_or_default();
    format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
}

/// Counts what is not listed.
fn more(all: usize, what: &str) -> String {
    match all.saturating_sub(MOST_ROWS) {
        0 => String::new(),
        more => format!("\n{more} more {what}.\n"),
    }
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
        assert!(boxes[0].ends_with("*(in progress: a since 1970-01-01)*") && boxes[3].starts_with("- [x]"), "{text}");
        assert!(!text.contains("<b>") && !text.contains("[x](y)"), "{text}");
        assert!(text.contains("](projects/project%25200/todos.json)"), "{text}");
        assert!(text.contains("\n\n3 open (1 in progress), 1 completed, 1 of them since 1970-01-01\n"), "{text}");
        assert!(!text.contains("| project |"), "one project is no table: {text}");
    }

    /// What a team lead asks: who has it, what waits, who disagrees, how far each project is.
    #[test]
    fn it_tells_who_what_waits_and_who_disagrees() {
        let mut all = everything(2, 3);
        let claim = |status, at: &str| Claim::new(status, Time::parse(at).expect("a time"));
        let todos = all.projects.values_mut().next().expect("a project");
        let mut each = todos.values_mut();
        let (first, second) = (each.next().expect("a todo"), each.next().expect("a todo"));
        let ana = Session::new("ana").expect("valid");
        first.claims = [(ana.clone(), claim(Status::Completed, "2026-11-20T10:00:00Z"))].into_iter().collect();
        first.claims.insert(Session::new("bob").expect("valid"), claim(Status::InProgress, "2026-11-21T10:00:00Z"));
        second.claims = [(ana, claim(Status::InProgress, "2026-11-19T10:00:00Z"))].into_iter().collect();
        let blocker = "a thing | to do";
        second.content = "Ship".to_owned();
        let third = todos.values_mut().nth(2).expect("a todo");
        third.content = blocker.to_owned();
        third.claims = [(Session::new("bob").expect("valid"), claim(Status::Pending, "2026-11-21T10:00:00Z"))]
            .into_iter()
            .collect();
        let id = third.id.to_string();
        let field = crate::todo::Field { value: serde_json::json!([id]), at: Time::from_millis(1) };
        todos.values_mut().nth(1).expect("a todo").fields.insert("blockedBy".to_owned(), field);
        let text = board(&all, Time::parse("2026-11-22T00:00:00Z").expect("a time"));
        let disputed = "completed by ana (2026-11-20), in progress by bob (2026-11-21)";
        assert!(text.contains("## Sessions disagree\n\n- ") && text.contains(disputed), "{text}");
        let line = "- [ ] Ship *(in progress: ana since 2026-11-19, after a thing \\| to do)*\n";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("| project 0 | ███░░░░░░░ 1 of 3 | 2 | 1 | 1 |\n"), "{text}");
        assert!(text.contains("2 open (1 in progress, 1 blocked), 1 completed, 1 of them since 2026-11-15"), "{text}");
        assert!(text.contains("<details><summary>1 completed</summary>"), "{text}");
    }

    #[test]
    fn it_is_never_too_long() {
        for (projects, todos) in [(1, 5000), (400, 50)] {
            let text = board(&everything(projects, todos), Time::default());
            assert!(text.len() <= LONGEST + 100, "{}", text.len());
            assert!(text.contains(" more "), "what is left out is counted");
            let rows = text.lines().filter(|line| line.starts_with("| project ")).count();
            assert_eq!(rows, if projects == 1 { 0 } else { MOST_ROWS + 1 }, "and their heading");
            assert!(projects == 1 || text.contains("\n\n380 more projects.\n"), "{text}");
        }
        let mut all = everything(1, 90);
        for todo in all.projects.values_mut().flat_map(TodoList::values_mut) {
            let later = Claim::new(Status::Pending, Time::from_millis(1000));
            todo.claims.insert(Session::new("b").expect("valid"), later);
        }
        let text = board(&all, Time::default());
        assert_eq!(text.matches(" by b (").count(), MOST_ROWS);
        assert!(text.contains("\n40 more disagreements.\n"), "of those that are completed or begun: {text}");
    }
}
