//! What stands in for the reader in a build without it.

use std::path::Path;

use super::row::Row;
use crate::source::Notice;

/// Nothing: no database is opened.
pub(crate) struct Database(std::convert::Infallible);

impl Database {
    pub fn expect(&self, _: &str, _: &[&str]) -> Result<Vec<String>, String> {
        match self.0 {}
    }

    pub fn query(&self, _: &str) -> Result<Vec<Row>, String> {
        match self.0 {}
    }
}

/// Says that this build reads none.
pub(crate) fn read<T>(path: &Path, _: impl FnOnce(&Database) -> Result<T, String>) -> Result<T, Notice> {
    let remedy = "build git chittysync with its feature `sqlite`, which the default build has";
    Err(Notice::new(path, "is a database, and this build reads none", remedy))
}
