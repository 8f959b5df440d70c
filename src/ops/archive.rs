//! What comes before a push: closed todos move to the archive, and the board is written anew.
//!
//! Each is a commit of its own on top of the consolidated one, and a function of it: same identity, same date.
//! So a merge gives what stock git gives, and devices that tidy up after the same merge make the same commit.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::OpsError;
use super::settle::commit;
use super::write::{TRIES, write};
use crate::git::{ObjectId, Overlay, RefChange, StoreLock};
use crate::store::cache;
use crate::store::paths::BOARD_PATH;
use crate::store::{Consolidated, MergedTips, Reach, Store, month_of};
use crate::todo::{Project, Time, Todo};
use crate::view::{Everything, board};

/// What tidying up did, or would do.
#[derive(Debug, Default)]
pub struct Tidied {
    /// The todos that are archived now, by project.
    pub archived: BTreeMap<Project, Vec<Todo>>,
    /// Whether the branch moved; not where there was nothing to do.
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
            let merged = MergedTips::load(&store.repo, store.merged_cache());
            if merged.is_of(tip) {
                merged.moved_on(new).save(&store.repo, store.merged_cache());
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
    let today = now.date();
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
    let (mut tidied, mut edits) = (Tidied::default(), BTreeMap::new());
    let until = how.archive_after.map(|after| Time::from_millis(info.time.millis() - after));
    for (project, todos) in &mut projects {
        let due = |todo: &&Todo| {
            !todo.state().is_open() && !todo.is_forgotten() && until.is_some_and(|until| todo.updated() < until)
        };
        let due: Vec<Todo> = todos.values().filter(due).cloned().collect();
        let mut lists = consolidated.lists(overlay, project)?;
        let mut archived = Vec::new();
        for todo in due {
            // A month that cannot be read takes none.
            if lists.archive_in(&month_of(todo.updated()), &todo).is_ok() {
                lists.remove_working(todo.id)?;
                todos.remove(&todo.id);
                archived.push(todo);
            }
        }
        if !archived.is_empty() {
            edits.extend(lists.edits().into_iter().map(|(path, bytes)| (path, Some(bytes))));
            tidied.archived.insert(project.clone(), archived);
        }
    }
    if how.board {
        projects.values_mut().for_each(|todos| todos.retain(|_, todo| !todo.is_forgotten()));
        let mut everything = Everything::of(projects);
        everything.sessions = consolidated.sessions(overlay)?.0;
        let board = board(&everything, info.time).into_bytes();
        edits.insert(BOARD_PATH.to_owned(), Some(board));
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
    let made = commit(overlay, tip, edits, message)?;
    Ok((tidied, made))
}
