//! Backup is a mirror clone, and restore a push of it.

use serde_json::json;

use crate::scene::{Scene, until};

#[test]
fn what_was_backed_up_is_there_again() {
    let mut scene = Scene::new();
    let (one, two) = (scene.token("one", "write"), scene.token("two", "write"));
    for (token, session) in [(&one, "s1"), (&two, "s2")] {
        let list =
            json!({"session_id": session, "project": "acme/api", "todos": [{"content": session, "status": "pending"}]});
        assert_eq!(scene.post("/api/todos/sync", token, &list.to_string()).status, 201);
    }
    let before = scene.get("/api/todos/acme/api", &one);
    let url = scene.url();
    let backup = scene.git(&one, "", &["clone", "-q", "--mirror", &url, "backup.git"]);
    assert_eq!(backup.code, Some(0), "{backup:?}");
    // The disk of the hub is lost, tokens and all.
    scene.kill();
    std::fs::remove_dir_all(scene.store("hub")).expect("it was there");
    scene.start(&[], &[]);
    let (writer, admin) = (scene.token("one", "write"), scene.token("restore", "admin"));
    assert_eq!(scene.get("/api/todos", &one).status, 401, "tokens are not in a backup");
    let url = scene.url();
    let push = |token: &str| scene.git(token, "backup.git", &["push", "-q", &url, "consolidated", "refs/chittysync/*"]);
    assert!(push(&writer).code != Some(0) && scene.refs().is_empty(), "one device does not speak for all");
    let restored = push(&admin);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    until("it is shown", || scene.get("/api/todos/acme/api", &writer).body == before.body);
    assert_eq!(scene.get("/api/todos/acme/api", &writer).header("etag"), before.header("etag"));
    assert_eq!(scene.refs().len(), 3, "{:?}", scene.refs());
    // Each device goes on where it was.
    let list = json!({"session_id": "s1", "project": "acme/api", "todos": [{"content": "s1", "status": "completed"}]});
    assert_eq!(scene.post("/api/todos/sync", &writer, &list.to_string()).status, 201);
}
