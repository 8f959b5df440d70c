//! Remotes that are away, lose what they had, or mean no good.

use crate::common::NOW;
use crate::devices::Devices;

pub fn one_device() -> Devices {
    let devices = Devices::new(&["a"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices
}

#[test]
fn nothing_leaves_before_it_is_asked_for() {
    let devices = Devices::without_hub(&["a"]);
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "hub.git"]);
    let hub = devices.hub().to_string_lossy().into_owned();
    devices.world.git(&devices.store("a"), &["remote", "add", "origin", &hub]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.sync("a");
    assert!(!done.stderr.contains("Synced"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), [""; 0]);
    // Asked for by name, once.
    assert_eq!(devices.try_sync("a", NOW, &["origin"]).code, Some(0));
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 1);
}

#[test]
fn a_remote_that_is_away_keeps_nothing_from_being_saved() {
    let devices = one_device();
    std::fs::rename(devices.hub(), devices.world.path("away.git")).expect("moved");
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("error: cannot reach origin: "), "{done:?}");
    assert!(done.stderr.contains("hint: everything is saved here"), "{done:?}");
    assert_eq!(devices.states("a"), ["Fix login: pending"]);
    let status: serde_json::Value =
        serde_json::from_str(&devices.ok("a", &["--json", "status"]).stdout).expect("one document");
    assert_eq!((status["remote"].as_str(), status["ahead"].as_u64()), (Some("origin"), Some(1)));
    assert_eq!(status["unpushed"].as_u64(), Some(1));
    let text = devices.ok("a", &["status"]).stdout;
    assert!(text.contains("remote     origin (lacks 1 session, 1 consolidation, as of"), "{text}");
    std::fs::rename(devices.world.path("away.git"), devices.hub()).expect("moved");
    devices.sync("a");
    devices.agree(&["a"]);
    let status: serde_json::Value =
        serde_json::from_str(&devices.ok("a", &["--json", "status"]).stdout).expect("one document");
    assert_eq!((status["ahead"].as_u64(), status["unpushed"].as_u64()), (Some(0), Some(0)));
}

/// What both have is not counted, whatever the clock says of whoever committed last.
#[test]
fn how_many_consolidations_a_remote_lacks_does_not_hang_on_clocks() {
    for (date, others) in [("2001-01-01T00:00:00Z", 3), ("2026-11-20T12:00:00Z", 0), ("2090-01-01T00:00:00Z", 3)] {
        let devices = one_device();
        for number in 0..4 {
            devices.ok("a", &["add", &format!("Before {number}")]);
        }
        devices.sync("a");
        let (hub, store) = (devices.hub(), devices.store("a"));
        for number in 0..others {
            let tip = devices.tip(&hub, "consolidated");
            let mut commit = devices.world.command("git");
            commit.env("GIT_COMMITTER_DATE", date).current_dir(&hub);
            commit.args(["commit-tree", "-m", &number.to_string(), "-p", &tip, "consolidated^{tree}"]);
            let made = crate::common::done(commit.output());
            assert_eq!(made.code, Some(0), "{made:?}");
            devices.world.git(&hub, &["update-ref", "refs/heads/consolidated", made.stdout.trim()]);
        }
        for number in 0..2 {
            devices.ok("a", &["add", &format!("After {number}")]);
        }
        devices.world.git(&store, &["fetch", "-q", "origin", "+consolidated:refs/remotes/origin/consolidated"]);
        let range = ["consolidated", "^refs/remotes/origin/consolidated"];
        let lacks = devices.world.git(&store, &[&["rev-list", "--first-parent", "--count"], &range[..]].concat());
        let status = devices.ok("a", &["--json", "status"]).stdout;
        let status: serde_json::Value = serde_json::from_str(&status).expect("one document");
        assert_eq!((status["ahead"].as_u64(), lacks.as_str()), (Some(2), "2"), "{date}");
    }
}

#[test]
fn what_the_remote_lost_it_gets_again() {
    let devices = one_device();
    devices.sync("a");
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    devices.sync("a");
    let session = devices.tip(&devices.hub(), "refs/chittysync/s1");
    // Somebody's `push --mirror` from a clone that did not have it.
    devices.world.git(&devices.hub(), &["update-ref", "-d", "refs/chittysync/s1"]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin no longer had a ref for s1, only the branch"), "{done:?}");
    assert!(!done.stderr.contains("lost"), "its branch has everything: {done:?}");
    assert_eq!(devices.tip(&devices.hub(), "refs/chittysync/s1"), session);
    // A forced rewind.
    for (name, back) in [("refs/chittysync/s1", "~1"), ("refs/heads/consolidated", "~2")] {
        devices.world.git(&devices.hub(), &["update-ref", name, &format!("{name}{back}")]);
    }
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin had lost consolidated, session s1"), "{done:?}");
    assert_eq!(devices.tip(&devices.hub(), "refs/chittysync/s1"), session);
    devices.agree(&["a"]);
    // Made anew, empty.
    std::fs::remove_dir_all(devices.hub()).expect("removed");
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "hub.git"]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("had lost"), "{done:?}");
    devices.agree(&["a"]);
    let done = devices.sync("a");
    assert!(!done.stderr.contains("lost"), "{done:?}");
}

/// Writes a tree with these files into the hub and returns a commit of it.
fn forge(devices: &Devices, files: &[(&str, &str)], parent: Option<&str>) -> String {
    let work = devices.world.path("forge");
    let _ = std::fs::remove_dir_all(&work);
    devices.world.git(&devices.world.path(""), &["init", "-q", "forge"]);
    for (path, content) in files {
        devices.world.write(&format!("forge/{path}"), content.as_bytes());
    }
    devices.world.git(&work, &["add", "-A", "-f"]);
    devices.world.git(&work, &["commit", "-q", "-m", "forged"]);
    let hub = devices.hub().to_string_lossy().into_owned();
    devices.world.git(&work, &["push", "-q", "-f", &hub, "HEAD:refs/tmp/x"]);
    devices.world.git(&devices.hub(), &["update-ref", "-d", "refs/tmp/x"]);
    let tree = devices.world.git(&work, &["rev-parse", "HEAD^{tree}"]);
    let mut arguments = vec!["commit-tree", "-m", "forged", &tree];
    arguments.extend(parent.iter().flat_map(|parent| ["-p", parent]));
    devices.world.git(&devices.hub(), &arguments)
}

const INFO: &str = r#"{"format":1,"session":"s7","source":"import","device":"x","started":"2026-11-20T10:00:00.000Z","updated":"2026-11-20T10:00:00.000Z","list":[]}"#;

#[test]
fn what_is_no_session_is_left_out_and_named() {
    let devices = one_device();
    devices.sync("a");
    let before = devices.tip(&devices.store("a"), "consolidated");
    let shard = chittysync::todo::Session::new("s7").expect("a name").shard();
    let session_file = format!("sessions/{shard}/s7.json");
    let forged_claim = r#"[{"id":"0000000000000000","content":"x","created":"2026-11-20T10:00:00.000Z","claims":{"s1":{"status":"completed","at":"2026-11-20T10:00:00.000Z"}}}]"#;
    let newer = INFO.replace("\"format\":1", "\"format\":99");
    for (what, files) in [
        ("which is none of ours", vec![("run.sh", "rm -rf ~"), (session_file.as_str(), INFO)]),
        ("it has no", vec![("projects/p/todos.json", "[]")]),
        ("another session", vec![(session_file.as_str(), INFO), ("projects/p/todos.json", forged_claim)]),
        ("todos.json", vec![(session_file.as_str(), INFO), ("projects/p/todos.json", "[{]")]),
        ("newer", vec![(session_file.as_str(), newer.as_str())]),
    ] {
        let commit = forge(&devices, &files, None);
        devices.world.git(&devices.hub(), &["update-ref", "refs/chittysync/s7", &commit]);
        let done = devices.sync("a");
        assert!(done.stderr.contains("warning: session s7 of origin was left out"), "{what}: {done:?}");
        assert!(done.stderr.contains(what), "{what}: {done:?}");
        assert_eq!(devices.tip(&devices.store("a"), "consolidated"), before, "{what}");
    }
    let blob = devices.world.git(&devices.hub(), &["hash-object", "-w", "HEAD"]);
    devices.world.git(&devices.hub(), &["update-ref", "refs/chittysync/s7", &blob]);
    devices.world.git(&devices.hub(), &["update-ref", "refs/chittysync/Not%OURS", &before]);
    let done = devices.sync("a");
    assert!(
        done.stderr.contains("session s7 of origin was left out") && done.stderr.contains("it is a blob"),
        "{done:?}"
    );
    assert!(done.stderr.contains("refs/chittysync/Not%OURS of origin was left out: it is no session"), "{done:?}");
    // Its own session, as it was.
    assert_eq!(devices.tip(&devices.store("a"), "consolidated"), before);
}

#[test]
fn a_branch_that_is_not_ours_is_not_joined() {
    let devices = one_device();
    devices.sync("a");
    let before = devices.tip(&devices.store("a"), "consolidated");
    for parent in [None, Some(before.as_str())] {
        let commit = forge(&devices, &[("src/main.c", "int main;"), ("README.md", "A program")], parent);
        devices.world.git(&devices.hub(), &["update-ref", "refs/heads/consolidated", &commit]);
        devices.list("a", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
        let done = devices.try_sync("a", NOW, &[]);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("warning: the branch of origin was left out: it holds src"), "{done:?}");
        assert!(done.stderr.contains("origin did not take consolidated"), "{done:?}");
        assert_eq!(devices.tip(&devices.hub(), "consolidated"), commit, "nothing is forced");
        assert_eq!(devices.tip(&devices.hub(), "refs/chittysync/s2").len(), 40, "sessions go on");
    }
    assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: pending"]);
}

/// Commits files on top of the hub's branch, as somebody with a checkout of it can.
fn commit_on_hub(devices: &Devices, files: &[(&str, &str)]) -> String {
    let world = &devices.world;
    let _ = std::fs::remove_dir_all(world.path("work"));
    world.git(&world.path(""), &["clone", "-q", "-b", "consolidated", "hub.git", "work"]);
    for (path, content) in files {
        world.write(&format!("work/{path}"), content.as_bytes());
    }
    world.git(&world.path("work"), &["add", "-A", "-f"]);
    world.git(&world.path("work"), &["commit", "-q", "-m", "by hand"]);
    world.git(&world.path("work"), &["push", "-q", "origin", "HEAD:consolidated"]);
    devices.tip(&devices.hub(), "consolidated")
}

#[test]
fn a_stray_file_is_left_out_and_the_rest_is_joined() {
    let devices = Devices::new(&["a", "b"]);
    for (at, spoken) in [("10", &["a"][..]), ("11", &["a", "b"])] {
        devices.list("b", "s-b", &format!("2026-11-20T{at}:00:00Z"), &[(&format!("B at {at}"), "pending")]);
        devices.sync("b");
        let stray = commit_on_hub(
            &devices,
            &[("notes.txt", "mine"), ("projects/general/todo.sh", "rm -rf ~"), ("sessions/zz/x.json", "{}")],
        );
        // Once where there is nothing new here, once where there is on two devices at the same time.
        for name in spoken {
            devices.list(
                name,
                &format!("t-{name}"),
                "2026-11-20T11:30:00Z",
                &[(&format!("Work of {name}"), "pending")],
            );
        }
        let done = devices.sync("a");
        let expected = "warning: notes.txt, projects/general/todo.sh, sessions/zz/x.json was left out: none of ours; the history keeps it";
        assert!(done.stderr.contains(expected), "{done:?}");
        assert!(!done.stderr.contains("refs that were left out"), "no ref was: {done:?}");
        assert!(devices.states("a").contains(&format!("B at {at}: pending")));
        let hub = devices.hub();
        let files = devices.world.git(&hub, &["ls-tree", "-r", "--name-only", "consolidated"]);
        assert!(files.contains("projects/general/todos.json"), "{files}");
        assert!(!files.contains("notes.txt") && !files.contains(".sh") && !files.contains("zz"), "{files}");
        assert_eq!(devices.world.git(&hub, &["merge-base", &stray, "consolidated"]), stray, "nothing is forced");
        let done = devices.sync("a");
        assert!(!done.stderr.contains("left out"), "said once: {done:?}");
    }
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a").len(), 4);
}

/// Both devices find the same stray file before either has pushed: they make the same commit.
#[test]
fn what_is_left_out_is_left_out_by_all_alike() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync_all(&["a", "b"]);
    commit_on_hub(&devices, &[("notes.txt", "mine")]);
    for name in ["a", "b"] {
        assert_eq!(devices.try_sync(name, NOW, &["--no-push"]).code, Some(0));
    }
    assert_eq!(devices.tip(&devices.store("a"), "consolidated"), devices.tip(&devices.store("b"), "consolidated"));
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}

/// A file of ours that somebody broke is no stray: to leave it out would be to remove all that is in it.
#[test]
fn a_broken_file_of_ours_on_the_branch_is_not_taken_for_a_stray() {
    for (path, content, why) in [
        ("projects/general/todos.json", "[\n<<<<<<< ours\n", "todos.json: not a file of this format"),
        ("projects/general/todos/3.json", "[1]\n", "todos/3.json: not a file of this format"),
        ("projects/general/todos.json", "[{\"format\":3}]\n", "todos.json: the file has format 3"),
    ] {
        let devices = one_device();
        devices.sync("a");
        let broken = commit_on_hub(&devices, &[(path, content), ("notes.txt", "mine")]);
        devices.list("a", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
        let done = devices.try_sync("a", NOW, &[]);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("the branch of origin was left out") && done.stderr.contains(why), "{done:?}");
        assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: pending"]);
        assert_eq!(devices.tip(&devices.hub(), "consolidated"), broken, "nothing is forced");
    }
}

#[test]
fn remotes_that_git_would_run_or_that_show_a_password_are_refused() {
    let devices = Devices::without_hub(&["a"]);
    for (url, why) in [
        ("ext::sh -c 'touch /tmp/owned'", "a program to run"),
        ("https://me:secret@example.invalid/x", "a password"),
        ("--upload-pack=touch /tmp/owned", "value"),
    ] {
        let done = devices.run("a", &["init", &format!("--remote={url}")]);
        assert_eq!(done.code, Some(129), "{url}: {done:?}");
        assert!(!done.stderr.contains("secret"), "{done:?}");
        assert!(done.stderr.contains(why) || done.stderr.contains("not a URL"), "{url}: {done:?}");
    }
    // One that got into the configuration some other way.
    let store = devices.store("a");
    let owned = devices.world.path("owned");
    devices.world.git(&store, &["config", "remote.bad.url", &format!("ext::sh -c 'touch {}'", owned.display())]);
    let done = devices.try_sync("a", NOW, &["bad"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(!owned.exists());
    let done = devices.try_sync("a", NOW, &["nobody"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("'nobody' is not a remote") && done.stderr.contains("init --remote"), "{done:?}");
}

/// Another remote than the one so far is nothing to pass over in silence.
#[test]
fn a_second_remote_is_told() {
    let devices = Devices::new(&["a"]);
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "other.git"]);
    let other = devices.world.path("other.git").to_string_lossy().into_owned();
    let done = devices.ok("a", &["init", "--remote", &other]);
    assert!(
        done.stderr.contains("warning: until now the store was synced with origin, from now on with chittysync"),
        "{done:?}"
    );
    assert!(done.stderr.contains("init --remote origin` goes back to it; `git --git-dir="), "{done:?}");
    assert!(done.stderr.contains("a.git remote remove origin` removes it"), "{done:?}");
    let again = devices.ok("a", &["init", "--remote", &other]);
    assert!(!again.stderr.contains("warning"), "{again:?}");
    // No password is in it.
    let program = devices.run("a", &["init", "--remote", "ext::sh -c true"]);
    assert_eq!(program.code, Some(129), "{program:?}");
    assert!(program.stderr.contains("names a program to run") && !program.stderr.contains("password"), "{program:?}");
}

#[test]
fn a_public_repository_gets_a_warning() {
    let devices = Devices::without_hub(&["a", "b", "c", "d", "e"]);
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "public.git"]);
    devices.world.git(&devices.world.path("public.git"), &["symbolic-ref", "HEAD", "refs/heads/x"]);
    let rules = [
        (format!("file://{}", devices.world.path("public.git").display()), "https://github.com/me/todos"),
        ("file:///nonexistent/".to_owned(), "https://github.com/me/secret"),
        ("https://127.0.0.1:1/".to_owned(), "https://github.com/me/away"),
        ("git@github.com:".to_owned(), "gh:"),
    ];
    let rules = rules.map(|(url, short)| format!("[url \"{url}\"]\n\tinsteadOf = {short}\n")).concat();
    // No network is used.
    let config = format!(
        "[core]\n\tsshCommand = false\n[chittysync]\n\tfsync = false\n[user]\n\tname = t\n\temail = t@t\n{rules}"
    );
    devices.world.write("home/.gitconfig", config.as_bytes());
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let public = "warning: https://github.com/me/todos is public";
    let done = devices.ok("a", &["init", "--remote", "git@github.com:me/todos.git"]);
    assert!(done.stderr.contains(public), "{done:?}");
    let again = devices.ok("a", &["init", "--remote", "git@github.com:me/todos.git"]);
    assert!(again.stderr.contains(public), "{again:?}");
    let done = devices.ok("b", &["init", "--remote", "git@github.com:me/secret"]);
    assert!(!done.stderr.contains("public"), "{done:?}");
    let done = devices.ok("c", &["init", "--remote", "gh:me/todos"]);
    assert!(done.stderr.contains(public), "{done:?}");
    devices.world.git(&devices.store("d"), &["remote", "add", "origin", "gh:me/todos"]);
    let done = devices.ok("d", &["init", "--remote", "origin"]);
    assert!(done.stderr.contains(public), "{done:?}");
    let done = devices.ok("e", &["init", "--remote", "gh:me/away"]);
    assert!(
        done.stderr.contains("Could not find out whether https://github.com/me/away is public: no answer."),
        "{done:?}"
    );
}
