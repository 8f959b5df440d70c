//! A project's repository that is to be no store any more: what was made of it is taken away again, and what was said
//! there is kept in a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::drain::drain_if_any;
use super::{OpsError, Plan, Selection, branches, daemon_runs, run};
use crate::git::{
    Git, GitError, Namespace, RETIRED, RefDelete, RemoteName, SESSIONS, StoreLock, Writer, branch_ref,
    private_directories, state_dir,
};
use crate::settings::{remembered_namespace, table};
use crate::store::{MIRRORS, Store, spool};
use crate::todo::Time;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The bundle that keeps what was said; nothing when nothing was.
    pub kept: Option<PathBuf>,
    /// How many refs were deleted.
    pub refs: usize,
    /// The remote that the store was synced with.
    pub remote: Option<RemoteName>,
    /// Whether it was added for the store, and removed.
    pub is_removed: bool,
}

/// How the names of refs begin that only this program makes: sessions, what remotes have of them, leases, and what is known of mirrors.
const OURS: [&str; 6] =
    [SESSIONS, RETIRED, "refs/chittysync-remotes/", "refs/chittysync-heads/", "refs/chittysync-lease", MIRRORS];

/// The file below the directory of ours that names the remote which was added for the store.
const MADE: &str = "made-remote";

/// Remembers that a remote was added for a store in a project's repository.
pub fn remember_made(common_dir: &Path, remote: &RemoteName) {
    // Where it cannot be remembered, the remote stays, and is named.
    let _ = private_directories(&state_dir(common_dir));
    let _ = fs::write(state_dir(common_dir).join(MADE), remote.as_str());
}

/// Takes away what makes a project's repository a store. What was said there is put into a bundle in this directory
/// first.
///
/// Killed at any moment it can be run again: that the repository is a store is the last that goes.
///
/// # Errors
/// When the repository is in use as a store, and when something cannot be written: then nothing is lost.
pub fn leave(store: &Store, keep_in: &Path, now: Time) -> Result<Left, OpsError> {
    let common_dir = store.repo.common_dir();
    if daemon_runs(common_dir) {
        return Err(OpsError::Input("a daemon runs for it; `git chittysync daemon stop` ends it".to_owned()));
    }
    // The branch is what is looked at in the bundle: it is to hold what was said last.
    let selection = Selection { what: "consolidate".to_owned(), ..Selection::default() };
    run(store, &Plan { consolidate: true, selection, ..Plan::default() }, now)?;
    let lock = StoreLock::acquire(common_dir)?;
    drain_if_any(store, &lock, now);
    if !spool::is_empty(common_dir) {
        let reason = "events of hooks wait in it that cannot be saved; `git chittysync daemon log` says why";
        return Err(OpsError::Input(reason.to_owned()));
    }
    let store = store.reopen()?;
    let mut names: Vec<String> = branches(&store)?.iter().filter_map(|branch| branch_ref(&branch.name)).collect();
    if let Some((name, directory)) = names.iter().find_map(|name| Some((name, store.repo.checked_out(name)?))) {
        let reason = format!("{name} is checked out in {}; switch to another branch first", directory.display());
        return Err(OpsError::Input(reason));
    }
    let is_ours = |name: &str| OURS.iter().any(|prefix| name.starts_with(prefix));
    let refs = store.repo.refs()?;
    let has_said = !names.is_empty() || refs.iter().any(|(name, _)| name.starts_with(SESSIONS));
    let kept = if has_said { Some(keep(&store, &names, keep_in, now)?) } else { None };
    names.extend(refs.iter().map(|(name, _)| name.clone()).filter(|name| is_ours(name)));
    let deletes = refs.into_iter().filter(|(name, _)| names.contains(name));
    let deletes: Vec<RefDelete> = deletes.map(|(name, old)| RefDelete { name, old }).collect();
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock: &lock, fsync: store.settings.fsync, identity: &identity };
    let rejected = writer.delete(&deletes)?;
    if !rejected.is_empty() {
        return Err(OpsError::Moved(rejected.into_iter().map(|rejected| rejected.name).collect()));
    }
    let is_removed = forget_remote(&store)?;
    store.repo.unset_value(table::ENABLED.key)?;
    drop(lock);
    let directory = state_dir(common_dir);
    fs::remove_dir_all(&directory).map_err(GitError::io("remove", &directory))?;
    Ok(Left { kept, refs: deletes.len(), remote: store.settings.remote.clone(), is_removed })
}

/// Writes all that was said into a bundle, from which git fetches as from a repository. Returns its path.
fn keep(store: &Store, branches: &[String], keep_in: &Path, now: Time) -> Result<PathBuf, OpsError> {
    private_directories(keep_in).map_err(GitError::io("create", keep_in))?;
    let place = store.repo.work_dir().unwrap_or(store.repo.common_dir());
    let project = place.file_name().unwrap_or_default().to_string_lossy();
    let moment = now.to_string().replace([':', '.'], "");
    let numbers = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
    let mut paths = numbers.map(|number| keep_in.join(format!("{project}-{moment}{number}.bundle")));
    let path = paths.find(|path| !path.exists()).unwrap_or_default();
    let globs = [SESSIONS, RETIRED].map(|prefix| format!("--glob={prefix}*"));
    let text = path.to_string_lossy();
    let arguments = ["bundle", "create", "--quiet", &text].into_iter();
    let refs = globs.iter().chain(branches).map(String::as_str);
    Git::new(Some(store.repo.common_dir()), arguments.chain(refs)).output()?;
    File::open(&path).and_then(|file| file.sync_all()).map_err(GitError::io("flush", &path))?;
    Ok(path)
}

/// Takes away what was set for the store's remote, and the remote if it was added for the store. Says whether it was.
fn forget_remote(store: &Store) -> Result<bool, OpsError> {
    let Some(remote) = &store.settings.remote else { return Ok(false) };
    let made = fs::read_to_string(state_dir(store.repo.common_dir()).join(MADE)).unwrap_or_default();
    let is_made = made == remote.as_str();
    match is_made {
        true => store.repo.remove_remote(remote)?,
        false => store.repo.fetch_no_sessions(remote)?,
    }
    let (namespace, _) = remembered_namespace(remote, Namespace::Sessions);
    store.repo.unset_value(&namespace)?;
    store.repo.unset_value(table::REMOTE.key)?;
    Ok(is_made)
}
