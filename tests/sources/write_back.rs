//! Boxes of plans are checked when their todos are completed elsewhere, and nothing else is ever written.

use crate::common::{Done, World};

const PLAN: &str = "# Tasks\r\n\r\n- [ ] T001 [P] Set up the shop in [src](src)\r\n- [~] T002 Paint it\r\n- [x] T003 Name it\n- [-] T004 Sell it\n```\n- [ ] T001 an example\n```\n  - [ ] Open it\n- [ ] Open it\nno end";

fn project(world: &World) -> String {
    world.git(&world.home(), &["init", "-q", "shop"]);
    world.write("home/shop/specs/001-a/tasks.md", PLAN.as_bytes());
    world.home().join("shop").to_str().expect("UTF-8").to_owned()
}

fn write_back(world: &World, project: &str) -> Done {
    let done = world.run(&["sync", "-v", "--from", project, "--write-back"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    done
}

fn text(world: &World) -> String {
    std::fs::read_to_string(world.path("home/shop/specs/001-a/tasks.md")).expect("a file")
}

#[test]
fn a_box_is_checked_when_its_todo_is_completed_elsewhere() {
    let world = World::new();
    let project = project(&world);
    write_back(&world, &project);
    assert_eq!(text(&world), PLAN, "nothing was completed");
    for words in ["Set up the shop in [src](src)", "Paint it", "Sell it"] {
        world.ok(&["-C", &project, "done", &world.todo(words)["id"].as_str().expect("an id")[..10]]);
    }
    world.ok(&["sync", "-q", "--from", &project]);
    assert_eq!(text(&world), PLAN, "it is asked for each time");
    let done = write_back(&world, &project);
    assert!(done.stderr.contains("Checked 2 boxes in ~/shop/specs/001-a/tasks.md."), "{done:?}");
    // Nothing but the two boxes: not the example, not what somebody else's mark says, no line end.
    let expected = PLAN.replacen("- [ ] T001 [P]", "- [x] T001 [P]", 1).replace("[~]", "[x]");
    assert_eq!(text(&world), expected);
    assert_eq!(write_back(&world, &project).stderr.matches("Checked").count(), 0);
    // Of two with the same words each has its own box.
    let open: Vec<_> = world.todos().into_iter().filter(|todo| todo["content"] == "Open it").collect();
    assert_eq!(open.len(), 2);
    let second =
        open.iter().find(|todo| todo["nth"] == 2).expect("a second one")["id"].as_str().expect("an id").to_owned();
    world.ok(&["-C", &project, "done", &second]);
    let told = world.json(&["sync", "--from", &project, "--write-back"]);
    assert_eq!(told["written_back"][0]["checked"], serde_json::json!(["Open it"]), "{told}");
    assert!(text(&world).ends_with("  - [ ] Open it\n- [x] Open it\nno end"), "{}", text(&world));
}

#[cfg(unix)]
#[test]
fn never_through_a_link_and_never_what_is_none_of_a_plan() {
    let world = World::new();
    let project = project(&world);
    world.write("home/elsewhere/001-b/tasks.md", b"- [ ] T001 Behind a link\n");
    std::fs::remove_dir_all(world.path("home/shop/specs")).expect("removed");
    std::os::unix::fs::symlink(world.path("home/elsewhere"), world.path("home/shop/specs")).expect("a link");
    world.write("home/shop/TODO.md", b"- [ ] In the project\n");
    world.ok(&["sync", "-q", "--from", &project]);
    for words in ["Behind a link", "In the project"] {
        world.ok(&["-C", &project, "done", &world.todo(words)["id"].as_str().expect("an id")[..10]]);
    }
    let done = write_back(&world, &project);
    assert!(done.stderr.contains("symbolic link"), "{done:?}");
    assert_eq!(
        std::fs::read_to_string(world.path("home/elsewhere/001-b/tasks.md")).expect("a file"),
        "- [ ] T001 Behind a link\n"
    );
    assert_eq!(std::fs::read_to_string(world.path("home/shop/TODO.md")).expect("a file"), "- [x] In the project\n");
    // A home of an agent has no plans; and it has to be said where they are.
    world.list("ana", "2026-11-20T10:00:00Z", &[("A", "pending")]);
    let before = crate::common::files(&world.path("claude"));
    world.ok(&["done", "-q", "In the project"]);
    world.ok(&["sync", "-q", "--from", world.path("claude").to_str().expect("UTF-8"), "--write-back"]);
    assert_eq!(crate::common::files(&world.path("claude")), before);
    assert_eq!(world.run(&["sync", "--write-back"]).code, Some(129));
}
