//! Who may push what, asked with the git that everybody has.

use crate::scene::Scene;

/// A scene in which device `one` has synced a session `aaaa`.
fn synced() -> (Scene, String, String) {
    let scene = Scene::new();
    let (one, two) = (scene.device("one"), scene.device("two"));
    scene.list("one", "aaaa", &[("Work of one", "pending")]);
    assert_eq!(scene.sync("one", &one).code, Some(0));
    (scene, one, two)
}

#[test]
fn refused_pushes_move_nothing_and_say_why() {
    let (scene, one, two) = synced();
    scene.list("two", "bbbb", &[("Work of two", "pending")]);
    let home = scene.world.path("claude-two");
    let home = home.to_str().expect("UTF-8");
    assert_eq!(scene.run("two", &two, &["capture", "--from", home]).code, Some(0));
    let before = scene.world.git(&scene.store("hub"), &["for-each-ref"]);
    // A tree that is none of ours.
    let tree = scene.world.git(&scene.store("two"), &["hash-object", "-w", "-t", "tree", "/dev/null"]);
    let strange = scene.world.git(&scene.store("two"), &["commit-tree", "-m", "x", &tree]);
    let (url, read) = (scene.url(), scene.token("two", "read"));
    let bbbb = "refs/chittysync/bbbb";
    for (token, refspec, said) in [
        (&one, format!("{bbbb}:{bbbb}"), "is of the device 'two'"),
        (&two, format!("+{bbbb}:refs/chittysync/aaaa"), "does not go on from what is here"),
        (&two, format!("{bbbb}:refs/chittysync/cccc"), "cannot be taken"),
        (&two, format!("{strange}:{bbbb}"), "cannot be taken"),
        (&two, format!("{strange}:refs/heads/main"), "none of the refs kept here"),
        (&two, format!("{strange}:refs/tags/v1"), "none of the refs kept here"),
        (&two, format!("{strange}:refs/chittysync-retired/aaaa"), "none of the refs kept here"),
        (&two, format!("+{strange}:refs/heads/consolidated"), "does not go on from what is here"),
        (&two, ":refs/heads/consolidated".into(), "is not deleted"),
        (&two, ":refs/chittysync/aaaa".into(), "is of the device 'one'"),
        (&read, format!("{bbbb}:{bbbb}"), "403"),
    ] {
        let done = scene.git(token, "two.git", &["push", &url, &refspec]);
        // Refs that nobody is to see are refused by git before our hook is asked.
        let hidden = refspec.contains("/main") || refspec.contains("/tags") || refspec.contains("-retired");
        let expected = if hidden { "hidden ref" } else { said };
        assert_ne!(done.code, Some(0), "{refspec}: {done:?}");
        assert!(done.stderr.contains(expected), "{refspec}: {expected}: {}", done.stderr);
        assert_eq!(scene.world.git(&scene.store("hub"), &["for-each-ref"]), before, "{refspec}");
    }
    // One foreign ref refuses the whole push, and an own one alone is taken.
    let both = scene.git(&two, "two.git", &["push", &url, &format!("{bbbb}:{bbbb}"), ":refs/chittysync/aaaa"]);
    assert_ne!(both.code, Some(0), "{both:?}");
    assert_eq!(scene.world.git(&scene.store("hub"), &["for-each-ref"]), before);
    let own = scene.git(&two, "two.git", &["push", &url, &format!("{bbbb}:{bbbb}")]);
    assert_eq!(own.code, Some(0), "{own:?}");
}

/// What devices would leave out of the branch, the hub does not take: nobody has to go round it later.
#[test]
fn a_branch_that_is_too_large_is_refused() {
    let scene = Scene::with(&[("CHITTYSYNC_BUDGETS", "1000,1000000,1000,30000,1000000")], &[]);
    let one = scene.device("one");
    scene.list("one", "aaaa", &[("Work of one", "pending")]);
    assert_eq!(scene.sync("one", &one).code, Some(0));
    let before = scene.tip("refs/heads/consolidated");
    assert_eq!(scene.run("one", &one, &["add", &"many words ".repeat(4_000)]).code, Some(0));
    let branch = "refs/heads/consolidated";
    let pushed = scene.git(&one, "one.git", &["push", &scene.url(), &format!("{branch}:{branch}")]);
    assert!(pushed.code != Some(0) && pushed.stderr.contains("more than 30000 bytes"), "{pushed:?}");
    assert_eq!(scene.tip(branch), before);
}

/// A lease that names the right old value is no reason to take a ref back.
#[test]
fn force_with_a_lease_is_refused_too() {
    let (scene, one, _) = synced();
    scene.run("one", &one, &["add", "More work"]);
    assert_eq!(scene.sync("one", &one).code, Some(0));
    let tip = scene.tip("refs/heads/consolidated");
    let older = scene.world.git(&scene.store("one"), &["rev-parse", "refs/chittysync/aaaa"]);
    let lease = format!("--force-with-lease=consolidated:{tip}");
    let push = scene.git(&one, "one.git", &["push", &lease, &scene.url(), &format!("{older}:refs/heads/consolidated")]);
    assert!(push.code != Some(0) && push.stderr.contains("does not go on"), "{push:?}");
    assert_eq!(scene.tip("refs/heads/consolidated"), tip);
}

/// The name of a session that gave up its ref stays its device's.
#[test]
fn a_retired_name_is_not_taken_over() {
    let (scene, _, two) = synced();
    scene.world.git(&scene.store("hub"), &["update-ref", "-d", "refs/chittysync/aaaa"]);
    // On another device, somebody speaks under that name.
    scene.list("two", "aaaa", &[("Taken over", "completed")]);
    let home = scene.world.path("claude-two");
    let captured = scene.run("two", &two, &["capture", "--from", home.to_str().expect("UTF-8")]);
    assert_eq!(captured.code, Some(0), "{captured:?}");
    let push = scene.git(&two, "two.git", &["push", &scene.url(), "refs/chittysync/aaaa:refs/chittysync/aaaa"]);
    assert!(push.code != Some(0) && push.stderr.contains("is of the device 'one'"), "{push:?}");
    // Through the API neither.
    let posted = scene.post("/api/todos/sync", &two, r#"{"session_id":"aaaa","todos":[]}"#);
    assert_eq!(posted.status, 403, "{posted:?}");
}

/// What is kept beside sessions and the branch is not shown to anybody.
#[test]
fn only_sessions_and_the_branch_are_seen() {
    let (scene, one, _) = synced();
    for name in ["refs/heads/private", "refs/chittysync-retired/x", "refs/remotes/origin/consolidated"] {
        scene.world.git(&scene.store("hub"), &["update-ref", name, "refs/chittysync/aaaa"]);
    }
    let seen = scene.git(&one, "one.git", &["ls-remote", &scene.url()]);
    let names: Vec<&str> = seen.stdout.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(names, ["HEAD", "refs/chittysync/aaaa", "refs/heads/consolidated"], "{seen:?}");
    scene.world.git(&scene.store("hub"), &["symbolic-ref", "HEAD", "refs/heads/private"]);
    let seen = scene.git(&one, "one.git", &["ls-remote", &scene.url()]);
    assert!(!seen.stdout.contains("HEAD") && seen.stdout.contains("refs/heads/consolidated"), "{seen:?}");
}

/// The hub can be the place where devices agree on who starts something: of two who want the lease, one gets it.
#[test]
fn the_lease_moves_forward_only_and_for_one() {
    let (scene, one, two) = synced();
    let (url, lease) = (scene.url(), "refs/chittysync-lease/spawn");
    let commit = |message: &str, parent: &[&str]| {
        let tree = scene.world.git(&scene.store("one"), &["hash-object", "-w", "-t", "tree", "/dev/null"]);
        let all: Vec<&str> =
            ["commit-tree", "-m", message].iter().chain(parent).copied().chain([tree.as_str()]).collect();
        scene.world.git(&scene.store("one"), &all)
    };
    let push = |token: &str, old: &str, new: &str| {
        let expected = format!("--force-with-lease={lease}:{old}");
        scene.git(token, "one.git", &["push", &expected, &url, &format!("{new}:{lease}")])
    };
    let first = commit("first", &[]);
    assert_eq!(push(&one, "", &first).code, Some(0));
    let (won, lost) = (commit("one's", &["-p", &first]), commit("two's", &["-p", &first]));
    assert_eq!(push(&one, &first, &won).code, Some(0));
    for old in [&first, &won] {
        assert_ne!(push(&two, old, &lost).code, Some(0));
    }
    assert_eq!(scene.tip(lease), won);
    assert_ne!(scene.git(&one, "one.git", &["push", &url, &format!(":{lease}")]).code, Some(0));
    assert_eq!(scene.tip(lease), won);
}
