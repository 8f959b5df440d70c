//! What is asked of a remote for each ref, and what it answers.

use std::collections::BTreeMap;

use super::{ObjectId, Unreachable};

/// What a ref on the remote shall become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    /// It shall point here; the remote takes it only as a descendant of what it has.
    Update(ObjectId),
    /// It shall point to the second, if it points to the first: the same history, without words that are to go.
    Replace(ObjectId, ObjectId),
    /// It shall be gone, if it points here.
    Delete(ObjectId),
}

/// What a remote made of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is as we asked.
    Accepted,
    /// Somebody was faster, or in the way: fetch, join, and try again.
    Rejected(String),
    /// The remote does not take such a ref.
    Refused(String),
    /// It cannot be there beside this other ref: one name is a directory of the other.
    InTheWay(String),
    /// The remote lets no other history take the place of what it has.
    Kept(Kept),
}

/// Why a remote keeps its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it says.
    pub reason: String,
    /// Whether it is `receive.denyNonFastForwards` of the repository there: git says so in words of its own. Otherwise the
    /// host, or a hook, has said no, most often because it protects the branch.
    pub by_setting: bool,
}

/// A ref's name on the remote, and what it shall become.
pub(super) type Asked = (String, Send);

/// What became of each ref, and why the remote could not be used any more.
pub(super) type Answers = (BTreeMap<String, Answer>, Option<Unreachable>);

/// Reads the report of `git push --porcelain`: what became of each ref, and whether it came to its end.
pub(super) fn read_answers(report: &str) -> (BTreeMap<String, Answer>, bool) {
    let mut answers = BTreeMap::new();
    for line in report.lines() {
        let mut parts = line.split('\t');
        let (Some(flag), Some(refs), Some(summary)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let Some((_, name)) = refs.rsplit_once(':') else { continue };
        let answer = match flag {
            " " | "+" | "-" | "*" | "=" => Answer::Accepted,
            _ => judge(summary),
        };
        answers.insert(name.to_owned(), answer);
    }
    (answers, report.lines().any(|line| line == "Done"))
}

/// Words by which a remote says that somebody was faster. Everything else a remote rejects, it refuses.
const RETRYABLE: [&str; 10] = [
    "atomic push failed",
    "atomic transaction failed",
    "cannot lock ref",
    "failed to lock",
    "failed to update ref",
    "fetch first",
    "incorrect old value",
    "non-fast-forward",
    "reference already exists",
    "stale info",
];

/// git's own words for what `receive.denyNonFastForwards` refuses. A push that replaces nothing can get them as well, of a
/// ref that moved meanwhile: that one is tried again.
const FORBIDDEN: &str = "non-fast-forward";

/// Words by which hosts and hooks say that a branch is not to be rewritten, or that they do not take a push, without
/// saying why. They name a lack of space, a limit or a hidden ref in other words.
const PROTECTED: [&str; 5] = ["hook declined", "non-fast forward", "protected branch", "force push", "force-push"];

/// Returns what an answer means of a ref that was to take the place of another history: who refuses that once refuses it
/// each time, while those who were faster, or in the way, are told as ever.
pub(super) fn of_replacing(answer: Answer) -> Answer {
    match answer {
        Answer::Rejected(reason) if reason == FORBIDDEN => Answer::Kept(Kept { reason, by_setting: true }),
        Answer::Refused(reason) if PROTECTED.iter().any(|words| reason.to_ascii_lowercase().contains(words)) => {
            Answer::Kept(Kept { reason, by_setting: false })
        }
        other => other,
    }
}

/// Returns what a rejection means, by what is said of it.
pub(super) fn judge(summary: &str) -> Answer {
    let reason = summary.split_once('(').map_or(summary, |(_, reason)| reason.trim_end_matches(')')).to_owned();
    // `[rejected]` is our own git's word: it knows that the remote has something that we have not.
    let ours = summary.starts_with("[rejected]");
    // A server that forbids rewinding says so of a ref that moved while we pushed, too.
    if ours || RETRYABLE.iter().any(|words| reason.contains(words)) {
        Answer::Rejected(reason)
    } else {
        Answer::Refused(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_rejection_is_tried_again() {
        for summary in [
            "[rejected] (fetch first)",
            "[rejected] (non-fast-forward)",
            "[rejected] (stale info)",
            "[rejected] (atomic push failed)",
            "[remote rejected] (atomic transaction failed)",
            "[remote rejected] (cannot lock ref 'refs/x': is at 1 but expected 2)",
            "[remote rejected] (failed to update ref)",
            "[remote rejected] (incorrect old value provided)",
            "[remote rejected] (non-fast-forward)",
        ] {
            assert!(matches!(judge(summary), Answer::Rejected(_)), "{summary}");
        }
        for summary in [
            "[remote rejected] (pre-receive hook declined)",
            "[remote rejected] (hook declined)",
            "[remote rejected] (deny updating a hidden ref)",
            "[remote rejected] (funny refname)",
        ] {
            assert!(matches!(judge(summary), Answer::Refused(_)), "{summary}");
        }
    }

    #[test]
    fn who_refuses_to_have_history_replaced_is_told_from_who_was_faster() {
        let replaced = |summary: &str| of_replacing(judge(summary));
        let kept = |reason: &str, by_setting| Answer::Kept(Kept { reason: reason.to_owned(), by_setting });
        assert_eq!(replaced("[remote rejected] (non-fast-forward)"), kept("non-fast-forward", true));
        for reason in [
            "non-fast forward",
            "hook declined",
            "pre-receive hook declined",
            "protected branch hook declined",
            "GitLab: You are not allowed to force push code to a protected branch on this project.",
        ] {
            assert_eq!(replaced(&format!("[remote rejected] ({reason})")), kept(reason, false));
        }
        for summary in [
            "[rejected] (stale info)",
            "[rejected] (fetch first)",
            "[remote rejected] (cannot lock ref 'refs/x': is at 1 but expected 2)",
            "[remote rejected] (failed to update ref)",
            "[remote rejected] (incorrect old value provided)",
        ] {
            assert!(matches!(replaced(summary), Answer::Rejected(_)), "{summary}");
        }
        for summary in ["[remote rejected] (deny updating a hidden ref)", "[remote rejected] (unpacker error)"] {
            assert!(matches!(replaced(summary), Answer::Refused(_)), "{summary}");
        }
    }

    #[test]
    fn reports_are_read() {
        let report = "To /srv/x.git\n*\t1111:refs/chittysync/a\t[new reference]\n!\t2222:refs/heads/consolidated\t[rejected] (fetch first)\n-\t:refs/chittysync/b\t[deleted]\nDone\n";
        let (answers, done) = read_answers(report);
        assert!(done);
        assert_eq!(answers["refs/chittysync/a"], Answer::Accepted);
        assert_eq!(answers["refs/chittysync/b"], Answer::Accepted);
        assert_eq!(answers["refs/heads/consolidated"], Answer::Rejected("fetch first".into()));
        assert!(!read_answers("To x\n!\t2222:refs/heads/c\t[rejected] (fetch first)\n").1);
    }
}
