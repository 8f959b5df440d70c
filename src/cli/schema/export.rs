//! What `export` prints: todos, projects and conflicts.

use super::sessions::PROJECTS;
use super::shape::Key;
use super::shape::Shape::{self, *};
use super::todos::{CONFLICTS, LIST, TEXTS};

/// `export`: the data itself, without a version.
pub(super) const EXPORT: Shape = Or(&[
    LIST,
    PROJECTS,
    CONFLICTS,
    Object(&[Key("markdown", Text, "")]),
    Object(&[Key("csv", Text, "")]),
    Object(&[Key("directory", Text, "where they are"), Key("files", TEXTS, "their names")]),
]);
