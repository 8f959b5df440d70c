//! The tables of a database say what the store does, row by row, also where nothing was said: whatever kind of database.

use serde_json::json;

use crate::scene::Scene;

/// A database that a mirror is in.
pub trait Tables {
    fn scene(&self) -> &Scene;
    fn sync(&self, again: bool);
    /// Returns what differs.
    fn verified(&self) -> Vec<String>;
    /// Returns the first column of a query, a row a line, texts without quotes.
    fn sql(&self, query: &str) -> String;
}

fn is_same(tables: &dyn Tables) {
    assert_eq!(tables.verified(), Vec::<String>::new());
}

fn active(tables: &dyn Tables, session: &str) -> String {
    tables.sql(&format!("select active_todos from sessions where id = '{session}'"))
}

fn import(tables: &dyn Tables, session: &str, project: &str, items: &[(&str, &str)]) {
    let list: Vec<_> = items.iter().map(|(words, status)| json!({ "content": words, "status": status })).collect();
    let list = serde_json::to_vec(&list).expect("JSON");
    let done = tables.scene().world.input(&["import", "--session", session, "--project", project], &list);
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// What another session says of their todos, that they end, and what is forgotten changes sessions without news.
pub fn sessions_without_news_are_as_they_are(tables: &dyn Tables) {
    let world = &tables.scene().world;
    import(tables, "quiet", "acme/api", &[("Sort mail", "pending"), ("Call Ana", "in_progress")]);
    import(tables, "other", "acme/api", &[("Sort mail", "pending"), ("Secret", "pending")]);
    import(tables, "third", "acme/web", &[("Draw", "pending")]);
    tables.sync(false);
    is_same(tables);
    assert_eq!((active(tables, "quiet"), active(tables, "other")), ("2".into(), "2".into()));
    let untouched = tables.sql("select last_activity from sessions where id = 'third'");
    // Another one closes a todo of it.
    world.ok(&["done", "Sort mail"]);
    tables.sync(false);
    assert_eq!((active(tables, "quiet"), active(tables, "other")), ("1".into(), "1".into()));
    is_same(tables);
    world.ok(&["reopen", "Sort mail"]);
    tables.sync(false);
    assert_eq!(active(tables, "quiet"), "2");
    is_same(tables);
    // It ends, and says nothing.
    let end = json!({ "session_id": "quiet", "cwd": "/nowhere", "hook_event_name": "SessionEnd", "reason": "exit" });
    world.hook(&end);
    world.ok(&["consolidate"]);
    tables.sync(false);
    assert_eq!(tables.sql("select count(*) from sessions where id = 'quiet' and ended_at is not null"), "1");
    is_same(tables);
    // What only it said is forgotten.
    world.ok(&["forget", "Call Ana", "--yes"]);
    world.ok(&["purge", "Secret", "--yes"]);
    tables.sync(false);
    is_same(tables);
    assert_eq!(tables.sql("select last_activity from sessions where id = 'third'"), untouched);
}

/// A mirror of one project tells of the sessions that speak of it, and of no other one, also after it held them all.
pub fn sessions_of_other_projects_go(tables: &dyn Tables, only: &dyn Fn(Option<&str>)) {
    import(tables, "api", "acme/api", &[("Sort mail", "pending")]);
    import(tables, "web", "acme/web", &[("Draw", "pending")]);
    tables.sync(false);
    let names = || tables.sql("select id from sessions where id in ('api', 'paint', 'web') order by 1");
    assert_eq!(names(), "api\nweb");
    only(Some("acme/web"));
    tables.sync(false);
    assert_eq!(names(), "web");
    is_same(tables);
    // One speaks of the project, and then all that it said of it is forgotten.
    import(tables, "paint", "acme/web", &[("Paint", "pending")]);
    tables.sync(false);
    assert_eq!(names(), "paint\nweb");
    tables.scene().world.ok(&["forget", "Paint", "--yes"]);
    tables.sync(false);
    is_same(tables);
    assert_eq!(names(), "web");
    only(None);
    tables.sync(false);
    assert_eq!(names(), "api\npaint\nweb");
    is_same(tables);
}

/// Whatever somebody changes by hand is named, and put right.
pub fn what_is_changed_by_hand_is_named_and_put_right(tables: &dyn Tables) {
    import(tables, "one", "acme/api", &[("Sort mail", "completed"), ("Call Ana", "pending")]);
    import(tables, "two", "acme/api", &[("Sort mail", "pending")]);
    tables.sync(false);
    is_same(tables);
    assert_ne!(tables.sql("select count(*) from conflicts"), "0");
    let ghost = "insert into sessions (store, id, device, started_at, last_activity, active_todos) values ('m', 'ghost', 'x', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0)";
    for (change, said) in [
        ("update todos set status = 'completed' where content = 'Ship'", "the todo"),
        ("update todos set properties = '{\"a\": 1}' where content = 'Ship'", "the todo"),
        ("update todos set deleted = not deleted where content = 'Ship'", "the todo"),
        ("delete from todos where content = 'Ship'", "is missing"),
        ("update todo_history set status = 'completed' where todo_content = 'Ship'", "said of"),
        ("update todo_history set \"timestamp\" = '2020-01-01T00:00:00.000Z' where todo_content = 'Ship'", "differs"),
        ("delete from todo_history where todo_content = 'Ship'", "is missing"),
        ("update sessions set active_todos = 99 where id = 'one'", "the session one differs"),
        ("update sessions set ended_at = started_at where id = 'two'", "the session two differs"),
        ("delete from sessions where id = 'two'", "the session two is missing"),
        (ghost, "the session ghost is left over"),
        ("update conflicts set kept_status = 'pending'", "the conflict"),
        ("update conflicts set overruled_session = 'x', project = 'y'", "the conflict"),
        ("delete from conflicts", "is missing"),
    ] {
        tables.sql(change);
        let found = tables.verified();
        assert!(!found.is_empty() && found.iter().all(|line| line.contains(said)), "{change}: {found:?}");
        tables.sync(true);
        assert_eq!(tables.verified(), Vec::<String>::new(), "{change}");
    }
}
