//! What an item says of other items by their numbers, said of todos.
//!
//! A number belongs to a list, and is given again. So what waits for what is kept by the ids of todos, made of the
//! numbers when that is said. A link that stands already stays what it is while the agent says the same number,
//! whatever has that number by now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::match_items::Matched;
use crate::todo::{LINKS, ListEntry, Todo, TodoId, link_ids, link_name};

/// The todos of numbers.
pub(super) struct Links<'a> {
    now: BTreeMap<&'a str, TodoId>,
    before: BTreeMap<&'a str, TodoId>,
    /// What todos became that are renamed by this statement.
    became: BTreeMap<TodoId, TodoId>,
    /// Numbers as entries of the list before meant them, by the todo that the entry is now.
    meant: BTreeMap<TodoId, &'a BTreeMap<String, TodoId>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(placed: &'a [Matched<'_>], before: &'a [ListEntry]) -> Self {
        let now = placed.iter().filter_map(|entry| Some((entry.item.native.as_deref()?, entry.id))).collect();
        let became: BTreeMap<TodoId, TodoId> =
            placed.iter().filter_map(|entry| Some((entry.renamed_from.as_ref()?.1, entry.id))).collect();
        let with = before.iter().filter(|entry| !entry.meant.is_empty());
        let meant = with.map(|entry| (*became.get(&entry.id).unwrap_or(&entry.id), &entry.meant)).collect();
        Links { now, before: numbers(before), became, meant }
    }

    /// Returns a property of an item as it is kept: links by id. `stored` is what is kept of it so far.
    pub(super) fn kept(&self, id: TodoId, name: &str, value: &Value, stored: Option<&Value>) -> Value {
        if !LINKS.contains(&name) {
            return value.clone();
        }
        let names = match value {
            Value::Array(names) => names.as_slice(),
            Value::String(_) | Value::Number(_) => std::slice::from_ref(value),
            _ => return value.clone(),
        };
        let stored: BTreeSet<TodoId> = stored.into_iter().flat_map(link_ids).map(|id| self.latest(id)).collect();
        // A list that is read back has its links by id; what stands there by number beside them is new.
        let read_back: BTreeSet<TodoId> = names
            .iter()
            .filter(|name| link_name(name).is_some_and(|name| self.of(id, &name).is_empty()))
            .flat_map(link_ids)
            .map(|id| self.latest(id))
            .collect();
        let mut kept: Vec<Value> = Vec::new();
        for value in names {
            let all = link_name(value).map(|name| self.of(id, &name)).unwrap_or_default();
            let said: Vec<&TodoId> = all.iter().filter(|id| stored.contains(id) && !read_back.contains(id)).collect();
            let ids = match said.is_empty() {
                false => said.into_iter().map(|id| Value::from(id.to_string())).collect(),
                true => match all.first().copied().or_else(|| Some(self.latest(TodoId::parse(value.as_str()?)?))) {
                    Some(id) => vec![Value::from(id.to_string())],
                    None => vec![value.clone()],
                },
            };
            for id in ids {
                if !kept.contains(&id) {
                    kept.push(id);
                }
            }
        }
        match value {
            Value::Array(_) => Value::Array(kept),
            _ if kept.len() == 1 => kept.remove(0),
            _ => Value::Array(kept),
        }
    }

    /// Returns the todos that an item can mean by a number, the first one if it says it for the first time.
    fn of(&self, id: TodoId, number: &str) -> Vec<TodoId> {
        let meant = self.meant.get(&id).and_then(|meant| meant.get(number));
        let all = [self.now.get(number), self.before.get(number), meant];
        all.into_iter().flatten().map(|id| self.latest(*id)).collect()
    }

    fn latest(&self, id: TodoId) -> TodoId {
        *self.became.get(&id).unwrap_or(&id)
    }

    /// Notes on each entry of the new list what its links were called that have another number now, or none.
    pub(super) fn note<'t>(&self, list: &mut [ListEntry], todo: impl Fn(TodoId) -> Option<&'t Todo>) {
        let now: BTreeMap<String, TodoId> =
            numbers(list).into_iter().map(|(number, id)| (number.to_owned(), id)).collect();
        for entry in list {
            let Some(todo) = todo(entry.id) else { continue };
            let fields = LINKS.iter().filter_map(|name| todo.fields.get(*name));
            let linked: BTreeSet<TodoId> = fields.flat_map(|field| link_ids(&field.value)).collect();
            if linked.is_empty() {
                entry.meant.clear();
                continue;
            }
            let before = self.before.iter().map(|(number, id)| (*number, *id));
            let meant = self.meant.get(&entry.id).into_iter().flat_map(|meant| meant.iter());
            let called = before.chain(meant.map(|(number, id)| (number.as_str(), *id)));
            let called = called.map(|(number, id)| (number.to_owned(), self.latest(id)));
            entry.meant = called.filter(|(number, id)| linked.contains(id) && now.get(number) != Some(id)).collect();
        }
    }
}

fn numbers(list: &[ListEntry]) -> BTreeMap<&str, TodoId> {
    list.iter().filter_map(|entry| Some((entry.native.as_deref()?, entry.id))).collect()
}
