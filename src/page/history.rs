//! What happened, the latest first.

use maud::{Markup, html};

use super::Sight;
use super::frame::{Page, frame, section};
use super::query::Wanted;
use super::text::words;
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

/// Returns the page.
pub fn history(sight: &Sight<'_>, found: &[Happening], most: usize) -> String {
    let list = html! {
        @if found.is_empty() { p.fold { "Nothing happened yet." } }
        (happenings(sight, found, true))
        @if found.len() >= most { p.fold { "`git chittysync log` tells what was before." } }
    };
    let body = html! {
        header { h1 { "History" } span.soft { "Who did what, the latest first" } }
        div.wide { (section("history", "What happened", Some(found.len()), None, &list)) }
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
