//! Settings of a repository that came from somewhere: nothing that they name is run by a sync in it.

use std::path::PathBuf;

use crate::common::{Done, World, executable, has};

/// A project's repository that is a store, whose settings somebody else wrote.
struct Trap {
    world: World,
}

impl Trap {
    fn new() -> Self {
        let world = World::new();
        world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n\tdevice = d\n");
        world.git(&world.path(""), &["init", "-q", "--bare", "hub.git"]);
        world.git(&world.path(""), &["init", "-q", "project"]);
        let trap = Trap { world };
        let hub = trap.world.path("hub.git");
        assert_eq!(trap.run(&["init", "--here", "--remote", &hub.to_string_lossy()]).code, Some(0));
        assert_eq!(trap.run(&["add", "Fix login"]).code, Some(0));
        // What a hostile setting names. It says that it ran, and does nothing else.
        let script = format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\nexit 1\n", trap.marker().display());
        executable(&trap.world.write("evil", script.as_bytes()));
        trap
    }

    fn marker(&self) -> PathBuf {
        self.world.path("marker")
    }

    fn project(&self) -> PathBuf {
        self.world.path("project")
    }

    fn evil(&self) -> String {
        self.world.path("evil").to_string_lossy().into_owned()
    }

    fn run(&self, arguments: &[&str]) -> Done {
        let mut command = self.world.command(crate::common::binary());
        crate::common::done(command.current_dir(self.project()).args(arguments).output())
    }

    fn set(&self, key: &str, value: &str) {
        self.world.git(&self.project(), &["config", key, value]);
    }

    /// Expects that nothing ran.
    fn is_quiet(&self, what: &str, done: &Done) {
        let ran = std::fs::read_to_string(self.marker()).unwrap_or_default();
        assert_eq!(ran, "", "{what}: {done:?}");
    }

    /// Expects that git itself does run it, else the test would say nothing.
    fn works(&self, what: &str, arguments: &[&str]) {
        let done = self.world.git_run(&self.project(), arguments);
        assert!(self.marker().exists(), "{what}: git does not run it either: {done:?}");
        std::fs::remove_file(self.marker()).expect("removed");
    }
}

#[test]
fn the_other_ends_program_is_gits() {
    let trap = Trap::new();
    trap.set("remote.origin.uploadpack", &trap.evil());
    trap.set("remote.origin.receivepack", &trap.evil());
    trap.works("uploadpack", &["fetch", "origin"]);
    trap.works("receivepack", &["push", "origin", "refs/chittysync/*"]);
    let done = trap.run(&["sync"]);
    trap.is_quiet("uploadpack", &done);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("Synced with origin"), "it works without: {done:?}");
    let told = "warning: remote.origin.receivepack and remote.origin.uploadpack in the store's own settings name programs, and were not used";
    assert!(done.stderr.contains(told), "{done:?}");
}

#[test]
fn ssh_is_the_users_own() {
    let trap = Trap::new();
    let other = trap.world.path("mine");
    let script = format!("#!/bin/sh\necho ran > '{}'\nexit 1\n", trap.world.path("mine-ran").display());
    executable(&trap.world.write("mine", script.as_bytes()));
    trap.set("core.sshCommand", &trap.evil());
    trap.set("remote.origin.url", "ssh://127.0.0.1:1/x");
    trap.works("core.sshCommand", &["fetch", "origin"]);
    let done = trap.run(&["sync"]);
    trap.is_quiet("core.sshCommand", &done);
    assert!(done.code == Some(1) && done.stderr.contains("cannot reach origin"), "{done:?}");
    // Also behind an include that only git understands, and in a linked working tree's own settings.
    let included = trap.world.write("included", format!("[core]\n\tsshCommand = {}\n", trap.evil()).as_bytes());
    trap.world.git(&trap.project(), &["config", "--unset", "core.sshCommand"]);
    trap.set("includeIf.hasconfig:remote.*.url:ssh://**.path", &included.to_string_lossy());
    trap.works("include", &["fetch", "origin"]);
    trap.is_quiet("include", &trap.run(&["sync"]));
    trap.set("extensions.worktreeConfig", "true");
    trap.world.git(&trap.project(), &["config", "--worktree", "core.sshCommand", &trap.evil()]);
    trap.is_quiet("worktree", &trap.run(&["sync"]));
    // The user's own is theirs.
    trap.world.git(&trap.project(), &["config", "--global", "core.sshCommand", &other.to_string_lossy()]);
    trap.is_quiet("global", &trap.run(&["sync"]));
    assert!(trap.world.path("mine-ran").exists());
}

#[test]
fn proxies_helpers_and_hooks_do_not_run() {
    let trap = Trap::new();
    trap.set("core.gitProxy", &trap.evil());
    trap.set("remote.origin.url", "git://127.0.0.1:1/x");
    trap.works("core.gitProxy", &["fetch", "origin"]);
    trap.is_quiet("core.gitProxy", &trap.run(&["sync"]));

    // A remote's helper is a program; one of git's own runs what it is told to.
    trap.set("protocol.allow", "always");
    trap.set("protocol.ext.allow", "always");
    trap.set("remote.origin.url", &format!("ext::{} x", trap.evil()));
    trap.works("ext", &["fetch", "origin"]);
    trap.is_quiet("ext", &trap.run(&["sync"]));
    trap.set("remote.origin.url", "https://127.0.0.1:1/x");
    trap.set(&format!("url.ext::{} .insteadOf", trap.evil()), "https://");
    trap.works("insteadOf", &["fetch", "origin"]);
    trap.is_quiet("insteadOf", &trap.run(&["sync"]));

    // The name of a helper can be a path in the directory that one stands in.
    trap.set("protocol.x/evil.allow", "always");
    trap.set("remote.origin.vcs", "x/evil");
    std::fs::create_dir_all(trap.project().join("git-remote-x")).expect("a directory");
    std::fs::copy(trap.evil(), trap.project().join("git-remote-x/evil")).expect("a program");
    trap.works("vcs", &["fetch", "origin"]);
    trap.is_quiet("vcs", &trap.run(&["sync"]));
}

#[test]
fn hooks_of_the_repository_do_not_run() {
    let trap = Trap::new();
    for hook in ["pre-push", "reference-transaction", "post-merge", "post-checkout", "pre-auto-gc"] {
        std::fs::create_dir_all(trap.project().join(".git/evil-hooks")).expect("a directory");
        std::fs::copy(trap.evil(), trap.project().join(".git/hooks").join(hook)).expect("a hook");
        std::fs::copy(trap.evil(), trap.project().join(".git/evil-hooks").join(hook)).expect("a hook");
    }
    trap.works("hooks", &["push", "origin", "refs/chittysync/*"]);
    let done = trap.run(&["sync"]);
    trap.is_quiet("hooks", &done);
    assert_eq!(done.code, Some(0), "{done:?}");
    trap.set("core.hooksPath", ".git/evil-hooks");
    trap.set("core.fsmonitor", &trap.evil());
    trap.set("hook.x.event", "reference-transaction");
    trap.set("hook.x.command", &trap.evil());
    for (number, subcommand) in ["sync", "consolidate", "list", "status", "capture", "archive"].into_iter().enumerate()
    {
        trap.run(&["add", &format!("Task {number}")]);
        trap.is_quiet(subcommand, &trap.run(&[subcommand]));
    }
}

/// A repository that came along has hooks of its own.
#[test]
fn nothing_is_pushed_to_a_repository_inside() {
    let trap = Trap::new();
    let (inside, outside) = (trap.project().join("sub/evil.git"), trap.world.path("hub.git"));
    trap.world.git(&trap.project(), &["init", "-q", "--bare", "sub/evil.git"]);
    std::fs::copy(trap.evil(), inside.join("hooks/pre-receive")).expect("a hook");
    std::fs::create_dir_all(trap.project().join("sub")).expect("a directory");
    for url in ["sub/evil.git", "./sub/evil.git", &inside.to_string_lossy(), &format!("file://{}", inside.display())] {
        trap.set("remote.origin.url", url);
        trap.works(url, &["push", "origin", "refs/chittysync/*"]);
        let done = trap.run(&["sync"]);
        trap.is_quiet(url, &done);
        assert!(done.code == Some(1) && done.stderr.contains("its hooks would run"), "{done:?}");
    }
    // Also behind a link, and where only pushes go there.
    #[cfg(unix)]
    std::os::unix::fs::symlink(&inside, trap.world.path("link.git")).expect("a link");
    trap.set("remote.origin.url", &outside.to_string_lossy());
    trap.set("remote.origin.pushurl", &trap.world.path("link.git").to_string_lossy());
    trap.works("link", &["push", "origin", "refs/chittysync/*"]);
    trap.is_quiet("link", &trap.run(&["sync"]));
    trap.world.git(&trap.project(), &["config", "--unset", "remote.origin.pushurl"]);
    assert_eq!(trap.run(&["sync"]).code, Some(0));
}

/// Objects that are not there would be asked for from whom the settings name.
#[test]
fn missing_objects_are_not_asked_for() {
    let trap = Trap::new();
    assert_eq!(trap.run(&["sync"]).code, Some(0));
    trap.set("extensions.partialClone", "evil");
    trap.set("remote.evil.promisor", "true");
    trap.set("remote.evil.url", &trap.world.path("hub.git").to_string_lossy());
    trap.set("remote.evil.uploadpack", &trap.evil());
    let missing = "1234567890123456789012345678901234567890";
    trap.works("promisor", &["cat-file", "-p", missing]);
    trap.world.write("project/.git/refs/heads/lost", format!("{missing}\n").as_bytes());
    trap.run(&["add", "Ship"]);
    trap.is_quiet("promisor", &trap.run(&["sync"]));
    trap.is_quiet("promisor", &trap.run(&["list"]));
}

#[test]
fn a_web_server_that_wants_a_password_gets_none_from_a_hostile_helper() {
    if !has("git") {
        return;
    }
    let trap = Trap::new();
    let url = unauthorized();
    trap.set("remote.origin.url", &url);
    trap.set("credential.helper", &format!("!{}", trap.evil()));
    trap.set("core.askPass", &trap.evil());
    trap.works("credential.helper", &["fetch", "origin"]);
    let done = trap.run(&["sync"]);
    trap.is_quiet("credential.helper", &done);
    assert!(done.stderr.contains("cannot reach origin"), "{done:?}");
    trap.world.git(&trap.project(), &["config", "--unset", "credential.helper"]);
    trap.set(&format!("credential.{url}.helper"), &format!("!{}", trap.evil()));
    trap.works("helper of a URL", &["fetch", "origin"]);
    trap.is_quiet("helper of a URL", &trap.run(&["sync"]));
    // The user's own helper is asked.
    let mine = format!("!echo ran > '{}'", trap.world.path("mine-ran").display());
    trap.world.git(&trap.project(), &["config", "--global", "credential.helper", &mine]);
    trap.is_quiet("global", &trap.run(&["sync"]));
    assert!(trap.world.path("mine-ran").exists());
}

/// Returns the URL of a web server on this machine that asks everybody for a password.
fn unauthorized() -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(head.as_bytes());
        }
    });
    format!("http://{address}/x")
}
