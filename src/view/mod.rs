//! The consolidated state for people and programs. Pure: data in, text or JSON out.
//!
//! Text for people goes through [`plain`](crate::todo::plain): todos are data from elsewhere and never
//! reach a terminal as they came. JSON holds them as they are.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod board;
mod called;
mod calls;
mod conflicts;
mod context;
mod coordination;
mod csv;
mod deed;
mod graph;
mod legacy_export;
mod lifecycle;
mod links;
mod list;
mod markdown;
mod meant;
mod narrow;
mod quiet;
mod ready;
mod session_filter;
mod sessions;
mod shelves;
mod show;
mod silences;
mod sort;
mod states;
mod stuck;
mod style;
mod summary;
mod table;
mod together;
mod words;

pub use board::board;
pub use called::of_itself;
pub use conflicts::{
    Beside, Found, OverProperty, OwnVersion, all_disagreements, conflicts_json, conflicts_text, questions,
};
pub use context::{Assigned, ContextLine, LONGEST_CONTEXT, Who, context_text, neutral, status_line};
pub use coordination::{PROJECT_COLUMNS, project_rows, projects_json, projects_text};
pub use csv::csv;
pub use deed::Deed;
pub use graph::Graph;
pub use legacy_export::old_todos_json;
pub use lifecycle::Lifecycle;
pub use links::Links;
pub use list::{
    Filter, Row, Section, Shown, list_json, list_rows, list_text, name_project, order, porcelain_row, quiet_json,
    sections, todo_json,
};
pub use markdown::{escape, markdown};
pub use narrow::Narrow;
pub use quiet::{Folded, Quiet, left_behind};
pub use ready::{lost, overtaken, rank, ready, ready_text, search};
pub use session_filter::SessionFilter;
pub use sessions::{
    SESSION_COLUMNS, SessionState, SessionView, Warning, left_out, session_views, sessions_json, sessions_rows,
    sessions_text,
};
pub use shelves::{Shelf, Shelves};
pub use show::{show_json, show_text};
pub use silences::Silences;
pub use sort::Sort;
pub use states::{Standing, by_state};
pub use style::{Style, symbol};
pub use summary::{Counts, count};
pub use table::{Column, Table, fit};
pub use together::{shelf_json, shelf_mark};

use std::collections::BTreeMap;

use crate::todo::{Names, Project, Session, SessionInfo, State, Todo, TodoId, TodoList};

/// The consolidated state as views take it.
#[derive(Clone, Debug, Default)]
pub struct Everything {
    /// All todos, by project.
    pub projects: BTreeMap<Project, TodoList>,
    /// All sessions, by name.
    pub sessions: Vec<SessionInfo>,
    /// The session of who looks at it, where that is known.
    pub own: Option<Session>,
    /// Theirs in the other stores that are shown beside that one.
    pub own_beside: Vec<Session>,
    /// Which store each todo is from, where those of several are shown.
    pub shelves: Shelves,
    /// The device on which it is looked at, and whose that is, where not all sessions are here: what is said of one is what
    /// tells it from the others that are shown, and from here.
    pub beside: Option<(String, Option<String>)>,
    /// The agents that are known: how they are called where something is kept, and by people.
    pub agents: Vec<(&'static str, &'static str)>,
    /// What sessions are called, once somebody asks.
    calls: std::sync::OnceLock<calls::Calls>,
}

/// Projects that are shown as one.
#[derive(Debug)]
pub struct Group<'a> {
    /// What they are called.
    pub name: &'a str,
    /// The one that stands for them: the one with an owner.
    pub project: &'a Project,
    /// Each with its todos.
    pub parts: Vec<(&'a Project, &'a TodoList)>,
}

impl<'a> Group<'a> {
    /// Returns the todos of all of them.
    pub fn todos(&self) -> impl Iterator<Item = &'a Todo> {
        self.parts.iter().flat_map(|(_, todos)| todos.values())
    }
}

impl Everything {
    /// Returns these todos, of whose sessions nothing is known.
    pub fn of(projects: BTreeMap<Project, TodoList>) -> Self {
        Everything { projects, ..Everything::default() }
    }

    /// Returns what the projects are called.
    pub fn names(&self) -> Names {
        // What was carried over or dropped leaves no name behind.
        let is_wanted = |todos: &TodoList| todos.values().any(|todo| todo.state() != State::Dropped);
        let named = self.projects.iter().filter(|(project, todos)| project.plain().is_some() || is_wanted(todos));
        Names::of(named.map(|(project, _)| project.clone()))
    }

    /// Returns the projects as they are shown, by what they are called.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let names = self.names();
        let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
        for (project, todos) in &self.projects {
            let name = names.shown(project);
            let group = groups.entry(name).or_insert_with(|| Group { name, project, parts: Vec::new() });
            if project.plain().is_some() {
                group.project = project;
            }
            group.parts.push((project, todos));
        }
        groups.into_values().collect()
    }

    /// Returns whether a session is that of who looks: the list that an agent keeps, and the one that its commands
    /// speak in.
    pub fn is_own(&self, session: &Session) -> bool {
        let is = |root: &str| session.root() == root;
        self.own.iter().chain(&self.own_beside).any(|own| {
            let commands = Session::new(own.main()).and_then(|list| list.agent(Session::COMMANDS));
            session.is_same(own) || is(own.main()) || commands.is_ok_and(|commands| is(&commands.root()))
        })
    }

    /// Returns every todo with its project.
    pub fn todos(&self) -> impl Iterator<Item = (&Project, &Todo)> {
        self.projects.iter().flat_map(|(project, todos)| todos.values().map(move |todo| (project, todo)))
    }

    /// Returns the todos whose id begins with these letters.
    pub fn find(&self, prefix: &str) -> Vec<(&Project, &Todo)> {
        self.todos().filter(|(_, todo)| todo.id.to_string().starts_with(prefix)).collect()
    }

    /// Returns the todos of a project with these very words, the first one first.
    pub fn with_words(&self, project: &Project, content: &str) -> Vec<&Todo> {
        let todos = self.projects.get(project).into_iter().flat_map(|todos| todos.values());
        let mut found: Vec<&Todo> = todos.filter(|todo| todo.content == content).collect();
        found.sort_by_key(|todo| todo.nth);
        found
    }

    /// Returns the todo with this id.
    pub fn get(&self, id: TodoId) -> Option<(&Project, &Todo)> {
        self.projects.iter().find_map(|(project, todos)| todos.get(&id).map(|todo| (project, todo)))
    }
}
