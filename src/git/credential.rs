//! Passwords, as git knows them: from whatever the user's `credential.helper` is.

use std::io::Write;
use std::process::Stdio;

use super::{Git, GitError};

/// Returns the password that git knows for a user of a place, or for any, where the name is empty; nothing when it knows
/// none. Nobody is asked for it.
///
/// # Errors
/// When git cannot be started, or the words for the place would be more than one line.
pub fn password(protocol: &str, host: &str, path: &str, user: &str) -> Result<Option<String>, GitError> {
    let failed = |reason: String| GitError::Program { command: "credential".to_owned(), reason };
    if [protocol, host, path, user].iter().any(|word| word.contains(['\n', '\0'])) {
        return Err(failed("a line break in a name".to_owned()));
    }
    let user = if user.is_empty() { String::new() } else { format!("username={user}\n") };
    let question = format!("protocol={protocol}\nhost={host}\npath={path}\n{user}\n");
    let mut git = Git::new(None, ["-c", "core.askPass=", "credential", "fill"]);
    let command = git.command_mut();
    command.env("GIT_ASKPASS", "").env("SSH_ASKPASS", "");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|err| failed(err.to_string()))?;
    // A helper that does not listen answers all the same.
    let _ = child.stdin.take().map(|mut input| input.write_all(question.as_bytes()));
    let output = child.wait_with_output().map_err(|err| failed(err.to_string()))?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = answer.lines().find_map(|line| line.strip_prefix("password="));
    Ok(found.filter(|_| output.status.success()).map(str::to_owned))
}
