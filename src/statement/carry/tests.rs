//! What moves from the short name of a project to the full one.

use std::collections::BTreeMap;

use super::super::{Context, Reopen, from_snapshot};
use super::*;
use crate::merge::join;
use crate::todo::{Item, Session, SessionState, Snapshot, SourceKind, Time, TodoList};
use Status::{Completed, InProgress, Pending};

type Lists = BTreeMap<Project, TodoList>;

fn project(name: &str) -> Project {
    Project::new(name).expect("valid")
}

fn item(words: &str, status: Status) -> Item {
    Item { content: words.into(), status, ..Item::default() }
}

/// A session's list, said in a directory of this project.
fn say(
    before: Option<&SessionState>,
    session: &str,
    (here, at): (&str, i64),
    items: Vec<Item>,
    known: &Lists,
) -> Option<SessionState> {
    let snapshot =
        Snapshot::new(Session::new(session).expect("valid"), SourceKind::Import, Time::from_millis(at), items);
    let context = Context {
        known,
        now: Time::from_millis(at),
        reopen: Reopen::Author,
        device: "test",
        person: None,
        project: Some(&project(here)),
        project_of: &|_| Project::general(),
    };
    from_snapshot(before, &snapshot, &context)
}

/// All that sessions said.
fn all(states: &[&SessionState]) -> Lists {
    let mut lists = Lists::new();
    for (project, todos) in states.iter().flat_map(|state| &state.projects) {
        join(lists.entry(project.clone()).or_default(), todos);
    }
    lists
}

fn status(lists: &Lists, of: &str, words: &str) -> String {
    let todo = lists.get(&project(of)).and_then(|todos| todos.get(&TodoId::of(&project(of), words)));
    todo.map_or_else(|| "none".to_owned(), |todo| todo.state().to_string())
}

/// For every status of another session and of one's own before, and now: one open todo at most, and what was
/// completed is completed.
#[test]
fn no_second_one_beside_it_and_nothing_done_is_open_again() {
    for other in Status::ALL {
        for (own, now) in Status::ALL
            .iter()
            .flat_map(|own| Status::ALL.map(|now| (Some(*own), now)))
            .chain(Status::ALL.map(|now| (None, now)))
        {
            let theirs = say(None, "other", ("api", 100), vec![item("W", other)], &Lists::new()).expect("news");
            let mine = own.and_then(|own| {
                say(None, "me", ("api", 200), vec![item("W", own), item("Z", Pending)], &all(&[&theirs]))
            });
            let known = all(&[Some(&theirs), mine.as_ref()].into_iter().flatten().collect::<Vec<_>>());
            let was = status(&known, "api", "W");
            let items = vec![item("W", now), item("New", Pending)];
            let said = say(mine.as_ref(), "me", ("acme/api", 300), items, &known).expect("news");
            let after = all(&[&theirs, &said]);
            let found = [status(&after, "api", "W"), status(&after, "acme/api", "W")];
            let open = found.iter().filter(|status| *status == "pending" || *status == "in_progress").count();
            let case = format!("{other} {own:?} {now}: {was} -> {found:?}");
            assert!(open <= 1, "{case}");
            let reopens = own == Some(Completed) && now != Completed;
            let is_done = found.contains(&"completed".to_owned());
            assert_eq!(is_done, now == Completed || (was == "completed" && !reopens), "{case}");
            assert_eq!(open == 1, !is_done, "{case}");
            assert_eq!(status(&after, "acme/api", "New"), "pending");
            // What was reopened where it stood is carried over the next time; then there is nothing left to say.
            let again = |said: &SessionState, at, known: &Lists| {
                say(Some(said), "me", ("acme/api", at), vec![item("W", now), item("New", Pending)], known)
            };
            let twice = again(&said, 400, &after);
            assert_eq!(twice.is_some(), reopens, "{case}");
            if let Some(twice) = twice {
                let after = all(&[&theirs, &twice]);
                assert_eq!(
                    (status(&after, "api", "W"), status(&after, "acme/api", "W")),
                    ("dropped".into(), now.to_string())
                );
                assert_eq!(again(&twice, 500, &after), None, "{case}");
            }
        }
    }
}

#[test]
fn what_is_open_moves_with_all_that_is_known_of_it() {
    let mut noted = item("W", Pending);
    noted.fields.insert("priority".to_owned(), "high".into());
    noted.fields.insert("blockedBy".to_owned(), serde_json::json!(["3"]));
    let dead = say(None, "dead", ("api", 100), vec![noted], &Lists::new()).expect("news");
    let known = all(&[&dead]);
    let said = say(None, "me", ("acme/api", 300), vec![item("W", Pending)], &known).expect("news");
    let after = all(&[&dead, &said]);
    let (old, new) = (TodoId::of(&project("api"), "W"), TodoId::of(&project("acme/api"), "W"));
    let (old, new) = (&after[&project("api")][&old], &after[&project("acme/api")][&new]);
    assert_eq!((old.state(), new.state()), (State::Dropped, State::Wanted(Pending)));
    assert_eq!(old.text("renamedTo"), Some(new.id.to_string().as_str()));
    assert_eq!(new.text("renamedFrom"), Some(old.id.to_string().as_str()));
    assert_eq!((new.text("priority"), new.fields.contains_key("blockedBy")), (Some("high"), false));
}

/// Two devices carry it over at the same time: one todo, whichever joins the other.
#[test]
fn two_devices_carry_over_to_one() {
    let dead = say(None, "dead", ("api", 100), vec![item("W", Pending)], &Lists::new()).expect("news");
    let known = all(&[&dead]);
    let one = say(None, "one", ("acme/api", 300), vec![item("W", Pending)], &known).expect("news");
    let two = say(None, "two", ("acme/api", 301), vec![item("W", InProgress)], &known).expect("news");
    let after = all(&[&dead, &one, &two]);
    assert_eq!(after, all(&[&two, &dead, &one]));
    assert_eq!((status(&after, "api", "W"), status(&after, "acme/api", "W")), ("dropped".into(), "in_progress".into()));
}

/// A project may be called so on purpose.
#[test]
fn who_says_it_again_by_the_short_name_keeps_it() {
    let plain = say(None, "plain", ("api", 100), vec![item("W", Pending)], &Lists::new()).expect("news");
    let owned = say(None, "me", ("acme/api", 200), vec![item("W", Pending)], &all(&[&plain])).expect("news");
    let known = all(&[&plain, &owned]);
    assert_eq!(status(&known, "api", "W"), "dropped");
    let list = vec![item("W", Pending), item("Next", Pending)];
    let plain = say(Some(&plain), "plain", ("api", 300), list, &known).expect("news");
    let known = all(&[&plain, &owned]);
    let again = say(Some(&plain), "plain", ("api", 400), vec![item("W", InProgress)], &known).expect("news");
    let known = all(&[&again, &owned]);
    assert_eq!((status(&known, "api", "W"), status(&known, "acme/api", "W")), ("in_progress".into(), "pending".into()));
    let list = vec![item("W", Pending), item("More", Pending)];
    let owned = say(Some(&owned), "me", ("acme/api", 500), list.clone(), &known).expect("news");
    let known = all(&[&again, &owned]);
    assert_eq!(say(Some(&owned), "me", ("acme/api", 600), list, &known), None);
    assert_eq!(say(Some(&again), "plain", ("api", 700), vec![item("W", InProgress)], &known), None);
}

#[test]
fn of_two_repositories_each_takes_what_its_own_sessions_said() {
    let one = say(None, "one", ("api", 100), vec![item("Of one", Pending), item("Both", Pending)], &Lists::new());
    let one = one.expect("news");
    let two = say(None, "two", ("api", 110), vec![item("Of two", Pending), item("Both", Pending)], &all(&[&one]));
    let two = two.expect("news");
    let other = say(None, "new", ("other/api", 120), vec![item("X", Pending)], &Lists::new()).expect("news");
    let known = all(&[&one, &two, &other]);
    let list = vec![item("Of one", InProgress), item("Both", Completed), item("Of two", Pending)];
    let one = say(Some(&one), "one", ("acme/api", 300), list, &known).expect("news");
    let after = all(&[&one, &two, &other]);
    let found = |words| [status(&after, "api", words), status(&after, "acme/api", words)];
    assert_eq!(found("Of one"), ["dropped", "in_progress"]);
    assert_eq!(found("Both"), ["pending", "completed"], "the other one still wants it");
    assert_eq!(found("Of two"), ["pending", "pending"], "the same words of another repository");
    let list = vec![item("Of two", Pending), item("Both", Pending)];
    let two = say(Some(&two), "two", ("other/api", 400), list, &after).expect("news");
    let after = all(&[&one, &two, &other]);
    assert_eq!(
        (status(&after, "api", "Both"), status(&after, "other/api", "Both")),
        ("dropped".into(), "pending".into())
    );
    assert_eq!(status(&after, "acme/api", "Both"), "completed");
}

#[test]
fn what_was_forgotten_by_the_short_name_is_not_said_by_the_long_one() {
    let one = say(None, "one", ("api", 100), vec![item("Secret", Pending)], &Lists::new()).expect("news");
    let id = TodoId::of(&project("api"), "Secret");
    let known = all(&[&one]);
    let context = Context {
        known: &known,
        now: Time::from_millis(200),
        reopen: Reopen::Author,
        device: "test",
        person: None,
        project: None,
        project_of: &|_| Project::general(),
    };
    let session = Session::new("by-hand").expect("valid");
    let gone = super::super::forget(None, &session, &project("api"), id, &context).expect("news");
    let known = all(&[&one, &gone]);
    let said = say(None, "me", ("acme/api", 300), vec![item("Secret", Pending), item("B", Pending)], &known);
    assert!(!format!("{said:?}").contains("Secret"), "{said:?}");
}

/// One goes back to the short name because somebody is at it there, while another, who does not know of that, completes
/// it by the long one: what was completed stays completed.
#[test]
fn going_back_to_the_short_name_overrules_nobody() {
    let three = say(None, "three", ("api", 110), vec![item("W", InProgress)], &Lists::new()).expect("news");
    let two = say(None, "two", ("acme/api", 120), vec![item("W", Pending)], &Lists::new()).expect("news");
    let one = say(None, "one", ("acme/api", 130), vec![item("W", InProgress)], &Lists::new()).expect("news");
    let met = all(&[&one, &two, &three]);
    let one = say(Some(&one), "one", ("acme/api", 150), vec![item("W", Pending)], &met).expect("news");
    assert_eq!(status(&all(&[&one]), "api", "W"), "pending");
    let two = say(Some(&two), "two", ("acme/api", 160), vec![item("W", Completed)], &met).expect("news");
    assert_eq!(status(&all(&[&one, &two, &three]), "acme/api", "W"), "completed");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 300, ..Default::default() })]

    /// Sessions speak by both names of the project, some knowing of the others and some not. Once all of them know
    /// everything and say their lists again, it comes to rest: one todo is open at most, and what some session
    /// completed last is not open again.
    #[test]
    fn it_comes_to_rest(said in proptest::collection::vec((0..3_usize, 0..3_usize, 0..2_usize, proptest::bool::ANY), 1..14)) {
        let names = ["one", "two", "three"];
        let mut states: [Option<SessionState>; 3] = [None, None, None];
        let mut last: [Option<Status>; 3] = [None; 3];
        let (mut met, mut reopened) = (Lists::new(), false);
        let everything = |states: &[Option<SessionState>; 3]| all(&states.iter().flatten().collect::<Vec<_>>());
        let mut at = 100;
        for (who, status, here, meets) in said {
            at += 10;
            if meets {
                met = everything(&states);
            }
            let status = Status::ALL[status];
            let here = if last[who].is_some() { "acme/api" } else { ["api", "acme/api"][here] };
            // A device knows what its own sessions said, and may know nothing of the others.
            let mut known = met.clone();
            for (project, todos) in states[who].iter().flat_map(|state| &state.projects) {
                join(known.entry(project.clone()).or_default(), todos);
            }
            let list = vec![item("W", status), item(&format!("Other {at}"), Pending)];
            if let Some(next) = say(states[who].as_ref(), names[who], (here, at), list, &known) {
                states[who] = Some(next);
            }
            reopened |= last[who] == Some(Completed) && status != Completed;
            last[who] = Some(status);
        }
        let mut round = 0;
        loop {
            let before = states.clone();
            for who in 0..3 {
                let Some(status) = last[who] else { continue };
                at += 10;
                let known = everything(&states);
                if let Some(next) = say(states[who].as_ref(), names[who], ("acme/api", at), vec![item("W", status)], &known) {
                    states[who] = Some(next);
                }
            }
            if states == before {
                break;
            }
            round += 1;
            proptest::prop_assert!(round < 8, "it never comes to rest: {last:?}");
        }
        let after = everything(&states);
        let found = [status(&after, "api", "W"), status(&after, "acme/api", "W")];
        let open = found.iter().filter(|status| *status == "pending" || *status == "in_progress").count();
        proptest::prop_assert!(open <= 1, "{found:?} {last:?}");
        if last.contains(&Some(Completed)) && !reopened {
            proptest::prop_assert_eq!(open, 0, "{:?} {:?}", found, last);
        }
        if open == 0 {
            proptest::prop_assert!(found.contains(&"completed".to_owned()), "{found:?} {last:?}");
        }
    }
}

#[test]
fn a_session_stays_in_its_project_unless_only_the_owner_was_not_known() {
    let names = ["api", "acme/api", "web", "acme/web"].map(project);
    for (before, here, wanted) in [(0, 1, 1), (1, 0, 1), (0, 2, 0), (1, 3, 1), (2, 3, 3), (0, 3, 0)] {
        let found = session_project(Some(&names[before]), Some(&names[here]));
        assert_eq!(found, Some(&names[wanted]), "{before} {here}");
    }
    assert_eq!(session_project(None, Some(&names[1])), Some(&names[1]));
    assert_eq!(session_project(Some(&names[1]), None), Some(&names[1]));
}
