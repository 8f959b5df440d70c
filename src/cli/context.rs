//! What a command knows of the world around it: the directory, the clock, the store, the agents' homes.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::options::{CaptureArgs, Global};
use super::ui::{Failure, Ui};
use crate::git::{branch_ref, refuse_link};
use crate::ops::todo::{self, Which};
use crate::ops::{self, Plan, Selection};
use crate::source::{Home, agents, session_variable};
use crate::store::{Location, Origin, Reach, Store, StoreError, Unreadable, locate};
use crate::todo::{Project, Scope, Session, SessionInfo, Time, plain};
use crate::view::Everything;

/// How to find out what projects there are.
pub const PROJECTS: &str = "`git chittysync projects` lists them";

/// The world as the options and the environment describe it.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where the command runs.
    pub directory: PathBuf,
    /// The time. `CHITTYSYNC_NOW` (RFC 3339) sets it, for tests.
    pub now: Time,
    pub(super) option: Option<PathBuf>,
    branch: Option<String>,
    here: OnceCell<Option<Project>>,
}

impl Context {
    /// Looks around.
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let here = std::env::current_dir()
            .map_err(|err| Failure::fatal(format!("cannot find the current directory: {err}")))?;
        let directory = global.directory.as_ref().map_or(here.clone(), |directory| here.join(directory));
        if !directory.is_dir() {
            return Err(Failure::fatal(format!("cannot change to '{}': no such directory", directory.display())));
        }
        Ok(Context {
            directory,
            now: present(),
            option: global.store.clone(),
            branch: global.branch.clone(),
            here: OnceCell::new(),
        })
    }

    /// Returns the same world at the time that it is now, for a command that stays.
    #[must_use]
    pub fn at_present(&self) -> Self {
        Context { now: present(), ..self.clone() }
    }

    /// Returns the same world with another store, as seen from outside any project.
    pub(super) fn in_store(&self, directory: &Path, store: &Path) -> Self {
        let (directory, option) = (directory.to_owned(), Some(store.to_owned()));
        Context { directory, now: self.now, option, branch: None, here: OnceCell::from(None) }
    }

    /// Returns the same world with a store that is named.
    pub(super) fn of_store(&self, store: PathBuf) -> Self {
        Context { option: Some(store), ..self.clone() }
    }

    /// Returns the project of the directory; nothing outside a repository.
    pub fn here(&self) -> Option<&Project> {
        self.here.get_or_init(|| ops::directory_project(&self.directory)).as_ref()
    }

    /// Returns whether a branch is named.
    pub(super) fn is_on_branch(&self) -> bool {
        self.branch.is_some()
    }

    /// Returns where the store is or will be.
    pub fn location(&self) -> Result<Location, Failure> {
        Ok(locate(self.option.as_deref(), &self.directory)?)
    }

    /// Opens the store.
    pub fn store(&self, ui: &mut Ui) -> Result<Store, Failure> {
        let location = self.location()?;
        let store = Store::open(&location).map_err(|err| match err {
            // What would make one elsewhere is of no use to whoever names a place.
            StoreError::Missing(_) if location.origin == Origin::Option => Failure::no(crate::ops::chain(&err))
                .hint(format!("`git chittysync --store '{}' init` makes one there", location.path.display())),
            err => err.into(),
        });
        let store = self.on_branch(store?)?;
        ui.configured_color.clone_from(&store.settings.color);
        Ok(store)
    }

    /// Opens the store, creating it when there is none.
    pub fn store_or_create(&self, ui: &mut Ui) -> Result<Store, Failure> {
        let store = self.on_branch(Store::open_or_create(&self.location()?)?)?;
        ui.configured_color.clone_from(&store.settings.color);
        Ok(store)
    }

    /// Returns the store with the branch that was asked for.
    pub fn on_branch(&self, store: Store) -> Result<Store, Failure> {
        let Some(name) = &self.branch else { return Ok(store) };
        let full = full_name(name)?;
        if full != store.settings.branch {
            ops::find_branch(&store, &full).map_err(|err| {
                Failure::from(err).hint("`git chittysync branch` lists them, and makes one when it is given a name")
            })?;
        }
        Ok(store.aside(full))
    }

    /// Returns what to capture.
    pub fn plan(&self, args: &CaptureArgs, what: &str) -> Result<Plan, Failure> {
        let homes = if args.from.is_empty() { known_homes() } else { self.given_homes(&args.from)? };
        let project = args.project.as_deref().map(project).transpose()?;
        let selection = Selection { project, sources: args.source.clone(), what: what.to_owned() };
        Ok(Plan { homes, selection, ..Plan::default() })
    }

    fn given_homes(&self, from: &[PathBuf]) -> Result<Vec<Home>, Failure> {
        let home = |path: &PathBuf| {
            let path = self.directory.join(path);
            // The real path, so that the same home is known by one name whatever it is called by.
            std::fs::canonicalize(&path).ok().filter(|real| real.is_dir()).map(Home::at).ok_or_else(|| {
                let reason = if path.exists() { "not a directory" } else { "no such directory" };
                Failure::fatal(format!("cannot read '{}': {reason}", path.display()))
                    .hint("--from takes an agent's home, such as ~/.claude")
            })
        };
        from.iter().map(home).collect()
    }

    /// Reads the consolidated todos, warning of what cannot be read.
    pub fn todos(&self, store: &Store, ui: &Ui) -> Result<Everything, Failure> {
        self.read(store, ui, Reach::Working)
    }

    /// Reads the consolidated todos and what is known of their sessions, warning of what cannot be read.
    pub fn everything(&self, store: &Store, ui: &Ui) -> Result<Everything, Failure> {
        let todos = self.todos(store, ui)?;
        self.with_sessions(todos, store, ui)
    }

    /// As [`Context::everything`], with archived todos.
    pub fn with_archive(&self, store: &Store, ui: &Ui) -> Result<Everything, Failure> {
        let todos = self.read(store, ui, Reach::Archive)?;
        self.with_sessions(todos, store, ui)
    }

    /// As [`Context::everything`], where no more than one project matters, if one is named, and `session` looks.
    pub fn everything_of(
        &self,
        store: &Store,
        ui: &Ui,
        project: Option<&Project>,
        session: Option<&Session>,
    ) -> Result<Everything, Failure> {
        let near = project.map(|project| todo::read_near(store, project, session)).transpose()?.flatten();
        near.map_or_else(|| self.everything(store, ui), |near| Ok(of_sessions(store, near)))
    }

    /// As [`Context::everything`], where no more than the named todo and its project matter, and `session` looks.
    pub fn everything_around(
        &self,
        store: &Store,
        ui: &Ui,
        which: &Which,
        session: Option<&Session>,
    ) -> Result<Everything, Failure> {
        let near = todo::read_near_one(store, self.here(), which, session)?;
        near.map_or_else(|| self.everything_with(store, ui, which), |near| Ok(of_sessions(store, near)))
    }

    /// As [`Context::everything`], with archived todos when none of the others is named so.
    pub fn everything_with(&self, store: &Store, ui: &Ui, which: &Which) -> Result<Everything, Failure> {
        let (todos, unreadable) = todo::read_named(store, self.here(), which)?;
        warn_of(unreadable, store, ui);
        self.with_sessions(todos, store, ui)
    }

    /// Warns of a project, or of the beginning of a session's name, that nothing is known by: a list of nothing does
    /// not tell it from one with nothing left to do.
    pub fn warn_of_unknown(
        &self,
        store: &Store,
        project: Option<&Scope>,
        session: Option<&str>,
        ui: &Ui,
    ) -> Result<(), Failure> {
        if let Some(scope) = project
            && !todo::has_todos(store, scope)?
        {
            ui.warn(&format!("there is no project '{}'", scope.project), Some(PROJECTS));
        }
        let Some(name) = session else { return Ok(()) };
        let all = self.with_archive(store, &Ui::keeping())?;
        if !all.sessions.iter().any(|info| info.session.as_str().starts_with(name)) {
            let hint = "`git chittysync sessions` lists them";
            ui.warn(&format!("there is no session whose name begins with '{name}'"), Some(hint));
        }
        Ok(())
    }

    /// Returns the project that is named to read of it, with what is shown as one with it.
    pub fn scope(&self, name: Option<&str>, store: &Store) -> Result<Option<Scope>, Failure> {
        Ok(todo::scope(store, self.here(), name)?)
    }

    /// As [`Context::scope`], of what several stores hold.
    pub(super) fn scope_in(&self, name: Option<&str>, everything: &Everything) -> Result<Option<Scope>, Failure> {
        Ok(name.map(|name| todo::scope_among(&everything.names(), self.here(), name)).transpose()?)
    }

    /// Returns the project that is named to save something of it.
    pub fn meant_anew(&self, typed: Project, store: &Store) -> Result<Project, Failure> {
        Ok(todo::meant_anew(store, self.here(), typed)?)
    }

    fn read(&self, store: &Store, ui: &Ui, reach: Reach) -> Result<Everything, Failure> {
        let (everything, unreadable) = todo::read(store, reach)?;
        warn_of(unreadable, store, ui);
        Ok(everything)
    }

    /// Returns these todos with what is known of their sessions.
    pub(super) fn with_sessions(&self, everything: Everything, store: &Store, ui: &Ui) -> Result<Everything, Failure> {
        let (sessions, unreadable) = todo::read_sessions(store)?;
        warn_of(unreadable, store, ui);
        Ok(known(store, everything, sessions))
    }
}

/// Returns todos with what is known of their sessions. What cannot be read was said before.
pub(super) fn named(store: &Store, todos: Everything) -> Result<Everything, Failure> {
    let (sessions, _) = todo::read_sessions(store)?;
    Ok(known(store, todos, sessions))
}

/// Returns todos with what is known of their sessions and of who looks.
pub(crate) fn known(store: &Store, mut everything: Everything, sessions: Vec<SessionInfo>) -> Everything {
    everything.sessions = sessions;
    of_sessions(store, everything)
}

/// Adds what this device alone knows of the sessions, and who looks.
fn of_sessions(store: &Store, mut everything: Everything) -> Everything {
    ops::with_prompts(store, &mut everything.sessions);
    let named = std::env::var(session_variable()).ok().filter(|name| !name.is_empty());
    // A name that cannot be one is told by whoever speaks.
    everything.own = todo::known_author(store, named.as_deref()).ok().flatten();
    everything.agents = agents().map(|agent| (agent.name(), agent.title())).collect();
    everything
}

/// Returns the time. `CHITTYSYNC_NOW` (RFC 3339) sets it, for tests.
pub fn present() -> Time {
    let set = std::env::var("CHITTYSYNC_NOW").ok().and_then(|text| Time::parse(&text));
    set.unwrap_or_else(crate::log::clock)
}

/// Returns the homes of all agents that are there, each by its real path.
pub fn known_homes() -> Vec<Home> {
    let real = |home: Home| Some(Home { path: std::fs::canonicalize(&home.path).ok()?, ..home });
    Home::possible().into_iter().filter_map(real).filter(|home| home.path.is_dir()).collect()
}

/// Makes a directory for files that somebody wants written, unless it is there. A link is not followed: in a directory
/// of somebody else, it may lead anywhere.
pub fn output_directory(path: &Path) -> Result<(), Failure> {
    // Without a slash at the end, which would follow it.
    refuse_link(&path.components().collect::<PathBuf>())?;
    std::fs::create_dir_all(path).map_err(|err| Failure::fatal(format!("cannot create {}: {err}", path.display())))
}

pub(super) fn warn_of(unreadable: Vec<Unreadable>, store: &Store, ui: &Ui) {
    for file in unreadable {
        ui.warn(&format!("cannot read {} in {}: {}", file.path, store.settings.branch_name(), file.reason), None);
    }
}

/// Returns the full name of a branch.
pub(super) fn full_name(name: &str) -> Result<String, Failure> {
    branch_ref(name).ok_or_else(|| Failure::usage(format!("'{name}' cannot be the name of a branch")))
}

/// Checks the name of a project.
pub fn project(name: &str) -> Result<Project, Failure> {
    Ok(todo::project(name)?)
}

/// Returns a path as people write it, fit for a terminal.
pub fn display(path: &Path) -> String {
    let text = match std::env::home_dir().and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    };
    plain(&text)
}
