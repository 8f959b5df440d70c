//! Everybody takes back what they did themselves, whoever did something since on the same device.

use serde_json::{Value, json};

use crate::common::{Done, World};

const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

/// Runs a command in the name of an agent's session, or of the person where there is none, at a minute of one hour.
fn at(world: &World, minute: u32, session: Option<&str>, arguments: &[&str]) -> Done {
    let now = format!("2026-11-20T12:{minute:02}:00.000Z");
    let session = session.map(|session| ("CLAUDE_CODE_SESSION_ID", session));
    let variables: Vec<_> = [("CHITTYSYNC_NOW", now.as_str())].into_iter().chain(session).collect();
    world.run_with(&variables, arguments)
}

fn ok(world: &World, minute: u32, session: Option<&str>, arguments: &[&str]) -> String {
    let done = at(world, minute, session, arguments);
    assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    done.stderr
}

/// The person and two agents, each of which adds a todo.
fn three() -> World {
    let world = World::new();
    ok(&world, 1, None, &["add", "Mine"]);
    ok(&world, 2, Some(ONE), &["add", "First"]);
    ok(&world, 3, Some(OTHER), &["add", "Second"]);
    world
}

#[test]
fn each_takes_back_its_own() {
    for (who, left) in [
        (None, ["First: pending", "Mine: dropped", "Second: pending"]),
        (Some(ONE), ["First: dropped", "Mine: pending", "Second: pending"]),
        (Some(OTHER), ["First: pending", "Mine: pending", "Second: dropped"]),
    ] {
        let world = three();
        let told = ok(&world, 10, who, &["undo"]);
        assert_eq!(world.states(), left);
        let newer =
            told.contains("the last command on this device was not yours: \u{2018}Second\u{2019} added \u{2018}Second");
        assert_eq!((newer, told.contains("undo --any`")), (who != Some(OTHER), who != Some(OTHER)), "{told}");
        let refused = at(&world, 11, who, &["undo"]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("nothing is left to undo that was done by a command of yours"), "{refused:?}");
        assert!(refused.stderr.contains("was not yours:"), "{refused:?}");
        assert_eq!(world.states(), left);
        // What others did since is nothing done since by who takes it back.
        let other = if who == Some(ONE) { None } else { Some(ONE) };
        ok(&world, 12, other, &["add", "Later"]);
        ok(&world, 13, who, &["undo", "--redo"]);
        assert_eq!(world.states(), ["First: pending", "Later: pending", "Mine: pending", "Second: pending"]);
    }
}

#[test]
fn all_of_the_device_are_taken_back_when_asked_for() {
    let world = three();
    let dry = ok(&world, 9, Some(ONE), &["undo", "--any", "--dry-run"]);
    assert!(dry.starts_with("Would undo: added \u{2018}Second") && !dry.contains("not yours"), "{dry}");
    for left in [
        ["First: pending", "Mine: pending", "Second: dropped"],
        ["First: dropped", "Mine: pending", "Second: dropped"],
        ["First: dropped", "Mine: dropped", "Second: dropped"],
    ] {
        ok(&world, 10, Some(ONE), &["undo", "--any"]);
        assert_eq!(world.states(), left);
    }
    // What somebody else took back is taken back.
    assert_eq!(at(&world, 11, None, &["undo"]).code, Some(1));
    assert_eq!(at(&world, 11, Some(OTHER), &["undo", "--any"]).code, Some(1));
}

#[test]
fn a_person_stays_the_same_when_the_device_is_called_otherwise() {
    let world = World::new();
    ok(&world, 1, None, &["add", "Mine"]);
    world.git(&world.home(), &["config", "--global", "chittysync.device", "another"]);
    ok(&world, 2, Some(ONE), &["add", "First"]);
    ok(&world, 3, None, &["undo"]);
    assert_eq!(world.states(), ["First: pending", "Mine: dropped"]);
}

#[test]
fn nobody_gets_a_session_by_asking() {
    let world = World::new();
    ok(&world, 1, Some(ONE), &["add", "First"]);
    let drawn = world.store().join("chittysync/device");
    let refused = at(&world, 2, None, &["undo", "--dry-run"]);
    assert!(refused.code == Some(1) && !drawn.exists(), "{refused:?}");
}

/// Returns who works on the todo.
fn workers(world: &World, content: &str) -> Vec<String> {
    let shown = world.json(&["show", content]);
    let claims = shown["claims"].as_object().expect("claims").iter();
    let epoch = claims.clone().filter_map(|(_, claim)| claim["epoch"].as_u64()).max();
    let works = |claim: &Value| claim["status"] == "in_progress" && claim["dropped"] != true;
    claims
        .filter(|(_, claim)| works(claim) && claim["epoch"].as_u64() == epoch)
        .map(|(name, _)| name[..8].to_owned())
        .collect()
}

#[test]
fn of_two_who_started_a_todo_each_takes_back_its_own_start() {
    for order in [[ONE, OTHER], [OTHER, ONE]] {
        let world = World::new();
        ok(&world, 1, None, &["add", "Both"]);
        ok(&world, 2, Some(ONE), &["start", "Both"]);
        ok(&world, 3, Some(OTHER), &["start", "Both"]);
        assert_eq!(workers(&world, "Both"), [&ONE[..8], &OTHER[..8]]);
        ok(&world, 4, Some(order[0]), &["undo"]);
        assert_eq!(world.states(), ["Both: in_progress"]);
        assert_eq!(workers(&world, "Both"), [&order[1][..8]]);
        ok(&world, 5, Some(order[1]), &["undo"]);
        assert_eq!((world.states(), workers(&world, "Both")), (vec!["Both: pending".to_owned()], vec![]));
        assert_eq!(at(&world, 6, Some(order[0]), &["undo"]).code, Some(1));
        assert_eq!(world.states(), ["Both: pending"]);
    }
}

#[test]
fn a_start_taken_back_beside_others_can_be_done_again() {
    let world = World::new();
    ok(&world, 1, None, &["add", "Both"]);
    ok(&world, 2, Some(ONE), &["start", "Both"]);
    ok(&world, 3, Some(OTHER), &["start", "Both"]);
    ok(&world, 4, Some(OTHER), &["undo"]);
    ok(&world, 5, Some(OTHER), &["undo", "--redo"]);
    assert_eq!(workers(&world, "Both"), [&ONE[..8], &OTHER[..8]]);
    // By somebody else it is not taken back: that would take the todo from who works on it.
    let refused = at(&world, 6, None, &["undo", "--any"]);
    assert!(
        refused.code == Some(1) && refused.stderr.contains("\u{2018}Both\u{2019} f00dfeed spoke of 'Both' since"),
        "{refused:?}"
    );
    assert_eq!(workers(&world, "Both"), [&ONE[..8], &OTHER[..8]]);
}

/// Two lists that disagree: one has completed what the other wants later.
fn disagreement() -> World {
    let world = World::new();
    world.list(ONE, "2026-11-20T11:40:00.000Z", &[("Add rate limiting", "completed")]);
    world.list(OTHER, "2026-11-20T11:50:00.000Z", &[("Add rate limiting", "pending")]);
    world.sync();
    world
}

/// Returns what is open between sessions, without who settled what was taken back.
fn open(world: &World, all: bool) -> Vec<Value> {
    let document = world.json(if all { &["conflicts", "--all"] } else { &["conflicts"] });
    let conflicts = document["conflicts"].as_array().expect("a list").iter();
    let keys = ["id", "local_status", "remote_status", "remote_session", "local_timestamp", "timestamp", "lag"];
    conflicts.map(|one| keys.iter().map(|key| one[key].clone()).collect()).collect()
}

#[test]
fn undoing_a_settlement_brings_the_disagreement_back() {
    for settled in [["--take", "f00d"], ["--take", "029e"], ["--status", "dropped"], ["--status", "in_progress"]] {
        let world = disagreement();
        let before = (open(&world, false), world.states());
        assert_eq!(before.0.len(), 1);
        for round in 0..2 {
            let minute = 1 + 10 * round;
            ok(&world, minute, None, &["resolve", "rate limiting", settled[0], settled[1]]);
            let after = world.states();
            assert!(open(&world, true).is_empty(), "{settled:?}");
            ok(&world, minute + 1, None, &["undo"]);
            assert_eq!((open(&world, false), world.states()), before, "{settled:?}");
            assert_eq!(world.todo("Add rate limiting")["conflict"], true);
            ok(&world, minute + 2, None, &["undo", "--redo"]);
            assert_eq!((open(&world, true), world.states()), (vec![], after), "{settled:?}");
            ok(&world, minute + 3, None, &["undo"]);
            assert_eq!((open(&world, false), world.states()), before, "{settled:?}");
        }
        // It can be settled again, for either side.
        ok(&world, 30, None, &["resolve", "rate limiting", "--take", "f00d"]);
        assert_eq!((open(&world, true), world.states()), (vec![], vec!["Add rate limiting: pending".to_owned()]));
    }
}

#[test]
fn a_settlement_of_somebody_else_is_taken_back_as_well() {
    let world = disagreement();
    let before = (open(&world, false), world.states());
    ok(&world, 1, Some(ONE), &["resolve", "rate limiting", "--take", "f00d"]);
    ok(&world, 2, None, &["undo", "--any"]);
    assert_eq!((open(&world, false), world.states()), before);
    // Whoever speaks later than that is heard as ever.
    ok(&world, 3, Some(OTHER), &["reopen", "rate limiting"]);
    assert_eq!((open(&world, true), world.states()), (vec![], vec!["Add rate limiting: pending".to_owned()]));
}

#[test]
fn lag_comes_back_as_lag() {
    let world = World::new();
    world.list(OTHER, "2026-11-20T11:40:00.000Z", &[("Add rate limiting", "pending")]);
    world.list(ONE, "2026-11-20T11:50:00.000Z", &[("Add rate limiting", "completed")]);
    world.sync();
    let before = open(&world, true);
    assert_eq!((before.len(), before[0][6].clone(), open(&world, false).len()), (1, json!(true), 0));
    ok(&world, 1, None, &["resolve", "rate limiting", "--status", "completed"]);
    assert!(open(&world, true).is_empty());
    ok(&world, 2, None, &["undo"]);
    assert_eq!((open(&world, true), open(&world, false).len()), (before, 0));
}
