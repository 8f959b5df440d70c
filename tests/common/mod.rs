//! A sealed world for tests: own HOME, own git configuration, own clock, no network.

#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod background;
pub mod console;
#[cfg(feature = "sqlite")]
pub mod database;
pub mod document;
pub mod fits;
pub mod sealed;
pub mod size;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The present in tests.
pub const NOW: &str = "2026-11-20T12:00:00.000Z";

/// As much is in a pipe before anybody has to read it, everywhere.
const PIPE: usize = 4096;

/// A home directory of its own, removed when dropped.
pub struct World {
    directory: tempfile::TempDir,
}

/// What a finished program said.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl World {
    /// Returns an empty world.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("chittysync-test-").tempdir().expect("a temporary directory");
        let world = World { directory };
        std::fs::create_dir_all(world.home()).expect("a home");
        std::fs::create_dir_all(world.path("bin")).expect("a directory");
        #[cfg(unix)]
        std::os::unix::fs::symlink(binary(), world.path("bin/git-chittysync")).expect("a link to the program");
        world
    }

    /// Returns a path in this world.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Returns the default store.
    pub fn store(&self) -> PathBuf {
        self.home().join(".local/share/chittysync/store.git")
    }

    /// Returns a program in this world: it sees nothing of the world outside but the PATH, on which
    /// `git chittysync` is this build.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.path("bin")).chain(std::env::split_paths(&path));
        command
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("a PATH"))
            .env("HOME", self.home())
            .env("TMPDIR", self.directory.path())
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.directory.path())
            .env("GIT_AUTHOR_NAME", "Test")
            .env("GIT_AUTHOR_EMAIL", "test@example.invalid")
            .env("GIT_COMMITTER_NAME", "Test")
            .env("GIT_COMMITTER_EMAIL", "test@example.invalid")
            .env("CHITTYSYNC_NOW", NOW)
            .env("LC_ALL", "C.UTF-8")
            .envs(std::env::var_os("CHITTYSYNC_LIMITS").map(|limits| ("CHITTYSYNC_LIMITS", limits)))
            .env("TZ", "UTC")
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs `git-chittysync` with these arguments. A JSON document that it prints is held against its description.
    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(&[], arguments)
    }

    /// Runs `git-chittysync` with these arguments and these variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Done {
        let done = done(self.command(binary()).envs(variables.iter().copied()).args(arguments).output());
        document::check(arguments, &done);
        done
    }

    /// Runs `git-chittysync` with this on its standard input.
    pub fn input(&self, arguments: &[&str], input: &[u8]) -> Done {
        self.input_at(NOW, arguments, input)
    }

    /// As [`World::input`], at this time.
    pub fn input_at(&self, now: &str, arguments: &[&str], input: &[u8]) -> Done {
        let mut command = self.command(binary());
        command.env("CHITTYSYNC_NOW", now);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.len() <= PIPE {
            // It is all there when the program starts: some wait for it for a moment only, and this test may have to wait
            // for its turn on a busy machine.
            let (read, mut write) = std::io::pipe().expect("a pipe");
            write.write_all(input).expect("a pipe holds as much");
            drop(write);
            return done(command.stdin(read).output());
        }
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
        // A program that refuses its input may end before it has read all of it.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        done(child.wait_with_output())
    }

    /// Gives an event to the program as an agent's hook does, expects nothing but success, and returns what the
    /// agent is told.
    pub fn hook(&self, event: &serde_json::Value) -> String {
        self.hook_at(NOW, event)
    }

    /// As [`World::hook`], at this time.
    pub fn hook_at(&self, now: &str, event: &serde_json::Value) -> String {
        let name = event["hook_event_name"].as_str().expect("a name");
        let done = self.input_at(now, &["hook", name], event.to_string().as_bytes());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{event}: {done:?}");
        done.stdout
    }

    /// Makes the default store and takes the place of its daemon until dropped, so that hooks start no process
    /// of their own and a test decides when the branch follows.
    pub fn as_daemon(&self) -> std::fs::File {
        self.ok(&["init", "-q", "--default"]);
        let path = self.store().join("chittysync/daemon.lock");
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        let file = std::fs::File::create(path).expect("a file");
        file.lock().expect("a lock");
        file
    }

    /// Captures and consolidates the agent home `claude`, expects success, and returns what was said.
    pub fn sync(&self) -> Done {
        self.sync_at(NOW)
    }

    /// As [`World::sync`], at this time.
    pub fn sync_at(&self, now: &str) -> Done {
        let home = self.path("claude");
        let home = home.to_str().expect("UTF-8");
        let done = self.run_with(&[("CHITTYSYNC_NOW", now)], &["-v", "sync", "--from", home]);
        assert_eq!(done.code, Some(0), "{done:?}");
        done
    }

    /// Returns how many commits the sessions of the store have.
    pub fn commits(&self) -> usize {
        let refs = self.git(&self.store(), &["rev-list", "--count", "--glob=refs/chittysync/*"]);
        refs.parse().expect("a number")
    }

    /// Returns all todos, as `list --all --json` has them.
    pub fn todos(&self) -> Vec<serde_json::Value> {
        self.json(&["list", "--all"]).as_array().expect("a list").clone()
    }

    /// Returns `content: status` of all todos, sorted.
    pub fn states(&self) -> Vec<String> {
        let text = |value: &serde_json::Value, key: &str| value[key].as_str().expect("text").to_owned();
        let mut all: Vec<_> =
            self.todos().iter().map(|todo| format!("{}: {}", text(todo, "content"), text(todo, "status"))).collect();
        all.sort();
        all
    }

    /// Returns the todo with these words.
    pub fn todo(&self, content: &str) -> serde_json::Value {
        let found: Vec<_> = self.todos().into_iter().filter(|todo| todo["content"] == content).collect();
        assert_eq!(found.len(), 1, "{content}: {found:?}");
        found[0].clone()
    }

    /// Returns the names of all sessions of the store, sorted.
    pub fn sessions(&self) -> Vec<String> {
        let sessions = self.json(&["sessions"]);
        let names = sessions.as_array().expect("a list").iter();
        let mut names: Vec<_> = names.map(|info| info["session"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names
    }

    /// Runs `git-chittysync`, expects success, and returns what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done.stdout
    }

    /// Runs `git-chittysync --json`, expects success, and returns the document without its version.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        document::without_version(serde_json::from_str(&self.ok(&all)).expect("one JSON document"))
    }

    /// Runs `git` in a directory.
    pub fn git_run(&self, directory: &Path, arguments: &[&str]) -> Done {
        done(self.command("git").current_dir(directory).args(arguments).output())
    }

    /// Runs `git` in a directory, expects success, and returns what it printed, without the last line end.
    pub fn git(&self, directory: &Path, arguments: &[&str]) -> String {
        let done = self.git_run(directory, arguments);
        assert_eq!(done.code, Some(0), "git {arguments:?}: {done:?}");
        done.stdout.trim_end().to_owned()
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// Puts what an agent writes (`fixtures/agents`) into a home.
    pub fn place(&self, agent: &str, home: &str) {
        fn copy(from: &Path, to: &Path) {
            std::fs::create_dir_all(to).expect("a directory");
            for entry in std::fs::read_dir(from).expect("a directory").flatten() {
                let (from, to) = (entry.path(), to.join(entry.file_name()));
                if from.is_dir() {
                    copy(&from, &to);
                } else {
                    std::fs::copy(&from, &to).expect("a file");
                }
            }
        }
        copy(&project(&format!("fixtures/agents/{agent}")), &self.path(home));
    }

    /// Writes a session's list file into the agent home `claude`, last changed at this time (RFC 3339).
    pub fn list(&self, session: &str, at: &str, items: &[(&str, &str)]) -> PathBuf {
        let items: Vec<_> = items.iter().map(|(c, s)| serde_json::json!({"content": c, "status": s})).collect();
        let content = serde_json::to_vec_pretty(&items).expect("JSON");
        let path = self.write(&format!("claude/todos/{session}-agent-{session}.json"), &content);
        set_time(&path, at);
        path
    }
}

/// Sets the time of a file's last change.
pub fn set_time(path: &Path, at: &str) {
    let time = chittysync::todo::Time::parse(at).expect("RFC 3339");
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(time.millis().unsigned_abs());
    std::fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("a new time");
}

/// Makes a file a program.
#[cfg(unix)]
pub fn executable(path: &Path) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
}

/// Returns every file below a directory with its content and the time of its last change.
pub fn files(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    let mut queue = vec![directory.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.is_symlink() {
                queue.push(path);
            } else {
                let modified = path.symlink_metadata().and_then(|metadata| metadata.modified()).expect("a time");
                found.insert(path.clone(), (std::fs::read(&path).unwrap_or_default(), modified));
            }
        }
    }
    found
}

/// Returns everything in the default store but what only saves work between runs.
pub fn store_files(world: &World) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = files(&world.store());
    files.retain(|path, _| !path.starts_with(world.store().join("chittysync")));
    files
}

/// Returns the program under test.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_git-chittysync")
}

/// Returns a port of loopback for a program that cannot choose one itself. It is none of those that the system gives to
/// whoever asks for any, so that no connection takes it while the program is not there.
pub fn free_port() -> u16 {
    for _ in 0..1_000 {
        let port = fastrand::u16(10_240..32_768);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// Returns a path of the project.
pub fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns whether a program is there; says so when a test is left out without it.
pub fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

pub fn done(output: std::io::Result<Output>) -> Done {
    let output = output.expect("the program starts");
    Done {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
