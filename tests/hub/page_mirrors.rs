//! The page of mirrors: what is known of each, and no secret.

use crate::pages::Browser;
use crate::scene::Scene;

fn on_hub(scene: &Scene, arguments: &[&str]) -> crate::common::Done {
    let store = scene.store("hub");
    let words: Vec<&str> =
        ["--store", store.to_str().expect("UTF-8")].into_iter().chain(arguments.iter().copied()).collect();
    scene.world.run(&words)
}

fn json(scene: &Scene, arguments: &[&str]) -> serde_json::Value {
    let store = scene.store("hub");
    let words: Vec<&str> =
        ["--store", store.to_str().expect("UTF-8")].into_iter().chain(arguments.iter().copied()).collect();
    scene.world.json(&words)
}

fn set(scene: &Scene, name: &str, key: &str, value: &str) {
    scene.world.git(&scene.store("hub"), &["config", &format!("chittysync.mirror.{name}.{key}"), value]);
}

/// Returns the part of a page that is about a mirror, without tags.
fn part(page: &str, name: &str) -> String {
    let part = page.split(&format!("<section id=\"m-{name}\"")).nth(1).and_then(|rest| rest.split("</section>").next());
    let part = part.unwrap_or_else(|| panic!("no {name}: {page}"));
    let mut text = String::new();
    for piece in part.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, words)| words));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_mirror_tells_what_it_lacks_and_why() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    let page = || browser.get(&scene, "/ui/mirrors").body;
    assert!(page().contains("There are none"), "{}", page());
    assert!(browser.get(&scene, "/ui").body.contains("href=\"/ui/mirrors\""), "it is reached from everywhere");
    on_hub(&scene, &["add", "Fix login"]);
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    let told = part(&page(), "papers");
    for words in ["Holds nothing yet", "What it is files", "Direction there only", "Last brought up to date never"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(on_hub(&scene, &["mirror", "sync"]).code, Some(0));
    let told = part(&page(), "papers");
    assert!(told.contains("Has everything") && told.contains("Last brought up to date today"), "{told}");
    on_hub(&scene, &["add", "Fix logout"]);
    let told = part(&page(), "papers");
    assert!(told.contains("1 commit waits for it") && told.contains("It was made"), "{told}");
    on_hub(&scene, &["mirror", "pause", "papers"]);
    let told = part(&page(), "papers");
    assert!(told.contains("paused") && told.contains("until you resume it"), "{told}");
    on_hub(&scene, &["mirror", "resume", "papers"]);
    std::fs::remove_dir_all(scene.world.path("place")).expect("removed");
    scene.world.write("place", b"in the way");
    assert_ne!(on_hub(&scene, &["mirror", "sync"]).code, Some(0));
    assert_ne!(on_hub(&scene, &["mirror", "sync"]).code, Some(0));
    let told = part(&page(), "papers");
    let listed = json(&scene, &["mirror", "list"]);
    let error = listed["mirrors"][0]["error"].as_str().expect("an error").to_owned();
    assert!(told.contains("Failed 2 times in a row") && told.contains("Tried again"), "{told}");
    assert!(told.replace("&#39;", "'").contains(&error), "in its own words, {error}: {told}");
}

#[test]
fn what_a_place_did_not_take_is_named_with_its_reason() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    on_hub(&scene, &["add", "Fix login"]);
    on_hub(&scene, &["mirror", "add", "papers", "files", "place"]);
    on_hub(&scene, &["mirror", "sync"]);
    let listed = json(&scene, &["list"]);
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    park(&scene, "papers", &id, "it is <b>too long</b> for it");
    let page = browser.get(&scene, "/ui/mirrors").body;
    let told = part(&page, "papers");
    assert!(told.contains("1 todo that it did not take") && told.contains("Fix login"), "{told}");
    assert!(told.contains("&lt;b&gt;too long") && told.contains("Send everything again"), "{told}");
    assert!(page.contains(&format!("href=\"/ui/todo/{id}\"")), "{page}");
}

/// Writes into the mirror's ref that a place did not take a todo, as a run does.
fn park(scene: &Scene, name: &str, id: &str, why: &str) {
    let hub = scene.store("hub");
    let reference = format!("refs/chittysync-mirrors/{name}");
    let files = scene.world.git(&hub, &["ls-tree", "-r", "--name-only", &reference]);
    let head = files.lines().find(|file| file.ends_with(".json") && !file.contains('/')).expect("its file").to_owned();
    let mut document: serde_json::Value =
        serde_json::from_str(&scene.world.git(&hub, &["show", &format!("{reference}:{head}")])).expect("JSON");
    document["parked"] = serde_json::json!({ id: why });
    let file = scene.world.write("head.json", document.to_string().as_bytes());
    let blob = scene.world.git(&hub, &["hash-object", "-w", file.to_str().expect("UTF-8")]);
    let tree = scene.world.git(&hub, &["ls-tree", &reference]);
    let lines: Vec<String> =
        tree.lines()
            .map(|line| {
                if line.ends_with(&format!("\t{head}")) {
                    format!("100644 blob {blob}\t{head}")
                } else {
                    line.to_owned()
                }
            })
            .collect();
    scene.world.write("tree", format!("{}\n", lines.join("\n")).as_bytes());
    let mut command = scene.world.command("git");
    command.arg("--git-dir").arg(&hub).arg("mktree");
    command.stdin(std::fs::File::open(scene.world.path("tree")).expect("a file"));
    let tree = String::from_utf8(command.output().expect("git").stdout).expect("UTF-8");
    let commit = scene.world.git(&hub, &["commit-tree", "-p", &reference, "-m", "x", tree.trim()]);
    scene.world.git(&hub, &["update-ref", &reference, &commit]);
}

#[test]
fn no_secret_and_no_account_is_shown_and_who_may_only_read_sees_none() {
    let scene = Scene::new();
    let (browser, reader) = (Browser::new(&scene, &[]), Browser::new(&scene, &["--scope", "read"]));
    for (name, kind, url) in [
        ("base", "postgres", "postgres://ana:s3cret-word@db.example/todos?password=other-s3cret&sslmode=require"),
        ("hook", "command", "curl -H 'X-Key: s3cret-word' https://ana@hook.example/"),
        ("drive", "bundles", ":webdav,user=ana,pass=s3cret-word:todos"),
        ("dav", "bundles", "https://dav.example/ghp_k3yThatIsInThePathOfItsAddressX012345/todos"),
    ] {
        set(&scene, name, "kind", kind);
        set(&scene, name, "url", url);
    }
    let page = browser.get(&scene, "/ui/mirrors");
    assert_eq!(page.status, 200, "{page:?}");
    for word in ["s3cret", "ana@", "ana:", "user=ana", "password="] {
        assert!(!page.body.contains(word), "{word}: {}", page.body);
    }
    assert!(!page.body.contains("ghp_k3y") && part(&page.body, "dav").contains("Where https://dav.example/"));
    let listed = scene.get("/api/mirrors", &scene.token("w", "write"));
    assert!(!listed.body.contains("s3cret") && !listed.body.contains("ghp_k3y"), "{listed:?}");
    assert!(part(&page.body, "base").contains("Where postgres://db.example/todos Direction"), "{}", page.body);
    assert!(!part(&page.body, "hook").contains("Where") && !part(&page.body, "drive").contains("Where"));
    let refused = reader.get(&scene, "/ui/mirrors");
    assert!(refused.status == 403 && !refused.body.contains("db.example"), "{refused:?}");
    assert!(!reader.get(&scene, "/ui").body.contains("/ui/mirrors"));
    assert_eq!(scene.get("/ui/mirrors", "").status, 401);
}
