//! The rows of the table that are about what nobody speaks of any more.

use std::time::Duration;

use super::kind::{Bare, Kind, Span};
use super::row::ROW;
use super::setting::{Default, Setting};

/// How long something may be left alone.
pub(super) const AGE: Kind = Kind::Time(Span {
    bare: Some(Bare::Days),
    least: Duration::ZERO,
    most: Duration::from_secs(100_000 * 24 * 60 * 60),
    never: Some("never"),
});

/// After how long a closed todo goes to the archive.
pub const ARCHIVE_AFTER: Setting = Setting {
    key: "chittysync.archiveAfter",
    kind: AGE,
    default: Default::Value("90d"),
    help: "After how long without a word a completed or dropped todo leaves its project's list for the archive, counted back from the last statement in the store. Done before a push, and once a day where there is no remote.",
    ..ROW
};

/// After how long a session is quiet.
pub const QUIET_AFTER: Setting = Setting {
    key: "chittysync.quietAfter",
    kind: AGE,
    default: Default::Value("7d"),
    help: "After how long without a word an agent's session is quiet. What only quiet sessions left open is counted in one line by `list`, `ready`, `sessions` and `board`, which show it with `--left-behind`, or the key Q. `never` calls none so.",
    ..ROW
};

/// After how long a session is stuck.
pub const STUCK_AFTER: Setting = Setting {
    key: "chittysync.stuckAfter",
    kind: AGE,
    default: Default::Value("2h"),
    help: "For how long others have to go on in a project, after the last word of a session that has something in progress there, until `sessions`, `board` and the hub's first page call that session stuck. `never` calls none so.",
    ..ROW
};

/// After how long a session is stale.
pub const STALE_AFTER: Setting = Setting {
    key: "chittysync.staleAfter",
    kind: AGE,
    default: Default::Value("7d"),
    help: "After how long without a word a session that has not ended is called stale. `never` calls none so.",
    ..ROW
};
