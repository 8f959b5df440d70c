//! Trees and commits of ours: read through what is still in memory, built without touching the index.

use std::path::Path;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::objs::tree::EntryKind;
use gix::objs::{CommitRefIter, Data, Find, Kind, Tree, TreeRefIter};

use super::graph::Graph;
use super::memory::Bytes;
use super::{Batch, CommitInfo, GitError, NewCommit, Reading, Repo};

/// A directory or a regular file in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// The last part of its path.
    pub name: String,
    /// Whether it is a directory.
    pub is_tree: bool,
    /// Its tree or its blob.
    pub id: ObjectId,
}

/// A repository together with objects that are not written yet.
#[derive(Debug)]
pub struct Overlay<'a> {
    repo: &'a Repo,
    /// Objects not written yet that others made.
    below: [Option<&'a Batch>; 2],
    /// How much may be read.
    reading: Option<&'a Reading>,
    /// Objects not written yet that are made here.
    pub batch: Batch,
}

impl<'a> Overlay<'a> {
    /// Returns the repository with an empty batch.
    pub fn new(repo: &'a Repo) -> Self {
        Overlay::above_all(repo, [None, None])
    }

    /// Returns the repository with an empty batch, of which no more is read than this allows.
    pub fn within(repo: &'a Repo, reading: Option<&'a Reading>) -> Self {
        Overlay { reading, ..Overlay::new(repo) }
    }

    /// Returns whether something was not read because it was too much.
    pub fn is_spent(&self) -> bool {
        self.reading.is_some_and(Reading::is_spent)
    }

    /// Returns whether no more may be read than so much.
    pub fn is_limited(&self) -> bool {
        self.reading.is_some()
    }

    /// Returns whether something beside the objects, of so many bytes, may be read.
    pub fn allows(&self, bytes: u64) -> bool {
        self.reading.is_none_or(|reading| reading.allows(bytes))
    }

    /// Returns the repository with objects that are not written yet, and an empty batch above them.
    pub fn above(repo: &'a Repo, below: &'a Batch) -> Self {
        Overlay::above_all(repo, [Some(below), None])
    }

    /// Returns the repository with two batches that are not written yet, and an empty one above them.
    pub fn above_all(repo: &'a Repo, below: [Option<&'a Batch>; 2]) -> Self {
        Overlay { repo, below, reading: None, batch: Batch::new(repo.hash()) }
    }

    /// Returns the repository.
    pub fn repo(&self) -> &'a Repo {
        self.repo
    }

    /// Returns the objects that are not written yet and that others made.
    pub fn below(&self) -> [Option<&'a Batch>; 2] {
        self.below
    }

    /// Returns how much is taken at once.
    pub fn limits(&self) -> super::Limits {
        self.repo.limits
    }

    /// Returns the git directory, the one that linked worktrees have in common.
    pub fn common_dir(&self) -> &Path {
        self.repo.common_dir()
    }

    /// Adds a commit.
    ///
    /// # Errors
    /// When its content collides with a known attack on SHA-1.
    pub fn commit(&mut self, commit: NewCommit<'_>) -> Result<ObjectId, GitError> {
        let actor = commit.identity.actor();
        self.batch.object(&gix::objs::Commit {
            tree: commit.tree,
            parents: commit.parents.into(),
            author: actor.clone(),
            committer: actor,
            encoding: None,
            message: commit.message.into(),
            extra_headers: Vec::new(),
        })
    }

    /// Returns a tree like `root` in which these paths hold these blobs (or nothing). Everything else in it
    /// stays.
    ///
    /// # Errors
    /// When a tree on the way cannot be read.
    pub fn edit_tree<'p>(
        &mut self,
        root: Option<ObjectId>,
        files: impl IntoIterator<Item = (&'p str, Option<ObjectId>)>,
    ) -> Result<ObjectId, GitError> {
        let root = match root {
            Some(id) => self.tree(id)?,
            None => Tree::empty(),
        };
        let mut made = Batch::new(self.batch.hash());
        let finder = Finder { repo: self.repo, below: self.below, batch: &self.batch };
        let mut editor = gix::objs::tree::Editor::new(root, &finder, self.batch.hash());
        for (path, blob) in files {
            let parts = path.split('/').map(|part| BStr::new(part.as_bytes()));
            let edited = match blob {
                Some(blob) => editor.upsert(parts, EntryKind::Blob, blob),
                None => editor.remove(parts),
            };
            edited.map_err(|err| GitError::object(format_args!("a tree with {path}"), err))?;
        }
        let id = editor.write(|tree| made.object(tree))?;
        self.batch.absorb(made);
        Ok(id)
    }

    pub(super) fn tree(&self, id: ObjectId) -> Result<Tree, GitError> {
        let data = self.peek(id, Kind::Tree)?;
        let tree = gix::objs::TreeRef::from_bytes(&data, self.batch.hash()).map_err(|err| GitError::object(id, err))?;
        Ok(tree.into())
    }

    /// Returns how many bytes an object has; nothing when it is missing.
    pub fn size_of(&self, id: ObjectId) -> Option<u64> {
        if self.reading.is_none_or(Reading::allows_one) { self.find_size(id) } else { None }
    }

    fn find_size(&self, id: ObjectId) -> Option<u64> {
        let made = self.batch.get(&id).or_else(|| self.below.iter().flatten().find_map(|batch| batch.get(&id)));
        made.map(|(_, content)| content.len() as u64).or_else(|| self.repo.size_of(id))
    }

    /// Returns the blob with this id.
    ///
    /// # Errors
    /// When it is missing, damaged, or no blob.
    pub fn blob(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        self.read(id, Kind::Blob)
    }

    /// Returns the entries of a tree that are directories or regular files. No tree has none. Links, programs and other
    /// repositories have no place in a tree of ours; they are as good as not there.
    ///
    /// # Errors
    /// When it is missing, damaged, or no tree.
    pub fn entries(&self, tree: Option<ObjectId>) -> Result<Vec<TreeEntry>, GitError> {
        self.entries_named(tree, |_| true)
    }

    /// As [`Overlay::entries`], of those whose names are wanted.
    ///
    /// # Errors
    /// As [`Overlay::entries`].
    pub fn entries_named(
        &self,
        tree: Option<ObjectId>,
        is_wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<TreeEntry>, GitError> {
        let Some(tree) = tree else { return Ok(Vec::new()) };
        let data = self.peek(tree, Kind::Tree)?;
        let mut entries = Vec::new();
        for entry in TreeRefIter::from_bytes(&data, self.batch.hash()) {
            let entry = entry.map_err(|err| GitError::object(tree, err))?;
            if matches!(entry.mode.kind(), EntryKind::Tree | EntryKind::Blob) && is_wanted(entry.filename) {
                let (name, is_tree) = (String::from_utf8_lossy(entry.filename).into_owned(), entry.mode.is_tree());
                entries.push(TreeEntry { name, is_tree, id: entry.oid.to_owned() });
            }
        }
        Ok(entries)
    }

    /// Returns the names in a tree that are neither a directory nor a regular file: links, other repositories, files
    /// that are to be executed.
    ///
    /// # Errors
    /// When it is missing, damaged, or no tree.
    pub fn odd_entries(&self, tree: ObjectId) -> Result<Vec<String>, GitError> {
        let data = self.peek(tree, Kind::Tree)?;
        let mut odd = Vec::new();
        for entry in TreeRefIter::from_bytes(&data, self.batch.hash()) {
            let entry = entry.map_err(|err| GitError::object(tree, err))?;
            if !matches!(entry.mode.kind(), EntryKind::Tree | EntryKind::Blob) {
                odd.push(entry.filename.to_string());
            }
        }
        Ok(odd)
    }

    /// Returns the directory at this path below a tree; nothing when a file stands there. Below no tree there is none.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn find_dir(&self, tree: impl Into<Option<ObjectId>>, path: &str) -> Result<Option<ObjectId>, GitError> {
        let Some(tree) = tree.into() else { return Ok(None) };
        Ok(self.find_entry(tree, path)?.filter(|(is_tree, _)| *is_tree).map(|(_, id)| id))
    }

    /// Returns what stands at this path below a tree, file or directory.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn find(&self, tree: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        Ok(self.find_entry(tree, path)?.map(|(_, id)| id))
    }

    fn find_entry(&self, tree: ObjectId, path: &str) -> Result<Option<(bool, ObjectId)>, GitError> {
        let mut at = (true, tree);
        for part in path.split('/') {
            let (true, directory) = at else { return Ok(None) };
            let Some(found) = self.entry(directory, part)? else { return Ok(None) };
            at = found;
        }
        Ok(Some(at))
    }

    /// Returns the file or directory of this name in a tree. The other names are only looked at.
    fn entry(&self, tree: ObjectId, name: &str) -> Result<Option<(bool, ObjectId)>, GitError> {
        let data = self.peek(tree, Kind::Tree)?;
        for entry in TreeRefIter::from_bytes(&data, self.batch.hash()) {
            let entry = entry.map_err(|err| GitError::object(tree, err))?;
            if entry.filename == name && matches!(entry.mode.kind(), EntryKind::Tree | EntryKind::Blob) {
                return Ok(Some((entry.mode.is_tree(), entry.oid.to_owned())));
            }
        }
        Ok(None)
    }

    /// Returns the tree and the parents of a commit, for one who asks nothing else of it.
    ///
    /// # Errors
    /// When it is missing, damaged, or no commit.
    pub fn links(&self, id: ObjectId) -> Result<(ObjectId, Vec<ObjectId>), GitError> {
        super::commit::links(id, &self.peek(id, Kind::Commit)?)
    }

    /// Returns what a commit says.
    ///
    /// # Errors
    /// When it is missing, damaged, or no commit.
    pub fn commit_info(&self, id: ObjectId) -> Result<CommitInfo, GitError> {
        let data = self.peek(id, Kind::Commit)?;
        super::commit::parse(id, &data)
    }

    /// Returns the parents of a commit; none when it is missing, damaged, or no commit.
    pub(super) fn parents(&self, id: ObjectId) -> Vec<ObjectId> {
        if let Some(parents) = self.walk_on().and_then(|graph| graph.parents(id)) {
            return parents;
        }
        let read = self.peek(id, Kind::Commit);
        read.map_or_else(|_| Vec::new(), |data| CommitRefIter::from_bytes(&data, id.kind()).parent_ids().collect())
    }

    /// Goes one step along history, and returns git's commit-graph if there is one and the steps are many.
    pub(super) fn walk_on(&self) -> Option<&Graph> {
        if self.is_limited() { None } else { self.repo.walk_on() }
    }

    /// Returns the content of an object, for one who keeps it.
    pub(super) fn read(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, GitError> {
        self.peek(id, kind).map(Bytes::into_vec)
    }

    /// Returns the content of an object, where it is.
    fn peek(&self, id: ObjectId, kind: Kind) -> Result<Bytes<'_>, GitError> {
        let too_much = || GitError::object(id, "more would have to be read than may be while somebody waits");
        if let Some(reading) = self.reading
            && !(reading.allows_one() && self.find_size(id).is_none_or(|size| reading.allows(size)))
        {
            return Err(too_much());
        }
        let finder = Finder { repo: self.repo, below: self.below, batch: &self.batch };
        let found = finder.peek(&id).map_err(|err| GitError::object(id, super::with_causes(&err)))?;
        let (found, bytes) = found.ok_or_else(|| GitError::object(id, "the object is missing"))?;
        if found != kind {
            return Err(GitError::object(id, format_args!("it is a {found}, not a {kind}")));
        }
        if kind == Kind::Blob && self.reading.is_some_and(|reading| !reading.allows_values(&bytes)) {
            return Err(too_much());
        }
        Ok(bytes)
    }
}

struct Finder<'a> {
    repo: &'a Repo,
    below: [Option<&'a Batch>; 2],
    batch: &'a Batch,
}

impl<'a> Finder<'a> {
    fn peek(&self, id: &gix::oid) -> gix::Result<Option<(Kind, Bytes<'a>)>> {
        let below = || self.below.iter().flatten().find_map(|batch| batch.get(id));
        if let Some((kind, content)) = self.batch.get(id).or_else(below) {
            return Ok(Some((kind, Bytes::Made(content))));
        }
        match self.repo.read_object(id) {
            Ok(Some(found)) => Ok(Some(found)),
            missing => find_again(self.repo, id).map_or(missing, |found| Ok(Some(found))),
        }
    }
}

impl Find for Finder<'_> {
    fn try_find<'b>(&self, id: &gix::oid, buffer: &'b mut Vec<u8>) -> gix::Result<Option<Data<'b>>> {
        let Some((kind, bytes)) = self.peek(id)? else { return Ok(None) };
        buffer.clear();
        buffer.extend_from_slice(&bytes);
        Ok(Some(Data { kind, object_hash: self.batch.hash(), data: buffer }))
    }
}

/// Looks for an object that was not found, with fresh eyes: beside a `git gc`, which moves objects from
/// file to file, an open repository may look in each place when the object is in another.
fn find_again<'a>(repo: &Repo, id: &gix::oid) -> Option<(Kind, Bytes<'a>)> {
    (0..2).find_map(|_| Repo::open(repo.common_dir()).ok()?.read_object(id).ok().flatten())
}
