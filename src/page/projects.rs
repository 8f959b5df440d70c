//! How far each project is.

use maud::{Markup, html};

use super::Sight;
use super::frame::{Page, frame, rest, section};
use super::query::Wanted;
use super::text::{count, when, words};
use crate::todo::{State, Time, Todo};
use crate::view::{Counts, Group};

/// So many are shown on the first page.
const FEW: usize = 8;

/// A project and how far it is.
pub(super) struct Standing<'a> {
    pub group: Group<'a>,
    pub counts: Counts,
    last: Time,
    sessions: usize,
}

impl Standing<'_> {
    fn total(&self) -> usize {
        self.counts.open() + self.counts.completed
    }

    /// How much is completed; all of it only when nothing is open.
    fn percent(&self) -> usize {
        100 * self.counts.completed / self.total().max(1)
    }
}

/// Returns all projects of which somebody wants anything, the one that changed last first.
pub(super) fn standings<'a>(sight: &Sight<'a>) -> Vec<Standing<'a>> {
    let groups = sight.everything.groups().into_iter().filter_map(|group| {
        let wanted = |todo: &&Todo| todo.state() != State::Dropped;
        let last = group.todos().filter(wanted).map(Todo::updated).max()?;
        let counts = crate::view::count(group.todos());
        let sessions = counts.sessions;
        Some(Standing { group, counts, last, sessions })
    });
    let mut found: Vec<_> = groups.collect();
    found.sort_by_key(|one| (std::cmp::Reverse(one.last), one.group.name));
    found
}

/// Returns the projects in a few lines.
pub(super) fn aside(all: &[Standing<'_>]) -> Markup {
    section(
        "projects",
        "How far projects are",
        Some(all.len()),
        Some(("/ui/projects", "all of them")),
        &html! {
            ul {
                @for one in all.iter().take(FEW) {
                    li {
                        div.pair {
                            a href=(Wanted::of_project(one.group.project.as_str())) { b { (words(one.group.name)) } }
                            span.soft.num { (one.counts.completed) " of " (one.total()) " · " (one.percent()) " %" }
                        }
                        (meter(&one.counts))
                    }
                }
            }
            @if !all.is_empty() { p.faint { span.mark.done aria-hidden="true" { "\u{25a0}" } "completed" span.mark.work aria-hidden="true" { "\u{25a0}" } "in progress" } }
            (rest(all.len(), FEW, "project", "/ui/projects"))
        },
    )
}

/// Returns how far something is, as a line. Its widths are attributes: a page has no styles of its own.
pub(super) fn meter(counts: &Counts) -> Markup {
    let total = (counts.open() + counts.completed).max(1);
    let share = |number: usize| 100 * number / total;
    let label =
        format!("{} completed, {} in progress, {} pending", counts.completed, counts.in_progress, counts.pending);
    html! {
        svg.meter role="img" aria-label=(label) viewBox="0 0 100 4" preserveAspectRatio="none" {
            rect.d width=(share(counts.completed)) height="4" {}
            rect.w x=(share(counts.completed)) width=(share(counts.in_progress)) height="4" {}
        }
    }
}

/// Returns the page of all projects.
pub fn projects(sight: &Sight<'_>) -> String {
    let all = standings(sight);
    let table = html! {
        @if all.is_empty() { p.fold { "There are no todos yet: `git chittysync add`, or an agent's list, makes the first." } }
        @else {
            ul.rows {
                @for one in &all {
                    li {
                        span.mark aria-hidden="true" { "\u{25a4}" }
                        div {
                            a.words href=(Wanted::of_project(one.group.project.as_str())) { (words(one.group.name)) }
                            " " @if one.group.project.as_str() != one.group.name { span.tag { (words(one.group.project.as_str())) } }
                            div.why {
                                (one.counts.completed) " of " (one.total()) " completed · "
                                (one.counts.in_progress) " in progress · " (one.counts.pending) " pending · "
                                (count(one.sessions, "session"))
                                @if one.counts.conflicts > 0 { " · " (count(one.counts.conflicts, "conflict")) }
                            }
                            (meter(&one.counts))
                        }
                        span.when { (when(sight, one.last)) }
                    }
                }
            }
        }
    };
    let body = html! {
        header { h1 { "Projects" } span.soft { "Completed todos, of those that somebody wants" } }
        div.wide { (section("all", "How far they are", Some(all.len()), None, &table)) }
    };
    frame(sight, Page::Projects, "Projects", &body).into_string()
}
