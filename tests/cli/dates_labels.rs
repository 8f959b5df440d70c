//! Due and defer dates, labels, and the order of lists.

use serde_json::json;

use crate::common::World;

/// Returns the words that a command's lines end with, in their order.
fn words(world: &World, arguments: &[&str]) -> Vec<String> {
    let mut all = arguments.to_vec();
    all.push("--porcelain");
    world.ok(&all).lines().filter_map(|line| line.split('\t').next_back()).map(str::to_owned).collect()
}

#[test]
fn what_is_put_off_is_not_offered_before_its_date() {
    let world = World::new();
    world.ok(&["add", "Renew the certificate", "--defer", "2026-11-25"]);
    world.ok(&["add", "Renew the domain", "--defer", "2026-11-20T12:00:00.001Z"]);
    world.ok(&["add", "Now"]);
    assert_eq!(words(&world, &["ready"]), ["Now"]);
    assert_eq!(words(&world, &["list", "--ready"]), ["Now"]);
    let claimed = world.json(&["ready", "--claim"]);
    assert_eq!(claimed["content"], "Now");
    assert_eq!(world.run(&["ready", "--claim"]).code, Some(1), "nothing else can be begun");
    let later = |at: &str| world.run_with(&[("CHITTYSYNC_NOW", at)], &["ready", "--porcelain"]).stdout;
    assert!(later("2026-11-20T12:00:00.001Z").contains("Renew the domain"));
    assert!(!later("2026-11-24T23:59:59.999Z").contains("certificate"));
    assert!(later("2026-11-25T00:00:00.000Z").contains("certificate"));
    // A day begins where the device is.
    let world = World::new();
    world.run_with(&[("TZ", "Pacific/Auckland")], &["add", "There", "--defer", "2026-11-22"]);
    assert_eq!(world.todo("There")["defer"], "2026-11-22T00:00:00+13:00");
    assert_eq!(words(&world, &["ready"]), ["There"; 0]);
    let there = [("CHITTYSYNC_NOW", "2026-11-21T11:00:00.000Z"), ("TZ", "America/New_York")];
    assert!(world.run_with(&there, &["ready"]).stdout.contains("There"), "it has begun there, whoever asks");
}

#[test]
fn dates_as_people_write_them() {
    let world = World::new();
    for (typed, kept) in [
        ("2026-12-01", "2026-12-01T23:59:59Z"),
        ("2026-12-01 14:30", "2026-12-01T14:30:00Z"),
        ("today", "2026-11-20T23:59:59Z"),
        ("tomorrow", "2026-11-21T23:59:59Z"),
        ("3d", "2026-11-23T23:59:59Z"),
        ("2w", "2026-12-04T23:59:59Z"),
        ("2026-12-01T10:00:00+02:00", "2026-12-01T10:00:00+02:00"),
    ] {
        let words = format!("By {typed}");
        world.ok(&["add", &words, "--due", typed]);
        assert_eq!(world.todo(&words)["due"], kept, "{typed}");
    }
    for none in ["soon", "2026-13-01", "99999999999d", "9999-12-31", "3 d", "-1d"] {
        let refused = world.run(&["add", "x", &format!("--due={none}")]);
        assert_eq!(refused.code, Some(129), "{none}: {refused:?}");
        assert!(refused.stderr.contains("is no date"), "{refused:?}");
    }
    world.ok(&["edit", "by 3d", "--due", ""]);
    assert_eq!(world.todo("By 3d")["due"], "");
    assert!(!world.ok(&["show", "by 3d"]).contains("due  "), "it was taken back");
    world.ok(&["undo"]);
    assert!(world.ok(&["show", "by 3d"]).contains("2026-11-23"));
}

#[test]
fn what_is_due_is_marked_comes_first_and_lives() {
    let world = World::new();
    world.list(
        "agent",
        "2026-09-01T12:00:00.000Z",
        &[("Left long ago", "pending"), ("Due then", "pending"), ("Due far away", "pending")],
    );
    world.sync_at("2026-09-01T12:00:00.000Z");
    let then = [("CHITTYSYNC_NOW", "2026-09-02T12:00:00.000Z")];
    for (words, date) in [("due then", "2026-11-19"), ("due far away", "2027-11-19")] {
        // The agent itself sets it, so that no person keeps the todo alive.
        let agent = [then[0], ("CHITTYSYNC_SESSION", "agent")];
        assert_eq!(world.run_with(&agent, &["edit", words, "--due", date]).code, Some(0));
    }
    world.ok(&["add", "Of today"]);
    let list = world.ok(&["list"]);
    assert!(list.contains("[overdue 2026-11-19] Due then"), "{list}");
    assert!(!list.contains("Left long ago") && !list.contains("Due far away"), "{list}");
    assert!(list.contains("2 more from 1 session"), "{list}");
    let sorted = words(&world, &["list", "--sort", "due", "-n", "2"]);
    assert_eq!(sorted, ["Due then", "Due far away"]);
}

#[test]
fn labels_are_a_set_on_every_device() {
    let world = World::new();
    world.ok(&["add", "Fix it", "--label", "UI,backend", "--label", "#Good first"]);
    assert_eq!(world.todo("Fix it")["labels"], json!(["backend", "good-first", "ui"]));
    let store = world.store();
    let other = world.path("other.git");
    world.git(&world.path("."), &["clone", "-q", "--mirror", store.to_str().expect("UTF-8"), "other.git"]);
    world.git(&other, &["config", "chittysync.enabled", "true"]);
    world.git(&other, &["config", "chittysync.device", "elsewhere"]);
    let there = |arguments: &[&str]| {
        let mut all = vec!["--store", other.to_str().expect("UTF-8")];
        all.extend(arguments);
        world.ok(&all)
    };
    // Each adds one and takes another one off, without knowing of the other device.
    world.ok(&["edit", "fix it", "--label", "+here", "--label", "-ui"]);
    there(&["edit", "fix it", "--label", "there", "--label=-backend"]);
    world.git(&store, &["remote", "add", "origin", other.to_str().expect("UTF-8")]);
    world.git(&store, &["config", "chittysync.remote", "origin"]);
    world.ok(&["sync", "--from", "."]);
    assert_eq!(world.todo("Fix it")["labels"], json!(["good-first", "here", "there"]));
    assert_eq!(words(&world, &["list", "--label", "there", "--label", "HERE"]), ["Fix it"]);
    assert_eq!(words(&world, &["list", "--label", "ui"]), ["Fix it"; 0]);
    let list = world.ok(&["list"]);
    assert!(list.contains("Fix it #good-first #here #there"), "{list}");
    assert!(world.ok(&["show", "fix it"]).contains("good-first, here, there"));
    let refused = world.run(&["edit", "fix it", "--label", "a=b"]);
    assert!(refused.code == Some(129) && refused.stderr.contains("is no label"), "{refused:?}");
    let same = world.run(&["edit", "fix it", "--label", "here"]);
    assert_eq!(same.code, Some(129), "nothing changes: {same:?}");
}

/// A label that an agent lists can be taken off too, and a topic follows.
#[test]
fn a_label_of_an_agent_can_be_taken_off() {
    let world = World::new();
    let list = br#"[{"content": "Tidy", "status": "pending", "labels": ["Database", "later"]}]"#;
    assert_eq!(world.input(&["import", "--session", "agent"], list).code, Some(0));
    assert_eq!(words(&world, &["list", "--topic", "database"]), ["Tidy"]);
    world.ok(&["edit", "tidy", "--label", "-database", "--label", "api"]);
    assert_eq!(world.todo("Tidy")["labels"], json!(["api", "later"]));
    assert_eq!(words(&world, &["list", "--topic", "database"]), ["Tidy"; 0]);
    assert_eq!(words(&world, &["list", "--topic", "api"]), ["Tidy"]);
}

#[test]
fn blockers_are_added_and_taken_out_one_by_one() {
    let world = World::new();
    for words in ["Ship", "Test", "Sign", "Tell"] {
        world.ok(&["add", words]);
    }
    let waits = || world.json(&["show", "ship"])["waitsFor"].as_array().map_or(0, Vec::len);
    world.ok(&["edit", "ship", "--blocked-by", "+test", "--blocked-by", "+sign"]);
    assert_eq!(waits(), 2);
    world.ok(&["edit", "ship", "--blocked-by", "+tell", "--blocked-by", "-test"]);
    assert_eq!(waits(), 2);
    let ready: std::collections::BTreeSet<String> = words(&world, &["ready"]).into_iter().collect();
    assert_eq!(ready.into_iter().collect::<Vec<_>>(), ["Sign", "Tell", "Test"]);
    let same = world.run(&["edit", "ship", "--blocked-by", "+tell"]);
    assert_eq!(same.code, Some(129), "{same:?}");
    assert!(world.run(&["edit", "ship", "--blocked-by", "+ship"]).stderr.contains("itself"));
    world.ok(&["edit", "ship", "--blocked-by", "test"]);
    assert_eq!(waits(), 1, "without a sign it is all of them");
    world.ok(&["edit", "ship", "--blocked-by", ""]);
    assert_eq!(waits(), 0);
}

#[test]
fn a_list_is_sorted_across_projects() {
    let world = World::new();
    world.ok(&["add", "Low", "--project", "a", "--priority", "low"]);
    world.ok(&["add", "High", "--project", "b", "--priority", "high", "--due", "2w"]);
    world.ok(&["add", "Middle", "--project", "a", "--due", "3d"]);
    assert_eq!(words(&world, &["list", "--sort", "priority"]), ["High", "Middle", "Low"]);
    assert_eq!(words(&world, &["list", "--sort", "priority", "-n", "1"]), ["High"]);
    assert_eq!(words(&world, &["list", "--sort", "due"]), ["Middle", "High", "Low"]);
    let by_due = world.ok(&["list", "--sort", "due"]);
    assert!(by_due.find("Middle") < by_due.find("High"), "{by_due}");
    assert_eq!(words(&world, &["list", "--sort", "project"]), words(&world, &["list"]));
}

/// Where clocks are put forward or back an hour is left out, or comes twice: a day is all of its hours.
#[test]
fn a_day_has_its_hours_where_clocks_change() {
    let world = World::new();
    // Those of Chile go from 23:59 to 1:00 on the 6th of September and from 23:59 back to 23:00 on the 4th of April; those of
    // Cuba from 0:59 back to 0:00 on the 1st of November; those of most of Europe from 1:59 to 3:00, and from 2:59 to 2:00.
    let chile = "<-04>4<-03>,M9.1.0/0,M4.1.0/0";
    let cuba = "CST5CDT,M3.2.0/0,M11.1.0/1";
    let europe = "CET-1CEST,M3.5.0,M10.5.0/3";
    for (place, option, typed, kept) in [
        (chile, "--defer", "2026-09-06", "2026-09-06T01:00:00-03:00"),
        (chile, "--defer", "2026-09-06 00:30", "2026-09-06T01:30:00-03:00"),
        (chile, "--due", "2026-04-04", "2026-04-04T23:59:59-04:00"),
        (chile, "--defer", "2026-04-04 23:30", "2026-04-04T23:30:00-03:00"),
        (cuba, "--defer", "2026-11-01", "2026-11-01T00:00:00-04:00"),
        (europe, "--defer", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00"),
        (europe, "--defer", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00"),
        (europe, "--due", "2026-10-25 02:30", "2026-10-25T02:30:00+01:00"),
    ] {
        let words = format!("By {typed} with {}", &option[2..]);
        let early = [("CHITTYSYNC_NOW", "2026-03-01T12:00:00Z"), ("TZ", place)];
        let added = world.run_with(&early, &["add", &words, option, typed]);
        assert_eq!(added.code, Some(0), "{added:?}");
        assert_eq!(world.todo(&words)[&option[2..]], kept, "{typed}");
    }
    // The first of the two hours is a part of the day as well.
    let there = |now: &'static str| [("CHITTYSYNC_NOW", now), ("TZ", cuba)];
    for (now, words) in [("2026-11-01T03:59:00Z", "Pack"), ("2026-11-01T04:30:00Z", "Leave")] {
        assert_eq!(world.run_with(&there(now), &["add", words]).code, Some(0));
    }
    let log = world.run_with(&there("2026-11-01T16:00:00Z"), &["log", "--since", "2026-11-01"]).stdout;
    assert!(log.contains("Leave") && !log.contains("Pack"), "{log}");
}
