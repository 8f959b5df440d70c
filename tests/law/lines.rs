//! Lines and lists, each kept once and known by a number, joined by the project's own join.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use chittysync::merge::join_todo;
use chittysync::todo::{Status, Todo};

/// A todo, as a small number.
pub type Key = u8;

/// One line of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Line(u32);

/// A list: at most one line for each todo, sorted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct List(u32);

/// The lines of a list, sorted by todo.
type Entries = Rc<[(Key, Line)]>;

/// Every line and list that came up so far. Equal ones have the same number, and no join is made twice.
pub struct Lines {
    todos: Vec<(Todo, u64)>,
    known: HashMap<String, Line>,
    joined: HashMap<(Line, Line), Line>,
    lists: Vec<(Entries, u64)>,
    known_lists: HashMap<Entries, List>,
    joined_lists: HashMap<(List, List), List>,
}

impl Lines {
    /// The list without lines.
    pub const NOTHING: List = List(0);

    pub fn new() -> Self {
        let mut lines = Lines {
            todos: Vec::new(),
            known: HashMap::new(),
            joined: HashMap::new(),
            lists: Vec::new(),
            known_lists: HashMap::new(),
            joined_lists: HashMap::new(),
        };
        assert_eq!(lines.list(&[]), Lines::NOTHING);
        lines
    }

    pub fn line(&mut self, todo: Todo) -> Line {
        let text = format!("{todo:?}");
        if let Some(line) = self.known.get(&text) {
            return *line;
        }
        let line = Line(self.todos.len() as u32);
        self.todos.push((todo, hash(&text)));
        self.known.insert(text, line);
        line
    }

    pub fn todo(&self, line: Line) -> &Todo {
        &self.todos[line.0 as usize].0
    }

    pub fn join(&mut self, a: Line, b: Line) -> Line {
        if a == b {
            return a;
        }
        if let Some(line) = self.joined.get(&(a, b)) {
            return *line;
        }
        let mut todo = self.todo(a).clone();
        join_todo(&mut todo, &self.todos[b.0 as usize].0);
        let line = self.line(todo);
        self.joined.insert((a, b), line);
        line
    }

    /// Returns the list with these lines, sorted by todo.
    pub fn list(&mut self, entries: &[(Key, Line)]) -> List {
        if let Some(list) = self.known_lists.get(entries) {
            return *list;
        }
        let list = List(self.lists.len() as u32);
        let entries: Entries = entries.into();
        let lines: Vec<u64> = entries.iter().map(|(_, line)| self.todos[line.0 as usize].1).collect();
        self.lists.push((entries.clone(), hash(&lines)));
        self.known_lists.insert(entries, list);
        list
    }

    pub fn entries(&self, list: List) -> Entries {
        self.lists[list.0 as usize].0.clone()
    }

    pub fn get(&self, list: List, key: Key) -> Option<Line> {
        self.lists[list.0 as usize].0.iter().find(|entry| entry.0 == key).map(|entry| entry.1)
    }

    /// Returns a number that depends on the bytes of a list alone, not on what else came up.
    pub fn bytes(&self, list: List) -> u64 {
        self.lists[list.0 as usize].1
    }

    pub fn set(&mut self, list: List, key: Key, line: Option<Line>) -> List {
        let mut entries: Vec<_> = self.entries(list).iter().copied().filter(|entry| entry.0 != key).collect();
        entries.extend(line.map(|line| (key, line)));
        entries.sort_by_key(|entry| entry.0);
        self.list(&entries)
    }

    /// Returns the list with this line joined in.
    pub fn add(&mut self, list: List, key: Key, line: Line) -> List {
        let line = self.get(list, key).map_or(line, |old| self.join(old, line));
        self.set(list, key, Some(line))
    }

    pub fn join_lists(&mut self, a: List, b: List) -> List {
        if a == b || b == Lines::NOTHING {
            return a;
        }
        if let Some(list) = self.joined_lists.get(&(a, b)) {
            return *list;
        }
        let mut list = a;
        for &(key, line) in self.entries(b).iter() {
            list = self.add(list, key, line);
        }
        self.joined_lists.insert((a, b), list);
        list
    }

    pub fn covers(&mut self, a: List, b: List) -> bool {
        self.join_lists(a, b) == a
    }

    /// Returns a todo that was completed before and is not any more, though nobody reopened it, had it forgotten or,
    /// having completed it, gave it up.
    pub fn regressed(&self, before: List, after: List) -> Option<Key> {
        let regressed = |(key, line): &&(Key, Line)| {
            let before = self.todo(*line);
            let (who, claim) = before.winner();
            if claim.dropped || claim.status != Status::Completed {
                return false;
            }
            let Some(after) = self.get(after, *key).map(|line| self.todo(line)) else { return true };
            let (_, wins) = after.winner();
            let taken_back = after.claims.get(who).is_some_and(|now| now.dropped);
            let completed = wins.status == Status::Completed && !wins.dropped;
            !completed && wins.epoch <= claim.epoch && !after.is_forgotten() && !taken_back
        };
        self.entries(before).iter().find(regressed).map(|entry| entry.0)
    }
}

pub fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
