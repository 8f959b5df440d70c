//! A push that somebody wants to be taken: what its refs are, and whether they may be moved.

use std::path::Path;

use super::OpsError;
use crate::access::{Change, Principal, Refused, Target, Update, may_move};
use crate::codec::decode_session;
use crate::git::{LEASE, ObjectId, Overlay, descends, session_of_ref, session_ref};
use crate::store::paths::session_path;
use crate::store::{Consolidated, Store, check_consolidated, check_session};
use crate::todo::{Session, SessionInfo, Time};

/// Looks at a push, given what git tells its hook of it: a line a ref, the commit that it is at, the one that it is to
/// move to, and its name. `objects` is where git keeps what came until that is decided. Returns what may not be moved.
///
/// # Errors
/// When the store cannot be read.
pub fn check_push(
    store: &Store,
    objects: Option<&Path>,
    who: &Principal,
    lines: &str,
    now: Time,
) -> Result<Vec<Refused>, OpsError> {
    let incoming = objects.map(|objects| store.repo.with_objects(objects)).transpose()?;
    let overlay = Overlay::new(incoming.as_ref().map_or(&store.repo, |incoming| incoming.repo()));
    let push = Push { store, overlay: &overlay, branch: Consolidated::find(store, &overlay)?, now };
    let mut refused = Vec::new();
    for line in lines.lines() {
        let mut words = line.splitn(3, ' ');
        let mut id = || ObjectId::from_hex(words.next()?.as_bytes()).ok();
        let ids = (id(), id());
        let (Some(old), Some(new), Some(name)) = (ids.0, ids.1, words.next()) else {
            return Err(OpsError::Input("git told of a push in a form that is not known".into()));
        };
        let update = push.update(name, old, new)?;
        refused.extend(may_move(who, &update).err());
    }
    Ok(refused)
}

/// Returns the device that a session is of: as its ref here has it, else as the branch does.
///
/// # Errors
/// When the store cannot be read.
pub fn owner_of(store: &Store, session: &Session) -> Result<Option<String>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let branch = Consolidated::find(store, &overlay)?;
    let tip = store.repo.find_ref(&session_ref(session))?;
    let push = Push { store, overlay: &overlay, branch, now: Time::default() };
    Ok(push.owner(session, tip)?)
}

struct Push<'a> {
    store: &'a Store,
    overlay: &'a Overlay<'a>,
    branch: Consolidated,
    now: Time,
}

impl Push<'_> {
    fn update(&self, name: &str, old: ObjectId, new: ObjectId) -> Result<Update, OpsError> {
        let target = match session_of_ref(name) {
            Some(session) => Target::Session(session),
            None if name == self.store.settings.main_branch => Target::Branch,
            None if name == LEASE => Target::Lease,
            None => Target::Other,
        };
        let old = Some(old).filter(|old| !old.is_null());
        let change = match &target {
            // Nothing of it is looked at: it is refused anyway.
            Target::Other => Change::Sideways,
            target if new.is_null() => self.delete(target, old)?,
            _ if old.is_some_and(|old| !descends(self.overlay, new, old)) => Change::Sideways,
            Target::Session(session) => match check_session(self.overlay, session, new) {
                Ok(commit) => {
                    let after = Some(commit.state.info.device);
                    Change::Forward { before: self.owner(session, old)?, after }
                }
                Err(unfit) => Change::Unfit(unfit.reason),
            },
            // What it says is believed by nobody who did not read it as a lease.
            Target::Lease => Change::Forward { before: None, after: None },
            Target::Branch => match check_consolidated(self.overlay, new, self.branch.tree) {
                Ok(_) => Change::Forward { before: None, after: None },
                Err(unfit) => Change::Unfit(unfit.reason),
            },
        };
        Ok(Update { name: name.to_owned(), target, change })
    }

    fn delete(&self, target: &Target, old: Option<ObjectId>) -> Result<Change, OpsError> {
        let (Target::Session(session), Some(old)) = (target, old) else {
            return Ok(Change::Delete { owner: None, is_merged: false, is_idle: false });
        };
        let info = self.info_at(session, old)?;
        let is_merged = self.branch.tip.is_some_and(|tip| descends(self.overlay, tip, old));
        let is_idle = match (self.store.settings.retire_after, &info) {
            (Some(after), Some(info)) => self.now.millis() - info.updated.millis() >= after,
            _ => false,
        };
        Ok(Change::Delete { owner: info.map(|info| info.device), is_merged, is_idle })
    }

    /// A name whose ref was given up is still of who spoke under it.
    fn owner(&self, session: &Session, old: Option<ObjectId>) -> Result<Option<String>, crate::git::GitError> {
        let info = match old {
            Some(old) => self.info_at(session, old)?,
            None => self.info_in(session, self.branch.tree)?,
        };
        Ok(info.map(|info| info.device))
    }

    fn info_at(&self, session: &Session, commit: ObjectId) -> Result<Option<SessionInfo>, crate::git::GitError> {
        self.info_in(session, Some(self.overlay.commit_info(commit)?.tree))
    }

    fn info_in(&self, session: &Session, tree: Option<ObjectId>) -> Result<Option<SessionInfo>, crate::git::GitError> {
        let Some(tree) = tree else { return Ok(None) };
        let Some(file) = self.overlay.find(tree, &session_path(session))? else { return Ok(None) };
        Ok(decode_session(&self.overlay.blob(file)?).ok())
    }
}
