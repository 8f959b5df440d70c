//! Boxes of Markdown plans that are checked because their todos were completed elsewhere: the only thing that is ever
//! written into a file that somebody else keeps, and only when it is asked for.

use std::path::{Path, PathBuf};

use super::todo::read_sessions;
use super::{OpsError, todo};
use crate::git::{refuse_link, replace_file};
use crate::source::{self, Home, Notice, PlanBox, Unit};
use crate::store::{Reach, Store};
use crate::todo::{SessionInfo, State, Status, TodoId};
use crate::view::Everything;

/// A plan in which boxes were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBack {
    /// Its file.
    pub path: PathBuf,
    /// The words of the entries that are checked now.
    pub checked: Vec<String>,
}

/// Checks the boxes of plans in these homes whose todos others completed. A plan that was changed since it was looked at,
/// or to which a link leads, is left alone and named.
///
/// # Errors
/// When the store cannot be read.
pub fn write_back(store: &Store, homes: &[Home]) -> Result<(Vec<WrittenBack>, Vec<Notice>), OpsError> {
    let (mut everything, _) = todo::read(store, Reach::Archive)?;
    everything.sessions = read_sessions(store)?.0;
    let (mut written, mut notices) = (Vec::new(), Vec::new());
    for home in homes {
        for unit in source::scan(home).units {
            match one(&unit, &home.path, &everything, store) {
                Ok(checked) if checked.is_empty() => {}
                Ok(checked) => written.push(WrittenBack { path: unit.path, checked }),
                Err(notice) => notices.push(notice),
            }
        }
    }
    Ok((written, notices))
}

fn one(unit: &Unit, home: &Path, everything: &Everything, store: &Store) -> Result<Vec<String>, Notice> {
    let Some(info) = unit.session().and_then(|session| said_by(everything, session.as_str())) else {
        return Ok(Vec::new());
    };
    let Some(plan) = source::plan(unit)? else { return Ok(Vec::new()) };
    let boxes = plan.boxes();
    let todos = todos(&boxes, info, everything);
    let is_done =
        |id: &TodoId| state(everything, *id).is_some_and(|(_, state)| state == State::Wanted(Status::Completed));
    let done = boxes.iter().zip(&todos).filter(|(one, id)| one.is_open && id.as_ref().is_some_and(is_done));
    let done: Vec<&PlanBox> = done.map(|(one, _)| one).collect();
    if done.is_empty() {
        return Ok(Vec::new());
    }
    let left = |reason: String| {
        Notice::new(&unit.path, reason, "it is left as it is; `git chittysync sync --write-back` tries again")
    };
    let above = unit.path.ancestors().take_while(|path| *path != home);
    for path in above {
        refuse_link(path).map_err(|err| left(super::chain(&err)))?;
    }
    let text = plan.checked(done.iter().map(|one| one.line));
    // Between this look and the new name nothing else can be asked.
    if !plan.is_unchanged() {
        return Err(left("was changed since it was read".to_owned()));
    }
    replace_file(&unit.path, text.as_bytes(), store.settings.fsync).map_err(|err| left(super::chain(&err)))?;
    Ok(done.iter().map(|one| one.words.clone()).collect())
}

/// Returns what the session of a plan said last, under whichever name it speaks here.
fn said_by<'a>(everything: &'a Everything, name: &str) -> Option<&'a SessionInfo> {
    let is_it = |info: &&SessionInfo| info.session.as_str() == name || info.session.root() == name;
    everything.sessions.iter().filter(is_it).max_by_key(|info| info.updated)
}

/// Returns which todo each box is: the list was captured in this order. One of which the words are others is none: the
/// plan is newer than what is known of it, or a credential was taken out.
fn todos(boxes: &[PlanBox], info: &SessionInfo, everything: &Everything) -> Vec<Option<TodoId>> {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_it =
        |id: &TodoId, words: &str| state(everything, *id).is_some_and(|(known, _)| folded(known) == folded(words));
    if boxes.len() != info.list.len() {
        return vec![None; boxes.len()];
    }
    let pairs = boxes.iter().zip(&info.list);
    pairs.map(|(one, entry)| Some(entry.id).filter(|id| is_it(id, &one.words))).collect()
}

fn state(everything: &Everything, id: TodoId) -> Option<(&str, State)> {
    let todo = everything.projects.values().find_map(|todos| todos.get(&id))?;
    Some((&todo.content, todo.state()))
}
