//! Running git against a remote: watched, and ended with everything it started when nothing moves any more.

use std::cell::OnceCell;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::said::{brings, complaint, is_progress};
use super::{Git, GitError, failpoints};

/// A transfer that goes on may take this many times as long as one that stands still.
const LONGEST: u32 = 10;
/// How long a git that was asked to end may take to put its files in order.
const GRACE: Duration = Duration::from_secs(2);
/// How long it is listened at once.
const TURN: Duration = Duration::from_millis(50);
/// For so many turns in a row nothing may come when git has ended: what it started can keep its output open. Turns are
/// counted, not time: a terminal that takes no progress, or a process that is stopped, would make it pass while there is
/// more to hear.
const SILENT: u32 = 6;

/// So much of what git complains of is kept at least: the last of it says what was wrong.
const LAST_WORDS: usize = 64 * 1024;
/// A git that puts out more than this is ended: no list of refs is as long.
const MOST_OUT: usize = 64 * 1024 * 1024;

/// How a transfer is watched.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// A transfer that stands still for so long is ended, whatever the other side says meanwhile.
    pub timeout: Duration,
    /// Somebody sits at the terminal and can be asked for a password. git then stays in the foreground.
    pub interactive: bool,
    /// Takes each line of progress, for a person.
    pub progress: Option<&'a dyn Fn(&str)>,
    /// How many bytes one transfer may bring; nothing for any number. One object may come for each 256 of them.
    pub most: Option<u64>,
    /// Where it is kept what git config says, for several transfers that are one conversation; nothing for one alone.
    pub settings: Option<&'a OnceCell<String>>,
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watch({:?}, interactive: {})", self.timeout, self.interactive)
    }
}

/// A remote that could not be used now, and its reason in git's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

/// How a transfer ended.
#[derive(Debug)]
pub(super) struct Finished {
    /// The exit code; nothing when it was ended.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: Vec<u8>,
    /// What git and the remote complained of, without progress, on one line.
    pub complaint: String,
    /// All that git and the remote said last, as they said it.
    pub stderr: String,
    /// It was ended because it brought too much.
    pub too_much: bool,
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
        failpoints::step()?;
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
        let (heard, ears) = sync_channel(16);
        if let Some(pipe) = child.stdout.take() {
            listen(pipe, heard.clone(), Heard::Out);
        }
        if let Some(pipe) = child.stderr.take() {
            listen(pipe, heard, Heard::Err);
        }
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (started, mut last, mut open) = (Instant::now(), Instant::now(), 2);
        let mut how_far = String::new();
        let (mut ended, mut silent): (Option<Instant>, u32) = (None, 0);
        let (mut overdue, mut too_much, mut flood) = (None, false, false);
        while open > 0 {
            let heard = ears.recv_timeout(TURN);
            silent = if heard.is_err() && ended.is_some() { silent + 1 } else { 0 };
            match heard {
                Ok(Heard::Out(bytes)) => {
                    last = Instant::now();
                    stdout.extend(bytes);
                    flood = stdout.len() > MOST_OUT;
                }
                Ok(Heard::Err(bytes)) => {
                    let text = String::from_utf8_lossy(&bytes);
                    let mut lines = text.split(['\r', '\n']).map(str::trim).filter(|line| is_progress(line));
                    if let Some(line) = lines.next_back() {
                        watch.progress.into_iter().for_each(|say| say(line));
                        if line != how_far {
                            (last, how_far) = (Instant::now(), line.to_owned());
                        }
                        too_much |= watch.most.is_some_and(|most| brings(line).is_some_and(|brings| brings > most));
                    }
                    stderr.extend(bytes);
                    if stderr.len() > 2 * LAST_WORDS {
                        stderr.drain(..stderr.len() - LAST_WORDS);
                    }
                }
                Ok(Heard::End) => open -= 1,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // What git started (the master of shared ssh connections) may outlive it and keep the pipes.
            if ended.is_none() && child.try_wait().ok().flatten().is_some() {
                ended = Some(Instant::now());
            }
            if silent >= SILENT || ended.is_some_and(|at| at.elapsed() > watch.timeout) {
                break;
            }
            if ended.is_none() && (last.elapsed() > watch.timeout || started.elapsed() > watch.timeout * LONGEST) {
                overdue = Some(started.elapsed().as_secs().max(1));
                end(&mut child, watch.interactive);
                break;
            }
            if flood || ended.is_none() && too_much {
                end(&mut child, watch.interactive);
                break;
            }
        }
        let code = child.wait().ok().and_then(|status| status.code());
        failpoints::step()?;
        // One that came to its end all the same has done it.
        too_much &= code != Some(0);
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        let complaint = match overdue {
            Some(seconds) => format!("it did not answer and was given up after {seconds} s"),
            None if flood => "it says too much".to_owned(),
            None if too_much => "it is larger than chittysync.maxFetch allows".to_owned(),
            None => complaint(&stderr),
        };
        let code = code.filter(|_| overdue.is_none() && !too_much && !flood);
        Ok(Finished { code, stdout, complaint, stderr, too_much })
    }
}

/// Reads a pipe to its end.
fn listen(mut pipe: impl Read + Send + 'static, heard: SyncSender<Heard>, what: fn(Vec<u8>) -> Heard) {
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
    // In the foreground it has no group of its own, and what it leaves behind has no parent.
    let started = if interactive { descendants(child.id()) } else { Vec::new() };
    signal(child, interactive, false);
    let asked = Instant::now();
    while asked.elapsed() < GRACE && !matches!(child.try_wait(), Ok(Some(_))) {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Also when git has gone: what it started need not have.
    signal(child, interactive, true);
    signal_all(&started, true);
}

/// Returns the processes that a process started, those that they started, and so on, as far as `ps` tells.
#[cfg(unix)]
pub fn descendants(root: u32) -> Vec<u32> {
    let listed = std::process::Command::new("ps").args(["-A", "-o", "ppid=,pid="]).stderr(Stdio::null()).output();
    let text = listed.map(|listed| String::from_utf8_lossy(&listed.stdout).into_owned()).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map_while(|word| word.parse::<u32>().ok());
        Some((numbers.next()?, numbers.next()?))
    });
    let pairs: Vec<(u32, u32)> = pairs.collect();
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(pairs.iter().filter(|(of, pid)| *of == parent && *pid != parent).map(|(_, pid)| *pid));
        at += 1;
    }
    found.split_off(1)
}

/// Nothing is known of them here.
#[cfg(not(unix))]
pub fn descendants(_root: u32) -> Vec<u32> {
    Vec::new()
}

/// Tells processes to end, or with `force` ends them.
pub fn signal_all(pids: &[u32], force: bool) {
    #[cfg(unix)]
    for pid in pids.iter().filter_map(|pid| rustix::process::Pid::from_raw(i32::try_from(*pid).ok()?)) {
        use rustix::process::{Signal, kill_process};
        let _ = kill_process(pid, if force { Signal::KILL } else { Signal::TERM });
    }
    #[cfg(not(unix))]
    let _ = (pids, force);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(script: &str) -> Finished {
        let timeout = Duration::from_secs(20);
        let watch = Watch { timeout, interactive: false, progress: None, most: None, settings: None };
        Git::new(None, ["-c", &format!("alias.say=!{script}"), "say"]).transfer(&watch).expect("git starts")
    }

    /// As at a terminal that takes no more for a while.
    #[test]
    fn whoever_is_slow_to_show_progress_hears_all_of_it() {
        let slow = |_: &str| std::thread::sleep(Duration::from_millis(700));
        let timeout = Duration::from_secs(60);
        let watch = Watch { timeout, interactive: false, progress: Some(&slow), most: None, settings: None };
        let script = "for n in 1 2; do echo \"Receiving objects: $n (1/2)\" >&2; sleep 0.2; done; yes | head -c 100000";
        let git = Git::new(None, ["-c", &format!("alias.say=!{script}"), "say"]);
        let finished = git.transfer(&watch).expect("git starts");
        assert_eq!((finished.code, finished.stdout.len()), (Some(0), 100_000));
        // What keeps its output open, in silence or not, is not waited for long.
        let started = Instant::now();
        for script in ["sleep 90 & echo away", "yes >&2 & echo away"] {
            let timeout = Duration::from_secs(2);
            let watch = Watch { timeout, interactive: false, progress: None, most: None, settings: None };
            let git = Git::new(None, ["-c", &format!("alias.say=!{script}"), "say"]);
            let finished = git.transfer(&watch).expect("git starts");
            assert_eq!((finished.code, finished.stdout.as_slice()), (Some(0), &b"away\n"[..]));
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }

    #[test]
    fn a_flood_is_stopped_and_the_last_words_are_kept() {
        let finished = watched("yes flood | head -c 3000000 >&2; echo fatal: no room >&2; exit 3");
        assert_eq!(finished.code, Some(3));
        assert!(finished.complaint.ends_with("flood; no room"), "{}", finished.complaint);
        let finished = watched("yes flood | head -c 80000000");
        assert!(finished.stdout.len() < 80_000_000, "{}", finished.stdout.len());
        assert_eq!((finished.code, finished.complaint.as_str()), (None, "it says too much"));
    }
}
