//! What somebody outside is told when the hub itself fails: that it did. What it was stands in the log.

use std::path::Path;

use crate::log::{self, Level};
use crate::wire::Problem;

/// Writes down what went wrong, and returns what is told of it.
pub(super) fn failed(common_dir: &Path, reason: &str) -> Problem {
    log::append(common_dir, Level::Error, "hub", reason);
    Problem::new(500, "the hub could not read or write its store").hint("its log on the hub's machine says why")
}
