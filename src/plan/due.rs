//! When an agent is to be started, and for which todos. A todo that was handed out in its epoch does not count again, so
//! that nothing is started twice for the same work: that is data, and needs no clock.

use std::collections::BTreeMap;

use super::lease::{Lease, Offer};
use super::usd::Usd;
use crate::todo::{Project, Session, Time, TodoId};

/// What has to hold before an agent is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many todos have to wait.
    pub at: usize,
    /// How many agents run at once, on all devices.
    pub most: usize,
    /// How many are started in a day, on all devices.
    pub per_day: usize,
    /// How many milliseconds lie between two starts, on all devices.
    pub every: i64,
    /// What they may cost in a day, on all devices; nothing for whatever they cost.
    pub budget: Option<Usd>,
    /// What one is taken to cost, as long as it is not known.
    pub guess: Option<Usd>,
    /// How often in a row a topic's command may fail.
    pub failures: u32,
    /// How many todos are handed to one agent.
    pub todos: usize,
}

/// A todo that can be begun now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Its primary topic. `None` if it has none: then nothing is started for it.
    pub topic: Option<String>,
    /// Its project.
    pub project: Project,
    /// Which one.
    pub id: TodoId,
    /// How often it was reopened.
    pub epoch: u64,
    /// The session that it was given to, if it was.
    pub assignee: Option<Session>,
    /// Whether nobody but started agents ever wanted it.
    pub is_spawned: bool,
}

/// What was considered, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// What waits.
    pub offer: Offer,
    /// How many wait; an agent may be given fewer.
    pub waiting: usize,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// Whether an agent is to be started, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is to be started.
    Due,
    /// Too few wait.
    Few,
    /// Somebody has everything paused.
    Paused,
    /// The command failed so often in a row.
    Broken(u32),
    /// One runs for this topic, on this device.
    Runs(String),
    /// As many run as may.
    Full(usize),
    /// As many were started today as may.
    Day(usize),
    /// The last start was just now: the next one may be then.
    NotBefore(Time),
    /// It could cost more than there is for the day.
    Budget,
    /// What one costs is not known, and there is a budget.
    UnknownCost,
    /// This device has no checkout of the project.
    NoCheckout,
}

/// Returns the todos that wait for somebody to begin them, with their topics. What a started agent made never counts, nor
/// does what was given to somebody: unless that was an agent which has ended.
pub fn waiting<'a>(ready: &'a [Ready], lease: &'a Lease) -> impl Iterator<Item = (&'a str, &'a Ready)> {
    let has_ended = |session: &Session| lease.log.iter().any(|ended| ended.session.main() == session.main());
    ready.iter().filter_map(move |todo| {
        let topic = todo.topic.as_deref()?;
        let is_given = todo.assignee.as_ref().is_some_and(|session| !has_ended(session));
        let waits = !is_given && !todo.is_spawned && !lease.is_handled(todo.id, todo.epoch);
        waits.then_some((topic, todo))
    })
}

/// Returns what waits, by topic and project in the order of names, and whether an agent is to be started for it. Of those
/// that are due only the first one is: the next lease says of the others.
pub fn consider(
    lease: &Lease,
    ready: &[Ready],
    rules: &Rules,
    has_checkout: impl Fn(&Project) -> bool,
    now: Time,
) -> Vec<Considered> {
    let mut sets: BTreeMap<(&str, &Project), Vec<(TodoId, u64)>> = BTreeMap::new();
    for (topic, todo) in waiting(ready, lease) {
        sets.entry((topic, &todo.project)).or_default().push((todo.id, todo.epoch));
    }
    let sets = sets.into_iter().map(|((topic, project), mut todos)| {
        let waiting = todos.len();
        let verdict = verdict(lease, rules, topic, waiting, has_checkout(project), now);
        todos.truncate(rules.todos);
        Considered { offer: Offer { topic: topic.to_owned(), project: project.clone(), todos }, waiting, verdict }
    });
    sets.collect()
}

fn verdict(lease: &Lease, rules: &Rules, topic: &str, waiting: usize, has_checkout: bool, now: Time) -> Verdict {
    if waiting < rules.at {
        return Verdict::Few;
    }
    if lease.paused {
        return Verdict::Paused;
    }
    if let Some(failures) = lease.failures.get(topic).filter(|failures| **failures >= rules.failures) {
        return Verdict::Broken(*failures);
    }
    if let Some(run) = lease.running.iter().find(|run| run.topic == topic) {
        return Verdict::Runs(run.device.clone());
    }
    if !has_checkout {
        return Verdict::NoCheckout;
    }
    if lease.running.len() >= rules.most {
        return Verdict::Full(rules.most);
    }
    let day = lease.day_at(now);
    if day.spawns >= rules.per_day as u64 {
        return Verdict::Day(rules.per_day);
    }
    // A device whose clock is behind waits until it is later everywhere.
    let next = day.last.map(|last| Time::from_millis(last.millis().saturating_add(rules.every)));
    if let Some(next) = next.filter(|next| now < *next) {
        return Verdict::NotBefore(next);
    }
    match (rules.budget, rules.guess) {
        (None, _) => Verdict::Due,
        (Some(_), None) => Verdict::UnknownCost,
        (Some(budget), Some(guess)) => {
            let promised = lease.running.iter().map(|run| run.guess).fold(day.spent, Usd::plus);
            if promised.plus(guess) > budget { Verdict::Budget } else { Verdict::Due }
        }
    }
}

#[cfg(test)]
mod tests;
