//! What is done in the background of a store, seen without a trace: who tries a lock has it for a moment, and whoever begins
//! in that moment leaves the work to somebody who does none.

use std::path::Path;
use std::time::{Duration, Instant};

/// Returns whether somebody has the lock on a file. Where the system does not list them, it is tried.
pub fn is_locked(path: &Path) -> bool {
    let Ok(file) = std::fs::File::open(path) else { return false };
    let tried = || file.try_lock_shared().is_err();
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let Ok(metadata) = file.metadata() else { return false };
        let end = format!(":{}", metadata.ino());
        let is_listed = |locks: String| {
            locks.lines().any(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                words.get(1) == Some(&"FLOCK") && words.iter().any(|word| word.ends_with(&end))
            })
        };
        // A long list is read in parts, and one can be missing when others were let go in between.
        (0..8).any(|_| std::fs::read_to_string("/proc/locks").map_or_else(|_| tried(), is_listed))
    }
    #[cfg(not(target_os = "linux"))]
    tried()
}

/// Returns whether work of this name goes on in a store, or is wanted.
pub fn is_at_work(store: &Path, work: &str, wanted: &str) -> bool {
    let home = store.join("chittysync");
    home.join(wanted).exists() || is_locked(&home.join(work)) || home.join(wanted).exists()
}

/// Waits until nothing that a hook began is left to do in a store, nor anything that follows it.
pub fn rests(store: &Path) {
    let (started, mut quiet) = (Instant::now(), 0);
    while quiet < 3 {
        assert!(started.elapsed() < Duration::from_secs(120), "{} never comes to rest", store.display());
        std::thread::sleep(Duration::from_millis(50));
        let is_busy = [("consolidating", "wanted"), ("syncing", "sync-wanted"), ("maintenance", "nothing")]
            .into_iter()
            .any(|(work, wanted)| is_at_work(store, work, wanted));
        quiet = if is_busy { 0 } else { quiet + 1 };
    }
}

/// Copies a store with all times and permissions, once nothing is at work in it: a packing that goes on takes files away.
pub fn copy_store(from: &Path, to: &Path) {
    rests(from);
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp starts").success());
}
