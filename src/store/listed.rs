//! The stores whose todos are shown as one list: the one that is used without rules, and those of `chittysync.alsoList`.

use std::path::{Path, PathBuf};

use super::directory::home;
use super::{Location, Origin, fallback};
use crate::git::{GitError, Repo, forget_global_value, global_values, keep_global_value, real};
use crate::settings::table::ALSO_LIST;

/// A store that is listed beside the one in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it is. Only an absolute path names one.
    pub location: Location,
    /// Whether `chittysync.alsoList` names it. The other one may not be there yet.
    pub is_named: bool,
}

/// Returns the stores that are listed beside this one; none where it was named itself (`--store`), where it is not one of
/// them, and where the user's settings name none.
pub fn listed_beside(own: &Location) -> Vec<Listed> {
    if matches!(own.origin, Origin::Option | Origin::Environment) {
        return Vec::new();
    }
    let named = also_listed();
    if named.is_empty() {
        return Vec::new();
    }
    let named = named.into_iter().map(|path| (Location { path, origin: Origin::Setting }, true));
    let all = fallback().ok().map(|location| (location, false)).into_iter().chain(named);
    let (own, mut known, mut others, mut is_one) = (place(&own.path), Vec::new(), Vec::new(), false);
    for (location, is_named) in all {
        let place = place(&location.path);
        is_one |= place == own;
        if place != own && !known.contains(&place) {
            known.push(place);
            others.push(Listed { location, is_named });
        }
    }
    if is_one { others } else { Vec::new() }
}

/// Returns the paths that the user's settings name, as they are meant.
pub fn also_listed() -> Vec<PathBuf> {
    given().iter().map(|text| meant(text)).collect()
}

/// Returns the values as they stand in the user's settings.
fn given() -> Vec<String> {
    // Where the settings cannot be read no store can be opened either, and that is told then.
    let given = global_values(ALSO_LIST.key).unwrap_or_default().into_iter();
    given.map(|given| given.text).filter(|text| !text.is_empty()).collect()
}

fn meant(text: &str) -> PathBuf {
    match text.strip_prefix("~/").zip(home()) {
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(text),
    }
}

/// Has a project's store listed with the others from now on. Says whether it was not yet.
///
/// # Errors
/// When the user's git config cannot be written.
pub fn list_from_now_on(path: &Path) -> Result<bool, GitError> {
    let is_listed = also_listed().iter().any(|listed| place(listed) == place(path));
    if !is_listed {
        keep_global_value(ALSO_LIST.key, &path.to_string_lossy())?;
    }
    Ok(!is_listed)
}

/// Has a project's store listed with the others no more. Says whether it was.
///
/// # Errors
/// When the user's git config cannot be written.
pub fn list_no_more(path: &Path) -> Result<bool, GitError> {
    let listed = given_for(path);
    listed.iter().try_for_each(|text| forget_global_value(ALSO_LIST.key, text))?;
    Ok(!listed.is_empty())
}

/// Returns the values that name a store, as they stand in the user's settings.
pub fn given_for(path: &Path) -> Vec<String> {
    given().into_iter().filter(|text| place(&meant(text)) == place(path)).collect()
}

/// Returns what tells a store from others, by whatever path it is called: where it keeps what all its working trees share.
pub fn place(path: &Path) -> PathBuf {
    real(&Repo::directory_at(path).unwrap_or_else(|| path.to_owned()))
}
