//! The law of the merge: what becomes of files, trees and tips. Each is a pure function of commits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chittysync::todo::{State, Status};

use crate::commits::{Commits, File, Id, Maker, Tree};
use crate::lines::{Key, Line, Lines, List};

/// Against which base an absent line counts as taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absence {
    /// One that has that very line, and from which both sides descend. Of several none counts.
    Sole,
    /// The same, but of several bases the first counts.
    First,
    /// Any that has it, also one from which a side does not descend. It was so once, and lost todos.
    Any,
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

impl Verify {
    /// Whether a branch covers all behind it, and not only what sessions said.
    pub fn sees_all(self) -> bool {
        !matches!(self, Verify::Newest | Verify::Sessions)
    }
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
    /// Whether what was fetched before is merged before the remote is asked again: it may have taken that back.
    pub merge_first: bool,
}

impl Rules {
    pub const LAW: Rules = Rules {
        group: 2,
        absence: Absence::Sole,
        settle: true,
        verify: Verify::All,
        layers: None,
        again: false,
        merge_first: true,
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
        let any = any.flat_map(|(a, b)| self.commits.bases(&[a], b)).max();
        let mut tree = (*self.commits[tips[0]].tree).clone();
        for at in 1..tips.len() {
            let theirs = self.commits[tips[at]].tree.clone();
            let bases = self.commits.bases(&tips[..at], tips[at]);
            let base = match self.rules.absence {
                Absence::Sole => bases.first().copied().filter(|_| bases.len() == 1),
                Absence::First => bases.first().copied(),
                Absence::Any => any,
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
        let before = self.commits[id].tree.clone();
        let [(here, here_archived), (mut work, mut archive)] = [id, id].map(|id| self.halves(id));
        for source in sources {
            let (more, archived) = self.halves(*source);
            work = self.lines.join_lists(work, more);
            archive = self.lines.join_lists(archive, archived);
        }
        let mut tree = (*before).clone();
        let both = self.lines.join_lists(work, archive);
        for (key, line) in self.lines.entries(both).iter().copied() {
            let archived = self.lines.get(archive, key);
            if archived == Some(line) {
                self.take_out(&mut tree, key, false);
                if !self.line_covers(here_archived, key, line) {
                    self.add(&mut tree, File::ARCHIVE, key, line);
                }
            } else if archived.is_some() || !self.line_covers(here, key, line) {
                self.take_out(&mut tree, key, true);
                self.add(&mut tree, File::TODOS, key, line);
            }
        }
        if tree == *before { id } else { self.commit(&[id], tree, Maker::Program) }
    }

    /// What all working files of a commit say, and what all files of its archive say.
    fn halves(&mut self, id: Id) -> (List, List) {
        let (mut work, mut archive) = (Lines::NOTHING, Lines::NOTHING);
        for (file, list) in self.commits[id].tree.clone().iter() {
            let half = if file.archive { &mut archive } else { &mut work };
            *half = self.lines.join_lists(*half, *list);
        }
        (work, archive)
    }

    fn line_covers(&mut self, list: List, key: Key, line: Line) -> bool {
        self.lines.get(list, key).is_some_and(|here| self.lines.join(here, line) == here)
    }

    /// Joins a line into one file.
    pub fn add(&mut self, tree: &mut Tree, file: File, key: Key, line: Line) {
        let list = tree.get(&file).copied().unwrap_or(Lines::NOTHING);
        tree.insert(file, self.lines.add(list, key, line));
    }

    /// Takes a todo's lines out of all working files, or of all of the archive. Files without lines stay.
    pub fn take_out(&mut self, tree: &mut Tree, key: Key, archive: bool) {
        for (_, list) in tree.iter_mut().filter(|(file, _)| file.archive == archive) {
            *list = self.lines.set(*list, key, None);
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
            let foreign = behind
                .iter()
                .copied()
                .filter(|id| self.commits[*id].maker != Maker::Program && !self.commits.contains(theirs, *id));
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
            let works = tree.iter().any(|(file, list)| !file.archive && self.lines.get(*list, *key).is_some());
            if closed && works && Some(todo.updated()) < newest && !todo.is_forgotten() {
                self.take_out(&mut tree, *key, false);
                self.add(&mut tree, File::ARCHIVE, *key, *line);
            }
        }
        self.on_top(branch, tree)
    }

    /// Hands the lines of files that are too long to their parts: a function of the commit.
    pub fn spill(&mut self, branch: Id) -> Id {
        let Some(limit) = self.rules.layers else { return branch };
        let mut tree = (*self.commits[branch].tree).clone();
        loop {
            let full =
                |(file, list): &(&File, &List)| file.second.is_none() && self.lines.entries(**list).len() > limit;
            let Some((file, list)) = tree.iter().find(full).map(|(file, list)| (*file, *list)) else { break };
            tree.insert(file, Lines::NOTHING);
            for (key, line) in self.lines.entries(list).iter() {
                self.add(&mut tree, file.part(*key).expect("not the deepest"), *key, *line);
            }
        }
        self.on_top(branch, tree)
    }

    fn on_top(&mut self, branch: Id, tree: Tree) -> Id {
        if tree == *self.commits[branch].tree { branch } else { self.commit(&[branch], tree, Maker::Program) }
    }
}
