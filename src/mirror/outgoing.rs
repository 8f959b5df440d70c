//! Sending: in batches, again after what passes, and without what a place does not take.

use std::collections::BTreeMap;

use super::adapter::{Adapter, Batch, Stored};
use super::base::Base;
use super::failure::Failure;
use super::items::{Held, Item};
use super::links::Link;
use super::part::Part;
use super::patience::Waiting;
use crate::todo::TodoId;

/// What is sent, and what became of it so far.
pub(super) struct Sending<'a, 'w> {
    pub part: &'a Part<'a>,
    pub from: Option<String>,
    pub is_continued: bool,
    pub run: String,
    pub to: Held,
    pub batch: usize,
    pub waiting: &'a mut Waiting<'w>,
    /// What the place did not take, each with its reason.
    pub parked: BTreeMap<TodoId, String>,
    /// How much was sent.
    pub sent: usize,
    /// How often the place was asked to write.
    pub requests: usize,
}

impl<'a, 'w> Sending<'a, 'w> {
    pub(super) fn new(part: &'a Part<'a>, from: Option<String>, run: String, waiting: &'a mut Waiting<'w>) -> Self {
        Sending {
            to: part.held(),
            part,
            from,
            is_continued: false,
            run,
            batch: usize::MAX,
            waiting,
            parked: BTreeMap::new(),
            sent: 0,
            requests: 0,
        }
    }

    /// Sends all of it. `after` is called with what the place has stored, after each part that it took or did not take.
    ///
    /// # Errors
    /// When the place cannot be reached, or somebody has to do something. What was sent is there all the same.
    pub(super) fn send(
        &mut self,
        adapter: &mut dyn Adapter,
        items: Vec<Item>,
        mut after: impl FnMut(&[Stored]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut waiting: Vec<Vec<Item>> = items.chunks(self.batch.max(1)).map(<[Item]>::to_vec).collect();
        waiting.reverse();
        let mut is_first = true;
        loop {
            let items = waiting.pop().unwrap_or_default();
            let is_last = waiting.is_empty();
            let mut stored = Vec::new();
            let pushed = self.push(adapter, &items, (is_first, is_last), &mut stored);
            self.sent += if pushed.is_ok() { items.len() } else { stored.len() };
            after(&stored)?;
            match pushed {
                Ok(()) if is_last => return Ok(()),
                Ok(()) => is_first = false,
                Err(Failure::Record { id, reason }) => {
                    let left = items.into_iter().filter(|item| stored.iter().all(|one| one.id != item.id())).collect();
                    self.without(id, reason, left, &mut waiting)?;
                    if waiting.is_empty() {
                        waiting.push(Vec::new());
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Puts what is left of a part that was not taken before what waits: without the record that is to blame, or in
    /// halves where it is not known which one that is.
    fn without(
        &mut self,
        id: Option<TodoId>,
        reason: String,
        mut left: Vec<Item>,
        waiting: &mut Vec<Vec<Item>>,
    ) -> Result<(), Failure> {
        let only = left.first().map(Item::id).filter(|first| left.iter().all(|item| item.id() == *first));
        match id.or(only) {
            Some(id) => {
                left.retain(|item| item.id() != id);
                self.parked.insert(id, reason);
                waiting.extend(Some(left).filter(|left| !left.is_empty()));
                // What was said of it is not taken either.
                waiting.iter_mut().for_each(|part| part.retain(|item| item.id() != id));
                waiting.retain(|part| !part.is_empty());
            }
            // Nothing of it is to blame.
            None if left.is_empty() => return Err(Failure::refused(reason, "the place takes nothing")),
            None => {
                // All that is about one todo stays together.
                left.sort_by_key(Item::id);
                let middle = left[left.len() / 2].id();
                let mut at = left.partition_point(|item| item.id() < middle);
                if at == 0 {
                    at = left.partition_point(|item| item.id() <= middle);
                }
                let second = left.split_off(at);
                waiting.extend([second, left]);
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        adapter: &mut dyn Adapter,
        items: &[Item],
        (is_first, is_last): (bool, bool),
        stored: &mut Vec<Stored>,
    ) -> Result<(), Failure> {
        let mut tries = 0;
        let mut left: Option<Vec<Item>> = None;
        loop {
            let items = left.as_deref().unwrap_or(items);
            let (from, run, to, whole) = (self.from.as_deref(), self.run.as_str(), self.to.clone(), self.part);
            let is_continued = self.is_continued;
            let batch = Batch { from, is_continued, run, to, items, is_first, is_last, whole };
            self.requests += 1;
            match adapter.push(&batch, &mut |one| stored.push(one)) {
                Err(failure @ Failure::Later { .. }) => {
                    self.waiting.before_next(tries, failure)?;
                    tries += 1;
                    let mut rest: Vec<Item> = items.to_vec();
                    rest.retain(|item| stored.iter().all(|one| one.id != item.id()));
                    // The answer may have been lost, and not what was asked: nothing is made twice.
                    let unnamed = rest.iter().filter(|item| matches!(item, Item::Record(_, None)));
                    let unnamed: Vec<TodoId> = unnamed.map(Item::id).collect();
                    if !unnamed.is_empty() {
                        let found = self.waiting.ask(|| adapter.find(&unnamed))?;
                        name(&mut rest, found);
                    }
                    left = Some(rest);
                }
                ended => return ended,
            }
        }
    }
}

/// Says of each todo which record it is. What that shows is not known: all of it is written again.
fn name(items: &mut [Item], found: Vec<Stored>) {
    for Stored { id, remote, revision, .. } in found {
        for item in items.iter_mut().filter(|item| item.id() == id) {
            if let Item::Record(_, link @ None) = item {
                let (remote, base) = (remote.clone(), Base::default());
                *link = Some(Box::new(Link { remote, base, revision }));
            }
        }
    }
}
