//! Which directories of agents tell of changes.

use std::path::{Path, PathBuf};

use crate::git::{home, private_directory};

/// How far below a directory there are more that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Its files only.
    Flat,
    /// Its directories too: a list of tasks each.
    Tasks,
    /// Its directories, and those in them: projects, and sessions with `subagents`.
    Projects,
    /// The directories of a project.
    Sessions,
    /// The one directory `subagents`.
    Subagents,
}

impl Depth {
    /// Returns how far the directory with this name in one of this depth matters; nothing when it does not.
    pub(super) fn below(self, name: &str) -> Option<Depth> {
        match self {
            Depth::Flat => None,
            Depth::Tasks => Some(Depth::Flat),
            Depth::Projects => Some(Depth::Sessions),
            Depth::Sessions => Some(Depth::Subagents),
            Depth::Subagents => (name == "subagents").then_some(Depth::Flat),
        }
    }
}

/// What is watched: parts of agents' homes, and where hooks leave what they were told.
#[derive(Clone, Debug)]
pub(super) struct Places {
    homes: Vec<PathBuf>,
    /// `<common git directory>/chittysync/spool`.
    spool: PathBuf,
}

impl Places {
    pub(super) fn new(homes: &[PathBuf], common_dir: &Path) -> Self {
        Places { homes: homes.to_vec(), spool: home(common_dir).join("spool") }
    }

    /// Returns the directories that are watched with what is in them, whether they are there or not.
    pub(super) fn roots(&self) -> Vec<(PathBuf, Depth)> {
        let parts = [("todos", Depth::Flat), ("tasks", Depth::Tasks), ("projects", Depth::Projects)];
        let of_home = |home: &PathBuf| parts.map(|(name, depth)| (resolve(&home.join(name)), depth));
        let mut roots: Vec<_> = self.homes.iter().flat_map(of_home).collect();
        roots.push((resolve(&self.spool), Depth::Flat));
        roots
    }

    /// Returns the homes themselves, which can go and come back.
    pub(super) fn homes(&self) -> Vec<PathBuf> {
        self.homes.iter().map(|home| resolve(home)).collect()
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
