//! What people and agents do with todos: a use case for each, whoever asks for it.
//!
//! The command line, the board and the tools of `mcp` say who acts ([`Actor`]) and what is wanted. Everything else is
//! decided here: which todo is meant, of which project, whether it may be treated so, and what is said. What came of
//! it is an [`Outcome`], or a [`Refusal`] with its facts; those who called put both into words.

mod actor;
mod add;
mod add_list;
mod assign;
mod claim;
mod edit;
mod find;
mod forget;
mod forget_sessions;
mod many;
mod outcome;
mod project;
mod properties;
mod purge;
mod read;
mod refusal;
mod resolve;
mod rollback;
mod say;
#[cfg(feature = "hub")]
mod take;
mod undo;

pub use actor::{Actor, known_author};
pub use add::{Add, add};
pub use add_list::{AddList, add_list};
pub use assign::{Assign, Assigned, Decided, Owned, assign, meant};
pub use claim::{Asked, Claim, Claimed, claim, elsewhere, living_first, of_topic};
pub use edit::{Edit, edit};
pub use find::{Which, find, find_anywhere, find_one, session_meant};
pub use forget::{Forgettable, Renamed, ToForget, find_to_forget};
pub use forget_sessions::{SessionsToForget, Whose};
pub use many::{Answer, Bulk, Outcomes, drop_bulk, foresee_bulk, foresee_drop, say_each, triage};
pub use outcome::{Became, Obstacles, Outcome, Said};
pub use project::{chosen, meant_anew, project, scope, scope_among};
pub use properties::{Blockers, Properties};
pub use purge::{ToPurge, purge};
pub use read::{has_todos, read, read_named, read_near, read_near_one, read_sessions};
pub use refusal::{Brief, Refusal};
pub use resolve::{Edited, Settlement, resolve, resolve_edited, taken};
pub use rollback::{Rollback, RolledBack, rollback};
pub use say::say;
#[cfg(feature = "hub")]
pub use take::{Taken, take};
pub use undo::{TakenBack, Wanted, undo};
