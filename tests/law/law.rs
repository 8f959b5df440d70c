//! The law of the merge: what becomes of files, trees and tips. Each is a pure function of commits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chittysync::todo::{State, Status};

use crate::commits::{Commits, File, Id, Maker, Tree};
use crate::lines::{Key, Line, Lines, List};

/// When an absent line counts as taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absence {
    /// When a base has that very line, and both sides descend from the base.
    FromOwnBase,
    /// When any base has it, also one from which a side does not descend. It was so once, and lost todos.
    FromAnyBase,
}

/// What is looked at when the branch has moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verify {
    Nothing,
    /// The branch as it was before, and the newest new commits of each session.
    Newest,
    /// The branch as it was before, and each new commit of a session.
    Sessions,
    /// The branch as it was before, and each new commit's parents.
    All,
}

/// The parameters of the law.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many parents a merge may have.
    pub group: usize,
    pub absence: Absence,
    /// Whether a merge is followed by a look at its parents.
    pub settle: bool,
    pub verify: Verify,
    /// How many lines a file may have before it hands them to its parts, if it ever does.
    pub layers: Option<usize>,
    /// Whether, of two branches that went apart, what the program made of ours is made again on top of theirs.
    pub again: bool,
}

impl Rules {
    pub const LAW: Rules = Rules {
        group: 2,
        absence: Absence::FromOwnBase,
        settle: true,
        verify: Verify::All,
        layers: None,
        again: false,
    };
}

/// The law over all commits that came up so far. What was worked out once is remembered.
pub struct Law {
    pub lines: Lines,
    pub commits: Commits,
    pub rules: Rules,
    merged: HashMap<Vec<Id>, Id>,
    verified: HashMap<(Option<Id>, Id), Id>,
}

impl Law {
    pub fn new(rules: Rules, salt: u64) -> Self {
        let (lines, commits) = (Lines::new(), Commits::new(salt));
        Law { lines, commits, rules, merged: HashMap::new(), verified: HashMap::new() }
    }

    pub fn commit(&mut self, parents: &[Id], tree: Tree, maker: Maker) -> Id {
        self.commits.commit(&mut self.lines, parents, tree, maker)
    }

    pub fn says(&self, id: Id) -> List {
        self.commits[id].says
    }

    pub fn covers(&mut self, a: Id, b: Id) -> bool {
        self.lines.covers(self.commits[a].says, self.commits[b].says)
    }

    /// One file of a merge: a line on both sides is joined, a line on one side stays unless the base has that very line.
    fn merge_file(&mut self, ours: List, theirs: List, base: List) -> List {
        let mut merged = Vec::new();
        let (a, b) = (self.lines.entries(ours), self.lines.entries(theirs));
        let keys: BTreeSet<Key> = a.iter().chain(b.iter()).map(|entry| entry.0).collect();
        for key in keys {
            match (self.lines.get(ours, key), self.lines.get(theirs, key)) {
                (Some(a), Some(b)) => merged.push((key, self.lines.join(a, b))),
                (one, other) => {
                    let line = one.or(other).expect("one of them has it");
                    if self.lines.get(base, key) != Some(line) {
                        merged.push((key, line));
                    }
                }
            }
        }
        self.lines.list(&merged)
    }

    /// What git makes of these tips with the driver, none of which contains another: file by file, tip by tip.
    pub fn plain_merge(&mut self, tips: &[Id], maker: Maker) -> Id {
        let any = tips.iter().flat_map(|a| tips.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
        let any = any.filter_map(|(a, b)| self.commits.base(&[a], b)).max();
        let mut tree = (*self.commits[tips[0]].tree).clone();
        for at in 1..tips.len() {
            let theirs = self.commits[tips[at]].tree.clone();
            let base = match self.rules.absence {
                Absence::FromOwnBase => self.commits.base(&tips[..at], tips[at]),
                Absence::FromAnyBase => any,
            };
            let base = base.map(|base| self.commits[base].tree.clone());
            let files: BTreeSet<File> = tree.keys().chain(theirs.keys()).copied().collect();
            for file in files {
                let list = |tree: &Tree| tree.get(&file).copied().unwrap_or(Lines::NOTHING);
                let base = base.as_ref().map_or(Lines::NOTHING, |tree| list(tree));
                let merged = self.merge_file(list(&tree), list(&theirs), base);
                tree.insert(file, merged);
            }
        }
        self.commit(tips, tree, maker)
    }

    /// Merges tips in groups. What each group lacks of its parents is put on top.
    pub fn merge(&mut self, tips: &[Id]) -> Id {
        let mut tips = self.commits.heads(tips);
        loop {
            let groups: Vec<Id> = tips.chunks(self.rules.group).map(|group| self.merge_group(group)).collect();
            match groups[..] {
                [one] => return one,
                _ => tips = self.commits.heads(&groups),
            }
        }
    }

    fn merge_group(&mut self, tips: &[Id]) -> Id {
        if let [one] = tips {
            return *one;
        }
        if let Some(id) = self.merged.get(tips) {
            return *id;
        }
        let mut id = self.plain_merge(tips, Maker::Program);
        if self.rules.settle {
            id = self.settle(id, tips);
        }
        self.merged.insert(tips.to_vec(), id);
        id
    }

    /// Returns `id`, or a commit on top of it that says what `sources` say and it lacks, and in which no todo stands both
    /// in the archive and outside.
    pub fn settle(&mut self, id: Id, sources: &[Id]) -> Id {
        let mut tree = (*self.commits[id].tree).clone();
        let (mut work, mut archive) = (Lines::NOTHING, Lines::NOTHING);
        let (mut here, before) = (Lines::NOTHING, tree.clone());
        let all: Vec<_> = [id].iter().chain(sources).map(|id| self.commits[*id].tree.clone()).collect();
        for (at, source) in all.iter().enumerate() {
            for (file, list) in source.iter() {
                let part = if *file == File::Archive { &mut archive } else { &mut work };
                *part = self.lines.join_lists(*part, *list);
            }
            here = if at == 0 { work } else { here };
        }
        let keys: BTreeSet<Key> =
            self.lines.entries(work).iter().chain(self.lines.entries(archive).iter()).map(|entry| entry.0).collect();
        for key in keys {
            match (self.lines.get(archive, key), self.lines.get(work, key)) {
                (Some(archived), working) => {
                    let all = working.map_or(archived, |line| self.lines.join(archived, line));
                    if all == archived {
                        self.take_out(&mut tree, key);
                        self.put(&mut tree, File::Archive, key, Some(archived));
                    } else {
                        self.put(&mut tree, File::Archive, key, None);
                        self.put(&mut tree, File::Todos, key, Some(all));
                    }
                }
                (None, Some(line)) => {
                    let covered = self.lines.get(here, key).is_some_and(|here| self.lines.join(here, line) == here);
                    if !covered {
                        self.put(&mut tree, File::Todos, key, Some(line));
                    }
                }
                (None, None) => unreachable!("each key is of one of them"),
            }
        }
        if tree == before { id } else { self.commit(&[id], tree, Maker::Program) }
    }

    /// Replaces a todo's line in one file.
    pub fn put(&mut self, tree: &mut Tree, file: File, key: Key, line: Option<Line>) {
        let old = tree.get(&file).copied();
        let new = self.lines.set(old.unwrap_or(Lines::NOTHING), key, line);
        if old.is_some() || line.is_some() {
            tree.insert(file, new);
        }
    }

    /// Takes a todo's lines out of all files but the archive.
    pub fn take_out(&mut self, tree: &mut Tree, key: Key) {
        let files: Vec<File> = tree.keys().copied().filter(|file| *file != File::Archive).collect();
        for file in files {
            self.put(tree, file, key, None);
        }
    }

    /// What becomes of our branch when `theirs` is there too.
    pub fn adopt(&mut self, ours: Id, theirs: Id) -> Id {
        if self.commits.contains(ours, theirs) {
            return ours;
        }
        if self.commits.contains(theirs, ours) {
            return theirs;
        }
        if self.rules.again {
            let behind = self.commits.ancestors(ours);
            let foreign = behind.iter().copied().filter(|id| {
                self.commits[*id].maker != Maker::Program && !self.commits.contains(theirs, *id)
            });
            let tips: Vec<Id> = foreign.chain([theirs]).collect();
            let again = self.merge(&tips);
            if self.covers(again, ours) {
                return again;
            }
        }
        self.merge(&[ours, theirs])
    }

    /// Makes the branch cover what is new behind it, and the branch as it was when it was last verified.
    pub fn verify(&mut self, before: Option<Id>, branch: Id) -> Id {
        if self.rules.verify == Verify::Nothing {
            return branch;
        }
        if let Some(id) = self.verified.get(&(before, branch)) {
            return *id;
        }
        let mut tip = branch;
        if let Some(before) = before
            && !self.commits.contains(tip, before)
            && !self.covers(tip, before)
        {
            tip = self.adopt(tip, before);
        }
        let seen = |id: &Id| before.is_some_and(|before| self.commits.contains(before, *id));
        let new: Vec<Id> = self.commits.ancestors(tip).iter().copied().filter(|id| !seen(id)).collect();
        let speaker = |id: &Id| match self.commits[*id].maker {
            Maker::Session(speaker) => Some(speaker),
            _ => None,
        };
        let mut sources: Vec<Id> = match self.rules.verify {
            Verify::All => new.iter().flat_map(|id| self.commits[*id].parents.clone()).collect(),
            Verify::Sessions => new.iter().copied().filter(|id| speaker(id).is_some()).collect(),
            Verify::Newest => {
                let mut sessions: BTreeMap<_, Vec<Id>> = BTreeMap::new();
                for id in &new {
                    if let Some(speaker) = speaker(id) {
                        sessions.entry(speaker).or_default().push(*id);
                    }
                }
                sessions.values().flat_map(|commits| self.commits.heads(commits)).collect()
            }
            Verify::Nothing => Vec::new(),
        };
        sources.extend(before);
        sources.sort_unstable();
        sources.dedup();
        let settled = self.settle(tip, &sources);
        self.verified.insert((before, branch), settled);
        settled
    }

    /// Moves closed todos of which nobody spoke lately into the archive: a function of the commit.
    pub fn archive(&mut self, branch: Id) -> Id {
        let mut tree = (*self.commits[branch].tree).clone();
        let says = self.lines.entries(self.says(branch));
        let newest = says.iter().map(|(_, line)| self.lines.todo(*line).updated()).max();
        for (key, line) in says.iter() {
            let todo = self.lines.todo(*line);
            let closed = matches!(todo.state(), State::Dropped | State::Wanted(Status::Completed));
            let works = tree.iter().any(|(file, list)| *file != File::Archive && self.lines.get(*list, *key).is_some());
            if closed && works && Some(todo.updated()) < newest && !todo.is_forgotten() {
                self.take_out(&mut tree, *key);
                self.put(&mut tree, File::Archive, *key, Some(*line));
            }
        }
        self.on_top(branch, tree)
    }

    /// Hands the lines of files that are too long to their parts: a function of the commit.
    pub fn spill(&mut self, branch: Id) -> Id {
        let Some(limit) = self.rules.layers else { return branch };
        let mut tree = (*self.commits[branch].tree).clone();
        loop {
            let full = |(file, list): &(&File, &List)| {
                matches!(file, File::Todos | File::Part(_)) && self.lines.entries(**list).len() > limit
            };
            let Some((file, list)) = tree.iter().find(full).map(|(file, list)| (*file, *list)) else { break };
            tree.insert(file, Lines::NOTHING);
            for (key, line) in self.lines.entries(list).iter() {
                let (first, second) = digits(*key);
                let part = if file == File::Todos { File::Part(first) } else { File::Deeper(first, second) };
                let old = tree.get(&part).copied().unwrap_or(Lines::NOTHING);
                tree.insert(part, self.lines.add(old, *key, *line));
            }
        }
        self.on_top(branch, tree)
    }

    fn on_top(&mut self, branch: Id, tree: Tree) -> Id {
        if tree == *self.commits[branch].tree { branch } else { self.commit(&[branch], tree, Maker::Program) }
    }
}

/// The first two digits of a todo's id: 0 and 1 share the first, 2 and 3 as well.
fn digits(key: Key) -> (u8, u8) {
    (key / 2, key % 2)
}
