//! Who works on what, where, and how they are.

use maud::{Markup, html};

use super::Sight;
use super::frame::{Page, frame, section};
use super::query::{Wanted, session_page};
use super::text::{count, more, sign, when, words};
use crate::view::{SessionFilter, SessionState, SessionView, Shown};

/// So many are shown.
const MOST: usize = 300;

/// Returns the page; with the quiet ones, where all are asked for.
pub fn sessions(sight: &Sight<'_>, all: bool) -> String {
    let filter = SessionFilter {
        wanted: None,
        silences: sight.silences,
        quiet: sight.quiet.clone(),
        shown: if all { Shown::All } else { Shown::Living },
    };
    let (views, quiet) = filter.views(sight.everything, sight.now);
    let table = html! {
        @if views.is_empty() { p.fold { "No session said anything lately." } }
        @else { (table(sight, &views)) }
        @if views.len() > MOST { p.fold { (more(views.len() - MOST, "session")) ": " code { "git chittysync sessions --all" } } }
        @if !quiet.is_empty() {
            @let left = quiet.iter().filter(|view| view.open > 0).count();
            p.fold {
                a.link id="all" href="/ui/sessions?all=1" {
                    (more(quiet.len(), "session")) ", quiet for " (sight.quiet.length()) ", " (left) " of them with work left open"
                }
            }
        }
    };
    let active = views.iter().filter(|view| view.state == SessionState::Active).count();
    let body = html! {
        header {
            h1 { "Sessions" }
            span.soft { (active) " active in the last hour, on " (count(devices(&views), "machine")) }
        }
        div.wide { (section("sessions", "Who works on what", Some(views.len()), None, &table)) }
    };
    frame(sight, Page::Sessions, "Sessions", &body).into_string()
}

fn devices(views: &[SessionView<'_>]) -> usize {
    let names: std::collections::BTreeSet<&str> = views.iter().map(|view| view.info.device.as_str()).collect();
    names.len()
}

fn table(sight: &Sight<'_>, views: &[SessionView<'_>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Sessions, as a table" {
            table {
                thead {
                    tr {
                        th scope="col" { "State" } th scope="col" { "Session" } th scope="col" { "Project" }
                        th scope="col" { "Where" } th.num scope="col" { "Open" } th.num scope="col" { "All" }
                        th scope="col" { "Last word" }
                    }
                }
                tbody { @for view in views.iter().take(MOST) { (line(sight, view)) } }
            }
        }
    }
}

fn line(sight: &Sight<'_>, view: &SessionView<'_>) -> Markup {
    let class = match view.state {
        SessionState::Active => "mark work",
        SessionState::Stale => "mark warn",
        SessionState::Ended => "mark done",
        SessionState::Idle => "mark",
    };
    html! {
        tr {
            td.state { (sign(class, view.state.symbol().0, "")) (view.state.as_str()) }
            th scope="row" {
                a href=(session_page(&view.session.without_commands())) { (words(&sight.everything.called_in_full(&view.session))) }
                @for warning in &view.warnings { div.why { "! " (words(&warning.text(sight.everything))) } }
            }
            td { @if !view.project.is_empty() { a href=(Wanted::of_project(view.project)) { (words(view.shown)) } } }
            td { (words(&sight.everything.place(view.info))) }
            td.num { (view.open) }
            td.num { (view.total) }
            td { (when(sight, view.info.updated)) }
        }
    }
}
