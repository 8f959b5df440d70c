//! Talking to a remote: what is asked for, and what came of it.

use super::OpsError;
use super::link::{Exchange, Link};
use super::plan::{Plan, Turn};
use super::report::Report;
use super::run::run;
use super::talk::Talk;
use super::tips::Tips;
use crate::git::{GitError, TransferLock};
use crate::store::{MergedTips, Store};
use crate::todo::Time;

/// Captures, fetches, consolidates, pushes and retires. Whatever the remote does, what was captured is saved, and
/// consolidated with what is known.
///
/// # Errors
/// When the store cannot be read or written, or git cannot be started. A remote that cannot be used is a value.
pub fn sync(store: &Store, plan: &Plan, link: &Link<'_>, now: Time) -> Result<(Report, Exchange), OpsError> {
    // Before anything that can take its time. What was fetched before is merged first: the remote may have lost it.
    let merged = MergedTips::load(&store.repo, store.merged_cache());
    let tips = Tips::news(store, Some(&link.remote), &merged, None)?;
    let waits = tips.foreign.iter().map(|tip| tip.commit).chain(tips.branches.iter().map(|(_, tip)| *tip));
    let consolidate =
        waits.into_iter().any(|tip| Some(tip) != merged.tip_of(&store.settings.branch) && !merged.contains(tip));
    let remote = Some(link.remote.clone());
    let captured = run(store, &Plan { consolidate, remote, remake: link.fetch && link.push, ..plan.clone() }, now)?;
    let turn = match TransferLock::acquire(store.repo.common_dir()) {
        Ok(turn) => Ok(turn),
        Err(GitError::Busy { seconds, .. }) => Err(seconds),
        Err(err) => return Err(err.into()),
    };
    let mut talk = Talk::new(store, plan, link, captured, if turn.is_ok() { Turn::Held } else { Turn::Asked }, now)?;
    match turn {
        Ok(_turn) => talk.go_on()?,
        Err(seconds) => {
            let reason = format!("another process has been talking with a remote of this store for {seconds} seconds");
            talk.exchange.busy = Some(reason);
            talk.join()?;
        }
    }
    Ok(talk.end())
}
