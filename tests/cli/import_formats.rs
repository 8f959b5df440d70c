//! `import`: what people keep todos in beside agents.

use serde_json::json;

use crate::common::World;

const BEADS: &str = r#"{"id":"web-1","title":"Draw the form","status":"in_progress","priority":1,"issue_type":"task","labels":["ui"]}
{"id":"web-2","title":"Check the form","status":"open","issue_type":"task","dependencies":[{"depends_on_id":"web-1","type":"blocks"}]}
{"id":"web-3","title":"Old idea","status":"tombstone","issue_type":"task"}
{"id":"web-4","title":"Set up","status":"closed","issue_type":"task"}
"#;

#[test]
fn a_file_becomes_todos_once() {
    let world = World::new();
    world.write("issues.jsonl", BEADS.as_bytes());
    let dry = world.run(&["import", "--dry-run", "issues.jsonl"]);
    assert!(dry.code == Some(0) && dry.stdout.contains("Draw the form"), "{dry:?}");
    assert!(dry.stderr.contains("Would state 3 todos, read as beads; 1 left out"), "{dry:?}");
    assert!(!world.store().exists(), "a dry run makes no store");
    let told = world.json(&["import", "issues.jsonl", "--project", "web"]);
    assert_eq!((&told["format"], &told["items"], &told["left_out"]), (&json!("beads"), &json!(3), &json!(1)), "{told}");
    assert_eq!(world.states(), ["Check the form: pending", "Draw the form: in_progress", "Set up: completed"]);
    assert_eq!(world.todo("Draw the form")["labels"], json!(["ui"]));
    let waits = world.json(&["show", world.todo("Check the form")["id"].as_str().expect("an id")]);
    assert_eq!(waits["waitsFor"].as_array().map(Vec::len), Some(1), "{waits}");
    // The same file again changes nothing, and takes nothing back that was done here meanwhile.
    let id = world.todo("Check the form")["id"].as_str().expect("an id").to_owned();
    world.ok(&["done", &id]);
    let commits = world.commits();
    let again = world.json(&["import", "issues.jsonl", "--project", "web"]);
    assert_eq!((&again["changed"], world.commits()), (&json!(false), commits), "{again}");
    assert_eq!(world.todo("Check the form")["status"], "completed");
    // What was closed there is done here.
    world.write("issues.jsonl", BEADS.replace("in_progress", "closed").as_bytes());
    world.ok(&["import", "issues.jsonl", "--project", "web"]);
    assert_eq!(world.todo("Draw the form")["status"], "completed");
}

/// Two files are two sessions: neither takes back what the other one states. A day is one of this device.
#[test]
fn other_files_and_standard_input() {
    let world = World::new();
    world.write("a/todo.txt", b"(A) 2026-11-01 Draw due:2026-12-05 @ink\n");
    world.write("b/todo.txt", b"(B) 2026-11-01 Hang t:2026-12-01\nx 2026-11-01 Done long ago\n");
    assert_eq!(world.run_with(&[("TZ", "Pacific/Auckland")], &["import", "a/todo.txt"]).code, Some(0));
    world.ok(&["import", "b/todo.txt"]);
    assert_eq!(world.states(), ["Done long ago: completed", "Draw: pending", "Hang: pending"]);
    assert_eq!(world.todo("Draw")["due"], "2026-12-05T23:59:59+13:00");
    assert_eq!(world.todo("Hang")["defer"], "2026-12-01T00:00:00Z");
    let ready = world.ok(&["ready", "--porcelain"]);
    assert!(ready.contains("Draw") && !ready.contains("Hang"), "{ready}");
    let issues = br#"[{"number":1,"title":"From afar","state":"OPEN"}]"#;
    assert_eq!(world.input(&["import", "--session", "gh", "--format", "github"], issues).code, Some(0));
    assert_eq!(world.todo("From afar")["status"], "pending");
    let wrong = world.input(&["import", "--session", "gh", "--format", "beads"], b"nothing of it");
    assert!(wrong.code == Some(128) && wrong.stderr.contains("--format names another one"), "{wrong:?}");
    assert_eq!(world.run(&["import"]).code, Some(129));
    assert_eq!(world.run(&["import", "nowhere.json"]).code, Some(128));
}

#[test]
fn a_directory_of_backlog_md() {
    let world = World::new();
    let task = |id: u32, title: &str, status: &str, more: &str| {
        format!("---\nid: TASK-{id}\ntitle: {title}\nstatus: {status}\n{more}---\n- [ ] #1 no todo of its own\n")
    };
    world.write("app/backlog/tasks/task-1 - a.md", task(1, "Draw", "In Progress", "labels:\n  - ui\n").as_bytes());
    world.write("app/backlog/tasks/task-2 - b.md", task(2, "Hang", "To Do", "dependencies: [TASK-1]\n").as_bytes());
    world.write("app/backlog/completed/task-3 - c.md", task(3, "Buy ink", "Done", "").as_bytes());
    world.write("app/backlog/drafts/draft-1 - d.md", task(4, "Perhaps", "Draft", "").as_bytes());
    world.ok(&["import", "app"]);
    assert_eq!(world.states(), ["Buy ink: completed", "Draw: in_progress", "Hang: pending"]);
    let blocked = world.ok(&["list", "--blocked", "--porcelain"]);
    assert!(blocked.contains("Hang") && blocked.lines().count() == 1, "{blocked}");
    assert_eq!(world.run(&["import", "app/backlog/tasks"]).code, Some(128), "there are no tasks below it");
}

/// What comes from elsewhere is cleaned like everything else.
#[test]
fn words_and_labels_are_cleaned() {
    let world = World::new();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let issues = json!([{ "number": 1, "title": format!("Rotate {token} \u{1b}[31m"), "state": "OPEN",
        "body": format!("it is {token}"), "labels": [{ "name": "red\u{202e}\u{1b}" }, { "name": token }] }]);
    let done = world.input(&["import", "--session", "gh"], issues.to_string().as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
    let all = format!("{}{}{}", done.stderr, world.ok(&["list"]), world.ok(&["show", "rotate"]));
    assert!(!all.contains('\u{1b}') && !all.contains('\u{202e}'), "{all}");
    for kept in [token.clone(), token.to_lowercase()] {
        let found = world.git_run(&world.store(), &["grep", "-c", &kept, "consolidated"]);
        assert_eq!((found.code, found.stdout.as_str()), (Some(1), ""), "{kept}");
    }
}
