//! No act reports what did not happen: what it says is in the branch afterwards, or it fails and says why.

use crate::common::World;

/// Puts this line of a todo of `general` into the branch by hand, or leaves none.
fn by_hand(world: &World, lines: &str) {
    world.write("general.json", format!("[\n{lines}]\n").as_bytes());
    let store = world.store();
    let git = |arguments: &[&str]| world.git(&store, arguments);
    let file = world.path("general.json");
    let blob = git(&["hash-object", "-w", file.to_str().expect("UTF-8")]);
    let index = world.path("index");
    let run = |arguments: &[&str]| {
        let output = world.command("git").current_dir(&store).env("GIT_INDEX_FILE", &index).args(arguments).output();
        let output = output.expect("git");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    run(&["read-tree", "consolidated"]);
    run(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},projects/general/todos.json")]);
    let tree = run(&["write-tree"]);
    let commit = run(&["commit-tree", &tree, "-p", "consolidated", "-m", "by hand"]);
    run(&["update-ref", "refs/heads/consolidated", &commit]);
}

/// What was taken out of the branch by hand comes back when it is said again, or with a rollback: with its properties.
#[test]
fn what_the_branch_lacks_comes_back_or_the_act_fails() {
    for act in [&["add", "Fix login", "--priority", "high"][..], &["rollback", "consolidated~1"]] {
        let world = World::new();
        world.ok(&["add", "Fix login", "--priority", "high"]);
        by_hand(&world, "");
        let done = world.run(act);
        let there = world.states() == ["Fix login: pending"];
        // It may have come back before: then there is such a todo.
        assert!(there && (done.code == Some(0) || done.stderr.contains("there is such a todo")), "{act:?} {done:?}");
        assert_eq!(world.todo("Fix login")["priority"], "high", "{act:?}");
    }
}

/// What stands at the ends of what can be said cannot be answered: each act fails, says why, and says nothing.
#[test]
fn an_act_that_cannot_win_says_so() {
    for (epoch, at) in [("2147483647", "2026-11-20T12:00:00.000Z"), ("2147483647", "2199-12-31T23:59:59.999Z")] {
        let world = World::new();
        world.ok(&["add", "Fix login", "--priority", "high"]);
        let line = world.ok(&["show", "login", "--json"]);
        let id =
            serde_json::from_str::<serde_json::Value>(&line).expect("JSON")["id"].as_str().expect("an id").to_owned();
        let line = format!(
            r#"{{"id":"{id}","content":"Fix login","status":"completed","priority":"high","created":"2026-11-20T12:00:00.000Z","updated":"{at}","claims":{{"other":{{"status":"completed","at":"{at}","epoch":{epoch}}}}},"stamps":{{"priority":"2199-12-31T23:59:59.999Z"}}}}{}"#,
            "\n"
        );
        by_hand(&world, &line);
        let commits = world.commits();
        for act in [
            &["reopen", "login"][..],
            &["add", "Fix login"],
            &["drop", "login"],
            &["resolve", "login", "--status", "pending"],
            &["edit", "login", "--priority", "0"],
        ] {
            let failed = world.run(act);
            assert_eq!((failed.code, failed.stdout.as_str()), (Some(1), ""), "{act:?} {failed:?}");
            assert!(failed.stderr.contains("this cannot be: 'Fix login'"), "{act:?} {failed:?}");
            let json = world.run(&[&["--json"], act].concat());
            let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("one JSON document");
            assert_eq!(json["exit_code"], 1, "{act:?} {json}");
        }
        assert_eq!(world.commits(), commits, "nothing was said");
        assert_eq!(world.states(), ["Fix login: completed"]);
        world.ok(&["forget", &id, "--yes"]);
        assert_eq!(world.states(), [] as [&str; 0], "forgetting beats everything");
    }
}

/// A branch that is checked out is not moved, so no act came true on it, and none says that it did.
#[test]
fn where_the_branch_is_checked_out_no_act_says_that_it_came_true() {
    let world = World::new();
    world.ok(&["add", "Fix login"]);
    let tree = world.path("tree");
    world.git(&world.store(), &["worktree", "add", "-q", tree.to_str().expect("UTF-8"), "consolidated"]);
    for act in [&["start", "login"][..], &["add", "Ship"], &["forget", "login", "--yes"], &["undo"]] {
        let failed = world.run(act);
        assert_eq!((failed.code, failed.stdout.as_str()), (Some(1), ""), "{act:?} {failed:?}");
        assert!(failed.stderr.contains("is checked out"), "{act:?} {failed:?}");
        assert!(!failed.stderr.contains("Forgot "), "{act:?} {failed:?}");
    }
    assert_eq!(world.states(), ["Fix login: pending"]);
}

/// A clock after all that can be said says nothing, and what hooks tell waits until it is right again.
#[test]
fn a_clock_beyond_all_bounds_says_nothing() {
    let world = World::new();
    world.ok(&["add", "Fix login"]);
    let far = [("CHITTYSYNC_NOW", "2200-01-01T00:00:00.000Z")];
    let failed = world.run_with(&far, &["done", "login"]);
    assert_eq!(failed.code, Some(128), "{failed:?}");
    assert!(failed.stderr.contains("this device's clock says 2200-01-01"), "{failed:?}");
    let last = [("CHITTYSYNC_NOW", "2199-12-31T23:59:59.000Z")];
    assert_eq!(world.run_with(&last, &["done", "login"]).code, Some(0));
    // A second later than all others, every act of a device whose clock is right still comes true.
    world.ok(&["reopen", "login"]);
    world.ok(&["edit", "login", "--priority", "high"]);
    assert_eq!(world.todo("Fix login")["priority"], "high");
}

/// Three devices, whose clocks are two days or ten years apart: every act comes true everywhere.
#[test]
fn acts_and_properties_come_true_however_far_clocks_are_apart() {
    let clocks = [
        "2016-11-20T12:00:00.000Z",
        "2026-11-18T12:00:00.000Z",
        "2026-11-22T12:00:00.000Z",
        "2036-11-20T12:00:00.000Z",
    ];
    let world = World::new();
    world.ok(&["add", "Fix login"]);
    for (round, clock) in clocks.iter().chain(clocks.iter().rev()).enumerate() {
        for (device, at) in [("ana", *clock), ("ben", crate::common::NOW), ("cem", clocks[round % 3])] {
            let priority = format!("{}", round % 7 + usize::from(device == "ben"));
            let wanted = [
                ("drop", "dropped"),
                ("reopen", "pending"),
                ("start", "in_progress"),
                ("done", "completed"),
                ("reopen", "pending"),
            ];
            for (verb, state) in wanted {
                let done = world.run_with(&[("CHITTYSYNC_NOW", at)], &[verb, "login", "--session", device]);
                assert_eq!(done.code, Some(0), "{device} {at} {verb} {done:?}");
                assert_eq!(world.states(), [format!("Fix login: {state}")], "{device} {at} {verb}");
            }
            let edit = ["edit", "login", "--priority", &priority, "--session", device];
            let done = world.run_with(&[("CHITTYSYNC_NOW", at)], &edit);
            assert_eq!(done.code, Some(0), "{device} {at} {done:?}");
            assert_eq!(world.todo("Fix login")["priority"], priority, "{device} {at}");
        }
    }
}
