//! Which directories of agents tell of changes.

use std::path::{Path, PathBuf};

use crate::git::{private_directory, state_dir};
use crate::source::Home;

/// A directory that is watched with what is in it.
#[derive(Clone, Debug)]
pub(super) struct Root {
    /// The directory.
    pub path: PathBuf,
    /// Whether the directory with this path below it matters as well.
    pub below: fn(&Path) -> bool,
    /// How the names of files end that are waited for.
    pub files: &'static [&'static str],
}

/// What is watched: parts of agents' homes, and where hooks leave what they were told.
#[derive(Clone, Debug)]
pub(super) struct Places {
    homes: Vec<Home>,
    /// `<common git directory>/chittysync/spool`.
    spool: PathBuf,
}

impl Places {
    pub(super) fn new(homes: &[Home], common_dir: &Path) -> Self {
        Places { homes: homes.to_vec(), spool: state_dir(common_dir).join("spool") }
    }

    /// Returns the directories that are watched with what is in them, whether they are there or not.
    pub(super) fn roots(&self) -> Vec<Root> {
        let parts = self.homes.iter().flat_map(Home::watched);
        let spool = Root { path: resolve(&self.spool), below: |_| false, files: &[""] };
        parts
            .map(|(path, part)| Root { path: resolve(&path), below: part.below, files: part.files })
            .chain([spool])
            .collect()
    }

    /// Returns the homes themselves, which can go and come back.
    pub(super) fn homes(&self) -> Vec<PathBuf> {
        self.homes.iter().map(|home| resolve(&home.path)).collect()
    }

    /// Makes the directory of the spool, so that no ancestor with busy files has to be watched for it.
    pub(super) fn make_spool(&self) {
        // When it cannot be made the store is gone, which is noticed elsewhere.
        let _ = private_directory(&self.spool);
    }
}

/// Returns the real path of what is there, and behind it what is not there yet.
fn resolve(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (std::fs::canonicalize(ancestor), path.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path.to_owned()
}
