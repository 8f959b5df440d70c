//! What a merge owes to its parents, and what a tree of ours looks like.
//!
//! The branch covers every commit behind it: whatever was said in one of them can be found in its lists. A merge by
//! ours does that by itself. A person with git alone, another program, or somebody hostile can leave out a line, lower
//! one, or take the branch back. So whenever the branch has moved, what it ought to hold is compared with what it
//! holds, and what is missing is put back, in one commit on top. An absence is never a statement.
//!
//! The same commit puts lists in order: a todo that was archived and is spoken of again stands in `todos.json`, lists
//! that got long move on, and what is none of ours goes. All of it follows from the commits, so that two devices which
//! look at the same ones make the same commit.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::OpsError;
use super::consolidator::consolidator;
use super::report::LeftOut;
use super::settle_sessions::{Sessions, is_part};
use super::settled::{Behind, Edits, Settled, several};
use crate::codec::TodoFile;
use crate::git::{Identity, NewCommit, ObjectId, Overlay};
use crate::merge::join_todo;
use crate::store::paths::{ATTRIBUTES, ATTRIBUTES_PATH, PROJECTS, working_path};
use crate::store::{Checked, Digits, ProjectLists, StoreError, list_paths, strays as find_strays};
use crate::todo::{Project, Session, Todo, TodoId};

/// Makes a commit cover what is behind it, and puts its lists in order. What stands in `settled`, a tree that was
/// settled before, is in order. Where all of it is ours, made by this program and nobody else, there is nothing that
/// nobody can have said. `checked` is what was found in the commit, where somebody looked.
///
/// # Errors
/// When an object cannot be read. A project with a list that cannot be read stays as it is, and is named.
pub(super) fn settle(
    overlay: &mut Overlay<'_>,
    tip: ObjectId,
    behind: &[Behind],
    settled: Option<ObjectId>,
    is_ours: bool,
    checked: Option<Checked>,
) -> Result<Settled, OpsError> {
    let info = overlay.commit_info(tip)?;
    let (mut found, mut edits) = (Settled::default(), Edits::new());
    // A tree that was settled can have got something behind it that it does not cover.
    if settled == Some(info.tree) && behind.iter().all(|commit| settled == Some(commit.tree)) {
        return Ok(found);
    }
    let look = || if is_ours { Vec::new() } else { find_strays(overlay, info.tree, settled) };
    let Checked { strays, mut lists, sessions: sound, .. } = checked.unwrap_or_else(|| Checked::only(look()));
    if !strays.is_empty() {
        found.removed.push(LeftOut::part(several(&strays), "none of ours; the history keeps it".to_owned()));
        edits.extend(strays.into_iter().map(|path| (path, None)));
    }
    let attributes = overlay.find(info.tree, ATTRIBUTES_PATH)?.map(|blob| overlay.blob(blob)).transpose()?;
    if attributes.as_deref() != Some(ATTRIBUTES.as_bytes()) {
        edits.insert(ATTRIBUTES_PATH.to_owned(), Some(ATTRIBUTES.as_bytes().to_vec()));
    }
    let roots = roots(overlay, behind, info.tree, settled)?;
    for (name, trees) in spoken_of(behind, &roots, [Some(info.tree), settled]) {
        let Some(project) = Project::from_component(name) else { continue };
        let settling = Settling { overlay, project, name, roots: &roots, tip: info.tree, settled, is_ours };
        match settling.project(&trees, &mut lists, &mut found) {
            Ok(files) => edits.extend(files.into_iter().map(|(path, bytes)| (path, Some(bytes)))),
            Err(OpsError::Store(StoreError::Decode { path, source, .. })) => {
                found.unread.push(LeftOut::part(path, source.to_string()));
            }
            Err(err) => return Err(err),
        }
    }
    let sessions = Sessions { overlay, tip: info.tree, settled, sound };
    edits.extend(sessions.cover(behind, &mut found)?);
    if edits.keys().any(|path| is_part(path)) {
        edits.extend(sessions.of_this_version(&edits)?);
    }
    found.commit = commit(overlay, tip, edits, found.message())?;
    Ok(found)
}

/// For each tree that is looked at, the trees of its projects by the names of their directories.
type Roots = HashMap<ObjectId, BTreeMap<String, ObjectId>>;

/// Returns the projects of the trees that are looked at. Those of sessions' commits are known by now.
fn roots(
    overlay: &Overlay<'_>,
    behind: &[Behind],
    tip: ObjectId,
    settled: Option<ObjectId>,
) -> Result<Roots, OpsError> {
    let known = behind.iter().flat_map(|commit| commit.known.iter().copied());
    let unknown = behind.iter().filter(|commit| commit.projects().is_none()).map(|commit| commit.tree);
    let mut roots = Roots::new();
    for root in unknown.chain(known).chain([tip]).chain(settled).collect::<BTreeSet<_>>() {
        let entries = overlay.entries(overlay.find_dir(root, PROJECTS)?)?.into_iter();
        roots.insert(root, entries.filter(|entry| entry.is_tree).map(|entry| (entry.name, entry.id)).collect());
    }
    Ok(roots)
}

/// Returns the names of the directories of projects, and for each the commits that speak of it, with their trees of it.
fn spoken_of<'a>(
    behind: &'a [Behind],
    roots: &'a Roots,
    ours: [Option<ObjectId>; 2],
) -> BTreeMap<&'a str, Vec<(&'a Behind, ObjectId)>> {
    let mut spoken_of: BTreeMap<&str, Vec<(&Behind, ObjectId)>> = BTreeMap::new();
    for name in ours.iter().flatten().filter_map(|root| roots.get(root)).flat_map(BTreeMap::keys) {
        spoken_of.entry(name).or_default();
    }
    for commit in behind {
        for (name, tree) in commit.projects().into_iter().flatten() {
            spoken_of.entry(name).or_default().push((commit, *tree));
        }
        let others = commit.projects().is_none().then(|| roots.get(&commit.tree)).flatten();
        for (name, tree) in others.into_iter().flatten() {
            spoken_of.entry(name).or_default().push((commit, *tree));
        }
    }
    spoken_of
}

/// The lists of a project that were read.
#[derive(Default)]
struct LookedAt {
    /// Those of commits, and for whom they speak.
    theirs: HashSet<(ObjectId, Option<Session>)>,
    /// Those of the tip, by their paths.
    ours: HashMap<String, TodoFile<'static>>,
}

/// One project under way.
struct Settling<'a, 'o> {
    overlay: &'a Overlay<'o>,
    project: Project,
    /// The name of the project's directory.
    name: &'a str,
    roots: &'a Roots,
    tip: ObjectId,
    settled: Option<ObjectId>,
    is_ours: bool,
}

impl<'a> Settling<'a, '_> {
    fn tree(&self, root: ObjectId) -> Option<ObjectId> {
        self.roots.get(&root)?.get(self.name).copied()
    }

    fn lists(&self, root: Option<ObjectId>) -> Result<BTreeMap<String, ObjectId>, OpsError> {
        let tree = root.and_then(|root| self.tree(root));
        Ok(list_paths(self.overlay, &self.project, tree)?)
    }

    /// Returns the files that have to change, given the commits that speak of the project and their trees of it. Lists
    /// that were `read` already are taken from there.
    fn project(
        &self,
        behind: &[(&Behind, ObjectId)],
        read: &mut HashMap<ObjectId, TodoFile<'static>>,
        found: &mut Settled,
    ) -> Result<Vec<(String, Vec<u8>)>, OpsError> {
        let tree = self.tree(self.tip);
        let before = self.settled.and_then(|settled| self.tree(settled));
        let is_new = |(commit, theirs): &&(&Behind, ObjectId)| {
            Some(*theirs) != tree && commit.known.iter().all(|known| self.tree(*known) != Some(*theirs))
        };
        let trees: Vec<&(&Behind, ObjectId)> = behind.iter().filter(is_new).collect();
        if trees.is_empty() && tree == before {
            return Ok(Vec::new());
        }
        let mut lists = ProjectLists::at(self.overlay, &self.project, tree)?;
        lists.take_read(read);
        let ours = self.lists(Some(self.tip))?;
        let was = self.lists(self.settled)?;
        if !self.is_ours {
            self.leave_out_what_is_wrong(&ours, &was, &mut lists, found)?;
        }
        let mut looked_at = LookedAt::default();
        for (commit, theirs) in self.not_just_so(trees, &ours, &lists) {
            self.cover(commit, *theirs, &ours, &mut looked_at, &mut lists, found)?;
        }
        self.in_one_place(&ours, &was, &mut lists, found)?;
        let is_new = |digits: &Digits| {
            let path = working_path(&self.project, *digits);
            was.get(&path) != ours.get(&path)
        };
        let new = lists.names().into_iter().filter(is_new).collect();
        lists.spread(new, self.overlay.limits().list_lines)?;
        Ok(lists.edits())
    }

    /// Takes out the lines that nobody can have said. Others of the same list stay.
    fn leave_out_what_is_wrong(
        &self,
        ours: &BTreeMap<String, ObjectId>,
        was: &BTreeMap<String, ObjectId>,
        lists: &mut ProjectLists<'a>,
        found: &mut Settled,
    ) -> Result<(), OpsError> {
        for (path, _) in ours.iter().filter(|(path, blob)| was.get(*path) != Some(*blob)) {
            let flaws = lists.leave_out_flawed(path)?;
            found
                .removed
                .extend(flaws.into_iter().map(|flaw| LeftOut::part(format!("a line of {path}"), flaw.to_string())));
        }
        Ok(())
    }

    /// Leaves out the commits all of whose lines stand just so in lists that were read: as nearly all of a branch that is
    /// new here, and on every core.
    fn not_just_so<'t>(
        &self,
        commits: Vec<&'t (&'t Behind, ObjectId)>,
        ours: &BTreeMap<String, ObjectId>,
        lists: &ProjectLists<'_>,
    ) -> Vec<&'t (&'t Behind, ObjectId)> {
        let (project, read) = (&self.project, lists.read());
        let stands_so = |overlay: &Overlay<'_>, (_, theirs): &&(&Behind, ObjectId)| -> Option<bool> {
            for (path, blob) in list_paths(overlay, project, Some(*theirs)).ok()? {
                if ours.get(&path) != Some(&blob) {
                    let bytes = overlay.blob(blob).ok()?;
                    let theirs = TodoFile::open(&bytes).ok()?;
                    if !theirs.ids().all(|id| read.has_line_of(&theirs, id)) {
                        return Some(false);
                    }
                }
            }
            Some(true)
        };
        let stand_so = self.overlay.look_at_all(&commits, stands_so);
        commits
            .into_iter()
            .zip(stand_so)
            .filter(|(_, stands_so)| *stands_so != Some(true))
            .map(|(one, _)| one)
            .collect()
    }

    /// Adds what a commit says and the lists lack. A file says the same wherever one session, or a branch, has it: one
    /// that was looked at before is not read again, however many commits and paths lead to it.
    fn cover(
        &self,
        commit: &Behind,
        tree: ObjectId,
        ours: &BTreeMap<String, ObjectId>,
        looked_at: &mut LookedAt,
        lists: &mut ProjectLists<'a>,
        found: &mut Settled,
    ) -> Result<(), OpsError> {
        let known = commit.known.iter().map(|known| self.lists(Some(*known))).collect::<Result<Vec<_>, _>>()?;
        for (path, blob) in list_paths(self.overlay, &self.project, Some(tree))? {
            if ours.get(&path) == Some(&blob) || known.iter().any(|known| known.get(&path) == Some(&blob)) {
                continue;
            }
            if !looked_at.theirs.insert((blob, commit.speaker().cloned())) {
                continue;
            }
            let bytes = self.overlay.blob(blob)?;
            // What was looked at before it was merged can be read. What was not says nothing.
            let Ok(theirs) = TodoFile::open(&bytes) else { continue };
            let our_file = match looked_at.ours.entry(path) {
                Entry::Occupied(file) => file.into_mut(),
                Entry::Vacant(free) => {
                    let bytes = ours.get(free.key()).map(|blob| self.overlay.blob(*blob)).transpose()?;
                    let file = bytes.and_then(|bytes| Some(TodoFile::open(&bytes).ok()?.into_owned()));
                    free.insert(file.unwrap_or_default())
                }
            };
            for id in theirs.differing(our_file) {
                // As most lines: nobody else said anything of the todo.
                if lists.has_line_of(&theirs, id)? {
                    continue;
                }
                let Ok(Some(said)) = theirs.get(id) else { continue };
                if lists.has(said)? {
                    continue;
                }
                let speaks_for_another =
                    || commit.speaker().is_some_and(|own| said.claims.keys().any(|session| session != own));
                if said.flaw(Some(&self.project)).is_some() || speaks_for_another() {
                    continue;
                }
                let now = lists.get(id)?;
                let mut joined = now.clone().unwrap_or_else(|| said.clone());
                join_todo(&mut joined, said);
                if now.as_ref() != Some(&joined) {
                    lists.say(&joined)?;
                    lists.remove_archived(&[id])?;
                    found.put_back.entry(self.project.clone()).or_default().insert(id);
                }
            }
        }
        Ok(())
    }

    /// A todo stands in the archive, or in the working lists. Where a working line adds something to what was archived,
    /// the todo is taken back; where it does not, the line goes. Of one that was forgotten nothing else stays.
    fn in_one_place(
        &self,
        ours: &BTreeMap<String, ObjectId>,
        was: &BTreeMap<String, ObjectId>,
        lists: &mut ProjectLists<'a>,
        found: &mut Settled,
    ) -> Result<(), OpsError> {
        let archive_moved = is_archive_new(ours, was, &self.project);
        let mut twice: BTreeSet<TodoId> = BTreeSet::new();
        let mut forgotten = Vec::new();
        let mut misplaced: BTreeMap<TodoId, Vec<Digits>> = BTreeMap::new();
        for digits in lists.names() {
            let path = working_path(&self.project, digits);
            if was.get(&path) == ours.get(&path) && !archive_moved {
                continue;
            }
            for id in lists.ids(digits)? {
                if !digits.begin(id) {
                    misplaced.entry(id).or_default().push(digits);
                    continue;
                }
                if lists.archive().is_some_and(|archive| archive.contains(id)) {
                    twice.insert(id);
                } else if lists.count(id)? > 1 {
                    forgotten.extend(lists.get_working(id)?.filter(Todo::is_forgotten));
                }
            }
        }
        lists.put_right(misplaced)?;
        if archive_moved && let Some(archive) = lists.archive() {
            twice.extend(archive.ids().windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
        }
        for todo in forgotten {
            lists.say(&todo)?;
        }
        let mut taken = Vec::new();
        for id in twice {
            let (Some(archived), months) = lists.get_archived(id)? else { continue };
            let Some(all) = lists.get(id)? else { continue };
            if all == archived && months == 1 {
                lists.remove_working(id)?;
            } else {
                lists.say(&all)?;
                taken.push(id);
            }
        }
        found.taken_back += taken.len();
        lists.remove_archived(&taken)?;
        Ok(())
    }
}

/// Returns whether a list of the archive is not as it was.
fn is_archive_new(ours: &BTreeMap<String, ObjectId>, was: &BTreeMap<String, ObjectId>, project: &Project) -> bool {
    let begin = format!("{}/", crate::store::paths::archive_dir(project));
    ours.iter().any(|(path, blob)| path.starts_with(&begin) && was.get(path) != Some(blob))
}

/// Makes a commit with these files on top of another; none when they are as they were.
pub(super) fn commit(
    overlay: &mut Overlay<'_>,
    parent: ObjectId,
    edits: Edits,
    message: String,
) -> Result<Option<ObjectId>, OpsError> {
    let info = overlay.commit_info(parent)?;
    let mut blobs = Vec::new();
    for (path, bytes) in edits {
        let blob = bytes.map(|bytes| overlay.batch.blob(bytes)).transpose()?;
        blobs.push((path, blob));
    }
    if blobs.is_empty() {
        return Ok(None);
    }
    // What goes, goes first: a file may take the place of a directory.
    blobs.sort_by_key(|(_, blob)| blob.is_some());
    let edits = blobs.iter().map(|(path, blob)| (path.as_str(), *blob));
    let tree = overlay.edit_tree(Some(info.tree), edits)?;
    if tree == info.tree {
        return Ok(None);
    }
    let identity = Identity { time: info.time, ..consolidator() };
    let commit = NewCommit { tree, parents: vec![parent], identity: &identity, message };
    Ok(Some(overlay.commit(commit)?))
}
