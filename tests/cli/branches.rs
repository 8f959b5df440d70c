//! Branches: plans and experiments beside the consolidated list.

use crate::common::World;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";

fn store() -> World {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:50:00.000Z", &[("Write docs", "pending"), ("Ship", "in_progress")]);
    world.sync();
    world
}

/// Returns `content: status` of all todos on a branch.
fn on(world: &World, branch: &str) -> Vec<String> {
    let list = world.json(&["--branch", branch, "list", "--all"]);
    let mut all: Vec<String> = (list.as_array().expect("a list").iter())
        .map(|todo| format!("{}: {}", todo["content"].as_str().expect("text"), todo["status"].as_str().expect("text")))
        .collect();
    all.sort();
    all
}

#[test]
fn what_is_said_on_a_branch_stays_there_until_it_is_merged() {
    let world = store();
    world.ok(&["branch", "plan"]);
    world.ok(&["--branch", "plan", "add", "Rewrite it", "--project", "general"]);
    world.ok(&["--branch", "plan", "done", "ship"]);
    world.ok(&["--branch", "plan", "start", "rewrite it"]);
    assert_eq!(on(&world, "plan"), ["Rewrite it: in_progress", "Ship: completed", "Write docs: pending"]);
    world.sync();
    assert_eq!(world.states(), ["Ship: in_progress", "Write docs: pending"]);
    // Both lists go on meanwhile.
    world.list(SESSION, "2026-11-20T11:55:00.000Z", &[("Write docs", "completed"), ("Ship", "in_progress")]);
    world.sync();
    world.ok(&["branch", "--merge", "plan"]);
    assert_eq!(world.states(), ["Rewrite it: in_progress", "Ship: completed", "Write docs: completed"]);
    let merged = world.json(&["branch"]);
    assert_eq!(merged[1]["branch"], "plan", "{merged}");
    assert_eq!((&merged[1]["merged"], &merged[0]["current"]), (&true.into(), &true.into()));
    world.ok(&["branch", "--delete", "plan"]);
    assert_eq!(world.run(&["--branch", "plan", "list"]).code, Some(128));
    let fsck = world.git(&world.store(), &["fsck", "--strict"]);
    assert_eq!(fsck, "");
}

/// The session's own history does not have what it said on the branch.
#[test]
fn a_session_goes_on_from_what_it_said_on_the_branch() {
    let world = store();
    world.ok(&["add", "Plan", "--project", "general"]);
    world.ok(&["branch", "plan"]);
    let steps = [
        ("done", "completed"),
        ("reopen", "pending"),
        ("start", "in_progress"),
        ("drop", "dropped"),
        ("reopen", "pending"),
        ("done", "completed"),
        ("reopen", "pending"),
    ];
    for todo in ["Plan", "Ship"] {
        for (verb, status) in steps {
            let said = world.json(&["--branch", "plan", verb, todo]);
            assert_eq!(said["status"], status, "{verb} {todo}: {said}");
        }
        for text in ["one", "two", ""] {
            let said = world.json(&["--branch", "plan", "edit", todo, "--description", text]);
            assert_eq!(said["description"].as_str().unwrap_or_default(), text, "{said}");
        }
    }
    assert_eq!(world.states(), ["Plan: pending", "Ship: in_progress", "Write docs: pending"]);
    world.ok(&["branch", "--merge", "plan"]);
    assert_eq!(world.states(), ["Plan: pending", "Ship: pending", "Write docs: pending"]);
    for todo in ["Plan", "Ship"] {
        for (verb, status) in steps {
            let said = world.json(&[verb, todo]);
            assert_eq!(said["status"], status, "after the merge: {verb} {todo}: {said}");
        }
    }
    assert_eq!(world.git(&world.store(), &["fsck", "--strict"]), "");
}

#[test]
fn git_merges_a_branch_as_we_do() {
    let world = store();
    world.ok(&["install"]);
    world.ok(&["branch", "plan"]);
    world.ok(&["--branch", "plan", "done", "ship"]);
    world.ok(&["drop", "write docs"]);
    let (store, checkout) = (world.store(), world.path("checkout"));
    let text = checkout.to_str().expect("UTF-8");
    world.git(&store, &["worktree", "add", "-q", "-b", "by-hand", text, "consolidated"]);
    world.git(&checkout, &["merge", "-q", "-m", "by hand", "plan"]);
    let by_hand = world.git(&checkout, &["rev-parse", "HEAD:projects/general/todos.json"]);
    world.ok(&["branch", "--merge", "plan"]);
    assert_eq!(world.git(&store, &["rev-parse", "consolidated:projects/general/todos.json"]), by_hand);
    assert_eq!(world.states(), ["Ship: completed", "Write docs: dropped"]);
}

#[test]
fn a_branch_begins_where_it_is_told_to() {
    let world = store();
    world.ok(&["drop", "write docs"]);
    world.ok(&["branch", "before", "@{1}"]);
    assert_eq!(on(&world, "before"), ["Ship: in_progress", "Write docs: pending"]);
    world.ok(&["--branch", "before", "rollback", "@{0}"]);
    let undo = world.run(&["--branch", "before", "undo"]);
    assert_eq!(undo.code, Some(1), "{undo:?}");
}

#[test]
fn the_main_branch_is_never_deleted() {
    let world = store();
    world.ok(&["branch", "plan"]);
    for arguments in [&["--branch", "plan"][..], &[]] {
        let refused = world.run(&[arguments, &["branch", "--delete", "consolidated", "--force"]].concat());
        assert_eq!(refused.code, Some(128), "{refused:?}");
        assert!(refused.stderr.contains("'consolidated' is the branch that chittysync.branch names"), "{refused:?}");
    }
    assert_eq!(world.run(&["--branch", "plan", "branch", "--delete", "plan", "--force"]).code, Some(128));
    assert_eq!(world.states(), ["Ship: in_progress", "Write docs: pending"]);
}

#[test]
fn branches_of_other_things_are_left_alone() {
    let world = store();
    let project = world.path("project");
    world.git(&world.path(""), &["init", "-q", "-b", "main", "project"]);
    world.write("project/code.rs", b"fn main() {}");
    world.git(&project, &["add", "."]);
    world.git(&project, &["commit", "-q", "-m", "code"]);
    let here = project.to_str().expect("UTF-8");
    world.ok(&["-C", here, "init", "--here"]);
    world.ok(&["-C", here, "add", "Test it"]);
    let before = world.git(&project, &["rev-parse", "main"]);
    for arguments in [
        &["-C", here, "--branch", "main", "add", "No"][..],
        &["-C", here, "--branch", "main", "list"],
        &["-C", here, "branch", "--merge", "main"],
        &["-C", here, "branch", "--delete", "main", "--force"],
        &["-C", here, "branch", "main"],
        &["-C", here, "branch", "--delete", "consolidated", "--force"],
        &["-C", here, "branch", "--delete", "nothing"],
    ] {
        let done = world.run(arguments);
        assert!(matches!(done.code, Some(1 | 128)), "{arguments:?}: {done:?}");
    }
    assert_eq!(world.run(&["-C", here, "branch", "a/b"]).code, Some(129));
    assert_eq!(world.run(&["-C", here, "branch", "-x"]).code, Some(129));
    assert_eq!(world.git(&project, &["rev-parse", "main"]), before);
    let names = world.json(&["-C", here, "branch"]);
    assert_eq!(names.as_array().expect("a list").len(), 1, "{names}");
    world.ok(&["-C", here, "branch", "plan"]);
    world.ok(&["-C", here, "--branch", "plan", "add", "Maybe"]);
    let unmerged = world.run(&["-C", here, "branch", "--delete", "plan"]);
    assert!(unmerged.code == Some(128) && unmerged.stderr.contains("'plan' has not been merged"), "{unmerged:?}");
    assert!(unmerged.stderr.contains("branch --merge plan`") && unmerged.stderr.contains("--force`"), "{unmerged:?}");
    let in_use = world.run(&["-C", here, "--branch", "plan", "branch", "--delete", "plan"]);
    assert!(in_use.stderr.contains("in use") && !in_use.stderr.contains("--merge"), "{in_use:?}");
    world.ok(&["-C", here, "branch", "--delete", "plan", "--force"]);
}

#[test]
fn a_branch_of_that_name_that_is_somebody_else_s_is_not_moved() {
    let world = World::new();
    let project = world.path("project");
    world.git(&world.path(""), &["init", "-q", "-b", "main", "project"]);
    world.write("project/sessions/a.json", b"{}");
    world.write("project/projects/plan.md", b"# Plan");
    world.git(&project, &["add", "."]);
    world.git(&project, &["commit", "-q", "-m", "code"]);
    world.git(&project, &["branch", "consolidated"]);
    let before = world.git(&project, &["for-each-ref"]);
    let here = project.to_str().expect("UTF-8");
    let refused = |arguments: &[&str]| {
        let done = world.run(arguments);
        assert_eq!(done.code, Some(128), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains("'consolidated' holds projects, and no session's todos"), "{done:?}");
        assert!(done.stderr.contains("git config chittysync.branch"), "{done:?}");
    };
    refused(&["-C", here, "init", "--here"]);
    assert_eq!(world.git(&project, &["for-each-ref"]), before);
    // It came after the store was made.
    world.git(&project, &["config", "chittysync.enabled", "true"]);
    refused(&["-C", here, "add", "Test it"]);
    let list = world.input(&["-C", here, "import", "--session", "s1"], br#"[{"content":"a","status":"pending"}]"#);
    assert_eq!(list.code, Some(128), "{list:?}");
    assert!(world.git(&project, &["for-each-ref", "refs/chittysync"]).contains("refs/chittysync/s1"));
    refused(&["-C", here, "consolidate"]);
    refused(&["-C", here, "sync"]);
    assert_eq!(world.git(&project, &["rev-parse", "main"]), world.git(&project, &["rev-parse", "consolidated"]));
    world.git(&project, &["config", "chittysync.branch", "todos"]);
    world.ok(&["-C", here, "consolidate"]);
    let list = world.json(&["-C", here, "list"]);
    assert_eq!(list[0]["content"], "a", "what was said meanwhile was kept: {list}");
}
