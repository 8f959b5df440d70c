//! What happened, the latest first.

use maud::{Markup, html};

use super::Sight;
use super::frame::{Page, frame, section};
use super::query::Wanted;
use super::text::words;
use super::then::preview_page;
use crate::todo::{Project, Session, Time, TodoId};

/// One thing that a session said of a todo.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// Who.
    pub session: Session,
    /// What was done, in a word or two.
    pub verb: String,
    /// The todo.
    pub id: TodoId,
    /// Its project.
    pub project: Project,
    /// Its words.
    pub words: String,
    /// Its new words, when it was renamed.
    pub renamed_to: Option<String>,
}

/// Returns the page: what happened, at most so much, and the states that the branch was in, with what leads further back.
pub fn history(sight: &Sight<'_>, (found, most): (&[Happening], usize), (all, more): (&[State], bool)) -> String {
    let list = html! {
        @if found.is_empty() { p.fold { "Nothing happened yet." } }
        (happenings(sight, found, true))
        @if found.len() >= most { p.fold { "`git chittysync log` tells what was before." } }
    };
    let may_go_back = sight.may_write || sight.then.is_some_and(|then| then.may_go_back);
    let earlier = html! {
        p.soft { "All pages as they were then." }
        (states(sight.moment, all, may_go_back))
        @if let Some(last) = all.last().filter(|_| more) {
            p.fold { a.link id="earlier" href={ "/ui/history?at=" (last.commit) } { "Further back" } }
        }
    };
    let body = html! {
        header {
            h1 { "History" }
            span.soft { "Who did what, the latest first" }
            a.link href="#states" { "earlier states" }
        }
        div { (section("history", "What happened", Some(found.len()), None, &list)) }
        aside.side { (section("states", "Earlier states", None, None, &earlier)) }
    };
    frame(sight, Page::History, "History", &body).into_string()
}

/// Returns what happened as a list; of one todo, its words are not told again.
pub(super) fn happenings(sight: &Sight<'_>, found: &[Happening], with_words: bool) -> Markup {
    let names = sight.everything.names();
    html! {
        ol.rows.log {
            @for one in found {
                li {
                    span.when { ((sight.moment)(one.at).trim()) }
                    div {
                        b { (words(&sight.everything.who(&one.session))) } " " (one.verb) " "
                        @if with_words {
                            a.words href={ "/ui/todo/" (one.id) } { (words(&one.words)) }
                            " " a.tag href=(Wanted::of_project(one.project.as_str())) { (words(names.shown(&one.project))) }
                        }
                        @if let Some(new) = &one.renamed_to { " to " (words(new)) }
                    }
                }
            }
        }
    }
}

/// One state that the branch was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its commit.
    pub commit: String,
    /// When it was made.
    pub at: Time,
    /// What brought it, as the commit says.
    pub subject: String,
}

/// Returns states as a list of links; the first one is the one that is looked at.
fn states(moment: &dyn Fn(Time) -> String, all: &[State], may_go_back: bool) -> Markup {
    html! {
        ol.rows {
            @for (number, one) in all.iter().enumerate() {
                li id={ "s-" (one.commit) } {
                    div {
                        a.words id={ "l-" (one.commit) } href={ "/ui?at=" (one.commit) } { (moment(one.at).trim()) }
                        div.why { (words(&one.subject)) }
                        @if may_go_back && number > 0 {
                            a.link href=(preview_page(&one.commit)) aria-describedby={ "l-" (one.commit) } { "Go back to this…" }
                        }
                    }
                }
            }
        }
    }
}
