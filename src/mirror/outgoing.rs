//! Sending: in batches, again after what passes, and without what a place does not take.

use std::collections::BTreeMap;
use std::time::Duration;

use super::adapter::{Adapter, Batch, Stored};
use super::failure::Failure;
use super::items::{Held, Item};
use super::part::Part;
use crate::todo::TodoId;

/// How long is waited before something is tried again in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the second try; twice as long before each further one.
    pub first: Duration,
    /// At most so long at once, whatever a place asks for.
    pub longest: Duration,
    /// At most so long in one run.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Patience { first: seconds(1), longest: seconds(60), whole: seconds(600) }
    }
}

/// What is sent, and what became of it so far.
pub(super) struct Sending<'a> {
    pub part: &'a Part<'a>,
    pub from: Option<String>,
    pub is_continued: bool,
    pub run: String,
    pub to: Held,
    pub batch: usize,
    pub patience: Patience,
    pub sleep: &'a dyn Fn(Duration),
    /// What the place did not take, each with its reason.
    pub parked: BTreeMap<TodoId, String>,
    /// How much was sent.
    pub sent: usize,
    /// How often the place was asked to write.
    pub requests: usize,
    waited: Duration,
}

impl<'a> Sending<'a> {
    pub(super) fn new(part: &'a Part<'a>, from: Option<String>, run: String, sleep: &'a dyn Fn(Duration)) -> Self {
        Sending {
            to: part.held(),
            part,
            from,
            is_continued: false,
            run,
            batch: usize::MAX,
            patience: Patience::default(),
            sleep,
            parked: BTreeMap::new(),
            sent: 0,
            requests: 0,
            waited: Duration::ZERO,
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
        loop {
            let left: Vec<Item>;
            let items = if stored.is_empty() {
                items
            } else {
                left = items.iter().filter(|item| stored.iter().all(|one| one.id != item.id())).cloned().collect();
                &left
            };
            let (from, run, to, whole) = (self.from.as_deref(), self.run.as_str(), self.to.clone(), self.part);
            let is_continued = self.is_continued;
            let batch = Batch { from, is_continued, run, to, items, is_first, is_last, whole };
            self.requests += 1;
            match adapter.push(&batch, &mut |one| stored.push(one)) {
                Err(Failure::Later { reason, after }) => {
                    let backoff = self.patience.first.saturating_mul(1 << tries.min(16));
                    // Not all at once that wait for the same place.
                    let spread = backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
                    let wait = after.unwrap_or(spread).min(self.patience.longest);
                    let is_long = after.is_some_and(|after| after > self.patience.longest);
                    if is_long || tries >= 6 || self.waited + wait > self.patience.whole {
                        return Err(Failure::Later { reason, after });
                    }
                    (self.sleep)(wait);
                    self.waited += wait;
                    tries += 1;
                    // The answer may have been lost, and not what was asked: nothing is made twice.
                    let unnamed = items.iter().filter(|item| matches!(item, Item::Record(_, None)));
                    let unnamed: Vec<TodoId> = unnamed.map(Item::id).collect();
                    if !unnamed.is_empty() {
                        stored.extend(adapter.find(&unnamed)?);
                    }
                }
                ended => return ended,
            }
        }
    }
}
