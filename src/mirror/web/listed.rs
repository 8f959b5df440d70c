//! What a place listed: kept for a run, so that nothing is listed twice, and gone on with where it was interrupted.

use std::collections::BTreeMap;

use crate::mirror::adapter::Stored;
use crate::mirror::failure::Failure;
use crate::mirror::pulled::PulledRecord;
use crate::todo::TodoId;

/// A listing, as far as it came.
#[derive(Debug, Default)]
pub struct Listing {
    /// From when on changes are listed, in milliseconds since 1970; nothing for all records.
    pub since: Option<i64>,
    /// Where its next page is, in the place's words.
    pub next: Option<String>,
    /// When it began, by the place's clock.
    pub at: Option<i64>,
    /// What came.
    pub records: Vec<PulledRecord>,
}

/// What was listed in this run.
#[derive(Debug, Default)]
pub struct Listed {
    stored: BTreeMap<TodoId, Stored>,
    /// When the last listing began, by the place's clock.
    pub at: Option<i64>,
    is_dirty: bool,
    begun: Option<Listing>,
}

impl Listed {
    /// Notes that something was written: it is not among what was listed.
    pub fn wrote(&mut self) {
        self.is_dirty = true;
    }

    /// Returns whether there can be records of ours that were not listed.
    pub fn is_behind(&self) -> bool {
        self.is_dirty || self.at.is_none()
    }

    /// Lists page by page, to the last one: `page` adds one, and returns whether another follows. What was interrupted is
    /// gone on with.
    ///
    /// # Errors
    /// As `page`.
    pub fn list(
        &mut self,
        since: Option<i64>,
        mut page: impl FnMut(&mut Listing) -> Result<bool, Failure>,
    ) -> Result<Vec<PulledRecord>, Failure> {
        let begun = self.begun.take().filter(|begun| begun.since == since);
        let mut listing = begun.unwrap_or(Listing { since, ..Listing::default() });
        loop {
            match page(&mut listing) {
                Ok(true) => {}
                Ok(false) => break,
                Err(failure) => {
                    self.begun = Some(listing);
                    return Err(failure);
                }
            }
        }
        (self.at, self.is_dirty) = (listing.at, false);
        let ours = listing.records.iter().filter_map(|record| Some((record.id?, record)));
        self.stored.extend(ours.map(|(id, record)| (id, Stored::of(id, record.clone()))));
        Ok(listing.records)
    }

    /// Returns which records these todos are, as far as they were listed.
    pub fn find(&self, ids: &[TodoId]) -> Vec<Stored> {
        ids.iter().filter_map(|id| self.stored.get(id)).cloned().collect()
    }
}
