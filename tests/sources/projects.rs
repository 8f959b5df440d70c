//! Which project a session's todos belong to.

use crate::common::World;
use crate::transcripts::Transcript;

const ONE: &str = "11111111-1111-4111-8111-111111111111";

/// Writes a session that works in this directory, and returns the project its todo ends up in.
fn project_of(world: &World, directory: &std::path::Path) -> String {
    works_in(world, ONE, directory, "A");
    world.sync();
    world.todo("A")["full_project"].as_str().expect("a project").to_owned()
}

fn works_in(world: &World, session: &str, directory: &std::path::Path, content: &str) {
    let mut transcript = Transcript::new(session);
    transcript.todos("2026-11-01T10:00:00Z", &[(content, "pending")]);
    transcript.in_directory(directory.to_str().expect("UTF-8"));
    transcript.write(world, "2026-11-01T10:00:01Z");
}

fn repository(world: &World, name: &str) -> std::path::PathBuf {
    let path = world.path(name);
    std::fs::create_dir_all(&path).expect("a directory");
    world.git(&path, &["init", "-q"]);
    world.git(&path, &["commit", "-q", "--allow-empty", "-m", "first"]);
    path
}

#[test]
fn the_path_in_the_url_of_origin() {
    let world = World::new();
    let path = repository(&world, "checkout");
    world.git(&path, &["remote", "add", "origin", "git@host.example:team/Acme-API.git"]);
    let below = path.join("src/deep");
    std::fs::create_dir_all(&below).expect("a directory");
    assert_eq!(project_of(&world, &below), "team/acme-api");
}

/// A URL that a machine abbreviates is what git makes of it; one that it fetches from a mirror is what it is.
#[test]
fn a_shorthand_is_spelled_out_and_a_mirror_is_not_followed() {
    for (url, project) in
        [("work:api", "acme/api"), ("gh:other/api", "other/api"), ("https://host.example/a/api", "a/api")]
    {
        let world = World::new();
        let path = repository(&world, "checkout");
        world.write(
            "home/.gitconfig",
            b"[url \"git@host.example:acme/\"]\n\tinsteadOf = work:\n[url \"https://host.example/\"]\n\tinsteadOf = gh:\n\
              [url \"/srv/mirror/of/\"]\n\tinsteadOf = https://host.example/\n",
        );
        world.git(&path, &["remote", "add", "origin", url]);
        assert_eq!(project_of(&world, &path), project, "{url}");
    }
}

/// Two machines have it at different places.
#[test]
fn an_origin_on_this_machine_is_its_last_part() {
    let world = World::new();
    let path = repository(&world, "checkout");
    world.git(&path, &["remote", "add", "origin", "../srv/Team/api.git"]);
    assert_eq!(project_of(&world, &path), "api");
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let world = World::new();
    let (path, library) = (repository(&world, "main"), repository(&world, "library"));
    world.git(&path, &["remote", "add", "origin", "https://host.example/acme/main.git"]);
    let url = library.to_str().expect("UTF-8");
    world.git(&path, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "lib"]);
    assert_eq!(project_of(&world, &path.join("lib")), "library");
    world.git(&path.join("lib"), &["remote", "set-url", "origin", "https://host.example/others/lib.git"]);
    works_in(&world, "22222222-1111-4111-8111-111111111111", &path.join("lib"), "B");
    works_in(&world, "33333333-1111-4111-8111-111111111111", &path, "C");
    world.sync();
    assert_eq!(
        (&world.todo("B")["full_project"], &world.todo("C")["full_project"]),
        (&"others/lib".into(), &"acme/main".into())
    );
}

#[test]
fn the_setting_comes_before_the_url() {
    let world = World::new();
    let path = repository(&world, "checkout");
    world.git(&path, &["remote", "add", "origin", "git@host.example:team/api.git"]);
    world.git(&path, &["config", "chittysync.project", "Billing"]);
    assert_eq!(project_of(&world, &path), "billing");
}

#[test]
fn a_repository_without_origin_has_the_name_of_its_directory() {
    let world = World::new();
    let path = repository(&world, "Web-Shop");
    assert_eq!(project_of(&world, &path), "web-shop");
}

#[test]
fn a_linked_worktree_has_the_name_of_the_main_one() {
    for (origin, project) in [(None, "main-checkout"), (Some("git@host.example:acme/api.git"), "acme/api")] {
        let world = World::new();
        let path = repository(&world, "main-checkout");
        world.git(&path, &["worktree", "add", "-q", "../feature-x"]);
        if let Some(origin) = origin {
            world.git(&path, &["remote", "add", "origin", origin]);
        }
        assert_eq!(project_of(&world, &world.path("feature-x")), project);
    }
}

#[test]
fn a_worktree_of_a_bare_repository_has_its_name() {
    let world = World::new();
    let path = repository(&world, "source");
    world.git(&world.path("."), &["clone", "-q", "--bare", "source", "tool.git"]);
    world.git(&world.path("tool.git"), &["remote", "remove", "origin"]);
    world.git(&world.path("tool.git"), &["worktree", "add", "-q", "../work-on-it"]);
    assert!(path.exists());
    assert_eq!(project_of(&world, &world.path("work-on-it")), "tool");
}

#[test]
fn directories_without_a_repository_and_directories_that_are_gone() {
    let world = World::new();
    std::fs::create_dir(world.path("Notes")).expect("a directory");
    assert_eq!(project_of(&world, &world.path("Notes")), "notes");
    let world = World::new();
    assert_eq!(project_of(&world, std::path::Path::new("/nowhere/at/all/Old-Thing")), "old-thing");
    let world = World::new();
    assert_eq!(project_of(&world, std::path::Path::new(r"C:\work\shop")), "shop");
}

#[test]
fn words_decide_for_sessions_without_a_directory() {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\tprojectRule = web=css\n\tprojectRule = api=endpoint\n");
    world.list(
        ONE,
        "2026-11-01T10:00:00Z",
        &[("Fix the CSS", "pending"), ("Add an Endpoint", "pending"), ("Rest", "pending")],
    );
    world.sync();
    let project = |content: &str| world.todo(content)["full_project"].clone();
    assert_eq!(
        (project("Fix the CSS"), project("Add an Endpoint"), project("Rest")),
        ("web".into(), "api".into(), "general".into())
    );
}

#[test]
fn the_option_comes_before_everything() {
    let world = World::new();
    let path = repository(&world, "checkout");
    works_in(&world, ONE, &path, "A");
    world.ok(&["sync", "--from", world.path("claude").to_str().expect("UTF-8"), "--project", "Given"]);
    assert_eq!(world.todo("A")["project"], "given");
}

/// The transcript that tells where a session works may come after its list: the todos move.
#[test]
fn a_project_that_becomes_known_later() {
    let world = World::new();
    world.list(ONE, "2026-11-01T09:00:00Z", &[("A", "pending"), ("B", "completed")]);
    world.sync();
    assert_eq!(world.todo("A")["project"], "general");
    let mut transcript = Transcript::new(ONE);
    transcript.todos("2026-11-01T10:00:00Z", &[("A", "in_progress"), ("B", "completed")]);
    transcript.write(&world, "2026-11-01T10:00:01Z");
    world.sync();
    let open: Vec<_> = world.todos().into_iter().filter(|todo| todo["status"] == "in_progress").collect();
    assert_eq!((open.len(), &open[0]["project"]), (1, &"acme".into()));
    assert!(!world.todos().iter().any(|todo| todo["project"] == "general" && todo["status"] == "pending"));
}

/// A project's own store takes only the sessions that work in it, its linked worktrees included.
#[test]
fn a_projects_store_takes_its_own_sessions() {
    let world = World::new();
    let path = repository(&world, "mine");
    let said = world.git_run(&path, &["chittysync", "init", "--here"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    world.git(&path, &["worktree", "add", "-q", "../mine-linked"]);
    let other = repository(&world, "other");
    let below = path.join("below");
    std::fs::create_dir(&below).expect("a directory");
    for (at, (directory, content)) in
        [(&path, "A"), (&below, "B"), (&world.path("mine-linked"), "C"), (&other, "no")].into_iter().enumerate()
    {
        works_in(&world, &format!("{at}1111111-1111-4111-8111-111111111111"), directory, content);
    }
    world.list("without-a-place", "2026-11-01T09:00:00Z", &[("no", "pending")]);
    let home = world.path("claude");
    let home = home.to_str().expect("UTF-8");
    let listed = || {
        let listed = world.git_run(&path, &["chittysync", "list", "--json"]).stdout;
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        let mut words: Vec<_> =
            listed.as_array().expect("a list").iter().map(|todo| todo["content"].to_string()).collect();
        words.sort();
        words
    };
    let done = world.git_run(&path, &["chittysync", "sync", "--from", home]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(listed(), ["\"A\"", "\"B\"", "\"C\""]);
    assert_eq!(world.git(&path, &["status", "--porcelain", "--ignore-submodules"]), "");
    // Its place may become known after its list was seen.
    let late = Transcript::new("without-a-place");
    let mut late = late;
    late.say("2026-11-01T09:30:00Z");
    late.in_directory(path.to_str().expect("UTF-8"));
    late.write(&world, "2026-11-01T09:30:00Z");
    world.git(&path, &["chittysync", "sync", "--from", home]);
    assert_eq!(listed(), ["\"A\"", "\"B\"", "\"C\"", "\"no\""]);
    assert!(!world.store().exists(), "the default store was touched");
}

/// A worktree below its repository, a folder, a repository in another one, each gone when the session is first read.
#[test]
fn the_nearest_repository_that_is_still_there_counts() {
    for gone in ["shop/.claude/worktrees/feat-1", "shop/packages/old", "shop/a/b/c/d"] {
        let world = World::new();
        let path = repository(&world, "shop");
        world.git(&path, &["remote", "add", "origin", "git@host.example:acme/shop.git"]);
        if gone.contains("worktrees") {
            world.git(&path, &["worktree", "add", "-q", ".claude/worktrees/feat-1"]);
            world.git(&path, &["worktree", "remove", ".claude/worktrees/feat-1"]);
        }
        assert_eq!(project_of(&world, &world.path(gone)), "acme/shop", "{gone}");
    }
    let world = World::new();
    let outer = repository(&world, "outer");
    let inner = repository(&world, "outer/inner");
    assert!(outer.is_dir() && inner.is_dir());
    assert_eq!(project_of(&world, &inner.join("gone")), "inner");
}

/// Who keeps the settings of all programs in a repository at home works in other projects below it.
#[test]
fn a_repository_that_is_the_home_directory_is_no_project_of_what_is_gone() {
    let world = World::new();
    repository(&world, "home");
    assert_eq!(project_of(&world, &world.home().join("work/website")), "website");
    // A folder that is there belongs to it, as it does for git.
    let world = World::new();
    let home = repository(&world, "home");
    std::fs::create_dir(home.join("notes")).expect("a directory");
    assert_eq!(project_of(&world, &home.join("notes")), "home");
}
