//! `bug-report` says what helps, and nothing of what people wrote.

use serde_json::Value;

use crate::common::World;

#[test]
fn it_counts_and_tells_no_words_no_names_and_no_places() {
    let world = World::new();
    world.list("abc-session", "2026-11-20T09:00:00Z", &[("Pay the zebra", "pending"), ("Fix login", "completed")]);
    world.ok(&["sync", "--from", "claude"]);
    world.ok(&["add", "Ask Zoltan", "--project", "acme/api"]);
    let store = world.store();
    let set = |key: &str, value: &str| world.git(&store, &["config", key, value]);
    set("remote.hideout.url", "https://zora:hunter2@git.example.test/zoo.git");
    set("chittysync.remote", "hideout");
    set("chittysync.remote.hideout.pushesPerMinute", "6");
    set("chittysync.mirror.shelf.kind", "files");
    set("chittysync.mirror.shelf.path", "/nowhere/zebra");
    world.write("home/stripes.md", b"- [ ] Graze\n");
    for (key, value) in [("path", "~/stripes.md"), ("format", "markdown")] {
        let key = format!("chittysync.source.black stripes.{key}");
        world.git(&world.home(), &["config", "--global", &key, value]);
    }
    set("chittysync.quietAfter", "3d");
    set("chittysync.device", "zeppelin");
    for arguments in [&["bug-report"][..], &["--json", "bug-report"]] {
        let said = world.ok(arguments);
        let home = world.home();
        let home = home.to_str().expect("UTF-8");
        let secrets = ["zebra", "login", "Zoltan", "acme", "api", "hideout", "zora", "hunter2", "example", "shelf"];
        for secret in secrets.into_iter().chain(["stripes", "zeppelin", "abc-session", home, "/nowhere"]) {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
        assert!(said.contains("chittysync.quietAfter") && said.contains("3d"), "{said}");
        assert!(said.contains("chittysync.remote.<name>.pushesPerMinute"), "{said}");
    }
    let report: Value = serde_json::from_str(&world.ok(&["--json", "bug-report"])).expect("JSON");
    let store = &report["store"];
    assert_eq!((&store["open"], &store["completed"], &store["projects"]), (&2.into(), &1.into(), &2.into()), "{store}");
    assert_eq!(store["remote"], "https");
    let device = report["settings"].as_array().expect("settings").iter().find(|one| one["key"] == "chittysync.device");
    assert_eq!(device.expect("it is set")["value"], Value::Null);
    assert!(report["checks"].as_array().is_some_and(|checks| checks.len() > 5), "{report}");
}

/// It works where nothing else does.
#[test]
fn a_store_that_cannot_be_opened_is_a_finding() {
    let world = World::new();
    std::fs::create_dir_all(world.store()).expect("a directory");
    std::fs::write(world.store().join("HEAD"), "no store").expect("written");
    let report: Value = serde_json::from_str(&world.ok(&["--json", "bug-report"])).expect("JSON");
    assert_eq!(report["store"], Value::Null);
    let is_bad = |check: &Value| check["check"] == "store" && check["state"] == "bad";
    assert!(report["checks"].as_array().expect("checks").iter().any(is_bad), "{report}");
}
