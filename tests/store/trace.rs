//! The system calls of one run of the program, seen and disturbed by strace.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::common::{World, binary};

/// Calls that change what is on the disk. `?`: not on every processor.
const CALLS: &str = "openat,write,pwrite64,?rename,?renameat,renameat2,?link,linkat,?unlink,unlinkat,?rmdir,?mkdir,\
mkdirat,?symlink,symlinkat,fsync,fdatasync,sync_file_range,ftruncate,utimensat,?chmod,fchmod,fchmodat";

/// One system call of the program's main thread.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its name, as in `openat`.
    pub name: String,
    /// It was the nth of this name, from 1.
    pub nth: usize,
    /// Its arguments as strace prints them, with the paths of file descriptors.
    pub arguments: String,
    /// Whether it succeeded.
    pub ok: bool,
}

impl Call {
    /// Returns whether it changes, or may change, what is on the disk.
    pub fn mutates(&self) -> bool {
        self.name != "openat" || self.arguments.contains("O_CREAT")
    }

    /// Returns the path in quotes at this position, from 0.
    pub fn quoted(&self, at: usize) -> PathBuf {
        PathBuf::from(self.arguments.split('"').nth(2 * at + 1).unwrap_or_default())
    }

    /// Returns the path of the file descriptor that is its first argument.
    pub fn descriptor(&self) -> PathBuf {
        let inside = self.arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        PathBuf::from(inside.map(|(path, _)| path).unwrap_or_default())
    }
}

/// Returns strace around the program, without its arguments. Only the main thread is followed: it makes
/// every call that changes something, other threads compute.
pub fn strace(world: &World, options: &[&str]) -> Command {
    let mut command = world.command("strace");
    command.args(["-qq", "-e", "signal=none"]).args(options).arg(binary());
    command
}

/// Options for [`strace`] with which the program stands still once it has given the first file its name: that is an object's,
/// so everything is prepared and nothing is decided. It stands until [`go_on`], however long that takes.
pub const STANDS_STILL: [&str; 4] = ["-e", "signal=STOP", "-e", "inject=rename,renameat,renameat2:signal=STOP:when=1"];

/// Waits until a program stands still, of which strace writes to this file.
pub fn until_it_stands(log: &Path) {
    let started = Instant::now();
    while !std::fs::read_to_string(log).is_ok_and(|log| log.contains("stopped by SIGSTOP")) {
        assert!(started.elapsed() < Duration::from_secs(120), "it never stands still");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Lets a program go on to its end, of which this is the strace.
pub fn go_on(strace: &mut Child) {
    let children = format!("/proc/{0}/task/{0}/children", strace.id());
    // The other calls that give a name stop it once, too.
    while strace.try_wait().expect("a child").is_none() {
        for program in std::fs::read_to_string(&children).unwrap_or_default().split_whitespace() {
            let _ = Command::new("kill").args(["-CONT", program]).stderr(std::process::Stdio::null()).status();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs the program and returns what it did, in order.
pub fn calls(world: &World, arguments: &[&str], environment: &[(&str, &str)]) -> Vec<Call> {
    let log = world.path("strace.log");
    let mut command = strace(world, &["-y", "-s", "0", "-e", &format!("trace={CALLS}"), "-o", &log.to_string_lossy()]);
    let output = command.args(arguments).envs(environment.iter().copied()).output().expect("strace starts");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    parse(&log)
}

fn parse(log: &Path) -> Vec<Call> {
    let text = String::from_utf8_lossy(&std::fs::read(log).expect("a log")).into_owned();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((name, rest)) = line.split_once('(') else { continue };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { continue };
        let nth = counts.entry(name.to_owned()).or_default();
        *nth += 1;
        let call = Call { name: name.into(), nth: *nth, arguments: arguments.into(), ok: !result.starts_with('-') };
        calls.push(call);
    }
    calls
}
