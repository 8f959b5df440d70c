//! What there is to do on each topic, and where a topic is asked for.

use serde_json::{Value, json};

use crate::common::World;

fn words(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|todo| todo["content"].as_str().expect("words")).collect()
}

fn topic(world: &World, name: &str) -> Value {
    world.json(&["topics", "--all"])["topics"]
        .as_array()
        .expect("topics")
        .iter()
        .find(|topic| topic["topic"] == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .clone()
}

#[test]
fn topics_are_counted_with_what_waits_and_why() {
    let world = World::new();
    for text in ["Fix the SQL", "Index the database", "Drop the old schema", "Update main", "Fix crash #frontend"] {
        world.ok(&["add", text, "--project", "acme/api"]);
    }
    world.ok(&["add", "Another schema", "--project", "acme/web"]);
    let database = topic(&world, "database");
    let numbers = |topic: &Value| ["open", "pending", "ready", "waiting", "threshold"].map(|key| topic[key].as_u64());
    assert_eq!(numbers(&database), [Some(4), Some(4), Some(4), Some(3), Some(3)], "{database}");
    assert_eq!((&database["state"], &database["count"]), (&json!("due"), &json!(4)));
    assert_eq!(database["waiting_in"]["api"].as_array().map(Vec::len), Some(3));
    let debugging = topic(&world, "debugging");
    assert_eq!((&debugging["state"], &debugging["passed_over"]["elsewhere"]), (&json!("quiet"), &json!(2)));
    assert_eq!(topic(&world, "ai_ml")["open"], 0, "`main` is not `ai`");
    let text = world.ok(&["topics"]);
    assert!(text.lines().any(|line| line.starts_with("database ") && line.ends_with("3 of 3  due")), "{text}");
    assert!(!text.contains("ai_ml") && world.ok(&["topics", "--all"]).contains("ai_ml"), "{text}");

    world.ok(&["start", "index database", "--session", "s1", "--json"]);
    world.ok(&["edit", "drop schema", "--blocked-by", "fix sql"]);
    let database = topic(&world, "database");
    assert_eq!(numbers(&database), [Some(4), Some(3), Some(2), Some(1), Some(3)], "{database}");
    assert_eq!(
        database["passed_over"],
        json!({ "in_progress": 1, "blocked": 1, "assigned": 0, "listed": 0, "elsewhere": 0 }),
        "{database}"
    );
    let told = world.ok(&["topics", "Database"]);
    for part in ["database: waiting, 1 of 3", "1  in progress", "1  blocked", "1  waiting in api:", "Fix the SQL"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let of_one = world.json(&["topics", "--project", "web"]);
    assert_eq!(of_one["topics"][0]["open"], 1, "{of_one}");
    let rows = world.ok(&["topics", "--porcelain"]);
    assert!(rows.lines().any(|row| row == "database\twaiting\t1\t3\t4\t3\t2\t2"), "{rows}");
}

#[test]
fn a_topic_is_asked_for_wherever_todos_are_listed() {
    let world = World::new();
    for text in ["Fix the SQL", "Write the guide", "Tidy up #Database"] {
        world.ok(&["add", text]);
    }
    let here = |arguments: &[&str]| world.json(arguments);
    assert_eq!(words(&here(&["list", "--topic", "database"])).len(), 2);
    assert_eq!(words(&here(&["ready", "--topic", "DOCUMENTATION"])), ["Write the guide"]);
    let claimed = here(&["ready", "--claim", "--topic", "documentation"]);
    assert_eq!((&claimed["content"], &claimed["status"]), (&json!("Write the guide"), &json!("in_progress")));
    let none = world.run(&["ready", "--claim", "--topic", "documentation"]);
    assert_eq!((none.code, none.stderr.contains("nothing is ready")), (Some(1), true), "{none:?}");
    for command in [&["list", "--topic", "nope"][..], &["ready", "--topic", "nope"], &["topics", "nope"]] {
        let done = world.run(command);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("there is no topic 'nope'") && done.stderr.contains("topics --all"), "{done:?}");
    }
}

/// What a setting says goes before the table, and one that says nothing that can be read is named.
#[test]
fn settings_make_topics() {
    let world = World::new();
    world.ok(&["add", "Pay the invoice", "--project", "acme/shop"]);
    world.ok(&["add", "Pay the invoice", "--project", "acme/api"]);
    let set = |value: &str| world.git(&world.store(), &["config", "--add", "chittysync.topic", value]);
    set("billing=invoice;project=shop");
    world.git(&world.store(), &["config", "chittysync.spawnAt", "2"]);
    let billing = topic(&world, "billing");
    assert_eq!((&billing["open"], &billing["threshold"], &billing["configured"]), (&json!(1), &json!(2), &json!(true)));
    assert_eq!(topic(&world, "finance")["passed_over"]["elsewhere"], 1);
    set("finance=");
    assert_eq!(topic(&world, "finance")["open"], 0, "its words are replaced by none");
    assert!(world.ok(&["topics"]).contains("finance"), "what a setting names is shown");
    set("no name");
    let done = world.run(&["topics"]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("chittysync.topic is 'no name', but must be <name>=<word>"), "{done:?}");
}
