//! What lives and what is quiet: `list`, `ready`, `sessions`, `sync` and the board on the branch.

use crate::common::World;

const OLD: &str = "029e1c6e-0000-4000-8000-000000000001";
const NEW: &str = "f00dfeed-0000-4000-8000-000000000002";
const OTHER: &str = "abcdef01-0000-4000-8000-000000000003";

/// A session that has said nothing for ten days and left two todos open, and one of today.
fn world() -> World {
    let world = World::new();
    world.list(OLD, "2026-11-10T12:00:00.000Z", &[("Left over", "in_progress"), ("Never begun", "pending")]);
    world.list(NEW, "2026-11-20T11:00:00.000Z", &[("At it", "in_progress"), ("Next", "pending")]);
    world.sync();
    world
}

const LINE: &str = "2 more from 1 session that has been quiet for a week: `list --left-behind`";

#[test]
fn people_see_what_lives_and_how_much_there_is_besides() {
    let world = world();
    let list = world.ok(&["list"]);
    assert!(list.contains("Next") && !list.contains("Never begun"), "{list}");
    assert!(list.contains("4 open (2 quiet), 0 completed") && list.ends_with(&format!("\n\n{LINE}\n")), "{list}");
    let left = world.ok(&["list", "--left-behind"]);
    assert!(!left.contains("Next") && left.contains("Left over") && left.contains("Never begun"), "{left}");
    for arguments in [&["list", "--all"][..], &["list", "--session", OLD]] {
        let list = world.ok(arguments);
        assert!(list.contains("Never begun") && !list.contains("quiet for"), "{arguments:?}: {list}");
    }
    let ready = world.ok(&["ready"]);
    assert!(ready.contains("Next") && !ready.contains("Never begun"), "{ready}");
    assert!(ready.contains("1 more from 1 session that has been quiet for a week: `ready --left-behind`"), "{ready}");
    assert!(world.ok(&["ready", "--left-behind"]).contains("Never begun"));
    let sessions = world.ok(&["sessions"]);
    assert!(
        sessions.contains("1 more has been quiet for a week, 1 of them with work left open: `sessions --left-behind`"),
        "{sessions}"
    );
    assert_eq!(sessions.lines().filter(|line| line.contains("idle") || line.contains("active")).count(), 1);
    assert!(world.ok(&["sessions", "--left-behind"]).contains("stale"));
    assert!(world.ok(&["sessions", "--all"]).contains("stale"));
}

#[test]
fn programs_get_all_and_are_told_what_is_quiet() {
    let world = world();
    let quiet = |command: &str| -> Vec<(String, bool)> {
        let rows = world.json(&[command]);
        let name = |row: &serde_json::Value| row.get("content").or(row.get("session")).expect("a name").clone();
        let row = |row: &serde_json::Value| (name(row).as_str().expect("text").to_owned(), row["quiet"] == true);
        rows.as_array().expect("a list").iter().map(row).collect()
    };
    let expected = [("At it", false), ("Left over", true), ("Next", false), ("Never begun", true)];
    assert_eq!(quiet("list"), expected.map(|(words, is)| (words.to_owned(), is)));
    assert_eq!(quiet("ready"), [("Next".to_owned(), false), ("Never begun".to_owned(), true)]);
    assert_eq!(quiet("sessions"), [(NEW.to_owned(), false), (OLD.to_owned(), true)]);
    assert_eq!(world.ok(&["list", "--porcelain"]).lines().count(), 4);
    assert_eq!(world.ok(&["ready", "-z"]).matches('\0').count(), 2);
}

/// What is picked up by hand lives, whoever else has gone; so does what somebody speaks of again, in whatever way.
#[test]
fn what_anybody_takes_up_lives() {
    for act in [&["start", "never begun"][..], &["edit", "never begun", "--priority", "high"]] {
        let world = world();
        world.ok(act);
        let list = world.ok(&["list"]);
        assert!(list.contains("Never begun") && !list.contains("  Left over"), "{act:?}: {list}");
        assert!(list.contains("1 more from 1 session"), "{list}");
    }
    let world = world();
    world.list(OTHER, "2026-11-20T11:30:00.000Z", &[("Left over", "pending")]);
    world.sync();
    let list = world.ok(&["list"]);
    assert!(list.contains("Left over") && !list.contains("Never begun"), "{list}");
}

/// What a person noted months ago is still theirs; what their agents noted is not.
#[test]
fn a_persons_own_todos_never_become_quiet() {
    let world = World::new();
    world.ok(&["add", "Renew the certificate"]);
    let agent = world.run_with(&[("CLAUDE_CODE_SESSION_ID", OLD)], &["add", "Tidy the imports"]);
    assert_eq!(agent.code, Some(0), "{agent:?}");
    let later = [("CHITTYSYNC_NOW", "2027-02-20T12:00:00.000Z")];
    let list = world.run_with(&later, &["list"]).stdout;
    assert!(list.contains("Renew the certificate") && !list.contains("Tidy the imports"), "{list}");
    assert!(world.run_with(&later, &["sessions"]).stdout.contains("1 more has been quiet for a week"));
}

#[test]
fn the_setting_says_how_long() {
    let world = world();
    let set = |value: &str| {
        world.git(&world.store(), &["config", "chittysync.quietAfter", value]);
        world.ok(&["list"])
    };
    assert!(!set("11d").contains("quiet"));
    assert!(!set("never").contains("quiet"));
    assert!(set("3d").contains("quiet for 3 days"));
    let all = set("30m");
    assert!(all.starts_with("4 from 2 sessions that have been quiet for 30 minutes"), "{all}");
}

#[test]
fn a_claim_leaves_what_is_quiet_alone_and_says_so() {
    let world = world();
    world.ok(&["done", "next"]);
    let note = world.run(&["ready"]);
    assert!(note.stderr.contains("Nothing is ready"), "{note:?}");
    let refused = world.run(&["ready", "--claim"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("1 left behind: `git chittysync ready --left-behind`"), "{refused:?}");
    assert!(world.ok(&["ready", "--claim", "--left-behind"]).contains("started: Never begun"));
}

#[test]
fn messages_say_of_which_project_they_speak() {
    let world = world();
    world.ok(&["add", "Elsewhere", "--project", "web"]);
    world.ok(&["add", "Over", "--project", "api"]);
    world.ok(&["done", "over"]);
    let said = world.run(&["ready", "--project", "api"]);
    assert!(said.stderr.contains("Nothing is ready in api; 2 elsewhere (`ready --all`)."), "{said:?}");
    let refused = world.run(&["ready", "--claim", "--project", "api"]);
    assert!(refused.stderr.contains("nothing is ready in api"), "{refused:?}");
    assert!(refused.stderr.contains("2 elsewhere: `git chittysync ready --all`"), "{refused:?}");
}

/// The first sync shows what lives, each later one what it changed.
#[test]
fn a_sync_tells_what_changed() {
    let world = World::new();
    world.list(OLD, "2026-11-10T12:00:00.000Z", &[("Left over", "in_progress")]);
    world.list(NEW, "2026-11-20T11:00:00.000Z", &[("At it", "in_progress"), ("Next", "pending")]);
    let first = world.sync().stdout;
    assert!(first.contains("Next") && first.contains("1 more from 1 session"), "{first}");
    world.list(NEW, "2026-11-20T11:10:00.000Z", &[("At it", "completed"), ("Next", "pending")]);
    let second = world.sync().stdout;
    assert!(second.contains("completed \u{2018}At it\u{2019}") && !second.contains("Next\u{2019}"), "{second}");
    let third = world.sync().stdout;
    assert!(third.lines().count() == 1 && third.contains("3 todos"), "{third}");
}

#[test]
fn a_list_is_narrowed() {
    let world = world();
    world.ok(&["add", "Urgent", "--priority", "high"]);
    world.ok(&["add", "Waits", "--blocked-by", "urgent"]);
    let list = |arguments: &[&str]| -> Vec<String> {
        let rows = world.ok(&[&["list", "--porcelain"], arguments].concat());
        rows.lines().filter_map(|line| line.split('\t').next_back()).map(str::to_owned).collect()
    };
    assert_eq!(list(&["never", "BEGUN"]), ["Never begun"]);
    assert_eq!(list(&["--blocked"]), ["Waits"]);
    assert_eq!(list(&["--priority", "high"]), ["Urgent"]);
    assert_eq!(list(&["--priority", "1", "--blocked"]), [""; 0]);
    assert_eq!(list(&["--ready", "--since", "2 hours ago"]), ["Urgent", "Next"]);
    assert_eq!(list(&["--since", "2 hours ago", "-n", "2"]).len(), 2);
    // Words find what is quiet, too.
    assert!(world.ok(&["list", "never"]).contains("Never begun"));
    let folded = world.ok(&["list", "--since", "30 days ago"]);
    assert!(folded.contains("2 more from 1 session"), "{folded}");
    assert_eq!(world.run(&["list", "--priority", "soonish"]).code, Some(129));
}

/// What a sync changed is told one by one only as far as somebody reads it; the rest is counted.
#[test]
fn a_sync_tells_the_latest_changes_and_counts_the_others() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.ok(&["add", "-q", "What was there"]);
    let items: Vec<_> = (0..23).map(|at| (format!("Step {at}"), "pending")).collect();
    let items: Vec<(&str, &str)> = items.iter().map(|(words, status)| (words.as_str(), *status)).collect();
    world.list("029e1c6e-0000-4000-8000-000000000001", "2026-11-20T11:00:00Z", &items);
    let told = world.ok(&["sync", "--from", "claude"]);
    assert_eq!(told.matches("added").count(), 20, "{told}");
    assert!(told.starts_with("3 earlier changes: `log`\n") && !told.contains("What was there"), "{told}");
    assert!(!world.ok(&["sync", "--from", "claude"]).contains("Step"), "nothing is new");
}
