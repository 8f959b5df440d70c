//! Events that cannot be taken now: they wait, and are taken later.

use serde_json::json;

use crate::common::World;
use crate::hooks::{created, log, spool, states};

/// A configuration that keeps a store from being opened keeps no event from being put down.
#[test]
fn an_event_waits_until_the_configuration_is_right_again() {
    for broken in ["[chittysync]\n\tcontext = bogus\n", "[core\n"] {
        let world = World::new();
        let _daemon = world.as_daemon();
        std::fs::remove_dir_all(world.store().join("chittysync")).expect("as before the first capture");
        let right = std::fs::read(world.home().join(".gitconfig")).unwrap_or_default();
        world.write("home/.gitconfig", broken.as_bytes());
        world.hook(&created(1, "Fix login"));
        assert_eq!(spool(&world).len(), 1, "{}", log(&world));
        let told = world.ok(&["daemon", "log"]);
        assert!(told.contains("hook: TaskCreated: ") && told.contains("the event waits"), "{told}");
        world.write("home/.gitconfig", &right);
        assert_eq!(states(&world), ["Fix login: pending"]);
    }
}

/// What one bad setting keeps from being opened is that store all the same: its events go nowhere else.
#[test]
fn a_projects_store_with_a_bad_setting_is_still_that_store() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let project = world.path("acme");
    world.git(&world.home(), &["init", "-q", "../acme"]);
    world.ok(&["-C", "acme", "init", "-q", "--here"]);
    let mut event = created(1, "Fix login");
    event["cwd"] = json!(project);
    world.git(&project, &["config", "chittysync.reopen", "bogus"]);
    world.hook(&event);
    world.git(&project, &["config", "--unset", "chittysync.reopen"]);
    assert_eq!(spool(&world).len(), 0);
    let list = world.ok(&["-C", "acme", "consolidate", "-q"]) + &world.ok(&["-C", "acme", "list"]);
    assert!(list.contains("Fix login"), "{list}");
}

#[test]
fn without_a_store_nothing_is_made_for_what_says_nothing() {
    let world = World::new();
    for (event, input) in [("TaskCreated", "garbage"), ("SessionStart", r#"{"session_id": "s"}"#)] {
        assert_eq!(world.input(&["hook", event], input.as_bytes()).code, Some(0));
    }
    assert!(!world.store().exists());
}

#[test]
fn what_cannot_be_put_down_is_logged() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.write("home/.local/share/chittysync/store.git/chittysync/spool", b"in the way");
    world.hook(&created(1, "Fix login"));
    assert!(log(&world).contains("error hook TaskCreated: cannot create"), "{}", log(&world));
}

#[test]
fn an_event_that_cannot_be_read_is_put_aside() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.hook(&created(1, "Fix login"));
    let bad = "home/.local/share/chittysync/store.git/chittysync/spool/000000000000001-1-1.json";
    world.write(bad, b"{\"half");
    world.hook(&created(2, "Ship"));
    assert_eq!(states(&world), ["Fix login: pending", "Ship: pending"]);
    assert!(log(&world).contains("was put aside"), "{}", log(&world));
    assert!(world.path(&format!("{bad}.bad")).exists());
    let doctor = world.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.stdout.contains("1 could not be understood"), "{doctor:?}");
}

/// A disk that fails now may not fail later. A directory fails to be read as a file for everybody, root included.
#[test]
fn an_event_that_cannot_be_read_now_waits() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.hook(&created(1, "Fix login"));
    let spool = world.store().join("chittysync/spool");
    let (unreadable, half) = (spool.join("000000000000001-1-1.json"), spool.join("000000000000002-1-1.json"));
    std::fs::create_dir_all(&unreadable).expect("a directory");
    std::fs::write(&half, b"{\"half").expect("a file");
    std::fs::create_dir_all(spool.join("000000000000002-1-1.json.bad/in the way")).expect("a directory");
    world.hook(&created(2, "Ship"));
    assert_eq!(states(&world), ["Fix login: pending", "Ship: pending"]);
    assert!(unreadable.is_dir() && half.is_file());
    assert!(log(&world).contains("cannot be read and waits"), "{}", log(&world));
}

/// A session whose ref is broken keeps no other from being saved, and its events wait.
#[test]
fn a_broken_session_waits() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let of = |session: &str, subject: &str| {
        let mut event = created(1, subject);
        event["session_id"] = json!(session);
        event
    };
    world.hook(&of("broken", "Fix login"));
    let name = world.store().join("refs/chittysync/broken");
    let whole = std::fs::read(&name).expect("a ref");
    for (at, broken) in ["1".repeat(40) + "\n", String::new()].into_iter().enumerate() {
        std::fs::write(&name, broken).expect("a ref");
        world.hook(&of("broken", "Ship"));
        world.hook(&of("fine", &format!("Write notes {at}")));
        // A hook saves nothing beside what waits.
        world.run(&["consolidate", "-q"]);
        assert_eq!(spool(&world).len(), at + 1);
        assert!(log(&world).contains("events of session broken wait"), "{}", log(&world));
    }
    std::fs::write(&name, whole).expect("a ref");
    assert_eq!(
        states(&world),
        ["Fix login: pending", "Ship: pending", "Write notes 0: pending", "Write notes 1: pending"]
    );
    assert_eq!(spool(&world).len(), 0);
}
