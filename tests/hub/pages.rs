//! The pages for people: who sees them, what their forms do, and what is refused.

use crate::scene::{Answer, Scene};

/// A browser that is known: its cookie, and what its forms carry.
pub struct Browser {
    cookie: String,
    pub key: String,
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn link(scene: &Scene, more: &[&str]) -> String {
    let store = scene.store("hub");
    let mut words = vec!["--store", store.to_str().expect("UTF-8"), "hub", "open"];
    words.extend(more);
    scene.world.json(&words)["url"].as_str().expect("a link").to_owned()
}

fn code(link: &str) -> String {
    link.split_once('#').expect("a code").1.to_owned()
}

fn sign_in(scene: &Scene, code: &str) -> Answer {
    scene.ask("POST", "/ui/login", "", &[FORM], format!("code={code}").as_bytes())
}

impl Browser {
    pub fn new(scene: &Scene, more: &[&str]) -> Self {
        let answer = sign_in(scene, &code(&link(scene, more)));
        assert_eq!((answer.status, answer.header("location")), (303, Some("/ui")), "{answer:?}");
        let cookie = answer.header("set-cookie").expect("a cookie");
        for word in ["Path=/ui", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let cookie = cookie.split(';').next().expect("a value").to_owned();
        let mut browser = Browser { cookie, key: String::new() };
        let page = browser.get(scene, "/ui");
        assert_eq!(page.status, 200, "{page:?}");
        let key = page.body.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        browser.key = key.expect("a key").to_owned();
        browser
    }

    pub fn get(&self, scene: &Scene, path: &str) -> Answer {
        scene.ask("GET", path, "", &[("Cookie", &self.cookie)], b"")
    }

    pub fn post(&self, scene: &Scene, fields: &str, more: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("Cookie", self.cookie.as_str()), FORM];
        headers.extend(more);
        scene.ask("POST", "/ui/act", "", &headers, fields.as_bytes())
    }

    /// Presses a button, and returns the page that one gets to by it.
    pub fn act(&self, scene: &Scene, deed: &str, more: &str) -> String {
        let body = format!("key={}&back=/ui/todos&do={}{more}", self.key, deed.replace(' ', "+"));
        let answer = self.post(scene, &body, &[]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let to = answer.header("location").expect("a place").split('#').next().expect("a path").to_owned();
        assert!(to.starts_with("/ui/todo"), "{to}");
        let page = self.get(scene, &to);
        assert_eq!(page.status, 200, "{page:?}");
        page.body
    }
}

pub fn said(page: &str) -> String {
    let told = page.split("id=\"said\">").nth(1).unwrap_or_else(|| panic!("nothing is told: {page}"));
    let told = told.split("</span>").next().expect("an end").replace("<br>", "\n");
    let mut text = String::new();
    let mut is_tag = false;
    for char in told.chars() {
        match char {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => text.push(char),
            _ => {}
        }
    }
    text
}

fn list(scene: &Scene) -> serde_json::Value {
    scene.world.json(&["--store", scene.store("hub").to_str().expect("UTF-8"), "list", "--all"])
}

pub fn id_of(scene: &Scene, content: &str) -> String {
    let all = list(scene);
    let found = all.as_array().expect("todos").iter().find(|todo| todo["content"] == content);
    found.unwrap_or_else(|| panic!("no '{content}' in {all}"))["id"].as_str().expect("an id").to_owned()
}

fn state_of(scene: &Scene, content: &str) -> String {
    let all = list(scene);
    let found = all.as_array().expect("todos").iter().find(|todo| todo["content"] == content);
    found.unwrap_or_else(|| panic!("no '{content}' in {all}"))["status"].as_str().expect("a word").to_owned()
}

#[test]
fn a_link_is_good_once_and_for_a_while() {
    let mut scene = Scene::new();
    let link = link(&scene, &[]);
    let (before, code) = (link.split('#').next().expect("a URL").to_owned(), code(&link));
    assert_eq!(before, format!("http://127.0.0.1:{}/ui/login", scene.port));
    assert_eq!(sign_in(&scene, &code).status, 303);
    let again = sign_in(&scene, &code);
    assert!(again.status == 401 && again.body.contains("used before"), "{again:?}");
    for wrong in ["", "x", "cst_00000000_0", &format!("cst_00000000_{}", "0".repeat(64))] {
        assert_eq!(sign_in(&scene, wrong).status, 401, "{wrong}");
    }
    // A token of a device is no code, and a code is no token.
    let token = scene.token("one", "admin");
    assert_eq!(sign_in(&scene, &token).status, 401);
    let unused = self::code(&self::link(&scene, &[]));
    assert_eq!(scene.get("/api/todos", &unused).status, 401);
    // Five minutes later it is over.
    scene.kill();
    scene.start(&[("CHITTYSYNC_NOW", "2026-11-20T12:05:00.001Z")], &[]);
    assert_eq!(sign_in(&scene, &unused).status, 401);
}

#[test]
fn who_is_not_known_sees_nothing() {
    let scene = Scene::new();
    let store = scene.store("hub");
    let browser = Browser::new(&scene, &[]);
    browser.act(&scene, "add", "&words=A+secret+plan");
    let id = id_of(&scene, "A secret plan");
    for path in [
        "/ui",
        "/ui/todos",
        "/ui/projects",
        "/ui/sessions",
        "/ui/conflicts",
        "/ui/topics",
        "/ui/history",
        &format!("/ui/todo/{id}"),
    ] {
        let page = scene.get(path, "");
        assert!(page.status == 401 && !page.body.contains("secret plan"), "{path}: {page:?}");
        assert_eq!(page.header("www-authenticate"), None, "no window of the browser's asks for a password");
        let known = browser.get(&scene, path);
        assert_eq!(known.status, 200, "{path}: {known:?}");
        let policy = known.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!known.body.contains(" style=") && !known.body.contains("<style") && !known.body.contains(" onclick"));
    }
    assert_eq!(scene.get("/ui/events", "").status, 401);
    // A token that is revoked is no cookie any more, and `list` names it.
    let tokens = scene.world.json(&["--store", store.to_str().expect("UTF-8"), "hub", "token", "list"]);
    let token = tokens.as_array().expect("tokens").iter().find(|token| token["browser"] == true).expect("a browser");
    scene.world.ok(&[
        "--store",
        store.to_str().expect("UTF-8"),
        "hub",
        "token",
        "revoke",
        token["id"].as_str().expect("an id"),
    ]);
    let page = browser.get(&scene, "/ui");
    assert!(page.status == 401 && page.body.contains("revoked"), "{page:?}");
}

#[test]
fn every_act_of_a_todo_and_undo() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    assert_eq!(
        said(&browser.act(&scene, "add", "&words=Fix+the+login+tests&project=acme%2Fapi")),
        "Added: Fix the login tests"
    );
    let words = "Fix the login tests";
    let id = id_of(&scene, words);
    for (verb, told, state) in [
        ("start", "Started", "in_progress"),
        ("release", "Released", "pending"),
        ("done", "Completed", "completed"),
        ("reopen", "Open again", "pending"),
        ("drop", "Dropped", "dropped"),
    ] {
        let page = browser.act(&scene, &format!("{verb} {id}"), "");
        assert_eq!(said(&page), format!("{told}: {words}"));
        assert_eq!(state_of(&scene, words), state, "{verb}");
    }
    // A button is for the act beside which it stands, not for what the command line did to that todo since.
    let page = browser.act(&scene, "add", "&words=Mine");
    let (button, mine) = (undo_button(&page), id_of(&scene, "Mine"));
    let store = scene.store("hub");
    scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "done", &mine]);
    let refused = browser.act(&scene, &button, "");
    assert!(said(&refused).starts_with("Not done: Something else was done since"), "{}", said(&refused));
    assert_eq!(state_of(&scene, "Mine"), "completed");
    browser.act(&scene, &format!("reopen {id}"), "");
    let button = undo_button(&browser.act(&scene, &format!("drop {id}"), ""));
    let back = browser.act(&scene, &button, "");
    assert_eq!(
        (said(&back).as_str(), state_of(&scene, words).as_str()),
        ("Taken back: dropped ‘Fix the login tests’", "pending")
    );
    // What another window saw as the last act is not the last one any more.
    browser.act(&scene, "add", "&words=Another");
    let refused = browser.act(&scene, &button, "");
    assert!(said(&refused).starts_with("Not done: Something else was done since"), "{}", said(&refused));
    assert_eq!(state_of(&scene, "Another"), "pending");
}

/// Returns what the button sends that takes back what a page tells of.
fn undo_button(page: &str) -> String {
    let (_, rest) = page.split_once("value=\"undo ").unwrap_or_else(|| panic!("no button: {page}"));
    format!("undo {}", rest.split('"').next().expect("the end of a value"))
}

#[test]
fn refusals_are_those_of_the_command_line() {
    let scene = Scene::new();
    let (browser, store) = (Browser::new(&scene, &[]), scene.store("hub"));
    browser.act(&scene, "add", "&words=Once");
    browser.act(&scene, "add", "&words=Over");
    let (id, closed) = (id_of(&scene, "Once"), id_of(&scene, "Over"));
    browser.act(&scene, &format!("done {closed}"), "");
    let cli = |words: &[&str]| {
        let mut all = vec!["--store", store.to_str().expect("UTF-8")];
        all.extend(words);
        scene.world.run(&all).stderr
    };
    for (deed, more, words) in [
        (format!("reopen {id}"), "", vec!["reopen", &id]),
        (format!("start {closed}"), "", vec!["start", &closed]),
        ("add".to_owned(), "&words=Once", vec!["add", "Once"]),
        ("add".to_owned(), "&words=+", vec!["add", " "]),
        (format!("edit {id}"), "&words=Once&words-was=Once", vec!["edit", &id, "--text", "Once"]),
        ("done 0000000000000000".to_owned(), "", vec!["done", "0000000000000000"]),
    ] {
        let told = said(&browser.act(&scene, &deed, more));
        let told = told.strip_prefix("Not done: ").unwrap_or_else(|| panic!("{deed}: {told}"));
        let first = told.lines().next().expect("a line").replace("&#39;", "'");
        let same = cli(&words);
        assert!(same.contains(first.trim()), "{deed}: '{first}' and '{same}'");
    }
}

/// Each of these alone is enough to refuse it.
#[test]
fn a_form_of_another_site_does_nothing() {
    let scene = Scene::new();
    let (browser, other) = (Browser::new(&scene, &[]), Browser::new(&scene, &[]));
    let before = scene.tip("refs/heads/consolidated");
    let body = |key: &str| format!("key={key}&do=add&words=Foreign");
    let good = body(&browser.key);
    let own = format!("http://127.0.0.1:{}", scene.port);
    for (status, body, headers) in [
        (403, body(""), vec![]),
        (403, body("x"), vec![]),
        (403, body(&other.key), vec![]),
        (403, good.clone(), vec![("Origin", "https://evil.example")]),
        (403, good.clone(), vec![("Origin", "null")]),
        (403, good.clone(), vec![("Origin", "http://127.0.0.1:1")]),
        (403, good.clone(), vec![("Sec-Fetch-Site", "cross-site")]),
        (403, good.clone(), vec![("Sec-Fetch-Site", "same-site")]),
        (421, good.clone(), vec![("Host", "evil.example")]),
        (422, format!("key={}&do=purge", browser.key), vec![]),
    ] {
        let answer = browser.post(&scene, &body, &headers);
        assert_eq!(answer.status, status, "{headers:?} {body}: {answer:?}");
    }
    let without = scene.ask("POST", "/ui/act", "", &[FORM], good.as_bytes());
    assert_eq!(without.status, 401, "no cookie");
    let token = scene.token("one", "write");
    assert_eq!(scene.ask("POST", "/ui/act", &token, &[FORM], good.as_bytes()).status, 401, "a token is no cookie");
    let json = scene.ask(
        "POST",
        "/ui/act",
        "",
        &[("Cookie", &browser.cookie), ("Content-Type", "text/plain")],
        good.as_bytes(),
    );
    assert_eq!(json.status, 415, "a form, or nothing");
    assert_eq!(browser.get(&scene, "/ui/act").status, 405, "nothing is done by looking");
    assert_eq!(scene.tip("refs/heads/consolidated"), before);
    assert_eq!(browser.post(&scene, &good, &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).status, 303);
    assert_ne!(scene.tip("refs/heads/consolidated"), before);
}

#[test]
fn one_that_may_only_read_has_no_buttons_and_cannot_act() {
    let scene = Scene::new();
    let writer = Browser::new(&scene, &[]);
    writer.act(&scene, "add", "&words=Something");
    let reader = Browser::new(&scene, &["--scope", "read"]);
    let page = reader.get(&scene, "/ui/todos").body;
    assert!(page.contains("Something") && !page.contains("form=\"act\""), "{page}");
    let answer = reader.post(&scene, &format!("key={}&do=add&words=No", reader.key), &[]);
    assert_eq!(answer.status, 403, "{answer:?}");
}

/// How far behind a mirror is, and what to do: for who can do it.
#[test]
fn the_first_page_tells_how_mirrors_are_doing() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    let reader = Browser::new(&scene, &["--scope", "read"]);
    let store = scene.store("hub");
    let on_hub = |arguments: &[&str]| {
        let words: Vec<&str> =
            ["--store", store.to_str().expect("UTF-8")].into_iter().chain(arguments.iter().copied()).collect();
        scene.world.run(&words)
    };
    assert!(!browser.get(&scene, "/ui").body.contains("<section id=\"mirrors\""), "there are none");
    on_hub(&["add", "Fix login"]);
    on_hub(&["mirror", "add", "papers", "files", "place"]);
    let page = browser.get(&scene, "/ui").body;
    assert!(page.contains("papers") && page.contains("holds nothing yet"), "{page}");
    on_hub(&["mirror", "sync"]);
    assert!(browser.get(&scene, "/ui").body.contains("has everything"));
    on_hub(&["add", "Fix logout"]);
    std::fs::remove_dir_all(scene.world.path("place")).expect("removed");
    scene.world.write("place", b"in the way");
    assert_ne!(on_hub(&["mirror", "sync"]).code, Some(0));
    let page = browser.get(&scene, "/ui").body;
    assert!(page.contains("lacks 1 commit") && page.contains("failed: "), "{page}");
    assert!(!reader.get(&scene, "/ui").body.contains("papers"), "who may only read can do nothing about it");
}

#[test]
fn signing_out_ends_it() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    let headers = [("Cookie", browser.cookie.as_str()), FORM];
    let foreign = scene.ask("POST", "/ui/logout", "", &headers, b"key=x");
    assert_eq!((foreign.status, browser.get(&scene, "/ui").status), (303, 200), "only by its own form");
    let answer = scene.ask("POST", "/ui/logout", "", &headers, format!("key={}", browser.key).as_bytes());
    assert!(answer.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")), "{answer:?}");
    assert_eq!(browser.get(&scene, "/ui").status, 401);
}

/// What a page counts is what the API counts in the same commit.
#[test]
fn numbers_are_of_one_commit() {
    let scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    let list = r#"{"session_id":"a","project":"acme/api","todos":[{"content":"A","status":"completed"},{"content":"B","status":"in_progress"},{"content":"C","status":"pending"}]}"#;
    assert_eq!(scene.post("/api/todos/sync", &token, list).status, 201);
    let other = r#"{"session_id":"b","project":"acme/api","todos":[{"content":"A","status":"pending"}]}"#;
    assert_eq!(scene.post("/api/todos/sync", &token, other).status, 201);
    let page = browser.get(&scene, "/ui").body;
    let status = scene.get("/api/status", &token).json();
    assert!(page.contains(&format!("data-at=\"{}\"", status["at"].as_str().expect("a commit"))), "{page}");
    assert_eq!(status["conflicts"], 1, "{status}");
    assert!(page.contains("<b class=\"num\">1</b> conflict<"), "{page}");
    assert!(page.contains("aria-label=\"1 completed, 1 in progress, 1 pending\"") && page.contains("1 of 3"), "{page}");
    // Both answers are there, and one settles it.
    let id = id_of(&scene, "A");
    let settled = browser.act(&scene, &format!("settle {id} pending"), "");
    assert_eq!((said(&settled).as_str(), state_of(&scene, "A").as_str()), ("Pending: A", "pending"));
    assert!(browser.get(&scene, "/ui/conflicts").body.contains("No session disagrees"));
}

#[test]
fn without_a_hub_there_is_nothing_to_open() {
    let mut scene = Scene::new();
    let store = scene.store("hub");
    scene.kill();
    let done = scene.world.run(&["--store", store.to_str().expect("UTF-8"), "hub", "open"]);
    assert!(done.code == Some(1) && done.stderr.contains("`git chittysync hub` starts it"), "{done:?}");
}

#[test]
fn what_is_kept_for_ever_is_sent_small_to_who_takes_that() {
    let scene = Scene::new();
    let mut sum = 0;
    for path in ["/ui/look.css", "/ui/live.js"] {
        let ask = |taken: &str| scene.ask("GET", path, "", &[("Accept-Encoding", taken)], b"");
        let (plain, small) = (ask("identity"), ask("gzip, deflate, br"));
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{plain:?}");
        assert_eq!((small.status, small.header("content-encoding")), (200, Some("deflate")));
        assert_eq!(small.header("vary"), Some("Accept-Encoding"));
        let length = |answer: &Answer| answer.header("content-length").and_then(|text| text.parse::<usize>().ok());
        assert!(length(&small) < length(&plain), "{small:?}");
        sum += length(&small).expect("a length");
    }
    assert!(sum <= 6_000, "with a page of 24 kB, the first one comes within 30: {sum}");
}
