//! `sessions` and `projects`: who works on what, what is wrong with it, and how far it is.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::common::World;

const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";
const TWO: &str = "f00dfeed-0000-4000-8000-000000000002";

fn session<'a>(sessions: &'a Value, name: &str) -> &'a Value {
    let sessions = sessions.as_array().expect("a list");
    sessions.iter().find(|session| session["session"] == name).expect("the session")
}

#[test]
fn a_session_is_stale_when_the_setting_says_so() {
    let world = World::new();
    world.list(ONE, "2026-11-10T12:00:00.000Z", &[("Left behind", "pending"), ("Done", "completed")]);
    world.list(TWO, "2026-11-10T12:00:00.000Z", &[("All done", "completed")]);
    world.sync();
    let setting = |value: &str| {
        world.git(&world.store(), &["config", "chittysync.staleAfter", value]);
        world.json(&["sessions"])
    };
    let stale = json!([{ "kind": "stale", "type": "stale_session", "session_id": ONE, "age_days": 10 }]);
    for sessions in [world.json(&["sessions"]), setting("7"), setting("10d"), setting("1w"), setting("0")] {
        assert_eq!(
            (&session(&sessions, ONE)["state"], &session(&sessions, ONE)["warnings"]),
            (&json!("stale"), &stale)
        );
        let done = session(&sessions, TWO);
        assert_eq!((&done["state"], &done["warnings"]), (&json!("stale"), &json!([])), "nothing is left open");
    }
    for sessions in [setting("11"), setting("11d"), setting("2w"), setting("300h"), setting("never"), setting("off")] {
        assert_eq!(
            (&session(&sessions, ONE)["state"], &session(&sessions, ONE)["warnings"]),
            (&json!("idle"), &json!([]))
        );
    }
    world.git(&world.store(), &["config", "chittysync.staleAfter", "soon"]);
    let refused = world.run(&["sessions"]);
    assert_eq!(refused.code, Some(128));
    assert!(refused.stderr.contains("chittysync.staleAfter") && refused.stderr.contains("days"), "{refused:?}");
    let place = world.store().join("config");
    assert!(refused.stderr.contains(&format!("(it is set in {})", place.display())), "{refused:?}");
}

/// Others went on in its project for two hours since its last word, and it has something in progress.
#[test]
fn a_session_is_stuck_when_its_project_went_on_without_it() {
    let world = World::new();
    world.list(ONE, "2026-11-20T07:00:00.000Z", &[("Fix login tests", "in_progress"), ("Write docs", "pending")]);
    world.list(TWO, "2026-11-20T08:59:59.000Z", &[("Deploy it", "in_progress")]);
    world.sync();
    assert_eq!(session(&world.json(&["sessions"]), ONE)["warnings"], json!([]), "not yet");
    world.list(TWO, "2026-11-20T10:30:00.000Z", &[("Deploy it", "completed"), ("Announce it", "in_progress")]);
    world.sync();
    let id = world.todo("Fix login tests")["id"].clone();
    let stuck = json!([{
        "kind": "stuck", "type": "stuck_session", "session_id": ONE, "todo": id, "gone_on_hours": 3,
    }]);
    let sessions = world.json(&["sessions"]);
    assert_eq!(session(&sessions, ONE)["warnings"], stuck);
    assert_eq!(session(&sessions, TWO)["warnings"], json!([]));
    let told = world.ok(&["sessions"]);
    assert!(told.contains("! says nothing, while its project went on for 3h: Fix login tests"), "{told}");
    for (value, is_stuck) in [("3h", true), ("4h", false), ("never", false), ("2s", true)] {
        world.git(&world.store(), &["config", "chittysync.stuckAfter", value]);
        let sessions = world.json(&["sessions"]);
        assert_eq!(session(&sessions, ONE)["warnings"] == stuck, is_stuck, "{value}: {sessions}");
    }
    // Who looks, and when, says nothing: no commit comes of it.
    let before = world.git(&world.store(), &["rev-parse", "consolidated"]);
    world.sync();
    assert_eq!(world.git(&world.store(), &["rev-parse", "consolidated"]), before);
}

#[test]
fn two_sessions_at_one_todo_are_warned_of() {
    let world = World::new();
    let begun = [("Fix login tests", "in_progress"), ("Write docs", "pending")];
    world.list(ONE, "2026-11-20T11:50:00.000Z", &begun);
    world.list(TWO, "2026-11-20T11:55:00.000Z", &begun);
    world.sync();
    let id = &world.todo("Fix login tests")["id"];
    let sessions = world.json(&["sessions"]);
    for (session_name, other) in [(ONE, TWO), (TWO, ONE)] {
        let expected = json!([{ "kind": "shared", "type": "shared_todo", "todo": id, "session": other }]);
        assert_eq!(session(&sessions, session_name)["warnings"], expected);
    }
    let text = world.ok(&["sessions"]);
    assert!(text.contains("! \u{2018}Fix login\u{2026}\u{2019} f00dfeed is at it too: Fix login tests"), "{text}");
    // One of them has long been silent.
    let later = world.run_with(&[("CHITTYSYNC_NOW", "2026-11-20T12:52:00.000Z")], &["sessions", "--json"]);
    assert!(!later.stdout.contains("shared"), "{later:?}");
    // It is done.
    world.list(TWO, "2026-11-20T11:58:00.000Z", &[("Fix login tests", "completed"), ("Write docs", "pending")]);
    world.sync();
    assert!(!world.ok(&["sessions"]).contains('!'));
}

#[test]
fn a_session_and_its_own_commands_work_together() {
    let world = World::new();
    world.list(ONE, "2026-11-20T11:50:00.000Z", &[("Fix login tests", "in_progress")]);
    world.sync();
    let started = world.run_with(&[("CLAUDE_CODE_SESSION_ID", ONE)], &["start", "login"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    let sessions = world.json(&["sessions"]);
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(session(&sessions, ONE)["warnings"], json!([]));
}

#[test]
fn tables_fit_their_terminal() {
    let world = World::new();
    let device = "a-workstation-with-a-name-that-somebody-thought-long-about";
    world.git(&world.home(), &["config", "--global", "chittysync.device", device]);
    world.list(ONE, "2026-11-10T12:00:00.000Z", &[("Left behind", "pending")]);
    let home = world.path("claude");
    let project = "\u{8bfb}\u{53d6}\u{6570}\u{636e}-and-a-name-that-nobody-thought-about-at-all-\u{5d0}";
    world.ok(&["-q", "sync", "--from", home.to_str().expect("UTF-8"), "--project", project]);
    for columns in ["30", "36", "46", "50", "56", "60", "80", "100"] {
        for command in [&["sessions"][..], &["sessions", "--all"], &["projects"], &["list"], &["list", "--all"]] {
            let done = world.run_with(&[("COLUMNS", columns)], command);
            let width = done.stdout.lines().map(UnicodeWidthStr::width).max().expect("lines");
            assert!(width <= columns.parse().expect("a number"), "{columns}: {width}\n{}", done.stdout);
            assert!(!done.stdout.contains('\u{1b}'), "colour on a terminal only: {}", done.stdout);
        }
    }
    let colored = world.ok(&["sessions", "--all", "--color", "always"]);
    assert!(colored.contains("\u{1b}[33m\u{25cc}"), "{colored:?}");
    assert!(world.ok(&["projects"]).lines().next().expect("a head").starts_with("PROJECT  "));
}

#[test]
fn projects_tell_how_far_they_are() {
    let world = World::new();
    let say = |session: &str, at: &str, project: &str, items: &[(&str, &str)]| {
        world.list(session, at, items);
        let home = world.path("claude");
        world.ok(&["-q", "sync", "--from", home.to_str().expect("UTF-8"), "--project", project]);
    };
    say(ONE, "2026-11-20T10:00:00.000Z", "api", &[("One", "completed"), ("Two", "pending"), ("Three", "in_progress")]);
    say(TWO, "2026-11-20T11:00:00.000Z", "api", &[("One", "pending"), ("Four", "in_progress"), ("Five", "pending")]);
    world.ok(&["drop", "five"]);
    world.ok(&["add", "Secret", "--project", "gone"]);
    world.ok(&["forget", "--yes", "secret"]);
    let all = world.json(&["projects"]);
    let keys = ["last_updated", "projects", "version"];
    assert_eq!(all.as_object().expect("an object").keys().collect::<Vec<_>>(), keys);
    let projects = all["projects"].as_array().expect("a list");
    assert_eq!(projects.len(), 1, "a project of which everything was forgotten is none: {all}");
    let api = &projects[0];
    assert_eq!(api["project_name"], "api");
    let counts = ["session_count", "todo_count", "active_todos", "completed_todos"].map(|key| api[key].as_u64());
    assert_eq!(counts, [Some(3), Some(4), Some(3), Some(1)], "each todo once, whoever speaks of it: {api}");
    assert_eq!(api["sessions"].as_array().map(Vec::len), Some(3));
    assert_eq!(api["todos"].as_array().map(Vec::len), Some(4));
    assert_eq!(api["last_activity"], "2026-11-20T12:00:00.000Z", "the drop");
    assert_eq!(all["last_updated"], api["last_activity"]);
    assert_eq!(world.json(&["export", "--format", "coordination"]), all);
    let text = world.ok(&["projects"]);
    let row: Vec<&str> = text.lines().nth(1).expect("a row").split_whitespace().collect();
    assert_eq!(row, ["api", "3", "2", "1", "3", "now"], "{text}");
}

/// What could not be merged, on a disk that is full for one, is not passed over.
#[test]
fn status_counts_what_is_saved_and_not_merged() {
    let world = World::new();
    world.list("s1", "2026-11-01T10:00:00Z", &[("Fix login", "pending")]);
    let home = world.path("claude");
    world.ok(&["-q", "capture", "--from", home.to_str().expect("UTF-8")]);
    let status = world.run(&["status"]);
    assert!(status.stdout.contains("\nsessions   0 (1 with news that is not merged yet)\n"), "{status:?}");
    assert!(status.stderr.contains("hint: `git chittysync consolidate` merges what is saved"), "{status:?}");
    assert!(world.run(&["--json", "status"]).stdout.contains("\"unmerged\": 1"));
    world.ok(&["-q", "consolidate"]);
    let status = world.run(&["status"]);
    assert!(status.stdout.contains("\nsessions   1\n") && !status.stderr.contains("merges"), "{status:?}");
}
