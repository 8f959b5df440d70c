//! Sessions that need no ref any more.
//!
//! Every push by anyone advertises every ref, so that live refs must stay few. A session that has said nothing
//! for `chittysync.retireAfter` and is part of the remote's branch gives up its ref, there and here: its commits
//! stay behind the branch, its statements in it. The device that wrote it remembers its last commit; should it speak
//! again, it goes on from there (`past`).
//!
//! Each device retires what it wrote. What others wrote, and left, it retires too, but only refs that it knew before this
//! exchange, and a few at a time: a device that comes new would otherwise begin by deleting all that is old.

use std::collections::BTreeSet;

use super::OpsError;
use super::link::Link;
use super::outgoing::{Idle, Remembered};
use crate::git::{
    Answer, Batch, Namespace, ObjectId, Overlay, RefChange, RefDelete, Send, StoreLock, Writer, descends, push,
    retired_ref, session_of_ref, session_ref,
};
use crate::store::Store;
use crate::todo::{Session, Time};

/// Retires what can be. Returns the sessions whose refs are gone, here or there.
///
/// The remote goes first, with a lease: a session that has just spoken there keeps its ref. Then the local ref,
/// if it still is what was looked at. `known` is what the remote had before this exchange, as far as it was known.
///
/// # Errors
/// When the store cannot be read or written. What the remote does not let us delete stays there.
pub(super) fn retire(store: &Store, link: &Link<'_>, known: &Remembered, now: Time) -> Result<Vec<Session>, OpsError> {
    // What the branch contains cannot be told where history was cut off.
    if store.repo.is_shallow() {
        return Ok(Vec::new());
    }
    let overlay = Overlay::new(&store.repo);
    let remembered = Remembered::of(store, &link.remote)?;
    let ours = store.repo.find_ref(&store.settings.branch)?;
    let (Some(ours), Some(theirs)) = (ours, remembered.branch) else { return Ok(Vec::new()) };
    let mut idle = Idle::new(store, &overlay, Some(theirs), now);
    let sessions = store.repo.sessions()?;
    let retired = store.repo.retired_sessions()?;
    let written_here: BTreeSet<&Session> = sessions.iter().chain(&retired).map(|(session, _)| session).collect();
    let (own, others): (Vec<_>, Vec<_>) =
        remembered.sessions.iter().partition(|((session, _), _)| written_here.contains(session));
    let own = own.into_iter().filter(|(_, tip)| idle.is_retirable(**tip)).collect::<Vec<_>>();
    let others = others.into_iter().filter(|(key, tip)| known.sessions.contains_key(key) && idle.is_retirable(**tip));
    let others = others.take(store.repo.limits.retired_of_others);
    let there: Vec<(&(Session, Namespace), ObjectId)> =
        own.into_iter().chain(others).map(|(key, tip)| (key, *tip)).collect();
    let here: Vec<(Session, ObjectId)> = sessions.iter().filter(|(_, tip)| idle.is_retirable(*tip)).cloned().collect();
    // Our own branch is what keeps the commits here.
    let kept = ours == theirs || descends(&overlay, ours, theirs);
    if !kept || (there.is_empty() && here.is_empty()) {
        return Ok(Vec::new());
    }
    let refs: Vec<(String, Send)> =
        there.iter().map(|((session, namespace), tip)| (namespace.on_remote(session), Send::Delete(*tip))).collect();
    let (answers, failed) = push(&store.repo, &link.remote, &refs, &link.watch)?;
    if failed.is_some() {
        return Ok(Vec::new());
    }
    let (mut retired, mut deletes) = (Vec::new(), Vec::new());
    for ((session, namespace), tip) in &there {
        if answers.get(&namespace.on_remote(session)) == Some(&Answer::Accepted) {
            deletes.push(RefDelete { name: namespace.tracking(&link.remote, session), old: *tip });
            retired.push(session.clone());
        }
    }
    // What this device had said under which name is remembered first.
    let mut kept = Vec::new();
    for (session, tip) in here {
        let name = retired_ref(&session);
        let old = store.repo.find_ref(&name)?;
        kept.push(RefChange { name, old, new: tip, message: "retired".to_owned() });
        deletes.push(RefDelete { name: session_ref(&session), old: tip });
        retired.push(session);
    }
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock: &lock, fsync: store.settings.fsync, identity: &identity };
    kept.retain(|change| change.old != Some(change.new));
    let unkept: Vec<String> =
        writer.write(&Batch::new(store.repo.hash()), &kept)?.into_iter().map(|rejected| rejected.name).collect();
    let is_kept = |session: &Session| !unkept.contains(&retired_ref(session));
    deletes.retain(|delete| session_of_ref(&delete.name).is_none_or(|session| is_kept(&session)));
    retired.retain(is_kept);
    let rejected = writer.delete(&deletes)?;
    retired.retain(|session| rejected.iter().all(|other| other.name != session_ref(session)));
    retired.sort();
    retired.dedup();
    Ok(retired)
}
