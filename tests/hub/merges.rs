//! A hub that merges: devices push what their sessions say, and nobody waits for anybody.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::Done;
use crate::scene::{Scene, until};

const DEVICES: usize = 20;

/// Makes a device that leaves merging to the hub.
fn device(scene: &Scene, name: &str) -> String {
    let token = scene.device(name);
    scene.world.git(&scene.store(name), &["config", "chittysync.remote.origin.merges", "hub"]);
    token
}

fn sync(scene: &Scene, name: &str, token: &str) -> Value {
    let done = scene.run(name, token, &["sync", "--json"]);
    assert_eq!(done.code, Some(0), "{name}: {done:?}");
    serde_json::from_str(&done.stdout).unwrap_or_else(|err| panic!("{err}: {done:?}"))
}

/// Returns the words of all todos that a store's branch has.
fn words(scene: &Scene, store: &str) -> BTreeSet<String> {
    let store = scene.store(store);
    let listed: Value = scene.world.json(&["--store", store.to_str().expect("UTF-8"), "list", "--json"]);
    let todos = listed.as_array().expect("todos").iter();
    todos.map(|todo| todo["content"].as_str().expect("words").to_owned()).collect()
}

#[test]
fn many_at_once_are_never_rejected() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "tidy_ms=0")], &[]);
    let names: Vec<String> = (0..DEVICES).map(|number| format!("d{number:02}")).collect();
    let devices: Vec<(&str, String)> = names.iter().map(|name| (name.as_str(), device(&scene, name))).collect();
    for (name, token) in &devices {
        scene.run(name, token, &["add", &format!("From {name}")]);
    }
    let synced: Vec<Value> = std::thread::scope(|scope| {
        let at_once: Vec<_> = devices.iter().map(|(name, token)| scope.spawn(|| sync(&scene, name, token))).collect();
        at_once.into_iter().map(|one| one.join().expect("it syncs")).collect()
    });
    for (synced, name) in synced.iter().zip(&names) {
        let remote = &synced["remote"];
        assert_eq!((&remote["tries"], &remote["pushed_branch"]), (&1.into(), &false.into()), "{name}: {synced}");
    }
    let all: BTreeSet<String> = names.iter().map(|name| format!("From {name}")).collect();
    until("the hub has all of them", || words(&scene, "hub") == all);
    until("the hub tidied up", || {
        let board = scene.world.git(&scene.store("hub"), &["show", "consolidated:README.md"]);
        names.iter().all(|name| board.contains(&format!("From {name}")))
    });
    let tip = scene.tip("refs/heads/consolidated");
    for (name, token) in &devices {
        sync(&scene, name, token);
        assert_eq!(words(&scene, name), all, "{name}");
        assert_eq!(scene.world.git(&scene.store(name), &["rev-parse", "consolidated"]), tip, "{name}");
    }
    assert_eq!(scene.tip("refs/heads/consolidated"), tip, "who only looks moves nothing");
}

/// Nobody pushes again for the hub's sake: what came while it could not merge, or was over, it merges by itself.
#[test]
fn what_could_not_be_merged_is_merged_later() {
    let limits = [("CHITTYSYNC_HUB_LIMITS", "again_ms=2")];
    let mut scene = Scene::with(&limits, &[]);
    let token = device(&scene, "one");
    let lock = scene.store("hub").join("refs/heads/consolidated.lock");
    std::fs::create_dir_all(lock.parent().expect("a directory")).expect("a directory");
    std::fs::write(&lock, "").expect("a file");
    scene.run("one", &token, &["add", "Said while it cannot"]);
    sync(&scene, "one", &token);
    let log = || scene.world.ok(&["--store", scene.store("hub").to_str().expect("UTF-8"), "daemon", "log"]);
    until("it has tried more than once", || log().lines().filter(|line| line.contains("error")).count() > 1);
    assert!(!scene.store("hub").join("refs/heads/consolidated").exists());
    std::fs::remove_file(&lock).expect("removed");
    until("it is merged", || words(&scene, "hub").contains("Said while it cannot"));

    scene.run("one", &token, &["add", "Said while it was over"]);
    scene.kill();
    let (from, to) = (scene.store("one"), scene.store("hub"));
    scene.world.git(&from, &["push", "-q", to.to_str().expect("UTF-8"), "refs/chittysync/*:refs/chittysync/*"]);
    assert!(!words(&scene, "hub").contains("Said while it was over"));
    scene.start(&limits, &[]);
    until("it is merged", || words(&scene, "hub").contains("Said while it was over"));
}

/// Who moves the branch has merged its own, as a rule. What somebody brings beside a branch that lacks it is merged too,
/// a while later.
#[test]
fn what_comes_beside_a_branch_that_lacks_it_is_merged() {
    let push = |scene: &Scene, token: &str, branch: &str| {
        let branch = format!("{branch}:refs/heads/consolidated");
        let pushed = scene.git(token, "one.git", &["push", "-q", &scene.url(), &branch, "refs/chittysync/*"]);
        assert_eq!(pushed.code, Some(0), "{pushed:?}");
    };
    let (short, long) = ("settle_ms=2", "settle_ms=600000");
    for settle in [short, long] {
        let mut scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", settle)], &[]);
        let token = scene.device("one");
        scene.run("one", &token, &["add", "First"]);
        let branch = scene.world.git(&scene.store("one"), &["rev-parse", "consolidated"]);
        scene.run("one", &token, &["add", "Second"]);
        push(&scene, &token, branch.trim());
        if settle == long {
            assert_eq!(scene.tip("refs/heads/consolidated"), branch.trim());
            // What came when it was last over, it merges at once.
            scene.kill();
            scene.start(&[("CHITTYSYNC_HUB_LIMITS", long)], &[]);
        }
        until(settle, || words(&scene, "hub").contains("Second"));
    }
}

/// What the hub cannot come to by itself is pushed: somebody's own commit on the branch.
#[test]
fn what_was_said_by_hand_is_pushed() {
    let scene = Scene::new();
    let token = device(&scene, "one");
    scene.run("one", &token, &["add", "Write the parser"]);
    sync(&scene, "one", &token);
    until("the hub merged it", || !scene.tip("refs/heads/consolidated").is_empty());
    sync(&scene, "one", &token);
    let (world, store, work) = (&scene.world, scene.store("one"), scene.world.path("work"));
    world.git(&store, &["worktree", "add", "-q", work.to_str().expect("UTF-8"), "consolidated"]);
    std::fs::write(work.join("NOTES.md"), "by hand").expect("a file");
    world.git(&work, &["add", "NOTES.md"]);
    world.git(&work, &["commit", "-q", "-m", "By hand"]);
    let by_hand = world.git(&work, &["rev-parse", "HEAD"]);
    world.git(&store, &["worktree", "remove", "--force", work.to_str().expect("UTF-8")]);
    let said = sync(&scene, "one", &token);
    assert_eq!(said["remote"]["pushed_branch"], true, "{said}");
    let hub = scene.store("hub");
    let behind: Done = scene.git(&token, "hub.git", &["merge-base", "--is-ancestor", &by_hand, "consolidated"]);
    assert_eq!(behind.code, Some(0), "{behind:?} {hub:?}");
}

/// Nobody types a command in a store that only a hub writes to, and each push leaves files.
#[test]
fn the_hub_keeps_its_store_small() {
    const SESSIONS: usize = 70;
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "keep_ms=50")], &[]);
    let token = scene.device("one");
    for session in 0..SESSIONS {
        scene.list("one", &format!("s{session}"), &[(&format!("Task {session}"), "pending")]);
    }
    assert_eq!(scene.sync("one", &token).code, Some(0));
    let hub = scene.store("hub");
    let refs = || scene.world.git(&hub, &["for-each-ref", "refs/chittysync/", "refs/heads/"]);
    let loose = || std::fs::read_dir(hub.join("refs/chittysync")).map_or(0, Iterator::count);
    until("refs are in one file", || loose() < SESSIONS / 2);
    assert!(refs().lines().filter(|line| line.contains("refs/chittysync/s")).count() == SESSIONS, "{}", refs());
    // Whoever syncs meanwhile sees nothing of it.
    assert_eq!(scene.sync("one", &token).code, Some(0));
    assert_eq!(
        scene.tip("refs/heads/consolidated"),
        scene.world.git(&scene.store("one"), &["rev-parse", "consolidated"])
    );
    assert_eq!(scene.world.git_run(&hub, &["fsck", "--strict"]).code, Some(0));
}
