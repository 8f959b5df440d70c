//! Follows the branch, whoever moves it: a push, the API, a command or daemon on the hub's machine.

use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::limits::Limits;
use crate::cli::present;
use crate::daemon::start_maintenance;
use crate::git::ObjectId;
use crate::log::{self, Level};
use crate::ops::{self, Move, Plan, Selection, Tidy, chain};
use crate::store::{Location, Store};

/// How often it is looked when nobody said that something moved.
const EVERY: Duration = Duration::from_millis(200);
/// How long pushes are gathered before what they brought is merged.
const GATHER: Duration = Duration::from_millis(50);

/// What became of the branch.
#[derive(Debug)]
pub(super) enum News {
    /// It went on by these commits.
    Moves(Vec<Move>),
    /// It is somewhere else now.
    Reset(Option<ObjectId>),
}

/// Tells listeners what becomes of the branch.
#[derive(Debug)]
pub(super) struct Follower {
    news: broadcast::Sender<Arc<News>>,
    state: Mutex<State>,
    /// Held by whoever looks and tells: news come in their order, and once.
    telling: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    tip: Option<ObjectId>,
    pushed: bool,
    is_over: bool,
    thread: Option<std::thread::Thread>,
}

impl Follower {
    pub(super) fn new(waiting: usize) -> Self {
        Follower { news: broadcast::Sender::new(waiting.max(1)), state: Mutex::default(), telling: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns where the branch is, and all news from there on.
    pub(super) fn subscribe(&self) -> (Option<ObjectId>, broadcast::Receiver<Arc<News>>) {
        let state = self.state();
        (state.tip, self.news.subscribe())
    }

    /// Returns how many listen.
    pub(super) fn listeners(&self) -> usize {
        self.news.receiver_count()
    }

    /// Looks at once.
    pub(super) fn look(&self) {
        if let Some(thread) = &self.state().thread {
            thread.unpark();
        }
    }

    /// Merges what a push brought, soon.
    pub(super) fn pushed(&self) {
        self.state().pushed = true;
        self.look();
    }

    /// Ends it.
    pub(super) fn stop(&self) {
        self.state().is_over = true;
        self.look();
    }

    /// Starts to follow.
    pub(super) fn start(
        self: &Arc<Self>,
        store: Store,
        limits: Limits,
    ) -> std::io::Result<std::thread::JoinHandle<()>> {
        {
            let mut state = self.state();
            state.tip = store.tip().ok().flatten();
            // What came when it was last over may not have been merged.
            state.pushed = true;
        }
        let follower = Arc::clone(self);
        std::thread::Builder::new().name("follow".into()).spawn(move || {
            follower.state().thread = Some(std::thread::current());
            let (mut tidied, mut last) = (None, Instant::now());
            let mut keeper = Keeper::default();
            let mut failed: Option<Instant> = None;
            // Where the branch was when all that had come was merged, and since when something waits for that.
            let (mut merged, mut waiting) = (follower.state().tip, None::<Instant>);
            loop {
                follower.tell(&store, limits.replay);
                if follower.state().is_over {
                    return;
                }
                // The devices leave that to whoever merges.
                let tip = follower.state().tip;
                keeper.look(&store, limits.keep);
                if tip != tidied && last.elapsed() >= limits.tidy {
                    tidy(&store);
                    (tidied, last) = (store.tip().ok().flatten(), Instant::now());
                    merged = if merged == tip { tidied } else { merged };
                    continue;
                }
                let since = follower.state().pushed.then(|| *waiting.get_or_insert_with(Instant::now));
                let is_due = since.is_some_and(|since| tip == merged || since.elapsed() >= limits.settle);
                if is_due && failed.is_none_or(|at| at.elapsed() >= limits.again) {
                    std::thread::sleep(GATHER);
                    follower.state().pushed = false;
                    failed = (!merge(&store)).then(Instant::now);
                    follower.state().pushed |= failed.is_some();
                    (merged, waiting) = (store.tip().ok().flatten(), None);
                } else {
                    std::thread::park_timeout(EVERY);
                }
            }
        })
    }

    /// Looks where the branch is, and tells listeners: after that, [`Follower::subscribe`] knows of everything that was
    /// answered before.
    pub(super) fn tell(&self, store: &Store, replay: usize) {
        let _telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(tip) = store.tip() else { return };
        let known = {
            let mut state = self.state();
            let known = state.tip;
            // Where nobody listens, how it came there is not found out: who begins to hears from there on.
            if tip == known || self.news.receiver_count() == 0 {
                state.tip = tip;
                return;
            }
            known
        };
        let came = |from: Option<ObjectId>| ops::moves(store, from?, tip?, replay).ok().flatten();
        let news = came(known).map_or(News::Reset(tip), News::Moves);
        self.went(tip, news);
    }

    /// Tells listeners that the branch is at a commit now, and how it came there.
    pub(super) fn went(&self, tip: Option<ObjectId>, news: News) {
        let mut state = self.state();
        state.tip = tip;
        // Nobody may be listening.
        let _ = self.news.send(Arc::new(news));
    }
}

/// Keeps the store small: nobody else does where only the hub writes.
#[derive(Debug, Default)]
struct Keeper {
    looked: Option<Instant>,
    /// What is at it.
    child: Option<Child>,
}

impl Keeper {
    /// Looks whether there is much to pack, no sooner than so long after the last time, and has that done by a process of
    /// its own.
    fn look(&mut self, store: &Store, every: Duration) {
        // Of one that ended somebody has to take note.
        if self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None))) {
            return;
        }
        self.child = None;
        if self.looked.is_some_and(|looked| looked.elapsed() < every) {
            return;
        }
        self.looked = Some(Instant::now());
        let location = Location { path: store.repo.git_dir().to_owned(), origin: store.origin };
        self.child = start_maintenance(&location);
    }
}

/// Archives what is due, and writes what a host shows of the branch.
fn tidy(store: &Store) {
    let tidied = store.reopen().map_err(Into::into).and_then(|store| {
        let how = Tidy { archive_after: store.settings.archive_after, board: true, dry_run: false };
        ops::tidy(&store, how, present())
    });
    if let Err(err) = tidied {
        log::append(store.repo.common_dir(), Level::Error, "hub", &chain(&err));
    }
}

/// Merges what sessions said into the branch. Returns whether that went well.
fn merge(store: &Store) -> bool {
    let selection = Selection { what: "consolidate".into(), ..Selection::default() };
    let plan = Plan { consolidate: true, selection, ..Plan::default() };
    let merged = store.reopen().map_err(Into::into).and_then(|store| ops::run(&store, &plan, present()));
    if let Err(err) = &merged {
        log::append(store.repo.common_dir(), Level::Error, "hub", &chain(err));
    }
    merged.is_ok()
}
