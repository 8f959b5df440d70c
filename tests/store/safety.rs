//! Repositories of every kind, and other programs in them: what we must refuse, and what we must respect.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::common::{Done, World, binary, done, has, set_time};
use crate::oracle;
use crate::scene::{FROM, Scene};
use crate::trace::{STANDS_STILL, go_on, strace, until_it_stands};

/// Returns a bare repository that is a store.
fn bare_store(world: &World, name: &str, options: &[&str]) -> PathBuf {
    let path = world.path(name);
    let init = [&["init", "-q", "--bare"], options, &[name]].concat();
    world.git(&world.path(""), &init);
    world.git(&path, &["config", "chittysync.enabled", "true"]);
    path
}

fn sync_into(world: &World, store: &str) -> Done {
    world.run(&["--store", store, "sync", "--from", "claude"])
}

#[test]
fn a_reftable_is_refused() {
    let world = World::new();
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
    if world.git_run(&world.path(""), &["init", "-q", "--bare", "--ref-format=reftable", "store.git"]).code != Some(0) {
        eprintln!("SKIPPED: this git knows no reftable");
        return;
    }
    world.git(&world.path("store.git"), &["config", "chittysync.enabled", "true"]);
    let refused = sync_into(&world, "store.git");
    assert_eq!(refused.code, Some(128), "{refused:?}");
    assert!(refused.stderr.contains("reftable") && refused.stderr.contains("ref format 'files'"), "{refused:?}");
    assert!(!world.path("store.git/refs/chittysync").exists());
}

#[test]
fn borrowed_objects_are_refused() {
    let world = World::new();
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
    let store = bare_store(&world, "store.git", &[]);
    bare_store(&world, "lender.git", &[]);
    let alternates = store.join("objects/info/alternates");
    std::fs::write(&alternates, format!("{}\n", world.path("lender.git/objects").display())).expect("a file");
    let refused = sync_into(&world, "store.git");
    assert_eq!(refused.code, Some(128), "{refused:?}");
    assert!(refused.stderr.contains("borrows objects") && refused.stderr.contains("git repack"), "{refused:?}");
    // What the message says helps.
    world.git(&store, &["repack", "-ad"]);
    std::fs::remove_file(alternates).expect("removed");
    assert_eq!(sync_into(&world, "store.git").code, Some(0));
}

#[test]
fn sha256_works_from_end_to_end() {
    let world = World::new();
    let store = bare_store(&world, "store.git", &["--object-format=sha256"]);
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
    world.list("s2", "2026-11-20T09:00:00Z", &[("Ship", "completed")]);
    assert_eq!(sync_into(&world, "store.git").code, Some(0));
    world.git(&store, &["pack-refs", "--all"]);
    world.list("s1", "2026-11-20T09:10:00Z", &[("Fix login", "completed")]);
    assert_eq!(sync_into(&world, "store.git").code, Some(0));
    // So many that a pack and `packed-refs` are written.
    for session in 0..70 {
        world.list(&format!("many{session}"), "2026-11-20T09:20:00Z", &[("Ship", "pending")]);
    }
    assert_eq!(sync_into(&world, "store.git").code, Some(0));
    assert_eq!(world.git(&store, &["rev-parse", "consolidated"]).len(), 64);
    let said = oracle::said(&world, &store, "consolidated", false);
    assert_eq!(said.len(), 72);
    assert!(said.contains(&("s1".into(), "Fix login".into(), "completed".into())));
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

/// Returns a project with a commit, that is a store, and an agent that works in it.
fn project(world: &World) -> PathBuf {
    let project = world.path("web");
    world.git(&world.path(""), &["init", "-q", "-b", "main", "web"]);
    std::fs::write(project.join("code"), "1\n").expect("a file");
    world.git(&project, &["add", "code"]);
    world.git(&project, &["commit", "-q", "-m", "code"]);
    world.ok(&["-C", "web", "init", "--here"]);
    project
}

fn state(world: &World, directory: &str, session: &str, words: &str) -> Done {
    let list = serde_json::json!([{"content": words, "status": "pending"}]).to_string();
    let input = std::fs::File::open(world.write(&format!("{session}.json"), list.as_bytes())).expect("a file");
    let mut command = world.command(binary());
    done(command.args(["-C", directory, "import", "--session", session]).stdin(input).output())
}

#[test]
fn a_project_is_left_as_it_is() {
    let world = World::new();
    let web = project(&world);
    // Something staged, something changed, something new, and another branch.
    std::fs::write(web.join("staged"), "2\n").expect("a file");
    world.git(&web, &["add", "staged"]);
    std::fs::write(web.join("code"), "changed\n").expect("a file");
    std::fs::write(web.join("new"), "3\n").expect("a file");
    world.git(&web, &["branch", "other"]);
    let look = || {
        let branches = world.git(&web, &["for-each-ref", "refs/heads/main", "refs/heads/other", "refs/tags"]);
        let files = ["HEAD", "index", "config"].map(|file| std::fs::read(web.join(".git").join(file)).expect("a file"));
        let status = world.git(&web, &["-c", "core.fsmonitor=false", "--no-optional-locks", "status", "--porcelain"]);
        let entries: BTreeSet<_> =
            std::fs::read_dir(&web).expect("a directory").map(|entry| entry.expect("an entry").file_name()).collect();
        (branches, files, status, entries)
    };
    let before = look();
    assert_eq!(state(&world, "web", "s1", "Fix login").code, Some(0));
    assert_eq!(state(&world, "web", "s2", "Ship").code, Some(0));
    assert!(look() == before, "the project was touched");
    assert!(!world.git(&web, &["rev-parse", "consolidated"]).is_empty());
    oracle::whole(&world, &web).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_linked_worktree_writes_to_the_store_of_its_project() {
    let world = World::new();
    let web = project(&world);
    world.git(&web, &["worktree", "add", "-q", "../linked"]);
    assert_eq!(state(&world, "linked", "s1", "Fix login").code, Some(0));
    assert_eq!(state(&world, "web", "s2", "Ship").code, Some(0));
    assert_eq!(oracle::said(&world, &web, "consolidated", false).len(), 2);
    assert_eq!(world.git(&world.path("linked"), &["status", "--porcelain"]), "");
    assert!(!world.store().exists(), "it went to the default store");
    oracle::whole(&world, &web).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_branch_that_is_checked_out_is_not_moved() {
    let world = World::new();
    let web = project(&world);
    assert_eq!(state(&world, "web", "s1", "Fix login").code, Some(0));
    for (directory, arguments) in [
        ("web", &["switch", "-q", "consolidated"][..]),
        ("linked", &["worktree", "add", "-q", "../linked", "consolidated"]),
    ] {
        world.git(&web, &["switch", "-q", "main"]);
        world.git(&web, arguments);
        let before = world.git(&web, &["rev-parse", "consolidated"]);
        let said = state(&world, "web", &format!("s-{directory}"), &format!("Ship {directory}"));
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(world.git(&web, &["rev-parse", "consolidated"]), before);
        assert_eq!(world.git(&world.path(directory), &["status", "--porcelain"]), "");
        // The statement is safe, and the command in the message does the rest.
        assert!(!world.git(&web, &["rev-parse", &format!("refs/chittysync/s-{directory}")]).is_empty());
        let command = said.stderr.split('`').nth(1).expect("a command").to_owned();
        assert!(command.starts_with("git -C ") && command.contains("merge --ff-only"), "{command}");
        let merged = done(world.command("sh").args(["-c", &command]).output());
        assert_eq!(merged.code, Some(0), "{command}: {merged:?}");
        let said = oracle::said(&world, &web, "consolidated", false);
        assert!(said.iter().any(|(_, words, _)| *words == format!("Ship {directory}")), "{said:?}");
        assert_eq!(world.git(&world.path(directory), &["status", "--porcelain"]), "");
        assert_eq!(world.run(&["-C", "web", "consolidate"]).code, Some(0));
    }
}

#[test]
fn somebody_elses_repository_is_refused_until_it_is_called_safe() {
    let world = World::new();
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
    let store = bare_store(&world, "store.git", &[]);
    if !Command::new("chown").args(["-R", "12345"]).arg(&store).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: giving a repository away takes root");
        return;
    }
    let refused = sync_into(&world, "store.git");
    assert_eq!(refused.code, Some(128), "{refused:?}");
    assert!(refused.stderr.contains("store.git"), "{refused:?}");
    assert!(!store.join("refs/chittysync").exists() && !store.join("chittysync").exists());
    let path = store.to_str().expect("UTF-8");
    world.git(&world.path(""), &["config", "--global", "--add", "safe.directory", path]);
    let accepted = sync_into(&world, "store.git");
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
}

#[test]
fn a_lock_of_a_living_git_is_never_taken() {
    let scene = Scene::with_news();
    let world = &scene.world;
    let lock = world.store().join("refs/heads/consolidated.lock");
    std::fs::write(&lock, "").expect("a file");
    let before = world.git(&world.store(), &["rev-parse", "consolidated"]);
    let started = Instant::now();
    let busy = world.run(&FROM);
    assert_eq!(busy.code, Some(1), "{busy:?}");
    assert!(started.elapsed() > Duration::from_secs(3), "it did not wait");
    assert!(busy.stderr.contains("consolidated.lock") && busy.stderr.contains("another git"), "{busy:?}");
    assert!(lock.exists(), "the lock was stolen");
    assert_eq!(world.git(&world.store(), &["rev-parse", "consolidated"]), before);
    std::fs::remove_file(&lock).expect("removed");
    world.ok(&FROM);
    let said = oracle::said(world, &world.store(), "consolidated", false);
    assert!(said.contains(&("s1".into(), "Fix login".into(), "completed".into())));
    oracle::whole(world, &world.store()).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_ref_that_moves_between_read_and_write_is_read_again() {
    if !has("strace") {
        return;
    }
    let scene = Scene::with_news();
    let world = &scene.world;
    let store = world.store();
    world.git(&store, &["config", "user.useConfigOnly", "false"]);
    // Another program, which knows nothing of our lock, writes to the session while we are about to.
    let old = world.git(&store, &["rev-parse", "refs/chittysync/s1"]);
    let theirs = world.git(&store, &["commit-tree", "-p", &old, "-m", "theirs", &format!("{old}^{{tree}}")]);
    let log = world.path("strace.log");
    let mut slow = strace(world, &[&["-o", log.to_str().expect("UTF-8")], &STANDS_STILL[..]].concat());
    let slow = slow.args(FROM).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
    let mut slow = slow.expect("it starts");
    until_it_stands(&log);
    world.git(&store, &["update-ref", "refs/chittysync/s1", &theirs, &old]);
    go_on(&mut slow);
    let ended = done(slow.wait_with_output());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let history = world.git(&store, &["rev-list", "refs/chittysync/s1"]);
    assert!(history.contains(&theirs), "their commit was overwritten");
    assert_ne!(world.git(&store, &["rev-parse", "refs/chittysync/s1"]), theirs, "ours was not written");
    let said = oracle::said(world, &store, "consolidated", false);
    assert!(said.contains(&("s1".into(), "Fix login".into(), "completed".into())));
    oracle::whole(world, &store).unwrap_or_else(|err| panic!("{err}"));
}

fn loose_objects(store: &Path) -> Vec<PathBuf> {
    let directories = std::fs::read_dir(store.join("objects")).expect("objects").flatten().map(|entry| entry.path());
    let shards = directories.filter(|path| path.file_name().is_some_and(|name| name.len() == 2));
    shards.flat_map(|path| std::fs::read_dir(path).expect("a directory").flatten()).map(|entry| entry.path()).collect()
}

/// What an earlier run wrote before it was cut off is used again: whole objects with a new time, so that no
/// prune takes them for old, and empty ones, which a power cut makes of another program's, are replaced.
#[test]
fn objects_that_are_there_already_are_healed_and_refreshed() {
    let scene = Scene::with_news();
    let world = &scene.world;
    let before: BTreeSet<PathBuf> = loose_objects(&world.store()).into_iter().collect();
    world.ok(&FROM);
    let refs = scene.refs();
    let new: Vec<PathBuf> = loose_objects(&world.store()).into_iter().filter(|path| !before.contains(path)).collect();
    let contents: Vec<Vec<u8>> = new.iter().map(|path| std::fs::read(path).expect("an object")).collect();
    assert!(new.len() > 8);
    scene.restore();
    for (at, (path, content)) in new.iter().zip(&contents).enumerate() {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, if at % 2 == 0 { &[][..] } else { content }).expect("an object");
        set_time(path, "2026-10-01T00:00:00Z");
    }
    let started = SystemTime::now() - Duration::from_secs(1);
    world.ok(&FROM);
    assert_eq!(scene.refs(), refs);
    for path in &new {
        let metadata = std::fs::metadata(path).expect("an object");
        assert!(metadata.len() > 0, "{} is still empty", path.display());
        assert!(metadata.modified().expect("a time") >= started, "{} looks old", path.display());
    }
    oracle::whole(world, &world.store()).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_gc_that_prunes_everything_loses_nothing() {
    let world = World::new();
    world.ok(&["init", "--default"]);
    let store = world.store();
    world.git(&store, &["config", "chittysync.fsync", "false"]);
    let (started, times, finished) = (Instant::now(), AtomicUsize::new(0), AtomicBool::new(false));
    // On a busy machine it takes longer until there were some.
    let is_over = || {
        let took = started.elapsed();
        took > Duration::from_secs(6) && (times.load(Ordering::Relaxed) > 3 || took > Duration::from_secs(120))
    };
    let acknowledged: BTreeSet<oracle::Said> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (world, is_over) = (&world, &is_over);
                scope.spawn(move || {
                    let session = format!("s{writer}");
                    let mut said = Vec::new();
                    for number in 0.. {
                        if is_over() {
                            break;
                        }
                        let words = format!("task {writer} {number}");
                        let done = state(world, ".", &session, &words);
                        assert_eq!(done.code, Some(0), "{words}: {done:?}");
                        said.push((session.clone(), words, "pending".to_owned()));
                    }
                    said
                })
            })
            .collect();
        let collector = scope.spawn(|| {
            while !finished.load(Ordering::Relaxed) {
                world.git_run(&store, &["gc", "-q", "--prune=now"]);
                times.fetch_add(1, Ordering::Relaxed);
            }
        });
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        finished.store(true, Ordering::Relaxed);
        let said = ended.into_iter().flat_map(|said| said.expect("a writer")).collect();
        collector.join().expect("the collector");
        let times = times.load(Ordering::Relaxed);
        assert!(times > 3, "git gc ran only {times} times");
        eprintln!("git gc --prune=now ran {times} times");
        said
    });
    eprintln!("{} acknowledged", acknowledged.len());
    world.ok(&["consolidate"]);
    for session in 0..3 {
        let kept = oracle::said(&world, &store, &format!("refs/chittysync/s{session}"), true);
        let mine: BTreeSet<_> = acknowledged.iter().filter(|said| said.0 == format!("s{session}")).cloned().collect();
        assert!(mine.is_subset(&kept), "lost: {:?}", mine.difference(&kept).next());
    }
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn a_store_is_nobody_elses_business() {
    let world = World::new();
    world.list("s1", "2026-11-20T09:00:00Z", &[("Fix login", "pending")]);
    world.list("s2", "2026-11-20T09:00:00Z", &[("Ship", "pending")]);
    let run = |home: &str| {
        let script = format!("umask 000; git chittysync sync --from {home}");
        let ended = done(world.command("sh").args(["-c", &script]).output());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    };
    run("claude");
    for session in 0..70 {
        let list = format!("more/todos/m{session}-agent-m{session}.json");
        set_time(&world.write(&list, br#"[{"content":"a","status":"pending"}]"#), "2026-11-20T09:00:00Z");
    }
    run("more");
    let mut queue = vec![world.store()];
    while let Some(path) = queue.pop() {
        let metadata = std::fs::symlink_metadata(&path).expect("an entry");
        let mode = metadata.permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
        assert_eq!(metadata.uid(), std::fs::metadata(world.home()).expect("a home").uid());
        if metadata.is_dir() {
            queue.extend(std::fs::read_dir(&path).expect("a directory").map(|entry| entry.expect("an entry").path()));
        }
    }
}
