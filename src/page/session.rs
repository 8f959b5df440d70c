//! One session: how it is, what it has, and what it should do next.

use maud::{Markup, html};

use super::Sight;
use super::frame::{Page, frame, section};
use super::query::Wanted;
use super::row::{With, row};
use super::text::{ago, count, sign, words};
use crate::plan::{Entry, NOTHING, Next, guidance, suggestions};
use crate::todo::Session;
use crate::view::{SessionView, session_views};

/// So much of what it has is shown.
const MOST: usize = 50;

/// Returns the page.
pub fn session(sight: &Sight<'_>, session: &Session) -> String {
    let everything = sight.everything;
    let project = sight.holders.standings.get(session.main()).and_then(|standing| standing.project.as_deref());
    let told = guidance(everything, &sight.holders, session, project);
    let views = session_views(everything, sight.now, sight.silences);
    let view = views.iter().find(|view| view.session.main() == session.main());
    let name = everything.called_in_full(session);
    let todos = Wanted::of_session(&session.without_commands());
    let next = html! {
        ul.rows {
            @match &told.next {
                Next::Continue((project, todo)) => { (row(sight, project, todo, With { list: "n", why: Some(&html! { "go on with it" }), ..With::default() })) }
                Next::Start((project, todo)) => { (row(sight, project, todo, With { list: "n", why: Some(&html! { "begin it" }), ..With::default() })) }
                Next::Wait => { li { span.mark aria-hidden="true" { "\u{25cc}" } div { (NOTHING) } } }
            }
        }
        // What to do next stands above already.
        @let known = usize::from(!matches!(told.next, Next::Wait));
        @for said in suggestions(&told).iter().skip(known) { p.soft { (words(said)) } }
    };
    let body = html! {
        header {
            h1 { (words(&name)) }
            @if let Some(view) = view { (standing(sight, view)) }
        }
        div.wide {
            (section("next", "What it should do next", None, None, &next))
            (section("has", "What it is at, or was given", Some(told.assigned.len()), Some((&todos, "all its todos")), &list(sight, &told.assigned, "h")))
            (section("done", "Completed last in its project", Some(told.completed.len()), None, &list(sight, &told.completed, "c")))
        }
    };
    frame(sight, Page::Sessions, &name, &body).into_string()
}

/// Says how it is, where, and what is the matter.
fn standing(sight: &Sight<'_>, view: &SessionView<'_>) -> Markup {
    html! {
        span.soft {
            (view.state.as_str()) " · " (words(&sight.everything.place(view.info))) " · "
            (count(view.open, "open todo")) " of " (view.total) " · said something " (ago(sight, view.info.updated))
        }
        @for warning in &view.warnings {
            span.soft { (sign("mark warn", "!", "something is the matter")) (words(&warning.text(sight.everything))) }
        }
    }
}

fn list(sight: &Sight<'_>, all: &[Entry<'_>], name: &str) -> Markup {
    html! {
        @if all.is_empty() { p.fold { "Nothing." } }
        ul.rows {
            @for (project, todo) in all.iter().take(MOST) {
                (row(sight, project, todo, With { list: name, same_session: true, ..With::default() }))
            }
        }
        @if all.len() > MOST { p.fold { (super::text::more(all.len() - MOST, "todo")) } }
    }
}
