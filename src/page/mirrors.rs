//! Other places that hold what the store holds: how each is doing, and what to do about it.

use maud::{Markup, html};

use super::Sight;
use super::form::{AtMirror, Deed};
use super::frame::{Page, frame, section};
use super::row::button;
use super::text::{ago, count, more, sign, words};
use crate::todo::{Project, Time, TodoId};

/// So many todos that a place did not take are shown.
const MOST: usize = 20;

/// A place that holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// What it is called.
    pub name: String,
    /// What it is: the word for it.
    pub kind: String,
    /// Where it is, without who signs in there; nothing where that cannot be said without a secret.
    pub place: Option<String>,
    /// Whether what people change there is taken here.
    pub is_two_way: bool,
    /// The projects that it holds; all, where there are none.
    pub projects: Vec<Project>,
    /// Whether it is left alone.
    pub is_paused: bool,
    /// Since when it is being brought up to date, if it is.
    pub running: Option<Time>,
    /// Whether it ever held anything.
    pub has_begun: bool,
    /// How many commits of the branch it lacks.
    pub behind: usize,
    /// When the oldest of them was made.
    pub since: Option<Time>,
    /// When it was last brought up to date.
    pub last_success: Option<Time>,
    /// When that was last tried.
    pub last: Option<Time>,
    /// When the daemon tries again, after a failure.
    pub next: Option<Time>,
    /// How often it failed since.
    pub failures: u32,
    /// Why, and what to do about it.
    pub error: Option<(String, Option<String>)>,
    /// The ids of todos that it did not take, each with why.
    pub parked: Vec<(String, String)>,
}

impl Mirror {
    fn is_bad(&self) -> bool {
        self.failures > 0 || !self.parked.is_empty()
    }
}

/// Returns the page.
pub fn mirrors(sight: &Sight<'_>, all: &[Mirror]) -> String {
    let body = html! {
        header {
            h1 { "Mirrors" }
            span.soft { "Other places that hold what the store holds" }
        }
        div.wide {
            @if all.is_empty() {
                p { "There are none. " code { "git chittysync mirror add" } " names one: files, a database, a drive, issues." }
            }
            @for one in all {
                (section(&format!("m-{}", one.name), &one.name, None, None, &mirror(sight, one)))
            }
            @if !all.is_empty() {
                p.soft {
                    "As far as it is known here. " code { "git chittysync mirror verify" } " asks each place what it holds."
                }
            }
        }
    };
    frame(sight, Page::Mirrors, "Mirrors", &body).into_string()
}

fn mirror(sight: &Sight<'_>, one: &Mirror) -> Markup {
    html! {
        ul.rows {
            li {
                (mark(one))
                div {
                    // A reader of the page is told when that changes.
                    b role="status" id={ "is-" (one.name) } { (standing(sight, one)) }
                    @if one.is_paused { " " span.tag.blocked { "paused" } }
                    @if let Some(since) = one.since.filter(|_| one.behind > 0 && one.has_begun) { div.why { @if one.behind == 1 { "It" } @else { "The oldest of them" } " was made " (ago(sight, since)) "." } }
                    @if one.is_paused { div.why { "It is left alone until you resume it." } }
                    @if let Some((error, remedy)) = one.error.as_ref().filter(|_| one.failures > 0 && one.running.is_none()) {
                        div.why {
                            "Failed" @if one.failures > 1 { " " (one.failures) " times in a row" } ": " (words(error))
                            @if let Some(remedy) = remedy { "; " (words(remedy)) }
                        }
                    }
                }
                (acts(sight, one))
            }
        }
        (facts(sight, one))
        @if !one.parked.is_empty() {
            h3 id={ "left-" (one.name) } tabindex="-1" { (count(one.parked.len(), "todo")) " that it did not take" }
            ul.rows { @for (id, why) in one.parked.iter().take(MOST) { (parked(sight, &one.name, id, why)) } }
            @if one.parked.len() > MOST { p.fold { (more(one.parked.len() - MOST, "todo")) } }
            p.soft { "It gets them once they change, or when everything is sent again." }
            @if sight.may_write && one.running.is_none() {
                (button(&Deed::Mirror(AtMirror::Again, one.name.clone()), "Send everything again", &format!("again-{}", one.name), &format!("left-{}", one.name), 0))
            }
        }
    }
}

fn mark(one: &Mirror) -> Markup {
    match () {
        () if one.running.is_some() => sign("mark work", "\u{25b6}", "at work"),
        () if one.is_bad() => sign("mark warn", "!", "something is the matter"),
        () if one.is_paused => sign("mark", "\u{2016}", "paused"),
        () if one.behind > 0 => sign("mark", "\u{25cb}", "waits"),
        () => sign("mark done", "\u{2713}", "up to date"),
    }
}

/// Returns what can be done about it. What takes a button's place has its id, so the focus stays there. While it is being
/// brought up to date, the script asks for the page again and again, until that is over.
fn acts(sight: &Sight<'_>, one: &Mirror) -> Markup {
    let (id, of) = (|word: &str| format!("{word}-{}", one.name), format!("h-m-{}", one.name));
    let act = |what, word, id: &str| button(&Deed::Mirror(what, one.name.clone()), word, id, &of, 0);
    html! {
        div.acts {
            @match one.running {
                Some(_) => a.link href="/ui/mirrors" id=(id("sync")) data-soon { "Look again" },
                None => @if sight.may_write { (act(AtMirror::Sync, "Sync now", &id("sync"))) },
            }
            @if sight.may_write {
                @if one.is_paused { (act(AtMirror::Resume, "Resume", &id("pause"))) }
                @else { (act(AtMirror::Pause, "Pause", &id("pause"))) }
            }
        }
    }
}

/// Says in a few words what it holds.
fn standing(sight: &Sight<'_>, one: &Mirror) -> String {
    if let Some(since) = one.running {
        return format!("Being brought up to date, since {}", (sight.moment)(since).trim());
    }
    match (one.behind, one.has_begun) {
        (0, true) => "Has everything".to_owned(),
        (0, false) => "Holds nothing yet, as there is nothing".to_owned(),
        (_, false) => "Holds nothing yet".to_owned(),
        (behind, true) => format!("{} for it", waits(behind)),
    }
}

fn waits(behind: usize) -> String {
    format!("{} {}", count(behind, "commit"), if behind == 1 { "waits" } else { "wait" })
}

fn facts(sight: &Sight<'_>, one: &Mirror) -> Markup {
    let fact = |name: &str, what: Option<Markup>| html! { @if let Some(what) = what { dt { (name) } dd { (what) } } };
    let time = |time: Option<Time>| time.map(|time| html! { ((sight.moment)(time).trim()) });
    let names: Vec<_> = one.projects.iter().map(Project::as_str).collect();
    html! {
        dl.facts.wide {
            (fact("What it is", Some(words(&one.kind))))
            (fact("Where", one.place.as_ref().map(|place| words(place))))
            (fact("Direction", Some(html! { @if one.is_two_way { "both ways: what people change there is taken" } @else { "there only" } })))
            (fact("Holds", (!names.is_empty()).then(|| words(&names.join(", ")))))
            (fact("Last brought up to date", time(one.last_success).or_else(|| Some(html! { "never" }))))
            (fact("Last tried", time(one.last).filter(|_| one.last != one.last_success)))
            (fact("Tried again", time(one.next).filter(|_| one.failures > 0 && !one.is_paused)))
        }
    }
}

fn parked(sight: &Sight<'_>, mirror: &str, id: &str, why: &str) -> Markup {
    let todo = TodoId::parse(id).and_then(|id| sight.everything.get(id)).map(|(_, todo)| todo);
    html! {
        li {
            span.mark aria-hidden="true" { "\u{b7}" }
            div {
                @match todo {
                    Some(todo) => a.words id={ "p-" (mirror) "-" (todo.id) } href={ "/ui/todo/" (todo.id) } { (words(&todo.content)) },
                    None => span.mono { (words(id)) },
                }
                div.why { (words(why)) }
            }
        }
    }
}
