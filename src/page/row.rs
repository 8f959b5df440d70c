//! A todo in a line, with the acts that fit it: what all lists are made of.

use maud::{Markup, html};

use super::Sight;
use super::form::Deed;
use super::keys::keys;
use super::query::Wanted;
use super::text::{mark, when, words};
use crate::todo::{Project, State, Status, Todo, TodoId, Verb};

/// What a row shows besides the todo.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct With<'a> {
    /// What stands below its words, in place of who speaks of it.
    pub why: Option<&'a Markup>,
    /// Whether its project is left out: all around it are of the same one.
    pub same_project: bool,
    /// Whether who is at it is left out.
    pub same_session: bool,
    /// What makes its name on the page another one: a todo may stand in two lists of a page.
    pub list: &'a str,
    /// The acts that the list is there for; all that fit, when there is nothing.
    pub only: Option<&'a [Verb]>,
}

/// Returns a todo in a line of a list.
pub(super) fn row(sight: &Sight<'_>, project: &Project, todo: &Todo, with: With<'_>) -> Markup {
    let id = format!("{}{}", with.list, todo.id);
    let blocked = is_blocked(sight, todo);
    html! {
        li id={ "r-" (id) } {
            (mark(todo.state(), blocked))
            div {
                a.words id={ "t-" (id) } href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) }
                " " (tags(sight, project, todo, with.same_project, blocked))
                @match with.why {
                    Some(why) => div.why { (why) },
                    None => @if let Some(why) = who(sight, todo, with.same_session) { div.why { (why) } },
                }
            }
            @match with.only {
                Some(verbs) => (buttons(sight, verbs, todo, &id)),
                None => (acts(sight, todo, &id)),
            }
            span.when { (when(sight, todo.updated())) }
        }
    }
}

/// Returns whether something stands in the way of an open todo.
pub(super) fn is_blocked(sight: &Sight<'_>, todo: &Todo) -> bool {
    todo.state().is_open() && (todo.is_called_blocked() || !sight.links.blockers(todo).is_empty())
}

fn tags(sight: &Sight<'_>, project: &Project, todo: &Todo, same_project: bool, blocked: bool) -> Markup {
    let priority = todo.fields.get("priority").map(|field| match field.value.as_str() {
        Some(text) => text.to_owned(),
        None => field.value.to_string(),
    });
    let priority = priority.filter(|priority| !priority.is_empty() && crate::view::rank(priority) != Some(2));
    html! {
        @if let Some(priority) = priority {
            @let soon = crate::view::rank(&priority).is_some_and(|rank| rank < 2);
            span class=(if soon { "tag high" } else { "tag" }) { (words(&priority)) }
        }
        @if blocked { span.tag.blocked { "blocked" } }
        @if !same_project {
            @let name = sight.everything.names().shown(project).to_owned();
            a.tag href=(Wanted::of_project(project.as_str())) { (words(&name)) }
        }
    }
}

/// Says who has a todo, or is to have it.
fn who(sight: &Sight<'_>, todo: &Todo, same_session: bool) -> Option<Markup> {
    if sight.is_assigned_to_me(todo) {
        return Some(html! { "assigned to you" });
    }
    if let Some(assignee) = sight.holders.assigned_elsewhere(sight.everything.own.as_ref(), todo) {
        return Some(html! { "assigned to " (words(&assignee)) });
    }
    if same_session {
        return None;
    }
    let who = sight.everything.who(todo.winner().0);
    match todo.state() {
        State::Wanted(Status::InProgress) => Some(html! { (words(&who)) " is at it" }),
        State::Wanted(Status::Completed) => Some(html! { "by " (words(&who)) }),
        _ => Some(html! { (words(&who)) }),
    }
}

/// Returns the buttons of what can be said of a todo.
pub(super) fn acts(sight: &Sight<'_>, todo: &Todo, id: &str) -> Markup {
    let is_mine = todo.workers().any(|(session, _)| sight.is_own(session));
    let verbs: &[Verb] = match todo.state() {
        State::Wanted(Status::Pending) => &[Verb::Start, Verb::Done, Verb::Drop],
        State::Wanted(Status::InProgress) if is_mine => &[Verb::Done, Verb::Release, Verb::Drop],
        State::Wanted(Status::InProgress) => &[Verb::Done, Verb::Drop],
        State::Wanted(Status::Completed) | State::Dropped => &[Verb::Reopen],
    };
    buttons(sight, verbs, todo, id)
}

fn buttons(sight: &Sight<'_>, verbs: &[Verb], todo: &Todo, id: &str) -> Markup {
    html! {
        @if sight.may_write && !verbs.is_empty() {
            div.acts { @for verb in verbs { (act(*verb, todo.id, id)) } }
        }
    }
}

fn act(verb: Verb, todo: TodoId, id: &str) -> Markup {
    let word = match verb {
        Verb::Start => "Start",
        Verb::Done => "Done",
        Verb::Release => "Release",
        Verb::Drop => "Drop",
        Verb::Reopen => "Reopen",
    };
    button(&Deed::Say(verb, todo), word, &format!("{}-{id}", verb.name()), &format!("t-{id}"), 0)
}

/// Returns a button of the page's form. `of` names the element that says what it is about. Where it is one of several
/// answers, `answer` says which, from 1 on: what holds now is the first one.
pub(super) fn button(deed: &Deed, word: &str, id: &str, of: &str, answer: usize) -> Markup {
    html! {
        button class=[(answer == 1).then_some("first")] form="act" name="do" value=(deed.text()) id=(id) aria-describedby=(of) data-key=[keys(deed, answer)] { (word) }
    }
}
