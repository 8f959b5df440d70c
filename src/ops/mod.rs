//! Use cases, a verb each. They take a store and return what happened; they print nothing.

mod about;
mod act;
mod archive;
mod attribute;
mod branch;
mod budget;
mod capture;
mod captured;
mod changes;
mod claim;
mod commits;
mod consolidate;
mod consolidator;
mod context;
mod daemon_runs;
mod date;
mod dedup;
mod demand;
mod device;
mod disputes;
mod drain;
mod erase;
mod event;
mod examine;
mod forget;
mod heads;
mod hook;
mod import;
#[cfg(feature = "hub")]
mod incoming;
mod judge;
mod knowledge;
mod leave;
mod link;
mod log;
mod log_filter;
mod looked;
mod merge_sides;
mod merge_trees;
mod mirrors;
mod moves;
mod moving;
mod named;
mod naming;
mod near;
mod outgoing;
mod plan;
mod previous;
mod progress;
mod project;
mod purge;
mod redacted;
mod redo;
mod replace;
mod report;
mod resolved;
mod resolved_commits;
mod resolved_line;
mod retire;
mod rollback;
mod routed;
mod run;
mod scan;
mod settle;
mod settle_sessions;
mod settled;
mod shown;
mod sort;
pub mod spawn;
mod spooled;
mod stated;
#[cfg(feature = "hub")]
mod statements;
mod status;
mod step_aside;
mod sync;
mod talk;
mod tips;
pub mod todo;
mod told;
mod undo;
mod unless_gone;
mod unrouted;
mod write;
mod write_back;

pub use about::{About, about};
pub use act::{Acted, Reason, Refuses, act};
pub use archive::{Tidied, Tidy, tidy, tidy_daily};
pub use branch::{Branch, branches, create_branch, delete_branch, find_branch};
pub use capture::capture;
pub use captured::Captured;
pub use changes::{Change, changes, changes_of, changes_since};
pub use consolidate::{Consolidation, consolidate, is_consolidated};
pub use context::{Elsewhere, Open, elsewhere, progress};
pub use daemon_runs::{daemon_lock, daemon_runs};
pub use date::{day, since, until};
pub use demand::{Demand, NOTHING, Request, answered, said_in};
pub use device::own_session;
pub use drain::drain;
pub use event::{Event, FieldChange};
pub use examine::{Examined, examine};
pub use hook::{Background, hear, put_down};
pub use import::{Imported, commit_of, import};
#[cfg(feature = "hub")]
pub use incoming::{check_push, owner_of};
pub use leave::{Left, leave, remember_made};
pub use link::{Exchange, Link};
pub use log::{has_project, log, own_version, tell};
pub use log_filter::LogFilter;
pub use mirrors::{LONGEST_WAIT, MirrorStatus, mirrors_due};
pub use moves::{Move, moves, states};
pub use moving::Moving;
pub use named::with_prompts;
pub use naming::{Naming, commits_naming, complete_named, naming};
pub use near::Near;
pub use outgoing::{Outgoing, Remembered};
pub use plan::{Plan, Selection, Turn};
pub use progress::Steps;
pub use project::{directory_project, project_names};
pub use purge::foresee;
pub use report::{LeftOut, Obeyed, Report};
pub use resolved::open_properties;
pub use rollback::{EarlierState, Lists, find_state, present_state, restore, todos_at};
pub use run::run;
pub use scan::{Look, forget_looks, look, unread, waiting};
pub use shown::{Shown, shown, shown_at};
#[cfg(feature = "hub")]
pub use statements::statements;
pub use status::{RemoteStatus, StoreStatus};
pub use sync::sync;
pub use tips::{ForeignTip, Tips};
pub use told::{Told, overtaken_since};
pub use undo::{NotYours, Undo};
pub use write_back::{WrittenBack, write_back};

use crate::git::{GitError, ObjectId};
use crate::statement::Against;
use crate::store::StoreError;
use crate::todo::{Time, TodoId};

/// Why a use case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was to be said had been forgotten.
    #[error("todo {0} was forgotten, and is not said again")]
    Forgotten(TodoId),
    /// An act did not come true.
    #[error(transparent)]
    Unmet(#[from] Box<Unmet>),
    /// The clock of this device shows a time that nothing can be said at.
    #[error("this device's clock says {0}, and nothing can be said after {last}", last = Time::LAST)]
    Clock(Time),
    /// What the user gave cannot be used.
    #[error("{0}")]
    Input(String),
    /// A branch was to be deleted, and what was said on it stands nowhere else.
    #[error("'{name}' has not been merged into {into}")]
    Unmerged {
        /// The branch.
        name: String,
        /// The one that does not have it.
        into: String,
    },
    /// The branch is not where somebody saw it who acted on that.
    #[error("the branch went on meanwhile")]
    WentOn(Option<ObjectId>),
    /// Of those who claimed a todo at the same moment, others were always faster.
    #[error("others were faster, {0} times in a row: nothing was taken")]
    Slower(u32),
    /// Refs were moved by somebody who does not take the store's lock.
    #[error("{} moved while it was written, by a program that does not take the store's lock", .0.join(", "))]
    Moved(Vec<String>),
}

/// An act that did not come true, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}'{content}' {against}", if *said { "it was said, and still " } else { "this cannot be: " })]
pub struct Unmet {
    /// The todo that it is about.
    pub id: TodoId,
    /// Its words, or its id where it has none.
    pub content: String,
    /// What stands against it.
    pub against: Against,
    /// Whether it was said nevertheless: its session's history has it, the branch does not show it.
    pub said: bool,
    /// What could not be merged.
    pub left_out: Vec<LeftOut>,
}

/// Says no where the clock of this device shows a time that nothing can be said at: what was said then could never
/// be answered.
fn check_clock(now: Time) -> Result<(), OpsError> {
    if now > Time::LAST { Err(OpsError::Clock(now)) } else { Ok(()) }
}

impl From<GitError> for OpsError {
    fn from(err: GitError) -> Self {
        OpsError::Store(err.into())
    }
}

/// Returns an error with its causes, in one line.
pub fn chain(err: &dyn std::error::Error) -> String {
    let mut text = err.to_string();
    let mut source = err.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
