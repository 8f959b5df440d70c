//! How much is taken at once, or kept in one file, before it is done in another way.

/// Every number at which the program begins to do something in another way. None of them may change what comes out,
/// but for the shape of commits and trees: tests run with all of them at 2.
///
/// The limits of a list and of a commit's parents are part of the format: two devices that use others make different
/// commits of the same tips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most tips that one commit has as parents beside the branch: tools that draw history choke on more. More tips
    /// are first merged in groups.
    pub parents: usize,
    /// The most lines of a list before they move on to the lists below it.
    pub list_lines: usize,
    /// The most objects that are written one by one; more are written as one pack.
    pub loose_objects: usize,
    /// The most new refs that are written one by one, and the most that stay loose; more go to `packed-refs`.
    pub loose_refs: usize,
    /// The most objects that stay in files of their own in a store that keeps itself small; fewer in a small store
    /// (`git::Clutter`).
    pub unpacked: usize,
    /// The most packs that such a store has.
    pub packs: usize,
    /// The most tips that a branch contains of which each run notes all; of more, those that are packed are noted apart,
    /// where only who asks reads them.
    pub merged_tips: usize,
    /// For how many milliseconds `packed-refs` must have been as it is before it is known again by how it looks: file
    /// systems keep coarser times than the clock.
    pub packed_refs_rest: usize,
    /// How many refs are packed while others wait for the store.
    pub refs_at_once: usize,
    /// How many refs one command names when a fetch of all of them failed. Their names have 250 bytes at most, on either
    /// side.
    pub fetched_refs: usize,
    /// How many refs of one kind, each refused alone by a remote that took none of that kind, speak for all of that kind.
    pub refused_alone: usize,
    /// How many idle sessions of others one exchange gives up.
    pub retired_of_others: usize,
    /// How often a claim is sent before it is let go: of those who claim at the same moment one gets through each time.
    pub claim_tries: usize,
    /// How often it is fetched while what came is gone again: a `git gc` can take it.
    pub fetches: usize,
    /// How many sessions are captured at once, which bounds the memory that they take.
    pub sessions_at_once: usize,
    /// How many commits or files one thread looks at before it takes the next ones.
    pub looked_at_once: usize,
    /// How many commits a process walks along by reading them, before it opens git's commit-graph, or remembers what it
    /// found.
    pub walked: usize,
    /// How many todos one started agent is handed.
    pub spawn_todos: usize,
    /// How many logs of started agents are kept.
    pub spawn_logs: usize,
    /// How many events of a todo the board tells beside the list.
    pub board_events: usize,
    /// The most todos that are named in a command which is proposed.
    pub named_todos: usize,
    /// The most new objects that are kept in memory while history is rewritten, before they are written.
    pub kept_objects: usize,
    /// How much a commit may hold. These do change what comes out, and no `Limits::all` sets them.
    pub budgets: super::Budgets,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            parents: 64,
            list_lines: 48,
            loose_objects: 128,
            loose_refs: 64,
            unpacked: 1_000,
            packs: 16,
            merged_tips: 64,
            packed_refs_rest: 2_000,
            refs_at_once: 500,
            fetched_refs: 300,
            refused_alone: 3,
            retired_of_others: 64,
            claim_tries: 50,
            fetches: 4,
            sessions_at_once: 512,
            looked_at_once: 64,
            walked: 256,
            spawn_todos: 20,
            spawn_logs: 20,
            board_events: 6,
            named_todos: 40,
            kept_objects: 20_000,
            budgets: super::Budgets::default(),
        }
    }
}

impl Limits {
    /// Returns the limits of a repository: in a debug build those that `CHITTYSYNC_LIMITS` asks for, so that tests of the
    /// whole program can run with low ones.
    pub(super) fn of_this_build() -> Self {
        let asked = || std::env::var("CHITTYSYNC_LIMITS").ok()?.parse().ok();
        let number: Option<usize> = if cfg!(debug_assertions) { asked() } else { None };
        Limits { budgets: super::Budgets::of_this_build(), ..number.map_or_else(Limits::default, Limits::all) }
    }

    /// Returns the same number for all.
    pub fn all(number: usize) -> Self {
        Limits {
            parents: number,
            list_lines: number,
            loose_objects: number,
            loose_refs: number,
            unpacked: number,
            packs: number,
            merged_tips: number,
            packed_refs_rest: number,
            refs_at_once: number,
            fetched_refs: number,
            refused_alone: number,
            retired_of_others: number,
            claim_tries: number,
            fetches: number,
            sessions_at_once: number,
            looked_at_once: number,
            walked: number,
            spawn_todos: number,
            spawn_logs: number,
            board_events: number,
            named_todos: number,
            kept_objects: number,
            budgets: super::Budgets::default(),
        }
    }
}
