//! What can be begun now: open, nobody at it, nothing in its way.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Everything;
use crate::todo::{Project, Session, State, Status, Todo, TodoId};

/// Returns the todos that can be begun, best first: by priority, then the oldest.
pub fn ready<'a>(everything: &'a Everything, project: Option<&Project>) -> Vec<(&'a Project, &'a Todo)> {
    let pending = everything.todos().filter(|(_, todo)| todo.state() == State::Wanted(Status::Pending));
    let wanted = pending.filter(|(of, _)| project.is_none_or(|project| *of == project));
    let mut ready: Vec<_> = wanted.filter(|(_, todo)| blockers(everything, todo).is_empty()).collect();
    ready.sort_by_key(|(_, todo)| (priority(todo), todo.created, todo.id));
    ready
}

/// Returns how soon a todo should be done: 0 is the most urgent. Without a word on it, it is in the middle.
fn priority(todo: &Todo) -> u8 {
    let field = todo.fields.get("priority").map(|field| &field.value);
    let number =
        field.and_then(Value::as_u64).or_else(|| todo.text("priority")?.trim_start_matches(['p', 'P']).parse().ok());
    if let Some(number) = number {
        return u8::try_from(number).unwrap_or(u8::MAX);
    }
    match todo.text("priority").map(str::to_ascii_lowercase).as_deref() {
        Some("critical" | "urgent" | "highest") => 0,
        Some("high") => 1,
        Some("low") => 3,
        Some("lowest" | "trivial") => 4,
        _ => 2,
    }
}

/// Returns the open todos that stand in the way of one: those that its `blockedBy` names by their ids, or
/// by the numbers that one of its own sessions knows them by. A name that nobody knows blocks nothing.
pub fn blockers<'a>(everything: &'a Everything, todo: &Todo) -> Vec<&'a Todo> {
    let names: Vec<String> = match todo.fields.get("blockedBy").map(|field| &field.value) {
        Some(Value::Array(names)) => names.iter().map(text).collect(),
        Some(name @ (Value::String(_) | Value::Number(_))) => vec![text(name)],
        _ => return Vec::new(),
    };
    let mut ids = BTreeSet::new();
    for name in names {
        match TodoId::parse(&name) {
            Some(id) => drop(ids.insert(id)),
            None => ids.extend(natives(everything, todo, &name)),
        }
    }
    let found = ids.into_iter().filter(|id| *id != todo.id).filter_map(|id| everything.get(id));
    found.map(|(_, todo)| todo).filter(|todo| todo.state().is_open()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the todos that sessions which speak of this one call by that number.
fn natives(everything: &Everything, todo: &Todo, name: &str) -> Vec<TodoId> {
    let speak = |session: &Session| todo.claims.contains_key(session);
    let lists = everything.sessions.iter().filter(|info| speak(&info.session)).flat_map(|info| &info.list);
    lists.filter(|entry| entry.native.as_deref() == Some(name)).map(|entry| entry.id).collect()
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

/// Returns the todos that these words can mean: the one whose id begins so, else those with just these
/// words, else those with all of them; open ones before closed ones. `add` and `bed` are words before they
/// are the beginning of an id.
pub fn search<'a>(everything: &'a Everything, text: &str) -> Vec<(&'a Project, &'a Todo)> {
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
    let found = |test: &dyn Fn(&Todo) -> bool| everything.todos().filter(|(_, todo)| test(todo)).collect::<Vec<_>>();
    tests.into_iter().map(found).find(|found| !found.is_empty()).unwrap_or(by_id)
}
