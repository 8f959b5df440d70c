//! What waits for what, as a tree in text and as a graph for Graphviz.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::list::order;
use super::{Everything, Links, Style};
use crate::todo::{Project, Scope, Todo, TodoId, plain};

/// No tree is deeper: each level takes two columns more.
const DEEPEST: usize = 20;

/// The open todos that wait for others, or that others wait for, with what each waits for.
#[derive(Debug)]
pub struct Graph<'a> {
    todos: BTreeMap<TodoId, &'a Todo>,
    waits_for: BTreeMap<TodoId, Vec<TodoId>>,
}

impl<'a> Graph<'a> {
    /// Finds it: of a project and what it waits for elsewhere, or of everything.
    pub fn of(everything: &'a Everything, scope: Option<&Scope>) -> Self {
        let links = Links::new(everything);
        let takes = |project: &Project| scope.is_none_or(|scope| scope.takes(project));
        let open = everything.todos().filter(|(project, todo)| takes(project) && todo.state().is_open());
        let (mut todos, mut waits_for) = (BTreeMap::new(), BTreeMap::new());
        for (_, todo) in open {
            let mut before = links.blockers(todo);
            if before.is_empty() {
                continue;
            }
            before.sort_by_cached_key(|todo| order(todo));
            waits_for.insert(todo.id, before.iter().map(|one| one.id).collect());
            todos.insert(todo.id, todo);
            todos.extend(before.into_iter().map(|one| (one.id, one)));
        }
        Graph { todos, waits_for }
    }

    /// Returns whether nothing waits for anything.
    pub fn is_empty(&self) -> bool {
        self.todos.is_empty()
    }

    /// Returns each todo with what it waits for, by id.
    pub fn edges(&self) -> impl Iterator<Item = (TodoId, &[TodoId])> {
        self.waits_for.iter().map(|(id, before)| (*id, before.as_slice()))
    }

    /// Returns it as trees: below each todo what must be done before it. What stands there already is not told again.
    pub fn text(&self, style: Style) -> String {
        let waited: BTreeSet<TodoId> = self.waits_for.values().flatten().copied().collect();
        let mut tops: Vec<TodoId> = self.waits_for.keys().filter(|id| !waited.contains(id)).copied().collect();
        tops.sort_by_cached_key(|id| order(self.todos[id]));
        // Those that wait for each other in a circle have no top.
        tops.extend(self.waits_for.keys().filter(|id| waited.contains(id)));
        let (mut text, mut told, mut tops) = (String::new(), BTreeSet::new(), VecDeque::from(tops));
        while let Some(top) = tops.pop_front() {
            if told.contains(&top) {
                continue;
            }
            // What is still to be told, with what stands before it and before what is below it, and how deep it is.
            let mut ahead = vec![(top, String::new(), String::new(), 0)];
            while let Some((id, line, below, depth)) = ahead.pop() {
                let todo = self.todos[&id];
                let before = self.waits_for.get(&id).map(Vec::as_slice).unwrap_or_default();
                let is_below = depth < DEEPEST && !told.contains(&id);
                let more = if is_below || before.is_empty() { "" } else { " \u{2026}" };
                let words = style.words(&plain(&todo.content));
                text.push_str(&format!("{line}{} {} {words}{more}\n", style.symbol(todo.state()), todo.id.short()));
                if !is_below {
                    // Of what is too deep here there is a tree of its own.
                    tops.extend((!before.is_empty()).then_some(id));
                    continue;
                }
                told.insert(id);
                for (at, one) in before.iter().enumerate().rev() {
                    let is_last = at + 1 == before.len();
                    let (turn, space) = if is_last { ("\u{2514} ", "  ") } else { ("\u{251c} ", "\u{2502} ") };
                    ahead.push((*one, format!("{below}{turn}"), format!("{below}{space}"), depth + 1));
                }
            }
        }
        text
    }

    /// Returns it in the language of Graphviz: an arrow from what must be done before to what waits for it.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph todos {\n  rankdir=LR;\n  node [shape=box];\n");
        for (id, todo) in &self.todos {
            text.push_str(&format!("  \"{id}\" [label=\"{}\"];\n", quoted(&plain(&todo.content))));
        }
        for (id, before) in &self.waits_for {
            for one in before {
                text.push_str(&format!("  \"{one}\" -> \"{id}\";\n"));
            }
        }
        text.push_str("}\n");
        text
    }
}

/// Returns a text as it stands between quotation marks in DOT: a backslash would begin an escape.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
