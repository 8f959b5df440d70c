//! The first page: who needs somebody now, and what is going on.

use maud::{Markup, html};

use super::frame::{Page, frame, rest, section};
use super::need::Needs;
use super::query::Wanted;
use super::row::{With, row};
use super::text::{ago, sign, when, words};
use super::{Sight, projects, today};
use crate::todo::{Project, Session, State, Status, Todo, Verb};
use crate::view::ready;

/// So many sessions at work, and todos of each, are shown.
const SESSIONS: usize = 4;
const OF_ONE: usize = 2;
/// So many todos that can be begun are shown.
const READY: usize = 4;

/// Returns the page.
pub fn now(sight: &Sight<'_>) -> String {
    let needs = Needs::of(sight);
    let at_work = at_work(sight);
    let mut free = ready(sight.everything, None, sight.now);
    free.retain(|(_, todo)| !sight.quiet.has(todo));
    let changed = today::Today::of(sight);
    let standings = projects::standings(sight);
    let body = html! {
        header {
            h1 { @if sight.then.is_some() { "Then" } @else { "Now" } }
            (needs.summary(changed.count(), standings.len()))
        }
        div {
            (needs.sections(sight))
        }
        aside.side {
            (projects::aside(&standings))
            (changed.aside(sight))
            (devices(sight))
            (mirrors(sight))
        }
        div {
            (working(sight, &at_work))
            (section("ready", "Ready to begin", Some(free.len()), Some(("/ui/todos?status=ready", "all of them")), &html! {
                @if free.is_empty() { p.fold { "Nothing can be begun." } }
                ul.rows {
                    @for (project, todo) in free.iter().take(READY) { (row(sight, project, todo, With { list: "f", only: Some(&[Verb::Start]), ..With::default() })) }
                }
                (needs.left_behind(sight))
            }))
        }
    };
    let title = match needs.total() {
        0 => "Nothing needs you".to_owned(),
        1 => "1 needs you".to_owned(),
        several => format!("{several} need you"),
    };
    frame(sight, Page::Now, &title, &body).into_string()
}

/// A session and what it is at.
type AtWork<'a> = (&'a Session, Vec<(&'a Project, &'a Todo)>);

/// Returns who is at what, the session that spoke last first. What is quiet is nobody's work any more.
fn at_work<'a>(sight: &Sight<'a>) -> Vec<AtWork<'a>> {
    let mut found: Vec<AtWork<'a>> = Vec::new();
    let state = State::Wanted(Status::InProgress);
    for (project, todo) in sight.everything.todos().filter(|(_, todo)| todo.state() == state && !sight.quiet.has(todo))
    {
        let session = todo.winner().0;
        match found.iter_mut().find(|(other, _)| other.is_same(session)) {
            Some((_, todos)) => todos.push((project, todo)),
            None => found.push((session, vec![(project, todo)])),
        }
    }
    let last = |todos: &[(&Project, &Todo)]| todos.iter().map(|(_, todo)| todo.updated()).max();
    for (_, todos) in &mut found {
        todos.sort_by_key(|(_, todo)| (std::cmp::Reverse(todo.updated()), todo.id));
    }
    found.sort_by_key(|(session, todos)| (std::cmp::Reverse(last(todos)), *session));
    found
}

fn working(sight: &Sight<'_>, at_work: &[AtWork<'_>]) -> Markup {
    let all: usize = at_work.iter().map(|(_, todos)| todos.len()).sum();
    let link = "/ui/todos?status=in_progress";
    section(
        "work",
        "In progress",
        Some(all),
        (all > 0).then_some((link, "all of them")),
        &html! {
            @if at_work.is_empty() { p.fold { "Nobody is at anything." } }
            @for (session, todos) in at_work.iter().take(SESSIONS) {
                div.group {
                    a href=(Wanted::of_session(session.without_commands().as_ref())) { b { (words(&sight.named(session))) } }
                    @if let Some(info) = sight.everything.info(session) {
                        span.soft { (words(&sight.everything.place(info))) " · said something " (ago(sight, info.updated)) }
                    }
                }
                ul.rows {
                    @for (project, todo) in todos.iter().take(OF_ONE) {
                        (row(sight, project, todo, With { list: "w", same_session: true, only: Some(&[Verb::Done]), ..With::default() }))
                    }
                }
                (rest(todos.len(), OF_ONE, "todo", &Wanted::of_session(session.without_commands().as_ref())))
            }
            (rest(at_work.len(), SESSIONS, "session", "/ui/sessions"))
        },
    )
}

/// Says when each device was last heard of, where there are several.
fn devices(sight: &Sight<'_>) -> Markup {
    let mut last = std::collections::BTreeMap::new();
    for info in sight.everything.sessions.iter().filter(|info| !info.device.is_empty()) {
        let known = last.entry(info.device.as_str()).or_insert(info.updated);
        *known = (*known).max(info.updated);
    }
    let mut last: Vec<_> = last.into_iter().collect();
    last.sort_by_key(|(device, at)| (std::cmp::Reverse(*at), *device));
    if last.len() < 2 {
        return html! {};
    }
    section(
        "devices",
        "Machines",
        Some(last.len()),
        None,
        &html! {
            ul {
                @for (device, at) in last.iter().take(4) {
                    li { div.pair { b { (words(device)) } span.soft { (when(sight, *at)) } } }
                }
            }
            (rest(last.len(), 4, "machine", "/ui/sessions"))
        },
    )
}

/// Says how the places are doing that hold the same; nothing where there are none.
fn mirrors(sight: &Sight<'_>) -> Markup {
    let list = html! {
        ul {
            @for one in sight.mirrors {
                li {
                    b { (words(&one.name)) } @if one.is_bad { " " (sign("mark warn", "!", "something is the matter")) }
                    div.why { (words(&one.text)) }
                }
            }
        }
    };
    html! { @if !sight.mirrors.is_empty() { (section("mirrors", "Mirrors", Some(sight.mirrors.len()), Some(("/ui/mirrors", "all of them")), &list)) } }
}
