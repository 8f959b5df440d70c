//! What going back to an earlier state would change, and the form that does it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Sight;
use super::form::Deed;
use super::frame::{Page, frame, section};
use super::query::encoded;
use super::text::{count, mark, more, state_word, words};
use crate::todo::{Project, Time, TodoId};

/// So many changes are shown.
const MOST: usize = 200;

/// What would become of one todo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub id: TodoId,
    /// Of which project.
    pub project: Project,
    /// Its words.
    pub words: String,
    /// What would become of it, in the words of `rollback`.
    pub becomes: String,
}

/// What going back would change.
#[derive(Clone, Debug)]
pub struct Preview<'a> {
    /// The commit of the state to go back to.
    pub to: &'a str,
    /// When it was made.
    pub at: Time,
    /// The commit that the branch was at when this was first shown.
    pub from: &'a str,
    /// Only this project, by its full name; all where it is empty.
    pub project: &'a str,
    /// All that would change in any project.
    pub changes: &'a [Change],
}

impl Preview<'_> {
    /// Returns the path of this page, for a project or all of them.
    fn path(&self, from: &str, project: &str) -> String {
        let query = if project.is_empty() { String::new() } else { format!("?project={}", encoded(project)) };
        format!("/ui/rollback/{}{from}{query}", self.to)
    }
}

/// Returns the page. What is done is what was seen: where the branch went on meanwhile, there is no button.
pub fn preview(sight: &Sight<'_>, preview: &Preview<'_>) -> String {
    let is_stale = sight.at.as_deref() != Some(preview.from);
    let is_meant = |change: &&Change| preview.project.is_empty() || change.project.as_str() == preview.project;
    let meant: Vec<&Change> = preview.changes.iter().filter(is_meant).collect();
    let list = html! {
        @if meant.is_empty() { p.fold { "Nothing is different." } }
        ul.rows { @for change in meant.iter().take(MOST) { (row(sight, change)) } }
        @if meant.len() > MOST { p.fold { (more(meant.len() - MOST, "todo")) } }
    };
    let body = html! {
        header {
            h1 { "Go back to how it was " ((sight.moment)(preview.at).trim()) "?" }
            span.soft { "Nothing is changed yet." }
        }
        div.wide {
            @if is_stale {
                p.past role="alert" {
                    span { "The branch went on since this was asked for. The list below is what would change now." }
                    a.link id="again" href=(preview.path("", preview.project)) { "Ask again" }
                }
            }
            (projects(sight, preview))
            (section("changes", "What would change", Some(meant.len()), None, &list))
            div.line {
                @if !is_stale && !meant.is_empty() && sight.may_write { (form(sight, preview, meant.len())) }
                a.link href={ "/ui?at=" (preview.to) } { "Look at how it was" }
                a.link href="/ui/history" { "Leave it as it is" }
            }
        }
    };
    frame(sight, Page::History, "Go back", &body).into_string()
}

fn row(sight: &Sight<'_>, change: &Change) -> Markup {
    let now = sight.everything.get(change.id).map(|(_, todo)| todo.state());
    html! {
        li id={ "r-" (change.id) } {
            @match now { Some(state) => (mark(state, false)), None => span.mark aria-hidden="true" { "\u{b7}" } }
            div {
                a.words id={ "t-" (change.id) } href={ "/ui/todo/" (change.id) } { (words(&change.words)) }
                " " span.tag { (words(sight.everything.names().shown(&change.project))) }
                div.why {
                    @if let Some(state) = now { "is " (state_word(state)) ", " }
                    (words(&change.becomes))
                }
            }
        }
    }
}

/// Returns links by which only one project goes back; nothing where there is one only.
fn projects(sight: &Sight<'_>, preview: &Preview<'_>) -> Markup {
    let mut all: BTreeMap<&str, (&Project, usize)> = BTreeMap::new();
    preview.changes.iter().for_each(|change| all.entry(change.project.as_str()).or_insert((&change.project, 0)).1 += 1);
    if all.len() < 2 {
        return html! {};
    }
    let chip = |project: &str, name: &str, number: usize| {
        html! {
            a href=(preview.path(&format!("/{}", preview.from), project)) aria-current=[(project == preview.project).then_some("true")] {
                (words(name)) " " b.num { (number) }
            }
        }
    };
    html! {
        nav.chips aria-label="Which projects" {
            (chip("", "All projects", preview.changes.len()))
            @for (name, (project, number)) in all { (chip(name, sight.everything.names().shown(project), number)) }
        }
    }
}

fn form(sight: &Sight<'_>, preview: &Preview<'_>, number: usize) -> Markup {
    let deed = Deed::Rollback(preview.to.to_owned(), preview.from.to_owned());
    html! {
        form method="post" action="/ui/act" {
            input type="hidden" name="key" value=(sight.key);
            input type="hidden" name="back" value="/ui/history";
            input type="hidden" name="again" value=(preview.path("", preview.project));
            @if !preview.project.is_empty() { input type="hidden" name="project" value=(preview.project); }
            button.first name="do" value=(deed.text()) id="do-it" aria-describedby="h-changes" {
                "Go back: change " (count(number, "todo"))
            }
        }
    }
}
