//! What people and models are told of what they said of a todo.

use super::author::{warn_of_others, with_names};
use super::consolidate::finish;
use super::ui::{Failure, Ui};
use crate::ops::todo::{Actor, Became, Outcome, Outcomes, Said};
use crate::redact::Found;
use crate::todo::{Project, Todo, plain};
use crate::view::show_json;

/// Returns what became of a todo, in a word or two.
pub(crate) fn word(became: Became) -> &'static str {
    match became {
        Became::Added => "added",
        Became::Reopened => "reopened",
        Became::Started => "started",
        Became::Completed => "completed",
        Became::Released => "released",
        Became::Dropped => "dropped",
        Became::Open => "open again",
        Became::Changed => "changed",
        Became::Settled(state) => state.as_str(),
        Became::Unchanged => "unchanged",
    }
}

/// Tells what became of a todo, in one line or as JSON, and what there is to warn of. `confirmed` says whether the
/// remote confirmed a claim; `None` where there is none to ask, and for what is no claim.
///
/// # Errors
/// When it was said and the branch does not show it.
pub(super) fn tell(outcome: &Outcome, confirmed: Option<bool>, actor: &Actor<'_>, ui: &mut Ui) -> Result<(), Failure> {
    begin(&outcome.said, actor, ui)?;
    warn_of_obstacles(outcome, actor, ui);
    if let Some((project, todo)) = outcome.todo() {
        if ui.json {
            let mut shown = show_json(&outcome.said.everything.names(), project, todo);
            if let (Some(confirmed), Some(shown)) = (confirmed, shown.as_object_mut()) {
                shown.insert("confirmed".into(), confirmed.into());
            }
            ui.print_json(&shown);
        } else {
            let names = outcome.said.everything.names();
            let here = actor.here.cloned().unwrap_or_else(Project::general);
            let is_here = names.scope(&here).takes(project);
            let elsewhere = if is_here { String::new() } else { format!(" ({})", names.shown(project)) };
            let words = plain(&format!("{}{elsewhere}", todo.content));
            ui.print(&format!("{} {}: {words}\n", todo.id.short(), word(outcome.became)));
        }
    }
    end(&outcome.said, actor, ui)?;
    for other in &outcome.alike {
        ui.note(&format!("{} has the same words ({}); its id names it", other.id.short(), other.state));
    }
    Ok(())
}

/// Tells what became of several todos: a line for each, or as JSON one list.
///
/// # Errors
/// As [`tell`].
pub(super) fn tell_each(outcomes: &Outcomes, actor: &Actor<'_>, ui: &mut Ui) -> Result<(), Failure> {
    begin(&outcomes.said, actor, ui)?;
    let everything = &outcomes.said.everything;
    let names = everything.names();
    let found = outcomes.todos.iter().filter_map(|(id, became)| Some((everything.get(*id)?, *became)));
    if ui.json {
        ui.print_json(&found.map(|((project, todo), _)| show_json(&names, project, todo)).collect());
    } else {
        let line = |((_, todo), became): ((&Project, &Todo), Became)| {
            let became = word(became);
            format!("{} {became}: {}\n", todo.id.short(), plain(&todo.content))
        };
        ui.print(&found.map(line).collect::<String>());
    }
    end(&outcomes.said, actor, ui)
}

/// Warns of what the session has lost to others, and of what they did to what it had started.
///
/// # Errors
/// When it was said and the branch does not show it: there is nothing else to tell then.
pub(super) fn begin(said: &Said, actor: &Actor<'_>, ui: &Ui) -> Result<(), Failure> {
    if said.report.held.is_some() {
        end(said, actor, ui)?;
    }
    warn_of_others(actor.store, &said.everything, &said.session, actor.now, ui);
    Ok(())
}

/// Warns of what was left out.
///
/// # Errors
/// When the branch could not be moved.
pub(super) fn end(said: &Said, actor: &Actor<'_>, ui: &Ui) -> Result<(), Failure> {
    warn_of(&said.redacted, ui);
    finish(actor.store, &said.report, ui)
}

/// Warns whoever started a todo of others who are at it, and of what it waits for.
fn warn_of_obstacles(outcome: &Outcome, actor: &Actor<'_>, ui: &Ui) {
    let (Some((_, todo)), id) = (outcome.todo(), outcome.id.short()) else { return };
    if let Some((other, at)) = &outcome.obstacles.worker {
        let since = match ui.style(actor.now).age(*at) {
            age if age == "now" => "just now".to_owned(),
            age => format!("{age} ago"),
        };
        let named = with_names(actor.store, &outcome.said.everything);
        let who = named.as_ref().unwrap_or(&outcome.said.everything).who(other);
        ui.warn(
            &format!("{who} started it {since} and is still at it: {}", todo.content),
            Some(&format!("`git chittysync release {id}` leaves it to them")),
        );
    }
    for blocker in &outcome.obstacles.blockers {
        let blocker = format!("{} is still open: {}", blocker.id.short(), blocker.content);
        ui.warn(&format!("{id} waits for another todo; {blocker}"), None);
    }
}

/// Warns of credentials in what was to be said.
fn warn_of(redacted: &Found, ui: &Ui) {
    for rule in redacted {
        ui.warn(
            &format!("a credential ({rule}) was redacted before it was saved"),
            Some("chittysync.redactExcept makes an exception of a rule"),
        );
    }
}
