//! Where things are in a tree.

use super::Digits;
use crate::todo::{Project, Session};

/// The file that tells git which files our driver merges. The same in every commit of a version.
pub const ATTRIBUTES_PATH: &str = ".gitattributes";

/// What [`ATTRIBUTES_PATH`] holds. `-text`: no line-end conversion, the bytes are the format.
pub const ATTRIBUTES: &str = "\
.gitattributes merge=union
README.md merge=chittysync
projects/*/archive/*.json -text merge=chittysync
projects/*/todos.json -text merge=chittysync
projects/*/todos/*.json -text merge=chittysync
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

/// The directory of the lists that todos move on to when `todos.json` gets long, in a project's directory.
pub const PARTS: &str = "todos";

/// Returns the directory of a project.
pub fn project_dir(project: &Project) -> String {
    format!("{PROJECTS}/{}", project.component())
}

/// Returns `projects/<project>/todos.json`.
pub fn todos_path(project: &Project) -> String {
    format!("{PROJECTS}/{}/{TODOS}", project.component())
}

/// Returns the working list of the todos whose ids begin with these digits: `projects/<project>/todos/<digits>.json`,
/// or `todos.json` for none.
pub fn working_path(project: &Project, digits: Digits) -> String {
    match digits {
        Digits::NONE => todos_path(project),
        digits => format!("{}/{PARTS}/{digits}.json", project_dir(project)),
    }
}

/// The name of the directory of closed todos in a project's directory.
pub const ARCHIVE: &str = "archive";

/// Returns `projects/<project>/archive`.
pub fn archive_dir(project: &Project) -> String {
    format!("{PROJECTS}/{}/{ARCHIVE}", project.component())
}

/// Returns `projects/<project>/archive/<yyyy-mm>.json`.
pub fn archive_path(project: &Project, month: &str) -> String {
    format!("{}/{month}.json", archive_dir(project))
}

/// Returns the month of an archive's file, `2026-11` of `2026-11.json`; nothing for any other name.
pub fn month(name: &str) -> Option<&str> {
    let month = name.strip_suffix(".json")?;
    let (year, rest) = month.split_once('-')?;
    let is_number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(year, 4) && is_number(rest, 2) && ("01"..="12").contains(&rest)).then_some(month)
}

/// Returns `sessions/<xx>/<session>.json`.
pub fn session_path(session: &Session) -> String {
    format!("{SESSIONS}/{}/{}.json", session.shard(), session.component())
}
