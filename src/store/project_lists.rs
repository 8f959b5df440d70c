//! The lists of one project in one tree.
//!
//! Every change goes into `todos.json`. When that gets long, its lines move on to the lists below it, by the first
//! digit of their ids, and from a list that gets long to those by two digits. So a change writes a short list, however
//! many todos a project has, and a project of a few dozen todos is one file. A todo may stand in several lists: what
//! was said of it is the join of all its lines. A list that becomes empty stays: to git a file that one side removed
//! and the other side changed is a conflict.
//!
//! What moves follows from the lists alone, so devices that hold the same lists come to the same ones.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::codec::{DecodeError, TodoFile, decode_lines};
use crate::git::{ObjectId, Overlay, TreeEntry};
use crate::merge::{covers, join_all, join_lines, join_todo};
use crate::todo::{Flaw, Project, Todo, TodoId, TodoList};

use super::digits::{Digits, MOST_DIGITS};
use super::paths::{ARCHIVE, PARTS, TODOS, archive_path, month, working_path};
use super::{Archive, StoreError};

/// The lists of one project, to be changed.
#[derive(Debug)]
pub struct ProjectLists<'o> {
    overlay: &'o Overlay<'o>,
    pub(super) project: Project,
    /// Working lists by the digits in their names; `todos.json` has none.
    working: BTreeMap<Digits, List>,
    /// The most digits in such a name.
    deepest: usize,
    pub(super) archive: Option<Archive<'o>>,
    /// The archive's lists by month.
    pub(super) months: BTreeMap<String, List>,
    /// In which months a todo stands, or stood; nothing until somebody asked.
    pub(super) in_months: Option<HashMap<TodoId, BTreeSet<String>>>,
}

/// One list, read when it is first needed.
#[derive(Debug, Default)]
pub(super) struct List {
    blob: Option<ObjectId>,
    file: Option<TodoFile<'static>>,
    pub(super) changed: bool,
}

/// Returns the working lists in a project's tree: the digits in their names, and their files.
///
/// # Errors
/// When a tree cannot be read.
pub fn working_lists(overlay: &Overlay<'_>, tree: Option<ObjectId>) -> Result<Vec<(Digits, ObjectId)>, StoreError> {
    let mut lists = Vec::new();
    for TreeEntry { name, is_tree, id } in overlay.entries(tree)? {
        match (name.as_str(), is_tree) {
            (TODOS, false) => lists.push((Digits::NONE, id)),
            (PARTS, true) => {
                let parts = overlay.entries(Some(id))?.into_iter().filter(|entry| !entry.is_tree);
                lists.extend(parts.filter_map(|entry| Some((Digits::of_part(&entry.name)?, entry.id))));
            }
            _ => {}
        }
    }
    lists.sort();
    Ok(lists)
}

/// Returns the todos that the working lists in a project's tree hold.
///
/// # Errors
/// When a list cannot be read or was written by a newer version; `of` is what it is called then.
pub fn working_todos(
    overlay: &Overlay<'_>,
    project: &Project,
    tree: Option<ObjectId>,
    of: &str,
) -> Result<TodoList, StoreError> {
    let mut lines = Vec::new();
    for (digits, blob) in working_lists(overlay, tree)? {
        lines.extend(decode_lines(&overlay.blob(blob)?).map_err(|source| {
            let (commit, path) = (of.to_owned(), working_path(project, digits));
            StoreError::Decode { commit, path, source }
        })?);
    }
    Ok(join_lines(lines))
}

/// Returns all lists in a project's tree, those of the archive too, by their paths.
///
/// # Errors
/// When a tree cannot be read.
pub fn list_paths(
    overlay: &Overlay<'_>,
    project: &Project,
    tree: Option<ObjectId>,
) -> Result<BTreeMap<String, ObjectId>, StoreError> {
    let working = working_lists(overlay, tree)?.into_iter();
    let mut paths: BTreeMap<String, ObjectId> =
        working.map(|(digits, blob)| (working_path(project, digits), blob)).collect();
    let archive = overlay.find_dir(tree, ARCHIVE)?;
    for TreeEntry { name, is_tree, id: blob } in overlay.entries(archive)? {
        paths.extend(month(&name).filter(|_| !is_tree).map(|month| (archive_path(project, month), blob)));
    }
    Ok(paths)
}

/// The working lists of one project that were read so far.
#[derive(Debug)]
pub struct ReadLists<'l> {
    working: HashMap<Digits, &'l TodoFile<'static>>,
    deepest: usize,
}

impl ReadLists<'_> {
    /// As [`ProjectLists::has_line_of`].
    pub fn has_line_of(&self, file: &TodoFile<'_>, id: TodoId) -> bool {
        let lists = (0..=self.deepest).filter_map(|count| self.working.get(&Digits::first(id, count)));
        lists.into_iter().any(|list| list.has_line_of(file, id))
    }
}

impl<'o> ProjectLists<'o> {
    /// Returns the lists in a project's tree; none of them has been read yet.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn at(overlay: &'o Overlay<'o>, project: &Project, tree: Option<ObjectId>) -> Result<Self, StoreError> {
        let list = |blob| List { blob: Some(blob), ..List::default() };
        let working: BTreeMap<Digits, List> =
            working_lists(overlay, tree)?.into_iter().map(|(digits, blob)| (digits, list(blob))).collect();
        let deepest = working.keys().map(|digits| digits.count()).max().unwrap_or(0);
        let archive = overlay.find_dir(tree, ARCHIVE)?;
        let months = overlay.entries(archive)?.into_iter().filter(|entry| !entry.is_tree);
        let months = months.filter_map(|entry| Some((month(&entry.name)?.to_owned(), list(entry.id)))).collect();
        let archive = archive.map(|tree| Archive::new(overlay, project, tree));
        Ok(ProjectLists { overlay, project: project.clone(), working, deepest, archive, months, in_months: None })
    }

    /// Takes those of its lists from these that were read already.
    pub fn take_read(&mut self, read: &mut HashMap<ObjectId, TodoFile<'static>>) {
        for list in self.working.values_mut().chain(self.months.values_mut()).filter(|list| list.file.is_none()) {
            list.file = list.blob.and_then(|blob| read.remove(&blob));
        }
    }

    /// Returns everything that the lists hold of a todo.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn get(&mut self, id: TodoId) -> Result<Option<Todo>, StoreError> {
        let (working, archived) = (self.get_working(id)?, self.get_archived(id)?.0);
        Ok(join_all(working.into_iter().chain(archived).collect()))
    }

    /// Returns everything that the working lists hold of a todo.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn get_working(&mut self, id: TodoId) -> Result<Option<Todo>, StoreError> {
        let mut found: Option<Todo> = None;
        for digits in self.names_for(id) {
            let path = working_path(&self.project, digits);
            let list = self.working(digits)?;
            let Some(todo) = list.get(id).map_err(|source| damaged(path, source))? else { continue };
            match &mut found {
                Some(all) => join_todo(all, todo),
                None => found = Some(todo.clone()),
            }
        }
        Ok(found)
    }

    /// Returns whether one of the working lists that a todo may stand in has all that is said of it here. `false` may
    /// also mean that it takes several of them.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn has(&mut self, said: &Todo) -> Result<bool, StoreError> {
        self.any(said.id, |list| {
            // One that cannot be read is told of by who reads on.
            list.get(said.id).is_ok_and(|line| line.is_some_and(|line| covers(line, said)))
        })
    }

    /// Returns whether one of the working lists that a todo may stand in has the very line that a file has of it.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn has_line_of(&mut self, file: &TodoFile<'_>, id: TodoId) -> Result<bool, StoreError> {
        self.any(id, |list| list.has_line_of(file, id))
    }

    /// Returns those of the working lists that were read, for other threads.
    pub fn read(&self) -> ReadLists<'_> {
        let read = self.working.iter().filter_map(|(digits, list)| Some((*digits, list.file.as_ref()?)));
        ReadLists { working: read.collect(), deepest: self.deepest }
    }

    /// Returns the ids of all todos in a working list.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn ids(&mut self, digits: Digits) -> Result<Vec<TodoId>, StoreError> {
        Ok(self.working(digits)?.ids().collect())
    }

    /// Returns the digits in the names of the working lists.
    pub fn names(&self) -> Vec<Digits> {
        self.working.keys().copied().collect()
    }

    /// Returns whether all todos stand in one list.
    pub fn is_one_list(&self) -> bool {
        self.working.len() == 1 && self.months.is_empty()
    }

    /// Returns the archive; nothing when there is none.
    pub fn archive(&self) -> Option<&Archive<'o>> {
        self.archive.as_ref()
    }

    /// Says a todo, in `todos.json`: everything that is known of it. Of one that was forgotten no other list keeps
    /// words.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn say(&mut self, todo: &Todo) -> Result<(), StoreError> {
        if todo.is_forgotten() {
            self.remove_working(todo.id)?;
        }
        let list = self.working(Digits::NONE)?;
        list.replace(todo);
        self.mark(Digits::NONE);
        Ok(())
    }

    /// Takes a todo out of the working lists.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn remove_working(&mut self, id: TodoId) -> Result<(), StoreError> {
        for digits in self.names_for(id) {
            if self.working(digits)?.remove(id) {
                self.mark(digits);
            }
        }
        Ok(())
    }

    /// Moves todos that stand in lists of other digits than their own to `todos.json`. However many lists hold one, it is
    /// written once.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn put_right(&mut self, misplaced: BTreeMap<TodoId, Vec<Digits>>) -> Result<(), StoreError> {
        for (id, lists) in misplaced {
            let mut lines: Vec<Todo> = self.get_working(id)?.into_iter().collect();
            for digits in lists {
                let path = working_path(&self.project, digits);
                let list = self.working(digits)?;
                lines.extend(list.get(id).map_err(|source| damaged(path, source))?.cloned());
                list.remove(id);
                self.mark(digits);
            }
            if let Some(todo) = join_all(lines) {
                self.say(&todo)?;
            }
        }
        Ok(())
    }

    /// Moves lines on from the lists that changed, and from these, where they are longer than `most` lines; then from the
    /// lists below that get too long by it.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn spread(&mut self, lists: Vec<Digits>, most: usize) -> Result<(), StoreError> {
        // The shortest names first: what moves on from one list counts in the next.
        let changed = self.working.iter().filter(|(_, list)| list.changed).map(|(digits, _)| *digits);
        let mut queue: BTreeSet<(usize, Digits)> =
            lists.into_iter().chain(changed).map(|digits| (digits.count(), digits)).collect();
        while let Some((length, digits)) = queue.pop_first() {
            if length >= MOST_DIGITS || self.working(digits)?.len() <= most {
                continue;
            }
            let lines: Vec<_> = self.working(digits)?.drain().collect();
            self.mark(digits);
            for (id, line) in lines {
                let next = Digits::first(id, length + 1);
                let path = working_path(&self.project, next);
                self.working(next)?.absorb(line).map_err(|source| damaged(path, source))?;
                self.mark(next);
                queue.insert((next.count(), next));
            }
        }
        Ok(())
    }

    /// Takes the lines out of a list that nobody can have said, and returns what is wrong with them.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn leave_out_flawed(&mut self, path: &str) -> Result<Vec<Flaw>, StoreError> {
        let project = self.project.clone();
        // No name of a part looks like a month.
        let name = path.rsplit('/').next().unwrap_or_default();
        let (month, digits) = (month(name), Digits::of_part(name).unwrap_or_default());
        let list = match month {
            Some(month) => self.month(month)?,
            None => self.working(digits)?,
        };
        let mut flawed = Vec::new();
        for id in list.ids().collect::<Vec<_>>() {
            let todo = list.get(id).map_err(|source| damaged(path.to_owned(), source))?;
            flawed.extend(todo.and_then(|todo| todo.flaw(Some(&project))).map(|flaw| (id, flaw)));
        }
        for (id, _) in &flawed {
            list.remove(*id);
        }
        if !flawed.is_empty() {
            match month {
                Some(month) => self.mark_month(month),
                None => self.mark(digits),
            }
        }
        Ok(flawed.into_iter().map(|(_, flaw)| flaw).collect())
    }

    /// Returns in how many working lists a todo stands.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn count(&mut self, id: TodoId) -> Result<usize, StoreError> {
        let mut count = 0;
        for digits in self.names_for(id) {
            count += usize::from(self.working(digits)?.get(id).is_ok_and(|todo| todo.is_some()));
        }
        Ok(count)
    }

    /// Returns the files that changed.
    pub fn edits(&self) -> Vec<(String, Vec<u8>)> {
        let working = self.working.iter().map(|(digits, list)| (working_path(&self.project, *digits), list));
        let months = self.months.iter().map(|(month, list)| (archive_path(&self.project, month), list));
        let changed = working.chain(months).filter(|(_, list)| list.changed);
        changed.filter_map(|(path, list)| Some((path, list.file.as_ref()?.encode()))).collect()
    }

    fn names_for(&self, id: TodoId) -> Vec<Digits> {
        let names = (0..=self.deepest).map(|count| Digits::first(id, count));
        names.filter(|digits| self.working.contains_key(digits)).collect()
    }

    /// Returns whether this is so of one of the working lists that a todo may stand in.
    fn any(&mut self, id: TodoId, is_so: impl Fn(&TodoFile<'static>) -> bool) -> Result<bool, StoreError> {
        for count in 0..=self.deepest {
            let Entry::Occupied(list) = self.working.entry(Digits::first(id, count)) else { continue };
            let path = || working_path(&self.project, Digits::first(id, count));
            if is_so(read(self.overlay, list.into_mut(), path)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn mark(&mut self, digits: Digits) {
        self.working.entry(digits).or_default().changed = true;
    }

    fn working(&mut self, digits: Digits) -> Result<&mut TodoFile<'static>, StoreError> {
        self.deepest = self.deepest.max(digits.count());
        let path = || working_path(&self.project, digits);
        read(self.overlay, self.working.entry(digits).or_default(), path)
    }

    pub(super) fn month(&mut self, month: &str) -> Result<&mut TodoFile<'static>, StoreError> {
        let path = || archive_path(&self.project, month);
        read(self.overlay, self.months.entry(month.to_owned()).or_default(), path)
    }
}

fn read<'l>(
    overlay: &Overlay<'_>,
    list: &'l mut List,
    path: impl Fn() -> String,
) -> Result<&'l mut TodoFile<'static>, StoreError> {
    let file = match list.file.take() {
        Some(file) => file,
        None => match list.blob {
            Some(blob) => TodoFile::read_lines(&overlay.blob(blob)?).map_err(|source| damaged(path(), source))?,
            None => TodoFile::default(),
        },
    };
    Ok(list.file.insert(file))
}

pub(super) fn damaged(path: String, source: DecodeError) -> StoreError {
    StoreError::Decode { commit: "a list".to_owned(), path, source }
}
