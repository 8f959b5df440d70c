//! Sending in parts what a remote does not take as a whole: for one ref among them, or because they are too many.
//!
//! A part that is refused is halved until what is refused stands alone. When both halves of a part are taken, it was too
//! much at once, and no later part is larger than they were.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::push_report::{Answer, Answers, Asked};
use super::{GitError, Unreachable};

/// Reasons that a remote gives of one ref, having looked at each. All others can be meant of the whole push.
const OF_ONE: [&str; 4] = ["hook declined", "deny updating a hidden ref", "funny refname", "missing necessary objects"];

/// A push in parts, under way.
pub(super) struct Parts<F> {
    /// Sends some refs at once.
    send: F,
    answers: BTreeMap<String, Answer>,
    failed: Option<Unreachable>,
    /// So many refs are sent at once. Fewer, when so many were taken and more were not.
    fits: usize,
    /// So many refs with one prefix, each refused alone, speak for all of that prefix, if none of it was ever taken.
    alone: usize,
    /// How many of each prefix were refused alone, and why.
    refused: BTreeMap<String, (usize, Answer)>,
    /// The prefixes of which something was taken.
    taken: BTreeSet<String>,
    /// How long it may go on when something was refused, and since when that is.
    timeout: Duration,
    since: Option<Instant>,
}

impl<F: FnMut(&[Asked]) -> Result<Answers, GitError>> Parts<F> {
    pub(super) fn new(fits: usize, alone: usize, timeout: Duration, send: F) -> Self {
        let (answers, taken, refused) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Parts { send, answers, failed: None, fits, alone, refused, taken, timeout, since: None }
    }

    pub(super) fn answers(self) -> Answers {
        (self.answers, self.failed)
    }

    /// Sends refs, as few at once as the remote asks for. Returns whether it took all of them.
    pub(super) fn push(&mut self, refs: &[Asked]) -> Result<bool, GitError> {
        let mut all = true;
        for part in refs.chunks(self.fits) {
            // What the part before it taught holds for this one.
            all &= if part.len() > self.fits { self.push(part)? } else { self.push_at_once(part)? };
        }
        Ok(all)
    }

    /// As [`Parts::push`], beginning with all of them, however many they are.
    pub(super) fn push_at_once(&mut self, part: &[Asked]) -> Result<bool, GitError> {
        let judged: Vec<_> = part.iter().filter_map(|(name, _)| Some((name.clone(), self.verdict(name)?))).collect();
        if !judged.is_empty() {
            let rest: Vec<Asked> = part.iter().filter(|(name, _)| self.verdict(name).is_none()).cloned().collect();
            self.answers.extend(judged);
            self.push(&rest)?;
            return Ok(false);
        }
        if self.failed.is_some() {
            return Ok(false);
        }
        let (answers, failed) = (self.send)(part)?;
        self.failed = failed;
        if self.failed.is_none() && part.len() > 1 && is_of_the_whole(part, &answers) {
            self.since.get_or_insert_with(Instant::now);
            return self.halve(part.to_vec());
        }
        for (name, answer) in &answers {
            match answer {
                Answer::Refused(_) if part.len() == 1 => {
                    self.refused.entry(prefix(name)).or_insert_with(|| (0, answer.clone())).0 += 1;
                }
                Answer::Accepted => drop(self.taken.insert(prefix(name))),
                _ => {}
            }
        }
        let taken = answers.values().filter(|answer| **answer == Answer::Accepted).count();
        self.answers.extend(answers);
        Ok(taken == part.len())
    }

    fn halve(&mut self, mut part: Vec<Asked>) -> Result<bool, GitError> {
        // In another order each time: what is refused must not for ever keep the same others from being tried. What was
        // to go last goes last.
        let last = part.last().map(|(name, _)| prefix(name));
        fastrand::shuffle(&mut part);
        part.sort_by_key(|(name, _)| Some(prefix(name)) == last);
        let (first, second) = part.split_at(part.len().div_ceil(2));
        let all = self.push(first)? & self.push(second)?;
        if all {
            self.fits = self.fits.min(first.len());
        }
        Ok(all)
    }

    /// Returns what is the answer for a ref without asking.
    fn verdict(&self, name: &str) -> Option<Answer> {
        let prefix = prefix(name);
        if let Some((refused, answer)) = self.refused.get(&prefix)
            && *refused >= self.alone
            && !self.taken.contains(&prefix)
        {
            return Some(answer.clone());
        }
        let reason = "not sent: too much else was refused for the time that there is; the next sync goes on";
        let over = self.since.is_some_and(|since| since.elapsed() > self.timeout);
        over.then(|| Answer::Refused(reason.to_owned()))
    }
}

/// Returns whether an answer is about a push, and not about each of its refs.
fn is_of_the_whole(part: &[Asked], answers: &BTreeMap<String, Answer>) -> bool {
    let mut reasons = answers.values();
    let Some(Answer::Refused(reason)) = reasons.next() else { return false };
    let same = reasons.all(|answer| matches!(answer, Answer::Refused(other) if other == reason));
    same && answers.len() == part.len() && !OF_ONE.iter().any(|words| reason.starts_with(words))
}

/// Returns the part of a name that says what kind of ref it is.
fn prefix(name: &str) -> String {
    name.rsplit_once('/').map_or(name, |(prefix, _)| prefix).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A remote that takes `most` refs at once, and none of `bad`.
    struct Remote {
        most: usize,
        bad: Vec<String>,
        /// How many refs each push had.
        pushes: Vec<usize>,
        order: Vec<String>,
    }

    impl Remote {
        fn new(most: usize, bad: &[&str]) -> Self {
            let bad = bad.iter().map(|name| (*name).to_owned()).collect();
            Remote { most, bad, pushes: Vec::new(), order: Vec::new() }
        }

        fn answer(&mut self, part: &[Asked]) -> Answers {
            self.pushes.push(part.len());
            let is_bad = |name: &String| self.bad.iter().any(|bad| name.contains(bad.as_str()));
            let refused = part.len() > self.most || part.iter().any(|(name, _)| is_bad(name));
            let answer = if refused { Answer::Refused("pre-receive hook declined".into()) } else { Answer::Accepted };
            if !refused {
                self.order.extend(part.iter().map(|(name, _)| name.clone()));
            }
            (part.iter().map(|(name, _)| (name.clone(), answer.clone())).collect(), None)
        }

        /// Returns the names that were not taken.
        fn push(&mut self, refs: &[Asked], alone: usize, timeout: Duration) -> Vec<String> {
            let mut parts = Parts::new(usize::MAX, alone, timeout, |part: &[Asked]| Ok(self.answer(part)));
            let all = parts.push(refs).expect("no git");
            let (answers, _) = parts.answers();
            assert_eq!(answers.len(), refs.len(), "each ref has an answer");
            let refused = answers.into_iter().filter(|(_, answer)| *answer != Answer::Accepted);
            let refused: Vec<_> = refused.map(|(name, _)| name).collect();
            assert_eq!(all, refused.is_empty());
            refused
        }
    }

    const LONG: Duration = Duration::from_secs(600);

    use super::super::push_report::Send;

    fn refs(sessions: usize) -> Vec<Asked> {
        let send = Send::Delete(super::super::ObjectId::null(gix::hash::Kind::Sha1));
        let names = (0..sessions).map(|number| format!("refs/chittysync/s{number:04}"));
        names.chain(["refs/heads/consolidated".to_owned()]).map(|name| (name, send.clone())).collect()
    }

    #[test]
    fn what_is_taken_at_once_is_sent_at_once() {
        let mut remote = Remote::new(usize::MAX, &[]);
        assert_eq!(remote.push(&refs(1000), 3, LONG), [""; 0]);
        assert_eq!(remote.pushes, [1001]);
    }

    #[test]
    fn a_limit_is_found_and_kept() {
        for most in [1, 2, 5, 64] {
            let mut remote = Remote::new(most, &[]);
            assert_eq!(remote.push(&refs(1000), 3, LONG), [""; 0], "{most}");
            let refused = remote.pushes.iter().filter(|pushed| **pushed > most).count();
            assert!(refused <= 20, "{most}: {refused} refused");
            assert!(remote.pushes.len() <= 20 + 2 * 1001usize.div_ceil(most), "{most}: {}", remote.pushes.len());
            assert_eq!(remote.order.last().map(String::as_str), Some("refs/heads/consolidated"));
        }
    }

    #[test]
    fn one_that_is_refused_keeps_no_other_back() {
        let mut remote = Remote::new(usize::MAX, &["s0500", "consolidated"]);
        assert_eq!(remote.push(&refs(1000), 3, LONG), ["refs/chittysync/s0500", "refs/heads/consolidated"]);
        assert!(remote.pushes.len() <= 45, "{:?}", remote.pushes);
    }

    #[test]
    fn where_nothing_of_a_kind_is_taken_not_all_of_it_is_tried() {
        let mut remote = Remote::new(usize::MAX, &["refs/chittysync/"]);
        assert_eq!(remote.push(&refs(1000), 3, LONG).len(), 1000);
        assert!(remote.pushes.len() <= 18, "{:?}", remote.pushes);
        assert_eq!(remote.order, ["refs/heads/consolidated"], "another kind is");
    }

    #[test]
    fn it_ends_when_the_time_is_over() {
        let mut remote = Remote::new(1, &[]);
        assert_eq!(remote.push(&refs(1000), 3, Duration::ZERO).len(), 1001);
        assert_eq!(remote.pushes, [1001]);
    }

    #[test]
    fn what_was_said_of_each_ref_is_not_asked_again() {
        let mut pushes = 0;
        let mut parts = Parts::new(usize::MAX, 3, LONG, |part: &[Asked]| {
            pushes += 1;
            let no = |(name, _): &Asked| (name.clone(), Answer::Refused("hook declined (remote: no)".into()));
            Ok((part.iter().map(no).collect(), None))
        });
        assert!(!parts.push(&refs(5)).expect("no git"));
        assert_eq!(parts.answers().0.len(), 6);
        assert_eq!(pushes, 1);
    }

    proptest! {
        #[test]
        fn everything_is_taken_but_what_is_bad(sessions in 0usize..40, most in 1usize..50, bad in prop::collection::vec(0usize..40, 0..6)) {
            let names: Vec<String> = bad.iter().map(|number| format!("s{number:04}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut remote = Remote::new(most, &names);
            let refused = remote.push(&refs(sessions), usize::MAX, LONG);
            let is_bad = |name: &String| names.iter().any(|bad| name.ends_with(bad));
            prop_assert!(refused.iter().all(is_bad), "{refused:?}");
        }
    }
}
