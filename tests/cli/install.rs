//! What is put outside a store, and that it goes without a trace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::common::{Done, World, binary, done, has};

const DRIVER: &str = "git-chittysync merge-driver %O %A %B %L %P";

/// Returns every file below a directory with its content.
pub fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap_or_default());
        }
    }
    found
}

/// A world as it was, with this git config; nothing is no file.
pub fn with_config(config: Option<&str>) -> World {
    let world = World::new();
    if let Some(config) = config {
        world.write("home/.gitconfig", config.as_bytes());
    }
    world
}

fn driver(world: &World) -> String {
    world.git_run(&world.home(), &["config", "--get", "merge.chittysync.driver"]).stdout.trim_end().to_owned()
}

#[test]
fn twice_is_once() {
    let world = with_config(Some("[user]\n\tname = A\n"));
    let first = world.run(&["install"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(driver(&world), DRIVER);
    let installed = files(&world.path(""));
    let second = world.run(&["install"]);
    assert_eq!(files(&world.path("")), installed);
    assert!(second.stderr.contains("unchanged") && !second.stderr.contains("added"), "{second:?}");
}

#[test]
fn a_dry_run_does_nothing() {
    let world = with_config(None);
    let before = files(&world.path(""));
    let dry = world.run(&["install", "--dry-run"]);
    assert!(dry.stderr.contains("added"), "{dry:?}");
    assert_eq!(files(&world.path("")), before);
    world.ok(&["install"]);
    let installed = files(&world.path(""));
    let dry = world.run(&["uninstall", "-n"]);
    assert!(dry.stderr.contains("removed"), "{dry:?}");
    assert_eq!(files(&world.path("")), installed);
}

#[test]
fn leaves_no_trace() {
    for config in [
        None,
        Some("[user]\n\tname = A\n"),
        Some("[user]\n\tname = A"),
        Some("# mine\n\n[user]\n\tname = A\n# the end\n\n\n"),
        Some("[user]\r\n\tname = A\r\n"),
        Some("[include]\n\tpath = other\n[alias]\n\tx = \"!f() { \\\n  echo; }; f\"\n"),
        Some("[merge \"chittysync\"]\n\t# nothing yet\n\trecursive = binary\n[merge]\n\tconflictStyle = zdiff3\n"),
        Some("[merge \"chittysync\"]\n"),
    ] {
        let world = with_config(config);
        world.write("home/other", b"[alias]\n\ty = status\n");
        world.write("home/.local/share/man/man1/mine.1", b"mine");
        let before = files(&world.path(""));
        world.ok(&["install", "-q"]);
        assert_eq!(driver(&world), DRIVER, "{config:?}");
        assert!(files(&world.path("")).len() > before.len() + 20, "{config:?}");
        for (path, content) in before.iter().filter(|(path, _)| !path.ends_with(".gitconfig")) {
            assert_eq!(files(&world.path("")).get(path), Some(content));
        }
        world.ok(&["uninstall", "-q"]);
        assert_eq!(files(&world.path("")), before, "{config:?}");
        assert_eq!(world.run(&["uninstall"]).code, Some(0), "nothing to do is no error");
    }
}

/// Where pages go depends on where the program stands; they are found again when it stands elsewhere.
#[test]
fn pages_of_a_program_that_moved_are_taken_away() {
    let world = with_config(None);
    let mut command = world.command(binary());
    let done = crate::common::done(command.env("PATH", "/usr/bin:/bin").arg("install").output());
    assert!(
        done.stderr.contains("hint: `man` looks into ~/.local/share/man when ~/.local/bin is on the PATH"),
        "{done:?}"
    );
    assert!(world.path("home/.local/share/man/man1/git-chittysync-list.1").is_file());
    std::fs::create_dir_all(world.path("home/.cargo/bin")).expect("a directory");
    let moved = world.path("home/.cargo/bin/git-chittysync");
    std::fs::copy(binary(), &moved).expect("a program");
    let path = format!("{}:/usr/bin:/bin", world.path("home/.cargo/bin").display());
    let mut command = world.command(moved.to_str().expect("UTF-8"));
    let gone = crate::common::done(command.env("PATH", &path).args(["uninstall", "-q"]).output());
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(!world.path("home/.local/share/man/man1/git-chittysync-list.1").exists());
}

/// Returns every directory below one.
fn directories(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let inside = entries.filter(|path| path.is_dir() && !path.is_symlink());
    let mut found: Vec<PathBuf> = inside.flat_map(|path| [vec![path.clone()], directories(&path)].concat()).collect();
    found.sort();
    found
}

#[test]
fn takes_away_the_directories_that_it_made_and_no_others() {
    for existing in [&[][..], &["home/.claude"], &["home/.config", "home/.local/share/fish"], &["home/.claude/todos"]] {
        let world = World::new();
        existing.iter().for_each(|path| std::fs::create_dir_all(world.path(path)).expect("a directory"));
        let before = directories(&world.home());
        world.ok(&["install", "-q", "--claude"]);
        world.run(&["service", "install", "--manager", "systemd", "-q"]);
        assert!(directories(&world.home()).len() > before.len() + 5);
        world.ok(&["uninstall", "-q"]);
        world.run(&["service", "uninstall", "--manager", "systemd", "-q"]);
        assert_eq!(directories(&world.home()), before, "{existing:?}");
        assert_eq!(files(&world.home()).len(), 0, "{existing:?}");
    }
}

#[test]
fn a_directory_that_somebody_else_uses_by_now_is_theirs() {
    let world = World::new();
    world.ok(&["install", "-q"]);
    let mine = world.write("home/.config/fish/completions/mine.fish", b"");
    world.ok(&["uninstall", "-q"]);
    assert_eq!(files(&world.home()).into_keys().collect::<Vec<_>>(), std::slice::from_ref(&mine));
    std::fs::remove_file(&mine).expect("removed");
    world.ok(&["install", "-q"]);
    world.ok(&["uninstall", "-q"]);
    assert!(mine.parent().expect("a directory").exists(), "it was there before the second time");
}

#[test]
fn finds_the_file_that_git_writes() {
    let world = World::new();
    let path = world.write("home/.config/git/config", b"[user]\n\tname = A\n");
    let before = files(&world.home());
    world.ok(&["install", "-q"]);
    assert!(!world.path("home/.gitconfig").exists());
    assert!(std::fs::read_to_string(&path).expect("a file").contains(DRIVER));
    world.ok(&["uninstall", "-q"]);
    assert_eq!(files(&world.home()), before);
}

#[cfg(unix)]
#[test]
fn writes_through_a_link() {
    let world = World::new();
    let real = world.write("dotfiles/gitconfig", b"");
    std::os::unix::fs::symlink(&real, world.path("home/.gitconfig")).expect("a link");
    world.ok(&["install", "-q"]);
    assert!(std::fs::read_to_string(&real).expect("a file").contains(DRIVER));
    world.ok(&["uninstall", "-q"]);
    assert!(world.path("home/.gitconfig").is_symlink());
    assert_eq!(std::fs::read(&real).expect("a file"), b"");
}

/// Installed by an earlier version, or moved by hand: replaced and removed all the same.
#[test]
fn what_an_earlier_version_wrote_is_ours() {
    let config = "[user]\n\tname = A\n[merge \"chittysync\"]\n\tdriver = git chittysync merge-driver %O %A %B %L %P\n";
    let world = with_config(Some(config));
    world.ok(&["install", "-q"]);
    assert_eq!(world.git(&world.home(), &["config", "--get-all", "merge.chittysync.driver"]), DRIVER);
    world.git(&world.home(), &["config", "--global", "--unset", "merge.chittysync.driver"]);
    world.git(&world.home(), &["config", "--global", "merge.chittysync.driver", DRIVER]);
    world.ok(&["uninstall", "-q"]);
    assert_eq!(driver(&world), "");
    world.ok(&["install", "-q"]);
    let manual = find(&world, "git-chittysync-list.1");
    std::fs::write(&manual, std::fs::read_to_string(&manual).expect("a page") + "old words\n").expect("a page");
    assert!(world.run(&["install"]).stderr.contains("added"));
    assert!(!std::fs::read_to_string(&manual).expect("a page").contains("old words"));
}

pub fn find(world: &World, name: &str) -> PathBuf {
    let all = files(&world.path(""));
    all.into_keys().find(|path| path.ends_with(name)).expect("an installed file")
}

#[test]
fn what_is_somebody_elses_is_kept() {
    let config = "[merge \"chittysync\"]\n\tdriver = my-wrapper %O %A %B\n";
    let included = "[include]\n\tpath = other\n";
    for (config, other) in [(config, ""), (included, config)] {
        let world = with_config(Some(config));
        world.write("home/other", other.as_bytes());
        let foreign = world.write("home/.config/fish/completions/git-chittysync.fish", b"# mine \xff\n");
        let before = files(&world.home());
        for command in ["install", "uninstall"] {
            let done = world.run(&[command]);
            assert_eq!(done.code, Some(0), "{done:?}");
            assert!(command == "uninstall" || done.stderr.contains("merge.chittysync.driver was not written by us"));
            assert!(done.stderr.contains("git-chittysync.fish was not written by us"), "{done:?}");
            assert_eq!(driver(&world), "my-wrapper %O %A %B");
            assert_eq!(std::fs::read(&foreign).expect("a file"), b"# mine \xff\n");
        }
        assert_eq!(files(&world.home()), before);
    }
}

#[test]
fn values_beside_ours_are_kept() {
    let world = with_config(Some(
        "[merge \"chittysync\"]\n\tdriver = theirs\n\tdriver = git chittysync merge-driver %O %A %B %L %P\n",
    ));
    world.ok(&["uninstall", "-q"]);
    assert_eq!(world.git(&world.home(), &["config", "--get-all", "merge.chittysync.driver"]), "theirs");
}

#[test]
fn says_so_when_the_config_cannot_be_written() {
    let world = with_config(Some("[user]\n\tname = A\n"));
    let lock = world.write("home/.gitconfig.lock", b"");
    let locked = world.run(&["install"]);
    assert_eq!(locked.code, Some(1), "{locked:?}");
    assert!(locked.stderr.contains("driver      failed     git config merge.chittysync.driver: "), "{locked:?}");
    assert!(locked.stderr.contains("being changed by another program"), "{locked:?}");
    assert!(locked.stderr.contains(&format!("hint: or set it where you can: merge.chittysync.driver = {DRIVER}")));
    assert_eq!(std::fs::read(world.path("home/.gitconfig")).expect("a file"), b"[user]\n\tname = A\n");
    std::fs::remove_file(lock).expect("a lock");

    let mut command = world.command(binary());
    let done = done(command.arg("install").env("GIT_CONFIG_GLOBAL", "/proc/nowhere/config").output());
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("cannot write /proc/nowhere/config"), "{done:?}");

    world.write("home/.gitconfig", b"[user\n");
    let broken = world.run(&["install"]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.stderr.contains("bad config line 1"), "{broken:?}");
}

/// Many that fail alike are one line.
#[test]
fn what_fails_alike_is_told_once() {
    let world = with_config(None);
    world.write("home/.local/share/chittysync", b"no directory");
    world.write("share/man", b"no directory");
    world.write("home/.local/share/man", b"no directory");
    let done = world.run(&["install"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let of_pages: Vec<&str> = done.stderr.lines().filter(|line| line.starts_with("man page ")).collect();
    assert!(of_pages.len() == 1 && of_pages[0].contains(" failed ") && of_pages[0].contains(" in "), "{done:?}");
    assert!(done.stderr.contains("hook script failed"), "{done:?}");
}

/// The superuser may write everywhere.
#[cfg(unix)]
#[test]
fn says_so_when_the_home_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let mode = |mode| std::fs::set_permissions(world.home(), std::fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o555);
    if std::fs::write(world.path("home/probe"), b"").is_ok() {
        eprintln!("SKIPPED: this user may write everywhere");
        return;
    }
    let done = world.run(&["install"]);
    mode(0o755);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("Permission denied"), "{done:?}");
}

#[test]
fn doctor_says_what_is_missing_and_then_that_all_is_well() {
    let world = World::new();
    let before = world.run(&["doctor"]);
    assert_eq!(before.code, Some(0), "what nobody has to have is not BAD: {before:?}");
    for part in ["driver", "hook script", "man page", "completion"] {
        let line = before.stdout.lines().find(|line| line.starts_with(&format!("off {part}"))).expect("a line");
        assert!(line.contains("`git chittysync install`"), "{line}");
    }
    world.ok(&["install", "-q"]);
    let after = world.run(&["doctor"]);
    assert_eq!(after.code, Some(0), "{after:?}");
    assert!(!after.stdout.contains("BAD"), "{after:?}");
    world.list("ana", "2026-11-20T11:00:00Z", &[("Draw the chart", "pending")]);
    world.ok(&["sync", "-q", "--from", world.path("claude").to_str().expect("UTF-8")]);
    let with_store = world.run(&["doctor"]);
    assert_eq!(with_store.code, Some(0), "{with_store:?}");
    // A line a topic, each with one of three words.
    let topics: Vec<&str> = with_store.stdout.lines().map(|line| line.get(4..15).expect("a topic").trim()).collect();
    let mut once = topics.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), topics.len(), "{with_store:?}");
    assert!(with_store.stdout.lines().all(|line| ["ok  ", "off ", "BAD "].iter().any(|word| line.starts_with(word))));
    // What is there in part is told as that.
    std::fs::remove_file(find(&world, "git-chittysync-add.1")).expect("removed");
    let driver = String::from("[merge \"chittysync\"]\n\tdriver = git chittysync merge-driver %O %A %B %L %P\n");
    world.write("home/.gitconfig", driver.as_bytes());
    let parts = world.run(&["doctor"]);
    assert_eq!(parts.code, Some(1), "{parts:?}");
    let pages = parts.stdout.lines().find(|line| line.starts_with("BAD man page    1 of ")).expect("a line");
    assert!(pages.contains(" missing; `git chittysync install` puts it in place"), "{pages}");
    assert!(parts.stdout.contains("BAD driver      of another version; `git chittysync install`"), "{parts:?}");
    world.ok(&["uninstall", "-q"]);
    let json = world.json_of(&["doctor"]);
    assert_eq!(json["ok"], true);
    let states: Vec<&str> = json["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|check| check["state"].as_str().expect("a word"))
        .collect();
    assert!(states.contains(&"ok") && states.contains(&"off") && !states.contains(&"bad"), "{states:?}");
}

impl World {
    /// Returns the JSON document that a command prints, however it ends.
    fn json_of(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.run(&[&["--json"], arguments].concat()).stdout).expect("one JSON document")
    }
}

fn git(world: &World, arguments: &[&str]) -> Done {
    done(world.command("git").args(arguments).env("MANPAGER", "cat").env("MANWIDTH", "100").output())
}

#[test]
fn git_finds_the_program_and_its_pages() {
    let world = World::new();
    world.ok(&["install", "-q"]);
    assert!(git(&world, &["chittysync", "-h"]).stdout.contains("Usage: git chittysync"));
    assert!(git(&world, &["chittysync", "list", "--help"]).stdout.contains("--project <PROJECT>"));
    if !has("man") {
        return;
    }
    let help = git(&world, &["chittysync", "--help"]);
    assert_eq!(help.code, Some(0), "{help:?}");
    assert!(help.stdout.contains("chittysync.reopen = author | manual | any"), "{help:?}");
    let help = git(&world, &["help", "git-chittysync-list"]);
    assert!(help.stdout.contains("Print the open todos, by project"), "{help:?}");
}

#[test]
fn doctor_names_settings_that_mean_nothing() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    let doctor = || world.run(&["doctor"]).stdout;
    world.git(&world.home(), &["config", "--global", "chittysync.logLines", "100"]);
    world.git(&world.store(), &["config", "chittysync.origin.remotePrefix", "heads"]);
    world.git(&world.store(), &["config", "chittysync.remote.Hub.de.remotePrefix", "auto"]);
    world.git(&world.store(), &["config", "chittysync.remote.Hub.de.pushesPerMinute", "3"]);
    assert!(!doctor().contains(" settings "));
    world.git(&world.home(), &["config", "--global", "chittysync.retierAfter", "3"]);
    world.git(&world.store(), &["config", "chittysync.brunch", "x"]);
    world.git(&world.store(), &["config", "chittysync.remote.Hub.pushes", "3"]);
    world.git(&world.store(), &["config", "chittysync.mirror.x.comand", "y"]);
    let said = doctor();
    assert!(
        said.contains("BAD settings    chittysync.brunch, chittysync.mirror.x.comand, chittysync.remote.Hub.pushes, chittysync.retierafter mean nothing; see git-chittysync(1)"),
        "{said}"
    );
}
