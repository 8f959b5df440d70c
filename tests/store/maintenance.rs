//! A store keeps itself small: when, which one, and what of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use chittysync::git::{Clutter, Fsync, Maintained, Repo, is_maintained};

use crate::common::{Done, World, binary, done, executable, set_time};
use crate::oracle::{self, Said};

/// In a debug build, everything that is done at a number is done at 2.
pub const LOW: (&str, &str) = ("CHITTYSYNC_LIMITS", "2");

/// States one thing for a session.
pub fn state(world: &World, variables: &[(&str, &str)], session: &str, words: &str) -> Done {
    let list = serde_json::json!([{"content": words, "status": "completed"}]).to_string();
    let mut command = world.command(binary());
    command.envs(variables.iter().copied()).args(["-q", "import", "--project", "web", "--session", session]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(list.as_bytes()).expect("the program reads");
    done(child.wait_with_output())
}

/// Returns a default store in which nothing is begun in the background, and in which these sessions spoke.
pub fn store_with(world: &World, sessions: usize) -> PathBuf {
    world.ok(&["init", "-q", "--default"]);
    let store = world.store();
    for (key, value) in [("chittysync.fsync", "false"), ("chittysync.maintenance", "false")] {
        world.git(&store, &["config", key, value]);
    }
    for session in 0..sessions {
        assert_eq!(state(world, &[], &format!("s{session}"), &format!("task {session}")).code, Some(0));
    }
    world.ok(&["consolidate"]);
    store
}

pub fn count(world: &World, store: &Path, what: &str) -> usize {
    let counted = world.git(store, &["count-objects", "-v"]);
    let line = counted.lines().find_map(|line| line.strip_prefix(&format!("{what}: "))).expect("a count");
    line.parse().expect("a number")
}

pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until nobody is at it, nor about to be: who was started last may not have begun.
fn rests(store: &Path) {
    let mut quiet = Instant::now();
    until("nobody is at it", || {
        if is_maintained(store) {
            quiet = Instant::now();
        }
        quiet.elapsed() > Duration::from_secs(2)
    });
}

/// Makes every git of the world wait before it packs, until the file `go` is there.
fn slow_git(world: &World) {
    let real = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).map(|directory| directory.join("git")).find(|git| git.is_file()));
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' pack-objects '*) touch '{at}'; while [ ! -e '{go}' ]; do sleep 0.05; done;; esac\nexec '{git}' \"$@\"\n",
        at = world.path("at").display(),
        go = world.path("go").display(),
        git = real.expect("git").display(),
    );
    executable(&world.write("bin/git", script.as_bytes()));
}

#[test]
fn it_begins_by_itself_behind_what_was_saved() {
    let world = World::new();
    let store = store_with(&world, 0);
    world.git(&store, &["config", "--unset", "chittysync.maintenance"]);
    let mut said: BTreeSet<Said> = BTreeSet::new();
    let started = Instant::now();
    while count(&world, &store, "packs") == 0 || said.len() < 6 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing was packed");
        let words = format!("task {}", said.len());
        assert_eq!(state(&world, &[LOW], "s1", &words).code, Some(0));
        said.insert(("s1".into(), words, "completed".into()));
    }
    rests(&store);
    assert!(store.join("chittysync/maintenance.json").exists());
    assert!(said.is_subset(&oracle::said(&world, &store, "refs/chittysync/s1", true)));
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
    assert!(world.ok(&["daemon", "log"]).contains("maintenance"));
}

/// What an agent says through its tools alone is packed as well, when the server of the tools ends.
#[test]
fn a_server_of_tools_begins_it_at_its_end() {
    let world = World::new();
    let store = store_with(&world, 1);
    world.git(&store, &["config", "--unset", "chittysync.maintenance"]);
    let hello = serde_json::json!({"protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"}});
    let call = serde_json::json!({"name": "add", "arguments": {"text": "Ship", "project": "web"}});
    let lines: String = [
        serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        serde_json::json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        serde_json::json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}),
    ]
    .iter()
    .map(|line| format!("{line}\n"))
    .collect();
    let input = world.write("lines", lines.as_bytes());
    let input = std::fs::File::open(input).expect("a file");
    let done = done(world.command(binary()).env(LOW.0, LOW.1).arg("mcp").stdin(input).output());
    assert!(done.code == Some(0) && done.stdout.contains("Ship"), "{done:?}");
    until("it was packed", || count(&world, &store, "packs") > 0);
    rests(&store);
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_setting_turns_it_off_and_the_command_does_it_all_the_same() {
    let world = World::new();
    let store = store_with(&world, 3);
    let before = world.git(&store, &["for-each-ref"]);
    assert_eq!(world.run_with(&[LOW], &["consolidate"]).code, Some(0));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(count(&world, &store, "packs"), 0);
    assert!(!store.join("chittysync/maintenance.json").exists());
    world.ok(&["maintenance"]);
    assert_eq!((count(&world, &store, "packs"), count(&world, &store, "count")), (1, 0));
    assert_eq!(world.git(&store, &["for-each-ref"]), before);
    let told = world.json(&["maintenance"]);
    assert_eq!((&told["done"], &told["after"]["packs"]), (&true.into(), &1.into()), "{told}");
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_projects_repository_is_left_to_its_owner() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "web"]);
    world.ok(&["-C", "web", "init", "--here"]);
    let web = world.path("web");
    for number in 0..5 {
        let words = format!("task {number}");
        assert_eq!(world.run_with(&[LOW], &["-C", "web", "add", &words]).code, Some(0));
    }
    std::thread::sleep(Duration::from_millis(300));
    let packed = || web.join(".git/chittysync/maintenance").exists();
    assert!(!packed());
    let refused = world.run(&["-C", "web", "maintenance"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("left to its owner") && !packed(), "{refused:?}");
    assert!(world.run(&["-C", "web", "doctor"]).stdout.contains("left to the repository's owner"));
}

#[test]
fn what_nothing_leads_to_stays() {
    let world = World::new();
    let store = store_with(&world, 2);
    let lost = |number: usize| {
        let file = world.write("lost", format!("nobody leads to this, nor to that {number}").as_bytes());
        world.git(&store, &["hash-object", "-w", file.to_str().expect("UTF-8")])
    };
    let loose: Vec<String> = (0..100).map(lost).collect();
    for _ in 0..2 {
        assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
        assert_eq!(count(&world, &store, "count"), 0, "they are packed too");
        for id in &loose {
            assert_eq!(world.git(&store, &["cat-file", "-t", id]), "blob");
        }
        // In the second round they lie in a pack that is made one with others.
        assert_eq!(state(&world, &[], "s9", "more").code, Some(0));
    }
}

#[test]
fn a_ref_that_leads_nowhere_keeps_nothing_from_being_packed() {
    let world = World::new();
    let store = store_with(&world, 4);
    std::fs::write(store.join("refs/chittysync/gone"), format!("{}\n", "1".repeat(40))).expect("a ref");
    assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
    assert_eq!((count(&world, &store, "packs"), count(&world, &store, "count")), (1, 0));
    std::fs::remove_file(store.join("refs/chittysync/gone"))
        .or_else(|_| {
            world.git(&store, &["update-ref", "-d", "refs/chittysync/gone"]);
            Ok::<(), std::io::Error>(())
        })
        .expect("removed");
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn many_small_packs_become_few() {
    let world = World::new();
    let store = store_with(&world, 1);
    for day in 0..20 {
        assert_eq!(state(&world, &[], "s1", &format!("day {day}")).code, Some(0));
        world.git(&store, &["repack", "-d", "-q"]);
    }
    let kept = std::fs::read_dir(store.join("objects/pack")).expect("packs").flatten().map(|entry| entry.path());
    let kept = kept.filter(|path| path.extension().is_some_and(|end| end == "pack")).min().expect("a pack");
    std::fs::write(kept.with_extension("keep"), "").expect("a mark");
    assert_eq!(count(&world, &store, "packs"), 20);
    world.ok(&["maintenance"]);
    assert!(count(&world, &store, "packs") <= 4, "{}", count(&world, &store, "packs"));
    assert!(kept.exists(), "somebody is at work with it");
    assert_eq!(oracle::said(&world, &store, "refs/chittysync/s1", true).len(), 20);
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn refs_move_into_one_file_those_of_remotes_too() {
    let world = World::new();
    let store = store_with(&world, 3);
    let tip = world.git(&store, &["rev-parse", "refs/chittysync/s0"]);
    let prefixes = ["refs/chittysync-retired", "refs/chittysync-remotes/team%2forigin", "refs/chittysync-heads/b"];
    for name in prefixes.iter().flat_map(|prefix| (0..7).map(move |number| format!("{prefix}/r{number}"))) {
        world.git(&store, &["update-ref", &name, &tip]);
    }
    let before = world.git(&store, &["for-each-ref"]);
    assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
    assert_eq!(Clutter::of(&store).refs, 0);
    assert_eq!(world.git(&store, &["for-each-ref"]), before);
    assert!(world.git(&store, &["for-each-ref"]).lines().count() >= 24);
    assert_eq!(state(&world, &[], "s0", "goes on").code, Some(0));
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

/// Its git goes on when it is killed, and nobody else packs or deletes objects meanwhile.
#[test]
fn one_at_a_time_even_when_it_is_killed() {
    let world = World::new();
    let store = store_with(&world, 2);
    slow_git(&world);
    let mut first = world.command(binary()).arg("maintenance").stdout(Stdio::null()).spawn().expect("it starts");
    until("git packs", || world.path("at").exists());
    first.kill().and_then(|()| first.wait()).expect("killed");
    let second = world.run(&["maintenance"]);
    assert!(second.code == Some(0) && second.stderr.contains("Another process"), "{second:?}");
    // Whoever writes does not wait for it.
    let started = Instant::now();
    assert_eq!(state(&world, &[], "s1", "meanwhile").code, Some(0));
    assert!(started.elapsed() < Duration::from_secs(10));
    world.write("go", b"");
    until("the killed one's git has ended", || !is_maintained(&store));
    world.ok(&["maintenance"]);
    assert_eq!(count(&world, &store, "count"), 0);
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

/// Words that are deleted for good do not come back in a pack that was being made.
#[test]
fn a_purge_waits_for_it() {
    let world = World::new();
    let store = store_with(&world, 2);
    let id = world.todo("task 1")["id"].as_str().expect("an id").to_owned();
    // What git makes of packs: a file, or a directory of several.
    let indexes = ["multi-pack-index", "multi-pack-index.d/multi-pack-index-chain"];
    let indexes = indexes.map(|name| world.write(store.join("objects/pack").join(name).to_str().expect("UTF-8"), b""));
    slow_git(&world);
    let mut packing = world.command(binary()).arg("maintenance").stdout(Stdio::null()).spawn().expect("it starts");
    until("git packs", || world.path("at").exists());
    let purging = std::thread::scope(|scope| {
        let purging = scope.spawn(|| world.run(&["purge", "--yes", &id]));
        std::thread::sleep(Duration::from_millis(500));
        world.write("go", b"");
        purging.join().expect("a purge")
    });
    assert_eq!(purging.code, Some(0), "{purging:?}");
    assert!(packing.wait().expect("it ends").success());
    assert!(indexes.iter().all(|path| !path.exists()) && !store.join("objects/info/commit-graphs").exists());
    let ids = world.git(&store, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    for id in ids.lines() {
        assert!(!world.git(&store, &["cat-file", "-p", id]).contains("task 1"), "{id}");
    }
}

#[test]
fn at_its_deadline_it_is_ended_and_the_next_one_does_it() {
    let world = World::new();
    let store = store_with(&world, 2);
    let before = world.git(&store, &["for-each-ref"]);
    let repo = Repo::open(&store).expect("a store");
    assert!(repo.maintain(Fsync::Off, Instant::now()).is_err());
    assert_eq!(world.git(&store, &["for-each-ref"]), before);
    world.git(&store, &["fsck", "--strict"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    assert_eq!(repo.maintain(Fsync::On, deadline).expect("packed"), Maintained::Something);
    let again = repo.maintain(Fsync::On, deadline).expect("looked at");
    assert_eq!(again, Maintained::Nothing);
    assert_eq!((count(&world, &store, "packs"), count(&world, &store, "count")), (1, 0));
}

/// One that fails is tried again, but not at once, and `doctor` says so.
#[test]
fn a_failure_is_told_and_waits() {
    let world = World::new();
    let store = store_with(&world, 2);
    world.git(&store, &["config", "chittysync.maintenance", "true"]);
    executable(&world.write("bin/git", b"#!/bin/sh\necho 'fatal: no room' >&2\nexit 128\n"));
    let failed = world.run(&["maintenance"]);
    assert_eq!(failed.code, Some(128), "{failed:?}");
    assert!(failed.stderr.contains("no room"), "{failed:?}");
    std::fs::remove_file(world.path("bin/git")).expect("removed");
    let doctor = world.run(&["doctor"]);
    let line = doctor.stdout.lines().find(|line| line.contains("objects ")).expect("a line").to_owned();
    assert!(line.starts_with("BAD") && line.contains("no room") && !line.contains("gc"), "{line}");
    assert_eq!(world.run_with(&[LOW], &["consolidate"]).code, Some(0));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(count(&world, &store, "packs"), 0, "not at once");
    world.ok(&["maintenance"]);
    assert!(!world.run(&["doctor"]).stdout.lines().any(|line| line.starts_with("BAD objects")));
}

#[test]
fn doctor_never_sends_anybody_to_gc() {
    let world = World::new();
    let store = store_with(&world, 1);
    for directory in 0..16 {
        let directory = store.join(format!("objects/{directory:x}0"));
        std::fs::create_dir_all(&directory).expect("a directory");
        (0..450).for_each(|number| drop(std::fs::write(directory.join(format!("tmp_obj_{number}")), "")));
    }
    let line = || {
        let doctor = world.run(&["doctor"]).stdout;
        doctor.lines().find(|line| line.contains("objects ")).expect("a line").to_owned()
    };
    let off = line();
    assert!(off.starts_with("off") && off.contains("`git chittysync maintenance`") && !off.contains("gc"), "{off}");
    world.git(&store, &["config", "chittysync.maintenance", "true"]);
    let on = line();
    assert!(on.starts_with("ok") && !on.contains("gc"), "{on}");
    world.git(&store, &["config", "chittysync.maintenance", "perhaps"]);
    assert!(world.run(&["consolidate"]).code == Some(0), "a setting that nobody can read holds up no command");
}

#[test]
fn what_a_killed_git_left_goes_when_it_is_old() {
    let world = World::new();
    let store = store_with(&world, 1);
    let directory = std::fs::read_dir(store.join("objects")).expect("objects").flatten().map(|entry| entry.path());
    let directory = directory.filter(|path| path.ends_with("pack"));
    let directory = directory.chain(["a0", "info", "info/commit-graphs"].map(|name| store.join("objects").join(name)));
    let mut left = Vec::new();
    for directory in directory {
        std::fs::create_dir_all(&directory).expect("a directory");
        for name in ["tmp_pack_Xy12", ".tmp-77-pack-12.idx", "tmp_obj_abc"] {
            for (age, time) in [("old", Some("2026-10-01T00:00:00Z")), ("new", None)] {
                let path = directory.join(format!("{name}{age}"));
                std::fs::write(&path, "x").expect("a file");
                match time {
                    Some(time) => set_time(&path, time),
                    None => std::fs::File::options()
                        .write(true)
                        .open(&path)
                        .and_then(|file| file.set_modified(SystemTime::now()))
                        .expect("a time"),
                }
                left.push((path, time.is_some()));
            }
        }
    }
    world.ok(&["maintenance"]);
    for (path, is_old) in left {
        assert_eq!(path.exists(), !is_old, "{}", path.display());
    }
}

/// What is packed is as private as the store, whatever the umask.
#[test]
fn packs_are_nobody_elses_business() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let store = store_with(&world, 2);
    let ended = done(world.command("sh").args(["-c", "umask 000; git chittysync maintenance"]).output());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let read = |name: &str| std::fs::read_dir(store.join("objects").join(name)).expect("files").flatten();
    for entry in read("pack").chain(read("info/commit-graphs")) {
        let mode = entry.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}: {mode:o}", entry.path());
    }
}
