//! Bringing what a remote has into our tracking refs. No ref of our own is moved.

use std::collections::BTreeMap;

use super::fetch_bisect::fetch_parts;
use super::fetch_call::{Call, is_content};
use super::fetch_first::fetch_first;
use super::hardened::Hardened;
use super::said::in_the_way;
use super::transfer::Watch;
use super::{Fsync, GitError, Namespace, RemoteName, Repo, Unreachable, gc, tracking_branch};

/// Fetches a remote's sessions, from both places, and its consolidated branch. What the remote no longer has
/// is forgotten. On return everything is on the disk, as far as `fsync` says.
///
/// What is damaged, or larger than it may be, keeps nothing else from being fetched. Returned are the refs, by their
/// names on the remote, that could not be fetched, and why.
///
/// # Errors
/// When git cannot be started, or the disk cannot be written. A remote that cannot be used is a value.
pub fn fetch(
    repo: &Repo,
    remote: &RemoteName,
    branch: &str,
    fsync: Fsync,
    watch: &Watch<'_>,
) -> Result<Result<BTreeMap<String, String>, Unreachable>, GitError> {
    let mut prefixes =
        Namespace::ALL.map(|namespace| (namespace.prefix().to_owned(), namespace.tracking_prefix(remote))).to_vec();
    // A pattern, because a name that the remote does not have would fail the whole fetch.
    prefixes.push((branch.to_owned(), tracking_branch(remote, branch)));
    let before = std::time::SystemTime::now();
    gc::sweep(repo.common_dir());
    let hardened = Hardened::of(repo, remote, watch)?;
    let call = Call { repo, remote, fsync, watch, hardened, prefixes };
    let mut finished = match fetch_first(&call)? {
        Some(finished) => finished,
        None => call.fetch(&["--atomic", "--prune"], call.patterns())?,
    };
    if !in_the_way(&finished.stderr).is_empty() {
        // What the remote no longer has goes first.
        finished = call.everything(&BTreeMap::new())?;
    }
    let fetched = match finished.code {
        Some(0) => Ok(BTreeMap::new()),
        _ if is_content(&finished) => fetch_parts(&call)?,
        _ => Err(Unreachable(finished.complaint)),
    };
    fsync.new_names(&repo.common_dir().join("objects"), before)?;
    Ok(fetched)
}
