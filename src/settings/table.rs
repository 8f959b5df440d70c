//! The table: every setting, in the order of the alphabet.

use super::age_rows::AGE;
use super::kind::{Bare, DAY, Kind, SECOND, Span};
use super::row::{ROW, SPAN};
use super::setting::{Default, Setting};

pub use super::age_rows::{ARCHIVE_AFTER, QUIET_AFTER, STALE_AFTER, STUCK_AFTER};
pub use super::issuer_rows::{HUB_ADDRESS, HUB_AUDIENCE, HUB_INTROSPECTION, HUB_ISSUER, HUB_KEYS};
pub use super::mirror_rows::{MIRROR_EVERY, MIRROR_KIND, MIRROR_PAUSED, MIRROR_PROJECT, MIRROR_URL};
pub use super::source_rows::{SOURCE_FIELDS, SOURCE_FORMAT, SOURCE_PATH, SOURCE_QUERY};
pub use super::spawn_rows::{
    ARBITER, SPAWN_BUDGET, SPAWN_COMMAND, SPAWN_COST_GUESS, SPAWN_EVERY, SPAWN_IN, SPAWN_LEASE, SPAWN_MAX,
    SPAWN_PER_DAY, SPAWN_TIMEOUT,
};
pub use super::store_rows::{ALSO_LIST, ROUTE, STORE};

/// Where sessions are kept on a remote.
const PREFIX: Kind = Kind::Choice(&["auto", "sessions", "heads"]);

/// How many todos a session is assigned at most.
pub const ASSIGN_MAX: Setting = Setting {
    key: "chittysync.assignMax",
    kind: Kind::Number { least: 1, of: "todos", unlimited: false },
    default: Default::Value("5"),
    help: "How many open todos `assign` gives one session at most, those that it is at included.",
    ..ROW
};

/// The branch that holds everything.
pub const BRANCH: Setting = Setting {
    key: "chittysync.branch",
    kind: Kind::Text("a branch name that git takes"),
    default: Default::Value("consolidated"),
    help: "The branch that holds everything every session said.",
    ..ROW
};

/// What a session is told of others when it starts.
pub const CONTEXT: Setting = Setting {
    key: "chittysync.context",
    kind: Kind::Choice(&["all", "device", "off"]),
    default: Default::Value("all"),
    except: Some(("In a store with a remote", "device")),
    help: "What a session of an agent is told, when it starts, of the open todos of other sessions on its project: those of all devices, of this device, or nothing.",
    ..ROW
};

/// The least time between two runs of the daemon.
pub const DEBOUNCE: Setting = Setting {
    key: "chittysync.debounce",
    kind: Kind::Time(SPAN),
    default: Default::Value("300ms"),
    reader: Some("daemon"),
    help: "the least time between two runs. The first change after a quiet time is taken sooner, and those behind it together.",
    ..ROW
};

/// What this device is called.
pub const DEVICE: Setting = Setting {
    key: "chittysync.device",
    kind: Kind::Text("a name"),
    default: Default::Found("the host name"),
    help: "The label of this device in session files.",
    ..ROW
};

/// Whether a repository is a store.
pub const ENABLED: Setting = Setting {
    key: "chittysync.enabled",
    default: Default::Value("false"),
    help: "Whether a repository is a store. Read from its own settings only.",
    ..ROW
};

/// Whether writes wait for the disk.
pub const FSYNC: Setting = Setting {
    key: "chittysync.fsync",
    default: Default::Value("true"),
    help: "Whether to wait until what is saved is on the disk. With `false`, a crash of the machine can lose the last seconds.",
    ..ROW
};

/// How long a sync may take that a hook starts.
pub const HOOK_SYNC: Setting = Setting {
    key: "chittysync.hookSync",
    kind: Kind::Time(Span { never: Some("off"), ..SPAN }),
    default: Default::Value("2m"),
    help: "How long a sync may take that an agent's session begins when it starts or ends, where no daemon runs and there is a remote; not in a project's repository that is a store. Nobody waits for it. `off` begins none.",
    ..ROW
};

/// How many lines of the log are kept.
pub const LOG_LINES: Setting = Setting {
    key: "chittysync.logLines",
    kind: Kind::Number { least: 0, of: "lines", unlimited: false },
    default: Default::Value("1000"),
    help: "How many lines of the log are kept.",
    ..ROW
};

/// Whether a store keeps itself small.
pub const MAINTENANCE: Setting = Setting {
    key: "chittysync.maintenance",
    default: Default::Value("true"),
    help: "Whether the store packs its objects and refs by itself, in the background. A project's repository that is a store never does: it is left to its owner.",
    ..ROW
};

/// How much one fetch may bring.
pub const MAX_FETCH: Setting = Setting {
    key: "chittysync.maxFetch",
    kind: Kind::Size,
    default: Default::Value("1g"),
    help: "How many bytes one fetch may bring, and an object for each 256 of them. What is larger is fetched ref by ref, and a ref that alone is larger is left out and named. `0` sets no limit.",
    ..ROW
};

/// What the daemon runs every [`MIRROR_INTERVAL`].
pub const MIRROR_COMMAND: Setting = Setting {
    key: "chittysync.mirrorCommand",
    kind: Kind::Text("a command"),
    reader: Some("daemon"),
    help: "a command for `sh -c`, such as a call of rclone, with the store in `CHITTYSYNC_STORE`. For a project's repository it is read from your own settings only. What it says goes into the log; that it fails is reported, and stops nothing.",
    ..ROW
};

/// How often [`MIRROR_COMMAND`] runs.
pub const MIRROR_INTERVAL: Setting = Setting {
    key: "chittysync.mirrorInterval",
    kind: Kind::Time(SPAN),
    default: Default::Value("2h"),
    reader: Some("daemon"),
    help: "how often that command runs.",
    ..ROW
};

/// Who works on this device.
pub const PERSON: Setting = Setting {
    key: "chittysync.person",
    kind: Kind::Text("a name"),
    default: Default::Found("git's `user.name`"),
    help: "Who works on this device, as session files say it. Shown where the store has more than one person, and what `--by` and `--mine` go by. `none` leaves it out.",
    ..ROW
};

/// What the project of a repository is called.
pub const PROJECT: Setting = Setting {
    key: "chittysync.project",
    kind: Kind::Text("a name"),
    help: "In the configuration of a project's repository: the name of the project, as it stands. Without it, the path in the URL of origin: `<owner>/<name>`. People see the last part of it while one project of the store has it, and may type it for `--project`; in JSON `project` is that too, and `full_project` the full name, as in `--porcelain`. An ambiguous one is refused with 129.",
    ..ROW
};

/// Which words make a todo a project's.
pub const PROJECT_RULE: Setting = Setting {
    key: "chittysync.projectRule",
    kind: Kind::Text("<project>=<word>"),
    several: true,
    help: "`<project>=<word>`: todos of sessions without a known directory that contain the word belong to the project.",
    ..ROW
};

/// The longest time between two talks with the remote.
pub const PUSH_INTERVAL: Setting = Setting {
    key: "chittysync.pushInterval",
    kind: Kind::Time(SPAN),
    default: Default::Value("5m"),
    reader: Some("daemon"),
    help: "the longest time between two talks with the remote. When something is new, it waits at most 30 seconds.",
    ..ROW
};

/// The longest time between two looks at everything.
pub const RECONCILE_INTERVAL: Setting = Setting {
    key: "chittysync.reconcileInterval",
    kind: Kind::Time(SPAN),
    default: Default::Value("30m"),
    reader: Some("daemon"),
    help: "the longest time between two looks at everything, whether a change was seen or not.",
    ..ROW
};

/// Whether credentials are taken out.
pub const REDACT: Setting = Setting {
    key: "chittysync.redact",
    default: Default::Value("true"),
    help: "Whether credentials are taken out of todos before they are saved.",
    ..ROW
};

/// Which rules of redaction are left out.
pub const REDACT_EXCEPT: Setting = Setting {
    key: "chittysync.redactExcept",
    kind: Kind::Text("the name of a rule, as docs/security.md lists them"),
    several: true,
    help: "A rule that redaction does without, such as `password`; docs/security.md lists them.",
    ..ROW
};

/// The remote that a store is synced with.
pub const REMOTE: Setting = Setting {
    key: "chittysync.remote",
    kind: Kind::Text("the name of a remote"),
    help: "The remote that `sync` exchanges todos with. Without one nothing leaves this device.",
    ..ROW
};

/// Who merges on a remote.
pub const REMOTE_MERGES: Setting = Setting {
    key: "chittysync.remote.<name>.merges",
    kind: Kind::Choice(&["devices", "hub"]),
    default: Default::Value("devices"),
    help: "Who merges what sessions said on this remote: the `devices` that push there, or the `hub` that it is. Then only sessions are pushed, and nobody waits for anybody.",
    ..ROW
};

/// How often a remote is pushed to.
pub const REMOTE_PUSHES: Setting = Setting {
    key: "chittysync.remote.<name>.pushesPerMinute",
    kind: Kind::Number { least: 1, of: "pushes", unlimited: true },
    default: Default::Value("unlimited"),
    except: Some(("For github.com, which recommends it,", "6")),
    help: "How many pushes a minute a remote gets from this device at most: a number, or `unlimited`. What has to wait is saved, and sent later.",
    ..ROW
};

/// Where one remote keeps sessions.
pub const REMOTE_PLACE: Setting = Setting {
    key: "chittysync.remote.<name>.remotePrefix",
    kind: PREFIX,
    fallback: Some(PLACE.key),
    old: Some("chittysync.<name>.remotePrefix"),
    help: "Where this remote keeps sessions, in the words of `chittysync.remotePrefix`. What `auto` finds out is remembered here.",
    ..ROW
};

/// Where remotes keep sessions.
pub const PLACE: Setting = Setting {
    key: "chittysync.remotePrefix",
    kind: PREFIX,
    default: Default::Value("auto"),
    help: "Where sessions are kept on remotes: below `refs/chittysync/`, or below `refs/heads/chittysync/` for hosts that take only branches. `auto` finds out.",
    ..ROW
};

/// Who may reopen a completed todo by listing it as open.
pub const REOPEN: Setting = Setting {
    key: "chittysync.reopen",
    kind: Kind::Choice(&["author", "manual", "any"]),
    default: Default::Value("author"),
    help: "Who may reopen a completed todo by listing it as open: a session that had itself completed it, nobody, or every session.",
    ..ROW
};

/// After how long a session gives up its ref.
pub const RETIRE_AFTER: Setting = Setting {
    key: "chittysync.retireAfter",
    kind: AGE,
    default: Default::Value("14d"),
    help: "After how long without a word a session gives up its ref, once the remote's branch contains it. `never` keeps all.",
    ..ROW
};

/// What names of sessions are saved.
pub const SESSION_NAMES: Setting = Setting {
    key: "chittysync.sessionNames",
    kind: Kind::Choice(&["title", "prompt", "none"]),
    default: Default::Value("title"),
    help: "What a session's file says that it is called: the title that its user or agent gave it, or a summary; with `prompt`, where there is none, the beginning of its first prompt; with `none`, nothing. With `title` the first prompt names a session on its own device only, and is not part of what is pushed.",
    ..ROW
};

/// From how many waiting todos on a topic is due.
pub const SPAWN_AT: Setting = Setting {
    key: "chittysync.spawnAt",
    kind: Kind::Number { least: 1, of: "todos", unlimited: false },
    default: Default::Value("3"),
    help: "From how many todos on that wait in one project for somebody to begin them a topic is due.",
    ..ROW
};

/// How long a transfer may stand still.
pub const TIMEOUT: Setting = Setting {
    key: "chittysync.timeout",
    kind: Kind::Time(Span { bare: Some(Bare::Seconds), least: SECOND, most: DAY, never: None }),
    default: Default::Value("60s"),
    help: "How long a transfer may stand still before it is given up, a day at most; ten times as long in all.",
    ..ROW
};

/// What makes a todo one of a topic.
pub const TOPIC: Setting = Setting {
    key: "chittysync.topic",
    kind: Kind::Text("<name>=<word>[,<word>\u{2026}][;project=<project>]"),
    several: true,
    help: "`<name>=<word>[,<word>\u{2026}][;project=<project>]`: todos in which one of the words stands, as a whole, are of the topic; without words, those labelled with its name. The first topic of a todo, in the order of these settings, is its primary one. It replaces the built-in topic of that name.",
    ..ROW
};

/// When to use colour.
pub const COLOR: Setting = Setting {
    key: "color.chittysync",
    kind: Kind::Text("auto, always or never"),
    default: Default::Value("auto"),
    fallback: Some("color.ui"),
    help: "When to use colour: `auto`, `always` or `never`.",
    ..ROW
};

/// All settings, by key.
pub const ALL: [Setting; 63] = [
    ALSO_LIST,
    ARBITER,
    ARCHIVE_AFTER,
    ASSIGN_MAX,
    BRANCH,
    CONTEXT,
    DEBOUNCE,
    DEVICE,
    ENABLED,
    FSYNC,
    HOOK_SYNC,
    HUB_ADDRESS,
    HUB_AUDIENCE,
    HUB_INTROSPECTION,
    HUB_ISSUER,
    HUB_KEYS,
    LOG_LINES,
    MAINTENANCE,
    MAX_FETCH,
    MIRROR_EVERY,
    MIRROR_KIND,
    MIRROR_PAUSED,
    MIRROR_PROJECT,
    MIRROR_URL,
    MIRROR_COMMAND,
    MIRROR_INTERVAL,
    PERSON,
    PROJECT,
    PROJECT_RULE,
    PUSH_INTERVAL,
    QUIET_AFTER,
    RECONCILE_INTERVAL,
    REDACT,
    REDACT_EXCEPT,
    REMOTE,
    REMOTE_MERGES,
    REMOTE_PUSHES,
    REMOTE_PLACE,
    PLACE,
    REOPEN,
    RETIRE_AFTER,
    ROUTE,
    SESSION_NAMES,
    SOURCE_FIELDS,
    SOURCE_FORMAT,
    SOURCE_PATH,
    SOURCE_QUERY,
    SPAWN_AT,
    SPAWN_BUDGET,
    SPAWN_COMMAND,
    SPAWN_COST_GUESS,
    SPAWN_EVERY,
    SPAWN_IN,
    SPAWN_LEASE,
    SPAWN_MAX,
    SPAWN_PER_DAY,
    SPAWN_TIMEOUT,
    STALE_AFTER,
    STORE,
    STUCK_AFTER,
    TIMEOUT,
    TOPIC,
    COLOR,
];
