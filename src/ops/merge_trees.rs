//! Merge of whole trees: every project's todos and every session's file.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::resolved::trailer;
use crate::codec::{Merged, Open, TodoFile, decode_session, encode_session};
use crate::git::{Batch, GitError, Identity, NewCommit, ObjectId, Overlay, Repo};
use crate::merge::{Conflict, join_session};
use crate::store::StoreError;
use crate::store::paths::{
    ATTRIBUTES, ATTRIBUTES_PATH, PROJECTS, SESSIONS, archive_dir, archive_path, month, todos_path,
};
use crate::todo::{Project, Time, TodoId, plain};

/// One parent of a merge.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub commit: ObjectId,
    pub tree: ObjectId,
    pub time: Time,
    /// The trees of the commits it has in common with the other parent.
    pub bases: Vec<ObjectId>,
    /// What it is, for the message.
    pub label: String,
    /// How many sessions it brings.
    pub sessions: usize,
}

impl Side {
    /// Returns the branch as the first parent.
    pub(super) fn of_branch(overlay: &Overlay<'_>, tip: ObjectId) -> Result<Self, OpsError> {
        let info = overlay.commit_info(tip)?;
        let label = String::new();
        Ok(Side { commit: tip, tree: info.tree, time: info.time, bases: Vec::new(), label, sessions: 0 })
    }
}

/// What a merge did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub changed: usize,
    pub conflicts: Vec<(Project, Conflict)>,
}

/// A merge of several sides into one tree.
pub(super) struct Merge<'a> {
    overlay: Overlay<'a>,
    /// The side that the result starts from.
    start: Side,
    /// Whether `start` is the branch, not one of the merged tips.
    onto_branch: bool,
    sides: Vec<Side>,
}

/// Paths below a directory with their blobs.
type Files = BTreeMap<String, ObjectId>;

impl<'a> Merge<'a> {
    /// Prepares to merge `sides`, sorted by id, into `ours`, or into the first of them. Without sides the commit is
    /// `ours` with another tree.
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
            let todos = todos_path(&project);
            for path in self.archives(&project)?.into_iter().chain([todos.clone()]) {
                // A file can look like ours and have two todos on a line. Such files are read whole.
                let (bytes, merged) = match self.merge_list(&path, TodoFile::open) {
                    Err(OpsError::Store(StoreError::Decode { .. })) => self.merge_list(&path, TodoFile::read)?,
                    merged => merged?,
                };
                let conflicts = merged.conflicts.into_iter().map(|conflict| (project.clone(), conflict));
                outcome.conflicts.extend(conflicts);
                // What became of an archive changes no todo.
                outcome.changed += if path == todos { merged.changed.len() } else { 0 };
                if let Some(bytes) = bytes {
                    changes.push((path, self.overlay.batch.blob(bytes)?));
                }
            }
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
        Ok((Side { commit, tree, time, bases, label, sessions }, self.overlay.batch, outcome))
    }

    /// Returns the projects that a side has todos of.
    fn projects(&self) -> Result<BTreeSet<Project>, OpsError> {
        let mut projects = BTreeSet::new();
        for side in &self.sides {
            let names = self.overlay.entries(self.overlay.find(side.tree, PROJECTS)?)?;
            projects.extend(names.iter().filter_map(|(name, ..)| Project::from_component(name)));
        }
        Ok(projects)
    }

    /// Returns the files of a project's archive that a side has. A session has none.
    fn archives(&self, project: &Project) -> Result<BTreeSet<String>, OpsError> {
        let path = archive_dir(project);
        let mut files = BTreeSet::new();
        for side in self.sides.iter().filter(|side| side.sessions == 0) {
            let names = self.overlay.entries(self.overlay.find(side.tree, &path)?)?;
            files.extend(names.iter().filter_map(|(name, ..)| month(name)).map(|month| archive_path(project, month)));
        }
        Ok(files)
    }

    /// Returns the merged file at this path, unless it is as it was, and what the merge did.
    fn merge_list(&self, path: &str, open: Open) -> Result<(Option<Vec<u8>>, Merged), OpsError> {
        let mut news = Vec::new();
        for side in &self.sides {
            let Some(theirs) = self.overlay.find(side.tree, path)? else { continue };
            let mut bases = Vec::new();
            for base in &side.bases {
                bases.extend(self.overlay.find(*base, path)?);
            }
            if bases != [theirs] || side.bases.len() != 1 {
                news.push((bases, theirs));
            }
        }
        if news.is_empty() {
            return Ok((None, Merged::default()));
        }
        let failed = |blob: ObjectId| {
            let (commit, path) = (blob.to_string(), path.to_owned());
            |source| StoreError::Decode { commit, path, source }
        };
        let ours = self.overlay.find(self.start.tree, path)?;
        let bytes = ours.map(|blob| self.overlay.blob(blob)).transpose()?;
        let mut file = match (ours, &bytes) {
            (Some(blob), Some(bytes)) => open(bytes).map_err(failed(blob))?,
            _ => TodoFile::default(),
        };
        let (mut conflicts, mut changed) = (Vec::new(), BTreeSet::new());
        for (bases, theirs) in news {
            let bases: Vec<_> =
                bases.into_iter().map(|blob| Ok((blob, self.overlay.blob(blob)?))).collect::<Result<_, GitError>>()?;
            let mut bases = bases.iter().map(|(blob, bytes)| open(bytes).map_err(failed(*blob)));
            let mut base = bases.next().transpose()?.unwrap_or_default();
            for other in bases {
                base.merge(&TodoFile::default(), &other?).map_err(failed(theirs))?;
            }
            let bytes = self.overlay.blob(theirs)?;
            let theirs_file = open(&bytes).map_err(failed(theirs))?;
            let merged = file.merge(&base, &theirs_file).map_err(failed(theirs))?;
            conflicts.extend(merged.conflicts);
            changed.extend(merged.changed);
        }
        let changed: Vec<TodoId> = changed.into_iter().collect();
        let bytes = (!changed.is_empty()).then(|| file.encode());
        Ok((bytes, Merged { conflicts, changed }))
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
        for (shard, is_tree, shard_tree) in self.overlay.entries(self.overlay.find(tree, SESSIONS)?)? {
            if is_tree {
                for (name, _, blob) in self.overlay.entries(Some(shard_tree))? {
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
        if self.sides.is_empty() {
            return "Leave out what is none of ours\n".to_owned();
        }
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
