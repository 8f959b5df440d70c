//! Our section of the user's git config.
//!
//! `git config` can add and unset values, but cannot leave the file as it was: it takes blank lines at the
//! end along, and a comment at the end keeps the empty heading. So the section is a block of text that is
//! put into the file and taken out of it as it is. Reading, and what others wrote, is left to git.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::InstallError;
use super::found::Found;
use crate::git::{Git, GitError, read_file};

/// The setting that makes the section what it is.
pub(super) const KEY: &str = "merge.chittysync.driver";
/// What git calls the driver when it speaks of it.
const NAME: &str = "todo lists of agents";

/// The section with the driver's command line.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// The command line.
    pub driver: String,
    /// What other versions wrote, or this one in another place.
    pub past: Vec<String>,
}

impl Section {
    /// Returns what is in place; `included` files are not ours to change, but count as well.
    pub(super) fn find(&self, included: bool) -> Result<Found, InstallError> {
        let Some(found) = value(included)? else { return Ok(Found::Nothing) };
        let ours = "git-chittysync' merge-driver %O %A %B %L %P";
        Ok(match found {
            found if found == self.driver => Found::Ours,
            found if self.past.contains(&found) || found.ends_with(ours) => Found::Past,
            _ => Found::Foreign,
        })
    }

    /// Puts the section in place.
    pub(super) fn add(&self) -> Result<(), InstallError> {
        edit(&file()?, |text| Some(with(text, &block(&self.driver))))
    }

    /// Takes out what is in place, of whatever version.
    pub(super) fn remove() -> Result<(), InstallError> {
        let Some(found) = value(false)? else { return Ok(()) };
        let mut taken = false;
        edit(&file()?, |text| {
            let rest = without(text, &block(&found));
            taken = rest.is_some();
            rest
        })?;
        if !taken {
            // Somebody moved the values or wrote them by hand. Only ours are unset: others may stand beside
            // them.
            for (key, value) in [(KEY, found.as_str()), ("merge.chittysync.name", NAME)] {
                Git::new(None, ["config", "--global", "--fixed-value", "--unset-all", key, value]).run()?;
            }
        }
        Ok(())
    }
}

/// Returns the last value of the setting in the user's config.
fn value(included: bool) -> Result<Option<String>, InstallError> {
    let includes = if included { "--includes" } else { "--no-includes" };
    let output = Git::new(None, ["config", "--global", includes, "--get", KEY]).run()?;
    match output.code {
        Some(0) => Ok(Some(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())),
        Some(1) => Ok(None),
        _ => Err(GitError::Program { command: "config".into(), reason: output.stderr }.into()),
    }
}

/// Returns the file that `git config --global` writes.
fn file() -> Result<PathBuf, InstallError> {
    if let Some(path) = std::env::var_os("GIT_CONFIG_GLOBAL") {
        return Ok(PathBuf::from(path));
    }
    let home = std::env::home_dir().ok_or(InstallError::NoPlace("your home directory"))?;
    let set = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let (usual, other) = (home.join(".gitconfig"), set.unwrap_or_else(|| home.join(".config")).join("git/config"));
    Ok(if !usual.exists() && other.exists() { other } else { usual })
}

fn block(driver: &str) -> Vec<u8> {
    let escaped = driver.replace('\\', "\\\\").replace('"', "\\\"");
    let quoted = if driver.contains(['#', ';']) { format!("\"{escaped}\"") } else { escaped };
    format!("[merge \"chittysync\"]\n\tname = {NAME}\n\tdriver = {quoted}\n").into_bytes()
}

/// Returns the text with the block at the end, or at the beginning when the last line is not finished:
/// finishing it would not be undone.
fn with(text: &[u8], block: &[u8]) -> Vec<u8> {
    let finished = text.is_empty() || (text.ends_with(b"\n") && !text.ends_with(b"\\\n"));
    let mark: &[u8] = if text.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
    let rest = &text[mark.len()..];
    if finished { [text, block].concat() } else { [mark, block, rest].concat() }
}

/// Returns the text without the block; nothing when it is not there.
fn without(text: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    let at = memmem::find(text, block)?;
    Some([&text[..at], &text[at + block.len()..]].concat())
}

/// Changes the file under the lock that git takes. A file that is empty then is removed, unless it is a
/// link.
fn edit(path: &Path, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Result<(), InstallError> {
    let target = crate::git::real(path);
    let mut lock = target.clone().into_os_string();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&lock).map_err(|err| match err.kind() {
        std::io::ErrorKind::AlreadyExists => InstallError::Locked { path: path.to_owned(), lock: lock.clone() },
        _ => GitError::io("write", path)(err).into(),
    })?;
    // Returns whether the lock became the file.
    let replace = || -> Result<bool, GitError> {
        let text = match read_file(&target) {
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(GitError::io("read", path))?,
        };
        let Some(text) = change(&text) else { return Ok(false) };
        if text.is_empty() && path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            return fs::remove_file(path).map(|()| false).map_err(GitError::io("remove", path));
        }
        file.write_all(&text).map_err(GitError::io("write", path))?;
        if let Ok(old) = fs::metadata(&target) {
            fs::set_permissions(&lock, old.permissions()).map_err(GitError::io("write", path))?;
        }
        file.sync_all().map_err(GitError::io("flush", path))?;
        fs::rename(&lock, &target).map(|()| true).map_err(GitError::io("write", path))
    };
    let replaced = replace();
    // What has this name once it became the file is another process's.
    if !matches!(replaced, Ok(true)) {
        let _ = fs::remove_file(&lock);
    }
    replaced?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out_without_a_trace() {
        let block = block("git-chittysync merge-driver %O %A %B %L %P");
        for text in
            ["", "[a]\n", "[a]\n\tb = c", "[a]\n\n\n", "\u{feff}[a]\r\n\tb = c \\", "[a]\n\tb = c \\\n", "# x\n"]
        {
            let installed = with(text.as_bytes(), &block);
            assert_eq!(without(&installed, &block).as_deref(), Some(text.as_bytes()), "{text:?}");
            assert_eq!(installed.starts_with(b"\xef\xbb\xbf"), text.starts_with('\u{feff}'));
        }
        assert_eq!(without(b"[merge]\n", &block), None);
    }
}
