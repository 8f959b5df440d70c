//! `forget --session` and `forget --home`: what came by mistake is taken out again, everywhere.

use crate::common::{World, project};

const MINE: &str = "11111111-1111-4111-8111-111111111111";
const WRONG: &str = "22222222-2222-4222-8222-222222222222";

/// Two sessions with a todo in common, one of them with a sub-agent.
fn world() -> World {
    let world = World::new();
    world.list(MINE, "2026-11-20T10:00:00Z", &[("Fix login", "pending"), ("Run tests", "pending")]);
    world.list(WRONG, "2026-11-20T10:00:00Z", &[("Buy a yacht", "pending"), ("Run tests", "completed")]);
    let agent = format!("claude/todos/{WRONG}-agent-33333333-3333-4333-8333-333333333333.json");
    let agent = world.write(&agent, br#"[{"content": "Compare yachts", "status": "in_progress"}]"#);
    crate::common::set_time(&agent, "2026-11-20T10:00:00Z");
    world.sync();
    assert_eq!(world.sessions().len(), 3);
    world
}

#[test]
fn a_session_goes_with_its_sub_agents_and_what_others_say_stays() {
    let world = world();
    let before = world.git(&world.store(), &["for-each-ref"]);
    let unasked = world.run(&["forget", "--session", &WRONG[..8]]);
    assert!(unasked.code == Some(1) && unasked.stderr.contains("no terminal to ask on"), "{unasked:?}");
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before);
    let done = world.run(&["forget", "--yes", "--session", &WRONG[..8]]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("Forgot 2 todos of 1 session."), "{done:?}");
    assert!(done.stderr.contains("1 todo that others speak of too: kept"), "{done:?}");
    let states = ["Fix login: pending", "Run tests: completed"];
    assert_eq!(world.states(), states);
    for command in [&["list", "--all"][..], &["log"], &["export"]] {
        assert!(!world.ok(command).contains("acht"), "{command:?}");
    }
    // Its files say the same again, later and in other states.
    world.list(WRONG, "2026-11-20T11:00:00Z", &[("Buy a yacht", "completed"), ("Run tests", "completed")]);
    world.sync();
    assert_eq!(world.states(), states);
    assert!(world.sessions().iter().all(|name| !name.contains("-agent-")), "{:?}", world.sessions());
    let again = world.json(&["forget", "--yes", "--session", &WRONG[..8]]);
    assert_eq!((&again["forgotten"], &again["kept"]), (&serde_json::json!([]), &serde_json::json!(1)));
    assert_eq!(world.git(&world.store(), &["fsck", "--strict"]), "");
}

#[test]
fn a_session_has_to_be_named_and_known() {
    let world = world();
    for (name, code, words) in [("3", 1, "there is no session"), ("", 129, "2 sessions begin with")] {
        let done = world.run(&["forget", "--yes", "--session", name]);
        assert!(done.code == Some(code) && done.stderr.contains(words), "{done:?}");
    }
    for arguments in
        [&["forget", "--yes"][..], &["forget", "--session", "1", "--home", "x"], &["forget", "x", "--home", "x"]]
    {
        assert_eq!(world.run(arguments).code, Some(129), "{arguments:?}");
    }
    let done = world.run(&["forget", "--yes", "--home", "nowhere"]);
    assert!(done.code == Some(128) && done.stderr.contains("name each one with --session"), "{done:?}");
    assert_eq!(world.states().len(), 4);
}

/// As somebody needs it who read a made-up home into the store of their own.
#[test]
fn what_came_of_a_home_goes_on_every_device() {
    let world = world();
    world.git(&world.path(""), &["init", "-q", "--bare", "hub.git"]);
    world.ok(&["init", "-q", "--remote", "hub.git"]);
    let other = world.path("other.git");
    let other = other.to_str().expect("UTF-8");
    world.ok(&["--store", other, "init", "-q", "--remote", "hub.git"]);
    let own = world.states();
    let fixture = project("fixtures/claude");
    let fixture = fixture.to_str().expect("UTF-8");
    world.ok(&["-q", "sync", "--from", fixture]);
    world.ok(&["-q", "--store", other, "sync"]);
    let all = |store: &[&str]| -> usize {
        world.json(&[store, &["list", "--all"]].concat()).as_array().expect("a list").len()
    };
    assert!(all(&[]) > 100 && all(&["--store", other]) > 100);
    std::fs::create_dir(world.path("empty")).expect("a directory");
    let nobody = world.run(&["forget", "--yes", "--home", "empty"]);
    assert!(nobody.code == Some(0) && nobody.stderr.contains("nothing was forgotten"), "{nobody:?}");
    world.ok(&["-q", "forget", "--yes", "--home", fixture]);
    assert_eq!(world.states(), own);
    world.ok(&["-q", "sync", "--from", fixture]);
    world.ok(&["-q", "--store", other, "sync"]);
    assert_eq!(world.states(), own);
    assert_eq!(all(&["--store", other]), own.len());
    assert_eq!(world.sessions().len(), 3);
}
