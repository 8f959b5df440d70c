//! Which repository is the store.

use std::path::{Path, PathBuf};

use super::StoreError;
use super::directory::{Directory, general_routes, home};
use crate::git::{Repo, global_setting};
use crate::settings::{Ruling, Target, is_store, table};

/// How a store was found. The first one that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--store <path>`.
    Option,
    /// `CHITTYSYNC_STORE`.
    Environment,
    /// `chittysync.route`.
    Route,
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
/// When the user has no home directory, so that there is no default place; where todos of the directory are kept
/// nowhere, or it cannot be told where.
pub fn locate(option: Option<&Path>, directory: &Path) -> Result<Location, StoreError> {
    Ok(locate_of(option, directory, || None)?.0)
}

/// As [`locate`], of a session that works in a directory and may have begun in another one: where there are rules, that
/// one decides, so that all of a session goes to one store. Returns the one that decided, too.
///
/// # Errors
/// As [`locate`].
pub fn locate_of(
    option: Option<&Path>,
    directory: &Path,
    began: impl FnOnce() -> Option<PathBuf>,
) -> Result<(Location, PathBuf), StoreError> {
    let at = |path: PathBuf, origin| Ok((Location { path, origin }, directory.to_owned()));
    if let Some(path) = option {
        return at(directory.join(path), Origin::Option);
    }
    if let Some(path) = table::STORE.variable.and_then(std::env::var_os).filter(|path| !path.is_empty()) {
        return at(directory.join(path), Origin::Environment);
    }
    let mut directory = directory.to_owned();
    let mut repo = Repo::discover(&directory).ok().flatten();
    if has_routes(repo.as_ref()) {
        if let Some(began) = began().filter(|began| *began != directory) {
            repo = Repo::discover(&began).ok().flatten();
            directory = began;
        }
        match Directory::look(&directory.to_string_lossy()).ruling {
            Ruling::By(Target::Store(path), _) => return Ok((Location { path, origin: Origin::Route }, directory)),
            Ruling::By(Target::Nowhere, rule) => return Err(StoreError::Nowhere(rule)),
            Ruling::Unsure(reason) => return Err(StoreError::Unsure(reason)),
            Ruling::By(Target::Default, _) | Ruling::Free => {}
        }
    }
    if let Some(repo) = repo.filter(may_be_store) {
        return Ok((Location { path: repo.git_dir().to_owned(), origin: Origin::Here }, directory));
    }
    Ok((fallback()?, directory))
}

/// Finds the store that is used where no rule leads to one, outside any repository that is one.
///
/// # Errors
/// When the user has no home directory.
pub fn fallback() -> Result<Location, StoreError> {
    if let Some(path) = global_setting(table::STORE.key).filter(|path| !path.is_empty()) {
        let path = match path.strip_prefix("~/").zip(home()) {
            Some((rest, home)) => home.join(rest),
            None => PathBuf::from(path),
        };
        return Ok(Location { path, origin: Origin::Setting });
    }
    let missing = || StoreError::Missing(PathBuf::from("~/.local/share/chittysync/store.git"));
    let path = data_home().ok_or_else(missing)?.join("chittysync/store.git");
    Ok(Location { path, origin: Origin::Default })
}

/// Returns whether there may be rules that lead to stores. Where the user's settings cannot be read no store can be
/// opened either, and that is told then.
fn has_routes(repo: Option<&Repo>) -> bool {
    match repo {
        Some(repo) => repo.users_values(table::ROUTE.key).is_ok_and(|given| !given.is_empty()),
        None => general_routes().is_ok_and(|routes| !routes.is_empty()),
    }
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
