//! Which sessions are stuck: they are at something and say nothing, while others go on in the same project. A session that
//! is silent because everybody is, at night or between two weeks of work, is not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Everything;
use super::called::is_person;
use crate::todo::{Project, Session, State, Status, Time, Todo};

/// A session with all its sub-agents: as long as one of them speaks, none is silent.
type Family<'a> = &'a str;

/// Returns what stuck sessions are at and for how many milliseconds others went on, by the names that each has in common
/// with all that go on from it.
///
/// How long a project went on is from the session's last word to the last one of anybody else there, so it is the same
/// whenever somebody looks.
pub(super) fn stuck(everything: &Everything, now: Time, after: i64) -> BTreeMap<Cow<'_, str>, (&Todo, i64)> {
    let known = last_words(everything);
    let mut words: BTreeMap<&Project, BTreeMap<Family<'_>, Time>> = BTreeMap::new();
    for (project, todo) in everything.todos() {
        for (session, claim) in todo.voices() {
            let last = words.entry(project).or_default().entry(session.main()).or_insert(claim.at);
            *last = (*last).max(claim.at);
        }
    }
    let mut found: BTreeMap<Cow<'_, str>, (Time, (&Todo, i64))> = BTreeMap::new();
    let at_work = everything.todos().filter(|(_, todo)| todo.state() == State::Wanted(Status::InProgress));
    for (project, todo) in at_work {
        // Of several that are at it, the one counts that said something last.
        let Some((session, at, last)) = holder(todo, &known) else { continue };
        let others = words.get(project).into_iter().flatten().filter(|(family, _)| **family != session.main());
        // A clock that is ahead makes nobody wait longer than until now.
        let gone_on = others.map(|(_, said)| (*said).min(now).millis()).max().map(|said| said - last.millis());
        let Some(gone_on) = gone_on.filter(|gone_on| *gone_on >= after.max(1)) else { continue };
        let newest = found.entry(session.without_commands()).or_insert((at, (todo, gone_on)));
        if at > newest.0 {
            *newest = (at, (todo, gone_on));
        }
    }
    found.into_iter().map(|(root, (_, found))| (root, found)).collect()
}

/// What is known of a family.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// When it last said anything, of whatever project.
    at: Time,
    /// Whether it is a person, of whom nobody expects an answer within hours.
    is_person: bool,
    /// Whether it said that it ended.
    is_over: bool,
}

fn last_words(everything: &Everything) -> BTreeMap<Family<'_>, Last> {
    let mut known: BTreeMap<Family<'_>, Last> = BTreeMap::new();
    for info in &everything.sessions {
        let family = info.session.main();
        let is_over = info.ended.is_some() && info.session.without_commands() == family;
        let last = known.entry(family).or_insert(Last { at: info.updated, is_person: false, is_over: false });
        last.at = last.at.max(info.updated);
        last.is_person |= is_person(info);
        last.is_over |= is_over;
    }
    known
}

/// Returns who has a todo of those that say they are at it: the session, when it said so, and its family's last word.
/// Nothing where a person is at it.
fn holder<'a>(todo: &'a Todo, known: &BTreeMap<Family<'_>, Last>) -> Option<(&'a Session, Time, Time)> {
    let mut latest: Option<(&Session, Time, Time)> = None;
    for (session, claim) in todo.workers() {
        match known.get(session.main()) {
            Some(last) if last.is_person => return None,
            Some(last) if !last.is_over && latest.is_none_or(|(_, at, word)| (word, at) < (last.at, claim.at)) => {
                latest = Some((session, claim.at, last.at));
            }
            _ => {}
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::{Claim, Claims, Fields, SessionInfo, TodoId};

    const HOUR: i64 = 60 * 60 * 1000;
    const NOW: i64 = 1_800_000_000_000;

    fn at(hours: i64) -> Time {
        Time::from_millis(NOW - hours * HOUR)
    }

    fn session(name: &str) -> Session {
        Session::new(name).expect("a name")
    }

    /// A store of what each session says: of which project's todo, how it is, and how many hours ago.
    fn everything(said: &[(&str, &str, &str, Status, i64)]) -> Everything {
        let mut projects: BTreeMap<Project, BTreeMap<TodoId, Todo>> = BTreeMap::new();
        let mut sessions: BTreeMap<&str, SessionInfo> = BTreeMap::new();
        for (name, project, content, status, hours) in said {
            let (project, time) = (Project::new(project).expect("a name"), at(*hours));
            let id = TodoId::of(&project, content);
            let todo = projects.entry(project).or_default().entry(id).or_insert_with(|| Todo {
                id,
                content: (*content).into(),
                nth: 1,
                created: time,
                claims: Claims::new(),
                fields: Fields::new(),
            });
            todo.claims.insert(session(name), Claim::new(*status, time));
            let info = sessions.entry(name).or_insert_with(|| SessionInfo {
                session: session(name),
                agent: None,
                source: if name.starts_with("laptop-") { "command" } else { "todos" }.into(),
                device: "laptop".into(),
                person: None,
                project: None,
                branch: None,
                title: None,
                started: time,
                updated: time,
                ended: None,
                list: Vec::new(),
                extra: serde_json::Map::new(),
            });
            info.updated = info.updated.max(time);
        }
        let mut everything = Everything::of(projects);
        everything.sessions = sessions.into_values().collect();
        everything
    }

    /// Returns who is stuck, at what, and for how many hours its project went on.
    fn told(everything: &Everything, after: i64) -> Vec<(String, String, i64)> {
        let found = stuck(everything, at(0), after).into_iter();
        found.map(|(root, (todo, gone_on))| (root.into_owned(), todo.content.clone(), gone_on / HOUR)).collect()
    }

    use Status::{Completed, InProgress, Pending};

    #[test]
    fn who_is_silent_while_others_go_on() {
        let store = [
            ("a", "api", "Fix login", InProgress, 6),
            ("b", "api", "Write tests", InProgress, 1),
            ("c", "web", "Paint it", InProgress, 5),
        ];
        let found = told(&everything(&store), 2 * HOUR);
        // Nobody else is in c's project, and b spoke last.
        assert_eq!(found, [("a".to_owned(), "Fix login".to_owned(), 5)]);
        assert!(told(&everything(&store), 6 * HOUR).is_empty());
        // The next morning nothing has changed, as nobody went on.
        let later = stuck(&everything(&store), Time::from_millis(NOW + 20 * HOUR), 6 * HOUR).len();
        assert_eq!(later, 0);
    }

    #[test]
    fn who_has_nothing_in_progress_or_said_something_else_is_not() {
        for said in [("a", "api", "Fix login", Pending, 6), ("a", "api", "Fix login", Completed, 6)] {
            assert!(told(&everything(&[said, ("b", "api", "Write tests", InProgress, 1)]), 2 * HOUR).is_empty());
        }
        // It went on elsewhere meanwhile.
        let elsewhere = [
            ("a", "api", "Fix login", InProgress, 6),
            ("a", "web", "Paint it", Completed, 2),
            ("b", "api", "Write tests", InProgress, 1),
        ];
        assert!(told(&everything(&elsewhere), 2 * HOUR).is_empty());
    }

    #[test]
    fn a_session_speaks_by_its_sub_agents_and_by_its_commands() {
        let others = ("b", "api", "Write tests", InProgress, 0);
        for speaker in ["a-agent-1", &format!("a-agent-{}", Session::COMMANDS)] {
            let store = [("a", "api", "Fix login", InProgress, 6), (speaker, "api", "Look", Completed, 1), others];
            assert!(told(&everything(&store), 2 * HOUR).is_empty(), "{speaker}");
        }
        // What only its own sub-agent does is not the project going on without it.
        let alone = [("a", "api", "Fix login", InProgress, 6), ("a-agent-1", "api", "Look", InProgress, 1)];
        assert!(told(&everything(&alone), 2 * HOUR).is_empty());
    }

    #[test]
    fn what_somebody_else_is_at_too_is_not_stuck() {
        let store = [
            ("a", "api", "Fix login", InProgress, 6),
            ("b", "api", "Fix login", InProgress, 1),
            ("c", "api", "Write tests", Completed, 0),
        ];
        assert!(told(&everything(&store), 2 * HOUR).is_empty());
        let both = [("a", "api", "Fix login", InProgress, 6), ("b", "api", "Fix login", InProgress, 4), store[2]];
        assert_eq!(told(&everything(&both), 2 * HOUR), [("b".to_owned(), "Fix login".to_owned(), 4)]);
    }

    #[test]
    fn persons_and_what_ended_are_not_and_a_clock_that_is_ahead_changes_little() {
        let mut store =
            everything(&[("a", "api", "Fix login", InProgress, 6), ("b", "api", "Write tests", InProgress, -9_000)]);
        assert_eq!(told(&store, 2 * HOUR), [("a".to_owned(), "Fix login".to_owned(), 6)]);
        store.sessions.iter_mut().for_each(|info| info.ended = Some(info.updated));
        assert!(told(&store, 2 * HOUR).is_empty());
        // Of two, one ended: the other one still has it.
        let two = [("a", "api", "Fix login", InProgress, 6), ("c", "api", "Fix login", InProgress, 5)];
        let mut both = everything(&[two[0], two[1], ("b", "api", "Write tests", InProgress, 1)]);
        both.sessions.iter_mut().filter(|info| info.session.as_str() == "c").for_each(|info| info.ended = Some(at(4)));
        assert_eq!(told(&both, 2 * HOUR), [("a".to_owned(), "Fix login".to_owned(), 5)]);
        let person =
            [("laptop-00000001", "api", "Fix login", InProgress, 6), ("b", "api", "Write tests", InProgress, 1)];
        let mut store = everything(&person);
        let is_known = store.sessions.iter().any(is_person);
        assert!(is_known, "{:?}", store.sessions);
        assert!(told(&store, 2 * HOUR).is_empty());
        store.sessions.clear();
        assert!(told(&store, 2 * HOUR).is_empty(), "of whom nothing is known nothing is said");
    }
}
