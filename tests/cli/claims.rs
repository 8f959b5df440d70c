//! Several sessions at one todo: who is told what, and how one lets go of it.

use serde_json::json;

use crate::common::{Done, NOW, World};
use crate::mcp::Client;

const FIRST: &str = "029e1c6e-0000-4000-8000-000000000001";
const SECOND: &str = "f00dfeed-0000-4000-8000-000000000002";
const LATER: &str = "2026-11-20T12:05:00.000Z";

fn said(world: &World, session: &str, now: &str, arguments: &[&str]) -> Done {
    world.run_with(&[("CLAUDE_CODE_SESSION_ID", session), ("CHITTYSYNC_NOW", now)], arguments)
}

/// Returns a world in which two sessions started one todo, and the second one has it.
fn both_at_it() -> World {
    let world = World::new();
    world.ok(&["add", "Only one"]);
    for (session, now) in [(FIRST, NOW), (SECOND, LATER)] {
        let done = said(&world, session, now, &["start", "only one"]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    world
}

fn status(world: &World) -> String {
    world.todo("Only one")["status"].as_str().expect("a status").to_owned()
}

#[test]
fn who_lets_go_takes_nothing_from_the_one_who_has_it() {
    let world = both_at_it();
    let told = said(&world, FIRST, LATER, &["ready"]);
    let id = world.todo("Only one")["id"].as_str().expect("an id")[..8].to_owned();
    assert!(told.stderr.contains(&format!("hint: `git chittysync release {id}` lets go of it")), "{told:?}");
    let released = said(&world, FIRST, LATER, &["release", &id]);
    assert_eq!((released.code, released.stderr.as_str()), (Some(0), ""), "{released:?}");
    assert_eq!(released.stdout, format!("{id} released: Only one\n"));
    assert_eq!(status(&world), "in_progress", "the other one has it still");
    let claims = &world.json(&["show", &id])["claims"];
    assert!(claims[format!("{SECOND}-agent-cli")].get("epoch").is_none(), "nobody was overruled: {claims}");
    assert_eq!(said(&world, FIRST, LATER, &["ready"]).stderr, "Nothing is ready.\n");

    let again = said(&world, FIRST, LATER, &["release", &id]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("029e1c6e+cli has not taken it"), "{again:?}");
    // What nobody else is at can be begun by anybody.
    world.ok(&["drop", &id]);
    world.ok(&["reopen", &id]);
    assert_eq!(said(&world, SECOND, LATER, &["start", &id]).code, Some(0));
    assert_eq!(said(&world, SECOND, LATER, &["release", &id]).code, Some(0));
    assert_eq!(status(&world), "pending");
}

#[test]
fn a_todo_that_only_one_wants_is_pending_when_it_lets_go() {
    let world = World::new();
    assert_eq!(said(&world, FIRST, NOW, &["add", "Only one"]).code, Some(0));
    assert_eq!(said(&world, FIRST, NOW, &["start", "only one"]).code, Some(0));
    assert_eq!(said(&world, FIRST, NOW, &["release", "only one"]).code, Some(0));
    assert_eq!(status(&world), "pending");
    assert_eq!(said(&world, SECOND, NOW, &["release", "only one"]).code, Some(1), "it is another session's");
    world.ok(&["undo", "--any"]);
    assert_eq!(status(&world), "in_progress");
}

#[test]
fn the_tool_lets_go_as_the_hint_says() {
    let world = both_at_it();
    let mut client = Client::start(&world, "w", Some(FIRST));
    let (failed, texts) = client.call("ready", &json!({}));
    let id = world.todo("Only one")["id"].as_str().expect("an id")[..8].to_owned();
    assert!(!failed && texts[1].contains("the tool `release` with `{\"todo\":") && texts[1].contains(&id), "{texts:?}");
    assert_eq!(client.json("release", &json!({ "todo": id }))["status"], "in_progress");
    assert_eq!(client.json("ready", &json!({}))["todos"], json!([]));
    assert_eq!(client.end().1, Some(0));
}

/// A list replaces itself: what it shows is wanted again, whatever a command said.
#[test]
fn whose_list_claims_it_is_told_to_take_it_off() {
    let world = World::new();
    world.list(FIRST, "2026-11-20T11:50:00.000Z", &[("Only one", "in_progress")]);
    world.sync();
    assert_eq!(said(&world, SECOND, LATER, &["start", "only one"]).code, Some(0));
    let told = said(&world, FIRST, LATER, &["ready"]);
    assert!(told.stderr.contains("hint: take it off your own list to let go of it"), "{told:?}");
}

#[test]
fn what_only_shows_tells_of_a_lost_claim_too() {
    let world = both_at_it();
    for arguments in [&["list"][..], &["show", "only"], &["status"], &["log"]] {
        let told = said(&world, FIRST, LATER, arguments).stderr;
        assert_eq!(
            told.contains("is also being worked on by \u{2018}Only one\u{2019} f00dfeed: Only one"),
            arguments != ["log"],
            "{told}"
        );
        assert!(!said(&world, SECOND, LATER, arguments).stderr.contains("is also being worked on"));
        assert_eq!(said(&world, FIRST, LATER, &[arguments, &["--json"]].concat()).stderr, "", "programs ask `ready`");
    }
}

#[test]
fn who_starts_is_told_who_is_at_it_and_what_it_waits_for() {
    let world = World::new();
    world.ok(&["add", "Only one"]);
    assert_eq!(said(&world, FIRST, NOW, &["start", "only one"]).stderr, "");
    assert_eq!(said(&world, FIRST, NOW, &["start", "only one"]).stderr, "");
    let second = said(&world, SECOND, LATER, &["start", "only one"]);
    assert_eq!(second.code, Some(0));
    let expected = "warning: \u{2018}Only one\u{2019} 029e1c6e started it 4m ago and is still at it: Only one\nhint: `git chittysync release ";
    assert!(second.stderr.starts_with(expected), "{second:?}");
    assert_eq!(said(&world, SECOND, LATER, &["start", "only one"]).stderr, "", "nothing new");

    world.ok(&["add", "After it", "--blocked-by", "only one"]);
    let blocked = said(&world, SECOND, LATER, &["start", "after it"]);
    assert_eq!(blocked.code, Some(0));
    assert!(blocked.stderr.contains(" waits for another todo; "), "{blocked:?}");
    assert!(blocked.stderr.contains(" is still open: Only one\n"), "{blocked:?}");
}

#[test]
fn sessions_of_commands_work_where_their_todos_are() {
    let world = World::new();
    assert_eq!(said(&world, FIRST, NOW, &["add", "One", "--project", "acme"]).code, Some(0));
    assert_eq!(world.json(&["sessions"])[0]["project"], "acme");
    assert_eq!(said(&world, FIRST, LATER, &["add", "Two", "--project", "web"]).code, Some(0));
    assert_eq!(world.json(&["sessions"])[0]["project"], "web", "where it spoke last");
}
