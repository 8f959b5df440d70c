//! `init`: which store is meant, what it does to a repository, and the way back.

use std::path::Path;

use crate::common::World;

/// Returns all that git says of a repository: its own settings, refs, files of the working tree.
fn repository(world: &World, path: &Path) -> [String; 4] {
    let say = |arguments: &[&str]| world.git_run(path, arguments).stdout;
    let settings = say(&["config", "--local", "--list"]);
    let files = std::fs::read_dir(path.join(".git")).expect("a directory");
    let mut files: Vec<String> = files.map(|file| file.expect("a file").file_name().to_string_lossy().into()).collect();
    // What git makes when it first packs or looks.
    files.retain(|file| !["packed-refs", "FETCH_HEAD", "ORIG_HEAD", "logs", "gc.log"].contains(&file.as_str()));
    files.sort();
    [settings, say(&["for-each-ref"]), say(&["status", "--porcelain", "--ignored"]), files.join(" ")]
}

/// A project with a commit, a remote and a setting of its own.
fn project(world: &World) -> std::path::PathBuf {
    let path = world.path("shop");
    world.git(&world.path(""), &["init", "-q", "-b", "main", "shop"]);
    world.git(&world.path(""), &["init", "-q", "--bare", "shop.git"]);
    world.write("shop/README", b"a shop\n");
    world.git(&path, &["add", "."]);
    world.git(&path, &["commit", "-q", "-m", "begin"]);
    world.git(&path, &["remote", "add", "origin", &world.path("shop.git").to_string_lossy()]);
    world.git(&path, &["push", "-q", "origin", "main"]);
    world.git(&path, &["config", "chittysync.project", "shop"]);
    path
}

/// As somebody types it who reads how several machines are set up, wherever they stand.
#[test]
fn in_a_project_the_default_store_is_meant() {
    let world = World::new();
    let shop = project(&world);
    world.git(&world.path(""), &["init", "-q", "--bare", "todos.git"]);
    let before = repository(&world, &shop);
    for arguments in [&["init"][..], &["init", "--remote", "../todos.git"], &["init", "--default"]] {
        let done = world.git_run(&shop, &[&["chittysync"], arguments].concat());
        assert_eq!(done.code, Some(0), "{done:?}");
        let told = done.stderr.contains("`git chittysync init --here` makes it a store of its own");
        assert_eq!(told, !arguments.contains(&"--default"), "{done:?}");
        assert_eq!(repository(&world, &shop), before, "{arguments:?}");
    }
    world.git(&shop, &["chittysync", "add", "Fix the till"]);
    world.git(&shop, &["chittysync", "sync"]);
    assert_eq!(world.states(), ["Fix the till: pending"]);
    assert!(world.git(&world.path("todos.git"), &["for-each-ref"]).contains("refs/heads/consolidated"));
    assert_eq!(repository(&world, &shop), before);
    // The name of one of the project's remotes is no path.
    world.git(&shop, &["remote", "add", "upstream", "../shop.git"]);
    let done = world.git_run(&shop, &["chittysync", "init", "--remote", "upstream"]);
    assert_eq!(done.code, Some(129), "{done:?}");
    assert!(
        done.stderr.contains("'upstream' is a remote of ") && done.stderr.contains("init --here --remote upstream")
    );
    world.git(&shop, &["remote", "remove", "upstream"]);
    assert_eq!(repository(&world, &shop), before);
}

#[test]
fn outside_a_repository_there_is_no_here() {
    let world = World::new();
    for arguments in [&["init", "--here"][..], &["init", "--undo"]] {
        let done = world.run(arguments);
        assert!(done.code != Some(0) && !world.store().exists(), "{done:?}");
    }
    world.ok(&["init", "-q"]);
    let done = world.run(&["init", "--undo"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(world.store().exists() && done.stderr.contains("delete it"), "{done:?}");
    for arguments in
        [&["init", "--here", "--undo"][..], &["init", "--here", "--default"], &["--store", "x", "init", "--here"]]
    {
        assert_eq!(world.run(arguments).code, Some(129));
    }
}

/// With each kind of remote: none, a new one, the project's own.
#[test]
fn what_here_does_is_told_and_can_be_undone() {
    for (nth, remote) in [None, Some("../todos.git"), Some("origin")].into_iter().enumerate() {
        let world = World::new();
        let shop = project(&world);
        world.git(&world.path(""), &["init", "-q", "--bare", "todos.git"]);
        let before = repository(&world, &shop);
        let mut arguments = vec!["chittysync", "init", "--here"];
        arguments.extend(remote.map(|remote| ["--remote", remote]).iter().flatten());
        let done = world.git_run(&shop, &arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        for words in ["refs/chittysync/", "branch 'consolidated'", ".git/chittysync/", "init --undo"] {
            assert!(done.stderr.contains(words), "{words}: {done:?}");
        }
        assert_eq!(done.stderr.contains("a sync sends both to the remote"), remote.is_some(), "{done:?}");
        world.git(&shop, &["chittysync", "add", "Fix the till"]);
        world.git(&shop, &["chittysync", "sync"]);
        world.git(&shop, &["chittysync", "branch", "plan"]);
        world.git(&shop, &["chittysync", "--branch", "plan", "add", "Sell bread"]);
        world.git(&shop, &["chittysync", "install", "-q", "--git-hooks"]);
        if nth == 0 {
            // What a hook left waits.
            let lock = std::fs::File::create(shop.join(".git/chittysync/lock")).expect("a lock");
            lock.lock().expect("the lock");
            world.hook(&serde_json::json!({"session_id": "s1", "cwd": shop, "hook_event_name": "TaskCreated",
                "task_id": "1", "task_subject": "Count the money"}));
        }
        assert!(!world.store().exists());

        // Where it would pull the ground away from under somebody, nothing is done.
        world.git(&shop, &["checkout", "-q", "consolidated"]);
        let held = world.git_run(&shop, &["chittysync", "init", "--undo"]);
        assert!(held.code == Some(128) && held.stderr.contains("is checked out in"), "{held:?}");
        world.git(&shop, &["checkout", "-q", "main"]);

        let done = world.git_run(&shop, &["chittysync", "init", "--undo"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        let mut after = repository(&world, &shop);
        if remote == Some("origin") {
            // What git fetched of the remote is the remote's.
            after[1] = after[1]
                .lines()
                .filter(|line| !line.contains("refs/remotes/"))
                .map(|line| format!("{line}\n"))
                .collect();
            assert!(before[1].starts_with(&after[1]), "{after:?}");
            after[1].clone_from(&before[1]);
        }
        assert_eq!(after, before, "{remote:?}");
        assert_eq!(done.stderr.contains("What was sent to the remote is still there"), remote.is_some(), "{done:?}");
        assert_eq!(done.stderr.contains("`git remote remove origin`"), remote == Some("origin"), "{done:?}");

        // What was said is kept, and comes into the default store by what is told.
        for line in done.stderr.lines().filter(|line| line.starts_with("  git ")) {
            let mut shell = world.command("sh");
            let done = crate::common::done(shell.args(["-ec", line]).output());
            assert_eq!(done.code, Some(0), "{line}: {done:?}");
        }
        let mut states = vec!["Fix the till: pending"];
        states.splice(0..0, (nth == 0).then_some("Count the money: pending"));
        assert_eq!(world.states(), states, "{remote:?}");
        assert_eq!(world.git_run(&shop, &["chittysync", "init", "--undo"]).code, Some(1), "it is none any more");
    }
}

/// Branches of the project that hold nothing which ours do not: an empty one, and one with nothing but a README.
#[test]
fn nothing_else_in_the_project_is_taken_for_todos() {
    let world = World::new();
    let shop = project(&world);
    world.git(&shop, &["checkout", "-q", "--orphan", "fresh"]);
    world.git(&shop, &["rm", "-q", "-rf", "."]);
    world.git(&shop, &["commit", "-q", "--allow-empty", "-m", "Nothing yet"]);
    world.git(&shop, &["branch", "empty"]);
    std::fs::write(shop.join("README.md"), "# Todos\n\nA shop for bread.\n").expect("a file");
    world.git(&shop, &["add", "README.md"]);
    world.git(&shop, &["commit", "-q", "-m", "Say what it is"]);
    let before = repository(&world, &shop);
    for says_anything in [false, true] {
        world.git(&shop, &["chittysync", "init", "-q", "--here"]);
        if says_anything {
            world.git(&shop, &["chittysync", "add", "Fix the till"]);
        }
        let branches = world.git(&shop, &["chittysync", "branch"]);
        assert!(!branches.contains("empty") && !branches.contains("fresh"), "{branches}");
        for arguments in [["branch", "--delete", "empty"], ["branch", "--delete", "fresh"]] {
            let refused = world.git_run(&shop, &[&["chittysync"][..], &arguments].concat());
            assert!(refused.code != Some(0) && refused.stderr.contains("is no branch of todos"), "{refused:?}");
        }
        let done = world.git_run(&shop, &["chittysync", "init", "--undo"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        assert_eq!(repository(&world, &shop), before, "{done:?}");
    }
}

/// A branch of the project that has the name of ours stays, whatever it holds.
#[test]
fn a_branch_that_has_our_name_stays() {
    for file in [None, Some("README.md"), Some("code.c")] {
        let world = World::new();
        let shop = project(&world);
        world.git(&shop, &["checkout", "-q", "--orphan", "consolidated"]);
        world.git(&shop, &["rm", "-q", "-rf", "."]);
        if let Some(file) = file {
            std::fs::write(shop.join(file), "x\n").expect("a file");
            world.git(&shop, &["add", file]);
        }
        world.git(&shop, &["commit", "-q", "--allow-empty", "-m", "Ours"]);
        world.git(&shop, &["checkout", "-q", "main"]);
        let before = repository(&world, &shop);
        let refused = world.git_run(&shop, &["chittysync", "init", "--here"]);
        assert!(refused.code == Some(128) && refused.stderr.contains("it is not moved"), "{refused:?}");
        assert!(refused.stderr.contains("chittysync.branch"), "{refused:?}");
        assert_eq!(world.git_run(&shop, &["chittysync", "init", "--undo"]).code, Some(1));
        assert_eq!(repository(&world, &shop), before, "{file:?}");
    }
}

/// A store in a repository that an earlier version made is used as before.
#[test]
fn a_repository_that_is_a_store_already_is_meant_in_it() {
    let world = World::new();
    let shop = project(&world);
    world.git(&shop, &["config", "chittysync.enabled", "true"]);
    world.git(&shop, &["chittysync", "add", "Fix the till"]);
    world.git(&world.path(""), &["init", "-q", "--bare", "todos.git"]);
    let done = world.git_run(&shop, &["chittysync", "init", "--remote", "../todos.git"]);
    assert!(done.code == Some(0) && done.stderr.contains("is a store already"), "{done:?}");
    world.git(&shop, &["chittysync", "sync"]);
    assert!(world.git(&world.path("todos.git"), &["for-each-ref"]).contains("refs/heads/consolidated"));
    assert!(!world.store().exists());
    world.git(&shop, &["chittysync", "init", "-q", "--default"]);
    assert!(world.store().exists());
}

/// A remote is tried when it is named: what is wrong with it is told then, not at the first sync.
#[test]
fn a_remote_that_cannot_be_reached_is_told() {
    let world = World::new();
    let done = world.run(&["init", "--remote", "todoz.git"]);
    assert_eq!(done.code, Some(0), "it may come: {done:?}");
    assert!(
        done.stderr.contains("warning: origin cannot be reached now: there is no repository at that path"),
        "{done:?}"
    );
    world.git(&world.path(""), &["init", "-q", "--bare", "todoz.git"]);
    let done = world.run(&["init", "--remote", "todoz.git"]);
    assert!(done.code == Some(0) && !done.stderr.contains("warning"), "{done:?}");
}
