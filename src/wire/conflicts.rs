//! What sessions disagree on.

use serde_json::Value;

use crate::todo::Time;
use crate::view::{Everything, OverProperty, conflicts_json};

/// Returns the disagreements. What only lags behind is left out, unless `all` is wanted.
pub fn conflicts(everything: &Everything, properties: &[OverProperty], all: bool, now: Time) -> Value {
    conflicts_json(everything, all, properties, now)
}
