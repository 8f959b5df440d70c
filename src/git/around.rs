//! What the repository around a directory says of its project.

use std::path::{Path, PathBuf};

use super::discover;

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
}

/// Returns what the repository around a directory says of its project, under this key among others; nothing outside
/// one.
pub fn setting_at(directory: &Path, key: &str) -> Option<Around> {
    let found = discover::around(directory)?;
    // That of a linked worktree is given as `.git/worktrees/x/../..`.
    let common = std::fs::canonicalize(&found.common_dir).ok()?;
    let main = if common.file_name().is_some_and(|name| name == ".git") { common.parent()?.to_owned() } else { common };
    let options = gix::open::Options::default().open_path_as_is(true);
    let opened = found.is_fit().ok().and_then(|()| gix::open_opts(&found.candidate, options).ok());
    // One that cannot be opened still has a name.
    let Some(repo) = opened else { return Some(Around { project: None, origin: None, rewritten: None, main }) };
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
    })
}
