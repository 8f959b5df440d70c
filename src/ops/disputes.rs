//! Which conflicts over properties an act settled, or made open again, so that taking it back does the opposite.

use super::OpsError;
use super::event::Event;
use super::resolved::open_properties_at;
use super::rollback::Lists;
use crate::git::{ObjectId, Overlay};
use crate::merge::{Conflict, Subject};
use crate::statement::{Act, Precedence};
use crate::store::Store;
use crate::todo::{Project, Todo};
use crate::view::{Everything, OverProperty};

/// The conflicts over properties in which a store differs from what it was before an act.
#[derive(Debug, Default)]
pub(super) struct Disputes {
    /// Those that were open then.
    pub open_again: Vec<OverProperty>,
    /// Those that are open only now.
    settled: Vec<OverProperty>,
}

impl Disputes {
    /// Finds them for the todos of which an act set properties. Each side has a commit of the branch and its todos.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn of(
        store: &Store,
        overlay: &Overlay<'_>,
        then: (Option<ObjectId>, &Lists),
        now: (Option<ObjectId>, &Lists),
        did: &[Event],
    ) -> Result<Self, OpsError> {
        let sets = |event: &Event| {
            let before = event.before.as_ref();
            event.after.fields.iter().any(|(name, field)| before.and_then(|todo| todo.fields.get(name)) != Some(field))
        };
        if !did.iter().any(sets) {
            return Ok(Disputes::default());
        }
        let open = |(tip, lists): (Option<ObjectId>, &Lists)| -> Result<Vec<OverProperty>, OpsError> {
            let Some(tip) = tip else { return Ok(Vec::new()) };
            let mut open = open_properties_at(store, overlay, tip, &Everything::of(lists.clone()))?;
            open.retain(|one| did.iter().any(|event| event.after.id == one.conflict.id));
            Ok(open)
        };
        let (then, now) = (open(then)?, open(now)?);
        let is_in =
            |all: &[OverProperty], one: &OverProperty| all.iter().any(|other| is_same(&other.conflict, &one.conflict));
        Ok(Disputes {
            settled: now.iter().filter(|one| !is_in(&then, one)).cloned().collect(),
            open_again: then.into_iter().filter(|one| !is_in(&now, one)).collect(),
        })
    }

    /// Returns the act that brings a todo back with what was disputed of it: whoever sets a property settles it, so it is
    /// said again either way.
    pub(super) fn bring_back(&self, project: &Project, now: &Todo, act: Option<Act>) -> Option<Act> {
        let mut fields = Vec::new();
        for (one, is_open_again) in
            self.open_again.iter().map(|one| (one, true)).chain(self.settled.iter().map(|one| (one, false)))
        {
            let Subject::Field(name) = &one.conflict.subject else { continue };
            if one.conflict.id != now.id || one.project != *project {
                continue;
            }
            let present = now.fields.get(name).map(|field| field.value.clone());
            let value = if is_open_again { Some(one.conflict.sides().0.value.clone()) } else { present };
            fields.extend(value.map(|value| (name.clone(), value)));
        }
        if fields.is_empty() {
            return act;
        }
        let mut act = act.unwrap_or_else(|| Act { target: None, ..Act::new(project, now, now.state()) });
        act.precedence = Precedence::Settles;
        fields.retain(|(name, _)| act.fields.iter().all(|(other, _)| other != name));
        act.fields.extend(fields);
        Some(act)
    }
}

/// Returns whether both are about what the same two sides said.
fn is_same(one: &Conflict, other: &Conflict) -> bool {
    let sides = |conflict: &Conflict| {
        let (kept, overruled) = conflict.sides();
        (kept.value.clone(), overruled.value.clone(), overruled.at)
    };
    one.id == other.id && one.subject == other.subject && sides(one) == sides(other)
}
