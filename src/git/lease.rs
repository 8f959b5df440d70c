//! The ref by which devices agree on who may start something: read from a remote, and moved there by compare-and-swap.
//!
//! A push counts only by what git's report says of the ref. That git ended with 0 says nothing: pushing what is there
//! already succeeds, whoever put it there.

use super::fetch_call::Call;
use super::hardened::Hardened;
use super::push_report::{Answer, judge};
use super::transfer::Watch;
use super::{Fsync, GitError, Namespace, ObjectId, RemoteName, Repo, Unreachable, gc};

/// Where it is kept, as on a remote.
pub const LEASE: &str = "refs/chittysync-lease/spawn";
/// How the names begin under which we remember what remotes have, for each namespace.
const TRACKING: [&str; 2] = ["refs/chittysync-lease-remotes/", "refs/chittysync-lease-heads/"];

/// Returns the name of the lease on a remote that keeps sessions there.
fn on_remote(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Sessions => LEASE,
        Namespace::Heads => "refs/heads/chittysync-lease/spawn",
    }
}

/// Returns where we remember what a remote has.
pub fn lease_tracking(namespace: Namespace, remote: &RemoteName) -> String {
    let prefix = match namespace {
        Namespace::Sessions => TRACKING[0],
        Namespace::Heads => TRACKING[1],
    };
    format!("{prefix}{}/spawn", remote.component())
}

/// What a remote said to a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeasePush {
    /// The flag that git's report has for the ref; nothing when there is no clear report.
    Flag(Option<char>),
    /// The remote takes no such ref.
    Refused(String),
}

/// Fetches a remote's lease, from both places, into refs of ours. What is gone there is forgotten.
///
/// # Errors
/// When git cannot be started, or the disk cannot be written. A remote that cannot be used is a value.
pub fn fetch_lease(
    repo: &Repo,
    remote: &RemoteName,
    fsync: Fsync,
    watch: &Watch<'_>,
) -> Result<Result<(), Unreachable>, GitError> {
    let before = std::time::SystemTime::now();
    let prefixes =
        Namespace::ALL.map(|namespace| (on_remote(namespace).to_owned(), lease_tracking(namespace, remote))).to_vec();
    gc::sweep(repo.common_dir());
    let hardened = Hardened::of(repo, remote, watch)?;
    let call = Call { repo, remote, fsync, watch, hardened, prefixes };
    let finished = call.fetch(&["--atomic", "--prune"], call.patterns())?;
    fsync.new_names(&repo.common_dir().join("objects"), before)?;
    Ok(if finished.code == Some(0) { Ok(()) } else { Err(Unreachable(finished.complaint)) })
}

/// Has a remote's lease point to `new`, if it points to `old`, or is not there. Nothing is forced.
///
/// # Errors
/// When git cannot be started.
pub fn push_lease(
    repo: &Repo,
    remote: &RemoteName,
    namespace: Namespace,
    (old, new): (Option<ObjectId>, ObjectId),
    watch: &Watch<'_>,
) -> Result<LeasePush, GitError> {
    if let Some(reason) = repo.brings_along(remote) {
        return Ok(LeasePush::Refused(reason.to_owned()));
    }
    let hardened = Hardened::of(repo, remote, watch)?;
    let name = on_remote(namespace);
    let expected = old.map(|old| old.to_string()).unwrap_or_default();
    let (lease, refspec) = (format!("--force-with-lease={name}:{expected}"), format!("{new}:{name}"));
    let arguments = [
        "--porcelain",
        "--progress",
        "--no-verify",
        "--no-follow-tags",
        "--no-signed",
        "--recurse-submodules=no",
        &lease,
        "--end-of-options",
        remote.as_str(),
        &refspec,
    ];
    let finished = hardened.git(repo, &[], "push", arguments).transfer(watch)?;
    let is_over = finished.code.is_some();
    Ok(match said_of(&String::from_utf8_lossy(&finished.stdout), name) {
        Some(('!', summary)) => match judge(&summary) {
            Answer::Refused(reason) => LeasePush::Refused(reason),
            _ => LeasePush::Flag(Some('!')),
        },
        Some((flag, _)) => LeasePush::Flag(Some(flag).filter(|_| is_over)),
        None if is_over && super::push::is_no(&finished.complaint) => LeasePush::Refused(finished.complaint),
        None => LeasePush::Flag(None),
    })
}

/// Returns what a report says of a ref: the flag, and the words behind it.
fn said_of(report: &str, name: &str) -> Option<(char, String)> {
    report.lines().find_map(|line| {
        let mut parts = line.split('\t');
        let (flag, refs, summary) = (parts.next()?, parts.next()?, parts.next()?);
        let (_, other) = refs.rsplit_once(':')?;
        let flag = flag.chars().next().filter(|_| flag.chars().count() == 1)?;
        (other == name).then(|| (flag, summary.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_ref_counts() {
        let report = |flag: &str, name: &str| format!("To x\n{flag}\tabc:{name}\t[words] (why)\nDone\n");
        for flag in ['*', ' ', '=', '!', '+'] {
            let said = said_of(&report(&flag.to_string(), LEASE), LEASE);
            assert_eq!(said, Some((flag, "[words] (why)".to_owned())));
        }
        for nothing in ["", "To x\nDone\n", &report("*", "refs/heads/x"), &report("**", LEASE), "*\tabc\t[new]\n"] {
            assert_eq!(said_of(nothing, LEASE), None, "{nothing}");
        }
    }
}
