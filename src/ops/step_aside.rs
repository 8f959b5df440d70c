//! Two devices that wrote one session's name: the one that finds out goes on under another one.
//!
//! A home that was copied, a store that was restored from a backup, a machine that made a session of the same name,
//! or somebody who pushed on top: the remote then has commits under a name of this device that this device did not
//! make. Neither can be moved to the other. So this device says what it said under a name of its own, and leaves the
//! old one to whoever writes it now. Consolidation merges both, as two tips.

use super::OpsError;
use super::previous::{LookUp, both, renamed};
use super::tips::Tips;
use crate::git::{Batch, ObjectId, Overlay, RefChange, RefDelete, retired_ref, session_ref};
use crate::store::trailers::continues_line;
use crate::store::{Consolidated, Store, StoreError, commit_session, read_session};
use crate::todo::{Session, Time};

/// A session that goes on under another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// The name that somebody else writes too.
    pub from: Session,
    /// What this device had said under it.
    pub tip: ObjectId,
    /// The name under which it goes on.
    pub to: Session,
}

/// Says what this device said under contested names under names of its own. The new tips are put beside the old ones,
/// which stay among them: they are to be merged, too.
///
/// # Errors
/// When the store cannot be read. A session that cannot be read stays as it is: consolidation reports it.
pub(super) fn step_aside(
    store: &Store,
    batch: &mut Batch,
    tips: &mut Tips,
    changes: &mut Vec<RefChange>,
    now: Time,
) -> Result<Vec<Moved>, OpsError> {
    let mut overlay = Overlay::above(&store.repo, batch);
    let consolidated = Consolidated::find(store, &overlay)?;
    let identity = store.settings.identity(now);
    let (mut all, mut names) = (Vec::new(), Vec::new());
    for tip in &tips.foreign {
        let Some(local) = tips.local.get(&tip.session) else { continue };
        // As nearly always: the remote has what this device sent last.
        if *local != tip.commit && names.last() != Some(&tip.session) {
            names.push(tip.session.clone());
        }
    }
    for from in names {
        let look = LookUp { overlay: &overlay, store, tips, consolidated: &consolidated };
        let Some(tip) = tips.local.get(&from).copied().filter(|tip| look.is_contested(&from, *tip)) else { continue };
        let (to, before) = look.name_of(&from)?;
        let Ok(said) = read_session(&overlay, &from, tip) else { continue };
        let before = before.map(|before| read_session(&overlay, &to, before)).transpose()?;
        let latest = said.state.info.updated;
        let said = renamed(&from, said.state, &to, Time::from_millis(i64::MAX));
        let mut state = match &before {
            Some(before) => both(&before.state, said),
            None => said,
        };
        if before.as_ref().is_none_or(|before| before.state.projects != state.projects) {
            // Not one of the statements is new.
            state.info.updated = state.info.updated.max(latest).next();
            let trailer = continues_line(tip);
            let commit = match commit_session(&mut overlay, before.as_ref(), state, &identity, Some(&trailer)) {
                // It stays under the name that somebody else writes too. What it said is merged from here.
                Err(StoreError::TooMuch { .. }) => continue,
                commit => commit?,
            };
            let old = tips.local.insert(to.clone(), commit.id);
            let name = session_ref(&to);
            match changes.iter_mut().find(|change| change.name == name) {
                Some(change) => change.new = commit.id,
                None => changes.push(RefChange { name, old, new: commit.id, message: format!("as {from} so far") }),
            }
        }
        all.push(Moved { from, tip, to });
    }
    let more = overlay.batch;
    batch.absorb(more);
    Ok(all)
}

/// Returns the refs to give up, now that the branch has all that was said under them.
///
/// # Errors
/// When a ref cannot be read.
pub(super) fn given_up(store: &Store, moved: &[Moved]) -> Result<Vec<RefDelete>, OpsError> {
    let mut deletes = Vec::new();
    for Moved { from, tip, .. } in moved {
        deletes.push(RefDelete { name: session_ref(from), old: *tip });
        let name = retired_ref(from);
        deletes.extend(store.repo.find_ref(&name)?.map(|old| RefDelete { name, old }));
    }
    Ok(deletes)
}
