//! The rows of the table that are about agents that are started.

use super::kind::{Kind, SECOND, Span};
use super::row::{ROW, SPAN};
use super::setting::{Default, Setting};

/// The remote that decides who may start an agent.
pub const ARBITER: Setting = Setting {
    key: "chittysync.arbiter",
    kind: Kind::Text("the name of a remote"),
    help: "The remote that decides which device starts an agent. Without it, the remote of the store, if it has only one; in a store that is synced with none, the store itself.",
    ..ROW
};

/// What started agents may cost in a day.
pub const SPAWN_BUDGET: Setting = Setting {
    key: "chittysync.spawnBudget",
    kind: Kind::Text("a number of dollars, such as 5 or 2.50, or off"),
    default: Default::Value("off"),
    help: "What agents that are started may cost in a day (UTC), on all devices, in dollars. What runs counts as `chittysync.spawnCostGuess`; without that nothing is started. `off` sets no limit.",
    ..ROW
};

/// What starts an agent.
pub const SPAWN_COMMAND: Setting = Setting {
    key: "chittysync.spawnCommand",
    kind: Kind::Text("a command"),
    help: "A command for `sh -c` that starts an agent for the todos of a topic that is due. It gets them as JSON on its standard input. Without it none is ever started. For a project's repository it is read from your own settings only. docs/spawning.md tells all of it.",
    ..ROW
};

/// What an agent is taken to cost.
pub const SPAWN_COST_GUESS: Setting = Setting {
    key: "chittysync.spawnCostGuess",
    kind: Kind::Text("a number of dollars, such as 2 or 0.50"),
    help: "What an agent is taken to cost, in dollars, as long as it does not tell.",
    ..ROW
};

/// The least time between two starts.
pub const SPAWN_EVERY: Setting = Setting {
    key: "chittysync.spawnEvery",
    kind: Kind::Time(SPAN),
    default: Default::Value("10m"),
    help: "The least time between two starts of agents, on all devices.",
    ..ROW
};

/// Where agents are started.
pub const SPAWN_IN: Setting = Setting {
    key: "chittysync.spawnIn",
    kind: Kind::Text("a directory"),
    several: true,
    help: "A checkout in which agents may be started on this device, for the todos of its project. Without one, none is started here. For a project's repository it is read from your own settings only.",
    ..ROW
};

/// How long a started agent holds its place without a word.
pub const SPAWN_LEASE: Setting = Setting {
    key: "chittysync.spawnLease",
    kind: Kind::Time(Span { least: SECOND, ..SPAN }),
    default: Default::Value("15m"),
    help: "For how long an agent that was started holds its place without a word of its device, which speaks every third of it. After that, and a third of it more, another device may take the place.",
    ..ROW
};

/// How many agents run at once.
pub const SPAWN_MAX: Setting = Setting {
    key: "chittysync.spawnMax",
    kind: Kind::Number { least: 1, of: "agents", unlimited: false },
    default: Default::Value("1"),
    help: "How many agents that were started run at once, on all devices.",
    ..ROW
};

/// How many agents are started in a day.
pub const SPAWN_PER_DAY: Setting = Setting {
    key: "chittysync.spawnPerDay",
    kind: Kind::Number { least: 1, of: "agents", unlimited: false },
    default: Default::Value("10"),
    help: "How many agents are started in a day (UTC), on all devices.",
    ..ROW
};

/// How long an agent may take.
pub const SPAWN_TIMEOUT: Setting = Setting {
    key: "chittysync.spawnTimeout",
    kind: Kind::Time(Span { least: SECOND, ..SPAN }),
    default: Default::Value("60m"),
    help: "How long an agent that was started may take. Then it is ended, with all that it started.",
    ..ROW
};
