//! What comes from a remote is not trusted: it is looked at before anything is built on it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::codec::{DecodeError, TodoFile, decode_lines, decode_session};
use crate::git::{ObjectId, Overlay, TreeEntry};
use crate::todo::{Project, Session};

use super::digits::Digits;
use super::paths::{ARCHIVE, ATTRIBUTES_PATH, BOARD_PATH, PARTS, PROJECTS, SESSIONS, TODOS, month};
use super::session::{SessionCommit, read_session};
use super::session_tree::session_of;
use super::weight::{is_readable, weigh_branch, weigh_file, weigh_session};

/// No file that we make is nearly as big.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// So many bytes of lists are kept as they were read, which takes some ten times as many: settling reads them anyway.
const ROOM: usize = 4 * 1024 * 1024;

/// Why something of a remote is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Why, for people. Names in it may come from the remote.
    pub reason: String,
    /// Whether it follows from bytes that are there, so that this version need not look at them again.
    pub for_good: bool,
}

impl Unfit {
    fn for_good(reason: impl ToString) -> Self {
        Unfit { reason: reason.to_string(), for_good: true }
    }

    /// What cannot be read now can be later: a missing object may come, and a newer version reads newer files.
    fn now(reason: impl ToString) -> Self {
        Unfit { reason: reason.to_string(), for_good: false }
    }

    fn decode(path: &str, err: &DecodeError) -> Self {
        Unfit { reason: format!("{path}: {err}"), for_good: matches!(err, DecodeError::Foreign(_)) }
    }
}

/// Reads a remote's version of a session, if it is one: the session's own file, its own statements, nothing
/// else.
///
/// # Errors
/// When it is something else, too much, damaged, or of a newer version.
pub fn check_session(overlay: &Overlay<'_>, session: &Session, tip: ObjectId) -> Result<SessionCommit, Unfit> {
    let tree = overlay.commit_info(tip).map_err(Unfit::now)?.tree;
    weigh_session(overlay, tree).map_err(Unfit::for_good)?;
    let held = check_tree(overlay, tree, None, 0)?;
    if let Some(stray) = held.strays.first() {
        return Err(Unfit::for_good(format!("it holds {stray}, which is none of ours")));
    }
    let commit = read_session(overlay, session, tip).map_err(|err| Unfit::now(chain(&err)))?;
    if let Some(flaw) = commit.state.info.flaw() {
        return Err(Unfit::for_good(flaw));
    }
    if commit.state.info.session != *session || session_of(overlay, tree).as_ref() != Some(session) {
        return Err(Unfit::for_good("it speaks for another session"));
    }
    let claims = commit.state.projects.values().flat_map(|todos| todos.values()).flat_map(|todo| todo.claims.keys());
    match claims.into_iter().find(|speaker| *speaker != session) {
        Some(_) => Err(Unfit::for_good("it makes statements of another session")),
        None => Ok(commit),
    }
}

/// Looks at a remote's consolidated commit. What stands in `known`, a tree of ours, is not looked at again.
///
/// # Errors
/// When it is no branch of ours, or too much, or when a file of ours in it is damaged or of a newer version: then the
/// whole commit has to wait.
pub fn check_consolidated(overlay: &Overlay<'_>, tip: ObjectId, known: Option<ObjectId>) -> Result<Checked, Unfit> {
    let tree = overlay.commit_info(tip).map_err(Unfit::now)?.tree;
    weigh_branch(overlay, tree).map_err(Unfit::for_good)?;
    let held = check_tree(overlay, tree, known, ROOM)?;
    match held.strays.first() {
        Some(stray) if !held.has_session && !check_tree(overlay, tree, None, 0)?.has_session => {
            Err(Unfit::for_good(format!("it holds {stray}, and nothing of ours")))
        }
        _ => Ok(held),
    }
}

/// Returns whether a commit has the file by which git gives our lists to the merge driver, as all of ours have.
pub fn is_marked(overlay: &Overlay<'_>, tip: ObjectId) -> bool {
    let attributes = overlay.commit_info(tip).and_then(|info| overlay.find(info.tree, ATTRIBUTES_PATH));
    let bytes = attributes.ok().flatten().and_then(|blob| overlay.blob(blob).ok()).unwrap_or_default();
    memchr::memmem::find(&bytes, b"merge=chittysync").is_some()
}

/// Returns the paths of a consolidated tree that have no business in it: files and whole directories, and what is no
/// regular file. What stands in `known`, a tree of ours, is not looked at again. Of a tree that cannot be read nothing
/// is returned.
pub fn strays(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>) -> Vec<String> {
    check_tree(overlay, tree, known, 0).map(|held| held.strays).unwrap_or_default()
}

fn chain(err: &dyn std::error::Error) -> String {
    std::iter::successors(Some(err), |err| err.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns the entries of a tree that are not the same in `known`. One that is neither a directory nor a regular file
/// is a stray.
fn new_entries(
    overlay: &Overlay<'_>,
    tree: ObjectId,
    known: Option<ObjectId>,
    path: &str,
    held: &mut Checked,
) -> Result<Vec<TreeEntry>, Unfit> {
    if !is_readable(overlay, tree) {
        return Err(Unfit::now(format!("the tree {tree} is missing or too large")));
    }
    let known: BTreeMap<String, ObjectId> = match known {
        Some(known) => {
            overlay.entries(Some(known)).unwrap_or_default().into_iter().map(|entry| (entry.name, entry.id)).collect()
        }
        None => BTreeMap::new(),
    };
    let odd = overlay.odd_entries(tree).map_err(Unfit::now)?;
    let entries = overlay.entries(Some(tree)).map_err(Unfit::now)?;
    held.strays.extend(odd.iter().map(|name| format!("{path}{name}")));
    Ok(entries.into_iter().filter(|entry| known.get(&entry.name) != Some(&entry.id)).collect())
}

/// What was found in a tree: for who goes on with it.
#[derive(Debug, Default)]
pub struct Checked {
    /// What has no business in it, as [`strays`] tells.
    pub strays: Vec<String>,
    /// Lists as they were read, as many as there was room for.
    pub lists: HashMap<ObjectId, TodoFile<'static>>,
    /// The files of sessions that can be what a session wrote.
    pub sessions: HashSet<ObjectId>,
    has_session: bool,
    /// The files that are to be read, and whether as lists: one says the same wherever it stands.
    files: HashSet<(ObjectId, bool)>,
    /// The same, with a path of each.
    unread: Vec<Unread>,
    /// How many bytes of lists there is room for.
    room: usize,
}

impl Checked {
    /// Returns what is known where nobody looked for anything but this.
    pub fn only(strays: Vec<String>) -> Self {
        Checked { strays, ..Checked::default() }
    }

    /// Has a list, or a session's file, read when all are known.
    fn read(&mut self, overlay: &Overlay<'_>, blob: ObjectId, path: String, is_list: bool) {
        if !self.files.insert((blob, is_list)) {
            return;
        }
        let left = overlay.size_of(blob).and_then(|size| self.room.checked_sub(usize::try_from(size).ok()?));
        let left = left.filter(|_| is_list);
        self.room = left.unwrap_or(self.room);
        self.unread.push(Unread { blob, path, is_list, is_kept: left.is_some() });
    }

    /// Reads all of them.
    fn read_all(mut self, overlay: &Overlay<'_>) -> Result<Self, Unfit> {
        let unread = std::mem::take(&mut self.unread);
        let read = overlay.look_at_all(&unread, |overlay, file| file.read(overlay));
        for (file, read) in unread.into_iter().zip(read) {
            match read? {
                Read::List(list) => drop(self.lists.insert(file.blob, list)),
                Read::Session => drop(self.sessions.insert(file.blob)),
                Read::Nothing => {}
            }
        }
        Ok(self)
    }
}

/// A file that is to be read.
#[derive(Debug)]
struct Unread {
    blob: ObjectId,
    path: String,
    is_list: bool,
    /// Whether there is room for the list.
    is_kept: bool,
}

/// What is kept of a file that was read.
enum Read {
    List(TodoFile<'static>),
    /// It can be what a session wrote.
    Session,
    Nothing,
}

impl Unread {
    fn read(&self, overlay: &Overlay<'_>) -> Result<Read, Unfit> {
        let Unread { blob, path, is_list, is_kept } = self;
        let bytes = file(overlay, *blob, path)?;
        let unread = |err| Unfit::decode(path, &err);
        match (is_list, is_kept) {
            (true, true) => Ok(Read::List(TodoFile::read_lines(&bytes).map_err(unread)?)),
            (true, false) => decode_lines(&bytes).map(|_| Read::Nothing).map_err(unread),
            (false, _) => {
                let is_sound = decode_session(&bytes).map_err(unread)?.flaw().is_none();
                Ok(if is_sound { Read::Session } else { Read::Nothing })
            }
        }
    }
}

/// Looks at every entry that is not the same in `known`.
fn check_tree(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>, room: usize) -> Result<Checked, Unfit> {
    let below = |known: Option<ObjectId>, path: &str| known.and_then(|known| overlay.find(known, path).ok().flatten());
    let mut held = Checked { room, ..Checked::default() };
    for TreeEntry { name, is_tree, id } in new_entries(overlay, tree, known, "", &mut held)? {
        match (name.as_str(), is_tree) {
            (ATTRIBUTES_PATH | BOARD_PATH, false) => drop(file(overlay, id, &name)?),
            (PROJECTS, true) => {
                let known = below(known, PROJECTS);
                for TreeEntry { name: project, is_tree, id } in new_entries(overlay, id, known, "projects/", &mut held)?
                {
                    let path = format!("{PROJECTS}/{project}");
                    match (Project::from_component(&project), is_tree) {
                        (Some(_), true) => check_project(overlay, id, below(known, &project), &path, &mut held)?,
                        _ => held.strays.push(path),
                    }
                }
            }
            (SESSIONS, true) => {
                let known = below(known, SESSIONS);
                for TreeEntry { name: shard, is_tree, id } in new_entries(overlay, id, known, "sessions/", &mut held)? {
                    match is_tree {
                        true => check_shard(overlay, id, below(known, &shard), &shard, &mut held)?,
                        false => held.strays.push(format!("{SESSIONS}/{shard}")),
                    }
                }
            }
            _ => held.strays.push(name),
        }
    }
    held.read_all(overlay)
}

fn check_project(
    overlay: &Overlay<'_>,
    tree: ObjectId,
    known: Option<ObjectId>,
    path: &str,
    held: &mut Checked,
) -> Result<(), Unfit> {
    for TreeEntry { name, is_tree, id } in new_entries(overlay, tree, known, &format!("{path}/"), held)? {
        let path = format!("{path}/{name}");
        let known = || known.and_then(|known| overlay.find(known, &name).ok().flatten());
        match (name.as_str(), is_tree) {
            (TODOS, false) => held.read(overlay, id, path, true),
            (PARTS, true) => check_lists(overlay, id, known(), &path, held, |name| Digits::of_part(name).is_some())?,
            (ARCHIVE, true) => check_lists(overlay, id, known(), &path, held, |name| month(name).is_some())?,
            _ => held.strays.push(path),
        }
    }
    Ok(())
}

fn check_shard(
    overlay: &Overlay<'_>,
    tree: ObjectId,
    known: Option<ObjectId>,
    shard: &str,
    held: &mut Checked,
) -> Result<(), Unfit> {
    for TreeEntry { name, is_tree, id } in new_entries(overlay, tree, known, &format!("{SESSIONS}/{shard}/"), held)? {
        let path = format!("{SESSIONS}/{shard}/{name}");
        let session = name.strip_suffix(".json").and_then(Session::from_component);
        if is_tree || session.is_none_or(|session| session.shard() != shard) {
            held.strays.push(path);
            continue;
        }
        held.read(overlay, id, path, false);
        held.has_session = true;
    }
    Ok(())
}

/// Looks at a directory of lists.
fn check_lists(
    overlay: &Overlay<'_>,
    tree: ObjectId,
    known: Option<ObjectId>,
    path: &str,
    held: &mut Checked,
    is_ours: impl Fn(&str) -> bool,
) -> Result<(), Unfit> {
    for TreeEntry { name, is_tree, id } in new_entries(overlay, tree, known, &format!("{path}/"), held)? {
        let path = format!("{path}/{name}");
        if is_tree || !is_ours(&name) {
            held.strays.push(path);
            continue;
        }
        held.read(overlay, id, path, true);
    }
    Ok(())
}

/// Reads a file that is not too large to be read.
fn file(overlay: &Overlay<'_>, blob: ObjectId, path: &str) -> Result<Vec<u8>, Unfit> {
    match overlay.size_of(blob) {
        Some(size) if size <= LARGEST_FILE => {
            let bytes = overlay.blob(blob).map_err(|err| Unfit::now(format!("{path}: {err}")))?;
            weigh_file(&bytes, LARGEST_FILE).map_err(|excess| Unfit::for_good(format!("{path}: {excess}")))?;
            Ok(bytes)
        }
        Some(size) => Err(Unfit::for_good(format!("{path} has {size} bytes, more than {LARGEST_FILE}"))),
        None => Err(Unfit::now(format!("{path} is missing"))),
    }
}
