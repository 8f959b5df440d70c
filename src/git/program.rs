//! The git program, for what gix cannot do.

use std::path::Path;
use std::process::{Command, Stdio};

use super::GitError;
use super::environment::without_repository;

/// What git takes for no repository, and does not look further.
const NO_REPOSITORY: &str = "/dev/null";

/// A call of the git program in the making.
#[derive(Debug)]
pub struct Git {
    name: String,
    command: Command,
}

/// What a finished git said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitOutput {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output, as bytes: names in it need not be UTF-8.
    pub stdout: Vec<u8>,
    /// Its standard error, as text.
    pub stderr: String,
}

impl Git {
    /// Returns a call that reads nothing from the terminal and speaks English. The repository is always named, as
    /// `safe.bareRepository=explicit` asks for; without one, git reads the settings of the user and the system, and
    /// looks at none that it happens to stand in.
    pub fn new<'a>(git_dir: Option<&Path>, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let mut command = Command::new("git");
        without_repository(&mut command);
        let mut option = std::ffi::OsString::from("--git-dir=");
        option.push(git_dir.unwrap_or(Path::new(NO_REPOSITORY)));
        command.arg(option);
        command.args(&arguments).env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
        // An object that is missing is missing: git would ask a remote for it, by what the repository's settings say.
        command.env("GIT_NO_LAZY_FETCH", "1");
        command.stdin(Stdio::null());
        let name = arguments.iter().find(|argument| !argument.starts_with('-')).copied().unwrap_or_default();
        Git { name: name.to_owned(), command }
    }

    /// Adds a path as the last argument, behind `--`.
    #[must_use]
    pub fn path(mut self, path: &Path) -> Self {
        self.command.arg("--").arg(path);
        self
    }

    /// Runs it in this directory.
    #[must_use]
    pub fn current_dir(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Sets a variable for it.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Returns the name of git's command.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn command_mut(&mut self) -> &mut Command {
        &mut self.command
    }

    pub(super) fn not_started(&self, err: &std::io::Error) -> GitError {
        GitError::Program { command: self.name.clone(), reason: format!("{err} (is git installed and on PATH?)") }
    }

    /// Runs it and waits.
    ///
    /// # Errors
    /// When git cannot be started. How it ends is for the caller to judge.
    pub fn run(mut self) -> Result<GitOutput, GitError> {
        let output = self.command.output().map_err(|err| self.not_started(&err))?;
        Ok(GitOutput {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Runs it, waits, and returns what it printed.
    ///
    /// # Errors
    /// When it cannot be started or does not end with 0.
    pub fn output(self) -> Result<Vec<u8>, GitError> {
        let command = self.name.clone();
        let output = self.run()?;
        if output.code == Some(0) {
            return Ok(output.stdout);
        }
        Err(GitError::Program { command, reason: output.stderr })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory's own settings name programs, and can be a pipe.
    #[test]
    fn without_a_repository_none_is_looked_at() {
        let directory = tempfile::tempdir().expect("a directory");
        let git = |arguments: &[&str]| {
            let call = Git::new(Some(&directory.path().join(".git")), arguments.iter().copied());
            call.current_dir(directory.path()).output().expect("git")
        };
        git(&["init", "-q"]);
        git(&["config", "core.pager", "anything-at-all"]);
        let pager = |git_dir: Option<&Path>| {
            let mut asked = Git::new(git_dir, ["var", "GIT_PAGER"]).current_dir(directory.path());
            asked.command_mut().env_remove("GIT_PAGER");
            String::from_utf8_lossy(&asked.output().expect("git")).trim().to_owned()
        };
        assert_eq!(pager(Some(&directory.path().join(".git"))), "anything-at-all");
        assert_ne!(pager(None), "anything-at-all");
    }
}
