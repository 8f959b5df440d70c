//! A place in memory, with everything that can go wrong at one: it is away, stops in the middle of a listing, asks to be
//! left alone, takes a record and loses the answer, refuses one, or is put back to what it was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use chittysync::mirror::{Adapter, Batch, Capabilities, Failure, Held, Item, Part, Pulled, PulledRecord, Stored};
use chittysync::todo::{State, Status, TodoId};

/// A record there.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: Option<TodoId>,
    pub content: String,
    pub state: State,
    pub description: Option<String>,
    pub revision: i64,
}

/// What can go wrong, once or as long as it is set.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// It cannot be reached.
    pub away: bool,
    /// A listing ends with an error on its second page.
    pub half_a_page: bool,
    /// A listing says so when it does not go to the end, and has only its first half.
    pub first_half_only: bool,
    /// Every so many writes it asks to be left alone.
    pub busy_every: usize,
    /// The next record is taken, and the answer is lost.
    pub lose_answer: bool,
    /// The process ends before (even) or after (odd) the write of this number.
    pub crash_at: Option<usize>,
    /// It refuses records with these words.
    pub refuses: Option<&'static str>,
}

/// The place.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub rows: BTreeMap<String, Row>,
    pub trash: BTreeSet<String>,
    pub history: BTreeSet<(String, TodoId)>,
    pub held: Option<(Held, String)>,
    pub clock: i64,
    next: usize,
    /// How many records were written, and how often it was asked to write.
    pub writes: usize,
    pub requests: usize,
    pub faults: Faults,
    steps: usize,
}

impl Place {
    /// Returns words and state of every record, the same words as often as they are there.
    pub fn content(&self) -> Vec<(String, &'static str)> {
        let mut rows: Vec<_> = self.rows.values().map(|row| (row.content.clone(), row.state.as_str())).collect();
        rows.sort();
        rows
    }

    /// A person changes the record with these words.
    pub fn edit(&mut self, content: &str, change: impl FnOnce(&mut Row)) {
        self.clock += 1;
        let row = self.rows.values_mut().find(|row| row.content == content).expect("it is there");
        change(row);
        row.revision = self.clock;
    }

    /// A person makes a record.
    pub fn make(&mut self, content: &str, state: State) {
        self.clock += 1;
        self.next += 1;
        let (name, revision) = (format!("r{}", self.next), self.clock);
        let row = Row { id: None, content: content.into(), state, description: None, revision };
        self.rows.insert(name, row);
    }

    /// A person throws the record with these words away.
    pub fn throw_away(&mut self, content: &str) {
        let name = self.rows.iter().find(|(_, row)| row.content == content).map(|(name, _)| name.clone());
        let name = name.expect("it is there");
        self.rows.remove(&name);
        self.trash.insert(name);
    }

    fn step(&mut self) {
        self.steps += 1;
        if self.faults.crash_at == Some(self.steps - 1) {
            std::panic::panic_any("killed");
        }
    }
}

/// The adapter of it.
pub struct Memory {
    pub place: Rc<RefCell<Place>>,
    /// Whether people change things there. Otherwise it keeps its own account, as a database does.
    pub pulls: bool,
    pub batch: usize,
}

impl Memory {
    pub fn new(pulls: bool) -> Self {
        Memory { place: Rc::default(), pulls, batch: 2 }
    }

    fn check(&self) -> Result<(), Failure> {
        if self.place.borrow().faults.away { Err(Failure::later("connection refused")) } else { Ok(()) }
    }
}

impl Adapter for Memory {
    fn capabilities(&self) -> Capabilities {
        let (pulls, own) = (self.pulls, !self.pulls);
        Capabilities { pulls, keeps_checkpoint: own, history: own, whole: false, batch: self.batch }
    }

    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        self.check()?;
        Ok(self.place.borrow().held.clone().map(|(held, _)| held).filter(|held| !held.commit.is_empty()))
    }

    fn pull(&mut self, since: Option<i64>) -> Result<Pulled, Failure> {
        self.check()?;
        let place = self.place.borrow();
        if place.faults.half_a_page {
            return Err(Failure::later("500 on page two"));
        }
        let is_whole = since.is_none() && !place.faults.first_half_only;
        let rows = place.rows.iter().filter(|(_, row)| since.is_none_or(|since| row.revision >= since));
        let mut records: Vec<PulledRecord> = rows
            .map(|(name, row)| PulledRecord {
                id: row.id,
                description: row.description.clone(),
                revision: row.revision,
                ..PulledRecord::new(name, &row.content, row.state)
            })
            .collect();
        if place.faults.first_half_only {
            records.truncate(records.len() / 2);
        }
        let gone = place.trash.iter().cloned().collect();
        Ok(Pulled { records, gone, is_complete: is_whole, newest: place.clock })
    }

    fn find(&mut self, ids: &[TodoId]) -> Result<Vec<Stored>, Failure> {
        self.check()?;
        let place = self.place.borrow();
        let rows = place.rows.iter().filter_map(|(name, row)| Some((name, row.id?, row.revision)));
        let rows = rows.filter(|(_, id, _)| ids.contains(id));
        Ok(rows.map(|(name, id, revision)| Stored { id, remote: name.clone(), revision, shown: None }).collect())
    }

    fn push(&mut self, batch: &Batch<'_>, stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        self.check()?;
        let mut place = self.place.borrow_mut();
        place.requests += 1;
        if place.faults.busy_every > 0 && place.requests.is_multiple_of(place.faults.busy_every) {
            return Err(Failure::Later { reason: "429".into(), after: Some(Duration::from_secs(1)) });
        }
        if !self.pulls {
            // All of it in one transaction.
            let (held, run) =
                place.held.clone().unwrap_or((Held { commit: String::new(), projects: Vec::new() }, String::new()));
            if held.commit != batch.from.unwrap_or_default() || !(batch.is_first || run == batch.run) {
                return Err(Failure::Overtaken);
            }
            if let Some(words) = place.faults.refuses
                && batch.items.iter().any(|item| matches!(item, Item::Record(record, _) if record.content == words))
            {
                return Err(Failure::Record { id: None, reason: "invalid byte".into() });
            }
            let next = if batch.is_last { batch.to.clone() } else { held };
            place.held = Some((next, batch.run.to_owned()));
        }
        for item in batch.items {
            match item {
                Item::Entry(entry) => {
                    let is_new = place.history.insert((entry.commit.clone(), entry.id));
                    place.writes += usize::from(is_new);
                }
                Item::Record(record, remote) => {
                    if place.faults.refuses == Some(record.content.as_str()) {
                        return Err(Failure::Record { id: Some(record.id), reason: "invalid byte".into() });
                    }
                    place.step();
                    let name = match (self.pulls, remote) {
                        (false, _) => record.id.to_string(),
                        (true, Some(link)) => link.remote.clone(),
                        (true, None) => {
                            place.next += 1;
                            format!("r{}", place.next)
                        }
                    };
                    let mut row = Row {
                        id: Some(record.id),
                        content: record.content.clone(),
                        state: record.state,
                        description: record.text("description").map(str::to_owned),
                        revision: 0,
                    };
                    let old = place.rows.get(&name).cloned();
                    row.revision = old.as_ref().map_or(0, |old| old.revision);
                    if old.as_ref() != Some(&row) {
                        place.writes += 1;
                        place.clock += 1;
                        row.revision = place.clock;
                    }
                    let revision = row.revision;
                    place.rows.insert(name.clone(), row);
                    place.step();
                    if std::mem::take(&mut place.faults.lose_answer) {
                        return Err(Failure::later("the connection was cut"));
                    }
                    if self.pulls {
                        stored(Stored { id: record.id, remote: name, revision, shown: None });
                    }
                }
            }
        }
        Ok(())
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        self.check()?;
        let place = self.place.borrow();
        let records = whole.records()?;
        let is_there =
            |id: TodoId, content: &str| place.rows.values().any(|row| row.id == Some(id) && row.content == content);
        let missing = records.iter().filter(|record| record.is_wanted() && !is_there(record.id, &record.content));
        Ok(missing.map(|record| record.id.to_string()).collect())
    }
}

pub const DONE: State = State::Wanted(Status::Completed);
pub const OPEN: State = State::Wanted(Status::Pending);
