//! Which repository is the store.

use std::path::{Path, PathBuf};

use super::StoreError;
use crate::git::{Repo, global_setting};
use crate::settings::{is_store, table};

/// How a store was found. The first one that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--store <path>`.
    Option,
    /// `CHITTYSYNC_STORE`.
    Environment,
    /// The repository that we stand in.
    Here,
    /// `chittysync.store`.
    Setting,
    /// `$XDG_DATA_HOME/chittysync/store.git`.
    Default,
}

/// Where the store is, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The repository.
    pub path: PathBuf,
    /// How it was found.
    pub origin: Origin,
}

impl Location {
    /// Returns the common git directory of the store, which can be there while git's configuration is such that the
    /// store cannot be opened: the log can be read then, and an event put down. Nothing when there is no store, or
    /// it is somebody else's.
    pub fn common_dir(&self) -> Option<PathBuf> {
        let common_dir = Repo::directory_at(&self.path)?;
        let is_store = self.origin == Origin::Default
            || common_dir.join("chittysync").is_dir()
            || Repo::open(&self.path).is_ok_and(|repo| may_be_store(&repo));
        is_store.then_some(common_dir)
    }
}

/// Finds the store. A repository that we stand in and cannot open is passed over, unless it was named; one
/// with a setting that cannot be read is not.
///
/// # Errors
/// When the user has no home directory, so that there is no default place.
pub fn locate(option: Option<&Path>, directory: &Path) -> Result<Location, StoreError> {
    let at = |path: PathBuf, origin| Ok(Location { path, origin });
    if let Some(path) = option {
        return at(directory.join(path), Origin::Option);
    }
    if let Some(path) = table::STORE.variable.and_then(std::env::var_os).filter(|path| !path.is_empty()) {
        return at(directory.join(path), Origin::Environment);
    }
    if let Ok(Some(repo)) = Repo::discover(directory)
        && may_be_store(&repo)
    {
        return at(repo.git_dir().to_owned(), Origin::Here);
    }
    if let Some(path) = global_setting(table::STORE.key).filter(|path| !path.is_empty()) {
        let path = match path.strip_prefix("~/").zip(home()) {
            Some((rest, home)) => home.join(rest),
            None => PathBuf::from(path),
        };
        return at(path, Origin::Setting);
    }
    let missing = || StoreError::Missing(PathBuf::from("~/.local/share/chittysync/store.git"));
    at(data_home().ok_or_else(missing)?.join("chittysync/store.git"), Origin::Default)
}

/// Returns whether a repository is a store, without reading what else is set. One whose setting cannot be read is:
/// that is told when it is opened.
fn may_be_store(repo: &Repo) -> bool {
    is_store(&repo.values_of_files()).unwrap_or(true)
}

/// Returns `$XDG_DATA_HOME`, or `~/.local/share`.
pub fn data_home() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| home().map(|home| home.join(".local/share")))
}

fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}
