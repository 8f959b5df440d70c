//! Session histories and the consolidated branch, in one repository.
//!
//! A session's tree and the consolidated tree have the same shape ([`paths`]), which is why stock git can
//! merge them. What is kept beside the refs ([`cache`]) only saves work: it can be deleted at any time.

mod adopt;
mod archive;
mod archived_lists;
pub mod cache;
mod consolidated;
mod digits;
mod directory;
mod error;
mod ids;
mod kept;
mod listed;
mod locate;
mod merged;
mod mirror;
mod open;
pub mod paths;
mod project_index;
mod project_lists;
pub mod purge;
mod purge_titles;
mod purged;
pub mod quotes;
mod rewritten;
mod session;
mod session_tree;
pub mod spool;
pub mod task_lists;
pub mod texts;
pub mod trailers;
mod unreadable;
mod verify;
mod weight;

pub use archive::{Archive, month_of};
pub use consolidated::{Consolidated, Reach};
pub use digits::Digits;
pub use directory::{Directory, general_routes, there};
pub use error::StoreError;
pub use ids::Ids;
pub use listed::{Listed, also_listed, given_for, list_from_now_on, list_no_more, listed_beside, place};
pub use locate::{Location, Origin, data_home, fallback, locate, locate_of};
pub use merged::{MergedTips, PackedLook};
pub use mirror::{MIRRORS, MirrorHead, MirrorLock, MirrorRuns, STATE, mirror_ref};
pub use open::Store;
pub use project_index::ProjectIndex;
pub use project_lists::{ProjectLists, list_paths, working_lists, working_todos};
pub use purged::{purged, purged_in};
pub use rewritten::Rewritten;
pub use session::{SessionCommit, commit_session, find_request, heard_events, read_session};
pub use session_tree::{SessionTree, SessionTrees, session_of, session_tree};
pub use unreadable::Unreadable;
pub use verify::{Checked, Unfit, check_consolidated, check_session, is_marked, strays};
pub use weight::{Excess, has_room, weigh_branch, weigh_session};
