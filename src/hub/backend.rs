//! `git http-backend`: one process for a request, in a group of its own with all that it starts.

use std::io::{PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;

use super::limits::Limits;
use super::spool::Spooled;
use crate::git::answer;

/// How many bytes are handed on at once, and how many pieces of that wait for who takes them.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4;

/// What git may answer to a push: a word for each ref, and what the hook says.
const LONGEST_REPORT: u64 = 16 << 20;
/// No header of it is longer.
const LONGEST_HEADER: usize = 16 * 1024;

/// How long a process has from being asked to end until it is made to.
const GRACE: Duration = Duration::from_secs(5);

/// A process with all that it starts, ended as one.
#[derive(Debug)]
pub(super) struct Group {
    child: Option<Child>,
}

impl Group {
    /// Starts git's `http-backend` with nothing but these variables, and hands it the body.
    pub(super) fn start(
        variables: Vec<(String, std::ffi::OsString)>,
        body: Spooled,
    ) -> std::io::Result<(Self, ChildStdout)> {
        let mut command = program();
        command.env_clear().envs(variables).process_group(0).kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).current_dir("/");
        match body {
            Spooled::Memory(bytes) => command.stdin(filled(&bytes)?),
            Spooled::File(file, _) => command.stdin(file),
        };
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| std::io::Error::other("git has no output"))?;
        Ok((Group { child: Some(child) }, stdout))
    }

    /// Waits for its end.
    pub(super) async fn wait(mut self) -> std::io::Result<ExitStatus> {
        let status = match &mut self.child {
            Some(child) => child.wait().await?,
            None => return Err(std::io::Error::other("it has ended")),
        };
        self.child = None;
        Ok(status)
    }

    /// The number by which the system knows it, for as long as nobody took note of its end.
    fn id(&self) -> Option<rustix::process::Pid> {
        let id = self.child.as_ref().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        id.and_then(rustix::process::Pid::from_raw)
    }
}

/// Returns what serves git's protocol: the program itself, as `git` would only start it and be one more program to load;
/// `git`, where its place cannot be found out, or has changed since.
fn program() -> Command {
    static PLACE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || Some(Path::new(&answer("git", &["--exec-path"], GRACE)?).join("git-http-backend"));
    match PLACE.get_or_init(find).as_deref().filter(|place| place.is_file()) {
        Some(place) => Command::new(place),
        None => {
            let mut command = Command::new("git");
            command.arg("http-backend");
            command
        }
    }
}

impl Drop for Group {
    /// Asks it to end, which lets git take its locks and temporary objects away, and makes it end when it does not.
    fn drop(&mut self) {
        let (Some(id), Some(mut child)) = (self.id(), self.child.take()) else { return };
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::TERM);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        // Somebody has to take note of its end, or it stays in the system's table.
        runtime.spawn(async move {
            if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
                let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
                let _ = child.wait().await;
            }
        });
    }
}

/// Returns a pipe in which all of a short body is. git waits for as many bytes as it was told of, without an end: had we to
/// hand it the rest, and were killed before, it would go on reading nothing.
fn filled(bytes: &[u8]) -> std::io::Result<PipeReader> {
    let (reader, mut writer) = std::io::pipe()?;
    writer.write_all(bytes)?;
    Ok(reader)
}

/// What stands in front of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The beginning of the answer itself, which came along.
    pub rest: Vec<u8>,
}

/// Reads what stands in front of an answer.
pub(super) async fn head(stdout: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Head> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = parse(&bytes) {
            return Ok(head);
        }
        let mut piece = [0; 4096];
        match stdout.read(&mut piece).await? {
            0 => return Err(std::io::Error::other("git said nothing that can be handed on")),
            _ if bytes.len() > LONGEST_HEADER => return Err(std::io::Error::other("git's header has no end")),
            count => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Head> {
    let ends = [&b"\r\n\r\n"[..], &b"\n\n"[..]].map(|end| Some((memchr::memmem::find(bytes, end)?, end.len())));
    let (end, skip) = ends.into_iter().flatten().min()?;
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let (mut status, mut headers) = (200, Vec::new());
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            status = value.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(500);
        } else {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    Some(Head { status, headers, rest: bytes[end + skip..].to_vec() })
}

/// Hands on what git says, piece by piece, to who takes it. Who takes nothing any more, or is gone, ends it.
pub(super) fn pump(group: Group, mut stdout: ChildStdout, first: Vec<u8>, limits: &Limits) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(PIECES);
    let stall = limits.stall;
    tokio::spawn(async move {
        let (mut next, mut buffer) = (Bytes::from(first), BytesMut::new());
        loop {
            if !next.is_empty() && !matches!(tokio::time::timeout(stall, sender.send(next)).await, Ok(Ok(()))) {
                return;
            }
            // git writes short lines, too: several share what was made ready for one piece.
            if buffer.capacity() < PIECE / 4 {
                buffer = BytesMut::with_capacity(PIECE);
            }
            let read = tokio::select! {
                read = stdout.read_buf(&mut buffer) => read,
                () = sender.closed() => return,
            };
            if matches!(read, Ok(0) | Err(_)) {
                break;
            }
            next = buffer.split().freeze();
        }
        // Its output has ended, and so will it.
        let _ = tokio::time::timeout(GRACE, group.wait()).await;
    });
    receiver
}

/// Returns all that git says, once it has ended.
pub(super) async fn report(group: Group, mut stdout: ChildStdout, limits: &Limits) -> std::io::Result<Head> {
    let all = async {
        let mut head = head(&mut stdout).await?;
        (&mut stdout).take(LONGEST_REPORT).read_to_end(&mut head.rest).await?;
        Ok::<Head, std::io::Error>(head)
    };
    let too_long = |_| std::io::Error::other("git took too long for this push");
    // Where it fails, the group is ended as it goes out of reach.
    let head = tokio::time::timeout(limits.work, all).await.map_err(too_long)??;
    let _ = tokio::time::timeout(GRACE, group.wait()).await;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_both_line_ends() {
        let head = parse(b"Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno").expect("a head");
        assert_eq!((head.status, head.rest.as_slice()), (403, &b"no"[..]));
        assert_eq!(head.headers, [("Content-Type".to_owned(), "text/plain".to_owned())]);
        let head = parse(b"A: b\n\nx\r\n\r\ny").expect("a head");
        assert_eq!((head.status, head.rest.as_slice()), (200, &b"x\r\n\r\ny"[..]));
        assert_eq!(parse(b"A: b\r\n"), None);
    }
}
