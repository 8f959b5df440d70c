//! Old history on a remote, and what takes its place there.

use std::collections::BTreeMap;

use super::OpsError;
use super::outgoing::Remembered;
use crate::git::{Answer, ObjectId, RemoteName, Repo, Send, Unreachable, Watch, push};

/// The refs of a remote that lead to history which was rewritten here, by their names there.
pub(super) struct Replacing(BTreeMap<String, (ObjectId, ObjectId)>);

impl Replacing {
    /// Compares what the remote has, as it was fetched, with what is remembered of it: they differ where that was
    /// rewritten since.
    pub(super) fn of(there: &Remembered, remembered: &Remembered, branch: &str) -> Self {
        let sessions = remembered.sessions.iter().filter_map(|((session, place), new)| {
            let old = there.sessions.get(&(session.clone(), *place))?;
            Some((place.on_remote(session), (*old, *new)))
        });
        let branches = there.branch.zip(remembered.branch).map(|pair| (branch.to_owned(), pair));
        Replacing(sessions.chain(branches).filter(|(_, (old, new))| old != new).collect())
    }

    /// Adds them to what is sent. What is sent anyway takes the place of the old history too, as it goes on from the new.
    pub(super) fn add_to(&self, mut refs: Vec<(String, Send)>) -> Vec<(String, Send)> {
        for (name, send) in &mut refs {
            if let (Some((old, _)), Send::Update(new)) = (self.0.get(name), &*send) {
                *send = Send::Replace(*old, *new);
            }
        }
        let others = self.0.iter().filter(|(name, _)| refs.iter().all(|(other, _)| other != *name));
        let others: Vec<_> = others.map(|(name, (old, new))| (name.clone(), Send::Replace(*old, *new))).collect();
        refs.extend(others);
        refs
    }

    /// Sends refs. Where any replaces another history, the branch goes first: it tells why, and whoever fetches must not
    /// see the one without the other.
    pub(super) fn push(
        &self,
        repo: &Repo,
        remote: &RemoteName,
        refs: &[(String, Send)],
        branch: &str,
        watch: &Watch<'_>,
    ) -> Result<(BTreeMap<String, Answer>, Option<Unreachable>), OpsError> {
        let (first, rest): (Vec<_>, Vec<_>) = refs.iter().cloned().partition(|(name, _)| name == branch);
        if self.0.is_empty() || first.is_empty() || rest.is_empty() {
            return Ok(push(repo, remote, refs, watch)?);
        }
        let (mut answers, failed) = push(repo, remote, &first, watch)?;
        if failed.is_some() || answers.get(branch) != Some(&Answer::Accepted) {
            return Ok((answers, failed));
        }
        let (more, failed) = push(repo, remote, &rest, watch)?;
        answers.extend(more);
        Ok((answers, failed))
    }
}
