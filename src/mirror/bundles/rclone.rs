//! The program rclone. It knows the places, and the passwords for them; no words of a todo stand on its command line.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::mirror::failure::Failure;

/// A remote of rclone, or a directory there.
#[derive(Debug)]
pub(super) struct Rclone {
    url: String,
}

impl Rclone {
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        if url.starts_with('-') || url.trim().is_empty() {
            return Err(Failure::refused(
                format!("'{url}' is no remote of rclone"),
                "name one as `rclone listremotes` does, with a directory behind it: drive:todos",
            ));
        }
        Ok(Rclone { url: url.trim_end_matches('/').to_owned() })
    }

    fn at(&self, name: &str) -> String {
        let joint = if self.url.ends_with(':') { "" } else { "/" };
        format!("{}{joint}{name}", self.url)
    }

    /// Returns the names below a directory; none when it is not there.
    pub(super) fn list(&self, directory: &str) -> Result<Vec<String>, Failure> {
        let listed = self.run(&["lsf", "--files-only", "--", &self.at(directory)])?;
        let text = String::from_utf8_lossy(&listed.unwrap_or_default()).into_owned();
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Returns a file; nothing when it is not there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.run(&["cat", "--", &self.at(name)])
    }

    /// Brings a file here; false when it is not there.
    pub(super) fn download(&self, name: &str, to: &Path) -> Result<bool, Failure> {
        Ok(self.run(&["copyto", "--", &self.at(name), &to.to_string_lossy()])?.is_some())
    }

    /// Puts a file there.
    pub(super) fn upload(&self, from: &Path, name: &str) -> Result<(), Failure> {
        self.run(&["copyto", "--", &from.to_string_lossy(), &self.at(name)])?
            .map(drop)
            .ok_or_else(|| Failure::later(format!("{} cannot be written", self.at(name))))
    }

    /// Puts these bytes there, by way of a file in this directory.
    pub(super) fn write(&self, bytes: &[u8], name: &str, directory: &Path) -> Result<(), Failure> {
        let path = directory.join("text");
        std::fs::write(&path, bytes)
            .map_err(|err| Failure::later(format!("cannot write {}: {err}", path.display())))?;
        self.upload(&path, name)
    }

    /// Removes a file. That it is not there is as was wanted.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failure> {
        self.run(&["deletefile", "--", &self.at(name)]).map(drop)
    }

    /// Runs it; nothing when what was asked for is not there.
    fn run(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
        let mut command = Command::new("rclone");
        // Its own retries are for a connection that breaks; what takes longer is tried again by who called.
        command.args(["--retries", "2", "--low-level-retries", "3", "--contimeout", "30s", "--timeout", "120s"]);
        command.args(["--ask-password=false", "--stats", "0"]).args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(|err| match err.kind() {
            std::io::ErrorKind::NotFound => {
                Failure::refused("rclone is not installed", "install it, and set the remote up with `rclone config`")
            }
            _ => Failure::later(format!("rclone cannot be started: {err}")),
        })?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(3 | 4) => Ok(None),
            code => Err(failure(code, &String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Returns what rclone's exit code and words mean.
fn failure(code: Option<i32>, said: &str) -> Failure {
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let last = lines.next_back().unwrap_or("it was ended").trim();
    // The date and the level stand before what it says.
    let words = last.split_once(" : ").map_or(last, |(_, words)| words).trim_start_matches(": ").trim();
    let reason = format!("rclone: {words}");
    let has = |word: &str| said.contains(word);
    if has("didn't find section in config file") {
        Failure::refused(reason, "`rclone config` makes the remote")
    } else if has("no space left") || has("storageQuotaExceeded") || has("Insufficient Storage") {
        Failure::refused(reason, "make room there")
    } else if has("permission denied")
        || has("read-only file system")
        || has("403")
        || has("401")
        || has("invalid_grant")
    {
        Failure::refused(reason, "`rclone config reconnect` or the place itself says who may write there")
    } else if code == Some(7) {
        Failure::refused(reason, "`rclone lsd` with that remote says more")
    } else {
        Failure::later(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rclone_says_tells_whether_waiting_helps() {
        let refused = |code, said: &str| matches!(failure(Some(code), said), Failure::Refused { .. });
        assert!(refused(
            1,
            "2026/11/30 10:00:00 Failed to create file system for \"x:\": didn't find section in config file"
        ));
        assert!(refused(1, "2026/11/30 10:00:00 ERROR : a: Failed to copy: open /x: no space left on device"));
        assert!(refused(7, "2026/11/30 10:00:00 Fatal error: x"));
        assert!(!refused(1, "2026/11/30 10:00:00 Failed to lsf: dial tcp 127.0.0.1:1: connect: connection refused"));
        let said = failure(Some(5), "NOTICE: x\n2026/11/30 10:00:00 ERROR : a: Failed to copy: timeout\n").to_string();
        assert_eq!(said, "rclone: a: Failed to copy: timeout");
    }

    #[test]
    fn names_are_joined_as_rclone_wants_them() {
        let at = |url: &str| Rclone::new(url).expect("a remote").at("state");
        assert_eq!(
            (at("drive:"), at("drive:todos/"), at("/srv/x")),
            ("drive:state".into(), "drive:todos/state".into(), "/srv/x/state".into())
        );
        assert!(Rclone::new("--config=x").is_err());
    }
}
