//! Agents' state as snapshots. Read-only, tolerant, and honest about what could not be read.
//!
//! A *unit* is what changes as a whole: a list file, a directory of tasks, a transcript. [`scan`] finds
//! the units of a home without opening them; [`read`] reads one. Nothing here knows of a store.

mod agent;
mod agents;
mod began;
mod change;
pub mod claude;
mod codex;
mod configured;
mod copilot;
mod crush;
mod entries;
mod events;
mod file;
mod formats;
mod gemini;
mod goose;
mod heard;
pub mod hook;
mod import;
mod item;
mod json;
mod jsonl;
mod lists;
mod markdown;
mod opencode;
mod outline;
mod places;
mod plans;
mod qwen;
mod reading;
mod records;
mod sqlite;

pub use agent::{Agent, Home, Keeper, Scan, Unit, Watched, read, scan, tell_of_a_list};
pub use agents::{agents, also, configure, home_variables, named, session_variable};
pub use change::{Change, is_all_done};
pub use configured::Described;
pub use file::Stamp;
pub use formats::{Format, Listed, read_format};
pub use heard::{Heard, KeptList, What};
pub use import::read_list;
pub use outline::{Outlined, outline};
pub use plans::{Plan, PlanBox, plan};
pub use reading::{Called, Notice, Reading, State, UnitKind, Workspace};
pub use sqlite::READS_DATABASES;
