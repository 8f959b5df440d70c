//! Trees and commits, named by what is in them: equal merges are equal commits, as in git.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::lines::{Key, Line, Lines, List, hash};

/// A commit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Id(u32);

/// A file that holds a list: the working list or the archive, or the part of it for ids that begin with these digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct File {
    pub archive: bool,
    pub first: Option<u8>,
    pub second: Option<u8>,
}

impl File {
    /// `todos.json`, which takes every change.
    pub const TODOS: File = File { archive: false, first: None, second: None };
    /// Where closed todos go.
    pub const ARCHIVE: File = File { archive: true, ..File::TODOS };

    /// Returns the part, one level down, for this id.
    pub fn part(self, key: Key) -> Option<File> {
        let (first, second) = (Some(key / 2), Some(key % 2));
        match (self.first, self.second) {
            (None, _) => Some(File { first, ..self }),
            (Some(_), None) => Some(File { second, ..self }),
            (Some(_), Some(_)) => None,
        }
    }
}

/// The files of a commit.
pub type Tree = BTreeMap<File, List>;

/// Whose statements a session's commit carries: a session, on a device, in its first, second, … life there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Speaker {
    pub session: u8,
    pub device: u8,
    pub life: u8,
}

/// Who made a commit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Maker {
    Session(Speaker),
    /// The program, as a function of the parents: any device would make the same.
    Program,
    Hand,
    Hostile,
}

/// What is known of a commit.
pub struct Commit {
    pub parents: Vec<Id>,
    pub tree: Rc<Tree>,
    pub maker: Maker,
    /// The join of its lines in all files.
    pub says: List,
    /// The join of all that it and the commits behind it say.
    pub behind: List,
    /// The join of all that commits of sessions say, of it and those behind it.
    pub spoken: List,
    ancestors: Rc<[Id]>,
    name: u64,
}

/// Every commit that came up so far.
pub struct Commits {
    all: Vec<Commit>,
    known: HashMap<(Vec<Id>, Rc<Tree>, Maker), Id>,
    /// Makes other names of the same commits: the order in which tips are merged follows from their names.
    salt: u64,
}

impl Commits {
    pub fn new(salt: u64) -> Self {
        Commits { all: Vec::new(), known: HashMap::new(), salt }
    }

    pub fn commit(&mut self, lines: &mut Lines, parents: &[Id], tree: Tree, maker: Maker) -> Id {
        let key = (parents.to_vec(), Rc::new(tree), maker);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let (parents, tree, _) = key.clone();
        let mut says = Lines::NOTHING;
        for list in tree.values() {
            says = lines.join_lists(says, *list);
        }
        let id = Id(self.all.len() as u32);
        let mut ancestors = vec![id];
        let mut behind = says;
        let mut spoken = if matches!(maker, Maker::Session(_)) { says } else { Lines::NOTHING };
        for parent in &parents {
            ancestors.extend(self[*parent].ancestors.iter());
            behind = lines.join_lists(behind, self[*parent].behind);
            spoken = lines.join_lists(spoken, self[*parent].spoken);
        }
        ancestors.sort_unstable();
        ancestors.dedup();
        let names: Vec<u64> = parents.iter().map(|parent| self[*parent].name).collect();
        let files: Vec<_> = tree.iter().map(|(file, list)| (*file, lines.bytes(*list))).collect();
        let name = hash(&(self.salt, names, files, maker));
        self.all.push(Commit { parents, tree, maker, says, behind, spoken, ancestors: ancestors.into(), name });
        self.known.insert(key, id);
        id
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns the commit and all behind it.
    pub fn ancestors(&self, id: Id) -> Rc<[Id]> {
        self[id].ancestors.clone()
    }

    /// Returns whether `b` is `a`, or behind it.
    pub fn contains(&self, a: Id, b: Id) -> bool {
        self[a].ancestors.binary_search(&b).is_ok()
    }

    /// Returns those that no other contains, sorted by name.
    pub fn heads(&self, ids: &[Id]) -> Vec<Id> {
        let mut ids = ids.to_vec();
        ids.sort_unstable_by_key(|id| (self[*id].name, *id));
        ids.dedup();
        let head = |id: &Id| !ids.iter().any(|other| other != id && self.contains(*other, *id));
        ids.iter().copied().filter(head).collect()
    }

    /// Returns the best common ancestors of `tip` and any of `done`, sorted by name.
    pub fn bases(&self, done: &[Id], tip: Id) -> Vec<Id> {
        let behind = self[tip].ancestors.iter().copied();
        let common: Vec<Id> = behind.filter(|id| done.iter().any(|other| self.contains(*other, *id))).collect();
        self.heads(&common)
    }

    /// Returns the line of a todo in each commit from `id` back, each once.
    pub fn past_lines(&self, lines: &Lines, id: Id, key: Key) -> Vec<Line> {
        let mut past = Vec::new();
        for commit in self[id].ancestors.iter() {
            let line = lines.get(self[*commit].says, key);
            past.extend(line.filter(|line| !past.contains(line)));
        }
        past
    }
}

impl std::ops::Index<Id> for Commits {
    type Output = Commit;

    fn index(&self, id: Id) -> &Commit {
        &self.all[id.0 as usize]
    }
}
