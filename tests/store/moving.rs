//! A project that moves is killed at any system call: at every moment all of it is in one store or the other, and it can be
//! begun again.

use crate::common::has;
use crate::oracle;
use crate::scene::Scene;
use crate::trace::{Call, calls};

/// What is said before, by the program and by the words of the scene.
const SAID: [&str; 4] = ["Ask Zoltan", "Fix login", "Ship", "Write notes"];

#[test]
fn killed_at_any_call_nothing_is_lost_and_it_can_be_begun_again() {
    if !has("strace") {
        return;
    }
    let scene = Scene::leaked();
    let new = scene.world.home().join("moved.git");
    let new = new.to_str().expect("UTF-8");
    let go = ["move", "general", "--yes", "--to", new];
    scene.restore();
    let all: Vec<Call> = calls(&scene.world, &go, &[]).into_iter().filter(Call::mutates).collect();
    has_moved(&scene, new).expect("without a kill");
    assert!(all.len() > 100, "too few calls to be true: {}", all.len());
    let every = (all.len() / 16).max(1);
    let mut killed = 0;
    // Whatever moves a ref is a step of its own, and is never left out.
    let moves_ref =
        |call: &Call| call.arguments.contains("/refs/chittysync/") || call.arguments.contains("/refs/heads/");
    for (_, point) in all.iter().enumerate().filter(|(at, call)| at % every == 0 || moves_ref(call)) {
        scene.restore();
        let done = scene.disturbed(&go, &format!("{}:signal=KILL:when={}", point.name, point.nth));
        killed += usize::from(done.code.is_none());
        let old = scene.world.ok(&["list", "--all"]);
        let there = scene.world.run(&["--store", new, "list", "--all"]).stdout;
        for words in SAID {
            assert!(old.contains(words) || there.contains(words), "killed at {point:?}: {words} is lost");
        }
        // Once the words were taken out of the lists, whoever runs next takes them out of history.
        let is_taken = SAID.iter().all(|words| !old.contains(words));
        let next = if is_taken { scene.world.run(&["consolidate"]) } else { scene.world.run(&go) };
        assert_eq!(next.code, Some(0), "killed at {point:?}: {next:?}");
        has_moved(&scene, new).unwrap_or_else(|err| panic!("killed at {point:?}: {err}"));
    }
    assert!(killed > 15, "only {killed} kills hit");
}

fn has_moved(scene: &Scene, new: &str) -> Result<(), String> {
    let (world, store) = (&scene.world, scene.world.store());
    let objects = world.git(&store, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    if let Some(line) = objects.lines().find(|line| SAID.iter().any(|words| line.contains(words))) {
        return Err(format!("an object of the old store holds {line}"));
    }
    let there = world.ok(&["--store", new, "list", "--all", "--porcelain"]);
    if let Some(words) = SAID.iter().find(|words| !there.contains(*words)) {
        return Err(format!("the new store lacks {words}: {there}"));
    }
    oracle::whole(world, &store)?;
    oracle::whole(world, new.as_ref())
}
