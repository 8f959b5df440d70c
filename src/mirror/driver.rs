//! One run for one mirror: what it says is heard, then what it lacks is sent.

use std::collections::BTreeSet;
use std::time::Duration;

use super::adapter::{Adapter, Stored};
use super::base::Base;
use super::failure::Failure;
use super::incoming::{Drops, Heard, hear};
use super::items::{Held, Item};
use super::links::{Link, Links, run_name};
use super::outgoing::{Patience, Sending};
use super::part::{Part, projects};
use crate::git::{ObjectId, Overlay, descends};
use crate::settings::Mirror;
use crate::store::{Rewritten, Store};
use crate::todo::{Time, TodoId};

/// A pull that brings more than this is not read again, even if nothing else came of it.
const ECHO: usize = 50;

/// What can be chosen of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Send everything, whatever the place says it holds.
    pub again: bool,
    /// Write nothing, neither there nor here: only say what would be sent.
    pub dry_run: bool,
    /// How long failures that pass are waited for.
    pub patience: Patience,
    /// How much may be dropped at once.
    pub drops: Drops,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The commit that the place holds now; of a dry run, the one that it would hold.
    pub commit: Option<String>,
    /// How many records and entries were sent; of a dry run, would be.
    pub sent: usize,
    /// How many statements came of what the place says.
    pub taken: usize,
    /// How often the place was asked to write.
    pub requests: usize,
    /// What the place did not take, each with its reason.
    pub parked: Vec<(String, String)>,
    /// What the place said that was not taken here, and why.
    pub refused: Vec<(String, String)>,
    /// Whether the place holds more than this store knows to be the newest.
    pub is_behind: bool,
    /// Of a dry run: what would be sent.
    pub items: Vec<Item>,
}

/// A run for one mirror. Who calls it has the mirror's turn.
pub struct Driver<'a> {
    /// The store.
    pub store: &'a Store,
    /// The mirror.
    pub mirror: &'a Mirror,
    /// The time.
    pub now: Time,
    /// What was chosen.
    pub options: Options,
    /// Waits so long.
    pub sleep: &'a dyn Fn(Duration),
}

/// What is to be sent, and on top of what.
struct From {
    /// The commit, as it is called here; nothing for all.
    commit: Option<ObjectId>,
    /// What the place said.
    said: Option<String>,
}

impl Driver<'_> {
    /// Brings the mirror up to date.
    ///
    /// # Errors
    /// When the place or the store cannot be read or written. What was sent is there all the same, and is not sent
    /// again where that would make it twice.
    pub fn run(&self, adapter: &mut dyn Adapter) -> Result<Report, Failure> {
        let can = adapter.capabilities();
        let Some(mut tip) = self.store.tip()? else { return Ok(Report::default()) };
        let mut links = Links::load(self.store, self.mirror)?;
        let held = match can.keeps_checkpoint {
            true => adapter.checkpoint()?,
            false => links.head.checkpoint.clone().map(|commit| Held { commit, projects: links.head.projects.clone() }),
        };
        let mut report = Report::default();
        let mut heard = Heard::default();
        if can.pulls && !self.options.dry_run {
            heard = self.pull(adapter, &mut links, tip)?;
            tip = self.store.reopen()?.tip()?.unwrap_or(tip);
        }
        (report.taken, report.refused) = (heard.taken, std::mem::take(&mut heard.refused));
        report.commit = Some(tip.to_string());
        let from = match self.from(held.as_ref(), tip)? {
            Some(from) => Some(from),
            None if self.options.again || !heard.again.is_empty() => {
                let commit = Some(tip).filter(|_| !self.options.again);
                Some(From { commit, said: held.map(|held| held.commit) })
            }
            None => None,
        };
        let part = Part::new(self.store, self.mirror, tip, self.now);
        if let Some(from) = from {
            if from.commit.is_some_and(|from| from != tip && descends(&Overlay::new(&self.store.repo), from, tip)) {
                report.is_behind = true;
                report.commit = from.said;
                return Ok(report);
            }
            self.send(adapter, &part, from, &heard, &mut links, &mut report)?;
        }
        if self.options.dry_run {
            return Ok(report);
        }
        links.head.checkpoint = Some(tip.to_string());
        links.head.projects = projects(self.mirror);
        report.parked = links.head.parked.clone().into_iter().collect();
        links.save(self.store, self.mirror, self.now)?;
        Ok(report)
    }

    fn pull(&self, adapter: &mut dyn Adapter, links: &mut Links, tip: ObjectId) -> Result<Heard, Failure> {
        let mut pulled = adapter.pull(links.head.cursor.filter(|_| !self.options.again))?;
        let known = links.links.values().map(|link| link.revision).max().max(links.head.cursor);
        if known.is_some_and(|known| pulled.newest < known) && !pulled.is_complete {
            // It was put back to an earlier state: what is there now is looked at as a whole.
            pulled = adapter.pull(None)?;
        }
        let before = links.head.cursor;
        let part = Part::new(self.store, self.mirror, tip, self.now);
        let saved = links.links.clone();
        let heard = hear(&part, links, &pulled, self.options.drops)?;
        let is_news = heard.taken > 0 || saved != links.links || pulled.records.len() > ECHO;
        links.head.cursor = if is_news || before.is_none() { Some(pulled.newest) } else { before };
        // What was said is not said again, should the rest fail.
        if is_news {
            links.save(self.store, self.mirror, self.now)?;
        }
        Ok(heard)
    }

    /// Returns on top of what is to be sent; nothing when the place holds all of it.
    fn from(&self, held: Option<&Held>, tip: ObjectId) -> Result<Option<From>, Failure> {
        let all = |held: Option<&Held>| Ok(Some(From { commit: None, said: held.map(|held| held.commit.clone()) }));
        let Some(held) = held else { return all(None) };
        if self.options.again || held.projects != projects(self.mirror) {
            return all(Some(held));
        }
        let Ok(named) = ObjectId::from_hex(held.commit.as_bytes()) else { return all(Some(held)) };
        let commit = Rewritten::load(&self.store.repo).now(named);
        let overlay = Overlay::new(&self.store.repo);
        if commit != named {
            // Words went out of history: they are to go from there, too.
            return all(Some(held));
        }
        if commit == tip {
            return Ok(None);
        }
        if overlay.commit_info(commit).is_err() {
            let name = &self.mirror.name;
            return Err(Failure::refused(
                format!(
                    "it holds a state that this store does not know ({})",
                    &held.commit[..held.commit.len().min(8)]
                ),
                format!(
                    "`git chittysync sync` brings what other devices said; if this store is to take the place of what is there, `git chittysync mirror sync {name} --again`"
                ),
            ));
        }
        if descends(&overlay, tip, commit) || descends(&overlay, commit, tip) {
            return Ok(Some(From { commit: Some(commit), said: Some(held.commit.clone()) }));
        }
        all(Some(held))
    }

    fn send(
        &self,
        adapter: &mut dyn Adapter,
        part: &Part<'_>,
        from: From,
        heard: &Heard,
        links: &mut Links,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let can = adapter.capabilities();
        let mut items = if can.whole { Vec::new() } else { part.items(from.commit, can.history)? };
        if can.pulls {
            items = self.linked(adapter, part, items, &heard.again, links)?;
        }
        report.sent = items.len();
        if self.options.dry_run {
            report.items = items;
            return Ok(());
        }
        let about: BTreeSet<TodoId> = items.iter().map(Item::id).collect();
        let bases: Vec<(TodoId, Base)> = items
            .iter()
            .filter_map(|item| match item {
                Item::Record(record, _) => Some((record.id, Base::of(record))),
                Item::Entry(_) => None,
            })
            .collect();
        let bases: std::collections::BTreeMap<TodoId, Base> = bases.into_iter().collect();
        let mut sending = Sending::new(part, from.said, run_name(self.now), self.sleep);
        sending.is_continued = from.commit.is_some();
        (sending.batch, sending.patience) = (can.batch, self.options.patience);
        let sent = if can.pulls && items.is_empty() {
            Ok(())
        } else {
            sending.send(adapter, items, |stored| {
                if !can.pulls || stored.is_empty() {
                    return Ok(());
                }
                for Stored { id, remote, revision } in stored {
                    let base = bases.get(id).cloned().unwrap_or_default();
                    links.links.insert(*id, Link { remote: remote.clone(), base, revision: *revision });
                }
                links.save(self.store, self.mirror, self.now)
            })
        };
        (report.sent, report.requests) = (sending.sent, sending.requests);
        // What is sent again was taken, or is parked anew.
        links.head.parked.retain(|id, _| TodoId::parse(id).is_some_and(|id| !about.contains(&id)));
        links.head.parked.extend(sending.parked.into_iter().map(|(id, reason)| (id.to_string(), reason)));
        sent
    }

    /// Adds what is to be written again, leaves out what the place has as it is, and says of each todo which record it
    /// is. Whoever wrote that: a run that was killed between the two leaves a record that no link knows, and it is looked
    /// for before another one is made.
    fn linked(
        &self,
        adapter: &mut dyn Adapter,
        part: &Part<'_>,
        items: Vec<Item>,
        again: &BTreeSet<TodoId>,
        links: &mut Links,
    ) -> Result<Vec<Item>, Failure> {
        let sent: BTreeSet<TodoId> = items.iter().map(Item::id).collect();
        let mut all = items;
        let more =
            part.records()?.into_iter().filter(|record| again.contains(&record.id) && !sent.contains(&record.id));
        all.extend(more.map(|record| Item::Record(Box::new(record), None)));
        let unknown = all.iter().filter(|item| !links.links.contains_key(&item.id()) && is_shown(item));
        let unknown: Vec<TodoId> = unknown.map(Item::id).collect();
        if !unknown.is_empty() && !self.options.dry_run {
            for Stored { id, remote, revision } in adapter.find(&unknown)? {
                links.links.insert(id, Link { remote, base: Base::default(), revision });
            }
        }
        let mut wanted = Vec::new();
        for item in all {
            let Item::Record(record, _) = item else { continue };
            match links.links.get(&record.id) {
                Some(link) if link.base == Base::of(&record) && !again.contains(&record.id) => {}
                Some(link) => wanted.push(Item::Record(record, Some(link.remote.clone()))),
                // What nobody wants is not made there to be thrown away.
                None if record.is_wanted() => wanted.push(Item::Record(record, None)),
                None => {}
            }
        }
        Ok(wanted)
    }
}

fn is_shown(item: &Item) -> bool {
    matches!(item, Item::Record(record, _) if record.is_wanted())
}
