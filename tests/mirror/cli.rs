//! `git chittysync mirror`, as it is typed.

use std::path::Path;

use chittysync::settings::MirrorKind;
use chittysync::store::MirrorLock;

use crate::scene::Scene;

#[test]
fn a_mirror_is_added_filled_paused_and_forgotten() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.ok(&["mirror", "add", "papers", "files", "place"]);
    let status = world.json(&["mirror", "list"])["mirrors"][0].clone();
    assert_eq!((status["name"].as_str(), status["checkpoint"].is_null()), (Some("papers"), true), "{status}");
    assert!(status["behind"].as_u64() > Some(0));
    let would = world.ok(&["mirror", "sync", "--dry-run"]);
    assert!(!world.path("place/todos.json").exists(), "{would}");
    let synced = world.json(&["mirror", "sync"])["mirrors"][0].clone();
    assert_eq!(synced["outcome"], "synced", "{synced}");
    assert!(world.path("place/todos.json").is_file());
    assert_eq!(world.json(&["mirror", "sync", "papers"])["mirrors"][0]["outcome"], "up_to_date");
    assert_eq!(world.json(&["mirror", "verify"])["mirrors"][0]["same"], true);
    assert!(world.ok(&["status"]).contains("mirror     papers (has everything"));
    world.ok(&["done", "Ship"]);
    assert!(world.ok(&["status"]).contains("mirror     papers (lacks "));
    assert_eq!(world.json(&["status"])["mirrors"][0]["name"], "papers");
    world.ok(&["mirror", "pause", "papers"]);
    assert_eq!(world.json(&["mirror", "sync"])["mirrors"], serde_json::json!([]));
    let doctor = world.run(&["doctor"]).stdout;
    assert!(doctor.contains("off mirror papers"), "{doctor}");
    world.ok(&["mirror", "resume", "papers"]);
    std::fs::remove_file(world.path("place/todos.csv")).expect("removed");
    let differs = world.run(&["mirror", "verify", "papers"]);
    assert_eq!(differs.code, Some(1));
    assert!(differs.stdout.contains("todos.csv is missing"), "{differs:?}");
    world.ok(&["mirror", "remove", "papers", "--dry-run"]);
    assert_eq!(world.json(&["mirror", "list"])["mirrors"].as_array().map(Vec::len), Some(1));
    // A run that goes on would write its state again, and at the place.
    let turn = MirrorLock::try_acquire(&world.store(), "papers").expect("a lock").expect("it is free");
    let busy = world.run(&["mirror", "remove", "papers"]);
    assert_eq!((busy.code, busy.stderr.contains("being brought up to date")), (Some(1), true), "{busy:?}");
    assert_eq!(world.json(&["mirror", "list"])["mirrors"].as_array().map(Vec::len), Some(1));
    drop(turn);
    world.ok(&["mirror", "remove", "papers"]);
    assert_eq!(world.json(&["mirror", "list"])["mirrors"], serde_json::json!([]));
    assert!(!scene.refs().contains("chittysync-mirrors"), "nothing is left of it here");
    assert!(world.path("place/todos.json").is_file(), "and all is there");
    world.ok(&["mirror", "add", "papers", "files", "place"]);
    world.ok(&["mirror", "sync"]);
    assert_eq!(world.json(&["mirror", "verify"])["mirrors"][0]["same"], true);
}

/// A pause that stands elsewhere is ended where that can be, and else told.
#[test]
fn a_mirror_is_paused_or_not_once_that_is_said() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.ok(&["mirror", "add", "papers", "files", "place"]);
    let paused = || world.json(&["mirror", "list"])["mirrors"][0]["paused"] == true;
    let key = "chittysync.mirror.papers.paused";
    world.git(&world.path(""), &["config", "--global", key, "true"]);
    assert!(paused());
    world.ok(&["mirror", "resume", "papers"]);
    assert!(!paused());
    world.ok(&["mirror", "pause", "papers"]);
    assert!(paused());
    // What one command is told counts more than what is written.
    let variables = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", key), ("GIT_CONFIG_VALUE_0", "true")];
    let refused = world.run_with(&variables, &["mirror", "resume", "papers"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("stays paused") && refused.stderr.contains("--show-origin"), "{refused:?}");
    world.git(&world.path(""), &["config", "--global", "--unset", key]);
    let lock = world.store().join("config.lock");
    std::fs::write(&lock, b"").expect("a lock");
    let refused = world.run(&["mirror", "pause", "papers"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("another program") && refused.stderr.contains("config.lock"), "{refused:?}");
    std::fs::remove_file(&lock).expect("removed");
    assert!(!paused());
}

#[test]
fn what_cannot_be_added_says_why() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.write("full/letter", b"mine");
    for (arguments, said) in [
        (["Papers", "files", "place"], "small letters"),
        (["papers", "files", "full"], "holds something"),
        (["db", "postgres", "mysql://x"], "URL of a database"),
        (["drive", "bundles", "-x"], ""),
    ] {
        let arguments: Vec<&str> = ["mirror", "add"].into_iter().chain(arguments).collect();
        let done = world.run(&arguments);
        assert_ne!(done.code, Some(0), "{arguments:?}");
        let built_without = done.stderr.contains("built without PostgreSQL");
        assert!(done.stderr.contains(said) || built_without, "{done:?}");
    }
    assert_eq!(world.json(&["mirror", "list"])["mirrors"], serde_json::json!([]));
    world.ok(&["mirror", "add", "papers", "files", "place"]);
    assert!(world.run(&["mirror", "add", "papers", "files", "place2"]).stderr.contains("already"));
    assert_eq!(world.run(&["mirror", "sync", "other"]).code, Some(129));
}

#[test]
fn a_failure_is_told_wherever_somebody_looks() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.ok(&["mirror", "add", "papers", "files", "place"]);
    world.write("place/letter", b"mine");
    let done = world.run(&["mirror", "sync"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("holds something") && done.stderr.contains("hint:"), "{done:?}");
    let doctor = world.run(&["doctor"]).stdout;
    assert!(doctor.contains("BAD mirror papers"), "{doctor}");
    // The daemon does not try again at once; a person can.
    assert_eq!(world.json(&["mirror", "sync", "--due"])["mirrors"], serde_json::json!([]));
    std::fs::remove_file(world.path("place/letter")).expect("removed");
    world.ok(&["mirror", "sync"]);
    assert!(world.ok(&["status"]).contains("papers (has everything"));
}

#[test]
fn a_projects_repository_has_no_mirrors() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.git(Path::new(&world.path("")), &["init", "-q", "project"]);
    let project = world.path("project");
    world.ok(&["-C", &project.to_string_lossy(), "init", "--here"]);
    world.git(&project, &["config", "chittysync.mirror.x.kind", "files"]);
    world.git(&project, &["config", "chittysync.mirror.x.url", &world.path("stolen").to_string_lossy()]);
    world.ok(&["-C", &project.to_string_lossy(), "add", "Ship"]);
    world.ok(&["-C", &project.to_string_lossy(), "mirror", "sync"]);
    assert!(!world.path("stolen").exists());
    let refused = world.run(&["-C", &project.to_string_lossy(), "mirror", "add", "y", "files", "z"]);
    assert!(refused.stderr.contains("a project's repository has no mirrors"), "{refused:?}");
}

/// A program of the user's is run when the branch moved, and what it does not do is told as of any mirror.
#[cfg(unix)]
#[test]
fn a_command_is_a_mirror() {
    let scene = Scene::new(MirrorKind::Command);
    let world = &scene.world;
    let line = "test ! -e stop || { echo 'no room' >&2; exit $(cat stop); }; echo \"$CHITTYSYNC_FROM>$CHITTYSYNC_TO\" >> ran; git -C \"$CHITTYSYNC_STORE\" rev-parse consolidated >> ran";
    let refused = world.run(&["mirror", "add", "mine", "command", line, "--project", "acme/web"]);
    assert!(refused.stderr.contains("all projects"), "{refused:?}");
    assert!(world.run(&["mirror", "add", "mine", "command", " "]).stderr.contains("empty"));
    world.ok(&["mirror", "add", "mine", "command", line]);
    let ran = || std::fs::read_to_string(world.path("ran")).unwrap_or_default();
    let tip = || world.git(&world.store(), &["rev-parse", "consolidated"]);
    let first = tip();
    assert_eq!(world.json(&["mirror", "sync"])["mirrors"][0]["outcome"], "synced");
    assert_eq!(ran(), format!(">{first}\n{first}\n"));
    assert_eq!(world.json(&["mirror", "sync"])["mirrors"][0]["outcome"], "up_to_date");
    world.ok(&["done", "Ship"]);
    world.ok(&["mirror", "sync", "--dry-run"]);
    assert_eq!(ran(), format!(">{first}\n{first}\n"), "a dry run runs nothing");
    world.write("stop", b"3");
    let failed = world.run(&["mirror", "sync"]);
    assert!(failed.stderr.contains("no room") && failed.stderr.contains("by hand"), "{failed:?}");
    assert!(world.run(&["doctor"]).stdout.contains("BAD mirror mine"));
    std::fs::remove_file(world.path("stop")).expect("removed");
    world.ok(&["mirror", "sync"]);
    let second = tip();
    assert_eq!(ran(), format!(">{first}\n{first}\n{first}>{second}\n{second}\n"));
    assert!(world.ok(&["status"]).contains("mirror     mine (has everything"));
    // What it makes is not known: all others are compared, and it is not said to be right.
    assert_eq!(world.json(&["mirror", "verify"])["mirrors"], serde_json::json!([]));
    assert_eq!(world.run(&["mirror", "verify", "mine"]).code, Some(1));
}
