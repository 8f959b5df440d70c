//! Fetching what is good of a remote that has something else, too.
//!
//! git checks what it fetches as a whole: one malformed object, and nothing is taken. So the refs are halved until
//! those are found that cannot be fetched.

use std::collections::BTreeMap;
use std::time::Instant;

use gix::bstr::BStr;

use super::fetch_call::{Call, is_content};
use super::{GitError, ObjectId, Unreachable};

/// A ref's name there, and here.
type Pair = (String, String);

/// Fetches each ref that can be. Returns those that cannot, by their names on the remote, and why. When that takes
/// longer than a transfer may stand still, what was not looked at by then counts among them.
pub(super) fn fetch_parts(call: &Call<'_>) -> Result<Result<BTreeMap<String, String>, Unreachable>, GitError> {
    let mut bad = BTreeMap::new();
    let changed = match changed(call, &mut bad)? {
        Ok(changed) => changed,
        Err(unreachable) => return Ok(Err(unreachable)),
    };
    let started = Instant::now();
    let mut queue: Vec<Vec<Pair>> = changed.chunks(call.repo.limits.fetched_refs).map(<[Pair]>::to_vec).collect();
    while let Some(mut part) = queue.pop() {
        if started.elapsed() > call.watch.timeout {
            let reason = "too much else of the remote is damaged or too large to look at it, too";
            bad.extend(part.into_iter().map(|(theirs, _)| (theirs, reason.to_owned())));
            continue;
        }
        let finished = call.fetch(&[], part.iter().map(|(theirs, ours)| format!("+{theirs}:{ours}")))?;
        if finished.code == Some(0) {
            continue;
        }
        if !is_content(&finished) {
            return Ok(Err(Unreachable(finished.complaint)));
        }
        if part.len() == 1 {
            bad.extend(part.into_iter().map(|(theirs, _)| (theirs, reason(&finished.complaint))));
        } else {
            queue.push(part.split_off(part.len() / 2));
            queue.push(part);
        }
    }
    let finished = call.everything(&bad)?;
    Ok(if finished.code == Some(0) { Ok(bad) } else { Err(Unreachable(finished.complaint)) })
}

/// Returns the refs that are not here as they are there. Names that are none go into `bad`.
fn changed(call: &Call<'_>, bad: &mut BTreeMap<String, String>) -> Result<Result<Vec<Pair>, Unreachable>, GitError> {
    let mut arguments = ["--refs", "--end-of-options", call.remote.as_str()].map(str::to_owned).to_vec();
    arguments.extend(call.prefixes.iter().map(|(theirs, _)| format!("{theirs}*")));
    let finished = call.git(&[], "ls-remote", arguments.iter().map(String::as_str))?;
    if finished.code != Some(0) {
        return Ok(Err(Unreachable(finished.complaint)));
    }
    let mut above = Vec::new();
    for (there, here) in &call.prefixes {
        above.push((there, here, call.ref_above(here)?));
    }
    let mut changed = Vec::new();
    for line in String::from_utf8_lossy(&finished.stdout).lines() {
        let Some((id, theirs)) = line.split_once('\t') else { continue };
        let found = above.iter().find_map(|(there, here, above)| Some((here, theirs.strip_prefix(*there)?, above)));
        let Some((here, rest, above)) = found else { continue };
        let (id, ours) = (ObjectId::from_hex(id.as_bytes()).ok(), format!("{here}{rest}"));
        let flaw = match above {
            _ if gix::validate::reference::name(BStr::new(theirs)).is_err() => "it has a name that git does not take",
            _ if id.is_none_or(|id| id.is_null()) => "it leads to no commit",
            _ if here.ends_with('/') && rest.contains('/') => "no session's ref has such a name",
            Some(other) => &format!("{other} stands here where it would be kept"),
            None if call.repo.find_ref(&ours)? == id => continue,
            None => {
                changed.push((theirs.to_owned(), ours));
                continue;
            }
        };
        bad.insert(theirs.to_owned(), flaw.to_owned());
    }
    Ok(Ok(changed))
}

/// Returns the first of what git complained of: the rest says that it therefore stopped.
fn reason(complaint: &str) -> String {
    let first = complaint.split("; ").find(|line| !line.starts_with("remote: Total")).unwrap_or(complaint);
    first.strip_prefix("error: ").unwrap_or(first).to_owned()
}
