//! The rows of the table that are about mirrors.

use super::kind::Kind;
use super::row::{ROW, SPAN};
use super::setting::{Default, Setting};

/// How often a mirror is brought up to date.
pub const MIRROR_EVERY: Setting = Setting {
    key: "chittysync.mirror.<name>.interval",
    kind: Kind::Time(SPAN),
    default: Default::Value("5m"),
    except: Some(("Of the kind bundles", "2h")),
    help: "The least time between two runs of the daemon for this mirror. It starts one when the branch has moved, and of GitHub and Notion always: people change things there.",
    ..ROW
};

/// What a mirror is.
pub const MIRROR_KIND: Setting = Setting {
    key: "chittysync.mirror.<name>.kind",
    kind: Kind::Choice(&["files", "postgres", "bundles", "github", "notion", "d1", "kv", "command"]),
    help: "What a mirror is, as `git chittysync mirror add` writes it. docs/mirrors.md tells of each.",
    ..ROW
};

/// Whether a mirror is left alone.
pub const MIRROR_PAUSED: Setting = Setting {
    key: "chittysync.mirror.<name>.paused",
    kind: Kind::Bool,
    default: Default::Value("false"),
    help: "Whether the daemon, and `git chittysync mirror sync` without a name, leave this mirror alone.",
    ..ROW
};

/// Which projects a mirror holds.
pub const MIRROR_PROJECT: Setting = Setting {
    key: "chittysync.mirror.<name>.project",
    kind: Kind::Text("the name of a project"),
    several: true,
    help: "A project that this mirror holds, by its full name. Without one it holds all.",
    ..ROW
};

/// Where a mirror is.
pub const MIRROR_URL: Setting = Setting {
    key: "chittysync.mirror.<name>.url",
    kind: Kind::Text("a directory, a URL or a remote of rclone"),
    help: "Where this mirror is. No password stands in it: `git credential` knows that.",
    ..ROW
};
