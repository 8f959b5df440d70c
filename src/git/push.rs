//! Sending refs to a remote, each named. None is forced, but to take the place of history that a purge rewrote, and
//! then only if it is that history.

use std::collections::{BTreeMap, BTreeSet};

use super::hardened::Hardened;
use super::push_parts::Parts;
use super::push_report::{Answer, Answers, Asked, Send, of_replacing, read_answers};
use super::said::{in_the_way, words};
use super::transfer::Watch;
use super::{GitError, Namespace, RemoteName, Repo, SESSIONS, Unreachable};

/// A longer command line than this is split: systems take a megabyte at least.
const LONGEST_LINE: usize = 200_000;

/// Sends refs, in this order, and returns what became of each. A ref of which the remote says nothing was not
/// taken. What it does not take as a whole is sent in parts.
///
/// # Errors
/// When git cannot be started. A remote that cannot be used is a value, beside what it had answered by then.
pub fn push(repo: &Repo, remote: &RemoteName, refs: &[(String, Send)], watch: &Watch<'_>) -> Result<Answers, GitError> {
    if refs.is_empty() {
        return Ok((BTreeMap::new(), None));
    }
    if let Some(reason) = repo.brings_along(remote) {
        return Ok((BTreeMap::new(), Some(Unreachable(reason.to_owned()))));
    }
    let hardened = Hardened::of(repo, remote, watch)?;
    let send = |part: &[Asked]| push_some(repo, remote, &hardened, part, watch);
    let longest = refs.iter().map(|(name, _)| 2 * name.len() + 100).max().unwrap_or(1);
    let fits = (LONGEST_LINE / longest).max(1);
    let mut parts = Parts::new(fits, repo.limits.refused_alone, watch.timeout, send);
    // A pattern makes a short command of many refs.
    if by_pattern(repo, refs)?.is_some() {
        parts.push_at_once(refs)?
    } else {
        parts.push(refs)?
    };
    let (mut answers, failed) = parts.answers();
    // Only now: what is refused of several at once was sent again by then, each alone.
    for (name, _) in refs.iter().filter(|(_, send)| matches!(send, Send::Replace(..))) {
        if let Some(answer) = answers.remove(name) {
            answers.insert(name.clone(), of_replacing(answer));
        }
    }
    Ok((answers, failed))
}

fn push_some(
    repo: &Repo,
    remote: &RemoteName,
    hardened: &Hardened,
    refs: &[(String, Send)],
    watch: &Watch<'_>,
) -> Result<Answers, GitError> {
    let mut arguments = Vec::new();
    let flags = ["--porcelain", "--progress", "--no-verify", "--no-follow-tags", "--no-signed"];
    arguments.extend(flags.map(str::to_owned));
    arguments.push("--recurse-submodules=no".to_owned());
    for (name, send) in refs {
        if let Send::Delete(old) | Send::Replace(old, _) = send {
            arguments.push(format!("--force-with-lease={name}:{old}"));
        }
    }
    arguments.extend(["--end-of-options".to_owned(), remote.as_str().to_owned()]);
    arguments.extend(match by_pattern(repo, refs)? {
        Some(refspecs) => refspecs,
        None => refs.iter().map(refspec).collect(),
    });
    let finished = hardened.git(repo, &[], "push", arguments.iter().map(String::as_str)).transfer(watch)?;
    let (answers, done) = read_answers(&String::from_utf8_lossy(&finished.stdout));
    let mut complete = BTreeMap::new();
    for (name, _) in refs {
        match answers.get(name) {
            Some(answer) => drop(complete.insert(name.clone(), answer.clone())),
            // Over HTTP a push that fails for one ref can leave out the others.
            None if !answers.is_empty() && finished.code.is_some() => {
                complete.insert(name.clone(), Answer::Rejected("no report".to_owned()));
            }
            None => {}
        }
    }
    let (words, in_the_way) = (words(&finished.stderr), in_the_way(&finished.stderr));
    for (name, answer) in &mut complete {
        match (&mut *answer, in_the_way.get(name)) {
            (Answer::Accepted | Answer::InTheWay(_) | Answer::Kept(_), _) => {}
            (_, Some(other)) => *answer = Answer::InTheWay(other.clone()),
            (Answer::Refused(reason), None) if !words.is_empty() => {
                reason.push_str(&format!(" (remote: {words})"));
            }
            _ => {}
        }
    }
    if answers.is_empty() && finished.code.is_some() && is_no(&finished.complaint) {
        let refuse = |(name, _): &(String, Send)| (name.clone(), Answer::Refused(finished.complaint.clone()));
        return Ok((refs.iter().map(refuse).collect(), None));
    }
    let failed = finished.code != Some(0) && (answers.is_empty() || finished.code.is_none());
    if failed || (finished.code == Some(0) && !done) {
        let reason = if finished.complaint.is_empty() { "it gave no report".into() } else { finished.complaint };
        // What is not confirmed to the end is not confirmed.
        return Ok((BTreeMap::new(), Some(Unreachable(reason))));
    }
    Ok((complete, None))
}

fn refspec((name, send): &Asked) -> String {
    match send {
        Send::Update(new) | Send::Replace(_, new) => format!("{new}:{name}"),
        Send::Delete(_) => format!(":{name}"),
    }
}

/// Returns how to ask for these refs if most are sessions as they are here, and many: with one pattern for all of them.
/// git compares each name that it is given with each ref that there is, so that naming all costs the square of them.
fn by_pattern(repo: &Repo, refs: &[Asked]) -> Result<Option<Vec<String>>, GitError> {
    let few = repo.limits.loose_refs;
    let namespace =
        Namespace::ALL.into_iter().find(|namespace| refs.iter().any(|(name, _)| name.starts_with(namespace.prefix())));
    let Some(namespace) = namespace.filter(|_| refs.len() > few) else { return Ok(None) };
    let asked: BTreeMap<&str, &Send> =
        refs.iter().filter_map(|(name, send)| Some((name.strip_prefix(namespace.prefix())?, send))).collect();
    let (mut covered, mut refspecs) = (BTreeSet::new(), vec![format!("{SESSIONS}*:{}*", namespace.prefix())]);
    for (name, id) in repo.refs_below(SESSIONS)? {
        let rest = &name[SESSIONS.len()..];
        if id.is_some_and(|id| asked.get(rest) == Some(&&Send::Update(id))) {
            covered.insert(namespace.prefix().to_owned() + rest);
        } else {
            refspecs.push(format!("^{name}"));
        }
    }
    // git leaves out what a `^` names only where refs have the same names on both sides.
    let most_left_out = if namespace == Namespace::Sessions { few } else { 0 };
    if covered.len() <= few || refspecs.len() - 1 > most_left_out {
        return Ok(None);
    }
    refspecs.extend(refs.iter().filter(|(name, _)| !covered.contains(name)).map(refspec));
    Ok(Some(refspecs))
}

/// Returns whether somebody understood and said no, to all of it: a web server to which nothing may be pushed, or nothing
/// like one of these refs, or not so much at once.
pub(super) fn is_no(complaint: &str) -> bool {
    let words = ["returned error: 403", "HTTP 403", "returned error: 413", "HTTP 413", "exceeds maximum allowed size"];
    words.iter().any(|words| complaint.contains(words))
}
