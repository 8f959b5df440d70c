//! Databases of agents. They are read through SQLite, because the newest rows may stand in the log beside the file only;
//! and read-only, in one short transaction, so that no agent waits for us.

#[cfg(not(feature = "sqlite"))]
mod absent;
mod files;
#[cfg(feature = "sqlite")]
mod reader;
mod row;

#[cfg(not(feature = "sqlite"))]
pub(super) use absent::read;
pub(super) use files::{ENDS, changed, find, unit};
#[cfg(feature = "sqlite")]
pub(super) use reader::read;
pub(super) use row::{Row, text, time};

/// Whether this build reads databases.
pub const READS_DATABASES: bool = cfg!(feature = "sqlite");
