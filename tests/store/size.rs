//! How large a store is on the disk, beside what a full `git gc` makes of it: when it is at rest, and in between.

use std::time::{Duration, Instant};

use chittysync::git::is_maintained;
use serde_json::{Value, json};

use crate::common::size::{after_gc, at_rest, on_disk};
use crate::common::{NOW, World, binary, done};
use crate::maintenance::until;

/// Lists of eight todos, of 40 sessions in five projects. Each update takes one todo on.
struct Lists {
    lists: Vec<Vec<Value>>,
    random: fastrand::Rng,
}

impl Lists {
    fn new() -> Self {
        let mut lists = Lists { lists: Vec::new(), random: fastrand::Rng::with_seed(1) };
        lists.lists = (0..40).map(|session| (0..8).map(|todo| lists.todo(session, todo)).collect()).collect();
        lists
    }

    fn todo(&mut self, session: usize, todo: usize) -> Value {
        let content = format!("todo {todo} of session {session}, number {}", self.random.u32(..1_000_000_000));
        json!({"content": content, "status": "pending"})
    }

    fn update(&mut self, world: &World, limits: &[(&str, &str)]) {
        let (session, todo) = (self.random.usize(..40), self.random.usize(..8));
        let next = match self.lists[session][todo]["status"].as_str() {
            Some("pending") => "in_progress",
            Some("in_progress") => "completed",
            _ => "",
        };
        match next {
            "" => self.lists[session][todo] = self.todo(session, todo),
            next => self.lists[session][todo]["status"] = next.into(),
        }
        let (name, project) = (format!("s{session}"), format!("p{}", session % 5));
        let file = world.write("list", json!(self.lists[session]).to_string().as_bytes());
        let mut command = world.command(binary());
        command.envs(limits.iter().copied()).args(["-q", "import", "--session", &name, "--project", &project]);
        let ended = done(command.stdin(std::fs::File::open(file).expect("a list")).output());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

/// However many commands came one right after the other: when the last one has ended, nobody has to come for what is to
/// be packed.
#[test]
fn a_store_at_rest_is_hardly_larger_than_git_would_make_it() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    world.git(&world.store(), &["config", "chittysync.fsync", "false"]);
    let mut lists = Lists::new();
    let limits = [("CHITTYSYNC_LIMITS", "60")];
    for _ in 0..80 {
        lists.update(&world, &limits);
    }
    let store = world.store();
    let loose = || -> usize {
        let counted = world.git(&store, &["count-objects"]);
        counted.split(' ').next().and_then(|count| count.parse().ok()).expect("a count")
    };
    // How many there are is told from a sixteenth of them.
    until("little is left", || loose() <= 150 && !is_maintained(&store));
    // Whoever rested may be at it again.
    until("all is packed", || world.json(&["maintenance"])["done"] == true);
    assert_eq!(loose(), 0);
    let (ours, git) = (on_disk(&store), after_gc(&world, &store, NOW));
    assert!(ours * 10 <= git * 13, "{ours} bytes beside {git}");
}

/// `CHITTYSYNC_UPDATES=10000 TMPDIR=/dev/shm cargo test --release --locked --test store ten_thousand -- --ignored --nocapture`.
/// `CHITTYSYNC_PAUSE` is how many milliseconds come between two updates.
#[test]
#[ignore = "takes minutes"]
fn ten_thousand_updates() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (updates, pause) = (number("CHITTYSYNC_UPDATES").unwrap_or(10_000), number("CHITTYSYNC_PAUSE").unwrap_or(0));
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    let store = world.store();
    let (mut lists, started, mut largest) = (Lists::new(), Instant::now(), 0);
    for update in 1..=updates {
        lists.update(&world, &[]);
        std::thread::sleep(Duration::from_millis(pause));
        if update % 25 == 0 {
            largest = largest.max(on_disk(&store));
        }
        if update % (updates / 10).max(1) == 0 {
            at_rest(&store);
            let (rest, git) = (on_disk(&store), after_gc(&world, &store, NOW));
            let part = |bytes: u64| format!("{:.2}", bytes as f64 / git as f64);
            eprintln!(
                "{update} updates, {} s: {git} bytes after git gc; at rest {rest}, {}; at its largest since the last line {largest}, {}",
                started.elapsed().as_secs(),
                part(rest),
                part(largest),
            );
            largest = 0;
            if update == updates {
                assert!(rest * 10 <= git * 13, "{rest} bytes beside {git}");
                world.git(&store, &["fsck", "--strict"]);
            }
        }
    }
}
