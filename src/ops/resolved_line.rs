//! The line of a merge's message that says which property was kept, and which overruled.

use serde_json::Value;

use crate::merge::{Conflict, Side, Subject};
use crate::store::trailers::RESOLVED;
use crate::todo::{Project, SessionState, TodoId, plain};
use crate::view::OverProperty;

pub(super) const OVER: &str = " over ";

/// How many characters of a text stand in a message.
pub(super) const LONGEST: usize = 1_000;

/// Returns the line of a merge's message that says what was kept and what was overruled.
pub(super) fn trailer(project: &Project, conflict: &Conflict) -> String {
    let (kept, overruled) = conflict.sides();
    let say = |side: &Side| match &side.session {
        Some(session) => format!("{} by {} at {}", text(&side.value), session.short(), side.at),
        None => format!("{} at {}", text(&side.value), side.at),
    };
    let what = match &conflict.subject {
        Subject::Status => "status",
        Subject::Field(name) => name,
    };
    let begin = begin(conflict.id, what, &say(kept));
    plain(&format!("{begin}{}{}", say(overruled), end(project, &conflict.content)))
}

/// Returns the same line for a conflict that is open again once a session says this: what was kept then is what it says
/// now. Nothing where it says nothing of that property.
pub(super) fn reopened(state: &SessionState, one: &OverProperty) -> Option<String> {
    let OverProperty { project, conflict, .. } = one;
    let Subject::Field(name) = &conflict.subject else { return None };
    let said = state.projects.get(project)?.get(&conflict.id)?.fields.get(name)?;
    let (kept, overruled) = conflict.sides();
    if said.value != kept.value {
        return None;
    }
    let side = |side: &Side, at| Side { session: None, value: side.value.clone(), at };
    let conflict = Conflict {
        ours: side(kept, said.at),
        theirs: side(overruled, overruled.at),
        kept_theirs: false,
        ..conflict.clone()
    };
    Some(format!("{}\n", trailer(project, &conflict)))
}

pub(super) fn begin(id: TodoId, what: &str, kept: &str) -> String {
    format!("{RESOLVED}{id} {} {kept}{OVER}", cut(what))
}

pub(super) fn end(project: &Project, content: &str) -> String {
    format!(" ({project}: {})", cut(content))
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| cut(&value.to_string()), cut)
}

/// Returns as much of a text as a message has room for: whoever walks through history reads all messages.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
