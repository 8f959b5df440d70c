//! Which sessions are there: those that spoke a short while ago and have not ended.

use std::collections::BTreeMap;

use crate::todo::{IMPORTED, Names, PLANS, Project, Session, SessionInfo, SourceKind, Time};
use crate::view::Everything;

/// When a plan is made, and how long a session that says nothing counts as there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time.
    pub now: Time,
    /// For how many milliseconds after its last word a session counts as there.
    pub within: i64,
}

impl Moment {
    /// So long a session that says nothing counts as there: half an hour.
    pub const WITHIN: i64 = 30 * 60 * 1000;

    /// Returns this time, with [`Moment::WITHIN`].
    pub fn at(now: Time) -> Self {
        Moment { now, within: Moment::WITHIN }
    }

    pub(super) fn is_recent(self, time: Time) -> bool {
        self.now.millis() - time.millis() < self.within
    }
}

/// What is known of a session with all of its lists: its own, those of its sub-agents, and that of its commands,
/// wherever it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// What its project is called, as far as that is known.
    pub project: Option<String>,
    /// When it last said something.
    pub last: Time,
    /// Whether it said that it ended, and nothing since.
    pub is_ended: bool,
    /// Whether it is that of an agent: neither of a person, who runs commands and keeps no list, nor what a file says.
    pub is_agent: bool,
}

impl Standing {
    /// Returns whether it is there.
    pub fn is_there(&self, moment: Moment) -> bool {
        !self.is_ended && moment.is_recent(self.last)
    }
}

/// Returns how many sessions of agents are there.
pub fn count_there(everything: &Everything, moment: Moment) -> usize {
    standings(everything).values().filter(|standing| standing.is_agent && standing.is_there(moment)).count()
}

/// Returns all sessions, by name.
pub fn standings(everything: &Everything) -> BTreeMap<String, Standing> {
    let names = everything.names();
    let mut found: BTreeMap<String, (Standing, Option<Time>)> = BTreeMap::new();
    let mut infos: Vec<_> = everything.sessions.iter().collect();
    // The latest one last: its project counts. The order of what is given does not.
    infos.sort_by_key(|info| (info.updated, &info.session, &info.project));
    for info in infos {
        let main = info.session.main();
        let Ok(session) = Session::new(main) else { continue };
        let is_own = info.session.root() == main;
        let (standing, ended) = found.entry(main.to_owned()).or_insert_with(|| {
            let standing = Standing { session, project: None, last: info.updated, is_ended: false, is_agent: false };
            (standing, None)
        });
        standing.last = standing.last.max(info.updated);
        standing.is_agent |= !is_own || !(info.source == SourceKind::Command.as_str() || is_of_a_file(info));
        if let Some(project) = &info.project {
            standing.project = Some(names.shown(project).to_owned());
        }
        *ended = if is_own { (*ended).max(info.ended) } else { *ended };
    }
    let mut wanted = last_wanted(everything, &names);
    let standings = found.into_iter().map(|(main, (standing, ended))| {
        let project = standing.project.or_else(|| wanted.remove(&main).map(|(_, project)| project));
        let is_ended = ended.is_some_and(|ended| ended >= standing.last);
        (main, Standing { project, is_ended, ..standing })
    });
    standings.collect()
}

/// Returns whether a session is what a file says, which `import` was given by its path, or a plan in Markdown.
fn is_of_a_file(info: &SessionInfo) -> bool {
    let is_import = info.source == SourceKind::Import.as_str() && info.session.as_str().starts_with(IMPORTED);
    is_import || info.source == PLANS
}

/// Returns, for each session, what the project is called of the todo of which it last said that it wants it.
fn last_wanted(everything: &Everything, names: &Names) -> BTreeMap<String, (Time, String)> {
    let mut last: BTreeMap<&str, (Time, &Project)> = BTreeMap::new();
    for (project, todo) in everything.todos() {
        for (session, claim) in todo.voices().filter(|(_, claim)| !claim.dropped) {
            let said = last.entry(session.main()).or_insert((claim.at, project));
            *said = (*said).max((claim.at, project));
        }
    }
    last.into_iter().map(|(main, (at, project))| (main.to_owned(), (at, names.shown(project).to_owned()))).collect()
}
