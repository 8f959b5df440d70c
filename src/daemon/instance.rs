//! One daemon for a store, and finding it.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::DaemonError;
use crate::git::{GitError, private_directory, private_file};
use crate::ops::{daemon_lock, daemon_runs};

/// Somebody may be looking whether a daemon runs, which takes the lock for a moment.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How long a daemon that was told to stop may take: it ends its children first.
const STOPPING: Duration = Duration::from_secs(15);

/// The right to be the daemon of a store, held until dropped. The kernel takes it back from a process that
/// dies.
#[derive(Debug)]
pub(super) struct Instance {
    file: File,
    path: PathBuf,
}

impl Instance {
    /// Takes the right, and writes down which process has it.
    pub(super) fn claim(common_dir: &Path) -> Result<Self, DaemonError> {
        let path = daemon_lock(common_dir);
        let home = path.parent().unwrap_or(common_dir);
        private_directory(home).map_err(GitError::io("create", home))?;
        let mut options = private_file();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = options.open(&path).map_err(GitError::io("open", &path))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < TIMEOUT => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(DaemonError::Running(read_pid(&mut file))),
                Err(TryLockError::Error(err)) => return Err(GitError::io("lock", &path)(err).into()),
            }
        }
        // For people and for `stop`. On a full disk the lock alone has to do.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Instance { file, path })
    }

    /// Returns whether the store was removed, and the lock with it.
    pub(super) fn is_lost(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let number = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
            self.file.metadata().ok().map(number) != fs::metadata(&self.path).ok().map(number)
        }
        #[cfg(not(unix))]
        !self.path.exists()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The file stays: removing one that others may be waiting for makes two of them.
        let _ = self.file.set_len(0);
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).ok()?;
    text.trim().parse().ok()
}

/// Returns the process that is the daemon of the store with this common git directory, as far as it could
/// be written down; nothing when there is none.
pub fn running_pid(common_dir: &Path) -> Option<Option<u32>> {
    daemon_runs(common_dir).then(|| File::open(daemon_lock(common_dir)).ok().and_then(|mut file| read_pid(&mut file)))
}

/// What became of the request that a daemon stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// There was none.
    None,
    /// It ended.
    Ended,
    /// It was told and has not ended in time.
    Stubborn(u32),
    /// It runs, but its process is not known.
    Unknown,
}

/// Tells the daemon of the store with this common git directory to stop, and waits until it has.
///
/// # Errors
/// When the process belongs to somebody else.
#[cfg(unix)]
pub fn stop(common_dir: &Path) -> Result<Stopped, DaemonError> {
    let Some(pid) = running_pid(common_dir) else { return Ok(Stopped::None) };
    let process = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    let (Some(pid), Some(process)) = (pid, process) else { return Ok(Stopped::Unknown) };
    rustix::process::kill_process(process, rustix::process::Signal::TERM)
        .map_err(|err| DaemonError::System { what: "stop the daemon", source: err.into() })?;
    let started = Instant::now();
    while daemon_runs(common_dir) {
        if started.elapsed() > STOPPING {
            return Ok(Stopped::Stubborn(pid));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(Stopped::Ended)
}

/// Not possible here: the daemon has to be ended by the means of the system.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn stop(common_dir: &Path) -> Result<Stopped, DaemonError> {
    Ok(running_pid(common_dir).map_or(Stopped::None, |pid| pid.map_or(Stopped::Unknown, Stopped::Stubborn)))
}
