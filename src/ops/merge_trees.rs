//! Merge of whole trees: every project's todos and every session's file.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::judge::judge;
use super::merge_sides::{Outcome, Side};
use super::resolved_line::trailer;
use crate::codec::{Open, TodoFile, decode_session, encode_session};
use crate::git::{Batch, GitError, Identity, NewCommit, ObjectId, Overlay, Repo, TreeEntry};
use crate::merge::join_session;
use crate::store::paths::{ATTRIBUTES, ATTRIBUTES_PATH, PROJECTS, SESSIONS, project_dir};
use crate::store::{StoreError, list_paths};
use crate::todo::{Project, plain};

/// A merge of several sides into one tree.
pub(super) struct Merge<'a> {
    overlay: Overlay<'a>,
    /// The side that the result starts from.
    start: Side,
    /// Whether `start` is the branch, not one of the merged tips.
    onto_branch: bool,
    sides: Vec<Side>,
}

/// What became of one file.
enum Merged {
    AsItWas,
    Theirs(ObjectId),
    New(Vec<u8>),
}

/// Paths below a directory with their blobs.
type Files = BTreeMap<String, ObjectId>;

impl<'a> Merge<'a> {
    /// Prepares to merge `sides`, sorted by id, into `ours`, or into the first of them.
    pub(super) fn new(
        repo: &'a Repo,
        below: [Option<&'a Batch>; 2],
        ours: Option<Side>,
        mut sides: Vec<Side>,
    ) -> Result<Self, OpsError> {
        let overlay = Overlay::above_all(repo, below);
        let onto_branch = ours.is_some();
        let start = ours.unwrap_or_else(|| sides.remove(0));
        Ok(Merge { overlay, start, onto_branch, sides })
    }

    /// Merges, and makes the commit.
    pub(super) fn commit(mut self, identity: &Identity) -> Result<(Side, Batch, Outcome), OpsError> {
        let mut outcome = Outcome::default();
        let mut changes: Vec<(String, ObjectId)> = Vec::new();
        for project in self.projects()? {
            let paths = self.lists(&project)?;
            if paths.is_empty() {
                continue;
            }
            for path in paths {
                // A file can look like ours and have two todos on a line. Such files are read whole.
                let merged = match self.merge_list(&path, TodoFile::open) {
                    Err(OpsError::Store(StoreError::Decode { .. })) => self.merge_list(&path, TodoFile::read)?,
                    merged => merged?,
                };
                let blob = match merged {
                    Merged::AsItWas => continue,
                    Merged::Theirs(blob) => blob,
                    Merged::New(bytes) => self.overlay.batch.blob(bytes)?,
                };
                changes.push((path, blob));
            }
            judge(&self.overlay, &project, &self.start, &self.sides, &mut outcome)?;
        }
        self.merge_sessions(&mut changes)?;
        if self.overlay.find(self.start.tree, ATTRIBUTES_PATH)?.is_none() {
            let blob = self.overlay.batch.blob(ATTRIBUTES.as_bytes().to_vec())?;
            changes.push((ATTRIBUTES_PATH.to_owned(), blob));
        }
        let files = changes.iter().map(|(path, blob)| (path.as_str(), Some(*blob)));
        let tree = self.overlay.edit_tree(Some(self.start.tree), files)?;

        let parents: Vec<ObjectId> = std::iter::once(&self.start).chain(&self.sides).map(|side| side.commit).collect();
        let all = || std::iter::once(&self.start).chain(&self.sides);
        let time = all().map(|side| side.time).max().unwrap_or_default();
        let sessions = all().map(|side| side.sessions).sum();
        let bases: BTreeSet<ObjectId> = all().flat_map(|side| side.bases.iter().copied()).collect();
        let message = self.message(sessions, &outcome);
        let identity = Identity { time, ..identity.clone() };
        let commit = self.overlay.commit(NewCommit { tree, parents, identity: &identity, message })?;
        let label = format!("{sessions} sessions merged in {}", &commit.to_string()[..12]);
        let bases = bases.into_iter().collect();
        Ok((Side { commit, tree, time, bases, seen: Vec::new(), label, sessions }, self.overlay.batch, outcome))
    }

    /// Returns the projects that a side has todos of.
    fn projects(&self) -> Result<BTreeSet<Project>, OpsError> {
        let mut projects = BTreeSet::new();
        for side in &self.sides {
            let names = self.overlay.entries(self.overlay.find_dir(side.tree, PROJECTS)?)?;
            projects.extend(names.iter().filter_map(|entry| Project::from_component(&entry.name)));
        }
        Ok(projects)
    }

    /// Returns the paths of a project's lists on which a side has something to say: they are neither as we have them
    /// nor as all its bases do.
    fn lists(&self, project: &Project) -> Result<BTreeSet<String>, OpsError> {
        let tree = |root: ObjectId| self.overlay.find_dir(root, &project_dir(project));
        let lists = |tree| list_paths(&self.overlay, project, tree);
        let our_tree = tree(self.start.tree)?;
        let (mut paths, mut ours) = (BTreeSet::new(), None);
        for side in &self.sides {
            let theirs = tree(side.tree)?;
            let bases = side.bases.iter().map(|base| tree(*base)).collect::<Result<Vec<_>, _>>()?;
            if theirs == our_tree || (!bases.is_empty() && bases.iter().all(|base| *base == theirs)) {
                continue;
            }
            let ours = match &mut ours {
                Some(ours) => ours,
                None => ours.insert(lists(our_tree)?),
            };
            let bases = bases.into_iter().map(lists).collect::<Result<Vec<_>, _>>()?;
            for (path, blob) in lists(theirs)? {
                let is_base = !bases.is_empty() && bases.iter().all(|base| base.get(&path) == Some(&blob));
                if ours.get(&path) != Some(&blob) && !is_base {
                    paths.insert(path);
                }
            }
        }
        Ok(paths)
    }

    /// Merges one file as git does: where one side has the file as their common ancestors do, the other side's is
    /// taken as it is.
    fn merge_list(&self, path: &str, open: Open) -> Result<Merged, OpsError> {
        let failed = |blob: ObjectId| {
            let (commit, path) = (blob.to_string(), path.to_owned());
            move |source| StoreError::Decode { commit, path, source }
        };
        let mut ours = self.overlay.find(self.start.tree, path)?;
        let mut file: Option<TodoFile<'static>> = None;
        for side in &self.sides {
            let Some(theirs) = self.overlay.find(side.tree, path)? else { continue };
            let mut bases = BTreeSet::new();
            for base in &side.bases {
                bases.insert(self.overlay.find(*base, path)?);
            }
            let is_base = |blob| bases.len() == 1 && bases.contains(&blob);
            if is_base(Some(theirs)) || (file.is_none() && ours == Some(theirs)) {
                continue;
            }
            if file.is_none() && (ours.is_none() || is_base(ours)) {
                ours = Some(theirs);
                continue;
            }
            let read = |blob: ObjectId| -> Result<TodoFile<'static>, OpsError> {
                let bytes = self.overlay.blob(blob)?;
                Ok(open(&bytes).map_err(failed(blob))?.into_owned())
            };
            let mut base = TodoFile::default();
            for blob in bases.into_iter().flatten() {
                base.absorb(read(blob)?).map_err(failed(blob))?;
            }
            let merging = match &mut file {
                Some(file) => file,
                None => file.insert(ours.map(read).transpose()?.unwrap_or_default()),
            };
            merging.merge(&base, &read(theirs)?).map_err(failed(theirs))?;
        }
        let before = self.overlay.find(self.start.tree, path)?;
        Ok(match (file, ours) {
            (Some(file), _) => Merged::New(file.encode()),
            (None, Some(blob)) if Some(blob) != before => Merged::Theirs(blob),
            (None, _) => Merged::AsItWas,
        })
    }

    /// Adds each session's file that is not there as it is.
    fn merge_sessions(&mut self, changes: &mut Vec<(String, ObjectId)>) -> Result<(), OpsError> {
        let mut merged: Files = BTreeMap::new();
        for tree in self.sides.iter().map(|side| side.tree).collect::<Vec<_>>() {
            for (path, theirs) in self.session_files(tree)? {
                let current = match merged.get(&path) {
                    Some(blob) => Some(*blob),
                    None => self.overlay.find(self.start.tree, &path)?,
                };
                match current {
                    Some(current) if current == theirs => {}
                    Some(current) => drop(merged.insert(path, self.join_session_files(current, theirs)?)),
                    None => drop(merged.insert(path, theirs)),
                }
            }
        }
        changes.extend(merged);
        Ok(())
    }

    /// Joins two versions of a session's file. One that cannot be read yields to the other.
    fn join_session_files(&mut self, ours: ObjectId, theirs: ObjectId) -> Result<ObjectId, OpsError> {
        let decode = |blob| self.overlay.blob(blob).map(|bytes| decode_session(&bytes));
        match (decode(ours)?, decode(theirs)?) {
            (Ok(mut joined), Ok(other)) => {
                join_session(&mut joined, &other);
                Ok(self.overlay.batch.blob(encode_session(&joined))?)
            }
            (Ok(_), Err(_)) => Ok(ours),
            (Err(_), _) => Ok(theirs),
        }
    }

    fn session_files(&self, tree: ObjectId) -> Result<Files, GitError> {
        let mut files = Files::new();
        for TreeEntry { name: shard, is_tree, id: shard_tree } in
            self.overlay.entries(self.overlay.find_dir(tree, SESSIONS)?)?
        {
            if is_tree {
                for TreeEntry { name, id: blob, .. } in self.overlay.entries(Some(shard_tree))? {
                    files.insert(format!("{SESSIONS}/{shard}/{name}"), blob);
                }
            }
        }
        Ok(files)
    }

    /// Says what was merged: `Merge 3 sessions: 5 todos changed, 1 conflict`, a line for each session, a
    /// trailer for each choice.
    fn message(&self, sessions: usize, outcome: &Outcome) -> String {
        let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        let what = if sessions == 0 { "what went apart".to_owned() } else { count(sessions, "session") };
        let mut text = format!("Merge {what}: {} changed", count(outcome.changed, "todo"));
        if !outcome.conflicts.is_empty() {
            text.push_str(&format!(", {}", count(outcome.conflicts.len(), "conflict")));
        }
        text.push_str("\n\n");
        let merged = if self.onto_branch { None } else { Some(&self.start) };
        for side in merged.into_iter().chain(&self.sides) {
            text.push_str(&format!("- {}\n", plain(&side.label)));
        }
        if !outcome.conflicts.is_empty() {
            text.push('\n');
        }
        for (project, conflict) in &outcome.conflicts {
            text.push_str(&format!("{}\n", trailer(project, conflict)));
        }
        text
    }
}
