//! What people and models are told of what was refused: why, and what can be done.

use super::context::PROJECTS;
use super::ui::Failure;
use crate::ops::todo::{Brief, Refusal};
use crate::ops::{Event, NotYours, Undo};
use crate::todo::{Project, Session, Time, Verb};
use crate::view::Style;

/// So many are shown of what can be meant.
const SHOWN: usize = 10;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let (no, usage) = (|| Failure::no(message.clone()), || Failure::usage(message.clone()));
        match refusal {
            Refusal::Ops(err) => err.into(),
            Refusal::Unknown { .. } => no().hint("`git chittysync list --all` shows what there is"),
            Refusal::Elsewhere { found, .. } | Refusal::Ambiguous { found, .. } => each(no(), &found, |todo| {
                format!("{} {} ({}: {})", todo.id.short(), todo.state, todo.project, todo.content)
            }),
            Refusal::Exists { by_renaming: false, .. } => no().hint("`git chittysync edit` changes it"),
            Refusal::WrongState { verb: Verb::Start, todo } => {
                no().hint(format!("`git chittysync reopen {}` opens it again", todo.id.short()))
            }
            Refusal::NotTaken { todo, .. } => {
                no().hint(format!("`git chittysync show {}` tells who has", todo.id.short()))
            }
            Refusal::NothingToChange => {
                usage().hint("--text, --priority, --description, --due, --defer, --label, --blocked-by")
            }
            Refusal::NobodySaid { todo, .. } => {
                no().hint(format!("`git chittysync show {}` lists who did", todo.id.short()))
            }
            Refusal::SeveralSaid { sessions, called, .. } if called.is_empty() => {
                each(no(), &sessions, Session::to_string)
            }
            Refusal::SeveralSaid { called, .. } => each(no(), &called, String::clone),
            Refusal::NoProject(_) => no().hint(PROJECTS),
            Refusal::NoSession(_) | Refusal::Ended(_) => no().hint("`git chittysync sessions` lists them"),
            Refusal::SeveralSessions { sessions, .. } => each(usage(), &sessions, String::clone),
            Refusal::AmbiguousSession { candidates, .. } => each(usage(), &candidates, String::clone),
            Refusal::AllBranches => usage(),
            Refusal::CannotRewrite { .. } => {
                no().hint("check out another branch there; it cannot be moved under somebody's files")
            }
            Refusal::NoTopic(_) => no().hint(TOPICS),
            Refusal::Several { refused, .. } => each(no(), &refused, |(named, why)| match why.contains(named) {
                true => why.clone(),
                false => format!("{named}: {why}"),
            }),
            Refusal::NothingReady { elsewhere, quiet, .. } => {
                let quiet = (quiet > 0).then(|| format!("{quiet} left behind: `git chittysync ready --left-behind`"));
                let elsewhere = (elsewhere > 0).then(|| format!("{elsewhere} elsewhere: `git chittysync ready --all`"));
                quiet.into_iter().chain(elsewhere).fold(no(), Failure::hint)
            }
            Refusal::AssignedToOthers { .. } => no().hint("`git chittysync ready --claim --any` takes it nevertheless"),
            Refusal::SeveralProjects { several, .. } => each(usage(), &several, Project::to_string),
            Refusal::Priority(_) => usage().hint("high, medium, low, or a number, 0 first; '' takes it back"),
            Refusal::Date(_) => {
                usage().hint("2026-12-01, \"2026-12-01 14:00\", today, tomorrow, 3d, 2w, or RFC 3339; '' takes it back")
            }
            Refusal::Label(_) => usage().hint("a word such as ui, without commas; -ui takes it off"),
            Refusal::NoRemote(_) => no().hint("`git chittysync init --remote <url>` adds one"),
            Refusal::Aside { branch } => {
                no().hint(format!("`git chittysync --branch {branch} rollback '@{{1}}'` does it"))
            }
            Refusal::NothingToUndo { redo: false, later: None } => no().hint("see `git chittysync log`"),
            Refusal::NothingToUndo { redo: false, later: Some(later) } => not_yours(no(), &later),
            Refusal::SpokenSince { undo, redo, later, called } => {
                let verb = if redo { "redo" } else { "undo" };
                let failure = Failure::no(format!("cannot {verb}: {}", done(&undo, plainly())));
                let failure = undo.left.iter().fold(failure, |failure, (todo, session)| {
                    failure.hint(format!("{} spoke of '{}' since", called.who(session), todo.content))
                });
                later.iter().fold(failure, |failure, later| not_yours(failure, later))
            }
            Refusal::NoWords | Refusal::WaitsForItself | Refusal::ProjectName { .. } | Refusal::SessionName { .. } => {
                usage()
            }
            Refusal::Exists { by_renaming: true, .. }
            | Refusal::WrongState { .. }
            | Refusal::Changed { .. }
            | Refusal::NothingToUndo { redo: true, .. } => no(),
        }
    }
}

/// Adds a hint for each of the first few, and says how many more there are.
fn each<T>(failure: Failure, all: &[T], hint: impl Fn(&T) -> String) -> Failure {
    let failure = all.iter().take(SHOWN).fold(failure, |failure, one| failure.hint(hint(one)));
    match all.len().saturating_sub(SHOWN) {
        0 => failure,
        more => failure.hint(format!("and {more} more")),
    }
}

/// Adds what somebody else did since, and how to take that back.
fn not_yours(failure: Failure, later: &NotYours) -> Failure {
    failure.hint(others(later, plainly())).hint(ANY)
}

/// How to find out what topics there are.
pub(super) const TOPICS: &str = "`git chittysync topics --all` lists them, and chittysync.topic makes one";

/// How to take back what somebody else did.
pub(super) const ANY: &str = "`git chittysync undo --any` takes that back";

/// How words go into a message.
fn plainly() -> Style {
    Style { color: false, width: 0, isolate: false, now: Time::default() }
}

/// Says that somebody else did something since.
pub(super) fn others(later: &NotYours, style: Style) -> String {
    format!("the last command on this device was not yours: {} {}", later.who, deeds(&later.events, style))
}

/// Returns what is taken back: `completed ‘Fix login’ and 2 more`.
pub(super) fn done(undo: &Undo, style: Style) -> String {
    deeds(&undo.events, style)
}

fn deeds(events: &[Event], style: Style) -> String {
    let Some(first) = events.first() else { return "what was done".to_owned() };
    let first = first.deed().text(usize::MAX, style);
    match events.len() - 1 {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Returns a todo in a list of several in one line: the beginning of its id, and its words.
pub(super) fn brief(todo: &Brief) -> String {
    format!("{} {}", todo.id.short(), todo.content)
}
