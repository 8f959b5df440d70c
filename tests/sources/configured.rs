//! Sources that the user describes in git config.

use serde_json::json;

use crate::common::{World, set_time};

fn set(world: &World, name: &str, settings: &[(&str, &str)]) {
    for (key, value) in settings {
        world.git(&world.home(), &["config", "--global", "--add", &format!("chittysync.source.{name}.{key}"), value]);
    }
}

#[test]
fn a_list_in_any_of_four_forms() {
    let world = World::new();
    let list = json!({"data": {"items": [
        {"id": 7, "name": "Water the plants", "state": "doing", "prio": "high", "who": {"thread": "t1"}, "junk": [1]},
        {"id": 8, "name": "Buy seeds", "done": false, "who": {"thread": "t2"}, "junk": [1]},
    ]}});
    world.write("home/notes/app.json", list.to_string().as_bytes());
    set(
        &world,
        "app",
        &[
            ("path", "~/notes/app.json"),
            ("format", "json"),
            ("fields", "list=data.items,content=name,status=state,id=id"),
            ("fields", "session=who.thread,priority=prio"),
        ],
    );
    world.write("home/notes/log.jsonl", b"{\"key\":\"a\",\"title\":\"Mow\",\"done\":false}\n{\"key\":\"b\",\"title\":\"Rake\",\"done\":false}\n{\"key\":\"a\",\"title\":\"Mow the lawn\",\"done\":true}\nbroken\n");
    set(&world, "journal", &[("path", "~/notes/*.jsonl"), ("format", "jsonl"), ("fields", "id=key,status=done")]);
    world.write("home/code/shed/notes/a.md", b"# Plan\n- [x] Saw\n- [ ] Hammer\n");
    world.git(&world.path("home/code/shed"), &["init", "-q"]);
    world.write("home/code/barn/notes/a.md", b"- [ ] Sweep\n");
    world.write("home/code/.hidden/notes/a.md", b"- [ ] Never\n");
    set(&world, "notes", &[("path", "~/code/*/notes/*.md"), ("format", "markdown")]);
    #[cfg(feature = "sqlite")]
    {
        let made = rusqlite::Connection::open(world.path("home/tasks.db")).expect("a database");
        made.execute_batch("CREATE TABLE task(id INTEGER PRIMARY KEY, words TEXT, state TEXT, dir TEXT, at INTEGER); INSERT INTO task VALUES(1, 'Paint', 'started', '/work/house', 1795168800), (2, 'Plaster', 'finished', '/work/house', 1795168800)").expect("SQL");
        set(
            &world,
            "tasks",
            &[
                ("path", "~/tasks.db"),
                ("format", "sqlite"),
                ("query", "SELECT id, words, state, dir, at FROM task ORDER BY id"),
                ("fields", "content=words,status=state,id=id,directory=dir,time=at"),
            ],
        );
    }
    let done = world.run(&["sync", "-v"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("log.jsonl 1 of its entries have no words, or cannot be read"), "{}", done.stderr);
    let mut expected = vec![
        "Buy seeds: pending",
        "Hammer: pending",
        "Mow the lawn: completed",
        "Rake: pending",
        "Saw: completed",
        "Sweep: pending",
        "Water the plants: in_progress",
    ];
    if cfg!(feature = "sqlite") {
        expected.extend(["Paint: in_progress", "Plaster: completed"]);
    }
    expected.sort_unstable();
    assert_eq!(world.states(), expected);
    assert_eq!(world.todo("Hammer")["project"], "shed");
    assert_eq!(world.todo("Water the plants")["priority"], "high", "{}", world.todo("Water the plants"));
    assert!(world.todo("Water the plants").get("junk").is_none());
    let sessions = world.sessions();
    assert!(["app-t1", "app-t2"].iter().all(|name| sessions.contains(&(*name).to_owned())), "{sessions:?}");
    assert_eq!(
        sessions.iter().filter(|name| name.starts_with("notes-a-")).count(),
        2,
        "two files are two lists: {sessions:?}"
    );
    // Known by its id when its words change; and chosen by its name.
    let commits = world.commits();
    world.ok(&["sync", "-q"]);
    assert_eq!(world.commits(), commits, "nothing new is no news");
    let changed = list.to_string().replace("Buy seeds", "Buy seeds and soil");
    set_time(&world.write("home/notes/app.json", changed.as_bytes()), "2026-11-20T11:00:00Z");
    world.ok(&["sync", "-q", "--source", "journal"]);
    assert_eq!(world.commits(), commits);
    world.ok(&["sync", "-q", "--source", "app"]);
    assert_eq!(world.todo("Buy seeds")["status"], "dropped");
    assert_eq!(world.todo("Buy seeds and soil")["renamedFrom"], world.todo("Buy seeds")["id"]);
}

#[test]
fn what_is_wrong_with_one_is_told_and_the_others_are_read() {
    let world = World::new();
    set(&world, "good", &[("path", "~/good.md"), ("format", "markdown")]);
    world.write("home/good.md", b"- [ ] Read me\n");
    set(&world, "bad", &[("path", "relative.md"), ("format", "markdown")]);
    set(&world, "codex", &[("path", "~/x.md"), ("format", "markdown")]);
    set(&world, "list", &[("path", "~/list.json"), ("format", "json"), ("fields", "list=items")]);
    world.write("home/list.json", b"{\"todos\":[{\"content\":\"Not here\"}]}");
    let done = world.run(&["sync", "-v"]);
    assert_eq!((done.code, world.states()), (Some(0), vec!["Read me: pending".to_owned()]), "{done:?}");
    for said in [
        "path of the source bad is 'relative.md'",
        "'codex' cannot be the name",
        "list.json has no list where `fields` says it stands",
    ] {
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
    }
    let told = world.run(&["doctor"]).stdout;
    assert!(told.contains("BAD sources") && told.contains("path of the source bad"), "{told}");
    assert!(!told.contains("mean nothing"), "the keys are known: {told}");
}

/// The settings of a repository may be anybody's: they name no file of the user's.
#[test]
fn a_repository_describes_no_source() {
    let world = World::new();
    world.write("home/secret.md", b"- [ ] Mine\n");
    world.git(&world.home(), &["init", "-q", "project"]);
    let project = world.home().join("project");
    world.git(&project, &["config", "chittysync.source.theirs.path", "~/secret.md"]);
    world.git(&project, &["config", "chittysync.source.theirs.format", "markdown"]);
    world.ok(&["-C", project.to_str().expect("UTF-8"), "sync", "-q"]);
    assert_eq!(world.states(), Vec::<String>::new());
    let given = ["config", "--global", "chittysync.source.mine.format", "markdown"];
    world.git(&world.home(), &given);
    let variables = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "chittysync.source.mine.path"),
        ("GIT_CONFIG_VALUE_0", "~/secret.md"),
    ];
    assert_eq!(world.run_with(&variables, &["sync", "-q"]).code, Some(0));
    assert_eq!(world.states(), ["Mine: pending"]);
}

/// Whatever else stands in the line: a store can be called as a command is.
#[test]
fn it_can_be_typed_beside_any_word() {
    let world = World::new();
    world.write("home/notes.md", b"- [ ] Water the plants\n");
    set(&world, "notes", &[("path", "~/notes.md"), ("format", "markdown")]);
    // The store's path is one word of the line, as it is.
    for store in ["hook", "merge-driver"] {
        world.ok(&["--store", store, "capture", "--source", "notes"]);
    }
}
