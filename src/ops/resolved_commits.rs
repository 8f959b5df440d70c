//! Which commits tell where a merge had to choose.
//!
//! All of history can tell of it, and grows for years. So it is remembered which commits of the branch do, of those up to
//! one of its commits; only what came since is read anew. What is remembered are ids, and no words.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::git::{Beyond, CommitInfo, ObjectId, Overlay, beyond};
use crate::store::trailers::RESOLVED;
use crate::store::{Store, cache};

use super::log::walk;

const CACHE: &str = "resolved";

/// The commits that tell of it, of all that one commit descends from.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    /// That commit, in hexadecimal digits.
    tip: String,
    /// The latest first.
    commits: Vec<String>,
}

impl Known {
    /// Returns what came since, and the commits before that tell of it; nothing where the commit does not descend from what
    /// is known.
    fn since(&self, overlay: &Overlay<'_>, tip: ObjectId) -> Option<(Beyond, Vec<CommitInfo>)> {
        let id = |hex: &String| ObjectId::from_hex(hex.as_bytes()).ok();
        let since = beyond(overlay, tip, id(&self.tip)?);
        if !since.is_descendant {
            return None;
        }
        let before = self.commits.iter().map(|commit| overlay.commit_info(id(commit)?).ok());
        Some((since, before.collect::<Option<_>>()?))
    }
}

/// Returns the commits that tell of it, of all that this one descends from, the latest first.
pub(super) fn resolved_commits(store: &Store, overlay: &Overlay<'_>, tip: ObjectId) -> Vec<CommitInfo> {
    let tells = |commit: &CommitInfo| commit.message.lines().any(|line| line.starts_with(RESOLVED));
    let (commits, read, is_whole): (Vec<CommitInfo>, _, _) =
        match cache::load::<Known>(&store.repo, CACHE).since(overlay, tip) {
            Some((new, before)) => {
                let read = new.commits.len();
                (new.commits.into_iter().filter(tells).chain(before).collect(), read, new.is_whole)
            }
            None => {
                let (mut read, mut named) = (HashSet::new(), HashSet::from([tip]));
                let commits = walk(overlay, tip).inspect(|commit| {
                    read.insert(commit.id);
                    named.extend(commit.parents.iter().copied());
                });
                (commits.filter(tells).collect(), read.len(), named.len() == read.len())
            }
        };
    // Earlier states of the branch are asked for as well. And what is missing of history now can come.
    let is_now = || store.repo.find_ref(&store.settings.branch).is_ok_and(|branch| branch == Some(tip));
    if read > store.repo.limits.walked && is_whole && is_now() {
        let commits = commits.iter().map(|commit| commit.id.to_string()).collect();
        cache::save(&store.repo, CACHE, &Known { tip: tip.to_string(), commits });
    }
    commits
}
