//! The form that gives a todo other words and properties.

use crate::pages::{Browser, id_of, said};
use crate::scene::Scene;

#[test]
fn what_is_changed_in_the_form_is_said_and_nothing_else() {
    let scene = Scene::new();
    let browser = Browser::new(&scene, &[]);
    browser.act(&scene, "add", "&words=Old+words");
    browser.act(&scene, "add", "&words=Goes+first");
    let (id, first) = (id_of(&scene, "Old words"), id_of(&scene, "Goes first"));
    let same = "&words=Old+words&words-was=Old+words&priority=&priority-was=&description=&description-was=";
    let told = said(&browser.act(&scene, &format!("edit {id}"), same));
    assert!(told.starts_with("Not done: nothing to change"), "{told}");
    let changed = format!(
        "&words=Old+words&words-was=Old+words&priority=high&priority-was=&description=Two%0D%0Alines&description-was=&wait={first}"
    );
    assert_eq!(said(&browser.act(&scene, &format!("edit {id}"), &changed)), "Changed: Old words");
    let page = browser.get(&scene, &format!("/ui/todo/{id}")).body;
    for part in ["<p><bdi>Two</bdi></p><p><bdi>lines</bdi></p>", "value=\"high\" selected", "waits for", &first] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // With other words it is another todo, and one gets to its page.
    let renaming = "&words=New+words&words-was=Old+words";
    let body = format!("key={}&back=/ui/todo/{id}&do=edit+{id}{renaming}", browser.key);
    let answer = browser.post(&scene, &body, &[]);
    let new = id_of(&scene, "New words");
    assert!(answer.header("location").is_some_and(|to| to.starts_with(&format!("/ui/todo/{new}?said="))), "{answer:?}");
}

/// What a browser sends of a form is what the page has in it, but for what was typed.
#[test]
fn a_form_that_is_sent_as_it_is_changes_nothing_else() {
    let scene = Scene::new();
    let (browser, token) = (Browser::new(&scene, &[]), scene.token("one", "write"));
    let words = "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645} & \u{ad}<b>";
    let body = serde_json::json!({ "content": words, "blockedBy": ["nobody said this yet"] }).to_string();
    let added = scene.post("/api/todo", &token, &body);
    let added = if added.status == 201 {
        added
    } else {
        scene.post("/api/todo", &token, &serde_json::json!({ "content": words }).to_string())
    };
    let id = added.json()["todo"]["id"].as_str().unwrap_or_else(|| panic!("{added:?}")).to_owned();
    let page = browser.get(&scene, &format!("/ui/todo/{id}")).body;
    let form = page.split("<form class=\"edit\"").nth(1).and_then(|rest| rest.split("</form>").next());
    let form = form.unwrap_or_else(|| panic!("no form: {page}"));
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let read = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        text.replace("&amp;", "&")
    };
    let mut fields = vec![("priority".to_owned(), "high".to_owned())];
    for tag in form.split("<input").skip(1) {
        let tag = tag.split('>').next().expect("an end");
        fields.extend(attribute(tag, "name").map(|name| (name, read(&attribute(tag, "value").unwrap_or_default()))));
    }
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').expect("an end");
        let text = rest.split("</textarea>").next().expect("an end");
        fields.extend(attribute(tag, "name").map(|name| (name, read(text.strip_prefix('\n').unwrap_or(text)))));
    }
    assert!(fields.len() > 6, "{fields:?}");
    let code = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", code(name), code(value))).collect();
    let answer = browser.post(&scene, &format!("{}&do=edit+{id}", body.join("&")), &[]);
    assert!(answer.header("location").is_some_and(|to| to.starts_with(&format!("/ui/todo/{id}?"))), "{answer:?}");
    let todo = scene.get(&format!("/api/todo/{id}"), &token).json();
    assert_eq!((&todo["content"], &todo["status"]), (&words.into(), &"pending".into()), "{todo}");
    assert_eq!(todo["priority"], "high", "{todo}");
}
