//! What a daemon is started with.

use std::path::{Path, PathBuf};

use crate::git::RemoteName;
use crate::source::Home;
use crate::store::{Location, Origin, Store, also_listed, general_routes};

/// What a daemon has to know.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The store that it looks after.
    pub location: Location,
    /// The agents' homes, whether they are there or not.
    pub homes: Vec<Home>,
    /// Returns the homes anew when the user's settings name other ones than before.
    pub other_homes: fn() -> Option<Vec<Home>>,
    /// The path of this program, which its jobs run.
    pub program: PathBuf,
    /// Whether to say on standard error what is logged.
    pub echo: bool,
}

impl Setup {
    /// Returns whether the daemon looks after the stores that `chittysync.route` and `chittysync.alsoList` name, too: it does where it was not
    /// told which store is meant. Nobody then has to start one for each.
    pub fn serves_all(&self) -> bool {
        matches!(self.location.origin, Origin::Default | Origin::Setting)
    }

    /// Returns the paths of the homes.
    pub(super) fn shown(&self) -> Vec<String> {
        self.homes.iter().map(|home| home.path.to_string_lossy().into_owned()).collect()
    }

    /// Returns a remote to talk with: that of the store, else one of the stores that it looks after besides.
    pub(super) fn remote(&self, store: &Store) -> Option<RemoteName> {
        let others = || {
            let routed =
                general_routes().unwrap_or_default().stores().into_iter().map(Path::to_owned).collect::<Vec<_>>();
            routed.into_iter().chain(also_listed()).filter(|path| path.is_absolute())
        };
        let remote = |path: PathBuf| Store::open(&Location { path, origin: Origin::Option }).ok()?.settings.remote;
        let others = || if self.serves_all() { others().find_map(remote) } else { None };
        store.settings.remote.clone().or_else(others)
    }
}
