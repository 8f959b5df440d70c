//! Documents about sessions, projects, topics and who does what.

use super::shape::Key;
use super::shape::Shape::{self, *};
use super::todos::{LIST, PROJECT_KEYS, TODO};

const TEXTS: Shape = List(&Text);

pub(super) const WARNING: Shape = Named(
    "warning",
    &Or(&[
        Object(&[
            Key("kind", Word(&["stale"]), "it has not ended, and has said nothing for chittysync.staleAfter"),
            Key("type", Word(&["stale_session"]), "the same"),
            Key("session_id", Text, "of which session"),
            Key("age_days", Count, "for how many days it has said nothing"),
        ]),
        Object(&[
            Key("kind", Word(&["stuck"]), "it says nothing, while its project went on for chittysync.stuckAfter"),
            Key("type", Word(&["stuck_session"]), "the same"),
            Key("session_id", Text, "of which session"),
            Key("todo", Text, "the id of the todo that it is at"),
            Key("gone_on_hours", Count, "for how many hours its project went on without it"),
        ]),
        Object(&[
            Key("kind", Word(&["shared"]), "another session is at the same todo"),
            Key("type", Word(&["shared_todo"]), "the same"),
            Key("todo", Text, "the id of that todo"),
            Key("session", Text, "the other session"),
        ]),
    ]),
);

const SESSION: Shape = Named(
    "session",
    &With(
        &Object(&[
            Key("session", Text, "its name"),
            Key("session_id", Text, "the same"),
            Key("name", Text, "what people see"),
            Key("title?", Text, "the title that somebody gave it"),
            Key("source", Text, "what it was read of"),
            Key("agent?", Text, "the agent"),
            Key("device", Text, "where it is"),
            Key("person?", Text, "whose it is"),
            Key("branch?", Text, "the branch of git that it works on"),
            Key("started", Time, "when it first spoke"),
            Key("updated", Time, "when it last spoke"),
            Key("last_activity", Time, "the same"),
            Key("ended?", Time, "when it said that it ended"),
            Key("state", Word(&["active", "idle", "stale", "ended"]), "how alive it is"),
            Key("open", Count, "how many open todos it wants"),
            Key("active_todos", Count, "the same"),
            Key("total", Count, "how many todos it spoke of and did not drop"),
            Key("quiet?", Flag, "true when it has said nothing for chittysync.quietAfter"),
            Key("warnings", List(&WARNING), "what somebody should look at"),
        ]),
        PROJECT_KEYS,
    ),
);

/// `sessions`.
pub(super) const SESSIONS: Shape = List(&SESSION);

/// How far a project is.
pub(super) const OF_PROJECT: Shape = Object(&[
    Key("project_name", Text, "as people see it"),
    Key("full_project", Text, "its full name"),
    Key("session_count", Count, ""),
    Key("todo_count", Count, "without those that were dropped"),
    Key("active_todos", Count, "how many are open"),
    Key("completed_todos", Count, ""),
    Key("last_activity", Time, "when somebody last spoke of one"),
]);

/// `projects`.
pub(super) const PROJECTS: Shape = Object(&[
    Key("version", Text, "that of the original's file"),
    Key("last_updated", Time, "when somebody last spoke of a todo"),
    Key(
        "projects",
        List(&Named(
            "project",
            &With(
                &OF_PROJECT,
                &[
                    Key("sessions", TEXTS, "who speaks of its todos"),
                    Key("todos", LIST, "its todos, but for those that were dropped"),
                ],
            ),
        )),
        "all that have todos",
    ),
]);

/// An agent that may be started, and when.
const SITUATION: Shape = Named(
    "spawning",
    &Object(&[
        Key("arbiter", Maybe(&Text), "who says which device may start an agent"),
        Key("unreachable?", Maybe(&Text), "why it could not be asked"),
        Key("unusable", Maybe(&Text), "why what it says cannot be used"),
        Key("command?", Maybe(&Text), "what is started"),
        Key("directories?", TEXTS, "where"),
        Key("unusable_directories?", List(&NO_CHECKOUT), "where not, and why"),
        Key("caps?", Open(&[]), "how many, how often, how long and for how much"),
        Key("considered?", List(&CONSIDERED), "what was looked at"),
        Key("lease?", Maybe(&Open(&[])), "what all devices know of started agents"),
    ]),
);

const NO_CHECKOUT: Shape = Object(&[Key("what", Text, "as chittysync.spawnIn names it"), Key("why", Text, "")]);

const CONSIDERED: Shape = Named(
    "considered",
    &Object(&[
        Key("topic", Text, ""),
        Key("project", Text, "its full name"),
        Key("waiting", Count, "how many todos wait"),
        Key("todos", TEXTS, "the ids of those that would be handed out"),
        Key("state", Text, "whether an agent would be started, or why not"),
    ]),
);

/// `topics`.
pub(super) const TOPICS: Shape = Or(&[
    Object(&[
        Key("topics", List(&TOPIC), ""),
        Key("total", Count, "how many topics there are"),
        Key("timestamp", Time, "when this was printed"),
        Key("agents", Maybe(&SITUATION), "agents that are started for what waits; null where none is"),
    ]),
    SITUATION,
    Object(&[
        Key("changed", Flag, "with --pause, --resume or --reset"),
        Key("arbiter", Maybe(&Text), "where it was said"),
    ]),
    Object(&[
        Key("started", Flag, "with --spawn: whether an agent was started"),
        Key("exit?", Maybe(&Count), "what it ended with"),
        Key("untold?", Maybe(&Text), "why its end could not be told"),
        Key("refused?", Text, "why none may be"),
        Key("unreachable?", Text, ""),
        Key("faster?", Text, "who started one meanwhile"),
        Key("considered?", List(&CONSIDERED), ""),
    ]),
]);

const TOPIC: Shape = Named(
    "topic",
    &Object(&[
        Key("topic", Text, "its name"),
        Key("name", Text, "the same"),
        Key("configured", Flag, "whether chittysync.topic defines it"),
        Key("count", Count, "how many todos are open"),
        Key("open", Count, "the same"),
        Key("pending", Count, ""),
        Key("ready", Count, "what can be begun"),
        Key("sessions", Or(&[Count, TEXTS]), "who is at it"),
        Key("threshold", Count, "from how many on an agent is started"),
        Key("waiting", Count, "how many wait in the project with most"),
        Key("state", Word(&["quiet", "waiting", "due"]), ""),
        Key(
            "passed_over",
            Object(&[
                Key("in_progress", Count, ""),
                Key("blocked", Count, ""),
                Key("assigned", Count, ""),
                Key("listed", Count, ""),
                Key("elsewhere", Count, ""),
            ]),
            "open todos that do not wait, and why",
        ),
        Key("waiting_in", Map(&TEXTS), "by project: the ids of those that wait"),
    ]),
);

/// `assign`.
pub(super) const ASSIGN: Shape = Object(&[
    Key("dryRun", Flag, ""),
    Key(
        "assigned",
        List(&With(
            &Object(&[
                Key("session", Text, "to whom"),
                Key("todo", Text, "the id of the todo"),
                Key("content", Text, ""),
            ]),
            PROJECT_KEYS,
        )),
        "what is assigned anew",
    ),
    Key("assignments", Map(&LIST), "by session: all that it has"),
    Key("unassigned", LIST, "what nobody has"),
]);

/// `guidance`.
pub(super) const GUIDANCE: Shape = Object(&[
    Key("session", Text, ""),
    Key("machineId", Maybe(&Text), "the device"),
    Key("platform", Maybe(&Text), "what the session was read of"),
    Key("assigned", LIST, "what is the session's"),
    Key("assignedCount", Count, ""),
    Key("inProgress", Count, ""),
    Key("pending", Count, ""),
    Key("completedVisible", LIST, "what it has done"),
    Key("free", Count, "how many nobody has"),
    Key("suggestions", TEXTS, "what can be done, the first one first"),
    Key(
        "nextAction",
        Object(&[
            Key("action", Text, "continue, start or wait"),
            Key("todo?", TODO, "what"),
            Key("message?", Text, "why there is nothing"),
        ]),
        "",
    ),
]);
