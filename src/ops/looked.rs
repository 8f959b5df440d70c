//! Whether homes look as they did when nothing was new in them, told without reading what each file was like.
//!
//! What is remembered of thousands of files is itself some megabytes. One number of all of them tells the usual case.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::scan::Look;
use crate::git::Repo;
use crate::redact::Redactor;
use crate::store::cache;

/// The name of the cache.
const LOOKED: &str = "looked";

/// When nothing was new, and nothing was to be told of what could not be read.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Looked {
    /// The homes.
    homes: String,
    /// What `seen` looked like, by which that was found out; nothing when there is none.
    seen: Option<String>,
}

impl Looked {
    /// Returns what homes look like now, beside what is remembered in the cache called `seen`. What is taken out of names,
    /// and where sessions belong, counts too.
    pub(super) fn now(repo: &Repo, seen: &'static str, look: &Look, redactor: &Redactor) -> Self {
        let mut homes = Sha256::new();
        homes.update(format!("{} {redactor:?} {}", env!("CARGO_PKG_VERSION"), look.hidden.stamp("")));
        for unit in &look.units {
            for part in [unit.path.as_os_str().as_encoded_bytes(), unit.stamp.text.as_bytes()] {
                homes.update(part.len().to_le_bytes());
                homes.update(part);
            }
        }
        let homes = homes.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Looked { homes, seen: cache::file_look(repo, seen) }
    }

    /// Returns whether nothing was new when all looked like this.
    pub(super) fn is_known(&self, repo: &Repo) -> bool {
        self.seen.is_some() && cache::load::<Looked>(repo, LOOKED) == *self
    }

    /// Remembers that nothing is new.
    pub(super) fn remember(&self, repo: &Repo) {
        if self.seen.is_some() {
            cache::save(repo, LOOKED, self);
        }
    }
}
