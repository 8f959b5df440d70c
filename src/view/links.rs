//! What waits for what.
//!
//! A link is one of both todos, whichever of them says it: `blocks` on the one that comes first, `blockedBy` on the
//! other one. Everything that shows or decides what can be begun asks here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Everything;
use crate::todo::{Project, Session, State, Todo, TodoId, link_names};

/// The links of all todos.
#[derive(Debug)]
pub struct Links<'a> {
    everything: &'a Everything,
    /// For each todo the open ones that say they come before it.
    said_by_blockers: BTreeMap<TodoId, BTreeSet<TodoId>>,
}

impl<'a> Links<'a> {
    /// Finds the links of all todos.
    pub fn new(everything: &'a Everything) -> Self {
        let mut links = Links { everything, said_by_blockers: BTreeMap::new() };
        let mut said: BTreeMap<TodoId, BTreeSet<TodoId>> = BTreeMap::new();
        // What is done, or nobody wants, blocks nothing. What a renamed todo said, the new one says.
        for (_, todo) in everything.todos().filter(|(_, todo)| todo.state().is_open()) {
            for blocked in links.named(todo, "blocks").into_iter().flat_map(|(_, ids)| ids) {
                said.entry(links.latest(blocked)).or_default().insert(todo.id);
            }
        }
        links.said_by_blockers = said;
        links
    }

    /// Returns the open todos that stand in the way of one, by id. A name that nobody knows blocks nothing. Of a todo
    /// that got other words, the one with the new words stands in the way.
    pub fn blockers(&self, todo: &Todo) -> Vec<&'a Todo> {
        let mut ids: BTreeSet<TodoId> =
            self.named(todo, "blockedBy").into_iter().flat_map(|(_, ids)| ids).map(|id| self.latest(id)).collect();
        ids.extend(self.said_by_blockers.get(&todo.id).into_iter().flatten());
        ids.remove(&todo.id);
        let found = ids.into_iter().filter_map(|id| self.everything.get(id));
        found.map(|(_, todo)| todo).filter(|todo| todo.state().is_open()).collect()
    }

    /// Returns what is left of the `blocks` of a todo that shall not block another one; nothing when it does not say
    /// that it does.
    pub fn without(&self, todo: &Todo, blocked: &Todo) -> Option<Value> {
        let named = self.named(todo, "blocks");
        let is_meant = |ids: &[TodoId]| ids.iter().any(|id| self.latest(*id) == blocked.id);
        named.iter().any(|(_, ids)| is_meant(ids)).then(|| {
            named.iter().filter(|(_, ids)| !is_meant(ids)).map(|(name, _)| Value::from(name.as_str())).collect()
        })
    }

    /// Returns the open todos that wait for one, by id; none when it is closed.
    pub fn blocked(&self, todo: &Todo) -> Vec<&'a Todo> {
        let open = self.everything.todos().map(|(_, other)| other).filter(|other| other.state().is_open());
        open.filter(|other| self.blockers(other).iter().any(|blocker| blocker.id == todo.id)).collect()
    }

    /// Returns the names in the `blockedBy` of a todo, with the todos that they stand for now.
    pub fn waits_for(&self, todo: &Todo) -> Vec<(String, Vec<TodoId>)> {
        let latest = |ids: Vec<TodoId>| ids.into_iter().map(|id| self.latest(id)).collect();
        self.named(todo, "blockedBy").into_iter().map(|(name, ids)| (name, latest(ids))).collect()
    }

    /// Returns the names in the links of a todo that nobody knows.
    pub fn unknown(&self, todo: &Todo, property: &str) -> Vec<String> {
        let named = self.named(todo, property).into_iter();
        named.filter(|(_, ids)| ids.iter().all(|id| self.everything.get(*id).is_none())).map(|(name, _)| name).collect()
    }

    /// Returns the open todos of a project that wait for each other in a cycle, so that none of them is ever ready.
    pub fn cycles(&self, project: Option<&Project>) -> Vec<(&'a Project, &'a Todo)> {
        let open = self.everything.todos().filter(|(_, todo)| todo.state().is_open());
        let waits = open.map(|(_, todo)| (todo.id, self.blockers(todo).iter().map(|blocker| blocker.id).collect()));
        let waits: Graph = waits.filter(|(_, blockers): &(TodoId, BTreeSet<TodoId>)| !blockers.is_empty()).collect();
        // Whoever is in a cycle has somebody before it and somebody behind it who are too.
        let cycles = without_ends(&turned(&without_ends(&waits)));
        let found = cycles.keys().filter_map(|id| self.everything.get(*id));
        let scope = project.map(|project| self.everything.names().scope(project));
        found.filter(|(of, _)| scope.as_ref().is_none_or(|scope| scope.takes(of))).collect()
    }

    /// Returns the names in a property with the todos that they stand for: ids, or, where an earlier version kept them
    /// or a todo is not known yet, the numbers by which a session that speaks of the todo knows others.
    fn named(&self, todo: &Todo, property: &str) -> Vec<(String, Vec<TodoId>)> {
        let names = todo.fields.get(property).map(|field| link_names(&field.value)).unwrap_or_default();
        let ids = |name: &String| match TodoId::parse(name) {
            Some(id) => vec![id],
            None => self.natives(todo, name),
        };
        names.into_iter().map(|name| (name.clone(), ids(&name))).collect()
    }

    fn natives(&self, todo: &Todo, name: &str) -> Vec<TodoId> {
        let speak = |session: &Session| todo.claims.contains_key(session);
        let lists = self.everything.sessions.iter().filter(|info| speak(&info.session)).flat_map(|info| &info.list);
        lists.filter(|entry| entry.native.as_deref() == Some(name)).map(|entry| entry.id).collect()
    }

    /// Returns the todo that one became whose words changed, however often they did; itself when they did not.
    fn latest(&self, id: TodoId) -> TodoId {
        let (mut passed, mut id) = (BTreeSet::new(), id);
        while let Some((_, todo)) = self.everything.get(id).filter(|(_, todo)| todo.state() == State::Dropped) {
            let next =
                todo.text("renamedTo").and_then(TodoId::parse).filter(|next| self.everything.get(*next).is_some());
            match next {
                Some(next) if passed.insert(id) => id = next,
                _ => break,
            }
        }
        id
    }
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
