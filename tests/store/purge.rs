//! A purge that is killed at any system call is finished by the next run: nothing but the words is lost.

use crate::common::has;
use crate::oracle;
use crate::scene::Scene;
use crate::trace::{Call, calls};

/// What leaked.
const WORDS: &str = "Ask Zoltan";

#[test]
fn killed_at_any_call_the_next_run_finishes() {
    if !has("strace") {
        return;
    }
    let scene = Scene::leaked();
    let id = scene.world.todo(WORDS)["id"].as_str().expect("an id").to_owned();
    let purge = ["purge", "--yes", id.as_str()];
    scene.restore();
    assert!(kept_beside(&scene).contains("Zoltan"), "the prompt is not remembered");
    let all: Vec<Call> = calls(&scene.world, &purge, &[]).into_iter().filter(Call::mutates).collect();
    words_are_gone(&scene).expect("without a kill");
    assert!(all.len() > 100, "too few calls to be true: {}", all.len());
    // Some of those that write objects and refs, and all that delete or that say how far it came.
    let every = (all.len() / 70).max(1);
    let unlinks = |call: &Call| call.name.starts_with("unlink") && call.arguments.contains("/pack/");
    let says = |call: &Call| call.name.starts_with("rename") && call.arguments.contains("/.chittysync-");
    let chosen = |(at, call): &(usize, &Call)| at % every == 0 || unlinks(call) || says(call);
    let points = all.iter().enumerate().filter(chosen).map(|(_, call)| call);
    let mut killed = 0;
    for point in points {
        scene.restore();
        let done = scene.disturbed(&purge, &format!("{}:signal=KILL:when={}", point.name, point.nth));
        killed += usize::from(done.code.is_none());
        // Once it was said, whoever runs next does it.
        let was_said = !scene.world.ok(&["list", "--all"]).contains("Zoltan");
        let next = if was_said { scene.world.run(&["consolidate"]) } else { scene.world.run(&purge) };
        assert_eq!(next.code, Some(0), "killed at {point:?}: {next:?}");
        words_are_gone(&scene).unwrap_or_else(|err| panic!("killed at {point:?}: {err}"));
    }
    assert!(killed > 40, "only {killed} kills hit");
}

fn words_are_gone(scene: &Scene) -> Result<(), String> {
    let (world, store) = (&scene.world, scene.world.store());
    let objects = world.git(&store, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    if let Some(line) = objects.lines().find(|line| line.contains("Zoltan")) {
        return Err(format!("an object holds {line}"));
    }
    let logs = world.git(&store, &["log", "-g", "--all", "--format=%H %s"]);
    if logs.contains("Zoltan") {
        return Err("a reflog leads there".to_owned());
    }
    if kept_beside(scene).contains("Zoltan") {
        return Err("a file beside the history holds the words".to_owned());
    }
    if world.states() != ["Fix login: completed", "Ship: in_progress", "Write notes: pending"] {
        return Err(format!("other todos than before: {:?}", world.states()));
    }
    oracle::whole(world, &store)
}

/// Returns what the files hold that the program keeps in a store beside its history.
fn kept_beside(scene: &Scene) -> String {
    let entries = std::fs::read_dir(scene.world.store().join("chittysync")).expect("a directory");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files.map(|path| String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned()).collect()
}
