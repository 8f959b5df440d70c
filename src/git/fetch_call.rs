//! One run of `git fetch` against a remote.

use std::collections::BTreeMap;

use super::hardened::Hardened;
use super::said::in_the_way;
use super::transfer::{Finished, Watch};
use super::{Fsync, GitError, RemoteName, Repo, gc};

/// How often a fetch is tried beside a `git gc`.
const TRIES: u32 = 3;

/// Fetches from one remote.
pub(super) struct Call<'a> {
    pub repo: &'a Repo,
    pub remote: &'a RemoteName,
    pub fsync: Fsync,
    pub watch: &'a Watch<'a>,
    pub hardened: Hardened,
    /// How the names of refs begin there, and here.
    pub prefixes: Vec<(String, String)>,
}

impl Call<'_> {
    /// Fetches all refs but these, and forgets what the remote no longer has.
    pub(super) fn everything(&self, but: &BTreeMap<String, String>) -> Result<Finished, GitError> {
        self.fetch(&["--prune"], self.patterns().chain(but.keys().map(|name| format!("^{name}"))))
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = String> {
        self.prefixes.iter().map(|(theirs, ours)| format!("+{theirs}*:{ours}*"))
    }

    /// Fetches these refs. Where git finds something wrong with one of their objects, none is taken.
    pub(super) fn fetch(&self, options: &[&str], refspecs: impl Iterator<Item = String>) -> Result<Finished, GitError> {
        let mut arguments = [
            "--progress",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-filter",
            // Whatever the remote's own refspecs say, only the refs that are asked for move.
            "--refmap=",
        ]
        .iter()
        .chain(options)
        .chain(&["--end-of-options", self.remote.as_str()])
        .map(|argument| (*argument).to_owned())
        .collect::<Vec<_>>();
        arguments.extend(refspecs);
        // By default git does not wait for loose objects.
        let durable = ["-c", "core.fsync=objects,reference"].into_iter().filter(|_| self.fsync == Fsync::On);
        let mut tries = 0;
        loop {
            tries += 1;
            // A pack that git still works on is kept from a `gc` beside it, loose objects are not.
            let gc = gc::is_running(self.repo.common_dir());
            let careful = ["-c", "fetch.unpackLimit=1"].into_iter().filter(|_| gc);
            let options: Vec<&str> = durable.clone().chain(careful).collect();
            let finished = self.git(&options, "fetch", arguments.iter().map(String::as_str))?;
            // It takes git's files in the making for litter.
            let again = tries < TRIES && (gc || gc::is_running(self.repo.common_dir()));
            if finished.code == Some(0) || finished.too_much || !again {
                return Ok(finished);
            }
        }
    }

    /// Returns a ref here that has a directory of these names as its own name.
    pub(super) fn ref_above(&self, prefix: &str) -> Result<Option<String>, GitError> {
        for (end, _) in prefix.match_indices('/').skip(1) {
            if self.repo.find_ref(&prefix[..end])?.is_some() {
                return Ok(Some(prefix[..end].to_owned()));
            }
        }
        Ok(None)
    }

    /// Runs a command of git against the remote.
    pub(super) fn git<'a>(
        &self,
        options: &[&str],
        command: &str,
        arguments: impl Iterator<Item = &'a str>,
    ) -> Result<Finished, GitError> {
        self.hardened.git(self.repo, options, command, arguments).transfer(self.watch)
    }
}

/// Returns whether a fetch failed for what there was to fetch: another one, of something else, can succeed.
pub(super) fn is_content(finished: &Finished) -> bool {
    let words =
        ["fsck error", "repository corruption", "did not send all necessary objects", "bad object", "not our ref"];
    finished.too_much
        || words.iter().any(|words| finished.complaint.contains(words))
        || !in_the_way(&finished.stderr).is_empty()
}
