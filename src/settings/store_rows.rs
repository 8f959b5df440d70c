//! The rows of the table that are about which stores there are.

use super::kind::Kind;
use super::row::ROW;
use super::setting::{Default, Setting};

/// Stores that are listed with the default one.
pub const ALSO_LIST: Setting = Setting {
    key: "chittysync.alsoList",
    kind: Kind::Text("the path of a store, which begins with / or ~/"),
    several: true,
    help: "A store whose todos are listed with those of the default store, each marked with the store it is from. `init --here` adds the repository, `init --undo` takes it out. Read from your own settings only.",
    ..ROW
};

/// Which store a project's todos go to.
pub const ROUTE: Setting = Setting {
    key: "chittysync.route",
    kind: Kind::Text(
        "<pattern>=<store>, such as acme/*=~/todos/acme.git; the store begins with / or ~/, or is none or default",
    ),
    several: true,
    help: "`<pattern>=<store>`: where todos of a project go, such as `acme/*=~/todos/acme.git`; to `none`, nothing of it is captured; to `default`, they go where they would without a rule. A pattern that begins with `/` or `~` is a directory with all below it, any other one a project's name, full or short, in which `*` stands for anything: `acme/*` is the owner acme. The first one that matches decides. Read from your own settings only.",
    ..ROW
};

/// Where the store is.
pub const STORE: Setting = Setting {
    key: "chittysync.store",
    kind: Kind::Text("a path"),
    default: Default::Found("~/.local/share/chittysync/store.git"),
    variable: Some("CHITTYSYNC_STORE"),
    help: "The store, unless one is named or you stand in one. Read from your own settings only.",
    ..ROW
};
