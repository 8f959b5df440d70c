//! What comes after merging: closed todos move between the working file and the archive, and the board is
//! written anew.
//!
//! Each is a commit of its own on top of the consolidated one, and a function of it: same identity, same date.
//! So a merge gives what stock git gives, and devices that tidy up after the same merge make the same commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::OpsError;
use super::consolidate::consolidator;
use super::run::{TRIES, write};
use crate::codec::{TodoFile, encode_todos};
use crate::git::{Identity, NewCommit, ObjectId, Overlay, RefChange, StoreLock};
use crate::merge::{join, join_todo};
use crate::store::cache::{self, Merged};
use crate::store::paths::{ARCHIVE, BOARD_PATH, PROJECTS, archive_path, todos_path};
use crate::store::{Archive, Consolidated, Reach, Store, month_of};
use crate::todo::{Project, Time, Todo, TodoId, TodoList};
use crate::view::{Everything, board};

/// What tidying up did, or would do.
#[derive(Debug, Default)]
pub struct Tidied {
    /// The todos that are archived now, by project.
    pub archived: BTreeMap<Project, Vec<Todo>>,
    /// Whether the branch moved.
    pub moved: bool,
    /// Where the branch is checked out, which is why it was not moved.
    pub checked_out: Option<PathBuf>,
}

/// How to tidy up.
#[derive(Clone, Copy, Debug)]
pub struct Tidy {
    /// How long after its last word a closed todo is archived, in milliseconds, by the date of the consolidated
    /// commit; nothing for never.
    pub archive_after: Option<i64>,
    /// Whether to write the board anew.
    pub board: bool,
    /// Whether to say what would be done, and to do nothing.
    pub dry_run: bool,
}

/// Tidies up the consolidated branch. Nothing is written when it is tidy.
///
/// # Errors
/// When the store cannot be read or written.
pub fn tidy(store: &Store, how: Tidy, now: Time) -> Result<Tidied, OpsError> {
    tidy_locked(store, &StoreLock::acquire(store.repo.common_dir())?, how, now)
}

fn tidy_locked(store: &Store, lock: &StoreLock, how: Tidy, now: Time) -> Result<Tidied, OpsError> {
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let store = store.reopen()?;
        let mut overlay = Overlay::new(&store.repo);
        let Some(tip) = Consolidated::find(&store, &overlay)?.tip else { return Ok(Tidied::default()) };
        let (tidied, next) = next(&mut overlay, tip, how)?;
        let Some(new) = next.filter(|_| !how.dry_run) else { return Ok(tidied) };
        if let Some(directory) = store.repo.checked_out(&store.settings.branch) {
            return Ok(Tidied { checked_out: Some(directory), ..tidied });
        }
        let message = "tidy up".to_owned();
        let change = RefChange { name: store.settings.branch.clone(), old: Some(tip), new, message };
        moved = write(&store, lock, &overlay.batch, &[change], now)?;
        if moved.is_empty() {
            let merged: Merged = cache::load(&store.repo, "merged");
            if merged.is_of(tip) {
                cache::save(&store.repo, "merged", &Merged { tip: new.to_string(), ..merged });
            }
            return Ok(Tidied { moved: true, ..tidied });
        }
    }
    Err(OpsError::Moved(moved))
}

/// Archives what is due in a store that talks with no remote, once a day. With a remote, it is part of a push.
///
/// # Errors
/// As [`tidy`].
pub fn tidy_daily(store: &Store, now: Time) -> Result<(), OpsError> {
    let today = now.to_string().chars().take(10).collect::<String>();
    if store.settings.remote.is_some() || cache::load::<String>(&store.repo, "tidied") == today {
        return Ok(());
    }
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let how = Tidy { archive_after: store.settings.archive_after, board: false, dry_run: false };
    tidy_locked(store, &lock, how, now)?;
    cache::save(&store.repo, "tidied", &today);
    Ok(())
}

/// Returns the commit in which that is done; nothing when there is nothing to do.
fn next(overlay: &mut Overlay<'_>, tip: ObjectId, how: Tidy) -> Result<(Tidied, Option<ObjectId>), OpsError> {
    let info = overlay.commit_info(tip)?;
    let consolidated = Consolidated::at(overlay, Some(tip))?;
    let (mut projects, _) = consolidated.with_forgotten(overlay, Reach::Working)?;
    let mut tidied = Tidied::default();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let until = how.archive_after.map(|after| Time::from_millis(info.time.millis() - after));
    for (project, todos) in &mut projects {
        let due = |todo: &&Todo| {
            !todo.state().is_open() && !todo.is_forgotten() && until.is_some_and(|until| todo.updated() < until)
        };
        let due: Vec<Todo> = todos.values().filter(due).cloned().collect();
        let archived = put_away(overlay, &consolidated, project, due, &mut files)?;
        if !archived.is_empty() {
            archived.iter().for_each(|todo| drop(todos.remove(&todo.id)));
            files.push((todos_path(project), encode_todos(todos)));
            tidied.archived.insert(project.clone(), archived);
        }
    }
    if how.board {
        projects.values_mut().for_each(|todos| todos.retain(|_, todo| !todo.is_forgotten()));
        files.push((BOARD_PATH.to_owned(), board(&Everything { projects, sessions: Vec::new() }).into_bytes()));
    }
    let count: usize = tidied.archived.values().map(Vec::len).sum();
    let mut message = match count {
        0 => "Write the board anew\n".to_owned(),
        1 => "Archive 1 todo\n\n".to_owned(),
        count => format!("Archive {count} todos\n\n"),
    };
    for (project, todos) in &tidied.archived {
        message.push_str(&format!("- {project}: {}\n", todos.len()));
    }
    let made = commit(overlay, tip, files, message)?;
    Ok((tidied, made))
}

/// Adds todos to a project's archive. Returns those that were: a file that cannot be read takes none.
fn put_away(
    overlay: &Overlay<'_>,
    consolidated: &Consolidated,
    project: &Project,
    todos: Vec<Todo>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Vec<Todo>, OpsError> {
    if todos.is_empty() {
        return Ok(todos);
    }
    let archive = consolidated.archive(overlay, project)?;
    let there = archive.as_ref().map(Archive::months).transpose()?.unwrap_or_default();
    let mut months: BTreeMap<String, Vec<Todo>> = BTreeMap::new();
    for todo in todos {
        months.entry(month_of(todo.updated())).or_default().push(todo);
    }
    let mut archived = Vec::new();
    for (month, todos) in months {
        let mut list = match (&archive, there.get(&month)) {
            (Some(archive), Some(blob)) => match archive.file(&month, *blob) {
                Ok(list) => list,
                Err(_) => continue,
            },
            _ => TodoList::new(),
        };
        join(&mut list, &todos.iter().map(|todo| (todo.id, todo.clone())).collect());
        files.push((archive_path(project, &month), encode_todos(&list)));
        archived.extend(todos);
    }
    Ok(archived)
}

/// Returns the commit in which todos that were spoken of again, and so stand in more than one file, stand in the
/// working file only, with everything that was ever said of them; nothing when there are none. Projects that are
/// as in `before`, a tree in which there were none, are not looked at.
pub(super) fn take_back(
    overlay: &mut Overlay<'_>,
    tip: ObjectId,
    before: Option<ObjectId>,
) -> Result<Option<ObjectId>, OpsError> {
    let tree = overlay.commit_info(tip)?.tree;
    let mut files = Vec::new();
    let mut count = 0;
    for (name, is_tree, project_tree) in overlay.entries(overlay.find(tree, PROJECTS)?)? {
        let Some(project) = Project::from_component(&name).filter(|_| is_tree) else { continue };
        let Some(archive) = overlay.find(project_tree, ARCHIVE)? else { continue };
        let path = format!("{PROJECTS}/{name}");
        let old = before.map(|before| overlay.find(before, &path)).transpose()?.flatten();
        if old != Some(project_tree) {
            let archive = Archive::new(overlay, &project, archive);
            count += join_files(overlay, tip, &project, &archive, &mut files)?;
        }
    }
    let plural = if count == 1 { "" } else { "s" };
    commit(overlay, tip, files, format!("Take {count} todo{plural} back from the archive\n"))
}

/// Moves what stands in more than one file of a project into the working file. Returns how many todos those were.
fn join_files(
    overlay: &Overlay<'_>,
    tip: ObjectId,
    project: &Project,
    archive: &Archive<'_>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<usize, OpsError> {
    let consolidated = Consolidated::at(overlay, Some(tip))?;
    let Some(bytes) = consolidated.file(overlay, project)? else { return Ok(0) };
    let Ok(working) = TodoFile::open(&bytes) else { return Ok(0) };
    let twice = archive.ids().windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    let twice: BTreeSet<TodoId> = twice.chain(working.ids().filter(|id| archive.contains(*id))).collect();
    if twice.is_empty() {
        return Ok(0);
    }
    let Ok(mut todos) = consolidated.todos(overlay, project) else { return Ok(0) };
    let mut taken = BTreeSet::new();
    for (month, blob) in archive.months()? {
        let Ok(mut list) = archive.file(&month, blob) else { continue };
        let back: Vec<Todo> = twice.iter().filter_map(|id| list.remove(id)).collect();
        if back.is_empty() {
            continue;
        }
        files.push((archive_path(project, &month), encode_todos(&list)));
        for todo in back {
            taken.insert(todo.id);
            match todos.get_mut(&todo.id) {
                Some(ours) => join_todo(ours, &todo),
                None => drop(todos.insert(todo.id, todo)),
            }
        }
    }
    if !taken.is_empty() {
        files.push((todos_path(project), encode_todos(&todos)));
    }
    Ok(taken.len())
}

/// Makes a commit with these files on top of another; none when they are as they were.
fn commit(
    overlay: &mut Overlay<'_>,
    parent: ObjectId,
    files: Vec<(String, Vec<u8>)>,
    message: String,
) -> Result<Option<ObjectId>, OpsError> {
    let info = overlay.commit_info(parent)?;
    let mut blobs = Vec::new();
    for (path, bytes) in files {
        blobs.push((path, overlay.batch.blob(bytes)?));
    }
    if blobs.is_empty() {
        return Ok(None);
    }
    let edits = blobs.iter().map(|(path, blob)| (path.as_str(), Some(*blob)));
    let tree = overlay.edit_tree(Some(info.tree), edits)?;
    if tree == info.tree {
        return Ok(None);
    }
    let identity = Identity { time: info.time, ..consolidator() };
    let commit = NewCommit { tree, parents: vec![parent], identity: &identity, message };
    Ok(Some(overlay.commit(commit)?))
}
