//! Documents about the program and what it puts in place.

use super::shape::Key;
use super::shape::Shape::{self, *};

const TEXTS: Shape = List(&Text);

/// `install` and `uninstall`.
pub(super) const INSTALL: Shape = Object(&[
    Key("dry_run", Flag, ""),
    Key(
        "parts",
        List(&Object(&[
            Key("part", Text, ""),
            Key("place", Text, "a file, or a setting"),
            Key("change", Text, "what became of it"),
            Key("reason?", Text, "why it failed"),
        ])),
        "",
    ),
]);

/// `doctor`.
pub(super) const DOCTOR: Shape = Object(&[
    Key("ok", Flag, "whether everything is well"),
    Key(
        "checks",
        List(&Object(&[
            Key("check", Text, ""),
            Key("ok", Flag, ""),
            Key("state", Text, "ok, off or bad"),
            Key("text", Text, "what there is to say of it"),
        ])),
        "",
    ),
]);

/// `version`.
pub(super) const VERSION: Shape = Object(&[
    Key("version", Text, "of the program"),
    Key("commit", Maybe(&Text), "that it was built from"),
    Key("date", Maybe(&Text), "of that commit"),
    Key("changed", Maybe(&Flag), "whether it was built with changes"),
    Key("features", TEXTS, ""),
    Key("format", Count, "the version of the store's format"),
    Key("git", Maybe(&Text), "the git that it works with"),
]);

/// `bug-report`.
pub(super) const BUG_REPORT: Shape = Object(&[
    Key("version", VERSION, "as `version` prints it"),
    Key("system", Text, "the operating system and the processor"),
    Key(
        "store",
        Maybe(&Object(&[
            Key("is", Text, "a store of its own, or a project's repository"),
            Key("remote", Maybe(&Text), "over what it is reached"),
            Key("sessions", Maybe(&Count), ""),
            Key("projects", Maybe(&Count), ""),
            Key("open", Maybe(&Count), ""),
            Key("completed", Maybe(&Count), ""),
            Key("archived", Maybe(&Count), ""),
            Key("conflicts", Maybe(&Count), ""),
            Key("loose_objects", Count, "roughly"),
            Key("packs", Count, ""),
            Key("loose_refs", Count, ""),
        ])),
        "nothing when there is none, or it cannot be opened",
    ),
    Key(
        "settings",
        List(&Object(&[
            Key("key", Text, "with `<name>` for the name of a remote, a mirror or a source"),
            Key("value", Maybe(&Text), "a number, a length of time or one of some words; nothing for any other"),
        ])),
        "",
    ),
    Key("checks", List(&Object(&[Key("check", Text, ""), Key("state", Text, "ok, off or bad")])), "of `doctor`"),
]);

/// `help`.
pub(super) const HELP: Shape = Object(&[Key("command", Text, ""), Key("text", Text, "")]);

/// `man`.
pub(super) const MAN: Shape = Or(&[
    Object(&[Key("page", Text, ""), Key("text", Text, "roff")]),
    Object(&[Key("directory", Text, ""), Key("files", TEXTS, "")]),
]);

/// `completion`.
pub(super) const COMPLETION: Shape = Object(&[Key("script", Text, "")]);

/// `service`.
pub(super) const SERVICE: Shape = Or(&[
    Object(&[
        Key("manager", Text, "systemd or launchd"),
        Key("dry_run", Flag, ""),
        Key("place", Text, ""),
        Key("change", Text, ""),
        Key("told", Flag, "whether the manager was told"),
    ]),
    Object(&[
        Key("manager", Text, ""),
        Key("place?", Text, ""),
        Key("state", Text, ""),
        Key("active", Maybe(&Flag), ""),
    ]),
    Object(&[Key("manager", Text, "cron"), Key("line", Text, "for its table")]),
    Object(&[Key("manager", Text, "cron"), Key("change", Text, "")]),
]);

/// `schema`.
pub(super) const SCHEMA: Shape = Or(&[
    Object(&[Key("commands", TEXTS, "whose documents are described")]),
    Open(&[Key("$schema", Text, "JSON Schema"), Key("$id", Text, "")]),
]);
