//! History without the words of purged todos.
//!
//! What a commit becomes is a function of the commit, of what is behind it, and of the ids of the todos: two devices that
//! rewrite the same history come to the same commits. It is the same whether several todos are purged at once or one
//! after the other, and rewriting once more changes nothing. So nobody has to ask anybody.
//!
//! - In every list, the line of such a todo goes. One that says that it was forgotten stays.
//! - The title of a session that quotes its words goes.
//! - In messages, a line that quotes its words becomes `[purged]`.
//! - The board goes from commits that change: it quotes lists, and is made anew when it is wanted.
//!
//! A commit in which nothing changes, nor in those behind it, stays as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use memchr::memmem;

use super::StoreError;
use super::digits::Digits;
use super::paths::{ARCHIVE, BOARD_PATH, PARTS, PROJECTS, SESSIONS, TODOS, month, project_dir};
use super::project_lists::list_paths;
use super::purge_titles::{Titles, differs_by_title, without_title};
use super::quotes::without_quotes;
use crate::codec::{DecodeError, TodoFile, decode_todos};
use crate::git::{Batch, CommitInfo, ObjectId, Overlay, TreeEntry};
use crate::todo::{Project, TodoId, TodoList};

/// How a board begins.
const BOARD: &[u8] = b"# Todos\n\n";

/// The words of todos, as far as they were found: each has those of which its id was made.
type Words = Rc<BTreeMap<TodoId, String>>;

/// History that is being rewritten.
#[derive(Debug)]
pub struct Purge<'r> {
    overlay: Overlay<'r>,
    lists: Lists,
    titles: Titles,
    clean: HashSet<ObjectId>,
    commits: HashMap<ObjectId, (ObjectId, Words)>,
}

/// What became of lists, and of the trees that they are in.
#[derive(Debug)]
struct Lists {
    ids: BTreeMap<TodoId, String>,
    /// The words that were found so far, wherever.
    found: BTreeMap<TodoId, String>,
    blobs: HashMap<(Project, ObjectId), (ObjectId, Words)>,
    projects: HashMap<(Project, ObjectId), (ObjectId, Words)>,
    /// The directories of all projects.
    all_projects: HashMap<ObjectId, (ObjectId, Words)>,
    unreadable: BTreeSet<String>,
}

impl<'r> Purge<'r> {
    /// Begins to take the words of these todos out of history. Commits that are `clean` hold none, nor do those behind
    /// them.
    pub fn new(overlay: Overlay<'r>, ids: &BTreeSet<TodoId>, clean: HashSet<ObjectId>) -> Self {
        let lists = Lists {
            ids: ids.iter().map(|id| (*id, id.to_string())).collect(),
            found: BTreeMap::new(),
            blobs: HashMap::new(),
            projects: HashMap::new(),
            all_projects: HashMap::new(),
            unreadable: BTreeSet::new(),
        };
        Purge { overlay, lists, titles: Titles::default(), clean, commits: HashMap::new() }
    }

    /// Returns what a commit becomes. `keep` gets new objects whenever there are many.
    ///
    /// # Errors
    /// When an object is missing or damaged, and what `keep` fails with.
    pub fn commit<E: From<StoreError>>(
        &mut self,
        tip: ObjectId,
        mut keep: impl FnMut(&Batch) -> Result<(), E>,
    ) -> Result<ObjectId, E> {
        let failed = |err: crate::git::GitError| E::from(StoreError::from(err));
        let mut waiting = vec![tip];
        while let Some(id) = waiting.last().copied() {
            if self.commits.contains_key(&id) {
                waiting.pop();
                continue;
            }
            if self.clean.contains(&id) {
                self.commits.insert(id, (id, Words::default()));
                continue;
            }
            let info = self.overlay.commit_info(id).map_err(failed)?;
            let first: Vec<ObjectId> =
                info.parents.iter().copied().filter(|parent| !self.commits.contains_key(parent)).collect();
            if first.is_empty() {
                let done = self.without(&info)?;
                self.commits.insert(id, done);
            }
            waiting.extend(first);
            if self.overlay.batch.len() > self.overlay.limits().kept_objects {
                keep(&self.take_batch())?;
            }
        }
        keep(&self.take_batch())?;
        Ok(self.commits[&tip].0)
    }

    fn take_batch(&mut self) -> Batch {
        let empty = Overlay::new(self.overlay.repo()).batch;
        std::mem::replace(&mut self.overlay.batch, empty)
    }

    /// Returns what a commit becomes, those behind it having become what they are to be, and what words stood in it or
    /// in one of those.
    fn without(&mut self, info: &CommitInfo) -> Result<(ObjectId, Words), StoreError> {
        let Purge { overlay, lists, titles, commits, .. } = self;
        // Only what was there before is read: what is made may be gone already.
        let projects = overlay.find_dir(info.tree, PROJECTS)?;
        let projects = projects.map(|projects| lists.all(overlay, projects)).transpose()?;
        let mut words = projects.as_ref().map(|(_, words)| words.clone()).unwrap_or_default();
        let mut parents = Vec::with_capacity(info.parents.len());
        for parent in &info.parents {
            let (parent, more) = &commits[parent];
            parents.push(*parent);
            words = union(words, more);
        }
        let message = overlay.message_of(info.id)?;
        let said = without_quotes(&message, &words);
        let sessions = overlay.find_dir(info.tree, SESSIONS)?;
        let sessions = sessions.map(|sessions| titles.take_out(overlay, sessions, &words, &lists.ids)).transpose()?;
        let projects = projects.map(|(projects, _)| projects);
        let mut root = |without_board| {
            overlay.tree_like(info.tree, |_, name, is_tree, _| match (name, is_tree) {
                (BOARD_PATH, false) if without_board => Ok(Some(None)),
                (PROJECTS, true) => Ok(projects.map(Some)),
                (SESSIONS, true) => Ok(sessions.map(Some)),
                _ => Ok::<_, StoreError>(None),
            })
        };
        if root(false)? == info.tree && parents == info.parents && said == message {
            return Ok((info.id, words));
        }
        let tree = root(true)?;
        Ok((overlay.commit_like(info.id, tree, &parents, &said)?, words))
    }

    /// Returns the commits behind which none of the words was left before.
    pub fn clean(&self) -> &HashSet<ObjectId> {
        &self.clean
    }

    /// Returns the commits that became others, and what they became.
    pub fn moved(&self) -> HashMap<ObjectId, ObjectId> {
        self.commits.iter().filter(|(old, (new, _))| *old != new).map(|(old, (new, _))| (*old, *new)).collect()
    }

    /// Returns the words that were found.
    pub fn words(&self) -> BTreeSet<String> {
        self.commits.values().flat_map(|(_, words)| words.values().cloned()).collect()
    }

    /// Returns the lists that cannot be read, and may hold the words still.
    pub fn unreadable(&self) -> &BTreeSet<String> {
        &self.lists.unreadable
    }

    /// Returns whether a file that nothing leads to held the words: a list that does, a session's title, or a board, which
    /// may.
    pub fn holds_words(&self, bytes: &[u8]) -> bool {
        if bytes.starts_with(BOARD) {
            return true;
        }
        if without_title(bytes, &self.lists.found, &self.lists.ids).is_some() {
            return true;
        }
        if !self.lists.names_any(bytes) {
            return false;
        }
        // Of whatever project: only what the line says matters.
        without_words(&Project::general(), bytes, &self.lists.ids).is_ok_and(|(bytes, _)| bytes.is_some())
    }

    /// Makes sure that a commit says all that another one said, but for the words of these todos, and nothing else.
    ///
    /// # Errors
    /// When an object is missing, and the path of a file that is not as it should be.
    pub fn verify(&self, old: ObjectId, new: ObjectId) -> Result<Result<(), String>, StoreError> {
        let overlay = &self.overlay;
        let (old, new) = (overlay.commit_info(old)?.tree, overlay.commit_info(new)?.tree);
        let other = |name: &str| name != PROJECTS && name != SESSIONS && name != BOARD_PATH;
        let rest = |tree| -> Result<Vec<_>, StoreError> {
            Ok(overlay.entries(Some(tree))?.into_iter().filter(|entry| other(&entry.name)).collect())
        };
        if rest(old)? != rest(new)? {
            return Ok(Err("a file beside the lists".to_owned()));
        }
        if let Some(path) = self.other_session(old, new)? {
            return Ok(Err(path));
        }
        let projects = |tree| overlay.entries(overlay.find(tree, PROJECTS)?);
        let (before, after) = (projects(old)?, projects(new)?);
        for pair in before.iter().zip(&after).filter(|(one, other)| one != other) {
            let (TreeEntry { name, id: old, .. }, TreeEntry { name: other, id: new, .. }) = pair;
            let Some(project) = Project::from_component(name).filter(|_| name == other) else {
                return Ok(Err(name.clone()));
            };
            let (old, new) = (list_paths(overlay, &project, Some(*old))?, list_paths(overlay, &project, Some(*new))?);
            if !old.keys().eq(new.keys()) {
                return Ok(Err(name.clone()));
            }
            for ((path, old), new) in old.iter().zip(new.values()).filter(|((_, old), new)| old != new) {
                let todos = |blob| -> Result<TodoList, StoreError> {
                    let read = decode_todos(&overlay.blob(blob)?);
                    read.map_err(|source| StoreError::Decode {
                        commit: "a list".to_owned(),
                        path: path.clone(),
                        source,
                    })
                };
                let (mut old, new) = (todos(*old)?, todos(*new)?);
                old.retain(|id, todo| todo.is_forgotten() || !self.lists.ids.contains_key(id));
                if old != new {
                    return Ok(Err(path.clone()));
                }
            }
        }
        Ok(if before.len() == after.len() { Ok(()) } else { Err(PROJECTS.to_owned()) })
    }

    /// Returns the path of a session's file in which more than its title changed from one tree to another.
    fn other_session(&self, old: ObjectId, new: ObjectId) -> Result<Option<String>, StoreError> {
        let overlay = &self.overlay;
        let directories = |tree| overlay.entries(overlay.find(tree, SESSIONS)?);
        let mut waiting = vec![(SESSIONS.to_owned(), directories(old)?, directories(new)?)];
        while let Some((path, old, new)) = waiting.pop() {
            let names = |entries: &[TreeEntry]| -> Vec<_> {
                entries.iter().map(|entry| (entry.name.clone(), entry.is_tree)).collect()
            };
            if names(&old) != names(&new) {
                return Ok(Some(path));
            }
            for (old, new) in old.iter().zip(&new).filter(|(old, new)| old.id != new.id) {
                let path = format!("{path}/{}", old.name);
                if old.is_tree {
                    waiting.push((path, overlay.entries(Some(old.id))?, overlay.entries(Some(new.id))?));
                } else if !differs_by_title(&overlay.blob(old.id)?, &overlay.blob(new.id)?) {
                    return Ok(Some(path));
                }
            }
        }
        Ok(None)
    }
}

impl Lists {
    fn names_any(&self, bytes: &[u8]) -> bool {
        self.ids.values().any(|id| memmem::find(bytes, id.as_bytes()).is_some())
    }

    /// Returns what the directory of all projects becomes.
    fn all(&mut self, overlay: &mut Overlay<'_>, tree: ObjectId) -> Result<(ObjectId, Words), StoreError> {
        if let Some(known) = self.all_projects.get(&tree) {
            return Ok(known.clone());
        }
        let mut words = Words::default();
        let new = overlay.tree_like(tree, |overlay, name, is_tree, id| {
            let Some(project) = Project::from_component(name).filter(|_| is_tree) else { return Ok(None) };
            let (new, more) = self.project(overlay, &project, id)?;
            words = union(words.clone(), &more);
            Ok::<_, StoreError>(Some(Some(new)))
        })?;
        self.all_projects.insert(tree, (new, words.clone()));
        Ok((new, words))
    }

    fn project(
        &mut self,
        overlay: &mut Overlay<'_>,
        project: &Project,
        tree: ObjectId,
    ) -> Result<(ObjectId, Words), StoreError> {
        let key = (project.clone(), tree);
        if let Some(known) = self.projects.get(&key) {
            return Ok(known.clone());
        }
        let mut words = Words::default();
        let mut list = |overlay: &mut Overlay<'_>, path: &str, id| {
            let (new, more) = self.list(overlay, project, path, id)?;
            words = union(words.clone(), &more);
            Ok::<_, StoreError>(Some(Some(new)))
        };
        let new = overlay.tree_like(tree, |overlay, name, is_tree, id| match (name, is_tree) {
            (TODOS, false) => list(overlay, name, id),
            (PARTS | ARCHIVE, true) => {
                let is_list =
                    |file: &str| if name == PARTS { Digits::of_part(file).is_some() } else { month(file).is_some() };
                let new = overlay.tree_like(id, |overlay, file, is_tree, id| match is_list(file) && !is_tree {
                    true => list(overlay, &format!("{name}/{file}"), id),
                    false => Ok(None),
                })?;
                Ok(Some(Some(new)))
            }
            _ => Ok(None),
        })?;
        self.projects.insert(key, (new, words.clone()));
        Ok((new, words))
    }

    fn list(
        &mut self,
        overlay: &mut Overlay<'_>,
        project: &Project,
        path: &str,
        blob: ObjectId,
    ) -> Result<(ObjectId, Words), StoreError> {
        let key = (project.clone(), blob);
        if let Some(known) = self.blobs.get(&key) {
            return Ok(known.clone());
        }
        let bytes = overlay.blob(blob)?;
        let mut done = (blob, Words::default());
        if self.names_any(&bytes) {
            match without_words(project, &bytes, &self.ids) {
                Ok((new, words)) => {
                    let new = new.map(|bytes| overlay.batch.blob(bytes)).transpose()?;
                    self.found.extend(words.clone());
                    done = (new.unwrap_or(blob), Rc::new(words));
                }
                Err(err) => drop(self.unreadable.insert(format!("{}/{path}: {err}", project_dir(project)))),
            }
        }
        self.blobs.insert(key, done.clone());
        Ok(done)
    }
}

/// A list without words, if it is another one then, and the words.
type Without = (Option<Vec<u8>>, BTreeMap<TodoId, String>);

/// Takes the words of these todos out of a list.
fn without_words(project: &Project, bytes: &[u8], ids: &BTreeMap<TodoId, String>) -> Result<Without, DecodeError> {
    let take_out = |mut file: TodoFile<'_>| {
        let (mut words, mut has_any) = (BTreeMap::new(), false);
        for id in ids.keys() {
            let (found, is_there) = file.purge(*id, project)?;
            has_any |= is_there;
            words.extend(found.map(|words| (*id, words)));
        }
        // Lines that are laid out in another way show what they held only when they are written.
        let new = Some(file.encode()).filter(|new| has_any && new != bytes);
        Ok((new, words))
    };
    // A file can look like ours and have two todos on a line.
    TodoFile::open(bytes).and_then(take_out).or_else(|_: DecodeError| TodoFile::read(bytes).and_then(take_out))
}

fn union(words: Words, more: &Words) -> Words {
    if more.is_empty() || Rc::ptr_eq(&words, more) || more.keys().all(|id| words.contains_key(id)) {
        return words;
    }
    if words.is_empty() {
        return more.clone();
    }
    let mut all = BTreeMap::clone(&words);
    all.extend(more.iter().map(|(id, words)| (*id, words.clone())));
    Rc::new(all)
}
