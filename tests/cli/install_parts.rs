//! `install` and `uninstall` where a part cannot be changed, or is not ours to change.

use crate::install::{files, find, with_config};

/// Each part in turn cannot be changed, by something that stands in its way for everybody: all others are, and what
/// became of each is told.
#[test]
fn what_cannot_be_changed_keeps_nothing_else_back() {
    let parts: [(&str, &str, bool); 5] = [
        ("driver", "home/.gitconfig.lock", false),
        ("hook script", "home/.local/share/chittysync/bin/git-chittysync", true),
        ("man page", "share/man/man1/git-chittysync-add.1", true),
        ("completion", "home/.config/fish/completions/git-chittysync.fish", true),
        ("hooks", "home/.claude/settings.json", true),
    ];
    for (name, place, is_directory) in parts {
        let world = with_config(None);
        std::fs::create_dir_all(world.path("home/.claude")).expect("a directory");
        let block = || {
            let path = world.path(place);
            std::fs::create_dir_all(if is_directory { path.as_path() } else { path.parent().expect("a parent") })
                .expect("a directory");
            if !is_directory {
                std::fs::write(&path, b"").expect("a file");
            }
        };
        let unblock = || {
            let path = world.path(place);
            if is_directory { std::fs::remove_dir(path) } else { std::fs::remove_file(path) }.expect("removed");
        };
        let before = files(&world.path(""));
        block();
        let done = world.run(&["install"]);
        assert_eq!(done.code, Some(1), "{name}: {done:?}");
        let failed = |text: &str| text.lines().filter(|line| line.contains(" failed ")).count();
        let line =
            done.stderr.lines().find(|line| line.starts_with(name) && line.contains(" failed     ")).expect(name);
        assert_eq!(failed(&done.stderr), 1, "{name}: {done:?}");
        assert!(line.contains(": "), "the reason is told: {line}");
        let json: serde_json::Value =
            serde_json::from_str(&world.run(&["--json", "install"]).stdout).expect("one JSON document");
        let states =
            json["parts"].as_array().expect("a list").iter().map(|part| part["change"].as_str().expect("a word"));
        let states: Vec<&str> = states.collect();
        assert_eq!(states.iter().filter(|state| **state == "failed").count(), 1, "{name}: {states:?}");
        assert!(states.iter().all(|state| ["failed", "unchanged"].contains(state)), "{name}: {states:?}");
        unblock();
        let done = world.run(&["install"]);
        assert!(done.code == Some(0) && done.stderr.contains(&format!("{name:<11} added")), "{name}: {done:?}");

        // The other way round: what was in place when its place was taken away is nobody's to remove any more.
        let path = world.path(place);
        if is_directory {
            std::fs::remove_file(&path).expect("removed");
        }
        block();
        let done = world.run(&["uninstall"]);
        assert_eq!((done.code, failed(&done.stderr)), (Some(1), 1), "{name}: {done:?}");
        unblock();
        world.ok(&["uninstall", "-q"]);
        assert_eq!(files(&world.path("")), before, "{name}");
    }
}

/// Manual pages can stand where several users have theirs.
#[cfg(unix)]
#[test]
fn what_belongs_to_another_user_is_theirs() {
    use std::os::unix::fs::chown;
    let world = with_config(None);
    world.ok(&["install", "-q"]);
    let page = find(&world, "git-chittysync-add.1");
    if chown(&page, Some(12_345), None).is_err() {
        eprintln!("SKIPPED: only the superuser can give a file away");
        return;
    }
    let done = world.run(&["uninstall"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("belongs to another user of this machine and is left as it is"), "{done:?}");
    assert!(page.exists() && !page.with_file_name("git-chittysync-list.1").exists());
    std::fs::write(&page, b".\\\" Installed by git chittysync; `git chittysync uninstall` removes it.\nold\n")
        .expect("a file");
    chown(&page, Some(12_345), None).expect("given away");
    let done = world.run(&["install"]);
    assert!(done.stderr.contains("man page    kept "), "{done:?}");
    assert!(std::fs::read_to_string(&page).expect("a file").ends_with("old\n"), "nor is it replaced");
}
