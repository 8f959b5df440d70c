//! Which sessions are shown.

use std::collections::BTreeSet;

use super::silences::Silences;
use super::{Quiet, Shown};
use crate::todo::Session;

/// Which sessions to show.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    /// Only these: one that went on elsewhere by any of its names.
    pub wanted: Option<BTreeSet<Session>>,
    /// After how long somebody is told of a silence.
    pub silences: Silences,
    /// What is quiet.
    pub quiet: Quiet,
    /// What is shown of that.
    pub shown: Shown,
}
