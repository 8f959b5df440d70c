//! A hook that is killed while it puts its event down: nothing stays that no later run puts right, and nothing is ever
//! written that was not looked at for credentials.

use std::path::{Path, PathBuf};

use crate::common::{World, done, files, has};
use crate::hooks::{created, log, spool, states};
use crate::trace::strace;

fn key() -> String {
    format!("{}{}", "npm", "_0123456789abcdefghijABCDEFGHIJ012345")
}

/// Returns the files of a directory that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<PathBuf> {
    let holds = |content: &[u8]| memchr::memmem::find(content, text.as_bytes()).is_some();
    files(directory).into_iter().filter(|(_, (content, _))| holds(content)).map(|(path, _)| path).collect()
}

/// Killed at each call by which a file comes to be, with a credential in each text of the event.
#[test]
fn whatever_it_leaves_is_put_right_by_the_next_run() {
    if !has("strace") {
        return;
    }
    let (mut kills, mut delivered) = (0, 0);
    for call in ["fsync,fdatasync", "write", "?rename,renameat,renameat2", "flock,fcntl", "openat"] {
        for nth in (1..).step_by(if call == "openat" { 9 } else { 1 }) {
            let world = World::new();
            let _daemon = world.as_daemon();
            let mut event = created(1, &format!("Publish with {}", key()));
            event["task_description"] = format!("or with {}", key()).into();
            let input = world.write("input/event.json", event.to_string().as_bytes());
            let trace = world.path("trace");
            let inject = format!("inject={call}:signal=KILL:when={nth}");
            let mut command = strace(&world, &["-o", &trace.to_string_lossy(), "-e", &inject]);
            command.args(["hook", "TaskCreated"]).stdin(std::fs::File::open(&input).expect("a file"));
            let killed = done(command.output()).code != Some(0);
            assert_eq!(holding(&world.store(), &key()), Vec::<PathBuf>::new(), "{call} {nth}");
            let states = states(&world);
            assert_eq!(spool(&world), Vec::<PathBuf>::new(), "{call} {nth}");
            let words = "Publish with [redacted: npm-token]: pending";
            assert!(states.is_empty() || states == [words], "{call} {nth}: {states:?}");
            if !killed {
                assert_eq!(states, [words], "{call} {nth}");
                break;
            }
            kills += 1;
            delivered += states.len();
        }
    }
    assert!(kills > 10 && delivered > 2, "{kills} kills, {delivered} events delivered");
}

/// What is being written is nobody else's to end: its lock says so. What is left is taken if it is whole.
#[test]
fn what_is_being_put_down_is_told_from_what_was_left() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let name = |nth: u32| format!("home/.local/share/chittysync/store.git/chittysync/spool/.e{nth:020}-1-1-1.json.new");
    world.write(&name(1), br#"{"hook_event_name":"TaskCreated","session_id":"s","#);
    world.write(&name(2), created(2, "Whole").to_string().as_bytes());
    let held = world.write(&name(3), created(3, "Held").to_string().as_bytes());
    world.write(&name(4), b"");
    let lock = std::fs::File::open(&held).expect("a file");
    lock.lock().expect("a lock");
    assert_eq!(states(&world), ["Whole: pending"]);
    assert_eq!(spool(&world), std::slice::from_ref(&held));
    drop(lock);
    assert_eq!(states(&world), ["Held: pending", "Whole: pending"]);
    assert_eq!(spool(&world), Vec::<PathBuf>::new());
}

/// However many wait, a hook saves its own event only where nothing else waits, and no event is read by one that says
/// nothing.
#[test]
fn a_hook_leaves_what_waits_to_who_has_time() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let lock = std::fs::File::create(world.store().join("chittysync/lock")).expect("a lock");
    lock.lock().expect("the lock");
    world.hook(&created(1, "First"));
    drop(lock);
    let refs = || world.git(&world.store(), &["for-each-ref"]);
    for (nth, event) in
        [created(2, "Second"), serde_json::json!({"session_id": "s", "hook_event_name": "Stop"})].iter().enumerate()
    {
        world.hook(event);
        assert_eq!((refs().as_str(), spool(&world).len()), ("", 2), "{nth}");
    }
    assert_eq!(states(&world), ["First: pending", "Second: pending"]);
    world.hook(&created(3, "Third"));
    assert_eq!(spool(&world), Vec::<PathBuf>::new(), "alone, it is saved at once");
    assert_eq!(log(&world), "");
}

/// A store that cannot be opened says nothing of rules either: all of them are followed.
#[test]
fn what_waits_for_a_broken_store_holds_no_credential() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let config = world.store().join("config");
    let sound = std::fs::read(&config).expect("a file");
    std::fs::write(&config, "[[[\n").expect("a file");
    world.hook(&created(1, &format!("Publish with {}", key())));
    assert_eq!(spool(&world).len(), 1);
    assert_eq!(holding(&world.store(), &key()), Vec::<PathBuf>::new());
    std::fs::write(&config, sound).expect("a file");
    assert_eq!(states(&world), ["Publish with [redacted: npm-token]: pending"]);
}
