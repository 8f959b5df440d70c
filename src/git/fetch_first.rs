//! The first fetch from a remote: git brings the objects and says what refs there are, and all of them get their names
//! at once.
//!
//! git writes a file for each ref that it fetches, flushes each, and everybody who looks at the refs afterwards opens
//! each. Of a remote that nothing is remembered of, no ref has an older value that could be lost. So they go into
//! `packed-refs`, by one rename.

use std::collections::BTreeSet;

use super::fetch_call::Call;
use super::transfer::Finished;
use super::{Fsync, GitError, ObjectId, RefChange, RefDelete, Repo, StoreLock, failpoints, gc, packed_refs};

/// What git says when it does not know an option: versions before 2.41 cannot tell of refs in this way.
const UNKNOWN_OPTION: i32 = 129;

/// Fetches from a remote of which nothing is remembered. Returns nothing when the refs have to be fetched one by one:
/// something is remembered, or stands in their way, or their objects may be taken for garbage meanwhile.
pub(super) fn fetch_first(call: &Call<'_>) -> Result<Option<Finished>, GitError> {
    if gc::is_running(call.repo.common_dir()) || !is_first(call)? {
        return Ok(None);
    }
    let finished = call.fetch(&["--dry-run", "--porcelain"], call.patterns())?;
    match finished.code {
        Some(0) => {}
        Some(UNKNOWN_OPTION) => return Ok(None),
        _ => return Ok(Some(finished)),
    }
    let Some(refs) = read(&String::from_utf8_lossy(&finished.stdout), call) else { return Ok(None) };
    Ok(write(call.repo, &refs, call.fsync)?.then_some(finished))
}

fn is_first(call: &Call<'_>) -> Result<bool, GitError> {
    for (_, ours) in &call.prefixes {
        if call.ref_above(ours)?.is_some() || !call.repo.refs_below(ours)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads what `git fetch --porcelain` says. Nothing when it is not about new refs alone, of which each is where we keep
/// one, and none is the directory of another.
fn read(said: &str, call: &Call<'_>) -> Option<Vec<RefChange>> {
    let mut refs = Vec::new();
    for line in said.lines() {
        let mut words = line.strip_prefix("* ")?.split(' ');
        let (_, new, name) = (words.next()?, ObjectId::from_hex(words.next()?.as_bytes()).ok()?, words.next()?);
        let is_ours = call.prefixes.iter().any(|(_, ours)| name.starts_with(ours.as_str()));
        if words.next().is_some() || !is_ours || new.is_null() {
            return None;
        }
        refs.push(RefChange { name: name.to_owned(), old: None, new, message: String::new() });
    }
    let names: BTreeSet<&str> = refs.iter().map(|change| change.name.as_str()).collect();
    let is_below = |name: &str| name.match_indices('/').any(|(end, _)| names.contains(&name[..end]));
    (!names.iter().any(|name| is_below(name))).then_some(refs)
}

/// Creates these refs. Returns whether all are there, and lead to objects that stay: what no ref led to a moment ago, a
/// `git gc` may have taken away. Then none is left.
fn write(repo: &Repo, refs: &[RefChange], fsync: Fsync) -> Result<bool, GitError> {
    if refs.is_empty() {
        return Ok(true);
    }
    let git_dir = repo.common_dir();
    let lock = StoreLock::acquire(git_dir)?;
    failpoints::step()?;
    let rejected = packed_refs::create_packed(git_dir, lock.tmp(), &refs.iter().collect::<Vec<_>>(), fsync)?;
    fsync.directories(&BTreeSet::from([git_dir.to_owned()]))?;
    failpoints::step()?;
    let fresh = Repo::open(git_dir)?;
    if !gc::is_running(git_dir) && refs.iter().all(|change| fresh.has_object(change.new)) {
        return Ok(rejected.is_empty());
    }
    let deletes: Vec<RefDelete> =
        refs.iter().map(|change| RefDelete { name: change.name.clone(), old: change.new }).collect();
    packed_refs::delete(git_dir, lock.tmp(), &deletes, fsync)?;
    Ok(false)
}
