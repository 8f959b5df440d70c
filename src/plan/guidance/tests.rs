//! What sessions are told to do next, and what counts as waiting.

use serde_json::json;

use super::*;
use crate::plan::{Moment, Topics, topic_counts};
use crate::todo::{Claim, Claims, Field, Fields, Project, SessionInfo, Todo, TodoId};

const NOW: i64 = 100_000_000;

fn name(session: &str) -> Session {
    Session::new(session).expect("valid")
}

/// Words, who said them, in which state, and properties.
type Said<'a> = (&'a str, &'a str, Status, &'a [(&'a str, &'a str)]);

fn store(todos: &[Said<'_>]) -> Everything {
    let project = Project::new("acme/p").expect("valid");
    let mut everything = Everything::default();
    for (at, (content, session, status, fields)) in todos.iter().enumerate() {
        let at = Time::from_millis(1000 + i64::try_from(at).expect("few"));
        let claims: Claims = [(name(session), Claim::new(*status, at))].into_iter().collect();
        let field = |(name, value): &(&str, &str)| ((*name).to_owned(), Field { value: json!(value), at });
        let fields: Fields = fields.iter().map(field).collect();
        let id = TodoId::of(&project, content);
        let todo = Todo { id, content: (*content).into(), nth: 1, created: at, claims, fields };
        everything.projects.entry(project.clone()).or_default().insert(id, todo);
    }
    for session in ["s1", "s2"] {
        let at = Time::from_millis(NOW - 1);
        everything.sessions.push(SessionInfo {
            session: name(session),
            agent: None,
            source: "agent-todos".into(),
            device: "d".into(),
            project: Some(project.clone()),
            branch: None,
            person: None,
            title: None,
            started: at,
            updated: at,
            ended: None,
            list: Vec::new(),
            extra: serde_json::Map::new(),
        });
    }
    everything
}

fn holders(everything: &Everything) -> Holders {
    Holders::of(everything, Moment::at(Time::from_millis(NOW)))
}

fn words(entries: &[Entry<'_>]) -> Vec<String> {
    entries.iter().map(|(_, todo)| todo.content.clone()).collect()
}

const MINE: &[(&str, &str)] = &[("assignee", "s1")];

#[test]
fn a_session_goes_on_then_begins_then_waits() {
    let mut todos = vec![
        ("older", "s1", Status::InProgress, &[][..]),
        ("newer", "s1-agent-cli", Status::InProgress, &[]),
        ("soon", "x", Status::Pending, &[("assignee", "s1"), ("priority", "high")]),
        ("later", "x", Status::Pending, MINE),
        ("after that", "x", Status::Pending, &[("assignee", "s1"), ("blockedBy", "soon")]),
        ("free", "x", Status::Pending, &[]),
        ("theirs", "x", Status::Pending, &[("assignee", "s2")]),
        ("done first", "x", Status::Completed, &[]),
        ("done last", "x", Status::Completed, MINE),
    ];
    let blocker = TodoId::of(&Project::new("acme/p").expect("valid"), "soon").to_string();
    let blocked = [("assignee", "s1"), ("blockedBy", blocker.as_str())];
    todos[4].3 = &blocked;
    let all = store(&todos);
    let told = guidance(&all, &holders(&all), &name("s1-agent-cli"), Some("p"));
    assert_eq!(words(&told.assigned), ["newer", "older", "soon", "later", "after that"]);
    assert!(matches!(told.next, Next::Continue((_, todo)) if todo.content == "newer"));
    assert_eq!(
        (words(&told.free), words(&told.completed)),
        (vec!["free".into()], vec!["done last".into(), "done first".into()])
    );

    let all = store(&todos[2..]);
    let told = guidance(&all, &holders(&all), &name("s1"), None);
    assert!(matches!(told.next, Next::Start((_, todo)) if todo.content == "soon"));
    assert_eq!((told.free.len(), told.completed.len()), (0, 0), "of an unknown project nothing is told");

    let all = store(&todos[5..]);
    let told = guidance(&all, &holders(&all), &name("s1"), Some("p"));
    assert_eq!((told.next.as_str(), told.assigned.len(), told.free.len()), ("wait", 0, 1));
    let mut order = ready(&all, None, Time::LAST);
    in_turn(&holders(&all), Some(&name("s2")), &mut order);
    assert_eq!(words(&order), ["theirs", "free"]);
    in_turn(&holders(&all), None, &mut order);
    assert_eq!(words(&order), ["free", "theirs"]);
}

/// Each open todo of a topic waits, or there is a reason why not; it waits in one topic.
#[test]
fn what_does_not_wait_has_a_reason() {
    let all = store(&[
        ("fix sql one", "x", Status::Pending, &[]),
        ("fix sql two", "x", Status::Pending, &[("assignee", "s1")]),
        ("fix sql three", "s2", Status::InProgress, &[]),
        ("fix layout", "x", Status::Pending, &[("assignee", "Ada")]),
        ("fix it", "x", Status::Pending, &[]),
        ("fix that", "s2", Status::Pending, &[]),
        ("sql done", "x", Status::Completed, &[]),
    ]);
    let topics = Topics::default();
    let counts = topic_counts(&all, &topics, &holders(&all), |_| true);
    let of = |name: &str| counts.iter().find(|count| count.topic.name == name).expect("counted");
    let names: Vec<&str> =
        counts.iter().filter(|count| count.open > 0).map(|count| count.topic.name.as_str()).collect();
    assert_eq!(names, ["database", "frontend", "debugging"]);
    let database = of("database");
    assert_eq!((database.open, database.pending, database.ready, database.most_waiting()), (3, 2, 2, 1));
    assert_eq!((database.passed_over.in_progress, database.passed_over.assigned), (1, 1));
    assert!(database.is_due(1) && !database.is_due(2));
    let debugging = of("debugging");
    assert_eq!((debugging.open, debugging.passed_over.elsewhere, debugging.most_waiting()), (6, 1, 1));
    assert_eq!(debugging.passed_over.listed, 1, "its session is there");
    assert_eq!(debugging.sessions.iter().copied().collect::<Vec<_>>(), ["s2", "x"]);
    for count in &counts {
        let passed = count.passed_over;
        let waiting: usize = count.waiting.values().map(Vec::len).sum();
        assert_eq!(
            count.open,
            passed.in_progress + passed.blocked + passed.assigned + passed.listed + passed.elsewhere + waiting
        );
    }
    assert!(topic_counts(&all, &topics, &holders(&all), |_| false).iter().all(|count| count.open == 0));
}
