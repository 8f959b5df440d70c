//! What a daemon is started with.

use std::path::PathBuf;

use crate::source::Home;
use crate::store::Location;

/// What a daemon has to know.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The store.
    pub location: Location,
    /// The agents' homes, whether they are there or not.
    pub homes: Vec<Home>,
    /// This program.
    pub program: PathBuf,
    /// Whether to say on standard error what is logged.
    pub echo: bool,
}
