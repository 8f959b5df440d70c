//! Earlier states of the branch: looked at, and gone back to.

use serde_json::json;

use crate::pages::{Browser, id_of, said};
use crate::scene::Scene;

/// Has a session state a list, and returns the state of the branch that has it.
fn list(scene: &Scene, token: &str, session: &str, todos: &[(&str, &str)]) -> String {
    let todos: Vec<_> = todos.iter().map(|(words, status)| json!({"content": words, "status": status})).collect();
    let body = json!({"session_id": session, "project": "acme/api", "todos": todos});
    let answer = scene.post("/api/todos/sync", token, &body.to_string());
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    scene.tip("refs/heads/consolidated")
}

/// A branch of two sessions, with the state that it had first.
fn scene() -> (Scene, Browser, String, String) {
    let mut scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    list(&scene, &token, "other", &[("Stays", "pending")]);
    let first = list(&scene, &token, "one", &[("Write it", "pending"), ("Test it", "in_progress")]);
    // What is told of a time is told to the second.
    scene.kill();
    scene.start(&[("CHITTYSYNC_NOW", "2026-11-20T12:01:00.000Z")], &[]);
    list(&scene, &token, "one", &[("Write it", "completed"), ("Test it", "completed"), ("Ship it", "pending")]);
    (scene, browser, token, first)
}

fn state(scene: &Scene, words: &str) -> String {
    let token = scene.token("reader", "read");
    let todo = scene.get(&format!("/api/todo/{}", id_of(scene, words)), &token).json();
    todo["status"].as_str().expect("a word").to_owned()
}

/// However few states a page shows, the links lead to all of them.
#[test]
fn all_earlier_states_are_found_page_by_page() {
    let (mut scene, browser, token, _) = scene();
    for number in 0..4 {
        list(&scene, &token, "one", &[("Write it", "completed"), (&format!("More {number}"), "pending")]);
    }
    let shown = |page: &str| -> Vec<String> {
        let rows = page.split(" id=\"s-").skip(1).filter_map(|rest| rest.split('"').next());
        rows.map(str::to_owned).collect()
    };
    let whole = browser.get(&scene, "/ui/history").body;
    let all = shown(&whole);
    assert!(all.len() > 5 && !whole.contains("id=\"earlier\""), "{all:?}");
    scene.kill();
    let limits = [("CHITTYSYNC_HUB_LIMITS", "states=2"), ("CHITTYSYNC_NOW", "2026-11-20T12:02:00.000Z")];
    scene.start(&limits, &[]);
    let (mut found, mut next) = (Vec::new(), Some("/ui/history".to_owned()));
    while let Some(path) = next {
        let page = browser.get(&scene, &path).body;
        let rows = shown(&page);
        assert!((1..=2).contains(&rows.len()) && found.len() < all.len(), "{path}: {rows:?}");
        // The first one of a page further back is the one that it was reached by.
        let again = usize::from(!found.is_empty());
        found.extend(rows.into_iter().skip(again));
        let link = page.split("id=\"earlier\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        next = link.map(str::to_owned);
    }
    assert_eq!(found, all);
}

#[test]
fn an_earlier_state_is_looked_at_and_its_links_stay_there() {
    let (scene, browser, _, first) = scene();
    let history = browser.get(&scene, "/ui/history").body;
    assert!(history.contains(&format!("href=\"/ui?at={first}\"")), "{history}");
    for path in ["/ui", "/ui/todos", "/ui/board", "/ui/projects", "/ui/sessions", "/ui/conflicts", "/ui/history"] {
        let page = browser.get(&scene, &format!("{path}?at={first}"));
        assert_eq!(page.status, 200, "{path}: {page:?}");
        let page = page.body;
        assert!(page.contains("As it was") && page.contains(&first[..10]), "{path}: {page}");
        assert!(!page.contains("Ship it"), "{path}: it was not there yet: {page}");
        assert!(!page.contains("form=\"act\"") && !page.contains("id=\"live\""), "{path}: nothing can be done then");
        for link in page.split(" href=\"/ui").skip(1).map(|rest| rest.split('"').next().expect("an end")) {
            let stays = link.contains(&format!("at={first}"));
            let leaves =
                link.is_empty() || link.starts_with("/look.css") || link.starts_with("/rollback/") || link == "/keys";
            let other = link.contains("at=") && path == "/ui/history";
            assert!(stays || leaves || other, "{path}: {link}");
        }
    }
    let todos = browser.get(&scene, &format!("/ui/todos?at={first}&status=all")).body;
    assert!(todos.contains("Write it") && todos.contains(&format!("name=\"at\" value=\"{first}\"")), "{todos}");
    let id = id_of(&scene, "Test it");
    let page = browser.get(&scene, &format!("/ui/todo/{id}?at={first}")).body;
    assert!(page.contains("in progress") && !page.contains("completed"), "what was said later is not told: {page}");
    let later = id_of(&scene, "Ship it");
    assert_eq!(browser.get(&scene, &format!("/ui/todo/{later}?at={first}")).status, 404);
    // What the branch never was at is not shown, nor what is no commit.
    for wrong in ["0".repeat(40), "consolidated".to_owned(), scene.tip("refs/chittysync/one")] {
        assert_eq!(browser.get(&scene, &format!("/ui?at={wrong}")).status, 404, "{wrong}");
        assert_eq!(browser.get(&scene, &format!("/ui/rollback/{wrong}/{first}")).status, 404, "{wrong}");
    }
}

#[test]
fn going_back_says_first_what_would_change_and_is_undone_as_one_act() {
    let (scene, browser, _, first) = scene();
    let to = browser.get(&scene, &format!("/ui/rollback/{first}"));
    assert_eq!(to.status, 303, "{to:?}");
    let tip = scene.tip("refs/heads/consolidated");
    let path = to.header("location").expect("a place").to_owned();
    assert_eq!(path, format!("/ui/rollback/{first}/{tip}"));
    let page = browser.get(&scene, &path).body;
    // The words of the command, and it is asked only.
    let store = scene.store("hub");
    let dry = scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "rollback", &first, "--dry-run"]);
    for (words, becomes) in [
        ("Write it", "would become pending"),
        ("Test it", "would become in_progress"),
        ("Ship it", "would become dropped"),
    ] {
        assert!(page.contains(words) && page.contains(becomes), "{words}: {page}");
        assert!(dry.contains(&format!("{becomes}: {words}")), "{dry:?}");
    }
    assert_eq!(scene.tip("refs/heads/consolidated"), tip, "nothing is done by looking");
    assert!(page.contains(&format!("value=\"rollback {first} {tip}\"")), "{page}");
    let body = format!("key={}&back=/ui/history&do=rollback+{first}+{tip}", browser.key);
    let answer = browser.post(&scene, &body, &[]);
    let place = answer.header("location").expect("a place").to_owned();
    assert!(answer.status == 303 && place.starts_with("/ui/history?said="), "{answer:?}");
    let page = browser.get(&scene, &place).body;
    assert!(said(&page).starts_with("Gone back: 3 todos are as"), "{}", said(&page));
    let states = || ["Write it", "Test it", "Ship it", "Stays"].map(|words| state(&scene, words));
    assert_eq!(states(), ["pending", "in_progress", "dropped", "pending"]);
    let log = scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "daemon", "log"]);
    assert!(log.contains("method=POST path=/ui/act do=rollback status=303"), "{log}");
    // One statement, which one undo takes back.
    let button = page.split("value=\"undo ").nth(1).and_then(|rest| rest.split('"').next()).expect("a button");
    let undone = browser.act(&scene, &format!("undo {button}"), "");
    assert!(said(&undone).starts_with("Taken back: "), "{}", said(&undone));
    assert_eq!(states(), ["completed", "completed", "pending", "pending"]);
}

#[test]
fn one_project_goes_back_by_itself() {
    let (scene, browser, token, first) = scene();
    let body = json!({"session_id": "two", "project": "web", "todos": [{"content": "Elsewhere", "status": "pending"}]});
    assert_eq!(scene.post("/api/todos/sync", &token, &body.to_string()).status, 201);
    let tip = scene.tip("refs/heads/consolidated");
    let page = browser.get(&scene, &format!("/ui/rollback/{first}/{tip}")).body;
    assert!(page.contains("Go back: change 4 todos") && page.contains("?project=acme%2Fapi"), "{page}");
    let page = browser.get(&scene, &format!("/ui/rollback/{first}/{tip}?project=web")).body;
    assert!(page.contains("Go back: change 1 todo<") && !page.contains("Write it"), "{page}");
    let body = format!("key={}&back=/ui/history&project=web&do=rollback+{first}+{tip}", browser.key);
    assert_eq!(browser.post(&scene, &body, &[]).status, 303);
    assert_eq!(["Elsewhere", "Write it"].map(|words| state(&scene, words)), ["dropped", "completed"]);
}

#[test]
fn what_is_done_is_what_was_seen() {
    let (scene, browser, _, first) = scene();
    let tip = scene.tip("refs/heads/consolidated");
    browser.act(&scene, "add", "&words=Meanwhile");
    let after = scene.tip("refs/heads/consolidated");
    let page = browser.get(&scene, &format!("/ui/rollback/{first}/{tip}")).body;
    assert!(page.contains("role=\"alert\"") && page.contains("The branch went on"), "{page}");
    assert!(!page.contains("value=\"rollback "), "and there is no button: {page}");
    let again = format!("/ui/rollback/{first}");
    let body = format!("key={}&back=/ui/history&again={again}&do=rollback+{first}+{tip}", browser.key);
    let answer = browser.post(&scene, &body, &[]);
    let place = answer.header("location").expect("a place").to_owned();
    assert!(answer.status == 303 && place.starts_with(&format!("{again}?said=")), "{answer:?}");
    assert_eq!(scene.tip("refs/heads/consolidated"), after, "nothing is done");
    let renewed = browser.get(&scene, &place).header("location").expect("a place").to_owned();
    assert!(renewed.starts_with(&format!("/ui/rollback/{first}/{after}?said=")), "{renewed}");
    let page = browser.get(&scene, &renewed).body;
    assert!(said(&page).starts_with("Not done: The branch went on"), "{}", said(&page));
    assert!(page.contains(&format!("value=\"rollback {first} {after}\"")) && page.contains("Meanwhile"), "{page}");
    // Where nothing is different, there is nothing to do either.
    let page = browser.get(&scene, &format!("/ui/rollback/{after}/{after}")).body;
    assert!(page.contains("Nothing is different.") && !page.contains("value=\"rollback "), "{page}");
    let body = format!("key={}&back=/ui/history&do=rollback+{after}+{after}", browser.key);
    let place = browser.post(&scene, &body, &[]).header("location").expect("a place").to_owned();
    assert!(said(&browser.get(&scene, &place).body).starts_with("Not done: Nothing is different"), "{place}");
    assert_eq!(scene.tip("refs/heads/consolidated"), after);
}

#[test]
fn only_who_may_write_goes_back_and_only_by_our_own_form() {
    let (scene, browser, _, first) = scene();
    let reader = Browser::new(&scene, &["--scope", "read"]);
    let tip = scene.tip("refs/heads/consolidated");
    let page = reader.get(&scene, &format!("/ui?at={first}"));
    assert!(page.status == 200 && !page.body.contains("/ui/rollback/"), "{page:?}");
    assert!(!reader.get(&scene, "/ui/history").body.contains("/ui/rollback/"));
    assert_eq!(reader.get(&scene, &format!("/ui/rollback/{first}/{tip}")).status, 403);
    let body = |key: &str| format!("key={key}&back=/ui/history&do=rollback+{first}+{tip}");
    assert_eq!(reader.post(&scene, &body(&reader.key), &[]).status, 403);
    for (status, key, headers) in [
        (403, "x", vec![]),
        (403, reader.key.as_str(), vec![]),
        (403, browser.key.as_str(), vec![("Origin", "https://evil.example")]),
        (403, browser.key.as_str(), vec![("Sec-Fetch-Site", "cross-site")]),
    ] {
        assert_eq!(browser.post(&scene, &body(key), &headers).status, status, "{key} {headers:?}");
    }
    for wrong in ["rollback", "rollback consolidated~1 consolidated", &format!("rollback {first}")] {
        let body = format!("key={}&do={}", browser.key, wrong.replace(' ', "+"));
        assert_eq!(browser.post(&scene, &body, &[]).status, 422, "{wrong}");
    }
    // A commit of a session's own list has nothing of the others.
    let own = scene.tip("refs/chittysync/one");
    let body = format!("key={}&back=/ui/history&do=rollback+{own}+{tip}", browser.key);
    let place = browser.post(&scene, &body, &[]).header("location").expect("a place").to_owned();
    assert!(said(&browser.get(&scene, &place).body).starts_with("Not done: The branch was never"), "{place}");
    assert_eq!(scene.tip("refs/heads/consolidated"), tip, "nothing was done by any of these");
    assert_eq!(scene.get(&format!("/ui/rollback/{first}/{tip}"), "").status, 401);
}
