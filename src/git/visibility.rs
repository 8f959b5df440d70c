//! Whether everybody can read a repository on a host.

use std::time::Duration;

use super::Git;
use super::transfer::Watch;

/// How long the question may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a host says, or git for it, that does not show a repository to somebody without credentials.
const NO: [&str; 6] =
    ["Authentication failed", "could not read", "not found", "error: 40", "Could not read", "not appear"];

/// Asks a host for a repository as somebody without any credentials would. Nothing when there is no answer.
pub fn is_public(url: &str) -> Option<bool> {
    let arguments = [
        "-c",
        "credential.helper=",
        "-c",
        "core.askPass=true",
        "-c",
        "http.extraHeader=",
        "-c",
        "http.cookieFile=",
        "-c",
        "http.sslCert=",
        "-c",
        "protocol.allow=never",
        "-c",
        "protocol.https.allow=always",
        "-c",
        "protocol.file.allow=always",
        "ls-remote",
        "--quiet",
        "--end-of-options",
        url,
        "HEAD",
    ];
    let mut git = Git::new(None, arguments).env("GIT_ASKPASS", "true").env("SSH_ASKPASS", "true");
    // Passwords lie in ~/.netrc too, which only another HOME hides; the user's git config (proxies,
    // certificates) stays what it is.
    if let Some(home) = std::env::home_dir() {
        let config = [home.join(".gitconfig"), home.join(".config/git/config")].into_iter().find(|path| path.exists());
        if let (Some(config), None) = (config, std::env::var_os("GIT_CONFIG_GLOBAL")) {
            git = git.env("GIT_CONFIG_GLOBAL", config);
        }
        git = git.env("HOME", "/nonexistent");
    }
    let watch = Watch { timeout: TIMEOUT, interactive: false, progress: None, most: None, settings: None };
    let finished = git.transfer(&watch).ok()?;
    match finished.code? {
        0 => Some(true),
        _ => NO.iter().any(|words| finished.complaint.contains(words)).then_some(false),
    }
}
