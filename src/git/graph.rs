//! git's commit-graph: what the parents of commits are, without unpacking them.
//!
//! It is written when a store is put in order, and by `git gc`. Nothing but time depends on it: where it is missing,
//! damaged or old, more commits are read. Its checksum is made sure of before it is believed, as a wrong parent would make
//! a commit look merged that is not. So it is opened by a process that has walked far already, and by no other.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use gix::ObjectId;
use gix::commitgraph::File;

/// A commit-graph that is whole.
pub(super) struct Graph(gix::commitgraph::Graph);

impl Graph {
    /// Opens that of a repository, given its common git directory; nothing when there is none, or it is damaged.
    pub(super) fn open(git_dir: &Path, hash: gix::hash::Kind) -> Option<Self> {
        let (mut files, mut before) = (Vec::new(), Vec::new());
        for path in paths(&git_dir.join("objects/info"))? {
            let file = File::at(path).ok().filter(|file| file.object_hash() == hash)?;
            // It names those that it is built on: of a chain without one of them all parents would be others.
            let id = file
                .verify_checksum()
                .ok()
                .filter(|_| file.iter_base_graph_ids().eq(before.iter().map(AsRef::as_ref)))?;
            before.push(id);
            files.push(file);
        }
        gix::commitgraph::Graph::new(files).ok().map(Graph)
    }

    /// Returns the parents of a commit; nothing of one that it does not have.
    pub(super) fn parents(&self, id: ObjectId) -> Option<Vec<ObjectId>> {
        let parents = self.0.commit_by_id(id)?.iter_parents();
        parents.map(|parent| Some(self.0.id_at(parent.ok()?).to_owned())).collect()
    }

    /// Returns whether one commit cannot descend from another one, unless it is that one. `false` may also mean that it is
    /// not known.
    pub(super) fn is_no_descendant(&self, id: ObjectId, of: ObjectId) -> bool {
        let generation = |id| self.0.commit_by_id(id).map(|commit| commit.generation());
        match (generation(id), generation(of)) {
            // Greater than those of all parents. Very old versions of git left it out.
            (Some(id), Some(of)) => id > 0 && of > 0 && id <= of,
            // What the graph has, it has with everything below.
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// Returns the files of the commit-graph of a directory, those first that others are built on.
fn paths(info: &Path) -> Option<Vec<PathBuf>> {
    let one = info.join("commit-graph");
    if one.exists() {
        return Some(vec![one]);
    }
    let directory = info.join("commit-graphs");
    let chain = fs::read_to_string(directory.join("commit-graph-chain")).ok()?;
    Some(chain.lines().map(|id| directory.join(format!("graph-{id}.graph"))).collect())
}

/// What the commit-graph of a directory looks like; nothing when there is none.
type Look = [Option<(SystemTime, u64)>; 2];

fn look(git_dir: &Path) -> Look {
    ["commit-graph", "commit-graphs/commit-graph-chain"].map(|name| {
        let metadata = fs::metadata(git_dir.join("objects/info").join(name)).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

/// How far a process has walked, and the graph once that is far. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Walked(Arc<Steps>);

#[derive(Default)]
struct Steps {
    count: AtomicUsize,
    /// The graph, and what its files looked like before it was opened.
    opened: OnceLock<(Look, Option<Graph>)>,
}

impl Walked {
    /// Goes one step. Returns the graph of a repository, if there is one, when the steps are more than so many.
    pub(super) fn step(&self, most: usize, git_dir: &Path, open: impl FnOnce() -> Option<Graph>) -> Option<&Graph> {
        if self.0.count.fetch_add(1, Ordering::Relaxed) < most {
            return None;
        }
        self.0.opened.get_or_init(|| (look(git_dir), open())).1.as_ref()
    }

    /// Returns the same for who looks again: a process can stay for months, and the graph grows.
    pub(super) fn look_again(&self, git_dir: &Path) -> Self {
        match self.0.opened.get() {
            Some((known, _)) if *known != look(git_dir) => {
                let count = AtomicUsize::new(self.0.count.load(Ordering::Relaxed));
                Walked(Arc::new(Steps { count, ..Steps::default() }))
            }
            _ => self.clone(),
        }
    }
}

impl std::fmt::Debug for Walked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Walked({})", self.0.count.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::git::{Ancestors, Beyond, Git, Overlay, Repo, beyond, create_bare, descends, frontier};

    /// Commits, each with its parents among those before it.
    struct History {
        git_dir: PathBuf,
        commits: Vec<(ObjectId, Vec<usize>)>,
        /// Each commit is later than its parents.
        clocks_are_right: bool,
    }

    impl History {
        fn new(directory: &Path, clocks_are_right: bool) -> Self {
            let history = History { git_dir: directory.join("store.git"), commits: Vec::new(), clocks_are_right };
            create_bare(&history.git_dir, "", "").expect("a repository");
            history.git(&["hash-object", "-w", "-t", "tree", "/dev/null"]);
            history
        }

        fn git(&self, arguments: &[&str]) -> Vec<u8> {
            self.git_at(0, arguments)
        }

        fn git_at(&self, time: usize, arguments: &[&str]) -> Vec<u8> {
            let who = ["-c", "user.name=x", "-c", "user.email=x"];
            let mut git = Git::new(Some(&self.git_dir), who.iter().chain(arguments).copied());
            git.command_mut().env("GIT_COMMITTER_DATE", format!("{} +0000", 1_700_000_000 + time));
            git.output().expect("git")
        }

        fn grow(&mut self, to: usize) {
            for at in self.commits.len()..to {
                let number = at * 2_654_435_761;
                let parents: BTreeSet<usize> = (0..(number >> 7) % 4)
                    .filter_map(|which| at.checked_sub(1 + (number >> (3 * which)) % 9))
                    .collect();
                let mut arguments = vec!["commit-tree".to_owned(), format!("-m{at}")];
                arguments.push("4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned());
                arguments.extend(parents.iter().map(|parent| format!("-p{}", self.commits[*parent].0)));
                let time = if self.clocks_are_right { at } else { (number >> 5) % 50 };
                let said = self.git_at(time, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
                let id = ObjectId::from_hex(said.trim_ascii()).expect("an id");
                self.git(&["update-ref", &format!("refs/heads/{at}"), &id.to_string()]);
                self.commits.push((id, parents.into_iter().collect()));
            }
        }

        fn below(&self, at: usize) -> BTreeSet<usize> {
            let mut all: BTreeSet<usize> = self.commits[at].1.iter().flat_map(|parent| self.below(*parent)).collect();
            all.insert(at);
            all
        }

        /// Every question has the answer that the commits themselves give. Returns for how many commits the graph knew one.
        fn holds(&self) -> usize {
            let below: Vec<BTreeSet<usize>> = (0..self.commits.len()).map(|at| self.below(at)).collect();
            let mut repo = Repo::open(&self.git_dir).expect("a repository");
            repo.limits.walked = 0;
            let overlay = Overlay::new(&repo);
            for (at, (id, _)) in self.commits.iter().enumerate() {
                let all = Ancestors::of(&overlay, Some(*id));
                for (of, (from, _)) in self.commits.iter().enumerate() {
                    assert_eq!(descends(&overlay, *id, *from), below[at].contains(&of), "{at} {of}");
                    assert_eq!(all.contains(*from), below[at].contains(&of), "{at} {of}");
                    self.is_beyond(&below, at, of, &beyond(&overlay, *id, *from));
                }
                let other = &below[self.commits.len() - 1 - at];
                let common: BTreeSet<usize> = below[at].intersection(other).copied().collect();
                let is_newest = |one: &&usize| !common.iter().any(|more| more != *one && below[*more].contains(one));
                let bases: BTreeSet<ObjectId> =
                    common.iter().filter(is_newest).map(|one| self.commits[*one].0).collect();
                let found = frontier(&overlay, *id, |id| other.iter().any(|one| self.commits[*one].0 == id));
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), bases, "{at}");
            }
            let graph = repo.walk_on();
            self.commits.iter().filter(|(id, _)| graph.is_some_and(|graph| graph.parents(*id).is_some())).count()
        }

        fn is_beyond(&self, below: &[BTreeSet<usize>], at: usize, of: usize, found: &Beyond) {
            assert_eq!(found.is_descendant, below[at].contains(&of), "{at} {of}");
            let ids =
                |of: &BTreeSet<usize>| -> BTreeSet<ObjectId> { of.iter().map(|one| self.commits[*one].0).collect() };
            let (wanted, all) = (ids(&below[at].difference(&below[of]).copied().collect()), ids(&below[at]));
            let commits: BTreeSet<ObjectId> = found.commits.iter().map(|commit| commit.id).collect();
            assert!(commits.is_superset(&wanted) && commits.is_subset(&all), "{at} {of}");
            assert!(
                found.commits.len() == commits.len()
                    && found.commits.is_sorted_by_key(|commit| std::cmp::Reverse(commit.time))
                    || !self.clocks_are_right
            );
            assert!(!self.clocks_are_right || commits == wanted, "{at} {of}");
        }
    }

    #[test]
    fn with_it_and_without_every_walk_comes_to_the_same() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut history = History::new(directory.path(), false);
        history.grow(30);
        assert_eq!(history.holds(), 0);
        let write = ["commit-graph", "write", "--no-progress", "--reachable"];
        history.git(&write);
        assert_eq!(history.holds(), 30);
        history.grow(40);
        assert_eq!(history.holds(), 30);
        // A chain of files in its place.
        history.git(&[&write[..], &["--split=no-merge"]].concat());
        history.grow(50);
        history.git(&[&write[..], &["--split=no-merge"]].concat());
        history.grow(52);
        assert_eq!(history.holds(), 50);
        let chain = history.git_dir.join("objects/info/commit-graphs/commit-graph-chain");
        let lines = fs::read_to_string(&chain).expect("a chain");
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 3);
        // Each is whole, and without those below it speaks of other commits.
        for other in [vec![1, 2], vec![0, 2], vec![2], vec![1, 0, 2], vec![0, 2, 1], vec![0, 0, 1, 2]] {
            let text: String = other.iter().map(|at| format!("{}\n", lines[*at])).collect();
            fs::write(&chain, text).expect("a file");
            assert_eq!(history.holds(), 0, "{other:?}");
        }
        fs::write(&chain, format!("{}\n{}\n", lines[0], lines[1])).expect("a file");
        assert_eq!(history.holds(), 40);
        fs::write(&chain, format!("{}\n", lines.join("\n"))).expect("a file");
        assert_eq!(history.holds(), 50);
        // Not what commits say, as git has it then.
        history.git(&["replace", "--graft", &history.commits[9].0.to_string(), &history.commits[0].0.to_string()]);
        let repo = Repo::open(&history.git_dir).expect("a repository");
        assert!((0..=repo.limits.walked).all(|_| repo.walk_on().is_none()));
        history.git(&["replace", "--delete", &history.commits[9].0.to_string()]);
        // As it is not used by git either, where history is cut off.
        let shallow = history.git_dir.join("shallow");
        fs::write(&shallow, format!("{}\n", history.commits[0].0)).expect("a file");
        assert_eq!(history.holds(), 0);
        fs::remove_file(&shallow).expect("no file");
        assert_eq!(history.holds(), 50);
    }

    #[test]
    fn where_clocks_are_right_only_what_is_beyond_is_found() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut history = History::new(directory.path(), true);
        history.grow(40);
        history.holds();
    }

    /// What opens its repository again has the graph as it is by then.
    #[test]
    fn one_that_came_later_is_found_by_who_looks_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut history = History::new(directory.path(), true);
        history.grow(6);
        let mut repo = Repo::open(&history.git_dir).expect("a repository");
        repo.limits.walked = 0;
        let known =
            |repo: &Repo, at: usize| repo.walk_on().is_some_and(|graph| graph.parents(history.commits[at].0).is_some());
        assert!(!known(&repo, 0));
        history.git(&["commit-graph", "write", "--no-progress", "--reachable", "--split"]);
        assert!(!known(&repo, 0));
        // Not that of a project, which is about all of the project.
        history.git(&["config", "core.bare", "false"]);
        assert!(!known(&repo.reopen().expect("the same"), 5));
        history.git(&["config", "core.bare", "true"]);
        let again = repo.reopen().expect("the same");
        assert!(known(&again, 5) && known(&again.reopen().expect("the same"), 5));
    }

    #[test]
    fn one_that_is_damaged_is_as_good_as_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut history = History::new(directory.path(), true);
        history.grow(12);
        history.git(&["commit-graph", "write", "--no-progress", "--reachable"]);
        let path = history.git_dir.join("objects/info/commit-graph");
        let whole = fs::read(&path).expect("a graph");
        let write = |bytes: &[u8]| {
            let _ = fs::remove_file(&path);
            fs::write(&path, bytes).expect("a file");
        };
        for at in (0..whole.len()).step_by(whole.len() / 40) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            write(&damaged);
            assert_eq!(history.holds(), 0, "byte {at}");
            write(&whole[..at]);
            assert_eq!(history.holds(), 0, "cut off at {at}");
        }
        write(&whole);
        assert_eq!(history.holds(), 12);
    }
}
