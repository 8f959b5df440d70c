//! Starting a daemon that outlives the terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::DaemonError;
use crate::git::{with_whole_paths, without_repository};
use crate::source::home_variables;

/// What a daemon says when it is up.
const UP: &str = "up";

/// Starts this program with these arguments behind `daemon run --detached`, and waits until it is up.
///
/// # Errors
/// When it cannot be started, or ended before it was up; then with its own words.
pub fn start(program: &Path, arguments: &[std::ffi::OsString]) -> Result<u32, DaemonError> {
    let system = |source| DaemonError::System { what: "start the daemon", source };
    let mut command = Command::new(program);
    with_whole_paths(without_repository(&mut command), home_variables());
    command.args(["daemon", "run", "--detached"]).args(arguments);
    // It must not keep a file system busy that somebody wants to take away.
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(system)?;
    let mut said = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut said).map_err(system)?;
    }
    if said.trim() == UP {
        return Ok(child.id());
    }
    let mut reason = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        let _ = stderr.read_to_string(&mut reason);
    }
    let _ = child.wait();
    let reason = reason.lines().next().unwrap_or("it ended at once").trim_start_matches("fatal: ").to_owned();
    Err(DaemonError::Start(reason))
}

/// Leaves the session of the terminal.
pub fn leave_terminal() {
    #[cfg(unix)]
    // Fails for the leader of a process group, which has left already.
    let _ = rustix::process::setsid();
}

/// Tells the process that waits in [`start`] that the daemon is up, and says no more to anybody.
pub fn say_up() {
    // Nobody may be listening any more.
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "{UP}").and_then(|()| stdout.flush());
    #[cfg(unix)]
    if let Ok(null) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
}
