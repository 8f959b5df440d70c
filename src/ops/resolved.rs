//! Where a merge had to choose, as its commit's message tells it, and what of that is still open.
//!
//! A disagreement over the status can be read from the claims. A property has one value and one stamp: what was
//! overruled is in the message of the merge, and in the history of whoever said it. It stays open as long as the
//! property is what that merge kept: whoever sets it again has settled it. A merge tells it of everybody who sets
//! what another one had set; who knew of the other one's word, the histories tell.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::OpsError;
use super::event::Event;
use super::log::{log, walk};
use super::log_filter::LogFilter;
use super::resolved_line::{OVER, begin, end, text};
use crate::git::{ObjectId, Overlay, descends};
use crate::merge::{Conflict, Side, Subject};
use crate::store::trailers::{DecidedOn, RESOLVED};
use crate::store::{Consolidated, Rewritten, Store};
use crate::todo::{Field, Time, TodoId, plain};
use crate::view::{Everything, OverProperty};

/// An event's commit has whole seconds of a clock that may be behind the stamps of what it says.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Returns the conflicts over properties that nobody has settled yet, of these todos.
///
/// # Errors
/// When the store cannot be read.
pub fn open_properties(store: &Store, everything: &Everything) -> Result<Vec<OverProperty>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let Some(tip) = Consolidated::find(store, &overlay)?.tip else { return Ok(Vec::new()) };
    let (mut found, mut known): (BTreeMap<String, OverProperty>, Kept<'_>) = (BTreeMap::new(), Kept::new());
    for commit in walk(&overlay, tip).filter(|commit| commit.parents.len() > 1) {
        for line in commit.message.lines().filter(|line| line.starts_with(RESOLVED)) {
            let open = still_open(everything, &mut known, line);
            found.extend(open.map(|one| (line.to_owned(), one)));
        }
    }
    let mut found: Vec<OverProperty> = found.into_values().collect();
    let Some(earliest) = found.iter().map(|one| one.conflict.ours.at.min(one.conflict.theirs.at)).min() else {
        return Ok(found);
    };
    let since = Some(Time::from_millis(earliest.millis() - DAY));
    let events = log(store, &LogFilter { since, most: usize::MAX, ..LogFilter::default() })?;
    let rewritten = Rewritten::load(&store.repo);
    found.retain_mut(|one| ask_the_histories(&overlay, &events, &rewritten, one));
    Ok(found)
}

/// The properties of todos as the lines begin that keep them.
type Kept<'a> = HashMap<TodoId, (Arc<str>, HashMap<String, (&'a String, &'a Field)>)>;

/// Reads the trailer of a property that still is what was kept. `known` has the properties of each todo once, however
/// many lines are about it.
fn still_open<'a>(everything: &'a Everything, known: &mut Kept<'a>, line: &str) -> Option<OverProperty> {
    let id = TodoId::parse(line.strip_prefix(RESOLVED)?.get(..16)?)?;
    let (project, todo) = everything.get(id)?;
    let (content, fields) = known.entry(id).or_insert_with(|| {
        let kept = |field: &Field| format!("{} at {}", text(&field.value), field.at);
        let begins = |(name, field): (&'a String, &'a Field)| (plain(&begin(id, name, &kept(field))), (name, field));
        (todo.content.as_str().into(), todo.fields.iter().map(begins).collect())
    });
    // What was said may hold the word as well.
    let mut parts = line.match_indices(OVER).map(|(at, over)| line.split_at(at + over.len()));
    let ((name, field), rest) = parts.find_map(|(begin, rest)| Some((*fields.get(begin)?, rest)))?;
    let (value, at) = rest.strip_suffix(&plain(&end(project, content)))?.rsplit_once(" at ")?;
    let side = |value: Value, at: Time| Side { session: None, value, at };
    let conflict = Conflict {
        id,
        content: Arc::clone(content),
        subject: Subject::Field(name.clone()),
        ours: side(field.value.clone(), field.at),
        theirs: side(value.into(), Time::parse(at)?),
        kept_theirs: false,
    };
    Some(OverProperty { project: project.clone(), conflict, is_lag: false })
}

/// Finds who said what. Returns whether they disagree: the later one may have known of the other.
fn ask_the_histories(overlay: &Overlay<'_>, events: &[Event], rewritten: &Rewritten, one: &mut OverProperty) -> bool {
    let OverProperty { conflict, is_lag, .. } = one;
    let Subject::Field(name) = &conflict.subject else { return false };
    let said = |side: &Side| {
        let events = events.iter().rev().filter(|event| event.after.id == conflict.id);
        let field = |event: &Event| event.after.fields.get(name).filter(|field| field.at == side.at).cloned();
        let mut said = events.filter_map(|event| Some((event, field(event)?)));
        said.find(|(_, field)| plain(&text(&field.value)) == plain(&text(&side.value)))
    };
    let (kept, overruled) = (said(&conflict.ours), said(&conflict.theirs));
    if let (Some((kept, _)), Some((overruled, _))) = (&kept, &overruled) {
        let base = decided_on(overlay, kept.commit, rewritten);
        if base.into_iter().chain([kept.commit]).any(|commit| descends(overlay, commit, overruled.commit)) {
            return false;
        }
        // Neither list was written by somebody who chose between the two.
        *is_lag = [kept, overruled].into_iter().all(|event| decided_on(overlay, event.commit, rewritten).is_none());
    }
    for (side, said) in [(&mut conflict.ours, kept), (&mut conflict.theirs, overruled)] {
        if let Some((event, field)) = said {
            (side.session, side.value) = (Some(event.session.session.clone()), field.value);
        }
    }
    true
}

/// Returns the consolidated commit that an act was decided on; nothing for what an agent's list says.
fn decided_on(overlay: &Overlay<'_>, commit: ObjectId, rewritten: &Rewritten) -> Option<ObjectId> {
    // Whoever decided in an empty store decided as well.
    let decided_on = DecidedOn::of(&overlay.commit_info(commit).ok()?.message)?;
    Some(decided_on.commit().map_or(commit, |id| rewritten.now(id)))
}
