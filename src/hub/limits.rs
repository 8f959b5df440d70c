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
    /// How many earlier states of the branch a page shows.
    pub states: usize,
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
    /// How long a run for a mirror is waited for by who asked for it; after that it goes on without them.
    pub run: Duration,
    /// How long requests may go on once the hub is to stop.
    pub stop: Duration,
    /// How long after tidying the branch up it is tidied again, if it moved.
    pub tidy: Duration,
    /// How often it is looked whether the store is to be made small.
    pub keep: Duration,
    /// How often a stream without news says that it is still there.
    pub beat: Duration,
    /// How long the token of a listener is believed, before what comes next is told.
    pub recheck: Duration,
    /// When a merge that failed is tried again.
    pub again: Duration,
    /// How long what was pushed waits to be merged where somebody moved the branch since the last merge: who moves it has
    /// merged their own, as a rule. Where nobody did, it does not wait.
    pub settle: Duration,
    /// How many WebSockets may be open at once of which nobody has said yet who they are.
    pub greeting: usize,
    /// How many connections may agree on TLS at once; others wait in the system's queue.
    pub agreeing: usize,
    /// How often the files of the certificate are looked at, at most.
    pub look: Duration,
    /// How much is done at once that may wait for the disk. Each takes some memory for as long as it is there.
    pub blocking: usize,
    /// Of signed tokens.
    pub keys: KeyLimits,
}

/// How long the keys of an issuer are good, and our own.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyLimits {
    /// Older ones are asked for again; those that are there are good meanwhile.
    pub fresh: Duration,
    /// Those that nobody could ask for again are believed no longer: one may have been stolen.
    pub oldest: Duration,
    /// Whoever sends keys that do not exist has the issuer asked no more often.
    pub again: Duration,
    /// How long tokens are signed with one key of ours.
    pub age: Duration,
    /// How many tokens may be good at once that the hub signed.
    pub signed: usize,
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
            states: 20,
            replay: 1_000,
            waiting: 64,
            stall: Duration::from_secs(60),
            hello: Duration::from_secs(10),
            work: Duration::from_secs(600),
            run: Duration::from_secs(3),
            stop: Duration::from_secs(10),
            tidy: Duration::from_secs(30),
            keep: Duration::from_secs(60),
            beat: Duration::from_secs(15),
            recheck: Duration::from_secs(15),
            again: Duration::from_secs(5),
            settle: Duration::from_secs(3),
            greeting: 64,
            agreeing: 256,
            look: Duration::from_secs(1),
            blocking: 64,
            keys: KeyLimits {
                fresh: Duration::from_secs(10 * 60),
                oldest: Duration::from_secs(24 * 60 * 60),
                again: Duration::from_secs(30),
                age: Duration::from_secs(30 * 24 * 60 * 60),
                signed: 1_000,
            },
        };
        let asked = std::env::var("CHITTYSYNC_HUB_LIMITS").ok().filter(|_| cfg!(debug_assertions));
        for (name, number) in asked.iter().flat_map(|asked| asked.split(' ')).filter_map(|one| one.split_once('=')) {
            if let Ok(number) = number.parse::<u32>() {
                limits.set(name, number);
            }
        }
        limits
    }

    fn set(&mut self, name: &str, number: u32) {
        let size = number as usize;
        let millis = Duration::from_millis(number.into());
        match name {
            "in_memory" => self.in_memory = size.min(A_PIPE),
            "push" => self.push = number.into(),
            "body" => self.body = size,
            "writes" => self.writes = number,
            "todos" => self.todos = size,
            "states" => self.states = size,
            "replay" => self.replay = size,
            "waiting" => self.waiting = size,
            "stall_ms" => self.stall = millis,
            "hello_ms" => self.hello = millis,
            "work_ms" => self.work = millis,
            "run_ms" => self.run = millis,
            "stop_ms" => self.stop = millis,
            "tidy_ms" => self.tidy = millis,
            "keep_ms" => self.keep = millis,
            "beat_ms" => self.beat = millis,
            "recheck_ms" => self.recheck = millis,
            "again_ms" => self.again = millis,
            "settle_ms" => self.settle = millis,
            "greeting" => self.greeting = size,
            "agreeing" => self.agreeing = size,
            "look_ms" => self.look = millis,
            "blocking" => self.blocking = size,
            "signed" => self.keys.signed = size,
            "key_age_ms" => self.keys.age = millis,
            "keys_fresh_ms" => self.keys.fresh = millis,
            "keys_oldest_ms" => self.keys.oldest = millis,
            "keys_again_ms" => self.keys.again = millis,
            _ => {}
        }
    }
}
