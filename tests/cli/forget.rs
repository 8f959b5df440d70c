//! `forget`: a todo out for good, whoever says it again.

use crate::common::World;

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

/// A world in which one session wants two things.
fn world() -> (World, String) {
    let world = World::new();
    world.list(ONE, "2026-11-20T10:00:00Z", &[("Ask Zoltan about the merger", "pending"), ("Run tests", "pending")]);
    world.sync();
    let id = world.todo("Ask Zoltan about the merger")["id"].as_str().expect("an id").to_owned();
    (world, id)
}

fn newest_trees(world: &World) -> String {
    let refs = world.git(&world.store(), &["for-each-ref", "--format=%(refname)"]);
    let show = |name: &str| {
        let files = world.git(&world.store(), &["ls-tree", "-r", "--name-only", name]);
        let files = files.lines().map(|file| world.git(&world.store(), &["show", &format!("{name}:{file}")]));
        files.collect::<String>()
    };
    refs.lines().map(show).collect()
}

#[test]
fn nobody_sees_it_and_nobody_can_say_it_again() {
    let (world, id) = world();
    assert!(newest_trees(&world).contains("Zoltan"));
    let done = world.run(&["forget", "--yes", &id[..6]]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!done.stderr.contains("Zoltan") && done.stderr.contains("docs/security.md"), "{done:?}");
    assert!(!newest_trees(&world).contains("Zoltan"), "no newest commit holds its words");
    for command in [&["list", "--all"][..], &["log"], &["export"], &["export", "--format", "markdown"], &["projects"]] {
        let said = world.ok(command);
        assert!(!said.contains("Zoltan") && !said.contains(&id), "{command:?}: {said}");
    }
    assert_eq!(world.run(&["show", &id]).code, Some(1));

    // The same session, with more news, and another one.
    let words = [("Ask Zoltan about the merger", "in_progress"), ("Run tests", "completed")];
    world.list(ONE, "2026-11-20T11:00:00Z", &words);
    world.list(TWO, "2026-11-20T11:00:00Z", &[("Ask Zoltan about the merger", "completed"), ("Deploy", "pending")]);
    world.sync();
    assert_eq!(world.states(), ["Deploy: pending", "Run tests: completed"]);
    assert!(!newest_trees(&world).contains("Zoltan"));
    assert_eq!(world.git(&world.store(), &["fsck", "--strict"]), "");
    let commits = world.commits();
    world.sync();
    assert_eq!(world.commits(), commits, "saying it again is no news");
}

#[test]
fn a_device_that_did_not_know_brings_nothing_back() {
    let (world, id) = world();
    let other = world.path("other.git");
    world.git(&world.home(), &["clone", "-q", "--mirror", &world.store().to_string_lossy(), &other.to_string_lossy()]);
    world.git(&other, &["config", "chittysync.enabled", "true"]);
    world.ok(&["forget", "--yes", &id]);
    // It goes on with the words that it knows, and starts a session that says them, too.
    let home = world.path("claude");
    world.list(ONE, "2026-11-20T11:00:00Z", &[("Ask Zoltan about the merger", "completed"), ("Run tests", "pending")]);
    world.list(TWO, "2026-11-20T11:30:00Z", &[("Ask Zoltan about the merger", "in_progress")]);
    let store = other.to_string_lossy().into_owned();
    world.ok(&["--store", &store, "-q", "sync", "--from", home.to_str().expect("UTF-8")]);
    assert!(world.ok(&["--store", &store, "list", "--all"]).contains("Zoltan"));
    // Both ways, in either order, all sessions that the other one has.
    for (to, from) in [(world.store(), other.clone()), (other.clone(), world.store())] {
        let refs = ["refs/chittysync/*:refs/chittysync/*"];
        world.git_run(&to, &["fetch", "-q", &from.to_string_lossy(), refs[0]]);
        let to = to.to_string_lossy();
        world.ok(&["--store", &to, "consolidate"]);
        assert!(!world.ok(&["--store", &to, "list", "--all"]).contains("Zoltan"));
    }
}

#[test]
fn asks_and_takes_silence_for_no() {
    let (world, id) = world();
    let done = world.input(&["forget", &id], b"y\n");
    assert_eq!(done.code, Some(1), "a pipe is no terminal: {done:?}");
    assert!(done.stderr.contains("--yes"), "{done:?}");
    assert_eq!(world.states().len(), 2);
    assert_eq!(world.run(&["forget", "--yes", "zzzz"]).code, Some(1));
    assert_eq!(world.run(&["forget", "--yes"]).code, Some(129));
    assert_eq!(world.run(&["forget", "--yes", ""]).code, Some(1));
}

#[test]
fn says_it_in_json_and_once() {
    let (world, id) = world();
    let said = world.json(&["forget", "--yes", &id]);
    assert_eq!(
        (&said["id"], &said["forgotten"], &said["project"]),
        (&id.clone().into(), &true.into(), &"general".into())
    );
    let commits = world.commits();
    let again = world.json(&["forget", "--yes", &id]);
    assert_eq!((&again["forgotten"], world.commits()), (&true.into(), commits));
    assert!(world.run(&["forget", "--yes", &id]).stderr.contains("forgotten already"));
}

#[test]
fn neither_a_command_nor_a_rollback_says_it_again() {
    let (world, id) = world();
    let before = world.git(&world.store(), &["rev-parse", "consolidated"]);
    world.ok(&["start", &id[..8]]);
    world.ok(&["forget", "--yes", "zoltan"]);
    let added = world.run(&["add", "--project", "general", "Ask Zoltan about the merger"]);
    assert_eq!(added.code, Some(1), "{added:?}");
    assert!(added.stderr.contains("was forgotten") && added.stderr.contains("other words"), "{added:?}");
    let rolled = world.run(&["rollback", &before]);
    assert!(rolled.code == Some(0) && !rolled.stdout.contains("Zoltan"), "{rolled:?}");
    world.run(&["undo"]);
    assert_eq!(world.states(), ["Run tests: pending"]);
    assert!(!newest_trees(&world).contains("Zoltan"));
}

/// Of a forgotten todo its id is left. What is as short as a word is no id, and what can mean several others is none.
#[test]
fn a_word_is_not_the_id_of_what_was_forgotten() {
    let (world, id) = world();
    world.ok(&["forget", "--yes", &id]);
    for command in ["forget", "purge"] {
        for short in [&id[..1], &id[..3], ""] {
            let refused = world.run(&[command, "--yes", short]);
            assert!(refused.code == Some(1) && !refused.stderr.contains("already"), "{command} {short}: {refused:?}");
        }
    }
    for text in ["one", "two"] {
        world.ok(&["add", &format!("{text} {}", &id[..4])]);
    }
    let several = world.run(&["forget", "--yes", &id[..4]]);
    assert!(several.stderr.contains("2 todos can be meant"), "{several:?}");
    let already = world.json(&["forget", "--yes", &id[..6]]);
    assert_eq!(already, serde_json::json!({"id": id, "forgotten": true}));
    assert_eq!(world.run(&["forget", "--yes", "ffff"]).code, Some(1));
}
