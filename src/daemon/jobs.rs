//! Child processes: each in a process group of its own, with a time limit, and none left behind.

use std::collections::BTreeMap;
use std::io::{PipeReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::job::Job;
use crate::git::{descendants, signal_all};

/// How much of what a child says is kept: its end.
const KEPT: usize = 8 * 1024;
/// How long a child that was told to end may take.
const GRACE: Duration = Duration::from_secs(5);

/// How a job ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub job: Job,
    pub took: Duration,
    /// Why it failed; nothing when it did not.
    pub failure: Option<String>,
    /// What it said, the end of it.
    pub said: String,
}

/// The jobs that run.
pub(super) struct Jobs {
    running: BTreeMap<Job, Running>,
    tell: Arc<dyn Fn(Ended) + Send + Sync>,
}

struct Running {
    pid: u32,
    /// When it is told to end, or, when it was told, killed.
    limit: Instant,
    told: bool,
    /// What it had started when it was told: git, in groups of its own, which nobody looks after any more.
    started: Vec<u32>,
}

impl Jobs {
    /// Returns none. `tell` is called with each job that ends, from another thread.
    pub(super) fn new(tell: impl Fn(Ended) + Send + Sync + 'static) -> Self {
        Jobs { running: BTreeMap::new(), tell: Arc::new(tell) }
    }

    /// Starts a job that may take so long.
    pub(super) fn start(&mut self, job: Job, mut command: Command, limit: Duration) -> std::io::Result<()> {
        let (reader, writer) = std::io::pipe()?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let started = Instant::now();
        let child = command.spawn()?;
        // It holds the ends of the pipe that the child writes to.
        drop(command);
        let pid = child.id();
        let tell = Arc::clone(&self.tell);
        std::thread::spawn(move || {
            let (status, said) = wait(child, reader);
            tell(Ended { job, took: started.elapsed(), failure: failure(&status, &said), said });
        });
        self.running.insert(job, Running { pid, limit: started + limit, told: false, started: Vec::new() });
        Ok(())
    }

    /// Forgets a job that ended. What it left when it was told to end is ended with it.
    pub(super) fn forget(&mut self, job: Job) {
        if let Some(running) = self.running.remove(&job) {
            signal_all(&running.started, true);
        }
    }

    /// Returns whether none runs.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Returns when the next one has to be ended.
    pub(super) fn next_limit(&self) -> Option<Instant> {
        self.running.values().map(|running| running.limit).min()
    }

    /// Ends those that took too long.
    pub(super) fn enforce(&mut self, now: Instant) {
        for running in self.running.values_mut().filter(|running| running.limit <= now) {
            if !running.told {
                running.started = descendants(running.pid);
            }
            signal(running.pid, running.told);
            signal_all(&running.started, running.told);
            running.told = true;
            running.limit = now + GRACE;
        }
    }

    /// Ends all of them, each after so long.
    pub(super) fn end(&mut self, now: Instant, timeout: impl Fn(Job) -> Duration) {
        for (job, running) in &mut self.running {
            running.limit = running.limit.min(now + timeout(*job));
        }
    }
}

/// Tells a process group to end, or kills it.
#[cfg(unix)]
fn signal(group: u32, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // Gone is what it was to be.
        let _ = kill_process_group(group, if kill { Signal::KILL } else { Signal::TERM });
    }
}

#[cfg(not(unix))]
fn signal(_: u32, _: bool) {}

/// Waits for a child, ends what it left in its group, and returns what all of them said.
fn wait(mut child: Child, reader: PipeReader) -> (std::io::Result<ExitStatus>, String) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let (done, all_said) = mpsc::channel();
    let text = Arc::clone(&kept);
    std::thread::spawn(move || {
        listen(reader, &text);
        // Nobody waits any more when a process that left the group speaks on.
        let _ = done.send(());
    });
    #[cfg(unix)]
    {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        // As long as the child is not reaped, nobody else can have its number.
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        }
        signal(child.id(), true);
    }
    let status = child.wait();
    let _ = all_said.recv_timeout(Duration::from_secs(1));
    let said = String::from_utf8_lossy(&kept.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    (status, said)
}

/// Reads to the end, and keeps the last part.
fn listen(mut reader: PipeReader, kept: &Mutex<Vec<u8>>) {
    let mut part = [0; 4096];
    loop {
        match reader.read(&mut part) {
            Ok(0) => return,
            Ok(length) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&part[..length]);
                let excess = kept.len().saturating_sub(KEPT);
                kept.drain(..excess);
            }
            Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Returns why a job failed, in its own words if it said something.
fn failure(status: &std::io::Result<ExitStatus>, said: &str) -> Option<String> {
    let ending = match status {
        Ok(status) if status.success() => return None,
        Ok(status) => status.to_string(),
        Err(err) => err.to_string(),
    };
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let told = lines().find_map(|line| line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")));
    Some(match told.or_else(|| lines().next_back()) {
        Some(words) => format!("{words} ({ending})"),
        None => ending,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str, limit: Duration) -> Ended {
        let (sender, receiver) = mpsc::channel();
        let mut jobs = Jobs::new(move |ended| sender.send(ended).expect("a reader"));
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        jobs.start(Job::Mirror, command, limit).expect("a shell");
        let started = Instant::now();
        loop {
            if let Ok(ended) = receiver.recv_timeout(Duration::from_millis(20)) {
                return ended;
            }
            assert!(started.elapsed() < Duration::from_secs(120), "it did not end");
            jobs.enforce(Instant::now());
        }
    }

    #[test]
    fn says_why_it_failed() {
        let minute = Duration::from_secs(60);
        assert_eq!(run("echo fine", minute).failure, None);
        assert_eq!(run("exit 3", minute).failure.as_deref(), Some("exit status: 3"));
        let failed = run("echo 'fatal: no room' >&2; echo 'hint: make some' >&2; exit 128", minute);
        assert_eq!(failed.failure.as_deref(), Some("no room (exit status: 128)"));
        assert_eq!(failed.said, "fatal: no room\nhint: make some\n");
        let long = run("head -c 100000 /dev/zero | tr '\\0' x; exit 1", minute);
        assert_eq!(long.said.len(), KEPT);
    }

    #[test]
    fn is_ended_at_its_limit_with_all_that_it_started() {
        let mark = format!("{}.5", 10_000 + std::process::id());
        let ended = run(&format!("sleep {mark} & sleep {mark}"), Duration::from_millis(200));
        assert!(ended.failure.is_some(), "{ended:?}");
        // Each in a group of its own, as git is in which a sync talks with a remote.
        let ended = run(&format!("setsid sleep {mark} & sleep {mark}"), Duration::from_millis(500));
        assert!(ended.failure.is_some(), "{ended:?}");
        let ended = run(&format!("sleep {mark} & echo away"), Duration::from_secs(60));
        assert_eq!((ended.failure.as_deref(), ended.said.as_str()), (None, "away\n"));
        let left = || {
            let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
            all.filter(|entry| {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).split('\0').any(|word| word == mark)
            })
            .count()
        };
        // What was killed is gone once it has had its turn.
        let started = Instant::now();
        while left() > 0 {
            assert!(started.elapsed() < Duration::from_secs(60), "{} are left", left());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
