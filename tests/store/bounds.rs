//! What a hook reads while its agent waits is bounded, whatever the store holds. What is too much is read by somebody
//! for whom nobody waits.

use serde_json::json;

use crate::common::{Done, NOW, World, done};

const SESSION: &str = "11111111-1111-4111-8111-111111111111";

/// Runs a hook that may read so many bytes.
fn hook(world: &World, most: usize, event: &serde_json::Value) -> Done {
    let file = world.write("event", event.to_string().as_bytes());
    let mut command = world.command(crate::common::binary());
    command.env("CHITTYSYNC_BUDGETS", format!("10000,10000000,10000,10000000,{most}")).env("CHITTYSYNC_NOW", NOW);
    command.args(["hook", event["hook_event_name"].as_str().expect("a name")]);
    done(command.stdin(std::fs::File::open(file).expect("a file")).output())
}

fn start(session: &str) -> serde_json::Value {
    json!({"session_id": session, "cwd": "/nowhere/acme", "hook_event_name": "SessionStart", "source": "startup"})
}

fn task(session: &str, id: usize) -> serde_json::Value {
    json!({"session_id": session, "cwd": "/nowhere/acme", "hook_event_name": "TaskCreated",
        "task_id": id.to_string(), "task_subject": format!("Task {id}")})
}

/// A store with a project of three hundred todos, one of which is very long.
fn long_list() -> World {
    let world = World::new();
    let mut items: Vec<_> = (0..300).map(|n| json!({"content": format!("Old {n}"), "status": "pending"})).collect();
    items.push(json!({"content": "x".repeat(30_000), "status": "pending"}));
    world.ok(&["init", "-q", "--default"]);
    let items = json!(items).to_string();
    let said = world.input_at(
        "2026-11-20T11:00:00.000Z",
        &["import", "-q", "--project", "acme", "--session", "long"],
        items.as_bytes(),
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    world.ok(&["add", "-q", "--project", "acme", "Newest"]);
    world
}

#[test]
fn a_session_is_told_less_of_a_long_list() {
    let world = long_list();
    let _daemon = world.as_daemon();
    let all = hook(&world, 1_000_000, &start(SESSION)).stdout;
    assert!(all.contains("more are not shown") && all.contains(": Newest"), "{all}");
    let part = hook(&world, 20_000, &start(SESSION)).stdout;
    assert!(part.contains("There are more than are shown; `git chittysync list` has all of them."), "{part}");
    assert!(part.contains(": Newest"), "the latest change is read first: {part}");
    for most in [0, 500, 2_000, 3_500, 5_000, 8_000] {
        let some = hook(&world, most, &start(SESSION));
        assert!(some.code == Some(0) && some.stderr.is_empty(), "{most}: {some:?}");
        assert!(some.stdout.is_empty() || some.stdout.contains("There are more than are shown"), "{most}: {some:?}");
    }
    let log = world.ok(&["daemon", "log"]);
    assert!(!log.contains("error"), "it is no failure: {log}");
}

#[test]
fn an_event_that_takes_too_much_reading_is_saved_by_the_next_run() {
    let world = long_list();
    let daemon = world.as_daemon();
    let spool = world.store().join("chittysync/spool");
    let waiting = || std::fs::read_dir(&spool).expect("a directory").count();
    for (id, most) in [0, 900, 2_500, 4_000, 7_000, 12_000].into_iter().enumerate() {
        let said = hook(&world, most, &task(SESSION, id));
        assert!(said.code == Some(0) && said.stderr.is_empty(), "{most}: {said:?}");
        assert_eq!(waiting(), id + 1, "{most}");
        assert!(!world.sessions().contains(&SESSION.to_owned()), "{most}: nothing is said by halves");
    }
    assert_eq!(hook(&world, 1_000_000, &task(SESSION, 6)).code, Some(0));
    assert_eq!(waiting(), 7, "what waits is for somebody for whom no agent waits, whatever room there is");
    hook(&world, 900, &task(SESSION, 7));
    assert_eq!(waiting(), 8);
    // Nobody is asked: the hook starts what saves it.
    drop(daemon);
    hook(&world, 900, &task(SESSION, 8));
    let saved = || (0..9).all(|id| world.states().contains(&format!("Task {id}: pending")));
    let patience = std::time::Instant::now();
    while !(saved() && waiting() == 0) && patience.elapsed().as_secs() < 90 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(saved(), "{:?}", world.states());
    let log = world.ok(&["daemon", "log"]);
    assert!(!log.contains("error"), "{log}");
}

/// Each ref of a remote is looked at to find out who a session is.
#[test]
fn many_refs_of_a_remote_hold_up_no_hook() {
    let world = long_list();
    let _daemon = world.as_daemon();
    let store = world.store();
    world.git(&store, &["remote", "add", "origin", "/nowhere"]);
    let tip = world.git(&store, &["rev-parse", "refs/chittysync/long"]);
    for packed in [false, true] {
        for number in 0..40 {
            world.git(&store, &["update-ref", &format!("refs/chittysync-remotes/origin/other-{number}"), &tip]);
        }
        if packed {
            world.git(&store, &["pack-refs", "--all"]);
        }
        let spool = std::fs::read_dir(store.join("chittysync/spool")).into_iter().flatten().count();
        // Enough for the lists, but not for the refs.
        hook(&world, if packed { 3_000 } else { 30_000 }, &task(SESSION, usize::from(packed)));
        assert_eq!(std::fs::read_dir(store.join("chittysync/spool")).expect("a directory").count(), spool + 1);
    }
    hook(&world, 1_000_000, &task(SESSION, 2));
    world.ok(&["consolidate", "-q"]);
    assert!(world.states().contains(&"Task 0: pending".to_owned()), "{:?}", world.states());
}
