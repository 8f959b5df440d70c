//! Programs that nobody waits for, or not for long.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{GitError, with_whole_paths, without_repository};

/// Starts this program with these arguments and leaves it alone: it reads and prints nothing, and nobody waits
/// for it. It is to call [`become_detached`] first of all. The paths in these variables are made whole.
///
/// Returns it for who stays: once it has ended, the system keeps its place until somebody took note of that.
///
/// # Errors
/// When this program cannot be found or started.
pub fn start_detached(
    directory: &Path,
    arguments: impl IntoIterator<Item = OsString>,
    paths: impl IntoIterator<Item = &'static str>,
) -> Result<Child, GitError> {
    let failed = |err: std::io::Error| GitError::Program { command: "chittysync".into(), reason: err.to_string() };
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    with_whole_paths(without_repository(&mut command), paths).args(arguments).current_dir(directory);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // From the first moment on: whoever ends the group of its parent shall not end it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(failed)
}

/// Leaves the session and the process group of whoever started this process: what ends them does not end it.
pub fn become_detached() {
    // Fails only for the leader of a group, which has left already.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}

/// Lets others go first, where this process and what it starts would take their time.
pub fn be_nice() {
    #[cfg(unix)]
    // More would leave it nearly nothing beside a compiler, while what it is to pack becomes more.
    let _ = rustix::process::nice(5);
}

/// Returns what a program prints on its standard output; nothing when it is not there, fails, or takes longer.
pub fn answer(program: &str, arguments: &[&str], timeout: Duration) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait().ok()? {
            Some(status) => break status,
            None if started.elapsed() < timeout => std::thread::sleep(Duration::from_millis(10)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    // It has ended, and what it printed is in the pipe. What it started may hold the pipe open for ever.
    let mut text = [0; 4096];
    let read = status.success().then(|| child.stdout.take()?.read(&mut text).ok()).flatten()?;
    Some(String::from_utf8_lossy(&text[..read]).trim().to_owned())
}
