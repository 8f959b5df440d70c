//! One conversation with a remote: fetch, join, push, and again when somebody was faster.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::OpsError;
use super::archive::{Tidy, tidy};
use super::budget;
use super::link::{Exchange, Link};
use super::outgoing::{Outgoing, Remembered, remember};
use super::plan::{Plan, Turn};
use super::purge::rewrite;
use super::replace::Replacing;
use super::report::{LeftOut, Report, tell_anew};
use super::retire::retire;
use super::run::run;
use super::unless_gone::unless_gone;
use crate::git::{Ancestors, Answer, GitError, Namespace, ObjectId, Overlay, Send, Unreachable, descends, fetch};
use crate::settings;
use crate::store::{Store, StoreError};
use crate::todo::{Session, Time};

/// How often a rejected push is made anew.
const TRIES: u32 = 8;

/// An exchange under way.
pub(super) struct Talk<'a> {
    store: Store,
    link: &'a Link<'a>,
    now: Time,
    began: Instant,
    plan: Plan,
    report: Report,
    pub exchange: Exchange,
    /// Where sessions are sent to.
    namespace: Namespace,
    /// Where the remote keeps them, if that was settled before.
    known_namespace: Option<Namespace>,
    /// Refs of the remote, by their names there, that could not be fetched, and why.
    unfetched: BTreeMap<String, String>,
    /// What the remote has, as it was fetched: what is remembered of it can be rewritten since.
    there: Remembered,
}

/// What a push came to.
pub(super) enum Pushed {
    All,
    Again,
    Elsewhere,
    Failed,
}

impl<'a> Talk<'a> {
    /// Begins one, after something was captured.
    pub(super) fn new(
        store: &Store,
        plan: &Plan,
        link: &'a Link<'a>,
        captured: Report,
        turn: Turn,
        now: Time,
    ) -> Result<Self, StoreError> {
        let known_namespace = settings::namespace_on(&store.repo.values()?, &link.remote)?;
        let plan = Plan {
            selection: plan.selection.clone(),
            remote: Some(link.remote.clone()),
            steps: plan.steps.clone(),
            consolidate: true,
            remake: link.fetch && link.push,
            turn,
            ..Plan::default()
        };
        Ok(Talk {
            store: store.clone(),
            link,
            now,
            began: Instant::now(),
            plan,
            report: Report { tip: None, ..captured },
            exchange: Exchange::default(),
            namespace: known_namespace.unwrap_or(Namespace::Sessions),
            known_namespace,
            unfetched: BTreeMap::new(),
            there: Remembered::default(),
        })
    }

    /// Returns what was done, and what came of it.
    pub(super) fn end(self) -> (Report, Exchange) {
        (self.report, self.exchange)
    }

    /// Fetches, merges and pushes until the remote has all that is here.
    pub(super) fn go_on(&mut self) -> Result<(), OpsError> {
        let known = Remembered::of(&self.store, &self.link.remote)?;
        for attempt in 1..=TRIES {
            let fetches = if self.link.fetch { self.store.repo.limits.fetches } else { 1 };
            if !unless_gone(fetches, || self.attempt(attempt, &known))? {
                break;
            }
        }
        Ok(())
    }

    /// Fetches, merges and pushes once; `known` is what the remote had to begin with. Returns whether to try again.
    fn attempt(&mut self, attempt: u32, known: &Remembered) -> Result<bool, OpsError> {
        self.exchange.problems.clear();
        let mut before = Remembered::of(&self.store, &self.link.remote)?;
        if self.link.fetch && !self.fetch(&mut before)? {
            return Ok(false);
        }
        self.join()?;
        if self.exchange.unreachable.is_some() || !self.link.push {
            return Ok(false);
        }
        match self.push(&before, attempt)? {
            Pushed::All => self.exchange.retired = retire(&self.store, self.link, known, self.now)?,
            Pushed::Again if self.link.fetch && attempt < TRIES => {
                std::thread::sleep(pause(attempt));
                return Ok(true);
            }
            Pushed::Again if self.link.fetch => {
                let last = std::mem::take(&mut self.exchange.problems).pop();
                self.exchange.busy = last.map(|(what, why)| format!("{TRIES} times it did not take {what}: {why}"));
            }
            Pushed::Failed | Pushed::Again => {}
            Pushed::Elsewhere => return Ok(true),
        }
        Ok(false)
    }

    /// Fetches, and looks for what the remote no longer has: what it had is in `before`. When it cannot be used, what is
    /// known is joined.
    pub(super) fn fetch(&mut self, before: &mut Remembered) -> Result<bool, OpsError> {
        let (remote, settings) = (&self.link.remote, &self.store.settings);
        let fetched = fetch(&self.store.repo, remote, &settings.branch, settings.fsync, &self.link.watch)?;
        self.store = self.store.reopen()?;
        match fetched {
            Ok(unfetched) => self.unfetched = unfetched,
            Err(Unreachable(reason)) => {
                self.exchange.unreachable = Some(reason);
                self.join()?;
                return Ok(false);
            }
        }
        self.there = Remembered::of(&self.store, remote)?;
        let overlay = Overlay::new(&self.store.repo);
        if let Some(gone) = self.there.new_beside(before).find(|tip| overlay.size_of(*tip).is_none()) {
            return Err(StoreError::from(GitError::object(gone, "the object is missing")).into());
        }
        // What came is rewritten before it is compared with what was there, or merged with what is here.
        let purge = rewrite(&self.store, &mut self.plan, self.now)?;
        self.store = if purge.moved.is_empty() { self.store.look_again()? } else { self.store.reopen()? };
        before.rename(|id| purge.now(id));
        self.report.purge.absorb(purge);
        let remote = &self.link.remote;
        let after = Remembered::of(&self.store, remote)?;
        self.exchange.fetched += after.differences(before);
        if let Some(old) = before.branch {
            let overlay = Overlay::new(&self.store.repo);
            if !after.branch.is_some_and(|new| new == old || descends(&overlay, new, old)) {
                let name = self.store.settings.branch_name().to_owned();
                self.plan.rewound.push((remote.clone(), old));
                self.note_restored(name);
            }
        }
        Ok(true)
    }

    fn note_restored(&mut self, name: String) {
        if !self.exchange.restored.contains(&name) {
            self.exchange.restored.push(name);
        }
    }

    /// Merges what came with what is here.
    pub(super) fn join(&mut self) -> Result<(), OpsError> {
        let joined = run(&self.store, &self.plan, self.now)?;
        self.store = if joined.purge.moved.is_empty() { self.store.look_again()? } else { self.store.reopen()? };
        let all = &mut self.report;
        all.renamed.extend(joined.renamed);
        all.renamed.sort();
        all.renamed.dedup();
        all.merged += joined.merged;
        all.changed += joined.changed;
        all.conflicts.extend(joined.conflicts);
        tell_anew(&mut all.left_out, joined.left_out);
        let unfetched = self.unfetched.iter();
        let unfetched =
            unfetched.map(|(name, why)| LeftOut::tip(format!("{name} of {}", self.link.remote), why.clone()));
        tell_anew(&mut all.left_out, unfetched.collect());
        all.add(Report { put_back: joined.put_back, was_taken_back: joined.was_taken_back, ..Report::default() });
        all.purge.absorb(joined.purge);
        (all.strange, all.tip, all.held) = (joined.strange, joined.tip, joined.held);
        Ok(())
    }

    fn push(&mut self, before: &Remembered, attempt: u32) -> Result<Pushed, OpsError> {
        let remembered = Remembered::of(&self.store, &self.link.remote)?;
        let namespace = self.namespace;
        let (remote, now) = (self.link.remote.clone(), self.now);
        let find = |store: &Store| {
            let all = Outgoing::find(store, &remembered, namespace, now)?;
            all.for_who_merges(store, &remote, &remembered)
        };
        let mut outgoing = find(&self.store)?;
        if outgoing.branch.is_some() && self.tidy()? {
            outgoing = find(&self.store)?;
        }
        self.send(before, &remembered, &outgoing, attempt)
    }

    /// Pushes the branch, and nothing else. Whatever the remote is, it takes one ref or does not.
    pub(super) fn push_branch(&mut self, before: &Remembered, attempt: u32) -> Result<Pushed, OpsError> {
        self.store = self.store.reopen()?;
        let remembered = Remembered::of(&self.store, &self.link.remote)?;
        let all = Outgoing::find(&self.store, &remembered, self.namespace, self.now)?;
        let name = self.store.settings.branch_name();
        let stuck = all.stuck.into_iter().filter(|(stuck, _)| stuck == name).collect();
        self.send(before, &remembered, &Outgoing { sessions: Vec::new(), branch: all.branch, stuck }, attempt)
    }

    fn send(
        &mut self,
        before: &Remembered,
        remembered: &Remembered,
        outgoing: &Outgoing,
        attempt: u32,
    ) -> Result<Pushed, OpsError> {
        let (remote, namespace) = (&self.link.remote, self.namespace);
        // What keeps the branch can be on this side: it is checked out, or nothing could be merged.
        let mut session_refs = outgoing.stuck.iter().map(|(name, _)| name).filter(|name| name.starts_with("refs/"));
        self.exchange.in_the_way = session_refs.next().cloned();
        self.exchange.problems.extend(outgoing.stuck.clone());
        let mut refs: Vec<(String, Send)> =
            outgoing.sessions.iter().map(|(session, tip)| (namespace.on_remote(session), Send::Update(*tip))).collect();
        let branch = self.store.settings.branch.clone();
        refs.extend(outgoing.branch.map(|tip| (branch.clone(), Send::Update(tip))));
        // What is there would have to be fetched first.
        for (name, why) in &self.unfetched {
            if refs.iter().any(|(other, _)| other == name) {
                self.exchange.in_the_way.get_or_insert_with(|| name.clone());
                self.exchange.problems.push((name.clone(), format!("what it has there cannot be fetched: {why}")));
            }
        }
        refs.retain(|(name, _)| !self.unfetched.contains_key(name));
        if let Some(reason) = &self.report.purge.waits {
            // Nobody is to get what everybody is about to lose.
            self.exchange.problems.push(("history".to_owned(), reason.clone()));
            return Ok(Pushed::Failed);
        }
        let replacing = Replacing::of(&self.there, remembered, &branch);
        let refs = replacing.add_to(refs);
        if refs.is_empty() {
            return Ok(if self.exchange.problems.is_empty() { Pushed::All } else { Pushed::Failed });
        }
        let now = Time::from_millis(self.now.millis() + self.began.elapsed().as_millis() as i64);
        if let Err(full) = budget::take(&self.store, remote, now)? {
            self.exchange.busy = Some(full.to_string());
            return Ok(Pushed::Failed);
        }
        self.exchange.tries = attempt;
        let (answers, failed) = replacing.push(&self.store.repo, remote, &refs, &branch, &self.link.watch)?;
        if let Some(Unreachable(reason)) = failed {
            self.exchange.unreachable = Some(reason);
        }
        let accepted = |name: &str| answers.get(name) == Some(&Answer::Accepted);
        let taken: Vec<_> =
            outgoing.sessions.iter().filter(|(session, _)| accepted(&namespace.on_remote(session))).cloned().collect();
        let branch_taken = outgoing.branch.filter(|_| accepted(&branch));
        remember(&self.store, remote, remembered, namespace, &taken, branch_taken, self.now)?;
        self.note_what_came_back(before, remembered, namespace, &taken);
        self.exchange.pushed.extend(taken.iter().map(|(session, _)| session.clone()));
        self.exchange.pushed_branch |= branch_taken.is_some();
        if self.known_namespace.is_none() && namespace == Namespace::Heads && !taken.is_empty() {
            let (key, value) = settings::remembered_namespace(remote, namespace);
            self.store.repo.write_value(&key, value)?;
            self.known_namespace = Some(namespace);
            self.exchange.falls_back = true;
        }
        if self.exchange.unreachable.is_some() {
            return Ok(Pushed::Failed);
        }
        Ok(self.judge(&answers, namespace))
    }

    /// Archives what is due and writes the board anew: those who look at the remote see what they get. Returns
    /// whether the branch moved.
    fn tidy(&mut self) -> Result<bool, OpsError> {
        let how = Tidy { archive_after: self.store.settings.archive_after, board: true, dry_run: false };
        let moved = tidy(&self.store, how, self.now)?.moved;
        if moved {
            self.store = self.store.reopen()?;
        }
        Ok(moved)
    }

    /// Notes what the remote took that it had had before. What its branch has all of is not lost: another device gave
    /// up the ref, because the session had gone quiet by that device's clock and settings.
    fn note_what_came_back(
        &mut self,
        before: &Remembered,
        now: &Remembered,
        namespace: Namespace,
        taken: &[(Session, ObjectId)],
    ) {
        let overlay = Overlay::new(&self.store.repo);
        let mut branch = None;
        let mut is_in_branch = |id| branch.get_or_insert_with(|| Ancestors::of(&overlay, now.branch)).contains(id);
        let (mut lost, mut given_up) = (Vec::new(), Vec::new());
        for (session, tip) in taken {
            let key = (session.clone(), namespace);
            let Some(had) = before.sessions.get(&key).copied() else { continue };
            match now.sessions.get(&key) {
                Some(has) if descends(&overlay, *has, had) => {}
                _ if !is_in_branch(had) => lost.push(format!("session {session}")),
                None if is_in_branch(*tip) => given_up.push(session.clone()),
                _ => {}
            }
        }
        lost.into_iter().for_each(|name| self.note_restored(name));
        self.exchange.given_up.extend(given_up);
    }

    /// Decides how to go on after a push.
    fn judge(&mut self, answers: &BTreeMap<String, Answer>, namespace: Namespace) -> Pushed {
        let (mut rejected, mut refused) = (false, false);
        let is_own = |name: &str| name.starts_with(Namespace::Sessions.prefix());
        let mut problems = Vec::new();
        for (name, answer) in answers {
            match answer {
                Answer::Accepted => {}
                Answer::Rejected(reason) => {
                    rejected = true;
                    problems.push((name.clone(), format!("rejected: {reason}")));
                }
                Answer::InTheWay(other) => {
                    problems.push((name.clone(), format!("{other} is in its way there")));
                }
                Answer::Kept(kept) => {
                    problems.push((name.clone(), format!("it refuses to have its history rewritten: {}", kept.reason)));
                    self.exchange.kept = Some(kept.clone());
                }
                Answer::Refused(reason) => {
                    refused |= is_own(name);
                    problems.push((name.clone(), format!("refused: {reason}")));
                }
            }
        }
        self.exchange.problems.extend(problems);
        // One that took any other takes such refs.
        let took = answers.iter().any(|(name, answer)| is_own(name) && *answer == Answer::Accepted)
            || self.there.sessions.keys().any(|(_, namespace)| *namespace == Namespace::Sessions);
        if refused && !took && namespace == Namespace::Sessions && self.known_namespace.is_none() {
            self.namespace = Namespace::Heads;
            return Pushed::Elsewhere;
        }
        match (rejected, self.exchange.problems.is_empty()) {
            (true, _) => Pushed::Again,
            (false, true) => Pushed::All,
            (false, false) => Pushed::Failed,
        }
    }
}

/// Returns how long to wait before the next try: longer each time, and different on each device.
pub(super) fn pause(attempt: u32) -> Duration {
    Duration::from_millis((20 << attempt.min(6)) * fastrand::u64(50..150) / 100)
}
