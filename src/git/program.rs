//! The git program, for what gix cannot do.

use std::path::Path;
use std::process::{Command, Stdio};

use super::GitError;

/// Variables that point git at a repository or change what it reads; a store is always named explicitly.
const LOCAL_VARIABLES: [&str; 17] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

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
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error, as text.
    pub stderr: String,
}

impl Git {
    /// Returns a call that reads nothing from the terminal and speaks English.
    pub fn new<'a>(git_dir: Option<&Path>, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let mut command = Command::new("git");
        for variable in LOCAL_VARIABLES {
            command.env_remove(variable);
        }
        if let Some(git_dir) = git_dir {
            let mut option = std::ffi::OsString::from("--git-dir=");
            option.push(git_dir);
            command.arg(option);
        }
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
