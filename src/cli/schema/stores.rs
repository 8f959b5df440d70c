//! Documents about stores: what they hold, and what runs did to them.

use super::sessions::SESSIONS;
use super::shape::Key;
use super::shape::Shape::{self, *};
use super::todos::{CONFLICTS, LIST, PROJECT_KEYS};

const TEXTS: Shape = List(&Text);

/// An error, in place of any other document.
pub(super) const ERROR: Shape = Object(&[
    Key("error", Text, "what went wrong"),
    Key("hints", TEXTS, "what to do"),
    Key("exit_code", Count, "1: the answer is no; 128: it cannot be done; 129: it was asked wrongly"),
]);

/// What a run did with a remote.
const EXCHANGE: Shape = Named(
    "exchange",
    &Object(&[
        Key("name", Text, "the remote"),
        Key("synced", Flag, "whether it acknowledged everything"),
        Key("fetched", Or(&[Count, Flag]), "how many sessions had news there"),
        Key("pushed", TEXTS, "sessions that were sent"),
        Key("pushed_branch", Flag, ""),
        Key("tries", Count, ""),
        Key("retired", TEXTS, "sessions that gave up their refs"),
        Key("restored", Anything, "sessions that it had lost"),
        Key("given_up", TEXTS, "sessions that go on under another name"),
        Key("unreachable", Maybe(&Text), "why it could not be reached"),
        Key("busy", Anything, "whether another run talked with it"),
        Key("problems", List(&WHY), ""),
    ]),
);

const WHY: Shape = Object(&[Key("what", Text, ""), Key("why", Text, "")]);

/// `sync`.
pub(super) const SYNC: Shape = Object(&[
    Key("store", Text, "its directory"),
    Key("captured", TEXTS, "sessions that said something new"),
    Key("sessions", Count, ""),
    Key("todos", Count, "the archive included"),
    Key("archived", Count, ""),
    Key("merged_duplicates", Count, "how many todos more than one session has"),
    Key("conflicts", Count, ""),
    Key("unreadable", Count, "how much was not read, and warned of"),
    Key(
        "redacted",
        List(&Object(&[Key("session", Text, ""), Key("rule", Text, "")])),
        "credentials that were taken out",
    ),
    Key("list", LIST, "the open todos"),
    Key("remote?", EXCHANGE, ""),
    Key(
        "written_back?",
        List(&Object(&[Key("path", Text, ""), Key("checked", Anything, "how many boxes")])),
        "with --write-back",
    ),
    Key(
        "other_stores?",
        List(&Object(&[Key("store", Text, ""), Key("failed", Maybe(&Text), "why")])),
        "with --all-stores",
    ),
]);

/// `capture`.
pub(super) const CAPTURE: Shape = Object(&[
    Key("captured", TEXTS, "sessions that said something new"),
    Key("looked_at", Count, "how many files"),
    Key("unreadable", Count, ""),
]);

/// `consolidate`.
pub(super) const CONSOLIDATE: Shape = Object(&[
    Key("merged", Count, "sessions"),
    Key("changed", Count, "todos"),
    Key("conflicts", Count, ""),
    Key("put_back", Count, "todos that somebody had taken out"),
    Key("tip", Maybe(&Text), "the commit of the branch"),
]);

/// Where the todos of a directory go.
const WHERE: Shape = Named(
    "where",
    &Object(&[
        Key("store", Maybe(&Text), ""),
        Key("because", Word(&["route", "unsure", "option", "environment", "repository", "setting", "default"]), ""),
        Key("rule", Maybe(&Text), "the value of chittysync.route"),
        Key("set", Maybe(&Text), "where that is set"),
        Key("unsure", Maybe(&Text), "why it is not known"),
        Key("readers", Maybe(&TEXTS), "who can read it: you, whoever has the repository or the remote"),
        Key("remote_url", Maybe(&Text), ""),
    ]),
);

const ENTRY: &[Key] = &[Key("at", Time, ""), Key("level", Text, ""), Key("event", Text, ""), Key("message", Text, "")];

const LAST_ERROR: Shape =
    Maybe(&With(&Object(ENTRY), &[Key("over", Maybe(&Time), "since when what it tells of is over")]));

/// How many todos there are in each state.
const STATES: Shape = Object(&[
    Key("pending", Count, ""),
    Key("in_progress", Count, ""),
    Key("completed", Count, ""),
    Key("dropped", Count, ""),
]);

/// A store that is listed with others.
const BESIDE: Shape = Object(&[
    Key("store", Text, "where it is"),
    Key("name?", Text, "what it is called beside others"),
    Key("todos?", STATES, "without the archive"),
    Key("unread?", Text, "why it cannot be listed"),
]);

/// `status`.
pub(super) const STATUS: Shape = Or(&[
    Object(&[
        Key("store", Text, "its directory"),
        Key("where", WHERE, "why that one is used here"),
        Key("branch", Text, ""),
        Key("sessions", Count, ""),
        Key("unmerged", Count, "sessions whose news is not in the branch yet"),
        Key("todos", STATES, "without the archive"),
        Key("archived", Count, ""),
        Key("conflicts", Count, ""),
        Key("beside?", List(&BESIDE), "the stores that are listed with this one"),
        Key(
            "daemon",
            Object(&[
                Key("running", Flag, ""),
                Key("failing", Maybe(&Text), "what does not work"),
                Key("last_error", LAST_ERROR, ""),
            ]),
            "",
        ),
        Key("last_consolidated", Maybe(&Time), "when something in the branch was last said"),
        Key("status", Word(&["active_session", "idle"]), "whether the session of an agent is there"),
        Key("last_updated", Maybe(&Time), "as last_consolidated"),
        Key(
            "metrics",
            Object(&[
                Key("consolidated_todos", Count, ""),
                Key("session_files", Count, "sessions"),
                Key("active_sessions", Count, "those that spoke in the last half hour and have not ended"),
                Key("last_consolidation", Maybe(&Time), ""),
            ]),
            "the same by the original's names",
        ),
        Key("remote?", Text, "its name"),
        Key("ahead?", Count, "consolidations that it lacks"),
        Key("unpushed?", Count, "sessions of which it lacks something"),
        Key("mirrors?", List(&Open(&[Key("name", Text, "")])), "other places that hold it"),
    ]),
    Object(&[Key("store", Nothing, "there is none"), Key("where", WHERE, "")]),
    Object(&[
        Key(
            "own",
            Maybe(&Object(&[Key("completed", Count, ""), Key("total", Count, "")])),
            "with --line: how far the session is",
        ),
        Key("elsewhere", Anything, "how many open todos others have"),
        Key("changed", Anything, "how many of its own others changed"),
    ]),
]);

/// `purge`.
pub(super) const PURGE: Shape = Object(&[
    Key("purged", List(&With(&Object(&[Key("id", Text, "")]), PROJECT_KEYS)), "the todos"),
    Key("commits", Count, "how many were rewritten"),
    Key("refs", TEXTS, "which moved"),
    Key("erased", Anything, "objects that are gone"),
    Key("left", List(&WHY), "what stays as it is"),
    Key("waits", Maybe(&Text), "why it could not be done now"),
    Key("quoted_by", TEXTS, "ids of todos that quote the words, and stay"),
    Key("remote?", EXCHANGE, ""),
    Key("dry_run?", Flag, "true"),
    Key("remotes?", TEXTS, "with --dry-run: where it would be rewritten too"),
]);

/// `move`.
pub(super) const MOVE: Shape = Object(&[
    Key("project", Text, "its full name"),
    Key("to", Text, "the other store"),
    Key("moved", TEXTS, "ids"),
    Key("sessions", TEXTS, ""),
    Key("dry_run", Flag, ""),
    Key("commits", Count, "how many were rewritten"),
    Key("refs", TEXTS, "which moved"),
    Key("remote", Maybe(&EXCHANGE), ""),
]);

const PACKED: Shape = Object(&[Key("loose", Count, ""), Key("packs", Count, ""), Key("loose_refs", Count, "")]);

/// `maintenance`.
pub(super) const MAINTENANCE: Shape = Object(&[
    Key("done", Flag, "false when another process is at it"),
    Key("before", PACKED, ""),
    Key("after", PACKED, ""),
]);

/// `branch`.
pub(super) const BRANCH: Shape = Or(&[
    List(&Object(&[
        Key("branch", Text, ""),
        Key("commit", Text, ""),
        Key("updated", Time, ""),
        Key("current", Flag, ""),
        Key("merged", Flag, ""),
    ])),
    Object(&[Key("branch", Text, "what was made"), Key("commit", Text, "")]),
    Object(&[Key("branch", Text, "what was deleted"), Key("commit", Text, ""), Key("deleted", Flag, "true")]),
    Object(&[Key("changed", Count, "todos, by a merge"), Key("conflicts", Count, ""), Key("commit", Maybe(&Text), "")]),
]);

/// `init`.
pub(super) const INIT: Shape = Or(&[
    Object(&[
        Key("store", Text, ""),
        Key("created", Flag, ""),
        Key("remote?", Text, "its name"),
        Key("listed?", Flag, "with --here: whether its todos are listed with your others from now on"),
    ]),
    Object(&[
        Key("store", Nothing, "with --undo"),
        Key("kept", Maybe(&Text), "the file that what was said is kept in"),
        Key("deleted_refs", Anything, ""),
        Key("removed_remote", Maybe(&Text), ""),
    ]),
]);

/// `demo`.
pub(super) const DEMO: Shape =
    Object(&[Key("list", LIST, ""), Key("conflicts", CONFLICTS, ""), Key("sessions", SESSIONS, "")]);

const JOB: Shape = Object(&[
    Key("runs", Count, ""),
    Key("last", Maybe(&Time), ""),
    Key("took", Count, "milliseconds"),
    Key("failures", Count, "in a row"),
    Key("last_error", Maybe(&Object(&[Key("at", Time, ""), Key("message", Text, "")])), ""),
    Key("next", Maybe(&Time), ""),
]);

/// `daemon`.
pub(super) const DAEMON: Shape = Or(&[
    Object(&[
        Key("running", Flag, ""),
        Key("pid", Maybe(&Count), ""),
        Key("last_error", LAST_ERROR, ""),
        Key("since?", Time, ""),
        Key("updated?", Time, ""),
        Key("homes?", TEXTS, "agents' directories"),
        Key("directories?", Count, "how many are watched"),
        Key("degraded?", Maybe(&Text), "why it looks every ten seconds"),
        Key("remote?", Maybe(&Text), ""),
        Key("wakeups?", Count, ""),
        Key("jobs?", Map(&JOB), ""),
    ]),
    List(&Object(ENTRY)),
    Object(&[Key("started", Flag, ""), Key("pid", Maybe(&Count), "")]),
    Object(&[Key("stopped", Flag, "")]),
]);
