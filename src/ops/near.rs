//! The todos that somebody asks about, without those of all other projects.
//!
//! A store holds the lists of years. Whoever asks about one project, or one todo, reads the lists of that project, of
//! others what an id begins to name, and what its own session is at. The other projects are there with their names, and
//! without todos. Where that does not tell all that matters, everything is read.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::previous::Lists;
use super::project::names;
use super::tips::Tips;
use crate::codec::TodoFile;
use crate::git::{ObjectId, Overlay, retired_ref};
use crate::plan::ASSIGNEE;
use crate::store::paths::PROJECTS;
use crate::store::{Consolidated, Store, working_lists};
use crate::todo::{Project, Session, TodoId, TodoList, normalise};
use crate::view::Everything;

/// So many digits name a todo by the beginning of its id before they are words.
const DIGITS: usize = 4;
/// What the line of a todo has that somebody is at.
const AT_IT: &[u8] = br#""in_progress""#;

/// Which todos are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near<'a> {
    /// Those of this project, and of what is shown as one with it.
    pub project: Option<&'a Project>,
    /// Those whose ids begin so, of whatever project.
    pub id: Option<&'a str>,
    /// What they are linked with matters, too.
    pub links: bool,
}

impl<'a> Near<'a> {
    /// Returns the todos that these words can mean in a project; nothing where they can mean one of any. `words` are
    /// normalised and in lower case.
    pub fn words(project: Option<&'a Project>, words: &'a str) -> Option<Self> {
        let is_id = !words.is_empty() && words.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match (project, is_id) {
            (_, true) if words.len() >= DIGITS => Some(Near { project, id: Some(words), links: false }),
            (Some(_), false) => Some(Near { project, id: None, links: false }),
            _ => None,
        }
    }

    /// Returns what words are compared as.
    pub fn lower(words: &str) -> String {
        normalise(words).to_lowercase()
    }

    /// Reads them. Of other projects there are no todos, and of those that are wanted in `also` just these. With links,
    /// projects of which a todo names one that stands elsewhere are read whole; where that is one of those that are asked
    /// about, nothing less than all todos will do, and nothing is returned.
    ///
    /// # Errors
    /// When a list that is read cannot be.
    pub(super) fn read(
        self,
        overlay: &Overlay<'_>,
        consolidated: &Consolidated,
        also: &BTreeMap<Project, BTreeSet<TodoId>>,
    ) -> Result<Option<Lists>, OpsError> {
        let entries = overlay.entries(overlay.find_dir(consolidated.tree, PROJECTS)?)?.into_iter();
        let projects = entries.filter(|entry| entry.is_tree).filter_map(|entry| Project::from_component(&entry.name));
        let scope =
            self.project.map(|project| Ok::<_, OpsError>(names(consolidated, overlay)?.scope(project))).transpose()?;
        let mut lists = Lists::new();
        for project in projects {
            let is_meant = scope.as_ref().is_some_and(|scope| scope.takes(&project));
            let leads_out = self.links && consolidated.leads_out(overlay, &project)?;
            if is_meant && leads_out {
                return Ok(None);
            }
            let todos = if is_meant || leads_out {
                consolidated.todos(overlay, &project)?
            } else {
                let mut ids = also.get(&project).cloned().unwrap_or_default();
                if let Some(digits) = self.id {
                    let index = consolidated.index(overlay, &project)?.unwrap_or_default();
                    ids.extend(index.beginning(digits));
                }
                if ids.is_empty() { TodoList::new() } else { consolidated.working(overlay, &project, ids)? }
            };
            lists.insert(project, todos);
        }
        Ok(Some(lists))
    }
}

/// Reads what somebody looks at, with what is known of the sessions that speak of it, and of `session`, which looks.
/// What was forgotten is left out. Nothing when that takes all todos.
///
/// # Errors
/// When the branch cannot be read.
pub(super) fn look_near(
    store: &Store,
    near: Near<'_>,
    session: Option<&Session>,
) -> Result<Option<Everything>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let own = match session {
        Some(session) => {
            let tips = Tips::of_session(store, session)?;
            at_work(&overlay, &consolidated, &tips.local, session)?
        }
        None => Some(BTreeMap::new()),
    };
    let Some(own) = own else { return Ok(None) };
    let Some(mut projects) = near.read(&overlay, &consolidated, &own)? else { return Ok(None) };
    projects.values_mut().for_each(|todos| todos.retain(|_, todo| !todo.is_forgotten()));
    let todos = || projects.values().flat_map(|todos| todos.values());
    let mut names: BTreeSet<Session> = todos().flat_map(|todo| todo.claims.keys().cloned()).collect();
    names.extend(todos().filter_map(|todo| Session::new(todo.text(ASSIGNEE)?).ok()));
    names.extend(session.cloned());
    // A list is called after its session, and an agent's commands speak for it.
    let mains = names.iter().filter_map(|name| Session::new(name.main()).ok()).collect::<Vec<_>>();
    names.extend(mains.iter().filter_map(|main| main.agent(Session::COMMANDS).ok()).collect::<Vec<_>>());
    names.extend(mains);
    let (sessions, unreadable) = consolidated.some_sessions(&overlay, &names)?;
    if !unreadable.is_empty() {
        return Ok(None);
    }
    let mut everything = Everything::of(projects);
    everything.sessions = sessions;
    everything.beside = Some((store.settings.device.clone(), store.settings.person().map(str::to_owned)));
    Ok(Some(everything))
}

/// Returns the todos that a session, or a list beside its own, is at, as their own commits say: somebody may have taken
/// or finished them. `tips` are the sessions of this device. Nothing when the branch knows the session by a name that this
/// device never had.
pub(super) fn at_work(
    overlay: &Overlay<'_>,
    consolidated: &Consolidated,
    tips: &BTreeMap<Session, ObjectId>,
    session: &Session,
) -> Result<Option<BTreeMap<Project, BTreeSet<TodoId>>>, OpsError> {
    let main = Session::new(session.main()).unwrap_or_else(|_| session.clone());
    let names = tips.range(main.clone()..).take_while(|(name, _)| name.as_str().starts_with(main.as_str()));
    let mut own: BTreeMap<Session, ObjectId> = names.map(|(name, tip)| (name.clone(), *tip)).collect();
    own.retain(|name, _| name.main() == main.as_str());
    for origin in [session.origin(), main.clone()] {
        for name in consolidated.names_of(overlay, &origin)? {
            let retired = retired_ref(&name);
            if let Entry::Vacant(unknown) = own.entry(name) {
                // It may have given its ref up since.
                let Some(tip) = overlay.repo().find_ref(&retired)? else { return Ok(None) };
                unknown.insert(tip);
            }
        }
    }
    let mut found: BTreeMap<Project, BTreeSet<TodoId>> = BTreeMap::new();
    for tip in own.values() {
        let tree = overlay.commit_info(*tip)?.tree;
        for entry in overlay.entries(overlay.find_dir(tree, PROJECTS)?)? {
            let Some(project) = Project::from_component(&entry.name).filter(|_| entry.is_tree) else { continue };
            for (_, blob) in working_lists(overlay, Some(entry.id))? {
                let bytes = overlay.blob(blob)?;
                // One that cannot be read is told of by who merges it.
                let Ok(file) = TodoFile::open(&bytes) else { return Ok(None) };
                let ids = file.with(AT_IT).filter_map(Result::ok).map(|todo| todo.id);
                found.entry(project.clone()).or_default().extend(ids);
            }
        }
    }
    Ok(Some(found))
}
