//! The part of `doctor` that runs a hook as an agent does.

use std::time::Duration;

use super::{AgentSettings, Check, Surroundings, hook_command};
use crate::git::answer;

/// Has a hook say which version it is, and do nothing else. The command is the one in the agent's settings: it cannot
/// be given another argument.
pub const ASKED: &str = "CHITTYSYNC_DOCTOR";

/// How long the hook may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Returns what a hook says that was asked.
pub fn version() -> String {
    format!("git-chittysync {}", env!("CARGO_PKG_VERSION"))
}

/// Runs a command as an agent does that was started from a desktop: by a shell, with a short PATH, in a directory where
/// nothing is. Says whether it led to this program; `place` is where it stands.
pub(super) fn check(at: &Surroundings<'_>, agent: &AgentSettings, place: String) -> Check {
    let command = match &hook_command(agent) {
        Ok(command) => command.clone(),
        Err(err) => return Check::bad("hooks", (at.chain)(err)),
    };
    check_command("hooks", &command, place)
}

/// As [`check`], of this command, under this name.
pub(super) fn check_command(name: &str, command: &str, place: String) -> Check {
    match run(command) {
        Some(said) if said == version() => Check::ok(name, place),
        Some(said) if said.starts_with("git-chittysync ") => Check::bad(
            name,
            format!("{place}: they run {said}, this is {}; `git chittysync install` has them run this one", version()),
        ),
        _ => Check::bad(
            name,
            format!(
                "{place}: with a short PATH, as an agent may have it, they do not find this program; `git chittysync install` puts that right"
            ),
        ),
    }
}

fn run(command: &str) -> Option<String> {
    let empty = tempfile::tempdir().ok()?;
    let of = |name: &str| std::env::var(name).ok().map(|value| format!("{name}={value}"));
    let variables = ["HOME", "XDG_DATA_HOME"].into_iter().filter_map(of);
    let mut arguments = vec!["-i".to_owned(), "PATH=/usr/bin:/bin".to_owned(), format!("{ASKED}=1")];
    arguments.extend(variables);
    let directory = empty.path().to_str()?;
    let script = "cd \"$0\" && exec sh -c \"$1\"";
    arguments.extend(["sh", "-c", script, directory, command].map(str::to_owned));
    answer("/usr/bin/env", &arguments.iter().map(String::as_str).collect::<Vec<_>>(), TIMEOUT)
}
