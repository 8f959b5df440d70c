//! What git leaves in the environment of what it runs, and settings that keep it from looking for repositories, change
//! nothing of which store is used.

use std::path::{Path, PathBuf};

use crate::common::{Done, World, done, executable, files};

/// A way in which something of git comes to run a command: variables, and what stands before `chittysync`.
type Way = (&'static [(&'static str, &'static str)], &'static [&'static str]);

const WAYS: [Way; 19] = [
    (&[], &["--work-tree=."]),
    (&[], &["--git-dir=.git"]),
    (&[], &["--git-dir=.git", "--work-tree=."]),
    (&[], &["--git-dir=.git", "--work-tree=.."]),
    (&[], &["--namespace=elsewhere"]),
    (&[], &["--bare"]),
    (&[], &["-C", ".", "--no-replace-objects"]),
    (&[], &["-c", "chittysync.enabled=true"]),
    (&[], &["-c", "core.bare=true", "-c", "core.worktree=/"]),
    (&[("GIT_WORK_TREE", ".")], &[]),
    (&[("GIT_WORK_TREE", "")], &[]),
    (&[("GIT_WORK_TREE", "/nowhere")], &[]),
    (&[("GIT_DIR", "")], &[]),
    (&[("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/index.lock")], &[]),
    (&[("GIT_DIR", ".git"), ("GIT_COMMON_DIR", ".git")], &[]),
    (&[("GIT_COMMON_DIR", ".git"), ("GIT_SHALLOW_FILE", ".git/shallow")], &[]),
    (&[("GIT_OBJECT_DIRECTORY", ".git/objects"), ("GIT_QUARANTINE_PATH", ".git/objects")], &[]),
    (&[("GIT_PREFIX", "src/"), ("GIT_REPLACE_REF_BASE", "refs/heads/")], &[]),
    (
        &[
            ("GIT_CONFIG_COUNT", "2"),
            ("GIT_CONFIG_KEY_0", "chittysync.enabled"),
            ("GIT_CONFIG_VALUE_0", "true"),
            ("GIT_CONFIG_KEY_1", "core.worktree"),
            ("GIT_CONFIG_VALUE_1", "."),
        ],
        &[],
    ),
];

fn call(world: &World, project: &Path, way: Way, words: &str) -> Done {
    let (variables, options) = way;
    let mut command = world.command(if options.is_empty() { "git-chittysync" } else { "git" });
    command.current_dir(project).envs(variables.iter().copied()).args(options);
    if !options.is_empty() {
        command.arg("chittysync");
    }
    done(command.args(["add", words]).output())
}

/// Returns a repository with a commit.
fn project(world: &World, name: &str) -> PathBuf {
    world.git(&world.path(""), &["init", "-q", name]);
    world.git(&world.path(name), &["commit", "-q", "--allow-empty", "-m", "one"]);
    world.path(name)
}

fn has(world: &World, store: &Path, words: &str) -> bool {
    let listed = world.run(&["--store", store.to_str().expect("UTF-8"), "list", "--all"]);
    listed.stdout.lines().any(|line| line.contains(words))
}

#[test]
fn a_repository_that_is_no_store_becomes_none() {
    let world = World::new();
    let project = project(&world, "project");
    world.ok(&["init", "-q", "--default"]);
    let before = files(&project);
    for (at, way) in WAYS.into_iter().enumerate() {
        let words = format!("Way number {at}.");
        let done = call(&world, &project, way, &words);
        assert_eq!(done.code, Some(0), "{way:?}: {done:?}");
        assert!(has(&world, &world.store(), &words), "{way:?}: {done:?}");
        assert_eq!(files(&project), before, "{way:?}");
    }
    world.git(&world.home(), &["config", "--global", "chittysync.enabled", "true"]);
    call(&world, &project, WAYS[0], "Set for all");
    assert!(has(&world, &world.store(), "Set for all"));
    assert_eq!(files(&project), before);
}

/// Nor does one that is a store lose it, to the default store or to another repository.
#[test]
fn a_repository_that_is_a_store_stays_one() {
    let world = World::new();
    let (project, other) = (project(&world, "project"), project(&world, "other"));
    world.git(&project, &["chittysync", "init", "--here"]);
    let before = files(&other);
    for (at, way) in WAYS.into_iter().enumerate() {
        let words = format!("Way number {at}.");
        // Where git itself takes another directory for the repository, another one is meant.
        if way.1.contains(&"--bare") {
            continue;
        }
        let done = call(&world, &project, way, &words);
        assert_eq!(done.code, Some(0), "{way:?}: {done:?}");
        assert!(has(&world, &project, &words), "{way:?}: {done:?}");
    }
    // Its files may lie elsewhere, even in another repository.
    world.git(&project, &["config", "core.worktree", other.to_str().expect("UTF-8")]);
    world.git(&project, &["chittysync", "add", "With files elsewhere"]);
    assert!(has(&world, &project, "With files elsewhere"));
    assert_eq!(files(&other), before);
    assert!(!world.store().exists());
}

/// The same as git does it itself: hooks, `rebase --exec`, aliases, linked worktrees, submodules.
#[test]
#[cfg(unix)]
fn what_git_runs_writes_where_it_would_without_git() {
    let world = World::new();
    let project = project(&world, "project");
    world.ok(&["init", "-q", "--default"]);
    for hook in ["pre-commit", "post-commit", "post-checkout"] {
        let script = format!("#!/bin/sh\ngit chittysync add 'By {hook}' || :\n");
        let path = world.write(&format!("project/.git/hooks/{hook}"), script.as_bytes());
        executable(&path);
    }
    world.git(&project, &["commit", "-q", "--allow-empty", "-m", "two"]);
    world.git(&project, &["rebase", "-q", "--exec", "git chittysync add 'By rebase'", "HEAD~1"]);
    world.git(&project, &["-c", "alias.todo=!git chittysync add", "todo", "By an alias"]);
    world.git(&project, &["worktree", "add", "-q", "../linked"]);
    world.git(&world.path("linked"), &["commit", "-q", "--allow-empty", "-m", "three"]);
    world.git(&world.path("linked"), &["--work-tree=.", "chittysync", "add", "In a linked one"]);
    let other = world.path("project").to_str().expect("UTF-8").to_owned();
    let allow = "protocol.file.allow=always";
    world.git(&project, &["-c", allow, "submodule", "--quiet", "add", &other, "sub"]);
    world.git(&project, &["submodule", "--quiet", "foreach", "git chittysync add 'By a submodule'"]);
    for by in
        ["pre-commit", "post-commit", "post-checkout", "rebase", "an alias", "a submodule"].map(|by| format!("By {by}"))
    {
        assert!(has(&world, &world.store(), &by), "{by}");
    }
    assert!(has(&world, &world.store(), "In a linked one"));
    let refs = world.git(&project, &["for-each-ref", "--format=%(refname)"]);
    assert!(!refs.contains("chittysync") && !refs.contains("consolidated"), "{refs}");
}

/// What an agent's hook is told goes where it should, too.
#[test]
fn an_agent_that_git_started() {
    let world = World::new();
    let project = project(&world, "project");
    world.ok(&["init", "-q", "--default"]);
    let before = files(&project);
    for (at, (variables, _)) in WAYS.into_iter().enumerate().filter(|(_, (variables, _))| !variables.is_empty()) {
        let event = serde_json::json!({
            "session_id": format!("s{at}"), "cwd": project, "hook_event_name": "TaskCreated", "task_id": "1",
            "task_subject": format!("Task number {at}."),
        });
        let path = world.write("event", event.to_string().as_bytes());
        let mut command = world.command("git-chittysync");
        command.current_dir(&project).envs(variables.iter().copied()).args(["hook", "TaskCreated"]);
        let done = done(command.stdin(std::fs::File::open(path).expect("a file")).output());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{variables:?}");
        world.ok(&["consolidate"]);
        assert!(has(&world, &world.store(), &format!("Task number {at}.")), "{variables:?}");
        assert_eq!(files(&project), before, "{variables:?}");
    }
}

/// git asks for this to be set, and may one day set it itself.
#[test]
fn bare_repositories_that_have_to_be_named() {
    let world = World::new();
    let remote = world.path("remote.git").to_str().expect("UTF-8").to_owned();
    world.git(&world.path(""), &["init", "-q", "--bare", &remote]);
    world.git(&world.home(), &["config", "--global", "safe.bareRepository", "explicit"]);
    let said = |arguments: &[&str], code: i32| {
        let done = world.run(arguments);
        assert_eq!(done.code, Some(code), "{arguments:?}: {done:?}");
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains("bare repository"), "{arguments:?}: {all}");
        all
    };
    said(&["init", "--remote", &remote], 0);
    for arguments in [
        &["add", "One"][..],
        &["sync"],
        &["status"],
        &["list", "--all"],
        &["log"],
        &["show", "One"],
        &["archive"],
        &["branch"],
        &["branch", "plan"],
        &["sessions"],
        &["conflicts"],
        &["export", "--dir", "out"],
        &["install", "--git-hooks"],
        &["doctor"],
        &["done", "One"],
        &["undo"],
        &["consolidate"],
        &["service", "install", "--dry-run"],
        &["forget", "--yes", "One"],
        &["sync"],
        &["uninstall", "--git-hooks"],
    ] {
        said(arguments, 0);
    }
    let id = world.ok(&["--json", "add", "Two"]);
    let id: serde_json::Value = serde_json::from_str(&id).expect("JSON");
    said(&["purge", "--yes", id["id"].as_str().unwrap_or("Two")], 0);
    // As git has it: one that is found by standing in it is none, and settings of it do nothing.
    let found = world.path("project/found.git");
    std::fs::create_dir_all(&found).expect("a directory");
    world.git(&world.path(""), &["init", "-q", "--bare", "project/found.git"]);
    let found_text = found.to_str().expect("UTF-8").to_owned();
    world.ok(&["--store", &found_text, "init"]);
    let store_of = |arguments: &[&str]| {
        let all = [&["-C", &found_text, "--json"], arguments].concat();
        let status: serde_json::Value = serde_json::from_str(&world.ok(&all)).expect("JSON");
        status["store"].as_str().expect("a path").to_owned()
    };
    assert!(store_of(&["status"]).ends_with("store.git"));
    assert!(store_of(&["--store", ".", "status"]).ends_with("found.git"));
    world.git(&world.home(), &["config", "--global", "safe.bareRepository", "all"]);
    assert!(store_of(&["status"]).ends_with("found.git"));
}

/// Where somebody set up a ceiling, nothing above it is looked for.
#[test]
fn directories_that_git_does_not_look_above() {
    let world = World::new();
    let project = project(&world, "project");
    world.git(&project, &["chittysync", "init", "--here"]);
    let inside = project.join("a/b");
    std::fs::create_dir_all(&inside).expect("a directory");
    let store = |ceiling: &Path| {
        let mut command = world.command("git-chittysync");
        command.current_dir(&inside).env("GIT_CEILING_DIRECTORIES", ceiling).args(["--json", "status"]);
        let done = done(command.output());
        let status: serde_json::Value = serde_json::from_str(&done.stdout).unwrap_or_default();
        status["store"].as_str().unwrap_or("none").to_owned()
    };
    assert!(store(&world.path("")).ends_with("project/.git"));
    assert!(store(&inside).ends_with("project/.git"), "where one stands is no ceiling");
    for ceiling in ["project", "project/a"] {
        assert!(!store(&world.path(ceiling)).ends_with("project/.git"), "{ceiling}");
    }
}
