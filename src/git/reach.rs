//! Trying whether a remote can be reached, and why not.

use super::hardened::Hardened;
use super::transfer::Watch;
use super::{GitError, RemoteName, Repo};

/// Why a remote cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// What kind of thing is the matter, where git's words tell.
    pub cause: Option<Cause>,
    /// What git said.
    pub words: String,
}

/// What kind of thing is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is no repository there.
    NoRepository,
    /// It does not take who we say we are.
    Password,
    /// It is not known to be the host that it says it is.
    HostKey,
    /// There is no way there.
    NoNetwork,
    /// The host is there, and nothing listens.
    Refused,
    /// Nothing came within the time that it has.
    Silent,
}

impl Cause {
    /// What git, ssh and curl say, from the most telling on.
    const TOLD: [(Cause, &'static [&'static str]); 6] = [
        (Cause::HostKey, &["Host key verification failed", "REMOTE HOST IDENTIFICATION", "certificate"]),
        (
            Cause::NoNetwork,
            &[
                "Could not resolve host",
                "Temporary failure in name resolution",
                "Name or service not known",
                "nodename nor servname",
                "Network is unreachable",
                "No route to host",
            ],
        ),
        (Cause::Refused, &["Connection refused", "Couldn't connect to server", "Failed to connect"]),
        (Cause::Silent, &["timed out", "did not answer and was given up"]),
        (
            Cause::Password,
            &[
                "Authentication failed",
                "Permission denied (",
                "could not read Username",
                "could not read Password",
                "terminal prompts disabled",
                "error: 401",
                "error: 403",
            ],
        ),
        (
            Cause::NoRepository,
            &[
                "does not appear to be a git repository",
                "not a git repository",
                "epository not found",
                "' not found",
                "error: 404",
                "No such file or directory",
                "does not exist",
            ],
        ),
    ];

    /// Returns the cause that git's words tell of.
    pub fn of(words: &str) -> Option<Self> {
        Cause::TOLD.into_iter().find(|(_, told)| told.iter().any(|told| words.contains(told))).map(|(cause, _)| cause)
    }

    /// Returns what it is, and what can be done, for people.
    pub fn text(self) -> &'static str {
        match self {
            Cause::NoRepository => "there is no repository at that path; make one there, or name another",
            Cause::Password => "wrong password or key, or none; give git a credential or an ssh key for it",
            Cause::HostKey => "the host is not trusted; look at its key or certificate, and accept it with ssh or git",
            Cause::NoNetwork => "no network, or no such host",
            Cause::Refused => "refused: the host is there, and no server listens",
            Cause::Silent => "no answer in time",
        }
    }
}

impl std::fmt::Display for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.cause {
            Some(cause) => write!(f, "{} (git: {})", cause.text(), self.words),
            None => f.write_str(&self.words),
        }
    }
}

/// Asks a remote what it has, and takes nothing.
///
/// # Errors
/// When git cannot be started. A remote that does not answer is a value.
pub fn reach(repo: &Repo, remote: &RemoteName, watch: &Watch<'_>) -> Result<Result<(), Away>, GitError> {
    if let Some(reason) = repo.brings_along(remote) {
        return Ok(Err(Away { cause: None, words: reason.to_owned() }));
    }
    let hardened = Hardened::of(repo, remote, watch)?;
    let asked = hardened.git(repo, &[], "ls-remote", ["--heads", "--end-of-options", remote.as_str(), "HEAD"]);
    let finished = asked.transfer(watch)?;
    if finished.code == Some(0) {
        return Ok(Ok(()));
    }
    let cause = Cause::of(&finished.complaint).or_else(|| Cause::of(&finished.stderr));
    Ok(Err(Away { cause, words: finished.complaint }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What needs a network to be seen, in the words of git, ssh and curl. The rest is tried with real servers.
    #[test]
    fn causes_are_told_from_words() {
        for (words, cause) in [
            ("unable to access 'https://x.invalid/y/': Could not resolve host: x.invalid", Some(Cause::NoNetwork)),
            ("ssh: Could not resolve hostname x.invalid: Name or service not known", Some(Cause::NoNetwork)),
            ("ssh: Could not resolve hostname x: nodename nor servname provided, or not known", Some(Cause::NoNetwork)),
            ("unable to look up x.invalid (port 9418) (Temporary failure in name resolution)", Some(Cause::NoNetwork)),
            ("ssh: connect to host 192.0.2.1 port 22: Network is unreachable", Some(Cause::NoNetwork)),
            ("ssh: connect to host 192.0.2.1 port 22: Connection timed out", Some(Cause::Silent)),
            ("it did not answer and was given up after 10 s", Some(Cause::Silent)),
            (
                "unable to access 'https://x/': Failed to connect to x port 443: Connection refused",
                Some(Cause::Refused),
            ),
            ("unable to access 'https://x/': SSL certificate problem: self-signed certificate", Some(Cause::HostKey)),
            ("could not read Username for 'https://github.com': terminal prompts disabled", Some(Cause::Password)),
            ("unable to access 'https://x/': The requested URL returned error: 403", Some(Cause::Password)),
            ("me@x: Permission denied (publickey,password).", Some(Cause::Password)),
            ("ERROR: Repository not found.", Some(Cause::NoRepository)),
            ("repository 'https://x/y/' not found", Some(Cause::NoRepository)),
            ("the remote end hung up unexpectedly", None),
        ] {
            assert_eq!(Cause::of(words), cause, "{words}");
        }
    }
}
