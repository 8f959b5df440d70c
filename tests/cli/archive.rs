//! Closed todos out of the working files, and back.

use crate::common::World;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";
const LONG_AGO: &str = "2026-05-10T10:00:00.000Z";

/// A store with a todo that was completed half a year ago, one that was dropped, and open ones.
fn with_old_todos() -> World {
    let world = World::new();
    world.list(SESSION, LONG_AGO, &[("Paint it", "completed"), ("Give up", "pending"), ("Old and open", "pending")]);
    world.sync_at(LONG_AGO);
    let later = "2026-06-01T10:00:00.000Z";
    world.list(SESSION, later, &[("Paint it", "completed"), ("Old and open", "pending")]);
    world.sync_at(later);
    let today = "2026-11-20T11:00:00.000Z";
    world.list(OTHER, today, &[("New and done", "completed"), ("New", "pending")]);
    // The day's first sync archives; this store is to be as one in which that is not yet done.
    world.ok(&["-q", "capture", "--from", world.path("claude").to_str().expect("UTF-8")]);
    world.ok(&["-q", "consolidate"]);
    world
}

fn file(world: &World, path: &str) -> Option<String> {
    let mut git = world.command("git");
    let read =
        git.current_dir(world.store()).args(["show", &format!("consolidated:{path}")]).output().expect("git runs");
    read.status.success().then(|| String::from_utf8(read.stdout).expect("UTF-8"))
}

fn tip(world: &World) -> String {
    world.git(&world.store(), &["rev-parse", "consolidated"])
}

/// A session all of whose todos are archived is still one.
#[test]
fn sessions_are_counted_whatever_is_archived() {
    let world = World::new();
    world.list("s1", LONG_AGO, &[("Paint it", "completed")]);
    world.list("s2", "2026-11-20T09:00:00.000Z", &[("New", "pending")]);
    let done = world.sync();
    assert_eq!(world.json(&["status"])["archived"], 1);
    assert!(done.stdout.contains("2 sessions, 2 todos (1 open)"), "{done:?}");
    assert_eq!(world.json(&["status"])["sessions"], 2);
}

#[test]
fn closed_todos_leave_and_are_found() {
    let world = with_old_todos();
    let would = world.ok(&["archive", "--dry-run"]);
    assert!(would.contains("would be archived: Paint it"), "{would:?}");
    let before = tip(&world);
    let archived = world.json(&["archive"]);
    let names: Vec<&str> =
        archived["archived"].as_array().expect("a list").iter().map(|t| t["content"].as_str().expect("text")).collect();
    assert_eq!(names.len(), 2, "{archived}");
    assert!(names.contains(&"Paint it") && names.contains(&"Give up"), "{archived}");
    assert_eq!(world.git(&world.store(), &["rev-parse", "consolidated^"]), before, "one commit on top");
    let working = file(&world, "projects/general/todos.json").expect("a list");
    assert!(!working.contains("Paint it") && working.contains("Old and open") && working.contains("New and done"));
    assert!(file(&world, "projects/general/archive/2026-05.json").expect("a month").contains("Paint it"));
    assert!(file(&world, "projects/general/archive/2026-06.json").expect("a month").contains("Give up"));
    // Tidy is tidy, and nothing brings them back by itself.
    assert_eq!(world.json(&["archive"])["changed"], false);
    let after = tip(&world);
    world.sync();
    assert_eq!(tip(&world), after);
    // They are found where one looks for closed ones.
    assert!(!world.ok(&["list"]).contains("Paint it"));
    assert_eq!(
        world.states(),
        ["Give up: dropped", "New and done: completed", "New: pending", "Old and open: pending", "Paint it: completed"]
    );
    assert!(world.ok(&["show", "paint", "it"]).contains("completed"));
    assert!(world.ok(&["log", "paint", "it"]).contains("completed"));
    assert!(world.ok(&["list", "--status", "dropped"]).contains("Give up"));
    let status = world.json(&["status"]);
    assert_eq!((&status["archived"], &status["todos"]["completed"]), (&2.into(), &1.into()));
    let exported = world.json(&["export"]);
    assert_eq!(exported.as_array().expect("a list").len(), 5);
}

#[test]
fn with_sync_it_happens_once_a_day() {
    let world = with_old_todos();
    world.sync();
    assert!(file(&world, "projects/general/archive/2026-05.json").is_some());
    assert!(file(&world, "README.md").is_none(), "the board is for those who look at a remote");
    world.git(&world.home(), &["config", "--global", "chittysync.archiveAfter", "0"]);
    let next = "2026-11-20T23:00:00.000Z";
    world.list(OTHER, "2026-11-20T22:00:00.000Z", &[("New and done", "completed"), ("New", "in_progress")]);
    world.sync_at(next);
    assert!(file(&world, "projects/general/archive/2026-11.json").is_none(), "the same day");
    world.sync_at("2026-11-21T09:00:00.000Z");
    assert!(file(&world, "projects/general/archive/2026-11.json").expect("a month").contains("New and done"));
}

#[test]
fn what_is_said_again_comes_back_with_all_that_was_said() {
    let world = with_old_todos();
    world.ok(&["archive"]);
    world.list(OTHER, "2026-11-20T11:30:00.000Z", &[("New and done", "completed"), ("Paint it", "pending")]);
    world.sync();
    let line = world.json(&["show", "paint it"]);
    assert_eq!(line["status"], "completed", "a completion does not regress because it was archived");
    assert_eq!(line["claims"].as_object().expect("claims").len(), 2, "{line}");
    assert!(file(&world, "projects/general/todos.json").expect("a list").contains("Paint it"));
    assert!(!file(&world, "projects/general/archive/2026-05.json").expect("a month").contains("Paint it"));
    assert!(world.git(&world.store(), &["log", "-1", "--format=%s", "consolidated"]).contains("Take 1 todo back"));
}

#[test]
fn an_act_reaches_into_the_archive() {
    let world = with_old_todos();
    world.ok(&["archive"]);
    assert_eq!(world.json(&["reopen", "paint it"])["status"], "pending");
    assert_eq!(world.json(&["add", "Give up", "--project", "general"])["status"], "pending");
    assert_eq!(
        world.states(),
        ["Give up: pending", "New and done: completed", "New: pending", "Old and open: pending", "Paint it: pending"]
    );
    assert_eq!(world.json(&["status"])["archived"], 0);
    world.ok(&["done", "paint it"]);
    world.ok(&["archive", "--older-than", "0d"]);
    world.ok(&["forget", "--yes", "new and done"]);
    for place in ["projects/general/todos.json", "projects/general/archive/2026-11.json"] {
        assert!(!file(&world, place).unwrap_or_default().contains("New and done"), "forgotten in {place}");
    }
}

#[test]
fn a_merge_by_hand_is_followed_up() {
    let world = with_old_todos();
    world.ok(&["archive"]);
    world.ok(&["install"]);
    world.list(OTHER, "2026-11-20T11:30:00.000Z", &[("New and done", "completed"), ("Paint it", "in_progress")]);
    world.ok(&["-q", "capture", "--from", world.path("claude").to_str().expect("UTF-8")]);
    let (store, checkout) = (world.store(), world.path("checkout"));
    let checkout_text = checkout.to_str().expect("UTF-8");
    world.git(&store, &["worktree", "add", "-q", checkout_text, "consolidated"]);
    world.git(&checkout, &["merge", "-q", "-m", "by hand", &format!("refs/chittysync/{OTHER}")]);
    world.git(&store, &["worktree", "remove", checkout_text]);
    world.ok(&["-q", "consolidate"]);
    let line = world.json(&["show", "paint it"]);
    assert_eq!((line["status"].as_str(), line["claims"].as_object().map(|c| c.len())), (Some("completed"), Some(2)));
    assert!(!file(&world, "projects/general/archive/2026-05.json").expect("a month").contains("Paint it"));
}

#[test]
fn an_index_that_is_gone_or_wrong_is_made_anew() {
    let world = with_old_todos();
    world.ok(&["archive"]);
    let index = world.store().join("chittysync/archived/general");
    assert_eq!(world.json(&["status"])["archived"], 2);
    assert!(index.is_file());
    for damage in [None, Some(&b"no index"[..])] {
        match damage {
            None => std::fs::remove_file(&index).expect("removed"),
            Some(bytes) => std::fs::write(&index, bytes).expect("written"),
        }
        assert_eq!(world.json(&["status"])["archived"], 2);
    }
    // What cannot be read now is not remembered as empty.
    let month = world.git(&world.store(), &["rev-parse", "consolidated:projects/general/archive/2026-05.json"]);
    let object = world.store().join("objects").join(&month[..2]).join(&month[2..]);
    std::fs::rename(&object, world.path("away")).expect("moved");
    std::fs::remove_file(&index).expect("removed");
    world.run(&["status"]);
    std::fs::rename(world.path("away"), &object).expect("moved");
    assert_eq!(world.json(&["status"])["archived"], 2);
    assert_eq!(world.run(&["archive", "--older-than", "-1"]).code, Some(129));
}

#[test]
fn an_age_is_written_as_in_the_setting() {
    let world = with_old_todos();
    let count = |age: &str| {
        let archived = world.json(&["archive", "--dry-run", "--older-than", age])["archived"].clone();
        archived.as_array().map(Vec::len)
    };
    for two in ["0", "0d", "90", "90d", "12w 6d", "2160h"] {
        assert_eq!(count(two), Some(2), "{two}");
    }
    for one in ["180", "180d", "26w", "4320h"] {
        assert_eq!(count(one), Some(1), "{one}");
    }
    for bad in ["never", "soon", "", "3 fortnights"] {
        let refused = world.run(&["archive", "--older-than", bad]);
        assert_eq!(refused.code, Some(129), "{bad}");
        assert!(refused.stderr.contains("such as 12h, 7d or 2w, or a number of days"), "{refused:?}");
    }
}

#[test]
fn nobody_else_s_checkout_is_moved() {
    let world = with_old_todos();
    let checkout = world.path("checkout");
    world.git(&world.store(), &["worktree", "add", "-q", checkout.to_str().expect("UTF-8"), "consolidated"]);
    let before = tip(&world);
    let done = world.run(&["archive"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("checked out"), "{done:?}");
    assert_eq!(tip(&world), before);
}
