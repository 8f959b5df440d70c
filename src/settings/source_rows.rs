//! The rows of the table that describe sources of one's own.

use super::kind::Kind;
use super::row::ROW;
use super::setting::Setting;

/// Where the files of a source are.
pub const SOURCE_PATH: Setting = Setting {
    key: "chittysync.source.<name>.path",
    kind: Kind::Text("a path that begins with / or ~/"),
    help: "A source of one's own: the file that holds its lists, `~/notes/*.md`; `*` stands for anything within one part. `<name>` is up to 20 small letters and digits. Read from your own settings only, as all of `chittysync.source`.",
    ..ROW
};

/// What the files of a source hold.
pub const SOURCE_FORMAT: Setting = Setting {
    key: "chittysync.source.<name>.format",
    kind: Kind::Choice(&["json", "jsonl", "markdown", "sqlite"]),
    help: "What its files hold: `json`, a list, or an object with one under `todos`; `jsonl`, an object a line; `markdown`, items with a box; `sqlite`, what a query finds.",
    ..ROW
};

/// What is called how in the files of a source.
pub const SOURCE_FIELDS: Setting = Setting {
    key: "chittysync.source.<name>.fields",
    kind: Kind::Text("<ours>=<theirs>, such as content=title,status=state,session=thread"),
    several: true,
    help: "What is called how in its entries, `<ours>=<theirs>[,…]`: `content` (the words), `status`, `id` (by which an entry is known when its words change), `session`, `directory` (where that works), `time`; `list`, where the list stands in a document of JSON. Dots lead into objects. Any other name is kept as a property, such as `priority=prio`.",
    ..ROW
};

/// What a database of a source is asked.
pub const SOURCE_QUERY: Setting = Setting {
    key: "chittysync.source.<name>.query",
    kind: Kind::Text("a SELECT"),
    help: "With `sqlite`: the SELECT that finds an entry a row. It is run read-only, and ended after ten seconds.",
    ..ROW
};
