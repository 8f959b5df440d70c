//! One run for one mirror: what it says is heard, then what it lacks is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::adapter::{Adapter, Stored};
use super::base::Base;
use super::failure::Failure;
use super::incoming::{Drops, Heard, hear};
use super::items::{Held, Item};
use super::links::{Link, Links, run_name};
use super::outgoing::Sending;
use super::part::{Part, projects};
use super::patience::{Patience, Waiting};
use super::pulled::Presence;
use super::record::Record;
use crate::git::{ObjectId, Overlay, descends};
use crate::settings::Mirror;
use crate::store::{Rewritten, Store};
use crate::todo::{Time, TodoId};

/// A pull that brings more than this is not read again, even if nothing else came of it.
const ECHO: usize = 50;

/// So often everything is listed, to notice what was thrown away: a listing of what changed does not show it.
const SWEEP: i64 = 24 * 60 * 60 * 1000;

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

/// What is to be sent.
struct Outgoing<'a> {
    part: &'a Part<'a>,
    from: From,
    /// The todos that are written again, whatever their links say.
    again: &'a BTreeSet<TodoId>,
}

/// On top of what it is sent.
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
        let mut waiting = Waiting::new(self.options.patience, self.sleep);
        let held = match can.keeps_checkpoint {
            true => waiting.ask(|| adapter.checkpoint())?,
            false => links.head.checkpoint.clone().map(|commit| Held { commit, projects: links.head.projects.clone() }),
        };
        let mut report = Report::default();
        let mut heard = Heard::default();
        if can.pulls && !self.options.dry_run {
            heard = self.pull(adapter, &mut links, tip, &mut waiting)?;
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
            let outgoing = Outgoing { part: &part, from, again: &heard.again };
            self.send(adapter, outgoing, &mut links, &mut waiting, &mut report)?;
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

    fn pull(
        &self,
        adapter: &mut dyn Adapter,
        links: &mut Links,
        tip: ObjectId,
        waiting: &mut Waiting<'_>,
    ) -> Result<Heard, Failure> {
        let now = self.now.millis();
        let is_whole = self.options.again
            || links.head.projects != projects(self.mirror)
            || links.head.swept.is_none_or(|swept| now - swept >= SWEEP);
        let since = links.head.cursor.filter(|_| !is_whole);
        let mut pulled = waiting.ask(|| adapter.pull(since))?;
        let known = links.links.values().map(|link| link.revision).max().max(links.head.cursor);
        if known.is_some_and(|known| pulled.newest < known) && !pulled.is_complete {
            // It was put back to an earlier state: what is there now is looked at as a whole.
            pulled = waiting.ask(|| adapter.pull(None))?;
        }
        // Nothing follows from what is not there: the place is asked about each.
        let mut missing = Vec::new();
        if pulled.is_complete {
            let there: BTreeSet<&str> = pulled.records.iter().map(|record| record.remote.as_str()).collect();
            let lost = links.links.iter().filter(|(_, link)| !there.contains(link.remote.as_str()));
            let lost: Vec<(TodoId, String)> = lost.map(|(id, link)| (*id, link.remote.clone())).collect();
            for (id, remote) in lost.into_iter().filter(|(_, remote)| !pulled.gone.contains(remote)) {
                missing.push((id, waiting.ask(|| adapter.look(&remote))?, remote));
            }
            pulled.gone.extend(
                missing
                    .iter()
                    .filter(|(_, found, _)| *found == Presence::ThrownAway)
                    .map(|(.., remote)| remote.clone()),
            );
            links.head.swept = Some(now);
        }
        let before = links.head.cursor;
        let part = Part::new(self.store, self.mirror, tip, self.now);
        let saved = links.links.clone();
        let mut heard = hear(&part, links, &pulled, self.options.drops)?;
        for (id, found, _) in missing {
            if found == Presence::Unknown {
                // What was lost there is written again.
                links.links.remove(&id);
            }
            if found != Presence::ThrownAway {
                heard.again.insert(id);
            }
        }
        for remote in &heard.doubles {
            waiting.ask(|| adapter.retire(remote))?;
        }
        let is_news = heard.taken > 0 || saved != links.links || pulled.records.len() > ECHO;
        links.head.cursor =
            if is_news || before.is_none() || pulled.is_complete { Some(pulled.newest) } else { before };
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
        Outgoing { part, from, again }: Outgoing<'_>,
        links: &mut Links,
        waiting: &mut Waiting<'_>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let can = adapter.capabilities();
        let mut items = if can.whole { Vec::new() } else { part.items(from.commit, can.history)? };
        if can.pulls {
            items = self.linked(adapter, part, items, again, links, waiting)?;
        }
        report.sent = items.len();
        if self.options.dry_run {
            report.items = items;
            return Ok(());
        }
        let about: BTreeSet<TodoId> = items.iter().map(Item::id).collect();
        let records: BTreeMap<TodoId, Record> = match can.pulls {
            true => items.iter().filter_map(Item::record).map(|record| (record.id, record.clone())).collect(),
            false => BTreeMap::new(),
        };
        let mut sending = Sending::new(part, from.said, run_name(self.now), waiting);
        sending.is_continued = from.commit.is_some();
        sending.batch = can.batch;
        let sent = if can.pulls && items.is_empty() {
            Ok(())
        } else {
            sending.send(adapter, items, |stored| {
                if !can.pulls || stored.is_empty() {
                    return Ok(());
                }
                for one in stored {
                    let before = links.links.get(&one.id).map(|link| link.base.clone()).unwrap_or_default();
                    let base = match (records.get(&one.id), &one.shown) {
                        (Some(record), Some(shown)) => before.wrote(record, &before.changed(record), shown),
                        (Some(record), None) => Base::of(record),
                        (None, _) => before,
                    };
                    links.links.insert(one.id, Link { remote: one.remote.clone(), base, revision: one.revision });
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
        waiting: &mut Waiting<'_>,
    ) -> Result<Vec<Item>, Failure> {
        let sent: BTreeSet<TodoId> = items.iter().map(Item::id).collect();
        let mut all = items;
        let more =
            part.records()?.into_iter().filter(|record| again.contains(&record.id) && !sent.contains(&record.id));
        all.extend(more.map(|record| Item::Record(Box::new(record), None)));
        let unknown = all.iter().filter(|item| !links.links.contains_key(&item.id()) && is_shown(item));
        let unknown: Vec<TodoId> = unknown.map(Item::id).collect();
        if !unknown.is_empty() && !self.options.dry_run {
            for Stored { id, remote, revision, .. } in waiting.ask(|| adapter.find(&unknown))? {
                links.links.insert(id, Link { remote, base: Base::default(), revision });
            }
        }
        let mut wanted = Vec::new();
        for item in all {
            let Item::Record(record, _) = item else { continue };
            match links.links.get_mut(&record.id) {
                Some(link) => {
                    if again.contains(&record.id) {
                        link.base = Base::default();
                    }
                    if !link.base.changed(&record).is_empty() {
                        wanted.push(Item::Record(record, Some(Box::new(link.clone()))));
                    }
                }
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
