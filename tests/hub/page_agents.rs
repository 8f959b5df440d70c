//! Pages about sessions and agents: what is started, what failed, what a session should do, and todos by state.

use serde_json::{Value, json};

use crate::common::set_time;
use crate::pages::{Browser, id_of, said};
use crate::scene::Scene;

fn agents(scene: &Scene) -> Value {
    let store = scene.store("hub");
    scene.world.json(&["--store", store.to_str().expect("UTF-8"), "topics"])["agents"].clone()
}

/// Has the lease say this too, as a device does whose agents fail.
fn lease(scene: &Scene, change: &dyn Fn(&mut Value)) {
    let hub = scene.store("hub");
    let name = "refs/chittysync-lease/spawn";
    let mut lease: Value =
        serde_json::from_str(&scene.world.git(&hub, &["show", &format!("{name}:lease.json")])).expect("JSON");
    change(&mut lease);
    let file = scene.world.write("lease.json", lease.to_string().as_bytes());
    let blob = scene.world.git(&hub, &["hash-object", "-w", file.to_str().expect("UTF-8")]);
    scene.world.write("tree", format!("100644 blob {blob}\tlease.json\n").as_bytes());
    let mut command = scene.world.command("git");
    command.arg("--git-dir").arg(&hub).arg("mktree");
    command.stdin(std::fs::File::open(scene.world.path("tree")).expect("a file"));
    let tree = String::from_utf8(command.output().expect("git").stdout).expect("UTF-8");
    let commit = scene.world.git(&hub, &["commit-tree", "-p", name, "-m", "x", tree.trim()]);
    scene.world.git(&hub, &["update-ref", name, &commit]);
}

#[test]
fn agents_are_held_back_and_let_go_by_buttons() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    browser.act(&scene, "add", "&words=Begin");
    let topics = || browser.get(&scene, "/ui/topics").body;
    assert!(!topics().contains("Agents that are started"), "nobody starts any");
    assert_eq!(said(&browser.act(&scene, "pause", "")), "No agent is started any more, as this store knows now.");
    assert_eq!(agents(&scene)["lease"]["paused"], true);
    for path in ["/ui", "/ui/topics"] {
        let page = browser.get(&scene, path).body;
        assert!(page.contains("no device starts an agent") && page.contains("value=\"resume\""), "{path}: {page}");
    }
    assert_eq!(said(&browser.act(&scene, "pause", "")), "Nothing is started already.");
    assert_eq!(said(&browser.act(&scene, "resume", "")), "Agents may be started again, as this store knows now.");
    assert_eq!(agents(&scene)["lease"]["paused"], false);
    assert!(topics().contains("value=\"pause\"") && !browser.get(&scene, "/ui").body.contains("value=\"pause\""));
    lease(&scene, &|lease| lease["failures"] = json!({"<b>odd": 3, "api": 2}));
    let page = browser.get(&scene, "/ui").body;
    assert!(page.contains("value=\"reset %3Cb%3Eodd\"") && !page.contains("reset api"), "{page}");
    assert!(page.contains("<title>1 needs you"), "{page}");
    let told = said(&browser.act(&scene, "reset <b>odd", ""));
    assert_eq!(told, "Its failures are forgotten, as this store knows now.");
    assert!(!browser.get(&scene, "/ui").body.contains("reset "));
    // Who may only read sees it, and can do nothing about it.
    browser.act(&scene, "pause", "");
    let reader = Browser::new(&scene, &["--scope", "read"]);
    let page = reader.get(&scene, "/ui").body;
    assert!(page.contains("no device starts an agent") && !page.contains("value=\"resume\""), "{page}");
    assert_eq!(reader.post(&scene, &format!("key={}&do=resume", reader.key), &[]).status, 403);
    // A lease that nobody can read is told.
    lease(&scene, &|lease| lease["format"] = json!(99));
    assert!(topics().contains("is of no use"), "{}", topics());
}

#[test]
fn a_session_is_told_what_to_do() {
    let scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    let list = json!({"session_id": "agent/one", "project": "api", "todos": [
        {"content": "Write it", "status": "in_progress"},
        {"content": "Test it", "status": "pending"},
        {"content": "Plan it", "status": "completed"},
    ]});
    assert_eq!(scene.post("/api/todos/sync", &token, &list.to_string()).status, 201);
    let sessions = browser.get(&scene, "/ui/sessions").body;
    let path = sessions.split("href=\"/ui/session/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let page = browser.get(&scene, &format!("/ui/session/{path}"));
    assert_eq!(page.status, 200, "{page:?}");
    let next = page.body.split("What it should do next").nth(1).and_then(|rest| rest.split("</section>").next());
    let next = next.expect("a section");
    assert!(next.contains("go on with it") && next.contains("Write it"), "{next}");
    assert!(page.body.contains("Completed last in its project") && page.body.contains("Plan it"), "{page:?}");
    let id = id_of(&scene, "Write it");
    browser.act(&scene, &format!("done {id}"), "");
    let page = browser.get(&scene, &format!("/ui/session/{path}")).body;
    assert!(!page.contains("go on with it"), "{page}");
    assert_eq!(browser.get(&scene, "/ui/session/nobody").status, 404);
}

#[test]
fn who_waits_for_me_and_for_what() {
    let scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    browser.act(&scene, "add", "&words=Approve+it&project=api");
    let id = id_of(&scene, "Approve it");
    let list = json!({"session_id": "printer", "project": "api", "todos": [
        {"content": "Print it", "status": "pending", "blockedBy": [id]},
        {"content": "Send it", "status": "pending", "blockedBy": [id]},
    ]});
    assert_eq!(scene.post("/api/todos/sync", &token, &list.to_string()).status, 201);
    let page = browser.get(&scene, "/ui").body;
    let mine = page.split("<section id=\"mine\"").nth(1).and_then(|rest| rest.split("</section>").next());
    let mine = mine.unwrap_or_else(|| panic!("nothing waits: {page}"));
    assert!(mine.contains("Approve it") && mine.contains("holds up <b><bdi>printer on one</bdi></b>: "), "{mine}");
    assert!(mine.contains(", and 1 more todo<"), "{mine}");
    // Who waits for the same todo with both stands there once.
    let blocked = page.split("<section id=\"blocked\"").nth(1).and_then(|rest| rest.split("</section>").next());
    let blocked = blocked.unwrap_or_else(|| panic!("nobody is blocked: {page}"));
    assert!(blocked.matches("<li").count() == 1 && blocked.contains(", and 1 more todo"), "{blocked}");
    assert!(
        blocked.contains("Approve it") && blocked.contains("yours") && !blocked.contains("more todo</a>"),
        "{blocked}"
    );
}

/// With settings as they are when nobody sets any: who has something in progress and says nothing, while others go on.
#[test]
fn the_first_page_says_which_session_is_stuck() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    let says = |session: &str, time: &str, items: Value| {
        let path = scene
            .world
            .write(&format!("claude-hub/todos/{session}-agent-{session}.json"), items.to_string().as_bytes());
        set_time(&path, time);
        let (store, home) = (scene.store("hub"), scene.world.path("claude-hub"));
        scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "sync", "--from", home.to_str().expect("UTF-8")]);
    };
    let item = |words: &str, status: &str| json!({"content": words, "status": status});
    says("late", "2026-11-20T06:00:00.000Z", json!([item("Fix <b>login", "in_progress"), item("Test it", "pending")]));
    says("busy", "2026-11-20T07:00:00.000Z", json!([item("Paint it", "in_progress")]));
    let stuck = || {
        let page = browser.get(&scene, "/ui").body;
        let part = page.split("<section id=\"stuck\"").nth(1).and_then(|rest| rest.split("</section>").next());
        part.map(str::to_owned)
    };
    assert_eq!(stuck(), None);
    says("busy", "2026-11-20T11:30:00.000Z", json!([item("Paint it", "completed"), item("Ship it", "in_progress")]));
    let part = stuck().expect("somebody is stuck");
    assert!(part.contains("They say nothing, while their projects went on."), "{part}");
    assert!(part.contains(">late<") && part.contains("Fix &lt;b&gt;login</bdi></a>"), "{part}");
    assert!(
        part.matches("<li").count() == 1 && part.contains(&format!("/ui/todo/{}", id_of(&scene, "Fix <b>login"))),
        "{part}"
    );
    let page = browser.get(&scene, "/ui").body;
    assert!(page.contains("<b class=\"num\">1</b> stuck session<") && page.contains("<title>1 needs you"), "{page}");
    let sessions = browser.get(&scene, "/ui/sessions").body;
    assert!(sessions.contains("while its project went on for 5h"), "{sessions}");
}

#[test]
fn each_todo_is_in_one_column() {
    let scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    for words in ["First", "Waiting", "Doing", "Finished"] {
        browser.act(&scene, "add", &format!("&words={words}"));
    }
    let id = |words: &str| id_of(&scene, words);
    let waits = json!({"blockedBy": [id("First")]}).to_string();
    let path = format!("/api/todo/{}", id("Waiting"));
    let said = scene.ask("PATCH", &path, &token, &[("Content-Type", "application/json")], waits.as_bytes());
    assert_eq!(said.status, 200, "{said:?}");
    browser.act(&scene, &format!("start {}", id("Doing")), "");
    browser.act(&scene, &format!("done {}", id("Finished")), "");
    let page = browser.get(&scene, "/ui/board?column=done").body;
    let columns: Vec<&str> = page.split("<section").skip(1).collect();
    assert_eq!(columns.len(), 4, "{page}");
    for (column, words) in columns.iter().zip(["Waiting", "First", "Doing", "Finished"]) {
        for other in ["First", "Waiting", "Doing", "Finished"] {
            let is_there = column.contains(&format!("{0}\" href=\"/ui/todo/{0}\"", id(other)));
            assert_eq!(is_there, other == words, "{other}: {column}");
        }
    }
    assert!(columns[3].starts_with(" class=\"chosen\"") && !columns[1].starts_with(" class=\"chosen\""), "{page}");
    assert!(
        columns[0].contains("waits for") && columns[0].contains("yours") && columns[0].contains(", pending)"),
        "by what, and who has that: {page}"
    );
    let first = browser.get(&scene, "/ui").body;
    assert!(first.contains("1 of 4 · 25 %") && first.contains("1 finished, 1 begun, 2 added"), "{first}");
    let blocked = first.split("id=\"blocked\"").nth(1).and_then(|rest| rest.split("</section>").next());
    assert!(
        blocked.is_some_and(
            |section| section.contains("<b>You</b> wait for ") && section.contains("(<bdi>yours</bdi>, pending)")
        ),
        "who is blocked: {first}"
    );
}
