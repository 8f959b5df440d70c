//! Handing todos out: to whom, who is told, and what it does not do.

use serde_json::{Value, json};

use crate::common::{Done, NOW, World};
use crate::mcp::Client;

const FIRST: &str = "029e1c6e-0000-4000-8000-000000000001";
const SECOND: &str = "f00dfeed-0000-4000-8000-000000000002";
/// 29 and 31 minutes after [`NOW`].
const SOON: &str = "2026-11-20T12:29:00.000Z";
const LATER: &str = "2026-11-20T12:31:00.000Z";

fn said(world: &World, session: &str, now: &str, arguments: &[&str]) -> Done {
    world.run_with(&[("CLAUDE_CODE_SESSION_ID", session), ("CHITTYSYNC_NOW", now)], arguments)
}

fn at(world: &World, now: &str, arguments: &[&str]) -> Value {
    let done = world.run_with(&[("CHITTYSYNC_NOW", now)], &[arguments, &["--json"]].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    serde_json::from_str(&done.stdout).expect("JSON")
}

/// Returns a world with two sessions that are there, and todos that nobody has.
fn scene(todos: &[&str]) -> World {
    let world = World::new();
    for session in [FIRST, SECOND] {
        let list = json!([{ "content": format!("Work of {}", &session[..4]), "status": "in_progress" }]);
        let list = list.to_string();
        let done = world.input(&["import", "--session", session, "--project", "api"], list.as_bytes());
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    for todo in todos {
        world.ok(&["add", todo, "--project", "api"]);
    }
    world
}

fn assignee(world: &World, content: &str) -> Value {
    world.todo(content)["assignee"].clone()
}

#[test]
fn todos_go_to_the_sessions_that_are_there() {
    let world = scene(&["a", "b", "c"]);
    let before = world.commits();
    let planned = at(&world, NOW, &["assign", "--dry-run"]);
    assert_eq!((planned["assigned"].as_array().map(Vec::len), &planned["dryRun"]), (Some(3), &json!(true)));
    assert_eq!((world.commits(), assignee(&world, "a")), (before, Value::Null), "nothing was said");
    let told = world.ok(&["assign"]);
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(told.contains("029e1c6e  ") && told.contains("f00dfeed  "), "{told}");
    let again = at(&world, NOW, &["assign"]);
    assert_eq!(again["assigned"], json!([]), "a second run changes nothing");
    let ids = |found: &Value| -> Vec<(String, Vec<Value>)> {
        let of = |has: &Value| has.as_array().expect("todos").iter().map(|todo| todo["id"].clone()).collect();
        found["assignments"]
            .as_object()
            .expect("sessions")
            .iter()
            .map(|(session, has)| (session.clone(), of(has)))
            .collect()
    };
    for ((session, mut has), (other, mut planned)) in ids(&again).into_iter().zip(ids(&planned)) {
        has.sort_by_key(Value::to_string);
        planned.sort_by_key(Value::to_string);
        assert_eq!((session, has), (other, planned), "what was planned is what is");
    }
    let counts: Vec<usize> = again["assignments"]
        .as_object()
        .expect("sessions")
        .values()
        .map(|has| has.as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 5, "with what both are at");
    assert!(counts.iter().all(|count| (2..=3).contains(count)), "{counts:?}");
    assert!(world.states().iter().filter(|state| state.ends_with(": pending")).count() == 3, "it is no claim");
    // Who says nothing for half an hour has nothing any more.
    let later = at(&world, LATER, &["assign", "--dry-run"]);
    assert_eq!((&later["assigned"], later["unassigned"].as_array().map(Vec::len)), (&json!([]), Some(3)));
    let why = world.run_with(&[("CHITTYSYNC_NOW", LATER)], &["assign"]);
    assert!(why.stderr.contains("no session of its project spoke in the last half hour"), "{why:?}");
}

/// Nobody works in a file.
#[test]
fn what_a_file_says_is_no_session_to_hand_todos_to() {
    let world = World::new();
    let list = world.write("plan.md", b"- [ ] Dig a hole\n- [ ] Plant a tree\n");
    world.ok(&["import", "--project", "api", &list.to_string_lossy()]);
    world.write("shop/TODO.md", b"- [ ] Water it\n");
    let shop = world.path("shop");
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.ok(&["sync", "-q", "--from", &shop.to_string_lossy()]);
    world.ok(&["add", "Buy a spade", "--project", "api"]);
    assert_eq!(world.states().len(), 4);
    assert_eq!(at(&world, NOW, &["assign"])["assigned"], json!([]));
    assert_eq!(at(&world, NOW, &["status"])["status"], "idle");
}

#[test]
fn no_more_than_the_setting_allows() {
    let world = scene(&["a", "b", "c", "d"]);
    world.git(&world.store(), &["config", "chittysync.assignMax", "2"]);
    let found = at(&world, NOW, &["assign"]);
    assert_eq!(found["assigned"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["unassigned"].as_array().map(Vec::len), Some(2));
    let to = at(&world, NOW, &["assign", "--to", "f00d"]);
    assert_eq!(to["assigned"], json!([]));
}

#[test]
fn ready_shows_whose_they_are_and_a_claim_leaves_them() {
    let world = scene(&["a", "b"]);
    assert_eq!(at(&world, NOW, &["assign", "--to", FIRST])["assigned"].as_array().map(Vec::len), Some(2));
    world.ok(&["add", "c", "--project", "api"]);
    let listed = said(&world, SECOND, NOW, &["ready"]).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].ends_with("  c") && lines[1].ends_with("[assigned to 029e1c6e] a"), "{listed}");
    let own = said(&world, FIRST, NOW, &["ready", "--json"]);
    let own: Value = serde_json::from_str(&own.stdout).expect("JSON");
    assert_eq!(
        (&own[0]["yours"], &own[0]["assignedTo"], &own[2]["yours"]),
        (&json!(true), &json!(FIRST), &Value::Null)
    );
    assert!(said(&world, FIRST, NOW, &["ready"]).stdout.contains("[assigned to you] a"));

    assert!(said(&world, SECOND, NOW, &["ready", "--claim"]).stdout.contains("started: c"));
    let refused = said(&world, SECOND, NOW, &["ready", "--claim"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("assigned to others: 029e1c6e") && refused.stderr.contains("--any"), "{refused:?}");
    assert!(said(&world, FIRST, NOW, &["ready", "--claim"]).stdout.contains("started: a"), "its own comes first");
    assert!(said(&world, SECOND, NOW, &["ready", "--claim", "--any"]).stdout.contains("started: b"));
}

#[test]
fn a_named_session_is_one_that_there_is() {
    let world = scene(&["a"]);
    let refused = |to: &str| {
        let done = world.run(&["assign", "--to", to]);
        assert_eq!(done.code, Some(1), "{done:?}");
        done.stderr
    };
    assert!(refused("nobody").contains("there is no session whose name begins with 'nobody'"));
    let list = json!([{ "content": "x", "status": "pending" }]).to_string();
    world.input(&["import", "--session", "f00d-other", "--project", "api"], list.as_bytes());
    assert!(refused("f00d").contains("2 sessions can be meant by 'f00d'"));
    for named in ["f00dfeed+cli", &format!("{SECOND}-agent-x")] {
        let to = at(&world, NOW, &["assign", "--dry-run", "--to", named]);
        assert_eq!(to["assigned"][0]["session"], SECOND, "{named}");
    }
    let end = json!({ "session_id": SECOND, "cwd": "/nowhere/api", "hook_event_name": "SessionEnd", "reason": "exit" });
    world.hook(&end);
    world.ok(&["consolidate", "-q"]);
    assert!(refused(SECOND).contains("session f00dfeed has ended"));
    assert!(world.ok(&["guidance", "--session", SECOND]).starts_with("continue"), "what it had is still told");
    assert_eq!(at(&world, NOW, &["assign", "--to", "f00d-"])["assigned"].as_array().map(Vec::len), Some(2));
}

/// The status line of the original reads whether somebody is at work.
#[test]
fn a_session_that_is_there_is_an_active_one() {
    let world = scene(&[]);
    let status = |now: &str| at(&world, now, &["status"]);
    assert_eq!((&status(SOON)["status"], &status(LATER)["status"]), (&json!("active_session"), &json!("idle")));
    assert_eq!(status(NOW)["last_updated"], "2026-11-20T12:00:00.000Z");
    assert_eq!(
        (&status(NOW)["metrics"]["session_files"], &status(NOW)["metrics"]["consolidated_todos"]),
        (&json!(2), &json!(2))
    );
    let alone = World::new();
    alone.ok(&["add", "By a person"]);
    assert_eq!(at(&alone, NOW, &["status"])["status"], "idle", "a person is no session of an agent");
}

/// An agent that asks is there, whether it said anything before or not; what it lists itself it keeps.
#[test]
fn who_asks_is_there() {
    let world = World::new();
    world.ok(&["add", "a"]);
    let project = world.path("api");
    std::fs::create_dir_all(&project).expect("a directory");
    world.git(&project, &["init", "-q"]);
    world.ok(&["add", "b", "--project", "api"]);
    let directory = project.to_str().expect("UTF-8");
    let done = said(&world, FIRST, NOW, &["-C", directory, "assign", "--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let found: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!((&found["assigned"][0]["content"], &found["assigned"][0]["session"]), (&json!("b"), &json!(FIRST)));
    let again = said(&world, FIRST, SOON, &["-C", directory, "assign", "--json"]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&again).expect("JSON")["assigned"], json!([]));
}

#[test]
fn a_session_is_told_what_to_do_next() {
    let world = scene(&["a"]);
    let told = |session: &str| {
        let done = said(&world, session, NOW, &["guidance", "--json"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        serde_json::from_str::<Value>(&done.stdout).expect("JSON")
    };
    at(&world, NOW, &["assign", "--to", FIRST]);
    let first = told(FIRST);
    assert_eq!(
        (&first["nextAction"]["action"], &first["nextAction"]["todo"]["content"]),
        (&json!("continue"), &json!("Work of 029e"))
    );
    assert_eq!((&first["assignedCount"], &first["inProgress"], &first["pending"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(first["suggestions"], json!(["Continue work on: \"Work of 029e\""]));
    said(&world, FIRST, NOW, &["done", "work 029e"]);
    let first = told(FIRST);
    assert_eq!(
        (&first["nextAction"]["action"], &first["nextAction"]["todo"]["content"]),
        (&json!("start"), &json!("a"))
    );
    assert_eq!(first["suggestions"][0], "Start next task: \"a\"");
    assert_eq!(first["completedVisible"][0]["content"], "Work of 029e");
    said(&world, FIRST, NOW, &["done", "a"]);
    world.ok(&["add", "b", "--project", "api"]);
    let first = told(FIRST);
    assert_eq!(first["nextAction"], json!({ "action": "wait", "message": "No todos assigned or all complete" }));
    assert_eq!(first["suggestions"].as_array().map(Vec::len), Some(2), "{first}");
    let text = world.ok(&["guidance", "--session", "f00d"]);
    assert!(text.starts_with("continue: ") && text.contains("in_progress: Work of f00d"), "{text}");
    let fresh = World::new();
    fresh.ok(&["init", "--default"]);
    let nobody = fresh.run(&["guidance"]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("--session names a session"), "{nobody:?}");
}

/// A model's client sees the same, and a name that somebody wrote there cannot lead a terminal or a model astray.
#[test]
fn tools_and_hostile_names() {
    let world = scene(&["a"]);
    let list = json!([{ "content": "theirs", "status": "pending", "assignee": "\u{1b}[2JAda\u{202e}\nx" }]).to_string();
    world.input(&["import", "--session", "s3-there", "--project", "api"], list.as_bytes());
    assert_eq!(at(&world, NOW, &["assign"])["assigned"].as_array().map(Vec::len), Some(1), "a person's stays");
    let listed = world.ok(&["ready", "--project", "api"]);
    let line = listed.lines().find(|line| line.ends_with("theirs")).unwrap_or_else(|| panic!("{listed}"));
    assert!(!line.contains(['\u{1b}', '\u{202e}']) && line.contains("[assigned to "), "{line:?}");
    let mut client = Client::start(&world, "w", Some(SECOND));
    let ready = client.json("ready", &json!({ "project": "api", "topic": "testing" }));
    assert_eq!(ready["todos"], json!([]));
    let ready = client.json("ready", &json!({ "project": "api" }));
    assert_eq!(ready["todos"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.end().1, Some(0));
}
