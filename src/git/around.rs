//! What the repository around a directory says of its project, and its user of it.

use std::path::{Path, PathBuf};

use super::globals::{command_line, users, with_command_line};
use super::{Given, discover};

/// What a repository says of its project.
#[derive(Clone, Debug)]
pub struct Around {
    /// The setting that was asked for, if it is set.
    pub project: Option<String>,
    /// The URL of `origin` as it is written.
    pub origin: Option<String>,
    /// The same as git rewrites it (`url.<base>.insteadOf`).
    pub rewritten: Option<String>,
    /// The main working tree.
    pub main: PathBuf,
    /// Whether its configuration could be read.
    pub is_read: bool,
    /// The values of the other setting that was asked for, as the user, the system and the command line say them:
    /// what the repository says itself is none of them. Nothing when its configuration cannot be read.
    pub users: Vec<Given>,
}

/// Returns what the repository around a directory says of its project, under this key among others, and what the user
/// says under the other one for it; nothing outside a repository.
pub fn setting_at(directory: &Path, key: &str, users_key: &str) -> Option<Around> {
    let found = discover::around(directory)?;
    // That of a linked worktree is given as `.git/worktrees/x/../..`.
    let common = std::fs::canonicalize(&found.common_dir).ok()?;
    let main = if common.file_name().is_some_and(|name| name == ".git") { common.parent()?.to_owned() } else { common };
    let options = gix::open::Options::default().open_path_as_is(true);
    let opened = found.is_fit().ok().and_then(|()| gix::open_opts(&found.candidate, options).ok());
    // One that cannot be opened still has a name.
    let Some((repo, overrides)) = opened.zip(command_line().ok()) else {
        let (project, origin, rewritten, users) = (None, None, None, Vec::new());
        return Some(Around { project, origin, rewritten, main, is_read: false, users });
    };
    let config = repo.config_snapshot();
    let origin = repo.find_remote("origin").ok();
    let rewritten = origin.as_ref().and_then(|origin| origin.url(gix::remote::Direction::Fetch));
    // Of several, git fetches from the first.
    let urls = config.plumbing().strings("remote.origin.url").unwrap_or_default();
    Some(Around {
        project: config.string(key).map(|value| value.to_string()),
        origin: urls.into_iter().map(|url| url.to_string()).find(|url| !url.is_empty()),
        rewritten: rewritten.map(|url| url.to_bstring().to_string()),
        main,
        is_read: true,
        users: with_command_line(users(config.plumbing(), users_key), users_key, &overrides),
    })
}
