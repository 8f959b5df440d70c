//! What had been saved under the last part of a repository's name, before projects had owners.
//!
//! A todo of `api` is found by a session of `acme/api`. What is done stays where it was done, and so does what another
//! session is at. What is open is carried over when a session says it: the old todo is dropped and says where it went.
//! While no other repository is called so, that counts for all sessions that wanted it: those that never speak again
//! would keep it open for ever.

use serde_json::Value;

use super::Speech;
use super::act::{Act, Weight};
use super::place::Placed;
use crate::merge::{join_claim, join_field};
use crate::todo::{Claim, Project, State, Status, Todo, TodoId};

const DONE: State = State::Wanted(Status::Completed);

/// Returns the project of a session: it stays where it began, unless only the owner was not known then.
pub fn session_project<'a>(before: Option<&'a Project>, here: Option<&'a Project>) -> Option<&'a Project> {
    match (before, here) {
        (Some(before), Some(here)) if here.plain().as_ref() == Some(before) => Some(here),
        (Some(before), _) => Some(before),
        (None, here) => here,
    }
}

impl Speech<'_> {
    /// Returns the project in which a session of `project` speaks of these words.
    pub(super) fn home(&self, project: &Project, words: &str) -> Project {
        let Some(plain) = project.plain() else { return project.clone() };
        let Some(old) = self.all_said(&plain, words, 1) else { return project.clone() };
        let is_own = old.claims.get(self.session).is_some_and(|claim| !claim.dropped);
        let new = self.all_said(project, words, 1).filter(|new| new.state() != State::Dropped);
        let stays = match (old.state(), self.context.known.is_alone(project)) {
            (DONE, true) => true,
            (DONE, false) => is_own && new.is_none(),
            // Whoever is at it is found by this todo.
            (State::Wanted(Status::InProgress), true) => {
                self.others_are_at(&old) && !new.is_some_and(|new| self.others_are_at(&new))
            }
            _ => false,
        };
        if stays { plain } else { project.clone() }
    }

    /// Lets go of an item's todo under the other name of the session's project, for all who wanted it: it is wanted
    /// here now. One that somebody else is at stays, unless it is done.
    pub(super) fn carry(&mut self, entry: &Placed<'_>, project: Option<&Project>) {
        let Some((project, plain)) = project.and_then(|project| Some((project, project.plain()?))) else { return };
        let other = if entry.project == plain { project.clone() } else { plain };
        let words = &entry.item.content;
        let Some(old) = self.all_said(&other, words, entry.nth).filter(|old| old.state().is_open()) else { return };
        let is_done = || self.all_said(&entry.project, words, entry.nth).is_some_and(|new| new.state() == DONE);
        if !self.context.known.is_alone(project) || (self.others_are_at(&old) && !is_done()) {
            return;
        }
        if self.is_wanted_again(&old, entry.id) {
            return;
        }
        for (name, field) in old.fields.iter().filter(|(name, field)| goes_along(name, &field.value)) {
            let is_said = self.own(&entry.project, entry.id).is_some_and(|todo| todo.fields.contains_key(name));
            if !is_said {
                self.set_field(&entry.project, entry.id, name, &field.value);
            }
        }
        self.set_field(&entry.project, entry.id, "renamedFrom", &Value::from(old.id.to_string()));
        self.act(&Act {
            project: other,
            id: old.id,
            content: old.content,
            nth: old.nth,
            wish: Some(State::Dropped),
            weight: Weight::ComesTrue,
            fields: vec![("renamedTo".to_owned(), Value::from(entry.id.to_string()))],
        });
    }

    /// Returns the todo with these words in a project, with all that is known of it and what the session says here.
    fn all_said(&self, project: &Project, words: &str, nth: u32) -> Option<Todo> {
        let id = TodoId::of_nth(project, words, nth);
        let mut todo = self.context.known.todo(project, id).cloned();
        if let Some(own) = self.own(project, id) {
            let todo = todo.get_or_insert_with(|| own.clone());
            for (session, claim) in &own.claims {
                join_claim(todo.claims.entry(session.clone()).or_insert_with(|| claim.clone()), claim);
            }
            for (name, field) in &own.fields {
                join_field(todo.fields.entry(name.clone()).or_insert_with(|| field.clone()), field);
            }
        }
        todo.filter(|todo| !todo.is_forgotten())
    }

    /// Returns whether another session said a todo again after it was carried over: then its project is called so on
    /// purpose, and the two would take it from each other for ever.
    fn is_wanted_again(&self, old: &Todo, new: TodoId) -> bool {
        let Some(carried) = old.fields.get("renamedTo").filter(|field| field.value == new.to_string()) else {
            return false;
        };
        let wants = |claim: &Claim| claim.is_open() && claim.epoch == old.epoch() && claim.at > carried.at;
        old.claims.iter().any(|(session, claim)| session != self.session && wants(claim))
    }

    fn others_are_at(&self, todo: &Todo) -> bool {
        todo.workers().any(|(other, _)| other.main() != self.session.main())
    }
}

/// Returns whether a property goes along. By numbers of their own other sessions mean todos of theirs.
fn goes_along(name: &str, value: &Value) -> bool {
    let is_id = |value: &Value| value.as_str().is_some_and(|text| TodoId::parse(text).is_some());
    match name {
        "renamedFrom" | "renamedTo" => false,
        "blocks" | "blockedBy" => value.as_array().is_some_and(|ids| ids.iter().all(is_id)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Context, Reopen, state};
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
        let snapshot = Snapshot {
            session: Session::new(session).expect("valid"),
            agent: None,
            source: SourceKind::Import,
            at: Time::from_millis(at),
            branch: None,
            items,
            partial: false,
            forced: false,
        };
        let context = Context {
            known,
            now: Time::from_millis(at),
            reopen: Reopen::Author,
            device: "test",
            project: Some(&project(here)),
            project_of: &|_| Project::general(),
        };
        state(before, &snapshot, &context)
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
        assert_eq!(
            (status(&after, "api", "W"), status(&after, "acme/api", "W")),
            ("dropped".into(), "in_progress".into())
        );
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
        assert_eq!(
            (status(&known, "api", "W"), status(&known, "acme/api", "W")),
            ("in_progress".into(), "pending".into())
        );
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
            project: None,
            project_of: &|_| Project::general(),
        };
        let session = Session::new("by-hand").expect("valid");
        let gone = super::super::forget(None, &session, &project("api"), id, &context).expect("news");
        let known = all(&[&one, &gone]);
        let said = say(None, "me", ("acme/api", 300), vec![item("Secret", Pending), item("B", Pending)], &known);
        assert!(!format!("{said:?}").contains("Secret"), "{said:?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 150, ..Default::default() })]

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
}
