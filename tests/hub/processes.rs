//! Clients that go away in the middle: no process, no lock and no ref stays.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::process::Stdio;

use crate::common::{World, binary, done, executable, has};
use crate::scene::{Scene, processes, until};

/// Returns what git runs for this hub.
fn of_git(scene: &Scene) -> Vec<String> {
    let store = format!("GIT_PROJECT_ROOT={}", scene.store("hub").display());
    processes(&store)
}

/// Puts into the hub what takes longer to send than a connection holds.
fn fill(scene: &Scene) {
    let mut state: u64 = 1;
    let mut line = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{state:016x}{:016x}", state.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    };
    let noise: String = (0..700_000).map(|_| line()).collect();
    scene.world.write("noise", noise.as_bytes());
    let noise = scene.world.path("noise");
    let hub = scene.store("hub");
    let blob = scene.world.git(&hub, &["hash-object", "-w", noise.to_str().expect("UTF-8")]);
    scene.world.write("index", format!("100644 blob {blob}\tnoise\n").as_bytes());
    let mut command = scene.world.command("git");
    command.arg("--git-dir").arg(&hub).arg("mktree");
    command.stdin(std::fs::File::open(scene.world.path("index")).expect("a file"));
    let tree = String::from_utf8(command.output().expect("git").stdout).expect("UTF-8");
    let commit = scene.world.git(&hub, &["commit-tree", "-m", "x", tree.trim()]);
    scene.world.git(&hub, &["update-ref", "refs/heads/consolidated", &commit]);
}

#[test]
fn a_cut_fetch_leaves_no_process() {
    let scene = Scene::new();
    let token = scene.token("one", "read");
    fill(&scene);
    let tip = scene.tip("refs/heads/consolidated");
    let body = format!("0032want {tip}\n00000009done\n");
    let mut stream = scene.connect();
    let head = format!(
        "POST /git/todos.git/git-upload-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut some = [0; 4096];
    let count = stream.read(&mut some).expect("an answer");
    assert!(some[..count].starts_with(b"HTTP/1.1 200"), "{:?}", String::from_utf8_lossy(&some[..count]));
    assert!(!of_git(&scene).is_empty(), "git is at work, and this test sees it");
    drop(stream);
    until("git has ended", || of_git(&scene).is_empty());
    assert_eq!(scene.get("/health", "").status, 200);
}

/// Who takes nothing for long is given up as well, although still connected.
#[test]
fn a_stalled_fetch_leaves_no_process() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "stall_ms=300")], &[]);
    let token = scene.token("one", "read");
    fill(&scene);
    let tip = scene.tip("refs/heads/consolidated");
    let body = format!("0032want {tip}\n00000009done\n");
    let mut stream = scene.connect();
    let head = format!(
        "POST /git/todos.git/git-upload-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut some = [0; 16];
    stream.read_exact(&mut some).expect("an answer");
    until("git has ended", || of_git(&scene).is_empty());
    drop(stream);
}

/// git reads as many bytes as it was told of, and never stops when they end before. So all of them are there when it
/// starts, and nothing more is needed of a hub that stops then, and is killed.
#[test]
fn a_killed_hub_leaves_no_process() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    let asked = |command: &str| done(scene.world.command("sh").args(["-c", command]).output()).stdout;
    let (real, place) = (asked("command -v git"), asked("git --exec-path"));
    let git = format!(
        "#!/bin/sh\n[ \"$1\" != --exec-path ] || {{ echo {}; exit; }}\nexec {} \"$@\"\n",
        scene.world.path("bin").display(),
        real.trim()
    );
    let stopping = format!("#!/bin/sh\nkill -STOP $PPID\nexec {}/git-http-backend\n", place.trim());
    for (name, script) in [("git", git), ("git-http-backend", stopping)] {
        executable(&scene.world.write(&format!("bin/{name}"), script.as_bytes()));
    }
    for refs in [1, 3000] {
        let line = |at: usize| format!("{} {} refs/chittysync/x{at}", "0".repeat(40), "1".repeat(40));
        let line = |at: usize| format!("{:04x}{}", line(at).len() + 4, line(at));
        let body: String = (0..refs).map(line).chain(["0000".to_owned()]).collect();
        let head = format!(
            "POST /git/todos.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = scene.connect();
        stream.write_all(head.as_bytes()).expect("it listens");
        let stat = format!("/proc/{}/stat", scene.hub.as_ref().expect("a hub").id());
        until("the hub is stopped", || std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")));
        // When receive-pack is there, git has answered with its headers, into a pipe that somebody reads.
        let is_at_it = |git: &[String]| git.is_empty() || git.iter().any(|git| git.contains("receive-pack"));
        until("git has what is there", || is_at_it(&of_git(&scene)));
        scene.kill();
        until("git has ended", || of_git(&scene).is_empty());
        scene.start(&[], &[]);
    }
}

#[test]
fn a_cut_push_leaves_no_process_no_ref_and_no_lock() {
    let scene = Scene::new();
    let token = scene.device("one");
    scene.run("one", &token, &["add", "Cut off"]);
    let tip = scene.world.git(&scene.store("one"), &["for-each-ref", "--format=%(objectname)", "refs/chittysync/"]);
    let line = format!("{} {tip} refs/chittysync/x\0report-status", "0".repeat(40));
    let body = format!("{:04x}{line}0000PACK", line.len() + 4);
    let head = format!(
        "POST /git/todos.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000000\r\n\r\n{body}"
    );
    for shut in [Shutdown::Both, Shutdown::Write] {
        let mut stream = scene.connect();
        stream.write_all(head.as_bytes()).expect("it listens");
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(of_git(&scene).is_empty(), "nothing is started for half a push");
        stream.shutdown(shut).expect("a connection");
    }
    until("nothing of git is left", || of_git(&scene).is_empty());
    assert!(scene.refs().is_empty());
    let locks = crate::common::files(&scene.store("hub")).into_keys().filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".lock") && !name.contains("/chittysync/") || name.contains("incoming-")
    });
    assert_eq!(locks.collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
    // The store is free: a whole push goes through at once.
    let pushed = scene.git(&token, "one.git", &["push", &scene.url(), "refs/chittysync/*:refs/chittysync/*"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
}

/// A thousand listeners are a thousand open files.
#[cfg(target_os = "linux")]
#[test]
fn as_many_files_may_be_open_as_the_system_allows() {
    let world = World::new();
    let mut command = world.command("sh");
    command.args(["-c", "ulimit -Sn 100; exec \"$0\" \"$@\"", binary()]);
    command.arg("--store").arg(world.path("hub.git")).args(["hub", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("a process");
    let _ = child.kill();
    let _ = child.wait();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    let numbers: Vec<&str> = line.split_whitespace().filter(|word| word.parse::<u64>().is_ok()).collect();
    assert!(numbers.len() == 2 && numbers[0] == numbers[1] && numbers[0] != "100", "{line}");
}

/// What waits for an acknowledgement waits for 40 ms.
#[cfg(target_os = "linux")]
#[test]
fn answers_are_sent_at_once() {
    use std::os::unix::process::CommandExt;

    if !has("strace") {
        eprintln!("SKIPPED: there is no strace");
        return;
    }
    let (world, mut line) = (World::new(), String::new());
    let log = world.path("strace.log");
    let mut command = world.command("strace");
    command.args(["-f", "-qq", "-e", "trace=setsockopt", "-o"]).arg(&log).arg(binary());
    command.arg("--store").arg(world.path("hub.git")).args(["hub", "--listen", "127.0.0.1:0"]);
    let mut child = command.process_group(0).stdout(Stdio::piped()).spawn().expect("it starts");
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.split('/').nth(2).expect("an address");
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let stopped = world.command("kill").args(["-TERM", "--", &format!("-{}", child.id())]).status();
    assert!(stopped.expect("kill starts").success() && child.wait().is_ok());
    let calls = std::fs::read_to_string(log).expect("a log");
    assert!(answer.starts_with("HTTP/1.1 200") && calls.contains("TCP_NODELAY, [1]"), "{answer}\n{calls}");
}
