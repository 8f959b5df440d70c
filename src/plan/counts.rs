//! How much there is to do on each topic, and what of it waits for somebody.

use std::collections::{BTreeMap, BTreeSet};

use super::assign::Entry;
use super::holders::{Holder, Holders};
use super::topics::{Topic, Topics};
use crate::todo::{Project, State, Status, Todo};
use crate::view::{Everything, Links};

/// What there is of a topic.
#[derive(Debug)]
pub struct TopicCount<'a> {
    /// The topic.
    pub topic: &'a Topic,
    /// How many todos of it are open.
    pub open: usize,
    /// How many of those nobody has begun.
    pub pending: usize,
    /// How many of those can be begun: nothing is in their way.
    pub ready: usize,
    /// The sessions that want one of them, by the names of their own lists.
    pub sessions: BTreeSet<&'a str>,
    /// What was looked at, and does not wait.
    pub passed_over: PassedOver,
    /// What waits for somebody, by what its project is called. Each todo waits in its primary topic alone.
    pub waiting: BTreeMap<String, Vec<Entry<'a>>>,
}

/// Open todos of a topic that do not wait for anybody, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Somebody is at them.
    pub in_progress: usize,
    /// Something is in their way.
    pub blocked: usize,
    /// They are assigned.
    pub assigned: usize,
    /// A session that is there lists them, and would come to them by itself.
    pub listed: usize,
    /// They wait in another topic, which is their primary one.
    pub elsewhere: usize,
}

impl TopicCount<'_> {
    /// Returns how many todos wait in the project where most do: work is begun in one.
    pub fn most_waiting(&self) -> usize {
        self.waiting.values().map(Vec::len).max().unwrap_or(0)
    }

    /// Returns whether enough waits in one project to begin it.
    pub fn is_due(&self, threshold: usize) -> bool {
        self.most_waiting() >= threshold
    }
}

/// Counts the open todos that `takes` says, by topic, in the order of the topics.
pub fn topic_counts<'a>(
    everything: &'a Everything,
    topics: &'a Topics,
    holders: &Holders,
    takes: impl Fn(&Project) -> bool,
) -> Vec<TopicCount<'a>> {
    let (links, names) = (Links::new(everything), everything.names());
    let count = |topic| TopicCount {
        topic,
        open: 0,
        pending: 0,
        ready: 0,
        sessions: BTreeSet::new(),
        passed_over: PassedOver::default(),
        waiting: BTreeMap::new(),
    };
    let mut counts: Vec<TopicCount<'a>> = topics.all().iter().map(count).collect();
    for (project, todo) in everything.todos().filter(|(of, todo)| takes(of) && todo.state().is_open()) {
        let of = topics.of(project, todo);
        for count in counts.iter_mut().filter(|count| of.contains(&count.topic)) {
            let is_primary = of.first().is_some_and(|first| *first == count.topic);
            let is_free = !todo.is_called_blocked() && links.blockers(todo).is_empty();
            count.add((project, todo), is_primary, is_free, holders, names.shown(project));
        }
    }
    counts
}

impl<'a> TopicCount<'a> {
    fn add(&mut self, entry: Entry<'a>, is_primary: bool, is_free: bool, holders: &Holders, shown: &str) {
        let todo: &'a Todo = entry.1;
        self.open += 1;
        let open = todo.voices().filter(|(_, claim)| claim.is_open());
        self.sessions.extend(open.map(|(session, _)| session.main()));
        let passed_over = &mut self.passed_over;
        if todo.state() == State::Wanted(Status::InProgress) {
            passed_over.in_progress += 1;
            return;
        }
        self.pending += 1;
        if !is_free {
            passed_over.blocked += 1;
            return;
        }
        self.ready += 1;
        match holders.holder(todo) {
            Some(Holder::Assigned(_) | Holder::Named(_) | Holder::Works(_)) => passed_over.assigned += 1,
            None if holders.is_listed(todo) => passed_over.listed += 1,
            None if !is_primary => passed_over.elsewhere += 1,
            None => self.waiting.entry(shown.to_owned()).or_default().push(entry),
        }
    }
}
