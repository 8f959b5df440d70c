//! A mirror that is a program of the user's: what it does with the store, it knows itself. That it is run when the branch
//! moved, again after it failed, and what it said then, is as of every mirror.

use std::process::{Command, Stdio};

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::failure::Failure;
use super::items::Held;
use super::part::Part;
use crate::git::without_repository;

/// The exit code by which a program says that it may work later (`EX_TEMPFAIL` of sysexits.h).
const LATER: i32 = 75;

/// A line for the shell.
#[derive(Debug)]
pub struct Program {
    line: String,
}

impl Program {
    /// Returns the adapter of a line for the shell.
    ///
    /// # Errors
    /// When it is empty.
    pub fn new(line: &str) -> Result<Self, Failure> {
        match line.trim().is_empty() {
            true => Err(Failure::refused("the command is empty", "name a line for the shell, in quotes")),
            false => Ok(Program { line: line.to_owned() }),
        }
    }
}

impl Adapter for Program {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: false, keeps_checkpoint: false, history: false, whole: true, batch: 1 }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        Ok(None)
    }

    fn push(&mut self, batch: &Batch<'_>, _stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.line).stdin(Stdio::null());
        without_repository(&mut command)
            .env("CHITTYSYNC_STORE", batch.whole.store.repo.common_dir())
            .env("CHITTYSYNC_FROM", batch.from.unwrap_or_default())
            .env("CHITTYSYNC_TO", &batch.to.commit)
            .env("GIT_TERMINAL_PROMPT", "0");
        let ended = command.output().map_err(|err| Failure::later(format!("sh cannot be started: {err}")))?;
        if ended.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stderr).into_owned() + &String::from_utf8_lossy(&ended.stdout);
        let words = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
        let reason = format!("the command failed ({}): {}", ended.status, words.chars().take(200).collect::<String>());
        match ended.status.code() {
            Some(LATER) => Err(Failure::later(reason)),
            _ => Err(Failure::refused(reason, "run it by hand, with CHITTYSYNC_STORE set, to see all that it says")),
        }
    }

    fn verify(&mut self, _whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        Err(Failure::refused("what a command makes of the store is not known here", "look where it puts it"))
    }
}
