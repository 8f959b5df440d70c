//! What all requests share: the store, and how it is read and written from them.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::failed::failed;
use super::follow::Follower;
use super::limits::Limits;
use super::mirror_runs::Runs;
use super::outside::Outside;
use super::page_state::Pages;
use super::rate::Rates;
use crate::cli;
use crate::git::{GitError, ObjectId};
use crate::ops::{self, OpsError, Shown, chain};
use crate::store::{Location, Origin, Store, StoreError};
use crate::wire::{Merges, Problem};

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub requests: AtomicU64,
    pub refused: AtomicU64,
    pub pushes: AtomicU64,
}

/// A running hub.
pub(super) struct Hub {
    pub location: Location,
    /// The full name of the branch that is served, as of the start.
    pub branch: String,
    pub common_dir: PathBuf,
    /// The directory with the hook that looks at pushes.
    pub hooks: PathBuf,
    pub limits: Limits,
    /// The host names that requests may be for, in small letters.
    pub hosts: Vec<String>,
    pub follower: Arc<Follower>,
    /// Whether the hub is to stop.
    pub stopping: tokio::sync::watch::Receiver<bool>,
    /// What the pages for people need.
    pub pages: Pages,
    /// What was counted since the hub was started.
    pub counted: Counted,
    /// Whose tokens are taken besides our own.
    pub outside: Outside,
    /// Who moves the branch.
    pub merges: Merges,
    /// Places for WebSockets that have not said yet who they are.
    pub greeting: Arc<tokio::sync::Semaphore>,
    /// How much was asked for lately.
    pub rates: Rates,
    /// Held by whoever says something: of two requests with one key, the second sees what became of the first.
    pub saying: Arc<tokio::sync::Mutex<()>>,
    /// Held by the push that is taken: others wait for it, and not for the store's lock, each in a thread of its own.
    pub receiving: tokio::sync::Mutex<()>,
    /// The runs for mirrors that somebody asked for.
    pub mirroring: Arc<Runs>,
    /// What was shown last. It is good for as long as the branch is at that commit.
    shown: Mutex<Arc<Shown>>,
}

impl Hub {
    pub(super) fn new(
        store: &Store,
        hooks: PathBuf,
        limits: Limits,
        hosts: Vec<String>,
        follower: Arc<Follower>,
        stopping: tokio::sync::watch::Receiver<bool>,
    ) -> Self {
        let common_dir = store.repo.common_dir().to_owned();
        let location = Location { path: store.repo.git_dir().to_owned(), origin: Origin::Option };
        let (shown, saying, rates) = (Mutex::default(), Arc::default(), Rates::new(limits.writes));
        let pages = Pages::new(&common_dir);
        Hub {
            location,
            branch: store.settings.branch.clone(),
            common_dir,
            hooks,
            limits,
            hosts,
            follower,
            stopping,
            counted: Counted::default(),
            outside: Outside::default(),
            merges: Merges::Hub,
            greeting: Arc::new(tokio::sync::Semaphore::new(limits.greeting)),
            rates,
            pages,
            saying,
            receiving: tokio::sync::Mutex::default(),
            mirroring: Arc::default(),
            shown,
        }
    }

    /// Opens the store as it is configured at this moment.
    pub(super) fn store(&self) -> Result<Store, Problem> {
        Store::open(&self.location).map_err(|err| self.trouble(&err.into()))
    }

    /// Returns the commit that the branch is at.
    pub(super) fn tip(&self, store: &Store) -> Result<Option<ObjectId>, Problem> {
        store.tip().map_err(|err| self.trouble(&err.into()))
    }

    /// Returns the branch as it is.
    pub(super) fn shown(&self, store: &Store) -> Result<Arc<Shown>, Problem> {
        let tip = self.tip(store)?;
        let mut known = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if known.tip != tip {
            let mut shown = ops::shown(store).map_err(|err| self.trouble(&err))?;
            let sessions = std::mem::take(&mut shown.everything.sessions);
            // With who looks, and what sessions are called: the pages tell it.
            shown.everything = cli::known(store, shown.everything, sessions);
            *known = Arc::new(shown);
        }
        Ok(Arc::clone(&known))
    }

    /// Returns the branch as it was at a commit, with what sessions are called now.
    pub(super) fn shown_at(&self, store: &Store, commit: &str) -> Result<Arc<Shown>, Problem> {
        let unknown =
            || Problem::new(404, "the branch was never at this commit").hint("History lists its earlier states.");
        let commit = ObjectId::from_hex(commit.as_bytes()).map_err(|_| unknown())?;
        let mut shown = ops::shown_at(store, commit).map_err(|err| self.trouble(&err))?.ok_or_else(unknown)?;
        let sessions = std::mem::take(&mut shown.everything.sessions);
        shown.everything = cli::known(store, shown.everything, sessions);
        Ok(Arc::new(shown))
    }

    /// Does what may wait for the disk or for other processes away from the other requests.
    pub(super) async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Hub) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let hub = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&hub)).await;
        done.unwrap_or_else(|_| Err(Problem::new(500, "the hub failed; its log may say more")))
    }

    /// Returns what somebody outside is told of an error. Where it tells of the machine, only the log does.
    pub(super) fn trouble(&self, err: &OpsError) -> Problem {
        match err {
            OpsError::Store(StoreError::Git(GitError::Busy { .. } | GitError::Locked { .. })) | OpsError::Moved(_) => {
                Problem::new(503, "the store is busy; nothing was saved").hint("try again in a moment")
            }
            OpsError::WentOn(tip) => {
                let problem = Problem::new(412, "the branch went on since what was acted on");
                problem.hint("look again, and then act").with("at", json!(tip.map(|tip| tip.to_string())))
            }
            OpsError::Input(reason) => Problem::new(422, reason.clone()),
            OpsError::Forgotten(_) | OpsError::Unmet(_) => Problem::new(409, chain(err)),
            OpsError::Store(StoreError::TooMuch { .. }) => Problem::new(413, chain(err)).hint("begin a new session"),
            _ => self.failed(&chain(err)),
        }
    }

    /// Writes down what went wrong, and returns what somebody outside is told of it.
    pub(super) fn failed(&self, reason: &str) -> Problem {
        failed(&self.common_dir, reason)
    }
}
