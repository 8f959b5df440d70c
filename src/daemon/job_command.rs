//! What each job runs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::job::Job;
#[cfg(feature = "daemon")]
use super::setup::Setup;
use crate::git::without_repository;
use crate::settings::Background;

/// Returns what a job runs, and how long it may take.
#[cfg(feature = "daemon")]
pub(super) fn command(job: Job, setup: &Setup, background: &Background) -> (Command, Duration) {
    let store = &setup.location.path;
    let command = match (job, &background.mirror_command) {
        (Job::Mirror, Some(line)) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(line).env("CHITTYSYNC_STORE", store);
            unattended(shell)
        }
        _ => {
            let mut own = own(job, &setup.program, store);
            // Whoever looks after the store that is used without rules looks after those that rules name.
            own.args(setup.serves_all().then(|| of_all_stores(job)).flatten());
            own
        }
    };
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let limit = match job {
        Job::Local => minutes(5),
        Job::Network => minutes(15),
        Job::Mirror | Job::Mirrors => minutes(60),
        // It looks after the agent's time itself, and needs some for what comes before and after.
        Job::Spawn => background.spawn.unwrap_or_default() + minutes(30),
    };
    (command, limit)
}

/// Returns a job that this program does.
pub(super) fn own(job: Job, program: &Path, store: &Path) -> Command {
    let mut program = Command::new(program);
    program.arg("--store").arg(store).args(arguments(job));
    unattended(program)
}

/// The present of whoever started this is not that of its runs, nor is the repository, and nobody can be asked anything.
fn unattended(mut command: Command) -> Command {
    without_repository(&mut command).env_remove("CHITTYSYNC_NOW").env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// Returns what has a job look after all stores, if it can.
#[cfg(feature = "daemon")]
fn of_all_stores(job: Job) -> Option<&'static str> {
    match job {
        Job::Local | Job::Network | Job::Mirror => Some("--all-stores"),
        Job::Mirrors | Job::Spawn => None,
    }
}

/// Returns the command line of a job that this program does.
fn arguments(job: Job) -> &'static [&'static str] {
    match job {
        Job::Local => &["sync", "--quiet", "--no-fetch", "--no-push"],
        Job::Network | Job::Mirror => &["sync", "--quiet"],
        Job::Mirrors => &["mirror", "sync", "--due", "--quiet"],
        Job::Spawn => &["topics", "--spawn", "--quiet"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a job runs is a command that there is, for one store and for all.
    #[cfg(feature = "daemon")]
    #[test]
    fn every_line_is_understood() {
        for job in Job::ALL {
            let one = arguments(job).to_vec();
            let all: Vec<&str> = one.iter().copied().chain(of_all_stores(job)).collect();
            for line in [one, all] {
                let parsed =
                    crate::cli::command().try_get_matches_from(std::iter::once("git-chittysync").chain(line.clone()));
                assert!(parsed.is_ok(), "{line:?}: {parsed:?}");
            }
        }
    }

    /// A local run must not wait for the network: whatever flags keep `sync` from it are given.
    #[test]
    fn a_local_run_stays_off_the_network() {
        let command = crate::cli::every_command();
        let sync = command.find_subcommand("sync").expect("a command");
        for flag in ["no-fetch", "no-push"] {
            let is_known = sync.get_arguments().any(|argument| argument.get_long() == Some(flag));
            assert_eq!(arguments(Job::Local).contains(&format!("--{flag}").as_str()), is_known, "--{flag}");
            assert!(!arguments(Job::Network).contains(&format!("--{flag}").as_str()));
        }
    }
}
