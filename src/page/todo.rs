//! One todo: what is known of it, who says what, what happened to it, and everything that can be done.

use maud::{Markup, html};

use super::Sight;
use super::conflicts::question;
use super::frame::{Page, frame, section};
use super::history::{Happening, happenings};
use super::need::waits_for;
use super::query::Wanted;
use super::row::{acts, is_blocked};
use super::text::{ago, mark, state_word, when, words};
use super::todos::editing;
use crate::todo::{LABEL, Project, Todo, plain};
use crate::view::questions;

/// What the page shows elsewhere, or does not.
const KNOWN: [&str; 9] = [
    "description",
    "priority",
    "activeForm",
    "blockedBy",
    "blocks",
    "renamedFrom",
    "renamedTo",
    "assignee",
    "assigned",
];

/// Returns the page.
pub fn todo(sight: &Sight<'_>, project: &Project, todo: &Todo, history: &[Happening]) -> String {
    let name = sight.everything.names().shown(project).to_owned();
    let disputed: Vec<_> = questions(sight.everything, false, sight.properties);
    let disputed: Vec<_> = disputed.into_iter().filter(|(_, other, _)| other.id == todo.id).collect();
    let (blockers, waiting) = (sight.links.blockers(todo), sight.links.blocked(todo));
    let id = todo.id.to_string();
    let body = html! {
        header {
            h1 id={ "t-" (id) } { (mark(todo.state(), is_blocked(sight, todo))) " " (words(&todo.content)) }
            span.soft {
                (state_word(todo.state())) " in "
                a.link href=(Wanted::of_project(project.as_str())) { (words(&name)) }
                ", added " (ago(sight, todo.created)) ", last word " (ago(sight, todo.updated()))
            }
        }
        div {
            (acts(sight, todo, &id))
            @if let Some(description) = todo.text("description") {
                div.text { @for line in description.lines() { p { (words(line)) } } }
            }
            @if !disputed.is_empty() {
                (section("conflicts", "Sessions disagree", None, None, &html! {
                    ul.rows { @for one in &disputed { (question(sight, *one)) } }
                }))
            }
            (section("claims", "Who says what", Some(todo.voices().count()), None, &claims(sight, todo)))
            @if !blockers.is_empty() || !waiting.is_empty() {
                (section("links", "What it waits for, and what waits for it", None, None, &html! {
                    @if !blockers.is_empty() { p { "It " (waits_for(sight, todo.winner().0, &blockers)) "." } (names(&blockers)) }
                    @if !waiting.is_empty() { p { "These wait for it:" } (names(&waiting)) }
                }))
            }
            (section("history", "What happened to it", Some(history.len()), None, &happenings(sight, history, false)))
        }
        aside.side {
            @if sight.may_write { (section("edit", "Change it", None, None, &editing(sight, todo))) }
            (section("facts", "Known of it", None, None, &facts(todo)))
        }
    };
    frame(sight, Page::Todos, &todo.content, &body).into_string()
}

fn names(todos: &[&Todo]) -> Markup {
    html! {
        ul.rows {
            @for one in todos {
                li {
                    (mark(one.state(), false))
                    a.words href={ "/ui/todo/" (one.id) } { (words(&one.content)) }
                    span.when { (state_word(one.state())) }
                }
            }
        }
    }
}

fn claims(sight: &Sight<'_>, todo: &Todo) -> Markup {
    let winner = todo.winner().0;
    html! {
        div.scroll tabindex="0" role="region" aria-label="What sessions say, as a table" {
            table {
                thead { tr { th scope="col" { "Session" } th scope="col" { "Where" } th scope="col" { "Says" } th scope="col" { "When" } } }
                tbody {
                    @for (session, claim) in todo.voices() {
                        tr {
                            th scope="row" {
                                a href=(Wanted::of_session(session.without_commands().as_ref())) { (words(&sight.everything.called(session))) }
                            }
                            td { @if let Some(info) = sight.everything.info(session) { (words(&sight.everything.place(info))) } }
                            td {
                                (mark(claim.state(), false)) " " (state_word(claim.state()))
                                @if let Some(raw) = &claim.raw { " (" (words(raw)) ")" }
                                @if session == winner { " " span.tag { "counts" } }
                            }
                            td { (when(sight, claim.at)) }
                        }
                    }
                }
            }
        }
    }
}

fn facts(todo: &Todo) -> Markup {
    let others = todo.fields.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()) && !name.starts_with(LABEL));
    let labels: Vec<String> = todo.labels().into_iter().collect();
    html! {
        dl.facts {
            dt { "Id" }
            dd.mono { (todo.id) }
            @if !labels.is_empty() { dt { "labels" } dd { (words(&labels.join(", "))) } }
            @for (name, field) in others {
                @let value = field.value.as_str().map_or_else(|| field.value.to_string(), str::to_owned);
                @if !value.is_empty() {
                    dt { (words(name)) }
                    dd { (words(&crate::todo::shortened(&plain(&value), 200))) }
                }
            }
            @for (name, word) in [("renamedFrom", "It was"), ("renamedTo", "It became")] {
                @if let Some(other) = todo.text(name).and_then(crate::todo::TodoId::parse) {
                    dt { (word) }
                    dd { a.link href={ "/ui/todo/" (other) } { (other.short()) } }
                }
            }
        }
    }
}
