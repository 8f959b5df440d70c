//! Acts against everything that can have been said before.

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
        person: None,
        project: None,
        project_of: &|_| Project::general(),
    }
}

/// Every combination of another session's claim, our own before, and our own on a branch, for every target: the
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
    let targets = Status::ALL.map(State::Wanted).into_iter().chain([State::Dropped]);
    let all = targets.flat_map(|target| claims.iter().map(move |other| (target, other)));
    for (target, other) in all {
        for (own, elsewhere) in claims.iter().flat_map(|own| claims.iter().map(move |claim| (own, claim))) {
            let list = |mine: &Option<Claim>, other: &Option<Claim>| -> TodoList {
                let mine = mine.iter().map(|claim| (session("me"), claim.clone()));
                let claims: Claims = mine.chain(other.iter().map(|claim| (session("other"), claim.clone()))).collect();
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
                target: Some(target),
                precedence: Precedence::ComesTrue,
                again: None,
                fields: Vec::new(),
            };
            let after = super::act(Some(&before), &session("me"), std::slice::from_ref(&act), &context);
            let said = after.as_ref().unwrap_or(&before);
            let mut joined = known[&project].clone();
            crate::merge::join(&mut joined, &before.projects[&project]);
            crate::merge::join(&mut joined, &said.projects[&project]);
            assert_eq!(joined[&id].state(), target, "{other:?} {own:?} {elsewhere:?}");
            let known = BTreeMap::from([(project.clone(), joined)]);
            let context = Context { known: &known, ..context };
            let again = super::act(Some(said), &session("me"), &[act], &context);
            assert_eq!(again, None, "{target:?} {other:?} {own:?} {elsewhere:?}");
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
            for (name, other) in ["a", "z", "me"].into_iter().flat_map(|name| Status::ALL.map(|status| (name, status)))
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
                let targets =
                    Status::ALL.map(State::Wanted).into_iter().chain([State::Dropped]).map(Some).chain([None]);
                for (target, precedence) in
                    targets.flat_map(|target| [(target, Precedence::ComesTrue), (target, Precedence::Settles)])
                {
                    let fields = vec![("priority".to_owned(), Value::from("high"))];
                    let act = Act { target, precedence, fields, ..Act::new(&project, &todo, State::Dropped) };
                    let after = super::act(None, &session("me"), std::slice::from_ref(&act), &context);
                    let said = after.expect("it says something");
                    assert_eq!(said.info.flaw(), None);
                    let own = &said.projects[&project][&id];
                    assert_eq!(own.flaw(Some(&project)), None, "{todo:?} {act:?}");
                    let mut joined = todo.clone();
                    crate::merge::join_todo(&mut joined, own);
                    let state = target.is_none_or(|target| joined.state() == target);
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
        target: Some(State::Wanted(Status::Pending)),
        precedence: Precedence::ComesTrue,
        again: None,
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
    let edit = Act { target: None, ..add.clone() };
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
            let act = Act { target: None, fields, ..Act::new(&project, &other, State::Dropped) };
            let after = super::act(Some(&before), &session("me"), &[act], &context);
            let mut joined = known[&project].clone();
            crate::merge::join(&mut joined, &before.projects[&project]);
            crate::merge::join(&mut joined, &after.as_ref().unwrap_or(&before).projects[&project]);
            let now = joined[&id].fields.get("priority").map_or(&values[0], |field| &field.value);
            assert_eq!(now, value, "{before:?} {known:?}");
        }
    }
}
