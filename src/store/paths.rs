//! Where things are in a tree.

use crate::todo::{Project, Session};

/// The file that tells git which files our driver merges. The same in every commit of every version, or the
/// trees of two versions could not be merged.
pub const ATTRIBUTES_PATH: &str = ".gitattributes";

/// What [`ATTRIBUTES_PATH`] holds. `-text`: no line-end conversion, the bytes are the format.
pub const ATTRIBUTES: &str = "\
.gitattributes merge=union
README.md merge=chittysync
projects/*/archive/*.json -text merge=chittysync
projects/*/todos.json -text merge=chittysync
sessions/*/*.json -text merge=chittysync
";

/// The board, for people who open the repository on a host. On the consolidated branch only.
pub const BOARD_PATH: &str = "README.md";

/// The directory of projects.
pub const PROJECTS: &str = "projects";

/// The directory of sessions.
pub const SESSIONS: &str = "sessions";

/// The name of the file of todos in a project's directory.
pub const TODOS: &str = "todos.json";

/// Returns `projects/<project>/todos.json`.
pub fn todos_path(project: &Project) -> String {
    format!("{PROJECTS}/{}/{TODOS}", project.component())
}

/// Returns `sessions/<xx>/<session>.json`.
pub fn session_path(session: &Session) -> String {
    format!("{SESSIONS}/{}/{}.json", session.shard(), session.component())
}
