//! A directory: what is in it, and what it does not do to what is not ours.

use std::path::Path;

use chittysync::mirror::Failure;
use chittysync::mirror::files::Files;
use chittysync::settings::MirrorKind;

use crate::scene::Scene;

fn run(scene: &Scene) -> Result<chittysync::mirror::Report, Failure> {
    scene.sync(&mut Files::new(Path::new(&scene.mirror.url))?)
}

fn read(scene: &Scene, name: &str) -> String {
    std::fs::read_to_string(Path::new(&scene.mirror.url).join(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

#[test]
fn the_originals_files_and_others_are_there() {
    let scene = Scene::new(MirrorKind::Files);
    let list = br#"[{"content":"Pay rent","status":"pending","due":"2026-12-01","description":"=2+2"}]"#;
    scene.world.input(&["import", "--session", "s1", "--project", "home"], list);
    run(&scene).expect("a run");
    let all: serde_json::Value = serde_json::from_str(&read(&scene, "todos.json")).expect("JSON");
    assert_eq!(all.as_array().map(Vec::len), Some(4));
    let web: serde_json::Value = serde_json::from_str(&read(&scene, "projects/acme%2fweb/todos.json")).expect("JSON");
    assert_eq!((web.as_array().map(Vec::len), web[0]["content"].as_str()), (Some(1), Some("Write notes")));
    assert!(read(&scene, "project-coordination.json").contains("acme"));
    assert!(read(&scene, "conflicts.json").contains('['));
    assert!(read(&scene, "todos.md").contains("Fix login"));
    assert!(read(&scene, "todos.csv").contains(",Pay rent,pending,,'=2+2,"));
    let calendar = read(&scene, "todos.ics");
    assert!(calendar.contains("DUE:20261201T235959Z\r\nSUMMARY:Pay rent\r\n"), "{calendar}");
    assert_eq!(calendar.matches("BEGIN:VTODO").count(), 1);
    let id = scene.world.todo("Pay rent")["id"].as_str().expect("an id").to_owned();
    let note = read(&scene, &format!("notes/home/{id}.md"));
    assert!(note.contains("status: \"pending\"") && note.contains("- [ ] Pay rent"), "{note}");
    // What somebody writes is no image that is fetched, and no link.
    scene.world.ok(&["add", "--project", "home", "See ![x](https://evil.example/x) <b>"]);
    run(&scene).expect("a run");
    let id = scene.world.todo("See ![x](https://evil.example/x) <b>")["id"].as_str().expect("an id").to_owned();
    let note = read(&scene, &format!("notes/home/{id}.md"));
    assert!(!note.contains("![x]") && !note.contains("https://evil") && !note.contains("<b>"), "{note}");
    scene.world.ok(&["drop", &id]);
    // It is dropped: its note goes, and the directory with it.
    scene.world.ok(&["drop", "Pay rent"]);
    run(&scene).expect("a run");
    assert!(!Path::new(&scene.mirror.url).join("notes/home").exists());
}

#[test]
fn nothing_is_written_into_what_is_not_ours() {
    let scene = Scene::new(MirrorKind::Files);
    scene.world.write("place/letter.txt", b"mine");
    let refused = run(&scene).expect_err("not empty");
    assert!(matches!(&refused, Failure::Refused { remedy, .. } if remedy.contains("empty")), "{refused}");
    assert_eq!(std::fs::read_dir(&scene.mirror.url).expect("a directory").count(), 1);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let scene = Scene::new(MirrorKind::Files);
    run(&scene).expect("a run");
    let root = Path::new(&scene.mirror.url);
    let outside = scene.world.write("outside", b"mine");
    for name in ["todos.md", "notes", "projects/acme%2fapi"] {
        let path = root.join(name);
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        let target = if name == "todos.md" { outside.clone() } else { scene.world.path("") };
        std::os::unix::fs::symlink(target, &path).expect("a link");
        scene.world.ok(&["add", &format!("For {name}"), "--project", "acme/api"]);
        let refused = run(&scene).expect_err(name).to_string();
        assert!(refused.contains("symbolic link"), "{refused}");
        std::fs::remove_file(&path).expect("removed");
    }
    assert_eq!(std::fs::read(&outside).expect("it is there"), b"mine");
    run(&scene).expect("it goes on");
}

/// A run that was killed before it had written all of it is done again; what was ours stays known.
#[test]
fn a_killed_run_is_done_again() {
    let scene = Scene::new(MirrorKind::Files);
    run(&scene).expect("a run");
    let manifest = Path::new(&scene.mirror.url).join(".chittysync-mirror.json");
    let before = std::fs::read(&manifest).expect("it is there");
    scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
    run(&scene).expect("a run");
    let complete = crate::common::files(Path::new(&scene.mirror.url)).len();
    // As if it had been killed before the last write.
    std::fs::write(&manifest, before).expect("written");
    std::fs::remove_file(Path::new(&scene.mirror.url).join("todos.csv")).expect("removed");
    run(&scene).expect("a run");
    assert_eq!(crate::common::files(Path::new(&scene.mirror.url)).len(), complete);
    assert!(read(&scene, "todos.csv").contains("Rest"));
}

#[test]
fn a_list_of_files_that_leads_elsewhere_removes_nothing_there() {
    let scene = Scene::new(MirrorKind::Files);
    run(&scene).expect("a run");
    let kept = scene.world.write("letter", b"mine");
    let manifest = Path::new(&scene.mirror.url).join(".chittysync-mirror.json");
    let text = std::fs::read_to_string(&manifest).expect("it is there");
    for name in ["../letter", "/etc/hosts", "a/../../letter", ""] {
        std::fs::write(&manifest, text.replacen("\"todos.md\"", &format!("\"{name}\""), 1)).expect("written");
        scene.world.ok(&["add", &format!("For {name}x"), "--project", "acme/web"]);
        assert!(run(&scene).expect_err(name).to_string().contains("no file of this directory"));
    }
    assert!(kept.is_file());
}
