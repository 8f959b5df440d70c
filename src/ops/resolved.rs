//! Where a merge had to choose, as its commit's message tells it, and what of that is still open.
//!
//! A disagreement over the status can be read from the claims. A property has one value and one stamp: what was
//! overruled is in the message of the merge, and in the history of whoever said it. It stays open as long as the
//! property is what that merge kept: whoever sets it again has settled it. A merge tells it of everybody who sets
//! what another one had set; who knew of the other one's word, the histories tell. Who takes back what settled it says
//! the line again, of the property as it is from then on.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::OpsError;
use super::event::Event;
use super::log::log;
use super::log_filter::LogFilter;
use super::resolved_commits::resolved_commits;
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
    open_properties_at(store, &overlay, tip, everything)
}

/// Returns the same as of a commit of the branch, whose todos these are.
pub(super) fn open_properties_at(
    store: &Store,
    overlay: &Overlay<'_>,
    tip: ObjectId,
    everything: &Everything,
) -> Result<Vec<OverProperty>, OpsError> {
    let (mut found, mut known): (BTreeMap<String, Line>, Kept<'_>) = (BTreeMap::new(), Kept::new());
    for commit in resolved_commits(store, overlay, tip) {
        let is_merge = commit.parents.len() > 1;
        for line in commit.message.lines().filter(|line| line.starts_with(RESOLVED)) {
            let open = still_open(everything, &mut known, line);
            found.extend(open.map(|one| (line.to_owned(), Line { one, is_again: !is_merge })));
        }
    }
    let times = found.values().map(|line| line.one.conflict.ours.at.min(line.one.conflict.theirs.at));
    let Some(earliest) = times.min() else { return Ok(Vec::new()) };
    // What was kept may have been said long before it was open again.
    let again = found.values().any(|line| line.is_again);
    let since = (!again).then(|| Time::from_millis(earliest.millis() - DAY));
    let events = log(store, &LogFilter { since, most: usize::MAX, ..LogFilter::default() })?;
    let rewritten = Rewritten::load(&store.repo);
    let mut found: Vec<Line> = found.into_values().collect();
    found.retain_mut(|line| ask_the_histories(overlay, &events, &rewritten, line));
    Ok(found.into_iter().map(|line| line.one).collect())
}

/// What a line says.
struct Line {
    one: OverProperty,
    /// It was settled, and that was taken back: whoever said so knew of both.
    is_again: bool,
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
fn ask_the_histories(overlay: &Overlay<'_>, events: &[Event], rewritten: &Rewritten, line: &mut Line) -> bool {
    let is_again = line.is_again;
    let OverProperty { conflict, is_lag, .. } = &mut line.one;
    let Subject::Field(name) = &conflict.subject else { return false };
    let said = |side: &Side, at: Option<Time>, takes: &dyn Fn(&Event) -> bool| {
        let events = events.iter().rev().filter(|event| event.after.id == conflict.id);
        let is_then = |field: &&Field| at.is_none_or(|at| field.at == at);
        // Who does something else to the todo says no more of the property than what was said before.
        let was = |event: &Event| event.before.as_ref().and_then(|before| before.fields.get(name)).cloned();
        let field = |event: &Event| {
            event.after.fields.get(name).filter(is_then).cloned().filter(|field| was(event).as_ref() != Some(field))
        };
        let mut said = events.filter_map(|event| Some((event, field(event)?)));
        said.find(|(event, field)| plain(&text(&field.value)) == plain(&text(&side.value)) && takes(event))
    };
    let overruled = said(&conflict.theirs, Some(conflict.theirs.at), &|_| true);
    let knew = |event: &Event| {
        let base = decided_on(overlay, event.commit, rewritten);
        let overruled = overruled.as_ref().map(|(overruled, _)| overruled.commit);
        let mut known = base.into_iter().chain([event.commit]);
        overruled.is_some_and(|overruled| known.any(|commit| descends(overlay, commit, overruled)))
    };
    let kept = match is_again {
        // What is said again was said before by whoever disagreed.
        true => said(&conflict.ours, None, &|event| !knew(event)),
        false => said(&conflict.ours, Some(conflict.ours.at), &|_| true),
    };
    if let (Some((kept, _)), Some((overruled, _))) = (&kept, &overruled) {
        if knew(kept) {
            return false;
        }
        // Neither list was written by somebody who chose between the two.
        *is_lag = [kept, overruled].into_iter().all(|event| decided_on(overlay, event.commit, rewritten).is_none());
    }
    for (side, said) in [(&mut conflict.ours, kept), (&mut conflict.theirs, overruled)] {
        if let Some((event, field)) = said {
            *side = Side { session: Some(event.session.session.clone()), value: field.value, at: field.at };
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
