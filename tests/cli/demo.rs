//! `demo`: an example that leaves nothing behind.

use std::path::Path;

use crate::common::{World, files};

/// Nothing of it stays, wherever it runs and whatever is there already.
#[test]
fn an_example_is_shown_and_nothing_stays() {
    let world = World::new();
    world.write("home/.gitconfig", b"[user]\n\tname = A\n");
    world.ok(&["add", "Mine"]);
    world.git(&world.path(""), &["init", "-q", "shop"]);
    let before = files(&world.path(""));
    for directory in [".", "shop"] {
        let done = world.run(&["-C", directory, "demo"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        for words in
            ["git chittysync list\n", "git chittysync conflicts\n", "git chittysync sessions --all\n", "◌ stale"]
        {
            assert!(done.stdout.contains(words), "{words}: {done:?}");
        }
        assert!(!done.stdout.contains("Mine") && !done.stderr.contains("warning"), "{done:?}");
        assert!(done.stderr.contains("it is gone again"), "{done:?}");
        assert_eq!(files(&world.path("")), before);
    }
    let json = world.json(&["demo"]);
    let projects =
        json["list"].as_array().expect("a list").iter().map(|todo| todo["full_project"].as_str().expect("a name"));
    let projects: std::collections::BTreeSet<&str> = projects.collect();
    assert_eq!(projects.into_iter().collect::<Vec<_>>(), ["acme/api", "acme/storefront", "you/dotfiles"]);
    assert_eq!(json["conflicts"]["conflicts"].as_array().map(Vec::len), Some(1), "{json}");
    let states = json["sessions"].as_array().expect("a list").iter().filter(|session| session["state"] == "stale");
    assert_eq!(states.count(), 1, "{json}");
    assert_eq!(files(&world.path("")), before);
    let named = world.run(&["--store", "x", "demo"]);
    assert!(named.code == Some(129) && !world.path("x").exists(), "{named:?}");
}

#[test]
fn it_can_be_kept_and_is_a_store_like_any_other() {
    let world = World::new();
    let done = world.run(&["demo", "--keep"]);
    let store = done.stderr.split("--store ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a path");
    assert!(world.ok(&["--store", store, "list"]).contains("Filter invoices by status"), "{done:?}");
    world.git(Path::new(store), &["fsck", "--strict"]);
    assert!(!world.store().exists());
}
