//! What can be begun now: open, nobody at it, nothing in its way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Everything;
use crate::todo::{Project, Session, State, Status, Todo, TodoId};

/// Returns the todos that can be begun, best first: by priority, then the oldest.
pub fn ready<'a>(everything: &'a Everything, project: Option<&Project>) -> Vec<(&'a Project, &'a Todo)> {
    let scope = project.map(|project| everything.names().scope(project));
    let pending = everything.todos().filter(|(_, todo)| todo.state() == State::Wanted(Status::Pending));
    let wanted = pending.filter(|(of, _)| scope.as_ref().is_none_or(|scope| scope.takes(of)));
    let mut ready: Vec<_> = wanted.filter(|(_, todo)| blockers(everything, todo).is_empty()).collect();
    ready.sort_by_key(|(_, todo)| (priority(todo), todo.created, todo.id));
    ready
}

/// Returns how soon a todo should be done: 0 is the most urgent. Without a word on it, it is in the middle.
fn priority(todo: &Todo) -> u8 {
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

/// Returns the open todos that stand in the way of one: those that its `blockedBy` names by their ids, or
/// by the numbers that one of its own sessions knows them by. A name that nobody knows blocks nothing. Of a todo
/// that got other words, the one with the new words stands in the way.
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
    let found = ids.into_iter().filter_map(|id| latest(everything, id)).filter(|blocker| blocker.state().is_open());
    let found: BTreeMap<TodoId, &Todo> =
        found.filter(|blocker| blocker.id != todo.id).map(|blocker| (blocker.id, blocker)).collect();
    found.into_values().collect()
}

/// Returns the todo that one became whose words changed, however often they did; itself when they did not.
fn latest(everything: &Everything, id: TodoId) -> Option<&Todo> {
    let mut passed = BTreeSet::new();
    let mut todo = everything.get(id)?.1;
    while todo.state() == State::Dropped && passed.insert(todo.id) {
        let next = todo.text("renamedTo").and_then(TodoId::parse).and_then(|id| everything.get(id));
        todo = next.map_or(todo, |(_, next)| next);
    }
    Some(todo)
}

/// Returns the open todos of a project that wait for each other in a circle, so that none of them is ever ready.
pub fn circles<'a>(everything: &'a Everything, project: Option<&Project>) -> Vec<(&'a Project, &'a Todo)> {
    let scope = project.map(|project| everything.names().scope(project));
    let open = everything.todos().filter(|(_, todo)| todo.state().is_open());
    let waits = open.map(|(_, todo)| (todo.id, blockers(everything, todo).iter().map(|blocker| blocker.id).collect()));
    let waits: Graph = waits.filter(|(_, blockers): &(TodoId, BTreeSet<TodoId>)| !blockers.is_empty()).collect();
    // Whoever is in a circle has somebody before it and somebody behind it who are too.
    let circles = without_ends(&turned(&without_ends(&waits)));
    let found = circles.keys().filter_map(|id| everything.get(*id));
    found.filter(|(of, _)| scope.as_ref().is_none_or(|scope| scope.takes(of))).collect()
}

/// Todos, and those that each leads to.
type Graph = BTreeMap<TodoId, BTreeSet<TodoId>>;

fn turned(graph: &Graph) -> Graph {
    let mut turned = Graph::new();
    for (from, to) in graph.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        turned.entry(*to).or_default().insert(*from);
    }
    turned
}

/// Returns the part of a graph in which each todo leads to another one of the part.
fn without_ends(graph: &Graph) -> Graph {
    let (mut rest, turned) = (graph.clone(), turned(graph));
    let mut ends: Vec<TodoId> = turned.keys().filter(|id| !rest.contains_key(id)).copied().collect();
    while let Some(end) = ends.pop() {
        for from in turned.get(&end).into_iter().flatten() {
            if let Some(all) = rest.get_mut(from) {
                all.remove(&end);
                if all.is_empty() {
                    rest.remove(from);
                    ends.push(*from);
                }
            }
        }
    }
    rest
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
