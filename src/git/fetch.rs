//! Bringing what a remote has into our tracking refs. No ref of our own is moved.

use super::remote::hardened;
use super::transfer::Watch;
use super::{Fsync, Git, GitError, Place, RemoteName, Repo, tracking_branch};

/// A remote that could not be used now, and its reason in git's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

/// Fetches a remote's sessions, from both places, and its consolidated branch. What the remote no longer has
/// is forgotten. On return everything is on the disk, as far as `fsync` says.
///
/// # Errors
/// When git cannot be started, or the disk cannot be written. A remote that cannot be used is a value.
pub fn fetch(
    repo: &Repo,
    remote: &RemoteName,
    branch: &str,
    fsync: Fsync,
    watch: &Watch<'_>,
) -> Result<Result<(), Unreachable>, GitError> {
    let mut arguments = hardened(remote);
    if fsync == Fsync::On {
        // By default git does not wait for loose objects.
        arguments.extend(["-c".to_owned(), "core.fsync=objects,reference".to_owned()]);
    }
    arguments.extend(
        [
            "fetch",
            "--progress",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--atomic",
            "--no-filter",
            "--prune",
            "--end-of-options",
            remote.as_str(),
        ]
        .map(str::to_owned),
    );
    for place in Place::ALL {
        arguments.push(format!("+{}*:{}*", place.prefix(), place.tracking_prefix(remote)));
    }
    // A pattern, because a name that the remote does not have would fail the whole fetch.
    arguments.push(format!("+{branch}*:{}*", tracking_branch(remote, branch)));
    let before = std::time::SystemTime::now();
    let git = Git::new(Some(repo.common_dir()), arguments.iter().map(String::as_str));
    let finished = git.quiet_ssh(repo, watch).transfer(watch)?;
    fsync.new_names(&repo.common_dir().join("objects"), before)?;
    Ok(if finished.code == Some(0) { Ok(()) } else { Err(Unreachable(finished.complaint)) })
}
