//! What people and agents say of a todo: `add`, `start`, `done`, `drop`, `reopen`, `edit`, `ready`,
//! `resolve`, `rollback`, `undo`.

use crate::common::{NOW, World};

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

fn state(world: &World, content: &str) -> String {
    world.todo(content)["status"].as_str().expect("a status").to_owned()
}

#[test]
fn a_todo_from_its_beginning_to_its_end() {
    let world = World::new();
    world.ok(&["add", "Fix", "login", "tests", "--priority", "high", "--description", "all of them"]);
    let todo = world.todo("Fix login tests");
    assert_eq!((todo["priority"].as_str(), todo["description"].as_str()), (Some("high"), Some("all of them")));
    for (verb, expected) in [
        ("start", "in_progress"),
        ("done", "completed"),
        ("reopen", "pending"),
        ("drop", "dropped"),
        ("reopen", "pending"),
    ] {
        let said = world.json(&[verb, "Fix login tests"]);
        assert_eq!(said["status"], expected, "{verb}");
        assert_eq!(state(&world, "Fix login tests"), expected, "{verb}");
    }
    let refused = world.run(&["reopen", "login"]);
    assert_eq!(refused.code, Some(1), "an open todo is not reopened: {refused:?}");
    assert_eq!(world.run(&["add", "Fix login  tests"]).code, Some(1), "the same words are the same todo");
}

#[test]
fn an_act_overrules_an_agents_list_and_the_list_can_answer() {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:50:00.000Z", &[("Write docs", "pending"), ("Ship", "in_progress")]);
    world.sync();
    world.ok(&["drop", "write docs"]);
    assert_eq!(state(&world, "Write docs"), "dropped");
    // The same list again says nothing new, so what the person said stands.
    world.list(SESSION, "2026-11-20T11:55:00.000Z", &[("Write docs", "pending"), ("Ship", "completed")]);
    world.sync();
    assert_eq!(world.states(), ["Ship: completed", "Write docs: dropped"]);
    // The agent takes it up after all.
    world.list(SESSION, "2026-11-20T11:58:00.000Z", &[("Write docs", "in_progress"), ("Ship", "completed")]);
    world.sync();
    assert_eq!(world.states(), ["Ship: completed", "Write docs: in_progress"]);
}

#[test]
fn an_agent_speaks_in_its_own_name_and_its_list_does_not_take_it_back() {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:50:00.000Z", &[("Run lints", "in_progress"), ("Ship", "pending")]);
    world.sync();
    let done = world.run_with(&[("CLAUDE_CODE_SESSION_ID", SESSION)], &["done", "run lints"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(world.sessions(), [SESSION], "one row");
    // Its list still shows the todo in progress; that is no reopening.
    world.list(SESSION, "2026-11-20T11:55:00.000Z", &[("Run lints", "in_progress"), ("Ship", "in_progress")]);
    world.sync();
    assert_eq!(world.states(), ["Run lints: completed", "Ship: in_progress"]);
}

#[test]
fn words_must_mean_one_todo() {
    let world = World::new();
    world.ok(&["add", "Fix login tests"]);
    world.ok(&["add", "Fix logout tests"]);
    let several = world.run(&["done", "tests"]);
    assert_eq!(several.code, Some(1));
    assert!(several.stderr.contains("Fix login tests") && several.stderr.contains("Fix logout tests"), "{several:?}");
    assert_eq!(world.run(&["done", "nothing like it"]).code, Some(1));
    let id = world.todo("Fix logout tests")["id"].as_str().expect("an id").to_owned();
    world.ok(&["done", &id[..6]]);
    // The one that is open is meant, not the one that is done.
    world.ok(&["done", "fix", "TESTS"]);
    assert_eq!(world.states(), ["Fix login tests: completed", "Fix logout tests: completed"]);
}

#[test]
fn editing_words_renames_and_keeps_the_rest() {
    let world = World::new();
    world.ok(&["add", "Fix lgoin tests", "--priority", "high"]);
    world.ok(&["edit", "lgoin", "--text", "Fix login tests", "--description", "twice"]);
    let todo = world.todo("Fix login tests");
    assert_eq!((todo["priority"].as_str(), todo["description"].as_str()), (Some("high"), Some("twice")));
    assert_eq!(world.states(), ["Fix lgoin tests: dropped", "Fix login tests: pending"]);
    world.ok(&["edit", "login", "--priority", ""]);
    assert_eq!(world.todo("Fix login tests")["priority"], "");
    assert_eq!(world.run(&["edit", "login"]).code, Some(129));
}

#[test]
fn properties_alone_take_no_side() {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:50:00.000Z", &[("Write docs", "in_progress")]);
    world.sync();
    world.ok(&["edit", "docs", "--priority", "low"]);
    assert_eq!(world.todo("Write docs")["status"], "in_progress");
    world.list(SESSION, "2026-11-20T11:55:00.000Z", &[("Write docs", "pending")]);
    world.sync();
    assert_eq!(world.todo("Write docs")["status"], "pending", "only the agent's claim counts");
}

#[test]
fn what_is_ready_is_open_unblocked_and_nobodys() {
    let world = World::new();
    world.ok(&["add", "Later", "--priority", "low"]);
    world.ok(&["add", "First", "--priority", "high"]);
    world.ok(&["add", "After first", "--priority", "0", "--blocked-by", "First"]);
    let ready = |world: &World| -> Vec<String> {
        let list = world.json(&["ready", "--all"]);
        list.as_array().expect("a list").iter().map(|todo| todo["content"].as_str().expect("words").into()).collect()
    };
    assert_eq!(ready(&world), ["First", "Later"]);
    world.ok(&["ready", "--claim"]);
    assert_eq!(state(&world, "First"), "in_progress");
    assert_eq!(ready(&world), ["Later"]);
    world.ok(&["done", "first"]);
    assert_eq!(ready(&world), ["After first", "Later"]);
}

#[test]
fn numbers_of_an_agents_own_list_block() {
    let world = World::new();
    for (number, blocked_by) in [("1", "[]"), ("2", "[\"1\"]")] {
        let task = format!(
            r#"{{"id":"{number}","subject":"Task {number}","description":"","status":"pending","blocks":[],"blockedBy":{blocked_by}}}"#
        );
        let path = world.write(&format!("claude/tasks/{SESSION}/{number}.json"), task.as_bytes());
        crate::common::set_time(&path, "2026-11-20T11:50:00.000Z");
    }
    world.sync();
    let ready = world.json(&["ready", "--all"]);
    assert_eq!(ready.as_array().expect("a list").len(), 1);
    assert_eq!(ready[0]["content"], "Task 1");
}

#[test]
fn of_many_that_claim_at_once_each_gets_its_own() {
    let world = World::new();
    for at in 0..6 {
        world.ok(&["add", &format!("Todo {at}")]);
    }
    let children: Vec<_> = (0..8)
        .map(|at| {
            let mut command = world.command(crate::common::binary());
            let session = format!("029e1c6e-0000-4000-8000-00000000001{at}");
            command.args(["ready", "--all", "--claim", "--json", "--session", &session]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().expect("starts")
        })
        .collect();
    let (mut taken, mut refused) = (Vec::new(), 0);
    for child in children {
        let output = child.wait_with_output().expect("ends");
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        match output.status.code() {
            Some(0) => taken.push(said["content"].as_str().expect("words").to_owned()),
            code => {
                assert_eq!(code, Some(1), "{said}");
                refused += 1;
            }
        }
    }
    taken.sort();
    taken.dedup();
    assert_eq!((taken.len(), refused), (6, 2), "{taken:?}");
}

#[test]
fn who_lost_a_claim_is_told() {
    let world = World::new();
    world.ok(&["add", "Only one"]);
    let claim = |session: &str, now: &str| {
        world.run_with(&[("CLAUDE_CODE_SESSION_ID", session), ("CHITTYSYNC_NOW", now)], &["start", "only one"])
    };
    assert_eq!(claim(SESSION, NOW).code, Some(0));
    assert_eq!(claim(OTHER, "2026-11-20T12:00:05.000Z").code, Some(0));
    let told = world.run_with(&[("CLAUDE_CODE_SESSION_ID", SESSION)], &["add", "Something else"]);
    assert!(told.stderr.contains("also being worked on by \u{2018}Only one\u{2019} f00dfeed: "), "{told:?}");
    let winner = world.run_with(&[("CLAUDE_CODE_SESSION_ID", OTHER)], &["add", "Another thing"]);
    assert!(!winner.stderr.contains("also being worked on"), "{winner:?}");
}

#[test]
fn a_disagreement_is_settled_for_good() {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:40:00.000Z", &[("Add rate limiting", "completed")]);
    world.list(OTHER, "2026-11-20T11:50:00.000Z", &[("Add rate limiting", "pending")]);
    world.sync();
    assert_eq!(world.json(&["conflicts"])["conflicts"].as_array().expect("a list").len(), 1);
    assert_eq!(world.run(&["resolve", "rate", "--take", "nobody"]).code, Some(1));
    assert_eq!(world.run(&["resolve", "rate"]).code, Some(129));
    world.ok(&["resolve", "rate limiting", "--take", "f00d"]);
    assert_eq!(state(&world, "Add rate limiting"), "pending");
    assert_eq!(world.json(&["conflicts"])["conflicts"], serde_json::json!([]));
    // Settled in favour of what stands already is settled too.
    world.ok(&["resolve", "rate limiting", "--status", "completed"]);
    world.ok(&["resolve", "rate limiting", "--status", "completed"]);
    assert_eq!(state(&world, "Add rate limiting"), "completed");
}

#[test]
fn an_earlier_state_comes_back_and_can_be_undone() {
    let world = World::new();
    world.ok(&["add", "One", "--priority", "high"]);
    world.ok(&["add", "Two"]);
    let then = world.git(&world.store(), &["rev-parse", "consolidated"]);
    world.ok(&["done", "one"]);
    world.ok(&["edit", "one", "--priority", "low"]);
    world.ok(&["drop", "two"]);
    world.ok(&["add", "Three"]);
    let before = world.states();
    let dry = world.json(&["rollback", "--dry-run", &then]);
    assert_eq!(dry["todos"].as_array().expect("a list").len(), 3);
    assert_eq!(world.states(), before, "a dry run changes nothing");

    world.ok(&["rollback", &then]);
    assert_eq!(world.states(), ["One: pending", "Three: dropped", "Two: pending"]);
    assert_eq!(world.todo("One")["priority"], "high");
    world.ok(&["undo"]);
    assert_eq!(world.states(), before);
    assert_eq!(world.todo("One")["priority"], "low");
    world.ok(&["undo", "--redo"]);
    assert_eq!(world.states(), ["One: pending", "Three: dropped", "Two: pending"]);

    assert_eq!(world.run(&["rollback", "no-such-thing"]).code, Some(128));
    assert_eq!(world.run(&["rollback", "2001-01-01"]).code, Some(128));
    assert_eq!(World::new().run(&["undo"]).code, Some(1));
}

#[test]
fn a_rollback_can_be_of_one_project_or_todo_and_by_date() {
    let world = World::new();
    let at = |now: &str, arguments: &[&str]| {
        let done = world.run_with(&[("CHITTYSYNC_NOW", now)], arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
    };
    at("2026-11-18T12:00:00.000Z", &["add", "One", "--project", "api"]);
    at("2026-11-18T12:01:00.000Z", &["add", "Two", "--project", "web"]);
    at("2026-11-19T12:00:00.000Z", &["done", "one"]);
    at("2026-11-19T12:01:00.000Z", &["done", "two"]);
    world.ok(&["rollback", "2026-11-18", "--project", "api"]);
    assert_eq!(world.states(), ["One: pending", "Two: completed"]);
    world.ok(&["rollback", "2026-11-18 13:00", "--todo", "two"]);
    assert_eq!(world.states(), ["One: pending", "Two: pending"]);
    world.ok(&["rollback", "@{1}"]);
    assert_eq!(world.states(), ["One: pending", "Two: completed"]);
}

#[test]
fn hostile_words_are_shown_harmlessly() {
    let world = World::new();
    let hostile = "Evil \u{1b}[31m\u{202e}todo\u{7}";
    for arguments in [&["add", hostile][..], &["start", "evil"], &["show", "evil"], &["done", "evil"], &["undo"]] {
        let done = world.run(arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        let shown = done.stdout + &done.stderr;
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
    }
    assert_eq!(world.run(&["add", " \t "]).code, Some(129));
}

#[test]
fn the_log_tells_who_did_what_when() {
    let world = World::new();
    let at = |now: &str, arguments: &[&str]| {
        let done = world.run_with(&[("CHITTYSYNC_NOW", now)], arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
    };
    at("2025-11-18T12:00:00.000Z", &["add", "Old", "--project", "api"]);
    at("2026-11-02T12:00:00.000Z", &["add", "Fix login tests", "--project", "web"]);
    at("2026-11-19T09:30:00.100Z", &["start", "login"]);
    at("2026-11-19T09:30:00.900Z", &["edit", "login", "--priority", "high"]);
    at("2026-11-20T11:00:00.000Z", &["done", "login"]);
    let lines = |arguments: &[&str]| -> Vec<String> {
        let text = world.ok(arguments);
        text.lines().map(|line| line.trim_start().to_owned()).collect()
    };
    let log = lines(&["log"]);
    let begins = ["today 11:00 ", "yesterday 09:30 ", "yesterday 09:30 ", "2 Nov 12:00 ", "18 Nov 2025 "];
    let verbs = ["completed", "edited", "started", "added", "added"];
    assert_eq!(log.len(), begins.len(), "{log:?}");
    for (line, (begin, verb)) in log.iter().zip(begins.iter().zip(verbs)) {
        assert!(line.starts_with(begin) && line.contains(&format!(" {verb} \u{2018}")), "{line}");
    }
    assert_eq!(lines(&["log", "--since", "2 days ago", "-n", "2"]).len(), 2);
    assert_eq!(lines(&["log", "--since", "2026-11-20"]).len(), 1);
    assert_eq!(lines(&["log", "--project", "api"]).len(), 1);
    assert_eq!(lines(&["log", "old"]).len(), 1);
    assert_eq!(world.run(&["log", "--since", "no date"]).code, Some(129));
    let patch = world.ok(&["log", "-p", "-n", "2"]);
    assert!(patch.contains("- status: in_progress\n") && patch.contains("+ status: completed\n"), "{patch}");
    assert!(patch.contains("+ priority: high\n"), "{patch}");
}
