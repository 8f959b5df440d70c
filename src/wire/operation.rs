//! Every request that the hub answers, in one table: the router, `Allow`, and the description of the API are made of it.

use crate::access::Scope;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table says it of each")]
pub enum Op {
    Health,
    Live,
    ReadyToServe,
    Metrics,
    Description,
    WellKnown,
    Events,
    Socket,
    Status,
    Todos,
    Since,
    Project,
    Todo,
    Projects,
    ProjectInfo,
    Sessions,
    Session,
    Guidance,
    Topics,
    Topic,
    Conflicts,
    History,
    HistoryOf,
    Changes,
    Sync,
    ProjectList,
    ProjectSync,
    Clear,
    Add,
    Edit,
    Act,
    Drop,
    PutProject,
    Register,
    Heartbeat,
    End,
    Categorize,
    Assign,
    Orchestrate,
    Resolve,
    Rollback,
    Keys,
    Issue,
    Verify,
    EndToken,
    Services,
    Service,
    Mirrors,
    Mirror,
    MirrorSync,
    MirrorPause,
    MirrorResume,
}

/// How an answer changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is a function of one commit of the branch.
    OfCommit,
    /// The clock, or what is not merged yet, has a say too.
    OfNow,
    /// Something is said.
    Write,
    /// A token is made, looked at or taken back: no commit says so.
    Token,
    /// Something is done about another place that holds the same: no commit says so.
    Place,
    /// It is no document.
    Other,
}

/// One request that is answered.
#[derive(Debug)]
pub struct Operation {
    /// What is asked.
    pub op: Op,
    /// By which method.
    pub method: &'static str,
    /// At which path. `{project}` stands for one or more parts of it, any other name for one.
    pub path: &'static str,
    /// How much who asks has to be allowed; nothing where anybody may ask.
    pub scope: Option<Scope>,
    /// How the answer changes.
    pub kind: Kind,
    /// What it is for.
    pub summary: &'static str,
    /// What may stand behind the `?`.
    pub query: &'static [&'static str],
    /// The schema of its body; empty for none.
    pub body: &'static str,
    /// The schema of what it answers.
    pub answer: &'static str,
}

const R: Option<Scope> = Some(Scope::Read);
const W: Option<Scope> = Some(Scope::Write);
const A: Option<Scope> = Some(Scope::Admin);
const AT: &[&str] = &["at"];

type Row =
    (Op, &'static str, &'static str, Option<Scope>, &'static str, &'static [&'static str], &'static str, &'static str);

const fn read(row: Row, kind: Kind) -> Operation {
    let (op, method, path, scope, summary, query, body, answer) = row;
    Operation { op, method, path, scope, kind, summary, query, body, answer }
}

const fn of_commit(
    op: Op,
    path: &'static str,
    query: &'static [&'static str],
    answer: &'static str,
    summary: &'static str,
) -> Operation {
    read((op, "GET", path, R, summary, query, "", answer), Kind::OfCommit)
}

const fn of_now(
    op: Op,
    path: &'static str,
    query: &'static [&'static str],
    answer: &'static str,
    summary: &'static str,
) -> Operation {
    read((op, "GET", path, R, summary, query, "", answer), Kind::OfNow)
}

const fn open(op: Op, path: &'static str, answer: &'static str, summary: &'static str, kind: Kind) -> Operation {
    read((op, "GET", path, None, summary, &[], "", answer), kind)
}

const fn write(
    op: Op,
    method: &'static str,
    path: &'static str,
    scope: Option<Scope>,
    shapes: (&'static str, &'static str),
    summary: &'static str,
) -> Operation {
    read((op, method, path, scope, summary, &[], shapes.0, shapes.1), Kind::Write)
}

/// As [`write`], of what is about mirrors. Who may do something about one says what its user could type.
const fn place(op: Op, path: &'static str, shapes: (&'static str, &'static str), summary: &'static str) -> Operation {
    Operation { kind: Kind::Place, ..write(op, "POST", path, A, shapes, summary) }
}

/// As [`write`], of what is about tokens.
const fn token(written: Operation) -> Operation {
    Operation { kind: Kind::Token, ..written }
}

/// All of them.
pub static OPERATIONS: &[Operation] = &[
    open(Op::Health, "/health", "Health", "that the hub is there, and what it can do", Kind::OfNow),
    open(Op::Live, "/health/live", "Live", "that the hub is there", Kind::OfNow),
    open(Op::ReadyToServe, "/health/ready", "Ready", "whether the store can be read and written", Kind::OfNow),
    open(Op::Description, "/api/openapi.json", "Object", "what all there is, as OpenAPI describes it", Kind::OfNow),
    open(Op::Description, "/openapi.json", "Object", "the same", Kind::OfNow),
    open(Op::WellKnown, "/.well-known/chittysync", "WellKnown", "who merges, and where events come from", Kind::OfNow),
    open(Op::Services, "/api/services", "Services", "which services are here, as a registry lists them", Kind::OfNow),
    open(Op::Service, "/api/services/{service}", "Service", "this hub, as a registry describes it", Kind::OfNow),
    open(Op::Keys, "/.well-known/jwks.json", "Keys", "the public keys of the tokens that the hub signs", Kind::OfNow),
    read((Op::Metrics, "GET", "/metrics", R, "numbers as Prometheus reads them", &[], "", ""), Kind::Other),
    read(
        (Op::Events, "GET", "/api/events", R, "what becomes of the branch, as it happens", &["since"], "", ""),
        Kind::Other,
    ),
    read((Op::Socket, "GET", "/api/ws", R, "the same by a WebSocket", &["since"], "", ""), Kind::Other),
    of_now(Op::Status, "/api/status", AT, "Status", "how much there is"),
    of_commit(
        Op::Todos,
        "/api/todos",
        &["at", "status", "limit", "offset"],
        "Todos",
        "the projects, or the todos of all of them",
    ),
    of_commit(Op::Since, "/api/todos/since/{ms}", AT, "Since", "the todos that changed since a time, dropped ones too"),
    of_commit(Op::Project, "/api/todos/{project}", AT, "ProjectTodos", "the todos of a project"),
    of_commit(Op::Todo, "/api/todo/{id}", AT, "OneTodo", "a todo with everything that is said of it"),
    of_commit(Op::Projects, "/api/project", AT, "Projects", "the projects"),
    of_commit(Op::ProjectInfo, "/api/project/{project}", AT, "OneProject", "a project"),
    of_now(Op::Sessions, "/api/session", AT, "Sessions", "the sessions, the latest first"),
    of_now(Op::Session, "/api/session/{session}", AT, "OneSession", "a session"),
    of_now(Op::Guidance, "/api/session/{session}/guidance", AT, "Guidance", "what a session should do next"),
    of_now(Op::Topics, "/api/topic", AT, "Topics", "how much there is to do on each topic"),
    of_now(Op::Topic, "/api/topic/{category}", AT, "OneTopic", "the conversations and open todos of a topic"),
    of_now(Op::Conflicts, "/api/conflicts", &["at", "all"], "Conflicts", "what sessions disagree on"),
    of_now(
        Op::History,
        "/api/history",
        &["limit", "since", "until", "session", "project"],
        "History",
        "what happened, the latest first",
    ),
    of_now(Op::HistoryOf, "/api/history/{id}", &["limit"], "History", "what happened to a todo"),
    of_now(
        Op::Changes,
        "/api/changes",
        &["since", "at"],
        "Changes",
        "what one commit of the branch has otherwise than an earlier one",
    ),
    write(Op::Sync, "POST", "/api/todos/sync", W, ("List", "Stated"), "states a session's list"),
    write(Op::ProjectList, "POST", "/api/todos/{project}", W, ("List", "Stated"), "states a list for a project"),
    write(
        Op::ProjectSync,
        "PUT",
        "/api/todos/{project}/sync",
        W,
        ("SessionList", "Stated"),
        "states a session's list for a project",
    ),
    write(Op::Clear, "DELETE", "/api/todos/{project}", A, ("", "Cleared"), "drops every open todo of a project"),
    write(Op::Clear, "DELETE", "/api/project/{project}", A, ("", "Cleared"), "the same"),
    write(Op::Add, "POST", "/api/todo", W, ("NewTodo", "Acted"), "adds a todo"),
    write(
        Op::Edit,
        "PATCH",
        "/api/todo/{id}",
        W,
        ("Change", "Acted"),
        "gives a todo other words, properties or another status",
    ),
    write(Op::Edit, "PUT", "/api/todo/{id}", W, ("Change", "Acted"), "the same"),
    write(Op::Drop, "DELETE", "/api/todo/{id}", W, ("", "Acted"), "drops a todo"),
    write(Op::Act, "POST", "/api/todo/{id}/{verb}", W, ("Speaker", "Acted"), "start, done, release, drop or reopen"),
    write(Op::PutProject, "POST", "/api/project", W, ("NewProject", "ProjectSaved"), "says what a project is called"),
    write(Op::PutProject, "PUT", "/api/project/{project}", W, ("ProjectName", "ProjectSaved"), "the same"),
    write(Op::Register, "POST", "/api/session", W, ("NewSession", "Registered"), "says that a session is there"),
    write(
        Op::Heartbeat,
        "PUT",
        "/api/session/{session}",
        W,
        ("Heartbeat", "Registered"),
        "says that a session is still there",
    ),
    write(Op::End, "DELETE", "/api/session/{session}", W, ("", "Registered"), "says that a session ended"),
    write(
        Op::Categorize,
        "POST",
        "/api/topic",
        W,
        ("Conversation", "Categorized"),
        "says what a conversation is about",
    ),
    write(Op::Assign, "POST", "/api/assign", W, ("Handing", "Orchestrated"), "hands out what can be begun"),
    write(Op::Orchestrate, "POST", "/api/orchestrate", W, ("Handing", "Orchestrated"), "the same"),
    write(
        Op::Orchestrate,
        "POST",
        "/api/orchestrate/{project}",
        W,
        ("Handing", "Orchestrated"),
        "the same, of one project",
    ),
    write(
        Op::Resolve,
        "POST",
        "/api/conflicts/{id}/resolve",
        W,
        ("Settlement", "Acted"),
        "settles what sessions disagree on",
    ),
    write(Op::Rollback, "POST", "/api/rollback", A, ("Back", "RolledBack"), "brings an earlier state back"),
    // Who may only read need not know where todos go.
    read(
        (
            Op::Mirrors,
            "GET",
            "/api/mirrors",
            W,
            "the mirrors: what each lacks, and what is the matter",
            &[],
            "",
            "Mirrors",
        ),
        Kind::OfNow,
    ),
    read((Op::Mirror, "GET", "/api/mirrors/{mirror}", W, "how a mirror is doing", &[], "", "OneMirror"), Kind::OfNow),
    place(
        Op::MirrorSync,
        "/api/mirrors/{mirror}/sync",
        ("MirrorRun", "MirrorRan"),
        "brings a mirror up to date; 202 when that takes longer than anybody waits",
    ),
    place(Op::MirrorPause, "/api/mirrors/{mirror}/pause", ("", "MirrorPaused"), "has a mirror left alone"),
    place(Op::MirrorResume, "/api/mirrors/{mirror}/resume", ("", "MirrorPaused"), "has a mirror looked after again"),
    token(write(
        Op::Issue,
        "POST",
        "/api/auth/token",
        A,
        ("Grant", "Granted"),
        "signs a token that is good for a day at most",
    )),
    token(write(
        Op::Verify,
        "POST",
        "/api/auth/verify",
        R,
        ("Presented", "Verified"),
        "says whether a token of this hub is good",
    )),
    token(write(
        Op::EndToken,
        "DELETE",
        "/api/auth/session/{token}",
        A,
        ("", "TokenEnded"),
        "takes a signed token back",
    )),
];

impl Operation {
    /// Returns whether it says nothing without a body.
    pub fn needs_body(&self) -> bool {
        !matches!(self.body, "" | "Speaker" | "Handing" | "Heartbeat" | "MirrorRun")
    }

    /// Returns whether the path is answered without `/api` too, as the original's hubs did.
    pub fn is_bare(&self) -> bool {
        const BARE: [&str; 7] = ["todos", "project", "session", "topic", "status", "orchestrate", "ws"];
        let first = self.path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
        first.is_some_and(|first| BARE.contains(&first))
    }
}
