//! Explicit acts: what a person, or an agent, says of one todo through a command.
//!
//! A list is compared with the one before; an act is not. It has one rule: *an act comes true*. When the
//! todo would not become what the act says, because another session's claim has the greater rank, or
//! because the session's own completion sticks, the act takes a new epoch. So starting or finishing a todo
//! costs no epoch, and dropping what others want, reopening and rolling back cost one. Letting go of a todo is no
//! wish about the todo, and yields to what others want.
//!
//! What the session said on a branch is not in its own history. It is known from the branch, as others' words are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, Speech};
use crate::merge::{join_claim, join_field};
use crate::todo::{
    Claim, Claims, Fields, LAST_EPOCH, Project, Session, SessionInfo, SessionState, SourceKind, State, Status, Time,
    Todo, TodoId,
};

/// How an act stands to what other sessions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
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
    /// The state it shall have; nothing when only properties change.
    pub wish: Option<State>,
    /// How it stands to what others say.
    pub weight: Weight,
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
            nth: todo.nth,
            wish: Some(wish),
            weight: Weight::ComesTrue,
            fields: Vec::new(),
        }
    }

    /// Returns the act by which a session lets go of a todo that it claimed and did not finish. What others want
    /// stays theirs; what nobody else wants can be begun by anybody. Nothing when the session has no such claim.
    pub fn release(project: &Project, todo: &Todo, session: &Session) -> Option<Self> {
        let counts = |claim: &Claim| !claim.dropped && claim.epoch == todo.epoch();
        todo.voice(session).filter(|(_, claim)| counts(claim) && claim.is_open())?;
        let others = todo.voices().filter(|(other, _)| !other.is_same(session));
        Some(match others.map(|(_, claim)| claim).any(counts) {
            true => Act { weight: Weight::Yields, ..Act::new(project, todo, State::Dropped) },
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
            if act.weight == Weight::Settles || !stands {
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
            && stands
            && said(before)
            && (act.weight == Weight::Yields || act.weight == Weight::ComesTrue && comes_true(todo, before))
        {
            return None;
        }
        let overrules = match act.weight {
            Weight::Yields => false,
            Weight::Settles if act.wish.is_some() => true,
            Weight::Settles | Weight::ComesTrue => !comes_true(todo, &claim),
        };
        if overrules {
            claim.epoch = LAST_EPOCH.min(epoch + 1);
        }
        Some(claim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Reopen;
    use crate::todo::{Field, TodoList};

    const NOW: i64 = 10_000_000_000;

    fn session(name: &str) -> Session {
        Session::new(name).expect("valid")
    }

    fn context(known: &BTreeMap<Project, TodoList>) -> Context<'_> {
        Context {
            known,
            now: Time::from_millis(NOW),
            reopen: Reopen::Manual,
            device: "test",
            project: None,
            project_of: &|_| Project::general(),
        }
    }

    /// Every combination of another session's claim, our own before, and our own on a branch, for every wish: the
    /// act comes true after the join, whatever was said before, and saying it twice says it once.
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
        let all = wishes.flat_map(|wish| claims.iter().map(move |other| (wish, other)));
        for (wish, other) in all {
            for (own, elsewhere) in claims.iter().flat_map(|own| claims.iter().map(move |claim| (own, claim))) {
                let list = |mine: &Option<Claim>, other: &Option<Claim>| -> TodoList {
                    let mine = mine.iter().map(|claim| (session("me"), claim.clone()));
                    let claims: Claims =
                        mine.chain(other.iter().map(|claim| (session("other"), claim.clone()))).collect();
                    let (content, created) = ("x".into(), Time::from_millis(1));
                    let todo = Todo { id, content, nth: 1, created, claims, fields: Fields::new() };
                    if todo.claims.is_empty() { TodoList::new() } else { [(id, todo)].into() }
                };
                let known = BTreeMap::from([(project.clone(), list(elsewhere, other))]);
                let context = context(&known);
                let before = SessionState {
                    info: introduce(&session("me"), Time::from_millis(1), &context),
                    projects: [(project.clone(), list(own, &None))].into(),
                };
                let act = Act {
                    project: project.clone(),
                    id,
                    content: "x".into(),
                    nth: 1,
                    wish: Some(wish),
                    weight: Weight::ComesTrue,
                    fields: Vec::new(),
                };
                let after = super::act(Some(&before), &session("me"), std::slice::from_ref(&act), &context);
                let said = after.as_ref().unwrap_or(&before);
                let mut joined = known[&project].clone();
                crate::merge::join(&mut joined, &before.projects[&project]);
                crate::merge::join(&mut joined, &said.projects[&project]);
                assert_eq!(joined[&id].state(), wish, "{other:?} {own:?} {elsewhere:?}");
                let known = BTreeMap::from([(project.clone(), joined)]);
                let context = Context { known: &known, ..context };
                let again = super::act(Some(said), &session("me"), &[act], &context);
                assert_eq!(again, None, "{wish:?} {other:?} {own:?} {elsewhere:?}");
            }
        }
    }

    /// At the ends of what can be said, too, nothing is said that is out of bounds, and an act that did not come true is
    /// told from one that did.
    #[test]
    fn nothing_is_said_out_of_bounds() {
        let project = Project::general();
        let id = TodoId::of(&project, "x");
        let (mut came_true, mut did_not) = (0, 0);
        let far = i64::MAX;
        let last = Time::LAST.millis();
        for epoch in [0, LAST_EPOCH - 1, LAST_EPOCH, LAST_EPOCH + 1, u64::MAX] {
            for (at, now) in
                [NOW, last - 1, last, last + 1, far].into_iter().flat_map(|at| [(at, NOW), (at, last), (at, far)])
            {
                for (name, other) in
                    ["a", "z", "me"].into_iter().flat_map(|name| Status::ALL.map(|status| (name, status)))
                {
                    let claim = Claim { epoch, ..Claim::new(other, Time::from_millis(at)) };
                    let field = Field { value: "zz".into(), at: Time::from_millis(at) };
                    let todo = Todo {
                        id,
                        content: "x".into(),
                        nth: 1,
                        created: Time::from_millis(1),
                        claims: [(session(name), claim)].into_iter().collect(),
                        fields: [("priority".to_owned(), field)].into_iter().collect(),
                    };
                    let known = BTreeMap::from([(project.clone(), TodoList::from([(id, todo.clone())]))]);
                    let context = Context { now: Time::from_millis(now), ..context(&known) };
                    let wishes =
                        Status::ALL.map(State::Wanted).into_iter().chain([State::Dropped]).map(Some).chain([None]);
                    for (wish, weight) in wishes.flat_map(|wish| [(wish, Weight::ComesTrue), (wish, Weight::Settles)]) {
                        let fields = vec![("priority".to_owned(), Value::from("high"))];
                        let act = Act { wish, weight, fields, ..Act::new(&project, &todo, State::Dropped) };
                        let after = super::act(None, &session("me"), std::slice::from_ref(&act), &context);
                        let said = after.expect("it says something");
                        assert_eq!(said.info.flaw(), None);
                        let own = &said.projects[&project][&id];
                        assert_eq!(own.flaw(Some(&project)), None, "{todo:?} {act:?}");
                        let mut joined = todo.clone();
                        crate::merge::join_todo(&mut joined, own);
                        let state = wish.is_none_or(|wish| joined.state() == wish);
                        let is_true = state && joined.text("priority") == Some("high");
                        let against = act.against(&session("me"), Some(&joined));
                        assert_eq!(against.is_none(), is_true, "{todo:?} {act:?} {against:?}");
                        assert!(against.is_none_or(|against| against.is_last()), "{todo:?} {act:?}");
                        let is_far = epoch >= LAST_EPOCH || at >= last;
                        assert!(is_true || is_far, "{todo:?} {act:?}");
                        *(if is_true { &mut came_true } else { &mut did_not }) += 1;
                    }
                }
            }
        }
        assert!(came_true > 1000 && did_not > 1000, "{came_true} {did_not}");
    }

    /// What the branch lacks of what the session said is said again; what it has is not.
    #[test]
    fn what_the_branch_lacks_is_said_again() {
        let project = Project::general();
        let add = Act {
            project: project.clone(),
            id: TodoId::of(&project, "x"),
            content: "x".into(),
            nth: 1,
            wish: Some(State::Wanted(Status::Pending)),
            weight: Weight::ComesTrue,
            fields: vec![("priority".to_owned(), "high".into())],
        };
        let nothing = BTreeMap::new();
        let me = session("me");
        let one = super::act(None, &me, std::slice::from_ref(&add), &context(&nothing)).expect("news");
        assert_eq!(super::act(Some(&one), &me, std::slice::from_ref(&add), &context(&one.projects)), None);
        let two = super::act(Some(&one), &me, std::slice::from_ref(&add), &context(&nothing)).expect("said again");
        let (before, after) = (&one.projects[&project][&add.id], &two.projects[&project][&add.id]);
        assert!(after.claims[&me].at > before.claims[&me].at);
        // Only a property is gone.
        let mut branch = one.projects.clone();
        branch.values_mut().flat_map(BTreeMap::values_mut).for_each(|todo| todo.fields = Fields::new());
        let edit = Act { wish: None, ..add.clone() };
        let three = super::act(Some(&one), &me, std::slice::from_ref(&edit), &context(&branch)).expect("said again");
        let stamp = |state: &SessionState| state.projects[&project][&add.id].fields[&"priority".to_owned()].at;
        assert!(stamp(&three) > stamp(&one));
        assert_eq!(super::act(Some(&one), &me, &[edit], &context(&one.projects)), None);
    }

    /// Whoever lets go takes nothing from others and leaves nothing to nobody.
    #[test]
    fn letting_go_takes_nothing_away() {
        let project = Project::general();
        let id = TodoId::of(&project, "x");
        let claim = |status, dropped, epoch| Claim { dropped, epoch, ..Claim::new(status, Time::from_millis(NOW - 9)) };
        for (own, own_epoch) in [Status::Pending, Status::InProgress].into_iter().flat_map(|own| [(own, 0), (own, 1)]) {
            for (other, dropped) in Status::ALL.into_iter().flat_map(|other| [(other, false), (other, true)]) {
                let mine = (session("me"), claim(own, false, own_epoch));
                let theirs = (session("other"), claim(other, dropped, 0));
                let (content, created) = ("x".into(), Time::from_millis(1));
                let claims = [mine.clone(), theirs.clone()].into_iter().collect();
                let todo = Todo { id, content, nth: 1, created, claims, fields: Fields::new() };
                let known = BTreeMap::from([(project.clone(), TodoList::from([(id, todo.clone())]))]);
                let context = context(&known);
                let own_list = TodoList::from([(id, Todo { claims: [mine].into_iter().collect(), ..todo.clone() })]);
                let before = SessionState {
                    info: introduce(&session("me"), Time::from_millis(1), &context),
                    projects: [(project.clone(), own_list)].into(),
                };
                let act = Act::release(&project, &todo, &session("me")).expect("it has a claim");
                let after = super::act(Some(&before), &session("me"), &[act], &context);
                let mut joined = known[&project].clone();
                after.iter().for_each(|after| crate::merge::join(&mut joined, &after.projects[&project]));
                let todo = &joined[&id];
                let theirs_counts = !dropped && own_epoch == 0;
                let expected = if theirs_counts { other } else { Status::Pending };
                assert_eq!(todo.state(), State::Wanted(expected), "{own:?} {own_epoch} {theirs:?}");
                assert_eq!((todo.epoch(), todo.claims.get(&session("other"))), (own_epoch, Some(&theirs.1)));
                assert_eq!(todo.claims[&session("me")].dropped, theirs_counts);
                let again = Act::release(&project, todo, &session("me"));
                assert_eq!(again.is_some(), !theirs_counts, "let go once");
            }
        }
    }

    /// A property becomes what the act says, whoever set it before, and empty takes it back.
    #[test]
    fn a_property_comes_true() {
        let project = Project::general();
        let id = TodoId::of(&project, "x");
        let values = ["", "high", "low"].map(Value::from);
        let field = |value: &Value, at| (!value.eq(&values[0])).then(|| Field { value: value.clone(), at });
        let todo = |name: &str, field: Option<Field>| Todo {
            id,
            content: "x".into(),
            nth: 1,
            created: Time::from_millis(1),
            claims: [(session(name), Claim::new(Status::Pending, Time::from_millis(NOW - 9)))].into_iter().collect(),
            fields: field.into_iter().map(|field| ("priority".to_owned(), field)).collect(),
        };
        for (own, other) in values.iter().flat_map(|own| values.iter().map(move |other| (own, other))) {
            for (value, later) in values.iter().flat_map(|value| [(value, -8), (value, 8)]) {
                let other = todo("other", field(other, Time::from_millis(NOW + later)));
                let known = BTreeMap::from([(project.clone(), [(id, other.clone())].into())]);
                let context = context(&known);
                let own = todo("me", field(own, Time::from_millis(NOW - 5)));
                let before = SessionState {
                    info: introduce(&session("me"), Time::from_millis(1), &context),
                    projects: [(project.clone(), [(id, own)].into())].into(),
                };
                let fields = vec![("priority".to_owned(), value.clone())];
                let act = Act { wish: None, fields, ..Act::new(&project, &other, State::Dropped) };
                let after = super::act(Some(&before), &session("me"), &[act], &context);
                let mut joined = known[&project].clone();
                crate::merge::join(&mut joined, &before.projects[&project]);
                crate::merge::join(&mut joined, &after.as_ref().unwrap_or(&before).projects[&project]);
                let now = joined[&id].fields.get("priority").map_or(&values[0], |field| &field.value);
                assert_eq!(now, value, "{before:?} {known:?}");
            }
        }
    }
}
