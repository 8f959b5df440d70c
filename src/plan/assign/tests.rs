//! Handing out, by examples and by many random stores.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::holders::{ASSIGNED, ASSIGNEE};
use super::*;
use crate::todo::{Claim, Claims, Field, Fields, SessionInfo, State, Status, Time, TodoId};

static TOPICS: LazyLock<Topics> = LazyLock::new(Topics::default);

const MINUTE: i64 = 60 * 1000;
const NOW: i64 = 1_000_000 * MINUTE;

fn name(session: &str) -> Session {
    Session::new(session).expect("valid")
}

/// A session of a project, and how many minutes ago it spoke.
fn info(session: &str, project: Option<&str>, ago: i64) -> SessionInfo {
    let at = Time::from_millis(NOW - ago * MINUTE);
    SessionInfo {
        session: name(session),
        agent: None,
        source: "agent-todos".into(),
        device: "d".into(),
        project: project.map(|project| Project::new(project).expect("valid")),
        branch: None,
        person: None,
        title: None,
        started: at,
        updated: at,
        ended: None,
        list: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

/// A todo: its words, claims, and properties.
fn todo(project: &str, content: &str, claims: &[(&str, Status)], fields: &[(&str, &str)]) -> (Project, Todo) {
    let project = Project::new(project).expect("valid");
    let at = Time::from_millis(NOW - 100 * MINUTE);
    let claims: Claims = claims.iter().map(|(session, status)| (name(session), Claim::new(*status, at))).collect();
    let field = |(name, value): &(&str, &str)| ((*name).to_owned(), Field { value: json!(value), at });
    let fields: Fields = fields.iter().map(field).collect();
    let id = TodoId::of(&project, content);
    (project, Todo { id, content: content.into(), nth: 1, created: at, claims, fields })
}

fn store(todos: Vec<(Project, Todo)>, sessions: Vec<SessionInfo>) -> Everything {
    let mut everything = Everything::default();
    everything.sessions = sessions;
    for (project, todo) in todos {
        everything.projects.entry(project).or_default().insert(todo.id, todo);
    }
    everything
}

fn handing(most: usize) -> Handing<'static> {
    let moment = Moment::at(Time::from_millis(NOW));
    Handing { moment, most, project: None, to: None, asks: None }
}

/// Returns who gets what, as words.
fn given(everything: &Everything, handing: &Handing<'_>) -> Vec<(String, String)> {
    let found = assign(everything, &TOPICS, handing).given;
    found.into_iter().map(|((_, todo), session)| (todo.content.clone(), session.to_string())).collect()
}

/// Notes it beside the todos, as whoever hands out does.
fn note(everything: &mut Everything, given: &[(TodoId, Session)], at: Time) {
    for todos in everything.projects.values_mut() {
        for (id, session) in given {
            if let Some(todo) = todos.get_mut(id) {
                let fields = [(ASSIGNEE, json!(session.as_str())), (ASSIGNED, json!(at.to_string()))];
                for (name, value) in fields {
                    todo.fields.insert(name.to_owned(), Field { value, at });
                }
            }
        }
    }
}

fn pending(content: &str) -> (Project, Todo) {
    todo("p", content, &[("old", Status::Pending)], &[])
}

#[test]
fn the_least_loaded_session_comes_first() {
    let todos = vec![
        pending("a"),
        pending("b"),
        pending("c"),
        todo("p", "at it", &[("s1", Status::InProgress)], &[]),
        todo("other", "elsewhere", &[("old", Status::Pending)], &[]),
    ];
    let all = store(todos, vec![info("s1", Some("p"), 1), info("s2", Some("p"), 29)]);
    let found = assign(&all, &TOPICS, &handing(2));
    let of = |session: &str| found.given.iter().filter(|(_, to)| to.as_str() == session).count();
    assert_eq!((of("s1"), of("s2")), (1, 2));
    let left: Vec<&str> = found.unassigned.iter().map(|(_, todo)| todo.content.as_str()).collect();
    assert_eq!(left, ["elsewhere"], "nobody is there for the other project");
    assert_eq!(found.sessions[&name("s1")].len(), 2);
}

/// At the same load, who has others of the topic knows it already.
#[test]
fn of_two_with_the_same_load_one_has_the_topic() {
    let todos = vec![
        todo("p", "Tune the SQL", &[("s2", Status::InProgress)], &[]),
        todo("p", "Paint the layout", &[("s1", Status::InProgress)], &[]),
        pending("Index the database"),
    ];
    let all = store(todos, vec![info("s1", Some("p"), 1), info("s2", Some("p"), 1)]);
    assert_eq!(given(&all, &handing(5)), [("Index the database".into(), "s2".into())]);
}

/// What a session that is there lists itself, it would begin whatever anybody decided.
#[test]
fn what_a_session_lists_is_its_own_first() {
    let todos = vec![
        todo("p", "a", &[("s2", Status::Pending)], &[]),
        todo("p", "b", &[("s2-agent-x", Status::Pending)], &[]),
        todo("p", "c", &[("s2", Status::Pending)], &[]),
    ];
    let all = store(todos, vec![info("s1", Some("p"), 1), info("s2", Some("p"), 1)]);
    let found = assign(&all, &TOPICS, &handing(2));
    assert_eq!((found.sessions[&name("s1")].len(), found.sessions[&name("s2")].len()), (1, 2), "up to its cap");
}

#[test]
fn only_who_is_there_gets_anything() {
    let mut ended = info("s1", Some("p"), 1);
    ended.ended = Some(ended.updated);
    let mut person = info("laptop-1234abcd", Some("p"), 1);
    person.source = "command".into();
    let mut commands = info("s4-agent-cli", None, 1);
    commands.source = "command".into();
    let sessions =
        vec![ended, person, info("s2", Some("p"), 30), info("s3", Some("q"), 1), commands, info("s4", Some("p"), 99)];
    let all = store(vec![pending("a")], sessions.clone());
    assert_eq!(given(&all, &handing(5)), [("a".into(), "s4".into())], "the list of its commands is the session's");
    let all = store(vec![pending("a")], sessions[..4].to_vec());
    assert_eq!(given(&all, &handing(5)), []);
    let person = name("laptop-1234abcd");
    let to = Handing { to: Some(&person), ..handing(5) };
    assert_eq!(given(&all, &to).len(), 1, "who is named gets it, there or not");
    let asks = (name("new"), Project::new("p").expect("valid"));
    let asked = Handing { asks: Some((&asks.0, Some(&asks.1))), ..handing(5) };
    assert_eq!(given(&all, &asked), [("a".into(), "new".into())], "who asks is there");
}

/// An assignment lapses with its session, one that is being started has its time, and a person's name stays.
#[test]
fn what_is_assigned_stays_while_its_session_is_there() {
    let ago = |minutes: i64| Time::from_millis(NOW - minutes * MINUTE).to_string();
    let meant = |assignee: &str, assigned: &str| {
        let fields = [(ASSIGNEE, assignee), (ASSIGNED, assigned)];
        let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let todo = todo("p", "a", &[("old", Status::Pending)], &fields);
        let mut gone = info("gone", Some("p"), 1);
        gone.ended = Some(gone.updated);
        let sessions = vec![info("s1", Some("p"), 1), info("s2", Some("p"), 5), info("idle", Some("p"), 60), gone];
        given(&store(vec![todo], sessions), &handing(5)).len()
    };
    assert_eq!(meant("s2", &ago(500)), 0, "it is there");
    assert_eq!(meant("s2-agent-x", ""), 0, "so is a list of it");
    assert_eq!((meant("idle", &ago(29)), meant("idle", &ago(31))), (0, 1), "not any more");
    assert_eq!((meant("idle", &ago(-29)), meant("idle", &ago(-31))), (0, 1), "a clock that is far ahead holds nothing");
    assert_eq!(meant("gone", &ago(1)), 1);
    assert_eq!((meant("new", &ago(1)), meant("new", &ago(31))), (0, 1), "one that is being started");
    assert_eq!(meant("Ada Lovelace", ""), 0, "a person");
    assert_eq!(meant("", ""), 1);
}

/// A random store of two projects: who spoke of what, in which state, who it was assigned to and when.
fn any_store() -> impl Strategy<Value = Everything> {
    let names = ["s1", "s2", "s3", "s4", "s5", "s1-agent-x", "ada"];
    let session = (0..5usize, prop::option::of(0..2usize), 0..60i64, any::<bool>(), any::<bool>());
    let claim = (0..6usize, 0..3usize, any::<bool>());
    let entry = (
        0..14u8,
        0..2usize,
        prop::collection::vec(claim, 1..3),
        prop::option::of((0..7usize, prop::option::of(-40..60i64))),
        prop::option::of(0..14u8),
    );
    let words = |at: u8| format!("{} {at}", ["fix", "sql", "docs", "thing"][usize::from(at) % 4]);
    (prop::collection::vec(session, 0..6), prop::collection::vec(entry, 0..14)).prop_map(move |(sessions, todos)| {
        let project = |at: usize| ["acme/p", "q"][at];
        let sessions = sessions.into_iter().map(|(at, of, ago, ended, person)| {
            let mut info = info(names[at], of.map(project), ago);
            info.ended = ended.then_some(info.updated);
            info.source = if person { "command".into() } else { info.source };
            info
        });
        let todos = todos.into_iter().map(|(at, of, claims, assigned, blocker)| {
            let status = |at: usize| Status::ALL[at];
            let said: Vec<_> = claims.iter().map(|(at, state, _)| (names[*at], status(*state))).collect();
            let (project, mut todo) = todo(project(of), &words(at), &said, &[]);
            for (at, _, dropped) in &claims {
                if let Some(claim) = todo.claims.get_mut(&name(names[*at])) {
                    claim.dropped = *dropped;
                }
            }
            let mut set = |key: &str, value: Value| {
                todo.fields.insert(key.to_owned(), Field { value, at: Time::from_millis(1) });
            };
            if let Some((to, since)) = assigned {
                set(ASSIGNEE, json!(names[to]));
                if let Some(ago) = since {
                    set(ASSIGNED, json!(Time::from_millis(NOW - ago * MINUTE).to_string()));
                }
            }
            if let Some(blocker) = blocker.filter(|blocker| *blocker < 5) {
                set("blockedBy", json!([TodoId::of(&project, &words(blocker)).to_string()]));
            }
            (project, todo)
        });
        store(todos.collect(), sessions.collect())
    })
}

/// Two files of one session say two projects at the same moment: which one counts does not depend on the order of reading.
#[test]
fn of_two_projects_of_one_moment_always_the_same_counts() {
    let given = |order: [&str; 2]| {
        let sessions = order.map(|project| info("s5", Some(project), 24)).to_vec();
        let all = store(vec![todo("acme/p", "fix 0", &[("s1", Status::Pending)], &[])], sessions);
        assign(&all, &TOPICS, &handing(1)).given.len()
    };
    assert_eq!(given(["acme/p", "q"]), given(["q", "acme/p"]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    /// Whatever there is: what is handed out could be begun and was nobody's, to sessions of its project that are there,
    /// within their caps; handing out again changes nothing; and the order of what is given changes nothing.
    #[test]
    fn handing_out_is_stable(
        mut all in any_store(),
        most in 1..4usize,
        turn in 0..6usize,
        asks in prop::option::of((0..6usize, prop::option::of(0..2usize))),
    ) {
        let asks = asks.map(|(at, of)| {
            let of = of.map(|of| Project::new(["acme/p", "q"][of]).expect("valid"));
            (name(["s1", "s2", "s3-agent-cli", "s4", "new", "s5"][at]), of)
        });
        let asks = asks.as_ref().map(|(session, of)| (session, of.as_ref()));
        let handing = Handing { asks, ..handing(most) };
        let found = assign(&all, &TOPICS, &handing);
        let holders = super::holders(&all, &handing);
        let names = all.names();
        let mut ids = BTreeSet::new();
        for ((project, todo), session) in &found.given {
            prop_assert_eq!(todo.state(), State::Wanted(Status::Pending));
            prop_assert_eq!(holders.holder(todo), None);
            prop_assert!(ids.insert(todo.id));
            let standing = &holders.standings[session.as_str()];
            prop_assert!(standing.is_there(handing.moment) && standing.is_agent);
            prop_assert_eq!(standing.project.as_deref(), Some(names.shown(project)));
            prop_assert!(found.sessions[session].len() <= most);
        }
        let begun = ready(&all, None, handing.moment.now).into_iter().filter(|(_, todo)| holders.holder(todo).is_none());
        prop_assert_eq!(begun.count(), found.given.len() + found.unassigned.len());
        // What is left over is so because everybody who could have it has enough.
        for (project, _) in &found.unassigned {
            let of = |session: &Session| holders.standings[session.as_str()].project.as_deref() == Some(names.shown(project));
            prop_assert!(found.sessions.iter().filter(|(session, _)| of(session)).all(|(_, has)| has.len() >= most));
        }
        let given: Vec<(TodoId, Session)> = found.given.iter().map(|((_, todo), to)| (todo.id, to.clone())).collect();
        let mut turned = all.clone();
        if !turned.sessions.is_empty() {
            let by = turn % turned.sessions.len();
            turned.sessions.rotate_left(by);
            turned.sessions[by..].reverse();
        }
        let again = assign(&turned, &TOPICS, &handing).given;
        prop_assert_eq!(&given, &again.iter().map(|((_, todo), to)| (todo.id, to.clone())).collect::<Vec<_>>());
        note(&mut all, &given, handing.moment.now);
        let again = assign(&all, &TOPICS, &handing);
        prop_assert_eq!(again.given.len(), 0);
        // Nor does it a little later, as long as those who got something are there.
        let later = Moment { now: Time::from_millis(NOW + 1), within: handing.moment.within + 1 };
        prop_assert_eq!(assign(&all, &TOPICS, &Handing { moment: later, ..handing }).given.len(), 0);
    }
}
