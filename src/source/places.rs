//! Where agents keep things below their user's directories.

use std::path::PathBuf;

/// Returns the directory that a variable names; nothing where it is not set, or leads from wherever one stands.
pub(super) fn set(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Returns the directory of this name among the user's data, by the XDG rules.
pub(super) fn data(name: &str) -> Option<PathBuf> {
    under("XDG_DATA_HOME", ".local/share", name)
}

/// Returns the directory of this name among the user's settings, by the XDG rules.
pub(super) fn config(name: &str) -> Option<PathBuf> {
    under("XDG_CONFIG_HOME", ".config", name)
}

fn under(variable: &str, default: &str, name: &str) -> Option<PathBuf> {
    let found = set(variable).or_else(|| std::env::home_dir().map(|home| home.join(default)));
    found.map(|directory| directory.join(name))
}
