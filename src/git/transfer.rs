//! Running git against a remote: watched, and ended with everything it started when nothing moves any more.

use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::{Git, GitError};

/// A transfer that goes on saying something may take this many times as long as one that is silent.
const LONGEST: u32 = 10;
/// How long a git that was asked to end may take to put its files in order.
const GRACE: Duration = Duration::from_secs(2);
/// How long what git started may keep its output open when it has ended.
const DRAIN: Duration = Duration::from_millis(300);

/// How a transfer is watched.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// A transfer that gives no sign of life for so long is ended.
    pub patience: Duration,
    /// Somebody sits at the terminal and can be asked for a password. git then stays in the foreground.
    pub interactive: bool,
    /// Takes each line of progress, for a person.
    pub progress: Option<&'a dyn Fn(&str)>,
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watch({:?}, interactive: {})", self.patience, self.interactive)
    }
}

/// How a transfer ended.
#[derive(Debug)]
pub(super) struct Finished {
    /// The exit code; nothing when it was ended.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: Vec<u8>,
    /// What git and the remote complained of, without progress, on one line.
    pub complaint: String,
}

enum Heard {
    Out(Vec<u8>),
    Err(Vec<u8>),
    End,
}

impl Git {
    /// Runs it as a transfer.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(super) fn transfer(mut self, watch: &Watch<'_>) -> Result<Finished, GitError> {
        let command = self.command_mut();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if watch.interactive {
            command.env_remove("GIT_TERMINAL_PROMPT");
        } else {
            // Nobody is there to answer, and a program in the background that asks would be stopped for ever.
            // `GIT_ASKPASS` stays: whoever sets that for git can mean a program that knows the answer.
            command.env("SSH_ASKPASS_REQUIRE", "never").env_remove("SSH_ASKPASS").env("GCM_INTERACTIVE", "never");
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        let mut child = command.spawn().map_err(|err| self.not_started(&err))?;
        let (heard, ears) = channel();
        if let Some(pipe) = child.stdout.take() {
            listen(pipe, heard.clone(), Heard::Out);
        }
        if let Some(pipe) = child.stderr.take() {
            listen(pipe, heard, Heard::Err);
        }
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (started, mut last, mut open) = (Instant::now(), Instant::now(), 2);
        let patience = if watch.interactive { watch.patience * LONGEST } else { watch.patience };
        let mut ended: Option<Instant> = None;
        let mut overdue = None;
        while open > 0 {
            match ears.recv_timeout(Duration::from_millis(50)) {
                Ok(Heard::Out(bytes)) => {
                    last = Instant::now();
                    stdout.extend(bytes);
                }
                Ok(Heard::Err(bytes)) => {
                    last = Instant::now();
                    if let (Some(progress), Ok(text)) = (watch.progress, std::str::from_utf8(&bytes)) {
                        text.split(['\r', '\n']).map(str::trim).rfind(|line| is_progress(line)).map(progress);
                    }
                    stderr.extend(bytes);
                }
                Ok(Heard::End) => open -= 1,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // What git started (the master of shared ssh connections) may outlive it and keep the pipes.
            if ended.is_none() && child.try_wait().ok().flatten().is_some() {
                ended = Some(Instant::now());
            }
            if ended.is_some_and(|at| at.elapsed() > DRAIN) {
                break;
            }
            if ended.is_none() && (last.elapsed() > patience || started.elapsed() > watch.patience * LONGEST) {
                overdue = Some(started.elapsed().as_secs().max(1));
                end(&mut child, watch.interactive);
                break;
            }
        }
        let code = child.wait().ok().and_then(|status| status.code());
        let complaint = match overdue {
            Some(seconds) => format!("it did not answer and was given up after {seconds} seconds"),
            None => complaint(&String::from_utf8_lossy(&stderr)),
        };
        Ok(Finished { code: code.filter(|_| overdue.is_none()), stdout, complaint })
    }
}

/// Reads a pipe to its end.
fn listen(mut pipe: impl Read + Send + 'static, heard: Sender<Heard>, what: fn(Vec<u8>) -> Heard) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(read) = pipe.read(&mut buffer) {
            if read == 0 || heard.send(what(buffer[..read].to_vec())).is_err() {
                break;
            }
        }
        let _ = heard.send(Heard::End);
    });
}

/// Ends git and what it started: first asked, so that it removes its locks, then by force.
fn end(child: &mut Child, interactive: bool) {
    signal(child, interactive, false);
    let asked = Instant::now();
    while asked.elapsed() < GRACE && !matches!(child.try_wait(), Ok(Some(_))) {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Also when git has gone: what it started need not have.
    signal(child, interactive, true);
}

#[cfg(unix)]
fn signal(child: &Child, interactive: bool, force: bool) {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    let signal = if force { Signal::KILL } else { Signal::TERM };
    let _ = if interactive { kill_process(pid, signal) } else { kill_process_group(pid, signal) };
}

#[cfg(not(unix))]
fn signal(child: &mut Child, _interactive: bool, force: bool) {
    if force {
        let _ = child.kill();
    }
}

/// Returns whether a line only says how far something is.
fn is_progress(line: &str) -> bool {
    let line = line.strip_prefix("remote: ").unwrap_or(line);
    let verbs = ["Enumerating", "Counting", "Compressing", "Receiving", "Resolving", "Writing", "Unpacking", "Total"];
    verbs.iter().any(|verb| line.starts_with(verb)) || line.starts_with("Delta compression")
}

/// Returns what git complained of, on one line: its own `fatal:` and `error:` and what the other side said.
fn complaint(stderr: &str) -> String {
    let noise = ["Please make sure you have", "and the repository exists", "hint:", "To ", "From ", "Everything up"];
    let lines = stderr.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty() && *line != "remote:");
    let kept = lines.filter(|line| !is_progress(line) && !noise.iter().any(|noise| line.starts_with(noise)));
    let kept: Vec<&str> = kept.map(|line| line.strip_prefix("fatal: ").unwrap_or(line)).collect();
    // The last ones say what it was; a chatty host says much before.
    kept[kept.len().saturating_sub(6)..].join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_kept_and_progress_is_not() {
        let stderr = "remote: Counting objects: 50% (1/2)\rremote: Counting objects: 100% (2/2), done.\n\
                      ssh: connect to host x port 22: Connection refused\r\n\
                      fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(
            complaint(stderr),
            "ssh: connect to host x port 22: Connection refused; Could not read from remote repository."
        );
    }
}
