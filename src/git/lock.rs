//! One process writes to a store at a time.

use std::fs::{self, File, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::GitError;
use super::durable::IN_THE_MAKING;
use super::failpoints::{self, Part};
use super::permissions::{private_directory, private_file, state_dir};
use super::ref_file;

/// How long a command waits for another process to finish with the store.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The exclusive right to write to a store, held until dropped. The kernel takes it back from a process
/// that dies, so it can never be stale.
///
/// While it is held, everything in the store's temporary directory was left by a dead process, and has
/// been removed. And while it is held, the files that this process makes are as private as the store.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
    tmp: PathBuf,
    _private: Private,
}

impl StoreLock {
    /// Waits for the lock of the store with this common git directory, then removes what a killed
    /// process left.
    ///
    /// # Errors
    /// [`GitError::Busy`] when another process keeps the lock for 30 seconds.
    pub fn acquire(git_dir: &Path) -> Result<Self, GitError> {
        let (file, path) = open(git_dir)?;
        if !failpoints::without(Part::Lock) {
            wait_for(&file, &path, git_dir)?;
        }
        StoreLock::held(file, git_dir)
    }

    /// Takes the lock if it is free, as [`StoreLock::acquire`] does; nothing when another process has it.
    ///
    /// # Errors
    /// When the lock cannot be made or asked for.
    pub fn try_acquire(git_dir: &Path) -> Result<Option<Self>, GitError> {
        let (file, path) = open(git_dir)?;
        match file.try_lock() {
            Ok(()) => StoreLock::held(file, git_dir).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(GitError::io("lock", &path)(err)),
        }
    }

    fn held(file: File, git_dir: &Path) -> Result<Self, GitError> {
        let tmp = state_dir(git_dir).join("tmp");
        let lock = StoreLock { _file: file, tmp, _private: Private::as_is(git_dir) };
        if !failpoints::without(Part::Scrub) {
            lock.scrub(git_dir)?;
        }
        Ok(lock)
    }

    /// Returns the directory for files in the making, empty but for the holder's own.
    pub(super) fn tmp(&self) -> &Path {
        &self.tmp
    }

    /// Removes what a killed process left: its temporary files, and its locks on refs. A lock of ours is
    /// a second name of one of our temporary files, so a lock of a living git is never taken for ours.
    fn scrub(&self, git_dir: &Path) -> Result<(), GitError> {
        // Caches in the making, which are beside the caches.
        let home = state_dir(git_dir);
        for entry in fs::read_dir(&home).map_err(GitError::io("read", &home))? {
            let path = entry.map_err(GitError::io("read", &home))?.path();
            if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(IN_THE_MAKING.as_bytes())) {
                remove(&path)?;
            }
        }
        let left = fs::read_dir(&self.tmp).map_err(GitError::io("read", &self.tmp))?;
        for entry in left {
            let path = entry.map_err(GitError::io("read", &self.tmp))?.path();
            ref_file::remove_left_lock(git_dir, &path)?;
            remove(&path)?;
        }
        Ok(())
    }
}

/// Removes a file or directory. Somebody who does not take the lock may have been faster.
fn remove(path: &Path) -> Result<(), GitError> {
    match if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => Err(GitError::io("remove", path)(err)),
        _ => Ok(()),
    }
}

/// The exclusive right to talk to the remotes of a store, held until dropped. It is not the right to write:
/// while a remote takes its time, captures go on.
#[derive(Debug)]
pub struct TransferLock {
    _file: File,
}

impl TransferLock {
    /// Waits until no other process talks to a remote of this store.
    ///
    /// # Errors
    /// [`GitError::Busy`] when another process keeps at it for 30 seconds.
    pub fn acquire(git_dir: &Path) -> Result<Self, GitError> {
        let home = state_dir(git_dir);
        private_directory(&home).map_err(GitError::io("create", &home))?;
        let path = home.join("transfer");
        let file = open_lock(&path)?;
        wait_for(&file, &path, git_dir)?;
        Ok(TransferLock { _file: file })
    }

    /// Takes the turn if it is free; nothing when another process talks to a remote.
    ///
    /// # Errors
    /// When the lock cannot be made or asked for.
    pub fn try_acquire(git_dir: &Path) -> Result<Option<Self>, GitError> {
        let path = state_dir(git_dir).join("transfer");
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(TransferLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(GitError::io("lock", &path)(err)),
        }
    }
}

/// The exclusive right to pack the objects of a store, or to delete some for good, held until dropped. It is neither the
/// right to write nor to talk with remotes: both go on.
#[derive(Debug)]
pub(super) struct MaintenanceLock {
    file: File,
    path: PathBuf,
}

impl MaintenanceLock {
    /// Waits until no other process has it.
    ///
    /// # Errors
    /// [`GitError::Busy`] when another process keeps it for 30 seconds.
    pub(super) fn acquire(git_dir: &Path) -> Result<Self, GitError> {
        let lock = MaintenanceLock::open(git_dir)?;
        wait_for(&lock.file, &lock.path, git_dir)?;
        Ok(lock)
    }

    /// Takes it if it is free; nothing when another process has it.
    ///
    /// # Errors
    /// When the lock cannot be made or asked for.
    pub(super) fn try_acquire(git_dir: &Path) -> Result<Option<Self>, GitError> {
        let lock = MaintenanceLock::open(git_dir)?;
        match lock.file.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(GitError::io("lock", &lock.path)(err)),
        }
    }

    fn open(git_dir: &Path) -> Result<Self, GitError> {
        let home = state_dir(git_dir);
        private_directory(&home).map_err(GitError::io("create", &home))?;
        let path = home.join("maintenance");
        let mut options = private_file();
        let file = options.create(true).truncate(false).read(true).write(true).open(&path);
        Ok(MaintenanceLock { file: file.map_err(GitError::io("open", &path))?, path })
    }

    /// Returns what a program that is to be started gets as its standard input: this text, in the file of the lock. So it
    /// has the lock as well: when this process is killed, nobody else gets it until the program has ended.
    pub(super) fn hand_over(&self, text: &str) -> Result<std::process::Stdio, GitError> {
        let mut file = &self.file;
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        let same = written.and_then(|()| file.rewind()).and_then(|()| self.file.try_clone());
        same.map(Into::into).map_err(GitError::io("write", &self.path))
    }
}

/// Opens the file whose lock is the store's, and makes the directories around it.
fn open(git_dir: &Path) -> Result<(File, PathBuf), GitError> {
    let home = state_dir(git_dir);
    let tmp = home.join("tmp");
    if !tmp.is_dir() {
        for directory in [&home, &tmp] {
            private_directory(directory).map_err(GitError::io("create", directory))?;
        }
    }
    let path = home.join("lock");
    Ok((open_lock(&path)?, path))
}

fn open_lock(path: &Path) -> Result<File, GitError> {
    private_file().create(true).truncate(false).write(true).open(path).map_err(GitError::io("open", path))
}

/// Waits for the lock on a file or directory, for the sake of the store or directory `git_dir`. Who came first gets it
/// first, where the kernel keeps it so: with many at once nobody waits much longer than the others.
pub(super) fn wait_for(file: &File, path: &Path, git_dir: &Path) -> Result<(), GitError> {
    // Most have it for a moment only, which is not worth a thread.
    for pause in [500, 1000] {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_micros(pause)),
            Err(TryLockError::Error(err)) => return Err(GitError::io("lock", path)(err)),
        }
    }
    match in_turn(file, TIMEOUT) {
        Ok(true) => Ok(()),
        Ok(false) => Err(GitError::Busy { path: git_dir.to_owned(), seconds: TIMEOUT.as_secs() }),
        Err(err) => Err(GitError::io("lock", path)(err)),
    }
}

/// Stands in the kernel's queue for a lock, for so long at most. Returns whether it was given.
fn in_turn(file: &File, most: Duration) -> std::io::Result<bool> {
    let (given, wait) = std::sync::mpsc::channel();
    // A lock belongs to the opened file, which both names of it share. One that is given too late goes when the last of
    // them is closed.
    let same = file.try_clone()?;
    let stand = move || {
        let locked = loop {
            match same.lock() {
                Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        // Nobody waits any more.
        let _ = given.send(locked);
    };
    std::thread::Builder::new().name("lock".into()).spawn(stand)?;
    match wait.recv_timeout(most) {
        Ok(locked) => locked.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Makes new files unreadable for others, if the store is, until dropped. Its directory keeps others out
/// anyway; this also holds for a copy of what is in it.
#[derive(Debug)]
pub(super) struct Private {
    #[cfg(unix)]
    before: Option<rustix::fs::Mode>,
}

#[cfg(unix)]
impl Private {
    pub(super) fn as_is(git_dir: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let private = fs::metadata(git_dir).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 == 0);
        Private { before: private.then(|| rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077))) }
    }
}

#[cfg(unix)]
impl Drop for Private {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            rustix::process::umask(before);
        }
    }
}

#[cfg(not(unix))]
impl Private {
    pub(super) fn as_is(_git_dir: &Path) -> Self {
        Private {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn who_comes_too_late_has_nothing_to_let_go() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("lock");
        let held = open_lock(&path).expect("a file");
        held.lock().expect("free");
        let late = open_lock(&path).expect("a file");
        assert!(!in_turn(&late, Duration::from_millis(2)).expect("asked"));
        drop(late);
        drop(held);
        // It is given to the one that gave up, and goes with it.
        assert!(in_turn(&open_lock(&path).expect("a file"), TIMEOUT).expect("asked"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_comes_first_is_served_first() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("lock");
        let held = open_lock(&path).expect("a file");
        held.lock().expect("free");
        let served = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in 0..6 {
                let (path, served) = (&path, &served);
                scope.spawn(move || {
                    let file = open_lock(path).expect("a file");
                    wait_for(&file, path, path).expect("in time");
                    served.lock().expect("nobody panicked").push(number);
                    std::thread::sleep(Duration::from_millis(5));
                });
                std::thread::sleep(Duration::from_millis(60));
            }
            drop(held);
        });
        assert_eq!(served.into_inner().expect("nobody panicked"), [0, 1, 2, 3, 4, 5]);
    }
}
