//! What somebody asks of an act besides the act itself: that the branch is where they saw it, and that it is done once.

use super::{OpsError, changes};
use crate::git::{ObjectId, Overlay};
pub use crate::store::trailers::Request;
use crate::store::{Store, find_request};
use crate::todo::{Session, Time, TodoId};

/// How long a request is known at least, in milliseconds.
const KNOWN: i64 = 24 * 60 * 60 * 1000;
/// In how many commits of a session it is looked for at least.
const COMMITS: usize = 200;

/// What is asked besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The commit that the branch has to be at.
    pub at: Option<ObjectId>,
    /// The request that is answered; the commit that does what it asks names it.
    pub request: Option<Request>,
}

/// Nothing is asked besides.
pub static NOTHING: Demand = Demand { at: None, request: None };

impl Demand {
    /// Says no when the branch is not where it has to be. Asked with the store's lock held.
    pub(super) fn check(&self, store: &Store) -> Result<(), OpsError> {
        let Some(at) = self.at else { return Ok(()) };
        match store.repo.find_ref(&store.settings.branch)? {
            Some(tip) if tip == at => Ok(()),
            tip => Err(OpsError::WentOn(tip)),
        }
    }
}

/// Returns the commit by which this request was answered before, and what it asked then.
///
/// # Errors
/// When the session's history cannot be read.
pub fn answered(
    store: &Store,
    session: &Session,
    key: &str,
    now: Time,
) -> Result<Option<(ObjectId, Request)>, OpsError> {
    let since = Time::from_millis(now.millis() - KNOWN);
    let overlay = Overlay::new(&store.repo);
    for (name, tip) in store.repo.sessions()? {
        if name.is_same(session)
            && let Some(found) = find_request(&overlay, tip, key, since, COMMITS)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Returns the todo of which a commit of a session says something that its parent does not; the first one, if there are
/// several.
///
/// # Errors
/// When the commit cannot be read.
pub fn said_in(store: &Store, commit: ObjectId) -> Result<Option<TodoId>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let parent = overlay.commit_info(commit)?.parents.first().copied();
    Ok(changes(&overlay, parent, commit)?.first().map(|change| change.after.id))
}
