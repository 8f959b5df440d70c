//! Why nothing was done: the facts, for whoever puts them into words.

use crate::git::RemoteName;
use crate::ops::{NotYours, OpsError, Refuses, Undo};
use crate::todo::{Names, Project, Session, State, Todo, TodoId, Verb};
use crate::view::Everything;

/// A todo, as somebody is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Which.
    pub id: TodoId,
    /// Its words.
    pub content: String,
    /// Its state.
    pub state: State,
    /// What its project is called where people see it, and which store it is in where several can be meant.
    pub project: String,
}

impl Brief {
    /// Describes a todo.
    pub fn of(everything: &Everything, project: &Project, todo: &Todo) -> Self {
        Brief::with(everything, &everything.names(), project, todo)
    }

    /// Describes several.
    pub(super) fn all(everything: &Everything, todos: &[(&Project, &Todo)]) -> Vec<Self> {
        let names = everything.names();
        todos.iter().map(|(project, todo)| Brief::with(everything, &names, project, todo)).collect()
    }

    fn with(everything: &Everything, names: &Names, project: &Project, todo: &Todo) -> Self {
        let shelf = everything.shelves.called(todo.id).map(|name| format!(", in {name}")).unwrap_or_default();
        let project = format!("{}{shelf}", names.shown(project));
        Brief { id: todo.id, content: todo.content.clone(), state: todo.state(), project }
    }
}

/// Why a use case did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No todo is called so.
    #[error("{}", if words.trim().is_empty() { "which todo? neither an id nor words were given".to_owned() } else { format!("no todo has an id that begins with '{words}', or these words") })]
    Unknown {
        /// What was looked for.
        words: String,
    },
    /// Only todos of other projects have these words.
    #[error("no todo of {project} has these words; name one of another project by its id")]
    Elsewhere {
        /// Where they were looked for, as people see it.
        project: String,
        /// The others.
        found: Vec<Brief>,
    },
    /// Several todos can be meant.
    #[error("{} todos can be meant by '{words}'", found.len())]
    Ambiguous {
        /// What was looked for.
        words: String,
        /// Those that can be meant.
        found: Vec<Brief>,
    },
    /// A todo was to have no words.
    #[error("a todo needs words")]
    NoWords,
    /// There is an open todo with these words, or one that was to get them.
    #[error("there is such a todo already: {} '{}' ({})", todo.id.short(), todo.content, todo.state)]
    Exists {
        /// The todo.
        todo: Brief,
        /// Whether another todo was to get its words.
        by_renaming: bool,
    },
    /// The todo is in a state in which this cannot be said of it.
    #[error("cannot {} '{}': it is {}", verb.name(), todo.content, obstacle(*verb, todo.state))]
    WrongState {
        /// What was to be said.
        verb: Verb,
        /// Of which todo.
        todo: Brief,
    },
    /// Somebody was to let go of a todo that is not theirs.
    #[error("cannot release '{}': {} has not taken it", todo.content, session.short())]
    NotTaken {
        /// The todo.
        todo: Brief,
        /// Who was to let go of it.
        session: Session,
    },
    /// A todo was to wait for itself.
    #[error("a todo cannot wait for itself")]
    WaitsForItself,
    /// No property was given, and no other words.
    #[error("nothing to change")]
    NothingToChange,
    /// No todo can be begun.
    #[error("nothing is ready{}", place(project.as_deref()))]
    NothingReady {
        /// Of which project, as people see it; `None` for all.
        project: Option<String>,
        /// What could be begun in other projects.
        elsewhere: usize,
        /// What could be begun, and is left alone because it is quiet.
        quiet: usize,
        /// Those that wait for each other, and so never will be.
        cycles: Vec<Brief>,
    },
    /// Of several todos, something cannot be said of some; so it was said of none.
    #[error("nothing was said: it cannot be said of {} of {of}", refused.len())]
    Several {
        /// How many were named.
        of: usize,
        /// Those of which it cannot be said, as they were named, and why.
        refused: Vec<(String, String)>,
    },
    /// All that can be begun is assigned to others.
    #[error("what is ready is assigned to others: {}", assigned.join(", "))]
    AssignedToOthers {
        /// To whom, each once.
        assigned: Vec<String>,
    },
    /// No session is called so.
    #[error("there is no session whose name begins with '{0}'")]
    NoSession(String),
    /// Several sessions have names that begin so.
    #[error("the names of {} sessions begin with '{begins}'; name one", sessions.len())]
    SeveralSessions {
        /// How they begin.
        begins: String,
        /// The sessions, without their sub-agents.
        sessions: Vec<String>,
    },
    /// Several sessions can be meant by what they are called.
    #[error("'{typed}' can mean {} sessions", candidates.len())]
    AmbiguousSession {
        /// What was given.
        typed: String,
        /// Those that can be meant, each as a list of sessions calls it.
        candidates: Vec<String>,
    },
    /// A session that was to do something has ended.
    #[error("session {} has ended", .0.short())]
    Ended(Session),
    /// No topic is called so.
    #[error("there is no topic '{0}'")]
    NoTopic(String),
    /// Nobody whose name begins so said anything of the todo.
    #[error("no session whose name begins with '{name}' spoke of '{}'", todo.content)]
    NobodySaid {
        /// The beginning of the name.
        name: String,
        /// The todo.
        todo: Brief,
    },
    /// Several can be meant, by how their names begin, or by what they are called.
    #[error("{} sessions can be meant by '{name}'", sessions.len())]
    SeveralSaid {
        /// What was given.
        name: String,
        /// The sessions.
        sessions: Vec<Session>,
        /// Each as a list of sessions calls it; nothing where that is not known.
        called: Vec<String>,
    },
    /// What was chosen is no longer what was shown.
    #[error("'{content}' was changed while {}", if *edited { "you edited it" } else { "you chose" })]
    Changed {
        /// The words of the todo.
        content: String,
        /// Whether it was open in an editor.
        edited: bool,
    },
    /// This cannot be the name of a project.
    #[error("'{name}' cannot be the name of a project: {why}")]
    ProjectName {
        /// What was given.
        name: String,
        /// Why not.
        why: String,
    },
    /// Nothing is known of a project.
    #[error("there is no project '{0}'")]
    NoProject(Project),
    /// Several projects are called so.
    #[error("{} projects are called '{typed}'; name one with its owner", several.len())]
    SeveralProjects {
        /// What was given.
        typed: Project,
        /// The projects.
        several: Vec<Project>,
    },
    /// This cannot name a session.
    #[error("'{name}' cannot name a session: {why}")]
    SessionName {
        /// What was given.
        name: String,
        /// Why not.
        why: String,
    },
    /// This is no priority.
    #[error("'{0}' is no priority")]
    Priority(String),
    /// This is no date.
    #[error("'{0}' is no date")]
    Date(String),
    /// This is no label.
    #[error("'{0}' is no label")]
    Label(String),
    /// The configured remote is not there.
    #[error("chittysync.remote is '{0}', and there is no such remote")]
    NoRemote(RemoteName),
    /// What commands did is not known of a branch that is not the consolidated one.
    #[error("undo does not know what was said on {branch}")]
    Aside {
        /// The branch.
        branch: String,
    },
    /// A purge was to be about one branch.
    #[error("purge is about all branches; leave --branch out")]
    AllBranches,
    /// History cannot be rewritten now.
    #[error("nothing was purged: {reason}")]
    CannotRewrite {
        /// What is in the way.
        reason: String,
    },
    /// No command of who asks did anything on this device that is left to take back, or to do again.
    #[error("{}", if *redo { "nothing was undone since your last command on this device" } else { "nothing is left to undo that was done by a command of yours on this device" })]
    NothingToUndo {
        /// Whether something was to be done again.
        redo: bool,
        /// What somebody else did.
        later: Option<Box<NotYours>>,
    },
    /// Others spoke since of everything that was to be taken back.
    #[error("others spoke since of all that was to be {}", if *redo { "done again" } else { "taken back" })]
    SpokenSince {
        /// What was to be taken back, and who spoke of it.
        undo: Box<Undo>,
        /// Whether something was to be done again.
        redo: bool,
        /// What somebody else did since.
        later: Option<Box<NotYours>>,
        /// What they are called.
        called: Box<Everything>,
    },
    /// The store says no.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// Returns where something is, as it stands at the end of a message.
fn place(project: Option<&str>) -> String {
    project.map(|project| format!(" in {}", crate::todo::plain(project))).unwrap_or_default()
}

/// Returns what the state of a todo is to somebody who wants to say this of it.
fn obstacle(verb: Verb, state: State) -> String {
    if verb == Verb::Reopen { format!("open already ({state})") } else { state.to_string() }
}

impl Refuses for Refusal {
    fn is_final(&self) -> bool {
        // What was found stays found, whatever else there is.
        matches!(self, Refusal::Exists { .. })
    }
}

impl Refusal {
    /// Says that several sessions can be meant, of those that are known.
    pub(super) fn several(everything: &Everything, name: &str, sessions: Vec<Session>) -> Self {
        let called = sessions.iter().map(|session| everything.candidate(session)).collect();
        Refusal::SeveralSaid { name: name.to_owned(), sessions, called }
    }
}
