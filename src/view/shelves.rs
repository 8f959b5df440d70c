//! Which store a todo is from, where those of several are shown.

use std::collections::BTreeMap;

use crate::todo::TodoId;

/// A store whose todos are shown beside those of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub path: String,
}

/// Which of several stores each todo is from; nothing where there is one.
#[derive(Clone, Debug, Default)]
pub struct Shelves {
    all: Vec<Shelf>,
    of: BTreeMap<TodoId, Vec<usize>>,
}

impl Shelves {
    /// Adds a store with the todos that are from it.
    pub(super) fn add(&mut self, shelf: Shelf, todos: impl Iterator<Item = TodoId>) {
        todos.for_each(|id| self.of.entry(id).or_default().push(self.all.len()));
        self.all.push(shelf);
    }

    /// Returns the stores that a todo is from, the one in use first; none where all are from the same one.
    pub fn of(&self, id: TodoId) -> Vec<&Shelf> {
        self.of.get(&id).into_iter().flatten().filter_map(|at| self.all.get(*at)).collect()
    }

    /// Returns what the stores are called that a todo is from: `shop`, or `default, shop`.
    pub fn called(&self, id: TodoId) -> Option<String> {
        let names: Vec<&str> = self.of(id).into_iter().map(|shelf| shelf.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Returns whether there are several.
    pub fn are_several(&self) -> bool {
        self.all.len() > 1
    }
}
