//! What is known of a directory that is a mirror: which files are ours, and which commit they are of.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::mirror::failure::Failure;

/// The file that says it.
pub(super) const MANIFEST: &str = ".chittysync-mirror.json";

/// What is known of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The commit that the files are of; empty before all of them were written once.
    pub commit: String,
    /// The projects that they hold; all, when there are none.
    #[serde(default)]
    pub projects: Vec<String>,
    /// The files that are ours.
    pub files: BTreeSet<String>,
}

impl Manifest {
    /// Reads it; nothing when there is none.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Failure> {
        let path = root.join(MANIFEST);
        let refused = |reason: String| {
            Failure::refused(format!("{}: {reason}", path.display()), "remove it, and the mirror's files with it")
        };
        if path.is_symlink() {
            return Err(refused("it is a symbolic link".to_owned()));
        }
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(err) if matches!(err.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(err) => return Err(Failure::later(format!("cannot read {}: {err}", path.display()))),
        };
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|err| refused(err.to_string()))?;
        // What it names is removed one day: nothing outside the directory.
        match manifest.files.iter().find(|name| !is_inside(name)) {
            Some(name) => Err(refused(format!("'{name}' is no file of this directory"))),
            None => Ok(Some(manifest)),
        }
    }

    /// Returns it as it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("plain data is always written");
        bytes.push(b'\n');
        bytes
    }
}

fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}
