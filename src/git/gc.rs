//! Outliving a `git gc --prune=now` in the same repository.
//!
//! It removes what no ref leads to, however new it is. So one that looked at the refs just before they
//! moved takes what they now point to for garbage.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Batch, GitError, ObjectId, Repo};

/// Returns whether a `git gc` is running in a repository now, as far as its `gc.pid` tells.
pub(super) fn is_running(git_dir: &Path) -> bool {
    let Ok(text) = fs::read_to_string(git_dir.join("gc.pid")) else { return false };
    // One that was killed leaves the file. Where the process cannot be looked for, it counts as running.
    text.split_whitespace().next().and_then(|pid| pid.parse().ok()).is_none_or(is_alive)
}

#[cfg(unix)]
fn is_alive(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return true };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
fn is_alive(_pid: u32) -> bool {
    true
}

/// How long nobody has written to a pack in the making when whoever made it is gone.
const DEAD: Duration = Duration::from_secs(600);

/// Removes what fetches and packing left that came to no end. git leaves that to `git gc`, which a store of ours does not
/// run by itself.
pub(super) fn sweep(git_dir: &Path) {
    let objects = git_dir.join("objects");
    let locks = ["commit-graph.lock", "commit-graph-chain.lock"];
    let of_git = |name: &str| name.starts_with("tmp_") || name.starts_with(".tmp-") || locks.contains(&name);
    // Of the directories of loose objects a store that keeps itself small has few.
    let directories = fs::read_dir(&objects).into_iter().flatten().flatten().map(|entry| entry.path());
    let directories = directories.chain([objects.join("info/commit-graphs")]);
    let entries = directories.filter_map(|directory| fs::read_dir(directory).ok()).flatten().flatten();
    for entry in entries.filter(|entry| of_git(&entry.file_name().to_string_lossy())) {
        let written = entry.metadata().and_then(|file| file.modified());
        if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > DEAD)) {
            // One that is gone by now is what was wanted.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns whether every object of the batch is in the repository now.
pub(super) fn has_all(repo: &Repo, batch: &Batch) -> Result<bool, GitError> {
    let objects = repo.common_dir().join("objects");
    let loose = |id: &ObjectId| {
        let hex = id.to_string();
        fs::metadata(objects.join(&hex[..2]).join(&hex[2..])).is_ok_and(|file| file.len() > 0)
    };
    let elsewhere: Vec<&ObjectId> = batch.iter().map(|(id, ..)| id).filter(|id| !loose(id)).collect();
    if elsewhere.is_empty() {
        return Ok(true);
    }
    // Packs come and go; what an open repository knows of them may be old.
    let fresh = Repo::open(repo.common_dir())?;
    Ok(elsewhere.iter().all(|id| fresh.has_object(**id)))
}
