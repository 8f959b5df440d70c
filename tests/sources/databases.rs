//! Agents that keep their lists in a SQLite database: what it says is read, and its agent never waits for us.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::World;

/// Returns `session: source, project` of all sessions.
fn speakers(world: &World) -> Vec<String> {
    let sessions = world.json(&["sessions", "--all"]);
    let text = |info: &Value, key: &str| info[key].as_str().unwrap_or_default().to_owned();
    let all = sessions.as_array().expect("a list").iter();
    let mut all: Vec<String> = all
        .map(|info| format!("{}: {}, {}", text(info, "session"), text(info, "source"), text(info, "project")))
        .collect();
    all.sort();
    all
}

#[test]
fn what_their_databases_say() {
    for (agent, session, source, project, list) in [
        (
            "opencode",
            "ses_4f2a91c07ffeKq1",
            "opencode-todos",
            "shop",
            &[
                "Buy a bell: dropped",
                "Count the coins: pending",
                "Paint the sign: completed",
                "Wash the window: in_progress",
            ][..],
        ),
        (
            "kilo",
            "ses_7d1b22e05ffeZk1",
            "kilo-todos",
            "shop",
            &[
                "Feed the cat: pending",
                "Oil the hinge: completed",
                "Sell the bell: dropped",
                "Sweep the floor: in_progress",
            ],
        ),
        (
            "copilot",
            "0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11",
            "copilot-todos",
            "shed",
            &["Build the shed: pending", "Draw the plan: completed", "Find wood: pending"],
        ),
        (
            "crush",
            "5d2f4c61-90ab-4f00-8b6e-1c7f0a9d3e22",
            "crush-todos",
            "bakery",
            &["Heat the oven: in_progress", "Knead the dough: completed"],
        ),
        (
            "goose",
            "goose-20261120_1-",
            "goose-todos",
            "garden",
            &["Dig a hole: completed", "Find the can: pending", "Water the tree: pending"],
        ),
    ] {
        let world = World::new();
        let connection = world.database(agent);
        let before = std::fs::read(world.database_path(agent)).expect("a file");
        world.ok(&["sync", "-q"]);
        assert_eq!(world.states(), list, "{agent}");
        let found = speakers(&world);
        let is_it = |one: &String| one.starts_with(session) && one.ends_with(&format!(": {source}, {project}"));
        assert!(found.iter().any(is_it), "{agent}: {found:?}");
        // Nothing new is no news, and of an agent's file no byte is ours.
        let commits = world.commits();
        world.ok(&["sync", "-q"]);
        assert_eq!((world.commits(), std::fs::read(world.database_path(agent)).expect("a file")), (commits, before));
        // Its session goes, and says nothing by that.
        let table = match agent {
            "opencode" | "kilo" => "DELETE FROM todo; DELETE FROM session",
            "copilot" => "DELETE FROM todo_deps; DELETE FROM todos",
            _ => "DELETE FROM sessions",
        };
        connection.execute_batch(table).expect("SQL");
        world.ok(&["sync", "-q"]);
        assert_eq!(
            (world.states(), world.commits()),
            (list.iter().map(|&text| text.to_owned()).collect(), commits),
            "{agent}"
        );
    }
}

#[test]
fn a_list_is_followed_and_the_others_of_its_database_are_left_alone() {
    let world = World::new();
    let connection = world.database("opencode");
    world.ok(&["sync", "-q"]);
    let commits = world.commits();
    // The whole list anew, as the agent writes it: one is done, one is left out, one is new. The clock of a list that is
    // written twice in a moment does not go on.
    let replace = "BEGIN; DELETE FROM todo WHERE session_id = 'ses_4f2a91c07ffeKq1';
        INSERT INTO todo VALUES('ses_4f2a91c07ffeKq1', 'Wash the window', 'completed', 'high', 0, 1795169100000, 1795169100000);
        INSERT INTO todo VALUES('ses_4f2a91c07ffeKq1', 'Open the door', 'pending', 'high', 1, 1795169100000, 1795169100000); COMMIT";
    connection.execute_batch(replace).expect("SQL");
    world.ok(&["sync", "-q"]);
    let list = [
        "Buy a bell: dropped",
        "Count the coins: pending",
        "Open the door: pending",
        "Paint the sign: completed",
        "Wash the window: completed",
    ];
    assert_eq!(world.states(), list);
    assert_eq!(world.commits(), commits + 1, "only one of its sessions said something");
    assert!(world.json(&["sessions"]).to_string().contains("Open the shop"), "it has its title");
    assert!(!world.json(&["sessions"]).to_string().contains("New session - "));
    // Named, its home is known for what it is.
    let world = World::new();
    let _open = world.database("kilo");
    let home = world.path("home/.local/share/kilo");
    world.ok(&["sync", "-q", "--from", home.to_str().expect("UTF-8"), "--source", "kilo-todos"]);
    assert_eq!(world.states().len(), 4);
}

#[test]
fn a_number_of_copilots_stays_with_its_todo_and_its_links() {
    let world = World::new();
    let connection = world.database("copilot");
    world.ok(&["sync", "-q"]);
    assert_eq!(world.json(&["show", "Build the shed"])["waitsFor"].as_array().map(Vec::len), Some(1));
    connection.execute_batch("UPDATE todos SET title = 'Build the shed of oak', status = 'in_progress' WHERE id = 'build-shed'; DELETE FROM todos WHERE id = 'draw-plan'").expect("SQL");
    world.ok(&["sync", "-q"]);
    let renamed = world.todo("Build the shed of oak");
    assert_eq!(renamed["status"], "in_progress");
    assert_eq!(world.todo("Build the shed")["status"], "dropped", "{:?}", world.states());
    assert_eq!(world.todo("Draw the plan")["status"], "completed");
}

#[test]
fn what_is_not_as_expected_is_named_and_stops_nothing() {
    let world = World::new();
    let _goose = world.database("goose");
    let opencode = world.database("opencode");
    opencode.execute_batch("ALTER TABLE todo RENAME COLUMN content TO words").expect("SQL");
    world.write("home/.local/share/kilo/kilo.db", "this is no database at all. ".repeat(9).as_bytes());
    let _crush = world.database("crush");
    #[cfg(unix)]
    std::os::unix::fs::symlink(world.database_path("goose"), world.path("home/.local/share/opencode/opencode-beta.db"))
        .expect("a link");
    let done = world.run(&["sync", "-v"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    for said in [
        "opencode.db has no column content in its table todo",
        "kilo.db is no SQLite database",
        "1 of its lists are no JSON",
    ] {
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
    }
    #[cfg(unix)]
    assert!(done.stderr.contains("opencode-beta.db is a symbolic link"), "{}", done.stderr);
    assert_eq!(world.states().len(), 5, "{:?}", world.states());
    // A table of another kind under the name: nothing in it is run.
    drop(opencode);
    std::fs::remove_file(world.database_path("opencode")).expect("removed");
    Connection::open(world.database_path("opencode"))
        .and_then(|made| {
            made.execute_batch(
                "CREATE VIEW todo AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
            )
        })
        .expect("a view");
    let done = world.run(&["sync", "-v"]);
    assert!(done.stderr.contains("opencode.db has no table todo"), "{}", done.stderr);
}

/// A list of another version than the one that is known is named, and what it left behind is not taken for it.
#[test]
fn lists_of_goose_that_are_not_known_are_named() {
    let world = World::new();
    let goose = world.database("goose");
    let insert = "INSERT INTO sessions(id, working_dir, created_at, updated_at, extension_data) VALUES(?1, '/home/dev/garden', '2026-11-20 08:00:00', '2026-11-20 10:05:00', ?2)";
    for (id, data) in [
        ("20261120_7", r#"{"todo.v1":{"items":[{"text":"Of the next version"}]}}"#),
        ("20261120_8", r#"{"todo.v0":{"content":"- [ ] Left behind"},"todo.v12":{"content":"- [ ] New"}}"#),
        ("20261120_9", r#"{"todo.v0":{"items":[]}}"#),
        ("20261120_10", r#"{"todo.v0": broken"#),
        ("20261120_11", r#"{"todo.version":7,"notes.v0":{"content":"todo.v0"}}"#),
    ] {
        goose.execute(insert, [id, data]).expect("SQL");
    }
    let done = world.run(&["sync", "-v"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    for said in [
        "has 1 lists that cannot be read: their version is todo.v1, and todo.v0 is known",
        "has 1 lists that cannot be read: their version is todo.v12, and todo.v0 is known",
        "has 1 lists that cannot be read: there is no text under todo.v0",
        "has 1 lists that cannot be read: the data around them is no JSON",
    ] {
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
    }
    assert_eq!(done.stderr.matches("cannot be read").count(), 4, "{}", done.stderr);
    assert_eq!(world.states(), ["Dig a hole: completed", "Find the can: pending", "Water the tree: pending"]);
}

/// One that a variable names as well stands there once, wherever it comes in the directory.
#[test]
fn a_database_that_is_named_is_read_once() {
    let world = World::new();
    let _opencode = world.database("opencode");
    for channel in ["a", "b", "z"] {
        let beside = world.database_path("opencode").with_file_name(format!("opencode-{channel}.db"));
        std::fs::copy(world.database_path("opencode"), beside).expect("a copy");
    }
    let looked_at = |variables: &[(&str, &str)]| {
        let done = world.run_with(variables, &["capture", "--json"]);
        let captured: serde_json::Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
        captured["looked_at"].as_u64().unwrap_or_else(|| panic!("{captured}"))
    };
    assert_eq!(looked_at(&[]), 4);
    for name in ["opencode.db", "opencode-b.db"] {
        let named = world.database_path("opencode").with_file_name(name);
        assert_eq!(looked_at(&[("OPENCODE_DB", named.to_str().expect("UTF-8"))]), 4, "{name}");
    }
}

/// A hook of an agent whose list only its database has puts down that it is to be looked at, and is gone.
#[test]
fn a_hook_that_has_no_list_has_the_database_read() {
    let world = World::new();
    let _open = world.database("copilot");
    let event = json!({"hook_event_name": "PostToolUse", "session_id": "0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11", "cwd": "/home/dev/shed", "tool_name": "sql", "tool_input": {"query": "UPDATE todos SET status = 'done'"}, "tool_result": {"result_type": "success"}});
    let other = json!({"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "bash"});
    assert_eq!(world.input(&["hook", "copilot"], other.to_string().as_bytes()).stdout, "");
    let elsewhere = event.to_string().replace("UPDATE todos SET status = 'done'", "SELECT 1");
    assert_eq!(world.input(&["hook", "copilot"], elsewhere.as_bytes()).stdout, "");
    std::thread::sleep(Duration::from_millis(300));
    assert!(!world.store().exists(), "another tool says nothing, nor does what is of another table");
    assert_eq!(world.input(&["hook", "copilot"], event.to_string().as_bytes()).stdout, "");
    let begun = Instant::now();
    while world.run(&["list", "--json", "--all"]).stdout.matches("Find wood").count() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", world.run(&["daemon", "log"]));
        std::thread::sleep(Duration::from_millis(50));
    }
    // What it starts with is what its model reads.
    let start = json!({"hook_event_name": "SessionStart", "session_id": "new", "cwd": "/home/dev/shed"});
    let told: Value =
        serde_json::from_str(&world.input(&["hook", "copilot"], start.to_string().as_bytes()).stdout).expect("JSON");
    assert!(told["additionalContext"].as_str().is_some_and(|told| told.contains("Build the shed")), "{told}");
    assert_eq!(told.as_object().map(serde_json::Map::len), Some(1));
}

/// Looking makes no store: what is found does.
#[test]
fn a_session_without_a_plan_makes_no_store() {
    let event = |session: &str, query: &str| {
        let event = json!({"hook_event_name": "PostToolUse", "session_id": session, "cwd": "/home/dev/shed", "tool_name": "sql", "tool_input": {"query": query}, "tool_result": {"result_type": "success"}});
        event.to_string()
    };
    let world = World::new();
    let open = world.database("copilot");
    open.execute_batch("DELETE FROM todo_deps; DELETE FROM todos").expect("SQL");
    for query in ["SELECT * FROM todos", "CREATE TABLE notes(words)", "INSERT INTO todos SELECT * FROM todos"] {
        let told = world.input(&["hook", "copilot"], event("0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11", query).as_bytes());
        assert_eq!((told.code, told.stdout.as_str()), (Some(0), ""));
        assert!(!world.store().exists(), "{query}");
    }
    // What the hook started has come to its end before what is started here, or comes to the same.
    world.ok(&["hook", "copilot", "--look"]);
    assert!(!world.store().exists());
    open.execute_batch("INSERT INTO todos(id, title) VALUES('one', 'Now there is one')").expect("SQL");
    world.ok(&["hook", "copilot", "--look"]);
    assert_eq!(world.states(), ["Now there is one: pending"]);
}
