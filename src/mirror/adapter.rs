//! What one kind of place has to be able to do.

use super::failure::Failure;
use super::items::{Held, Item};
use super::part::Part;
use super::pulled::{Presence, Pulled, PulledRecord};
use crate::todo::TodoId;

/// What an adapter can do, and how it wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// People change things there, and that is to be heard.
    pub pulls: bool,
    /// The place says itself which commit it holds, and changes that together with what it holds.
    pub keeps_checkpoint: bool,
    /// It keeps what was said, too.
    pub history: bool,
    /// It writes what everything is, and wants no changes.
    pub whole: bool,
    /// How many records or entries it takes at once.
    pub batch: usize,
}

/// A part of what is sent in one run.
#[derive(Debug)]
pub struct Batch<'a> {
    /// What the place said it holds, and has to hold still; nothing for nothing.
    pub from: Option<&'a str>,
    /// Whether what it holds goes on from there: nothing of it was taken back or rewritten.
    pub is_continued: bool,
    /// What tells this run from any other one.
    pub run: &'a str,
    /// What it holds once all parts are there.
    pub to: Held,
    /// What to write. Writing it twice is as good as once.
    pub items: &'a [Item],
    /// Whether it is the first part of the run.
    pub is_first: bool,
    /// Whether it is the last: the place then holds `to`.
    pub is_last: bool,
    /// Everything that the place is to hold.
    pub whole: &'a Part<'a>,
}

/// A record that a place has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The todo.
    pub id: TodoId,
    /// What the place calls it.
    pub remote: String,
    /// The place's own count of changes, or its time of the last one.
    pub revision: i64,
    /// What it shows now, where it says so; else it shows what was written.
    pub shown: Option<Box<PulledRecord>>,
}

impl Stored {
    /// Returns a record by what the place shows of it.
    pub fn of(id: TodoId, shown: PulledRecord) -> Self {
        Stored { id, remote: shown.remote.clone(), revision: shown.revision, shown: Some(Box::new(shown)) }
    }
}

/// One kind of place. It talks with one place, and decides nothing.
pub trait Adapter {
    /// Returns what it can do.
    fn capabilities(&self) -> Capabilities;

    /// Returns what the place says it holds; nothing when it holds nothing, or does not say.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn checkpoint(&mut self) -> Result<Option<Held>, Failure>;

    /// Returns what changed at the place from this revision on; all, without one.
    ///
    /// # Errors
    /// When the place cannot be asked, or not to the last page.
    fn pull(&mut self, _since: Option<i64>) -> Result<Pulled, Failure> {
        Ok(Pulled::default())
    }

    /// Returns those of these todos that the place has, whoever wrote them there. What the last pull of this run could
    /// not have shown is asked for again: an answer may have been lost since.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn find(&mut self, _ids: &[TodoId]) -> Result<Vec<Stored>, Failure> {
        Ok(Vec::new())
    }

    /// Returns what became of a record that a whole listing does not show.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn look(&mut self, _remote: &str) -> Result<Presence, Failure> {
        Ok(Presence::Unknown)
    }

    /// Takes a record out of what is listed, which is the second one of a todo, so that somebody can still look it up.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn retire(&mut self, _remote: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// Writes a part. `stored` is told of each record as the place has taken it, where the place gives names.
    ///
    /// # Errors
    /// When the place did not take it. What `stored` was told of is there all the same.
    fn push(&mut self, batch: &Batch<'_>, stored: &mut dyn FnMut(Stored)) -> Result<(), Failure>;

    /// Compares the place with what it is to hold, and returns what differs, each in a few words.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure>;
}
