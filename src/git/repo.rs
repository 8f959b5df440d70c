//! Opening repositories.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::{Find, Kind};

use super::discover::{self, Found};
use super::graph::{Graph, Walked};
use super::memory::{Bases, Bytes, Memory};
use super::packed_refs::Look;
use super::permissions::has_links;
use super::{
    GitError, Limits, Namespace, RETIRED, Reading, RemoteName, SESSIONS, global_setting, ref_file, session_of_ref,
};
use crate::todo::Session;

/// A session as a remote has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteSession {
    /// Which.
    pub session: Session,
    /// Where the remote keeps it.
    pub namespace: Namespace,
    /// Its newest commit there.
    pub tip: ObjectId,
}

/// A ref whose name is a session's, or is none.
type NamedRef = (Result<Session, String>, ObjectId);

/// A repository that is fit to be read and written.
#[derive(Clone, Debug)]
pub struct Repo {
    inner: gix::Repository,
    /// How much is taken at once.
    pub limits: Limits,
    memory: Memory,
    walked: Walked,
    /// Where objects are unpacked: room that is there already.
    buffer: RefCell<Vec<u8>>,
}

impl Repo {
    /// Opens the repository at this path: a bare one, a working tree, or a `.git`.
    ///
    /// # Errors
    /// When there is none, when it belongs to somebody else and `safe.directory` does not list it, when it is of a
    /// kind that we cannot write safely (refs in a reftable, objects borrowed from elsewhere), and when something
    /// that git would open there is no file.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let path = std::path::absolute(path).map_err(GitError::io("find", path))?;
        let failed = |reason| GitError::Open { path: path.clone(), reason };
        let found = discover::named(&path).map_err(failed)?;
        let none = || failed(format!("\"{}\" does not appear to be a git repository", path.display()));
        Repo::opened(&found.ok_or_else(none)?)
    }

    fn opened(found: &Found) -> Result<Self, GitError> {
        let failed = |reason| GitError::Open { path: found.candidate.clone(), reason };
        found.is_fit().map_err(failed)?;
        let options = gix::open::Options::default().bail_if_untrusted(true).open_path_as_is(true);
        let mut inner = gix::open_opts(&found.candidate, options).map_err(|err| failed(reason(&err)))?;
        inner.objects.set_pack_cache(|| Box::<Bases>::default());
        Repo::of(inner, Limits::of_this_build()).checked()
    }

    fn of(inner: gix::Repository, limits: Limits) -> Self {
        Repo { inner, limits, memory: Memory::default(), walked: Walked::default(), buffer: RefCell::default() }
    }

    /// Opens the same repository again, as it is on the disk now, with what was read of its objects before. Not for who
    /// asks whether an object is still there.
    ///
    /// # Errors
    /// As [`Repo::open`].
    pub fn reopen(&self) -> Result<Self, GitError> {
        let opened = Repo::open(self.git_dir())?;
        let walked = self.walked.look_again(opened.common_dir());
        Ok(Repo { limits: self.limits, memory: self.memory.clone(), walked, ..opened })
    }

    /// Opens the repository that `directory` is in, or the one that `GIT_DIR` names; nothing when there is
    /// none. With `safe.bareRepository=explicit`, a bare one has to be named.
    ///
    /// # Errors
    /// As [`Repo::open`].
    pub fn discover(directory: &Path) -> Result<Option<Self>, GitError> {
        if let Some(git_dir) = std::env::var_os("GIT_DIR").filter(|git_dir| !git_dir.is_empty()) {
            return Repo::open(&directory.join(git_dir)).map(Some);
        }
        let is_hidden = |found: &Found| {
            found.is_implicit() && global_setting("safe.bareRepository").is_some_and(|value| value == "explicit")
        };
        discover::around(directory).filter(|found| !is_hidden(found)).as_ref().map(Repo::opened).transpose()
    }

    /// Returns the git directory shared by all working trees of the repository around a directory.
    pub fn discover_at(directory: &Path) -> Option<PathBuf> {
        discover::around(directory).map(|found| found.common_dir)
    }

    /// Returns the git directory shared by all working trees of the repository at this path, without opening it;
    /// nothing when there is none, or it belongs to somebody else.
    pub fn directory_at(path: &Path) -> Option<PathBuf> {
        let common_dir = discover::named(path).ok().flatten()?.common_dir;
        let trust = gix::sec::Trust::from_path_ownership(&common_dir).ok()?;
        (trust == gix::sec::Trust::Full && !has_links(&common_dir)).then_some(common_dir)
    }

    /// Opens a repository that was made here, to be read and nothing else, and that may borrow objects.
    pub(super) fn borrowing(path: &Path, limits: Limits) -> Result<Self, GitError> {
        let options = gix::open::Options::default().open_path_as_is(true);
        let failed = |err: &gix::Error| GitError::Open { path: path.to_owned(), reason: reason(err) };
        let inner = gix::open_opts(path, options).map_err(|err| failed(&err))?;
        Ok(Repo::of(inner, limits))
    }

    fn checked(self) -> Result<Self, GitError> {
        let path = self.common_dir().to_owned();
        let unsupported = |reason| GitError::Unsupported { path: path.clone(), reason };
        let format = self.inner.config_snapshot().string("extensions.refStorage");
        if format.is_some_and(|format| format != "files") {
            return Err(unsupported(
                "its refs are in a reftable, which this version cannot write; use a store with ref format 'files'",
            ));
        }
        if path.join("objects/info/alternates").exists() {
            return Err(unsupported(
                "it borrows objects from another repository and would break with it; run `git repack -ad` there and remove objects/info/alternates",
            ));
        }
        if has_links(&path) {
            return Err(unsupported("there are symbolic links in its directory chittysync; remove them"));
        }
        Ok(self)
    }

    /// Returns the git directory: of a linked worktree, its own one.
    pub fn git_dir(&self) -> &Path {
        self.inner.git_dir()
    }

    /// Returns the directory that holds refs and objects: the git directory, or for a linked worktree that of
    /// the main one.
    pub fn common_dir(&self) -> &Path {
        self.inner.common_dir()
    }

    /// Returns the directory of files that people see, if there is one.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Returns whether the repository has no working tree.
    pub fn is_bare(&self) -> bool {
        self.inner.is_bare()
    }

    /// Returns the kind of object id the repository uses.
    pub fn hash(&self) -> gix::hash::Kind {
        self.inner.object_hash()
    }

    /// Returns what a ref points to; nothing when there is no such ref.
    ///
    /// # Errors
    /// When the ref cannot be read or is broken.
    pub fn find_ref(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        ref_file::read(self.common_dir(), name, self.hash())
    }

    /// Returns all branches, by their full names.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn branches(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        Ok(ref_file::list(self.common_dir(), "refs/heads/", self.hash())?.into_iter().collect())
    }

    /// Returns all refs that lead to an object, not to another ref, by their full names.
    ///
    /// # Errors
    /// When the refs cannot be read. One that is broken is left out.
    pub fn refs(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let failed = |err: &dyn std::fmt::Display| GitError::object("the refs", err);
        let platform = self.inner.references().map_err(|err| failed(&err))?;
        let found = platform.all().map_err(|err| failed(&err))?.filter_map(Result::ok);
        let direct = found.filter_map(|found| Some((found.name().as_bstr().to_string(), found.try_id()?.detach())));
        Ok(direct.collect())
    }

    /// Returns all refs below a prefix, by their full names; nothing as the value of one that leads to another ref.
    ///
    /// # Errors
    /// When the refs cannot be read. One that is broken is left out.
    pub(super) fn refs_below(&self, prefix: &str) -> Result<Vec<(String, Option<ObjectId>)>, GitError> {
        let failed = |err: &dyn std::fmt::Display| GitError::object(prefix, err);
        let platform = self.inner.references().map_err(|err| failed(&err))?;
        let found = platform.prefixed(prefix).map_err(|err| failed(&err))?.filter_map(Result::ok);
        let named = found.map(|found| (found.name().as_bstr().to_string(), found.try_id().map(gix::Id::detach)));
        Ok(named.collect())
    }

    /// Returns whether history was cut off: what the oldest commits here were made on is not here.
    pub fn is_shallow(&self) -> bool {
        fs::metadata(self.common_dir().join("shallow")).is_ok_and(|file| file.len() > 0)
    }

    /// Returns every session of this device with its newest commit, in the order of their names. Refs of
    /// this namespace that are not named by us are left out, and so are those whose file holds no object id.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn sessions(&self) -> Result<Vec<(Session, ObjectId)>, GitError> {
        ref_file::list_as(self.common_dir(), SESSIONS, self.hash(), session_of_ref)
    }

    /// Returns the sessions of this device whose components begin so, as [`Repo::sessions`] does. The other refs are not
    /// read.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn sessions_beginning(&self, start: &str) -> Result<Vec<(Session, ObjectId)>, GitError> {
        ref_file::list_as(self.common_dir(), &format!("{SESSIONS}{start}"), self.hash(), session_of_ref)
    }

    /// Returns those of [`Repo::sessions`] whose refs have files of their own.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn loose_sessions(&self) -> Result<Vec<(Session, ObjectId)>, GitError> {
        let loose = ref_file::loose(self.common_dir(), SESSIONS)?.into_iter();
        Ok(loose.filter_map(|(name, tip)| Some((session_of_ref(&name)?, tip?))).collect())
    }

    /// Returns what `packed-refs` looks like.
    pub fn packed_look(&self) -> Look {
        Look::at(self.common_dir(), self.limits.packed_refs_rest)
    }

    /// Returns every session of this device whose ref was given up, with the newest commit that it had.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn retired_sessions(&self) -> Result<Vec<(Session, ObjectId)>, GitError> {
        let session = |name: &str| Session::from_component(name.strip_prefix(RETIRED)?);
        ref_file::list_as(self.common_dir(), RETIRED, self.hash(), session)
    }

    /// Checks a ref that [`Repo::sessions`] may have left out.
    ///
    /// # Errors
    /// When its file holds no object id, or its name is a directory of another ref's.
    pub fn check_ref(&self, name: &str) -> Result<(), GitError> {
        ref_file::read_loose(self.common_dir(), name)?;
        match self.refs_below(&format!("{name}/"))?.first() {
            Some((other, _)) => Err(GitError::object(name, format!("the ref {other} is in its way; delete it"))),
            None => Ok(()),
        }
    }

    /// Returns the refs of sessions that [`Repo::sessions`] leaves out because they are broken.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn broken_sessions(&self) -> Result<Vec<String>, GitError> {
        let refs = ref_file::loose(self.common_dir(), SESSIONS)?.into_iter();
        let broken = refs.filter(|(name, value)| value.is_none() && session_of_ref(name).is_some());
        Ok(broken.map(|(name, _)| name).collect())
    }

    /// Returns every session that a remote had when last fetched, from both places, in the order of names, and
    /// the names that are no session's.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn remote_sessions(&self, remote: &RemoteName) -> Result<(Vec<RemoteSession>, Vec<String>), GitError> {
        self.remote_refs(remote, "")
    }

    /// Returns those of [`Repo::remote_sessions`] whose refs have files of their own.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn loose_remote_sessions(&self, remote: &RemoteName) -> Result<(Vec<RemoteSession>, Vec<String>), GitError> {
        self.remote_refs_in(remote, |prefix, read| {
            let loose = ref_file::loose(self.common_dir(), prefix)?.into_iter();
            Ok(loose.filter_map(|(name, tip)| Some((read(&name), tip?))).collect())
        })
    }

    /// As [`Repo::remote_sessions`], of the sessions whose components begin so. The other refs are not read.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn remote_sessions_beginning(&self, remote: &RemoteName, start: &str) -> Result<Vec<RemoteSession>, GitError> {
        Ok(self.remote_refs(remote, start)?.0)
    }

    fn remote_refs(&self, remote: &RemoteName, start: &str) -> Result<(Vec<RemoteSession>, Vec<String>), GitError> {
        self.remote_refs_in(remote, |prefix, read| {
            ref_file::list_as(self.common_dir(), &format!("{prefix}{start}"), self.hash(), |name| Some(read(name)))
        })
    }

    /// Sorts refs of a remote, which `list` finds below a prefix, and reads as what their names say.
    fn remote_refs_in(
        &self,
        remote: &RemoteName,
        list: impl Fn(&str, &dyn Fn(&str) -> Result<Session, String>) -> Result<Vec<NamedRef>, GitError>,
    ) -> Result<(Vec<RemoteSession>, Vec<String>), GitError> {
        let (mut sessions, mut strange) = (Vec::new(), Vec::new());
        for namespace in Namespace::ALL {
            let prefix = namespace.tracking_prefix(remote);
            let read = |name: &str| Session::from_component(&name[prefix.len()..]).ok_or_else(|| name.to_owned());
            for (found, tip) in list(&prefix, &read)? {
                match found {
                    Ok(session) => sessions.push(RemoteSession { session, namespace, tip }),
                    Err(name) => strange.push(format!("{}{}", namespace.prefix(), &name[prefix.len()..])),
                }
            }
        }
        sessions.sort();
        Ok((sessions, strange))
    }

    /// Returns whether finding out what sessions there are, here and at remotes, takes no more than this allows. What is
    /// packed counts unless it need not be read.
    pub fn has_few_refs(&self, reading: &Reading, reads_packed: bool) -> bool {
        let length = || fs::metadata(self.common_dir().join("packed-refs")).map_or(0, |file| file.len());
        let packed = if reads_packed { length() } else { 0 };
        let remotes = self.remotes().into_iter();
        let prefixes = remotes.flat_map(|remote| Namespace::ALL.map(|namespace| namespace.tracking_prefix(&remote)));
        let mut loose = prefixes.flat_map(|prefix| fs::read_dir(self.common_dir().join(prefix)).into_iter().flatten());
        // Each that is loose is a file to be found.
        reading.allows(packed) && loose.all(|_| reading.allows_one())
    }

    /// Returns the names of all remotes in git config.
    pub(super) fn remote_names(&self) -> Vec<String> {
        self.inner.remote_names().iter().map(ToString::to_string).collect()
    }

    /// Returns how many bytes an object has, without reading it; nothing when it is missing.
    pub fn size_of(&self, id: ObjectId) -> Option<u64> {
        self.memory.size_of(&id).or_else(|| self.inner.find_header(id).ok().map(|header| header.size()))
    }

    /// Returns the commit that a revision names (`consolidated~3`, a date, an id).
    ///
    /// # Errors
    /// When it names none.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, GitError> {
        let id = self.inner.rev_parse_single(revision).map_err(|err| GitError::object(revision, reason(&err)))?;
        Ok(id.detach())
    }

    /// Returns whether an object is there.
    pub(super) fn has_object(&self, id: ObjectId) -> bool {
        self.inner.has_object(id)
    }

    /// Reads an object. Returns its kind and content; nothing when it is missing.
    pub(super) fn read_object<'a>(&self, id: &gix::oid) -> gix::Result<Option<(Kind, Bytes<'a>)>> {
        if let Some((kind, bytes)) = self.memory.get(id) {
            return Ok(Some((kind, Bytes::Kept(bytes))));
        }
        let mut buffer = self.buffer.take();
        let Some(found) = self.inner.objects.try_find(id, &mut buffer)? else { return Ok(None) };
        let (kind, length) = (found.kind, found.data.len());
        if let Some(kept) = self.memory.keep(id, kind, found.data) {
            self.buffer.replace(buffer);
            return Ok(Some((kind, Bytes::Kept(kept))));
        }
        buffer.truncate(length);
        Ok(Some((kind, Bytes::Made(buffer.into()))))
    }

    /// Goes one step along history, and returns git's commit-graph if there is one and the steps are many.
    pub(super) fn walk_on(&self) -> Option<&Graph> {
        // As git, which asks none where history is not what commits say. A project's is about all of the project.
        let is_other = || self.is_shallow() || !self.refs_below("refs/replace/").is_ok_and(|all| all.is_empty());
        let open = || if !self.is_bare() || is_other() { None } else { Graph::open(self.common_dir(), self.hash()) };
        self.walked.step(self.limits.walked, self.common_dir(), open)
    }

    pub(super) fn config(&self) -> gix::config::Snapshot<'_> {
        self.inner.config_snapshot()
    }
}

/// Returns the first line of an error, which is what a person needs.
fn reason(err: &gix::Error) -> String {
    let text = err.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
