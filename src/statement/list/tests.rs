//! What lists say, one after the other.

use super::super::{Reopen, forget, listed};
use super::*;
use crate::todo::{Claims, Field, Item, LAST_EPOCH, Session, SourceKind, State, Status, Time, Todo, TodoList};

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";

struct World {
    known: BTreeMap<Project, TodoList>,
    reopen: Reopen,
    project: Option<Project>,
    now: i64,
}

impl World {
    fn new() -> Self {
        World { known: BTreeMap::new(), reopen: Reopen::Author, project: None, now: 10_000_000_000 }
    }

    /// States a list given as (words, status) at this time.
    fn say(&self, before: Option<&SessionState>, at: i64, list: &[(&str, Status)]) -> Option<SessionState> {
        let items = list.iter().map(|(content, status)| Item {
            content: (*content).into(),
            status: *status,
            ..Item::default()
        });
        self.say_items(before, at, items.collect())
    }

    fn say_items(&self, before: Option<&SessionState>, at: i64, items: Vec<Item>) -> Option<SessionState> {
        let snapshot =
            Snapshot::new(Session::new(SESSION).expect("valid"), SourceKind::Import, Time::from_millis(at), items);
        let context = Context {
            known: &self.known,
            now: Time::from_millis(self.now),
            reopen: self.reopen,
            device: "test",
            person: None,
            project: self.project.as_ref(),
            project_of: &|_| Project::general(),
        };
        from_snapshot(before, &snapshot, &context)
    }
}

fn todo<'a>(state: &'a SessionState, content: &str) -> &'a Todo {
    let id = TodoId::of(&Project::general(), content);
    &state.projects[&Project::general()][&id]
}

fn claim<'a>(state: &'a SessionState, content: &str) -> &'a crate::todo::Claim {
    todo(state, content).winner().1
}

use Status::{Completed, InProgress, Pending};

#[test]
fn saying_the_same_again_is_no_statement() {
    let world = World::new();
    let one = world.say(None, 100, &[("A", Pending), ("B", InProgress)]).expect("news");
    assert_eq!(world.say(Some(&one), 200, &[("A", Pending), ("B", InProgress)]), None);
    let two = world.say(Some(&one), 200, &[("A", Pending), ("B", Completed)]).expect("news");
    assert_eq!(claim(&two, "A").at.millis(), 100);
    assert_eq!(claim(&two, "B").at.millis(), 200);
    assert_eq!(two.info.started.millis(), 100);
}

#[test]
fn time_strictly_increases_when_the_clock_steps_back() {
    let world = World::new();
    let one = world.say(None, 5_000, &[("A", Pending)]).expect("news");
    let two = world.say(Some(&one), 3_000, &[("A", InProgress)]).expect("news");
    assert_eq!((two.info.updated.millis(), claim(&two, "A").at.millis()), (5_001, 5_001));
    let future = World { now: 9_000, ..World::new() };
    assert_eq!(future.say(None, 1_000_000, &[("A", Pending)]).expect("news").info.updated.millis(), 9_000);
}

#[test]
fn open_todos_that_vanish_are_dropped_and_completed_ones_stay() {
    let world = World::new();
    let one = world.say(None, 1, &[("Write the parser", Pending), ("Ship it", Completed)]).expect("news");
    let two = world.say(Some(&one), 2, &[("Something else", Pending)]).expect("news");
    assert_eq!(todo(&two, "Write the parser").state(), State::Dropped);
    assert_eq!(todo(&two, "Ship it").state(), State::Wanted(Completed));
    let three = world.say(Some(&two), 3, &[("Write the parser", Pending)]).expect("news");
    assert_eq!(todo(&three, "Write the parser").state(), State::Wanted(Pending));
    assert_eq!(todo(&three, "Something else").state(), State::Dropped);
}

#[test]
fn an_edited_todo_in_its_place_is_a_rename() {
    let world = World::new();
    let one = world.say(None, 1, &[("Plan", Completed), ("Fix login tests", Pending)]).expect("news");
    let two = world.say(Some(&one), 2, &[("Plan", Completed), ("Fix the login tests", InProgress)]).expect("news");
    let (old, new) = (todo(&two, "Fix login tests"), todo(&two, "Fix the login tests"));
    assert_eq!(old.state(), State::Dropped);
    assert_eq!(old.text("renamedTo"), Some(new.id.to_string().as_str()));
    assert_eq!(new.text("renamedFrom"), Some(old.id.to_string().as_str()));
    let back = world.say(Some(&two), 3, &[("Plan", Completed), ("Fix login tests", Pending)]).expect("news");
    assert_eq!(todo(&back, "Fix login tests").text("renamedTo"), None);
    assert_eq!(todo(&back, "Fix the login tests").state(), State::Dropped);
}

#[test]
fn a_native_id_keeps_an_item_through_any_edit() {
    let world = World::new();
    let item =
        |content: &str, status| Item { content: content.into(), status, native: Some("1".into()), ..Item::default() };
    let one = world.say_items(None, 1, vec![item("Alpha", InProgress)]).expect("news");
    let two = world.say_items(Some(&one), 2, vec![item("Omega", Completed)]).expect("news");
    assert_eq!(todo(&two, "Alpha").state(), State::Dropped);
    assert_eq!(todo(&two, "Omega").text("renamedFrom"), Some(todo(&two, "Alpha").id.to_string().as_str()));
}

#[test]
fn learning_the_project_moves_the_list() {
    let world = World::new();
    let one = world.say(None, 1, &[("A", Completed), ("B", Pending)]).expect("news");
    let located = World { project: Some(Project::new("api").expect("valid")), ..World::new() };
    let two = located.say(Some(&one), 2, &[("A", Completed), ("B", Pending)]).expect("news");
    assert!(two.projects[&Project::general()].values().all(|todo| todo.state() == State::Dropped));
    assert_eq!(two.projects[&Project::new("api").expect("valid")].len(), 2);
    assert_eq!(world.say(Some(&two), 3, &[("A", Completed), ("B", Pending)]), None, "it stays there");
}

#[test]
fn one_task_of_a_session_on_two_machines_drops_none_of_the_other() {
    let world = World::new();
    let one = world.say(None, 1, &[("A", Pending)]).expect("news");
    let mut both = world.say(Some(&one), 3, &[("A", Pending), ("B", Pending)]).expect("news");
    let other = world.say(Some(&one), 2, &[("A", Pending), ("C", Pending)]).expect("news");
    for (project, todos) in &other.projects {
        crate::merge::join(both.projects.entry(project.clone()).or_default(), todos);
    }
    crate::merge::join_session(&mut both.info, &other.info);
    assert_eq!(both.info.list.len(), 2, "the later list");
    let mut items = listed(&both);
    items[0].status = Completed;
    let two = world.say_items(Some(&both), 4, items).expect("news");
    assert_eq!(
        ["A", "B", "C"].map(|words| todo(&two, words).state()),
        [Completed, Pending, Pending].map(State::Wanted)
    );
}

#[test]
fn who_may_reopen() {
    let other = Session::new("other").expect("valid");
    let mut known = World::new().say(None, 50, &[("A", Completed)]).expect("news").projects;
    for todo in known.values_mut().flat_map(BTreeMap::values_mut) {
        todo.claims = std::mem::take(&mut todo.claims)
            .into_iter()
            .map(|(_, claim)| claim)
            .map(|claim| (other.clone(), claim))
            .collect();
    }
    for (reopen, author_epoch, other_epoch) in [(Reopen::Author, 1, 0), (Reopen::Any, 1, 1), (Reopen::Manual, 0, 0)] {
        let alone = World { reopen, ..World::new() };
        let one = alone.say(None, 100, &[("A", Completed)]).expect("news");
        let two = alone.say(Some(&one), 200, &[("A", Pending)]).expect("its list changed");
        assert_eq!(claim(&two, "A").epoch, author_epoch, "{reopen:?}");
        assert_eq!(claim(&two, "A").status == Pending, author_epoch == 1, "{reopen:?}");
        assert_eq!(
            two.info.list[0].status,
            (author_epoch == 0).then_some(Pending),
            "its own list shows its own status"
        );

        let beside = World { reopen, known: known.clone(), ..World::new() };
        let one = beside.say(None, 100, &[("A", Pending)]).expect("news");
        assert_eq!(claim(&one, "A").epoch, other_epoch, "{reopen:?}");
    }
}

#[test]
fn a_live_statement_comes_after_what_it_knows_and_history_does_not() {
    let other = Session::new("other").expect("valid");
    let mut known = World::new().say(None, 50_000, &[("A", Completed)]).expect("news").projects;
    for todo in known.values_mut().flat_map(BTreeMap::values_mut) {
        todo.claims = std::mem::take(&mut todo.claims)
            .into_iter()
            .map(|(_, claim)| claim)
            .map(|c| (other.clone(), crate::todo::Claim { epoch: 3, ..c }))
            .collect();
    }
    let live = World { known: known.clone(), now: 60_000, ..World::new() };
    let said = live.say(None, 40_000, &[("A", Pending)]).expect("news");
    assert_eq!((claim(&said, "A").at.millis(), claim(&said, "A").epoch), (50_001, 3));
    let history = World { known, now: 40_000 + LIVE, ..World::new() };
    let said = history.say(None, 40_000, &[("A", Pending)]).expect("news");
    assert_eq!((claim(&said, "A").at.millis(), claim(&said, "A").epoch), (40_000, 0));
}

#[test]
fn fields_keep_the_time_of_their_change() {
    let world = World::new();
    let item = |status, owner: Value| Item {
        content: "A".into(),
        status,
        fields: [("owner".to_owned(), owner), ("blocks".to_owned(), Value::Array(vec![]))].into_iter().collect(),
        ..Item::default()
    };
    let one = world.say_items(None, 1, vec![item(Pending, "ana".into())]).expect("news");
    assert!(!todo(&one, "A").fields.contains_key("blocks"), "an empty property says nothing");
    let two = world.say_items(Some(&one), 2, vec![item(InProgress, Value::Null)]).expect("news");
    assert_eq!(todo(&two, "A").fields[&"owner".to_owned()], Field { value: "ana".into(), at: Time::from_millis(1) });
    let three = world.say_items(Some(&two), 3, vec![item(InProgress, "".into())]).expect("news");
    assert_eq!(todo(&three, "A").fields[&"owner".to_owned()], Field { value: "".into(), at: Time::from_millis(3) });
}

#[test]
fn an_empty_list_or_one_without_words_states_nothing() {
    let world = World::new();
    assert_eq!(world.say(None, 1, &[]), None);
    assert_eq!(world.say(None, 1, &[("  ", Pending)]), None);
    let one = world.say(None, 1, &[("A", Pending)]).expect("news");
    assert_eq!(world.say(Some(&one), 2, &[]), None);
}

/// What the device knows: another session's claim on "A".
fn known(change: impl FnOnce(&mut crate::todo::Claim)) -> BTreeMap<Project, TodoList> {
    let mut known = World::new().say(None, 50, &[("A", Pending)]).expect("news").projects;
    let todo = known.values_mut().flat_map(BTreeMap::values_mut).next().expect("one todo");
    let mut claim = todo.winner().1.clone();
    change(&mut claim);
    todo.claims = Claims::from_iter([(Session::new("other").expect("valid"), claim)]);
    known
}

#[test]
fn after_a_command_reopened_it_a_list_may_speak_again() {
    let manual = World { reopen: Reopen::Manual, ..World::new() };
    let one = manual.say(None, 100, &[("A", Completed)]).expect("news");
    let reopened = World { known: known(|claim| claim.epoch = 1), now: 200, ..manual };
    let two = reopened.say(Some(&one), 200, &[("A", InProgress)]).expect("news");
    assert_eq!((claim(&two, "A").status, claim(&two, "A").epoch), (InProgress, 1));
    assert_eq!(two.info.list[0].status, None);
}

#[test]
fn nothing_is_said_that_the_next_merge_would_undo() {
    let world = World { known: known(|claim| claim.epoch = LAST_EPOCH), now: 100, ..World::new() };
    let one = world.say(None, 100, &[("A", Completed)]).expect("news");
    assert_eq!(claim(&one, "A").epoch, LAST_EPOCH);
    let two = world.say(Some(&one), 200, &[("A", Pending)]).expect("its list changed");
    assert_eq!(claim(&two, "A"), claim(&one, "A"), "there is no epoch left to reopen it");

    let world = World { now: i64::MAX, ..World::new() };
    let one = world.say(None, i64::MAX, &[("A", InProgress)]).expect("news");
    assert_eq!(one.info.updated, Time::LAST);
    assert_eq!(world.say(Some(&one), i64::MAX, &[("A", Pending)]), None, "there is no later moment");
}

#[test]
fn a_list_without_words_drops_nothing() {
    let world = World::new();
    let one = world.say(None, 1, &[("A", Pending)]).expect("news");
    assert_eq!(world.say(Some(&one), 2, &[(" ", Pending)]), None);
}

#[test]
fn what_is_out_of_bounds_is_not_known() {
    let far = Time::from_millis(Time::LAST.millis() + 1);
    for known in [known(|claim| claim.at = far), known(|claim| claim.epoch = LAST_EPOCH + 1)] {
        let world = World { known, ..World::new() };
        let said = world.say(None, 9_999_999_000, &[("A", Pending)]).expect("news");
        assert_eq!((claim(&said, "A").at.millis(), claim(&said, "A").epoch), (9_999_999_000, 0));
    }
}

/// However far another device's clock is ahead or behind, what is said after its words comes after them.
#[test]
fn claims_and_properties_follow_what_is_known_of_them() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    for ahead in [-3650 * DAY, -2 * DAY, 0, 2 * DAY, 3650 * DAY] {
        let mut world = World { now: 20_000 * DAY, ..World::new() };
        let theirs = Time::from_millis(world.now + ahead);
        world.known = known(|claim| (claim.at, claim.status) = (theirs, InProgress));
        let todo = world.known.values_mut().flat_map(BTreeMap::values_mut).next().expect("one todo");
        (todo.created, todo.fields) =
            (theirs, [("owner".to_owned(), Field { value: "ben".into(), at: theirs })].into_iter().collect());
        let fields = [("owner".to_owned(), Value::from("ana"))].into_iter().collect();
        let item = Item { content: "A".into(), status: Completed, fields, ..Item::default() };
        let said = world.say_items(None, world.now, vec![item]).expect("news");
        let mut joined = world.known.clone();
        for (project, todos) in &said.projects {
            crate::merge::join(joined.entry(project.clone()).or_default(), todos);
        }
        let todo = joined.values().flat_map(BTreeMap::values).next().expect("one todo");
        assert_eq!((todo.text("owner"), todo.state()), (Some("ana"), State::Wanted(Completed)), "{ahead}");
        assert!(claim(&said, "A").at > theirs && todo.flaw(None).is_none(), "{ahead}");
    }
}

#[test]
fn listing_as_open_what_another_reopened_joins_that() {
    let other = Session::new("other").expect("valid");
    let world = World::new();
    let one = world.say(None, 100, &[("A", Completed)]).expect("news");
    let mut known = one.projects.clone();
    for todo in known.values_mut().flat_map(BTreeMap::values_mut) {
        let claim = crate::todo::Claim { epoch: 1, ..crate::todo::Claim::new(Completed, Time::from_millis(150)) };
        todo.claims.insert(other.clone(), claim);
    }
    let world = World { known, ..World::new() };
    let two = world.say(Some(&one), 200, &[("A", Pending)]).expect("news");
    assert_eq!(claim(&two, "A").epoch, 1, "the other session's completion is not undone");
}

#[test]
fn what_was_forgotten_is_not_said_again_and_its_words_go() {
    let world = World::new();
    let one = world.say(None, 100, &[("A", InProgress), ("B", Pending)]).expect("news");
    let mut known = one.projects.clone();
    let forgotten = TodoId::of(&Project::general(), "A");
    let by = Session::new("by-hand").expect("valid");
    let context = Context {
        known: &BTreeMap::new(),
        now: Time::from_millis(150),
        reopen: Reopen::Author,
        device: "test",
        person: None,
        project: None,
        project_of: &|_| Project::general(),
    };
    let said = forget(None, &by, &Project::general(), forgotten, &context).expect("news");
    assert_eq!(forget(Some(&said), &by, &Project::general(), forgotten, &context), None);
    for (project, todos) in &said.projects {
        crate::merge::join(known.entry(project.clone()).or_default(), todos);
    }
    let world = World { known, ..World::new() };
    let two = world.say(Some(&one), 200, &[("A", Completed), ("B", Pending)]).expect("its words go");
    assert!(two.projects[&Project::general()][&forgotten].is_forgotten());
    assert_eq!(two.info.list.len(), 1, "it is not on the list any more");
    assert!(!format!("{two:?}").contains("\"A\""), "{two:?}");
    assert_eq!(world.say(Some(&two), 300, &[("A", Completed), ("B", Pending)]), None);
    assert_eq!(world.say(None, 100, &[("A", Pending)]), None, "nor by anybody else");
    let three = world.say(Some(&two), 400, &[("A", Completed)]).expect("B is gone");
    assert_eq!(todo(&three, "B").state(), State::Dropped);
}
