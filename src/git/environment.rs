//! The variables with which git points its programs at a repository: a hook, `git --work-tree`, `git rebase --exec`
//! set them, and leave them to whatever runs then.
//!
//! A store is named by its path, never by these. Only `GIT_DIR` says something that we heed: which repository we
//! stand in.

use std::process::{Command, ExitCode};

/// Variables that point git at a repository or change what it reads there.
pub(super) const LOCAL_VARIABLES: [&str; 17] = [
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

/// Those that say where we stand, and that nothing but [`super::Repo::discover`] reads in this process.
const WHERE: [&str; 2] = ["GIT_CEILING_DIRECTORIES", "GIT_DIR"];

/// Takes them all from a program that is about to be started.
pub fn without_repository(command: &mut Command) -> &mut Command {
    LOCAL_VARIABLES.iter().fold(command, |command, variable| command.env_remove(variable))
}

/// Makes the paths in these variables and in ours whole, for a program that is about to be started in another directory.
pub fn with_whole_paths(command: &mut Command, more: impl IntoIterator<Item = &'static str>) -> &mut Command {
    let ours = ["CHITTYSYNC_STORE", "GIT_CONFIG_GLOBAL"];
    more.into_iter().chain(ours).fold(command, |command, variable| {
        match std::env::var_os(variable).filter(|path| !path.is_empty()).map(std::path::absolute) {
            Some(Ok(path)) => command.env(variable, path),
            _ => command,
        }
    })
}

/// Puts this program in its own place, without those of these variables that would send reads and writes of one
/// repository to the files of another. Returns only if none is set, or with an exit code: on systems where a
/// program cannot take its own place, and when it cannot be started.
pub fn restart_without_repository() -> Option<ExitCode> {
    let harmful = |variable: &&str| !WHERE.contains(variable) && std::env::var_os(variable).is_some();
    let found: Vec<&str> = LOCAL_VARIABLES.into_iter().filter(harmful).collect();
    if found.is_empty() {
        return None;
    }
    let start = || -> std::io::Result<ExitCode> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut arguments = std::env::args_os();
        let name = arguments.next();
        command.args(arguments);
        for variable in &found {
            command.env_remove(variable);
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            Err(command.arg0(name.unwrap_or_default()).exec())
        }
        #[cfg(not(unix))]
        {
            drop(name);
            let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
            Ok(ExitCode::from(code.unwrap_or(255)))
        }
    };
    Some(start().unwrap_or_else(|err| {
        eprintln!("fatal: cannot start without {}: {err}", found.join(", "));
        ExitCode::from(128)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What git itself calls local to a repository; but settings of one command are the user's.
    #[test]
    fn all_that_git_knows_are_known() {
        let said = Command::new("git").args(["rev-parse", "--local-env-vars"]).output().expect("git");
        let said = String::from_utf8(said.stdout).expect("UTF-8");
        let strange: Vec<&str> = said
            .lines()
            .filter(|variable| !LOCAL_VARIABLES.contains(variable))
            .filter(|variable| !["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"].contains(variable))
            .collect();
        assert!(said.lines().count() > 10 && strange.is_empty(), "{strange:?}");
    }
}
