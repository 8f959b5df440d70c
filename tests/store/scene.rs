//! A store and an agent's home in a known state, put back in an instant, as often as needed.

use std::path::{Path, PathBuf};

use crate::common::{Done, World, done};
use crate::trace::strace;

/// A world whose home and agent's home can be put back.
pub struct Scene {
    pub world: World,
    saved: PathBuf,
}

/// Where the agent's home is.
pub const FROM: [&str; 3] = ["sync", "--from", "claude"];

impl Scene {
    /// Returns a world in which two sessions have been captured and one of them says something new.
    pub fn with_news() -> Self {
        let world = quiet();
        world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending"), ("Ship", "pending")]);
        world.list("s2", "2026-11-20T09:01:00Z", &[("Fix login", "in_progress"), ("Write notes", "pending")]);
        world.ok(&FROM);
        world.list("s1", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "in_progress")]);
        Scene::save(world)
    }

    /// Returns a world with an agent's home and no store.
    pub fn without_store() -> Self {
        let world = quiet();
        world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
        Scene::save(world)
    }

    /// Returns a world in which two sessions said something that is to go from all history. Some of it is packed.
    pub fn leaked() -> Self {
        let world = quiet();
        world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending"), ("Ask Zoltan", "pending")]);
        // What the session was asked for stays in a file of the device.
        let asked = r#"{"type":"user","sessionId":"s1","message":{"role":"user","content":"Ask Zoltan, then fix it"}}"#;
        world.write("claude/projects/-shop/s1.jsonl", format!("{asked}\n").as_bytes());
        world.ok(&FROM);
        world.git(&world.store(), &["gc", "-q"]);
        world.list("s2", "2026-11-20T09:01:00Z", &[("Ask Zoltan", "in_progress"), ("Write notes", "pending")]);
        world.list("s1", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "in_progress")]);
        world.ok(&FROM);
        Scene::save(world)
    }

    /// Returns a world in which the next run has a few new sessions, and then so many loose refs that it packs them.
    pub fn with_many_refs() -> Self {
        let world = quiet();
        let list = |session: usize| {
            let at = format!("2026-11-20T09:{:02}:{:02}Z", session / 60, session % 60);
            world.list(&format!("s{session}"), &at, &[("Ship", "pending")]);
        };
        (0..60).for_each(list);
        world.ok(&FROM);
        (60..66).for_each(list);
        Scene::save(world)
    }

    /// Returns a world without a store in which so many sessions speak that one run takes the ways of a bulk
    /// write: a pack, and `packed-refs`.
    pub fn bulk() -> Self {
        let world = quiet();
        for session in 0..70 {
            let words = format!("Task {session}");
            let at = format!("2026-11-20T09:{:02}:{:02}Z", session / 60, session % 60);
            world.list(&format!("s{session}"), &at, &[(&words, "pending"), ("Ship", "pending")]);
        }
        let bare = world.store();
        world.git(&world.path(""), &["init", "-q", "--bare", &bare.to_string_lossy()]);
        world.git(&bare, &["config", "chittysync.enabled", "true"]);
        Scene::save(world)
    }

    fn save(world: World) -> Self {
        let saved = world.path("saved");
        copy(&world.home(), &saved);
        Scene { world, saved }
    }

    /// Returns every ref with its value. The clock of tests stands still, so that the same work makes the
    /// same commits.
    pub fn refs(&self) -> String {
        self.world.git(&self.world.store(), &["for-each-ref"])
    }

    /// Returns every ref with the tree of its commit: the same statements, whichever way they came together.
    pub fn trees(&self) -> String {
        self.world.git(&self.world.store(), &["for-each-ref", "--format=%(refname) %(tree)"])
    }

    /// Makes the present state the one that is put back.
    pub fn keep(&self) {
        std::fs::remove_dir_all(&self.saved).expect("removed");
        copy(&self.world.home(), &self.saved);
    }

    /// Puts the home, and the store in it, back.
    pub fn restore(&self) {
        std::fs::remove_dir_all(self.world.home()).expect("removed");
        copy(&self.saved, &self.world.home());
    }

    /// Runs the program with strace doing something at a call; an `inject` expression of strace.
    pub fn disturbed(&self, arguments: &[&str], inject: &str) -> Done {
        let log = self.world.path("strace.log");
        let expression = format!("inject={inject}");
        let mut command = strace(&self.world, &["-o", &log.to_string_lossy(), "-e", &expression]);
        done(command.args(arguments).output())
    }
}

/// Returns a world in which nothing begins in the background: what is copied, and looked at after a kill, stands still.
pub fn quiet() -> World {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\tmaintenance = false\n");
    world
}

/// Copies a directory with times and permissions.
pub fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp starts");
    assert!(status.success());
}
