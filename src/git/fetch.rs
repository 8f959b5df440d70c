//! Bringing what a remote has into our tracking refs. No ref of our own is moved.

use std::collections::BTreeMap;

use super::hardened::Hardened;
use super::parts::fetch_parts;
use super::said::in_the_way;
use super::transfer::{Finished, Watch};
use super::{Fsync, GitError, Place, RemoteName, Repo, gc, tracking_branch};

/// How often a fetch is tried beside a `git gc`.
const TRIES: u32 = 3;

/// A remote that could not be used now, and its reason in git's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

/// Fetches a remote's sessions, from both places, and its consolidated branch. What the remote no longer has
/// is forgotten. On return everything is on the disk, as far as `fsync` says.
///
/// What is damaged, or larger than it may be, keeps nothing else from being fetched. Returned are the refs, by their
/// names on the remote, that could not be fetched, and why.
///
/// # Errors
/// When git cannot be started, or the disk cannot be written. A remote that cannot be used is a value.
pub fn fetch(
    repo: &Repo,
    remote: &RemoteName,
    branch: &str,
    fsync: Fsync,
    watch: &Watch<'_>,
) -> Result<Result<BTreeMap<String, String>, Unreachable>, GitError> {
    let mut prefixes = Place::ALL.map(|place| (place.prefix().to_owned(), place.tracking_prefix(remote))).to_vec();
    // A pattern, because a name that the remote does not have would fail the whole fetch.
    prefixes.push((branch.to_owned(), tracking_branch(remote, branch)));
    let before = std::time::SystemTime::now();
    gc::sweep(repo.common_dir());
    let hardened = Hardened::of(repo, remote, watch)?;
    let call = Call { repo, remote, fsync, watch, hardened, prefixes };
    let mut finished = call.fetch(&["--atomic", "--prune"], call.patterns())?;
    if !in_the_way(&finished.stderr).is_empty() {
        // What the remote no longer has goes first.
        finished = call.everything(&BTreeMap::new())?;
    }
    let fetched = match finished.code {
        Some(0) => Ok(BTreeMap::new()),
        _ if is_content(&finished) => fetch_parts(&call)?,
        _ => Err(Unreachable(finished.complaint)),
    };
    fsync.new_names(&repo.common_dir().join("objects"), before)?;
    Ok(fetched)
}

/// Returns whether a fetch failed for what there was to fetch: another one, of something else, can succeed.
pub(super) fn is_content(finished: &Finished) -> bool {
    let words =
        ["fsck error", "repository corruption", "did not send all necessary objects", "bad object", "not our ref"];
    finished.too_much
        || words.iter().any(|words| finished.complaint.contains(words))
        || !in_the_way(&finished.stderr).is_empty()
}

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

    fn patterns(&self) -> impl Iterator<Item = String> {
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
