//! What a session is told of others: the same words wherever it asks.

use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use crate::ops::{self, Open, OpsError, Told};
use crate::settings::ContextReach;
use crate::store::Store;
use crate::todo::{Session, Time};
use crate::view::{Assigned, ContextLine, Style, Who, context_text};

/// Returns what a session that works in this directory is told of its project, with `own` of its own todos too.
/// Nothing when there is nothing to tell, or `chittysync.context` says so.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn told(
    store: &Store,
    directory: &Path,
    session: Option<&Session>,
    own: bool,
    now: Time,
) -> Result<String, OpsError> {
    let device_only = match store.settings.context {
        ContextReach::Off => return Ok(String::new()),
        ContextReach::Device => true,
        ContextReach::All => false,
    };
    let Some(found) = ops::elsewhere(store, &directory.to_string_lossy(), session, own, device_only, now)? else {
        return Ok(String::new());
    };
    let more = (!found.is_part).then_some(found.more);
    if let Some(session) = session {
        let mut told = Told::load(store, session, now);
        let news = found.todos.iter().filter(|todo| todo.became.is_some());
        news.for_each(|todo| told.tell(todo.id, todo.at));
        told.save(store);
    }
    let assigned = Assigned { untold: found.assigned_untold, is_started: ops::spawn::is_started() };
    let lines: Vec<ContextLine> = found.todos.into_iter().map(line).collect();
    let mut random = std::hash::RandomState::new().build_hasher();
    random.write_i64(now.millis());
    let fence = format!("--todos-{:016x}--", random.finish());
    let style = Style { color: false, width: 0, isolate: false, now };
    Ok(context_text(&found.project, &lines, more, assigned, &fence, style))
}

fn line(todo: Open) -> ContextLine {
    let who = match todo.session {
        Some(_) if todo.own && !todo.lost && todo.became.is_none() => Who::This,
        Some(session) => match todo.name {
            Some(name) => Who::Called(name),
            None => Who::Named(Session::new(&session.without_commands()).unwrap_or(session).short()),
        },
        None => Who::OtherDevice,
    };
    let Open { words, status, at, device, person, assigned, lost, became, .. } = todo;
    ContextLine { words, status, at, who, device, person, assigned, lost, became }
}
