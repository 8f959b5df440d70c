//! Documents about todos.

use super::shape::Key;
use super::shape::Shape::{self, *};

pub(super) const STATE: Shape = Word(&["pending", "in_progress", "completed", "dropped"]);
pub(super) const TEXTS: Shape = List(&Text);

pub(super) const PROJECT_KEYS: &[Key] = &[
    Key("project", Text, "the project as people see it: the last part of its name while no other has it"),
    Key("full_project", Text, "its full name, which stays the same"),
];

/// A todo.
pub(super) const TODO: Shape = Named(
    "todo",
    &With(
        &Open(&[
            Key("id", Text, "16 hexadecimal digits"),
            Key("content", Text, "its words, as they were said"),
            Key("status", STATE, "what it is, of all that sessions say"),
            Key("sessions", TEXTS, "who spoke of it"),
            Key("created", Time, "when it was first said"),
            Key("updated", Time, "when somebody last spoke of it"),
            Key("conflict", Flag, "whether sessions disagree on it"),
            Key("quiet?", Flag, "true when only sessions want it that have been quiet for long"),
            Key("stores?", TEXTS, "where those of several stores are listed: the paths of those that it is from"),
            Key("nth?", Count, "which of several with the same words it is, from the second on"),
            Key("labels?", Or(&[TEXTS, Anything]), "its labels"),
            Key("priority?", Anything, "how soon: high, medium, low, or a number"),
            Key("due?", Anything, "until when"),
            Key("defer?", Anything, "before when it is not to be begun"),
            Key("description?", Anything, "what else there is to say of it"),
            Key("activeForm?", Anything, "its words while somebody is at it"),
            Key("blockedBy?", Anything, "what must be done before, as sessions say it"),
            Key("assignee?", Anything, "the session that it is meant for"),
        ]),
        PROJECT_KEYS,
    ),
);

/// What one session last said of a todo.
const CLAIM: Shape = Named(
    "claim",
    &Open(&[
        Key("status", Word(&["pending", "in_progress", "completed"]), ""),
        Key("at", Time, "when it was said"),
        Key("raw?", Text, "the agent's own word for the status"),
        Key("epoch?", Count, "how often the todo had been reopened"),
        Key("dropped?", Flag, "true when the session no longer wants it"),
    ]),
);

const CLAIMS: &[Key] = &[Key("claims", Map(&CLAIM), "what each session last said of it")];

/// A todo with what was said of it.
const SAID: Shape = Named("said", &With(&TODO, CLAIMS));

const CONFIRMED: Key = Key("confirmed?", Flag, "of a claim: whether the remote knows of it");

/// `list`, and what prints todos alike.
pub(super) const LIST: Shape = List(&TODO);

/// `show`.
pub(super) const SHOW: Shape = With(
    &SAID,
    &[
        Key("waitsFor", TEXTS, "the ids of open todos that must be done before"),
        Key("commits?", List(&COMMIT), "commits of the repository you stand in that name it, the newest first"),
    ],
);

/// A commit that names a todo.
const COMMIT: Shape = Named(
    "commit",
    &Object(&[
        Key("commit", Text, "its id"),
        Key("at", Time, "when it was made"),
        Key("subject", Text, "the first line of its message"),
    ]),
);

/// `ready`.
pub(super) const READY: Shape = Or(&[
    List(&With(
        &TODO,
        &[
            Key("assignedTo?", Text, "the session that it is assigned to"),
            Key("yours?", Flag, "whether that is the one that asks"),
        ],
    )),
    With(&SAID, &[CONFIRMED]),
]);

/// What was said of a todo, or of several.
pub(super) const ACT: Shape = Or(&[SAID, List(&SAID)]);

/// `drop`: with `--dry-run` what would be.
pub(super) const DROP: Shape = Or(&[SAID, List(&SAID), LIST]);

/// `graph`.
pub(super) const GRAPH: Shape = List(&With(&TODO, &[Key("waitsFor", TEXTS, "the ids of what must be done before it")]));

pub(super) const CONFLICT: Shape = Named(
    "conflict",
    &With(
        &Object(&[
            Key("id", Text, "of the todo"),
            Key("content", Text, "its words"),
            Key("property?", Text, "the property that they disagree on; the status where there is none"),
            Key("local_value?", Anything, "what was kept of it"),
            Key("remote_value?", Anything, "what was overruled"),
            Key("local_status", Maybe(&STATE), "what was kept"),
            Key("remote_status", Maybe(&STATE), "what was overruled"),
            Key("local_session", Maybe(&Text), "who said what was kept"),
            Key("remote_session", Maybe(&Text), "who said what was overruled"),
            Key("local_device", Maybe(&Text), "where"),
            Key("remote_device", Maybe(&Text), "where"),
            Key("local_timestamp", Time, "since when it is kept"),
            Key("timestamp", Time, "when the other was said"),
            Key("resolution", Text, "the rule that decided"),
            Key("lag", Flag, "whether the other one only had not heard of it yet"),
        ]),
        PROJECT_KEYS,
    ),
);

/// `conflicts`.
pub(super) const CONFLICTS: Shape = Object(&[
    Key("timestamp", Time, "when this was printed"),
    Key("auto_resolved", Count, "how many there are"),
    Key("conflicts", List(&CONFLICT), "the newest first"),
]);

/// `log`.
pub(super) const LOG: Shape = List(&With(
    &Object(&[
        Key("at", Time, "when it was said"),
        Key("session", Text, "by whom"),
        Key("device", Text, "where"),
        Key("person", Maybe(&Text), "whose session it is"),
        Key("commit", Text, "the commit that says it"),
        Key("id", Text, "of the todo"),
        Key("content", Text, "its words"),
        Key("renamed_to", Maybe(&Text), "the id of what it was renamed to"),
        Key("before", Maybe(&STATE), "what the session had said before"),
        Key("status", STATE, "what it says now"),
        Key(
            "changes",
            Map(&Object(&[Key("before", Anything, ""), Key("after", Anything, "")])),
            "properties that changed, by name",
        ),
    ]),
    PROJECT_KEYS,
));

/// `watch`: each of its lines.
pub(super) const WATCH: Shape = Or(&[
    With(
        &Object(&[
            Key("commit", Text, "the commit of the branch, from which `--since` goes on"),
            Key("at", Time, "when it was said"),
            Key("session", Maybe(&Text), "by whom"),
            Key("id", Text, "of the todo"),
            Key("content", Text, "its words"),
            Key("before", Maybe(&STATE), "what it was"),
            Key("status", STATE, "what it is"),
            Key("properties", TEXTS, "the names of those that changed"),
        ]),
        PROJECT_KEYS,
    ),
    Object(&[Key("commit", Text, ""), Key("reset", Flag, "true: what was read before is to be read again")]),
]);

/// `rollback` and `undo`.
pub(super) const ROLLBACK: Shape = Object(&[
    Key("changed", Or(&[Count, Flag]), "how many todos changed, or would"),
    Key(
        "todos",
        List(&With(
            &Object(&[Key("id", Text, ""), Key("content", Text, ""), Key("status", Maybe(&Text), "what it becomes")]),
            PROJECT_KEYS,
        )),
        "those",
    ),
]);

/// `archive`.
pub(super) const ARCHIVE: Shape = Object(&[
    Key(
        "archived",
        List(&With(
            &Object(&[
                Key("id", Text, ""),
                Key("content", Text, ""),
                Key("status", STATE, ""),
                Key("updated", Time, ""),
            ]),
            PROJECT_KEYS,
        )),
        "what went, or would go, out of the working lists",
    ),
    Key("changed", Or(&[Flag, Count]), "whether anything was written"),
]);

/// `forget`.
pub(super) const FORGET: Shape = Or(&[
    Object(&[
        Key("id", Text, ""),
        Key("forgotten", Flag, "true"),
        Key("project?", Text, ""),
        Key("full_project?", Text, "missing where it was forgotten already"),
    ]),
    Object(&[
        Key("sessions", TEXTS, "with --session or --home: whose todos"),
        Key("forgotten", TEXTS, "ids"),
        Key("kept", Count, "how many others speak of too"),
    ]),
]);

/// `import`.
pub(super) const IMPORT: Shape = Or(&[
    Object(&[
        Key("session", Text, "the session that states it"),
        Key("format", Text, "as what it was read"),
        Key("items", Count, "how many todos"),
        Key("left_out", Count, "how many had been given up there"),
        Key("changed", Flag, "whether it says something new"),
    ]),
    Object(&[
        Key("dry_run", Flag, "true"),
        Key("format", Text, ""),
        Key("items", List(&Open(&[Key("content", Text, ""), Key("status", Text, "")])), "what would be stated"),
        Key("left_out", Count, ""),
    ]),
]);
