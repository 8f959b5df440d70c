//! Words that are saved.

use crate::todo::{Channel, PLANS, SourceKind};

/// What a plan is called as a source.
pub(super) const PLAN: SourceKind = SourceKind::Agent(Channel::List, PLANS);
