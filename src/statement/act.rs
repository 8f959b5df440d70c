//! Explicit acts: what a person, or an agent, says of one todo through a command.
//!
//! A list is compared with the one before; an act is not. It has one rule: *an act comes true*. When the
//! todo would not become what the act says, because another session's claim has the greater rank, or
//! because the session's own completion sticks, the act takes a new epoch. So starting or finishing a todo
//! costs no epoch, and dropping what others want, reopening and rolling back cost one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, Speech};
use crate::merge::join_claim;
use crate::todo::{
    Claim, Claims, Fields, Project, Session, SessionInfo, SessionState, SourceKind, State, Status, Time, Todo, TodoId,
};

/// What one todo is to become.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The project of the todo.
    pub project: Project,
    /// Which todo.
    pub id: TodoId,
    /// Its words, for one that the session never spoke of.
    pub content: String,
    /// The state it shall have; nothing when only properties change.
    pub wish: Option<State>,
    /// Overrule everything said before, even if the todo has that state already.
    pub settle: bool,
    /// Properties by name. An empty value takes an earlier one back.
    pub fields: Vec<(String, Value)>,
}

impl Act {
    /// Returns the act that gives a todo a state.
    pub fn new(project: &Project, todo: &Todo, wish: State) -> Self {
        Act {
            project: project.clone(),
            id: todo.id,
            content: todo.content.clone(),
            wish: Some(wish),
            settle: false,
            fields: Vec::new(),
        }
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
    let at = previous.map_or(context.now, |previous| context.now.max(previous.info.updated.next()));
    let projects = previous.map(|previous| previous.projects.clone()).unwrap_or_default();
    let mut speech = Speech { session, at, knows_until: None, projects, context };
    speech.forget();
    for act in acts {
        speech.act(act);
    }
    let unchanged = match previous {
        Some(previous) => previous.projects == speech.projects,
        None => speech.projects.values().all(BTreeMap::is_empty),
    };
    if unchanged {
        return None;
    }
    let before = previous.map(|previous| previous.info.clone());
    let info = SessionInfo { updated: at, ended: None, ..before.unwrap_or_else(|| introduce(session, at, context)) };
    Some(SessionState { info, projects: speech.projects })
}

/// Describes a session that speaks for the first time.
pub(super) fn introduce(session: &Session, at: Time, context: &Context<'_>) -> SessionInfo {
    SessionInfo {
        session: session.clone(),
        agent: None,
        source: SourceKind::Command.as_str().to_owned(),
        device: context.device.to_owned(),
        project: context.project.cloned(),
        branch: None,
        started: at,
        updated: at,
        ended: None,
        list: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

impl Speech<'_> {
    fn act(&mut self, act: &Act) {
        let known = self.context.known.todo(&act.project, act.id);
        let own = self.own(&act.project, act.id);
        let others = known.into_iter().flat_map(|todo| &todo.claims).filter(|(session, _)| *session != self.session);
        let mut todo = Todo {
            id: act.id,
            content: own.or(known).map_or_else(|| act.content.clone(), |todo| todo.content.clone()),
            created: self.at,
            claims: others.map(|(session, claim)| (session.clone(), claim.clone())).collect(),
            fields: Fields::new(),
        };
        let before = own.map(|todo| todo.claims[self.session].clone());
        if let Some(claim) = self.next_claim(before.as_ref(), &mut todo, act) {
            let todo = match own {
                Some(own) => own.clone(),
                None => Todo { created: claim.at, claims: Claims::new(), ..todo },
            };
            let todo = self.projects.entry(act.project.clone()).or_default().entry(act.id).or_insert(todo);
            todo.claims.insert(self.session.clone(), claim);
        }
        for (name, value) in &act.fields {
            self.set_field(&act.project, act.id, name, value);
        }
    }

    /// Returns the claim that makes the act come true; nothing when the session says so already. `todo`
    /// holds the claims of the others.
    fn next_claim(&self, before: Option<&Claim>, todo: &mut Todo, act: &Act) -> Option<Claim> {
        let weighed = || before.into_iter().chain(todo.claims.values());
        let epoch = weighed().map(|claim| claim.epoch).max().unwrap_or(0);
        // Times from the far future are a broken clock's: what follows them stays there.
        let at = weighed().map(|claim| claim.at).filter(|at| self.knows(*at)).map(Time::next).fold(self.at, Time::max);
        let mut claim = match (before, act.wish) {
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
            act.wish.is_none_or(|wish| todo.state() == wish)
        };
        if let Some(before) = before
            && said(before)
            && !act.settle
            && comes_true(todo, before)
        {
            return None;
        }
        if act.settle || !comes_true(todo, &claim) {
            claim.epoch = epoch.saturating_add(1);
        }
        Some(claim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Reopen;
    use crate::todo::TodoList;

    const NOW: i64 = 10_000_000_000;

    fn session(name: &str) -> Session {
        Session::new(name).expect("valid")
    }

    /// Every combination of another session's claim and our own before, for every wish: the act comes true
    /// after the join, whatever was said before, and saying it twice says it once.
    #[test]
    fn an_act_comes_true() {
        let project = Project::general();
        let id = TodoId::of(&project, "x");
        let mut claims = vec![None];
        for status in Status::ALL {
            for (epoch, dropped) in [(0, false), (0, true), (1, false), (1, true)] {
                let claim = Claim { epoch, dropped, ..Claim::new(status, Time::from_millis(NOW + 5)) };
                claims.push(Some(claim));
            }
        }
        let wishes = Status::ALL.map(State::Wanted).into_iter().chain([State::Dropped]);
        for wish in wishes {
            for other in &claims {
                for own in &claims {
                    let todo = |claims: Claims| {
                        let (content, created) = ("x".into(), Time::from_millis(1));
                        Todo { id, content, created, claims, fields: Fields::new() }
                    };
                    let known = other.iter().map(|claim| (session("other"), claim.clone())).collect::<Claims>();
                    let own = own.iter().map(|claim| (session("me"), claim.clone())).collect::<Claims>();
                    let list = |claims: &Claims| -> TodoList {
                        if claims.is_empty() { TodoList::new() } else { [(id, todo(claims.clone()))].into() }
                    };
                    let known_lists = BTreeMap::from([(project.clone(), list(&known))]);
                    let context = Context {
                        known: &known_lists,
                        now: Time::from_millis(NOW),
                        reopen: Reopen::Manual,
                        device: "test",
                        project: None,
                        project_of: &|_| Project::general(),
                    };
                    let before = SessionState {
                        info: introduce(&session("me"), Time::from_millis(1), &context),
                        projects: [(project.clone(), list(&own))].into(),
                    };
                    let act = Act {
                        project: project.clone(),
                        id,
                        content: "x".into(),
                        wish: Some(wish),
                        settle: false,
                        fields: Vec::new(),
                    };
                    let after = super::act(Some(&before), &session("me"), std::slice::from_ref(&act), &context);
                    let said = after.as_ref().unwrap_or(&before);
                    let mut joined = known_lists[&project].clone();
                    crate::merge::join(&mut joined, &before.projects[&project]);
                    crate::merge::join(&mut joined, &said.projects[&project]);
                    assert_eq!(joined[&id].state(), wish, "{other:?} {own:?}");
                    let again = super::act(Some(said), &session("me"), &[act], &context);
                    assert_eq!(again, None, "{wish:?} {other:?} {own:?}");
                }
            }
        }
    }
}
