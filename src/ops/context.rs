//! What a session should know of the others that work on its project.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::OpsError;
use super::named::{name_by, prompts_in_time};
use super::previous::{Lists, past, speaks};
use super::project::{Projects, names};
use super::tips::Tips;
use super::told::Told;
use crate::codec::decode_session;
use crate::git::{ObjectId, Overlay, Reading};
use crate::plan::ASSIGNEE;
use crate::store::paths::session_path;
use crate::store::{Consolidated, Store, read_session};
use crate::todo::{Claim, Session, SessionInfo, SessionState, State, Status, Time, Todo, TodoId, TodoList, Voices};
use crate::view::of_itself;

/// At most this many todos are looked at closely; the rest is counted.
const MOST: usize = 24;

/// The open todos of one project, as one session sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What the project is called.
    pub project: String,
    /// The latest ones, the newest first.
    pub todos: Vec<Open>,
    /// How many more there are, as far as was read.
    pub more: usize,
    /// How many todos are assigned to the session that asks whose words another device wrote, where only this device's
    /// are told.
    pub assigned_untold: usize,
    /// Whether the project has more lists than can be read while somebody waits: the older ones may hold more.
    pub is_part: bool,
}

/// An open todo, or one that the session which asks had started, and who last said something of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Which.
    pub id: TodoId,
    /// Its words, as they came.
    pub words: String,
    /// The status that the claim which counts gives it.
    pub status: Status,
    /// When that was said.
    pub at: Time,
    /// By which session; nothing for one of another device, where only this device's are told of.
    pub session: Option<Session>,
    /// What that session is called, as it says itself, or by what its list begins with.
    pub name: Option<String>,
    /// On which device, as that session says.
    pub device: Option<String>,
    /// Who works there, where that is somebody else.
    pub person: Option<String>,
    /// The session that asks wants it as well.
    pub own: bool,
    /// It is assigned to the session that asks, and nobody is at it.
    pub assigned: bool,
    /// The session that asks claimed it too, and this other one has it. `session` is who, where that may be told.
    pub lost: bool,
    /// The session that asks had started it, and does not know yet what this other one did to it.
    pub became: Option<&'static str>,
}

/// A todo that may be told of.
struct Candidate<'a> {
    todo: &'a Todo,
    /// Who has it, or last spoke of it.
    by: &'a Session,
    claim: &'a Claim,
    /// Whose words are told, where only those of this device are.
    words_of: &'a Session,
    own: bool,
    assigned: bool,
    lost: bool,
    became: Option<&'static str>,
}

/// Returns the open todos of the project that a session works on, as of the last consolidation: those of other
/// sessions, with `wanted_too` also its own, and first those that it lost to another session, what others did to those
/// that it had started, if it was not told yet, and what is assigned to it. With `device_only`, what
/// other devices said is left out altogether, words and names included. Nothing when the directory belongs to no
/// project.
///
/// Whoever asks is waited for. So no more is read than a hook may, the lists with the latest changes first, and of a
/// store that begins with more than that, nothing is told.
///
/// # Errors
/// When the store cannot be read.
pub fn elsewhere(
    store: &Store,
    directory: &str,
    session: Option<&Session>,
    wanted_too: bool,
    device_only: bool,
    now: Time,
) -> Result<Option<Elsewhere>, OpsError> {
    let Some(project) = Projects::default().of(Some(directory)) else { return Ok(None) };
    let reading = Reading::of(store.repo.limits.budgets.hook);
    let overlay = Overlay::within(&store.repo, Some(&reading));
    let begin = || -> Result<_, OpsError> {
        let consolidated = Consolidated::find(store, &overlay)?;
        let names = names(&consolidated, &overlay)?;
        Ok((consolidated, names))
    };
    let (consolidated, names) = match begin() {
        Err(_) if reading.is_spent() => return Ok(None),
        begun => begun?,
    };
    let (scope, mut todos) = (names.scope(&project), TodoList::new());
    for project in scope.projects() {
        todos.extend(consolidated.latest_todos(&overlay, project)?);
    }
    let is_part = reading.is_spent();
    // Who said it, and what it says itself, is told as far as there is room for that again.
    let reading = Reading::of(store.repo.limits.budgets.hook);
    let overlay = Overlay::within(&store.repo, Some(&reading));
    let is_ours = |other: &Session| session.is_some_and(|session| session.main() == other.main());
    let mut here = Here::of(store, &overlay, device_only)?;
    let told = session.map(|session| Told::load(store, session, now));
    let is_news = |id, at| told.as_ref().is_some_and(|told| told.is_news(id, at));
    let mut assigned_untold = 0;
    let mut found: Vec<Candidate> = todos
        .values()
        .filter(|todo| !todo.is_forgotten())
        .filter_map(|todo| {
            if let Some((by, claim)) = todo.overtaken_by(is_ours).filter(|(_, claim)| is_news(todo.id, claim.at)) {
                let mut ours = todo.voices().filter(|(other, claim)| is_ours(other) && claim.is_open());
                let (words_of, became) = (ours.next()?.0, Some(todo.became()));
                return Some(Candidate { todo, by, claim, words_of, own: true, assigned: false, lost: false, became });
            }
            if !todo.state().is_open() {
                return None;
            }
            let voices = Voices::of(&todo.claims);
            let assigned = is_assigned(todo, is_ours);
            let own = todo.voices().any(|(other, claim)| is_ours(other) && !claim.dropped);
            let mut said = todo.claims.iter().filter(|(_, claim)| claim.is_open());
            if let Some((by, claim)) = todo.lost_to(is_ours) {
                // The words are told as a session of this device has them, which is not the one that won.
                let words_of = if here.may_tell_of(by) { by } else { said.find(|(other, _)| is_ours(other))?.0 };
                return Some(Candidate { todo, by, claim, words_of, own, assigned: false, lost: true, became: None });
            }
            let told_of = said
                .filter(|(other, _)| {
                    here.may_tell_of(other) && voices.find(other).is_some_and(|(_, claim)| claim.is_open())
                })
                .max_by_key(|(other, claim)| (claim.at, *other));
            let Some((by, claim)) = told_of else {
                assigned_untold += usize::from(assigned);
                return None;
            };
            let is_told = wanted_too || assigned || !own;
            is_told.then_some(Candidate { todo, by, claim, words_of: by, own, assigned, lost: false, became: None })
        })
        .collect();
    found.sort_by_key(|found| {
        (found.became.is_none(), !found.lost, !found.assigned, Reverse(found.claim.at), found.todo.id)
    });
    let prompts = prompts_in_time(store);
    let (mut open, mut more) = (Vec::new(), 0);
    for Candidate { todo, by, claim, words_of, own, assigned, lost, became } in found {
        if open.len() == MOST {
            more += 1;
            continue;
        }
        let told = words_of == by || became.is_some() && (!device_only || here.says(by, todo, claim));
        let (words, claim, info) = match device_only {
            false => (todo.content.clone(), claim.clone(), info(&overlay, &consolidated, by)),
            // In the branch, another device may have had a hand in the words, and in the claim.
            true => match here.said(words_of, todo) {
                Some((words, said, info)) => {
                    (words, if told && became.is_none() { said } else { claim.clone() }, Some(info))
                }
                None => {
                    assigned_untold += usize::from(assigned);
                    continue;
                }
            },
        };
        // Where the words are another one's, so is what is said of it.
        let of_other = (device_only && words_of != by).then(|| here.own(by, todo).map(|(_, info)| info.clone()));
        let info = of_other.unwrap_or(info).filter(|_| told).map(|mut info| {
            name_by(&prompts, &mut info);
            info
        });
        let first = |info: &SessionInfo| Some(todos.get(&info.list.first()?.id)?.content.clone());
        let name = info.as_ref().and_then(|info| of_itself(info).or_else(|| first(info).filter(|_| !device_only)));
        let person = info.as_ref().and_then(|info| info.person.clone());
        open.push(Open {
            id: todo.id,
            words,
            status: claim.status,
            at: claim.at,
            session: told.then(|| by.clone()),
            name,
            device: info.map(|info| info.device),
            person: person.filter(|person| store.settings.person().is_some_and(|own| own != person)),
            own,
            assigned,
            lost,
            became,
        });
    }
    Ok(Some(Elsewhere { project: names.shown(&project).to_owned(), todos: open, more, assigned_untold, is_part }))
}

/// Returns whether a todo that nobody is at is assigned to a session that is `ours`: who asks is there, so that it holds.
fn is_assigned(todo: &Todo, ours: impl Fn(&Session) -> bool) -> bool {
    let is_pending = todo.state() == State::Wanted(Status::Pending);
    is_pending && todo.text(ASSIGNEE).is_some_and(|name| Session::new(name).is_ok_and(|session| ours(&session)))
}

/// What was said on this device. A ref is written by one device, so what its own refs hold was said here, and what
/// the branch holds under the same names need not have been.
struct Here<'a> {
    overlay: &'a Overlay<'a>,
    /// The newest commits of this device's sessions, also of those whose refs were given up; nothing at all where all
    /// may be told of.
    tips: Option<BTreeMap<Session, ObjectId>>,
    read: BTreeMap<Session, Option<SessionState>>,
}

impl<'a> Here<'a> {
    fn of(store: &Store, overlay: &'a Overlay<'a>, device_only: bool) -> Result<Self, OpsError> {
        let mut tips = None;
        if device_only {
            let mut all: BTreeMap<Session, ObjectId> = store.repo.retired_sessions()?.into_iter().collect();
            all.extend(store.repo.sessions()?);
            tips = Some(all);
        }
        Ok(Here { overlay, tips, read: BTreeMap::new() })
    }

    fn may_tell_of(&self, session: &Session) -> bool {
        self.tips.as_ref().is_none_or(|tips| tips.contains_key(session))
    }

    /// Returns whether a session of this device itself says of a todo what the branch has it say.
    fn says(&mut self, session: &Session, todo: &Todo, claim: &Claim) -> bool {
        self.own(session, todo).is_some_and(|(own, _)| own.claims.get(session) == Some(claim))
    }

    /// Returns what a session of this device itself says of a todo that it wants, and of itself.
    fn said(&mut self, session: &Session, todo: &Todo) -> Option<(String, Claim, SessionInfo)> {
        let (own, info) = self.own(session, todo)?;
        let claim = own.claims.get(session).filter(|claim| claim.is_open())?;
        Some((own.content.clone(), claim.clone(), info.clone()))
    }

    /// Returns a todo as a session of this device itself has it, and what it says of itself.
    fn own(&mut self, session: &Session, todo: &Todo) -> Option<(&Todo, &SessionInfo)> {
        let tip = *self.tips.as_ref()?.get(session)?;
        if !self.read.contains_key(session) {
            let state = read_session(self.overlay, session, tip).ok().map(|commit| commit.state);
            self.read.insert(session.clone(), state);
        }
        let state = self.read.get(session)?.as_ref()?;
        let own = state.projects.values().find_map(|todos| todos.get(&todo.id))?;
        Some((own, &state.info))
    }
}

/// Returns how many todos of its list a session has completed, and how many there are; nothing where more would have to
/// be read than a hook may.
///
/// # Errors
/// When its ref cannot be read.
pub fn progress(store: &Store, session: &Session, now: Time) -> Result<Option<(usize, usize)>, OpsError> {
    let reading = Reading::of(store.repo.limits.budgets.hook);
    let overlay = Overlay::within(&store.repo, Some(&reading));
    let consolidated = Consolidated::find(store, &overlay)?;
    let tips = Tips::of_session(store, session)?;
    if !speaks(&tips, session) {
        return Ok(None);
    }
    let known = past(&overlay, store, session, &tips, &consolidated, &mut Lists::new(), now)?;
    let Some(state) = known.state().filter(|_| !reading.is_spent()) else { return Ok(None) };
    let list = crate::statement::listed(state);
    Ok(Some((list.iter().filter(|item| item.status == Status::Completed).count(), list.len())))
}

fn info(overlay: &Overlay<'_>, consolidated: &Consolidated, by: &Session) -> Option<SessionInfo> {
    let blob = overlay.find(consolidated.tree?, &session_path(by)).ok()??;
    decode_session(&overlay.blob(blob).ok()?).ok()
}
