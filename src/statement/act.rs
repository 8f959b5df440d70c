//! Explicit acts: what a person, or an agent, says of one todo through a command.
//!
//! A list is compared with the one before; an act is not. It has one rule: *an act comes true*. When the
//! todo would not become what the act says, because another session's claim has the greater rank, or
//! because the session's own completion sticks, the act takes a new epoch. So starting or finishing a todo
//! costs no epoch, and dropping what others want, reopening and rolling back cost one. Letting go of a todo gives
//! it no target, and yields to what others want.
//!
//! What the session said on a branch is not in its own history. It is known from the branch, as others' words are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::context::Context;
use super::draft::Draft;
use crate::merge::{join_claim, join_field};
use crate::todo::{
    Claim, Claims, Fields, LAST_EPOCH, Project, Session, SessionInfo, SessionState, SourceKind, State, Status, Time,
    Todo, TodoId,
};

/// How an act stands to what other sessions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// It changes the session's own claim and overrules nobody.
    Yields,
    /// It comes true, whatever others say.
    #[default]
    ComesTrue,
    /// It overrules everything said before, even if the todo has that state, and these properties, already.
    Settles,
}

/// What one todo is to become.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The project of the todo.
    pub project: Project,
    /// Which todo.
    pub id: TodoId,
    /// Its words, for one that the session never spoke of.
    pub content: String,
    /// Which of those with these words it is.
    pub nth: u32,
    /// The state it shall have. `None` if only properties change.
    pub target: Option<State>,
    /// How it stands to what others say.
    pub precedence: Precedence,
    /// What it brings back, if it does: in which epoch that was decided, and when ([`Claim::decided`]).
    pub again: Option<(u64, Time)>,
    /// Properties by name. An empty value takes an earlier one back.
    pub fields: Vec<(String, Value)>,
}

impl Act {
    /// Returns the act that gives a todo a state.
    pub fn new(project: &Project, todo: &Todo, target: State) -> Self {
        Act {
            project: project.clone(),
            id: todo.id,
            content: todo.content.clone(),
            nth: todo.nth,
            target: Some(target),
            precedence: Precedence::ComesTrue,
            again: None,
            fields: Vec::new(),
        }
    }

    /// Returns whether it says nothing of the todo, which stays what others want.
    pub fn yields(&self) -> bool {
        self.precedence == Precedence::Yields
    }

    /// Returns the act by which a session lets go of a todo that it claimed and did not finish. What others want
    /// stays theirs; what nobody else wants can be begun by anybody. Nothing when the session has no such claim.
    pub fn release(project: &Project, todo: &Todo, session: &Session) -> Option<Self> {
        let counts = |claim: &Claim| !claim.dropped && claim.epoch == todo.epoch();
        todo.voice(session).filter(|(_, claim)| counts(claim) && claim.is_open())?;
        let others = todo.voices().filter(|(other, _)| !other.is_same(session));
        Some(match others.map(|(_, claim)| claim).any(counts) {
            true => Act { precedence: Precedence::Yields, ..Act::new(project, todo, State::Dropped) },
            false => Act::new(project, todo, State::Wanted(Status::Pending)),
        })
    }
}

/// Returns the session's state after these acts, or nothing when they change nothing. The time of the acts
/// is the context's present.
pub fn act(
    previous: Option<&SessionState>,
    session: &Session,
    acts: &[Act],
    context: &Context<'_>,
) -> Option<SessionState> {
    let at = previous.map_or(context.present(), |previous| context.present().max(previous.info.updated.next()));
    let projects = previous.map(|previous| previous.projects.clone()).unwrap_or_default();
    let mut draft = Draft { session, at, knows_until: None, projects, context };
    draft.forget();
    for act in acts {
        draft.act(act);
    }
    let unchanged = match previous {
        Some(previous) => previous.projects == draft.projects,
        None => draft.projects.values().all(BTreeMap::is_empty),
    };
    if unchanged {
        return None;
    }
    let before = previous.map(|previous| previous.info.clone()).unwrap_or_else(|| introduce(session, at, context));
    let person = super::session::person(context, Some(&before));
    let info = SessionInfo { updated: at, ended: None, person, ..before };
    Some(SessionState { info, projects: draft.projects })
}

/// Describes a session that speaks for the first time.
pub(super) fn introduce(session: &Session, at: Time, context: &Context<'_>) -> SessionInfo {
    SessionInfo {
        session: session.clone(),
        agent: None,
        source: SourceKind::Command.as_str().to_owned(),
        device: context.device.to_owned(),
        person: None,
        project: context.project.cloned(),
        branch: None,
        title: None,
        started: at,
        updated: at,
        ended: None,
        list: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

impl Draft<'_> {
    pub(super) fn act(&mut self, act: &Act) {
        let known = self.context.known.todo(&act.project, act.id);
        let own = self.own(&act.project, act.id);
        let others = known.into_iter().flat_map(|todo| &todo.claims).filter(|(session, _)| *session != self.session);
        let mut todo = Todo {
            id: act.id,
            content: own.or(known).map_or_else(|| act.content.clone(), |todo| todo.content.clone()),
            nth: own.or(known).map_or(act.nth, |todo| todo.nth),
            created: self.at,
            claims: others.map(|(session, claim)| (session.clone(), claim.clone())).collect(),
            fields: Fields::new(),
        };
        let mine = |todo: &'_ Todo| todo.claims.get(self.session).filter(|claim| claim.is_in_bounds()).cloned();
        let mut before = own.and_then(mine);
        if let Some(elsewhere) = &known.and_then(mine) {
            join_claim(before.get_or_insert_with(|| elsewhere.clone()), elsewhere);
        }
        // What the session said and the branch lacks is said again, so that it comes back.
        let stands = before.is_some() && before.as_ref() == known.and_then(|todo| todo.claims.get(self.session));
        let claim = self.next_claim(before.as_ref(), stands, &mut todo, act);
        // Properties are told of a todo that the session speaks of.
        if let Some(claim) = claim.or_else(|| before.filter(|_| own.is_none() && !act.fields.is_empty())) {
            let todo = match own {
                Some(own) => own.clone(),
                None => Todo { created: claim.at, claims: Claims::new(), ..todo },
            };
            let todo = self.projects.entry(act.project.clone()).or_default().entry(act.id).or_insert(todo);
            todo.claims.insert(self.session.clone(), claim);
        }
        for (name, value) in &act.fields {
            let stands = known.and_then(|todo| todo.fields.get(name)).is_some_and(|field| field.value == *value);
            self.hear_field(&act.project, act.id, name, value);
            if act.precedence == Precedence::Settles || !stands {
                self.say_again(&act.project, act.id, name, value);
            }
            self.set_field(&act.project, act.id, name, value);
        }
    }

    /// Takes over what others made of a property that is about to be changed: what changes nothing of one's own
    /// words may still change theirs.
    fn hear_field(&mut self, project: &Project, id: TodoId, name: &str, value: &Value) {
        let known = self.context.known.todo(project, id).and_then(|todo| todo.fields.get(name));
        let Some(known) = known.filter(|field| field.value != *value && self.knows(field.at)) else { return };
        let Some(todo) = self.projects.get_mut(project).and_then(|todos| todos.get_mut(&id)) else { return };
        join_field(todo.fields.entry(name.to_owned()).or_insert_with(|| known.clone()), known);
    }

    /// Says a property again that the session says already: whatever others said of it is answered, and what the
    /// branch lacks of it comes back.
    fn say_again(&mut self, project: &Project, id: TodoId, name: &str, value: &Value) {
        let known = self.context.known.todo(project, id).and_then(|todo| todo.fields.get(name));
        let known = known.map(|field| field.at).filter(|at| self.knows(*at)).map_or(self.at, Time::next);
        let todo = self.projects.get_mut(project).and_then(|todos| todos.get_mut(&id));
        let Some(field) = todo.and_then(|todo| todo.fields.get_mut(name)) else { return };
        if field.value == *value {
            field.at = self.at.max(known).max(field.at.next());
        }
    }

    /// Returns the claim that makes the act come true, if there is one; nothing when the session says so already and
    /// the claim `stands` on the branch. `todo` holds the claims of the others.
    fn next_claim(&self, before: Option<&Claim>, stands: bool, todo: &mut Todo, act: &Act) -> Option<Claim> {
        let weighed = || before.into_iter().chain(todo.claims.values()).filter(|claim| claim.is_in_bounds());
        let epoch = weighed().map(|claim| claim.epoch).max().unwrap_or(0);
        let at = weighed().map(|claim| claim.at.next()).fold(self.at, Time::max);
        let mut claim = match (before, act.target) {
            // Properties alone take no side: the session speaks of the todo without wanting it.
            (Some(_), None) => return None,
            (None, None) => Claim { dropped: true, ..Claim::new(Status::Pending, at) },
            (before, Some(State::Dropped)) => {
                let status = before.map_or(Status::Pending, |before| before.status);
                Claim { dropped: true, ..Claim::new(status, at) }
            }
            (_, Some(State::Wanted(status))) => Claim::new(status, at),
        };
        claim.epoch = epoch;
        let said =
            |before: &Claim| (before.status, before.dropped, before.epoch) == (claim.status, claim.dropped, epoch);
        let comes_true = |todo: &mut Todo, claim: &Claim| {
            let mut joined = before.cloned().unwrap_or_else(|| claim.clone());
            join_claim(&mut joined, claim);
            todo.claims.insert(self.session.clone(), joined);
            act.target.is_none_or(|target| todo.state() == target)
        };
        if let Some(before) = before
            && stands
            && said(before)
            && (act.precedence == Precedence::Yields
                || act.precedence == Precedence::ComesTrue && comes_true(todo, before))
        {
            return None;
        }
        let overrules = match act.precedence {
            Precedence::Yields => false,
            Precedence::Settles if act.target.is_some() => true,
            Precedence::Settles | Precedence::ComesTrue => !comes_true(todo, &claim),
        };
        if overrules {
            claim.epoch = LAST_EPOCH.min(epoch + 1);
        }
        if let Some(again) = act.again {
            claim.bring_back(again);
        }
        Some(claim)
    }
}

#[cfg(test)]
mod tests;
