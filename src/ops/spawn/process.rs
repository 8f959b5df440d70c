//! The agent's process: in a group of its own, with a time limit, and none left behind.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::git::{descendants, signal_all};

/// So much of what an agent says is kept: the end of it.
const KEPT: usize = 1024 * 1024;
/// A longer last line tells nothing that we read.
const LONGEST_LINE: usize = 256 * 1024;
/// How long one that was told to end may take.
const GRACE: Duration = Duration::from_secs(10);
/// How long what has left the group may keep the output open when the agent has ended.
const DRAIN: Duration = Duration::from_secs(1);

/// What is started.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// The command line that `sh -c` gets.
    pub command: &'a str,
    /// The directory that it starts in.
    pub directory: &'a Path,
    /// The whole environment: nothing else is handed on.
    pub environment: Vec<(&'static str, std::ffi::OsString)>,
    /// What it reads. Nothing of it is in the command or the environment.
    pub input: Vec<u8>,
    /// How long it may take.
    pub limit: Duration,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    pub took: Duration,
}

/// An agent that runs. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    stop: Sender<()>,
    ended: Receiver<Ended>,
    said: Arc<Mutex<Said>>,
}

/// What it said.
#[derive(Debug, Default)]
struct Said {
    all: VecDeque<u8>,
    /// The last line on standard output, and the one that is not whole yet.
    last: Vec<u8>,
    line: Vec<u8>,
}

impl Process {
    /// Starts it. Its standard input has the text, and then its end.
    pub(super) fn start(start: Start<'_>) -> std::io::Result<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(start.command).current_dir(start.directory).env_clear().envs(start.environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let began = Instant::now();
        let mut child = command.spawn()?;
        let said = Arc::new(Mutex::new(Said::default()));
        if let Some(mut pipe) = child.stdin.take() {
            let input = start.input;
            // One that does not read it keeps nobody waiting. The end of the input is that the pipe is closed.
            std::thread::spawn(move || pipe.write_all(&input));
        }
        let (heard, ears) = channel();
        if let Some(pipe) = child.stdout.take() {
            listen(pipe, Arc::clone(&said), heard.clone(), true);
        }
        if let Some(pipe) = child.stderr.take() {
            listen(pipe, Arc::clone(&said), heard, false);
        }
        let (stop, stopped) = channel();
        let (tell, ended) = channel();
        let limit = start.limit;
        std::thread::spawn(move || {
            let code = look_after(child, began + limit, &stopped);
            // All that it said, unless somebody who left the group speaks on.
            for _pipe in 0..2 {
                let _ = ears.recv_timeout(DRAIN);
            }
            let _ = tell.send(Ended { code, took: began.elapsed() });
        });
        Ok(Process { stop, ended, said })
    }

    /// Waits for its end, for so long; nothing when it runs on.
    pub(super) fn wait(&self, most: Duration) -> Option<Ended> {
        match self.ended.recv_timeout(most) {
            Ok(ended) => Some(ended),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Ended { code: -1, took: Duration::ZERO }),
        }
    }

    /// Has it ended at once.
    pub(super) fn end(&self) {
        let _ = self.stop.send(());
    }

    /// Returns the end of all that it said.
    pub(super) fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = said.all.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns the last line that it said on standard output.
    pub(super) fn last_line(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let line = if said.line.iter().any(|byte| !byte.is_ascii_whitespace()) { &said.line } else { &said.last };
        String::from_utf8_lossy(line).trim().to_owned()
    }
}

fn listen(mut pipe: impl Read + Send + 'static, said: Arc<Mutex<Said>>, heard: Sender<()>, is_out: bool) {
    std::thread::spawn(move || {
        let mut part = [0; 8192];
        loop {
            match pipe.read(&mut part) {
                Ok(0) => break,
                Ok(length) => {
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.hear(&part[..length], is_out);
                }
                Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = heard.send(());
    });
}

impl Said {
    fn hear(&mut self, bytes: &[u8], is_out: bool) {
        self.all.extend(bytes);
        let excess = self.all.len().saturating_sub(KEPT);
        self.all.drain(..excess);
        for byte in bytes.iter().filter(|_| is_out) {
            if *byte != b'\n' {
                if self.line.len() < LONGEST_LINE {
                    self.line.push(*byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                self.last = line;
            }
        }
    }
}

/// Waits for a process, ends it when its time is over or somebody wants it to, and returns its exit code. What it left in
/// its group, or had started when it was told to end, is ended with it.
fn look_after(mut child: Child, until: Instant, stopped: &Receiver<()>) -> i32 {
    let mut limit = until;
    let mut told = false;
    let mut started: Vec<u32> = Vec::new();
    loop {
        if has_ended(&mut child) {
            break;
        }
        // Whoever holds the process is gone, or wants it to end.
        let is_unwanted = !matches!(stopped.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty));
        if Instant::now() >= limit || (is_unwanted && !told) {
            started.extend(descendants(child.id()));
            end(&child, &started, told);
            told = true;
            limit = Instant::now() + GRACE;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // As long as it is not reaped, nobody else can have its number.
    end(&child, &started, true);
    child.wait().ok().and_then(|status| status.code()).unwrap_or(-1)
}

/// Returns whether it has ended, and leaves it unreaped.
#[cfg(unix)]
fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// Tells a process, its group and these others to end, or with `force` ends them.
fn end(child: &Child, started: &[u32], force: bool) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, if force { Signal::KILL } else { Signal::TERM });
        }
    }
    #[cfg(not(unix))]
    let _ = child;
    signal_all(started, force);
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(command: &str, limit: Duration) -> (Process, Ended) {
        let directory = std::env::temp_dir();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let environment = vec![("PATH", path)];
        let input = b"{\"x\":1}".to_vec();
        let start = Start { command, directory: &directory, environment, input, limit };
        let process = Process::start(start).expect("a shell");
        let ended = process.wait(Duration::from_secs(60)).expect("an end");
        (process, ended)
    }

    /// Waits until no process has this word on its command line: what was killed is gone once it has had its turn.
    fn none_is_left(mark: &str) {
        let has_it = |entry: &std::fs::DirEntry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).split('\0').any(|word| word == mark)
        };
        let began = Instant::now();
        while std::fs::read_dir("/proc").into_iter().flatten().flatten().any(|entry| has_it(&entry)) {
            assert!(began.elapsed() < Duration::from_secs(60), "{mark} is left");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn stdin_has_the_text_and_then_its_end() {
        let (process, ended) = run("cat; echo; echo $((1+1)); exit 3", Duration::from_secs(30));
        assert_eq!((ended.code, process.last_line().as_str()), (3, "2"));
        assert!(process.said().starts_with("{\"x\":1}\n"), "{}", process.said());
        // One that reads nothing, and has more to read than a pipe holds, ends all the same.
        let (_, ended) = run("exit 0", Duration::from_secs(30));
        assert_eq!(ended.code, 0);
    }

    #[test]
    fn timeout_kills_the_grandchildren() {
        let mark = format!("{}.25", 20_000 + std::process::id());
        let script = format!(
            "trap '' TERM; (setsid sh -c 'trap \"\" TERM; sleep {mark}; sleep {mark}') & sleep {mark}; sleep {mark}"
        );
        let began = Instant::now();
        let (_, ended) = run(&script, Duration::from_millis(400));
        assert_eq!(ended.code, -1);
        assert!(began.elapsed() >= GRACE, "it is told first: {:?}", began.elapsed());
        none_is_left(&mark);
        let (process, ended) = run(&format!("sleep {mark} & echo away"), Duration::from_secs(30));
        assert_eq!((ended.code, process.last_line().as_str()), (0, "away"));
        none_is_left(&mark);
    }

    #[test]
    fn only_the_end_of_what_it_says_is_kept() {
        let (process, _) =
            run("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last; echo more >&2", Duration::from_secs(30));
        assert_eq!(process.said().len(), KEPT);
        assert_eq!(process.last_line(), "last");
    }

    #[test]
    fn its_environment_is_what_it_is_given() {
        let (process, _) = run("env | sed 's/=.*//' | sort | tr '\\n' ' '", Duration::from_secs(30));
        let set: Vec<String> = process.last_line().split(' ').map(str::to_owned).collect();
        let own = ["PATH", "PWD", "SHLVL", "_", "OLDPWD"];
        assert!(set.iter().all(|name| own.contains(&name.as_str())), "{set:?}");
    }
}
