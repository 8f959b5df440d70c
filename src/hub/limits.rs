//! Every number at which the hub begins to do something in another way, or no longer does it.

use std::time::Duration;

/// How many bytes every pipe holds that nobody reads yet: a page.
const A_PIPE: usize = 4096;

/// The numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many bytes of a push are kept in memory, and put into a pipe before git starts: no more than fit into any. More
    /// go to a file.
    pub in_memory: usize,
    /// How many bytes a push may have.
    pub push: u64,
    /// How many bytes any other request may have.
    pub body: usize,
    /// How many times a minute one token may say something.
    pub writes: u32,
    /// How many entries a list may have.
    pub todos: usize,
    /// How many commits are told one by one to who comes back; more are a `reset`.
    pub replay: usize,
    /// How many moves of the branch wait for a listener; one that is further behind gets a `reset`.
    pub waiting: usize,
    /// How long somebody may neither send nor take anything in the middle of a request.
    pub stall: Duration,
    /// How long somebody has to say who it is, or to agree on how to talk.
    pub hello: Duration,
    /// How long git may work on one push.
    pub work: Duration,
    /// How long requests may go on once the hub is to stop.
    pub stop: Duration,
    /// How long after tidying the branch up it is tidied again, if it moved.
    pub tidy: Duration,
    /// How often a stream without news says that it is still there.
    pub beat: Duration,
    /// How long the token of a listener is believed, before what comes next is told.
    pub recheck: Duration,
    /// When a merge that failed is tried again.
    pub again: Duration,
}

impl Limits {
    /// Returns the numbers, given how many bytes the store takes from anybody at once. In a debug build
    /// `CHITTYSYNC_HUB_LIMITS` (`in_memory=2 stall_ms=300`) sets some of them, for tests.
    pub(super) fn new(push: Option<u64>) -> Self {
        let mut limits = Limits {
            in_memory: A_PIPE,
            push: push.unwrap_or(u64::MAX >> 1),
            body: 8 << 20,
            writes: 240,
            todos: 10_000,
            replay: 1_000,
            waiting: 64,
            stall: Duration::from_secs(60),
            hello: Duration::from_secs(10),
            work: Duration::from_secs(600),
            stop: Duration::from_secs(10),
            tidy: Duration::from_secs(30),
            beat: Duration::from_secs(15),
            recheck: Duration::from_secs(15),
            again: Duration::from_secs(5),
        };
        let asked = std::env::var("CHITTYSYNC_HUB_LIMITS").ok().filter(|_| cfg!(debug_assertions));
        for (name, number) in asked.iter().flat_map(|asked| asked.split(' ')).filter_map(|one| one.split_once('=')) {
            let Ok(number) = number.parse::<u32>() else { continue };
            match name {
                "in_memory" => limits.in_memory = (number as usize).min(A_PIPE),
                "push" => limits.push = number.into(),
                "body" => limits.body = number as usize,
                "writes" => limits.writes = number,
                "todos" => limits.todos = number as usize,
                "replay" => limits.replay = number as usize,
                "waiting" => limits.waiting = number as usize,
                "stall_ms" => limits.stall = Duration::from_millis(number.into()),
                "hello_ms" => limits.hello = Duration::from_millis(number.into()),
                "work_ms" => limits.work = Duration::from_millis(number.into()),
                "stop_ms" => limits.stop = Duration::from_millis(number.into()),
                "tidy_ms" => limits.tidy = Duration::from_millis(number.into()),
                "beat_ms" => limits.beat = Duration::from_millis(number.into()),
                "recheck_ms" => limits.recheck = Duration::from_millis(number.into()),
                "again_ms" => limits.again = Duration::from_millis(number.into()),
                _ => {}
            }
        }
        limits
    }
}
