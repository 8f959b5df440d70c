//! What can be begun now: open, nobody at it, nothing in its way.

use std::cmp::Reverse;

use unicode_width::UnicodeWidthStr;

use super::table::{align, fit};
use super::words::words_of;
use super::{Everything, Links, Style};
use crate::todo::{Names, Project, Session, State, Status, Time, Todo, plain};

/// Returns the todos that can be begun at this time, best first: by priority, then what is due first, then the oldest.
pub fn ready<'a>(everything: &'a Everything, project: Option<&Project>, now: Time) -> Vec<(&'a Project, &'a Todo)> {
    let links = Links::new(everything);
    let scope = project.map(|project| everything.names().scope(project));
    let pending = everything.todos().filter(|(_, todo)| todo.state() == State::Wanted(Status::Pending));
    let wanted = pending.filter(|(of, _)| scope.as_ref().is_none_or(|scope| scope.takes(of)));
    let free = |todo: &Todo| !todo.is_deferred(now) && !todo.is_called_blocked() && links.blockers(todo).is_empty();
    let mut ready: Vec<_> = wanted.filter(|(_, todo)| free(todo)).collect();
    ready.sort_by_key(|(_, todo)| (priority(todo), todo.due().unwrap_or(Time::LAST), todo.created, todo.id));
    ready
}

/// Returns how soon a todo should be done: 0 is the most urgent. Without a word on it, it is in the middle.
pub(super) fn priority(todo: &Todo) -> u8 {
    let number = todo.fields.get("priority").and_then(|field| field.value.as_u64());
    let number = number.map(|number| u8::try_from(number).unwrap_or(u8::MAX));
    number.or_else(|| rank(todo.text("priority")?)).unwrap_or(2)
}

/// Returns how soon a priority means, 0 first: a number, with or without a `P` before it, or a word that agents
/// and people use.
pub fn rank(priority: &str) -> Option<u8> {
    let priority = priority.to_ascii_lowercase();
    if let Ok(number) = priority.trim_start_matches('p').parse::<u64>() {
        return Some(u8::try_from(number).unwrap_or(u8::MAX));
    }
    match priority.as_str() {
        "critical" | "urgent" | "highest" => Some(0),
        "high" => Some(1),
        "medium" | "normal" => Some(2),
        "low" => Some(3),
        "lowest" | "trivial" => Some(4),
        _ => None,
    }
}

/// Returns the todos that a session, or a list beside its own, is working on although another session's claim to
/// the same work won: two machines took them before they synced. With each, who has it. The newest first.
pub fn lost<'a>(everything: &'a Everything, session: &Session) -> Vec<(&'a Todo, &'a Session)> {
    let ours = |other: &Session| other.main() == session.main();
    let mut lost: Vec<_> =
        everything.todos().filter_map(|(_, todo)| todo.lost_to(ours).map(|(winner, _)| (todo, winner))).collect();
    lost.sort_by_key(|(todo, _)| Reverse(todo.updated()));
    lost
}

/// Returns the todos that a session, or a list beside its own, had started, and that somebody else finished, gave up,
/// took or put back since. With each, who did, and when. The newest first.
pub fn overtaken<'a>(everything: &'a Everything, session: &Session) -> Vec<(&'a Todo, &'a Session, Time)> {
    let ours = |other: &Session| other.main() == session.main();
    let by = |todo: &'a Todo| todo.overtaken_by(ours).map(|(by, claim)| (todo, by, claim.at));
    let mut found: Vec<_> = everything.todos().filter_map(|(_, todo)| by(todo)).collect();
    found.sort_by_key(|(todo, _, at)| (Reverse(*at), todo.id));
    found
}

/// Returns the todos that these words can mean: the one whose id begins so, of whatever project, else those of this
/// project, or of any when none is named, with just these words, else those with all of them; open ones before
/// closed ones. `add` and `bed` are words before they are the beginning of an id.
pub fn search<'a>(everything: &'a Everything, project: Option<&Project>, text: &str) -> Vec<(&'a Project, &'a Todo)> {
    let wanted = crate::todo::normalise(text).to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let by_id = everything.find(&wanted);
    if wanted.len() >= 4 && !by_id.is_empty() {
        return by_id;
    }
    let words: Vec<&str> = wanted.split(' ').collect();
    let content = |todo: &Todo| todo.content.to_lowercase();
    let exact = |todo: &Todo| content(todo) == wanted;
    let all = |todo: &Todo| {
        let content = content(todo);
        words.iter().all(|word| content.contains(word))
    };
    let open = |todo: &Todo| todo.state().is_open();
    let kept = |todo: &Todo| todo.state() != State::Dropped;
    let tests: [&dyn Fn(&Todo) -> bool; 5] = [
        &|todo| exact(todo) && open(todo),
        &|todo| all(todo) && open(todo),
        &|todo| exact(todo) && kept(todo),
        &|todo| all(todo) && kept(todo),
        &all,
    ];
    let scope = project.map(|project| everything.names().scope(project));
    let here = |of: &Project| scope.as_ref().is_none_or(|scope| scope.takes(of));
    let found = |test: &dyn Fn(&Todo) -> bool| {
        everything.todos().filter(|(of, todo)| here(of) && test(todo)).collect::<Vec<_>>()
    };
    tests.into_iter().map(found).find(|found| !found.is_empty()).unwrap_or(by_id)
}

/// Returns what can be begun, in its order, for people.
/// `before` says what stands before its words: to whom it is assigned, and which store it is from.
pub fn ready_text(
    todos: &[(&Project, &Todo)],
    names: &Names,
    before: impl Fn(&Todo) -> String,
    style: Style,
) -> String {
    let rows: Vec<Vec<String>> = todos
        .iter()
        .map(|(project, todo)| {
            vec![
                todo.id.to_string()[..8].to_owned(),
                plain(names.shown(project)),
                style.age(todo.created),
                format!("{}{}", before(todo), words_of(todo, style.now)),
            ]
        })
        .collect();
    let mut rows = fitted(rows, style.width);
    rows.iter_mut().for_each(|row| row[3] = style.words(&row[3]));
    if rows.is_empty() { String::new() } else { align(&rows) }
}

/// Cuts the words of rows so that each fits on a line of so many columns, 0 for any; a few are left of them in any case.
fn fitted(mut rows: Vec<Vec<String>>, columns: usize) -> Vec<Vec<String>> {
    const FEWEST: usize = 16;
    if columns == 0 {
        return rows;
    }
    let widest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
    let room = columns.saturating_sub((0..3).map(|at| widest(at) + 2).sum()).max(FEWEST);
    rows.iter_mut().for_each(|row| row[3] = fit(&row[3], room));
    rows
}
